"""What can be stated along a function, from its first fact down, beside what a record says.

Of each fact is said what the record says of it, or what a statement does. Where nothing is said of it, what
follows must have the value whether it is so or not, and that is one function again.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from lupa.compiled.diagram import NO, NOWHERE, YES, Budget, Diagrams, Node
from lupa.compiled.ways import Goal, Part
from lupa.rules.solver import Literal

ONE = 1 << 20
"""A cost, in the weight of a set, to which every statement adds 1: of one cost the shortest come first."""
LAST = 1 << 40
"""Behind all variables."""

Open = tuple[tuple[int, Hashable, Literal], ...]
"""What was said of several facts, or paid for, until the last of the variables that it is about."""
Step = tuple[int, Literal, Node, Open]
"""What it weighs to state this, or 0 if nothing is stated, and where that leads."""


class Row(NamedTuple):
    """What a statement is about, the effort that it takes, which counts once, and what that costs."""

    subject: Literal
    effort: Literal
    cost: int


class Stating:
    """A function where it has a value, from its `root` on, and what can be stated along it.

    What the record says of a subject goes where something is stated of it, which is one thing. Raises
    `SpaceLimitError` where the budget does not do.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        goal: Goal,
        facts: Sequence[Literal],
        record: Mapping[Literal, bool],
        subjects: Mapping[Literal, Literal],
        statements: Mapping[Literal, Row],
        budget: Budget,
    ) -> None:
        """`facts` are those of the variables, `subjects` what they are about; `record` says what is so."""
        self.diagrams = Diagrams(budget)
        self.facts = facts
        self._record = record
        self._statements = statements
        about: dict[Literal, list[Literal]] = {}
        for fact in facts:
            about.setdefault(subjects[fact], []).append(fact)
        place = {fact: variable for variable, fact in enumerate(facts)}
        self.last = {subject: max(place[f] for f in several) for subject, several in about.items()}
        self.about = {fact: several for several in about.values() if len(several) > 1 for fact in several}
        self.subjects = subjects
        paying: dict[Hashable, set[Literal]] = {}
        for row in statements.values():
            if row.subject in about:
                paying.setdefault(row[1:], set()).add(row.subject)
        self._paid_until = {
            effort: max(map(self.last.__getitem__, several))
            for effort, several in paying.items()
            if len(several) > 1
        }
        self._both: dict[tuple[Node, Node], Node] = {}
        self._known: dict[tuple[Node, Open], list[Step]] = {}
        stated = {row.subject for row in statements.values()}
        self.root = self._narrowed(parts, goal, place, stated)

    def _narrowed(
        self, parts: Sequence[Part], goal: Goal, place: Mapping[Literal, int], stated: Collection[Literal]
    ) -> Node:
        """The function where it has the value, once what is said of facts whatever is stated is so."""
        diagrams = self.diagrams
        made: dict[Node, Node] = {}

        def of(part: Node) -> Node:
            if part < 0:
                return part if part == NOWHERE else YES if part == goal.value else NO
            if part not in made:
                fact, no, yes = parts[part]
                so = None if self.subjects[fact] in stated else self._record.get(fact)
                if so is None:
                    made[part] = diagrams.node(place[fact], of(no), of(yes))
                else:
                    made[part] = of(yes if so else no)
            return made[part]

        return of(goal.part)

    def steps(self, node: Node, open_: Open) -> list[Step]:
        """What can be said of the first fact of a part, or of all that it is one value of."""
        steps = self._known.get((node, open_))
        if steps is None:
            steps = self._known[node, open_] = sorted(self._made(node, open_), key=itemgetter(0))
        return steps

    def _made(self, node: Node, open_: Open) -> Iterator[Step]:
        variable = self.diagrams.top(node)
        fact = self.facts[variable]
        no, yes = self.diagrams.split(node, variable)
        several = self.about.get(fact)
        if several is not None:
            subject = self.subjects[fact]
            said = [x for _, what, x in open_ if what == subject]
            for x in said or (0, *(x for x in several if x in self._statements)):
                cost, after = (0, open_) if said else self._paid(open_, x)
                left = self._among(node, several, x)
                yield (
                    cost,
                    0 if said else x,
                    left,
                    self._left_open(after if said else (*after, (self.last[subject], subject, x)), left),
                )
            return
        so = self._record.get(fact)
        left = self._in_both(no, yes) if so is None else yes if so else no
        yield 0, 0, left, self._left_open(open_, left)
        for x, there in ((fact, yes), (-fact, no)):
            if x in self._statements:
                cost, after = self._paid(open_, x)
                yield cost, x, there, self._left_open(after, there)

    def _among(self, node: Node, several: Collection[Literal], stated: Literal) -> Node:
        """What is left of a function of several facts, where one is stated, or 0 if none is.

        It is so as far as they come first, and begins with the last of these: where one of them keeps the
        value away, that is seen at once.
        """
        if node < 0:
            return node
        variable = self.diagrams.top(node)
        fact = self.facts[variable]
        if fact not in several:
            return node
        no, yes = self.diagrams.split(node, variable)
        so = (True if fact == stated else None) if stated else self._record.get(fact)
        if so is not None:
            return self._among(yes if so else no, several, stated)
        return self._in_both(self._among(no, several, stated), self._among(yes, several, stated))

    def _paid(self, open_: Open, stated: Literal) -> tuple[int, Open]:
        """What a statement weighs, and what is open then."""
        if not stated:
            return 0, open_
        row = self._statements[stated]
        effort, weight = row[1:], row.cost * ONE + 1
        until = self._paid_until.get(effort)
        if until is None:
            return weight, open_
        if any(what == effort for _, what, _ in open_):
            return 1, open_
        return weight, (*open_, (until, effort, 0))

    def _left_open(self, open_: Open, node: Node) -> Open:
        """What of that is still open at a part."""
        if not open_:
            return open_
        variable = self.behind(node)
        return tuple([each for each in open_ if each[0] >= variable])

    def _in_both(self, no: Node, yes: Node) -> Node:
        """The function that has the value where both have it, or one has it and the other one none."""
        if yes in (no, NOWHERE):
            return no
        if no == NOWHERE:
            return yes
        if NO in (no, yes):
            return NO
        pair = (no, yes) if no < yes else (yes, no)
        found = self._both.get(pair)
        if found is None:
            self.diagrams.budget.spend()
            variable = self.diagrams.first(pair)
            (no_low, no_high), (yes_low, yes_high) = (self.diagrams.split(n, variable) for n in pair)
            low, high = self._in_both(no_low, yes_low), self._in_both(no_high, yes_high)
            found = self._both[pair] = self.diagrams.node(variable, low, high)
        return found

    def behind(self, node: Node) -> int:
        """The variable of a part; of a value, one behind all."""
        return self.diagrams.top(node) if node >= 0 else LAST
