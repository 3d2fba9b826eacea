"""A new policy: what `lupa new` makes holds together, and the README's example is made as it says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lupa import CaseError, KnowledgeBase, RuleError
from lupa.authors import scaffold
from lupa.authors.scaffold import Draft, Made, new_policy, place
from lupa.authors.trials.expectations import expected, found
from lupa.record.reading import read_cases
from lupa.rules.files import RuleFiles, shipped
from tests import readme
from tests.command import command

EXAMPLE = readme.ROOT / "tests" / "example_policy"
CORE = {path.name for path in RuleFiles(shipped("kb")).core}


def made(folder: Path, **said: Any) -> Made:
    """A new policy in a new knowledge base."""
    return new_policy(folder / "kb", Draft(**{"policy": "a_policy"} | said))


def files(folder: Path) -> Mapping[str, bytes]:
    """Everything in a folder, with what it holds."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def surprises(kb: KnowledgeBase) -> dict[str, object]:
    """The cases that do not come to what they expect, with what they come to."""
    wrong: dict[str, object] = {}
    for name, path in kb.examples().items():
        with path.open("rb") as stream:
            ((_, case),) = read_cases(stream, name)
        assert not isinstance(case, CaseError)
        came_to = found(case, kb.decide(case))
        if came_to != expected(case):
            wrong[name] = came_to
    return wrong


# ---- what is made ------------------------------------------------------------------------------


def test_a_new_policy_has_rules_clauses_and_cases(tmp_path: Path) -> None:
    policy = made(tmp_path)
    assert set(policy.files) == set(files(policy.home))
    assert {"about.lp", "policy.lp", "clauses.lp", "cases/a_policy_with_every_criterion_met.yaml"} <= set(
        policy.files
    )


def test_a_new_knowledge_base_has_the_shared_rules_and_the_one_policy(tmp_path: Path) -> None:
    kb = made(tmp_path).kb
    assert {path.name: path.read_bytes() for path in RuleFiles(shipped("kb")).core} == {
        name: text for name, text in files(kb).items() if "/" not in name
    }
    assert KnowledgeBase.load(kb).policies == ("a_policy",)


def test_nothing_is_left_beside_what_is_made(tmp_path: Path) -> None:
    kb = made(tmp_path).kb
    new_policy(kb, Draft("another"))
    assert [path.name for path in tmp_path.iterdir()] == ["kb"]
    assert sorted(path.name for path in (kb / "policies").iterdir()) == ["a_policy", "another"]


def test_every_case_of_a_new_policy_comes_to_what_it_expects(tmp_path: Path) -> None:
    kb = KnowledgeBase.load(made(tmp_path).kb)
    assert len(kb.examples()) == 8
    assert surprises(kb) == {}


@pytest.mark.parametrize(
    ("drug", "indication"),
    [("Saphnelo", "SLE"), ("rituximab", "RA"), ("HCQ", "AAV"), ("Lupkynis", "Waldenström")],
)
def test_it_holds_together_for_whatever_drug_and_disease(
    drug: str, indication: str, tmp_path: Path
) -> None:
    assert surprises(KnowledgeBase.load(made(tmp_path, drug=drug, indication=indication).kb)) == {}


def test_it_says_of_itself_what_it_is_told(tmp_path: Path) -> None:
    said = {"drug": "Saphnelo", "payer": "A plan", "document": "A title", "edition": "first"}
    about = KnowledgeBase.load(made(tmp_path, since="2025-01-31", **said).kb).about("a_policy")
    assert (about.payer, about.document, about.drugs) == ("A plan", "A title", ("anifrolumab",))
    assert [(name, str(first)) for name, first in about.editions] == [("first", "2025-01-31")]


def test_an_edition_is_called_after_its_first_day(tmp_path: Path) -> None:
    assert made(tmp_path, since="2025-01-31").edition == "2025-01-31"


def test_an_edition_without_a_first_day_is_a_draft_and_always_in_force(tmp_path: Path) -> None:
    about = KnowledgeBase.load(made(tmp_path).kb).about("a_policy")
    assert about.editions == (("draft", None),)


@given(st.text(min_size=1).filter(lambda text: text.isprintable() and text.strip()))
@example('"). evil. %')
@example("a\\")
@example("%* a comment")
@example("$policy ${drug} {1}")
def test_any_title_stays_the_text_that_it_is(title: str) -> None:
    with TemporaryDirectory() as folder:
        kb = KnowledgeBase.load(made(Path(folder), payer=title, document=title, edition=title).kb)
        about = kb.about("a_policy")
        assert (about.payer, about.document, about.editions) == (title, title, ((title, None),))
        assert kb.edition("a_policy").cited("basis", "other_indication").startswith(title)


