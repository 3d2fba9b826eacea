"""Plans where several members are asked the same and it matters only how many of them are how."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import clingo
import pytest

from lupa import KnowledgeBase, SpaceLimitError
from lupa.answers import branches, counting, tree
from lupa.answers import plan as planning
from lupa.answers.exploration import Plan
from lupa.answers.orbits import Orbits
from lupa.answers.senses import Senses
from lupa.compiled import cubes
from lupa.compiled.formula import Of, Said, Some
from lupa.pages.exploring import ask_text
from lupa.pages.sentences import UNTOLD
from lupa.record.edits import stated
from lupa.rules.alike import interchangeable
from lupa.rules.files import shipped
from lupa.rules.ground import Rule
from tests import brute, explored, small
from tests.slim import slim
from tests.times import times

NOTHING_SAID = {"request": {"policy": small.POLICY}}
FACTS = """
drug(({drugs})).
fact(tried(Drug, End)) :- drug(Drug), end(End).
end((failed; harmed)).
tried(Drug, End) :- true(tried(Drug, End)).
fact_text(tried, "{{1}} {{2}}.", "Not {{1}} {{2}}."). question(tried, "{{1}} {{2}}?").
asked_together(tried). group_question(tried, "What was tried?"). member_text(tried, "{{1}}: {{2}}").
quantity(weeks(Drug), "weeks", 0, 100) :- drug(Drug).
label(weeks(Drug), "the time on {{1}}") :- drug(Drug).
fact(at_least(weeks(Drug), Cut)) :- drug(Drug), cut(Cut).
cut({cuts}).
at_least(weeks(Drug), Low) :- true(at_least(weeks(Drug), Low)).
impossible(order(Drug)) :- at_least(weeks(Drug), 24), not at_least(weeks(Drug), 12).
asked_together(weeks). group_question(weeks, "For how long?").
"""
LOCAL = (
    "tried(Drug, failed), at_least(weeks(Drug), 12)",
    "tried(Drug, harmed)",
    "tried(Drug, failed), not tried(Drug, harmed)",
    "at_least(weeks(Drug), 12), not tried(Drug, harmed)",
    "at_least(weeks(Drug), {last})",
    "drug(Drug), not tried(Drug, failed)",
)
"""What a rule may say of one drug."""


def random_policy(dice: random.Random) -> tuple[str, str]:
    """Facts and rules that count drugs, which are asked for in two relations, beside a fact or two."""
    drugs = ("red", "green", "blue")
    cuts = dice.choice(("12", "12; 24"))
    flags = ("adult",) if dice.random() < 0.7 else ()
    facts = small.vocabulary(flags=flags) + FACTS.format(drugs="; ".join(drugs), cuts=cuts)
    rules = []
    for name in ("good", "bad"):
        of = [f"drug({drugs[0]}), Drug = {drugs[0]}", "drug(Drug)"][dice.random() < 0.85]
        chosen = dice.sample(LOCAL, dice.choice((1, 2)))
        rules += [f"{name}(Drug) :- {of}, {local.format(last=cuts[-2:])}." for local in chosen]
        rules.append(f"many({name}) :- #count {{ Drug : {name}(Drug) }} >= {dice.choice((1, 2, 2, 3))}.")
    adult = dice.choice(("", *(f", {sign}{flag}" for flag in flags for sign in ("", "not "))))
    rules.append(f"outcome(small, approve) :- policy(small), many(good){adult}.")
    rules.append("outcome(small, refer) :- policy(small), many(bad), not outcome(small, approve).")
    rules.append(small.otherwise("approve", "refer", last="deny"))
    return facts, "\n".join(rules)


COUNTED = "outcome(small, approve) :- policy(small), many.\n" + small.otherwise("approve", last="deny")
ANSWERS = "\n".join(re.findall(r"(?m)^answer_text\(.*", (shipped("kb") / "asking.lp").read_text("utf-8")))
"""The words of answers."""


@pytest.mark.parametrize(
    ("rules", "ends", "answers"),
    [
        (
            "many :- 1 <= #count { Drug : tried(Drug, failed) } <= 2.",
            "failed; harmed",
            ["1 to 2 of red, green, blue: failed", "anything else"],
        ),
        (
            "many :- not tried(red, harmed), #count { Drug : tried(Drug, failed), Drug != red } <= 1.",
            "failed; harmed",
            ["no more than 1 of green, blue: failed; and not red: harmed", "anything else"],
        ),
        (
            (
                "others(N) :- N = 1..2, N <= #count { Drug : tried(Drug, failed), Drug != red }.\n"
                "many :- tried(red, failed). many :- tried(red, harmed), others(1). many :- others(2)."
            ),
            "failed; harmed",
            [
                (
                    "red: nothing of these; and no more than 1 of green, blue: failed; or else red: harmed "
                    "and not failed; and none of green, blue: failed"
                ),
                "anything else",
            ],
        ),
        (
            (
                "few(Drug) :- drug(Drug), #count { End : tried(Drug, End) } >= 2.\n"
                "many :- #count { Drug : few(Drug) } >= 2."
            ),
            "failed; harmed; stopped",
            [
                "no more than 1 of red, green, blue: 2 or more of failed, harmed, stopped",
                "2 or more of red, green, blue: 2 or more of failed, harmed, stopped",
            ],
        ),
        (
            (
                "few(Drug) :- drug(Drug), #count { End : tried(Drug, End) } = 1.\n"
                "many :- #count { Drug : few(Drug) } >= 2."
            ),
            "failed; harmed; stopped",
            [
                "no more than 1 of red, green, blue: 1 of failed, harmed, stopped",
                "2 or more of red, green, blue: 1 of failed, harmed, stopped",
            ],
        ),
        (
            (
                "impossible(both) :- 2 <= #count { Drug : tried(Drug, failed) }.\n"
                "many :- 1 <= #count { Drug : tried(Drug, failed) }."
            ),
            "failed; harmed",
            ["none of red, green, blue: failed", "1 or more of red, green, blue: failed"],
        ),
        (
            (
                "fact(barred(Drug)) :- drug(Drug). barred(Drug) :- true(barred(Drug)).\n"
                "asked_together(barred).\n"
                'fact_text(barred, "{1} barred.", "{1} not barred."). question(barred, "Is {1} barred?").\n'
                'group_question(barred, "Which are barred?"). member_text(barred, "{1}").\n'
                "new(Drug) :- drug(Drug), not barred(Drug), at_least(weeks(Drug), 12).\n"
                "many :- #count { Drug : new(Drug) } >= 2."
            ),
            "failed; harmed",
            [
                "no more than 1 of red, green, blue",
                "2 or more of red, green, blue",
                "no more than 1 of those answered “no”: 12 weeks or more",
                "2 or more of those answered “no”: 12 weeks or more",
            ],
        ),
        (
            (
                "new(Drug) :- drug(Drug), not tried(Drug, failed), not tried(Drug, harmed), "
                "at_least(weeks(Drug), 12).\nmany :- #count { Drug : new(Drug) } >= 2."
            ),
            "failed; harmed",
            [
                "no more than 1 of red, green, blue: failed or harmed",
                "2 or more of red, green, blue: failed or harmed",
                "no more than 1 of those answered “nothing of these”: 12 weeks or more",
                "2 or more of those answered “nothing of these”: 12 weeks or more",
            ],
        ),
    ],
)
def test_an_answer_says_in_few_words_how_many_are_how(
    rules: str, ends: str, answers: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_member(monkeypatch)
    plan = counting_kb(tmp_path, rules, ends).plan(NOTHING_SAID)
    assert [branch.answer for step in plan.steps for branch in step.branches] == answers


def test_whom_an_answer_speaks_of_is_said_by_what_they_were_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red and green must have failed for long, two of three others too; any that harmed counts at once."""
    by_member(monkeypatch)
    facts = FACTS.format(drugs="red; green; blue; grey; pink", cuts="12")
    rules = (
        "old(red; green). new(blue; grey; pink).\n"
        "good(Drug) :- tried(Drug, failed), at_least(weeks(Drug), 12).\n"
        "good(Drug) :- tried(Drug, harmed).\n"
        "one :- good(Drug), old(Drug).\nmany :- one, #count { Drug : good(Drug), new(Drug) } >= 2.\n"
    )
    kb = small.small_kb(tmp_path / "kb", small.vocabulary() + facts + ANSWERS, f"{rules}\n{COUNTED}")
    tried, *others = kb.plan(NOTHING_SAID).steps
    assert (
        "none of red, green: harmed; and 1 or more of them: failed; "
        "and 2 or more of blue, grey, pink: harmed"
    ) in [branch.answer for branch in tried.branches]
    assert (
        "1 or more of those of red, green answered “failed and not harmed”: 12 weeks or more; "
        "and 2 or more of those of blue, grey, pink answered “failed and not harmed”: 12 weeks or more"
    ) in [branch.answer for step in others for branch in step.branches]


