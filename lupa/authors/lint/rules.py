"""The rules of the linter: what each demands, how grave a breach is, and what lupa itself reads."""

from __future__ import annotations

from lupa.authors.reports.finding import Check, Severity
from lupa.record.behind import BEHIND
from lupa.rules.catalogue import KINDS
from lupa.rules.shared import NO_MORE

_RULES: tuple[tuple[str, Severity, str], ...] = (
    ("syntax", "error", "A rule file is text in UTF-8 that clingo can read."),
    (
        "not-a-definition",
        "error",
        "The rules of a knowledge base only define: no choice, constraint, search or `#show`.",
    ),
    ("unsafe", "error", "Each variable of a rule gets its values from a condition that is not negated."),
    ("about", "error", "The about.lp of a policy says what the policy is, and since when."),
    ("undefined", "error", "What a rule reads is derived by some rule, or declared with `#defined`."),
    ("wrong-arity", "error", "A predicate has as many arguments where it is read as where it is derived."),
    ("taken-name", "error", "No policy has a rule for what the files that all share work out."),
    ("misspelt", "error", "No name is nearly one that is known at its place, and unknown itself."),
    (
        "unknown-name",
        "error",
        "Each name is known at its place: a condition can hold, and a table names what there is.",
    ),
    (
        "two-rows",
        "error",
        "What a table says once of each name it does not say twice, and an alias stands for one name.",
    ),
    (
        "varying-row",
        "error",
        "A row of a table that lupa reads is so of every patient: no record decides on it.",
    ),
    ("quoted-number", "error", "What is compared as a number is written as one, without quotes."),
    ("cut-point", "error", "Each number with which a rule compares a quantity is declared by a cut_point."),
    ("relation", "error", "What a code states of a fact goes with what it states of the wider one."),
    (
        "stated",
        "error",
        "A fact is so wherever it is stated: taking(Drug) :- true(taking(Drug)), and nothing against it.",
    ),
    ("unknown-clause", "error", "Each clause that is cited is in the ledger of the policy."),
    (
        "no-text",
        "error",
        "Whatever a reader can meet has its words: text/4, for a fact fact_text/3 and question/2.",
    ),
    (
        "tree",
        "error",
        "A criterion with parts is of one kind, has enough of them and is met by them alone.",
    ),
    (
        "endless",
        "error",
        "No rule feeds itself with ever larger terms, so that grounding it would never end.",
    ),
    ("refused", "error", "lupa takes the rules of each edition, with nothing to complain of."),
    ("unused", "warning", "What is derived or declared is read: by a rule, a question or lupa itself."),
    ("idle", "warning", "Each row of a policy is one that something can come of."),
    (
        "lonely-variable",
        "warning",
        "A variable with a name occurs twice in its rule; one that does not is `_`.",
    ),
    ("no-clause", "warning", "Whatever a reader can meet names the clause that says it."),
    (
        "unencoded-clause",
        "warning",
        "Each clause that sets a condition is encoded by a rule, or says why not.",
    ),
    ("encoded-and-unencoded", "warning", "No clause that a rule encodes has a reason for having no rule."),
    (
        "contrary",
        "warning",
        "What one fact decides is said as it is: it denies, or is large or small, where the fact is.",
    ),
    ("duplicate", "warning", "No statement stands twice in the files of one policy, or in those of all."),
    (
        "ignore",
        "warning",
        "An ignored finding exists, and has a reason: `% lint: ignore RULE because REASON`.",
    ),
    ("unread-fact", "note", "Each fact that a case can state is read by a rule of some policy."),
    ("no-label", "note", "Each quantity, and each name that a sentence puts in, has a label."),
)

RULES: dict[str, Check] = {name: Check(name, text, severity) for name, severity, text in _RULES}
"""Every rule of the linter by its name, the gravest first."""

