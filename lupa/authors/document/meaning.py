"""What a policy says in words, as parts of its page: beside its rules, and by outcome."""

from __future__ import annotations

from collections.abc import Iterator

from lupa.answers.meaning import Ends, Meaning, Meant, Way
from lupa.answers.senses import Sense
from lupa.authors.reports.html import Html, folded, joined, listed, tag
from lupa.pages.meaning import BOUNDS, FEW, IS, every, facts_of, inner, is_long, opening, shortened
from lupa.pages.sentences import in_words
from lupa.rules.spoken import capital

Before = dict[object, str]
"""Long conditions that were told on a pathway, each with its outcome."""


def meant_html(meant: Meant) -> Html:
    """For whom an item is so."""
    return tag(
        "div", *_condition(f"{IS[meant.kind].capitalize()}", meant.sense, meant.why, {}), class_="meaning"
    )


def outcomes_html(told: Meaning) -> Iterator[Html]:
    """For each pathway, who comes to which outcome."""
    yield tag("h2", "Who comes to which outcome", id="outcomes")
    yield tag("p", BOUNDS)
    for way in told.pathways:
        yield _way(way)


def _way(way: Way) -> Html:
    before: Before = {}
    parts = []
    for ends in way.outcomes:
        parts.append(_outcome(ends, before))
        for sense in every([ends.sense] if ends.sense else []):
            if is_long(sense):
                before.setdefault(facts_of(sense), in_words([ends.outcome]))
    return tag("section", tag("h3", capital(way.text)), *parts, class_="way")


def _outcome(ends: Ends, before: Before) -> Html:
    return tag(
        "div",
        *_condition(in_words([ends.outcome]).capitalize(), ends.sense, ends.why, before),
        class_="meaning",
    )


def _condition(what: str, sense: Sense | None, why: str, before: Before) -> list[Html]:
    name = tag("strong", what)
    if sense is None:
        return [joined(name, f": not told here, {why}")]
    if sense.always or sense.never:
        return [joined(name, f" {opening(sense)}")]
    if sense.text:
        return [joined(name, " just when ", _sentence(sense, is_inner=True), _cited(sense))]
    parts = listed(_part(part, before) for part in sense.parts)
    return [joined(name, f" just when {opening(sense)}:", _cited(sense)), parts]


def _part(sense: Sense, before: Before) -> Html:
    if sense.text:
        return joined(_sentence(sense), _cited(sense))
    if is_long(sense) and facts_of(sense) in before:
        return joined(f"{opening(sense)}: the list under {before[facts_of(sense)]}", _cited(sense))
    return joined(f"{opening(sense)}:", _cited(sense), listed(_part(part, before) for part in sense.parts))


def _sentence(sense: Sense, *, is_inner: bool = False) -> Html:
    """A sentence; all names of many can be unfolded, and are printed."""
    words = f"{inner(sense)}." if is_inner else shortened(sense)
    if len(sense.names) <= FEW:
        return joined(words)
    return joined(words, folded(f"all {len(sense.names)}", ", ".join(sense.names)))


def _cited(sense: Sense) -> Html:
    clauses = sense.sources
    links = [tag("a", clause, href=f"#{clause}") for clause in clauses]
    inside = joined(*(part for link in links for part in (" ", link)))
    return tag("span", inside, class_="quiet") if clauses else joined()


MEANING_STYLE = """
.meaning { margin: .3rem 0; padding-left: .6rem; border-left: 3px solid var(--note); }
.meaning ul { margin: .1rem 0; }
.meaning details { font-size: .875rem; color: var(--quiet); }
.way .meaning { margin: .6rem 0; break-inside: avoid; }
"""
