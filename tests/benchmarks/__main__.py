"""How fast lupa decides and how much memory it takes: `python -m tests.benchmarks`.

Every figure stands beside a baseline measured in the same run, for only their ratio means anything
on another machine. Nothing is asserted here.
"""

from __future__ import annotations

import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import clingo

from lupa import KnowledgeBase
from lupa.dialogue.session import Session
from lupa.record.reading import read_cases
from lupa.rules.files import shipped
from tests import oracle, worlds
from tests.benchmarks.charts import charts
from tests.benchmarks.many import by_the_million
from tests.benchmarks.questions import questions
from tests.benchmarks.size import size, verified

DENIAL = shipped("kb") / "policies/uhc_benlysta/cases/lupkynis_alongside_bars_benlysta.yaml"


def report(what: str, figure: str, baseline: str, ratio: float) -> None:
    print(f"{what:<58} {figure:>12}  {baseline:<44} ratio {ratio:.2f}", flush=True)  # noqa: T201 - that is what it is for


def elapsed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def paired(
    work: Callable[[], object], base: Callable[[], object], rounds: int
) -> tuple[float, float, float]:
    """Medians of both in seconds, and of their ratio, taken in turn so that drift hits both."""
    pairs = [(elapsed(work), elapsed(base)) for _ in range(rounds)]
    first, second = zip(*pairs, strict=True)
    return (
        statistics.median(first),
        statistics.median(second),
        statistics.median(a / b for a, b in pairs),
    )


def cold() -> None:
    """The whole process of one decision against that of importing what it needs."""
    yaml, baseline = str(DENIAL), [sys.executable, "-c", "import clingo, pydantic, click"]
    with tempfile.TemporaryDirectory() as folder:
        ((_, case),) = read_cases(DENIAL.open("rb"), yaml)
        assert not isinstance(case, Exception)
        json_case = Path(folder) / "case.json"
        import json

        json_case.write_text(json.dumps(case, default=float))
        for kind, path in (("JSON", str(json_case)), ("YAML", yaml)):
            command = [sys.executable, "-m", "lupa", "decide", path]

            def run(words: list[str] = command) -> None:
                subprocess.run(words, stdout=subprocess.DEVNULL, check=True)

            run()
            mine, base, ratio = paired(run, lambda: run(baseline), 15)
            report(
                f"cold `lupa decide`, {kind}",
                f"{mine * 1e3:.0f} ms",
                f"import clingo, pydantic, click: {base * 1e3:.0f} ms",
                ratio,
            )


def fresh_grounding() -> None:
    """A small program of 120 rules, grounded from nothing."""
    rules = "".join(
        f"{{ fact({n}) }}. derived({n}) :- fact({n}), not blocked({n}). blocked({n}) :- fact({n + 1}).\n"
        for n in range(40)
    )
    control = clingo.Control(["--warn=none"])
    control.add("base", [], rules)
    control.ground([("base", [])])


def three_groundings() -> None:
    for _ in range(3):
        fresh_grounding()


def shipped_cases(kb: KnowledgeBase) -> list[dict[str, Any]]:
    cases = []
    for path in kb.examples().values():
        with path.open("rb") as stream:
            cases += [case for _, case in read_cases(stream, str(path))]
    return [case for case in cases if isinstance(case, dict)]


def random_cases(count: int, seed: str) -> list[dict[str, Any]]:
    dice = random.Random(seed)
    editions = [oracle.EDITIONS[n % 3] for n in range(count)]
    return [worlds.case_of(worlds.random_world(dice, edition[0]), *edition) for edition in editions]


def deciding(kb: KnowledgeBase, cases: Iterable[dict[str, Any]]) -> Callable[[], None]:
    def work() -> None:
        for case in cases:
            kb.decide(case)

    return work


