// From a record to a decision that a person can check: the same object as `lupa decide --json` prints.

import { authorized } from "./authorized.js";
import { by } from "./groups.js";
import { NO, YES } from "./worlds.js";
import { missing } from "./missing.js";
import { needs } from "./needs.js";

const FEW = 3; // more assumptions about one family have words together
const MANY = 12; // more than so many are one assumption

/** What one edition says of one record. */
export class Question {
  constructor(edition, record) {
    this.edition = edition;
    this.record = record;
    const ordered = (facts) => [...facts].sort((one, other) => edition.inOrder(one, other));
    this.statements = [...ordered(record.stated), ...ordered(record.assumed)];
    this.said = edition.silence();
    for (const [variable, value] of this.statements) this.said[variable] = value ? 2 : 1;
    this.clash = this.findClash();
    this.found = edition.values(this.said);
    this.outcomes = edition.outcomesIn(this.reached(edition.outcome));
    this.settled = new Set(this.statements.map(([variable]) => variable));
    for (const [variable, value] of this.statements) {
      if (value) for (const other of edition.choiceOf.get(variable) ?? []) this.settled.add(other);
    }
  }

  /** The values of a function, as bits. */
  reached(root) {
    return root < 0 ? 1 << (-1 - root) : this.found[root];
  }

  possible(root) {
    return (this.reached(root) & YES) !== 0;
  }

  isOpen({ root }) {
    return (this.reached(root) & (YES | NO)) === (YES | NO);
  }

  /** The values of a function where a fact is said otherwise. */
  given(root, variable, as) {
    const before = this.said[variable];
    this.said[variable] = as;
    const found = this.edition.reached(root, this.said);
    this.said[variable] = before;
    return found;
  }

  /** The outcomes where the text is read in one of several ways, and otherwise as it is. */
  readSo(ways, chosen) {
    const said = this.said.slice();
    for (const way of ways) said[way] = way === chosen ? 2 : 3;
    return this.edition.outcomesIn(this.edition.reached(this.edition.outcome, said));
  }

  /** Whether a record, with what a law settles because of it, leaves a fact open. */
  isSilent(variable) {
    if (this.settled.has(variable)) return false;
    const law = this.edition.lawOf.get(variable);
    if (!law) return true;
    return [1, 2].every((as) => {
      this.said[variable] = as;
      const can = this.edition.reaches(law.root, this.said, YES);
      this.said[variable] = 3;
      return can;
    });
  }

  /** A minimal set of statements with which none of these values of a function is reached; null without. */
  reason(root, against) {
    const { edition } = this;
    if (this.reached(root) & against) return null;
    const support = edition.support(root);
    const said = edition.silence();
    const candidates = this.statements.filter(([variable]) => support.has(variable));
    for (const [variable, value] of candidates) said[variable] = value ? 2 : 1;
    const kept = edition.spared(root, said, against, candidates.map(([variable]) => variable).reverse());
    return kept.map((variable) => [variable, this.said[variable] === 2]);
  }

  /** A minimal set of statements that cannot all be so; null for a record that has worlds. */
  findClash() {
    const { edition } = this;
    const broken = edition.laws.filter(({ root }) => !edition.reaches(root, this.said, YES));
    if (!broken.length) return null;
    const tried = this.said.slice();
    const kept = [];
    for (const [variable, value] of [...this.statements].reverse()) {
      tried[variable] = 3;
      if (broken.every(({ root }) => edition.reaches(root, tried, YES))) {
        tried[variable] = value ? 2 : 1;
        kept.unshift([variable, value]);
      }
    }
    return kept.map(([variable, value]) => {
      const { fact } = edition.facts[variable];
      const path = this.record.paths.get(variable);
      return `${path ? `${path}: ` : ""}${this.sentence(variable, value).slice(0, -1)} [${fact} is ${value}]`;
    });
  }

  sentence(variable, value) {
    const fact = this.edition.facts[variable];
    return value ? fact.yes : fact.no;
  }

  /** The facts of a reason in words, in the order of the vocabulary. */
  causes(reason) {
    const { edition, record } = this;
    return [...(reason ?? [])]
      .sort(([one], [other]) => edition.facts[one].place - edition.facts[other].place)
      .map(([variable, value]) => {
        let text = this.sentence(variable, value);
        if (record.given.has(variable)) text = `${text.slice(0, -1)} (${record.given.get(variable)}).`;
        if (record.closed.has(variable)) text = `${text.slice(0, -1)} (not on the list, which is said to be complete).`;
        const lines = this.linesOf(variable);
        if (lines.length) text = `${text.slice(0, -1)} (${lines.join("; ")}).`;
        return { fact: edition.facts[variable].fact, value, text, about: edition.facts[variable].about, origin: this.origin(variable) };
      });
  }

