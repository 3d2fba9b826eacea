"""Relations of several arguments in a case, codes in the place of names, and what is closed or unread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lupa import CaseError, KnowledgeBase, RuleError
from lupa.record.edits import edited
from lupa.record.naming import facts_named
from lupa.record.record import Record, record_of
from lupa.schema import schemas
from tests.small import otherwise, small_kb, vocabulary

FACTS = (
    vocabulary(flags=("frail",))
    + """
drug(methotrexate). drug(leflunomide). reason(intolerance). reason(no_response).
alias(methotrexate, "MTX").
fact(tried(Drug, Reason)) :- drug(Drug), reason(Reason).
tried(Drug, Reason) :- true(tried(Drug, Reason)).
fact_text(tried, "{1}: {2}.", "{1}: no {2}.").
question(tried, "{1}: {2}?").
fact(taking(Drug)) :- drug(Drug).
taking(Drug) :- true(taking(Drug)).
fact_text(taking, "{1} is taken.", "{1} is not taken.").
question(taking, "Is {1} taken?").
single_valued(stage).
fact(stage(Drug, Number)) :- drug(Drug), Number = (early; late).
stage(Drug, Number) :- true(stage(Drug, Number)).
fact_text(stage, "{1} was {2}.", "{1} was not {2}.").
question(stage, "When was {1}?").
quantity(weeks_on(Drug), "weeks", 0, 100) :- drug(Drug).
label(weeks_on, "weeks on {1}").
fact(at_least(weeks_on(Drug), 12)) :- drug(Drug).
at_least(weeks_on(Drug), 12) :- true(at_least(weeks_on(Drug), 12)).
code(atc, "L04AX03", drug(methotrexate), equivalent, "The same substance.").
code(atc, "L04A", drug(methotrexate), broader, "A group of substances.").
code(atc, "L04AX", drug(methotrexate), narrower, "For these tests.").
code(atc, "TWO", drug(methotrexate), equivalent, "For these tests.").
code(atc, "TWO", drug(leflunomide), equivalent, "For these tests.").
code(atc, "REASON", reason(intolerance), equivalent, "For these tests.").
"""
)
RULES = (
    "outcome(small, approve) :- tried(_, _), taking(_), frail, stage(_, late), at_least(weeks_on(_), 12).\n"
    + otherwise("approve", last="deny")
)
REQUEST = {"policy": "small"}


@pytest.fixture
def kb(tmp_path: Path) -> KnowledgeBase:
    return small_kb(tmp_path, FACTS, RULES)


def read(kb: KnowledgeBase, facts: Mapping[str, Any]) -> Record:
    record, problems = record_of({"request": REQUEST, "facts": facts}, kb.edition("small"))
    assert problems == []
    return record


def refused(kb: KnowledgeBase, facts: Mapping[str, Any]) -> str:
    with pytest.raises(CaseError) as caught:
        kb.decide({"request": REQUEST, "facts": facts})
    return str(caught.value)


# ---- relations ---------------------------------------------------------------------------------


def test_a_list_within_a_relation_says_what_is_so_and_nothing_else(kb: KnowledgeBase) -> None:
    assert read(kb, {"tried": {"MTX": ["intolerance"]}}).stated == {"tried(methotrexate,intolerance)": True}


NUMBERED = (
    vocabulary(flags=("frail",))
    + """
