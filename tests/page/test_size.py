"""How large a page grows with the policies on it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lupa import KnowledgeBase
from lupa.rules.files import shipped

POLICIES, INDICATIONS = 20, 40
LARGEST = 3_000_000
_OF_INDICATION = re.compile(r"(?:requires|pathway|term|limit|quantity|max)\w*\([^:]*lupus_nephritis.*\.")


def for_each(line: str, indications: list[str]) -> Iterator[str]:
    """A row, and where it is about an indication the same for each of these."""
    yield line
    if _OF_INDICATION.fullmatch(line.strip()):
        yield from (line.replace("lupus_nephritis", name, 1) for name in indications)


@pytest.mark.mass
def test_twenty_policies_of_forty_indications_make_a_page_within_three_megabytes(tmp_path: Path) -> None:
    kb = tmp_path / "kb"
    shutil.copytree(shipped("kb"), kb)
    more = [f"condition_{n}" for n in range(INDICATIONS - 1)]
    with (kb / "conditions.lp").open("a", encoding="utf-8") as conditions:
        conditions.writelines(
            f'condition({x}). label({x}, "made-up {x}"). indication({x}).\n' for x in more
        )
    names = [f"plan_{n}" for n in range(POLICIES)]
    for name in names:
        (kb / "policies" / name).mkdir()
        for path in (kb / "policies" / "fep_lupkynis").glob("*.lp"):
            lines = path.read_text(encoding="utf-8").replace("fep_lupkynis", name).splitlines()
            text = "\n".join(row for line in lines for row in for_each(line, more))
            (kb / "policies" / name / path.name).write_text(f"{text}\n", encoding="utf-8")
    grown = KnowledgeBase.load(kb)
    assert len({indication for indication, _ in grown.edition(names[0]).pathways}) == INDICATIONS
    assert len(grown.page(names).encode()) < LARGEST
