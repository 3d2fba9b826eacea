"""A new policy before and after it is made: what it is to say of itself, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lupa.authors.names import Declared


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
    `called` has, of these, what was given by several names, each with them. `editions` are its editions.
    Of a policy that it is made `like`, the cases that do not hold of it are `left_out`.
    """

    kb: Path
    policy: str
    drugs: tuple[str, ...]
    services: tuple[str, ...]
    indications: tuple[str, ...]
    editions: tuple[str, ...]
    declared: tuple[Declared, ...]
    called: Mapping[str, tuple[str, ...]]
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
            **(
                {"called": {name: list(given) for name, given in self.called.items()}}
                if self.called
                else {}
            ),
        }


def home_of(kb: Path, policy: str) -> Path:
    """The folder of a policy in a knowledge base."""
    return kb / "policies" / policy
