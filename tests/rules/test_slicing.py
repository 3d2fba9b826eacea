"""What is left out of the shared files bears on nothing: one decides as from all of them."""

from __future__ import annotations

import itertools
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.rules import slicing
from lupa.rules.files import shipped
from lupa.rules.reads import Reads
from tests.small import small_kb
from tests.times import times

DRUGS = ("aspirin", "codeine", "digoxin", "estradiol", "fentanyl", "gabapentin")
CLASSES = ("pain", "heart", "other_class")
VOCABULARY = """
fact(taking(Drug)) :- drug(Drug).
taking(Drug)       :- true(taking(Drug)).
fact(tried(Drug, End)) :- drug(Drug), end(End).
tried(Drug, End)       :- true(tried(Drug, End)).
fact(flagged). flagged :- true(flagged).
end(good; bad).
fact_text(taking, "taking {1}", "not taking {1}"). question(taking, "taking {1}?").
fact_text(tried, "tried {1}: {2}", "not tried {1}: {2}"). question(tried, "tried {1}: {2}?").
fact_text(flagged, "flagged", "not flagged"). question(flagged, "flagged?").
quantity(dose(Drug), "mg", 0, 9) :- drug(Drug).
fact(at_least(Quantity, Low)) :- cut_point(at_least(Quantity, Low)).
at_least(Quantity, Low) :- true(at_least(Quantity, Low)).
cut_point(at_least(dose(Drug), 2)) :- drug(Drug).
fact_text(at_least, "{1} at least {2}", "{1} below {2}"). question(at_least, "{1} at least {2}?").
#defined base/1. #defined liked/1. #defined class/2. #defined linked/2.
#defined weight/2. #defined withdrawn/1. #defined impossible/1.
"""
OUTCOME = "outcome(small, approve) :- wanted.\noutcome(small, deny) :- policy(small), not wanted.\n"


@contextmanager
def nothing_left_out() -> Iterator[None]:
    """Whatever is ground meanwhile is ground with all that the shared files say."""
    with mock.patch.object(slicing, "read_by", return_value=Reads(everything=True)):
        yield


def statements(case: Mapping[str, Any]) -> dict[str, Any]:
    return {"request": {"policy": "small"}, "facts": dict(case)}


def possible(kb: KnowledgeBase, case: Mapping[str, Any]) -> tuple[str, ...]:
    """The outcomes of a case that are possible; none where it contradicts itself."""
    try:
        (question,) = kb.questions(dict(case))
        with question:
            return tuple(sorted(question.outcomes))
    except CaseError as error:
        if "contradict" not in str(error):
            raise
        return ()


def rows(drugs: Sequence[str] = DRUGS) -> str:
    return "".join(f"drug({drug}).\n" for drug in drugs)


def names_left_out(kb: KnowledgeBase) -> list[str]:
    """The drugs of which no fact is ground."""
    facts = kb.edition("small").vocabulary.facts
    return [drug for drug in DRUGS if f"taking({drug})" not in facts]


def both(folder: Path, shared: str, rules: str) -> tuple[KnowledgeBase, KnowledgeBase]:
    """A knowledge base, and the same one ground whole."""
    sliced = small_kb(folder, VOCABULARY + shared, rules + OUTCOME)
    whole = KnowledgeBase.load(folder)
    with nothing_left_out():
        whole.edition("small")
    return sliced, whole


PAIN, CODEINE = "taking(D), class(D, pain)", {"codeine": True}

# ---- written in every way ------------------------------------------------------------------------

