"""What rules read of the names that rows of the shared files are about; see `slicing`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from lupa.rules.quantities import CUTS
from lupa.rules.texts import Literal, Rule, literals_in, names_in, variables_in

ABOUT_NAMES = frozenset((
    "fact", "default", "of_request", "part_of_request", "whole", "cut_point", "quantity", "rate",
    "question", "question_help", "group_question", "member_text", "fact_text", "label", "usual_label",
    "alias", "effort", "impossible",
    "single_valued", "rank", "dated",
    "conversion", "difference", "percent_change", "subdivides", "speaks_against", "asked_as", "asked_with",
    "pair",
    "means_one_of", "closed_by", "supported_by", "unsupported_by", "wait_text", "seldom_begun",
    "begins_with", "goes_on_with",
    "proof_text", "usual_proof_text", "term",
))  # fmt: skip
"""The heads of rules that say something of each name by itself, and so read none for a verdict."""
SINGLE = "single_valued"
"""What declares that of the facts of one name that differ in their last argument one holds."""
MEANS = "means_one_of"
"""What says that of several facts one is so where another is stated."""
SUPPORT, EFFORT, OTHERWISE = "supported_by", "effort", "file_otherwise"
"""What says which fact on record supports that another is requested instead, and what that costs."""
LAW, RANK = "impossible", "rank"
"""Of these, what is a law, and what laws rank facts by: both can tie names."""
MOST_VARIABLES = 6
"""Of so many names at the most a rule can ask at once that is not `ordered`."""
Declared = dict[str, list[set[str]]]
"""For the facts of one name, and quantities, by argument: the predicates that say which names it can be."""


@dataclass(slots=True)
class Reads:
    """What rules read of names: all of some predicates (`whole`), those with some `arguments` of others.

    Of names of `thin` predicates no more is read than the facts that these declare, and what is `beside`.
    By rows of `joined` predicates they come from the name that a row is about to others, by those of `led`
    ones to it from others; by rows of `tied` ones a law does, and by those of `meant` ones what is stated.
    What is `passing` says of a name what its facts say, `together(Drug) :- taking(Drug), not stops(Drug).`
    Facts that are `supporting` are what a request for something else can rest on, once they are on record.
    With `alone` a law may have something to say of a name of which but one fact is stated.
    Names of `ordered` predicates a rule may put in order, or count, or ask for many of at once.
    """

    whole: set[str] = field(default_factory=set)
    thin: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    arguments: dict[str, set[str]] = field(default_factory=dict)
    led: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)
    tied: set[str] = field(default_factory=set)
    meant: set[str] = field(default_factory=set)
    passing: frozenset[str] = frozenset()
    supporting: frozenset[str] = frozenset()
    ordered: set[str] = field(default_factory=set)
    alone: bool = False
    everything: bool = False


def declared_in(rules: Iterable[Rule]) -> Declared:
    """What rules declare facts, quantities, and days, of."""
    found: Declared = {}
    for rule in rules:
        if rule.head is None or rule.head.name not in ("fact", "quantity", "dated"):
            continue
        terms, _ = literals_in(rule.head.arguments[0])
        for term in terms:
            places = found.setdefault(term.name, [])
            for place in range(len(term.arguments)):
                if place == len(places):
                    places.append(set())
                wanted = term.variables(place)
                places[place] |= {
                    literal.name
                    for literal in rule.body
                    if any(
                        not wanted.isdisjoint(literal.variables(at)) for at in range(len(literal.arguments))
                    )
                }
    return found


def single_valued_in(rules: Iterable[Rule]) -> set[str]:
    """The names that rules, or facts with several of them, declare to be single-valued."""
    heads = (rule.head for rule in rules if rule.head is not None and rule.head.name == SINGLE)
    return {name for head in heads for argument in head.arguments for name in names_in(argument)}


def merged(one: Declared, other: Declared) -> Declared:
    found = {name: [set(place) for place in places] for name, places in one.items()}
    for name, places in other.items():
        mine = found.setdefault(name, [])
        mine += [set() for _ in range(len(places) - len(mine))]
        for place, words in enumerate(places):
            mine[place] |= words
    return found


def read_by(
    rules: Iterable[Rule], declared: Declared, single: Collection[str], rows: Collection[str]
) -> Reads:
    """What rules read of the names that rows are about, for a verdict or by a law."""
    return _Reading(declared, single, rows).of(rules)


class _Reading:
    """Takes note of what one rule after the other reads."""

    def __init__(self, declared: Declared, single: Collection[str], rows: Collection[str]) -> None:
        self._declared = declared
        self._single = single
        self._rows = rows
        self._about = ABOUT_NAMES
        self._reads = Reads()

    def of(self, rules: Iterable[Rule]) -> Reads:
        rules = [rule for rule in rules if not _gives_its_name(rule)]
        self._about = ABOUT_NAMES | (_helpers(rules) - self._declared.keys())
        before = frozenset(self._declared)
        self._find_passing(rules)
        self._reads.passing = frozenset(self._declared) - before
        for rule in rules:
            self._note_joins(rule)
            head = rule.head
            if head is None or head.name not in {*self._about, *self._reads.passing}:
                self._read_all(rule)
            elif head.name != LAW:
                self._read_beside(rule, head)
            elif not self._is_local(rule):
                self._read_all(rule)
            if head is not None and head.name in (LAW, RANK):
                self._note_ties(rule)
            elif head is not None and head.name == MEANS:
                self._reads.meant.update(
                    literal.name for literal in rule.body if literal.name in self._rows
                )
        for name in self._single:  # one of all that there are holds
            self._reads.thin.update(self._declared.get(name, [set()])[-1])
        self._reads.thin -= self._reads.whole
        self._find_beside(rules)
        self._find_ordered(rules)
        return self._reads

    def _find_passing(self, rules: Sequence[Rule]) -> None:
        """Declares what says of a name what its facts say as these are."""
        by_head: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.head is not None:
                by_head.setdefault(rule.head.name, []).append(rule)
        places = {word for found in self._declared.values() for place in found for word in place}
        open_ = by_head.keys() - {*self._about, *self._declared, *self._rows, *places}
        growing = True
        while growing:
            found = {name for name in open_ if self._passes(by_head[name], places)}
            for name in found:
                self._declared[name] = self._places(by_head[name])
            open_ -= found
            growing = bool(found)

    def _passes(self, rules: Sequence[Rule], places: Collection[str]) -> bool:
        """Whether rules say of a name no more than some facts of it, of which they leave out none.

        Or no more than that it is one of those that facts are declared of, which some `places` say, such as
        `speaks_of(Policy, Indication) :- indication(Indication).`
        """
        bodies = [literal for rule in rules for literal in rule.body]
        return (
            all(map(_is_plain, rules))
            and all(literal.name not in self._about for literal in bodies)
            and any(
                literal.every_variable
                and (self._leaves_all(literal, rule) or self._is_any(literal, rule, places))
                for rule in rules
                for literal in rule.body
            )
        )

    def _leaves_all(self, literal: Literal, rule: Rule) -> bool:
        """Whether a condition is about facts, and others of the rule leave names that are not read."""
        return literal.name in self._declared and not all(
            literal.is_named(place) or self._is_led(literal, place, rule, frozenset())
            for place in range(len(literal.arguments))
        )

    def _is_any(self, literal: Literal, rule: Rule, places: Collection[str]) -> bool:
        """Whether a condition leaves all names of which facts are declared."""
        return (
            literal.positive
            and literal.name in places
            and len(literal.arguments) == 1
            and not self._is_restricted(literal, 0, rule, frozenset())
        )

    def _places(self, rules: Sequence[Rule]) -> list[set[str]]:
        """The predicates that say which names each argument of what rules give can be."""
        found: list[set[str]] = []
        for head, literal in ((rule.head, literal) for rule in rules for literal in rule.body):
            for place, argument in enumerate(head.arguments if head else ()):
                if place == len(found):
                    found.append(set())
                known = self._declared.get(literal.name)
                for at, other in enumerate(literal.arguments):
                    if variables_in(argument) and not variables_in(argument).isdisjoint(
                        variables_in(other)
                    ):
                        found[place] |= known[at] if known and at < len(known) else {literal.name}
        return found

    def _find_beside(self, rules: Sequence[Rule]) -> None:
        """Finds what else has to be known of the names of which but some facts are read.

        That is what a law ties to such a fact, and what is said by the way of a name, or of such a fact.
        """
        on_record = self._of_what_is_on_record(rules)
        for rule in rules:
            head = rule.head
            if head is None or not (head.name in self._about or head.name in self._reads.passing):
                continue
            if rule in on_record:
                continue
            terms = literals_in(head.arguments[0])[0] if head.arguments else ()
            of_facts = bool(terms) and all(term.name in self._declared for term in terms)
            said_of: Sequence[Literal] = terms
            if head.name in (LAW, RANK, *self._reads.passing):
                of_facts, said_of = True, rule.body
            if of_facts and all(self._words(literal).isdisjoint(self._reads.thin) for literal in said_of):
                continue
            for literal in rule.body:
                self._reads.beside |= {literal.name, *self._words(literal)}

    def _find_ordered(self, rules: Sequence[Rule]) -> None:
        """Finds of which names a rule may say more than it says of each, and of any few, of them."""
        for rule in rules:
            if rule.orders or _asks_for_many(rule):
                for literal in rule.body:
                    self._reads.ordered |= {literal.name, *self._words(literal)}

    def _of_what_is_on_record(self, rules: Sequence[Rule]) -> list[Rule]:
        """The rules that matter to no fact but where the record says something of all that it is about.

        They say what supports that a fact is requested instead, and what that costs; what these rest on is
        noted. What is on record is ground for whoever asks that.
        """
        headed = [(rule.head, rule) for rule in rules if rule.head is not None]
        supports = [
            (head, rule)
            for head, rule in headed
            if head.name == SUPPORT and head.variables(0) <= head.variables(1)
        ]
        costs = [
            rule
            for head, rule in headed
            if head.name == EFFORT
            and OTHERWISE in head.arguments
            and any(
                supported.arguments[0] == head.arguments[0] and set(support.body) <= set(rule.body)
                for supported, support in supports
            )
        ]
        self._reads.supporting = frozenset(
            term.name for head, _ in supports for term in literals_in(head.arguments[1])[0]
        )
        return [*(rule for _, rule in supports), *costs]

    def _words(self, literal: Literal) -> set[str]:
        """The predicates that declare the facts that a condition is about."""
        inner = literals_in(literal.arguments[0])[0] if literal.arguments else ()
        names = {literal.name, *(term.name for term in inner)}
        return {word for name in names for place in self._declared.get(name, ()) for word in place}

    def _note_joins(self, rule: Rule) -> None:
        for literal in rule.body:
            if literal.name in self._rows and any(map(variables_in, literal.arguments[1:])):
                self._reads.joined.add(literal.name)

    # ---- rules ---------------------------------------------------------------------------------

    def _read_all(self, rule: Rule) -> None:
        for literal in rule.body:
            self._read(literal, rule)

    def _read_beside(self, rule: Rule, head: Literal) -> None:
        """What a rule that says something of a name by itself reads of others."""
        of_head = head.every_variable
        for literal in rule.body:
            if rule.odd or literal.scope or not literal.every_variable <= of_head:
                self._read(literal, rule, of_head)

    def _read(self, literal: Literal, rule: Rule, known: frozenset[str] = frozenset()) -> None:
        """Takes note of what a condition reads, where names are known that some variables stand for."""
        name = literal.name
        if name in CUTS or name == "true":
            self._read_inner(literal, rule, known)
        elif name in self._declared:
            for place, words in enumerate(self._declared[name][: len(literal.arguments)]):
                if literal.is_named(place) or self._is_led(literal, place, rule, known):
                    continue
                of_head = rule.head.every_variable if rule.head else frozenset()
                goes_on = rule.odd or not literal.variables(place).isdisjoint(of_head)
                (self._reads.whole if goes_on else self._reads.thin).update(words)
        elif name in self._rows:
            asked = [word for at in range(len(literal.arguments)) for word in literal.named(at)]
            if asked:
                self._reads.arguments.setdefault(name, set()).update(asked)
            elif not self._is_restricted(literal, 0, rule, known):
                others = range(1, len(literal.arguments))
                led = any(self._is_restricted(literal, place, rule, known) for place in others)
                (self._reads.led if led else self._reads.whole).add(name)
        elif name in self._about and known.isdisjoint(literal.every_variable):
            self._reads.everything = True

    def _read_inner(self, literal: Literal, rule: Rule, known: frozenset[str]) -> None:
        """What a condition reads that is about another fact, or about a quantity."""
        terms, _ = literals_in(literal.arguments[0])
        for term in terms:
            self._read(term._replace(scope=literal.scope), rule, known)
        if not terms and not literal.is_named(0) and not self._is_restricted(literal, 0, rule, known):
            self._reads.everything = True

    def _is_restricted(self, literal: Literal, place: int, rule: Rule, known: frozenset[str]) -> bool:
        """Whether other conditions of the rule leave only names that are read for an argument."""
        return self._is_left(literal, place, rule, known, self._restricts)

    def _is_led(self, literal: Literal, place: int, rule: Rule, known: frozenset[str]) -> bool:
        """Whether they do, or rows that lead from such names to others; see `_read`."""

        def leads(other: Literal) -> bool:
            return self._restricts(other) or (
                other.positive
                and other.name in self._rows
                and any(self._is_restricted(other, at, rule, known) for at in range(len(other.arguments)))
            )

        return self._is_left(literal, place, rule, known, leads)

    def _is_left(
        self,
        literal: Literal,
        place: int,
        rule: Rule,
        known: frozenset[str],
        restricts: Callable[[Literal], bool],
    ) -> bool:
        wanted = literal.variables(place)
        if rule.odd or not wanted:
            return False
        found = known.union(*(
            other.every_variable
            for other in rule.body
            if other is not literal
            and other.scope in (0, literal.scope)
            and not wanted.isdisjoint(other.every_variable)
            and restricts(other)
        ))  # fmt: skip
        return wanted <= found

    def _restricts(self, literal: Literal) -> bool:
        """Whether a condition leaves only names that are read for its variables."""
        name = literal.name
        return (
            literal.positive
            and name not in self._declared
            and name not in CUTS
            and name not in self._about
            and name != "true"
            and (name not in self._rows or literal.names_some)
        )

    # ---- laws ----------------------------------------------------------------------------------

    def _is_local(self, law: Rule) -> bool:
        """Whether a law is about one name at a time, or about those that its rows tie.

        Then each fact in it is about all of these, so that all of the facts are ground, or none is.
        """
        if not any(literal.every_variable for literal in law.body):
            return True
        of_patient = [x for x in law.body if x.name in self._declared or x.name in (*CUTS, "true")]
        derived = any(self._restricts(x) and x.name not in self._rows for x in law.body)
        if law.odd or law.bare or derived or any(literal.scope for literal in law.body):
            return False
        tied = _classes(x.every_variable for x in law.body if x not in of_patient)
        about = {frozenset(tied.get(v, v) for v in literal.every_variable) for literal in of_patient}
        self._reads.alone |= len(of_patient) < 2
        return len(about) == 1 and set(tied.values()) <= (found := about.pop()) and bool(found)

    def _note_ties(self, law: Rule) -> None:
        for literal in law.body:
            if literal.name in self._rows and len(literal.every_variable) > 1:
                self._reads.tied.add(literal.name)


def _classes(groups: Iterable[frozenset[str]]) -> dict[str, str]:
    """For each variable of some groups one that stands for all to which groups tie it."""
    found: dict[str, str] = {}
    for group in groups:
        same = {found.get(variable, variable) for variable in group}
        for variable in [*group, *(v for v, first in found.items() if first in same)]:
            found[variable] = min(same)
    return found


def _is_plain(rule: Rule) -> bool:
    """Whether all of a rule is about what its head is about."""
    of_head = rule.head.every_variable if rule.head else frozenset()
    return not rule.odd and all(not x.scope and x.every_variable <= of_head for x in rule.body)


def _asks_for_many(rule: Rule) -> bool:
    """Whether a rule has more variables than there can be in a rule that asks for a few names at once."""
    return len(frozenset().union(*(literal.every_variable for literal in rule.body))) > MOST_VARIABLES


def _helpers(rules: Sequence[Rule]) -> frozenset[str]:
    """What rules give of which only those read that say something of each name by itself."""
    helpers = {x.name for rule in rules if _is_about(rule, ()) for x in rule.body} - ABOUT_NAMES
    helpers &= {rule.head.name for rule in rules if rule.head is not None and rule.body} - {*CUTS}
    growing = True
    while growing:
        read = {x.name for rule in rules if not _is_about(rule, helpers) for x in rule.body}
        growing = not helpers.isdisjoint(read)
        helpers -= read
    return frozenset(helpers)


def _is_about(rule: Rule, helpers: Collection[str]) -> bool:
    return rule.head is not None and (rule.head.name in ABOUT_NAMES or rule.head.name in helpers)


def _gives_its_name(rule: Rule) -> bool:
    """Whether a rule only gives a fact its own name, such as `taking(Drug) :- true(taking(Drug)).`."""
    if len(rule.body) != 1 or rule.bare or rule.body[0].name != "true":
        return False
    terms, _ = literals_in(rule.body[0].arguments[0])
    head = rule.head
    if head is None:
        return not terms and rule.body[0].is_named(0)
    return [(term.name, term.arguments) for term in terms] == [(head.name, head.arguments)]
