"""What a record comes to by functions in the solver's place, and by the solver."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from lupa import CaseError, Fingerprint, KnowledgeBase, Why
from lupa.answers.decide import decision, outcome_reasons
from lupa.answers.question import OFTEN, Question
from lupa.compiled.warm import Warm
from lupa.record.said import Record
from lupa.rules.edition import Edition
from lupa.rules.solver import Answers
from tests.drawn import gappy_record, random_record


@contextmanager
def answered_by(edition: Edition, answers: Answers) -> Iterator[None]:
    """An edition that is asked as if for the first time, and answered by these."""
    before, edition.answering = edition.answering, answers
    edition.asked = OFTEN  # so that nothing changes on the way
    for kept in (edition.satisfiable, edition.minimal, edition.least, edition.kept):
        kept.cache_clear()
    edition._remembered.clear()
    try:
        yield
    finally:
        edition.answering = before


def told(edition: Edition, record: Record, *, every: bool) -> str:
    """All that is told of a record, with a reason or with every one; or what is wrong with it."""
    try:
        with Question(edition, record) as question:
            decided = decision(question, "", "name", Fingerprint("", "", ""))
            return Why(decided, outcome_reasons(question, every=every), ()).to_json()
    except CaseError as error:
        return str(error)


def differing(edition: Edition, records: list[Record], *, every: bool = False) -> list[Record]:
    """The records of which the rules and their functions say different things."""
    found = []
    for answers in (edition.solver, Warm(edition, 400_000)):
        with answered_by(edition, answers):
            found.append([told(edition, record, every=every) for record in records])
    by_rules, by_functions = found
    return [r for r, one, other in zip(records, by_rules, by_functions, strict=True) if one != other]


def drawn(edition: Edition, count: int, seed: int = 1) -> list[Record]:
    """Random records, of which one half leaves open how texts are read."""
    dice = random.Random(seed)
    makers = [(make, readings) for readings in (False, True) for make in (gappy_record, random_record)]
    return [make(dice, edition, readings=readings) for _ in range(count) for make, readings in makers]


def editions(kb: KnowledgeBase) -> list[Edition]:
    return [kb.edition(policy, name) for policy in kb.policies for name, _ in kb.about(policy).editions]
