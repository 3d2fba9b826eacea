"""A report as one page for a browser or for paper: findings, laws, and the policies they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from lupa.authors.reports.finding import Because, Example, Finding, Patient, Place, Report
from lupa.authors.reports.html import Html, code, folded, joined, listed, page, table, tag
from lupa.authors.reports.text import (
    PATTERNS,
    PROPOSED,
    once,
    outcome,
    tally,
    told,
    verdict,
    where,
)
from lupa.errors import counted
from lupa.pages.columns import Row
from lupa.pages.table import ledger, needs, only_if
from lupa.pages.table import table as policy_table
from lupa.record.strict_yaml import dump
from lupa.version import __version__

if TYPE_CHECKING:
    from lupa.rules.edition import Edition
    from lupa.rules.store import Store

SECTIONS = {
    "new": "New findings",
    "laws": "Laws",
    "accepted": "Accepted findings",
    "kept": "Patients who show that laws are kept",
    "policies": "Policies",
}
_PARTS = {
    "out_of_scope": "Out of scope",
    "bases": "Denied, or not covered",
    "advisories": "Advisories, which change no outcome",
}
_NO_ID = re.compile(r"[^\w.-]+")


def report_html(report: Report, kb: Store, on: date | None = None) -> str:
    """The report as one self-contained page in HTML, which says `on` which day it was made."""
    parts = {
        "new": _new(report.new),
        "laws": [_laws(report)],
        "accepted": _accepted(report),
        "kept": [_kept(*group) for group in _by_law(report.examples)],
        "policies": _policies(report, kb),
    }
    filled = {name: content for name, content in parts.items() if content}
    return page(
        f"lupa verify: {verdict(report)}",
        _header(report, filled, kb, on),
        tag("main", *(_section(name, *content) for name, content in filled.items())),
        tag("footer", tag("p", PROPOSED, class_="quiet")),
        style=STYLE,
    )


def _header(report: Report, sections: Iterable[str], kb: Store, on: date | None) -> Html:
    links = [tag("a", SECTIONS[name], href=f"#{name}") for name in sections]
    kind = report.new[0].severity if report.new else "good"
    return tag(
        "header",
        tag("h1", "What verification found"),
        tag("p", verdict(report), class_=f"verdict {kind}"),
        tag("p", "Asked over every patient that can be described, of ", _listing(report.editions), "."),
        tag("p", _made(report, kb, on), class_="quiet"),
        tag("nav", listed(links), aria_label="Sections"),
    )


def _made(report: Report, kb: Store, on: date | None) -> str:
    """From which rules the report was made, by which lupa and when."""
    policies = dict(name.split("@", 1) for name in report.editions)
    rules = (f"{name} {kb.edition(name, edition).fingerprint}" for name, edition in policies.items())
    day = [f"Made on {on.isoformat()}"] if on else []
    return "; ".join([*day, f"lupa {__version__}", *rules])


def _listing(names: Iterable[str]) -> Html:
    return Html(", ".join(map(code, names)))


def _section(name: str, *content: str) -> Html:
    return tag("section", tag("h2", SECTIONS[name], id=name), *content, aria_labelledby=name)


# ---- findings ------------------------------------------------------------------------------------


def _new(findings: Sequence[Finding]) -> list[Html]:
    if not findings:
        return [tag("p", "Nothing new.")]
    return [
        tag(
            "article",
            tag("h3", _severity(f), " ", f.text),
            *_apart(f, place),
            *_details(f, place),
            class_=f"finding {f.severity}",
        )
        for f, place in once(findings)
    ]


_BRIEF = 160
"""So many letters of a patient stand in the heading of a finding."""


def _apart(finding: Finding, place: str) -> list[Html]:
    """What tells a finding from others at a glance: what it is about, where, and the patient."""
    shown = [_brief(patient) for patient in finding.patients[:1]]
    about = joined(code(finding.subject), " in ", code(place))
    return [tag("div", about, class_="quiet"), *(tag("div", words, class_="quiet") for words in shown)]


def _brief(patient: Patient) -> str:
    words = f"{outcome(patient).upper()}: {told(patient)}"
    return words if len(words) <= _BRIEF else f"{words[:_BRIEF].rpartition(' ')[0]} …"


def _accepted(report: Report) -> list[Html]:
    """Accepted findings, each folded under its sentence and the reason for which it is expected."""
    found = [
        folded(
            joined(_severity(f), " ", f.text, *_apart(f, place)),
            tag("p", tag("strong", "Accepted: "), f.accepted or ""),
            *_details(f, place),
            class_=f"finding {f.severity}",
        )
        for f, place in once(f for f in report.findings if f.accepted is not None)
    ]
    patterns = [
        joined(code(entry.entry), f": {counted(entry.covers, 'finding')}")
        for entry in report.entries
        if entry.pattern
    ]
    found = found or [tag("p", "None.")]
    found += [tag("h3", PATTERNS), listed(patterns)] if patterns else []
    gone = [tag("h3", "Found no more"), tag("p", _TAKE_OUT), listed(map(code, report.gone))]
    return [*found, *(gone if report.gone else [])]


_TAKE_OUT = "These are accepted, but nothing finds them now; take them out of the file."


def _severity(finding: Finding) -> Html:
    return tag("span", finding.severity, class_=f"badge {finding.severity}")


def _details(finding: Finding, place: str) -> list[Html]:
    """What makes a finding so: where it is, why, and on which patients it shows."""
    law = tag("a", code(finding.check), href=f"#{_law(finding.check)}")
    rows = {"Law": law, "In": code(place), "About": code(finding.subject)}
    if finding.clauses:
        rows["Clause"] = _lines(clause.source for clause in finding.clauses)
    if finding.places:
        rows["Rules"] = _lines(map(_place, finding.places))
    pairs = [tag("div", tag("dt", name), tag("dd", value)) for name, value in rows.items()]
    every = [folded(f"All {len(finding.subjects)}", _listing(finding.subjects))] if finding.subjects else []
    return [tag("dl", *pairs), *every, *_because(finding.because), *map(_patient, finding.patients)]


def _lines(parts: Iterable[str]) -> Html:
    return joined(*(tag("div", part) for part in parts))


def _place(place: Place) -> Html:
    return code(str(place))


def _because(because: Sequence[Because]) -> list[Html]:
    if not because:
        return []
    reasons = [joined(b.text, tag("div", _listing((b.item, *map(str, b.places))))) for b in because]
    return [tag("p", tag("strong", "Proven from what follows, taken together")), listed(reasons)]


def _patient(patient: Patient) -> Html:
    case = tag("pre", dump(patient.case, 60))
    return tag(
        "div",
        tag("p", tag("strong", "A patient who shows it: "), told(patient)),
        tag("p", code(where(patient)), " comes to ", tag("strong", outcome(patient)), "."),
        folded("The case, for lupa decide", case),
        class_="patient",
    )


# ---- laws ----------------------------------------------------------------------------------------


def _law(check: str) -> str:
    """The name of a law's place on the page."""
    return f"law-{_NO_ID.sub('-', check)}"


