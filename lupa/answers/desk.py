"""The desk: a case is put to the policies that it is about, and what each says of it is answered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lupa.answers.decide import decision, outcome_reasons
from lupa.answers.decision import Decision, EditionBy, Fingerprint, Why
from lupa.answers.question import OFTEN, Question, by_functions
from lupa.errors import CaseError, Problem, RuleError, on_one_line, printable
from lupa.record.behind import apart
from lupa.record.case import Case, case_fingerprint, check_shape
from lupa.record.others import left_wrong, unknown_names
from lupa.record.record import record_of
from lupa.record.routing import routed
from lupa.record.said import Remark, Slip
from lupa.rules.days import day
from lupa.rules.deadline import ENDLESS, Deadline
from lupa.rules.edition import Edition
from lupa.rules.files import RuleFiles
from lupa.rules.ground import grounding_within
from lupa.rules.names import normal
from lupa.rules.store import Store
from lupa.version import __version__

if TYPE_CHECKING:
    from lupa.answers.derivation import Derivations, Node
    from lupa.answers.exploration import Ask, Flips, Plan, WhatIf
    from lupa.answers.many import Undecided
    from lupa.answers.meaning import Meaning
    from lupa.compiled.compiled import Compiled

T = TypeVar("T")


class Desk(Store):
    """The policies of one knowledge base, ready to be asked about cases; safe to share between threads."""

    def __init__(self, files: RuleFiles) -> None:
        self._marked: dict[tuple[str, str], tuple[Edition, Derivations]] = {}
        super().__init__(files)

    def after_fork(self) -> None:
        """As for every store; what tells derivations goes with the editions."""
        super().after_fork()
        self._marked = {key: made for key, made in self._marked.items() if made[0].is_free()}

    # ---- cases ---------------------------------------------------------------------------------

    def case(self, source: str | PathLike[str]) -> dict[str, Any]:
        """The case in a file, or the shipped case of that name, ready to be decided.

        A file goes before a shipped case. Raises `CaseError` for a file that cannot be read, or that
        holds no case or several, and for a name that neither a file nor a shipped case has.
        """
        from lupa.record.reading import read_cases

        path = Path(source)
        if not path.exists():
            if isinstance(source, str) and path.name == source and not path.suffix:
                path = self.example(source)
            else:
                raise CaseError(
                    f"{printable(str(path))}: no such file; a shipped case is named without .yaml"
                )
        try:
            with path.open("rb") as stream:
                found = [case for _, case in islice(read_cases(stream, str(path)), 2)]
        except OSError as error:
            raise CaseError(f"{printable(str(path))}: cannot be read: {error.strerror}") from error
        if len(found) > 1:
            raise CaseError(f"{printable(str(path))}: holds several cases; give one")
        if isinstance(found[0], CaseError):
            raise found[0]
        check_shape(found[0])
        return dict(found[0])

    # ---- what they say of a case ---------------------------------------------------------------

    def decide(self, case: Case, *, name: str = "", timeout: float | None = None) -> Decision:
        """The decision on a case under the one policy that its request is about.

        Raises `CaseError` for a case that cannot be read or contradicts itself, or whose drug several
        policies cover (`decide_all` answers for each); `TimeLimitError` after `timeout` seconds.
        """
        found = self.decide_all(case, name=name, timeout=timeout)
        return _only(found, [decision.policy for decision in found], "decide_all")

    def decide_all(
        self, case: Case, *, name: str = "", timeout: Deadline | float | None = None
    ) -> tuple[Decision, ...]:
        """The decision on a case under each policy that its request is about."""
        return tuple(
            self._decided(question, case, name) for question in self.questions(case, timeout=timeout)
        )

    def decide_many(
        self, cases: Iterable[Case], *, jobs: int = 1, timeout: float | None = None
    ) -> Iterator[Decision | Undecided]:
        """The decision on each case as `decide` gives it, in the order of the cases, as they are needed.

        One that `decide` raises an error for has a `Undecided` in its place. With several `jobs` so many
        processes share the work. They are forked where that is safe, as it is on Linux while no other
        thread runs; elsewhere each loads the knowledge base, and a script that asks for them is one that
        `multiprocessing` can import (`if __name__ == "__main__":`). `timeout` is that of each case.
        Raises `CaseError` for a number of jobs, or a time, that is none.
        """
        from lupa.answers.many import decide_many

        if jobs < 1:
            raise CaseError(f"at least one job is needed, not {jobs}")
        _limit(timeout)
        return decide_many(self, cases, jobs, timeout)

    def expect_many(self) -> None:
        """Has each edition that was asked answer by functions: many cases like those asked are to come."""
        with self._lock:
            editions = [copy for copies in self._editions.values() for copy in copies]
        for edition in editions:
            with edition.lock:
                if 0 < edition.asked < OFTEN:
                    by_functions(edition)

    def why(
        self,
        case: Case,
        *,
        name: str = "",
        every: bool = False,
        tree: bool = False,
        timeout: float | None = None,
    ) -> Why:
        """The decision with its reasons; as `decide`, for one policy. See `why_all`."""
        found = self.why_all(case, name=name, every=every, tree=tree, timeout=timeout)
        return _only(found, [why.decision.policy for why in found], "why_all")

    def why_all(
        self,
        case: Case,
        *,
        name: str = "",
        every: bool = False,
        tree: bool = False,
        timeout: float | None = None,
    ) -> tuple[Why, ...]:
        """The decision under each policy with why it is so.

        `every` asks for all minimal reasons of a settled outcome rather than one, `tree` for the
        derivation: each rule that fired or failed, and on what fact. Raises as `decide`.
        """
        return tuple(
            self._why(question, case, name, every, tree)
            for question in self.questions(case, timeout=timeout)
        )

    # ---- exploring a case ----------------------------------------------------------------------

    def whatif(
        self,
        case: Case,
        changes: Mapping[str, Any] | None = None,
        *,
        unset: Iterable[str] = (),
        all_readings: bool = False,
        name: str = "",
        timeout: float | None = None,
    ) -> WhatIf:
        """The case before and after `changes`, which are statements by name with their values.

        A name is a path (`taking.prednisone`, `age`, `request.months`) or a fact of the vocabulary
        (`taking(prednisone)`); `unset` names what the case is to be silent on. With `all_readings`
        every reading is left open and told apart. Raises as `decide`, for the changes too.
        """
        from lupa.answers.whatif import changed_request, what_if
        from lupa.record.edits import edited

        limit = _limit(timeout)
        question = self._question(case, "whatif", limit)
        case = apart(self, case).case
        unset = [unset] if isinstance(unset, str) else unset
        request, statements = changed_request(case, changes or {})
        readings = [f"reading.{name}" for name in question.edition.readings] if all_readings else []
        sets = [*((name, None) for name in readings if name not in statements), *statements.items()]
        routed = {**case, "request": request}
        edition = question.edition
        if request != case["request"]:
            edition = self._question(routed, "whatif", limit).edition
        after = edited(routed, sets, unset, edition)
        before = self._decided(question, case, name)
        asked = self._question(after, "whatif", limit)
        return what_if(
            before, self._decided(asked, after, name), question, asked, all_readings=all_readings
        )

    def flip(
        self,
        case: Case,
        to: str = "approve",
        *,
        most: int = 5,
        fixed: Iterable[str] = (),
        costs: Mapping[str, int] | None = None,
        name: str = "",
        timeout: float | None = None,
    ) -> Flips:
        """The cheapest sets of statements after which the outcome `to` is certain.

        All that cost the least are given, and further ones until there are `most`. Facts that are
        `fixed`, named as for `whatif`, are left as they are, and `costs` (whole numbers from 1) stand
        in the place of the knowledge base's own. Raises as `decide`, and `CaseError` for an outcome
        that the policy never comes to.
        """
        from lupa.answers.flip import flips, reach

        limit = _limit(timeout)
        question = self._question(case, "flip", limit, otherwise=True)
        to = normal(to)
        question.edition.wanted(to)  # what cannot be wanted is said before anything else
        within = reach(question.edition, fixed, costs or {})
        if most < 1:
            raise CaseError(f"at least one set of statements is asked for, not {most}")
        # what is read besides, to file it otherwise, is no part of what is decided
        plain = self._question(case, "flip", limit) if question.edition.also else None
        decided = plain and self._decided(plain, case, name)
        with question:
            decided = decided or self._decision(question, case, name)
            case = apart(self, case).case
            again = partial(self._question, verb="flip", timeout=limit, otherwise=True)
            return flips(question, decided, to, case, most, *within, again)

    def ask(self, case: Case, *, name: str = "", timeout: float | None = None) -> Ask:
        """What to find out next, ranked, with the outcomes that each answer leaves. Raises as `decide`."""
        from lupa.answers.ask import ask

        question = self._question(case, "ask", timeout)
        with question:
            return ask(question, self._decision(question, case, name))

    def plan(self, case: Case, *, name: str = "", timeout: float | None = None) -> Plan:
        """The smallest decision tree of questions to a certain verdict. Raises as `decide`."""
        from lupa.answers.plan import plan

        question = self._question(case, "plan", timeout)
        with question:
            return plan(question, self._decision(question, case, name))

    def compile(
        self,
        policy: str,
        readings: Mapping[str, str] | None = None,
        *,
        all_readings: bool = False,
        timeout: Deadline | float | None = None,
    ) -> Compiled:
        """An edition of a policy (`policy@edition`, or the newest) compiled, to decide many records.

        Its text is read as it usually is, but for the `readings` that are named with their choices; with
        `all_readings` each record says how. Raises `CaseError` for an unknown policy, edition or reading,
        `RuleError` for rules that give a world no outcome or two, `SpaceLimitError` where it would grow
        too large, `TimeLimitError` after `timeout` seconds.
        """
        from lupa.compiled.compiler import compiled
        from lupa.compiled.verdicts import Rules

        name, at, edition = policy.partition("@")
        limit = _limit(timeout)
        with grounding_within(limit):
            found = self.edition(name, edition if at else None, limit=limit)
        made = compiled(found, readings, all_readings=all_readings, limit=limit)

        def others(names: Collection[str]) -> Iterable[Edition]:
            return self.knowing(names, [found], ENDLESS)

        def reason(case: Case) -> Sequence[str]:
            first = self.why(case).reasons[:1]
            return [str(cause.fact) if cause.value else f"not {cause.fact}" for r in first for cause in r]

        def wrong(case: Case) -> str:
            try:
                check_shape(case)
                problems = self._read(case, ENDLESS)[1]
            except CaseError as error:
                problems = list(error.problems)
            left = [each for each in problems if not isinstance(each, Slip)]  # a slip, a row may settle
            return on_one_line(CaseError(left)) if left else ""

        return replace(made, rules=Rules(self, found, others, wrong, self.decide, reason, self.pathways))

    def meaning(
        self,
        policy: str,
        readings: Mapping[str, str] | None = None,
        *,
        tick: Callable[[int, int], None] | None = None,
        timeout: float | None = None,
    ) -> Meaning:
        """What an edition of a policy (`policy@edition`, or the newest) says, in words; see `Meaning`.

        Its text is read as for `compile`, which says what it raises. `tick` is told how many conditions
        are found, of how many.
        """
        from lupa.answers.meaning import meaning

        limit = _limit(timeout)
        name, at, edition = policy.partition("@")
        with grounding_within(limit):
            found = self.edition(name, edition if at else None, limit=limit)
        return meaning(found, self.compile(policy, readings, timeout=limit), limit, tick)

    def pathways(self, case: Case) -> Sequence[str]:
        """The pathways ("indication,phase") that the request of a case may be on; raises as `decide`."""
        with self._question(case, "pathways", None) as question:
            ways = question.edition.pathways.items()
            return [",".join(way) for way, literal in ways if question.possible(literal)]

    def knowing(
        self, names: Collection[str], asked: Sequence[Edition], limit: Deadline
    ) -> Iterator[Edition]:
        """The newest editions of other policies whose own files may declare one of these names."""
        for policy in self.mentioning(names):
            if policy not in {edition.policy for edition in asked}:
                with suppress(RuleError), grounding_within(limit):  # what is wrong with it, asking it tells
                    yield self.edition(policy, limit=limit)

    def unanswered(self, case: Case) -> list[str]:
        """Which policies cover what is asked for, and give no answer beside others that do; and why."""
        return [told.message for told in routed(self, apart(self, case).case["request"]).unanswered]

    def each_policy(self, case: Case) -> list[Case]:
        """The case once for each policy that its request is about; of several, each names its own."""
        editions = [question.edition for question in self.questions(case)]
        if len(editions) == 1:
            return [case]
        return [{**case, "request": {**case["request"], "policy": e.policy}} for e in editions]

    def _question(
        self, case: Case, verb: str, timeout: Deadline | float | None, *, otherwise: bool = False
    ) -> Question:
        """The case as a question to the one edition that it is about."""
        found = tuple(self.questions(case, timeout=timeout, otherwise=otherwise))
        return _only(found, [question.edition.policy for question in found], f"{verb} for each")

    def _decided(self, question: Question, case: Case, name: str) -> Decision:
        with question:
            return self._decision(question, case, name)

    def _decision(self, question: Question, case: Case, name: str) -> Decision:
        """The decision on a question that is held."""
        return decision(question, *self._marks(case, name, question.edition))

    def _why(self, question: Question, case: Case, name: str, every: bool, tree: bool) -> Why:
        with question:
            decided = self._decision(question, case, name)
            reasons = outcome_reasons(question, every=every)
        derivation = self._derivation(question) if tree else ()
        return Why(decided, reasons, derivation)

    def _derivation(self, asked: Question) -> tuple[Node, ...]:
        from lupa.answers.derivation import Derivations, derive, marked

        key = (asked.edition.policy, asked.edition.name)
        with asked.limit.holding(self._lock):
            made = None if asked.edition.also else self._marked.get(key)
            if made is None:
                with grounding_within(asked.limit):
                    edition = self.grounded(*key, also=asked.edition.also, rules=marked)
                made = edition, Derivations(edition.program)
            if not asked.edition.also:
                self._marked[key] = made
        edition, derivations = made
        with Question(edition, asked.record, asked.limit) as question:
            return derive(question, derivations)

    def _marks(
        self, case: Case, name: str, edition: Edition
    ) -> tuple[str, EditionBy, Fingerprint, tuple[str, ...]]:
        """What a decision says of its case beside the verdict."""
        made_from = Fingerprint(edition.fingerprint, case_fingerprint(case), __version__)
        said, named = case["request"].get("service_date"), "@" in str(case["request"].get("policy"))
        on = None if said is None else day(said, "request.service_date")
        by: EditionBy = "name" if named else "newest" if on is None else "service_date"
        caveats = self.about(edition.policy).caveats(edition.name, on, named=named)
        return str(case.get("case") or name), by, made_from, caveats

    def questions(
        self, case: Case, *, timeout: Deadline | float | None = None, otherwise: bool = False
    ) -> Iterator[Question]:
        """The case as a question to each edition that its request is about; also filed `otherwise`.

        All answers together end `timeout` seconds from the first, which is when what is wrong with the
        case is told: `CaseError`, naming every problem found. A name that may be a slip of the pen is one
        unless the outcome is settled whatever it means.
        """
        limit = _limit(timeout)
        check_shape(case)
        asked, wrong = self._read(case, limit, otherwise=otherwise)
        if wrong and all(isinstance(problem, Slip) for problem in wrong):
            asked, beside = self._read(case, limit, lenient=True, otherwise=otherwise)
            if beside:  # what is said of such a name is wrong too
                raise CaseError([*wrong, *beside])
            for question in asked:
                with question:
                    if len(question.outcomes) > 1:
                        raise CaseError(wrong)
        elif wrong:
            raise CaseError(wrong)
        yield from asked

    def _read(
        self, case: Case, limit: Deadline, *, lenient: bool = False, otherwise: bool = False
    ) -> tuple[list[Question], list[Problem]]:
        """The case as a question to each edition that it is about, and all that is wrong with it."""
        case, remarks, problems = apart(self, case)
        with grounding_within(limit):
            routes = routed(self, case["request"], limit)
            editions = routes.editions
            read = [record_of(case, edition, limit, lenient=lenient) for edition in editions]
            for place, (record, _) in enumerate(read):
                # facts that no rule reads are ground where a law may say that they cannot all be, or that
                # of others one is so; and where they support another request, if that is asked about
                known = editions[place].known
                bound = known.bound(record.unread_names) | known.meaning_several(record.unread_facts)
                bound |= known.supporting(record.unread) if otherwise else set()
                if bound:
                    editions[place] = self.widened(editions[place], bound, limit)
                    read[place] = record_of(case, editions[place], limit, lenient=lenient)
        remarks += tuple(Remark(told.path, f"{told.message}.") for told in routes.unanswered)
        for record, _ in read:
            record.remarks[:0] = remarks
        names = unknown_names(read)
        others = self.knowing(names, editions, limit) if names else ()
        wrong = [*problems, *left_wrong(read, [record_of(case, edition, limit) for edition in others])]
        asked = [
            Question(edition, record, limit) for edition, (record, _) in zip(editions, read, strict=True)
        ]
        return asked, wrong


def _limit(timeout: Deadline | float | None) -> Deadline:
    """The end of the time for a call that begins now; raises `CaseError` for what is no time."""
    if isinstance(timeout, Deadline):
        return timeout
    if timeout is not None and not timeout > 0:
        raise CaseError(f"a time limit is a number of seconds above 0, not {timeout}")
    return Deadline(timeout)


def _only(found: tuple[T, ...], policies: list[str], for_each: str) -> T:
    """The one answer; raises `CaseError` where several policies gave one each."""
    if len(found) > 1:
        raise CaseError(
            f"several policies cover the drug: {', '.join(policies)}; name one as request.policy, "
            f"or call {for_each}"
        )
    return found[0]
