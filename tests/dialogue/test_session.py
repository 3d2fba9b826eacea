"""A session and an interview, apart from any terminal: lines go in, replies come out."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupa import CaseError, Decision, KnowledgeBase
from lupa.dialogue.commands import COMMANDS
from lupa.dialogue.common import Dialogue, Reply
from lupa.dialogue.interview import Interview
from lupa.dialogue.replies import Question
from lupa.dialogue.session import Session
from lupa.dialogue.words import parts
from lupa.errors import SpaceLimitError
from lupa.record.reading import read_cases
from lupa.rules.vocabulary import leaves
from tests.slim import slim
from tests.times import times

pytestmark = pytest.mark.slow

EXAMPLE = "lupkynis_alongside_bars_benlysta"
UNSTATED = "benlysta_cns_lupus_not_stated"
KB = KnowledgeBase.load()


def example(name: str) -> Any:
    path = KB.example(name)
    with path.open("rb") as stream:
        ((_, case),) = read_cases(stream, str(path))
    return case


def session(case: str | dict[str, Any] = EXAMPLE) -> Session:
    return Session(KB, example(case) if isinstance(case, str) else case)


def interview(case: str | dict[str, Any] = UNSTATED) -> Interview:
    return Interview(KB, example(case) if isinstance(case, str) else case)


def say(dialogue: Dialogue, *lines: str) -> str:
    """The reply to the last of some lines, none of which is refused."""
    text = ""
    for line in lines:
        reply = dialogue.answer(line)
        text = click.unstyle(reply.text)
        assert not reply.refused, text
    return text


def question(asked: Interview) -> Question:
    """What is asked now."""
    found = asked._states[-1].question
    assert found is not None
    return found


def refused(dialogue: Dialogue, line: str) -> str:
    """What is wrong with a line, which leaves everything as it was."""
    before = dialogue.case, dialogue.status
    reply = dialogue.answer(line)
    assert reply.refused, reply.text
    assert (dialogue.case, dialogue.status) == before
    text = click.unstyle(reply.text)
    assert text.startswith("error: ")
    assert max(map(len, text.splitlines())) <= 80
    return " ".join(text.split())


def said(dialogue: Dialogue, line: str) -> list[str]:
    """The words that can go on with a line."""
    return [line[: found.start] + found.text for found in dialogue.suggestions(line)]


def verdict_of(decision: Decision) -> dict[str, Any]:
    """A decision but for the digest of the case, which writes numbers in more ways than one."""
    found = dataclasses.asdict(decision)
    found["fingerprint"] = found["fingerprint"]["kb"]
    return found


@pytest.fixture(scope="module")
def two_policies(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The shipped knowledge base with a second policy on belimumab."""
    folder = slim(tmp_path_factory.mktemp("two") / "kb")
    own = folder / "policies" / "example_plan"
    own.mkdir()
    (own / "about.lp").write_text(
        'policy(example_plan). payer(example_plan, "An example plan").\n'
        'document(example_plan, "Example policy"). covers(example_plan, belimumab).\n'
        'edition(example_plan, "2025-01-01", "2025-01-01").\n'
    )
    (own / "policy.lp").write_text(
        "requires(example_plan, sle, (initial; continuation), active_sle, c1).\n"
        "met(example_plan, active_sle) :- active(sle).\n"
        'text(example_plan, criterion(active_sle), "Lupus is active.", "Lupus is not active.").\n'
    )
    (own / "clauses.lp").write_text(
        'clause(example_plan, c1, criterion, "Section 1, item 1", "Lupus must be active.").\n'
    )
    return KnowledgeBase.load(folder)


ON_BELIMUMAB = {"request": {"drug": "Benlysta"}, "facts": {"active": {"sle": False}}}


# ---- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", ()),
        ("  set  age=34 ", ("set", "age=34")),
        ("set age = 34 months= 12", ("set", "age=34", "months=12")),
        ("set age={at_least: 18} months=1", ("set", "age={at_least: 18}", "months=1")),
        ("set requested(phase, initial)=yes", ("set", "requested(phase, initial)=yes")),
        ("set taking=[prednisone, 'a b']", ("set", "taking=[prednisone, 'a b']")),
        ('save "my case.yaml"', ("save", '"my case.yaml"')),
        ("set diagnosis.Sjögren's=yes age=3", ("set", "diagnosis.Sjögren's=yes", "age=3")),
        ("set age=34 # a comment", ("set", "age=34")),
        ("# set age=34", ()),
        ("set a)=b", ("set", "a)=b")),
        ("set age= ", ("set", "age=")),
    ],
)
def test_blanks_part_words_but_not_in_quotes_brackets_or_beside_an_equals_sign(
    line: str, words: tuple[str, ...]
) -> None:
    assert parts(line).words == words


def test_what_is_not_closed_is_refused() -> None:
    assert "is not closed; it lacks ]" in refused(session(), "set taking=[prednisone")
    assert "is not closed; it lacks '" in refused(session(), "save 'a.yaml")


# ---- the verdict in view -----------------------------------------------------------------------


