"""Reads the numbers of a case, with their arguments, and states the cut points that they have passed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lupa.errors import shown, within
from lupa.record.pairs import not_two, taken_apart
from lupa.record.reader import Reader, example
from lupa.record.said import Remark
from lupa.rules.quantities import Quantity
from lupa.rules.vocabulary import Path, Tree, leaves

AGES = frozenset({"age", "age_months"})
"""What a birth date gives."""

Read = Callable[[str, Any, str], None]
"""Reads what is said of one thing, at a path."""


class Numbers(Reader):
    """Reads what a case says of numbers."""

    def measure(
        self,
        tree: Tree | str,
        value: Any,
        path: str,
        about: Path,
        read: Read | None = None,
    ) -> None:
        """What is said of a number, or of each that it names of those with arguments.

        One is `read` otherwise, such as a day.
        """
        family, *arguments = about
        if isinstance(tree, str) and read is not None:
            read(tree, value, path)
        elif isinstance(tree, str):
            self.measuring.read(tree, self.vocabulary.quantities[tree], value, path)
        elif not tree and len(arguments) == self.known.arity(family):
            self.unread_number(value, path, about, read)
        elif value is None:
            for _, name in leaves(tree):
                self.measuring.intervals[name] = None
        elif isinstance(value, Mapping):
            for key, number in value.items():
                where = within(path, key)
                found = self.argument(key, tree, where, about)
                if found is not None:
                    self.measure(tree.get(found, {}), number, where, (*about, found), read)
        else:
            form = example(tree, "3" if read is None else "2025-01-10")
            self.problem(path, f"a mapping such as {form} is expected, not {shown(value)}")

    def pair(self, name: str, value: Any, path: str) -> None:
        """What is said of two numbers that are written as one, the larger first."""
        parts = self.vocabulary.pairs[name]
        quantities = [self.vocabulary.quantities[part] for part in parts]
        both = taken_apart(value, quantities[0].unit)
        if both is None:
            self.problems.append(not_two(path, value))
            return
        for part, quantity, said in zip(parts, quantities, both, strict=True):
            self.measuring.read(part, quantity, said, path)

    def check_pairs(self) -> None:
        """Has a pair looked at whose first number, which is the larger, is not."""
        for first, second in self.vocabulary.pairs.values():
            high, low = (self.measuring.intervals.get(part) for part in (first, second))
            if high is not None and low is not None and high.high <= low.low:
                words = [
                    f"{self.vocabulary.label(part)} as {self.measuring.shown[part]}"
                    for part in (first, second)
                ]
                place = self.measuring.place(first)
                text = f"The case gives {' and '.join(words)}: are they the wrong way round?"
                self.record.remarks.append(Remark(place, text))

    def unread_number(self, value: Any, path: str, about: Path, read: Read | None) -> None:
        """A number, or a day, of which no rule reads anything."""
        family, *arguments = about
        name = f"{family}({','.join(arguments)})"
        self.record.unmeasured.append(name)
        if read is not None:
            read(name, value, path)
            return
        unit, least, most, units, dated = self.known.quantity(family) or ("", 0, 0, (), False)
        quantity = Quantity(unit, least, most, whole=False, in_request=False, units=units, dated=dated)
        self.measuring.read(name, quantity, value, path)

    def numbers(self) -> None:
        """States the cut points of every number that the case gives, and what its measurements say."""
        said = self.measuring
        self.record.remarks += said.remarks
        self.record.numbers = said.stated
        said.settle()
        self.check_pairs()
        for name, interval in said.intervals.items():
            if interval is not None:
                self.record.intervals[name] = interval
            for cut in self.vocabulary.cuts.get(name, ()):
                self.state(cut.fact, interval.truth(cut) if interval else None, said.place(name))
                if name in said.shown:
                    self.record.given[cut.fact] = said.shown[name]
        for fact, so, place, words in said.measurements():
            self.state(fact, so, place)
            self.record.given[fact] = words
