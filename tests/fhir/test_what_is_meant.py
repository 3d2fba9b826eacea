"""Charts that say a thing in a place, or a way, in which it is easily taken for something else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.fhir import read
from lupa.fhir.cases import cases_of
from tests.fhir.charts import (
    BELIMUMAB,
    CREAM,
    HCPCS,
    HYDROCORTISONE,
    ICD,
    LOINC,
    ORAL,
    ORIGIN,
    PREDNISONE,
    RXNORM,
    SERVICE,
    SNOMED,
    Resource,
    answers,
    bundle,
    chart,
    claim,
    concept,
    condition,
    item,
    listing,
    observation,
    order,
    patient,
    verified,
)
from tests.fhir.conftest import Read
from tests.fhir.test_evidence import TAKES

INFUSION = (HCPCS, "J0490")
INGREDIENTS = (RXNORM, "8640"), (RXNORM, "6851")
CREAM_FORM, TABLET = (SNOMED, "385099005"), (SNOMED, "385055001")
HERS = {"subject": {"reference": "Patient/p"}}


def hook(*drafts: Resource, fetched: Resource | None = None, **context: Any) -> Resource:
    """The request of a hook, about to order these."""
    found = {"patient": patient(), "orders": fetched}
    return {
        "hook": "order-sign",
        "hookInstance": "1",
        "context": {"patientId": "p", "draftOrders": bundle(*drafts), **context},
        "prefetch": found,
    }


def for_order(drug: Any = BELIMUMAB, **more: Any) -> list[Resource]:
    """A claim for an order, and the order."""
    return [{**claim(INFUSION), "prescription": {"reference": "MedicationRequest/m1"}}, order(drug, **more)]


def made(*ingredients: Any, **more: Any) -> list[Resource]:
    """An order of a medication that is made of these."""
    inside = [{"itemCodeableConcept": concept(one)} for one in ingredients]
    medication = {"resourceType": "Medication", "id": "of", "ingredient": inside, **more}
    reference = {"reference": "Medication/of"}
    return [order(PREDNISONE, medicationCodeableConcept=None, medicationReference=reference), medication]


def service(**more: Any) -> Resource:
    """An order of an infusion as a service."""
    return {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "status": "draft",
        "intent": "order",
        "code": concept(INFUSION),
        **HERS,
        **more,
    }


def state(reads: Read, fact: str, *resources: Resource) -> str:
    return str(reads(chart(*resources)).facts.get(fact, {}).get("state", "open"))


# ---- what is asked for --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draft", "drug"),
    [
        pytest.param(order(BELIMUMAB, status="draft"), "belimumab", id="a draft asks for its drug"),
        pytest.param(order(BELIMUMAB, doNotPerform=True), None, id="a draft not to give it does not"),
        pytest.param(order(BELIMUMAB, status="entered-in-error"), None, id="nor does one in error"),
        pytest.param(service(), "belimumab", id="an infusion may be ordered as a service"),
        pytest.param(service(doNotPerform=True), None, id="a service not to be done asks for nothing"),
    ],
)
def test_a_draft_asks_for_what_is_to_be_given(reads: Read, draft: Resource, drug: str | None) -> None:
    assert reads(hook(draft)).case["request"].get("drug") == drug


def test_a_service_that_is_asked_for_says_for_what_and_how_long(reads: Read) -> None:
    asked = service(
        occurrencePeriod={"start": "2025-03-01", "end": "2025-08-31"}, reasonCode=[concept((ICD, "M32.14"))]
    )
    found = reads(hook(asked)).case["request"]
    assert {key: found[key] for key in ("route", "indication", "months")} == {
        "route": "intravenous",
        "indication": "lupus_nephritis",
        "months": 6,
    }


def test_a_service_that_nobody_asks_for_says_nothing(reads: Read) -> None:
    assert state(reads, "received(belimumab_intravenous)", service(status="completed")) == "open"


def test_an_order_that_is_fetched_too_is_the_one_that_is_to_be_signed(reads: Read) -> None:
    found = reads(hook(order(BELIMUMAB, status="draft"), fetched=bundle(order(BELIMUMAB))))
    assert (found.case["request"]["drug"], "taking(belimumab)" in found.facts) == ("belimumab", False)


@pytest.mark.parametrize("more", [{"status": "cancelled"}, {"doNotPerform": True}])
def test_an_order_that_is_not_to_be_done_does_not_say_what_a_claim_asks_for(
    reads: Read, more: Resource
) -> None:
    asked, named = for_order(**more)
    by_order = {
        **asked,
        "item": [{"sequence": 1, "productOrService": concept(("http://example.org", "1"))}],
    }
    assert "drug" not in reads(chart(by_order, named)).case["request"]


def test_of_an_order_in_two_versions_neither_is_one_that_runs(reads: Read) -> None:
    versions = [*for_order(), order(BELIMUMAB, authoredOn="2025-02-20")]
    assert state(reads, "taking(belimumab)", *versions) == "open"


def test_the_order_before_the_one_that_is_asked_for_runs(reads: Read) -> None:
    before = order(BELIMUMAB, "m0")
    renewed = for_order(priorPrescription={"reference": "MedicationRequest/m0"})
    assert state(reads, "taking(belimumab)", before, *renewed) == "yes"


def test_of_two_reasons_of_an_order_the_one_that_is_refuted_is_none(reads: Read) -> None:
    reasons = [{"reference": "Condition/c1"}, {"reference": "Condition/c2"}]
    found = reads(
        chart(
            *for_order(reasonReference=reasons),
            condition((ICD, "M32.14")),
            condition((ICD, "M06.9"), "c2", **verified("refuted")),
        )
    )
    assert found.case["request"]["indication"] == "lupus_nephritis"


def test_a_claim_that_was_cancelled_asks_for_nothing(kb: KnowledgeBase) -> None:
    cancelled = {**claim(INFUSION), "id": "before", "status": "cancelled"}
    asked = [
        case.claim["id"]
        for _, case in _cases(kb, chart(claim(INFUSION), cancelled))
        if not isinstance(case, CaseError) and case.claim is not None
    ]
    assert asked == ["claim"]


def _cases(kb: KnowledgeBase, data: Resource) -> Any:
    return cases_of(json.dumps(data).encode(), "chart", kb, None, {"service_date": SERVICE})


@pytest.mark.parametrize(
    ("told", "notes"),
    [
        ("2025-03", ["the claim begins in 2025-03; its first day, 2025-03-01, is taken for it"]),
        ("2025-03-01", []),
    ],
)
def test_a_claim_that_tells_only_its_month_begins_with_it_and_that_is_told(
    kb: KnowledgeBase, told: str, notes: list[str]
) -> None:
    found = read(chart(claim(INFUSION, servicedDate=told)), kb=kb)
    assert (found.case["request"]["service_date"], found.notes) == ("2025-03-01", notes)


# ---- codes and medications ----------------------------------------------------------------------


def test_codes_may_be_in_small_letters_where_letters_do_not_tell_them_apart(reads: Read) -> None:
    found = reads(
        chart(
            claim((HCPCS, "j0490")),
            observation("8061-4", valueCodeableConcept=concept((LOINC, "la6576-8"))),
        )
    )
    assert found.case["request"]["drug"] == "belimumab"
    assert found.facts["documented(autoantibodies)"]["state"] == "yes"


@pytest.mark.parametrize(
    ("resources", "fact", "expected"),
    [
        pytest.param(made(*INGREDIENTS), TAKES, "yes", id="what is made of two drugs is both"),
        pytest.param(made(*INGREDIENTS), "taking(methotrexate)", "yes", id="and the other"),
        pytest.param(
            made(INGREDIENTS[1], code=concept(PREDNISONE)),
            TAKES,
            "ask",
            id="a medication of one name that is made of another drug is asked",
        ),
        pytest.param(
            made(HYDROCORTISONE, form=concept(CREAM_FORM)),
            "taking(hydrocortisone)",
            "open",
            id="a medication in the form of a cream is none that is taken",
        ),
        pytest.param(
            made(HYDROCORTISONE, form=concept(TABLET)),
            "taking(hydrocortisone)",
            "yes",
            id="one in the form of tablets is",
        ),
        pytest.param(
            made(HYDROCORTISONE),
            "taking(hydrocortisone)",
            "ask",
            id="one of which no form is told is asked",
        ),
        pytest.param(
            [
                {**one, "dosageInstruction": [{"route": concept((SNOMED, ORAL))}]}
                if one["resourceType"] == "MedicationRequest"
                else one
                for one in made(HYDROCORTISONE, form=concept(CREAM_FORM))
            ],
            "taking(hydrocortisone)",
            "ask",
            id="a cream by mouth is asked",
        ),
        pytest.param(
            [*made(HYDROCORTISONE, form=concept(CREAM_FORM)), listing("MedicationRequest/m1")],
            "taking(hydrocortisone)",
            "no",
            id="on a complete list a cream is no drug that is taken",
        ),
        pytest.param(
            made(code=concept(CREAM), form=concept(TABLET)),
            "taking(hydrocortisone)",
            "open",
            id="a cream by its own code is one, whatever its form is said to be",
        ),
    ],
)
def test_a_medication_is_what_it_is_made_of_in_the_form_that_it_has(
    reads: Read, resources: list[Resource], fact: str, expected: str
) -> None:
    assert state(reads, fact, *resources) == expected


# ---- answers, and whose they are ----------------------------------------------------------------


@pytest.mark.parametrize(("origin", "expected"), [("auto", "ask"), ("manual", "yes")])
def test_who_filled_an_answer_in_may_stand_beside_its_question(
    reads: Read, origin: str, expected: str
) -> None:
    told = {"url": ORIGIN, "extension": [{"url": "source", "valueCode": origin}]}
    asked = item("attests(monitor_egfr)", True, None, extension=[told])
    assert state(reads, "attests(monitor_egfr)", answers(asked)) == expected


def test_patients_without_an_id_are_named_by_their_addresses(reads: Read) -> None:
    nameless = {key: value for key, value in patient().items() if key != "id"}
    entries = [
        {"fullUrl": f"urn:uuid:{name}", "resource": {**nameless, "gender": gender}}
        for name, gender in (("1", "female"), ("2", "male"))
    ]
    hers = {**order(PREDNISONE), "subject": {"reference": "urn:uuid:1"}}
    both = {"resourceType": "Bundle", "type": "collection", "entry": [*entries, {"resource": hers}]}
    with pytest.raises(CaseError) as refused:
        reads(both)
    assert "of 2 patients (urn:uuid:1, urn:uuid:2)" in str(refused.value)
    assert [TAKES in reads(both, patient=name).facts for name in ("urn:uuid:1", "urn:uuid:2")] == [
        True,
        False,
    ]
    unnamed = bundle(nameless, {**nameless, "gender": "male"})
    with pytest.raises(CaseError) as refused:
        reads(unnamed)
    assert "of 2 patients (#1, #2)" in str(refused.value)
