"""What a policy is: its document, the drugs it covers, and its editions."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import clingo

from lupa.errors import CaseError, RuleError
from lupa.rules.days import plain_day
from lupa.rules.ground import Ground

_FRESH = 2
"""Years after which a newer edition than the last on file is to be expected."""


@dataclass(frozen=True, slots=True)
class About:
    """What a policy is: its `document`, the `payer`, the `drugs` and `services` it covers, its editions.

    `editions` come oldest first, each with its first day; None where that is not on record. `known_from`
    has, by edition, the day from which it is known to have been in force, where the record has that.
    """

    policy: str
    payer: str
    document: str
    drugs: tuple[str, ...]
    services: tuple[str, ...]
    editions: tuple[tuple[str, date | None], ...]
    known_from: Mapping[str, date] = field(default_factory=dict)

    def caveats(self, edition: str, on: date | None, *, named: bool = False) -> tuple[str, ...]:
        """What is not sure of an edition: when it began or, for a service date, whether that is its day.

        One that is `named` may not be in force on that day; any other is, and may not be the last.
        """
        first, known = dict(self.editions)[edition], self.known_from.get(edition)
        found = []
        if first is None and known is None:
            found.append(
                f"The first day of edition {edition} is not on record, so it may not have been in force."
            )
        if on is None:
            return tuple(found)
        if named:
            return (*found, *self._out_of_time(edition, first, known, on))
        if edition == self.editions[-1][0] and first and on > _years_after(first, _FRESH):
            found.append(
                f"The service date {on} is more than {_FRESH} years after {first}, when the newest edition "
                "on file began, so there may be a newer one."
            )
        return tuple(found)

    def _out_of_time(self, edition: str, first: date | None, known: date | None, on: date) -> Iterator[str]:
        """That an edition is not, or may not be, in force on a day."""
        if first and on < first:
            yield f"Edition {edition} is not in force on the service date {on}: it began on {first}."
        if known and on < known:
            yield (
                f"The service date {on} is before {known}, from when edition {edition} is known, so it may "
                "not have been in force then."
            )
        names = [name for name, _ in self.editions]
        later = self.editions[names.index(edition) + 1 :]
        for name, begin in [(name, begin) for name, begin in later if begin and begin <= on][-1:]:
            yield (
                f"Edition {edition} is not the one in force on the service date {on}: since {begin} that "
                f"is edition {name}."
            )

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
        ("known_from", 3),
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
        _known_from(dict(editions), rows.get("known_from", []), path),
    )


def _known_from(
    editions: Mapping[str, date | None], rows: Sequence[Sequence[clingo.Symbol]], path: Path
) -> dict[str, date]:
    """Since when editions are known, whose first day is not on record."""
    found: dict[str, date] = {}
    for name, first in rows:
        edition = _string(name, path)
        row = f"known_from({edition}, {first})"
        if editions.get(edition, date.min) is not None:
            raise RuleError(f"{path}: {row}: an edition is expected whose first day is `unrecorded`")
        if edition in found:
            raise RuleError(f"{path}: {row}: another row says {found[edition]}; keep one")
        found[edition] = _day_of(first, path)
    return found


def _string(symbol: clingo.Symbol, path: Path) -> str:
    if symbol.type != clingo.SymbolType.String:
        raise RuleError(f'{path}: {symbol} is not in quotes; write "{symbol}"')
    return symbol.string


def _first_day(symbol: clingo.Symbol, path: Path) -> date | None:
    return None if str(symbol) == "unrecorded" else _day_of(symbol, path)


def _day_of(symbol: clingo.Symbol, path: Path) -> date:
    """The day that an edition began, or is known from."""
    try:
        return plain_day(_string(symbol, path))
    except CaseError as error:
        raise RuleError(f"{path}: the first day of an edition: {error}, or `unrecorded`") from error


def _years_after(first: date, years: int) -> date:
    """The same day so many years later; of 29 February the last of that month."""
    try:
        return first.replace(year=first.year + years)
    except ValueError:
        return first.replace(year=first.year + years, day=28)


def in_force(about: About, on: date | None) -> str:
    """The newest edition in force on a day; the newest of all without one."""
    since = {name: first or about.known_from.get(name, date.min) for name, first in about.editions}
    begun = [name for name, first in since.items() if on is None or first <= on]
    if not begun:
        name, first = next(iter(since.items()))
        if name in about.known_from:
            raise CaseError(
                f"{on} is before {first}, from when the first edition of {about.policy} on file, {name}, "
                "is known; what was in force earlier is not on file"
            )
        raise CaseError(
            f"{on} is before {first}, when the first edition of {about.policy} on file, {name}, began"
        )
    return begun[-1]
