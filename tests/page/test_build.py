"""The file of a page: one, small, that allows no connection and takes no text for markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupa import CaseError, KnowledgeBase
from lupa.page import build
from lupa.page.build import _COMMENT, _OFTEN, _OWN, _SHORT, HERE, _one_after_another, _tight, in_one
from lupa.page.packed import in_signs
from lupa.schema import schemas
from tests.command import command
from tests.page.browser import bytes_of, told_by

PAGES = HERE.parent / "pages"
LARGEST = 300_000
"""Bytes of the page of the shipped policies."""


@pytest.fixture(scope="module")
def one(kb: KnowledgeBase) -> str:
    """The page of one policy, which is made sooner than that of all."""
    return kb.page("fep_lupkynis")


@pytest.mark.slow
def test_the_shipped_policies_make_a_small_page(made: str) -> None:
    assert len(made.encode()) < LARGEST


@given(st.binary())
def test_bytes_are_told_in_signs_that_begin_no_markup(data: bytes) -> None:
    signs = in_signs(data)
    assert bytes_of(signs) == data
    assert len(signs) <= len(data) * 16 / 13 + 2
    assert "<" not in signs


def test_no_comment_is_left_that_could_hide_what_follows(one: str) -> None:
    (script,) = re.findall(r'<script type="module">(.*?)</script>', one, re.DOTALL)
    assert [line for line in script.splitlines() if line.startswith("//") or " // " in line] == []


def test_functions_of_object_that_are_called_often_have_a_short_name(one: str) -> None:
    (script,) = re.findall(r'<script type="module">(.*?)</script>', one, re.DOTALL)
    assert script.startswith("let{entries:a$,")
    assert "Object.entries" not in script


@pytest.fixture(scope="module")
def known_beyond_code(one: str, kb: KnowledgeBase) -> str:
    """What knows things by name beside the code of a page: data, cases, decisions, letters."""
    shapes = schemas(kb)
    files = {*HERE.glob("*.py"), *PAGES.glob("*.py")} - {HERE / "build.py"}
    writing = [path.read_text(encoding="utf-8") for path in files]
    plain = "".join(writing).replace("'", '"')
    return json.dumps([told_by(one), shapes["case"], shapes["decision"]]) + plain


@pytest.mark.parametrize("name", _OWN)
def test_a_name_that_only_code_knows_has_a_short_one(name: str, one: str, known_beyond_code: str) -> None:
    (script,) = re.findall(r'<script type="module">(.*?)</script>', one, re.DOTALL)
    modules = [_COMMENT.sub("", path.read_text(encoding="utf-8")) for path in HERE.glob("*.js")]
    assert [text for text in modules if re.search(rf"[\"'`]{name}[\"'`]", text)] == []
    assert f'"{name}"' not in known_beyond_code
    assert re.search(rf"\.{name}(?![\w$])", script) is None


def test_each_of_the_names_that_are_often_called_has_a_short_one_of_its_own() -> None:
    assert len(set(_SHORT.values())) == len(_OFTEN) + len(_OWN)


def test_two_modules_that_export_the_same_name_are_a_fault_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.js").write_text('import { plain } from "./other.js";\nexport const mine = plain;\n')
    (tmp_path / "other.js").write_text("export const plain = 1;\n")
    monkeypatch.setattr(build, "HERE", tmp_path)
    short = _SHORT["plain"]
    scope = f"let[{short}]=(()=>{{let {short}=1;return[{short}]}})();"
    assert in_one("one").endswith(f";{scope}let mine={short};")
    (tmp_path / "one.js").write_text(
        'import { plain as own } from "./other.js";\nexport const plain = 2;\n'
    )
    with pytest.raises(ValueError, match=r"plain is exported by other\.js and by one\.js"):
        in_one("one")


def test_constants_that_follow_each_other_are_declared_by_one_word() -> None:
    code = """
const one = (x) => x;
const [two, three] = [";", { a: 1 }];
if (one) {
  const inner = 1;
  const other = 2;
}
const last = () => {
  const inner = 3;
};
const after = `
const ${one};`;
export const told = 4;
"""
    joined = """
const one = (x) => x,
[two, three] = [";", { a: 1 }];
if (one) {
  const inner = 1,
other = 2;
}
const last = () => {
  const inner = 3;
};
const after = `
const ${one};`;
export const told = 4;
"""
    assert _one_after_another(code) == joined


def test_a_template_without_an_end_is_a_fault_of_the_page() -> None:
    with pytest.raises(ValueError, match="a template without an end"):
        _tight("const one = `told ${two} and")


def test_what_runs_is_named_by_its_digest_and_nothing_is_loaded(one: str) -> None:
    (script,) = re.findall(r'<script type="module">(.*?)</script>', one, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", one, re.DOTALL)
    script_hash, style_hash = (
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in (script, style)
    )
    (rules,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', one)
    assert rules == (
        f"default-src 'none'; script-src {script_hash}; style-src {style_hash}; "
        "base-uri 'none'; form-action 'none'"
    )
    assert re.findall(r"(?:src|href)=\"(?!#)", one) == []


def test_a_case_with_markup_in_its_name_ends_no_script(kb: KnowledgeBase) -> None:
    case = {"case": "</script><!--<script>", "request": {"policy": "fep_lupkynis"}}
    made = kb.page("fep_lupkynis", case)
    assert made.count("</script>") == 3
    assert "<!--" not in made


def test_a_case_of_a_policy_that_the_page_lacks_is_refused(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match="the case is about uhc_benlysta; name that for the page too"):
        kb.page(["fep_lupkynis"], kb.case("lupkynis_alongside_bars_benlysta"))


def test_a_folder_is_what_a_page_can_be_made_against(kb: KnowledgeBase, few: KnowledgeBase) -> None:
    folder = str(few.files.root)
    found = kb.page("fep_lupkynis", against=folder)
    assert told_by(found)["against"]["named"] == folder


def test_the_command_writes_a_file_and_says_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    run = command("page", "fep_lupkynis", "-o", str(path), "--case", "lupkynis_at_eighteen")
    assert re.fullmatch(rf"{re.escape(str(path))}: \d+ kB, by fep_lupkynis\n", run.out)
    assert "lupkynis" in path.read_text(encoding="utf-8").lower()


def test_a_case_is_explored_in_a_page(tmp_path: Path) -> None:
    path = tmp_path / "case.html"
    run = command("explore", "--example", "lupkynis_at_eighteen", "--page", str(path))
    assert re.fullmatch(rf"{re.escape(str(path))}: \d+ kB, by fep_lupkynis\n", run.out)
    assert '"age": 18' in path.read_text(encoding="utf-8")


def test_the_command_prints_the_page_where_asked_to() -> None:
    assert command("page", "fep_lupkynis", "-o", "-").out.startswith("<!DOCTYPE html>")


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    run = command("page", "fep_lupkynis", "-o", str(tmp_path / "no" / "page.html"))
    assert run.err.endswith("cannot be written: No such file or directory\n")
