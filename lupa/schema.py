"""The JSON Schemas of a case and of a decision, made from the vocabulary and from the models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Generic, Literal, Optional, TypeVar, Union

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from lupa import KnowledgeBase
from lupa.answers.decision import Decision
from lupa.answers.exploration import Ask, Flips, Plan, WhatIf
from lupa.answers.many import Undecided
from lupa.answers.meaning import Meaning
from lupa.authors.diff.results import Diff
from lupa.authors.reports.finding import Report
from lupa.authors.trials.run import Trials
from lupa.compiled.form import Form
from lupa.pages.letter import Letter
from lupa.record.measurement import ENDS, ON, VALUE
from lupa.record.record import ABOUT
from lupa.rules.edition import Edition
from lupa.rules.known import Known
from lupa.rules.quantities import Quantity
from lupa.rules.vocabulary import Tree, Vocabulary

ANSWERS = {
    "decision": Decision,
    "undecided": Undecided,
    "whatif": WhatIf,
    "flip": Flips,
    "ask": Ask,
    "plan": Plan,
    "report": Report,
    "test": Trials,
    "diff": Diff,
    "compiled": Form,
    "meaning": Meaning,
    "letter": Letter,
}
"""What each verb answers in JSON, and a policy as it is compiled."""

_Truth = bool | Literal["yes", "no"] | None
_NUMBER = r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,12})?"
_UNIT = r"(\s*-?[^0-9\s.,/+-].*)?\s*$"
_Written = Annotated[
    str,
    Field(pattern=rf"^\s*[+-]?{_NUMBER}{_UNIT}", description="As it is written: '34', '2.6 mmol/L'."),
]
_Bounded = Annotated[
    str,
    Field(
        pattern=rf"^\s*(((>=|<=|[<>≥≤])\s*)?[+-]?{_NUMBER}|{_NUMBER} ?\+){_UNIT}",
        description="As it is written, perhaps with the sign of a bound: '34', '2.6 mmol/L', '>60', '18+'.",
    ),
]
_Pair = Annotated[str, Field(pattern=r"^\s*\d", description="Two numbers as they are written: '150/90'.")]
_Date = (
    Annotated[
        str,
        Field(
            pattern=r"^\s*\d{4}[-/.‐-―]?\d|\d{4}(T\d|,? +\d|\s*$)",
            description="A day: '2025-03-01', 'March 1, 2025', '2025-03-01T10:30'; the time is not read.",
        ),
    ]
    | Annotated[int, Field(ge=1000_01_01, le=9999_12_31)]
)
_NoNames = Annotated[list[str], Field(max_length=0)]


class _Strict(BaseModel):
    """An object with these keys and no others."""

    model_config = ConfigDict(extra="forbid")


class _Asked(_Strict):
    """A request, which says what it is about."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "anyOf": [{"required": [key], "properties": {key: {"not": {"type": "null"}}}} for key in ABOUT]
        },
    )


def _one_of(*keys: str) -> dict[str, Any]:
    """That one of these keys is needed."""
    return {"anyOf": [{"required": [key]} for key in keys]}


class Range(_Strict):
    """The numbers that a quantity may be; one end is enough, and one is needed, or the number itself."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_one_of(*ENDS, VALUE))

    at_least: float | _Written = Field(default_factory=float)
    more_than: float | _Written = Field(default_factory=float)
    at_most: float | _Written = Field(default_factory=float)
    less_than: float | _Written = Field(default_factory=float)
    value: float | _Written | None = Field(None, description="The number itself, in the place of a range.")
    unit: str = Field(default_factory=str, description="The quantity's own unit, or another it has.")


class Measurement(Range):
    """What was measured, and on which day; one of several, or the only one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_one_of(*ENDS, VALUE, ON))

    on: _Date | None = Field(None, description="The day, up to the service date.")


class MeasuredPair(Measurement):
    """Two numbers that are measured together, and on which day."""

    value: _Pair | None = Field(None, description="Both, the larger first.")


class Measurements(_Strict):
    """All the measurements that there are."""

    only: float | _Bounded | Measurement | list[float | _Bounded | Measurement]


class Day(_Strict):
    """The day on which something was so."""

    on: _Date | None


_Day = _Date | Literal["never"] | Day | None
_Names = TypeVar("_Names")
_Said = TypeVar("_Said")


