"""A new policy: a folder that holds a small true one, to be rewritten sentence by sentence."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Any

import clingo

from lupa.answers.desk import Desk
from lupa.authors.likeness import Content, Likeness, one_of
from lupa.authors.names import ABOUT, FACTS, Declared, Names, is_name, one_line, plain, quotable
from lupa.errors import CaseError, shown
from lupa.rules.days import day
from lupa.rules.files import RuleFiles, shipped, source
from lupa.rules.ground import Ground, ground, plainly

_PACKAGE = Path(__file__).resolve().parents[1]
_TEMPLATES = Path(__file__).resolve().parent / "templates"
_BOTH, _START = "(initial; continuation)", "initial"
"""The phases of a pathway: a service is mostly asked for once."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new policy is to say of itself.

    Drugs, services and indications are given by any name that a case may use; what the shared files do
    not know, the policy's folder declares, with `declare` even what looks like a slip of a known name.
    `like` is a policy on file whose structure it begins with.
    """

    policy: str
    drugs: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    indications: tuple[str, ...] = ()
    payer: str = "Name of the payer"
    document: str = "Title of the document"
    edition: str | None = None
    since: str | None = None
    like: str | None = None
    declare: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the folder `home` of a policy in the knowledge base `kb`, and the `files` in it.

    `begun` says that the knowledge base is new too; `drugs`, `services` and `indications` are those that
    the policy speaks of, by the names that rules use, and `declared` those that its folder declares.
    `editions` are its editions. Of a policy that it is made `like`, the cases that do not hold of it are
    `left_out`.
    """

    kb: Path
    policy: str
    drugs: tuple[str, ...]
    services: tuple[str, ...]
    indications: tuple[str, ...]
    editions: tuple[str, ...]
    declared: tuple[Declared, ...]
    begun: bool
    files: tuple[str, ...]
    like: str | None = None
    left_out: tuple[str, ...] = ()

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
            "drugs": list(self.drugs),
            "services": list(self.services),
            "indications": list(self.indications),
            "editions": list(self.editions),
            "declared": [name.to_dict() for name in self.declared],
            "like": self.like,
            "left_out": list(self.left_out),
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

    Raises `CaseError` for a name or a date that cannot be used and for a policy that is there already,
    `RuleError` for a folder that is no knowledge base. Nothing is overwritten, and nothing is left
    behind where it fails.
    """
    _check_name(draft.policy)
    begun = not os.path.lexists(kb)
    shared = RuleFiles(shipped("kb") if begun else kb)
    home = home_of(kb, draft.policy)
    if os.path.lexists(home):
        raise CaseError(f"{home}: is there already; choose another name, or work on what it holds")
    names = Names(_grounded(shared.core), insist=draft.declare)
    content = _drafted(draft, names) if draft.like is None else _like(draft.like, draft, names, shared)
    if begun:
        _put(kb, _core(shared) | _in_policy(draft.policy, content.texts))
    else:
        _put(home, content.texts)
    return Made(
        kb,
        draft.policy,
        content.drugs,
        content.services,
        content.indications,
        content.editions,
        tuple(names.declared),
        begun,
        tuple(content.texts),
        draft.like,
        content.left_out,
    )


def _check_name(policy: str) -> None:
    if is_name(policy):
        return
    hint = f"; {plain(policy)} would do" if is_name(plain(policy)) else ""
    raise CaseError(
        "a policy is named in lower case, digits and underscores, beginning with a letter, "
        f"not {shown(policy)}{hint}"
    )


# ---- what it says ------------------------------------------------------------------------------


def _drafted(draft: Draft, names: Names) -> Content:
    """The folder of a small policy on what is given; of the first that is known, where nothing is."""
    drugs, services = names.asked_for("drug", draft.drugs), names.asked_for("service", draft.services)
    if not drugs and not services:
        drugs = (_some(names.first("drug"), "--drug"),)
    indications = names.indications(draft.indications) or (
        _some(names.first("condition", "indication"), "--indication"),
    )
    texts = _filled(draft, names, drugs, services, indications)
    return Content(texts, drugs, services, indications, (_edition(draft),))


def _some(name: str | None, option: str) -> str:
    if name is None:
        raise CaseError(f"{option}: name one, for the knowledge base knows none")
    return name


def _words(
    draft: Draft,
    names: Names,
    drugs: Sequence[str],
    services: Sequence[str],
    indications: Sequence[str],
) -> dict[str, str]:
    """What stands in the templates' blanks, fit to be put into rules."""
    policy = draft.policy
    phases = _BOTH if drugs else _START
    criteria = {name: _criterion(name, indications) for name in indications}
    return {
        "policy": policy,
        "payer": one_line(draft.payer, "--payer"),
        "document": one_line(draft.document, "--document"),
        "edition": one_line(_edition(draft), "--edition"),
        "since": "unrecorded" if draft.since is None else f'"{day(draft.since, "--since")}"',
        "covers": "\n".join(f"covers({policy}, {name})." for name in (*drugs, *services)),
        "thing": " or ".join(kind for kind, given in (("drug", drugs), ("service", services)) if given),
        "concerns": quotable(_concerns(names, drugs, services)),
        "indications": indications[0] if len(indications) == 1 else f"({'; '.join(indications)})",
        "diseases": quotable(names.labels(indications, "or")),
        "phases": phases,
        "requires": "\n".join(
            f"requires({policy}, {name}, {phases}, {criterion}, c11)."
            for name, criterion in criteria.items()
        ),
        "met": "\n".join(
            _MET.substitute(
                policy=policy, name=name, criterion=criterion, disease=quotable(names.label(name))
            )
            for name, criterion in criteria.items()
        ),
    }


