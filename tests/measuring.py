"""A policy that compares numbers in every way there is, made up; beside the vocabulary that ships."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from lupa import KnowledgeBase
from lupa.rules.files import shipped

ABOUT = """
policy(measuring). payer(measuring, "Nobody"). document(measuring, "Measuring"). covers(measuring, lowmab).
edition(measuring, "1", "2024-01-01").
drug(lowmab). label(lowmab, "lowmab").
"""
RULES = """
condition(high_ldl). label(high_ldl, "high LDL cholesterol"). indication(high_ldl).

quantity(ldl, "mg/dL", 0, 1000). label(ldl, "the LDL cholesterol"). dated(ldl).
conversion(ldl, "mmol/L", 3867, 100).
quantity(ldl_before, "mg/dL", 0, 1000). label(ldl_before, "the LDL cholesterol before treatment").
conversion(ldl_before, "mmol/L", 3867, 100).
quantity(ldl_change, "percent", -100, 10000). label(ldl_change, "the change of the LDL cholesterol").
percent_change(ldl_change, ldl_before, ldl).
quantity(bmi, "kg/m2", 5, 150). label(bmi, "the BMI").
quantity(bmi_before, "kg/m2", 5, 150). label(bmi_before, "the BMI before treatment").
quantity(bmi_loss, "kg/m2", -150, 150). label(bmi_loss, "the loss of BMI").
difference(bmi_loss, bmi, bmi_before).
quantity(t_score, "", -10, 10). label(t_score, "the T-score").
quantity(eosinophils, "cells/uL", 0, 100000). label(eosinophils, "the eosinophil count").
dated(eosinophils).
quantity(dose, "mg", 0, 5000). label(dose, "the dose"). part_of_request(dose).
quantity(weight, "kg", 0, 500). label(weight, "the weight").
quantity(dose_per_weight, "mg/kg", 0, 5000). label(dose_per_weight, "the dose by weight").
part_of_request(dose_per_weight).
rate(dose_per_weight, 1, dose, weight).
asks_of_earlier_treatment((methotrexate; prednisone)).

cut_point(at_least(bmi, "27.5")). cut_point(at_least(bmi, 30)). cut_point(more_than(bmi, 30)).
cut_point(at_least(bmi_loss, "2.5")).
cut_point(at_least(ldl, 100)). cut_point(more_than(days_since(ldl), 90)).
cut_point(more_than(ldl_change, -30)).
cut_point(more_than(t_score, "-2.5")).
cut_point(at_least(age_months, 6)). cut_point(at_least(age_months, 144)). cut_point(at_least(age, 12)).
asks_whether_measured(at_least(eosinophils, 150), 42).
asks_whether_measured(at_least(eosinophils, 300), 365).
asks_whether_measured(less_than(ldl, 70), 90). asks_whether_measured(at_least(ldl, 130), 365).
cut_point(at_least(weeks_on(Drug), 12))                        :- asks_of_earlier_treatment(Drug).
cut_point(more_than(days_since(last_taken(Drug)), 365))        :- asks_of_earlier_treatment(Drug).

frame(measuring, high_ldl, (initial; continuation), c1).
requires(measuring, high_ldl, initial,      ldl_high, c1).
requires(measuring, high_ldl, initial,      weight,   c1).
requires(measuring, high_ldl, initial,      bone,     c1).
requires(measuring, high_ldl, initial,      old,      c1).
requires(measuring, high_ldl, initial,      counted,  c1).
requires(measuring, high_ldl, initial,      step,     c1).
requires(measuring, high_ldl, continuation, fall,     c1).
requires(measuring, high_ldl, continuation, loss,     c1).
requires(measuring, high_ldl, continuation, never,    c1).
met(measuring, ldl_high) :- at_least(ldl, 100), not more_than(days_since(ldl), 90).
met(measuring, weight)   :- at_least(bmi, 30).
met(measuring, weight)   :- at_least(bmi, "27.5"), at_least(age, 12).
met(measuring, bone)     :- not more_than(t_score, "-2.5").
met(measuring, old)      :- at_least(age_months, 6).
met(measuring, counted)  :- measured(at_least(eosinophils, 150), 42).
met(measuring, counted)  :- measured(at_least(eosinophils, 300), 365).
failed(Drug) :- tried(Drug, inadequate_response), long_enough(Drug), not long_ago(Drug).
long_enough(Drug) :- asks_of_earlier_treatment(Drug), at_least(weeks_on(Drug), 12).
long_ago(Drug)    :- asks_of_earlier_treatment(Drug), more_than(days_since(last_taken(Drug)), 365).
failed(Drug) :- tried(Drug, (intolerance; contraindicated)).
met(measuring, step)  :- failed(prednisone), failed(methotrexate).
met(measuring, fall)  :- not more_than(ldl_change, -30).
met(measuring, fall)  :- measured(less_than(ldl, 70), 90).
met(measuring, loss)  :- at_least(bmi_loss, "2.5").
met(measuring, loss)  :- more_than(bmi, 30).
met(measuring, never) :- not measured(at_least(ldl, 130), 365).
text(measuring, criterion(Item), "{1} is met.", "{1} is not met.") :- requires(measuring, _, _, Item, _).
limit(measuring, dose_limit, dose_per_weight, "7.5").
limited(measuring, high_ldl, (initial; continuation), dose_limit, c1).
text(measuring, limit(dose_limit), "More than {number} mg/kg.", "No more than {number} mg/kg.").
clause(measuring, c1, criterion, "Item", "All of it.").
cites(measuring, drug, c1).
"""

SERVICE = "2025-03-01"


def measuring_kb(folder: Path, more: str = "") -> KnowledgeBase:
    """The knowledge base with this policy alone, and perhaps some more rules of it."""
    own = folder / "policies" / "measuring"
    own.mkdir(parents=True)
    for path in shipped("kb").glob("*.lp"):
        shutil.copy(path, folder)
    (own / "about.lp").write_text(ABOUT, encoding="utf-8")
    (own / "policy.lp").write_text(RULES + more, encoding="utf-8")
    return KnowledgeBase.load(folder)


def a_case(phase: str = "initial", request: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:
    """A case of the policy."""
    asked = {"drug": "lowmab", "indication": "high_ldl", "phase": phase, "service_date": SERVICE}
    return {"request": {**asked, **(request or {})}, "facts": facts}
