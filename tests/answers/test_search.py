"""The searches beside the worlds: the cheapest sets of statements, all of a cost, none twice."""

import random
from contextlib import closing
from itertools import combinations

import pytest

from lupa.answers.search import Cheapest
from lupa.rules.solver import Watch

MOST = 60
LIMIT = 60.0  # seconds; what ends at all takes less than one


def costs_of(statements: list[tuple[int, int, int]], choices: list[list[int]], most: int) -> list[int]:
    """What the cheapest sets cost that have one of every choice: the first `most`, each looked for anew."""
    watch, costs = Watch(), list[int]()
    with watch.limit(LIMIT):
        cheapest = Cheapest(statements, watch)
        for choice in choices:
            cheapest.require([cheapest.stated[place] for place in choice])
        found: tuple[int, list[int]] | None = (0, [])
        while found and len(costs) < most:
            with closing(cheapest.sets()) as sets:
                found = next(sets, None)
            if found:
                costs.append(found[0])
                cheapest.without_supersets([found[1]])
    return costs


@pytest.mark.parametrize("seed", range(4))
def test_of_a_hundred_choices_with_a_dear_and_a_cheap_way_the_cheapest_sets_are_found(seed: int) -> None:
    drawn = random.Random(seed)
    statements, choices = list[tuple[int, int, int]](), list[list[int]]()

    def choice(*costs: int) -> None:
        first = len(statements)
        statements.extend((first + place, first + place, cost) for place, cost in enumerate(costs))
        choices.append(list(range(first, len(statements))))

    for _ in range(100):
        choice(1, drawn.choice([2, 4, 4, 4, 8]))
    for _ in range(5):
        choice(*(drawn.choice([1, 1, 2, 3]) for _ in range(drawn.randint(2, 4))))
    costs = costs_of(statements, choices, MOST)
    least = sum(min(statements[place][2] for place in choice) for choice in choices)
    assert (costs[0], costs == sorted(costs), len(costs)) == (least, True, MOST)


def test_a_set_is_found_though_an_interruption_came_late() -> None:
    watch = Watch()
    cheapest = Cheapest([(0, 0, 1), (1, 1, 1)], watch)
    cheapest.require([cheapest.stated[1]])
    watch._interrupt()
    found = cheapest.any_set()
    assert found is not None
    assert 1 in found


@pytest.mark.parametrize("seed", range(6))
def test_all_sets_of_a_cost_are_given_before_a_dearer_one(seed: int) -> None:
    drawn = random.Random(seed)
    count = 7
    statements = [(place, place, drawn.randint(1, 3)) for place in range(count)]
    choices = [sorted(drawn.sample(range(count), drawn.randint(1, 4))) for _ in range(3)]
    every = [set(some) for size in range(count + 1) for some in combinations(range(count), size)]
    enough = [some for some in every if all(some & set(choice) for choice in choices)]
    smallest = [some for some in enough if not any(other < some for other in enough)]
    expected = sorted(sum(statements[place][2] for place in some) for some in smallest)
    assert costs_of(statements, choices, len(expected)) == expected


@pytest.mark.parametrize("seed", range(6))
def test_of_what_is_left_some_set_is_found_whatever_it_costs_and_none_that_costs_too_much(
    seed: int,
) -> None:
    drawn, watch = random.Random(seed), Watch()
    statements = [(place, place, drawn.randint(1, 3)) for place in range(6)]
    choices = [sorted(drawn.sample(range(6), drawn.randint(1, 4))) for _ in range(3)]
    with watch.limit(LIMIT):
        cheapest = Cheapest(statements, watch)
        for choice in choices:
            cheapest.require([cheapest.stated[place] for place in choice])
        left = 0
        while (some := cheapest.any_set()) is not None:
            assert all(set(some) & set(choice) for choice in choices)
            with closing(cheapest.sets()) as sets:
                least = next(sets)[0]
            assert least <= sum(statements[place][2] for place in some)
            with closing(cheapest.sets(least)) as sets:
                found = [places for cost, places in sets if cost == least]
            assert found
            with closing(cheapest.sets(least - 1)) as sets:
                assert next(sets, None) is None
            cheapest.without_supersets(found)
            left += len(found)
        every = [set(some) for size in range(7) for some in combinations(range(6), size)]
        enough = [some for some in every if all(some & set(choice) for choice in choices)]
        assert left == sum(not any(other < some for other in enough) for some in enough)
