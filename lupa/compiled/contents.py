"""The words of a compiled policy, and how a case states its facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lupa.rules.atom import Atom
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact


def contents(edition: Edition, facts: Sequence[Fact], conditions: Mapping[Literal, str]) -> dict[str, Any]:
    """What `Compiled.to_json` tells beside the diagrams, as plain data; `facts` are the variables."""
    v = edition.vocabulary
    place = {fact: at for at, fact in enumerate(facts)}

    def placed(tree: Any) -> Any:
        """The variables in the place of their facts; what is no variable is left out."""
        if isinstance(tree, str):
            return place.get(tree)
        found = {key: placed(below) for key, below in tree.items()}
        return {key: below for key, below in found.items() if below is not None}

    return {
        "facts": [
            {"yes": v.words(fact, True), "no": v.words(fact, False), "question": v.question(fact)}
            for fact in facts
        ],
        "items": {
            kind: {atom.id: _item(edition, atom) for atom in atoms} for kind, atoms in edition.items.items()
        },
        "tree": {
            str(name): {
                "of": node.of,
                "least": node.least,
                "parts": [
                    {
                        "id": part.atom.id,
                        "condition": conditions[part.there],
                        "clauses": [
                            {"source": edition.locator(clause), "condition": conditions[there]}
                            for clause, there in part.clauses.items()
                        ],
                    }
                    for part in node.parts
                ],
            }
            for name, node in edition.nodes.items()
        },
        "bounds": [
            {"quantity": bound.quantity, "most": str(bound.most), "bound": f"b{place}"}
            for place, bound in enumerate(edition.bounds)
        ],
        "outcome_words": {
            name: {"text": text, "next": step} for name, (text, step) in edition.outcome_words.items()
        },
        "groups": [
            {
                "id": group.id,
                "kind": group.kind,
                "question": edition.asking.question(group),
                "facts": [place[fact] for fact in group.facts],
                "answers": [edition.asking.member(fact) for fact in group.facts],
            }
            for group in edition.asking.groups(facts)
        ],
        "numbers": {
            name: {
                "unit": quantity.unit,
                "least": quantity.least,
                "most": quantity.most,
                "whole": quantity.whole,
                "section": quantity.section,
                "where": list(v.where(name)),
                "cuts": [
                    {"kind": cut.kind, "bound": str(cut.bound), "variable": place[cut.fact]}
                    for cut in v.cuts.get(name, ())
                ],
            }
            for name, quantity in v.quantities.items()
        },
        "choices": {name: placed(v.tree_of(name)) for name in v.choices},
        "relations": {name: placed(tree) for name, tree in v.families.items()},
        "flags": placed(v.flags),
        "names": v.called,
    }


def _item(edition: Edition, atom: Atom) -> dict[str, Any]:
    return {
        "yes": edition.phrase(atom, True),
        "no": edition.phrase(atom, False),
        "sources": [
            {"pathway": None if where is None else ",".join(where), "source": edition.locator(clause)}
            for where, clause in atom.sources
        ],
    }
