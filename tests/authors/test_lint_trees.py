"""What the linter, and lupa itself, have against criteria whose parts make no tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from lupa import KnowledgeBase, RuleError
from lupa.authors.lint.run import lint
from tests.trees import POLICY, RULES, steps_kb

FILE = f"policies/{POLICY}/policy.lp"
ONE = "all_of(steps, one_drug)."
TWO = "at_least_of(steps, two_drugs, 2)."
SEEN = "part(steps, one_drug, seen, c23)."


def found(folder: Path, rules: str) -> list[str]:
    """The findings in the policy's folder, each with its place and its rule."""
    report = lint(steps_kb(folder, rules).files, [POLICY])
    return [f"{finding.places[0]}: {finding.check}: {finding.text}" for finding in report.findings]


def changed(old: str, new: str) -> str:
    assert RULES.count(old) == 1
    return RULES.replace(old, new)


def place(rules: str, snippet: str) -> str:
    """Where a snippet of the rules begins."""
    before = rules[: rules.index(snippet)]
    return f"{FILE}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def test_a_tree_of_criteria_holds_together(tmp_path: Path) -> None:
    assert found(tmp_path, RULES) == []


def test_what_a_part_is_about_may_have_a_label_that_no_fact_has(tmp_path: Path) -> None:
    rules = changed("took(leflunomide), c22).", "took(kind_of(steroid)), c22).") + (
        'label(steroid, "a steroid"). kind(steroid, prednisone).\n'
        "met(steps, took(kind_of(Class))) :- taking(Drug), kind(Class, Drug).\n"
        'text(steps, criterion(took(kind_of(Class))), "{1}.", "No {1}.") :- kind(Class, _).\n'
    )
    slip = 'label(steriod, "a steroid").'
    line = (rules + slip).count(chr(10)) + 1
    why = "no fact of a case, and no quantity, holds such a name; did you mean steroid?"
    assert found(tmp_path, rules + slip) == [f"{FILE}:{line}:7: misspelt: steriod is not known here: {why}"]


#      what is changed into what, where that is found, and what is said of it
TREES = {
    "a_node_without_parts": (
        ONE,
        f"{ONE} any_of(steps, bare).",
        "any_of(steps, bare)",
        "bare has no parts; write part/4 for each",
    ),
    "a_misspelt_node": (
        "any_of(steps, earlier).",
        "any_of(steps, earlyer).",
        "any_of(steps, earlyer)",
        "earlyer has no parts; did you mean earlier, which has some?",
    ),
    "too_many_needed": (
        TWO,
        "at_least_of(steps, two_drugs, 4).",
        "at_least_of(steps, two_drugs, 4)",
        "two_drugs needs 4 of its parts and has 3, so that it is never met; write 3 or less, or more parts",
    ),
    "none_needed": (
        TWO,
        "at_least_of(steps, two_drugs, 0).",
        "at_least_of(steps, two_drugs, 0)",
        "two_drugs needs 0 of its parts, so that it is met whatever they are; write 1 or more",
    ),
    "a_name_for_a_number": (
        TWO,
        "at_least_of(steps, two_drugs, two).",
        "at_least_of(steps, two_drugs, two)",
        "two_drugs needs two of its parts, which is no number; write how many it needs",
    ),
    "two_kinds": (
        ONE,
        f"{ONE}\nany_of(steps, one_drug).",
        "any_of(steps, one_drug)",
        "one_drug is all_of and any_of; the other row is at {other}; keep one",
    ),
    "two_numbers": (
        TWO,
        "at_least_of(steps, two_drugs, (2; 3)).",
        "at_least_of(steps, two_drugs, (2; 3))",
        "two_drugs is at_least_of 2 and at_least_of 3; both rows stand here; keep one",
    ),
    "a_kind_that_depends_on_the_patient": (
        ONE,
        "all_of(steps, one_drug) :- at_least(age, 18).",
        "all_of(steps, one_drug)",
        (
            "whether one_drug is all_of depends on the patient, as only its parts may; "
            "put the condition to its parts"
        ),
    ),
    "a_part_of_what_is_no_node": (
        ONE,
        "",
        "part(steps, one_drug, took(methotrexate), c23)",
        (
            "one_drug has parts, and nothing says how many of them it needs; "
            "write all_of(steps, one_drug), any_of(steps, one_drug) or at_least_of(steps, one_drug, N)"
        ),
    ),
    "a_circle": (
        SEEN,
        "part(steps, one_drug, earlier, c23).",
        "part(steps, earlier, one_drug, c23)",
        "earlier is a part of itself, through one_drug; take a part out",
    ),
    "a_part_of_itself": (
        SEEN,
        "part(steps, one_drug, one_drug, c23).",
        "part(steps, one_drug, one_drug, c23)",
        "one_drug is a part of itself; take a part out",
    ),
}


