"""Policies of a few rules under the shipped `kb/decision.lp`: written for one test, or thrown by dice.

A rule is one line, `head :- body` or `head`, and its head has no variables, so that brute force can take
out by its text whatever a clause carries. Words and clauses are made for what the rules speak of.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import clingo

from lupa import KnowledgeBase
from lupa.rules.files import shipped
from tests.small import random_relations, relation_words

POLICY, OTHER, EDITION = "small", "other", "1"
DECISION = (shipped("kb") / "decision.lp").read_text(encoding="utf-8")
PHASES = ("initial", "continuation")


@dataclass(frozen=True)
class Facts:
    """What a record can say; of each reading the first choice is the usual one."""

    indications: Sequence[str] = ("gout", "asthma")
    routes: Sequence[str] = ()
    conditions: Sequence[str] = ("gout",)
    active: Sequence[str] = ()
    drugs: Sequence[str] = ("aspirin", "codeine")
    flags: Sequence[str] = ("tested", "smokes")
    ages: Sequence[int] = ()
    overrides: Sequence[str] = ()
    readings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    assumed: Mapping[str, str] = field(default_factory=dict)
    of_request: Sequence[str] = ()
    laws: Sequence[str] = ()
    related: Sequence[str] = ()
    graded: Sequence[str] = ()
    speaking: Mapping[str, str] = field(default_factory=dict)
    """Facts that speak against a patient, or for one: `adverse` or `favourable`."""

    @property
    def other_than_requested(self) -> list[str]:
        """The facts beside the request, but for what is asked for, whose cut points policies give."""
        families = {
            "diagnosis": self.conditions,
            "active": self.active,
            "taking": self.drugs,
            "override": self.overrides,
            "at_least": [f"age,{age}" for age in self.ages],
        }
        named = [f"{name}({value})" for name, values in families.items() for value in values]
        read = [
            f"reading({name},{choice})" for name, choices in self.readings.items() for choice in choices
        ]
        return [*named, *self.flags, *self.related, *self.graded, *read]

    @property
    def requested(self) -> list[str]:
        kinds = {"indication": self.indications, "phase": PHASES, "route": self.routes}
        return [f"requested({kind},{value})" for kind, values in kinds.items() for value in values]

    def lines(self) -> Iterator[str]:
        """The rules of the vocabulary."""
        for name in (
            "requested",
            "reading",
            "diagnosis",
            "active",
            "taking",
            "override",
            "at_least",
            "more_than",
        ):
            yield f'fact_text({name}, "{name} {{1}} {{2}}", "not {name} {{1}} {{2}}").'
            yield f'question({name}, "{name} {{1}}?").'
        for fact in (*self.requested, *self.other_than_requested):
            yield f"fact({fact}). {fact} :- true({fact})."
        yield "phase(initial; continuation)."
        yield from (f"cut_point(at_least(age,{age}))." for age in self.ages)
        yield from (f"indication({indication})." for indication in self.indications)
        yield from (
            f'fact_text({flag}, "{flag}", "not {flag}"). question({flag}, "{flag}?").'
            for flag in self.flags
        )
        yield from (
            f"choice({name},{choice})." for name, choices in self.readings.items() for choice in choices
        )
        yield from (f"usual({name},{choices[0]})." for name, choices in self.readings.items())
        yield from (
            f"default(reading({name},{choices[0]}), yes)." for name, choices in self.readings.items()
        )
        yield from (f"superseding({name}). default(override({name}), no)." for name in self.overrides)
        yield from (f"default({fact}, {value})." for fact, value in self.assumed.items())
        yield from (f"{kind}({fact})." for fact, kind in self.speaking.items())
        yield from (f"of_request({fact})." for fact in (*self.requested, *self.of_request))
        yield from (f"impossible(law({number})) :- {law}." for number, law in enumerate(self.laws))
        yield from (
            f"impossible(inactive({name})) :- active({name}), not diagnosis({name})."
            for name in self.active
        )
        if self.readings:
            yield "single_valued(reading)."
        if self.related or self.graded:
            yield relation_words([*self.related, *self.graded])
        yield _GENERAL


_GENERAL = """
single_valued(requested).
drug(aspirin).
drug(codeine).
quantity(months, "months", 1, 600). part_of_request(months).
quantity(age, "years", 0, 130).
fact(Cut) :- cut_point(Cut).
of_request(more_than(months, Most)) :- cut_point(more_than(months, Most)).
more_than(Quantity, Low) :- true(more_than(Quantity, Low)).
at_least(Quantity, Low)  :- true(at_least(Quantity, Low)).
below(more_than(Quantity, Low), more_than(Quantity, High)) :-
    cut_point(more_than(Quantity, Low)), cut_point(more_than(Quantity, High)), Low < High.