def warm(kb: KnowledgeBase) -> None:
    """A full decision with all its reasons, on cases not seen before and on those that ship."""
    three = min(elapsed(three_groundings) for _ in range(50))
    baseline = f"three groundings of 120 rules: {three * 1e3:.2f} ms"
    deciding(kb, random_cases(300, "warm up"))()
    unseen = random_cases(1500, "unseen")
    spent = elapsed(deciding(kb, unseen)) / len(unseen)
    report("warm decision, random complete worlds", f"{spent * 1e3:.2f} ms", baseline, spent / three)
    cases = shipped_cases(kb)
    pends = [case for case in cases if kb.decide(case).outcome == "pend"]
    settled = [case for case in cases if kb.decide(case).outcome != "pend"]
    for what, chosen in (("settled", settled), ("pending", pends)):
        spent = min(elapsed(deciding(kb, chosen)) for _ in range(5)) / len(chosen)
        report(f"warm decision, {what} shipped cases", f"{spent * 1e3:.2f} ms", baseline, spent / three)
    empty = {"request": {"policy": "uhc_benlysta"}}
    spent = min(elapsed(lambda: kb.decide(empty)) for _ in range(10))
    report(
        "warm decision, nothing stated (62 facts missing)", f"{spent * 1e3:.2f} ms", baseline, spent / three
    )


def many(kb: KnowledgeBase) -> None:
    """A batch by two processes against the same by one; it means something on two idle cores."""
    cases = random_cases(4000, "many")
    deciding(kb, cases[:300])()
    two, one, ratio = paired(
        lambda: sum(1 for _ in kb.decide_many(cases, jobs=2)),
        lambda: sum(1 for _ in kb.decide_many(cases)),
        1,
    )
    report(
        "4,000 cases by two processes", f"{two:.1f} s", f"by one: {one:.1f} s, {1 / ratio:.2f} times", ratio
    )


def exploring(kb: KnowledgeBase) -> None:
    """The verbs that explore, on records that are silent on up to 60 facts of the policy."""
    three = min(elapsed(three_groundings) for _ in range(50))
    baseline = f"three groundings of 120 rules: {three * 1e3:.2f} ms"
    gaps = random_gapped_cases(60)
    silent = {
        "a random record with gaps": gaps,
        "Lupkynis, nothing stated": [{"request": {"policy": "fep_lupkynis"}}],
        "Benlysta for SLE to start, no facts": [
            {
                "request": {
                    "policy": "uhc_benlysta",
                    "route": "intravenous",
                    "indication": "sle",
                    "phase": "initial",
                },
                "facts": {"taking": {"voclosporin": False}, "documented": {"only": []}},
            }
        ],
    }

    def answering(
        verb: Callable[[dict[str, Any]], object], cases: list[dict[str, Any]]
    ) -> Callable[[], None]:
        def work() -> None:
            for case in cases:
                verb(case)

        return work

    for what, cases in silent.items():
        for verb in (kb.flip, kb.ask, kb.plan, kb.whatif):
            work = answering(verb, cases)
            work()
            spent = min(elapsed(work) for _ in range(3)) / len(cases)
            report(f"{verb.__name__}, {what}", f"{spent * 1e3:.1f} ms", baseline, spent / three)


def sessions(kb: KnowledgeBase) -> None:
    """Every command of a session, on the case that ships as an example."""
    three = min(elapsed(three_groundings) for _ in range(50))
    baseline = f"three groundings of 120 rules: {three * 1e3:.2f} ms"
    ((_, case),) = read_cases(DENIAL.open("rb"), str(DENIAL))
    assert not isinstance(case, Exception)
    lines = (
        "set taking.voclosporin=no", "unset taking", "show", "why", "flip", "flip deny", "ask", "plan",
        "whatif age=3", "reading all", "policy uhc_benlysta@2022E0046O", "diff", "undo", "redo",
    )  # fmt: skip
    session = Session(kb, case)
    for line in lines:
        spent = elapsed(lambda line=line: session.answer(line))  # type: ignore[misc]  # the line of now
        report(f"explore: {line}", f"{spent * 1e3:.1f} ms", baseline, spent / three)


def random_gapped_cases(count: int) -> list[dict[str, Any]]:
    """Records with gaps, of all editions."""
    dice = random.Random("gaps")
    editions = [oracle.EDITIONS[n % len(oracle.EDITIONS)] for n in range(count)]
    return [
        worlds.case_with_gaps(worlds.random_world(dice, edition[0]), worlds.random_gaps(dice), *edition)
        for edition in editions
    ]


