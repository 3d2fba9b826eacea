"""What a case says of numbers, against plain Python: units, decimals, days, months, differences."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase, RuleError
from lupa.record.edits import edited
from lupa.record.interval import Interval
from lupa.record.naming import facts_named
from lupa.record.record import Record, record_of
from lupa.record.together import agreeing
from lupa.rules.edition import Edition
from tests.measuring import SERVICE, a_case, measuring_kb
from tests.small import otherwise, small_kb, vocabulary
from tests.times import times

TODAY = date.fromisoformat(SERVICE)


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    return measuring_kb(tmp_path_factory.mktemp("measuring"))


@pytest.fixture(scope="module")
def edition(kb: KnowledgeBase) -> Edition:
    return kb.edition("measuring")


def record(edition: Edition, case: dict[str, Any]) -> Record:
    found, problems = record_of(case, edition)
    assert problems == []
    return found


def said(edition: Edition, fact: str, **facts: Any) -> bool | None:
    """What a case with these facts says of one."""
    return record(edition, a_case(**facts)).stated.get(fact)


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


# ---- units -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ldl", "high"),
    [
        ({"value": Decimal("2.6"), "unit": "mmol/L"}, True),
        ({"value": Decimal("2.58"), "unit": "mmol/L"}, False),
        ({"value": 100, "unit": "mg/dL"}, True),
        ({"at_least": Decimal("2.6"), "unit": "mmol/L"}, True),
        ({"less_than": Decimal("2.58"), "unit": "mmol/L"}, False),
        ({"at_least": 2, "at_most": 3, "unit": "mmol/L"}, None),
        ({"value": None, "unit": "mmol/L"}, None),
        ("2.6 mmol/L", True),
        ("2.58 mmol/L", False),
    ],
)
def test_a_number_in_another_unit_is_converted_exactly(edition: Edition, ldl: Any, high: Any) -> None:
    assert said(edition, "at_least(ldl,100)", ldl=ldl) is high


@pytest.mark.parametrize(
    ("ldl", "told"),
    [
        (130.0, "130"),
        (130.5, "130.5"),
        ({"value": 3.0, "unit": "mmol/L"}, "3 mmol/L"),
        ({"at_least": 3.0, "unit": "mmol/L"}, "at least 3 mmol/L"),
    ],
)
def test_a_whole_number_is_told_as_one_though_a_program_wrote_a_point(
    edition: Edition, ldl: Any, told: str
) -> None:
    assert record(edition, a_case(ldl=ldl)).given["at_least(ldl,100)"] == told


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2.6 mmol/L", []),
        ("2.6mmol/l", [("facts.ldl", "'2.6mmol/l' was read as 2.6 mmol/L.")]),
    ],
)
def test_a_number_with_another_unit_behind_it_is_told_where_it_is_read_otherwise(
    written: str, told: list[tuple[str, str]], edition: Edition
) -> None:
    remarks = record(edition, a_case(ldl=written)).remarks
    assert [(r.place, r.text) for r in remarks] == told


def test_a_conversion_is_a_fraction_of_whole_numbers(tmp_path: Path) -> None:
    rules = """
