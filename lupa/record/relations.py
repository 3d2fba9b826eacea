"""Reads the relations of a case: members that are named, complete lists, and what has a single value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from lupa.errors import shown, within
from lupa.record.reader import Reader, example, forms
from lupa.record.said import Suggested
from lupa.rules.codes import STATES, Code
from lupa.rules.vocabulary import ONLY, Fact, Path, Tree, leaves


class _Meant(NamedTuple):
    """What a name in a case means: an argument, what it leads to, and how far a code says so."""

    name: str
    below: Tree | Fact
    code: Code | None = None


class Relations(Reader):
    """Reads what a case says of relations, and of what is single-valued."""

    def family(self, tree: Tree, value: Any, path: str, about: Path) -> None:
        """What is said of a relation, or of the part that `about` leads to, by its name and arguments."""
        if value is None:
            for _, fact in leaves(tree):
                self.state(fact, None, path)
        elif isinstance(value, Mapping):
            if ONLY in value:
                self.complete(tree, value, path, about)
            self.members(tree, value, path, about)
        elif isinstance(value, list | tuple | set | frozenset):
            self.listed(tree, list(value), path, about)
        else:
            self.problem(path, f"{forms(tree)} is expected, not {shown(value)}")

    def members(self, tree: Tree, value: Mapping[Any, Any], path: str, about: Path) -> None:
        """What a mapping says of each argument that it names."""
        for key, said in value.items():
            where = within(path, key)
            for meant in self.meant(key, tree, where, about) if key != ONLY else ():
                if isinstance(meant.below, str):
                    self.member(meant.below, self.truth(said, where), where, meant.code)
                else:
                    self.family(meant.below, said, where, (*about, meant.name))

    def listed(self, tree: Tree, values: list[Any], path: str, about: Path) -> None:
        """What a list names is so, and it says nothing else."""
        if ONLY not in path.split("."):
            self.record.lists.setdefault(about[0], path)
        for place, name in enumerate(values):
            where = f"{path}[{place}]"
            for meant in self.meant(name, tree, where, about):
                if isinstance(meant.below, str):
                    self.member(meant.below, True, where, meant.code)
                else:
                    form = forms(meant.below) if meant.below else "..."
                    self.problem(where, f"says of {meant.name} no more; write {{{meant.name}: {form}}}")

    def member(self, fact: Fact, value: bool | None, path: str, code: Code | None) -> None:
        """States a fact that is named, or takes note that a code only suggests it."""
        if code is not None and value is not None and code.relation not in STATES[value]:
            self.record.suggested.append(Suggested(fact, code, value))
            self.open.add(fact)
        else:
            self.state(fact, value, path)

    def meant(self, given: Any, tree: Tree, path: str, about: Path) -> list[_Meant]:
        """What a name means at this place, or each row of a code; a problem where it means nothing."""
        if not isinstance(given, str):
            self.problem(path, f"a name is expected, not {shown(given)}")
            return []
        found = self.vocabulary.canonical(given, tree)
        if found is not None:
            return [_Meant(found, tree[found])]
        family, *arguments = about
        found = self.known.name(family, len(arguments), given)
        if found is not None:
            last = len(about) == self.known.arity(family)
            return [_Meant(found, f"{family}({','.join((*arguments, found))})" if last else {})]
        coded = self.coded(given, tree, path)
        if coded is None:
            self.not_a_value(given, tree, path)
        return [_Meant(code.name, tree[code.name], code) for code in coded or ()]

    def complete(self, tree: Tree, value: Mapping[Any, Any], path: str, about: Path) -> None:
        """What `only` neither names nor implies is false, but for what stands beside it."""
        where = f"{path}.{ONLY}"
        only = value[ONLY]
        if not isinstance(only, Mapping | list | tuple | set | frozenset):
            self.problem(where, f"all that is so is expected, such as {forms(tree)}, not {shown(only)}")
            return
        aside = Relations(self.vocabulary, self.follows, self.known)
        aside.family(tree, only, where, about)
        aside.members(tree, value, path, about)
        self.family(tree, only, where, about)
        named = [fact for _, fact in leaves(tree) if aside.record.stated.get(fact)]
        rest = [fact for _, fact in leaves(tree) if fact not in aside.open]
        implied = set(self.follows(named, rest))
        for fact in rest:
            if fact not in implied:
                self.state(fact, False, path)
                self.record.closed.add(fact)

    def groups(self, tree: Mapping[str, Any], value: Any, path: str, about: Path) -> None:
        """What is said of single-valued facts: a value for each, by their arguments before it."""
        if tree.get("") is not None:
            self.choice(tree[""], value, path)
            return
        if not tree and len(about) == self.known.arity(about[0]):
            self.unread_choice(value, path, about)
            return
        if not isinstance(value, Mapping):
            self.problem(path, f"a mapping such as {example(tree)} is expected, not {shown(value)}")
            return
        for key, chosen in value.items():
            where = within(path, key)
            found = self.argument(key, tree, where, about)
            if found is not None:
                self.groups(tree.get(found, {}), chosen, where, (*about, found))

    def unread_choice(self, value: Any, path: str, about: Path) -> None:
        """The value of a single-valued fact that no rule reads."""
        name = None if value is None else self.argument(value, {}, path, about)
        if name is not None:
            family, *arguments = about
            self.state(f"{family}({','.join((*arguments, name))})", True, path)