  /** Why the record says of a fact what it says. */
  origin(variable) {
    const { closed, assumed } = this.record;
    if (this.linesOf(variable).length) return "evidence";
    return closed.has(variable) ? "only" : assumed.has(variable) ? "assumed" : "stated";
  }

  /** The lines of a chart that the case gives for a fact, or for the number that it is about. */
  linesOf(variable) {
    const { evidence } = this.record;
    const { numberOf, facts } = this.edition;
    const found = [facts[variable].fact, numberOf.get(variable)].flatMap((name) => (name !== undefined && Object.hasOwn(evidence, name) ? evidence[name] ?? [] : []));
    const line = ({ resource, date, text }) => `${resource || ""}${date ? ` of ${date}` : ""}${text ? `, ${text}` : ""}`;
    return [...new Set(found.map(line))];
  }

  /** Whether the lines of a chart say both that a fact is so and that it is not. */
  contradictsItself(variable) {
    const { evidence } = this.record;
    const { fact } = this.edition.facts[variable];
    const said = new Set((Object.hasOwn(evidence, fact) ? evidence[fact] ?? [] : []).map(({ says }) => says));
    return said.has("yes") && said.has("no");
  }

  /** Whether some world of the record has a fact so, or not so. */
  canBe(variable, value) {
    if (!(this.said[variable] & (value ? 2 : 1))) return false;
    const law = this.edition.lawOf.get(variable);
    if (!law) return true;
    const said = this.said.slice();
    said[variable] = value ? 2 : 1;
    return this.edition.reaches(law.root, said, YES);
  }
}

/** The decision on a question; `head` is what routing knows of the case. */
export function decision(question, head) {
  return new Writer(question).decision(head);
}

const RANK = { unmet: 0, open: 1, met: 2 };
const failingFirst = (criteria) => criteria.sort((one, other) => RANK[one.status] - RANK[other.status]);

class Writer {
  constructor(question) {
    this.question = question;
    this.edition = question.edition;
    this.pathways = new Set();
    for (const [place, [, , root]] of this.edition.pathways.entries()) if (question.possible(root)) this.pathways.add(place);
  }

  decision(head) {
    const { question, edition } = this;
    const outcome = question.outcomes.length === 1 ? question.outcomes[0] : "pend";
    const denials = this.denials();
    const referrals = this.certain(edition.referrals);
    let limits = question.outcomes.includes("modify") ? this.certain(edition.limits) : [];
    let bases = [];
    let superseded = [];
    if (outcome === "deny") bases = denials.length ? denials : this.possible(edition.bases, outcome);
    else if (outcome === "refer") {
      bases = referrals.length ? referrals : this.possible(edition.referrals, outcome);
      superseded = denials;
    } else if (outcome === "modify") limits = limits.length ? limits : this.possible(edition.limits, outcome);
    const missing_ = this.missing();
    return {
      case: head.case,
      policy: edition.policy,
      edition: edition.name,
      edition_by: head.by,
      caveats: head.caveats,
      handling: question.record.handling,
      outcome,
      possible: question.outcomes,
      text: edition.words[outcome].text,
      next: edition.words[outcome].next,
      bases,
      criteria: this.criteria(),
      limits,
      ...(outcome === "approve" || outcome === "modify" ? authorized(question) : { authorized: {}, authorized_text: "" }),
      scope: this.certain(edition.scope),
      superseded,
      advisories: this.certain(edition.advisories),
      missing: missing_,
      depends_on: this.otherReadings(),
      assumptions: this.assumptions(),
      notes: this.certain(edition.notes),
      unread: this.unread(),
      suggestions: this.suggestions(),
      remarks: this.remarks(missing_),
      aside: question.record.aside,
    };
  }

  source(item, clauses = null) {
    const found = new Set();
    for (const [pathway, clause] of item.sources) {
      if ((pathway < 0 || this.pathways.has(pathway)) && (!clauses || clauses.has(clause))) found.add(clause);
    }
    return [...found].map((clause) => this.edition.clauses[clause].source).join("; ");
  }

  item(item, reason, certain = true) {
    const told = { id: item.id, text: item.yes, source: this.source(item), because: this.question.causes(reason), certain };
    return { ...told, needs: [], more_needs: false };
  }

  certain(items) {
    return items.flatMap((item) => {
      const reason = this.question.reason(item.root, NO);
      return reason ? [this.item(item, reason)] : [];
    });
  }

  /** The bases to deny that hold in every world, each with what it would take to be none. */
  denials() {
    const { edition, question } = this;
    const found = new Map(edition.bases.map((item) => [item.id, item]));
    return this.certain(edition.bases).map((told) =>
      told.id === "criteria_not_met" ? told : { ...told, ...needs(question, found.get(told.id), NO) });
  }

