"""A policy in the order of its document: what encodes each clause, and every rule of its folder once."""

from __future__ import annotations

import re
from html import unescape

import click
import pytest

from lupa import KnowledgeBase
from lupa.authors.document.clauses import Document, Item, Rule, document
from lupa.authors.document.page import document_html
from lupa.authors.document.text import with_rules
from lupa.authors.reports.finding import Place
from lupa.authors.syntax import text_with_heads
from lupa.pages.table import table, table_text
from tests.command import command


@pytest.fixture(scope="module")
def lupkynis(kb: KnowledgeBase) -> Document:
    return document(kb, "fep_lupkynis", "2024-10-01")


@pytest.fixture(scope="module")
def benlysta(kb: KnowledgeBase) -> Document:
    return document(kb, "uhc_benlysta", "2023-11-01")


@pytest.fixture(scope="module", params=["lupkynis", "benlysta"])
def read(request: pytest.FixtureRequest) -> Document:
    """Each policy."""
    found: Document = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def page(read: Document) -> str:
    return document_html(read)


def shown(read: Document) -> list[Rule]:
    """The rules under clauses, but where one is only named again."""
    rules = [rule for clause in read.clauses for item in clause.items for rule in item.rules]
    return [rule for rule in rules if not rule.first]


def test_every_clause_stands_in_the_order_of_the_ledger(kb: KnowledgeBase, read: Document) -> None:
    ledger = kb.edition(read.policy, read.edition).ledger()
    assert [clause.id for clause in read.clauses] == [row["id"] for row in ledger]


def test_every_clause_has_what_encodes_it_or_why_nothing_does(read: Document) -> None:
    assert [clause.id for clause in read.clauses if not clause.items and not clause.why] == []


def test_every_rule_of_the_folder_is_shown_once(kb: KnowledgeBase, read: Document) -> None:
    """Rows of words apart, which stand in the sentences."""
    written = {
        (f"{read.folder}/{path.name}", statement.location.begin.line, statement.location.begin.column)
        for path in kb.files.own(read.policy)
        for statement, given in text_with_heads(path.read_text("utf-8"))
        if given and not {found for found, _ in given} & WORDS
    }
    places = [rule.place for rule in (*shown(read), *read.others)]
    assert sorted((place.file, place.line, place.column) for place in places) == sorted(written)


WORDS = {
    *(
        "text",
        "cites",
        "clause",
        "unencoded",
        "number",
        "label",
        "usual_label",
        "alias",
        "fact_text",
        "question",
    ),
    *("group_question", "member_text", "question_help"),
}


def test_a_rule_reads_as_its_file_has_it_at_its_line(kb: KnowledgeBase, read: Document) -> None:
    for rule in shown(read):
        lines = (kb.files.root / rule.place.file).read_text("utf-8").splitlines()
        assert lines[rule.place.line - 1][rule.place.column - 1 :].startswith(rule.text)


def test_a_criterion_stands_with_its_row_and_with_what_meets_it(benlysta: Document) -> None:
    (active,) = [item for item in items(benlysta, "u31") if item.id == "active_lupus_nephritis"]
    assert [rule.text.partition("(")[0] for rule in active.rules if not rule.helps] == ["requires", "met"]
    assert active.pathways == ("lupus_nephritis, initial",)
    assert active.text == "Lupus nephritis is diagnosed and active."


def items(read: Document, clause: str) -> tuple[Item, ...]:
    (found,) = [one for one in read.clauses if one.id == clause]
    return found.items


def test_what_a_rule_reads_of_the_policy_stands_beneath_it_and_what_another_row_says_does_not(
    lupkynis: Document,
) -> None:
    (low,) = items(lupkynis, "f07")
    thresholds = [rule.text.split() for rule in low.rules if rule.text.startswith("threshold")]
    assert [words[-1] for words in thresholds] == ["45)."]


def test_a_row_that_names_its_clause_stands_under_that_clause_alone(benlysta: Document) -> None:
    rows = {
        clause.id: [r.text for item in clause.items for r in item.rules if r.text.startswith("unproven(")]
        for clause in benlysta.clauses
    }
    assert {name: len(set(each)) for name, each in rows.items() if each} == dict.fromkeys(
        ("u50", "u51", "u52", "u53", "u55"), 1
    )
    assert all(name in text for name, each in rows.items() for text in each)


