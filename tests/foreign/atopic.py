"""A second opinion on the made-up policy on Atopyra, in plain Python, and random patients for both.

Written from the document, which is as made up as the drug, and sharing nothing with its rules:

    Asthma. Atopyra (orvelimab) is covered to start with when
    1. asthma is diagnosed;
    2. the patient is 6 years or older;
    3. the asthma is (a) eosinophilic, by a blood eosinophil count of 150 cells per microlitre or more in
       the last 365 days or a documented one of 300 or more before oral corticosteroids were begun, or (b),
       from 12 years on, a document shows oral corticosteroids taken every day for 4 weeks or more;
    4. (a) an inhaled corticosteroid (fluticasone, budesonide or mometasone) and (b) a second controller
       (salmeterol, formoterol, tiotropium or montelukast) were each taken for 12 weeks, not tolerated or
       contraindicated;
    5. the asthma is not controlled: (a) two or more courses of oral corticosteroids, each of 3 days or
       more, in the last 365 days, (b) a documented hospital admission in the last 12 months, or (c) an FEV1
       below 90 percent of predicted from 6 to 11 years, below 80 percent from 12 years on;
    6. an allergist or a pulmonologist prescribes it or was consulted.
    It stays covered when 1 and 6 are so and there were fewer exacerbations in the last 12 months than in
    the 12 months before treatment.

    Atopic dermatitis. It is covered to start with when
    1. atopic dermatitis is diagnosed;
    2. the patient is 6 months or older;
    3. (a) 10 percent of the body surface or more is affected, (b) the EASI score is 16 or more, or (c) the
       face, the hands, the genitals or folds of the skin are affected;
    4. (a) a topical corticosteroid of medium or higher potency was used for 4 weeks, not tolerated or
       contraindicated, or all are unsuitable, as the face, the genitals or folds of the skin are affected,
       and (b), from 2 years on, a topical calcineurin inhibitor (tacrolimus or pimecrolimus) was used for
       6 weeks, not tolerated or contraindicated;
    5. an allergist or a dermatologist prescribes it or was consulted.
    It stays covered when 1 and 5 are so and the EASI score is lower than before treatment by 50 percent or
    more.

    It is not covered together with another biologic, nor for any other use.
    A first authorization runs 6 months at the longest, a later one 12. In 28 days no more than 600 mg from
    12 years on in asthma and from 18 in atopic dermatitis; for who is younger, below 15 kg 200 mg, from
    15 kg 300 mg, from 30 kg 400 mg, and in atopic dermatitis from 60 kg 600 mg.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tests.foreign.asked import ends_by_drug, request_of

POLICY = "example_atopic_antibody"
DISEASES = ("asthma", "atopic_dermatitis")
INHALED = ("fluticasone_inhaled", "budesonide_inhaled", "mometasone_inhaled")
ADDED = ("salmeterol", "formoterol", "tiotropium", "montelukast")
STRONG = ("clobetasol_cream", "betamethasone_cream", "mometasone_cream", "triamcinolone_cream")
WEAK = ("hydrocortisone_cream",)
INHIBITORS = ("tacrolimus_ointment", "pimecrolimus_cream")
LEAST_WEEKS = (
    dict.fromkeys((*INHALED, *ADDED), 12)
    | dict.fromkeys((*STRONG, *WEAK), 4)
    | dict.fromkeys(INHIBITORS, 6)
)
ENDS = ("inadequate_response", "intolerance", "contraindicated", "declined")
AREAS = ("face", "hands", "genitals", "folds")
PAPERS = ("count_before_steroids", "steroid_dependence", "admission")
SPECIALISTS = {
    "asthma": {"allergist", "pulmonologist"},
    "atopic_dermatitis": {"allergist", "dermatologist"},
}
BIOLOGICS = ("dupilumab", "omalizumab", "rituximab")
FULL_DOSE_FROM = {"asthma": 12, "atopic_dermatitis": 18}
TODAY = date(2026, 6, 30)


@dataclass(frozen=True)
class Patient:
    """One complete patient and request; a term or an amount that is not asked for is None.

    A measurement is a value and so many days before the request; the age is in months.
    """

    indication: str
    phase: str
    diagnosed: frozenset[str]
    age_months: int
    weight: float
    tried: frozenset[tuple[str, str]]
    weeks: tuple[tuple[str, int], ...]
    counts: tuple[tuple[int, int], ...]
    courses: tuple[tuple[int, int], ...]
    papers: frozenset[str]
    fev1: float
    exacerbations: tuple[int, int]
    surface: float
    easi: tuple[float, float]
    affected: frozenset[str]
    seen: frozenset[str]
    taking: frozenset[str]
    stopped: frozenset[str]
    started: frozenset[str]
    months: int | None
    milligrams: int | None

    @property
    def years(self) -> int:
        """The age in whole years."""
        return self.age_months // 12


def used(patient: Patient, drugs: tuple[str, ...]) -> bool:
    """Whether one of the drugs was used for long enough, not tolerated or is contraindicated."""
    ruled_out = {drug for drug, end in patient.tried if end in ("intolerance", "contraindicated")}
    long = {drug for drug, weeks in patient.weeks if weeks >= LEAST_WEEKS[drug]}
    return not (ruled_out | long).isdisjoint(drugs)


def asthma(patient: Patient) -> dict[str, bool]:
    """The criteria of asthma that the requested phase has, and which are met."""
    if patient.phase == "continuation":
        before, now = patient.exacerbations
        return {"fewer_exacerbations": now < before}
    grown = patient.years >= 12
    eosinophilic = any(count >= 150 and days <= 365 for count, days in patient.counts)
    courses = sum(length >= 3 and days <= 365 for length, days in patient.courses)
    return {
        "old_enough(asthma)": patient.years >= 6,
        "kind_of_asthma": eosinophilic
        or "count_before_steroids" in patient.papers
        or (grown and "steroid_dependence" in patient.papers),
        "controllers": used(patient, INHALED) and used(patient, ADDED),
        "uncontrolled": courses >= 2
        or "admission" in patient.papers
        or patient.fev1 < (80 if grown else 90),
    }


def dermatitis(patient: Patient) -> dict[str, bool]:
    """The criteria of atopic dermatitis that the requested phase has, and which are met."""
    before, now = patient.easi
    if patient.phase == "continuation":
        return {"easi_fall": now * 2 <= before}
    unsuitable = not patient.affected.isdisjoint({"face", "genitals", "folds"})
    return {
        "old_enough(atopic_dermatitis)": patient.age_months >= 6,
        "moderate_to_severe": patient.surface >= 10 or now >= 16 or bool(patient.affected),
        "topical_treatment": (used(patient, STRONG) or unsuitable)
        and (patient.years < 2 or used(patient, INHIBITORS)),
    }


def unmet(patient: Patient) -> set[str]:
    """The criteria of the requested phase that are not met, in a disease that the document names."""
    met = asthma(patient) if patient.indication == "asthma" else dermatitis(patient)
    met[f"diagnosed({patient.indication})"] = patient.indication in patient.diagnosed
    met[f"specialist({patient.indication})"] = not patient.seen.isdisjoint(SPECIALISTS[patient.indication])
    return {criterion for criterion, holds in met.items() if not holds}


def most_milligrams(patient: Patient) -> int:
    """How much can be authorized for 28 days."""
    if patient.years >= FULL_DOSE_FROM[patient.indication]:
        return 600
    if patient.weight >= 60 and patient.indication == "atopic_dermatitis":
        return 600
    return 400 if patient.weight >= 30 else 300 if patient.weight >= 15 else 200


def limits(patient: Patient) -> set[str]:
    """What the request exceeds, where the document names its disease: the term, the dose."""
    found = set()
    if patient.months is not None and patient.months > (6 if patient.phase == "initial" else 12):
        found.add("term")
    if patient.milligrams is not None and patient.milligrams > most_milligrams(patient):
        found.add("dose")
    return found


def outcome(patient: Patient) -> tuple[str, set[str]]:
    """What the document makes of a patient: the outcome, and the bases of a denial."""
    beside = (patient.taking - patient.stopped) | patient.started
    bases = {f"other_biologic({drug})" for drug in beside}
    if patient.indication not in DISEASES:
        bases.add("other_indication")
    elif unmet(patient):
        bases.add("criteria_not_met")
    if bases:
        return "deny", bases
    return ("modify" if limits(patient) else "approve"), set()


# ---- patients ------------------------------------------------------------------------------------


def some(dice: random.Random, names: tuple[str, ...], often: float) -> frozenset[str]:
    """Some of the names, each so often."""
    return frozenset(name for name in names if dice.random() < often)


def measured(dice: random.Random, values: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Up to three measurements, each of its own day."""
    days = dice.sample((0, 30, 200, 365, 366, 800), dice.randint(0, 3))
    return tuple((dice.choice(values), ago) for ago in days)


