"""`POST /decide`: the decisions of the command line, and what is wrong without a value of what came."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.testclient import TestClient

from lupa import KnowledgeBase
from lupa.errors import RuleError, TimeLimitError
from lupa.serve import app, decisions, receiving
from lupa.serve.limits import Limits
from lupa.serve.refused import RefusedError
from lupa.serve.run import log_to_standard_error
from tests.command import as_bytes, command
from tests.fhir.charts import (
    BELIMUMAB,
    HCPCS,
    ICD,
    INTO_A_VEIN,
    bundle,
    chart,
    claim,
    condition,
    egfr,
    order,
    patient,
)
from tests.serve.asked import CASE, DENIED, deep
from tests.serve.conftest import Lines, client_of

JSON, LINES, FHIR = "application/json", "application/x-ndjson", "application/fhir+json"


def post(client: TestClient, body: Any, media: str = JSON, **headers: str) -> Any:
    data = body if isinstance(body, bytes) else as_bytes(body)
    return client.post("/decide", content=data, headers={"Content-Type": media, **headers})


def problems(answer: Any) -> list[tuple[str, str]]:
    return [(one["path"], one["message"]) for one in answer.json()["error"]["problems"]]


def plain(kb: KnowledgeBase, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(kb.case(name), default=str))
    return found


def test_a_case_gets_the_bytes_that_the_command_prints(client: TestClient, kb: KnowledgeBase) -> None:
    case = plain(kb, DENIED)
    answer = post(client, case)
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)
    assert answer.text == command("decide", "-", "--json", stdin=as_bytes(case)).out


def test_too_many_cases_are_refused_before_any_is_decided(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decided(*_: Any, **__: Any) -> None:
        raise KeyError

    monkeypatch.setattr(KnowledgeBase, "decide_all", decided)
    assert post(client, [CASE] * 1001).status_code == 413


def test_a_number_with_a_point_is_read(client: TestClient) -> None:
    request = {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"}
    answer = post(client, {"request": request, "facts": {"age": 17.0}})
    assert (answer.status_code, answer.json()["outcome"]) == (200, "deny")


def test_a_case_under_several_policies_gets_an_array(several: TestClient) -> None:
    answer = post(several, {"request": {"drug": "Benlysta"}, "facts": {}})
    assert [one["policy"] for one in answer.json()] == ["other_benlysta", "uhc_benlysta"]


def test_of_several_cases_one_that_cannot_be_read_is_told_in_its_place(client: TestClient) -> None:
    answer = post(client, [CASE, {"request": {"policy": "nowhere"}}, CASE])
    assert answer.status_code == 207
    first, wrong, last = answer.json()
    assert first == last
    assert (wrong["where"], wrong["outcome"]) == ("cases[1]", "invalid")
    assert wrong["problems"][0]["path"] == "request.policy"
    assert "nowhere" not in answer.text


def test_lines_are_answered_by_lines(client: TestClient) -> None:
    answer = post(client, as_bytes(CASE) + b"\n{broken\n" + as_bytes(CASE), LINES)
    assert (answer.status_code, answer.headers["content-type"]) == (207, LINES)
    first, wrong, last = answer.text.splitlines()
    assert first == last == post(client, CASE).text.strip()
    assert "not valid JSON" in wrong


@pytest.mark.parametrize("media", [JSON, FHIR])
def test_a_chart_is_decided_as_the_case_that_it_makes(
    client: TestClient, tmp_path: Path, media: str
) -> None:
    given = chart(
        claim((HCPCS, "J0490"), diagnosis=(ICD, "M32.14"), servicedDate="2025-03-01"),
        condition((ICD, "M32.14")),
    )
    found = post(client, given, media).json()
    file = tmp_path / "chart.json"
    file.write_bytes(as_bytes(given))
    printed = command("decide", str(file), "--json", "--request", "payer=UnitedHealthcare")
    expected = json.loads(printed.out)
    assert found == {**expected, "case": found["case"]}


def test_what_is_left_out_of_a_chart_is_among_the_remarks(client: TestClient, log: Lines) -> None:
    asked = claim((HCPCS, "J0490"), diagnosis=(ICD, "M32.14"), servicedDate="2025-03-01")
    answer = post(client, chart(asked, egfr(9999)), FHIR).json()
    where = "what Observation/o1 of 2025-02-01 says"
    assert answer["remarks"] == [{"place": "the chart", "text": f"egfr: {where} cannot be; it is left out"}]
    assert "Observation" not in "".join(log.lines)


def test_a_chart_of_two_patients_is_two_cases(client: TestClient) -> None:
    orders = [
        order(BELIMUMAB, f"m{name}", INTO_A_VEIN, subject={"reference": f"Patient/{name}"}) for name in "pq"
    ]
    answer = post(client, bundle(patient("p"), patient("q"), *orders), FHIR)
    assert (answer.status_code, [line["case"] for line in answer.json()]) == (207, ["cases[0]", "cases[1]"])


def test_what_a_case_states_never_comes_back_in_an_error(client: TestClient, log: Lines) -> None:
    case = {
        "request": {"policy": "uhc_benlysta", "phase": "Zebulon"},
        "facts": {
            "taking": {"Zebulon 40 mg": 7},
            "Zebulon": True,
            "egfr": "Zebulon",
            "documented": ["Zebulon"],
        },
    }
    answer = post(client, case)
    assert answer.status_code == 422
    assert len(problems(answer)) > 3
    assert "Zebulon" not in answer.text
    assert all(path.split(".")[0] in ("request", "facts") for path, _ in problems(answer))
    assert log.last["status"] == 422
    assert "Zebulon" not in "".join(log.lines)


def test_a_log_names_no_drug_and_no_disease(client: TestClient, log: Lines) -> None:
    post(client, {"request": {"policy": "uhc_benlysta"}, "facts": {"taking": {"voclosporin": 7}}})
    assert log.last["paths"] == ["facts.taking"]
    assert "voclosporin" not in "".join(log.lines)


def test_a_log_tells_the_case_by_its_fingerprint(client: TestClient, log: Lines) -> None:
    answer = post(client, CASE)
    assert log.last["cases"] == [answer.json()["fingerprint"]["case"]]
    assert set(log.last) == {"time", "method", "route", "status", "ms", "cases"}


def test_a_case_that_contradicts_itself_is_told_where(client: TestClient) -> None:
    facts = {"active": {"lupus_nephritis": True}, "diagnosis": {"lupus_nephritis": False}}
    answer = post(client, {"request": {"policy": "uhc_benlysta"}, "facts": facts})
    assert answer.status_code == 422
    assert len(problems(answer)) > 0


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"", JSON, 400),
        (b"{", JSON, 400),
        (b"\xff\xfe", JSON, 400),
        (b'{"a": NaN}', JSON, 400),
        (b'{"a": 1e999}', JSON, 400),
        (b'{"a": ' + b"9" * 5000 + b"}", JSON, 400),
        (b'{"request": {}, "request": {}}', JSON, 400),
        (deep(150), JSON, 400),
        (deep(100_000), JSON, 400),
        (b"7", JSON, 422),
        (b"{}", JSON, 422),
        (b'{"request": 3}', JSON, 422),
        (b'{"resourceType": 3}', JSON, 422),
        (b'{"resourceType": "Patient"}', JSON, 422),
        (b'{"request": {"policy": "\\ud800"}}', JSON, 422),
        (b"request: {}", "application/yaml", 415),
        (b"{}", "text/plain", 415),
        (b"{}", "application/json; charset=utf-16", 415),
        (b'{"request": {"policy": "uhc_benlysta"}, "case": "' + b"x" * 70_000 + b'"}', JSON, 413),
        (b" " * (8 * 1024 * 1024 + 1), JSON, 413),
        (b"[" + b",".join([b"{}"] * 1001) + b"]", JSON, 413),
    ],
)
def test_what_is_broken_or_huge_is_refused(
    client: TestClient, body: bytes, media: str, status: int
) -> None:
    answer = post(client, body, media)
    assert answer.status_code == status
    assert answer.json()["error"]["status"] == status


def test_nothing_that_is_packed_is_unpacked(client: TestClient) -> None:
    assert post(client, b"{}", **{"Content-Encoding": "gzip"}).status_code == 415


def test_a_case_may_say_that_it_is_utf_8(client: TestClient) -> None:
    assert post(client, CASE, "application/json; charset=UTF-8").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/decide/",
        "//decide",
        "/decide/../etc/passwd",
        "/%2e%2e/",
        "/a%0d%0aSet-Cookie:%20b",
        "/x" * 999,
    ],
)
def test_there_is_nothing_beside_the_routes(client: TestClient, log: Lines, path: str) -> None:
    answer = client.get(path, headers={"Host": 'evil.example"><script>'})
    assert (answer.status_code, log.last["route"]) == (404, "-")
    assert "location" not in answer.headers
    assert answer.json()["error"]["problems"] == []


def test_a_route_is_not_for_every_method(client: TestClient) -> None:
    answer = client.get("/decide")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_an_answer_is_kept_by_nobody(client: TestClient) -> None:
    assert post(client, CASE).headers["cache-control"] == "no-store"


def test_no_header_comes_back(client: TestClient) -> None:
    answer = post(client, CASE, **{"X-Request-Id": "Zebulon", "Origin": "https://zebulon.example"})
    assert "zebulon" not in str(answer.headers).lower()


def test_an_answer_that_takes_too_long_is_given_up(kb: KnowledgeBase) -> None:
    answer = post(client_of(kb, Limits(seconds=1e-9)), CASE)
    assert (answer.status_code, answer.json()["error"]["problems"]) == (504, [])


@pytest.mark.parametrize(
    ("error", "status"), [(TimeLimitError(1), 504), (RuleError("policy.lp:1"), 503), (KeyError("p"), 500)]
)
def test_what_is_no_fault_of_the_case_is_told_apart(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, log: Lines, error: Exception, status: int
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(KnowledgeBase, "decide_all", fail)
    assert post(client, CASE).status_code == status
    assert log.last["status"] == status


def test_rules_that_cannot_read_a_chart_are_told_apart_from_time_that_ends(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuleError("results.lp:1")

    monkeypatch.setattr(decisions, "cases_of", fail)
    answer = post(client, bundle(patient()), FHIR)
    assert (answer.status_code, answer.json()["error"]["problems"]) == (503, [])


def test_work_that_does_not_end_by_itself_is_answered_all_the_same(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_LATER", -60.0)
    assert post(client_of(kb, Limits(seconds=30)), CASE).status_code == 504


def test_that_a_body_is_too_large_is_said_though_no_more_of_it_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def nothing_more() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    monkeypatch.setattr(receiving, "_STILL", 600.0)
    headers = [(b"content-type", JSON.encode()), (b"content-length", b"100")]
    request = Request({"type": "http", "headers": headers}, nothing_more)
    with pytest.raises(RefusedError) as refused:
        asyncio.run(receiving.received(request, [JSON], Limits(size=10, arriving=0.01)))
    assert refused.value.status == 413


def test_whoever_hangs_up_is_logged_as_gone(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, log: Lines
) -> None:
    async def hung_up(*_: Any) -> None:
        raise ClientDisconnect

    monkeypatch.setattr(app, "received", hung_up)
    post(client, CASE)
    assert log.last["status"] == 499


def test_each_line_is_logged_once_however_often_the_log_is_opened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("handlers", []), ("propagate", True), ("level", app.LOG.level)):
        monkeypatch.setattr(app.LOG, name, value)
    for _ in range(2):
        log_to_standard_error()
    app.LOG.info("a line")
    assert capsys.readouterr().err == "a line\n"


def test_time_that_ends_with_one_of_several_cases_ends_for_all(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise TimeLimitError(1)

    monkeypatch.setattr(KnowledgeBase, "decide_all", fail)
    assert post(client, [CASE, CASE]).status_code == 504


def test_more_at_once_than_there_may_be_are_told_to_come_again(kb: KnowledgeBase) -> None:
    answer = post(client_of(kb, Limits(at_once=0)), CASE)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")


def test_many_threads_give_the_bytes_that_one_gives(client: TestClient, kb: KnowledgeBase) -> None:
    cases = [plain(kb, name) for name in list(kb.examples())[::32]]
    alone = [post(client, case).text for case in cases]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda case: post(client, case).text, cases * 2))
    assert found == alone * 2
