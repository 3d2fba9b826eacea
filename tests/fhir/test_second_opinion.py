"""A second opinion on charts: a plain reader, written from the text of the rules of evidence alone.

He knows nothing of how the rules derive it: for one resource he goes down a list of questions, and for
several he puts together what each says.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lupa import CaseError
from tests.fhir.charts import (
    CREAM,
    CYCLOPHOSPHAMIDE,
    HYDROCORTISONE,
    ICD,
    INTO_A_JOINT,
    INTO_A_VEIN,
    ORAL,
    PREDNISONE,
    RXNORM,
    SERVICE,
    SNOMED,
    Resource,
    answers,
    chart,
    clinical,
    condition,
    dispense,
    empty,
    item,
    listing,
    order,
    statement,
    supply,
    verified,
)
from tests.fhir.conftest import Read
from tests.fhir.test_evidence import CYC, LN, SLE, TAKES

pytestmark = pytest.mark.slow

SEVERAL = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
NOW = date.fromisoformat(SERVICE)
BEFORE = st.sampled_from([-20, -1, 0, 1, 20, 29, 30, 31, 59, 60, 61, 90, 91, 180, 181, 400])
SYSTEMIC = {"mouth", "vein"}
ROUTES = {None: None, "mouth": ORAL, "vein": INTO_A_VEIN, "joint": INTO_A_JOINT, "skin": "6064005"}
# the code, the way in which the product is given if it says so, the drug, whether there are creams of it
DRUGS: list[tuple[tuple[str, str], str | None, str, bool]] = [
    (PREDNISONE, "mouth", "prednisone", False),
    (HYDROCORTISONE, None, "hydrocortisone", True),
    (CREAM, "skin", "hydrocortisone", True),
    (CYCLOPHOSPHAMIDE, "mouth", "cyclophosphamide", False),
    ((RXNORM, "3002"), None, "cyclophosphamide", False),
]
MEANT = {
    (ICD, "M32.14"): (LN, "equivalent"),
    (ICD, "M32.9"): (SLE, "narrower"),
    (SNOMED, "55464009"): (SLE, "equivalent"),
    (SNOMED, "200936003"): (SLE, "broader"),
    (ICD, "M32.0"): (SLE, "related"),
}


def ago(days: int) -> str:
    return (NOW - timedelta(days)).isoformat()


def state(reads: Read, fact: str, *resources: Resource) -> str:
    return str(reads(chart(*resources)).facts.get(fact, {}).get("state", "open"))


def left(days: int) -> str:
    """What comes of an end that is so many days ahead, or behind."""
    return "yes" if days >= 0 else "ask" if days >= -30 else "open"


def least(*said: str) -> str:
    """The less certain of what several conditions come to."""
    return next(one for one in ("open", "ask", "yes") if one in said)


def reaches_the_body(product: str | None, route: str | None, has_creams: bool) -> str:
    if product == "skin":
        return "ask" if route in SYSTEMIC else "open"
    if route in SYSTEMIC or (route is None and (product is not None or not has_creams)):
        return "yes"
    return "ask" if route is None or product is not None else "open"


def goes_on(
    status: str, intent: str, reported: bool | None, never: bool | None, days: int, end: int | None
) -> str:
    """Whether an order of so many days ago, with its end so many ahead, goes on."""
    if never or status in ("cancelled", "entered-in-error") or intent == "option":
        return "open"
    if intent == "proposal" or (intent == "plan" and not reported):
        return "ask" if status == "active" else "open"
    if status == "active":
        if days < 0:
            return "ask"
        return left(end) if end is not None else "yes" if days <= 180 else "ask"
    if end is not None:
        return least("ask", left(end))
    return "open" if status in ("stopped", "completed") and days > 180 else "ask"


@SEVERAL
@given(
    drug=st.sampled_from(DRUGS),
    route=st.sampled_from([*ROUTES]),
    status=st.sampled_from(
        ["active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown"]
    ),
    intent=st.sampled_from(["order", "original-order", "instance-order", "plan", "proposal", "option"]),
    reported=st.sampled_from([None, True, False]),
    never=st.sampled_from([None, None, True, False]),
    days=BEFORE.filter(lambda days: days >= 0),
    lasts=st.sampled_from([None, 10, 30, 90]),
    refills=st.sampled_from([None, 1, 5]),
    until=st.sampled_from([None, None, -31, -30, -1, 0, 10]),
)
def test_an_order(
    reads: Read,
    drug: Any,
    route: Any,
    status: str,
    intent: str,
    reported: bool | None,
    never: bool | None,
    days: int,
    lasts: int | None,
    refills: int | None,
    until: int | None,
) -> None:
    code, product, name, has_creams = drug
    more: Resource = {} if reported is None else {"reportedBoolean": reported}
    more |= {} if never is None else {"doNotPerform": never}
    more |= {} if lasts is None else {"dispenseRequest": supply(lasts, refills)}
    made = order(code, route=ROUTES[route], status=status, intent=intent, authoredOn=ago(days), **more)
    end = None if lasts is None else lasts * (1 + (refills or 0)) - days
    if until is not None:
        timing = {"timing": {"repeat": {"boundsPeriod": {"end": ago(-until)}}}}
        made["dosageInstruction"] = [{**one, **timing} for one in made.get("dosageInstruction", [{}])]
        end = until
    told = least(
        reaches_the_body(product, route, has_creams),
        goes_on(status, intent, reported, never, days, end),
    )
    assert state(reads, f"taking({name})", made) == told


@SEVERAL
@given(
    status=st.sampled_from(
        [
            "completed",
            "in-progress",
            "preparation",
            "cancelled",
            "on-hold",
            "stopped",
            "declined",
            "unknown",
        ]
    ),
    days=BEFORE,
    lasts=st.sampled_from([None, 10, 30, 60]),
    is_handed_over=st.booleans(),
)
def test_a_supply(reads: Read, status: str, days: int, lasts: int | None, is_handed_over: bool) -> None:
    made = dispense(PREDNISONE, status=status, whenHandedOver=None)
    made["whenHandedOver" if is_handed_over else "whenPrepared"] = ago(days)
    made |= {} if lasts is None else {"daysSupply": {"value": lasts, "code": "d"}}
    if days < 0 or status in ("cancelled", "stopped", "declined"):
        told = "open"
    elif status in ("completed", "in-progress") and is_handed_over and lasts is not None:
        told = left(lasts - days)
    else:
        told = "ask" if days <= 90 else "open"
    assert state(reads, TAKES, made) == told


def stated(status: str, days: int | None, begins: int | None, ends: int | None) -> str:
    """What a statement of so many days ago says, of a period that begins and ends so many days ahead."""

    def within(most: int) -> bool:
        return days <= most if days is not None else begins is not None and -begins <= most

    if status == "entered-in-error" or (days is not None and days < 0):
        return "open"
    if status == "not-taken":
        is_now = (ends is None or ends >= 0) and (begins is None or begins <= 0)
        return "no" if is_now and within(90) else "open"
    if status in ("intended", "on-hold", "unknown"):
        return "ask" if ends is None else least("ask", left(ends))
    if status in ("stopped", "completed"):
        is_late = left(ends) != "open" if ends is not None else days is not None and days <= 30
        return "ask" if is_late else "open"
    if ends is not None:
        return left(ends)
    return "ask" if (begins or 0) > 0 or not within(180) else "yes"


@SEVERAL
@given(
    status=st.sampled_from(
        [
            "active",
            "completed",
            "entered-in-error",
            "intended",
            "stopped",
            "on-hold",
            "unknown",
            "not-taken",
        ]
    ),
    days=st.none() | BEFORE,
    period=st.sampled_from(
        [
            (None, None),
            (None, -31),
            (None, -30),
            (None, 0),
            (-20, None),
            (-90, None),
            (-91, None),
            (3, None),
        ]
    ),
)
def test_a_statement(reads: Read, status: str, days: int | None, period: Any) -> None:
    begins, ends = period
    written = {key: ago(-on) for key, on in (("start", begins), ("end", ends)) if on is not None}
    more: Resource = {"effectivePeriod": written} if written else {}
    made = statement(
        CYCLOPHOSPHAMIDE, status=status, dateAsserted=None if days is None else ago(days), **more
    )
    assert state(reads, CYC, made) == stated(status, days, begins, ends)


@SEVERAL
@given(
    coded=st.sampled_from([*MEANT]),
    verification=st.sampled_from(
        [None, "confirmed", "unconfirmed", "provisional", "differential", "refuted", "entered-in-error"]
    ),
    status=st.sampled_from([None, "active", "recurrence", "relapse", "inactive", "remission", "resolved"]),
    abates=st.sampled_from([None, None, -400, -1, 0, 100]),
    recorded=st.sampled_from([None, -400, 0, 1]),
)
def test_a_diagnosis(
    reads: Read,
    coded: tuple[str, str],
    verification: str | None,
    status: str | None,
    abates: int | None,
    recorded: int | None,
) -> None:
    told_by = verified(verification) if verification else {"verificationStatus": None}
    staged = clinical(status) if status else {"clinicalStatus": None}
    days = {"recordedDate": recorded, "abatementDateTime": abates}
    written = {key: None if on is None else ago(-on) for key, on in days.items()}
    fact, relation = MEANT[coded]
    if verification == "entered-in-error" or (recorded or 0) > 0:
        told = "open"
    elif verification == "refuted":
        told = "no" if relation in ("equivalent", "broader") else "open"
    elif verification not in (None, "confirmed") or status in ("inactive", "resolved"):
        told = "ask"
    else:
        is_there = (abates is None or abates >= 0) and relation in ("equivalent", "narrower")
        told = "yes" if is_there else "ask"
    assert state(reads, fact, condition(coded, **{**told_by, **staged, **written})) == told


def piece(kind: str, days: int, name: str) -> tuple[Resource, str | None]:
    """A line on cyclophosphamide of so many days ago, and what it says by itself."""
    on, none = ago(days), empty("nilknown")
    found: dict[str, tuple[Resource, str | None]] = {
        "order": (order(CYCLOPHOSPHAMIDE, name, authoredOn=on), "yes"),
        "old order": (order(CYCLOPHOSPHAMIDE, name, authoredOn=ago(days + 200)), "ask"),
        "cancelled": (order(CYCLOPHOSPHAMIDE, name, authoredOn=on, status="cancelled"), None),
        "statement": (statement(CYCLOPHOSPHAMIDE, name, dateAsserted=on), "yes"),
        "not taken": (statement(CYCLOPHOSPHAMIDE, name, dateAsserted=on, status="not-taken"), "no"),
        "list": (listing(name=name, date=on, **none), "no"),
        "old list": (listing(name=name, date=ago(days + 31), **none), None),
        "answer yes": (answers(item(CYC, True), on=on, name=name), "yes"),
        "answer no": (answers(item(CYC, False), on=on, name=name), "no"),
        "machine": (answers(item(CYC, False, "auto"), on=on, name=name), "ask"),
    }
    return found[kind]


KINDS = (
    "order", "old order", "cancelled", "statement", "not taken", "list", "old list", "answer yes",
    "answer no", "machine",
)  # fmt: skip


@SEVERAL
@given(
    drawn=st.lists(
        st.tuples(st.sampled_from(KINDS), st.sampled_from([1, 5, 10, 20])), min_size=2, max_size=4
    )
)
def test_several_lines_on_one_drug(reads: Read, drawn: list[tuple[str, int]]) -> None:
    lines = [(kind, days, *piece(kind, days, f"n{n}")) for n, (kind, days) in enumerate(drawn)]
    by_person = [(says, days) for kind, days, _, says in lines if kind.startswith("answer")]

    def stands(kind: str, days: int, says: str | None) -> bool:
        """Whether no later answer says otherwise; one of the same day knows of all but other answers."""
        days += 200 if kind == "old order" else 0
        later = days - kind.startswith("answer")
        return not any(other != says and on <= later for other, on in by_person)

    said = {says for kind, days, _, says in lines if says is not None and stands(kind, days, says)}
    told = (
        "conflict"
        if {"yes", "no"} <= said
        else next((s for s in ("yes", "no", "ask") if s in said), "open")
    )
    assert state(reads, CYC, *(resource for _, _, resource, _ in lines)) == told


@SEVERAL
@given(
    drawn=st.lists(
        st.tuples(st.sampled_from([*MEANT]), st.sampled_from(["confirmed", "refuted", "provisional"])),
        min_size=1,
        max_size=3,
        unique_by=lambda one: one[0],
    )
)
def test_several_diagnoses(reads: Read, drawn: list[tuple[tuple[str, str], str]]) -> None:
    said: dict[str, set[str]] = {LN: set(), SLE: set()}
    for coded, verification in drawn:
        fact, relation = MEANT[coded]
        if verification == "refuted":
            said[fact] |= {"no"} if relation in ("equivalent", "broader") else set()
        else:
            is_so = verification == "confirmed" and relation in ("equivalent", "narrower")
            said[fact].add("yes" if is_so else "ask")
    kidney, lupus = (
        "conflict"
        if {"yes", "no"} <= said[fact]
        else next((one for one in ("yes", "no", "ask") if one in said[fact]), "open")
        for fact in (LN, SLE)
    )
    resources = [
        condition(coded, f"c{n}", **verified(verification)) for n, (coded, verification) in enumerate(drawn)
    ]
    if kidney == "yes" and lupus == "no":  # lupus of the kidney is lupus
        with pytest.raises(CaseError):
            reads(chart(*resources))
        return
    if kidney == "yes" and lupus in ("ask", "open"):
        lupus = "yes"
    if lupus == "no" and kidney in ("ask", "open"):
        kidney = "no"
    assert (state(reads, LN, *resources), state(reads, SLE, *resources)) == (kidney, lupus)
