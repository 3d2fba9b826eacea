"""What a page holds of its policies: the compiled form, with words, clauses, names and questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from lupa.answers.meaning import meanings
from lupa.answers.senses import Sense
from lupa.compiled.compiled import Compiled
from lupa.compiled.compiler import compiled
from lupa.page.changed import changes
from lupa.page.letters import Letters
from lupa.page.packed import Lists, Nodes, Texts, codes_of, in_steps
from lupa.page.sayable import Sayable
from lupa.pages.templates import letter_folders
from lupa.record.behind import written_behind
from lupa.rules.about import About
from lupa.rules.edition import Atom, Edition
from lupa.rules.store import Store
from lupa.rules.vocabulary import Fact
from lupa.version import __version__

FORMAT = "lupa-page"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Beside:
    """By what else each case is decided: the policies of another store, or an edition of one of them."""

    named: str
    store: Store
    edition: str | None = None


def page_data(store: Store, policies: Sequence[str], against: Beside | None = None) -> dict[str, Any]:
    """What `page.js` reads, ready for JSON: `policies` by name, each with all of its editions.

    Sentences stand once, in `texts`, and a number in their place means one of these; in the sections of
    a policy longer lists of numbers are in steps. `against` has what is
    known there of `names` and `codes`, none where that is the same. Raises `CaseError` for a policy that
    is not on file, `SpaceLimitError` for one that grows too large.
    """
    texts = Texts()
    lists = Lists()
    letters = Letters()
    other = against.store if against and against.edition is None else None
    editions = {policy: _editions(store, policy) for policy in policies}
    others = {policy: _editions(other, policy) for policy in policies if other and policy in other.policies}
    told = [
        _policy(
            store.about(policy),
            found,
            other.about(policy) if other and policy in others else None,
            others.get(policy, []),
            texts,
            lists,
        )
        | {
            "letters": _letters(store, policy, letters),
            "changes": changes(policy, found, others, against.edition if against else None),
        }
        for policy, found in editions.items()
    ]
    known = _known(store, editions.values())
    known_there = _known(other, others.values()) if other else known
    named = dict.fromkeys(sorted({*known["names"], *chain.from_iterable(lists.each)}), ())
    return {
        "format": FORMAT,
        "version": VERSION,
        "lupa": __version__,
        "policies": told,
        **known,
        "names": named | known["names"],
        "against": against
        and {
            "named": against.named,
            "edition": against.edition,
            **{key: None if found == known[key] else found for key, found in known_there.items()},
        },
        "letters": letters.each,
        "lists": lists.among(named),
        "texts": texts.told(),
    }


def _editions(store: Store, policy: str) -> list[Edition]:
    return [store.edition(policy, name) for name, _ in store.about(policy).editions]


def _letters(store: Store, policy: str, letters: Letters) -> dict[str, int] | str:
    payer = store.about(policy).payer
    return letters.found(letter_folders(store.files.folder(policy), store.files.root, payer))


def _known(store: Store, editions: Collection[Sequence[Edition]]) -> dict[str, Any]:
    """The names that mean others, with these, the codes, and what is written behind names."""
    names: dict[str, list[str]] = {}
    for aliases in (*(x.vocabulary.aliases for each in editions for x in each), store.also_called()):
        for name, others in aliases.items():
            names.setdefault(name, []).extend(x for x in others if x not in names[name])
    return {"names": names, "codes": codes_of(editions), "behind": written_behind(store)}


def _policy(
    about: About,
    editions: Sequence[Edition],
    about_there: About | None,
    there: Sequence[Edition],
    texts: Texts,
    lists: Lists,
) -> dict[str, Any]:
    """A policy with its editions, the oldest first; what they have in common stands once.

    `editions` tells of each what is its own, `sections` of each key what it is in every edition, beside
    one another; first those here, then those that it is decided against.
    """
    nodes = Nodes()
    made = [compiled(edition, all_readings=True) for edition in (*editions, *there)]
    numbers = [nodes.numbered(one) for one in made]
    of = [*(about for _ in editions), *(about_there or about for _ in there)]
    told = [
        _Told(each, edition, one, number, nodes.add(one), texts, lists).edition()
        for each, edition, one, number in zip(of, (*editions, *there), made, numbers, strict=True)
    ]
    return {
        "policy": about.policy,
        **_about(about),
        "against": about_there and _about(about_there),
        "nodes": nodes.columns,
        "sections": {key: [in_steps(one[key]) for one in told] for key in told[0]},
    }


def _about(about: About) -> dict[str, Any]:
    return {
        "payer": about.payer,
        "document": about.document,
        "covers": {"drug": about.drugs, "service": about.services},
        "editions": [
            {
                "name": name,
                "first": first and first.isoformat(),
                "known_from": (day := about.known_from.get(name)) and day.isoformat(),
            }
            for name, first in about.editions
        ],
    }


class _Told:
    """One edition as plain data."""

    def __init__(
        self,
        about: About,
        edition: Edition,
        made: Compiled,
        numbers: dict[Fact, int],
        places: Sequence[int],
        texts: Texts,
        lists: Lists,
    ) -> None:
        self._about = about
        self._edition = edition
        self._made = made
        self._texts = texts
        self._lists = lists
        self._numbers = list(numbers.values())
        self._variable = {fact: place for place, fact in enumerate(numbers)}
        self._roots = {(x.kind, x.id): self._root(x.node, places) for x in made.outputs}
        self._places = places
        self._pathways = list(edition.pathways)
        self._ledger = edition.ledger()
        self._clauses = {row["id"]: place for place, row in enumerate(self._ledger)}

    @staticmethod
    def _root(node: int, places: Sequence[int]) -> int:
        return places[node] if node >= 0 else node

    def _of(self, variables: Iterable[int]) -> list[int]:
        return [self._variable[self._made.variables[variable].fact] for variable in variables]

    def edition(self) -> dict[str, Any]:
        """All that is told of it."""
        edition, made, texts = self._edition, self._made, self._texts
        words = edition.outcome_words
        return {
            "fingerprint": edition.fingerprint,
            "numbers": self._numbers,
            "outcomes": list(made.outcomes),
            "outcome": self._root(made.outcome, self._places),
            "outcome_words": {
                name: [texts(said), texts(step)]
                for name, (said, step) in words.items()
                if name in made.outcomes or name == "pend"
            },
            "defaults": [self._variable[fact] for fact in edition.vocabulary.defaults],
            "covered": [
                [name, texts(edition.vocabulary.label(name)), edition.vocabulary.aliases.get(name, [])]
                for name in self._about.covered
            ],
            "cone": [self._variable[edition.facts[x]] for x in sorted(edition.relevance.outcome_cone)],
            "laws": [[self._of(law.variables), self._root(law.node, self._places)] for law in made.laws],
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
            "bounds": [
                [bound.quantity, str(bound.most), self._roots["bound", f"b{place}"]]
                for place, bound in enumerate(edition.bounds)
            ],
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
            "reading_sources": {name: texts(edition.cited("reading", name)) for name in edition.readings},
            "meanings": self._meanings(),
            **Sayable(edition, self._variable, texts, self._lists).told(),
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
        label = edition.name_of(atom.id) if kind in ("criterion", "part") or "(" in atom.id else ""
        return [
            atom.id,
            self._roots[kind, atom.id],
            *(texts(edition.phrase(atom, holds), label) for holds in (True, False)),
            sources,
            cone
            if kind in ("criterion", "basis", "limit", "scope") and atom.id != "criteria_not_met"
            else [],
            texts(label),
        ]

    def _meanings(self) -> dict[str, Any]:
        """Of each item, as the text is usually read, when it is so; see `_sense`."""
        return {
            meant.item: self._texts(meant.why) if meant.sense is None else self._sense(meant.sense)
            for meant in meanings(self._edition, compiled(self._edition))
        }

    def _sense(self, sense: Sense) -> list[Any]:
        """A condition: 0 with a fact and if it is so; 1 for any, 2 for all, 3 and how many; text; parts."""
        if sense.fact is not None:
            return [0, self._variable[sense.fact], int(bool(sense.value))]
        kind = {"any": [1], "all": [2]}.get(sense.of, [3, sense.least])
        return [*kind, self._texts(sense.text), *map(self._sense, sense.parts)]

    def _trees(self) -> dict[str, Any]:
        told = self._made.contents["tree"]
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
