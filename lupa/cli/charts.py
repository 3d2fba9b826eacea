"""The verbs for charts: what an electronic record says, as a case."""

from __future__ import annotations

import click

from lupa.cli.command import WRONG_INPUT, complain, escaped, finish, json_option, kb_option, loaded, verb
from lupa.cli.of_charts import patient_option, request_option, requested
from lupa.errors import CaseError


@verb(
    "lupa read chart.json --request policy=uhc_benlysta --request service_date=2025-03-01",
    "lupa read Patient.ndjson Condition.ndjson MedicationRequest.ndjson --patient p1 --json",
    "lupa read case.yaml answers.json",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@patient_option()
@request_option()
@json_option
@kb_option
def read(
    files: tuple[str, ...], *, patient: str | None, request: tuple[str, ...], as_json: bool, kb: str | None
) -> None:
    """The case that a chart makes (HL7 FHIR R4), with the line of the chart behind each fact.

    A FILE is a Bundle, NDJSON, a resource, Parameters, a request of CDS Hooks, a QuestionnaireResponse,
    or - for standard input. A case may stand beside them: what it states goes before what the chart says.
    """
    import sys

    from lupa.fhir import page, reading

    knowledge = loaded(kb)
    asked = requested(request)
    where = files[0] if len(files) == 1 else ""
    try:
        sources = [sys.stdin.buffer.read() if name == "-" else name for name in files]
        found = reading.read(sources, kb=knowledge, patient=patient, request=asked)
    except CaseError as error:
        complain(error, error.where or where)
        finish(WRONG_INPUT)
    tables, _ = reading.reader_of(knowledge)
    click.echo(escaped(found.to_json()) if as_json else page.text(found, tables))
