"""The compiled policy says what the rules say, of every record."""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lupa import (
    CaseError,
    KnowledgeBase,
    RuleError,
    SpaceLimitError,
)
from lupa.compiled import compiler
from lupa.record.said import Record
from lupa.schema import schemas
from tests.drawn import compiled_says, decided, differences, gappy_record
from tests.random_policies import POLICY, Facts, Made, random_made
from tests.small import otherwise, small_kb, vocabulary

SHIPPED = ("fep_lupkynis@2024-10-01", "uhc_benlysta@2023-11-01", "uhc_benlysta@2022E0046O")


@pytest.mark.parametrize("policy", SHIPPED)
def test_the_compiled_policy_says_of_a_record_what_the_rules_say(kb: KnowledgeBase, policy: str) -> None:
    assert list(differences(kb, policy, 8)) == []


@pytest.mark.mass
@pytest.mark.parametrize("policy", SHIPPED)
def test_the_compiled_policy_says_of_thousands_what_the_rules_say(kb: KnowledgeBase, policy: str) -> None:
    assert list(differences(kb, policy, 5000, seed=2)) == []


def faulty_or_different(seed: int, folder: Path, count: int) -> str:
    """What is wrong with a knowledge base thrown by dice: nothing where both refuse it or agree."""
    kb = random_made(random.Random(seed)).written(folder)
    edition = kb.edition(POLICY)
    try:
        found = list(differences(kb, f"{POLICY}@{edition.name}", count, seed))
    except RuleError as error:
        told = str(error)
        return "" if "must give exactly one" in told or "no patient possible" in told else told
    return str(found) if found else ""


def test_random_policies_say_the_same_when_compiled(tmp_path: Path) -> None:
    assert [
        found for seed in range(8) if (found := faulty_or_different(seed, tmp_path / f"{seed}", 10))
    ] == []


@pytest.mark.mass
def test_hundreds_of_random_policies_say_the_same_when_compiled(tmp_path: Path) -> None:
    seeds = range(100, 500)
    assert [found for seed in seeds if (found := faulty_or_different(seed, tmp_path / f"{seed}", 30))] == []


# ---- what it refuses ---------------------------------------------------------------------------


def refused(kb: KnowledgeBase, rules: str) -> str:
    with pytest.raises(RuleError) as error:
        kb.compile(rules)
    return str(error.value)


def test_a_policy_with_a_world_of_two_outcomes_is_refused(tmp_path: Path) -> None:
    made = Made(
        Facts(),
        {
            POLICY: [
                "outcome(small, deny) :- tested",
                "requires(small, gout, initial, t, a)",
                "met(small, t) :- tested",
            ]
        },
    )
    assert refused(made.written(tmp_path), POLICY) == (
        "policy small: a world has deny and refer, where the rules of outcome/2 must give exactly one"
    )


def test_laws_that_leave_no_patient_are_refused(tmp_path: Path) -> None:
    laws = ["tested", "not tested"]
    made = Made(
        Facts(laws=laws), {POLICY: ["requires(small, gout, initial, t, a)", "met(small, t) :- tested"]}
    )
    assert refused(made.written(tmp_path), POLICY) == (
        "policy small: its laws together leave no patient possible"
    )


def test_a_policy_that_grows_too_large_is_told(kb: KnowledgeBase) -> None:
    with pytest.raises(SpaceLimitError, match="fep_lupkynis: compiled it would take more than 100 parts"):
        compiler.compiled(kb.edition("fep_lupkynis"), most=100)


def test_numbers_that_are_asked_for_together_stand_each_with_what_is_read_with_it(tmp_path: Path) -> None:
    facts = (
        vocabulary()
        + """
drug(1..14). fact(tried(Drug)) :- drug(Drug). tried(Drug) :- true(tried(Drug)).
fact_text(tried, "Drug {1} was tried.", "Drug {1} was not tried."). question(tried, "Was drug {1} tried?").
quantity(weeks(Drug), "weeks", 0, 100) :- drug(Drug). label(weeks, "the time on drug {1}").
fact(at_least(weeks(Drug), 12)) :- drug(Drug). at_least(Quantity, Low) :- true(at_least(Quantity, Low)).
asked_together(weeks). group_question(weeks, "How many weeks was each taken?").
"""
    )
    rules = "outcome(small, approve) :- tried(Drug), at_least(weeks(Drug), 12).\n"
    edition = small_kb(tmp_path, facts, rules + otherwise("approve", last="deny")).edition(POLICY)
    assert len(compiler.compiled(edition, most=2_000).nodes) == 2 * 14


