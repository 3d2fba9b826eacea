"""What a policy says in words, for a terminal: of each item and each outcome when it is so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import click

from lupa.answers.meaning import Ends, Meaning, Meant
from lupa.answers.senses import Sense
from lupa.pages.page import Page
from lupa.pages.sentences import in_words
from lupa.rules.spoken import capital, within

FEW = 8
"""Of so many names each is told; of more the first, and how many others there are."""
_SHOWN = 4
IS = {
    "criterion": "is met",
    "part": "is met",
    "basis": "denies",
    "limit": "is exceeded",
    "scope": "puts the request out of scope",
    "advisory": "is advised",
    "note": "is noted",
}
"""What an item does where it is so."""
SECTIONS = {
    "Criteria": ("criterion", "part"),
    "Denied, or not covered": ("basis", "scope"),
    "Limits": ("limit",),
    "Advisories and notes (they change no outcome)": ("advisory", "note"),
}
"""The items by what they are, as they stand on a page."""
BOUNDS = (
    "Each condition is exact: it holds just where the rules say so, and nothing in it can be spared. What "
    "follows from another fact (an active disease is a diagnosed one) is not said again."
)
"""What a reader has to know of conditions."""


def meaning_text(told: Meaning, width: int) -> str:
    """The conditions on a page: items by kind, then the outcomes of each pathway."""
    page = Page(width)
    lines = [click.style(f"{told.policy}, edition {told.edition}: what it says", bold=True)]
    lines += page.wrap(BOUNDS, 0)
    if told.readings:
        read = ", ".join(f"{name}={choice}" for name, choice in told.readings.items())
        lines += page.wrap(f"Read by {read}.", 0)
    for title, kinds in SECTIONS.items():
        found = [meant for meant in told.items if meant.kind in kinds]
        lines += page.title(title) if found else []
        for meant, others in alike(found):
            lines += _item(meant, others, page)
    for way in told.pathways:
        lines += page.title(capital(way.text))
        before: dict[object, str] = {}
        for ends in way.outcomes:
            lines += _outcome(ends, page, before)
    if any(sense.names[FEW:] for sense in every(senses(told))):
        lines += [
            "",
            *page.wrap("Of long lists the first are named; --json and --format html name each.", 0),
        ]
    return "\n".join(lines)


def opening(sense: Sense) -> str:
    """What is said before the parts of a condition."""
    if sense.always:
        return "always"
    if sense.never:
        return "never"
    if sense.least is not None:
        return f"{sense.least} or more of these are so"
    return "all of these are so" if sense.of == "all" else "any of these is so"


def shortened(sense: Sense) -> str:
    """The sentence of a condition; of many names the first few, and how many others there are."""
    if len(sense.names) <= FEW:
        return sense.text
    few = ", ".join(sense.names[:_SHOWN])
    return sense.text.replace(", ".join(sense.names), f"{few} and {len(sense.names) - _SHOWN} more")


def in_line(sense: Sense) -> str:
    """A condition in one sentence, however long."""
    if sense.text or not sense.parts:
        return shortened(sense) or f"{opening(sense)}."
    return f"{capital(inner(sense))}."


def inner(sense: Sense) -> str:
    """The same within a sentence."""
    if sense.text or not sense.parts:
        return within(in_line(sense), named=sense.named)
    joint = {"all": "; and ", "some": "; "}.get(sense.of, "; or ")
    told = [(part, inner(part)) for part in sense.parts]
    words = joint.join(f"({words})" if _is_several(part, words) else words for part, words in told)
    return words if sense.least is None else f"{opening(sense)}: {words}"


def _is_several(part: Sense, told: str) -> bool:
    """Whether what is told of a part could be read as several parts."""
    return bool(part.parts) and (not part.text or "; " in told)


def alike(found: Iterable[Meant]) -> Iterator[tuple[Meant, list[str]]]:
    """The items; of those that are alike but for their name the first, with the names of the others."""
    for _, group in groupby(found, key=lambda meant: kind_of(meant, meant.sense)):
        first, *others = group
        yield first, [other.id.partition("(")[2][:-1] for other in others]


def kind_of(meant: Meant, sense: Sense | None) -> object:
    """What is the same of items that are alike but for their name, and of a condition of theirs."""
    head, _, name = meant.id.partition("(")
    return meant.kind, head, blanked(sense, name[:-1].replace("_", " ")) if name else meant.id


def blanked(sense: Sense | None, name: str) -> object:
    """A condition without a name that stands in it."""
    if sense is None:
        return None
    words = sense.text.lower().replace(name.lower(), "")
    return (
        sense.of,
        sense.least,
        words,
        tuple(blanked(part, name) for part in sense.parts if not sense.text),
    )


def _item(meant: Meant, others: Sequence[str], page: Page) -> list[str]:
    lines = _condition(f"{meant.id} {IS[meant.kind]}", meant.sense, meant.why, meant.clauses, page, {})
    return lines + (page.wrap(f"likewise {', '.join(others)}", 4, 4) if others else [])


def _outcome(ends: Ends, page: Page, before: dict[object, str]) -> list[str]:
    name = in_words([ends.outcome]).upper()
    lines = _condition(name, ends.sense, ends.why, (), page, before)
    for sense in every([ends.sense] if ends.sense else []):
        if is_long(sense):
            before.setdefault(facts_of(sense), name)
    return lines


def is_long(sense: Sense) -> bool:
    """Whether a condition is so long that it is told once."""
    return not sense.text and len(sense.parts) > _SHOWN


def facts_of(sense: Sense) -> object:
    """What a condition says, whatever it is said by."""
    return sense.of, sense.least, sense.fact, sense.value, tuple(map(facts_of, sense.parts))


def _condition(
    what: str, sense: Sense | None, why: str, clauses: Sequence[str], page: Page, before: dict[object, str]
) -> list[str]:
    """What is so just when something holds, as a sentence or as a list."""
    cited = _cited(clauses)
    if sense is None:
        return page.wrap(f"{what}: not told here, {why}.{cited}", 2, 4)
    cited = cited or _cited(sense.sources)
    if sense.always or sense.never:
        return page.wrap(f"{what} {opening(sense)}{cited}", 2, 4)
    if sense.text:
        return page.wrap(f"{what} just when {inner(sense)}{cited}", 2, 4)
    lines = page.wrap(f"{what} just when {opening(sense)}:{cited}", 2, 4)
    for part in sense.parts:
        lines += _part(part, page, 4, before)
    return lines


def _part(sense: Sense, page: Page, indent: int, before: dict[object, str]) -> list[str]:
    cited = _cited(sense.sources)
    if sense.text:
        return page.wrap(f"- {shortened(sense)}{cited}", indent, indent + 2)
    if is_long(sense) and facts_of(sense) in before:
        same = f"- {opening(sense)}: the list under {before[facts_of(sense)]}{cited}"
        return page.wrap(same, indent, indent + 2)
    lines = page.wrap(f"- {opening(sense)}:{cited}", indent, indent + 2)
    for part in sense.parts:
        lines += _part(part, page, indent + 2, before)
    return lines


def part_lines(sense: Sense, page: Page, indent: int) -> list[str]:
    """A condition as an entry of a list."""
    return _part(sense, page, indent, {})


def _cited(clauses: Iterable[str]) -> str:
    found = ", ".join(clauses)
    return f" ({found})" if found else ""


def senses(told: Meaning) -> list[Sense]:
    """The conditions of a policy."""
    outcomes = (ends.sense for way in told.pathways for ends in way.outcomes)
    return [sense for sense in (*(meant.sense for meant in told.items), *outcomes) if sense]


def every(found: Iterable[Sense]) -> Iterator[Sense]:
    """Conditions and their parts."""
    for sense in found:
        yield sense
        yield from every(sense.parts)