SORE = """
condition(sore). label(sore, "a sore"). indication(sore).
step((methotrexate; leflunomide)).
asks_of_earlier_treatment(Drug) :- step(Drug).
cut_point(at_least(weeks_on(Drug), 12)) :- step(Drug).
frame(sore_policy, sore, initial, c1).
requires(sore_policy, sore, initial, failed, c1).
met(sore_policy, failed) :- step(Drug), tried(Drug, inadequate_response), at_least(weeks_on(Drug), 12).
text(sore_policy, criterion(failed), "One failed.", "None failed.").
excluded(sore_policy, beside(Drug)) :- step(Drug), taking(Drug).
text(sore_policy, basis(beside(Drug)), "Not beside {1}.", "{1} is not taken.") :- step(Drug).
cites(sore_policy, basis(beside(Drug)), c1) :- step(Drug).
clause(sore_policy, c1, criterion, "Item", "All of it.").
"""


def test_of_an_answer_that_tells_nothing_of_whom_one_speaks_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once one drug was taken for long it no longer matters for how long each was."""
    by_member(monkeypatch)
    own = slim(tmp_path / "kb", "uhc_benlysta", "fep_lupkynis") / "policies" / "sore_policy"
    own.mkdir(parents=True)
    about = (
        'policy(sore_policy). payer(sore_policy, "Nobody"). document(sore_policy, "Document").\n'
        'edition(sore_policy, "1", "2024-01-01"). covers(sore_policy, sirolimus).\n'
        "cites(sore_policy, drug, c1)."
    )
    (own / "about.lp").write_text(about)
    (own / "policy.lp").write_text(SORE)
    case = {"request": {"policy": "sore_policy", "indication": "sore", "phase": "initial"}, "facts": {}}
    plan = KnowledgeBase.load(tmp_path / "kb").plan(case)
    told = {branch.answer: branch.outcome for step in plan.steps for branch in step.branches}
    whom = "those answered “no adequate response”"
    assert told[f"none of {whom}: 12 weeks or more"] == "deny"
    assert {told[f"none of {whom}"], told[f"1 or more of {whom}"]} == {"approve", "deny"}


def test_whom_an_answer_speaks_of_is_said_in_one_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is as good as tried where all were stopped; a drug that failed counts, stopped or not."""
    by_member(monkeypatch)
    rules = (
        "good(Drug) :- tried(Drug, failed), at_least(weeks(Drug), 12).\nmany :- good(_).\n"
        "many :- tried(_, harmed).\nmany :- #count { Drug : tried(Drug, stopped) } >= 3.\n"
    )
    plan = counting_kb(tmp_path, rules, "failed; harmed; stopped").plan(NOTHING_SAID)
    answers = [branch.answer for step in plan.steps for branch in step.branches]
    assert [answer for answer in answers if "or else" in answer] == []
    assert (
        "none of red, green, blue: harmed; and none of them: failed and not stopped; "
        "and 1 or more of them: failed; and 1 or more of the others: not stopped"
    ) in answers
    assert "1 or more of those answered “failed and not harmed”: 12 weeks or more" in answers


