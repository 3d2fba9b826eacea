"""The smallest decision tree of questions that leads to a certain verdict.

Smallest means: the fewest questions in the worst case; among equals, the least effort on the longest
way. That is the depth of a decision tree with weights, found by search over the functions that
answers leave. Three theorems keep the search small; in each, a question is *free* if no law ties its
answer to that of another.

- A free question with an answer that settles the outcome may be asked first. (Whoever answers can
  hold it back: until it is asked, the outcome may still be what that answer makes it.)
- Where all that some questions have to say for the outcome is one yes or no, they are one question,
  as heavy as the smallest tree for that yes or no. (Whoever answers can hold that back until the last
  of them, and then choose.)
- A free question may be left to the end where for one of its answers the outcome tells what the other
  answers would make of it, and none of these leaves more to be asked. (Whoever answers gives that
  answer if it is asked earlier.)
"""

import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from lupa.answers.decision import Decision
from lupa.answers.exploration import Branch, Plan, Step
from lupa.answers.question import Question
from lupa.compiled.circuit import Circuit, circuit
from lupa.compiled.diagram import NO, NOWHERE, YES, Budget, Node
from lupa.rules.solver import Literal

_ONE = 10**6
"""The weight of a question before its effort, so that the number of questions counts first."""
_GIVEN_AWAY = 4
"""So many answers are tried for a lower bound."""
_LARGEST = 6
"""Beyond so many different remainders, questions together say more than yes or no."""


_Values = dict[tuple[Node, ...], Node]


class _Ask(NamedTuple):
    """A question: about one variable, or which of several is so; `free` of laws that tie it to others."""

    variables: tuple[int, ...]
    which: bool
    free: bool


Then = tuple[Node, Node, "Then"] | None
"""Where the answer to a question made of several leads: for no, for yes, and what follows after that."""