def test_a_session_opens_with_the_verdict_and_closes_with_it() -> None:
    s = session()
    opening = click.unstyle(s.opening())
    assert opening.startswith("DENY  uhc_benlysta, edition 2023-11-01\n")
    assert "A person decides." in opening
    assert s.status == "DENY  0 unsaved  uhc_benlysta@2023-11-01"
    assert click.unstyle(s.closing()).startswith("DENY  uhc_benlysta, edition 2023-11-01\n")


def test_a_change_says_the_verdict_before_and_after_and_what_changed() -> None:
    s = session()
    assert say(s, "set taking.voclosporin=no").splitlines() == [
        "DENY -> APPROVE  uhc_benlysta, edition 2023-11-01",
        "  taking(voclosporin): yes -> no",
        "  no_combination: unmet -> met",
    ]
    assert s.status == "APPROVE  1 unsaved  uhc_benlysta@2023-11-01"
    assert say(s, "unset active").splitlines() == [
        "APPROVE -> PEND (approve or deny)  uhc_benlysta, edition 2023-11-01",
        "  active(lupus_nephritis): yes -> silent",
        "  active_lupus_nephritis: met -> open",
    ]
    assert s.status == "PEND (approve, deny)  2 unsaved  uhc_benlysta@2023-11-01"
    assert "2 changes not saved" in s.closing()


def test_numbers_and_dates_are_said_as_they_stand_in_the_case() -> None:
    s = session()
    assert say(s, "set age = 4 months={at_most: 6}").splitlines() == [
        "DENY, as before  uhc_benlysta, edition 2023-11-01",
        "  months: 12 -> {at_most: 6}",
        "  age: 34 -> 4",
        "  label_dosing: met -> unmet",
        "  advisory: The patient is younger than the label's population.",
    ]
    assert "age: 4 -> open" in say(s, "set age=null")
    assert "birth_date: silent -> 2001-02-03" in say(s, "set birth_date=2001-02-03")
    assert "service_date: 2025-03-01 -> silent" in say(s, "set age=3", "unset request.service_date months")
    assert "policy: silent -> uhc_benlysta@2022E0046O" in say(s, "set policy=uhc_benlysta@2022E0046O")


def test_a_change_is_told_with_how_it_was_read_and_what_is_advised_then() -> None:
    s = session("lupkynis_initial_with_every_criterion_met")
    said = say(s, "set bp=180/118 birth_date=5/25/1990 taking.Zyxafor=yes")
    assert "systolic: silent -> 180" in said
    assert "advisory: The baseline blood pressure is above 165/105 mmHg" in said
    assert "'5/25/1990' was read as 1990-05-25." in said
    assert "not known here, and set aside: Zyxafor" in said
    assert "set aside" not in say(s, "set taking.aspirin=yes")  # it still is, and that was told
    assert "no longer set aside: Zyxafor" in say(s, "set taking=[prednisone]")


def test_a_choice_is_answered_by_a_code_too() -> None:
    asked = interview({"request": {"policy": "fep_lupkynis"}})
    say(asked, "ICD-10: M3214")
    assert asked.case["request"]["indication"] == "lupus_nephritis"


def test_many_facts_of_a_kind_are_said_as_one() -> None:
    s = session({"request": {"drug": "Benlysta", "indication": "other"}})
    said = say(s, "set taking={only: [prednisone]}")
    assert s.now.question is not None
    known = list(leaves(s.now.question.edition.vocabulary.families["taking"]))
    assert (
        "taking: silent -> no for mycophenolate_mofetil, mycophenolic_acid, azathioprine, methotrexate, "
        f"cyclophosphamide, leflunomide and {len(known) - 7} more taking(prednisone): silent -> yes"
    ) in " ".join(said.split())
    assert max(map(len, said.splitlines())) <= 80
    assert "taking(prednisone): yes -> silent" in say(s, "set taking=[]")


def test_what_changes_nothing_is_said_and_is_no_change() -> None:
    s = session()
    assert "nothing changed" in say(s, "set age=34")
    assert s.unsaved == 0


def test_pages_are_as_wide_as_the_terminal() -> None:
    s = session()
    s.width = 60
    for command in ("show", "reading", "policy", "help", "help set", "set taking=[]", "diff"):
        assert max(map(len, say(s, command).splitlines())) <= 60, command


