"""A test run as a person reads it: what fails first, what no case shows, the verdict last."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from lupa.authors.reports.saving import Named
from lupa.authors.trials.blame import Blame
from lupa.authors.trials.coverage import Count, Coverage, FileCoverage, Goal
from lupa.authors.trials.fates import Judged, Mutation
from lupa.authors.trials.regions import Condition
from lupa.authors.trials.run import Trials
from lupa.authors.trials.suite import Mismatch, Tried
from lupa.errors import counted, printable
from lupa.pages.page import Page
from lupa.record.strict_yaml import dump

_FATES = ("mutants", "killed by a case", "by grounding", "equivalent", "survived")
MISSED = {"fires": "never fires", "fails": "never the one that fails", "used": "never used"}
"""How a goal is called that no case reaches; one of a row that is not here is a side of it."""
CANNOT = {"fires": "cannot fire", "fails": "cannot be the one that fails", "used": "cannot be used"}
"""The same of one that no patient can reach."""
NO_BASELINE = (
    "no change of the rules was tried, for cases fail with the rules as they are; mend those first"
)
"""Why nothing is told of changes."""
_FEW = 3
"""So many cases that fail for one cause are told in full, and the others by their names."""
PROVEN = "Proven that no patient shows it; not counted"
"""What stands above those."""


def trials_text(trials: Trials, width: int) -> str:
    """The run as plain text with terminal styles."""
    lines = [*_failures(trials.failed, width), *_policies(trials)]
    if trials.coverage is not None:
        lines += _coverage(trials.coverage, width)
    if trials.conditions is not None:
        lines += _conditions(trials.conditions, width)
    if trials.mutation is not None:
        lines += _mutation(trials.mutation, width)
    return "\n".join([*lines, "", verdict(trials)])


def verdict(trials: Trials) -> str:
    """What the run comes to, in one line."""
    failed, refused = len(trials.failed), len(trials.refused)
    parts = [f"{failed} of {counted(len(trials.cases), 'case')} failed"]
    if not failed:
        parts = [
            f"{counted(len(trials.cases), 'case')}, all passed" if trials.cases else "no cases were tried"
        ]
    if refused:
        parts.append(click.style(f"{refused} not tried", fg="red"))
    if trials.coverage is not None:
        parts.append(f"coverage {trials.coverage.percent:g} %")
    if trials.mutation is not None:
        parts.append(f"mutation score {trials.mutation.score:g} %")
    return click.style("; ".join(parts), bold=True)


def share(count: Count) -> str:
    """How much is reached of what can be, in percent, never rounded up."""
    return f"{math.floor(1000 * count.reached / count.of) / 10:g} %" if count.of else "-"


# ---- cases -------------------------------------------------------------------------------------


def _policies(trials: Trials) -> Iterator[str]:
    """A line for each policy whose cases were tried."""
    for policy in dict.fromkeys((*trials.policies, *(case.policy for case in trials.cases))):
        tried = [case for case in trials.cases if case.policy == policy]
        failed = sum(not case.passed for case in tried)
        outcome = f"{failed} of {counted(len(tried), 'case')} failed" if failed else "all passed"
        colour = "red" if failed else "green"
        if tried:
            words = outcome if failed else f"{counted(len(tried), 'case')}, {outcome}"
            yield f"{policy}: {click.style(words, fg=colour)}"
        else:
            yield f"{policy}: {click.style('no cases were tried', fg='red')}"


def _failures(failed: Iterable[Tried], width: int) -> Iterator[str]:
    """The cases that fail; what fails for one cause stands together, under the cause."""
    page, alike = Page(width), _by_cause(failed)
    for cases in alike:
        first = cases[0]
        mark = click.style("FAILED", fg="red", bold=True)
        if len(cases) == 1:
            yield f"{mark}  {printable(first.file)}"
            yield from page.wrap(f"{first.policy}, edition {first.edition}", 2)
            yield from _mismatches(first, page, 2)
            yield from _blamed(first.blamed, page)
        else:
            yield f"{mark}  {counted(len(cases), 'case')} of {first.policy} by the same rules"
            yield from _blamed(first.blamed, page)
            shown = cases if len(cases) <= _FEW + 1 else cases[:_FEW]
            for case in shown:
                yield from page.wrap(f"- {printable(case.file)}, edition {case.edition}", 2, 4)
                yield from _mismatches(case, page, 4)
            rest = dict.fromkeys(Path(case.file).stem for case in cases[len(shown) :])
            if rest:
                yield from page.wrap(f"- and {len(rest)} more: {printable(', '.join(rest))}", 2, 4)
        yield ""


def _by_cause(failed: Iterable[Tried]) -> list[list[Tried]]:
    """The cases, those together in which the same rules are to blame."""
    alike: dict[tuple[object, ...], list[Tried]] = {}
    for case in failed:
        causes = tuple(blame.cause for blame in case.blamed)
        alike.setdefault((case.policy, causes) if causes else (case.file,), []).append(case)
    return list(alike.values())


def _mismatches(case: Tried, page: Page, indent: int) -> Iterator[str]:
    if case.case:
        yield from page.wrap(f"Case: {printable(case.case)}", indent, indent + 6)
    for mismatch in case.mismatches:
        yield from page.wrap(said(mismatch), indent, indent + 2)


def _blamed(blamed: Iterable[Blame], page: Page) -> Iterator[str]:
    """The items to blame, each with its facts and its rules."""
    for blame in blamed:
        text = f": {printable(blame.text)}" if blame.text else ""
        yield from page.wrap(f"by {blame.item}{text}", 2, 4)
        if blame.because:
            yield from page.wrap(f"because {printable(' '.join(blame.because))}", 4, 6)
        yield from page.wrap(", ".join(blame.rules), 4, 6)


def said(mismatch: Mismatch) -> str:
    """What was expected and what was found."""
    return f"{mismatch.key}: expected {_value(mismatch.expected)}, found {_value(mismatch.found)}"


def _value(value: str | list[str]) -> str:
    return printable(value) if isinstance(value, str) else f"[{printable(', '.join(value))}]"


# ---- coverage ----------------------------------------------------------------------------------


def _coverage(coverage: Coverage, width: int) -> Iterator[str]:
    yield ""
    yield click.style("Coverage", bold=True) + f"  {coverage.percent:g} %: {extent(coverage)}"
    own = [file for file in coverage.files if file.policy]
    shared = [file for file in coverage.files if not file.policy]
    rows = [["", "rules fire", "literals fail", "rows used"]]
    rows += [_counts(file) for file in own]
    rows += [["shared rules, not counted", "", "", ""], *map(_counts, shared)] if shared else []
    yield from aligned(rows)
    yield from _goals("Never shown by a case", goals(coverage, "missed"), MISSED, width)
    cannot = [pair for pair in goals(coverage, "cannot") if pair[1].goal != "fails"]
    yield from _goals(PROVEN, cannot, CANNOT, width)
    literals = sum(file.literals.cannot for file in coverage.files)
    if literals and not cannot:
        yield from _title(PROVEN)
    if literals:
        words = f"{counted(literals, 'literal')} cannot be the one that fails, in any world"
        yield from Page(width).wrap(f"{words} (--json and --format html name each)", 2, 4)


def _conditions(found: Sequence[Condition], width: int) -> Iterator[str]:
    """The ways in which things can be so, as `lupa show --meaning` tells them, that no case shows."""
    missed = [each for each in found if not each.by]
    yield from _title(f"Conditions  {len(found) - len(missed)} of {len(found)} are shown by a case")
    for policy, what in dict.fromkeys((each.policy, each.what) for each in missed):
        here = [each for each in missed if (each.policy, each.what) == (policy, what)]
        yield from Page(width).wrap(f"{policy}: {what}, and no case shows that:", 2, 4)
        for each in here:
            yield from Page(width).wrap(f"- {each.when}", 4, 6)


def extent(coverage: Coverage) -> str:
    """How much of the policies' own rules is shown."""
    return f"{coverage.reached} of {coverage.of} that the policies' own rules have to show"