def random_patient(dice: random.Random) -> Patient:
    """A patient, drawn so that every criterion decides now and then."""
    eager = dice.choice((0.5, 0.9, 0.98))
    often = dice.choice((0.05, 0.15, 0.3))
    indication = dice.choice((*DISEASES * 4, "sle"))
    steps = tuple(LEAST_WEEKS)
    taking = some(dice, BIOLOGICS, 0.1)
    return Patient(
        indication=indication,
        phase=dice.choice(("initial", "initial", "initial", "continuation")),
        diagnosed=frozenset(
            each for each in DISEASES if dice.random() < (eager if each == indication else 0.3)
        ),
        age_months=dice.choice((5, 6, 23, 24, 71, 72, 100, 143, 144, 180, 215, 216, 500)),
        weight=dice.choice((14.9, 15, 29.5, 30, 59.9, 60, 80)),
        tried=frozenset((drug, end) for drug in steps for end in ENDS if dice.random() < often),
        weeks=tuple((drug, dice.choice((0, 3, 4, 5, 6, 11, 12))) for drug in steps),
        counts=measured(dice, (149, 150, 400)),
        courses=measured(dice, (2, 3, 5)),
        papers=some(dice, PAPERS, 0.3),
        fev1=dice.choice((60, 79.9, 80, 89.5, 90, 95)),
        exacerbations=(dice.choice((0, 2, 3)), dice.choice((0, 0, 1, 2, 3))),
        surface=dice.choice((0, 9.9, 10, 40)),
        easi=(dice.choice((20, 30.2, 31, 50)), dice.choice((5, 15.1, 15.9, 16, 25))),
        affected=some(dice, AREAS, often),
        seen=some(dice, ("allergist", "pulmonologist", "dermatologist"), eager / 2),
        taking=taking,
        stopped=frozenset(each for each in sorted(taking) if dice.random() < 0.6),
        started=some(dice, BIOLOGICS, 0.03),
        months=dice.choice((None, 6, 7, 12, 13)),
        milligrams=dice.choice((None, 200, 201, 300, 301, 400, 401, 600, 601)),
    )