def _laws(report: Report) -> Html:
    rows = []
    for check in report.checks:
        asked, new, accepted = tally(report, check)
        name = joined(
            tag("span", code(check.id), id=_law(check.id)), tag("div", check.text, class_="words")
        )
        fresh = tag("strong", str(new), class_=check.severity) if new else "0"
        rows.append((name, str(asked), fresh, str(accepted)))
    caption = "Each law, of how many things it was asked, and its findings"
    return table(caption, ("Law", "Asked", "New", "Accepted"), rows, class_="laws")


def _by_law(examples: Iterable[Example]) -> Iterator[tuple[str, list[Example]]]:
    for check, group in groupby(examples, key=lambda example: example.check):
        yield check, list(group)


def _kept(check: str, examples: Sequence[Example]) -> Html:
    """The patients who show of one law after the other that it is kept."""
    shown = [
        joined(
            tag("p", code(example.subject), " in ", code(where(example))), *map(_patient, example.patients)
        )
        for example in examples
    ]
    return folded(joined(code(check), f": {len(examples)}"), *shown, class_="policy kept")


# ---- policies ------------------------------------------------------------------------------------


def _policies(report: Report, kb: Store) -> list[Html]:
    """Of each policy that was looked at: its editions as tables, and its ledger of clauses."""
    parts: list[Html] = []
    names = [name.split("@", 1) for name in report.editions]
    for policy, group in groupby(names, key=lambda name: name[0]):
        editions = [kb.edition(policy, edition) for _, edition in group]
        about = kb.about(policy)
        parts.append(tag("h3", about.document))
        parts.append(
            tag("p", code(policy), f", {about.payer}, covers {', '.join(about.drugs)}", class_="quiet")
        )
        parts += [_edition(edition, about.document) for edition in editions]
        parts.append(_ledger(editions, about.document))
    return parts


def _edition(edition: Edition, document: str) -> Html:
    data = policy_table(edition)
    tables = [_pathway(way, document) for way in data["pathways"]]
    tables += [_rows(title, data[part], document) for part, title in _PARTS.items() if data[part]]
    if data["readings"]:
        tables.append(_readings(data["readings"], document))
    return folded(f"Edition {edition.name} as a table", *tables, class_="policy")


