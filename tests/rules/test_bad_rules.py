"""What is wrong with a knowledge base is said with file, line and column, and nothing is decided by it."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import clingo
import pytest

from lupa import CaseError, KnowledgeBase, RuleError, TimeLimitError
from lupa.rules.files import shipped
from lupa.rules.ground import ground, plainly
from lupa.rules.vocabulary import Vocabulary
from tests.command import as_bytes, command
from tests.record.test_bad_input import CLASH, DAY, GOOD, LINE, complaint, stating
from tests.slim import slim
from tests.times import ending

pytestmark = pytest.mark.slow

POLICY = "policies/fep_lupkynis/policy.lp"
ABOUT = "policies/fep_lupkynis/about.lp"
LINT = "  `lupa lint` tells all that is wrong with the rules\n"
ONLY_DEFINES = (
    "is not allowed in a knowledge base; its rules only define (a choice, a constraint or a search belongs "
    "to a question)"
)


QUANTITY = 'quantity(Name, "unit", Least, Most)'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A slim copy of the knowledge base that ships with lupa, to be spoilt."""
    return slim(tmp_path / "kb", "cases")


def add(folder: Path, rules: str, name: str = POLICY) -> tuple[Path, int]:
    """Adds rules to a file; the file, and the line where they begin."""
    path = folder / name
    text = path.read_text() if path.exists() else ""
    path.write_text(f"{text}\n{rules}\n")
    return path, text.count("\n") + 2


def said_of(folder: Path, *words: str, stdin: bytes = LINE) -> str:
    """What is said of bad rules when a case, by itself a good one, is to be decided by them."""
    ended = command(*(words or ("decide", "-", "--json")), "--kb", str(folder), stdin=stdin)
    assert (ended.status, ended.out) == (2, "")
    return ended.err.removeprefix("error: ").removesuffix(LINT).removesuffix("\n")


def decides(folder: Path) -> bool:
    ended = command("decide", "-", "--json", "--kb", str(folder), stdin=LINE)
    return (ended.status, ended.cases, ended.err) == (0, ["-"], "")


def test_the_rules_that_these_tests_spoil_are_good_ones(folder: Path) -> None:
    assert decides(folder)


# ---- the folder --------------------------------------------------------------------------------


def test_a_folder_that_is_missing_is_no_knowledge_base(tmp_path: Path) -> None:
    path = tmp_path / "kb"
    assert said_of(path, "policies") == f"{path}: no such folder; a knowledge base is a folder of rules"
    path.touch()
    assert said_of(path, "policies") == f"{path}: no such folder; a knowledge base is a folder of rules"


@pytest.mark.parametrize("name", ["vocabulary.lp", "decision.lp", "policies"])
@pytest.mark.parametrize("verb", ["policies", "facts", "examples", "schema"])
def test_a_folder_without_its_core_is_no_knowledge_base(folder: Path, name: str, verb: str) -> None:
    lacking = f"{folder}: not a knowledge base, for it has no {name}; see the README"
    (folder / name).rename(folder / "elsewhere")
    assert said_of(folder, verb).startswith(lacking)


def test_an_empty_folder_is_no_knowledge_base(tmp_path: Path) -> None:
    assert "not a knowledge base, for it has no vocabulary.lp" in said_of(tmp_path, "policies")


def test_a_file_is_no_folder_of_policies(folder: Path) -> None:
    shutil.rmtree(folder / "policies")
    (folder / "policies").touch()
    assert "not a knowledge base, for it has no policies" in said_of(folder, "policies")


def test_the_environment_names_a_knowledge_base(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUPA_KB", str(tmp_path / "missing"))
    ended = command("policies")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {tmp_path / 'missing'}: no such folder")
    assert command("policies", "--kb", str(folder)).status == 0
    assert command("--kb", str(folder), "policies").status == 0


def test_an_empty_name_in_the_environment_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUPA_KB", "")
    assert command("policies") == command("policies", "--kb", str(shipped("kb")))


def test_an_empty_name_in_the_call_does_not_stand_for_the_shipped_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said_of(Path(), "policies").startswith(".: not a knowledge base")
    ended = command("policies", "--kb", "")
    assert (ended.status, ended.out) == (2, "")


@pytest.mark.parametrize("name", ["Plan", "1plan", "plan-a", "plan a", "plan_ä"])
def test_a_folder_whose_name_is_no_name_is_no_policy(folder: Path, name: str) -> None:
    (folder / "policies" / name).mkdir()
    assert said_of(folder, "policies").startswith(
        f"{folder / 'policies' / name}: a policy's folder is named in lower"
    )


@pytest.mark.parametrize("name", [".git", "_draft"])
def test_a_folder_that_is_put_aside_is_no_policy(folder: Path, name: str) -> None:
    (folder / "policies" / name).mkdir()
    assert KnowledgeBase.load(folder).policies == ("fep_lupkynis", "uhc_benlysta")


# ---- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [POLICY, ABOUT, "vocabulary.lp", "drugs.lp", "more.lp"])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x80\x81", "not a text in UTF-8 (byte 1)"),
        ("policy(x).".encode("utf-16"), "not a text in UTF-8 (byte 1)"),
        ('document(x, "Sjögren").'.encode("latin-1"), "not a text in UTF-8 (byte 16)"),
    ],
    ids=["binary", "UTF-16", "Latin-1"],
)
def test_a_rule_file_that_is_no_text_is_refused(folder: Path, name: str, data: bytes, message: str) -> None:
    (folder / name).write_bytes(data)
    assert said_of(folder) == f"{folder / name}: {message}"


