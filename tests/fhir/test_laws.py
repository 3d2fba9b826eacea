"""Laws of reading, on random charts: what changes nothing, and what nothing can do."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.fhir import Reading
from lupa.fhir.cases import cases_of
from lupa.fhir.tables import Tables
from lupa.fhir.values import as_term
from tests.fhir.charts import (
    BELIMUMAB,
    CREAM,
    CYCLOPHOSPHAMIDE,
    HYDROCORTISONE,
    ICD,
    INTO_A_VEIN,
    PREDNISONE,
    SERVICE,
    SNOMED,
    Resource,
    answers,
    bundle,
    concept,
    condition,
    dispense,
    egfr,
    given,
    item,
    listing,
    order,
    patient,
    statement,
    vaccine,
    verified,
)
from tests.fhir.conftest import Read

DRUGS = (PREDNISONE, CYCLOPHOSPHAMIDE, HYDROCORTISONE, CREAM, BELIMUMAB)
DATES = ("2019-05-01", "2024-12-01", "2025-02-20", "2025-06-01", "2025")
MAKERS: tuple[Callable[[random.Random, str], Resource], ...] = (
    lambda r, n: order(
        r.choice(DRUGS), n, authoredOn=r.choice(DATES), status=r.choice(("active", "stopped"))
    ),
    lambda r, n: statement(r.choice(DRUGS), n, status=r.choice(("active", "not-taken", "intended"))),
    lambda r, n: dispense(r.choice(DRUGS), n, daysSupply={"value": r.choice((5, 30, 90))}),
    lambda r, n: given(BELIMUMAB, n, INTO_A_VEIN, effectiveDateTime=r.choice(DATES)),
    lambda r, n: condition((ICD, r.choice(("M32.14", "M32.9", "M32.0", "M06.9"))), n),
    lambda _, n: condition((SNOMED, "68815009"), n, **verified("refuted")),
    lambda r, n: egfr(r.choice((41, 60)), n, effectiveDateTime=r.choice(DATES)),
    lambda r, n: vaccine("121", r.choice(DATES), n),
    lambda r, n: answers(item("live_vaccine", r.random() < 0.5), on=r.choice(DATES), name=n),
    lambda _, n: listing("MedicationRequest/x0", name=n),
    lambda r, n: egfr(None, n, valueRange={"low": {"value": r.choice((30, 50)), "unit": "mL/min/1.73 m2"}}),
    lambda _, n: order(PREDNISONE, n, dosageInstruction=[{"timing": {"repeat": {"count": 5}}}]),
    lambda r, _: patient(birthDate=r.choice(("1990-05-02", "1980-05-02", "1990"))),
    lambda r, n: statement(
        r.choice(DRUGS),
        n,
        status=r.choice(("active", "stopped")),
        statusReason=[concept((SNOMED, r.choice(("395007004", "62014003"))))],
        effectivePeriod={"start": "2024-01-01", "end": r.choice(DATES)},
    ),
    lambda r, n: {
        "resourceType": "AllergyIntolerance",
        "id": n,
        "patient": {"reference": "Patient/p"},
        "type": r.choice(("intolerance", "allergy")),
        "code": concept(r.choice(DRUGS)),
        **verified(r.choice(("confirmed", "refuted"))),
    },
    lambda r, n: order(
        PREDNISONE,
        n,
        dosageInstruction=[
            {"timing": {"repeat": {"boundsPeriod": {"end": r.choice(DATES)}}}},
            {"timing": {"repeat": {"boundsPeriod": {"start": r.choice(DATES)}}}},
        ],
    ),
)


def drawn(seed: int) -> list[Resource]:
    r = random.Random(seed)
    return [r.choice(MAKERS)(r, f"x{number}") for number in range(r.randint(1, 8))]


def told(reads: Read, resources: list[Resource]) -> Any:
    """What is read, or the refusal."""
    try:
        return reads(bundle(patient(), *resources)).to_dict()
    except CaseError as error:
        return str(error)


SEEDS = range(12)
VOID = (
    order(CYCLOPHOSPHAMIDE, "v1", status="entered-in-error"),
    order(CYCLOPHOSPHAMIDE, "v2", status="cancelled"),
    order(CYCLOPHOSPHAMIDE, "v3", doNotPerform=True),
    dispense(CYCLOPHOSPHAMIDE, "v4", status="declined"),
    given(CYCLOPHOSPHAMIDE, "v5", status="not-done", effectiveDateTime="2025-02-25"),
    statement(CYCLOPHOSPHAMIDE, "v6", dateAsserted="2025-03-02"),
    condition((ICD, "M32.14"), "v7", **verified("entered-in-error")),
    egfr(7, "v8", status="cancelled"),
    vaccine("121", "2025-05-01", "v9", status="not-done"),
    answers(item("live_vaccine", True), name="v10", status="entered-in-error"),
    listing("MedicationRequest/x0", name="v11", status="retired"),
)


@pytest.mark.parametrize("seed", SEEDS)
def test_order_and_repetition_change_nothing(reads: Read, seed: int) -> None:
    found = drawn(seed)
    shuffled = [*found, *found]
    random.Random(seed).shuffle(shuffled)
    assert told(reads, shuffled) == told(reads, found)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_void_or_of_another_changes_nothing(reads: Read, seed: int) -> None:
    found = drawn(seed)
    others = [{**one, "id": f"other-{one['id']}"} for one in drawn(seed + 1000)]
    others = [one for one in others if one["resourceType"] != "Patient"]
    for one in others:
        one["patient" if "patient" in one else "subject"] = {"reference": "Patient/q"}
    assert told(reads, [*found, *others, *VOID]) == told(reads, found)


def voided(resource: Resource, by: str) -> Resource | None:
    """The same resource as one that says nothing; None where it cannot be made so by that."""
    kind = resource["resourceType"]
    if by == "doNotPerform":
        return {**resource, by: True} if kind == "MedicationRequest" else None
    if kind in ("Condition", "AllergyIntolerance"):
        return {**resource, **verified("entered-in-error")}
    return {**resource, "status": "entered-in-error"}


@pytest.mark.parametrize(
    ("by", "seed"), [*(("status", n) for n in SEEDS), *(("doNotPerform", n) for n in range(40))]
)
def test_what_is_made_void_is_as_if_it_were_not_there(reads: Read, seed: int, by: str) -> None:
    found = [one for one in drawn(seed) if one["resourceType"] not in ("Patient", "List")]
    for place, one in enumerate(found):
        void = voided(one, by)
        if void is not None:
            others = [*found[:place], *found[place + 1 :]]
            assert told(reads, [*others, void]) == told(reads, others)


def may_deny(resource: Resource) -> bool:
    """Whether it says of something that it is not so: refuted, not taken, a complete list, an answer."""
    refuted = verified("refuted")["verificationStatus"]
    is_list = resource["resourceType"] in ("List", "QuestionnaireResponse")
    return is_list or resource.get("status") == "not-taken" or resource.get("verificationStatus") == refuted


@pytest.mark.parametrize("seed", range(40))
def test_nothing_absent_becomes_a_no(reads: Read, seed: int) -> None:
    found = told(reads, [one for one in drawn(seed) if not may_deny(one)])
    assert [fact for fact, one in found["facts"].items() if one["state"] == "no"] == []
    assert "false" not in json.dumps(found["case"]["facts"])
    assert "only" not in json.dumps(found["case"]["facts"])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_chart_is_decided_as_its_case_is_once_it_is_written_down(
    reads: Read, kb: KnowledgeBase, seed: int
) -> None:
    made, asked = drawn(seed), {"policy": "fep_lupkynis", "service_date": SERVICE}
    found = dict(cases_of(json.dumps(bundle(patient(), *made)).encode(), "x", kb, None, asked))["x"]
    if not isinstance(found, CaseError):
        written = reads(bundle(patient(), *made), **asked).to_dict()["case"]
        assert kb.decide(found) == kb.decide(json.loads(json.dumps(written)))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_state_names_its_evidence_and_falls_with_it(reads: Read, seed: int) -> None:
    found = drawn(seed)
    try:
        reading: Reading = reads(bundle(patient(), *found))
    except CaseError:
        return
    resting: dict[frozenset[str], list[str]] = {}
    for fact, one in reading.facts.items():
        lines = frozenset(line["resource"] for line in one["evidence"])
        assert lines
        if "value" not in one:  # in the place of a number an older one stands
            resting.setdefault(lines, []).append(fact)
    for lines, facts in resting.items():
        rest = [r for r in found if f"{r['resourceType']}/{r['id']}" not in lines]
        try:
            left = reads(bundle(patient(), *rest)).facts
        except CaseError:
            continue
        for fact in facts:
            state = reading.facts[fact]["state"]
            assert left.get(fact, {"state": "open"})["state"] != state or state == "ask"


@pytest.mark.parametrize(
    ("resources", "fact", "lines"),
    [
        (
            [order(CYCLOPHOSPHAMIDE, "x"), answers(item("taking(cyclophosphamide)", True), name="x")],
            "taking(cyclophosphamide)",
            ["MedicationRequest/x", "QuestionnaireResponse/x"],
        ),
        (
            [
                answers(item("live_vaccine", False), on=day, name=day)
                for day in ("2025-02-20", "2025-02-25")
            ],
            "live_vaccine",
            ["QuestionnaireResponse/2025-02-20", "QuestionnaireResponse/2025-02-25"],
        ),
        (
            [condition((ICD, "M32.9"), "x"), condition((ICD, "M32.14"), "y")],
            "diagnosis(sle)",
            ["Condition/x", "Condition/y"],
        ),
    ],
)
def test_all_lines_that_say_the_same_are_evidence(
    reads: Read, resources: list[Resource], fact: str, lines: list[str]
) -> None:
    found = reads(bundle(patient(), *resources)).facts[fact]["evidence"]
    assert sorted(line["resource"] for line in found) == lines


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_stands_in_an_element_is_read_or_refused(reads: Read, seed: int) -> None:
    r = random.Random(seed)
    junk: tuple[Any, ...] = (
        None,
        7,
        -1.5,
        True,
        "",
        "x)",
        ":- a.",
        [],
        {},
        [[]],
        [None],
        {"coding": 3},
        "\0",
    )

    def spoilt(value: Any) -> Any:
        if r.random() < 0.15:
            return r.choice(junk)
        if isinstance(value, dict):
            return {key: value[key] if key == "resourceType" else spoilt(value[key]) for key in value}
        return [spoilt(one) for one in value] if isinstance(value, list) else value

    told(reads, [spoilt(one) for one in drawn(seed)])


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("live_vaccine", "live_vaccine"),
        ("taking( prednisone )", "taking(prednisone)"),
        ('at_least(bmi, "27.5")', 'at_least(bmi,"27.5")'),
        ("a(b(1),-2)", "a(b(1),-2)"),
        *(
            (wrong, None)
            for wrong in ("", "a(", "a)", "a,b", "a b", "1(a)", "a()", "A", "a(1..3)", 7, "a" * 300)
        ),
    ],
)
def test_a_link_is_a_fact_or_nothing(text: object, term: str | None) -> None:
    found = as_term(text)
    assert term == (None if found is None else str(found))


def test_no_code_has_two_rows_of_one_meaning_and_each_is_of_a_known_system(kb: Any) -> None:
    tables = Tables(kb)
    rows = [(system, code, str(meaning)) for system, code, meaning, _ in tables.every()]
    assert len(rows) == len(set(rows))
    known = {name for name, _ in tables._systems.values()}
    assert {system for system, _, _ in rows} <= known | {"term"}  # what people write, and no chart


def test_a_code_that_states_a_diagnosis_states_one_that_can_be_stated(kb: Any) -> None:
    shared = kb.catalogue.shared
    for _, code, meaning, relation in Tables(kb).every():
        assert relation in ("equivalent", "narrower", "broader", "related")
        if meaning.name == "diagnosis":
            assert shared.declares("condition", str(meaning.arguments[0])), code
        if meaning.name == "product":
            assert shared.declares("drug", str(meaning.arguments[0])), code


@pytest.mark.parametrize("seed", SEEDS)
def test_rules_that_come_to_nothing_are_left_out_and_nothing_else(
    reads: Read, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    found = drawn(seed)
    sliced = told(reads, found)
    monkeypatch.setattr(Tables, "rules", _unsliced)
    assert told(reads, found) == sliced


def _unsliced(self: Tables, types: frozenset[str], _: object) -> list[str]:
    return [text for named, text in self._rules if not named or not named.isdisjoint(types)]


def test_a_form_that_is_filled_in_is_no_list_of_what_is_taken(reads: Read) -> None:
    found = reads(bundle(patient(), order(PREDNISONE), answers(item("live_vaccine", False))))
    assert {fact for fact, one in found.facts.items() if one["state"] == "no"} == {"live_vaccine"}
