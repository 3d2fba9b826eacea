"""What to find out next: the silent facts that can still change the verdict, and what answers do."""

from lupa.answers.decision import Decision
from lupa.answers.exploration import Answer, Ask, Asked
from lupa.answers.question import Question


def ask(question: Question, decision: Decision) -> Ask:
    """The questions that matter, in the order of the decision, and the facts that do not."""
    edition = question.edition
    asked = []
    for missing in decision.missing:
        literal = edition.literals[missing.fact]
        answers = (
            Answer(word, tuple(question.outcomes_given(answer)))
            for word, answer in (("yes", literal), ("no", -literal))
        )
        asked.append(
            Asked(
                missing.fact,
                edition.vocabulary.group_of.get(missing.fact, ""),
                missing.text,
                missing.question,
                missing.bears_on,
                missing.source,
                edition.find_out(literal),
                tuple(answers),
            )
        )
    named = {item.fact for item in asked}
    others = [
        fact
        for fact, literal in edition.literals.items()
        if fact not in named and question.is_open(literal)
    ]
    return Ask(decision, tuple(asked), tuple(others))
