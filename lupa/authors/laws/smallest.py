"""The smallest world: of all that hold what is asked for, the one that shows it with the least."""

from __future__ import annotations

from collections.abc import Sequence

from lupa.rules.solver import Literal, Solver

World = dict[Literal, bool]


def smallest(
    solver: Solver, held: Sequence[Literal], facts: Sequence[Literal], assumed: Sequence[Literal]
) -> World | None:
    """The smallest world that holds these, as the truth of the facts; None if there is none.

    As little as can be is contrary to what is `assumed`, then as few facts as can be are true; of several
    such worlds it is the first, so that what is found follows from the rules alone.
    """
    if not solver.satisfiable(held):
        return None
    known = set(map(abs, assumed))
    usual = _fewest(solver, held, [-literal for literal in assumed])
    few = _fewest(solver, usual, [fact for fact in facts if fact not in known])
    return _first(solver, few, facts[::-1])  # what comes first in the vocabulary is best known


def _first(solver: Solver, held: Sequence[Literal], facts: Sequence[Literal]) -> World:
    """The first world that holds these: going through the facts in order, each is false where it can be.

    As few of them are true, this takes fewer questions than `Solver.least`.
    """
    fixed = list(held)
    world = solver.world(fixed, facts) or ()
    for place, fact in enumerate(facts):
        if world[place]:
            world = solver.world([*fixed, -fact], facts) or world
        fixed.append(fact if world[place] else -fact)
    return dict(zip(facts, world, strict=True))


def _fewest(solver: Solver, held: Sequence[Literal], counted: Sequence[Literal]) -> list[Literal]:
    """What is held, in some world, and that no more of these are true than must be.

    Of literals that cannot all be false one is given up, and no more than that of them: so each clash,
    of as few as can be, costs one, and nothing has to be proven of how many there are in all.
    """
    false = dict.fromkeys(-literal for literal in counted)
    given_up: dict[Literal, tuple[list[Literal], int]] = {}  # by what says that no more of those are true
    while (core := solver.core([*held, *false])) is not None:
        clash = solver.minimal(held, [literal for literal in false if literal in core]) or []
        for literal in clash:
            del false[literal]
        for one_of, most in [
            ([-literal for literal in clash], 1),
            *(given_up[x] for x in clash if x in given_up),
        ]:
            no_more = -solver.enough(one_of, most + 1)
            given_up[no_more] = one_of, most + 1
            false[no_more] = None
    return [*held, *false]
