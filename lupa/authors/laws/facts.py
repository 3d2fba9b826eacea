"""What an edition makes of its facts, as far as laws that compare worlds ask for it."""

from __future__ import annotations

from collections.abc import Iterator

import clingo

from lupa.rules.edition import Edition
from lupa.rules.solver import Literal

Symbol = clingo.Symbol


def made_of_facts(edition: Edition) -> Iterator[Symbol]:
    """Atoms on the facts of an edition.

    `asked(Question, Fact)`: a rule reads the fact, and so it is asked, by `asked_so(Question, Words)`.
    `tied(Fact, Group)`: laws of the domain can force each fact of a group, which one of them names, where
    another changes.
    `may_turn(Fact, Indication, Phase)`: perhaps every outcome of the pathway is another without it.
    """
    symbols = {literal: clingo.parse_term(fact) for fact, literal in edition.literals.items()}
    items = [atom.literal for atoms in edition.items.values() for atom in atoms]
    read = edition.program.below([*edition.outcomes.values(), *items])
    for group in edition.asking.groups([f for f, literal in edition.literals.items() if literal in read]):
        question = clingo.parse_term(group.id)
        yield _atom("asked_so", question, clingo.String(edition.asking.question(group)))
        yield from (_atom("asked", question, symbols[edition.literals[fact]]) for fact in group.facts)
    for fact, symbol in symbols.items():
        tied = edition.relevance.component(fact)
        if len(tied) > 1:
            yield _atom("tied", symbol, symbols[min(tied)])
    for (indication, phase), pathway in edition.pathways.items():
        for fact in _may_turn(edition, pathway):
            yield _atom("may_turn", symbols[fact], clingo.Function(indication), clingo.Function(phase))


def _may_turn(edition: Edition, pathway: Literal) -> list[Literal]:
    """The facts of which it is not yet shown that a request of the pathway comes out the same without one.

    In one world the outcome has a minimal reason. What no law of the domain ties to that may be otherwise.
    """
    facts, solver = list(edition.literals.values()), edition.solver
    usual = [edition.literals[f] for f in edition.reading_facts if edition.vocabulary.defaults.get(f)]
    watched = [*edition.outcomes.values(), *facts]
    denied = [literal for name, literal in edition.outcomes.items() if name == "deny"]
    wished: tuple[list[Literal], ...] = ([*denied, *usual], usual, [])  # a denial has the shortest reasons
    worlds = (solver.world([pathway, *wish], watched) for wish in wished)
    world = next((world for world in worlds if world is not None), None)
    if world is None:
        return []
    held = [x if so else -x for x, so in zip(watched, world, strict=True)]
    outcomes, stated = held[: -len(facts)], held[-len(facts) :]
    decided = [outcome for outcome in outcomes if outcome > 0]
    if len(decided) != 1 or any(solver.satisfiable([*decided, -x]) for x in outcomes if x < 0):
        return facts  # faulty rules, by which an outcome does not stand alone
    reason = frozenset(map(abs, solver.minimal([-decided[0]], stated) or ()))
    return [fact for fact in facts if not reason.isdisjoint(edition.relevance.component(fact))]


def _atom(name: str, *arguments: Symbol) -> Symbol:
    return clingo.Function(name, arguments)
