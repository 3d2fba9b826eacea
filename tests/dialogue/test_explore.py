"""`lupa explore` and `lupa ask --interactive`: at a terminal, over a pipe, and how they end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

import lupa.dialogue.terminal
from lupa import KnowledgeBase
from lupa.dialogue.session import Session
from lupa.dialogue.standing import is_same
from tests.command import Ended, command, process
from tests.terminal import at_terminal

pytestmark = pytest.mark.slow

EXAMPLE = "lupkynis_alongside_bars_benlysta"
UNSTATED = "benlysta_cns_lupus_not_stated"
EXPLORE = ("explore", "--example", EXAMPLE)
ASK = ("ask", "--interactive", "--example", UNSTATED)


def explored(*lines: str) -> Ended:
    return command(*EXPLORE, stdin="\n".join(lines).encode())


def asked(*lines: str, more: tuple[str, ...] = ()) -> Ended:
    return command(*ASK, *more, stdin="\n".join(lines).encode())


def replayed(case: str) -> Any:
    """The decision on a case that was printed or saved."""
    return json.loads(command("decide", "-", "--json", stdin=case.encode()).out)


# ---- over a pipe -------------------------------------------------------------------------------


def test_a_script_of_commands_gives_a_transcript() -> None:
    ended = explored("# without Lupkynis", "set taking.voclosporin=no", "", "undo", "redo", "quit", "show")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == (
        "DENY  uhc_benlysta, edition 2023-11-01\n"
        "The text of the policy gives at least one basis to deny.\n"
        "Case: Benlysta for active lupus nephritis is denied while Lupkynis is taken\n"
        "      alongside\n"
        "lupa proposes this determination under the text of the policy. A person decides.\n"
        "`help` lists the commands, `show` gives the whole page.\n"
        "> # without Lupkynis\n"
        "> set taking.voclosporin=no\n"
        "DENY -> APPROVE  uhc_benlysta, edition 2023-11-01\n"
        "  taking(voclosporin): yes -> no\n"
        "  no_combination: unmet -> met\n"
        "> undo\n"
        "APPROVE -> DENY  uhc_benlysta, edition 2023-11-01\n"
        "  taking(voclosporin): no -> yes\n"
        "  no_combination: met -> unmet\n"
        "> redo\n"
        "DENY -> APPROVE  uhc_benlysta, edition 2023-11-01\n"
        "  taking(voclosporin): yes -> no\n"
        "  no_combination: unmet -> met\n"
        "> quit\n"
        "APPROVE  uhc_benlysta, edition 2023-11-01; 1 change not saved\n"
        "lupa proposes this determination under the text of the policy. A person decides.\n"
    )


def test_the_end_of_a_script_is_its_end() -> None:
    ended = explored("set age=4")
    assert ended.status == 0
    assert ended.out.splitlines()[-2].startswith("DENY  uhc_benlysta")


def test_in_json_a_session_ends_with_the_decision_and_the_talk_is_beside_it() -> None:
    ended = command(*EXPLORE, "--json", stdin=b"set taking.voclosporin=no\nquit\n")
    assert (ended.status, json.loads(ended.out)["outcome"]) == (0, "approve")
    assert "DENY -> APPROVE" in ended.err


def test_in_json_an_interview_ends_with_the_decision_however_it_ends() -> None:
    ended = command(*ASK, "--json", stdin=b"no\n")
    assert (ended.status, json.loads(ended.out)["outcome"]) == (0, "approve")
    assert "Is severe active central nervous system lupus diagnosed?" in ended.err
    broken_off = command(*ASK, "--json", stdin=b"")
    assert (broken_off.status, json.loads(broken_off.out)["outcome"]) == (2, "pend")


def test_refused_commands_are_told_and_counted_and_the_others_carried_out() -> None:
    ended = explored("shwo", "set agee=3", "set taking.voclosporin=no")
    assert ended.status == 2
    assert "\nerror: no command is called 'shwo'; did you mean `show`?\n" in ended.out
    assert "DENY -> APPROVE" in ended.out
    assert ended.err.endswith(": 2 commands refused; the others were carried out\n")


def test_a_line_of_a_script_can_do_nothing_to_the_terminal() -> None:
    ended = command(*EXPLORE, stdin=b"\xef\xbb\xbfhelp quit\r\n\x1b[2J\n\xff\n")
    assert "> help quit\nquit\n" in ended.out
    assert "\x1b" not in ended.out
    assert ended.status == 2


def test_standard_input_that_is_closed_holds_no_commands() -> None:
    ended = process(*EXPLORE, stdin=subprocess.DEVNULL)
    assert ended.returncode == 0
    assert lupa.dialogue.terminal.at_terminal() is False


def test_nothing_is_read_from_an_input_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert list(lupa.dialogue.terminal._piped()) == []


@pytest.mark.parametrize("verb", ["explore", "ask"])
def test_a_dialogue_is_about_one_case_in_a_file(verb: str, tmp_path: Path) -> None:
    words = (verb, "--interactive") if verb == "ask" else (verb,)
    assert "the case must be in a file" in command(*words, "-").err
    assert "give one case" in command(*words).err
    assert "give one case" in command(*words, "--example", EXAMPLE, "--example", UNSTATED).err
    several = tmp_path / "several.jsonl"
    several.write_text('{"request": {"drug": "Lupkynis"}}\n' * 3)
    assert "several.jsonl holds several cases; give one" in command(*words, str(several)).err
    assert "cannot be read: No such file" in command(*words, str(tmp_path / "none.yaml")).err
    broken = tmp_path / "broken.yaml"
    broken.write_text("request: {drug: Benlista}\n")
    ended = command(*words, str(broken))
    assert (ended.status, ended.out) == (2, "")
    assert "did you mean belimumab?" in ended.err


def test_what_goes_with_an_interview_is_said() -> None:
    assert "--interactive is a dialogue" in asked(more=("--plan",)).err
    assert "--save goes with --interactive" in command("ask", "--example", UNSTATED, "--save", "x").err


def test_an_interview_ends_with_the_verdict_and_the_completed_case() -> None:
    ended = asked("why", "n", "never read")
    assert (ended.status, ended.err) == (0, "")
    assert "> why\n  It bears on no_severe_cns_lupus" in ended.out
    page, _, case = ended.out.partition("\nThe case with these answers\n")
    assert "> n\n\nAPPROVE  uhc_benlysta" in page
    assert replayed(case)["outcome"] == "approve"


def test_an_interview_saves_the_completed_case(tmp_path: Path) -> None:
    file = tmp_path / "completed.yaml"
    ended = asked("y", more=("--save", str(file)))
    assert ended.status == 0
    assert ended.out.endswith(f"The case with these answers is saved in {file}.\n")
    assert replayed(file.read_text())["outcome"] == "deny"
    again = asked("y", more=("--save", str(file)))
    assert (again.status, again.out) == (2, "")
    assert "is there already, and is left as it is" in again.err


MANY = "benlysta_history_and_response_not_stated"


@pytest.mark.parametrize("end", ["", "quit\n"])
def test_what_was_answered_is_saved_where_the_answers_end_too_early(tmp_path: Path, end: str) -> None:
    file = tmp_path / "case.yaml"
    words = ("ask", "--interactive", "--example", MANY, "--save", str(file))
    ended = command(*words, stdin=f"yes\n{end}".encode())
    saved = f"The case with these answers is saved in {file}.\n"
    assert (ended.status, saved in (ended.out if end else ended.err)) == (0 if end else 2, True)
    assert "belimumab_intravenous: yes" in file.read_text()
    assert "saved nowhere" not in ended.err


def test_where_the_answers_end_too_early_and_nothing_can_be_saved_the_case_is_printed(
    tmp_path: Path,
) -> None:
    words = ("ask", "--interactive", "--example", MANY, "--save", str(tmp_path / "nowhere" / "case.yaml"))
    ended = command(*words, stdin=b"yes\n")
    assert ended.status == 2
    assert "The case so far, which is saved nowhere:\n" in ended.err
    assert "cannot be written: No such file or directory" in ended.err


def test_an_interview_is_gone_on_with_from_the_file_that_it_saves(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    command("ask", "--interactive", "--example", MANY, "--save", str(file), stdin=b"yes\n")
    ended = command("ask", "--interactive", str(file), "--save", str(file), stdin=b"no\n")
    assert (ended.status, ended.err) == (0, "")
    assert replayed(file.read_text())["outcome"] == "deny"
    other = tmp_path / "other.yaml"
    other.write_text("mine")
    ended = command("ask", "--interactive", str(file), "--save", str(other), stdin=b"no\n")
    assert (ended.status, other.read_text()) == (2, "mine")


def test_a_case_that_cannot_be_saved_is_printed(tmp_path: Path) -> None:
    ended = asked("y", more=("--save", str(tmp_path / "nowhere" / "completed.yaml")))
    assert ended.status == 2
    said, _, rest = ended.err.partition("The case so far, which is saved nowhere:\n")
    case, _, error = rest.partition("error: ")
    assert (said, replayed(case)["outcome"]) == ("", "deny")
    assert "cannot be written: No such file or directory" in error


def test_what_nobody_knows_ends_an_interview_with_what_is_missing() -> None:
    ended = asked("don't know")
    assert ended.status == 0
    assert "What is left is not known, so the verdict stays open." in ended.out
    assert "Missing, the most decisive first" in ended.out


def test_answers_that_end_too_early_lose_nothing(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text("request: {drug: Benlysta}\n")
    ended = command("ask", "--interactive", str(case), stdin=b"IV\nmaybe\n")
    assert ended.status == 2
    saved, _, error = ended.err.partition("error: ")
    assert saved.startswith("The case so far, which is saved nowhere:\n")
    assert "route: intravenous" in saved
    assert "the answers ended before the verdict was certain; still open: " in error
    assert "The case so far" not in asked().err  # nothing was answered


def test_a_settled_case_is_not_asked_about() -> None:
    ended = command("ask", "--interactive", "--example", EXAMPLE, stdin=b"")
    assert ended.status == 0
    assert ended.out.startswith("DENY")


# ---- at a terminal, in this process ------------------------------------------------------------


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[PipeInput]:
    """What a person types."""
    monkeypatch.setattr(lupa.dialogue.terminal, "at_terminal", lambda: True)
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe


def test_what_is_typed_is_answered_to_the_end_of_the_input(keys: PipeInput) -> None:
    keys.send_text("set taking.voclosporin=no\rundo\rredo\r\x04")
    ended = explored()
    assert ended.status == 0
    assert ended.out.count("DENY -> APPROVE") == 2
    assert ended.out.splitlines()[-2] == "APPROVE  uhc_benlysta, edition 2023-11-01; 1 change not saved"


def test_the_end_of_a_line_is_completed_in_its_place() -> None:
    session = Session(KnowledgeBase.load(), {"request": {"drug": "Benlysta"}})
    completer = lupa.dialogue.terminal._completer(session)
    (found,) = completer.get_completions(Document("set taking.vocl"), CompleteEvent())
    assert (found.text, found.start_position) == ("taking.voclosporin=", -len("taking.vocl"))
    assert found.display_meta_text == "The patient takes voclosporin."


def test_a_mistake_at_a_terminal_is_no_failure(keys: PipeInput) -> None:
    keys.send_text("shwo\r\rquit\r")
    ended = explored()
    assert (ended.status, ended.err) == (0, "")
    assert "did you mean `show`?" in ended.out


def test_an_interview_at_a_terminal(keys: PipeInput) -> None:
    keys.send_text("n\r")
    ended = asked()
    assert ended.status == 0
    assert "APPROVE  uhc_benlysta" in ended.out


@pytest.mark.parametrize(("end", "status"), [("\x04", 2), ("\x03", 130), ("n\x03\x03", 130)])
def test_an_interview_that_is_broken_off_at_a_terminal_is_saved(
    keys: PipeInput, tmp_path: Path, end: str, status: int
) -> None:
    file = tmp_path / "case.yaml"
    keys.send_text(f"yes\r{end}")
    ended = command("ask", "--interactive", "--example", MANY, "--save", str(file))
    assert ended.status == status
    assert f"The case with these answers is saved in {file}.\n" in ended.err
    assert "belimumab_intravenous: yes" in file.read_text()


def test_an_interruption_hands_over_what_was_not_saved(keys: PipeInput) -> None:
    keys.send_text("set taking.voclosporin=no\r\x03\x03")
    ended = explored()
    assert ended.status == 130
    said, _, rest = ended.err.partition("The case so far, which is saved nowhere:\n")
    assert (said, rest.splitlines()[-1]) == ("", "stopped")
    assert replayed(rest.partition("\nstopped")[0])["outcome"] == "approve"
    keys.send_text("help\r\x03\x03")
    assert explored().err.split() == ["stopped"]


def test_an_interruption_on_half_a_line_drops_the_line_and_the_session_goes_on(keys: PipeInput) -> None:
    keys.send_text("set age=4\rset taking.pre\x03\x03set age=5\r\x03undo\rquit\rquit\r")
    ended = explored()
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.count("To leave: `quit`, Ctrl-D, or Ctrl-C once more.\n") == 2
    assert ended.out.splitlines()[-2].endswith("; 1 change not saved")


def test_whoever_quits_with_changes_that_are_not_saved_is_asked_once(
    keys: PipeInput, tmp_path: Path
) -> None:
    keys.send_text("set age=4\rquit\rshow\rquit\rquit\r")
    ended = explored()
    said = "1 change not saved: `save FILE` keeps the case, `quit` once more leaves without.\n"
    assert (ended.status, ended.out.count(said)) == (0, 2)
    keys.send_text(f"set age=4\rsave {tmp_path / 'a.yaml'}\rquit\r")
    assert "leaves without" not in explored().out


def test_a_script_is_not_asked_when_it_quits() -> None:
    assert "leaves without" not in explored("set age=4", "quit").out


# ---- ways out ----------------------------------------------------------------------------------


@contextmanager
def interrupts(handler: Any) -> Iterator[None]:
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interruption_of_a_computation_ends_at_once(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def ended(status: int) -> None:
        raise SystemExit(status)

    monkeypatch.setattr(os, "_exit", ended)
    session = Session(KnowledgeBase.load(), {"request": {"drug": "Benlysta"}})
    session.answer("set age=4")
    with interrupts(signal.default_int_handler):
        with pytest.raises(SystemExit, match="130"), lupa.dialogue.terminal._keeping(session):
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    err = capfd.readouterr().err
    assert "age: 4" in err
    assert "stopped\n" in err


def test_while_a_command_is_carried_out_an_interruption_is_ours(
    keys: PipeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = []

    def watched(*_: object) -> str:
        handlers.append(signal.getsignal(signal.SIGINT))
        return ""

    monkeypatch.setattr(Session, "_show", watched)
    keys.send_text("show\rshow\r\x04")
    assert explored().status == 0
    assert [getattr(handler, "__module__", "") for handler in handlers] == ["lupa.dialogue.terminal"] * 2


def test_an_interruption_that_the_caller_ignores_is_ignored() -> None:
    session = Session(KnowledgeBase.load(), {"request": {"drug": "Benlysta"}})
    with interrupts(signal.SIG_IGN), lupa.dialogue.terminal._keeping(session):
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_fault_of_ours_loses_no_case(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Session, "_show", broken)
    ended = explored("set age=4", "show")
    assert ended.status == 3
    assert "age: 4" in ended.err
    assert "a fault of lupa's own" in ended.err


def test_the_terminal_is_not_loaded_for_a_script() -> None:
    script = "import sys, lupa.dialogue.terminal; print('prompt_toolkit' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert found.stdout == "False\n"


# ---- at a terminal of its own ------------------------------------------------------------------


def test_a_session_at_a_terminal() -> None:
    with at_terminal(*EXPLORE) as person:
        assert "DENY  uhc_benlysta" in person.read("0 unsaved")
        person.type("set taking.vocl\t", "voclosporin=")
        changed = person.type("no\r", "1 unsaved")
        assert "DENY -> APPROVE  uhc_benlysta, edition 2023-11-01" in changed
        assert "APPROVE  1 unsaved  uhc_benlysta@2023-11-01" in changed
        person.type("unset active\r", "2 unsaved")
        assert "PEND (approve or deny) -> APPROVE" in person.type("undo\r", "1 unsaved")
        person.type("\x1b[A", "undo")
        person.type("\x1b[A", "set active")
        person.type("\r", "2 unsaved")
        person.type("flip\r", "Cheapest to make it APPROVE")
        person.type("shwo\r", "did you mean `show`?")
        person.type("set \t", "phase=")
        person.type("\x15\x04", "A person decides.")
        assert person.end() == 0


def test_an_interruption_at_a_terminal() -> None:
    with at_terminal(*EXPLORE) as person:
        person.read("0 unsaved")
        person.type("set taking.voclosporin=no\r", "1 unsaved")
        person.interrupt()
        person.read("Ctrl-C once more")
        person.interrupt()
        rest = person.read("stopped")
        assert "The case so far, which is saved nowhere:" in rest
        assert "dosed_per_label: yes" in rest
        assert person.end() == 130


def test_an_interview_at_a_terminal_of_its_own(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(
        "request: {drug: Benlysta, route: IV, indication: SLE, phase: initial}\n"
        "facts:\n"
        "  active: {only: [SLE]}\n"
        "  diagnosis: {severe_active_cns_lupus: no}\n"
        "  taking: {only: [prednisone]}\n"
        "  dosed_per_label: null\n"
    )
    with at_terminal("ask", "--interactive", str(case)) as person:
        person.read("2 open")
        person.type("why\r", "It bears on")
        person.type("maybe\r", "is expected, not 'maybe'")
        person.type("?\r", "1 of them not known")
        person.type("back\r", "2 questions open; PEND")
        person.type("?\r", "1 of them not known")
        assert "DENY  uhc_benlysta" in person.type("2\r", "age: 2")
        assert person.end() == 0


def test_an_interview_begins_from_nothing_and_ends_in_a_case_that_replays(tmp_path: Path) -> None:
    saved = tmp_path / "new.yaml"
    words = ("ask", "--policy", "fep_lupkynis", "--interactive", "--save", str(saved))
    with at_terminal(*words) as person:
        person.read("For which indication")
        person.type("lupus nephritis\r", "Is this initial therapy or a continuation?")
        person.type("renewal\r", "What is the age, in years?")
        person.type("at least 18\r", "Which of these are diagnosed?")
        person.type("lupus nephritis\r", "Which of these does the patient take")
        person.type("MMF, hydrocortisone\r", "To which of these does the prescriber agree?")
        person.type("all\r", "Is a live vaccine given, or planned")
        person.type("n\r", "Is there a document that shows a clinical benefit")
        assert "APPROVE  fep_lupkynis" in person.type("y\r", "is saved in")
        assert person.end() == 0
    decision = replayed(saved.read_text("utf-8"))
    assert (decision["outcome"], decision["missing"]) == ("approve", [])


PASTED = "\x1b[200~Medications:\r- Prednisone 5 mg po qd\r- Plaquenil 200 mg BID\r- Zyxafor 20 mg\x1b[201~"
TO_BE_ASKED = """case: One question is open
request: {policy: uhc_benlysta, route: IV, indication: SLE, phase: initial}
facts:
  age: 30
  active: {sle: yes}
  diagnosis: {severe_active_cns_lupus: no}
  dosed_per_label: yes