ODD = """rare(aspirin, codeine). known(codeine).
fact(odd(D)) :- drug(D), rare(D, E), known(E).
odd(D) :- true(odd(D)). fact_text(odd, "{1}", "{1}"). question(odd, "{1}").
"""
WAYS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "one fact a line": ("class(aspirin, pain).", "taking(D), class(D, pain)", {"aspirin": True}),
    "facts of one line without a blank between them": (
        "class(aspirin, other_class).class(codeine, pain).",
        PAIN,
        CODEINE,
    ),
    "facts of one line about two names": (
        "class(aspirin, other_class). class(codeine, pain).",
        PAIN,
        CODEINE,
    ),
    "a pool of whole arguments": (
        "class(aspirin, other_class; codeine, pain).",
        PAIN,
        CODEINE,
    ),
    "a pool of names": ("class((aspirin; codeine), pain).", PAIN, CODEINE),
    "a pool of values": ("class(codeine, (other_class; pain)).", PAIN, CODEINE),
    "a comment at the end": ("class(codeine, pain). % on aspirin", PAIN, CODEINE),
    "marks of every kind in quotes": (
        'class(codeine, pain). note(codeine, "50 % (of all). drug(x, :- %* \\" ;").',
        PAIN,
        CODEINE,
    ),
    "blanks in odd places": (
        "class (  codeine , pain ) .",
        "taking (D), class  (D , pain)",
        CODEINE,
    ),
    "a fact over two lines": ("class(codeine,\npain).", PAIN, CODEINE),
    "the end of a rule that looks like a row": (
        "class(codeine, pain) :-\ndrug(aspirin).",
        PAIN,
        CODEINE,
    ),
    "the end of a rule that looks like a row, after a comment": (
        "class(codeine, pain) :- % as long as\n\n% it is so\ndrug(aspirin).",
        PAIN,
        CODEINE,
    ),
    "a rule without a condition": ("class(codeine, pain) :- .", PAIN, CODEINE),
    "a comment that holds a comment": (
        "%* %* aspirin *% *% class(codeine, pain).",
        "%* class(D, %* none *% *% taking(D), class(D, pain)",
        CODEINE,
    ),
    "a comment over lines with what looks like a row": (
        "%*\nclass(aspirin, pain).\n*%\nclass(codeine, pain).",
        PAIN,
        CODEINE,
    ),
    "a row that leads to another name": (
        "linked(aspirin, codeine).",
        "linked(aspirin, D), taking(D)",
        CODEINE,
    ),
    "a row that is led to from another name": (
        "linked(codeine, aspirin).",
        "linked(D, aspirin), taking(D)",
        CODEINE,
    ),
    "rows that lead on": (
        "linked(aspirin, codeine). linked(aspirin, digoxin).\nlinked(codeine, fentanyl).",
        "linked(aspirin, D), linked(D, E), taking(E)",
        {"fentanyl": True},
    ),
    "names that a rule of the shared files leads to": (
        "partner(D) :- linked(E, D), base(E).\nbase(aspirin).\nlinked(aspirin, codeine).",
        "partner(D), taking(D)",
        CODEINE,
    ),
    "a fact under another name": (
        "on(D) :- true(taking(D)).",
        "on(D), D != aspirin",
        CODEINE,
    ),
    "a fact that is read as it is given": ("", "true(taking(D)), D != aspirin", CODEINE),
    "any value of a name": ("", "taking(_), not taking(aspirin)", CODEINE),
    "values that are compared": ("", "taking(D), D > aspirin", CODEINE),
    "a value that it is not": ("", "taking(D), not D = aspirin, not D = digoxin", CODEINE),
    "a value out of some": ("", "D = (codeine; digoxin), taking(D)", CODEINE),
    "two variables of one pool": (
        "class(aspirin, pain).",
        "taking((D; E)), class(D, pain), drug(E), E != aspirin",
        CODEINE,
    ),
    "variables with an apostrophe": (
        "class(aspirin, pain).",
        "taking(D'), class(D, pain), taking(D), D' != D",
        {"codeine": True, "aspirin": True},
    ),
    "a set of two parts": (
        "class(aspirin, pain).",
        "2 <= #count { D : taking(D) ; D : class(D, pain) }",
        CODEINE,
    ),
    "a set within which a name is met twice": (
        "class(codeine, pain). class(aspirin, pain).",
        "2 <= #count { D : taking(D), class(D, pain) }",
        {"codeine": True, "aspirin": True},
    ),
    "a condition for all": (
        "class(codeine, pain).",
        "taking(aspirin), not taking(D) : drug(D), D != aspirin",
        {"aspirin": True, "codeine": False},
    ),
    "only what is not so": ("", "drug(D), not taking(D), D != aspirin", {"aspirin": False}),
    "a number with a minus": ("weight(codeine, -1).", "weight(D, -1), taking(D)", CODEINE),
    "numbers that are counted up": ("weight(codeine, 1..3).", "weight(D, 2), taking(D)", CODEINE),
    "a number that is worked out": ("weight(codeine, 3).", "weight(D, 1 + 2), taking(D)", CODEINE),
    "a constant that stands for a name": (
        "class(codeine, pain).\n#const wanted_class = pain.",
        "taking(D), class(D, wanted_class)",
        CODEINE,
    ),
    "a predicate that is called like a name": (
        "codeine(aspirin, pain).",
        "codeine(D, pain), taking(D)",
        {"aspirin": True},
    ),
    "a predicate of several sizes": (
        "weight(aspirin, 1).\nweight(codeine, heavy, 2).",
        "mine(D), not weight(D, heavy, 2), taking(D)",
        {"aspirin": True},
    ),
    "quantities by any name": ("", "at_least(Quantity, 2), Quantity != dose(aspirin)", {}),
    "what a fact is declared of": (
        ODD,
        "odd(aspirin)",
        {"aspirin": True},
    ),
    "several that are single-valued at once": (
        "single_valued((taking; tried)).",
        "not taking(aspirin)",
        {"aspirin": None},
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_what_is_written_in_any_way_decides_as_if_nothing_were_left_out(tmp_path: Path, way: str) -> None:
    shared, body, said = WAYS[way]
    mine = "mine(aspirin).\n" if "mine(" in body else ""
    sliced, whole = both(tmp_path / "kb", rows() + shared + "\n", f"{mine}wanted :- {body}.\n")
    case = statements({"taking": said} if "single_valued" not in shared else {})
    assert possible(sliced, case) == possible(whole, case)
    for drugs in itertools.combinations(DRUGS, 2):
        if "single_valued" not in shared:
            other = statements({"taking": dict.fromkeys(drugs, True)})
            assert possible(sliced, other) == possible(whole, other), other
    assert possible(sliced, case) != () or not said


def test_what_rules_of_the_shared_files_say_of_all_names_makes_a_policy_read_none_more(
    tmp_path: Path,
) -> None:
    shared = """class(aspirin, pain). class(aspirin, heart).
class(codeine, other_class).
both(D) :- taking(D), not tried(D, bad).
beneath(Q, L, H) :- cut_point(at_least(Q, L)), cut_point(at_least(Q, H)), L < H.
impossible(x(Q)) :- beneath(Q, L, H), at_least(Q, H), not at_least(Q, L).
"""
    rules = "wanted :- both(D), class(D, K), kind(K).\nkind(pain).\n"
    sliced, whole = both(tmp_path / "kb", rows() + shared, rules)
    assert names_left_out(sliced) == list(DRUGS[1:])
    for said in ({"aspirin": True}, {"aspirin": False}, {"codeine": True}):
        case = statements({"taking": said, "dose": {"aspirin": 3, "codeine": 1}})
        assert possible(sliced, case) == possible(whole, case)


@pytest.mark.parametrize(
    "words", ['group_question(days_since(D), "{1.1}?")', 'member_text(tried(D), "{1}")']
)
def test_how_all_names_are_asked_for_makes_a_policy_read_none_more(tmp_path: Path, words: str) -> None:
    shared = f"""class(aspirin, pain).
class(codeine, other_class).
counted(D) :- known(D), quantity(dose(D), _, _, _).
known(D) :- drug(D).
{words} :- counted(D).
"""
    sliced, _ = both(tmp_path / "kb", rows() + shared, "wanted :- taking(D), class(D, pain).\n")
    assert names_left_out(sliced) == list(DRUGS[1:])


@pytest.mark.parametrize("policy", ["fep_lupkynis", "uhc_benlysta"])
def test_a_drug_more_in_the_shipped_files_is_not_ground(tmp_path: Path, policy: str) -> None:
    shutil.copytree(shipped("kb"), tmp_path / "kb")
    path = tmp_path / "kb" / "drugs.lp"
    path.write_text(
        path.read_text() + 'drug(zilch). class(zilch, nothing, "For nothing."). alias(zilch, "Nil").\n'
    )
    kb = KnowledgeBase.load(tmp_path / "kb")
    facts = kb.edition(policy).vocabulary.facts
    assert "taking(prednisone)" in facts
    assert "taking(zilch)" not in facts


# ---- laws ----------------------------------------------------------------------------------------

LAWS: dict[str, tuple[str, dict[str, bool]]] = {
    "of two names that a row ties": (
        "linked(codeine, aspirin).\nimpossible(x(A, B)) :- linked(A, B), taking(A), not taking(B).",
        CODEINE,
    ),
    "of names that are of one class": (
        """class(codeine, pain).
class(aspirin, pain).
impossible(x(A, B)) :- class(A, C), class(B, C), A != B, taking(A), taking(B).""",
        CODEINE,
    ),
    "of how many there are": ("impossible(x) :- 2 <= #count { D : taking(D) }.", CODEINE),
    "of there being one at all": ("impossible(x) :- not taking(D) : drug(D), D != codeine.", {}),
    "of a name and what is so of the patient": (
        "impossible(x(D)) :- taking(D), not taking(aspirin).",
        CODEINE,
    ),
    "of a name and a fact without one": (
        """impossible(x(D)) :- taking(D), D != aspirin, flagged.
impossible(y) :- not flagged, not taking(aspirin).""",
        CODEINE,
    ),
    "of one name alone": ("withdrawn(codeine).\nimpossible(x(D)) :- taking(D), withdrawn(D).", CODEINE),
    "of one name and a rule": (
        "withdrawn(codeine).\nbad(D) :- taking(D), withdrawn(D).\nimpossible(x(D)) :- bad(D).",
        CODEINE,
    ),
    "of rows alone": (
        "linked(codeine, aspirin).\nimpossible(x(D)) :- linked(D, aspirin), not taking(aspirin).",
        {},
    ),
    "of two names that nothing ties": (
        "impossible(x(A, B)) :- taking(A), taking(B), A < B.",
        CODEINE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("law", LAWS)
def test_a_law_holds_of_what_no_rule_of_the_policy_reads(tmp_path: Path, law: str) -> None:
    shared, said = LAWS[law]
    sliced, whole = both(tmp_path / "kb", rows() + shared + "\n", "wanted :- taking(aspirin).\n")
    for taken in ({}, {"aspirin": True}, {"aspirin": False}):
        case = statements({"taking": {**said, **taken}})
        assert possible(sliced, case) == possible(whole, case), taken


def test_a_law_about_one_name_at_a_time_keeps_no_other_name(tmp_path: Path) -> None:
    law = "impossible(x(D)) :- taking(D), tried(D, bad), not tried(D, good).\n"
    sliced, _ = both(tmp_path / "kb", rows() + law, "wanted :- taking(aspirin).\n")
    assert names_left_out(sliced) == list(DRUGS[1:])


# ---- what is said and not read --------------------------------------------------------------------

SAID: tuple[dict[str, Any], ...] = (
    {"taking": ["codeine"]},
    {"tried": {"codeine": ["good"]}},
    {"tried": {"only": {"codeine": ["good"]}}},
    {"tried": {"codeine": {"good": True, "bad": False}}},
    {"tried": {"codeine": None}},
    {"dose": {"codeine": 3}},
    {"dose": {"codeine": {"at_least": 2}, "digoxin": None}},
    {"stage": {"codeine": "late"}},
    {"stage": {"codeine": None}},
)
STAGE = """fact(stage(Drug, Stage)) :- drug(Drug), stage_of_use(Stage).
stage(Drug, Stage) :- true(stage(Drug, Stage)). single_valued(stage).
stage_of_use(early; late). alias(late, "End stage").
fact_text(stage, "{1} is {2}", "{1} is not {2}"). question(stage, "{1}?").
"""


@pytest.mark.parametrize("body", ["taking(aspirin)", "flagged"])
@pytest.mark.parametrize("said", SAID, ids=str)
def test_what_is_said_of_a_name_that_no_rule_reads_is_taken_as_said(
    tmp_path: Path, body: str, said: dict[str, Any]
) -> None:
    sliced, whole = both(tmp_path / "kb", rows() + STAGE, f"wanted :- {body}.\n")
    assert names_left_out(sliced) == [drug for drug in DRUGS if drug not in body]
    assert possible(sliced, statements(said)) == possible(whole, statements(said)) == ("approve", "deny")


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"tried": {"codeine": ["fine"]}}, "facts.tried.codeine[0]: 'fine' is not known here"),
    ({"tried": {"codein": ["good"]}}, "facts.tried.codein: 'codein' is not known here"),
    ({"tried": "codeine"}, "facts.tried: a"),
    ({"tried": ["codeine"]}, "facts.tried[0]: says of codeine no more; write {codeine: "),
    ({"dose": {"codeine": 30}}, "facts.dose.codeine: 30 cannot be; from 0 to 9 mg is expected"),
    ({"dose": {"codein": 3}}, "facts.dose.codein: 'codein' is not known here"),
    ({"dose": 3}, "facts.dose: a mapping such as {"),
    ({"stage": {"codeine": "never"}}, "facts.stage.codeine: 'never' is not known here"),
    ({"stage": "late"}, "facts.stage: a mapping such as "),
    ({"staged": "late"}, "facts.staged: 'staged' is not known here"),
)


