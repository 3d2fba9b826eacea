"""How far the numbers of a case may move before the outcome, settled, is another."""

from __future__ import annotations

from collections.abc import Sequence

from lupa.answers.exploration import Margin
from lupa.answers.question import Question
from lupa.record.plain import plain_number
from lupa.rules.quantities import Cut


def margins(question: Question) -> tuple[Margin, ...]:
    """How far each number of the case may move before the outcome, settled, is another."""
    found = []
    vocabulary = question.edition.vocabulary
    for quantity in vocabulary.quantities:
        cuts = vocabulary.cuts.get(quantity, ())
        given = next((question.record.given[c.fact] for c in cuts if c.fact in question.record.given), None)
        if given is not None and any(
            question.edition.literals[cut.fact] in question.edition.relevance.outcome_cone for cut in cuts
        ):
            margin = _margin(question, quantity, sorted(cuts, key=lambda cut: cut.rank), given)
            if margin.low is not None or margin.high is not None:
                found.append(margin)
    return tuple(found)


def _margin(question: Question, quantity: str, cuts: Sequence[Cut], given: str) -> Margin:
    vocabulary, record = question.edition.vocabulary, question.record
    literals = [question.edition.literals[cut.fact] for cut in cuts]
    others = [x for x in question.statements if abs(x) not in literals]

    def beyond(places: range) -> tuple[int | None, tuple[str, ...]]:
        """The first place at which other outcomes are possible, and these."""
        for place in places:  # so many cuts lie below the number
            moved = [x if at < place else -x for at, x in enumerate(literals)]
            outcomes = [
                name
                for name, outcome in question.edition.outcomes.items()
                if question.edition.solver.satisfiable([*others, *moved, outcome])
            ]
            if outcomes and set(outcomes) != set(question.outcomes):
                return place, tuple(sorted(outcomes))
        return None, ()

    lowest = sum(record.stated.get(cut.fact, False) for cut in cuts)
    highest = len(cuts) - sum(not record.stated.get(cut.fact, True) for cut in cuts)
    down, below = beyond(range(lowest - 1, -1, -1))
    up, above = beyond(range(highest + 1, len(cuts) + 1))
    low = None if down is None else cuts[down]
    high = None if up is None else cuts[up - 1]
    return Margin(
        quantity,
        vocabulary.label(quantity),
        vocabulary.quantities[quantity].unit,
        given,
        None if low is None else plain_number(low.bound),
        low is not None and low.kind == "more_than",
        None if high is None else plain_number(high.bound),
        high is not None and high.kind == "at_least",
        below,
        above,
    )
