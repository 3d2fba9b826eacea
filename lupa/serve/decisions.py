"""`POST /decide`: cases, or charts that make them, for the decisions that `lupa decide --json` prints."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from lupa.answers.decision import Decision
from lupa.answers.many import Undecided
from lupa.errors import CaseError, LupaError, Problem, TimeLimitError, escaped
from lupa.fhir.cases import cases_of
from lupa.fhir.items import decide_all
from lupa.knowledge import KnowledgeBase
from lupa.record.reading import LARGEST_CASE, parse_json, read_cases
from lupa.rules.deadline import Deadline
from lupa.serve.answer import Answer
from lupa.serve.receiving import parsed
from lupa.serve.refused import FHIR, JSON, LINES, RefusedError, Words

ACCEPTED = (JSON, LINES, FHIR)
_MOST = 1000
"""Cases of one request."""
_CHART = ("resourceType", "hookInstance")
"""What a chart has at its top, and no case."""


def decide(
    kb: KnowledgeBase,
    words: Words,
    media: str,
    data: bytes,
    limit: Deadline,
    asked: Mapping[str, Any],
) -> Answer:
    """The decisions on the cases of a body, each under every policy that it is about.

    What a chart has notes of is told among the remarks.

    Of one case under one policy it is the decision, else an array of them, or lines where lines came in.
    Of several cases each that cannot be decided has what is wrong in its place, and the status is 207.
    Raises `RefusedError`.
    """
    if media == LINES:
        cases = [case for _, case in read_cases(io.BytesIO(data), "cases.jsonl")]
        return _many(kb, words, cases, limit, lines=True)
    given = parsed(data)
    if isinstance(given, dict) and any(key in given for key in _CHART):
        try:
            found = [case for _, case in cases_of(data, "", kb, None, asked)]
        except LupaError as error:
            raise words.refused(error, given) from error
        if len(found) > 1:
            return _many(kb, words, found, limit)
        return _one(kb, words, found[0], limit, given)
    exact = _exactly(data, words)
    if isinstance(exact, list):
        return _many(kb, words, exact, limit)
    if len(data) > LARGEST_CASE:
        raise RefusedError(413, f"a case has at most {LARGEST_CASE} bytes; several go into an array")
    return _one(kb, words, exact, limit, given)


def _exactly(data: bytes, words: Words) -> Any:
    """The data with its numbers as they are written, and no key twice."""
    try:
        return parse_json(data.decode("utf-8-sig"))
    except CaseError as error:
        raise RefusedError(400, [Problem(words.path(p.path), p.message) for p in error.problems]) from error


def _one(kb: KnowledgeBase, words: Words, case: Any, limit: Deadline, given: Any) -> Answer:
    try:
        found = list(_decided(kb, case, limit))
    except LupaError as error:
        raise words.refused(error, given) from error
    lines = [line for line, _ in found]
    body = lines[0] if len(lines) == 1 else _array(lines)
    return Answer(body, cases=(found[0][1],))


def _many(
    kb: KnowledgeBase, words: Words, cases: Sequence[Any], limit: Deadline, *, lines: bool = False
) -> Answer:
    if len(cases) > _MOST:
        raise RefusedError(413, f"at most {_MOST} cases are taken at once")
    told: list[bytes] = []
    prints: list[str] = []
    paths: list[str] = []
    status = 200
    for place, case in enumerate(cases):
        try:
            found = list(_decided(kb, case, limit))
        except TimeLimitError as error:
            raise RefusedError(504) from error
        except LupaError as error:
            refused = words.refused(error, None if isinstance(case, CaseError) else case)
            told.append(_line(_undecided(refused, f"cases[{place}]")))
            paths += [words.keys_of(problem.path) for problem in refused.problems]
            status = 207
        else:
            told += [line for line, _ in found]
            prints.append(found[0][1])
    body = b"".join(told) if lines else _array(told)
    return Answer(body, status, LINES if lines else JSON, tuple(prints), tuple(paths))


def _array(lines: Iterable[bytes]) -> bytes:
    return b"[" + b",\n".join(line.rstrip(b"\n") for line in lines) + b"]\n"


def _undecided(refused: RefusedError, where: str) -> Undecided:
    """What stands in the place of a decision, as `lupa decide --json` has it, without a value."""
    outcome: Literal["invalid", "undecided"] = "invalid" if refused.status == 422 else "undecided"
    error = "\n".join(map(str, refused.problems)) or str(refused)
    return Undecided(where, where, outcome, error, tuple(refused.problems))


def _line(answer: Decision | Undecided) -> bytes:
    return escaped(answer.to_json()).encode() + b"\n"


def _decided(kb: KnowledgeBase, case: Any, limit: Deadline) -> Iterator[tuple[bytes, str]]:
    """The decisions on a case as lines of JSON, each with the fingerprint of the case."""
    if isinstance(case, CaseError):
        raise case
    for decision in decide_all(kb, case, limit):
        yield _line(decision), decision.fingerprint.case
