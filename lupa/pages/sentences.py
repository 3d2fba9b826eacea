"""The sentences of every page: facts, reasons, what would have to be so, what to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Protocol, TypeVar

from lupa.answers.causes import UNLISTED
from lupa.answers.decision import (
    Assumption,
    Cause,
    Criterion,
    Decision,
    Item,
    Missing,
    Need,
    OtherReading,
)
from lupa.answers.factors import factors
from lupa.rules.spoken import NAME_AND_VALUE, capital, number_in, said_of

if TYPE_CHECKING:
    from lupa.answers.exploration import Asked

PERSON = "lupa proposes this determination under the text of the policy. A person decides."

FEW = 6
"""So many facts of one kind are said in sentences; more are listed by name."""


class _Said(Protocol):
    """A fact that is said to be so, or not."""

    @property
    def fact(self) -> str: ...

    @property
    def value(self) -> bool: ...

    @property
    def text(self) -> str: ...

    @property
    def about(self) -> str: ...


S = TypeVar("S", bound=_Said)


class Caused(Protocol):
    """What is so, in a sentence, and the facts of a reason for it."""

    @property
    def text(self) -> str: ...

    @property
    def because(self) -> Sequence[Cause]: ...


def families(causes: Iterable[S], few: int = FEW) -> Iterator[list[S]]:
    """The facts; of a name and value of which there are more than a few those together that say the same.

    They differ in what they say it of.
    """
    groups: dict[tuple[str, bool], list[S]] = {}
    for cause in causes:
        groups.setdefault((cause.fact.partition("(")[0], cause.value), []).append(cause)
    for group in groups.values():
        alike: dict[object, list[S]] = {}
        for cause in group:
            alike.setdefault(_same(cause) if len(group) > few else cause.fact, []).append(cause)
        yield from alike.values()


def _same(said: _Said) -> object:
    """What is said by which one sentence, and of what kind the record of it is."""
    _, inside, told = said.text.rpartition(" (")
    record = [getattr(said, name, None) for name in ("origin", "says")]
    return said_of(said.fact)[0], *record, inside and told


def in_words(outcomes: Iterable[str], joint: str = "or") -> str:
    """Outcomes as they are read: `approve, deny or out of scope`."""
    *first, last = (outcome.replace("_", " ") for outcome in outcomes)
    return f"{', '.join(first)} {joint} {last}" if first else last


def verdict(decision: Decision) -> str:
    """The outcome in capitals; of a pend also what it is between."""
    if decision.outcome == "pend":
        return f"PEND ({in_words(decision.possible)})"
    return in_words([decision.outcome]).upper()


def argument(fact: str) -> str:
    """What a fact is about: `voclosporin` of `taking(voclosporin)`, `a=b` of `reading(a,b)`.

    Of a relation it is the first, with the others behind: `methotrexate (intolerance)`.
    """
    name, _, inner = fact.partition("(")
    if name in NAME_AND_VALUE:
        return "=".join(inner[:-1].rsplit(",", 1))
    first, _, others = inner[:-1].partition(",")
    if not others:
        return first or fact
    return f"{first} ({others.replace(',', ', ')})"


def asked_about(asked: Sequence[Missing]) -> str:
    """What a question of a page is about: a fact, a number, several by name; what members are of."""
    names = list(dict.fromkeys(number_in(item.fact) or item.fact for item in asked))
    if len(names) == 1:
        return names[0]
    if asked[0].together:
        return ", ".join(dict.fromkeys(name.partition("(")[0] for name in names))
    return listed(list(dict.fromkeys(argument(name) for name in names)))


def others(facts: Iterable[_Said]) -> str:
    """Of what else the same is said, of many the first."""
    return listed([each.about for each in facts])


def listed(names: Sequence[str]) -> str:
    """Names, of many the first, and how many others there are."""
    more = f" and {len(names) - 2 * FEW} more" if len(names) > 4 * FEW else ""
    return ", ".join(names[: 2 * FEW] if more else names) + more


MARKED = f"What is marked * is {UNLISTED[2:-1]}."


def cause_sentences(causes: Iterable[Cause], *, marked: bool = False) -> list[str]:
    """The facts of a reason as sentences; a long row of one kind is one of them.

    What several are not is said to be on no list once; where what is on none is `marked` it has the mark.
    """
    told = []
    for group in families(causes):
        told.append([_told(group[0])])
        if len(group) > 1:
            told[-1].append(f"The same goes for {others(group[1:])}.")
    if marked:
        return [sentence.replace(UNLISTED, "*") for each in told for sentence in each]
    found: list[str] = []
    for listed, run in groupby(zip(families(causes), told, strict=True), key=_list_of):
        rows = list(run)
        sentences = [sentence for _, each in rows for sentence in each]
        if listed and len(rows) > 1:
            neither = "neither" if len(sentences) == len(rows) == 2 else "none of these"
            sentences = [s.replace(UNLISTED, "") for s in sentences]
            sentences[-1] = (
                f"{sentences[-1][:-1]} ({neither} is on the list, which is said to be complete)."
            )
        found += sentences
    return found


def further_causes(item: Caused, *, marked: bool = False) -> list[str]:
    """The facts of a reason as sentences, unless its one fact is what the item says itself."""
    if _says_its_cause(item):
        return []
    return cause_sentences(item.because, marked=marked)


def item_sentence(item: Caused, *, marked: bool = False) -> str:
    """What an item says; where that is its reason too, with what the record says of it."""
    return cause_sentences(item.because, marked=marked)[0] if _says_its_cause(item) else item.text


def _says_its_cause(item: Caused) -> bool:
    """Whether the one fact that is the reason of an item stands in its own sentence."""
    return [cause.text.replace(UNLISTED, "") for cause in item.because] == [item.text]


def _list_of(row: tuple[Sequence[Cause], Sequence[str]]) -> str:
    """What a list is of on which some things are not, where no more is said of them; else nothing."""
    (first, *_), sentences = row
    return first.fact.partition("(")[0] if sentences[0].endswith(f"{UNLISTED}.") else ""


def _told(cause: Cause) -> str:
    """The sentence of a fact: what nobody states does not look like a statement."""
    if cause.origin != "assumed":
        return cause.text
    usual = "the usual reading" if cause.fact.startswith("reading(") else "assumed"
    return f"{cause.text[:-1]} ({usual})."


def is_marked(criterion: Criterion) -> bool:
    """Whether something that is on no list is a reason of several parts: then a mark says it."""
    return sum(any(UNLISTED in cause.text for cause in part.because) for part in _failing(criterion)) > 1


def _failing(criterion: Criterion) -> Iterator[Criterion]:
    """The parts that are not met, or may not be, and have no parts themselves."""
    for part in criterion.parts:
        if part.status != "met":
            yield from _failing(part) if part.parts else [part]


STATUS = {"met": "met", "unmet": "not met", "open": "open"}
_NEEDED = {"all": "All of these are needed", "any": "One of these is needed"}


def count_sentence(criterion: Criterion) -> str:
    """What a criterion needs of its parts, and how many are met."""
    of = "any" if criterion.least == 1 else criterion.of or ""
    needed = _NEEDED.get(of, f"{criterion.least} of these are needed")
    return f"{needed}; {criterion.found}."


def tree_sentence(criterion: Criterion) -> str:
    """The same of one that is no part itself, with what the mark in its parts means if they have it."""
    return f"{count_sentence(criterion)}{f' {MARKED}' if is_marked(criterion) else ''}"


def parts_shown(criterion: Criterion) -> tuple[list[Criterion], list[Criterion]]:
    """The parts that a reader has to see, and those that a criterion which is met does without."""
    parts = list(criterion.parts)
    if criterion.status != "met" or criterion.of == "all":
        return parts, []
    return [p for p in parts if p.status == "met"], [p for p in parts if p.status != "met"]


_MARKS = {
    ("silent", None): "not said",
    ("no", None): "ruled out by what else is said",
    ("yes", None): "ruled out by what else is said",
    ("no", "stated"): "the record says otherwise",
    ("yes", "stated"): "the record says otherwise",
    ("no", "evidence"): "the chart says otherwise",
    ("yes", "evidence"): "the chart says otherwise",
    ("no", "only"): "not on the list",
    ("no", "assumed"): "assumed otherwise, as the case is silent",
    ("yes", "assumed"): "assumed otherwise, as the case is silent",
}


def needs_sentences(item: Item | Criterion) -> list[str]:
    """What would have to be so, as sentences, each with what the record says of it, said once; nothing if
    no more is to be said than the reason does.

    Each sentence tells of something that is needed, and of all ways to have that; of facts that say the
    same of several, one is said.
    """
    if not item.needs or _is_the_opposite(item):
        return []
    more, known = item.more_needs, set[str]()
    return [
        sentence for sets in factors(item.needs, more=more) for sentence in _one_of(sets, known, more=more)
    ]


def _one_of(sets: Sequence[tuple[Need, ...]], known: set[str], *, more: bool) -> list[str]:
    """Sentences that tell of sets of which one will do; of facts, where there is but one."""
    if len(sets) == 1 and not more:
        return [f"{capital(_with_mark(need, known))}." for need in sets[0]]
    words = []
    alone = [each[0] for each in sets if len(each) == 1]
    barred = [need for need in alone if need.against]
    if len(barred) == len(sets):
        barred = []  # then there is nothing else to say
    for group in families([need for need in alone if need not in barred], few=1):
        first, *further = group
        if not further:
            words.append(_with_mark(first, known))
            continue
        beyond = f" and {len(group) - FEW} more" if len(group) > FEW else ""
        words.append(f"{_with_mark(first, known)}, or the same of {others(further[: FEW - 1])}{beyond}")
    several = alike_sets([each for each in sets if len(each) > 1])
    words += [_together(alike, known) for alike in several[:FEW]]
    beyond = "; and there are other ways" if len(several) > FEW or more else ""
    return [f"{capital('; or '.join(words))}{beyond}.", *_barred(barred)]


def _barred(needs: Sequence[Need]) -> Iterator[str]:
    """What would meet a criterion, and for another reason does not do; what has one reason together."""
    reasons: dict[tuple[str, ...], list[Need]] = {}
    for need in needs:
        reasons.setdefault(need.against, []).append(need)
    for against, barred in reasons.items():
        yield f"Not {others(barred)}: {' '.join(against)}"


def alike_sets(sets: Iterable[tuple[Need, ...]]) -> list[list[tuple[Need, ...]]]:
    """Sets of facts, those together that need the same, each of another thing."""
    found: dict[object, list[tuple[Need, ...]]] = {}
    for each in sets:
        found.setdefault(_same_of_another(each), []).append(each)
    return list(found.values())


def _same_of_another(needs: Sequence[Need]) -> object:
    """What is needed of one thing, which the same may be needed of; or just this."""
    said = [said_of(need.fact) for need in needs]
    if len({of for _, of in said}) > 1:
        return tuple(need.fact for need in needs)
    return frozenset((_same(need), need.value) for need in needs)


def _together(alike: Sequence[Sequence[Need]], known: set[str]) -> str:
    """What is needed together, or the same of others."""
    words = []
    for first, *further in families(alike[0], few=1):
        same = f", and the same of {others(further)}" if further else ""
        words.append(f"{_with_mark(first, known)}{same}")
    of = others(needs[0] for needs in alike[1:])
    return ", and ".join(words) + (f", or the same of {of}" if of else "")


def _is_the_opposite(item: Item | Criterion) -> bool:
    """Whether no more is needed than that its reason, one stated fact, were otherwise."""
    needed = {(need.fact, not need.value) for each in item.needs for need in each}
    return needed == {(cause.fact, cause.value) for cause in item.because} and len(needed) == 1


def _with_mark(need: Need, known: set[str]) -> str:
    """What is needed and, unless that is known by now, what the record says of it; as within a sentence."""
    words = _within(need)
    if need.text in known:
        return words
    known.add(need.text)
    but = f"; but: {' '.join(need.against).rstrip('.')}" if need.against else ""
    return f"{words} ({_MARKS[need.says, need.origin]}{but})"


_NO_NAMES = ("A ", "An ", "No ", "None ", "Nothing ", "The ", "There ")
"""What begins a sentence with a capital and is no name."""


def _within(need: Need) -> str:
    """What is needed as it stands within a sentence: a capital is left to a name that has one."""
    words, label = need.text[:-1], need.about
    if words.startswith(_NO_NAMES):
        return words[:1].lower() + words[1:]
    return label[:1] + words[1:] if label and words.startswith(capital(label)) else words


def assumed_sentences(assumptions: Iterable[Assumption]) -> str:
    """What is assumed, those of one family as one where there are words for all."""
    told = " ".join(dict.fromkeys(each.together or each.text for each in assumptions))
    return f"Assumed, as the case is silent: {told}"


def reading_sentence(other: OtherReading) -> str:
    """Which outcome another reading of the text would give, and which reading that is."""
    return f"{in_words(other.possible).capitalize()}, if the text is read so: {other.text}"


def served_by(asked: Iterable[Missing | Asked]) -> str:
    """What the questions are asked for, unless that is nearly everything."""
    served = list(dict.fromkeys(item for a in asked for item in a.bears_on))
    if not served:
        return ""
    return f", for {', '.join(served)}" if len(served) <= FEW else ", for most of what is open"


def by_plan(missing: Iterable[Missing]) -> tuple[list[Missing], list[Missing]]:
    """What a record can settle, and how the text is read, which is for the plan to settle."""
    found: tuple[list[Missing], list[Missing]] = ([], [])
    for item in missing:
        found[item.settled_by == "plan"].append(item)
    return found


HOW_READ = "For the plan to settle: how the text is read"
"""The title above what is asked of nobody else."""

UNTOLD = "The outcome hangs on the answer in more ways than can be told here."
"""Stands for the answers to a question, and what each leaves, where these are far too many."""


def questions(missing: Sequence[Missing]) -> list[tuple[str, list[Missing]]]:
    """What to ask, each question once; what a person is asked for at once is one question."""
    found: dict[str, list[Missing]] = {}
    for item in missing:
        found.setdefault(item.together or item.question, []).append(item)
    return list(found.items())


def members_asked(asked: Iterable[Missing]) -> list[str]:
    """What a question for several asks for, by classes: `not tolerated: methotrexate, cyclosporine`."""
    kinds: dict[str, dict[str, None]] = {}
    for item in asked:
        if item.together:
            kinds.setdefault(item.kind, {})[item.member] = None
    return [f"{kind}: {listed(list(names))}".removeprefix(": ") for kind, names in kinds.items()]


def has_unmet(d: Decision) -> bool:
    """Whether some criterion is not met, and so says itself why."""
    return any(c.status == "unmet" for c in d.criteria)


def handling_sentences(d: Decision) -> list[str]:
    """What the request says of itself: when it was sent and came in, and whether it is urgent."""
    said = d.handling
    days = (("submitted", "Submitted on {}."), ("received_on", "Received on {}."))
    found = [words.format(said[name]) for name, words in days if name in said]
    if "expedited" in said:
        found.append(f"An expedited review is {'' if said['expedited'] else 'not '}asked for.")
    return found
