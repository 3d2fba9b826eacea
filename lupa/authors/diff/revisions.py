"""A knowledge base as it was at a revision of the git repository that holds its folder."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from lupa.errors import CaseError, RuleError, printable, shown
from lupa.rules.store import Store

_LOCAL = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE")
"""What would turn git to another repository than the one that holds the folder, as in a hook."""


def commit_of(revision: str, folder: Path) -> str | None:
    """The commit that a revision names in the repository that holds a folder; None if it names none.

    Raises `CaseError` where there is no git, or no repository that it opens.
    """
    inside = _git(folder, "rev-parse", "--is-inside-work-tree")
    if inside.returncode != 0:
        raise CaseError(f"git opens no repository that holds {folder}; {_said(inside)}")
    if inside.stdout.strip() != b"true":
        raise CaseError(f"{folder} is a part of git's own records, not of what they are about")
    found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return found.stdout.decode().strip() if found.returncode == 0 else None


@contextmanager
def knowledge_at(revision: str, folder: Path) -> Iterator[Store]:
    """The knowledge base that was in a folder at a revision, while the block lasts.

    Raises `CaseError` for an unknown revision, or one at which the folder held no knowledge base.
    """
    commit = commit_of(revision, folder)
    if commit is None:
        raise CaseError(f"git knows no revision {shown(revision)} in {folder}")
    for words in (("rev-parse", f"{commit}:./"), ("archive", "--format=tar", commit)):
        ended = _git(folder, *words)  # of a folder that is not there, git may make an empty archive
        if ended.returncode != 0:
            why = "it was not there, had another name, or is ignored, unless git says otherwise"
            raise CaseError(f"git has no {folder} at {shown(revision)}: {why}; {_said(ended)}")
    with TemporaryDirectory(prefix="lupa-") as place:
        _unpack(ended.stdout, place, revision)
        try:
            yield _loaded(Path(place), revision)
        except RuleError as error:  # of a file that is only there meanwhile, so named as git names it
            raise RuleError(str(error).replace(f"{place}/", f"{revision}:")) from error


def _unpack(archive: bytes, place: str, revision: str) -> None:
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(place, filter="data")
    except tarfile.TarError as error:
        raise CaseError(f"at {shown(revision)}: {printable(str(error))}") from error


def _loaded(place: Path, revision: str) -> Store:
    try:
        return Store.load(place)
    except RuleError as error:
        raise CaseError(f"at {shown(revision)}: {str(error).removeprefix(f'{place}: ')}") from error


def _git(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """What git answers about the repository that holds a folder."""
    environment = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    command = ["git", "-C", str(folder), *words]
    try:
        return subprocess.run(command, capture_output=True, env=environment, check=False)  # noqa: S603 - no shell, and no word is an option
    except FileNotFoundError as error:
        raise CaseError("git is not installed; a revision cannot be looked up without it") from error


def _said(ended: subprocess.CompletedProcess[bytes]) -> str:
    """All that git complained about, each line of it on a line of its own."""
    lines = ended.stderr.decode(errors="replace").splitlines()
    said = [printable(" ".join(line.split())) for line in lines if line.strip()]
    return "\n".join(["it says:", *said]) if said else "it does not say why"
