"""The rule files keep the rules of the house.

`kb/` only defines; whatever is read is there and whatever is there is read; rules hold no numbers,
say in a comment what they mean, and give everything a reader can meet its words and its clause.
"""

import ast as python
import itertools
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import clingo
import pytest
from clingo import ast
from clingo.ast import ASTType

import lupa
from lupa import KnowledgeBase
from lupa.authors.syntax import declared, has_body, line, nodes, read, statements
from lupa.rules.atom import Atom
from lupa.rules.edition import Edition
from lupa.rules.files import RuleFiles, shipped
from lupa.rules.ground import ground, plainly
from lupa.rules.names import all_written, normal
from lupa.rules.store import _without_last
from lupa.rules.texts import without_long_comments
from lupa.rules.trees import Signature, derived
from lupa.rules.vocabulary import Vocabulary

KB, QUERIES = RuleFiles(shipped("kb")), shipped("queries")
KB_FILES = sorted(KB.root.rglob("*.lp"))
QUERY_FILES = sorted(QUERIES.rglob("*.lp"))
ALL_FILES = [*KB_FILES, *QUERY_FILES]
WORLDS = QUERIES / "worlds.lp"
EDITIONS = [
    (policy, edition) for policy in KB.policies for edition, _ in KnowledgeBase(KB).about(policy).editions
]
WORDS = {
    *(
        "text",
        "fact_text",
        "outcome_text",
        "question",
        "group_question",
        "member_text",
        "alias",
        "label",
        "usual_label",
    ),
    *("assumed_text", "further", "effort", "question_help", "proof_text", "usual_proof_text"),
    *("wait_text",),
}
"""Predicates whose arguments are for people: sentences, names, what it costs them to find something out.

So their rules may hold them.
"""


def where(path: Path, number: int, what: object) -> str:
    return f"{path.name}:{number}: {what}"


def short_name(path: Path) -> str:
    return "/".join(path.parts[-2:])


# ---- one file by itself: each check gives what it finds wrong ----------------------------------


def lonely_variables(path: Path) -> list[str]:
    return [
        where(path, line(statement), name)
        for statement in statements(path)
        for name, count in Counter(variables(statement)).items()
        if count == 1
    ]


def variables_that_are_no_words(path: Path) -> list[str]:
    return [
        where(path, line(statement), name)
        for statement in statements(path)
        for name in variables(statement)
        if not re.fullmatch(r"([A-Z][a-z]+)+", name)
    ]


def variables(statement: ast.AST) -> list[str]:
    names = [node.name for _, node in nodes(statement) if node.ast_type == ASTType.Variable]
    return [name for name in names if name != "_"]


def predicates_not_in_snake_case(path: Path) -> list[str]:
    return [
        where(path, line(statement), name)
        for statement in statements(path)
        for name, _ in derived(statement) | read(statement) | declared(statement)
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
    ]


def literals_in_rules(path: Path) -> list[str]:
    found = []
    for statement in filter(has_body, statements(path)):
        names = {name for name, _ in derived(statement)}
        for route, node in nodes(statement):
            # a rank is an order of numbers, made by arithmetic; several are two
            if names <= WORDS or names in ({"rank"}, {"several_fail"}):
                continue
            if node.ast_type == ASTType.SymbolicTerm and node.symbol.type != clingo.SymbolType.Function:
                editions = [n for r, n in nodes(statement) if route[: len(r)] == r and is_edition(n)]
                if not (names == {"cites"} and editions):
                    found.append(where(path, line(statement), node))
    return found


def is_edition(node: ast.AST) -> bool:
    return node.ast_type == ASTType.Function and bool(node.name == "edition")


def rules_without_a_comment(path: Path) -> list[str]:
    """Rules with no comment above them in their block, nor one that the block follows."""
    lines = [text.strip() for text in path.read_text(encoding="utf-8").splitlines()]
    found = []
    for statement in filter(has_body, statements(path)):
        above = line(statement) - 2
        while above >= 0 and lines[above] and not lines[above].startswith("%"):
            above -= 1
        while above >= 0 and not lines[above]:
            above -= 1
        if above < 0 or not lines[above].startswith("%"):
            found.append(where(path, line(statement), statement))
    return found


Check = Callable[[Path], list[str]]

EVERYWHERE: tuple[Check, ...] = (
    lonely_variables,
    variables_that_are_no_words,
    predicates_not_in_snake_case,
    literals_in_rules,
)
IN_KB: tuple[Check, ...] = (
    *EVERYWHERE,
    rules_without_a_comment,
)


