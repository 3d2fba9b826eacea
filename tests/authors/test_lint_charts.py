"""The linter looks at the rules of evidence and at the codes of charts."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest

from lupa.authors.lint.charts import charts
from lupa.authors.lint.run import lint
from lupa.authors.lint.scope import Scope, Shared
from lupa.authors.reports.finding import Finding
from lupa.rules.files import RuleFiles, shipped

pytestmark = pytest.mark.slow

RULES, CODES = "fhir/results.lp", "fhir/snomed.lp"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The knowledge base that ships with lupa, to be spoilt."""
    shutil.copytree(shipped("kb"), tmp_path / "kb", ignore=shutil.ignore_patterns("cases"))
    return tmp_path / "kb"


@cache
def what_ships() -> Shared:
    """All policies, looked at once: only what reads charts is spoilt."""
    shared = Shared(RuleFiles(shipped("kb")))
    for policy in shared.files.policies:
        scope = Scope(policy, shared)
        assert [*scope.findings()] == []
        shared.take(scope)
    return shared


def found(folder: Path) -> list[Finding]:
    return charts(RuleFiles(folder), what_ships().declares)[1]


def test_nothing_is_wrong_with_what_ships(folder: Path) -> None:
    assert found(folder) == []


@pytest.mark.parametrize("name", ["drugs.lp", "codes.lp"])
def test_where_a_shared_file_cannot_be_read_no_name_in_it_is_said_to_be_missing(
    folder: Path, name: str
) -> None:
    shared = folder / name
    shared.write_bytes(shared.read_bytes() + b"% \xff\n")
    (finding,) = lint(RuleFiles(folder)).findings
    assert (finding.check, finding.places[0].file) == ("syntax", name)
    assert finding.text.startswith("not a text in UTF-8")


