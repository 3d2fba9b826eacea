"""Reads the relations of a case: members that are named, complete lists, and what has a single value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lupa.errors import shown, within
from lupa.record.doses import (
    how_taken,
    name_before_dose,
    name_in_doubt,
    named_with_dose,
    names_listed,
    names_within,
)
from lupa.record.meanings import MANY, Meanings, Meant
from lupa.record.reader import example, forms, hint_at_slip
from lupa.record.said import Aside, Remark, Slip, Suggested
from lupa.rules.codes import EQUIVALENT, STATES, Code
from lupa.rules.names import as_name, normal
from lupa.rules.vocabulary import ONLY, Fact, Path, Tree, facts_below

A_NAME = re.compile(r"(?=.*[^\W\d_])[^\x00-\x08\x0e-\x1f\x7f]{2,300}", re.DOTALL)
"""What may be the name of something that is not known here."""
_AROUND = re.compile(r"^[^\w-]+|[\W_]+$")

_SEVERAL = re.compile(r"[,;&+\n]|\b(?:and|or)\b", re.IGNORECASE)
"""What may stand between names where a text holds several; what an `or` stands between is not so."""
NOT_KNOWN = ("unknown", "not_known", "don't_know", "not_sure", "unsure")
"""What people write where they do not know."""
_NOTHING = frozenset(
    ("none", "no", "nothing", "n/a", "na", "nil", "null", "yes", "pending", "tbd", *NOT_KNOWN)
)
"""What people write where they have no name."""


class Relations(Meanings):
    """Reads what a case says of relations, and of what is single-valued."""

    def family(self, tree: Tree, value: Any, path: str, about: Path) -> None:
        """What is said of a relation, or of the part that `about` leads to, by its name and arguments."""
        if value is None:
            for fact in facts_below(tree):
                self.undecide(fact, path)
        elif isinstance(value, Mapping):
            if ONLY in value:
                self.complete(tree, value, path, about)
            self.members(tree, value, path, about)
        elif isinstance(value, list | tuple | set | frozenset):
            self.listed(tree, list(value), path, about)
        elif isinstance(value, str) and len(about) == self.known.arity(about[0]):
            self.alone(tree, value, path, about)
        else:
            self.problem(path, f"{forms(tree)} is expected, not {shown(value)}")

    def alone(self, tree: Tree, given: str, path: str, about: Path) -> None:
        """A text in the place of a list is read as the list of the names between its commas."""
        names = names_listed(given)
        for name in names:
            if _SEVERAL.search(name) and not self.is_named(name, tree, about):
                words = f"{shown(name)} may be several names; write each for itself, [ONE, OTHER]"
                self.problem(path, words)
                return
        other = self.not_known_of(names, tree, path, about)
        if other is not None:
            self.with_another(given, other, tree, path, about)
            return
        many = "this one name" if len(names) == 1 else f"these {len(names)} names"
        self.record.remarks.append(Remark(path, f"{shown(given)} was read as a list of {many}."))
        self.take_note_of_list(path, about)
        for name in names:
            self.on_list(name, tree, path, about)

    def not_known_of(self, names: Sequence[str], tree: Tree, path: str, about: Path) -> str | None:
        """The first of several names in a text that is not known here, and may say more of the others."""
        tried = Relations(self.vocabulary, self.follows, self.known)
        for name in names if len(names) > 1 else ():
            tried.on_list(name, tree, path, about)
        others = (aside.name for aside in tried.record.aside if not self.says_no_more(aside.name))
        return next(others, None) if tried.open else None  # of what is not known no more can be said

    def with_another(self, given: str, other: str, tree: Tree, path: str, about: Path) -> None:
        """Refuses a text of names and what may say of them that they are not so, or leaves them open."""
        words = f"{shown(other)} is not known here, and may say something of the names beside it"
        if not self.lenient:
            words += "; write each for itself, [ONE, OTHER]"
            self.problems.append(Slip(path, words, other))
            return
        self.record.remarks.append(Remark(path, f"{words}, which stay open."))
        self.set_aside(given, tree, True, path, about)

    def members(self, tree: Tree, value: Mapping[Any, Any], path: str, about: Path) -> None:
        """What a mapping says of each argument that it names."""
        for key, said in value.items():
            where = within(path, key)
            for meant in self.meant(key, tree, where, about) if key != ONLY else ():
                if meant.aside:
                    self.set_aside(meant.name, tree, self.is_so(said, where, about), where, about)
                elif isinstance(meant.below, str):
                    self.member(meant.below, self.is_so(said, where, about), where, meant.code)
                else:
                    self.family(meant.below, said, where, (*about, meant.name))

    def listed(self, tree: Tree, values: list[Any], path: str, about: Path) -> None:
        """What a list names is so, and it says nothing else."""
        self.take_note_of_list(path, about)
        for place, name in enumerate(values):
            where = f"{path}[{place}]"
            both = named_with_dose(name) if isinstance(name, Mapping) else None
            if both is not None:
                self.record.remarks.append(
                    Remark(where, f"{shown(both[0])} was read from a mapping that names it.")
                )
                self.members(tree, dict([both]), where, about)
            else:
                self.on_list(name, tree, where, about)

    def take_note_of_list(self, path: str, about: Path) -> None:
        """Keeps where a list stands that is not said to be complete; the first of a relation."""
        if ONLY not in path.split("."):
            self.record.lists.setdefault(about[0], path)

    def on_list(self, name: Any, tree: Tree, where: str, about: Path) -> None:
        """What stands on a list is so."""
        for meant in self.meant(name, tree, where, about):
            if meant.aside:
                self.set_aside(meant.name, tree, True, where, about)
            elif isinstance(meant.below, str):
                self.member(meant.below, True, where, meant.code)
            else:
                form = forms(meant.below) if meant.below else "..."
                self.problem(where, f"says of {meant.name} no more; write {{{meant.name}: {form}}}")

    def is_so(self, said: Any, path: str, about: Path) -> bool | None:
        """Whether a member is so; of a drug how it is taken says that too."""
        found = how_taken(said) if about[0] in self.vocabulary.said_with_dose else None
        if found is None:
            return self.truth(said, path)
        text, so = found
        how = "says how it is taken, and so that it is; how is not read"
        words = how if so else "leaves open whether it is so now"
        self.record.remarks.append(Remark(path, f"{shown(text)} {words}."))
        return so

    def member(self, fact: Fact, value: bool | None, path: str, code: Code | None) -> None:
        """States a fact that is named, or takes note that a code only suggests it."""
        if code is not None and value is not None and code.relation not in STATES[value]:
            if fact in self.vocabulary.facts:
                self.record.suggested.append(Suggested(fact, code, value))
            else:
                words = f"{shown(code.code)} may mean {code.name}, of which the policy does not ask."
                self.record.remarks.append(Remark(path, words))
            self.open.add(fact)
        elif value is None and (code is None or code.relation == EQUIVALENT):
            self.undecide(fact, path)
        else:
            self.state(fact, value, path)

    def meant(self, given: Any, tree: Tree, path: str, about: Path) -> list[Meant]:
        """What a name means at this place, or each row of a code; a problem where it means nothing."""
        if not isinstance(given, str):
            name = as_name(given, tree)
            quoted = f"; write {shown(name)}, in quotes" if isinstance(name, str) else ""
            self.problem(path, f"a name is expected, not {shown(given)}{quoted}")
            return []
        known = self.by_name(given, tree, about)
        if known is not None:
            return [known]
        names = list(name_before_dose(given)) if A_NAME.fullmatch(given) else []
        for name in names:
            known = self.by_name(name, tree, about)
            if known is not None:
                words = f"{shown(given)} was read as {known.name}; what stands behind the name is not read."
                self.record.remarks.append(Remark(path, words))
                return [known]
        is_open = about[0] in self.vocabulary.open_families and len(about) == self.known.arity(about[0])
        if is_open and (system := self.other_system(given, about, names)):
            return self.of_other_system(given, system, tree, path)
        coded = self.coded(given, tree, path, about)
        if coded is not None:
            each = ((code, self.by_name(code.name, tree, about)) for code in coded)
            found = [meant._replace(code=code) for code, meant in each if meant is not None]
            return found + self.unnamed(given, coded, about)
        if is_open:
            for name in name_in_doubt(given) if A_NAME.fullmatch(given) else ():
                known = self.by_name(name, tree, about)
                if known is not None:
                    words = f"{shown(given)} names {known.name}, and leaves open whether it is so now."
                    self.record.remarks.append(Remark(path, words))
                    self.leave_open(name, tree, path, about)
                    return []
            return self.beyond(given, tree, path, about, names)
        self.not_a_value(given, tree, path)
        return []

    def beyond(self, given: str, tree: Tree, path: str, about: Path, names: Sequence[str]) -> list[Meant]:
        """What a text means that is not known, at a place where such may stand.

        It is set aside, unless it is a known name but for a slip of the pen, which a mark about one is not;
        `names` are what it would be without a dose behind it.
        """
        if not A_NAME.fullmatch(given):
            self.not_a_value(given, tree, path)
            return []
        name = names[-1] if names else given
        is_marked = self.by_name(_AROUND.sub("", name), tree, about) is not None
        near = None if is_marked or len(self.record.aside) >= MANY else self.known.slip(about[0], name)
        if near is not None:
            if self.lenient:
                words = f"{shown(given)} may be {near}, which stays open."
                self.record.remarks.append(Remark(path, words))
                self.leave_open(near, tree, path, about)
                return [Meant(given, "", aside=True)]
            words = f"{shown(given)} is not known here; {hint_at_slip(near)}"
            self.problems.append(Slip(path, words, given))
        elif normal(given) in _NOTHING:
            where = ".".join(about)
            self.problem(
                path, f"{shown(given)} is no name; where there is none, write {where}: {{only: []}}"
            )
        elif normal(given) == ONLY:
            where = ".".join(about)
            self.problem(path, f"{shown(given)} is no name; a complete list is {where}: {{{ONLY}: [...]}}")
        elif (doubt := self.doubt(given, name, about)) is not None:
            return self.any_of(given, tree, path, *doubt)
        else:
            return [Meant(given, "", aside=True)]
        return []

    def set_aside(self, given: str, tree: Tree, value: bool | None, path: str, about: Path) -> None:
        """Keeps what is not known as it is written; what is known and named in it stays open."""
        self.record.aside.append(Aside(about[0], given, value, path))
        for name in names_within(given, lambda text: self.may_mean(text, tree, about)):
            self.leave_open(name, tree, path, about)

    def leave_open(self, name: str, tree: Tree, path: str, about: Path) -> None:
        """Leaves open what a name means that stands in what is set aside, if it means something."""
        found = self.by_name(name, tree, about)
        if found is not None and isinstance(found.below, str):
            self.state(found.below, None, path)
            self.record.doubtful.add(found.below)

    def complete(self, tree: Tree, value: Mapping[Any, Any], path: str, about: Path) -> None:
        """What `only` neither names nor implies is false, but for what stands beside it."""
        where = f"{path}.{ONLY}"
        only = value[ONLY]
        if isinstance(only, Mapping) and ONLY in only:
            self.problem(f"{where}.{ONLY}", f"{shown(ONLY)} is said twice; keep one")
            return
        if not isinstance(only, Mapping | list | tuple | set | frozenset | str):
            self.problem(where, f"all that is so is expected, such as {forms(tree)}, not {shown(only)}")
            return
        aside = Relations(self.vocabulary, self.follows, self.known)
        aside.lenient = self.lenient
        aside.family(tree, only, where, about)
        aside.members(tree, value, path, about)
        self.family(tree, only, where, about)
        every = self.vocabulary.below(about, tree)
        named = [fact for fact, so in aside.record.stated.items() if so and fact in every]
        rest = [fact for fact in every if fact not in aside.open]
        implied = set(self.follows(named, rest))
        in_doubt = aside.record.doubtful.union(said.fact for said in aside.record.suggested)
        for fact in in_doubt.intersection(every).difference(named):  # with it what follows may be so
            implied.update(self.follows([*named, fact], rest))
        self.close([fact for fact in rest if fact not in implied] if implied else rest, path)
        if all(each.value is False for each in aside.record.aside):
            self.closing.update(dict.fromkeys(self.vocabulary.closed_by.get(about[0], ()), path))

    def groups(self, tree: Mapping[str, Any], value: Any, path: str, about: Path) -> None:
        """What is said of single-valued facts: a value for each, by their arguments before it."""
        if tree.get("") is not None:
            self.choice(tree[""], value, path)
            return
        if not tree and len(about) == self.known.arity(about[0]):
            self.unread_choice(value, path, about)
            return
        if value is None:
            for fact in facts_below(tree):
                self.state(fact, None, path)
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