@pytest.mark.parametrize("check", IN_KB, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", KB_FILES, ids=short_name)
def test_a_rule_file_of_the_knowledge_base_has_no(path: Path, check: Check) -> None:
    assert check(path) == []


@pytest.mark.parametrize("check", EVERYWHERE, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", QUERY_FILES, ids=short_name)
def test_a_query_has_no(path: Path, check: Check) -> None:
    assert check(path) == []


@pytest.mark.parametrize("path", QUERY_FILES, ids=short_name)
def test_a_query_says_first_what_it_asks(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert re.fullmatch(r"% [A-Z].*\?", first)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (lonely_variables, "one(Drug) :- two(Drug, Other)."),
        (variables_that_are_no_words, "one(D) :- two(D)."),
        (variables_that_are_no_words, "one(DRUG) :- two(DRUG)."),
        (predicates_not_in_snake_case, "oneTwo(Drug) :- two(Drug)."),
        (predicates_not_in_snake_case, "one(Drug) :- two__three(Drug)."),
        (literals_in_rules, "one(Age) :- age(Age), Age >= 18."),
        (literals_in_rules, 'one(Edition) :- in_force(Edition), Edition = "2023-11-01".'),
        (literals_in_rules, 'cites(policy, basis("one"), clause) :- two.'),
        (rules_without_a_comment, "one :- two.\n"),
        (rules_without_a_comment, "% One.\none :- two.\n\nthree :- four.\n"),
    ],
)
def test_the_checker_notices(check: Check, text: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.lp"
    path.write_text(text, encoding="utf-8")
    assert len(check(path)) >= 1


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (lonely_variables, "one(Drug) :- two(Drug, _)."),
        (literals_in_rules, 'cites(policy, edition("1"), clause) :- two.\ntext(one, "One.") :- two.'),
        (rules_without_a_comment, "% Both.\none :- two.\none :- three.\n\n% Header.\n\nfour :- five."),
    ],
)
def test_the_checker_lets_pass(check: Check, text: str, tmp_path: Path) -> None:
    path = tmp_path / "sound.lp"
    path.write_text(text, encoding="utf-8")
    assert check(path) == []


# ---- all files of a policy together ------------------------------------------------------------


@cache
def read_by_lupa() -> frozenset[Signature]:
    """Every predicate that lupa's sources look up by name."""
    sources = [path.read_text(encoding="utf-8") for path in Path(lupa.__file__).parent.rglob("*.py")]
    found = {looked_up(node) for source in sources for node in python.walk(python.parse(source))}
    return frozenset(s for s in found if s and s[0] and not s[0].startswith("lupa_"))  # its marks


def looked_up(node: python.AST) -> Signature | None:
    """The predicate that an expression names, for each of the ways in which lupa asks for one."""
    if isinstance(node, python.Call):
        match python.unparse(node.func).rpartition(".")[2], node.args:
            case "facts" | "symbols" | "_of_policy" | "by_signature", [first, second, *_]:
                return looked_up(python.Tuple([first, second]))
            case "_of", [_, first, second, *_]:
                return looked_up(python.Tuple([first, second]))
            case "_about", [python.Constant(value=str(name)), *values]:
                return name, len(values)  # the law and what is given
            case "_freed", [python.Constant(value=str(name)), *_]:
                return name, 3  # the law, the subject and what may be otherwise
            case "_atoms" | "_atom" | "_in_quotes" | "_pairs", [*_, python.Constant(value=str(name))]:
                return name, 2  # the policy and the item, or a name and its words
            case "_literal", [python.Constant(value=str(name)), *values]:
                return name, 1 + len(values)  # the policy and what is given
            case "Function", [python.Constant(value=str(name)), python.List(elts=values)]:
                return name, len(values)
    match node:
        case python.Tuple(elts=[python.Constant(value=str(name)), python.Constant(value=int(arity))]):
            return (name, arity) if name and not isinstance(arity, bool) else None
    return None


def test_every_predicate_that_a_query_derives_is_read() -> None:
    wanted = {s for path in ALL_FILES for x in statements(path) for s in read(x)} | read_by_lupa()
    given = {s for path in QUERY_FILES for x in statements(path) for s in derived(x)}
    assert {s for s in given - wanted if not s[0].startswith("lupa_")} == set()


def test_what_lupa_reads_is_found_in_its_sources() -> None:
    assert {
        ("true", 1), ("policy", 1), ("label", 2), ("usual_label", 2), ("fact", 1), ("text", 4),
        ("cites", 5), ("basis", 2), ("met", 2), ("applies", 2), ("outcome", 2), ("covers", 2),
    } <= read_by_lupa()  # fmt: skip


