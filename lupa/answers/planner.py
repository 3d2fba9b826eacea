"""The smallest decision tree of questions that leads to a certain verdict.

A question is about a group of facts, and is answered by all of them. Smallest means: the fewest
questions in the worst case; among equals, the least effort on the longest way. That is the depth of a
decision tree with weights, found by search over the functions that answers leave.

One theorem keeps the search small. A question is *free* if no law ties its answer to those of the
others. A free question with an answer that settles the outcome may be asked first: whoever answers can
hold that answer back, and until the question is asked the outcome may still be what it makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lupa.answers.asking import Open, Questions
from lupa.compiled.diagram import NO, NOWHERE, YES, Node

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
        self._open: dict[Node, list[tuple[Open, Sequence[Node]]]] = {}
        self._lawful: dict[Node, Node] = {NOWHERE: NO}
        self._weights: dict[Node, int] = {}
        self._bounds: dict[Node, int] = {}
        self._given_away: dict[Node, int] = {}
        self._sizes: dict[Node, int] = {}

    def open(self, node: Node) -> list[tuple[Open, Sequence[Node]]]:
        """The questions with more than one possible answer, and what the answers leave."""
        if node not in self._open:
            self._diagrams.budget.spend()
            support = self._diagrams.support(node)
            found = []
            for ask in self._asks:
                if not support.isdisjoint(ask.facts):
                    left = ask.remainders(node)
                    if len(left) > 1:
                        found.append((ask, left))
            self._open[node] = found
        return self._open[node]

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
        settling = self._settling(node)
        if settling is not None:
            ask, left = settling
            self._weights[node] = _weight(ask) + max(map(self.weigh, left))
            return self._weights[node]
        return self._search(node, limit)

    def _settling(self, node: Node) -> tuple[Open, Sequence[Node]] | None:
        """The free question of which most answers settle the outcome, if any does."""
        found, most = None, 0.0
        for ask, left in self.open(node):
            settled = sum(len(self._diagrams.values(answer)) == 1 for answer in left) / len(left)
            if settled > most and self._is_free(ask, node, left):
                found, most = (ask, left), settled
        return found

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
        order = sorted(self.open(node), key=lambda asked: (asked[0].rank, *self._promise(asked)))
        return next(ask for ask, left in order if self._worst(ask, left, weight + 1) == weight)
