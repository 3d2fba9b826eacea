"""What would meet a criterion is told with what speaks against it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.answers.decision import Decision, Item, Need
from lupa.pages.sentences import needs_sentences
from lupa.record.edits import edited
from tests import explored, oracle
from tests.explored import BARE, examine
from tests.times import times

COMBINED = "Benlysta is combined with Lupkynis (voclosporin) or Saphnelo (anifrolumab)."


def needs_of(decision: Decision, criterion: str) -> dict[str, Need]:
    """What alone would meet a criterion, by its fact."""
    (found,) = (c for c in decision.criteria if c.id == criterion)
    return {way[0].fact: way[0] for way in found.needs if len(way) == 1}


def test_a_drug_that_another_criterion_bars_is_needed_and_barred(kb: KnowledgeBase) -> None:
    decision = kb.decide(BARE)
    needs = needs_of(decision, "standard_of_care")
    assert needs["taking(voclosporin)"].against == (COMBINED,)
    assert needs["taking(hydroxychloroquine)"].against == ()
    (criterion,) = (c for c in decision.criteria if c.id == "standard_of_care")
    ways, barred = needs_sentences(criterion)
    assert "voclosporin" not in ways
    assert barred == f"Not voclosporin: {COMBINED}"


def test_where_each_way_is_barred_these_are_all_that_is_told(kb: KnowledgeBase) -> None:
    decision = kb.decide(BARE)
    (criterion,) = (c for c in decision.criteria if c.id == "standard_of_care")
    barred = needs_of(decision, "standard_of_care")["taking(voclosporin)"]
    alone = replace(criterion, needs=((barred,),), more_needs=True)
    (told,) = needs_sentences(alone)
    assert told.startswith("The patient takes voclosporin")


def test_a_drug_that_an_advisory_speaks_against_is_needed_and_advised_against(kb: KnowledgeBase) -> None:
    case = {**BARE, "facts": {**BARE["facts"], "pregnant": True}}
    needs = needs_of(kb.decide(case), "standard_of_care")
    (against,) = needs["taking(methotrexate)"].against
    assert against.startswith("The patient is pregnant and takes methotrexate")
    assert needs["taking(azathioprine)"].against == ()


def test_what_is_barred_already_is_not_said_to_be_barred_by_what_is_needed(kb: KnowledgeBase) -> None:
    case = {**BARE, "facts": {**BARE["facts"], "starts": {"anifrolumab": True}}}
    needs = needs_of(kb.decide(case), "standard_of_care")
    assert needs["taking(voclosporin)"].against == ()


@pytest.mark.parametrize(("policy", "edition"), oracle.EDITIONS)
def test_just_what_would_fail_besides_speaks_against_what_is_needed(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    """Each need is stated in the case, and what the decision then says against it is compared."""
    dice = random.Random(f"barred {policy} {edition}")
    tried = 0
    for number in range(times(500)):  # many a record needs nothing
        if tried >= times(25):
            break
        examined = examine(kb, explored.random_case(dice, number, policy, edition))
        vocabulary = examined.edition.vocabulary
        before = kb.decide(examined.case)
        for criterion in before.criteria:
            singles = [way[0] for way in criterion.needs if len(way) == 1]
            barred = [need for need in singles if need.against]
            for need in (*barred[:2], *dice.sample(singles, min(2, len(singles)))):
                if need.fact in vocabulary.number_of or need.fact in vocabulary.choice_of:
                    assert need.against == ()
                    continue
                try:
                    case = edited(examined.case, [(need.fact, need.value)], (), examined.edition)
                    after = kb.decide(case)
                except CaseError:  # the record cannot be so
                    continue
                tried += 1
                advised = {item.text for item in after.advisories}
                assert set(need.against) - advised == failing(after) - failing(before), need
    assert tried >= times(25)


def failing(decision: Decision) -> set[str]:
    """The criteria that are not met, and the bases to deny, that are certain."""
    items = [*decision.bases, *decision.superseded]
    found = {item.text for item in items if item.id != "criteria_not_met" and item.certain}
    return found | {c.text for c in decision.criteria if c.status == "unmet"}


@pytest.mark.parametrize(
    ("text", "about", "within"),
    [
        ("The time on alpha is 12 weeks or more.", "alpha", "the time on alpha is 12 weeks or more"),
        ("Alpha is contraindicated.", "alpha", "alpha is contraindicated"),
        ("eGFR is 45 or more.", "eGFR", "eGFR is 45 or more"),
        ("Sjögren's syndrome is diagnosed.", "Sjögren's syndrome", "Sjögren's syndrome is diagnosed"),
        ("SLEDAI is 6 or more.", "the score", "SLEDAI is 6 or more"),
    ],
)
def test_what_is_needed_has_a_capital_within_a_sentence_only_where_it_is_a_name(
    text: str, about: str, within: str
) -> None:
    need = Need("seen(alpha)", True, text, about, "silent", None)
    first = replace(need, fact="asked(alpha)", text="A test is done.", about="a test")
    item = Item("item", "It is so.", "Source", (), needs=((first,), (need,)))
    assert needs_sentences(item) == [f"A test is done (not said); or {within} (not said)."]