  /** Each choice for one reading, the others as they are, that leaves other outcomes possible. */
  otherReadings() {
    const { edition, question } = this;
    const found = [];
    for (const [reading, tree] of Object.entries(edition.choices.reading ?? {})) {
      const values = Object.entries(tree[""] ?? {});
      if (values.every(([, variable]) => question.said[variable] === 3)) continue; // it is left open
      for (const [choice, variable] of values) {
        if (question.said[variable] !== 2) {
          const possible = question.readSo(values.map(([, other]) => other), variable);
          if (possible.length && possible.join() !== question.outcomes.join()) {
            found.push({ reading, choice, text: edition.facts[variable].yes, possible, source: edition.readingSources[reading] });
          }
        }
      }
    }
    return found;
  }

  possible(items, outcome) {
    const { edition, question } = this;
    const others = edition.everyOutcome & ~edition.valueOfOutcome(outcome);
    const reason = question.reason(edition.outcome, others);
    return items.filter((item) => question.possible(item.root)).map((item) => this.item(item, reason, false));
  }

  // ---- criteria -------------------------------------------------------------------------------------

  criteria() {
    const { question } = this;
    return failingFirst(
      this.edition.criteria
        .filter(({ applies }) => question.possible(applies))
        .map((item) => this.withNeeds(item, this.criterion(item, !(question.reached(item.applies) & NO)))),
    );
  }

  /** The criterion, with what it would take to meet it if it is not met. */
  withNeeds(item, criterion) {
    return criterion.status === "unmet" ? { ...criterion, ...needs(this.question, item, YES) } : criterion;
  }

  criterion(item, applies, clauses = null) {
    const { question, edition } = this;
    const tree = edition.trees[item.id] ?? null;
    const parts = tree ? this.partsOf(tree) : [];
    let status = "open";
    let reason = question.reason(item.root, NO);
    if (reason) status = "met";
    else if ((reason = question.reason(item.root, YES))) status = "unmet";
    return {
      id: item.id,
      status,
      applies,
      text: status === "unmet" ? item.no : item.yes,
      source: this.source(item, clauses),
      because: question.causes(reason),
      of: tree?.of ?? null,
      least: tree?.least ?? null,
      found: tree ? this.foundOf(tree, parts) : "",
      parts,
      needs: [],
      more_needs: false,
    };
  }

  partsOf(tree) {
    const { question, edition } = this;
    return failingFirst(
      tree.parts
        .filter(([, there]) => question.possible(there))
        .map(([id, there, clauses]) => {
          const by = new Set(clauses.filter(([, root]) => question.possible(root)).map(([clause]) => clause));
          return this.criterion(edition.parts[id], !(question.reached(there) & NO), by);
        }),
    );
  }

  /** How many parts are met, of those that are needed, and which: `1 of 2 found: methotrexate`. */
  foundOf(tree, parts) {
    const idle = tree.of === "all" ? "met" : "unmet";
    const asked = parts.filter((part) => part.applies || part.status !== idle);
    if (!asked.length) return "no part applies";
    const label = (part) => this.edition.parts[part.id].label;
    const met = asked.filter((part) => part.applies && part.status === "met").map(label);
    const unsure = asked.filter((part) => !part.applies || part.status === "open").map(label);
    const needed = tree.least ?? (tree.of === "all" ? asked.length : 1);
    let words = `${met.length} of ${needed} found`;
    if (met.length > needed) words = `${met.length} found, ${needed} needed`;
    else if (needed === 1 && tree.of !== "all") words = met.length ? "found" : `none of ${asked.length} found`;
    if (met.length) words += `: ${met.join(", ")}`;
    if (unsure.length) words += `; open: ${unsure.join(", ")}`;
    return words;
  }

  // ---- what is silent, assumed or beside the point --------------------------------------------------

  missing() {
    const { edition, question } = this;
    if (question.outcomes.length < 2) return [];
    const unsettled = [
      ...edition.criteria.filter(({ applies }) => question.possible(applies)),
      ...edition.bases.filter(({ id }) => id !== "criteria_not_met"),
      ...edition.scope, ...edition.limits,
    ].filter((item) => question.isOpen(item));
    const first = (variable) => Number(!question.contradictsItself(variable)); // it goes first
    return missing(question).sort((one, other) => first(one) - first(other)).map((variable) => {
      const served = unsettled.filter(({ cone }) => cone.has(variable));
      const { fact, yes, question: asked, help } = edition.facts[variable];
      const sources = new Set(served.map((item) => this.source(item)).filter(Boolean));
      const lines = question.linesOf(variable);
      const hint = lines.length ? ` (See ${lines.join("; ")}.)` : "";
      return { fact, text: yes, question: `${asked}${hint}`, help, bears_on: served.map(({ id }) => id), source: [...sources].join("; ") };
    });
  }

