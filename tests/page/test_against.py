"""A page made against other rules decides each case by both, and tells what differs."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.page.data import Beside, page_data
from tests.page.cases import random_case
from tests.page.node import expected, in_node, is_told, needs_node

pytestmark = [needs_node, pytest.mark.slow]
ADULT = {"request": {"policy": "fep_lupkynis", "indication": "lupus_nephritis"}, "facts": {"age": 17}}


@pytest.fixture(scope="module")
def younger(kb: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The rules in use, but that a patient of 16 is old enough for Lupkynis."""
    folder = tmp_path_factory.mktemp("younger") / "kb"
    shutil.copytree(kb.files.root, folder)
    rules = folder / "policies" / "fep_lupkynis" / "policy.lp"
    text = rules.read_text(encoding="utf-8")
    assert "minimum_age(fep_lupkynis, 18)." in text
    rules.write_text(
        text.replace("minimum_age(fep_lupkynis, 18).", "minimum_age(fep_lupkynis, 16)."), encoding="utf-8"
    )
    return KnowledgeBase.load(folder)


@pytest.fixture(scope="module")
def both(kb: KnowledgeBase, younger: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("against") / "data.json"
    beside = Beside("younger", younger)
    path.write_text(json.dumps(page_data(kb, ["fep_lupkynis"], beside)), encoding="utf-8")
    return path


def test_a_case_comes_to_what_each_of_both_rules_says(
    kb: KnowledgeBase, younger: KnowledgeBase, both: Path
) -> None:
    dice = random.Random(5)
    drawn = [random_case(dice, kb.edition("fep_lupkynis")) for _ in range(60)]
    cases = [case for case in drawn if expected(kb, case) and expected(younger, case)]
    found = in_node(both, cases, "against.mjs")
    assert len(cases) > 20
    wanted = [(expected(younger, case) or [None])[0] for case in cases]
    assert [one for one, want in zip(found, wanted, strict=True) if not is_told(want, one["there"])] == []


def test_what_differs_is_told_of_both(both: Path) -> None:
    (found,) = in_node(both, [ADULT], "against.mjs")
    assert ["criterion", "adult", "not met", "met"] in found["rows"]


def test_an_edition_is_what_a_page_can_be_made_against(kb: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    named = "uhc_benlysta@2022E0046O"
    path.write_text(json.dumps(page_data(kb, ["uhc_benlysta"], Beside(named, kb, named))), encoding="utf-8")
    case = kb.case("benlysta_archived_edition_autoantibodies_not_stated")
    request = {**case["request"], "policy": "uhc_benlysta@2023-11-01"}
    (found,) = in_node(path, [{**case, "request": request}], "against.mjs")
    assert found["there"]["edition"] == "2022E0046O"
    assert found["rows"][0] == ["outcome", "", "APPROVE", "PEND (approve or deny)"]


def test_a_policy_that_the_page_lacks_is_nothing_to_be_against(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match="is no edition of fep_lupkynis; name uhc_benlysta for the page"):
        kb.page(["fep_lupkynis"], against="uhc_benlysta@2022E0046O")
