"""The smallest world that shows what a law found: as few facts as can be, and of such worlds the first."""

import itertools
import random

import clingo
import pytest

from lupa.authors.laws.smallest import smallest
from lupa.rules.solver import Solver, Watch


def solver_of(program: str, name: str) -> tuple[clingo.Control, Solver, list[int]]:
    """A program of its own, with its solver and the literals of one predicate, in their order."""
    control = clingo.Control(["--stats"])
    control.add("base", [], program)
    control.ground([("base", [])])
    atoms = sorted(control.symbolic_atoms.by_signature(name, 2), key=lambda atom: atom.symbol)
    return control, Solver(control, Watch()), [atom.literal for atom in atoms]


def test_the_smallest_patient_of_whom_one_of_each_group_holds_is_found_without_a_search() -> None:
    program = "{ so(1..9, 1..4) }. :- Group = 1..9, not so(Group, _)."
    control, solver, facts = solver_of(program, "so")
    world = smallest(solver, [], facts, [])
    assert world is not None
    assert [fact for fact in facts if world[fact]] == facts[::4]  # of each group the first
    assert control.statistics["accu"]["solving"]["solvers"]["conflicts"] < 100


@pytest.mark.parametrize("seed", range(20))
def test_the_smallest_of_all_worlds_has_the_fewest_facts_and_is_the_first_of_these(seed: int) -> None:
    dice = random.Random(seed)
    clauses = [[(dice.choice((True, False)), dice.randrange(6)) for _ in range(3)] for _ in range(9)]
    program = "{ so(0, 0..5) }."
    for clause in clauses:
        program += " :- " + ", ".join(f"{'not ' if so else ''}so(0, {fact})" for so, fact in clause) + "."
    _, solver, facts = solver_of(program, "so")
    worlds = [
        world
        for world in itertools.product((False, True), repeat=6)
        if all(any(world[fact] == so for so, fact in clause) for clause in clauses)
    ]
    found = smallest(solver, [], facts, [])
    assert (found is None) == (not worlds)
    if found is not None:
        wanted = min(worlds, key=lambda world: (sum(world), world[::-1]))
        assert tuple(found[fact] for fact in facts) == wanted
