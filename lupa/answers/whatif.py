"""A case before and after: what a change of its statements does to the verdict, and through what."""

from collections.abc import Collection, Mapping, Sequence
from itertools import product
from typing import Any

from lupa.answers.causes import causes
from lupa.answers.decision import Cause, Criterion, Decision, with_parts
from lupa.answers.exploration import Change, CriterionChange, StatedChange, UnderReadings, WhatIf
from lupa.answers.question import Question
from lupa.record.case import Case
from lupa.record.pairs import without_pairs
from lupa.record.record import BESIDE, Record
from lupa.rules.vocabulary import Fact, Vocabulary


def changed_request(case: Case, changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request with the policy, drug or date that the changes name, and the other changes."""
    request, others = dict(case["request"]), {}
    for name, value in changes.items():
        key = name.removeprefix("request.")
        if key in BESIDE:
            request[key] = value
        else:
            others[name] = value
    return request, others


def what_if(
    before: Decision, after: Decision, was: Question, now: Question, *, all_readings: bool
) -> WhatIf:
    """The answer, from the two decisions and the questions that they answer."""
    readings: tuple[UnderReadings, ...] = ()
    vocabulary = now.edition.vocabulary
    differing = {fact for fact in vocabulary.facts if _says(was.record, fact) != _says(now.record, fact)}
    with now:
        causing = responsible(now, differing, before.possible)
        if all_readings:
            readings = under_readings(now)
    if not causing:
        with was:
            causing = responsible(was, differing, after.possible)
    found = changes(vocabulary, was, now)
    return WhatIf(
        before, after, found, stated_changes(was, now), criteria(before, after), causing, readings
    )


def _says(record: Record, fact: Fact) -> bool | None:
    return record.stated.get(fact, record.assumed.get(fact))


def changes(vocabulary: Vocabulary, before: Question, after: Question) -> tuple[Change, ...]:
    """The facts on which two records differ, in the order of the vocabulary.

    Of a fact that only one of two policies has, such as a cut point, the other says nothing.
    """
    found = []
    for fact in vocabulary.facts:
        if fact not in before.edition.literals or fact not in after.edition.literals:
            continue
        was, now = _says(before.record, fact), _says(after.record, fact)
        if was != now:
            value = now if now is not None else was
            assert value is not None  # noqa: S101 - one of them says something
            found.append(Change(fact, vocabulary.words(fact, value), was, now))
    return tuple(found)


def stated_changes(before: Question, after: Question) -> tuple[StatedChange, ...]:
    """The numbers, dates and names that two cases give otherwise."""
    vocabulary = after.edition.vocabulary
    names = {*vocabulary.measures, *vocabulary.days, *BESIDE, "birth_date"}
    found = []
    for section in ("request", "facts"):
        given = (question.record.case.get(section) or {} for question in (before, after))
        old, new = (without_pairs(said, vocabulary) for said in given)  # what is edited has none
        for key in {**old, **new}:
            was, now = (_given(part, key) for part in (old, new))
            if key in names and was != now:
                found.append(StatedChange(key, was, now))
    return tuple(found)


def _given(part: Mapping[str, Any], key: str) -> str | None:
    """What a case gives, as it is written on the command line."""
    value = part.get(key)
    if value is None:
        return "open" if key in part else None
    return _written(value)


def _written(value: Any) -> str:
    """A number, a range, or several measurements, as a command line has them."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_written(said)}" for key, said in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    return str(value)


def criteria(before: Decision, after: Decision) -> tuple[CriterionChange, ...]:
    """The criteria, and parts of them, whose status is another, in the order of the decision after."""
    was, now = (_by_id(decision) for decision in (before, after))
    found = []
    for name in dict.fromkeys((*now, *was)):
        (_, old), (_, new) = was.get(name, _NONE), now.get(name, _NONE)
        if _status(old) != _status(new):
            within, shown = now.get(name) or was[name]
            because = new.because if new else ()
            found.append(
                CriterionChange(name, _status(old), _status(new), shown.text, shown.source, because, within)
            )
    return tuple(found)


_NONE: tuple[tuple[str, ...], None] = ((), None)


def _by_id(decision: Decision) -> dict[str, tuple[tuple[str, ...], Criterion]]:
    """The criteria and their parts, each once, with what it is a part of where it first stands."""
    found: dict[str, tuple[tuple[str, ...], Criterion]] = {}
    for above, criterion in with_parts(decision.criteria):
        found.setdefault(criterion.id, (above, criterion))
    return found


def _status(criterion: Criterion | None) -> str | None:
    return criterion.status if criterion else None


def responsible(question: Question, differing: Collection[Fact], other: Sequence[str]) -> tuple[Cause, ...]:
    """A minimal set of the differing facts that, with what did not change, leaves no other outcome.

    None where the outcome is not settled here, or settled likewise on the other side.
    """
    if len(question.outcomes) > 1 or list(question.outcomes) == list(other):
        return ()
    (outcome,) = question.outcomes.values()
    facts = {question.edition.literals[fact] for fact in differing if fact in question.edition.literals}
    statements = question.bearing_on(outcome)
    kept = [s for s in statements if abs(s) not in facts]
    reason = question.edition.minimal(-outcome, (*kept, *(s for s in statements if abs(s) in facts)))
    return causes(question, [s for s in reason or () if abs(s) in facts])


# ---- under every reading -----------------------------------------------------------------------

_Row = tuple[tuple[str, str], ...]


def under_readings(question: Question) -> tuple[UnderReadings, ...]:
    """The possible outcomes under each combination of the readings on which they depend.

    Of all that the record leaves open. One row without readings where these are the same under all.
    """
    cone = question.edition.relevance.outcome_cone
    known = set(map(abs, question.statements))
    choices = {
        name: values
        for name, values in question.edition.readings.items()
        if not cone.isdisjoint(values.values()) and known.isdisjoint(values.values())
    }
    rows: dict[_Row, tuple[str, ...]] = {}
    for combination in product(*(values.items() for values in choices.values())):
        question.check()
        literals = [literal for _, literal in combination]
        row = tuple((name, choice) for name, (choice, _) in zip(choices, combination, strict=True))
        rows[row] = tuple(
            name for name, outcome in question.outcomes.items() if question.possible(outcome, *literals)
        )
    needed = [name for name in choices if _depends(rows, name)]
    found = {tuple(pair for pair in row if pair[0] in needed): possible for row, possible in rows.items()}
    return tuple(UnderReadings(dict(row), possible) for row, possible in found.items())


def _depends(rows: Mapping[_Row, tuple[str, ...]], name: str) -> bool:
    """Whether another choice for this reading alone ever leaves other outcomes possible."""
    under: dict[_Row, set[tuple[str, ...]]] = {}
    for row, possible in rows.items():
        under.setdefault(tuple(pair for pair in row if pair[0] != name), set()).add(possible)
    return any(len(outcomes) > 1 for outcomes in under.values())
