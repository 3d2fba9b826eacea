"""Hooks and claims over HTTP: what each gets back, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from lupa import KnowledgeBase
from lupa.errors import RuleError, TimeLimitError
from lupa.fhir import form
from lupa.fhir.guides import faults
from lupa.fhir.reading import reader_of
from lupa.serve import forms, hooks
from lupa.serve.hooks import HOOKS, PREFETCH
from tests.command import as_bytes
from tests.fhir.charts import (
    BELIMUMAB,
    HCPCS,
    ICD,
    INTO_A_VEIN,
    NDC,
    PREDNISONE,
    bundle,
    claim,
    egfr,
    given,
    order,
    statement,
)
from tests.serve.asked import BASE, deep, hook, submitted
from tests.serve.conftest import Lines, client_of

SUBMIT, SIGN = "/Claim/$submit", "/cds-services/order-sign"
VOCLOSPORIN = (NDC, "75626-001-01")


def post(client: TestClient, path: str, body: Any, media: str = "application/json") -> Any:
    data = body if isinstance(body, bytes) else as_bytes(body)
    return client.post(path, content=data, headers={"Content-Type": media})


def response(answer: Any) -> Any:
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json")
    return answer.json()["entry"][0]["resource"]


def test_a_hook_for_which_there_is_no_time_is_told_so(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: Any) -> bool:
        raise TimeLimitError(9)

    monkeypatch.setattr(hooks, "is_covered", late)
    assert post(client, SIGN, hook("order-sign")).status_code == 504


def action(found: Any) -> str:
    (adjudication,) = found["item"][0]["adjudication"]
    inner = adjudication["extension"][0]["extension"][0]
    return str(inner["valueCodeableConcept"]["coding"][0]["code"])


def refused(answer: Any) -> tuple[int, list[str]]:
    """The status, and the places that an OperationOutcome names."""
    assert answer.headers["content-type"] == "application/fhir+json"
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"]
    assert all(issue["severity"] == "error" for issue in outcome["issue"])
    return answer.status_code, [issue.get("diagnostics", "") for issue in outcome["issue"]]


# ---- claims ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("media", ["application/fhir+json", "application/json"])
def test_a_claim_gets_its_response_with_all_that_it_refers_to(client: TestClient, media: str) -> None:
    answer = post(client, SUBMIT, submitted(), media)
    found = response(answer)
    bundle = answer.json()
    assert (bundle["type"], bundle["identifier"]) == ("collection", {"value": "A12345"})
    assert [entry["fullUrl"].removeprefix(f"{BASE}/") for entry in bundle["entry"][1:]] == [
        "Patient/p",
        "Organization/plan",
        "PractitionerRole/doctor",
        "Practitioner/one",
    ]
    assert bundle["entry"][0]["fullUrl"] == f"{BASE}/ClaimResponse/{found['id']}"
    assert found["request"] == {"reference": "Claim/claim"}
    assert found["identifier"][0]["value"] == "111099"
    assert (action(found), found["item"][0]["itemSequence"]) == ("A4", 1)
    assert list(faults(found)) == []


def test_a_machine_denies_nobody(client: TestClient) -> None:
    answer = post(client, SUBMIT, submitted(statement(VOCLOSPORIN)))
    found = response(answer)
    assert action(found) == "A4"
    assert any("voclosporin" in note["text"] for note in found["processNote"])


LEFT_OUT = "the chart: egfr: what Observation/o1 of 2025-02-01 says cannot be; it is left out"


def test_what_is_left_out_of_a_chart_is_told_in_the_response(client: TestClient) -> None:
    found = response(post(client, SUBMIT, submitted(egfr(9999))))
    assert found["processNote"][-1]["text"] == LEFT_OUT
    assert [item["noteNumber"][-1] for item in found["item"]] == [found["processNote"][-1]["number"]]


def test_what_is_read_into_a_chart_is_told_on_the_card(client: TestClient) -> None:
    (card,) = post(client, SIGN, hook("order-sign")).json()["cards"]
    (told,) = (line for line in card["detail"].splitlines() if line.startswith("- the chart: "))
    assert told.startswith("- the chart: no service date is given; today, ")


def test_a_card_asks_each_question_once(client: TestClient) -> None:
    (card,) = post(client, SIGN, hook("order-sign")).json()["cards"]
    lines = card["detail"].splitlines()
    assert lines.count("- For which indication is it requested?") == 1
    assert len(lines) == len(set(lines))


def test_each_of_several_items_is_answered_for_itself(client: TestClient) -> None:
    first = submitted()["entry"][0]["resource"]["item"][0]
    visit = {"sequence": 2, "productOrService": {"coding": [{"system": HCPCS, "code": "99212"}]}}
    other = {"sequence": 3, "productOrService": {"coding": [{"system": HCPCS, "code": "J7512"}]}}
    alone = response(post(client, SUBMIT, submitted()))
    found = response(post(client, SUBMIT, submitted(item=[visit, {**first, "sequence": 4}, other])))
    assert [item["itemSequence"] for item in found["item"]] == [2, 4, 3]
    texts = {note["number"]: note["text"] for note in found["processNote"]}
    told = [[texts[number] for number in item["noteNumber"]] for item in found["item"]]
    assert told[0] == told[2] == ["No policy on file here speaks of this item; a person decides."]
    assert told[1] == [note["text"] for note in alone["processNote"]]
    assert list(faults(found)) == []


def test_an_approval_is_of_the_item_that_was_decided(
    client: TestClient, kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved = kb.decide(kb.case("lupkynis_540_capsules_for_90_days"))
    monkeypatch.setattr(KnowledgeBase, "decide_all", lambda *_, **__: (approved,))
    first = submitted()["entry"][0]["resource"]["item"][0]
    visit = {"sequence": 2, "productOrService": {"coding": [{"system": HCPCS, "code": "99212"}]}}
    given = submitted(item=[first, visit], prescription={"reference": "MedicationRequest/m1"})
    found = response(post(client, SUBMIT, given))
    codes = [item["adjudication"][0]["extension"][0]["extension"][0] for item in found["item"]]
    assert [one["valueCodeableConcept"]["coding"][0]["code"] for one in codes] == ["A1", "A4"]


def test_a_bundle_without_a_name_gets_one_without_a_name(client: TestClient) -> None:
    nameless = {key: value for key, value in submitted().items() if key != "identifier"}
    answer = post(client, SUBMIT, nameless)
    assert action(response(answer)) == "A4"
    assert "identifier" not in answer.json()


def test_parameters_may_hold_the_bundle(client: TestClient) -> None:
    parameters = {
        "resourceType": "Parameters",
        "parameter": [{"name": "resource", "resource": submitted()}],
    }
    assert action(response(post(client, SUBMIT, parameters))) == "A4"


def test_full_urls_that_are_no_addresses_are_referred_to_as_they_are(client: TestClient) -> None:
    given = submitted()
    given["entry"][0]["fullUrl"] = "urn:uuid:2f4f4a0e-4b9c-4f0e-9f0a-7b8f5d1c2a3b"
    answer = post(client, SUBMIT, given)
    assert response(answer)["request"] == {"reference": given["entry"][0]["fullUrl"]}
    assert answer.json()["entry"][0]["fullUrl"].startswith("urn:uuid:")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (deep(100_000), 400),
        (b"[]", 400),
        (b'{"resourceType": "Claim"}', 400),
        ({"resourceType": "Bundle", "entry": 3}, 400),
        ({"resourceType": "Bundle", "entry": [3, {"resource": 3}]}, 422),
        (submitted(claim((HCPCS, "J0490"), diagnosis=(ICD, "M32.14")) | {"id": "second"}), 422),
        (submitted(patient=3), 422),
        (submitted(insurer=[]), 422),
        (submitted(provider=None), 422),
        (submitted(item=3), 422),
        (submitted(item=[]), 422),
        (submitted(item=[{"productOrService": {}}]), 422),
        (submitted(identifier="x"), 422),
        (submitted(type="x"), 422),
        (submitted(use="claim"), 422),
        (submitted(item=[{"sequence": 1, "productOrService": {"text": "something else"}}]), 422),
        (submitted(item=[{"sequence": n, "productOrService": {"text": "else"}} for n in (1, 2)]), 422),
        (submitted(item=[{"sequence": n, "productOrService": {}} for n in range(1, 52)]), 413),
    ],
)
def test_what_is_no_claim_is_refused(client: TestClient, body: Any, status: int) -> None:
    assert refused(post(client, SUBMIT, body))[0] == status


def test_xml_is_not_read(client: TestClient) -> None:
    assert refused(post(client, SUBMIT, b"<Bundle/>", "application/fhir+xml"))[0] == 415


def test_where_several_payers_cover_it_the_server_has_to_be_told_whose(several: TestClient) -> None:
    assert refused(post(several, SUBMIT, submitted())) == (422, ["request.payer"])


def test_a_fhir_route_says_in_fhir_that_there_is_nothing(client: TestClient) -> None:
    assert refused(client.get(SUBMIT))[0] == 405
    assert refused(client.get("/Claim/$nothing"))[0] == 404


# ---- forms -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["uhc_benlysta", "uhc_benlysta@2022E0046O", "uhc_benlysta%7C2022E0046O"])
def test_a_policy_asks_by_a_form(client: TestClient, kb: KnowledgeBase, named: str) -> None:
    answer = client.get(f"/Questionnaire/{named}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json")
    assert answer.json() == form(named.replace("%7C", "@"), kb=kb)


@pytest.mark.parametrize("named", ["nothing", "uhc_benlysta@nothing", "..%2Fx", "uhc_benlysta/x", "@"])
def test_what_is_no_policy_has_no_form(client: TestClient, named: str) -> None:
    assert refused(client.get(f"/Questionnaire/{named}"))[0] == 404


def test_a_form_that_takes_too_long_is_given_up_and_made_when_it_is_asked_for_again(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, making = client_of(kb), form

    def over(target: str, **more: Any) -> Any:
        more["timeout"]._end = 0.0
        return making(target, **more)

    monkeypatch.setattr(forms, "form", over)
    assert refused(asked.get("/Questionnaire/fep_lupkynis"))[0] == 504
    monkeypatch.undo()
    assert asked.get("/Questionnaire/fep_lupkynis").json() == form("fep_lupkynis", kb=kb)


def test_rules_that_make_no_form_are_told(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuleError("policy.lp:1")

    monkeypatch.setattr(forms, "form", fail)
    assert refused(client.get("/Questionnaire/fep_lupkynis"))[0] == 503


# ---- hooks -----------------------------------------------------------------------------------------


def test_each_service_asks_for_what_rules_read(client: TestClient, kb: KnowledgeBase) -> None:
    services = client.get("/cds-services").json()["services"]
    assert [service["hook"] for service in services] == list(HOOKS)
    read = reader_of(kb)[0].paths["about"]
    searched = {template.partition("?")[0] for template in PREFETCH.values() if "?" in template}
    others = {
        "Claim",
        "ExplanationOfBenefit",
        "ServiceRequest",
        "DeviceRequest",
    }  # which a payer has, or the hook brings
    assert searched - {"Coverage"} == read.keys() - others
    for service in services:
        assert service["prefetch"]["patient"] == "Patient/{{context.patientId}}"


def test_what_is_no_entry_of_a_bundle_is_no_order(client: TestClient) -> None:
    usual, odd = hook("order-sign"), hook("order-sign")
    odd["context"]["draftOrders"]["entry"] += [3, {"resource": 3}, {}]
    assert post(client, SIGN, odd).json() == post(client, SIGN, usual).json()


def test_an_order_that_is_signed_gets_the_card_of_its_policy(client: TestClient, log: Lines) -> None:
    answer = post(client, SIGN, hook("order-sign"))
    assert answer.status_code == 200
    (card,) = answer.json()["cards"]
    assert card["summary"].startswith("uhc_benlysta")
    assert len(card["summary"]) < 140
    assert len(log.last["cases"]) == 1
    (told,) = answer.json()["systemActions"]
    assert (told["type"], told["resource"]["id"]) == ("update", "draft")
    assert list(faults(answer.json())) == []


def test_null_means_that_nothing_was_found(client: TestClient) -> None:
    given = hook("order-sign")
    given["prefetch"] = dict.fromkeys(PREFETCH)
    assert len(post(client, SIGN, given).json()["cards"]) == 1


@pytest.mark.parametrize("key", PREFETCH)
def test_without_what_is_needed_nothing_is_answered(client: TestClient, key: str) -> None:
    given = hook("order-sign")
    del given["prefetch"][key]
    assert refused(post(client, SIGN, given)) == (412, [f"prefetch.{key}"])


def test_what_could_not_be_fetched_is_needed(client: TestClient) -> None:
    given = hook("order-sign")
    given["prefetch"]["orders"] = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}
    assert refused(post(client, SIGN, given)) == (412, ["prefetch.orders"])


def test_without_any_prefetch_all_of_it_is_named(client: TestClient) -> None:
    given = {key: value for key, value in hook("order-sign").items() if key != "prefetch"}
    assert refused(post(client, SIGN, given)) == (412, [f"prefetch.{key}" for key in PREFETCH])


def test_an_order_of_which_no_policy_speaks_gets_no_card(client: TestClient) -> None:
    for drug in (PREDNISONE, {"text": "something else"}):
        drafts = [order(drug, status="draft", authoredOn="2025-03-01")]
        answer = post(client, SIGN, hook("order-sign", drafts=drafts))
        assert (answer.status_code, answer.json()) == (200, {"cards": []})


def test_an_order_may_be_written_badly(client: TestClient) -> None:
    strange = {"extension": 3, "insurance": ["x"], "id": 7}
    drafts = [
        order(BELIMUMAB, route=INTO_A_VEIN, status="draft", authoredOn="2025-03-01") | {key: value}
        for key, value in strange.items()
    ]
    for draft in drafts:
        answer = post(client, SIGN, hook("order-sign", drafts=[draft]))
        assert (answer.status_code, len(answer.json()["cards"])) == (200, 1)


def test_each_of_several_orders_is_asked_about(several: TestClient) -> None:
    drafts = [
        order(drug, f"d{number}", INTO_A_VEIN, status="draft", authoredOn="2025-03-01")
        for number, drug in enumerate((BELIMUMAB, PREDNISONE, VOCLOSPORIN, BELIMUMAB))
    ]
    answer = post(several, SIGN, hook("order-sign", drafts=drafts))
    summaries = [card["summary"].partition(":")[0] for card in answer.json()["cards"]]
    assert summaries == [
        *("other_benlysta", "uhc_benlysta"),
        "fep_lupkynis",
        *("other_benlysta", "uhc_benlysta"),
    ]


def test_what_is_selected_is_asked_about_and_nothing_else(client: TestClient) -> None:
    drafts = [order(BELIMUMAB, name, INTO_A_VEIN, status="draft", authoredOn="2025-03-01") for name in "ab"]
    given = hook("order-select", drafts=drafts, selections=["MedicationRequest/b"])
    answer = post(client, "/cds-services/order-select", given)
    assert len(answer.json()["cards"]) == 1


def test_an_appointment_that_refers_to_nothing_is_for_nothing(client: TestClient) -> None:
    appointment = {"resourceType": "Appointment", "basedOn": [3, {"reference": 7}], "reasonReference": "x"}
    given = hook("appointment-book", drafts=[], appointments=bundle(appointment))
    assert post(client, "/cds-services/appointment-book", given).json()["cards"] == []


def test_more_orders_than_are_answered_at_once_are_refused(client: TestClient) -> None:
    given = hook("order-sign", drafts=[order(BELIMUMAB, f"m{n}", status="draft") for n in range(51)])
    answer = post(client, SIGN, given)
    assert (answer.status_code, "at most 50 orders are answered at once" in answer.text) == (413, True)


def test_what_is_dispatched_or_an_appointment_is_for_is_asked_about(client: TestClient) -> None:
    sent = order(BELIMUMAB, "sent", INTO_A_VEIN, authoredOn="2025-03-01")
    for name, context in (
        ("order-dispatch", {"dispatchedOrders": ["MedicationRequest/sent"], "performer": "Organization/x"}),
        ("order-dispatch", {"dispatchedOrders": ["MedicationRequest/other"]}),
        (
            "appointment-book",
            {
                "appointments": {
                    "resourceType": "Bundle",
                    "entry": [
                        {
                            "resource": {
                                "resourceType": "Appointment",
                                "supportingInformation": [{"reference": "MedicationRequest/sent"}],
                            }
                        }
                    ],
                }
            },
        ),
    ):
        answer = post(client, f"/cds-services/{name}", hook(name, sent, drafts=[], **context))
        assert len(answer.json()["cards"]) == ("other" not in str(context))


def test_the_resources_of_another_patient_change_nothing(client: TestClient) -> None:
    other = given(BELIMUMAB, subject={"reference": "Patient/q"})
    assert (
        post(client, SIGN, hook("order-sign", other)).json()
        == post(client, SIGN, hook("order-sign")).json()
    )


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"hook": "order-select"}, "hook"),
        ({"hookInstance": None}, "hookInstance"),
        ({"context": None}, "context"),
        ({"context": {}}, "context.patientId"),
        ({"prefetch": []}, "prefetch"),
    ],
)
def test_what_is_no_such_hook_is_refused(client: TestClient, changed: Any, place: str) -> None:
    status, places = refused(post(client, SIGN, hook("order-sign") | changed))
    assert (status, places[0]) == (400, place)


def test_what_was_fetched_is_a_resource_or_null(client: TestClient) -> None:
    given = hook("order-sign")
    given["prefetch"]["orders"] = "none"
    assert refused(post(client, SIGN, given)) == (400, ["prefetch.orders"])


def test_no_value_of_a_chart_comes_into_a_log_or_an_error(client: TestClient, log: Lines) -> None:
    marked = {"text": "Zebulon", "coding": [{"system": ICD, "code": "Zebulon"}]}
    wrong = submitted(statement(marked, id="Zebulon"), patient={"reference": "Patient/Zebulon"})
    dead = submitted()
    dead["entry"][4]["resource"] |= {"deceasedDateTime": "2024-07-06", "name": [{"family": "Zebulon"}]}
    for body in (wrong, dead, submitted(identifier="Zebulon"), submitted(item=[{"sequence": "Zebulon"}])):
        answer = post(client, SUBMIT, body)
        if answer.status_code != 200:
            assert "Zebulon" not in answer.text
            assert "2024-07-06" not in answer.text
    written = "".join(log.lines)
    assert len(log.lines) == 4
    assert not [
        value for value in ("Zebulon", "2024-07-06", "1990-05-02", "J0490", "M32.14") if value in written
    ]


def test_whatever_was_fetched_besides_is_a_resource_too(client: TestClient) -> None:
    given = hook("order-sign")
    given["prefetch"]["Zebulon"] = []
    answer = post(client, SIGN, given)
    assert refused(answer) == (400, ["prefetch"])
    assert "Zebulon" not in answer.text
