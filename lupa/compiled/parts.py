"""What a policy says of many records, by the parts of a record that no law ties to each other.

Of a part a function asks in which of a few classes it is. As no law ties parts to each other, a record has
a world with some class of each just where each part alone can be in its class.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

from lupa.compiled.conditions import choice
from lupa.compiled.diagram import NO, NOWHERE, YES, Budget, Diagrams, Node
from lupa.compiled.levels import Function, Levels, reached
from lupa.compiled.space import components
from lupa.compiled.verdicts import Verdicts
from lupa.compiled.words import ALL, NONE, Program, Word
from lupa.errors import SpaceLimitError

_LARGER = 50
"""So many times as large functions may grow where the facts of a part are brought together."""
_FIRST = NOWHERE - 1
"""The value that stands for the first of some things."""
_NO_PLACE = -1
"""In the place of the one fact of a part that is so: it is not."""
Key = TypeVar("Key")


class Parts:
    """The functions of a policy for records that say something `about` some variables, and of no other.

    Of the others what is assumed is so; of those that are `known` nothing is open. All words are of the
    `program`. A part is the facts that laws tie, or one fact. Where functions would grow too large with the
    facts of each law together, each fact is a part, and what breaks a law leads nowhere. Where all of a
    part is known it is in one class, and which is told only of records that keep its law.
    """

    def __init__(
        self, compiled: Verdicts, about: frozenset[int], known: frozenset[int], program: Program
    ) -> None:
        self._compiled = compiled
        self._about = about
        self._known = known
        self._program = program
        self._load(range(len(compiled.variables)), Budget())
        tied = [each.variables for each in components(self._diagrams, self._laws())]
        first = {variable: each[0] for each in tied for variable in each}
        order = sorted(self._order, key=lambda variable: (first.get(variable, variable), variable))
        try:
            self._load(order, Budget(most=_LARGER * (len(compiled.nodes) + 1000)))
        except SpaceLimitError:
            self._load(range(len(order)), Budget())
            tied = []
        place_of = {variable: place for place, variable in enumerate(self._order)}
        begin = {place_of[each[0]]: len(each) for each in tied}
        self._part_of: list[range] = []
        while len(self._part_of) < len(order):
            at = len(self._part_of)
            self._part_of += [range(at, at + begin.get(at, 1))] * begin.get(at, 1)
        self._law_of = {
            self._part_of[self._diagrams.top(law)]: law for law in self._laws() if law >= 0 and tied
        }
        self._lawful: dict[range, Word] = {}

    def _laws(self) -> list[Node]:
        return [self._left(law.node) for law in self._compiled.laws]

    def _load(self, order: Sequence[int], budget: Budget) -> None:
        """The functions, their variables in this order, and which of them each node of the policy is."""
        diagrams, found = Diagrams(budget), list[Node]()

        def left(node: Node) -> Node:
            return node if node < 0 else found[node]

        place_of = {variable: place for place, variable in enumerate(order)}
        for variable, no, yes in self._compiled.nodes:
            default = None if variable in self._about else self._compiled.variables[variable].default
            if default is None:
                asked = diagrams.variable(place_of[variable])
                found.append(diagrams.choose(asked, left(yes), left(no)))
            else:
                found.append(left(yes if default else no))
        self._order, self._diagrams, self._left = order, diagrams, left

    # ---- functions -----------------------------------------------------------------------------

    def reached(self, function: Node) -> Mapping[Node, Word]:
        """Where a function of the policy has each of its values, in records that do not break a law."""
        root = self._left(function)
        if root < 0:
            return {root: ALL}
        entries: dict[range, list[Node]] = {}
        seen, waiting = {root}, [root]
        for node in waiting:
            part = self._part_of[self._diagrams.top(node)]
            entries.setdefault(part, []).append(node)
            new = {each for each in self._exits(node, part) if each >= 0} - seen
            seen |= new
            waiting += sorted(new)
        levels = Levels()
        made: dict[Node, Node] = {}
        for part in sorted(entries, key=lambda part: part.start, reverse=True):
            classes = self._classes(part, entries[part], made)
            levels.words[part.start] = [*classes.values()]
            for entry, left in zip(entries[part], zip(*classes, strict=True), strict=True):
                made[entry] = levels.node(part.start, left)
        values = reached(self._program, Function(levels, made[root]))
        return self._just_one(values) if self._is_known(self._diagrams.support(root)) else values

    def lawful(self) -> Word:
        """Where no law is broken."""
        found = ALL
        for law in self._laws():
            if law >= 0 and not self._about.isdisjoint(self._order[v] for v in self._diagrams.support(law)):
                found = self._program.both(found, self._kept(law))
            elif law == NO:
                found = NONE
        return found

    def _kept(self, law: Node) -> Word:
        part = self._part_of[self._diagrams.top(law)]
        if part in self._lawful:
            return self._lawful[part]
        if part in self._law_of and self._is_choice(part):
            return self._one_is_so(part) if self._is_known(part) else self._chosen([part])[0]
        values = self._one_by_one(self._diagrams, law)
        return (self._just_one(values) if self._is_known(part) else values).get(YES, NONE)

    def _just_one(self, words: Mapping[Key, Word]) -> dict[Key, Word]:
        """The same of which each record has just one: what takes the most work is where no other is."""
        if len(words) < 2:
            return {**words}
        needed = self._program.needed
        others = {key: [word for each, word in words.items() if each != key] for key in words}
        most = min(words, key=lambda key: len(needed(others[key])))
        spared = len(needed(words.values())) - len(needed(others[most]))
        return (
            {**words, most: ~self._program.any_of(others[most])} if spared > len(others) - 2 else {**words}
        )

    # ---- parts ---------------------------------------------------------------------------------

    def _exits(self, entry: Node, part: range) -> Iterator[Node]:
        """What a function leads to behind a part."""
        seen, waiting = {entry}, [entry]
        while waiting:
            node = waiting.pop()
            if node >= 0 and self._diagrams.top(node) in part:
                new = {*self._diagrams.split(node, self._diagrams.top(node))} - seen
                seen |= new
                waiting += new
            else:
                yield node

    def _classes(
        self, part: range, entries: Sequence[Node], made: Mapping[Node, Node]
    ) -> dict[tuple[Node, ...], Word]:
        """The classes of a part by what they leave of these functions, with where it can be in each."""
        law = self._law_of.get(part)
        if law is not None and not self._is_choice(part):
            return self._tied(part, entries, made)
        groups: dict[tuple[Node, ...], list[int]] = {}
        for so in (_NO_PLACE, part.start) if law is None else part:
            left = tuple(made.get(end, end) for end in (self._end(entry, part, so) for entry in entries))
            groups.setdefault(left, []).append(so)
        if law is not None and not self._is_known(part):
            words = self._chosen([*groups.values()])
            self._lawful[part] = self._program.any_of(words)
        else:
            words = [
                self._program.any_of(
                    self._told(part.start if so == _NO_PLACE else so, so=so != _NO_PLACE) for so in group
                )
                for group in groups.values()
            ]
        found = dict(zip(groups, words, strict=True))
        return self._just_one(found) if self._is_known(part) else found

    def _is_choice(self, part: range) -> bool:
        """Whether the law of a part is that just one of its facts is so."""
        return self._law_of[part] == choice(self._diagrams, part, chosen=False)[1]

    def _is_known(self, places: Collection[int]) -> bool:
        return all(self._order[place] in self._known for place in places)

    def _told(self, place: int, *, so: bool) -> Word:
        variable = self._order[place]
        if variable not in self._about:
            return ALL
        if variable in self._known and not so:
            return ~self._program.told(variable, so=True)
        return self._program.told(variable, so=so)

    def _end(self, node: Node, part: range, so: int) -> Node:
        """What a function leads to behind a part of which just this fact is so, or none."""
        while node >= 0 and self._diagrams.top(node) in part:
            variable = self._diagrams.top(node)
            node = self._diagrams.split(node, variable)[variable == so]
        return node

    def _chosen(self, groups: Sequence[Sequence[int]]) -> list[Word]:
        """Where the one value of a choice that holds can be in each of these groups."""
        both, either = self._program.both, self._program.either
        ones, nones = list[Word](), list[Word]()
        for group in groups:
            one, none = NONE, ALL
            for place in group:
                no, yes = (self._told(place, so=so) for so in (False, True))
                one, none = either(both(one, no), both(none, yes)), both(none, no)
            ones.append(one)
            nones.append(none)
        before = [ALL, *accumulate(nones, both)]
        after = [ALL, *accumulate(reversed(nones), both)][-2::-1]
        return [both(one, both(before[at], after[at])) for at, one in enumerate(ones)]

    def _one_is_so(self, part: range) -> Word:
        """Where just one fact of a part is so of which all is known."""
        both, either = self._program.both, self._program.either
        some = several = NONE
        for yes in (self._told(place, so=True) for place in part):
            some, several = either(some, yes), either(several, both(some, yes))
        return both(some, ~several)

    def _tied(
        self, part: range, entries: Sequence[Node], made: Mapping[Node, Node]
    ) -> dict[tuple[Node, ...], Word]:
        """The classes of a part that laws tie otherwise."""
        local, ends, lefts = Diagrams(), dict[Node, Node](), dict[tuple[Node, ...], Node]()
        copies: dict[Node, Node] = {}

        def copy(node: Node) -> Node:
            if node not in copies:
                if node == NOWHERE:
                    copies[node] = node
                elif node < 0 or self._diagrams.top(node) not in part:
                    copies[node] = ends.setdefault(made.get(node, node), _FIRST - len(ends))
                else:
                    variable = self._diagrams.top(node)
                    copies[node] = local.node(variable, *map(copy, self._diagrams.split(node, variable)))
            return copies[node]

        def together(left: tuple[Node, ...]) -> Node:
            return NOWHERE if left[0] == NOWHERE else lefts.setdefault(left, _FIRST - len(lefts))

        root = local.together([copy(entry) for entry in entries], together)
        values = self._one_by_one(local, _lawfully(local, root) if self._is_known(part) else root)
        what = {place: end for end, place in ends.items()}
        found = {tuple(what[each] for each in left): values[place] for left, place in lefts.items()}
        if self._is_known(part):
            return self._just_one(found)
        self._lawful[part] = self._program.any_of(found.values())
        return found

    def _one_by_one(self, diagrams: Diagrams, root: Node) -> dict[Node, Word]:
        """Where each value of a function is reached that asks for one fact after the other."""
        found, waiting = {root} if root >= 0 else set[Node](), [root] if root >= 0 else []
        while waiting:
            node = waiting.pop()
            new = {each for each in diagrams.split(node, diagrams.top(node)) if each >= 0} - found
            found |= new
            waiting += new
        levels, made = Levels(), dict[Node, Node]()
        for node in sorted(found):  # what is below one comes before it
            place = diagrams.top(node)
            levels.words[place] = [self._told(place, so=so) for so in (False, True)]
            made[node] = levels.node(place, [made.get(each, each) for each in diagrams.split(node, place)])
        values = reached(self._program, Function(levels, made.get(root, root)))
        values.pop(NOWHERE, None)
        return values


def _lawfully(diagrams: Diagrams, root: Node) -> Node:
    """A function that does not ask what, as it leads somewhere, can only have one answer."""
    found: dict[Node, Node] = {}

    def left(node: Node) -> Node:
        if node < 0:
            return node
        if node not in found:
            no, yes = map(left, diagrams.split(node, diagrams.top(node)))
            if NOWHERE in (no, yes):
                found[node] = yes if no == NOWHERE else no
            else:
                found[node] = diagrams.node(diagrams.top(node), no, yes)
        return found[node]

    return left(root)
