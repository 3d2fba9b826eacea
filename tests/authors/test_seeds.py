"""Seeded defects are found, and only they: by the law, the linter's rule or the case that is meant to."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from clingo import ast
from clingo.ast import ASTType

from lupa import KnowledgeBase, RuleError
from lupa.authors.lint.rules import RULES
from lupa.authors.reports.finding import Finding, Patient, Report
from lupa.authors.syntax import statements
from lupa.rules.files import shipped
from tests.seeds import BENLYSTA, BUNDLES, CHANGED, LUPKYNIS, REFUSED, SEEDS, Found, Seed
from tests.slim import slim
from tests.times import THOROUGH

pytestmark = pytest.mark.slow

# ---- seeded defects ----------------------------------------------------------------------------


def changed(seeds: Sequence[Seed], root: Path, *, in_full: bool = False) -> KnowledgeBase:
    """The shipped rules with these changes: with fewer drugs and no case, or in full."""
    shutil.copytree(shipped("kb"), root) if in_full else slim(root, "cases")
    for seed in seeds:
        text = (root / seed.file).read_text(encoding="utf-8")
        assert text.count(seed.old) == 1
        (root / seed.file).write_text(text.replace(seed.old, seed.new), encoding="utf-8")
    return KnowledgeBase.load(root)


def linted(kb: KnowledgeBase, seeds: Sequence[Seed]) -> tuple[Finding, ...]:
    """What the linter finds in the folders that are changed, or in all where all share a file."""
    folders = [seed.file.split("/") for seed in seeds]
    own = sorted({folder[1] for folder in folders if folder[0] == "policies"})
    return kb.lint(own if all(folder[0] == "policies" for folder in folders) else None).new


def verified(kb: KnowledgeBase, seeds: Sequence[Seed]) -> Report | None:
    """What the laws find; none where the rules are refused."""
    try:
        return kb.verify(sorted({seed.policy for seed in seeds}))
    except RuleError:
        return None


def failing(seeds: Sequence[Seed], folder: Path) -> Iterator[Found]:
    """The cases that come out otherwise than they expect, or can no longer be asked."""
    kb = changed(seeds, folder, in_full=True)
    tests = kb.test(sorted({seed.policy.partition("@")[0] for seed in seeds}))
    for file in (*(case.file for case in tests.failed), *(case.file for case in tests.refused)):
        yield "case", Path(file).stem


def keys(findings: Sequence[Finding]) -> set[Found]:
    return {(finding.check, subject) for finding in findings for subject in finding.each}


def line_of(seed: Seed, root: Path) -> tuple[str, int]:
    """The file and the line at which the finding that is meant has to point."""
    file, text = seed.at or CHANGED
    if (file, text) == CHANGED:
        file, text = seed.file, seed.new
    before, found, _ = (root / file).read_text(encoding="utf-8").partition(text)
    assert found
    return file, before.count("\n") + 1


def pointed_at(finding: Finding) -> set[tuple[str, int]]:
    """The lines at which a finding points, by itself or by its reasons."""
    places = (*finding.places, *(place for because in finding.because for place in because.places))
    return {(place.file, place.line) for place in places}


def replayed(kb: KnowledgeBase, patient: Patient) -> str:
    """What a knowledge base decides about a patient, in the words of a finding."""
    try:
        return kb.decide(patient.case).outcome
    except RuleError as error:
        names = [name for name in patient.outcome.split(" and ") if name in str(error)]
        return " and ".join(names)


def check(seeds: Sequence[Seed], few: KnowledgeBase, folder: Path) -> None:
    """Just what the seeds are said to be found by is found, and each of them where it is meant to be."""
    defective = changed(seeds, folder / "kb")
    is_refused = any(REFUSED in seed.finds for seed in seeds)
    for_lint = [seed for seed in seeds if seed.finds[0][0] in RULES]
    is_verified = THOROUGH or is_refused or len(for_lint) < len(seeds)
    is_linted = THOROUGH or bool(for_lint)
    report = verified(defective, seeds) if is_verified else None
    findings = (*(linted(defective, seeds) if is_linted else ()), *(report.new if report else ()))
    refused = {("refused", seed.policy) for seed in seeds} if is_verified and report is None else set()
    cases = set(failing(seeds, folder / "full")) if any(seed.tries_cases for seed in seeds) else set()
    finds = {
        found
        for seed in seeds
        for found in seed.finds
        if (is_linted if found[0] in RULES else is_verified or found[0] == "case")
    }
    assert finds == keys(findings) | refused | cases
    if is_verified:
        assert sorted({gone for seed in seeds for gone in seed.gone}) == sorted(
            report.gone if report else ()
        )
    for patient in (patient for finding in findings for patient in finding.patients):
        assert patient.outcome == replayed(defective, patient)
    for seed in seeds:
        meant = next((finding for finding in findings if seed.finds[0] in keys([finding])), None)
        if meant:
            check_meant(seed, meant, few, defective.files.root)


@pytest.mark.parametrize("names", BUNDLES, ids=lambda names: names[0].replace(" ", "_"))
def test_seeded_defects_are_found_and_nothing_else(
    names: Sequence[str], few: KnowledgeBase, tmp_path: Path
) -> None:
    """Several at once, of which none hides what another shows."""
    check([seed for seed in SEEDS if seed.name in names], few, tmp_path)


@pytest.mark.mass
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name.replace(" ", "_"))
def test_a_seeded_defect_is_found_and_nothing_else(seed: Seed, few: KnowledgeBase, tmp_path: Path) -> None:
    check([seed], few, tmp_path)


def lost_nots() -> Iterator[Seed]:
    """Each rule of a shipped policy without one of its `not`s."""
    for file in (LUPKYNIS, BENLYSTA):
        text = (shipped("kb") / file).read_text(encoding="utf-8")
        for line in text.splitlines():
            bare = re.sub(r'"[^"]*"|%.*', lambda part: "_" * len(part[0]), line)
            for place in re.finditer(r"\bnot ", bare):
                new = line[: place.start()] + line[place.end() :]
                name = f"{new.partition('(')[0]} {new.partition(':-')[2]}"
                yield Seed(name, file, line, new, (), asked=file.split("/")[1])


@pytest.mark.mass
@pytest.mark.parametrize("seed", [*lost_nots()], ids=lambda seed: seed.name.replace(" ", "_"))
def test_a_lost_not_is_found_without_a_case(seed: Seed, tmp_path: Path) -> None:
    defective = changed([seed], tmp_path / "kb")
    report = verified(defective, [seed])
    assert report is None or linted(defective, [seed]) or report.new or report.gone


def test_every_seed_is_looked_at_once() -> None:
    assert sorted(seed.name for seed in SEEDS) == sorted(name for names in BUNDLES for name in names)


def check_meant(seed: Seed, finding: Finding, kb: KnowledgeBase, root: Path) -> None:
    """The finding that is meant points at the change, and its patients show it."""
    if seed.at is None:
        assert pointed_at(finding) == set()
    else:
        assert line_of(seed, root) in pointed_at(finding)
    assert seed.outcomes == tuple(patient.outcome for patient in finding.patients)
    if seed.before:
        assert seed.before == tuple(kb.decide(patient.case).outcome for patient in finding.patients)
    told = " ".join(patient.text for patient in finding.patients)
    assert [words for words in seed.shows if words not in told] == []


def test_every_law_has_a_seed_that_is_meant_for_it(report: Report) -> None:
    assert {check.id for check in report.checks} - {seed.finds[0][0] for seed in SEEDS} == set()


def test_no_two_seeds_are_the_same_change() -> None:
    changes = [(seed.file, seed.old, seed.new) for seed in SEEDS]
    assert len(changes) == len(set(changes))


# ---- the shipped policies ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def report(kb: KnowledgeBase) -> Report:
    """What is found of the shipped policies."""
    return kb.verify()


@pytest.fixture(scope="module")
def few_report(few: KnowledgeBase) -> Report:
    """What is found where drugs are fewer."""
    return few.verify()


def test_every_finding_of_the_shipped_policies_is_accepted_with_a_reason(report: Report) -> None:
    assert report.new == ()


def test_every_accepted_finding_is_still_there(report: Report) -> None:
    assert report.gone == ()


@pytest.mark.parametrize("policy", ["fep_lupkynis", "uhc_benlysta", "uhc_benlysta@2022E0046O"])
def test_a_policy_verified_alone_has_no_new_finding_and_none_has_gone(
    few: KnowledgeBase, policy: str
) -> None:
    alone = few.verify([policy])
    assert (alone.new, alone.gone) == ((), ())


def test_every_patient_of_a_finding_replays(report: Report, kb: KnowledgeBase) -> None:
    patients = [patient for finding in report.findings for patient in finding.patients]
    assert [p.outcome for p in patients] == [kb.decide(p.case).outcome for p in patients]


def test_every_patient_who_shows_that_a_law_is_kept_replays(few: KnowledgeBase) -> None:
    examples = few.verify(["fep_lupkynis"], examples=True).examples
    patients = [patient for example in examples for patient in example.patients]
    assert [p.outcome for p in patients] == [few.decide(p.case).outcome for p in patients]


def test_a_patient_says_what_is_expected_of_the_decision(report: Report) -> None:
    patients = [patient for finding in report.findings for patient in finding.patients]
    assert [p.outcome for p in patients] == [p.case["expect"]["outcome"] for p in patients]


# ---- changes of form alone ---------------------------------------------------------------------


class Renamed(ast.Transformer):
    """Gives every variable another name."""

    def visit_Variable(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name for it
        return node if node.name == "_" else node.update(name=f"Other{node.name}")


NO_RULES = (ASTType.Comment, ASTType.Program)
"""What is left out where rules are written anew."""
Form = Callable[[list[ast.AST]], list[ast.AST]]
"""What rules become that say the same."""


def reflowed(rules: list[ast.AST]) -> list[ast.AST]:
    """The rules as clingo prints them: without comments, each on a line of its own."""
    return rules


def renamed(rules: list[ast.AST]) -> list[ast.AST]:
    """The rules with other variables."""
    return [Renamed().visit(rule) for rule in rules]


def shuffled(rules: list[ast.AST]) -> list[ast.AST]:
    """The rules of a file in another order."""
    dice = random.Random(7)
    return dice.sample(rules, len(rules))


def in_form(folder: Path, form: Form) -> KnowledgeBase:
    """The shipped knowledge base with every rule file in another form."""
    root = slim(folder / "kb")
    for path in root.rglob("*.lp"):
        rules = [rule for rule in statements(path) if rule.ast_type not in NO_RULES]
        path.write_text("".join(f"{rule}\n" for rule in form(rules)), encoding="utf-8")
    return KnowledgeBase.load(root)


def said(findings: Sequence[Finding], *, with_patients: bool) -> list[Finding]:
    """Findings without places; without patients too, where another world is the first of the smallest."""
    bare = (
        replace(
            finding,
            places=(),
            because=tuple(replace(because, places=()) for because in finding.because),
            patients=finding.patients if with_patients else (),
        )
        for finding in findings
    )
    return sorted(
        bare, key=lambda finding: (finding.policy, finding.edition, finding.check, finding.subject)
    )


MASS = pytest.mark.mass


@pytest.mark.parametrize(
    "form", [pytest.param(reflowed, marks=MASS), renamed, pytest.param(shuffled, marks=MASS)]
)
def test_another_form_of_the_rules_has_the_same_findings(
    form: Form, few_report: Report, tmp_path: Path
) -> None:
    same = in_form(tmp_path, form).verify()
    with_patients = form is not shuffled
    assert said(few_report.findings, with_patients=with_patients) == said(
        same.findings, with_patients=with_patients
    )


@pytest.mark.parametrize(
    "form", [pytest.param(reflowed, marks=MASS), pytest.param(renamed, marks=MASS), shuffled]
)
def test_another_form_of_the_rules_has_no_finding_of_the_linter(form: Form, tmp_path: Path) -> None:
    assert in_form(tmp_path, form).lint().new == ()
