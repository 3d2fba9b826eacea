"""The options of verbs that take charts where cases go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from lupa.cli.command import F, say
from lupa.errors import printable, shown

_MARKS = (b'"resourceType"', b'"hookInstance"')
PATIENT, REQUEST = "lupa.patient", "lupa.request"
"""Where the options for charts are kept, as most cases are none."""


def is_of_chart(opening: bytes) -> bool:
    """Whether what opens so is a chart, and no case and no table."""
    return any(mark in opening for mark in _MARKS)


def _kept(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(context: click.Context, _: click.Parameter, value: Any) -> None:
        context.meta[key] = value

    return keep


def requested(pairs: Sequence[str]) -> dict[str, object]:
    """What `--request` says, each KEY=VALUE; numbers are numbers."""
    found: dict[str, object] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise click.UsageError(
                f"--request takes KEY=VALUE, such as service_date=2025-03-01, not {shown(pair)}"
            )
        if key.strip() in found:
            raise click.UsageError(f"--request is given twice for {shown(key.strip())}; keep one")
        plain = value.strip()
        found[key.strip()] = int(plain) if plain.isdecimal() and len(plain) < 10 else plain
    return found


def patient_option(**more: Any) -> Callable[[F], F]:
    """Names the patient of a chart."""
    explained = "Of a chart (FHIR): whose it is, where it holds several."
    return click.option("--patient", metavar="ID", help=explained, **more)


def request_option(**more: Any) -> Callable[[F], F]:
    """Says of a chart what a case says under `request`."""
    explained = "Of a chart (FHIR): what is asked for, as under `request` of a case."
    return click.option("--request", multiple=True, metavar="KEY=VALUE", help=explained, **more)


def validate_option(function: F) -> F:
    """Has what is read or leaves looked at by FHIR's models."""
    explained = "Warn of what FHIR's models (R4B) and the guides find wrong; needs the extra fhir."
    return click.option("--validate", is_flag=True, help=explained)(function)


def warn(faults: Iterable[str], where: str) -> None:
    """Says on standard error what is wrong with a resource."""
    place = f"{printable(where)}: " if where else ""
    for fault in faults:
        say(f"{click.style('warning', fg='yellow')}: {place}{fault}")


def tell(notes: Iterable[str], where: str) -> None:
    """Says on standard error what a reader of a chart is to be told."""
    for note in notes:
        say(f"note: {printable(where)}: {printable(note)}")


def chart_options(function: F) -> F:
    """Lets a verb take charts as cases; one with a --request of its own takes them as they are."""
    has_own = any("--request" in option.opts for option in getattr(function, "__click_params__", ()))
    if not has_own:
        function = request_option(expose_value=False, callback=_kept(REQUEST))(function)
    return patient_option(expose_value=False, callback=_kept(PATIENT))(function)