def plan(question: Question, decision: Decision) -> Plan:
    """The smallest decision tree for the record that the question is about."""
    made = circuit(question.edition, question.statements, Budget(question.check))
    with _deep(len(made.facts)):
        planner = _Planner(question, made)
        weight = planner.weigh(made.outcome)
        return Plan(decision, weight // _ONE, weight % _ONE, _Writer(question, planner).steps())


@contextmanager
def _deep(variables: int) -> Iterator[None]:
    """Allows the recursion that so many variables can need."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 1000 + 40 * variables))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class _Planner:
    """Weighs functions by the smallest trees that settle them, and keeps what was found."""

    def __init__(self, question: Question, made: Circuit) -> None:
        self.circuit = made
        self._diagrams = made.diagrams
        self._watch = question.edition.program.watch
        self._next = len(made.facts)
        self._variable = {fact: variable for variable, fact in enumerate(made.facts)}
        self._efforts = [question.edition.find_out(fact) for fact in made.facts]
        self._tied = {
            variable: frozenset(
                self._variable[f] for f in question.edition.relevance.component(fact) if f in self._variable
            )
            for fact, variable in self._variable.items()
        }
        self._asks = self._each_question(question)
        self.parts: dict[int, Node] = {}
        """The condition that a variable stands for, which is none of the facts."""
        self._part_of: dict[Node, int] = {}
        self.left: dict[Node, tuple[_Ask, tuple[Node, ...]]] = {}
        """What is asked at the end, and the value for each answer, where a value stands for that."""
        self._value_of: dict[tuple[_Ask, tuple[Node, ...]], Node] = {}
        self._questions: dict[Node, list[tuple[_Ask, list[Node]]]] = {}
        self._weights: dict[Node, int] = {}
        self._bounds: dict[Node, int] = {}
        self._given_away: dict[Node, int] = {}
        self.next: dict[Node, _Ask | Node] = {}
        """What to ask first of a function, or the function that is weighed in its place."""

    def _each_question(self, question: Question) -> dict[int, _Ask]:
        """The question that each variable belongs to."""
        edition = question.edition
        asks = {v: _Ask((v,), which=False, free=len(tied) == 1) for v, tied in self._tied.items()}
        for variable, fact in enumerate(self.circuit.facts):
            values = edition.vocabulary.choice_of.get(edition.facts[fact])
            if values is not None:
                found = (self._variable.get(edition.literals[one]) for one in values.values())
                variables = tuple(v for v in found if v is not None)
                asks[variable] = _Ask(variables, which=True, free=self._tied[variable].issubset(variables))
        return asks

    # ---- questions and answers -----------------------------------------------------------------

    def answers(self, node: Node, ask: _Ask) -> list[Node]:
        """What each answer leaves: no and yes, or each value in its order; nothing where it cannot be."""
        restrict = self._diagrams.restrict
        if not ask.which:
            return [restrict(node, ask.variables[0], value=value) for value in (False, True)]
        found = []
        for chosen in ask.variables:
            left = node
            for variable in ask.variables:
                left = restrict(left, variable, value=variable == chosen)
            found.append(left)
        return found

    def _open(self, node: Node) -> list[tuple[_Ask, list[Node]]]:
        """The questions with more than one possible answer, and what each of these leaves."""
        if node not in self._questions:
            found = []
            variables = sorted(self._diagrams.support(node), key=self._first_fact)
            asks = dict.fromkeys(map(self._asks.__getitem__, variables))
            for ask in asks:
                self._diagrams.budget.spend()
                left = [answer for answer in self.answers(node, ask) if self._diagrams.values(answer)]
                if len(left) > 1:
                    found.append((ask, left))
            self._questions[node] = found
        return self._questions[node]

    def _first_fact(self, variable: int) -> int:
        """The first fact that a variable stands for."""
        part = self.parts.get(variable)
        return variable if part is None else min(map(self._first_fact, self._diagrams.support(part)))

    def _weight(self, ask: _Ask) -> int:
        part = self.parts.get(ask.variables[0])
        if part is not None:
            return self.weigh(part)
        return _ONE + max(self._efforts[variable] for variable in ask.variables)

    # ---- weights -------------------------------------------------------------------------------

    def weigh(self, node: Node, limit: int | None = None) -> int:
        """The weight of the smallest tree, or if that is `limit` or more, a bound from `limit` up to it."""
        values = self._diagrams.values(node)
        if len(values) <= 1:
            return sum(map(self._left_over, values))
        if node in self._weights:
            return self._weights[node]
        if limit is not None and self._bounds.get(node, _ONE) >= limit:
            return self._bounds.get(node, _ONE)
        self._watch.check()
        settling = self._settling(node)
        if settling is not None:
            ask, left = settling
            self.next[node] = ask
            self._weights[node] = self._weight(ask) + max(map(self.weigh, left))
            return self._weights[node]
        simpler = self._made_one(node)
        if simpler == node:
            simpler = self._left_to_the_end(node)
        if simpler != node:
            self.next[node] = simpler
            self._weights[node] = self.weigh(simpler)
            return self._weights[node]
        return self._search(node, limit)

    def _left_over(self, value: Node) -> int:
        """The weight of what is asked at the end, once the outcome is this value."""
        if value not in self.left:
            return 0
        ask, values = self.left[value]
        return self._weight(ask) + max(map(self._left_over, values))

    def _settling(self, node: Node) -> tuple[_Ask, list[Node]] | None:
        """The free question of which most answers settle the outcome, if any does."""
        found = None
        most = 0.0
        for ask, left in self._open(node):
            settled = sum(len(self._diagrams.values(answer)) == 1 for answer in left) / len(left)
            if ask.free and settled > most:
                found, most = (ask, left), settled
        return found

    def _search(self, node: Node, limit: int | None) -> int:
        """The weight, by trying every question until no other can do better."""
        best = limit
        for ask, left in sorted(self._open(node), key=self._promise):
            weight, worst = self._weight(ask), 0
            for answer in sorted(dict.fromkeys(left), key=self._size, reverse=True):
                worst = max(worst, weight + self.weigh(answer, None if best is None else best - weight))
                if best is not None and worst >= best:
                    break
            if best is None or worst < best:
                best = worst
                self.next[node] = ask
            if self._at_least(node) >= best:
                break
        assert best is not None  # noqa: S101 - whatever is not settled has a question
        (self._weights if node in self.next else self._bounds)[node] = best
        return best

    def _at_least(self, node: Node) -> int:
        """A weight below which no tree comes: that of what is left once an answer is given away."""
        if node not in self._given_away:
            left = {a: None for _, answers in self._open(node) for a in answers if self._settling(a)}
            heaviest = sorted(left, key=self._size, reverse=True)[:_GIVEN_AWAY]
            self._given_away[node] = max(map(self.weigh, heaviest), default=0)
        return self._given_away[node]

    def _promise(self, asked: tuple[_Ask, list[Node]]) -> tuple[bool, int, int]:
        """Which of several is so tells most; then the question that leaves the least to ask."""
        ask, left = asked
        return not ask.which, max(map(self._size, left)), self._weight(ask)

    def _size(self, node: Node) -> int:
        """The weight of everything that could be asked."""
        return sum(self._weight(ask) for ask, _ in self._open(node))

    # ---- several questions as one --------------------------------------------------------------

    def _made_one(self, node: Node) -> Node:
        """The function with one variable for all that say no more than yes or no together."""
        for tied in {self._tied[ask.variables[0]]: None for ask, _ in self._open(node) if not ask.free}:
            node = self._as_one(node, sorted(tied & self._diagrams.support(node)))
        kept: list[int] = []
        for ask, _ in self._open(node):
            if ask.which or not ask.free:
                continue
            (other,) = ask.variables
            for place, variable in enumerate(kept):
                simpler = self._as_one(node, [variable, other])
                if simpler != node:
                    (kept[place],) = self._diagrams.support(simpler) - self._diagrams.support(node)
                    node = simpler
                    break
            else:
                kept.append(other)
        return node

    def _as_one(self, node: Node, variables: Sequence[int]) -> Node:
        """The function with one variable in the place of these, if that is all they say."""
        support = self._diagrams.support(node)
        if len(variables) < 2 or support.issubset(variables):
            return node
        left = {node}
        for variable in variables:
            left = {self._diagrams.restrict(n, variable, value=v) for n in left for v in (False, True)}
            if len(left) > _LARGEST:
                return node
        left.discard(NOWHERE)
        if len(left) != 2:
            return node
        no, yes = sorted(left)
        part = self._diagrams.replaced(node, sorted(variables), {no: NO, yes: YES, NOWHERE: NOWHERE})
        if part not in self._part_of:
            variable = self._part_of[part] = self._next
            self._next += 1
            self.parts[variable] = part
            self._asks[variable] = _Ask((variable,), which=False, free=True)
        return self._diagrams.choose(self._diagrams.node(self._part_of[part], NO, YES), yes, no)

    # ---- what can wait -------------------------------------------------------------------------

    def _left_to_the_end(self, node: Node) -> Node:
        """The function without a question that can wait; its values tell what then remains to be asked."""
        for ask, left in self._open(node):
            if not ask.free:
                continue
            found: dict[tuple[Node, ...], Node] = {}

            def value(values: tuple[Node, ...], ask: _Ask = ask, found: _Values = found) -> Node:
                if NOWHERE in values:
                    return NOWHERE
                found[values] = values[0] if len(set(values)) == 1 else self._waiting(node, ask, values)
                return found[values]

            rest = self._diagrams.together(left, value)
            if any(self._tells(place, found) for place in range(len(left))):
                return rest
        return node

    def _tells(self, place: int, values: Collection[tuple[Node, ...]]) -> bool:
        """Whether the value for the answer at a place tells those for the others, and leaves as much."""
        return len({each[place] for each in values}) == len(values) and all(
            self._left_over(each[place]) == max(map(self._left_over, each)) for each in values
        )

    def _waiting(self, node: Node, ask: _Ask, possible: tuple[Node, ...]) -> Node:
        """The value that stands for a question to be asked at the end, and the value for each answer."""
        rest = iter(possible)
        values = tuple(
            next(rest) if self._diagrams.values(answer) else NOWHERE for answer in self.answers(node, ask)
        )
        if (ask, values) not in self._value_of:
            new = self._value_of[ask, values] = NOWHERE - 1_000_000 - len(self._value_of)
            self.left[new] = ask, values
        return self._value_of[ask, values]


@dataclass(slots=True)
class _Draft:
    """A step before it is known by which number other steps call it."""

    facts: tuple[Literal, ...]
    branches: list[tuple[str, "_Draft | str"]]


class _Writer:
    """Writes the tree down, each part that is the same once."""

    def __init__(self, question: Question, planner: _Planner) -> None:
        self._edition = question.edition
        self._planner = planner
        self._drafts: dict[tuple[Node, Then], _Draft | str] = {}

    def steps(self) -> tuple[Step, ...]:
        """The steps in the order in which they come up, whoever always takes the first answer."""
        order: dict[int, tuple[int, _Draft]] = {}
        waiting = [self._follow(self._planner.circuit.outcome, None)]
        while waiting:
            draft = waiting.pop()
            if isinstance(draft, _Draft) and id(draft) not in order:
                order[id(draft)] = len(order) + 1, draft
                waiting.extend(target for _, target in reversed(draft.branches))
        return tuple(self._step(number, draft, order) for number, draft in order.values())

    def _step(self, number: int, draft: _Draft, order: dict[int, tuple[int, _Draft]]) -> Step:
        facts = tuple(self._edition.facts[fact] for fact in draft.facts)
        branches = tuple(
            Branch(answer, None, target)
            if isinstance(target, str)
            else Branch(answer, order[id(target)][0], None)
            for answer, target in draft.branches
        )
        return Step(number, self._edition.vocabulary.question(facts[0]), facts, branches)

    def _follow(self, node: Node, then: Then) -> _Draft | str:
        """What to do about a function: a step, or the outcome that it is."""
        values = self._planner.circuit.diagrams.values(node)
        if len(values) == 1:
            return self._settled(next(iter(values)), then)
        if (node, then) not in self._drafts:
            self._planner.circuit.diagrams.budget.spend()
            following = self._planner.next[node]
            if isinstance(following, _Ask):
                answers = self._planner.answers(node, following)
                self._drafts[node, then] = self._asked(following, answers, then)
            else:
                self._drafts[node, then] = self._follow(following, then)
        return self._drafts[node, then]

    def _settled(self, value: Node, then: Then) -> _Draft | str:
        if value in self._planner.left:
            self._planner.circuit.diagrams.budget.spend()
            ask, values = self._planner.left[value]
            return self._asked(ask, list(values), then)
        if then is None:
            return self._planner.circuit.names[value]
        no, yes, after = then
        return self._follow(yes if value == YES else no, after)

    def _asked(self, ask: _Ask, answers: Sequence[Node], then: Then) -> _Draft | str:
        part = self._planner.parts.get(ask.variables[0])
        if part is not None:
            no, yes = answers
            return self._follow(part, (no, yes, then))
        facts = self._planner.circuit.facts
        asked = tuple(facts[variable] for variable in ask.variables)
        names = ["no", "yes"]
        if ask.which:
            names = [self._edition.facts[fact].rpartition(",")[2][:-1] for fact in asked]
        draft = _Draft(asked, [])
        for name, answer in zip(names, answers, strict=True):
            if self._planner.circuit.diagrams.values(answer):
                draft.branches.append((name, self._follow(answer, then)))
        return draft
