"""The command line: its verbs together, and every way out of it."""

from __future__ import annotations

import codecs
import json
import os
import signal
import sys
from contextlib import suppress

import click

from lupa.cli.command import DONE, OUR_FAULT, STOPPED, WRONG_INPUT, complain, lupa, say
from lupa.errors import LupaError, printable

__all__ = ["lupa", "main"]


def main() -> None:
    """Runs the command line; every way out has an exit status and a sentence, none a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # and not ignored by the caller
        signal.signal(signal.SIGINT, _stop)
    codecs.register_error("lupa", _as_json_escapes)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller, who does not want it
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - open to the end
        getattr(sys, name).reconfigure(errors="lupa")
    status = _status()
    with suppress(OSError):  # whoever read the output has gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)  # taking grounded programs apart would take longer than deciding did


def _stop(*_: object) -> None:
    """Ends at once: an exception raised inside a callback of clingo would be lost, or worse."""
    with suppress(OSError):
        if os.isatty(2):  # where a line may show how far a run has come
            os.write(2, b"\r" + b" " * 60 + b"\r")
        os.write(2, b"stopped\n")
    os._exit(STOPPED)


def _as_json_escapes(error: UnicodeError) -> tuple[str, int]:
    """What the encoding of the output lacks, written so that JSON stays JSON."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - streams of output only encode
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def _status() -> int:
    try:
        result = lupa.main(standalone_mode=False)
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        return WRONG_INPUT
    except (click.Abort, KeyboardInterrupt):
        say("stopped")
        return STOPPED
    except LupaError as error:
        complain(error)
        return WRONG_INPUT
    except OSError as error:
        what = printable(str(error.filename)) if error.filename else "the output cannot be written"
        say(f"error: {what}: {error.strerror}")
        return WRONG_INPUT
    except SystemExit:  # click's way out when whoever read the output has seen enough
        return DONE
    except Exception as error:  # noqa: BLE001 - a fault of ours must not show a patient's facts
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        place = f"{os.path.basename(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}" if frame else "?"
        say(
            f"error: a fault of lupa's own ({type(error).__name__} at {place}); nothing was decided. "
            "Please report it with the command that led to it."
        )
        return OUR_FAULT
    return int(result or DONE)  # click hands on the status of an early exit, such as --help's
