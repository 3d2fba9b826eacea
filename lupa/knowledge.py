"""The knowledge base: which policies there are, and what they say of a case."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import clingo

from lupa.about import About, abouts, in_force
from lupa.case import Case, case_fingerprint, check_shape
from lupa.decide import decision, outcome_reasons
from lupa.decision import Decision, EditionBy, Fingerprint, Why
from lupa.edition import Edition
from lupa.errors import CaseError, Problem, RuleError, shown
from lupa.ground import EndlessError, Ground, Load, Parts, ground, plainly, quoted
from lupa.question import Question
from lupa.record import Unknown, day
from lupa.rules import RuleFiles, fingerprint, shipped, source
from lupa.strays import check
from lupa.version import __version__
from lupa.vocabulary import nearest, normal

if TYPE_CHECKING:
    from lupa.authors.diff.results import Diff
    from lupa.authors.reports.finding import Report
    from lupa.authors.trials.run import Trials
    from lupa.derivation import Derivations, Node
    from lupa.exploration import Ask, Flips, Plan, WhatIf

T = TypeVar("T")
Rules = Callable[[Sequence[Path], Path], Load]
"""What loads the files of a policy from the folder of its knowledge base, such as with marks."""


class KnowledgeBase:
    """Policies as rules, ready to be asked; safe to share between threads.

    A policy is grounded when a case first needs it, once for each edition, and kept.
    """

    def __init__(self, files: RuleFiles) -> None:
        self.files = files
        self._lock = threading.Lock()
        self._abouts: dict[str, About] = {}
        self._editions: dict[tuple[str, str], Edition] = {}
        self._marked: dict[tuple[str, str], tuple[Edition, Derivations]] = {}

    @classmethod
    def load(cls, folder: str | PathLike[str] | None = None) -> KnowledgeBase:
        """The knowledge base in a folder, by default the one that ships with lupa.

        Raises `RuleError` where the folder holds none.
        """
        return cls(RuleFiles(Path(folder) if folder is not None else shipped("kb")))

    # ---- which policies there are --------------------------------------------------------------

    @property
    def policies(self) -> tuple[str, ...]:
        """The ids of all policies."""
        return self.files.policies

    def about(self, policy: str) -> About:
        """What a policy is; raises `CaseError` for one that is not on file."""
        if policy not in self._abouts:
            self._on_file(policy)
            path = self.files.about(policy)
            source(path)
            self._abouts |= abouts(_ground([path]), {policy: path})
        return self._abouts[policy]

    def _on_file(self, policy: str) -> None:
        """Raises `CaseError` for a policy that is not on file."""
        if policy not in self.policies:
            raise CaseError(f"no policy is called {shown(policy)}; {self._policy_hint(policy)}")

    def _policy_hint(self, policy: str) -> str:
        near = nearest(policy, {normal(name): name for name in self.policies})
        return f"did you mean {near}?" if near else "`lupa policies` lists those on file"

    @cached_property
    def _drugs(self) -> dict[str, str]:
        """Every name of every drug, in normal form, with the drug; and what every policy is."""
        paths = {policy: self.files.about(policy) for policy in self.policies}
        drugs = self.files.root / "drugs.lp"
        for path in (drugs, *paths.values()):
            source(path)
        program = _ground([drugs, *paths.values()])
        self._abouts = abouts(program, paths)
        names = {normal(str(drug)): str(drug) for (drug,) in program.facts("drug", 1)}
        for about in self._abouts.values():
            for drug in about.drugs:
                if drug not in names.values():
                    raise RuleError(f"{paths[about.policy]}: covers {drug}, which is no drug({drug})")
        aliases = program.facts("alias", 2)
        return names | {normal(quoted(alias, "alias/2")): str(drug) for drug, alias in aliases}

    def policies_on(self, drug: str) -> tuple[str, ...]:
        """The policies that cover a drug, given by ingredient, brand or synonym.

        Raises `CaseError` for a drug that is not known, or that no policy covers.
        """
        found = self._drugs.get(normal(drug))
        if found is None:
            near = nearest(drug, self._drugs)
            hint = f"did you mean {near}?" if near else "`lupa policies` lists the drugs covered"
            raise CaseError([Problem("request.drug", f"{shown(drug)} is not known; {hint}")])
        if found not in self.covering:
            raise CaseError(
                [Problem("request.drug", f"no policy on file covers {found}; see `lupa policies`")]
            )
        return self.covering[found]

    @cached_property
    def covering(self) -> dict[str, tuple[str, ...]]:
        """The policies that cover each drug."""
        covering: dict[str, list[str]] = {}
        for policy in self.policies:
            for drug in self.about(policy).drugs:
                covering.setdefault(drug, []).append(policy)
        return {drug: tuple(policies) for drug, policies in covering.items()}

    def edition(self, policy: str, name: str | None = None, *, on: date | None = None) -> Edition:
        """An edition of a policy: the one named, the one in force on a day, or the newest.

        Raises `CaseError` for an unknown policy or edition and for a day before the first edition.
        """
        name = in_force(self.about(policy), on) if name is None else self.edition_named(policy, name)
        with self._lock:
            if (policy, name) not in self._editions:
                self._editions[policy, name] = self.grounded(policy, name)
            return self._editions[policy, name]

    def edition_named(self, policy: str, name: str) -> str:
        """The name of an edition; raises `CaseError` for an unknown policy or edition."""
        editions = self.about(policy).editions
        if name not in dict(editions):
            known = ", ".join(edition for edition, _ in editions)
            raise CaseError(f"{policy} has no edition {shown(name)}; its editions are {known}")
        return name

    def grounded(
        self, policy: str, name: str, *, rules: Rules | None = None, queries: Sequence[Path] = ()
    ) -> Edition:
        """An edition grounded anew, together with queries; with `rules`, these load its files."""
        paths, root = self.files.of(policy), self.files.root
        texts = {path.relative_to(root).as_posix(): source(path) for path in paths}
        asked = [shipped("queries") / "worlds.lp", *queries]
        parts = [("base", ()), ("edition", [clingo.String(name)])]
        program = _ground(
            [*paths, *asked], rules(paths, root) if rules else plainly(paths), plainly(asked), parts=parts
        )
        if rules is None:
            check(program, paths)
        try:
            return Edition(program, policy, name, fingerprint(texts))
        except RuntimeError as error:  # what clingo says of a name or a number that is no text
            expected = "document/2, text/4, outcome_text/3 and clause/5 need words in quotes"
            raise RuleError(f"policy {policy}: {expected}") from error

    # ---- cases that ship with the policies -----------------------------------------------------

    def examples(self) -> dict[str, Path]:
        """The cases that ship with each policy, by name."""
        return {path.stem: path for policy in self.policies for path in self.files.cases(policy)}

    def example(self, name: str) -> Path:
        """The file of a shipped case; raises `CaseError` for a name that none has."""
        found = self.examples()
        if name not in found:
            near = nearest(name, {normal(known): known for known in found})
            hint = f"did you mean {near}?" if near else "`lupa examples` lists them"
            raise CaseError(f"no shipped case is called {shown(name)}; {hint}")
        return found[name]

    # ---- what they say of a case ---------------------------------------------------------------

    def decide(self, case: Case, *, name: str = "", timeout: float | None = None) -> Decision:
        """The decision on a case under the one policy that its request is about.

        Raises `CaseError` for a case that cannot be read or contradicts itself, or whose drug several
        policies cover (`decide_all` answers for each); `TimeLimitError` after `timeout` seconds.
        """
        found = self.decide_all(case, name=name, timeout=timeout)
        return _only(found, [decision.policy for decision in found], "decide_all")

    def decide_all(
        self, case: Case, *, name: str = "", timeout: float | None = None
    ) -> tuple[Decision, ...]:
        """The decision on a case under each policy that its request is about."""
        decisions = []
        for question in self.questions(case, timeout=timeout):
            with question:
                decisions.append(decision(question, *self._marks(case, name, question.edition)))
        return tuple(decisions)

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
        from lupa.edits import edited
        from lupa.whatif import changed_request, what_if

        question = self._question(case, "whatif", timeout)
        unset = [unset] if isinstance(unset, str) else unset
        request, statements = changed_request(case, changes or {})
        readings = [f"reading.{name}" for name in question.edition.readings] if all_readings else []
        sets = [*((name, None) for name in readings if name not in statements), *statements.items()]
        routed = {**case, "request": request}
        edition = question.edition
        if request != case["request"]:
            edition = self._question(routed, "whatif", timeout).edition
        after = edited(routed, sets, unset, edition)
        before = self._decided(question, case, name)
        asked = self._question(after, "whatif", timeout)
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
        from lupa.flip import flips, reach

        question = self._question(case, "flip", timeout)
        to = normal(to)
        question.edition.wanted(to)  # what cannot be wanted is said before anything else
        within = reach(question.edition.vocabulary, fixed, costs or {})
        if most < 1:
            raise CaseError(f"at least one set of statements is asked for, not {most}")
        with question:
            decided = decision(question, *self._marks(case, name, question.edition))
            return flips(question, decided, to, case, most, *within)

    def ask(self, case: Case, *, name: str = "", timeout: float | None = None) -> Ask:
        """What to find out next, ranked, with the outcomes that each answer leaves. Raises as `decide`."""
        from lupa.ask import ask

        question = self._question(case, "ask", timeout)
        with question:
            return ask(question, decision(question, *self._marks(case, name, question.edition)))

    def plan(self, case: Case, *, name: str = "", timeout: float | None = None) -> Plan:
        """The smallest decision tree of questions to a certain verdict. Raises as `decide`."""
        from lupa.plan import plan

        question = self._question(case, "plan", timeout)
        with question:
            return plan(question, decision(question, *self._marks(case, name, question.edition)))

    # ---- for those who write policies ----------------------------------------------------------

    def verify(
        self,
        policies: Sequence[str] = (),
        *,
        all_readings: bool = False,
        examples: bool = False,
        tick: Callable[[int, int], None] = lambda *_: None,
    ) -> Report:
        """Each law proven of these policies, or a patient who breaks it; of all, without any.

        A policy may be named with one edition (`policy@edition`). With `all_readings` ambiguous texts
        are read in every way, not only as they usually are; with `examples` patients also show that
        laws are kept. `tick` is told how many editions are done, of how many. Raises `CaseError` for an
        unknown policy or edition, `RuleError` for rules that cannot be used.
        """
        from lupa.authors.laws.verify import verify

        return verify(self, policies, all_readings=all_readings, examples=examples, tick=tick)

    def lint(
        self,
        policies: Sequence[str] | None = None,
        *,
        tick: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Report:
        """What the linter finds in all rule files, or in the folders of these policies.

        The files of a broken knowledge base are looked at as far as they can be read. `tick` is told how
        many policies are done, of how many. Raises `CaseError` for a policy that is not on file.
        """
        from lupa.authors.lint.run import lint

        chosen = [policies] if isinstance(policies, str) else policies
        for policy in chosen or ():
            self._on_file(policy)
        return lint(self.files, chosen or None, tick)

    def test(
        self,
        policies: Sequence[str] = (),
        *,
        cases: Iterable[str | PathLike[str]] = (),
        coverage: bool = False,
        mutate: bool = False,
        jobs: int = 1,
        tick: Callable[[int, int], None] | None = None,
    ) -> Trials:
        """The cases that ship with these policies, or with all, and whether they come to what they expect.

        `cases` are further files or folders of cases. With `coverage` it is told what of the rules they
        show, with `mutate` which small changes of the rules they notice; `jobs` processes share that
        work, and `tick` is told how many changes are done, of how many. Raises `CaseError` for an
        unknown policy; what else is wrong is told in the answer.
        """
        from lupa.authors.trials.run import run

        chosen = [policies] if isinstance(policies, str) else policies
        further = [Path(path) for path in cases]
        return run(self, chosen, further, coverage=coverage, mutation=mutate, jobs=jobs, tick=tick)

    def diff(
        self,
        old: str | KnowledgeBase,
        new: str | None = None,
        *,
        all_readings: bool = False,
        tick: Callable[[int, int], None] = lambda *_: None,
    ) -> Diff:
        """What a change of rules means for patients: where it is stricter or looser, and for whom.

        Compares two policies or editions (`policy@edition`); of one policy alone each edition with the
        next; with another knowledge base, which comes after this one, each edition that both have.
        Texts are read as they usually are unless `all_readings` leaves that open. `tick` is told how
        many comparisons are done, of how many. Raises `CaseError` for an unknown policy or edition.
        """
        from lupa.authors.diff.bases import diff_bases, diff_policies

        if isinstance(old, KnowledgeBase):
            return diff_bases(self, old, all_readings=all_readings, tick=tick)
        return diff_policies(self, old, new, all_readings=all_readings, tick=tick)

    def each_policy(self, case: Case) -> list[Case]:
        """The case once for each policy that its request is about; of several, each names its own."""
        editions = [question.edition for question in self.questions(case)]
        if len(editions) == 1:
            return [case]
        return [{**case, "request": {**case["request"], "policy": e.policy}} for e in editions]

    def _question(self, case: Case, verb: str, timeout: float | None) -> Question:
        """The case as a question to the one edition that it is about."""
        found = tuple(self.questions(case, timeout=timeout))
        return _only(found, [question.edition.policy for question in found], f"{verb} for each")

    def _decided(self, question: Question, case: Case, name: str) -> Decision:
        with question:
            return decision(question, *self._marks(case, name, question.edition))

    def _why(self, question: Question, case: Case, name: str, every: bool, tree: bool) -> Why:
        with question:
            decided = decision(question, *self._marks(case, name, question.edition))
            reasons = outcome_reasons(question, every=every)
        derivation = self._derivation(question) if tree else ()
        return Why(decided, reasons, derivation)

    def _derivation(self, asked: Question) -> tuple[Node, ...]:
        from lupa.derivation import Derivations, derive, marked

        key = (asked.edition.policy, asked.edition.name)
        with self._lock:
            if key not in self._marked:
                edition = self.grounded(*key, rules=marked)
                self._marked[key] = edition, Derivations(edition.program)
        edition, derivations = self._marked[key]
        with Question(edition, asked.record, asked.seconds) as question:
            return derive(question, derivations)

    def _marks(self, case: Case, name: str, edition: Edition) -> tuple[str, EditionBy, Fingerprint]:
        """What a decision says of its case beside the verdict."""
        made_from = Fingerprint(edition.fingerprint, case_fingerprint(case), __version__)
        by: EditionBy = "newest"
        if "@" in str(case["request"].get("policy")):
            by = "name"
        elif case["request"].get("service_date") is not None:
            by = "service_date"
        return str(case.get("case") or name), by, made_from

    def questions(self, case: Case, *, timeout: float | None = None) -> Iterator[Question]:
        """The case as a question to each edition that its request is about.

        Raises `CaseError`, naming every problem found, before the first question is given.
        """
        if timeout is not None and not timeout > 0:
            raise CaseError(f"a time limit is a number of seconds above 0, not {timeout}")
        check_shape(case)
        editions = self._asked(case["request"])
        read = [edition.read(case) for edition in editions]
        problems = dict.fromkeys(problem for _, found in read for problem in found)
        # a name that only one of several policies knows is none the others miss
        unknown = [{p.path for p in found if isinstance(p, Unknown)} for _, found in read]
        wrong = [p for p in problems if not isinstance(p, Unknown) or all(p.path in u for u in unknown)]
        if wrong:
            raise CaseError(wrong)
        for edition, (record, _) in zip(editions, read, strict=True):
            yield Question(edition, record, timeout)

    def _asked(self, request: Mapping[str, Any]) -> list[Edition]:
        """The editions that answer a request."""
        problems: list[Problem] = []

        @contextmanager
        def said_of(path: str) -> Iterator[None]:
            try:
                yield
            except CaseError as error:
                problems.extend(Problem(p.path or path, p.message) for p in error.problems)

        on: date | None = None
        chosen: list[tuple[str, str | None]] = []
        with said_of("request.service_date"):
            if request.get("service_date") is not None:
                on = day(request["service_date"], "request.service_date")
        with said_of("request.policy"):
            if request.get("policy") is not None:
                named, at, wanted = _text(request["policy"], "request.policy").partition("@")
                self.about(named)
                chosen = [(named, wanted if at else None)]
        with said_of("request.drug"):
            if request.get("drug") is not None:
                covering = self.policies_on(_text(request["drug"], "request.drug"))
                if chosen and chosen[0][0] not in covering:
                    raise CaseError(f"{chosen[0][0]} does not cover {shown(request['drug'])}")
                chosen = chosen or [(name, None) for name in covering]
        if not chosen and not problems:
            problems.append(Problem("request", "say which `policy`, or which `drug`, it is about"))
        editions = []
        for policy, edition in chosen if not problems else []:
            with said_of("request.service_date" if edition is None else "request.policy"):
                editions.append(self.edition(policy, edition, on=on))
        if problems:
            raise CaseError(problems)
        return editions


def _ground(files: Sequence[Path], *loads: Load, parts: Parts = (("base", ()),)) -> Ground:
    """The program of these files, in the way in which they are loaded; the error names the rule that is."""
    try:
        return ground(*(loads or [plainly(files)]), parts=parts)
    except EndlessError as error:
        from lupa.endless import growing_rule

        rule = growing_rule(files, parts)
        if rule is not None:
            raise RuleError(f"{rule}: {error}; this rule grows, for ever or too far") from error
        raise RuleError(f"{files[0].parent}: {error}; no rule grows by itself, all are too many") from error


def _only(found: tuple[T, ...], policies: list[str], for_each: str) -> T:
    """The one answer; raises `CaseError` where several policies gave one each."""
    if len(found) > 1:
        raise CaseError(
            f"several policies cover the drug: {', '.join(policies)}; name one as request.policy, "
            f"or call {for_each}"
        )
    return found[0]


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise CaseError([Problem(path, f"a name is expected, not {shown(value)}")])
    return value
