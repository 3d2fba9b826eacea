"""An interview about one case: the questions that matter, the most decisive first, until it is settled."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

import click

from lupa.answers.desk import Desk
from lupa.answers.exploration import Ask, Asked
from lupa.dialogue.commands import counted
from lupa.dialogue.common import Reply, Suggestion, refusal, standing_line
from lupa.dialogue.standing import altered, begun
from lupa.errors import CaseError, LupaError, shown
from lupa.pages.page import Page, in_words, text, verdict
from lupa.record.case import Case
from lupa.record.edits import value_of
from lupa.rules.names import normal
from lupa.rules.vocabulary import Fact, Vocabulary

_YES, _NO = ("yes", "y"), ("no", "n")
_UNKNOWN = ("don't_know", "dont_know", "do_not_know", "unknown", "skip", "d", "?")
_WORDS = ("don't know", "back", "why", "help", "quit")
_HELP = (
    "Answer yes or no (y, n), the number of a choice or its name, a number where one is asked for, or "
    "don't know (?): the fact stays open and is not asked again. `back` takes the last answer back, `why` "
    "says why it is asked, `quit` ends here."
)


class Number(NamedTuple):
    """A number that settles a question, as a case has it and as a person reads it."""

    name: str
    label: str
    unit: str


class Question(NamedTuple):
    """A question in words: what each answer states, and the facts that it is about.

    `key` tells it from others; `number` settles it, if one does; `choices` are listed with labels.
    """

    key: str
    words: str
    answers: Mapping[str, Mapping[str, Any]]
    about: tuple[Asked, ...]
    number: Number | None
    choices: Mapping[str, str] | None


class _State(NamedTuple):
    """Where an interview is: the case, what there is to ask about it, and what nobody knows.

    While the policy is to be chosen there is nothing else to ask, and no vocabulary. `keys` are what
    can be asked, `question` is what is asked now, None where nothing is left.
    """

    case: Case
    ask: Ask | None
    vocabulary: Vocabulary | None
    keys: frozenset[str]
    unknown: frozenset[str]
    question: Question | None


class Interview:
    """A dialogue that asks for what can change the verdict; see `lupa.dialogue.common.Dialogue`.

    It is over when the verdict is certain or nobody knows what is left. Where several policies
    cover the drug it first asks which. Raises `CaseError` for a case that cannot be read or
    contradicts itself.
    """

    def __init__(
        self,
        kb: Desk,
        case: Case,
        *,
        name: str = "",
        width: int = 80,
        timeout: float | None = None,
    ) -> None:
        self.width = width
        self._kb = kb
        self._name = name
        self._timeout = timeout
        self._left = False
        each = kb.each_policy(case)
        given = begun(case)
        if len(each) > 1:
            policies = [one["request"]["policy"] for one in each]
            self._states = [_State(given, None, None, frozenset(), frozenset(), _which(kb, policies))]
        else:
            self._states = [self._state(given, frozenset())]

    def _state(self, case: Case, unknown: frozenset[str]) -> _State:
        """Where the interview is with this case; raises `CaseError` for one that cannot be."""
        ask = self._kb.ask(case, name=self._name, timeout=self._timeout)
        vocabulary = next(self._kb.questions(case)).edition.vocabulary
        keys = frozenset(_key(asked.fact, vocabulary) for asked in ask.questions)
        return _State(case, ask, vocabulary, keys, unknown, _next(ask, vocabulary, unknown))

    # ---- how it stands -------------------------------------------------------------------------

    @property
    def case(self) -> Case:
        """The case as it stands."""
        return self._states[-1].case

    @property
    def unsaved(self) -> int:
        """How many changes of the case would be lost."""
        return sum(one.case is not other.case for one, other in pairwise(self._states))

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""
        return self._left or self._states[-1].question is None

    @property
    def open(self) -> tuple[str, ...]:
        """The facts that can still change the verdict; none once it is certain."""
        ask = self._states[-1].ask
        return ("request.policy",) if ask is None else tuple(asked.fact for asked in ask.questions)

    @property
    def status(self) -> str:
        """One line: the verdict, how many facts are open, policy and edition."""
        ask = self._states[-1].ask
        if ask is None:
            return "choose a policy"
        return standing_line(ask.decision, len(self._states[-1].keys), "open")

    # ---- what is said --------------------------------------------------------------------------

    def opening(self) -> str:
        """What is said before the first line."""
        if self.over:  # the page at the end says it all
            return ""
        page, ask = Page(self.width), self._states[-1].ask
        lines = [*page.head(ask.decision), ""] if ask else []
        return "\n".join([*lines, *page.wrap(_HELP, 0), *self._asking()])

    def _asking(self) -> list[str]:
        """The question, below how it stands."""
        state = self._states[-1]
        question = state.question
        if question is None:
            return []
        page = Page(self.width)
        lines = [""]
        if state.ask is not None:
            so_far = f"{_open(state)}; {verdict(state.ask.decision)} so far"
            lines += [click.style(line, dim=True) for line in page.wrap(so_far, 0, 2)]
        lines += [click.style(line, bold=True) for line in page.wrap(question.words, 0)]
        if question.number is not None:
            _, label, unit = question.number
            said = f", in {unit}" if unit else ""
            lines += page.wrap(f"yes or no, or {label} itself{said}", 2)
        for number, (value, label) in enumerate((question.choices or {}).items(), start=1):
            words = f"{number}. {value}" + (f": {label}" if normal(label) != value else "")
            lines += page.wrap(words, 2, 5)
        return lines

    def closing(self) -> str:
        """What is said at the end."""
        state = self._states[-1]
        if state.ask is None:
            return "No policy was chosen, and nothing decided."
        lines = []
        if state.question is None and state.ask.questions:
            lines = [*Page(self.width).wrap("What is left is not known, so the verdict stays open.", 0), ""]
        return "\n".join([*lines, text(state.ask.decision, self.width)])

    def suggestions(self, line: str) -> Sequence[Suggestion]:
        """How the line can go on."""
        question = self._states[-1].question
        answers = question.answers if question else ()
        return [Suggestion(word, 0) for word in (*answers, *_WORDS) if word.startswith(line.lower())]

    # ---- answers -------------------------------------------------------------------------------

    def answer(self, line: str) -> Reply:
        """The reply to a line; a refused one leaves everything as it was."""
        plain = re.sub(r"(^|\s)#.*", "", line).strip()
        try:
            return Reply("\n".join(self._answered(normal(plain), plain)) if plain else "")
        except LupaError as error:
            return Reply(refusal(error, Page(self.width)), refused=True)

    def _answered(self, said: str, line: str) -> list[str]:
        state = self._states[-1]
        question = state.question
        if question is None:
            raise CaseError("nothing is asked any more")
        if said in ("quit", "q"):
            self._left = True
            return []
        if said in ("help", "h"):
            return Page(self.width).wrap(_HELP, 0)
        if said in ("why", "w"):
            return self._why(question)
        if said in ("back", "b"):
            if len(self._states) == 1:
                raise CaseError("this is the first question; there is no answer to take back")
            self._states.pop()
            return self._asking()
        if said in _UNKNOWN and state.ask and state.vocabulary:
            unknown = state.unknown | {question.key}
            following = _next(state.ask, state.vocabulary, unknown)
            self._states.append(state._replace(unknown=unknown, question=following))
        else:
            case = altered(self._kb, state.case, _stated(question, state.vocabulary, said, line))
            if state.vocabulary:
                self._check_fills(state.case, case)
            self._states.append(self._state(case, state.unknown))
        return self._asking()

    def _check_fills(self, before: Case, after: Case) -> None:
        """Raises `CaseError` where an answer says of a number something else than the case does."""
        (was, *_), (now, *_) = self._kb.questions(before), self._kb.questions(after)
        vocabulary = was.edition.vocabulary
        for name, given in was.record.intervals.items():
            found = now.record.intervals.get(name)
            if given is not None and (found is None or given.both(found) != found):
                words = next(was.record.given[cut.fact] for cut in vocabulary.cuts[name])
                raise CaseError(
                    f"{vocabulary.label(name)} is {words} on record; an answer fills what is open and "
                    "changes nothing (`lupa explore` can)"
                )

    def _why(self, question: Question) -> list[str]:
        """What the question bears on, the clauses, and the outcomes that each answer leaves."""
        page = Page(self.width)
        if not question.about:
            return page.wrap("Several policies cover the drug, and each has its own verdict.", 2)
        served = list(dict.fromkeys(item for asked in question.about for item in asked.bears_on))
        lines = page.wrap(f"It bears on {', '.join(served)}.", 2, 4) if served else []
        sources = dict.fromkeys(s for asked in question.about for s in asked.source.split("; ") if s)
        for source in sources:
            lines += page.source(source)
        for answer, outcomes in _leads(question):
            lines += page.wrap(f"{answer}: {in_words(outcomes)}", 2, 4)
        return lines


# ---- questions ---------------------------------------------------------------------------------


def _which(kb: Desk, policies: Sequence[str]) -> Question:
    """The question for a policy."""
    labels = {name: kb.about(name).document for name in policies}
    answers = {name: {"policy": name} for name in policies}
    return Question("policy", "Which policy is asked?", answers, (), None, labels)


def _next(ask: Ask, vocabulary: Vocabulary, unknown: Collection[str]) -> Question | None:
    """The first question that is not unknown; None where there is none."""
    for asked in ask.questions:
        key = _key(asked.fact, vocabulary)
        if key not in unknown:
            same = [other for other in ask.questions if _key(other.fact, vocabulary) == key]
            return _put(key, same, vocabulary)
    return None


def _put(key: str, asked: Sequence[Asked], vocabulary: Vocabulary) -> Question:
    """The question about one fact, or about a choice of several."""
    first = asked[0]
    kind = vocabulary.choice_of.get(first.fact)
    if kind is None:
        answers = {"yes": {first.fact: True}, "no": {first.fact: False}}
        return Question(key, first.question, answers, (first,), _number(first.fact, vocabulary), None)
    stated = {value: {fact: True} for value, fact in kind.items()}
    labels = {value: vocabulary.label(value) for value in kind}
    return Question(key, first.question, stated, tuple(asked), None, labels)


def _key(fact: Fact, vocabulary: Vocabulary) -> str:
    """What is asked for once: a fact, or a choice."""
    return vocabulary.group_of.get(fact, fact)


def _number(fact: Fact, vocabulary: Vocabulary) -> Number | None:
    """The number that the fact is a cut point of; None for a fact that is none."""
    name = vocabulary.number_of.get(fact)
    if name is None:
        return None
    return Number(name, vocabulary.label(name), vocabulary.quantities[name].unit)


def _open(state: _State) -> str:
    """How many facts can still change the verdict."""
    unknown = len(state.keys & state.unknown)
    not_known = f", {unknown} of them not known" if unknown else ""
    return f"{counted(len(state.keys), 'fact')} open{not_known}"


# ---- answers -----------------------------------------------------------------------------------


def _stated(question: Question, vocabulary: Vocabulary | None, said: str, line: str) -> Mapping[str, Any]:
    """What an answer states; raises `CaseError` for what is no answer to the question."""
    if question.choices is not None:
        return _chosen(question, vocabulary, said, line)
    if said in (*_YES, *_NO):
        return question.answers["yes" if said in _YES else "no"]
    expected = "yes, no or don't know"
    if question.number is not None:
        value = value_of(line)
        if isinstance(value, int | Decimal | Mapping) and not isinstance(value, bool):
            return {question.number.name: value}
        expected = "yes, no, a number or don't know"
    raise CaseError(f"{expected} is expected, not {shown(line)}; `help` says more")


def _chosen(question: Question, vocabulary: Vocabulary | None, said: str, line: str) -> Mapping[str, Any]:
    values = list(question.answers)
    numbers = {str(number): value for number, value in enumerate(values, start=1)}
    found = numbers.get(said) or (vocabulary.canonical(said, question.answers) if vocabulary else said)
    if found is None or found not in question.answers:
        raise CaseError(
            f"one of {', '.join(values)} is expected, or a number from 1 to {len(values)}, not "
            f"{shown(line)}; `help` says more"
        )
    return question.answers[found]


def _leads(question: Question) -> list[tuple[str, tuple[str, ...]]]:
    """Each answer with the outcomes that it leaves possible, where that is known."""
    if question.choices is None:
        return [(answer.value, answer.possible) for answer in question.about[0].answers if answer.possible]
    asked = {one.fact: one.answers[0].possible for one in question.about}
    facts = {value: next(iter(states)) for value, states in question.answers.items()}
    return [(value, asked[fact]) for value, fact in facts.items() if fact in asked]