def test_what_lupa_reads_some_rule_derives() -> None:
    # what the shared files only declare is for policies to give
    given = {s for p in ALL_FILES for x in statements(p) for s in derived(x) | declared(x)}
    # what begins with an underscore is made in Python
    assert {found for found in read_by_lupa() - given if not found[0].startswith("_")} == set()


@pytest.mark.parametrize("policy", KB.policies)
def test_a_policy_speaks_only_for_itself(policy: str) -> None:
    others = {name for name in KB.policies if name != policy}
    assert [
        where(path, line(statement), node)
        for path in KB.of(policy)
        for statement in statements(path)
        for _, node in nodes(statement)
        if node.ast_type == ASTType.SymbolicTerm and str(node.symbol) in others
    ] == []


# ---- each edition as it is grounded ------------------------------------------------------------


@pytest.fixture(params=EDITIONS, ids="@".join)
def edition(request: pytest.FixtureRequest, kb: KnowledgeBase) -> Edition:
    policy, name = request.param
    return kb.edition(policy, name)


def items_of(edition: Edition) -> dict[str, list[Atom]]:
    return {
        "criterion": [*edition.criteria, *edition.parts.values()],
        "basis": edition.bases,
        "limit": edition.limits,
        "advisory": edition.advisories,
        "scope": edition.scope,
        "note": edition.notes,
        "referral": edition.referrals,
    }


def everything_in(edition: Edition) -> list[Atom]:
    return [atom for atoms_ in items_of(edition).values() for atom in atoms_]


def is_plain(sentence: str, end: str = ".") -> bool:
    """Whether a reader can be shown this: a sentence, with nothing left to fill in."""
    return bool(re.fullmatch(rf"[^{{}}]*[^{{}}.?!]{re.escape(end)}", sentence))


def test_every_item_says_in_two_sentences_that_it_holds_and_that_it_does_not(edition: Edition) -> None:
    sentences = {a.id: (edition.phrase(a, True), edition.phrase(a, False)) for a in everything_in(edition)}
    assert [(i, s) for i, s in sentences.items() if not all(map(is_plain, s)) or len(set(s)) < 2] == []


def test_every_item_has_a_clause(edition: Edition) -> None:
    """What refers a request may have none: an override need not be named, nor can silence be."""
    groups = items_of(edition)
    del groups["referral"]
    assert [(kind, a.id) for kind, found in groups.items() for a in found if not a.sources] == []


def test_every_source_is_a_place_in_the_document(edition: Edition) -> None:
    document = edition.program.facts("document", 2)[0][1].string
    for atom in everything_in(edition):
        source = edition.source(atom, edition.pathways)
        assert all(part.startswith(f"{document}, ") for part in source.split("; ") if part)
        assert bool(source) == bool(atom.sources)


def test_every_clause_cited_is_in_the_ledger(edition: Edition) -> None:
    clauses = {row["id"] for row in edition.ledger()}
    cited = {s.arguments[-1] for arity in (3, 5) for s in edition.program.symbols("cites", arity)}
    assert {str(clause) for clause in cited} - clauses == set()


def test_every_clause_of_the_ledger_is_encoded_or_says_why_not(edition: Edition) -> None:
    wrong = [row["id"] for row in edition.ledger() if bool(row["encoded_by"]) == bool(row["why"])]
    assert wrong == []


def test_every_clause_is_in_the_ledger_once_and_in_words(edition: Edition) -> None:
    rows = edition.ledger()
    assert [clause for clause, count in Counter(row["id"] for row in rows).items() if count > 1] == []
    reasons = [row["why"] for row in rows if row["why"]]
    assert [s for s in [*(row["text"] for row in rows), *reasons] if not is_plain(s)] == []


def test_what_ends_in_no_rule_is_in_the_ledger(edition: Edition) -> None:
    clauses = {row["id"] for row in edition.ledger()}
    unencoded = edition.program.facts("unencoded", 3)
    assert {str(clause) for _, clause, _ in unencoded} - clauses == set()


def test_every_fact_has_words_and_a_question(edition: Edition) -> None:
    v = edition.vocabulary
    sentences = {fact: (v.words(fact, True), v.words(fact, False)) for fact in v.facts}
    assert [(f, s) for f, s in sentences.items() if not all(map(is_plain, s)) or len(set(s)) < 2] == []
    assert [fact for fact in v.facts if not is_plain(v.question(fact), "?")] == []


def test_no_two_facts_are_said_in_the_same_words(edition: Edition) -> None:
    v = edition.vocabulary
    assert [words for words, n in Counter(v.words(f, True) for f in v.facts).items() if n > 1] == []


