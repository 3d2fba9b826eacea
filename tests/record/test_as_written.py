"""What people write: quoted numbers, dates in other ways, a pressure as 150/90; what a list leaves open."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

from lupa import CaseError, Decision, KnowledgeBase
from lupa.answers.decision import with_parts
from lupa.errors import shown

REQUEST = {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"}


def decided(kb: KnowledgeBase, request: dict[str, Any] | None = None, **facts: Any) -> Decision:
    return kb.decide({"request": {**REQUEST, **(request or {})}, "facts": facts})


def remarks(decision: Decision) -> list[tuple[str, str]]:
    return [(remark.place, remark.text) for remark in decision.remarks]


@pytest.mark.parametrize("written", ["17", " 17 ", "17 years", "17.0"])
def test_a_number_in_quotes_is_read_and_that_is_told(kb: KnowledgeBase, written: str) -> None:
    number = "17.0" if "." in written else "17"
    decision = decided(kb, age=written)
    assert decision.outcome == "deny"
    assert remarks(decision) == [("facts.age", f"'{written}' was read as the number {number}.")]


def test_a_number_that_is_one_needs_no_remark(kb: KnowledgeBase) -> None:
    assert remarks(decided(kb, {"service_date": "2025-03-25"}, age=17)) == []


@pytest.mark.parametrize(
    "written",
    [
        *("3/25/2025", "03-25-2025", "25.3.2025", "2025/03/25", "2025.3.25", "2025-3-25"),
        *(
            "March 25, 2025",
            "Mar 25 2025",
            "mar. 25th, 2025",
            "25 March 2025",
            "25-Mar-2025",
            " 2025-03-25",
        ),
    ],
)
def test_a_date_is_read_in_the_usual_ways(kb: KnowledgeBase, written: str) -> None:
    decision = decided(kb, {"service_date": written}, birth_date="2007-03-26")
    assert decision.outcome == "deny"  # 18 on the day after
    assert remarks(decision) == [("request.service_date", f"'{written}' was read as 2025-03-25.")]


def test_the_same_number_for_day_and_month_can_mean_but_one_day(kb: KnowledgeBase) -> None:
    decision = decided(kb, {"service_date": "5/5/2025"})
    assert remarks(decision) == [("request.service_date", "'5/5/2025' was read as 2025-05-05.")]


def shows_pressure(decision: Decision) -> bool:
    return "high_blood_pressure" in [advisory.id for advisory in decision.advisories]


@pytest.mark.parametrize(
    ("pressure", "high"),
    [
        *(("165/105", False), ("166/80", True), ("120/106 mmHg", True), ("120/106 mm Hg", True)),
        *(({"value": "166/80"}, True), (None, False)),
    ],
)
@pytest.mark.parametrize("key", ["bp", "blood_pressure"])
def test_a_blood_pressure_is_two_numbers(kb: KnowledgeBase, key: str, pressure: Any, high: bool) -> None:
    decision = decided(kb, **{key: pressure})
    assert shows_pressure(decision) is high
    assert remarks(decision) == []


@pytest.mark.parametrize("unit", ["mL/min/1.73 m2", "mL/min/1.73m2", "mL/min/1.73 m²", "ml/min/1.73m²"])
def test_the_unit_of_an_egfr_is_read_as_it_is_usually_written(kb: KnowledgeBase, unit: str) -> None:
    for number, low in ((45, True), (46, False)):
        for said in (f"{number} {unit}", {"value": number, "unit": unit}):
            decision = decided(kb, egfr=said)
            assert ("low_egfr" in [advisory.id for advisory in decision.advisories]) is low


def test_an_egfr_that_is_not_of_the_body_surface_is_refused(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match=r"a number of mL/min/1\.73 m2 is expected, not '45 mL/min'"):
        decided(kb, egfr="45 mL/min")


@pytest.mark.parametrize(
    "pressure", [150, "150", "150/90 kPa", {"value": "high"}, {"at_least": 150}, ["150/90"]]
)
def test_a_blood_pressure_that_is_not_two_numbers_is_refused(kb: KnowledgeBase, pressure: Any) -> None:
    with pytest.raises(CaseError) as error:
        decided(kb, bp=pressure)
    words = "two numbers are expected, such as 150/90, not "
    assert str(error.value) == f"facts.bp: {words}{shown(pressure)}"


@pytest.mark.parametrize(
    ("pressures", "place"),
    [({"bp": "90/160"}, "facts.bp"), ({"systolic": 90, "diastolic": 160}, "facts.systolic")],
)
def test_pressures_the_wrong_way_round_are_asked_about(
    kb: KnowledgeBase, pressures: dict[str, Any], place: str
) -> None:
    words = "The case gives the systolic blood pressure as 90 and the diastolic blood pressure as 160: "
    assert remarks(decided(kb, **pressures)) == [(place, f"{words}are they the wrong way round?")]


def test_an_edit_of_one_pressure_leaves_the_other_of_the_two(kb: KnowledgeBase) -> None:
    case = {"request": REQUEST, "facts": {"bp": "166/80"}}
    assert shows_pressure(kb.whatif(case, {"systolic": 120}).after) is False
    assert shows_pressure(kb.whatif(case, {"diastolic": 90}).after) is True


# ---- lists -------------------------------------------------------------------------------------

REST = (
    "A list says that what it names is so, and nothing of the rest; one that is complete is written "
    "{only: [...]}."
)


def test_where_a_list_leaves_open_what_matters_it_is_told_how_to_close_it(kb: KnowledgeBase) -> None:
    decision = decided(kb, taking=["prednisone"], diagnosis=["lupus_nephritis"])
    assert remarks(decision) == [("facts.taking", REST)]


def test_of_a_complete_list_and_of_a_settled_case_nothing_is_told(kb: KnowledgeBase) -> None:
    assert remarks(decided(kb, taking={"only": ["prednisone"]})) == []
    assert remarks(decided(kb, age=16, taking=["prednisone"])) == []


def without_noes(said: Any) -> Any:
    """What is said, with every complete list as one that is not, and without all that is not so."""
    if not isinstance(said, dict):
        return said
    only = said.get("only")
    kept = {key: without_noes(value) for key, value in said.items() if value not in (False, "no")}
    if only is None:
        return kept
    rest = {key: value for key, value in kept.items() if key != "only"}
    return {**dict.fromkeys(only, True), **rest} if isinstance(only, list) else {**only, **rest}


@pytest.mark.slow
def test_no_cause_is_a_no_that_nobody_said(kb: KnowledgeBase) -> None:
    seen = 0
    for name in sorted(kb.examples())[::3]:
        case = kb.case(name)
        bare = {**case, "facts": without_noes(case.get("facts") or {})}
        for decision in kb.decide_all(bare):
            items = (*decision.bases, *decision.limits, *decision.advisories, *decision.notes)
            reasons = [item.because for item in items]
            reasons += [criterion.because for _, criterion in with_parts(decision.criteria)]
            for cause in chain.from_iterable(reasons):
                seen += 1
                is_number = cause.fact.startswith(("at_least(", "more_than("))
                assert cause.value or is_number or cause.origin == "assumed", (name, cause)
    assert seen > 200
