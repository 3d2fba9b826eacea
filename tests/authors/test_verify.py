"""`lupa verify`: what is found, what is expected, and what is wrong with what it is given."""

import json
import shutil
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from lupa import CaseError, KnowledgeBase, RuleError
from lupa.authors.laws.accepted import Accepted, accepted_in, compared
from lupa.authors.laws.accepting import Acceptance, accepting
from lupa.authors.laws.programs import law_files
from lupa.authors.laws.smallest import smallest
from lupa.authors.laws.verify import Name, Verification
from lupa.authors.reports.finding import Finding, Report
from lupa.rules.files import shipped
from lupa.rules.store import Store
from tests.command import command
from tests.slim import slim

pytestmark = pytest.mark.slow

GAP = "request(other,initial)"
NEWEST = "uhc_benlysta@2023-11-01"
NEPHRITIS = "requires(uhc_benlysta, lupus_nephritis, initial,      active_lupus_nephritis, u31).\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A slim copy of the shipped knowledge base, to change."""
    return slim(tmp_path / "kb")


@pytest.fixture(scope="module")
def usual(few: KnowledgeBase) -> Report:
    """What is found of the newest edition, read as usual."""
    return few.verify([NEWEST])


@pytest.fixture(scope="module")
def every(few: KnowledgeBase) -> Report:
    """What is found of the newest edition, read in every way."""
    return few.verify([NEWEST], all_readings=True)


@pytest.fixture(scope="module")
def exemplified(few: KnowledgeBase) -> Report:
    """What is found of the policy on Lupkynis, with examples."""
    return few.verify(["fep_lupkynis"], examples=True)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def benlysta(folder: Path) -> Path:
    return folder / "policies" / "uhc_benlysta" / "policy.lp"


def verified(folder: Path, *policies: str) -> Report:
    return KnowledgeBase.load(folder).verify(policies or [NEWEST])


# ---- what is found -----------------------------------------------------------------------------


def test_the_shipped_policies_hold_nothing_new(few: KnowledgeBase) -> None:
    status, out, err = command("verify", "--kb", str(few.files.root))
    assert (status, err) == (0, "")
    assert out.splitlines()[-1].startswith("29 laws on 3 editions: nothing new;")


def test_one_edition_can_be_asked_for(few: KnowledgeBase) -> None:
    assert few.verify("uhc_benlysta@2022E0046O").editions == ("uhc_benlysta@2022E0046O",)
    assert few.verify(["uhc_benlysta@2022E0046O"]).editions == ("uhc_benlysta@2022E0046O",)


def test_a_policy_stands_for_all_of_its_editions_each_once(few: KnowledgeBase) -> None:
    report = few.verify(["uhc_benlysta@2022E0046O", "uhc_benlysta"])
    assert report.editions == ("uhc_benlysta@2022E0046O", "uhc_benlysta@2023-11-01")


def test_a_new_finding_makes_the_exit_status_1(folder: Path) -> None:
    (folder / "policies" / "uhc_benlysta" / "accepted.yaml").unlink()
    status, out, _ = command("verify", "uhc_benlysta", "--kb", str(folder), "--json")
    assert status == 1
    assert GAP in {subject for finding in json.loads(out)["findings"] for subject in finding["subjects"]}


def test_a_finding_names_the_line_and_the_clause(kb: KnowledgeBase) -> None:
    (finding,) = [f for f in kb.verify(["fep_lupkynis"]).findings if f.check == "decisive_criterion"]
    (place,), (clause,), (because,) = finding.places, finding.clauses, finding.because
    text = (shipped("kb") / place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]
    assert text.startswith("requires(fep_lupkynis, lupus_nephritis, initial,      lupus_nephritis,")
    assert (clause.id, because.item) == ("f16a", "criterion(active_lupus_nephritis)")


def test_editions_that_were_never_in_force_together_are_not_compared(
    few: KnowledgeBase, usual: Report
) -> None:
    old, new = few.verify(["uhc_benlysta@2022E0046O"]), usual
    assert ["order_of_requests" in {f.check for f in r.findings} for r in (old, new)] == [False, True]


def test_every_reading_may_break_more_laws_than_the_usual_one(usual: Report, every: Report) -> None:
    further = {f.subject for f in every.findings} - {f.subject for f in usual.findings}
    assert "barred(sle,initial,u50)" in further


