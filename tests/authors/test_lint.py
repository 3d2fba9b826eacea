"""The linter finds what is wrong with rule files, at its place, and nothing else."""

from __future__ import annotations

import ast as python
import json
import re
import shutil
from collections import Counter
from functools import cache
from pathlib import Path
from typing import get_args
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lupa
from lupa import CaseError, KnowledgeBase
from lupa.authors.lint import cuts
from lupa.authors.lint.contrary import _asked
from lupa.authors.lint.files import RuleFile, _said, read_file
from lupa.authors.lint.rules import CODES, COVERED, READ_BY_LUPA, RULES
from lupa.authors.lint.run import lint
from lupa.authors.reports.finding import Check, Finding
from lupa.authors.syntax import statements
from lupa.record.behind import BEHIND
from lupa.rules.asking import ANSWERS
from lupa.rules.files import RuleFiles, shipped
from lupa.rules.nodes import ROWS
from lupa.rules.quantities import Made
from lupa.rules.shared import NO_MORE
from tests import random_policies
from tests.command import command
from tests.rules.test_rules import looked_up
from tests.slim import slim
from tests.small import small_kb, vocabulary
from tests.times import THOROUGH, times

pytestmark = pytest.mark.slow

POLICY = "policies/fep_lupkynis/policy.lp"
CLAUSES = "policies/fep_lupkynis/clauses.lp"
ABOUT = "policies/fep_lupkynis/about.lp"
BENLYSTA = "policies/uhc_benlysta/policy.lp"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A slim copy of the knowledge base that ships with lupa, to be spoilt."""
    return slim(tmp_path / "kb", "cases")


def add(folder: Path, rules: str, name: str = POLICY) -> int:
    """Adds rules to a file; the line where they begin."""
    path = folder / name
    text = path.read_text() if path.exists() else ""
    path.write_text(f"{text}\n{rules}\n")
    return text.count("\n") + 2


def change(folder: Path, old: str, new: str, name: str = POLICY) -> int:
    """Changes the first place in a file where a text stands; its line."""
    path = folder / name
    before, found, after = path.read_text().partition(old)
    assert found
    path.write_text(before + new + after)
    return before.count("\n") + 1


def found_in(folder: Path, *policies: str) -> list[str]:
    """What the linter finds: place, rule and text, without the folder of the policy."""
    report = lint(RuleFiles(folder), policies or None)
    return [_line(finding) for finding in report.new]


def _line(finding: Finding) -> str:
    place = str(finding.places[0]).removeprefix("policies/fep_lupkynis/")
    return f"{place}: {finding.check}: {finding.text}"


def found(folder: Path) -> list[str]:
    """What the linter finds in the folder of the policy on Lupkynis."""
    return found_in(folder, "fep_lupkynis")


def rules_of(lines: list[str]) -> list[str]:
    """The rules of the linter that are broken."""
    return [line.split(": ")[1] for line in lines]


# ---- nothing where nothing is wrong ------------------------------------------------------------


def test_the_shipped_rules_break_no_rule() -> None:
    assert [_line(finding) for finding in KnowledgeBase.load().lint().findings] == []


def test_each_shipped_policy_breaks_no_rule_by_itself() -> None:
    kb = shipped("kb")
    assert [found_in(kb, policy) for policy in RuleFiles(kb).policies] == [[], []]


@pytest.mark.parametrize("policy", ["fep_lupkynis", "uhc_benlysta"])
def test_in_a_knowledge_base_of_one_policy_only_facts_are_idle(folder: Path, policy: str) -> None:
    for other in (folder / "policies").iterdir():
        if other.name != policy:
            shutil.rmtree(other)
    assert set(rules_of(found_in(folder))) <= {"unread-fact"}


def test_without_a_policy_the_shared_rules_lack_nothing(folder: Path) -> None:
    shutil.rmtree(folder / "policies")
    (folder / "policies").mkdir()
    assert not [f for f in lint(RuleFiles(folder)).findings if f.severity == "error"]


def test_reformatted_rules_break_no_rule(folder: Path) -> None:
    for path in folder.rglob("*.lp"):
        path.write_text("\n\n".join(f"  {statement}" for statement in statements(path)[1:]))
    assert found_in(folder) == []


def test_renamed_variables_break_no_rule(folder: Path) -> None:
    for path in folder.rglob("*.lp"):
        parts = re.split(r'("[^"\n]*"|%[^\n]*)', path.read_text())
        parts[::2] = [re.sub(r"\b([A-Z][A-Za-z]*)\b", r"\1x", part) for part in parts[::2]]
        path.write_text("".join(parts))
    assert found_in(folder) == []


# ---- each rule fires at its place, and is silent on the sound form -----------------------------

MET = "met(fep_lupkynis, adult) :- "
NOTE = "note(fep_lupkynis, on_steroids) :- taking(prednisone).\n"
NOTE_CITES = "cites(fep_lupkynis, note(on_steroids), f17a).\n"
NOTE_TEXT = 'text(fep_lupkynis, note(on_steroids), "It is so.", "It is not.").'
CLAUSE = 'clause(fep_lupkynis, f90, criterion, "Item 90", "Something else is asked for.").\n'
FACT = """fact(insured). insured :- true(insured).
fact_text(insured, "There is cover.", "There is none."). question(insured, "Is there cover?").
"""

JUDGED = """requires(fep_lupkynis, lupus_nephritis, initial, judged, f25).
text(fep_lupkynis, criterion(judged), "The prescriber judges so.", "The prescriber does not judge so.").
met(fep_lupkynis, judged) :- """

FIRES = {
    # rule: what is added to the policy, line (from there) and column where it is wrong, the sound form
    "syntax": (f"{MET}taking(Drug,", "2:1", f"{MET}taking(prednisone)."),
    "not-a-definition": ("\n  { live_vaccine }.", "2:3", f"{MET}live_vaccine."),
    "unsafe": (f"{MET}not taking(Drug), not class(Drug, _, _).", "1:57", f"{MET}not taking(prednisone)."),
    "undefined": (f"{MET}takign(prednisone).", "1:29", f"{MET}taking(prednisone)."),
    "wrong-arity": (f"{MET}class(quinacrine, antimalarial).", "1:29", f"{MET}class(quinacrine, _, _)."),
    "misspelt": (f"{MET}taking(cyclophosphamid).", "1:36", f"{MET}taking(cyclophosphamide)."),
    "unknown-name": (f"{MET}taking(aspirin).", "1:36", f"{MET}taking(methylprednisolone)."),
    "two-rows": (
        "number(fep_lupkynis, criterion(adult), 21).",
        "1:1",
        "number(fep_lupkynis, criterion(adult), 18).",
    ),
    "varying-row": (
        "effort(documented(clinical_benefit), yes, find_out, 3) :- diagnosis(sle).",
        "1:59",
        "effort(documented(clinical_benefit), yes, find_out, 3) :- condition(sle).",
    ),
    "quoted-number": (
        f'oldest(fep_lupkynis, "90").\n{MET}oldest(fep_lupkynis, Age), at_least(age, Age).',
        "1:22",
        f"oldest(fep_lupkynis, 18).\n{MET}oldest(fep_lupkynis, Age), at_least(age, Age).",
    ),
    "cut-point": (
        f"{MET}at_least(age, 90).",
        "1:29",
        f"{MET}at_least(age, 90). cut_point(at_least(age, 90)).",
    ),
    "unknown-clause": (
        "cites(fep_lupkynis, basis(investigational), f99).",
        "1:45",
        "cites(fep_lupkynis, basis(investigational), f15).",
    ),
    "no-text": (NOTE + NOTE_CITES, "1:1", NOTE + NOTE_CITES + NOTE_TEXT),
    "no-clause": (NOTE + NOTE_TEXT, "1:1", NOTE + NOTE_CITES + NOTE_TEXT),
    "refused": ("one :- not two. two :- not one.", "", f"one :- live_vaccine. {MET}one."),
    "endless": (
        f"step(1).\nstep(Number + 1) :- step(Number).\n{MET}step(_).",
        "2:1",
        f"step(1).\nnext(Number + 1) :- step(Number).\n{MET}next(_).",
    ),
    "unused": ("three :- taking(prednisone).", "1:1", f"three :- taking(prednisone). {MET}three."),
    "idle": ("never_background(quinacrine).", "1:1", "never_background(azathioprine)."),
    "lonely-variable": (
        f"{MET}class(Drug, _, Ground), taking(Drug).",
        "1:44",
        f"{MET}class(Drug, _, _), taking(Drug).",
    ),
    "unencoded-clause": (CLAUSE, "1:1", f'{CLAUSE}unencoded(fep_lupkynis, f90, "It is advice.").'),
    "encoded-and-unencoded": (
        'unencoded(fep_lupkynis, f15, "It has a rule.").',
        "1:1",
        CLAUSE.replace("f90, criterion", "f91, informational"),
    ),
    "contrary": (
        f"{JUDGED}not attests(benefits_outweigh_risks).",
        "3:1",
        f"{JUDGED}attests(benefits_outweigh_risks).",
    ),
    "stated": (
        f"{FACT.replace('true', 'not true')}{MET}insured.",
        "1:16",
        f"{FACT}{MET}insured.",
    ),
    "taken-name": (
        "together(fep_lupkynis) :- live_vaccine.",
        "1:1",
        f"both :- live_vaccine. {MET}both.",
    ),
    "duplicate": (
        f"{MET}live_vaccine.\nmet(fep_lupkynis,adult):-live_vaccine.",
        "2:1",
        f"{MET}live_vaccine.",
    ),
    "ignore": (
        f"% lint: ignore undefined\n{MET}live_vaccine.",
        "1:1",
        f"% lint is good\n{MET}live_vaccine.",
    ),
    "unread-fact": (FACT, "1:1", f"{FACT}{MET}insured."),
    "no-label": (
        f"drug(aspirin). {MET}taking(aspirin).",
        "1:1",
        f'drug(aspirin). label(aspirin, "aspirin"). {MET}taking(aspirin).',
    ),
}


def test_every_rule_is_made_to_fire() -> None:
    assert {*FIRES, "about", "tree", "relation"} == set(RULES)  # of trees and charts there are others


@pytest.mark.parametrize("rule", FIRES)
def test_a_rule_of_the_linter_finds_what_breaks_it_at_its_place(folder: Path, rule: str) -> None:
    rules, place, _ = FIRES[rule]
    line = add(folder, rules)
    below, _, column = place.partition(":")
    where = f"policy.lp:{line + int(below) - 1}:{column}: " if place else "about.lp:1:1: "
    assert [text.startswith(f"{where}{rule}: ") for text in found(folder)] == [True]


def test_the_linter_is_silent_on_the_sound_form_of_each(folder: Path) -> None:
    lines = (line for _, _, sound in FIRES.values() for line in sound.split("\n"))
    add(folder, "\n".join(dict.fromkeys(lines)))  # all at once, and what several hold once
    assert found(folder) == []


def test_of_a_choice_that_a_rule_reads_no_value_is_idle(folder: Path) -> None:
    line = add(
        folder,
        "fact(smoking(Habit)) :- habit(Habit). smoking(Habit) :- true(smoking(Habit)).\n"
        'single_valued(smoking). question(smoking, "Does the patient smoke?").\n'
        'habit(never). label(never, "never"). habit(now). label(now, "now").\n'
        'fact_text(smoking, "Smokes: {1}.", "Does not smoke: {1}.").',
    )
    idle = f"policy.lp:{line + 2}:1: unread-fact: no rule of any policy reads smoking(never) and 1 more"
    assert found(folder) == [idle]
    add(folder, f"{MET}not smoking(now).")
    assert found(folder) == []


def test_a_criterion_whose_sentences_are_the_wrong_way_round_is_found(folder: Path) -> None:
    met, unmet = '"The lupus nephritis is active."', '"The lupus nephritis is not active."'
    change(folder, f"{met}, {unmet}", f"{unmet}, {met}")
    (wrong,) = found(folder)
    assert ": contrary: criterion(active_lupus_nephritis) is met just when" in wrong


def test_a_number_that_is_not_above_a_bound_denies_nothing(folder: Path) -> None:
    add(
        folder,
        'quantity(loss, "percent", -100, 100). label(loss, "the change of the weight").\n'
        "cut_point(more_than(loss, -5)).\n"
        "requires(fep_lupkynis, lupus_nephritis, initial, judged, f25).\n"
        "met(fep_lupkynis, judged) :- not more_than(loss, -5).\n"
        'text(fep_lupkynis, criterion(judged), "The weight has fallen by 5 percent or more.", '
        '"The weight has not fallen by 5 percent.").',
    )
    assert found(folder) == []


def test_others_are_told_from_the_drug_that_is_covered_whatever_their_class(folder: Path) -> None:
    add(
        folder,
        'drug(vocasporin). label(vocasporin, "vocasporin"). class(vocasporin, kept_off, "An example."). '
        "never_background(Drug) :- class(Drug, kept_off, _), Drug != voclosporin.",
    )
    assert [text for text in found(folder) if ": misspelt: " in text] == []


def test_what_follows_from_another_fact_is_still_as_it_is_stated(folder: Path) -> None:
    add(folder, f"{FACT}insured :- taking(prednisone). {MET}insured.")
    assert found(folder) == []


AGED = """requires(fep_lupkynis, lupus_nephritis, initial, aged, f25).
cut_point(at_least(age, 65)).
text(fep_lupkynis, criterion(aged), "The patient is 65 years or older.", "The patient is younger than 65.").
met(fep_lupkynis, aged) :- """


def test_a_criterion_that_asks_for_a_large_number_does_not_take_a_small_one(folder: Path) -> None:
    add(folder, f"{AGED}not at_least(age, 65).")
    (wrong,) = found(folder)
    assert ": contrary: criterion(aged) is met just when “The age is less than 65 years.”" in wrong


def test_a_criterion_that_asks_for_a_large_number_takes_one(folder: Path) -> None:
    add(folder, f"{AGED}at_least(age, 65).")
    assert found(folder) == []


BARRED = """cites(fep_lupkynis, basis(beside(prednisone)), f25).
text(fep_lupkynis, basis(beside(prednisone)), "It is barred.", "The patient does not take prednisone.").
excluded(fep_lupkynis, beside(prednisone)) :- """


def test_an_exclusion_is_not_of_those_whom_its_words_let_pass(folder: Path) -> None:
    add(folder, f"{BARRED}not taking(prednisone).")
    (wrong,) = found(folder)
    assert ": contrary: basis(beside(prednisone)) is told just when “The patient does not take" in wrong


def test_an_exclusion_is_of_those_whom_its_words_do_not_let_pass(folder: Path) -> None:
    add(folder, f"{BARRED}taking(prednisone).")
    assert found(folder) == []


def test_a_note_denies_what_its_fact_affirms(folder: Path) -> None:
    add(
        folder,
        NOTE.replace("taking", "not taking")
        + NOTE_CITES
        + NOTE_TEXT.replace("It is so", "The patient takes prednisone now"),
    )
    (wrong,) = found(folder)
    assert ": contrary: note(on_steroids) is told just when" in wrong


def test_two_criteria_that_ask_for_what_the_other_says_are_exchanged(folder: Path) -> None:
    change(folder, "received(belimumab_intravenous).", "given.", BENLYSTA)
    change(folder, "documented(clinical_response).", "received(belimumab_intravenous).", BENLYSTA)
    change(
        folder,
        "prior_infusion)    :- given.",
        "prior_infusion)    :- documented(clinical_response).",
        BENLYSTA,
    )
    (wrong,) = found_in(folder, "uhc_benlysta")
    assert ": contrary: criterion(prior_infusion) is met just when “A document shows a clinical" in wrong
    assert wrong.endswith("are they exchanged?")


def test_a_criterion_on_several_facts_is_left_to_its_author(folder: Path) -> None:
    add(folder, JUDGED + "not attests(benefits_outweigh_risks), not live_vaccine.")
    assert found(folder) == []


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_says_in_a_sentence_what_it_demands(rule: Check) -> None:
    assert re.fullmatch(r"[A-Zl][^\n]{20,110}\.", rule.text)


def test_what_lupa_reads_is_what_its_sources_look_up() -> None:
    rooms = Path(lupa.__file__).parent
    paths = [path for path in rooms.rglob("*.py") if rooms / "authors" not in path.parents]
    sources = [path.read_text(encoding="utf-8") for path in paths]
    found = {looked_up(node) for source in sources for node in python.walk(python.parse(source))}
    by_name = {each for each in found if each and each[0] and each[1] < 10}  # none has ten
    made = {(kind, 3) for kind in get_args(Made) if kind != "rate"}
    assert by_name | COVERED | {CODES, (BEHIND, 1), (NO_MORE, 2), *ROWS} | made == READ_BY_LUPA


# ---- what it says ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            f"{MET}standard_tratment(_).",
            "undefined: standard_tratment/1 is read here and nothing derives it",
        ),
        (
            f"{MET}never_backgrund(_).",
            "never_backgrund/1 is read here and nothing derives it; did you mean never_background/1?",
        ),
        (
            f"{MET}taking(prednisone, now).",
            "wrong-arity: taking/2 is read here and nothing derives it; elsewhere it is taking/1",
        ),
        (
            f"{MET}reading(cyclophosphamide, as_backgrund).",
            "misspelt: as_backgrund is not known here: no reading/2 has it; did you mean as_background?",
        ),
        (
            "requires(fep_lupkynis, lupus_nephritis, initail, adult, f15).",
            "misspelt: initail is not known here: no requested/2 has it; did you mean initial?",
        ),
        (
            "requires(fep_lupkynis, lupus_nephritis, initial, no_live_vacine, f15).",
            "misspelt: no_live_vacine is not known here: no met/2 has it; did you mean no_live_vaccine?",
        ),
        (
            "requires(fep_lupkynis, lupus_nephritis, initial, insured, f15).",
            "unknown-name: insured is not known here: no met/2 has it",
        ),
        (
            'text(fep_lupkynis, criterion(adlt), "So.", "Not so.").',
            "misspelt: adlt is not known here: no rule gives the policy such an item; did you mean adult?",
        ),
        (
            'text(fep_lupkynis, criterin(adult), "So.", "Not so.").',
            (
                "misspelt: criterin(adult) is not known here: no rule gives the policy such an item; "
                "did you mean criterion?"
            ),
        ),
        (
            "met(fep_lupkyni, adult) :- live_vaccine.",
            "misspelt: fep_lupkyni is not known here: no policy/1 has it; did you mean fep_lupkynis?",
        ),
        (
            f"{MET}taking(Drug), Drug != predisone.",
            "predisone is compared with here, and nothing else holds it; did you mean prednisone?",
        ),
        (
            (
                "never_background(Drug) :- class(Drug, Class, _), Class = corticosteriod, taking(Drug).\n"
                'label(corticosteriod, "a steroid").'
            ),
            (
                "misspelt: corticosteriod is compared with Class, and no class/3 has it; "
                "did you mean corticosteroid?"
            ),
        ),
        (
            f"oldest(fep_lupkynis, (90; 95)).\n{MET}oldest(fep_lupkynis, Age), not more_than(age, Age).",
            (
                "cut-point: more_than(age,90) and 1 more can never be so, for no cut point declares it; "
                "write cut_point(more_than(age,90)). cut_point(more_than(age,95))."
            ),
        ),
        (
            f'quantity(weight, "kg", 1, 500). cut_point(at_least(weight, 50)).\n{MET}at_least(weight, 50).',
            'no-label: the quantity weight has no label; write label(weight, "...")',
        ),
        ("fact(taking(prednisone)).", "duplicate: taking(prednisone) is declared at vocabulary.lp:"),
        ("fact(dosed_per_label).", "duplicate: dosed_per_label is declared at vocabulary.lp:"),
        ("fact((live_vaccine; lives_alone)).", "duplicate: live_vaccine is declared at policies/fep_"),
        (
            f"{MET}tried(prednisone, intolerance).",
            (
                "unknown-name: tried(prednisone,intolerance) can never be so, for nothing declares it; "
                "write asks_of_earlier_treatment(prednisone)."
            ),
        ),
        (
            f"{MET}not measured(at_least(egfr, 60), 90).",
            (
                "unknown-name: measured(at_least(egfr,60),90) can never be so, for nothing declares it; "
                "write asks_whether_measured(at_least(egfr,60),90)."
            ),
        ),
        (
            f"{MET}taking(Drug), (Drug, ibuprofen) = (ibuprofen, Drug).",
            "unknown-name: ibuprofen is compared with here, and nothing else holds it",
        ),
        (
            "never_background(azathioprin).",
            (
                "misspelt: nothing can come of this row, for nothing else knows azathioprin; "
                "did you mean azathioprine?"
            ),
        ),
        (
            (
                'clause(fep_lupkynis, f90, advisry, "Item 90", "It is advice.").\n'
                'unencoded(fep_lupkynis, f90, "It is advice.").'
            ),
            "misspelt: no other clause is of the kind advisry; did you mean advisory?",
        ),
        (
            (
                "fact(insured). insured :- true(insured). met(fep_lupkynis, adult) :- insured.\n"
                'question(insured, "Is there cover?").'
            ),
            "no-text: the fact insured has no fact_text/3; give it words where it is declared",
        ),
        (
            f"{MET}not -live_vaccine.",
            "undefined: -live_vaccine/0 is read here and nothing derives it; did you mean live_vaccine/0?",
        ),
        ("#defined nobody/3.", "unused: nobody/3 is declared here and nothing reads it"),
        (
            'quantity(time_on(prednisone), "weeks", 0, 99). effort(at_least(time_on), yes, change, 2).',
            "unknown-name: time_on is not known here: no fact of a case is that, or begins so; write it",
        ),
        # names that laws have for what they work out
        ("granted :- live_vaccine.", "unused: granted/0 is derived here and nothing reads it"),
        ("opposite(one, other).", "unused: opposite/2 is derived here and nothing reads it"),
        (
            "note(ö).",
            "syntax: ö can stand only in quotes or in a comment; names are written in plain letters",
        ),
        (
            "impossible(everybody).",
            "refused: impossible(everybody) holds whatever a case says, so that none could",
        ),
        (f"{MET}at_least(age, 10 + young).", "refused: operation undefined"),
        ("&sum { age } >= 18.", "not-a-definition: a choice is not allowed in a knowledge base"),
        (f"{MET}&sum {{ age }} >= 18.", "syntax: no definition found for theory atom"),
        ("1 { live_vaccine : taking(prednisone) } 1.", "not-a-definition: a choice is not allowed"),
        ("1 = #count { X : live_vaccine(X) : X = 1..2 }.", "not-a-definition: a choice is not allowed"),
        ("#show taking/1.", "not-a-definition: #show is not allowed in a knowledge base"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, rules: str, said: str) -> None:
    add(folder, rules)
    assert [line for line in found(folder) if said in line]


def test_a_column_counts_letters_and_not_bytes(folder: Path) -> None:
    line = add(folder, f'word("Sjögren"). {MET}word(_), takign(prednisone).')
    assert [text.split(": ")[:2] for text in found(folder)] == [[f"policy.lp:{line}:55", "undefined"]]


def test_a_fault_is_told_once_at_each_of_its_places(folder: Path) -> None:
    line = add(folder, f"{MET}takign((prednisone; prednisolone)).\n{MET}takign(methylprednisolone).")
    assert [text.split(": ")[0] for text in found(folder)] == [
        f"policy.lp:{line}:29",
        f"policy.lp:{line + 1}:29",
    ]


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [
        ("condition(hypertensive_emergency).", "", ["unknown-name"]),
        ("alias(sle,      ", "alias(slee,     ", ["misspelt"]),
        ("has_activity(lupus_nephritis)", "has_activity(lupus_nefritis)", []),
    ],
)
def test_a_shared_name_is_looked_at_in_the_light_of_every_policy(
    folder: Path, old: str, new: str, broken: list[str]
) -> None:
    change(folder, old, new, "conditions.lp")
    assert set(broken) <= set(rules_of(found_in(folder))) != set()


def test_slips_in_what_is_looked_up_beside_the_rules_are_found(folder: Path) -> None:
    facts = "policies/fep_lupkynis/facts.lp"
    change(folder, "member_text(attests", "member_text(attets", facts)
    change(folder, "answer_text(one_of", "answer_text(onee_of", "asking.lp")
    change(folder, 'code(icd10cm, "M32.11"', 'code(icd10cmm, "M32.11"', "codes.lp")
    assert {line.partition(": ")[2] for line in found_in(folder)} == {
        "misspelt: attets is not known here: no facts of a case are called so; did you mean attests?",
        "misspelt: onee_of is not known here: no answer has such a part; did you mean one_of?",
        "misspelt: hardly any row is of the code system icd10cmm; did you mean icd10cm?",
    }


def test_a_code_system_with_few_rows_of_its_own_is_none_that_is_misspelt(folder: Path) -> None:
    add(folder, 'code(icd9cm, "710.0", diagnosis(sle), equivalent, "Lupus.").', "codes.lp")
    assert found_in(folder) == []


def test_a_family_that_no_policy_has_may_be_asked_together(folder: Path) -> None:
    add(folder, 'asked_together(insured_by).\nmember_text(insured_by, "{1}").', "asking.lp")
    assert found_in(folder) == []


def test_every_part_of_an_answer_has_words() -> None:
    rows = re.findall(r"^answer_text\((\w+),", (shipped("kb") / "asking.lp").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(ANSWERS)


def test_a_drug_that_is_misspelt_in_the_table_of_classes_is_found(folder: Path) -> None:
    change(folder, "class(ocrelizumab,", "class(ocrlizumab,", "drugs.lp")
    assert {text.partition(": ")[2] for text in found_in(folder)} == {
        (
            "no-label: ocrlizumab stands in a sentence and has no label; "
            'write label(ocrlizumab, "..."); or did you mean ocrelizumab?'
        )
    }


def test_of_a_shared_table_that_no_policy_reads_one_note_is_made(folder: Path) -> None:
    line = add(folder, "strength(prednisone, 5).\nstrength(prednisolone, 5).", "drugs.lp")
    assert found_in(folder) == [
        f"drugs.lp:{line}:1: unread-fact: strength/2 is derived here and nothing reads it"
    ]


def test_facts_that_no_rule_reads_are_told_by_kind(folder: Path) -> None:
    first = add(folder, 'finding(biopsy). label(biopsy, "a biopsy").', "vocabulary.lp")
    add(folder, 'finding(proteinuria). label(proteinuria, "proteinuria").', "vocabulary.lp")
    second = add(folder, 'quantity(weight, "kg", 1, 500). label(weight, "the weight").', "vocabulary.lp")
    assert found_in(folder) == [
        f"vocabulary.lp:{first}:1: unread-fact: no rule of any policy reads documented(biopsy) and 1 more",
        f"vocabulary.lp:{second}:1: unread-fact: no rule of any policy reads weight",
    ]


def test_the_numbers_of_a_difference_that_no_rule_reads_are_idle_with_it(folder: Path) -> None:
    numbers = "".join(
        f'quantity({name}, "kg", 1, 500). label({name}, "the {name}").\n'
        for name in ("loss", "before", "now")
    )
    line = add(folder, f"{numbers}difference(loss, before, now).", "vocabulary.lp")
    assert found_in(folder) == [
        f"vocabulary.lp:{line}:1: unread-fact: no rule of any policy reads loss and 2 more"
    ]


def test_where_too_many_rows_would_have_to_be_looked_at_no_cut_point_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cuts, "_MANY", 1)
    add(
        folder, f"oldest(fep_lupkynis, (90; 95)).\n{MET}oldest(fep_lupkynis, Age), not more_than(age, Age)."
    )
    assert rules_of(found_in(folder)) == ["unknown-name"]


def test_what_a_shared_rule_reads_some_policy_may_give_if_it_is_declared(folder: Path) -> None:
    line = add(folder, "addressed(Policy) :- waived(Policy).", "decision.lp")
    add(folder, "waived(fep_lupkynis) :- live_vaccine.")
    assert found_in(folder) == [
        f"decision.lp:{line}:22: undefined: waived/1 is read here and nothing derives it"
    ]
    add(folder, "#defined waived/1.", "decision.lp")
    assert found_in(folder) == []


def test_what_every_policy_gives_a_shared_rule_may_read(folder: Path) -> None:
    add(folder, "addressed(Policy) :- waived(Policy).", "decision.lp")
    for policy in RuleFiles(folder).policies:
        add(folder, f"waived({policy}) :- dosed_per_label.", f"policies/{policy}/policy.lp")
    assert found_in(folder) == []


def test_a_comparison_with_a_known_name_is_sound(folder: Path) -> None:
    add(folder, f"{MET}taking(Drug), Drug != prednisone.")
    assert found(folder) == []


def test_a_condition_that_no_row_meets_is_told_as_it_is_written(folder: Path) -> None:
    line = add(folder, f'dose(prednisone, 5).\n{MET}dose(Drug, "5"), taking(Drug).')
    said = 'unknown-name: dose(Drug,"5") is not known here: no dose/2 has it'
    assert found(folder) == [f"policy.lp:{line + 1}:29: {said}"]


def test_words_are_missed_beside_another_fault_too(folder: Path) -> None:
    add(folder, f"{NOTE}{NOTE_CITES}{BAD}".replace("on_steroids", "step(5)"))
    add(folder, NOTE_TEXT.replace("on_steroids", "step(6)"))
    assert rules_of(found(folder)) == ["no-text", "undefined", "unknown-name"]


def test_a_blank_that_no_argument_fills_needs_no_label(folder: Path) -> None:
    add(folder, f"{FACT.replace('There is cover.', 'There is {1}.')}{MET}insured.")
    assert found(folder) == []


# ---- files that cannot be read -----------------------------------------------------------------


def test_of_a_broken_file_every_fault_is_told_and_the_others_are_looked_at(folder: Path) -> None:
    first = add(folder, f"{MET}taking(\n.\n{MET}, live_vaccine.\n")
    second = add(folder, 'unencoded(fep_lupkynis, f35, "Reviews alter", "nothing").', CLAUSES)
    assert [line.split(": ")[:2] for line in found(folder)] == [
        [f"clauses.lp:{second}:1", "wrong-arity"],
        [f"policy.lp:{first + 1}:1", "syntax"],
        [f"policy.lp:{first + 2}:29", "syntax"],
    ]


def test_another_policy_is_looked_at_beside_a_broken_one(folder: Path) -> None:
    line = add(folder, "no more.")
    add(
        folder,
        "met(uhc_benlysta, active_sle) :- taking(cyclophosphamid).",
        "policies/uhc_benlysta/policy.lp",
    )
    assert rules_of(found_in(folder)) == ["syntax", "misspelt"]
    assert rules_of(found_in(folder, "uhc_benlysta")) == ["misspelt"]
    assert found(folder)[0].startswith(f"policy.lp:{line}:4: syntax: ")


def test_a_broken_shared_file_gives_no_other_alarm(folder: Path) -> None:
    add(folder, "no more.", "vocabulary.lp")
    assert rules_of(found_in(folder)) == ["syntax"]
    assert found(folder) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x80\x81", "not a text in UTF-8 (byte 1)"),
        ("policy(x).".encode("utf-16"), "not a text in UTF-8 (byte 1)"),
        (b"\0" * 10, "lexer error"),
    ],
)
def test_a_file_that_is_no_text_is_told_and_nothing_else(folder: Path, data: bytes, said: str) -> None:
    (folder / CLAUSES).write_bytes(data)
    lines = [line for line in found(folder) if "clauses.lp" in line]
    assert len(lines) == 1
    assert lines[0].startswith("clauses.lp:1:1: syntax: ")
    assert said in lines[0]


def test_a_comment_without_an_end_is_told_at_the_end(folder: Path) -> None:
    (folder / CLAUSES).write_text("%* never closed")
    assert found(folder) == ["clauses.lp:1:16: syntax: lexer error, unexpected <EOF>"]


def test_a_folder_in_the_place_of_a_file_is_told(folder: Path) -> None:
    (folder / "more.lp").mkdir()
    assert found_in(folder) == ["more.lp:1:1: syntax: cannot be read: Is a directory"]


def test_every_directive_that_does_more_than_define_is_told_and_none_is_run(folder: Path) -> None:
    script = "#script (python)\nimport os\nos.mkdir('ran')\n#end."
    line = add(folder, f'#show.\n#include "/etc/passwd".\n{script}')
    assert [text.split(" ")[:3] for text in found(folder)] == [
        [f"policy.lp:{line}:1:", "not-a-definition:", "#show"],
        [f"policy.lp:{line + 1}:1:", "not-a-definition:", "#include"],
        [f"policy.lp:{line + 2}:1:", "not-a-definition:", "#script"],
        [f"policy.lp:{line + 5}:1:", "not-a-definition:", "#end"],
    ]
    assert not Path("ran").exists()


# ---- what a policy says of itself --------------------------------------------------------------


def test_a_policy_that_does_not_say_what_it_is_is_told(folder: Path) -> None:
    (folder / ABOUT).unlink()
    assert (
        found(folder)[0]
        == "about.lp:1:1: about: missing; it says which drug the policy covers and since when"
    )


def test_an_about_file_that_lacks_something_is_told(folder: Path) -> None:
    change(folder, "payer(", "% payer(", ABOUT)
    assert found(folder) == ['about.lp:1:1: about: payer(fep_lupkynis, "...") is missing']


def test_of_an_about_file_that_cannot_be_read_nothing_else_is_told(folder: Path) -> None:
    line = add(folder, "no more.", ABOUT)
    assert [text.split(": ")[:2] for text in found(folder)] == [[f"about.lp:{line}:4", "syntax"]]


def test_a_number_that_clingo_would_take_for_another_is_told_at_its_place(folder: Path) -> None:
    line = add(folder, "size(2147483648, x2147483648).")
    assert found_in(folder) == [
        f"policy.lp:{line}:6: syntax: 2147483648 is too large: a number in a rule is at most 2147483647"
    ]


def test_a_mark_at_the_start_of_a_file_moves_no_place(folder: Path) -> None:
    line = add(folder, "no more.", ABOUT)
    path = folder / ABOUT
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [text.split(": ")[:2] for text in found(folder)] == [[f"about.lp:{line}:4", "syntax"]]


def test_a_second_row_is_told_with_the_place_of_the_first(folder: Path) -> None:
    first = change(folder, 'quantity(age,    "years",      0,   130).', "", "vocabulary.lp")
    line = add(
        folder, 'quantity(age, "years", 0, 130).\n  quantity(age, "months", 0, 1560).', "vocabulary.lp"
    )
    assert first < line
    assert found_in(folder) == [
        (
            f"vocabulary.lp:{line + 1}:3: two-rows: quantity(age, ...) is given twice, "
            f'with "months", 0, 1560 and "years", 0, 130; the other row is at vocabulary.lp:{line}:1; '
            "keep one"
        )
    ]


def test_an_alias_that_stands_for_two_drugs_is_told_with_both_places(folder: Path) -> None:
    line = add(folder, 'alias(rituximab, "plaquenil").', "drugs.lp")
    (said,) = found_in(folder)
    assert said.startswith(
        f'drugs.lp:{line}:1: two-rows: the alias "Plaquenil" stands for hydroxychloroquine'
    )
    assert re.search(r"; the other row is at drugs.lp:\d+:1; keep one$", said)


def test_a_drug_that_the_shared_files_call_otherwise_is_told_at_its_declaration(folder: Path) -> None:
    row = add(folder, 'alias(rituximab, "Newdrug").', "drugs.lp")
    line = add(folder, f'drug(newdrug). label(newdrug, "newdrug"). {MET}taking(newdrug).')
    (said,) = (said for said in found_in(folder, "fep_lupkynis") if "two-rows" in said)
    assert said == (
        f"policy.lp:{line}:1: two-rows: the shared files call newdrug rituximab (drugs.lp:{row}:1); write "
        "rituximab in its place, or tell its products apart as values of requested(product, ...)"
    )


def test_an_alias_that_is_no_text_is_told_as_lupa_does(folder: Path) -> None:
    add(folder, "alias(rituximab, mabthera).", "drugs.lp")
    assert [said for said in found_in(folder) if "two-rows" in said] == []


def test_a_message_without_a_place_is_told_of_its_file() -> None:
    file = RuleFile(Path("more.lp"), "more.lp", "")
    assert _line(_said(file, "no such\nthing")) == "more.lp:1:1: syntax: no such thing"


def test_a_folder_without_a_file_lacks_nothing_but_what_it_is(folder: Path) -> None:
    (folder / "policies" / "draft").mkdir()
    assert found_in(folder) == [
        "policies/draft/about.lp:1:1: about: missing; it says which drug the policy covers and since when"
    ]


# ---- rules that feed themselves ----------------------------------------------------------------


def test_rules_without_an_end_are_not_grounded(folder: Path) -> None:
    line = add(folder, "step(1).\nstep(Number + 1) :- step(Number).")
    add(folder, f"{MET}taking(cyclophosphamid), step(_).")
    said = "this rule feeds itself with ever larger terms: grounding it never ends"
    assert found(folder) == [f"policy.lp:{line + 1}:1: endless: {said}"]


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        ("live_vaccine\nlive_vaccine.", "1:13"),
        (f"{MET}taking(prednisone)   % no stop\n\n% a word\nlive_vaccine.", "1:47"),
        (f'{MET}class(_, _, "100 % sure")\nlive_vaccine.', "1:54"),
        (f"{MET}live_vaccine", "1:41"),
        (f"{MET}taking(prednisone),\n:- live_vaccine.", "2:1"),
        ("live_vaccine live_vaccine.", "1:14"),
    ],
)
def test_a_missing_full_stop_is_told_where_it_is_missing(folder: Path, rules: str, place: str) -> None:
    line = add(folder, rules)
    below, column = map(int, place.split(":"))
    assert [said.split(": ")[:2] for said in found(folder)] == [
        [f"policy.lp:{line + below - 1}:{column}", "syntax"]
    ]


def test_a_file_that_begins_amiss_lacks_no_full_stop(folder: Path) -> None:
    (folder / CLAUSES).write_text("% nothing\n  ) more.")
    (said,) = (said for said in found(folder) if "syntax" in said)
    assert said.startswith("clauses.lp:2:3: syntax: syntax error, unexpected")


def test_a_range_that_is_too_large_is_told_at_its_place_and_not_grounded(folder: Path) -> None:
    line = add(folder, f"  size(1..300000000). {MET}size(_).")
    assert found(folder) == [
        (
            f"policy.lp:{line}:3: endless: the ranges and pools here stand for 300,000,000 values; "
            "1,000,000 are the most"
        )
    ]


def test_rules_that_feed_themselves_up_to_an_end_are_grounded(folder: Path) -> None:
    add(folder, f"step(1).\nstep(Number + 1) :- step(Number), Number < 5.\n{MET}live_vaccine, step(_).")
    assert found(folder) == []


def test_a_row_of_codes_that_is_not_alone_on_its_line_is_told_at_that_line(folder: Path) -> None:
    row = 'code(hcpcs, "X1", drug(rituximab), equivalent, "One.").'
    line = add(folder, f"{row} {row.replace('X1', 'X2')}")
    assert [said.split(": ")[:2] for said in found(folder)] == [[f"policy.lp:{line}:1", "refused"]]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("fact(5).", "fact(5) declares no fact; a fact is a name, with or without arguments"),
        ("fact((a, b)).", "fact((a,b)) declares no fact; a fact is a name, with or without arguments"),
        (
            'quantity("x", "mg", 0, 5).',
            '"x" is no name of a quantity; write quantity(Name, "unit", Least, Most)',
        ),
        ("dated(5).", "dated(5) is about what has no name; name a quantity, or what was done on the day"),
    ],
)
def test_what_has_a_number_or_a_text_for_its_name_is_told_at_its_row(
    folder: Path, row: str, said: str
) -> None:
    line = add(folder, row)
    assert found(folder) == [f"policy.lp:{line}:1: refused: {said}"]


def test_a_number_with_decimals_that_is_not_in_quotes_is_told_how_it_is_written(folder: Path) -> None:
    line = add(folder, "cut_point(at_least(egfr, 6.8)).")
    (said,) = found(folder)
    assert said.startswith(f'policy.lp:{line}:27: syntax: a number with decimals stands in quotes, "6.8": ')


def test_a_number_with_a_comma_is_no_number(folder: Path) -> None:
    line = add(folder, 'cut_point(at_least(egfr, "6,8")).')
    said = '"6,8" is a text where a number stands; write one, without quotes (with decimals, "2.5")'
    assert found(folder) == [f"policy.lp:{line}:26: quoted-number: {said}"]


def test_what_shows_in_a_shared_file_is_told_of_the_policy_that_causes_it(folder: Path) -> None:
    add(folder, 'drug(only). label(only, "only").')
    assert [line.split(": ")[:2] for line in found(folder)] == [["about.lp:1:1", "refused"]]


def test_a_drug_that_is_not_declared_tells_how_it_is(folder: Path) -> None:
    change(folder, "covers(fep_lupkynis, voclosporin)", "covers(fep_lupkynis, device)", ABOUT)
    assert (
        "about.lp:7:22: unknown-name: device is not known here: no drug/1 and no service/1 has it; "
        "declare drug(device) or service(device)"
    ) in found(folder)


def test_what_was_tried_before_is_a_drug_that_is_declared(folder: Path) -> None:
    add(folder, "asks_of_earlier_treatment((prednisone; unheard)).")
    (line,) = (line for line in found(folder) if "unheard is" in line)
    assert line.endswith("unheard is not known here: no drug/1 has it; declare drug(unheard)")


def test_a_service_that_a_policy_declares_and_covers_is_nothing_to_find(folder: Path) -> None:
    change(
        folder,
        "covers(fep_lupkynis, voclosporin).",
        'covers(fep_lupkynis, (voclosporin; monitor)). service(monitor). label(monitor, "a monitor").',
        ABOUT,
    )
    assert found(folder) == []


def test_a_label_for_numbers_that_differ_in_their_arguments_is_nothing_to_find(folder: Path) -> None:
    add(
        folder,
        'quantity(weeks_on(prednisone), "weeks", 0, 520). label(weeks_on, "the time on {1}").\n'
        "cut_point(at_least(weeks_on(prednisone), 12)).\n"
        f"{MET}at_least(weeks_on(prednisone), 12).",
    )
    assert found(folder) == []


# ---- findings that are ignored -----------------------------------------------------------------

BAD = f"{MET}takign(prednisone)."


@pytest.mark.parametrize(
    "rules",
    [
        f"% lint: ignore undefined because it comes with the next edition\n{BAD}",
        f"{BAD}  % lint: ignore undefined because it comes with the next edition",
        f"%% lint:  ignore undefined   because it comes with the next edition\n% More words.\n{BAD}",
        "% lint: ignore undefined because it comes with the next edition\n" + BAD.replace(":- ", ":-\n  "),
    ],
)
def test_a_finding_is_ignored_with_a_reason(folder: Path, rules: str) -> None:
    add(folder, rules)
    report = lint(RuleFiles(folder), ["fep_lupkynis"])
    assert [(finding.check, finding.accepted) for finding in report.findings] == [
        ("undefined", "it comes with the next edition")
    ]


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        (
            "% lint: ignore undefined",
            "undefined is ignored without a reason; write % lint: ignore RULE because",
        ),
        ("% lint: ignore undefind because it comes", "no rule is called undefind; did you mean undefined?"),
        ("% lint: ignore xyz because it comes", "no rule is called xyz; `lupa lint --rules` lists them"),
        (
            "% lint: skip undefined",
            (
                "this says nothing to the linter, so nothing is ignored; "
                "write % lint: ignore RULE because REASON"
            ),
        ),
        ("% lint ignore undefined because it comes", "this says nothing to the linter"),
        ("% see below; lint: ignore undefined because it comes", "this says nothing to the linter"),
        ("%* lint: ignore undefined because it comes *%", "this says nothing to the linter"),
    ],
)
def test_a_comment_that_ignores_nothing_well_is_told(folder: Path, comment: str, said: str) -> None:
    line = add(folder, f"{comment}\n{BAD}")
    lines = found(folder)
    assert rules_of(lines) == ["undefined", "ignore"]
    assert lines[1].startswith(f"policy.lp:{line}:1: ignore: {said}")


def test_a_comment_that_has_nothing_to_ignore_is_told(folder: Path) -> None:
    line = add(folder, f"{MET}live_vaccine. % lint: ignore undefined because it comes")
    assert found(folder) == [
        f"policy.lp:{line}:43: ignore: there is no finding of undefined here to be ignored"
    ]


def test_several_rules_are_ignored_at_once(folder: Path) -> None:
    bad = f"{MET}takign(Drug), class(Drug, _, Ground)."
    add(folder, f"% lint: ignore undefined, lonely-variable because it comes\n{bad}")
    report = lint(RuleFiles(folder), ["fep_lupkynis"])
    assert {(f.check, f.accepted) for f in report.findings} == {
        ("undefined", "it comes"),
        ("lonely-variable", "it comes"),
    }


def test_of_several_rules_each_needs_a_finding(folder: Path) -> None:
    line = add(folder, f"% lint: ignore undefined,unused because it comes\n{BAD}")
    assert found(folder) == [
        f"policy.lp:{line}:1: ignore: there is no finding of unused here to be ignored"
    ]


def test_a_comment_in_a_file_that_cannot_be_read_is_not_heard(folder: Path) -> None:
    line = add(folder, "% lint: ignore not-a-definition because it is shown\n#show.")
    assert found(folder)[1:] == [
        f"policy.lp:{line}:1: ignore: this is not heard, for the file cannot be read; mend that first"
    ]


def test_only_the_statement_below_is_ignored(folder: Path) -> None:
    add(
        folder,
        f"% lint: ignore undefined because it comes\n{BAD}\n{BAD.replace('adult', 'no_live_vaccine')}",
    )
    assert rules_of(found(folder)) == ["undefined"]


def test_a_comment_is_no_idle_one_where_not_everything_could_be_looked_for(folder: Path) -> None:
    add(folder, f"% lint: ignore misspelt because it comes\n{MET}taking(cyclophosphamid).\nno more.")
    assert rules_of(found(folder)) == ["syntax"]


# ---- a knowledge base of another make ----------------------------------------------------------


def test_a_small_knowledge_base_with_other_words_is_looked_at_too(tmp_path: Path) -> None:
    rules = (
        "outcome(small, approve) :- policy(small), one.\noutcome(small, deny) :- policy(small), not one.\n"
    )
    kb = small_kb(tmp_path, vocabulary(["one"], {"route": ["first"]}), rules)
    assert [_line(f) for f in kb.lint().new if f.severity == "error"] == []


# ---- every slip of the pen ---------------------------------------------------------------------

NAMES = re.compile(r'%[^\n]*|"(?:[^"\\]|\\.)*"|#[a-z]+|[A-Z]\w*|([a-z]\w*)')
FREE = re.compile(r"^(?:impossible|code)\(")
"""What no rule reads: the name of a law that is broken, rows that are looked up beside the rules."""


@cache
def names_in_the_rules(root: Path) -> list[tuple[str, int, str]]:
    """Every name in the rules of a folder: its file, where it begins, and the name."""
    found = []
    for path in sorted(root.rglob("*.lp")):
        text = path.read_text()
        for match in NAMES.finditer(text):
            line = text[text.rfind("\n", 0, match.start()) + 1 : match.end()]
            first = ":-" not in line and FREE.match(line) and not line.endswith("impossible")
            if match.group(1) not in (None, "not") and not first:
                found.append((path.relative_to(root).as_posix(), match.start(), match.group(1)))
    return found


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped rules, of which one file is spoilt at a time; mostly with fewer drugs."""
    folder = tmp_path_factory.mktemp("spoilt") / "kb"
    if not THOROUGH:
        return slim(folder, "cases")
    return Path(shutil.copytree(shipped("kb"), folder, ignore=shutil.ignore_patterns("cases")))


