"""What a change of rules means for patients: exact, general, and each claim with a patient who replays."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lupa import CaseError, Comparison, Diff, KnowledgeBase, Region, RuleError, Shift
from lupa.authors.diff.alike import alike
from lupa.authors.diff.compare import compare
from lupa.authors.diff.page import diff_text
from tests import compared
from tests.command import command
from tests.slim import slim
from tests.small import otherwise, small_kb, vocabulary
from tests.times import times
from tests.tried import REQUEST, RULES, steps_kb

pytestmark = pytest.mark.slow

OLD, NEW = "uhc_benlysta@2022E0046O", "uhc_benlysta@2023-11-01"
SLE_INITIAL = "systemic lupus erythematosus, initial therapy"


@pytest.fixture(scope="module")
def shipped_diff(kb: KnowledgeBase) -> Comparison:
    (comparison,) = kb.diff(OLD, NEW).comparisons
    return comparison


def changed(tmp_path: Path, *changes: tuple[str, str, str]) -> KnowledgeBase:
    """The slim knowledge base with some text of some files in the place of another."""
    folder = tmp_path / "kb"
    if not folder.exists():
        slim(folder, "cases")
    for file, old, new in changes:
        path = folder / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, (file, old)
        path.write_text(text.replace(old, new), "utf-8")
    return KnowledgeBase.load(folder)


def newest(
    before: KnowledgeBase, after: KnowledgeBase, policy: str = "uhc_benlysta", *, all_readings: bool = False
) -> Comparison:
    """How the newest edition of a policy compares."""
    return compare(before.edition(policy), after.edition(policy), all_readings=all_readings)


def relations(comparison: Comparison) -> dict[str, str]:
    """How the pathways that differ compare."""
    return {p.text: p.relation for p in comparison.pathways if p.relation != "equal"}


def said(region: Region) -> list[str]:
    return [condition.text for condition in region.conditions]


def steps(region: Region) -> list[tuple[str | None, str | None]]:
    return [(shift.before, shift.after) for shift in region.shifts]


def plain(diff: Diff, width: int = 80) -> str:
    return click.unstyle(diff_text(diff, width))


# ---- the shipped editions ----------------------------------------------------------------------


def test_the_later_edition_is_looser_just_for_initial_therapy_of_lupus(shipped_diff: Comparison) -> None:
    assert (shipped_diff.relation, relations(shipped_diff)) == ("looser", {SLE_INITIAL: "looser"})


def test_what_differs_is_one_region_without_documented_autoantibodies(shipped_diff: Comparison) -> None:
    (region,) = shipped_diff.regions
    assert said(region) == ["No document shows a laboratory test showing autoantibodies."]


def test_a_denial_becomes_an_approval_or_with_too_long_a_term_a_modification(
    shipped_diff: Comparison,
) -> None:
    (region,) = shipped_diff.regions
    usual = [[[c.text for c in row if not c.usual] for row in s.where] for s in region.shifts[:2]]
    assert steps(region)[:2] == [("deny", "approve"), ("deny", "modify")]
    assert usual == [[[]], [["The period asked for is more than 12 months."]]]


def test_an_overridden_denial_is_told_too(shipped_diff: Comparison) -> None:
    (region,) = shipped_diff.regions
    assert steps(region)[2:] == [("refer", "approve"), ("refer", "modify")]
    (row,) = region.shifts[2].where
    assert [c.facts for c in row if not c.usual] == [
        ("override(federal_mandate)", "override(rare_disease)", "override(state_mandate)")
    ]


def test_of_a_shift_that_takes_many_rows_to_say_the_page_says_that_it_is_of_some(
    shipped_diff: Comparison,
) -> None:
    (region,) = shipped_diff.regions
    some = replace(region.shifts[1], where=(), partly=True)
    told = replace(shipped_diff, regions=(replace(region, shifts=(region.shifts[0], some)),))
    assert "deny -> modify, for some\n" in plain(Diff(told.relation, (told,)))


def test_the_criterion_that_decided_is_named_with_its_clause(shipped_diff: Comparison) -> None:
    decider = shipped_diff.regions[0].shifts[0].deciders[0]
    assert (decider.side, decider.kind, decider.id, decider.clauses) == (
        "before",
        "criterion",
        "autoantibodies",
        ("u85",),
    )


def test_what_came_and_went_is_listed(shipped_diff: Comparison) -> None:
    assert [(r.change, r.kind, r.id, r.pathways) for r in shipped_diff.rules] == [
        ("added", "note", "autoantibodies_not_used", ()),
        ("removed", "criterion", "autoantibodies", (("sle", "initial"),)),
    ]


def test_backwards_it_is_stricter(few: KnowledgeBase, shipped_diff: Comparison) -> None:
    (back,) = few.diff(NEW, OLD).comparisons
    assert (back.relation, relations(back)) == ("stricter", {SLE_INITIAL: "stricter"})
    assert said(back.regions[0]) == said(shipped_diff.regions[0])


def test_the_same_patient_replays_under_both_editions(kb: KnowledgeBase, shipped_diff: Comparison) -> None:
    assert compared.check_patients({0: kb, 1: kb}, shipped_diff) == 8
    one, other = shipped_diff.regions[0].shifts[0].patients
    assert (one.case["facts"], one.text) == (other.case["facts"], other.text)
    assert one.case["request"]["policy"] == OLD


def test_the_smallest_patient_is_shown(shipped_diff: Comparison) -> None:
    case = shipped_diff.regions[0].shifts[0].patients[0].case
    assert case["facts"] == {
        "age": 5,
        "dosed_per_label": True,
        "diagnosis": {"only": ["sle"]},
        "active": {"only": ["sle"]},
        "taking": {"only": ["mycophenolate_mofetil"]},
        "unlisted": {"only": []},
        "documented": {"only": []},
    }


def test_with_every_reading_open_nothing_else_differs(few: KnowledgeBase, shipped_diff: Comparison) -> None:
    (found,) = few.diff(OLD, NEW, all_readings=True).comparisons
    assert relations(found) == {SLE_INITIAL: "looser"}
    assert said(found.regions[0]) == said(shipped_diff.regions[0])
    assert compared.check_patients({0: few, 1: few}, found) > 0


def test_the_editions_of_a_policy_are_compared_in_turn(few: KnowledgeBase) -> None:
    assert [(c.before, c.after) for c in few.diff("uhc_benlysta").comparisons] == [(OLD, NEW)]


def test_a_policy_without_an_edition_is_its_newest(few: KnowledgeBase) -> None:
    (comparison,) = few.diff(OLD, "uhc_benlysta").comparisons
    assert (comparison.before, comparison.after) == (OLD, NEW)


def test_a_knowledge_base_is_equal_to_itself(kb: KnowledgeBase) -> None:
    diff = kb.diff(KnowledgeBase.load())
    assert (diff.differs, {c.relation for c in diff.comparisons}) == (False, {"equal"})


def test_the_same_answer_comes_again(few: KnowledgeBase) -> None:
    assert few.diff(OLD, NEW).to_json() == KnowledgeBase.load(few.files.root).diff(OLD, NEW).to_json()


# ---- changes of the shipped rules --------------------------------------------------------------


def test_other_words_and_another_order_change_nothing(few: KnowledgeBase, tmp_path: Path) -> None:
    other = changed(
        tmp_path,
        (
            "policies/uhc_benlysta/policy.lp",
            "met(uhc_benlysta, standard_of_care) :- taking(Drug), standard_treatment(Drug).",
            "met(uhc_benlysta, standard_of_care) :- standard_treatment(Medicine),\n  taking(Medicine).",
        ),
    )
    diff = few.diff(other)
    assert (diff.relation, [c.regions for c in diff.comparisons]) == ("equal", [(), (), ()])


def test_members_of_one_family_are_one_row(few: KnowledgeBase, tmp_path: Path) -> None:
    other = changed(
        tmp_path,
        (
            "policies/uhc_benlysta/policy.lp",
            "barred_partner(voclosporin; anifrolumab).",
            "barred_partner(voclosporin; anifrolumab; tofacitinib; baricitinib).",
        ),
    )
    found = newest(few, other)
    assert [said(region) for region in found.regions] == [
        ["Baricitinib is started together with the requested drug. Or likewise: tofacitinib."],
        [
            "The patient takes baricitinib.",
            "Baricitinib is not stopped before the requested drug is given.",
        ],
        [
            "The patient takes tofacitinib.",
            "Tofacitinib is not stopped before the requested drug is given.",
        ],
    ]
    assert found.regions[0].conditions[0].facts == ("starts(baricitinib)", "starts(tofacitinib)")
    assert (found.relation, {len(region.pathways) for region in found.regions}) == ("stricter", {4})
    deciders = {decider.id for region in found.regions for decider in region.shifts[0].deciders}
    assert deciders == {"no_combination"}


def test_a_shorter_limit_is_told_by_its_number(few: KnowledgeBase, tmp_path: Path) -> None:
    limit = "limit(uhc_benlysta, term_limit, months, {})."
    other = changed(tmp_path, ("policies/uhc_benlysta/policy.lp", limit.format(12), limit.format(6)))
    found = newest(few, other)
    (region,) = found.regions
    assert (steps(region), [c.facts for c in region.conditions]) == (
        [("approve", "modify")],
        [("more_than(months,6)",)],
    )
    before, after = region.shifts[0].patients
    assert (before.case["request"]["months"], after.case["request"]["months"]) == (7, 7)
    assert {(d.side, d.kind, d.id) for d in region.shifts[0].deciders} == {("after", "limit", "term_limit")}


def test_a_new_indication_is_known_to_one_side_only(few: KnowledgeBase, tmp_path: Path) -> None:
    other = changed(
        tmp_path,
        ("conditions.lp", "indication(other).", 'indication(gpa). label(gpa, "GPA").\nindication(other).'),
    )
    found = newest(few, other, "fep_lupkynis")
    assert relations(found) == {"GPA, initial therapy": "only_after", "GPA, continuation": "only_after"}
    (region,) = found.regions
    assert (said(region), {d.kind for s in region.shifts for d in s.deciders}) == ([], {"law"})
    assert compared.check_patients({0: few, 1: other}, found) > 0


def test_a_new_fact_is_free_where_nobody_knows_it(few: KnowledgeBase, tmp_path: Path) -> None:
    other = changed(
        tmp_path,
        ("vocabulary.lp", "finding(clinical_response).", "finding(biopsy). finding(clinical_response)."),
        (
            "policies/uhc_benlysta/policy.lp",
            "met(uhc_benlysta, active_lupus_nephritis) :- active(lupus_nephritis).",
            "met(uhc_benlysta, active_lupus_nephritis) :- active(lupus_nephritis), documented(biopsy).",
        ),
    )
    found = newest(few, other)
    assert [said(region) for region in found.regions] == [["No document shows biopsy."]]
    assert relations(found) == {"lupus nephritis, initial therapy": "stricter"}


def test_another_law_is_a_difference_of_its_own(few: KnowledgeBase, tmp_path: Path) -> None:
    law = ":- diagnosis(lupus_nephritis), not diagnosis(sle)."
    other = changed(tmp_path, ("vocabulary.lp", law, f"{law[:-1]}, dosed_per_label."))
    regions = compare(few.edition("uhc_benlysta"), other.edition("uhc_benlysta")).regions
    assert {region.relation for region in regions} == {"only_after"}
    assert {d.id for r in regions for s in r.shifts for d in s.deciders} == {"nephritis_without_lupus"}
    assert {text for region in regions for text in said(region)} == {
        "Systemic lupus erythematosus is not diagnosed.",
        "Lupus nephritis is diagnosed.",
    }


def test_an_indication_in_the_place_of_another_is_not_the_same(few: KnowledgeBase, tmp_path: Path) -> None:
    other = changed(
        tmp_path, ("conditions.lp", "indication(other).", 'indication(gpa). label(gpa, "GPA").')
    )
    found = compare(few.edition("uhc_benlysta"), other.edition("uhc_benlysta"))
    assert relations(found) == {
        "another indication, initial therapy": "only_before",
        "another indication, continuation": "only_before",
        "GPA, initial therapy": "only_after",
        "GPA, continuation": "only_after",
    }


def test_what_is_only_shown_is_told_apart(few: KnowledgeBase, tmp_path: Path) -> None:
    other = changed(
        tmp_path,
        (
            "policies/uhc_benlysta/policy.lp",
            "advisory(uhc_benlysta, off_label_age) :- ",
            "advisory(uhc_benlysta, off_label_age) :- not dosed_per_label, ",
        ),
    )
    diff = few.diff(other)
    (change,) = diff.comparisons[-1].shown
    assert (diff.relation, change.what, change.only) == ("equal", "advisory off_label_age", "before")
    bases = {0: few, 1: other}
    shown = [
        [item.id for item in bases[side].decide(patient.case).advisories]
        for side, patient in enumerate(change.patients)
    ]
    assert shown == [["off_label_age"], []]
    assert "advisory off_label_age: only before" in plain(diff)


def test_a_reading_that_is_usually_another_one_is_told(few: KnowledgeBase, tmp_path: Path) -> None:
    other = changed(
        tmp_path,
        (
            "policies/uhc_benlysta/readings.lp",
            "usual(age_floor_in_label, applies).",
            "usual(age_floor_in_label, ignored).",
        ),
    )
    found = newest(few, other)
    assert [(r.change, r.id, r.text) for r in found.rules] == [
        ("changed", "age_floor_in_label", "usually applies before, ignored after")
    ]
    assert (found.relation, [said(r) for r in found.regions]) == (
        "looser",
        [["The age is less than 5 years."]],
    )


def test_what_only_another_reading_shows_is_told_where_readings_are_open(
    few: KnowledgeBase, tmp_path: Path
) -> None:
    other = changed(
        tmp_path,
        (
            "policies/uhc_benlysta/policy.lp",
            "age_has_labelled_dose           :- reading(age_floor_in_label, ignored).\n",
            "",
        ),
    )
    assert newest(few, other).relation == "equal"
    opened = newest(few, other, all_readings=True)
    told = [said(region) for region in opened.regions]
    assert (opened.relation, told) == ("stricter", [["The age is less than 5 years."]])
    assert [(r.change, r.kind, r.id) for r in opened.rules] == [
        ("removed", "reading", "age_floor_in_label")
    ]


def test_a_policy_on_one_side_only_is_listed(few: KnowledgeBase, tmp_path: Path) -> None:
    other = changed(tmp_path)
    shutil.rmtree(tmp_path / "kb" / "policies" / "fep_lupkynis")
    assert (few.diff(other).only_before, other.diff(few).only_after) == (
        ("fep_lupkynis@2024-10-01",),
        ("fep_lupkynis@2024-10-01",),
    )
    assert few.diff(other).relation == "incomparable"


# ---- exact, by brute force ---------------------------------------------------------------------


@settings(max_examples=times(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_what_is_told_is_just_what_is_so(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    before, after = compared.two(random.Random(seed), tmp_path_factory.mktemp("two"))
    joined = compared.Joined(before, after)
    if joined.lawful[0] and joined.lawful[1]:
        (comparison,) = before.diff(after).comparisons
        compared.check(joined, comparison)
        compared.check_patients({0: before, 1: after}, comparison)


def test_what_is_told_in_one_row_is_just_what_is_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupa.authors.diff.compare.FEW", 0)  # whatever can be told in one row is
    conditions: Counter[bool] = Counter()
    for seed in range(25):
        before, after = compared.two(random.Random(seed), tmp_path / str(seed))
        joined = compared.Joined(before, after)
        if joined.lawful[0] and joined.lawful[1]:
            (comparison,) = before.diff(after).comparisons
            compared.check(joined, comparison)
            compared.check_patients({0: before, 1: after}, comparison)
            for region in comparison.regions:
                conditions.update(len(condition.facts) > 1 for condition in region.conditions)
    assert min(conditions[False], conditions[True]) >= 5


def test_the_random_policies_differ_in_every_way(tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    for seed in range(25):
        before, after = compared.two(random.Random(seed), tmp_path / str(seed))
        for region in before.diff(after).comparisons[0].regions:
            found[region.relation] += 1
            found["overlap"] += any(shift.overlap for shift in region.shifts)
            found["where"] += any(shift.where for shift in region.shifts)
    assert min(found[what] for what in (*ALL_WAYS, "overlap", "where")) >= 2, found


ALL_WAYS = ("looser", "stricter", "incomparable", "only_before", "only_after")


def small(folder: Path, rules: str, **facts: Any) -> KnowledgeBase:
    return small_kb(folder, vocabulary(**facts), rules)


def test_more_conditions_than_are_wanted_are_not_all_told(tmp_path: Path) -> None:
    flags = [f"fact_{number}" for number in range(4)]
    pairs = "outcome(small, deny) :- fact_0, fact_1.\noutcome(small, deny) :- fact_2, fact_3.\n"
    before = small(tmp_path / "before", compared.ORDER_RULES + otherwise(last="approve"), flags=flags)
    after = small(tmp_path / "after", pairs + otherwise("deny", last="approve"), flags=flags)
    found = compare(before.edition("small"), after.edition("small"), most=1)
    assert (found.complete, len(found.regions)) == (False, 1)
    told = " ".join(plain(Diff("incomparable", (found,))).split())
    assert "There are further patients, of whom too many conditions would have to be listed." in told
    assert "those of whom all this is so:" in told
    assert "just those" not in told
    assert compare(before.edition("small"), after.edition("small"), most=2).complete


FIVE = [("methotrexate", end, year) for end in ("failure", "intolerance") for year in ("early", "late")]
FIVE += [("azathioprine", "failure", "early")]
COUNTED = """
frame(steps, sle, initial, c1).
requires(steps, sle, initial, several, c1).
at_least_of(steps, several, {least}).
part(steps, several, step(Drug, End, Year), c1) :- counts(Drug, End, Year).
met(steps, step(Drug, End, Year)) :- counts(Drug, End, Year), tried(Drug, End, Year).
text(steps, criterion(several), "{least} or more.", "Fewer than {least}.").
text(steps, criterion(step(Drug, End, Year)), "{{1}}, {{2}}, {{3}}.", "Not {{1}}, {{2}}, {{3}}.")
    :- counts(Drug, End, Year).