@pytest.mark.parametrize(
    ("file", "line", "check", "told"),
    [
        (RULES, "#show at/4.", "syntax", "#show"),
        (
            CODES,
            'code(snomed, "55464009", diagnosis(sle), equivalent, "Twice.").',
            "duplicate",
            "snomed 55464009 means diagnosis(sle) at fhir/snomed.lp:",
        ),
        (
            CODES,
            'code(icd10cm, "M05711", diagnosis(rheumatoid_arthritis), narrower, "Spelt otherwise.").',
            "duplicate",
            "icd10cm M05711 means diagnosis(rheumatoid_arthritis) at fhir/icd10cm.lp:",
        ),
        (
            CODES,
            'code(snomed, "1", diagnosis(lupus_nephritus), equivalent, "Misspelt.").',
            "unknown-name",
            "diagnosis(lupus_nephritus): no file declares condition(lupus_nephritus)",
        ),
        (
            CODES,
            'code(rxnorm, "1", product(prednison, oral), narrower, "Misspelt.").',
            "unknown-name",
            "product(prednison,oral): no file declares drug(prednison)",
        ),
        (
            "fhir/products.lp",
            "local_forms(prednison).",
            "unknown-name",
            "local_forms(prednison): no file declares drug(prednison)",
        ),
        (
            CODES,
            'code(snowmed, "1", diagnosis(sle), equivalent, "Of no system.").',
            "unknown-name",
            "snowmed is no system that charts name here",
        ),
        (
            CODES,
            'code(snomed, "1", diagnoses(sle), equivalent, "Of no meaning.").',
            "unknown-name",
            "diagnoses(sle): no rule of evidence reads such a meaning",
        ),
        (
            CODES,
            'code(snomed, "68815009", diagnosis(sle), broader, "Against the law.").',
            "relation",
            "it is equivalent to diagnosis(lupus_nephritis), so it is narrower than diagnosis(sle)",
        ),
        (
            CODES,
            'code(snomed, "55464009", diagnosis(rheumatoid_arthritis), equivalent, "Two at once.").',
            "relation",
            "it cannot be equivalent to both diagnosis(rheumatoid_arthritis) and diagnosis(sle)",
        ),
        (CODES, 'code(snomed, "1", diagnosis(sle), wider, "No relation.").', "syntax", "a row of codes is"),
        (
            RULES,
            "positive(Resource, related) :- at(Resource, interpretatoin, present), result(Resource).",
            "unknown-name",
            "interpretatoin: no element is read by this name; did you mean interpretation?",
        ),
        (
            RULES,
            "result(Resource) :- resource(Resource, obsrvation).",
            "unknown-name",
            "obsrvation: no type of resource is read by this name; did you mean observation?",
        ),
        (
            RULES,
            "result(Resource) :- resource(Resource, observation), fnial(Resource).",
            "undefined",
            "fnial/1 is read here and nothing derives it; did you mean final/1?",
        ),
        (
            RULES,
            "result(Resource) :- resource(Resource).",
            "wrong-arity",
            "resource/1 is read here and nothing derives it; elsewhere it is resource/2",
        ),
        (
            RULES,
            "counted(Resource) :- result(Resource).",
            "unused",
            "counted/1 is derived here and nothing reads it",
        ),
        (RULES, "result(Resource :- final.", "syntax", "syntax error"),
        (RULES, "{ result(1) }.", "not-a-definition", "only define"),
        (
            "fhir/elements.lp",
            'reads("Observation", "issued", instant, effective).',
            "unknown-name",
            "instant is no kind of value",
        ),
        (
            "fhir/elements.lp",
            ' reads("Observation", "issued", day, effective).',
            "syntax",
            "a row of reads stands on a line of its own, or it is not found",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_line(
    folder: Path, file: str, line: str, check: str, told: str
) -> None:
    path = folder / file
    text = path.read_text("utf-8").rstrip("\n")
    path.write_text(f"{text}\n{line}\n", "utf-8")
    wrong = [one for one in found(folder) if one.check == check and told in one.text]
    assert wrong, [(one.check, one.text) for one in found(folder)]
    files = {one.places[0].file for one in wrong}
    assert file in files or check == "relation"
    if check != "relation":
        assert {one.places[0].line for one in wrong} == {text.count("\n") + 2}


def with_rows(folder: Path, *lines: str) -> str:
    """The knowledge base with a policy's own rows of codes; the name of their file."""
    own = folder / "policies" / "fep_lupkynis" / "fhir" / "codes.lp"
    own.parent.mkdir()
    own.write_text("\n".join(lines), encoding="utf-8")
    return own.relative_to(folder).as_posix()


def test_the_rows_in_a_policys_own_folder_are_looked_at(folder: Path) -> None:
    rows = (
        'code(loinc, "1-8", number(egfr), equivalent, "Known to nobody.").',
        'code(loinc, "2-6", nummer(egfr), equivalent, "Misspelt.").',
    )
    file = with_rows(folder, *rows)
    assert [(one.places[0].file, one.places[0].line) for one in found(folder)] == [(file, 2)]


def test_a_number_that_charts_give_in_no_known_unit_is_found(folder: Path) -> None:
    row = 'code(loinc, "1-8", number(age), equivalent, "An age that was written down.").'
    file = with_rows(folder, row)
    (fault,) = found(folder)
    assert (fault.places[0].file, fault.places[0].line) == (file, 1)
    assert "no row says in which units charts give age; write unit(age," in fault.text
    (folder / file).write_text(f'{row}\nunit(age, "a", 1, 1).\n', encoding="utf-8")
    assert found(folder) == []


def test_such_rows_are_looked_at_beside_the_rules_that_ship(folder: Path) -> None:
    shutil.rmtree(folder / "fhir")
    file = with_rows(folder, 'code(nowhere, "1", diagnosis(sle), equivalent, "Of no system.").')
    (fault,) = found(folder)
    assert fault.places[0].file == file
    assert fault.text == "nowhere is no system that charts name here"


@pytest.mark.mass
def test_they_are_looked_at_where_that_policy_is(folder: Path) -> None:
    file = with_rows(folder, 'code(loinc, "2-6", nummer(egfr), equivalent, "Misspelt.").')
    for policies, told in ((None, 1), (["fep_lupkynis"], 1), (["uhc_benlysta"], 0)):
        report = lint(RuleFiles(folder), policies)
        assert len([one for one in report.findings if one.places[0].file == file]) == told


def test_a_file_that_is_no_text_is_told_at_its_first_line(folder: Path) -> None:
    (folder / "fhir" / "odd.lp").write_bytes(b"% \xff\n")
    (told,) = found(folder)
    assert (told.check, str(told.places[0])) == ("syntax", "fhir/odd.lp:1:1")