# ---- mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("shwo", "no command is called 'shwo'; did you mean `show`?"),
        ("xyzzy", "`help` lists the commands"),
        ("age=34", "did you mean `set age=34`?"),
        ("set", "say what: `set FACT=VALUE ...`"),
        ("set age", "'age' needs a value: `set FACT=VALUE ...`"),
        ("set =4", "'=4' needs a value"),
        ("set age=", "age: a value is missing"),
        ("set age=1 age=2", "age: is given twice; keep one"),
        ("set taking.voclosporine=no", "did you mean voclosporin?"),
        ("set voclosporin=no", "did you mean taking(voclosporin)?"),
        ("set age=old", "a number of years is expected, not 'old'"),
        ("set age=200 months=0", "request.months: 0 cannot be"),
        ("unset", "say on which facts: `unset FACT ...`"),
        ("unset agee", "'agee' is not known here"),
        ("reading term_limi=cap", "did you mean term_limit?"),
        ("reading term_limit=sometimes", "known are cap, criterion"),
        ("reading cyclophosphamide", "needs a value: `reading [NAME=CHOICE]`"),
        ("policy uhc_benlista", "did you mean uhc_benlysta?"),
        ("policy uhc_benlysta@2020", "its editions are 2022E0046O, 2023-11-01"),
        ("policy a b", "one name is expected: `policy [NAME[@EDITION]]`"),
        ("show more", "`show` takes nothing after it, not 'more'"),
        ("why not", "`why` takes tree and all, not 'not'"),
        ("flip cure", "never comes to 'cure'; it comes to one of"),
        ("flip approve 0", "at least one set of statements is asked for, not 0"),
        ("flip 99999999", "never comes to '99999999'"),
        ("whatif", "say what: `whatif FACT=VALUE ...`"),
        ("undo", "there is nothing to undo"),
        ("redo", "there is nothing to redo"),
        ("save", "one name is expected: `save FILE`"),
        ("save ''", "the name of a file is expected"),
        ("save a.json", "let the name 'a.json' end in .yaml"),
        ("save nowhere/at/all.yaml", "'nowhere/at/all.yaml' cannot be written: No such file"),
        ("help shwo", "did you mean `show`?"),
        ("set drug=pegunigalsidase", "'pegunigalsidase' is not known"),
        ("set policy=fep_lupkynis", "fep_lupkynis does not cover 'Benlysta'"),
    ],
)
def test_a_mistake_is_told_and_leaves_everything_as_it_was(line: str, what: str) -> None:
    assert what in refused(session(), line)


def test_a_change_that_contradicts_the_record_says_with_what() -> None:
    message = refused(session(), "set diagnosis.lupus_nephritis=no")
    assert "these cannot all be so" in message
    assert "facts.active.lupus_nephritis: Lupus nephritis is active" in message


