"""Which policies and editions a request is about: by policy, drug, service or code, payer and date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from lupa.errors import CaseError, Problem, shown
from lupa.rules.about import About
from lupa.rules.catalogue import KINDS
from lupa.rules.days import day
from lupa.rules.deadline import ENDLESS, Deadline
from lupa.rules.edition import Edition
from lupa.rules.names import normal
from lupa.rules.store import Store

Chosen = list[tuple[str, str | None]]
"""Policies, each with the edition that was named, if one was."""


class Routes(NamedTuple):
    """The editions that answer a request; and why policies that cover the same give no answer, by name."""

    editions: list[Edition]
    without: Mapping[str, Problem]

    @property
    def unanswered(self) -> list[Problem]:
        """What to tell beside the answers of others: that each of these gives none, and why."""
        return [
            Problem(problem.path, f"{policy} gives no answer: {problem.message}")
            for policy, problem in self.without.items()
        ]


def routed(store: Store, request: Mapping[str, Any], limit: Deadline = ENDLESS) -> Routes:
    """What answers a request; raises `CaseError`, naming every problem, where nothing does."""
    return _Router(store, request).routes(limit)


def is_covered(store: Store, request: Mapping[str, Any], limit: Deadline = ENDLESS) -> bool:
    """Whether a policy speaks of the drug that is asked for; of the payer or policy, where one is named."""
    routing = {key: request[key] for key in ("drug", "policy", "payer") if key in request}
    try:
        return "drug" in routing and bool(routed(store, routing, limit).editions)
    except CaseError:
        return False


def asked_for(store: Store, request: Mapping[str, Any], about: About) -> tuple[str, ...]:
    """What a request asks a policy for, of what this covers; all of it where only the policy is named."""
    found = {
        name
        for kind, given, _ in _Router(store, request).asked_for()
        for policy, name in store.catalogue.covering(kind, given)
        if policy == about.policy
    }
    return tuple(name for name in about.covered if name in found or not found)


class _Router:
    def __init__(self, store: Store, request: Mapping[str, Any]) -> None:
        self._store = store
        self._request = request
        self._problems: list[Problem] = []

    @contextmanager
    def _said_of(self, path: str) -> Iterator[None]:
        """What goes wrong is kept, and said of this place."""
        try:
            yield
        except CaseError as error:
            self._problems.extend(Problem(p.path or path, p.message) for p in error.problems)

    def routes(self, limit: Deadline) -> Routes:
        """The edition of each policy that the request is about, or why that has none on its day."""
        on: date | None = None
        with self._said_of("request.service_date"):
            if self._request.get("service_date") is not None:
                on = day(self._request["service_date"], "request.service_date")
        chosen = self._chosen()
        if not chosen and not self._problems:
            needed = "say which `policy`, or which `drug`, `service` or `code`, it is about"
            self._problems.append(Problem("request", needed))
        if self._problems:
            raise CaseError(self._problems)
        found, without = [], dict[str, Problem]()
        for policy, edition in chosen:
            try:
                found.append(self._store.edition(policy, edition, on=on, limit=limit))
            except CaseError as error:
                path = "request.service_date" if edition is None else "request.policy"
                without[policy] = Problem(path, error.problems[0].message)
        if not found:
            raise CaseError(list(without.values()))
        return Routes(found, without)

    def _chosen(self) -> Chosen:
        chosen: Chosen = []
        with self._said_of("request.policy"):
            if self._request.get("policy") is not None:
                named, at, wanted = self._text("policy").partition("@")
                self._store.about(named)
                chosen = [(named, wanted if at else None)]
        for kind, name, key in self.asked_for():
            with self._said_of(f"request.{key}"):
                chosen = self._covering(chosen, self._store.policies_on(name, kind), self._request[key])
        with self._said_of("request.payer"):
            if self._request.get("payer") is not None:
                chosen = self._of_payer(chosen, self._text("payer"))
        return chosen

    def asked_for(self) -> Iterator[tuple[str, str, str]]:
        """What is asked for: of what kind it is, its name, and the key that says so."""
        for kind in KINDS:
            with self._said_of(f"request.{kind}"):
                if self._request.get(kind) is not None:
                    yield kind, self._text(kind), kind
        with self._said_of("request.code"):
            if self._request.get("code") is not None:
                kind, name = self._store.catalogue.coded(self._text("code"))
                yield kind, name, "code"

    def _covering(self, chosen: Chosen, covering: Sequence[str], given: object) -> Chosen:
        """Those of the policies chosen that cover what is given; all that do where none was chosen."""
        if not chosen:
            return [(policy, None) for policy in covering]
        found = [(policy, edition) for policy, edition in chosen if policy in covering]
        if not found:
            raise CaseError(f"{chosen[0][0]} does not cover {shown(given)}")
        return found

    def _of_payer(self, chosen: Chosen, payer: str) -> Chosen:
        """Those of the policies that are of a payer."""
        payers = {policy: self._store.about(policy).payer for policy, _ in chosen}
        found = [(policy, name) for policy, name in chosen if normal(payer) in _names_of(payers[policy])]
        if chosen and not found:
            known = ", ".join(dict.fromkeys(payers.values()))
            raise CaseError(f"{shown(payer)} is the payer of no such policy; the payers are: {known}")
        return found

    def _text(self, key: str) -> str:
        value = self._request[key]
        if key == "code" and isinstance(value, int) and not isinstance(value, bool):
            return str(value)  # the code of a procedure is all digits, and a file may hold it as a number
        if not isinstance(value, str):
            raise CaseError([Problem(f"request.{key}", f"a name is expected, not {shown(value)}")])
        return value


def _names_of(payer: str) -> set[str]:
    """What a payer is called: in full, without what stands in brackets, and by that alone."""
    within = re.findall(r"\(([^)]*)\)", payer)
    return {normal(name) for name in (payer, re.sub(r"\s*\([^)]*\)", "", payer), *within)}