below(at_least(Quantity, Low), at_least(Quantity, High)) :-
    cut_point(at_least(Quantity, Low)), cut_point(at_least(Quantity, High)), Low < High.
impossible(order(Low, High)) :- below(Low, High), true(High), not true(Low).
#defined cut_point/1. #defined reading/2. #defined choice/2. #defined usual/2. #defined default/2.
#defined adverse/1. #defined favourable/1.
#defined superseding/1. #defined override/1. #defined taking/1. #defined active/1. #defined diagnosis/1.
"""


@dataclass(frozen=True)
class Made:
    """A small knowledge base: its facts, the rules of its policies, how they decide, and their editions."""

    facts: Facts
    rules: Mapping[str, Sequence[str]]
    decision: str = DECISION
    covers: Mapping[str, str] = field(default_factory=lambda: {POLICY: "aspirin", OTHER: "codeine"})
    editions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    payers: Mapping[str, str] = field(default_factory=lambda: {POLICY: "A payer", OTHER: "A payer"})

    def texts(self) -> dict[str, str]:
        """The text of each file."""
        found = {"vocabulary.lp": "\n".join(self.facts.lines()) + "\n", "decision.lp": self.decision}
        for policy, rules in self.rules.items():
            found[f"policies/{policy}/about.lp"] = "\n".join(self._about(policy)) + "\n"
            found[f"policies/{policy}/policy.lp"] = "".join(f"{rule}.\n" for rule in rules)
            found[f"policies/{policy}/words.lp"] = "".join(f"{row}.\n" for row in _words(policy, rules))
        return found

    def _about(self, policy: str) -> Iterator[str]:
        yield f'policy({policy}). payer({policy}, "{self.payers[policy]}"). document({policy}, "Document").'
        yield f"covers({policy}, {self.covers[policy]})."
        for edition, first_day in self.editions.get(policy, {EDITION: ""}).items():
            begins = f'"{first_day}"' if first_day else "unrecorded"
            yield f'edition({policy}, "{edition}", {begins}).'

    def written(self, folder: Path) -> KnowledgeBase:
        """The knowledge base in a folder."""
        for name, text in self.texts().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return KnowledgeBase.load(folder)


def head_of(rule: str) -> clingo.Symbol:
    """What a rule gives."""
    return clingo.parse_term(rule.partition(" :- ")[0])


_ITEMS = {"requires": ("criterion", 3), "applies": ("criterion", 1), "excluded": ("basis", 1)}
_ITEMS |= {"part": ("criterion", 2)}
_ITEMS |= {"limited": ("limit", 3), "outside": ("scope", 1), "off_label": ("off_label", 1)}
_ITEMS |= {"advisory": ("advisory", 1)}
_CLAUSES = {"requires": 4, "part": 3, "limited": 4, "frame": 3, "cites": 2, "off_label": 2, "supersedes": 2}


def _words(policy: str, rules: Sequence[str]) -> Iterator[str]:
    """Words for each item that the rules speak of, and a clause for each that they name."""
    heads = [head_of(rule) for rule in rules]
    items = [(_ITEMS[h.name][0], h.arguments[_ITEMS[h.name][1]]) for h in heads if h.name in _ITEMS]
    for kind, name in dict.fromkeys(items):
        yield f'text({policy}, {kind}({name}), "{kind} {name}", "no {kind} {name}")'
    clauses = [h.arguments[_CLAUSES[h.name]] for h in heads if h.name in _CLAUSES]
    given = {h.arguments[1] for h in heads if h.name == "clause"}
    for clause in (clause for clause in dict.fromkeys(clauses) if clause not in given):
        yield f'clause({policy}, {clause}, criterion, "Section {clause}", "It says so.")'


# ---- by dice -----------------------------------------------------------------------------------

Dice = random.Random


def random_made(dice: Dice) -> Made:
    """One policy over four to eight facts beside the request, often with something odd in it."""
    facts = random_facts(dice)
    rules = random_rules(dice, POLICY, facts)
    further = random.Random(" ".join(rules))
    rules += _advisory(further, facts)
    made = Made(_speaking(further, facts), {POLICY: [*rules, *_raising(further, facts, rules)]})
    return dice.choice(_ODD)(dice, made) if dice.random() < 0.6 else made


def random_pair(dice: Dice) -> Made:
    """Two policies on one drug each, that like to speak of the other's."""
    facts = replace(
        random_facts(dice), drugs=("aspirin", "codeine"), active=(), overrides=(), laws=(), assumed={}
    )
    facts = replace(facts, flags=facts.flags[:2], conditions=facts.conditions[:1])
    facts = replace(facts, of_request=[flag for flag in facts.flags if dice.random() < 0.5])
    spoken_of = facts if dice.random() < 0.3 else replace(facts, drugs=())
    rules = {name: random_rules(dice, name, spoken_of) for name in (POLICY, OTHER)}
    for name, drug, often in ((POLICY, "codeine", 0.8), (OTHER, "aspirin", 0.3)):
        if dice.random() < often:
            body = [f"taking({drug})", *_literals(dice, spoken_of, dice.choice((0, 0, 1)))]
            rules[name].append(_rule(f"excluded({name}, beside)", body))
    return Made(facts, rules, payers={POLICY: "A payer", OTHER: dice.choice(("A payer", "Another"))})


