"""What is on file, as data and as pages: the policies of a knowledge base, and their cases."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date

import click

from lupa.errors import CaseError
from lupa.pages.columns import Row, titled
from lupa.record.reading import read_cases
from lupa.rules.store import Store

# ---- policies ------------------------------------------------------------------------------------


def policy_rows(kb: Store) -> list[Row]:
    """One row a policy: id, payer, document, drugs, services and editions with their first days."""
    rows = []
    for about in map(kb.about, kb.policies):
        editions = [
            {"edition": name, "in_force_from": _iso(first), "known_from": _iso(about.known_from.get(name))}
            for name, first in about.editions
        ]
        rows.append(
            {
                "policy": about.policy,
                "payer": about.payer,
                "document": about.document,
                "drugs": list(about.drugs),
                "services": list(about.services),
                "editions": editions,
            }
        )
    return rows


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def policy_text(rows: Sequence[Row], width: int) -> str:
    lines: list[str] = []

    def wrapped(words: str) -> list[str]:
        return textwrap.wrap(
            words,
            width,
            initial_indent="  ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )

    for row in rows:
        lines.append(click.style(row["policy"], bold=True))
        lines += wrapped(f"{row['document']} ({row['payer']})")
        lines += wrapped(f"covers {', '.join(row['drugs'] + row['services'])}")
        for edition in row["editions"]:
            since = edition["in_force_from"]
            known = edition["known_from"]
            when = (
                f"in force from {since}"
                if since
                else "in force before the next; its first day is not on record"
            )
            when += f", it is known from {known}" if known else ""
            lines += wrapped(f"edition {edition['edition']}: {when}")
    return "\n".join(lines)


# ---- cases ---------------------------------------------------------------------------------------


def example_rows(kb: Store) -> list[Row]:
    """One row a shipped case: its name, what it shows and the outcome it must come to."""
    rows = []
    for name, path in kb.examples().items():
        with path.open("rb") as stream:
            ((_, case),) = read_cases(stream, str(path))
        if isinstance(case, CaseError):
            raise case
        expected = (case.get("expect") or {}).get("outcome", "")
        policy = path.parent.parent.name
        rows.append({"name": name, "policy": policy, "case": case.get("case", ""), "outcome": expected})
    return rows


def example_text(rows: Sequence[Row], width: int) -> str:
    lines: list[str] = []
    for policy in dict.fromkeys(row["policy"] for row in rows):
        lines += titled(policy)
        for row in (r for r in rows if r["policy"] == policy):
            lines.append(f"  {click.style(row['name'], bold=True)}")
            lines += textwrap.wrap(
                f"{row['outcome']}: {row['case']}",
                width,
                initial_indent="    ",
                subsequent_indent="    ",
            )
    return "\n".join(lines[1:])
