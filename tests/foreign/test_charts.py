"""Charts for policies foreign to the shipped files: by the rows of codes in their own folders."""

from __future__ import annotations

from typing import Any

import pytest

from lupa import KnowledgeBase
from lupa.fhir import read
from tests.fhir.charts import (
    BELIMUMAB,
    HCPCS,
    ICD,
    INTO_A_VEIN,
    RXNORM,
    SERVICE,
    SNOMED,
    Resource,
    bundle,
    chart,
    claim,
    concept,
    condition,
    egfr,
    given,
    observation,
    order,
    patient,
    statement,
    vaccine,
)

ATORVASTATIN, SIMVASTATIN = (RXNORM, "83367"), (RXNORM, "36567")


def case(kb: KnowledgeBase, policy: str, *resources: Resource, **request: Any) -> Any:
    newest, _ = kb.about(policy).editions[-1]
    asked = {"policy": f"{policy}@{newest}", "service_date": SERVICE, **request}
    return read(chart(*resources), kb=kb, request=asked).case


def ordered(kind: str, code: str) -> Resource:
    """The request of a hook, about to order a monitor by a resource of this type."""
    order_ = {"resourceType": kind, "id": "o", "subject": {"reference": "Patient/p"}, "status": "draft"}
    drafts = bundle({**order_, "intent": "order", code: concept((HCPCS, "E2103"))})
    context = {"patientId": "p", "draftOrders": drafts}
    return {"hook": "order-sign", "hookInstance": "1", "context": context, "prefetch": {"p": patient()}}


def test_each_measurement_is_told_with_its_day(lipid_kb: KnowledgeBase) -> None:
    found = case(
        lipid_kb,
        "example_lipid_antibody",
        observation("2089-1", 95, "mg/dL", "o1", effectiveDateTime="2025-02-10T08:00:00Z"),
        observation("22748-8", 2, "mmol/L", "o2", effectiveDateTime="2024-02-10"),
        observation("2089-1", 80, "mg/dL", "o3", effectiveDateTime="2025-01"),
        observation("2089-1", 80, "mg/L", "o4"),
        observation("2089-1", 90_000, "mg/dL", "o5"),
        condition((ICD, "E78.01")),
        order(ATORVASTATIN),
    )
    assert found["facts"]["ldl"] == [
        {"value": 95, "on": "2025-02-10"},
        {"value": 77.34, "on": "2024-02-10"},
    ]
    assert found["facts"]["diagnosis"] == {"familial_hypercholesterolaemia": True}
    assert found["facts"]["taking"] == {"atorvastatin": True}
    decision = lipid_kb.decide(found)
    assert decision.outcome == "pend"
    assert {"ldl", "ldl(measured)"}.isdisjoint(missing.fact for missing in decision.missing)


def test_one_measurement_stands_alone(lipid_kb: KnowledgeBase) -> None:
    found = case(lipid_kb, "example_lipid_antibody", observation("13457-7", 95, "mg/dL"))
    assert found["facts"]["ldl"] == {"value": 95, "on": "2025-02-01"}
    assert found["evidence"]["ldl"][0]["resource"] == "Observation/o1"


@pytest.mark.parametrize(
    ("moments", "many"),
    [
        (("2025-02-03T08:00:00Z", "2025-02-03T20:00:00Z"), 2),
        (("2025-02-03T08:00:00Z", "2025-02-03T09:00:00+01:00"), 1),
        (("2025-02-03T08:00:00Z", "2025-02-03"), 1),
        (("2025-02-03", "2025-02-03"), 1),
    ],
)
def test_two_measurements_that_say_the_same_of_one_day_are_two_where_their_moments_are(
    monitors_kb: KnowledgeBase, moments: tuple[str, str], many: int
) -> None:
    readings = [
        observation("2339-0", 50, "mg/dL", f"o{number}", effectiveDateTime=moment)
        for number, moment in enumerate(moments)
    ]
    found = case(monitors_kb, "example_glucose_monitor", *readings)["facts"]["glucose"]
    one = {"value": 50, "on": "2025-02-03"}
    assert found == (one if many == 1 else [one] * many)


