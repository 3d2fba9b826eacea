"""From a case to a record: which facts it states true, which false, and which it leaves open."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lupa.errors import CaseError, Problem, shown, within
from lupa.record.interval import Interval, anything, quotient
from lupa.record.plain import exact_number
from lupa.rules.days import day
from lupa.rules.deadline import ENDLESS, Deadline
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import Fact, Quantity, Rate, Vocabulary

ROUTING = ("policy", "drug", "service_date")
"""Keys of `request` that choose a policy and an edition rather than state a fact."""

_FEW = 50
"""Beyond so many problems a case is no slip of the pen, and no nearest name is looked for."""

Follows = Callable[[list[Fact], list[Fact]], Iterable[Fact]]
"""Which of the second facts are true in every world where the first are."""


@dataclass(frozen=True, slots=True)
class Unknown(Problem):
    """A name that these rules do not know, and those of another policy may."""


@dataclass(slots=True)
class Record:
    """What a case comes to. No fact is in both `stated` and `assumed`; the rest are silent.

    `paths` says where in the case a fact was stated, `given` what number stands behind one, `numbers`
    which quantities the case gives and `intervals` what these, and the rates made from them, can be.
    `case` is the case itself.
    """

    stated: dict[Fact, bool] = field(default_factory=dict)
    assumed: dict[Fact, bool] = field(default_factory=dict)
    paths: dict[Fact, str] = field(default_factory=dict)
    given: dict[Fact, str] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    intervals: dict[str, Interval] = field(default_factory=dict)
    case: Mapping[str, Any] = field(default_factory=dict)


def record_of(
    case: Mapping[str, Any], edition: Edition, limit: Deadline = ENDLESS
) -> tuple[Record, list[Problem]]:
    """The record of a case under an edition's vocabulary, and all that is wrong with the case."""
    with limit.holding(edition.lock), edition.program.watch.limit(limit):
        return translate(case, edition.vocabulary, edition.follows)


def translate(
    case: Mapping[str, Any], vocabulary: Vocabulary, follows: Follows
) -> tuple[Record, list[Problem]]:
    """The record of a case, and all that is wrong with the case."""
    reader = _Reader(vocabulary, follows)
    reader.record.case = case
    reader.request(case.get("request") or {})
    reader.record_facts(case.get("facts") or {})
    reader.numbers()
    for fact, value in vocabulary.defaults.items():
        if fact not in reader.open:
            reader.record.assumed[fact] = value
    return reader.record, reader.problems


