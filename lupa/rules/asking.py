"""How a person is asked: which facts one question is about, and the words of questions and answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache, cached_property
from typing import Literal, NamedTuple

import clingo

from lupa.rules.ground import Ground, quoted
from lupa.rules.names import all_written, beginnings
from lupa.rules.numbers import counted, written
from lupa.rules.quantities import CUTS, Cut
from lupa.rules.spoken import number_in, said_of
from lupa.rules.vocabulary import Fact, Vocabulary

Kind = Literal["choice", "number", "members", "yes_no"]


class Group(NamedTuple):
    """What one question is about: a `choice` of one value out of several, a `number`, `members` or a fact.

    `facts` are in the order of the vocabulary; of numbers those of one quantity after the other, its cut
    points rising. Each of `numbers` is a quantity with its cut points, by which its answer is known.
    """

    id: str
    kind: Kind
    facts: tuple[Fact, ...]
    numbers: tuple[tuple[str, tuple[Cut, ...]], ...] = ()


class Table(NamedTuple):
    """Facts of one relation, in words: each that is `said`, of each that it is said `of`."""

    words: str
    of: tuple[str, ...]
    said: tuple[str, ...]


ANSWERS = frozenset(
    {
        "none", "one_of", "all_of", "not_all", "none_of", "without", "some", "few", "exactly", "between",
        "and_more", "of_class", "any", "and", "whatever", "or", "otherwise", "yes", "no", "at_least",
        "less_than", "more_than", "at_most", "to", "of_each", "either",
        "parts", "also", "or_else", "others", "them", "such", "such_of", "quoted", "alone", "nothing",
    }
)  # fmt: skip
"""The parts of answers, each of which `answer_text/2` has words for."""


_DENYING = ("without", "none_of", "no")
"""The parts of answers that begin as what says that something is not."""

FEW = 6
"""So many members are named one by one; more by their classes, or half as many of them."""


_SEVERAL = 3
"""So many members that are missing are asked for at once."""


class Asking:
    """The questions that the facts of one ground program can be asked by, and their words."""

    def __init__(self, program: Ground, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.question_alone = cache(self._question_alone)
        self.about = cache(self._about)
        self._words_of = cache(self._read_apart)
        self._called = cache(self._told_together)
        self._together = {str(name) for (name,) in program.facts("asked_together", 1)}
        leads = {str(name): str(first) for name, first in program.facts("asked_with", 2)}
        asked, numbers = vocabulary.cuts, vocabulary.quantities
        self._with = {
            name: first for name, first in leads.items() if first in asked or first not in numbers
        }
        self._questions = {
            str(name): quoted(words, "group_question/2")
            for name, words in program.facts("group_question", 2)
        }
        self._behind = {
            str(name): quoted(words, "question_behind/2")
            for name, words in program.facts("question_behind", 2)
        }
        self._members = {
            str(name): quoted(words, "member_text/2") for name, words in program.facts("member_text", 2)
        }
        self._answers = {
            str(part): quoted(words, "answer_text/2") for part, words in program.facts("answer_text", 2)
        }
        # what a complete list of a family rules out is asked with it: whoever knows the list knows that too
        self._closed_by = {fact: of for of, facts in vocabulary.closed_by.items() for fact in facts}
        self._classes: dict[Fact, list[str]] = {}
        rows = program.facts("asked_as", 2)
        facts, kinds = (all_written(column) for column in zip(*rows, strict=True)) if rows else ((), ())
        for fact, kind in zip(facts, kinds, strict=True):
            self._classes.setdefault(fact, []).append(kind)

    # ---- what is asked together ----------------------------------------------------------------

    def group_of(self, fact: Fact) -> str:
        """What the question for a fact is called: a choice, a quantity, a relation, or the fact itself."""
        v = self._vocabulary
        if fact in v.group_of:
            return v.group_of[fact]
        name = self.value_of(fact) or fact
        if fact in v.number_of:
            name = self._with.get(name, name)
        head = self._closed_by.get(fact) or name.partition("(")[0]
        return head if head in self._together else name

    def value_of(self, fact: Fact) -> str | None:
        """The choice or the one number of which a fact tells something; None for any other fact."""
        v = self._vocabulary
        return self._scale_of(v.number_of[fact]) if fact in v.number_of else v.group_of.get(fact)

    def _scale_of(self, quantity: str) -> str:
        """The quantity that is asked for in its place: who says an age in years says it in months too."""
        v = self._vocabulary
        scale = v.scales.get(quantity)
        return quantity if scale is None or scale.of not in v.cuts else scale.of

    def groups(self, facts: Sequence[Fact]) -> list[Group]:
        """The questions for these facts, in their order."""
        return [self._group(name, members) for name, members in self._grouped(facts).items()]

    def _grouped(self, facts: Iterable[Fact]) -> dict[str, list[Fact]]:
        """These facts by what the question for them is called."""
        found: dict[str, list[Fact]] = {}
        for fact in facts:
            found.setdefault(self.group_of(fact), []).append(fact)
        return found

    def _group(self, name: str, facts: list[Fact]) -> Group:
        v = self._vocabulary
        if facts[0] in v.group_of:
            here = set(facts)
            return Group(
                name, "choice", tuple(fact for fact in v.choice_of[facts[0]].values() if fact in here)
            )
        if facts[0] in v.number_of:
            asked: dict[str, dict[str, None]] = {}
            for fact in facts:
                asked.setdefault(self._scale_of(v.number_of[fact]), {})[v.number_of[fact]] = None
            numbers = tuple(
                (name if name in parts else next(iter(parts)), self._cuts(parts, facts))
                for name, parts in asked.items()
            )
            numbers = tuple(sorted(numbers, key=lambda each: self.is_behind(each[0])))
            ordered = tuple(cut.fact for _, cuts in numbers for cut in cuts)
            return Group(name, "number", ordered, numbers)
        if len(facts) == 1:
            return Group(facts[0], "yes_no", tuple(facts))
        return Group(name, "members", tuple(facts))

    def together(self, missing: Sequence[Fact]) -> dict[Fact, tuple[str, str, str]]:
        """Of facts that are missing, where one question asks for several: that question, what each is
        called in it, and its class or nothing.
        """
        found: dict[Fact, tuple[str, str, str]] = {}
        for name, facts in self._grouped(missing).items():
            called = self._called(name) if len(facts) >= _SEVERAL else {}
            here = {fact: called[fact] for fact in facts if fact in called}
            if len({of for of, _ in here.values()}) >= _SEVERAL:
                found |= {fact: words for fact, (_, words) in here.items()}
        return found

    def _told_together(self, name: str) -> dict[Fact, tuple[str, tuple[str, str, str]]]:
        """Of each fact of a group, but a choice: its number or itself, and what `together` tells."""
        group = self._group(name, self._every[name])
        if group.kind == "choice":
            return {}
        words = self.question(group)
        number_of = {cut.fact: number for number, cuts in group.numbers for cut in cuts}
        kinds = {} if group.numbers else self.classes(group.facts)
        kind_of = {fact: kind for kind, facts in kinds.items() for fact in facts}
        found = {}
        for fact in group.facts:
            member = self.number(number_of[fact]) if fact in number_of else self.member(fact)
            kind = kind_of.get(fact, "")
            found[fact] = number_of.get(fact, fact), (words, under(kind, member), kind)
        return found

    @cached_property
    def _every(self) -> dict[str, list[Fact]]:
        return self._grouped(self._vocabulary.facts)

    def _cuts(self, quantities: Iterable[str], facts: Sequence[Fact]) -> tuple[Cut, ...]:
        """Those of the facts that are cut points of one number, whatever it is counted in, rising."""
        v = self._vocabulary
        placed = [
            ((cut.bound / (v.scales[name].parts if name in v.scales else 1), cut.kind), cut)
            for name in quantities
            for cut in v.cuts[name]
            if cut.fact in facts
        ]
        return tuple(cut for _, cut in sorted(placed, key=lambda each: each[0]))

    def classes(self, facts: Sequence[Fact]) -> dict[str, list[Fact]]:
        """The facts by the classes that they are told by, the largest first; without one, by none."""
        sizes: dict[str, int] = {}
        for fact in facts:
            for name in self._classes.get(fact, ()):
                sizes[name] = sizes.get(name, 0) + 1
        found: dict[str, list[Fact]] = {}
        for fact in facts:
            named = self._classes.get(fact, ())
            name = max(named, key=lambda name: sizes[name], default="")
            found.setdefault(self._vocabulary.label(name) if name else "", []).append(fact)
        return found

    def kinds(self, fact: Fact) -> list[str]:
        """What the classes are called that a fact may be told by."""
        return [self._vocabulary.label(name) for name in self._classes.get(fact, ())]

    # ---- words ---------------------------------------------------------------------------------

    def question(self, group: Group, known: Collection[str] = ()) -> str:
        """The question that asks for all of a group; of two numbers that make one not for those `known`."""
        v, fact = self._vocabulary, group.facts[0]
        left = self._left(group, known)
        if len(left) == 1:
            return self._question_for(left[0])
        if group.kind == "yes_no":
            return v.question(fact)
        if group.kind == "choice":
            own = (self._questions.get(name) for name in beginnings(group.id))
            return next((words for words in own if words is not None), v.question(fact))
        if group.numbers:  # in the unit in which a number without one is understood
            fact = next(f for f in group.facts if v.number_of[f] == group.numbers[0][0])
        if any(name in self._with for name, _ in group.numbers):
            if len(group.numbers) > 1:
                return self._one_behind_the_other(group, known)
            group = group._replace(id=group.numbers[0][0])
        names = [group.id, group.id.partition("(")[0], fact.partition("(")[0]]
        if (
            len(group.numbers) == 1 and group.id != group.numbers[0][0]
        ):  # of all that are asked together one
            names = [group.numbers[0][0], names[-1]]
        if self._made_of(group):
            names = names[:2]
        words = next((self._questions[name] for name in names if name in self._questions), None)
        if words is None and self._made_of(group):  # a person knows the parts, and need not reckon
            first, second = map(self._with_its_unit, self._made_of(group))
            return self.answer("parts", first=first, second=second)
        return v.question(fact) if words is None else v.phrase(words, v.facts[fact])

    def _question_alone(self, fact: Fact, known: frozenset[str] = frozenset()) -> str:
        """The question that asks for one fact; for a cut point, the one for its number.

        Of two numbers that make this one it does not ask for the one that is `known`.
        """
        number_of = self._vocabulary.number_of
        alike = [fact]
        if fact in number_of:
            scale = self._scale_of(number_of[fact])
            alike = [cut for cut, number in number_of.items() if self._scale_of(number) == scale]
        (group,) = self.groups(alike)
        return self.question(group, known)

    def _one_behind_the_other(self, group: Group, known: Collection[str]) -> str:
        """The question for numbers unlike each other: that of each, of a later one as it stands there."""
        alone = self._alone(group)
        behind = (self._behind.get(each.id.partition("(")[0]) for each in alone)
        asked = (self.question(each, known) for each in alone)
        return " ".join(
            (number and words) or question
            for number, (words, question) in enumerate(zip(behind, asked, strict=True))
        )

    @staticmethod
    def _alone(group: Group) -> list[Group]:
        """Each of the numbers of a group by itself."""
        return [
            Group(name, "number", tuple(cut.fact for cut in cuts), ((name, cuts),))
            for name, cuts in group.numbers
        ]

    def of_each(self, group: Group) -> dict[str, str]:
        """The question for each of numbers unlike each other that are asked together, by its name."""
        if not any(self.is_behind(name) for name, _ in group.numbers[1:]):
            return {}
        return {each.id: self.question(each) for each in self._alone(group)}

    def is_behind(self, number: str) -> bool:
        """Whether a number is asked for with another, behind that."""
        return number in self._with

    def is_apart(self, fact: Fact) -> bool:
        """Whether a fact tells of a number that is asked for together with others unlike it."""
        number = self.value_of(fact) if fact in self._vocabulary.number_of else None
        return number in self._with or number in self._with.values()

    def _made_of(self, group: Group) -> tuple[str, ...]:
        """The two numbers of which the one follows that a group is about."""
        made = self._vocabulary.derived.get(group.numbers[0][0]) if len(group.numbers) == 1 else None
        return () if made is None else (made.first, made.second)

    def _left(self, group: Group, known: Collection[str]) -> list[str]:
        """Of the two numbers that make the one that a group is about those that are not known, or both."""
        made = self._made_of(group)
        return [name for name in made if name not in known] or list(made)

    def _question_for(self, number: str) -> str:
        """The question for a number, of which there need be no cut point."""
        names = (number, number.partition("(")[0], *CUTS)
        words = next(self._questions[name] for name in names if name in self._questions)
        v = self._vocabulary
        return v.phrase(words, clingo.Function(CUTS[0], [v.quantity(number), clingo.Number(0)]))

    def of_number(self, group: Group, words: str) -> str:
        """What is said of the number that a group is about; of one that follows from two with its name."""
        if not self._made_of(group):
            return words
        return self.answer("of_each", names=self._with_its_unit(group.numbers[0][0]), number=words)

    def _with_its_unit(self, number: str) -> str:
        """What a number is called, and in what it is counted."""
        unit = self._vocabulary.quantities[number].unit
        return self._vocabulary.label(number) + (f" ({unit})" if unit else "")

    def numbers(self, group: Group, known: Collection[str] = ()) -> dict[str, str]:
        """What is asked for, by quantity, and what it is called; of one that follows from two, these.

        Of these two not the one that is `known`.
        """
        names = self._left(group, known) or [
            part for name, _ in group.numbers for part in self._parts_of(name, known)
        ]
        return {name: self.number(name) for name in names}

    def _parts_of(self, number: str, known: Collection[str]) -> list[str]:
        """A number, or the two of which it follows where it is asked for with others unlike it."""
        made = self._vocabulary.derived.get(number) if number in self._with else None
        parts = [] if made is None else [made.first, made.second]
        return [part for part in parts if part not in known] or parts or [number]

    def member(self, fact: Fact) -> str:
        """A fact as one of those that are asked for together: `prednisone`; a cut point as its number."""
        v = self._vocabulary
        quantity = v.number_of.get(fact)
        if quantity is None:
            template = self._member(fact)
            if template is not None:
                return v.filled(template, v.facts[fact])
            if fact in v.choice_of:
                return self.value_label(fact)
            first, *rest = [v.label(str(each)) for each in v.facts[fact].arguments] or [v.words(fact, True)]
            return f"{first}: {', '.join(rest)}" if rest else first
        (cut,) = (cut for cut in v.cuts[quantity] if cut.fact == fact)
        return f"{self.number(quantity)} {self.bound(cut, so=True)}"

    def _about(self, fact: Fact) -> str:
        """What a person calls that of which a fact says something, such as a drug or a number."""
        v, (_, of) = self._vocabulary, said_of(fact)
        if not of:
            return v.label(number_in(fact) or fact)
        if fact not in v.number_of and len(v.facts[fact].arguments) == 1:
            return self.member(fact)
        return v.label(of)

    def _member(self, name: str) -> str | None:
        """The words for one of several that are asked for together."""
        return next((self._members[each] for each in beginnings(name) if each in self._members), None)

    def table(self, facts: Sequence[Fact]) -> Table | None:
        """Several members that say the same things `of` each of several; None for what is no such table.

        That is members of one relation with two arguments, each first one with each second one, or several
        numbers on one side of the same bound.
        """
        v = self._vocabulary
        found = [self._words_of(fact) for fact in facts]
        name = found[0][0]
        if any(len(words) != 3 or words[0] != name for words in found):
            return None
        of, said = (dict.fromkeys(words[place] for words in found) for place in (1, 2))
        if len(facts) == 1 or len(of) * len(said) != len(facts):
            return None
        if name in CUTS:
            if len(said) > 1 or "of_each" not in self._answers:
                return None
            (cut,) = (cut for cut in v.cuts[v.number_of[facts[0]]] if cut.fact == facts[0])
            return Table(
                self._answers["of_each"],
                tuple(map(self.number, of)),
                (self.bound(cut, so=True, with_unit=True),),
            )
        template = self._members.get(name)
        if template is None:
            return None
        words = template.replace("{1}", "{names}").replace("{2}", "{number}")
        return Table(words, tuple(map(v.label, of)), tuple(map(v.label, said)))

    def _read_apart(self, fact: Fact) -> tuple[str, ...]:
        """The name of a fact and each of its arguments, as they are written."""
        symbol = self._vocabulary.facts[fact]
        return (symbol.name, *map(str, symbol.arguments))

    def tabled(self, table: Table, names: str) -> str:
        """A table in words, with the names that it is about: `methotrexate, leflunomide: not tolerated`."""
        said = self.joined("either", table.said)
        return table.words.replace("{names}", names).replace("{number}", said)

    def joined(self, how: str, parts: Sequence[str]) -> str:
        """The parts of an answer, at least one, as one."""
        first, *others = parts
        for other in others:
            first = self.answer(how, first=first, second=other)
        return first

    def shortened(self, names: Sequence[str]) -> str:
        """The names; of many half as many as are named one by one, and how many more there are."""
        if len(names) <= FEW:
            return listed(names)
        few = FEW // 2
        return self.answer("and_more", names=listed(names[:few]), number=len(names) - few)

    def of(self, fact: Fact) -> str:
        """What a fact, or the number that it is about, is of first: `methotrexate`."""
        first, _ = self._parts(fact)
        return first

    def cut(self, fact: Fact) -> Cut | None:
        """The cut point of a number that a fact is, if it is one."""
        cuts = self._vocabulary.cuts.get(self._vocabulary.number_of.get(fact, ""), ())
        return next((cut for cut in cuts if cut.fact == fact), None)

    def said(self, fact: Fact, *, so: bool = True) -> str:
        """What else a fact says of that: `not tolerated`, `12 weeks or more`; or nothing."""
        cut = self.cut(fact)
        if cut is not None:
            return self.bound(cut, so=so, with_unit=True)
        _, rest = self._parts(fact)
        return rest if so or not rest else self._denied(rest)

    def _denied(self, said: str) -> str:
        """That something is not said; what itself says that something is not stands in quotation marks."""
        denying = {self.answer(part, names="").split()[0] for part in _DENYING}
        is_denial = said.split(maxsplit=1)[0] in denying
        return self.answer("without", names=self.answer("quoted", names=said) if is_denial else said)

    def _parts(self, fact: Fact) -> tuple[str, str]:
        v = self._vocabulary
        symbol = v.quantity(v.number_of[fact]) if fact in v.number_of else v.facts[fact]
        if not symbol.arguments:
            return self.member(fact), ""
        first, *rest = (v.label(str(each)) for each in symbol.arguments)
        return first, ", ".join(rest)

    def value(self, fact: Fact) -> str:
        """The value that a fact of a choice stands for: `initial`."""
        return str(self._vocabulary.facts[fact].arguments[-1])

    def value_label(self, fact: Fact) -> str:
        """How a person reads that value: `initial therapy`."""
        return self._vocabulary.label(self.value(fact))

    def number(self, quantity: str) -> str:
        """A quantity as one of those that are asked for together."""
        v = self._vocabulary
        template = self._member(quantity)
        return v.label(quantity) if template is None else v.filled(template, v.quantity(quantity))

    def bound(self, cut: Cut, *, so: bool, among: Sequence[Cut] = (), with_unit: bool = False) -> str:
        """What a number is on one side of a cut point: `18 or more`, `6 months or more`.

        `among` are all cut points that the number is told by; the unit is named where they have several,
        or where nothing near says which it is.
        """
        sides = {"at_least": ("less_than", "at_least"), "more_than": ("at_most", "more_than")}
        v, number = self._vocabulary, written(cut.bound)
        quantity = v.number_of[cut.fact]
        # in its own unit, unless it is plain which that is: another may count the same in larger parts
        if with_unit or quantity in v.scales or any(v.number_of[other.fact] != quantity for other in among):
            number = counted(number, v.quantities[quantity].unit)
        return self.answer(sides[cut.kind][so], number=number)

    def answer(self, part: str, **names: object) -> str:
        """The words of a part of an answer."""
        template = self._answers.get(part)
        if template is None:  # the name of the part says it, plainly
            word = part.replace("_", " ")
            blanks = [f"{{{name}}}" for name in names]
            template = f" {word} ".join(blanks) if "second" in names else " ".join([word, *blanks])
        for name, value in names.items():
            template = template.replace(f"{{{name}}}", str(value))
        return template


def under(kind: str, member: str) -> str:
    """What a member is called beneath its class: `rizatriptan` where it is `rizatriptan: not tolerated`."""
    return member.removesuffix(kind).rstrip(": ") or member


def listed(names: Sequence[str]) -> str:
    """Names side by side, also where there is a comma in one of them."""
    return ("; " if any(", " in name for name in names) else ", ").join(names)
