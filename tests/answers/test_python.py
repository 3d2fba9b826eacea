"""From Python: what a program, or a person at a prompt, finds and sees."""

from __future__ import annotations

import json
import multiprocessing
import numbers
import os
import pickle
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

import lupa
from lupa import CaseError, KnowledgeBase
from lupa.answers import decision as decisions
from lupa.answers.written import as_json
from lupa.pages.page import text
from tests.readme import EXAMPLE, ROOT

NAME = "lupkynis_alongside_bars_benlysta"
CHILD: dict[str, Any] = {"case": "a child", "request": {"drug": "Lupkynis"}, "facts": {"age": 16}}


class Int64:
    """A whole number as numpy has it: no `int`, but registered as one."""

    def __init__(self, value: int) -> None:
        self.numerator = value
        self.denominator = 1

    def __int__(self) -> int:
        return self.numerator

    def __float__(self) -> float:
        return float(self.numerator)

    def __str__(self) -> str:
        return str(self.numerator)


class Float32:
    """A number as numpy has it: no `float`, but registered as one, and written in its shortest form."""

    def __init__(self, written: str) -> None:
        self._written = written

    def __float__(self) -> float:
        return float(self._written)

    def __str__(self) -> str:
        return self._written


numbers.Integral.register(Int64)
numbers.Real.register(Float32)


# ---- names and prints --------------------------------------------------------------------------


def test_dir_lists_the_public_names() -> None:
    assert dir(lupa) == sorted(lupa.__all__)


def test_a_knowledge_base_says_where_its_folder_is(kb: KnowledgeBase) -> None:
    assert repr(kb) == f"KnowledgeBase.load({str(ROOT / 'kb')!r})"


def test_the_representation_of_a_decision_is_one_line(kb: KnowledgeBase) -> None:
    found = kb.decide(CHILD)
    assert repr(found) == "<Decision deny, fep_lupkynis@2024-10-01, case='a child'>"
    assert repr(kb.decide({**CHILD, "case": "one\nother"})).count("\n") == 0
    assert repr(kb.decide({**CHILD, "case": None})) == "<Decision deny, fep_lupkynis@2024-10-01>"


def test_a_decision_prints_as_the_page_that_a_person_reads(kb: KnowledgeBase) -> None:
    found = kb.decide(CHILD)
    assert (
        str(found).splitlines()[0] == "DENY  fep_lupkynis, edition 2024-10-01 (the newest: no service_date)"
    )
    assert len(str(found)) < len(text(found))  # which has styles for a terminal
    assert "\033" not in str(found)


def test_where_nothing_writes_pages_a_decision_prints_as_its_line(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "_pages", [repr])
    found = kb.decide(CHILD)
    assert str(found) == repr(found)


# ---- cases -------------------------------------------------------------------------------------