def test_a_patient_of_another_reading_says_how_the_text_is_read(every: Report) -> None:
    (finding,) = [f for f in every.findings if f.subject == "barred(sle,initial,u50)"]
    assert finding.patients[0].case["facts"]["reading"] == {"comorbidity": "any"}


def test_examples_show_that_laws_are_kept(few: KnowledgeBase, exemplified: Report) -> None:
    (approved, _) = [e for e in exemplified.examples if e.check == "approvable_pathway"]
    assert approved.patients[0].outcome == "approve"
    assert few.verify(["fep_lupkynis"]).examples == ()


def test_an_example_of_a_clause_tells_what_comes_of_it_without(exemplified: Report) -> None:
    told = {e.subject: e.patients[0] for e in exemplified.examples if e.check == "load_bearing_clause"}
    assert told["clause(f15)"].outcome == "deny"
    assert told["clause(f15)"].text.endswith(" Without it: approve.")


def test_progress_is_told_for_each_edition(few: KnowledgeBase) -> None:
    told: list[tuple[int, int]] = []
    few.verify(["uhc_benlysta"], tick=lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2)]


def test_a_criterion_that_only_another_reading_makes_useful_is_a_note(folder: Path) -> None:
    change(
        benlysta(folder),
        NEPHRITIS,
        NEPHRITIS + "requires(uhc_benlysta, sle, initial, lived, u11).\n"
        "met(uhc_benlysta, lived) :- reading(comorbidity, indication_only).\n"
        'text(uhc_benlysta, criterion(lived), "It is read narrowly.", "It is read widely.").\n',
    )
    (finding,) = verified(folder).new
    assert finding.severity == "note"
    assert finding.text.endswith("Read otherwise than usual, it may.")


# ---- what is expected --------------------------------------------------------------------------


def test_what_is_expected_and_found_no_more_is_told(folder: Path) -> None:
    path = folder / "policies" / "fep_lupkynis" / "accepted.yaml"
    path.write_text(
        path.read_text(encoding="utf-8")
        + f"- {{check: no_gap, subject: '{GAP}', reason: Once there was a gap.}}\n",
        encoding="utf-8",
    )
    status, out, _ = command("verify", "fep_lupkynis", "--kb", str(folder), "--json")
    assert (status, json.loads(out)["gone"]) == (0, [f"fep_lupkynis: no_gap {GAP}"])


def test_what_is_expected_of_an_edition_that_is_not_looked_at_is_not_gone(written: Path) -> None:
    path = written / "policies" / "uhc_benlysta" / "accepted.yaml"
    entry = {"check": "no_gap", "subject": "none", "edition": "2022E0046O", "reason": "An old one."}
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump([*rows, entry]), encoding="utf-8")
    gone = verified(written).gone
    assert not [told for told in gone if "2022E0046O" in told]
    assert "uhc_benlysta@2022E0046O: no_gap none" in verified(written, "uhc_benlysta").gone


def found(subject: str, edition: str) -> Finding:
    return Finding("no_gap", "warning", "plan", edition, subject, "A gap.")


def test_an_expected_finding_may_be_one_of_one_edition_only() -> None:
    entry = Accepted("plan", "no_gap", GAP, "It is so.", "1")
    (first, second), gone = compared([found(GAP, "1"), found(GAP, "2")], [entry])
    assert (first.accepted, second.accepted, gone) == ("It is so.", None, [])


def test_all_that_is_wrong_with_a_record_of_findings_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "accepted.yaml"
    path.write_text("- {chek: a}\n- {check: a, subject: 3, reason: 4}\n- {check: a}\n", encoding="utf-8")
    with pytest.raises(RuleError) as error:
        accepted_in(tmp_path)
    assert [line.partition(";")[0] for line in str(error.value).splitlines()] == [
        f"{path}: entry 1: 'chek' is not known",
        f"{path}: entry 2: `reason` must be a text",
        f"{path}: entry 2: `subject` must be a text",
        f"{path}: entry 3: `subject` is missing",
        f"{path}: entry 3: `reason` is missing",
    ]


