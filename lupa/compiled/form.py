"""The compiled policy as JSON: what each part of it is called, and what stands there."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

Node = int
"""A place in `nodes`, or below 0 a value: -1 no, -2 yes, -3 none, -4 and below an outcome."""


class Variable(TypedDict):
    """A fact: what is assumed of it in silence, its rank in reasons and lists, and its words."""

    fact: str
    default: bool | None
    place: int
    yes: str
    no: str
    question: str


class Output(TypedDict):
    """Something that the policy says, and the function that is yes where it is so."""

    kind: Literal[
        "criterion", "part", "applies", "basis", "referral", "limit", "scope", "advisory", "note",
        "pathway", "condition", "bound",
    ]  # fmt: skip
    id: str
    node: Node


class Law(TypedDict):
    """The laws that speak of these variables and of no others: yes where they are kept."""

    variables: list[int]
    node: Node


class Source(TypedDict):
    """A place in the document, and the pathway (`indication,phase`) for which it is cited, if but one."""

    pathway: str | None
    source: str | None


class Item(TypedDict):
    """The words of what the policy says: where it is so, and where it is not."""

    yes: str
    no: str
    sources: list[Source]


class Clause(TypedDict):
    """A clause by which a part is there, and the output of kind `condition` that says when."""

    source: str | None
    condition: str


class Part(TypedDict):
    """A part of a criterion, and the output of kind `condition` that says when it is there."""

    id: str
    condition: str
    clauses: list[Clause]


class Branch(TypedDict):
    """What a criterion with parts needs: all of them, any, or at least so many."""

    of: Literal["all", "any", "at_least"]
    least: int | None
    parts: list[Part]


class Bound(TypedDict):
    """At most so much of a quantity ("12", "5/2"), where the output of kind `bound` says that it binds."""

    quantity: str
    most: str
    bound: str


class OutcomeWords(TypedDict):
    """What an outcome means, and what to do next."""

    text: str
    next: str


class Group(TypedDict):
    """What is asked together: its variables, each with its words in an answer."""

    id: str
    kind: Literal["choice", "number", "members", "yes_no"]
    question: str
    facts: list[int]
    answers: list[str]


class Cut(TypedDict):
    """A variable that says whether a number is `at_least` or `more_than` a bound ("18", "5/2")."""

    kind: Literal["at_least", "more_than"]
    bound: str
    variable: int


class Number(TypedDict):
    """A number that a case can state in a section (`request` or `facts`) under the keys of `where`."""

    unit: str
    least: int
    most: int
    whole: bool
    section: str
    where: list[str]
    cuts: list[Cut]


class Contents(TypedDict):
    """Words, and how a case states facts; trees lead by arguments to variables."""

    items: dict[str, dict[str, Item]]
    tree: dict[str, Branch]
    bounds: list[Bound]
    outcome_words: dict[str, OutcomeWords]
    groups: list[Group]
    numbers: dict[str, Number]
    choices: dict[str, Any]
    relations: dict[str, Any]
    flags: dict[str, int]
    names: dict[str, list[str]]


class Form(Contents):
    """A policy compiled, enough to decide and explain without lupa; see `Compiled.to_json`."""

    format: Literal["lupa-compiled"]
    version: Literal[1]
    policy: str
    edition: str
    fingerprint: str
    readings: dict[str, str]
    outcomes: list[str]
    variables: list[Variable]
    nodes: list[tuple[int, Node, Node]]
    outcome: Node
    outputs: list[Output]
    laws: list[Law]