def goals(coverage: Coverage, status: str) -> list[tuple[FileCoverage, Goal]]:
    """The goals with a status, each with the file that it stands in."""
    return [
        (file, goal)
        for file in coverage.files
        for statement in file.statements
        for goal in statement.goals
        if goal.status == status
    ]


def _goals(
    title: str, found: Sequence[tuple[FileCoverage, Goal]], words: dict[str, str], width: int
) -> Iterator[str]:
    if found:
        yield from _title(title)
    for file, goal in found:
        place = f"{file.file}:{goal.line}:{goal.column}"
        yield from Page(width).wrap(f"{place}: {called(goal, words)}: {goal.text}", 2, 4)


def _title(words: str) -> Iterator[str]:
    yield ""
    yield click.style(words, bold=True)


def called(goal: Goal, words: dict[str, str]) -> str:
    """A goal as it is called where it is not reached."""
    fallback = "never" if words is MISSED else "cannot be"
    return words.get(goal.goal, f"{fallback} {goal.goal}")


def _counts(file: FileCoverage) -> list[str]:
    return [file.file, *map(share, (file.rules, file.literals, file.rows))]


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows in columns: the first to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *rest in rows:
        cells = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield "  ".join([f"  {first:{widths[0]}}", *cells]).rstrip()


# ---- mutants -----------------------------------------------------------------------------------


def _mutation(mutation: Mutation, width: int) -> Iterator[str]:
    yield ""
    title = click.style("Mutation", bold=True)
    noticed = f"{mutation.killed} of {mutation.of} changes that matter are noticed"
    yield f"{title}  {mutation.score:g} %: {noticed}"
    rows = [["", *_FATES]]
    for fates in mutation.fates:
        counts = fates.mutants, fates.killed_by_case, fates.killed_by_grounding
        numbers = map(str, (*counts, fates.equivalent, fates.survived))
        rows.append([fates.owner or "shared rules", *numbers])
    yield from aligned(rows)
    for survivor in mutation.survivors:
        yield from _survivor(survivor, width)


def _survivor(survivor: Judged, width: int) -> Iterator[str]:
    page = Page(width)
    yield ""
    place = f"{survivor.file}:{survivor.line}"
    yield f"{click.style('SURVIVED', fg='red', bold=True)}  {place}: {survivor.change}"
    yield from page.wrap(survivor.rule, 2, 4)
    for difference in survivor.differences:
        yield from page.wrap(difference, 2, 4)
    if survivor.proposed is None:
        yield "  No case was found that tells it by what it comes to."
    else:
        yield "  A case that notices:"
        yield from (f"    {line}" for line in dump(survivor.proposed, width - 4).splitlines())


# ---- proposed cases as files -------------------------------------------------------------------


def proposals(mutation: Mutation) -> list[Named]:
    """Each case that was proposed, once, called by the rule that no case would notice."""
    found: list[Named] = []
    for survivor in mutation.survivors:
        case = survivor.proposed
        if case is not None and {**case, "case": ""} not in [{**known, "case": ""} for _, known in found]:
            policy = case["request"]["policy"].partition("@")[0]
            found.append((f"{policy}_{Path(survivor.file).stem}_{survivor.line}", case))
    return found