@settings(
    max_examples=times(10),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_a_slip_of_the_pen_in_any_name_is_found(spoilt: Path, data: st.DataObject) -> None:
    file, begin, name = data.draw(st.sampled_from(names_in_the_rules(spoilt)))
    place = data.draw(st.integers(1, len(name)))
    slip = f"{name[:place]}q{name[place:]}"
    path = spoilt / file
    text = path.read_text()
    path.write_text(text[:begin] + slip + text[begin + len(name) :])
    try:
        assert lint(RuleFiles(spoilt)).findings != ()
    finally:
        path.write_text(text)


# ---- how often it looks --------------------------------------------------------------------------


def test_however_many_policies_there_are_what_they_share_is_read_once(folder: Path) -> None:
    one = folder / "policies" / "fep_lupkynis"
    for number in range(3):
        home = folder / "policies" / f"plan_{number}"
        shutil.copytree(one, home, dirs_exist_ok=True)
        for path in home.glob("*.lp"):
            path.write_text(path.read_text().replace("fep_lupkynis", home.name))
    with mock.patch("lupa.authors.lint.scope.read_file", wraps=read_file) as reading:
        lint(RuleFiles(folder), [f"plan_{number}" for number in range(3)])
    read = Counter(call.args[0] for call in reading.call_args_list)
    files = [*folder.glob("*.lp"), *folder.glob("policies/plan_*/*.lp")]
    assert read == Counter(files)


# ---- the command and the call ------------------------------------------------------------------


def test_sound_rules_end_the_command_well(folder: Path) -> None:
    ended = command("lint", "--kb", str(folder))
    files = len([*folder.rglob("*.lp")])
    assert (ended.status, ended.out, ended.err) == (0, f"no findings in {files} files\n", "")


def test_findings_are_printed_one_a_line_and_counted(folder: Path) -> None:
    line = add(folder, f"{BAD}\n% lint: ignore unused because it comes\none.")
    ended = command("lint", "fep_lupkynis", "--kb", str(folder))
    assert ended.out.splitlines() == [
        (
            f"{POLICY}:{line}:29: error: undefined: takign/1 is read here and nothing derives it; "
            "did you mean taking/1?"
        ),
        "1 finding: 1 error (1 ignored)",
    ]
    assert (ended.status, ended.err) == (1, "")


def test_findings_that_are_all_ignored_end_the_command_well(folder: Path) -> None:
    add(folder, "% lint: ignore unused because it comes\none.")
    ended = command("lint", "fep_lupkynis", "--kb", str(folder))
    assert (ended.status, ended.out) == (0, "no findings in 5 files (1 ignored)\n")


def test_only_the_folder_of_the_policy_that_is_named_is_reported_on(folder: Path) -> None:
    add(folder, BAD)
    assert command("lint", "uhc_benlysta", "--kb", str(folder)).status == 0


def test_findings_are_given_as_json(folder: Path) -> None:
    line = add(folder, BAD)
    ended = command("lint", "--json", "--kb", str(folder))
    report = json.loads(ended.out)
    places = [finding["places"] for finding in report["findings"]]
    assert (ended.status, places) == (1, [[{"file": POLICY, "line": line, "column": 29}]])
    assert command("lint", "--json", "--kb", str(folder)).out == ended.out


def test_findings_are_given_as_sarif(folder: Path) -> None:
    add(folder, BAD)
    ended = command("lint", "--format", "sarif", "--kb", str(folder))
    results = json.loads(ended.out)["runs"][0]["results"]
    assert (ended.status, [result["ruleId"] for result in results]) == (1, ["undefined"])


def test_the_rules_of_the_linter_are_listed() -> None:
    ended = command("lint", "--rules")
    assert ended.status == 0
    assert [line.split()[:2] for line in ended.out.splitlines()] == [
        [rule.id, rule.severity] for rule in RULES.values()
    ]


def test_the_rules_of_the_linter_are_listed_as_json() -> None:
    ended = command("lint", "--rules", "--json")
    assert [row["id"] for row in json.loads(ended.out)] == list(RULES)


def test_the_rules_of_the_linter_are_no_sarif() -> None:
    ended = command("lint", "--rules", "--format", "sarif")
    assert ended.status == 2
    assert "--rules goes with text and --json" in ended.err


def test_a_policy_that_is_not_on_file_is_refused_with_the_nearest_name(folder: Path) -> None:
    ended = command("lint", "uhc_benlyst", "--kb", str(folder))
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == "error: no policy is called 'uhc_benlyst'; did you mean uhc_benlysta?\n"


def test_a_folder_that_is_no_knowledge_base_is_refused(tmp_path: Path) -> None:
    ended = command("lint", "--kb", str(tmp_path))
    assert ended.status == 2
    assert "not a knowledge base" in ended.err


def test_a_policy_may_be_named_by_itself_in_python(folder: Path) -> None:
    add(folder, BAD)
    kb = KnowledgeBase.load(folder)
    assert kb.lint("uhc_benlysta").new == ()
    assert [finding.check for finding in kb.lint(["fep_lupkynis"]).new] == ["undefined"]
    with pytest.raises(CaseError):
        kb.lint(["nobody"])


ASKED_BY_NONE = "is not known here: no facts of a case are called so, and no quantity is that, or begins so"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("capsules", []),
        ("taking", []),
        ("at_least", []),
        ("at_least(capsules)", [f"unknown-name: at_least(capsules) {ASKED_BY_NONE}"]),
        ("capsule", [f"misspelt: capsule {ASKED_BY_NONE}; did you mean capsules?"]),
    ],
)
def test_words_for_a_question_that_nothing_is_asked_by_are_found(
    folder: Path, name: str, said: list[str]
) -> None:
    add(folder, f'group_question({name}, "How many?").')
    assert [line.partition(": ")[2] for line in found(folder) if ASKED_BY_NONE in line] == said


def test_words_are_contrary_to_nothing_where_no_fact_decides(tmp_path: Path) -> None:
    rules = [
        "requires(small, gout, initial, t, a)",
        "met(small, t) :- tested",
        "met(small, t) :- not tested",
    ]
    made = random_policies.Made(random_policies.Facts(), {"small": rules})
    edition = made.written(tmp_path).edition("small")
    assert [_asked(edition, criterion) for criterion in edition.criteria] == [None]
