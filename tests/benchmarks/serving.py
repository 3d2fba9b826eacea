"""Load on `lupa serve`: `python -m tests.benchmarks.serving [REQUESTS A SECOND [SECONDS [WORKERS]]]`.

Requests leave by the clock, whether or not those before them have been answered, and take their time
from then; the bodies are the shipped cases in turn. Client and server share the machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from lupa import KnowledgeBase

_CONNECTIONS = 32
_HEAD = b"POST /decide HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"
_LATE = 15.0
"""Seconds after the last request that are waited for answers."""
_WARM = 3.0
"""Seconds before anything counts."""


def bodies() -> list[bytes]:
    kb = KnowledgeBase.load()
    return [json.dumps(kb.case(name), default=str).encode() for name in kb.examples()]


def processes(root: int) -> Iterator[list[str]]:
    """What Linux says of a process and those that it began: the fields of /proc/ID/stat from the state."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                found[int(entry.name)] = (entry / "stat").read_text().rpartition(")")[2].split()
    tree = {root}
    while more := {name for name, fields in found.items() if int(fields[1]) in tree} - tree:
        tree |= more
    return (found[name] for name in tree if name in found)


def memory(root: int) -> float:
    """MiB that they hold together."""
    return sum(int(fields[21]) for fields in processes(root)) * os.sysconf("SC_PAGE_SIZE") / 2**20


def worked(root: int) -> float:
    """Seconds that they have worked."""
    return sum(int(fields[11]) + int(fields[12]) for fields in processes(root)) / os.sysconf("SC_CLK_TCK")


class Load:
    """Requests at a rate, and what came of them."""

    def __init__(self, port: int, rate: float, seconds: float) -> None:
        self.port, self.rate, self.seconds = port, rate, seconds
        self.statuses: Counter[str] = Counter()
        self.waited: list[float] = []
        self._bodies = bodies()

    async def run(self, root: int) -> list[float]:
        """Sends them all; the memory of the server from time to time."""
        due: asyncio.Queue[float | None] = asyncio.Queue()
        connections = [asyncio.create_task(self._connection(due, place)) for place in range(_CONNECTIONS)]
        began, held, told = time.perf_counter(), [memory(root)], 0.0
        for number in range(int(self.rate * self.seconds)):
            at = number / self.rate
            await asyncio.sleep(began + at - time.perf_counter())
            due.put_nowait(began + at)
            if at - told >= 5:
                told = at
                held.append(memory(root))
        for _ in connections:
            due.put_nowait(None)
        _, late = await asyncio.wait(connections, timeout=_LATE)
        for connection in late:
            connection.cancel()
        self.statuses["not answered"] = int(self.rate * self.seconds) - len(self.waited)
        return [*held, memory(root)]

    async def _connection(self, due: asyncio.Queue[float | None], place: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while (at := await due.get()) is not None:
            body = self._bodies[place % len(self._bodies)]
            place += _CONNECTIONS
            try:
                writer.write(b"%s\r\nContent-Length: %d\r\n\r\n%s" % (_HEAD, len(body), body))
                answer = await reader.readuntil(b"\r\n\r\n")
                length = int(answer.lower().partition(b"content-length:")[2].split()[0])
                await reader.readexactly(length)
                self.statuses[answer[9:12].decode()] += 1
            except (OSError, EOFError) as error:
                self.statuses[type(error).__name__] += 1
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            self.waited.append(time.perf_counter() - at)
        writer.close()


def serving(rate: float, seconds: float, workers: int) -> None:
    command = [sys.executable, "-m", "lupa", "serve", "--port", "0", "--workers", str(workers)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE)
    assert server.stderr is not None
    port = int(server.stderr.readline().decode().split("://127.0.0.1:")[1].split()[0])
    log = subprocess.Popen(["cat"], stdin=server.stderr, stdout=subprocess.DEVNULL)  # noqa: S607 - of any system
    try:
        warm = Load(port, rate / 4, _WARM)
        asyncio.run(warm.run(server.pid))
        load = Load(port, rate, seconds)
        began, before = time.perf_counter(), worked(server.pid)
        held = asyncio.run(load.run(server.pid))
        took, work = time.perf_counter() - began, worked(server.pid) - before
    finally:
        server.terminate()
        server.wait(60)
        log.wait(60)
    tell(load, held, took, work)


def tell(load: Load, held: Sequence[float], took: float, work: float) -> None:
    cuts = statistics.quantiles(load.waited, n=100)
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(load.statuses.items()))
    print(f"{load.rate:g} requests a second for {load.seconds:g} s, cases as they ship")  # noqa: T201 - that is what it is for
    print(f"answered in {took:.1f} s, {len(load.waited) / took:.0f} a second; {statuses}")  # noqa: T201
    print(f"half within {cuts[49] * 1e3:.0f} ms, 95 of 100 {cuts[94] * 1e3:.0f}, 99 {cuts[98] * 1e3:.0f}")  # noqa: T201
    each = work / len(load.waited) * 1e3
    print(f"the server worked {work:.1f} s, {each:.1f} ms a request")  # noqa: T201
    print(f"memory in MiB: {' '.join(f'{mib:.0f}' for mib in held)}")  # noqa: T201


if __name__ == "__main__":
    asked = [*sys.argv[1:], *("200", "60", "2")[len(sys.argv) - 1 :]]
    serving(float(asked[0]), float(asked[1]), int(asked[2]))