_MET = Template("""\
met($policy, $criterion) :- diagnosis($name).
text($policy, criterion($criterion), "The patient has $disease.", "The patient does not have $disease.").\
""")


def _criterion(name: str, indications: Sequence[str]) -> str:
    """What the criterion is called that one of the indications is diagnosed."""
    return "diagnosed" if len(indications) == 1 else f"diagnosed_{name}"


def _concerns(names: Names, drugs: Sequence[str], services: Sequence[str]) -> str:
    """What a policy covers, in words: `one drug, anifrolumab`."""
    found = []
    for kind, given in (("drug", drugs), ("service", services)):
        if given:
            begin = f"one {kind}, " if len(given) == 1 else f"the {kind}s "
            found.append(begin + names.labels(given, "and"))
    return ", and ".join(found)


def _edition(draft: Draft) -> str:
    """The name of the edition: the day on which it begins, where no other is given."""
    if draft.edition is not None:
        return draft.edition
    return "draft" if draft.since is None else draft.since


def _grounded(core: Sequence[Path]) -> Ground:
    """The shared rules by themselves, beside a policy that says nothing."""
    for path in core:
        source(path)
    return ground(plainly([*core, shipped("queries") / "worlds.lp"]), _some_policy)


def _some_policy(control: clingo.Control) -> None:
    control.add("base", [], "policy(some).")


# ---- like a policy on file ---------------------------------------------------------------------


def _like(old: str, draft: Draft, names: Names, shared: RuleFiles) -> Content:
    """The folder of a policy on file under another name, and on what is given in its place."""
    if draft.edition is not None or draft.since is not None:
        raise CaseError(
            "--edition and --since: with --like the editions are copied; write them in about.lp"
        )
    kb = Desk(shared)
    about, ways = kb.about(old), kb.edition(old).pathways
    drugs, services = names.asked_for("drug", draft.drugs), names.asked_for("service", draft.services)
    renamed = {
        **_in_place(about.drugs, drugs, "drug", old),
        **_in_place(about.services, services, "service", old),
        **_in_place(
            tuple(dict.fromkeys(indication for indication, _ in ways)),
            names.indications(draft.indications),
            "indication",
            old,
        ),
    }
    for name in renamed:
        if not names.knows(name):
            raise CaseError(f"--like {old}: its own folder declares {name}; leave it, and rename it there")
    likeness = Likeness(
        kb,
        old,
        draft.policy,
        one_line(draft.payer, "--payer"),
        one_line(draft.document, "--document"),
        renamed,
        {file: f"\n{rows}" for file in (ABOUT, FACTS) if (rows := _declarations(names, file))},
    )
    return likeness.content(_core(shared), _put)


def _in_place(known: tuple[str, ...], given: tuple[str, ...], what: str, policy: str) -> dict[str, str]:
    """What takes the place of the one drug, service or indication of a policy."""
    if not given:
        return {}
    if len(given) > 1:
        raise CaseError(f"--{what}: with --like one takes the place of one; add the others in the folder")
    return {one_of(known, what, policy): given[0]}


# ---- its files ---------------------------------------------------------------------------------


def _filled(
    draft: Draft,
    names: Names,
    drugs: Sequence[str],
    services: Sequence[str],
    indications: Sequence[str],
) -> dict[str, str]:
    """The files of a policy's folder, by name; a case is named after its policy."""
    words = _words(draft, names, drugs, services, indications)
    texts = {name: _template(name, words) for name in (ABOUT, "policy.lp", "clauses.lp")}
    texts[ABOUT] += _declarations(names, ABOUT)
    if declared := _declarations(names, FACTS):
        texts[FACTS] = f"{_template(FACTS, words)}{declared}"
    of_other_phases = "not_continued" if drugs else "continued"
    for path in sorted(_TEMPLATES.glob("cases/*.yaml")):
        if path.stem.startswith(of_other_phases):
            continue
        for indication in indications if "$indication" in path.read_text("utf-8") else indications[:1]:
            of = "" if indication == indications[0] else f"_{indication}"
            case = {"indication": indication, "criterion": _criterion(indication, indications)}
            name = f"cases/{draft.policy}_{path.stem}{of}.yaml"
            texts[name] = _template(f"cases/{path.name}", {**words, **case})
    return texts


def _template(name: str, words: Mapping[str, str]) -> str:
    return Template((_TEMPLATES / name).read_text("utf-8")).substitute(words)


def _declarations(names: Names, file: str) -> str:
    """What a file declares, each name above what only the author can say of it."""
    return "".join(
        f"\n% {declared.label}: a {declared.kind} that the shared files do not know.\n"
        + "".join(f"{row}\n" for row in declared.rows)
        + "".join(f"% To be said: {say}.\n" for say in declared.still)
        for declared in names.declared
        if declared.file == file
    )


def _in_policy(policy: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {f"policies/{policy}/{name}": text for name, text in texts.items()}


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
