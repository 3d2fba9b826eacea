"""What is said of a policy that was made, and what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence

from lupa.authors.draft import Made
from lupa.authors.names import ABOUT, FACTS, Declared

_HOLDS = {
    ABOUT: "what the policy is, what it covers, its editions",
    FACTS: "what a case can state, beyond what the shared files say",
    "policy.lp": "its rules, each beside the words that a reader sees",
    "clauses.lp": "every clause of the document, and why one has no rule",
    "accepted.yaml": "findings that are meant to be, each with its reason",
    "cases/": "cases, each with what it must come to",
}


def made_text(made: Made, kb: str | None) -> str:
    """What was made, and what to do next; `kb` is how the command line named the knowledge base."""
    beside = f" --kb {shlex.quote(kb)}" if kb is not None else ""
    covered = _and((*made.drugs, *made.services))
    editions = f"edition{'s' * (len(made.editions) > 1)} {_and(made.editions)}"
    lines = [f"{made.home} covers {covered} for {_and(made.indications)}, {editions}:"]
    if made.begun:
        lines.insert(0, f"{made.kb} is a new knowledge base, with the vocabulary that ships with lupa.")
    holds = {name: words for name, words in _HOLDS.items() if _is_there(name, made.files)}
    lines += [f"  {name:<{max(map(len, holds)) + 2}}{words}" for name, words in holds.items()]
    lines += _called(made.called)
    lines += _said_of_names(made.declared)
    lines += _small() if made.like is None else _rewrite(made)
    lines += [f"  lupa {verb} {made.policy}{beside}" for verb in ("lint", "test", "verify")]
    return "\n".join(lines)


def _and(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _is_there(name: str, files: Iterable[str]) -> bool:
    return any(file == name or (name[-1] == "/" and file.startswith(name)) for file in files)


def _called(called: Mapping[str, Sequence[str]]) -> list[str]:
    """Which names were read as one, and that a case may use any of them."""
    if not called:
        return []
    lines = ["Of several names for one, rules write the first; a case may write any:"]
    for name, given in called.items():
        others = [other for other in given if other != name]
        lines.append(f"  {name}: {', '.join(others)}")
    return lines


def _said_of_names(declared: Sequence[Declared]) -> list[str]:
    """What the folder declares, and what is still to be said of it."""
    if not declared:
        return []
    lines = ["The folder declares these names, which the shared files do not know. Still to be said there:"]
    for name in declared:
        label = f", {name.label}" if name.label != name.name.replace("_", " ") else ""
        lines.append(f"  {name.file:<12}{name.kind} {name.name}{label}")
        lines += [f"  {'':<12}  {say}" for say in name.still]
    for kind in ("drug", "service"):
        names = [name for name in declared if name.kind == kind]
        if len(names) > 1:
            one, other = names[0].name, names[1]
            lines += [
                f"Each is a {kind} of its own. Where one is another name of another, such as a brand, take",
                f'out its rows and its covers/2, and write alias({one}, "{other.label}").',
            ]
    return lines


def _small() -> list[str]:
    return [
        "It is a small policy that holds together as it stands. Put what your document says in",
        "its place, a sentence at a time, and check it after each:",
    ]


def _rewrite(made: Made) -> list[str]:
    """What is to be rewritten of a policy that is like another."""
    lines = [
        f"It has the structure of {made.like}, and is not true of your document yet. To be rewritten:",
        "  about.lp    payer, document, editions and their first days",
        "  policy.lp   the words in quotes and comments, and every rule that your document does not have",
        "  clauses.lp  places and words of every clause",
        "  cases/      the titles, and what a case states",
    ]
    if "accepted.yaml" in made.files:
        lines.append("  accepted.yaml, which still says why findings of the other are meant to be")
    if made.left_out:
        lines.append(f"Cases that do not hold of it are left out: {len(made.left_out)}.")
    return [*lines, "Check it after each step:"]
