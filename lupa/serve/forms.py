"""`GET /Questionnaire/POLICY`: the questions of a policy as a form, whose answers read back into a case."""

from __future__ import annotations

from lupa.errors import CaseError, LupaError
from lupa.fhir import form
from lupa.knowledge import KnowledgeBase
from lupa.rules.deadline import Deadline
from lupa.serve.answer import Answer, resource
from lupa.serve.refused import RefusedError, Words


class Forms:
    """The forms of a knowledge base, each made when it is first asked for."""

    def __init__(self, kb: KnowledgeBase, words: Words) -> None:
        self._kb = kb
        self._words = words
        self._made: dict[tuple[str, str], Answer] = {}

    def form_for(self, named: str, limit: Deadline) -> Answer:
        """The form for `policy`, `policy@edition` or `policy|edition`. Raises `RefusedError`."""
        policy, _, edition = named.replace("|", "@", 1).partition("@")
        try:
            self._kb.on_file(policy)
            key = policy, self._kb.edition_named(policy, edition) if edition else ""
        except CaseError as error:
            raise RefusedError(404) from error
        if key not in self._made:
            try:
                self._made[key] = resource(form("@".join(filter(None, key)), kb=self._kb, timeout=limit))
            except LupaError as error:
                raise self._words.refused(error, None) from error
        return self._made[key]