def test_a_case_is_loaded_by_the_name_of_a_shipped_one_or_from_its_file(kb: KnowledgeBase) -> None:
    by_name = kb.case(NAME)
    assert by_name == kb.case(ROOT / EXAMPLE) == kb.case(str(ROOT / EXAMPLE))
    assert kb.decide(by_name).outcome == "deny"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.yaml", None, "none.yaml: no such file; a shipped case is named without .yaml"),
        ("empty.yaml", "", "the file is empty"),
        ("list.yaml", "[]", "a case is a mapping with `request` and `facts`, not []"),
        (
            "two.jsonl",
            '{"request": {"drug": "A"}}\n{"request": {"drug": "A"}}\n',
            "holds several cases; give one",
        ),
    ],
)
def test_a_file_that_holds_no_case_or_several_is_refused(
    kb: KnowledgeBase, tmp_path: Path, name: str, content: str | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(CaseError) as caught:
        kb.case(tmp_path / name)
    assert said in str(caught.value)


def test_a_name_that_no_shipped_case_has_and_a_folder_are_refused(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    with pytest.raises(CaseError, match="no shipped case is called 'nothing_like_it'"):
        kb.case("nothing_like_it")
    with pytest.raises(CaseError, match="cannot be read: Is a directory"):
        kb.case(tmp_path)


@pytest.mark.parametrize("age", [Int64(17), Float32("17.9"), Fraction(35, 2), Float32("17.0")])
def test_numbers_of_other_libraries_are_numbers(kb: KnowledgeBase, age: Any) -> None:
    plain = {**CHILD, "facts": {"age": float(age)}}
    found = kb.decide({**CHILD, "facts": {"age": age}})
    assert found.outcome == "deny"
    assert [c.status for c in found.criteria] == [c.status for c in kb.decide(plain).criteria]


def test_a_number_of_another_library_stands_in_what_is_written_as_the_number_that_it_is(
    kb: KnowledgeBase,
) -> None:
    case = {"request": {"drug": "Benlysta", "months": Int64(6)}, "facts": {"age": Float32("7.5")}}
    found = kb.decide(case)
    assert (
        found.fingerprint
        == kb.decide({"request": {"drug": "Benlysta", "months": 6}, "facts": {"age": 7.5}}).fingerprint
    )
    (first, *_) = json.loads(found.to_json())["witnesses"]
    assert (first["case"]["request"]["months"], first["case"]["facts"]["age"]) == (6, 7.5)


@pytest.mark.parametrize("age", [True, Float32("nan"), Float32("inf"), 1 + 2j, Fraction(10**6)])
def test_what_is_no_number_that_can_be_is_refused_all_the_same(kb: KnowledgeBase, age: Any) -> None:
    with pytest.raises(CaseError, match=r"facts\.age: .*(is expected, not|cannot be)"):
        kb.decide({**CHILD, "facts": {"age": age}})


def test_a_part_of_what_is_counted_is_refused(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match="is not whole"):
        kb.decide({"request": {"drug": "Lupkynis", "days_supply": 30, "capsules": Fraction(3, 2)}})


# ---- processes ---------------------------------------------------------------------------------


def outcome(kb: KnowledgeBase) -> str:
    return kb.decide(CHILD).outcome


def test_a_knowledge_base_can_be_pickled_and_is_loaded_again(kb: KnowledgeBase) -> None:
    kb.decide(CHILD)
    again = pickle.loads(pickle.dumps(kb))  # noqa: S301 - our own
    assert (type(again), repr(again), again.decide(CHILD)) == (KnowledgeBase, repr(kb), kb.decide(CHILD))


def test_a_knowledge_base_can_be_given_to_another_process(kb: KnowledgeBase) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(outcome, (kb,)) == "deny"


# ---- the name ----------------------------------------------------------------------------------


def imported(folder: Path) -> subprocess.CompletedProcess[str]:
    """What happens where the package in a folder is imported."""
    return subprocess.run(
        [sys.executable, "-c", "import lupa; print(lupa.__version__)"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
    )


@pytest.mark.parametrize("file", ["lua54.cpython-311-x86_64-linux-gnu.so", "_lupa.cp311-win_amd64.pyd"])
def test_files_of_the_lua_bridge_of_the_same_name_are_told_at_import(tmp_path: Path, file: str) -> None:
    shutil.copytree(
        Path(lupa.__file__).parent, tmp_path / "lupa", ignore=shutil.ignore_patterns("__pycache__")
    )
    assert (imported(tmp_path).stdout, imported(tmp_path).stderr) == (f"{lupa.__version__}\n", "")
    (tmp_path / "lupa" / file).touch()
    found = imported(tmp_path)
    assert found.stdout == f"{lupa.__version__}\n"
    assert (
        f"RuntimeWarning: the Lua bridge `lupa` is installed in the same folder, {tmp_path}/lupa ({file})"
        in found.stderr
    )


def test_the_warning_names_what_lies_among_our_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "listdir", lambda _: ["lua54.so", "luajit20.so", "version.py"])
    with pytest.warns(RuntimeWarning, match=r"in the same folder, .* \(lua54\.so\)"):
        runpy.run_path(lupa.__file__, {}, "lupa_again")


def test_a_package_without_a_folder_has_no_strangers_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lupa, "__file__", "/none/archive.zip/lupa/__init__.py")
    assert lupa._strangers() == []


# ---- answers as data ---------------------------------------------------------------------------

OPEN: dict[str, Any] = {
    "request": {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"},
    "facts": {"age": 17, "taking": ["prednisone"]},
}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda kb: kb.decide(OPEN), id="decide"),
        pytest.param(lambda kb: kb.why(OPEN), id="why"),
        pytest.param(lambda kb: kb.whatif(OPEN, {"age": 18}), id="whatif"),
        pytest.param(lambda kb: kb.ask(OPEN), id="ask"),
        pytest.param(lambda kb: next(iter(kb.decide_many([{}]))), id="undecided"),
    ],
)
def test_an_answer_as_data_is_its_line_of_json(
    few: KnowledgeBase, answer: Callable[[KnowledgeBase], Any]
) -> None:
    found = answer(few)
    assert json.loads(json.dumps(found.to_dict())) == json.loads(found.to_json())


def test_what_json_does_not_know_is_written_as_what_it_does() -> None:
    written = as_json({"mapping": MappingProxyType({"a": 1}), "number": Fraction(1, 2)})
    assert json.loads(written) == {"mapping": {"a": 1}, "number": 0.5}


def test_no_sets_of_statements_are_not_to_be_had(few: KnowledgeBase) -> None:
    with pytest.raises(CaseError) as error:
        few.flip(OPEN, "approve", most=0)
    assert str(error.value) == "at least one set of statements is asked for, not 0"
