"""A session over one case: each line is a command, and a wrong one leaves everything as it was."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import click

from lupa.answers.desk import Desk
from lupa.answers.whatif import changes, criteria, stated_changes, what_if
from lupa.dialogue.commands import (
    COMMANDS,
    help_on,
    help_text,
    nothing_after,
    only,
    plain_name,
    statements,
    unknown_command,
)
from lupa.dialogue.common import (
    Reply,
    Suggestion,
    fitted,
    refusal,
    standing_line,
    styled_verdict,
    verdict_on,
)
from lupa.dialogue.standing import Standing, altered, begun, is_same, is_there, save, standing
from lupa.dialogue.suggestions import suggestions
from lupa.dialogue.words import words
from lupa.errors import CaseError, LupaError, counted, shown
from lupa.pages.exploring import ask_text, changed, flips_text, plan_text, whatif_text
from lupa.pages.page import Page, text, why_text
from lupa.pages.sentences import PERSON, verdict
from lupa.record.behind import apart
from lupa.record.case import Case


class Session:
    """A dialogue in which a case is changed and asked about; see `lupa.dialogue.common.Dialogue`.

    Where several policies cover the drug it begins by choosing one. Where it `asks`, it is left with
    changes that are not saved only by saying so twice. `file` is its own, from which the case was read, and
    which it may be saved over. Raises `CaseError` for a case
    that cannot be read or contradicts itself.
    """

    def __init__(
        self,
        kb: Desk,
        case: Case,
        *,
        name: str = "",
        width: int = 80,
        timeout: float | None = None,
        asks: bool = False,
        file: str | None = None,
    ) -> None:
        self.width = width
        self.over = False
        self._asks = asks
        self._source = self._file = file
        self._asked = False
        self._kb = kb
        self._name = name
        self._timeout = timeout
        each = kb.each_policy(case)
        self._choice = [one["request"]["policy"] for one in each] if len(each) > 1 else []
        self._given = begun(case)
        self._states: list[Standing] = []
        self._at = self._saved = 0
        if not self._choice:
            self._begin(self._given)
        self._commands: dict[str, Callable[[Sequence[str]], str]] = {
            "set": self._set,
            "unset": self._unset,
            "reading": self._reading,
            "policy": self._policy,
            "show": self._show,
            "why": self._why,
            "flip": self._flip,
            "ask": self._ask,
            "plan": self._plan,
            "whatif": self._whatif,
            "diff": self._diff,
            "undo": self._undo,
            "redo": self._redo,
            "save": self._save,
            "save!": self._save_over,
            "help": self._help,
            "quit": self._quit,
        }

    def _begin(self, case: Case) -> None:
        self._states = [self._standing(case)]

    def _standing(self, case: Case) -> Standing:
        return standing(self._kb, case, self._name, self._timeout)

    # ---- how it stands -------------------------------------------------------------------------

    @property
    def now(self) -> Standing:
        """The case as it stands, decided; raises `CaseError` while no policy is chosen."""
        if not self._states:
            raise self._unchosen()
        return self._states[self._at]

    def _unchosen(self) -> CaseError:
        choices = " or ".join(f"`policy {name}`" for name in self._choice)
        return CaseError(f"several policies cover the drug; choose one first: {choices}")

    @property
    def case(self) -> Case:
        """The case as it stands."""
        return self.now.case if self._states else self._given

    @property
    def unsaved(self) -> int:
        """How many changes of the case would be lost."""
        return abs(self._at - self._saved)

    @property
    def status(self) -> str:
        """One line: the verdict, how many changes are unsaved, policy and edition."""
        if not self._states:
            return f"choose a policy: {', '.join(self._choice)}"
        return standing_line(self.now.decision, self.unsaved, "unsaved")

    def opening(self) -> str:
        """What is said before the first line."""
        hint = "`help` lists the commands, `show` gives the whole page."
        page = Page(self.width)
        if not self._states:
            return "\n".join([*page.wrap(f"{self._unchosen()}.", 0), hint])
        return "\n".join([*page.head(self.now.decision), *page.wrap(PERSON, 0), hint])

    def closing(self) -> str:
        """What is said at the end."""
        if not self._states:
            return "No policy was chosen, and nothing decided."
        decision = self.now.decision
        lost = f"; {counted(self.unsaved, 'change')} not saved" if self.unsaved else ""
        head = fitted([styled_verdict(decision), f" {verdict_on(decision)}{lost}"], self.width)
        return "\n".join([*head, *Page(self.width).wrap(PERSON, 0)])

    # ---- lines ---------------------------------------------------------------------------------

    def answer(self, line: str) -> Reply:
        """The reply to a line; a refused one leaves everything as it was."""
        try:
            said = words(line)
            self._asked = self._asked and said[:1] == ("quit",)
            return Reply(self._command(said[0])(said[1:]) if said else "")
        except LupaError as error:
            return Reply(refusal(error, Page(self.width)), refused=True)

    def parted(self, text: str) -> Sequence[str]:
        """The commands in a text that was typed or pasted, one a line."""
        return [line.strip() for line in text.splitlines() if line.strip()]

    def _command(self, name: str) -> Callable[[Sequence[str]], str]:
        if name not in self._commands:
            raise unknown_command(name)
        return self._commands[name]

    def suggestions(self, line: str) -> Sequence[Suggestion]:
        """How the line can go on."""
        return suggestions(line, COMMANDS, self._kb, self._states[self._at] if self._states else None)

    # ---- changing the case ---------------------------------------------------------------------

    def _set(self, said: Sequence[str]) -> str:
        return self._keep(altered(self._kb, self.now.case, statements("set", said)))

    def _unset(self, said: Sequence[str]) -> str:
        if not said:
            raise CaseError(f"say on which facts: `{COMMANDS['unset'].usage}`")
        return self._keep(altered(self._kb, self.now.case, {}, map(plain_name, said)))

    def _reading(self, said: Sequence[str]) -> str:
        if not said:
            return self._readings()
        if list(said) == ["all"]:
            return self._whatif_text({}, all_readings=True)
        chosen = statements("reading", said)
        readings = {
            f"reading.{name.removeprefix('reading.')}": None if choice == "all" else choice
            for name, choice in chosen.items()
        }
        return self._keep(altered(self._kb, self.now.case, readings))

    def _policy(self, said: Sequence[str]) -> str:
        if not said:
            return self._policies()
        chosen = only("policy", said)
        if not self._states:
            self._begin(altered(self._kb, self._given, {"policy": chosen}))
            return self.opening()
        about = self._kb.about(chosen.partition("@")[0])
        case = apart(self._kb, self.now.case).case
        drug = case["request"].get("drug")
        if drug is not None and about.policy not in self._kb.policies_on(drug):
            request = {key: value for key, value in case["request"].items() if key != "drug"}
            case = {**case, "request": request}
        return self._keep(altered(self._kb, case, {"policy": chosen}))

    def _keep(self, case: Case) -> str:
        """Goes on with another case; the one before can be had back."""
        before, after = self.now, self._standing(case)
        if after.case != before.case:
            if self._saved > self._at:  # the way there is cut off
                self._saved = 0
            self._states[self._at + 1 :] = [after]
            self._at += 1
        return self._moved(before, after)

    def _undo(self, said: Sequence[str]) -> str:
        return self._step("undo", said, -1)

    def _redo(self, said: Sequence[str]) -> str:
        return self._step("redo", said, 1)

    def _step(self, command: str, said: Sequence[str], by: int) -> str:
        nothing_after(command, said)
        before = self.now
        if not 0 <= self._at + by < len(self._states):
            raise CaseError(f"there is nothing to {command}")
        self._at += by
        return self._moved(before, self.now)

    def _moved(self, before: Standing, after: Standing) -> str:
        """The verdict before and after, and what changed."""
        old, new = before.decision, after.decision
        if old.possible == new.possible:
            pieces = [f"{styled_verdict(new)}, as before"]
        else:
            pieces = [styled_verdict(old), f"-> {styled_verdict(new)}"]
        page = Page(self.width)
        lines = fitted([*pieces, f" {verdict_on(new)}"], self.width)
        changed = [*_changed(before, after)]
        if old.policy == new.policy:
            changed += [
                f"{c.id}: {c.before or 'not asked'} -> {c.after or 'not asked'}" for c in criteria(old, new)
            ]
        told = {advisory.id for advisory in old.advisories}
        changed += [f"advisory: {each.text}" for each in new.advisories if each.id not in told]
        was, now = ({each.name: None for each in decision.aside} for decision in (old, new))
        changed += [f"not known here, and set aside: {name}" for name in now if name not in was]
        changed += [f"no longer set aside: {name}" for name in was if name not in now]
        changed += [remark.text for remark in new.remarks if remark not in old.remarks]
        for line in changed or ["nothing changed"]:
            lines += page.wrap(line, 2, 4)
        return "\n".join(lines)

    # ---- asking about it -----------------------------------------------------------------------

    def _show(self, said: Sequence[str]) -> str:
        nothing_after("show", said)
        return text(self.now.decision, self.width)

    def _why(self, said: Sequence[str]) -> str:
        for word in said:
            if word not in ("tree", "all"):
                raise CaseError(f"`why` takes tree and all, not {shown(word)}")
        tree = "tree" in said
        why = self._kb.why(
            self.now.case, name=self._name, every="all" in said, tree=tree, timeout=self._timeout
        )
        page = why_text(why, self.width)
        if tree:
            from lupa.pages.tree import tree_text

            page += f"\n\n{click.style('Derivation', bold=True)}\n{tree_text(why.tree)}"
        return page

    def _flip(self, said: Sequence[str]) -> str:
        *named, most = said if said and said[-1].isdecimal() and len(said[-1]) < 5 else (*said, "5")
        to = "_".join(word for word in named if word != "--most") or "approve"
        flips = self._kb.flip(self.now.case, to, most=int(most), name=self._name, timeout=self._timeout)
        return flips_text(flips, self.width)

    def _ask(self, said: Sequence[str]) -> str:
        nothing_after("ask", said)
        return ask_text(self._kb.ask(self.now.case, name=self._name, timeout=self._timeout), self.width)

    def _plan(self, said: Sequence[str]) -> str:
        nothing_after("plan", said)
        return plan_text(self._kb.plan(self.now.case, name=self._name, timeout=self._timeout), self.width)

    def _whatif(self, said: Sequence[str]) -> str:
        return self._whatif_text(statements("whatif", said), all_readings=False)

    def _whatif_text(self, tried: Mapping[str, Any], *, all_readings: bool) -> str:
        found = self._kb.whatif(
            self.now.case, tried, all_readings=all_readings, name=self._name, timeout=self._timeout
        )
        return whatif_text(found, self.width)

    def _diff(self, said: Sequence[str]) -> str:
        nothing_after("diff", said)
        now = self.now
        start = self._states[0]
        found = what_if(start.decision, now.decision, start.question, now.question, all_readings=False)
        return whatif_text(found, self.width)

    # ---- the rest ------------------------------------------------------------------------------

    def _readings(self) -> str:
        question = self.now.question
        edition, record = question.edition, question.record
        page = Page(self.width)
        lines = []
        for name, choices in edition.vocabulary.kinds("reading").items():
            said = {**record.assumed, **record.stated}
            (first, *_), chosen = choices.values(), [c for c, fact in choices.items() if said.get(fact)]
            lines += page.wrap(f"{name}: {edition.vocabulary.question(first)}", 0, 4)
            for choice, fact in choices.items():
                mark = "*" if choice in chosen else " "
                lines += page.wrap(f"{mark} {choice}: {edition.vocabulary.words(fact, True)}", 2, 6)
        return "\n".join(lines) or "This policy has no readings."

    def _policies(self) -> str:
        asked = verdict_on(self._states[self._at].decision) if self._states else ""
        page = Page(self.width)
        lines = []
        for about in map(self._kb.about, self._kb.policies):
            for edition, first in about.editions:
                mark = "*" if f"{about.policy}, edition {edition}" == asked else " "
                since = f"in force from {first}" if first else "its first day is not on record"
                words = f"{mark} {about.policy}@{edition}: {', '.join(about.drugs)}; {since}"
                lines += page.wrap(words, 0, 4)
        return "\n".join(lines)

    def _save(self, said: Sequence[str], *, over: bool = False) -> str:
        if not said and self._file is None:
            raise CaseError("one name is expected: `save FILE`, as the case is of no file")
        file = only("save", said) if said else str(self._file)
        own = not said or is_same(file, self._source)
        if not over and not own and is_there(file):
            raise CaseError(f"{shown(file)} is there already; `save! {file}` writes over it")
        save(self.now.case, file, over=over or own)
        self._file, self._saved = file, self._at
        return f"Saved; `lupa decide {shlex.quote(file)}` comes to {verdict(self.now.decision)} as well."

    def _save_over(self, said: Sequence[str]) -> str:
        return self._save(said, over=True)

    def _help(self, said: Sequence[str]) -> str:
        return help_on(only("help", said), self.width) if said else help_text(self.width)

    def _quit(self, said: Sequence[str]) -> str:
        nothing_after("quit", said)
        if self._asks and self.unsaved and not self._asked:
            self._asked = True
            lost = f"{counted(self.unsaved, 'change')} not saved"
            words = f"{lost}: `save FILE` keeps the case, `quit` once more leaves without."
            return "\n".join(Page(self.width).wrap(words, 0))
        self.over = True
        return ""


def _changed(before: Standing, after: Standing) -> Iterator[str]:
    """What two cases state otherwise, a line each."""
    was, now = before.question, after.question
    return changed(changes(now.edition.vocabulary, was, now), stated_changes(was, now))
