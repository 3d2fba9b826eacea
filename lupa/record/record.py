"""From a case to a record: which facts it states true, which false, and which it leaves open."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from lupa.errors import CaseError, Problem, shown, within
from lupa.record.interval import Interval, anything, quotient
from lupa.record.plain import exact_number
from lupa.rules.codes import STATES, Code
from lupa.rules.days import day
from lupa.rules.deadline import ENDLESS, Deadline
from lupa.rules.edition import Edition
from lupa.rules.known import Known
from lupa.rules.vocabulary import ONLY, Fact, Path, Quantity, Rate, Tree, Vocabulary, leaves

ROUTING = ("policy", "drug", "service", "code", "payer", "service_date")
"""Keys of `request` that choose a policy and an edition rather than state a fact."""

_FEW = 50
"""Beyond so many problems a case is no slip of the pen, and no nearest name is looked for."""

Follows = Callable[[list[Fact], list[Fact]], Iterable[Fact]]
"""Which of the second facts are true in every world where the first are."""


@dataclass(frozen=True, slots=True)
class Unknown(Problem):
    """A name that these rules do not know, and those of another policy may."""

    name: str = ""


class Suggested(NamedTuple):
    """A fact that a code suggests and does not state; `value` is what the case says of the code."""

    fact: Fact
    code: Code
    value: bool


class _Meant(NamedTuple):
    """What a name in a case means: an argument, what it leads to, and how far a code says so."""

    name: str
    below: Tree | Fact
    code: Code | None = None


@dataclass(slots=True)
class Record:
    """What a case comes to. No fact is in both `stated` and `assumed`; the rest are silent.

    `closed` are the facts that are false because a list is said to be complete. `paths` says where in the
    case a fact was stated, `given` what number stands behind one, `numbers`
    which quantities the case gives and `intervals` what these, and the rates made from them, can be.
    `unread` is what the case states of facts that no rule reads, `unmeasured` which quantities it gives of
    which no rule reads one, `suggested` what its codes only suggest.
    `case` is the case itself.
    """

    stated: dict[Fact, bool] = field(default_factory=dict)
    assumed: dict[Fact, bool] = field(default_factory=dict)
    closed: set[Fact] = field(default_factory=set)
    paths: dict[Fact, str] = field(default_factory=dict)
    given: dict[Fact, str] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    intervals: dict[str, Interval] = field(default_factory=dict)
    unread: dict[Fact, bool] = field(default_factory=dict)
    unmeasured: list[str] = field(default_factory=list)
    suggested: list[Suggested] = field(default_factory=list)
    case: Mapping[str, Any] = field(default_factory=dict)

    @property
    def unread_names(self) -> list[str]:
        """The names in what it states of facts that no rule reads, as often as they stand there."""
        about = (*self.unread, *self.unmeasured)
        return [name for fact in about for name in fact.partition("(")[2][:-1].split(",")]


def record_of(
    case: Mapping[str, Any], edition: Edition, limit: Deadline = ENDLESS
) -> tuple[Record, list[Problem]]:
    """The record of a case under an edition's vocabulary, and all that is wrong with the case."""
    with limit.holding(edition.lock), edition.program.watch.limit(limit):
        return translate(case, edition.vocabulary, edition.follows, edition.known)