"""


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_an_interview_goes_on_in_its_own_file_at_a_terminal_of_any_width(
    tmp_path: Path, columns: int
) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(TO_BE_ASKED)
    words = ("ask", "--interactive", str(case), "--save", str(case))
    with at_terminal(*words, columns=columns) as person:
        shown = person.read("1 open")
        person.type("predni\x03", "\n")  # half a line goes, and the question stays
        shown += person.type(f"{PASTED}\r", "any other biologic") + person.read("1 open")
        assert "'Plaquenil 200 mg BID' was read as hydroxychloroquine" in " ".join(shown.split())
        person.type("\x04", "is saved in")
        assert person.end() == 2
    printed = [line for line in shown.splitlines() if not re.search(r"^>| PEND \(.* {3}", line)]
    assert [line for line in printed if len(line) > columns] == []
    assert "Prednisone 5 mg po qd: yes\n" in case.read_text("utf-8")
    with at_terminal(*words, columns=columns) as person:
        person.read("1 open")
        assert "APPROVE" in person.type("n\r", "is saved in")
        assert person.end() == 0
    assert replayed(case.read_text("utf-8"))["outcome"] == "approve"


def test_a_session_is_saved_over_its_own_file_and_no_other(tmp_path: Path) -> None:
    case, other = tmp_path / "case.yaml", tmp_path / "other.yaml"
    case.write_text(TO_BE_ASKED)
    other.touch()
    lines = f"set age=31\nsave {other}\nsave {case}\nset age=32\nsave\nquit\n"
    ended = command("explore", str(case), stdin=lines.encode())
    assert ended.out.count("Saved; ") == 2
    assert (ended.status, ended.err) == (
        2,
        f"error: {case}: 1 command refused; the others were carried out\n",
    )
    assert "age: 32" in case.read_text("utf-8")
    assert other.read_text() == ""


def test_what_is_not_saved_where_the_commands_end_is_printed() -> None:
    assert replayed(explored("set taking.voclosporin=no").err.partition("\n")[2])["outcome"] == "approve"
    assert explored("set age=4", "undo").err == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_whoever_is_asked_to_end_saves_what_was_answered(tmp_path: Path, number: int) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(TO_BE_ASKED)
    with at_terminal("ask", "--interactive", str(case), "--save", str(case)) as person:
        person.read("1 open")
        person.type(f"{PASTED}\r", "any other biologic")
        person.ask_to_end(number)
        assert person.end() == 128 + number
    assert "Prednisone 5 mg po qd: yes" in case.read_text("utf-8")


def test_an_interruption_of_a_script(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "lupa", *EXPLORE]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    ) as running:
        assert running.stdin
        assert running.stdout
        running.stdin.write(b"set age=4\n")
        running.stdin.flush()
        while b"label_dosing" not in running.stdout.readline():
            pass
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=20)
        assert running.returncode == 130
    assert err.startswith(b"The case so far, which is saved nowhere:\n")
    assert err.endswith(b"stopped\n")


def test_a_file_that_is_not_there_is_none_that_was_read(tmp_path: Path) -> None:
    there = tmp_path / "case.yaml"
    there.touch()
    assert is_same(str(there), str(there))
    assert not is_same(str(tmp_path / "new.yaml"), str(there))
    assert not is_same(str(there), None)
