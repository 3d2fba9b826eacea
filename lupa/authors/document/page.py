"""The page on which a reviewer ticks a document off: left its clauses in our words, right the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from lupa.answers.meaning import Meaning, Meant
from lupa.authors.document.clauses import Clause, Document, Item, Rule
from lupa.authors.document.meaning import MEANING_STYLE, meant_html, outcomes_html
from lupa.authors.document.text import shortened
from lupa.authors.reports.html import Html, code, folded, joined, page, table, tag
from lupa.authors.reports.text import PROPOSED
from lupa.errors import counted
from lupa.pages.table import argument
from lupa.version import __version__

Told = Mapping[str, Meant]
"""What is told of items by their names."""
_TICKED = "This clause says what the document says, and the rules beside it say what this clause says."
_WIDE = re.compile(r"(?<=\S) {2,}")
_SIGNED = ("Name and role", "Date", "Signature", "Remarks")


def document_html(read: Document, meaning: Meaning | None = None) -> str:
    """An edition as one self-contained page in HTML, to print and sign; with its `meaning`, if given."""
    told = {meant.item: meant for meant in meaning.items} if meaning else {}
    sections = [list(group) for _, group in groupby(read.clauses, key=lambda clause: clause.section)]
    return page(
        f"{read.title}, edition {read.edition}: clause by clause",
        _header(read),
        tag(
            "main",
            *(_section(number, part, read, told) for number, part in enumerate(sections)),
            *(outcomes_html(meaning) if meaning else ()),
            _others(read),
        ),
        tag("footer", _signature(), tag("p", PROPOSED, class_="quiet")),
        style=STYLE + (MEANING_STYLE if meaning else ""),
    )


def _header(read: Document) -> Html:
    encoded = sum(bool(clause.items) for clause in read.clauses)
    total = counted(len(read.clauses), "clause")
    about = {
        "Policy": joined(code(read.policy), f", {read.payer}"),
        "Edition": read.edition,
        "Rules": joined(code(read.folder), " ", tag("span", read.fingerprint, class_="quiet")),
        "lupa": __version__,
    }
    return tag(
        "header",
        tag("h1", read.title),
        tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in about.items())),
        tag(
            "p",
            f"{total}, in the order of the document: "
            f"{encoded} with rules, {len(read.clauses) - encoded} without.",
        ),
        tag("p", "Hold the document beside this page and tick each clause: ", tag("em", _TICKED)),
    )


def _section(number: int, clauses: Sequence[Clause], read: Document, told: Told) -> Html:
    name = f"section-{number}"
    rows = [(_box(clause), _said(clause), _encoded(clause, read, told)) for clause in clauses]
    heads = ("Clause", "What the document says, in our words", "What encodes it")
    return tag(
        "section",
        tag("h2", clauses[0].section, id=name),
        table("", heads, rows, class_="clauses"),
        aria_labelledby=name,
    )


def _box(clause: Clause) -> Html:
    """The box to tick, and the name of the clause."""
    return joined(
        tag("span", "\N{BALLOT BOX} ", class_="box", aria_hidden="true"),
        tag("span", clause.id, id=clause.id),
    )


def _said(clause: Clause) -> Html:
    place = [tag("div", clause.place, class_="place")] if clause.place else []
    return joined(*place, tag("div", clause.text), tag("div", clause.kind, class_="quiet"))


def _encoded(clause: Clause, read: Document, told: Told) -> Html:
    why = [
        tag(
            "p",
            tag("strong", "Not encoded: " if not clause.items else "No outcome turns on it: "),
            clause.why,
        )
    ]
    return joined(*(_item(item, clause, read, told) for item in clause.items), *(why if clause.why else []))


def _item(item: Item, here: Clause, read: Document, told: Told) -> Html:
    kind = tag("span", item.kind.replace("_", " "), class_="kind")
    name = kind if item.id == item.kind else joined(kind, " ", code(item.id))
    where = f" ({'; '.join(item.pathways)})" if item.pathways else ""
    parts = [tag("div", name, tag("span", where, class_="quiet"))]
    parts += [tag("div", item.text)] if item.text else []
    if item.alike:
        parts.append(tag("div", f"likewise {', '.join(map(argument, item.alike))}", class_="quiet"))
    meant = told.get(f"{item.kind}({item.id})")
    parts += [meant_html(meant)] if meant else []
    shared = [] if item.rules else [tag("div", "by rules that all policies share", class_="quiet")]
    return tag("div", *parts, *_rules(item.rules, here, read), *shared, class_="item")


def _rules(rules: Iterable[Rule], here: Clause, read: Document) -> list[Html]:
    """The rules that are new here, then those that an earlier clause has too: nobody has to look back."""
    fresh = [rule for rule in rules if not rule.first]
    again: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.first:
            again.setdefault(rule.first, []).append(rule)
    return [
        *([_written(read, fresh)] if fresh else []),
        *(
            tag("div", shortened(read, same), ": above", class_="quiet")
            if clause == here.id
            else _again(read, clause, same)
            for clause, same in again.items()
        ),
    ]


def _again(read: Document, clause: str, rules: Iterable[Rule]) -> Html:
    return tag(
        "div", "as under ", tag("a", clause, href=f"#{clause}"), _written(read, rules), class_="again"
    )


def _written(read: Document, rules: Iterable[Rule]) -> Html:
    """Rules as they are written, but for what aligns them with their neighbours, each under its place."""
    return tag(
        "pre",
        *(
            joined(tag("span", shortened(read, [rule]), class_="line"), _WIDE.sub(" ", rule.text), "\n")
            for rule in rules
        ),
    )


def _others(read: Document) -> Html:
    """The rules of the folder that stand under no clause, so that none is left unseen."""
    return folded(
        f"Rules that stand under no clause: {len(read.others)}. They declare names and numbers, what is "
        "assumed, which indications a list speaks of, what speaks against asking for another thing "
        "instead, and for the laws which way facts work.",
        _written(read, read.others),
        class_="others",
    )


def _signature() -> Html:
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", "")) for name in _SIGNED), class_="signature")


STYLE = """
header dl > div { display: grid; grid-template-columns: 5rem 1fr; gap: .5rem; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; }
.clauses { table-layout: fixed; }
.clauses caption, section + section .clauses thead { display: none; }
main h2 { margin-top: 1.5rem; font-size: 1.1rem; border-bottom-width: 1px; }
.clauses th:first-child { width: 5rem; white-space: nowrap; }
.clauses th:nth-child(2), .clauses td:nth-child(2) { width: 31%; }
.box { font-size: 1.3em; line-height: 1; }
.place { font-weight: 600; }
.item + .item { margin-top: .6rem; padding-top: .6rem; border-top: 1px dotted var(--line); }
.kind { color: var(--note); font-weight: 600; }
.clauses pre, .others pre { margin: .2rem 0; padding: .3rem .5rem; font-size: .78rem; line-height: 1.4; }
.line { float: right; padding-left: 1rem; color: var(--quiet); }
.again, .again pre { color: var(--quiet); }
.again { font-size: .875rem; }
.signature { margin-top: 2rem; break-inside: avoid; }
.signature > div { display: grid; grid-template-columns: 9rem 1fr; gap: .5rem; margin: 1.6rem 0 0; }
.signature dd { border-bottom: 1px solid var(--ink); }
@media print {
  .clauses tr { break-inside: auto; }
  .clauses .item, .clauses pre { break-inside: avoid; }
  .clauses pre { font-size: .74rem; border: 0; border-left: 2px solid var(--line); padding: 0 .4rem; }
}
@media screen and (max-width: 40rem) {
  .clauses, .clauses :is(tbody, tr), .clauses :is(th, td):nth-child(n) { display: block; width: auto; }
  .clauses thead { display: none; }
  .clauses :is(th, td):nth-child(n) { border: 0; padding: .15rem 0; }
  .clauses tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
}
"""