def test_those_who_may_have_been_answered_anything_are_called_by_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two drugs must have failed, and two, these or others, must have been taken for long."""
    by_member(monkeypatch)
    counts = "#count { Drug : tried(Drug, failed) }, 2 <= #count { Drug : at_least(weeks(Drug), 12) }"
    plan = counting_kb(tmp_path, f"many :- 2 <= {counts}.", "failed; harmed").plan(NOTHING_SAID)
    every, all_failed = "red, green, blue", "those answered “failed”"
    assert [branch.answer for step in plan.steps for branch in step.branches] == [
        *(f"{count} of {every}: failed" for count in ("no more than 1", 2, 3)),
        *(f"{count} of {every}: 12 weeks or more" for count in ("no more than 1", "2 or more")),
        *(f"{count} of {all_failed}: 12 weeks or more" for count in ("no more than 1", "2 or more")),
    ]


def test_members_without_words_of_their_own_say_what_is_said_of_which(
    tmp_path: Path,
) -> None:
    facts = FACTS.format(drugs="red; green", cuts="12").replace('member_text(tried, "{1}: {2}").', "")
    rules = "many :- #count { Drug : tried(Drug, failed) } >= 1."
    kb = small.small_kb(tmp_path / "kb", small.vocabulary() + facts, f"{rules}\n{COUNTED}")
    plan = kb.plan(NOTHING_SAID)
    assert [branch.answer for step in plan.steps for branch in step.branches] == [
        "none",
        "one of red: failed, green: failed",
    ]


SEEN = """
fact(seen(Drug, End)) :- drug(Drug), end(End).
seen(Drug, End) :- true(seen(Drug, End)).
fact_text(seen, "{1} {2} seen.", "Not {1} {2} seen."). question(seen, "{1} {2} seen?").
asked_together(seen). group_question(seen, "What was seen?"). member_text(seen, "{1}: {2}").
"""


def test_members_that_one_answer_tells_apart_are_asked_what_bears_on_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_member(monkeypatch)
    rules = "".join(
        f"few(Drug) :- tried(Drug, {end}), not tried(Drug, {other}), seen(Drug, {end}).\n"
        for end, other in (("failed", "harmed"), ("harmed", "failed"))
    )
    rules += f"many :- #count {{ Drug : few(Drug) }} >= 2.\n{COUNTED}"
    tried, *_ = FACTS.partition("quantity(weeks")
    facts = small.vocabulary() + tried.format(drugs="red; green") + SEEN
    plan = small.small_kb(tmp_path / "kb", facts, rules).plan(NOTHING_SAID)
    assert longest_way(plan, rows_of(facts + rules)) == plan.questions == 2


def test_a_cut_point_that_only_the_law_of_its_number_reads_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red has two cut points, of which the policy reads one; so it is like green, which has that one."""
    by_member(monkeypatch)
    facts = FACTS.format(drugs="red; green", cuts="12") + "fact(at_least(weeks(red), 24)).\n" + ANSWERS
    rules = "many :- #count { Drug : tried(Drug, failed), at_least(weeks(Drug), 12) } >= 2."
    kb = small.small_kb(tmp_path / "kb", small.vocabulary() + facts, f"{rules}\n{COUNTED}")
    plan = kb.plan(NOTHING_SAID)
    rows = rows_of(small.vocabulary() + facts + f"{rules}\n{COUNTED}")
    assert longest_way(plan, rows) == plan.questions == 2
    assert [step.facts for step in plan.steps] == [
        ("tried(red,failed)", "tried(green,failed)"),
        ("at_least(weeks(red),12)", "at_least(weeks(green),12)"),
    ]