def test_every_outcome_has_words_and_what_to_do_next(edition: Edition) -> None:
    assert {*edition.outcomes, "pend"} <= set(edition.outcome_words)
    assert [s for both in edition.outcome_words.values() for s in both if not is_plain(s)] == []


def test_every_name_that_a_sentence_puts_in_has_a_label(edition: Edition) -> None:
    v, program = edition.vocabulary, edition.program
    tables = ("label", "usual_label")
    labels = {str(name) for table in tables for name, _ in program.facts(table, 2)}
    filled = {
        argument
        for symbol in [*v.facts.values(), *(a.symbol for a in everything_in(edition))]
        if not str(symbol).startswith("reading(")  # each reading is said in words of its own
        for place, argument in enumerate(symbol.arguments)
        if not (symbol.name == "requested" and place == 0)  # the kind of answer is never shown
    }
    names = {str(a) for a in filled if a.type == clingo.SymbolType.Function} | set(v.quantities)
    assert names - labels == set()


def test_every_label_and_alias_is_of_something_that_a_case_can_say(edition: Edition) -> None:
    v, program = edition.vocabulary, edition.program
    sayable = {str(a) for symbol in v.facts.values() for a in symbol.arguments}
    sayable |= set(v.quantities) | set(edition.parts) | set(v.pairs) | {*v.families, "birth_date"}
    tables = ("label", "usual_label", "alias")
    rows = [row for table in tables for row in program.facts(table, 2)]
    assert {str(name) for name, _ in rows} - sayable == set()


def test_no_name_means_two_things(edition: Edition) -> None:
    """An alias that is also the name of something else, or of two things, would be misread."""
    meanings: dict[str, set[str]] = {}
    for name, also in edition.vocabulary.aliases.items():
        for alias in also:
            meanings.setdefault(normal(alias), {name}).add(name)
    sayable = {str(a) for symbol in edition.vocabulary.facts.values() for a in symbol.arguments}
    for name in sayable & set(meanings):
        meanings[name].add(name)
    assert {alias: names for alias, names in meanings.items() if len(names) > 1} == {}


def test_every_default_is_of_a_fact_that_is_declared(edition: Edition) -> None:
    v = edition.vocabulary
    assert set(v.defaults) - set(v.facts) == set()
    assert {str(value) for _, value in edition.program.facts("default", 2)} <= {"yes", "no"}


def test_what_one_law_alone_forbids_no_patient_is(edition: Edition) -> None:
    relevance, facts = edition.relevance, edition.literals
    drug = "cyclophosphamide" if edition.policy == "fep_lupkynis" else "rituximab"
    stops, takes, starts = (facts[f"{name}({drug})"] for name in ("stops", "taking", "starts"))
    assert relevance.breaks_a_law(stops, {-takes, starts})
    assert not relevance.breaks_a_law(stops, {takes})
    assert not relevance.breaks_a_law(-stops, {-takes})
    for literal in (sign * fact for fact in facts.values() for sign in (1, -1)):
        silent = {sign * other for other in relevance.component(abs(literal)) for sign in (1, -1)}
        broken = [one for one in silent if relevance.breaks_a_law(literal, {one})]
        assert [one for one in broken if edition.satisfiable((literal, one))] == []


def test_every_reading_has_one_usual_choice(edition: Edition) -> None:
    v = edition.vocabulary
    for choices in v.choices["reading"].values():
        assert sum(v.defaults.get(fact, False) for fact in choices.values()) == 1


@pytest.mark.parametrize("policy", KB.policies)
def test_words_and_clauses_are_for_what_some_edition_has(policy: str, kb: KnowledgeBase) -> None:
    """Text or cites for an item that no rule can give are left from a rule that is gone."""
    editions = [kb.edition(policy, name) for owner, name in EDITIONS if owner == policy]
    given = {f"{kind}({a.id})" for e in editions for kind, found in items_of(e).items() for a in found}
    given |= {f'edition("{e.name}")' for e in editions} | {"drug"}
    given |= {f"reading({name})" for e in editions for name in e.vocabulary.kinds("reading")}
    given |= {f"off_label({s.arguments[1]})" for e in editions for s in e.program.symbols("off_label", 3)}
    given |= {f"phase({name})" for e in editions for name in e.vocabulary.kinds("requested")["phase"]}
    rows = [s for e in editions for name in (("text", 4), ("cites", 3)) for s in e.program.symbols(*name)]
    assert {str(row.arguments[1]) for row in rows} - given == set()


