"""What a page holds of its policies: the compiled form, with words, clauses, names and questions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from lupa.compiled.compiler import compiled
from lupa.page.changed import changes
from lupa.page.letters import Letters
from lupa.page.packed import Lists, Nodes, Texts, codes_of, in_steps
from lupa.page.short import wide
from lupa.page.told import Told
from lupa.pages.templates import letter_folders
from lupa.record.behind import written_behind
from lupa.rules.about import About
from lupa.rules.edition import Edition
from lupa.rules.store import Store
from lupa.version import __version__

FORMAT = "lupa-page"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Beside:
    """By what else each case is decided: the policies of another store, or an edition of one of them."""

    named: str
    store: Store
    edition: str | None = None


def page_data(store: Store, policies: Sequence[str], against: Beside | None = None) -> dict[str, Any]:
    """What `page.js` reads, ready for JSON: `policies` by name, each with all of its editions.

    Sentences stand once, in `texts`, and a number in their place means one of these; in the sections of
    a policy longer lists of numbers are in steps. `against` has what is
    known there of `names` and `codes`, none where that is the same. Raises `CaseError` for a policy that
    is not on file, `SpaceLimitError` for one that grows too large.
    """
    texts = Texts()
    lists = Lists()
    letters = Letters()
    other = against.store if against and against.edition is None else None
    editions = {policy: _editions(store, policy) for policy in policies}
    others = {policy: _editions(other, policy) for policy in policies if other and policy in other.policies}
    told = [
        _policy(
            policy,
            [(store, found), *([(other, others[policy])] if other and policy in others else [])],
            texts,
            lists,
        )
        | {
            "letters": _letters(store, policy, letters),
            "changes": changes(policy, found, others, against.edition if against else None),
        }
        for policy, found in editions.items()
    ]
    known = _known(store, editions.values())
    known_there = _known(other, others.values()) if other else known
    named = dict.fromkeys(sorted({*known["names"], *chain.from_iterable(lists.each)}), ())
    return {
        "format": FORMAT,
        "version": VERSION,
        "lupa": __version__,
        **known,
        "names": _columns(named | known["names"]),
        "texts": texts.told(),
        "letters": letters.each,
        "against": against
        and {
            "named": against.named,
            "edition": against.edition,
            **{
                key: None if found == known[key] else _columns(found) if key == "names" else found
                for key, found in known_there.items()
            },
        },
        "lists": lists.among(named),
        "policies": told,
    }


def _columns(names: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Names, and beside each what else it is called, as lines."""
    return [list(names), ["\n".join(others) for others in names.values()]]


def _editions(store: Store, policy: str) -> list[Edition]:
    return [store.edition(policy, name) for name, _ in store.about(policy).editions]


def _letters(store: Store, policy: str, letters: Letters) -> dict[str, int] | str:
    payer = store.about(policy).payer
    return letters.found(letter_folders(store.files.folder(policy), store.files.root, payer))


def _known(store: Store, editions: Collection[Sequence[Edition]]) -> dict[str, Any]:
    """The names that mean others, with these, the codes, and what is written behind names."""
    names: dict[str, list[str]] = {}
    for aliases in (*(x.vocabulary.called for each in editions for x in each), store.also_called()):
        for name, others in aliases.items():
            names.setdefault(name, []).extend(x for x in others if x not in names[name])
    return {
        "names": names,
        "codes": codes_of(editions),
        "behind": written_behind(store),
        "no_more": list(store.catalogue.shared.saying_no_more),
    }


def _policy(
    policy: str,
    sides: Sequence[tuple[Store, Sequence[Edition]]],
    texts: Texts,
    lists: Lists,
) -> dict[str, Any]:
    """A policy with its editions, the oldest first; what they have in common stands once.

    `editions` tells of each what is its own, `sections` of each key what it is in every edition, beside
    one another; first those here, then those that it is decided against.
    """
    nodes = Nodes()
    each = [(store, edition) for store, editions in sides for edition in editions]
    made = [compiled(edition, all_readings=True) for _, edition in each]
    numbers = [nodes.numbered(one) for one in made]
    told = [
        Told(
            store.about(policy), edition, wide(store, edition), one, known, nodes.add(one), texts, lists
        ).edition()
        for (store, edition), one, known in zip(each, made, numbers, strict=True)
    ]
    here, *there = [_about(store.about(policy)) for store, _ in sides]
    return {
        "policy": policy,
        **here,
        "against": there[0] if there else None,
        "nodes": nodes.columns,
        "sections": {key: [in_steps(one[key]) for one in told] for key in told[0]},
    }


def _about(about: About) -> dict[str, Any]:
    return {
        "payer": about.payer,
        "document": about.document,
        "covers": {"drug": about.drugs, "service": about.services},
        "editions": [
            {
                "name": name,
                "first": first and first.isoformat(),
                "known_from": (day := about.known_from.get(name)) and day.isoformat(),
            }
            for name, first in about.editions
        ],
    }
