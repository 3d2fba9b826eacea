"""The modules of a page in Node: what they make of cases, beside what lupa makes of them."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.page.data import page_data
from tests.page.cases import random_case

HERE = Path(__file__).parent
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="Node is not installed")
LEFT_OUT = {"witnesses", "fingerprint"}
"""What a page does not tell of a decision."""

FOREIGN = ("kb_ra", "kb_cgm", "kb_lipid", "kb_step")
"""The knowledge bases on other diseases, beside `tests/foreign`."""


def random_cases(kb: KnowledgeBase, seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Cases of any of its editions."""
    dice = random.Random(seed)
    editions = [kb.edition(policy, name) for policy in kb.policies for name, _ in kb.about(policy).editions]
    for _ in range(count):
        yield random_case(dice, dice.choice(editions))


def written(kb: KnowledgeBase, folder: Path) -> Path:
    """The data of a page with every policy of a knowledge base, as a file."""
    path = folder / "data.json"
    path.write_text(json.dumps(page_data(kb, kb.policies)), encoding="utf-8")
    return path


def in_node(data: Path, cases: Sequence[Mapping[str, Any]], script: str = "decide.mjs") -> list[Any]:
    """The decisions on each case, or what is wrong with it, as a page has them; or what a script finds."""
    lines = "\n".join(json.dumps(case, default=float) for case in cases)
    run = subprocess.run(
        [str(NODE), str(HERE / script), str(data)],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert run.stderr == "", run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def expected(kb: KnowledgeBase, case: Mapping[str, Any]) -> list[Any] | None:
    """The decisions on a case; None where something is wrong with it."""
    try:
        return [json.loads(decision.to_json()) for decision in kb.decide_all(case)]
    except CaseError:
        return None


def is_told(wanted: Any, found: Any) -> bool:
    """Whether all that a page tells is what lupa tells."""
    if isinstance(found, dict):
        return isinstance(wanted, dict) and all(
            key in wanted and is_told(wanted[key], said) for key, said in found.items()
        )
    if isinstance(found, list):
        return isinstance(wanted, list) and (len(wanted) == len(found) and all(map(is_told, wanted, found)))
    return bool(wanted == found)


def differences(
    kb: KnowledgeBase, data: Path, cases: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """The cases of which a page says something else, with what it says."""
    asked = list(cases)
    for case, found in zip(asked, in_node(data, asked), strict=True):
        wanted = expected(kb, case)
        if wanted is None and "error" in found:
            continue
        if wanted is None or not is_told(wanted, found):
            yield case, found