def test_a_policy_may_record_nothing(tmp_path: Path) -> None:
    assert accepted_in(tmp_path) == []
    (tmp_path / "accepted.yaml").write_text("# nothing yet\n", encoding="utf-8")
    assert accepted_in(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("check: no_gap", "a list of findings is expected"),
        ("- no_gap", "entry 1: a mapping with check, subject, edition, reason is expected"),
        ("- {chek: no_gap}", "entry 1: 'chek' is not known; did you mean check?"),
        ("- {who: me}", "entry 1: 'who' is not known; it takes check, subject, edition, reason"),
        ("- {check: no_gap, subject: all}", "entry 1: `reason` is missing; it says why"),
        (
            "- {check: no_gap, reason: so}",
            "entry 1: `subject` is missing; it says what the finding is about",
        ),
        ("- {subject: all, reason: so}", "entry 1: `check` is missing; it names the law"),
        ("- {check: no_gap, subject: [], reason: so}", "entry 1: `subject` names nothing; it says what"),
        ("- {check: no_gap, subject: [all, 1], reason: so}", "entry 1: `subject` must be a text"),
        (
            "- {check: a, subject: b, edition: 2022, reason: c}",
            "`edition` must be a text; write it in quotes",
        ),
        ("- {check: a, subject: b, reason: ' '}", "entry 1: `reason` must be a text"),
        ("- [", "accepted.yaml: "),
    ],
)
def test_a_record_of_findings_that_is_wrong_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "accepted.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as error:
        accepted_in(tmp_path)
    assert said in str(error.value)


def test_an_entry_may_name_several_subjects(tmp_path: Path) -> None:
    rows = "- {check: no_gap, subject: [one, other], reason: So.}"
    (tmp_path / "accepted.yaml").write_text(rows, encoding="utf-8")
    assert [entry.subject for entry in accepted_in(tmp_path)] == ["one", "other"]


@pytest.mark.parametrize(
    ("subject", "edition", "covers"),
    [
        ("request(*)", None, True),
        ("request(other,*)", "202*", True),
        ("request(*)", "2023*", False),
        ("request(sle,*)", None, False),
        ("request(OTHER,*)", None, False),
    ],
)
def test_an_entry_may_be_a_pattern(subject: str, edition: str | None, covers: bool) -> None:
    entry = Accepted("plan", "no_gap", subject, "It is so.", edition)
    (marked,), _ = compared([found(GAP, "2024")], [entry])
    assert (marked.accepted is not None) == covers


def test_a_pattern_of_another_law_covers_nothing() -> None:
    (marked,), gone = compared([found(GAP, "1")], [Accepted("plan", "within_label", "*", "So.")])
    assert (marked.accepted, len(gone)) == (None, 1)


# ---- what is accepted --------------------------------------------------------------------------


ALL_SIX = "proven_and_unproven barred(*)"


class Heard(Verification):
    """A verification that hears of an edition once: what is accepted of what is found changes no law."""

    known: tuple[Name, ...] = ()

    def edition(self, name: Name) -> None:
        if name not in self.known:
            self.known = (*self.known, name)
            super().edition(name)


@pytest.fixture(scope="module")
def heard(few: KnowledgeBase) -> Callable[..., Verification]:
    """Verifications of the rules as they ship, which are heard once and then only told, of any copy."""
    runs: dict[tuple[Name, ...], Heard] = {}

    def run(kb: Store, *, together: Sequence[Name], **how: bool) -> Verification:
        assert not any(how.values())
        named = tuple(together)
        if named not in runs:
            runs[named] = Heard(few, together=named, all_readings=False, examples=False)
            for name in named:
                runs[named].edition(name)
        told = copy(runs[named])
        told._kb = kb
        return told

    return run


