"""Names as people write them, and which one is meant."""

import re
import unicodedata
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from operator import or_
from typing import Any

import clingo

_SIGNS = {0x2019: "'", 0x201C: '"', 0x201D: '"', 0xAE: None, 0x2122: None}
"""Other quotes, and what says that a name is a trade mark, which is no part of it."""
_UNSEEN = ("Mn", "Mc", "Me", "Cf")
"""Kinds of what is no part of a name either: accents, and signs that are not seen."""
_TURNING = "\u202d\u202e"
"""But these turn round what is read."""
_BETWEEN_WORDS = re.compile(r"[\s_\-\u2010-\u2015]+")
_LETTERS = re.compile(r"[^\W\d_]+")
AROUND = " \"'.,;"
"""What is no part of a name where it stands before or behind one."""


def beginnings(fact: str) -> Iterator[str]:
    """The fact, and what it begins with, ever shorter: `a(b,c)`, `a(b)`, `a`."""
    beginning: str | None = fact
    while beginning is not None:
        yield beginning
        beginning = _beginning(beginning)


def is_a_name(term: str) -> bool:
    """Whether a term, as it is written, is a name, with or without arguments: no number, text or tuple."""
    return term[0].isalpha()


def as_name(given: Any, known: Container[str]) -> Any:
    """What is given for a name; a whole number is one as it is written, where that is known: stage 3."""
    is_number = isinstance(given, int) and not isinstance(given, bool)
    return str(given) if is_number and str(given) in known else given


def mixes_alphabets(name: str) -> bool:
    """Whether a word of a name has letters of two alphabets, which may look alike; a micro sign is none."""
    return not name.isascii() and any(map(_is_mixed, _LETTERS.findall(normal(name).replace("\u03bc", ""))))


def _is_mixed(word: str) -> bool:
    letters = (letter for letter in word if unicodedata.category(letter) in ("Ll", "Lo"))
    return len({unicodedata.name(letter, "").startswith("LATIN") for letter in letters}) > 1


@lru_cache(maxsize=1 << 14)
def _beginning(fact: str) -> str | None:
    """The fact without its last argument: `a(b,c)`, `a(b)`, `a`, None."""
    head = fact.rpartition(",")[0]
    while head and head.count("(") > head.count(")") + 1:  # that comma is one of an argument's own
        head = head.rpartition(",")[0]
    if head:
        return head + ")"
    return fact.partition("(")[0] if "(" in fact else None


def normal(name: str) -> str:
    """A name without case, accents, marks about it and what tells blank, hyphen and underscore apart."""
    plain = name
    if not name.isascii():
        plain = name.translate(_SIGNS)
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in plain if unicodedata.category(c) not in _UNSEEN or c in _TURNING)
    plain = plain.casefold().strip()
    return _BETWEEN_WORDS.sub("_", plain.strip(AROUND) or plain)


def nearest(name: str, names: Mapping[str, str]) -> str | None:
    """What the most similar of `names` (in normal form) stands for; None where none is similar."""
    from difflib import get_close_matches  # only a mistake needs it

    said = normal(name[:80])
    alike = [known for known in names if _may_be_near(said, known)]
    close = get_close_matches(said, alike, n=1, cutoff=_NEAR)
    return names[close[0]] if close else None


_NEAR = 0.8
"""Of two names that are alike, the least share of letters that stand in both in the same order."""


def _may_be_near(said: str, known: str) -> bool:
    """Whether two names have letters enough in common, wherever they stand: it costs little to ask."""
    spare = len(said) - _NEAR / 2 * (len(said) + len(known))
    return spare >= 0 and (_letters(said) & ~_letters(known)).bit_count() <= spare + 1e-9


@lru_cache(16_384)
def _letters(name: str) -> int:
    """The letters of a name, whatever their number: a bit for each of 64 groups."""
    return reduce(or_, (1 << (ord(letter) & 63) for letter in name), 0)


_SHORT = 6
"""In a name with fewer letters a slip is no plainer than another name."""
_CUT = 5
"""A name that ends within a word has so many letters at least; fewer may begin anything."""


def slip(name: str, names: Mapping[str, str]) -> str | None:
    """What the one of `names` (in normal form) stands for that this is but for a slip of the pen.

    A letter is missing, doubled, wrong, or has changed places with the next; it is not the first. Or the
    name ends within a word: cyclophos. Where it is merely alike it may be another drug or disease, and None
    comes back: cycloserine is not cyclosporine.
    """
    meant = set(slips(name, names))
    return meant.pop() if len(meant) == 1 else None


def slips(name: str, names: Mapping[str, str]) -> list[str]:
    """All that it may stand for so."""
    said = normal(name[:80]).strip("_")
    if len(said) < _CUT:
        return []
    found = [names[known] for known in names if len(said) >= _SHORT and _is_slip(said, known)]
    if not found:
        begun = (known for known in names if known.startswith(said))
        found = [names[known] for known in begun if known[len(said) :][:1] not in ("", "_")]
    return list(dict.fromkeys(found))


def _is_slip(said: str, known: str) -> bool:
    """Whether these are the same but for one letter, or two that changed places; not for the first."""
    shorter = min(len(said), len(known))
    if len(said) + len(known) - 2 * shorter > 1 or said[0] != known[0]:
        return False
    begin = next((place for place in range(shorter) if said[place] != known[place]), shorter)
    one, other = said[begin:], known[begin:]
    return (
        one[1:] == other[1:]
        or one[1:] == other
        or one == other[1:]
        or (one[:2] == other[1::-1] and one[2:] == other[2:])
    )


def arguments(symbol: clingo.Symbol) -> list[clingo.Symbol]:
    """The arguments of a function symbol; none for a number or a string."""
    return symbol.arguments if symbol.type == clingo.SymbolType.Function else []


_BETWEEN = clingo.String("\x01")


def all_written(symbols: Sequence[clingo.Symbol]) -> list[str]:
    """Each of many symbols as it is written: they are written as one, which costs less than one by one."""
    whole = str(clingo.Function("", [part for each in symbols for part in (each, _BETWEEN)]))
    *found, _ = f"{whole[1:-1]},".split(f",{_BETWEEN},")
    if len(found) != len(symbols):  # one of them holds what stands between
        return [str(each) for each in symbols]
    return found