@settings(max_examples=times(100), deadline=None, database=None)
@given(
    st.sampled_from(["", "set ", "unset ", "flip ", "policy ", "why ", "help ", "reading ", "save "]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
def test_no_line_does_more_than_be_refused(command: str, rest: str) -> None:
    s = session()
    if command == "save ":
        rest = f"/nowhere/{rest}"
    reply = s.answer(command + rest)
    assert not reply.refused or s.unsaved == 0
    s.suggestions(command + rest)
    asked = interview()
    asked.suggestions(rest)
    asked.answer(rest)


# ---- asking ------------------------------------------------------------------------------------


def test_each_verb_gives_its_page() -> None:
    s = session()
    assert "Not met\n  no_combination" in say(s, "show")
    assert "A minimal reason for the outcome" in say(s, "why")
    assert "Derivation\n" in say(s, "why tree all")
    assert "Cheapest to make it APPROVE" in say(s, "flip")
    assert "stops(voclosporin)=yes" in say(s, "flip approve 3")
    assert "It is DENY already" in say(s, "flip deny")
    assert "No change within reach" in say(s, "flip out of scope") or "OUT OF SCOPE" in say(
        s, "flip out of scope"
    )
    assert "Nothing has to be found out" in say(s, "ask")
    assert "Nothing has to be asked" in say(s, "plan")
    assert "taking(voclosporin): yes -> no" in say(s, "whatif taking.voclosporin=no")
    assert s.unsaved == 0
    assert say(s, "") == say(s, "# a comment") == ""


def test_help_lists_every_command_and_says_more_about_each() -> None:
    s = session()
    listed = say(s, "help")
    for name, command in COMMANDS.items():
        assert command.usage in listed
        assert say(s, f"help {name}").startswith(command.usage)
    assert max(map(len, listed.splitlines())) <= 80
    assert set(s._commands) == {*COMMANDS, "save!"}


def test_diff_sets_the_start_beside_the_case_now() -> None:
    s = session()
    assert "The outcome is the same." in say(s, "diff")
    page = say(s, "set taking.voclosporin=no", "policy uhc_benlysta@2022E0046O", "diff")
    assert "outcome         DENY        APPROVE" in page
    assert "2023-11-01  2022E0046O" in page
    assert "taking(voclosporin): yes -> no" in page
    assert "no_combination" in page


def test_quit_leaves() -> None:
    s = session()
    assert not s.over
    assert say(s, "quit") == ""
    assert s.over


# ---- readings and policies ---------------------------------------------------------------------


def test_readings_are_listed_chosen_and_told_apart() -> None:
    s = session("lupkynis_cyclophosphamide_beside_other_background")
    say(s, "reading cyclophosphamide=any_use")
    assert "* any_use: Cyclophosphamide excludes, whatever else is taken." in say(s, "reading")
    before = s.now.decision.outcome
    assert "cyclophosphamide=as_background" in say(s, "reading all")
    assert s.now.decision.outcome == before
    say(s, "reading cyclophosphamide=as_background")
    assert s.now.decision.outcome != before
    assert "* as_background" in say(s, "reading")
    assert "PEND" in say(s, "reading reading.cyclophosphamide=all")
    assert "* any_use" not in say(s, "reading")


def test_a_policy_without_readings_says_so() -> None:
    s = session()
    s.now.question.edition.vocabulary.choices.get("reading")
    kinds = s.now.question.edition.vocabulary.choices
    kept = kinds.pop("reading")
    try:
        assert say(s, "reading") == "This policy has no readings."
    finally:
        kinds["reading"] = kept


def test_another_policy_is_asked_and_a_drug_that_it_does_not_cover_is_left_out() -> None:
    s = session()
    listed = say(s, "policy")
    assert "* uhc_benlysta@2023-11-01: belimumab; in force from 2023-11-01" in listed
    assert "  uhc_benlysta@2022E0046O: belimumab; its first day is not on record" in listed
    changed = say(s, "policy fep_lupkynis")
    assert "drug: Benlysta -> silent" in changed
    assert "renal_monitoring" not in changed
    assert s.now.decision.policy == "fep_lupkynis"
    say(s, "policy uhc_benlysta@2022E0046O")
    assert s.now.decision.edition == "2022E0046O"
    assert "* uhc_benlysta@2022E0046O" in say(s, "policy")
    say(s, "undo", "undo", "policy uhc_benlysta")
    assert s.case["request"]["drug"] == "Benlysta"


def test_where_several_policies_cover_the_drug_one_is_chosen_first(two_policies: KnowledgeBase) -> None:
    s = Session(two_policies, ON_BELIMUMAB)
    assert "choose one first: `policy example_plan` or `policy uhc_benlysta`" in " ".join(
        s.opening().split()
    )
    assert s.status == "choose a policy: example_plan, uhc_benlysta"
    for line in ("show", "set age=3", "diff", "undo", "save x.yaml", "reading", "flip", "why"):
        assert "several policies cover the drug; choose one first" in refused(s, line)
    assert (s.case, s.unsaved, s.closing()) == (
        ON_BELIMUMAB,
        0,
        "No policy was chosen, and nothing decided.",
    )
    assert "* " not in say(s, "policy")
    assert said(s, "set ag") == []
    assert "fep_lupkynis does not cover" in refused(s, "policy fep_lupkynis")
    assert "example_plan, edition 2025-01-01" in say(s, "policy example_plan")
    assert (s.now.decision.policy, s.unsaved) == ("example_plan", 0)
    assert "name one as request.policy" in refused(s, "unset policy")
    assert "nothing to undo" in refused(s, "undo")


# ---- undo, redo, save --------------------------------------------------------------------------

CHANGES = [
    "set taking.voclosporin=no",
    "set taking.voclosporin=yes",
    "set taking=[prednisone]",
    "set taking.cyclophosphamide=null",
    "set age=4",
    "set age={at_least: 18} months=24",
    "set at_least(age,5)=no",
    "set months=12.5",
    "unset age",
    "unset active diagnosis",
    "set active.lupus_nephritis=yes",
    "set indication=sle phase=continuation",
    "set requested(phase,initial)=yes",
    "set route=oral",
    "reading term_limit=criterion",
    "reading term_limit=all",
    "policy uhc_benlysta@2022E0046O",
    "policy fep_lupkynis",
    "set policy=uhc_benlysta",
    "set service_date=2020-01-01",
    "set diagnosis.lupus_nephritis=no",
    "set dosed_per_label=maybe",
]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_changed_can_be_taken_back_and_made_again(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    s = session(dice.choice([EXAMPLE, UNSTATED, "lupkynis_541_capsules_for_90_days"]))
    past, future = [s.now], list[Any]()
    for _ in range(40):
        line = dice.choice([*CHANGES, "undo", "undo", "redo"])
        before = s.now
        reply = s.answer(line)
        if line == "undo":
            assert reply.refused == (len(past) == 1)
            if not reply.refused:
                future.append(past.pop())
        elif line == "redo":
            assert reply.refused == (not future)
            if not reply.refused:
                past.append(future.pop())
        elif not reply.refused and s.now.case != before.case:
            past.append(s.now)
            future = []
        assert (s.now.case, s.now.decision) == (past[-1].case, past[-1].decision)
        assert s.unsaved == len(past) - 1
    assert verdict_of(KB.decide(s.case)) == verdict_of(s.now.decision)
    saved = tmp_path / "case.yaml"
    say(s, f"save {saved}")
    with saved.open("rb") as stream:
        ((_, again),) = read_cases(stream, str(saved))
    assert isinstance(again, dict)
    assert verdict_of(KB.decide(again)) == verdict_of(s.now.decision)


def test_a_change_is_saved_once_and_over_a_file_only_if_told_so(tmp_path: Path) -> None:
    s, file = session(), tmp_path / "my case.yaml"
    assert "comes to APPROVE as well" in say(s, "set taking.voclosporin=no", f'save "{file}"')
    assert s.unsaved == 0
    saved = file.read_text()
    assert f"`save! {file}` writes over it" in refused(s, f"save '{file}'").replace("  ", " ")
    say(s, "set age=4")
    assert file.read_text() == saved
    say(s, f"save! '{file}'")
    assert file.read_text() != saved
    assert s.unsaved == 0


def test_what_is_unsaved_is_counted_from_what_was_saved(tmp_path: Path) -> None:
    s = session()
    say(s, "set age=4", "set age=5", f"save {tmp_path / 'a.yaml'}", "undo")
    assert s.unsaved == 1
    say(s, "redo")
    assert s.unsaved == 0
    say(s, "undo", "undo", "set age=6")  # no way leads back to what was saved
    assert s.unsaved == 1


# ---- completion --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("s", ["set ", "show", "save"]),
        ("why", ["why tree", "why all"]),
        ("undo", ["undo"]),
        ("help pl", ["help plan"]),
        ("why ", ["why tree", "why all"]),
        ("policy fep", ["policy fep_lupkynis", "policy fep_lupkynis@2024-10-01"]),
        ("flip a", ["flip approve"]),
        ("set dia", ["set diagnosis."]),
        ("set taking.cyclo", ["set taking.cyclophosphamide=", "set taking.cyclosporine="]),
        ("set cyclosp", ["set taking.cyclosporine="]),
        ("set age=3 taking(cyclos", ["set age=3 taking(cyclosporine)="]),
        ("set reading.term", ["set reading.term_limit="]),
        ("set taking.prednisone=", [f"set taking.prednisone={v}" for v in ("yes", "no", "null")]),
        ("set dosed_per_label= y", ["set dosed_per_label= yes"]),
        ("set at_least(age,5)=n", ["set at_least(age,5)=no", "set at_least(age,5)=null"]),
        ("set requested(phase,initial)=y", ["set requested(phase,initial)=yes"]),
        ("set phase=", ["set phase=initial", "set phase=continuation", "set phase=null"]),
        ("set reading.term_limit=c", ["set reading.term_limit=cap", "set reading.term_limit=criterion"]),
        ("set age=", ["set age={at_least: 5}", "set age={less_than: 5}", "set age=null"]),
        ("set months={a", ["set months={at_most: 12}"]),
        ("set taking=[prednison", ["set taking=[prednisone"]),
        ("set taking=[prednisone, voc", ["set taking=[prednisone, voclosporin"]),
        ("set active=", ["set active=[sle", "set active=[lupus_nephritis"]),
        ("set drug=", ["set drug=voclosporin", "set drug=belimumab"]),
        ("whatif policy=uhc_benlysta@2022", ["whatif policy=uhc_benlysta@2022E0046O"]),
        ("set service_date=", []),
        ("set nothing=", []),
        ("set reading=", ["set reading=null"]),
        ("reading term", ["reading term_limit="]),
        ("reading term_limit=c", ["reading term_limit=cap", "reading term_limit=criterion"]),
        ("reading al", ["reading all"]),
        ("unset a", ["unset age", "unset active", "unset active.lupus_nephritis"]),
        ("unset rou", ["unset route"]),
        ("undo ", []),
        ("xyzzy ", []),
    ],
)
def test_a_line_is_completed_from_the_vocabulary(line: str, found: list[str]) -> None:
    assert said(session(), line) == found


@pytest.mark.parametrize("command", ["set", "whatif", "unset", "reading"])
def test_after_a_command_no_blank_is_needed(command: str) -> None:
    found = said(session(), command)
    assert found == said(session(), f"{command} ")
    assert len(found) > 1


def test_a_suggestion_says_what_it_is() -> None:
    about = {found.text: found.about for found in session().suggestions("set taking.")}
    assert about["taking.prednisone="] == "The patient takes prednisone."
    assert {found.text: found.about for found in session().suggestions("set ")}["age="] == "years"


# ---- interview ---------------------------------------------------------------------------------


def test_the_question_that_matters_is_asked_and_settles_the_verdict() -> None:
    asked = interview()
    opening = click.unstyle(asked.opening()).partition("\n\n1 question open")[2].splitlines()
    assert opening[:3] == [
        "; PEND (approve or deny) so far",
        "Is severe active central nervous system lupus diagnosed?",
        "  It has to be all three: lupus of the brain, spinal cord or nerves, severe, and",
    ]
    assert asked.status == "PEND (approve, deny)  1 open  uhc_benlysta@2023-11-01"
    assert say(asked, "n") == ""
    assert (asked.over, asked.open, asked.unsaved) == (True, (), 1)
    assert click.unstyle(asked.closing()).startswith("APPROVE  ")
    assert asked.case["facts"]["diagnosis"]["severe_active_cns_lupus"] is False
    assert "nothing is asked any more" in refused(asked, "yes")
    assert said(asked, "y") == []


def test_why_says_what_a_question_bears_on_and_what_answers_leave() -> None:
    why = say(interview(), "why")
    assert why.splitlines()[0] == "  It bears on no_severe_cns_lupus, severe_active_cns_lupus."
    assert "SLE, initial therapy, item 1" in why
    assert why.splitlines()[-2:] == ["  yes: deny", "  no: approve"]


ROUTE = {"request": {"drug": "Benlysta", "indication": "sle", "phase": "initial"}}


def test_a_choice_takes_a_name_a_synonym_or_a_number() -> None:
    for answer in ("1", "intravenous", "IV", "Intravenous infusion", "Intravenous  # by its synonym"):
        asked = interview(ROUTE)
        assert "  1. intravenous: intravenous infusion" in asked.opening()
        assert "\n  intravenous infusion: approve" in say(asked, "why")
        assert "Which of these are diagnosed?" in say(asked, answer)
        assert asked.case["request"]["route"] == "intravenous"
    asked = interview(ROUTE)
    assert "or a number from 1 to 3, not '4'" in refused(asked, "4")
    assert "one of intravenous, subcutaneous, oral is expected" in refused(asked, "by ear")
    assert "subcutaneous injection: out of scope" in say(asked, "why")


def adult() -> Interview:
    case = example("lupkynis_initial_with_every_criterion_met")
    del case["facts"]["age"]
    return interview(case)


@pytest.mark.parametrize(
    ("answer", "age", "outcome"),
    [
        ("at least 18", {"at_least": 18}, "approve"),
        ("Less than 18", {"less_than": 18}, "deny"),
        ("17", 17, "deny"),
        ("18.5", 18.5, "approve"),
        ("{at_least: 40}", {"at_least": 40}, "approve"),
    ],
)
def test_a_number_is_asked_for_once_and_takes_the_number_or_a_bound(
    answer: str, age: Any, outcome: str
) -> None:
    asked = adult()
    assert "What is the age, in years?" in asked.opening()
    assert "a number (years), also one in months, or the day of birth, or a bound" in asked.opening()
    say(asked, answer)
    assert asked.case["facts"]["age"] == age
    assert click.unstyle(asked.closing()).startswith(outcome.upper())


def without_taking() -> Interview:
    case = example("lupkynis_initial_with_every_criterion_met")
    del case["facts"]["taking"]
    return interview(case)


def test_members_are_asked_for_once_and_told_by_classes() -> None:
    opening = " ".join(click.unstyle(without_taking().opening()).split())
    assert "Which of these does the patient take systemically now?" in opening
    assert "corticosteroid: prednisone, prednisolone, methylprednisolone" in opening


@pytest.mark.parametrize(
    ("answer", "stated", "outcome"),
    [
        ("none", {"prednisone": False, "cyclophosphamide": False}, "deny"),
        ("no", {"prednisone": False, "cyclophosphamide": False}, "deny"),
        ("all", {"prednisone": True, "cyclophosphamide": True}, "deny"),
        ("Prednisone, CellCept", {"prednisone": True, "mycophenolate_mofetil": True}, "approve"),
        ("prednisone", {"prednisone": True, "cyclophosphamide": False}, "approve"),
        ("prednisone, ?", {"prednisone": True, "cyclophosphamide": None}, "pend"),
        ("prednisone, not known", {"prednisone": True, "cyclophosphamide": None}, "pend"),
        ("cytoxan?", {"cyclophosphamide": True, "prednisone": None}, "deny"),
        ("?", {"prednisone": None}, "pend"),
    ],
)
def test_of_members_those_that_are_so_are_named_and_whether_these_are_all(
    answer: str, stated: dict[str, bool | None], outcome: str
) -> None:
    asked = without_taking()
    say(asked, answer)
    taking = asked.case["facts"].get("taking", {})
    if not asked.over:  # whether one is taken that has no name here
        say(asked, "?" if answer == "?" else "none")
    assert {drug: taking.get(drug) for drug in stated} == stated
    assert asked.over
    assert (
        click.unstyle(asked.closing())
        .replace("What is left is not known, so the verdict stays open.\n\n", "")
        .startswith(outcome.upper())
    )


def test_whoever_says_what_is_not_so_is_asked_for_the_rest() -> None:
    asked = without_taking()
    again = say(asked, "not cyclophosphamide")
    assert asked.case["facts"]["taking"] == {"cyclophosphamide": False}
    assert "Which of these does the patient take" in again
    assert "cyclophosphamide" not in again


def test_what_follows_from_what_is_named_is_not_denied() -> None:
    asked = interview(
        {"request": {"policy": "fep_lupkynis", "phase": "initial", "indication": "lupus_nephritis"}}
    )
    say(asked, "40", "lupus nephritis")
    assert asked.case["facts"]["active"] == {"lupus_nephritis": True}


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("prednisone, not prednisone", "'prednisone' is said to be so and not to be so"),
        ("prednisone yes", "a name of the list is expected, not 'prednisone yes'"),
    ],
)
def test_what_is_no_member_is_refused(answer: str, complaint: str) -> None:
    assert complaint in refused(without_taking(), answer)