@pytest.mark.parametrize("body", ["taking(aspirin)", "flagged"])
@pytest.mark.parametrize(("said", "message"), WRONG, ids=str)
def test_what_is_said_wrongly_of_it_is_refused_all_the_same(
    tmp_path: Path, body: str, said: dict[str, Any], message: str
) -> None:
    sliced, whole = both(tmp_path / "kb", rows() + STAGE, f"wanted :- {body}.\n")
    for kb in (sliced, whole):
        with pytest.raises(CaseError) as refused:
            kb.decide(statements(said))
        assert str(refused.value).startswith(message)


# ---- by dice -------------------------------------------------------------------------------------

BODIES = (
    "both(D), class(D, {k})", "both(D), liked(D)", "both(D)", "mild(D), tried(D, bad)",
    "not both({a}), mild(D)",
    "class(D, K), kind(K), taking(D)", "linked(D, E), liked(E), not taking(D)",
    "taking({a})", "not taking({a})", "not not taking({a})", "taking(D), class(D, {k})",
    "taking(D), class(D, _), not class(D, {k})", "taking(D), D != {a}", "D = ({a}; {b}), taking(D)",
    "taking(D), liked(D)", "liked(D), not taking(D)", "linked({a}, D), taking(D)",
    "linked(D, {a}), taking(D)", "linked(D, E), base(D), taking(E)", "linked(D, E), liked(E), taking(D)",
    "linked(D, E), taking(D), taking(E)", "2 <= #count {{ D : taking(D), class(D, {k}) }}",
    "2 <= #count {{ D : tried(D, _) ; D : class(D, {k}), taking(D) }}",
    "1 <= #sum {{ 1, D : linked({a}, D), not taking(D) }}", "taking({a}), not taking(D) : class(D, {k})",
    "tried(D, bad), class(D, {k})", "tried({a}, End), wrong(End)", "tried(D, End), liked(D), End != good",
    "taking (D), class (D , {k})", "weight(D, W), W > 1, taking(D)", "weight(D, -1), tried(D, (good; bad))",
    "taking((D; E)), liked(D), class(E, {k})", "on(D), class(D, {k})", "on(D), liked(D)",
    "partner(D), taking(D)",
    "partner(D), linked(D, E), not taking(E)", "at_least(dose(D), 2), class(D, {k})",
    "at_least(Q, 2), dosed(Q)", "at_least(Q, 2), not dosed(Q)",
    "class(D, K), class(E, K), D < E, taking(E)",
    "not taking(D), class(D, {k}), linked(D, _)", "tried(_, bad)", "liked(D), linked(D, E), tried(E, good)",
)  # fmt: skip
SHARED = (
    "liked(D) :- class(D, {k}).", "liked({a}; {b}).", "liked(D) :- linked({a}, D).", "liked({a}).",
    "liked(D) :- class(D, {k}), not withdrawn(D).", "liked(D) :- linked(D, E), base(D).",
    "liked(D) :- weight(D, W), W < 2.", "liked(D) :- linked(D, E), base(E).",
)  # fmt: skip
LAWS_BY_DICE = (
    "impossible(x(A, B)) :- linked(A, B), taking(A), not taking(B).",
    "impossible(x(A, B)) :- class(A, C), class(B, C), A < B, taking(A), taking(B), not tried(B, bad).",
    "impossible(x) :- 4 <= #count {{ D : taking(D) }}.",
    "impossible(x(D)) :- tried(D, bad), tried(D, good).",
    "impossible(x(D)) :- tried(D, good), not taking(D).",
    "impossible(x(D)) :- taking(D), withdrawn(D).",
    "impossible(x(D)) :- taking(D), class(D, {k}), not flagged.",
    "impossible(x(D)) :- taking(D), class(D, {k}), not taking({a}).",
    "impossible(x(D)) :- taking(D), liked(D), tried(D, bad).",
)  # fmt: skip


