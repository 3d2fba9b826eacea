"""What is known beyond what is ground for a policy: names that it does not read, and codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache

import clingo

from lupa.rules.codes import Codes
from lupa.rules.few import Few
from lupa.rules.kept import cached_property
from lupa.rules.names import normal, slips
from lupa.rules.reads import Declared, Reads
from lupa.rules.shared import Shared
from lupa.rules.texts import ALIAS, END, literals_in, names_in, skeleton, unescaped

_QUANTITY = (
    r'\bquantity\(\s*{}\s*\((?:[^().]|\([^()]*\))*\)\s*,\s*"((?:\\.|[^"\\\n])*)",\s*(-?\d+),\s*(-?\d+)\s*\)'
)

_CONVERSION = r'\bconversion\(\s*{}\b[^"\n]*"((?:\\.|[^"\\\n])*)",\s*(\d+),\s*([1-9]\d*)\s*\)'

_ANY = 10**9
_LOOKED_UP = 4096
"""So many names that were looked for are remembered."""


class Known:
    """What is known beyond what an edition reads: further names, and codes."""

    def __init__(
        self,
        shared: Shared,
        declared: Declared,
        single: Collection[str],
        reads: Reads,
        codes: Codes,
        own: Mapping[str, str],
        shapes: Mapping[str, frozenset[str]],
    ) -> None:
        self._shared = shared
        self.slips = lru_cache(_LOOKED_UP)(self._slips)  # what stands in a case is read more than once
        self._shapes = shapes
        self.has_doubtful_names = bool(shared.in_doubt)
        """Whether a name, brand or synonym in the shared files may stand for two."""
        self._declared = declared
        self._tied = reads.tied
        self._meant = reads.meant
        self._alone = reads.alone
        self._supporting = reads.supporting
        self._single = single
        self._own = own
        self._every: dict[str, dict[str, str]] = {}
        self._beside: dict[tuple[str, int], dict[str, str]] = {}
        self._own_names: set[tuple[str, int, str]] = set()
        """Names that were asked for as they are declared, and where; of them there are not many."""
        self.codes = codes
        self.few = Few()
        """Which names stand for others that are not ground; mostly none."""
        self.calculates = False
        """Whether a rule may calculate."""

    def begins_so(self, beginning: clingo.Symbol) -> bool:
        """Whether facts that no rule reads are such, or begin so: `starts`, `taking(aspirin)`."""
        if beginning.type != clingo.SymbolType.Function or beginning.name not in self._declared:
            return False
        arguments = list(map(str, beginning.arguments))
        return all(self.name(beginning.name, place, name) == name for place, name in enumerate(arguments))

    def shape(self, name: str) -> frozenset[str] | None:
        """What is ground of a name that no rule asks for by itself; None for others.

        Two names of one shape can change places: all that rules make of the one they make of the other.
        """
        return self._shapes.get(name)

    def single(self, family: str) -> bool:
        """Whether of the facts of a name that differ in their last argument one holds."""
        return family in self._single

    def arity(self, family: str) -> int:
        """How many arguments the facts of a name have, or the quantities; 0 where none is declared."""
        return len(self._declared.get(family, ()))

    def name(self, family: str, place: int, given: str) -> str | None:
        """The name that is meant at a place of a relation, or of a quantity, and that no rule reads."""
        places = self._declared.get(family, [])
        if place >= len(places):
            return None
        if (family, place, given) in self._own_names:
            return given
        found = self._shared.declared_as(places[place], given)
        if found is not None:
            if found == given:
                self._own_names.add((family, place, given))
            return found
        if (family, place) not in self._beside:
            self._beside[family, place] = self._beside_rows(places[place])
        return self._beside[family, place].get(normal(given))

    def slip(self, family: str, given: str) -> str | None:
        """The name of a relation's last place, read or not, that this is but for a slip of the pen."""
        found = self.slips(family, given)
        return found[0] if len(found) == 1 else None

    def _slips(self, family: str, given: str) -> list[str]:
        """All such names."""
        return slips(given, self._every_name(family))

    def _every_name(self, family: str) -> dict[str, str]:
        """The names of a relation's last place, read or not, by all that they are called."""
        place = self.arity(family) - 1
        if family not in self._every:
            declared = self._declared[family][place]
            self._every[family] = {
                other: name
                for other, found in self._shared.aliases.items()
                for name in found
                if any(self._shared.declares(predicate, name) for predicate in declared)
            } | self._beside_rows(declared)
        return self._every[family]

    def says_no_more(self, given: str) -> bool:
        """Whether a name that is not known here says nothing of the names beside it in a text."""
        return normal(given) in self._shared.saying_no_more

    def declared(self) -> dict[str, list[list[str]]]:
        """For each place of each relation, and quantity, the names that can stand there."""
        return {
            family: [
                sorted({*self._shared.declared_by(each), *self._beside_rows(each).values()})
                for each in places
            ]
            for family, places in self._declared.items()
        }

    def _beside_rows(self, predicates: Collection[str]) -> dict[str, str]:
        """The names that facts of these predicates give which are no rows, by all of their names."""
        names = {
            name
            for statement in END.split(skeleton(self._text))
            if ":-" not in statement
            for literal in literals_in(statement)[0]
            if literal.name in predicates
            for name in names_in(literal.arguments[0])
        }
        aliases = {normal(unescaped(other)): name for name, other in ALIAS.findall(self._text)}
        aliases.update((other, name) for other, found in self._shared.aliases.items() for name in found)
        found = {other: name for other, name in aliases.items() if name in names}
        return {**found, **{normal(name): name for name in names}}

    @property
    def _text(self) -> str:
        return "\n".join([self._shared.rest, *self._own.values()])

    def quantity(self, name: str) -> tuple[str, int, int, tuple[tuple[str, Fraction], ...], bool] | None:
        """The quantities of a name: unit, least, most, other units, and whether they have days; or None."""
        found = re.search(_QUANTITY.format(re.escape(name)), self._text)
        if found is None:  # what the numbers of others are like is no row, and so it is not known
            is_one = re.search(rf"\bquantity\(\s*{re.escape(name)}\s*\(", self._text)
            return ("", -_ANY, _ANY, (), True) if is_one else None
        rows = re.findall(_CONVERSION.format(re.escape(name)), self._text)
        units = tuple((unescaped(unit), Fraction(int(many), int(each))) for unit, many, each in rows)
        return unescaped(found[1]), int(found[2]), int(found[3]), units, self._is_dated(name)

    def is_day(self, name: str) -> bool:
        """Whether what is declared by a name is a day, and no number that has one."""
        return self._is_dated(name) and self.quantity(name) is None

    def _is_dated(self, name: str) -> bool:
        return re.search(rf"\bdated\(\s*{re.escape(name)}\b", self._text) is not None

    @cached_property
    def several(self) -> dict[str, list[str]]:
        """What each name may mean that may mean one of several."""
        found: dict[str, list[str]] = {}
        for name, words in self._shared.relations(self._meant):
            found.setdefault(name, []).extend(words)
        return found

    def meaning_several(self, unread: Collection[str]) -> set[str]:
        """The names, in facts that no rule reads, of which each may mean one of several."""
        return {name for fact in unread for name in names_in(fact) if name in self.several}

    def supporting(self, unread: Mapping[str, bool]) -> set[str]:
        """The names, in facts that are so and no rule reads, that another request could be for."""
        facts = [fact for fact, so in unread.items() if so and fact.partition("(")[0] in self._supporting]
        return {name for fact in facts for name in names_in(fact) if self.shape(name)}

    def bound(self, names: Iterable[str]) -> set[str]:
        """Those of the names about which, by rows of the shared files, a law may have something to say."""
        counted = Counter(names)
        if self._alone or not counted:
            return set(counted)
        rows = {word for name, words in self._shared.relations(self._tied) for word in (name, *words)}
        return {name for name, count in counted.items() if count > 1 or name in rows}
