"""YAML as a case needs it: yes and no are truth values, a number is what it looks like, a date is a text.

YAML 1.1 would read `010` as eight, `1:30` as ninety and drop a key that is given twice; here the
first two are texts, and the last is refused, as are anchors, aliases and tags.
"""

import re
from decimal import Decimal
from typing import Any

import yaml

from lupa.errors import CaseError, shown

_INTEGER = re.compile(r"^[-+]?(?:0|[1-9][0-9]{0,38})$")
_NUMBER = re.compile(r"^[-+]?(?:0|[1-9][0-9]{0,30})\.[0-9]{1,30}$")
_TRUTH = {"yes": True, "true": True, "no": False, "false": False}
_WORDS = {**_TRUTH, "null": None, "~": None, "": None}


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the library's own class attribute

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the library has no types here
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refused("anchors and aliases are not read; write the value out", event.start_mark)
        if tag:
            raise _refused(f"the tag {shown(tag)} is not read; write the value plainly", event.start_mark)
        return super().compose_node(parent, index)

    def construct_scalar(self, node: Any) -> Any:
        text: str = node.value
        if node.style is not None:  # quoted or a block: always a text
            return text
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if _INTEGER.match(text):
            return int(text)
        if _NUMBER.match(text):
            return Decimal(text)
        return text

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: ARG002 - the library's
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                scalar = isinstance(key_node, yaml.ScalarNode)
                what = shown(key_node.value) if scalar else "a list or a mapping"
                raise _refused(f"a name is expected here, not {what}", key_node.start_mark)
            if key in found:
                raise _refused(f"the key {shown(key)} is given twice; keep one", key_node.start_mark)
            found[key] = self.construct_object(value_node, deep=True)
        return found


class _Dumper(yaml.SafeDumper):
    yaml_implicit_resolvers: dict[str, Any] = {  # noqa: RUF012 - the library's own class attribute
        first: [(tag, form) for tag, form in forms if not tag.endswith(":timestamp")]
        for first, forms in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's
        return True


_Dumper.yaml_representers = {
    **yaml.SafeDumper.yaml_representers,
    bool: lambda dumper, so: dumper.represent_scalar("tag:yaml.org,2002:bool", "yes" if so else "no"),
    float: lambda dumper, number: dumper.represent_scalar(
        "tag:yaml.org,2002:float", format(Decimal(repr(number)), "f")
    ),
    list: lambda dumper, items: dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True),
}


def dump(data: Any, width: int) -> str:
    """Plain data as a YAML text that `load` reads back: mappings in lines, lists in brackets."""
    return yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=width
    )


def _refused(message: str, mark: Any) -> CaseError:
    return CaseError(f"{message} (line {mark.line + 1}, column {mark.column + 1})")


_Loader.yaml_constructors = {
    "tag:yaml.org,2002:str": _Loader.construct_scalar,
    "tag:yaml.org,2002:seq": lambda loader, node: loader.construct_sequence(node, deep=True),
    "tag:yaml.org,2002:map": lambda loader, node: loader.construct_mapping(node, deep=True),
}


def load(text: str) -> Any:
    """The data of a YAML text with one document; raises `CaseError` with line and column."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - derives from SafeLoader
    except yaml.composer.ComposerError as error:  # aliases, its other business, were refused before
        raise _refused("another document begins; a file holds one case", error.problem_mark) from error
    except yaml.MarkedYAMLError as error:
        raise _refused(f"not valid YAML: {error.problem}", error.problem_mark) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        what = f"the character {text[error.position]!a} cannot stand here"
        raise CaseError(f"not valid YAML: {what} (line {line}, column {column})") from error
    except RecursionError as error:
        raise CaseError("nested too deeply for a case") from error
