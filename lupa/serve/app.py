"""The routes: what comes in is read within its limits, answered in a thread, and logged without a value.

What is logged of a request is one line of JSON: time, method, route, status, milliseconds, the
fingerprints of the cases, and the paths of what was wrong, made of the keys of a case. Nothing that came
in is written.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from lupa.errors import TimeLimitError, values_unsaid
from lupa.fhir.reading import reader_of
from lupa.knowledge import KnowledgeBase
from lupa.rules.deadline import Deadline
from lupa.rules.files import fingerprint
from lupa.rules.vocabulary import leaves
from lupa.schema import schemas
from lupa.serve import claims, decisions, hooks, openapi
from lupa.serve.answer import Answer, as_line
from lupa.serve.forms import Forms
from lupa.serve.limits import Limits
from lupa.serve.receiving import received
from lupa.serve.refused import FHIR, JSON, RefusedError, Words
from lupa.version import __version__

LOG = logging.getLogger("lupa.serve")
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_FHIR_ROUTES = ("/Claim", "/Questionnaire", "/cds-services/")
_LATER = 1.0
"""Seconds after the time limit when an answer is no longer waited for."""
_GONE = 499
"""What is logged where whoever asked has gone."""


class Given(NamedTuple):
    """What a request gives: the type of its body, the body, and what its path names."""

    media: str
    data: bytes
    name: str


Work = Callable[[Given, Deadline], Answer]


def words_of(kb: KnowledgeBase, case: Mapping[str, Any]) -> Words:
    """What may stand in a path, by the schema of a case and the vocabularies."""
    families = [kb.edition(policy).vocabulary.families for policy in kb.policies]
    named = {
        word for family in families for tree in family.values() for path, _ in leaves(tree) for word in path
    }
    return Words(frozenset(_properties(case)), frozenset({*named, *kb.catalogue.shared.names}))


def _properties(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if isinstance(schema.get("properties"), Mapping):
            yield from schema["properties"]
        for value in schema.values():
            yield from _properties(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _properties(value)


class Server:
    """One knowledge base behind its routes; `asked` is what every chart's request says, such as a payer."""

    def __init__(self, kb: KnowledgeBase, limits: Limits, asked: Mapping[str, Any]) -> None:
        self._kb = kb
        self._limits = limits
        self._asked = dict(asked)
        self._in_hand = 0
        self._threads = ThreadPoolExecutor(limits.threads, thread_name_prefix="lupa")
        reader_of(kb)
        found = schemas(kb)  # with the line above, what is read once is read before a request comes
        self._words = words_of(kb, found["case"])
        self._openapi = as_line(openapi.document(found, kb.policies, limits))
        self._discovery = as_line(hooks.discovery())
        self._health = as_line(_health(kb))

    def app(self) -> Starlette:
        """The application, for a server that speaks ASGI."""
        kb, words, asked = self._kb, self._words, self._asked

        def hooked(hook: str) -> Work:
            return lambda given, limit: hooks.answer_to(hook, kb, words, given.data, limit, asked)

        def decide(given: Given, limit: Deadline) -> Answer:
            return decisions.decide(kb, words, given.media, given.data, limit, asked)

        def submit(given: Given, limit: Deadline) -> Answer:
            return claims.submit(kb, words, given.data, limit, asked)

        def form(given: Given, limit: Deadline) -> Answer:
            return forms.form_for(given.name, limit)

        forms = Forms(kb, words)
        routes = [
            self._worked("/decide", decide, JSON, decisions.ACCEPTED),
            self._worked("/Claim/$submit", submit, FHIR, claims.ACCEPTED),
            *(
                self._worked(f"/cds-services/{hook}", hooked(hook), FHIR, hooks.ACCEPTED)
                for hook in hooks.HOOKS
            ),
            self._worked("/Questionnaire/{policy}", form, FHIR),
            self._fixed("/cds-services", self._discovery),
            self._fixed("/health", self._health),
            self._fixed("/openapi.json", self._openapi),
        ]
        app = Starlette(routes=routes, exception_handlers={HTTPException: self._nowhere})
        app.router.redirect_slashes = False  # which would repeat what a request calls this server
        return app

    @staticmethod
    def _fixed(route: str, body: bytes) -> Route:
        """What stays as it is."""

        async def endpoint(request: Request) -> Response:
            return _logged(request, route, time.perf_counter(), Answer(body))

        return Route(route, endpoint, methods=["GET"])

    def _worked(self, route: str, work: Work, media: str, accepted: tuple[str, ...] = ()) -> Route:
        """What is worked on, with a body where types of it are accepted; refused as `media`."""

        async def endpoint(request: Request) -> Response:
            began = time.perf_counter()
            headers: Mapping[str, str] = {}
            try:
                answer = await self._answer(request, work, accepted)
            except RefusedError as refused:
                paths = tuple(self._words.keys_of(problem.path) for problem in refused.problems)
                answer = Answer(refused.body(media), refused.status, media, paths=paths)
                headers = refused.headers
            except ClientDisconnect:
                answer = Answer(b"", _GONE)
            return _logged(request, route, began, answer, headers)

        return Route(route, endpoint, methods=["POST" if accepted else "GET"])

    async def _answer(self, request: Request, work: Work, accepted: tuple[str, ...]) -> Answer:
        """What is answered within all limits. Raises `RefusedError`."""
        with self._counted():
            media, data = await received(request, accepted, self._limits) if accepted else ("", b"")
            given = Given(media, data, request.path_params.get("policy", ""))
            limit = Deadline(self._limits.seconds)
            future = self._threads.submit(_safely, work, given, limit)
            try:
                async with asyncio.timeout(self._limits.seconds + _LATER):
                    return await asyncio.wrap_future(future)
            except TimeoutError as error:
                raise RefusedError(504) from error

    @contextmanager
    def _counted(self) -> Iterator[None]:
        if self._in_hand >= self._limits.at_once:
            raise RefusedError(429, headers={"Connection": "close"})
        self._in_hand += 1
        try:
            yield
        finally:
            self._in_hand -= 1

    @staticmethod
    async def _nowhere(request: Request, error: Exception) -> Response:
        """What is answered where there is no such route, or not for this method."""
        assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for this
        refused = RefusedError(error.status_code)
        media = FHIR if request.url.path.startswith(_FHIR_ROUTES) else JSON
        answer = Answer(refused.body(media), refused.status, media)
        return _logged(request, "-", time.perf_counter(), answer, error.headers or {})


