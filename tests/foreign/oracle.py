"""A second opinion on the made-up policy on Exoryx, in plain Python, and random patients for both.

Written from the document, which is as made up as the drug, and sharing nothing with its rules:

    Exoryx (exolimab) is covered to start with when
    1. the patient is 18 or older;
    2. rheumatoid arthritis is diagnosed and, by a score, moderately to severely active;
    3. a rheumatologist prescribes it or was consulted;
    4. at least one of methotrexate, leflunomide, hydroxychloroquine and sulfasalazine has not helped in
       12 weeks (before 2026: 8) or was not tolerated, unless contraindicated;
    5. a blood or skin test for tuberculosis is negative, and none is positive;
    6. a blood test for hepatitis B is negative, and none is positive.
    It stays covered when 1, the diagnosis and 3 are so and an improvement by 20 % is documented.
    Not covered is its use together with another biologic or an inhibitor of Janus kinases, in systemic
    lupus erythematosus or giant cell arteritis (unproven), and every other use (investigational).
    An authorization runs 6 months at the longest; two syringes in 28 days at the most.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

CONVENTIONAL = ("methotrexate", "leflunomide", "hydroxychloroquine", "sulfasalazine")
ENDS = ("inadequate_response", "intolerance", "contraindicated")
TESTS = (("tuberculosis", "blood"), ("tuberculosis", "skin"), ("hepatitis_b", "blood"))
RESULTS = ("negative", "positive")
BARRED = ("abatacept", "rituximab", "adalimumab", "tofacitinib", "upadacitinib")
HARMLESS = ("prednisone", "methotrexate", "apremilast", "exolimab")
INDICATIONS = ("rheumatoid_arthritis", "sle", "giant_cell_arteritis", "lupus_nephritis", "other")
EDITIONS = {"2025-01-01": 8, "2026-01-01": 12}


@dataclass(frozen=True)
class Patient:
    """One complete patient and request; a term or a quantity that is not asked for is None."""

    indication: str
    phase: str
    age: int
    arthritis: bool
    severe: bool
    improved: bool
    specialist: bool
    tried: frozenset[tuple[str, str]]
    weeks: tuple[int, ...]
    tested: frozenset[tuple[str, str, str]]
    taking: frozenset[str]
    months: int | None
    syringes: int | None
    methotrexate_alone: bool


def unmet(patient: Patient, edition: str) -> set[str]:
    """The criteria of the requested phase that are not met."""
    met = {
        "adult": patient.age >= 18,
        "rheumatoid_arthritis": patient.arthritis,
        "rheumatologist": patient.specialist,
    }
    if patient.phase == "continuation":
        met["improvement"] = patient.improved
    else:
        met["moderate_to_severe"] = patient.severe
        met["conventional_first"] = _stepped(patient, EDITIONS[edition])
        met["no_tuberculosis"] = _clear(patient, "tuberculosis")
        met["no_hepatitis_b"] = _clear(patient, "hepatitis_b")
    return {criterion for criterion, holds in met.items() if not holds}


def _stepped(patient: Patient, weeks: int) -> bool:
    for drug, taken in zip(CONVENTIONAL, patient.weeks, strict=True):
        if (drug, "inadequate_response") in patient.tried and taken >= weeks:
            return True
        if (drug, "intolerance") in patient.tried:
            return True
    if patient.methotrexate_alone and ("methotrexate", "contraindicated") in patient.tried:
        return True
    return all((drug, "contraindicated") in patient.tried for drug in CONVENTIONAL)


def _clear(patient: Patient, disease: str) -> bool:
    results = {result for name, _, result in patient.tested if name == disease}
    return results == {"negative"}


def outcome(patient: Patient, edition: str) -> tuple[str, set[str]]:
    """What the document makes of a patient: the outcome, and the bases of a denial."""
    bases = {f"combined_with({drug})" for drug in patient.taking if drug in BARRED}
    if patient.indication in ("sle", "giant_cell_arteritis"):
        bases.add(f"unproven({patient.indication})")
    elif patient.indication != "rheumatoid_arthritis":
        bases.add("investigational")
    elif unmet(patient, edition):
        bases.add("criteria_not_met")
    if bases:
        return "deny", bases
    return ("modify" if limits(patient) else "approve"), set()


def limits(patient: Patient) -> set[str]:
    """The limits that the request exceeds."""
    found = set()
    if patient.months is not None and patient.months > 6:
        found.add("term_limit")
    if patient.syringes is not None and Fraction(patient.syringes * 28, 56) > 2:
        found.add("quantity_limit")
    return found


# ---- patients ------------------------------------------------------------------------------------


def random_patient(dice: random.Random) -> Patient:
    """A patient, drawn so that every criterion decides now and then."""
    eager = dice.choice((0.5, 0.9, 0.98))

    def likely() -> bool:
        return dice.random() < eager

    often = dice.choice((0.0, 0.1, 0.4))
    tried = {pair for pair in itertools.product(CONVENTIONAL, ENDS) if dice.random() < often}
    if dice.random() < 0.2:
        tried |= {(drug, "contraindicated") for drug in CONVENTIONAL if dice.random() < 0.9}
    tested = {(*test, "negative") for test in TESTS if likely()}
    tested |= {(*test, "positive") for test in TESTS if not likely()}
    rare = 0.0 if eager > 0.5 else 0.2
    return Patient(
        indication=dice.choice((*INDICATIONS, *["rheumatoid_arthritis"] * 8)),
        phase=dice.choice(("initial", "initial", "continuation")),
        age=dice.choice((17, 18, 40, 40, 40)),
        arthritis=likely(),
        severe=likely(),
        improved=likely(),
        specialist=likely(),
        tried=frozenset(tried),
        weeks=tuple(dice.choice((0, 7, 8, 11, 12, 30)) for _ in CONVENTIONAL),
        tested=frozenset(tested),
        taking=frozenset(drug for drug in BARRED if dice.random() < rare)
        | frozenset(drug for drug in HARMLESS if dice.random() < 0.4),
        months=dice.choice((None, 1, 6, 6, 7)),
        syringes=dice.choice((None, 1, 4, 4, 5)),
        methotrexate_alone=dice.random() < 0.2,
    )


def nested(facts: frozenset[tuple[str, ...]]) -> dict[str, Any]:
    """Facts of several arguments as a case has them."""
    found: dict[str, Any] = {}
    for *path, last in sorted(facts):
        level = found
        for name in path[:-1]:
            level = level.setdefault(name, {})
        level.setdefault(path[-1], []).append(last)
    return found


def case_of(patient: Patient, edition: str) -> dict[str, Any]:
    """The patient as a case that leaves nothing open."""
    request: dict[str, Any] = {
        "policy": f"example_ra_antibody@{edition}",
        "indication": patient.indication,
        "phase": patient.phase,
    }
    if patient.months is not None:
        request["months"] = patient.months
    if patient.syringes is not None:
        request |= {"syringes": patient.syringes, "days_supply": 56}
    documented = [
        name
        for name, so in (
            ("moderate_to_severe_activity", patient.severe),
            ("improvement_by_20_percent", patient.improved),
        )
        if so
    ]
    facts: dict[str, Any] = {
        "age": patient.age,
        "diagnosis": {"only": ["rheumatoid_arthritis"] if patient.arthritis else []},
        "documented": {"only": documented},
        "prescribed_with": {"rheumatologist": patient.specialist},
        "tried": {"only": nested(patient.tried)},
        "weeks_on": dict(zip(CONVENTIONAL, patient.weeks, strict=True)),
        "tested": {"only": nested(patient.tested)},
        "taking": {"only": sorted(patient.taking)},
    }
    if patient.methotrexate_alone:
        facts["reading"] = {"contraindication": "methotrexate_alone"}
    return {"request": request, "facts": facts}


# ---- gaps ----------------------------------------------------------------------------------------

Gap = tuple[str, ...]
"""What a record does not say: a field, or one and the fact, or the drug, of it."""
GAPS: tuple[Gap, ...] = (
    *((name,) for name in ("age", "arthritis", "severe", "improved", "specialist", "phase")),
    *(("tried", *pair) for pair in itertools.product(CONVENTIONAL, ENDS)),
    *(("weeks", drug) for drug in CONVENTIONAL),
    *(("tested", *test, result) for test in TESTS for result in RESULTS),
    *(("taking", drug) for drug in ("abatacept", "tofacitinib", "prednisone")),
)


def fillings(patient: Patient, gap: Gap) -> Iterator[Patient]:
    """The patient with each value of what is not said."""
    name, *rest = gap
    values: dict[str, tuple[Any, ...]] = {"age": (17, 18), "phase": ("initial", "continuation")}
    if not rest:
        yield from (_with(patient, name, value) for value in values.get(name, (False, True)))
    elif name == "weeks":
        for taken in (0, 8, 12):
            place = CONVENTIONAL.index(rest[0])
            yield _with(patient, name, (*patient.weeks[:place], taken, *patient.weeks[place + 1 :]))
    else:
        known, fact = getattr(patient, name), _fact(rest)
        yield from (_with(patient, name, value) for value in (known - {fact}, known | {fact}))


def _with(patient: Patient, name: str, value: Any) -> Patient:
    assert name in {field.name for field in fields(patient)}
    return replace(patient, **{name: value})


def completions(patient: Patient, gaps: list[Gap]) -> list[Patient]:
    """Every patient that agrees with this one beside the gaps."""
    found = [patient]
    for gap in gaps:
        found = [filled for one in found for filled in fillings(one, gap)]
    return found


def case_with_gaps(patient: Patient, gaps: list[Gap], edition: str) -> dict[str, Any]:
    """The patient as a case that is silent about the gaps and states all else."""
    for name, *rest in gaps:
        if rest and name != "weeks":
            patient = _with(patient, name, getattr(patient, name) - {_fact(rest)})
    case = case_of(patient, edition)
    request, facts = case["request"], case["facts"]
    facts["documented"] = {
        "moderate_to_severe_activity": patient.severe,
        "improvement_by_20_percent": patient.improved,
    }
    silent = {
        "phase": (request, "phase"),
        "age": (facts, "age"),
        "arthritis": (facts, "diagnosis"),
        "specialist": (facts, "prescribed_with"),
        "severe": (facts["documented"], "moderate_to_severe_activity"),
        "improved": (facts["documented"], "improvement_by_20_percent"),
    }
    for name, *rest in gaps:
        if not rest:
            part, key = silent[name]
            del part[key]
        elif name == "weeks":
            del facts["weeks_on"][rest[0]]
        else:
            level = facts[name]
            for argument in rest[:-1]:
                level = level.setdefault(argument, {})
            level[rest[-1]] = None
    return case


def _fact(path: list[str]) -> str | tuple[str, ...]:
    return path[0] if len(path) == 1 else tuple(path)
