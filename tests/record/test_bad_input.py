"""What is wrong with a case or a call is said with its place, and nothing is decided on it."""

from __future__ import annotations

import io
import itertools
import json
import math
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import clingo
import pytest

from lupa import CaseError, KnowledgeBase, TimeLimitError
from lupa.errors import shown
from lupa.record.reading import LARGEST_CASE, read_cases
from lupa.rules.solver import Solver, Watch
from tests.command import Ended, as_bytes, command, process
from tests.times import ending

REQUEST = {
    "policy": "fep_lupkynis",
    "indication": "lupus_nephritis",
    "phase": "initial",
    "service_date": "2025-03-01",
}
GOOD: dict[str, Any] = {"request": REQUEST, "facts": {"age": 34}}
LINE = json.dumps(GOOD).encode()

CLASH = "the record contradicts itself; these cannot all be so:"
NUMBER = "a number of years is expected, not"
AGES = "cannot be; from 0 to 130 years is expected"
DAY = "a date is written year-month-day, such as 2025-03-01, not"
TWO_DAYS = (
    "can mean 2025-01-03 (3 January) or 2025-03-01 (1 March); write the one that is meant, year-month-day"
)
ANOTHER = "a day of another century; write the one that is meant, year-month-day"
BEFORE = (
    "2024-09-30 is before 2024-10-01, when the first edition of fep_lupkynis on file, 2024-10-01, began"
)
FAMILY = "a list of what is so ([sle]) or a mapping ({sle: yes}) is expected, not"
LISTED = (
    "is not known here; `lupa facts` lists what is. Do not put a similar name in its place, and leave it "
    "out only if it is of no kind that the policy asks about"
)
IF_NOT = (
    "If not, do not put a similar name in its place, and leave it out only if it is of no kind that the "
    "policy asks about"
)
SLIP = f"'voclosporine' is not known here; did you mean voclosporin? {IF_NOT}"
NO_NUMBER = "is not a number; leave the fact out where it is not known"
BEYOND = "is beyond anything a case can state"
TOO_LARGE = (
    "the case is larger than 64 KiB, which no case needs; several cases go one a line into a file whose "
    "name ends in .jsonl"
)


def stating(**facts: Any) -> dict[str, Any]:
    return {"request": REQUEST, "facts": facts}


def asking(**request: Any) -> dict[str, Any]:
    changed = {**REQUEST, **request}
    return {"request": {key: value for key, value in changed.items() if value is not None}, "facts": {}}


def complaint(ended: Ended, where: str = "-") -> str:
    """What is said of a case on which nothing was decided."""
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {where}: ")
    return ended.err.removeprefix(f"error: {where}: ").removesuffix("\n")


def said_of(case: Any) -> str:
    return complaint(command("decide", "-", "--json", stdin=as_bytes(case)))


def said_of_yaml(path: Path, text: str | bytes) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return complaint(command("decide", str(path), "--json"), str(path))


def decided(case: Any) -> dict[str, Any]:
    ended = command("decide", "-", "--json", stdin=as_bytes(case))
    assert (ended.status, ended.err) == (0, "")
    found: dict[str, Any] = json.loads(ended.out)
    return found


def test_the_case_that_these_tests_spoil_is_a_good_one() -> None:
    assert decided(GOOD)["outcome"] == "pend"


# ---- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (stating(meds=["prednisone"]), "facts.meds: 'meds' is not known here; did you mean taking?"),
        (stating(dx=["SLE"]), "facts.dx: 'dx' is not known here; did you mean diagnosis?"),
        (stating(DOB="1990-01-01"), "facts.DOB: 'DOB' is not known here; did you mean birth_date?"),
        (stating(agee=34), "facts.agee: 'agee' is not known here; did you mean age?"),
        (
            stating(shoe_size=44),
            f"facts.shoe_size: 'shoe_size' {LISTED}",
        ),
        (stating(months=12), "facts.months: 'months' belongs under `request`"),
        (
            stating(taking=["prednisone", "voclosporine"]),
            f"facts.taking[1]: 'voclosporine' is not known here; did you mean voclosporin? {IF_NOT}",
        ),
        (
            stating(taking={"voclosporine": True}),
            f"facts.taking.voclosporine: {SLIP}",
        ),
        (
            stating(taking=["-prednisone"]),
            f"facts.taking[0]: '-prednisone' is not known here; did you mean prednisone? {IF_NOT}",
        ),
        (
            stating(reading={"term_limits": "cap"}),
            "facts.reading.term_limits: 'term_limits' is not known here; did you mean term_limit?",
        ),
        (
            stating(reading={"term_limit": "cut"}),
            "facts.reading.term_limit: 'cut' is not known here; known are cap, criterion",
        ),
        (asking(phse="initial"), "request.phse: 'phse' is not known here; did you mean phase?"),
        (asking(age=34), "request.age: 'age' belongs under `facts`"),
        (asking(phase="inital"), "request.phase: 'inital' is not known here; did you mean initial?"),
        (
            asking(policy="fep_lupkinis"),
            "request.policy: no policy is called 'fep_lupkinis'; did you mean fep_lupkynis?",
        ),
        (
            asking(policy="medicare"),
            "request.policy: no policy is called 'medicare'; `lupa policies` lists those on file",
        ),
        (
            asking(policy="../kb/fep_lupkynis"),
            "request.policy: no policy is called '../kb/fep_lupkynis'; did you mean fep_lupkynis?",
        ),
        (
            asking(policy="fep_lupkynis@2020"),
            "request.policy: fep_lupkynis has no edition '2020'; its editions are 2024-10-01",
        ),
        (
            asking(policy="fep_lupkynis@"),
            "request.policy: fep_lupkynis has no edition ''; its editions are 2024-10-01",
        ),
        (
            asking(policy=None, drug="Benlista"),
            (
                "request.drug: 'Benlista' is not known; did you mean belimumab? If not, do not put a "
                "similar name in its place"
            ),
        ),
        (
            asking(policy=None, drug="pegunigalsidase"),
            (
                "request.drug: 'pegunigalsidase' is not known; `lupa policies` lists what policies cover. "
                "Do not put a similar name in its place"
            ),
        ),
        (
            asking(policy=None, drug="prednisone"),
            "request.drug: no policy on file covers prednisone; see `lupa policies`",
        ),
        (asking(drug="Benlysta"), "request.drug: fep_lupkynis does not cover 'Benlysta'"),
        (
            asking(policy=None),
            "request: say which `policy`, or which `drug`, `service` or `code`, it is about",
        ),
        (
            {**GOOD, "fact": {}},
            "fact: 'fact' is no part of a case; did you mean facts?",
        ),
        (
            {**GOOD, "drug": "Lupkynis"},
            "drug: 'drug' is no part of a case; what is asked for goes under request (request.drug)",
        ),
        (
            {**GOOD, "reading": {"term_limit": "cap"}},
            (
                "reading: 'reading' is no part of a case; its parts are case, request, facts, expect, "
                "evidence: what is known goes under facts (facts.reading), what is asked for under request"
            ),
        ),
    ],
)
def test_a_name_that_is_not_known_is_refused_with_its_place_and_the_nearest(
    case: Any, message: str
) -> None:
    assert message == said_of(case)


