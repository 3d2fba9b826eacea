"""Where the rule files are, which of them one policy needs, and what they may not hold."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lupa.errors import RuleError
from lupa.rules.kept import cached_property

_HERE = Path(__file__).resolve().parents[1]
_TOKEN = re.compile(r'%\*|%[^\n]*|"(?:\\[\\"n]|[^"\\\n])*"|#[a-z_]+|:~|[^\x00-\x7f]')
_IN_COMMENT = re.compile(r"%\*|\*%|%[^\n]*")
_ALLOWED_DIRECTIVES = {
    "#defined",
    "#const",
    "#true",
    "#false",
    "#inf",
    "#sup",
    "#count",
    "#sum",
    "#min",
    "#max",
}
NOT_ALLOWED = (
    "is not allowed in a knowledge base; its rules only define (a choice, a constraint or a search "
    "belongs to a question)"
)
NOT_IN_QUOTES = "{token} can stand only in quotes or in a comment; names are written in plain letters"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def shipped(folder: str) -> Path:
    """A folder that ships with the package: inside it when installed, beside it in a checkout."""
    inside = _HERE / folder
    return inside if inside.is_dir() else _HERE.parent / folder


@dataclass(frozen=True)
class RuleFiles:
    """The rule files of one knowledge base; `root` is its folder."""

    root: Path

    def __post_init__(self) -> None:
        if not self.root.is_dir():
            raise RuleError(f"{self.root}: no such folder; a knowledge base is a folder of rules")
        found = {"vocabulary.lp": Path.is_file, "decision.lp": Path.is_file, "policies": Path.is_dir}
        for needed, is_there in found.items():
            if not is_there(self.root / needed):
                raise RuleError(
                    f"{self.root}: not a knowledge base, for it has no {needed}; "
                    "see the README for what a knowledge base holds"
                )

    @cached_property
    def core(self) -> tuple[Path, ...]:
        """The files that every policy shares, in the order of their names."""
        return tuple(sorted(self.root.glob("*.lp")))

    @cached_property
    def policies(self) -> tuple[str, ...]:
        """The ids of the policies: the names of their folders."""
        with os.scandir(self.root / "policies") as entries:
            names = sorted(e.name for e in entries if e.is_dir() and not e.name.startswith((".", "_")))
        for name in names:
            if not _NAME.fullmatch(name):
                raise RuleError(
                    f"{self.root / 'policies' / name}: a policy's folder is named in lower case, "
                    "digits and underscores, beginning with a letter"
                )
        return tuple(names)

    def folder(self, policy: str) -> Path:
        """The folder of a policy."""
        return self.root / "policies" / policy

    def about(self, policy: str) -> Path:
        """The file that says what a policy is, which drugs it covers and when."""
        path = self.folder(policy) / "about.lp"
        if not path.is_file():
            raise RuleError(f"{path}: missing; it says which drug the policy covers and since when")
        return path

    def of(self, policy: str) -> tuple[Path, ...]:
        """All files that a decision under one policy is grounded from."""
        self.about(policy)
        return (*self.core, *self.own(policy))

    def own(self, policy: str) -> tuple[Path, ...]:
        """The files in a policy's own folder."""
        return tuple(sorted((self.root / "policies" / policy).glob("*.lp")))

    def cases(self, policy: str) -> tuple[Path, ...]:
        """The cases that ship with a policy."""
        return tuple(sorted((self.folder(policy) / "cases").glob("*.yaml")))


def source(path: Path) -> str:
    """The text of a rule file; raises `RuleError` where it cannot be read or does more than define."""
    text = text_of(path)
    for line, column, message in misplaced(text):
        raise RuleError(f"{path}:{line}:{column}: {message}")
    return text


def text_of(path: Path) -> str:
    """The text of a file, whatever it says; raises `RuleError` where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RuleError(f"{path}: not a text in UTF-8 (byte {error.start + 1})") from error
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from error


def misplaced(text: str) -> Iterator[tuple[int, int, str]]:
    """What no rule file may hold: line and column, both from 1, and what is wrong there."""
    for match in _tokens(text):
        token = match.group()
        if not token.isascii() and not token.startswith(("%", '"')):
            message = NOT_IN_QUOTES.format(token=ascii(token)[1:-1] if not token.isprintable() else token)
        elif token.startswith(("#", ":~")) and token not in _ALLOWED_DIRECTIVES:
            message = f"{token} {NOT_ALLOWED}"
        else:
            continue
        line = text.count("\n", 0, match.start()) + 1
        yield line, match.start() - text.rfind("\n", 0, match.start()), message


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """What a text is made of as far as it matters here, without what stands inside of comments."""
    begin: int | None = 0
    while begin is not None:
        matches, begin = _TOKEN.finditer(text, begin), None
        for match in matches:
            if match.group() == "%*":
                begin = _after_comment(text, match.end())
                break
            yield match


def _after_comment(text: str, begin: int) -> int:
    """Where a comment ends, with the comments inside of it, as clingo sees it."""
    depth = 1
    for match in _IN_COMMENT.finditer(text, begin):
        depth += {"%*": 1, "*%": -1}.get(match.group(), 0)
        if depth == 0:
            return match.end()
    return len(text)


def fingerprint(texts: dict[str, str]) -> str:
    """A digest of rule files by name and text: the same rules, wherever they lie, give the same."""
    digest = hashlib.sha256()
    for name in sorted(texts):
        for part in (name, texts[name]):
            data = part.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
    return f"sha256 {digest.hexdigest()}"
