"""A letter says what a notice has to say of a decision, and nothing else of the patient."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from lupa import CaseError, KnowledgeBase, RuleError
from lupa.cli.main import lupa
from lupa.schema import schemas
from tests import explored, oracle
from tests.slim import slim
from tests.times import times

EDITIONS = pytest.mark.parametrize(("policy", "edition"), oracle.EDITIONS)
DENIED = "lupkynis_alongside_bars_benlysta"


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def reasons(decision: Any) -> list[Any]:
    return [*decision.bases, *(c for c in decision.criteria if c.status == "unmet")]


@EDITIONS
def test_a_denial_holds_all_that_is_needed_and_no_other_fact_of_the_patient(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    dice = random.Random(f"letter {policy} {edition}")
    denied = 0
    for number in range(times(50)):
        examined = explored.examine(kb, explored.random_case(dice, number, policy, edition))
        try:
            decision = kb.decide(examined.case)
        except CaseError:
            continue
        if decision.outcome != "deny":
            continue
        denied += 1
        text = in_one_line(kb.letter(examined.case).text)
        vocabulary = examined.edition.vocabulary
        told = {n.fact for r in reasons(decision) for each in r.needs for n in each}
        for fact in told:
            name = vocabulary.label(fact.partition("(")[2].rstrip(")")) if "(" in fact else fact
            assert (
                vocabulary.words(fact, True) in text
                or vocabulary.words(fact, False) in text
                or name in text
            )
        told |= {cause.fact for reason in reasons(decision) for cause in reason.because}
        said = {reason.text for reason in reasons(decision)}
        for fact, value in examined.stated.items():
            words = vocabulary.words(fact, value)
            if fact not in told and fact not in vocabulary.requested and words not in said:
                assert words not in text
    assert denied >= times(5)


def test_a_letter_says_what_was_asked_for_why_by_which_text_and_how_to_go_on(kb: KnowledgeBase) -> None:
    found = kb.letter(kb.case(DENIED), fields={"plan_name": "Plan", "appeal_text": "Write to us."}).text
    assert max(map(len, found.splitlines())) <= 80
    letter = in_one_line(found)
    for words in (
        "Plan [plan address: to be filled in]",
        "Your request is not approved You",
        "You asked us to cover belimumab. It is requested for lupus nephritis.",
        "The period asked for: 12 months. From 2025-03-01.",
        "- Benlysta is combined with Lupkynis (voclosporin) or Saphnelo (anifrolumab). The patient takes",
        "What would meet this: One of these: The patient does not take voclosporin. Or: Voclosporin is",
        "UnitedHealthcare Benlysta, Coverage Rationale, lupus nephritis, initial therapy, item 3",
        "appeal. Write to us.",
    ):
        assert words in letter


def test_a_letter_in_json_keeps_its_schema(kb: KnowledgeBase) -> None:
    jsonschema.validate(json.loads(kb.letter(kb.case(DENIED)).to_json()), schemas(kb)["letter"])


def test_what_no_case_holds_is_marked_until_it_is_given(kb: KnowledgeBase) -> None:
    found = kb.letter(kb.case(DENIED), fields={"member_name": "A. Member"})
    assert "A. Member" in found.text
    assert "member_name" not in found.unfilled
    assert "member_number" in found.unfilled
    assert "[member number: to be filled in]" in found.text


def test_a_field_that_the_letter_does_not_have_is_refused_with_those_that_it_has(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match="fields: the letter has no 'member_nam'; it has plan_name"):
        kb.letter(kb.case(DENIED), fields={"member_nam": "A. Member"})


def test_html_is_escaped_and_a_pend_asks_with_its_reason(kb: KnowledgeBase) -> None:
    case = kb.case(DENIED)
    case["facts"] = {"age": 34}
    found = kb.letter(case, to="member", form="html", fields={"member_name": "<b>A & B</b>"})
    assert found.outcome == "pend"
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in found.text
    assert "Your prescriber asked us" in found.text
    assert "What we need to know, and why" in found.text
    asked = kb.decide(case).missing[0]
    assert asked.question in found.text
    assert asked.source.partition(";")[0] in found.text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lupkynis_for_thirteen_months", "12 months can be authorized"),
        ("lupkynis_for_twelve_months", "We approve what you asked for."),
        ("subcutaneous_benlysta_is_out_of_scope", "The policy does not speak of this request."),
    ],
)
def test_each_outcome_has_its_letter(kb: KnowledgeBase, name: str, words: str) -> None:
    assert words in kb.letter(kb.case(name), form="markdown").text


def test_an_approval_tells_the_unusual_reading_on_which_it_rests(kb: KnowledgeBase) -> None:
    case = kb.case("lupkynis_for_twelve_months")
    case["facts"]["reading"] = {"antimalarial_as_background": "counts"}
    assert "We read it so: An antimalarial counts as background therapy." in in_one_line(
        kb.letter(case).text
    )


def test_a_policy_brings_its_own_template_and_a_wrong_one_is_told_with_its_line(tmp_path: Path) -> None:
    folder = slim(tmp_path / "kb")
    own = folder / "policies" / "uhc_benlysta" / "letters" / "letter.txt"
    own.parent.mkdir()
    own.write_text("Dear {{ field('name') }}: {{ outcome }}.", encoding="utf-8")
    kb = KnowledgeBase.load(folder)
    assert kb.letter(kb.case(DENIED), fields={"name": "A"}).text == "Dear A: deny."
    own.write_text("\n{% if %}", encoding="utf-8")
    with pytest.raises(RuleError, match=r"letters/letter.txt:2: .*; mend the template"):
        kb.letter(kb.case(DENIED))
    own.write_text("{{ nothing }}", encoding="utf-8")
    with pytest.raises(RuleError, match=r"letters/letter.txt: 'nothing' is undefined"):
        kb.letter(kb.case(DENIED))


def test_the_command_reads_fields_from_a_file(tmp_path: Path) -> None:
    fields = tmp_path / "fields.yaml"
    run = CliRunner().invoke
    fields.write_text("plan_name: Our Plan\nmember_number: 12\n", encoding="utf-8")
    told = run(lupa, ["letter", "--example", DENIED, "--fields", str(fields), "--json"]).output
    assert "Our Plan" in told
    assert '"outcome": "deny"' in told
    fields.write_text("- a list", encoding="utf-8")
    found = run(lupa, ["letter", "--example", DENIED, "--fields", str(fields)])
    assert "a file of fields gives a text for each name" in str(found.exception)
    found = run(lupa, ["letter", "--example", DENIED, "--fields", str(tmp_path / "none.yaml")])
    assert "none.yaml: cannot be read: No such file or directory" in str(found.exception)
