// What one edition says of one record: what it can come to, the reasons for it, and the words of these.

import { NO, valueOf, YES } from "./worlds.js";

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
    return root < 0 ? valueOf(root) : this.found[root];
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
    const { edition } = this;
    return edition.outcomesIn(edition.reached(edition.outcome, said, edition.everyOutcome));
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
      const lines = this.linesOf(variable, value);
      return `${path ? `${path}: ` : ""}${this.sentence(variable, value).slice(0, -1)}${lines.length ? ` (${lines.join("; ")})` : ""} [${fact} is ${value}]`;
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
        const lines = this.linesOf(variable, value);
        if (lines.length) text = `${text.slice(0, -1)} (${lines.join("; ")}).`;
        return { fact: edition.facts[variable].fact, value, text, about: edition.facts[variable].about, origin: this.origin(variable, value) };
      });
  }

  /** Why the record says of a fact what it says. */
  origin(variable, value) {
    const { closed, assumed } = this.record;
    if (this.linesOf(variable, value).length) return "evidence";
    return closed.has(variable) ? "only" : assumed.has(variable) ? "assumed" : "stated";
  }

  /** The lines of a chart that the case gives for a fact, or for the number that it is about; of a value, those that say so. */
  linesOf(variable, value) {
    const { evidence } = this.record;
    const { numberOf, facts } = this.edition;
    const linesFor = (name) => (name !== undefined && Object.hasOwn(evidence, name) ? evidence[name] ?? [] : []);
    const own = linesFor(facts[variable].fact).filter(({ says }) => value === undefined || (says ?? null) === null || says === (value ? "yes" : "no"));
    const found = [...own, ...linesFor(numberOf.get(variable))];
    const line = ({ resource, date, text }) => `${resource || ""}${date ? ` of ${date}` : ""}${text ? `, ${text}` : ""}`;
    return [...new Set(found.map(line))];
  }

  /** Whether the lines of a chart say both that a fact is so and that it is not. */
  contradictsItself(variable) {
    const { evidence } = this.record;
    const { fact } = this.edition.facts[variable];
    if (!Object.hasOwn(evidence, fact)) return false;
    const said = new Set((evidence[fact] ?? []).map(({ says }) => says));
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
