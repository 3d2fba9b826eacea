"""The quantities of a vocabulary: their units, what is made of others, and the cut points of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Literal, NamedTuple

import clingo

from lupa.errors import RuleError
from lupa.rules.ground import Ground, counted, quoted
from lupa.rules.names import is_a_name
from lupa.rules.numbers import exact

CUTS = ("at_least", "more_than")
"""The facts that are about a number."""

BOUNDS = {
    "at_least": ("at_least", True),
    "more_than": ("more_than", True),
    "at_most": ("more_than", False),
    "less_than": ("at_least", False),
}
"""How a rule asks for a measurement: as a cut point, and whether it has reached that."""

ASKS = {("asks_whether_measured", 2): "measured", ("asks_how_often_measured", 3): "measured_often"}
"""How a rule asks about measurements, and the fact that answers it, with the same arguments."""

ROW = 'quantity(Name, "unit", Least, Most)'
"""How a quantity is declared."""
SINCE = "days_since"
"""What says how long ago something was that has its day."""

Made = Literal["rate", "difference", "percent_change"]


class Quantity(NamedTuple):
    """A number that a case can state: `unit`, the `least` and the `most` that is not absurd.

    `units` are the others in which it can be stated, each with what one of it comes to; a `dated` one
    is stated with the day on which it was so.
    """

    unit: str
    least: int
    most: int
    whole: bool
    in_request: bool
    units: tuple[tuple[str, Fraction], ...] = ()
    dated: bool = False

    @property
    def section(self) -> str:
        """The part of a case that states it."""
        return "request" if self.in_request else "facts"


class Derived(NamedTuple):
    """A quantity that follows from two others, the `first` and the `second`.

    A `rate` is `times` the first, divided by the second; a `difference` is the second less the first, and
    a `percent_change` that in percent of the first.
    """

    kind: Made
    times: int
    first: str
    second: str


class Cut(NamedTuple):
    """A fact about a number: `at_least` or `more_than` (`kind`) the `bound`."""

    kind: str
    bound: Fraction
    fact: str

    @property
    def rank(self) -> tuple[Fraction, bool]:
        """Its place among those of its number: what is more than 12 is at least 12."""
        return self.bound, self.kind == "more_than"


class Scale(NamedTuple):
    """The quantity on whose scale another one lies, and how many of the other make one of it."""

    of: str
    parts: int


def days_since(dated: clingo.Symbol) -> clingo.Symbol:
    """The quantity that says how long ago something was."""
    return clingo.Function(SINCE, [dated])


class Asked(NamedTuple):
    """A fact about the measurements of the last `days`: that `times` or more of them reached a cut point,
    or did not.
    """

    quantity: str
    cut: Cut
    reached: bool
    days: int
    times: int = 1


def asked_in(program: Ground, quantities: Mapping[str, Quantity]) -> dict[str, Asked]:
    """What rules ask about single measurements, by the fact; raises `RuleError`."""
    found = {}
    asking = [(*about, row) for about in ASKS.items() for row in program.facts(*about[0])]
    for (asks, _), name, (bound, *counts) in asking:
        row = f"{asks}({', '.join(map(str, (bound, *counts)))})"
        if (
            bound.type != clingo.SymbolType.Function
            or len(bound.arguments) != 2
            or bound.name not in BOUNDS
        ):
            raise RuleError(f"{row}: one of {', '.join(BOUNDS)} of a quantity is expected")
        quantity, number = bound.arguments
        if str(quantity) not in quantities or not quantities[str(quantity)].dated:
            raise RuleError(f"{row}: {quantity} is no quantity that is dated({quantity})")
        kind, reached = BOUNDS[bound.name]
        fact = str(clingo.Function(name, [bound, *counts]))
        cut = Cut(kind, exact(number, row), fact)
        asked = Asked(str(quantity), cut, reached, *(counted(each, row) for each in counts))
        if asked.times < 1:
            raise RuleError(f"{row}: {asked.times} times or more is always so; write 1 or more")
        found[fact] = asked
    return found


Wrong = Callable[..., RuleError]
"""Makes the error that says what is wrong with a row, where it stands, and how to `mend` it."""


def quantities_in(program: Ground, wrong: Wrong) -> dict[str, Quantity]:
    """The quantities that are declared, by name."""
    whole = {str(name) for (name,) in program.facts("whole", 1)}
    in_request = {str(name) for (name,) in program.facts("part_of_request", 1)}
    dated = {str(name) for (name,) in program.facts("dated", 1)}
    units: dict[str, list[tuple[str, Fraction]]] = {}
    for name, unit, many, each in program.facts("conversion", 4):
        factor = _factor(many, each, f"conversion({name}, {unit}, {many}, {each})")
        units.setdefault(str(name), []).append((quoted(unit, "conversion/4"), factor))
    found = {}
    for row in program.facts("quantity", 4):
        name, unit, least, most = row
        key = str(name)
        try:
            if not is_a_name(key):
                raise RuleError(f"{key} is no name of a quantity")
            found[key] = Quantity(
                quoted(unit, "quantity/4"),
                counted(least, "quantity/4"),
                counted(most, "quantity/4"),
                key in whole,
                key in in_request,
                tuple(units.get(key, ())),
                key in dated,
            )
        except RuleError as error:
            raise wrong(str(error), clingo.Function("quantity", row), mend=f"write {ROW}") from error
    return found


def _factor(many: clingo.Symbol, each: clingo.Symbol, row: str) -> Fraction:
    numbers = counted(many, "conversion/4"), counted(each, "conversion/4")
    if min(numbers) < 1:
        raise RuleError(f"{row}: two whole numbers of 1 or more are expected, which make a fraction")
    return Fraction(*numbers)


def derived_in(program: Ground, quantities: Mapping[str, Quantity], wrong: Wrong) -> dict[str, Derived]:
    """The quantities that follow from others, by name; raises `RuleError` for what makes no number."""
    found = {}
    for row in program.facts("rate", 4):
        name, times, first, second = row
        if times.type != clingo.SymbolType.Number:
            words = f"rate/4: {times} stands where a number belongs"
            raise wrong(words, clingo.Function("rate", row), mend="write one, without quotes")
        found[str(name)] = Derived("rate", times.number, str(first), str(second))
    kinds: tuple[Made, ...] = ("difference", "percent_change")
    for kind in kinds:
        for name, before, now in program.facts(kind, 3):
            if str(name) in found:
                raise RuleError(f"{kind}({name}, ...): {name} is made of others already; keep one")
            found[str(name)] = Derived(kind, 1, str(before), str(now))
    for key, made in found.items():
        for part in (key, made.first, made.second):
            if part not in quantities:
                raise RuleError(f"{made.kind}({key}, ...): {part} is no quantity(Name, Unit, Least, Most)")
        divisor = made.first if made.kind == "percent_change" else made.second
        if made.kind != "difference" and quantities[divisor].least < 0:
            raise RuleError(
                f"{made.kind}({key}, ...): {divisor} can be less than 0, by which nothing is divided here; "
                "let the least of it be 0 or more"
            )
    return found


def scales_in(program: Ground, quantities: Mapping[str, Quantity]) -> dict[str, Scale]:
    """The quantities that count in parts what another counts, by name; raises `RuleError`."""
    found = {}
    for fine, coarse, parts in program.facts("subdivides", 3):
        row = f"subdivides({fine}, {coarse}, {parts})"
        if not {str(fine), str(coarse)} <= quantities.keys() or counted(parts, "subdivides/3") < 2:
            raise RuleError(f"{row}: two quantities, and a whole number of 2 or more, are expected")
        found[str(fine)] = Scale(str(coarse), parts.number)
    return found