def _safely(work: Work, given: Given, limit: Deadline) -> Answer:
    """What the work answers; a fault of ours shows a place and no value. Raises `RefusedError`."""
    try:
        with values_unsaid():
            limit.check()
            return work(given, limit)
    except RefusedError:
        raise
    except TimeLimitError as error:
        raise RefusedError(504) from error
    except Exception as error:  # noqa: BLE001 - a fault of ours must not show a patient's facts
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
        LOG.error(json.dumps({"fault": type(error).__name__, "at": place}))  # noqa: TRY400 - its words may be a patient's
        raise RefusedError(500) from None


def _logged(
    request: Request,
    route: str,
    began: float,
    answer: Answer,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer, once it is logged."""
    line: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "method": request.method if request.method in _METHODS else "-",
        "route": route,
        "status": answer.status,
        "ms": round((time.perf_counter() - began) * 1000, 1),
    }
    if answer.cases:
        line["cases"] = answer.cases
    if answer.paths:
        line["paths"] = answer.paths
    LOG.info(json.dumps(line))
    given = {**_HEADERS, **(headers or {})}
    return Response(answer.body, answer.status, media_type=answer.media, headers=given)


def _health(kb: KnowledgeBase) -> dict[str, Any]:
    """That it answers, and by which rules."""
    policies = [
        {
            "policy": policy,
            "editions": [name for name, _ in kb.about(policy).editions],
            "fingerprint": kb.edition(policy).fingerprint,
        }
        for policy in kb.policies
    ]
    together = fingerprint({str(one["policy"]): str(one["fingerprint"]) for one in policies})
    return {"status": "ok", "lupa": __version__, "kb": {"fingerprint": together, "policies": policies}}
