// Names that may mean one of several: an edition with the facts that such names bring in, for a case that says them.

import { argumentsOf, Edition, grow } from "./edition.js";
import { each, filtered } from "./plain.js";

const [NO, YES, NOWHERE] = [-1, -2, -3]; // what a way through the nodes ends in
const KINDS = ["criteria", "bases", "referrals", "limits", "scope", "advisories", "notes"];
const MOST = 2 ** 24; // nodes

/** The edition under which a case can say what a record leaves unread, as far as that may mean one of several. */
export function widened(edition, { unread, leftOpen }) {
  const { short, facts } = edition.told;
  const first = facts[0].length;
  const means = (fact, at) => short.means[first + at] && (unread.has(edition.text(fact)) || leftOpen.has(edition.text(fact)));
  const [names = []] = short.facts; // none where no name may mean several
  const said = names.flatMap((fact, at) => (means(fact, at) ? [first + at] : []));
  const kept = edition.widenedBy;
  if (said.length && !kept.has(said.join())) kept.set(said.join(), new Widening(edition, said).edition());
  return said.length ? kept.get(said.join()) : edition;
}

class Widening {
  constructor(edition, said) {
    const { short, facts } = edition.told;
    this.old = edition;
    this.first = facts[0].length;
    this.brought = [...new Set(said.flatMap((name) => [name, ...short.means[name]]))].filter((one) => one >= this.first).sort((one, other) => one - other);
    this.number = (variable) => (variable < this.first ? variable : this.first + this.brought.indexOf(variable));
    this.means = Object.fromEntries(said.map((name) => [this.number(name), short.means[name].map(this.number)]));
    const { variable, no, yes } = edition.nodes;
    [this.variable, this.no, this.yes] = [variable, no, yes].map((column) => [...column]);
    this.places = new Map();
    this.found = new Map();
    this.rank = this.ranks();
    this.inOrder = (one, other) => this.rank.get(one) - this.rank.get(other);
    this.laws = edition.laws;
    for (const [name, others] of Object.entries(this.means)) this.tie(Number(name), others);
    this.tied = this.laws.filter((law) => !edition.laws.includes(law));
  }

  /** Of each variable where it comes on every way through the nodes; of those that are brought in, last. */
  ranks() {
    const { told } = this.old;
    const items = [...KINDS.flatMap((kind) => told[kind]), ...Object.values(told.parts)];
    const trees = Object.values(told.trees).flatMap(({ parts }) => parts.flatMap(([, there, by]) => [there, ...by.map(([, at]) => at)]));
    const roots = [told.outcome, ...items.flatMap(([, at, , , , , , ...applies]) => [at, ...applies]), ...trees, ...[told.laws, told.pathways, told.bounds].flat().map((row) => row.at(-1))];
    const below = new Map();
    const seen = new Set(roots);
    for (const at of seen) {
      for (const child of at < 0 ? [] : [this.no[at], this.yes[at]]) {
        seen.add(child);
        if (child >= 0) below.set(this.variable[at], (below.get(this.variable[at]) ?? new Set()).add(this.variable[child]));
      }
    }
    const last = new Set();
    const visit = (one) => {
      for (const other of below.get(one) ?? []) if (!last.has(other)) visit(other);
      last.add(one);
    };
    for (let one = 0; one < this.first; one += 1) if (!last.has(one)) visit(one);
    const order = [...[...last].reverse(), ...this.brought.map(this.number)];
    return new Map(order.map((one, at) => [one, at]));
  }

  /** Where a name is so, so is one of what it means; that becomes one law with those on any of these. */
  tie(name, others) {
    const own = [name, ...others].sort(this.inOrder);
    let root = NO;
    for (const one of [...own].reverse()) root = one === name ? this.node(one, YES, root) : this.node(one, root, YES);
    const [touched, rest] = [true, false].map((is) => this.laws.filter(({ variables }) => variables.some((one) => own.includes(one)) === is));
    for (const law of touched) root = this.where(root, law.root, NO);
    const variables = [...new Set([...own, ...touched.flatMap((law) => law.variables)])].sort(this.inOrder);
    this.laws = [...rest, { variables, root }];
  }

