"""The pages that people read."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import click
import pytest

from lupa import KnowledgeBase
from lupa.answers.causes import UNLISTED
from lupa.answers.decision import Cause, Suggestion
from lupa.errors import printable
from lupa.pages.conditions import when
from lupa.pages.exploring import ask_text
from lupa.pages.markdown import escaped, markdown
from lupa.pages.onfile import policy_rows, policy_text
from lupa.pages.page import text, why_text
from lupa.pages.sentences import argument, assumed_sentences, cause_sentences
from lupa.pages.vocabulary import fact_rows, fact_text
from lupa.rules.spoken import said_of
from tests.rules.test_knowledge import DENIED, with_facts, with_request
from tests.small import otherwise, small_kb, vocabulary
from tests.tried import REQUEST, RULES, steps_kb


def plain(page: str) -> list[str]:
    return click.unstyle(page).splitlines()


def test_the_outcome_comes_first_and_a_person_decides_last(kb: KnowledgeBase) -> None:
    page = plain(text(kb.decide(DENIED)))
    assert page[0] == "DENY  uhc_benlysta, edition 2023-11-01"
    assert page[-1].endswith("A person decides.")


def test_what_is_not_met_stands_before_what_is(kb: KnowledgeBase) -> None:
    page = plain(text(kb.decide(DENIED)))
    assert page.index("Not met") < page.index("Met")


def test_a_long_row_of_facts_is_one_sentence(kb: KnowledgeBase) -> None:
    page = "\n".join(plain(text(kb.decide(with_facts(taking={"only": ["Saphnelo"]})))))
    assert "because The patient does not take mycophenolate mofetil" in page
    assert re.search(r"The same goes for\s+mycophenolic", page)


def test_a_denial_out_of_scope_tells_no_criteria(kb: KnowledgeBase) -> None:
    decision = kb.decide(with_request(route="SC"))
    page = plain(text(decision))
    assert page[0].startswith("OUT OF SCOPE")
    assert "Not met" not in page
    assert "pharmacy benefit" in markdown(decision)


def test_what_is_not_known_or_not_asked_about_is_told_as_it_is_written(kb: KnowledgeBase) -> None:
    taking = {"zorblax": True, "quux": False, "blorp": None, "prednisone": True}
    page = plain(text(kb.decide(with_facts(taking=taking, attests=["monitor_egfr"]))))
    aside = page.index("Not known here, and set aside as it is written")
    assert page[aside + 1 : aside + 4] == [
        "  facts.taking.zorblax: zorblax",
        "  facts.taking.quux: quux (said not to be so)",
        "  facts.taking.blorp: blorp (not known whether)",
    ]
    assert "Stated, but not asked about by this policy: attests(monitor_egfr)." in page


def test_what_a_code_suggests_is_told_with_the_question(kb: KnowledgeBase) -> None:
    ground, asked = "A lupus of any organ.", "Is lupus nephritis diagnosed?"
    suggested = Suggestion("M32.10", ground, "diagnosis(lupus_nephritis)", "It is.", asked)
    page = plain(text(dataclasses.replace(kb.decide(DENIED), suggestions=(suggested,))))
    told = page.index("Suggested, and not stated")
    assert page[told + 1] == "  M32.10 (A lupus of any organ): Is lupus nephritis diagnosed?"


def test_an_override_shows_what_it_supersedes(kb: KnowledgeBase) -> None:
    page = plain(text(kb.decide(with_facts(override=["state_mandate"]))))
    assert page[0].startswith("REFER")
    assert "Would be denied for, but for the override" in page


def test_many_reasons_are_counted(kb: KnowledgeBase) -> None:
    case = with_facts(taking=["voclosporin", "anifrolumab", "prednisone"])
    page = plain(why_text(kb.why(case, every=True)))
    assert any(line.startswith("4 minimal reasons") for line in page), page


def test_a_pend_has_no_reason_of_its_outcome(kb: KnowledgeBase) -> None:
    why = kb.why(with_request(phase=None, indication=None))
    assert why.reasons == ()
    assert not [line for line in plain(why_text(why)) if "minimal reason" in line]


def test_a_criterion_of_some_pathways_only_says_so(kb: KnowledgeBase) -> None:
    page = " ".join(plain(text(kb.decide(with_request(phase=None)))))
    assert "(on some of the possible pathways)" in " ".join(page.split())


def test_a_question_for_most_of_the_request_says_so(kb: KnowledgeBase) -> None:
    page = plain(text(kb.decide({"request": {"policy": "uhc_benlysta"}})))
    assert any("for most of what is open" in line for line in page)
    letter = markdown(kb.decide({"request": {"policy": "uhc_benlysta"}}))
    assert "and others" in letter


def test_a_question_that_serves_nothing_open_names_nothing(kb: KnowledgeBase) -> None:
    """Whether a rule supersedes the policy bears on no criterion, only on who decides."""
    page = plain(text(kb.decide(with_facts(override={"rare_disease": None}))))
    assert "    override(rare_disease)" in page


def test_how_the_text_is_read_is_for_the_plan_to_settle_and_stands_apart(kb: KnowledgeBase) -> None:
    case = kb.case("lupkynis_with_the_antimalarial_reading_open")
    question = "Does an antimalarial count as background immunosuppressive therapy?"
    decision = kb.decide(case)
    assert {missing.settled_by for missing in decision.missing} == {"plan"}
    assert decision.next.startswith("How the text is meant is for the plan to settle.")
    page = plain(text(decision))
    place = page.index("For the plan to settle: how the text is read")
    assert (page[place + 1], "Missing, the most decisive first" in page) == (f"  - {question}", False)
    assert f"### For the plan to settle: how the text is read\n\n- {question}" in markdown(decision)
    case["facts"]["live_vaccine"] = None
    both = kb.ask(case)
    assert both.decision.next == "Find out what is missing, the first question first."
    told = plain(ask_text(both))
    titles = [line for line in told if line.startswith(("Ask,", "For the plan", "1. ", "2. "))]
    assert titles == [
        "Ask, the most decisive first",
        "1. Is a live vaccine given, or planned, during the requested period?",
        "For the plan to settle: how the text is read",
        f"2. {question}",
    ]


@pytest.mark.parametrize("width", [10, 40, 80, 500])
def test_a_page_keeps_to_its_width(kb: KnowledgeBase, width: int) -> None:
    longest = max(map(len, plain(text(kb.decide(DENIED), width))))
    assert longest <= max(60, min(width, 100))


HOSTILE = "a <b>*bold*</b> [x](y) `z`\n\x1b[31mred"


def test_the_name_of_a_case_cannot_command_a_terminal(kb: KnowledgeBase) -> None:
    named: dict[str, Any] = {**DENIED, "case": HOSTILE}
    page = text(kb.decide(named))
    assert "\\n\\x1b[31mred" in click.unstyle(page).replace("\n", "").replace("      ", "")
    assert "\x1b[31mred" not in page


def test_the_name_of_a_case_means_nothing_in_a_letter(kb: KnowledgeBase) -> None:
    letter = markdown(kb.decide({**DENIED, "case": HOSTILE}))
    assert escaped(printable(HOSTILE)) in letter
    assert "<b>" not in letter


def test_a_letter_gives_reason_clause_and_next_step(kb: KnowledgeBase) -> None:
    letter = markdown(kb.decide(DENIED))
    assert "1. **Benlysta is combined with Lupkynis (voclosporin) or Saphnelo (anifrolumab).**" in letter
    assert "lupus nephritis, initial therapy, item 3*" in letter
    assert "### What next" in letter


def test_a_decision_that_assumes_nothing_says_nothing_of_it(kb: KnowledgeBase) -> None:
    decision = dataclasses.replace(kb.decide(DENIED), assumptions=())
    assert "Assumed" not in text(decision) + markdown(decision)


def test_what_is_assumed_is_told_in_the_same_words_in_markdown(kb: KnowledgeBase) -> None:
    decision = kb.decide(DENIED)
    (line,) = (line for line in markdown(decision).splitlines() if line.startswith("Assumed"))
    assert line == escaped(assumed_sentences(decision.assumptions))
    assert line in escaped(" ".join(click.unstyle(text(decision)).split()))


# ---- relations, choices and what is silent -----------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("live_vaccine", ("live_vaccine", "")),
        ("taking(voclosporin)", ("taking(.)", "voclosporin")),
        ("tried(methotrexate,intolerance)", ("tried(.,intolerance)", "methotrexate")),
        ("requested(phase,initial)", ("requested(phase,.)", "initial")),
        ("at_least(age,18)", ("at_least(age,18)", "")),
        ("at_least(weeks_on(methotrexate),12)", ("at_least(weeks_on(.),12)", "methotrexate")),
        ("measured(less_than(ldl,70),90)", ("measured(.,90)", "less_than(ldl,70)")),
    ],
)
def test_what_a_fact_says_is_told_from_what_it_says_it_of(fact: str, said: tuple[str, str]) -> None:
    assert said_of(fact) == said


def test_the_same_is_said_once_of_several_of_which_the_same_is_on_record() -> None:
    def tried(drug: str, end: str, origin: Any, mark: str = "") -> Cause:
        about = labels.get(drug, drug)
        return Cause(f"tried({drug},{end})", False, f"No {end} of {about}{mark}.", about, origin)

    labels = {"green_one": "a green, which is no other"}
    listed = " (not on the list)"
    causes = [
        *(tried(drug, "intolerance", "only", listed) for drug in ("red", "green_one", "blue")),
        tried("grey", "intolerance", "stated"),
        *(tried(drug, "contraindicated", "only", listed) for drug in ("red", "green_one")),
        tried("blue", "declined", "only", listed),
    ]
    assert cause_sentences(causes) == [
        "No intolerance of red (not on the list).",
        "The same goes for a green, which is no other, blue.",
        "No intolerance of grey.",
        "No contraindicated of red (not on the list).",
        "The same goes for a green, which is no other.",
        "No declined of blue (not on the list).",
    ]


def test_of_very_many_of_which_the_same_is_so_the_first_are_named() -> None:
    causes = [Cause(f"taking(d{n})", False, f"No d{n}.", f"d{n}", "stated") for n in range(100)]
    named = ", ".join(f"d{n}" for n in range(1, 13))
    assert cause_sentences(causes) == ["No d0.", f"The same goes for {named} and 87 more."]


@pytest.mark.parametrize(
    ("facts", "sentences"),
    [
        (["taking(red)"], [f"No red{UNLISTED}."]),
        (
            ["taking(red)", "taking(blue)"],
            ["No red.", "No blue (neither is on the list, which is said to be complete)."],
        ),
        (
            ["taking(red)", "taking(blue)", "taking(grey)"],
            [
                "No red.",
                "No blue.",
                "No grey (none of these is on the list, which is said to be complete).",
            ],
        ),
        (["taking(red)", "active(blue)"], [f"No red{UNLISTED}.", f"No blue{UNLISTED}."]),
        (
            ["taking(red)", *(f"active(c{n})" for n in range(7)), "active(c9)"],
            [f"No red{UNLISTED}.", f"No c0{UNLISTED}.", "The same goes for c1, c2, c3, c4, c5, c6, c9."],
        ),
    ],
)
def test_that_something_is_on_no_list_is_said_once_of_each_list(
    facts: list[str], sentences: list[str]
) -> None:
    named = [(fact, said_of(fact)[1]) for fact in facts]
    causes = [Cause(fact, False, f"No {name}{UNLISTED}.", name, "only") for fact, name in named]
    assert cause_sentences(causes) == sentences


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ("live_vaccine", "live_vaccine"),
        ("taking(voclosporin)", "voclosporin"),
        ("tried(methotrexate,intolerance)", "methotrexate (intolerance)"),
        ("tried(methotrexate,intolerance,late)", "methotrexate (intolerance, late)"),
        ("reading(term_limit,cap)", "term_limit=cap"),
        ("requested(phase,initial)", "phase=initial"),
        ("at_least(age,18)", "age=18"),
        ("at_least(age_of(mother,breast_cancer),50)", "age_of(mother,breast_cancer)=50"),
    ],
)
def test_what_a_fact_is_about_reads_well(fact: str, words: str) -> None:
    assert argument(fact) == words


def test_a_choice_is_one_question_by_its_declaration_whatever_is_asked(tmp_path: Path) -> None:
    """Both places are asked in the same words, and are two choices."""
    both = RULES.replace("severity(skin, severe)", "severity(skin, severe), severity(joint, severe)")
    case = {
        "request": REQUEST,
        "facts": {"active": ["sle"], "tried": {"methotrexate": {"failure": ["late"]}}},
    }
    page = ask_text(steps_kb(tmp_path, both).ask(case))
    assert [line for line in page.splitlines() if "severity" in line] == [
        "   severity(skin), for stepped",
        "   severity(joint), for stepped",
    ]
    assert page.count("mild: deny; severe: approve or deny") == 2


def test_what_is_asked_says_of_which_choice_it_is(tmp_path: Path) -> None:
    case = {
        "request": REQUEST,
        "facts": {"active": ["sle"], "tried": {"methotrexate": {"failure": ["late"]}}},
    }
    asked = steps_kb(tmp_path).ask({**case, "request": {"policy": "steps", "phase": "initial"}})
    choices = {fact: (item.id, item.kind) for item in asked.questions for fact in item.facts}
    assert choices["severity(skin,severe)"] == ("severity(skin)", "choice")
    assert choices["requested(indication,sle)"] == ("requested(indication)", "choice")


def test_what_is_no_choice_says_so(tmp_path: Path) -> None:
    asked = steps_kb(tmp_path).ask({"request": REQUEST, "facts": {"severity": {"skin": "severe"}}})
    assert "choice" not in {item.kind for item in asked.questions}


def test_facts_that_are_asked_in_the_same_words_are_no_choice(tmp_path: Path) -> None:
    kb = steps_kb(tmp_path)
    path = tmp_path / "policies" / "steps" / "facts.lp"
    path.write_text(
        path.read_text("utf-8").replace("Did {1} come to {2}, {3}?", "Was a step taken?"), "utf-8"
    )
    case = {"request": REQUEST, "facts": {"active": ["sle"], "severity": {"skin": "severe"}}}
    case["facts"]["tried"] = {"azathioprine": {"only": {}}}  # type: ignore[index]
    page = ask_text(KnowledgeBase.load(kb.files.root).ask(case))
    assert [line for line in page.splitlines() if "tried(" in line] == [
        "   tried(methotrexate,failure,early), for stepped",
        "   tried(methotrexate,failure,late), for stepped",
    ]


def test_many_facts_of_a_relation_are_named_by_their_arguments(tmp_path: Path) -> None:
    more = RULES.replace("tried(_, failure, _)", "tried(_, _, _)")
    case = {"request": REQUEST, "facts": {"active": ["sle"], "severity": {"skin": "severe"}}}
    page = " ".join(ask_text(steps_kb(tmp_path, more).ask(case)).split())
    assert "azathioprine (failure, early), methotrexate (intolerance, early), " in page


def test_silent_facts_that_cannot_matter_are_counted_and_named_only_where_that_is_wanted(
    tmp_path: Path,
) -> None:
    kb = steps_kb(
        tmp_path, RULES.replace("active(sle).", "active(sle), at_least(weeks_on(methotrexate), 12).")
    )
    asked = kb.ask({"request": REQUEST, "facts": {"active": {"sle": False}}})
    page = " ".join(ask_text(asked).split())
    assert "tried: 8, severity: 4." in page
    assert "weeks_on(methotrexate), " in page
    assert "live_vaccine" in page
    assert "azathioprine (failure, early)" not in page
    every = " ".join(ask_text(asked, every=True).split())
    assert "azathioprine (failure, early)" in every


# ---- the vocabulary ----------------------------------------------------------------------------


def test_facts_of_a_relation_stand_by_their_first_argument(tmp_path: Path) -> None:
    page = plain(fact_text(fact_rows(steps_kb(tmp_path), "steps"), 80))
    at = page.index("facts.tried")
    assert page[at : at + 7] == [
        "facts.tried",
        "  methotrexate",
        "    failure.early  Methotrexate: failure, early",
        "    failure.late   Methotrexate: failure, late",
        "  azathioprine",
        "    failure.early  Azathioprine: failure, early",
        "    failure.late   Azathioprine: failure, late",
    ]
    at = page.index("facts.severity.skin")
    assert page[at : at + 4] == [
        "facts.severity.skin",
        "  How bad is it?",
        "  mild    Skin: mild",
        "  severe  Skin: severe",
    ]


def test_numbers_with_arguments_stand_by_them(tmp_path: Path) -> None:
    page = plain(fact_text(fact_rows(steps_kb(tmp_path), every=True), 80))
    at = page.index("facts.weeks_on")
    assert page[at : at + 3] == [
        "facts.weeks_on",
        "  methotrexate",
        "    a number from 0 to 520, or a range  weeks",
    ]


def test_a_number_of_one_drug_is_stated_under_its_name(tmp_path: Path) -> None:
    rules = RULES.replace("active(sle).", "active(sle), at_least(weeks_on(methotrexate), 12).")
    facts = {
        "active": ["sle"],
        "severity": {"skin": "severe"},
        "tried": {"methotrexate": {"failure": ["late"]}},
    }
    kb = steps_kb(tmp_path, rules)
    assert [
        kb.decide({"request": REQUEST, "facts": {**facts, "weeks_on": {"methotrexate": weeks}}}).outcome
        for weeks in (11, 12)
    ] == ["deny", "approve"]


def test_a_policy_on_a_service_names_it_among_those_on_file(tmp_path: Path) -> None:
    kb = steps_kb(tmp_path)
    path = tmp_path / "policies" / "steps" / "about.lp"
    service = 'covers(steps, patch). service(patch). label(patch, "a patch").'
    path.write_text(path.read_text("utf-8").replace("covers(steps, belimumab).", service), "utf-8")
    rows = policy_rows(KnowledgeBase.load(kb.files.root))
    assert [(row["drugs"], row["services"]) for row in rows] == [([], ["patch"])]
    assert "  covers patch" in plain(policy_text(rows, 80))


def test_what_no_policy_reads_is_listed_only_with_all_that_is_declared(tmp_path: Path) -> None:
    kb = steps_kb(tmp_path)
    read, every = ({row["fact"] for row in fact_rows(kb, every=every)} for every in (False, True))
    assert "tried(methotrexate,failure,late)" in read
    assert read < every
    assert {"taking(voclosporin)", "severity(joint,mild)", "diagnosis(sjogrens_syndrome)"} <= every - read
    shared = {str(name) for name in kb.whole("steps").vocabulary.facts if str(name).startswith("taking")}
    assert len(shared) == len(re.findall(r"(?m)^drug\(", (tmp_path / "drugs.lp").read_text("utf-8")))


def test_what_is_needed_is_told_where_the_chart_says_otherwise(kb: KnowledgeBase) -> None:
    case = kb.case("lupkynis_alongside_bars_benlysta")
    lines = [{"says": "yes", "resource": "MedicationRequest/m1", "date": "2025-01-10", "text": None}]
    told = " ".join(str(kb.decide({**case, "evidence": {"taking(voclosporin)": lines}})).split())
    assert "The patient does not take voclosporin (the chart says otherwise)" in told


@pytest.mark.parametrize(
    ("ways", "told"),
    [
        ("ab", "It is so that a. Or: It is so that b."),
        ("abcd", "It is so that a. Or: It is so that b. Or: It is so that c. Or: It is so that d."),
        ("abcde", ""),
    ],
)
def test_when_something_holds_is_told_where_the_ways_are_few(tmp_path: Path, ways: str, told: str) -> None:
    rules = "".join(f"outcome(small, approve) :- {way}.\n" for way in ways) + otherwise(
        "approve", last="deny"
    )
    edition = small_kb(tmp_path / "kb", vocabulary(list(ways)), rules).edition("small")
    found = when(edition, [edition.outcomes["approve"]])
    assert sorted(found.split(" Or: ")) == told.split(" Or: ")