def test_where_the_ways_of_counting_are_too_many_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_member(monkeypatch)
    monkeypatch.setattr(counting, "_MOST_CELLS", 1)
    kb = counting_kb(tmp_path, "many :- #count { Drug : tried(Drug, failed) } >= 2.", "failed; harmed")
    with pytest.raises(SpaceLimitError, match="more than 1 parts"):
        kb.plan(NOTHING_SAID)


def test_where_the_ways_of_counting_are_too_many_it_is_told_of_which_drugs_an_answer_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branches, "_MOST_WAYS", 3)
    rules = "many :- 2 <= #count { Drug : tried(Drug, failed), not tried(Drug, harmed) }."
    facts = small.vocabulary() + FACTS.format(drugs="red; green; blue", cuts="12") + ANSWERS
    (asked,) = small.small_kb(tmp_path / "kb", facts, f"{rules}\n{COUNTED}").ask(NOTHING_SAID).questions
    for world, outcome in rows_of(f"{facts}{rules}\n{COUNTED}").items():
        assert [answer.possible for answer in asked.answers if brute.holds(answer.when, world)] == [
            (outcome,)
        ]


def test_a_question_with_far_too_many_ways_to_answer_is_asked_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no cough three ways lead to an outcome; of more, nothing is told."""
    monkeypatch.setattr(cubes, "_MOST_CELLS", 1)
    rules = (
        "outcome(small, approve) :- policy(small), sign(fever), sign(rash).\n"
        "outcome(small, approve) :- policy(small), sign(cough), not sign(rash).\n"
    ) + small.otherwise("approve", last="deny")
    vocabulary = small.vocabulary(signs=("fever", "rash", "cough"))
    kb = small.small_kb(tmp_path / "kb", vocabulary + ANSWERS, rules)
    monkeypatch.setattr(cubes, "_MOST_PATHS", 3)
    without_cough = kb.ask({**NOTHING_SAID, "facts": {"sign": {"cough": False}}})
    ((known,), (untold,)) = without_cough.questions, (every := kb.ask(NOTHING_SAID)).questions
    assert {answer.possible for answer in known.answers} == {("approve",), ("deny",)}
    assert [(member.fact, untold.answers) for member in untold.members] == [
        (f"sign({sign})", ()) for sign in ("fever", "rash", "cough")
    ]
    assert (UNTOLD in ask_text(without_cough), UNTOLD in ask_text(every)) == (False, True)


def counting_kb(folder: Path, rules: str, ends: str) -> KnowledgeBase:
    """A policy that approves where there are `many`, of three drugs that can have come to these ends."""
    facts = FACTS.format(drugs="red; green; blue", cuts="12").replace("(failed; harmed)", f"({ends})")
    return small.small_kb(folder / "kb", small.vocabulary() + facts + ANSWERS, f"{rules}\n{COUNTED}")


def asked_with(fact: str) -> str:
    """The question that a fact is asked by."""
    return "weeks" if "weeks" in fact else fact.partition("(")[0]


def smallest(rows: Mapping[frozenset[str], str], facts: Sequence[str]) -> int:
    """How many questions the best tree promises at most, by every order of them, for these worlds."""
    if len(set(rows.values())) == 1:
        return 0
    found = []
    for name in dict.fromkeys(map(asked_with, facts)):
        rest = [fact for fact in facts if asked_with(fact) != name]
        parts: dict[frozenset[str], dict[frozenset[str], str]] = {}
        for world, outcome in rows.items():
            parts.setdefault(world.difference(rest), {})[world.intersection(rest)] = outcome
        found.append(1 + max(smallest(part, rest) for part in parts.values()))
    return min(found)


def rows_of(program: str) -> dict[frozenset[str], str]:
    """The outcome of every world, by a control of its own."""
    control = clingo.Control(["0"], logger=lambda *_: None)
    control.add("base", [], program + " { true(Fact) } :- fact(Fact). :- impossible(_). policy(small).")
    control.ground()
    found = {}
    with control.solve(yield_=True) as models:
        for model in models:
            atoms = model.symbols(atoms=True)
            (outcome,) = (str(atom.arguments[1]) for atom in atoms if atom.match("outcome", 2))
            true = frozenset(str(atom.arguments[0]) for atom in atoms if atom.match("true", 1))
            found[true] = outcome
    return found


def longest_way(plan: Plan, rows: Mapping[frozenset[str], str]) -> int:
    """How many steps it takes at most that each world is led to its outcome, by one branch a step."""
    longest = 0
    for world, outcome in rows.items():
        step, count, before = 1 if plan.steps else None, 0, set[str]()
        ended: str | None = None if plan.steps else plan.decision.outcome
        while step is not None:
            at = plan.steps[step - 1]
            assert at.id not in before, "asked twice"
            before.add(at.id)
            (branch,) = (branch for branch in at.branches if brute.holds(branch.when, world))
            step, ended, count = branch.step, branch.outcome, count + 1
        assert ended == outcome
        longest = max(longest, count)
    return longest


def by_member(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is too much that is not counted."""
    monkeypatch.setattr(planning, "_MANY", 0)


