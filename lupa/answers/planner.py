"""The smallest decision tree of questions that leads to a certain verdict.

A question is about a group of facts, and is answered by all of them. Smallest means: the fewest
questions in the worst case; among equals, the least effort on the longest way. That is the depth of a
decision tree with weights, found by search over the functions that answers leave.

Four theorems keep the search small. A question is *free* if no law ties its answer to those of the
others; a function with an answer given weighs no more than without, as each tree for the one does for the
other. So of what answers leave only what is no other one with something more given has to be weighed.

A free question with an answer that settles the outcome may be asked first. Take another answer, and any
tree: where the question is not asked the tree must end in what the first one makes the outcome, so on each
way on which the outcome may still be another one the question has its weight beside that of what is left.

So may a free question if, for an answer of those that leave the most, another answer *can be held back*:
some facts that what the first answer leaves does not depend on, nor any law ties to others, settle what the
other one leaves. Give these facts away; the question has then an answer that settles the outcome, and what
the first answer leaves is as it was. No tree weighs less than that, and the one that asks it no more.

Some questions stand *apart* if no law ties them to the others, and all that their answers come to is
whether the outcome is settled by them, or is what the others say. The weights of the two then add up. They
suffice. And they are needed: whatever is asked first, some answer leaves the rest of its part as heavy as
can be; and an answer that ends one part may be one with which the other is left as a whole, since each part
can end so that it does not settle the outcome. A policy that asks for this and for that is so weighed
criterion by criterion.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby

from lupa.answers.asking import Open, Questions
from lupa.compiled.diagram import NO, NOWHERE, YES, Node
from lupa.compiled.seen import Seen

ONE = 10**6
"""The weight of a question before its effort, so that the number of questions counts first."""
_GIVEN_AWAY = 4
"""So many answers are tried for a lower bound."""


def weight_of(ask: Open) -> int:
    """What it takes to ask this."""
    return ONE + ask.effort


def _answers(support: Collection[int], ask: Open) -> int:
    """How many answers there may be to a question about those of its facts that a function depends on."""
    facts = len(ask.facts.keys() & support)
    return 2**facts if ask.group.kind == "members" else facts + 1


class Planner:
    """Weighs functions by the smallest trees that settle them, and keeps what was found."""

    def __init__(self, questions: Questions, check: Callable[[], None]) -> None:
        self._check = check
        self._diagrams = questions.diagrams
        self._asks = questions.every
        self._left: dict[tuple[Node, str], Sequence[Node]] = {}
        self._other: dict[tuple[Node, str], Sequence[Node]] = {}
        self._lawful: dict[Node, Node] = {NOWHERE: NO}
        self._free: dict[tuple[Node, str], bool] = {}
        self._weights: dict[Node, int] = {}
        self._bounds: dict[Node, int] = {}
        self._given_away: dict[Node, int] = {}
        self._sizes: dict[Node, int] = {}
        self._settled_by_these: dict[tuple[Node, frozenset[int]], bool] = {}

    def open(self, node: Node) -> list[tuple[Open, Sequence[Node]]]:
        """The questions with more than one possible answer, and the heaviest that the answers leave."""
        return list(self._asked(node, self._about(node)))

    def _about(self, node: Node) -> list[Open]:
        """The questions about facts that a function depends on."""
        support = self._diagrams.support(node)
        return [ask for ask in self._asks if not support.isdisjoint(ask.facts)]

    def _asked(self, node: Node, asks: Iterable[Open]) -> Iterator[tuple[Open, Sequence[Node]]]:
        """Those of these questions that have more than one possible answer, and the heaviest left."""
        for ask in asks:
            key = node, ask.group.id
            if key not in self._left:
                self._diagrams.budget.spend()
                self._left[key] = ask.heaviest(node)
            left = self._left[key]
            if len(left) > 1 or any(other not in left for other in self._examples(node, ask)):
                yield ask, left

    def _examples(self, node: Node, ask: Open) -> Sequence[Node]:
        """Some of what else the answers leave."""
        key = node, ask.group.id
        if key not in self._other:
            self._other[key] = ask.examples(node)
        return self._other[key]

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
            self._weights[node] = weight_of(ask) + max(map(self.weigh, left))
            return self._weights[node]
        apart = self._apart(node)
        if apart is not None:
            self._weights[node] = sum(map(self.weigh, apart))
            return self._weights[node]
        return self._search(node, limit)

    def _settling(self, node: Node) -> tuple[Open, Sequence[Node]] | None:
        """A free question of which an answer settles the outcome, if there is any; of few answers first."""
        support = self._diagrams.support(node)
        for ask, left in self._asked(node, sorted(self._about(node), key=partial(_answers, support))):
            some = (*left, *self._examples(node, ask))
            settles = any(len(self._diagrams.values(answer)) == 1 for answer in some)
            if settles and self._is_free(ask, node):
                return ask, left
        return None

    def _held_back(self, node: Node) -> tuple[Open, Sequence[Node]] | None:
        """A free question of which another answer than the one that leaves the most can be held back."""
        tied = self._diagrams.support(self._lawful_of(node))
        for ask, left in self._asked(node, self._about(node)):
            others = (*left, *self._examples(node, ask))

            def is_beside(answer: Node, others: Sequence[Node] = others) -> bool:
                return any(self._can_settle(other, answer, tied) for other in others)

            if self._is_free(ask, node) and is_beside(max(left, key=self._size)):
                weights = {answer: self.weigh(answer) for answer in left}
                most = max(weights.values())
                if any(weight == most and is_beside(answer) for answer, weight in weights.items()):
                    return ask, left
        return None

    def _can_settle(self, node: Node, beside: Node, tied: frozenset[int]) -> bool:
        """Whether facts on which the other function does not depend, not `tied` by laws, can settle it."""
        alone = self._diagrams.support(node) - self._diagrams.support(beside) - tied
        if not alone:
            return False
        key = node, alone
        if key not in self._settled_by_these:
            several = min(NOWHERE, *self._diagrams.values(node)) - 1
            seen = Seen(self._diagrams, alone, lambda left: next(iter(left)) if len(left) == 1 else several)
            left = self._diagrams.values(seen.of(node))
            self._settled_by_these[key] = left != {several}
        return self._settled_by_these[key]

    def _apart(self, node: Node) -> tuple[Node, Node] | None:
        """What some questions settle, and what the others say where they do not; None if none stand apart.

        Those that stand apart are looked for among what an answer to one of them makes needless.
        """
        tried = set()
        asks = self._about(node)
        for ask, left in self.open(node):
            some = (*left, *self._examples(node, ask))
            unsettled = [answer for answer in some if len(self._diagrams.values(answer)) > 1]
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
        unsettled = NO if value == YES else YES  # of what is itself told apart YES may be the value
        kept = {at: value if len(values) == 1 else unsettled for at, values in sets.items() if values}
        return diagrams.together([seen], lambda parts: kept.get(parts[0], NOWHERE))

    def _is_free(self, ask: Open, node: Node) -> bool:
        """Whether the same can be of all else, whatever the answer is: no law ties these to the others."""
        lawful = self._lawful_of(node)
        key = lawful, ask.group.id
        if key not in self._free:
            own = self._diagrams.support(lawful).intersection(ask.facts)
            self._free[key] = not own or self._is_split(lawful, own)
        return self._free[key]

    def _is_split(self, lawful: Node, own: Collection[int]) -> bool:
        """Whether a law is one on some of its variables, and one on the rest."""
        rest = self._diagrams.support(lawful).difference(own)
        if not rest:
            return True
        parts = (
            Seen(self._diagrams, part, lambda left: YES if YES in left else NO).of(lawful)
            for part in (own, rest)
        )
        return self._diagrams.both(*parts) == lawful

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
            least = self.weigh(answer, None if limit is None else limit - weight_of(ask))
            worst = max(worst, weight_of(ask) + least)
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
        return max(sizes), sum(sizes) / len(sizes), weight_of(ask)

    def _size(self, node: Node) -> int:
        """The weight of everything that a function depends on."""
        if node not in self._sizes:
            self._sizes[node] = sum(map(weight_of, self._about(node)))
        return self._sizes[node]

    # ---- what to ask ---------------------------------------------------------------------------

    def first(self, node: Node) -> Open:
        """The first question, in the order of a clinician, of those that a smallest tree can begin with.

        Of what a clinician is asked alike, that which leaves the least to ask.
        """
        weight = self.weigh(node)
        found = (  # whatever is not settled has a question
            [ask for ask, left in self._asked(node, alike) if self._worst(ask, left, weight + 1) == weight]
            for _, alike in groupby(self._about(node), key=lambda ask: ask.rank)
        )
        first, *others = next(filter(None, found))
        every = (first, *others) if others else ()
        return min(every, key=lambda ask: self._promise((ask, ask.remainders(node))), default=first)