def test_every_problem_of_a_case_is_told_at_once() -> None:
    case = {
        "request": {**REQUEST, "months": 0},
        "facts": {"agee": 34, "taking": {"only": ["voclosporine"]}},
    }
    assert said_of(case).splitlines() == [
        "request.months: 0 cannot be; from 1 to 600 months is expected",
        "  facts.agee: 'agee' is not known here; did you mean age?",
        (f"  facts.taking.only[0]: 'voclosporine' is not known here; did you mean voclosporin? {IF_NOT}"),
    ]


def test_thousands_of_unknown_names_are_refused_without_delay() -> None:
    names = ["".join(letters) for letters in itertools.islice(itertools.product("abcdef", repeat=5), 6000)]
    with ending():
        assert len(said_of(stating(active=names)).splitlines()) == len(names)


def test_a_fact_that_is_wrong_for_the_one_policy_that_knows_it_is_not_dropped(tmp_path: Path) -> None:
    from tests.rules.test_knowledge import two_policies

    kb = two_policies(tmp_path)
    case = {"request": {"drug": "Saphnelo"}, "facts": {"referred_by_specialist": "often"}}
    with pytest.raises(CaseError) as caught:
        kb.decide_all(case)
    assert [problem.path for problem in caught.value.problems] == ["facts.referred_by_specialist"]
    assert "yes, no or null is expected, not 'often'" in str(caught.value)


# ---- values ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (stating(age="34 weeks"), f"facts.age: {NUMBER} '34 weeks'"),
        (stating(age="18-"), f"facts.age: {NUMBER} '18-'"),
        (stating(age="about 34"), f"facts.age: {NUMBER} 'about 34'"),
        (stating(age=True), f"facts.age: {NUMBER} true"),
        (stating(age=[34]), f"facts.age: {NUMBER} [34]"),
        (stating(age=-1), f"facts.age: -1 {AGES}"),
        (stating(age=131), f"facts.age: 131 {AGES}"),
        (stating(egfr=-5), "facts.egfr: -5 cannot be; from 0 to 300 mL/min/1.73 m2 is expected"),
        (stating(bp="22/80"), "facts.bp: 22 cannot be; from 50 to 300 mmHg is expected"),
        (stating(diastolic=14), "facts.diastolic: 14 cannot be; from 20 to 200 mmHg is expected"),
        (asking(months="12."), "request.months: a number of months is expected, not '12.'"),
        (asking(months=0), "request.months: 0 cannot be; from 1 to 600 months is expected"),
        (asking(months=601), "request.months: 601 cannot be; from 1 to 600 months is expected"),
        (
            asking(capsules=1.5, days_supply=90),
            "request.capsules: 1.5 is not whole; capsules are counted",
        ),
        (
            asking(capsules=540, days_supply=0),
            "request.days_supply: 0 cannot be; from 1 to 3660 days is expected",
        ),
        (
            stating(age={}),
            "facts.age: a range names one of at_least, more_than, at_most, less_than",
        ),
        (
            stating(age={"atleast": 18}),
            "facts.age.atleast: 'atleast' is not known here; did you mean at_least?",
        ),
        (stating(age={"at_least": None}), f"facts.age.at_least: {NUMBER} null"),
        (stating(age={"at_least": True}), f"facts.age.at_least: {NUMBER} true"),
        (stating(age={"at_least": 131}), f"facts.age.at_least: 131 {AGES}"),
        (
            stating(age={"at_least": 18, "less_than": 18}),
            "facts.age: no number of years is at least 18 and less than 18",
        ),
        (
            stating(age={"more_than": 40, "at_most": 30}),
            "facts.age: no number of years is more than 40 and at most 30",
        ),
        (
            asking(capsules={"more_than": 5, "less_than": 6}, days_supply=90),
            "request.capsules: no number of capsules is more than 5 and less than 6",
        ),
        (stating(live_vaccine="maybe"), "facts.live_vaccine: yes, no or null is expected, not 'maybe'"),
        (stating(live_vaccine=1), "facts.live_vaccine: yes, no or null is expected, not 1"),
        (
            stating(taking={"prednisone": "often"}),
            "facts.taking.prednisone: yes, no or null is expected, not 'often'",
        ),
        (
            stating(diagnosis=5),
            f"facts.diagnosis: {FAMILY} 5",
        ),
        (
            stating(diagnosis="sle or gout"),
            "facts.diagnosis: 'sle or gout' may be several names; write each for itself, [ONE, OTHER]",
        ),
        (stating(taking=[["prednisone"]]), """facts.taking[0]: a name is expected, not ["prednisone"]"""),
        (stating(taking=[None]), "facts.taking[0]: a name is expected, not null"),
        (
            stating(taking=[{"name": ["prednisone"], "dose": "5 mg"}]),
            """facts.taking[0]: a name is expected, not {"name": ["prednisone"], "dose": "5 mg"}""",
        ),
        (
            stating(reading="cap"),
            "facts.reading: a mapping such as {term_limit: cap} is expected, not 'cap'",
        ),
        (stating(reading={"term_limit": 12}), "facts.reading.term_limit: a name is expected, not 12"),
        (asking(indication=["sle"]), """request.indication: a name is expected, not ["sle"]"""),
        (asking(policy=5), "request.policy: a name is expected, not 5"),
        (asking(policy=None, drug={}), "request.drug: a name is expected, not {}"),
        ({**GOOD, "case": 5}, "case: a name is expected, not 5"),
        ({**GOOD, "expect": "approve"}, "expect: a mapping is expected, not 'approve'"),
        ({"request": REQUEST, "facts": [34]}, "facts: a mapping is expected, not [34]"),
        ({"request": REQUEST, "facts": False}, "facts: a mapping is expected, not false"),
        ({"request": "Lupkynis"}, "request: a mapping is expected, not 'Lupkynis'"),
        ({"facts": {}}, "request: missing; it says which policy or drug it is about"),
        ({}, "request: missing; it says which policy or drug it is about"),
        ([], "a case is a mapping with `request` and `facts`, not []"),
        ("null", "a case is a mapping with `request` and `facts`, not null"),
        ("5", "a case is a mapping with `request` and `facts`, not 5"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_place_and_what_is_expected(
    case: Any, message: str
) -> None:
    assert message == said_of(case)


@pytest.mark.parametrize("age", [0, 130, {"at_least": 18, "more_than": 17, "at_most": 130}])
def test_a_value_at_the_bound_is_accepted(age: Any) -> None:
    assert decided(stating(age=age))["outcome"] in ("deny", "pend")


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("NaN", f"'NaN' {NO_NUMBER}"),
        ("Infinity", f"'Infinity' {NO_NUMBER}"),
        ("-Infinity", f"'-Infinity' {NO_NUMBER}"),
        ("1e999", f"the number '1e999' {BEYOND}"),
        ("-1e999", f"the number '-1e999' {BEYOND}"),
        ("1e-999", f"the number '1e-999' {BEYOND}"),
        ("1e41", f"the number '1e41' {BEYOND}"),
        ("9" * 41, f"the number '{'9' * 41}' {BEYOND}"),
        ("9" * 5000, f"the number '{'9' * 59}…' {BEYOND}"),
        ("1E30", f"{1e30:g} {AGES}"),
    ],
)
def test_a_number_beyond_sense_is_refused_before_anything_computes_with_it(
    written: str, message: str
) -> None:
    text = json.dumps(stating(age="here")).replace('"here"', written)
    assert f"facts.age: {message}" == said_of(text)


