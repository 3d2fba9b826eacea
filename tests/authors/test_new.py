"""A new policy: what `lupa new` makes holds together, and the examples of the guide are made as it says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from lupa import CaseError, KnowledgeBase, RuleError
from lupa.authors import scaffold
from lupa.authors.draft import Draft, Made
from lupa.authors.scaffold import new_policy, place
from lupa.authors.trials.expectations import expected, found
from lupa.record.reading import read_cases
from lupa.rules.files import RuleFiles, shipped
from tests import readme
from tests.command import command
from tests.slim import slim
from tests.times import times

pytestmark = pytest.mark.slow

EXAMPLE = readme.ROOT / "tests" / "example_policy"
CORE = {path.name for path in RuleFiles(shipped("kb")).core}


def made(folder: Path, **said: Any) -> Made:
    """A new policy in a new knowledge base."""
    return new_policy(folder / "kb", Draft(**{"policy": "a_policy"} | said))


def without_policies(folder: Path) -> Path:
    """The folder with a slim knowledge base that holds no policy yet."""
    (slim(folder / "kb", "policies") / "policies").mkdir()
    return folder


def files(folder: Path) -> Mapping[str, bytes]:
    """Everything in a folder, with what it holds."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def surprises(kb: KnowledgeBase) -> dict[str, object]:
    """The cases that do not come to what they expect, with what they come to."""
    wrong: dict[str, object] = {}
    for name, path in kb.examples().items():
        with path.open("rb") as stream:
            ((_, case),) = read_cases(stream, name)
        assert not isinstance(case, CaseError)
        came_to = found(case, kb.decide(case))
        if came_to != expected(case):
            wrong[name] = came_to
    return wrong


# ---- what is made ------------------------------------------------------------------------------


def test_a_new_policy_has_rules_clauses_and_cases(tmp_path: Path) -> None:
    policy = made(tmp_path)
    assert set(policy.files) == set(files(policy.home))
    assert {"about.lp", "policy.lp", "clauses.lp", "cases/a_policy_with_every_criterion_met.yaml"} <= set(
        policy.files
    )


def test_a_new_knowledge_base_has_the_shared_rules_and_the_one_policy(tmp_path: Path) -> None:
    kb = made(tmp_path).kb
    assert {path.name: path.read_bytes() for path in RuleFiles(shipped("kb")).core} == {
        name: text for name, text in files(kb).items() if "/" not in name
    }
    assert KnowledgeBase.load(kb).policies == ("a_policy",)


def test_a_new_knowledge_base_breaks_no_rule(tmp_path: Path) -> None:
    findings = KnowledgeBase.load(made(tmp_path).kb).lint().findings
    assert {finding.severity for finding in findings} == {"note"}  # what it can state and does not ask


def test_nothing_is_left_beside_what_is_made(tmp_path: Path) -> None:
    kb = made(tmp_path).kb
    new_policy(kb, Draft("another"))
    assert [path.name for path in tmp_path.iterdir()] == ["kb"]
    assert sorted(path.name for path in (kb / "policies").iterdir()) == ["a_policy", "another"]


def test_every_case_of_a_new_policy_comes_to_what_it_expects(tmp_path: Path) -> None:
    kb = KnowledgeBase.load(made(tmp_path).kb)
    assert len(kb.examples()) == 8
    assert surprises(kb) == {}


@pytest.mark.parametrize(
    ("drug", "indication"),
    [("Saphnelo", "SLE"), ("rituximab", "RA"), ("HCQ", "AAV"), ("Lupkynis", "Waldenström")],
)
def test_it_holds_together_for_whatever_drug_and_disease(
    drug: str, indication: str, tmp_path: Path
) -> None:
    kb = made(without_policies(tmp_path), drugs=(drug,), indications=(indication,)).kb
    assert surprises(KnowledgeBase.load(kb)) == {}


def test_it_says_of_itself_what_it_is_told(tmp_path: Path) -> None:
    said = {"drugs": ("Saphnelo",), "payer": "A plan", "document": "A title", "edition": "first"}
    about = KnowledgeBase.load(made(tmp_path, since="2025-01-31", **said).kb).about("a_policy")
    assert (about.payer, about.document, about.drugs) == ("A plan", "A title", ("anifrolumab",))
    assert [(name, str(first)) for name, first in about.editions] == [("first", "2025-01-31")]


