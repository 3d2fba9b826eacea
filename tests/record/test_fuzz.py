"""Whatever is thrown at it: a decision, or a refusal that says why; never anything else."""

from __future__ import annotations

import copy
import io
import json
import random
from collections.abc import Mapping
from typing import Any

import hypothesis.strategies as st
import pytest
import yaml
from hypothesis import example, given, settings

from lupa import CaseError, Decision, KnowledgeBase
from lupa.record.reading import read_cases
from lupa.rules.files import shipped
from tests import worlds
from tests.command import command
from tests.times import times

GOOD: dict[str, Any] = {
    "case": "a patient on both drugs",
    "request": {
        "drug": "Benlysta",
        "route": "intravenous",
        "indication": "lupus_nephritis",
        "phase": "initial",
        "service_date": "2025-03-01",
        "months": 12,
    },
    "facts": {
        "birth_date": "1990-02-28",
        "age": {"at_least": 18},
        "diagnosis": {"lupus_nephritis": True, "severe_active_cns_lupus": False},
        "active": {"lupus_nephritis": True},
        "taking": {"only": ["mycophenolate_mofetil", "prednisone", "Lupkynis"]},
        "reading": {"term_limit": "cap", "comorbidity": None},
        "dosed_per_label": "yes",
    },
}
POLICIES = ("fep_lupkynis", "uhc_benlysta", "uhc_benlysta@2022E0046O")
NAMES = (
    "case",
    "request",
    "facts",
    "expect",
    "at_least",
    "less_than",
    "belimumab",
    "Lupkynis",
    "LN",
    "yes",
)

thorough = settings(derandomize=True, deadline=None, database=None)


V = KnowledgeBase.load().edition("uhc_benlysta").vocabulary
ASKED, READ = V.kinds("requested"), V.kinds("reading")
TABLES: tuple[Mapping[str, object], ...] = (
    V.flags,
    V.families,
    V.choices,
    V.quantities,
    ASKED,
    READ,
    *V.families.values(),
    *ASKED.values(),
)
WORDS = sorted({*NAMES, *POLICIES, *(word for table in TABLES for word in table)})
"""Every word that means something in a case, and some that do not."""

texts = st.sampled_from(WORDS) | st.text(st.characters(), max_size=12) | st.dates().map(str)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 150)
    | st.floats()
    | st.decimals(allow_nan=True, allow_infinity=True)
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
truths = st.booleans() | st.none()
numbers = st.integers(1, 120) | st.floats(1, 120) | st.none()
ranges = st.dictionaries(
    st.sampled_from(("at_least", "more_than", "at_most", "less_than")), numbers, min_size=1
)


def one_of(names: Any) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(names))


likely: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(V.flags, truths),
    **{
        name: st.dictionaries(one_of(names), truths, max_size=3)
        | st.lists(one_of(names), max_size=3)
        | st.fixed_dictionaries({"only": st.lists(one_of(names), max_size=3)})
        for name, names in V.families.items()
    },
    **{name: numbers | ranges for name, number in V.quantities.items() if not number.in_request},
    "reading": st.fixed_dictionaries(
        {}, optional={name: one_of(v) | st.none() for name, v in READ.items()}
    ),
    "birth_date": st.dates().map(str),
}
likely_values = tuple(likely.values())
requests = st.fixed_dictionaries(
    {"policy": st.sampled_from(POLICIES)},
    optional={
        **{kind: one_of(names) | st.none() for kind, names in ASKED.items()},
        "service_date": st.just("2025-03-01") | st.dates().map(str),
        **{name: numbers | ranges for name, number in V.quantities.items() if number.in_request},
    },
)
cases = st.fixed_dictionaries(
    {"request": requests}, optional={"facts": st.fixed_dictionaries({}, optional=likely), "case": texts}
)
odd_cases = st.fixed_dictionaries(
    {"request": requests | st.dictionaries(texts, values, max_size=5)},
    optional={"facts": st.dictionaries(texts, values, max_size=6), "case": values, "expect": values},
)