MONITOR = (HCPCS, "E2103")


@pytest.mark.parametrize(
    ("asked", "service"),
    [
        pytest.param(claim(MONITOR), "glucose_monitor", id="a claim for a service asks for that"),
        pytest.param(
            claim((HCPCS, "A4239")), None, id="one for what only goes with it does not say for which"
        ),
        pytest.param(ordered("ServiceRequest", "code"), "glucose_monitor", id="so does an order of it"),
        pytest.param(
            ordered("DeviceRequest", "codeCodeableConcept"), "glucose_monitor", id="or of a device"
        ),
    ],
)
def test_a_service_is_asked_for_by_its_code(
    monitors_kb: KnowledgeBase, asked: Resource, service: str | None
) -> None:
    source = asked if "hook" in asked else chart(asked)
    found = read(source, kb=monitors_kb, request={"service_date": SERVICE})
    assert found.case["request"].get("service") == service


@pytest.mark.parametrize(("values", "so"), [((50, 53), True), ((50, 60), False)])
def test_low_values_are_counted(monitors_kb: KnowledgeBase, values: tuple[int, int], so: bool) -> None:
    readings = [
        observation("2339-0", value, "mg/dL", f"o{value}", effectiveDateTime=f"2025-02-{value - 40}")
        for value in values
    ]
    found = case(monitors_kb, "example_glucose_monitor", *readings, condition((ICD, "E10.65")))
    (question,) = monitors_kb.questions(found)
    with question:
        assert question.record.stated.get("measured_often(less_than(glucose,54),183,2)", False) is so


def test_units_of_the_chart_become_those_of_the_policy(atopic_kb: KnowledgeBase) -> None:
    found = case(
        atopic_kb,
        "example_atopic_antibody",
        observation("711-2", 0.35, "10*3/uL", "o1"),
        observation("29463-7", 150, "[lb_av]", "o2"),
        observation("20152-5", 72, "%", "o3"),
        condition((ICD, "J45.51")),
    )
    assert found["facts"]["eosinophils"] == {"value": 350, "on": "2025-02-01"}
    assert found["facts"]["weight"] == 68.0388555
    assert found["facts"]["fev1"] == 72
    assert found["facts"]["diagnosis"] == {"asthma": True}
    assert atopic_kb.decide(found).outcome in ("pend", "deny")


def test_earlier_treatment_is_read_for_whichever_policy_asks_for_it(lipid_kb: KnowledgeBase) -> None:
    found = case(
        lipid_kb,
        "example_lipid_antibody",
        statement(
            ATORVASTATIN, status="stopped", effectivePeriod={"start": "2024-01-01", "end": "2024-02-26"}
        ),
        order(
            SIMVASTATIN,
            status="stopped",
            authoredOn="2024-03-01",
            statusReason=concept((SNOMED, "407563006")),
        ),
        condition((ICD, "E78.01")),
        indication="familial_hypercholesterolaemia",
        phase="initial",
    )
    assert found["facts"]["weeks_on"] == {"atorvastatin": {"at_least": 8}}
    assert found["facts"]["tried"] == {"simvastatin": {"intolerance": True}}
    (criterion,) = [one for one in lipid_kb.decide(found).criteria if one.id == "two_statins"]
    assert criterion.status == "met"
    assert [(cause.fact, cause.origin) for cause in criterion.because] == [
        ("tried(simvastatin,intolerance)", "evidence"),
        ("at_least(weeks_on(atorvastatin),8)", "evidence"),
    ]


def test_a_chart_says_nothing_of_what_no_policy_here_knows(lipid_kb: KnowledgeBase) -> None:
    found = case(
        lipid_kb,
        "example_lipid_antibody",
        egfr(41),
        vaccine("121", "2025-06-01"),
        given(BELIMUMAB, route=INTO_A_VEIN),
        observation("8061-4", name="o2", valueCodeableConcept=concept((SNOMED, "10828004"))),
    )
    assert found["facts"] == {"birth_date": "1990-05-02"}
    assert lipid_kb.decide(found).outcome == "pend"