@pytest.mark.parametrize("name", TREES)
def test_what_makes_no_tree_is_told_once_and_refused(name: str, tmp_path: Path) -> None:
    old, new, at, said = TREES[name]
    rules = changed(old, new)
    other = place(rules, ONE) if name == "two_kinds" else ""
    said = said.format(other=other)
    assert found(tmp_path, rules) == [f"{place(rules, at)}: tree: {said}"]
    with pytest.raises(RuleError) as refused:
        KnowledgeBase.load(tmp_path).edition(POLICY)
    assert str(refused.value).replace(f"{tmp_path}/", "") == f"{place(rules, at)}: {said}"


def test_a_node_that_a_rule_meets_beside_its_parts_is_told(tmp_path: Path) -> None:
    own = "met(steps, one_drug) :- attests(specialist)."
    rules = changed("met(steps, seen)", f"{own}\nmet(steps, seen)")
    said = (
        "one_drug is met by its parts, and this rule says otherwise; make this a part of it, or take it out"
    )
    assert found(tmp_path, rules) == [f"{place(rules, own)}: tree: {said}"]


UNSAID = {
    "a_part_without_words": (
        'text(steps, criterion(seen), "A specialist was asked.", "No specialist was asked.").',
        "",
        "met(steps, seen)",
        "no-text: criterion(seen) has no words; write text(steps, criterion(seen), True, False)",
    ),
    "a_node_without_words": (
        'text(steps, criterion(earlier), "Treated before.", "Not treated before.").',
        "",
        "part(steps, treated, earlier, c20)",
        "no-text: criterion(earlier) has no words; write text(steps, criterion(earlier), True, False)",
    ),
    "a_part_that_nothing_meets": (
        SEEN,
        'part(steps, one_drug, sean, c23). text(steps, criterion(sean), "Seen.", "Not seen.").',
        "sean, c23",
        "unknown-name: sean is not known here: no met/2 has it",
    ),
    "a_part_by_an_unknown_clause": (
        SEEN,
        "part(steps, one_drug, seen, c99).",
        "c99",
        "unknown-clause: c99 is not known here: the ledger has no such clause",
    ),
}


@pytest.mark.parametrize("name", UNSAID)
def test_what_a_part_lacks_is_told_once(name: str, tmp_path: Path) -> None:
    old, new, at, said = UNSAID[name]
    rules = changed(old, new)
    assert found(tmp_path, rules) == [f"{place(rules, at)}: {said}"]


SAID = "Two drugs were taken."
MANY = {
    "one_more_of_several": (TWO, "at_least_of(steps, two_drugs, 3).", "needs 3 of its 3 parts"),
    "any_of_them": (TWO, "any_of(steps, two_drugs).", "needs 1 of its 3 parts"),
}


@pytest.mark.parametrize("name", MANY)
def test_words_that_ask_for_another_number_of_parts_are_told(name: str, tmp_path: Path) -> None:
    old, new, needs = MANY[name]
    (told,) = found(tmp_path, changed(old, new))
    assert f": contrary: criterion(two_drugs) {needs}, and its words for that are “{SAID}”" in told


@pytest.mark.parametrize(
    "words",
    ["At least 2 of three drugs were taken.", "Two of them were taken.", "Drugs were taken, two or more."],
)
def test_words_that_ask_for_as_many_parts_as_the_rule_does_are_not(words: str, tmp_path: Path) -> None:
    assert found(tmp_path, changed(SAID, words)) == []


@pytest.mark.parametrize(
    ("words", "is_told"),
    [
        ("Both were taken.", False),
        ("Either was taken.", True),
        ("One of these was taken.", True),
        ("Both or any other were taken.", False),
        ("Two weeks of methotrexate went by.", False),
    ],
)
def test_words_for_all_of_two_parts_are_told_where_they_ask_for_one(
    words: str, *, is_told: bool, tmp_path: Path
) -> None:
    rules = changed("Methotrexate as asked.", words)
    assert [": contrary: " in line for line in found(tmp_path, rules)] == [True] * is_told
