"""Seeded defects: small changes of the shipped rules, each with what the checks must say of it, no more.

A finding is told by its check and its subject. What a check finds beside the one that a change is meant for
is listed with the change: it is as true of the changed rules, and a reader should agree with each.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracle import DRUG_CLASSES
from tests.slim import dropped

Found = tuple[str, str]
"""A check and its subject; for a case that comes out otherwise, `case` and its name."""

LUPKYNIS = "policies/fep_lupkynis/policy.lp"
BENLYSTA = "policies/uhc_benlysta/policy.lp"
LUPKYNIS_READINGS = "policies/fep_lupkynis/readings.lp"
LUPKYNIS_FACTS = "policies/fep_lupkynis/facts.lp"
ABOUT_BENLYSTA = "policies/uhc_benlysta/about.lp"
BENLYSTA_READINGS = "policies/uhc_benlysta/readings.lp"
NEWEST = "uhc_benlysta@2023-11-01"
CHANGED = ("", "")
NOWHERE = None


@dataclass(frozen=True, slots=True)
class Seed:
    """One change in one place, and what is found.

    `old` occurs once in `file` and becomes `new`. `finds` begins with what the change is meant to show;
    `gone` are accepted findings that are no more. The places of the first finding, or of its reasons,
    hold the line `at`: a file and a text on it, the changed line, or none where it names no place.
    `outcomes` are those of its patients, and `before` what the shipped rules say of them; they have what
    `shows` says. `asked` is verified: the policy that is changed, unless it is named.
    """

    name: str
    file: str
    old: str
    new: str
    finds: tuple[Found, ...]
    gone: tuple[str, ...] = ()
    at: tuple[str, str] | None = CHANGED
    outcomes: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    asked: str = ""

    @property
    def policy(self) -> str:
        """What is verified: a policy, or one edition of it."""
        return self.asked or ("fep_lupkynis" if self.file == LUPKYNIS else NEWEST)

    @property
    def tries_cases(self) -> bool:
        """Whether it is the shipped cases that notice."""
        return any(check == "case" for check, _ in self.finds)


def of(check: str, *subjects: str) -> tuple[Found, ...]:
    """Findings of one check."""
    return tuple((check, subject) for subject in subjects)


def redundant(indication: str, phase: str, *criteria: str) -> tuple[Found, ...]:
    """Criteria of a pathway that never decide alone."""
    return of(
        "decisive_criterion",
        *(f"on(criterion({criterion}),{indication},{phase})" for criterion in criteria),
    )


def idle(*clauses: str) -> tuple[Found, ...]:
    """Clauses without which every patient comes out the same."""
    return of("load_bearing_clause", *(f"clause({clause})" for clause in clauses))


def left_out(indication: str, *criteria: str) -> tuple[Found, ...]:
    """Criteria of initial therapy that a continuation is approved without."""
    return of("left_out_on_continuation", *(f"left_out(criterion({c}),{indication})" for c in criteria))


def never_cut(indication: str, phase: str, *limits: str) -> tuple[Found, ...]:
    """Limits of a pathway by which no request is cut."""
    return of("decisive_limit", *(f"on(limit({limit}),{indication},{phase})" for limit in limits))


def fail_together(one: str, other: str, *pathways: tuple[str, str]) -> tuple[Found, ...]:
    """Two criteria of which, on these pathways, none fails without the other."""
    return of("fail_apart", *(f"both(criterion({one}),criterion({other}),{i},{p})" for i, p in pathways))


def off_label(*reasons: str) -> tuple[Found, ...]:
    """Ways in which something is approved outside the label."""
    return of("within_label", *(f"approved(off_label({reason}))" for reason in reasons))


def barred(clause: str, *pathways: tuple[str, str]) -> tuple[Found, ...]:
    """Pathways on which a patient meets every criterion and a clause bars the drug."""
    return of(
        "proven_and_unproven", *(f"barred({indication},{phase},{clause})" for indication, phase in pathways)
    )


def untold(reading: str, choice: str) -> tuple[Found, ...]:
    """A reading that changes no outcome."""
    return of("telling_reading", f"reading({reading},{choice})")


def cases(*names: str) -> tuple[Found, ...]:
    """Cases that no longer come to what they expect, or can no longer be asked."""
    return of("case", *names)


def weightless(*facts: str) -> tuple[Found, ...]:
    """Facts that are said to speak for a patient, and by which no approval comes about."""
    return of("weighing_fact", *(f"favourable({fact})" for fact in facts))


def no_longer(*found: Found, policy: str = "uhc_benlysta") -> tuple[str, ...]:
    """Accepted findings that have gone."""
    return tuple(f"{policy}: {check} {subject}" for check, subject in found)


REFUSED = ("refused", "fep_lupkynis")
SLE_START, SLE_ON = ("sle", "initial"), ("sle", "continuation")
NEPHRITIS_START, NEPHRITIS_ON = ("lupus_nephritis", "initial"), ("lupus_nephritis", "continuation")
BACKGROUND = (
    *DRUG_CLASSES["corticosteroid"],
    *(d for d in DRUG_CLASSES["immunosuppressant"] if d not in ("cyclophosphamide", "voclosporin")),
)
STEROIDS, ANTIMALARIALS = DRUG_CLASSES["corticosteroid"], DRUG_CLASSES["antimalarial"]
EVER_BACKGROUND = (*BACKGROUND, *ANTIMALARIALS, "belimumab")
"""What counts as background therapy in some reading."""
NO_BACKGROUND = ("note(antimalarial_is_not_background)", "note(belimumab_is_not_background)")
OTHER_BIOLOGICS = [drug for drug in DRUG_CLASSES["biologic"][2:] if drug not in dropped()]
"""Those of fewer drugs that only the list of unproven uses bars, after belimumab and anifrolumab."""
AVOIDED = ("mycophenolate_mofetil", "mycophenolic_acid", "cyclophosphamide", "methotrexate")
BENEFIT = ("documented(clinical_benefit)", "reading(benefit_example,an_example)", "stable_egfr")
NO_ANTIMALARIAL = weightless(
    "reading(antimalarial_as_background,counts)",
    "unlisted(antimalarial)",
    *(f"{how}({drug})" for how in ("starts", "taking") for drug in ANTIMALARIALS),
)
NO_EXAMPLE = (
    *of("unused", "is_benefit_meant/0"),
    *of("unread-fact", "stable_egfr", "reading(benefit_example)"),
    *untold("benefit_example", "what_is_meant"),
)
NO_CNS = (
    *redundant(*SLE_START, "no_severe_cns_lupus"),
    *redundant(*NEPHRITIS_START, "no_severe_cns_lupus"),
)
CNS_BARRED = barred("u52", SLE_ON, NEPHRITIS_ON)
CNS_LEFT_OUT = (
    *left_out("lupus_nephritis", "no_severe_cns_lupus"),
    *left_out("sle", "no_severe_cns_lupus"),
)
ORDER = (
    "uhc_benlysta@2023-11-01: order_of_requests pair(belimumab,voclosporin) beside fep_lupkynis@2024-10-01",
)
COMBINATION = (
    *redundant(*SLE_START, "no_combination"),
    *redundant(*NEPHRITIS_START, "no_combination"),
    *redundant(*SLE_ON, "no_combination"),
    *redundant(*NEPHRITIS_ON, "no_combination"),
    *idle("u13", "u19", "u33", "u39"),
)

# ---- pathways ----------------------------------------------------------------------------------

PATHWAYS = (
    Seed(
        "two criteria of one pathway contradict each other, so nobody starts in nephritis",
        BENLYSTA,
        "active_lupus_nephritis) :- active(lupus_nephritis).",
        "active_lupus_nephritis) :- active(lupus_nephritis), diagnosis(severe_active_cns_lupus).",
        (
            *of("approvable_pathway", "pathway(lupus_nephritis,initial)"),
            *of("continuable", "indication(lupus_nephritis)"),
            *redundant(*NEPHRITIS_START, "label_dosing", "no_combination", "standard_of_care"),
            *never_cut(*NEPHRITIS_START, "term_limit"),
            *idle("u32", "u33", "u34", "u35"),
            *of("one_way", "adverse(diagnosis(severe_active_cns_lupus))"),
        ),
        gone=no_longer(*barred("u54", NEPHRITIS_START)),
    ),
    Seed(
        "a pathway leads to an indication that the list calls unproven",
        BENLYSTA,
        "% The edition before 2023",
        "requires(uhc_benlysta, rheumatoid_arthritis, initial, standard_of_care, u12).\n"
        "% The edition before 2023",
        (
            *of("approvable_pathway", "pathway(rheumatoid_arthritis,initial)"),
            *of("continuable", "indication(rheumatoid_arthritis)"),
            *of("explained_denial", "unexplained(basis(criteria_not_met))"),
            *redundant("rheumatoid_arthritis", "initial", "standard_of_care"),
            *barred("u51", ("rheumatoid_arthritis", "initial")),
            *barred("u52", ("rheumatoid_arthritis", "initial")),
            *barred("u54", ("rheumatoid_arthritis", "initial")),
        ),
    ),
    Seed(
        "a criterion can never be met, so no renewal is approved",
        LUPKYNIS,
        "met(fep_lupkynis, clinical_benefit)        :- documented(clinical_benefit), is_benefit_meant.",
        "met(fep_lupkynis, clinical_benefit)        :- diagnosis(lupus_nephritis), not diagnosis(sle).",
        (
            *of("approvable_pathway", "pathway(lupus_nephritis,continuation)"),
            *of("continuable", "indication(lupus_nephritis)"),
            *redundant(
                *NEPHRITIS_ON, "adult", "background_therapy", "benefits_outweigh_risks", "lupus_nephritis"
            ),
            *redundant(*NEPHRITIS_ON, "no_cyclophosphamide", "no_live_vaccine", "renal_monitoring"),
            *redundant(*NEPHRITIS_ON, "safety_monitoring"),
            *never_cut(*NEPHRITIS_ON, "term_limit", "quantity_limit"),
            *idle("f22", "f23", "f25", "f26a", "f26b", "f27a", "f27b", "f28", "f32"),
            *NO_EXAMPLE,
            *weightless("attests(benefits_outweigh_risks)", "diagnosis(lupus_nephritis)", *BENEFIT),
        ),
        gone=no_longer(
            *off_label("inactive_disease"),
            *left_out("lupus_nephritis", "active_lupus_nephritis"),
            policy="fep_lupkynis",
        ),
    ),
    Seed(
        "a continuation asks for what the start rules out, so nobody who starts can go on",
        LUPKYNIS,
        ":- documented(clinical_benefit), is_benefit_meant.",
        ":- documented(clinical_benefit), is_benefit_meant, not active(lupus_nephritis).",
        (
            *of("continuable", "indication(lupus_nephritis)"),
            *of("one_way", "favourable(active(lupus_nephritis))"),
        ),
    ),
    Seed(
        "the list of unproven uses binds continuations alone, so what was approved is then barred",
        BENLYSTA,
        "unproven_list_binds :- requested(phase, initial).\n"
        "unproven_list_binds :- reading(unproven_on_continuation, applies).",
        "unproven_list_binds :- requested(phase, continuation), "
        "reading(unproven_on_continuation, applies).",
        of("continuable", "barred(sle)", "barred(lupus_nephritis)"),
        gone=no_longer(*NO_CNS, *barred("u54", SLE_START, NEPHRITIS_START)),
        at=(BENLYSTA, "sle,             continuation, prior_infusion"),
        outcomes=("approve", "deny"),
        before=("deny", "deny"),
        shows=("The patient takes rituximab.", "The request is for continuation."),
    ),
    Seed(
        "a limit stands for the other phase, so a start may be longer than its continuation",
        BENLYSTA,
        "limited(uhc_benlysta, sle,             initial,      term_limit, u15).",
        "limited(uhc_benlysta, sle,             continuation, term_limit, u15).",
        (*of("continuable", "barred(sle)"), *idle("u15", "u21")),
        at=(BENLYSTA, "sle,             continuation, prior_infusion"),
        outcomes=("approve", "modify"),
        before=("modify", "modify"),
        shows=("The period asked for is more than 12 months.",),
    ),
    Seed(
        "the limit of one phase is lost",
        LUPKYNIS,
        "limited(fep_lupkynis, lupus_nephritis, initial,      quantity_limit, f30).\n",
        "",
        (*of("continuable", "barred(lupus_nephritis)"), *of("unencoded-clause", "f30")),
        at=(LUPKYNIS, "continuation, clinical_benefit"),
        outcomes=("approve", "modify"),
        before=("modify", "modify"),
        shows=(
            "The quantity asked for (capsules over days of supply) is more than 540 capsules per 90 days.",
        ),
    ),
    Seed(
        "a row cites the clause of the other phase, in whose list its like stands",
        BENLYSTA,
        "requires(uhc_benlysta, sle,             continuation, no_combination,         u19).",
        "requires(uhc_benlysta, sle,             continuation, no_combination,         u13).",
        (
            *of("clause_of_pathway", "shared(u13,sle,continuation,sle,initial)"),
            *of("unencoded-clause", "u19"),
        ),
        outcomes=("deny",),
    ),
    Seed(
        "two criteria ask for one fact, so that they always fail together",
        LUPKYNIS,
        "met(fep_lupkynis, clinical_benefit)        :- documented(clinical_benefit), is_benefit_meant.",
        "met(fep_lupkynis, clinical_benefit)        :- attests(benefits_outweigh_risks).",
        (
            *fail_together("benefits_outweigh_risks", "clinical_benefit", NEPHRITIS_ON),
            *redundant(*NEPHRITIS_ON, "benefits_outweigh_risks", "clinical_benefit"),
            *idle("f24", "f25"),
            *NO_EXAMPLE,
            *weightless(*BENEFIT),
        ),
        at=(LUPKYNIS, "continuation, benefits_outweigh_risks"),
    ),
    Seed(
        "a limit is set above whatever can be asked for",
        LUPKYNIS,
        "limit(fep_lupkynis, quantity_limit, capsules_per_90_days, 540).",
        "limit(fep_lupkynis, quantity_limit, capsules_per_90_days, 8999910).",
        (*never_cut(*NEPHRITIS_START, "quantity_limit"), *never_cut(*NEPHRITIS_ON, "quantity_limit")),
        at=(LUPKYNIS, "limited(fep_lupkynis, lupus_nephritis, initial,      quantity_limit"),
    ),
    Seed(
        "a baseline is asked for on a continuation too",
        LUPKYNIS,
        "advisory(fep_lupkynis, no_baseline_egfr) :- starting, not known(egfr).",
        "advisory(fep_lupkynis, no_baseline_egfr) :- not known(egfr).",
        of("only_at_start", "at_start(advisory(no_baseline_egfr))"),
        outcomes=("deny",),
    ),
    Seed(
        "a criterion asks for the state that the other policy bars, so that no patient has both",
        LUPKYNIS,
        "met(fep_lupkynis, lupus_nephritis)        :- diagnosis(lupus_nephritis).",
        "met(fep_lupkynis, lupus_nephritis)        :- "
        "diagnosis(lupus_nephritis), diagnosis(severe_active_cns_lupus).",
        of("approvable_together", "pair(voclosporin,belimumab) beside uhc_benlysta@2023-11-01"),
        gone=no_longer(
            *redundant(*NEPHRITIS_START, "lupus_nephritis"), *idle("f16a"), policy="fep_lupkynis"
        ),
        at=("policies/fep_lupkynis/about.lp", "covers(fep_lupkynis"),
    ),
)

# ---- criteria ----------------------------------------------------------------------------------

CRITERIA = (
    Seed(
        "two parts of a criterion ask for the same, so that either could go",
        LUPKYNIS,
        "met(fep_lupkynis, blood_pressure_monitoring) :- attests(monitor_blood_pressure).",
        "met(fep_lupkynis, blood_pressure_monitoring) :- attests(monitor_egfr).",
        (
            *of(
                "decisive_part",
                "part(criterion(egfr_monitoring),criterion(renal_monitoring))",
                "part(criterion(blood_pressure_monitoring),criterion(renal_monitoring))",
            ),
            *of("unread-fact", "attests(monitor_blood_pressure)"),
            *weightless("attests(monitor_blood_pressure)"),
        ),
        at=(LUPKYNIS, "part(fep_lupkynis, renal_monitoring,  egfr_monitoring"),
    ),
    Seed(
        "a criterion is implied by another",
        BENLYSTA,
        "met(uhc_benlysta, prior_infusion)    :- received(belimumab_intravenous).",
        "met(uhc_benlysta, prior_infusion)    :- documented(clinical_response).",
        (
            *redundant(*SLE_ON, "positive_response", "prior_infusion"),
            *redundant(*NEPHRITIS_ON, "positive_response", "prior_infusion"),
            *fail_together("positive_response", "prior_infusion", SLE_ON, NEPHRITIS_ON),
            *idle("u16", "u17", "u36", "u37"),
            *of("unread-fact", "received(belimumab_intravenous)"),
            *weightless("received(belimumab_intravenous)"),
        ),
    ),
    Seed(
        "a criterion says what another says already, as the text is usually read",
        LUPKYNIS,
        "background_therapy) :- received_as(Class), counts(Class).",
        "background_therapy) :- received_as(Class), counts(Class), not partnered.",
        (
            *redundant(*NEPHRITIS_START, "no_cyclophosphamide"),
            *redundant(*NEPHRITIS_ON, "no_cyclophosphamide"),
            *untold("cyclophosphamide", "as_background"),
            *idle("f17b", "f26b"),
            *weightless("reading(cyclophosphamide,as_background)"),
        ),
    ),
    Seed(
        "a criterion is always met",
        LUPKYNIS,
        "met(fep_lupkynis, no_live_vaccine) :- not live_vaccine.",
        "met(fep_lupkynis, no_live_vaccine).",
        (
            *redundant(*NEPHRITIS_START, "no_live_vaccine"),
            *redundant(*NEPHRITIS_ON, "no_live_vaccine"),
            *idle("f20", "f28"),
            *of("unread-fact", "live_vaccine"),
            *of("weighing_fact", "adverse(live_vaccine)"),
        ),
        at=(LUPKYNIS, "initial,      no_live_vaccine"),
    ),
    Seed(
        "a dropped not asks for the drugs that the criterion bars",
        BENLYSTA,
        "met(uhc_benlysta, no_combination) :- not partnered.",
        "met(uhc_benlysta, no_combination) :- partnered.",
        (
            *of("one_way", *(f"adverse({how}(voclosporin))" for how in ("starts", "taking"))),
            *of("one_way", *(f"adverse({how}(anifrolumab))" for how in ("starts", "taking"))),
            *of("weighing_fact", *(f"adverse({how}(voclosporin))" for how in ("starts", "taking"))),
        ),
        gone=ORDER,
        at=(BENLYSTA, "adverse((taking(Drug); starts(Drug)))"),
        outcomes=("deny", "approve"),
    ),
    Seed(
        "a part of a criterion is always met",
        LUPKYNIS,
        "met(fep_lupkynis, malignancy_monitoring)     :- attests(monitor_malignancies).",
        "met(fep_lupkynis, malignancy_monitoring).",
        (
            *of("decisive_part", "part(criterion(malignancy_monitoring),criterion(safety_monitoring))"),
            *of("unread-fact", "attests(monitor_malignancies)"),
            *weightless("attests(monitor_malignancies)"),
        ),
        at=(LUPKYNIS, "part(fep_lupkynis, safety_monitoring, malignancy_monitoring"),
    ),
    Seed(
        "a dropped not asks for a live vaccine",
        LUPKYNIS,
        "met(fep_lupkynis, no_live_vaccine) :- not live_vaccine.",
        "met(fep_lupkynis, no_live_vaccine) :- live_vaccine.",
        (
            *of("one_way", "adverse(live_vaccine)"),
            *of("contrary", "criterion(no_live_vaccine)"),
            *of("weighing_fact", "adverse(live_vaccine)"),
        ),
        at=(LUPKYNIS_FACTS, "adverse(live_vaccine)"),
        outcomes=("deny", "approve"),
    ),
    Seed(
        "a not too many asks that no response is documented",
        BENLYSTA,
        "met(uhc_benlysta, positive_response) :- documented(clinical_response).",
        "met(uhc_benlysta, positive_response) :- not documented(clinical_response).",
        (
            *of("one_way", "favourable(documented(clinical_response))"),
            *of("contrary", "criterion(positive_response)"),
            *weightless("documented(clinical_response)"),
        ),
        at=("policies/uhc_benlysta/facts.lp", "favourable(documented(clinical_response))"),
        outcomes=("approve", "deny"),
    ),
    Seed(
        "voclosporin is no longer barred, and what is left of the criterion the unproven list says too",
        BENLYSTA,
        "barred_partner(voclosporin; anifrolumab).",
        "barred_partner(anifrolumab).",
        COMBINATION,
        gone=ORDER,
        at=(BENLYSTA, "sle,             initial,      no_combination"),
    ),
    Seed(
        "a drug is put into the wrong class",
        "drugs.lp",
        "class(voclosporin,           immunosuppressant, ",
        "class(voclosporin,           biologic,          ",
        (*COMBINATION, *of("idle", "never_background(voclosporin)")),
        at=(BENLYSTA, "sle,             initial,      no_combination"),
    ),
    Seed(
        "the criterion of a start stands in the continuation's row",
        BENLYSTA,
        "requires(uhc_benlysta, lupus_nephritis, continuation, no_combination,         u39).",
        "requires(uhc_benlysta, lupus_nephritis, continuation, standard_of_care,       u39).",
        (
            *left_out("lupus_nephritis", "no_combination"),
            *idle("u38", "u39"),
            *of("one_way", "adverse(taking(voclosporin))"),
        ),
        at=(BENLYSTA, "lupus_nephritis, initial,      no_combination"),
        outcomes=("approve",),
        before=("deny",),
        shows=("The patient takes voclosporin.",),
    ),
    Seed(
        "a row is copied and not changed, and two clauses become idle",
        LUPKYNIS,
        "requires(fep_lupkynis, lupus_nephritis, continuation, lupus_nephritis,         f23).",
        "requires(fep_lupkynis, lupus_nephritis, continuation, clinical_benefit,        f23).",
        (
            *idle("f23", "f24"),
            *of("diagnosed_before_approved", "request(lupus_nephritis,continuation)"),
            *left_out("lupus_nephritis", "lupus_nephritis"),
            *weightless("diagnosis(lupus_nephritis)"),
        ),
    ),
    Seed(
        "two phases are swapped: a documented benefit is asked for at the start",
        LUPKYNIS,
        "requires(fep_lupkynis, lupus_nephritis, continuation, clinical_benefit,        f24).",
        "requires(fep_lupkynis, lupus_nephritis, initial,      clinical_benefit,        f24).",
        left_out("lupus_nephritis", "clinical_benefit"),
        outcomes=("approve",),
        before=("deny",),
        shows=("The request is for continuation.",),
    ),
    Seed(
        "two phases are swapped: an infusion before is asked for at the start",
        BENLYSTA,
        "requires(uhc_benlysta, sle,             continuation, prior_infusion,         u16).",
        "requires(uhc_benlysta, sle,             initial,      prior_infusion,         u16).",
        left_out("sle", "prior_infusion"),
        outcomes=("approve",),
        before=("deny",),
        shows=("The request is for continuation.",),
    ),
    Seed(
        "a criterion stands for the wrong edition",
        BENLYSTA,
        'asks_for_autoantibodies("2022E0046O").',
        'asks_for_autoantibodies("2023-11-01").',
        left_out("sle", "autoantibodies"),
        gone=("uhc_benlysta@2022E0046O: left_out_on_continuation left_out(criterion(autoantibodies),sle)",),
        at=(BENLYSTA, "asks_for_autoantibodies(Edition)."),
        outcomes=("approve",),
        before=("approve",),
        asked="uhc_benlysta",
    ),
    Seed(
        "an advisory is made a criterion of the start",
        LUPKYNIS,
        "% Prior-Approval Renewal Requirements; they",
        "requires(fep_lupkynis, lupus_nephritis, initial, no_emergency, f08c).\n"
        "met(fep_lupkynis, no_emergency) :- not diagnosis(hypertensive_emergency).\n"
        'text(fep_lupkynis, criterion(no_emergency), "There is no emergency.", "There is an emergency.").\n'
        "% Prior-Approval Renewal Requirements; they",
        left_out("lupus_nephritis", "no_emergency"),
        outcomes=("approve",),
        before=("approve",),
        shows=("Hypertensive emergency is diagnosed.",),
    ),
    Seed(
        "the diagnosis is not asked for at renewal",
        LUPKYNIS,
        "requires(fep_lupkynis, lupus_nephritis, continuation, lupus_nephritis,         f23).\n",
        "",
        (
            *of("diagnosed_before_approved", "request(lupus_nephritis,continuation)"),
            *left_out("lupus_nephritis", "lupus_nephritis"),
            *of("unencoded-clause", "f23"),
            *weightless("diagnosis(lupus_nephritis)"),
        ),
        at=(LUPKYNIS, "continuation, clinical_benefit"),
        outcomes=("approve",),
        before=("deny",),
    ),
    Seed(
        "the age is not asked for at the start",
        LUPKYNIS,
        "requires(fep_lupkynis, lupus_nephritis, initial,      adult,                   f15).\n",
        "",
        (*off_label("too_young"), *of("unencoded-clause", "f15")),
        at=(LUPKYNIS, "off_label(fep_lupkynis, too_young"),
        outcomes=("approve",),
        before=("deny",),
        shows=("The request is for initial therapy.",),
    ),
    Seed(
        "the dose of a child is not looked at",
        BENLYSTA,
        "met(uhc_benlysta, label_dosing) :- dosed_per_label, age_has_labelled_dose.",
        "met(uhc_benlysta, label_dosing) :- dosed_per_label.",
        (
            *off_label("too_young"),
            *untold("age_floor_in_label", "ignored"),
            *of("unused", "age_has_labelled_dose/0"),
            *weightless("at_least(age,5)", "reading(age_floor_in_label,ignored)"),
        ),
        at=(BENLYSTA, "off_label(uhc_benlysta, too_young"),
        outcomes=("approve",),
        before=("deny",),
    ),
)

# ---- exclusions, gaps and readings -------------------------------------------------------------

EXCLUSIONS = (
    Seed(
        "an exclusion is shadowed by another",
        BENLYSTA,
        "patient_state(State), diagnosis(State), unproven_list_binds.",
        "patient_state(State), diagnosis(State), requested(indication, State), unproven_list_binds.",
        (
            *of("decisive_exclusion", "basis(severe_active_cns_lupus)"),
            *off_label("severe_active_cns_lupus"),
            *CNS_LEFT_OUT,
        ),
        gone=no_longer(*NO_CNS, *CNS_BARRED),
    ),
    Seed(
        "an exclusion never applies",
        BENLYSTA,
        "patient_state(State), diagnosis(State), unproven_list_binds.",
        "patient_state(State), diagnosis(State), not active(sle), unproven_list_binds.",
        (
            *of("decisive_exclusion", "basis(severe_active_cns_lupus)"),
            *off_label("severe_active_cns_lupus"),
            *CNS_LEFT_OUT,
        ),
        gone=no_longer(*NO_CNS, *CNS_BARRED),
    ),
    Seed(
        "an edition is dated back, so that an older one of the other policy meets it",
        "policies/fep_lupkynis/about.lp",
        'edition(fep_lupkynis, "2024-10-01", "2024-10-01").',
        'edition(fep_lupkynis, "2024-10-01", "2023-10-01").',
        of("order_of_requests", "pair(belimumab,voclosporin) beside fep_lupkynis@2024-10-01"),
        at=("policies/uhc_benlysta/about.lp", "covers(uhc_benlysta, belimumab)."),
        outcomes=("approve", "approve", "deny"),
        before=("approve", "approve", "deny"),
        shows=("The patient takes belimumab.", "The patient takes voclosporin."),
        asked="uhc_benlysta",
    ),
    Seed(
        "no clause is cited for a reading",
        LUPKYNIS,
        "cites(fep_lupkynis, reading(term_limit), (f31; f32)).\n",
        "",
        of("telling_reading", "uncited(term_limit)"),
        at=("readings.lp", "choice(term_limit"),
        outcomes=("deny", "modify"),
        before=("deny", "modify"),
    ),
    Seed(
        "an exclusion cites the wrong clause",
        BENLYSTA,
        "cites(uhc_benlysta, basis(other_biologic(Drug)), u54)",
        "cites(uhc_benlysta, basis(other_biologic(Drug)), u55)",
        barred("u55", SLE_START, SLE_ON, NEPHRITIS_START, NEPHRITIS_ON),
        at=(BENLYSTA, "excluded(uhc_benlysta, other_biologic(Drug))"),
        outcomes=("deny",),
        before=("deny",),
        shows=("The patient takes rituximab.",),
    ),
    Seed(
        "the list names a condition that nothing is requested for, and an indication falls in the gap",
        BENLYSTA,
        "unproven(uhc_benlysta, rheumatoid_arthritis,         u51).",
        "unproven(uhc_benlysta, hypertensive_emergency,       u51).",
        (
            *of(
                "no_gap",
                "request(rheumatoid_arthritis,continuation)",
                "request(rheumatoid_arthritis,initial)",
            ),
            *of("decisive_exclusion", "basis(unproven(hypertensive_emergency))"),
            *of(
                "weighing_fact",
                "averts(note(not_the_indication(hypertensive_emergency)),requested(indication,hypertensive_emergency))",
            ),
        ),
        at=NOWHERE,
        outcomes=("refer",),
        before=("deny",),
    ),
    Seed(
        "a list names every indication and excludes only some, so that the rest is approved unasked",
        BENLYSTA,
        "speaks_of(uhc_benlysta, Condition)                :- unproven(uhc_benlysta, Condition, _).",
        "speaks_of(uhc_benlysta, Condition)                :- indication(Condition).",
        (
            *of("approved_without_criteria", "request(other,continuation)", "request(other,initial)"),
            *off_label("no_standard_therapy", "too_young"),
        ),
        gone=no_longer(*of("no_gap", "request(other,continuation)", "request(other,initial)")),
        outcomes=("approve",),
        before=("refer",),
    ),
    Seed(
        "a new indication is addressed by nobody",
        "conditions.lp",
        "indication(other).",
        "indication(other).\nindication(hypertensive_emergency).",
        of(
            "no_gap",
            "request(hypertensive_emergency,continuation)",
            "request(hypertensive_emergency,initial)",
        ),
        at=NOWHERE,
        outcomes=("refer",),
    ),
    Seed(
        "a criterion looks for a condition that is spelt wrongly, so that only the list bars it",
        BENLYSTA,
        "met(uhc_benlysta, no_severe_cns_lupus) :- not diagnosis(severe_active_cns_lupus).",
        "met(uhc_benlysta, no_severe_cns_lupus) :- not diagnosis(severe_cns_lupus).",
        (*of("misspelt", "severe_cns_lupus"), *barred("u52", SLE_START, NEPHRITIS_START)),
    ),
    Seed(
        "a reading changes nothing",
        LUPKYNIS,
        "counts(antimalarial)                  :- reading(antimalarial_as_background, counts).\n",
        "",
        (
            *untold("antimalarial_as_background", "counts"),
            *of("unread-fact", "reading(antimalarial_as_background)"),
            *NO_ANTIMALARIAL,
        ),
        at=(LUPKYNIS_READINGS, "choice(antimalarial_as_background"),
    ),
    Seed(
        "a reading is read nowhere in the rules",
        BENLYSTA,
        "age_has_labelled_dose           :- reading(age_floor_in_label, ignored).\n",
        "",
        (
            *untold("age_floor_in_label", "ignored"),
            *weightless("reading(age_floor_in_label,ignored)"),
        ),
        at=(BENLYSTA_READINGS, "choice(age_floor_in_label"),
    ),
    Seed(
        "a reading is spelt wrongly",
        LUPKYNIS,
        "reading(antimalarial_as_background, counts).",
        "reading(antimalarial_as_backround, counts).",
        (
            *of("misspelt", "antimalarial_as_backround"),
            *untold("antimalarial_as_background", "counts"),
            *NO_ANTIMALARIAL,
        ),
    ),
    Seed(
        "another reading becomes the usual one: the list no longer binds continuations",
        BENLYSTA_READINGS,
        "usual(unproven_on_continuation, applies).",
        "usual(unproven_on_continuation, criteria_only).",
        (*off_label("severe_active_cns_lupus"), *CNS_LEFT_OUT),
        gone=no_longer(*CNS_BARRED, *barred("u54", SLE_ON, NEPHRITIS_ON)),
        at=(BENLYSTA, "off_label(uhc_benlysta, severe_active_cns_lupus"),
        outcomes=("approve",),
        before=("deny",),
        shows=(
            "Severe active central nervous system lupus is diagnosed.",
            "The request is for continuation.",
        ),
    ),
)

# ---- editions, unknowns and questions ----------------------------------------------------------

EDITIONS = (
    Seed(
        "an edition drops more than its history tells",
        BENLYSTA,
        "requires(uhc_benlysta, sle,             initial,      standard_of_care,       u12).",
        "requires(uhc_benlysta, sle,             initial,      standard_of_care,       u12) :- "
        'in_force("2022E0046O").',
        (*of("told_changes", "request(sle,initial)"), *off_label("no_standard_therapy")),
        at=(ABOUT_BENLYSTA, 'edition(uhc_benlysta, "2023-11-01"'),
        outcomes=("approve", "deny"),
        before=("deny", "deny"),
        asked="uhc_benlysta",
    ),
    Seed(
        "the history tells of a change that no rule makes",
        BENLYSTA,
        'changes(uhc_benlysta, "2023-11-01", criterion(autoantibodies), u85).',
        'changes(uhc_benlysta, "2023-11-01", (criterion(autoantibodies); criterion(label_dosing)), u85).',
        of("told_changes", "change(criterion(label_dosing))"),
    ),
    Seed(
        "nothing says what an edition changed",
        BENLYSTA,
        'changes(uhc_benlysta, "2023-11-01", criterion(autoantibodies), u85).\n',
        "",
        of("told_changes", "request(sle,initial)"),
        at=(ABOUT_BENLYSTA, 'edition(uhc_benlysta, "2023-11-01"'),
        outcomes=("approve", "deny"),
        before=("approve", "deny"),
    ),
    Seed(
        "a criterion is made the scope, so that no request is decided before it is known",
        LUPKYNIS,
        "% ---- limits ----",
        "outside(fep_lupkynis, quiet) :- not active(lupus_nephritis).\n"
        "cites(fep_lupkynis, scope(quiet), f16b).\n"
        'text(fep_lupkynis, scope(quiet), "The disease is quiet.", "The disease is active.").\n'
        "% ---- limits ----",
        (
            *of(
                "decided_without",
                "without(active(lupus_nephritis),lupus_nephritis,initial)",
                "without(active(lupus_nephritis),lupus_nephritis,continuation)",
            ),
            *redundant(*NEPHRITIS_START, "active_lupus_nephritis"),
            *redundant(*NEPHRITIS_ON, "lupus_nephritis"),
            *idle("f23"),
            *weightless("diagnosis(lupus_nephritis)"),
        ),
        gone=no_longer(
            *off_label("inactive_disease"),
            *left_out("lupus_nephritis", "active_lupus_nephritis"),
            policy="fep_lupkynis",
        ),
        at=NOWHERE,
    ),
    Seed(
        "both answers to a question lead to one note",
        LUPKYNIS,
        "note(fep_lupkynis, post_service) :- after_service.",
        "note(fep_lupkynis, pre_service)  :- after_service.",
        (
            *of("telling_question", "question(after_service)"),
            *of("unknown-name", "post_service"),
            *of(
                "weighing_fact",
                "averts(note(pre_service),after_service)",
                "raises(note(post_service),after_service)",
            ),
        ),
        at=(LUPKYNIS_FACTS, "fact(after_service)."),
    ),
)

# ---- the decision, what is assumed, and what explains a denial ---------------------------------

DECISION = (
    Seed(
        "an outcome is given twice: what is too much is approved and cut",
        "decision.lp",
        "outcome(Policy, approve)      :- policy(Policy), not too_much(Policy), not",
        "outcome(Policy, approve)      :- policy(Policy), not",
        of("one_outcome", "both(approve,modify)"),
        outcomes=("approve and modify",),
        before=("modify",),
        asked="fep_lupkynis",
    ),
    Seed(
        "an outcome is given twice: a denial stands beside the rule that supersedes it",
        "decision.lp",
        "outcome(Policy, deny)         :- denied(Policy), not referred(Policy), not",
        "outcome(Policy, deny)         :- denied(Policy), not",
        of("one_outcome", "both(deny,refer)"),
        outcomes=("deny and refer",),
        before=("refer",),
        shows=("The member's plan document supersedes the policy.",),
    ),
    Seed(
        "an outcome is lost where the policy is silent",
        "decision.lp",
        "outcome(Policy, refer)        :- referred(Policy),",
        "outcome(Policy, refer)        :- referral(Policy, override), referred(Policy),",
        of("one_outcome", "none"),
        at=NOWHERE,
        outcomes=("no outcome",),
        before=("refer",),
        shows=("It is requested for another indication.",),
    ),
    Seed(
        "a default is turned round: a term that was cut is now a denial, once it is stated",
        "readings.lp",
        "usual(term_limit, cap).",
        "usual(term_limit, criterion).",
        (
            *of("knowledge_settles", "assumed(more_than(months,12))"),
            *never_cut(*NEPHRITIS_START, "term_limit"),
            *never_cut(*NEPHRITIS_ON, "term_limit"),
        ),
        at=("decision.lp", "default(more_than(Quantity, Most), no)"),
        outcomes=("approve", "deny"),
        before=("approve", "modify"),
        shows=("The period asked for is more than 12 months.",),
        asked="fep_lupkynis",
    ),
    Seed(
        "silence is read as no: a live vaccine is assumed away",
        LUPKYNIS_FACTS,
        "fact(live_vaccine).",
        "fact(live_vaccine). default(live_vaccine, no).",
        of("knowledge_settles", "assumed(live_vaccine)"),
        outcomes=("approve", "deny"),
        before=("pend", "deny"),
        shows=("A live vaccine is given or planned during the requested period.",),
        asked="fep_lupkynis",
    ),
    Seed(
        "nothing names the clause of an exclusion",
        LUPKYNIS,
        "cites(fep_lupkynis, basis(investigational), f14c).\n",
        "",
        (
            *of("explained_denial", "unexplained(basis(investigational))"),
            *of("no-clause", "basis(investigational)"),
            *of("unencoded-clause", "f14c"),
        ),
        at=(LUPKYNIS, "excluded(fep_lupkynis, investigational)"),
        outcomes=("deny",),
        before=("deny",),
    ),
    Seed(
        "nothing names the clause of an exclusion",
        BENLYSTA,
        "cites(uhc_benlysta, basis(severe_active_cns_lupus), u52).\n",
        "",
        (
            *of("explained_denial", "unexplained(basis(severe_active_cns_lupus))"),
            *of("no-clause", "basis(severe_active_cns_lupus)"),
        ),
        gone=no_longer(*CNS_BARRED),
        at=(BENLYSTA, "excluded(uhc_benlysta, State)"),
        outcomes=("deny",),
        before=("deny",),
    ),
    Seed(
        "no heading asks for the criteria of a renewal",
        LUPKYNIS,
        "frame(fep_lupkynis, lupus_nephritis, (initial; continuation), f14b).",
        "frame(fep_lupkynis, lupus_nephritis, initial, f14b).",
        of("explained_denial", "unexplained(basis(criteria_not_met))"),
        at=(LUPKYNIS, "continuation, clinical_benefit"),
        outcomes=("deny",),
        before=("deny",),
        shows=("The request is for continuation.",),
    ),
)

# ---- what the linter finds ---------------------------------------------------------------------

LINT = (
    Seed(
        "a criterion needs more parts than it has",
        LUPKYNIS,
        "all_of(fep_lupkynis, (renal_monitoring; safety_monitoring)).",
        "at_least_of(fep_lupkynis, renal_monitoring, 3). all_of(fep_lupkynis, safety_monitoring).",
        (*of("tree", "renal_monitoring"), REFUSED),
    ),
    Seed(
        "nothing names the clause of the scope",
        BENLYSTA,
        "cites(uhc_benlysta, scope(not_intravenous), (u02; u03)).\n",
        "",
        (*of("no-clause", "scope(not_intravenous)"), *of("unencoded-clause", "u03")),
        at=(BENLYSTA, "outside(uhc_benlysta, not_intravenous)"),
    ),
    Seed(
        "the rule on the scope is dropped",
        BENLYSTA,
        "outside(uhc_benlysta, not_intravenous) :- not requested(route, intravenous).\n",
        "",
        (
            *of("unknown-name", "scope(not_intravenous)"),
            *weightless("requested(route,intravenous)"),
        ),
        at=(BENLYSTA, "cites(uhc_benlysta, scope(not_intravenous)"),
    ),
    Seed(
        "a clause is missing from the ledger",
        "policies/fep_lupkynis/clauses.lp",
        'clause(fep_lupkynis, f20,    exclusion,     "Prior-Approval Requirements, item 5",                '
        '"No live vaccine is given while the patient is on the drug.").\n',
        "",
        (*of("unknown-clause", "f20"), REFUSED),
        at=(LUPKYNIS, "initial,      no_live_vaccine"),
        asked="fep_lupkynis",
    ),
    Seed(
        "a row names the clause of another pathway",
        BENLYSTA,
        "requires(uhc_benlysta, lupus_nephritis, initial,      standard_of_care,       u32).",
        "requires(uhc_benlysta, lupus_nephritis, initial,      standard_of_care,       u12).",
        (
            *of("unencoded-clause", "u32"),
            *of("clause_of_pathway", "shared(u12,lupus_nephritis,initial,sle,initial)"),
        ),
        at=("policies/uhc_benlysta/clauses.lp", "clause(uhc_benlysta, u32,"),
    ),
    Seed(
        "a criterion has no words",
        LUPKYNIS,
        'text(fep_lupkynis, criterion(adult), "The patient is an adult, {number} years or older.", '
        '"The patient is younger than {number} years.").\n',
        "",
        (*of("no-text", "criterion(adult)"), REFUSED),
        at=(LUPKYNIS, "met(fep_lupkynis, adult)"),
    ),
    Seed(
        "a criterion is spelt wrongly",
        LUPKYNIS,
        "requires(fep_lupkynis, lupus_nephritis, continuation, benefits_outweigh_risks, f25).",
        "requires(fep_lupkynis, lupus_nephritis, continuation, benefit_outweighs_risks, f25).",
        (
            *of("misspelt", "benefit_outweighs_risks", "benefits_outweigh_risks"),
            *of("no-text", "criterion(benefit_outweighs_risks)"),
            REFUSED,
        ),
    ),
    Seed(
        "a drug is spelt wrongly",
        LUPKYNIS,
        "never_background(voclosporin; cyclophosphamide).",
        "never_background(voclosporine; cyclophosphamide).",
        of("misspelt", "voclosporine"),
    ),
    Seed(
        "a class is spelt wrongly",
        "drugs.lp",
        "class(prednisone,         corticosteroid,",
        "class(prednisone,         corticosteriod,",
        of("misspelt", "corticosteriod"),
    ),
    Seed(
        "a condition has one argument too many",
        LUPKYNIS,
        "met(fep_lupkynis, lupus_nephritis)        :- diagnosis(lupus_nephritis).",
        "met(fep_lupkynis, lupus_nephritis)        :- diagnosis(lupus_nephritis, active).",
        (*of("wrong-arity", "diagnosis/2"), REFUSED),
    ),
    Seed(
        "a rule of another policy stands in the file",
        LUPKYNIS,
        "met(fep_lupkynis, no_live_vaccine) :- not live_vaccine.",
        "met(uhc_benlysta, no_live_vaccine) :- not live_vaccine.",
        (*of("unknown-name", "uhc_benlysta", "fep_lupkynis"), REFUSED),
    ),
    Seed(
        "a variable occurs once, so that any drug at all is a background therapy",
        LUPKYNIS,
        "met(fep_lupkynis, background_therapy) :- received_as(Class), counts(Class).",
        "met(fep_lupkynis, background_therapy) :- received_as(Class), counts(Classes).",
        (
            *of("lonely-variable", "Class", "Classes"),
            *untold("background_steroid", "only_with_another"),
            *untold("antimalarial_as_background", "counts"),
            *untold("belimumab_as_background", "counts"),
            *weightless(
                *(
                    f"reading({name},counts)"
                    for name in ("antimalarial_as_background", "background_steroid")
                )
            ),
            *weightless("reading(belimumab_as_background,counts)"),
            *of(
                "weighing_fact",
                *(f"averts({note},taking(mycophenolate_mofetil))" for note in NO_BACKGROUND),
            ),
            *of("weighing_fact", *(f"raises({NO_BACKGROUND[0]},taking({drug}))" for drug in ANTIMALARIALS)),
            *of("weighing_fact", f"raises({NO_BACKGROUND[1]},taking(belimumab))"),
        ),
    ),
    Seed(
        "a row stands twice",
        BENLYSTA,
        "requires(uhc_benlysta, sle,             initial,      standard_of_care,       u12).\n",
        "requires(uhc_benlysta, sle,             initial,      standard_of_care,       u12).\n"
        "requires(uhc_benlysta, sle,             initial,      standard_of_care,       u12).\n",
        of("duplicate", "requires(uhc_benlysta,sle,initial,standard_of_care,u12)."),
        at=(BENLYSTA, "u12).\nrequires(uhc_benlysta, sle,             initial,      no_comb"),
    ),
)

# ---- slips of the pen that no case is needed for -------------------------------------------------

SLIPS = (
    Seed(
        "the sentences of a criterion are the wrong way round",
        LUPKYNIS,
        '"The lupus nephritis is active.", "The lupus nephritis is not active.").',
        '"The lupus nephritis is not active.", "The lupus nephritis is active.").',
        of("contrary", "criterion(active_lupus_nephritis)"),
        at=(LUPKYNIS, "met(fep_lupkynis, active_lupus_nephritis)"),
    ),
    Seed(
        "the boxed warning is told on a continuation too",
        LUPKYNIS,
        "advisory(fep_lupkynis, boxed_warning) :- starting.",
        "advisory(fep_lupkynis, boxed_warning).",
        (
            *of("only_at_start", "at_start(advisory(boxed_warning))"),
            *of("weighing_fact", "raises(advisory(boxed_warning),requested(phase,initial))"),
        ),
        outcomes=("deny",),
    ),
    Seed(
        "an emergency speaks against a start that was long ago",
        LUPKYNIS,
        "hypertensive_emergency) :- starting, diagnosis",
        "hypertensive_emergency) :- diagnosis",
        of("only_at_start", "at_start(advisory(hypertensive_emergency))"),
        outcomes=("deny",),
    ),
    Seed(
        "another undertaking stands for the judgement",
        LUPKYNIS,
        "benefits_outweigh_risks) :- attests(benefits_outweigh_risks).",
        "benefits_outweigh_risks) :- attests(monitor_egfr).",
        (
            *redundant(*NEPHRITIS_ON, "benefits_outweigh_risks"),
            *idle("f25"),
            *of("unread-fact", "attests(benefits_outweigh_risks)"),
            *weightless("attests(benefits_outweigh_risks)"),
        ),
        at=(LUPKYNIS, "continuation, benefits_outweigh_risks"),
    ),
    Seed(
        "the diagnosis of a continuation is that of another list",
        BENLYSTA,
        "diagnosis_lupus_nephritis) :- diagnosis(lupus_nephritis).",
        "diagnosis_lupus_nephritis) :- diagnosis(sle).",
        (
            *of("diagnosed_before_approved", "request(lupus_nephritis,continuation)"),
            *weightless("diagnosis(lupus_nephritis)"),
        ),
        at=(BENLYSTA, "lupus_nephritis, continuation, prior_infusion"),
        outcomes=("approve",),
        before=("deny",),
    ),
    Seed(
        "a row is moved to the list of the other disease",
        BENLYSTA,
        "requires(uhc_benlysta, lupus_nephritis, continuation, positive_response,      u37).",
        "requires(uhc_benlysta, sle,             continuation, positive_response,      u37).",
        idle("u17", "u37"),
        at=(BENLYSTA, "continuation, positive_response,      u17"),
    ),
    Seed(
        "a term is set above whatever can be asked for",
        BENLYSTA,
        "limit(uhc_benlysta, term_limit, months, 12).",
        "limit(uhc_benlysta, term_limit, months, 1200).",
        tuple(
            found
            for way in (SLE_START, SLE_ON, NEPHRITIS_START, NEPHRITIS_ON)
            for found in never_cut(*way, "term_limit")
        ),
        at=(BENLYSTA, "limited(uhc_benlysta, sle,             initial"),
    ),
    Seed(
        "a choice of a reading is spelt wrongly",
        LUPKYNIS,
        "reading(background_steroid, counts).",
        "reading(background_steroid, count).",
        (
            *of("misspelt", "count"),
            *untold("background_steroid", "only_with_another"),
            *weightless("reading(background_steroid,counts)", "unlisted(corticosteroid)"),
            *weightless(*(f"{how}({drug})" for how in ("starts", "taking") for drug in STEROIDS)),
        ),
    ),
    Seed(
        "a not too many asks that a background therapy is not taken",
        LUPKYNIS,
        "received_as(Class)                    :- taking(Drug), suppresses(Drug, Class).",
        "received_as(Class)                    :- not taking(Drug), suppresses(Drug, Class).",
        (
            *of("one_way", *(f"favourable(taking({drug}))" for drug in EVER_BACKGROUND)),
            *weightless(*(f"taking({drug})" for drug in EVER_BACKGROUND)),
            *of(
                "told_one_way",
                *(f"averts({item},taking(mycophenolate_mofetil))" for item in NO_BACKGROUND),
                "averts(off_label(no_background_therapy),taking(mycophenolate_mofetil))",
            ),
            *of(
                "weighing_fact",
                *(f"averts({item},taking(mycophenolate_mofetil))" for item in NO_BACKGROUND),
                "averts(off_label(no_background_therapy),taking(mycophenolate_mofetil))",
            ),
        ),
        at=(LUPKYNIS, "favourable((taking(Drug); starts(Drug)))"),
        outcomes=("approve", "deny"),
        before=("approve", "approve"),
    ),
    Seed(
        "a full stop is missing",
        LUPKYNIS,
        "met(fep_lupkynis, no_live_vaccine) :- not live_vaccine.",
        "met(fep_lupkynis, no_live_vaccine) :- not live_vaccine",
        (*of("syntax", "policy.lp"), REFUSED),
    ),
    Seed(
        "a cut point is dropped",
        LUPKYNIS,
        "cut_point(at_least(age, Age)) :- minimum_age(fep_lupkynis, Age).\n",
        "",
        (*of("cut-point", "at_least(age,18)"), REFUSED),
        at=(LUPKYNIS, "met(fep_lupkynis, adult)"),
    ),
    Seed(
        "a threshold is quoted",
        LUPKYNIS,
        "threshold(fep_lupkynis, low_egfr,         egfr,             45).",
        'threshold(fep_lupkynis, low_egfr,         egfr,             "45").',
        (*of("quoted-number", '"45"'), REFUSED),
    ),
    Seed(
        "the number in the words of a criterion is lost",
        LUPKYNIS,
        "number(fep_lupkynis, criterion(adult), Age) :- minimum_age(fep_lupkynis, Age).\n",
        "",
        of("no-text", "criterion(adult)"),
        at=(LUPKYNIS, "met(fep_lupkynis, adult)"),
    ),
    Seed(
        "what speaks against a patient is spelt wrongly",
        LUPKYNIS_FACTS,
        "adverse(live_vaccine).",
        "adverse(live_vacine).",
        (
            *of("misspelt", "live_vacine"),
            *of("weighing_fact", "adverse(live_vacine)"),
        ),
        asked="fep_lupkynis",
    ),
    Seed(
        "a changed criterion is spelt wrongly",
        BENLYSTA,
        'changes(uhc_benlysta, "2023-11-01", criterion(autoantibodies), u85).',
        'changes(uhc_benlysta, "2023-11-01", criterion(autoantibody), u85).',
        (
            *of("misspelt", "autoantibody"),
            *of("told_changes", "request(sle,initial)", "change(criterion(autoantibody))"),
        ),
    ),
    Seed(
        "which denials a mandate lifts is spelt wrongly",
        BENLYSTA,
        "u66; u90), lifts_denial).",
        "u66; u90), lift_denial).",
        of("misspelt", "lift_denial"),
    ),
    Seed(
        "a limit cites the item of the other phase",
        BENLYSTA,
        "limited(uhc_benlysta, sle,             continuation, term_limit, u21).",
        "limited(uhc_benlysta, sle,             continuation, term_limit, u15).",
        of("clause_of_pathway", "shared(u15,sle,continuation,sle,initial)"),
        outcomes=("deny",),
    ),
    Seed(
        "the heading of the other disease stands above a list",
        BENLYSTA,
        "frame(uhc_benlysta, lupus_nephritis, (initial; continuation), u30).",
        "frame(uhc_benlysta, lupus_nephritis, (initial; continuation), u10).",
        of(
            "clause_of_pathway",
            "heading(u10,lupus_nephritis,continuation,sle)",
            "heading(u10,lupus_nephritis,initial,sle)",
        ),
        outcomes=("deny",),
    ),
    Seed(
        "a kind of clause is spelt wrongly, and what it called unproven is no longer",
        "policies/uhc_benlysta/clauses.lp",
        "u54,    unproven,  ",
        "u54,    unprovn,   ",
        of("misspelt", "unprovn"),
        gone=no_longer(*barred("u54", SLE_START, SLE_ON, NEPHRITIS_START, NEPHRITIS_ON)),
    ),
    Seed(
        "a choice is asked of another reading",
        BENLYSTA,
        "diagnosis(Condition), reading(comorbidity, any).",
        "diagnosis(Condition), reading(comorbidity, every).",
        (
            *of("unknown-name", "comorbidity"),
            *untold("comorbidity", "any"),
            *weightless("reading(comorbidity,indication_only)"),
        ),
    ),
    Seed(
        "an exclusion is spelt wrongly",
        LUPKYNIS,
        "excluded(fep_lupkynis, investigational)      :-",
        "excluded(fep_lupkynis, investigationl)       :-",
        (
            *of("misspelt", "investigational"),
            *of("no-text", "basis(investigationl)"),
            *of("no-clause", "basis(investigationl)"),
            REFUSED,
        ),
        at=(LUPKYNIS, "cites(fep_lupkynis, basis(investigational)"),
    ),
)

EXCHANGED = (
    Seed(
        "any of two undertakings will do where both are asked for",
        LUPKYNIS,
        "all_of(fep_lupkynis, (renal_monitoring; safety_monitoring)).",
        "all_of(fep_lupkynis, renal_monitoring). any_of(fep_lupkynis, safety_monitoring).",
        of("contrary", "criterion(safety_monitoring)"),
        at=(LUPKYNIS, "any_of(fep_lupkynis, safety_monitoring)"),
    ),
    Seed(
        "what two criteria ask for is exchanged",
        BENLYSTA,
        "prior_infusion)    :- received(belimumab_intravenous).\n"
        "met(uhc_benlysta, positive_response) :- documented(clinical_response).",
        "prior_infusion)    :- documented(clinical_response).\n"
        "met(uhc_benlysta, positive_response) :- received(belimumab_intravenous).",
        of("contrary", "criterion(prior_infusion)"),
        at=(BENLYSTA, "met(uhc_benlysta, prior_infusion)"),
    ),
)

# ---- a `not` too many or too few, where no case is, or where only another reading looks --------------


def reversed_(kind: str, *facts: str) -> tuple[Found, ...]:
    """Facts that do the opposite of what they are said to do, and never that."""
    said = tuple(f"{kind}({fact})" for fact in facts)
    law = "one_way" if kind in ("adverse", "favourable") else "told_one_way"
    return (*of(law, *said), *of("weighing_fact", *said))


UNDONE, BROUGHT = ("approve", "deny"), ("deny", "approve")

NEGATIONS = (
    Seed(
        "belimumab counts where it is read not to",
        LUPKYNIS,
        "counts(belimumab)                     :- reading(",
        "counts(belimumab)                     :- not reading(",
        reversed_("favourable", "reading(belimumab_as_background,counts)"),
        at=(LUPKYNIS_READINGS, "favourable(reading((belimumab_as_background"),
        outcomes=UNDONE,
    ),
    Seed(
        "another benefit will do where only the one named is meant",
        LUPKYNIS,
        "is_benefit_meant                           :- reading(",
        "is_benefit_meant                           :- not reading(",
        reversed_("favourable", "reading(benefit_example,an_example)"),
        at=(LUPKYNIS_READINGS, "favourable(reading(benefit_example"),
        outcomes=UNDONE,
    ),
    Seed(
        "half a year without a benefit is told of those who have one",
        LUPKYNIS,
        "at_least(Quantity, Limit), not documented(clinical_benefit).",
        "at_least(Quantity, Limit), documented(clinical_benefit).",
        reversed_("averts", "advisory(no_response_in_time),documented(clinical_benefit)"),
        at=(LUPKYNIS, "averts(fep_lupkynis, advisory(no_response_in_time)"),
        outcomes=("deny", "deny"),
    ),
    Seed(
        "an adult is told to be below the age of the label",
        LUPKYNIS,
        "advisory(fep_lupkynis, off_label_age) :- minimum_age(fep_lupkynis, Age), not at_least",
        "advisory(fep_lupkynis, off_label_age) :- minimum_age(fep_lupkynis, Age), at_least",
        reversed_("averts", "advisory(off_label_age),at_least(age,18)"),
        at=(LUPKYNIS, "averts(fep_lupkynis, (advisory(off_label_age)"),
        outcomes=("deny", "deny"),
    ),
    Seed(
        "a review before the service is told of a claim after it",
        LUPKYNIS,
        "note(fep_lupkynis, pre_service)  :- not after_service.",
        "note(fep_lupkynis, pre_service)  :- after_service.",
        reversed_("averts", "note(pre_service),after_service"),
        at=(LUPKYNIS, "averts(fep_lupkynis, note(pre_service)"),
        outcomes=("deny", "deny"),
    ),
    Seed(
        "a low eGFR is told of a high one",
        LUPKYNIS,
        "low_egfr, Quantity, Limit), not more_than(Quantity, Limit).",
        "low_egfr, Quantity, Limit), more_than(Quantity, Limit).",
        (
            *reversed_("averts", "advisory(low_egfr),more_than(egfr,45)"),
            *of("weighing_fact", "raises(advisory(low_egfr),at_least(egfr,0))"),
        ),
        at=(LUPKYNIS, "averts(fep_lupkynis, advisory(low_egfr)"),
        outcomes=("deny", "deny"),
    ),
    Seed(
        "a claim is read as a review before the service, and the other way round",
        LUPKYNIS_FACTS,
        "after_service :- true(",
        "after_service :- not true(",
        (
            *of("stated", "after_service"),
            *reversed_("averts", "note(pre_service),after_service"),
            *reversed_("raises", "note(post_service),after_service"),
        ),
        asked="fep_lupkynis",
    ),
    Seed(
        "a stable eGFR is read as one that is not",
        LUPKYNIS_FACTS,
        "stable_egfr :- true(",
        "stable_egfr :- not true(",
        (*of("stated", "stable_egfr"), *reversed_("favourable", "stable_egfr")),
        asked="fep_lupkynis",
    ),
    Seed(
        "the infusion is what the policy does not speak of",
        BENLYSTA,
        ":- not requested(route, intravenous).",
        ":- requested(route, intravenous).",
        (
            *reversed_("favourable", "requested(route,intravenous)"),
            *of("told_one_way", "raises(note(conflicting_clauses),requested(route,intravenous))"),
            *of("weighing_fact", "raises(note(conflicting_clauses),requested(route,intravenous))"),
        ),
        at=(BENLYSTA, "favourable(requested(route, intravenous))"),
        outcomes=("approve", "out_of_scope"),
        before=("out_of_scope", "deny"),
    ),
    Seed(
        "whoever takes a standard drug that has no name here is not on one",
        BENLYSTA,
        "standard_of_care) :- unlisted(Class)",
        "standard_of_care) :- not unlisted(Class)",
        reversed_(
            "favourable",
            *(f"unlisted({c})" for c in ("antimalarial", "corticosteroid", "immunosuppressant")),
        ),
        at=(BENLYSTA, "favourable(unlisted(Class))"),
        outcomes=UNDONE,
    ),
    Seed(
        "read to the letter, a biologic product bars where none is taken",
        BENLYSTA,
        ":- unlisted(other_biologic_product), reading",
        ":- not unlisted(other_biologic_product), reading",
        reversed_("adverse", "unlisted(other_biologic_product)"),
        at=(BENLYSTA, "adverse(unlisted((biologic"),
        outcomes=BROUGHT,
    ),
    Seed(
        "read widely, a disease on the list bars whoever has it not",
        BENLYSTA,
        "Condition, _), diagnosis(Condition), reading(comorbidity, any).",
        "Condition, _), not diagnosis(Condition), reading(comorbidity, any).",
        of("one_way", "adverse(diagnosis(severe_active_cns_lupus))"),
        at=(BENLYSTA, "adverse(diagnosis(severe_active_cns_lupus))"),
        outcomes=BROUGHT,
    ),
    Seed(
        "harm to the unborn is told of who is not pregnant",
        BENLYSTA,
        "(Drug)) :- pregnant, together",
        "(Drug)) :- not pregnant, together",
        reversed_("raises", *(f"advisory(harmful_in_pregnancy({drug})),pregnant" for drug in AVOIDED)),
        at=(BENLYSTA, "raises(uhc_benlysta, advisory(harmful_in_pregnancy"),
        outcomes=("deny", "deny"),
    ),
    Seed(
        "the drug itself is the other biologic, and no other is",
        BENLYSTA,
        ":- biologic(Drug), not covers(uhc_benlysta, Drug).",
        ":- biologic(Drug), covers(uhc_benlysta, Drug).",
        of("own_drug", "drug(belimumab)"),
        at=(ABOUT_BENLYSTA, "covers(uhc_benlysta, belimumab)."),
        outcomes=UNDONE,
        before=("approve", "approve"),
    ),
    Seed(
        "a biologic that has no name here no longer bars",
        BENLYSTA,
        "excluded(uhc_benlysta, unlisted_biologic) :- unlisted(biologic), unproven_list_binds.\n",
        "",
        (
            *of("weighing_fact", "adverse(unlisted(biologic))"),
            *of("decisive_exclusion", "basis(unlisted_biologic)"),
        ),
        at=(BENLYSTA, "adverse(unlisted((biologic"),
    ),
)

# ---- what only a case can tell: the rules fit together, and say something else -----------------

CASES = (
    Seed(
        "the age of an adult is one year off",
        LUPKYNIS,
        "minimum_age(fep_lupkynis, 18).",
        "minimum_age(fep_lupkynis, 19).",
        cases(
            "lupkynis_at_eighteen",
            "lupkynis_born_on_leap_day_1_march",
            "lupkynis_on_eighteenth_birthday",
            "lupkynis_with_age_unstated",
        ),
    ),
    Seed(
        "the limit on capsules is one off",
        LUPKYNIS,
        "limit(fep_lupkynis, quantity_limit, capsules_per_90_days, 540).",
        "limit(fep_lupkynis, quantity_limit, capsules_per_90_days, 541).",
        cases(
            "lupkynis_541_capsules_for_90_days",
            "lupkynis_601_capsules_for_100_days",
            "lupkynis_capsules_without_days_supply",
        ),
    ),
    Seed(
        "the term is one month off",
        BENLYSTA,
        "limit(uhc_benlysta, term_limit, months, 12).",
        "limit(uhc_benlysta, term_limit, months, 13).",
        cases("benlysta_for_thirteen_months", "benlysta_term_read_as_a_criterion"),
    ),
    Seed(
        "a biologic counts among the standard treatments",
        BENLYSTA,
        "class(Drug, Class, _), standard_class(Class), not biologic(Drug).",
        "class(Drug, (antimalarial; corticosteroid; immunosuppressant; biologic), _).",
        (
            *of("one_way", *(f"adverse(taking({drug}))" for drug in OTHER_BIOLOGICS)),
            *cases(
                "belimumab_as_the_only_drug_on_continuation",
                "benlysta_nephritis_continuation_without_standard_of_care",
                "rituximab_as_the_only_drug_beside_benlysta",
                "severe_cns_lupus_and_benlysta_alone",
            ),
        ),
        at=(BENLYSTA, "adverse(taking(Drug))                        :- other_biologic"),
        outcomes=BROUGHT,
    ),
    Seed(
        "the list binds the wrong phase whatever the reading",
        BENLYSTA,
        "unproven_list_binds :- requested(phase, initial).",
        "unproven_list_binds :- requested(phase, continuation).",
        of("continuable", "barred(sle)", "barred(lupus_nephritis)")
        + cases(
            "benlysta_continues_beside_a_biologic_product_without_a_name_here_by_criteria_only",
            "benlysta_continues_beside_a_biologic_without_a_name_here_by_criteria_only",
            "benlysta_continues_beside_rituximab_by_criteria_only",
            "benlysta_continues_in_cns_lupus_by_criteria_only",
            "benlysta_starts_bound_by_all_under_criteria_only",
            "denosumab_beside_a_benlysta_continuation_by_criteria_only",
            "saphnelo_ends_benlysta_by_criteria_only",
        ),
        at=(BENLYSTA, "sle,             continuation, prior_infusion"),
        outcomes=UNDONE,
    ),
    Seed(
        "belimumab counts as background therapy from the start",
        LUPKYNIS_READINGS,
        "usual(belimumab_as_background, does_not_count).",
        "usual(belimumab_as_background, counts).",
        cases(
            "lupkynis_beside_belimumab_alone",
            "lupkynis_beside_nothing_or_cyclophosphamide",
            "lupkynis_with_antimalarials_counted_and_none_taken",
        ),
        asked="fep_lupkynis",
    ),
)

SEEDS = (
    *PATHWAYS,
    *CRITERIA,
    *EXCLUSIONS,
    *EDITIONS,
    *DECISION,
    *LINT,
    *SLIPS,
    *EXCHANGED,
    *NEGATIONS,
    *CASES,
)

BUNDLES: tuple[tuple[str, ...], ...] = (
    (
        "two criteria of one pathway contradict each other, so nobody starts in nephritis",
        "a pathway leads to an indication that the list calls unproven",
        "a limit stands for the other phase, so a start may be longer than its continuation",
        "voclosporin is no longer barred, and what is left of the criterion the unproven list says too",
        "a list names every indication and excludes only some, so that the rest is approved unasked",
        "a reading is read nowhere in the rules",
    ),
    (
        "the list of unproven uses binds continuations alone, so what was approved is then barred",
        "a criterion is implied by another",
        "the criterion of a start stands in the continuation's row",
        "the dose of a child is not looked at",
        "an exclusion is shadowed by another",
        "the list names a condition that nothing is requested for, and an indication falls in the gap",
        "a row cites the clause of the other phase, in whose list its like stands",
    ),
    (
        "a dropped not asks for the drugs that the criterion bars",
        "a not too many asks that no response is documented",
        "two phases are swapped: an infusion before is asked for at the start",
        "an exclusion never applies",
        "a new indication is addressed by nobody",
        "an outcome is given twice: a denial stands beside the rule that supersedes it",
    ),
    (
        "a drug is put into the wrong class",
        "an exclusion cites the wrong clause",
        "an outcome is lost where the policy is silent",
        "nothing names the clause of an exclusion",
    ),
    (
        "a criterion can never be met, so no renewal is approved",
        "a limit is set above whatever can be asked for",
        "two parts of a criterion ask for the same, so that either could go",
        "a criterion says what another says already, as the text is usually read",
        "a criterion is always met",
        "a part of a criterion is always met",
        "a baseline is asked for on a continuation too",
    ),
    (
        "a continuation asks for what the start rules out, so nobody who starts can go on",
        "a dropped not asks for a live vaccine",
        "a row is copied and not changed, and two clauses become idle",
        "the age is not asked for at the start",
        "a reading changes nothing",
        "nothing names the clause of an exclusion",
    ),
    (
        "the limit of one phase is lost",
        "an advisory is made a criterion of the start",
        "no clause is cited for a reading",
        "no heading asks for the criteria of a renewal",
        "a criterion asks for the state that the other policy bars, so that no patient has both",
    ),
    (
        "two criteria ask for one fact, so that they always fail together",
        "the diagnosis is not asked for at renewal",
    ),
    (
        "a criterion looks for a condition that is spelt wrongly, so that only the list bars it",
        "the rule on the scope is dropped",
        "a row stands twice",
    ),
    (
        "nothing names the clause of the scope",
        "a row names the clause of another pathway",
        "a class is spelt wrongly",
    ),
    (
        "a reading is spelt wrongly",
        "a variable occurs once, so that any drug at all is a background therapy",
    ),
    (
        "the age of an adult is one year off",
        "the limit on capsules is one off",
        "belimumab counts as background therapy from the start",
    ),
    (
        "the term is one month off",
        "a biologic counts among the standard treatments",
        "the list binds the wrong phase whatever the reading",
    ),
    (
        "an edition drops more than its history tells",
        "a not too many asks that a background therapy is not taken",
    ),
    (
        "the sentences of a criterion are the wrong way round",
        "the boxed warning is told on a continuation too",
        "the diagnosis of a continuation is that of another list",
        "a term is set above whatever can be asked for",
        "another undertaking stands for the judgement",
    ),
    (
        "an emergency speaks against a start that was long ago",
        "the number in the words of a criterion is lost",
        "a limit cites the item of the other phase",
        "which denials a mandate lifts is spelt wrongly",
        "what speaks against a patient is spelt wrongly",
    ),
    (
        "a choice of a reading is spelt wrongly",
        "the heading of the other disease stands above a list",
        "a kind of clause is spelt wrongly, and what it called unproven is no longer",
    ),
    (
        "a row is moved to the list of the other disease",
        "a choice is asked of another reading",
    ),
    (
        "belimumab counts where it is read not to",
        "another benefit will do where only the one named is meant",
        "half a year without a benefit is told of those who have one",
        "an adult is told to be below the age of the label",
        "a review before the service is told of a claim after it",
        "a low eGFR is told of a high one",
    ),
    ("any of two undertakings will do where both are asked for", "what two criteria ask for is exchanged"),
    (
        "a claim is read as a review before the service, and the other way round",
        "a stable eGFR is read as one that is not",
    ),
    (
        "the infusion is what the policy does not speak of",
        "whoever takes a standard drug that has no name here is not on one",
        "read to the letter, a biologic product bars where none is taken",
    ),
    (
        "read widely, a disease on the list bars whoever has it not",
        "the drug itself is the other biologic, and no other is",
        "a biologic that has no name here no longer bars",
        "harm to the unborn is told of who is not pregnant",
    ),
    ("a full stop is missing",),
    ("a cut point is dropped",),
    ("a threshold is quoted",),
    ("an exclusion is spelt wrongly",),
    ("a changed criterion is spelt wrongly",),
    ("the history tells of a change that no rule makes",),
    (
        "nothing says what an edition changed",
        "a criterion is made the scope, so that no request is decided before it is known",
    ),
    ("both answers to a question lead to one note",),
    ("another reading becomes the usual one: the list no longer binds continuations",),
    ("two phases are swapped: a documented benefit is asked for at the start",),
    ("an outcome is given twice: what is too much is approved and cut",),
    ("a default is turned round: a term that was cut is now a denial, once it is stated",),
    ("silence is read as no: a live vaccine is assumed away",),
    ("a criterion stands for the wrong edition",),
    ("an edition is dated back, so that an older one of the other policy meets it",),
    ("a drug is spelt wrongly",),
    ("a criterion needs more parts than it has",),
    ("a clause is missing from the ledger",),
    ("a criterion has no words",),
    ("a criterion is spelt wrongly",),
    ("a condition has one argument too many",),
    ("a rule of another policy stands in the file",),
)
"""Seeds, by name, that are tried at once: each is found as it is alone, and nothing else is."""