@pytest.mark.parametrize("name", [POLICY, ABOUT, "vocabulary.lp", "more.lp"])
def test_a_rule_file_with_zero_bytes_is_refused_with_the_place_of_the_first(
    folder: Path, name: str
) -> None:
    path, line = add(folder, "% \0\0", name)
    assert said_of(folder) == f"{path}:{line}:3: a NUL character stands here; take it out"


@pytest.mark.parametrize("name", ["more.lp", POLICY])
def test_a_rule_file_that_cannot_be_read_is_refused(folder: Path, name: str) -> None:
    path = folder / name
    path.unlink(missing_ok=True)
    path.mkdir()
    assert said_of(folder) == f"{path}: cannot be read: Is a directory"


def mark(folder: Path) -> None:
    """Puts the mark of UTF-8 at the start of every rule file, as some editors do."""
    for path in folder.rglob("*.lp"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


@pytest.mark.parametrize(
    "words",
    [
        ["decide", "-", "--json"],
        ["why", "-", "--tree"],
        ["facts"],
        ["lint", "fep_lupkynis"],
        ["verify", "fep_lupkynis"],
    ],
    ids=" ".join,
)
def test_a_mark_at_the_start_of_a_rule_file_is_passed_over(folder: Path, words: list[str]) -> None:
    before = command(*words, "--kb", str(folder), stdin=LINE)
    mark(folder)
    assert command(*words, "--kb", str(folder), stdin=LINE) == before
    assert before.status == 0


def test_a_mark_changes_no_fingerprint_of_the_rules(folder: Path) -> None:
    before = KnowledgeBase.load(folder).edition("fep_lupkynis").fingerprint
    mark(folder)
    assert KnowledgeBase.load(folder).edition("fep_lupkynis").fingerprint == before


@pytest.mark.parametrize(
    ("rule", "place", "message"),
    [
        ("met(fep_lupkynis adult).", "1:18-23", "error: syntax error, unexpected <IDENTIFIER>"),
        ("met(fep_lupkynis, adult) :- takign(prednisone).", "1:29-47", "info: atom does not occur"),
        ("met(fep_lupkynis, Name) :- not taking(Name).", "1:1-45", "error: unsafe variables"),
        ("{ guess }.", "1:1", "a choice is not allowed"),
        ("#show.", "1:1", "#show is not allowed"),
        ("size(0).\nsize(Size + 1) :- size(Size).", "2:1", "the rules ground to more than"),
    ],
)
def test_a_mark_moves_no_place(
    folder: Path, rule: str, place: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupa.rules.ground.MOST_RULES", 50_000)
    path = folder / "more.lp"
    path.write_bytes(b"\xef\xbb\xbf" + rule.encode())
    assert said_of(folder).startswith(f"{path}:{place}: {message}")


def test_a_mark_with_zero_bytes_behind_it_hides_nothing(folder: Path) -> None:
    (folder / "more.lp").write_bytes(b"\xef\xbb\xbfone.\0 { guess }.")
    assert said_of(folder).startswith(f"{folder / 'more.lp'}:1:5")


# ---- numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "column", "number"),
    [
        ("minimum_age(fep_lupkynis, 2147483648).", 27, "2147483648"),
        ("limit(fep_lupkynis, other_limit, months, 4294967308).", 42, "4294967308"),
        ("met(fep_lupkynis, adult) :- 1 < -99999999999.", 34, "99999999999"),
        ("size(0x80000000). % hexadecimal", 6, "0x80000000"),
        ("size(0b11111111111111111111111111111111).", 6, "0b" + "1" * 32),
        ("size(0o40000000000).", 6, "0o40000000000"),
        ("#const most = 2147483648.", 15, "2147483648"),
        (f"size({'9' * 5000}).", 6, "9" * 59 + "…"),
    ],
)
def test_a_number_that_clingo_would_take_for_another_is_refused_with_its_place(
    folder: Path, rule: str, column: int, number: str
) -> None:
    path, line = add(folder, rule)
    assert said_of(folder) == (
        f"{path}:{line}:{column}: {number} is too large: a number in a rule is at most 2147483647"
    )


@pytest.mark.parametrize(
    "rule",
    [
        "size(2147483647). size(0x7FFFFFFF). size(-2147483647).",
        'word("4294967308"). % 4294967308',
        "%* 4294967308 *% word(x4294967308, x'4294967308, x_4294967308).",
    ],
)
def test_a_number_that_clingo_holds_and_what_is_none_are_accepted(folder: Path, rule: str) -> None:
    add(folder, rule)
    assert decides(folder)


# ---- rules -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "column", "message"),
    [
        ("met(fep_lupkynis adult).", 18, "error: syntax error, unexpected <IDENTIFIER>"),
        ("met(fep_lupkynis, adult) :- taking(Drug)", 1, "error: syntax error, unexpected EOF"),
        ('payer(fep_lupkynis, "FEP).', 21, "error: lexer error, unexpected "),
        ("met(fep_lupkynis, adult) :- takign(prednisone).", 29, "info: atom does not occur in any rule"),
        (
            "met(fep_lupkynis, adult) :- not takign(prednisone).",
            33,
            "info: atom does not occur in any rule",
        ),
        (
            "met(fep_lupkynis, adult) :- taking(prednisone, now).",
            29,
            "info: atom does not occur in any rule",
        ),
        ("met(fep_lupkynis, Name) :- not taking(Name).", 1, "error: unsafe variables"),
        ("bound(1 + low).", 7, "info: operation undefined"),
        ("%* never closed", 1, "error: lexer error, unexpected <EOF>"),
        ("&sum { age } >= 18.", 1, "error: no definition found for theory atom"),
    ],
)
def test_a_rule_that_clingo_does_not_understand_is_refused_with_its_place(
    folder: Path, rule: str, column: int, message: str
) -> None:
    path, line = add(folder, rule)
    line += "EOF" in message
    place = rf"{re.escape(str(path))}:{line}:{column}(-[0-9:]+)?"
    assert re.match(f"{place}: {re.escape(message)}", said_of(folder))