def test_an_edition_is_called_after_its_first_day(tmp_path: Path) -> None:
    assert made(tmp_path, since="2025-01-31").editions == ("2025-01-31",)


def test_an_edition_without_a_first_day_is_a_draft_and_always_in_force(tmp_path: Path) -> None:
    about = KnowledgeBase.load(made(tmp_path).kb).about("a_policy")
    assert about.editions == (("draft", None),)


@given(st.text(min_size=1).filter(lambda text: text.isprintable() and text.strip()))
@example('"). evil. %')
@example("a\\")
@example("%* a comment")
@example("$policy ${drug} {1}")
@settings(max_examples=times(25), deadline=None)
def test_any_title_stays_the_text_that_it_is(title: str) -> None:
    with TemporaryDirectory() as folder:
        kb = KnowledgeBase.load(
            made(without_policies(Path(folder)), payer=title, document=title, edition=title).kb
        )
        about = kb.about("a_policy")
        assert (about.payer, about.document, about.editions) == (title, title, ((title, None),))
        assert kb.edition("a_policy").cited("basis", "other_indication").startswith(title)


def test_a_knowledge_base_that_is_there_gains_one_folder(tmp_path: Path) -> None:
    kb = made(tmp_path).kb
    before = files(kb)
    another = new_policy(kb, Draft("another", ("prednisone",)))
    after = files(kb)
    assert not another.begun
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {f"policies/another/{name}" for name in another.files}
    assert surprises(KnowledgeBase.load(kb)) == {}


CHECKS = [("lint",), ("test", "--fail-under", "100"), ("verify",)]
"""What a policy must pass; there must be nothing to find, and nothing that no case shows."""


@pytest.mark.parametrize("check", CHECKS, ids=" ".join)
def test_a_new_policy_passes_every_check(check: tuple[str, ...], tmp_path: Path) -> None:
    kb = made(tmp_path, drugs=("Saphnelo",), indications=("SLE",), since="2025-01-01").kb
    ended = command(*check, "a_policy", "--kb", str(kb))
    assert (ended.err, ended.status) == ("", 0)


@pytest.mark.parametrize("check", CHECKS, ids=" ".join)
def test_a_new_policy_passes_every_check_beside_those_that_ship(
    check: tuple[str, ...], tmp_path: Path
) -> None:
    kb = slim(tmp_path / "kb")
    made(tmp_path, drugs=("prednisone",), indications=("RA",))
    ended = command(*check, "a_policy", "--kb", str(kb))
    assert (ended.err, ended.status) == ("", 0)


def test_the_cases_of_a_new_policy_notice_every_change_of_its_rules(tmp_path: Path) -> None:
    kb = slim(made(tmp_path).kb, "policies")
    tests = KnowledgeBase.load(kb).test(["a_policy"], mutate=True)
    assert tests.mutation is not None
    assert tests.mutation.survivors == ()


# ---- names that the shared files do not know ---------------------------------------------------

UNKNOWN: Mapping[str, Mapping[str, Any]] = {
    "a_drug": {"drugs": ("Dermexa",), "indications": ("asthma",)},
    "a_service": {"services": ("continuous glucose monitor",), "indications": ("diabetes",)},
    "several": {
        "drugs": ("Dermexa", "5-ASA"),
        "services": ("Skin test (prick)",),
        "indications": ("atopic dermatitis (eczema)", "SLE", "hypertensive emergency"),
    },
}


