"""The verbs for charts: what an electronic record says, as a case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from lupa.cli.cases import Run
from lupa.cli.command import (
    DONE,
    WRONG_INPUT,
    complain,
    completing,
    finish,
    json_option,
    kb_option,
    loaded,
    policies_of,
    print_utf8,
    verb,
)
from lupa.cli.of_charts import patient_option, request_option, requested, validate_option, warn
from lupa.errors import CaseError, escaped


def _leave(found: Mapping[str, Any], *, validate: bool, where: str) -> None:
    """Prints what leaves as JSON on one line, and warns of what is wrong with it."""
    if validate:
        from lupa.fhir.validating import of_answer

        warn(of_answer(dict(found)), where)
    click.echo(escaped(json.dumps(found, ensure_ascii=False)))


@verb(
    "lupa read chart.json --request policy=uhc_benlysta --request service_date=2025-03-01",
    "lupa read Patient.ndjson Condition.ndjson MedicationRequest.ndjson --patient p1 --json",
    "lupa read case.yaml answers.json",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@patient_option()
@request_option()
@validate_option
@json_option
@kb_option
def read(
    files: tuple[str, ...],
    *,
    patient: str | None,
    request: tuple[str, ...],
    validate: bool,
    as_json: bool,
    kb: str | None,
) -> None:
    """The case that a chart makes (HL7 FHIR R4), with the line of the chart behind each fact.

    A FILE is a Bundle, NDJSON, a resource, Parameters, a request of CDS Hooks, a QuestionnaireResponse,
    or - for standard input. A case may stand beside them: what it states goes before what the chart says.
    """
    import sys

    from lupa.fhir import chart, loading, page, reading

    knowledge = loaded(kb)
    asked = requested(request)
    where = files[0] if len(files) == 1 else ""
    try:
        named = [sys.stdin.buffer.read() if name == "-" else name for name in files]
        sources = list(loading.loaded(named))
        if validate:
            from lupa.fhir.validating import of_chart

            warn(of_chart(chart.Chart.of(sources).resources), where)
        found = reading.read(sources, kb=knowledge, patient=patient, request=asked)
    except CaseError as error:
        complain(error, error.where or where)
        finish(WRONG_INPUT)
    tables, _ = reading.reader_of(knowledge)
    click.echo(escaped(found.to_json()) if as_json else page.text(found, tables))


@verb(
    "lupa form fep_lupkynis > form.json",
    "lupa form uhc_benlysta@2022E0046O",
    "lupa form case.yaml",
    "lupa form --example lupkynis_alongside_bars_benlysta",
)
@click.argument("about", required=False, metavar="[POLICY|CASE]", **completing(policies_of))
@click.option(
    "--example", metavar="NAME", help="Take a shipped case.", **completing(lambda known: known.examples())
)
@validate_option
@kb_option
def form(about: str | None, *, example: str | None, validate: bool, kb: str | None) -> None:
    """The questions of a POLICY, or of a CASE and filled in as far as that says, as a form (HL7 FHIR R4).

    A Questionnaire, one line of JSON for each policy that the case is about. Its QuestionnaireResponse
    reads back: `lupa read case.yaml answers.json`.
    """
    from lupa.fhir.forms import form as made

    if (about is None) == (example is None):
        raise click.UsageError("give one POLICY, one CASE file, or --example NAME")
    print_utf8()
    knowledge = loaded(kb)
    is_policy = about is not None and about.partition("@")[0] in knowledge.policies
    if about is not None and (is_policy or not (about == "-" or Path(about).exists())):
        _leave(made(about, kb=knowledge), validate=validate, where="")
        finish(DONE)
    run = Run(knowledge, [about] if about else (), [example] if example else ())
    for where, case in run:
        with run.attempt(where):
            for one in knowledge.each_policy(case):
                _leave(made(one, kb=knowledge), validate=validate, where=where)
    finish(run.status())