def answered(kb: KnowledgeBase, case: Any) -> list[Decision]:
    """The decisions on a case; none where it is refused with a place and a reason, fit to be printed."""
    try:
        found = list(kb.decide_all(case))
    except CaseError as error:
        refused = error.problems
        found = []
    else:
        refused = ()
    assert bool(found) is not bool(refused)
    assert all(problem.message and str(problem).isprintable() for problem in refused)
    for decision in found:
        assert decision.outcome in ("pend", *decision.possible)
        assert json.loads(decision.to_json())["case"] == decision.case
    return found


@thorough
@given(values)
def test_any_data_is_decided_or_refused(kb: KnowledgeBase, data: Any) -> None:
    answered(kb, data)


@settings(thorough, max_examples=times(150))
@given(cases)
def test_a_likely_case_is_decided_or_refused(kb: KnowledgeBase, case: Any) -> None:
    answered(kb, case)


@settings(thorough, max_examples=times(200))
@given(odd_cases)
def test_an_odd_case_is_decided_or_refused(kb: KnowledgeBase, case: Any) -> None:
    answered(kb, case)


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every mapping and list within the data, with each key or place in it."""
    found: list[tuple[Any, Any]] = []
    waiting = [data]
    while waiting:
        holder = waiting.pop()
        inner = list(holder.items() if isinstance(holder, dict) else enumerate(holder))
        found += [(holder, key) for key, _ in inner]
        waiting += [value for _, value in inner if isinstance(value, dict | list)]
    return found


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A good case after a few changes: something left out, said twice, replaced or renamed."""
    case = copy.deepcopy(GOOD)
    for _ in range(draw(st.integers(1, 3))):
        found = places(case)
        if not found:
            break
        holder, key = draw(st.sampled_from(found))
        change = draw(st.sampled_from(("delete", "duplicate", "replace", "rename")))
        if change == "delete":
            del holder[key]
        elif change == "replace":
            holder[key] = draw(values | st.sampled_from(likely_values).flatmap(lambda s: s))
        elif isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        else:
            holder[draw(texts)] = holder[key] if change == "duplicate" else holder.pop(key)
    return case


@settings(thorough, max_examples=times(400))
@given(spoilt())
def test_a_good_case_with_changes_is_decided_or_refused(kb: KnowledgeBase, case: Any) -> None:
    answered(kb, case)


def test_the_case_that_is_changed_is_decided(kb: KnowledgeBase) -> None:
    assert [d.outcome for d in answered(kb, GOOD)] == ["deny"]


ENDINGS = ("-", "case", "case.json", "case.yaml", "case.jsonl")


def read(data: bytes, name: str) -> int:
    """How many cases a file comes to; every one is data, or is refused in words that can be printed."""
    found = list(read_cases(io.BytesIO(data), name))
    for where, case in found:
        assert where.startswith(name)
        if isinstance(case, CaseError):
            assert all(line.isprintable() for line in str(case).split("\n"))
            assert case.where == where
    return len(found)


@settings(thorough, max_examples=times(200))
@given(st.binary(max_size=200), st.sampled_from(ENDINGS))
@example(b"", "case.jsonl")
@example(b"\xef\xbb\xbf", "case")
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    assert read(data, name) >= 1


@settings(thorough, max_examples=times(300))
@given(
    st.text(max_size=200) | st.text("{}[]:,-?&*!|>'\"%@`#~ \n\tab01.", max_size=60),
    st.sampled_from(ENDINGS),
)
@example("&a [*a]", "case.yaml")
@example("a: !!binary x", "case.yaml")
@example("? ? ?", "case.yaml")
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    assert read(text.encode("utf-8", "surrogatepass"), name) >= 1


