"""Conditions in words: a formula of facts as sentences, those that say the same of several as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lupa.compiled.formula import Formula, Said, Some
from lupa.rules.edition import Edition
from lupa.rules.spoken import capital, said_of, within
from lupa.rules.vocabulary import Fact

_ALIKE = 3
"""So many facts that say the same of several are told as one sentence."""
_IT = "it"


@dataclass(frozen=True, slots=True)
class Sense:
    """A condition: a `fact` that is so or not (`value`), or `all`, `any` or `some` of its `parts`, to any
    depth; of `some` so many are needed, or more (`least`).

    All of no parts is always so, and any of none never is. `text` says it in a sentence; it is empty where
    the parts have to be read. `names` are those of which it says the same, as they stand in the sentence.
    `items` are what of the policy stands or falls with it, where that is told, and `sources` the places
    in the document that say so. The sentence is `named` where it begins with a name that has a capital.
    """

    of: Literal["fact", "all", "any", "some"]
    text: str = ""
    fact: str | None = None
    value: bool | None = None
    parts: tuple[Sense, ...] = ()
    names: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    least: int | None = None
    named: bool = False

    @property
    def always(self) -> bool:
        """Whether it is so of everybody."""
        return self.of == "all" and not self.parts

    @property
    def never(self) -> bool:
        """Whether it is so of nobody."""
        return self.of == "any" and not self.parts

    def alternatives(self) -> Iterator[Sense]:
        """The ways in which it can be so, at any depth: each of any; what is told as one is one.

        Of what is said of each of several these are what can be so of one, whichever it is.
        """
        if self.text and not any(part.names for part in self.parts):
            return
        for part in self.parts:
            if self.of == "any":
                yield part
            yield from part.alternatives()


Cited = Callable[[Formula, Sequence[str]], tuple[tuple[str, ...], tuple[str, ...]]]
"""The items that stand or fall with a formula, but for some, and where these are said."""


def uncited(_: Formula, __: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Nothing is said of items."""
    return (), ()


