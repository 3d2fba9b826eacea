"""Ground programs side by side in one control: what one world is for each of them, asked at once."""

from collections.abc import Mapping

import clingo

from lupa.rules.ground import Ground
from lupa.rules.solver import Literal


class Side:
    """One ground program, copied into a control that holds several: its own atoms, but shared facts.

    `shared` gives, for atoms of the program that are chosen once for all sides, what they are called in
    the control. The laws of the domain are not forced: `unlawful` holds where one is broken.
    """

    def __init__(self, backend: clingo.Backend, program: Ground, shared: Mapping[Literal, Literal]) -> None:
        self._backend = backend
        self._names = dict(shared)
        self.unlawful = backend.add_atom()
        for rule in program.rules:
            if rule.choice:  # a fact, which is chosen once for all
                continue
            head = [self.of(literal) for literal in rule.head] or [self.unlawful]
            body = [self.of(literal) for literal in rule.body]
            if rule.weights:
                backend.add_weight_rule(head, rule.bound, list(zip(body, rule.weights, strict=True)))
            else:
                backend.add_rule(head, body)

    def of(self, literal: Literal) -> Literal:
        """What a literal of the program is called in the control; new ones while the backend is open."""
        atom = self._names.get(abs(literal))
        if atom is None:
            atom = self._names[abs(literal)] = self._backend.add_atom()
        return atom if literal > 0 else -atom
