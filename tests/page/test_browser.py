"""The page in a real browser: the same answers, by mouse or keyboard, on any screen, with nothing sent."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lupa import KnowledgeBase
from lupa.answers.senses import Sense
from lupa.authors.reports.shifts import shifts_html
from lupa.pages.changes import number
from tests.command import command
from tests.measuring import a_case, measuring_kb
from tests.page.browser import (
    AXE,
    Opened,
    browser,
    needs_browser,
    with_all_covering,
    with_long_words,
)
from tests.page.node import expected, is_told, random_cases

pytestmark = [needs_browser, pytest.mark.slow]
pytest.importorskip("selenium", reason="selenium is not installed")
PEND = "benlysta_cns_lupus_not_stated"
DENY = "lupkynis_alongside_bars_benlysta"
PHONE = 320
WIDTHS = (PHONE, 375, 768, 1280, 1920)
DOING = """
const labelled = (words) => {
  const label = [...document.querySelectorAll("label")].find((one) => one.textContent === words);
  return document.getElementById(label.htmlFor);
};
const changed = (control, value) => {
  control.value = value;
  control.dispatchEvent(new Event("change"));
};
const choose = (words, value) => changed(labelled(words), value);
const type = choose;
const press = (fact, at) => document.querySelectorAll(`.asked [data-fact="${fact}"] input`)[at].click();
const group = (id) => document.querySelector(`.asked [data-group="${id}"]`);
const add = (id, names) => changed(group(id).querySelector("input"), names);
const all = (id) => group(id).querySelector("input[type=checkbox]").click();
"""
"""What a person does, by the words that are shown."""


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def path(made: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("page") / "page.html"
    found.write_text(made, encoding="utf-8")
    return found


@pytest.fixture
def page(driver: Any, path: Path) -> Opened:
    return Opened(driver, path)


def different(page: Opened, kb: KnowledgeBase, names: list[str]) -> list[str]:
    """The shipped cases of which the page saves another decision than lupa prints."""
    found = []
    for name in names:
        case = kb.case(name)
        page.open_case(case)
        wanted = json.loads(kb.decide_all(case)[0].to_json())
        saved = json.loads(page.saved("save-decision"))
        if not is_told(wanted, saved) or saved["fingerprint"] != wanted["fingerprint"]:
            found.append(name)
    return found


def test_decisions_are_saved_as_lupa_prints_them(page: Opened, kb: KnowledgeBase) -> None:
    assert different(page, kb, sorted(kb.examples())[::30]) == []


@pytest.mark.mass
def test_thousands_of_random_records_are_decided_as_lupa_does(page: Opened, kb: KnowledgeBase) -> None:
    found = []
    for case in random_cases(kb, 8, 2000):
        wanted = expected(kb, case)
        page.open_case(case)
        if wanted is None:
            same = page.problems != ""
        else:
            saved = json.loads(page.saved("save-decision"))
            del saved["fingerprint"]  # of a fraction it is that of a file, where it is exact
            same = page.problems == "" and is_told(wanted[0], saved)
        if not same:
            found.append(case)
    assert found == []


@pytest.mark.mass
def test_all_shipped_cases_are_decided_as_lupa_does(page: Opened, kb: KnowledgeBase) -> None:
    assert different(page, kb, sorted(kb.examples())) == []


def test_a_case_is_shown_with_its_verdict_and_criteria(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case(DENY))
    decision = kb.decide(kb.case(DENY))
    assert page.verdict == "DENY"
    assert page.statuses() == {one.id: one.status for one in decision.criteria}


def test_what_follows_a_verdict_stays_until_it_is_there_anew(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case(PEND))
    shown = "return [...document.querySelectorAll('#result .rest > section')].map((one) => one.className)"
    before = page.run(shown)
    assert "part change" in before
    assert page.run(f"document.querySelectorAll('.next input')[1].click(); {shown}") == before
    page.wait("return document.querySelector('#result .rest:not([aria-busy])') !== null")
    assert "part change" in page.run(shown)


def test_what_is_new_is_laid_out_where_it_is_seen_first_and_then_all_of_it(
    page: Opened, kb: KnowledgeBase
) -> None:
    page.open_case(kb.case(DENY))
    new = "return [...document.querySelectorAll('#result .new')].map((one) => one.dataset.item)"
    assert "label_dosing" in page.run(f"{DOING}press('dosed_per_label', 1); {new}")
    page.wait("return document.querySelector('#result .rest:not([aria-busy])') !== null")
    assert page.run(new) == []


def test_a_saved_case_is_the_case(page: Opened, kb: KnowledgeBase) -> None:
    case = json.loads(json.dumps(kb.case(DENY), default=float))
    page.open_case(case)
    assert json.loads(page.saved("save-case")) == case


def test_the_next_question_is_answered_where_it_stands(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case(PEND))
    assert page.verdict == "PEND between approve and deny"
    page.run("document.querySelectorAll('.next input')[1].click()")
    assert page.verdict == "APPROVE"
    page.run("document.getElementById('undo').click()")
    assert page.verdict == "PEND between approve and deny"
    page.run("document.getElementById('redo').click()")
    assert page.verdict == "APPROVE"


def test_what_one_policy_decided_is_taken_back_after_the_second_of_several_was_looked_at(
    driver: Any, made: str, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(with_all_covering(made, "belimumab"), encoding="utf-8")
    page = Opened(driver, path)
    page.open_case({"request": {"policy": "fep_lupkynis"}})
    page.open_case({"request": {"drug": "belimumab"}})
    page.run("document.querySelectorAll('#result > p.row button')[1].click()")
    decided_by = "return document.querySelector('.verdict .quiet').textContent"
    assert page.run(decided_by).startswith("uhc_benlysta, ")
    page.run("document.getElementById('undo').click()")
    assert page.run(decided_by).startswith("fep_lupkynis, ")


def test_a_case_begun_from_nothing_is_asked_until_it_is_decided(page: Opened) -> None:
    page.open_case({"request": {"policy": "uhc_benlysta"}})
    page.run(
        "[...document.querySelectorAll('.next button')]"
        ".find((one) => one.textContent === 'by mouth').click()"
    )
    assert page.verdict == "OUT OF SCOPE"
    assert json.loads(page.saved("save-case"))["request"]["route"] == "oral"


def test_a_fact_in_a_reason_can_be_had_otherwise(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case(DENY))
    page.run("document.querySelector('[data-item=no_combination] .fact').click()")
    assert page.verdict == "APPROVE"
    assert page.run("return document.getElementById('said').textContent") == (
        "The patient does not take voclosporin. DENY → APPROVE"
    )


def test_what_a_policy_does_not_ask_about_stands_apart_and_last(page: Opened, kb: KnowledgeBase) -> None:
    idle, shown = {}, {}
    for policy in kb.policies:
        edition = kb.edition(policy)
        groups = edition.asking.groups(list(edition.literals))
        idle[policy] = sorted(group.id for group in groups if not any(map(edition.reads, group.facts)))
        page.open_case({"request": {"policy": policy}, "facts": {}})
        found = page.run(
            "return [...document.querySelectorAll('.asked .idle [data-group]')].map((x) => x.dataset.group)"
        )
        shown[policy] = sorted(found)
    assert shown == idle
    assert any(idle.values())


def test_drugs_are_typed_by_name_or_brand(page: Opened) -> None:
    page.run(
        "const list = document.querySelector('[data-group=taking]');"
        "list.querySelector('input').value = 'CellCept 500 mg; Plaquenil, Nosuchmab, prednisome';"
        "list.querySelector('button').click();"
    )
    saved = json.loads(page.saved("save-case"))
    assert saved["facts"]["taking"] == {
        "mycophenolate_mofetil": True,
        "hydroxychloroquine": True,
        "Nosuchmab": True,
    }
    assert page.run("return document.querySelector('[data-group=taking] .error').textContent") == (
        "prednisome: did you mean prednisone?"
    )


def test_of_a_name_that_may_be_several_drugs_the_page_asks_which_where_that_matters(
    page: Opened, kb: KnowledgeBase
) -> None:
    page.open_case(kb.case("lupkynis_at_eighteen"))
    page.run(
        "const list = document.querySelector('[data-group=taking]');"
        "list.querySelector('input').value = 'CYC 50 mg daily, mycophenolate';"
        "list.querySelector('button').click();"
    )
    case = json.loads(page.saved("save-case"))
    decision = kb.decide(case)
    assert page.problems == ""
    assert page.verdict == "PEND between approve and deny"
    names = "[...document.querySelectorAll('[data-group=taking] .chips .name')]"
    assert page.run(f"return {names}.map((one) => one.innerText)")[:2] == [
        "CYC (cyclophosphamide or cyclosporine) which of these stays open",
        "mycophenolate (mycophenolate mofetil or mycophenolic acid) which of these stays open",
    ]
    saved = json.loads(page.saved("save-decision"))
    assert saved["fingerprint"] == json.loads(decision.to_json())["fingerprint"]
    assert [one["fact"] for one in saved["missing"]] == [one.fact for one in decision.missing]
    page.run("document.querySelectorAll('[data-missing=\"taking(cyclophosphamide)\"] input')[1].click()")
    assert page.verdict == kb.decide(json.loads(page.saved("save-case"))).outcome.upper()


def test_numbers_are_typed_as_ranges(page: Opened) -> None:
    age = "const field = document.querySelector('[data-number=age] input'); field.value = arguments[0];"
    changed = f"{age} field.dispatchEvent(new Event('change'))"
    page.run(changed, "18+")
    assert json.loads(page.saved("save-case"))["facts"] == {"age": {"at_least": 18}}
    page.run(changed, "young")
    assert json.loads(page.saved("save-case"))["facts"] == {"age": {"at_least": 18}}
    assert page.run("return document.querySelector('[data-number=age] input').ariaInvalid") == "true"


def test_how_long_ago_something_was_is_typed_as_its_day_or_so_many_days(
    driver: Any, tmp_path: Path
) -> None:
    kb = measuring_kb(tmp_path / "kb")
    (tmp_path / "page.html").write_text(kb.page(), encoding="utf-8")
    page = Opened(driver, tmp_path / "page.html")
    drug = "last_taken(prednisone)"
    typed = """
        const field = document.querySelector(`[data-number="days_since(${arguments[0]})"]`);
        const input = field.querySelector("input");
        input.value = arguments[1];
        input.dispatchEvent(new Event("change"));
        return field.querySelector("label").textContent + " " + field.querySelector(".error").textContent;
    """
    asked = "The LDL cholesterol: on which day was it, or how many days before the service date? "
    assert page.run(typed, "ldl", "Feb 1, 2025").startswith(f"{asked}Say first on which day it begins")
    page.open_case(a_case(ldl=120))
    measured: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
        ("Feb 1, 2025", "", {"days_since": {"ldl": 28}}),
        ("30+", "", {"days_since": {"ldl": {"at_least": 30}}}),
        ("soon", "Write a day, such as 2025-01-10, or how many days before it was.", None),
        ("2025-03-02", "That is after the day on which it begins.", None),
        ("", "", {}),
    )
    for said, told, facts in measured:
        assert page.run(typed, "ldl", said) == asked + told
        if facts is not None:
            assert json.loads(page.saved("save-case"))["facts"] == {"ldl": 120, **facts}
    dated: tuple[tuple[str, dict[str, Any]], ...] = (
        ("10 January 2025", {"last_taken": {"prednisone": "2025-01-10"}}),
        ("30", {"days_since": {drug: 30}}),
        ("never", {"last_taken": {"prednisone": "never"}}),
    )
    for said, stated in dated:
        page.run(typed, drug, said)
        saved = json.loads(page.saved("save-case"))
        assert saved["facts"] == {"ldl": 120, **stated}
        kb.decide(saved)  # as the case has it, it can be read


def test_the_keyboard_alone_answers_and_takes_back(page: Opened, kb: KnowledgeBase) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    page.open_case(kb.case(PEND))
    page.run("document.querySelector('.next input:checked').focus()")
    ActionChains(page.driver).send_keys(Keys.ARROW_LEFT).perform()
    assert page.verdict == "APPROVE"
    ActionChains(page.driver).key_down(Keys.CONTROL).send_keys("z").key_up(Keys.CONTROL).perform()
    assert page.verdict == "PEND between approve and deny"


def test_what_cannot_be_so_leaves_every_control_as_it_was(page: Opened) -> None:
    page.open_case({"request": {"policy": "uhc_benlysta"}, "facts": {"active": {"sle": True}}})
    inputs = "document.querySelectorAll('.asked [data-fact=\"diagnosis(sle)\"] input')"
    says = f"[...{inputs}].map((one) => one.checked)"
    before = page.run(f"return {says}")
    page.run(f"{DOING}press('diagnosis(sle)', 1)")
    assert "the record contradicts itself" in page.problems
    assert page.run(f"return {says}") == before
    page.open_case({"request": {"policy": "uhc_benlysta", "phase": "initial", "drug": "Benlysta"}})
    page.run(f"{DOING}choose('On which day does it begin? (It chooses the edition.)', '1999-01-01')")
    assert "is before" in page.problems
    assert page.run("return document.querySelector('input[type=date]').value") == ""


def test_a_part_of_the_decision_that_stays_so_is_not_made_anew(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case(DENY))
    shown = "[...document.querySelectorAll('#result [data-status]')]"
    page.run(f"{shown}.forEach((one) => {{ one.wasThere = true; }})")
    page.run(f"{DOING}press('dosed_per_label', 1)")
    anew = page.run(f"return {shown}.filter((one) => !one.wasThere).map((one) => one.dataset.item)")
    assert anew == ["label_dosing"]
    assert page.statuses()["label_dosing"] == "unmet"


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ({"request": {"policy": "<img src=x onerror=alert(1)>"}}, "<img src=x onerror=alert(1)>"),
        ({"request": {"policy": "uhc_benlysta"}, "facts": {"taking": {"only": 3}}}, "facts.taking.only"),
        ([], "a case is a mapping"),
        ({"__proto__": {"request": {}}}, "request"),
    ],
)
def test_a_hostile_case_ends_in_a_message(page: Opened, case: Any, words: str) -> None:
    before = page.verdict
    page.open_case(case)
    assert words in page.problems
    assert page.verdict == before


@pytest.mark.parametrize(
    ("name", "held", "words"),
    [
        ("odd.json", b'{"case": "\xff", "request": {"policy": "uhc_benlysta"}}', "no text in UTF-8"),
        ("bomb.yaml", b"a: &a [x, x]\nb: [*a, *a]", "is no JSON"),
        ("large.json", b"[" + b"1," * 40_000, "larger than a case can be"),
        ("chart.json", b'{"resourceType": "Bundle", "entry": []}', "lupa read makes a case of a chart"),
        ("deep.json", b"[" * 20_000 + b"]" * 20_000, "nested too deeply"),
        ("huge.json", b'{"request": {"policy": "uhc_benlysta"}, "facts": {"age": 1e400}}', "beyond any"),
        (
            "own.json",
            b'{"request": {"policy": "uhc_benlysta"}, "facts": {"__proto__": {"x": 1}}}',
            "__proto__",
        ),
        ("<img src=x onerror=alert(1)>.json", b"x", "<img src=x onerror=alert(1)>.json: is no JSON"),
    ],
)
def test_a_hostile_file_ends_in_a_message(page: Opened, name: str, held: bytes, words: str) -> None:
    before = page.verdict
    page.run(
        "const held = new DataTransfer();"
        "const bytes = Uint8Array.from(atob(arguments[1]), (one) => one.charCodeAt(0));"
        "held.items.add(new File([bytes], arguments[0]));"
        "document.dispatchEvent(new DragEvent('drop', {dataTransfer: held, cancelable: true}));",
        name,
        base64.b64encode(held).decode(),
    )
    assert words in page.wait("return document.getElementById('problems').textContent")
    assert page.verdict == before
    assert page.run("return [document.querySelector('img'), Object.prototype.x ?? null]") == [None, None]


@pytest.mark.parametrize("held", ["AAAA", "", "%%%", "W1tb", "_w"])
def test_a_link_that_holds_no_case_ends_in_a_message(page: Opened, held: str) -> None:
    page.run("location.hash = '#case=' + arguments[0]", held)
    assert page.wait("return document.getElementById('problems').innerText").split("\n") == [
        "This cannot be decided.",
        "The link holds no case that can be read.",
        "Close",
    ]
    page.run("document.querySelector('#problems button').click()")
    assert page.problems == ""


def test_what_is_wrong_with_the_link_that_a_page_is_opened_by_is_told(page: Opened, path: Path) -> None:
    wrong = base64.urlsafe_b64encode(b'{"request": {"policy": "none_such"}}').decode().rstrip("=")
    told = {"AAAA": "The link holds no case that can be read.", "bnVsbA": "not null", wrong: "'none_such'"}
    for held, words in told.items():
        page.driver.get("about:blank")
        page.driver.get(f"{path.as_uri()}#case={held}")
        page.wait("return document.querySelector('.verdict') !== null")
        assert words in page.problems


def test_a_name_with_markup_stays_text(page: Opened) -> None:
    page.open_case({"case": "<b id=bold>x</b>", "request": {"policy": "fep_lupkynis"}})
    assert page.run("return document.getElementById('bold')") is None
    assert page.run("return document.getElementById('case-name').textContent") == "Case: <b id=bold>x</b>"


def test_nothing_leaves_the_page(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case(DENY))
    assert page.run("return performance.getEntriesByType('resource').map((one) => one.name)") == []
    assert page.run("return window.refused") == []
    failed = page.driver.execute_async_script(
        "const done = arguments[0];fetch('https://lupa.example/').then(() => done(false), () => done(true))"
    )
    assert failed
    assert page.run("return window.refused") == ["connect-src"]


def test_it_fits_every_width(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case(PEND))
    for width in WIDTHS:
        page.appearance(width)
        assert page.run("return document.documentElement.scrollWidth") <= width
    page.appearance(1280)


def cut(page: Opened) -> list[str]:
    """The controls and words that a reader does not see whole, as they stand beyond what holds them."""
    found: list[str] = page.run(
        "return [...document.querySelectorAll('button, legend, label, th, td, p, h1, h2, h3, summary')]"
        ".filter((one) => one.checkVisibility() && getComputedStyle(one).position !== 'absolute'"
        " && !one.closest('.skip')).filter((one) => one.scrollWidth > one.clientWidth + 1"
        " && one.clientWidth > 0 || one.getBoundingClientRect().right > innerWidth + 1)"
        ".map((one) => one.outerHTML.slice(0, 120))"
    )
    return found


@pytest.mark.parametrize(
    ("width", "letters"), [(640, "100%"), (PHONE, "100%"), (1280, "200%"), (640, "200%")]
)
def test_it_is_read_at_twice_its_size(page: Opened, kb: KnowledgeBase, width: int, letters: str) -> None:
    """A window of 1280 or 640 points in which all, or its letters alone, are twice as large."""
    page.open_case(kb.case(DENY))
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 450, "deviceScaleFactor": 2, "mobile": False},
    )
    page.run("document.documentElement.style.fontSize = arguments[0]", letters)
    for view in ("show-decide", "show-policy"):
        page.run("document.getElementById(arguments[0]).click()", view)
        page.run(OPEN_ALL)
        assert page.run("return document.documentElement.scrollWidth") <= width
        assert cut(page) == []
    page.appearance(1280)


OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


def test_words_without_a_blank_fit_a_phone(
    driver: Any, made: str, kb: KnowledgeBase, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(with_long_words(made), encoding="utf-8")
    page = Opened(driver, path)
    page.appearance(PHONE)
    for case in (kb.case(DENY), {"request": {"policy": "uhc_benlysta"}}):
        page.open_case(case)
        page.wait("return document.querySelector('.letter') !== null")
        page.run(OPEN_ALL)
        assert page.wait("return document.querySelector('.answers, .because') !== null")
        assert page.run("return document.documentElement.scrollWidth") <= PHONE
    page.run("document.getElementById('show-policy').click()")
    page.run(OPEN_ALL)
    assert page.run("return document.documentElement.scrollWidth") <= PHONE
    page.appearance(1280)


def lines_of(driver: Any, cells: str) -> list[int]:
    """In how many lines each of these elements is set on a phone; the page is as wide as that."""
    found: list[int] = driver.execute_script(
        f"return [...document.querySelectorAll({cells!r})].map((one) => {{"
        "const range = document.createRange(); range.selectNodeContents(one);"
        "return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size; })"
    )
    assert driver.execute_script("return document.documentElement.scrollWidth") <= PHONE
    return found


def test_the_pages_for_reviewers_and_committees_break_no_word_on_a_phone(
    page: Opened, tmp_path: Path
) -> None:
    move = {"policy": "uhc_benlysta", "before": "pend", "after": "out_of_scope", "rows": 2}
    of = {**move, "pathways": "rheumatoid_arthritis, continuation"}
    named = [{"ids": {"member": "a-long-name-of-a-member"}, **of}]
    shifts = {"rows": 9, "differ": 2, "moves": [move], "criteria": [], "pathways": [of], "members": named}
    path = tmp_path / "report.html"
    page.appearance(PHONE)
    path.write_text(shifts_html(shifts, "before", "after"), encoding="utf-8")
    page.driver.get(path.as_uri())
    assert lines_of(page.driver, ".members td:nth-last-child(2)") == [1]
    assert lines_of(page.driver, ".members td:nth-last-child(4) code") == [2]  # uhc_, benlysta
    path.write_text(command("show", "fep_lupkynis", "--format", "html").out, encoding="utf-8")
    page.driver.get(path.as_uri())
    assert set(lines_of(page.driver, ".clauses .place")) == {1}
    assert set(lines_of(page.driver, ".clauses tr > :nth-child(2) .quiet")) == {1}
    page.appearance(1280)


def test_nothing_moves_by_itself(page: Opened, kb: KnowledgeBase) -> None:
    """So there is nothing to reduce for those who ask for less motion."""
    page.open_case(kb.case(PEND))
    page.appearance(1280, still=True)
    moving = page.run(
        "return [...document.querySelectorAll('*')].map((one) => getComputedStyle(one)).filter((style) => "
        "style.transitionDuration !== '0s' || style.animationName !== 'none' "
        "|| style.scrollBehavior !== 'auto').length"
    )
    assert moving == 0
    page.appearance(1280)


def test_one_who_answers_by_keyboard_stays_where_they_are(page: Opened) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    page.open_case({"request": {"policy": "uhc_benlysta"}})
    answered = []
    for _ in range(2):
        page.run("document.querySelector('.next button').focus()")
        ActionChains(page.driver).send_keys(Keys.ENTER).perform()
        answered.append(page.run("return document.activeElement.id || document.activeElement.textContent"))
    assert answered == ["Next question", "result"]  # what is requested decides it
    page.run("document.querySelector('.asked [data-fact=\"diagnosis(sle)\"] input:checked').focus()")
    ActionChains(page.driver).send_keys(Keys.ARROW_LEFT).perform()
    assert page.run("return document.activeElement.closest('[data-fact]').dataset.fact") == "diagnosis(sle)"


def test_one_who_changes_the_day_stays_at_it_though_another_edition_is_in_force_then(page: Opened) -> None:
    page.open_case({"request": {"policy": "uhc_benlysta", "service_date": "2025-03-01"}})
    page.run("document.querySelector('input[type=date]').focus()")
    page.run(
        "const one = document.activeElement; one.value = '2023-03-01';"
        "one.dispatchEvent(new Event('change'))"
    )
    there = "return [document.activeElement.type, document.activeElement.value]"
    assert page.run(there) == ["date", "2023-03-01"]
    assert "2022E0046O" in page.run("return document.querySelector('.verdict').textContent")
    page.wait("return document.querySelector('#result .rest:not([aria-busy])') !== null")
    assert page.run(there) == ["date", "2023-03-01"]
    assert page.run("return document.querySelectorAll('form').length") == 1


CONTROLS = {"button", "radio", "radiogroup", "combobox", "textbox", "checkbox", "link", "Date"}


def test_a_screen_reader_s_tree_names_every_place_and_control_and_tells_what_changes(
    page: Opened, kb: KnowledgeBase
) -> None:
    def said() -> list[tuple[str, str, dict[str, Any]]]:
        tree = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        return [
            (
                one["role"]["value"],
                one.get("name", {}).get("value", ""),
                {each["name"]: each["value"].get("value") for each in one.get("properties", [])},
            )
            for one in tree
            if not one["ignored"]
        ]

    page.open_case(kb.case(PEND))
    tree = said()
    assert {role for role, _, _ in tree} >= CONTROLS - {"Date"} | {"banner", "main", "heading", "list"}
    assert [one for one in tree if one[0] in CONTROLS and not one[1]] == []
    places = [(role, name) for role, name, _ in tree if role in ("navigation", "toolbar", "form", "region")]
    assert places == [
        ("navigation", "Views"),
        ("toolbar", "The case"),
        ("region", "What is decided"),
        ("form", "The questions"),
        ("region", "The next question"),
        ("region", "What would change it"),
        ("region", "What is asked for"),
        ("region", "What is known of the patient"),
    ]
    live = {(role, held["live"]) for role, _, held in tree if "live" in held and role != "StaticText"}
    assert live == {("alert", "assertive"), ("status", "polite")}
    page.run("document.querySelectorAll('.next input')[1].click()")
    assert "PEND (approve or deny) → APPROVE" in " ".join(name for _, name, _ in said())


def test_a_long_search_leaves_the_page_to_its_reader(page: Opened) -> None:
    page.open_case({"request": {"policy": "uhc_benlysta"}})
    page.wait("return document.querySelector('.change') !== null")
    told = page.run(
        "const [button] = document.querySelectorAll('.change button'); button.click();"
        "return document.querySelector('.change [role=status]').textContent"
    )
    assert told == "Searching …"
    page.run("document.querySelector('.next button').click()")  # what was looked for is over
    page.wait("return document.querySelector('.letter') !== null")
    assert page.run("return document.querySelector('.change [role=status]').textContent") == ""


def test_on_paper_it_is_the_decision_and_the_case(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case(DENY))
    page.appearance(1000, media="print")
    shown = page.run("return document.body.innerText")
    page.appearance(1280)
    assert "DENY" in shown
    assert "It begins on 2025-03-01." in shown
    assert "The patient takes voclosporin." in shown
    assert "Undo" not in shown


def test_the_cheapest_change_is_found_and_tried(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case(DENY))
    page.wait("return document.querySelector('.change') !== null")
    page.run("document.querySelector('.change button').click()")
    found = page.run("return document.querySelector('.change ol').innerText")
    assert "change: Voclosporin is stopped before the requested drug is given." in found
    page.run("document.querySelector('.change ol .row button').click()")
    assert page.verdict == "APPROVE"


def test_changes_that_differ_in_one_drug_stand_together_and_one_of_them_is_tried(
    page: Opened, kb: KnowledgeBase
) -> None:
    case = kb.case("lupkynis_at_eighteen")
    case = {**case, "facts": {**case["facts"], "taking": {"only": []}}}
    page.open_case(case)
    (way, *_) = kb.flip(case, "approve").ways
    (words,) = way.words
    page.wait("return document.querySelector('.change') !== null")
    page.run("document.querySelector('.change button').click()")
    found = page.wait("return document.querySelector('.change ol')?.textContent")
    assert words in found
    chosen = way.alternatives[0][1].about
    page.run(
        "const list = document.querySelector('.change ol select');"
        "list.value = [...list.options].find((one) => one.textContent === arguments[0]).value;"
        "document.querySelector('.change ol .row button').click();",
        chosen,
    )
    assert page.run("return document.getElementById('said').textContent") == (
        f"The patient takes {chosen}. DENY → APPROVE"
    )


def test_the_policy_is_shown_in_the_order_of_its_document(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case(DENY))
    page.run("document.getElementById('show-policy').click()")
    shown = page.run(
        "return [...document.querySelectorAll('[data-clause]')].map((one) => one.dataset.clause)"
    )
    assert shown == [row["id"] for row in kb.edition("uhc_benlysta").ledger()]
    colours = page.run(
        "return [...document.querySelectorAll('.clauses strong')]"
        ".map((one) => one.textContent + ': ' + one.className)"
    )
    assert set(colours) >= {"not met: unmet", "met: met"}


def test_other_readings_and_editions_stand_beside_it(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case("lupkynis_cyclophosphamide_beside_other_background"))
    rows = "return [...document.querySelectorAll('.others tr.differs')].map((row) => row.innerText)"
    (row,) = page.wait(rows)
    assert row.split("\t")[:2] == ["Cyclophosphamide excludes, whatever else is taken.", "deny"]
    page.run("document.querySelector('.others button').click()")
    assert page.verdict == "DENY"


def test_another_edition_is_decided_beside_it(page: Opened, kb: KnowledgeBase) -> None:
    case = kb.case("benlysta_archived_edition_autoantibodies_not_stated")
    page.open_case({**case, "request": {**case["request"], "policy": "uhc_benlysta@2023-11-01"}})
    rows = "return [...document.querySelectorAll('.others tr.differs')].map((row) => row.innerText)"
    assert page.wait(rows)[0].startswith("Edition 2022E0046O\tpend (approve or deny)")


@pytest.mark.mass
def test_an_answer_takes_less_than_a_frame(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case(PEND))
    times = page.run(
        "return Array.from({length: 30}, (_, at) => {"
        "const begin = performance.now();"
        "document.querySelectorAll('[data-fact=\"dosed_per_label\"] input')[at % 2].click();"
        "return performance.now() - begin; })"
    )
    assert sorted(times)[len(times) // 4] < 16


def found_by_axe(page: Opened, width: int, *, dark: bool) -> list[str]:
    page.appearance(width, dark=dark)
    page.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": Path(AXE).read_text(encoding="utf-8")})
    page.run(OPEN_ALL)
    found: list[str] = page.driver.execute_async_script(
        "const done = arguments[0];"
        "setTimeout(() => axe.run(document, {runOnly: "
        "['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        ".then((told) => done(told.violations.map((one) => one.id + ': ' + one.nodes[0].html))), 50)"
    )
    page.appearance(1280)
    return found


@pytest.mark.skipif(not AXE, reason="LUPA_AXE names no axe.min.js")
@pytest.mark.parametrize(("width", "dark"), [(PHONE, False), (1280, True)])
@pytest.mark.parametrize("view", ["show-decide", "show-policy"])
def test_axe_finds_nothing(page: Opened, kb: KnowledgeBase, width: int, view: str, dark: bool) -> None:
    page.open_case(kb.case(PEND))
    page.wait("return document.querySelector('.letter') !== null")
    page.run("document.querySelector('.change button').click()")
    page.open_case([])
    assert page.problems
    page.run("document.getElementById(arguments[0]).click()", view)
    assert found_by_axe(page, width, dark=dark) == []


def test_a_condition_opens_a_patient_for_whom_it_decides(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case({"request": {"policy": "fep_lupkynis"}})
    page.run("document.getElementById('show-policy').click()")
    page.run(
        "[...document.querySelectorAll('.meaning .fact')]"
        ".find((one) => one.textContent === arguments[0]).click()",
        kb.edition("fep_lupkynis").vocabulary.words("at_least(age,18)", True),
    )
    assert page.run("return document.getElementById('decide-view').hidden") is False
    assert json.loads(page.saved("save-case"))["facts"] == {"age": {"at_least": 18}}
    assert page.statuses()["adult"] == "met"


def test_what_differs_under_other_rules_stands_beside_the_decision(
    driver: Any, kb: KnowledgeBase, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(kb.page("uhc_benlysta", against="uhc_benlysta@2022E0046O"), encoding="utf-8")
    page = Opened(driver, path)
    case = kb.case("benlysta_archived_edition_autoantibodies_not_stated")
    page.open_case({**case, "request": {**case["request"], "policy": "uhc_benlysta@2023-11-01"}})
    rows = "return [...document.querySelectorAll('.against tbody tr')].map((row) => row.innerText)"
    assert page.wait(rows)[0] == "outcome\tAPPROVE\tPEND (approve or deny)"
    if AXE:
        assert found_by_axe(page, PHONE, dark=True) == []


def test_a_pathway_opens_a_patient_for_each_of_its_outcomes(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case({"request": {"policy": "fep_lupkynis"}})
    page.run("document.getElementById('show-policy').click()")
    press = "return [...document.querySelectorAll('.pathways button')]"
    names = page.run(f"{press}.map((one) => one.textContent)")
    assert {"approve", "deny"} <= set(names)
    for place, name in enumerate(names):
        page.run(f"{press}[arguments[0]].click()", place)
        assert page.verdict == name.upper()
        assert kb.decide(json.loads(page.saved("save-case"))).outcome == name


def test_a_condition_of_a_pathway_opens_a_patient_for_whom_it_decides(
    page: Opened, kb: KnowledgeBase
) -> None:
    page.open_case({"request": {"policy": "fep_lupkynis"}})
    page.run("document.getElementById('show-policy').click()")
    folded = "document.querySelector('.pathways details')"
    page.run(f"{folded}.open = true")
    page.wait(f"return {folded}.querySelector('.fact')")
    adult = kb.edition("fep_lupkynis").vocabulary.words("at_least(age,18)", True)
    page.run(
        f"[...{folded}.querySelectorAll('.fact')].find((one) => one.textContent === arguments[0]).click()",
        adult,
    )
    assert page.verdict == "APPROVE"
    told = page.run("return document.getElementById('said').textContent")
    assert f"For approve it decides that: {adult}" in told
    case = json.loads(page.saved("save-case"))
    assert kb.decide(case).outcome == "approve"
    assert kb.whatif(case, {"age": 17}).after.outcome == "deny"


def test_a_pathway_tells_just_when_it_comes_to_each_outcome(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case({"request": {"policy": "fep_lupkynis"}})
    page.run("document.getElementById('show-policy').click()")
    folded = "document.querySelector('.pathways details')"
    page.run(f"{folded}.open = true")
    told = page.wait(f"return {folded}.querySelector('li') && {folded}.innerText")
    (way, *_) = kb.meaning("fep_lupkynis").pathways
    (approve, *_) = way.outcomes
    assert approve.sense is not None
    v = kb.edition("fep_lupkynis").vocabulary
    facts = [v.words(part.fact, bool(part.value)) for part in approve.sense.parts if part.fact]
    assert told.startswith("approve just when\n")
    assert facts
    assert [words for words in facts if words not in told] == []


def test_an_older_edition_tells_just_when_its_pathways_come_to_each_outcome_too(
    page: Opened, kb: KnowledgeBase
) -> None:
    page.open_case({"request": {"policy": "uhc_benlysta@2022E0046O"}})
    page.run("document.getElementById('show-policy').click()")
    told = page.run(
        "return [...document.querySelectorAll('.pathways > ul > li')]"
        ".map((one) => [...one.querySelectorAll('summary')].map((each) => each.textContent))"
    )
    assert told == [
        [f"{ends.outcome.replace('_', ' ')} just when" for ends in way.outcomes if not never(ends.sense)]
        for way in kb.meaning("uhc_benlysta@2022E0046O").pathways
    ]


def never(sense: Sense | None) -> bool:
    return sense is not None and sense.never


def test_the_second_view_tells_what_other_rules_make_of_any_patient(
    driver: Any, kb: KnowledgeBase, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(kb.page("uhc_benlysta", against="uhc_benlysta@2022E0046O"), encoding="utf-8")
    page = Opened(driver, path)
    page.run("document.getElementById('show-policy').click()")
    told = page.run("return document.querySelector('.changes').innerText")
    found = kb.compile("uhc_benlysta").changes(kb.compile("uhc_benlysta@2022E0046O"))
    for move in found.moves:
        assert f"{move.before} -> {move.after}: {number(move.region.worlds)} worlds" in told
    assert f"{number(found.differ)} of {number(found.worlds)} worlds come to another outcome." in told
    if AXE:
        assert found_by_axe(page, PHONE, dark=False) == []
    path.write_text(with_long_words(path.read_text(encoding="utf-8")), encoding="utf-8")
    page = Opened(driver, path)
    page.run("document.getElementById('show-policy').click()")
    for width in WIDTHS:
        page.appearance(width)
        assert page.run("return document.documentElement.scrollWidth") <= width
    page.appearance(1280)


def letter_in(page: Opened, form: str) -> str:
    page.wait("return document.querySelector('.letter') !== null")
    page.run("document.querySelector('.letter details').open = true")
    page.wait("return document.querySelector('.letter .text').textContent !== ''")
    return page.saved(f"save-letter-{form}")


def test_a_letter_is_saved_as_lupa_writes_it(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case(DENY))
    assert letter_in(page, "text") == f"{kb.letter(kb.case(DENY)).text}\n"
    typed = (
        "const box = [...document.querySelectorAll('.letter .field')].find((one) => one.textContent === "
    )
    page.run(
        f"{typed}'plan name').querySelector('input');"
        "box.value = '<b>Plan</b>'; box.dispatchEvent(new Event('input'));"
        "const reader = document.getElementById('reader');"
        "reader.value = 'member'; reader.dispatchEvent(new Event('change'));"
    )
    wanted = kb.letter(kb.case(DENY), to="member", form="html", fields={"plan_name": "<b>Plan</b>"}).text
    assert letter_in(page, "html") == f"{wanted}\n"
    assert "<b>Plan</b>" in page.run("return document.querySelector('.letter .text').textContent")


def test_what_is_saved_is_decided_by_lupa_to_the_same_bytes(page: Opened, kb: KnowledgeBase) -> None:
    page.open_case(kb.case(PEND))
    page.run("document.querySelectorAll('.next input')[0].click()")
    again = kb.decide(json.loads(page.saved("save-case"))).to_dict()
    del again["witnesses"]
    assert json.loads(page.saved("save-decision")) == json.loads(json.dumps(again))


def test_the_keyboard_alone_reaches_and_works_every_control(page: Opened) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    page.open_case({"request": {"policy": "fep_lupkynis"}})
    page.wait("return document.querySelector('.letter') !== null")
    wanted = page.run(
        "const groups = new Set();"
        "return [...document.querySelectorAll('button, select, input, summary, a, [tabindex=\"0\"]')]"
        ".filter((one) => one.checkVisibility() && !one.disabled && one.offsetParent !== null)"
        ".filter((one) => one.type !== 'radio' || (!groups.has(one.name) && groups.add(one.name)))"
        ".map((one) => one.type === 'radio' ? one.name : one.outerHTML)"
    )
    page.run("document.body.tabIndex = -1; document.body.focus()")
    reached: set[str | None] = set()
    for _ in range(3 * len(wanted)):
        ActionChains(page.driver).send_keys(Keys.TAB).perform()
        now = page.run(
            "const one = document.activeElement;"
            "return one === document.body ? null : one.type === 'radio' ? one.name : one.outerHTML"
        )
        if now is None and reached:
            break
        reached.add(now)
    assert [one for one in wanted if one not in reached] == []


def test_a_new_user_decides_the_readme_s_case_by_a_few_steps(page: Opened, kb: KnowledgeBase) -> None:
    """What a person does who has the page open and the chart beside it: 13 steps, and none is guessed."""
    steps = [
        "choose('Which policy?', 'uhc_benlysta')",
        "choose('For which indication is it requested?', 'lupus_nephritis')",
        "choose('Is this initial therapy or a continuation?', 'initial')",
        "choose('By which route will it be given?', 'intravenous')",
        "type('What is the period asked for, in months?', '12')",
        "type('On which day does it begin? (It chooses the edition.)', '2025-03-01')",
        "press('diagnosis(lupus_nephritis)', 0)",
        "press('diagnosis(severe_active_cns_lupus)', 1)",
        "press('active(lupus_nephritis)', 0)",
        "add('taking', 'CellCept, prednisone, Lupkynis')",
        "all('taking')",
        "press('dosed_per_label', 0)",
        "type('What is the age, in years?', '34')",
    ]
    page.open_case({"request": {"policy": "fep_lupkynis"}})
    for step in steps:
        page.run(f"{DOING}{step}")
    case = kb.case(DENY)
    assert page.verdict == "DENY"
    assert page.statuses() == {one.id: one.status for one in kb.decide(case).criteria}
