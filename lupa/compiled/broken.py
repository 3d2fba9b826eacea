"""Rows that contradict themselves: those that say the same of what a law is about are told the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lupa.compiled.distinct import Codes, Spoken
from lupa.compiled.kernel import Bools, unpacked
from lupa.compiled.verdicts import Law, Verdicts
from lupa.compiled.words import Said


def alike(compiled: Verdicts, said: Said, spoken: Sequence[Spoken], rows: Codes) -> Codes:
    """Of each of these rows, which break a law, a number: of those with the same one the same facts clash.

    A minimal set of facts that clash holds none that no broken law is about. So the rest of a row bears on
    neither which they are nor where they are stated.
    """
    found = np.zeros(len(rows), dtype=np.int64)
    for law in compiled.laws if len(rows) else ():
        broken = _broken(compiled, law, said, rows)
        for each in spoken if broken.any() else ():
            if not each.about.isdisjoint(law.variables):
                codes = np.where(broken, each.rows.codes[rows] + 1, 0)
                found = np.unique(found * (codes.max() + 1) + codes, return_inverse=True)[1]
    return found


def _broken(compiled: Verdicts, law: Law, said: Said, rows: Codes) -> Bools:
    """Whether each of these rows breaks a law; what it says of the facts of the law is looked at once."""
    variables = [variable for variable in law.variables if variable in said]
    if not variables:  # what is assumed keeps every law
        return np.zeros(len(rows), dtype=bool)
    bits = np.empty((len(rows), len(variables)), dtype=np.uint8)
    for place, variable in enumerate(variables):
        no, yes = said[variable]
        count = 64 * len(yes)
        can_be = unpacked(yes, count)[rows]
        cannot = ~can_be if no is None else unpacked(no, count)[rows]
        bits[:, place] = cannot + 2 * can_be.astype(np.uint8)
    patterns, which = np.unique(bits, axis=0, return_inverse=True)
    usual = [3 if v.default is None else 1 + v.default for v in compiled.variables]
    broken = []
    for pattern in patterns.tolist():
        told = list(usual)
        for variable, value in zip(variables, pattern, strict=True):
            told[variable] = value
        broken.append(not compiled.keeps(law, told))
    return np.array(broken, dtype=bool)[which.reshape(-1)]
