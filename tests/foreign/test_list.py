"""A made-up list of preferred drugs: one policy on several, with rules that tell them apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lupa import CaseError, KnowledgeBase
from lupa.cohort.cohort import Cohort, Wanted
from tests.command import unchanging
from tests.drawn import differences
from tests.foreign.conftest import beside_shared
from tests.page.node import in_node, needs_node, written
from tests.slim import slim

POLICY = "example_list"
DAYS = """
requires(example_list, rheumatoid_arthritis, (initial; continuation), seen_again, c10).
met(example_list, seen_again) :- at_least(days_on, 31).
text(example_list, criterion(seen_again), "Seen again after 31 days.", "Not seen again after 31 days.").
dated(begun). label(begun, "the first dose"). dated(seen). label(seen, "the visit").
difference(days_on, days_since(seen), days_since(begun)). cut_point(at_least(days_on, 31)).
quantity(days_on, "days", -36525, 36525). label(days_on, "the time until the visit").
"""
TRIED = {"tried": {"only": {"methotrexate": ["intolerance"]}}, "taking": {"only": []}}


@pytest.fixture(scope="module")
def list_kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    return unchanging(beside_shared("kb_list", tmp_path_factory.mktemp("list") / "kb"))


@pytest.fixture(scope="module")
def products(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """A policy on one drug, whose products have no name of their own in the shared files."""
    folder = slim(tmp_path_factory.mktemp("products") / "kb", "uhc_benlysta", "fep_lupkynis")
    own = folder / "policies" / "example_products"
    own.mkdir(parents=True)
    (own / "about.lp").write_text(PRODUCTS)
    (own / "policy.lp").write_text(PREFERRED)
    return KnowledgeBase.load(folder)


def asked_for(**request: Any) -> dict[str, Any]:
    return {"request": {"indication": "RA", "phase": "initial", **request}, "facts": TRIED}


PRODUCTS = """
covers(example_products, infliximab).
product(avsola). label(avsola, "infliximab-axxq"). alias(avsola, "Avsola").
product(remicade). label(remicade, "Remicade").
code(hcpcs, "Q5121", drug(infliximab), narrower, "Infliximab-axxq, 10 mg.").
code(hcpcs, "Q5121", requested(product, avsola), equivalent, "Infliximab-axxq, 10 mg.").
policy(example_products). payer(example_products, "Nobody"). document(example_products, "Products").
edition(example_products, "1", "2025-01-01").
"""
PREFERRED = """
fact(requested(product, Product)) :- product(Product). said_by_what_is_asked_for(product).
fact_text(requested(product), "{2} is asked for.", "{2} is not asked for.").
question(requested(product), "Which product is asked for?").
requires(example_products, rheumatoid_arthritis, initial, preferred, c1).
met(example_products, preferred) :- requested(product, avsola).
text(example_products, criterion(preferred), "It is preferred.", "It is not preferred.").
frame(example_products, rheumatoid_arthritis, initial, c1).
clause(example_products, c1, criterion, "Item", "Avsola is preferred.").
cites(example_products, drug, c1).
"""


@pytest.mark.parametrize(
    ("named", "outcome"),
    [
        ({"drug": "Avsola"}, "approve"),
        ({"code": "Q5121"}, "approve"),
        ({"drug": "Remicade"}, "deny"),
        ({"drug": "infliximab"}, "pend"),
    ],
)
def test_products_of_one_drug_are_told_apart_by_what_is_asked_for(
    products: KnowledgeBase, named: dict[str, str], outcome: str
) -> None:
    assert products.decide(asked_for(**named)).outcome == outcome
    cohort = Cohort(products, Wanted(("example_products",)))
    rows = pa.table({key: [value] for key, value in asked_for(**named)["request"].items()})
    assert cohort.decided(rows).column("outcome").to_pylist() == [outcome]


def test_a_value_may_be_called_what_it_is_shown_as(products: KnowledgeBase) -> None:
    assert products.decide(asked_for(drug="infliximab", product="Infliximab-axxq")).outcome == "approve"


def test_a_product_that_is_not_declared_is_none_of_those_that_are(products: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match=r"'Ixifi' is not known here; known are avsola, remicade"):
        products.decide(asked_for(drug="Ixifi"))


@needs_node
def test_a_page_reads_products_as_a_case_is_read(products: KnowledgeBase, tmp_path: Path) -> None:
    cases = [asked_for(drug=name) for name in ("Avsola", "Remicade", "infliximab")]
    cases.append(asked_for(drug="infliximab", product="infliximab-axxq"))
    found = in_node(written(products, tmp_path), cases)
    assert [decision["outcome"] for (decision,) in found] == ["approve", "deny", "pend", "approve"]


def test_its_cases_come_to_what_they_must(list_kb: KnowledgeBase) -> None:
    assert list_kb.test().passed
    assert [finding.text for finding in list_kb.lint([POLICY]).findings] == []


@pytest.mark.parametrize(
    ("request_", "outcome"),
    [
        ({"drug": "Humira"}, "approve"),
        ({"drug": "Xeljanz"}, "deny"),
        ({"code": "J1438"}, "approve"),
        ({"policy": POLICY}, "pend"),
        ({"policy": POLICY, "item": "Xeljanz"}, "deny"),
        ({"policy": POLICY, "drug": "Humira", "item": "adalimumab"}, "approve"),
    ],
)
def test_a_rule_knows_which_drug_is_asked_for(
    list_kb: KnowledgeBase, request_: dict[str, str], outcome: str
) -> None:
    assert list_kb.decide(asked_for(**request_)).outcome == outcome


def test_what_the_request_names_is_not_asked(list_kb: KnowledgeBase) -> None:
    named, policy_alone = (
        [question.id for question in list_kb.ask({"request": {"policy": POLICY, **request}}).questions]
        for request in ({"drug": "Humira"}, {})
    )
    assert "requested(item)" in policy_alone
    assert "requested(item)" not in named


@pytest.mark.parametrize(
    ("further", "question"),
    [
        ("", "Is this initial therapy or a continuation?"),
        (
            'phase(repair). label(repair, "a repair").',
            "Is this initial therapy, a continuation or something else?",
        ),
    ],
)
def test_the_question_for_the_phase_offers_what_phases_there_are(
    tmp_path: Path, further: str, question: str
) -> None:
    policy = beside_shared("kb_list", tmp_path / "kb") / "policies" / POLICY / "policy.lp"
    rules = policy.read_text().replace("(initial; continuation), step", "initial, step")
    policy.write_text(f"{rules}\n{further}\n")
    asked = KnowledgeBase.load(tmp_path / "kb").ask({"request": {"policy": POLICY}})
    assert question in [each.text for each in asked.questions]


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"drug": "Xeljanz"}, "cover Xeljanz (tofacitinib). It is requested for rheumatoid arthritis."),
        (
            {"policy": POLICY, "item": "Xeljanz"},
            "The request is for initial therapy. Tofacitinib is asked for.",
        ),
    ],
)
def test_a_letter_says_once_which_drug_is_asked_for(
    list_kb: KnowledgeBase, named: dict[str, str], told: str
) -> None:
    text = " ".join(list_kb.letter(asked_for(**named)).text.split())
    assert told in text
    assert ("initial therapy. Tofacitinib is asked for." in text) is ("item" in named)


@needs_node
def test_the_days_between_two_days_are_told_from_the_one_that_is_longer_ago(tmp_path: Path) -> None:
    policy = beside_shared("kb_list", tmp_path / "kb") / "policies" / POLICY / "policy.lp"
    policy.write_text(policy.read_text() + DAYS)
    kb = KnowledgeBase.load(tmp_path / "kb")
    case = asked_for(drug="Humira", service_date="2025-06-30")
    case["facts"] = {**TRIED, "begun": "2025-05-01", "seen": "2025-06-10"}
    (again,) = (criterion for criterion in kb.decide(case).criteria if criterion.id == "seen_again")
    told = "The time until the visit is 31 days or more (2025-05-01 to 2025-06-10)."
    assert [cause.text for cause in again.because] == [told]
    ((page,),) = in_node(written(kb, tmp_path), [case])
    assert told in json.dumps(page)


def test_two_drugs_in_one_request_are_refused(list_kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match="contradict"):
        list_kb.decide(asked_for(drug="Humira", item="Enbrel"))


def test_another_drug_is_asked_for_as_a_what_if(list_kb: KnowledgeBase) -> None:
    found = list_kb.whatif(asked_for(drug="Humira"), {"request.drug": "Xeljanz"})
    assert (found.before.outcome, found.after.outcome) == ("approve", "deny")


def test_a_witness_asks_for_the_drug_that_it_is_about(list_kb: KnowledgeBase) -> None:
    decision = list_kb.decide(asked_for(policy=POLICY))
    assert {witness.outcome for witness in decision.witnesses} == {"approve", "deny"}
    assert [list_kb.decide(witness.case).outcome for witness in decision.witnesses] == [
        witness.outcome for witness in decision.witnesses
    ]


def test_each_row_of_a_table_says_which_drug_is_asked_for(list_kb: KnowledgeBase) -> None:
    rows: list[dict[str, Any]] = [
        {"drug": drug, "indication": "RA", "phase": "initial", "tried.methotrexate.intolerance": True}
        | {"tried.adalimumab.contraindicated": None, "taking.only": []}
        for drug in ("Humira", "Xeljanz", "Enbrel", None)
    ]
    table = pa.Table.from_pylist(rows)
    told = Cohort(list_kb, Wanted((POLICY,))).decided(table).column("outcome").to_pylist()
    assert told == ["approve", "pend", "approve", "pend"]


def test_records_come_to_the_same_when_compiled(list_kb: KnowledgeBase) -> None:
    assert [*differences(list_kb, f"{POLICY}@2025-01-01", 10)] == []


@needs_node
def test_a_page_knows_which_drug_is_asked_for(list_kb: KnowledgeBase, tmp_path: Path) -> None:
    requests = [{"drug": "Humira"}, {"drug": "Xeljanz"}, {"code": "J1438"}, {"policy": POLICY}]
    found = in_node(written(list_kb, tmp_path), [asked_for(**request) for request in requests])
    assert [decision["outcome"] for (decision,) in found] == ["approve", "deny", "approve", "pend"]