def written(dice: random.Random, facts: Sequence[str]) -> str:
    """Facts in one of the ways in which they can be written."""
    lines = []
    for fact in facts:
        way: Callable[[str], str] = dice.choice((
            lambda f: f"{f}.\n", lambda f: f"{f}.\n", lambda f: f"{f}. ", lambda f: f"{f}.",
            lambda f: f"{f}. % or {dice.choice(DRUGS)}.\n", lambda f: f.replace(", ", ",\n") + ".\n",
            lambda f: f"{f} :-\ndrug(aspirin).\n", lambda f: f"%* no *% {f} .\n",
        ))  # fmt: skip
        lines.append(way(fact))
    return "".join(lines) + "\n"


def thrown(dice: random.Random) -> tuple[str, str]:
    """Shared files and the rules of a policy, by dice."""

    def named(text: str) -> str:
        return text.format(a=dice.choice(DRUGS), b=dice.choice(DRUGS), k=dice.choice(CLASSES))

    facts = [f"class({drug}, {dice.choice(CLASSES)})" for drug in DRUGS if dice.random() < 0.7]
    facts += [f"weight({drug}, {dice.randint(-1, 3)})" for drug in DRUGS if dice.random() < 0.4]
    facts += [f"linked({', '.join(dice.sample(DRUGS, 2))})" for _ in range(dice.randint(0, 4))]
    facts += [f"withdrawn({drug})" for drug in DRUGS if dice.random() < 0.15]
    dice.shuffle(facts)
    shared = rows() + written(dice, facts) + "wrong(bad).\n"
    shared += "".join(named(rule) + "\n" for rule in dice.sample(SHARED, dice.randint(1, 2)))
    shared += "".join(named(law) + "\n" for law in dice.sample(LAWS_BY_DICE, dice.choice((0, 0, 1, 2))))
    rules = "".join(
        f"wanted :- {named(body)}.\n" for body in dice.sample(BODIES, dice.choice((1, 1, 2, 3)))
    )
    rules += f"base({dice.choice(DRUGS)}).\ndosed(dose({dice.choice(DRUGS)})).\n"
    rules += f"kind({dice.choice(CLASSES)}).\n"
    shared += "both(D) :- taking(D), not tried(D, good).\nboth(D) :- tried(D, bad), taking(D).\n"
    if "mild(" in rules:
        shared += "mild(D) :- both(D), weight(D, 1).\nmild(D) :- both(D), not withdrawn(D).\n"
    if "on(" in rules:
        shared += "on(D) :- true(taking(D)).\n"
    if "partner(" in rules:
        rules += "partner(D) :- linked(E, D), base(E).\n"
    return shared, rules