@pytest.mark.parametrize(
    ("readings", "words"),
    [
        ({"comorbidity": "any"}, "fep_lupkynis has no reading 'comorbidity'; its readings are "),
        ({"term_limit": "cut"}, "term_limit is read as one of cap, criterion, not as 'cut'"),
    ],
)
def test_a_reading_that_the_policy_lacks_is_refused(
    kb: KnowledgeBase, readings: dict[str, str], words: str
) -> None:
    with pytest.raises(CaseError, match=words):
        kb.compile("fep_lupkynis", readings)


def test_a_record_of_what_the_policy_lacks_is_refused(kb: KnowledgeBase) -> None:
    compiled = kb.compile("fep_lupkynis", {"term_limit": "criterion"})
    with pytest.raises(CaseError) as error:
        compiled.verdict({"taking(aspirine)": True, "reading(term_limit,cap)": True})
    assert [problem.path for problem in error.value.problems] == [
        "taking(aspirine)",
        "reading(term_limit,cap)",
    ]


def test_a_record_may_say_of_a_reading_what_is_so_anyway(kb: KnowledgeBase) -> None:
    compiled = kb.compile("uhc_benlysta")
    said = {fact: so for fact, so in compiled.fixed.items() if fact.startswith("reading(")}
    assert said
    assert compiled.told(said) == compiled.told(dict.fromkeys(said)) == compiled.told({})


def test_a_reading_by_which_it_is_compiled_decides(kb: KnowledgeBase) -> None:
    edition = kb.edition("fep_lupkynis")
    dice = random.Random(3)
    record = next(
        record
        for _ in range(500)
        if (record := gappy_record(dice, edition, readings=False)).stated.get("more_than(months,12)")
        and (found := decided(edition, record))
        and found.outcome == "modify"
    )
    assert kb.compile("fep_lupkynis").verdict(record).outcome == "modify"
    assert kb.compile("fep_lupkynis", {"term_limit": "criterion"}).verdict(record.stated).outcome == "deny"


def test_of_a_record_that_contradicts_itself_the_facts_that_clash_are_named(kb: KnowledgeBase) -> None:
    record = {
        "active(lupus_nephritis)": True,
        "diagnosis(lupus_nephritis)": False,
        "diagnosis(sle)": True,
        "taking(prednisone)": True,
    }
    with pytest.raises(CaseError) as error:
        kb.compile("fep_lupkynis").verdict(record)
    assert [problem.message for problem in error.value.problems] == [
        "the record contradicts itself; these cannot all be so:",
        "Lupus nephritis is active. [active(lupus_nephritis) is true]".replace(". [", " ["),
        "Lupus nephritis is not diagnosed [diagnosis(lupus_nephritis) is false]",
    ]


