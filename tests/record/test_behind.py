"""What stands behind the name of the drug that is asked for, and says something of the request."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from tests.command import as_bytes, command


def asking(drug: str, **request: Any) -> dict[str, Any]:
    return {"request": {"drug": drug, "indication": "SLE", **request}, "facts": {"age": 34}}


@pytest.mark.parametrize(
    ("drug", "name", "route", "outcome"),
    [
        ("Benlysta IV", "Benlysta", "intravenous", "pend"),
        ("belimumab (IV infusion)", "belimumab", "intravenous", "pend"),
        ("benlysta, intravenous", "benlysta", "intravenous", "pend"),
        ("Benlysta SC", "Benlysta", "subcutaneous", "out_of_scope"),
        ("Benlysta sub-Q", "Benlysta", "subcutaneous", "out_of_scope"),
    ],
)
def test_a_route_behind_the_drug_is_its_route_and_that_is_told(
    kb: KnowledgeBase, drug: str, name: str, route: str, outcome: str
) -> None:
    found = kb.decide(asking(drug))
    assert found.outcome == outcome
    assert [(each.place, each.text) for each in found.remarks] == [
        ("request.drug", f"'{drug}' was read as {name}, with the route {route}.")
    ]
    assert found.possible == kb.decide(asking(name, route=route)).possible


@pytest.mark.parametrize(
    ("drug", "read", "route"),
    [
        ("Benlysta 400 mg vial", "Benlysta; what stands behind the name is not read", None),
        ("Benlysta 10 mg/kg q4w", "Benlysta; what stands behind the name is not read", None),
        (
            "Benlysta 10 mg/kg IV every 4 weeks",
            "Benlysta, with the route intravenous; what else stands behind the name is not read",
            "intravenous",
        ),
        (
            "Benlysta (belimumab) SC, 200 mg weekly",
            "Benlysta, with the route subcutaneous; what else stands behind the name is not read",
            "subcutaneous",
        ),
        ("belimumab (Benlysta)", "belimumab", None),
    ],
)
def test_a_dose_or_its_other_name_behind_the_drug_is_told_and_not_read(
    kb: KnowledgeBase, drug: str, read: str, route: str | None
) -> None:
    found = kb.decide(asking(drug))
    assert [each.text for each in found.remarks] == [f"'{drug}' was read as {read}."]
    assert found.possible == kb.decide(asking("Benlysta", route=route)).possible


@pytest.mark.parametrize("route", ["IV", "intravenous"])
def test_the_same_route_may_be_stated_too(kb: KnowledgeBase, route: str) -> None:
    assert len(kb.decide(asking("Benlysta IV", route=route)).remarks) == 1


def test_another_route_that_is_stated_is_refused_with_both_places(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError) as refused:
        kb.decide(asking("Benlysta IV", route="SC"))
    assert str(refused.value) == (
        "request.drug: 'Benlysta IV' says that the route is intravenous, but request.route is 'SC'; "
        "keep one"
    )


@pytest.mark.parametrize(
    "drug",
    ["Benlysta (voclosporin)", "Benlysta IX", "Benlista IV", "IV Benlysta", "Benlysta IV Benlysta", "IV"],
)
def test_what_is_no_name_with_a_route_behind_it_is_refused_as_it_is_written(
    kb: KnowledgeBase, drug: str
) -> None:
    with pytest.raises(CaseError, match=re.escape(f"request.drug: '{drug}' is not known")):
        kb.decide(asking(drug))


def test_what_is_too_long_for_a_name_is_refused_at_once(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match="is not known"):
        kb.decide(asking("Benlysta IV " * 500_000))


def test_a_letter_tells_the_drug_and_the_route_apart(kb: KnowledgeBase) -> None:
    told = kb.letter(asking("Benlysta IV")).text
    assert "You asked us to cover Benlysta (belimumab)." in told
    assert "The route is intravenous infusion." in " ".join(told.split())


def test_what_if_it_were_given_by_another_route(kb: KnowledgeBase) -> None:
    assert kb.whatif(asking("Benlysta IV"), {"route": "SC"}).after.outcome == "out_of_scope"
    flips = kb.flip(asking("Benlysta SC", phase="initial"), "deny")
    for flip in flips.flips:
        assert kb.decide(flip.case).outcome == "deny"


def test_the_page_of_a_decision_tells_how_the_drug_was_read() -> None:
    told = command("decide", "-", stdin=as_bytes(asking("Benlysta IV"))).out
    assert "request.drug: 'Benlysta IV' was read as Benlysta, with the route" in told
