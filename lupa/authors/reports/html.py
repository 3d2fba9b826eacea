"""Self-contained pages: markup that escapes whatever is no markup, tables, and the frame with its styles.

A page loads nothing and runs no script; it is as readable on a phone as on paper, in light and in dark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from lupa.errors import printable

_EMPTY = frozenset({"meta", "wbr"})
"""The elements in use that have no end tag."""
_INLINE = frozenset({"a", "code", "span", "strong", "wbr"})
"""The elements in use that stand within a line; after any other one a new line of the file begins."""
_BREAKABLE = re.compile(r"(?<=[_/(@,])")


class Html(str):
    """Text that is markup already and may stand in a page as it is."""

    __slots__ = ()


def joined(*parts: str) -> Html:
    """The parts one after the other; what is no markup is escaped."""
    return Html("".join(part if isinstance(part, Html) else _text(part) for part in parts))


def _text(words: str) -> str:
    """Text as markup; only its lines are kept of what cannot be printed."""
    return escape("\n".join(map(printable, words.split("\n"))))


def tag(name: str, /, *children: str, **attributes: str) -> Html:
    """An element with its attributes and children; `class_` is written for `class`, `a_b` for `a-b`."""
    written = "".join(f' {_attribute(key)}="{_text(value)}"' for key, value in attributes.items())
    content = "" if name in _EMPTY else f"{joined(*children)}</{name}>"
    return Html(f"<{name}{written}>{content}" + ("" if name in _INLINE else "\n"))


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def code(words: str) -> Html:
    """A name as the rules write it; a narrow page breaks a long one between its parts."""
    return tag("code", Html(tag("wbr").join(map(_text, _BREAKABLE.split(words)))))


def listed(items: Iterable[str], **attributes: str) -> Html:
    """The items as a list without numbers."""
    return tag("ul", *(tag("li", item) for item in items), **attributes)


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], **attributes: str) -> Html:
    """A table whose first column names each row."""
    head = tag("tr", *(tag("th", words, scope="col") for words in heads))
    body = [
        tag("tr", tag("th", first, scope="row"), *(tag("td", cell) for cell in rest))
        for first, *rest in rows
    ]
    return tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body), **attributes)


def folded(summary: str, *content: str, **attributes: str) -> Html:
    """Content that is shown when a reader opens it, and always on paper."""
    return tag("details", tag("summary", summary), *content, **attributes)


def page(title: str, *body: str, style: str = "") -> str:
    """A whole page: its frame, the common styles and, after them, its own."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Html(STYLE + style)),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', *body), lang='en')}\n"


STYLE = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --raised: #f6f7f9; --ink: #1b1f24; --quiet: #57606a; --line: #d3d9e0; --link: #0b57b7;
  --error: #b3141d; --warning: #8a5300; --note: #1f5fa8; --good: #1a6b37;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --raised: #1d2127; --ink: #e4e8ed; --quiet: #a2acb8; --line: #3a424c; --link: #86b9ff;
    --error: #ff8f88; --warning: #f2b45c; --note: #8fc1ff; --good: #74d492;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0 auto; padding: 1rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1, h2, h3, h4 { line-height: 1.25; margin: 2rem 0 .5rem; text-wrap: pretty; }
h1 { font-size: 1.6rem; margin-top: .5rem; }
h2 { font-size: 1.3rem; margin-top: 3rem; padding-bottom: .3rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.1rem; }
h4 { font-size: 1rem; }
p, ul, ol, dl, table, pre { margin: .5rem 0; }
ul, ol { padding-left: 1.3rem; }
a { color: var(--link); }
code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: .875em; }
pre {
  padding: .75rem; background: var(--raised); border: 1px solid var(--line); border-radius: .4rem;
  white-space: pre-wrap;
}
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
caption { padding: .25rem 0; text-align: left; color: var(--quiet); }
th, td { padding: .4rem .75rem .4rem 0; text-align: left; vertical-align: top; }
th, td { border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-bottom-width: 2px; color: var(--quiet); font-size: .8125rem; overflow-wrap: normal; }
tbody th { font-weight: 600; }
summary { cursor: pointer; padding: .25rem 0; }
.quiet { color: var(--quiet); font-size: .875rem; }
.error { color: var(--error); }
.warning { color: var(--warning); }
.note { color: var(--note); }
.good { color: var(--good); }
@media (max-width: 30rem) {
  body { padding: .75rem; }
  th, td { padding-right: .5rem; hyphens: auto; }
  code { hyphens: none; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --raised: #ffffff; --ink: #000000; --quiet: #444444; --line: #999999; --link: #000000;
    --error: #8f0f17; --warning: #6b4000; --note: #174a83; --good: #14542b;
  }
  @page { margin: 16mm 14mm; }
  html { font-size: 9.5pt; }
  body { max-width: none; padding: 0; line-height: 1.4; }
  h1, h2, h3, h4 { margin-top: 1.25rem; }
  th, td { padding-top: .2rem; padding-bottom: .2rem; }
  pre { padding: .5rem; font-size: .8rem; break-inside: avoid; }
  h1, h2, h3, h4, summary, caption { break-after: avoid; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
  a { text-decoration: none; }
  nav { display: none; }
  summary { list-style: none; }
  details::details-content { display: block; content-visibility: visible; height: auto; }
}
"""
"""What every page looks like; the colours keep a contrast of 4.5 to 1 or more on their ground."""