class Relation(BaseModel, Generic[_Names, _Said]):
    """What is said by argument; `only` names all that is so."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, _Said]

    only: _Names | dict[str, _Said] = Field(default_factory=dict)


def schemas(kb: KnowledgeBase) -> dict[str, dict[str, Any]]:
    """The schema of a `case`, and of each answer in JSON by its verb, as JSON Schema (draft 2020-12).

    Names, of drugs, conditions and the like, are any text here: which of them lupa knows, in whatever
    way they are written, is for it to say (`lupa facts` lists them).
    """
    editions = [kb.edition(policy) for policy in kb.policies]
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {
        "case": dialect | _case(editions).model_json_schema(),
        **{name: dialect | _schema(answer) for name, answer in ANSWERS.items()},
    }


def _schema(answer: Any) -> dict[str, Any]:
    return TypeAdapter(answer).json_schema(mode="serialization")


def _case(editions: list[Edition]) -> type[BaseModel]:
    request: dict[str, Any] = {
        "policy": (str | None, Field(None, description="A policy's id, with or without @edition.")),
        "drug": (
            str | None,
            Field(None, description="Ingredient, brand or synonym; its route may stand behind it."),
        ),
        "service": (str | None, Field(None, description="What is no drug: a device, a test.")),
        "code": (str | int | None, Field(None, description="A code of the drug or the service.")),
        "payer": (str | None, Field(None, description="Whose policies are asked.")),
        "service_date": (_Date | None, Field(None, description="Chooses the edition in force.")),
        "submitted": (_Date | None, Field(None, description="The day on which it was sent; told.")),
        "received_on": (_Date | None, Field(None, description="The day on which it came in; told.")),
        "expedited": (_Truth, Field(None, description="Whether it is to be decided sooner; told.")),
    }
    facts: dict[str, Any] = {
        "birth_date": (_Date | None, Field(None, description="With request.service_date, the age."))
    }
    for edition in editions:
        _add(edition.vocabulary, request, facts)
    for edition in editions:
        for name, places in edition.known.declared().items():
            if all(places) and name not in edition.vocabulary.choices:  # none of it need be read here
                facts.setdefault(name, (_beyond(edition.known, name, len(places)), None))
    parts: dict[str, Any] = {
        "case": (str | None, Field(None, description="The name of the case.")),
        "request": (create_model("Request", __base__=_Asked, **request), ...),
        "facts": (Optional[create_model("Facts", __base__=_Strict, **facts)], None),  # noqa: UP045 - built from data
        "expect": (
            dict[str, str | list[str]] | None,
            Field(None, description="What a shipped case must come to."),
        ),
        "evidence": (
            dict[str, list[dict[str, str | None]]] | None,
            Field(None, description="Of each fact, the lines of a chart that say something of it."),
        ),
    }
    doc = "What is asked for, and what is known of the patient; silence is never read as no."
    return create_model("Case", __base__=_Strict, __doc__=doc, **parts)


def _add(v: Vocabulary, request: dict[str, Any], facts: dict[str, Any]) -> None:
    """Puts what a vocabulary declares among the keys of a request and of its facts."""
    for name, groups in v.choices.items():
        if name == "requested":
            request.update({path[0]: (str | None, None) for path in groups if path})
        else:
            is_numbered = any(value.lstrip("-").isdigit() for values in groups.values() for value in values)
            value = str | int | None if is_numbered else str | None
            facts[name] = (_nested(v.tree_of(name), value), None)
    for name, tree in v.families.items():
        facts[name] = (_relation(_depth(tree), taken=name in v.said_with_dose), None)
    facts.update(dict.fromkeys(v.flags, (_Truth, None)))
    facts.update({name: (said, None) for name, said in _days(v)})
    for pair in v.pairs:
        facts.update(dict.fromkeys((pair, *v.aliases.get(pair, ())), (_Pair | MeasuredPair | None, None)))
    for name, measured in v.measures.items():
        quantity = v.measured(name)
        number = (
            _nested(measured, _number(quantity)) if isinstance(measured, Mapping) else _number(quantity)
        )
        described = (number, Field(None, description=quantity.unit))
        (request if quantity.in_request else facts)[name] = described


def _days(v: Vocabulary) -> Iterator[tuple[str, Any]]:
    """The days that a case can state, by name."""
    for name, tree in v.days.items():
        yield name, _nested(tree, _Day) if isinstance(tree, Mapping) else _Day


def _nested(tree: Tree, value: Any) -> Any:
    """What is said of each by its arguments; an empty one stands for the value itself."""
    below = next(iter(tree.values()))
    if "" in tree:
        return value
    return dict[str, _nested(below, value) if isinstance(below, Mapping) else value] | None  # type: ignore[misc]  # made from data


def _depth(tree: Tree) -> int:
    """How many arguments the facts of a relation have."""
    below = next(iter(tree.values()))
    return 1 + (_depth(below) if isinstance(below, Mapping) else 0)


@cache
def _relation(depth: int, *, taken: bool = False) -> Any:
    """A list of what is so, or a mapping by arguments, of which there are so many.

    A single name may stand for a list of it, and of what is `taken` how it is in the place of yes.
    """
    names: Any = _NoNames
    said: Any
    if depth > 1:
        said = _relation(depth - 1)
    else:
        said = _Truth | str | dict[str, str | float] if taken else _Truth
        names = str | list[str | dict[str, said]]
    called = f"Relation{depth}{'Taken' if taken else ''}"
    by_argument: Any = create_model(called, __base__=Relation[names, said])
    return Union[names, by_argument, None]  # noqa: UP007 - built from data


def _beyond(known: Known, name: str, depth: int) -> Any:
    """What is said of facts, numbers or days that no rule reads, by so many arguments."""
    if known.is_day(name):
        said: Any = _Day
    elif known.quantity(name) is not None:
        said = float | _Bounded | Measurement | list[float | _Bounded | Measurement] | Measurements | None
    elif known.single(name):
        depth, said = depth - 1, str | None
    else:
        return _relation(depth)
    for _ in range(depth):
        said = Optional[dict[str, said]]  # noqa: UP045 - built from data
    return said


def _number(quantity: Quantity) -> Any:
    kind: Any = int if quantity.whole else float
    number = Annotated[kind, Field(ge=quantity.least, le=quantity.most)]
    if quantity.dated:
        said = number | _Bounded | Measurement
        return Union[said, list[said], Measurements, None]  # noqa: UP007 - built from data
    return Union[number, _Bounded, Range, None]  # noqa: UP007 - built from data