def _pathway(way: Row, document: str) -> Html:
    pathway = ", ".join(way["words"].values())
    tables = [_rows(f"{pathway}: all of", way["criteria"], document)]
    if way["limits"]:
        tables.append(_rows(f"{pathway}: limits", way["limits"], document))
    return joined(*tables)


def _rows(title: str, rows: Iterable[Row], document: str) -> Html:
    cells = [
        (
            code(row["id"]),
            joined(row["text"] + only_if(row), _source(row["source"], document), _parts(row, document)),
        )
        for row in rows
    ]
    return table(title, ("Name", "What it says"), cells)


def _parts(row: Row, document: str) -> Html:
    """The parts of a criterion, as a list under how many of them it needs."""
    if not row.get("of"):
        return joined()
    parts = (
        joined(
            code(part["id"]),
            f": {part['text']}{only_if(part)}",
            _source(part["source"], document) if part["source"] != row["source"] else "",
            _parts(part, document),
        )
        for part in row["parts"]
    )
    return joined(tag("div", f"{needs(row)}:"), listed(parts))


def _source(source: str, document: str) -> Html:
    """Where in the document it stands; the document itself is named above."""
    return tag("div", source.replace(f"{document}, ", ""), class_="quiet")


def _readings(rows: Iterable[Row], document: str) -> Html:
    cells = []
    for row in rows:
        choices = listed(map(_choice, row["choices"]))
        cells.append((code(row["id"]), joined(row["question"], choices, _source(row["source"], document))))
    return table("Readings of what the text leaves open", ("Name", "What it asks"), cells)


def _choice(choice: Row) -> Html:
    usual = tag("strong", " (the usual one)") if choice["usual"] else ""
    return joined(code(choice["choice"]), usual, f": {choice['text']}")


def _ledger(editions: Sequence[Edition], document: str) -> Html:
    """The clauses of a policy, which its editions share, and what encodes each."""
    ledgers = [ledger(edition) for edition in editions]
    rows = [
        (
            code(same[0]["id"]),
            joined(same[0]["text"], _source(same[0]["source"], document), _encoded(editions, same)),
        )
        for same in zip(*(data["clauses"] for data in ledgers), strict=True)
    ]
    counts = ", ".join(f"{number} {kind}" for kind, number in ledgers[-1]["counts"].items())
    title = f"Ledger: {counted(len(rows), 'clause')}"
    return folded(
        title, table(counts, ("Clause", "What it says, and what encodes it"), rows), class_="policy"
    )


def _encoded(editions: Sequence[Edition], same: Sequence[Row]) -> Html:
    """What encodes a clause, and in which editions, if not in all; or why nothing does."""
    names: dict[str, list[str]] = {}
    for edition, row in zip(editions, same, strict=True):
        for item in row["encoded_by"]:
            names.setdefault(item, []).append(edition.name)
    kinds = dict.fromkeys(kind for row in same for kind in (row["kind"], row["status"]))
    by = [
        item if len(e) == len(editions) else f"{item} (edition {', '.join(e)})" for item, e in names.items()
    ]
    words = f" by {', '.join(by)}" if by else f": {same[-1]['why']}"
    return tag("div", f"{', '.join(kinds)}{words}", class_="quiet")


STYLE = """
.verdict { font-size: 1.15rem; font-weight: 600; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; }
nav a { display: inline-block; padding: .25rem 0; }
.finding {
  margin: 1rem 0; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .4rem;
  border-left: .3rem solid currentColor;
}
.finding > * { color: var(--ink); }
.finding h3 { margin-top: 0; }
details.finding { margin: .5rem 0; padding: .4rem .75rem; }
.badge {
  display: inline-block; padding: 0 .45rem; border: 1px solid currentColor; border-radius: .3rem;
  margin-right: .2rem; font-size: .75rem; font-weight: 600; line-height: 1.4; vertical-align: .1em;
}
dl > div { display: grid; grid-template-columns: 4rem 1fr; gap: .5rem; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; }
.patient { margin: .75rem 0; padding-left: .75rem; border-left: 2px solid var(--line); }
.laws .words { font-weight: 400; }
.laws th:not(:first-child), .laws td { text-align: right; font-variant-numeric: tabular-nums; }
.policy { margin: .5rem 0; padding: .25rem .75rem; border: 1px solid var(--line); border-radius: .4rem; }
.policy tbody th { font-weight: 400; }
.policy tbody th code { overflow-wrap: break-word; }
.policy td { width: 75%; }
.policy caption { padding-top: 1rem; color: var(--ink); font-weight: 600; }
@media print {
  .finding h3, .finding dl, .patient p { break-inside: avoid; }
  details details { display: none; }
  .kept::details-content, .policy::details-content { display: none; }
  details.finding dl, details.finding .patient { display: none; }
  .policy { padding: .25rem .5rem; }
}
"""
