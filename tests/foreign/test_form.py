"""Forms of policies foreign to the shipped files: numbers with days, days alone, relations of two."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lupa import KnowledgeBase
from lupa.fhir import form
from tests.fhir.filling import FEW, agree, back, certain, items


@FEW
@given(data=st.data())
def test_answers_say_what_a_case_says_of_a_policy_foreign_to_it(
    foreign_kb: KnowledgeBase, data: st.DataObject
) -> None:
    agree(foreign_kb, "example_ra_antibody", data)


def test_a_number_with_its_day_may_be_told_several_times(lipid_kb: KnowledgeBase) -> None:
    made = form("example_lipid_antibody", kb=lipid_kb)

    def measured(value: float, unit: str, on: str) -> Any:
        quantity = {"valueQuantity": {"value": value, "unit": unit}}
        return {"ldl": [quantity], "on(ldl)": [{"valueDate": on}]}

    answers = {"ldl.measured": [measured(95, "mg/dL", "2025-02-10")]}
    assert back(made, answers, lipid_kb)["facts"]["ldl"] == {"value": 95, "on": "2025-02-10"}
    answers["ldl.measured"].append(measured(2.6, "mmol/L", "2024-02-10"))
    assert back(made, answers, lipid_kb)["facts"]["ldl"] == [
        {"value": 2.6, "unit": "mmol/L", "on": "2024-02-10"},
        {"value": 95, "on": "2025-02-10"},
    ]


def test_a_day_is_asked_as_a_day(monitors_kb: KnowledgeBase) -> None:
    made = form("example_glucose_monitor", kb=monitors_kb)
    assert next(i for i in items(made) if i["linkId"] == "visit")["type"] == "date"
    found = back(made, {"visit": [{"valueDate": "2025-01-10"}]}, monitors_kb)
    assert found["facts"]["visit"] == "2025-01-10"
    assert certain(found, monitors_kb)