def age_on(birth: date, today: date) -> int:
    """Whole years; who is born on 29 February turns a year older on 1 March of a common year."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


class _Reader:
    """Walks a case once, collecting statements and problems."""

    def __init__(self, vocabulary: Vocabulary, follows: Follows) -> None:
        self.vocabulary = vocabulary
        self.follows = follows
        self.record = Record()
        self.problems: list[Problem] = []
        self.open: set[Fact] = set()
        self.intervals: dict[str, Interval | None] = {}
        self.shown: dict[str, str] = {}
        self.made: set[str] = set()
        self.service_date: date | None = None

    def problem(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))

    def state(self, fact: Fact, value: bool | None, path: str) -> None:
        """Records a statement; None leaves the fact open, even where it would be assumed."""
        self.open.add(fact)
        if value is None:
            return
        if self.record.stated.get(fact, value) != value:
            words = f"states {fact} {'true' if value else 'false'}"
            self.problem(path, f"{words}, but {self.record.paths[fact]} the opposite; keep one")
        self.record.stated[fact] = value
        self.record.paths.setdefault(fact, path)

    # ---- the request ---------------------------------------------------------------------------

    def request(self, request: Mapping[str, Any]) -> None:
        kinds = self.vocabulary.choices.get("requested", {})
        numbers = {k: q for k, q in self.vocabulary.quantities.items() if q.in_request}
        known: dict[str, object] = {**dict.fromkeys(ROUTING), **kinds, **numbers}
        for key, value in request.items():
            path = within("request", key)
            if key in ROUTING:
                if key == "service_date" and value is not None:
                    self.service_date = self.day(value, path)
            elif key in kinds:
                self.choice(kinds[key], value, path)
            elif key in numbers:
                self.number(key, numbers[key], value, path)
            else:
                self.unknown(key, known, path, self.fact_keys(), "facts")

    def choice(self, values: dict[str, Fact], value: Any, path: str) -> None:
        if value is None:
            for fact in values.values():
                self.state(fact, None, path)
            return
        name = self.known_name(value, values, path)
        if name is not None:
            self.open.update(values.values())
            self.state(values[name], True, path)

    # ---- the facts -----------------------------------------------------------------------------

    def fact_keys(self) -> dict[str, object]:
        v = self.vocabulary
        numbers = {k: q for k, q in v.quantities.items() if not q.in_request}
        choices = {name: kinds for name, kinds in v.choices.items() if name != "requested"}
        born = {"birth_date": None} if "age" in numbers else {}
        return {**v.flags, **v.families, **choices, **numbers, **born}

    def record_facts(self, facts: Mapping[str, Any]) -> None:
        v = self.vocabulary
        known = self.fact_keys()
        request_keys: dict[str, object] = {
            **v.choices.get("requested", {}),
            **{k: q for k, q in v.quantities.items() if q.in_request},
            **dict.fromkeys(ROUTING),
        }
        for key, value in facts.items():
            path = within("facts", key)
            if key not in known:
                self.unknown(key, known, path, request_keys, "request")
            elif key == "birth_date":
                continue
            elif key in v.flags:
                self.state(v.flags[key], self.truth(value, path), path)
            elif key in v.families:
                self.family(v.families[key], value, path)
            elif key in v.choices:
                self.kinds(v.choices[key], value, path)
            else:
                self.number(key, v.quantities[key], value, path)
        if facts.get("birth_date") is not None and "birth_date" in known:
            self.birth_date(facts["birth_date"], "facts.birth_date")

    def family(self, names: dict[str, Fact], value: Any, path: str) -> None:
        if value is None:
            for fact in names.values():
                self.state(fact, None, path)
        elif isinstance(value, Mapping):
            for key, truth in value.items():
                where = within(path, key)
                found = self.known_name(key, names, where)
                if found is not None:
                    self.state(names[found], self.truth(truth, where), where)
        elif isinstance(value, list | tuple | set | frozenset):
            self.complete(names, list(value), path)
        else:
            example = next(iter(names))
            self.problem(
                path,
                f"a list of all that is true ([{example}]) or a mapping ({{{example}: yes}}) is "
                f"expected, not {shown(value)}",
            )

    def complete(self, names: dict[str, Fact], values: list[Any], path: str) -> None:
        """A list is complete: what it neither names nor implies is false."""
        named: list[Fact] = []
        for place, name in enumerate(values):
            where = f"{path}[{place}]"
            found = self.known_name(name, names, where)
            if found is not None:
                named.append(names[found])
                self.state(names[found], True, where)
        rest = [fact for fact in names.values() if fact not in named]
        implied = set(self.follows(named, rest))
        for fact in rest:
            if fact not in implied:
                self.state(fact, False, path)

    def kinds(self, kinds: dict[str, dict[str, Fact]], value: Any, path: str) -> None:
        if not isinstance(value, Mapping):
            kind, values = next(iter(kinds.items()))
            self.problem(
                path,
                f"a mapping such as {{{kind}: {next(iter(values))}}} is expected, not {shown(value)}",
            )
            return
        for key, chosen in value.items():
            where = within(path, key)
            found = self.known_name(key, kinds, where)
            if found is not None:
                self.choice(kinds[found], chosen, where)

    # ---- numbers -------------------------------------------------------------------------------

    def number(self, name: str, quantity: Quantity, value: Any, path: str) -> None:
        self.intervals[name] = None
        if value is None:
            return
        if isinstance(value, Mapping):
            interval = self.range(quantity, value, path)
        else:
            number = self.exact(quantity, value, path)
            interval = None if number is None else Interval(number, number)
        self.intervals[name] = interval
        if interval is not None:
            self.shown[name] = _range_words(value) if isinstance(value, Mapping) else str(value)

    def exact(self, quantity: Quantity, value: Any, path: str) -> Fraction | None:
        """The number itself; None, with a problem, for what is none or cannot be one."""
        number = exact_number(value)
        if number is None:
            self.problem(path, f"a number of {quantity.unit} is expected, not {shown(value)}")
            return None
        finite = not isinstance(number, Decimal) or number.is_finite()
        if not finite or not quantity.least <= number <= quantity.most:
            self.problem(
                path,
                f"{shown(value)} cannot be; from {quantity.least} to {quantity.most} "
                f"{quantity.unit} is expected",
            )
            return None
        if quantity.whole and number != int(number):
            self.problem(path, f"{shown(value)} is not whole; {quantity.unit} are counted")
            return None
        return Fraction(number)

    def range(self, quantity: Quantity, value: Mapping[str, Any], path: str) -> Interval | None:
        ends: dict[str, object] = dict.fromkeys(("at_least", "more_than", "at_most", "less_than"))
        bounds: dict[str, Fraction] = {}
        for key, end in value.items():
            if key not in ends:
                self.unknown(key, ends, within(path, key), {}, "")
                return None
            number = self.exact(quantity, end, f"{path}.{key}")
            if number is None:
                return None
            bounds[key] = number
        if not bounds:
            self.problem(path, f"a range names one of {', '.join(ends)}")
            return None
        low, low_open = max(
            (bounds.get("at_least", Fraction(quantity.least)), False),
            (bounds.get("more_than", Fraction(quantity.least - 1)), True),
        )
        high, high_closed = min(
            (bounds.get("at_most", Fraction(quantity.most)), True),
            (bounds.get("less_than", Fraction(quantity.most + 1)), False),
        )
        interval = Interval(low, high, low_open, not high_closed)
        if quantity.whole:
            interval = interval.rounded_inward()
        if interval.empty:
            self.problem(path, f"no number of {quantity.unit} is {_range_words(value)}")
            return None
        return interval

    def birth_date(self, value: Any, path: str) -> None:
        birth = self.day(value, path)
        if birth is None:
            return
        if self.service_date is None:
            self.problem(path, "needs request.service_date to give an age; or state facts.age")
            return
        if birth > self.service_date:
            self.problem(path, f"{birth} is after request.service_date, {self.service_date}; check both")
            return
        age = age_on(birth, self.service_date)
        quantity = self.vocabulary.quantities["age"]
        if not quantity.least <= age <= quantity.most:
            self.problem(path, f"gives an age of {age} on {self.service_date}, which cannot be")
            return
        stated = self.intervals.get("age")
        # who is 17 has any age from 17 up to, not including, 18
        born = Interval(Fraction(age), Fraction(age + 1), high_open=True)
        interval = born if stated is None else born.both(stated)
        if interval.empty:
            self.problem(
                path,
                f"gives an age of {age} on {self.service_date}, but facts.age says otherwise; keep one",
            )
            return
        self.intervals["age"] = interval
        if interval.low != interval.high:
            self.shown["age"] = f"{age}, born {birth} and {age} on {self.service_date}"

    def numbers(self) -> None:
        """States the cut points of every number that the case gives."""
        self.record.numbers = sorted(name for name, known in self.intervals.items() if known)
        for name, rate in self.vocabulary.rates.items():
            if rate.first in self.intervals:  # of what is not asked for, no rate is asked for
                self.rate(name, rate)
        for name, interval in self.intervals.items():
            if interval is not None:
                self.record.intervals[name] = interval
            for cut in self.vocabulary.cuts.get(name, ()):
                self.state(cut.fact, interval.truth(cut) if interval else None, self.place(name))
                if name in self.shown:
                    self.record.given[cut.fact] = self.shown[name]

    def rate(self, name: str, rate: Rate) -> None:
        """What the parts of a rate make of it, and what is stated of it besides."""
        parts = (rate.first, rate.second)
        quantities = self.vocabulary.quantities
        first, second = (self.intervals.get(part) or anything(quantities[part]) for part in parts)
        made = quotient(rate.times, first, second)
        stated = self.intervals.get(name)
        interval = made if stated is None else made.both(stated)
        words = " for ".join(self.shown[part] for part in parts if part in self.shown)
        if interval.empty:
            self.problem(
                self.place(name),
                f"is stated as {self.shown[name]}, but {' and '.join(map(self.place, parts))} "
                f"({words}) say otherwise; keep one",
            )
            return
        if name not in self.intervals:
            self.made.add(name)
        self.intervals[name] = interval
        self.shown[name] = "; ".join(filter(None, (self.shown.get(name), words)))

    def place(self, name: str) -> str:
        """Where a number stands in the case; of a rate that only its parts give, the first of them."""
        if name in self.made:
            return self.place(self.vocabulary.rates[name].first)
        return f"{self.vocabulary.quantities[name].section}.{name}"

    # ---- names and values ----------------------------------------------------------------------

    def day(self, value: Any, path: str) -> date | None:
        try:
            return day(value, path)
        except CaseError as error:
            self.problems.extend(error.problems)
            return None

    def truth(self, value: Any, path: str) -> bool | None:
        if value is None or isinstance(value, bool):
            return value
        if value in ("yes", "no"):
            return bool(value == "yes")
        self.problem(path, f"yes, no or null is expected, not {shown(value)}")
        return None

    def known_name(self, name: Any, known: Mapping[str, object], path: str) -> str | None:
        """The canonical name; None, with a problem, for a name that is not known."""
        if not isinstance(name, str):
            self.problem(path, f"a name is expected, not {shown(name)}")
            return None
        found = self.vocabulary.canonical(name, known)
        if found is None:
            few = len(self.problems) < _FEW
            hint = hint_at_value(self.vocabulary, name if few else "", known)
            self.problems.append(Unknown(path, f"{shown(name)} is not known here; {hint}"))
        return found

    def unknown(
        self,
        name: Any,
        known: Mapping[str, object],
        path: str,
        elsewhere: Mapping[str, object],
        there: str,
    ) -> None:
        """Says that a name is not known, with the nearest that is."""
        if isinstance(name, str) and name in elsewhere:
            self.problems.append(Unknown(path, f"{shown(name)} belongs under `{there}`"))
            return
        few = len(self.problems) < _FEW
        near = self.vocabulary.nearest(name, known) if few and isinstance(name, str) else None
        if near is not None:
            hint = f"did you mean {near}?"
        elif len(known) <= 12:
            hint = f"known are {', '.join(known)}"
        else:
            hint = f"`lupa facts` lists what is. D{CAUTION[1:]}"
        self.problems.append(Unknown(path, f"{shown(name)} is not known here; {hint}"))


CAUTION = (
    "do not put a similar name in its place, and leave it out only if it is of no kind that the policy "
    "asks about"
)


def hint_at_value(vocabulary: Vocabulary, name: str, known: Mapping[str, object]) -> str:
    """What to do about a name that is none of the `known` values, of which it may be a slip.

    A drug or a disease that no rule speaks of has a name of its own, however like another's it looks.
    """
    near = vocabulary.slip(name, known)
    world = vocabulary.are_of_the_world(known)
    if near is not None:
        return f"did you mean {near}?{f' If not, {CAUTION}' if world else ''}"
    if len(known) <= 12:
        return f"known are {', '.join(known)}{f'. D{CAUTION[1:]}' if world else ''}"
    return f"`lupa facts` lists what is. D{CAUTION[1:]}"


def _range_words(value: Mapping[str, Any]) -> str:
    return " and ".join(f"{str(key).replace('_', ' ')} {end}" for key, end in value.items())
