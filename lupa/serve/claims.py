"""`POST /Claim/$submit`: prior authorization as Da Vinci PAS 2.2.1 asks for it, a Bundle for a Bundle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lupa.errors import LupaError, Problem
from lupa.fhir.cases import cases_of_items
from lupa.fhir.chart import Chart, asks
from lupa.fhir.items import decided, response_to
from lupa.knowledge import KnowledgeBase
from lupa.rules.deadline import Deadline
from lupa.serve.answer import Answer, resource
from lupa.serve.receiving import parsed_object
from lupa.serve.refused import FHIR, JSON, RefusedError, Words

ACCEPTED = (FHIR, JSON)
Json = dict[str, Any]
_MOST = 50
"""Items of one claim."""
_PROFILE = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/profile-pas-response-bundle"
_ECHOED = ("patient", "insurer", "requestor")
"""What a response refers to, and carries with it."""


def submit(
    kb: KnowledgeBase, words: Words, data: bytes, limit: Deadline, asked: Mapping[str, Any]
) -> Answer:
    """The response to the claim in a Bundle. Raises `RefusedError` (400, 422, 503, 504)."""
    bundle = _bundle(parsed_object(data))
    try:
        chart = Chart.of([bundle])
        claim = _claim(chart)
        found = decided(kb, list(cases_of_items(chart, claim, kb, None, asked)), limit)
    except LupaError as error:
        raise words.refused(error, bundle) from error
    known = [decision for decision in found if decision is not None]
    if not known:
        raise RefusedError(422, [Problem("Claim.item", "no policy on file speaks of any of them")])
    cases = tuple(decision.fingerprint.case for decision in known)
    own = str(uuid5(NAMESPACE_URL, " ".join([*cases, *(decision.fingerprint.kb for decision in known)])))
    answer = {**response_to(claim, found), "id": own}
    return resource(_response(bundle, chart, claim, answer), cases)


def _bundle(given: Json) -> Json:
    """The Bundle that came, by itself or as the parameter `resource`."""
    if given.get("resourceType") == "Parameters":
        parameters = given.get("parameter")
        given = next(
            (
                one["resource"]
                for one in (parameters if isinstance(parameters, list) else ())
                if isinstance(one, dict) and isinstance(one.get("resource"), dict)
            ),
            given,
        )
    if given.get("resourceType") != "Bundle" or not isinstance(given.get("entry"), list):
        raise RefusedError(400, [Problem("Bundle", "a Bundle with a Claim as its first entry is expected")])
    return given


def _claim(chart: Chart) -> Json:
    """The one claim, with what its response repeats."""
    claims = [one for one in chart.resources if one.get("resourceType") == "Claim" and asks(one)]
    if len(claims) != 1:
        needed = f"one Claim for prior authorization is expected, not {len(claims)}"
        raise RefusedError(422, [Problem("Bundle.entry", needed)])
    claim = claims[0]
    lines = claim.get("item")
    wrong = [
        Problem(f"Claim.{key}", "is needed, and is an object")
        for key in ("patient", "insurer", "provider")
        if not isinstance(claim.get(key), dict)
    ]
    if claim.get("type") is not None and not isinstance(claim["type"], dict):
        wrong.append(Problem("Claim.type", "an object is expected"))
    if claim.get("identifier") is not None and not _objects(claim["identifier"]):
        wrong.append(Problem("Claim.identifier", "a list of objects is expected"))
    if not _objects(lines) or not all(_is_number(line.get("sequence")) for line in lines or ()):
        wrong.append(Problem("Claim.item", "a list of objects, each with its sequence, is needed"))
    if wrong:
        raise RefusedError(422, wrong)
    if len(claim["item"]) > _MOST:
        raise RefusedError(413, f"at most {_MOST} items are answered at once")
    return claim


def _objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _response(bundle: Json, chart: Chart, claim: Json, found: Json) -> Json:
    """A response with what it refers to, each under the address that it had."""
    addresses = _addresses(bundle)
    address = addresses.get(id(claim))
    if address is not None and address.startswith("urn:"):
        found["request"] = {"reference": address}
    base, slash, _ = (address or "").rpartition("/Claim/")
    full = f"{base}/ClaimResponse/{found['id']}" if slash else f"urn:uuid:{found['id']}"
    entries = [{"fullUrl": full, "resource": found}]
    entries += _echoed(found, chart, claim, addresses)
    answer: Json = {"resourceType": "Bundle", "meta": {"profile": [_PROFILE]}}
    if isinstance(bundle.get("identifier"), dict):
        answer["identifier"] = bundle["identifier"]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {**answer, "type": "collection", "timestamp": now, "entry": entries}


def _addresses(bundle: Json) -> dict[int, str]:
    """The full URL of each resource of a Bundle, by `id()`."""
    return {
        id(entry["resource"]): entry["fullUrl"]
        for entry in bundle["entry"]
        if isinstance(entry, dict) and isinstance(entry.get("fullUrl"), str) and "resource" in entry
    }


def _echoed(found: Json, chart: Chart, claim: Json, addresses: Mapping[int, str]) -> Iterator[Json]:
    """What the response refers to, and what that refers to, as it came."""
    waiting = [(found.get(key), claim) for key in _ECHOED]
    seen = {id(claim)}
    while waiting:
        reference, holder = waiting.pop(0)
        target = chart.target(reference.get("reference"), holder) if isinstance(reference, dict) else None
        if target is None or id(target) in seen or target in (holder.get("contained") or ()):
            continue
        seen.add(id(target))
        address = {"fullUrl": addresses[id(target)]} if id(target) in addresses else {}
        yield {**address, "resource": target}
        waiting += [(value, target) for value in target.values()]