single_valued(grade).
fact(grade(1..3)). grade(Grade) :- true(grade(Grade)).
fact_text(grade, "The grade is {1}.", "The grade is not {1}."). question(grade, "Which grade?").
fact(line(1..2)). line(Line) :- true(line(Line)).
fact_text(line, "Line {1}.", "No line {1}."). question(line, "Line {1}?").
"""
)


def test_a_value_that_is_a_whole_number_is_said_with_quotes_or_without(tmp_path: Path) -> None:
    kb = small_kb(
        tmp_path,
        NUMBERED,
        "outcome(small, approve) :- grade(3), line(2).\n" + otherwise("approve", last="deny"),
    )
    for grade in (3, "3"):
        decision = kb.decide({"request": REQUEST, "facts": {"grade": grade, "line": ["2"]}})
        assert decision.outcome == "approve"
    assert refused(kb, {"grade": 4}) == "facts.grade: a name is expected, not 4"
    assert refused(kb, {"grade": True}) == "facts.grade: a name is expected, not true"
    assert refused(kb, {"line": [2]}) == "facts.line[0]: a name is expected, not 2; write '2', in quotes"
    schema = jsonschema.Draft202012Validator(schemas(kb)["case"])
    assert [schema.is_valid({"request": REQUEST, "facts": {"grade": g}}) for g in (3, "3", True)] == [
        True,
        True,
        False,
    ]


def test_of_what_has_one_value_and_no_rule_reads_one_is_taken_as_the_schema_says(tmp_path: Path) -> None:
    kb = small_kb(tmp_path, FACTS, RULES.replace("stage(_, late), ", ""))
    schema = jsonschema.Draft202012Validator(schemas(kb)["case"])
    one, two = ({"stage": {"methotrexate": said}} for said in ("late", ["early", "late"]))
    assert schema.is_valid({"request": REQUEST, "facts": one})
    assert kb.decide({"request": REQUEST, "facts": one}).outcome == "pend"
    assert not schema.is_valid({"request": REQUEST, "facts": two})
    assert refused(kb, two).startswith("facts.stage.methotrexate: ")


def test_a_mapping_within_a_relation_says_what_it_names(kb: KnowledgeBase) -> None:
    said = {"methotrexate": {"intolerance": "no", "no_response": None}, "leflunomide": None}
    assert read(kb, {"tried": said}).stated == {"tried(methotrexate,intolerance)": False}


def test_what_stands_behind_the_name_of_a_drug_is_told_and_not_read(kb: KnowledgeBase) -> None:
    record = read(kb, {"tried": {"MTX 15 mg weekly": ["intolerance"]}})
    assert record.stated == {"tried(methotrexate,intolerance)": True}
    assert [(each.place, each.text) for each in record.remarks] == [
        (
            "facts.tried.MTX 15 mg weekly",
            "'MTX 15 mg weekly' was read as methotrexate; what stands behind the name is not read.",
        )
    ]


def test_of_what_is_single_valued_all_can_be_left_open(few: KnowledgeBase) -> None:
    case = {"request": {"policy": "uhc_benlysta"}, "facts": {"reading": None}}
    assumed = [each.fact for each in few.decide(case).assumptions]
    assert [fact for fact in assumed if fact.startswith("reading")] == []


def test_only_within_a_relation_closes_just_that_part(kb: KnowledgeBase) -> None:
    record = read(kb, {"tried": {"methotrexate": {"only": ["intolerance"]}}})
    assert record.stated == {
        "tried(methotrexate,intolerance)": True,
        "tried(methotrexate,no_response)": False,
    }
    assert record.closed == {"tried(methotrexate,no_response)"}


def test_only_around_a_relation_closes_all_of_it_but_what_stands_beside(kb: KnowledgeBase) -> None:
    said = {"only": {"methotrexate": ["intolerance"]}, "leflunomide": {"no_response": None}}
    record = read(kb, {"tried": said})
    assert record.stated == {
        "tried(methotrexate,intolerance)": True,
        "tried(methotrexate,no_response)": False,
        "tried(leflunomide,intolerance)": False,
    }
    assert record.closed == {"tried(methotrexate,no_response)", "tried(leflunomide,intolerance)"}


def test_what_a_complete_list_leaves_out_settles_the_outcome(kb: KnowledgeBase) -> None:
    complete: list[dict[str, Any]] = [{"tried": {"only": {}}}, {"taking": {"only": []}}]
    silent: list[dict[str, Any]] = [{"tried": {}}, {"taking": []}]
    assert [_possible(kb, facts) for facts in complete] == [("deny",)] * 2
    assert [_possible(kb, facts) for facts in silent] == [("approve", "deny")] * 2


def _possible(kb: KnowledgeBase, facts: Mapping[str, Any]) -> tuple[str, ...]:
    return kb.decide({"request": REQUEST, "facts": facts}).possible


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            {"tried": ["methotrexate"]},
            (
                "facts.tried[0]: says of methotrexate no more; write {methotrexate: a list of what is so "
                "([intolerance]) or a mapping ({intolerance: yes})}"
            ),
        ),
        (
            {"tried": "methotrexate"},
            "facts.tried: a mapping ({methotrexate: ...}) is expected, not 'methotrexate'",
        ),
        (
            {"taking": {"only": 5}},
            (
                "facts.taking.only: all that is so is expected, such as a list of what is so "
                "([methotrexate]) or a mapping ({methotrexate: yes}), not 5"
            ),
        ),
        ({"taking": [5]}, "facts.taking[0]: a name is expected, not 5"),
        ({"stage": "late"}, "facts.stage: a mapping such as {methotrexate: early} is expected, not 'late'"),
        ({"weeks_on": 14}, "facts.weeks_on: a mapping such as {methotrexate: 3} is expected, not 14"),
    ],
)
def test_what_is_no_way_to_say_it_is_refused_with_one_that_is(
    kb: KnowledgeBase, facts: Mapping[str, Any], message: str
) -> None:
    assert refused(kb, facts) == message


def test_what_is_single_valued_has_a_value_for_each_of_its_arguments(kb: KnowledgeBase) -> None:
    assert read(kb, {"stage": {"MTX": "late"}}).stated == {"stage(methotrexate,late)": True}


def test_a_number_is_said_of_each_of_its_arguments(kb: KnowledgeBase) -> None:
    record = read(kb, {"weeks_on": {"MTX": 14}})
    assert record.stated == {"at_least(weeks_on(methotrexate),12)": True}
    assert read(kb, {"weeks_on": None}).stated == {}


# ---- editing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "sets", "unset", "after"),
    [
        (
            {"tried": {"MTX": ["intolerance"]}},
            [("tried.methotrexate.no_response", True)],
            [],
            {"tried": {"MTX": {"intolerance": True, "no_response": True}}},
        ),
        ({"tried": {"MTX": ["intolerance"]}}, [], ["tried(methotrexate,intolerance)"], {}),
        (
            {},
            [("tried(leflunomide,no_response)", False)],
            [],
            {"tried": {"leflunomide": {"no_response": False}}},
        ),
        (
            {"taking": None},
            [("taking.MTX", True)],
            [],
            {"taking": {"leflunomide": None, "methotrexate": True}},
        ),
        (
            {"taking": {"only": ["MTX", "leflunomide"]}},
            [],
            ["taking.methotrexate"],
            {"taking": {"only": ["leflunomide"], "methotrexate": None}},
        ),
        (
            {"stage": {"methotrexate": "late"}},
            [("stage(methotrexate,early)", True)],
            [],
            {"stage": {"methotrexate": "early"}},
        ),
        ({"weeks_on": {"methotrexate": 3}}, [], ["weeks_on"], {}),
        ({}, [("weeks_on.methotrexate", 14)], [], {"weeks_on": {"methotrexate": 14}}),
        (
            {},
            [("tried", {"MTX": {"intolerance": True}})],
            [],
            {"tried": {"methotrexate": {"intolerance": True}}},
        ),
        (
            {},
            [("tried", {"only": {"MTX": ["intolerance"]}})],
            [],
            {"tried": {"only": {"MTX": ["intolerance"]}}},
        ),
        (
            {"tried": {"only": {"methotrexate": ["intolerance"]}}},
            [],
            ["tried.methotrexate.intolerance"],
            {"tried": {"only": {}, "methotrexate": {"intolerance": None}}},
        ),
    ],
)
def test_members_of_relations_are_edited_one_by_one(
    kb: KnowledgeBase, before: dict[str, Any], sets: list[Any], unset: list[str], after: dict[str, Any]
) -> None:
    case = {"request": REQUEST, "facts": before}
    assert edited(case, sets, unset, kb.edition("small"))["facts"] == after


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("tried.MTX", ["tried(methotrexate,intolerance)", "tried(methotrexate,no_response)"]),
        ("tried(methotrexate,intolerance)", ["tried(methotrexate,intolerance)"]),
        ("stage.methotrexate", ["stage(methotrexate,early)", "stage(methotrexate,late)"]),
        ("weeks_on.leflunomide", ["at_least(weeks_on(leflunomide),12)"]),
        ("at_least(weeks_on(leflunomide),12)", ["at_least(weeks_on(leflunomide),12)"]),
        ("frail", ["frail"]),
    ],
)
def test_a_name_means_all_facts_that_begin_so(kb: KnowledgeBase, name: str, facts: list[str]) -> None:
    assert facts_named(kb.edition("small"), name) == facts


# ---- codes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["L04AX03", "l04ax03", "atc:L04AX03", "atc|L04AX03", "L04AX"])
def test_a_code_states_what_it_is_equivalent_to_or_narrower_than(kb: KnowledgeBase, code: str) -> None:
    assert read(kb, {"taking": [code]}).stated == {"taking(methotrexate)": True}


def test_a_code_that_is_broader_states_nothing_and_is_kept_as_a_suggestion(kb: KnowledgeBase) -> None:
    record = read(kb, {"taking": ["L04A"]})
    assert record.stated == {}
    assert [(s.fact, str(s.code), s.value) for s in record.suggested] == [
        ("taking(methotrexate)", "atc L04A", True)
    ]


def test_what_is_not_so_of_a_broader_code_is_not_so_of_its_meaning(kb: KnowledgeBase) -> None:
    assert read(kb, {"taking": {"L04A": False}}).stated == {"taking(methotrexate)": False}
    narrower = read(kb, {"taking": {"L04AX": False}})
    assert (narrower.stated, [s.value for s in narrower.suggested]) == ({}, [False])


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("rxnorm:L04AX03", "'rxnorm' is no code system known here; known are atc"),
        ("TWO", "the code 'TWO' means leflunomide and methotrexate; name one of them"),
        ("REASON", "the code 'REASON' means reason(intolerance), which does not belong here"),
    ],
)
def test_a_code_that_means_nothing_here_is_refused(kb: KnowledgeBase, code: str, message: str) -> None:
    assert refused(kb, {"taking": [code]}) == f"facts.taking[0]: {message}"
    place = "facts.stage" if ":" in code else f"facts.stage.{code}"
    assert refused(kb, {"stage": {code: "late"}}) == f"{place}: {message}"


@pytest.mark.parametrize(
    "row",
    [
        'code(atc, "X", drug(methotrexate), alike, "Ground.").',
        'code(atc, "X", drug(methotrexate, equivalent, "Ground.").',
        'code(atc, "X", drug(methotrexate), equivalent).',
    ],
)
def test_a_row_of_codes_that_is_none_is_refused_where_it_is_looked_up(tmp_path: Path, row: str) -> None:
    kb = small_kb(tmp_path, f"{FACTS}{row}\n", RULES)
    with pytest.raises(RuleError) as caught:
        kb.decide({"request": REQUEST, "facts": {"taking": ["X"]}})
    assert str(caught.value).startswith(f"{row}: ")
    assert 'code(System, "Code", Meaning, Relation, "Ground"). on a line of its own' in str(caught.value)
