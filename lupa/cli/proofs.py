"""The verbs of the command line that look at every patient there can be: laws proven, editions compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lupa.cli.command import (
    DONE,
    FOUND,
    completing,
    finish,
    format_option,
    json_option,
    kb_option,
    loaded,
    policies_of,
    run_timeout_option,
    say,
    verb,
    warn_of_another,
    width,
)
from lupa.errors import escaped

if TYPE_CHECKING:
    from lupa import KnowledgeBase
    from lupa.authors.reports.finding import Report


@verb(
    "lupa verify",
    "lupa verify uhc_benlysta@2023-11-01 --all-readings",
    "lupa verify --save witnesses",
    "lupa verify --format html > report.html",
    "lupa verify --format sarif > verify.sarif",
    "lupa verify my_policy --accept 'no_gap request(*)' --because 'The list is open.'",
)
@kb_option
@json_option
@run_timeout_option
@format_option(
    "json",
    "sarif",
    "html",
    explained="html is a page for people, sarif what code review shows at the line.",
)
@click.option("--all-readings", is_flag=True, help="Read ambiguous texts in every way, not as is usual.")
@click.option("--examples", is_flag=True, help="Show, where a law is kept by a patient, the patient.")
@click.option("--save", metavar="DIR", help="Write the case of each patient there.")
@click.option(
    "--accept",
    is_flag=False,
    flag_value="",
    multiple=True,
    metavar="[FINDING]",
    help="Record what is new as it should be: all of it, or each finding named by its check and subject.",
)
@click.option("--because", metavar="TEXT", help="With --accept: why it is as it should be.")
@click.argument("policies", nargs=-1, metavar="[POLICY[@EDITION]]...", **completing(policies_of))
def verify(
    policies: tuple[str, ...],
    form: str,
    save: str | None,
    accept: tuple[str, ...],
    because: str | None,
    *,
    all_readings: bool,
    examples: bool,
    as_json: bool,
    kb: str | None,
    timeout: float | None,
) -> None:
    """Proves the laws of each POLICY, or of all, or shows a patient who breaks one.

    What is found and expected is recorded, with a reason, in accepted.yaml in the folder of the policy;
    whatever else is found makes the exit status 1. --accept adds to that file: a FINDING is named as it is
    printed, 'CHECK SUBJECT', and * in its subject stands for anything, also for what is found later.
    """
    if accept and not (because or "").strip():
        raise click.UsageError("--accept needs a reason: --because TEXT")
    if because is not None and not accept:
        raise click.UsageError("--because goes with --accept, which records why")
    knowledge = loaded(kb)
    warn_of_another(knowledge.files.root, kb)
    from lupa.authors.progress import progress

    with progress("editions") as tick:
        report = knowledge.verify(
            policies,
            all_readings=all_readings,
            examples=examples,
            accept=[name for name in accept if name] if accept else None,
            because=because or "",
            tick=tick,
            timeout=timeout,
        )
    click.echo(_verified(report, "json" if as_json else form, knowledge))
    if save:
        from lupa.authors.reports.saving import patients_of, save_cases

        for path in save_cases(Path(save), patients_of([*report.findings, *report.examples])):
            say(f"saved {path}")
    if accept:
        from lupa.authors.reports.text import told_written

        for line in told_written(report.written):
            say(line)
    finish(FOUND if report.new else DONE)


def _verified(report: Report, form: str, kb: KnowledgeBase) -> str:
    """A report on laws in one of its forms."""
    if form == "json":
        return escaped(json.dumps(report.to_dict(), ensure_ascii=False))
    if form == "sarif":
        from lupa.authors.reports.sarif import sarif

        return escaped(json.dumps(sarif(report, kb.files.root), ensure_ascii=False))
    if form == "html":
        from datetime import datetime

        from lupa.authors.reports.page import report_html

        return report_html(report, kb, datetime.now().astimezone().date())
    from lupa.authors.reports.text import report_text

    return report_text(report, width())


@verb(
    "lupa diff uhc_benlysta",
    "lupa diff uhc_benlysta@2022E0046O uhc_benlysta@2023-11-01",
    "lupa diff HEAD~3",
    "lupa diff --kb old_kb new_kb",
    "lupa diff v1.0 v2.0 --save patients",
)
@kb_option
@json_option
@run_timeout_option
@click.option("--all-readings", is_flag=True, help="Leave open how ambiguous texts are read.")
@click.option("--save", metavar="DIR", help="Write a case there for each patient, once for each side.")
@click.argument("old", **completing(policies_of))
@click.argument("new", required=False, **completing(policies_of))
def diff(
    old: str,
    new: str | None,
    save: str | None,
    *,
    all_readings: bool,
    as_json: bool,
    kb: str | None,
    timeout: float | None,
) -> None:
    """What a change of rules means for patients: where it is stricter or looser, and for whom.

    OLD and NEW are policies or their editions, folders with a knowledge base, or git revisions of the
    knowledge base in use. A policy alone is compared edition by edition; a revision alone with what is
    in use now, a folder alone as what comes after it. Exits with 1 where anything differs.
    """
    knowledge = loaded(kb)
    from lupa.authors.diff.operands import diff_named
    from lupa.authors.diff.page import diff_text
    from lupa.authors.progress import progress

    words = [old] if new is None else [old, new]
    with progress("comparisons") as tick:
        found = diff_named(knowledge, words, all_readings=all_readings, tick=tick, timeout=timeout)
    click.echo(escaped(found.to_json()) if as_json else diff_text(found, width()))
    if save is not None:
        from lupa.authors.reports.saving import patients_of, save_cases

        for path in save_cases(Path(save), patients_of(found.shown_on)):
            say(f"saved {path}")
    finish(FOUND if found.differs else DONE)
