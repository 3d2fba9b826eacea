"""A decision as a person reads it: what fails first, its clause, and the fact that caused it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import click

from lupa.answers.decision import (
    Aside,
    Assumption,
    Criterion,
    Decision,
    Item,
    Missing,
    OtherReading,
    Remark,
    Suggestion,
    Why,
)
from lupa.errors import printable
from lupa.pages.sentences import (
    HOW_READ,
    PERSON,
    STATUS,
    Caused,
    asked_about,
    assumed_sentences,
    by_plan,
    cause_sentences,
    count_sentence,
    further_causes,
    handling_sentences,
    has_unmet,
    in_words,
    is_marked,
    item_sentence,
    members_asked,
    needs_sentences,
    parts_shown,
    questions,
    reading_sentence,
    served_by,
    tree_sentence,
)

COLOURS = {
    "approve": "green",
    "modify": "yellow",
    "deny": "red",
    "refer": "magenta",
    "out_of_scope": "cyan",
    "pend": "blue",
}

_STATUS_COLOURS = {"met": "green", "unmet": "red", "open": "blue"}


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
        lines += self._authorized(d)
        if d.outcome != "out_of_scope" or full:
            unmet = [c for c in d.criteria if c.status == "unmet"]
            lines += self._criteria("Not met", unmet, "red", full=full)
            lines += self._readings(d.depends_on)
            lines += self._missing(d.missing)
        lines += self.items("Advisories (they change no outcome)", d.advisories, d)
        if d.outcome != "out_of_scope" or full:
            open_ = [c for c in d.criteria if c.status == "open"]
            lines += self._criteria("Open", open_, "blue", full=full)
        lines += self.items("Would be denied for, but for the override", d.superseded, d)
        if d.outcome != "out_of_scope" or full:
            met = [c for c in d.criteria if c.status == "met"]
            lines += self._criteria("Met", met, "green", full=True) if full else self._met(met)
        lines += self.items("Notes", d.notes, d)
        lines += self._suggested(d.suggestions)
        lines += self.aside(d.aside)
        lines += self.remarks(d.remarks)
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
        lines = [f"{head}  {policy}"] if fits else [head, *self.wrap(policy, 0, 2)]
        caveats = [line for caveat in d.caveats for line in self.wrap(f"Caveat: {caveat}", 0, 8)]
        handling = [line for said in handling_sentences(d) for line in self.wrap(said, 0)]
        return [*lines, *self.wrap(d.text, 0), *caveats, *self.case(d), *handling]

    def _authorized(self, d: Decision) -> list[str]:
        """How much can be authorized, where that is limited."""
        said = f"Can be authorized: {d.authorized_text}."
        return ["", *self.wrap(said, 0, 2)] if d.authorized_text else []

    def case(self, d: Decision) -> list[str]:
        """The name of the case, if it has one."""
        return self.wrap(f"Case: {printable(d.case)}", 0, 6) if d.case else []

    def items(self, title: str, items: Sequence[Item], d: Decision) -> list[str]:
        lines = self.title(title) if items else []
        for item in items:
            perhaps = "" if item.certain else "(it or another of these) "
            lines += self.wrap(f"{item.id}: {perhaps}{item_sentence(item)}", 2, 4)
            if item.id != "criteria_not_met" or not has_unmet(d):  # else each criterion says it
                lines += self.because(item)
                lines += self._needs(item)
            lines += self.source(item.source)
        return lines

    def _criteria(self, title: str, criteria: Sequence[Criterion], colour: str, *, full: bool) -> list[str]:
        lines = self.title(title) if criteria else []
        for c in criteria:
            where = "" if c.applies else " (on some of the possible pathways)"
            said = c.text if c.of else item_sentence(c)
            first, *rest = self.wrap(f"{c.id}: {said}{where}", 2, 4)
            lines += [first.replace(c.id, click.style(c.id, fg=colour), 1), *rest]
            if c.of:
                lines += self.wrap(tree_sentence(c), 4)
            else:
                lines += [*self.because(c), *self._needs(c)]
            lines += self.source(c.source)
            lines += self._parts(c, 4, full=full, marked=is_marked(c))
            lines += self._needs(c) if c.of else []
        return lines

    def _parts(self, of: Criterion, indent: int, *, full: bool, marked: bool) -> list[str]:
        """The parts of a criterion, the failing first; those that are met in short unless in `full`.

        Where one that is met would do without some, these are only named; `marked` is as of `because`.
        """
        shown, idle = parts_shown(of)
        lines = []
        for part in shown:
            status = STATUS[part.status]
            where = "" if part.applies else " (if it applies)"
            own = not part.parts and (full or part.status != "met")  # what it says and why is its own
            said = item_sentence(part, marked=marked) if own else part.text
            first, *rest = self.wrap(f"- {status}, {part.id}: {said}{where}", indent, indent + 2)
            styled = click.style(status, fg=_STATUS_COLOURS[part.status])
            lines += [first.replace(status, styled, 1), *rest]
            lines += self.wrap(count_sentence(part), indent + 4) if part.of else []
            if full or part.status != "met":
                lines += self.because(part, indent + 4, marked=marked) if own else []
                lines += self.source(part.source, indent + 4) if part.source != of.source else []
                lines += self._parts(part, indent + 4, full=full, marked=marked)
        if idle:
            lines += self.wrap(f"- not needed: {', '.join(part.id for part in idle)}", indent, indent + 2)
        return lines

    def because(self, item: Caused, indent: int = 4, *, marked: bool = False) -> list[str]:
        """Why an item is so, unless it says that itself."""
        return self.causes(further_causes(item, marked=marked), indent)

    def causes(self, sentences: Sequence[str], indent: int = 4) -> list[str]:
        """Why something is so."""
        return self.wrap(f"because {' '.join(sentences)}", indent, indent + 8) if sentences else []

    def _needs(self, item: Item | Criterion) -> list[str]:
        sentences = needs_sentences(item)
        return self.wrap(f"needs {' '.join(sentences)}", 4, 10) if sentences else []

    def _readings(self, readings: Sequence[OtherReading]) -> list[str]:
        lines = self.title("Under another reading of the text") if readings else []
        for other in readings:
            lines += self.wrap(reading_sentence(other), 2, 4)
            lines += self.wrap(f"reading {other.reading}={other.choice}", 4)
            lines += self.source(other.source)
        return lines

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
        record, plan = by_plan(missing)
        lines = self.title("Missing, the most decisive first") if record else []
        for question, asked in questions(record):
            lines += self.wrap(f"- {question}", 2, 4)
            lines += [line for named in members_asked(asked) for line in self.wrap(named, 4, 6)]
            lines += self.wrap(" ".join(dict.fromkeys(m.help for m in asked if m.help)), 4)
            lines += self.wrap(f"{asked_about(asked)}{served_by(asked)}", 4)
        lines += self.title(HOW_READ) if plan else []
        for question, asked in questions(plan):
            lines += self.wrap(f"- {question}", 2, 4)
            lines += self.wrap(f"{asked_about(asked)}{served_by(asked)}", 4)
        return lines

    def _suggested(self, suggestions: Sequence[Suggestion]) -> list[str]:
        lines = self.title("Suggested, and not stated") if suggestions else []
        for each in suggestions:
            lines += self.wrap(f"{each.code} ({each.ground.rstrip('.')}): {each.question}", 2, 4)
        return lines

    def aside(self, aside: Sequence[Aside]) -> list[str]:
        lines = self.title("Not known here, and set aside as it is written") if aside else []
        for each in aside:
            words = {True: "", False: " (said not to be so)", None: " (not known whether)"}[each.value]
            lines += self.wrap(f"{each.place}: {printable(each.name)}{words}", 2, 4)
        return lines

    def remarks(self, remarks: Sequence[Remark]) -> list[str]:
        lines = self.title("How the case was read") if remarks else []
        for each in remarks:
            lines += self.wrap(str(each), 2, 4)
        return lines

    def _assumed(self, assumptions: Sequence[Assumption], *, full: bool) -> list[str]:
        if not assumptions:
            return []
        if full:
            lines = self.title("Assumed, as the case is silent")
            return lines + [line for a in assumptions for line in self.wrap(f"{a.fact}: {a.text}", 2, 4)]
        return ["", *self.wrap(assumed_sentences(assumptions), 0, 2)]

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
