"""What the questions of the shipped policies mean, as their documents have it."""

from __future__ import annotations

import pytest

from lupa import KnowledgeBase
from tests.command import command

UNSTATED = "benlysta_cns_lupus_not_stated"
CNS = "It has to be all three: lupus of the brain, spinal cord or nerves, severe, and active now."


@pytest.mark.parametrize(
    ("policy", "fact", "words"),
    [
        ("uhc_benlysta", "diagnosis(severe_active_cns_lupus)", CNS),
        (
            "uhc_benlysta",
            "dosed_per_label",
            "10 mg for each kg of body weight at weeks 0, 2 and 4, and then every 4",
        ),
        ("fep_lupkynis", "live_vaccine", "A vaccine that is not live does not count"),
    ],
)
def test_a_question_says_what_its_document_means(
    kb: KnowledgeBase, policy: str, fact: str, words: str
) -> None:
    case = {"request": {"policy": policy}}
    ask = kb.ask(case)
    (missing,) = (one for one in ask.decision.missing if one.fact == fact)
    assert words in missing.help
    assert any(missing.help in asked.help for asked in ask.questions if fact in asked.facts)


def test_a_question_that_says_all_itself_has_no_further_words(kb: KnowledgeBase) -> None:
    ask = kb.ask({"request": {"policy": "fep_lupkynis"}})
    assert {one.help for one in ask.decision.missing if one.fact.startswith("taking(")} == {""}


def test_one_policy_does_not_say_what_the_question_of_another_means(kb: KnowledgeBase) -> None:
    helps = [kb.edition(policy).vocabulary.question_help("dosed_per_label") for policy in kb.policies]
    assert [bool(said) for said in helps] == [policy == "uhc_benlysta" for policy in kb.policies]


def test_whoever_is_asked_is_told_what_is_meant(kb: KnowledgeBase) -> None:
    case = kb.case(UNSTATED)
    pages = [
        str(kb.decide(case)),
        command("ask", "--example", UNSTATED).out,
        command("ask", "--interactive", "--example", UNSTATED, stdin=b"n\n").out,
        command("decide", "--example", UNSTATED, "--format", "markdown").out,
        *(kb.letter(case, form=form).text for form in ("text", "markdown", "html")),
    ]
    assert [CNS in " ".join(page.split()) for page in pages] == [True] * len(pages)
