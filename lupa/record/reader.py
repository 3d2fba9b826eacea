"""Reads what a case says by names and values: a statement at a time, and all that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from lupa.errors import Problem, shown
from lupa.record.doses import named_twice
from lupa.record.measured import Measuring
from lupa.record.said import Record, Remark, Unknown
from lupa.rules.codes import STATES, Code
from lupa.rules.known import Known
from lupa.rules.names import as_name
from lupa.rules.vocabulary import Fact, Path, Tree, Vocabulary

_TRUTH = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
"""What is said in quotes, in whatever letters."""
_FEW = 50
"""Beyond so many problems a case is no slip of the pen, and no nearest name is looked for."""

Follows = Callable[[list[Fact], list[Fact]], Iterable[Fact]]
"""Which of the second facts are true in every world where the first are."""


def no_system(system: str) -> str:
    """That no code of a system is known."""
    return f"{shown(system)} is no code system known here"


class Reader:
    """Takes note of statements and problems, and of what names, codes and values mean."""

    def __init__(self, vocabulary: Vocabulary, follows: Follows, known: Known) -> None:
        self.vocabulary = vocabulary
        self.follows = follows
        self.known = known
        self.lenient = False
        """Whether a name that may be a slip of the pen is set aside, with what it may be left open."""
        self.record = Record()
        self.problems: list[Problem] = []
        self.open: set[Fact] = set()
        self.undecided: dict[Fact, str] = {}
        """What the case itself leaves open by its name, `prednisone: null`; and where."""
        self.closing: dict[Fact, str] = {}
        """What is not so, unless it is stated, as all of a relation is named; and where that is said."""
        self.measuring = Measuring(
            vocabulary, self.problem, lambda name, known, path: self.unknown(name, known, path, {}, "")
        )

    def problem(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))

    def state(self, fact: Fact, value: bool | None, path: str, *, is_named: bool = True) -> None:
        """Records a statement; None leaves the fact open, even where it would be assumed.

        Of a fact that is not so because a complete list does not name it, nothing is told.
        """
        self.open.add(fact)
        if value is not False and fact in self.vocabulary.means_one_of:
            self.open.update(self.vocabulary.means_one_of[fact])
            self.record.doubtful.update(self.vocabulary.means_one_of[fact])
        if value is None:
            if fact not in self.vocabulary.facts:
                self.record.left_open.add(fact)
            return
        stated = self.record.stated if fact in self.vocabulary.facts else self.record.unread
        if stated.get(fact, value) != value:
            words = f"states {fact} {'true' if value else 'false'}"
            self.problem(path, f"{words}, but {self.record.paths[fact]} the opposite; keep one")
        stated[fact] = value
        self.record.paths.setdefault(fact, path)
        if is_named and len(self.vocabulary.means_one_of.get(fact, ())) > 1:
            which = "That is one or more of these; which of them" if value else "Which of these is meant"
            words = f"{self.vocabulary.words(fact, value)} {which} stays open."
            self.record.remarks.append(Remark(path, words))

    def undecide(self, fact: Fact, path: str) -> None:
        """Leaves open what the case itself does by its name, and so may not state in another place."""
        self.undecided[fact] = path
        self.state(fact, None, path)

    def check_undecided(self) -> None:
        """Has a problem of what the case both leaves open and states."""
        record = self.record
        for fact, path in self.undecided.items():
            said = record.stated.get(fact, record.unread.get(fact))
            if said is not None:
                words = f"{record.paths[fact]} states it {'true' if said else 'false'}"
                self.problem(path, f"leaves {fact} open, but {words}; keep one")

    def close(self, facts: Sequence[Fact], path: str) -> None:
        """Records that none of these is so, as all is named of which they are."""
        record = self.record
        if record.stated.keys().isdisjoint(facts):
            self.open.update(facts)  # as `state` does, of very many at once
            record.stated.update(dict.fromkeys(facts, False))
            record.paths.update(dict.fromkeys(facts, path))
        else:
            for fact in facts:
                self.state(fact, False, path, is_named=False)
        record.closed.update(facts)

    def choice(self, values: dict[str, Fact], value: Any, path: str) -> None:
        if value is None:
            for fact in values.values():
                self.state(fact, None, path)
            return
        name = self.known_name(value, values, path)
        if name is not None:
            self.open.update(values.values())
            self.state(values[name], True, path)

    def coded(
        self, given: str, known: Mapping[str, object], path: str, about: Path = ()
    ) -> list[Code] | None:
        """The rows of a code whose meaning is known here; None, and no problem, where it is no code.

        With what it is said `about` a meaning that no rule reads is known too.
        """
        rows = self.known.codes.rows(given)
        system = None if rows else self.known.codes.unknown_system(given)
        if system is not None:
            self.problem(path, self.unlike_known(system))
            return []
        if not rows:
            return None
        found = [code for code in rows if code.name in known or (about and self.is_known(code.name, about))]
        stating = sorted({code.name for code in found if code.relation in STATES[True]})
        if not found:
            meanings = " and ".join(dict.fromkeys(str(code.meaning) for code in rows))
            words = f"the code {shown(given)} means {meanings}, which does not belong here"
            self.problems.append(Unknown(path, words, given))
        elif len(stating) > 1:
            self.problem(path, f"the code {shown(given)} means {' and '.join(stating)}; name one of them")
            return []
        if not given.strip().lower().endswith(rows[0].code.lower()):
            words = f"{shown(given)} was read as the code {rows[0].code}."
            self.record.remarks.append(Remark(path, words))
        return found

    def unlike_known(self, system: str) -> str:
        """What is wrong with a code of a system of which no code is known, and which are."""
        return f"{no_system(system)}; known are {', '.join(self.known.codes.systems)}"

    def is_known(self, name: str, about: Path) -> bool:
        """Whether a name can stand at a place, though no rule reads it."""
        return self.known.name(about[0], len(about) - 1, name) == name

    def argument(self, given: Any, tree: Mapping[str, object], path: str, about: Path) -> str | None:
        """The name that is meant at a place, read or not; None, with a problem, where there is none."""
        if isinstance(given, str) and self.vocabulary.canonical(given, tree) is None:
            found = self.known.name(about[0], len(about) - 1, given)
            if found is not None:
                return found
        return self.known_name(given, tree, path)

    def day(self, value: Any, path: str) -> date | None:
        return self.measuring.on(value, path)

    def truth(self, value: Any, path: str) -> bool | None:
        if value is None or isinstance(value, bool):
            return value
        said = _TRUTH.get(value.strip(" .").lower()) if isinstance(value, str) else None
        if said is not None:
            return said
        self.problem(path, f"yes, no or null is expected, not {shown(value)}")
        return None

    def known_name(self, name: Any, known: Mapping[str, object], path: str) -> str | None:
        """The canonical name; None, with a problem, for a name that is not known."""
        name = as_name(name, known)
        if not isinstance(name, str):
            self.problem(path, f"a name is expected, not {shown(name)}")
            return None
        found = self.vocabulary.canonical(name, known)
        if found is not None:
            return found
        coded = self.coded(name, known, path)
        if coded is None and (both := named_twice(name)):
            same = set.intersection(*(self.names_meant(one, known) for one in both))
            if len(same) == 1:
                return same.pop()
        if coded is None:
            self.not_a_value(name, known, path)
        return next((code.name for code in coded or () if code.relation in STATES[True]), None)

    def names_meant(self, given: str, known: Mapping[str, object]) -> set[str]:
        """The one of the known names that is meant, or those that a code states."""
        found = self.vocabulary.canonical(given, known)
        rows = self.known.codes.rows(given) if found is None else ()
        stated = {row.name for row in rows if row.relation in STATES[True]}
        return {found} if found else stated.intersection(known)

    def not_a_value(self, name: str, known: Mapping[str, object], path: str) -> None:
        """Says that a name is none of the values known here."""
        few = len(self.problems) < _FEW
        hint = hint_at_value(self.vocabulary, name if few else "", known)
        self.problems.append(Unknown(path, f"{shown(name)} is not known here; {hint}", name))

    def unknown(
        self,
        name: Any,
        known: Mapping[str, object],
        path: str,
        elsewhere: Mapping[str, object],
        there: str,
    ) -> None:
        """Says that a name is not known, with the nearest that is."""
        if isinstance(name, str) and name in elsewhere:
            self.problems.append(Unknown(path, f"{shown(name)} belongs under `{there}`"))
            return
        few = len(self.problems) < _FEW
        near = self.vocabulary.nearest(name, known) if few and isinstance(name, str) else None
        if near is not None:
            hint = f"did you mean {near}?"
        elif len(known) <= 12:
            hint = f"known are {', '.join(known)}"
        else:
            hint = f"`lupa facts` lists what is. D{CAUTION[1:]}"
        self.problems.append(Unknown(path, f"{shown(name)} is not known here; {hint}", str(name)))


def example(tree: Mapping[str, Any] | str, value: str = "VALUE") -> str:
    """How the value of a single-valued fact, or a number, is written."""
    if isinstance(tree, str):
        return value
    if not tree:
        return f"{{NAME: {value}}}"
    if "" in tree:
        return str(next(iter(tree[""])))
    argument, below = next(iter(tree.items()))
    return f"{{{argument}: {example(below, value)}}}"


def forms(tree: Tree) -> str:
    """How what is so of a relation is written."""
    argument, below = next(iter(tree.items()), ("NAME", ""))
    if isinstance(below, str):
        return f"a list of what is so ([{argument}]) or a mapping ({{{argument}: yes}})"
    return f"a mapping ({{{argument}: ...}})"


CAUTION = (
    "do not put a similar name in its place, and leave it out only if it is of no kind that the policy "
    "asks about"
)


def hint_at_slip(near: str) -> str:
    """What to do about a name that is another drug's or disease's but for a slip of the pen."""
    return f"did you mean {near}? If not, {CAUTION}"


def hint_at_value(vocabulary: Vocabulary, name: str, known: Mapping[str, object]) -> str:
    """What to do about a name that is none of the `known` values, of which it may be a slip.

    A drug or a disease that no rule speaks of has a name of its own, however like another's it looks.
    """
    if not known:
        return "`lupa facts --all` lists what is"
    near = vocabulary.slip(name, known) if name else None
    world = vocabulary.are_of_the_world(known)
    if near is not None and world:
        return hint_at_slip(near)
    if near is not None:
        return f"did you mean {near}?"
    if len(known) <= 12:
        return f"known are {', '.join(known)}{f'. D{CAUTION[1:]}' if world else ''}"
    return f"`lupa facts` lists what is. D{CAUTION[1:]}"
