"""Knowledge bases of a few lines, to try on them what no shipped policy has."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lupa import KnowledgeBase

POLICY = "small"
OUTCOMES = ("approve", "modify", "deny", "refer", "out_of_scope")

_ABOUT = """policy(small).
payer(small, "Payer").
document(small, "Document").
edition(small, "1", unrecorded).
"""
_WORDS = "\n".join(
    f'outcome_text({outcome}, "It is {outcome}.", "Go on.").' for outcome in (*OUTCOMES, "pend")
)


def vocabulary(
    flags: Sequence[str] = (),
    choices: Mapping[str, Sequence[str]] | None = None,
    numbers: Mapping[str, Sequence[int]] | None = None,
    signs: Sequence[str] = (),
) -> str:
    """Facts without an argument, kinds of request with their values, and numbers with their cut points.

    The signs are facts that are asked for together.
    """
    lines = [
        'fact_text(requested, "{1} is {2}.", "{1} is not {2}.").',
        'question(requested, "Which {1}?").',
    ]
    for flag in flags:
        lines.append(f'fact({flag}). {flag} :- true({flag}). question({flag}, "Is it so that {flag}?").')
        lines.append(f'fact_text({flag}, "It is so that {flag}.", "It is not so that {flag}.").')
    lines.append("fact(requested(Kind, Value)) :- value(Kind, Value).")
    lines.append("requested(Kind, Value) :- true(requested(Kind, Value)).")
    lines.append("single_valued(requested).")
    lines.append("#defined value/2.")
    for kind, values in (choices or {}).items():
        lines += [f"value({kind}, {value})." for value in values]
    for name, cuts in (numbers or {}).items():
        lines.append(f'quantity({name}, "units", 0, 1000). label({name}, "the {name}").')
        lines += [f"fact(at_least({name}, {cut}))." for cut in cuts]
        lines.append(f"at_least({name}, Low) :- true(at_least({name}, Low)).")
        lines.append(
            f"impossible(order({name})) :- at_least({name}, High), fact(at_least({name}, Low)), "
            f"Low < High, not at_least({name}, Low)."
        )
    if signs:
        lines += [f"fact(sign({sign})). sign({sign}) :- true(sign({sign}))." for sign in signs]
        lines.append(
            'fact_text(sign, "There is {1}.", "There is no {1}."). question(sign, "Is there {1}?").'
        )
        lines.append('asked_together(sign). group_question(sign, "Which of these are there?").')
    lines.append('fact_text(at_least, "{1} is {2} or more.", "{1} is less than {2}.").')
    lines.append('question(at_least, "Is {1} {2} or more?").')
    return "\n".join(lines) + "\n"


def small_kb(
    folder: Path, facts: str, rules: str, effort: str = "usual_effort(find_out, 1)."
) -> KnowledgeBase:
    """The knowledge base with these facts and the one policy `small` with these rules."""
    policy = folder / "policies" / POLICY
    policy.mkdir(parents=True)
    (folder / "vocabulary.lp").write_text(facts)
    (folder / "decision.lp").write_text(_WORDS)
    (folder / "effort.lp").write_text(effort + "\n")
    (policy / "about.lp").write_text(_ABOUT)
    (policy / "policy.lp").write_text(rules)
    return KnowledgeBase.load(folder)


def otherwise(*outcomes: str, last: str) -> str:
    """The rule that gives the last outcome where none of the others holds."""
    nothing = ", ".join(f"not outcome(small, {outcome})" for outcome in outcomes)
    return f"outcome(small, {last}) :- policy(small){', ' if nothing else ''}{nothing}.\n"


def random_rules(dice: random.Random, items: Sequence[Sequence[str]], deep: int, outcomes: int) -> str:
    """Rules for the outcome of every world, off a random decision tree; an item is a fact's answers."""
    return "".join(
        f"outcome(small, {outcome}) :- {', '.join(('policy(small)', *path))}.\n"
        for path, outcome in _paths(dice, list(items), deep, OUTCOMES[:outcomes])
    )


