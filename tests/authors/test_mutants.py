"""Small changes of the rules: which are made, who notices them, and which say the same in other words."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from clingo import ast

from lupa import CaseError, Fingerprint, Judged, KnowledgeBase, Mutation
from lupa.answers.decide import decision
from lupa.answers.question import Question
from lupa.authors.trials import bench as benches
from lupa.authors.trials.bench import Bench, mutate
from lupa.authors.trials.deciding import is_safe
from lupa.authors.trials.mutation import Mutant, changes, mutants
from lupa.authors.trials.proposal import comes_to, may_come_to, proposal, shows
from lupa.authors.trials.same_worlds import difference
from lupa.authors.trials.suite import read_suite
from lupa.record.record import record_of
from lupa.rules.edition import Edition
from lupa.rules.files import RuleFiles
from lupa.rules.store import Rules
from tests import small
from tests.tiny import RULES, a_case, tiny_kb, write_case

pytestmark = pytest.mark.slow


def mutated(kb: KnowledgeBase, **options: Any) -> Mutation:
    return mutate(kb, read_suite(kb, ["tiny"]), **options)


def survivor(mutation: Mutation, change: str) -> Judged:
    (found,) = (one for one in mutation.survivors if one.change == change)
    return found


@pytest.fixture(scope="module")
def bench(few: KnowledgeBase) -> Bench:
    suite = read_suite(few, few.policies)
    return Bench(few, few.policies, benches.rows(suite))


def rules_of(text: str) -> list[ast.AST]:
    found: list[ast.AST] = []
    ast.parse_string(text, found.append)
    return found[1:]


def test_every_small_change_of_a_rule_is_made() -> None:
    (rule,) = rules_of("met(p, c) :- taking(Drug), class(Drug, (a; b)), not older(Drug, 18).")
    assert {change: str(new) for change, new in changes(rule) if new is not None} == {
        "`taking(Drug)` dropped": "met(p,c) :- class(Drug,(a;b)); not older(Drug,18).",
        "`taking(Drug)` became `not taking(Drug)`": (
            "met(p,c) :- not taking(Drug); class(Drug,(a;b)); not older(Drug,18)."
        ),
        "`class(Drug,(a;b))` dropped": "met(p,c) :- taking(Drug); not older(Drug,18).",
        "`class(Drug,(a;b))` became `not class(Drug,(a;b))`": (
            "met(p,c) :- taking(Drug); not class(Drug,(a;b)); not older(Drug,18)."
        ),
        "`not older(Drug,18)` dropped": "met(p,c) :- taking(Drug); class(Drug,(a;b)).",
        "`not older(Drug,18)` became `older(Drug,18)`": (
            "met(p,c) :- taking(Drug); class(Drug,(a;b)); older(Drug,18)."
        ),
        "`a` dropped from a list": "met(p,c) :- taking(Drug); class(Drug,b); not older(Drug,18).",
        "`b` dropped from a list": "met(p,c) :- taking(Drug); class(Drug,a); not older(Drug,18).",
        "`18` became `19`": "met(p,c) :- taking(Drug); class(Drug,(a;b)); not older(Drug,19).",
        "`18` became `17`": "met(p,c) :- taking(Drug); class(Drug,(a;b)); not older(Drug,17).",
    }
    assert ("rule dropped", None) in list(changes(rule))


def test_a_condition_for_each_of_several_is_dropped_and_has_no_opposite() -> None:
    (rule,) = rules_of("all :- some, met(C) : asked(C).")
    found = [change for change, _ in changes(rule)]
    assert found == [
        "rule dropped",
        "`some` dropped",
        "`some` became `not some`",
        "`met(C): asked(C)` dropped",
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("requires(p, sle, initial, c, k).", {"row dropped", "`initial` became `continuation`"}),
        ("other(p, initial).", {"row dropped"}),
        ("limit(p, 12).", {"row dropped", "`12` became `13`", "`12` became `11`"}),
        ('limit(p, "2.5").', {"row dropped", '`"2.5"` became `"2.6"`', '`"2.5"` became `"2.4"`'}),
        ('limit(p, "0.9").', {"row dropped", '`"0.9"` became `1`', '`"0.9"` became `"0.8"`'}),
        ("never(a; b).", {"`never(a)` dropped from a list", "`never(b)` dropped from a list"}),
    ],
)
def test_every_small_change_of_a_row_is_made(row: str, expected: set[str]) -> None:
    (rule,) = rules_of(row)
    assert {change for change, _ in changes(rule, ["initial", "continuation"])} == expected


@pytest.mark.parametrize(
    ("text", "safe"),
    [("a(Drug) :- b(Drug).", True), ("a(Drug) :- not b(Drug).", False), ("a :- not b(_).", True)],
)
def test_a_rule_with_a_variable_that_nothing_binds_is_no_mutant(text: str, safe: bool) -> None:
    (rule,) = rules_of(text)
    assert is_safe(rule) == safe


def test_words_and_clauses_are_not_changed(few: KnowledgeBase) -> None:
    heads = {str(mutant.rule).partition("(")[0] for mutant in every(few.files.root)}
    assert (
        heads
        & {"text", "cites", "clause", "label", "usual_label", "alias", "question", "frame", "quantity"}
        == set()
    )
    assert {"requires", "met", "outcome", "impossible", "class", "limit", "usual"} <= heads


def test_cases_that_tell_every_mutant_leave_no_survivor(tmp_path: Path) -> None:
    found = mutated(tiny_kb(tmp_path))
    (fates,) = found.fates
    counts = (fates.killed_by_case, fates.killed_by_grounding, fates.equivalent, fates.survived)
    assert (fates.owner, fates.mutants, counts) == ("tiny", 12, (8, 3, 1, 0))
    assert (found.killed, found.of, found.score) == (11, 11, 100.0)


def test_a_condition_that_always_holds_is_found_to_say_nothing(tmp_path: Path) -> None:
    (same,) = (one for one in mutated(tiny_kb(tmp_path)).mutants if one.fate == "equivalent")
    assert (same.file, same.line, same.change) == ("policies/tiny/policy.lp", 4, "`policy(tiny)` dropped")


def test_a_mutant_names_the_case_that_killed_it(tmp_path: Path) -> None:
    killed = {one.change: one.by for one in mutated(tiny_kb(tmp_path)).mutants}
    assert killed["`12` became `13`"] == "policies/tiny/cases/thirteen_months.yaml"


def test_a_mutant_that_lupa_refuses_says_why(tmp_path: Path) -> None:
    found = mutated(tiny_kb(tmp_path)).mutants
    refused = [one.by for one in found if one.fate == "killed_by_grounding"]
    assert any("no rule can make met(tiny,active_sle) hold" in by for by in refused)


def test_a_survivor_says_what_tells_it_apart_and_proposes_a_case(tmp_path: Path) -> None:
    found = mutated(tiny_kb(tmp_path, ["active", "quiet", "continuation"]))
    one = survivor(found, "`12` became `13`")
    assert one.differences == ("only after: the outcome is approve", "only before: the outcome is modify")
    assert one.proposed == {
        "case": "Tells policies/tiny/policy.lp, line 6, from a change: `12` became `13`",
        "request": {"policy": "tiny@1", "indication": "sle", "phase": "initial", "months": 13},
        "facts": {"active": {"sle": True}},
        "expect": {"outcome": "modify", "limits": ["term_limit"]},
    }


def test_the_proposed_cases_kill_every_survivor(tmp_path: Path) -> None:
    kb = tiny_kb(tmp_path, ["active"])
    before = mutated(kb)
    for number, one in enumerate(before.survivors):
        write_case(tmp_path, f"proposed_{number}.yaml", one.proposed)
    after = mutated(kb)
    assert len(before.survivors) > 3
    assert (after.survivors, after.of) == ((), before.of)


def test_a_survivor_that_no_expectation_tells_has_no_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benches, "proposal", lambda *_: None)
    found = mutated(tiny_kb(tmp_path, ["active", "quiet", "continuation"]))
    assert survivor(found, "`12` became `13`").proposed is None


def test_a_case_that_fails_kills_nothing(tmp_path: Path) -> None:
    kb = tiny_kb(tmp_path, ["active", "quiet", "continuation"])
    write_case(tmp_path, "wrong.yaml", a_case("approve", months=13))
    assert survivor(mutated(kb), "`12` became `13`").fate == "survived"


def test_rules_without_a_change_that_matters_have_the_full_score(tmp_path: Path) -> None:
    kb = tiny_kb(tmp_path, [], rules="note(tiny, nothing) :- policy(tiny), not policy(tiny).")
    found = mutated(kb)
    assert (found.of, found.score) == (found.killed, 100.0)


def test_the_shared_rules_are_changed_where_they_are_asked_for(few: KnowledgeBase) -> None:
    own = {mutant.policy for mutant in mutants(few.files, ["uhc_benlysta"])}
    shared = {mutant.policy for mutant in mutants(few.files, ["uhc_benlysta"], shared=True)}
    assert (own, shared) == ({"uhc_benlysta"}, {"", "uhc_benlysta"})


def test_several_processes_come_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benches, "CHUNK", 4)
    kb = tiny_kb(tmp_path, ["active"])
    assert mutated(kb, jobs=2) == mutated(kb)


def test_whoever_waits_is_told_how_many_are_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benches, "CHUNK", 5)
    told: list[tuple[int, int]] = []
    mutated(tiny_kb(tmp_path), tick=lambda done, of: told.append((done, of)))
    assert told == [(0, 12), (5, 12), (10, 12), (12, 12)]


# ---- cases that are proposed -------------------------------------------------------------------


ASSUMED = "default(override(state_mandate), yes). #defined override/1."


def versions(kb: KnowledgeBase, before: str, after: str) -> tuple[Edition, Edition]:
    """The tiny policy's edition as it is, and with a piece of its rules replaced."""
    first = kb.edition("tiny", "1")
    path = kb.files.root / "policies" / "tiny" / "policy.lp"
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
    return first, KnowledgeBase.load(kb.files.root).edition("tiny", "1")


