"""A new policy: a folder that holds a small true one, to be rewritten sentence by sentence."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Any

import clingo

from lupa.errors import CaseError, shown
from lupa.rules.days import day
from lupa.rules.files import RuleFiles, shipped, source
from lupa.rules.ground import Ground, ground, plainly
from lupa.rules.names import normal
from lupa.rules.vocabulary import Vocabulary

_PACKAGE = Path(__file__).resolve().parents[1]
_TEMPLATES = Path(__file__).resolve().parent / "templates"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NO_NAMES = {"not"}
"""What clingo reads as a word of its own."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new policy is to say of itself; of drug and indication any name that a case may use."""

    policy: str
    drug: str | None = None
    indication: str | None = None
    payer: str = "Name of the payer"
    document: str = "Title of the document"
    edition: str | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the folder `home` of a policy in the knowledge base `kb`, and the `files` in it.

    `begun` says that the knowledge base is new too; `drug` and `indication` are those that the policy
    speaks of, by the names that rules use.
    """

    kb: Path
    policy: str
    drug: str
    indication: str
    edition: str
    begun: bool
    files: tuple[str, ...]

    @property
    def home(self) -> Path:
        """The folder of the policy."""
        return home_of(self.kb, self.policy)

    def to_dict(self) -> dict[str, Any]:
        """What was made as JSON-ready data; the files are named from the policy's folder."""
        return {
            "kb": str(self.kb),
            "begun": self.begun,
            "policy": self.policy,
            "drug": self.drug,
            "indication": self.indication,
            "edition": self.edition,
            "folder": str(self.home),
            "files": list(self.files),
        }


def home_of(kb: Path, policy: str) -> Path:
    """The folder of a policy in a knowledge base."""
    return kb / "policies" / policy


def place(kb: str | None) -> Path:
    """The knowledge base to work on: the one that is named, else that of a checkout.

    Raises `CaseError` where none is named and the shipped one belongs to an installed package.
    """
    if kb is not None:
        return Path(kb)
    root = shipped("kb")
    if root.parent == _PACKAGE:
        raise CaseError(
            "the knowledge base that is installed with lupa is not for changing; name one of your own "
            "with --kb DIR (or LUPA_KB): a folder that does not exist yet is begun as a new one"
        )
    return root


def new_policy(kb: Path, draft: Draft) -> Made:
    """Makes the folder of a policy in a knowledge base, which is begun where there is none.

    Raises `CaseError` for a name, a drug or a date that cannot be used and for a policy that is there
    already, `RuleError` for a folder that is no knowledge base. Nothing is overwritten, and nothing is
    left behind where it fails.
    """
    _check_name(draft.policy)
    begun = not os.path.lexists(kb)
    shared = RuleFiles(shipped("kb") if begun else kb)
    home = home_of(kb, draft.policy)
    if os.path.lexists(home):
        raise CaseError(f"{home}: is there already; choose another name, or work on what it holds")
    words = _words(draft, shared)
    texts = _filled(words)
    if begun:
        _put(kb, _core(shared) | {f"policies/{draft.policy}/{name}": text for name, text in texts.items()})
    else:
        _put(home, texts)
    named = {key: words[key] for key in ("policy", "drug", "indication")}
    return Made(kb, **named, edition=_edition(draft), begun=begun, files=tuple(texts))


def _check_name(policy: str) -> None:
    if _is_name(policy):
        return
    plain = re.sub(r"[^a-z0-9_]+", "_", normal(policy)).strip("_")
    hint = f"; {plain} would do" if _is_name(plain) else ""
    raise CaseError(
        "a policy is named in lower case, digits and underscores, beginning with a letter, "
        f"not {shown(policy)}{hint}"
    )


def _is_name(word: str) -> bool:
    return _NAME.fullmatch(word) is not None and word not in _NO_NAMES


# ---- what it says ------------------------------------------------------------------------------