DIRECTIVES = {
    "#script": "#script (python)\nimport os\nos.mkdir('ran')\n#end.",
    "#include": '#include "other.lp".',
    "#show": "#show taking/1.",
    "#external": "#external taking(prednisone).",
    "#minimize": "#minimize { 1 : taking(prednisone) }.",
    "#maximize": "#maximize { 1 : taking(prednisone) }.",
    "#heuristic": "#heuristic taking(prednisone). [1, true]",
    "#project": "#project taking/1.",
    "#edge": "#edge (a, b).",
    "#theory": "#theory t { }.",
    "#program": "#program edition(e).",
    ":~": ":~ taking(prednisone). [1]",
}


@pytest.mark.parametrize("directive", DIRECTIVES)
@pytest.mark.parametrize("name", [POLICY, ABOUT, "vocabulary.lp", "more.lp"])
def test_a_directive_that_does_more_than_define_is_refused_with_its_place(
    folder: Path, directive: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    path, line = add(folder, f"  {DIRECTIVES[directive]}", name)
    said = said_of(folder)
    assert said == f"{path}:{line}:3: {directive} {ONLY_DEFINES}"
    assert not (folder / "ran").exists()


@pytest.mark.parametrize(
    "script",
    [
        "#script(python)import os;os.mkdir('ran')#end.",
        "%* a comment *% #script (lua) os.execute('mkdir ran') #end.",
        'document(x, "%*"). #script (python)\nimport os\nos.mkdir("ran")\n#end. %* *%',
        "% a comment %*\n#script (python)\nimport os\nos.mkdir('ran')\n#end.\n% *%",
        "%* %* one in another *% *% #script (python)\nimport os\nos.mkdir('ran')\n#end.",
        "%* 100% *%\n*% #script (python)\nimport os\nos.mkdir('ran')\n#end.",
    ],
)
@pytest.mark.parametrize(
    "words",
    [
        ["policies"],
        ["facts"],
        ["show", "fep_lupkynis"],
        ["schema"],
        ["decide", "-"],
        ["why", "-", "--tree"],
    ],
)
def test_a_script_in_a_rule_file_is_never_run(
    folder: Path, script: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    add(folder, script, ABOUT)
    ended = command(*words, "--kb", str(folder), stdin=LINE)
    assert (ended.status, ended.out) == (2, "")
    assert "#script is not allowed" in ended.err
    assert not (folder / "ran").exists()


@pytest.mark.parametrize("name", [POLICY, "vocabulary.lp"])
def test_a_rule_that_calls_a_function_of_the_program_around_it_is_refused_with_its_place(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clingo looks for it in the module that was started, which is anyone's."""
    called: list[clingo.Symbol] = []
    monkeypatch.setattr(sys.modules["__main__"], "told", called.append, raising=False)
    path, line = add(folder, 'word("@told(1)"). % @told(1)\nword(@told(1)).', name)
    assert (said_of(folder), called) == (f"{path}:{line + 1}:6: @told {ONLY_DEFINES}", [])


@pytest.mark.parametrize("letter", ["ö", "\N{LEFT DOUBLE QUOTATION MARK}", "\N{NO-BREAK SPACE}"])
def test_a_letter_that_can_stand_only_in_quotes_is_refused_elsewhere(folder: Path, letter: str) -> None:
    path, line = add(folder, f'word("{letter}"). % {letter}\nword({letter}).')
    shown = letter if letter.isprintable() else r"\xa0"
    assert said_of(folder) == (
        f"{path}:{line + 1}:6: {shown} can stand only in quotes or in a comment; "
        "names are written in plain letters"
    )


@pytest.mark.parametrize("comment", ["%* %* *% *%", "%* %* %* *% *% *%", "%*%*%* *%*%*%", "%* % *%\n *%"])
def test_no_comment_hides_a_directive(folder: Path, comment: str) -> None:
    (folder / "elsewhere").write_text("met(fep_lupkynis, adult).")
    path, line = add(folder, f'{comment} #include "{folder / "elsewhere"}".')
    assert said_of(folder).startswith(f"{path}:{line + comment.count(chr(10))}:")
    assert said_of(folder).endswith(f": #include {ONLY_DEFINES}")


@pytest.mark.parametrize(
    "text",
    [
        "% #show taking/1.",
        "%* #minimize *%",
        '%* :~ *% word("#script :~").',
        "#defined word/1.",
        "word(#sup).",
    ],
)
def test_what_is_written_in_comments_and_texts_does_not_matter(folder: Path, text: str) -> None:
    add(folder, text)
    assert decides(folder)


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("{ taking(prednisone) }.", "a choice"),
        ("1 { taking(prednisone); taking(prednisolone) } 1.", "a choice"),
        ("{ guess } :- taking(prednisone).", "a choice"),
        ("#count { 1 : guess : taking(prednisone) } = 1.", "a choice"),
        (":- taking(prednisone).", "a constraint"),
        (":- taking(_).", "a constraint"),
        (":- not taking(prednisone), live_vaccine.", "a constraint"),
        ("#false :- taking(prednisone).", "a constraint"),
        ("#false.", "a constraint"),
        ("1 > 2 :- taking(prednisone).", "a constraint"),
        ("not taking(prednisone) :- live_vaccine.", "a constraint"),
        ("taking(prednisone); taking(prednisolone).", "a rule with several heads"),
        ("guess | other :- taking(prednisone).", "a rule with several heads"),
        ("-live_vaccine :- taking(prednisone).", "a head with a minus"),
        ("true(taking(prednisone)).", "a rule for true/1, which cases give,"),
        ("true(live_vaccine) :- taking(prednisone).", "a rule for true/1, which cases give,"),
        ("true(nothing_declared).", "a rule for true/1, which cases give,"),
    ],
)
@pytest.mark.parametrize("name", [POLICY, "vocabulary.lp"])
def test_a_rule_that_does_more_than_define_is_refused_with_its_place(
    folder: Path, rule: str, kind: str, name: str
) -> None:
    path, line = add(folder, f"  {rule}", name)
    assert said_of(folder) == f"{path}:{line}:3: {kind} {ONLY_DEFINES}"


def test_every_rule_that_does_more_than_define_is_told_at_once(folder: Path) -> None:
    path, line = add(folder, "{ guess }.\n:- guess.")
    assert said_of(folder) == (
        f"{path}:{line}:1: a choice {ONLY_DEFINES}\n  {path}:{line + 1}:1: a constraint {ONLY_DEFINES}"
    )


@pytest.mark.parametrize(
    ("rules", "circle"),
    [
        ("one :- not other. other :- not one.", "one, other"),
        ("one :- not one.", "one"),
        (
            "one :- other. other :- not third. third :- not fourth. fourth :- not one.",
            "fourth, one, other, third",
        ),
        ("one :- taking(prednisone), not one.", "one"),
    ],
)
def test_what_is_defined_in_a_circle_through_not_is_refused(folder: Path, rules: str, circle: str) -> None:
    add(folder, rules)
    assert said_of(folder).startswith(f"{circle}: defined in a circle through `not`")


@pytest.mark.parametrize(
    "rules",
    [
        "one :- other. other :- one.",
        "near(Drug, Drug) :- taking(Drug). near(One, Other) :- near(Other, One).",
        "one :- not other. other :- not third. third :- taking(prednisone).",
        "some :- #count { Drug : taking(Drug) } > 2.",
        "some :- #sum { 1, Drug : taking(Drug) } > 2, not live_vaccine.",
    ],
)
def test_what_is_well_defined_is_accepted(folder: Path, rules: str) -> None:
    add(folder, rules)
    assert decides(folder)


def test_a_law_that_no_patient_keeps_is_refused(folder: Path) -> None:
    add(folder, "impossible(everybody).")
    assert said_of(folder) == (
        "impossible(everybody) holds whatever a case says, so that none could be decided"
    )


# ---- what a policy says of itself --------------------------------------------------------------


def test_a_policy_that_does_not_say_what_it_is_is_refused(folder: Path) -> None:
    path = folder / ABOUT
    path.unlink()
    message = f"{path}: missing; it says which drug the policy covers and since when"
    assert said_of(folder) == message
    assert said_of(folder, "policies") == message


def spoil(folder: Path, old: str, new: str, name: str = ABOUT) -> Path:
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("policy(fep_lupkynis).", "", "policy(fep_lupkynis) is missing"),
        (
            "policy(fep_lupkynis).",
            "policy(fep_lupkyni).",
            (
                "speaks of fep_lupkyni, but a policy has the name of its folder; "
                "the policy of this folder is fep_lupkynis"
            ),
        ),
        ("payer(", "% payer(", 'payer(fep_lupkynis, "...") is missing'),
        ("document(", "% document(", 'document(fep_lupkynis, "...") is missing'),
        ("edition(fep_lupkynis, ", "% ", 'edition(fep_lupkynis, "NAME", "FIRST DAY") is missing'),
        ('"FEP 5.99.021 Lupkynis"', "lupkynis", 'lupkynis is not in quotes; write "lupkynis"'),
        (
            '"2024-10-01")',
            '"2024-13-01")',
            "the first day of an edition: there is no such day as '2024-13-01', or `unrecorded`",
        ),
        (
            '"2024-10-01")',
            '"1 October 2024")',
            f"the first day of an edition: {DAY} '1 October 2024', or `unrecorded`",
        ),
        ('"2024-10-01")', "2024)", '2024 is not in quotes; write "2024"'),
        (
            '"2024-10-01")',
            '("2024-10-01"; "2025-10-01"))',
            "the edition 2024-10-01 begins on 2 days; keep one",
        ),
        (
            '"2024-10-01", "2024-10-01"',
            '("a"; "b"), "2024-10-01"',
            "the editions a and b begin on the same day",
        ),
        (
            '"2024-10-01", "2024-10-01"',
            '("a"; "b"), unrecorded',
            "the editions a and b begin on the same day",
        ),
        (
            '"FEP 5.99.021 Lupkynis"',
            '("FEP 5.99.021 Lupkynis"; "FEP 5.99.022")',
            "document(fep_lupkynis, ...) is given 2 times; keep one",
        ),
    ],
)
def test_a_policy_that_says_wrongly_what_it_is_is_refused(
    folder: Path, old: str, new: str, message: str
) -> None:
    path = spoil(folder, old, new)
    assert said_of(folder, "policies") == f"{path}: {message}"


