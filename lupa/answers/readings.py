"""On which readings of an ambiguous text a verdict depends."""

from collections.abc import Collection, Sequence

from lupa.answers.decision import OtherReading
from lupa.answers.question import Question
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal

_Otherwise = tuple[tuple[str, str, tuple[str, ...]], ...]
"""Readings, each with a choice and the outcomes that it leaves possible."""


def other_readings(question: Question) -> tuple[OtherReading, ...]:
    """Each choice for one reading, the others as they are, that leaves other outcomes possible."""
    edition = question.edition
    if not question.bear(edition.reading_facts):  # what is settled without some readings is so with each
        return ()
    cone = edition.relevance.outcome_cone
    statements = tuple([literal for literal in question.statements if abs(literal) in cone])
    found: _Otherwise = edition.kept(_otherwise, (statements, tuple(question.outcomes)))
    return tuple(
        OtherReading(
            name,
            choice,
            edition.vocabulary.words(edition.facts[edition.readings[name][choice]], True),
            possible,
            edition.cited("reading", name),
        )
        for name, choice, possible in found
    )


def _otherwise(edition: Edition, asked: tuple[tuple[Literal, ...], tuple[str, ...]]) -> _Otherwise:
    statements, outcomes = asked
    bearing = _bearing(edition, statements, outcomes)
    found = []
    for name, values in edition.readings.items():
        choices = values.values()
        if bearing.isdisjoint(choices):
            continue
        others = [literal for literal in statements if abs(literal) not in choices]
        for choice, literal in values.items():
            edition.program.watch.check()
            if literal not in statements:
                possible = tuple(_possible(edition, [*others, literal]))
                if possible and possible != outcomes:
                    found.append((name, choice, possible))
    return tuple(found)


def _bearing(edition: Edition, statements: Sequence[Literal], outcomes: Collection[str]) -> set[Literal]:
    """How the text is said to be read, so far as the verdict can rest on it."""
    about = {literal for values in edition.readings.values() for literal in values.values()}
    said = [literal for literal in statements if literal in about]
    if len(outcomes) > 1:
        return set(said)
    rest = [literal for literal in statements if abs(literal) not in about]
    refuted = [*rest, *(-edition.outcomes[outcome] for outcome in outcomes)]
    return set(edition.answering.minimal(refuted, said) or ())


def _possible(edition: Edition, statements: Sequence[Literal]) -> list[str]:
    """The outcomes that these statements leave possible, in the order of their names."""
    outcomes = edition.outcomes
    held = edition.answering.held(statements, list(outcomes.values()))
    return sorted(name for name, literal in outcomes.items() if literal in held)