@pytest.fixture(scope="module", params=UNKNOWN)
def unknown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A policy on names that the shared files do not know."""
    policy = made(tmp_path_factory.mktemp("unknown"), **UNKNOWN[request.param])
    slim(policy.kb, "policies")
    return policy


@pytest.mark.parametrize("check", CHECKS, ids=" ".join)
def test_a_policy_on_what_nobody_knows_passes_every_check(check: tuple[str, ...], unknown: Made) -> None:
    ended = command(*check, "a_policy", "--kb", str(unknown.kb))
    assert (ended.err, ended.status) == ("", 0)


@pytest.mark.parametrize("unknown", ["several"], indirect=True)
def test_its_cases_notice_every_change_of_its_rules(unknown: Made) -> None:
    tests = KnowledgeBase.load(unknown.kb).test(["a_policy"], mutate=True)
    assert tests.passed


def test_a_new_drug_is_asked_for_by_the_name_that_was_given(tmp_path: Path) -> None:
    kb = KnowledgeBase.load(
        made(tmp_path, drugs=("5-ASA (rectal)",), indications=("ulcerative colitis",)).kb
    )
    request = {"drug": "5-ASA (rectal)", "indication": "Ulcerative Colitis", "phase": "initial"}
    decision = kb.decide({"request": request, "facts": {"diagnosis": ["ulcerative colitis"]}})
    assert (decision.policy, decision.outcome) == ("a_policy", "approve")


@given(st.text(min_size=1, max_size=30))
@example('a "quoted" drug')
@example("back\\slash %* no comment")
@example("drug(other). evil")
@example("Straße №5")
@example("$policy")
@settings(max_examples=times(25), deadline=None)
def test_whatever_a_drug_is_called_it_can_be_asked_for_by_that_name(name: str) -> None:
    with TemporaryDirectory() as folder:
        try:
            policy = made(without_policies(Path(folder)), drugs=(name,))
        except CaseError:
            assume(False)
        kb = KnowledgeBase.load(policy.kb)
        assert kb.policies_on(name) == ("a_policy",)
        request = {"drug": name, "indication": "SLE", "phase": "initial"}
        assert kb.decide({"request": request, "facts": {"diagnosis": ["SLE"]}}).outcome == "approve"


def test_a_new_service_is_asked_for_by_the_name_that_was_given(tmp_path: Path) -> None:
    policy = made(tmp_path, services=("Glucose monitor",), indications=("SLE",))
    request = {"service": "glucose MONITOR", "indication": "SLE", "phase": "initial"}
    decision = KnowledgeBase.load(policy.kb).decide({"request": request, "facts": {"diagnosis": ["sle"]}})
    assert (policy.drugs, decision.outcome) == ((), "approve")


def test_a_service_has_no_continuation_until_its_author_says_so(tmp_path: Path) -> None:
    policy = made(tmp_path, services=("Glucose monitor",), indications=("SLE",))
    request = {"service": "Glucose monitor", "indication": "SLE", "phase": "continuation"}
    decision = KnowledgeBase.load(policy.kb).decide({"request": request, "facts": {"diagnosis": ["sle"]}})
    assert decision.outcome == "refer"


def test_names_are_declared_once_however_they_are_written(tmp_path: Path) -> None:
    policy = made(tmp_path, drugs=("Dermexa", "DERMEXA", "dermexa "), indications=("asthma", "Asthma"))
    assert (policy.drugs, policy.indications) == (("dermexa",), ("asthma",))
    assert [(name.kind, name.name, name.label) for name in policy.declared] == [
        ("drug", "dermexa", "Dermexa"),
        ("condition", "asthma", "asthma"),
    ]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("5-ASA", "drug_5_asa"),
        ("Not", "drug_not"),
        ("only", "drug_only"),
        ("No", "drug_no"),
        ("É-22", "e_22"),
    ],
)
def test_a_name_that_rules_or_cases_could_not_hold_is_made_one(
    given: str, name: str, tmp_path: Path
) -> None:
    assert made(tmp_path, drugs=(given,)).drugs == (name,)


def test_a_condition_that_nobody_could_be_treated_for_is_declared_as_an_indication(tmp_path: Path) -> None:
    policy = made(tmp_path, indications=("hypertensive emergency",))
    assert [name.rows for name in policy.declared] == [("indication(hypertensive_emergency).",)]


def test_what_others_call_a_drug_is_a_service_where_its_author_insists(tmp_path: Path) -> None:
    policy = made(tmp_path, drugs=(), services=("insulin pump",), declare=True)
    assert [name.name for name in policy.declared] == ["insulin_pump"]
    assert surprises(KnowledgeBase.load(policy.kb)) == {}


def test_what_looks_like_a_slip_is_declared_where_its_author_insists(tmp_path: Path) -> None:
    policy = made(tmp_path, drugs=("anifrolumb",), declare=True)
    assert policy.drugs == ("anifrolumb",)
    assert surprises(KnowledgeBase.load(policy.kb)) == {}


def test_a_known_name_is_never_declared_again(tmp_path: Path) -> None:
    policy = made(tmp_path, drugs=("Saphnelo",), declare=True)
    assert (policy.drugs, policy.declared) == (("anifrolumab",), ())


def test_the_command_says_what_it_declared_and_what_is_still_to_be_said(tmp_path: Path) -> None:
    kb = str(tmp_path / "kb")
    said = ("--drug", "Dermexa", "--indication", "asthma")
    lines = command("new", "a_policy", "--kb", kb, *said).out.splitlines()
    begin = lines.index(
        "The folder declares these names, which the shared files do not know. Still to be said there:"
    )
    assert lines[begin + 1 : begin + 8] == [
        "  about.lp    drug dermexa, Dermexa",
        "                class(dermexa, CLASS, GROUND) for each class that a rule asks for",
        "                its other names: alias(dermexa, NAME)",
        "                its codes: code(hcpcs, CODE, drug(dermexa), equivalent, GROUND)",
        "  facts.lp    condition asthma",
        "                its other names: alias(asthma, NAME)",
        "                its codes: code(icd10cm, CODE, diagnosis(asthma), equivalent, GROUND)",
    ]


def test_names_of_one_drug_are_told_as_one_and_unknown_names_as_drugs_of_their_own(tmp_path: Path) -> None:
    asked = ("--drug", "Rinvoq", "--drug", "upadacitinib", "--drug", "Humira", "--drug", "Yuflyma")
    unknown = ("--drug", "foomab", "--drug", "Foozy")
    kb = str(tmp_path / "kb")
    known = command("new", "of_names", "--kb", kb, *asked, "--indication", "RA").out
    other = command("new", "of_no_names", "--kb", kb, *unknown, "--indication", "RA").out
    told = "  upadacitinib: Rinvoq\n  adalimumab: Humira, Yuflyma\n"
    assert f"Of several names for one, rules write the first; a case may write any:\n{told}" in known
    assert "of its own" not in known
    assert "Of several names" not in other
    assert 'write alias(foomab, "Foozy").' in other


def test_the_files_say_what_is_still_to_be_said(tmp_path: Path) -> None:
    policy = made(tmp_path, drugs=("Dermexa",), indications=("asthma",))
    about = (policy.home / "about.lp").read_text("utf-8")
    assert "% To be said: class(dermexa, CLASS, GROUND) for each class that a rule asks for.\n" in about
    facts = (policy.home / "facts.lp").read_text("utf-8")
    assert "% To be said: has_activity(asthma), if a rule asks whether it is active.\n" in facts


def test_the_command_takes_several_of_each_and_answers_in_json(tmp_path: Path) -> None:
    said = ("--drug", "Dermexa", "--drug", "HCQ", "--service", "skin test", "--indication", "asthma")
    answer = json.loads(command("new", "a_policy", "--kb", str(tmp_path / "kb"), *said, "--json").out)
    assert (answer["drugs"], answer["services"]) == (["dermexa", "hydroxychloroquine"], ["skin_test"])
    assert [(name["kind"], name["name"], name["file"]) for name in answer["declared"]] == [
        ("drug", "dermexa", "about.lp"),
        ("service", "skin_test", "about.lp"),
        ("condition", "asthma", "facts.lp"),
    ]


# ---- like a policy on file ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A policy that is like one on file, beside it, and on another drug."""
    kb = slim(tmp_path_factory.mktemp("alike") / "kb")
    return new_policy(kb, Draft("a_policy", ("Saphnelo",), payer='A "plan"', like="uhc_benlysta"))