def test_a_policy_on_a_drug_that_is_not_declared_is_refused(folder: Path) -> None:
    path = spoil(folder, "covers(fep_lupkynis, voclosporin)", "covers(fep_lupkynis, voclosporine)")
    case = as_bytes({"request": {"drug": "Lupkynis"}})
    said = said_of(folder, "decide", "-", stdin=case)
    declare = "declare drug(voclosporine) or service(voclosporine)"
    assert said == f"{path}: covers voclosporine, which is not declared; {declare}"


@pytest.mark.parametrize(
    ("old", "new", "column", "message"),
    [
        (
            "minimum_age(fep_lupkynis, 18).",
            'minimum_age(fep_lupkynis, "18").',
            27,
            '"18" is a text where a number stands; write 18 without quotes',
        ),
        (
            "limit(fep_lupkynis, term_limit,     months,               12).",
            'limit(fep_lupkynis, term_limit, months, "twelve").',
            41,
            '"twelve" is a text where a number stands; write one, without quotes (with decimals, "2.5")',
        ),
    ],
)
def test_a_bound_in_quotes_is_refused_where_it_is_written(
    folder: Path, old: str, new: str, column: int, message: str
) -> None:
    path = spoil(folder, old, new, POLICY)
    line = path.read_text().splitlines().index(new) + 1
    assert said_of(folder) == f"{path}:{line}:{column}: {message}"