PASTED = """Current medications:
- Prednisone 5 mg po qd
2. Plaquenil 200 mg BID, with food
\u2022 methotrexate 15 mg, weekly; Zyxafor 20 mg
"""


@pytest.mark.parametrize("line", [PASTED, PASTED.partition("\n")[2].strip().replace("\n", ", ")])
def test_a_list_of_medications_is_read_as_in_a_case(line: str) -> None:
    request = {"policy": "uhc_benlysta", "indication": "sle", "phase": "initial", "route": "intravenous"}
    facts = {"age": 30, "active": {"sle": True}, "dosed_per_label": True}
    facts["diagnosis"] = {"severe_active_cns_lupus": False}
    asked = interview({"request": request, "facts": facts})
    (whole,) = asked.parted(line)
    told = " ".join(say(asked, whole).split())
    assert "'Prednisone 5 mg po qd' was read as prednisone" in told
    assert "Not known here, and set aside: Zyxafor 20 mg." in told
    question = next(KB.questions(asked.case))
    stated = question.record.stated
    assert {fact for fact in stated if fact.startswith("taking") and stated[fact]} == {
        f"taking({drug})" for drug in ("prednisone", "hydroxychloroquine", "methotrexate")
    }
    assert stated["taking(rituximab)"] is False
    assert "unlisted(biologic)" not in stated
    assert "not on our list of drugs" in told  # which is asked next