@pytest.mark.parametrize("seed", range(4))
def test_worlds_are_counted_by_their_outcome(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    facts = Facts(drugs=("aspirin",), ages=(18, 65), conditions=("gout",), active=("gout",))
    rules = ["requires(small, gout, initial, t, a)", "met(small, t) :- tested, at_least(age, 18)"]
    rules.append("excluded(small, x) :- active(gout), smokes")
    compiled = Made(facts, {POLICY: rules}).written(tmp_path).compile(POLICY)
    names = [variable.fact for variable in compiled.variables]
    shares = {name: Fraction(dice.randint(1, 9), 10) for name in names}
    worlds: Counter[str] = Counter()
    weights: dict[str, Fraction] = {}
    for values in itertools.product((False, True), repeat=len(names)):
        world = dict(zip(names, values, strict=True))
        try:
            outcome = compiled.verdict(world).outcome
        except CaseError:
            continue
        worlds[outcome] += 1
        weight = prod(shares[name] if so else 1 - shares[name] for name, so in world.items())
        weights[outcome] = weights.get(outcome, Fraction(0)) + weight
    assert compiled.count(dict.fromkeys(names)) == worlds
    assert compiled.count(shares) == weights  # type: ignore[arg-type]  # a fraction is a share too
    assert sum(compiled.count({"tested": True, **dict.fromkeys(set(names) - {"tested"})}).values()) > 0


CLASH = (
    "the record contradicts itself; these cannot all be so:; "
    "Systemic lupus erythematosus is active [active(sle) is true]; "
    "Systemic lupus erythematosus is not diagnosed [diagnosis(sle) is false]"
)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"taking(voclosporin)": 1.5}, "taking(voclosporin): a probability is from 0 to 1, not 1.5"),
        (
            {"taking(voclosporin)": float("nan")},
            "taking(voclosporin): a probability is from 0 to 1, not nan",
        ),
        ({"taking(voclosporin)": "yes"}, "taking(voclosporin): true, false or null is expected, not 'yes'"),
        ({"active(sle)": True, "diagnosis(sle)": False}, CLASH),
    ],
)
def test_worlds_of_what_cannot_be_are_not_counted(
    kb: KnowledgeBase, record: dict[str, Any], words: str
) -> None:
    with pytest.raises(CaseError) as error:
        kb.compile("uhc_benlysta@2023-11-01").count(record)
    assert "; ".join(str(error.value).splitlines()) == words


def test_how_a_text_is_read_has_no_probability_once_it_is_settled(kb: KnowledgeBase) -> None:
    compiled = kb.compile("fep_lupkynis")
    (name, choice), *_ = compiled.readings.items()
    fact = f"reading({name},{choice})"
    assert compiled.count({fact: 1.0}) == compiled.count()
    for share in (0.5, 0.0):
        with pytest.raises(CaseError) as error:
            compiled.count({fact: share})
        assert "; compile it anew" in str(error.value)


@pytest.mark.parametrize("record", [{"taking(voclosporin)": "yes"}, {"taking(voclosporin)": 2}])
def test_a_record_says_no_more_than_true_and_false(kb: KnowledgeBase, record: dict[str, Any]) -> None:
    with pytest.raises(CaseError, match=r"^taking\(voclosporin\): true, false or null is expected, not "):
        kb.compile("uhc_benlysta@2023-11-01").verdict(record)


# ---- as JSON -----------------------------------------------------------------------------------


def outcomes_by(form: dict[str, object], record: Record) -> list[str]:
    """The possible outcomes, by the JSON alone: which values are reached from the outcome's node."""
    variables: list[dict[str, object]] = form["variables"]  # type: ignore[assignment]  # read from JSON
    nodes: list[list[int]] = form["nodes"]  # type: ignore[assignment]  # likewise
    names: list[str] = form["outcomes"]  # type: ignore[assignment]  # likewise
    said = {**record.assumed, **record.stated}
    reached: set[int] = set()
    waiting = [int(str(form["outcome"]))]
    while waiting:
        node = waiting.pop()
        if node in reached:
            continue
        reached.add(node)
        if node >= 0:
            variable, no, yes = nodes[node]
            so = said.get(str(variables[variable]["fact"]))
            waiting += [no] * (so is not True) + [yes] * (so is not False)
    return sorted(name for place, name in enumerate(names) if -4 - place in reached)


@pytest.mark.parametrize("policy", ["fep_lupkynis", "uhc_benlysta"])
def test_as_json_a_policy_decides_without_lupa(kb: KnowledgeBase, policy: str) -> None:
    edition, dice = kb.edition(policy), random.Random(7)
    compiled = kb.compile(policy, all_readings=True)
    form = json.loads(compiled.to_json())
    jsonschema.validate(form, schemas(kb)["compiled"])
    records = [gappy_record(dice, edition, readings=True) for _ in range(20)]
    lawful = [(record, found) for record in records if (found := compiled_says(compiled, record))]
    assert len(lawful) > 5
    assert [outcomes_by(form, record) for record, _ in lawful] == [
        list(found.possible) for _, found in lawful
    ]