@pytest.mark.parametrize("check", ["lint", "test"])
def test_a_policy_like_another_passes_every_check(check: str, alike: Made) -> None:
    ended = command(check, "a_policy", "--kb", str(alike.kb))
    assert (ended.err, ended.status) == ("", 0)


def test_of_a_policy_like_another_what_it_is_beside_others_is_new_and_that_it_bars_its_own_drug(
    alike: Made,
) -> None:
    report = KnowledgeBase.load(alike.kb).verify(["a_policy"])
    new = [finding.subject for finding in report.findings if finding.accepted is None]
    # the policy that it is like bars Saphnelo beside its own drug
    assert [subject for subject in new if " beside " not in subject] == ["drug(anifrolumab)"] * 2
    assert "pair(anifrolumab,belimumab) beside uhc_benlysta@2022E0046O" in new
    assert report.gone == ()


def test_a_policy_like_another_says_of_itself_what_it_is_told(alike: Made) -> None:
    about = KnowledgeBase.load(alike.kb).about("a_policy")
    assert (about.payer, about.document) == ('A "plan"', "Title of the document")
    assert (about.drugs, alike.drugs) == (("anifrolumab",), ("anifrolumab",))
    assert [name for name, _ in about.editions] == list(alike.editions) == ["2022E0046O", "2023-11-01"]


