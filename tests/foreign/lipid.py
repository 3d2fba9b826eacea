"""A second opinion on the made-up policy on Lipolex, in plain Python, and random patients for both.

Written from the document, which is as made up as the drug, and sharing nothing with its rules:

    Lipolex (lipolimab) is covered to start with when
    1. the disease that it is requested for, atherosclerotic cardiovascular disease or familial
       hypercholesterolaemia, is diagnosed;
    2. two or more of atorvastatin, rosuvastatin and simvastatin were each taken for 8 weeks, were not
       tolerated or are contraindicated;
    3. the newest LDL cholesterol, measured in the last 90 days, is above (a) 70 mg/dL in cardiovascular
       disease, (b) 100 mg/dL in familial hypercholesterolaemia;
    4. a cardiologist, an endocrinologist or a lipidologist prescribes it or was consulted.
    It stays covered when 1 and 4 are so and the newest LDL cholesterol is lower than before treatment by
    30 percent or more. No other use is covered.
    An authorization runs 12 months at the longest; in cardiovascular disease 300 mg in 28 days at the
    most, in familial hypercholesterolaemia 450 mg.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.foreign.asked import ends_by_drug, request_of

POLICY = "example_lipid_antibody"
DISEASES = ("cardiovascular_disease", "familial_hypercholesterolaemia")
STATINS = ("atorvastatin", "rosuvastatin", "simvastatin")
ENDS = ("inadequate_response", "intolerance", "contraindicated", "declined")
SPECIALISTS = ("cardiologist", "endocrinologist", "lipidologist")
LEAST_LDL = dict(zip(DISEASES, (70, 100), strict=True))
MOST_MILLIGRAMS = dict(zip(DISEASES, (300, 450), strict=True))
MILLIGRAMS_OF_A_MILLIMOLE = Fraction("38.67")
TODAY = date(2026, 6, 30)


@dataclass(frozen=True)
class Measured:
    """An LDL cholesterol in mg/dL or mmol/L, so many days before the request."""

    value: str
    unit: str
    days: int

    @property
    def mg(self) -> Fraction:
        """In mg/dL."""
        return Fraction(self.value) * (MILLIGRAMS_OF_A_MILLIMOLE if self.unit == "mmol/L" else 1)


@dataclass(frozen=True)
class Patient:
    """One complete patient and request; a term or an amount that is not asked for is None."""

    indication: str
    phase: str
    diagnosed: frozenset[str]
    tried: frozenset[tuple[str, str]]
    weeks: tuple[int, ...]
    ldl: tuple[Measured, ...]
    before: int
    seen: frozenset[str]
    months: int | None
    milligrams: int | None


def unmet(patient: Patient) -> set[str]:
    """The criteria of the requested phase that are not met, in a disease that the document names."""
    newest = min(patient.ldl, key=lambda each: each.days)
    least = LEAST_LDL[patient.indication]
    met = {
        f"diagnosed({patient.indication})": patient.indication in patient.diagnosed,
        "specialist": bool(patient.seen),
    }
    if patient.phase == "continuation":
        met["ldl_fall"] = newest.mg * 100 <= patient.before * 70
    else:
        met["two_statins"] = len(done(patient)) >= 2
        met[f"ldl_above({least})"] = newest.mg > least and newest.days <= 90
    return {criterion for criterion, holds in met.items() if not holds}


def done(patient: Patient) -> set[str]:
    """The statins that were taken long enough or are ruled out."""
    long = {drug for drug, weeks in zip(STATINS, patient.weeks, strict=True) if weeks >= 8}
    return long | {drug for drug, end in patient.tried if end in ("intolerance", "contraindicated")}


def limits(patient: Patient) -> set[str]:
    """The limits that the request exceeds, where the document names its disease."""
    found = set()
    if patient.months is not None and patient.months > 12:
        found.add("term_limit")
    if patient.milligrams is not None and patient.milligrams > MOST_MILLIGRAMS[patient.indication]:
        found.add(f"dose_{patient.indication}".replace("familial_", ""))
    return found


def outcome(patient: Patient) -> tuple[str, set[str]]:
    """What the document makes of a patient: the outcome, and the bases of a denial."""
    if patient.indication not in DISEASES:
        return "deny", {"other_indication"}
    if unmet(patient):
        return "deny", {"criteria_not_met"}
    return ("modify" if limits(patient) else "approve"), set()


# ---- patients ------------------------------------------------------------------------------------


def random_patient(dice: random.Random) -> Patient:
    """A patient, drawn so that every criterion decides now and then."""
    eager = dice.choice((0.5, 0.9, 0.98))
    often = dice.choice((0.1, 0.3, 0.5))
    rare = 1 - eager
    indication = dice.choice((*DISEASES, *DISEASES, *DISEASES, "sle"))
    values = [("69.9", "mg/dL"), ("70", "mg/dL"), ("70.1", "mg/dL"), ("100", "mg/dL"), ("101", "mg/dL")]
    values += [("1.81", "mmol/L"), ("1.8102", "mmol/L"), ("2.586", "mmol/L"), *[("140", "mg/dL")] * 5]
    days = dice.sample((0, 1, 30, 89, 90, *((91, 400) if dice.random() < rare else ())), dice.randint(1, 3))
    return Patient(
        indication=indication,
        phase=dice.choice(("initial", "initial", "continuation")),
        diagnosed=frozenset(
            each for each in DISEASES if dice.random() < (eager if each == indication else 0.3)
        ),
        tried=frozenset((drug, end) for drug in STATINS for end in ENDS if dice.random() < often),
        weeks=tuple(dice.choice((0, 7, 8, 30)) for _ in STATINS),
        ldl=tuple(Measured(*dice.choice(values), ago) for ago in days),
        before=dice.choice((100, 143, 144, 200, 201, 260)),
        seen=frozenset(each for each in SPECIALISTS if dice.random() < eager / 2),
        months=dice.choice((None, 12, 12, 13)),
        milligrams=dice.choice((None, 300, 301, 450, 451)),
    )


def case_of(patient: Patient) -> dict[str, Any]:
    """The patient as a case that leaves nothing open."""
    request = request_of(POLICY, TODAY, patient)
    tried = ends_by_drug(patient.tried)
    measured = [
        {
            "value": float(each.value),
            "unit": each.unit,
            "on": (TODAY - timedelta(days=each.days)).isoformat(),
        }
        for each in patient.ldl
    ]
    facts: dict[str, Any] = {
        "diagnosis": {"only": sorted(patient.diagnosed)},
        "tried": {"only": tried},
        "weeks_on": dict(zip(STATINS, patient.weeks, strict=True)),
        "ldl": measured,
        "ldl_before": patient.before,
        "prescribed_with": {"only": sorted(patient.seen)},
    }
    return {"request": request, "facts": facts}


def filled(patient: Patient, place: int, tried: frozenset[tuple[str, str]], weeks: int) -> Patient:
    """The patient with something else on record, and the statin at a place taken for so long."""
    return replace(patient, tried=tried, weeks=(*patient.weeks[:place], weeks, *patient.weeks[place + 1 :]))
