"""A letter says what a notice has to say of a decision, and nothing else of the patient."""

from __future__ import annotations

import html
import json
import random
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from lupa import CaseError, KnowledgeBase, RuleError
from lupa.cli.main import lupa
from lupa.record.measured import months_on
from lupa.rules.days import last_day
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
        needs = [need for reason in reasons(decision) for each in reason.needs for need in each]
        for need in needs:
            words = vocabulary.words(need.fact, need.value)
            assert words in text or (need.about and need.about in text), (examined.case, need)
        told = {need.fact for need in needs}
        told |= {cause.fact for reason in reasons(decision) for cause in reason.because}
        said = {reason.text for reason in reasons(decision)}
        for fact, value in examined.stated.items():
            words = vocabulary.words(fact, value)
            if fact not in told and fact not in vocabulary.requested and words not in said:
                assert words not in text
    assert denied >= times(5)


def test_whoever_lacks_two_undertakings_is_told_that_both_are_needed(kb: KnowledgeBase) -> None:
    given = ["monitor_egfr", "monitor_blood_pressure"]
    case = {
        "request": {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"},
        "facts": {"attests": {"only": given}},
    }
    assert (
        "What would meet this: The prescriber agrees to monitor for serious infections. And besides: The "
        "prescriber agrees to monitor for malignancies."
    ) in in_one_line(kb.letter(case).text)


def test_a_letter_says_what_was_asked_for_why_by_which_text_and_how_to_go_on(kb: KnowledgeBase) -> None:
    found = kb.letter(kb.case(DENIED), fields={"plan_name": "Plan", "appeal_text": "Write to us."}).text
    assert max(map(len, found.splitlines())) <= 80
    letter = in_one_line(found)
    for words in (
        "Plan [plan address: to be filled in]",
        "Your request is not approved You",
        "You asked us to cover Benlysta (belimumab). It is requested for lupus nephritis.",
        "The period asked for: 12 months. From 2025-03-01.",
        "- Benlysta is combined with Lupkynis (voclosporin) or Saphnelo (anifrolumab). The patient takes",
        "What would meet this: any one of these. - The patient does not take voclosporin. - Voclosporin is",
        "UnitedHealthcare Benlysta, Coverage Rationale, lupus nephritis, initial therapy, item 3",
        "The policy asks for this: Benlysta is not combined with Lupkynis (voclosporin) or Saphnelo",
        "What to send - The current list of medicines, with doses and start dates. - The treatment plan,",
        "You may appeal. How to appeal Write to us.",
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


LUPKYNIS = {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"}


def with_request(kb: KnowledgeBase, name: str, **request: Any) -> dict[str, Any]:
    case = kb.case(name)
    return {**case, "request": {**case["request"], **request}}


def with_override(kb: KnowledgeBase) -> dict[str, Any]:
    case = kb.case(DENIED)
    return {**case, "facts": {**case["facts"], "override": {"state_mandate": True}}}


OUTCOMES = {
    "approve": (
        "Your request is approved",
        "We approve what you asked for.",
        "What can be authorized: 12 months",
        "The approval begins on 2025-03-01 and ends on 2026-02-28.",
        "Nothing more is needed.",
    ),
    "modify": (
        "Your request is approved in part",
        "The period asked for: 13 months.",
        "more was asked for than the policy allows.",
        "More than 12 months are asked for; 12 months can be authorized.",
        "The approval begins on 2025-03-01 and ends on 2026-02-28.",
        "You may appeal.",
    ),
    "deny": (
        "Your request is not approved",
        "The reasons follow.",
        "What would meet this:",
        "You may appeal.",
    ),
    "pend": (
        "We need more information to decide",
        "It is neither approved nor denied.",
        "What we need to know, and why",
        "It must be known whether this is so: The patient is an adult, 18 years or older.",
        "What to send",
        "Send us the answers",
    ),
    "refer": (
        "Your request is with a reviewer",
        "A person will decide it.",
        "A rule above the policy is stated, to which its text gives way.",
        "A state mandate supersedes the policy.",
        "We write to you when it is decided.",
    ),
    "out_of_scope": (
        "Your request does not fall under this policy",
        "The policy does not speak of this request.",
        "The policy speaks only of the intravenous infusion",
        "Ask us which policy or benefit covers this request.",
    ),
}


def case_of(kb: KnowledgeBase, outcome: str) -> dict[str, Any]:
    """A case that comes to this outcome."""
    if outcome == "pend":
        return {"request": LUPKYNIS}
    if outcome == "refer":
        return with_override(kb)
    if outcome in ("deny", "out_of_scope"):
        return kb.case({"deny": DENIED, "out_of_scope": "subcutaneous_benlysta_is_out_of_scope"}[outcome])
    asked = "lupkynis_for_twelve_months" if outcome == "approve" else "lupkynis_for_thirteen_months"
    return with_request(kb, asked, service_date="2025-03-01")


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_has_its_letter(kb: KnowledgeBase, outcome: str, form: Any) -> None:
    case = case_of(kb, outcome)
    found = kb.letter(case, form=form)
    assert found.outcome == outcome
    told = in_one_line(html.unescape(found.text))
    for words in OUTCOMES[outcome]:
        assert words in told
    assert ("How to appeal" in told) == (outcome in ("deny", "modify", "out_of_scope"))


def test_the_command_writes_what_is_written_without_fields(kb: KnowledgeBase) -> None:
    name = "lupkynis_alongside_bars_benlysta"
    ended = CliRunner().invoke(lupa, ["letter", "--example", name])
    assert (ended.exit_code, ended.output) == (0, f"{kb.letter(kb.case(name)).text}\n")


def test_a_denial_holds_what_a_notice_has_to_hold(kb: KnowledgeBase) -> None:
    """29 CFR 2560.503-1(g)(1): reason, provision, what is missing and why, how to appeal and until when."""
    letter = in_one_line(kb.letter(kb.case(DENIED)).text)
    for words in (
        "Benlysta is combined with Lupkynis",  # (i)
        "UnitedHealthcare Benlysta, Coverage Rationale, lupus nephritis, initial therapy, item 3",  # (ii)
        "What would meet this",  # (iii)
        "The policy asks for this",
        "What to send",
        "within 180 days",  # (iv)
        "civil action under section 502(a) of ERISA",
        "any rule or guideline that we relied on",  # (v)
        "If a medical judgment was made, we explain it free of charge",
        "ask for an urgent review",  # (vi)
    ):
        assert words in letter


def test_a_letter_has_no_name_that_only_a_program_reads(kb: KnowledgeBase) -> None:
    for name in sorted(kb.examples())[::12]:
        found = kb.letter(kb.case(name)).text
        assert "criteria_not_met" not in found
        assert re.findall(r"[a-z]+_[a-z]+", found) == [], name


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2025-03-01", 12, "2026-02-28"),
        ("2024-03-01", 12, "2025-02-28"),
        ("2023-03-01", 12, "2024-02-29"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-12-15", 6, "2026-06-14"),
    ],
)
def test_an_approval_ends_on_the_day_before_the_next_would_begin(start: str, months: int, end: str) -> None:
    assert last_day(date.fromisoformat(start), months) == date.fromisoformat(end)
    assert months_on(date.fromisoformat(start), date.fromisoformat(end) + timedelta(1)) == months
    assert months_on(date.fromisoformat(start), date.fromisoformat(end)) == months - 1


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"months": "12 months"}, "The period asked for: 12 months."),
        ({"months": {"at_most": 12}}, "The period asked for: at most 12 months."),
        ({"indication": "M32.14"}, "It is requested for lupus nephritis."),
        (
            {"capsules": "540", "days_supply": 90},
            "The quantity asked for: 540 capsules. The supply: 90 days.",
        ),
    ],
    ids=str,
)
def test_what_was_asked_for_is_told_however_it_is_written(
    kb: KnowledgeBase, request_: dict[str, Any], said: str
) -> None:
    case = {"request": {"policy": "fep_lupkynis", **request_}, "facts": {"age": 3}}
    assert said in " ".join(kb.letter(case).text.split())


