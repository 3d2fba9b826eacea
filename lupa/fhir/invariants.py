"""The invariants of any resource and of a Questionnaire, and how elements are looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lupa.errors import printable

Json = dict[str, Any]


def each_of(value: Any) -> list[Any]:
    """What stands at an element that may be a list, or nothing."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def parts_of(holder: Any, key: str) -> list[Json]:
    """The objects that stand at an element of another."""
    found = holder.get(key) if isinstance(holder, dict) else None
    return [one for one in each_of(found) if isinstance(one, dict)]


def of_any(found: Any, path: str = "") -> Iterator[str]:
    """What is wrong with elements by the invariants of all of them (ele-1, ext-1), each with its path."""
    for key, value in found.items() if isinstance(found, dict) else ():
        place = printable(f"{path}.{key}" if path else str(key))
        if value in ({}, []):
            yield f"{place}: ele-1: an element has a value or parts"
        for one in each_of(value):
            if one == {} and isinstance(value, list):
                yield f"{place}: ele-1: an element has a value or parts"
            if key in ("extension", "modifierExtension") and isinstance(one, dict):
                told = [name for name in one if name.startswith("value") or name == "extension"]
                if not one.get("url") or len(told) != 1:
                    yield f"{place}: ext-1: an extension has an address, and a value or parts"
            yield from of_any(one, place)


_TYPES = {"group", "display", "boolean", "decimal", "integer", "date", "dateTime", "time", "string"}
_TYPES |= {"text", "url", "choice", "open-choice", "attachment", "reference", "quantity"}
_OPERATORS = {"exists", "=", "!=", ">", "<", ">=", "<="}


def questionnaire(found: Json) -> Iterator[str]:
    """What is wrong with a form by the invariants of FHIR R4 (que-0 to que-13)."""
    if not re.fullmatch(r"[A-Z][A-Za-z0-9_]{0,254}", str(found.get("name"))):
        yield "que-0: name is no name that a program can use"
    if found.get("status") not in ("draft", "active", "retired", "unknown"):
        yield "status: draft, active, retired or unknown is wanted"
    every = list(_items(found))
    links = [item.get("linkId") for item in every]
    yield from (
        f"que-2: {link} stands twice" for link in sorted({str(x) for x in links if links.count(x) > 1})
    )
    options = {
        item.get("linkId"): [
            one.get("valueCoding", {}).get("code") for one in parts_of(item, "answerOption")
        ]
        for item in every
    }
    for item in every:
        yield from (f"{words} ({item.get('linkId')})" for words in _item(item, options))


def _items(holder: Json) -> Iterator[Json]:
    for item in parts_of(holder, "item"):
        yield item
        yield from _items(item)


def _item(item: Json, options: Mapping[Any, list[Any]]) -> Iterator[str]:
    kind, conditions = item.get("type"), parts_of(item, "enableWhen")
    codes = options.get(item.get("linkId"), [])
    checks = [
        ("type: one of FHIR is wanted", kind not in _TYPES),
        ("text: a question is asked in words", kind != "group" and not item.get("text")),
        ("answerOption: a choice has options", kind == "choice" and not codes),
        ("answerOption: two options have one code", len(codes) != len(set(map(str, codes)))),
        (
            "enableBehavior: all or any is wanted",
            item.get("enableBehavior", "all") not in ("all", "any"),
        ),
        ("que-1: a group has items", kind == "group" and not item.get("item")),
        ("que-1: what is displayed has no items", kind == "display" and bool(item.get("item"))),
        ("que-4: options and a set of values", "answerOption" in item and "answerValueSet" in item),
        (
            "que-5: options of no choice",
            bool(item.get("answerOption")) and kind not in ("choice", "open-choice"),
        ),
        (
            "que-6: what is displayed is not required",
            kind == "display" and ("required" in item or "repeats" in item),
        ),
        ("que-8: a group begins with nothing", kind in ("group", "display") and "initial" in item),
        ("que-9: what is displayed is always read only", kind == "display" and "readOnly" in item),
        ("que-11: options begin with a choice of their own", "answerOption" in item and "initial" in item),
        (
            "que-12: several conditions need a behavior",
            len(conditions) > 1 and "enableBehavior" not in item,
        ),
        (
            "que-13: one answer begins with one",
            len(each_of(item.get("initial"))) > 1 and not item.get("repeats"),
        ),
    ]
    yield from (words for words, is_wrong in checks if is_wrong)
    chosen = [one for one in parts_of(item, "answerOption") if one.get("initialSelected")]
    if len(chosen) > 1 and not item.get("repeats"):
        yield "que-13: one answer begins with one"
    for one in conditions:
        if one.get("operator") not in _OPERATORS:
            yield "enableWhen: one of FHIR's operators is wanted"
        if one.get("operator") == "exists" and not isinstance(one.get("answerBoolean"), bool):
            yield "que-7: what exists is answered by yes or no"
        known = options.get(one.get("question"))
        if known is None:
            yield "enableWhen: no item is the question"
        elif "answerCoding" in one and one["answerCoding"].get("code") not in known:
            yield "enableWhen: the question has no such answer"
