"""What a policy says in words is what its rules say, of everybody, and reads as a person would say it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import jsonschema
import pytest

from lupa import KnowledgeBase, RuleError
from lupa.answers.meaning import Meaning
from lupa.answers.senses import Sense
from lupa.authors.document.clauses import document
from lupa.authors.document.meaning import outcomes_html
from lupa.authors.document.page import document_html
from lupa.compiled import primes
from lupa.pages.meaning import meaning_text
from lupa.schema import schemas
from tests.command import command
from tests.random_policies import PHASES, POLICY, Facts, Made, random_made


@pytest.fixture(scope="module")
def lupkynis(few: KnowledgeBase) -> Meaning:
    return few.meaning("fep_lupkynis")


@pytest.fixture(scope="module")
def benlysta(few: KnowledgeBase) -> Meaning:
    return few.meaning("uhc_benlysta")


def holds(sense: Sense, so: dict[str, bool]) -> bool:
    """Whether a condition holds of somebody, by its facts alone."""
    if sense.of == "fact":
        return so[sense.fact or ""] is sense.value
    return (all if sense.of == "all" else any)(holds(part, so) for part in sense.parts)


def people(kb: KnowledgeBase, policy: str, seed: int, count: int) -> Iterator[dict[str, bool]]:
    """Patients with requests whom the laws allow, by dice, the text read as it usually is."""
    edition, dice = kb.edition(policy), random.Random(seed)
    fixed = kb.compile(policy).fixed
    for _ in range(count):
        held = [edition.literals[fact] if so else -edition.literals[fact] for fact, so in fixed.items()]
        way = dice.choice([*edition.pathways.values(), None])
        held += [way] if way and edition.satisfiable((*held, way)) else []
        outcome = dice.choice(list(edition.outcomes.values()))
        held += [outcome] if edition.satisfiable((*held, outcome)) else []
        literals = list(edition.literals.values())
        for literal in dice.sample(literals, min(12, len(literals))):
            further = literal if dice.random() < 0.5 else -literal
            held += [further] if edition.satisfiable((*held, further)) else []
        world = edition.solver.world(held, literals) or ()
        yield dict(zip(edition.literals, world, strict=True))


def told_otherwise(kb: KnowledgeBase, told: Meaning, seed: int, count: int) -> list[str]:
    """What is told of a policy, and is not what its rules say of one of these people."""
    policy, edition = told.policy, kb.edition(told.policy)
    atoms = {(kind, atom.id): atom.literal for kind, atoms in edition.items.items() for atom in atoms}
    wrong = []
    for so in people(kb, policy, seed, count):
        held = [edition.literals[fact] if value else -edition.literals[fact] for fact, value in so.items()]

        def says(literal: int, held: list[int] = held) -> bool:
            return edition.solver.satisfiable([*held, literal])

        for meant in told.items:
            assert meant.sense is not None
            if holds(meant.sense, so) is not says(atoms[meant.kind, meant.id]):
                wrong.append(f"{meant.item}: {so}")
        here = [way for way, literal in edition.pathways.items() if says(literal)]
        way = here[0] if here else (None, None)
        (outcomes,) = [each.outcomes for each in told.pathways if (each.indication, each.phase) == way]
        for ends in outcomes:
            assert ends.sense is not None
            if holds(ends.sense, so) is not says(edition.outcomes[ends.outcome]):
                wrong.append(f"{way} {ends.outcome}: {so}")
    return wrong


def test_what_is_told_is_what_the_rules_say(
    few: KnowledgeBase, lupkynis: Meaning, benlysta: Meaning
) -> None:
    assert told_otherwise(few, lupkynis, 1, 30) == []
    assert told_otherwise(few, benlysta, 1, 30) == []


def test_it_is_so_of_policies_thrown_by_dice(tmp_path: Path) -> None:
    for seed in range(6):
        kb = random_made(random.Random(seed)).written(tmp_path / f"{seed}")
        try:
            kb.compile(POLICY)
        except RuleError:
            continue
        assert told_otherwise(kb, kb.meaning(POLICY), seed, 20) == [], seed


@pytest.mark.mass
def test_it_is_so_of_hundreds_of_policies(tmp_path: Path) -> None:
    for seed in range(1000, 1200):
        kb = random_made(random.Random(seed)).written(tmp_path / f"{seed}")
        try:
            kb.compile(POLICY)
        except RuleError:
            continue
        assert told_otherwise(kb, kb.meaning(POLICY), seed, 60) == [], seed


def test_where_every_request_is_spoken_of_no_other_is_told(tmp_path: Path) -> None:
    of_phase = [f"requires(small, gout, {phase}, tests, a)" for phase in PHASES]
    told = [
        Made(Facts(indications=["gout"]), {POLICY: [*rules, "met(small, tests) :- tested"]})
        .written(tmp_path / f"{len(rules)}")
        .meaning(POLICY)
        for rules in (of_phase, of_phase[:1])
    ]
    assert [[each.phase for each in meaning.pathways] for meaning in told] == [
        ["continuation", "initial"],
        ["initial", None],
    ]


def test_where_no_text_can_be_read_otherwise_and_no_list_is_long_nothing_is_said_of_it(
    tmp_path: Path,
) -> None:
    rules = ["requires(small, gout, initial, t, a)", "met(small, t) :- tested"]
    told = text_of(Made(Facts(), {POLICY: rules}).written(tmp_path).meaning(POLICY))
    assert ("Read by" in told, "Of long lists" in told) == (False, False)
    assert "t is met just when tested" in told


def test_a_name_that_has_a_capital_keeps_it_within_a_sentence(tmp_path: Path) -> None:
    rules = [
        "requires(small, gout, initial, t, a)",
        "requires(small, gout, initial, u, a)",
        "met(small, t) :- diagnosis(crohn)",
        "met(small, u) :- not tested",
        'label(crohn, "Crohn\'s disease")',
        'fact_text(diagnosis(crohn), "{1} is diagnosed.", "{1} is not diagnosed.")',
    ]
    told = text_of(Made(Facts(conditions=["crohn"]), {POLICY: rules}).written(tmp_path).meaning(POLICY))
    assert "t is met just when Crohn's disease is diagnosed" in told
    assert "u is met just when not tested" in told


# ---- words -------------------------------------------------------------------------------------


def text_of(told: Meaning) -> str:
    return " ".join(click.unstyle(meaning_text(told, 80)).split())


SAID = """
no_live_vaccine is met just when no live vaccine is given or planned during the requested period (f20, f28)
adult is met just when the age is 18 years or more (f15, f22)
no_cyclophosphamide is met just when all of these are so: (f17b, f26b) - any of these is so: - The patient
  does not take cyclophosphamide. - Cyclophosphamide is stopped before the requested drug is given.
  - Cyclophosphamide is not started together with the requested drug.
