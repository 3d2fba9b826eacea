"""A new policy that begins from the structure of one on file: its rules, texts, ledger and cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lupa.answers.desk import Desk
from lupa.authors.trials.suite import read_suite
from lupa.errors import CaseError, RuleError
from lupa.rules.onfile import text_of
from lupa.rules.texts import QUOTED, STRING

Put = Callable[[Path, Mapping[str, str]], None]
"""Makes a folder with files of these texts."""

_ASKED_FOR = re.compile(r"\b(?:drug|service|code): *[^,}\n]+")
_TITLE = re.compile(r"^case:.*(?:\n[ \t]+.*)*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in a new policy's folder: `texts` by file, and what these speak of.

    Cases of a policy that it is made like and that do not hold of it are `left_out`.
    """

    texts: Mapping[str, str]
    drugs: tuple[str, ...]
    services: tuple[str, ...]
    indications: tuple[str, ...]
    editions: tuple[str, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """A policy on file, `kb.about(old)`, as it is to be called and to speak of itself.

    `renamed` are the names that others take the place of; `declarations` are rows for its about.lp.
    """

    kb: Desk
    old: str
    new: str
    payer: str
    document: str
    renamed: Mapping[str, str]
    declarations: Mapping[str, str]

    def content(self, core: Mapping[str, str], put: Put) -> Content:
        """Its files, without the cases that do not come to what they expect under the new names."""
        texts = dict(self._texts())
        for file, rows in self.declarations.items():
            texts[file] = f"{texts.get(file, '')}{rows}"
        with TemporaryDirectory() as aside:
            root = Path(aside) / "kb"
            put(root, {**core, **{f"policies/{self.new}/{name}": text for name, text in texts.items()}})
            suite = read_suite(self._usable(Desk.load(root)), (self.new,))
        wrong = [case.file for case in suite.tried if not case.passed]
        wrong += [refused.file for refused in suite.refused]
        names = {where.partition(f"policies/{self.new}/")[2].partition(":")[0] for where in wrong}
        left_out = tuple(name for name in texts if name in names)
        about = self.kb.about(self.old)
        ways = self.kb.edition(self.old).pathways
        return Content(
            {name: text for name, text in texts.items() if name not in names},
            self._now(about.drugs),
            self._now(about.services),
            self._now(dict.fromkeys(indication for indication, _ in ways)),
            tuple(name for name, _ in about.editions),
            left_out,
        )

    def _usable(self, kb: Desk) -> Desk:
        """The knowledge base with the new policy; raises `CaseError` where its rules cannot be used."""
        try:
            for edition, _ in kb.about(self.new).editions:
                kb.edition(self.new, edition)
        except RuleError as error:
            names = " and ".join(self.renamed.values())
            said = str(error).replace(f"{kb.files.root}/", "")
            raise CaseError(
                f"--like {self.old}: its rules cannot be used with {names} ({said}); make it without, and "
                "change the rules there"
            ) from error
        return kb

    def _texts(self) -> Mapping[str, str]:
        folder, files = self.kb.files.folder(self.old), self.kb.files
        texts = {path.name: self._rules(text_of(path)) for path in files.own(self.old)}
        texts["about.lp"] = self._about(texts["about.lp"])
        accepted = folder / "accepted.yaml"
        if accepted.is_file():
            texts[accepted.name] = self._renamed(_alone(text_of(accepted)))
        for path in files.cases(self.old):
            stem = path.stem.removeprefix(f"{self.old}_")
            texts[f"cases/{self.new}_{stem}.yaml"] = self._case(text_of(path))
        return texts

    def _now(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.renamed.get(name, name) for name in names)

    def _renamed(self, text: str) -> str:
        """A text with the policy's new name, and the new names, wherever the old ones stand."""
        words = {**self.renamed, self.old: self.new}
        return re.sub(rf"\b(?:{'|'.join(map(re.escape, words))})\b", lambda word: words[word[0]], text)

    def _rules(self, text: str) -> str:
        """Rules under the new names; what stands in quotes, and in comments, is left to the author."""
        parts, begin = [], 0
        for match in QUOTED.finditer(text):
            parts += [self._renamed(text[begin : match.start()]), match[0]]
            begin = match.end()
        return "".join([*parts, self._renamed(text[begin:])])

    def _about(self, text: str) -> str:
        for said, words in (("payer", self.payer), ("document", self.document)):
            row = rf"\b{said}\(\s*{self.new}\s*,\s*{STRING}\s*\)"
            text = re.sub(row, lambda _, s=said, w=words: f'{s}({self.new}, "{w}")', text)  # type: ignore[misc]
        return text

    def _case(self, text: str) -> str:
        """A case that asks for the new policy by name, whatever it asked for."""
        title = _TITLE.search(text)
        begin = title.end() if title else 0
        asked = self._renamed(text[begin:])
        if not re.search(rf"\bpolicy: *\"?{self.new}\b", asked):
            asked = _ASKED_FOR.sub(f"policy: {self.new}", asked, count=1)
        return text[:begin] + asked


def one_of(names: tuple[str, ...], what: str, policy: str) -> str:
    """The one of which another takes the place; raises `CaseError` where there are several."""
    if len(names) != 1:
        several = " and ".join(names) or f"no {what}"
        raise CaseError(
            f"--like {policy} speaks of {several}: leave --{what} out, and write it where it belongs"
        )
    return names[0]


def _alone(accepted: str) -> str:
    """Accepted findings but for those beside another policy, which the new one may not meet alike."""
    entries = re.split(r"^(?=- )", accepted, flags=re.MULTILINE)
    return "".join(entry for entry in entries if " beside " not in entry.partition("reason:")[0])