def test_nothing_of_a_policy_like_another_speaks_for_the_other(alike: Made) -> None:
    kb = KnowledgeBase.load(alike.kb)
    for name, path in kb.examples().items():
        if name.startswith("a_policy_"):
            with path.open("rb") as stream:
                ((_, case),) = read_cases(stream, name)
            assert not isinstance(case, CaseError)
            assert case["request"]["policy"].partition("@")[0] == "a_policy"
    assert "uhc_benlysta" not in "".join(
        path.read_text("utf-8") for path in alike.home.rglob("*") if path.is_file()
    )


def test_cases_that_do_not_hold_of_the_other_drug_are_left_out(alike: Made) -> None:
    whole = len(RuleFiles(alike.kb).cases("uhc_benlysta"))
    kept = [name for name in alike.files if name.startswith("cases/")]
    assert len(kept) + len(alike.left_out) == whole
    assert set(alike.left_out).isdisjoint(files(alike.home))
    assert "cases/a_policy_lupkynis_alongside_bars_benlysta.yaml" in kept


def test_a_policy_may_be_like_another_on_the_same_drug(tmp_path: Path) -> None:
    like = made(tmp_path, like="fep_lupkynis")
    assert (like.drugs, like.indications, like.left_out) == (("voclosporin",), ("lupus_nephritis",), ())
    assert surprises(KnowledgeBase.load(like.kb)) == {}


def test_a_policy_like_another_may_be_on_a_drug_that_nobody_knows(tmp_path: Path) -> None:
    like = made(tmp_path, like="fep_lupkynis", drugs=("Dermexa",))
    assert [name.name for name in like.declared] == ["dermexa"]
    assert surprises(KnowledgeBase.load(like.kb)) == {}


def test_a_policy_like_another_may_be_for_a_disease_that_nobody_knows(tmp_path: Path) -> None:
    simple = made(tmp_path)
    like = new_policy(simple.kb, Draft("another", indications=("asthma",), like="a_policy"))
    assert (like.indications, like.left_out) == (("asthma",), ())
    assert "facts.lp" in like.files
    assert surprises(KnowledgeBase.load(simple.kb)) == {}


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"like": "uhc_benlsta"}, "no policy is called 'uhc_benlsta'; did you mean uhc_benlysta?"),
        ({"since": "2025-01-01"}, "--edition and --since: with --like the editions are copied"),
        ({"edition": "first"}, "--edition and --since: with --like the editions are copied"),
        ({"services": ("monitor",)}, "speaks of no service: leave --service out"),
        ({"indications": ("RA",)}, "speaks of sle and lupus_nephritis: leave --indication out"),
        ({"drugs": ("HCQ", "prednisone")}, "--drug: with --like one takes the place of one"),
        (
            {"like": "fep_lupkynis", "indications": ("RA",)},
            "--like fep_lupkynis: its rules cannot be used with rheumatoid_arthritis (policy a_policy: ",
        ),
    ],
)
def test_what_cannot_be_like_another_is_refused(said: dict[str, Any], error: str, tmp_path: Path) -> None:
    assert error in refused(tmp_path, **({"like": "uhc_benlysta"} | said))


def test_a_name_that_the_other_declares_itself_is_left_to_its_author(tmp_path: Path) -> None:
    kb = made(tmp_path, drugs=("Dermexa",)).kb
    with pytest.raises(CaseError, match="--like a_policy: its own folder declares dermexa; leave it"):
        new_policy(kb, Draft("another", ("HCQ",), like="a_policy"))