# ---- facts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("fact(5).", "fact(5) declares no fact; a fact is a name, with or without arguments"),
        (
            'fact("live vaccine").',
            'fact("live vaccine") declares no fact; a fact is a name, with or without arguments',
        ),
        (
            'fact(smokes("Yes, daily")).',
            (
                'the fact smokes("Yes, daily") has a text where a name belongs; '
                "write a name, and the text as its label"
            ),
        ),
        ("fact((a, b)).", "fact((a,b)) declares no fact; a fact is a name, with or without arguments"),
        (
            "fact(-live_vaccine).",
            "fact(-live_vaccine) declares no fact; a fact is a name, with or without arguments",
        ),
        (
            "fact(a(b)).\nfact(a(b, c, d)).",
            (
                "the fact a(b,c,d) has 3 arguments, and others called a have 1; "
                "the other row is at {before}; give one of them another name"
            ),
        ),
        (
            "fact(a(b, c)).\nfact(a(b)).",
            (
                "the fact a(b) has 1 argument, and others called a have 2; the other row is at {before}; "
                "give one of them another name"
            ),
        ),
        (
            "fact(a(b, only)).",
            (
                "the fact a(b,only): no argument can be called only, which closes a list in a case; "
                "give it another name"
            ),
        ),
        (
            "single_valued(a).\nfact(a).",
            (
                "single_valued(a): the fact a has no argument to be its value; "
                "give it one, or take single_valued out"
            ),
        ),
        (
            "single_valued(nothing).",
            (
                "single_valued(nothing): no fact called nothing with a value is declared; "
                "declare fact(nothing(...)), or take this out"
            ),
        ),
        (
            "fact(at_least(weight, 5)).",
            f"the fact at_least(weight,5) is of no quantity; declare {QUANTITY}",
        ),
        (
            "cut_point(more_than(weight, 5)).",
            f"the fact more_than(weight,5) is of no quantity; declare {QUANTITY}",
        ),
        ("fact(at_least(age)).", f"the fact at_least(age) is of no quantity; declare {QUANTITY}"),
        (
            "fact(at_least(age, old)).",
            "the fact at_least(age,old) has no number; write one, without quotes",
        ),
        (
            "quantity(weight, kg, 0, 500).",
            f"quantity/4: kg stands where words in quotes belong; write {QUANTITY}",
        ),
        (
            'quantity(weight, "kg", 0, many).',
            f"quantity/4: many stands where a number belongs; write {QUANTITY}",
        ),
        ("quantity(weight, 0, 500).", f"quantity(weight,0,500) lacks an argument; write {QUANTITY}"),
        ("quantity(weight).", f"quantity(weight) lacks an argument; write {QUANTITY}"),
        (
            "rate(daily, once, capsules, days_supply).",
            "rate/4: once stands where a number belongs; write one, without quotes",
        ),
        ("label(mesna, 5).", "label/2: 5 stands where words in quotes belong; put them in quotes"),
        (
            "fact_text(documented(autoantibodies), yes, no).",
            "fact_text/3: yes stands where words in quotes belong; put them in quotes",
        ),
        (
            "question(documented(autoantibodies), 1).",
            "question/2: 1 stands where words in quotes belong; put them in quotes",
        ),
        (
            "default(weight, no).",
            (
                "default(weight, no) is not about a declared fact, or says neither yes nor no; "
                "mend it, or take it out"
            ),
        ),
        (
            "default(live_vaccine, perhaps).",
            (
                "default(live_vaccine, perhaps) is not about a declared fact, or says neither yes nor no; "
                "mend it, or take it out"
            ),
        ),
    ],
)
def test_a_fact_that_no_case_can_state_is_refused_with_its_place(
    folder: Path, rules: str, message: str
) -> None:
    path, line = add(folder, rules)
    at = f"{path}:{line + rules.count(chr(10))}:1"
    assert said_of(folder) == f"{at}: {message.format(before=f'{path}:{line}:1')}"


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            "text(fep_lupkynis, criterion(grown_up), yes, no).",
            "policy fep_lupkynis: document/2, text/4, outcome_text/3 and clause/5 need words in quotes",
        ),
        (
            'fact_text(attests(monitor_egfr), "So many {unit}.", "Less.").',
            'attests(monitor_egfr) is about no quantity, so "So many {unit}." has no unit',
        ),
    ],
)
def test_a_fact_that_no_case_can_state_is_refused(folder: Path, rules: str, message: str) -> None:
    add(folder, rules)
    assert said_of(folder) == message


def test_a_declaration_that_is_in_no_file_is_refused_without_a_place() -> None:
    program = ground(lambda control: control.add("base", [], "fact(5)."))
    with pytest.raises(RuleError, match=r"^fact\(5\) declares no fact; "):
        Vocabulary(program)


# ---- rules that ground to too much -------------------------------------------------------------

TEN = "(0; 1; 2; 3; 4; 5; 6; 7; 8; 9)"