def _words(draft: Draft, shared: RuleFiles) -> dict[str, str]:
    """What stands in the templates' blanks, fit to be put into rules."""
    program = _grounded(shared.core)
    vocabulary = Vocabulary(program)
    diseases = [str(name) for (name,) in program.facts("condition", 1)]
    requestable = {str(name) for (name,) in program.facts("indication", 1)}
    drugs = [str(name) for (name,) in program.facts("drug", 1)]
    indications = [name for name in diseases if name in requestable]
    drug = _known(draft.drug, drugs, vocabulary, "--drug")
    indication = _known(draft.indication, indications, vocabulary, "--indication")
    return {
        "policy": draft.policy,
        "drug": drug,
        "drug_label": _quotable(vocabulary.label(drug)),
        "indication": indication,
        "disease": _quotable(vocabulary.label(indication)),
        "payer": _one_line(draft.payer, "--payer"),
        "document": _one_line(draft.document, "--document"),
        "edition": _one_line(_edition(draft), "--edition"),
        "since": "unrecorded" if draft.since is None else f'"{day(draft.since, "--since")}"',
    }


def _grounded(core: Sequence[Path]) -> Ground:
    """The shared rules by themselves, beside a policy that says nothing."""
    for path in core:
        source(path)
    return ground(plainly([*core, shipped("queries") / "worlds.lp"]), _some_policy)


def _some_policy(control: clingo.Control) -> None:
    control.add("base", [], "policy(some).")


def _known(name: str | None, known: Sequence[str], vocabulary: Vocabulary, option: str) -> str:
    """The one that any of its names means; the first of all where none is given."""
    if not known:
        raise CaseError(f"{option}: the knowledge base knows none")
    if name is None:
        return known[0]
    rows = dict.fromkeys(known)
    found = vocabulary.canonical(name, rows)
    if found is None:
        near = vocabulary.slip(name, rows)
        hint = f"did you mean {near}?" if near else f"the knowledge base knows {', '.join(known)}"
        raise CaseError(f"{option}: {shown(name)} is not known; {hint}")
    return found


def _edition(draft: Draft) -> str:
    """The name of the edition: the day on which it begins, where no other is given."""
    if draft.edition is not None:
        return draft.edition
    return "draft" if draft.since is None else draft.since


def _one_line(text: str, option: str) -> str:
    """A text as rules quote it; raises `CaseError` for one that is empty or breaks the line."""
    if not text.strip() or not text.isprintable():
        raise CaseError(f"{option}: a text on one line is expected, not {shown(text)}")
    return _quotable(text)


def _quotable(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


# ---- its files ---------------------------------------------------------------------------------


def _filled(words: Mapping[str, str]) -> dict[str, str]:
    """The files of a policy's folder, by name; a case is named after its policy."""
    rules = (_TEMPLATES / name for name in ("about.lp", "policy.lp", "clauses.lp"))
    texts = {path.name: path.read_text("utf-8") for path in rules}
    for path in sorted(_TEMPLATES.glob("cases/*.yaml")):
        texts[f"cases/{words['policy']}_{path.name}"] = path.read_text("utf-8")
    return {name: Template(text).substitute(words) for name, text in texts.items()}


def _core(shared: RuleFiles) -> dict[str, str]:
    return {path.name: source(path) for path in shared.core}


def _put(folder: Path, texts: Mapping[str, str]) -> None:
    """Makes a folder with these files: the whole of it, or none."""
    try:
        with TemporaryDirectory(prefix=".new-", dir=folder.parent) as aside:
            whole = Path(aside) / folder.name
            for name, text in texts.items():
                path = whole / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
            whole.rename(folder)
    except OSError as error:
        raise CaseError(f"{folder}: cannot be made: {error.strerror}") from error


# ---- what is said of it ------------------------------------------------------------------------

_HOLDS = {
    "about.lp": "what the policy is, the drug it covers, its editions",
    "policy.lp": "its rules, each beside the words that a reader sees",
    "clauses.lp": "every clause of the document, and why one has no rule",
    "cases/": "cases, each with what it must come to",
}


def made_text(made: Made, kb: str | None) -> str:
    """What was made, and what to do next; `kb` is how the command line named the knowledge base."""
    beside = f" --kb {shlex.quote(kb)}" if kb is not None else ""
    new = (
        f"{made.kb} is a new knowledge base, with the vocabulary that ships with lupa.\n"
        if made.begun
        else ""
    )
    rows = "".join(f"  {name:<12}{words}\n" for name, words in _HOLDS.items())
    verbs = "".join(f"\n  lupa {verb} {made.policy}{beside}" for verb in ("lint", "test", "verify"))
    return (
        f"{new}{made.home} covers {made.drug} for {made.indication}, edition {made.edition}:\n{rows}"
        "It is a small policy that holds together as it stands. Put what your document says in\n"
        f"its place, a sentence at a time, and check it after each:{verbs}"
    )
