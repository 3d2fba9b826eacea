"""What a policy reads of the files that all share; rows about other names are not ground.

A *row* is a line of facts about one name, `class(prednisone, corticosteroid, "...").`, and a name can be
left out where such a row is what declares the facts about it: `fact(taking(Drug)) :- drug(Drug).` A policy
reads a name if its own files, or a shared rule, mention it, if a rule asks for the class that it is in, or
if a rule reads all that there are. Where a text does not show that a rule asks for some names only, it is
taken to read all, so that nothing that can bear on a policy is left out (program slicing, Weiser 1981).

So no rule that bears on a verdict ever meets a name that was left out: a variable stands for what is read,
either because all that a condition can mean is read, or because another condition leaves only such names,
and of a row that leads from one name to another both are read. A law is about one name at a time, or about
those that its rows tie; of these all are kept or none. What else a law says is read like any rule.

Of a name that is but one of many values, such as the indications that a policy does not speak of, only that
is ground: what else its rows declare is as if they were not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import itemgetter

from lupa.rules.codes import Codes
from lupa.rules.few import Few, few_of
from lupa.rules.known import Known
from lupa.rules.reads import Declared, Reads, declared_in, merged, read_by, single_valued_in
from lupa.rules.shared import FACT, File, Shared
from lupa.rules.texts import (
    WORD,
    Rule,
    arguments_in,
    calculates,
    closing,
    rules_of,
    skeleton,
    without_codes,
)


def sliced(
    shared: Shared,
    own: Mapping[str, str],
    also: Collection[str] = (),
    *,
    apart: Collection[str] | None = None,
    unread: bool = False,
) -> tuple[dict[str, str], Known]:
    """The texts that a policy is ground from, by file, and what else is known.

    These are its own files, and of the shared ones what it reads.
    The rows about the names of `also` are there too. A line that is left out is left empty.
    With names that stand `apart`, perhaps none, few of all others stand for many; see `few`. With `unread`
    it is said what is declared of values of a choice and not ground: `unread(diagnosis(gout))`.
    """
    codes, texts = list(shared.codes), {}
    for name, text in own.items():
        texts[name], found = without_codes(text)
        codes += found
    plain = skeleton("\n".join(texts.values()))
    rules = (*shared.rules, *rules_of(plain))
    declared = merged(shared.declared, declared_in(rules[len(shared.rules) :]))
    single = shared.single | single_valued_in(rules[len(shared.rules) :])
    reads = read_by(rules, declared, single, shared.every_predicate)
    declared = {name: places for name, places in declared.items() if name not in reads.passing}
    names: Collection[str] = shared.predicates
    words = shared.words | set(WORD.findall(plain))
    if not reads.everything and "const" not in words:  # a constant can stand for any name
        names = _read(shared, reads, words.union(also))
    movable = {word for places in declared.values() for place in places for word in place}
    left_out: dict[str, set[str]] = {}  # by name: what rows say of it that is not ground
    for name in shared.predicates.keys() - names:
        given = shared.predicates[name]
        if given.isdisjoint(reads.thin):
            left_out[name] = set() if given.isdisjoint(movable) else given
        else:
            left_out[name] = given & movable - reads.thin - reads.beside
    few = Few() if apart is None else few_of(shared, declared, single, reads, left_out, apart)
    for name in few.left:
        left_out[name] = shared.predicates[name]
    kept = {name: _without(file, left_out) for name, file in shared.files.items()}
    # so that clingo does not complain of what a rule reads and no row is left of
    further = [f"#defined {p}/{n}." for p, n in sorted(_lost(shared, rules, left_out))]
    if unread:
        further += _unread(shared, declared, reads, left_out)
    if further:
        last = next(reversed(kept))
        kept[last] = "\n".join([kept[last], *further])
    shapes = {name: _shape(name, shared.predicates[name], reads, movable) for name in left_out}
    known = Known(shared, declared, single, reads, Codes(codes), texts, shapes)
    known.few = few
    known.calculates = shared.calculates or calculates(plain)
    return {**kept, **texts}, known


def _shape(name: str, given: Collection[str], reads: Reads, movable: Collection[str]) -> frozenset[str]:
    """What rows say of a name as one of many values, whether it is ground or not; nothing if it is none.

    Of a name that a rule may put in order that is the name itself too: none is like it.
    """
    if reads.thin.isdisjoint(given):
        return frozenset()
    said = frozenset(given) & (reads.thin | set(movable))
    return said if said.isdisjoint(reads.ordered) else said | {name}


def _unread(
    shared: Shared, declared: Declared, reads: Reads, left_out: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """Facts about values of a choice that are declared and not ground, as facts of `unread/1`."""
    alone = {family: places[0] for family, places in declared.items() if len(places) == 1}
    for name, gone in left_out.items():
        if gone and not reads.thin.isdisjoint(shared.predicates[name] - set(gone)):
            for family, words in alone.items():
                if not words.isdisjoint(gone):
                    yield f"unread({family}({name}))."


def _without(file: File, left_out: Mapping[str, Collection[str]]) -> str:
    """A file without what is left out of its rows; they are as many lines as before."""
    rows = [
        (*row, gone)
        for name, gone in left_out.items()
        if gone
        for row in file.rows.get(name, ())
        if not row.predicates.isdisjoint(gone)
    ]
    kept, end = [], 0
    for begin, after, predicates, gone in sorted(rows, key=itemgetter(0)):
        if end < begin:
            kept.append(file.text[end:begin])
        if not predicates.issubset(gone):
            facts = FACT.finditer(file.text, begin, after)
            kept.append(" ".join(fact[0] for fact in facts if fact[1] not in gone))
        end = after
    return "".join([*kept, file.text[end:]])


def _read(shared: Shared, reads: Reads, names: set[str]) -> set[str]:
    """The names that are read: those that are mentioned, and what rows lead to from there."""
    found = (names & shared.predicates.keys()) | shared.in_doubt
    found.update(n for n, given in shared.predicates.items() if not given.isdisjoint(reads.whole))
    for predicate, asked in reads.arguments.items():
        found.update(n for n, words in shared.relations([predicate]) if not words.isdisjoint(asked))
    joined, led = list(shared.relations(reads.joined)), list(shared.relations(reads.led))
    tied = [words | {name} for name, words in shared.relations(reads.tied)]
    thin = {name for name, given in shared.predicates.items() if not given.isdisjoint(reads.thin)}
    growing = True
    while growing:
        some = found | thin
        said = some | names
        reached = {word for name, words in joined if name in some for word in words}
        reached |= {name for name, words in led if not words.isdisjoint(said)}
        reached |= {word for words in tied if not words.isdisjoint(some) for word in words}
        growing = not reached <= found
        found |= reached
    return found


def _lost(
    shared: Shared, rules: Iterable[Rule], left_out: Mapping[str, Collection[str]]
) -> set[tuple[str, int]]:
    """What rules read, by name and number of arguments, that only rows which are left out give."""
    asked: dict[str, set[int]] = {}
    for rule in rules if left_out else ():
        for literal in rule.body:
            if literal.name in shared.every_predicate:
                asked.setdefault(literal.name, set()).add(len(literal.arguments))
    gone = {predicate for found in left_out.values() for predicate in found}
    lost: set[tuple[str, int]] = set()
    there: set[tuple[str, int]] = set()
    sure = {
        predicate
        for name, given in shared.predicates.items()
        for predicate in given
        if predicate not in left_out.get(name, ())
    }
    several = {p for p, sizes in asked.items() if p in gone and (p not in sure or len(sizes) > 1)}
    for name, predicate, rest in shared.facts(several) if several else ():
        signature = predicate, len(list(arguments_in(_inside(rest))))
        (lost if predicate in left_out.get(name, ()) else there).add(signature)
    return lost - there


def _inside(rest: str) -> str:
    """The arguments of a fact, from what follows its bracket."""
    plain = skeleton(rest)
    return plain[: closing(plain, 0)]
