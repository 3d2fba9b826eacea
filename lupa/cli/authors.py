"""The verbs of the command line for those who write policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lupa.cli.command import (
    DONE,
    FOUND,
    WRONG_INPUT,
    complain,
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
from lupa.errors import CaseError, RuleError, escaped

if TYPE_CHECKING:
    from lupa import KnowledgeBase
    from lupa.authors.reports.finding import Report
    from lupa.authors.trials.run import Trials


@verb(
    "lupa new my_policy --kb my_kb",
    'lupa new my_policy --kb my_kb --drug Saphnelo --payer "A plan" --since 2025-01-01',
    'lupa new my_policy --kb my_kb --drug Dupixent --indication asthma --indication "atopic dermatitis"',
    'lupa new my_policy --kb my_kb --service "continuous glucose monitor" --indication diabetes',
    "lupa new my_policy --kb my_kb --like uhc_benlysta",
)
@kb_option
@json_option
@click.option("--drug", "drugs", multiple=True, metavar="DRUG", help="A drug that it covers.")
@click.option("--service", "services", multiple=True, metavar="NAME", help="A service that it covers.")
@click.option("--indication", "indications", multiple=True, metavar="NAME", help="What it covers that for.")
@click.option("--payer", metavar="TEXT", help="Whose policy it is.")
@click.option("--document", metavar="TEXT", help="The title of its document.")
@click.option("--edition", metavar="NAME", help="The name of its edition; its first day if left out.")
@click.option("--since", metavar="DATE", help="The first day on which it is in force.")
@click.option(
    "--like",
    metavar="POLICY",
    help="Begin with the rules and cases of this one.",
    **completing(policies_of),
)
@click.option(
    "--declare",
    is_flag=True,
    default=None,
    help="Declare a name even where it looks like a slip of another, or is one of another kind.",
)
@click.argument("policy")
def new(policy: str, kb: str | None, *, as_json: bool, **given: Any) -> None:
    """A folder for a new POLICY: a small policy that is true as it stands, to be rewritten.

    It is made in the knowledge base DIR, which is begun with the shared files of lupa's own where no
    such folder exists. Nothing that exists is changed. A drug, a service or an indication that the
    shared files do not know is declared in the folder. With --like the structure of a policy on file
    is copied, and what is given takes the place of its own.
    """
    from lupa.authors.draft import Draft
    from lupa.authors.made_page import made_text
    from lupa.authors.scaffold import new_policy, place

    named = click.get_current_context().find_object(str) if kb is None else kb
    draft = Draft(policy, **{key: value for key, value in given.items() if value is not None})
    home = place(named)
    warn_of_another(home, kb)
    made = new_policy(home, draft)
    out = json.dumps(made.to_dict(), ensure_ascii=False)
    click.echo(escaped(out) if as_json else made_text(made, named))


@verb(
    "lupa test",
    "lupa test uhc_benlysta --coverage",
    "lupa test fep_lupkynis --conditions",
    "lupa test --cases my_cases --fail-under 100",
    "lupa test --format html > coverage.html",
    "lupa test --mutate --save proposed_cases",
)
@kb_option
@json_option
@run_timeout_option
@click.option("--cases", "further", multiple=True, metavar="PATH", help="Try these cases too.")
@click.option("--coverage", is_flag=True, help="Tell which rules, literals and rows the cases show.")
@click.option(
    "--conditions",
    is_flag=True,
    help="Tell which conditions, as `lupa show --meaning` has them, no case shows; takes seconds a policy.",
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with 1 where the coverage is below this.",
)
@click.option("--mutate", is_flag=True, help="Tell whether a case notices each small change of the rules.")
@click.option("--save", metavar="DIR", help="With --mutate: write a case there for each change unnoticed.")
@format_option("json", "html", explained="html is a page with the coverage of each rule.")
@click.argument("policies", nargs=-1, metavar="[POLICY]...", **completing(policies_of))
def test(
    policies: tuple[str, ...],
    further: tuple[str, ...],
    fail_under: float | None,
    save: str | None,
    form: str,
    *,
    coverage: bool,
    conditions: bool,
    mutate: bool,
    as_json: bool,
    kb: str | None,
    timeout: float | None,
) -> None:
    """Tries the cases that ship with each POLICY, or with all: whether they come to what they expect.

    A rule is covered where it fired in some case, a literal of it where it was the one that failed, a
    row where a rule used it. Without POLICY, the rules that all share are looked at too.
    """
    if save and not mutate:
        raise click.UsageError("--save goes with --mutate, which proposes the cases")
    if mutate and form == "html":
        raise click.UsageError("--format html shows coverage; --mutate goes with text and --json")
    knowledge = loaded(kb)
    warn_of_another(knowledge.files.root, kb)
    from lupa.authors.progress import progress
    from lupa.authors.trials.page import NO_BASELINE
    from lupa.rules.processes import processors

    measured = coverage or form == "html" or fail_under is not None
    with progress("mutants" if mutate else "conditions") as tick:
        found = knowledge.test(
            policies,
            cases=further,
            coverage=measured,
            mutate=mutate,
            conditions=conditions,
            jobs=processors(),
            tick=tick,
            timeout=timeout,
        )
    for one in found.refused:
        complain((CaseError if one.file else RuleError)(one.problem), one.file)
    click.echo(_trials(found, "json" if as_json else form, knowledge))
    if mutate and found.mutation is None:
        say(NO_BASELINE)
    if save and found.mutation:
        from lupa.authors.reports.saving import save_cases
        from lupa.authors.trials.page import proposals

        for path in save_cases(Path(save), proposals(found.mutation)):
            say(f"saved {path}")
    enough = fail_under is None or found.coverage is None or found.coverage.at_least(fail_under)
    if not enough:
        say(f"the coverage is below {fail_under:g} %")
    finish(WRONG_INPUT if found.refused else DONE if found.passed and enough else FOUND)


def _trials(found: Trials, form: str, kb: KnowledgeBase) -> str:
    """A test run as text, as JSON or as a page."""
    if form == "json":
        return escaped(found.to_json())
    if form == "html" and found.coverage:
        from lupa.authors.trials.coverage_page import coverage_html

        return coverage_html(found, found.coverage, kb.files.root)
    from lupa.authors.trials.page import trials_text

    return trials_text(found, width())


@verb(
    "lupa lint",
    "lupa lint uhc_benlysta --json",
    "lupa lint --kb my_kb --format sarif > lint.sarif",
    "lupa lint --rules",
)
@kb_option
@json_option
@format_option("json", "sarif", explained="sarif is what code review shows at the line.")
@click.option(
    "--rules", is_flag=True, help="Tell what each rule of the linter demands, and look at nothing."
)
@click.argument("policies", nargs=-1, metavar="[POLICY]...", **completing(policies_of))
def lint(policies: tuple[str, ...], form: str, *, rules: bool, as_json: bool, kb: str | None) -> None:
    """What is wrong with the rule files of each POLICY, or of all with the files that they share.

    A finding is ignored by a comment beside its statement or above it:
    `% lint: ignore RULE because REASON`, or RULE, RULE for several. Errors and
    warnings make the exit status 1, notes do not.
    """
    form = "json" if as_json else form
    if rules:
        click.echo(_lint_rules(form))
        return
    knowledge = loaded(kb)
    warn_of_another(knowledge.files.root, kb)
    from lupa.authors.progress import progress

    with progress("policies") as tick:
        report = knowledge.lint(policies, tick=tick)
    click.echo(_lint(report, form, knowledge))
    finish(FOUND if any(finding.severity != "note" for finding in report.new) else DONE)


def _lint_rules(form: str) -> str:
    """The linter's rules as text, or as JSON."""
    from lupa.authors.lint.page import rules_json, rules_text

    if form == "sarif":
        raise click.UsageError("--rules goes with text and --json; --format sarif tells findings")
    return rules_text() if form == "text" else escaped(rules_json())


def _lint(report: Report, form: str, kb: KnowledgeBase) -> str:
    """What the linter found, as text, as JSON or as SARIF."""
    if form == "sarif":
        from lupa.authors.reports.sarif import sarif

        return escaped(json.dumps(sarif(report, kb.files.root), ensure_ascii=False))
    from lupa.authors.lint.page import lint_text

    return (
        lint_text(report) if form == "text" else escaped(json.dumps(report.to_dict(), ensure_ascii=False))
    )
