"""Searches beside the worlds: which sets of statements are still worth a look, and in which order."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import clingo

from lupa.rules.files import shipped
from lupa.rules.solver import Literal, Watch


class _Search:
    """A program of its own, to which constraints are added between its answers."""

    def __init__(
        self,
        file: str,
        options: Sequence[str],
        part: tuple[str, Sequence[Sequence[int]]],
        watch: Watch,
    ) -> None:
        name, rows = part
        self._watch = watch
        self._control = clingo.Control(options)
        self._control.load(str(shipped("queries") / file))
        numbered = [(name, [clingo.Number(number) for number in row]) for row in rows]
        self._control.ground([("base", ()), *numbered])
        watch.join(self._control)

    def _literals(self, name: str, numbers: Sequence[int]) -> list[Literal]:
        """The literals of atoms with one number, each of which the program has."""
        atoms = self._control.symbolic_atoms
        return [atoms[clingo.Function(name, [clingo.Number(number)])].literal for number in numbers]  # type: ignore[union-attr]  # it has them

    def _forbid(self, *bodies: Sequence[Literal]) -> None:
        with self._control.backend() as backend:
            for body in bodies:
                backend.add_rule([], body)


class Unexplored(_Search):
    """The subsets of `count` statements about which nothing is known yet, by their places."""

    def __init__(self, count: int, watch: Watch) -> None:
        super().__init__("reasons.lp", ["--heuristic=Domain"], ("statements", [[count]]), watch)
        self._count = count
        self._kept = self._literals("kept", range(1, count + 1))

    def largest(self) -> list[int] | None:
        """One of them that is in no other; None if there is none left."""
        while True:
            self._watch.before_solving()
            with self._control.solve(yield_=True) as handle:
                model = handle.model()
                if model is not None:
                    return [place for place, kept in enumerate(self._kept) if model.is_true(kept)]
                if handle.get().unsatisfiable:
                    return None

    def without_supersets(self, places: Sequence[int]) -> None:
        """What holds all of these is known."""
        self._forbid([self._kept[place] for place in places])

    def without_subsets(self, places: Sequence[int]) -> None:
        """What holds nothing but these is known."""
        others = set(range(self._count)).difference(places)
        self._forbid([-self._kept[place] for place in sorted(others)])


class Cheapest(_Search):
    """The sets of statements that nothing yet speaks against, the cheapest first.

    A row of `statements` holds numbers: the subject that it is about, the effort that it takes (the
    same effort counts once) and what that costs, 1 or more. Of one subject one thing is stated.
    """

    def __init__(self, statements: Sequence[tuple[int, int, int]], watch: Watch) -> None:
        rows = [(place, *row) for place, row in enumerate(statements)]
        super().__init__(
            "flips.lp",
            # cores are relaxed clause by clause (PMRes): where each of a hundred choices has a dear way and
            # a cheap one, proofs that nothing is cheaper would with counters run through all mixtures
            ["--opt-strategy=usc,pmres", "--models=0"],
            ("statement", rows),
            watch,
        )
        self._places = {clingo.Function("stated", [clingo.Number(p)]): p for p in range(len(statements))}
        subjects = dict.fromkeys(subject for subject, _, _ in statements)
        self.stated = self._literals("stated", range(len(statements)))
        """What is true of a set that holds the statement at this place."""
        self.kept = dict(zip(subjects, self._literals("kept", list(subjects)), strict=True))
        """What is true of a set that says nothing about this subject."""

    def sets(self, most: int | None = None) -> Generator[tuple[int, list[int]], None, None]:
        """All the cheapest sets that are left, by the places of their statements, with what they cost.

        None of them costs more than `most`. Nothing may be required while they are looked at.
        """
        given: set[tuple[int, ...]] = set()
        through = False
        with self._looking_for("optN" if most is None else f"optN,{most}"):
            while not through:  # an interruption may have been meant for an earlier question
                self._watch.before_solving()
                with self._control.solve(yield_=True) as handle:
                    for model in handle:
                        if model.optimality_proven or not model.cost:  # nothing to minimize is in reach
                            cost = model.cost[0] if model.cost else 0
                            places = self._stated_in(model)
                            if tuple(places) not in given:
                                given.add(tuple(places))
                                yield cost, places
                    through = not handle.get().interrupted

    def any_set(self) -> list[int] | None:
        """One of the sets that are left, whatever it costs; None if there is none."""
        with self._looking_for("ignore"):
            while True:
                self._watch.before_solving()
                with self._control.solve(yield_=True) as handle:
                    model = handle.model()
                    if model is not None:
                        return self._stated_in(model)
                    if handle.get().unsatisfiable:
                        return None

    def _stated_in(self, model: clingo.Model) -> list[int]:
        return sorted(map(self._places.__getitem__, model.symbols(shown=True)))

    @contextmanager
    def _looking_for(self, mode: str) -> Iterator[None]:
        """In this block costs count as clingo's `opt-mode` says."""
        solving: Any = self._control.configuration.solve
        solving.opt_mode = mode
        try:
            yield
        finally:
            solving.opt_mode = "optN"

    def require(self, *each: Sequence[Literal]) -> None:
        """Sets are of no use of which, of any of these, none is true."""
        self._forbid(*([-literal for literal in one_of] for one_of in each))

    def without_supersets(self, sets: Sequence[Sequence[int]]) -> None:
        """Sets that hold all of one of these are known."""
        self._forbid(*([self.stated[place] for place in places] for places in sets))