def test_the_place_of_a_refused_number_may_be_inside_a_list() -> None:
    text = json.dumps(stating(taking=["prednisone", "here"])).replace('"here"', "NaN")
    assert said_of(text) == f"facts.taking[1]: 'NaN' {NO_NUMBER}"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (Decimal("NaN"), "NaN"),
        (Decimal("sNaN"), "a value of type Decimal"),
        (10**40, "1" + "0" * 40),
        pytest.param(10**5000, "a value of type int", id="five thousand digits"),
    ],
)
def test_a_number_beyond_sense_is_refused_from_python_too(
    kb: KnowledgeBase, value: object, written: str
) -> None:
    with pytest.raises(CaseError) as caught:
        kb.decide(stating(age=value))
    assert f"facts.age: {written} {AGES}" == str(caught.value)


def test_data_that_contains_itself_is_shown_by_its_type() -> None:
    circle: list[object] = []
    circle.append(circle)
    assert shown(circle) == "a value of type list"


# ---- dates -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "message"),
    [
        ("2025-02-30", "there is no such day as '2025-02-30'"),
        ("2025-13-01", "there is no such day as '2025-13-01'"),
        ("2025-02-29", "there is no such day as '2025-02-29'"),
        ("0000-01-01", "there is no such day as '0000-01-01'"),
        ("01/03/2025", f"'01/03/2025' {TWO_DAYS}"),
        ("1.3.2025", f"'1.3.2025' {TWO_DAYS}"),
        ("2/30/2025", "there is no such day as '2/30/2025'"),
        ("March 32, 2025", "there is no such day as 'March 32, 2025'"),
        ("3/25/25", f"'3/25/25' can mean 2025-03-25 (25 March), or {ANOTHER}"),
        (
            "03/01/25",
            (
                "'03/01/25' can mean 2003-01-25 (25 January) or 2025-01-03 (3 January) or 2025-03-01 (1 "
                f"March), or {ANOTHER}"
            ),
        ),
        ("20250230", "there is no such day as '20250230'"),
        ("03012025", "there is no such day as '03012025'"),
        ("2025-W09-6", f"{DAY} '2025-W09-6'"),
        ("2025-02-30 10:30", "there is no such day as '2025-02-30 10:30'"),
        ("2025-03-01T25:00", f"{DAY} '2025-03-01T25:00'"),
        (
            "2025-03-01T03:30:00Z",
            (
                "'2025-03-01T03:30:00Z' can mean 2025-02-28 (28 February) or 2025-03-01 (1 March); write "
                "the one that is meant, year-month-day"
            ),
        ),
        ("\uff12\uff10\uff12\uff15-03-01", f"{DAY} '\uff12\uff10\uff12\uff15-03-01'"),
        ("", f"{DAY} ''"),
        (45717, f"{DAY} 45717"),
        (True, f"{DAY} true"),
        (["2025-03-01"], f"""{DAY} ["2025-03-01"]"""),
        (
            "2024-09-30",
            BEFORE,
        ),
    ],
)
def test_a_service_date_that_is_no_day_in_force_is_refused(date: Any, message: str) -> None:
    assert f"request.service_date: {message}" == said_of(asking(service_date=date))


def test_a_service_date_from_python_with_a_time_of_day_is_refused(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match=r"^request\.service_date: a date is written year-month-day"):
        kb.decide(asking(service_date=datetime(2025, 3, 1)))  # noqa: DTZ001 - it is what a caller may give


@pytest.mark.parametrize(
    ("service_date", "facts", "message"),
    [
        (
            None,
            {"birth_date": "1990-01-01"},
            "needs request.service_date to give an age; or state facts.age",
        ),
        (
            "2025-03-01",
            {"birth_date": "2025-03-02"},
            "2025-03-02 is after request.service_date, 2025-03-01; check both",
        ),
        ("2025-03-01", {"birth_date": "1890-01-01"}, "gives an age of 135 on 2025-03-01, which cannot be"),
        (
            "2025-03-01",
            {"birth_date": "1990-01-01", "age": 34},
            "gives an age of 35 on 2025-03-01, but facts.age says otherwise; keep one",
        ),
        (
            "2025-03-01",
            {"birth_date": "1990-01-01", "age": {"less_than": 35}},
            "gives an age of 35 on 2025-03-01, but facts.age says otherwise; keep one",
        ),
        (
            "2025-03-01",
            {"birth_date": "1990-01-01", "age": {"at_least": 36}},
            "gives an age of 35 on 2025-03-01, but facts.age says otherwise; keep one",
        ),
        ("2025-03-01", {"birth_date": "1990-02-30"}, "there is no such day as '1990-02-30'"),
        ("2025-03-01", {"birth_date": 1990}, f"{DAY} 1990"),
    ],
)
def test_a_birth_date_that_gives_no_age_is_refused(
    service_date: str | None, facts: dict[str, Any], message: str
) -> None:
    case = {**asking(service_date=service_date), "facts": facts}
    assert f"facts.birth_date: {message}" == said_of(case)