def test_a_knowledge_base_that_is_there_gains_one_folder(tmp_path: Path) -> None:
    kb = made(tmp_path).kb
    before = files(kb)
    another = new_policy(kb, Draft("another", drug="prednisone"))
    after = files(kb)
    assert not another.begun
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {f"policies/another/{name}" for name in another.files}
    assert surprises(KnowledgeBase.load(kb)) == {}


CHECKS = [("lint",), ("test", "--fail-under", "100"), ("verify",)]
"""What a policy must pass; there must be nothing to find, and nothing that no case shows."""


@pytest.mark.parametrize("check", CHECKS, ids=" ".join)
def test_a_new_policy_passes_every_check(check: tuple[str, ...], tmp_path: Path) -> None:
    kb = made(tmp_path, drug="Saphnelo", indication="SLE", since="2025-01-01").kb
    ended = command(*check, "a_policy", "--kb", str(kb))
    assert (ended.err, ended.status) == ("", 0)


@pytest.mark.parametrize("check", CHECKS, ids=" ".join)
def test_a_new_policy_passes_every_check_beside_those_that_ship(
    check: tuple[str, ...], tmp_path: Path
) -> None:
    kb = tmp_path / "kb"
    shutil.copytree(shipped("kb"), kb)
    made(tmp_path, drug="prednisone", indication="RA")
    ended = command(*check, "a_policy", "--kb", str(kb))
    assert (ended.err, ended.status) == ("", 0)


def test_the_cases_of_a_new_policy_notice_every_change_of_its_rules(tmp_path: Path) -> None:
    tests = KnowledgeBase.load(made(tmp_path).kb).test(["a_policy"], mutate=True)
    assert tests.mutation is not None
    assert tests.mutation.survivors == ()


# ---- what is refused ---------------------------------------------------------------------------


def refused(folder: Path, **said: Any) -> str:
    """What is said of a policy that cannot be made; nothing must be left of it."""
    before = sorted(folder.rglob("*"))
    with pytest.raises((CaseError, RuleError)) as error:
        made(folder, **said)
    assert sorted(folder.rglob("*")) == before
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("My Policy", "; my_policy would do"),
        ("my-policy", "; my_policy would do"),
        ("UHC", "; uhc would do"),
        ("5mg", ""),
        ("", ""),
        ("not", ""),
        ("../escape", "; escape would do"),
        ("Überplan", "; uberplan would do"),
        ("a\n", "; a would do"),
    ],
)
def test_a_name_that_rules_cannot_use_is_refused(name: str, hint: str, tmp_path: Path) -> None:
    said = refused(tmp_path, policy=name)
    assert said.startswith("a policy is named in lower case, digits and underscores")
    assert said.endswith(hint or "'")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"drug": "anifrolumb"}, "--drug: 'anifrolumb' is not known; did you mean anifrolumab?"),
        ({"indication": "SEL nephritis"}, "did you mean lupus_nephritis?"),
        ({"indication": "gout"}, "the knowledge base knows sle, lupus_nephritis, "),
        ({"indication": "other"}, "--indication: 'other' is not known"),
        ({"since": "1.1.2025"}, "--since: a date is written year-month-day, such as 2025-03-01"),
        ({"since": "2025-02-30"}, "--since: there is no such day"),
        ({"payer": " "}, "--payer: a text on one line is expected"),
        ({"document": "one\nevil."}, "--document: a text on one line is expected, not 'one\\nevil.'"),
        ({"edition": "\x1b[2J"}, "--edition: a text on one line is expected"),
        ({"edition": ""}, "--edition: a text on one line is expected, not ''"),
    ],
)
def test_what_cannot_be_said_is_refused(said: dict[str, str], error: str, tmp_path: Path) -> None:
    assert error in refused(tmp_path, **said)


def test_a_policy_that_is_there_is_never_touched(tmp_path: Path) -> None:
    home = made(tmp_path).home
    before = files(tmp_path)
    assert refused(tmp_path) == f"{home}: is there already; choose another name, or work on what it holds"
    assert files(tmp_path) == before


def test_a_folder_that_is_no_knowledge_base_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    assert "not a knowledge base, for it has no" in refused(tmp_path)


def test_a_knowledge_base_is_not_begun_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    kb = tmp_path / "nowhere" / "kb"
    with pytest.raises(CaseError, match=f"^{kb}: cannot be made: No such file or directory$"):
        new_policy(kb, Draft("a_policy"))


def test_what_goes_wrong_half_way_leaves_nothing(tmp_path: Path) -> None:
    made(tmp_path)
    with mock.patch.object(Path, "rename", side_effect=OSError(28, "No space left on device")):
        said = refused(tmp_path, policy="another")
    assert said == f"{tmp_path}/kb/policies/another: cannot be made: No space left on device"