def translate(
    case: Mapping[str, Any], vocabulary: Vocabulary, follows: Follows, known: Known
) -> tuple[Record, list[Problem]]:
    """The record of a case, and all that is wrong with the case."""
    reader = _Reader(vocabulary, follows, known)
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

    def __init__(self, vocabulary: Vocabulary, follows: Follows, known: Known) -> None:
        self.vocabulary = vocabulary
        self.follows = follows
        self.known = known
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
        stated = self.record.stated if fact in self.vocabulary.facts else self.record.unread
        if stated.get(fact, value) != value:
            words = f"states {fact} {'true' if value else 'false'}"
            self.problem(path, f"{words}, but {self.record.paths[fact]} the opposite; keep one")
        stated[fact] = value
        self.record.paths.setdefault(fact, path)

    # ---- the request ---------------------------------------------------------------------------

    def request(self, request: Mapping[str, Any]) -> None:
        kinds = self.vocabulary.kinds("requested")
        numbers = self.measures("request")
        known: dict[str, object] = {**dict.fromkeys(ROUTING), **kinds, **numbers}
        for key, value in request.items():
            path = within("request", key)
            if key in ROUTING:
                if key == "service_date" and value is not None:
                    self.service_date = self.day(value, path)
            elif key in kinds:
                self.choice(kinds[key], value, path)
            elif key in numbers:
                self.measure(numbers[key], value, path, (key,))
            else:
                self.unknown(key, known, path, self.fact_keys(), "facts")

    def measures(self, section: str) -> dict[str, Tree | str]:
        """The quantities, by name and arguments, that stand in one part of a case."""
        v = self.vocabulary
        return {name: tree for name, tree in v.measures.items() if v.measured(name).section == section}

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
        numbers = self.measures("facts")
        choices = {name: groups for name, groups in v.choices.items() if name != "requested"}
        born = {"birth_date": None} if "age" in numbers else {}
        return {**v.flags, **v.families, **choices, **numbers, **born}

    def record_facts(self, facts: Mapping[str, Any]) -> None:
        v = self.vocabulary
        known = self.fact_keys()
        request_keys: dict[str, object] = {
            **v.kinds("requested"),
            **self.measures("request"),
            **dict.fromkeys(ROUTING),
        }
        numbers = self.measures("facts")
        for key, value in facts.items():
            path = within("facts", key)
            if key not in known:
                if not self.unread(key, value, path, request_keys):
                    self.unknown(key, known, path, request_keys, "request")
            elif key == "birth_date":
                continue
            elif key in v.flags:
                self.state(v.flags[key], self.truth(value, path), path)
            elif key in v.families:
                self.family(v.families[key], value, path, (key,))
            elif key in v.choices:
                self.groups(v.tree_of(key), value, path, (key,))
            else:
                self.measure(numbers[key], value, path, (key,))
        if facts.get("birth_date") is not None and "birth_date" in known:
            self.birth_date(facts["birth_date"], "facts.birth_date")

    def unread(self, name: Any, value: Any, path: str, elsewhere: Mapping[str, object]) -> bool:
        """Reads what is said of facts, or numbers, that no rule reads; False where there are none such."""
        if not isinstance(name, str) or name in elsewhere or not self.known.arity(name):
            return False
        if self.known.quantity(name) is not None:
            self.measure({}, value, path, (name,))
        elif self.known.single(name):
            self.groups({}, value, path, (name,))
        else:
            self.family({}, value, path, (name,))
        return True

    def family(self, tree: Tree, value: Any, path: str, about: Path) -> None:
        """What is said of a relation, or of the part that `about` leads to, by its name and arguments."""
        if value is None:
            for _, fact in leaves(tree):
                self.state(fact, None, path)
        elif isinstance(value, Mapping):
            if ONLY in value:
                self.complete(tree, value, path, about)
            self.members(tree, value, path, about)
        elif isinstance(value, list | tuple | set | frozenset):
            self.listed(tree, list(value), path, about)
        else:
            self.problem(path, f"{_forms(tree)} is expected, not {shown(value)}")

    def members(self, tree: Tree, value: Mapping[Any, Any], path: str, about: Path) -> None:
        """What a mapping says of each argument that it names."""
        for key, said in value.items():
            where = within(path, key)
            for meant in self.meant(key, tree, where, about) if key != ONLY else ():
                if isinstance(meant.below, str):
                    self.member(meant.below, self.truth(said, where), where, meant.code)
                else:
                    self.family(meant.below, said, where, (*about, meant.name))

    def listed(self, tree: Tree, values: list[Any], path: str, about: Path) -> None:
        """What a list names is so, and it says nothing else."""
        for place, name in enumerate(values):
            where = f"{path}[{place}]"
            for meant in self.meant(name, tree, where, about):
                if isinstance(meant.below, str):
                    self.member(meant.below, True, where, meant.code)
                else:
                    form = _forms(meant.below) if meant.below else "..."
                    self.problem(where, f"says of {meant.name} no more; write {{{meant.name}: {form}}}")

    def member(self, fact: Fact, value: bool | None, path: str, code: Code | None) -> None:
        """States a fact that is named, or takes note that a code only suggests it."""
        if code is not None and value is not None and code.relation not in STATES[value]:
            self.record.suggested.append(Suggested(fact, code, value))
            self.open.add(fact)
        else:
            self.state(fact, value, path)

    def meant(self, given: Any, tree: Tree, path: str, about: Path) -> list[_Meant]:
        """What a name means at this place, or each row of a code; a problem where it means nothing."""
        if not isinstance(given, str):
            self.problem(path, f"a name is expected, not {shown(given)}")
            return []
        found = self.vocabulary.canonical(given, tree)
        if found is not None:
            return [_Meant(found, tree[found])]
        family, *arguments = about
        found = self.known.name(family, len(arguments), given)
        if found is not None:
            last = len(about) == self.known.arity(family)
            return [_Meant(found, f"{family}({','.join((*arguments, found))})" if last else {})]
        coded = self.coded(given, tree, path)
        if coded is None:
            self.not_a_value(given, tree, path)
        return [_Meant(code.name, tree[code.name], code) for code in coded or ()]

    def coded(self, given: str, known: Mapping[str, object], path: str) -> list[Code] | None:
        """The rows of a code whose meaning is known here; None, and no problem, where it is no code."""
        rows = self.known.codes.rows(given)
        system = self.known.codes.unknown_system(given)
        if not rows and system is not None and self.known.codes.systems:
            self.problem(
                path,
                f"{shown(system)} is no code system known here; known are "
                f"{', '.join(self.known.codes.systems)}",
            )
            return []
        if not rows:
            return None
        found = [code for code in rows if code.name in known]
        stating = sorted({code.name for code in found if code.relation in STATES[True]})
        if not found:
            meanings = " and ".join(dict.fromkeys(str(code.meaning) for code in rows))
            self.problem(path, f"the code {shown(given)} means {meanings}, which does not belong here")
        elif len(stating) > 1:
            self.problem(path, f"the code {shown(given)} means {' and '.join(stating)}; name one of them")
            return []
        return found

    def complete(self, tree: Tree, value: Mapping[Any, Any], path: str, about: Path) -> None:
        """What `only` neither names nor implies is false, but for what stands beside it."""
        where = f"{path}.{ONLY}"
        only = value[ONLY]
        if not isinstance(only, Mapping | list | tuple | set | frozenset):
            self.problem(where, f"all that is so is expected, such as {_forms(tree)}, not {shown(only)}")
            return
        aside = _Reader(self.vocabulary, self.follows, self.known)
        aside.family(tree, only, where, about)
        aside.members(tree, value, path, about)
        self.family(tree, only, where, about)
        named = [fact for _, fact in leaves(tree) if aside.record.stated.get(fact)]
        rest = [fact for _, fact in leaves(tree) if fact not in aside.open]
        implied = set(self.follows(named, rest))
        for fact in rest:
            if fact not in implied:
                self.state(fact, False, path)
                self.record.closed.add(fact)

    def groups(self, tree: Mapping[str, Any], value: Any, path: str, about: Path) -> None:
        """What is said of single-valued facts: a value for each, by their arguments before it."""
        if tree.get("") is not None:
            self.choice(tree[""], value, path)
            return
        if not tree and len(about) == self.known.arity(about[0]):
            self.unread_choice(value, path, about)
            return
        if not isinstance(value, Mapping):
            self.problem(path, f"a mapping such as {_example(tree)} is expected, not {shown(value)}")
            return
        for key, chosen in value.items():
            where = within(path, key)
            found = self.argument(key, tree, where, about)
            if found is not None:
                self.groups(tree.get(found, {}), chosen, where, (*about, found))

    def unread_choice(self, value: Any, path: str, about: Path) -> None:
        """The value of a single-valued fact that no rule reads."""
        name = None if value is None else self.argument(value, {}, path, about)
        if name is not None:
            family, *arguments = about
            self.state(f"{family}({','.join((*arguments, name))})", True, path)

    def argument(self, given: Any, tree: Mapping[str, object], path: str, about: Path) -> str | None:
        """The name that is meant at a place, read or not; None, with a problem, where there is none."""
        if isinstance(given, str) and self.vocabulary.canonical(given, tree) is None:
            found = self.known.name(about[0], len(about) - 1, given)
            if found is not None:
                return found
        return self.known_name(given, tree, path)

    # ---- numbers -------------------------------------------------------------------------------

    def measure(self, tree: Tree | str, value: Any, path: str, about: Path) -> None:
        """What is said of a number, or of each that it names of those with arguments."""
        family, *arguments = about
        if isinstance(tree, str):
            self.number(tree, self.vocabulary.quantities[tree], value, path)
        elif not tree and len(arguments) == self.known.arity(family):
            self.unread_number(value, path, about)
        elif value is None:
            for _, name in leaves(tree):
                self.intervals[name] = None
        elif isinstance(value, Mapping):
            for key, number in value.items():
                where = within(path, key)
                found = self.argument(key, tree, where, about)
                if found is not None:
                    self.measure(tree.get(found, {}), number, where, (*about, found))
        else:
            self.problem(path, f"a mapping such as {_example(tree, '3')} is expected, not {shown(value)}")

    def unread_number(self, value: Any, path: str, about: Path) -> None:
        """A number of which no rule reads anything."""
        family, *arguments = about
        unit, least, most = self.known.quantity(family) or ("", 0, 0)
        name = f"{family}({','.join(arguments)})"
        self.number(name, Quantity(unit, least, most, whole=False, in_request=False), value, path)
        self.record.unmeasured.append(name)

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
        v = self.vocabulary
        return ".".join((v.quantities[name].section, *v.where(name)))

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
        if found is not None:
            return found
        coded = self.coded(name, known, path)
        if coded is None:
            self.not_a_value(name, known, path)
        return next((code.name for code in coded or () if code.relation in STATES[True]), None)

    def not_a_value(self, name: str, known: Mapping[str, object], path: str) -> None:
        """Says that a name is none of the values known here."""
        few = len(self.problems) < _FEW
        hint = hint_at_value(self.vocabulary, name if few else "", known)
        self.problems.append(Unknown(path, f"{shown(name)} is not known here; {hint}", name))

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
        self.problems.append(Unknown(path, f"{shown(name)} is not known here; {hint}", str(name)))


