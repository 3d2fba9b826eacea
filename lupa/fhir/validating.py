"""Resources looked at by the models of FHIR R4B and by the guides; no gate: the models are too strict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lupa.errors import CaseError, printable
from lupa.fhir.guides import faults

Json = dict[str, Any]
_MOST = 20
"""So many faults of one resource are told."""


def of_chart(resources: Iterable[Json]) -> Iterator[str]:
    """What the models find wrong with the resources of a chart, each with its type and id."""
    for resource in resources:
        name = f"{resource.get('resourceType')}/{resource.get('id', '?')}"
        yield from (f"{printable(name)}: {fault}" for fault in _by_model(resource))


def of_answer(answer: Json) -> Iterator[str]:
    """What the models and the guides find wrong with what leaves: a resource, or an answer to a hook."""
    if "resourceType" in answer:
        yield from _by_model(answer)
    elif "cards" not in answer:
        yield "neither a resource, which has a resourceType, nor an answer to a hook, which has cards"
    for action in answer.get("systemActions", ()):
        yield from _by_model(action["resource"])
    yield from faults(answer)


def _by_model(resource: Json) -> Iterator[str]:
    try:
        from fhir.resources.R4B import get_fhir_model_class
        from pydantic import ValidationError
    except ImportError as error:
        raise CaseError("--validate needs the extra fhir: pip install 'lupa-kb[fhir]'") from error
    try:
        model = get_fhir_model_class(str(resource.get("resourceType")))
    except ValueError:
        yield "resourceType: no type of resource in FHIR R4B"
        return
    try:
        model.model_validate(resource)
    except ValidationError as error:
        told = dict.fromkeys(map(_fault, error.errors(include_input=False, include_url=False)))
        yield from list(told)[:_MOST]


def _fault(error: Mapping[str, Any]) -> str:
    """Where something is wrong, and of which kind; never a value, which may be a patient's."""
    place = ".".join(str(step) for step in error["loc"] if step != "root") or "the resource"
    return f"{printable(place)}: {printable(str(error['type']).rpartition('.')[2].replace('_', ' '))}"
