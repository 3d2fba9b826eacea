"""The answers to a question about a group: which there are to tell apart, and their words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from itertools import islice

from lupa.answers.counting import Counting, Told
from lupa.answers.membership import exchange_of
from lupa.answers.ranges import intervals, one_of_numbers, ranges
from lupa.answers.when import Some, When
from lupa.compiled import cubes
from lupa.compiled.diagram import NOWHERE, Diagrams, Node
from lupa.errors import SpaceLimitError
from lupa.rules.alike import members
from lupa.rules.asking import FEW, Asking, Group, listed
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import Fact

_MOST_WAYS = 20_000
"""So many ways of counting are looked at."""


def told(
    edition: Edition,
    group: Group,
    facts: Mapping[int, Fact],
    diagrams: Diagrams,
    node: Node,
    others: Mapping[Fact, Sequence[Fact]],
    *,
    of_spoken: bool = False,
) -> list[Told]:
    """The answers that a function of the group's variables, which stand for these facts, tells apart.

    They answer a question about all of these facts, or, `of_spoken`, about just those of which they speak.
    Of a choice a value also stands for those `others` of the group of which the same is so. Raises
    `SpaceLimitError` where there are too many ways to answer.
    """
    asking = edition.asking
    if group.kind == "choice":
        return _values(asking, facts, diagrams, node, others)
    if len(group.numbers) > 1:
        (group,) = asking.groups([fact for fact in group.facts if fact in facts.values()])
    if len(group.numbers) == 1:
        return intervals(asking, group, facts, diagrams, node)
    if group.kind == "yes_no":
        (variable,) = facts
        sides = zip(_sides(asking, *facts.values()), diagrams.split(node, variable), strict=True)
        return [
            Told(value, word, ((Some(group.facts, so, so),),))
            for (word, so), value in sides
            if value != NOWHERE
        ]
    return _combinations(edition, facts, diagrams, node, of_spoken=of_spoken)


def shown(asking: Asking, group: Group, name: str, when: When) -> str:
    """What a person reads for an answer: of a choice what its value is called."""
    if group.kind != "choice":
        return name
    (fact,) = (fact for cube in when for some in cube if isinstance(some, Some) for fact in some.facts)
    return asking.value_label(fact)


def _sides(asking: Asking, fact: Fact) -> list[tuple[str, int]]:
    """The two answers about one fact: no and yes, and below and above where a number is asked for."""
    cut = asking.cut(fact)
    if cut is not None:
        return [(asking.bound(cut, so=so), int(so)) for so in (False, True)]
    return [(asking.answer("no"), 0), (asking.answer("yes"), 1)]


def _values(
    asking: Asking,
    facts: Mapping[int, Fact],
    diagrams: Diagrams,
    node: Node,
    others: Mapping[Fact, Sequence[Fact]],
) -> list[Told]:
    left = {
        each: diagrams.at(node, {variable})
        for variable, fact in facts.items()
        for each in (fact, *others.get(fact, ()))
    }
    (group,) = asking.groups(list(left))
    return [
        Told(left[fact], asking.value(fact), ((Some((fact,), 1, 1),),))
        for fact in group.facts
        if left[fact] != NOWHERE
    ]


def _combinations(
    edition: Edition, facts: Mapping[int, Fact], diagrams: Diagrams, node: Node, *, of_spoken: bool
) -> list[Told]:
    counted = _counted(edition, facts, diagrams, node)
    if counted is not None:
        return counted
    asking = edition.asking
    whens: dict[Node, tuple[tuple[Some, ...], ...]] = {
        value: tuple(
            tuple(Some(tuple(facts[v] for v in some.variables), some.least, some.most) for some in cube)
            for cube in each
        )
        for value, each in cubes.cubes(diagrams, node).items()
    }
    spoken = {fact for when in whens.values() for cube in when for some in cube for fact in some.facts}
    if len(whens) == 1:
        return [Told(value, asking.answer("any"), when) for value, when in whens.items()]
    asked = spoken if of_spoken else set(facts.values())
    if len(asked) == 1:
        of_side = {when[0][0].at_least: (value, when) for value, when in whens.items()}
        sides = _sides(asking, *asked)
        return [Told(of_side[so][0], word, of_side[so][1]) for word, so in sides]
    longest = max(whens.values(), key=len)
    rest = longest if len(longest) > 1 and len(whens) > 1 else None
    none = asked == spoken  # where others are asked for too, who names none says more
    answers = [
        Told(value, _in_words(asking, when, spoken, none=none), when)
        for value, when in whens.items()
        if when is not rest
    ]
    if rest is not None:  # what is longest to say is what is left
        (value,) = (value for value, when in whens.items() if when is rest)
        answers.append(Told(value, asking.answer("otherwise"), rest))
    return answers


def _counted(
    edition: Edition, facts: Mapping[int, Fact], diagrams: Diagrams, node: Node
) -> list[Told] | None:
    """The answers by how many members are how, whichever they are, where several things are asked of each.

    None where it matters of none how many they are beyond one, or there are too many ways to count them.
    """
    asking = edition.asking
    variable_of = {fact: variable for variable, fact in facts.items()}
    groups = asking.groups(list(variable_of))
    if all(len(said) == 1 for said in members(edition.vocabulary, groups)):
        return None
    exchange = exchange_of(diagrams, edition.vocabulary, groups, variable_of)
    if not any(len(r.places) > 1 and exchange.counts(node, r) for r in exchange.runs(node, facts)):
        return None
    counting = Counting(asking, exchange, node, facts, diagrams.budget)
    known = counting.nothing_known()
    ways = counting.answered(node, facts)
    leads = {each.counts: each.left for each in islice(ways, _MOST_WAYS + 1)}
    with suppress(SpaceLimitError):
        return counting.branches(node, facts, known, leads) if len(leads) <= _MOST_WAYS else None
    return None


def _in_words(
    asking: Asking, when: Sequence[Sequence[Some]], spoken: Collection[Fact], *, none: bool
) -> str:
    ways = [_cube(asking, cube, spoken, none=none) for cube in when]
    return asking.joined("or_else" if any("; " in way for way in ways) else "or", ways)


def _cube(asking: Asking, cube: Sequence[Some], spoken: Collection[Fact], *, none: bool) -> str:
    """One way of answering in words: what is so, then what is not; `none` if these are all there are."""
    here = sum(len(some.facts) for some in cube)
    so = [fact for some in cube if some.at_least == len(some.facts) for fact in some.facts]
    not_so = [fact for some in cube if some.at_most == 0 for fact in some.facts]
    between = [some for some in cube if some.at_least < len(some.facts) and some.at_most]
    told_numbers = ranges(asking, so, not_so)
    so, not_so = ([fact for fact in facts if not asking.is_apart(fact)] for facts in (so, not_so))
    if none and here == len(not_so) == len(spoken):
        return asking.answer("none")
    parts = [
        *told_numbers,
        *(
            one_of_numbers(asking, some) or _some(asking, some)
            for some in (
                *(
                    [Some((fact,), 1, 1) for fact in so]
                    if len(so) < 3
                    else [Some(tuple(so), len(so), len(so))]
                ),
                *(some for some in between if some.at_least),
                Some(tuple(not_so), 0, 0),
                *(some for some in between if not some.at_least),
            )
            if some.facts
        ),
    ]
    first = asking.joined("also" if any(": " in part for part in parts) else "and", parts)
    if here < len(spoken) and all(some.at_least for some in cube):
        return asking.answer("whatever", first=first)
    return first


def _some(asking: Asking, some: Some) -> str:
    """From so many to so many of some facts."""
    facts, least, most = some.facts, some.at_least, some.at_most
    table = asking.table(facts) if (least, most) == (1, len(facts)) else None
    if table is not None and len(table.of) == 1:  # there is one of which any of several things is said
        return asking.tabled(table, *table.of)
    names = _names(asking, facts, counted=most > 0 and (least, most) != (1, len(facts)))
    if len(facts) == 1:
        return names if least else asking.answer("without", names=names)
    if most == 0:
        return asking.answer("none_of", names=names)
    if most == len(facts):
        if least == most:
            return asking.answer("all_of", names=names)
        if least == 1:
            return asking.answer("one_of", names=names)
        return asking.answer("some", number=least, names=names)
    if least == most:
        return asking.answer("exactly", number=least, names=names)
    if least == 0 and most == len(facts) - 1:
        return asking.answer("not_all", names=names)
    if least == 0:
        return asking.answer("few", number=most, names=names)
    return asking.answer("between", number=least, most=most, names=names)


def _names(asking: Asking, facts: Sequence[Fact], *, counted: bool) -> str:
    """The members by name; many by their classes, with how many there are of each.

    What is said of each of several alike is said once, unless they are `counted` and that would hide some.
    """
    table = asking.table(facts)
    if table is not None and not (counted and len(table.said) > 1):
        return asking.tabled(table, asking.shortened(table.of))
    if len(facts) <= FEW:
        return listed(list(map(asking.member, facts)))
    words: list[str] = []
    for name, those in asking.classes(facts).items():
        if name and len(those) > 1:
            words.append(asking.answer("of_class", names=name, number=len(those)))
            continue
        words.append(asking.shortened(list(map(asking.member, those))))
    return ("; " if any("; " in word for word in words) else ", ").join(words)
