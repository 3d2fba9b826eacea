"""The document that describes the routes."""

from __future__ import annotations

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from starlette.testclient import TestClient

from tests.serve.asked import CASE, hook, submitted


def test_it_is_valid_and_names_every_route(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    validate(document, cls=OpenAPIV31SpecValidator)
    routes = {route.path: set(route.methods) - {"HEAD"} for route in client.app.routes}  # type: ignore[attr-defined]
    assert {path: {m.upper() for m in found} for path, found in document["paths"].items()} == routes


@pytest.mark.parametrize(
    ("path", "body", "media"),
    [
        ("/decide", CASE, "application/json"),
        ("/decide", [CASE, {}], "application/json"),
        ("/decide", {}, "application/json"),
        ("/cds-services/order-sign", hook("order-sign"), "application/json"),
        ("/Claim/$submit", submitted(), "application/fhir+json"),
        ("/Claim/$submit", {}, "application/fhir+json"),
    ],
)
def test_what_is_asked_and_answered_is_as_it_says(
    client: TestClient, path: str, body: object, media: str
) -> None:
    document = client.get("/openapi.json").json()
    answer = client.post(path, json=body, headers={"Content-Type": media})
    told = document["paths"][path]["post"]["responses"][str(answer.status_code)]
    schema = told["content"][answer.headers["content-type"]]["schema"]
    jsonschema.validate(answer.json(), {**schema, "components": document["components"]})
    asked = document["paths"][path]["post"]["requestBody"]["content"][media]["schema"]
    if answer.status_code == 200:
        jsonschema.validate(body, {**asked, "components": document["components"]})
