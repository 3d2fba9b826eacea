"""What the words after `lupa diff` name: a folder, a policy or one of its editions, a git revision."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Literal, NamedTuple

from lupa.authors.diff.bases import COMPARED, diff_bases, diff_policies, edition_of
from lupa.authors.diff.results import Diff
from lupa.authors.diff.revisions import commit_of, knowledge_at
from lupa.authors.limited import Tick, limited
from lupa.errors import CaseError, RuleError, shown
from lupa.rules.store import Store


class Operand(NamedTuple):
    """What a word names."""

    word: str
    kind: Literal["folder", "policy", "revision"]

    def opened(self, kb: Store) -> AbstractContextManager[Store]:
        """The knowledge base in this folder, or that of the folder in use at this revision."""
        if self.kind == "folder":
            return nullcontext(Store.load(self.word))
        return knowledge_at(self.word, kb.files.root)


def diff_named(
    kb: Store, words: Sequence[str], *, all_readings: bool, tick: Tick, timeout: float | None = None
) -> Diff:
    """What these words, one or two, name, compared; beside the knowledge base in use if it is but one.

    A folder alone is what that knowledge base becomes, a revision alone what it was. Raises
    `TimeLimitError` after `timeout` seconds.
    """
    with limited(timeout) as time:
        return _diff_named(kb, words, all_readings, time.telling(COMPARED, tick))


def _diff_named(kb: Store, words: Sequence[str], all_readings: bool, tick: Tick) -> Diff:
    named = [operand_of(word, kb) for word in words]
    kinds = {operand.kind for operand in named}
    if kinds == {"policy"}:
        old, new = (*words, None)[:2]
        return diff_policies(kb, str(old), new, all_readings=all_readings, tick=tick)
    if "policy" in kinds:
        what = " and ".join(f"{shown(o.word)} is a {o.kind}" for o in named)
        raise CaseError(f"{what}; compare two policies, or two knowledge bases")
    with ExitStack() as stack:
        bases = [stack.enter_context(operand.opened(kb)) for operand in named]
        if len(named) == 1:
            bases = [kb, *bases] if named[0].kind == "folder" else [*bases, kb]
        return diff_bases(*bases, all_readings=all_readings, tick=tick)


def operand_of(word: str, kb: Store) -> Operand:
    """What a word names; raises `CaseError`, saying what it was looked for as, if it names nothing."""
    said = []
    try:
        Store.load(word)
    except RuleError as error:
        said.append(str(error).removeprefix(f"{word}: ") if Path(word).is_dir() else "no such folder")
    else:
        return Operand(word, "folder")
    try:
        edition_of(kb, word)
    except CaseError as error:
        said.append(str(error))
    else:
        return Operand(word, "policy")
    try:
        if commit_of(word, kb.files.root) is not None:
            return Operand(word, "revision")
        said.append(f"git knows no revision {shown(word)}")
    except CaseError as error:
        said.append(str(error))
    raise CaseError("\n".join([f"{shown(word)} names nothing that could be compared:", *said]))
