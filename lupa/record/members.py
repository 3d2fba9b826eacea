"""Members of a relation in a case, one by one: what is said of it is a list, or a mapping that may nest.

A list says that what it names is so; `only` that what its list does not name is not so. See
`lupa.record.record`, which reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from lupa.record.doses import named_with_dose, names_listed
from lupa.rules.vocabulary import ONLY, Path, Tree, leaves

Canonical = Callable[[str, Mapping[str, object]], str | None]
"""The one of some names that a name means."""


def with_member(value: Any, tree: Tree, path: Path, said: Any, canonical: Canonical) -> dict[str, Any]:
    """What is said of a relation, but that a member, or a part, is as `said`."""
    level = without_member(value, tree, path, canonical)
    if len(path) == 1:
        return {**level, path[0]: said}
    head, *rest = path
    below = tree.get(head, {})
    (key, *_) = [*_keys(level, head, tree, canonical), head]
    inner = below if isinstance(below, Mapping) else {}
    level[key] = with_member(level.get(key, {}), inner, tuple(rest), said, canonical)
    return level


def without_member(value: Any, tree: Tree, path: Path, canonical: Canonical) -> dict[str, Any]:
    """What is said of a relation, as a mapping that says nothing of a member, or of a part, itself."""
    level = as_mapping(value, tree)
    head, *rest = path
    below = tree.get(head, {})
    if ONLY in level:
        level[ONLY] = _left_in(level[ONLY], tree, path, canonical)
    named = _keys(level, head, tree, canonical)
    nested = below if rest and isinstance(below, Mapping) else {}
    left = {
        key: without_member(level[key], nested, tuple(rest), canonical) if nested else {} for key in named
    }
    return {key: left.get(key, said) for key, said in level.items() if left.get(key, True)}


def as_mapping(value: Any, tree: Tree) -> dict[str, Any]:
    """What is said of a relation, as a mapping of arguments."""
    if isinstance(value, Mapping):
        return dict(value)
    if value is None:
        return dict.fromkeys(tree)
    return dict(map(_entry, _listed(value)))


def _listed(value: Any) -> Any:
    """What a list names; a text in the place of one is a list too."""
    return names_listed(value) if isinstance(value, str) else value


def _entry(said: Any) -> tuple[Any, Any]:
    """What stands on a list, and what is said of it: it is so, or how it is taken."""
    return (named_with_dose(said) if isinstance(said, Mapping) else None) or (said, True)


def _left_in(only: Any, tree: Tree, path: Path, canonical: Canonical) -> Any:
    """What is still named by what is said to be all."""
    if not isinstance(only, Mapping):
        each = ((said, _entry(said)[0]) for said in _listed(only))
        return [said for said, name in each if path[0] not in (name, canonical(name, tree))]
    return without_member(only, tree, path, canonical)


def _keys(level: Mapping[str, Any], head: str, tree: Tree, canonical: Canonical) -> list[str]:
    """The names by which a mapping speaks of an argument."""
    return [key for key in level if key != ONLY and head in (key, canonical(key, tree))]


def nested(tree: Tree, true: Collection[str]) -> Any:
    """The facts of a relation that are true as a case names them: a list, or lists by arguments."""
    found: dict[str, Any] = {}
    flat: list[str] = []
    for name, below in tree.items():
        if isinstance(below, str):
            flat += [name] if below in true else []
        elif any(fact in true for _, fact in leaves(below)):
            found[name] = nested(below, true)
    return found or flat
