"""The smallest decision tree of questions that leads to a certain verdict.

A question is about a group of facts, and is answered by all of them. Smallest means: the fewest
questions in the worst case; among equals, the least effort on the longest way. That is the depth of a
decision tree with weights, found by search over the functions that answers leave.

Three theorems keep the search small. A question is *free* if no law ties its answer to those of the
others; a function with an answer given weighs no more than without, as each tree for the one does for the
other.

A free question with an answer that settles the outcome may be asked first. Take another answer, and any
tree: where the question is not asked the tree must end in what the first one makes the outcome, so on each
way on which the outcome may still be another one the question has its weight beside that of what is left.

So may a free question of which, whatever is answered, another answer *can be held back*: some fact that
what the first answer leaves does not depend on settles what the other one leaves. Give that fact away; the
question has then an answer that settles the outcome, and what the first answer leaves is as it was.

Some questions stand *apart* if no law ties them to the others, and all that their answers come to is
whether the outcome is settled by them, or is what the others say. The weights of the two then add up. They
suffice. And they are needed: whatever is asked first, some answer leaves the rest of its part as heavy as
can be; and an answer that ends one part may be one with which the other is left as a whole, since each part
can end so that it does not settle the outcome. A policy that asks for this and for that is so weighed
criterion by criterion.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import groupby

from lupa.answers.asking import Open, Questions
from lupa.compiled.diagram import NO, NOWHERE, YES, Node
from lupa.compiled.seen import Seen

ONE = 10**6
"""The weight of a question before its effort, so that the number of questions counts first."""
_GIVEN_AWAY = 4
"""So many answers are tried for a lower bound."""


def _weight(ask: Open) -> int:
    return ONE + ask.effort


class Planner:
    """Weighs functions by the smallest trees that settle them, and keeps what was found."""

    def __init__(self, questions: Questions, check: Callable[[], None]) -> None:
        self._check = check
        self._diagrams = questions.diagrams
        self._asks = questions.every
        self._left: dict[tuple[Node, str], Sequence[Node]] = {}
        self._lawful: dict[Node, Node] = {NOWHERE: NO}
        self._weights: dict[Node, int] = {}
        self._bounds: dict[Node, int] = {}
        self._given_away: dict[Node, int] = {}
        self._sizes: dict[Node, int] = {}
        self._settled_by_one: dict[Node, frozenset[int]] = {}

    def open(self, node: Node) -> list[tuple[Open, Sequence[Node]]]:
        """The questions with more than one possible answer, and what the answers leave."""
        return list(self._asked(node, self._about(node)))

    def _about(self, node: Node) -> list[Open]:
        """The questions about facts that a function depends on."""
        support = self._diagrams.support(node)
        return [ask for ask in self._asks if not support.isdisjoint(ask.facts)]

    def _asked(self, node: Node, asks: Iterable[Open]) -> Iterator[tuple[Open, Sequence[Node]]]:
        """Those of these questions that have more than one possible answer, and what the answers leave."""
        for ask in asks:
            key = node, ask.group.id
            if key not in self._left:
                self._diagrams.budget.spend()
                self._left[key] = ask.remainders(node)
            if len(self._left[key]) > 1:
                yield ask, self._left[key]

    # ---- weights -------------------------------------------------------------------------------

    def weigh(self, node: Node, limit: int | None = None) -> int:
        """The weight of the smallest tree, or if that is `limit` or more, a bound from `limit` up to it."""
        if len(self._diagrams.values(node)) == 1:
            return 0
        if node in self._weights:
            return self._weights[node]
        if limit is not None and self._bounds.get(node, ONE) >= limit:
            return self._bounds.get(node, ONE)
        self._check()
        settling = self._settling(node) or self._held_back(node)
        if settling is not None:
            ask, left = settling
            self._weights[node] = _weight(ask) + max(map(self.weigh, left))
            return self._weights[node]
        apart = self._apart(node)
        if apart is not None:
            self._weights[node] = sum(map(self.weigh, apart))
            return self._weights[node]
        return self._search(node, limit)

    def _settling(self, node: Node) -> tuple[Open, Sequence[Node]] | None:
        """A free question of which an answer settles the outcome, if there is any; of few facts first."""
        for ask, left in self._asked(node, sorted(self._about(node), key=lambda ask: len(ask.facts))):
            settles = any(len(self._diagrams.values(answer)) == 1 for answer in left)
            if settles and self._is_free(ask, node, left):
                return ask, left
        return None

    def _held_back(self, node: Node) -> tuple[Open, Sequence[Node]] | None:
        """A free question of which, whatever is answered, another answer can be held back."""
        for ask, left in self._asked(node, self._about(node)):
            if self._is_free(ask, node, left) and all(
                any(self._can_settle(other, answer) for other in left) for answer in left
            ):
                return ask, left
        return None

    def _can_settle(self, node: Node, beside: Node) -> bool:
        """Whether one thing that the other function does not depend on can settle this one."""
        alone = self._diagrams.support(node) - self._diagrams.support(beside)
        return bool(alone) and not alone.isdisjoint(self._settling_facts(node))

    def _settling_facts(self, node: Node) -> frozenset[int]:
        """The variables of which one alone can settle a function."""
        if node not in self._settled_by_one:
            support = self._diagrams.support(node)
            left = self._diagrams.values_left(node, max(support, default=-1) + 1)
            found = (variable for variable in support if min(map(len, left[variable])) == 1)
            self._settled_by_one[node] = frozenset(found)
        return self._settled_by_one[node]

    def _apart(self, node: Node) -> tuple[Node, Node] | None:
        """What some questions settle, and what the others say where they do not; None if none stand apart.

        Those that stand apart are looked for among what an answer to one of them makes needless.
        """
        tried = set()
        asks = self._about(node)
        for _, left in self.open(node):
            unsettled = [answer for answer in left if len(self._diagrams.values(answer)) > 1]
            if unsettled:
                rest = min(unsettled, key=lambda answer: (len(self._about(answer)), answer))
                others = self._diagrams.support(rest)
                here = frozenset(v for ask in asks if others.isdisjoint(ask.facts) for v in ask.facts)
                if here not in tried:
                    tried.add(here)
                    found = self._settled_by(node, here, rest)
                    if found is not None:
                        return found, rest
        return None

    def _settled_by(self, node: Node, variables: Collection[int], rest: Node) -> Node | None:
        """The function of these variables that has one value, or says that the outcome is what `rest` is.

        None where the outcome is no such thing, or `rest` has something to do with these variables.
        """
        diagrams = self._diagrams
        sets: dict[Node, frozenset[Node]] = {NOWHERE: frozenset()}

        def told(values: frozenset[Node]) -> Node:
            sets[NOWHERE - len(sets)] = values
            return NOWHERE - len(sets) + 1

        seen = Seen(diagrams, variables, told).of(node)
        leaving = [sets[value] for value in diagrams.values(seen)]
        settled = [values for values in leaving if len(values) == 1]
        if len(leaving) != 2 or len(settled) != 1:
            return None
        (value,) = settled[0]

        def outcome(parts: tuple[Node, ...]) -> Node:
            here, there = parts
            if NOWHERE in parts:
                return NOWHERE
            return value if len(sets[here]) == 1 else there

        if diagrams.together([seen, rest], outcome) != node:
            return None
        kept = {at: value if len(values) == 1 else YES for at, values in sets.items() if values}
        return diagrams.together([seen], lambda parts: kept.get(parts[0], NOWHERE))

    def _is_free(self, ask: Open, node: Node, left: Sequence[Node]) -> bool:
        """Whether the same can be of all else, whatever the answer is."""
        lawful = set(map(self._lawful_of, left))
        if len(lawful) > 1:
            return False
        if ask.exchange is None or not ask.is_exchanged(node):
            return True
        return ask.exchange.variables.isdisjoint(*map(self._diagrams.support, lawful))

    def _lawful_of(self, node: Node) -> Node:
        """The condition that a function has a value."""
        if node < 0:
            return self._lawful.get(node, YES)
        if node not in self._lawful:
            variable = self._diagrams.top(node)
            no, yes = map(self._lawful_of, self._diagrams.split(node, variable))
            self._lawful[node] = self._diagrams.node(variable, no, yes)
        return self._lawful[node]

    def _search(self, node: Node, limit: int | None) -> int:
        """The weight, by trying every question until no other can do better."""
        best, found = limit, False
        for ask, left in sorted(self.open(node), key=self._promise):
            worst = self._worst(ask, left, best)
            if best is None or worst < best:
                best, found = worst, True
            if self._at_least(node) >= best:
                break
        assert best is not None  # noqa: S101 - whatever is not settled has a question
        (self._weights if found else self._bounds)[node] = best
        return best

    def _worst(self, ask: Open, left: Sequence[Node], limit: int | None) -> int:
        """The weight of a tree that asks this first, or if that is `limit` or more, a bound from it."""
        worst = 0
        for answer in sorted(left, key=self._size, reverse=True):
            least = self.weigh(answer, None if limit is None else limit - _weight(ask))
            worst = max(worst, _weight(ask) + least)
            if limit is not None and worst >= limit:
                break
        return worst

    def _at_least(self, node: Node) -> int:
        """A weight below which no tree comes: that of what is left once an answer is given away."""
        if node not in self._given_away:
            left = {a: None for _, answers in self.open(node) for a in answers if self._settling(a)}
            heaviest = sorted(left, key=self._size, reverse=True)[:_GIVEN_AWAY]
            self._given_away[node] = max(map(self.weigh, heaviest), default=0)
        return self._given_away[node]

    def _promise(self, asked: tuple[Open, Sequence[Node]]) -> tuple[int, float, int]:
        """The question that leaves the least to ask, at worst and then by all of its answers, first."""
        ask, left = asked
        sizes = list(map(self._size, left))
        return max(sizes), sum(sizes) / len(sizes), _weight(ask)

    def _size(self, node: Node) -> int:
        """The weight of everything that a function depends on."""
        if node not in self._sizes:
            support = self._diagrams.support(node)
            asked = (ask for ask in self._asks if not support.isdisjoint(ask.facts))
            self._sizes[node] = sum(map(_weight, asked))
        return self._sizes[node]

    # ---- what to ask ---------------------------------------------------------------------------

    def first(self, node: Node) -> Open:
        """The first question, in the order of a clinician, of those that a smallest tree can begin with.

        Of what a clinician is asked alike, that which leaves the least to ask.
        """
        weight = self.weigh(node)
        return next(  # whatever is not settled has a question
            ask
            for _, alike in groupby(self._about(node), key=lambda ask: ask.rank)
            for ask, left in sorted(self._asked(node, alike), key=self._promise)
            if self._worst(ask, left, weight + 1) == weight
        )