@pytest.mark.parametrize("few", [4, 0], ids=["each kind apart", "all kinds together"])
@pytest.mark.parametrize("seed", range(times(12)))
def test_a_plan_that_counts_is_as_small_as_any(
    seed: int, few: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "_FEW_KINDS", few)
    facts, rules = random_policy(random.Random(seed))
    kb = small.small_kb(tmp_path / "kb", facts, rules)
    plain = kb.plan(NOTHING_SAID)
    by_member(monkeypatch)
    counted = KnowledgeBase.load(tmp_path / "kb").plan(NOTHING_SAID)
    rows = rows_of(facts + rules)
    assert (counted.questions, counted.cost) == (plain.questions, plain.cost)
    assert (
        longest_way(counted, rows) == counted.questions == smallest(rows, sorted(frozenset().union(*rows)))
    )


def test_two_of_five_classes_are_one_step_for_each_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was on what long enough is asked once, whichever classes are left open by what was tried."""
    by_member(monkeypatch)
    drugs = [f"{kind}{number}" for kind in "abcde" for number in (1, 2)]
    of_class = " ".join(f"of({drug[0]}, {drug})." for drug in drugs)
    facts = small.vocabulary(flags=("adult",)) + FACTS.format(drugs="; ".join(drugs), cuts="12") + ANSWERS
    rules = (
        f"{of_class} tried_well(Drug) :- tried(Drug, harmed).\n"
        "tried_well(Drug) :- tried(Drug, failed), at_least(weeks(Drug), 12).\n"
        "many :- adult, 2 <= #count { Class : of(Class, Drug), tried_well(Drug) }.\n"
    )
    plan = small.small_kb(tmp_path / "kb", facts, rules + COUNTED).plan(NOTHING_SAID)
    assert (plan.questions, [step.id for step in plan.steps]) == (3, ["adult", "tried", "weeks"])
    dice = random.Random("classes")
    for _ in range(200):
        how_many = dice.randint(0, 4)
        tried = {(drug, dice.choice(("failed", "harmed"))) for drug in dice.sample(drugs, how_many)}
        long = {drug for drug in drugs if dice.random() < 0.5}
        well = {drug[0] for drug, end in tried if end == "harmed" or drug in long}
        world = frozenset(
            {"adult", *(f"tried({drug},{end})" for drug, end in tried)}
            | {f"at_least(weeks({drug}),12)" for drug in long}
        )
        longest_way(plan, {world: "approve" if len(well) >= 2 else "deny"})


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("= 1", "For exactly 1 of red, green, blue: it failed."),
        ("= 2", "For exactly 2 of red, green, blue: it failed."),
        (">= 2", "For 2 or more of red, green, blue: it failed."),
        ("<= 1", "For 2 or more of red, green, blue: not it failed."),
    ],
)
def test_what_a_rule_counts_is_told_as_a_count(rules: str, told: str, tmp_path: Path) -> None:
    kb = counting_kb(
        tmp_path, f"many :- #count {{ Drug : tried(Drug, failed) }} {rules}.", "failed; harmed"
    )
    (way,) = kb.meaning(small.POLICY).pathways
    assert next(ends.sense.text for ends in way.outcomes if ends.sense) == told


def test_exactly_one_of_facts_that_say_different_things_is_told_so(tmp_path: Path) -> None:
    facts = small.vocabulary(flags=("early", "late"))
    rules = f"many :- early, not late.\nmany :- late, not early.\n{COUNTED}"
    (way,) = small.small_kb(tmp_path / "kb", facts, rules).meaning(small.POLICY).pathways
    approved = way.outcomes[0].sense
    assert approved is not None
    assert approved.text == "Exactly 1 of these is so: it is so that late; it is so that early."
    assert [part.least for part in approved.parts] == [1, 1]


def test_of_a_range_it_is_not_said_that_just_so_many_are_so(tmp_path: Path) -> None:
    edition = counting_kb(tmp_path, "many :- tried(_, failed).", "failed; harmed").edition(small.POLICY)
    facts = [f"tried({drug},failed)" for drug in ("red", "green", "blue")]
    so, not_so = (tuple(Said(v, value) for v in range(3)) for value in (True, False))
    told = Senses([edition], facts).sense(Of(True, (Some(1, so), Some(1, not_so))))
    assert [part.text for part in told.parts] == [
        "For 1 or more of red, green, blue: it failed.",
        "For 1 or more of red, green, blue: not it failed.",
    ]
    just = Senses([edition], facts).sense(Of(True, (Some(1, so), Some(2, not_so))))
    assert just.text == "For exactly 1 of red, green, blue: it failed."


# ---- members that can change places, and flips about them ----------------------------------------

FACTS_OF = ("tried({0},failed)", "tried({0},harmed)", "at_least(weeks({0}),12)")


def changing_places(kb: KnowledgeBase) -> list[set[str]]:
    """The drugs that the rules do not tell apart, by classes."""
    edition = kb.edition(small.POLICY)
    members = [
        tuple(
            edition.literals[fact.format(drug)]
            for fact in FACTS_OF
            if fact.format(drug) in edition.literals
        )
        for drug in ("red", "green", "blue")
    ]
    found = interchangeable(edition.program.rules, edition.outcomes.values(), [members])
    return [{edition.asking.of(edition.facts[member[0]]) for member in each} for each in found]


FREE = [Rule(True, (fact,), ()) for fact in (1, 2, 3)]
EACH = [Rule(False, (9,), (fact,)) for fact in (1, 2, 3)]


@pytest.mark.parametrize(
    ("further", "alike"),
    [
        ([], [[(1,), (2,), (3,)]]),
        ([Rule(True, (8,), (3,))], [[(1,), (2,)]]),
        ([Rule(False, (3,), (7,)), Rule(False, (8,), (3,))], [[(1,), (2,)]]),
    ],
)
def test_a_member_on_which_a_choice_hangs_or_that_a_rule_gives_is_like_no_other(
    further: list[Rule], alike: list[list[tuple[int, ...]]]
) -> None:
    assert interchangeable([*FREE, *EACH, *further], [9], [[(1,), (2,), (3,)]]) == alike


@pytest.mark.parametrize(
    ("rules", "classes"),
    [
        ("many :- #count { Drug : tried(Drug, failed) } >= 2.", [{"red", "green", "blue"}]),
        ("many :- tried(One, failed), tried(Other, failed), One < Other.", [{"red", "green", "blue"}]),
        ("many :- tried(One, failed), tried(Other, harmed), One < Other.", []),
        ("many :- tried(red, failed). many :- tried(Drug, harmed).", [{"green", "blue"}]),
        (
            "bad(Drug) :- tried(Drug, failed), not tried(Drug, harmed). many :- bad(Drug), Drug != blue.",
            [{"red", "green"}],
        ),
        ("many :- #sum { 2,Drug : tried(Drug, failed), Drug != red; 1,red : tried(red, failed) } >= 3.",
         [{"green", "blue"}]),
        ("bad(Drug) :- tried(Drug, failed). bad(Drug) :- bad(Drug), many. many :- bad(_).", []),
    ],
)  # fmt: skip
def test_just_members_that_no_rule_tells_apart_change_places(
    rules: str, classes: list[set[str]], tmp_path: Path
) -> None:
    assert changing_places(counting_kb(tmp_path, rules, "failed; harmed")) == classes


@pytest.mark.slow
def test_what_changes_places_leaves_every_outcome_as_it_is(tmp_path: Path) -> None:
    alike = 0
    for seed in range(times(12)):
        facts, rules = random_policy(random.Random(seed))
        rows = rows_of(facts + rules)
        for each in changing_places(small.small_kb(tmp_path / str(seed), facts, rules)):
            for one, other in itertools.combinations(sorted(each), 2):
                names = {one: other, other: one}
                assert rows == {
                    frozenset(re.sub(r"\w+", lambda word: names.get(word[0], word[0]), f) for f in world): o  # noqa: B023
                    for world, o in rows.items()
                }
                alike += 1
    assert alike >= times(12)


def test_sets_are_the_same_of_any_members_that_are_alike() -> None:
    orbits = Orbits([[[1, 2], [3, 4], [5, 6]], [[7], [8]]])
    assert sorted(map(sorted, orbits.of([1, 4, 9]))) == sorted(
        sorted([one, other + 1, 9]) for one, other in itertools.permutations((1, 3, 5), 2)
    )
    assert sorted(map(sorted, orbits.of([1, 3, 7]))) == sorted(
        sorted([*pair, last]) for pair in itertools.combinations((1, 3, 5), 2) for last in (7, 8)
    )
    assert list(orbits.of([1, 3, 5, 9])) == [[9, 1, 3, 5]]
    assert list(orbits.of([])) == [[]]


@pytest.mark.slow
def test_the_cheapest_flips_are_found_where_members_are_alike(tmp_path: Path) -> None:
    ties = 0
    for seed in range(times(4)):
        dice, folder = random.Random(f"flips {seed}"), tmp_path / str(seed)
        facts, rules = random_policy(dice)
        kb = small.small_kb(folder, facts, rules)
        every = sorted(kb.edition(small.POLICY).literals)
        stays = dice.choice(("failed", "harmed", "at_least"))
        fixed = [fact for fact in every if stays in fact]
        said = {fact: dice.random() < 0.5 for fact in every if dice.random() < 0.3}
        case = stated(NOTHING_SAID, said, kb.edition(small.POLICY))
        costs = {fact: 2 for fact in every if dice.random() < 0.2}
        examined = explored.examine(kb, case, folder)
        possible = sorted(set(rows_of(facts + rules).values()))
        for to, most in itertools.product(possible, (1, 50)):
            answer = explored.check_all_flips(kb, examined, to, fixed, costs, most)
            assert answer is not None
            ties += answer.ties > 1
    assert ties >= times(4)