quantity(mass, "lb", 0, 900). label(mass, "mass").
conversion(mass, "x", 1, 3). cut_point(at_least(mass, 1)).
"""
    edition = measuring_kb(tmp_path, rules).edition("measuring")
    assert said(edition, "at_least(mass,1)", mass={"value": 3, "unit": "x"}) is True


# ---- decimals ----------------------------------------------------------------------------------


def test_a_decimal_cut_point_is_exact(edition: Edition) -> None:
    dice = random.Random("decimals")
    near = [Decimal("27.5"), Decimal("27.49999999999999999"), Decimal("27.50000000000000001"), Decimal(30)]
    for bmi in [*near, *(Decimal(dice.randint(2600, 3100)) / 100 for _ in range(times(40)))]:
        found = record(edition, a_case(bmi=bmi)).stated
        sides = [found[fact] for fact in ('at_least(bmi,"27.5")', "at_least(bmi,30)", "more_than(bmi,30)")]
        assert sides == [bmi >= Decimal("27.5"), bmi >= 30, bmi > 30]


@pytest.mark.parametrize(("score", "more"), [("-2.5", False), ("-2.4999", True), ("-2.6", False)])
def test_a_score_below_zero_has_its_side(edition: Edition, score: str, more: bool) -> None:
    assert said(edition, 'more_than(t_score,"-2.5")', t_score=Decimal(score)) is more


def test_worlds_hold_just_the_sides_that_a_number_can_have(edition: Edition) -> None:
    facts = ['at_least(bmi,"27.5")', "at_least(bmi,30)", "more_than(bmi,30)"]
    numbers = [Decimal(20), Decimal(28), Decimal(30), Decimal(31)]
    real = {(x >= Decimal("27.5"), x >= 30, x > 30) for x in numbers}
    assert _lawful(edition, facts) == real


def test_an_age_and_its_months_are_one_number_in_every_world(edition: Edition) -> None:
    facts = ["at_least(age_months,6)", "at_least(age_months,144)", "at_least(age,12)"]
    assert _lawful(edition, facts) == {(m >= 6, m >= 144, m // 12 >= 12) for m in (5, 6, 143, 144)}


def _lawful(edition: Edition, facts: list[str]) -> set[tuple[bool, ...]]:
    """The truths of these facts together that some world has."""
    literals = [edition.literals[fact] for fact in facts]
    return {
        truths
        for truths in itertools.product((True, False), repeat=len(facts))
        if edition.satisfiable(tuple(x if so else -x for x, so in zip(literals, truths, strict=True)))
    }


# ---- the age -----------------------------------------------------------------------------------


def _months_by_counting(birth: date) -> int:
    """How many times a month has gone by since birth: on its day, or on the first after it."""
    for months in itertools.count(1):
        year, month = divmod(birth.year * 12 + birth.month - 1 + months, 12)
        try:
            on = date(year, month + 1, birth.day)
        except ValueError:
            on = date(year + (month == 11), (month + 1) % 12 + 1, 1)
        if on > TODAY:
            return months - 1
    raise AssertionError


def test_a_birth_date_gives_the_age_in_years_and_in_months(edition: Edition) -> None:
    dice = random.Random("births")
    born = [TODAY - timedelta(days=dice.randint(0, 6000)) for _ in range(times(40))]
    for birth in [*born, TODAY, date(2013, 3, 1), date(2013, 3, 2), date(2024, 9, 1), date(2024, 8, 31)]:
        months = _months_by_counting(birth)
        found = record(edition, a_case(birth_date=birth)).stated
        facts = {name: found[name] for name in ("at_least(age_months,6)", "at_least(age_months,144)")}
        assert facts == {"at_least(age_months,6)": months >= 6, "at_least(age_months,144)": months >= 144}
        assert found["at_least(age,12)"] is (months >= 144)


@pytest.mark.parametrize(
    ("facts", "six", "twelve_years"),
    [
        ({"age": 0}, None, False),
        ({"age": 1}, True, False),
        ({"age": 11}, True, False),
        ({"age": 12}, True, True),
        ({"age": {"at_most": 0}}, None, False),
        ({"age": {"less_than": 1}}, None, False),
        ({"age_months": 5}, False, False),
        ({"age_months": 6}, True, False),
        ({"age_months": 143}, True, False),
        ({"age_months": 144}, True, True),
        ({"age_months": {"at_least": 140}}, True, None),
        ({"age": 0, "age_months": 6}, True, False),
        ({"age": {"at_least": 0}, "age_months": 150}, True, True),
        ({"age": None}, None, None),
    ],
)
def test_years_and_months_say_the_same(edition: Edition, facts: Any, six: Any, twelve_years: Any) -> None:
    found = record(edition, a_case(**facts)).stated
    assert (found.get("at_least(age_months,6)"), found.get("at_least(age,12)")) == (six, twelve_years)


# ---- days --------------------------------------------------------------------------------------


def _measurements(dice: random.Random) -> Iterator[dict[str, Any]]:
    for _ in range(dice.randint(1, 3)):
        value = dice.choice([60, 69, 70, 100, 129, 130, 140])
        days = dice.choice([0, 1, 89, 90, 91, 364, 365, 366])
        yield {"value": value, "on": ago(days), "_days": days}


def test_a_fact_about_measurements_is_about_one_of_them(edition: Edition) -> None:
    dice = random.Random("measurements")
    for _ in range(times(120)):
        several = list(_measurements(dice))
        complete = dice.random() < 0.5
        stated: Any = [{k: v for k, v in one.items() if k != "_days"} for one in several]
        found = record(edition, a_case(ldl={"only": stated} if complete else stated)).stated
        low = any(m["value"] < 70 and m["_days"] <= 90 for m in several)
        high = any(m["value"] >= 130 and m["_days"] <= 365 for m in several)
        newest = min(m["_days"] for m in several)
        values = [m["value"] for m in several if m["_days"] == newest]
        assert {
            "low": found.get("measured(less_than(ldl,70),90)"),
            "high": found.get("measured(at_least(ldl,130),365)"),
            "old": found["more_than(days_since(ldl),90)"],
            "now": found.get("at_least(ldl,100)"),
        } == {
            "low": low or (False if complete else None),
            "high": high or (False if complete else None),
            "old": newest > 90,
            "now": True if min(values) >= 100 else False if max(values) < 100 else None,
        }


@pytest.mark.parametrize(
    ("ldl", "low", "high"),
    [
        ({"at_most": 69, "on": ago(3)}, True, None),
        ({"at_most": 70, "on": ago(3)}, None, None),
        ({"at_least": 130, "on": ago(3)}, None, True),
        ({"value": 60}, None, None),
        ({"only": {"value": 60}}, None, False),
        ({"only": []}, False, False),
        ([], None, None),
        ({"value": None, "on": ago(3)}, None, None),
        ({"only": [{"on": ago(400)}]}, False, False),
    ],
)
def test_what_is_not_known_of_a_measurement_is_open(
    edition: Edition, ldl: Any, low: Any, high: Any
) -> None:
    found = record(edition, a_case(ldl=ldl)).stated
    facts = ("measured(less_than(ldl,70),90)", "measured(at_least(ldl,130),365)")
    assert tuple(found.get(fact) for fact in facts) == (low, high)


@pytest.mark.parametrize(
    ("day", "old"),
    [(ago(365), False), (ago(366), True), ("never", True), ({"on": ago(1)}, False), (None, None)],
)
def test_a_day_is_known_by_how_long_ago_it_is(edition: Edition, day: Any, old: Any) -> None:
    fact = "more_than(days_since(last_taken(prednisone)),365)"
    assert said(edition, fact, last_taken={"prednisone": day}) is old


def test_what_was_never_measured_is_longer_ago_than_anything(edition: Edition) -> None:
    found = record(edition, a_case(ldl={"only": []})).stated
    assert (found["more_than(days_since(ldl),90)"], found.get("at_least(ldl,100)")) == (True, None)


def test_measurements_are_ordered_in_every_world(edition: Edition) -> None:
    """Some measurement that there is makes each lawful set of facts so, and none an unlawful one."""
    facts = [
        "at_least(ldl,100)",
        "more_than(days_since(ldl),90)",
        "measured(less_than(ldl,70),90)",
        "measured(at_least(ldl,130),365)",
        "measured(at_least(eosinophils,150),42)",
        "measured(at_least(eosinophils,300),365)",
    ]
    values, days = (60, 100, 140), (10, 200, 400)
    real = set()
    every = list(itertools.product(values, days))
    for one, other in itertools.combinations_with_replacement(every, 2):
        newest = min(one, other, key=lambda m: m[1])
        low = any(v < 70 and d <= 90 for v, d in (one, other))
        high = any(v >= 130 and d <= 365 for v, d in (one, other))
        real.add((newest[0] >= 100, newest[1] > 90, low, high))
    found = _lawful(edition, facts[:4])
    assert real <= found
    assert _lawful(edition, facts[4:]) == set(itertools.product((True, False), repeat=2))


def test_what_is_measured_narrowly_is_measured_widely(tmp_path: Path) -> None:
    rules = """