investigational denies just when it is not requested for lupus nephritis (f14c)
MODIFY just when all of these are so: - any of these is so: - The period asked for is more than 12 months.
  (f31) - The quantity asked for (capsules over days of supply) is more than 540 capsules per 90 days. (f30)
  - The age is 18 years or more. (f15)
- The prescriber does not agree to monitor eGFR. (f18)
REFER never
Any other request APPROVE never MODIFY never DENY always
"""


@pytest.mark.parametrize("sentence", SAID.strip().replace("\n  ", " ").splitlines())
def test_lupkynis_in_words(lupkynis: Meaning, sentence: str) -> None:
    assert sentence in text_of(lupkynis)


def test_a_group_is_told_as_one_with_all_its_names(lupkynis: Meaning) -> None:
    (met,) = [meant.sense for meant in lupkynis.items if meant.id == "background_therapy"]
    assert met is not None
    (group,) = [part for part in met.parts if part.names]
    assert group.text == f"The patient takes one of {', '.join(group.names)}."
    assert [part.fact for part in group.parts] == [
        f"taking({name.replace(' ', '_')})" for name in group.names
    ]
    assert "cyclophosphamide" not in group.names
    assert "voclosporin" not in group.names


def test_what_is_barred_of_each_of_several_is_told_once(benlysta: Meaning) -> None:
    (deny,) = [
        ends.sense
        for way in benlysta.pathways
        if (way.indication, way.phase) == ("sle", "initial")
        for ends in way.outcomes
        if ends.outcome == "deny"
    ]
    assert deny is not None
    (said,) = [part for part in deny.parts if part.of == "any" and not part.text]
    (taken,) = [part for part in said.parts if part.text.startswith("For one of ")]
    assert taken.text.endswith(
        ": the patient takes it; and it is not stopped before the requested drug is given."
    )
    assert "rituximab" in taken.names
    assert taken.sources == ("u54", "u56")


def test_what_refers_names_the_list_that_denies(benlysta: Meaning) -> None:
    assert "any of these is so: the list under DENY" in text_of(benlysta)
    assert "any of these is so: the list under deny" in "".join(map(str, outcomes_html(benlysta)))


def test_of_exclusions_that_differ_in_a_name_one_is_told(benlysta: Meaning) -> None:
    text = text_of(benlysta)
    assert "other_biologic(anifrolumab) denies just when any of these is so" in text
    assert "other_biologic(rituximab) denies" not in text
    assert "likewise rituximab" in text


def test_too_many_conditions_are_not_told_and_that_is_said(
    few: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(primes, "MOST", 1)
    told = few.meaning("fep_lupkynis")
    assert {meant.sense is None for meant in told.items} == {True, False}
    why = ": not told here, it holds under more than 1 conditions, too many to tell"
    assert f"{why}." in text_of(told)
    untold = next(meant for meant in told.items if meant.sense is None)
    alike = replace(told, items=tuple(replace(untold, id=f"odd({name})") for name in "ab"), pathways=())
    assert "likewise b" in text_of(alike)
    assert f"</strong>{why}" in document_html(document(few, "fep_lupkynis", "2024-10-01"), told)


# ---- on the command line -----------------------------------------------------------------------


def test_it_is_shown_and_as_json_it_is_as_its_schema_says(few: KnowledgeBase) -> None:
    root = str(few.files.root)
    shown = command("show", "fep_lupkynis", "--meaning", "--json", "--kb", root)
    told = json.loads(shown.out)
    jsonschema.validate(told, schemas(few)["meaning"])
    assert (told["policy"], told["edition"]) == ("fep_lupkynis", "2024-10-01")
    assert told["readings"]["term_limit"] == "cap"
    text = command("show", "fep_lupkynis", "--meaning", "--kb", root).out
    assert text.startswith("fep_lupkynis, edition 2024-10-01: what it says\n")


def test_it_stands_beside_the_rules_on_the_page(few: KnowledgeBase, lupkynis: Meaning) -> None:
    page = document_html(document(few, "fep_lupkynis", "2024-10-01"), lupkynis)
    assert "<strong>Is met</strong> just when the age is 18 years or more" in page
    assert 'id="outcomes"' in page
    assert "<details><summary>all " in page


def test_the_ledger_and_the_meaning_are_two_views() -> None:
    refused = command("show", "fep_lupkynis", "--meaning", "--clauses")
    assert refused.status == 2
    assert "--clauses and --meaning are two views; ask for one" in refused.err