_READ = (
    "advisory/2", "alias/2", "all_of/2", "answer_text/2", "any_of/2", "applies/2", "asked_as/2",
    "asked_together/1", "asked_with/2", "asks_how_often_measured/3", "asks_whether_measured/2",
    "assumed_text/2", "at_least_of/3", "basis/2", "begins_with/2", "cites/3", "cites/5", "cites_for/4",
    "clause/5", "closed_by/2", "considered/2", "conversion/4", "covers/2", "cut_point/1", "dated/1",
    "default/2", "difference/3", "document/2", "edition/3", "effort/4", "exceeded/2", "excluded/2",
    "fact/1", "fact_text/3", "goes_on_with/2", "group_question/2", "impossible/1",
    "known_from/3", "label/2", "limit/4", "limited/5", "longest_wait/1", "means_one_of/2",
    "member_text/2", "met/2", "note/2", "number/3", "on_pathway/3",
    "open_family/1", "outcome/2", "outcome_text/3", "outside/2", "pair/3", "part/4", "part_of/3",
    "part_of_request/1", "payer/2", "percent_change/3",
    "policy/1", "proof_text/2", "usual_proof_text/1",
    "quantity/4", "question/2", "question_behind/2", "question_help/2",
    "rate/4", "referral/2", "requires/5", "single_valued/1",
    "said_by_what_is_asked_for/1", "said_with_dose/1", "speaks_against/2", "stands_first/1", "stated/1",
    "subdivides/3", "supported_by/2", "term/1", "text/4", "true/1", "two_rows/2", "unsupported_by/2",
    "unencoded/3", "usual_effort/2", "usual_label/2", "wait_text/2", "whole/1",
)  # fmt: skip
CODES = ("code", 5)
"""The rows that lupa looks up in the texts of rule files rather than among what is ground."""
COVERED = frozenset((kind, 1) for kind in KINDS)
"""What declares the drugs and services that a policy can cover; these are looked up there too."""
READ_BY_LUPA = frozenset((name, int(arity)) for name, arity in (each.split("/") for each in _READ)) | {
    CODES,
    (BEHIND, 1),
    (NO_MORE, 2),
    *COVERED,
}
"""The predicates that lupa's own sources look up by name."""