def test_an_approval_without_a_date_leaves_its_days_to_be_filled_in(kb: KnowledgeBase) -> None:
    case = kb.case("lupkynis_for_twelve_months")
    case["request"].pop("service_date", None)
    found = kb.letter(case)
    assert {"start_date", "end_date"} <= set(found.unfilled)


def test_what_is_barred_is_not_told_as_what_would_do(kb: KnowledgeBase) -> None:
    case = kb.case(DENIED)
    case["facts"]["taking"] = {"only": []}
    letter = in_one_line(kb.letter(case).text)
    ways, _, barred = letter.partition("This would not do:")
    assert "voclosporin" not in ways.partition("What would meet this")[2]
    assert "The patient takes voclosporin. For then: Benlysta is combined with Lupkynis" in barred


@pytest.mark.parametrize("written", [("", "brand"), ("belimumab", "name")])
def test_a_brand_stands_beside_its_ingredient(kb: KnowledgeBase, written: tuple[str, str]) -> None:
    case = kb.case(DENIED)
    if written[0]:
        case["request"] = {**case["request"], "drug": written[0]}
    assert "Benlysta (belimumab)" in in_one_line(kb.letter(case).text)


def test_where_only_the_policy_was_named_it_is_the_brand_of_its_document(kb: KnowledgeBase) -> None:
    text = in_one_line(kb.letter(kb.case("lupkynis_541_capsules_for_90_days")).text)
    assert "You asked us to cover Lupkynis (voclosporin)." in text


