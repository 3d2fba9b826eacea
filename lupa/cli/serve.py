"""The verb that answers over HTTP."""

from __future__ import annotations

import click

from lupa.cli.command import kb_option, loaded, say, verb
from lupa.cli.of_charts import request_option, requested
from lupa.errors import LupaError


@verb(
    "lupa serve",
    "lupa serve --port 9000 --workers 2 --request payer=UnitedHealthcare",
    "curl http://127.0.0.1:8000/decide -H 'Content-Type: application/json' -d @case.json",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 for a free one."
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that answer."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True, max=3600),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="The time for an answer.",
)
@click.option(
    "--arrival",
    type=click.FloatRange(min=0, min_open=True, max=3600),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="The time for a request to come in whole.",
)
@click.option(
    "--max-size",
    type=click.FloatRange(min=0, min_open=True, max=1024),
    default=8,
    show_default=True,
    metavar="MIB",
    help="The largest body.",
)
@click.option(
    "--at-once",
    type=click.IntRange(1, 100_000),
    default=64,
    show_default=True,
    help="Requests that a worker has in hand, those that wait too.",
)
@request_option()
@kb_option
def serve(
    host: str,
    port: int,
    workers: int,
    timeout: float,
    arrival: float,
    max_size: float,
    at_once: int,
    request: tuple[str, ...],
    kb: str | None,
) -> None:
    """Answers over HTTP: cases, hooks of an electronic record (CDS Hooks), claims (Da Vinci PAS).

    It keeps nothing, and who may ask is for the gateway before it to say. Its routes are described under
    /openapi.json; standard error has a line for each request, without a value of any chart.
    """
    asked = requested(request)
    knowledge = loaded(kb)
    try:
        from lupa.serve.limits import Limits
        from lupa.serve.run import check_payer, listening, run
    except ImportError as error:
        raise LupaError("the server needs `pip install 'lupa-kb[serve]'`") from error
    limits = Limits(size=int(max_size * 1024 * 1024), arriving=arrival, seconds=timeout, at_once=at_once)
    check_payer(knowledge, asked)
    own = listening(host, port)
    shown = f"[{host}]" if ":" in host else host
    say(f"lupa answers on http://{shown}:{own.getsockname()[1]} (Ctrl-C stops it)")
    run(knowledge.files.root, limits, asked, own, workers)
