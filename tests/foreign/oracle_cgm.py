"""A second opinion on the made-up policy on glucose monitors, in plain Python, and random patients.

Written from the document, which is made up, and sharing nothing with its rules:

    A continuous glucose monitor (HCPCS E2102, E2103) is covered when
    1. diabetes is diagnosed: type 1, type 2 or of another cause, as it is requested for;
    2. one of the following shows the need:
       2.1 insulin is injected three times a day or more, or given by a pump;
       2.2 a) two or more glucose readings below 54 mg/dL (3.0 mmol/L) fall in the last 6 months
              (183 days), or
           b) one low glucose needed another person's help (level 3), on paper;
    3. the patient or a caregiver is trained in its use;
    4. the treating clinician saw the patient in the last 6 months (183 days).
    Not covered is a second monitor beside one that stays in use, and every use but in diabetes.
    No more than three sensors are supplied for 30 days. There is no other list for a later monitor.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

TYPES = ("type_1_diabetes", "type_2_diabetes", "other_diabetes")
TODAY = date(2025, 7, 1)
HALF_A_YEAR = 183


@dataclass(frozen=True)
class Reading:
    """One reading of the glucose, in its unit, and how many days ago."""

    value: str
    unit: str
    days: int

    @property
    def low(self) -> bool:
        """Whether it is one of those that count."""
        least = Fraction(54) if self.unit == "mg/dL" else Fraction(3)
        return Fraction(self.value) < least and self.days <= HALF_A_YEAR


@dataclass(frozen=True)
class Patient:
    """One complete patient and request; what is not asked for, and a visit that never was, is None."""

    indication: str
    diagnosed: frozenset[str]
    injections: int
    pump: bool
    readings: tuple[Reading, ...]
    severe: bool
    trained: bool
    visit: int | None
    other_monitor: bool
    sensors: int | None = None
    days_supply: int = 30


def unmet(patient: Patient) -> set[str]:
    """The criteria that are not met."""
    insulin = patient.injections >= 3 or patient.pump
    low = sum(reading.low for reading in patient.readings) >= 2 or patient.severe
    met = {
        "diabetes": patient.indication in patient.diagnosed,
        "need": insulin or low,
        "training": patient.trained,
        "visit": patient.visit is not None and patient.visit <= HALF_A_YEAR,
    }
    return {criterion for criterion, holds in met.items() if not holds}


def outcome(patient: Patient) -> tuple[str, set[str]]:
    """What the document makes of a patient: the outcome, and the bases of a denial."""
    bases = {"second_monitor"} if patient.other_monitor else set()
    if patient.indication not in TYPES:
        bases.add("other_indication")
    elif unmet(patient):
        bases.add("criteria_not_met")
    if bases:
        return "deny", bases
    too_many = patient.sensors is not None and patient.sensors * 30 > 3 * patient.days_supply
    return ("modify" if too_many else "approve"), set()


# ---- patients ------------------------------------------------------------------------------------


def random_patient(dice: random.Random) -> Patient:
    """A patient, drawn so that every criterion decides now and then."""
    eager = dice.choice((0.6, 0.95))

    def likely() -> bool:
        return dice.random() < eager

    indication = dice.choice((*TYPES, *TYPES, "sle", "other"))
    diagnosed = {dice.choice(TYPES)} | ({indication} & set(TYPES) if likely() else set())
    return Patient(
        indication=indication,
        diagnosed=frozenset(diagnosed),
        injections=dice.choice((0, 2, 2, 3, 4)),
        pump=dice.random() < 0.2,
        readings=tuple(_reading(dice) for _ in range(dice.choice((0, 1, 2, 3, 4)))),
        severe=dice.random() < 0.2,
        trained=likely(),
        visit=dice.choice((0, 30, 183)) if likely() else dice.choice((184, 400, None)),
        other_monitor=not likely(),
        sensors=dice.choice((None, 3, 9, 10)),
        days_supply=dice.choice((30, 89, 90, 100)),
    )


def _reading(dice: random.Random) -> Reading:
    value, unit = dice.choice(
        (("53", "mg/dL"), ("54", "mg/dL"), ("120", "mg/dL"), ("2.9", "mmol/L"), ("3.0", "mmol/L"))
    )
    return Reading(value, unit, dice.choice((0, 10, 183, 184, 300)))


def case_of(patient: Patient, gaps: Sequence[str] = ()) -> dict[str, Any]:
    """The patient as a case that is silent about the gaps, by the names of fields, and states all else."""
    request: dict[str, Any] = {
        "code": "E2103",
        "indication": patient.indication,
        "service_date": TODAY.isoformat(),
    }
    if patient.sensors is not None:
        request |= {"sensors": patient.sensors, "days_supply": patient.days_supply}
    readings = [
        {"value": json.loads(r.value), "unit": r.unit, "on": _ago(r.days)} for r in patient.readings
    ]
    stated: dict[str, tuple[str, Any]] = {
        "diagnosed": ("diagnosis", {"only": sorted(patient.diagnosed)}),
        "injections": ("insulin_injections", patient.injections),
        "pump": ("insulin_pump", patient.pump),
        "readings": ("glucose", {"only": readings}),
        "severe": ("documented", {"severe_hypoglycemia": patient.severe}),
        "trained": ("trained", patient.trained),
        "visit": ("visit", "never" if patient.visit is None else _ago(patient.visit)),
        "other_monitor": ("keeps_another_monitor", patient.other_monitor),
    }
    facts = dict(said for name, said in stated.items() if name not in gaps)
    if "readings" in gaps:  # there may be others
        facts["glucose"] = readings
    return {"request": request, "facts": facts}


def _ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


# ---- gaps ----------------------------------------------------------------------------------------

LOW = Reading("40", "mg/dL", 1)
VALUES: dict[str, tuple[Any, ...]] = {
    "diagnosed": (frozenset(), frozenset(TYPES)),
    "injections": (2, 3),
    "pump": (False, True),
    "severe": (False, True),
    "trained": (False, True),
    "visit": (183, 184),
    "other_monitor": (False, True),
}
GAPS = (*VALUES, "readings")
"""What a record may not say; of readings, whether there are others."""


def completions(patient: Patient, gaps: Sequence[str]) -> list[Patient]:
    """Patients who agree with this one beside the gaps, enough of them for every outcome that there is."""
    assert set(gaps) <= {field.name for field in fields(patient)}
    found = [patient]
    for gap in gaps:
        values = VALUES.get(gap) or (patient.readings, (*patient.readings, LOW, LOW))
        found = [replace(one, **{gap: value}) for one in found for value in values]
    return found