def with_many_policies(kb: KnowledgeBase) -> None:
    """The same decisions with a thousand policies more in the knowledge base."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "kb"
        shutil.copytree(shipped("kb"), root)
        source = shipped("kb") / "policies" / "fep_lupkynis"
        for number in range(1000):
            name = f"synthetic_{number}"
            home = root / "policies" / name
            home.mkdir()
            for path in source.glob("*.lp"):
                text = path.read_text("utf-8").replace("fep_lupkynis", name)
                (home / path.name).write_text(text.replace("voclosporin)", "anifrolumab)"), "utf-8")
        many = KnowledgeBase.load(root)
        cases = [
            {**case, "request": {**case["request"], "drug": "Benlysta", "policy": None}}
            for case in random_cases(300, "many")
            if "benlysta" in case["request"]["policy"]
        ]
        deciding(many, cases[:20])()
        deciding(kb, cases[:20])()
        mine, base, ratio = paired(deciding(many, cases), deciding(kb, cases), 9)
        report(
            "warm decision, 1,000 policies more",
            f"{mine / len(cases) * 1e3:.2f} ms",
            f"without them: {base / len(cases) * 1e3:.2f} ms",
            ratio,
        )


def verifying() -> None:
    """All laws on the shipped policies; then a policy's own laws, among ever more policies."""
    mine, base, ratio = paired(lambda: KnowledgeBase.load().verify(), three_groundings, 5)
    report(
        "verify, all laws on the shipped policies",
        f"{mine * 1e3:.0f} ms",
        f"three groundings: {base * 1e3:.1f} ms",
        ratio,
    )
    sizes, sample = (10, 100, 1000), [f"plan_{number}" for number in range(10)]
    with tempfile.TemporaryDirectory() as folder:
        kbs = [unlike_policies(Path(folder) / str(size), size) for size in sizes]

        def taken(path: Path) -> float:
            return elapsed(lambda: KnowledgeBase.load(path).verify(sample))

        times = [[taken(path) for path in kbs] for _ in range(5)]
        for place, size in enumerate(sizes):
            report(
                f"verify, each of ten policies among {size:,}",
                f"{statistics.median(row[place] for row in times) * 100:.0f} ms",
                f"among 10: {statistics.median(row[0] for row in times) * 100:.0f} ms",
                statistics.median(row[place] / row[0] for row in times),
            )
        whole, few = elapsed(lambda: KnowledgeBase.load(kbs[1]).verify()), min(row[1] for row in times)
        report(
            "verify, each of a hundred policies, all at once",
            f"{whole * 10:.0f} ms",
            f"each of ten: {few * 100:.0f} ms",
            whole / few / 10,
        )


def unlike_policies(root: Path, count: int) -> Path:
    """A knowledge base of so many policies, no two of which can bar what the other covers."""
    shutil.copytree(shipped("kb"), root, ignore=shutil.ignore_patterns("policies"))
    for number in range(count):
        plan = root / "policies" / f"plan_{number}"
        plan.mkdir(parents=True)
        for path in (shipped("kb") / "policies" / "fep_lupkynis").glob("*.lp"):
            text = path.read_text(encoding="utf-8").replace("fep_lupkynis", plan.name)
            text = text.replace(f"covers({plan.name}, voclosporin)", f"covers({plan.name}, golimumab)")
            (plan / path.name).write_text(text, encoding="utf-8")
    return root


def memory(kb: KnowledgeBase) -> None:
    """The greatest memory of the process after many decisions against that after the first tenth."""
    cases = random_cases(2000, "memory")
    for number in range(10_000):
        kb.decide(cases[number % len(cases)])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(90_000):
        kb.decide(cases[number % len(cases)])
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report(
        "memory after 100,000 decisions",
        f"{after / 1024:.1f} MiB",
        f"after 10,000: {before / 1024:.1f} MiB",
        after / before,
    )


def main() -> None:
    """Runs them all, the quick ones first."""
    cold()
    kb = KnowledgeBase.load()
    warm(kb)
    many(kb)
    by_the_million(kb, report)
    exploring(kb)
    sessions(kb)
    with_many_policies(kb)
    verifying()
    memory(kb)
    charts(report)
    questions(report)
    size(report)
    verified(report)


if __name__ == "__main__":
    main()
