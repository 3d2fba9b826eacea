"""A new policy: a folder that holds a small true one, to be rewritten sentence by sentence."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import clingo

from lupa.answers.desk import Desk
from lupa.authors.draft import Draft, Made, home_of
from lupa.authors.likeness import Content, Likeness, one_of
from lupa.authors.names import ABOUT, FACTS, Names, is_name, one_line, plain
from lupa.authors.template import declarations, edition_of, filled
from lupa.errors import CaseError, shown
from lupa.rules.files import RuleFiles, shipped, source
from lupa.rules.ground import Ground, ground, plainly

_PACKAGE = Path(__file__).resolve().parents[1]


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
        {name: tuple(given) for name, given in names.given.items() if len(given) > 1},
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
    texts = filled(draft, names, drugs, services, indications)
    return Content(texts, drugs, services, indications, (edition_of(draft),))


def _some(name: str | None, option: str) -> str:
    if name is None:
        raise CaseError(f"{option}: name one, for the knowledge base knows none")
    return name


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
        {file: f"\n{rows}" for file in (ABOUT, FACTS) if (rows := declarations(names, file))},
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
