"""Coverage: what the cases show of each rule, literal and row, and what no patient could show."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupa import Coverage, KnowledgeBase
from lupa.authors.trials.coverage import measure
from lupa.authors.trials.coverage_page import coverage_html
from lupa.authors.trials.run import run
from lupa.authors.trials.suite import read_suite
from tests.small import random_rules, small_kb, vocabulary
from tests.times import times
from tests.tiny import CASES, RULES, a_case, tiny_kb, write_case

pytestmark = pytest.mark.slow

Shown = dict[tuple[str, str], str]


def shown(coverage: Coverage, file: str = "policies/tiny/policy.lp") -> Shown:
    """The status of each goal of a file, by what it is about."""
    (found,) = (one for one in coverage.files if one.file == file)
    return {(g.goal, g.text): g.status for s in found.statements for g in s.goals}


@pytest.fixture(scope="module")
def of_shipped(kb: KnowledgeBase) -> Coverage:
    """What the shipped cases cover of the shipped rules."""
    return covered(kb, shared=True)


def covered(kb: KnowledgeBase, *, shared: bool = False) -> Coverage:
    return measure(kb, read_suite(kb, kb.policies), shared=shared)


def with_rules(folder: Path, rules: str, *cases: dict[str, object]) -> Shown:
    """What these cases show of rules that stand beside those of the tiny policy."""
    kb = tiny_kb(folder, [], RULES + rules)
    for number, facts in enumerate(cases):
        case = a_case("approve")
        case["facts"] = {"active": {"sle": True}, **facts}
        write_case(folder, f"case_{number}.yaml", case)
    return shown(covered(kb))


# ---- rules and literals ------------------------------------------------------------------------


def test_cases_that_show_everything_cover_it_all(tmp_path: Path) -> None:
    found = covered(tiny_kb(tmp_path))
    assert (found.reached, found.of, found.percent) == (8, 8, 100.0)


def test_a_rule_fires_and_its_literal_fails_in_the_case_that_is_named(tmp_path: Path) -> None:
    found = covered(tiny_kb(tmp_path))
    goals = [g for file in found.files for s in file.statements if s.kind == "rule" for g in s.goals]
    assert [(g.goal, g.text, g.by) for g in goals] == [
        ("fires", "met(tiny,active_sle)", "policies/tiny/cases/active.yaml"),
        ("fails", "active(sle)", "policies/tiny/cases/quiet.yaml"),
        ("fails", "policy(tiny)", ""),
    ]


def test_a_goal_stands_where_its_literal_does(tmp_path: Path) -> None:
    found = covered(tiny_kb(tmp_path))
    goals = [g for file in found.files for s in file.statements for g in s.goals]
    (literal,) = (g for g in goals if g.text == "active(sle)")
    assert (literal.line, literal.column, literal.end_line, literal.end_column) == (4, 26, 4, 37)


def test_a_literal_is_not_the_one_that_fails_where_another_fails_too(tmp_path: Path) -> None:
    rules = "both :- live_vaccine, dosed_per_label.\n"
    found = with_rules(tmp_path, rules, {"live_vaccine": False, "dosed_per_label": False})
    assert found["fails", "live_vaccine"] == found["fails", "dosed_per_label"] == "missed"


def test_what_the_record_leaves_open_is_not_shown(tmp_path: Path) -> None:
    found = with_rules(tmp_path, "one :- live_vaccine.\n", {})
    assert (found["fires", "one"], found["fails", "live_vaccine"]) == ("missed", "missed")


def test_a_rule_fires_where_it_is_certain_though_not_by_what(tmp_path: Path) -> None:
    rules = "one :- reading(term_limit, (cap; criterion)).\n"
    found = with_rules(tmp_path, rules, {"reading": {"term_limit": None}})
    assert found["fires", "one"] == "reached"


def test_one_value_for_which_a_literal_fails_is_enough(tmp_path: Path) -> None:
    rules = "one :- taking(Drug), class(Drug, biologic, _).\n"
    found = with_rules(tmp_path, rules, {"taking": {"only": ["prednisone"]}})
    assert found["fails", "class(Drug,biologic,_)"] == "reached"
    assert found["fires", "one"] == "missed"


def test_the_opposite_of_a_literal_may_fail_too(tmp_path: Path) -> None:
    rules = "one :- not live_vaccine, not not dosed_per_label.\n"
    found = with_rules(tmp_path, rules, {"live_vaccine": True, "dosed_per_label": True})
    assert found["fails", "not live_vaccine"] == "reached"
    assert found["fails", "not not dosed_per_label"] == "missed"


def test_a_comparison_may_be_what_fails(tmp_path: Path) -> None:
    rules = "pair(1, 2). pair(2, 1). one :- pair(First, Second), taking(prednisone), First < Second.\n"
    found = with_rules(tmp_path, rules, {"taking": {"only": ["prednisone"]}})
    assert found["fails", "First < Second"] == "reached"


def test_what_only_gives_a_value_cannot_fail(tmp_path: Path) -> None:
    rules = "one(Next) :- limit(tiny, term_limit, months, Most), Next = Most + 1, live_vaccine.\n"
    found = with_rules(tmp_path, rules, {"live_vaccine": True})
    assert found["fails", "Next = (Most+1)"] == "cannot"


def test_a_condition_for_each_of_several_may_be_what_fails(tmp_path: Path) -> None:
    rules = "needed(live_vaccine; dosed_per_label). one :- policy(tiny), true(Fact) : needed(Fact).\n"
    found = with_rules(tmp_path, rules, {"live_vaccine": True, "dosed_per_label": False})
    assert found["fails", "true(Fact): needed(Fact)"] == "reached"
    assert found["fires", "one"] == "missed"


def test_a_sum_may_be_what_fails(tmp_path: Path) -> None:
    rules = "one :- #count { Drug : taking(Drug) } >= 2, live_vaccine.\n"
    found = with_rules(tmp_path, rules, {"taking": {"only": ["prednisone"]}, "live_vaccine": True})
    assert found["fails", "2 <= #count { Drug: taking(Drug) }"] == "reached"


def test_a_literal_that_gives_others_their_values_fails_without_them(tmp_path: Path) -> None:
    rules = "odd(Drug) :- taking(Drug), not class(Drug, biologic, _), Drug != prednisone.\n"
    found = with_rules(tmp_path, rules, {"taking": {"only": []}})
    assert found["fails", "taking(Drug)"] == "reached"


def test_names_that_a_file_writes_in_other_letters_stand_where_they_do(tmp_path: Path) -> None:
    rules = 'remark("Sjögren") :- live_vaccine.\n'
    kb = tiny_kb(tmp_path, ["active"], RULES + rules)
    page = coverage_html(run(kb, ["tiny"], coverage=True), covered(kb), tmp_path)
    assert '<span class="missed" title="never the one that fails">live_vaccine</span>' in page


def test_words_and_clauses_are_not_counted(tmp_path: Path) -> None:
    found = shown(covered(tiny_kb(tmp_path)))
    assert not [text for _, text in found if text.startswith(("text", "clause", "frame", "cites"))]


# ---- rows --------------------------------------------------------------------------------------


def test_a_row_of_a_criterion_is_to_be_met_and_unmet(tmp_path: Path) -> None:
    found = shown(covered(tiny_kb(tmp_path, ["active"])))
    row = "requires(tiny,sle,initial,active_sle,c1)"
    assert (found["met", row], found["unmet", row]) == ("reached", "missed")


def test_a_row_of_a_limit_is_to_be_kept_and_exceeded(tmp_path: Path) -> None:
    found = shown(covered(tiny_kb(tmp_path, ["thirteen_months"])))
    row = "limited(tiny,sle,initial,term_limit,c1)"
    assert (found["kept", row], found["exceeded", row]) == ("missed", "reached")


LISTED = "barred(prednisone; prednisolone). one :- taking(Drug), barred(Drug).\n"


def test_a_case_that_leaves_open_which_of_two_pathways_it_is_on_shows_what_is_so_on_each(
    tmp_path: Path,
) -> None:
    both = RULES.replace("sle, initial,", "sle, (initial; continuation),")
    kb = tiny_kb(tmp_path, [], both)
    for name, case in {
        "active": a_case("modify", months=13),
        "quiet": a_case("deny", active=False),
    }.items():
        del case["request"]["phase"]
        write_case(tmp_path, f"{name}.yaml", case)
    sides = {key: status for key, status in shown(covered(kb)).items() if "continuation" in key[1]}
    rows = ("requires(tiny,sle,continuation,active_sle,c1)", "limited(tiny,sle,continuation,term_limit,c1)")
    assert {key: sides[key] for key in sides if key[1] in rows} == {
        ("met", rows[0]): "reached",
        ("unmet", rows[0]): "reached",
        ("exceeded", rows[1]): "reached",
        ("kept", rows[1]): "reached",
    }


def test_each_name_of_a_list_is_to_be_used(tmp_path: Path) -> None:
    found = with_rules(tmp_path, LISTED, {"taking": {"only": ["prednisone"]}})
    assert found["used", "barred(prednisone)"] == "reached"
    assert found["used", "barred(prednisolone)"] == "missed"


def test_a_row_under_a_not_is_used_where_the_rule_fails_by_it(tmp_path: Path) -> None:
    rules = "spared(prednisone; prednisolone). one :- taking(Drug), not spared(Drug).\n"
    found = with_rules(tmp_path, rules, {"taking": {"only": ["prednisone"]}})
    assert found["used", "spared(prednisone)"] == "reached"
    assert found["used", "spared(prednisolone)"] == "missed"


def test_a_row_that_a_rule_takes_from_a_list_is_used_by_its_own_name_only(tmp_path: Path) -> None:
    rules = "kind(prednisone, mild). kind(prednisolone, strong).\n"
    rules += "one :- taking(Drug), kind(Drug, (mild; strong)).\n"
    found = with_rules(tmp_path, rules, {"taking": {"only": ["prednisolone"]}})
    assert found["used", "kind(prednisone,mild)"] == "missed"
    assert found["used", "kind(prednisolone,strong)"] == "reached"


def test_a_row_that_only_rows_depend_on_is_used_by_any_case(tmp_path: Path) -> None:
    rules = (
        "low(3). high(Number) :- low(Low), Number = Low + 1. one(Number) :- high(Number), live_vaccine.\n"
    )
    assert with_rules(tmp_path, rules, {})["used", "low(3)"] == "reached"


def test_a_row_that_only_rows_depend_on_is_not_used_without_a_case(tmp_path: Path) -> None:
    assert with_rules(tmp_path, "low(3). high(Low) :- low(Low).\n")["used", "low(3)"] == "missed"


def test_a_row_that_no_rule_reads_is_not_counted(tmp_path: Path) -> None:
    assert ("used", "idle(3)") not in with_rules(tmp_path, "idle(3).\n", {})


SPAN = "span(1, 2). one :- span(Low, Low..High), High = Low + 1, live_vaccine.\n"


def test_literals_that_give_each_other_values_are_asked_together(tmp_path: Path) -> None:
    found = with_rules(tmp_path, SPAN, {"live_vaccine": True})
    assert found["fails", "span(Low,(Low..High))"] == "cannot"


def test_a_row_that_is_read_by_such_a_literal_is_not_counted(tmp_path: Path) -> None:
    assert ("used", "span(1,2)") not in with_rules(tmp_path, SPAN, {"live_vaccine": True})


# ---- what no patient can show ------------------------------------------------------------------


def test_what_no_patient_can_show_is_told_apart_and_not_counted(tmp_path: Path) -> None:
    found = with_rules(tmp_path, "never :- live_vaccine, not live_vaccine.\n", {})
    assert found["fires", "never"] == "cannot"
    assert found["fails", "live_vaccine"] == "missed"


def test_a_law_is_not_to_fire(of_shipped: Coverage) -> None:
    found = shown(of_shipped, "vocabulary.lp")
    assert not [text for goal, text in found if goal == "fires" and text.startswith("impossible")]


def test_an_edition_with_a_rule_of_its_own_needs_a_case_of_it(tmp_path: Path) -> None:
    rules = 'note(tiny, later) :- in_force("2"), active(sle).\ntext(tiny, note(later), "A.", "B.").\n'
    kb = tiny_kb(tmp_path, ["active"], RULES + rules)
    about = tmp_path / "policies" / "tiny" / "about.lp"
    about.write_text(about.read_text() + 'edition(tiny, "2", "2025-01-01").\n')
    old = a_case("approve")
    old["request"]["policy"] = "tiny@1"
    write_case(tmp_path, "active.yaml", old)
    assert shown(covered(kb))["fires", "note(tiny,later)"] == "missed"
    write_case(tmp_path, "later.yaml", CASES["active"])
    assert shown(covered(KnowledgeBase.load(tmp_path)))["fires", "note(tiny,later)"] == "reached"


# ---- how much ----------------------------------------------------------------------------------


def test_what_is_short_of_all_is_never_rounded_up() -> None:
    found = Coverage(1999, 2000, 99.9, ())
    assert (found.at_least(99.95), found.at_least(99.951)) == (True, False)


def test_a_policy_without_rules_is_covered(tmp_path: Path) -> None:
    kb = small_kb(tmp_path, vocabulary(["fact_0"]), "outcome(small, approve) :- policy(small).\n")
    assert measure(kb, read_suite(kb, [])).percent == 100.0


def test_the_shipped_rules_are_covered_in_full(of_shipped: Coverage) -> None:
    goals = [(f.file, g) for f in of_shipped.files for s in f.statements for g in s.goals]
    assert [(file, goal.line, goal.text) for file, goal in goals if goal.status == "missed"] == []


# ---- exactness ---------------------------------------------------------------------------------

FLAGS = ("fact_0", "fact_1", "fact_2", "fact_3")


def holds(literal: str, world: Mapping[str, bool]) -> bool:
    """Whether a literal of a random rule holds in a world."""
    negated, atom = literal.startswith("not "), literal.removeprefix("not ")
    return (atom == "policy(small)" or world[atom]) is not negated


def expected_of(bodies: Sequence[Sequence[str]], worlds: Sequence[Mapping[str, bool]]) -> list[list[bool]]:
    """Of each rule, whether it fires, and each literal fails alone, in all of these worlds."""
    return [
        [
            all(all(holds(literal, world) for literal in body) for world in worlds),
            *(
                all(
                    all(holds(literal, world) is not (literal == failing) for literal in body)
                    for world in worlds
                )
                for failing in body
            ),
        ]
        for body in bodies
    ]


@settings(max_examples=times(60), deadline=None)
@given(seed=st.integers(0, 10**6), stated=st.dictionaries(st.sampled_from(FLAGS), st.booleans()))
def test_the_coverage_by_a_case_is_what_holds_in_each_of_its_worlds(
    tmp_path_factory: pytest.TempPathFactory, seed: int, stated: dict[str, bool]
) -> None:
    folder = tmp_path_factory.mktemp("random")
    items = [(flag, f"not {flag}") for flag in FLAGS]
    rules = random_rules(random.Random(seed), items, 4, 3)
    kb = small_kb(folder, vocabulary(FLAGS), rules)
    decided = kb.decide({"request": {"policy": "small"}, "facts": stated})
    case = {"request": {"policy": "small"}, "facts": stated, "expect": {"outcome": decided.outcome}}
    write_case(folder, "one.yaml", case, "small")
    (file,) = (f for f in covered(kb).files if f.file.endswith("policy.lp"))
    found = [[goal.status for goal in statement.goals] for statement in file.statements]
    bodies = [line.partition(" :- ")[2].rstrip(".\n").split(", ") for line in rules.splitlines()]
    every = [
        dict(zip(FLAGS, so, strict=True)) for so in itertools.product((True, False), repeat=len(FLAGS))
    ]
    left = [world for world in every if all(world[flag] is value for flag, value in stated.items())]
    reached = expected_of(bodies, left)
    possible = [
        [any(so) for so in zip(*cells, strict=True)]
        for cells in zip(*(expected_of(bodies, [world]) for world in every), strict=True)
    ]
    assert [
        ["reached" if so else "missed" if may else "cannot" for so, may in zip(row, able, strict=True)]
        for row, able in zip(reached, possible, strict=True)
    ] == found


# ---- the page ----------------------------------------------------------------------------------


class _Page(HTMLParser):
    """What a page links to and calls by name, and whether each element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if "href" in given else []
        self.loads += [value or "" for key, value in attrs if key == "src"]
        if tag not in ("meta", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    rules = (
        RULES + "one :- live_vaccine,\n       dosed_per_label.\nnever :- live_vaccine, not live_vaccine.\n"
    )
    kb = tiny_kb(folder, ["active", "quiet"], rules)
    write_case(folder, "wrong.yaml", a_case("approve", months=13))
    write_case(folder, "broken.yaml", "request: [")
    tests = kb.test(coverage=True)
    assert tests.coverage is not None
    return coverage_html(tests, tests.coverage, folder)


def test_the_page_is_whole_and_loads_nothing(page: str) -> None:
    found = _Page(page)
    assert (found.open, found.loads) == ([], [])
    assert len(found.ids) == len(set(found.ids))
    assert {link.removeprefix("#") for link in found.links} <= set(found.ids)


@pytest.mark.parametrize(
    "part",
    [
        '<span class="reached" title="fires: policies/tiny/cases/active.yaml">met(tiny, active_sle)</span>',
        '<span class="missed" title="never fires">one</span>',
        '<span class="cannot" title="cannot fire">never</span>',
        '<span class="missed" title="never the one that fails">dosed_per_label</span>',
        "met: policies/tiny/cases/active.yaml; unmet: policies/tiny/cases/quiet.yaml",
        'title="never exceeded; kept: policies/tiny/cases/active.yaml"',
        "outcome: expected approve, found modify",
        "not valid YAML",
        "3 cases tried, 1 failed, 1 not tried",
    ],
)
def test_the_page_shows_what_is_and_what_is_not_covered(page: str, part: str) -> None:
    assert part in re.sub("<wbr>", "", page)


def test_the_page_of_full_coverage_says_that_nothing_is_left(tmp_path: Path) -> None:
    kb = tiny_kb(tmp_path)
    tests = kb.test("tiny", coverage=True)
    assert tests.coverage is not None
    found = coverage_html(tests, tests.coverage, tmp_path)
    assert "<h2>What no case shows</h2>\n<p>Nothing.</p>" in found
    assert "Shared by all policies" not in found
