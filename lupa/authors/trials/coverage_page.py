"""The coverage of rules as a page: each file with what its cases show of it, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lupa.authors.reports.html import Html, code, folded, joined, listed, page, table, tag
from lupa.authors.trials.coverage import Coverage, Covered, FileCoverage, Goal
from lupa.authors.trials.page import CANNOT, MISSED, called, extent, goals, said, share
from lupa.authors.trials.run import Trials
from lupa.errors import counted
from lupa.rules.onfile import text_of

_SHOWN = {"fires": "fires", "fails": "is the one that fails", "used": "is used"}


class _Span(NamedTuple):
    """A part of a line, from one byte to before another, with what is said of it."""

    begin: int
    end: int
    status: str
    title: str


def coverage_html(trials: Trials, coverage: Coverage, root: Path) -> str:
    """The page; the rule files are read from their folder."""
    return page(
        "Coverage of the rules",
        tag("h1", "Coverage of the rules"),
        tag("p", tag("strong", f"{coverage.percent:g} %"), f": {extent(coverage)}. {_cases(trials)}"),
        *_failures(trials),
        *_files(coverage),
        *_open("What no case shows", coverage, "missed", MISSED),
        tag("h2", "Rules and rows"),
        _legend(),
        *(part for file in coverage.files for part in _source(file, root)),
        *_open("Proven that no patient shows it", coverage, "cannot", CANNOT),
        style=_STYLE,
    )


def _cases(trials: Trials) -> str:
    failed, refused = len(trials.failed), len(trials.refused)
    words = f"{counted(len(trials.cases), 'case')} tried, {failed} failed, {refused} not tried."
    return f"{words} Only cases that pass count."


def _failures(trials: Trials) -> Iterator[Html]:
    """The cases that fail or were not tried."""
    items = [
        joined(code(case.file), ": ", "; ".join(said(mismatch) for mismatch in case.mismatches))
        for case in trials.failed
    ]
    items += [joined(code(one.file), ": ", one.problem) for one in trials.refused]
    if items:
        yield tag("h2", "Cases that fail or were not tried")
        yield listed(items, class_="error")


def _files(coverage: Coverage) -> Iterator[Html]:
    yield tag("h2", "Files")
    for caption, shared in (("The policies' own", False), ("Shared by all policies; not counted", True)):
        rows = [
            [
                tag("a", code(file.file), href=f"#{_id(file)}"),
                *map(share, (file.rules, file.literals, file.rows)),
            ]
            for file in coverage.files
            if (not file.policy) is shared
        ]
        if rows:
            yield table(
                caption, ["file", "rules fire", "literals fail", "rows used"], rows, class_="numbers"
            )


def _open(title: str, coverage: Coverage, status: str, words: dict[str, str]) -> Iterator[Html]:
    """The goals with a status, each with a link to its line."""
    found = goals(coverage, status)
    yield tag("h2", title)
    items = [
        joined(_link(file, goal.line), f" {called(goal, words)}: ", code(goal.text)) for file, goal in found
    ]
    if not items:
        yield tag("p", "Nothing.")
    elif status == "cannot":
        yield folded(f"{len(items)}, which do not count", listed(items))
    else:
        yield listed(items)


def _link(file: FileCoverage, line: int) -> Html:
    return tag("a", f"{file.file}:{line}", href=f"#{_id(file)}-{line}")


def _id(file: FileCoverage) -> str:
    """What a file is called in links."""
    return file.file.replace("/", "-").replace(".", "-")


def _legend() -> Html:
    return tag(
        "p",
        tag("span", "shown by a case", class_="reached"),
        " ",
        tag("span", "never shown", class_="missed"),
        " ",
        tag("span", "no patient can show it", class_="cannot"),
        ". Of a rule: that its head is derived, and that each condition is once the one that fails.",
        class_="quiet",
    )


# ---- the rules ---------------------------------------------------------------------------------


def _source(file: FileCoverage, root: Path) -> Iterator[Html]:
    """A file, as far as it decides: the lines of its rules and rows."""
    lines = text_of(root / file.file).splitlines()
    spans: dict[int, list[_Span]] = {}
    for statement in file.statements:
        for line, span in _spans(statement, lines):
            spans.setdefault(line, []).append(span)
    yield tag("h3", file.file, id=_id(file))
    yield tag(
        "ol",
        *(
            tag(
                "li", _line(lines[number - 1], sorted(found)), id=f"{_id(file)}-{number}", value=str(number)
            )
            for number, found in sorted(spans.items())
        ),
        class_="source",
    )


def _spans(statement: Covered, lines: Sequence[str]) -> Iterator[tuple[int, _Span]]:
    """What the goals of a statement say of its lines."""
    same: dict[tuple[int, int, int, int], list[Goal]] = {}
    for goal in statement.goals:
        same.setdefault((goal.line, goal.column, goal.end_line, goal.end_column), []).append(goal)
    for (first, column, last, end), found in same.items():
        status, title = _status(found), "; ".join(dict.fromkeys(map(_title, found)))
        for number in range(first, last + 1):
            begins = column - 1 if number == first else 0
            ends = end - 1 if number == last else len(lines[number - 1].encode())
            yield number, _Span(begins, ends, status, title)


def _status(found: Iterable[Goal]) -> str:
    """The status of several goals together: missed if one is, and reached if any is."""
    statuses = {goal.status for goal in found}
    return next(status for status in ("missed", "reached", "cannot") if status in statuses)


def _title(goal: Goal) -> str:
    """What is said of a goal to whoever points at it."""
    if goal.status == "reached":
        return f"{_SHOWN.get(goal.goal, goal.goal)}: {goal.by}"
    return called(goal, MISSED if goal.status == "missed" else CANNOT)


def _line(text: str, spans: Iterable[_Span]) -> Html:
    """A line of a rule file with its parts marked."""
    data, at = text.encode(), 0
    parts: list[str] = []
    for span in spans:
        parts.append(data[at : span.begin].decode())
        parts.append(
            tag("span", data[span.begin : span.end].decode(), class_=span.status, title=span.title)
        )
        at = span.end
    return tag("code", *parts, data[at:].decode())


_STYLE = """
table.numbers td, table.numbers th + th { text-align: right; white-space: nowrap; }
ol.source { padding-left: 3.2rem; font-size: .875rem; }
ol.source li::marker { color: var(--quiet); font-size: .75rem; }
ol.source code { white-space: pre-wrap; }
ol.source li:target { outline: 2px solid var(--link); }
.reached { color: var(--good); }
.missed { color: var(--error); font-weight: 700; text-decoration: underline; text-underline-offset: .35em; }
.cannot { color: var(--quiet); text-decoration: underline dotted; text-underline-offset: .35em; }
@media (max-width: 30rem) { ol.source { padding-left: 2.4rem; } ol.source code { white-space: normal; } }
"""
