"""The JSON Schemas of a case and of a decision, made from the vocabulary and from the models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Optional, Union

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from lupa import KnowledgeBase
from lupa.answers.decision import Decision
from lupa.answers.exploration import Ask, Flips, Plan, WhatIf
from lupa.authors.diff.results import Diff
from lupa.authors.reports.finding import Report
from lupa.authors.trials.run import Trials
from lupa.rules.vocabulary import Quantity, Vocabulary

ANSWERS = {
    "decision": Decision,
    "whatif": WhatIf,
    "flip": Flips,
    "ask": Ask,
    "plan": Plan,
    "report": Report,
    "test": Trials,
    "diff": Diff,
}
"""What each verb answers in JSON."""

_Truth = bool | Literal["yes", "no"] | None


class _Strict(BaseModel):
    """An object with these keys and no others."""

    model_config = ConfigDict(extra="forbid")


class Range(_Strict):
    """The numbers that a quantity may be; one end is enough."""

    at_least: float = Field(default_factory=float)
    more_than: float = Field(default_factory=float)
    at_most: float = Field(default_factory=float)
    less_than: float = Field(default_factory=float)


def schemas(kb: KnowledgeBase) -> dict[str, dict[str, Any]]:
    """The schema of a `case`, and of each answer in JSON by its verb, as JSON Schema (draft 2020-12).

    A case may also write names in other cases, with blanks or hyphens, as lupa reads them.
    """
    vocabularies = [kb.edition(policy).vocabulary for policy in kb.policies]
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {
        "case": dialect | _case(vocabularies).model_json_schema(),
        **{name: dialect | _schema(answer) for name, answer in ANSWERS.items()},
    }


def _schema(answer: type) -> dict[str, Any]:
    return TypeAdapter(answer).json_schema(mode="serialization")


def _case(vocabularies: list[Vocabulary]) -> type[BaseModel]:
    request: dict[str, Any] = {
        "policy": (str | None, Field(None, description="A policy's id, with or without @edition.")),
        "drug": (str | None, Field(None, description="Ingredient, brand or synonym.")),
        "service_date": (date | None, Field(None, description="Chooses the edition in force.")),
    }
    facts: dict[str, Any] = {
        "birth_date": (date | None, Field(None, description="With request.service_date, the age."))
    }
    _add(_Joined(vocabularies), request, facts)
    parts: dict[str, Any] = {
        "case": (str | None, Field(None, description="The name of the case.")),
        "request": (create_model("Request", __base__=_Strict, **request), ...),
        "facts": (Optional[create_model("Facts", __base__=_Strict, **facts)], None),  # noqa: UP045 - built from data
        "expect": (
            dict[str, str | list[str]] | None,
            Field(None, description="What a shipped case must come to."),
        ),
    }
    doc = "What is asked for, and what is known of the patient; silence is never read as no."
    return create_model("Case", __base__=_Strict, __doc__=doc, **parts)


class _Joined:
    """What some vocabularies declare, taken together."""

    def __init__(self, vocabularies: list[Vocabulary]) -> None:
        self.choices: dict[str, dict[str, dict[str, str]]] = {}
        self.families: dict[str, dict[str, str]] = {}
        self.flags: dict[str, str] = {}
        self.quantities: dict[str, Quantity] = {}
        self.aliases: dict[str, list[str]] = {}
        for v in vocabularies:
            for name, kinds in v.choices.items():
                for kind, values in kinds.items():
                    self.choices.setdefault(name, {}).setdefault(kind, {}).update(values)
            for name, values in v.families.items():
                self.families.setdefault(name, {}).update(values)
            for name, aliases in v.aliases.items():
                self.aliases[name] = [*self.aliases.get(name, ()), *aliases]
            self.flags.update(v.flags)
            self.quantities.update(v.quantities)


def _add(v: _Joined, request: dict[str, Any], facts: dict[str, Any]) -> None:
    """Puts what a vocabulary declares among the keys of a request and of its facts."""
    for name, kinds in v.choices.items():
        chosen = {kind: (_name(v, values) | None, None) for kind, values in kinds.items()}
        if name == "requested":
            request.update(chosen)
        else:
            facts[name] = (create_model(name.title(), __base__=_Strict, **chosen), None)  # type: ignore[call-overload]  # keys are data
    for name, values in v.families.items():
        one = _name(v, values)
        facts[name] = (list[one] | dict[one, _Truth] | None, None)  # type: ignore[valid-type]  # names are data
    facts.update(dict.fromkeys(v.flags, (_Truth, None)))
    for name, quantity in v.quantities.items():
        (request if quantity.in_request else facts)[name] = _number(quantity)


def _name(v: _Joined, known: Mapping[str, object]) -> Any:
    """Any accepted name of what is known, as it is usually written."""
    names = [n for name in known for n in (name, *v.aliases.get(name, ()))]
    return Literal[tuple(dict.fromkeys(names))]


def _number(quantity: Quantity) -> tuple[Any, Any]:
    kind: Any = int if quantity.whole else float
    number = Annotated[kind, Field(ge=quantity.least, le=quantity.most)]
    return (Union[number, Range, None], Field(None, description=quantity.unit))  # noqa: UP007 - built from data
