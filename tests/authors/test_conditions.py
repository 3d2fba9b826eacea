"""The conditions by which a policy's meaning is told: which of them a case shows, and which none does."""

from __future__ import annotations

import json
from pathlib import Path

from lupa import KnowledgeBase
from lupa.authors.trials.regions import Condition
from tests.command import command
from tests.tiny import CASES, RULES, a_case, tiny_kb, write_case


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


def test_of_several_ways_each_has_a_case_of_its_own(tmp_path: Path) -> None:
    rules = RULES + "met(tiny, active_sle) :- live_vaccine, policy(tiny).\n"
    trials = tiny_kb(tmp_path, ["active"], rules).test("tiny", conditions=True)
    met = [each for each in trials.conditions or () if each.what == "active_sle is met"]
    assert {each.when: bool(each.by) for each in met} == {
        "A live vaccine is given.": False,
        "Systemic lupus erythematosus is active.": True,
    }


def test_a_case_that_reads_a_text_otherwise_shows_nothing(tmp_path: Path) -> None:
    rules = RULES + 'choice(way, (one; other)). usual(way, one). question(reading(way), "Which?").\n'
    rules += "".join(f'fact_text(reading(way, {way}), "{way}.", "No.").\n' for way in ("one", "other"))
    rules += 'note(tiny, one_way) :- reading(way, one). text(tiny, note(one_way), "One.", "No.").\n'
    kb = tiny_kb(tmp_path, [], rules)
    for name, way in (("usual", "one"), ("odd", "other")):
        case = a_case("approve")
        write_case(tmp_path, f"{name}.yaml", {**case, "facts": {**case["facts"], "reading": {"way": way}}})
    trials = kb.test("tiny", conditions=True)
    assert trials.passed
    assert {each.by.rpartition("/")[2] for each in trials.conditions or ()} == {"", "usual.yaml"}


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


def test_the_command_names_each_condition_that_no_case_shows(tmp_path: Path) -> None:
    tiny_kb(tmp_path, ["active"])
    out = command("test", "tiny", "--conditions", "--kb", str(tmp_path)).out
    missed = "  tiny: sle, initial: deny, and no case shows that:\n    - "
    assert "Systemic lupus erythematosus is not active.\n" in out.partition(missed)[2]


def test_of_parts_that_are_counted_a_case_shows_that_there_are_enough(tmp_path: Path) -> None:
    rules = """
frame(tiny, sle, initial, c1).
requires(tiny, sle, initial, two, c1).
at_least_of(tiny, two, 2).
part(tiny, two, (is_active; vaccine; infusion), c1).
met(tiny, is_active) :- active(sle).
met(tiny, vaccine)   :- live_vaccine.
met(tiny, infusion)  :- received(belimumab_intravenous).
text(tiny, criterion(two), "Two are so.", "Fewer than two are so.").
text(tiny, criterion(is_active), "Lupus is active.", "Lupus is not active.").
text(tiny, criterion(vaccine), "A vaccine is given.", "No vaccine is given.").
text(tiny, criterion(infusion), "It was infused.", "It was not infused.").
"""
    tiny_kb(tmp_path, [], rules)
    about = tmp_path / "policies" / "tiny" / "about.lp"
    about.write_text(about.read_text("utf-8") + 'edition(tiny, "2", "2025-01-01").\n', "utf-8")
    case = a_case("approve")
    for name, vaccine, edition in (("two", True, "1"), ("one", False, "1"), ("later", True, "2")):
        request = {**case["request"], "policy": f"tiny@{edition}"}
        facts = {**case["facts"], "live_vaccine": vaccine, "received": {"only": []}}
        expect = {"outcome": "approve" if vaccine else "deny"}
        write_case(tmp_path, f"{name}.yaml", {"request": request, "facts": facts, "expect": expect})
    trials = KnowledgeBase.load(tmp_path).test("tiny", conditions=True)
    assert trials.passed
    (met,) = (each for each in trials.conditions or () if each.what == "two is met")
    assert (met.editions, met.by.rpartition("/")[2]) == (("1", "2"), "two.yaml")


def test_they_are_not_looked_for_unasked(tmp_path: Path) -> None:
    assert tiny_kb(tmp_path, ["active"]).test("tiny").conditions is None
