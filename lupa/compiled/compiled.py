"""A policy compiled: what it says of one record and of many, how it differs from another, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lupa.compiled.verdicts import Verdicts
from lupa.rules.vocabulary import Fact

if TYPE_CHECKING:
    import pyarrow as pa

    from lupa.compiled.changes import Changes

FORMAT = "lupa-compiled"
VERSION = 1


class Compiled(Verdicts):
    """An edition of a policy, compiled: what it says of one record and of many, and of all worlds.

    Its parts, and what it says of one record, are those of `Verdicts`.
    """

    # ---- many records --------------------------------------------------------------------------

    def decide(self, table: Any, outputs: Sequence[str] = (), *, ids: Sequence[str] = ()) -> pa.Table:
        """What the policy says of each row of a table, as an Arrow table with a row for each.

        The table is anything with the Arrow C stream interface (pyarrow, Polars, DuckDB, pandas). Its
        columns are named as a case names facts: `age`, `indication`, `taking.voclosporin`, `taking` (a
        list of what is taken), `taking.only` (all that is); null leaves a fact open. `ids` are handed on.
        `outputs` are further columns: `met`, `scope`, `advisories`, `notes`, `pathways` (that the request
        may be on: "indication,phase"), `missing`, `reason`. Raises
        `CaseError` for a column that says nothing known here; a row that cannot be read, contradicts
        itself, or reads the text otherwise than it is compiled, has the outcome `invalid` and says why
        under `error`.
        """
        from lupa.compiled.tables import Tables

        return Tables(self, outputs, ids).table(table)

    def batches(
        self, reader: Any, outputs: Sequence[str] = (), *, ids: Sequence[str] = ()
    ) -> Iterator[pa.RecordBatch]:
        """As `decide`, of a stream of record batches, one after the other."""
        from lupa.compiled.tables import Tables

        return Tables(self, outputs, ids).batches(reader)

    def count(self, marginals: Mapping[Fact, float | bool | None] | None = None) -> dict[str, Any]:
        """How many lawful worlds have each outcome, of those of a record; exact.

        A fact can be so (True), not so (False), open (None), or so with a probability: then the worlds
        weigh what these make of them, as if facts were independent but for the laws. Raises `CaseError` for
        a record that contradicts itself, and for a number that is no probability.
        """
        from lupa.compiled.counting import count

        return count(self, marginals or {})

    def changes(self, other: Compiled) -> Changes:
        """In how many worlds another policy or edition, compiled, decides otherwise, and in which; exact.

        Of each change of outcome, and of each criterion that comes to be unmet or no longer is, the worlds
        by pathway, just when it is so, and one of them; see `Changes`. Worlds are those that both can have,
        over the facts that either reads: `differ / worlds` says nothing of how frequent patients are.
        Raises `CaseError` for one that was sent from another process, `SpaceLimitError` where it would grow
        too large.
        """
        from lupa.compiled.changes import changes

        return changes(self, other)

    # ---- elsewhere -----------------------------------------------------------------------------

    def to_json(self) -> str:
        """All of it as one line of JSON, enough to decide and explain without lupa.

        `format` ("lupa-compiled") and `version` (1) say what it is; a later version changes the number.
        `policy`, `edition`, `fingerprint` (of the rules) and `readings` (those fixed) say of what. `nodes`
        are triples: a variable, and the nodes for no and for yes; numbers below 0 are values, and a node
        stands after those below it. `outcome` is the node of the outcome, `outcomes` the names of its
        values from -4 down. `outputs` are `kind`, `id` and `node`, YES where it is so: `criterion` and
        `part` (met), `applies` (of a criterion), `basis`, `referral`, `limit`, `scope`, `advisory`, `note`,
        `pathway` ("indication,phase"), `condition` (that a part of a criterion, or a clause of it, is there
        by) and `bound` (that a limit binds). `laws` are the `variables` of a law and its `node`: a record
        contradicts itself where one can only be NO. `variables` are the facts, in order: `fact`, `default`
        (what is assumed where a record is silent, or null), `place` (its rank in a reason and in lists),
        its sentences `yes` and `no` and its `question`.

        `items` have, by kind and id, their sentences `yes` and `no` and their `sources`, each a place in
        the document with the pathway that it is for, or null; `tree`, by criterion, what it needs: `of`
        (all, any, at_least), `least`, `parts` with the `condition` by which each is there and that of each
        of its sources; `bounds` at most how much of a `quantity`. `outcome_words` have what an outcome
        means and what to do next; `groups` what is asked together: `id`, `kind` (choice, number, members,
        yes_no), `question` and its `facts` as variables; `numbers`, by quantity, `unit`, `least`, `most`,
        `whole`, `section`, `where` (its keys in a case) and `cuts`: `kind` (at_least, more_than), `bound`
        (exact, as a text: "18", "5/2"), `variable`; `choices` the variables by value of what is
        single-valued; `relations`, by name, the variables by arguments; `flags`, by name. `names` are other
        names of what can be named.
        """
        return json.dumps(self.plain(), ensure_ascii=False, separators=(",", ":"))

    def plain(self) -> dict[str, Any]:
        """What `to_json` writes, as plain data."""
        told = {**self.contents}
        words = told.pop("facts")
        return {
            "format": FORMAT,
            "version": VERSION,
            "policy": self.policy,
            "edition": self.edition,
            "fingerprint": self.fingerprint,
            "readings": dict(self.readings),
            "outcomes": list(self.outcomes),
            "variables": [
                {"fact": v.fact, "default": v.default, "place": v.place, **said}
                for v, said in zip(self.variables, words, strict=True)
            ],
            "nodes": [list(node) for node in self.nodes],
            "outcome": self.outcome,
            "outputs": [output._asdict() for output in self.outputs],
            "laws": [{"variables": list(law.variables), "node": law.node} for law in self.laws],
            **told,
        }
