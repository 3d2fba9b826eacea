"""Names of drugs in the words of a chart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from lupa.fhir.tables import KEPT
from lupa.rules.kept import cached_property
from lupa.rules.store import Store

_WORD = re.compile(r"[a-z0-9]+")
_LONGEST = 2000
"""Letters of a text that are read."""
_SHORTEST = 4
"""Letters: a shorter name in a text is as likely something else."""


class DrugNames:
    """The drugs of a knowledge base, found by name, brand or synonym in a text."""

    def __init__(self, store: Store) -> None:
        self._shared = store.catalogue.shared
        self._in = lru_cache(KEPT)(lambda text: tuple(self._look(words_of(text))))

    @cached_property
    def drugs(self) -> tuple[str, ...]:
        """All of them, by the names that rules use."""
        return tuple(sorted(name for name in self._shared.names if self._shared.declares("drug", name)))

    def is_indication(self, name: str) -> bool:
        """Whether a drug can be requested for it, by that name."""
        return self._shared.declares("indication", name)

    @cached_property
    def _by_first(self) -> dict[str, list[tuple[tuple[str, ...], str]]]:
        """By the first word of a name: its words, and the drug; the longest first."""
        drugs = frozenset(self.drugs)
        found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name, meant in self._shared.aliases.items():
            known = drugs.intersection(meant)
            words = tuple(_WORD.findall(name))
            if len(known) == 1 and sum(map(len, words)) >= _SHORTEST:
                (drug,) = known
                found.setdefault(words[0], []).append((words, drug))
        for names in found.values():
            names.sort(key=lambda named: (-len(named[0]), named))
        return found

    def in_texts(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The drugs that are named in these texts."""
        return tuple(dict.fromkeys(drug for text in texts for drug in self._in(text[:_LONGEST])))

    def _look(self, words: tuple[str, ...]) -> Iterator[str]:
        place = 0
        while place < len(words):
            for name, drug in self._by_first.get(words[place], ()):
                if words[place : place + len(name)] == name:
                    yield drug
                    place += len(name) - 1
                    break
            place += 1


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in small letters."""
    return tuple(_WORD.findall(text[:_LONGEST].casefold()))