def random_facts(dice: Dice) -> Facts:
    """Facts of every kind, four to eight beside the request, with a law or two."""
    indications = ("gout", "asthma", "cough")[: dice.choice((2, 2, 3))]
    conditions = ("gout", "asthma")[: dice.randint(1, 2)]
    facts = Facts(
        indications,
        routes=("oral", "nasal") if dice.random() < 0.2 else (),
        conditions=conditions,
        active=conditions[: dice.randint(0, 1)],
        drugs=("aspirin", "codeine")[: dice.randint(1, 2)],
        flags=("tested", "smokes", "agrees")[: dice.randint(1, 4 - len(conditions))],
        ages=(18, 65)[: dice.choice((0, 0, 0, 0, 1, 2))],
        overrides=("mandate",) if dice.random() < 0.3 else (),
        readings=_readings(dice) if dice.random() < 0.5 else {},
    )
    for fewer in ({"ages": ()}, {"drugs": facts.drugs[:1]}, {"flags": facts.flags[:1]}):
        if len(facts.other_than_requested) - len(facts.readings) > 7:
            facts = replace(facts, **fewer)
    if dice.random() < 0.3:
        facts = _with_relations(dice, facts)
    for flag in facts.flags:
        if dice.random() < 0.3:
            kind = dice.choice(("adverse", "favourable"))
            facts = replace(facts, speaking={**facts.speaking, flag: kind})
    if dice.random() < 0.25:
        facts = replace(facts, assumed={dice.choice(facts.flags): dice.choice(("yes", "no"))})
    if dice.random() < 0.4:
        one, two = dice.sample([*_plain(facts)], 2)
        facts = replace(facts, laws=[f"{one}, {dice.choice(('', 'not '))}{two}"])
    return facts


def _with_relations(dice: Dice, facts: Facts) -> Facts:
    """Relations of two and three arguments, any number or one of which holds, in place of other facts."""
    related, graded = random_relations(dice)
    related, graded = related[:2], graded[:2]
    fewer = replace(facts, flags=facts.flags[:1], ages=(), conditions=facts.conditions[:1], active=())
    return replace(fewer if related or graded else facts, related=related, graded=graded)