@st.composite
def garbled(draw: st.DrawFn) -> bytes:
    """A good file with some of its bytes changed, cut out or repeated."""
    written = draw(st.sampled_from((json.dumps(GOOD), yaml.safe_dump(GOOD), f"{json.dumps(GOOD)}\n" * 3)))
    data = bytearray(written.encode())
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, max(len(data) - 1, 0)))
        end = begin + draw(st.integers(0, 8))
        data[begin:end] = draw(st.binary(max_size=4) | st.sampled_from((b"", bytes(data[begin:end]) * 2)))
    return bytes(data)


@settings(thorough, max_examples=times(80))
@given(
    st.binary(max_size=100) | garbled() | spoilt().map(lambda case: json.dumps(case, default=str).encode()),
    st.sampled_from((["decide", "-"], ["decide", "-", "--json"], ["why", "-"])),
)
def test_any_input_ends_the_command_well(data: bytes, words: list[str]) -> None:
    status, out, err = command(*words, stdin=data)
    assert status in (0, 2)
    assert bool(err) is (status == 2)
    assert all(line.isprintable() for line in (out + err).split("\n"))


@settings(thorough, max_examples=times(60))
@given(
    st.lists(texts | st.sampled_from(("--json", "--kb", "--timeout", "--tree", "--all", "-h")), max_size=4)
)
def test_any_call_ends_the_command_well(words: list[str]) -> None:
    verbs = ("decide", "why", "policies", "facts", "show", "examples", "schema")
    call = [word.replace("\0", "") for word in words]
    assert {0, 2} >= {command(verb, *call).status for verb in verbs[: 1 + len(words)]}


def shuffled(data: Any, dice: random.Random, *, lists: bool) -> Any:
    """The same data with its keys, and where it may be its lists, in another order."""
    if isinstance(data, dict):
        items = [(key, shuffled(value, dice, lists=lists)) for key, value in data.items()]
        return dict(dice.sample(items, len(items)))
    if isinstance(data, list) and lists:
        return dice.sample(data, len(data))
    return data


def stated(dice: random.Random) -> dict[str, Any]:
    """A case that leaves nothing open, about a random patient and policy."""
    policy, edition = dice.choice((("fep_lupkynis", "2024-10-01"), ("uhc_benlysta", "2023-11-01")))
    return worlds.case_of(worlds.random_world(dice, policy), policy, edition)


@settings(thorough, max_examples=times(60))
@given(st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_change_a_byte(kb: KnowledgeBase, dice: random.Random) -> None:
    for case in (GOOD, stated(dice)):
        other = shuffled(case, dice, lists=False)
        assert [d.to_json() for d in kb.decide_all(case)] == [d.to_json() for d in kb.decide_all(other)]


@settings(thorough, max_examples=times(60))
@given(st.randoms(use_true_random=False))
def test_the_order_of_a_list_changes_the_fingerprint_of_the_case_at_most(
    kb: KnowledgeBase, dice: random.Random
) -> None:
    for case in (GOOD, stated(dice)):
        one, other = (kb.decide(c).to_dict() for c in (case, shuffled(case, dice, lists=True)))
        for decision in (one, other):
            del decision["fingerprint"]["case"]
        assert one == other


@settings(thorough, max_examples=times(40))
@given(st.randoms(use_true_random=False))
def test_a_case_means_the_same_in_json_and_yaml(kb: KnowledgeBase, dice: random.Random) -> None:
    for case in (GOOD, stated(dice)):
        files = (("case.json", json.dumps(case)), ("case.yaml", yaml.safe_dump(case, sort_keys=False)))
        one, other = (
            [kb.decide(data).to_json() for _, data in read_cases(io.BytesIO(text.encode()), name)]  # type: ignore[arg-type]  # a good case
            for name, text in files
        )
        assert one == other


@pytest.mark.parametrize("size", [1, 10, 100, 1_000])
@pytest.mark.parametrize(
    "path", sorted(shipped("kb").glob("policies/*/cases/*.yaml"))[:3], ids=lambda p: p.stem
)
def test_a_case_that_is_cut_off_is_decided_or_refused(path: Any, size: int) -> None:
    status, _, _ = command("decide", "-", stdin=path.read_bytes()[:size])
    assert status in (0, 2)
