"""For each outcome that a record leaves possible, a patient who has it: a case that replays."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import clingo
import pytest

from lupa import Decision, KnowledgeBase
from lupa.pages.page import witness_text
from lupa.record.record import record_of
from lupa.record.strict_yaml import load
from lupa.rules.solver import Solver, Watch
from tests import oracle, worlds
from tests.command import as_bytes, command
from tests.explored import hopeful_world
from tests.slim import slim
from tests.small import otherwise, small_kb, vocabulary
from tests.times import times

EDITIONS = pytest.mark.parametrize(("policy", "edition"), oracle.EDITIONS)
LUPKYNIS: dict[str, Any] = {
    "request": {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"},
    "facts": {
        "age": 34,
        "diagnosis": {"only": ["lupus_nephritis"]},
        "active": {"only": ["lupus_nephritis"]},
        "taking": {"only": ["mycophenolate_mofetil"]},
        "attests": {
            "only": [
                "monitor_egfr",
                "monitor_blood_pressure",
                "monitor_serious_infections",
                "monitor_malignancies",
            ]
        },
        "live_vaccine": "no",
    },
}


NEAR, ABOUT = {"at_least": 98, "at_most": 102}, {"at_least": 539, "at_most": 541}


def lupkynis(request: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:
    return {
        "request": {**LUPKYNIS["request"], **(request or {})},
        "facts": {**LUPKYNIS["facts"], **facts},
    }


def random_records(seed: str, count: int, policy: str, edition: str) -> Iterator[dict[str, Any]]:
    dice = random.Random(f"{seed} {policy} {edition}")
    for _ in range(count):
        yield worlds.case_with_gaps(
            dice.choice((worlds.random_world, hopeful_world))(dice, policy),
            worlds.random_gaps(dice, dice.choice((4, 10, 30))),
            policy,
            edition,
        )


ON_RECORD = ("at_least(egfr,0)", "at_least(systolic,50)", "at_least(diastolic,20)")
"""Whether there is such a number at all: that there is none, a case says by its silence alone."""


def check(kb: KnowledgeBase, case: dict[str, Any], decision: Decision) -> None:
    """Each witness replays, agrees with the record, and leaves nothing of the outcome open."""
    expected = decision.possible if decision.outcome == "pend" else ()
    assert tuple(w.outcome for w in decision.witnesses) == expected
    edition = kb.edition(decision.policy, decision.edition)
    (question,) = kb.questions(case)
    for witness in decision.witnesses:
        replayed = json.loads(json.dumps(witness.case))
        again = kb.decide(replayed)
        assert (again.edition, again.outcome, again.missing) == (decision.edition, witness.outcome, ())
        unsaid = {f: v for f, v in question.record.assumed.items() if f in ON_RECORD}
        assert {a.fact: a.value for a in again.assumptions}.items() <= unsaid.items()
        record, problems = record_of(replayed, edition)
        assert not problems
        assert question.record.stated.items() <= whole(kb, replayed).items()
        assert question.record.assumed.items() <= whole(kb, replayed).items()
        assert record.assumed == unsaid
        for key in ("policy", "drug", "service_date"):
            assert replayed["request"].get(key) == case["request"].get(key)


def whole(kb: KnowledgeBase, case: dict[str, Any]) -> dict[str, bool]:
    """Every fact of a case that leaves none open, those that a law gives included."""
    (question,) = kb.questions(case)
    with question:
        certain = {f: question.certain(x) for f, x in question.edition.literals.items()}
        assert all(so or question.certain(-question.edition.literals[f]) for f, so in certain.items())
    return certain


@pytest.mark.slow
@EDITIONS
def test_each_possible_outcome_has_a_patient_whose_case_replays(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    pends = 0
    for case in random_records("witness", 30, policy, edition):
        decision = kb.decide(case)
        check(kb, case, decision)
        pends += decision.outcome == "pend"
    assert pends > 2


@pytest.mark.mass
@EDITIONS
def test_each_possible_outcome_of_thousands_of_records_has_a_patient(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    for case in random_records("many witnesses", times(1_200), policy, edition):
        check(kb, case, kb.decide(case))


@pytest.mark.slow
def test_each_possible_outcome_of_the_shipped_cases_has_a_patient(kb: KnowledgeBase) -> None:
    for path in [*kb.examples().values()][::3]:
        case = load(path.read_text())
        for decision in kb.decide_all(case):
            check(kb, case, decision)


@pytest.mark.parametrize("policy", ["fep_lupkynis", "uhc_benlysta", "uhc_benlysta@2022E0046O"])
def test_where_nothing_is_stated_each_possible_outcome_has_a_patient(
    kb: KnowledgeBase, policy: str
) -> None:
    case = {"request": {"policy": policy}}
    check(kb, case, kb.decide(case))


@pytest.mark.slow
def test_what_was_asked_before_does_not_change_a_byte() -> None:
    cases = [
        case for policy, edition in oracle.EDITIONS for case in random_records("bytes", 6, policy, edition)
    ]
    forth = KnowledgeBase.load()
    said = [forth.decide(case).to_json() for case in cases]
    back = KnowledgeBase.load()
    assert said == [back.decide(case).to_json() for case in reversed(cases)][::-1]


def test_a_witness_is_not_so_wherever_it_can_be(few: KnowledgeBase) -> None:
    case = {"request": {"policy": "uhc_benlysta"}}
    (question,) = few.questions(case)
    found = {w.outcome: whole(few, w.case) for w in witnesses_of(few, case)}
    edition = question.edition
    with question:
        for outcome, literal in question.outcomes.items():
            held = [*question.statements, literal]
            for fact, silent in edition.literals.items():
                can_be_false = edition.solver.satisfiable([*held, -silent])
                assert found[outcome][fact] is not can_be_false
                held.append(-silent if can_be_false else silent)


def witnesses_of(kb: KnowledgeBase, case: dict[str, Any]) -> Any:
    return kb.decide(case).witnesses


# ---- the first of all worlds -------------------------------------------------------------------


def worlds_of(clauses: list[list[int]], atoms: int) -> list[tuple[bool, ...]]:
    return [
        world
        for world in itertools.product((False, True), repeat=atoms)
        if all(any(world[abs(x) - 1] is (x > 0) for x in clause) for clause in clauses)
    ]


def test_the_first_world_is_the_one_in_which_each_atom_in_turn_is_false_where_it_can_be() -> None:
    dice = random.Random("first worlds")
    some = 0
    for _ in range(100):
        clauses = [
            [dice.choice((1, 1, -1)) * atom for atom in dice.sample(range(1, 8), dice.randint(1, 3))]
            for _ in range(dice.randint(2, 14))
        ]
        clauses += dice.choice(([], [], [[4], [-4]]))
        control = clingo.Control()
        control.add("base", [], "{ a(1..7) }.")
        control.ground([("base", [])])
        atoms = [control.symbolic_atoms[clingo.Function("a", [clingo.Number(n)])] for n in range(1, 8)]
        literals = [atom.literal for atom in atoms if atom is not None]
        with control.backend() as backend:
            for clause in clauses:
                backend.add_rule(
                    [], [-literals[abs(x) - 1] if x > 0 else literals[abs(x) - 1] for x in clause]
                )
        found = Solver(control, Watch()).least([], literals)
        expected = worlds_of(clauses, 7)
        some += len(expected) > 1
        first = (
            [literal for literal, so in zip(literals, expected[0], strict=True) if so] if expected else None
        )
        assert first == found
    assert some > 25


def test_an_atom_that_only_seemed_to_be_needed_is_false_in_the_first_world() -> None:
    # without the first, nothing is possible, which only a search shows; without both, that is plain
    control = clingo.Control()
    control.add(
        "base",
        [],
        """
        { first; spare; x; y }.
        second :- not spare.
        :- not first, not second.
        :- not first, x, y.  :- not first, x, not y.  :- not first, not x, y.  :- not first, not x, not y.
        """,
    )
    control.ground([("base", [])])
    named = {str(atom.symbol): atom.literal for atom in control.symbolic_atoms}
    assert [named["first"]] == Solver(control, Watch()).least([], [named["first"], named["second"]])


# ---- the numbers of a witness ------------------------------------------------------------------


def numbers(kb: KnowledgeBase, case: dict[str, Any], *names: str) -> dict[str, tuple[Any, ...]]:
    return {
        w.outcome: tuple({**w.case["request"], **w.case["facts"]}.get(name) for name in names)
        for w in witnesses_of(kb, case)
    }


@pytest.mark.parametrize(
    ("request_", "approved", "cut"),
    [
        ({"months": None}, (12,), (13,)),
        ({"months": {"at_least": 11}}, (12,), (13,)),
        ({"months": {"more_than": 11, "less_than": 13}}, (12,), (12.5,)),
        ({"months": {"at_least": 12, "at_most": Decimal("12.5")}}, (12,), (12.25,)),
    ],
)
def test_a_number_left_open_is_a_plain_one_beside_the_limit(
    kb: KnowledgeBase, request_: dict[str, Any], approved: Any, cut: Any
) -> None:
    assert numbers(kb, lupkynis(request_), "months") == {"approve": approved, "modify": cut}


@pytest.mark.parametrize(
    ("request_", "approved", "cut"),
    [
        ({"capsules": None}, (None, None, 540), (None, None, 541)),
        ({"capsules": None, "days_supply": 90}, (None, 90, 540), (None, 90, 541)),
        ({"capsules_per_90_days": None}, (None, None, 540), (None, None, 541)),
        ({"capsules": 600}, (600, 100, None), (600, 99, None)),
        ({"capsules": 600, "days_supply": {"at_least": 95}}, (600, 100, None), (600, 99, None)),
        (
            {"capsules": 541, "days_supply": {"at_least": 90, "at_most": 91}},
            (541, 91, None),
            (541, 90, None),
        ),
        (
            {"capsules": {"at_least": 500}, "days_supply": 90},
            ({"at_least": 500}, 90, 540),
            ({"at_least": 500}, 90, 541),
        ),
        (
            {"capsules": 600, "days_supply": NEAR, "capsules_per_90_days": ABOUT},
            (600, 100, ABOUT),
            (600, NEAR, 541),
        ),
    ],
)
def test_a_rate_left_open_is_stated_by_its_second_part_or_directly(
    kb: KnowledgeBase, request_: dict[str, Any], approved: Any, cut: Any
) -> None:
    found = numbers(kb, lupkynis(request_), "capsules", "days_supply", "capsules_per_90_days")
    assert found == {"approve": approved, "modify": cut}


def test_what_a_case_says_of_a_number_is_kept(kb: KnowledgeBase) -> None:
    case = lupkynis(
        {"months": {"at_most": 6}, "capsules": 180, "days_supply": 30, "service_date": date(2025, 3, 1)},
        birth_date=date(1990, 5, 17),
        age={"more_than": 20},
        egfr=Decimal("60.5"),
        systolic=None,
        live_vaccine=None,
    )
    for witness in witnesses_of(kb, case):
        request, facts = witness.case["request"], witness.case["facts"]
        assert (request["months"], request["capsules"], request["days_supply"]) == ({"at_most": 6}, 180, 30)
        assert (request["service_date"], facts["birth_date"]) == ("2025-03-01", "1990-05-17")
        assert (facts["age"], facts["egfr"]) == ({"more_than": 20}, 60.5)
        assert "systolic" not in facts, "where it is open whether there is one, there need be none"


def test_a_number_with_more_digits_than_json_keeps_stays_on_its_side(kb: KnowledgeBase) -> None:
    case = lupkynis({"months": Decimal("12." + "0" * 25 + "1")}, live_vaccine=None)
    decision = kb.decide(case)
    assert decision.possible == ("deny", "modify")
    assert all(12 < w.case["request"]["months"] < 12.001 for w in decision.witnesses)
    check(kb, case, decision)


# ---- names that another policy knows -----------------------------------------------------------

OWN_WORDS = """
drug(newdrug). label(newdrug, "newdrug").
fact(frailty). frailty :- true(frailty).
fact_text(frailty, "The patient is frail.", "The patient is not frail."). question(frailty, "Frail?").
choice(own, (one; two)). usual(own, one). question(reading(own), "One or two?").
fact_text(reading(own), "{2}.", "Not {2}.").
"""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """A knowledge base with two policies on one drug, of which the second has words of its own."""
    folder = tmp_path_factory.mktemp("two") / "kb"
    slim(folder)
    first = folder / "policies" / "fep_lupkynis"
    second = folder / "policies" / "other_plan"
    second.mkdir()
    for path in Path(first).glob("*.lp"):
        words = path.read_text().replace("fep_lupkynis", "other_plan")
        if path.name == "policy.lp":
            words += OWN_WORDS
        (second / path.name).write_text(words)
    return KnowledgeBase.load(folder)


def test_what_only_another_policy_on_the_drug_knows_is_kept(two: KnowledgeBase) -> None:
    case = lupkynis(
        {"drug": "Lupkynis"},
        taking={"newdrug": True, "prednisone": True},
        frailty=True,
        reading={"own": "two"},
        live_vaccine=None,
    )
    del case["request"]["policy"]
    decisions = {d.policy: d for d in two.decide_all(case)}
    assert {d.outcome for d in decisions.values()} == {"pend"}
    for policy, decision in decisions.items():
        for witness in decision.witnesses:
            facts = witness.case["facts"]
            assert facts["frailty"] is True
            assert facts["reading"]["own"] == "two"
            taking = facts["taking"]
            assert taking.get("newdrug") or "newdrug" in taking["only"]
            assert "prednisone" in taking["only"]
            replayed = {d.policy: d.outcome for d in two.decide_all(witness.case)}
            assert replayed[policy] == witness.outcome


def test_what_is_of_one_value_without_another_argument_stays_it(tmp_path: Path) -> None:
    facts = (
        vocabulary(flags=("frail",))
        + """