def _readings(dice: Dice) -> dict[str, tuple[str, ...]]:
    """One text that can be read in two ways, sometimes in three, or two such texts."""
    choices = ("narrow", "wide", "open")[: dice.choice((2, 2, 3))]
    return {"wording": choices} | ({"counting": ("all", "some")} if dice.random() < 0.2 else {})


def _plain(facts: Facts) -> list[str]:
    return [fact for fact in facts.other_than_requested if not fact.startswith(("reading", "override"))]


def _literals(dice: Dice, facts: Facts, count: int) -> list[str]:
    """Conditions on so many facts."""
    likely = _plain(facts)
    if dice.random() < 0.12:  # seldom: it makes most criteria impossible on some pathway
        likely = [*likely, *facts.requested]
    chosen = dice.sample(likely, min(count, len(likely)))
    return [("not " if dice.random() < 0.35 else "") + fact for fact in chosen]


def _sometimes(dice: Dice, facts: Facts) -> list[str]:
    """A condition that is rare: on a reading, or on an override."""
    rare = [f for f in facts.other_than_requested if f.startswith("reading")]
    if dice.random() < 0.12:
        rare = [f for f in facts.other_than_requested if f.startswith("override")]
    return [dice.choice(rare)] if rare and dice.random() < 0.3 else []


def _rule(head: str, body: Sequence[str]) -> str:
    return f"{head} :- {', '.join(body)}" if body else head


def random_rules(dice: Dice, policy: str, facts: Facts) -> list[str]:
    """Pathways with criteria, exclusions, lists, limits, scope, label and clauses."""
    names = [f"criterion_{number}" for number in range(dice.randint(2, 4))]
    rules = [rule for name in names for rule in _criterion(dice, policy, facts, name)]
    covered = [i for i in facts.indications if dice.random() < 0.7] or [facts.indications[0]]
    for indication in covered:
        for phase in PHASES if dice.random() < 0.8 else PHASES[:1]:
            rules += _pathway(dice, policy, facts, (indication, phase), names)
    for number in range(dice.randint(0, 2)):
        rules += _exclusion(dice, policy, facts, f"exclusion_{number}")
    for indication in facts.indications:
        if indication not in covered and dice.random() < 0.5:
            rules.append(f"speaks_of({policy}, {indication})")
    return [*rules, *_limits(dice, policy, facts, covered), *_citations(dice, policy, facts)]


def _criterion(dice: Dice, policy: str, facts: Facts, name: str) -> Iterator[str]:
    for number in range(dice.choice((1, 1, 2))):
        rare = _sometimes(dice, facts) if number or dice.random() < 0.2 else []
        body = [*_literals(dice, facts, dice.choice((1, 1, 2, 3))), *rare]
        yield _rule(f"met({policy}, {name})", body)


def _pathway(
    dice: Dice, policy: str, facts: Facts, pathway: tuple[str, str], names: Sequence[str]
) -> Iterator[str]:
    where = ", ".join(pathway)
    for name in dice.sample(names, min(len(names), dice.randint(1, 3))):
        clause = f"c_{name}" if dice.random() < 0.5 else f"c_{name}_{pathway[1]}"
        body = [f for f in _sometimes(dice, facts) if f.startswith("reading")]
        yield _rule(f"requires({policy}, {where}, {name}, {clause})", body)
    if dice.random() < 0.7:
        yield f"frame({policy}, {where}, c_frame)"


def _exclusion(dice: Dice, policy: str, facts: Facts, name: str) -> Iterator[str]:
    for _ in range(dice.choice((1, 1, 2))):
        body = [*_literals(dice, facts, dice.choice((1, 1, 2))), *_sometimes(dice, facts)]
        yield _rule(f"excluded({policy}, {name})", body)
    for clause in (f"c_{name}", "c_shared"):
        if dice.random() < 0.6:
            yield f"cites({policy}, basis({name}), {clause})"
        if clause != "c_shared" and dice.random() < 0.6:
            yield f'clause({policy}, {clause}, unproven, "Section {clause}", "It is unproven.")'


