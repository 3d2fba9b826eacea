"""Which edition answers for a day, and what is said where that is not sure."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase, RuleError
from lupa.pages.markdown import markdown
from lupa.pages.page import text
from lupa.rules.about import About, in_force
from tests.small import small_kb

FRESH = (
    "The service date 2025-11-02 is more than 2 years after 2023-11-01, when the newest edition on file "
    "began, so there may be a newer one."
)


def on(day: str, **request: Any) -> dict[str, Any]:
    return {"request": {"drug": "Benlysta", "service_date": day, **request}, "facts": {"age": 34}}


@pytest.mark.parametrize("day", ["1990-01-01", "2010-01-01", "2021-12-31"])
def test_a_day_before_the_first_edition_is_known_is_refused(kb: KnowledgeBase, day: str) -> None:
    with pytest.raises(CaseError) as refused:
        kb.decide(on(day))
    assert str(refused.value) == (
        f"request.service_date: {day} is before 2022-01-01, from when the first edition of uhc_benlysta on "
        "file, 2022E0046O, is known; what was in force earlier is not on file"
    )


@pytest.mark.parametrize(
    ("day", "edition", "caveats"),
    [
        ("2022-01-01", "2022E0046O", ()),
        ("2023-10-31", "2022E0046O", ()),
        ("2023-11-01", "2023-11-01", ()),
        ("2025-11-01", "2023-11-01", ()),
        ("2025-11-02", "2023-11-01", (FRESH,)),
    ],
)
def test_the_edition_in_force_answers_and_says_what_is_not_sure_of_it(
    kb: KnowledgeBase, day: str, edition: str, caveats: tuple[str, ...]
) -> None:
    found = kb.decide(on(day))
    assert (found.edition, found.caveats) == (edition, caveats)


def test_a_caveat_is_told_on_every_page(kb: KnowledgeBase) -> None:
    found = kb.decide(on("2025-11-02"))
    assert found.to_dict()["caveats"] == (FRESH,)
    assert f"Caveat: {FRESH}" in " ".join(text(found, 80).split())
    assert "\n\nCaveat: The service date 2025-11-02 is more than 2 years" in markdown(found)


OLD, NEW = "uhc_benlysta@2022E0046O", "uhc_benlysta@2023-11-01"
NOT_YET = (
    "The service date {day} is before 2022-01-01, from when edition 2022E0046O is known, so it may not "
    "have been in force then."
)
NO_LONGER = (
    "Edition 2022E0046O is not the one in force on the service date {day}: since 2023-11-01 that is "
    "edition 2023-11-01."
)
NOT_BEGUN = "Edition 2023-11-01 is not in force on the service date {day}: it began on 2023-11-01."


@pytest.mark.parametrize(
    ("policy", "day", "caveat"),
    [
        (OLD, "2021-12-31", NOT_YET),
        (OLD, "2022-01-01", None),
        (OLD, "2023-10-31", None),
        (OLD, "2023-11-01", NO_LONGER),
        (OLD, "2025-12-01", NO_LONGER),
        (NEW, "2023-10-31", NOT_BEGUN),
        (NEW, "2021-06-01", NOT_BEGUN),
        (NEW, "2023-11-01", None),
        (OLD, None, None),
    ],
)
def test_an_edition_that_is_named_and_not_in_force_on_the_service_date_says_so(
    kb: KnowledgeBase, policy: str, day: str | None, caveat: str | None
) -> None:
    case = {"request": {"policy": policy, "service_date": day}, "facts": {"age": 34}}
    said = [] if caveat is None else [caveat.format(day=day)]
    found = kb.decide(case)
    assert (list(found.caveats), found.edition_by) == (said, "name")
    for each in said:
        assert each in " ".join(kb.letter(case).text.split())
        assert each in kb.letter(case, form="html", to="member").text


def test_an_edition_that_is_named_is_not_told_to_be_old(kb: KnowledgeBase) -> None:
    found = kb.decide(on("2030-01-01", policy="uhc_benlysta@2023-11-01"))
    assert found.caveats == ()


def about(first: date | None, known: dict[str, date]) -> About:
    return About("a", "A", "A", (), (), (("old", first), ("new", date(2024, 2, 29))), known)


def test_an_edition_of_which_no_day_is_known_says_so() -> None:
    said = ("The first day of edition old is not on record, so it may not have been in force.",)
    assert about(None, {}).caveats("old", None) == said
    assert about(None, {"old": date(2022, 1, 1)}).caveats("old", None) == ()
    assert in_force(about(None, {}), date(1990, 1, 1)) == "old"


def test_two_years_after_a_leap_day_end_with_the_month() -> None:
    assert about(None, {}).caveats("new", date(2026, 2, 28)) == ()
    assert len(about(None, {}).caveats("new", date(2026, 3, 1))) == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('known_from(small, "2", "2020-01-01").', 'known_from(2, "2020-01-01"): an edition is expected'),
        ('known_from(small, "1", "soon").', "the first day of an edition: a date is written"),
        (
            'known_from(small, "1", "2020-01-01"). known_from(small, "1", "2020-01-02").',
            "another row says 2020-01-01; keep one",
        ),
    ],
)
def test_what_is_known_of_no_edition_or_twice_is_refused(tmp_path: Path, rows: str, said: str) -> None:
    root = small_kb(tmp_path, "", "outcome(small, approve).\n").files.root
    path = root / "policies" / "small" / "about.lp"
    path.write_text(path.read_text() + rows)
    with pytest.raises(RuleError) as refused:
        KnowledgeBase.load(root).about("small")
    assert said in str(refused.value)


def test_nothing_follows_from_what_clashes() -> None:
    edition = KnowledgeBase.load().edition("fep_lupkynis")
    clash = ["requested(phase,initial)", "requested(phase,continuation)"]
    assert edition.follows(clash, ["active(lupus_nephritis)"]) == []
    named = ["active(lupus_nephritis)"]
    assert edition.follows(named, ["diagnosis(lupus_nephritis)"]) == ["diagnosis(lupus_nephritis)"]


def test_a_folder_that_no_policy_can_be_named_by_is_refused(tmp_path: Path) -> None:
    root = small_kb(tmp_path, "", "outcome(small, approve).\n").files.root
    (root / "policies" / "Small-2").mkdir()
    with pytest.raises(RuleError) as error:
        KnowledgeBase.load(root).policies  # noqa: B018 - it is read then
    assert str(error.value) == (
        f"{root / 'policies' / 'Small-2'}: a policy's folder is named in lower case, digits and "
        "underscores, beginning with a letter"
    )
