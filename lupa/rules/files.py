"""Where the rule files are, which of them one policy needs, and what they may not hold."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lupa.errors import FolderError, RuleError, shown
from lupa.rules.kept import cached_property
from lupa.rules.numbers import LARGEST
from lupa.rules.onfile import text_of

_HERE = Path(__file__).resolve().parents[1]
_TOKEN = re.compile(r'%\*|%[^\n]*|"(?:\\[\\"n]|[^"\\\n])*"|#[a-z_]+|:~|@\w*|[^\x00-\x7f]')
_SAID = re.compile(r'%[^\n]*|"(?:\\[\\"n]|[^"\\\n])*"')
"""What stands in quotes, and comments but for those that span lines."""
_DIRECTIVE = re.compile("#[a-z_]+")
_BEYOND = re.compile(r"[1-9][0-9]{9}|0[xob]")
_LARGE_OR_BASED = re.compile(r"(?:[1-9](?<![\w'].)[0-9]{9}|0(?<![\w'].)[xob])")
_LONG, _BASED = re.compile(r"[1-9][0-9]{9}"), re.compile(r"0[xob]")
_TOKEN_OR_NUMBER = re.compile(
    rf"{_TOKEN.pattern}|(?<![\w'])(?:[1-9][0-9]{{9,}}|0x[0-9A-Fa-f]+|0o[0-7]+|0b[01]+)"
)
_SIGN = re.compile(rf"{_TOKEN.pattern}|\.\.?|;")
_MANY_POOLED = 25
"""The fewest semicolons with which pools, multiplied, stand for a million values."""
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
_FOREIGN = (":~", "@")
"""What begins a search, and what calls a function of the program that runs the rules."""
NOT_ALLOWED = (
    "is not allowed in a knowledge base; its rules only define (a choice, a constraint or a search "
    "belongs to a question)"
)
TOO_LARGE = f"{{token}} is too large: a number in a rule is at most {LARGEST}"
NOT_IN_QUOTES = "{token} can stand only in quotes or in a comment; names are written in plain letters"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def shipped(folder: str) -> Path:
    """A folder that ships with the package: inside it when installed, beside it in a checkout.

    Raises `RuleError` where the package is in an archive, from which clingo cannot read.
    """
    archive = next((path for path in _HERE.parents if path.is_file()), None)
    if archive is not None:
        raise FolderError(f"{archive}: lupa cannot run from inside of an archive; unpack it, or install it")
    inside = _HERE / folder
    return inside if inside.is_dir() else _HERE.parent / folder


@dataclass(frozen=True)
class RuleFiles:
    """The rule files of one knowledge base; `root` is its folder."""

    root: Path

    def __post_init__(self) -> None:
        if not self.root.is_dir():
            raise FolderError(f"{self.root}: no such folder; a knowledge base is a folder of rules")
        found = {"vocabulary.lp": Path.is_file, "decision.lp": Path.is_file, "policies": Path.is_dir}
        for needed, is_there in found.items():
            if not is_there(self.root / needed):
                raise FolderError(
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
    check_text(path, text)
    return text


def check_text(path: Path, text: str, *, may_call: bool = False) -> None:
    """Raises `RuleError` where the text of a rule file, or what is read of it, does more than define.

    See `misplaced` for what `may_call`.
    """
    if "\0" in text:  # where clingo would take the file to end, and the ones that are read after it
        line, column = line_and_column(text, text.index("\0"))
        raise RuleError(f"{path}:{line}:{column}: a NUL character stands here; take it out")
    for line, column, message in misplaced(text, may_call=may_call):
        raise RuleError(f"{path}:{line}:{column}: {message}")
    if may_be_wide(text):
        from lupa.rules.endless import check_ranges  # hardly any file holds a range

        check_ranges(path)


def may_be_wide(text: str) -> bool:
    """Whether a text holds a range, or pools in one statement that could stand for too many values."""
    if ".." not in text and text.count(";") < _MANY_POOLED:
        return False
    plain = _plain(text)
    if "%*" not in plain:
        return ".." in plain or any(each.count(";") >= _MANY_POOLED for each in plain.split("."))
    pooled = 0
    for match in _tokens(text, _SIGN):
        sign = match.group()
        pooled = 0 if sign == "." else pooled + (sign == ";")
        if sign == ".." or pooled >= _MANY_POOLED:
            return True
    return False


def misplaced(text: str, *, may_call: bool = False) -> Iterator[tuple[int, int, str]]:
    """What no rule file may hold: line and column, both from 1, and what is wrong there.

    Rules that read charts `may_call` the reader, which gives them what stands there.
    """
    if text.isascii() and not any(each in text for each in ("#", *_FOREIGN)) and not _BEYOND.search(text):
        return  # as in most files, so that nothing of it is looked at twice
    plain = _plain(text)
    is_usual = plain.isascii() and not any(each in plain for each in ("%*", *_FOREIGN))
    is_usual = is_usual and _ALLOWED_DIRECTIVES.issuperset(_DIRECTIVE.findall(plain))
    if is_usual and not _LARGE_OR_BASED.search(plain):
        return  # as in most others: where something stands need not be known
    # hardly any text holds a long number, and to look for each takes as long as for all else together
    pattern = _TOKEN_OR_NUMBER if _LONG.search(text) or _BASED.search(text) else _TOKEN
    for match in _tokens(text, pattern):
        token = match.group()
        if not token.isascii() and not token.startswith(("%", '"')):
            message = NOT_IN_QUOTES.format(token=ascii(token)[1:-1] if not token.isprintable() else token)
        elif may_call and token.startswith("@"):
            continue
        elif token.startswith(("#", *_FOREIGN)) and token not in _ALLOWED_DIRECTIVES:
            message = f"{token} {NOT_ALLOWED}"
        elif token[0].isdigit() and _is_too_large(token):
            message = TOO_LARGE.format(token=shown(token)[1:-1])
        else:
            continue
        yield *line_and_column(text, match.start()), message


def _plain(text: str) -> str:
    """A text without quotes and comments, unless it may hold comments that span lines."""
    return text if "%*" in text else _SAID.sub(" ", text)


def line_and_column(text: str, place: int) -> tuple[int, int]:
    """Line and column, both from 1, of a place in a text."""
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def _is_too_large(number: str) -> bool:
    return (number.isdigit() and len(number) > 10) or int(number, 0) > LARGEST


def _tokens(text: str, token: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """What a text is made of as far as it matters, without what stands inside of comments."""
    begin: int | None = 0
    while begin is not None:
        matches, begin = token.finditer(text, begin), None
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
