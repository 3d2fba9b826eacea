"""One policy, as data and as pages: its table, in the order of its document, and its ledger of clauses."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import click

from lupa.pages.columns import Row, columns, titled
from lupa.pages.conditions import when
from lupa.rules.atom import Atom
from lupa.rules.edition import Edition

_NEEDED = ": all of"
_FEW = 3
"""Of so many rows that differ only in what they are of each is told; of more the first, and names."""


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
        (data[key], [*titled(title), *_table_rows(_alike_named(data[key]), width)])
        for key, title in _SECTIONS.items()
        if data[key]
    ]
    for _, lines in sorted(sections, key=lambda section: _first_clause(section[0], order)):
        v += lines
    v += titled("Readings of what the text leaves open (* is the usual one)") if data["readings"] else []
    for reading in data["readings"]:
        v += textwrap.wrap(
            f"{reading['id']}: {reading['question']}",
            width,
            initial_indent="  ",
            subsequent_indent="    ",
        )
        cells = [[f"    {'*' if c['usual'] else ' '} {c['choice']}", c["text"]] for c in reading["choices"]]
        v += columns(cells, width)
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
    lines = titled("\n".join(heading) + _NEEDED) + _table_rows(way["criteria"], width)
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


# ---- the ledger ----------------------------------------------------------------------------------


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
