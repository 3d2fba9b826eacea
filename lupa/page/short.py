"""Names that may mean one of several, as data: the facts that only these bring in, and what each means."""

from __future__ import annotations

from typing import Any

from lupa.page.sayable import Sayable
from lupa.rules.edition import Edition
from lupa.rules.store import Store


def wide(store: Store, edition: Edition) -> Edition:
    """The edition as it decides a case that says all such names."""
    return store.widened(edition, edition.known.several)


def short_names(edition: Edition, sayable: Sayable) -> dict[str, Any]:
    """What a page needs to decide over each of what such a name means, by an edition that knows them all.

    `sayable` has the facts of the policy; what a name brings in beside these is numbered from there. Of
    each there is a row in the columns of `facts`, `after` how many of the policy it stands, and what is
    `asked` with it: group, class, kind and question. `means` has the facts of which one is so where another
    is, `efforts` what it costs to state one so.
    """
    v, asking, known = edition.vocabulary, edition.asking, sayable.variable
    place = {fact: edition.places[literal] for fact, literal in edition.literals.items()}
    brought = {fact for said, others in v.means_one_of.items() for fact in (said, *others)}
    further = sorted(brought - known.keys(), key=place.__getitem__)
    numbers = {**known, **{fact: at for at, fact in enumerate(further, len(known))}}
    own = sorted(place[fact] for fact in known)
    wide_ = sayable.of(edition, numbers)
    groups = {fact: group for group in asking.groups(list(edition.literals)) for fact in group.facts}
    classes = {
        fact: name
        for group in {group.id: group for group in groups.values()}.values()
        for name, facts in asking.classes(group.facts).items()
        for fact in facts
    }
    return {
        "facts": wide_.columns(further),
        "after": [sum(before < place[fact] for before in own) for fact in further],
        "asked": [wide_.asked(groups[fact], classes[fact]) for fact in further],
        "means": {numbers[fact]: [numbers[x] for x in others] for fact, others in v.means_one_of.items()},
        "efforts": wide_.efforts(further),
    }