def record(dice: random.Random) -> dict[str, Any]:
    """Something of some drugs, by dice."""
    taking = {drug: dice.random() < 0.5 for drug in DRUGS if dice.random() < 0.5}
    tried = {
        drug: {end: dice.random() < 0.5 for end in ("good", "bad") if dice.random() < 0.6}
        for drug in DRUGS
        if dice.random() < 0.4
    }
    flagged = {"flagged": dice.random() < 0.5} if dice.random() < 0.5 else {}
    return statements({"taking": taking, "tried": tried, **flagged})


@pytest.mark.parametrize("seed", range(times(40)))
def test_random_knowledge_bases_decide_as_if_nothing_were_left_out(tmp_path: Path, seed: int) -> None:
    dice = random.Random(f"sliced {seed}")
    shared, rules = thrown(dice)
    sliced, whole = both(tmp_path / "kb", shared, rules)
    for _ in range(12):
        case = record(dice)
        assert possible(sliced, case) == possible(whole, case), (shared, rules, case)


def test_some_of_what_these_knowledge_bases_hold_can_be_left_out(tmp_path: Path) -> None:
    found: Counter[bool] = Counter()
    for seed in range(40):
        shared, rules = thrown(random.Random(f"sliced {seed}"))
        folder = tmp_path / str(seed)
        found[bool(names_left_out(small_kb(folder, VOCABULARY + shared, rules + OUTCOME)))] += 1
    assert found[True] >= 4, found