@pytest.fixture
def written(folder: Path, heard: Callable[..., Verification], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped knowledge base, of which only what is accepted is to be changed."""
    monkeypatch.setattr("lupa.authors.laws.verify.Verification", heard)
    return folder


@pytest.fixture
def unsettled(written: Path) -> Path:
    """The shipped knowledge base, in which nothing of Benlysta is accepted yet."""
    record(written).unlink()
    return written


def record(folder: Path) -> Path:
    return folder / "policies" / "uhc_benlysta" / "accepted.yaml"


def accept(folder: Path, *words: str, policy: str = "uhc_benlysta") -> tuple[int, str, str]:
    status, out, err = command("verify", policy, "--kb", str(folder), *words)
    return status, out, err


def test_all_that_is_new_is_accepted_for_a_reason(folder: Path) -> None:
    record(folder).unlink()
    status, out, err = accept(folder, "--accept", "--because", "The document says so.")
    assert (status, "nothing new" in out.splitlines()[-1]) == (0, True)
    assert "accepted within_label approved(off_label(inactive_disease)) (covers 2 findings)" in err
    report = verified(folder, "uhc_benlysta")
    assert {finding.accepted for finding in report.findings} == {"The document says so."}
    assert (report.new, report.gone) == ((), ())


def test_what_is_found_in_one_of_two_editions_is_accepted_there_alone(unsettled: Path) -> None:
    accept(unsettled, "--accept", "left_out_on_continuation left_out(*autoantibodies*)", "--because", "So.")
    (entry,) = accepted_in(record(unsettled).parent)
    assert (entry.subject, entry.edition) == ("left_out(*autoantibodies*)", "2022E0046O")


def test_what_is_found_in_every_edition_is_accepted_in_all(unsettled: Path) -> None:
    accept(unsettled, "--accept", ALL_SIX, "--because", "It is in both lists.")
    (entry,) = accepted_in(record(unsettled).parent)
    assert (entry.subject, entry.edition, entry.reason) == ("barred(*)", None, "It is in both lists.")


def test_what_was_looked_for_in_one_edition_is_accepted_there_alone(unsettled: Path) -> None:
    words = ("--accept", ALL_SIX, "--because", "So.")
    assert accept(unsettled, *words, policy=NEWEST)[0] == 1
    assert [entry.edition for entry in accepted_in(record(unsettled).parent)] == ["2023-11-01"]


def test_a_finding_is_named_as_it_is_printed(unsettled: Path) -> None:
    named = "warning  no_gap  uhc_benlysta@2023-11-01  request(other,continuation) and 1 more"
    accept(unsettled, "--accept", named, "--because", "The list is open.")
    entries = accepted_in(record(unsettled).parent)
    assert [(entry.subject, entry.edition) for entry in entries] == [
        ("request(other,continuation)", "2023-11-01"),
        ("request(other,initial)", "2023-11-01"),
    ]


def test_a_part_of_what_is_told_as_one_is_accepted_and_the_rest_stays_new(unsettled: Path) -> None:
    accept(unsettled, "--accept", f"no_gap {GAP}", "--because", "So.")
    report = verified(unsettled)
    gaps = {(f.subject, f.accepted) for f in report.findings if f.check == "no_gap"}
    assert gaps == {(GAP, "So."), ("request(other,continuation)", None)}


def test_what_a_file_held_stays_as_it_was(written: Path) -> None:
    path = record(written)
    before = path.read_text(encoding="utf-8").replace("- check: within_label", "- check: without_label", 1)
    path.write_text(before.rstrip("\n"), encoding="utf-8")
    status, _, _ = accept(written, "--accept", "--because", "It is: so # and not otherwise")
    assert status == 0
    assert path.read_text(encoding="utf-8").startswith(before)
    assert accepted_in(path.parent)[-1].reason == "It is: so # and not otherwise"


def test_what_is_written_is_told_as_data(unsettled: Path) -> None:
    _, out, _ = accept(unsettled, "--accept", ALL_SIX, "--because", "So.", "--json")
    assert json.loads(out)["written"] == [
        {
            "file": str(record(unsettled)),
            "check": "proven_and_unproven",
            "subjects": ["barred(*)"],
            "edition": None,
            "reason": "So.",
            "covers": 12,
        }
    ]


def test_what_is_accepted_is_counted_alike_where_it_is_written_and_told(unsettled: Path) -> None:
    _, out, err = accept(unsettled, "--accept", ALL_SIX, "--because", "So.")
    (asked,) = (line for line in out.splitlines() if line.endswith("  proven_and_unproven"))
    assert asked.split()[1:3] == ["0", "12"]
    assert "(covers 12 findings)" in err
    assert "  12  proven_and_unproven  uhc_benlysta" in out


def test_how_many_findings_an_entry_covers_is_told(unsettled: Path) -> None:
    accept(unsettled, "--accept", ALL_SIX, "--because", "So.")
    _, out, _ = accept(unsettled)
    assert "  12  uhc_benlysta: proven_and_unproven barred(*)" in out.splitlines()
    _, out, _ = accept(unsettled, "--json")
    entry = {"entry": "uhc_benlysta: proven_and_unproven barred(*)", "covers": 12, "pattern": True}
    assert json.loads(out)["entries"] == [entry]
    _, out, _ = accept(unsettled, "--format", "html")
    assert "which also covers what is found later" in out


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("no_gap nothing(*)", "'no_gap nothing(*)' covers no new finding; new are"),
        ("no_gap", "'no_gap' names no finding: write its check and its subject"),
        ("warning", "'warning' names no finding"),
    ],
)
def test_a_name_that_means_nothing_new_is_told_and_nothing_is_written(
    unsettled: Path, named: str, said: str
) -> None:
    words = ("--accept", ALL_SIX, "--accept", named, "--because", "So.")
    status, _, err = accept(unsettled, *words, policy=NEWEST)
    assert (status, said in err, record(unsettled).exists()) == (2, True, False)


def test_what_is_accepted_already_is_told(written: Path) -> None:
    status, _, err = accept(written, "--accept", ALL_SIX, "--because", "So.", policy=NEWEST)
    assert (status, f"'{ALL_SIX}' is accepted already" in err) == (2, True)
    status, _, err = accept(written, "--accept", "no_gap nothing", "--because", "So.", policy=NEWEST)
    assert (status, "covers no new finding; nothing is new" in err) == (2, True)


def test_where_nothing_is_new_nothing_is_written(written: Path) -> None:
    before = record(written).read_bytes()
    status, _, err = accept(written, "--accept", "--because", "So.", policy=NEWEST)
    assert (status, err, record(written).read_bytes() == before) == (
        0,
        "nothing was new, so nothing was accepted\n",
        True,
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--accept",), "--accept needs a reason: --because TEXT"),
        (("--accept", "--because", " "), "--accept needs a reason: --because TEXT"),
        (("--because", "So."), "--because goes with --accept"),
    ],
)
def test_nothing_is_accepted_without_a_reason(folder: Path, words: tuple[str, ...], said: str) -> None:
    status, _, err = accept(folder, *words)
    assert (status, said in err) == (2, True)


def test_a_knowledge_base_accepts_nothing_without_a_reason(folder: Path) -> None:
    with pytest.raises(CaseError) as error:
        KnowledgeBase.load(folder).verify(["fep_lupkynis"], accept=[])
    assert str(error.value) == "a finding is accepted for a reason; say it with --because TEXT"


@pytest.mark.parametrize("text", ["[]\n", "  - {check: a, subject: b, reason: c}\n...\n"])
def test_a_file_to_which_nothing_can_be_added_is_left_as_it_is(written: Path, text: str) -> None:
    record(written).write_text(text, encoding="utf-8")
    status, _, err = accept(written, "--accept", ALL_SIX, "--because", "So.")
    assert (status, record(written).read_text(encoding="utf-8")) == (2, text)
    assert f"{record(written)}: nothing can be added at its end" in err
    assert "- check: proven_and_unproven" in err


def test_a_subject_that_yaml_reads_otherwise_is_written_in_quotes(folder: Path) -> None:
    finding = replace(found("a: b", "2023-11-01"), policy="uhc_benlysta")
    odd = replace(finding, subject="[1")
    report = Report((), (), (finding, odd))
    accepting(KnowledgeBase.load(folder), report, Acceptance((), "So."))
    assert [entry.subject for entry in accepted_in(record(folder).parent)][-2:] == ["a: b", "[1"]


# ---- what is saved -----------------------------------------------------------------------------


def test_saved_patients_are_decided_as_they_expect(tmp_path: Path) -> None:
    status, _, err = command("verify", "fep_lupkynis", "--save", str(tmp_path / "cases"))
    files = sorted((tmp_path / "cases").glob("*.yaml"))
    assert (status, len(err.splitlines())) == (0, len(files))
    case = yaml.safe_load(files[0].read_text(encoding="utf-8"))
    status, out, _ = command("decide", str(files[0]), "--json")
    assert (status, json.loads(out)["outcome"]) == (0, case["expect"]["outcome"])


def test_no_file_is_written_over(tmp_path: Path) -> None:
    for _ in range(2):
        command("verify", "fep_lupkynis", "--save", str(tmp_path))
    names = sorted(path.stem for path in tmp_path.glob("*.yaml"))
    assert [name for name in names if name.endswith("_2")] == [f"{n}_2" for n in names if f"{n}_2" in names]
    assert len(names) % 2 == 0


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    status, _, err = command("verify", "fep_lupkynis", "--save", str(tmp_path / "file"))
    assert (status, "File exists" in err) == (2, True)


@pytest.mark.parametrize("form", ["sarif", "html"])
def test_a_report_can_be_had_in_other_forms(form: str) -> None:
    status, out, _ = command("verify", "fep_lupkynis", "--format", form)
    assert status == 0
    assert {"sarif": '"version": "2.1.0"', "html": "<!DOCTYPE html>"}[form].lower() in out.lower()


# ---- what is wrong with what it is given -------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("uhc_benlyst", "no policy is called 'uhc_benlyst'; did you mean uhc_benlysta?"),
        (
            "uhc_benlysta@2024",
            "uhc_benlysta has no edition '2024'; its editions are 2022E0046O, 2023-11-01",
        ),
    ],
)
def test_a_policy_or_an_edition_that_is_not_on_file_is_refused(
    kb: KnowledgeBase, name: str, said: str
) -> None:
    with pytest.raises(CaseError) as error:
        kb.verify([name])
    assert str(error.value) == said


def test_a_policy_folder_without_a_policy_is_said(folder: Path) -> None:
    empty = folder / "policies" / "empty"
    empty.mkdir()
    status, _, err = command("verify", "--kb", str(folder))
    assert (status, f"{empty / 'about.lp'}: missing" in err) == (2, True)
    (empty / "about.lp").write_text(
        'policy(empty). payer(empty, "P"). document(empty, "D"). edition(empty, "1", unrecorded).'
    )
    status, _, err = command("verify", "--kb", str(folder))
    assert (status, f"{empty}: no policy is here: no requires/5" in err) == (2, True)


def test_two_folders_with_one_policy_are_refused(folder: Path) -> None:
    twin = Path(shutil.copytree(folder / "policies" / "fep_lupkynis", folder / "policies" / "twin"))
    status, _, err = command("verify", "--kb", str(folder))
    assert status == 2
    assert f"{twin / 'about.lp'}: speaks of fep_lupkynis" in err


@pytest.mark.parametrize("verb", ["verify", "decide"])
def test_a_rule_that_grounds_for_ever_is_named(
    folder: Path, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupa.rules.ground.MOST_RULES", 20_000)
    change(benlysta(folder), NEPHRITIS, NEPHRITIS + "reach(0).\nreach(Number + 1) :- reach(Number).\n")
    line = benlysta(folder).read_text(encoding="utf-8").splitlines().index("reach(0).") + 2
    args = (
        ["uhc_benlysta"]
        if verb == "verify"
        else ["--example", "baricitinib_beside_benlysta_is_no_biologic"]
    )
    status, _, err = command(verb, *args, "--kb", str(folder))
    assert (status, f"{benlysta(folder)}:{line}:1: the rules ground to more than" in err) == (2, True)


def test_rules_that_ground_for_too_long_are_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lupa.rules.ground.MOST_SECONDS", 0)
    with pytest.raises(RuleError) as error:
        KnowledgeBase.load(folder).verify()
    assert "ground for more than 0 s" in str(error.value)


def test_where_two_rules_grow_for_ever_the_first_to_get_there_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupa.rules.ground.MOST_RULES", 20_000)
    monkeypatch.setattr("lupa.rules.endless._MANY", 100)
    both = "reach(0).\nreach(Number + 1) :- reach(Number).\nfurther(Number) :- reach(Number).\n"
    change(benlysta(folder), NEPHRITIS, NEPHRITIS + both)
    with pytest.raises(RuleError) as error:
        KnowledgeBase.load(folder).verify(["uhc_benlysta"])
    assert "this rule grows, for ever or too far" in str(error.value)


def test_a_law_that_asks_for_what_nobody_gives_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = tmp_path / "law.lp"
    law.write_text("counterexample(odd, all) :- unheard_of.\n", encoding="utf-8")
    files = [*law_files("two_worlds"), law]
    monkeypatch.setattr("lupa.authors.laws.programs.law_files", lambda _: files)
    with pytest.raises(RuleError) as error:
        KnowledgeBase.load().verify(["fep_lupkynis"])
    assert "unheard_of" in str(error.value)


def test_no_world_is_the_smallest_of_none(kb: KnowledgeBase) -> None:
    edition = kb.edition("fep_lupkynis")
    fact = next(iter(edition.literals.values()))
    assert smallest(edition.solver, [fact, -fact], [fact], []) is None
