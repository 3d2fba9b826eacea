"""Whatever stands in an element of a hook or a claim, the answer is one, or says what is wrong."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.fhir.charts import PREDNISONE, order, statement
from tests.serve.asked import hook, submitted
from tests.serve.conftest import Lines

_MARK = "Zebulon"
_SCALARS = st.sampled_from(
    [None, True, False, 0, -1, 3.5, 10**30, "", _MARK, "2025-03-01", "Patient/p", "#x"]
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["coding", "code", "reference", "value", "url", "extension", _MARK]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)
_USUAL = (
    ("/Claim/$submit", submitted(order(PREDNISONE), statement(PREDNISONE))),
    ("/cds-services/order-sign", hook("order-sign", order(PREDNISONE))),
    ("/cds-services/appointment-book", hook("appointment-book", appointments={"entry": []})),
)


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every element, as what holds it and its key."""
    for key in list(data) if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        yield data, key
        yield from places(data[key])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_stands_in_an_element_is_answered_or_refused(
    client: TestClient, log: Lines, data: st.DataObject
) -> None:
    path, usual = data.draw(st.sampled_from(_USUAL))
    body = copy.deepcopy(usual)
    for _ in range(data.draw(st.integers(1, 2))):
        holder, key = data.draw(st.sampled_from(list(places(body))))
        holder[key] = data.draw(_JSON)
    answer = client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code in {200, 400, 412, 422}
    assert answer.status_code == 200 or _MARK not in answer.text
    assert _MARK not in log.lines[-1]


def values_in(data: Any) -> set[str]:
    """The texts and numbers in it that are long enough to be told from a time or a status."""
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    own = {str(data)} if isinstance(data, str | float) and len(str(data)) > 4 else set()
    return own.union(*map(values_in, inner))


def test_no_value_of_any_chart_is_logged(client: TestClient, log: Lines) -> None:
    for path, usual in _USUAL:
        broken = {**usual, "entry": [{"resource": _MARK}], "context": _MARK}
        for body in (usual, broken):
            client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    logged = [json.loads(line) for line in log.lines]
    assert [one.pop("route") for one in logged] == [path for path, _ in _USUAL for _ in range(2)]
    written = json.dumps(logged)
    assert {value for _, usual in _USUAL for value in values_in(usual) if value in written} == set()
    assert _MARK not in written