# ---- one of many values --------------------------------------------------------------------------

CHOSEN = """fact(chosen(one, Drug)) :- option(Drug).
chosen(Kind, Drug) :- true(chosen(Kind, Drug)). single_valued(chosen).
fact_text(chosen, "{2} it is", "{2} it is not"). question(chosen, "which?").
"""
OF_CHOSEN = (
    "chosen(one, D), class(D, {k})",
    "chosen(one, D), taking(D)",
    "chosen(one, {a})",
    "not chosen(one, {a})",
    "chosen(one, D), liked(D), not taking(D)",
    "chosen(one, D), linked(D, E), taking(E)",
    "picked(D), taking(D)",
    "picked(D), not tried(D, bad)",
    "chosen(one, _), taking({a})",
    "chosen(_, D), not taking(D)",
    "chosen(one, D), not withdrawn(D)",
    "chosen(K, D), weight(D, W), W > 0",
    "1 <= #count {{ D : chosen(one, D), not taking(D) }}",
    "chosen(one, D), not odd(D)",
    "picked(D), not option({a})",
    "chosen(one, D), chosen(one, E), D != E",
    "chosen(one, D), D < {a}",
)  # fmt: skip
OF_NAMED = (
    "named(D), chosen(one, D), taking({a})", "named(D), not chosen(one, D), {a} < D", "named(D), taking(D)",
    "named(D), chosen(one, D), class(D, {k})", "named(D), not taking(D), not withdrawn(D)",
    "2 <= #count {{ D : named(D), not chosen(one, D) }}", "named(D), linked(D, E), taking(E)",
    "named(D), named(E), D < E, chosen(one, E)", "not named({a})",
    "named(D), chosen(one, D), weight(D, W), W > 0",
)  # fmt: skip
NAMED = (
    "named(D) :- option(D).", "named(D) :- option(D), not withdrawn(D).",
    "named(D) :- option(D), not base(D).", "named(D) :- option(D), class(D, {k}).",
    "named(D) :- option(D).\nnamed(D) :- drug(D), weight(D, 1).", "named(D) :- option(D), D != {a}.",
    "named(D) :- drug(D), not liked(D).", "named(D) :- drug(D).\nnamed({a}).",
)  # fmt: skip
LAWS_OF_CHOSEN = (
    "impossible(x(D)) :- chosen(one, D), not taking(D).",
    "impossible(x(D)) :- chosen(one, D), withdrawn(D).",
    "impossible(x(D)) :- chosen(one, D), tried(D, bad), not linked(D, {a}).",
    "impossible(x(D)) :- chosen(one, D), linked(D, E), taking(E).",
    "impossible(x(D)) :- chosen(one, D), not base(D), flagged.",
    "impossible(x) :- not chosen(one, {a}), taking({a}).",
    "default(taking(D), no) :- option(D), withdrawn(D).",
    "default(taking(D), yes) :- drug(D), not option(D), withdrawn(D).",
)  # fmt: skip


