"""How the line of a session can go on: commands, facts, values, outcomes, policies, readings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from lupa.answers.desk import Desk
from lupa.dialogue.commands import COMMANDS
from lupa.dialogue.common import Suggestion
from lupa.dialogue.standing import Standing
from lupa.dialogue.words import parts
from lupa.errors import CaseError
from lupa.record.naming import Names
from lupa.record.record import BESIDE
from lupa.rules.numbers import written
from lupa.rules.quantities import Cut
from lupa.rules.vocabulary import ONLY, Tree, Vocabulary, leaves

Offer = tuple[str, str]
"""A word, and what it is about."""


def suggestions(line: str, commands: Collection[str], kb: Desk, now: Standing | None) -> list[Suggestion]:
    """Every way in which the last word of the line can end, in the order of the vocabulary."""
    found = parts(line)
    words = list(found.words)
    last = "" if found.apart else words.pop()
    if not words and last in commands:  # it is said in full, so what may follow is asked for
        after = suggestions(f"{line} ", commands, kb, now)
        return [Suggestion(f" {s.text}", len(line), s.about) for s in after] or [
            Suggestion(last, len(line) - len(last))
        ]
    if not words:
        return _beginning(last, line, ((_to_go_on(command), "") for command in commands))
    command = words[0]
    if command == "help":
        return _beginning(last, line, ((name, "") for name in commands))
    if command == "why":
        return _beginning(last, line, [("tree", ""), ("all", "")])
    if command == "policy":
        return _beginning(last, line, _policies(kb))
    if now is None:
        return []
    if command == "flip":
        outcomes = now.question.edition.outcome_words
        named = now.question.edition.outcomes
        return _beginning(last, line, ((name, outcomes[name][0]) for name in named))
    offers = _Offers(kb, now)
    if command == "unset":
        return _beginning(last, line, offers.stated())
    if command in ("set", "whatif"):
        return offers.statement(last, line)
    return offers.reading(last, line) if command == "reading" else []


def _to_go_on(command: str) -> str:
    """A command, with a blank behind it if something has to follow."""
    found = COMMANDS.get(command)
    return f"{command} " if found and " " in found.usage and "[" not in found.usage else command


def _beginning(piece: str, line: str, offers: Iterable[Offer]) -> list[Suggestion]:
    """The offers that begin like the end of the line, in its place."""
    start = len(line) - len(piece)
    return [Suggestion(word, start, about) for word, about in offers if word.startswith(piece)]


def _policies(kb: Desk) -> Iterator[Offer]:
    for about in map(kb.about, kb.policies):
        yield about.policy, about.document
        for edition, first in about.editions:
            yield f"{about.policy}@{edition}", f"from {first}" if first else ""


class _Offers:
    """What can be said of a case."""

    def __init__(self, kb: Desk, now: Standing) -> None:
        self._kb = kb
        self._case = now.case
        self._vocabulary: Vocabulary = now.question.edition.vocabulary
        self._names = Names(self._vocabulary, now.question.edition.known)

    def statement(self, word: str, line: str) -> list[Suggestion]:
        name, equals, value = word.partition("=")
        if equals:
            return self._value(name, value.lstrip(), line)
        head, paren, inner = word.partition("(")
        if paren:
            facts = leaves(self._vocabulary.families.get(head, {}))
            members = [(f"{','.join(path)})=", self._words(fact)) for path, fact in facts]
            return _beginning(inner, line, members)
        offers = self._parts() if "." in word else self._tops()
        return _beginning(word, line, offers) or self._anywhere(word, line)

    def reading(self, word: str, line: str) -> list[Suggestion]:
        kinds = self._vocabulary.kinds("reading")
        name, equals, choice = word.partition("=")
        if equals:
            return self._value(f"reading.{name}", choice.lstrip(), line)
        return _beginning(word, line, [*((f"{kind}=", "") for kind in kinds), ("all", "")])

    def stated(self) -> Iterator[Offer]:
        """What the case says."""
        v = self._vocabulary
        for section in ("request", "facts"):
            for key, value in (self._case.get(section) or {}).items():
                yield key, ""
                if isinstance(value, Mapping) and (key in v.families or key in v.choices):
                    yield from ((f"{key}.{inner}", "") for inner in value if inner != ONLY)

    # ---- names ---------------------------------------------------------------------------------

    def _tops(self) -> Iterator[Offer]:
        """What stands at the top of a case."""
        v = self._vocabulary
        for name in self._names.sections:
            if (
                name in v.families
                or name in self._names.choices
                or isinstance(v.measures.get(name), Mapping)
            ):
                yield f"{name}.", ""
            else:
                yield f"{name}=", self._about(name)

    def _parts(self) -> Iterator[Offer]:
        """What stands below that."""
        v = self._vocabulary
        for name, family in v.families.items():
            for path, fact in leaves(family):
                yield f"{'.'.join((name, *path))}=", self._words(fact)
        for name, groups in v.choices.items():
            if name in self._names.choices:
                yield from ((f"{'.'.join((name, *path))}=", "") for path in groups)
        for key, quantity in v.quantities.items():
            if len(v.where(key)) > 1:
                yield f"{'.'.join(v.where(key))}=", quantity.unit
        for name, tree in v.days.items():
            yield from ((f"{'.'.join((name, *path))}=", "a day") for path, _ in leaves(tree))

    def _anywhere(self, word: str, line: str) -> list[Suggestion]:
        """The parts that are named without what they are a part of."""
        start = len(line) - len(word)
        return [
            Suggestion(path, start, about)
            for path, about in self._parts()
            if path.partition(".")[2].startswith(word)
        ]

    def _words(self, fact: str) -> str:
        return self._vocabulary.words(fact, True)

    def _about(self, name: str) -> str:
        v = self._vocabulary
        if name in v.flags:
            return self._words(v.flags[name])
        return v.quantities[name].unit if name in v.quantities else ""

    # ---- values --------------------------------------------------------------------------------

    def _value(self, name: str, value: str, line: str) -> list[Suggestion]:
        key = name.removeprefix("request.")
        if key in BESIDE:
            return _beginning(value, line, self._routes(key))
        try:
            target = self._names.target(name)
        except CaseError:
            return []
        v, (section, kind, *rest) = self._vocabulary, target.path
        tree: Tree | str = v.families.get(kind, "")
        for step in rest:
            tree = tree[step] if isinstance(tree, Mapping) else ""
        if target.cut or target.value or kind in v.flags or (kind in v.families and isinstance(tree, str)):
            return _beginning(value, line, [("yes", ""), ("no", ""), ("null", "open")])
        if isinstance(tree, Mapping):
            opened, piece = value[:1] == "[", value[1:].rpartition(",")[2].lstrip()
            bracket = "" if opened else "["
            members = [
                (bracket + name, self._words(fact) if isinstance(fact, str) else "")
                for name, fact in tree.items()
            ]
            return _beginning(piece if opened else value, line, members)
        groups = v.choices.get("requested" if section == "request" else kind, {})
        values = groups.get((kind,) if section == "request" else tuple(rest), {})
        number = ".".join(target.path[1:])
        cuts = next((v.cuts.get(key, []) for key in v.quantities if ".".join(v.where(key)) == number), [])
        offers = [(one, self._words(fact)) for one, fact in values.items()]
        offers += [(_range(cut, side), "") for cut in cuts for side in (True, False)]
        return _beginning(value, line, [*offers, ("null", "open")])

    def _routes(self, key: str) -> Iterator[Offer]:
        if key == "policy":
            yield from _policies(self._kb)
        elif key == "drug":
            for drug in dict.fromkeys(d for name in self._kb.policies for d in self._kb.about(name).drugs):
                yield drug, self._vocabulary.label(drug)


def _range(cut: Cut, side: bool) -> str:
    """The numbers on one side of a cut point, as a case states them."""
    other = {"at_least": "less_than", "more_than": "at_most"}
    return f"{{{cut.kind if side else other[cut.kind]}: {written(cut.bound)}}}"
