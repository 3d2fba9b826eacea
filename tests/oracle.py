"""A second opinion on two coverage policies, in plain Python.

The policies are FEP 5.99.021 Lupkynis (voclosporin) and UnitedHealthcare Benlysta (belimumab) for
intravenous infusion, the latter in two editions. What follows is written from the text of those
documents, with each ambiguity settled as noted where it arises or left to a named reading; it
shares nothing with the rule files of the same policies, so that they can be checked against it.
One `World` is one complete patient and request: nothing in it is unknown, apart from the size of
the request, which may be left unsaid.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

INDICATIONS: tuple[str, ...] = (
    "sle",
    "lupus_nephritis",
    "anca_vasculitis",
    "rheumatoid_arthritis",
    "severe_active_cns_lupus",
    "sjogrens_syndrome",
    "waldenstrom_macroglobulinemia",
    "other",
)

PHASES: tuple[str, ...] = ("initial", "continuation")

ROUTES: tuple[str, ...] = ("intravenous", "subcutaneous", "oral")

CONDITIONS: tuple[str, ...] = (
    "sle",
    "lupus_nephritis",
    "severe_active_cns_lupus",
    "anca_vasculitis",
    "rheumatoid_arthritis",
    "sjogrens_syndrome",
    "waldenstrom_macroglobulinemia",
    "hypertensive_emergency",
)

ACTIVE: tuple[str, ...] = ("sle", "lupus_nephritis")

DRUG_CLASSES: dict[str, tuple[str, ...]] = {
    "antimalarial": ("hydroxychloroquine", "chloroquine", "quinacrine"),
    "corticosteroid": (
        "prednisone",
        "prednisolone",
        "methylprednisolone",
        "dexamethasone",
        "hydrocortisone",
        "cortisone",
        "betamethasone",
        "triamcinolone",
        "deflazacort",
    ),
    "immunosuppressant": (
        "mycophenolate_mofetil",
        "mycophenolic_acid",
        "azathioprine",
        "methotrexate",
        "cyclophosphamide",
        "leflunomide",
        "tacrolimus",
        "cyclosporine",
        "voclosporin",
        "everolimus",
        "sirolimus",
    ),
    "biologic": (
        "belimumab",
        "anifrolumab",
        "rituximab",
        "obinutuzumab",
        "ocrelizumab",
        "ofatumumab",
        "abatacept",
        "tocilizumab",
        "sarilumab",
        "anakinra",
        "adalimumab",
        "etanercept",
        "infliximab",
        "certolizumab_pegol",
        "golimumab",
        "ustekinumab",
        "secukinumab",
        "eculizumab",
        "vedolizumab",
        "natalizumab",
        "risankizumab",
        "guselkumab",
        "tildrakizumab",
        "mirikizumab",
        "ixekizumab",
        "brodalumab",
        "bimekizumab",
        "spesolimab",
        "dupilumab",
        "tralokinumab",
        "lebrikizumab",
        "nemolizumab",
        "omalizumab",
        "mepolizumab",
        "reslizumab",
        "benralizumab",
        "tezepelumab",
        "canakinumab",
        "rilonacept",
        "inebilizumab",
        "ublituximab",
        "alemtuzumab",
        "satralizumab",
        "siltuximab",
        "ravulizumab",
        "crovalimab",
        "pozelimab",
        "sutimlimab",
        "belatacept",
        "teplizumab",
        "emapalumab",
        "basiliximab",
        "antithymocyte_globulin",
        "axatilimab",
        "efgartigimod",
        "rozanolixizumab",
        "nipocalimab",
        "interferon_beta_1a",
        "peginterferon_beta_1a",
        "interferon_beta_1b",
        "interferon_gamma_1b",
        "peginterferon_alfa_2a",
        "ipilimumab",
        "nivolumab",
        "pembrolizumab",
        "cemiplimab",
        "dostarlimab",
        "atezolizumab",
        "avelumab",
        "durvalumab",
    ),
    "other_biologic_product": (
        "insulin_glargine",
        "insulin_lispro",
        "insulin_aspart",
        "insulin_degludec",
        "denosumab",
        "romosozumab",
        "immune_globulin",
        "epoetin_alfa",
        "darbepoetin_alfa",
        "filgrastim",
        "pegfilgrastim",
        "evolocumab",
        "alirocumab",
        "erenumab",
        "fremanezumab",
        "galcanezumab",
        "pegloticase",
    ),
    "targeted_synthetic": (
        "tofacitinib",
        "baricitinib",
        "upadacitinib",
        "apremilast",
        "ritlecitinib",
        "abrocitinib",
        "ruxolitinib",
        "deuruxolitinib",
        "fedratinib",
        "pacritinib",
        "momelotinib",
        "deucravacitinib",
    ),
}

DRUGS: tuple[str, ...] = tuple(drug for drugs in DRUG_CLASSES.values() for drug in drugs)

ATTESTATIONS: tuple[str, ...] = (
    "monitor_egfr",
    "monitor_blood_pressure",
    "monitor_serious_infections",
    "monitor_malignancies",
    "benefits_outweigh_risks",
)

DOCUMENTED: tuple[str, ...] = ("clinical_benefit", "clinical_response", "autoantibodies")

SHARED_OVERRIDES: tuple[str, ...] = ("plan_document", "state_mandate", "federal_mandate", "rare_disease")
# Instructions for Use of UnitedHealthcare: a Medicare Advantage plan, and criteria of another's tool.
OTHER_LINES: tuple[str, ...] = ("medicare_advantage", "delegated_criteria")
OVERRIDES: tuple[str, ...] = (*SHARED_OVERRIDES, *OTHER_LINES)

# What is asked of a drug beside whether it is taken now: whether it is stopped before the requested
# drug is given, or started with it. Of whom neither bars nor can count later, it is not asked.
FEP_PLANNED: tuple[str, ...] = (
    *(
        drug
        for name in ("immunosuppressant", "corticosteroid", "antimalarial")
        for drug in DRUG_CLASSES[name]
        if drug != "voclosporin"
    ),
    "belimumab",
)
UHC_PLANNED: tuple[str, ...] = (
    "voclosporin",
    *(drug for drug in DRUG_CLASSES["biologic"] if drug != "belimumab"),
    *DRUG_CLASSES["other_biologic_product"],
)
STOPPED: dict[str, tuple[str, ...]] = {"fep_lupkynis": ("cyclophosphamide",), "uhc_benlysta": UHC_PLANNED}
STARTED: dict[str, tuple[str, ...]] = {"fep_lupkynis": FEP_PLANNED, "uhc_benlysta": UHC_PLANNED}

# Where a text can be read in two ways: the reading taken by default, then the other one.
READINGS_OF: dict[str, dict[str, tuple[str, str]]] = {
    "fep_lupkynis": {
        "cyclophosphamide": ("any_use", "as_background"),
        "belimumab_as_background": ("does_not_count", "counts"),
        "antimalarial_as_background": ("does_not_count", "counts"),
        "planned_background": ("does_not_count", "counts"),
        "background_steroid": ("counts", "only_with_another"),
        "benefit_example": ("an_example", "what_is_meant"),
        "term_limit": ("cap", "criterion"),
    },
    "uhc_benlysta": {
        "term_limit": ("cap", "criterion"),
        "unproven_on_continuation": ("applies", "criteria_only"),
        "comorbidity": ("indication_only", "any"),
        "activity_on_continuation": ("not_required", "required"),
        "diagnosis_on_continuation": ("required", "not_required"),
        "other_biologics": ("immunomodulating", "every"),
        "age_floor_in_label": ("applies", "ignored"),
    },
}
READINGS: dict[str, tuple[str, str]] = READINGS_OF["fep_lupkynis"] | READINGS_OF["uhc_benlysta"]

EDITIONS: tuple[tuple[str, str], ...] = (
    ("fep_lupkynis", "2024-10-01"),
    ("uhc_benlysta", "2023-11-01"),
    ("uhc_benlysta", "2022E0046O"),
)

# UnitedHealthcare Benlysta, Coverage Rationale, list of unproven uses: the five conditions on it.
UNPROVEN_CONDITIONS: tuple[str, ...] = (
    "anca_vasculitis",
    "rheumatoid_arthritis",
    "severe_active_cns_lupus",
    "sjogrens_syndrome",
    "waldenstrom_macroglobulinemia",
)


@dataclass(frozen=True)
class World:
    """One complete patient and request.

    `months`, `capsules` and `days_supply` may be None: nothing was said, which counts as within
    the limit. What is taken is taken now; of that, what `stops` is stopped before the requested
    drug is given, and what `starts` is started with it. A reading that `readings` does not mention
    has its default.
    """

    indication: str
    phase: str
    route: str
    age: int
    diagnoses: frozenset[str]
    active: frozenset[str]
    taking: frozenset[str]
    stops: frozenset[str]
    starts: frozenset[str]
    attests: frozenset[str]
    documented: frozenset[str]
    stable_egfr: bool
    live_vaccine: bool
    received_iv: bool
    dosed_per_label: bool
    months: int | None
    capsules: int | None
    days_supply: int | None
    overrides: frozenset[str]
    readings: Mapping[str, str] = field(hash=False)  # a plain dict would make the world unhashable


@dataclass(frozen=True)
class Opinion:
    """What a policy says of one world.

    `bases` names the grounds of a denial or referral. `unmet` names the criteria of the requested
    indication and phase that are not met, whatever the outcome is, and `unmet_parts` those of their
    parts, of which the document lists several under one item.
    """

    outcome: str
    bases: frozenset[str]
    unmet: frozenset[str]
    unmet_parts: frozenset[str] = frozenset()


def lawful(world: World) -> bool:
    """Whether such a patient can exist: the medical facts that both policies take for granted."""
    # An active disease is a diagnosed one.
    if not world.active <= world.diagnoses:
        return False
    # Lupus nephritis is lupus, and active lupus nephritis is active lupus.
    if "lupus_nephritis" in world.diagnoses and "sle" not in world.diagnoses:
        return False
    if "lupus_nephritis" in world.active and "sle" not in world.active:
        return False
    # What is stopped was taken.
    if not world.stops <= world.taking:
        return False
    # Severe active lupus of the central nervous system is active lupus.
    return "severe_active_cns_lupus" not in world.diagnoses or "sle" in world.active


def decide(policy: str, edition: str, world: World) -> Opinion:
    """The one outcome that an edition of a policy has in a lawful world."""
    if (policy, edition) not in EDITIONS:
        raise ValueError(f"no such policy edition: {policy} {edition}")
    if policy == "fep_lupkynis":
        return _decide_fep(world)
    return _decide_uhc(edition, world)


# FEP 5.99.021 Lupkynis


def _decide_fep(world: World) -> Opinion:
    """FEP 5.99.021 Lupkynis, Policy: lupus nephritis, all other indications are investigational.

    The policy does not speak of the route, so no request is out of its scope; nor does it name
    anything that stands above it, so that whoever states such a thing changes nothing.
    """
    if world.indication != "lupus_nephritis":
        return Opinion("deny", frozenset({"investigational"}), frozenset())
    unmet = frozenset(_fep_unmet(world))
    if unmet:
        parts = frozenset(part for part, statement in _FEP_UNDERTAKINGS if statement not in world.attests)
        return Opinion("deny", frozenset({"criteria_not_met"}), unmet, parts)
    over_limit = _too_long(world) or _too_many_capsules(world)
    return Opinion("modify" if over_limit else "approve", frozenset(), unmet)


# What the prescriber undertakes, two of each kind: Requirements, items 3 and 4; Renewal, items 4 and 5.
_FEP_UNDERTAKINGS = (
    ("egfr_monitoring", "monitor_egfr"),
    ("blood_pressure_monitoring", "monitor_blood_pressure"),
    ("infection_monitoring", "monitor_serious_infections"),
    ("malignancy_monitoring", "monitor_malignancies"),
)


def _fep_unmet(world: World) -> set[str]:
    """FEP 5.99.021 Lupkynis, Prior-Approval Requirements and Renewal Requirements."""
    met = _fep_shared_criteria(world)
    if world.phase == "initial":
        met["active_lupus_nephritis"] = "lupus_nephritis" in world.active  # Requirements, item 1
    else:
        met["clinical_benefit"] = _has_documented_benefit(world)  # Renewal, item 1
        met["benefits_outweigh_risks"] = "benefits_outweigh_risks" in world.attests  # item 2
    return _failing(met) | _term_criterion(world)


def _fep_shared_criteria(world: World) -> dict[str, bool]:
    """The criteria that FEP repeats word for word in its initial and its renewal requirements."""
    return {
        # Age.
        "adult": world.age >= 18,
        # Diagnosis.
        "lupus_nephritis": "lupus_nephritis" in world.diagnoses,
        # Requirements, item 2; Renewal, item 3: two demands in one sentence.
        "background_therapy": _has_fep_background(world),
        "no_cyclophosphamide": _passes_fep_cyclophosphamide(world),
        # Requirements, item 3; Renewal, item 4: both kinds of monitoring are demanded.
        "renal_monitoring": {"monitor_egfr", "monitor_blood_pressure"} <= world.attests,
        # Requirements, item 4; Renewal, item 5: again both.
        "safety_monitoring": ({"monitor_serious_infections", "monitor_malignancies"} <= world.attests),
        # Requirements, item 5; Renewal, item 6.
        "no_live_vaccine": not world.live_vaccine,
    }


def _has_fep_background(world: World) -> bool:
    """FEP 5.99.021 Lupkynis, Requirements, item 2, first half: "must be receiving" background therapy.

    So it is taken now; whether one that only starts with Lupkynis will do is a reading. Voclosporin
    cannot be its own background, and cyclophosphamide is named as no background. Whether an
    antimalarial or belimumab is one, the text leaves open, and as its example names mycophenolate
    together with a corticosteroid, so it does for a corticosteroid that stands alone.
    """
    background = set(DRUG_CLASSES["immunosuppressant"]) - {"voclosporin", "cyclophosphamide"}
    if _reading(world, "background_steroid") == "counts":
        background.update(DRUG_CLASSES["corticosteroid"])
    if _reading(world, "belimumab_as_background") == "counts":
        background.add("belimumab")
    if _reading(world, "antimalarial_as_background") == "counts":
        background.update(DRUG_CLASSES["antimalarial"])
    received = set(world.taking)
    if _reading(world, "planned_background") == "counts":
        received |= world.starts
    return bool(background & received)


def _has_documented_benefit(world: World) -> bool:
    """FEP 5.99.021 Lupkynis, Renewal Requirements, item 1: a documented benefit.

    In brackets the text names an eGFR that has risen or is stable, without renal worsening: as an
    example, so that another benefit will do, or, read narrowly, as what it means by benefit.
    """
    if _reading(world, "benefit_example") == "what_is_meant" and not world.stable_egfr:
        return False
    return "clinical_benefit" in world.documented


def _passes_fep_cyclophosphamide(world: World) -> bool:
    """FEP 5.99.021 Lupkynis, Requirements, item 2, second half: not cyclophosphamide.

    Read strictly, it may not be given with Lupkynis at all; read loosely, it only may not be the
    background, so that another background therapy beside it is enough. What is stopped before
    Lupkynis is given is not given with it.
    """
    if "cyclophosphamide" not in _together(world):
        return True
    if _reading(world, "cyclophosphamide") == "as_background":
        return _has_fep_background(world)
    return False


def _too_many_capsules(world: World) -> bool:
    """FEP 5.99.021 Lupkynis, Prior-Approval Limits, Quantity: 540 capsules for 90 days, a rate."""
    if world.capsules is None or world.days_supply is None:
        return False
    return world.capsules * 90 > 540 * world.days_supply


# UnitedHealthcare Benlysta, intravenous


def _decide_uhc(edition: str, world: World) -> Opinion:
    """UnitedHealthcare Benlysta, Coverage Rationale: scope first, then criteria and unproven uses.

    The policy speaks of the intravenous infusion only, so that any other route ends the matter.
    """
    pathway = world.indication in {"sle", "lupus_nephritis"}
    unmet = _uhc_unmet(edition, world) if pathway else set()
    if world.route != "intravenous":
        return Opinion("out_of_scope", frozenset(), frozenset(unmet))
    return _uhc_outcome(world, _uhc_unproven(world), unmet)


def _uhc_outcome(world: World, bases: set[str], unmet: set[str]) -> Opinion:
    """The outcome of a request within scope: the first that applies, in this order.

    The member's plan document governs where it conflicts with the policy (Instructions for Use), in
    either direction, so that whatever the outcome would be is for a person to see; so is a request of
    another line of business, of which the text only says that it may be applied. A mandate of a
    state or of the nation, and the rule for serious rare diseases (Benefit Considerations,
    Instructions for Use), can only give coverage, so they matter where there is something to deny.
    """
    missed = frozenset(unmet)
    named = {"sle", "lupus_nephritis", *UNPROVEN_CONDITIONS}
    silent = set() if world.indication in named else {"policy_silent"}
    if unmet:
        bases = bases | {"criteria_not_met"}
    if not world.overrides.isdisjoint(("plan_document", *OTHER_LINES)):
        return Opinion("refer", frozenset({"override"} | silent), missed)
    if bases and world.overrides:
        return Opinion("refer", frozenset({"override"} | silent), missed)
    if bases:
        return Opinion("deny", frozenset(bases), missed)
    if silent:
        return Opinion("refer", frozenset(silent), missed)
    return Opinion("modify" if _too_long(world) else "approve", frozenset(), missed)


def _uhc_unmet(edition: str, world: World) -> set[str]:
    """UnitedHealthcare Benlysta, Coverage Rationale: the criteria of one indication and phase."""
    met = _uhc_shared_criteria(world)
    if world.phase == "initial":
        met |= _uhc_initial_criteria(edition, world)
    else:
        met |= _uhc_continuation_criteria(world)
    return _failing(met) | _term_criterion(world)


def _uhc_shared_criteria(world: World) -> dict[str, bool]:
    """The criteria that both indications repeat, for initial therapy and for continuation."""
    standard_of_care = {
        *DRUG_CLASSES["antimalarial"],
        *DRUG_CLASSES["corticosteroid"],
        *DRUG_CLASSES["immunosuppressant"],
    }
    return {
        # At least one standard-of-care drug that is not a biologic.
        "standard_of_care": bool(standard_of_care & world.taking),
        # Neither Lupkynis nor Saphnelo beside it.
        "no_combination": not {"voclosporin", "anifrolumab"} & _together(world),
        # Dosed as in the FDA label.
        "label_dosing": world.dosed_per_label and _has_labelled_dose(world),
    }


def _has_labelled_dose(world: World) -> bool:
    """UnitedHealthcare Benlysta, FDA section: the label begins at the age of 5.

    The policy has no criterion on age; below 5 there is no labelled dose to follow, unless the
    age in the label is read as none of the dosing criterion's business.
    """
    return world.age >= 5 or _reading(world, "age_floor_in_label") == "ignored"


def _uhc_initial_criteria(edition: str, world: World) -> dict[str, bool]:
    """Initial therapy, first item: the disease is active, and no severe active CNS lupus.

    The archived edition 2022E0046O also asks for documented autoantibodies, for SLE only; the
    revision of 2023-11-01 removed that (Policy History).
    """
    met = {
        f"active_{world.indication}": world.indication in world.active,
        "no_severe_cns_lupus": "severe_active_cns_lupus" not in world.diagnoses,
    }
    if edition == "2022E0046O" and world.indication == "sle":
        met["autoantibodies"] = "autoantibodies" in world.documented
    return met


def _uhc_continuation_criteria(world: World) -> dict[str, bool]:
    """Continuation of therapy: for the disease of the heading, infused before, with a response.

    The headings speak of the treatment of SLE and of lupus nephritis, so whoever continues has it,
    unless the list is read as all there is. Only the sentence that opens the lupus nephritis
    criteria calls the disease active; whether that binds a continuation is a matter of reading.
    """
    met = {
        "prior_infusion": world.received_iv,
        "positive_response": "clinical_response" in world.documented,
    }
    if _reading(world, "diagnosis_on_continuation") == "required":
        met[f"diagnosis_{world.indication}"] = world.indication in world.diagnoses
    required = _reading(world, "activity_on_continuation") == "required"
    if required and world.indication == "lupus_nephritis":
        met["active_lupus_nephritis"] = "lupus_nephritis" in world.active
    return met


def _uhc_unproven(world: World) -> set[str]:
    """UnitedHealthcare Benlysta, Coverage Rationale, list of unproven uses.

    The list mixes indications, which count in every phase, with a state of the patient and a
    co-therapy, which may be read as binding initial requests only.
    """
    bases = {f"unproven({condition})" for condition in _uhc_unproven_conditions(world)}
    everywhere = _reading(world, "unproven_on_continuation") == "applies"
    if world.phase == "initial" or everywhere:
        bases |= _uhc_unproven_state(world) | _uhc_unproven_co_therapy(world)
    return bases


def _uhc_unproven_conditions(world: World) -> set[str]:
    """The listed conditions that the drug is requested for, or, read broadly, that are present."""
    listed = set(UNPROVEN_CONDITIONS)
    found = listed & {world.indication}
    if _reading(world, "comorbidity") == "any":
        found |= listed & world.diagnoses
    return found


def _uhc_unproven_state(world: World) -> set[str]:
    """List of unproven uses, third item, as a state of the patient: severe active CNS lupus."""
    return {"severe_active_cns_lupus"} & world.diagnoses


def _uhc_unproven_co_therapy(world: World) -> set[str]:
    """List of unproven uses, fifth item: any biologic besides Benlysta itself, given with it.

    Biologics are those that act on the immune system, or, read to the letter, all that are licensed
    as such, insulin too.
    """
    others = set(DRUG_CLASSES["biologic"]) - {"belimumab"}
    if _reading(world, "other_biologics") == "every":
        others.update(DRUG_CLASSES["other_biologic_product"])
    return {f"other_biologic({drug})" for drug in others & _together(world)}


# Both policies


def _together(world: World) -> set[str]:
    """What is given together with the requested drug: taken now and not stopped first, or started."""
    return set(world.taking - world.stops) | set(world.starts)


def _too_long(world: World) -> bool:
    """More than 12 months: FEP, Prior-Approval Limits, Duration; UHC, last item of each list."""
    return world.months is not None and world.months > 12


def _term_criterion(world: World) -> set[str]:
    """The 12 months read as a criterion instead of as a cap on what is authorized."""
    if _reading(world, "term_limit") == "criterion" and _too_long(world):
        return {"term_limit"}
    return set()


def _failing(met: Mapping[str, bool]) -> set[str]:
    """The ids of the criteria that are not met."""
    return {criterion for criterion, holds in met.items() if not holds}


def _reading(world: World, name: str) -> str:
    """The choice made for one ambiguity of the text; its default where the world names none."""
    default, other = READINGS[name]
    choice = world.readings.get(name, default)
    if choice not in (default, other):
        raise ValueError(f"reading {name} has no choice {choice}")
    return choice
