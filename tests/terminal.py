"""A person at a terminal: a process on a pseudo-terminal, what is typed to it and what it shows."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 120.0
"""Seconds to wait for what should come at once, on a machine that does other things."""


class Terminal:
    """The command on a terminal."""

    def __init__(self, process: subprocess.Popen[bytes], line: int) -> None:
        self._process = process
        self._line = line

    def type(self, keys: str, until: str) -> str:
        """Types, and waits until something is shown after that; what was shown."""
        os.write(self._line, keys.encode())
        return self.read(until)

    def read(self, until: str) -> str:
        """What is shown up to here."""
        shown = ""
        end = time.monotonic() + PATIENCE
        while until not in shown:
            assert time.monotonic() < end, f"no {until!r} in {shown!r}"
            if not select.select([self._line], [], [], 0.1)[0]:
                continue
            found = self._more()
            assert found, f"ended without {until!r}: {shown!r}"
            shown += plain(found)
        return shown

    def interrupt(self) -> None:
        """Sends what a terminal sends for Ctrl-C while no line is being typed."""
        self._process.send_signal(signal.SIGINT)

    def ask_to_end(self, number: int) -> None:
        """Sends a signal."""
        self._process.send_signal(number)

    def end(self) -> int:
        """Waits for the end; the exit status."""
        end = time.monotonic() + PATIENCE
        while True:
            assert time.monotonic() < end, "does not end"
            if select.select([self._line], [], [], 0.1)[0] and not self._more():
                return self._process.wait(PATIENCE)

    def _more(self) -> str:
        try:
            found = os.read(self._line, 65536).decode(errors="replace")
        except OSError:  # how Linux says that nobody is there any more
            return ""
        for _ in re.findall(r"\x1b\[6n", found):  # where is the cursor?
            os.write(self._line, b"\x1b[10;1R")
        return found


@contextmanager
def at_terminal(*words: str, columns: int = 80) -> Iterator[Terminal]:
    """Runs the command at a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-m", "lupa", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
        | {"TERM": "xterm", "NO_COLOR": "1"},
    ) as process:
        os.close(theirs)
        try:
            yield Terminal(process, ours)
        finally:
            process.kill()
            os.close(ours)


def plain(shown: str) -> str:
    """What is shown without the commands to the terminal."""
    return re.sub(r"\x1b(\[[0-9;?]*[a-zA-Z]|\][^\x07]*\x07|[()][A-Z0-9]|[=>78])", "", shown).replace(
        "\r", ""
    )