@pytest.mark.parametrize("policy", KB.policies)
def test_every_criterion_that_can_be_met_is_required_somewhere(policy: str, kb: KnowledgeBase) -> None:
    editions = [kb.edition(policy, name) for owner, name in EDITIONS if owner == policy]
    required = {atom.id for e in editions for atom in items_of(e)["criterion"]}
    met = {str(s.arguments[1]) for e in editions for s in e.program.symbols("met", 2)}
    assert met == required


def test_a_number_has_reached_its_cut_points_in_their_order(tmp_path: Path) -> None:
    """More than 12 is at least 12, at least 13 is more than 12: of four facts, five combinations."""
    cuts = ["at_least(months,12)", "more_than(months,12)", "at_least(months,13)", "more_than(months,13)"]
    path = tmp_path / "cuts.lp"
    path.write_text(f"policy(some). {' '.join(f'cut_point({cut}).' for cut in cuts)}", encoding="utf-8")
    program = ground(plainly([*KB.core, path, WORLDS]), parts=[("base", []), ("edition", PARTS["edition"])])
    facts = [program.literal(clingo.parse_term(f"true({cut})")) or 0 for cut in cuts]
    possible = {
        values
        for values in itertools.product((True, False), repeat=4)
        if program.solver.satisfiable([f if v else -f for f, v in zip(facts, values, strict=True)])
    }
    assert possible == {(True,) * reached + (False,) * (4 - reached) for reached in range(5)}


# ---- queries -----------------------------------------------------------------------------------

PARTS: dict[str, list[clingo.Symbol]] = {
    "base": [],
    "edition": [clingo.String("")],
    "value": [clingo.Function("group"), clingo.Function("one")],
    "one_value": [clingo.Function("group"), clingo.Number(1)],
    "meant": [clingo.Function(fact) for fact in ("said", "one")],
    "one_is_meant": [clingo.Function("said")],
    "implied": [clingo.Function(fact) for fact in ("one", "other")],
    "implied_by_newest": [clingo.Function(fact) for fact in ("bound", "old", "one")],
    "implied_by_newest_below": [clingo.Function(fact) for fact in ("bound", "old", "one")],
    "tables": [],
    "statements": [clingo.Number(2)],
    "statement": [clingo.Number(n) for n in (1, 1, 1, 2)],
}
"""The parts of queries, with values to ground them for."""


def stands_alone(query: Path) -> bool:
    """Whether a query reads nothing but what it gives itself."""
    given = {s for statement in statements(query) for s in derived(statement)}
    return all(read(statement) <= given for statement in statements(query))


def parts_of(query: Path) -> list[str]:
    return [s.name for s in statements(query) if s.ast_type == ASTType.Program and s.name != "base"]


@pytest.mark.parametrize("query", sorted(QUERIES.glob("*.lp")), ids=short_name)
@pytest.mark.parametrize(("policy", "name"), EDITIONS)
def test_a_query_grounds_in_silence_with_every_edition_and_no_record(
    query: Path, policy: str, name: str
) -> None:
    files = [query] if stands_alone(query) else [*KB.of(policy), *dict.fromkeys((WORLDS, query))]
    values = PARTS | {"edition": [clingo.String(name)]}
    parts = dict.fromkeys(part for path in files for part in ("base", *parts_of(path)))
    assert ground(plainly(files), parts=[(part, values[part]) for part in parts]).rules


def test_many_symbols_are_written_as_each_of_them_is() -> None:
    some = [clingo.parse_term(each) for each in ('taking("a, b",c)', "3", "x", "(x,)", '"\\n"')]
    mark = clingo.String("\x01")
    within = clingo.Function("f", [some[1], mark, some[2]])
    for symbols in (some, [], some[:1], [*some, mark, clingo.Number(4)], [*some, within]):
        assert all_written(symbols) == [str(each) for each in symbols]


def test_the_last_argument_of_a_fact_is_left_out_whatever_a_text_in_it_holds() -> None:
    for fact in ("stage(left,early)", 'stage("a, (b",early)', 'dose(f("),(",1),high)'):
        kept, _ = fact.rsplit(",", 1)
        assert _without_last(fact, clingo.parse_term(f"fact({fact})")) == f"{kept})"


def test_a_class_shows_the_words_of_a_property_that_its_objects_keep() -> None:
    assert str(Vocabulary.days.__doc__).startswith("The days that a case can state")


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("a. %* b %* c *% d *% e.", "a.                   e."),
        ("a. %* b\n *% c.", "a.     \n    c."),
        ('a("%*"). %* b *% c.', 'a("%*").         c.'),
        ("a. %* b %* c *% d.", "a. %* b %* c *% d."),
    ],
)
def test_a_comment_that_may_hold_others_is_blank_if_it_ends(text: str, without: str) -> None:
    assert without_long_comments(text) == without
