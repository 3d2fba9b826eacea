"""The names of columns: what each says in a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import pyarrow as pa

from lupa.errors import CaseError, Problem, shown
from lupa.record.measurement import ENDS, ON, UNIT, VALUE
from lupa.record.naming import Names
from lupa.record.record import ROUTING
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import ONLY

PARTS = (ONLY, VALUE, UNIT, ON, *ENDS)
"""What can end the name of a column, after that of a fact or a number."""


Form = Literal["number", "truth", "members", "value"]
"""What a column holds: a number, a truth value, a list of what is so, or something else."""


class Column(NamedTuple):
    """A column: its name in the table, the keys that lead to what it says in a case, and what that is."""

    name: str
    path: tuple[str, ...]
    form: Form = "value"


def columns_of(
    edition: Edition, names: Sequence[str], renamed: Mapping[str, str], others: Sequence[Edition] = ()
) -> list[Column]:
    """What the columns of these names say; `renamed` gives some of them the name of a fact.

    Raises `CaseError`, naming every column that says nothing which the edition, or one of the others, can
    be told, and every two that say the same, or how much a number is.
    """
    found: dict[tuple[str, ...], Column] = {}
    wrong = []
    for name in names:
        meant = renamed.get(name, name)
        path: tuple[str, ...] | None = None
        problem: str | None = None
        form: Form = "value"
        for each in (edition, *others):
            try:
                path = _path(each, meant)
                form = _form(each, path)
                break
            except CaseError as error:
                problem = problem or "; ".join(p.message for p in error.problems)
        if path is None:
            wrong.append(Problem(f"column {shown(name)}", problem or ""))
        elif path in found:
            words = f"says the same as column {shown(found[path].name)}; keep one"
            wrong.append(Problem(f"column {shown(name)}", words))
        else:
            found[path] = Column(name, path, form)
    wrong += _said_twice(found)
    if wrong:
        raise CaseError(wrong)
    return list(found.values())


def _said_twice(found: Mapping[tuple[str, ...], Column]) -> Iterator[Problem]:
    """The numbers of which one column says how much, and another one too, or between what it lies."""
    for path, column in found.items():
        whole = found.get(path[:-1])
        if path[-1] in (VALUE, *ENDS) and whole is not None and whole.form == "number":
            words = f"says the same as column {shown(whole.name)}; keep one"
            if path[-1] in ENDS:
                base = ".".join(path[1:-1])
                words += f" (a number that is known is {base}.at_least and {base}.at_most)"
            yield Problem(f"column {shown(column.name)}", words)


def check_handed_on(ids: Sequence[str], told: Sequence[tuple[str, pa.DataType]]) -> None:
    """Raises `CaseError` for a column that what is told would take the place of."""
    for name, _ in told:
        if name in ids:
            raise CaseError(
                f"column {shown(name)} cannot be handed on: what is told has that name; rename it"
            )


def check_kinds(columns: Sequence[Column], schema: pa.Schema) -> None:
    """Raises `CaseError`, naming every column that holds what none of its kind can say."""
    wrong = []
    for column in columns:
        kind, where = schema.field(column.name).type, ".".join(column.path[1:])
        if column.form == "members" and pa.types.is_boolean(kind):
            words = f"holds truth values, where names are expected; of one name {where}.NAME says yes or no"
            wrong.append(Problem(f"column {shown(column.name)}", words))
        elif column.form == "truth" and pa.types.is_list(kind):
            words = "holds lists, where one yes or no is expected"
            wrong.append(Problem(f"column {shown(column.name)}", words))
    if wrong:
        raise CaseError(wrong)


def _path(edition: Edition, name: str) -> tuple[str, ...]:
    """The keys that lead to what a column says; raises `CaseError` where it says nothing."""
    if name in ROUTING or name.removeprefix("request.") in ROUTING:
        return "request", name.removeprefix("request.")
    v = edition.vocabulary
    pair = v.canonical(name.removeprefix("facts."), v.pairs)
    if pair is not None:
        return "facts", pair
    base, _, last = name.rpartition(".")
    part = (last,) if base and last in PARTS else ()
    target = Names(v, edition.known).target(base if part else name)
    if target.value is not None or target.cut is not None:
        place = ".".join(target.path[1:])
        raise CaseError(f"is a value; name the column {place} and have it say which")
    return (*target.path, *part)


def _form(edition: Edition, path: tuple[str, ...]) -> Form:
    """What a column holds that says what stands there in a case."""
    section, name, *arguments = path
    v, known = edition.vocabulary, edition.known
    if name in v.measures or (name not in v.families and known.quantity(name) is not None):
        return "value" if path[-1] in (UNIT, ON) else "number"
    if section == "request" or name in v.choices or known.single(name):
        return "value"
    if name in v.flags:
        return "truth"
    depth = len(arguments) - (path[-1] == ONLY)
    arity = v.arity.get(name, known.arity(name))
    return "members" if depth < arity else "truth"
