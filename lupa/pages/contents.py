"""What a knowledge base holds, as data and as pages: policies, vocabulary, tables, ledgers, cases."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import click

from lupa.errors import CaseError
from lupa.pages.conditions import when
from lupa.record.reading import read_cases
from lupa.rules.atom import Atom
from lupa.rules.edition import Edition
from lupa.rules.quantities import CUTS
from lupa.rules.store import Store
from lupa.rules.vocabulary import Vocabulary

Row = dict[str, Any]
_NEEDED = ": all of"
_DAY = "a day, or never"
_FEW = 3
"""Of so many rows that differ only in what they are of each is told; of more the first, and names."""


def _columns(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Rows in aligned columns; the last one is wrapped to the page."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    start = sum(w + 2 for w in widths)
    lines = []
    for row in rows:
        lead = "".join(cell.ljust(w + 2) for cell, w in zip(row[:-1], widths, strict=True))
        room = max(20, width - start)
        first, *rest = textwrap.wrap(row[-1], room, break_long_words=False) or [""]
        lines += [(lead + first).rstrip(), *(" " * start + line for line in rest)]
    return lines


def _title(words: str) -> list[str]:
    return ["", click.style(words, bold=True)]


# ---- policies ----------------------------------------------------------------------------------


def policy_rows(kb: Store) -> list[Row]:
    """One row a policy: id, payer, document, drugs, services and editions with their first days."""
    rows = []
    for about in map(kb.about, kb.policies):
        editions = [
            {"edition": name, "in_force_from": _iso(first), "known_from": _iso(about.known_from.get(name))}
            for name, first in about.editions
        ]
        rows.append(
            {
                "policy": about.policy,
                "payer": about.payer,
                "document": about.document,
                "drugs": list(about.drugs),
                "services": list(about.services),
                "editions": editions,
            }
        )
    return rows


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def policy_text(rows: Sequence[Row], width: int) -> str:
    lines: list[str] = []

    def wrapped(words: str) -> list[str]:
        return textwrap.wrap(
            words,
            width,
            initial_indent="  ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )

    for row in rows:
        lines.append(click.style(row["policy"], bold=True))
        lines += wrapped(f"{row['document']} ({row['payer']})")
        lines += wrapped(f"covers {', '.join(row['drugs'] + row['services'])}")
        for edition in row["editions"]:
            since = edition["in_force_from"]
            known = edition["known_from"]
            when = (
                f"in force from {since}"
                if since
                else "in force before the next; its first day is not on record"
            )
            when += f", it is known from {known}" if known else ""
            lines += wrapped(f"edition {edition['edition']}: {when}")
    return "\n".join(lines)


# ---- vocabulary --------------------------------------------------------------------------------


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
        lines += _title(where)
        if group[0]["choice"] and len(group) > 1:
            lines += textwrap.wrap(group[0]["question"], width, initial_indent="  ", subsequent_indent="  ")
        parts: dict[str, list[Row]] = {}
        for row in group:
            parts.setdefault("" if row["choice"] else _first(row), []).append(row)
        for first, part in parts.items():
            lines += [f"  {first}"] if first else []
            lines += _columns([_cells(row, "    " if first else "  ") for row in part], width)
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


# ---- one policy --------------------------------------------------------------------------------


def table(edition: Edition) -> Row:
    """The policy as data: each pathway with its criteria, then what excludes, limits and advises.

    All in the order of the document, by the first clause that says it.
    """
    order = {clause["id"]: place for place, clause in enumerate(edition.ledger())}

    def row(atom: Atom, pathways: Sequence[tuple[str, str]], *, holds: bool = True) -> Row:
        clauses = edition.clauses(atom, pathways)
        return {
            "id": atom.id,
            "item": atom.item,
            "text": edition.phrase(atom, holds),
            "clauses": sorted(clauses, key=order.__getitem__),
            "source": edition.source(atom, pathways),
        }

    def first(found: Row) -> int:
        return min((order[clause] for clause in found["clauses"]), default=len(order))

    def rows(atoms: Iterable[Atom], ways: Sequence[tuple[str, str]], *, holds: bool = True) -> list[Row]:
        return sorted((row(atom, ways, holds=holds) for atom in atoms), key=first)

    def of_way(found: Row, atom: Atom, way: tuple[str, str]) -> Row:
        facts = edition.on_if(atom, way)
        readings = edition.vocabulary.kinds("reading").items()
        below = [name for name, each in readings if not set(each.values()).isdisjoint(facts or ())]
        by_reading = set(facts or ()) <= set(edition.reading_facts)
        found |= {"conditional": facts is not None, "readings": below if by_reading else []}
        return {**found, "when": when(edition, edition.rows_of(atom, way)) if facts else ""}

    def criterion(atom: Atom, way: tuple[str, str]) -> Row:
        node = edition.nodes.get(atom.symbol)
        of = {"of": node.of, "least": node.least} if node else {"of": None, "least": None}
        parts = [
            {
                **criterion(part.atom.by(part.clauses), way),
                "conditional": part.conditional,
                "when": when(edition, [part.there]) if part.conditional else "",
            }
            for part in (node.parts if node else ())
        ]
        return {**row(atom, [way]), **of, "parts": parts}

    everywhere, v = list(edition.pathways), edition.vocabulary
    pathways = []
    for way in everywhere:
        on = [
            [atom for atom in atoms if edition.on(atom, way)]
            for atoms in (edition.criteria, edition.limits)
        ]
        criteria = sorted((of_way(criterion(atom, way), atom, way) for atom in on[0]), key=first)
        limits = sorted((of_way(row(atom, [way], holds=False), atom, way) for atom in on[1]), key=first)
        words = {"indication": v.label(way[0]), "phase": v.label(way[1])}
        pathways.append(
            {
                "indication": way[0],
                "phase": way[1],
                "words": words,
                "criteria": criteria,
                "limits": limits,
            }
        )
    return {
        "policy": edition.policy,
        "edition": edition.name,
        "clauses": list(order),
        "pathways": sorted(pathways, key=lambda way: min(map(first, way["criteria"]), default=len(order))),
        "out_of_scope": rows(edition.scope, everywhere),
        "bases": rows((a for a in edition.bases if a.id != "criteria_not_met"), everywhere),
        "advisories": rows(edition.advisories, everywhere),
        "readings": sorted(_readings(edition), key=first),
    }


def _readings(edition: Edition) -> list[Row]:
    v = edition.vocabulary
    rows = []
    for reading, choices in v.kinds("reading").items():
        facts = list(choices.values())
        if not any(edition.literals[fact] in edition.relevance.outcome_cone for fact in facts):
            continue
        rows.append(
            {
                "id": reading,
                "item": f"reading({reading})",
                "question": v.question(facts[0]),
                "choices": [
                    {"choice": c, "text": v.words(f, True), "usual": v.defaults.get(f, False)}
                    for c, f in choices.items()
                ],
                "clauses": edition.citing("reading", reading),
                "source": edition.cited("reading", reading),
            }
        )
    return rows


def table_text(data: Row, width: int) -> str:
    """The policy on a page, in the order of its document.

    Where the `title` of the document is known it is named once, and each row by its clauses and `rules`.
    """
    v = [click.style(f"{data['policy']}, edition {data['edition']}", bold=True)]
    if "title" in data:
        v += textwrap.wrap(f"{data['title']} ({data['payer']}); rules in {data['folder']}", width)
    order = {clause: place for place, clause in enumerate(data["clauses"])}
    sections = [_pathways(ways, width) for ways in _alike(data["pathways"])]
    sections += [
        (data[key], [*_title(title), *_table_rows(_alike_named(data[key]), width)])
        for key, title in _SECTIONS.items()
        if data[key]
    ]
    for _, lines in sorted(sections, key=lambda section: _first_clause(section[0], order)):
        v += lines
    v += _title("Readings of what the text leaves open (* is the usual one)") if data["readings"] else []
    for reading in data["readings"]:
        v += textwrap.wrap(
            f"{reading['id']}: {reading['question']}",
            width,
            initial_indent="  ",
            subsequent_indent="    ",
        )
        cells = [[f"    {'*' if c['usual'] else ' '} {c['choice']}", c["text"]] for c in reading["choices"]]
        v += _columns(cells, width)
        v += _source(reading, width)
    return "\n".join(v)


_SECTIONS = {
    "out_of_scope": "Out of scope",
    "bases": "Denied, or not covered",
    "advisories": "Advisories (they change no outcome)",
}


def _first_clause(rows: Iterable[Row], order: Mapping[str, int]) -> int:
    """The place in the document of the first clause that one of the rows comes from."""
    return min((order[clause] for row in rows for clause in row["clauses"]), default=len(order))


def argument(name: str) -> str:
    """What an item is of: `rituximab` of `other_biologic(rituximab)`."""
    return name.partition("(")[2].removesuffix(")")


def _pathways(ways: Sequence[Row], width: int) -> tuple[list[Row], list[str]]:
    """Pathways that ask for the same: their rows, and their lines."""
    way = ways[0]
    heading = textwrap.wrap(_which(ways), width - len(_NEEDED))
    lines = _title("\n".join(heading) + _NEEDED) + _table_rows(way["criteria"], width)
    lines += ["  Limits"] if way["limits"] else []
    return way["criteria"], lines + _table_rows(way["limits"], width)


def _alike_named(rows: Sequence[Row]) -> list[Row]:
    """Rows, but of many that differ only in what they are of the first, with the names of the others."""
    found: list[Row] = []
    for _, group in groupby(rows, key=lambda row: (row["id"].partition("(")[0], row["clauses"])):
        first, *rest = group
        names = [argument(row["id"]) for row in rest]
        found += [first, *rest] if len(rest) < _FEW else [{**first, "alike": names}]
    return found


def _alike(pathways: Iterable[Row]) -> Iterable[list[Row]]:
    """The pathways, those together that ask for the same by the same clauses."""
    found: dict[str, list[Row]] = {}
    for way in pathways:
        found.setdefault(repr((way["criteria"], way["limits"])), []).append(way)
    return found.values()


def _which(ways: Iterable[Row]) -> str:
    """Which pathways they are, in words: `asthma, initial therapy and continuation`."""
    phases: dict[str, list[str]] = {}
    for way in ways:
        phases.setdefault(way["words"]["indication"], []).append(way["words"]["phase"])
    indications: dict[str, list[str]] = {}
    for indication, each in phases.items():
        indications.setdefault(" and ".join(each), []).append(indication)
    return "; ".join(f"{', '.join(names)}, {each}" for each, names in indications.items())


def _table_rows(rows: Sequence[Row], width: int, above: str = "", indent: str = "  ") -> list[str]:
    """Rows with their sources, but for those that stand `above`; the parts of a criterion beneath it."""
    lines = []
    for row in rows:
        words = f"{row['id']}: {row['text']}{only_if(row)}"
        lines += textwrap.wrap(words, width, initial_indent=indent, subsequent_indent=indent + "  ")
        if row.get("alike"):
            names = f"likewise {', '.join(row['alike'])}"
            lines += textwrap.wrap(
                names, width, initial_indent=indent + "  ", subsequent_indent=indent + "  "
            )
        lines += _source(row, width, indent + "  ", above)
        if row.get("of"):
            lines += [f"{indent}  {needs(row)}:"]
            lines += _table_rows(row["parts"], width, row["source"], indent + "    ")
    return lines


def only_if(row: Row) -> str:
    """What is said of an item or part that is there under a condition, or in some reading, only."""
    if row.get("readings"):
        return f" (where reading {' and '.join(row['readings'])} says so)"
    if row.get("when"):
        return f" (if it applies: {row['when']})"
    return " (if it applies)" if row.get("conditional") else ""


def needs(row: Row) -> str:
    """How many of its parts a criterion needs."""
    return {"all": "all of", "any": "any of"}.get(row["of"], f"at least {row['least']} of")


def _source(row: Row, width: int, indent: str = "    ", above: str = "") -> list[str]:
    """Where it stands in the document, but for a part of what stands there too, and in the rules."""
    place = "; ".join(row.get("places", ())) or row["source"]
    said = [*([place] if row["source"] != above else []), row.get("rules", "")]
    wrapped = (textwrap.wrap(line, width, initial_indent=indent, subsequent_indent=indent) for line in said)
    return [click.style(line, dim=True) for lines in wrapped for line in lines]


# ---- the ledger --------------------------------------------------------------------------------


def ledger(edition: Edition) -> Row:
    """Every clause with its kind and what encodes it, or why nothing does; and how many of each."""
    clauses = edition.ledger()
    counts = dict.fromkeys(("encoded", "advisory", "informational", "not encoded"), 0)
    for clause in clauses:
        counts[clause["status"]] += 1
    return {"policy": edition.policy, "edition": edition.name, "counts": counts, "clauses": clauses}


def ledger_text(data: Row, width: int) -> str:
    lines = [click.style(f"{data['policy']}, edition {data['edition']}", bold=True)]
    for clause in data["clauses"]:
        kind = ", ".join(dict.fromkeys((clause["kind"], clause["status"])))
        lines += ["", f"{click.style(clause['id'], bold=True)}  {kind}"]
        body = [clause["text"], f"({clause['source']})"]
        body.append(
            f"Encoded by {', '.join(clause['encoded_by'])}." if clause["encoded_by"] else clause["why"]
        )
        for sentence in body:
            lines += textwrap.wrap(sentence, width, initial_indent="     ", subsequent_indent="     ")
    counts = ", ".join(f"{number} {kind}" for kind, number in data["counts"].items())
    return "\n".join(
        [*lines, "", f"{len(data['clauses'])} clause{'s' * (len(data['clauses']) != 1)}: {counts}."]
    )


# ---- cases -------------------------------------------------------------------------------------


def example_rows(kb: Store) -> list[Row]:
    """One row a shipped case: its name, what it shows and the outcome it must come to."""
    rows = []
    for name, path in kb.examples().items():
        with path.open("rb") as stream:
            ((_, case),) = read_cases(stream, str(path))
        if isinstance(case, CaseError):
            raise case
        expected = (case.get("expect") or {}).get("outcome", "")
        policy = path.parent.parent.name
        rows.append({"name": name, "policy": policy, "case": case.get("case", ""), "outcome": expected})
    return rows


def example_text(rows: Sequence[Row], width: int) -> str:
    lines: list[str] = []
    for policy in dict.fromkeys(row["policy"] for row in rows):
        lines += _title(policy)
        for row in (r for r in rows if r["policy"] == policy):
            lines.append(f"  {click.style(row['name'], bold=True)}")
            lines += textwrap.wrap(
                f"{row['outcome']}: {row['case']}",
                width,
                initial_indent="    ",
                subsequent_indent="    ",
            )
    return "\n".join(lines[1:])
