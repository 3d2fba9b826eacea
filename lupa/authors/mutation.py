"""Breaks the rules one at a time and asks whether a shipped case notices.

    python -m tests.mutants [POLICY...] [--kb DIR]

A mutant is the rules with one small change: a rule or a row dropped, a condition dropped or turned
into its opposite, a name dropped from a list, a number one up or one down, one phase for the other.
A shipped case kills it by coming out otherwise than it expects, or the rules no longer ground. What
survives is compared with the rules as they are over all worlds: where no world tells them apart the
change says the same in other words; where one does, a case is missing, and that world is printed as
one. Without POLICY the rules that all policies share are changed too. The exit status is 1 if a
mutant survives that some world tells apart.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import click
import clingo
import yaml
from clingo import ast
from clingo.ast import ASTType, Sign

from lupa import CaseError, Fingerprint, KnowledgeBase, RuleError
from lupa.authors import expectations
from lupa.authors.same_worlds import Difference, difference
from lupa.authors.syntax import Route, atoms, derived, has_body, heads, line, nodes, replaced, statements
from lupa.decide import decision
from lupa.edition import Edition
from lupa.ground import Load, ground, plainly
from lupa.question import Question
from lupa.reading import read_cases
from lupa.rules import RuleFiles, shipped
from lupa.strays import check

WORDS = {
    "text", "fact_text", "outcome_text", "question", "label", "alias",
    "cites", "clause", "unencoded", "frame",
}  # fmt: skip
"""Predicates that only say what a reader sees; no outcome depends on them."""
INPUT = {"quantity", "whole", "part_of_request"}
"""Predicates that only say which numbers a case may write."""
PHASED = {"requires", "limited"}
"""Predicates whose rows hold for one phase."""
SAMPLE = 3
"""How many rows of each class of drugs are dropped: the first, the last and those evenly between."""

Fate = Literal["killed by a case", "killed by grounding", "equivalent", "survived"]
FATES: tuple[Fate, ...] = ("killed by a case", "killed by grounding", "equivalent", "survived")
SHARED = "shared rules"


class Mutant(NamedTuple):
    """One change: the statement at `place` in the file at `path` becomes `new`, or nothing."""

    path: Path
    place: int
    change: str
    new: ast.AST | None

    @property
    def rule(self) -> ast.AST:
        """The statement as it is."""
        return statements(self.path)[self.place]

    @property
    def policy(self) -> str:
        """The policy whose own rule it is; nothing for a rule that all policies share."""
        folder = self.path.parent
        return folder.name if folder.parent.name == "policies" else ""

    def load(self, control: clingo.Control) -> None:
        """Loads the changed file."""
        with ast.ProgramBuilder(control) as builder:
            for place, statement in enumerate(statements(self.path)):
                if place != self.place:
                    builder.add(statement)
                elif self.new is not None:
                    builder.add(self.new)


# ---- changes -----------------------------------------------------------------------------------


def mutants(files: RuleFiles, policies: Sequence[str] = ()) -> Iterator[Mutant]:
    """The mutants of these policies' own rules; without any, of all rules that decide."""
    folders = [files.root / "policies" / policy for policy in policies or files.policies]
    phases = _phases(files)
    if not policies:
        for path in files.core:
            yield from _sample(path) if path.name == "drugs.lp" else _mutants(path, phases)
    for path in (path for folder in folders for path in sorted(folder.glob("*.lp"))):
        if path.name != "about.lp":
            yield from _mutants(path, phases)


def _mutants(path: Path, phases: Sequence[str]) -> Iterator[Mutant]:
    for place, statement in enumerate(statements(path)):
        if statement.ast_type == ASTType.Rule and not _names(statement) & (WORDS | INPUT):
            for change, new in changes(statement, phases):
                if new is None or is_safe(new):
                    yield Mutant(path, place, change, new)


