"""A claim of several items: each is asked about by itself, and one response answers them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lupa.fhir.answering import PENDED, adjudication

Json = dict[str, Any]
_NO_POLICY = "No policy on file here speaks of this item; a person decides."


def one_by_one(claim: Mapping[str, Any]) -> Iterator[Json]:
    """The claim once for each of its items.

    A prescription of the whole claim does not say which of several items it is for, and is left out.
    """
    lines = claim["item"]
    shared = claim if len(lines) == 1 else {key: claim[key] for key in claim if key != "prescription"}
    yield from ({**shared, "item": [line]} for line in lines)


def together(claim: Mapping[str, Any], answers: Sequence[Mapping[str, Any] | None]) -> Json:
    """One ClaimResponse made of those to each item; None for an item of which no policy speaks.

    Such an item is pended. What several items are told is one note. At least one item has an answer.
    """
    found = dict(next(answer for answer in answers if answer is not None))
    numbers: dict[str, int] = {}
    items: dict[str, list[Json]] = {"item": [], "addItem": []}
    for line, answer in zip(claim["item"], answers, strict=True):
        if answer is None:
            note = [numbers.setdefault(_NO_POLICY, len(numbers) + 1)]
            decided = {"itemSequence": line["sequence"], "adjudication": adjudication(PENDED)}
            items["item"].append({**decided, "noteNumber": note})
            continue
        texts = {note["number"]: note["text"] for note in answer.get("processNote", ())}
        for text in texts.values():
            numbers.setdefault(text, len(numbers) + 1)
        for key, several in items.items():
            several += [
                one | {"noteNumber": [numbers[texts[n]] for n in one["noteNumber"]]}
                if "noteNumber" in one
                else one
                for one in answer.get(key, ())
            ]
    found |= {key: several for key, several in items.items() if several}
    if numbers:
        found["processNote"] = [{"number": n, "type": "print", "text": text} for text, n in numbers.items()]
    return found