def _example(tree: Mapping[str, Any] | str, value: str = "VALUE") -> str:
    """How the value of a single-valued fact, or a number, is written."""
    if isinstance(tree, str):
        return value
    if not tree:
        return f"{{NAME: {value}}}"
    if "" in tree:
        return str(next(iter(tree[""])))
    argument, below = next(iter(tree.items()))
    return f"{{{argument}: {_example(below, value)}}}"


def _forms(tree: Tree) -> str:
    """How what is so of a relation is written."""
    argument, below = next(iter(tree.items()), ("NAME", ""))
    if isinstance(below, str):
        return f"a list of what is so ([{argument}]) or a mapping ({{{argument}: yes}})"
    return f"a mapping ({{{argument}: ...}})"


CAUTION = (
    "do not put a similar name in its place, and leave it out only if it is of no kind that the policy "
    "asks about"
)


def hint_at_value(vocabulary: Vocabulary, name: str, known: Mapping[str, object]) -> str:
    """What to do about a name that is none of the `known` values, of which it may be a slip.

    A drug or a disease that no rule speaks of has a name of its own, however like another's it looks.
    """
    if not known:
        return "`lupa facts --all` lists what is"
    near = vocabulary.slip(name, known) if name else None
    world = vocabulary.are_of_the_world(known)
    if near is not None:
        return f"did you mean {near}?{f' If not, {CAUTION}' if world else ''}"
    if len(known) <= 12:
        return f"known are {', '.join(known)}{f'. D{CAUTION[1:]}' if world else ''}"
    return f"`lupa facts` lists what is. D{CAUTION[1:]}"


def _range_words(value: Mapping[str, Any]) -> str:
    return " and ".join(f"{str(key).replace('_', ' ')} {end}" for key, end in value.items())