  assumptions() {
    const { edition, question } = this;
    const found = [];
    const inFamilies = [];
    const told = ([variable, value], all = "") => ({ fact: edition.facts[variable].fact, value, text: question.sentence(variable, value), together: all });
    const spared = this.spared();
    for (const [variable, value] of question.record.assumed) {
      if (!edition.cone.has(variable) || spared.has(variable)) continue;
      const family = edition.facts[variable].fact.split("(")[0];
      if (Object.hasOwn(edition.assumedTogether, family)) {
        inFamilies.push({ family, statement: [variable, value] });
      } else found.push(told([variable, value]));
    }
    for (const [family, rows] of by(inFamilies, (one) => one.family)) {
      const facts = rows.map(({ statement }) => statement);
      if (!this.bear(facts)) continue;
      const free = facts.filter(([variable, value]) => this.couldBeOtherwise(variable, value));
      const words = edition.assumedTogether[family];
      if (free.length > MANY) found.push({ fact: family, value: free[0][1], text: words, together: "" });
      else found.push(...free.map((each) => told(each, free.length > FEW ? words : "")));
    }
    return found;
  }

  /** Of what is assumed of one number at several cut points all but what says it for the verdict. */
  spared() {
    const { edition, question } = this;
    const { assumed } = question.record;
    const others = edition.everyOutcome & ~question.outcomes.reduce((bits, name) => bits | edition.valueOfOutcome(name), 0);
    const found = new Set();
    for (const cuts of edition.rising) {
      const falling = cuts.map(([, variable]) => variable).reverse().filter((variable) => assumed.get(variable) === false);
      if (falling.length > 1) {
        const said = question.said.slice();
        for (const variable of falling) said[variable] = 3;
        const isEnough = (variable) => {
          if (variable !== null) said[variable] = 1;
          const enough = !edition.reaches(edition.outcome, said, others);
          if (variable !== null) said[variable] = 3;
          return enough;
        };
        const needed = [null, ...falling].find(isEnough);
        const kept = needed === undefined ? falling.at(-1) : needed;
        for (const variable of falling) if (variable !== kept) found.add(variable);
      }
    }
    return found;
  }

  /** Whether the verdict could be another if these were not assumed. */
  bear(facts) {
    const { edition, question } = this;
    if (question.outcomes.length > 1) return true;
    const said = question.said.slice();
    for (const [variable] of facts) said[variable] = 3;
    return edition.reaches(edition.outcome, said, edition.everyOutcome & ~edition.valueOfOutcome(question.outcomes[0]));
  }

  couldBeOtherwise(variable, value) {
    const { edition, question } = this;
    const law = edition.lawOf.get(variable);
    if (!law) return true;
    const said = edition.silence();
    for (const one of law.variables) if (question.record.stated.has(one)) said[one] = question.record.stated.get(one) ? 2 : 1;
    said[variable] = value ? 1 : 2;
    return edition.reaches(law.root, said, YES);
  }

  unread() {
    const { edition } = this;
    const { stated, unread, given, numbers } = this.question.record;
    const names = [
      ...[...stated].filter(([variable, so]) => so && !given.has(variable) && !edition.facts[variable].read)
        .map(([variable]) => edition.facts[variable].fact),
      ...[...unread].filter(([, so]) => so).map(([fact]) => fact),
      ...numbers.filter((name) => !edition.quantities[name]?.read),
    ];
    const order = (name) => (edition.variables.has(name) ? edition.facts[edition.variables.get(name)].place : Infinity);
    return names.sort((one, other) => {
      const [a, b] = [order(one), order(other)];
      return a !== b ? (a < b ? -1 : 1) : one < other ? -1 : one > other ? 1 : 0;
    });
  }

  /** What was read otherwise than it is written, and which lists might settle what is open. */
  remarks(asked) {
    const { remarks, lists } = this.question.record;
    const families = new Set(asked.map(({ fact }) => fact.split("(")[0]));
    const places = [...families].filter((family) => lists.has(family)).map((family) => lists.get(family));
    if (!places.length) return remarks;
    const text = "A list says that what it names is so, and nothing of the rest; one that is complete is written {only: [...]}.";
    return [...remarks, { place: places.join(", "), text }];
  }

  suggestions() {
    const { edition, question } = this;
    return question.record.suggested.filter(({ fact }) => question.isSilent(fact)).map(({ fact, code, value }) => ({
      code: `${code.system} ${code.code}`, ground: code.ground, fact: edition.facts[fact].fact,
      text: question.sentence(fact, value), question: edition.facts[fact].question,
    }));
  }
}
