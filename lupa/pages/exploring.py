"""What exploring a case answers, as a person reads it: `whatif`, `flip`, `ask` and `plan`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, groupby

import click

from lupa.answers.decision import Decision
from lupa.answers.exploration import (
    Ask,
    Asked,
    Branch,
    Change,
    Flips,
    Margin,
    Plan,
    StatedChange,
    Statement,
    Step,
    UnderReadings,
    Way,
    WhatIf,
)
from lupa.errors import counted, printable
from lupa.pages.page import Page
from lupa.pages.sentences import (
    FEW,
    HOW_READ,
    PERSON,
    UNTOLD,
    argument,
    cause_sentences,
    families,
    in_words,
    others,
    served_by,
    verdict,
)
from lupa.rules.asking import under
from lupa.rules.quantities import CUTS

_COLUMN = 14
_MOST_LINES = 200
"""Of a plan that is longer the first steps are shown."""
_FIRST = 8
_LONGEST = 320
"""Characters of an answer that is shown whole there."""
_CUT = "[...]"


def whatif_text(whatif: WhatIf, width: int = 80) -> str:
    """Before and after, side by side; then what changed, and through what."""
    page, before, after = Page(width), whatif.before, whatif.after
    rows = [("", "before", "after"), ("outcome", verdict(before), verdict(after))]
    if (before.policy, before.edition) != (after.policy, after.edition):
        rows.append(("edition", before.edition, after.edition))
    rows += [("  " * len(c.within) + c.id, c.before or "-", c.after or "-") for c in whatif.criteria]
    lines = [f"{after.policy}, edition {after.edition}", *page.case(after), ""]
    lines += _table(rows)
    differing = list(changed(whatif.changes, whatif.stated))
    if differing:
        lines += page.title("Changed")
        lines += [line for words in differing for line in page.wrap(words, 2, 4)]
    if whatif.criteria:
        lines += page.title("Criteria that changed")
        for criterion in whatif.criteria:
            part = f" (part of {criterion.within[-1]})" if criterion.within else ""
            lines += page.wrap(f"{criterion.id}{part}: {criterion.text}", 2, 4)
            lines += page.because(criterion)
            lines += page.source(criterion.source)
    gained = [item for item in after.bases if item.id not in {basis.id for basis in before.bases}]
    lines += page.items("Why", [*after.scope, *gained], after)
    lines += page.items("More is asked for than can be authorized", after.limits, after)
    told = {advisory.id for advisory in before.advisories}
    advisories = [advisory for advisory in after.advisories if advisory.id not in told]
    lines += page.items("Advisories that were not there before", advisories, after)
    left = {advisory.id for advisory in after.advisories}
    gone = [advisory.id for advisory in before.advisories if advisory.id not in left]
    lines += ["", *page.wrap(f"No longer advised: {', '.join(gone)}", 0, 2)] if gone else []
    lines += _difference(page, whatif)
    lines += page.aside([aside for aside in after.aside if aside not in before.aside])
    lines += page.remarks([remark for remark in after.remarks if remark not in before.remarks])
    lines += _readings(page, whatif.readings)
    lines += ["", *page.wrap(f"Next: {after.next}", 0, 6), *page.wrap(PERSON, 0)]
    return "\n".join(lines)


_SAID = {True: "yes", False: "no", None: "silent"}


def changed(changes: Iterable[Change], stated: Iterable[StatedChange]) -> Iterator[str]:
    """What is said otherwise: numbers, dates and names as they are given, the rest as facts."""
    for given in stated:
        yield f"{given.name}: {printable(given.before or 'silent')} -> {printable(given.after or 'silent')}"
    groups: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        name = change.fact.partition("(")[0]
        if name not in CUTS:  # a number says so itself
            step = f"{_SAID[change.before]} -> {_SAID[change.after]}"
            groups.setdefault((name, step), []).append(change.fact)
    for (name, step), facts in groups.items():
        if len(facts) > FEW:
            yield f"{name}: {step} for {', '.join(map(argument, facts[:FEW]))} and {len(facts) - FEW} more"
        else:
            yield from (f"{fact}: {step}" for fact in facts)


def _difference(page: Page, whatif: WhatIf) -> list[str]:
    """Which facts make the difference, or that there is none."""
    if whatif.responsible:
        words = " ".join(cause_sentences(whatif.responsible))
        title = "Responsible for the difference"
        if whatif.after.outcome == "pend":
            title = "What settled it before, and is so no longer, or no longer known"
        return [*page.title(title), *page.wrap(words, 2)]
    if whatif.before.possible == whatif.after.possible:
        return ["", "The outcome is the same."]
    return []


def _table(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    """Rows in three columns."""
    first, second = (max(len(row[i]) for row in rows) for i in (0, 1))
    lines = []
    for number, (name, before, after) in enumerate(rows):
        line = f"{name:<{first}}  {before:<{second}}  {after}".rstrip()
        lines.append(click.style(line, bold=True) if number < 2 else line)
    return lines


def _readings(page: Page, readings: Sequence[UnderReadings]) -> list[str]:
    """The outcomes under every reading, where that was asked for."""
    if not readings:
        return []
    if not readings[0].readings:
        return ["", *page.wrap(f"The same under every reading: {in_words(readings[0].possible)}.", 0)]
    lines = page.title("It depends on how the text is read")
    named = [", ".join(f"{name}={choice}" for name, choice in row.readings.items()) for row in readings]
    for name, row in zip(named, readings, strict=True):
        lines += page.wrap(f"{name}: {in_words(row.possible)}", 2, 4)
    return lines


# ---- flip --------------------------------------------------------------------------------------


def flips_text(flips: Flips, width: int = 80) -> str:
    """The ways to the wanted outcome, the cheapest first; those that differ in one thing as one."""
    page, decision = Page(width), flips.decision
    lines = page.head(decision)
    wanted = in_words([flips.to]).upper()
    if flips.flips and not flips.flips[0].statements:
        lines += ["", f"It is {wanted} already; nothing has to change."]
    elif flips.flips:
        lines += _ways(page, flips, wanted)
    else:
        lines += _no_way(page, flips, wanted)
    if flips.margins:
        lines += page.title("How far the numbers may move, all else as it is")
        for margin in flips.margins:
            lines += page.wrap(_margin(margin, decision), 2, 4)
    return "\n".join([*lines, "", *page.wrap(PERSON, 0)])


def _ways(page: Page, flips: Flips, wanted: str) -> list[str]:
    count = f"{flips.ties} ways" if flips.ties > 1 else "1 way"
    lines = page.title(f"Cheapest to make it {wanted}: {count}, none cheaper")
    if any(way.alternatives or way.sets for way in flips.ways):
        words = "Ways that differ in one item, or in what they speak of, stand together as one."
        lines += page.wrap(words, 2)
    cheapest = flips.flips[0].cost
    for number, way in enumerate(flips.ways, start=1):
        if way.cost > cheapest and flips.ways[number - 2].cost == cheapest:
            lines += page.title("Next best")
        lines += _way(page, number, way)
    if flips.more:
        lines += ["", "There may be more, none cheaper than the last; --most N looks for further ones."]
    return lines


def _way(page: Page, number: int, way: Way) -> list[str]:
    lines = ["", f"{number}. cost {way.cost}"]
    lines += [line for group in families(way.statements) for line in _of_each(page, group)]
    for alternatives, words in zip(way.alternatives, way.words, strict=True):
        lines += _item(page, alternatives[0], words)
    for first, *further in way.sets:
        lines += [line for statement in first for line in _of_each(page, [statement])]
        lines += page.wrap(f"or the same of {others(each[0] for each in further)}", 3 + _COLUMN)
    return lines


def _of_each(page: Page, statements: Sequence[Statement]) -> list[str]:
    """A statement, or several of one kind as one, for each of them."""
    if len(statements) == 1:
        return _item(page, statements[0], f"{statements[0].text} [{_written(statements[0])}]")
    return _item(page, statements[0], _of_many(statements))


def _of_many(statements: Sequence[Statement]) -> str:
    """Statements of one kind as one, for each of them."""
    first, *further = statements
    written = f"{first.fact.partition('(')[0]}={_SAID[first.value]} of each"
    return f"{first.text} The same goes for {others(further)}. [{written}]"


def _written(statement: Statement) -> str:
    """The statement as `--set` takes it."""
    if statement.on is not None:
        return f"request.service_date={statement.on}"
    return f"{statement.fact}={_SAID[statement.value]}"


def _item(page: Page, statement: Statement, words: str) -> list[str]:
    kind = "plan settles" if statement.settled_by == "plan" else statement.kind.replace("_", " ")
    kept = f"{kind:<{_COLUMN - 1}} ".replace(" ", "\0")
    first, *rest = page.wrap(kept + words, 3, 3 + _COLUMN)
    return [line.replace("\0", " ") for line in (first, *rest)]


def _no_way(page: Page, flips: Flips, wanted: str) -> list[str]:
    lines = ["", f"No change within reach would make it {wanted}."]
    if flips.blocked:
        return lines + page.causes(cause_sentences(flips.blocked))
    words = f"It would take what is out of reach: {', '.join(flips.beyond)}."
    return lines + page.wrap(words, 4)


def _margin(margin: Margin, decision: Decision) -> str:
    ends = []
    if margin.low is not None:
        ends.append(
            f"{'above' if margin.low_open else 'from'} {margin.low} (below: {in_words(margin.below)})"
        )
    if margin.high is not None:
        ends.append(
            f"{'below' if margin.high_open else 'up to'} {margin.high} (above: {in_words(margin.above)})"
        )
    unit = f" ({margin.unit})" if margin.unit else ""
    words = f"{margin.label}, {margin.given}{unit}: {in_words([decision.outcome])}"
    return f"{words} {' and '.join(ends)}"


# ---- ask ---------------------------------------------------------------------------------------


def ask_text(ask: Ask, width: int = 80, *, every: bool = False) -> str:
    """What to find out, the most decisive first, with the outcomes that each answer leaves.

    Of the silent facts that cannot matter it tells how many there are of each kind, or names `every` one.
    """
    page, decision = Page(width), ask.decision
    lines = page.head(decision)
    if not ask.questions:
        lines += ["", "Nothing has to be found out: no silent fact can change this."]
    plan = {missing.fact for missing in decision.missing if missing.settled_by == "plan"}
    numbers = count(1)
    for title, of_plan in (("Ask, the most decisive first", False), (HOW_READ, True)):
        found = [asked for asked in ask.questions if (asked.facts[0] in plan) is of_plan]
        lines += page.title(title) if found else []
        for alike in _alike_in_all(found):
            lines += _question(page, next(numbers), alike, every=every)
    if ask.immaterial:
        words = _named(ask.immaterial) if every else _counted(ask.immaterial)
        lines += ["", *page.wrap(f"Silent, and unable to change it: {words}.", 0, 2)]
    return "\n".join([*lines, "", *page.wrap(PERSON, 0)])


def _question(page: Page, number: int, alike: Sequence[Asked], *, every: bool) -> Iterator[str]:
    """A question, or one of several that leave the same, with what each answer leaves."""
    asked, several = alike[0], len(alike) > 1
    likewise = " And likewise each of the others:" if several else ""
    about = ", ".join(argument(each.facts[0]) for each in alike) if several else _about(asked)
    yield from page.wrap(f"{number}. {asked.text}{likewise}", 0, 3)
    yield from page.wrap(asked.help, 3) if not several else []
    yield from page.wrap(f"{about}{served_by(alike)}", 3)
    yield from members(page, asked, 3, every=every)
    yield from _answers(page, asked.kind, [(a.text, in_words(a.possible)) for a in asked.answers])
    yield from page.wrap(UNTOLD, 3) if not asked.answers else []
    sources = [source for source in asked.source.split("; ") if source]
    more = " and others" if len(sources) > FEW else ""
    yield from page.source("; ".join(sources[:FEW]) + more)


def _kinds(facts: Iterable[str]) -> dict[str, list[str]]:
    """What facts are about, by their kind."""
    kinds: dict[str, list[str]] = {}
    for fact in facts:
        kinds.setdefault(fact.partition("(")[0], []).append(argument(fact))
    return kinds


def _named(facts: Iterable[str]) -> str:
    return "; ".join(
        kind if names == [kind] else f"{kind}: {', '.join(names)}" for kind, names in _kinds(facts).items()
    )


def _counted(facts: Iterable[str]) -> str:
    """How many facts there are of each kind; a number goes by its name, and many of one name by that."""
    words = []
    for kind, names in _kinds(facts).items():
        if kind in CUTS:
            numbers = dict.fromkeys(name.partition("=")[0] for name in names)
            for name, alike in groupby(numbers, key=lambda number: number.partition("(")[0]):
                found = list(alike)
                words += found if len(found) <= FEW else [f"{name}: {len(found)}"]
        else:
            words.append(kind if names == [kind] else f"{kind}: {len(names)}")
    return ", ".join(dict.fromkeys(words))


def _alike_in_all(questions: Sequence[Asked]) -> Iterator[list[Asked]]:
    """The questions; many about single facts of one relation that leave the same are one."""
    kinds: dict[object, list[Asked]] = {}
    for asked in questions:
        name = asked.id.partition("(")[0] if asked.kind == "yes_no" else asked.id
        leads = tuple((answer.value, answer.possible) for answer in asked.answers)
        kinds.setdefault((name, leads), []).append(asked)
    for alike in kinds.values():
        yield from [alike] if len(alike) > FEW else ([asked] for asked in alike)


def _about(asked: Asked) -> str:
    """What a question is called: a choice, a number, a relation, or the one fact that it is about."""
    return asked.facts[0] if len(asked.members) == 1 and asked.kind != "number" else asked.id


def members(page: Page, asked: Asked, indent: int, *, every: bool) -> list[str]:
    """What can be named in an answer, by classes; of a long list not all unless told so."""
    if asked.kind != "members":
        numbers = asked.numbers.values()
        return page.wrap(", ".join(numbers), indent, indent + 2) if len(numbers) > 1 else []
    kinds: dict[str, list[str]] = {}
    for member in asked.members:
        kinds.setdefault(member.kind, []).append(member.label)
    lines = []
    for kind, names in kinds.items():
        shown = names if every or len(names) <= 2 * FEW else names[:FEW]
        more = f" and {len(names) - len(shown)} more" if len(shown) < len(names) else ""
        listed = f"{kind}: {', '.join(under(kind, name) for name in shown)}{more}".removeprefix(": ")
        lines += page.wrap(listed, indent, indent + 2)
    return lines


def _answers(page: Page, kind: str, leads: Sequence[tuple[str, str]]) -> list[str]:
    """Answers and what they lead to: each in its line, short ones in one."""
    if kind in ("choice", "yes_no"):
        return page.wrap(_together(leads), 3, 5)
    return [line for answer, lead in leads for line in page.wrap(f"{answer}: {lead}", 3, 5)]


# ---- plan --------------------------------------------------------------------------------------


def plan_text(plan: Plan, width: int = 80, *, every: bool = False) -> str:
    """The steps of a plan; each answer leads to a step or to an outcome.

    Of a plan that nobody would read the first steps, unless `every` one is asked for: each answer then
    tells how many questions may follow.
    """
    page = Page(width)
    lines = page.head(plan.decision)
    if not plan.steps:
        return "\n".join([*lines, "", "Nothing has to be asked.", "", *page.wrap(PERSON, 0)])
    lines += page.title(
        f"Certain after {counted(plan.questions, 'question')} at most; no other plan needs fewer"
    )
    told = [line for step in plan.steps for line in _step(page, step, {})]
    if len(told) > _MOST_LINES and not every:
        told = _first_steps(page, plan)
    return "\n".join([*lines, *told, "", *page.wrap(PERSON, 0)])


def _step(page: Page, step: Step, further: Mapping[int, int]) -> list[str]:
    """A step; an answer that leads `further`, to a step that is not shown, tells how much may follow."""
    leads = [(branch.text, _lead(branch)) for branch in step.branches]
    if further:
        leads = [
            (_short(branch.text), _lead(branch) + _following(further.get(branch.step or 0)))
            for branch in step.branches
        ]
    return [*page.wrap(f"{step.number}. {step.question}", 0, 3), *_answers(page, step.kind, leads)]


def _first_steps(page: Page, plan: Plan) -> list[str]:
    """The steps that few answers lead to, and how many others there are."""
    after: dict[int, int] = {}

    def most(number: int) -> int:
        if number not in after:
            steps = [branch.step for branch in plan.steps[number - 1].branches if branch.step is not None]
            after[number] = 1 + max(map(most, steps), default=0)
        return after[number]

    most(1)
    first, waiting = {1}, [1]
    for number in waiting:
        for branch in plan.steps[number - 1].branches:
            if branch.step is not None and branch.step not in first and len(first) < _FIRST:
                first.add(branch.step)
                waiting.append(branch.step)
    lines: list[str] = []
    further = {number: left for number, left in after.items() if number not in first}
    for step in plan.steps:
        lines += _step(page, step, further) if step.number in first else []
    others = counted(len(plan.steps) - len(first), "further step")
    lines += ["", *page.wrap(f"{others}, and what is cut where {_CUT} stands, are shown with --all.", 0)]
    return lines


def _following(questions: int | None) -> str:
    """How many questions may follow where an answer leads to a step that is not shown."""
    return f" (then at most {counted(questions, 'question')})" if questions else ""


def _short(answer: str) -> str:
    """An answer, of a very long one its beginning."""
    return answer if len(answer) <= _LONGEST else f"{answer[:_LONGEST].rpartition(' ')[0]} {_CUT}"


def _lead(branch: Branch) -> str:
    """Where an answer leads."""
    return f"go to {branch.step}" if branch.outcome is None else in_words([branch.outcome]).upper()


def _together(leads: Iterable[tuple[str, str]]) -> str:
    """Answers and what they lead to, those that lead to the same together."""
    found: dict[str, list[str]] = {}
    for answer, lead in leads:
        found.setdefault(lead, []).append(answer)
    return "; ".join(f"{', '.join(answers)}: {lead}" for lead, answers in found.items())
