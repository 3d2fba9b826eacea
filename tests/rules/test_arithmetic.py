"""What rules calculate is right, or is told: clingo wraps what is beyond 32 bits without a word."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lupa import KnowledgeBase, RuleError
from lupa.rules.arithmetic import check_arithmetic
from lupa.rules.files import shipped
from lupa.rules.ground import Parts

BASE: Parts = [("base", [])]
POLICY = "policies/fep_lupkynis/policy.lp"
CHILD = {"request": {"policy": "fep_lupkynis"}, "facts": {"age": 3}}
BEYOND = "is beyond the numbers that rules can hold, from -2147483648 to 2147483647"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the knowledge base that ships with lupa, to be spoilt."""
    shutil.copytree(shipped("kb"), tmp_path / "kb", ignore=shutil.ignore_patterns("cases"))
    return tmp_path / "kb"


def decided(folder: Path, rules: str, name: str = POLICY) -> str:
    """The outcome for a child under these rules too, or what is wrong with them."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}{rules}\n", encoding="utf-8")
    place = f"{path}:{text.count(chr(10)) + 1}:"
    try:
        return KnowledgeBase.load(folder).decide(CHILD).outcome
    except RuleError as error:
        return str(error).removeprefix(place)


@pytest.mark.parametrize(
    ("rules", "at", "message"),
    [
        ("size(2147483647). sum(X+1) :- size(X).", "X+1", "2147483647 + 1"),
        ("size(2147483647). sum(-2-X) :- size(X).", "-2-X", "-2 - 2147483647"),
        ("size(2000000000). double(X) :- size(Y), X = Y*2, X > 5.", "Y*2", "2000000000 * 2"),
        ("size(2000000000). double(X) :- size(X), not size(2 * X).", "2 * X", "2 * 2000000000"),
        ("size(50000). area(fit) :- size(X), size(Y), area(X * Y). area(5).", "X * Y", "50000 * 50000"),
        ("size(46341). area(X * X) :- size(X).", "X * X", "46341 * 46341"),
        ("size(2000). power(X**7) :- size(X).", "X**7", "2000 ** 7"),
        ("size(-2). power(X**99) :- size(X).", "X**99", "-2 ** 99"),
        ("size(9). most(M) :- M = #max { X * 2147483647 : size(X) }.", "X * 2147483647", "9 * 2147483647"),
        ("size(1 + 2147483647).", "1 + 2147483647", "1 + 2147483647"),
    ],
)
def test_what_is_beyond_32_bits_is_told_with_its_place(rules: str, at: str, message: str) -> None:
    with pytest.raises(RuleError) as refused:
        check_arithmetic({Path("plan.lp"): rules}, BASE)
    place = f"plan.lp:1:{rules.index(at) + 1}"
    assert str(refused.value) == (
        f"{place}: {message} {BEYOND}; use a larger unit, or calculate with smaller numbers"
    )


@pytest.mark.parametrize("name", [POLICY, "decision.lp", "drugs.lp"])
def test_what_the_rules_of_a_policy_and_the_shared_ones_calculate_is_looked_at(
    folder: Path, name: str
) -> None:
    said = decided(folder, "size(2147483647 + 1).", name)
    assert said.startswith(f"6: 2147483647 + 1 {BEYOND}")


def test_what_a_row_about_a_name_takes_away_is_looked_at(folder: Path) -> None:
    said = decided(folder, "size(prednisone, -2 - 2147483647).", "drugs.lp")
    assert said.startswith(f"18: -2 - 2147483647 {BEYOND}")


@pytest.mark.parametrize(
    "rules",
    [
        "size(2147483646). sum(X+1) :- size(X).",
        "size(46340). area(X * X) :- size(X).",
        "size(2000000000). next(X) :- size(X), X < 5, size(X * 2).",
        "size(7). before(X-1) :- size(X). found(X) :- before(X-1), size(X).",
        "size(2). power(X**30) :- size(X). power(1**2147483647). power(2**-1).",
        'size(7; "seven"). known(X) :- size(X), X / 2 > 1, X \\ 2 = 1.',
        "size(name). sum(X + 1) :- size(X).",
        "size(5). less(X) :- size(Y), X = |Y - 9|.",
    ],
)
def test_what_is_calculated_within_32_bits_is_accepted(rules: str) -> None:
    check_arithmetic({Path("plan.lp"): rules, Path("other.lp"): 'word("2 * 3"). % 2147483647 + 1'}, BASE)


def test_a_sum_that_clingo_cannot_hold_is_told(folder: Path) -> None:
    rules = "odd :- 3 <= #sum { 2147483647, Drug : taking(Drug) }. met(fep_lupkynis, adult) :- odd."
    assert decided(folder, rules) == (
        "the weights of a #sum in the rules are together beyond the largest number that rules can hold, "
        "2147483647; use a larger unit"
    )


def test_what_is_calculated_of_a_name_is_nothing(folder: Path) -> None:
    assert "operation undefined" in decided(folder, "size(name). sum(X + 1) :- size(X).")


def test_numbers_are_in_order_however_large_they_are(folder: Path) -> None:
    rules = 'quantity(platelets, "per litre", 0, 2000000000). label(platelets, "platelets").'
    cuts = "cut_point(at_least(platelets, 1500000000)). cut_point(at_least(platelets, 5))."
    path = folder / POLICY
    read = "met(fep_lupkynis, adult) :- at_least(platelets, 1500000000), not at_least(platelets, 5)."
    path.write_text(f"{path.read_text(encoding='utf-8')}{rules} {cuts}\n{read}\n", encoding="utf-8")
    assert KnowledgeBase.load(folder).decide(CHILD).outcome == "deny"


def test_what_is_divided_is_never_beyond(folder: Path) -> None:
    assert decided(folder, "size(9). half(X/2) :- size(X). sum(X+1) :- size(X).") == "deny"
