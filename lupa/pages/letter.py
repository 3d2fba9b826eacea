"""A decision as a letter to the prescriber or the member, by the templates of a knowledge base.

It says what a notice has to say (29 CFR 2560.503-1(g)(1)): what was asked for, the specific reason, the
provision, what is missing and why it is needed, and how to go on. Of the patient it says what stands in a
minimal reason or in what is needed, and nothing else.
"""

from __future__ import annotations

import dataclasses
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lupa.answers.decision import Criterion, Decision, Item, Need
from lupa.errors import CaseError, RuleError, shown
from lupa.pages.sentences import (
    PERSON,
    argument,
    cause_sentences,
    families,
    handling_sentences,
    has_unmet,
    questions,
    said_of,
)
from lupa.record.case import Case
from lupa.rules.about import About
from lupa.rules.edition import Edition

Reader = Literal["provider", "member"]
Form = Literal["text", "markdown", "html"]
_FILES = {"text": "letter.txt", "markdown": "letter.md", "html": "letter.html"}
_TITLES = {
    "approve": "Your request is approved",
    "modify": "Your request is approved in part",
    "deny": "Your request is not approved",
    "pend": "We need more information to decide",
    "refer": "Your request is with a reviewer",
    "out_of_scope": "Your request does not fall under this policy",
}
_FINDINGS = {
    "approve": "The criteria of the policy are met. We approve what you asked for.",
    "modify": "The criteria of the policy are met, but more was asked for than the policy allows.",
    "deny": "By the text of the policy we cannot approve it. The reasons follow.",
    "pend": "What we know does not settle the request. It is neither approved nor denied.",
    "refer": "The text of the policy does not settle the request. A person will decide it.",
    "out_of_scope": "The policy does not speak of this request.",
}
_NEXT = {
    "approve": "Nothing more is needed.",
    "modify": "You may use what is approved, or send us the reason why more is needed.",
    "deny": "If our record is wrong or incomplete, send us documents that show it. You may appeal.",
    "pend": "Send us the answers, with the documents that show them.",
    "refer": "You may send us anything that should be weighed.",
    "out_of_scope": "Ask us which policy or benefit covers this request.",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter about one decision: `text` in its format, `unfilled` the fields that are left to fill in."""

    case: str
    policy: str
    edition: str
    outcome: str
    to: str
    format: str
    text: str
    unfilled: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The letter as JSON-ready data."""
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """The letter as one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)


class _Fields:
    """What no case holds: given by name, or marked as left to fill in."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self.asked: dict[str, None] = {}

    def __call__(self, name: str) -> str:
        self.asked[name] = None
        return self._given.get(name) or f"[{name.replace('_', ' ')}: to be filled in]"

    def unfilled(self) -> tuple[str, ...]:
        return tuple(name for name in self.asked if not self._given.get(name))


def letter(
    decision: Decision,
    case: Case,
    edition: Edition,
    about: About,
    folders: Sequence[Path],
    *,
    to: Reader = "provider",
    form: Form = "text",
    fields: Mapping[str, Any] | None = None,
) -> Letter:
    """The letter, by the template in the first of the folders that holds one.

    Raises `CaseError` for fields that the template does not have, `RuleError` for a template that cannot
    be used.
    """
    given = {name: str(value) for name, value in (fields or {}).items() if value is not None}
    field = _Fields(given)
    text = _rendered(folders, form, {**_content(decision, case, edition, about), "to": to, "field": field})
    text = _wrapped(text) if form == "text" else text
    if unknown := sorted(given.keys() - field.asked.keys()):
        known = ", ".join(field.asked)
        raise CaseError(f"fields: the letter has no {shown(unknown[0])}; it has {known}")
    return Letter(
        decision.case, decision.policy, decision.edition, decision.outcome, to, form, text, field.unfilled()
    )


def _wrapped(text: str) -> str:
    """Lines of no more than 80 columns; what is indented stays so."""
    lines = []
    for line in text.splitlines():
        hang = " " * (len(line) - len(line.removeprefix("- ").lstrip()))
        lines += textwrap.wrap(
            line, 80, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "\n".join(lines)


def _rendered(folders: Sequence[Path], form: Form, content: Mapping[str, Any]) -> str:
    # who wants no letter need not wait for the template library
    from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        autoescape=form == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    name = _FILES[form]
    try:
        made: str = environment.get_template(name).render(content)
    except TemplateError as error:
        line = f":{error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
        raise RuleError(f"letters/{name}{line}: {error}; mend the template") from error
    return made


def _content(decision: Decision, case: Case, edition: Edition, about: About) -> dict[str, Any]:
    """What a template may speak of."""
    d, v = decision, edition.vocabulary

    def named(fact: str) -> str:
        return v.label(said_of(fact)[1])

    reasons: list[Item | Criterion] = [*d.scope]
    reasons += [basis for basis in d.bases if basis.id != "criteria_not_met" or not has_unmet(d)]
    if d.outcome == "deny":
        reasons += [criterion for criterion in d.criteria if criterion.status == "unmet"]
    reasons += d.limits
    texts = {criterion.id: criterion.text for criterion in d.criteria}
    return {
        "outcome": d.outcome,
        "title": _TITLES[d.outcome],
        "finding": _FINDINGS[d.outcome],
        "next": _NEXT[d.outcome],
        "drug": " or ".join(v.label(name) for name in about.covered),
        "asked": [*_asked(case, edition), *handling_sentences(d)],
        "authorized": d.authorized_text,
        "reasons": [
            {
                "text": reason.text,
                "source": reason.source,
                "because": [] if _has_parts(reason) else list(_because(reason, named)),
                "needs": _needs(reason, named),
            }
            for reason in reasons
        ],
        "missing": [
            {
                "question": question,
                "help": " ".join(dict.fromkeys(m.help for m in asked if m.help)),
                "why": list(dict.fromkeys(texts[i] for m in asked for i in m.bears_on if i in texts)),
                "source": "; ".join(dict.fromkeys(s for m in asked for s in m.source.split("; ") if s)),
            }
            for question, asked in (questions(d.missing) if d.outcome == "pend" else ())
        ],
        "document": about.document,
        "edition": d.edition,
        "readings": [
            v.words(fact, True)
            for fact in edition.reading_facts
            if d.outcome == "approve" and _is_unusual(case, fact)
        ],
        "person": PERSON,
    }


def _has_parts(reason: Item | Criterion) -> bool:
    return isinstance(reason, Criterion) and reason.of is not None


def _because(reason: Item | Criterion, named: Callable[[str], str]) -> Iterator[str]:
    """The facts of a reason; of many of one kind the first, with the names of the others."""
    for group in families(reason.because):
        (first,) = cause_sentences(group[:1])
        names = ", ".join(named(cause.fact) for cause in group[1:])
        yield f"{first[:-1]} (and so with each of these: {names})." if names else first


def _is_unusual(case: Case, fact: str) -> bool:
    """Whether the case itself says that the text is read so."""
    name, _, choice = argument(fact).partition("=")
    said = (case.get("facts") or {}).get("reading") or {}
    return isinstance(said, Mapping) and said.get(name) == choice


def _asked(case: Case, edition: Edition) -> Iterator[str]:
    """What was asked for, as sentences: what is requested, how much and from when."""
    v, request = edition.vocabulary, case["request"]
    for kind, values in v.kinds("requested").items():
        said = v.canonical(str(request.get(kind)), values) if request.get(kind) else None
        if said is not None:
            yield v.words(values[said], True)
    for name, quantity in v.quantities.items():
        if quantity.in_request and isinstance(request.get(name), int | float | str):
            yield f"{v.label(name).capitalize()}: {request[name]} {quantity.unit}."
    if request.get("service_date") is not None:
        yield f"From {request['service_date']}."


def _needs(reason: Item | Criterion, named: Callable[[str], str]) -> list[str]:
    """Each fact of what is needed; where one of many suffices, all of them by name."""
    if len(reason.needs) == 1:
        return [need.text for need in reason.needs[0]]
    singles = [each[0] for each in reason.needs if len(each) == 1]
    found = [_one_of(group, named) for group in families(singles, few=1)]
    found += [" And: ".join(need.text for need in each) for each in reason.needs if len(each) > 1]
    if reason.more_needs:
        found.append("There are other ways.")
    return found if len(found) < 2 else [f"One of these: {' Or: '.join(found)}"]


def _one_of(group: Sequence[Need], named: Callable[[str], str]) -> str:
    first, *others = group
    if not others:
        return first.text
    names = ", ".join(named(need.fact) for need in others)
    return f"{first.text[:-1]} (or, in place of {named(first.fact)}: {names})."
