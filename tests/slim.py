"""A knowledge base like the shipped one with fewer drugs, so that it is looked at sooner."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from functools import cache
from pathlib import Path

from lupa.rules.files import shipped

_ROW = re.compile(r"^(\w+)\((\w+)(?:,\s*(\w+))?.*$", re.MULTILINE)
_OF_EACH_CLASS = 3
_OF_CHARTS = ("fhir", "drugs_chart.lp", "drugs_further.lp", "short_names.lp")


def slim(folder: Path, *but: str) -> Path:
    """A copy of the shipped knowledge base without most of the drugs that no rule names, and their cases.

    What only charts need is left out too, and so are the names that bear on no policy.

    Lines keep their numbers. What is called like one of `but` is not copied.
    """
    shutil.copytree(
        shipped("kb"), folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*_OF_CHARTS, *but)
    )
    gone = dropped()
    drugs = folder / "drugs.lp"
    text = drugs.read_text("utf-8")
    drugs.write_text(_ROW.sub(lambda row: "" if row[2] in gone else row[0], text), "utf-8")
    for case in folder.glob("policies/*/cases/*.yaml"):
        if not gone.isdisjoint(_words(case)):
            case.unlink()
    return folder


@cache
def dropped() -> frozenset[str]:
    """The drugs that no rule names, but for a few of each class."""
    kb = shipped("kb")
    tables = [kb / name for name in ("drugs.lp", *_OF_CHARTS) if name.endswith(".lp")]
    named = {word for file in kb.rglob("*.lp") if file not in tables for word in _words(file)}
    rows = [row for table in tables for row in _ROW.findall(table.read_text("utf-8"))]
    classes: Counter[str] = Counter()
    for predicate, name, first in rows:
        if predicate == "class" and name not in named and classes[first] < _OF_EACH_CLASS:
            named.add(name)
            classes[first] += 1
    return frozenset(name for predicate, name, _ in rows if predicate == "drug") - named


def _words(file: Path) -> list[str]:
    return re.findall(r"\w+", file.read_text("utf-8"))
