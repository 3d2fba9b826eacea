"""The templates of letters as plain data, which a page fills in as `lupa letter` does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import TemplateError, nodes
from jinja2.environment import Environment

from lupa.errors import RuleError
from lupa.pages.templates import FILES, Form, templates

FORMS: tuple[Form, ...] = ("text", "html")
"""In which forms a page writes letters."""
_PARTS: Mapping[str, Sequence[str]] = {
    "getitem": ("node", "arg"),
    "condexpr": ("test", "expr1", "expr2"),
    "and": ("left", "right"),
    "or": ("left", "right"),
    "not": ("node",),
    "concat": ("nodes",),
    "list": ("items",),
    "tuple": ("items",),
}
_FILTERS = ("join", "length")
_COMPARED = ("eq", "ne", "gt", "gteq", "lt", "lteq", "in", "notin")


class Letters:
    """Templates, each kept once and known by its place."""

    def __init__(self) -> None:
        self.each: list[list[Any]] = []

    def found(self, folders: Sequence[Path]) -> dict[str, int] | str:
        """The place of each template by its name; or why a page has none."""
        environment = templates(folders)
        places: dict[str, int] = {}
        before = len(self.each)
        try:
            for form in FORMS:
                self._add(FILES[form], environment, places)
        except RuleError as error:
            found: dict[str, int] | str = str(error)
        except TemplateError as error:
            found = f"a template cannot be used: {error}"
        else:
            return places
        del self.each[before:]
        return found

    def _add(self, name: str, environment: Environment, places: dict[str, int]) -> None:
        if name in places:
            return
        file = environment.get_template(name).filename
        reader = _Reader(name)
        tree = reader.body(environment.parse(Path(str(file)).read_text(encoding="utf-8"), name).body)
        if tree not in self.each:
            self.each.append(tree)
        places[name] = self.each.index(tree)
        for needed in reader.needed:
            self._add(needed, environment, places)


def _parts(node: nodes.Node, names: Sequence[str]) -> Iterator[nodes.Node | None]:
    for name in names:
        below = getattr(node, name)
        yield from below if isinstance(below, list) else [below]


class _Reader:
    """The statements and values of one template as lists that begin with what they are.

    Raises `RuleError` for what a page cannot do.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.needed: list[str] = []

    def body(self, statements: Sequence[nodes.Node]) -> list[Any]:
        """Statements; a text stands for itself."""
        return [told for each in statements for told in self._statement(each)]

    def _statement(self, node: nodes.Node) -> list[Any]:
        match node:
            case nodes.Output():
                return [x.data if isinstance(x, nodes.TemplateData) else self._value(x) for x in node.nodes]
            case nodes.If():
                ways = [[self._value(x.test), self.body(x.body)] for x in (node, *node.elif_)]
                return [["if", ways, self.body(node.else_)]]
            case nodes.For(target=nodes.Name() as target, else_=[], test=None, recursive=False):
                return [["for", target.name, self._value(node.iter), self.body(node.body)]]
            case nodes.Macro(defaults=[]):
                return [["macro", node.name, [x.name for x in node.args], self.body(node.body)]]
            case nodes.Import(template=nodes.Const() as file, with_context=True):
                self.needed.append(file.value)
                return [["import", file.value, node.target]]
            case nodes.FromImport(template=nodes.Const() as file, with_context=True):
                self.needed.append(file.value)
                return [
                    ["from", file.value, [[x, x] if isinstance(x, str) else list(x) for x in node.names]]
                ]
        raise self._beyond(type(node).__name__.lower(), node)

    def _value(self, node: nodes.Node | None) -> list[Any]:
        if node is None:  # what is said otherwise, where nothing is
            return ["const", ""]
        kind = type(node).__name__.lower()
        if kind in _PARTS:
            return [kind, *map(self._value, _parts(node, _PARTS[kind]))]
        match node:
            case nodes.Const(value=value) | nodes.TemplateData(data=value):
                return ["const", value]
            case nodes.Name():
                return ["name", node.name]
            case nodes.Getattr():
                return ["getitem", self._value(node.node), ["const", node.attr]]
            case nodes.Call(kwargs=[], dyn_args=None, dyn_kwargs=None):
                return ["call", self._value(node.node), *map(self._value, node.args)]
            case nodes.Filter(node=nodes.Node() as of, kwargs=[], dyn_args=None, dyn_kwargs=None):
                return [
                    self._known(node.name, _FILTERS, node),
                    self._value(of),
                    *map(self._value, node.args),
                ]
            case nodes.Compare(ops=[only]):
                return [
                    self._known(only.op, _COMPARED, node),
                    self._value(node.expr),
                    self._value(only.expr),
                ]
            case nodes.Dict():
                return ["dict", *([self._value(x.key), self._value(x.value)] for x in node.items)]
        raise self._beyond(kind, node)

    def _known(self, name: str, known: Collection[str], node: nodes.Node) -> str:
        if name not in known:
            raise self._beyond(name, node)
        return name

    def _beyond(self, what: str, node: nodes.Node) -> RuleError:
        return RuleError(f"letters/{self._name}:{node.lineno}: a page has no {what}; `lupa letter` does")