def with_a_choice(dice: random.Random) -> tuple[str, str]:
    """Knowledge bases as others by dice, in which one of some drugs is chosen."""
    shared, rules = thrown(dice)

    def named(text: str) -> str:
        return text.format(a=dice.choice(DRUGS), k=dice.choice(CLASSES))

    shared += CHOSEN + "".join(f"option({drug}).\n" for drug in dice.sample(DRUGS, dice.randint(2, 6)))
    shared += "".join(named(law) + "\n" for law in dice.sample(LAWS_OF_CHOSEN, dice.choice((0, 0, 1, 2))))
    rules = rules if dice.random() < 0.3 else "\n".join(r for r in rules.split("\n") if "wanted" not in r)
    rules += "\n" + "".join(
        f"wanted :- {named(body)}.\n" for body in dice.sample(OF_CHOSEN, dice.choice((1, 1, 2)))
    )
    if "picked(" in rules:
        shared += "picked(D) :- chosen(one, D).\n"
    if "odd(" in rules:
        shared += "odd(D) :- drug(D), linked(D, _).\n"
    return shared, rules


@pytest.mark.parametrize("seed", range(times(40)))
def test_one_of_many_values_decides_as_if_all_were_known_of_each(tmp_path: Path, seed: int) -> None:
    decide_as_if_all_were_known(tmp_path, random.Random(f"chosen {seed}"), with_a_choice)


