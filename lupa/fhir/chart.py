"""A chart as a set of resources: whatever it comes in, whose each is, and what refers to what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lupa.errors import CaseError, shown
from lupa.fhir.versions import kept_of, newer

Json = Any
"""What JSON can say, as plain data."""
Resource = dict[str, Json]

_NOT_ASKED = ("cancelled", "draft", "entered-in-error")
"""The states of a claim that asks for nothing."""


@dataclass
class Chart:
    """The resources of a chart, each once, in no order that matters."""

    resources: list[Resource] = field(default_factory=list)
    by_address: dict[str, dict[int, Resource]] = field(default_factory=dict)
    """By `Type/id` and by full URL, then by `id()`; of several it is not known which is meant."""
    urls: dict[int, str] = field(default_factory=dict)
    """The addresses on a server, by the `id()` of their resources."""
    names: dict[int, str] = field(default_factory=dict)
    """The full URLs, by the `id()` of their resources: the names of those that have no id."""
    drafts: set[int] = field(default_factory=set)
    """Those, by `id()`, that a hook is about to order."""
    modified: set[int] = field(default_factory=set)
    """Those, by `id()`, beside which their Bundle holds what must not be read over."""
    selected: set[str] = field(default_factory=set)
    patient: str | None = None
    """The id of the patient whom a hook names."""
    notes: list[str] = field(default_factory=list)
    case: dict[str, Json] | None = None
    """A case that came with the chart."""
    chosen: Resource | None = None
    """The claim that is answered, where there are several; the others are not looked at."""
    _seen: dict[str, Resource] = field(default_factory=dict)
    _newest: dict[str, int] = field(default_factory=dict)
    """The place of the newest version of each resource, by its address."""
    _patients: tuple[int, list[str]] | None = None
    _grouped: dict[str | None, list[Resource]] = field(default_factory=dict)

    @classmethod
    def of(cls, sources: Iterable[Json]) -> Chart:
        """The chart of all that these hold."""
        chart = cls()
        for source in sources:
            chart.add(source)
        return chart

    def add(
        self, resource: Json, url: str | None = None, *, draft: bool = False, modified: bool = False
    ) -> None:
        """Takes in a resource, or what holds some: a Bundle, Parameters, a hook's request, a case."""
        if not isinstance(resource, dict):
            raise CaseError(f"a resource is an object, not {shown(resource)}")
        kind = resource.get("resourceType")
        if kind == "Bundle":
            modified = modified or bool(resource.get("implicitRules"))
            for entry in kept_of(resource):
                full = entry.get("fullUrl")
                full, odd = full if isinstance(full, str) else None, bool(entry.get("modifierExtension"))
                self.add(entry["resource"], full, draft=draft, modified=modified or odd)
        elif kind == "Parameters":
            self._parameters(resource.get("parameter"))
        elif isinstance(kind, str):
            self._one(resource, kind, url, draft=draft, modified=modified)
        elif "hook" in resource:
            self._hook(resource)
        elif "request" in resource or "facts" in resource:
            if self.case is not None:
                raise CaseError("two cases are given; a chart goes with one")
            self.case = resource
        else:
            raise CaseError(
                "no resource of FHIR: it has no resourceType; give a Bundle, NDJSON, a resource, "
                "Parameters or a request of CDS Hooks"
            )

    def _one(self, resource: Resource, kind: str, url: str | None, *, draft: bool, modified: bool) -> None:
        name = resource.get("id")
        local = f"{kind}/{name}" if isinstance(name, str) else None
        named = [at for at in (local, url) if at is not None]
        same = self._same(resource, named)
        if same is not None:
            self._know(same, named, url, draft=draft, modified=modified)
            return
        address = url if url is not None and "://" in url else local
        end = len(self.resources)
        place = end if address is None else self._newest.setdefault(address, end)
        is_newer = None if place == end else self._is_newer(resource, self.resources[place], draft)
        if is_newer is False:
            return
        if is_newer:  # of a history only the newest version counts
            before = self.resources[place]
            self.resources[place] = resource
            draft = draft or id(before) in self.drafts
            self.drafts.discard(id(before))
            for at in named:
                self.by_address.get(at, {}).pop(id(before), None)
        else:
            self.resources.append(resource)
        self._know(resource, named, url, draft=draft, modified=modified)

    def _is_newer(self, resource: Resource, before: Resource, draft: bool) -> bool | None:
        """Whether a version goes before another, which what is about to be ordered does."""
        drafted = id(before) in self.drafts
        return draft if draft != drafted else newer(resource, before)

    def _know(
        self, resource: Resource, named: list[str], url: str | None, *, draft: bool, modified: bool
    ) -> None:
        for at in named:
            self.by_address.setdefault(at, {})[id(resource)] = resource
        if url is not None:
            self.names.setdefault(id(resource), url)
            if "://" in url:
                self.urls[id(resource)] = url
        if draft:
            self.drafts.add(id(resource))
        if modified:
            self.modified.add(id(resource))

    def _same(self, resource: Resource, named: list[str]) -> Resource | None:
        """The same resource that is here already."""
        others = [held for at in named if (held := self.by_address.get(at))]
        for before in (next(iter(held.values())) for held in others):
            if before is resource or before == resource:
                return before
        if others or not named:
            text = json.dumps(resource, sort_keys=True, default=str)
            before = self._seen.setdefault(text, resource)
            return None if before is resource else before
        return None

    def _parameters(self, parameters: Json) -> None:
        for parameter in _objects(parameters):
            if isinstance(parameter.get("resource"), dict):
                self.add(parameter["resource"])
            self._parameters(parameter.get("part"))

    def _hook(self, request: Mapping[str, Json]) -> None:
        context = request.get("context")
        context = context if isinstance(context, dict) else {}
        drafts = context.get("draftOrders")
        if isinstance(drafts, dict):
            self.add(drafts, draft=True)
        self.selected |= {one for one in _list(context.get("selections")) if isinstance(one, str)}
        patient = context.get("patientId")
        if isinstance(patient, str):
            self.patient = patient.rpartition("/")[2]
        prefetch = request.get("prefetch")
        for found in prefetch.values() if isinstance(prefetch, dict) else ():
            if isinstance(found, dict):  # null: searched for, and nothing was there
                self.add(found)

    # ---- what is asked for ---------------------------------------------------------------------

    @property
    def claims(self) -> list[Resource]:
        """The claims for prior authorization that are answered."""
        claims = filter(asks, self.resources)
        return [one for one in claims if self.chosen is None or one is self.chosen]

    def about(self, claim: Resource, part: Resource | None = None) -> Chart:
        """The same chart as one of its claims makes it, perhaps with a part of this in its place."""
        if part is None:
            return replace(self, chosen=claim)
        resources = [part if one is claim else one for one in self.resources]
        addresses = {
            at: {id(claim): part} if id(claim) in held else held for at, held in self.by_address.items()
        }
        modified = {id(part) if one == id(claim) else one for one in self.modified}
        return replace(
            self, resources=resources, by_address=addresses, modified=modified, chosen=part, _grouped={}
        )

    def is_left_out(self, resource: Resource) -> bool:
        """Whether it is a claim beside the one that is answered."""
        return self.chosen is not None and resource is not self.chosen and asks(resource)

    @property
    def order(self) -> Resource | None:
        """The one order that a hook is about: the selected one, or the only one; None of several."""
        drafts = [one for one in self.resources if id(one) in self.drafts]
        chosen = [one for one in drafts if f"{one.get('resourceType')}/{one.get('id')}" in self.selected]
        found = chosen or drafts
        return found[0] if len(found) == 1 else None

    @property
    def coverage(self) -> Json:
        """The reference to the one coverage in the chart; None for none, or several."""
        found = [one for one in self.resources if one.get("resourceType") == "Coverage"]
        name = found[0].get("id") if len(found) == 1 else None
        return {"reference": f"Coverage/{name}"} if isinstance(name, str) else None

    # ---- what refers to what -------------------------------------------------------------------

    def target(self, reference: Json, holder: Resource) -> Resource | None:
        """The resource that a reference means, here or inside its holder; None where it is not here."""
        found = self.targets(reference, holder)
        return found[0] if len(found) == 1 else None

    def targets(self, reference: Json, holder: Resource) -> list[Resource]:
        """The resources that a reference may mean, of which it is not known which it means."""
        if not isinstance(reference, str):
            return []
        if reference.startswith("#"):
            inside = _objects(holder.get("contained"))
            return [one for one in inside if one.get("id") == reference[1:]][:1]
        plain = reference.partition("/_history/")[0]
        held = [*self.by_address.get(plain, {}).values()]
        if not held and plain.count("/") > 1 and not plain.startswith("urn:"):
            local = self.by_address.get("/".join(plain.rsplit("/", 2)[1:]), {}).values()
            held = [one for one in local if id(one) not in self.urls]  # those have another address
        return held

    def whose(self, reference: Json, holder: Resource) -> str | None:
        """The id of the patient that a reference means; None where it means none that can be told."""
        if not isinstance(reference, dict):
            return None
        text = reference.get("reference")
        if not isinstance(text, str):
            return None
        found = self.target(text, holder)
        if found is not None:
            return self.name_of(found) if found.get("resourceType") == "Patient" else text
        plain = text.partition("/_history/")[0]
        local = "/".join(plain.rsplit("/", 2)[-2:])
        if not local.startswith("Patient/") or (plain != local and local in self.by_address):
            return text  # of a group, or of somebody on another server
        return local.removeprefix("Patient/")

    def of_patient(
        self, patient: str | None, owners: Callable[[Resource], Iterable[str | None]]
    ) -> list[Resource]:
        """The resources of a patient, where the chart has several; `owners` tells whose each is."""
        if len(self.patients()) < 2:
            return self.resources
        if not self._grouped:  # whose each is, is found out once for all of them
            for resource in self.resources:
                for owner in dict.fromkeys(owners(resource)):
                    self._grouped.setdefault(owner, []).append(resource)
        return self._grouped.get(patient, [])

    def patients(self) -> list[str]:
        """The ids of the patients who have a resource of their own here."""
        if self._patients is None or self._patients[0] != len(self.resources):
            own = (one for one in self.resources if one.get("resourceType") == "Patient")
            self._patients = len(self.resources), sorted({self.name_of(one) for one in own})
        return self._patients[1]

    def name_of(self, resource: Resource) -> str:
        """The id of a resource; where it has none its full URL, else its place in the chart."""
        found = resource.get("id")
        if isinstance(found, str):
            return found
        places = (place for place, one in enumerate(self.resources, start=1) if one is resource)
        return self.names.get(id(resource)) or f"#{next(places, 0)}"


def asks(resource: Mapping[str, Json]) -> bool:
    """Whether a resource is a claim for prior authorization."""
    is_for_it = resource.get("use") in ("preauthorization", "predetermination")
    is_claim = resource.get("resourceType") == "Claim" and resource.get("status") not in _NOT_ASKED
    return is_claim and is_for_it


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _objects(value: Json) -> Iterator[dict[str, Json]]:
    return (one for one in _list(value) if isinstance(one, dict))