def proposed(kb: KnowledgeBase, before: str, after: str) -> Any:
    first, second = versions(kb, before, after)
    found = difference(first, second)
    assert found is not None
    return proposal(found.case, [], first, second)


def test_a_case_tells_what_is_assumed_otherwise(tmp_path: Path) -> None:
    rules = (
        RULES + "choice(way, (one; other)). usual(way, one). note(tiny, one_way) :- reading(way, one).\n"
    )
    rules += 'text(tiny, note(one_way), "One way.", "Another way."). question(reading(way), "Which?").\n'
    rules += "".join(
        f'fact_text(reading(way, {way}), "It is {way}.", "No.").\n' for way in ("one", "other")
    )
    case = proposed(tiny_kb(tmp_path, [], rules), "usual(way, one)", "usual(way, other)")
    assert case["expect"]["notes"] == ["one_way"]
    assert "reading" not in case["facts"]


def test_a_case_tells_a_law_that_is_no_more_by_what_is_left_open(tmp_path: Path) -> None:
    rules = RULES + "impossible(both) :- live_vaccine, dosed_per_label.\n"
    rules += 'note(tiny, undosed) :- not dosed_per_label. text(tiny, note(undosed), "No.", "Yes.").\n'
    kb = tiny_kb(tmp_path, [], rules)
    case = proposed(kb, "live_vaccine, dosed", "live_vaccine, not live_vaccine, dosed")
    assert (case["facts"]["live_vaccine"], "dosed_per_label" in case["facts"]) == (True, False)
    assert case["expect"]["notes"] == ["undosed"]