def decide_as_if_all_were_known(
    folder: Path, dice: random.Random, made: Callable[[random.Random], tuple[str, str]]
) -> None:
    """Checks that a knowledge base decides random records as it does where all of its names are ground."""
    shared, rules = made(dice)
    sliced, whole = both(folder / "kb", shared, rules)
    for _ in range(12):
        case = record(dice)
        if dice.random() < 0.6:
            case["facts"]["chosen"] = {"one": dice.choice(sorted(whole_choice(whole)))}
        assert possible(sliced, case) == possible(whole, case), (shared, rules, case)


def with_a_list(dice: random.Random) -> tuple[str, str]:
    """Knowledge bases in which a policy reads a list of all that can be chosen, and little else."""
    shared, _ = with_a_choice(dice)

    def named(text: str) -> str:
        return text.format(a=dice.choice(DRUGS), k=dice.choice(CLASSES))

    bodies = dice.sample(OF_NAMED, dice.choice((1, 1, 2)))
    rules = [f"wanted :- {named(body)}." for body in bodies]
    return shared, "\n".join([*rules, named(dice.choice(NAMED)), f"base({dice.choice(DRUGS)})."]) + "\n"


@pytest.mark.parametrize("seed", range(times(40)))
def test_a_list_of_all_that_can_be_chosen_decides_as_if_all_were_known_of_each(
    tmp_path: Path, seed: int
) -> None:
    decide_as_if_all_were_known(tmp_path, random.Random(f"listed {seed}"), with_a_list)


def whole_choice(kb: KnowledgeBase) -> set[str]:
    """The drugs of which one is chosen."""
    return set(kb.edition("small").vocabulary.kinds("chosen")["one"])


def test_of_some_values_no_more_is_known(tmp_path: Path) -> None:
    found: Counter[bool] = Counter()
    for seed in range(40):
        shared, rules = with_a_choice(random.Random(f"chosen {seed}"))
        kb = small_kb(tmp_path / str(seed), VOCABULARY + shared, rules + OUTCOME)
        found[not whole_choice(kb).isdisjoint(names_left_out(kb))] += 1
    assert found[True] >= 2, found


def test_a_list_that_names_every_indication_makes_a_policy_read_no_more_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    shutil.copytree(shipped("kb"), folder)
    with (folder / "conditions.lp").open("a", encoding="utf-8") as file:
        file.write('condition(zilch). label(zilch, "zilch").\nindication(zilch).\n')
    facts = KnowledgeBase.load(folder).edition("fep_lupkynis").vocabulary.facts
    assert ("requested(indication,zilch)" in facts, "diagnosis(zilch)" in facts) == (True, False)


def test_few_editions_are_kept_that_were_widened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lupa.rules.store._WIDENED", 1)
    kb = KnowledgeBase.load()
    edition = kb.edition("fep_lupkynis")
    for name in ("adalimumab", "etanercept", "infliximab"):
        kb.widened(edition, {name})
    kept = [set(also) for _, _, also in kb._editions if also]
    assert kept == [{"etanercept"}, {"infliximab"}]


def test_a_fact_has_no_name_beyond_its_last_argument() -> None:
    known = KnowledgeBase.load().edition("fep_lupkynis").known
    assert (known.name("taking", 0, "aspirin"), known.name("taking", 1, "aspirin")) == ("aspirin", None)
    assert known.name("taking", 0, "Humira") == "adalimumab"