""" + "".join(f"counts({', '.join(step)}).\n" for step in FIVE)


def test_one_of_five_that_becomes_two_of_five_is_one_region(tmp_path: Path) -> None:
    """In facts it is five: each of them, and none of the others."""
    old, new = (steps_kb(tmp_path / str(least), COUNTED.format(least=least)) for least in (1, 2))
    found = compare(old.edition("steps"), new.edition("steps"))
    (region,) = found.regions
    assert (found.complete, region.relation) == (True, "stricter")
    (condition,) = region.conditions
    assert (condition.facts, condition.value, condition.about, condition.side, condition.text) == (
        (),
        False,
        "several",
        "after",
        "Fewer than 2.",
    )
    assert "- After, not met: Fewer than 2." in plain(Diff(found.relation, (found,)))
    (back,) = compare(new.edition("steps"), old.edition("steps")).regions
    assert [(c.about, c.side, c.text) for c in back.conditions] == [("several", "before", "Fewer than 2.")]
    for chosen in product((False, True), repeat=len(FIVE)):
        tried = {f"tried({','.join(step)})": so for step, so in zip(FIVE, chosen, strict=True)}
        case = {"request": REQUEST, "facts": {}}
        outcomes = [kb.whatif(case, tried).after.outcome for kb in (old, new)]
        assert (
            outcomes == [["deny", "deny"], ["approve", "deny"], ["approve", "approve"]][min(sum(chosen), 2)]
        )
    (shift,) = region.shifts
    assert [kb.decide(p.case).outcome for kb, p in zip((old, new), shift.patients, strict=True)] == [
        "approve",
        "deny",
    ]


def test_what_each_of_several_must_be_is_one_region(tmp_path: Path) -> None:
    drugs = range(1, 5)
    flags = [f"{what}_{drug}" for drug in drugs for what in ("tried", "long")]
    step = "".join(f"step :- tried_{drug}, long_{drug}.\n" for drug in drugs)
    rules = f"{step}outcome(small, deny) :- not step.\n{otherwise('deny', last='approve')}"
    before = small(tmp_path / "before", compared.ORDER_RULES + otherwise(last="approve"), flags=flags)
    after = small(tmp_path / "after", rules, flags=flags)
    found = compare(before.edition("small"), after.edition("small"))
    joined = compared.Joined(before, after)
    joined.ordered = True
    compared.check(joined, found)
    (region,) = found.regions
    assert {(frozenset(c.facts), c.value) for c in region.conditions} == {
        (frozenset({f"tried_{drug}", f"long_{drug}"}), False) for drug in drugs
    }
    assert all(" Or: " in text for text in said(region))


def test_without_an_order_of_outcomes_nothing_is_better(tmp_path: Path) -> None:
    before = small(tmp_path / "before", otherwise(last="approve"), flags=["one"])
    after = small(tmp_path / "after", otherwise(last="deny"), flags=["one"])
    found = before.diff(after).comparisons[0]
    assert (found.relation, [(p.text, p.relation) for p in found.pathways]) == (
        "incomparable",
        [("every request", "incomparable")],
    )
    assert "1. every request: incomparable\n   Of those who come to deny after, all:\n" in plain(
        before.diff(after)
    )


def test_a_world_with_two_outcomes_cannot_be_compared(tmp_path: Path) -> None:
    twice = "outcome(small, deny) :- one.\noutcome(small, approve) :- policy(small).\n"
    before = small(tmp_path / "before", otherwise(last="approve"), flags=["one"])
    after = small(tmp_path / "after", twice, flags=["one"])
    with pytest.raises(RuleError, match="small: a world has approve and deny, where the rules"):
        before.diff(after)


def test_a_number_of_whole_things_has_nothing_between(tmp_path: Path) -> None:
    facts = vocabulary(numbers={"pills": [5]})
    above = facts.replace("at_least(pills, 5)", "more_than(pills, 4)") + (
        "more_than(pills, Low) :- true(more_than(pills, Low)).\n"
        'fact_text(more_than, "{1} is more than {2}.", "{1} is {2} or less.").\n'
        'question(more_than, "More?").\n'
    )
    rule = "outcome(small, deny) :- {}.\n" + otherwise("deny", last="approve")
    before = small_kb(tmp_path / "before", f"{facts}whole(pills).\n", rule.format("at_least(pills, 5)"))
    after = small_kb(tmp_path / "after", f"{above}whole(pills).\n", rule.format("more_than(pills, 4)"))
    assert before.diff(after).relation == "equal"


def test_rows_that_differ_in_one_member_become_one_and_others_do_not() -> None:
    terms = {
        (1, 5): [("taking(a)", True), ("one", True)],
        (2, 5): [("taking(b)", True), ("one", True)],
        (3, -5): [("taking(c)", True), ("one", False)],
        (6,): [("at_least(age,5)", True)],
        (7,): [("at_least(age,18)", True)],
    }
    assert [row for row, _ in alike(terms)] == [
        ((("taking(a)", "taking(b)"), True), (("one",), True)),
        ((("taking(c)",), True), (("one",), False)),
        ((("at_least(age,5)",), True),),
        ((("at_least(age,18)",), True),),
    ]


# ---- the page and the command ------------------------------------------------------------------


def test_the_page_gives_the_verdict_first_then_whom_by_what_and_a_patient(few: KnowledgeBase) -> None:
    page = plain(few.diff("uhc_benlysta"))
    parts = (
        f"looser  {OLD} -> {NEW}\n",
        f"  looser        {SLE_INITIAL}\n",
        "  equal         all 15 other combinations of indication and phase\n",
        "Of those who come to approve or modify after, just those of whom this is so:",
        "- No document shows a laboratory test showing autoantibodies.",
        "deny -> approve\n",
        "deny -> modify where: The period asked for is more than 12 months.\n",
        "Before, by criterion autoantibodies: No laboratory test documents",
        "A patient: It is requested for systemic lupus erythematosus.",
        "What came (+), went (-) or is read otherwise (*)",
        "What is assumed where a record is silent is left unsaid.",
        "A person decides.",
    )
    places = [page.index(part) for part in parts]
    assert places == sorted(places)


def test_many_rows_of_conditions_are_counted_on_the_page(shipped_diff: Comparison) -> None:
    (region,) = shipped_diff.regions
    shift = region.shifts[1]
    shown = []
    for rows, overlap in ((4, True), (2, False)):
        many = replace(shift, where=shift.where * rows, overlap=overlap)
        regions = (replace(region, shifts=(many,)),)
        page = plain(Diff("looser", (replace(shipped_diff, regions=regions),)))
        shown.append(" ".join(page.partition("deny -> modify")[2].partition("Before,")[0].split()))
    months = "The period asked for is more than 12 months."
    both = ", for some who are also in another of these regions"
    assert shown == [
        f"{both}, under one of 4 further conditions (--json lists them)",
        f"where: {months} Or: {months}",
    ]


def test_equal_editions_take_one_line(kb: KnowledgeBase) -> None:
    lines = plain(kb.diff(KnowledgeBase.load())).splitlines()
    assert lines[:3] == [
        "equal   fep_lupkynis@2024-10-01",
        "equal   uhc_benlysta@2022E0046O",
        "equal   uhc_benlysta@2023-11-01",
    ]


@pytest.mark.mass
def test_two_policies_of_different_drugs_can_be_compared(kb: KnowledgeBase) -> None:
    diff = kb.diff("fep_lupkynis", "uhc_benlysta")
    page = plain(diff)
    assert diff.comparisons[0].complete
    assert "- The patient takes cyclophosphamide.\n     deny -> approve\n" in page
    assert "deny -> out of scope, for some\n" in page
    assert "; 11 more: " in " ".join(page.split())
    assert compared.check_patients({0: kb, 1: kb}, diff.comparisons[0]) > 50


def test_the_command_ends_with_one_where_something_differs() -> None:
    ended = command("diff", OLD, NEW)
    assert (ended.status, ended.err, ended.out.splitlines()[0]) == (1, "", f"looser  {OLD} -> {NEW}")
    assert command("diff", OLD, OLD).status == 0


def test_the_json_is_what_the_schema_says(few: KnowledgeBase) -> None:
    schema = json.loads(command("schema", "diff").out)
    answer = json.loads(command("diff", "uhc_benlysta", "--json", "--kb", str(few.files.root)).out)
    jsonschema.validate(answer, schema)
    assert answer == json.loads(few.diff("uhc_benlysta").to_json())


def test_saved_patients_replay(few: KnowledgeBase, tmp_path: Path) -> None:
    root = ("--kb", str(few.files.root))
    ended = command("diff", "uhc_benlysta", *root, "--save", str(tmp_path / "made" / "patients"))
    files = sorted((tmp_path / "made" / "patients").iterdir())
    assert len(files) == len([line for line in ended.err.splitlines() if line.startswith("saved ")]) == 8
    tried = command("test", "uhc_benlysta", *root, "--cases", str(tmp_path / "made" / "patients"))
    assert tried.status == 0, tried.out


def test_a_policy_with_one_edition_has_nothing_to_be_compared_with(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match="fep_lupkynis has one edition on file, 2024-10-01; name what to"):
        kb.diff("fep_lupkynis")


def test_one_edition_alone_has_nothing_to_be_compared_with(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match=f"{OLD} is one edition; name another one, or uhc_benlysta for all"):
        kb.diff(OLD)


def test_empty_knowledge_bases_have_nothing_to_compare(tmp_path: Path) -> None:
    found = []
    for name in ("one", "other"):
        kb = small(tmp_path / name, otherwise(last="approve"))
        shutil.rmtree(tmp_path / name / "policies" / "small")
        found.append(KnowledgeBase.load(kb.files.root))
    assert plain(found[0].diff(found[1])).startswith("Nothing to compare: both sides hold no policy.")


def test_a_shift_knows_no_patient_where_no_law_allows_one(few: KnowledgeBase, tmp_path: Path) -> None:
    other = changed(
        tmp_path,
        ("conditions.lp", "indication(other).", 'indication(gpa). label(gpa, "GPA").\nindication(other).'),
    )
    found = newest(other, few, "fep_lupkynis")
    shifts: tuple[Shift, ...] = found.regions[0].shifts
    assert {(s.after, len(s.patients)) for s in shifts} == {(None, 1)}
    page = plain(Diff(found.relation, (found,)))
    assert "GPA, initial therapy; GPA, continuation: possible only before" in page
    assert "-> impossible" in page
    assert "Of those who are possible before, all:" in page


def test_facts_of_a_relation_that_make_a_difference_alike_are_named_by_their_arguments(
    tmp_path: Path,
) -> None:
    barred = RULES.replace("active(sle).", "active(sle), not barred.\nbarred :- tried(_, intolerance, _).")
    old, new = steps_kb(tmp_path / "old"), steps_kb(tmp_path / "new", barred)
    (comparison,) = old.diff(new).comparisons
    assert {words for region in comparison.regions for words in said(region)} == {
        "Azathioprine: intolerance, early. Or likewise: azathioprine (intolerance, late).",
        "Methotrexate: intolerance, early. Or likewise: methotrexate (intolerance, late).",
    }
