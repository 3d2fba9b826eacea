"""Who would be decided otherwise, as a page for a committee: charts, tables, and members by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lupa.authors.reports.html import Html, code, folded, page, table, tag
from lupa.authors.reports.text import PROPOSED

_WIDTH, _LABELS, _BAR = 640, 250, 26
_BARS = 20
"""So many bars are drawn; the tables have the rest."""
_FEW = 20
"""So many members are seen at once; others are unfolded."""


def shifts_html(shifts: Mapping[str, Any], before: str, after: str) -> str:
    """The page of what `lupa.cohort.against.plain` tells, of the rules before and after."""
    rows, differ = shifts["rows"], shifts["differ"]
    share = f" ({100 * differ / rows:.1f} %)" if rows else ""
    title = f"{differ:,} of {rows:,} rows would be decided otherwise"
    return page(
        title,
        tag(
            "header",
            tag("h1", title, share),
            tag("p", "Before: ", code(before), "; after: ", code(after), "."),
        ),
        tag("main", *_body(shifts)),
        tag("footer", tag("p", PROPOSED, class_="quiet")),
        style=_STYLE,
    )


def _body(shifts: Mapping[str, Any]) -> list[Html]:
    if not shifts["differ"]:
        return [tag("p", "Every row comes to the same as before.")]
    found = [
        tag("h2", "From which outcome to which"),
        _chart(
            [
                (f"{_name(m['before'])} \N{RIGHTWARDS ARROW} {_name(m['after'])}", m["rows"])
                for m in shifts["moves"]
            ]
        ),
        _counts("", shifts["moves"], ("policy", "before", "after")),
        tag("h2", "By indication and phase"),
        _counts(
            "The pathways that the request may be on.", shifts["pathways"], ("pathways", "before", "after")
        ),
    ]
    if shifts["criteria"]:
        found += [
            tag("h2", "By criterion"),
            _chart([(f"{c['criterion']} {c['change']}", c["rows"]) for c in shifts["criteria"]]),
            _counts("", shifts["criteria"], ("criterion", "change", "policy")),
        ]
    return found + _members(shifts["members"], shifts["differ"])


def _counts(caption: str, rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> Html:
    cells = [[*(_cell(row, name) for name in names), f"{row['rows']:,}"] for row in rows]
    return table(caption, [*names, "rows"], cells, class_="numbers")


def _cell(row: Mapping[str, Any], name: str) -> str:
    words = str(row[name])
    return code(words) if name == "policy" else _name(words) if name in ("before", "after") else words


def _name(word: str) -> str:
    return word.replace("_", " ")


def _chart(bars: Sequence[tuple[str, int]]) -> Html:
    """Bars with their counts, the longest first; what it shows stands in the table beneath it too."""
    drawn = bars[:_BARS]
    most, height = max(count for _, count in drawn), _BAR * len(drawn)
    parts = [tag("title", "; ".join(f"{words}: {count:,}" for words, count in drawn))]
    for place, (words, count) in enumerate(drawn):
        width = max(1, round((_WIDTH - _LABELS - 90) * count / most))
        middle = str(_BAR * place + _BAR // 2 + 5)
        parts += [
            tag("text", words, x=str(_LABELS - 8), y=middle, text_anchor="end"),
            tag("rect", x=str(_LABELS), y=str(_BAR * place + 4), width=str(width), height=str(_BAR - 8)),
            tag("text", f"{count:,}", x=str(_LABELS + width + 6), y=middle),
        ]
    return tag("svg", *parts, viewBox=f"0 0 {_WIDTH} {height}", role="img", class_="chart")


def _members(members: Sequence[Mapping[str, Any]], total: int) -> list[Html]:
    """Members by what they are called by in the file, if they are."""
    if not members or not members[0]["ids"]:
        return []
    heads = [*members[0]["ids"], "policy", "pathways", "before", "after"]
    rows = [
        [*(str(value) for value in m["ids"].values()), *(_cell(m, name) for name in heads[len(m["ids"]) :])]
        for m in members
    ]
    more = f"The first {len(rows):,} of {total:,}; the file has each." if total > len(rows) else ""
    found = [tag("h2", "Members"), table(more, heads, rows[:_FEW], class_="members")]
    return found + (
        [folded(f"{len(rows) - _FEW} more", table("", heads, rows[_FEW:], class_="members"))]
        if rows[_FEW:]
        else []
    )


_STYLE = """
.chart { display: block; width: 100%; max-width: 46rem; margin: 1rem 0; break-inside: avoid; }
.chart text { fill: var(--ink); font: 13px system-ui, sans-serif; }
.chart rect { fill: var(--note); }
.numbers td:last-child, .numbers th:last-child { text-align: right; }
.members td:nth-last-child(-n+2), .members td:nth-last-child(4) { overflow-wrap: normal; }
@media (max-width: 30rem) {
  .chart { display: none; } /* the table beneath it has the same */
  .members, .members th { font-size: .75rem; }
  .members :is(th, td) { padding-right: .25rem; }
}
@media (forced-colors: active) { .chart text, .chart rect { fill: CanvasText; } }
@media print { .chart rect { fill: #666666; print-color-adjust: exact; } }
"""
