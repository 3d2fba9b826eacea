"""What a large knowledge base costs one of its policies: each verb with the vocabulary many times over.

To 2,000 drugs, 500 conditions, 20,000 codes and 300 policies that have nothing to do with it, and without.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from lupa.rules.files import shipped

DRUGS, CONDITIONS, CODES, POLICIES = 2_000, 500, 20_000, 300
FEW, MANY = 10, 1_000
"""So many policies are verified."""
ASKED = {
    "fep_lupkynis": "lupkynis_too_long_and_monitoring_unstated",
    "uhc_benlysta": "benlysta_history_and_response_not_stated",
}
"""The case that each policy is asked about, which it leaves open."""


def verbs(policy: str) -> dict[str, list[str]]:
    """One policy asked: what is typed after `lupa`."""
    case = str(shipped("kb") / "policies" / policy / "cases" / f"{ASKED[policy]}.yaml")
    return {
        "decide": ["decide", case, "--json"],
        "why": ["why", case, "--json"],
        "ask": ["ask", case, "--json"],
        "ask --plan": ["ask", case, "--plan", "--json"],
        "flip": ["flip", case, "--json"],
        "explore": ["explore", case],
        "verify": ["verify", policy, "--format", "json"],
    }


def with_a_large_vocabulary(kb: Path, folder: Path) -> Path:
    """A copy of a knowledge base with so many more drugs, conditions and codes."""
    shutil.copytree(kb, folder)
    _add(folder / "drugs.lp", _drugs())
    _add(folder / "conditions.lp", _conditions())
    _add(folder / "codes.lp", _codes())
    return folder


def many_times_over(kb: Path, folder: Path) -> Path:
    """The same, with as many more policies too."""
    with_a_large_vocabulary(kb, folder)
    _add_policies(folder, POLICIES)
    return folder


def policies_alone(kb: Path, folder: Path, count: int) -> Path:
    """A copy of a knowledge base with so many policies of one payer in the place of its own."""
    shutil.copytree(kb, folder)
    _add(folder / "drugs.lp", _drugs())
    _add_policies(folder, count)
    for policy in ASKED:
        shutil.rmtree(folder / "policies" / policy)
    return folder


def _add_policies(folder: Path, count: int) -> None:
    """Copies of a policy under names of their own, each on a drug of its own."""
    pattern = folder / "policies" / "fep_lupkynis"
    for number in range(count):
        home = folder / "policies" / f"plan_{number}"
        home.mkdir()
        for path in (*pattern.glob("*.lp"), pattern / "accepted.yaml"):
            text = path.read_text("utf-8").replace("fep_lupkynis", home.name)
            text = text.replace(
                f"covers({home.name}, voclosporin)", f"covers({home.name}, made_up_{number})"
            )
            (home / path.name).write_text(text, "utf-8")


def _add(path: Path, lines: Iterator[str]) -> None:
    path.write_text(path.read_text("utf-8") + "".join(f"{line}\n" for line in lines), "utf-8")


def _drugs() -> Iterator[str]:
    for n in range(DRUGS):
        yield f'drug(made_up_{n}). label(made_up_{n}, "made-up drug {n}").'
        yield f'class(made_up_{n}, made_up_class, "Made up for size, number {n}.").'
        yield f'alias(made_up_{n}, "Brand {n}"). alias(made_up_{n}, "made up {n} hydrochloride").'


def _conditions() -> Iterator[str]:
    for n in range(CONDITIONS):
        yield f'condition(condition_{n}). label(condition_{n}, "condition {n}").'
        yield f"indication(condition_{n})."
        yield f'alias(condition_{n}, "disease {n}").'


def _codes() -> Iterator[str]:
    for n in range(CODES):
        meaning = f"diagnosis(condition_{n % CONDITIONS})"
        yield f'code(icd10cm, "Z{n:05d}", {meaning}, narrower, "A code for size, number {n}.").'


def usage(words: list[str], kb: Path) -> tuple[float, float]:
    """Seconds of processor time and MiB at the most of one process."""
    measured = (
        "import resource, subprocess, sys; "
        "subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL); "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)"
    )
    command = [sys.executable, "-m", "lupa", *words, "--kb", str(kb)]
    run = subprocess.run(
        [sys.executable, "-c", measured, *command], check=True, capture_output=True, text=True
    )
    seconds, mebibytes = map(float, run.stdout.split())
    return seconds, mebibytes


def size(report: Callable[[str, str, str, float], None], rounds: int = 5) -> None:
    """Each verb on each policy in a large knowledge base against the one that ships."""
    small = shipped("kb")
    with tempfile.TemporaryDirectory() as folder:
        large = many_times_over(small, Path(folder) / "kb")
        for policy, verb, words in [(p, verb, words) for p in ASKED for verb, words in verbs(p).items()]:
            pairs = [(usage(words, large), usage(words, small)) for _ in range(rounds)]
            seconds = [statistics.median(pair[side][0] for pair in pairs) for side in (0, 1)]
            memory = [statistics.median(pair[side][1] for pair in pairs) for side in (0, 1)]
            ratio = statistics.median(one[0] / other[0] for one, other in pairs)
            what = f"`lupa {verb}`, {policy}, all else many times"
            report(what, f"{seconds[0] * 1e3:.0f} ms", f"as it ships: {seconds[1] * 1e3:.0f} ms", ratio)
            report("  its memory", f"{memory[0]:.0f} MiB", f"{memory[1]:.0f} MiB", memory[0] / memory[1])


def verified(report: Callable[[str, str, str, float], None], many: int = MANY) -> None:
    """Many policies verified in one run against few; a thousand take ten minutes."""
    with tempfile.TemporaryDirectory() as folder:
        counts = (many, FEW)
        bases = [policies_alone(shipped("kb"), Path(folder) / str(count), count) for count in counts]
        (seconds, memory), (base_seconds, base_memory) = (usage(["verify"], kb) for kb in bases)
        what, times = f"`lupa verify` of {many:,} policies", seconds / base_seconds
        report(what, f"{seconds:.0f} s", f"of {FEW}: {base_seconds:.1f} s", times)
        report("  its memory", f"{memory:.0f} MiB", f"{base_memory:.0f} MiB", memory / base_memory)