@pytest.mark.parametrize(
    ("rule", "size"),
    [
        ("size(1..300000000).", "300,000,000"),
        ("%* of a size *%\n  size(1..300000000).", "300,000,000"),
        ("size(-1..999999).", "1,000,001"),
        ("size(X) :- X = 1..300000000, X < 0.", "300,000,000"),
        ("size(X, Y) :- X = 1..100000, Y = 1..100000.", "10,000,000,000"),
        ("size(1..1001, 1..1000).", "1,001,000"),
        ("#const most = largest. #const largest = 300000000.\n  size(1..most).", "300,000,000"),
        (f"size({', '.join([TEN] * 7)}).", "10,000,000"),
        ("size(((0; 1), (1..1000000))).", "2,000,000"),
        ("met(fep_lupkynis, adult) :- #count { X : X = 1..2000000 } > 5.", "2,000,000"),
    ],
)
@pytest.mark.parametrize("name", [POLICY, ABOUT, "drugs.lp"])
def test_ranges_and_pools_that_are_too_large_are_refused_with_their_place(
    folder: Path, rule: str, size: str, name: str
) -> None:
    path, line = add(folder, f"  {rule}", name)
    line += rule.count("\n")
    with ending():
        assert said_of(folder) == (
            f"{path}:{line}:3: the ranges and pools here stand for {size} values; 1,000,000 are the most"
        )


@pytest.mark.parametrize(
    "rule",
    [
        "size(1..1000). size(9..1). size(-5..5, 1..10).",
        "#const most = 100. size(1..most). other(1..Most) :- size(Most), Most < 10.",
        "some :- #count { X : X = 1..2000; Y, 1 : Y = 1..2000 } > 5000.",
        "some :- size(X) : X = 1..2000; other(Y) : Y = 1..2000. size(1). other(1).",
        f"size({', '.join([TEN] * 3)}).",
        'word("1..300000000"). % 1..300000000',
    ],
)
def test_ranges_and_pools_of_a_sensible_size_are_accepted(folder: Path, rule: str) -> None:
    add(folder, rule)
    assert decides(folder)


@pytest.mark.parametrize(
    "rules",
    [
        "most(300000000).\n  size(1..Most) :- most(Most).",
        "most(300000000).\n  size(Size) :- most(Most), Size = 1..Most.",
        "size(1..300).\n  sizes(First, Second) :- size(First), size(Second).",
        "size(0).\n  size(Size + 1) :- size(Size), Size < 300000000.",
    ],
)
def test_a_rule_that_grounds_to_too_much_is_refused_with_its_place(
    folder: Path, rules: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupa.rules.ground.MOST_RULES", 50_000)
    path, line = add(folder, rules)
    assert said_of(folder) == (
        f"{path}:{line + 1}:3: the rules ground to more than 50,000 rules; "
        "this rule grows, for ever or too far"
    )


@pytest.mark.parametrize("verb", ["decide", "why"])
def test_the_time_limit_of_a_question_holds_while_rules_are_grounded(folder: Path, verb: str) -> None:
    add(folder, "most(300000000). size(1..Most) :- most(Most).")
    begin = time.monotonic()
    with pytest.raises(TimeLimitError, match=r"no answer within the time limit of 0\.3 s"):
        getattr(KnowledgeBase.load(folder), verb)(GOOD, timeout=0.3)
    assert time.monotonic() - begin < 2


def test_without_a_time_limit_grounding_has_one_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupa.rules.ground.MOST_SECONDS", 0.2)
    path, line = add(folder, "most(300000000). size(1..Most) :- most(Most).")
    said = said_of(folder)
    assert said.startswith(f"{path}:{line}:18: the rules ground for more than 0.2 s; this rule grows")


def test_grounding_is_over_when_something_is_asked_of_the_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rules.lp"
    path.write_text("1 { a; b } 1.", "utf-8")
    monkeypatch.setattr("lupa.rules.ground.MOST_SECONDS", 0.2)
    program = ground(plainly([path]))
    literals = [program.literal(clingo.Function(name)) or 0 for name in ("a", "b")]
    rules = list(program.rules)
    time.sleep(0.3)
    assert program.solver.satisfiable([program.solver.enough(literals, 1)])
    assert not program.solver.satisfiable([program.solver.enough(literals, 2)])
    assert program.rules == rules


# ---- tables that say one thing of each name ----------------------------------------------------


TWICE = {
    'quantity(age, "months", 0, 1560).': "quantity(age, ...)",
    'label(prednisone, "x").': "label(prednisone, ...)",
    'class(prednisone, corticosteroid, "x").': "class(prednisone, corticosteroid, ...)",
    'fact_text(live_vaccine, "A.", "B.").': "fact_text(live_vaccine, ...)",
    'question(live_vaccine, "So?").': "question(live_vaccine, ...)",
    "rate(capsules_per_90_days, 30, capsules, days_supply).": "rate(capsules_per_90_days, ...)",
    "limit(fep_lupkynis, term_limit, months, 6).": "limit(fep_lupkynis, term_limit, months, ...)",
    "limit(fep_lupkynis, term_limit, weeks_on_therapy, 6).": "limit(fep_lupkynis, term_limit, ...)",
    'text(fep_lupkynis, criterion(adult), "A.", "B.").': "text(fep_lupkynis, criterion(adult), ...)",
    "number(fep_lupkynis, criterion(adult), 21).": "number(fep_lupkynis, criterion(adult), ...)",
    'clause(fep_lupkynis, f15, criterion, "S", "W").': "clause(fep_lupkynis, f15, criterion, ...)",
    'unencoded(fep_lupkynis, f02, "It is so.").': "unencoded(fep_lupkynis, f02, ...)",
    "usual(term_limit, criterion).": "usual(term_limit, ...)",
    'outcome_text(deny, "A.", "B.").': "outcome_text(deny, ...)",
    "default(override(plan_document), yes).": "default(override(plan_document), ...)",
    "effort(override, yes, find_out, 9).": "effort(override, yes, find_out, ...)",
    "usual_effort(find_out, 9).": "usual_effort(find_out, ...)",
}
"""A second row of each table, and the name that it has two rows for."""


@pytest.mark.parametrize("row", TWICE)
def test_a_second_row_for_one_name_is_refused_with_both_places(folder: Path, row: str) -> None:
    path, line = add(folder, f"  {row}")
    said = said_of(folder)
    assert said.startswith(f"{path}:{line}:3: {TWICE[row]} is given twice, with ")
    other = re.fullmatch(r".*; the other row is at (.+):(\d+):(\d+); keep one", said)
    assert other is not None
    first = Path(other[1]).read_text().splitlines()[int(other[2]) - 1][int(other[3]) - 1 :]
    assert first.startswith(row.partition("(")[0])


def test_a_policy_may_call_and_class_a_usual_drug_as_it_does_itself(tmp_path: Path) -> None:
    kb = tmp_path / "kb"
    shutil.copytree(shipped("kb"), kb)
    add(
        kb,
        'drug(atorvastatin). label(atorvastatin, "atorvastatin, any form"). '
        'class(atorvastatin, other_drug, "Lowers lipids."). alias(atorvastatin, "Lipitor").',
    )
    loaded = KnowledgeBase.load(kb)
    case = {**GOOD, "facts": {**GOOD["facts"], "taking": ["Lipitor"]}}
    assert loaded.edition("fep_lupkynis").vocabulary.label("atorvastatin") == "atorvastatin, any form"
    assert loaded.decide(case).outcome == loaded.decide(GOOD).outcome
    assert {finding.check for finding in loaded.lint(["fep_lupkynis"]).new} == {
        "idle"
    }  # no rule asks for it


def test_two_rows_that_one_rule_gives_are_refused_with_its_place(folder: Path) -> None:
    path, line = add(folder, 'label(mesna, ("one"; "other")).')
    assert said_of(folder) == (
        f'{path}:{line}:1: label(mesna, ...) is given twice, with "one" and "other"; '
        "both rows stand here; keep one"
    )


def test_every_second_row_is_told_at_once(folder: Path) -> None:
    path, line = add(folder, 'label(prednisone, "x").\nquestion(live_vaccine, "So?").')
    assert [text.partition(" ")[0] for text in said_of(folder).split("\n  ")] == [
        f"{path}:{line}:1:",
        f"{path}:{line + 1}:1:",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        "usual_effort(find_out, 1).",
        """clause(fep_lupkynis, f99, criterion, "A", "W") :- in_force("other").
        clause(fep_lupkynis, f99, criterion, "B", "W").""",
        "number(fep_lupkynis, criterion(adult), 21) :- live_vaccine.",
    ],
    ids=["the same", "of another edition", "under a condition"],
)
def test_a_row_that_does_not_hold_beside_another_is_accepted(folder: Path, rows: str) -> None:
    add(folder, rows)
    assert decides(folder)