def with_and_without_order(folder: Path, rules: str) -> tuple[Edition, Edition]:
    """An edition whose ages are in order, and one in which somebody may be 18 and not 5."""
    facts = small.vocabulary(["asked"], numbers={"age": [5, 18]})
    (law,) = (line for line in facts.splitlines() if line.startswith("impossible(order(age))"))
    ordered, unordered = (
        small.small_kb(folder / name, text, rules).edition("small")
        for name, text in (("ordered", facts), ("unordered", facts.replace(law, "")))
    )
    return ordered, unordered


def test_a_case_tells_an_order_that_is_no_more_by_what_is_left_open(tmp_path: Path) -> None:
    rules = "outcome(small, approve) :- at_least(age, 18), at_least(age, 5).\n"
    rules += "outcome(small, refer) :- at_least(age, 18), not at_least(age, 5).\n"
    rules += small.otherwise("approve", "refer", last="deny")
    ordered, unordered = with_and_without_order(tmp_path, rules)
    found = difference(ordered, unordered)
    assert found is not None
    assert found.said == ("with nothing stated: the outcome is refer, or not",)
    expected = [["approve", "deny"], ["approve", "deny", "refer"]]
    for each, possible in zip(((ordered, unordered), (unordered, ordered)), expected, strict=True):
        case = proposal(found.case, [], *each)
        assert case is not None
        assert (case["facts"], case["expect"]["possible"]) == ({}, possible)


def test_an_order_that_changes_nothing_is_told_by_no_case(tmp_path: Path) -> None:
    rules = "outcome(small, approve) :- at_least(age, 18).\n" + small.otherwise("approve", last="deny")
    ordered, unordered = with_and_without_order(tmp_path, rules)
    assert difference(ordered, unordered) is None


def test_a_known_case_tells_a_change_where_it_states_less(tmp_path: Path) -> None:
    rules = RULES + "impossible(both) :- live_vaccine, dosed_per_label.\n"
    rules += 'note(tiny, undosed) :- not dosed_per_label. text(tiny, note(undosed), "No.", "Yes.").\n'
    first, second = versions(tiny_kb(tmp_path, [], rules), "live_vaccine, dosed", "received(_), dosed")
    said = {"live_vaccine": True, "dosed_per_label": False, "documented": ["clinical_response"]}
    case = proposal({}, [{"request": {"policy": "tiny"}, "facts": said}], first, second)
    assert case is not None
    assert (case["facts"], case["expect"]["notes"]) == ({"live_vaccine": True}, ["undosed"])


