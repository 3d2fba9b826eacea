"""The description of the routes: OpenAPI 3.1, with the schemas of a case and of a decision."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lupa.serve.hooks import HOOKS, PREFETCH
from lupa.serve.limits import Limits
from lupa.serve.refused import FHIR, JSON, LINES, TITLES
from lupa.version import __version__

Json = dict[str, Any]


def document(schemas: Mapping[str, Json], policies: Sequence[str], limits: Limits) -> Json:
    """The document, for the schemas of `lupa schema` and the policies on file."""
    parts = {**_hoisted("Case", schemas["case"]), **_hoisted("Decision", schemas["decision"])}
    parts |= {**_hoisted("Undecided", schemas["undecided"]), **_PLAIN}
    info = {
        "title": "lupa",
        "version": __version__,
        "summary": "What written coverage policies say of a patient, and why",
        "description": (
            f"Policies: {', '.join(policies)}. A body has at most {limits.size} bytes, an answer comes "
            f"within {limits.seconds:g} seconds. lupa proposes a determination; a person decides."
        ),
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": "/"}],
        "paths": _paths(),
        "components": {"schemas": parts},
    }


def _hoisted(name: str, schema: Json) -> Json:
    """A schema and those that it defines, as parts of the document; their names begin with its own."""
    own = {key: value for key, value in schema.items() if key not in ("$defs", "$schema")}
    parts = {name: own, **{f"{name}.{key}": value for key, value in schema.get("$defs", {}).items()}}
    moved = json.dumps(parts).replace('"#/$defs/', f'"#/components/schemas/{name}.')
    found: Json = json.loads(moved)
    return found


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _of(hook: str) -> Json:
    """A request of one hook."""
    return {"allOf": [_ref("Hook"), {"properties": {"hook": {"const": hook}}}]}


def _media(schema: Json, *media: str) -> Json:
    return {one: {"schema": schema} for one in media}


def _refused(schema: str, media: str, *statuses: int) -> Json:
    return {
        str(status): {"description": TITLES[status], "content": _media(_ref(schema), media)}
        for status in statuses
    }


_USUAL = (400, 408, 413, 415, 422, 429, 500, 503, 504)
_RESOURCE: Json = {
    "type": "object",
    "required": ["resourceType"],
    "properties": {"resourceType": {"type": "string"}},
}
_BUNDLE: Json = {
    "type": "object",
    "required": ["resourceType", "entry"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "entry": {"type": "array", "items": {"type": "object"}},
    },
}
_PARAMETERS: Json = {
    "type": "object",
    "required": ["resourceType", "parameter"],
    "properties": {
        "resourceType": {"const": "Parameters"},
        "parameter": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"resource": {"$ref": "#/components/schemas/Bundle"}},
            },
        },
    },
}
_SUBMITTED: Json = {"oneOf": [{"$ref": "#/components/schemas/Bundle"}, _PARAMETERS]}
_PLAIN: Json = {
    "Resource": {"description": "A resource of FHIR R4 in JSON.", **_RESOURCE},
    "Bundle": {"description": "A Bundle of FHIR R4.", **_BUNDLE},
    "OperationOutcome": {
        "type": "object",
        "required": ["resourceType", "issue"],
        "properties": {
            "resourceType": {"const": "OperationOutcome"},
            "issue": {"type": "array", "minItems": 1, "items": {"type": "object"}},
        },
    },
    "Error": {
        "description": "What is wrong: each problem with the path to it, and never a value.",
        "type": "object",
        "required": ["error"],
        "additionalProperties": False,
        "properties": {
            "error": {
                "type": "object",
                "required": ["status", "message", "problems"],
                "additionalProperties": False,
                "properties": {
                    "status": {"type": "integer"},
                    "message": {"type": "string"},
                    "problems": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["path", "message"],
                            "additionalProperties": False,
                            "properties": {"path": {"type": "string"}, "message": {"type": "string"}},
                        },
                    },
                },
            }
        },
    },
    "Health": {
        "type": "object",
        "required": ["status", "lupa", "kb"],
        "properties": {
            "status": {"const": "ok"},
            "lupa": {"type": "string"},
            "kb": {
                "type": "object",
                "required": ["fingerprint", "policies"],
                "properties": {
                    "fingerprint": {"type": "string"},
                    "policies": {"type": "array", "items": {"type": "object"}},
                },
            },
        },
    },
    "Hook": {
        "description": "A request of CDS Hooks.",
        "type": "object",
        "required": ["hook", "hookInstance", "context", "prefetch"],
        "properties": {
            "hook": {"enum": list(HOOKS)},
            "hookInstance": {"type": "string"},
            "context": {
                "type": "object",
                "required": ["patientId"],
                "properties": {"patientId": {"type": "string"}},
            },
            "prefetch": {
                "type": "object",
                "required": list(PREFETCH),
                "additionalProperties": {"type": ["object", "null"]},
            },
        },
    },
    "Cards": {
        "type": "object",
        "required": ["cards"],
        "properties": {
            "cards": {"type": "array", "items": {"type": "object"}},
            "systemActions": {"type": "array", "items": {"type": "object"}},
        },
    },
    "Services": {
        "type": "object",
        "required": ["services"],
        "properties": {"services": {"type": "array", "items": {"type": "object"}}},
    },
}


def _paths() -> Json:
    either = {"oneOf": [_ref("Decision"), _ref("Undecided")]}
    decided = {
        "description": "The decision, or an array of them where there are several, or lines for lines.",
        "content": {
            JSON: {"schema": {"oneOf": [_ref("Decision"), {"type": "array", "items": _ref("Decision")}]}},
            LINES: {"schema": {"type": "string"}},
        },
    }
    some = {
        "description": "Some cases could not be decided: each has what is wrong in its place.",
        "content": {
            JSON: {"schema": {"type": "array", "items": either}},
            LINES: {"schema": {"type": "string"}},
        },
    }
    cases = {"oneOf": [_ref("Case"), {"type": "array", "items": _ref("Case"), "maxItems": 1000}]}
    return {
        "/decide": {
            "post": {
                "operationId": "decide",
                "summary": "The decision on a case under each policy that it is about",
                "requestBody": {
                    "required": True,
                    "content": {
                        JSON: {"schema": cases},
                        LINES: {"schema": {"type": "string"}},
                        FHIR: {"schema": _ref("Resource")},
                    },
                },
                "responses": {"200": decided, "207": some, **_refused("Error", JSON, *_USUAL)},
            }
        },
        "/Claim/$submit": {
            "post": {
                "operationId": "submit",
                "summary": "Prior authorization (Da Vinci PAS): the response to the claim in a Bundle",
                "requestBody": {"required": True, "content": _media(_SUBMITTED, FHIR, JSON)},
                "responses": {
                    "200": {
                        "description": "The response; a denial leaves as pended, for a person to decide.",
                        "content": _media(_ref("Bundle"), FHIR),
                    },
                    **_refused("OperationOutcome", FHIR, *_USUAL),
                },
            }
        },
        "/cds-services": {"get": _read("services", "The services of CDS Hooks", "Services")},
        **{
            f"/cds-services/{hook}": {
                "post": {
                    "operationId": hook,
                    "summary": words,
                    "requestBody": {"required": True, "content": _media(_of(hook), JSON)},
                    "responses": {
                        "200": {"description": "Cards.", "content": _media(_ref("Cards"), JSON)},
                        **_refused("OperationOutcome", FHIR, *_USUAL, 412),
                    },
                }
            }
            for hook, words in HOOKS.items()
        },
        "/Questionnaire/{policy}": {
            "get": {
                "operationId": "form",
                "summary": "The questions of a policy as a form, whose answers read back into a case",
                "parameters": [
                    {
                        "name": "policy",
                        "in": "path",
                        "required": True,
                        "description": "A policy, or one of its editions: policy@edition.",
                        "schema": {"type": "string"},
                    }
                ],
                "responses": {
                    "200": {"description": "A Questionnaire.", "content": _media(_ref("Resource"), FHIR)},
                    **_refused("OperationOutcome", FHIR, 404, 422, 429, 500, 503, 504),
                },
            }
        },
        "/health": {"get": _read("health", "That it answers, and by which rules", "Health")},
        "/openapi.json": {
            "get": {
                "operationId": "openapi",
                "summary": "This document",
                "responses": {"200": {"description": "OpenAPI.", "content": {JSON: {"schema": {}}}}},
            }
        },
    }


def _read(name: str, summary: str, schema: str) -> Json:
    found = {"description": summary, "content": _media(_ref(schema), JSON)}
    return {"operationId": name, "summary": summary, "responses": {"200": found}}