def dated(measurements: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    """All measurements that there are, as a case has them."""
    return {
        "only": [
            {"value": value, "on": (TODAY - timedelta(days=ago)).isoformat()} for value, ago in measurements
        ]
    }


def case_of(patient: Patient) -> dict[str, Any]:
    """The patient as a case that leaves nothing open."""
    request = request_of(POLICY, TODAY, patient)
    tried = ends_by_drug(patient.tried)
    before, now = patient.exacerbations
    facts: dict[str, Any] = {
        "diagnosis": {"only": sorted(patient.diagnosed)},
        "age_months": patient.age_months,
        "weight": patient.weight,
        "tried": {"only": tried},
        "weeks_on": {drug: weeks for drug, weeks in patient.weeks if drug not in WEAK},
        "eosinophils": dated(patient.counts),
        "steroid_course": dated(patient.courses),
        "documented": {"only": sorted(patient.papers)},
        "fev1": patient.fev1,
        "exacerbations_before": before,
        "exacerbations": now,
        "body_surface": patient.surface,
        "easi_before": patient.easi[0],
        "easi": patient.easi[1],
        "affects": {"only": sorted(patient.affected)},
        "prescribed_with": {"only": sorted(patient.seen)},
        "taking": {"only": sorted(patient.taking)},
        "stops": {"only": sorted(patient.stopped)},
        "starts": {"only": sorted(patient.started)},
    }
    return {"request": request, "facts": facts}


def of_size(patient: Patient, age_months: int, weight: float) -> Patient:
    """The patient with another age and weight."""
    return replace(patient, age_months=age_months, weight=weight)
