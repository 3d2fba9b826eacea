"""The cases that authors are shown, as files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from lupa.authors.reports.finding import Patient
from lupa.record.case import Case
from lupa.record.strict_yaml import dump

Named = tuple[str, Case]
"""A case, and what its file is to be called."""


class _Shows(Protocol):
    """Something that is shown on patients."""

    @property
    def patients(self) -> tuple[Patient, ...]: ...


def patients_of(shown: Iterable[_Shows]) -> list[Named]:
    """The cases of all patients that these are shown on, called by what shows and by who decides."""
    return [
        (f"{getattr(each, 'check', '')} {one.policy} {one.edition} {one.outcome}", one.case)
        for each in shown
        for one in each.patients
    ]


def save_cases(folder: Path, cases: Iterable[Named]) -> list[Path]:
    """Writes cases into a folder, made if need be; changes no file that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, case in cases:
        path = _free(folder, name)
        path.write_text(dump(case, 100), encoding="utf-8")
        written.append(path)
    return written


def _free(folder: Path, name: str) -> Path:
    """The path of a file that is not there yet; an edition may be called what no file can be."""
    stem = re.sub(r"[^\w.-]", "_", name.strip())
    path, number = folder / f"{stem}.yaml", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}_{number}.yaml"
    return path