def test_a_child_born_on_the_service_date_has_an_age() -> None:
    assert decided(stating(birth_date="2025-03-01"))["outcome"] == "deny"


# ---- contradictions ----------------------------------------------------------------------------

RATE = "request.capsules_per_90_days"


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"capsules": 541, "days_supply": 90, "capsules_per_90_days": 540},
            (
                "is stated as 540, but request.capsules and request.days_supply (541 for 90) say "
                "otherwise; keep one"
            ),
        ),
        (
            {"capsules": 6, "capsules_per_90_days": {"more_than": 540}},
            (
                "is stated as more than 540, but request.capsules and request.days_supply (6) say "
                "otherwise; keep one"
            ),
        ),
        (
            {"capsules_per_90_days": "540 in 90"},
            "a number of capsules per 90 days is expected, not '540 in 90'",
        ),
    ],
)
def test_a_rate_that_cannot_be_or_that_its_parts_deny_is_refused(
    request_: dict[str, Any], message: str
) -> None:
    assert f"{RATE}: {message}" == said_of(asking(**request_))


def test_a_rate_belongs_to_the_request() -> None:
    assert (
        said_of(stating(capsules_per_90_days=540))
        == "facts.capsules_per_90_days: 'capsules_per_90_days' belongs under `request`"
    )


CLASHES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "active_without_diagnosis": (
        {
            "age": 34,
            "taking": {"only": ["prednisone"]},
            "active": {"lupus_nephritis": True, "sle": True},
            "diagnosis": {"sle": False, "anca_vasculitis": True},
        },
        {"diagnosis.sle": "diagnosis(sle) is false"},
    ),
    "nephritis_without_lupus": (
        {"diagnosis": {"lupus_nephritis": True, "sle": False}, "live_vaccine": False},
        {
            "diagnosis.lupus_nephritis": "diagnosis(lupus_nephritis) is true",
            "diagnosis.sle": "diagnosis(sle) is false",
        },
    ),
    "quiet_lupus_with_active_nephritis": (
        {"active": {"lupus_nephritis": True, "sle": False}, "live_vaccine": False},
        {
            "active.lupus_nephritis": "active(lupus_nephritis) is true",
            "active.sle": "active(sle) is false",
        },
    ),
    "one_question_read_in_two_ways": (
        {"reading": {"term_limit": "cap", "term-limit": "criterion"}, "age": 34},
        {
            "reading.term_limit": "reading(term_limit,cap) is true",
            "reading.term-limit": "reading(term_limit,criterion) is true",
        },
    ),
}


def without(facts: dict[str, Any], path: str) -> dict[str, Any]:
    """The facts but for one statement."""
    family, name = path.split(".")
    return {**facts, family: {key: value for key, value in facts[family].items() if key != name}}


@pytest.mark.parametrize("clash", CLASHES)
def test_a_contradiction_names_facts_that_clash_and_none_besides(clash: str) -> None:
    facts, named = CLASHES[clash]
    header, *lines = said_of(stating(**facts)).splitlines()
    assert header == CLASH
    found = {}
    for line in lines:
        path, _, words = line.strip().removeprefix("facts.").partition(": ")
        found[path] = words.partition("[")[2].removesuffix("]")
    assert named.items() <= found.items()
    only: dict[str, Any] = {}
    for path in found:
        family, name = path.split(".")
        only.setdefault(family, {})[name] = facts[family][name]
    assert said_of(stating(**only)).splitlines()[0] == header
    for path in found:
        assert decided(stating(**without(only, path)))["policy"] == "fep_lupkynis"


def test_a_contradiction_in_a_list_names_the_place_in_the_list() -> None:
    case = stating(diagnosis=["anca_vasculitis", "lupus_nephritis"], active={"lupus_nephritis": False})
    assert decided(case)["outcome"] == "deny"
    case = stating(diagnosis={"sle": False}, active=["sle"])
    assert "  facts.active[0]: Systemic lupus erythematosus is active [active(sle) is true]" in said_of(
        case
    )


def test_a_brand_and_its_ingredient_stated_differently_are_refused() -> None:
    assert said_of(stating(taking={"voclosporin": True, "Lupkynis": False})) == (
        "facts.taking.Lupkynis: states taking(voclosporin) false, but facts.taking.voclosporin the "
        "opposite; keep one"
    )


def test_a_brand_and_its_ingredient_stated_alike_are_one_statement() -> None:
    twice = decided(stating(taking={"voclosporin": True, "Lupkynis": True}))
    once = decided(stating(taking={"voclosporin": True}))
    assert {**once, "fingerprint": 0} == {**twice, "fingerprint": 0}


# ---- files -------------------------------------------------------------------------------------