def test_the_command_says_what_is_to_be_rewritten(tmp_path: Path) -> None:
    kb = slim(tmp_path / "kb")
    ended = command("new", "a_policy", "--kb", str(kb), "--like", "uhc_benlysta", "--drug", "Saphnelo")
    assert (ended.err, ended.status) == ("", 0)
    assert (
        "It has the structure of uhc_benlysta, and is not true of your document yet. To be rewritten:"
        in ended.out
    )
    assert "Cases that do not hold of it are left out: 9." in ended.out


def test_the_command_says_no_more_of_what_is_like_a_small_policy(tmp_path: Path) -> None:
    kb = made(tmp_path).kb
    lines = command("new", "another", "--kb", str(kb), "--like", "a_policy").out.splitlines()
    assert lines[-5:] == [
        "  cases/      the titles, and what a case states",
        "Check it after each step:",
        *(f"  lupa {verb} another --kb {kb}" for verb in ("lint", "test", "verify")),
    ]


# ---- what is refused ---------------------------------------------------------------------------


def refused(folder: Path, **said: Any) -> str:
    """What is said of a policy that cannot be made; nothing must be left of it."""
    before = sorted(folder.rglob("*"))
    with pytest.raises((CaseError, RuleError)) as error:
        made(folder, **said)
    assert sorted(folder.rglob("*")) == before
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("My Policy", "; my_policy would do"),
        ("my-policy", "; my_policy would do"),
        ("UHC", "; uhc would do"),
        ("5mg", ""),
        ("", ""),
        ("not", ""),
        ("../escape", "; escape would do"),
        ("Überplan", "; uberplan would do"),
        ("a\n", "; a would do"),
    ],
)
def test_a_name_that_rules_cannot_use_is_refused(name: str, hint: str, tmp_path: Path) -> None:
    said = refused(tmp_path, policy=name)
    assert said.startswith("a policy is named in lower case, digits and underscores")
    assert said.endswith(hint or "'")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (
            {"drugs": ("anifrolumb",)},
            "did you mean anifrolumab? If it is another drug, add --declare, and the policy's folder",
        ),
        ({"indications": ("SEL nephritis",)}, "did you mean lupus_nephritis? If it is another condition, "),
        (
            {"indications": ("other",)},
            "--indication: 'other' means another indication here, which is no condition",
        ),
        ({"drugs": ("SLE",)}, "--drug: 'SLE' means systemic lupus erythematosus here, which is no drug"),
        (
            {"services": ("Benlysta",)},
            "--service: 'Benlysta' means belimumab here, which is no service; if it is",
        ),
        ({"drugs": ("renewal",)}, "--drug: 'renewal' means continuation here, which is no drug"),
        (
            {"services": ("insulin pump",)},
            "means insulin here, which is no service; if it is a service of its own, add --declare",
        ),
        (
            {"services": ("insulin",), "declare": True},
            "--service: 'insulin' means insulin here, which is no service",
        ),
        ({"drugs": ("two\nlines",)}, "--drug: a text on one line is expected"),
        ({"drugs": (" ",)}, "--drug: a text on one line is expected"),
        ({"drugs": ("{unit}",)}, "--drug: a name has no braces, unlike '{unit}'"),
        ({"services": ("検査",)}, "--service: '検査' has no plain letters, of which rules make a name"),
        (
            {"drugs": ("monitor",), "services": ("Monitor!",)},
            "--service: 'Monitor!' would be called monitor, which is another name here",
        ),
        ({"since": "1.1.2025"}, "--since: a date is written year-month-day, such as 2025-03-01"),
        ({"since": "2025-02-30"}, "--since: there is no such day"),
        ({"payer": " "}, "--payer: a text on one line is expected"),
        ({"document": "one\nevil."}, "--document: a text on one line is expected, not 'one\\nevil.'"),
        ({"edition": "\x1b[2J"}, "--edition: a text on one line is expected"),
        ({"edition": ""}, "--edition: a text on one line is expected, not ''"),
    ],
)
def test_what_cannot_be_said_is_refused(said: dict[str, str], error: str, tmp_path: Path) -> None:
    assert error in refused(tmp_path, **said)