# ---- aliases -----------------------------------------------------------------------------------

PLAQUENIL = {"request": {"policy": "fep_lupkynis"}, "facts": {"taking": {"only": ["Plaquenil"]}}}


@pytest.mark.parametrize("alias", ["Plaquenil", "plaquenil", " PLAQUENIL "])
def test_an_alias_that_stands_for_two_drugs_is_refused_with_both_places(folder: Path, alias: str) -> None:
    path, line = add(folder, f'alias(rituximab, "{alias}").', "drugs.lp")
    said = said_of(folder, "decide", "-", stdin=as_bytes(PLAQUENIL))
    assert said.startswith(f'{path}:{line}:1: the alias "Plaquenil" stands for hydroxychloroquine and for')
    assert re.search(rf"; the other row is at {re.escape(str(path))}:\d+:1; keep one$", said)


@pytest.mark.parametrize("alias", ["Plaquenil", "plaquenil", " PLAQUENIL "])
def test_an_alias_that_stands_for_two_drugs_asks_for_none(folder: Path, alias: str) -> None:
    add(folder, f'alias(rituximab, "{alias}").', "drugs.lp")
    said = said_of(folder, "decide", "-", stdin=as_bytes({"request": {"drug": "plaquenil"}}))
    both = "hydroxychloroquine and for rituximab"
    assert said == f"'plaquenil' stands for {both}; keep one (`lupa lint` tells where they are)"


@pytest.mark.parametrize("alias", ["", " "])
def test_an_empty_alias_is_refused_with_its_place(folder: Path, alias: str) -> None:
    path, line = add(folder, f'alias(prednisone, "{alias}").', "drugs.lp")
    said = said_of(folder, "decide", "-", stdin=as_bytes(PLAQUENIL))
    row = f'alias(prednisone,"{alias}")'
    assert said == f"{path}:{line}:1: {row} is empty, and would name nothing; take it out"


def test_an_alias_without_quotes_is_refused_with_its_place_where_others_are_in_doubt(folder: Path) -> None:
    path, line = add(folder, 'alias(rituximab, "Plaquenil"). alias(prednisone, aspirin).', "drugs.lp")
    expected = f"{path}:{line}:32: alias/2: aspirin stands where words in quotes belong; put them in quotes"
    assert said_of(folder) == expected


def test_an_alias_that_is_the_name_of_another_drug_is_refused_with_its_place(folder: Path) -> None:
    path, line = add(folder, 'alias(rituximab, "Prednisone").', "drugs.lp")
    said = said_of(folder, "decide", "-", stdin=as_bytes(PLAQUENIL))
    row = 'alias(rituximab,"Prednisone")'
    assert said == f"{path}:{line}:1: {row}: prednisone is the name of another; take it out"


