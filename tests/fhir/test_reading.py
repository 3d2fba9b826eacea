"""Charts as cases: whose they are, what is asked for, what is refused, and what a decision tells."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.errors import shown
from lupa.fhir import loading, read
from lupa.fhir.versions import newer
from tests.command import command
from tests.fhir.charts import (
    BELIMUMAB,
    CERTIFICATION,
    CYCLOPHOSPHAMIDE,
    HCPCS,
    ICD,
    INTO_A_VEIN,
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
    egfr,
    item,
    listing,
    order,
    patient,
    statement,
    verified,
)
from tests.fhir.conftest import Read

POLICY = {"policy": "fep_lupkynis@2024-10-01"}


def of(name: str, resource: Resource) -> Resource:
    return {**resource, "id": f"{resource['id']}-{name}", "subject": {"reference": f"Patient/{name}"}}


@pytest.mark.parametrize(
    ("one", "other", "first_is_newer"),
    [
        ("2025-01-02T00:00:00Z", "2025-01-01T00:00:00Z", True),
        ("2025-01-01T00:00:00Z", "2025-01-02T00:00:00+01:00", False),
        ("2025-01-02T00:00:00", "2025-01-01T00:00:00Z", None),
        ("yesterday", "2025-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+23:00", "2025-01-01T00:00:00Z", False),
        (7, "2025-01-01T00:00:00Z", None),
    ],
)
def test_versions_are_told_apart_by_moments_that_can_be_read(
    one: object, other: str, first_is_newer: bool | None
) -> None:
    first, second = ({"meta": {"lastUpdated": moment}} for moment in (one, other))
    assert newer(first, second) is first_is_newer


# ---- whatever it comes in ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(chart(order(PREDNISONE)), id="a Bundle"),
        pytest.param([patient(), order(PREDNISONE)], id="single resources"),
        pytest.param(order(PREDNISONE), id="one resource"),
        pytest.param(json.dumps(chart(order(PREDNISONE))).encode(), id="bytes"),
        pytest.param("\n\n".join(map(json.dumps, (patient(), order(PREDNISONE)))).encode(), id="NDJSON"),
        pytest.param(
            {"resourceType": "Parameters", "parameter": [{"part": [{"resource": order(PREDNISONE)}]}]},
            id="Parameters",
        ),
        pytest.param(
            {
                "hook": "order-sign",
                "context": {"patientId": "p"},
                "prefetch": {"orders": bundle(order(PREDNISONE)), "none": None},
            },
            id="a request of CDS Hooks",
        ),
    ],
)
def test_an_order_is_read_whatever_it_comes_in(reads: Read, source: Any) -> None:
    assert reads(source)["facts"]["taking(prednisone)"]["state"] == "yes"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"", "the file is empty; give a chart in JSON"),
        (b"{", "not valid JSON: Expecting property name enclosed in double quotes (line 1, column 2)"),
        (b'{"id": "p"}\nx', "not valid JSON: Expecting value (column 1)"),
        (b"\xff", "not a text in UTF-8 (byte 1 cannot be read); save it as UTF-8"),
        (b"[" * 100_000, "nested too deeply for a chart"),
        (
            {"id": "x"},
            (
                "no resource of FHIR: it has no resourceType; give a Bundle, NDJSON, a resource, "
                "Parameters or a request of CDS Hooks"
            ),
        ),
        ([{"request": {}}, {"request": {}}], "two cases are given; a chart goes with one"),
        (b"[1]", "a resource is an object, not [1]"),
        (7, "a chart is a file, bytes or a resource as plain data, not 7"),
        ("/no/such/chart.json", "cannot be read: No such file or directory"),
    ],
)  # fmt: skip
def test_what_is_no_chart_is_refused(reads: Read, source: Any, said: str) -> None:
    with pytest.raises(CaseError) as refused:
        reads(source)
    assert str(refused.value) == said


# ---- whose it is -------------------------------------------------------------------------------


def test_a_chart_that_is_too_large_is_refused(reads: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LARGEST_CHART", 1 << 20)
    with pytest.raises(CaseError) as error:
        reads(bytes((1 << 20) + 1))
    assert str(error.value).endswith("larger than 1 MiB; give one patient at a time")


def test_of_several_patients_one_must_be_named(reads: Read) -> None:
    both = [patient("p"), patient("q"), of("p", order(PREDNISONE)), of("q", order(CYCLOPHOSPHAMIDE))]
    with pytest.raises(CaseError, match=r"the chart is of 2 patients \(p, q\); name one with --patient"):
        reads(both)
    assert list(reads(both, "q").facts) == ["taking(cyclophosphamide)"]
    with pytest.raises(CaseError, match=r"no patient 'x' is in the chart; it has p, q"):
        reads(both, "x")


def test_a_claim_says_whose_chart_it_is(reads: Read) -> None:
    found = reads([patient("q"), patient(), of("q", order(PREDNISONE)), claim((HCPCS, "J0490"))])
    assert list(found.facts) == []


def test_without_a_patient_those_who_are_referred_to_are_told_apart(reads: Read) -> None:
    with pytest.raises(CaseError, match="the chart is of 2 patients"):
        reads([of("p", order(PREDNISONE)), of("q", order(CYCLOPHOSPHAMIDE))])


@pytest.mark.parametrize(
    "reference", ["Patient/p", "http://example.org/fhir/Patient/p", "urn:uuid:1", "Patient/p/_history/2"]
)
def test_a_patient_is_referred_to_in_many_ways(reads: Read, reference: str) -> None:
    entries = [
        {"fullUrl": "urn:uuid:1", "resource": patient()},
        {"resource": order(PREDNISONE, subject={"reference": reference})},
    ]
    found = reads({"resourceType": "Bundle", "entry": entries})
    assert found.facts["taking(prednisone)"]["state"] == "yes"


def test_a_medication_may_be_contained(reads: Read) -> None:
    inside = {"resourceType": "Medication", "id": "m", "code": concept(PREDNISONE)}
    contained = order(
        PREDNISONE,
        contained=[inside],
        medicationCodeableConcept=None,
        medicationReference={"reference": "#m"},
    )
    assert reads(chart(contained)).facts["taking(prednisone)"]["state"] == "yes"


# ---- what cannot be ----------------------------------------------------------------------------


def test_nothing_is_served_after_death(reads: Read) -> None:
    with pytest.raises(CaseError) as refused:
        reads(bundle(patient(deceasedDateTime="2025-02-28")))
    assert (
        str(refused.value) == "request.service_date: 2025-03-01 is after the patient's death (2025-02-28)"
    )


def test_two_lines_that_a_law_forbids_are_both_named(reads: Read) -> None:
    lupus = condition((SNOMED, "55464009"), "c2", **verified("refuted"))
    with pytest.raises(CaseError) as refused:
        reads(chart(condition((ICD, "M32.14")), lupus))
    assert str(refused.value) == (
        "diagnosis(lupus_nephritis) (Condition/c1 of 2024-06-01) cannot be so where diagnosis(sle) is not "
        "(Condition/c2 of 2024-06-01); mend one in the chart"
    )


# ---- what is asked for -------------------------------------------------------------------------


def test_two_lines_that_any_other_law_forbids_are_both_named_when_it_is_decided(
    reads: Read, kb: KnowledgeBase
) -> None:
    not_taken = {"status": "not-taken", "dateAsserted": "2025-02-20"}
    found = reads(
        chart(answers(item("stops(voclosporin)", True)), statement((RXNORM, "2475406"), **not_taken)),
        policy="uhc_benlysta",
    )
    with pytest.raises(CaseError) as refused:
        kb.decide(found.case)
    assert str(refused.value).splitlines()[1:] == [
        (
            "facts.stops.voclosporin: Voclosporin is stopped before the requested drug is given "
            "(QuestionnaireResponse/q1 of 2025-02-25) [stops(voclosporin) is true]"
        ),
        (
            "facts.taking.voclosporin: The patient does not take voclosporin "
            "(MedicationStatement/s1 of 2025-02-20) [taking(voclosporin) is false]"
        ),
    ]


def test_a_claim_says_what_is_asked_for(kb: KnowledgeBase) -> None:
    certified = {
        "url": CERTIFICATION,
        "valueCodeableConcept": concept(("https://codesystem.x12.org/005010/1322", "R")),
    }
    asked = claim(
        (HCPCS, "J0490"),
        diagnosis=(ICD, "M32.14"),
        servicedPeriod={"start": "2025-03-01", "end": "2026-03-01"},
        extension=[certified],
    )
    assert read(chart(asked), kb=kb).case["request"] == {
        "drug": "belimumab",
        "indication": "lupus_nephritis",
        "months": 12,
        "phase": "continuation",
        "route": "intravenous",
        "service_date": "2025-03-01",
    }


def test_a_diagnosis_for_which_no_drug_can_be_requested_is_no_indication(kb: KnowledgeBase) -> None:
    asked = claim((HCPCS, "J0490"), diagnosis=(ICD, "I16.1"), servicedDate=SERVICE)
    found = read(chart(asked), kb=kb).case["request"]
    assert found == {"drug": "belimumab", "route": "intravenous", "service_date": SERVICE}


def test_the_order_that_is_to_be_authorized_is_not_taken(reads: Read) -> None:
    draft = order(BELIMUMAB, "draft", INTO_A_VEIN, status="draft", reasonCode=[concept((ICD, "M32.9"))])
    hook = {
        "hook": "order-sign",
        "context": {
            "patientId": "p",
            "draftOrders": bundle(draft, order(PREDNISONE, "m2", status="draft")),
            "selections": ["MedicationRequest/draft"],
        },
    }
    found = reads([patient(), hook])
    assert found.case["request"] == {
        "drug": "belimumab",
        "indication": "sle",
        "route": "intravenous",
        "service_date": SERVICE,
    }
    assert {fact: one["state"] for fact, one in found.facts.items()} == {"taking(prednisone)": "ask"}


def test_two_drugs_in_one_request_are_told(reads: Read) -> None:
    hook = {
        "hook": "order-sign",
        "context": {
            "draftOrders": bundle(order(BELIMUMAB, "m1"), order(PREDNISONE, "m2")),
            "selections": ["MedicationRequest/m1", "MedicationRequest/m2"],
        },
    }
    found = reads([patient(), hook])
    assert found.notes == [
        "the request names more than one drug (belimumab and prednisone); say which: --request drug=…"
    ]
    assert "drug" not in found.case["request"]


def test_without_a_date_it_is_today(kb: KnowledgeBase) -> None:
    found = read(chart(), kb=kb)
    today = found.case["request"]["service_date"]
    assert found.notes == [f"no service date is given; today, {today}, is taken for it"]


def test_a_year_of_birth_is_a_range_of_ages(reads: Read) -> None:
    found = reads(bundle(patient(birthDate="2007")))
    assert found.case["facts"] == {"age": {"at_least": 17, "less_than": 19}}
    assert reads(bundle(patient(birthDate="2007-13"))).case["facts"] == {}


# ---- a case beside it --------------------------------------------------------------------------


def test_what_a_case_states_itself_goes_before_the_chart(reads: Read) -> None:
    case = {"request": POLICY, "facts": {"taking": {"prednisone": False}, "live_vaccine": False}}
    found = reads([case, chart(order(PREDNISONE), order(CYCLOPHOSPHAMIDE, "m2"))])
    assert found.case["request"] == {**POLICY, "service_date": SERVICE}
    assert found.case["facts"]["taking"] == {"cyclophosphamide": True, "prednisone": False}


def test_answers_come_beside_a_case_in_a_file(tmp_path: Path, kb: KnowledgeBase) -> None:
    (tmp_path / "case.yaml").write_text(f"request: {{policy: fep_lupkynis, service_date: {SERVICE}}}")
    (tmp_path / "answers.json").write_text(json.dumps(answers(item("live_vaccine", False))))
    found = read([tmp_path / "case.yaml", str(tmp_path / "answers.json")], kb=kb)
    assert found.case["facts"] == {"live_vaccine": False}
    (tmp_path / "case.yaml").write_text("request: {policy: [")
    with pytest.raises(CaseError):
        read(tmp_path / "case.yaml", kb=kb)


# ---- what a decision tells ---------------------------------------------------------------------


def test_a_cause_names_its_line_of_the_chart(reads: Read, kb: KnowledgeBase) -> None:
    found = reads(chart(order(CYCLOPHOSPHAMIDE)), **POLICY)
    decision = kb.decide(found.case)
    (unmet,) = (criterion for criterion in decision.criteria if criterion.id == "no_cyclophosphamide")
    (cause,) = (cause for cause in unmet.because if cause.origin != "assumed")
    assert (cause.fact, cause.origin) == ("taking(cyclophosphamide)", "evidence")
    assert cause.text == "The patient takes cyclophosphamide (MedicationRequest/m1 of 2025-01-10)."


def test_what_is_on_no_complete_list_is_false_for_that(reads: Read, kb: KnowledgeBase) -> None:
    found = reads(chart(order(PREDNISONE), listing("MedicationRequest/m1")), **POLICY)
    assert found.case["facts"]["taking"] == {"only": ["prednisone"]}
    decision = kb.decide(found.case)
    (met,) = (criterion for criterion in decision.criteria if criterion.id == "no_cyclophosphamide")
    assert [cause.origin for cause in met.because] == ["only", "assumed"]


def test_what_a_case_states_itself_stands_beside_the_rest_of_a_complete_list(reads: Read) -> None:
    case = {"request": POLICY, "facts": {"taking": {"prednisone": False, "rituximab": None}}}
    found = reads([case, chart(order(PREDNISONE), listing("MedicationRequest/m1"))])
    assert found.case["facts"]["taking"] == {"only": [], "prednisone": False, "rituximab": None}


def test_what_contradicts_itself_is_asked_first_with_its_lines(reads: Read, kb: KnowledgeBase) -> None:
    orders = order(PREDNISONE), order(CYCLOPHOSPHAMIDE, "m2")
    found = reads(chart(*orders, listing("MedicationRequest/m1")), **POLICY)
    assert found.case["facts"]["taking"] == {"only": ["prednisone"], "cyclophosphamide": None}
    first = kb.decide(found.case).missing[0]
    assert first.question == (
        "Does the patient take cyclophosphamide systemically now? "
        "(See List/l1 of 2025-02-20; MedicationRequest/m2 of 2025-01-10.)"
    )


def test_a_number_names_its_line(reads: Read, kb: KnowledgeBase) -> None:
    found = reads(chart(egfr(41)), **POLICY, indication="lupus_nephritis", phase="initial")
    texts = [c.text for advisory in kb.decide(found.case).advisories for c in advisory.because]
    assert any("(Observation/o1 of 2025-02-01)" in text for text in texts)


def test_what_a_case_says_otherwise_than_the_chart_does_not_come_from_there(
    reads: Read, kb: KnowledgeBase
) -> None:
    told = {**kb.case("lupkynis_alongside_bars_benlysta")["facts"]}
    told["taking"] = {"prednisone": True, "voclosporin": False, "anifrolumab": False}
    case = {"request": {"policy": "uhc_benlysta", "indication": "sle"}, "facts": told}
    found = reads([chart(order((RXNORM, "2475406"))), case])
    (criterion,) = (one for one in kb.decide(found.case).criteria if one.id == "no_combination")
    (cause,) = (one for one in criterion.because if one.fact == "taking(voclosporin)")
    assert (cause.text, cause.origin) == ("The patient does not take voclosporin.", "stated")


@pytest.mark.parametrize(
    ("own", "lines"), [({"egfr": 50}, []), ({}, ["Observation/o1"]), ({"egfr": 41}, ["Observation/o1"])]
)
def test_a_number_that_a_case_says_itself_does_not_come_from_the_chart(
    reads: Read, own: dict[str, Any], lines: list[str]
) -> None:
    case = reads([chart(egfr(41)), {"request": POLICY, "facts": own}]).case
    assert case["facts"]["egfr"] == own.get("egfr", 41)
    assert [line["resource"] for line in case["evidence"].get("egfr", [])] == lines


@pytest.mark.parametrize(("gfr", "from_chart"), [(30, False), (41, True)])
def test_a_number_that_is_set_otherwise_no_longer_comes_from_the_chart(
    reads: Read, kb: KnowledgeBase, gfr: int, from_chart: bool
) -> None:
    case = reads(chart(egfr(41)), **POLICY, indication="lupus_nephritis", phase="initial").case
    after = kb.whatif(case, {"egfr": gfr}).after
    causes = [cause for advisory in after.advisories for cause in advisory.because]
    about = [cause for cause in causes if cause.about == "the eGFR"]
    assert about
    assert all((cause.origin == "evidence") == from_chart for cause in about)
    assert all(("Observation/o1" in cause.text) == from_chart for cause in about)


def test_of_the_lines_on_a_fact_those_are_its_cause_that_say_so(reads: Read, kb: KnowledgeBase) -> None:
    told = {**kb.case("lupkynis_alongside_bars_benlysta")["facts"]}
    del told["taking"]
    case = {"request": {"policy": "uhc_benlysta", "indication": "sle"}, "facts": told}
    stopped = order((RXNORM, "2475406"), "m2", status="stopped")
    found = reads([chart(order((RXNORM, "2475406")), stopped), case])
    (criterion,) = (one for one in kb.decide(found.case).criteria if one.id == "no_combination")
    (cause,) = (one for one in criterion.because if one.origin == "evidence")
    assert cause.text == "The patient takes voclosporin (MedicationRequest/m1 of 2025-01-10)."


def test_evidence_does_not_count_for_the_fingerprint(reads: Read, kb: KnowledgeBase) -> None:
    case = reads(chart(order(PREDNISONE)), **POLICY).case
    bare = {key: value for key, value in case.items() if key != "evidence"}
    one, other = kb.decide(case), kb.decide(bare)
    assert (one.fingerprint, one.outcome, one.possible) == (
        other.fingerprint,
        other.outcome,
        other.possible,
    )


@pytest.mark.parametrize("says", ["perhaps", None])
def test_a_line_that_says_neither_yes_nor_no_contradicts_none(kb: KnowledgeBase, says: Any) -> None:
    case = {"request": {"policy": "fep_lupkynis"}}
    lines = [{"says": says, "resource": "Condition/1"}, {"says": "yes", "resource": "Condition/1"}]
    told = kb.decide({**case, "evidence": {"live_vaccine": lines}})
    assert [one.fact for one in told.missing] == [one.fact for one in kb.decide(case).missing]


@pytest.mark.parametrize("evidence", [["x"], {"taking(prednisone)": "x"}, {"taking(prednisone)": ["x"]}])
def test_evidence_of_another_shape_is_refused(kb: KnowledgeBase, evidence: object) -> None:
    with pytest.raises(CaseError, match="evidence"):
        kb.decide({"request": POLICY, "evidence": evidence})


@pytest.mark.parametrize("value", [{"en": "no"}, ["yes", "no"], 1, True])
@pytest.mark.parametrize("part", ["says", "resource", "date", "text"])
def test_a_line_is_of_texts(kb: KnowledgeBase, part: str, value: object) -> None:
    line = {"says": "yes", "resource": "Condition/1"}
    with pytest.raises(CaseError) as refused:
        kb.decide({"request": POLICY, "evidence": {"taking(prednisone)": [line, {**line, part: value}]}})
    assert str(refused.value) == (
        f"evidence.taking(prednisone)[1]: {part}: a text is expected, not {shown(value)}"
    )


def test_the_day_of_a_line_may_be_one_of_yaml(kb: KnowledgeBase) -> None:
    line = {"says": "yes", "resource": "MedicationStatement/1", "date": date(2025, 2, 1)}
    case = {**kb.case("lupkynis_alongside_bars_benlysta")}
    told = kb.decide({**case, "evidence": {"taking(voclosporin)": [line]}})
    (cause,) = (one for basis in told.bases for one in basis.because if one.fact == "taking(voclosporin)")
    assert "(MedicationStatement/1 of 2025-02-01)" in cause.text


# ---- on the command line -----------------------------------------------------------------------


def test_a_chart_is_decided_as_the_case_that_it_makes(tmp_path: Path) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(chart(order(CYCLOPHOSPHAMIDE))))
    asked = ["--request", "policy=fep_lupkynis", "--request", f"service_date={SERVICE}"]
    case = json.loads(command("read", str(path), *asked, "--json").out)["case"]
    (tmp_path / "case.json").write_text(json.dumps(case))
    by_chart = json.loads(command("decide", str(path), *asked, "--json").out)
    by_case = json.loads(command("decide", str(tmp_path / "case.json"), "--json").out)
    assert {**by_chart, "case": ""} == {**by_case, "case": ""}


def test_what_is_left_out_of_a_chart_is_told_beside_its_decision(tmp_path: Path) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(chart(egfr(9999))))
    asked = ["--request", "policy=fep_lupkynis", "--request", f"service_date={SERVICE}"]
    told = command("decide", str(path), *asked, "--json").err
    where = "what Observation/o1 of 2025-02-01 says"
    assert told == f"note: {path}: egfr: {where} cannot be; it is left out\n"


def test_each_patient_of_a_chart_is_decided(tmp_path: Path) -> None:
    path = tmp_path / "both.ndjson"
    rows = [patient("p"), patient("q", deceasedDateTime="2020-01-01"), of("p", order(PREDNISONE))]
    path.write_text("\n".join(map(json.dumps, rows)))
    ended = command(
        "decide",
        str(path),
        "--request",
        "policy=fep_lupkynis",
        "--request",
        f"service_date={SERVICE}",
        "--json",
    )
    assert ended.cases == [f"{path}:Patient/p"]
    assert [json.loads(line)["case"] for line in ended.out.splitlines()][1:] == [f"{path}:Patient/q"]
    assert ended.status == 2
    assert f"{path}:Patient/q: request.service_date: {SERVICE} is after" in ended.err


def test_a_broken_chart_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "both.ndjson"
    path.write_text('{"resourceType": "Patient"}\n{"resourceType": \n')
    ended = command("decide", str(path))
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {path}:2: not valid JSON")


def test_a_chart_is_shown_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(chart(order(PREDNISONE), listing("MedicationRequest/m1"))))
    ended = command("read", str(path), "--request", f"service_date={SERVICE}", "--request", "months=6")
    assert ended.status == 0
    assert (
        "  taking(prednisone)\n    yes: an order that runs (MedicationRequest/m1, 2025-01-10" in ended.out
    )
    assert "    no: not on a list that is complete (List/l1, 2025-02-20, loinc 10160-0)" in ended.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--request", "policy"], "--request takes KEY=VALUE"),
        (["--request", "a=1", "--request", "a=2"], "--request is given twice for 'a'; keep one"),
        (["--request", "service_date=never"], "a date is written year-month-day"),
    ],
)
def test_a_wrong_option_of_a_chart_is_refused(options: list[str], said: str, tmp_path: Path) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(chart()))
    ended = command("read", str(path), *options)
    assert ended.status == 2
    assert said in ended.err
