"""Sets of which one will do are told as what is needed of each, where they are just that."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupa.answers.factors import factors


def sets(words: str) -> list[tuple[str, ...]]:
    return [tuple(word) for word in words.split()]


@pytest.mark.parametrize(
    ("given_sets", "expected"),
    [
        ("ac ad bc bd", ["a b", "c d"]),
        ("kac kad kbc kbd", ["k", "a b", "c d"]),
        ("ack adk bck bdk", ["k", "a b", "c d"]),
        ("abe ce abf cf", ["ab c", "e f"]),
        ("a b c", ["a b c"]),
        ("ab", ["a", "b"]),
        ("a bc", ["a bc"]),
        ("ac ad bc", ["ac ad bc"]),
        ("ab bc ca", ["ab bc ca"]),
        ("ab cd", ["ab cd"]),
    ],
)
def test_what_is_needed_of_each_is_told_apart(given_sets: str, expected: list[str]) -> None:
    assert factors(sets(given_sets)) == [sets(words) for words in expected]


def test_where_there_are_more_than_these_nothing_is_told_apart() -> None:
    given = sets("ac ad bc bd")
    assert factors(given, more=True) == [given]


subsets = st.sets(st.frozensets(st.sampled_from("abcdefgh"), min_size=1), min_size=1, max_size=12)


@given(subsets)
def test_one_of_each_taken_together_are_just_the_sets(drawn: set[frozenset[str]]) -> None:
    least = sorted(tuple(sorted(each)) for each in drawn if not any(other < each for other in drawn))
    made = {frozenset(x for part in taken for x in part) for taken in product(*factors(least))}
    assert made == set(map(frozenset, least))


@given(st.lists(st.integers(1, 3), min_size=1, max_size=4))
def test_what_is_a_product_is_taken_apart(sizes: list[int]) -> None:
    ordered = sorted(sizes, key=lambda size: size > 1)
    parts = [[(f"{place}.{way}",) for way in range(size)] for place, size in enumerate(ordered)]
    assert factors([sum(taken, ()) for taken in product(*parts)]) == parts
