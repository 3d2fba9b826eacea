"""The text of a rule file as it lies on file, in UTF-8, with or without the mark of its encoding."""

from codecs import BOM_UTF8
from pathlib import Path

from lupa.errors import RuleError


def text_of(path: Path) -> str:
    """The text of a file, whatever it says, without the mark of its encoding at the start.

    Raises `RuleError` where it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8").removeprefix(BOM_UTF8.decode())
    except UnicodeDecodeError as error:
        raise RuleError(f"{path}: not a text in UTF-8 (byte {error.start + 1})") from error
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from error


def begins_with_mark(path: Path) -> bool:
    """Whether a file begins with the mark of its encoding, which clingo would take for a part of a rule."""
    with path.open("rb") as file:
        return file.read(len(BOM_UTF8)) == BOM_UTF8