def _advisory(dice: Dice, facts: Facts) -> Iterator[str]:
    """An advisory that speaks of starting, and does not always look whether that is asked for."""
    if dice.random() < 0.4:
        phase = ["requested(phase,initial)"] if dice.random() < 0.6 else []
        yield _rule(f"advisory({POLICY}, caution)", [*_literals(dice, facts, 1), *phase])
        yield f"at_start({POLICY}, caution)"


def _speaking(dice: Dice, facts: Facts) -> Facts:
    """More that speaks against a patient, or for one: what is requested, graded, or how a text is read."""
    read = [f"reading({name},{choice})" for name, choices in facts.readings.items() for choice in choices]
    some = [fact for fact in (*read, *facts.graded, *facts.requested) if dice.random() < 0.15]
    return replace(
        facts,
        speaking={**facts.speaking, **{fact: dice.choice(("adverse", "favourable")) for fact in some}},
    )


def _raising(dice: Dice, facts: Facts, rules: Sequence[str]) -> Iterator[str]:
    """What raises an item that is told, or averts it; often it does not."""
    for item in ("advisory(caution)", "off_label(label)"):
        name = item.replace("(", f"({POLICY}, ").rstrip(")")
        if any(rule.startswith(name) for rule in rules):
            for fact in dice.sample(_plain(facts), 2):
                yield f"{dice.choice(('raises', 'averts'))}({POLICY}, {item}, {fact})"


def _limits(dice: Dice, policy: str, facts: Facts, covered: Sequence[str]) -> Iterator[str]:
    """What can be authorized, what the policy is about, and what the label says."""
    if dice.random() < 0.4:
        most = dice.choice((6, 12))
        yield f"limit({policy}, term, months, {most})"
        for phase in PHASES[: dice.randint(1, 2)]:
            clause = "c_term" if most == 12 else f"c_term_{phase}"
            yield f"limited({policy}, {dice.choice(covered)}, {phase}, term, {clause})"
    if facts.routes or dice.random() < 0.15:
        body = ["not requested(route,oral)"] if facts.routes else _literals(dice, facts, 1)
        yield _rule(f"outside({policy}, elsewhere)", body)
        yield f"cites({policy}, scope(elsewhere), c_scope)"
    if dice.random() < 0.5:
        yield _rule(f"off_label({policy}, label, c_label)", _literals(dice, facts, dice.randint(1, 2)))


def _citations(dice: Dice, policy: str, facts: Facts) -> Iterator[str]:
    """The clauses of what is in no table."""
    if dice.random() < 0.5:
        yield f"cites({policy}, basis(criteria_not_met), c_all)"
    named = [name for name in facts.overrides if dice.random() < 0.8]
    for name in named:
        yield f"supersedes({policy}, {name}, c_override, {dice.choice(('always', 'lifts_denial'))})"
    if named and dice.random() < 0.7:
        yield f"cites({policy}, referral(override), c_override)"
    if dice.random() < 0.3:
        yield f"cites({policy}, referral(policy_silent), c_silent)"
    if dice.random() < 0.3:
        yield f"cites({policy}, phase({dice.choice(PHASES)}), c_phase)"
    for reading in facts.readings:
        if dice.random() < 0.8:
            yield f"cites({policy}, reading({reading}), c_reading)"


# ---- odd on purpose ----------------------------------------------------------------------------


def _second_outcome(dice: Dice, made: Made) -> Made:
    """An outcome that is given twice."""
    outcome = dice.choice(("approve", "deny", "refer"))
    return _with(made, _rule(f"outcome({POLICY}, {outcome})", _literals(dice, made.facts, 2)))