def test_what_cannot_be_read_in_a_list_is_asked_for_again() -> None:
    asked = without_taking()
    assert "did you mean hydroxychloroquine?" in refused(asked, "prednisone 5 mg, Plaquenill 200 mg")
    assert "not 'prednisone now and then'" in refused(asked, "prednisone now and then")
    assert "taking" not in asked.case["facts"]
    say(asked, "prednisone 5 mg, Zyxafor ?")
    assert asked.case["facts"]["taking"] == {"prednisone 5 mg": True, "Zyxafor": True}


def test_only_a_list_is_one_answer_and_other_lines_are_answers_of_their_own() -> None:
    assert list(without_taking().parted("\n")) == []
    assert list(session().parted(" show\n\nundo\n")) == ["show", "undo"]
    assert list(interview({"request": {"policy": "fep_lupkynis"}}).parted("1\n2\n")) == ["1", "2"]


@pytest.mark.parametrize(
    "line",
    [
        "monitor_egfr, monitor_blood_pressure and monitor_serious_infections",
        "monitor_egfr & monitor_blood_pressure; monitor_serious_infections",
        "to monitor eGFR, to monitor blood pressure, and to monitor for serious infections",
        "1 and 2 and 3",
        "1\n2\n3",
    ],
)
def test_members_are_named_as_people_list_things(line: str) -> None:
    case = example("lupkynis_initial_with_every_criterion_met")
    del case["facts"]["attests"]
    asked = interview(case)
    (whole,) = asked.parted(line)
    say(asked, whole)
    attested = asked.case["facts"]["attests"]
    assert {name for name, so in attested.items() if so} == {
        "monitor_egfr",
        "monitor_blood_pressure",
        "monitor_serious_infections",
    }