def test_a_policy_that_is_there_is_never_touched(tmp_path: Path) -> None:
    home = made(tmp_path).home
    before = files(tmp_path)
    assert refused(tmp_path) == f"{home}: is there already; choose another name, or work on what it holds"
    assert files(tmp_path) == before


def test_a_folder_that_is_no_knowledge_base_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    assert "not a knowledge base, for it has no" in refused(tmp_path)


def test_a_knowledge_base_is_not_begun_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    kb = tmp_path / "nowhere" / "kb"
    with pytest.raises(CaseError, match=f"^{kb}: cannot be made: No such file or directory$"):
        new_policy(kb, Draft("a_policy"))


def test_what_goes_wrong_half_way_leaves_nothing(tmp_path: Path) -> None:
    made(tmp_path)
    with mock.patch.object(Path, "rename", side_effect=OSError(28, "No space left on device")):
        said = refused(tmp_path, policy="another")
    assert said == f"{tmp_path}/kb/policies/another: cannot be made: No space left on device"


def test_a_rule_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    kb = made(tmp_path).kb
    (kb / "drugs.lp").write_text("#script (python)\n#end.\n")
    assert refused(tmp_path, policy="another").startswith(f"{kb / 'drugs.lp'}:1:1: #script is not allowed")


def without_drugs(kb: Path) -> None:
    for table in kb.glob("drugs*.lp"):
        table.unlink()
    (kb / "drugs.lp").write_text("#defined drug/1.\n#defined class/3.\n", "utf-8")


def test_a_knowledge_base_that_knows_no_drug_can_hold_no_policy(tmp_path: Path) -> None:
    kb = made(tmp_path).kb
    without_drugs(kb)
    said = refused(tmp_path, policy="another")
    assert said == "--drug: name one, for the knowledge base knows none"


def test_a_knowledge_base_that_knows_no_drug_can_hold_a_policy_that_names_one(tmp_path: Path) -> None:
    kb = made(tmp_path).kb
    without_drugs(kb)
    shutil.rmtree(kb / "policies" / "a_policy")
    made(tmp_path, policy="another", drugs=("Dermexa",))
    assert surprises(KnowledgeBase.load(kb)) == {}


# ---- the command -------------------------------------------------------------------------------


