"""What is refused: a status, and each problem with the place where it stands and never a value.

A message may say which name was meant, and quotes nothing that came in; a path is made of the keys and
the names of the vocabulary alone. In what is logged it is made of the keys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lupa.errors import CaseError, LupaError, Problem, RuleError, TimeLimitError

JSON, FHIR, LINES = "application/json", "application/fhir+json", "application/x-ndjson"
TITLES = {
    400: "the request cannot be read",
    404: "there is nothing here",
    405: "not in this way",
    408: "the request did not come in time",
    412: "what is needed was not fetched",
    413: "the request is too large",
    415: "not in this form",
    422: "the request cannot be answered as it is",
    429: "too many requests at once; try again soon",
    500: "a fault of lupa's own; nothing was decided",
    503: "the rules cannot be used; `lupa lint` tells why",
    504: "no answer within the time limit; nothing was decided",
}
_ISSUES = {
    400: "structure",
    404: "not-found",
    405: "not-supported",
    408: "timeout",
    412: "required",
    413: "too-long",
    415: "not-supported",
    429: "throttled",
    500: "exception",
    503: "transient",
    504: "timeout",
}
"""The codes of an OperationOutcome's issues; of others, that it cannot be processed."""
_PLAIN = "what stands there cannot be used; `lupa decide` says of the same input why"
_STEP = re.compile(r"\[\d+\]|[^.\[\]]+")
_WORD = re.compile(r"[^\W_]+")
_SOON = {"Retry-After": "1"}


class RefusedError(Exception):
    """A request that is not answered."""

    def __init__(
        self, status: int, problems: Sequence[Problem] | str = (), headers: Mapping[str, str] | None = None
    ) -> None:
        self.status = status
        self.problems = [Problem("", problems)] if isinstance(problems, str) else [*problems]
        self.headers = {**(_SOON if status in (429, 503) else {}), **(headers or {})}
        super().__init__(TITLES[status])

    def body(self, media: str) -> bytes:
        """What is answered instead: an OperationOutcome where FHIR is spoken, else an `error` in JSON."""
        found = self._outcome() if media == FHIR else self.error()
        return json.dumps(found).encode() + b"\n"

    def error(self) -> dict[str, Any]:
        """The status, and each problem with its path."""
        problems = [{"path": problem.path, "message": problem.message} for problem in self.problems]
        return {"error": {"status": self.status, "message": str(self), "problems": problems}}

    def _outcome(self) -> dict[str, Any]:
        code = _ISSUES.get(self.status, "processing")
        issues = []
        for problem in self.problems or [Problem("", "")]:
            text = f"{self}: {problem.message}" if problem.message else str(self)
            issue: dict[str, Any] = {"severity": "error", "code": code, "details": {"text": text}}
            if problem.path:
                issue["diagnostics"] = problem.path
            issues.append(issue)
        return {"resourceType": "OperationOutcome", "issue": issues}


@dataclass(frozen=True, slots=True)
class Words:
    """What may stand in a path: the keys of a case, and the names of the vocabulary."""

    keys: Collection[str]
    names: Collection[str]

    def path(self, path: str) -> str:
        """A path as far as it is made of what is known here."""
        return _as_far(path, lambda step: step in self.keys or step in self.names)

    def keys_of(self, path: str) -> str:
        """A path as far as it is made of keys: it names nothing that a patient has."""
        return _as_far(path, lambda step: step in self.keys)

    def refused(self, error: LupaError, given: Any) -> RefusedError:
        """What is answered where a question about what was `given` could not be."""
        if isinstance(error, TimeLimitError):
            return RefusedError(504)
        if isinstance(error, RuleError):
            return RefusedError(503)
        problems = error.problems if isinstance(error, CaseError) else [Problem("", str(error))]
        unsayable = {_folded(text) for text in _texts(given)} - self._sayable
        return RefusedError(422, [self._told(problem, unsayable) for problem in problems])

    def _told(self, problem: Problem, unsayable: Collection[str]) -> Problem:
        message = _folded(problem.message)
        quoted = any(text in message for text in unsayable)
        return Problem(self.path(problem.path), _PLAIN if quoted else problem.message)

    @property
    def _sayable(self) -> set[str]:
        return {_folded(word) for words in (self.keys, self.names) for word in words} | {" "}


def _as_far(path: str, known: Any) -> str:
    found = ""
    for step in _STEP.findall(path):
        if step[0] == "[":
            found += step
        elif known(step):
            found += f".{step}" if found else step
        else:
            break
    return found


def _folded(text: str) -> str:
    """A text by its words alone, each between blanks."""
    return " ".join(["", *_WORD.findall(text.casefold()), ""])


def _texts(given: Any) -> Iterator[str]:
    """Every text, number and key in what was given."""
    waiting = [given]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif not isinstance(value, bool) and value is not None:
            yield str(value)
