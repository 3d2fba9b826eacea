"""What a case can state, as data and as a page."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from lupa.pages.columns import Row, columns, titled
from lupa.rules.edition import Edition
from lupa.rules.quantities import CUTS
from lupa.rules.store import Store
from lupa.rules.vocabulary import Vocabulary

_DAY = "a day, or never"


def fact_rows(kb: Store, policy: str | None = None, *, every: bool = False) -> list[Row]:
    """One row for each thing a case can state that a policy reads, or any, or that is declared at all."""
    rows: dict[tuple[str, str], Row] = {}
    for number, name in enumerate([policy] if policy else kb.policies):
        edition = kb.whole(name) if every and not number else kb.edition(name)
        for row in _facts(edition, only_read=not every):
            rows.setdefault((row["fact"], row["where"]), row)
    return sorted(rows.values(), key=_place)


def _place(row: Row) -> tuple[bool, bool]:
    """The request comes first, the readings of a policy last."""
    return row["where"].startswith("facts.reading"), not row["where"].startswith("request")


def _facts(edition: Edition, *, only_read: bool) -> list[Row]:
    v = edition.vocabulary
    rows = []
    for fact in v.facts:
        if only_read and not edition.reads(fact):
            continue
        name = v.facts[fact].name
        if name in CUTS:
            continue
        *way, value = tuple(map(str, v.facts[fact].arguments)) or ("",)
        where = ".".join(["request", *way] if name == "requested" else ["facts", name, *way])
        rows.append(
            {
                "fact": fact,
                "where": where,
                "choice": v.group_of.get(fact, ""),
                "value": value or "yes",
                "label": (label := v.label(value) if value else ""),
                "also": [other for other in v.aliases.get(value, []) if other != label],
                "text": v.words(fact, True),
                "question": v.question(fact),
                "when_silent": _silence(v, fact),
            }
        )
    for name, quantity in v.quantities.items():
        if only_read and not edition.reads_number(name):
            continue
        path, span = v.where(name), f"a number from {quantity.least} to {quantity.most}, or a range"
        if path[0] == "days_since":
            path = v.day_of(name)
            if path[0] not in v.days:  # what is measured says it
                continue
            span = _DAY
        where = ".".join((quantity.section, *path))
        made = v.derived.get(name)
        parts = [quantity.unit] if quantity.unit and span != _DAY else []
        parts += [f"what {made.first} with {made.second} come to"] if made else []
        parts += [f"or {unit}" for unit, _ in quantity.units]
        parts += ["with the day it was measured"] if quantity.dated else []
        rows.append(
            {
                "fact": name,
                "where": where,
                "choice": "",
                "value": span,
                "label": "; ".join(parts),
                "also": [],
                "text": "",
                "question": f"What is {v.label(name)}?",
                "when_silent": "assumed within the limit" if _is_assumed(v, name) else "open",
            }
        )
    return rows


def _silence(v: Vocabulary, fact: str) -> str:
    return {True: "assumed yes", False: "assumed no", None: "open"}[v.defaults.get(fact)]


def _is_assumed(v: Vocabulary, name: str) -> bool:
    """Whether a number is taken to be within a limit where nothing is said of it, or of what it makes."""
    makes = [made for made, parts in v.derived.items() if name in (parts.first, parts.second)]
    limited = (name, *makes) if v.quantities[name].in_request else (name,)
    cuts = (cut for number in limited for cut in v.cuts.get(number, ()))
    return any(cut.kind == "more_than" and v.defaults.get(cut.fact) is False for cut in cuts)


def fact_text(rows: Sequence[Row], width: int) -> str:
    """Facts by the place at which a case states them; those of a relation by its first argument."""
    lines: list[str] = []
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["where"] if row["choice"] else _relation(row), []).append(row)
    for where, group in groups.items():
        lines += titled(where)
        if group[0]["choice"] and len(group) > 1:
            lines += textwrap.wrap(group[0]["question"], width, initial_indent="  ", subsequent_indent="  ")
        parts: dict[str, list[Row]] = {}
        for row in group:
            parts.setdefault("" if row["choice"] else _first(row), []).append(row)
        for first, part in parts.items():
            lines += [f"  {first}"] if first else []
            lines += columns([_cells(row, "    " if first else "  ") for row in part], width)
    closing = (
        "A family such as facts.taking is a list, which states just what it names, a mapping of names to "
        "yes, no or null, or {only: [...]}, which is complete: what that neither names nor implies is "
        "false. facts.birth_date with request.service_date gives the age."
    )
    return "\n".join([*lines[1:], "", *textwrap.wrap(closing, width)])


def _relation(row: Row) -> str:
    """Where all facts, or numbers, of a name stand: `facts.tried`."""
    part, name, *_ = str(row["where"]).split(".")
    return f"{part}.{name}"


def _first(row: Row) -> str:
    """The first of several arguments of a fact, or the one of a number."""
    _, _, *arguments = str(row["where"]).split(".")
    return arguments[0] if arguments else ""


def _cells(row: Row, indent: str) -> list[str]:
    """A value, and what a reader has to know of it."""
    also = f" (also {', '.join(row['also'])})" if row["also"] else ""
    silence = "" if row["when_silent"] == "open" else f"; {row['when_silent']} when silent"
    plain = row["where"].startswith("facts.reading") or row["value"] == "yes" or _first(row)
    words = row["text"].rstrip(".") if plain and row["text"] else row["label"]
    further = [] if row["choice"] else row["where"].split(".")[3:]
    return [indent + ".".join([*further, row["value"]]), f"{words}{also}{silence}"]
