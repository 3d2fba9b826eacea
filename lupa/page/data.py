"""What a page holds of its policies: the compiled form, with words, clauses, names and questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lupa.compiled.compiled import Compiled
from lupa.compiled.compiler import compiled
from lupa.page.packed import Lists, Nodes, Texts, codes_of
from lupa.rules.about import About
from lupa.rules.edition import Atom, Edition
from lupa.rules.efforts import KINDS
from lupa.rules.quantities import Quantity
from lupa.rules.store import Store
from lupa.version import __version__

FORMAT, VERSION = "lupa-page", 1


def page_data(store: Store, policies: Sequence[str]) -> dict[str, Any]:
    """What `page.js` reads, ready for JSON: `policies` by name, each with all of its editions.

    Sentences stand once, in `texts`, and a number in their place means one of these. Raises `CaseError`
    for a policy that is not on file, `SpaceLimitError` for one that grows too large.
    """
    texts = Texts()
    lists = Lists()
    names: dict[str, list[str]] = {}
    editions: dict[str, list[Edition]] = {}
    for policy in policies:
        editions[policy] = [store.edition(policy, name) for name, _ in store.about(policy).editions]
        for edition in editions[policy]:
            for name, others in edition.vocabulary.aliases.items():
                names.setdefault(name, []).extend(x for x in others if x not in names[name])
    for name, others in store.also_called().items():
        names.setdefault(name, []).extend(x for x in others if x not in names[name])
    told = [_policy(store.about(policy), found, texts, lists) for policy, found in editions.items()]
    return {
        "format": FORMAT,
        "version": VERSION,
        "lupa": __version__,
        "policies": told,
        "names": names,
        "codes": codes_of(editions.values()),
        "lists": lists.each,
        "texts": texts.each,
    }


def _policy(about: About, editions: Iterable[Edition], texts: Texts, lists: Lists) -> dict[str, Any]:
    """A policy with its editions, the oldest first; those with the same facts share their nodes."""
    nodes: dict[tuple[str, ...], Nodes] = {}
    told = []
    for edition, (name, first) in zip(editions, about.editions, strict=True):
        made = compiled(edition, all_readings=True)
        shared = nodes.setdefault(tuple(v.fact for v in made.variables), Nodes())
        known_from = about.known_from.get(name)
        told.append(
            {
                "name": name,
                "first": first and first.isoformat(),
                "known_from": known_from and known_from.isoformat(),
                "nodes": list(nodes.values()).index(shared),
                **_Told(edition, made, shared.add(made), texts, lists).edition(),
            }
        )
    return {
        "policy": about.policy,
        "payer": about.payer,
        "document": about.document,
        "covers": {"drug": about.drugs, "service": about.services},
        "nodes": [shared.deltas for shared in nodes.values()],
        "editions": told,
    }


class _Told:
    """One edition as plain data."""

    def __init__(
        self, edition: Edition, made: Compiled, places: Sequence[int], texts: Texts, lists: Lists
    ) -> None:
        self._edition = edition
        self._made = made
        self._texts = texts
        self._lists = lists
        self._variable = {variable.fact: place for place, variable in enumerate(made.variables)}
        self._roots = {(x.kind, x.id): self._root(x.node, places) for x in made.outputs}
        self._places = places
        self._pathways = list(edition.pathways)
        self._ledger = edition.ledger()
        self._clauses = {row["id"]: place for place, row in enumerate(self._ledger)}

    @staticmethod
    def _root(node: int, places: Sequence[int]) -> int:
        return places[node] if node >= 0 else node

    def edition(self) -> dict[str, Any]:
        """All that is told of it."""
        edition, made, texts = self._edition, self._made, self._texts
        words = edition.outcome_words
        return {
            "fingerprint": edition.fingerprint,
            "outcomes": list(made.outcomes),
            "outcome": self._root(made.outcome, self._places),
            "outcome_words": {
                name: [texts(said), texts(step)]
                for name, (said, step) in words.items()
                if name in made.outcomes or name == "pend"
            },
            "facts": self._facts(),
            "defaults": [self._variable[fact] for fact in edition.vocabulary.defaults],
            "cone": [self._variable[edition.facts[x]] for x in sorted(edition.relevance.outcome_cone)],
            "laws": [[list(law.variables), self._root(law.node, self._places)] for law in made.laws],
            "pathways": [
                [*pathway, self._roots["pathway", ",".join(pathway)]] for pathway in self._pathways
            ],
            "criteria": [
                [*self._item("criterion", atom), self._roots["applies", atom.id]]
                for atom in edition.criteria
            ],
            "parts": {name: self._item("part", atom) for name, atom in edition.parts.items()},
            "trees": self._trees(),
            "bases": self._items("basis", edition.bases),
            "referrals": self._items("referral", edition.referrals),
            "limits": self._items("limit", edition.limits),
            "scope": self._items("scope", edition.scope),
            "advisories": self._items("advisory", edition.advisories),
            "notes": self._items("note", edition.notes),
            "clauses": [
                [
                    row["id"],
                    row["kind"],
                    row["status"],
                    *map(texts, (row["source"], row["text"], row["why"])),
                ]
                for row in self._ledger
            ],
            "families": {name: texts(said) for name, said in edition.vocabulary.assumed_families.items()},
            "closed_by": {
                family: [self._variable[fact] for fact in facts]
                for family, facts in edition.vocabulary.closed_by.items()
            },
            **self._vocabulary(),
            **self._efforts(),
            "groups": self._groups(),
        }

    # ---- what it says --------------------------------------------------------------------------

    def _items(self, kind: str, atoms: Iterable[Atom]) -> list[Any]:
        return [self._item(kind, atom) for atom in atoms]

    def _item(self, kind: str, atom: Atom) -> list[Any]:
        """An item: its name, root, sentences (so, not so), sources, the facts that bear on it, label."""
        edition, texts = self._edition, self._texts
        sources = [
            [-1 if where is None else self._pathways.index(where), self._clauses[clause]]
            for where, clause in atom.sources
            if where is None or where in self._pathways
        ]
        cone = sorted(self._variable[edition.facts[x]] for x in edition.relevance.cone(atom.literal))
        label = edition.name_of(atom.id) if kind in ("criterion", "part") else ""
        return [
            atom.id,
            self._roots[kind, atom.id],
            *(texts(edition.phrase(atom, holds)) for holds in (True, False)),
            sources,
            cone
            if kind in ("criterion", "basis", "limit", "scope") and atom.id != "criteria_not_met"
            else [],
            texts(label),
        ]

    def _trees(self) -> dict[str, Any]:
        told = self._made.plain()["tree"]
        return {
            str(name): {
                "of": node.of,
                "least": node.least,
                "parts": [
                    [
                        part.atom.id,
                        self._roots["condition", row["condition"]],
                        [
                            [self._clauses[clause], self._roots["condition", by["condition"]]]
                            for clause, by in zip(part.clauses, row["clauses"], strict=True)
                        ],
                    ]
                    for part, row in zip(node.parts, told[str(name)]["parts"], strict=True)
                ],
            }
            for name, node in self._edition.nodes.items()
        }

    # ---- what a case can say -------------------------------------------------------------------

    def _facts(self) -> list[Any]:
        """Of each variable the fact, its default, rank, sentences and question, and whether it is read."""
        edition, texts = self._edition, self._texts
        v = edition.vocabulary
        return [
            [
                texts(fact),
                -1 if default is None else int(default),
                place,
                texts(v.words(fact, True)),
                texts(v.words(fact, False)),
                texts(v.question(fact)),
                texts(edition.asking.member(fact)),
                int(edition.reads(fact)),
            ]
            for fact, default, place in self._made.variables
        ]

    def _placed(self, tree: Any) -> Any:
        """The variables in the place of their facts."""
        if isinstance(tree, str):
            return self._variable[tree]
        return {key: self._placed(below) for key, below in tree.items()}

    def _vocabulary(self) -> dict[str, Any]:
        v = self._edition.vocabulary
        return {
            "requested": self._placed(v.kinds("requested")),
            "choices": {name: self._placed(v.tree_of(name)) for name in v.choices if name != "requested"},
            "flags": self._placed(v.flags),
            "relations": self._placed(v.families),
            "quantities": {name: self._quantity(name, quantity) for name, quantity in v.quantities.items()},
            "derived": {name: list(made) for name, made in v.derived.items()},
            "scales": {name: list(scale) for name, scale in v.scales.items()},
            "pairs": v.pairs,
            "measures": v.measures,
            "days": v.days,
            "asked": [
                [self._variable[fact], x.quantity, x.cut.kind, str(x.cut.bound), x.reached, x.days, x.times]
                for fact, x in v.asked.items()
            ],
            "beyond": self._beyond(),
        }

    def _beyond(self) -> dict[str, Any]:
        """What is declared beyond what rules read: of each relation, or quantity, the names by place."""
        known = self._edition.known
        found = {}
        for name, places in known.declared().items():
            number = known.quantity(name)
            found[name] = {
                "places": [self._lists(names) for names in places],
                "single": known.single(name),
                "number": number
                and {
                    "unit": number[0],
                    "least": number[1],
                    "most": number[2],
                    "units": {unit: str(factor) for unit, factor in number[3]},
                    "dated": number[4],
                },
            }
        return found

    def _quantity(self, name: str, quantity: Quantity) -> dict[str, Any]:
        v = self._edition.vocabulary
        return {
            "unit": quantity.unit,
            "least": quantity.least,
            "most": quantity.most,
            "whole": quantity.whole,
            "dated": quantity.dated,
            "section": quantity.section,
            "where": list(v.where(name)),
            "units": {unit: str(factor) for unit, factor in quantity.units},
            "label": v.label(name),
            "read": self._edition.reads_number(name),
            "cuts": [[cut.kind, str(cut.bound), self._variable[cut.fact]] for cut in v.cuts.get(name, ())],
        }

    def _efforts(self) -> dict[str, Any]:
        """What it costs to state facts: `find_out`, `ask_for_less`, `change`, each for yes and for no.

        `usual` is what a kind costs for a fact without a row of its own, `against` the facts of which any
        speaks against bringing one about.
        """
        v, variable = self._edition.vocabulary, self._variable
        own = {
            variable[fact]: [
                v.effort(fact, kind, value=value, usual=False) for kind in KINDS for value in (True, False)
            ]
            for fact in variable
        }
        against = {
            variable[fact]: [variable[x] for x in v.speaks_against(fact) if x in variable]
            for fact in variable
        }
        return {
            "efforts": {at: costs for at, costs in own.items() if any(costs)},
            "usual": v.usual_efforts,
            "against": {at: found for at, found in against.items() if found},
        }

    def _groups(self) -> list[Any]:
        """What is asked together, in a clinician's order."""
        edition = self._edition
        asking, texts = edition.asking, self._texts
        groups = sorted(
            asking.groups(list(edition.literals)),
            key=lambda group: min(edition.asked_first[fact] for fact in group.facts),
        )
        return [
            {
                "id": group.id,
                "kind": group.kind,
                "question": texts(asking.question(group)),
                "facts": [self._variable[fact] for fact in group.facts],
                "numbers": [name for name, _ in group.numbers],
                "classes": {
                    name: [self._variable[fact] for fact in facts]
                    for name, facts in asking.classes(group.facts).items()
                }
                if group.kind == "members"
                else {},
            }
            for group in groups
        ]
