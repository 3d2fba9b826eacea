"""From the answers about one record to a decision that a person can check."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import cast

from lupa.answers.authorized import authorized
from lupa.answers.causes import causes, lines_of
from lupa.answers.decision import (
    Aside,
    Assumption,
    Cause,
    Criterion,
    Decision,
    EditionBy,
    Fingerprint,
    Item,
    Missing,
    Outcome,
    Remark,
    Status,
    Suggestion,
    Witness,
)
from lupa.answers.needs import Needs, needs
from lupa.answers.question import Question
from lupa.answers.readings import other_readings
from lupa.record.case import contradicts_itself
from lupa.rules.atom import Atom
from lupa.rules.edition import Edition
from lupa.rules.nodes import Node
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

_FEW = 3
"""More assumptions about one family have words together."""
_MANY = 12
"""More than so many are one assumption."""


def decision(
    question: Question,
    case: str,
    by: EditionBy,
    fingerprint: Fingerprint,
    caveats: tuple[str, ...] = (),
    *,
    with_needs: bool = True,
) -> Decision:
    """The decision on the record that the question is about.

    What it would take to meet what is not met is dear to find; it is left out without `with_needs`.
    """
    edition = question.edition
    settled = len(question.outcomes) == 1
    outcome = cast(Outcome, next(iter(question.outcomes)) if settled else "pend")
    on = set(question.which([*edition.pathways.values()]))
    pathways = [way for way, literal in edition.pathways.items() if literal in on]
    writer = _Writer(question, pathways, with_needs)
    denials = writer.denials()
    referrals = writer.certain(edition.referrals)
    limits = writer.certain(edition.limits) if "modify" in question.outcomes else ()
    notes = writer.certain(edition.notes)
    bases: tuple[Item, ...] = ()
    superseded: tuple[Item, ...] = ()
    if outcome == "deny":
        bases = denials or writer.possible(edition.bases, outcome)
    elif outcome == "refer":
        bases = referrals or writer.possible(edition.referrals, outcome)
        superseded = denials
    elif outcome == "modify":
        limits = limits or writer.possible(edition.limits, outcome)
    missing = writer.missing()
    can_be, can_be_text = authorized(question) if outcome in ("approve", "modify") else ({}, "")
    return Decision(
        case=case,
        policy=edition.policy,
        edition=edition.name,
        edition_by=by,
        caveats=caveats,
        handling=question.record.handling,
        outcome=outcome,
        possible=tuple(question.outcomes),
        text=edition.outcome_words[outcome][0],
        next=_step(missing) or edition.outcome_words[outcome][1],
        bases=bases,
        criteria=writer.criteria(),
        limits=limits,
        authorized=can_be,
        authorized_text=can_be_text,
        scope=writer.certain(edition.scope),
        superseded=superseded,
        advisories=writer.certain(edition.advisories),
        missing=missing,
        assumptions=writer.assumptions(),
        depends_on=other_readings(question),
        notes=notes,
        unread=writer.unread(),
        suggestions=writer.suggestions(),
        remarks=writer.remarks(),
        aside=tuple(Aside(*each) for each in question.record.aside),
        witnesses=() if settled else _witnesses(question),
        fingerprint=fingerprint,
    )


def _step(missing: Sequence[Missing]) -> str:
    """What is to be done where nothing is left open but how the text is read."""
    return missing[0].help if missing and all(each.settled_by == "plan" for each in missing) else ""


def _witnesses(question: Question) -> tuple[Witness, ...]:
    from lupa.answers.witness import witnesses  # a settled case need not wait for what writes others

    return witnesses(question)


def outcome_reasons(question: Question, *, every: bool) -> tuple[tuple[Cause, ...], ...]:
    """One minimal reason of a settled outcome, or all of them, the shortest first."""
    if len(question.outcomes) > 1:
        return ()
    (outcome,) = question.outcomes.values()
    if every:
        reasons = list(question.reasons(outcome))
    else:
        reason = question.reason(outcome)
        reasons = [] if reason is None else [reason]
    literals = question.edition.literals
    told = [
        (literals[each.fact] if each.value else -literals[each.fact], each)
        for each in causes(question, [*{literal for reason in reasons for literal in reason}])
    ]
    written = [
        tuple([each for literal, each in told if literal in said]) for said in map(frozenset, reasons)
    ]
    return tuple(sorted(written, key=lambda causes: (len(causes), [c.fact for c in causes])))


def _failing_first(criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    rank = {"unmet": 0, "open": 1, "met": 2}
    return tuple(sorted(criteria, key=lambda criterion: rank[criterion.status]))


class _Writer:
    """Puts what a question answers into words."""

    def __init__(self, question: Question, pathways: Sequence[tuple[str, str]], with_needs: bool) -> None:
        self._question = question
        self._edition: Edition = question.edition
        self._pathways = pathways
        self._with_needs = with_needs

    def item(self, atom: Atom, reason: Sequence[Literal], *, certain: bool = True) -> Item:
        """An item that holds, or is one of some that do, for this reason."""
        edition = self._edition
        because = [edition.facts[literal] for literal in reason if literal > 0]
        return Item(
            atom.id,
            edition.phrase(atom, True),
            edition.source(atom, self._pathways, because),
            causes(self._question, reason),
            certain,
        )

    def denials(self) -> tuple[Item, ...]:
        """The bases to deny that hold in every world, each with what it would take to be none."""
        found = {atom.id: atom.literal for atom in self._edition.bases}
        return tuple(
            item if item.id == "criteria_not_met" else replace(item, **self.needs(-found[item.id]))
            for item in self.certain(self._edition.bases)
        )

    def certain(self, atoms: Sequence[Atom]) -> tuple[Item, ...]:
        """Those that hold in every world, each with its reason."""
        found = []
        held = self._question.not_denied([atom.literal for atom in atoms])
        for atom in atoms:
            reason = self._question.reason(atom.literal) if atom.literal in held else None
            if reason is not None:
                found.append(self.item(atom, reason))
        return tuple(found)

    def possible(self, atoms: Sequence[Atom], outcome: str) -> tuple[Item, ...]:
        """Those that hold in some world, with the reason of the outcome: none is certain alone."""
        reason = self._question.reason(self._edition.outcomes[outcome]) or []
        possible = [atom for atom in atoms if self._question.possible(atom.literal)]
        return tuple(self.item(atom, reason, certain=False) for atom in possible)

    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria of every pathway that the request may be on: unmet, open, met."""
        return _failing_first(
            self.with_needs(atom, self.criterion(atom, applies)) for atom, applies in self._applying
        )

    @cached_property
    def _applying(self) -> list[tuple[Atom, Literal]]:
        """The criteria that apply in some world, each with the literal that says where."""
        edition = self._edition
        found = set(self._question.which([*edition.applies.values()]))
        every = ((atom, edition.applies[atom.id]) for atom in edition.criteria)
        return [(atom, applies) for atom, applies in every if applies in found]

    def with_needs(self, atom: Atom, criterion: Criterion) -> Criterion:
        """The criterion, with what it would take to meet it if it is not met."""
        if criterion.status != "unmet":
            return criterion
        return replace(criterion, **self.needs(atom.literal))

    def needs(self, wanted: Literal) -> Needs:
        """What it would take for this to hold; nothing where that is not asked for."""
        return needs(self._question, wanted) if self._with_needs else Needs(needs=(), more_needs=False)

    def criterion(self, atom: Atom, applies: Literal) -> Criterion:
        """A criterion with its parts, which applies where a literal holds."""
        edition, question = self._edition, self._question
        node = edition.nodes.get(atom.symbol)
        parts = self.parts(node) if node else ()
        status: Status = "open"
        reason = question.reason(atom.literal)
        if reason is not None:
            status = "met"
        else:
            reason = question.reason(-atom.literal)
            if reason is not None:
                status = "unmet"
        return Criterion(
            atom.id,
            status,
            question.certain(applies),
            edition.phrase(atom, status != "unmet"),
            edition.source(atom, self._pathways),
            causes(self._question, reason or ()),
            node.of if node else None,
            node.least if node else None,
            self.found(node, parts) if node else "",
            parts,
        )

    def parts(self, node: Node) -> tuple[Criterion, ...]:
        """The parts of a node that may be there: unmet, open, met."""
        possible = self._question.possible
        return _failing_first(
            self.criterion(
                part.atom.by([clause for clause, there in part.clauses.items() if possible(there)]),
                part.there,
            )
            for part in node.parts
            if possible(part.there)
        )

    def found(self, node: Node, parts: Sequence[Criterion]) -> str:
        """How many parts are met, of those that are needed, and which: `1 of 2 found: methotrexate`."""
        idle = "met" if node.of == "all" else "unmet"  # that such a part may be there changes nothing
        asked = [part for part in parts if part.applies or part.status != idle]
        met = [part.id for part in asked if part.applies and part.status == "met"]
        unsure = [part.id for part in asked if not part.applies or part.status == "open"]
        if not asked:
            return "no part applies"
        needed = node.least or (len(asked) if node.of == "all" else 1)
        words = f"{len(met)} of {needed} found"
        if len(met) > needed:
            words = f"{len(met)} found, {needed} needed"
        elif needed == 1 and node.of != "all":
            words = "found" if met else f"none of {len(asked)} found"
        for mark, names in ((": ", met), ("; open: ", unsure)):
            words += f"{mark}{', '.join(map(self._edition.name_of, names))}" if names else ""
        return words

    def missing(self) -> tuple[Missing, ...]:
        """The silent facts that matter, each with what it bears on."""
        edition, question = self._edition, self._question
        case = question.record.case
        # what a chart contradicts itself in goes first
        facts = sorted(question.missing(), key=lambda fact: not contradicts_itself(case, fact))
        if not facts:
            return ()
        others = [*edition.bases, *edition.scope, *edition.limits]
        left_open = question.left_open([a.literal for a in others])
        unsettled = [
            (a, edition.relevance.cone(a.literal), edition.locators(a, self._pathways))
            for a in (
                *(a for a, _ in self._applying if question.is_open(a.literal)),
                *(a for a in others if a.literal in left_open and a.id != "criteria_not_met"),
            )
        ]
        unhinted = [fact for fact in facts if not lines_of(question, fact)]
        together = edition.asking.together(unhinted)
        found = []
        for fact in facts:
            literal = edition.literals[fact]
            served = [(a.id, locators) for a, cone, locators in unsettled if literal in cone]
            sources = dict.fromkeys(locator for _, locators in served for locator in locators)
            found.append(
                Missing(
                    fact,
                    edition.vocabulary.words(fact, True),
                    self._asked(fact),
                    edition.vocabulary.question_help(fact),
                    tuple(name for name, _ in served),
                    "; ".join(sources),
                    "plan" if fact in edition.reading_facts else "record",
                    *together.get(fact, ()),
                )
            )
        return tuple(found)

    def _asked(self, fact: Fact) -> str:
        """The question for a fact, or for the number that it is about, with what the chart hints at."""
        lines = lines_of(self._question, fact)
        hint = f" (See {'; '.join(lines)}.)" if lines else ""
        known = self._question.record.known_numbers
        return f"{self._edition.asking.question_alone(fact, known)}{hint}"

    def unread(self) -> tuple[str, ...]:
        """The facts that are stated to be so, and the numbers, which no rule of the policy reads."""
        edition, record = self._edition, self._question.record
        facts = [fact for fact, value in record.stated.items() if value and fact not in record.given]
        unread = [fact for fact in facts if not edition.reads(fact)]
        unread += [fact for fact, value in record.unread.items() if value]
        unread += [name for name in record.numbers if not edition.reads_number(name)]
        return tuple(sorted(unread))  # whatever more than the policy reads was ground

    def suggestions(self) -> tuple[Suggestion, ...]:
        """What codes in the case suggest of facts that are open."""
        question, vocabulary = self._question, self._edition.vocabulary
        found = []
        for fact, code, value in question.record.suggested:
            literal = self._edition.literals[fact]
            if question.is_open(literal):
                words, asked = vocabulary.words(fact, value), vocabulary.question(fact)
                found.append(Suggestion(str(code), code.ground, fact, words, asked))
        return tuple(found)

    def _spared(self) -> set[Fact]:
        """Of what is assumed of one number at several cut points all but what says it for the verdict."""
        found: set[Fact] = set()
        assumed = self._question.record.assumed
        for cuts in self._edition.vocabulary.rising:
            falling = [fact for _, fact in reversed(cuts) if assumed.get(fact) is False]
            if len(falling) > 1:
                found.update(set(falling) - {self._question.weakest(falling)})
        return found

    def remarks(self) -> tuple[Remark, ...]:
        """What was read otherwise than it is written, and which lists might settle what is open."""
        record, question = self._question.record, self._question
        found = [Remark(place, text) for place, text in record.remarks]
        if record.lists and len(question.outcomes) > 1:
            missing = question.missing()
            asked = dict.fromkeys(fact.partition("(")[0] for fact in missing)
            closed = self._edition.vocabulary.closed_by.items()
            asked |= dict.fromkeys(of for of, facts in closed if not set(facts).isdisjoint(missing))
            places = [record.lists[family] for family in asked if family in record.lists]
            words = (
                "A list says that what it names is so, and nothing of the rest; one that is complete is "
            )
            found += [Remark(", ".join(places), f"{words}written {{only: [...]}}.")] if places else []
        return tuple(found)

    def assumptions(self) -> tuple[Assumption, ...]:
        """The defaults that can bear on the outcome; of a family with words for all, those that do.

        More than a few of such a family have its words together; many are one assumption, named by it.
        """
        edition, assumed = self._edition, self._question.record.assumed
        family_of, families = edition.family_of, edition.vocabulary.assumed_families
        found: list[Assumption] = []
        together = defaultdict[str, list[Fact]](list)
        spared = self._spared()
        for fact, value in assumed.items():
            family = family_of.get(fact)
            if family is None or fact in spared:
                continue
            if family in families:
                together[family].append(fact)
            else:
                found.append(Assumption(fact, value, edition.vocabulary.words(fact, value)))
        for family, facts in together.items():
            if not self._question.bear(facts):
                continue
            otherwise = (fact for fact in facts if self._question.could_be_otherwise(fact))
            free = list(islice(otherwise, _MANY + 1))  # more need not be known by name
            if len(free) > _MANY:
                found.append(Assumption(family, assumed[free[0]], families[family]))
                continue
            whole = families[family] if len(free) > _FEW else ""
            words = edition.vocabulary.words
            found += [Assumption(f, assumed[f], words(f, assumed[f]), whole) for f in free]
        return tuple(found)
