"""Records drawn by dice, what the rules say of them, and where what is compiled of these says otherwise."""

from __future__ import annotations

import random
from collections.abc import Iterator

from lupa import CaseError, Compiled, Decision, Fingerprint, KnowledgeBase, Verdict
from lupa.answers.decide import decision
from lupa.answers.question import Question
from lupa.record.said import Record
from lupa.rules.edition import Edition


def random_record(dice: random.Random, edition: Edition, *, readings: bool) -> Record:
    """A record that states some facts, leaves some of the defaults open, and may contradict itself."""
    literals, v = edition.literals, edition.vocabulary
    likely, silent = dice.choice((0.02, 0.2, 0.5)), dice.choice((0.1, 0.5, 0.9))
    stated = {fact: dice.random() < likely for fact in literals if dice.random() > silent}
    read = set(edition.reading_facts)
    for values in {id(values): values for values in v.choice_of.values()}.values():
        told = readings if not read.isdisjoint(values.values()) else True
        for fact in values.values():
            stated.pop(fact, None)
        if told and dice.random() < 0.7:
            stated[dice.choice(list(values.values()))] = True
    for cuts in v.cuts.values():  # a number has passed those up to one of them
        first = dice.randint(0, len(cuts))
        for place, cut in enumerate(sorted(cuts, key=lambda cut: cut.rank)):
            if cut.fact in stated and dice.random() < 0.95:
                stated[cut.fact] = place < first
    given = {f for fact in stated for f in v.choice_of.get(fact, {fact: fact}).values()} | stated.keys()
    assumed = {
        fact: value
        for fact, value in v.defaults.items()
        if fact not in given and (fact in read or dice.random() < 0.8)
    }
    return Record(stated=stated, assumed=assumed)


def gappy_record(dice: random.Random, edition: Edition, *, readings: bool) -> Record:
    """A record of a patient who comes to some outcome, with gaps; now and then something is said amiss."""
    literals, read = edition.literals, set(edition.reading_facts)
    usual = [edition.literals[f] for f, so in edition.vocabulary.defaults.items() if so and f in read]
    held = [dice.choice(list(edition.outcomes.values())), *(() if readings else usual)]
    for literal in dice.sample(list(literals.values()), min(8, len(literals))):
        further = literal if dice.random() < 0.5 else -literal
        if edition.satisfiable((*held, further)):
            held.append(further)
    world = edition.solver.world(held, list(literals.values())) or [False] * len(literals)
    gaps, amiss = dice.choice((0.0, 0.02, 0.1, 0.5)), dice.choice((0.0, 0.0, 0.02))
    stated = {
        fact: so != (dice.random() < amiss)
        for fact, so in zip(literals, world, strict=True)
        if (readings or fact not in read) and dice.random() >= gaps
    }
    defaults = edition.vocabulary.defaults
    return Record(stated=stated, assumed={f: so for f, so in defaults.items() if f not in stated})


def decided(edition: Edition, record: Record) -> Decision | None:
    """What the rules say of a record; None where it contradicts itself."""
    try:
        with Question(edition, record) as question:
            return decision(question, "", "name", Fingerprint("", "", ""))
    except CaseError:
        return None


def as_verdict(decision: Decision) -> Verdict:
    """The decision without its words and reasons, each list in the order of the policy."""
    by_status: dict[str, list[str]] = {"unmet": [], "open": [], "met": []}
    for criterion in decision.criteria:
        by_status[criterion.status].append(criterion.id)
    ids = {
        name: tuple(item.id for item in getattr(decision, name))
        for name in ("bases", "limits", "scope", "superseded", "advisories", "notes")
    }
    return Verdict(
        outcome=decision.outcome,
        possible=decision.possible,
        **{status: tuple(names) for status, names in by_status.items()},
        **ids,
    )


def compiled_says(compiled: Compiled, record: Record) -> Verdict | None:
    try:
        return compiled.verdict(record)
    except CaseError:
        return None


def rules_say(edition: Edition, record: Record) -> Verdict | None:
    found = decided(edition, record)
    return None if found is None else as_verdict(found)


def differences(kb: KnowledgeBase, policy: str, count: int, seed: int = 1) -> Iterator[Record]:
    """The records of which the rules and what is compiled of them say different things."""
    edition = kb.edition(*policy.split("@"))
    dice = random.Random(seed)
    for all_readings in (False, True):
        compiled = kb.compile(policy, all_readings=all_readings)
        for draw in range(count):
            make = gappy_record if draw % 2 else random_record
            record = make(dice, edition, readings=all_readings)
            if compiled_says(compiled, record) != rules_say(edition, record):
                yield record
