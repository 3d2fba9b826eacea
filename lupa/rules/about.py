"""What a policy is: its document, the drugs it covers, and its editions."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import clingo

from lupa.errors import CaseError, RuleError
from lupa.rules.days import day
from lupa.rules.ground import Ground


@dataclass(frozen=True, slots=True)
class About:
    """What a policy is: its `document`, the `payer`, the `drugs` and `services` it covers, its editions.

    `editions` come oldest first, each with its first day; None where that is not on record.
    """

    policy: str
    payer: str
    document: str
    drugs: tuple[str, ...]
    services: tuple[str, ...]
    editions: tuple[tuple[str, date | None], ...]

    @property
    def covered(self) -> tuple[str, ...]:
        """All that it covers."""
        return self.drugs + self.services


def abouts(program: Ground, paths: Mapping[str, Path]) -> dict[str, About]:
    """What each policy is; raises `RuleError` where its file does not say it."""
    rows: dict[str, dict[str, list[list[clingo.Symbol]]]] = {}
    for name, arity in (
        ("policy", 1),
        ("payer", 2),
        ("document", 2),
        ("covers", 2),
        ("edition", 3),
    ):
        for owner, *values in program.facts(name, arity):
            rows.setdefault(str(owner), {}).setdefault(name, []).append(values)
    for stranger in rows:
        if stranger not in paths:
            where = " or ".join(str(path) for path in paths.values()) if len(paths) < 3 else "policies"
            own = (
                f"the policy of this folder is {next(iter(paths))}"
                if len(paths) == 1
                else "none is called so"
            )
            raise RuleError(
                f"{where}: speaks of {stranger}, but a policy has the name of its folder; {own}"
            )
    return {name: _about(name, path, rows.get(name, {})) for name, path in paths.items()}


def _about(policy: str, path: Path, rows: Mapping[str, list[list[clingo.Symbol]]]) -> About:
    for needed, form in (
        ("policy", f"policy({policy})"),
        ("payer", f'payer({policy}, "...")'),
        ("document", f'document({policy}, "...")'),
        ("edition", f'edition({policy}, "NAME", "FIRST DAY")'),
    ):
        if needed not in rows:
            raise RuleError(f"{path}: {form} is missing")
    for single in ("payer", "document"):
        if len(rows[single]) > 1:
            raise RuleError(f"{path}: {single}({policy}, ...) is given {len(rows[single])} times; keep one")
    editions = [(_string(name, path), _first_day(first, path)) for name, first in rows["edition"]]
    editions.sort(key=lambda row: row[1] or date.min)
    for (one, begin), (other, again) in itertools.pairwise(editions):
        if begin == again:
            raise RuleError(f"{path}: the editions {one} and {other} begin on the same day")
    for name, count in Counter(name for name, _ in editions).items():
        if count > 1:
            raise RuleError(f"{path}: the edition {name} begins on {count} days; keep one")
    return About(
        policy,
        _string(rows["payer"][0][0], path),
        _string(rows["document"][0][0], path),
        tuple(str(drug) for (drug,) in rows.get("covers", [])),
        (),
        tuple(editions),
    )


def _string(symbol: clingo.Symbol, path: Path) -> str:
    if symbol.type != clingo.SymbolType.String:
        raise RuleError(f'{path}: {symbol} is not in quotes; write "{symbol}"')
    return symbol.string


def _first_day(symbol: clingo.Symbol, path: Path) -> date | None:
    if str(symbol) == "unrecorded":
        return None
    try:
        return day(_string(symbol, path), "")
    except CaseError as error:
        raise RuleError(f"{path}: the first day of an edition: {error}, or `unrecorded`") from error


def in_force(about: About, on: date | None) -> str:
    """The newest edition in force on a day; the newest of all without one."""
    begun = [name for name, first in about.editions if on is None or first is None or first <= on]
    if not begun:
        name, first = about.editions[0]
        raise CaseError(
            f"{on} is before {first}, when the first edition of {about.policy} on file, {name}, began"
        )
    return begun[-1]
