"""Runs the server: one process or several on one socket, until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from functools import partial
from os import PathLike
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.supervisors import Multiprocess

from lupa.errors import CaseError, LupaError
from lupa.knowledge import KnowledgeBase
from lupa.record.routing import routed
from lupa.serve.app import LOG, Server
from lupa.serve.limits import Limits

_BACKLOG = 1024
_IDLE = 5
"""Seconds that a connection may be open without a request that has begun whole."""
_LARGEST_HEAD = 16 * 1024
"""Bytes of a request's line and headers."""


class Punctual(H11Protocol):
    """HTTP as uvicorn speaks it, to whoever says what is asked for in time.

    A connection on which the head of a request does not come to its end is closed.
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As uvicorn's; the time begins."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """As uvicorn's; the time ends with the head of a request, and begins with a next one."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._late is None:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """As uvicorn's."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        seconds = float(self.config.timeout_keep_alive)
        self._late = self.loop.call_later(seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def application(
    folder: str | PathLike[str] | None, limits: Limits, asked: Mapping[str, Any] | None = None
) -> Starlette:
    """The application over the knowledge base in a folder, or the shipped one; one for each process."""
    log_to_standard_error()
    return Server(KnowledgeBase.load(folder), limits, asked or {}).app()


def log_to_standard_error() -> None:
    """What is logged goes to standard error, one line of JSON each."""
    if not LOG.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        LOG.addHandler(handler)
        LOG.setLevel(logging.INFO)
        LOG.propagate = False


def listening(host: str, port: int) -> socket.socket:
    """A socket on which requests wait from now on. Raises `LupaError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        own = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise LupaError(f"cannot listen on {host}, port {port}: {words}; choose another --port") from error
    # each connection inherits it: what is left of an answer does not wait for word of what came before
    own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return own


def check_payer(kb: KnowledgeBase, asked: Mapping[str, Any]) -> None:
    """Raises `CaseError` for a payer of no policy: nothing that is asked would be answered."""
    wrong = None
    for policy in kb.policies if "payer" in asked else ():
        try:
            routed(kb, {"policy": policy, "payer": asked["payer"]})
        except CaseError as error:
            wrong = error
        else:
            return
    if wrong is not None:
        raise wrong


def run(
    folder: str | PathLike[str] | None,
    limits: Limits,
    asked: Mapping[str, Any],
    own: socket.socket,
    workers: int,
) -> None:
    """Answers until SIGTERM or SIGINT comes; what is in hand then is answered first."""
    gc.enable()  # which a command that ends at once can do without
    for number in (signal.SIGINT, signal.SIGTERM):  # while the server runs it has handlers of its own
        signal.signal(number, lambda *_: os._exit(0))
    config = uvicorn.Config(
        partial(application, folder, limits, asked),
        factory=True,
        http=Punctual,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        workers=workers,
        timeout_keep_alive=_IDLE,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
        timeout_graceful_shutdown=int(limits.arriving + limits.seconds) + 2,
    )
    if workers > 1:
        Multiprocess(config, sockets=[own]).run()
    else:
        uvicorn.Server(config).run(sockets=[own])