def test_the_command_says_what_it_made_and_what_comes_next(tmp_path: Path) -> None:
    kb = tmp_path / "a kb"
    ended = command("new", "a_policy", "--kb", str(kb), "--since", "2025-01-01")
    assert (ended.status, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == f"{kb} is a new knowledge base, with the vocabulary that ships with lupa."
    assert lines[-3:] == [f"  lupa {verb} a_policy --kb '{kb}'" for verb in ("lint", "test", "verify")]


def test_the_command_answers_in_json(tmp_path: Path) -> None:
    kb = str(tmp_path / "kb")
    ended = command("--kb", kb, "new", "a_policy", "--drug", "Saphnelo", "--indication", "SLE", "--json")
    answer = json.loads(ended.out)
    assert answer.pop("files") == list(new_policy(tmp_path / "again", Draft("a_policy")).files)
    assert answer == {
        "kb": kb,
        "begun": True,
        "policy": "a_policy",
        "drugs": ["anifrolumab"],
        "services": [],
        "indications": ["sle"],
        "editions": ["draft"],
        "declared": [],
        "like": None,
        "left_out": [],
        "folder": f"{kb}/policies/a_policy",
    }


def test_the_command_works_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUPA_KB", str(tmp_path / "kb"))
    assert command("new", "a_policy").status == 0
    ended = command("new", "another")
    assert ended.out.splitlines()[0].startswith(f"{tmp_path}/kb/policies/another covers ")


def test_what_the_command_refuses_is_wrong_input(tmp_path: Path) -> None:
    ended = command("new", "My-Policy", "--kb", str(tmp_path / "kb"))
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("error: a policy is named in lower case")
    assert list(tmp_path.iterdir()) == []


def test_without_a_name_the_knowledge_base_of_the_checkout_is_worked_on() -> None:
    assert place(None) == readme.ROOT / "kb"


def test_what_is_installed_is_not_worked_on_unless_it_is_named(tmp_path: Path) -> None:
    with (
        mock.patch.object(scaffold, "_PACKAGE", tmp_path),
        mock.patch.object(scaffold, "shipped", lambda folder: tmp_path / folder),
        pytest.raises(CaseError, match="name one of your own with --kb DIR"),
    ):
        place(None)
    assert place("kb") == Path("kb")


# ---- the examples of the guide --------------------------------------------------------------------


Walks = Mapping[str, tuple[str, str, Path]]
"""Of each section that adds a policy: how it stands, how it is when carried out, and its knowledge base."""


@pytest.fixture(scope="module")
def walks(tmp_path_factory: pytest.TempPathFactory) -> Walks:
    found = {}
    for title in readme.WALKS:
        section, folder = readme.walk(title), tmp_path_factory.mktemp("walk")
        found[title] = (section, readme.walked(section, folder), folder / "my_kb")
    return found


@pytest.mark.parametrize("title", readme.WALKS)
def test_the_guide_adds_each_policy_as_it_says(title: str, walks: Walks) -> None:
    section, walked, _ = walks[title]
    assert walked == section


TOLD = ("no findings in", "coverage 100 %", "laws on 1 edition: nothing new")
"""How the guide shows that a policy passes each check."""


@pytest.mark.parametrize("title", readme.WALKS)
def test_the_policies_of_the_guide_pass_every_check_that_is_not_shown_there(
    title: str, walks: Walks
) -> None:
    section, _, kb = walks[title]
    (policy,) = KnowledgeBase.load(kb).policies
    for check in (check for check, told in zip(CHECKS, TOLD, strict=True) if told not in section):
        ended = command(*check, policy, "--kb", str(kb))
        assert (ended.err, ended.status) == ("", 0), check


def test_the_cases_of_the_second_example_notice_every_change_of_its_rules() -> None:
    assert "mutation score 100 %" in readme.walk(readme.WALKS[1])


def test_the_first_example_of_the_guide_is_the_one_that_tests_know(walks: Walks) -> None:
    _, _, kb = walks[readme.WALKS[0]]
    assert files(kb / "policies" / "example_anifrolumab") == files(EXAMPLE)


def test_the_second_example_of_the_guide_declares_what_it_needs_in_its_folder_alone(walks: Walks) -> None:
    _, _, kb = walks[readme.WALKS[1]]
    assert {path.name: path.read_bytes() for path in RuleFiles(kb).core} == {
        path.name: path.read_bytes() for path in RuleFiles(shipped("kb")).core
    }


def test_the_example_is_plainly_none_of_a_real_plan() -> None:
    about = (EXAMPLE / "about.lp").read_text("utf-8")
    assert 'payer(example_anifrolumab, "Example Health Plan").' in about
    assert "An example, made up; no health plan has this policy." in (EXAMPLE / "policy.lp").read_text(
        "utf-8"
    )


@pytest.fixture(scope="module")
def with_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge base that holds the example policy."""
    kb = new_policy(tmp_path_factory.mktemp("example") / "kb", Draft("example_anifrolumab")).kb
    shutil.rmtree(kb / "policies" / "example_anifrolumab")
    shutil.copytree(EXAMPLE, kb / "policies" / "example_anifrolumab")
    return slim(kb, "policies")


@pytest.mark.parametrize("check", CHECKS, ids=" ".join)
def test_the_example_passes_every_check(check: tuple[str, ...], with_example: Path) -> None:
    ended = command(*check, "example_anifrolumab", "--kb", str(with_example))
    assert (ended.err, ended.status) == ("", 0)


def test_the_cases_of_the_example_notice_every_change_of_its_rules(with_example: Path) -> None:
    tests = KnowledgeBase.load(with_example).test(["example_anifrolumab"], mutate=True)
    assert tests.mutation is not None
    assert tests.mutation.survivors == ()


def test_every_finding_that_the_example_accepts_is_one(with_example: Path) -> None:
    report = KnowledgeBase.load(with_example).verify(["example_anifrolumab"])
    assert (report.new, report.gone) == ((), ())
    assert len(report.findings) == 1
