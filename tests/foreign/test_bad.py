"""What is wrong with relations, quantities with arguments and codes is told in one line."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase, RuleError
from tests.foreign.test_foreign import CASE, POLICY, with_facts

ROW = 'code(hcpcs, "J0001", drug(exolimab), equivalent, "Text.")'
PLAIN = "a row of codes is code(System, "
BAD_ROWS = (
    f"{ROW}. % twice",
    f"{ROW} :- drug(exolimab).",
    ROW.replace("equivalent", "same") + ".",
    ROW.replace('"J0001"', "J0001") + ".",
    ROW.replace('"J0001", ', '"J0001",\n  ') + ".",
    ROW.replace("code(", "code (") + ".",
)


def added(
    foreign: Path, folder: Path, rules: str, file: str = f"policies/{POLICY}/facts.lp"
) -> tuple[Path, int]:
    """A copy with further rules; the file that has them, and the line where they begin."""
    shutil.copytree(foreign, folder)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}{rules}\n", encoding="utf-8")
    return path, text.count("\n") + 1


@pytest.mark.parametrize("file", [f"policies/{POLICY}/facts.lp", "codes.lp"])
@pytest.mark.parametrize("row", BAD_ROWS)
def test_a_row_of_codes_that_would_not_be_found_is_refused(
    foreign: Path, tmp_path: Path, row: str, file: str
) -> None:
    path, line = added(foreign, tmp_path / "kb", row, file)
    if file == "codes.lp" and row.startswith("code(") and row.endswith(").") and "\n" not in row:
        pytest.skip("among many shared rows one is read where a case gives its code")
    with pytest.raises(RuleError) as refused:
        KnowledgeBase.load(tmp_path / "kb").decide(CASE)
    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert PLAIN in str(refused.value)


def test_a_row_of_codes_within_a_comment_is_none(foreign: Path, tmp_path: Path) -> None:
    added(foreign, tmp_path / "kb", f"%*\n{ROW}.\n*%")
    kb = KnowledgeBase.load(tmp_path / "kb")
    assert kb.decide(CASE).outcome == "approve"
    assert kb.edition(POLICY).known.codes.rows("J0001") == []


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("fact(tried(methotrexate)).", "has 2 arguments, and others called tried have 1; the other row"),
        (
            "fact(tried(methotrexate, a, b)).",
            "has 2 arguments, and others called tried have 3; the other row",
        ),
        ("single_valued(lone). fact(lone).", "single_valued(lone): the fact lone has no argument to be"),
        ("end_of_trial(only).", "the fact tried(methotrexate,only): no argument can be called only"),
        ("condition(only).", "the fact diagnosis(only): no argument can be called only"),
        ("quantity(height, 3, 0, 300).", "quantity/4: 3 stands where words in quotes belong"),
        ("cut_point(at_least(height, 3)).", "the fact at_least(height,3) is of no quantity; "),
        ('label(prednisone, "other").', "label(prednisone, ...) is given twice, with"),
    ],
)
def test_what_is_declared_wrongly_is_refused(
    foreign: Path, tmp_path: Path, rules: str, message: str
) -> None:
    added(foreign, tmp_path / "kb", rules)
    with pytest.raises(RuleError, match=r"^\S+\.lp:\d+:\d+: ") as refused:
        KnowledgeBase.load(tmp_path / "kb").decide(CASE)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("meaning", ["diagnosis(sle)", "diagnosis(rheumatoid_arthritis)"])
def test_a_code_that_means_two_things_in_two_files_is_refused_with_both_places(
    foreign: Path, tmp_path: Path, meaning: str
) -> None:
    row = 'code(icd10cm, "Z99.9", {}, equivalent, "Text.").'
    path, line = added(foreign, tmp_path / "kb", row.format("diagnosis(lupus_nephritis)"))
    other = path.with_name("more.lp")
    other.write_text(row.format(meaning) + "\n", encoding="utf-8")
    with pytest.raises(RuleError) as refused:
        KnowledgeBase.load(tmp_path / "kb").decide(CASE)
    assert str(refused.value) == (
        f"{other}:1: icd10cm Z99.9 means {meaning} here, and diagnosis(lupus_nephritis) by {path}:{line}; "
        "keep one, or let one be broader or related"
    )


def test_a_code_that_means_something_else_in_the_files_that_all_share_is_refused(
    foreign: Path, tmp_path: Path
) -> None:
    row = 'code(hcpcs, "J0490", drug(voclosporin), equivalent, "Text.").'
    path, line = added(foreign, tmp_path / "kb", row)
    with pytest.raises(RuleError) as refused:
        KnowledgeBase.load(tmp_path / "kb").decide(CASE)
    assert str(refused.value) == (
        f"{path}:{line}: hcpcs J0490 means drug(voclosporin) here, and drug(belimumab) by the files that "
        "all policies share; keep one, or let one be broader or related"
    )


def test_a_code_may_state_one_fact_and_suggest_another(foreign: Path, tmp_path: Path) -> None:
    row = 'code(icd10cm, "Z99.9", diagnosis({}), {}, "Text.").'
    rows = row.format("sle", "narrower"), row.format("lupus_nephritis", "related")
    added(foreign, tmp_path / "kb", "\n".join(rows))
    assert KnowledgeBase.load(tmp_path / "kb").decide(CASE).outcome == "approve"


def test_what_is_shared_can_be_declared_again(foreign: Path, tmp_path: Path) -> None:
    added(foreign, tmp_path / "kb", 'drug(prednisone). label(prednisone, "prednisone").')
    assert KnowledgeBase.load(tmp_path / "kb").decide(CASE).outcome == "approve"


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            {"tried": {"methotrexate": {"intolerance": {"x": True}}}},
            "facts.tried.methotrexate.intolerance: yes, no",
        ),
        ({"tried": {"only": ["methotrexate"]}}, "facts.tried.only[0]: says of methotrexate no more; write"),
        ({"tried": {"only": 3}}, "facts.tried.only: all that is so is expected"),
        ({"tried": 3}, "facts.tried: a mapping ({methotrexate: ...}) is expected, not 3"),
        ({"weeks_on": 12}, "facts.weeks_on: a mapping such as {methotrexate: 3} is expected, not 12"),
        ({"tested": {"TB": ["blood"]}}, "facts.tested.TB[0]: says of blood no more; write {blood: "),
        (
            {"tested": {"TB": {"blood": 5}}},
            "facts.tested.TB.blood: a list of what is so ([negative])",
        ),
        (
            {"tested": {"hepatitis_b": {"skin": ["negative"]}}},
            "facts.tested.hepatitis_b.skin: 'skin' is not known",
        ),
        ({"diagnosis": ["snomed:123"]}, "facts.diagnosis[0]: 'snomed' is no code system known here"),
        (
            {"tried": {"icd10cm:M31.6": ["failure"]}},
            "facts.tried: the code 'icd10cm:M31.6' means diagnosis(",
        ),
        (
            {"reading": {"contraindication": ["every_drug"]}},
            "facts.reading.contraindication: a name is expected",
        ),
    ],
    ids=str,
)
def test_what_a_case_says_wrongly_is_refused_with_its_path(
    foreign_kb: KnowledgeBase, facts: dict[str, Any], message: str
) -> None:
    with pytest.raises(CaseError) as refused:
        foreign_kb.decide(with_facts(**facts))
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)
