"""What a letter says of each reason and of what is missing: why, what of it failed, and what would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lupa.answers.decision import Criterion, Item, Missing, Need
from lupa.answers.factors import factors
from lupa.pages.sentences import FEW, alike_sets, families, further_causes, listed, members_asked
from lupa.rules.spoken import capital


def because_of(reason: Item | Criterion) -> dict[str, Any]:
    """The facts of a reason as sentences; of one that has parts how many of them it needs."""
    of = reason.of if isinstance(reason, Criterion) else None
    if of is None:
        return {"because": further_causes(reason), "of": "", "least": 0}
    least = reason.least if isinstance(reason, Criterion) else None
    return {"because": [], "of": "any" if least == 1 else of, "least": least or 0}


def parts_of(criterion: Criterion) -> list[dict[str, Any]]:
    """The parts that are not met, each with why, and those of parts beneath them."""
    return [
        {
            "text": part.text,
            "source": part.source if part.source != criterion.source else "",
            **because_of(part),
            "parts": parts_of(part),
        }
        for part in criterion.parts
        if part.status == "unmet"
    ]


def _question(question: str, missing: Sequence[Missing]) -> str:
    """A question with the names of all that it asks for, where these are several."""
    named = "; ".join(members_asked(missing))
    return f"{question} {capital(named)}." if named else question


def _why(
    missing: Sequence[Missing], asks: Mapping[str, str], against: Mapping[str, tuple[str, str]]
) -> tuple[str, ...]:
    """What must be known: that criteria are met and nothing speaks against it; of those alike the first."""
    served = dict.fromkeys(item for m in missing for item in m.bears_on)
    alike: dict[str, list[str]] = {}
    for item in served:
        if item in against:
            alike.setdefault(item.partition("(")[0], []).append(item)
    why = [asks[item] for item in served if item in asks]
    for first, *others in alike.values():
        why.append(against[first][0])
        if others:
            why.append(f"The same goes for {listed([against[item][1] for item in others])}.")
    return tuple(dict.fromkeys(why))


def missing_of(
    asked: Sequence[tuple[str, Sequence[Missing]]],
    asks: Mapping[str, str],
    against: Mapping[str, tuple[str, str]],
) -> list[dict[str, Any]]:
    """The questions, those together that are asked for the same; why, and where the policy says so."""
    found: dict[tuple[tuple[str, ...], str], dict[str, dict[str, None]]] = {}
    for question, missing in asked:
        why = _why(missing, asks, against)
        source = "; ".join(dict.fromkeys(s for m in missing for s in m.source.split("; ") if s))
        told = found.setdefault((why, source), {"questions": {}, "help": {}})
        told["questions"][_question(question, missing)] = None
        told["help"] |= dict.fromkeys(m.help for m in missing if m.help)
    return [
        {"questions": list(told["questions"]), "help": " ".join(told["help"]), "why": why, "source": source}
        for (why, source), told in found.items()
    ]


def needs_of(reason: Item | Criterion) -> dict[str, Any]:
    """What is needed, each in one of several ways, each of facts that are all needed; and what is barred.

    What is barred would meet it, and for another reason does not do. Facts that would each do alone, and
    are of one kind, are one, with the names of the others. Where there are many ways, parts say it
    (`by_parts`), or the first do.
    """
    barred = [way[0] for way in reason.needs if len(way) == 1 and way[0].against]
    free = [way for way in reason.needs if not any(need.against for need in way)]
    reasons: dict[tuple[str, ...], list[Need]] = {}
    for need in barred:
        reasons.setdefault(need.against, []).append(need)
    ways = [_ways(sets) for sets in factors(free, more=reason.more_needs) if sets]
    many = reason.more_needs or any(len(each) > FEW for each in ways)
    by_parts = many and isinstance(reason, Criterion) and reason.of is not None
    return {
        "needed": [] if by_parts else [each[:FEW] for each in ways],
        "by_parts": by_parts,
        "more": many and not by_parts,
        "barred": [{**_told(group), "against": against} for against, group in reasons.items()],
    }


def _ways(sets: Sequence[tuple[Need, ...]]) -> list[list[dict[str, Any]]]:
    """Sets of which one will do, as ways; those of one fact first."""
    singles = families([way[0] for way in sets if len(way) == 1], few=0)
    several = [
        [*(_told([need]) for need in way[:-1]), _told([way[-1], *(other[-1] for other in others)])]
        for way, *others in alike_sets([way for way in sets if len(way) > 1])
    ]
    return [*([_told(group)] for group in singles), *several]


def _told(group: Sequence[Need]) -> dict[str, Any]:
    """A fact in words, what it is called, and what the others of its kind are called that would do too."""
    name, *others = (need.about for need in group)
    return {"text": group[0].text, "name": name, "others": others}