  node(variable, no, yes) {
    if (no === yes) return no;
    const key = `${variable},${no},${yes}`;
    if (!this.places.has(key)) {
      this.places.set(key, this.variable.length);
      this.variable.push(variable);
      this.no.push(no);
      this.yes.push(yes);
    }
    return this.places.get(key);
  }

  /** What a node comes to where a law is kept, and `otherwise` where it is not. */
  where(at, law, otherwise) {
    if (law === YES || at === otherwise) return at;
    if (law === NO) return otherwise;
    const key = (otherwise === NO ? MOST : 0) + at;
    if (!this.found.has(law)) this.found.set(law, new Map());
    const known = this.found.get(law);
    if (!known.has(key)) {
      const [first] = [at, law].filter((one) => one >= 0).map((one) => this.variable[one]).sort(this.inOrder);
      const [no, yes] = [this.no, this.yes].map((side) => {
        const [here, there] = [at, law].map((one) => (one >= 0 && this.variable[one] === first ? side[one] : one));
        return this.where(here, there, otherwise);
      });
      known.set(key, this.node(first, no, yes));
    }
    return known.get(key);
  }

  // ---- what is told of it -----------------------------------------------------------------------------

  edition() {
    const { old, tied, first, brought, means } = this;
    const { told } = old;
    const { short } = told;
    const root = (at) => tied.filter(({ variables }) => at >= 0 && variables.some((one) => old.support(at).has(one)))
      .reduce((found, law) => this.where(found, law.root, NOWHERE), at);
    const cone = (facts) => [...new Set([...facts, ...tied.flatMap(({ variables }) => (variables.some((one) => facts.includes(one)) ? variables : []))])].sort((one, other) => one - other);
    const item = ([id, at, yes, no, sources, facts, label, ...applies]) => [id, root(at), yes, no, sources, cone(facts), label, ...applies.map(root)];
    const more = {
      ...Object.fromEntries(KINDS.map((kind) => [kind, told[kind].map(item)])),
      parts: each(told.parts, item),
      trees: each(told.trees, (tree) => ({ ...tree, parts: tree.parts.map(([id, there, by]) => [id, root(there), by.map(([clause, at]) => [clause, root(at)])]) })),
      outcome: root(told.outcome),
      pathways: told.pathways.map(([indication, phase, at]) => [indication, phase, root(at)]),
      bounds: told.bounds.map(([quantity, most, at]) => [quantity, most, root(at)]),
      laws: this.laws.map(({ variables, root: at }) => [variables, at]),
      cone: cone(told.cone),
      facts: told.facts.map((column, at) => [...column, ...brought.map((one) => short.facts[at][one - first])]),
      efforts: [...told.efforts, ...short.efforts.map(([costs, alike]) => [costs, alike.filter((one) => brought.includes(one)).map(this.number)])],
      short: { ...short, means: { ...filtered(short.means, ([one]) => Number(one) < first), ...means } },
      groups: this.groups(),
      relations: this.relations(),
    };
    more.numbers = more.facts[0].map((_, at) => at);
    const places = [...told.facts[2]].sort((one, other) => one - other);
    const ranks = brought.map((one) => (places[short.after[one - first] - 1] ?? -1) + (one - first + 1) / (short.after.length + 1));
    more.facts[2] = [...told.facts[2], ...ranks];
    const { variable, no, yes } = this;
    const nodes = { variable, no: Int32Array.from(no), yes: Int32Array.from(yes), count: no.length };
    return Object.assign(new Edition(old.about, { ...told, ...more }, { nodes }, old.shared, old.text), { plain: old });
  }

  groups() {
    const { short, groups } = this.old.told;
    const found = groups.map((group) => ({ ...group }));
    for (const one of this.brought) {
      const [id, name, kind, question] = short.asked[one - this.first];
      let group = found.find((other) => other.id === id);
      if (!group) found.push(group = { id, kind, question, facts: [], numbers: [], classes: {}, kinds: {} });
      group.facts = [...group.facts, this.number(one)];
      group.classes = { ...group.classes, [name]: [...(group.classes[name] ?? []), this.number(one)] };
    }
    return found;
  }

  relations() {
    const found = structuredClone(this.old.relations);
    for (const one of this.brought) {
      const fact = this.old.text(this.old.told.short.facts[0][one - this.first]);
      grow(found, [fact.slice(0, fact.indexOf("(")), ...argumentsOf(fact)], this.number(one));
    }
    return found;
  }
}
