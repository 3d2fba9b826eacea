"""The table of a policy with the rules that make each of its rows, for a terminal and as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lupa.authors.document.clauses import Document, Rule

Row = dict[str, Any]


def with_rules(data: Row, read: Document) -> Row:
    """The table of an edition, each row with its places in the document and the lines of its rules."""
    places = {clause.id: ", ".join(filter(None, (clause.section, clause.place))) for clause in read.clauses}
    items: dict[tuple[str, str], list[Rule]] = {}
    for clause in read.clauses:
        for item in clause.items:
            for name in (item.id, *item.alike):
                items[clause.id, f"{item.kind}({name})"] = [rule for rule in item.rules if not rule.helps]

    def told(value: Any) -> Any:
        if isinstance(value, list):
            return [told(one) for one in value]
        if not isinstance(value, dict):
            return value
        row = {key: told(one) for key, one in value.items()}
        if "item" in row:
            row["places"] = [f"{clause} {places[clause]}" for clause in row["clauses"]]
            found = (rule for clause in row["clauses"] for rule in items.get((clause, row["item"]), ()))
            row["rules"] = shortened(read, {rule.place: rule for rule in found}.values())
        return row

    about = {"title": read.title, "payer": read.payer, "folder": read.folder}
    return {**told(data), **about}


def shortened(read: Document, rules: Iterable[Rule]) -> str:
    """Where rules stand, by file: `policy.lp:9, 31`."""
    files: dict[str, list[int]] = {}
    for rule in rules:
        files.setdefault(rule.place.file.removeprefix(f"{read.folder}/"), []).append(rule.place.line)
    return "; ".join(f"{file}:{', '.join(map(str, lines))}" for file, lines in files.items())
