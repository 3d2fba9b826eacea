"""One edition of one policy, grounded: the questions a verdict is made of, each answered exactly."""

import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import clingo

from lupa.errors import CaseError, RuleError, shown
from lupa.rules.asking import Asking
from lupa.rules.atom import Atom
from lupa.rules.ground import Ground
from lupa.rules.kept import cached_property
from lupa.rules.known import Known
from lupa.rules.names import all_written
from lupa.rules.nodes import ROWS, Nodes
from lupa.rules.numbers import exact, written
from lupa.rules.relevance import Relevance
from lupa.rules.solver import Answers, Literal
from lupa.rules.values import alike
from lupa.rules.vocabulary import Fact, Vocabulary

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
_KEPT = 4096
_OF_POLICY = (("requires", 5), ("met", 2), ("excluded", 2), ("outside", 2))
"""The predicates by which a policy speaks, beside those that say what has parts."""
_LATELY = 16
"""So much is remembered that was made for one record."""


class Bound(NamedTuple):
    """A limit: at most so much of a quantity; it `binds` where all literals of one of these hold."""

    quantity: str
    most: Fraction
    binds: Sequence[tuple[Literal, ...]]


class Edition:
    """Answers about records under one edition; safe to share between threads."""

    def __init__(
        self,
        program: Ground,
        policy: str,
        name: str,
        fingerprint: str,
        known: Known,
        also: frozenset[str] = frozenset(),
    ) -> None:
        self.also = also
        """The further names of which it holds what the shared files say."""
        self.policy = policy
        self.name = name
        self.fingerprint = fingerprint
        self.program = program
        self.vocabulary = Vocabulary(program, known.begins_so)
        self.known = known
        if known.has_doubtful_names:
            self.vocabulary.check_names()
        self.lock = threading.RLock()  # who asks about a record may read another meanwhile
        self.solver = program.solver
        self.answering: Answers = self.solver
        """What answers for the rules: the solver, or once that pays what is compiled of them."""
        self.asked = 0
        """About so many records it was asked."""
        # what follows from what never changes, so an answer once found is kept; the bound keeps memory flat
        self.satisfiable = lru_cache(_KEPT)(self._satisfiable)
        self.minimal = lru_cache(_KEPT)(self._minimal)
        self.least = lru_cache(_KEPT)(self._least)
        self.kept = lru_cache(_KEPT)(self._kept)
        self.find_out = lru_cache(_KEPT)(self._find_out)
        self._remembered: dict[Hashable, Any] = {}
        self._policy = clingo.Function(policy)
        self._false = -self._known(clingo.Function("policy", [self._policy]))
        self.literals: dict[Fact, Literal] = {
            fact: self._known(clingo.Function("true", [symbol]))
            for fact, symbol in self.vocabulary.facts.items()
        }
        self.facts = {literal: fact for fact, literal in self.literals.items()}
        self._read_items()
        self.relevance = Relevance(program, list(self.outcomes.values()), list(self.facts))
        self.watched = self._everything_read()
        self.places = {literal: place for place, literal in enumerate(self.watched)}

    def is_free(self, within: float = 0) -> bool:
        """Whether no other thread asks it anything, now or within so many seconds."""
        free = self.lock.acquire(timeout=within)
        if free:
            self.lock.release()
        return free

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for a record lately, or is made now; whoever asks holds the edition."""
        if key in self._remembered:
            self._remembered[key] = self._remembered.pop(key)
        else:
            made = make()
            if len(self._remembered) >= _LATELY:
                del self._remembered[next(iter(self._remembered))]
            self._remembered[key] = made
        found: T = self._remembered[key]
        return found

    # ---- what the policy holds -----------------------------------------------------------------

    def _known(self, symbol: clingo.Symbol) -> Literal:
        literal = self.program.literal(symbol)
        if literal is None:
            raise RuleError(f"policy {self.policy}: no rule gives {symbol}")
        return literal

    def _of_policy(self, name: str, arity: int) -> list[list[clingo.Symbol]]:
        rows = [symbol.arguments for symbol in self.program.symbols(name, arity)]
        return [row[1:] for row in rows if row[0] == self._policy]

    def _literal(self, name: str, *values: clingo.Symbol) -> Literal:
        literal = self.program.literal(clingo.Function(name, [self._policy, *values]))
        return self._false if literal is None else literal

    def _read_items(self) -> None:
        self.outcomes = {
            str(outcome): self._literal("outcome", outcome) for (outcome,) in self._of_policy("outcome", 2)
        }
        self.outcome_words = {
            str(outcome): (words.string, step.string)
            for outcome, words, step in self.program.facts("outcome_text", 3)
        }
        self._texts = {
            item: (true.string, false.string) for item, true, false in self._of_policy("text", 4)
        }
        self._locators = self._clause_locators()
        self._cites: dict[clingo.Symbol, list[tuple[tuple[str, str] | None, str]]] = {}
        for indication, phase, item, clause in self._of_policy("cites", 5):  # a pathway's own first
            pathway = (str(indication), str(phase))
            self._cites.setdefault(item, []).append((pathway, str(clause)))
        rows = self._of_policy("cites", 3)
        for (item, _), name in zip(rows, all_written([clause for _, clause in rows]), strict=True):
            self._cites.setdefault(item, []).append((None, name))
        self._cites_for: dict[str, dict[str, set[Fact]]] = {}
        for item, fact, clause in self._of_policy("cites_for", 4):
            self._cites_for.setdefault(str(item), {}).setdefault(str(clause), set()).add(str(fact))
        self.pathways = {
            (str(indication), str(phase)): self._literal("on_pathway", indication, phase)
            for indication, phase in self._of_policy("on_pathway", 3)
        }
        self._check_names()
        names = [name for (name,) in self._of_policy("applies", 2)]
        self.criteria = self._in_order(self._atom("criterion", name, "met") for name in names)
        self.applies = {atom.id: self._literal("applies", atom.symbol) for atom in self.criteria}
        parts = Nodes(self.program, self._policy)
        self.nodes = parts.read(lambda name: self._atom("criterion", name, "met"), list(self._locators))
        self.considered = {
            atom.id: self._literal("considered", atom.symbol) for atom in self.parts.values()
        }
        self.bases = self._atoms("basis", "basis")
        self.referrals = self._atoms("referral", "referral")
        self.limits = self._atoms("limit", "exceeded")
        self.scope = self._atoms("scope", "outside")
        self.advisories = self._atoms("advisory", "advisory")
        self.notes = self._atoms("note", "note")

    @property
    def parts(self) -> dict[str, Atom]:
        """The parts of criteria by id, each once."""
        return {part.atom.id: part.atom for node in self.nodes.values() for part in node.parts}

    @property
    def items(self) -> dict[str, list[Atom]]:
        """Everything that the policy can say of a request, by its kind."""
        return {
            "criterion": self.criteria,
            "part": list(self.parts.values()),
            "basis": self.bases,
            "referral": self.referrals,
            "limit": self.limits,
            "scope": self.scope,
            "advisory": self.advisories,
            "note": self.notes,
        }

    def _everything_read(self) -> list[Literal]:
        """The atoms whose truth a world is kept as: outcomes, items, pathways and facts."""
        literals = [
            *self.outcomes.values(),
            *(atom.literal for atoms in self.items.values() for atom in atoms),
            *self.applies.values(),
            *self.pathways.values(),
            *self.literals.values(),
        ]
        return list(dict.fromkeys(map(abs, literals)))

    def _clause_locators(self) -> dict[str, str]:
        """Each clause with the document and the place in it that a reader can find."""
        document = self._of_policy("document", 2)[0][0].string
        return {
            str(clause): f"{document}, {place.string}"
            for clause, _, place, _ in self._of_policy("clause", 5)
        }

    def _atoms(self, kind: str, predicate: str) -> list[Atom]:
        names = [name for (name,) in self._of_policy(predicate, 2)]
        return self._in_order(self._atom(kind, name, predicate) for name in names)

    def _in_order(self, atoms: Iterable[Atom]) -> list[Atom]:
        """Items in the order of the document, by the first clause that each comes from."""
        order = {clause: place for place, clause in enumerate(self._locators)}
        return sorted(atoms, key=lambda atom: min((order[c] for _, c in atom.sources), default=len(order)))

    def _atom(self, kind: str, name: clingo.Symbol, predicate: str) -> Atom:
        item = clingo.Function(kind, [name])
        if item not in self._texts:
            raise RuleError(f"policy {self.policy}: {item} has no text({self.policy}, {item}, True, False)")
        sources = self._cites.get(item, [])
        for _, clause in sources:
            if clause not in self._locators:
                raise RuleError(f"policy {self.policy}: {item} cites {clause}, which is no clause")
        return Atom(name, str(item), self._literal(predicate, name), self._texts[item], sources)

    def _check_names(self) -> None:
        """Raises `RuleError` for a name in the tables of the policy that nothing else knows."""
        for predicate, arity in (*_OF_POLICY, *ROWS):
            for symbol in self.program.symbols(predicate, arity):
                if symbol.arguments[0] != self._policy:
                    raise RuleError(f"policy {self.policy}: {symbol} is said of another policy")
        requested = self.vocabulary.kinds("requested")
        for indication, phase, criterion, _ in self._of_policy("requires", 5):
            for kind, value in (("indication", indication), ("phase", phase)):
                if str(value) not in requested.get(kind, {}):
                    raise RuleError(
                        f"policy {self.policy}: requires/5 speaks of {kind} {value}, unknown here"
                    )
            self._check_possible(criterion)
        for _, part, _ in self._of_policy("part", 4):
            self._check_possible(part)

    def _check_possible(self, criterion: clingo.Symbol) -> None:
        if self._literal("met", criterion) == self._false:
            raise RuleError(
                f"policy {self.policy}: no rule can make met({self.policy},{criterion}) hold; "
                "is a name in it misspelt?"
            )

    def phrase(self, atom: Atom, holds: bool) -> str:
        """The sentence for an item that holds, or that does not."""
        text = self.vocabulary.phrase(atom.text[0 if holds else 1], atom.symbol)
        return text.replace("{number}", str(self._numbers.get(atom.item)))

    def name_of(self, criterion: str) -> str:
        """What a criterion is called in a list: by its label, or else by what it is about."""
        symbol = clingo.parse_term(criterion)
        label = self.vocabulary.label(criterion)
        if symbol.arguments and label == criterion.replace("_", " "):
            return ", ".join(self.vocabulary.label(str(argument)) for argument in symbol.arguments)
        return label

    def item_words(self, item: clingo.Symbol, *, holds: bool) -> str | None:
        """The sentence for an item such as `criterion(adult)`; None for one that has no text."""
        text = self._texts.get(item)
        if text is None:
            return None
        words = self.vocabulary.phrase(text[0 if holds else 1], item.arguments[0])
        return words.replace("{number}", str(self._numbers.get(str(item))))

    def locator(self, clause: str) -> str | None:
        """The document and the place in it where a clause stands; None for what is no clause."""
        return self._locators.get(clause)

    @cached_property
    def _numbers(self) -> dict[str, str]:
        """The number in the words of an item; two that are written as one, such as 165/105, are a tuple."""
        return {
            str(item): "/".join(
                written(exact(part, "number/3"))
                for part in (number.arguments if number.match("", 2) else (number,))
            )
            for item, number in self._of_policy("number", 3)
        }

    def clauses(
        self, atom: Atom, pathways: Iterable[tuple[str, str]], because: Collection[Fact] = ()
    ) -> list[str]:
        """The clauses behind an item, for the pathways that the request may be on.

        Of those that are there for one fact each, the ones for what it is so `because` of, where that says.
        """
        possible, for_one = set(pathways), self.cites_for(atom)
        named = {clause for clause, facts in for_one.items() if not facts.isdisjoint(because)}
        found = (clause for where, clause in atom.sources if where is None or where in possible)
        return [one for one in dict.fromkeys(found) if not named or one in named or one not in for_one]

    def cites_for(self, atom: Atom) -> Mapping[str, set[Fact]]:
        """The clauses that an item cites only for some facts which can bring it about, with these."""
        return self._cites_for.get(atom.item, {})

    def locators(
        self, atom: Atom, pathways: Iterable[tuple[str, str]], because: Collection[Fact] = ()
    ) -> list[str]:
        """Where these clauses stand."""
        return [self._locators[clause] for clause in self.clauses(atom, pathways, because)]

    def source(
        self, atom: Atom, pathways: Iterable[tuple[str, str]], because: Collection[Fact] = ()
    ) -> str:
        """The same as one text."""
        return "; ".join(self.locators(atom, pathways, because))

    def _satisfiable(self, assumptions: tuple[Literal, ...]) -> bool:
        return self.answering.satisfiable(assumptions)

    def _minimal(self, refuted: Literal, candidates: tuple[Literal, ...]) -> tuple[Literal, ...] | None:
        found = self.answering.minimal([refuted], candidates)
        return None if found is None else tuple(found)

    def _least(self, held: tuple[Literal, ...], facts: tuple[Literal, ...]) -> tuple[Fact, ...]:
        """Those of the facts that are true in the first world that holds these; see `Solver.least`."""
        return tuple(self.facts[fact] for fact in self.answering.least(held, facts) or ())

    def _kept(self, made_by: "Callable[[Edition, K], T]", key: K) -> T:
        """What is made of this for a key that can be told apart, such as some statements of a record."""
        return made_by(self, key)

    def on(self, atom: Atom, pathway: tuple[str, str]) -> bool:
        """Whether an item belongs to a pathway, if only for some patients or in some reading."""
        return any(where == pathway for where, _ in atom.sources)

    def rows_of(self, atom: Atom, pathway: tuple[str, str]) -> list[Literal]:
        """The literals of the rows by which an item belongs to a pathway."""
        return [
            self._known(symbol)
            for symbol in self.program.symbols("cites", 5)
            if (str(symbol.arguments[3]), tuple(map(str, symbol.arguments[1:3]))) == (atom.item, pathway)
        ]

    def on_if(self, atom: Atom, pathway: tuple[str, str]) -> list[Fact] | None:
        """The facts that make an item belong to a pathway for some only; None where it does for all."""
        if (atom.item, pathway) in self._always:
            return None
        below = self.program.below(self.rows_of(atom, pathway))
        return [fact for fact, literal in self.literals.items() if literal in below]

    @cached_property
    def _always(self) -> set[tuple[str, tuple[str, str]]]:
        return {
            (str(item), (str(indication), str(phase)))
            for _, indication, phase, item, _ in self.program.facts("cites", 5)
        }

    def cited(self, kind: str, name: str) -> str:
        """Where the clauses stand that an item which is no atom comes from, such as a reading."""
        return "; ".join(self._locators[clause] for clause in self.citing(kind, name))

    def citing(self, kind: str, name: str) -> list[str]:
        """The clauses that such an item comes from."""
        item = clingo.Function(kind, [clingo.Function(name)])
        return [clause for _, clause in self._cites.get(item, [])]

    def ledger(self) -> list[dict[str, Any]]:
        """Every clause of the document, in its order: what encodes it, or why nothing does."""
        encoded: dict[str, dict[str, None]] = {}
        for item, cites in self._cites.items():
            for _, clause in cites:
                encoded.setdefault(clause, {})[" ".join(map(str, (item.name, *item.arguments)))] = None
        why = {str(clause): reason.string for clause, reason in self._of_policy("unencoded", 3)}
        rows = []
        for symbol, kind, _, text in self._of_policy("clause", 5):
            clause = str(symbol)
            by = list(encoded.get(clause, ()))
            rows.append(
                {
                    "id": clause,
                    "kind": str(kind),
                    "status": _ledger_status(str(kind), encoded=bool(by)),
                    "text": text.string,
                    "source": self._locators[clause],
                    "encoded_by": by,
                    "why": why.get(clause, ""),
                }
            )
        return rows

    @cached_property
    def family_of(self) -> dict[Fact, str]:
        """The family of each fact that can bear on the outcome."""
        cone = self.relevance.outcome_cone
        return {fact: fact.partition("(")[0] for fact, x in self.literals.items() if x in cone}

    @cached_property
    def alike(self) -> list[list[Literal]]:
        """The values of choices that rules do not tell apart."""
        choices = [[self.literals[f] for f in each.values()] for each in self.vocabulary.each_choice()]
        named = {
            self.program.literal(self.vocabulary.facts[self.facts[x]]): x for each in choices for x in each
        }
        return alike(
            self.program.rules, choices, {name: x for name, x in named.items() if name is not None}
        )

    @cached_property
    def asking(self) -> Asking:
        """How a person is asked for facts of this edition."""
        return Asking(self.program, self.vocabulary)

    @cached_property
    def asked_first(self) -> dict[Fact, tuple[int, bool]]:
        """The order in which a clinician is asked: for what is requested, then in the policy's own order.

        Of what bears on one item numbers come last.
        """
        v = self.vocabulary
        items = [*self.scope, *self.criteria, *self.bases, *self.limits]
        direct = [self.program.below([item.literal]) for item in items]
        order = {}
        for fact, literal in self.literals.items():
            first = next((at for at, below in enumerate(direct) if literal in below), len(items))
            quantity = v.quantities.get(v.number_of.get(fact, ""))
            is_requested = quantity.in_request if quantity else fact in v.requested
            order[fact] = (-1 if is_requested else first, quantity is not None)
        return order

    @cached_property
    def order_of_statements(self) -> dict[Literal, int]:
        """The order of what is said of facts: what is so, then what is not; of a number the least first."""
        order = {}
        for literal in self.literals.values():
            order[literal] = order[-literal] = (self.places[literal], 0, 0)
        for cuts in self.vocabulary.rising:
            first = min(self.places[self.literals[fact]] for _, fact in cuts)
            for rank, fact in cuts:
                literal = self.literals[fact]
                place = self.places[literal]
                order[literal], order[-literal] = (first, rank, place), (first, -rank, place)
        said = sorted(order, key=lambda literal: (literal < 0, order[literal]))
        return {literal: place for place, literal in enumerate(said)}

    @cached_property
    def readings(self) -> dict[str, dict[str, Literal]]:
        """The choices of each reading of the text, by name."""
        kinds = self.vocabulary.kinds("reading")
        return {
            name: {choice: self.literals[fact] for choice, fact in choices.items()}
            for name, choices in kinds.items()
        }

    @cached_property
    def reading_facts(self) -> list[Fact]:
        """The facts that say how an ambiguous text is read."""
        return [self.facts[literal] for choices in self.readings.values() for literal in choices.values()]

    @cached_property
    def bounds(self) -> list[Bound]:
        """The limits of the policy, each with the statements of which it needs one whole to bind."""
        rows = self._of_policy("limited", 5)
        found = []
        for limit, quantity, most in self._of_policy("limit", 4):
            is_one = self._literal("limit", limit, quantity, most)
            binds = [
                (is_one, self._literal("limited", indication, phase, named, clause), self.pathways[way])
                for indication, phase, named, clause in rows
                if named == limit and (way := (str(indication), str(phase))) in self.pathways
            ]
            found.append(Bound(str(quantity), exact(most, "limit/4"), binds))
        return found

    def wanted(self, outcome: str) -> Literal:
        """The literal of an outcome; raises `CaseError` for one that the policy cannot give."""
        if outcome not in self.outcomes or not self.satisfiable((self.outcomes[outcome],)):
            known = ", ".join(
                name for name, literal in self.outcomes.items() if self.satisfiable((literal,))
            )
            raise CaseError(f"{self.policy} never comes to {shown(outcome)}; it comes to one of {known}")
        return self.outcomes[outcome]

    def _find_out(self, fact: Literal) -> int:
        """What it costs at most to find out whether a fact is so."""
        costs = [self.vocabulary.efforts.of(self.facts[fact], "find_out", value=v) for v in (True, False)]
        return max((cost for cost in costs if cost is not None), default=1)

    def reads(self, fact: Fact) -> bool:
        """Whether any rule of the policy reads the fact, for the outcome or for an advisory or note."""
        return self.literals[fact] in self._read

    def reads_number(self, quantity: str) -> bool:
        """Whether any rule of the policy reads a cut point of the quantity, or of what follows from it."""
        v = self.vocabulary
        cuts = [cut.fact for name in (quantity, *v.following(quantity)) for cut in v.cuts.get(name, ())]
        return any(map(self.reads, (*cuts, *v.measurements_of(quantity))))

    @cached_property
    def _read(self) -> frozenset[Literal]:
        facts = set(self.literals.values())
        return self.relevance.cone_of_all([literal for literal in self.watched if literal not in facts])

    # ---- the record ----------------------------------------------------------------------------

    @cached_property
    def _need_not_be(self) -> set[Literal]:
        """Facts of which none has to be so by the laws alone, as far as that is known."""
        return {literal for literal in self.facts if not self.relevance.in_a_law(literal)}

    def follows(self, named: list[Fact], rest: list[Fact]) -> list[Fact]:
        """Those of the rest that are true in every world where the named are; none if they clash."""
        literals, need_not_be = self.literals, self._need_not_be
        doubtful = [literal for fact in rest if (literal := literals[fact]) not in need_not_be]
        if doubtful and self.satisfiable(tuple([-literal for literal in doubtful])):
            need_not_be.update(doubtful)
            doubtful = []
        given = tuple([x for fact in named if self.relevance.in_a_law(x := literals[fact])])
        # what the laws alone do not demand, they demand only where it is tied to what is named
        tied = frozenset(doubtful).union(*map(self.relevance.component, given))
        lawful = [fact for fact in rest if literals[fact] in tied]
        if not lawful:
            return []
        if self.satisfiable((*given, *(-self.literals[fact] for fact in lawful))):
            return []
        if not self.satisfiable(given):
            return []
        return [fact for fact in lawful if not self.satisfiable((*given, -self.literals[fact]))]


def _ledger_status(kind: str, *, encoded: bool) -> str:
    if kind == "advisory" and encoded:
        return "advisory"
    if encoded:
        return "encoded"
    return "informational" if kind == "informational" else "not encoded"


def not_one_outcome(policy: str, held: Sequence[str]) -> RuleError:
    """The error for a world that has these outcomes, of which there must be one."""
    return RuleError(
        f"policy {policy}: a world has {' and '.join(held) or 'no outcome'}, "
        "where the rules of outcome/2 must give exactly one"
    )