def test_of_a_list_what_is_not_known_is_named_alone() -> None:
    case = example("lupkynis_initial_with_every_criterion_met")
    del case["facts"]["attests"]
    told = refused(interview(case), "monitor_egfr, monitor_blood_pressure and the weather")
    assert "expected, or a number from 1 to 4, not 'the weather'" in told


def test_names_with_and_that_are_not_known_stay_whole_and_others_are_parted() -> None:
    asked = without_taking()
    say(asked, "prednisone 5 mg and Plaquenil, calcium and magnesium")
    taken = {name for name, so in asked.case["facts"]["taking"].items() if so}
    assert taken == {"prednisone 5 mg", "Plaquenil", "calcium and magnesium"}


def test_few_members_are_numbered() -> None:
    case = example("lupkynis_initial_with_every_criterion_met")
    del case["facts"]["attests"]
    asked = interview(case)
    assert "  1. monitor_egfr: to monitor eGFR" in asked.opening()
    assert "is expected, or a number from 1 to 4," in refused(asked, "monitoring")
    say(asked, "1, 2, 3, 4")
    assert asked.case["facts"]["attests"] == dict.fromkeys(
        ("monitor_egfr", "monitor_blood_pressure", "monitor_serious_infections", "monitor_malignancies"),
        True,
    )


def test_a_wrong_answer_says_what_is_expected() -> None:
    assert "yes, no or don't know is expected, not 'maybe'" in refused(interview(), "maybe")
    assert "a number, a bound or don't know is expected, not 'old'" in refused(adult(), "old")
    assert "200 cannot be" in refused(adult(), "200")
    assert "this is the first question" in refused(interview(), "back")


def test_an_answer_that_contradicts_the_record_says_with_what() -> None:
    case = {
        "request": {"drug": "Lupkynis", "indication": "lupus_nephritis", "phase": "initial"},
        "facts": {"age": {"at_least": 15}},
    }
    asked = interview(case)
    assert question(asked).words == "What is the age, in years?"
    before = asked.case
    refused = asked.answer("14")
    assert (refused.refused, asked.case) == (True, before)
    assert "the age is at least 15 on record" in refused.text
    say(asked, "17")
    assert asked.case["facts"]["age"] == 17


