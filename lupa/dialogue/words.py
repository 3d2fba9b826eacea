"""A line as words: blanks part them, but not in quotes, in brackets or beside an equals sign."""

from typing import NamedTuple

from lupa.errors import CaseError, shown

_CLOSING = {"(": ")", "[": "]", "{": "}"}


class Parts(NamedTuple):
    """The words of a line so far: `unclosed` is what has still to come, `apart` that a new word begins."""

    words: tuple[str, ...]
    unclosed: str
    apart: bool


def parts(line: str) -> Parts:
    """The words of a line, which may be unfinished; a # that begins a word begins a comment."""
    words: list[str] = []
    word = quote = ""
    waiting: list[str] = []
    for place, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"" and (not word or word[-1] in "=([{,:. "):
            quote = character
        elif character == "#" and not word:
            break
        elif character.isspace() and not waiting:
            if word and not (words and _beside_equals(word, line[place:].lstrip())):
                words.append(word)
                word = ""
            continue
        elif character in _CLOSING:
            waiting.append(_CLOSING[character])
        elif waiting and character == waiting[-1]:
            waiting.pop()
        word += character
    words += [word] if word else []
    return Parts(tuple(words), quote or "".join(reversed(waiting)), apart=not word)


def _beside_equals(word: str, rest: str) -> bool:
    return bool(rest) and (rest[0] == "=" or word[-1] == "=")


def words(line: str) -> tuple[str, ...]:
    """The words of a line; raises `CaseError` for a quote or a bracket that is not closed."""
    found = parts(line)
    if found.unclosed:
        raise CaseError(f"{shown(found.words[-1])} is not closed; it lacks {found.unclosed}")
    return found.words


def unquoted(word: str) -> str:
    """The word without the quotes around it."""
    if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"":
        return word[1:-1]
    return word
