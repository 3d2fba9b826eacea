"""The files of a new policy, from templates: their blanks filled with what it is to say of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from lupa.authors.draft import Draft
from lupa.authors.names import ABOUT, FACTS, Names, one_line, quotable
from lupa.rules.days import plain_day

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_BOTH, _START = "(initial; continuation)", "initial"
"""The phases of a pathway: a service is mostly asked for once."""


def _words(
    draft: Draft,
    names: Names,
    drugs: Sequence[str],
    services: Sequence[str],
    indications: Sequence[str],
) -> dict[str, str]:
    """What stands in the templates' blanks, fit to be put into rules."""
    policy = draft.policy
    phases = _BOTH if drugs else _START
    criteria = {name: _criterion(name, indications) for name in indications}
    return {
        "policy": policy,
        "payer": one_line(draft.payer, "--payer"),
        "document": one_line(draft.document, "--document"),
        "edition": one_line(edition_of(draft), "--edition"),
        "since": "unrecorded" if draft.since is None else f'"{plain_day(draft.since, "--since")}"',
        "covers": "\n".join(f"covers({policy}, {name})." for name in (*drugs, *services)),
        "thing": " or ".join(kind for kind, given in (("drug", drugs), ("service", services)) if given),
        "concerns": quotable(_concerns(names, drugs, services)),
        "indications": indications[0] if len(indications) == 1 else f"({'; '.join(indications)})",
        "diseases": quotable(names.labels(indications, "or")),
        "phases": phases,
        "requires": "\n".join(
            f"requires({policy}, {name}, {phases}, {criterion}, c11)."
            for name, criterion in criteria.items()
        ),
        "met": "\n".join(
            _MET.substitute(
                policy=policy, name=name, criterion=criterion, disease=quotable(names.label(name))
            )
            for name, criterion in criteria.items()
        ),
    }


_MET = Template("""\
met($policy, $criterion) :- diagnosis($name).
favourable(diagnosis($name)).
text($policy, criterion($criterion), "The patient has $disease.", "The patient does not have $disease.").\
""")


def _criterion(name: str, indications: Sequence[str]) -> str:
    """What the criterion is called that one of the indications is diagnosed."""
    return "diagnosed" if len(indications) == 1 else f"diagnosed_{name}"


def _concerns(names: Names, drugs: Sequence[str], services: Sequence[str]) -> str:
    """What a policy covers, in words: `one drug, anifrolumab`."""
    found = []
    for kind, given in (("drug", drugs), ("service", services)):
        if given:
            begin = f"one {kind}, " if len(given) == 1 else f"the {kind}s "
            found.append(begin + names.labels(given, "and"))
    return ", and ".join(found)


def edition_of(draft: Draft) -> str:
    """The name of the edition: the day on which it begins, where no other is given."""
    if draft.edition is not None:
        return draft.edition
    return "draft" if draft.since is None else draft.since


def filled(
    draft: Draft,
    names: Names,
    drugs: Sequence[str],
    services: Sequence[str],
    indications: Sequence[str],
) -> dict[str, str]:
    """The files of a policy's folder, by name; a case is named after its policy."""
    words = _words(draft, names, drugs, services, indications)
    texts = {name: _template(name, words) for name in (ABOUT, "policy.lp", "clauses.lp")}
    texts[ABOUT] += declarations(names, ABOUT)
    if declared := declarations(names, FACTS):
        texts[FACTS] = f"{_template(FACTS, words)}{declared}"
    of_other_phases = "not_continued" if drugs else "continued"
    for path in sorted(_TEMPLATES.glob("cases/*.yaml")):
        if path.stem.startswith(of_other_phases):
            continue
        for indication in indications if "$indication" in path.read_text("utf-8") else indications[:1]:
            of = "" if indication == indications[0] else f"_{indication}"
            case = {"indication": indication, "criterion": _criterion(indication, indications)}
            name = f"cases/{draft.policy}_{path.stem}{of}.yaml"
            texts[name] = _template(f"cases/{path.name}", {**words, **case})
    return texts


def _template(name: str, words: Mapping[str, str]) -> str:
    return Template((_TEMPLATES / name).read_text("utf-8")).substitute(words)


def declarations(names: Names, file: str) -> str:
    """What a file declares, each name above what only the author can say of it."""
    return "".join(
        f"\n% {declared.label}: a {declared.kind} that the shared files do not know.\n"
        + "".join(f"{row}\n" for row in declared.rows)
        + "".join(f"% To be said: {say}.\n" for say in declared.still)
        for declared in names.declared
        if declared.file == file
    )