def _sample(path: Path) -> Iterator[Mutant]:
    """Some rows of each class of drugs, dropped."""
    classes: dict[str, list[int]] = {}
    for place, statement in enumerate(statements(path)):
        if _names(statement) == {"class"}:
            classes.setdefault(str(statement.head.atom.symbol.arguments[1]), []).append(place)
    for rows in classes.values():
        last = len(rows) - 1
        for place in sorted({rows[number * last // (SAMPLE - 1)] for number in range(SAMPLE)}):
            yield Mutant(path, place, "row dropped", None)


def _names(statement: ast.AST) -> set[str]:
    return {name for name, _ in derived(statement)}


def _phases(files: RuleFiles) -> list[str]:
    """The phases that a request can be in."""
    rows = [
        atom for path in files.core for s in statements(path) for head in heads(s) for atom in atoms(head)
    ]
    return [str(atom.arguments[0]) for atom in rows if atom.name == "phase"]


def changes(statement: ast.AST, phases: Sequence[str] = ()) -> Iterator[tuple[str, ast.AST | None]]:
    """Every small change of a rule or a row: in words, and what it becomes."""
    lists = [(route, node) for route, node in nodes(statement) if node.ast_type == ASTType.Pool]
    if has_body(statement):
        yield "rule dropped", None
    elif not lists:
        yield "row dropped", None
    for place, literal in enumerate(statement.body):
        route: Route = (("body", place),)
        yield f"`{literal}` dropped", replaced(statement, route, None)
        if literal.ast_type == ASTType.Literal:  # a condition for each of several has no opposite
            opposite = literal.update(sign=Sign.NoSign if literal.sign else Sign.Negation)
            yield f"`{literal}` became `{opposite}`", replaced(statement, route, opposite)
    for route, pool in lists:
        for place, member in enumerate(pool.arguments):
            rest = [*pool.arguments[:place], *pool.arguments[place + 1 :]]
            fewer = rest[0] if len(rest) == 1 else pool.update(arguments=rest)
            yield f"`{member}` dropped from a list", replaced(statement, route, fewer)
    for route, term in nodes(statement):
        if term.ast_type == ASTType.SymbolicTerm:
            for symbol in _others(term.symbol, phases if _names(statement) & PHASED else ()):
                changed = replaced(statement, route, term.update(symbol=symbol))
                yield f"`{term}` became `{symbol}`", changed


def _others(symbol: clingo.Symbol, phases: Sequence[str]) -> list[clingo.Symbol]:
    """What a number or a phase is changed to."""
    if symbol.type == clingo.SymbolType.Number:
        return [clingo.Number(symbol.number + step) for step in (1, -1)]
    if str(symbol) in phases:
        return [clingo.Function(phase) for phase in phases if phase != str(symbol)]
    return []


def is_safe(rule: ast.AST) -> bool:
    """Whether each variable of a rule is bound, so that it can be grounded at all."""
    control = clingo.Control(logger=lambda *_: None)
    try:
        with ast.ProgramBuilder(control) as builder:
            builder.add(rule)
        control.ground([("base", ())])
    except RuntimeError:
        return False
    return True


# ---- what becomes of a mutant ------------------------------------------------------------------


class Verdict(NamedTuple):
    """What becomes of a mutant: `by` what it was killed, or the difference that no case shows."""

    fate: Fate
    by: str = ""
    difference: Difference | None = None


class Bench:
    """The shipped cases of a knowledge base, ready to be put to changed rules."""

    def __init__(self, files: RuleFiles) -> None:
        self._files = files
        self._kb = KnowledgeBase(files)
        self._cases: dict[str, list[tuple[str, str, dict[str, Any]]]] = {p: [] for p in files.policies}
        for path in (path for policy in files.policies for path in files.cases(policy)):
            with path.open("rb") as stream:
                ((_, case),) = read_cases(stream, str(path))
            if isinstance(case, CaseError):
                raise case
            for question in self._kb.questions(case) if case.get("expect") else ():
                edition = question.edition
                self._cases[edition.policy].append((path.stem, edition.name, case))
        self._kills: Counter[str] = Counter()

    def concerned(self, mutant: Mutant) -> tuple[str, ...]:
        """The policies whose rules a mutant changes."""
        return (mutant.policy,) if mutant.policy else self._files.policies

    def judge(self, mutant: Mutant) -> Verdict:
        """What becomes of a mutant."""
        try:
            for policy in self.concerned(mutant):
                killer = self._killer(mutant, policy)
                if killer is not None:
                    self._kills[killer] += 1
                    return Verdict("killed by a case", killer)
            different = next(self._differences(mutant), None)
        except RuleError as error:
            return Verdict("killed by grounding", str(error))
        return Verdict("equivalent") if different is None else Verdict("survived", "", different)

    def _killer(self, mutant: Mutant, policy: str) -> str | None:
        """A case that notices, those first that noticed most before; None if none does."""
        changed = cache(lambda edition: self.changed(mutant, policy, edition))
        for name, edition, case in sorted(self._cases[policy], key=lambda row: -self._kills[row[0]]):
            if not comes_out(case, changed(edition)):
                return name
        return None

    def _differences(self, mutant: Mutant) -> Iterator[Difference]:
        for policy in self.concerned(mutant):
            for edition in self.editions(policy):
                found = difference(self.edition(policy, edition), self.changed(mutant, policy, edition))
                if found is not None:
                    yield found

    def editions(self, policy: str) -> list[str]:
        """The editions of a policy, oldest first."""
        return [edition for edition, _ in self._kb.about(policy).editions]

    def edition(self, policy: str, edition: str) -> Edition:
        """An edition as the rules have it."""
        return self._kb.edition(policy, edition)

    def changed(self, mutant: Mutant, policy: str, edition: str) -> Edition:
        """An edition as the changed rules have it; raises `RuleError` where lupa refuses them."""
        loads: list[Load] = [
            mutant.load if path == mutant.path else plainly([path]) for path in self._files.of(policy)
        ]
        program = ground(
            *loads,
            plainly([shipped("queries") / "worlds.lp"]),
            parts=[("base", ()), ("edition", [clingo.String(edition)])],
        )
        check(program, self._files.of(policy))
        return Edition(program, policy, edition, "")


def comes_out(case: dict[str, Any], edition: Edition) -> bool:
    """Whether an edition decides a case as the case expects."""
    record, problems = edition.read(case)
    if problems:
        return False
    try:
        with Question(edition, record) as question:
            decided = decision(question, "", "name", Fingerprint("", "", ""))
    except (CaseError, RuleError):  # such as a world without an outcome
        return False
    return expectations.found(case, decided) == expectations.expected(case)


# ---- the run -----------------------------------------------------------------------------------


@click.command(help=__doc__)
@click.argument("policies", nargs=-1, metavar="[POLICY...]")
@click.option("--kb", "folder", default=None, metavar="DIR", help="Another knowledge base.")
def main(policies: tuple[str, ...], folder: str | None) -> None:
    files = RuleFiles(Path(folder) if folder else shipped("kb"))
    unknown = [name for name in policies if name not in files.policies]
    if unknown:
        raise click.BadParameter(f"no policy is called {unknown[0]}; there are {', '.join(files.policies)}")
    fates = run(Bench(files), list(mutants(files, policies)), files.root)
    click.echo(table(fates))
    if any(fate == "survived" for _, fate in fates):
        raise SystemExit(1)


def run(bench: Bench, every: Iterable[Mutant], root: Path) -> Counter[tuple[str, Fate]]:
    """The fates of mutants, counted for each policy; prints those that no case killed."""
    fates: Counter[tuple[str, Fate]] = Counter()
    at = None
    for mutant in every:
        if mutant.path != at:
            at = mutant.path
            click.echo(f"{at.relative_to(root).as_posix()} ...", err=True)
        verdict = bench.judge(mutant)
        fates[mutant.policy or SHARED, verdict.fate] += 1
        if verdict.fate in ("equivalent", "survived"):
            click.echo(report(mutant, verdict, root))
    return fates


def report(mutant: Mutant, verdict: Verdict, root: Path) -> str:
    """A mutant that no case killed, for a person to judge."""
    place = f"{mutant.path.relative_to(root).as_posix()}:{line(mutant.rule)}"
    lines = [f"{place}: {mutant.change}", f"    {mutant.rule}"]
    if verdict.difference is None:
        return "\n".join([*lines, "    equivalent: no world tells it apart"])
    case, said = verdict.difference
    lines += ["    survived; what tells it apart:", *(f"      # {row}" for row in said)]
    text = yaml.safe_dump(case, sort_keys=False, allow_unicode=True) if case else ""
    lines += [f"      {row}" for row in text.splitlines()]
    return "\n".join(lines)


def table(fates: Counter[tuple[str, Fate]]) -> str:
    """How many mutants there were of each policy's rules, and what became of them."""
    lines = [f"{'':16}{'mutants':>9}" + "".join(f"{fate:>21}" for fate in FATES)]
    for owner in dict.fromkeys(owner for owner, _ in fates):
        counts = [fates[owner, fate] for fate in FATES]
        lines.append(f"{owner:16}{sum(counts):>9}" + "".join(f"{count:>21}" for count in counts))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