@pytest.mark.parametrize(
    "word",
    [
        "don't know",
        "Don\N{RIGHT SINGLE QUOTATION MARK}t know",
        "I do not know",
        "Not sure",
        "?",
        "d",
        "skip",
    ],
)
def test_what_nobody_knows_stays_open_and_is_not_asked_again(word: str) -> None:
    asked = interview()
    assert say(asked, word) == ""
    assert asked.over
    assert (asked.case, asked.unsaved) == (interview().case, 0)
    closing = click.unstyle(asked.closing())
    assert closing.startswith("What is left is not known, so the verdict stays open.\n\nPEND")
    assert "Missing, the most decisive first" in closing


def test_other_questions_go_on_when_one_is_not_known() -> None:
    asked = interview({"request": {"drug": "Benlysta"}})
    assert "10 questions open, 1 of them not known" in say(asked, "?")
    assert "For which indication is it requested?" in say(asked, "?", "back")


def test_back_takes_the_last_answer_back() -> None:
    asked = interview({"request": {"drug": "Benlysta"}})
    start = asked.case, asked.status
    say(asked, "IV", "sle", "b", "back")
    assert (asked.case, asked.status) == start


def test_quit_ends_an_interview_with_the_verdict_so_far() -> None:
    asked = interview()
    assert "`back` takes the last answer back" in say(asked, "help")
    say(asked, "quit")
    assert asked.over
    assert click.unstyle(asked.closing()).startswith("PEND")


def test_a_settled_case_has_no_questions() -> None:
    asked = interview(EXAMPLE)
    assert (asked.over, asked.opening()) == (True, "")
    assert click.unstyle(asked.closing()).startswith("DENY")


def test_answers_are_completed() -> None:
    assert said(interview(), "") == ["yes", "no", "don't know", "back", "why", "help", "quit"]
    assert said(interview(ROUTE), "or") == ["oral"]
    assert said(without_taking(), "prednisone, hydroc") == ["prednisone, hydrocortisone"]


def test_where_several_policies_cover_the_drug_it_is_asked_which(two_policies: KnowledgeBase) -> None:
    asked = Interview(two_policies, ON_BELIMUMAB)
    assert asked.opening().splitlines()[-3:] == [
        "\x1b[1mWhich policy is asked?\x1b[0m",
        "  1. example_plan: Example policy",
        "  2. uhc_benlysta: UnitedHealthcare Benlysta",
    ]
    assert (asked.status, asked.open) == ("choose a policy", ("request.policy",))
    assert asked.closing() == "No policy was chosen, and nothing decided."
    assert "each has its own verdict" in say(asked, "why")
    assert "one of example_plan, uhc_benlysta is expected" in refused(asked, "?")
    say(asked, "example_plan", "back", "2")
    assert asked.case["request"]["policy"] == "uhc_benlysta"


@pytest.mark.parametrize("name", [EXAMPLE, UNSTATED, "lupkynis_initial_with_every_criterion_met"])
@pytest.mark.parametrize("seed", range(3))
def test_every_interview_comes_to_an_end(name: str, seed: int) -> None:
    dice = random.Random(seed)
    case = example(name)
    case["facts"] = {}
    asked = interview(case)
    for _ in range(200):
        if asked.over:
            break
        asked.answer(dice.choice([*question(asked).names, "none", "17", "40", "?"]))
    assert asked.over
    decided = KB.decide(asked.case)
    assert {m.fact for m in decided.missing} == {
        fact for each in KB.ask(asked.case).questions for fact in each.facts
    }
    assert asked.open == tuple(each.id for each in KB.ask(asked.case).questions)


@pytest.mark.parametrize(("policy", "most"), [("fep_lupkynis", 8), ("uhc_benlysta", 9)])
@pytest.mark.parametrize("seed", range(3))
def test_from_nothing_few_questions_are_asked_and_none_twice(policy: str, most: int, seed: int) -> None:
    dice = random.Random(seed)
    asked = interview({"request": {"policy": policy}})
    words = []
    while not asked.over:
        now = question(asked)
        words.append(now.words)
        assert now.asked is not None
        hopeful = {"number": ["40"], "members": ["none", *now.names]}.get(now.asked.kind, list(now.names))
        reply = asked.answer(dice.choice(hopeful))
        assert not reply.refused
    assert len(set(words)) == len(words) <= most
    assert KB.decide(asked.case).outcome != "pend"


def test_where_no_plan_can_be_made_the_most_decisive_question_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(*_: object, **__: object) -> None:
        raise SpaceLimitError(1)

    monkeypatch.setattr(KnowledgeBase, "plan", none)
    case = {"request": {"policy": "fep_lupkynis", "phase": "initial"}}
    assert question(interview(case)).words == KB.ask(case).questions[0].text


def test_a_case_that_contradicts_itself_begins_no_dialogue() -> None:
    broken = {
        "request": {"drug": "Benlysta"},
        "facts": {"active": {"sle": True}, "diagnosis": {"sle": False}},
    }
    for made in (session, interview):
        dialogue: Callable[[dict[str, Any]], object] = made
        with pytest.raises(CaseError, match="cannot all be so"):
            dialogue(broken)


def test_a_reply_is_not_refused_unless_it_says_so() -> None:
    assert Reply("") == ("", False)