def test_what_no_expectation_can_tell_has_no_case(tmp_path: Path) -> None:
    rules = RULES + "impossible(both) :- live_vaccine, dosed_per_label.\n"
    case = proposed(
        tiny_kb(tmp_path, [], rules), "live_vaccine, dosed", "live_vaccine, not live_vaccine, dosed"
    )
    assert case is None


def test_a_case_that_cannot_be_read_shows_nothing(kb: KnowledgeBase) -> None:
    edition, case = kb.edition("fep_lupkynis"), {"request": {}, "facts": {"aeg": 3}}
    assert shows(case, edition) is None
    assert not comes_to({"outcome": "deny"}, case, edition)
    assert not may_come_to({"outcome": "deny"}, case, edition)


def test_a_case_that_expects_no_outcome_may_come_to_any(kb: KnowledgeBase) -> None:
    case = {"request": {"indication": "sle"}, "facts": {}}
    assert may_come_to({"bases": []}, case, kb.edition("fep_lupkynis"))


# ---- changes of the shipped rules --------------------------------------------------------------


@cache
def every(root: Path) -> list[Mutant]:
    files = RuleFiles(root)
    return list(mutants(files, files.policies, shared=True))


def mutant(root: Path, file: str, rule: str, change: str) -> Mutant:
    """The one mutant of a file by how its rule begins and what was changed."""
    rules = [one for one in every(root) if one.path.name == file and str(one.rule).startswith(rule)]
    (found,) = (one for one in rules if one.change == change)
    return found


SAME = [
    ("policy.lp", "standard_treatment(Drug)", "`not biologic(Drug)` dropped"),
]
"""Changes that say the same: classes overlap nowhere."""

OTHERWISE = [
    ("policy.lp", "minimum_age(fep_lupkynis", "`18` became `19`", "only after: the outcome is deny"),
    ("policy.lp", "threshold(fep_lupkynis,low_egfr", "`45` became `44`", "only before: advisory low_egfr"),
    ("vocabulary.lp", "impossible(nephritis_without_lupus)", "rule dropped", "only before: it cannot be"),
    ("vocabulary.lp", "route(oral)", "row dropped", "only after: it cannot be"),
]
"""Changes with what tells them apart, of whatever shipped case notices them."""


@pytest.mark.parametrize(("file", "rule", "change"), SAME)
def test_a_change_that_says_the_same_is_told_from_one_that_does_not(
    file: str, rule: str, change: str, bench: Bench, few: KnowledgeBase
) -> None:
    assert bench.judge(mutant(few.files.root, file, rule, change), Counter()).fate == "equivalent"


@pytest.mark.parametrize(("file", "rule", "change", "said"), OTHERWISE)
def test_what_tells_two_versions_apart_is_a_case_that_they_decide_differently(
    file: str, rule: str, change: str, said: str, bench: Bench, few: KnowledgeBase
) -> None:
    changed = mutant(few.files.root, file, rule, change)
    policy = bench.concerned(changed)[0]
    ((name, _),) = few.about(policy).editions
    before, after = bench.before(changed, policy, name), bench.changed(changed, policy, name)
    found = difference(before, after)
    assert found is not None
    assert any(row.startswith(said) for row in found.said)
    assert decided(found.case, before) != decided(found.case, after)


class WithAll(Bench):
    """A bench on which all that the shared files say is ground."""

    def _grounded(self, _: Mutant, policy: str, edition: str, rules: Rules) -> Edition:
        return self._kb.grounded(policy, edition, also=self._kb._shared[1].names, rules=rules)


@pytest.mark.parametrize("place", range(3))
def test_what_becomes_of_a_change_is_the_same_whatever_else_is_ground(
    place: int, bench: Bench, few: KnowledgeBase
) -> None:
    found = Random(place).choice(list(mutants(few.files, few.policies, shared=place % 2 == 1)))
    whole = WithAll(few, few.policies, (row for rows in bench._rows.values() for row in rows))
    one, other = (each.judge(found, Counter()) for each in (bench, whole))
    assert (one.fate, one.differences) == (other.fate, other.differences)


def test_another_assumption_tells_two_versions_apart(bench: Bench, few: KnowledgeBase) -> None:
    changed = mutant(few.files.root, "readings.lp", "usual(cyclophosphamide", "row dropped")
    edition = "fep_lupkynis", "2024-10-01"
    found = difference(bench.before(changed, *edition), bench.changed(changed, *edition))
    assert found is not None
    assert found.said == ("only before: reading(cyclophosphamide,any_use) is assumed True",)


def decided(case: dict[str, Any], edition: Edition) -> object:
    """What an edition makes of a case."""
    record, problems = record_of(case, edition)
    if problems:
        return "not read"
    try:
        with Question(edition, record) as question:
            return decision(question, "", "name", Fingerprint("", "", ""))
    except CaseError:
        return "contradictory"