def test_a_rule_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    kb = made(tmp_path).kb
    (kb / "drugs.lp").write_text("#script (python)\n#end.\n")
    assert refused(tmp_path, policy="another").startswith(f"{kb / 'drugs.lp'}:1:1: #script is not allowed")


def test_a_knowledge_base_that_knows_no_drug_can_hold_no_policy(tmp_path: Path) -> None:
    kb = made(tmp_path).kb
    (kb / "drugs.lp").write_text("#defined drug/1.\n#defined class/3.\n", "utf-8")
    assert refused(tmp_path, policy="another") == "--drug: the knowledge base knows none"


# ---- the command -------------------------------------------------------------------------------


def test_the_command_says_what_it_made_and_what_comes_next(tmp_path: Path) -> None:
    kb = tmp_path / "a kb"
    ended = command("new", "a_policy", "--kb", str(kb), "--since", "2025-01-01")
    assert (ended.status, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == f"{kb} is a new knowledge base, with the vocabulary that ships with lupa."
    assert lines[-3:] == [f"  lupa {verb} a_policy --kb '{kb}'" for verb in ("lint", "test", "verify")]


def test_the_command_answers_in_json(tmp_path: Path) -> None:
    kb = str(tmp_path / "kb")
    ended = command("--kb", kb, "new", "a_policy", "--drug", "Saphnelo", "--indication", "SLE", "--json")
    answer = json.loads(ended.out)
    assert answer.pop("files") == list(new_policy(tmp_path / "again", Draft("a_policy")).files)
    assert answer == {
        "kb": kb,
        "begun": True,
        "policy": "a_policy",
        "drug": "anifrolumab",
        "indication": "sle",
        "edition": "draft",
        "folder": f"{kb}/policies/a_policy",
    }


def test_the_command_works_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUPA_KB", str(tmp_path / "kb"))
    assert command("new", "a_policy").status == 0
    ended = command("new", "another")
    assert ended.out.splitlines()[0].startswith(f"{tmp_path}/kb/policies/another covers ")


def test_what_the_command_refuses_is_wrong_input(tmp_path: Path) -> None:
    ended = command("new", "My-Policy", "--kb", str(tmp_path / "kb"))
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("error: a policy is named in lower case")
    assert list(tmp_path.iterdir()) == []


def test_without_a_name_the_knowledge_base_of_the_checkout_is_worked_on() -> None:
    assert place(None) == readme.ROOT / "kb"


def test_what_is_installed_is_not_worked_on_unless_it_is_named(tmp_path: Path) -> None:
    with (
        mock.patch.object(scaffold, "_PACKAGE", tmp_path),
        mock.patch.object(scaffold, "shipped", lambda folder: tmp_path / folder),
        pytest.raises(CaseError, match="name one of your own with --kb DIR"),
    ):
        place(None)
    assert place("kb") == Path("kb")


# ---- the README's example ----------------------------------------------------------------------


def test_the_readme_adds_the_example_policy_as_it_says(tmp_path: Path) -> None:
    section = readme.walk()
    assert readme.walked(section, tmp_path) == section
    assert files(tmp_path / "my_kb" / "policies" / "example_anifrolumab") == files(EXAMPLE)


def test_the_example_is_plainly_none_of_a_real_plan() -> None:
    about = (EXAMPLE / "about.lp").read_text("utf-8")
    assert 'payer(example_anifrolumab, "Example Health Plan").' in about
    assert "An example, made up; no health plan has this policy." in (EXAMPLE / "policy.lp").read_text(
        "utf-8"
    )


@pytest.fixture(scope="module")
def with_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge base that holds the example policy."""
    kb = new_policy(tmp_path_factory.mktemp("example") / "kb", Draft("example_anifrolumab")).kb
    shutil.rmtree(kb / "policies" / "example_anifrolumab")
    shutil.copytree(EXAMPLE, kb / "policies" / "example_anifrolumab")
    return kb


@pytest.mark.parametrize("check", CHECKS, ids=" ".join)
def test_the_example_passes_every_check(check: tuple[str, ...], with_example: Path) -> None:
    ended = command(*check, "example_anifrolumab", "--kb", str(with_example))
    assert (ended.err, ended.status) == ("", 0)


def test_the_cases_of_the_example_notice_every_change_of_its_rules(with_example: Path) -> None:
    tests = KnowledgeBase.load(with_example).test(["example_anifrolumab"], mutate=True)
    assert tests.mutation is not None
    assert tests.mutation.survivors == ()


def test_every_finding_that_the_example_accepts_is_one(with_example: Path) -> None:
    report = KnowledgeBase.load(with_example).verify(["example_anifrolumab"])
    assert (report.new, report.gone) == ((), ())
    assert len(report.findings) == 1