def test_many_of_a_kind_by_the_same_rules_are_one_with_the_names_of_the_others(benlysta: Document) -> None:
    bases = [item for item in items(benlysta, "u54") if item.kind == "basis"]
    immune, products = (item for item in bases if item.id != "unlisted_biologic")
    assert "other_biologic(rituximab)" in (immune.id, *immune.alike)
    assert "other_biologic(denosumab)" in (products.id, *products.alike)


def test_the_table_names_clauses_and_lines_in_the_order_of_the_document(
    kb: KnowledgeBase, read: Document
) -> None:
    data = with_rules(table(kb.edition(read.policy, read.edition)), read)
    order = [clause.id for clause in read.clauses]
    for way in data["pathways"]:
        clauses = [row["clauses"][0] for row in way["criteria"]]
        assert clauses == sorted(clauses, key=order.index)
    rows = [row for way in data["pathways"] for row in (*way["criteria"], *way["limits"])]
    # that a longer term is a denial, where it is read so, is a rule that policies share
    assert {row["id"] for row in rows if not re.search(r"policy\.lp:\d", row["rules"])} == {"term_limit"}


def test_a_row_of_the_table_has_its_clause_its_sentence_and_its_lines(
    kb: KnowledgeBase, lupkynis: Document
) -> None:
    data = with_rules(table(kb.edition("fep_lupkynis")), lupkynis)
    lines = click.unstyle(table_text(data, 80)).splitlines()
    at = lines.index("  adult: The patient is an adult, 18 years or older.")
    assert lines[at + 1] == "    f15 Prior-Approval Requirements, Age"
    assert re.fullmatch(r"    policy\.lp:\d+, \d+", lines[at + 2])
    assert [line for line in lines if line.endswith(": all of")] == [
        "lupus nephritis, initial therapy: all of",
        "lupus nephritis, continuation: all of",
    ]


def test_the_page_has_a_box_for_every_clause_and_a_line_to_sign(read: Document, page: str) -> None:
    assert page.count("\N{BALLOT BOX}") == len(read.clauses)
    assert ">Signature<" in page


def test_whoever_reads_a_clause_finds_there_each_rule_that_it_rests_on(read: Document, page: str) -> None:
    boxes = page.split("\N{BALLOT BOX}")[1:]
    for clause, told in zip(read.clauses, boxes, strict=True):
        plain = " ".join(unescape(re.sub(r"<[^>]+>", "", told)).split())
        rules = {" ".join(rule.text.split()) for item in clause.items for rule in item.rules}
        assert [rule for rule in rules if rule not in plain] == []


def test_what_no_rule_of_the_policy_s_own_gives_is_said_to_be_shared(read: Document, page: str) -> None:
    shared = [item.id for clause in read.clauses for item in clause.items if not item.rules]
    assert "term_limit" in shared
    assert page.count(">by rules that all policies share<") == len(shared)


def test_every_link_of_the_page_leads_to_one_of_its_clauses(read: Document, page: str) -> None:
    assert set(re.findall(r'href="#([^"]+)"', page)) <= {clause.id for clause in read.clauses}


def test_what_is_not_encoded_says_why_on_the_page(page: str) -> None:
    assert "Not encoded: " in page


def test_no_word_of_a_policy_becomes_markup(read: Document) -> None:
    rule = Rule(Place("policies/x/policy.lp", 1, 1), 'text(x, "<b>bold</b>").')
    other = document_html(Document(*("<i>",) * 6, read.clauses[:1], (rule,)))
    assert ("<b>" in other, "<i>" in other) == (False, False)


def test_the_page_and_the_ledger_are_two_things() -> None:
    ended = command("show", "fep_lupkynis", "--clauses", "--format", "html")
    assert (ended.status, ended.out) == (2, "")
    assert "the page in html has every clause" in ended.err


def test_the_page_is_printed_as_it_is(lupkynis: Document) -> None:
    ended = command("show", "fep_lupkynis", "--format", "html")
    assert ended.out == document_html(lupkynis)