def test_an_alias_may_be_a_drug_here_and_a_disease_there(folder: Path) -> None:
    add(folder, 'alias(rituximab, "RA").', "drugs.lp")
    v = KnowledgeBase.load(folder).edition("uhc_benlysta").vocabulary
    assert v.canonical("RA", v.families["taking"]) == "rituximab"
    assert v.canonical("RA", v.kinds("requested")["indication"]) == "rheumatoid_arthritis"
    assert v.canonical("RA", v.kinds("requested")["route"]) is None


def test_a_name_that_is_no_text_is_refused_where_a_drug_is_looked_up(folder: Path) -> None:
    path, line = add(folder, "alias(voclosporin, lupkynis).", "drugs.lp")
    said = said_of(folder, "decide", "-", stdin=as_bytes(PLAQUENIL))
    assert (
        said
        == f"{path}:{line}:1: alias/2: lupkynis stands where words in quotes belong; put them in quotes"
    )


WORDS = {
    "fact_text/3": 'question({fact}, "Is it so?").',
    "question/2": 'fact_text({fact}, "So.", "Not so.").',
}


@pytest.mark.parametrize("lacking", WORDS)
def test_facts_without_words_are_refused_by_name(folder: Path, lacking: str) -> None:
    for fact in ("insured", "employed"):
        add(folder, f"fact({fact}). {fact} :- true({fact}). {WORDS[lacking].format(fact=fact)}")
        add(folder, f"requires(fep_lupkynis, lupus_nephritis, initial, {fact}, f15).")
        add(
            folder,
            f'met(fep_lupkynis, {fact}) :- {fact}. text(fep_lupkynis, criterion({fact}), "A.", "B.").',
        )
    said = re.sub(r"^.*:1: ", "", said_of(folder))
    message = f"has no {lacking}; give it words here"
    assert said in (f"the fact insured {message}", f"the fact employed {message}")


# ---- several policies --------------------------------------------------------------------------


def test_a_broken_policy_does_not_keep_another_from_being_decided(folder: Path) -> None:
    path, line = add(folder, "met(fep_lupkynis, adult) :- takign(prednisone).")
    other = {"request": {"policy": "uhc_benlysta"}}
    cases = b"\n".join(map(as_bytes, (GOOD, other, GOOD, other)))
    ended = command("decide", "-", "--json", "--kb", str(folder), stdin=cases)
    assert (ended.status, ended.cases) == (2, ["-:2", "-:4"])
    assert ended.err.startswith(f"error: {path}:{line}:29-47: info: atom does not occur in any rule head")


def twice(folder: Path) -> None:
    """Puts the policy on Lupkynis on file a second time, as another plan's."""
    home = folder / "policies" / "other_plan"
    shutil.copytree(folder / "policies" / "fep_lupkynis", home)
    for path in home.glob("*.lp"):
        path.write_text(path.read_text().replace("fep_lupkynis", "other_plan"))


def test_several_policies_on_one_drug_are_each_decided(folder: Path) -> None:
    twice(folder)
    case = {"request": {"drug": "Lupkynis"}, "facts": {"age": 16}}
    ended = command("decide", "-", "--json", "--kb", str(folder), stdin=as_bytes(case))
    assert [json.loads(line)["policy"] for line in ended.out.splitlines()] == ["fep_lupkynis", "other_plan"]


@pytest.mark.parametrize(
    ("spoiling", "facts", "message"),
    [
        (lambda _: None, {"agee": 16}, "facts.agee: 'agee' is not known here; did you mean age?"),
        (
            lambda folder: add(folder, "fact(insured). insured :- true(insured)."),
            {"insured": "perhaps"},
            "facts.insured: yes, no or null is expected, not 'perhaps'",
        ),
        (
            lambda folder: add(folder, "impossible(young) :- not at_least(age, 18)."),
            {"age": 16},
            f"{CLASH}\n  facts.age: The age is less than 18 years [at_least(age,18) is false]",
        ),
    ],
    ids=["unknown to both", "wrong for the one that knows it", "impossible under one"],
)
def test_a_case_that_one_of_several_policies_refuses_is_decided_by_none(
    folder: Path, spoiling: Callable[[Path], object], facts: dict[str, object], message: str
) -> None:
    twice(folder)
    spoiling(folder)
    case = {"request": {"drug": "Lupkynis"}, "facts": facts}
    ended = command("decide", "-", "--json", "--kb", str(folder), stdin=as_bytes(case))
    assert complaint(ended) == message


def test_rules_and_cases_are_blamed_apart_in_python_too(folder: Path) -> None:
    kb = KnowledgeBase.load(folder)
    with pytest.raises(CaseError):
        kb.decide(stating(agee=34))
    add(folder, "met(fep_lupkynis, adult) :- takign(prednisone).")
    with pytest.raises(RuleError):
        KnowledgeBase.load(folder).decide(stating(agee=34))


# ---- efforts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "effort(dosed_per_label, maybe, find_out, 1).",
            "effort(dosed_per_label, maybe, find_out, 1): yes or no, and one of find_out, ask",
        ),
        (
            "usual_effort(wait, 1).",
            "usual_effort(wait, 1): one of find_out, ask_for_less, change is expected",
        ),
    ],
)
def test_an_effort_of_no_kind_is_refused(folder: Path, row: str, message: str) -> None:
    add(folder, row, POLICY)
    with pytest.raises(RuleError) as refused:
        KnowledgeBase.load(folder).flip({"request": {"policy": "fep_lupkynis"}, "facts": {}})
    assert str(refused.value).startswith(message)