def test_the_day_of_the_service_is_told_as_it_was_read(kb: KnowledgeBase) -> None:
    case = kb.case(DENIED)
    case["request"]["service_date"] = "March 25, 2025"
    assert "From 2025-03-25." in in_one_line(kb.letter(case).text)


def sent(text: str) -> list[str]:
    """What a letter in markdown asks to be sent."""
    _, _, rest = text.partition("## What to send\n")
    return [line[2:] for line in rest.partition("\n## ")[0].splitlines() if line.startswith("- ")]


def test_for_each_fact_that_is_missing_something_is_to_be_sent(kb: KnowledgeBase) -> None:
    for policy in kb.policies:
        case = {"request": {"policy": policy}, "facts": {}}
        found = sent(kb.letter(case, form="markdown").text)
        v = kb.edition(policy).vocabulary
        asked = {v.proof(missing.fact) for missing in kb.decide(case).missing}
        assert "" not in asked
        assert set(found) == asked


def test_what_has_no_words_of_its_own_is_asked_for_in_general_words(tmp_path: Path) -> None:
    folder = slim(tmp_path / "kb")
    facts = folder / "policies" / "fep_lupkynis" / "facts.lp"
    rows = [line for line in facts.read_text("utf-8").splitlines() if "proof_text(live_vaccine" not in line]
    facts.write_text("\n".join(rows) + "\n", "utf-8")
    case = {"request": {"policy": "fep_lupkynis"}, "facts": {}}
    assert (
        "A document that shows whether this is so: A live vaccine is given or planned during the requested "
        "period."
    ) in sent(KnowledgeBase.load(folder).letter(case, form="markdown").text)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize("to", ["provider", "member"])
def test_nobody_is_asked_how_a_text_is_meant(kb: KnowledgeBase, form: Any, to: Any) -> None:
    case = kb.case("lupkynis_with_the_antimalarial_reading_open")
    letter = kb.letter(case, form=form, to=to)
    told = in_one_line(letter.text)
    assert letter.outcome == "pend"
    assert ("What to send" in told, "What we need to know" in told) == (False, False)
    for words in (
        "We have not decided yet",
        "It is for us to settle. We ask you nothing about it.",
        "Does an antimalarial count as background immunosuppressive therapy?",
        "Nothing is needed from you now.",
    ):
        assert words in told


def test_beside_a_reading_that_is_open_the_prescriber_is_asked_for_the_rest(kb: KnowledgeBase) -> None:
    case = kb.case("lupkynis_with_the_antimalarial_reading_open")
    case["facts"]["live_vaccine"] = None
    told = kb.letter(case, form="markdown").text
    asked, _, rest = told.partition("### How the policy is read")
    assert ("live vaccine given" in asked, "antimalarial" in asked) == (True, False)
    assert "- Does an antimalarial count as background immunosuppressive therapy?" in rest
    assert sent(told) == ["The record of vaccines given, or planned."]


def test_a_letter_speaks_of_no_drug_as_one_that_has_no_name_here(kb: KnowledgeBase) -> None:
    """What this program has no name for is on no list of the plan; that is what its letter can say."""
    for name in kb.examples():
        if "name_here" in name:
            assert "name here" not in in_one_line(kb.letter(kb.case(name)).text), name


def test_what_is_left_to_fill_in_is_marked_in_print(kb: KnowledgeBase) -> None:
    found = kb.letter(kb.case(DENIED), form="html", fields={"plan_name": "A <Plan>"})
    assert "<mark>[member name: to be filled in]</mark>" in found.text
    assert "A &lt;Plan&gt;" in found.text


def test_in_print_who_decides_does_not_stand_alone_on_a_sheet(kb: KnowledgeBase) -> None:
    found = kb.letter(kb.case(DENIED), form="html").text
    assert re.search(r"footer \{[^}]*break-before: avoid", found)


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


def test_a_payer_brings_templates_for_all_of_its_policies(tmp_path: Path) -> None:
    folder = slim(tmp_path / "kb")
    own = folder / "letters" / "unitedhealthcare" / "appeal.jinja"
    own.parent.mkdir(parents=True)
    own.write_text("{% macro appeal() %}Call the plan.{% endmacro %}", encoding="utf-8")
    kb = KnowledgeBase.load(folder)
    letter = in_one_line(kb.letter(kb.case(DENIED)).text)
    assert "How to appeal Call the plan." in letter
    assert "Your request is not approved" in letter


def test_a_federal_employee_is_told_of_no_law_that_does_not_bind_the_plan(kb: KnowledgeBase) -> None:
    case = kb.case("lupkynis_for_thirteen_months")
    letter = in_one_line(kb.letter(case, to="member").text)
    assert "Office of Personnel Management" in letter
    assert "ERISA" not in letter


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
