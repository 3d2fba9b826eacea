"""Which of the conditions that a policy's meaning is told by the cases of the policies show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lupa.answers.desk import Desk
from lupa.answers.meaning import Meaning
from lupa.answers.senses import Sense
from lupa.authors.limited import Tick
from lupa.authors.trials.suite import Suite
from lupa.compiled.compiled import Compiled
from lupa.compiled.conditions import enough
from lupa.compiled.diagram import NO, YES, Node, deep
from lupa.compiled.primes import product
from lupa.compiled.space import Loaded, Space
from lupa.errors import CaseError
from lupa.pages.meaning import IS, facts_of, in_line, kind_of
from lupa.record.record import record_of
from lupa.rules.edition import Edition


@dataclass(frozen=True, slots=True)
class Condition:
    """One way in which something that a policy says can be so: `what` is so `when` that is.

    It is shown by the case in the file `by`, the first that comes to the one for certain, and by the
    other; by none where that is empty. `editions` are those that say it.
    """

    policy: str
    editions: tuple[str, ...]
    what: str
    when: str
    by: str


def conditions(kb: Desk, suite: Suite, tick: Tick) -> tuple[Condition, ...]:
    """The conditions of the policies whose cases were tried, each once for all editions alike.

    Texts are read as they usually are; a case that reads one otherwise shows nothing here. What is told as
    one, such as that one of many drugs is taken, is one condition; so is that of items which differ in a
    name alone. `tick` is told how many conditions of an edition are found, of how many.
    """
    found: dict[tuple[str, object, object], Condition] = {}
    for policy, editions in suite.editions.items():
        for edition in editions:
            name = f"{policy}@{edition.name}"
            compiled, told = kb.compile(name), kb.meaning(name, tick=tick)
            with deep(len(compiled.variables)):
                shown = _Shown(compiled, suite, edition)
                for what, kind, whole, way in _ways(told):
                    key = policy, kind, facts_of(way) if kind is what else None
                    before = found.get(key)
                    by = before.by if before and before.by else shown.by(whole, way)
                    known = dict.fromkeys((*(before.editions if before else ()), edition.name))
                    words = (before.what, before.when) if before else (what, in_line(way))
                    found[key] = Condition(policy, tuple(known), *words, by)
    return tuple(found.values())


def _ways(told: Meaning) -> Iterator[tuple[str, object, Sense, Sense]]:
    """What is told, what is alike of it, all of its condition, and each way in which that can be so.

    Of items that are alike but for their name each way is one, whichever of them it is of.
    """
    for meant in told.items:
        for way in _each(meant.sense):
            what = f"{meant.id} {IS[meant.kind]}"
            kind = (kind_of(meant, meant.sense), kind_of(meant, way)) if "(" in meant.id else what
            yield what, kind, meant.sense or way, way
    for pathway in told.pathways:
        name = ", ".join(filter(None, (pathway.indication, pathway.phase))) or pathway.text
        for ends in pathway.outcomes:
            for way in _each(ends.sense):
                what = f"{name}: {ends.outcome}".replace("_", " ")
                yield what, what, ends.sense or way, way


def _each(sense: Sense | None) -> Iterator[Sense]:
    """The ways in which a condition can be so, at any depth; itself, if there is one way."""
    if sense is not None and not sense.never:
        if sense.of != "any" or sense.text:
            yield sense
        yield from sense.alternatives()


class _Shown:
    """The cases of one edition, and the conditions that are certain in them."""

    def __init__(self, compiled: Compiled, suite: Suite, edition: Edition) -> None:
        loaded = Loaded(compiled)
        self._diagrams = loaded.diagrams
        self._space = Space(loaded.diagrams, loaded.laws)
        self._place = compiled.place_of
        self._known: dict[object, Node] = {}
        self._cases: list[tuple[str, Mapping[int, bool]]] = []
        for ready in suite.passing:
            if (ready.edition.policy, ready.edition.name) == (edition.policy, edition.name):
                record, _ = record_of(ready.case, edition)
                try:
                    told = compiled.told(record)
                except CaseError:  # it reads a text otherwise
                    continue
                self._cases.append((ready.file, {v: bits == 2 for v, bits in enumerate(told) if bits != 3}))

    def by(self, whole: Sense, way: Sense) -> str:
        """The file of the first case in which both are certain; empty if there is none."""
        against = [self._against(sense) for sense in (way, whole)]
        shows = (
            file
            for file, said in self._cases
            if not any(self._diagrams.takes(each, YES, said) for each in against)
        )
        return next(shows, "")

    def _against(self, sense: Sense) -> Node:
        """That a condition is not so, though laws are kept."""
        return self._space.cut(self._diagrams.opposite(self._so(sense)))

    def _so(self, sense: Sense) -> Node:
        key = facts_of(sense)
        if key not in self._known:
            diagrams = self._diagrams
            if sense.fact is not None:
                self._known[key] = product(diagrams, [(self._place[sense.fact], bool(sense.value))])
            elif sense.least is not None:
                self._known[key] = enough(
                    diagrams, [(self._so(part), 1) for part in sense.parts], sense.least
                )
            else:
                every = sense.of == "all"
                so = YES if every else NO
                for part in reversed(sense.parts):
                    so = (diagrams.both if every else diagrams.either)(self._so(part), so)
                self._known[key] = so
        return self._known[key]
