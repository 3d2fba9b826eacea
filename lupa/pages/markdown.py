"""A decision in Markdown, to be pasted where people write to each other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lupa.answers.decision import Criterion, Decision, Item
from lupa.errors import printable
from lupa.pages.sentences import (
    FEW,
    HOW_READ,
    PERSON,
    STATUS,
    assumed_sentences,
    by_plan,
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
    tree_sentence,
)
from lupa.rules.spoken import capital


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
    lines += [line for said in handling_sentences(d) for line in ("", said)]
    for caveat in d.caveats:
        lines += ["", f"Caveat: {escaped(caveat)}"]
    reasons: list[Item | Criterion] = [*d.scope]
    reasons += [b for b in d.bases if b.id != "criteria_not_met" or not has_unmet(d)]
    reasons += [c for c in d.criteria if c.status == "unmet" and d.outcome != "out_of_scope"]
    lines += _section("Reasons", reasons)
    lines += _section("Limits", d.limits)
    lines += ["", f"Can be authorized: {escaped(d.authorized_text)}."] if d.authorized_text else []
    if d.depends_on:
        lines += ["", "### Under another reading of the text", ""]
        lines += [
            f"- {escaped(reading_sentence(other))} *{escaped(other.source)}*" for other in d.depends_on
        ]
    lines += _section("Advisories", d.advisories)
    record, plan = by_plan(d.missing)
    for title, missing in (("What is missing, and why it is asked", record), (HOW_READ, plan)):
        lines += ["", f"### {title}", ""] if missing else []
        for question, asked in questions(missing):
            listed = "".join(f" {capital(named)}." for named in members_asked(asked))
            sources = list(dict.fromkeys(s for m in asked for s in m.source.split("; ") if s))
            clauses = "; ".join(sources[:FEW]) + (" and others" if len(sources) > FEW else "")
            helps = dict.fromkeys(m.help for m in asked if m.help and m.settled_by == "record")
            means = "".join(f" {said}" for said in helps)
            lines.append(f"- {escaped(question + listed + means)} *{escaped(clauses)}*")
    lines += _section("For attention", d.notes)
    lines += ["", escaped(assumed_sentences(d.assumptions))] if d.assumptions else []
    lines += ["", "### What next", "", d.next, "", f"*{PERSON}*"]
    return "\n".join(lines)


def _section(title: str, items: Sequence[Item | Criterion]) -> list[str]:
    lines = ["", f"### {title}", ""] if items else []
    for number, item in enumerate(items, start=1):
        has_parts = isinstance(item, Criterion) and item.of
        because = "" if has_parts else " ".join(further_causes(item))
        said = item.text if has_parts else item_sentence(item)
        lines.append(f"{number}. **{escaped(said)}** {escaped(because)}  ".rstrip() + "  ")
        lines.append(f"   *{escaped(item.source)}*" if item.source else "")
        if isinstance(item, Criterion) and item.of:
            parts = _markdown_parts(item, 3, marked=is_marked(item))
            lines += ["", f"   {escaped(tree_sentence(item))}", "", *parts]
        if needs := needs_sentences(item):
            lines += ["", f"   Needed: {escaped(' '.join(needs))}", ""]
    return lines


def _markdown_parts(criterion: Criterion, indent: int, *, marked: bool) -> list[str]:
    """The parts of a criterion as a list, the failing first, those of parts beneath them."""
    lines = []
    shown, _ = parts_shown(criterion)
    for part in shown:
        failing = part.status == "unmet" and not part.parts
        said = item_sentence(part, marked=marked) if failing else part.text
        words = f"{STATUS[part.status]}: **{escaped(said)}**"
        if part.parts:
            words += f" {escaped(count_sentence(part))}"
        elif failing:
            words += f" {escaped(' '.join(further_causes(part, marked=marked)))}".rstrip()
        if part.source not in ("", criterion.source):
            words += f" *{escaped(part.source)}*"
        lines.append(f"{' ' * indent}- {words}")
        if part.status != "met":
            lines += _markdown_parts(part, indent + 2, marked=marked)
    return lines


def escaped(words: str) -> str:
    """Text in which no character means anything to Markdown or HTML."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&!])", r"\\\1", words)