EMPTY = "the file is empty; give a case with `request` and `facts`"
NOT_UTF8 = "not a text in UTF-8 (byte {} cannot be read); save it as UTF-8"
NULS = "not a text: it holds NUL characters; give JSON or YAML"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("case.json", b"", EMPTY),
        ("case.yaml", b"", EMPTY),
        ("case", b"", EMPTY),
        ("case.yaml", b" \n\t\n\n", EMPTY),
        ("case.jsonl", b"", "the file is empty; give one case a line"),
        ("case.jsonl", b"\n \n", "the file is empty; give one case a line"),
        ("case.yaml", b"# nothing yet\n", "a case is a mapping with `request` and `facts`, not null"),
        ("case.json", bytes(range(256)), NOT_UTF8.format(129)),
        ("case.yaml", b"\x89PNG\r\n\x1a\n\0\0", NOT_UTF8.format(1)),
        ("case.json", LINE.decode().encode("utf-16"), NOT_UTF8.format(1)),
        ("case.yaml", LINE.decode().encode("utf-16-le"), NULS),
        ("case.json", LINE.decode().encode("utf-32-be"), NULS),
        ("case.json", '{"case": "Sjögren"}'.encode("latin-1"), NOT_UTF8.format(13)),
    ],
)
def test_a_file_that_is_no_case_is_refused(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert message == complaint(command("decide", str(path)), str(path))


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("case.json", b'{"request": ', "(column 13)"),
        ("case.json", b"{'request': 1}", "(column 2)"),
        ("case.json", LINE + b",", f"(column {len(LINE) + 1})"),
        ("case.json", LINE + b"\n" + LINE, "(line 2, column 1)"),
        ("case.json", b'{\n"case": "a\x1b[31m"}', "(line 2, column 11)"),
        ("case.yaml", b"request:\n\tpolicy: x\n", "(line 2, column 1)"),
        ("case.yaml", b"request: [\n", "(line 2, column 1)"),
        ("case.yaml", b"request: {policy: x}\nfacts: a: b\n", "(line 2, column 9)"),
        ("case.yaml", b"case: a\nrequest: \x01\n", "(line 2, column 10)"),
        ("case.yaml", b"%YAML 3.0\n---\n{}\n", "(line 1, column 1)"),
    ],
)
def test_a_slip_in_writing_is_refused_with_its_line_and_column(
    tmp_path: Path, name: str, data: bytes, place: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    said = complaint(command("decide", str(path)), str(path))
    assert said.startswith(f"not valid {'JSON' if name.endswith('json') else 'YAML'}: ")
    assert said.endswith(place)


YAML = "request: {policy: fep_lupkynis, service_date: 2025-03-01}\n"


ANCHORS = "anchors and aliases are not read; write the value out"


def tag(name: str) -> str:
    return f"the tag '{name}' is not read; write the value plainly"


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ("facts: &all {age: 34}", f"{ANCHORS} (line 2, column 8)"),
        ("facts: *all", f"{ANCHORS} (line 2, column 8)"),
        ("facts: {age: &old }", f"{ANCHORS} (line 2, column 14)"),
        ("facts: {<<: {age: 34}}", f"facts: '<<' {LISTED}"),
        (
            "facts: !!python/object/apply:os.getcwd []",
            f"{tag('tag:yaml.org,2002:python/object/apply:os.getcwd')} (line 2, column 8)",
        ),
        ("facts: {age: !!int 34}", f"{tag('tag:yaml.org,2002:int')} (line 2, column 14)"),
        ("facts: {age: ! 34}", f"{tag('!')} (line 2, column 14)"),
        ("---\n" + YAML, "another document begins; a file holds one case (line 2, column 1)"),
        ("facts: {no: yes}", "a name is expected here, not 'no' (line 2, column 9)"),
        ("facts: {~: yes}", "a name is expected here, not '~' (line 2, column 9)"),
        ("facts: {1: yes}", "a name is expected here, not '1' (line 2, column 9)"),
        ("facts: {[age]: 34}", "a name is expected here, not a list or a mapping (line 2, column 9)"),
        ("facts: {age: 34, age: 35}", "the key 'age' is given twice; keep one (line 2, column 18)"),
        ("facts: {}\nfacts: {}", "the key 'facts' is given twice; keep one (line 3, column 1)"),
        ("facts: {age: 034}", f"facts.age: {NUMBER} '034'"),
        ("facts: {age: 0o34}", f"facts.age: {NUMBER} '0o34'"),
        ("facts: {age: 0x22}", f"facts.age: {NUMBER} '0x22'"),
        ("facts: {age: 1:30}", f"facts.age: {NUMBER} '1:30'"),
        ("facts: {age: 3_4}", f"facts.age: {NUMBER} '3_4'"),
        ("facts: {age: .inf}", f"facts.age: {NUMBER} '.inf'"),
        ("facts: {age: .nan}", f"facts.age: {NUMBER} '.nan'"),
        ("facts: {age: 1e999}", f"facts.age: {NUMBER} '1e999'"),
        ("facts: {live_vaccine: on}", "facts.live_vaccine: yes, no or null is expected, not 'on'"),
    ],
)
def test_what_yaml_would_make_of_a_value_behind_its_author_is_refused(
    tmp_path: Path, facts: str, message: str
) -> None:
    assert message == said_of_yaml(tmp_path / "case.yaml", f"{YAML}{facts}\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"request": 1, "request": 2}', "the key 'request' is given twice; keep one"),
        (
            '{"request": {"policy": "fep_lupkynis"}, "facts": {"age": 34, "\\u0061ge": 35}}',
            "facts: the key 'age' is given twice; keep one",
        ),
        (
            '{"request": {}, "facts": {"taking": {"prednisone": true, "prednisone": false}, "age": NaN}}',
            f"facts.taking: the key 'prednisone' is given twice; keep one\n  facts.age: 'NaN' {NO_NUMBER}",
        ),
    ],
)
def test_a_key_that_json_gives_twice_is_refused_with_its_place(text: str, message: str) -> None:
    assert message == said_of(text)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("case.json", b"\xef\xbb\xbf" + LINE),
        ("case.yaml", b"\xef\xbb\xbfrequest: {policy: fep_lupkynis}\n"),
        ("case.jsonl", b"\xef\xbb\xbf" + LINE),
        ("case", b"\xef\xbb\xbf" + LINE),
        ("case.yaml", b"request:\r\n  policy: fep_lupkynis\r\nfacts:\r\n  age: 34\r\n"),
        ("case.json", LINE.replace(b", ", b",\r\n") + b"\r\n"),
        ("case.jsonl", LINE + b"\r\n"),
        ("CASE.JSONL", LINE + b"\n"),
        ("case.YAML", b"{request: {policy: fep_lupkynis}}"),
        ("case.yaml", b"%YAML 1.1\n---\nrequest: {policy: fep_lupkynis}\n...\n"),
        ("case.yaml", LINE),
        ("case", LINE),
        ("case", b'request:\n  {"policy": "fep_lupkynis"}\n'),
        ("case", b'{"request":\n{"policy": "fep_lupkynis"}\n}'),
    ],
)
def test_what_editors_and_systems_add_to_a_case_does_not_matter(
    tmp_path: Path, name: str, data: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    ended = command("decide", str(path), "--json")
    assert (ended.status, len(ended.cases), ended.err) == (0, 1, "")


@pytest.mark.parametrize("levels", [90, 900, 1_000, 10_000, 100_000])
@pytest.mark.parametrize(
    ("name", "opening", "closing"),
    [
        ("case.json", "[", "]"),
        ("case.json", '{"request":', "}"),
        ("case.yaml", "[", "]"),
        ("case.yaml", "{request: ", "}"),
        ("case.yaml", "- ", ""),
        ("case.yaml", "? ", ""),
    ],
)
def test_deep_nesting_is_refused_without_delay(
    tmp_path: Path, name: str, opening: str, closing: str, levels: int
) -> None:
    path = tmp_path / name
    path.write_text(opening * levels + closing * levels)
    with ending():
        said = complaint(command("decide", str(path)), str(path))
    if levels * len(opening + closing) > LARGEST_CASE:
        assert said == TOO_LARGE
    elif levels >= 10_000:  # how much less Python itself can take hangs on its version
        assert said == "nested too deeply for a case"
    assert len(said) < 200


@pytest.mark.parametrize("levels", range(900, 1_000, 7))
def test_nesting_that_can_just_be_read_is_refused_all_the_same(levels: int) -> None:
    text = json.dumps(stating(age="here")).replace('"here"', "[" * levels + "]" * levels)
    said = said_of(text)
    assert said.startswith(("facts.age: a number of years is expected, not ", "nested too deeply"))


class Endless(io.RawIOBase):
    """A file without end, and how much of it was read."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        buffer[:] = (self.content * (size // len(self.content) + 1))[:size]
        self.taken += size
        return size


@pytest.mark.parametrize("name", ["case.json", "case.yaml", "case", "-"])
@pytest.mark.parametrize("content", [b"\0", b"x", b"\n", b" \n", b"{", b'"'])
def test_a_file_without_end_is_refused_after_its_beginning(name: str, content: bytes) -> None:
    endless = Endless(content)
    ((where, case),) = read_cases(io.BufferedReader(endless), name)
    assert (where, str(case)) == (name, TOO_LARGE)
    assert endless.taken < 4 * LARGEST_CASE


def test_a_file_of_a_hundred_megabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    with ending():
        assert complaint(command("decide", str(path)), str(path)) == TOO_LARGE


@pytest.mark.parametrize(
    ("size", "ends"), [(LARGEST_CASE, ["-"]), (LARGEST_CASE + 1, [])], ids=["at_limit", "above_limit"]
)
def test_a_case_may_be_as_large_as_the_limit(size: int, ends: list[str]) -> None:
    ended = command("decide", "-", "--json", stdin=LINE + b" " * (size - len(LINE)))
    assert (ended.cases, ended.err) == (ends, "" if ends else f"error: -: {TOO_LARGE}\n")


# ---- many cases in one file --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cases.jsonl", "-"])
@pytest.mark.parametrize(
    ("lines", "good", "bad"),
    [
        ([LINE, b"{", LINE], [1, 3], 2),
        ([LINE, LINE, b"{", LINE], [1, 2, 4], 3),
        ([b'{"request": ', LINE, LINE], [2, 3], 1),
        ([LINE, b"", b" ", b"5", b"", LINE], [1, 6], 4),
        ([b"", LINE, b"null", LINE], [2, 4], 3),
        ([LINE, as_bytes(stating(agee=34)), LINE], [1, 3], 2),
        ([LINE, b"\xff\xfe", LINE], [1, 3], 2),
        ([LINE, b"\0", LINE], [1, 3], 2),
        ([LINE, b"[" * 30_000, LINE], [1, 3], 2),
        ([LINE, as_bytes(stating(diagnosis={"sle": False}, active={"sle": True})), LINE], [1, 3], 2),
    ],
)
def test_a_bad_line_among_cases_is_named_and_the_others_are_decided(
    tmp_path: Path, name: str, lines: list[bytes], good: list[int], bad: int
) -> None:
    where = name
    if name != "-":
        (tmp_path / name).write_bytes(b"\n".join(lines))
        where = str(tmp_path / name)
    ended = command("decide", where, "--json", stdin=b"\n".join(lines))
    assert (ended.status, ended.cases) == (2, [f"{where}:{number}" for number in good])
    assert ended.err.startswith(f"error: {where}:{bad}: ")
    assert ended.err.count("error: ") == 1


@pytest.mark.parametrize("name", ["cases.ndjson", "cases.JSONL", "cases.txt", "cases"])
def test_a_file_with_one_case_a_line_is_known_by_its_name_or_its_text(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\n" + LINE + b"\n\n" + LINE)
    ended = command("decide", str(path), "--json")
    assert (ended.status, ended.cases) == (0, [f"{path}:2", f"{path}:4"])


def test_a_line_of_a_hundred_megabytes_among_cases_is_named_and_the_others_are_decided(
    tmp_path: Path,
) -> None:
    path = tmp_path / "cases.jsonl"
    with path.open("wb") as stream:
        stream.write(LINE + b"\n")
        stream.truncate(100_000_000)
        stream.seek(100_000_000)
        stream.write(b"\n" + LINE + b"\n")
    with ending():
        ended = command("decide", str(path), "--json")
        assert (ended.status, ended.cases) == (2, [f"{path}:1", f"{path}:3"])
        assert ended.err == f"error: {path}:2: {TOO_LARGE}\n"


def test_a_file_that_cannot_be_read_does_not_keep_the_others_from_being_decided(tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    ended = command("decide", str(missing), "--example", "missing", "-", "--json", stdin=LINE)
    assert (ended.status, ended.cases) == (2, ["-"])
    assert sorted(ended.err.splitlines()) == [
        f"error: {missing}: cannot be read: No such file or directory",
        "error: no shipped case is called 'missing'; `lupa examples` lists them",
    ]


def test_a_folder_is_no_case(tmp_path: Path) -> None:
    assert complaint(command("decide", str(tmp_path)), str(tmp_path)) == "cannot be read: Is a directory"


def test_a_name_that_is_empty_is_no_case() -> None:
    assert complaint(command("decide", ""), "''") == "cannot be read: No such file or directory"


def test_a_file_that_leads_to_itself_is_no_case(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.symlink_to(path)
    assert complaint(command("decide", str(path)), str(path)).startswith("cannot be read: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="every file is readable to root")
def test_a_file_that_must_not_be_read_is_no_case(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_bytes(LINE)
    path.chmod(0)
    assert complaint(command("decide", str(path)), str(path)) == "cannot be read: Permission denied"


def test_a_file_that_fails_while_it_is_read_is_no_case(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _: Any) -> int:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr("builtins.open", lambda *_: io.BufferedReader(Failing()))
    assert complaint(command("decide", "disk.json"), "disk.json") == "cannot be read: Input/output error"


def test_an_empty_standard_input_is_no_case() -> None:
    assert complaint(command("decide", "-")) == EMPTY


def test_a_closed_standard_input_is_no_case() -> None:
    ended = process("decide", "-", preexec_fn=lambda: os.close(0))
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        2,
        b"",
        b"error: -: standard input is closed\n",
    )


# ---- names that would be more than names -------------------------------------------------------

HOSTILE = {
    "a rule": "voclosporin). deny(x",
    "a script": "#script (python)\nimport os\n#end.",
    "a double quote": 'x"). true(y',
    "a single quote": "x'y",
    "a line": "sle\nerror: all is well",
    "a carriage return": "sle\rerror: all is well",
    "a tabulator": "sle\tsle",
    "an ANSI escape": "\x1b[2J\x1b[31msle\x1b[0m",
    "an eight-bit escape": "\x9b31msle",
    "a bell": "\x07",
    "a NUL": "sle\0",
    "a backslash": "\\",
    "a lone surrogate": "\ud800",
    "text from right to left": "\u202esle",
    "a line separator": "sle\u2028sle",
    "a format": "%s %(x)s {0} {unit} {x!r}",
    "a markup": "[red]sle[/red] <b>sle</b>",
    "a variable": "Drug",
    "an underscore": "_",
    "a minus": "-sle",
    "a number": "1_000",
    "a length": "x" * 9_000,
}
PLACES: dict[str, Callable[[str], Any]] = {
    "case": lambda name: {name: 1, **GOOD},
    "request": lambda name: {"request": {**REQUEST, name: "x"}},
    "request.policy": lambda name: asking(policy=name),
    "request.policy@": lambda name: asking(policy=f"fep_lupkynis@{name}"),
    "request.drug": lambda name: asking(policy=None, drug=name),
    "request.phase": lambda name: asking(phase=name),
    "request.indication": lambda name: asking(indication=name),
    "request.service_date": lambda name: asking(service_date=name),
    "request.months": lambda name: asking(months=name),
    "facts": lambda name: {"request": REQUEST, "facts": {name: True}},
    "facts.age": lambda name: stating(age={name: 18}),
    "facts.live_vaccine": lambda name: stating(live_vaccine=name),
    "facts.active": lambda name: stating(active={name: True}),
    "facts.active[0]": lambda name: stating(active=[name]),
    "facts.reading": lambda name: stating(reading={name: "cap"}),
    "facts.reading.term_limit": lambda name: stating(reading={"term_limit": name}),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_name_is_never_more_than_a_name(kb: KnowledgeBase, place: str, name: str) -> None:
    with pytest.raises(CaseError) as caught:
        kb.decide_all(PLACES[place](name))
    (problem,) = caught.value.problems
    assert str(problem).isprintable()
    assert len(str(problem)) < 500
    assert shown(name.removeprefix("fep_lupkynis@")) in problem.message
    assert problem.path.startswith(place.partition("@")[0]) or place == "case"


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_name_is_refused_on_one_line_and_with_nothing_a_terminal_obeys(name: str) -> None:
    said = said_of(stating(active=[name]))
    assert said.startswith(f"facts.active[0]: {shown(name)} is not known here; ")
    assert said.isprintable()


def test_the_name_of_a_case_is_repeated_and_changes_nothing_else() -> None:
    cases = b"\n".join(as_bytes({**GOOD, "case": name}) for name in HOSTILE.values())
    named = command("decide", "-", "--json", stdin=cases)
    decision = decided(GOOD)
    assert (named.status, named.err) == (0, "")
    assert named.out.replace("\n", "").isprintable()
    assert [json.loads(line) for line in named.out.splitlines()] == [
        {**decision, "case": name} for name in HOSTILE.values()
    ]


@pytest.mark.parametrize("words", [["decide"], ["decide", "--format", "markdown"], ["why", "--tree"]])
def test_the_name_of_a_case_is_printed_with_nothing_a_terminal_obeys(words: list[str]) -> None:
    cases = b"\n".join(as_bytes({**GOOD, "case": name}) for name in HOSTILE.values())
    page = command(*words, "-", stdin=cases)
    assert (page.status, page.err, page.out.count("\nCase:")) == (0, "", len(HOSTILE))
    assert [line for line in page.out.split("\n") if not line.isprintable()] == []


@pytest.mark.parametrize("place", PLACES)
def test_a_name_of_a_megabyte_is_refused_in_a_short_sentence(kb: KnowledgeBase, place: str) -> None:
    with ending():
        with pytest.raises(CaseError) as caught:
            kb.decide_all(PLACES[place]("sle " * 262_144))
        assert len(str(caught.value)) < 500


@pytest.mark.parametrize("key", [None, 1, True, 2.5, ("sle",), b"sle"])
@pytest.mark.parametrize(
    "place", ["case", "request", "facts", "facts.age", "facts.active", "facts.reading"]
)
def test_a_key_from_python_that_is_no_name_is_refused(kb: KnowledgeBase, place: str, key: Any) -> None:
    with pytest.raises(CaseError, match=re.escape(shown(key))):
        kb.decide_all(PLACES[place](key))


# ---- calls -------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["decide", "why"])
def test_a_call_without_a_case_says_how_to_give_one(verb: str) -> None:
    ended = command(verb)
    assert (ended.status, ended.out) == (2, "")
    assert "give a case file, - for standard input, or --example NAME" in ended.err


@pytest.mark.parametrize("words", [["decid"], ["decide", "--jsn"], ["decide", "--format", "xml"], ["show"]])
def test_a_call_that_is_no_command_is_refused(words: list[str]) -> None:
    ended = command(*words)
    assert (ended.status, ended.out) == (2, "")
    assert "\nError: " in ended.err


@pytest.mark.parametrize(
    "words", [["\x1b[31mdecide"], ["decide", "--\x1b[31mjsn"], ["decide", "\x1b[31m.json"]]
)
def test_a_call_is_quoted_with_nothing_a_terminal_obeys(words: list[str]) -> None:
    ended = command(*words)
    assert ended.status == 2
    assert words[-1].rpartition("\x1b[31m")[2] in ended.err
    assert "\x1b" not in ended.err


@pytest.mark.parametrize(
    "words", [["fep_lupkynis@2020"], ["fep_lupkynis@"], ["fep_lupkinis"], ["a" * 100_000]]
)
def test_a_policy_to_show_that_is_not_on_file_is_refused(words: list[str]) -> None:
    ended = command("show", *words)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("error: ")
    assert len(ended.err) < 200


@pytest.mark.parametrize("verb", ["decide", "why"])
@pytest.mark.parametrize("limit", ["0", "-1", "-inf", "soon", "", "nan"])
def test_a_time_limit_that_is_no_positive_number_is_refused(verb: str, limit: str) -> None:
    ended = command(verb, "-", "--timeout", limit, stdin=LINE)
    assert (ended.status, ended.out) == (2, "")
    assert "Invalid value for '--timeout'" in ended.err or "above 0, not nan" in ended.err


@pytest.mark.parametrize("limit", ["1e3", "1e10", "1e300", "inf"])
def test_a_time_limit_may_be_as_long_as_one_likes(limit: str) -> None:
    ended = command("decide", "-", "--timeout", limit, "--json", stdin=LINE)
    assert (ended.status, ended.cases, ended.err) == (0, ["-"], "")


@pytest.mark.parametrize("words", [["decide"], ["decide", "--json"], ["why", "--all"], ["why", "--tree"]])
def test_a_time_limit_that_is_too_short_ends_with_a_sentence_for_every_case(words: list[str]) -> None:
    ended = command(*words, "-", "--timeout", "1e-9", stdin=LINE + b"\n" + LINE)
    said = "no answer within the time limit of 1e-09 s; nothing was decided."
    found = [json.loads(line)["outcome"] for line in ended.out.splitlines()]
    assert (ended.status, found) == (2, ["undecided"] * 2 if "--json" in words else [])
    assert [line.split(". ")[0] + "." for line in ended.err.splitlines()] == [
        f"error: -:{number}: {said}" for number in (1, 2)
    ]


@pytest.mark.parametrize("limit", [0, -1, math.nan, -math.inf])
def test_a_time_limit_from_python_that_is_no_positive_number_is_refused(
    kb: KnowledgeBase, limit: float
) -> None:
    with pytest.raises(CaseError, match="a time limit is a number of seconds above 0"):
        kb.decide(GOOD, timeout=limit)


def test_a_question_that_ran_out_of_time_can_be_asked_again(kb: KnowledgeBase) -> None:
    with pytest.raises(TimeLimitError):
        kb.decide(GOOD, timeout=1e-9)
    assert kb.decide(GOOD) == kb.decide(GOOD, timeout=60)


CROWDED = """
{ in(Pigeon, Hole) : Hole = 1..12 } = 1 :- Pigeon = 1..13.
:- in(One, Hole), in(Other, Hole), One < Other.
"""


def test_a_search_that_would_take_long_ends_with_its_time_limit() -> None:
    control, watch = clingo.Control(), Watch()
    control.add("base", [], CROWDED)
    control.ground([("base", [])])
    solver = Solver(control, watch)
    began = time.monotonic()
    for search in (
        lambda: solver.satisfiable([]),
        lambda: solver.world([], []),
        lambda: solver.core([]),
    ):
        with (
            pytest.raises(TimeLimitError, match=r"no answer within the time limit of 0\.05 s"),
            watch.limit(0.05),
        ):
            search()
    assert time.monotonic() - began < 5


def test_an_interruption_that_comes_late_does_not_touch_the_next_question(kb: KnowledgeBase) -> None:
    watch = kb.edition("fep_lupkynis").program.watch
    expected = kb.decide(GOOD)
    watch._interrupt()
    assert kb.decide(GOOD) == expected


# ---- the way out -------------------------------------------------------------------------------


@pytest.fixture
def many(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_bytes((LINE + b"\n") * 20_000)
    return path


def running(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "lupa", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )


@pytest.mark.parametrize("later", [0.0, 0.05, 0.1, 0.15])
def test_an_interrupted_run_stops_at_once_and_says_so(many: Path, later: float) -> None:
    with running("decide", str(many), "--json") as run:
        assert run.stdout is not None
        first = run.stdout.readline()
        time.sleep(later)
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=20)
    assert (run.returncode, err) == (130, b"stopped\n")
    assert json.loads(first)["case"] == f"{many}:1"


def test_a_run_whose_reader_has_seen_enough_ends_in_silence(many: Path) -> None:
    with running("decide", str(many), "--json") as run:
        assert run.stdout is not None
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr is not None
        assert (run.stderr.read(), run.wait(timeout=20)) == (b"", 0)


@pytest.mark.parametrize("verb", ["examples", "facts", "schema"])
def test_a_listing_whose_reader_has_seen_enough_ends_in_silence(verb: str) -> None:
    with running(verb) as run:
        assert run.stdout is not None
        run.stdout.close()
        assert run.stderr is not None
        assert (run.stderr.read(), run.wait(timeout=20)) == (b"", 0)


def test_complaints_that_nobody_reads_do_not_keep_cases_from_being_decided(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"{\n" * 3 + LINE)
    closed = process("decide", str(path), "--json", preexec_fn=lambda: os.close(2))
    assert closed.returncode == 2
    assert json.loads(closed.stdout.splitlines()[-1])["case"] == f"{path}:4"


def test_output_that_nobody_wants_is_not_missed() -> None:
    ended = process("decide", "-", input=LINE, preexec_fn=lambda: os.close(1))
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
def test_output_that_finds_no_room_is_said_to_be_lost() -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "lupa", "policies"],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    assert (ended.returncode, ended.stderr) == (
        2,
        b"error: the output cannot be written: No space left on device\n",
    )


def on_a_terminal(*words: str, **env: str) -> tuple[int, str]:
    """The status of a command on a terminal, and what it showed there."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "lupa", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | env,
    )
    os.close(theirs)
    shown_there = b"".join(_until_closed(ours))
    os.close(ours)
    return run.wait(timeout=20), shown_there.decode()