asks_whether_measured(at_least(eosinophils, 150), 365). cut_point(at_least(eosinophils, 150)).
cut_point(more_than(days_since(eosinophils), 42)).
"""
    edition = measuring_kb(tmp_path, rules).edition("measuring")
    facts = [
        "measured(at_least(eosinophils,150),42)",
        "measured(at_least(eosinophils,300),365)",
        "measured(at_least(eosinophils,150),365)",
        "at_least(eosinophils,150)",
        "more_than(days_since(eosinophils),42)",
    ]
    found = _lawful(edition, facts)
    expected = {
        (some, many, wide, now, old)
        for some, many, wide, now, old in itertools.product((True, False), repeat=5)
        if (wide or not (some or many)) and (some or not now or old)
    }
    assert found == expected


OFTEN = """
asks_how_often_measured(at_least(eosinophils, 300), 365, 2).
asks_how_often_measured(at_least(eosinophils, 150), 365, 3).
asks_how_often_measured(at_least(eosinophils, 300), 365, 3).
met(measuring, counted) :- measured_often(at_least(eosinophils, (150; 300)), 365, (2; 3)).
"""


@pytest.fixture(scope="module")
def often(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return measuring_kb(tmp_path_factory.mktemp("often"), OFTEN).edition("measuring")


def test_measurements_of_a_window_are_counted(often: Edition) -> None:
    dice = random.Random("counted")
    for _ in range(times(120)):
        several = [(dice.choice([299, 300]), dice.choice([0, 365, 366])) for _ in range(dice.randint(0, 4))]
        open_ = dice.choice([[], [{"at_least": 299, "on": ago(9)}]])
        complete = dice.random() < 0.5
        stated: Any = [*({"value": value, "on": ago(days)} for value, days in several), *open_]
        found = record(often, a_case(eosinophils={"only": stated} if complete else stated)).stated
        high = sum(value >= 300 and days <= 365 for value, days in several)
        for least in (2, 3):
            fact = f"measured_often(at_least(eosinophils,300),365,{least})"
            most = high + len(open_) if complete else least
            assert found.get(fact) is (True if high >= least else False if most < least else None), stated


def test_what_is_measured_more_often_is_measured_less_often_too(often: Edition) -> None:
    facts = [
        "measured(at_least(eosinophils,300),365)",
        "measured_often(at_least(eosinophils,300),365,2)",
        "measured_often(at_least(eosinophils,300),365,3)",
        "measured_often(at_least(eosinophils,150),365,3)",
    ]
    assert _lawful(often, facts) == {
        (high >= 1, high >= 2, high >= 3, high + lower >= 3)
        for high, lower in itertools.product(range(4), repeat=2)
    }


# ---- differences, changes and rates ------------------------------------------------------------


def _truth(found: list[bool]) -> bool | None:
    return found[0] if len(set(found)) == 1 else None


def test_a_change_in_percent_and_a_difference_are_exact_of_ranges_too(edition: Edition) -> None:
    dice = random.Random("changes")
    for _ in range(times(60)):
        before = sorted(dice.randint(1, 60) for _ in range(2))
        now = sorted(dice.randint(0, 60) for _ in range(2))
        change = [
            Fraction(100 * (y - x), x) > -30
            for x in range(before[0], before[1] + 1)
            for y in range(now[0], now[1] + 1)
        ]
        found = record(
            edition,
            a_case(
                ldl_before={"at_least": before[0], "at_most": before[1]},
                ldl={"at_least": now[0], "at_most": now[1]},
                bmi={"at_least": 10 + now[0], "at_most": 10 + now[1]},
                bmi_before={"at_least": 10 + before[0], "at_most": 10 + before[1]},
            ),
        ).stated
        lost = [Decimal(x - y) >= Decimal("2.5") for x in before for y in now]
        assert found.get("more_than(ldl_change,-30)") is _truth(change)
        assert found.get('at_least(bmi_loss,"2.5")') is _truth(lost)


@pytest.mark.parametrize(
    ("facts", "more"),
    [
        ({"ldl_before": 130, "ldl": 91}, False),
        ({"ldl_before": 130, "ldl": Decimal("91.0001")}, True),
        (
            {
                "ldl_before": {"value": 3, "unit": "mmol/L"},
                "ldl": {"value": Decimal("2.1"), "unit": "mmol/L"},
            },
            False,
        ),
        ({"ldl_before": 0, "ldl": 0}, None),
        ({"ldl_before": 0, "ldl": 10}, None),
        ({"ldl": 1000}, True),
        ({"ldl": 100}, None),
        ({"ldl_before": {"at_most": 100}, "ldl": 70}, None),
        ({"ldl_before": {"at_most": 100}, "ldl": 71}, True),
        ({"ldl_before": None, "ldl": 71}, None),
        ({"ldl_change": -40}, False),
    ],
)
def test_a_fall_is_in_percent_of_what_was_before(edition: Edition, facts: Any, more: Any) -> None:
    assert said(edition, "more_than(ldl_change,-30)", **facts) is more


@pytest.mark.parametrize(
    ("dose", "weight", "more"),
    [
        (150, 20, False),
        (151, 20, True),
        (150, {"at_least": 20}, False),
        (150, {"less_than": 20}, True),
        (150, {"at_most": 20}, None),
        (150, None, None),
        ({"at_most": 100}, {"at_least": 40}, False),
        (0, 0, None),
    ],
)
def test_a_dose_by_weight_is_a_rate(edition: Edition, dose: Any, weight: Any, more: Any) -> None:
    case = a_case(request={"dose": dose}, weight=weight)
    assert record(edition, case).stated.get('more_than(dose_per_weight,"7.5")') is more


def test_a_limit_with_decimals_is_said_as_it_is_written(kb: KnowledgeBase) -> None:
    case = a_case(
        "continuation", {"dose": 151}, weight=20, ldl=60, ldl_before=100, bmi=31, measured={"only": {}}
    )
    (limit,) = kb.decide(case).limits
    assert limit.text == "More than 7.5 mg/kg."


# ---- numbers for one patient -------------------------------------------------------------------


def one_patient(
    edition: Edition, given: dict[str, tuple[str, str]], **sides: dict[str, bool]
) -> dict[str, int | float]:
    """Numbers that are on these sides of cut points and within what is given."""
    v = edition.vocabulary
    named = {name: {cut.fact: cut for cut in v.cuts[name]} for name in sides}
    return agreeing(
        v,
        [*sides, *given],
        {name: tuple((named[name][fact], so) for fact, so in said.items()) for name, said in sides.items()},
        {name: Interval(Fraction(low), Fraction(high)) for name, (low, high) in given.items()},
    )


def test_of_two_numbers_either_is_looked_for_that_makes_the_third(edition: Edition) -> None:
    given = {"bmi_loss": ("3", "3.1"), "bmi_before": ("20", "20.1")}
    assert one_patient(edition, given, bmi={}) == {"bmi": 17, "bmi_before": 20}


def test_where_months_contradict_years_each_is_said_as_if_alone(edition: Edition) -> None:
    assert one_patient(
        edition, {}, age={"at_least(age,12)": False}, age_months={"at_least(age_months,144)": True}
    ) == {"age": 11, "age_months": 144}


def test_what_no_number_can_be_is_left_out_and_with_it_what_is_made_of_it(edition: Edition) -> None:
    given = {"bmi_loss": ("3", "3.1"), "bmi_before": ("20", "20.1")}
    both = {'at_least(bmi,"27.5")': False, "at_least(bmi,30)": True}
    assert one_patient(edition, given, bmi=both) == {"bmi_before": 20}


def test_a_number_with_a_day_of_which_no_rule_speaks_is_read_without_it(tmp_path: Path) -> None:
    facts = vocabulary(numbers={"ldl": [100]}) + "dated(ldl).\n"
    rules = "outcome(small, approve) :- at_least(ldl, 100)." + otherwise("approve", last="deny")
    kb = small_kb(tmp_path, facts, rules)
    request = {"policy": "small", "service_date": SERVICE}
    case = {"request": request, "facts": {"ldl": {"value": 120, "on": ago(50)}}}
    assert kb.decide(case).outcome == "approve"


def test_a_text_has_a_unit_only_where_it_is_about_a_number(tmp_path: Path) -> None:
    facts = vocabulary(["frail"]).replace("Is it so that frail?", "How frail, in {unit}?")
    rules = "outcome(small, deny) :- frail." + otherwise("deny", last="approve")
    with pytest.raises(RuleError) as error:
        small_kb(tmp_path, facts, rules).ask({"request": {"policy": "small"}, "facts": {}})
    assert str(error.value) == 'frail is about no quantity, so "How frail, in {unit}?" has no unit'


# ---- edits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "after"),
    [
        ("days_since.ldl", 30, {"ldl": 95, "days_since": {"ldl": 30}}),
        ("more_than(days_since(ldl),90)", True, {"ldl": 95, "days_since": {"ldl": {"at_least": 91}}}),
        ("at_least(ldl,100)", True, {"ldl": {"at_least": 100}}),
    ],
)
def test_a_number_without_a_day_is_edited_as_one(
    edition: Edition, name: str, value: Any, after: dict[str, Any]
) -> None:
    assert edited(a_case(ldl=95), [(name, value)], (), edition)["facts"] == after


def test_the_name_of_a_day_means_how_long_ago_it_is(edition: Edition) -> None:
    assert facts_named(edition, "last_taken.prednisone") == [
        "more_than(days_since(last_taken(prednisone)),365)"
    ]


# ---- what is wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            {"ldl": {"value": 1, "unit": "g"}},
            ("facts.ldl.unit: 'g' is no unit of this number; known are mg/dL, mmol/L"),
        ),
        (
            {"ldl": {"value": 1, "unit": 7}},
            ("facts.ldl.unit: 7 is no unit of this number; known are mg/dL, mmol/L"),
        ),
        (
            {"t_score": {"value": 1, "unit": "g"}},
            ("facts.t_score.unit: 'g' is no unit of this number; known are none"),
        ),
        (
            {"ldl": {"value": 95, "on": "2025-04-01"}},
            ("facts.ldl.on: 2025-04-01 is after request.service_date, 2025-03-01; check both"),
        ),
        (
            {"ldl": {"value": 95, "on": 3}},
            ("facts.ldl.on: a date is written year-month-day, such as 2025-03-01, not 3"),
        ),
        (
            {"ldl": {"value": 95, True: ago(1)}},
            ('facts.ldl: its key `on` was read as the truth value true; write it in quotes, "on"'),
        ),
        ({"bmi": [28]}, "facts.bmi: a number of kg/m2 is expected, not [28]"),
        (
            {"bmi": {"value": 28, "on": ago(1)}},
            ("facts.bmi.on: no day is kept of this number; leave `on` out"),
        ),
        ({"ldl": [95, 96]}, "facts.ldl[0]: of several measurements each has its day; add `on`"),
        (
            {"ldl": [{"value": "x", "on": ago(1)}]},
            ("facts.ldl[0].value: a number of mg/dL is expected, not 'x'"),
        ),
        ({"ldl": {"only": [95], "on": ago(1)}}, "facts.ldl: `only` stands alone, as in {only: [95]}"),
        ({"ldl": {"valu": 95}}, "facts.ldl.valu: 'valu' is not known here; did you mean value?"),
        ({"ldl": {"value": 95, "at_least": 3}}, "facts.ldl: says a `value` and a range; keep one"),
        (
            {"ldl": {"unit": "mmol/L"}},
            ("facts.ldl: a range names one of at_least, more_than, at_most, less_than"),
        ),
        (
            {"ldl": {"at_least": 50, "unit": "mmol/L"}},
            ("facts.ldl.at_least: 50 mmol/L cannot be; from 0 to 1000 mg/dL is expected"),
        ),
        (
            {"ldl": {"value": 95, "on": "1725-01-10"}},
            ("facts.ldl: is 109623 days ago, which cannot be; check the year"),
        ),
        ({"ldl": "2 g"}, "facts.ldl: a number of mg/dL is expected, not '2 g'"),
        ({"t_score": "low"}, "facts.t_score: a number is expected, not 'low'"),
        ({"t_score": 11}, "facts.t_score: 11 cannot be; from -10 to 10 is expected"),
        ({"age": 3, "age_months": 50}, "facts.age_months: is stated as 50, but facts.age as 3; keep one"),
        (
            {"birth_date": "2020-01-01", "age_months": 3},
            (
                "facts.birth_date: gives an age in months of 62 on 2025-03-01, but "
                "facts.age_months says otherwise; keep one"
            ),
        ),
        (
            {"last_taken": {"prednisone": 3}},
            ("facts.last_taken.prednisone: a date is written year-month-day, such as 2025-03-01, not 3"),
        ),
        (
            {"last_taken": {"prednisone": "2025-03-02"}},
            (
                "facts.last_taken.prednisone: 2025-03-02 is after request.service_date, "
                "2025-03-01; check both"
            ),
        ),
        (
            {"last_taken": ago(1)},
            (
                "facts.last_taken: a mapping such as {methotrexate: 2025-01-10} is expected, not "
                "'2025-02-28'"
            ),
        ),
        (
            {"ldl": {"value": 95, "on": ago(50)}, "days_since": {"ldl": 3}},
            ("facts.days_since.ldl: says 3, but facts.ldl says 2025-01-10; keep one"),
        ),
        (
            {"ldl": 100, "ldl_before": 100, "ldl_change": -40},
            (
                "facts.ldl_change: is stated as -40, but facts.ldl_before and facts.ldl (100, "
                "then 100) say otherwise; keep one"
            ),
        ),
        (
            {"ldl": {"value": 140, "on": ago(1)}, "measured": {"at_least(ldl,130)": {"365": False}}},
            (
                "facts.ldl: states measured(at_least(ldl,130),365) true, but "
                "facts.measured.365 the opposite; keep one"
            ),
        ),
    ],
)
def test_what_cannot_be_said_of_a_number_is_told_in_one_line(
    kb: KnowledgeBase, facts: Any, message: str
) -> None:
    with pytest.raises(CaseError) as error:
        kb.decide(a_case(**facts))
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        ({"ldl": {"value": 95, "on": ago(1)}}, "facts.ldl.on"),
        ({"last_taken": {"prednisone": ago(1)}}, "facts.last_taken.prednisone"),
    ],
)
def test_a_day_needs_a_service_date(kb: KnowledgeBase, facts: Any, path: str) -> None:
    with pytest.raises(CaseError) as error:
        kb.decide(a_case(request={"service_date": None}, **facts))
    assert str(error.value) == f"{path}: needs request.service_date, from which days are counted"


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ('cut_point(at_least(bmi, "27.50")).', '"27.50" is no number as rules write it; write "27.5"'),
        (
            'cut_point(at_least(bmi, "30.0")).',
            ('"30.0" is a text where a number stands; write 30 without quotes'),
        ),
        (
            'cut_point(at_least(bmi, "x")).',
            ('"x" is a text where a number stands; write one, without quotes (with decimals, "2.5")'),
        ),
        (
            "cut_point(at_least(bmi, x)).",
            "the fact at_least(bmi,x) has no number; write one, without quotes",
        ),
        (
            'quantity(z, "", 0, 5). rate(z, two, dose, weight).',
            "rate/4: two stands where a number belongs; write one, without quotes",
        ),
        (
            'conversion(bmi, "lb", 0, 3).',
            (
                'conversion(bmi, "lb", 0, 3): two whole numbers of 1 or more are expected, which '
                "make a fraction"
            ),
        ),
        (
            'conversion(bmi, "lb", "1.5", 3).',
            ('"1.5" stands where a whole number belongs; write one, without quotes'),
        ),
        (
            "difference(gone, bmi, ldl).",
            ("difference(gone, ...): gone is no quantity(Name, Unit, Least, Most)"),
        ),
        (
            "difference(ldl_change, bmi, ldl).",
            ("percent_change(ldl_change, ...): ldl_change is made of others already; keep one"),
        ),
        (
            'quantity(z, "", 0, 5). percent_change(z, t_score, ldl).',
            (
                "percent_change(z, ...): t_score can be less than 0, by which nothing is divided "
                "here; let the least of it be 0 or more"
            ),
        ),
        (
            "subdivides(ldl, gone, 3).",
            ("subdivides(ldl, gone, 3): two quantities, and a whole number of 2 or more, are expected"),
        ),
        (
            "asks_whether_measured(ldl, 3).",
            (
                "asks_whether_measured(ldl, 3): one of at_least, more_than, at_most, less_than of "
                "a quantity is expected"
            ),
        ),
        (
            "asks_whether_measured(at_least(bmi, 3), 3).",
            ("asks_whether_measured(at_least(bmi,3), 3): bmi is no quantity that is dated(bmi)"),
        ),
        (
            "asks_how_often_measured(at_least(ldl, 3), 3, 0).",
            (
                "asks_how_often_measured(at_least(ldl,3), 3, 0): 0 times or more is always so; "
                "write 1 or more"
            ),
        ),
    ],
)
def test_rules_that_make_no_number_are_refused(tmp_path: Path, rules: str, message: str) -> None:
    with pytest.raises(RuleError) as error:
        measuring_kb(tmp_path, rules).edition("measuring")
    assert str(error.value).endswith(message)
