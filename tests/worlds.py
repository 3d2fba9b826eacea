"""Random patients for the oracle and for lupa alike: complete worlds, and records with gaps."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests import oracle
from tests.oracle import World

AGES = (0, 4, 5, 17, 18, 40)
MONTHS = (None, 1, 12, 13, 24)
FEP_ALONE = ("live_vaccine", "stable_egfr")
SUPPLIES = ((None, None), (540, 90), (541, 90), (600, 100), (601, 100), (6, 1), (7, 1))


def some(rng: random.Random, values: Any, likely: float) -> frozenset[str]:
    return frozenset(value for value in values if rng.random() < likely)


def random_world(rng: random.Random, policy: str) -> World:
    """A lawful world, drawn so that every outcome and every criterion of a policy comes up often."""
    while True:
        capsules, days = rng.choice(SUPPLIES)
        eager = rng.choice((0.5, 0.9, 0.97))
        taking = some(rng, oracle.DRUGS, rng.choice((0.0, 0.01, 0.03, 0.2))) | some(
            rng, ("prednisone", "hydroxychloroquine"), 0.5
        )
        world = World(
            indication=rng.choice((*oracle.INDICATIONS, "sle", "sle", *["lupus_nephritis"] * 5)),
            phase=rng.choice(oracle.PHASES),
            route=rng.choice((*oracle.ROUTES, *["intravenous"] * 5)),
            age=rng.choice(AGES + (40,) * 4),
            diagnoses=some(rng, oracle.CONDITIONS, rng.choice((0.1, 0.3)))
            | some(rng, ("sle", "lupus_nephritis"), eager),
            active=some(rng, oracle.ACTIVE, eager),
            taking=taking,
            stops=some(rng, sorted(taking & {*oracle.STOPPED[policy]}), rng.choice((0.0, 0.3, 0.9))),
            starts=some(rng, oracle.STARTED[policy], rng.choice((0.0, 0.0, 0.01, 0.05))),
            attests=some(rng, oracle.ATTESTATIONS, eager),
            documented=some(rng, oracle.DOCUMENTED, eager),
            stable_egfr=rng.random() < eager,
            live_vaccine=rng.random() > eager,
            received_iv=rng.random() < eager,
            dosed_per_label=rng.random() < eager,
            months=rng.choice(MONTHS),
            capsules=capsules,
            days_supply=days,
            overrides=some(rng, oracle.OVERRIDES, 0.05),
            readings={
                name: rng.choice(choices) for name, choices in oracle.READINGS.items() if rng.random() < 0.3
            },
        )
        if oracle.lawful(world):
            return world


def asked_about(policy: str) -> dict[str, tuple[str, ...]]:
    """What a policy can be told of in families of which the other asks for other members."""
    fep = policy == "fep_lupkynis"
    return {
        "attests": oracle.ATTESTATIONS if fep else (),
        "documented": oracle.DOCUMENTED[:2] if fep else oracle.DOCUMENTED[1:],
        "stops": oracle.STOPPED[policy],
        "starts": oracle.STARTED[policy],
        "overrides": oracle.SHARED_OVERRIDES if fep else oracle.OVERRIDES,
        "readings": tuple(oracle.READINGS_OF[policy]),
    }


def can_be_told(name: str, policy: str) -> bool:
    """Whether the policy asks for the fact that a statement, such as `attests.monitor_egfr`, is about."""
    family, _, member = name.partition(".")
    asked = asked_about(policy)
    if family in asked or family == "reading":
        return member in asked["readings" if family == "reading" else family]
    return name not in FEP_ALONE or policy == "fep_lupkynis"


def case_of(world: World, policy: str, edition: str) -> dict[str, Any]:
    """The world as a case that leaves nothing open, of all that the policy can be told."""
    request: dict[str, Any] = {
        "policy": f"{policy}@{edition}",
        "indication": world.indication,
        "phase": world.phase,
        "route": world.route,
    }
    sizes = ("months", "capsules", "days_supply") if policy == "fep_lupkynis" else ("months",)
    for key in sizes:
        if getattr(world, key) is not None:
            request[key] = getattr(world, key)
    asked = asked_about(policy)
    facts: dict[str, Any] = {
        "age": world.age,
        "diagnosis": {"only": sorted(world.diagnoses)},
        "active": {"only": sorted(world.active)},
        "taking": {"only": sorted(world.taking)},
        "stops": {"only": sorted(world.stops & {*asked["stops"]})},
        "starts": {"only": sorted(world.starts & {*asked["starts"]})},
        "documented": {"only": sorted(world.documented & {*asked["documented"]})},
        "dosed_per_label": world.dosed_per_label,
        "override": {"only": sorted(world.overrides & {*asked["overrides"]})},
        "reading": {name: world.readings[name] for name in asked["readings"] if name in world.readings},
    }
    if policy == "fep_lupkynis":
        facts |= {name: getattr(world, name) for name in FEP_ALONE}
        facts |= {"attests": {"only": sorted(world.attests)}}
    else:
        facts |= {"received": {"only": ["belimumab_intravenous"] if world.received_iv else []}}
    return {"request": request, "facts": facts}


# What can be left open, as the name of a gap: a field of World, or a field and a member of it.
Gap = tuple[str, str]

GAPS: tuple[Gap, ...] = (
    *((kind, "") for kind in ("indication", "phase", "route", "age", "months", "supply")),
    *((kind, "") for kind in (*FEP_ALONE, "received_iv", "dosed_per_label")),
    *(("diagnoses", name) for name in oracle.CONDITIONS),
    *(("active", name) for name in oracle.ACTIVE),
    *(("taking", name) for name in oracle.DRUGS),
    *(("stops", name) for name in ("cyclophosphamide", "voclosporin", "rituximab")),
    *(("starts", name) for name in ("cyclophosphamide", "prednisone", "anifrolumab", "rituximab")),
    *(("attests", name) for name in oracle.ATTESTATIONS),
    *(("documented", name) for name in oracle.DOCUMENTED),
    *(("overrides", name) for name in oracle.OVERRIDES),
    *(("readings", name) for name in oracle.READINGS),
)
LIKELY: tuple[Gap, ...] = (
    ("phase", ""),
    ("age", ""),
    ("dosed_per_label", ""),
    ("diagnoses", "lupus_nephritis"),
    ("diagnoses", "sle"),
    ("diagnoses", "severe_active_cns_lupus"),
    ("active", "sle"),
    ("active", "lupus_nephritis"),
    ("taking", "voclosporin"),
    ("taking", "cyclophosphamide"),
    ("taking", "prednisone"),
    ("taking", "mycophenolate_mofetil"),
    ("taking", "rituximab"),
    ("attests", "monitor_egfr"),
    ("stops", "voclosporin"),
    ("documented", "clinical_benefit"),
    ("documented", "clinical_response"),
    ("months", ""),
    ("supply", ""),
)


def random_gaps(rng: random.Random, most: int = 10) -> list[Gap]:
    pool = [*LIKELY, *rng.sample(GAPS, 6)]
    return list(dict.fromkeys(rng.choice(pool) for _ in range(rng.randint(1, most))))


def fillings(world: World, gap: Gap) -> list[World]:
    """The world with every value that a gap can have."""
    kind, name = gap
    if kind == "indication":
        return [replace(world, indication=value) for value in oracle.INDICATIONS]
    if kind == "phase":
        return [replace(world, phase=value) for value in oracle.PHASES]
    if kind == "route":
        return [replace(world, route=value) for value in oracle.ROUTES]
    if kind == "age":
        return [replace(world, age=value) for value in (4, 5, 17, 18)]
    if kind == "months":
        return [replace(world, months=value) for value in (12, 13)]
    if kind == "supply":
        return [replace(world, capsules=value, days_supply=90) for value in (540, 541)]
    if kind == "readings":
        return [
            replace(world, readings={**world.readings, name: choice}) for choice in oracle.READINGS[name]
        ]
    if not name:
        return [_with(world, kind, value) for value in (False, True)]
    members = getattr(world, kind)
    return [_with(world, kind, members - {name}), _with(world, kind, members | {name})]


def _with(world: World, field: str, value: object) -> World:
    """The world with another value of one field."""
    changed: dict[str, Any] = {field: value}
    return replace(world, **changed)


def completions(world: World, gaps: list[Gap]) -> Iterator[World]:
    """Every lawful world that agrees with this one outside its gaps."""
    worlds = [world]
    for gap in gaps:
        worlds = list(itertools.chain.from_iterable(fillings(w, gap) for w in worlds))
    return filter(oracle.lawful, worlds)


def _is_asked(kind: str, name: str, policy: str) -> bool:
    """Whether the policy can be told of what a gap leaves open."""
    asked = asked_about(policy)
    if kind in asked:
        return name in asked[kind]
    own = {
        **dict.fromkeys(("supply", *FEP_ALONE), "fep_lupkynis"),
        "received_iv": "uhc_benlysta",
    }
    return own.get(kind, policy) == policy


def case_with_gaps(  # noqa: C901, PLR0912 - one branch a kind of gap
    world: World, gaps: list[Gap], policy: str, edition: str
) -> dict[str, Any]:
    """The world as a case that is silent about its gaps and states everything else."""
    case = case_of(world, policy, edition)
    request, facts = case["request"], case["facts"]
    asked = asked_about(policy)
    families = {
        "diagnoses": ("diagnosis", oracle.CONDITIONS),
        "active": ("active", oracle.ACTIVE),
        "taking": ("taking", oracle.DRUGS),
        "stops": ("stops", asked["stops"]),
        "starts": ("starts", asked["starts"]),
        "attests": ("attests", asked["attests"]),
        "documented": ("documented", asked["documented"]),
        "overrides": ("override", asked["overrides"]),
    }
    for field, (key, names) in families.items():
        if names:
            facts[key] = {name: name in getattr(world, field) for name in names}
    facts["taking"] |= {"only": sorted(world.taking)}  # else a drug without a name here may be taken too
    if "received" in facts:
        facts["received"] = {"belimumab_intravenous": world.received_iv}
    for kind, name in gaps:
        if not _is_asked(kind, name, policy):
            continue
        if kind in ("indication", "phase", "route"):
            del request[kind]
        elif kind == "age":
            del facts["age"]
        elif kind == "months":
            request["months"] = None
        elif kind == "supply":
            request.pop("days_supply", None)
            request["capsules"] = None
        elif kind == "readings":
            facts["reading"][name] = None
        elif kind in ("overrides", "stops", "starts"):  # what is assumed is left open by saying so
            facts[families[kind][0]][name] = None
        elif kind == "received_iv":
            facts["received"] = {}
        elif not name:
            del facts[kind]
        elif kind == "taking":
            facts["taking"]["only"] = [drug for drug in facts["taking"]["only"] if drug != name]
            facts["taking"][name] = None
        else:
            del facts[families[kind][0]][name]
    return case