def _until_closed(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other end is closed
            return
        if not data:
            return
        yield data


PLAIN = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_any_encoding_of_the_output_carries_any_name(encoding: str) -> None:
    names = ["Sjögren", "\u2265 \N{GRINNING FACE}", "\x81"]
    stdin = b"\n".join(as_bytes({**GOOD, "case": name}) for name in names)
    ended = process("decide", "-", "--json", input=stdin, env={"PYTHONIOENCODING": encoding})
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert [json.loads(line)["case"] for line in ended.stdout.split(b"\n")[:-1]] == names


@pytest.mark.parametrize(
    "words",
    [
        ["facts", "--json"],
        ["decide", "-", "--json"],
        ["decide", "-", "--format", "markdown"],
        ["verify", "fep_lupkynis", "--format", "html"],
    ],
    ids=" ".join,
)
def test_what_is_no_plain_text_is_utf_8_whatever_the_locale(words: list[str]) -> None:
    stdin = as_bytes({**GOOD, "case": "Sjögren"})
    ended = process(*words, input=stdin, env={"PYTHONIOENCODING": "cp1252"})
    assert ended.stdout.decode() == command(*words, stdin=stdin).out
    assert not ended.stdout.isascii()


def test_plain_text_is_in_the_encoding_of_the_terminal() -> None:
    stdin = as_bytes({**GOOD, "case": "Sjögren"})
    ended = process("decide", "-", input=stdin, env={"PYTHONIOENCODING": "cp1252"})
    assert "Sjögren" in ended.stdout.decode("cp1252")


def test_a_plain_terminal_shows_a_page_in_full() -> None:
    status, page = on_a_terminal("show", "uhc_benlysta", **PLAIN)
    assert status == 0
    assert "Sjögren" in page


def test_a_terminal_obeys_nothing_in_the_name_of_a_file_or_folder() -> None:
    for words in (["decide", "\x1b[31mx"], ["policies", "--kb", "\x1b[31mx"]):
        status, page = on_a_terminal(*words, **PLAIN)
        assert status == 2
        assert "\\x1b[31mx: " in page
        assert "\x1b[31mx" not in page