fact(severity(Grade)) :- Grade = (mild; severe). severity(Grade) :- true(severity(Grade)).
single_valued(severity).
fact_text(severity, "It is {1}.", "It is not {1}."). question(severity, "How bad is it?").
"""
    )
    rules = "outcome(small, approve) :- severity(severe), frail.\n" + otherwise("approve", last="deny")
    kb = small_kb(tmp_path, facts, rules)
    decision = kb.decide({"request": {"policy": "small"}, "facts": {"severity": "severe"}})
    assert [(w.outcome, w.case["facts"]) for w in decision.witnesses] == [
        ("approve", {"frail": True, "severity": "severe"}),
        ("deny", {"frail": False, "severity": "severe"}),
    ]


# ---- the page ----------------------------------------------------------------------------------


def test_the_page_of_a_pend_ends_with_its_witnesses_as_cases(tmp_path: Path) -> None:
    case = lupkynis({"months": {"more_than": 11, "less_than": 13}, "service_date": "2025-03-01"})
    ended = command("decide", "-", "--witness", stdin=as_bytes(case))
    plain = command("decide", "-", stdin=as_bytes(case))
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(plain.out)
    for block in ended.out.removeprefix(plain.out).split("\n\n"):
        heading, _, text = block.strip().partition("\n")
        path = tmp_path / "witness.yaml"
        path.write_text(text)
        outcome = heading.removeprefix("A patient for whom it is ").removesuffix(":")
        again = command("decide", str(path), "--json")
        assert json.loads(again.out)["outcome"] == outcome


def test_a_settled_case_says_that_it_has_no_witnesses(kb: KnowledgeBase) -> None:
    plain = command("decide", "-", stdin=as_bytes(LUPKYNIS))
    ended = command("decide", "-", "--witness", stdin=as_bytes(LUPKYNIS))
    said = witness_text(kb.decide(LUPKYNIS))
    assert said == "\nOne outcome is possible, whatever else is so: no patient shows another."
    assert ended.out == f"{plain.out}{said}\n"


def test_a_letter_has_no_witnesses() -> None:
    ended = command("decide", "-", "--witness", "--format", "markdown", stdin=as_bytes(LUPKYNIS))
    assert (ended.status, ended.out) == (2, "")
    assert "--witness goes with text" in ended.err
