"""A decision as a person reads it: what fails first, its clause, and the fact that caused it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

import click

from lupa.answers.decision import (
    Aside,
    Assumption,
    Cause,
    Criterion,
    Decision,
    Item,
    Missing,
    Remark,
    Suggestion,
    Why,
)
from lupa.errors import printable
from lupa.rules.quantities import CUTS

if TYPE_CHECKING:
    from lupa.answers.exploration import Asked

PERSON = "lupa proposes this determination under the text of the policy. A person decides."

COLOURS = {
    "approve": "green",
    "modify": "yellow",
    "deny": "red",
    "refer": "magenta",
    "out_of_scope": "cyan",
    "pend": "blue",
}
FEW = 6
"""So many facts of one kind are said in sentences; more are listed by name."""


def text(decision: Decision, width: int = 80) -> str:
    """The decision as plain text with terminal styles, `width` columns wide."""
    return "\n".join(Page(width).decision(decision))


def why_text(why: Why, width: int = 80) -> str:
    """The decision with every criterion in full and the reasons of its outcome."""
    page = Page(width)
    return "\n".join([*page.decision(why.decision, full=True), *page.reasons(why)])


def witness_text(decision: Decision, width: int = 80) -> str:
    """For each possible outcome of a `pend`, a patient who has it, as a case in YAML."""
    from lupa.record.strict_yaml import dump  # who wants no case need not wait for the YAML library

    if not decision.witnesses:
        return "\nOne outcome is possible, whatever else is so: no patient shows another."
    lines = []
    for witness in decision.witnesses:
        outcome = witness.outcome.replace("_", " ")
        lines += ["", click.style(f"A patient for whom it is {outcome}:", bold=True)]
        lines += dump(witness.case, width).splitlines()
    return "\n".join(lines)


class _Said(Protocol):
    """A fact that is said to be so, or not."""

    @property
    def fact(self) -> str: ...

    @property
    def value(self) -> bool: ...


S = TypeVar("S", bound=_Said)


def families(causes: Iterable[S]) -> Iterator[list[S]]:
    """The facts, those of one kind and value together where they are more than a few."""
    groups: dict[tuple[str, bool], list[S]] = {}
    for cause in causes:
        groups.setdefault((cause.fact.partition("(")[0], cause.value), []).append(cause)
    for group in groups.values():
        if len(group) > FEW:
            yield group
        else:
            yield from ([cause] for cause in group)


def in_words(outcomes: Iterable[str], joint: str = "or") -> str:
    """Outcomes as they are read: `approve, deny or out of scope`."""
    *first, last = (outcome.replace("_", " ") for outcome in outcomes)
    return f"{', '.join(first)} {joint} {last}" if first else last


def verdict(decision: Decision) -> str:
    """The outcome in capitals; of a pend also what it is between."""
    if decision.outcome == "pend":
        return f"PEND ({in_words(decision.possible)})"
    return in_words([decision.outcome]).upper()


_NAME_AND_VALUE = ("reading", "requested", *CUTS)
"""The facts that give something a value, as a command line does: `reading(term_limit,cap)`."""


def argument(fact: str) -> str:
    """What a fact is about: `voclosporin` of `taking(voclosporin)`, `a=b` of `reading(a,b)`.

    Of a relation it is the first, with the others behind: `methotrexate (intolerance)`.
    """
    name, _, inner = fact.partition("(")
    if name in _NAME_AND_VALUE:
        return inner[:-1].replace(",", "=", 1)
    first, _, others = inner[:-1].partition(",")
    if not others:
        return first or fact
    return f"{first} ({others.replace(',', ', ')})"


def cause_sentences(causes: Iterable[Cause]) -> list[str]:
    """The facts of a reason as sentences; a long row of one kind is one of them."""
    found = []
    for group in families(causes):
        if len(group) == 1:
            found.append(group[0].text)
        else:
            name = group[0].fact.partition("(")[0]
            truth = "yes" if group[0].value else "no"
            found.append(f"{name}: {truth} for each of {', '.join(argument(c.fact) for c in group)}.")
    return found


_STATUS = {"met": "met", "unmet": "not met", "open": "open"}
_STATUS_COLOURS = {"met": "green", "unmet": "red", "open": "blue"}
_NEEDED = {"all": "All of these are needed", "any": "One of these is needed"}


def count_sentence(criterion: Criterion) -> str:
    """What a criterion needs of its parts, and how many are met."""
    needed = _NEEDED.get(criterion.of or "", f"{criterion.least} of these are needed")
    return f"{needed}; {criterion.found}."


def parts_shown(criterion: Criterion) -> tuple[list[Criterion], list[Criterion]]:
    """The parts that a reader has to see, and those that a criterion which is met does without."""
    parts = list(criterion.parts)
    if criterion.status != "met" or criterion.of == "all":
        return parts, []
    return [p for p in parts if p.status == "met"], [p for p in parts if p.status != "met"]


class Page:
    """The parts of a page, `width` columns wide."""

    def __init__(self, width: int) -> None:
        self._width = max(40, min(width, 100))

    def wrap(self, words: str, indent: int, hang: int | None = None) -> list[str]:
        return textwrap.wrap(
            words,
            self._width,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent if hang is None else hang),
            break_long_words=False,
            break_on_hyphens=False,
        )

    def title(self, words: str) -> list[str]:
        return ["", *(click.style(line, bold=True) for line in self.wrap(words, 0))]

    def decision(self, d: Decision, *, full: bool = False) -> list[str]:
        """The page: the outcome, what fails or is missing, what is met, what was assumed."""
        lines = self.head(d)
        lines += self.items("Why", [*d.scope, *d.bases], d)
        lines += self.items("More is asked for than can be authorized", d.limits, d)
        if d.outcome != "out_of_scope" or full:
            unmet = [c for c in d.criteria if c.status == "unmet"]
            lines += self._criteria("Not met", unmet, "red", full=full)
            lines += self._missing(d.missing)
            open_ = [c for c in d.criteria if c.status == "open"]
            lines += self._criteria("Open", open_, "blue", full=full)
            met = [c for c in d.criteria if c.status == "met"]
            lines += self._criteria("Met", met, "green", full=True) if full else self._met(met)
        lines += self.items("Would be denied for, but for the override", d.superseded, d)
        lines += self.items("Advisories (they change no outcome)", d.advisories, d)
        lines += self.items("Notes", d.notes, d)
        lines += self._suggested(d.suggestions)
        lines += self._aside(d.aside)
        lines += self._remarks(d.remarks)
        lines += self._assumed(d.assumptions, full=full)
        if d.unread:
            lines += [
                "",
                *self.wrap(f"Stated, but not asked about by this policy: {', '.join(d.unread)}.", 0, 2),
            ]
        lines += ["", *self.wrap(f"Next: {d.next}", 0, 6), *self.wrap(PERSON, 0)]
        return lines

    def head(self, d: Decision) -> list[str]:
        outcome = d.outcome.replace("_", " ").upper()
        head = click.style(outcome, fg=COLOURS[d.outcome], bold=True)
        if d.outcome == "pend":
            head += f"  between {in_words(d.possible, 'and')}"
        newest = " (the newest: no service_date)" if d.edition_by == "newest" else ""
        policy = f"{d.policy}, edition {d.edition}{newest}"
        fits = len(click.unstyle(head)) + 2 + len(policy) <= self._width
        lines = [f"{head}  {policy}"] if fits else [head, policy]
        caveats = [line for caveat in d.caveats for line in self.wrap(f"Caveat: {caveat}", 0, 8)]
        return [*lines, *self.wrap(d.text, 0), *caveats, *self.case(d)]

    def case(self, d: Decision) -> list[str]:
        """The name of the case, if it has one."""
        return self.wrap(f"Case: {printable(d.case)}", 0, 6) if d.case else []

    def items(self, title: str, items: Sequence[Item], d: Decision) -> list[str]:
        lines = self.title(title) if items else []
        for item in items:
            perhaps = "" if item.certain else "(it or another of these) "
            lines += self.wrap(f"{item.id}: {perhaps}{item.text}", 2, 4)
            if item.id != "criteria_not_met" or not _has_unmet(d):  # else each criterion says it
                lines += self.because(item.because)
            lines += self.source(item.source)
        return lines

    def _criteria(self, title: str, criteria: Sequence[Criterion], colour: str, *, full: bool) -> list[str]:
        lines = self.title(title) if criteria else []
        for c in criteria:
            where = "" if c.applies else " (on some of the possible pathways)"
            first, *rest = self.wrap(f"{c.id}: {c.text}{where}", 2, 4)
            lines += [first.replace(c.id, click.style(c.id, fg=colour), 1), *rest]
            lines += self.counted(c) or self.because(c.because)
            lines += self.source(c.source)
            lines += self._parts(c, 4, full=full)
        return lines

    def _parts(self, of: Criterion, indent: int, *, full: bool) -> list[str]:
        """The parts of a criterion, the failing first; those that are met in short unless in `full`.

        Where one that is met would do without some, these are only named.
        """
        shown, idle = parts_shown(of)
        lines = []
        for part in shown:
            status = _STATUS[part.status]
            where = "" if part.applies else " (if it applies)"
            first, *rest = self.wrap(f"- {status}, {part.id}: {part.text}{where}", indent, indent + 2)
            styled = click.style(status, fg=_STATUS_COLOURS[part.status])
            lines += [first.replace(status, styled, 1), *rest]
            lines += self.counted(part, indent + 4)
            if full or part.status != "met":
                if not part.parts and cause_sentences(part.because) != [part.text]:
                    lines += self.because(part.because, indent + 4)
                lines += self.source(part.source, indent + 4) if part.source != of.source else []
                lines += self._parts(part, indent + 4, full=full)
        if idle:
            lines += self.wrap(f"- not needed: {', '.join(part.id for part in idle)}", indent, indent + 2)
        return lines

    def counted(self, criterion: Criterion, indent: int = 4) -> list[str]:
        """What a criterion needs of its parts, and how many are met; nothing for one without parts."""
        return self.wrap(count_sentence(criterion), indent) if criterion.of else []

    def because(self, causes: Sequence[Cause], indent: int = 4) -> list[str]:
        sentences = cause_sentences(causes)
        return self.wrap(f"because {' '.join(sentences)}", indent, indent + 8) if sentences else []

    def source(self, source: str, indent: int = 4) -> list[str]:
        return [click.style(line, dim=True) for line in self.wrap(source, indent)]

    def _met(self, criteria: Sequence[Criterion]) -> list[str]:
        lines = self.title("Met") if criteria else []
        for c in criteria:
            sentences = " ".join(cause_sentences(c.because)) or c.text
            by = f" ({c.found})" if c.of and c.of != "all" else ""
            lines += self.wrap(f"{c.id}{by}: {sentences}", 2, 4)
        return lines

    def _missing(self, missing: Sequence[Missing]) -> list[str]:
        lines = self.title("Missing, the most decisive first") if missing else []
        for question, asked in questions(missing):
            lines += self.wrap(f"- {question}", 2, 4)
            about = ", ".join(argument(m.fact) for m in asked) if len(asked) > 1 else asked[0].fact
            lines += self.wrap(f"{about}{served_by(asked)}", 4)
        return lines

    def _suggested(self, suggestions: Sequence[Suggestion]) -> list[str]:
        lines = self.title("Suggested by a code, and not stated") if suggestions else []
        for each in suggestions:
            lines += self.wrap(f"{each.code} ({each.ground.rstrip('.')}): {each.question}", 2, 4)
        return lines

    def _aside(self, aside: Sequence[Aside]) -> list[str]:
        lines = self.title("Not known here, and set aside as it is written") if aside else []
        for each in aside:
            words = {True: "", False: " (said not to be so)", None: " (not known whether)"}[each.value]
            lines += self.wrap(f"{each.place}: {printable(each.name)}{words}", 2, 4)
        return lines

    def _remarks(self, remarks: Sequence[Remark]) -> list[str]:
        lines = self.title("How the case was read") if remarks else []
        for each in remarks:
            lines += self.wrap(f"{each.place}: {each.text}", 2, 4)
        return lines

    def _assumed(self, assumptions: Sequence[Assumption], *, full: bool) -> list[str]:
        if not assumptions:
            return []
        if full:
            lines = self.title("Assumed, as the case is silent")
            return lines + [line for a in assumptions for line in self.wrap(f"{a.fact}: {a.text}", 2, 4)]
        kinds: dict[str, list[str]] = {}
        whole = []  # the words for a flag, a number, or all of a kind alike
        for a in assumptions:
            name, bracket, _ = a.fact.partition("(")
            if bracket and name not in CUTS:
                kinds.setdefault(name if a.value else f"not {name}", []).append(argument(a.fact))
            else:
                whole.append(a.text)
        words = "; ".join(f"{kind}: {', '.join(about)}" for kind, about in kinds.items())
        told = " ".join([*([f"{words}."] if words else []), *whole])
        return ["", *self.wrap(f"Assumed, as the case is silent: {told}", 0, 2)]

    def reasons(self, why: Why) -> list[str]:
        """The minimal reasons of the outcome: each suffices, and no part of it does."""
        count = len(why.reasons)
        if not count:
            return []
        title = "A minimal reason for the outcome" if count == 1 else f"{count} minimal reasons"
        lines = self.title(f"{title}: it holds whatever else is so")
        for number, causes in enumerate(why.reasons, start=1):
            lines += self.wrap(f"{number}. {' '.join(cause_sentences(causes))}", 2, 5)
        return lines


def served_by(asked: Iterable[Missing | Asked]) -> str:
    """What the questions are asked for, unless that is nearly everything."""
    served = list(dict.fromkeys(item for a in asked for item in a.bears_on))
    if not served:
        return ""
    return f", for {', '.join(served)}" if len(served) <= FEW else ", for most of what is open"


def questions(missing: Sequence[Missing]) -> Iterator[tuple[str, list[Missing]]]:
    """What to ask, each question once; many of one kind become one question."""
    kinds: dict[str, list[Missing]] = {}
    for item in missing:
        kinds.setdefault(item.fact.partition("(")[0], []).append(item)
    asked = set()
    for item in missing:
        kind = item.fact.partition("(")[0]
        same = [m for m in missing if m.question == item.question]
        if len(kinds[kind]) > FEW and len(same) == 1:
            same = kinds[kind]
            words = f"{same[0].question} And likewise each of the others:"
        else:
            words = item.question
        if words not in asked:
            asked.add(words)
            yield words, same


# ---- Markdown ----------------------------------------------------------------------------------


def markdown(decision: Decision) -> str:
    """The decision as the body of a letter: each reason, its clause, what is missing, what next."""
    d = decision
    outcome = d.outcome.replace("_", " ")
    if d.outcome == "pend":
        outcome = f"not settled between {in_words(d.possible, 'and')}"
    lines = [f"## Proposed determination: {outcome}", "", d.text]
    if d.case:
        lines += ["", f"Case: {escaped(printable(d.case))}  "]
    lines += ["", f"Policy: {escaped(d.policy)}, edition {escaped(d.edition)}"]
    for caveat in d.caveats:
        lines += ["", f"Caveat: {escaped(caveat)}"]
    reasons: list[Item | Criterion] = [*d.scope]
    reasons += [b for b in d.bases if b.id != "criteria_not_met" or not _has_unmet(d)]
    reasons += [c for c in d.criteria if c.status == "unmet" and d.outcome != "out_of_scope"]
    lines += _section("Reasons", reasons)
    lines += _section("Limits", d.limits)
    if d.missing:
        lines += ["", "### What is missing, and why it is asked", ""]
        for question, asked in questions(d.missing):
            names = ", ".join(argument(m.fact) for m in asked)
            listed = f" ({names})" if len(asked) > 1 else ""
            sources = list(dict.fromkeys(s for m in asked for s in m.source.split("; ") if s))
            clauses = "; ".join(sources[:FEW]) + (" and others" if len(sources) > FEW else "")
            lines.append(f"- {escaped(question + listed)} *{escaped(clauses)}*")
    lines += _section("For attention", [*d.advisories, *d.notes])
    lines += ["", "### What next", "", d.next, "", f"*{PERSON}*"]
    return "\n".join(lines)


def _has_unmet(d: Decision) -> bool:
    return any(c.status == "unmet" for c in d.criteria)


def _section(title: str, items: Sequence[Item | Criterion]) -> list[str]:
    lines = ["", f"### {title}", ""] if items else []
    for number, item in enumerate(items, start=1):
        has_parts = isinstance(item, Criterion) and item.of
        because = "" if has_parts else " ".join(cause_sentences(item.because))
        lines.append(f"{number}. **{escaped(item.text)}** {escaped(because)}  ".rstrip() + "  ")
        lines.append(f"   *{escaped(item.source)}*" if item.source else "")
        if isinstance(item, Criterion) and item.of:
            lines += ["", f"   {escaped(count_sentence(item))}", "", *_markdown_parts(item, 3)]
    return lines


def _markdown_parts(criterion: Criterion, indent: int) -> list[str]:
    """The parts of a criterion as a list, the failing first, those of parts beneath them."""
    lines = []
    shown, _ = parts_shown(criterion)
    for part in shown:
        words = f"{_STATUS[part.status]}: **{escaped(part.text)}**"
        if part.parts:
            words += f" {escaped(count_sentence(part))}"
        elif part.status == "unmet":
            words += f" {escaped(' '.join(cause_sentences(part.because)))}"
        if part.source not in ("", criterion.source):
            words += f" *{escaped(part.source)}*"
        lines.append(f"{' ' * indent}- {words}")
        if part.status != "met":
            lines += _markdown_parts(part, indent + 2)
    return lines


def escaped(words: str) -> str:
    """Text in which no character means anything to Markdown or HTML."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&!])", r"\\\1", words)
