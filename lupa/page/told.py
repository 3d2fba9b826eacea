"""What a page is told of one edition of a policy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lupa.answers.meaning import meaning
from lupa.answers.senses import Sense
from lupa.compiled.compiled import Compiled
from lupa.compiled.compiler import compiled
from lupa.page.packed import Lists, Texts
from lupa.page.sayable import Sayable
from lupa.page.short import short_names
from lupa.pages.meaning import shortened
from lupa.rules.about import About
from lupa.rules.atom import Atom
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import Fact


class Told:
    """One edition as plain data."""

    def __init__(
        self,
        about: About,
        edition: Edition,
        wide: Edition,
        made: Compiled,
        numbers: dict[Fact, int],
        places: Sequence[int],
        texts: Texts,
        lists: Lists,
    ) -> None:
        self._about = about
        self._edition = edition
        self._wide = wide
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
        self._senses: dict[tuple[Any, ...], int] = {}

    @staticmethod
    def _root(node: int, places: Sequence[int]) -> int:
        return places[node] if node >= 0 else node

    def _of(self, variables: Iterable[int]) -> list[int]:
        return [self._variable[self._made.variables[variable].fact] for variable in variables]

    def edition(self) -> dict[str, Any]:
        """All that is told of it."""
        edition, made, texts = self._edition, self._made, self._texts
        words = edition.outcome_words
        sayable = Sayable(edition, self._variable, texts, self._lists)
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
            **self._meaning(),
            **sayable.told(),
            "short": short_names(self._wide, sayable),
        }

    # ---- what it says --------------------------------------------------------------------------

    def _items(self, kind: str, atoms: Iterable[Atom]) -> list[Any]:
        return [self._item(kind, atom) for atom in atoms]

    def _item(self, kind: str, atom: Atom) -> list[Any]:
        """An item: its name, root, sentences (so, not so), sources, the facts that bear on it, label."""
        edition, texts = self._edition, self._texts
        for_one = {
            clause: sorted(map(self._variable.__getitem__, facts))
            for clause, facts in edition.cites_for(atom).items()
        }
        sources = [
            [
                -1 if where is None else self._pathways.index(where),
                self._clauses[clause],
                *for_one.get(clause, ()),
            ]
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
            if kind in ("criterion", "part", "basis", "limit", "scope") and atom.id != "criteria_not_met"
            else [],
            texts(label),
        ]

    def _meaning(self) -> dict[str, Any]:
        """As the text is usually read, when each item is so, and which outcome a pathway has.

        A condition is twice a fact, and one more if it is so; or, below 0, one of `senses`: 1 for any, 2
        for all, 3 and how many; text; parts. A text stands for why there is none.
        """
        found = meaning(self._edition, compiled(self._edition))
        return {
            "meanings": {meant.item: self._condition(meant.sense, meant.why) for meant in found.items},
            "ways": [
                [
                    way.indication,
                    way.phase,
                    [[end.outcome, self._condition(end.sense, end.why)] for end in way.outcomes],
                ]
                for way in found.pathways
            ],
            "senses": list(self._senses),
        }

    def _condition(self, sense: Sense | None, why: str) -> int | list[int]:
        return [self._texts(why)] if sense is None else self._sense(sense)

    def _sense(self, sense: Sense) -> int:
        if sense.fact is not None:
            return 2 * self._variable[sense.fact] + bool(sense.value)
        kind = {"any": [1], "all": [2]}.get(sense.of, [3, sense.least])
        row = *kind, self._texts(shortened(sense)), *map(self._sense, sense.parts)
        return -1 - self._senses.setdefault(row, len(self._senses))

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
