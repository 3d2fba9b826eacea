"""An interview about one case: the questions that matter, the most decisive first, until it is settled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import click

from lupa.answers.desk import Desk
from lupa.answers.exploration import Ask
from lupa.dialogue.common import Reply, Suggestion, refusal, standing_line
from lupa.dialogue.numbers import with_days
from lupa.dialogue.replies import Question, following, is_list, stated, takes_any
from lupa.dialogue.replies import Reply as Stated
from lupa.dialogue.standing import altered, begun, with_names
from lupa.errors import CaseError, LupaError, SpaceLimitError, TimeLimitError, counted, printable
from lupa.pages.exploring import members
from lupa.pages.page import Page, text
from lupa.pages.sentences import UNTOLD, in_words, verdict
from lupa.record.case import Case
from lupa.rules.edition import Edition
from lupa.rules.names import normal
from lupa.rules.vocabulary import Fact

_WORDS = ("don't know", "back", "why", "help", "quit")
_HELP = (
    "Answer yes or no (y, n), the number of a choice or its name, a number where one is asked for, the "
    "names of all that is so, or don't know (?): what is open stays so and is not asked again. `back` "
    "takes the last answer back, `why` says why it is asked, `quit` ends here."
)


class _State(NamedTuple):
    """Where an interview is: the case, what there is to ask about it, and what nobody knows.

    While the policy is to be chosen there is nothing else to ask, and no edition. `unknown` are the
    facts that nobody knows, `question` is what is asked now, None where nothing is left.
    """

    case: Case
    ask: Ask | None
    edition: Edition | None
    unknown: frozenset[Fact]
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
            self._states = [_State(given, None, None, frozenset(), _which(kb, policies))]
        else:
            self._states = [self._state(given, frozenset())]

    def _state(self, case: Case, unknown: frozenset[Fact]) -> _State:
        """Where the interview is with this case; raises `CaseError` for one that cannot be."""
        ask = self._kb.ask(case, name=self._name, timeout=self._timeout)
        edition = next(self._kb.questions(case)).edition
        begin = self._planned(case) if ask.questions else ()
        return _State(case, ask, edition, unknown, following(ask, edition.vocabulary, unknown, begin))

    def _planned(self, case: Case) -> Sequence[Fact]:
        """What the smallest plan begins with, so that as few questions as can be are asked."""
        try:
            return self._kb.plan(case, name=self._name, timeout=self._timeout).steps[0].facts
        except (SpaceLimitError, TimeLimitError):  # the most decisive question will do
            return ()

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
        """The questions that can still change the verdict; none once it is certain."""
        ask = self._states[-1].ask
        return ("request.policy",) if ask is None else tuple(asked.id for asked in ask.questions)

    @property
    def status(self) -> str:
        """One line: the verdict, how many questions are open, policy and edition."""
        ask = self._states[-1].ask
        if ask is None:
            return "choose a policy"
        return standing_line(ask.decision, len(ask.questions), "open")

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
            so_far = f"{_open(state, state.ask)}; {verdict(state.ask.decision)} so far"
            lines += [click.style(line, dim=True) for line in page.wrap(so_far, 0, 2)]
        lines += [click.style(line, bold=True) for line in page.wrap(question.words, 0)]
        lines += page.wrap(question.asked.help, 2) if question.asked else []
        lines += page.wrap(question.hint, 2) if question.hint else []
        if question.listed is not None:
            lines += members(page, question.listed, 2, every=True)
        for number, (value, label) in enumerate((question.choices or {}).items(), start=1):
            words = f"{number}. {value}" + (f": {label}" if normal(label) != normal(value) else "")
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
        start = len(line) - len(line.rpartition(",")[2].lstrip())
        begun = line[start:].lower()
        names = question.names if question else ()
        words = _WORDS if start == 0 else ()
        return [Suggestion(word, start) for word in (*names, *words) if word.startswith(begun)]

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
        vocabulary = state.edition.vocabulary if state.edition else None
        line = with_days(question.numbers, line, vocabulary, state.case)
        found = stated(question, state.edition, said, line)
        unknown = state.unknown | found.unknown
        if found.states or found.others or found.beside or state.ask is None or state.edition is None:
            case = altered(self._kb, state.case, found.states)
            if found.beside and question.asked is not None:
                case = with_names(case, question.asked.id, found.beside)
            case = altered(self._kb, case, dict.fromkeys(self._not_so(found, case), False))
            if state.edition:
                self._check_fills(state.case, case)
            self._states.append(self._state(case, unknown))
        else:
            following_it = following(state.ask, state.edition.vocabulary, unknown)
            self._states.append(state._replace(unknown=unknown, question=following_it))
        return [*self._read(state), *self._asking()]

    def _read(self, before: _State) -> list[str]:
        """How names were read that are not among those asked for, or have something behind them."""
        ask = self._states[-1].ask
        if before.ask is None or ask is None:
            return []
        was, now = before.ask.decision, ask.decision
        page, told = Page(self.width), {*was.remarks, *was.aside, *was.unread}
        said = [remark.text for remark in now.remarks if remark not in told and remark.place.count(".") > 1]
        aside = [printable(one.name) for one in now.aside if one not in told]
        unread = [fact for fact in now.unread if fact not in told]
        said += [f"Not known here, and set aside: {', '.join(aside)}."] if aside else []
        said += [f"Kept, though this policy does not ask about it: {', '.join(unread)}."] if unread else []
        return [line for words in said for line in page.wrap(words, 2, 4)]

    def _not_so(self, reply: Stated, case: Case) -> list[Fact]:
        """What was not named where all that is so was, and does not follow from what was.

        As long as a name among them is not known, it may be of a class that is asked for.
        """
        if not reply.others:
            return []
        question = next(self._kb.questions(case))
        record, v = question.record, question.edition.vocabulary
        with question:
            implied = question.edition.follows(
                [fact for fact, value in record.stated.items() if value], list(reply.others)
            )
        open_ = {fact for one in record.aside for fact in v.closed_by.get(one.family, ())}
        left_out = {*implied, *open_, *record.stated, *record.doubtful}
        return [fact for fact in reply.others if fact not in left_out]

    def parted(self, text: str) -> Sequence[str]:
        """The answers in a text that was typed or pasted: a line each, or a list that is one."""
        state = self._states[-1]
        vocabulary = state.edition.vocabulary if state.edition else None
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        question = state.question
        if question is None or not lines:
            return lines
        whole = takes_any(question, vocabulary) or is_list(question, vocabulary, lines)
        return [text.strip()] if whole else lines

    def _check_fills(self, before: Case, after: Case) -> None:
        """Raises `CaseError` where an answer says of a number something else than the case does."""
        (was, *_), (now, *_) = self._kb.questions(before), self._kb.questions(after)
        vocabulary = was.edition.vocabulary
        for name, given in was.record.intervals.items():
            found = now.record.intervals.get(name)
            if given is not None and (found is None or given.both(found) != found):
                words = next(
                    (was.record.given[cut.fact] for cut in vocabulary.cuts.get(name, ())), "another number"
                )
                raise CaseError(
                    f"{vocabulary.label(name)} is {words} on record; an answer fills what is open and "
                    "changes nothing (`lupa explore` can)"
                )

    def _why(self, question: Question) -> list[str]:
        """What the question bears on, the clauses, and the outcomes that each answer leaves."""
        page = Page(self.width)
        asked = question.asked
        if asked is None:
            return page.wrap("Several policies cover the drug, and each has its own verdict.", 2)
        lines = page.wrap(f"It bears on {', '.join(asked.bears_on)}.", 2, 4) if asked.bears_on else []
        for source in filter(None, asked.source.split("; ")):
            lines += page.source(source)
        for answer in asked.answers:
            lines += page.wrap(f"{answer.text}: {in_words(answer.possible)}", 2, 4)
        return lines if asked.answers else [*lines, *page.wrap(UNTOLD, 2)]


def _which(kb: Desk, policies: Sequence[str]) -> Question:
    """The question for a policy."""
    labels = {name: kb.about(name).document for name in policies}
    return Question("Which policy is asked?", {name: {"policy": name} for name in policies}, choices=labels)


def _open(state: _State, ask: Ask) -> str:
    """How many questions can still change the verdict."""
    unknown = sum(state.unknown.issuperset(asked.facts) for asked in ask.questions)
    not_known = f", {unknown} of them not known" if unknown else ""
    return f"{counted(len(ask.questions), 'question')} open{not_known}"
