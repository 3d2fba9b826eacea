"""Which statements about a record are within reach: what can be found out, changed, or asked for less."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from lupa.answers.decision import SettledBy
from lupa.answers.exploration import Kind, Statement
from lupa.answers.question import Question
from lupa.answers.standing import standing
from lupa.rules.alike import Member, alike, interchangeable
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

BEYOND = 10**8
"""The cost of a statement that is out of reach."""


def _members(edition: Edition, facts: tuple[Literal, ...]) -> list[list[Member]]:
    """The members that can change places under the rules, as far as these facts go, by classes."""
    literals = edition.literals
    blocks = alike(edition.vocabulary, edition.asking.groups([edition.facts[fact] for fact in facts]))
    return interchangeable(
        edition.program.rules,
        edition.outcomes.values(),
        [[tuple(literals[fact] for fact in member) for member in block] for block in blocks],
    )


class Reach:
    """The statements within reach: not of what is `fixed`, at the efforts known or at these `costs`.

    They stand in `within`, by what they say. `cone` are the facts that bear on the outcome, `record` what
    is said of them; `subject` and `effort` tell of each fact what it is about, and what it takes. Some
    values stand for others that are `alike`: these are taken not to be so, and `stating` states them.
    `members`, by classes, can change places: of each the record says the same, and the same can be stated.
    """

    def __init__(
        self,
        question: Question,
        fixed: frozenset[Fact],
        costs: Mapping[Fact, int],
        stays: Collection[Literal] | None,
    ) -> None:
        """With the subjects that `stays` names, all others may be stated: beyond what is in reach."""
        self._question = question
        self._edition = question.edition
        self._fixed = fixed
        self._stays = stays
        self._costs = costs
        self._name_subjects()
        cone = self._edition.relevance.outcome_cone
        self._readings = frozenset(self._edition.reading_facts)
        self.cone = [fact for fact in self._edition.literals.values() if fact in cone]
        self.record = {abs(x): x for x in question.statements if abs(x) in cone}
        literals = self._edition.literals
        apart = [literals[fact] for fact in {*fixed, *costs}]
        self.alike = standing(self._edition, question.statements, apart).others
        self._left_out = {x for others in self.alike.values() for x in others}
        self.record |= {x: -x for x in self._left_out}
        self._stated_subjects = {self.subject[abs(x)] for x in question.stated}
        self._assumed_subjects = {self.subject[abs(x)] for x in question.assumed}
        self.within = dict(self._statements())
        self.members = list(self._alike_members())

    def _name_subjects(self) -> None:
        """What each fact is about, as a number: of one subject no more than one thing is stated.

        A fact is its own subject; which of several holds is one, and so is a number for its effort.
        """
        vocabulary, literals = self._edition.vocabulary, self._edition.literals
        self.subject: dict[Literal, Literal] = {}
        self.effort: dict[Literal, Literal] = {}
        for fact, literal in literals.items():
            first = next(iter(vocabulary.choice_of.get(fact, {}).values()), fact)
            self.subject[literal] = literals[first]
            number = vocabulary.number_of.get(fact)
            self.effort[literal] = literals[vocabulary.cuts[number][0].fact if number else first]

    def _statements(self) -> Iterator[tuple[Literal, Statement]]:
        """The statements that can come about and say something else than the record."""
        one_of = self._edition.vocabulary.choice_of
        for literal in self.cone:
            if literal in self._left_out:
                continue
            fact = self._edition.facts[literal]
            for said in (literal, -literal):
                named = said > 0 or fact not in one_of  # of several, the one that is so
                if self.record.get(literal) == said or not named:
                    continue
                ruled_out = fact in self._fixed or (said > 0 and self._is_ruled_out(literal))
                found = None if ruled_out else self._kind(literal, fact, value=said > 0)
                if found is None and self._stays is not None and self.subject[literal] not in self._stays:
                    found = "find_out", BEYOND
                if found is not None:
                    kind, cost = found
                    text = self._edition.vocabulary.words(fact, said > 0)
                    was = self._question.record.stated.get(fact)
                    about = self._edition.asking.about(fact)
                    by: SettledBy = "plan" if fact in self._readings else "record"
                    yield said, Statement(fact, said > 0, text, about, kind, cost, was, settled_by=by)

    def _alike_members(self) -> Iterator[list[Member]]:
        for members in self._edition.kept(_members, tuple(self.cone)):
            classes: dict[Hashable, list[Member]] = {}
            for member in members:
                classes.setdefault(tuple(self._said_of(member)), []).append(member)
            yield from (each for each in classes.values() if len(each) > 1)

    def _said_of(self, member: Member) -> Iterator[Hashable]:
        """What the record says of a member, and what could be stated of it, whichever it is."""
        efforts = [self.effort[fact] for fact in member]
        for fact in member:
            known = self.record.get(fact)
            ways = (self.within.get(said) for said in (fact, -fact))
            yield known and known > 0, efforts.index(self.effort[fact]), *(way and way.cost for way in ways)

    def said(self, stated: Sequence[Literal]) -> dict[Literal, Literal]:
        """What is said of each fact once these are stated in the place of what the record says."""
        changed = {self.subject[abs(literal)] for literal in stated}
        said = {fact: x for fact, x in self.record.items() if self.subject[fact] not in changed}
        return said | {abs(literal): literal for literal in stated}

    def stating(self, literal: Literal) -> Statement:
        """The statement that says this, or what one that is alike does."""
        if literal in self.within:
            return self.within[literal]
        (first,) = (first for first, others in self.alike.items() if literal in others)
        fact = self._edition.facts[literal]
        text, about = self._edition.vocabulary.words(fact, True), self._edition.asking.about(fact)
        return replace(self.within[first], fact=fact, text=text, about=about)

    def _is_ruled_out(self, literal: Literal) -> bool:
        """Whether bringing a fact about is spoken against: by what is on record, or by an advisory.

        An advisory speaks against it where with the fact it would hold in every world.
        """
        against = self._edition.vocabulary.efforts.speaks_against(self._edition.facts[literal])
        return self._question.is_spoken_against(list(against), literal)

    def _is_to_begin(self, fact: Fact) -> bool:
        """Whether the record denies all that a fact begins with, and has nothing with which it goes on."""
        efforts, stated = self._edition.vocabulary.efforts, self._question.record.stated
        begins = efforts.begins_with(fact)
        is_denied = bool(begins) and all(stated.get(other) is False for other in begins)
        return is_denied and not any(map(stated.get, efforts.goes_on_with(fact)))

    def _kind(self, literal: Literal, fact: Fact, *, value: bool) -> tuple[Kind, int] | None:
        """How a statement can come about and what that costs; None where it cannot."""
        subject = self.subject[literal]
        kinds: tuple[Kind, ...] = ("find_out",)
        usual = subject not in self._assumed_subjects
        if subject in self._stated_subjects:
            kinds = ("ask_for_less", "change")
        elif value and self._is_to_begin(fact):
            kinds = ("change",)
        elif not usual:  # what nobody states may be found out, and may be planned otherwise
            kinds = ("find_out", "ask_for_less", "change")
        for kind in kinds:
            cost = self._edition.vocabulary.efforts.of(fact, kind, value=value, usual=usual)
            if cost is not None:
                return kind, self._costs.get(fact, cost)
        return None
