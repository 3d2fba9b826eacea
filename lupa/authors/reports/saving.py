"""The patients that authors are shown, as case files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from lupa.authors.reports.finding import Patient
from lupa.strict_yaml import dump


class _Shows(Protocol):
    """Something that is shown on patients."""

    @property
    def patients(self) -> tuple[Patient, ...]: ...


def patients_of(shown: Iterable[_Shows]) -> list[Patient]:
    """All patients that these are shown on."""
    return [patient for each in shown for patient in each.patients]


def save_cases(folder: Path, patients: Iterable[Patient]) -> list[Path]:
    """Writes the case of each patient into a folder, made if need be; changes no file that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for patient in patients:
        path = _free(folder, f"{patient.policy}_{patient.edition}_{patient.outcome}")
        path.write_text(dump(patient.case, 100), encoding="utf-8")
        written.append(path)
    return written


def _free(folder: Path, stem: str) -> Path:
    """The path of a file that is not there yet; an edition may be called what no file can be."""
    name = re.sub(r"[^\w.-]", "_", stem)
    path, number = folder / f"{name}.yaml", 1
    while path.exists():
        number += 1
        path = folder / f"{name}_{number}.yaml"
    return path
