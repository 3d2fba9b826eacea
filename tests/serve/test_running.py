"""The server as it runs: a process of its own, real sockets, and clients of every kind."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from lupa import KnowledgeBase
from lupa.serve.run import listening
from tests.command import as_bytes, command
from tests.serve.asked import CASE, hook, submitted

pytestmark = pytest.mark.slow

JSON = {"Content-Type": "application/json"}
LONG_ENOUGH = 60.0


@dataclass
class Running:
    process: subprocess.Popen[bytes]
    url: str
    lines: list[str] = field(default_factory=list)
    """What it wrote to standard error after the line that tells where it is."""

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.decode())

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LONG_ENOUGH)


@contextmanager
def running(*words: str) -> Iterator[Running]:
    process = subprocess.Popen(
        [sys.executable, "-m", "lupa", "serve", "--port", "0", *words], stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    told = re.search(r"http://\S+", process.stderr.readline().decode())
    assert told is not None
    server = Running(process, told[0])
    reading = threading.Thread(target=server.log, daemon=True)
    reading.start()
    try:
        yield server
    finally:
        if process.poll() is None:
            server.stop()
        reading.join(LONG_ENOUGH)
        process.stderr.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running("--arrival", "3", "--timeout", "60", "--request", "payer=UnitedHealthcare") as found:
        yield found


@pytest.fixture(scope="module")
def client(server: Running) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.url, timeout=LONG_ENOUGH) as found:
        yield found


def raw(server: Running, data: bytes, *, wait: float = LONG_ENOUGH) -> bytes:
    """What comes back on a connection until the server closes it."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=wait) as connection:
        connection.sendall(data)
        found = b""
        while part := connection.recv(65536):
            found += part
        return found


def head(length: int) -> bytes:
    lines = (
        "POST /decide HTTP/1.1",
        "Host: x",
        "Content-Type: application/json",
        f"Content-Length: {length}",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def test_it_says_by_which_rules_it_answers(client: httpx2.Client, kb: KnowledgeBase) -> None:
    found = client.get("/health").json()
    assert found["status"] == "ok"
    assert {one["policy"]: one["fingerprint"] for one in found["kb"]["policies"]} == {
        policy: kb.edition(policy).fingerprint for policy in kb.policies
    }


def test_clients_at_the_same_time_get_the_same_bytes(client: httpx2.Client, kb: KnowledgeBase) -> None:
    def decided(_: int) -> str:
        return client.post("/decide", content=as_bytes(CASE), headers=JSON).text

    with ThreadPoolExecutor(4) as threads:
        assert {*threads.map(decided, range(12))} == {f"{kb.decide(CASE).to_json()}\n"}


def test_hooks_and_claims_are_answered(client: httpx2.Client) -> None:
    signed = client.post("/cds-services/order-sign", json=hook("order-sign"))
    assert len(signed.json()["cards"]) == 1
    claimed = client.post(
        "/Claim/$submit", content=as_bytes(submitted()), headers={"Content-Type": "application/fhir+json"}
    )
    assert claimed.json()["entry"][0]["resource"]["resourceType"] == "ClaimResponse"


def test_no_part_of_an_answer_waits_for_word_of_the_part_before() -> None:
    with closing(listening("127.0.0.1", 0)) as own, socket.create_connection(own.getsockname()):
        connection, _ = own.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_a_slow_body_is_not_waited_for(server: Running) -> None:
    began = time.monotonic()
    found = raw(server, head(1000) + b"{")
    assert found.startswith(b"HTTP/1.1 408 ")
    assert 2 < time.monotonic() - began < 30


def test_a_head_that_does_not_end_is_not_waited_for(server: Running) -> None:
    assert raw(server, b"POST /decide HTTP/1.1\r\nHost: ") == b""


def test_a_next_head_that_does_not_end_is_not_waited_for_either(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=LONG_ENOUGH) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: ")
        rest = [connection.recv(65536)]
        while rest[-1]:
            rest.append(connection.recv(65536))
        assert b"HTTP/1.1" not in b"".join(rest)


def test_a_large_body_is_refused_before_it_comes(server: Running) -> None:
    assert raw(server, head(10**12)).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("is_of_known_length", [False, True])
def test_who_sends_a_body_that_is_too_large_is_told(
    client: httpx2.Client, is_of_known_length: bool
) -> None:
    size, part = 30, b" " * 1024 * 1024
    headers = {**JSON, "Content-Length": str(size * len(part))} if is_of_known_length else JSON
    answer = client.post("/decide", content=(part for _ in range(size)), headers=headers)
    assert (answer.status_code, "send one patient at a time" in answer.text) == (413, True)


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 50_000,
        b"GET /\r\nSet-Cookie: a=b HTTP/1.1\r\n\r\n",
        b"POST /decide HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /decide HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n{}",
    ],
)
def test_what_is_no_http_is_refused(server: Running, data: bytes) -> None:
    assert raw(server, data).startswith(b"HTTP/1.1 4")


def test_after_all_of_that_it_answers_and_its_log_holds_no_value(
    client: httpx2.Client, server: Running
) -> None:
    wrong = {"request": {"drug": "Zebulon"}, "facts": {"Zebulon": 7}}
    assert client.post("/decide?name=Zebulon", content=as_bytes(wrong), headers=JSON).status_code == 422
    assert client.get("/Zebulon").status_code == 404
    deadline = time.monotonic() + LONG_ENOUGH
    while '"status": 404' not in "".join(server.lines) and time.monotonic() < deadline:
        time.sleep(0.01)
    written = "".join(server.lines)
    assert [value for value in ("Zebulon", "1990-05-02", "M32.14", "J0490") if value in written] == []
    assert {json.loads(line)["status"] for line in server.lines if line.startswith("{")} == {
        *(200, 404, 408, 413, 422),
    }


def test_what_is_in_hand_is_answered_when_it_is_told_to_stop() -> None:
    case = as_bytes(CASE)
    with (
        running("--workers", "2") as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=LONG_ENOUGH) as connection,
    ):
        connection.sendall(head(len(case)) + case[:9])
        httpx2.get(f"{server.url}/health", timeout=LONG_ENOUGH)
        time.sleep(0.5)  # so that what was sent first has been begun
        server.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        connection.sendall(case[9:])
        found = b""
        while part := connection.recv(65536):
            found += part
        assert found.startswith(b"HTTP/1.1 200 OK")
        assert server.process.wait(LONG_ENOUGH) == 0
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(f"{server.url}/health", timeout=LONG_ENOUGH)


def test_what_cannot_be_done_is_said_before_it_begins(server: Running, tmp_path: Path) -> None:
    for words, complaint in (
        (["--port", str(server.port)], "cannot listen on 127.0.0.1"),
        (["--request", "payer=Nobody"], "is the payer of no such policy"),
        (["--kb", str(tmp_path)], "not a knowledge base"),
        (["--port", "99999"], "99999 is not in the range"),
    ):
        ended = command("serve", *words)
        assert ended.status == 2
        assert complaint in ended.err