class Senses:
    """Puts formulas in the words of editions; `facts` are those of the variables, known to one of them."""

    def __init__(self, editions: Sequence[Edition], facts: Sequence[Fact], cited: Cited = uncited) -> None:
        self._of = {fact: each for each in reversed(editions) for fact in each.literals}
        self._editions = editions
        self._asking = editions[0].asking
        self._facts = facts
        self._cited = cited

    def sense(self, told: Formula) -> Sense:
        """A formula in words, its parts in the order of the variables, what is alike together."""
        return self._sense(told)[0]

    def _sense(self, told: Formula) -> tuple[Sense, tuple[str, ...]]:
        """A formula in words, and all the items that are named in it."""
        if isinstance(told, Said):
            items, sources = self._cited(told, ())
            fact = self._facts[told.variable]
            v = self._of[fact].vocabulary
            words = v.words(fact, told.so)
            sense = Sense("fact", words, fact, told.so, items=items, sources=sources)
            return replace(sense, named=v.begins_with_name(words)), items
        parts, below = [], dict[str, None]()
        for part in told.parts:
            sense, items = self._sense(part)
            parts.append(sense)
            below |= dict.fromkeys(items)
        items, sources = self._cited(told, tuple(below))
        if isinstance(told, Some):
            whole = self._some(told.least, parts)
            return replace(whole, items=items, sources=sources), (*below, *items)
        parts = self._just_so_many(parts) if told.every else parts
        whole = Sense("all" if told.every else "any", parts=self._grouped(told.every, parts))
        named = (*below, *items)
        if len(whole.parts) == 1:  # all of it is alike
            (whole,) = whole.parts
            items, sources = (*whole.items, *items), (*whole.sources, *sources)
        return replace(whole, items=items, sources=sources), named

    # ---- what is alike -------------------------------------------------------------------------

    def _grouped(self, every: bool, parts: Sequence[Sense]) -> tuple[Sense, ...]:
        """Parts, those that say the same of several as one."""
        parts = self._by_name(every, parts)
        blanks = [self._blanks(part) for part in parts]
        alike: dict[tuple[str, tuple[str, ...]], dict[int, str]] = {}
        for place, each in enumerate(blanks):
            for words, name in each.items():
                alike.setdefault((words, parts[place].sources), {})[place] = name
        at: dict[int, Sense] = {}
        gone: set[int] = set()
        for (words, sources), members in sorted(alike.items(), key=lambda each: -len(each[1])):
            left = {place: name for place, name in members.items() if place not in gone}
            first = next(iter(left), 0)
            if len(left) < _ALIKE:
                continue
            told = self._told(every, words, parts[first], tuple(left.values()))
            if told:
                gone.update(left)
                those = tuple(parts[place] for place in left)
                items = tuple(dict.fromkeys(item for each in those for item in each.items))
                at[first] = Sense(
                    "all" if every else "any", told, None, None, those, tuple(left.values()), items, sources
                )
        return tuple(
            at.get(place, part) for place, part in enumerate(parts) if place in at or place not in gone
        )

    def _by_name(self, every: bool, parts: Sequence[Sense]) -> list[Sense]:
        """Parts, but of those that say several things of one, and the same of others, one for all."""
        of: dict[tuple[str, tuple[str, ...]], dict[str, int]] = {}
        for place, part in enumerate(parts):
            for words, name in self._spoken(part).items():
                of.setdefault((name, part.sources), {})[words] = place
        alike: dict[object, list[tuple[str, dict[str, int]]]] = {}
        for (name, sources), said in of.items():
            if len(said) > 1:
                alike.setdefault((frozenset(said), sources), []).append((name, said))
        at: dict[int, Sense] = {}
        gone: set[int] = set()
        for members in alike.values():
            if len(members) > 1:
                rows = [sorted(said.values()) for _, said in members]
                at[rows[0][0]] = self._each(every, parts, members)
                gone.update(place for row in rows for place in row)
        return [at.get(place, part) for place, part in enumerate(parts) if place in at or place not in gone]

    def _each(
        self, every: bool, parts: Sequence[Sense], members: Sequence[tuple[str, Mapping[str, int]]]
    ) -> Sense:
        """What is said of each of several, or of one of them: all of these things, or any.

        The members are named, each with the places of the parts by what these say of it.
        """
        of: Literal["all", "any"] = "all" if every else "any"
        names, first = tuple(name for name, _ in members), members[0][1]
        opening = f"For {'each' if every else 'one'} of {', '.join(names)}"
        ways = []
        for words, _ in sorted(first.items(), key=lambda said: said[1]):
            those = tuple(parts[said[words]] for _, said in members)
            told = f"{opening}: {self._it(words)}."
            ways.append(Sense(of, told, parts=those, names=names))
        said = self._joined(of, [(words, parts[place]) for words, place in first.items()])
        sources = ways[0].parts[0].sources
        return Sense(of, f"{opening}: {said}.", parts=tuple(ways), names=names, sources=sources)

    def _joined(self, of: Literal["all", "any"], said: Sequence[tuple[str, Sense]]) -> str:
        """What is said of one thing, as it stands behind its name; what itself has parts in brackets."""
        found = [f"({self._it(words)})" if part.of != "fact" else self._it(words) for words, part in said]
        return ("; and " if of == "all" else "; or ").join(found)

    def _some(self, least: int, parts: Sequence[Sense]) -> Sense:
        """So many of some parts; where they say the same, each of another, that is said once."""
        spoken = [self._spoken(part) or self._within(part) for part in parts]
        shared = set(spoken[0]).intersection(*spoken[1:])
        whole = Sense("some", parts=tuple(parts), least=least)
        if len(shared) != 1:
            return whole
        (words,) = shared
        names = tuple(each[words] for each in spoken)
        told = f"For {least} or more of {', '.join(names)}: {self._it(words)}."
        return replace(whole, text=told, names=names)

    @staticmethod
    def _just_so_many(parts: Sequence[Sense]) -> list[Sense]:
        """Parts, but of which so many are so, and all others are not, as one that says so."""
        found: list[Sense] = []
        for part in parts:
            before = found[-1] if found else part
            said = [(each.fact, each.value) for each in before.parts]
            opposite = [(each.fact, not each.value) for each in part.parts]
            if not said or said != opposite or (before.least or 0) + (part.least or 0) != len(said):
                found.append(part)
                continue
            listed = "; ".join(within(each.text, named=each.named) for each in before.parts)
            text = f"Exactly {before.least} of these {'is' if before.least == 1 else 'are'} so: {listed}."
            names = f"For {before.least} or more", f"For exactly {before.least}"
            text = before.text.replace(*names, 1) or text
            found[-1] = replace(before, of="all", least=None, text=text, parts=(before, part))
        return found

    def _within(self, part: Sense) -> Mapping[str, str]:
        """What a part that has parts says of one thing alone, with a blank in its place, and its name."""
        found: dict[str, dict[str, Sense]] = {}
        for each in part.parts:
            for words, name in self._spoken(each).items():
                found.setdefault(name, {})[words] = each
        of: Literal["all", "any"] = "all" if part.of == "all" else "any"
        return {
            self._joined(of, list(said.items())): name
            for name, said in found.items()
            if len(said) == len(part.parts)
        }

    def _spoken(self, part: Sense) -> Mapping[str, str]:
        """What a fact, or facts that are all so or any of which is, say of one thing; and its name."""
        if part.of == "fact":
            return self._named(part.fact or "", bool(part.value))
        if part.text or not part.parts or any(each.of != "fact" for each in part.parts):
            return {}
        return self._within(part)

    def _named(self, fact: Fact, so: bool) -> Mapping[str, str]:
        """What a fact says that says one thing of several of something, with a blank for that; its name."""
        v, asking = self._of[fact].vocabulary, self._of[fact].asking
        several = len(v.facts[fact].arguments) > 1 and (fact not in v.number_of or said_of(fact)[1])
        if not several or fact in v.choice_of or asking.group_of(fact) == fact:
            return {}
        name, words = asking.about(fact), v.words(fact, so)
        for each in (name, capital(name)):
            if words.count(each) == 1 and words.lower().count(name.lower()) == 1:
                return {words.replace(each, "\0"): name}
        return {}

    def _told(self, every: bool, blank: str, first: Sense, names: Sequence[str]) -> str:
        """What is said of each of several, or of one, as a sentence; nothing where it would not be one."""
        listed = ", ".join(names)
        if first.of != "fact":
            words = blank.replace("\0", _IT)
            return f"For {'each' if every else 'one'} of {listed}: {words}."
        positive = self._blank(first.fact or "", True)
        phrase = next((w for w, name in positive.items() if name in names and w.count("\0") == 1), "")
        if first.value == every or not phrase:
            return ""
        part = "none_of" if every else "one_of"
        return capital(phrase.replace("\0", self._asking.answer(part, names=listed)))

    def _blanks(self, part: Sense) -> Mapping[str, str]:
        """What is said by a part with a blank in the place of a name, and the name."""
        if part.of == "fact":
            return self._blank(part.fact or "", bool(part.value))
        if part.names or not part.parts:
            return {}
        found = [self._blanks(each) for each in part.parts]
        joint = "; and " if part.of == "all" else "; or "
        shared: dict[str, list[str]] = {}
        for each in found:
            for words, name in each.items():
                shared.setdefault(name, []).append(words)
        return {
            joint.join(map(self._inner, words)): name
            for name, words in shared.items()
            if len(words) == len(found)
        }

    def _blank(self, fact: Fact, so: bool) -> Mapping[str, str]:
        """The sentence of a fact with a blank in the place of a name, and the name; for each of them."""
        v, asking = self._of[fact].vocabulary, self._of[fact].asking
        names = {place: v.label(str(a)) for place, a in enumerate(v.facts[fact].arguments, start=1)}
        if fact in v.choice_of:
            names = {len(names): names[len(names)]}
        elif asking.group_of(fact) == fact or asking.member(fact) not in names.values():
            return {}  # more than a name tells it from those that are asked for with it
        found = {v.words_with(fact, so, place, "\0"): name for place, name in names.items()}
        return {words: name for words, name in found.items() if words}

    def _inner(self, words: str) -> str:
        """A sentence, or one with a blank, as it stands within another."""
        named = any(each.vocabulary.begins_with_name(words) for each in self._editions)
        return within(words, named=named)

    def _it(self, words: str) -> str:
        """What is said with a blank, as it stands behind the name."""
        return self._inner(words.replace("\0", _IT))