def _paths(
    dice: random.Random, items: list[Sequence[str]], deep: int, outcomes: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    if deep == 0 or not items or dice.random() < 0.12:
        yield (), dice.choice(outcomes)
        return
    item = dice.choice(items)
    rest = [other for other in items if other is not item]
    for answer in item:
        for path, outcome in _paths(dice, rest, deep - 1, outcomes):
            yield (answer, *path), outcome


RELATED = (
    "treated(alpha,failed)",
    "treated(alpha,stopped)",
    "treated(beta,failed)",
    "seen(alpha,left,once)",
)
GRADED = (
    ("grade(alpha,low)", "grade(alpha,high)", "grade(alpha,none)"),
    ("stage(alpha,left,early)", "stage(alpha,left,late)"),
)
"""Facts of relations of two and three arguments: any number of them holds, or one where single-valued."""
PLAIN = ("severity(mild)", "severity(harsh)")
"""What has one value, and no argument beside it."""


def random_relations(dice: random.Random) -> tuple[list[str], list[str]]:
    """Facts of which any number can hold, up to four, and some of which one does; often none of them."""
    related = sorted(dice.sample(RELATED, dice.randint(1, 4))) if dice.random() < 0.4 else []
    graded = list(dice.choice(GRADED)) if dice.random() < 0.25 else []
    return related, list(PLAIN) if graded and not related else graded


def relation_rules(facts: Sequence[str]) -> str:
    """The vocabulary of these facts, which have arguments."""
    declared = "".join(f"fact({fact}). {fact} :- true({fact}).\n" for fact in facts)
    return f"{relation_words(facts)}\n{declared}"


def relation_words(facts: Sequence[str]) -> str:
    """What the relations of these facts are like, and their words."""
    lines = []
    for name in dict.fromkeys(fact.partition("(")[0] for fact in facts):
        words = (
            f"{name} {{1}} {{2}}"
            if any(f.startswith(f"{name}(") and "," in f for f in facts)
            else f"{name} {{1}}"
        )
        lines.append(f'fact_text({name}, "{words}.", "Not {words}.").')
        lines.append(f'question({name}, "Is it {words}?").')
        if any(fact.startswith(f"{name}(") for group in (*GRADED, PLAIN) for fact in group):
            lines.append(f"single_valued({name}).")
    return "\n".join(lines)


def random_kb(dice: random.Random, folder: Path) -> KnowledgeBase:
    """A policy over up to six facts, a choice and a number, with laws, groups of facts and costs.

    Some of the facts may be asked for together, and counted.
    """
    flags = [f"fact_{number}" for number in range(dice.randint(2, 6))]
    values = ["first", "second", "third"][: dice.randint(2, 3)] if dice.random() < 0.5 else []
    cuts = [5, 18] if dice.random() < 0.3 else []
    related, graded = random_relations(dice)
    signs = ["rash", "fever", "pain", "ulcer"][: dice.choice((0, 0, 2, 3, 4))] if not related else []
    together = [f"sign({sign})" for sign in signs]
    flags = flags[: max(1, 6 - len(related) - len(graded) - len(signs))]  # as many worlds as without
    facts = vocabulary(flags, {"route": values} if values else {}, {"age": cuts} if cuts else {}, signs)
    facts += relation_rules([*related, *graded])
    flags += [*related, *together]  # as they are: any of them can hold, and none need
    if dice.random() < 0.3 and len(flags) > 1:
        one, other = dice.sample(flags, 2)
        facts += f"impossible(tied) :- {one}, {dice.choice(('not ', ''))}{other}.\n"
    if len(values) == 3 and dice.random() < 0.3:
        facts += "impossible(never) :- requested(route, first).\n"
    grouped = dice.sample(flags, min(3, len(flags))) if dice.random() < 0.4 else []
    weights = "; ".join(f"{dice.randint(1, 3)},{fact} : {fact}" for fact in grouped)
    rules = f"group :- #sum {{ {weights} }} >= {dice.randint(1, 4)}.\n" if grouped else ""
    items: list[Sequence[str]] = [(fact, f"not {fact}") for fact in flags if fact not in grouped]
    items += [("group", "not group")] if grouped else []
    items += [graded] if graded else []
    items += [[f"requested(route, {value})" for value in values]] if values else []
    items += [(f"at_least(age, {cut})", f"not at_least(age, {cut})") for cut in cuts]
    rules += random_rules(dice, items, dice.randint(2, 6), dice.randint(2, 5))
    effort = "usual_effort(find_out, 1).\n"
    dear = [*(flag for flag in flags[::2] if flag not in together), *(["sign"] if signs else [])]
    effort += "".join(f"effort({f}, (yes; no), find_out, {dice.randint(1, 4)}).\n" for f in dear)
    return small_kb(folder, facts, rules, effort)
