"""What is said about a drug beside how it is taken makes it neither taken nor not taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lupa import KnowledgeBase
from lupa.record.record import translate

DOUBTS = (
    *(
        "stopped",
        "d/c",
        "d/c'd 3/2024",
        "off since 2023",
        "no longer taking",
        "never taken",
        "declined",
        "denies",
    ),
    *(
        "allergic",
        "failed",
        "held",
        "as needed",
        "for flares only",
        "previously",
        "h/o",
        "s/p",
        "completed 2022",
    ),
    *("x4", "x 0", "x 7 days", "for 2 weeks", "10 day course", "last infusion 2022", "2019", "2018-2020"),
    *(
        "from 2018 to 2020",
        "until May",
        "Q1 2020",
        "on 2020-01-01",
        "planned",
        "will start",
        "starting 4/1",
    ),
    *("considering", "if no response", "not started", "pending approval", "mother", "her sister's", "wife"),
    *("0.1% ointment", "eye drops", "0 mg", "?", "maybe", "unknown", "weaned off", "switched to another"),
    *(
        "took last year",
        "was on",
        "tried",
        "trough 5",
        "entered in error",
        "loading dose only",
        "rx expired",
    ),
)
HOW = (
    "200 mg BID",
    "1 tab po bid",
    "400/d",
    "take 2 tablets by mouth twice daily with meals",
    "#60",
    "2000 mg",
)


def in_some_forms(name: str, words: str) -> Iterator[Any]:
    """The name of a drug and the words, as people put them together."""
    yield from ([f"{name} {words}"], [f"{words} {name}"], [f"{name} ({words})"], [f"{name} 10 mg {words}"])
    yield from ([f"{name}, {words}"], [f"{name} - {words}"], [f"{name}: {words}"], [f"{words}: {name}"])
    yield from (
        f"{name}, {words}",
        f"{name}; {words}",
        f"{words} Tylenol, {name}",
        f"{words}: Tylenol, {name}",
    )
    yield from (f"Tylenol; {name} {words}", f"{words}:\n{name}\nTylenol", f"Tylenol\n{name}\n{words}")
    yield from ({"only": [f"{name} {words}"]}, {"only": f"Tylenol, {name} ({words})"}, {name: words})
    yield from ([{name: words}], [{"name": name, "status": words}], {name: {"dose": "5 mg", "note": words}})


def said_of_prednisone(kb: KnowledgeBase, taking: Any) -> bool | None:
    """What a case states of it; None where that stays open, and where the case is refused."""
    edition = kb.edition("uhc_benlysta")
    case = {"request": {}, "facts": {"taking": taking}}
    record, problems = translate(case, edition.vocabulary, edition.follows, edition.known)
    return None if problems else record.stated.get("taking(prednisone)")


@pytest.mark.parametrize("words", DOUBTS)
def test_what_is_not_how_a_drug_is_taken_leaves_open_whether_it_is(kb: KnowledgeBase, words: str) -> None:
    said = [(form, said_of_prednisone(kb, form)) for form in in_some_forms("prednisone", words)]
    assert [each for each in said if each[1] is not None] == []


@pytest.mark.parametrize("words", HOW)
def test_how_a_drug_is_taken_says_that_it_is(kb: KnowledgeBase, words: str) -> None:
    forms = ([f"prednisone {words}"], f"Tylenol, prednisone {words}", f"prednisone: {words}\nTylenol")
    assert [said_of_prednisone(kb, form) for form in forms] == [True, True, True]