def _lost_outcome(dice: Dice, made: Made) -> Made:
    """The rule of an outcome is gone, or holds less often."""
    outcome = dice.choice(("approve", "deny", "refer", "modify"))
    lines = made.decision.splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if line.startswith(f"outcome(Policy, {outcome})"))
    less = ", ".join(_literals(dice, made.facts, 1))
    lines[place] = lines[place].rstrip().removesuffix(".") + f", {less}.\n" if dice.random() < 0.7 else ""
    return replace(made, decision="".join(lines))


def _contradiction(dice: Dice, made: Made) -> Made:
    """Two criteria of one pathway that nobody meets together, or one that nobody meets."""
    fact, path = dice.choice(_plain(made.facts)), _some_pathway(dice, made)
    rules = [f"requires({POLICY}, {path}, never, c_never)"]
    if dice.random() < 0.4:
        return _with(made, *rules, f"met({POLICY}, never) :- {fact}, not {fact}")
    rules += [f"requires({POLICY}, {path}, always, c_always)", f"met({POLICY}, always) :- not {fact}"]
    return _with(made, *rules, f"met({POLICY}, never) :- {fact}")


def _implied(dice: Dice, made: Made) -> Made:
    """A criterion that whoever meets another meets."""
    row = dice.choice([rule for rule in made.rules[POLICY] if rule.startswith("requires")])
    criterion = head_of(row).arguments[3]
    also = f"met({POLICY}, implied) :- met({POLICY}, {criterion})"
    return _with(made, f"requires({POLICY}, {_some_pathway(dice, made)}, implied, c_implied)", also)


def _shadowed(dice: Dice, made: Made) -> Made:
    """An exclusion of those who fail a criterion anyway, or of nobody."""
    criterion = dice.choice([head_of(r).arguments[1] for r in made.rules[POLICY] if r.startswith("met")])
    body = f"not met({POLICY}, {criterion})" if dice.random() < 0.6 else "smokes, not smokes"
    body = body if "smokes" in made.facts.flags else f"not met({POLICY}, {criterion})"
    return _with(made, f"excluded({POLICY}, shadow) :- {body}", f"cites({POLICY}, basis(shadow), c_shadow)")


def _unnamed(dice: Dice, made: Made) -> Made:
    """A criterion that applies without a row that requires it, or clauses that are gone."""
    if dice.random() < 0.5:
        kept = [rule for rule in made.rules[POLICY] if not rule.startswith(("cites", "frame"))]
        return replace(made, rules={POLICY: kept})
    body = ", ".join(_literals(dice, made.facts, 2))
    fact = dice.choice(_plain(made.facts))
    return _with(made, f"applies({POLICY}, unwritten) :- {body}", f"met({POLICY}, unwritten) :- {fact}")


def _turned(dice: Dice, made: Made) -> Made:
    """A criterion that looks at what is assumed of a silent record."""
    criterion = dice.choice([head_of(r).arguments[1] for r in made.rules[POLICY] if r.startswith("met")])
    facts = made.facts
    limits = [head_of(rule) for rule in made.rules[POLICY] if rule.startswith("limit(")]
    if limits:
        fact = f"more_than(months,{limits[0].arguments[3]})"
    elif dice.random() < 0.5:
        facts = replace(facts, assumed={dice.choice(facts.flags): dice.choice(("yes", "no"))})
        fact = next(iter(facts.assumed))
    else:
        facts = replace(facts, overrides=("mandate",))
        fact = "override(mandate)"
    met = f"met({POLICY}, {criterion}) :- {dice.choice(('', 'not '))}{fact}"
    rules = [r for r in made.rules[POLICY] if not r.startswith(f"met({POLICY}, {criterion})")]
    return replace(made, facts=facts, rules={POLICY: [*rules, met]})


_ODD = (_second_outcome, _lost_outcome, _contradiction, _implied, _shadowed, _unnamed, _turned)


def _some_pathway(dice: Dice, made: Made) -> str:
    row = dice.choice([rule for rule in made.rules[POLICY] if rule.startswith("requires")])
    return ", ".join(map(str, head_of(row).arguments[1:3]))


def _with(made: Made, *rules: str) -> Made:
    return replace(made, rules={POLICY: [*made.rules[POLICY], *rules]})
