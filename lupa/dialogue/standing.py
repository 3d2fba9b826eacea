"""A case as it stands in a dialogue: changed, decided, and kept in a file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lupa.answers.decision import Decision
from lupa.answers.desk import Desk
from lupa.answers.question import Question
from lupa.answers.whatif import changed_request
from lupa.errors import CaseError, shown
from lupa.record.case import Case
from lupa.record.edits import edited
from lupa.record.members import as_mapping
from lupa.record.plain import plain_data
from lupa.record.record import BESIDE
from lupa.record.strict_yaml import dump


@dataclass(frozen=True, slots=True)
class Standing:
    """A case, the one question that it is, and the decision on it."""

    case: Case
    question: Question
    decision: Decision


def begun(case: Case) -> dict[str, Any]:
    """The case that a dialogue begins with: plain data, without what was expected of it."""
    found: dict[str, Any] = plain_data({key: part for key, part in case.items() if key != "expect"})
    return found


def standing(kb: Desk, case: Case, name: str, timeout: float | None) -> Standing:
    """The case decided under the one policy that it is about; raises `CaseError` as `kb.decide` does."""
    question = _question(kb, case, timeout)
    return Standing(case, question, kb.decide(case, name=name, timeout=timeout))


def altered(kb: Desk, case: Case, changes: Mapping[str, Any], unset: Iterable[str] = ()) -> dict[str, Any]:
    """A new case with these statements, silent on those of `unset`; policy, drug and date among them.

    Raises `CaseError`, naming every problem.
    """
    request, statements = changed_request(case, changes)
    silent = []
    for name in unset:
        if name.removeprefix("request.") in BESIDE:
            request.pop(name.removeprefix("request."), None)
        else:
            silent.append(name)
    routed = {**case, "request": request}
    return edited(routed, statements.items(), silent, _question(kb, routed, None).edition)


def with_names(case: Case, family: str, names: Iterable[str]) -> dict[str, Any]:
    """The case with these names, as they are written, among what is so of a relation."""
    facts = dict(case.get("facts") or {})
    facts[family] = {**as_mapping(facts.get(family) or {}, {}), **dict.fromkeys(names, True)}
    return {**case, "facts": facts}


def _question(kb: Desk, case: Case, timeout: float | None) -> Question:
    first, *others = kb.questions(case, timeout=timeout)
    if others:
        policies = ", ".join(question.edition.policy for question in (first, *others))
        raise CaseError(f"several policies cover the drug: {policies}; name one as request.policy")
    return first


def as_yaml(case: Case) -> str:
    """The case as a YAML text that is read back as the same case."""
    return dump(case, 80)


def save(case: Case, file: str, *, over: bool = False) -> None:
    """Writes the case to a YAML file; over one that is there only if told so.

    Raises `CaseError` where that cannot be done.
    """
    check_file(file, over=over)
    text = as_yaml(case)
    try:
        with open(os.path.expanduser(file), "w" if over else "x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise CaseError(f"{shown(file)} cannot be written: {error.strerror}") from error


def check_file(file: str, *, over: bool = False) -> None:
    """Raises `CaseError` for the name of a file that no case can be saved to, or that is taken."""
    if not file.strip() or not file.isprintable():
        raise CaseError(f"the name of a file is expected, not {shown(file)}")
    if file.lower().endswith((".json", ".jsonl", ".ndjson")):
        raise CaseError(f"a case is saved as YAML; let the name {shown(file)} end in .yaml")
    if not over and is_there(file):
        raise CaseError(f"{shown(file)} is there already, and is left as it is; name another file")


def is_there(file: str) -> bool:
    """Whether there is a file, or something else, of this name."""
    return os.path.lexists(os.path.expanduser(file))


def is_same(file: str, other: str | None) -> bool:
    """Whether two names are of the same file, which is there."""
    try:
        return other is not None and os.path.samefile(os.path.expanduser(file), other)
    except OSError:  # one of them is not there
        return False
