"""The clauses of a document in its order: what encodes each, by which rules, or why nothing does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import clingo
from clingo import ast

from lupa.authors.document.written import Written, helpers, is_of_another, names_in, order, read, rules_in
from lupa.authors.laws.authored import authored, places, sorted_places
from lupa.authors.reports.finding import Place
from lupa.rules.onfile import text_of
from lupa.rules.store import Store
from lupa.rules.trees import Signature

_GIVES: Mapping[str, tuple[Signature, ...]] = {
    "criterion": (("met", 2), ("all_of", 2), ("any_of", 2), ("at_least_of", 3)),
    "basis": (("excluded", 2),),
    "limit": (("limit", 4),),
    "scope": (("outside", 2),),
    "advisory": (("advisory", 2),),
    "note": (("note", 2),),
    "off_label": (("off_label", 3),),
}
"""The predicates by which rules say what an item of a policy is, by its kind; its name stands second."""
_NAMES: Mapping[str, tuple[tuple[Signature, int], ...]] = {
    "criterion": ((("requires", 5), 3), (("part", 4), 2)),
    "limit": ((("limited", 5), 3),),
}
"""The rows that name, for an item of a kind, its clause last; with the place of the item's name."""
_OF_POLICY: Mapping[str, tuple[tuple[Signature, int], ...]] = {
    "basis": ((("frame", 4), 3),),
    "referral": ((("supersedes", 4), 2),),
}
"""The rows that name, for items of a kind that all policies share, a clause; with its place."""
_ALONE: Mapping[str, tuple[Signature, ...]] = {
    "drug": (("covers", 2),),
    "edition": (("edition", 3),),
    "reading": (("choice", 2), ("usual", 2)),
}
"""The rows that say what stands by itself: a drug, an edition, a reading."""
_PLACED = frozenset(
    signature
    for group in (
        *_GIVES.values(),
        *([row for row, _ in rows] for rows in (*_NAMES.values(), *_OF_POLICY.values())),
        *_ALONE.values(),
    )
    for signature in group
)
"""The predicates whose rules are looked up by what they give."""
_PUBLIC = _PLACED | {("quantity", 4)}
"""What is shown where it belongs, and not wherever it is read."""
_WORDS = frozenset(
    {
        "text", "cites", "cites_for", "clause", "unencoded", "number", "label", "usual_label", "alias",
        "fact_text", "question", "question_behind", "question_help",
        "group_question", "member_text", "assumed_text",
    }
)  # fmt: skip
"""What gives words and clauses, and no rule that a patient could meet."""
_LABEL = "off_label"
"""What the label says is no item of a decision, and is cited in rows of its own."""
_FEW = 2
"""So many items that the same rules give are told one by one; of more, one and the names of the others."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is written, and where.

    One that `helps` gives what another reads; `first` is the clause under which it was shown already.
    """

    place: Place
    text: str
    helps: bool = False
    first: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What encodes a clause: a criterion, a basis, a limit, a reading, ..., with its sentence and rules.

    `pathways` are those for which it is said, none where for all; `alike` are the names of others of the
    kind by the same rules.
    """

    kind: str
    id: str
    text: str
    pathways: tuple[str, ...]
    rules: tuple[Rule, ...]
    alike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: its place in the document, what it says in our words, and what encodes it, or why none."""

    id: str
    kind: str
    section: str
    place: str
    text: str
    items: tuple[Item, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Document:
    """An edition of a policy, clause by clause, and the rules of its folder that stand under no clause."""

    policy: str
    edition: str
    folder: str
    title: str
    payer: str
    fingerprint: str
    clauses: tuple[Clause, ...]
    others: tuple[Rule, ...]


def document(store: Store, policy: str, edition: str) -> Document:
    """An edition in the order of its document; each rule of the policy's folder is shown once.

    Raises `RuleError` for rules that cannot be used.
    """
    return _Reader(store, policy, edition).read()


class _Reader:
    def __init__(self, store: Store, policy: str, name: str) -> None:
        self._edition = store.grounded(
            policy, name, rules=lambda texts: authored(texts, _PLACED, frozenset())
        )
        self._about = store.about(policy)
        self._policy = clingo.Function(policy)
        self._places = places(self._edition.program)
        root = store.files.root
        self._folder = store.files.folder(policy).relative_to(root).as_posix()
        own = {path.relative_to(root).as_posix(): text_of(path) for path in store.files.own(policy)}
        rules = [rule for file, text in own.items() for rule in rules_in(file, text)]
        self._rules = {rule.place: rule for rule in rules}
        self._helpers = helpers(rules, _PUBLIC)
        self._shown: dict[Place, str] = {}
        self._clauses = frozenset(row["id"] for row in self._edition.ledger())

    def read(self) -> Document:
        about = self._about
        found = tuple(map(self._clause, self._edition.ledger()))
        others = tuple(
            Rule(rule.place, rule.text)
            for rule in self._rules.values()
            if rule.place not in self._shown and not {name for name, _ in rule.given} <= _WORDS
        )
        edition = self._edition
        return Document(
            edition.policy,
            edition.name,
            self._folder,
            about.document,
            about.payer,
            edition.fingerprint,
            found,
            others,
        )

    def _clause(self, row: Mapping[str, Any]) -> Clause:
        section, _, place = row["source"].removeprefix(f"{self._about.document}, ").partition(", ")
        items = tuple(_together(self._items(row["id"])))
        return Clause(row["id"], row["kind"], section, place, row["text"], items, row["why"])

    # ---- what encodes a clause -----------------------------------------------------------------

    def _items(self, clause: str) -> list[Item]:
        """What cites the clause, in the order of its rules; last what the shared files make of it."""
        ways = self._cited(clause)
        begun = {item: self._begun(item, clause) for item in ways}
        ordered = sorted(begun, key=lambda item: (not begun[item], list(map(order, begun[item][:1])), item))
        return [self._item(item, clause, begun[item], ways[item]) for item in ordered]

    def _cited(self, clause: str) -> dict[clingo.Symbol, list[str]]:
        """The items that cite a clause, each with the pathways for which it does; none where for all."""
        found: dict[clingo.Symbol, list[str]] = {}
        for item, under in self._rows("cites", 3):
            if str(under) == clause:
                found.setdefault(item, [])
        for indication, phase, item, under in self._rows("cites", 5):
            if str(under) == clause:
                found.setdefault(item, []).append(f"{indication}, {phase}")
        for reason, under in self._rows("off_label", 3):
            if str(under) == clause:
                found[clingo.Function(_LABEL, [reason])] = []
        return found

    def _item(self, item: clingo.Symbol, clause: str, begun: Sequence[Place], ways: Sequence[str]) -> Item:
        rules = tuple(
            self._rule(rule, clause, helps=rule.place not in begun)
            for rule in self._with_helpers(begun)
            if rule.place in begun or not is_of_another(rule, clause, self._clauses)
        )
        return Item(item.name, str(_name(item)), self._sentence(item), tuple(sorted(ways)), rules)

    def _sentence(self, item: clingo.Symbol) -> str:
        """What is told of an item where it is there: of a criterion or a limit, that it is kept."""
        if item.name == "reading":
            return self._usual(str(_name(item)))
        kept = item.name == "limit" or str(_name(item)) == "criteria_not_met"
        return (self._edition.item_words(item, holds=not kept) if item.arguments else None) or ""

    def _usual(self, reading: str) -> str:
        """The question that a reading answers, and how it is usually answered."""
        v = self._edition.vocabulary
        facts = list(v.kinds("reading").get(reading, {}).values())
        usual = (v.words(fact, True) for fact in facts if v.defaults.get(fact))
        return " ".join([*map(v.question, facts[:1]), *(f"Usually: {words}" for words in usual)])

    # ---- the rules -----------------------------------------------------------------------------

    def _begun(self, item: clingo.Symbol, clause: str) -> tuple[Place, ...]:
        """Where rows of the clause name the item, and where rules say what it is."""
        name = _name(item)
        found: list[Place] = []
        for (predicate, arity), at in _NAMES.get(item.name, ()):
            rows = self._rows(predicate, arity)
            found += self._at(predicate, (r for r in rows if r[at - 1] == name and str(r[-1]) == clause))
        for (predicate, arity), at in _OF_POLICY.get(item.name, ()):
            rows = self._rows(predicate, arity) if self._is_shared(item) else []
            found += self._at(predicate, (row for row in rows if str(row[at - 1]) == clause))
        for predicate, arity in _GIVES.get(item.name, ()):
            found += self._at(predicate, (r for r in self._rows(predicate, arity) if r[0] == name))
        for predicate, arity in _ALONE.get(item.name, ()):
            found += self._alone(predicate, arity, name if item.arguments else self._policy)
        return tuple(place for place in sorted_places(found) if place in self._rules)

    def _is_shared(self, item: clingo.Symbol) -> bool:
        """Whether an item is one that the decision itself gives."""
        return item.name == "referral" or str(_name(item)) == "criteria_not_met"

    def _rows(self, name: str, arity: int) -> list[list[clingo.Symbol]]:
        """The rows of the policy, without its own name in them."""
        rows = [symbol.arguments for symbol in self._edition.program.symbols(name, arity)]
        return [row[1:] for row in rows if row[0] == self._policy]

    def _at(self, name: str, rows: Iterable[Sequence[clingo.Symbol]]) -> Iterator[Place]:
        for row in rows:
            yield from self._places.get(clingo.Function(name, [self._policy, *row]), ())

    def _alone(self, name: str, arity: int, about: clingo.Symbol) -> Iterator[Place]:
        for symbol in self._edition.program.symbols(name, arity):
            if about in symbol.arguments[:2]:
                yield from self._places.get(symbol, ())

    def _with_helpers(self, begun: Iterable[Place]) -> list[Written]:
        """These rules and, after them, those that give what they read, to any depth."""
        found: dict[Place, Written] = {}
        ahead = list(begun)
        while ahead:
            place = ahead.pop(0)
            if place not in found:
                rule = found[place] = self._rules[place]
                ahead += [at for atom in read(rule.statement) for at in self._giving(atom)]
        return list(found.values())

    def _giving(self, atom: ast.AST) -> Iterator[Place]:
        """The rules of the policy that may give what a condition reads."""
        wanted = names_in(atom)
        for place, given in self._helpers.get((atom.name, len(wanted)), ()):
            if all(not one or not other or one & other for one, other in zip(wanted, given, strict=True)):
                yield place

    def _rule(self, rule: Written, clause: str, *, helps: bool) -> Rule:
        first = self._shown.get(rule.place, "")
        self._shown.setdefault(rule.place, clause)
        return Rule(rule.place, rule.text, helps, first)


def _name(item: clingo.Symbol) -> clingo.Symbol:
    """What an item is called: `adult` of `criterion(adult)`, `drug` of `drug`."""
    return item.arguments[0] if item.arguments else item


def _together(items: Iterable[Item]) -> Iterator[Item]:
    """Items, and one for those of a kind that the same rules give, with the names of the others."""

    def alike(item: Item) -> tuple[str, str, tuple[Place, ...]]:
        return item.kind, item.id.partition("(")[0], tuple(rule.place for rule in item.rules)

    for _, group in groupby(items, key=alike):
        first, *rest = group
        if len(rest) < _FEW:
            yield from (first, *rest)
        else:
            yield replace(first, alike=tuple(item.id for item in rest))
