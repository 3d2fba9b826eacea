"""Ground programs side by side in one control: what one world is for each of them, asked at once."""

from collections.abc import Iterable, Mapping

import clingo

from lupa.rules.ground import Rule
from lupa.rules.solver import Literal


class _Names(dict[Literal, Literal]):
    """What literals are called in a control; an atom that has no name yet gets one."""

    def __init__(self, backend: clingo.Backend, shared: Mapping[Literal, Literal]) -> None:
        super().__init__(shared)
        self._backend = backend

    def __missing__(self, literal: Literal) -> Literal:
        name = self[literal] = self._backend.add_atom() if literal > 0 else -self[-literal]
        return name


class Side:
    """The rules of one program, copied into a control that holds several: its own atoms, but shared facts.

    `shared` gives, for atoms of the program that are chosen once for all sides, what they are called in
    the control. The laws of the domain are not forced: `unlawful` holds where one is broken.
    """

    def __init__(
        self, backend: clingo.Backend, rules: Iterable[Rule], shared: Mapping[Literal, Literal]
    ) -> None:
        names = self._names = _Names(backend, shared)
        self.unlawful = backend.add_atom()
        for rule in rules:
            if rule.choice:  # a fact, which is chosen once for all
                continue
            head = [names[literal] for literal in rule.head] or [self.unlawful]
            body = [names[literal] for literal in rule.body]
            if rule.weights:
                backend.add_weight_rule(head, rule.bound, list(zip(body, rule.weights, strict=True)))
            else:
                backend.add_rule(head, body)

    def of(self, literal: Literal) -> Literal:
        """What a literal of the program is called in the control; new ones while the backend is open."""
        return self._names[literal]