KNOWN_NAMES = """
policy(Policy) :- requires(Policy, _, _, _, _).
policy(Policy) :- met(Policy, _).
policy(Policy) :- all_of(Policy, _).
policy(Policy) :- any_of(Policy, _).
policy(Policy) :- at_least_of(Policy, _, _).
policy(Policy) :- part(Policy, _, _, _).
policy(Policy) :- frame(Policy, _, _, _).
policy(Policy) :- excluded(Policy, _).
policy(Policy) :- speaks_of(Policy, _).
policy(Policy) :- limit(Policy, _, _, _).
policy(Policy) :- limited(Policy, _, _, _, _).
policy(Policy) :- outside(Policy, _).
policy(Policy) :- advisory(Policy, _).
policy(Policy) :- note(Policy, _).
policy(Policy) :- off_label(Policy, _, _).
policy(Policy) :- text(Policy, _, _, _).
policy(Policy) :- number(Policy, _, _).
policy(Policy) :- cites(Policy, _, _).
policy(Policy) :- clause(Policy, _, _, _, _).
policy(Policy) :- unencoded(Policy, _, _).
policy(Policy) :- changes(Policy, _, _, _).
policy(Policy) :- supersedes(Policy, _, _, _).
policy(Policy) :- at_start(Policy, _).
policy(Policy) :- raises(Policy, _, _).
policy(Policy) :- averts(Policy, _, _).

requested(indication, Indication) :- requires(_, Indication, _, _, _).
requested(indication, Indication) :- frame(_, Indication, _, _).
requested(indication, Indication) :- limited(_, Indication, _, _, _).
requested(indication, Indication) :- speaks_of(_, Indication).
requested(phase, Phase) :- requires(_, _, Phase, _, _).
requested(phase, Phase) :- frame(_, _, Phase, _).
requested(phase, Phase) :- limited(_, _, Phase, _, _).

met(Policy, Criterion) :- requires(Policy, _, _, Criterion, _).
met(Policy, Part) :- part(Policy, _, Part, _).
applies(Policy, Criterion) :- met(Policy, Criterion).
applies(Policy, Node) :- all_of(Policy, Node).
applies(Policy, Node) :- any_of(Policy, Node).
applies(Policy, Node) :- at_least_of(Policy, Node, _).
pathway(Policy, Indication, Phase) :- frame(Policy, Indication, Phase, _).
pathway(Policy, Indication, Phase) :- limited(Policy, Indication, Phase, _, _).
limit(Policy, Limit, _, _) :- limited(Policy, _, _, Limit, _).
limited(Policy, _, _, Limit, _) :- limit(Policy, Limit, _, _).
quantity(Quantity, _, _, _) :- limit(_, _, Quantity, _).

_item(Item) :- text(_, Item, _, _).
_item(Item) :- cites(_, Item, _).
_item(Item) :- number(_, Item, _).
_item(Item) :- changes(_, _, Item, _).
_item(Item) :- raises(_, Item, _).
_item(Item) :- averts(_, Item, _).
edition(Policy, Edition, _) :- changes(Policy, Edition, _, _).
advisory(Policy, Advisory) :- at_start(Policy, Advisory).
superseding(Rule) :- supersedes(_, Rule, _, _).
clause(Policy, Clause, _, _, _) :- changes(Policy, _, _, Clause).
clause(Policy, Clause, _, _, _) :- supersedes(Policy, _, Clause, _).
clause(Policy, Clause, _, _, _) :- requires(Policy, _, _, _, Clause).
clause(Policy, Clause, _, _, _) :- part(Policy, _, _, Clause).
clause(Policy, Clause, _, _, _) :- frame(Policy, _, _, Clause).
clause(Policy, Clause, _, _, _) :- limited(Policy, _, _, _, Clause).
clause(Policy, Clause, _, _, _) :- cites(Policy, _, Clause).
clause(Policy, Clause, _, _, _) :- unencoded(Policy, Clause, _).
clause(Policy, Clause, _, _, _) :- off_label(Policy, _, Clause).

_covered(Name) :- covers(_, Name).
drug(Drug) :- asks_of_earlier_treatment(Drug).
quantity(Quantity, _, _, _) :- whole(Quantity).
quantity(Quantity, _, _, _) :- part_of_request(Quantity).
quantity(Quantity, _, _, _) :- rate(Quantity, _, _, _).
quantity(Quantity, _, _, _) :- rate(_, _, Quantity, _).
quantity(Quantity, _, _, _) :- rate(_, _, _, Quantity).
quantity(Quantity, _, _, _) :- difference(Quantity, _, _).
quantity(Quantity, _, _, _) :- difference(_, Quantity, _).
quantity(Quantity, _, _, _) :- difference(_, _, Quantity).
quantity(Quantity, _, _, _) :- percent_change(Quantity, _, _).
quantity(Quantity, _, _, _) :- percent_change(_, Quantity, _).
quantity(Quantity, _, _, _) :- percent_change(_, _, Quantity).
quantity(Quantity, _, _, _) :- conversion(Quantity, _, _, _).
quantity(Quantity, _, _, _) :- subdivides(Quantity, _, _).
quantity(Quantity, _, _, _) :- subdivides(_, Quantity, _).
quantity(Quantity, _, _, _) :- cut_point(at_least(Quantity, _)).
quantity(Quantity, _, _, _) :- cut_point(more_than(Quantity, _)).
_named(Name) :- label(Name, _).
_named(Name) :- usual_label(Name, _).
_named(Name) :- alias(Name, _).
_beginning(Beginning) :- fact_text(Beginning, _, _).
_beginning(Beginning) :- question(Beginning, _).
_beginning(Beginning) :- question_help(Beginning, _).
_beginning(Beginning) :- effort(Beginning, _, _, _).
_beginning(Beginning) :- wait_text(Beginning, _).
_proven(Beginning) :- proof_text(Beginning, _).
quantity(Quantity, _, _, _) :- term(Quantity).
_beginning(Beginning) :- supported_by(Beginning, _).
_beginning(Beginning) :- unsupported_by(Beginning, _).
_beginning(Beginning) :- begins_with(Beginning, _).
_beginning(Beginning) :- goes_on_with(Beginning, _).
_group(Name) :- group_question(Name, _).
_member(Name) :- member_text(Name, _).
_member(Name) :- asked_together(Name).
_reply(Part) :- answer_text(Part, _).
fact(Fact) :- default(Fact, _).
fact(Fact) :- of_request(Fact).
fact(Fact) :- adverse(Fact).
fact(Fact) :- favourable(Fact).
fact(Fact) :- raises(_, _, Fact).
fact(Fact) :- averts(_, _, Fact).
_answer(Answer) :- default(_, Answer).
_answer(Answer) :- effort(_, Answer, _, _).
_way(Way) :- effort(_, _, Way, _).
_way(Way) :- usual_effort(Way, _).
_which(Which) :- supersedes(_, _, _, Which).
choice(Reading, Choice) :- usual(Reading, Choice).
_worded(Outcome) :- outcome(_, Outcome).
_said(Outcome) :- outcome_text(Outcome, _, _).
_said(Outcome) :- more_favourable(Outcome, _).
_said(Outcome) :- more_favourable(_, Outcome).
"""
"""Where a name has to be known: what stands left of an arrow is there for all that stands right of it.

What begins with an underscore is made from what is derived; see `lupa.authors.lint.grounded`.
"""

