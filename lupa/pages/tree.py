"""A derivation as a tree of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from lupa.answers.derivation import Application, Need, Node

_COLOURS = {"holds": "green", "fails": "red", "open": "blue"}


def tree_text(nodes: Sequence[Node]) -> str:
    """The derivation: under each atom the rules at their lines, under each rule what it needs."""
    lines = []
    for node in nodes:
        lines += [*_node(node, "", ""), ""]
    return "\n".join(lines[:-1])


def _node(node: Node, indent: str, sign: str) -> Iterator[str]:
    status = click.style(node.status, fg=_COLOURS[node.status])
    if node.origin != "derived":
        yield f"{indent}{sign}{node.atom}  {status}, {node.origin}: {node.text}"
        return
    above = "  (see above)" if node.repeated else ""
    words = f": {node.text}" if node.text else ""
    yield f"{indent}{sign}{click.style(node.atom, bold=True)}  {status}{above}{words}"
    for rules in _alike(node.rules):
        yield from _rules(rules, indent + "  ")


def _alike(rules: Sequence[Application]) -> list[list[Application]]:
    """Runs of one rule's instances that each need one fact: they can stand on one line."""
    groups: list[list[Application]] = []
    for rule in rules:
        plain = len(rule.needs) == 1 and rule.needs[0].node.origin != "derived"
        last = groups[-1][-1] if groups else None
        if plain and last is not None and _shape(last) == _shape(rule):
            groups[-1].append(rule)
        else:
            groups.append([rule])
    return groups


def _shape(rule: Application) -> tuple[object, ...]:
    if len(rule.needs) != 1:
        return (rule,)
    (need,) = rule.needs
    return (rule.source, rule.status, need.negated, need.status, need.node.origin)


def _rules(rules: Sequence[Application], indent: str) -> Iterator[str]:
    first = rules[0]
    verb = {"holds": "holds by", "fails": "is not given by", "open": "may hold by"}[first.status]
    yield f"{indent}{verb} {click.style(first.source or 'this', dim=True)}"
    if len(rules) > 3:
        need = first.needs[0]
        names = ", ".join(rule.needs[0].node.atom for rule in rules)
        lacking = "not " if need.negated else ""
        yield f"{indent}  {lacking}any of {len(rules)}, each {need.node.status}: {names}"
        return
    for rule in rules:
        for need in rule.needs:
            yield from _need(need, indent + "  ")


def _need(need: Need, indent: str) -> Iterator[str]:
    yield from _node(need.node, indent, "not " if need.negated else "")
