"""The conditions by which a policy's meaning is told: which of them a case shows, and which none does."""

from __future__ import annotations

import json
from pathlib import Path

from lupa.authors.trials.regions import Condition
from tests.command import command
from tests.tiny import CASES, a_case, tiny_kb, write_case


def found_by(folder: Path, *cases: str) -> dict[str, list[Condition]]:
    trials = tiny_kb(folder, cases).test("tiny", conditions=True)
    assert trials.conditions is not None
    found: dict[str, list[Condition]] = {}
    for each in trials.conditions:
        found.setdefault(each.what, []).append(each)
    return found


def test_a_condition_is_shown_by_the_first_case_that_comes_to_it(tmp_path: Path) -> None:
    found = found_by(tmp_path, "active", "thirteen_months")
    (met,) = found["active_sle is met"]
    assert met.when.endswith("is active.")
    assert met.by.endswith("cases/active.yaml")
    (modify,) = found["sle, initial: modify"]
    assert modify.by.endswith("cases/thirteen_months.yaml")


def test_what_no_case_comes_to_is_told(tmp_path: Path) -> None:
    (deny,) = found_by(tmp_path, "active")["sle, initial: deny"]
    assert (deny.by, deny.policy, deny.editions) == ("", "tiny", ("1",))
    assert deny.when.endswith("is not active.")


def test_what_a_record_leaves_open_shows_nothing(tmp_path: Path) -> None:
    kb = tiny_kb(tmp_path, [])
    case = a_case("pend")
    write_case(tmp_path, "open.yaml", {**case, "facts": {}})
    trials = kb.test("tiny", conditions=True)
    assert trials.passed
    assert trials.conditions is not None
    assert {each.what for each in trials.conditions if each.by} & {
        "active_sle is met",
        "sle, initial: approve",
        "sle, initial: deny",
    } == set()


def test_the_command_tells_how_many_are_shown_and_which_are_not(tmp_path: Path) -> None:
    tiny_kb(tmp_path, CASES)
    told = json.loads(command("test", "tiny", "--conditions", "--json", "--kb", str(tmp_path)).out)
    shown = [each for each in told["conditions"] if each["by"]]
    out = command("test", "tiny", "--conditions", "--kb", str(tmp_path)).out
    assert f"Conditions  {len(shown)} of {len(told['conditions'])} are shown by a case" in out
    assert "sle, initial: deny, and no case shows that" not in out
    assert "any other request" not in out


def test_they_are_not_looked_for_unasked(tmp_path: Path) -> None:
    assert tiny_kb(tmp_path, ["active"]).test("tiny").conditions is None