MADE_NAMES = {
    "_covered": "no drug/1 and no service/1 has it",
    "_item": "no rule gives the policy such an item",
    "_named": "no fact of a case, and no quantity, holds such a name",
    "_beginning": "no fact of a case is that, or begins so",
    "_proven": "no fact of a case is that, or begins so, and no quantity is or does",
    "_group": "no facts of a case are called so, and no quantity is that, or begins so",
    "_member": "no facts of a case are called so",
    "_reply": "no answer has such a part",
    "_answer": "it is yes or no",
    "_way": "it is one of the ways in which a statement comes about",
    "_which": "it is lifts_denial or always",
    "_worded": "it has no outcome_text/3",
    "_said": "no rule gives such an outcome",
}
"""Why a name is unknown that is none of these."""

DECLARED_AS = {
    ("_covered", 1): "declare drug({name}) or service({name})",
    ("drug", 1): "declare drug({name})",
}
"""What an author does about a name that no row declares."""

UNLESS_NEAR = frozenset({"_said", "_member"})
"""Where a name may be known to nobody, unless it is nearly one that is: words may wait."""

ITEMS = {"criterion": "applies", "scope": "outside", "limit": "exceeded"}
"""The predicates that give what a reader meets, where they are not called as it is in text/4."""

SHOWN = ("criterion", "basis", "referral", "limit", "scope", "advisory", "note")
"""The kinds of items that lupa shows to a reader."""

WITHOUT_CLAUSE = ("referral",)
"""Those that need no clause: an override need not be named, nor can silence be."""

WORDS = frozenset({("text", 4), ("cites", 3), ("number", 3)})
"""The predicates that say something of an item, which is their second argument."""

OF_DECISION = frozenset((
    ("applies", 2), ("basis", 2), ("considered", 2), ("exceeded", 2), ("on_pathway", 3), ("outcome", 2),
    ("part_of", 3), ("referral", 2),
))  # fmt: skip
"""What the decision page works out and lupa looks up; else what lupa looks up is for policies to give."""

ADDED_TO = frozenset({("plan", 1), ("more_favourable", 2)})
"""What a policy may have more of, though the shared files have rules for it."""

OF_EACH = frozenset({("asked_as", 2)})
"""The predicates that shared rules give to every row of a table, be it of use or not."""

KINDS_OF_CLAUSES = ("informational", "advisory")
"""The kinds of clauses that lupa itself tells from others."""
