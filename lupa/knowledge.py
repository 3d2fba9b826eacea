"""The knowledge base: the face of lupa, with all that can be asked of policies and about cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lupa.answers.decision import Decision, print_by
from lupa.answers.desk import Desk
from lupa.errors import CaseError
from lupa.record.case import Case

if TYPE_CHECKING:
    from lupa.authors.diff.results import Diff
    from lupa.authors.reports.finding import Report
    from lupa.authors.trials.run import Trials
    from lupa.pages.letter import Letter, Reader
    from lupa.pages.templates import Form


def _page(decision: Decision) -> str:
    """A decision as it is printed."""
    from click import unstyle

    from lupa.pages.page import text

    return unstyle(text(decision))


print_by(_page)


class KnowledgeBase(Desk):
    """Policies as rules, ready to be asked and to be proven; safe to share between threads.

    A policy is grounded when a case first needs it, once for each edition, and kept.
    """

    def page(
        self,
        policies: Sequence[str] | None = None,
        case: Case | None = None,
        against: str | None = None,
    ) -> str:
        """One HTML file that decides, explains and explores in a browser, by these policies or by all.

        It needs no server and loads nothing; it opens with the `case`, if one is given. It also decides
        each case `against` an edition of one of the policies, a folder or a git revision of the rules.
        Raises `CaseError` for a policy that is not on file, and for a case that these cannot decide.
        """
        from lupa.page.build import page

        chosen = [policies] if isinstance(policies, str) else policies or self.policies
        for policy in chosen:
            self.about(policy)
        if case is not None:
            about = [decision.policy for decision in self.decide_all(case)]
            if not set(about) <= set(chosen):
                raise CaseError(f"the case is about {' and '.join(about)}; name that for the page too")
        return page(self, tuple(dict.fromkeys(chosen)), case, against)

    def letter(
        self,
        case: Case,
        *,
        to: Reader = "provider",
        form: Form = "text",
        fields: Mapping[str, Any] | None = None,
        name: str = "",
        timeout: float | None = None,
    ) -> Letter:
        """The letter about the decision on a case, to the provider or the member; see `lupa.pages.letter`.

        `fields` are what no case holds, such as names and addresses; what is left out is marked in the
        letter. Raises as `decide`, and `CaseError` for fields that the letter does not have.
        """
        from lupa.pages.letter import letter
        from lupa.pages.templates import letter_folders
        from lupa.record.routing import asked_for

        question = self._question(case, "letter", timeout)
        with question:
            decided = self._decision(question, case, name)
        edition = question.edition
        about = self.about(edition.policy)
        folders = letter_folders(self.files.folder(edition.policy), self.files.root, about.payer)
        record = question.record
        covered = asked_for(self, record.case["request"], about)
        return letter(decided, record, edition, about, covered, folders, to=to, form=form, fields=fields)

    def verify(
        self,
        policies: Sequence[str] = (),
        *,
        all_readings: bool = False,
        examples: bool = False,
        accept: Sequence[str] | None = None,
        because: str = "",
        tick: Callable[[int, int], None] = lambda *_: None,
        timeout: float | None = None,
    ) -> Report:
        """Each law proven of these policies, or a patient who breaks it; of all, without any.

        A policy may be named with one edition (`policy@edition`). With `all_readings` ambiguous texts
        are read in every way, not only as they usually are; with `examples` patients also show that
        laws are kept. What `accept` names of the new findings, or all where it names none, is written to
        the accepted.yaml of its policy, with the reason that `because` gives. `tick` is told how many
        editions are done, of how many. Raises `CaseError` for an unknown policy, edition or finding,
        `RuleError` for rules that cannot be used, `TimeLimitError` after `timeout` seconds.
        """
        from lupa.authors.laws.accepting import Acceptance
        from lupa.authors.laws.verify import verify

        acceptance = None if accept is None else Acceptance(tuple(accept), because)
        chosen = [policies] if isinstance(policies, str) else policies
        return verify(
            self,
            chosen,
            all_readings=all_readings,
            examples=examples,
            accept=acceptance,
            tick=tick,
            timeout=timeout,
        )

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
            self.on_file(policy)
        return lint(self.files, chosen or None, tick)

    def test(
        self,
        policies: Sequence[str] = (),
        *,
        cases: Iterable[str | PathLike[str]] = (),
        coverage: bool = False,
        mutate: bool = False,
        conditions: bool = False,
        jobs: int = 1,
        tick: Callable[[int, int], None] | None = None,
        timeout: float | None = None,
    ) -> Trials:
        """The cases that ship with these policies, or with all, and whether they come to what they expect.

        `cases` are further files or folders of cases. With `coverage` it is told what of the rules they
        show, with `conditions` which of the ways that `meaning` tells, with `mutate` which small changes of
        the rules they notice; `jobs` processes share that work, and `tick` is told how many changes, or
        conditions, are done, of how many. Raises `CaseError` for an unknown policy and `TimeLimitError`
        after `timeout` seconds; what else is wrong is told in the answer.
        """
        from lupa.authors.trials.run import run

        chosen = [policies] if isinstance(policies, str) else policies
        further = [Path(path) for path in cases]
        return run(
            self,
            chosen,
            further,
            coverage=coverage,
            mutation=mutate,
            told=conditions,
            jobs=jobs,
            tick=tick,
            timeout=timeout,
        )

    def diff(
        self,
        old: str | KnowledgeBase,
        new: str | None = None,
        *,
        all_readings: bool = False,
        tick: Callable[[int, int], None] = lambda *_: None,
        timeout: float | None = None,
    ) -> Diff:
        """What a change of rules means for patients: where it is stricter or looser, and for whom.

        Compares two policies or editions (`policy@edition`); of one policy alone each edition with the
        next; with another knowledge base, which comes after this one, each edition that both have.
        Texts are read as they usually are unless `all_readings` leaves that open. `tick` is told how
        many comparisons are done, of how many. Raises `CaseError` for an unknown policy or edition,
        `TimeLimitError` after `timeout` seconds.
        """
        from lupa.authors.diff.bases import COMPARED, diff_bases, diff_policies
        from lupa.authors.limited import limited

        with limited(timeout) as time:
            told = time.telling(COMPARED, tick)
            if isinstance(old, KnowledgeBase):
                return diff_bases(self, old, all_readings=all_readings, tick=told)
            return diff_policies(self, old, new, all_readings=all_readings, tick=told)
