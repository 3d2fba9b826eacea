// One edition of a policy: its facts and items, with their words, and what a case can say under it.

import { places } from "./edits.js";
import { by } from "./groups.js";
import { later } from "./later.js";
import { normal } from "./names.js";
import { seenBy } from "./packed.js";
import { each } from "./plain.js";
import { Worlds } from "./worlds.js";

const ITEMS = ["criteria", "bases", "referrals", "limits", "scope", "advisories", "notes"];

/** What is `told` of an edition, a number in the place of each text; made of it is what is asked for. */
export class Edition extends Worlds {
  constructor(policy, told, kept, shared, text) {
    super();
    Object.assign(this, shared);
    later(this, Object.fromEntries(Object.keys(told).map((key) => [key, () => told[key]])));
    this.policy = policy.policy;
    this.about = policy;
    this.told = told;
    this.shared = shared;
    this.text = text;
    this.supports = new Map();
    this.plain = this; // as it is where a case says no name that may mean one of several
    this.widenedBy = new Map(); // as it is where one does, by these names
    const item = ([id, root, yes, no, sources, cone, label, applies]) => ({
      id, root, yes: text(yes), no: text(no), sources, cone: new Set(cone), label: text(label), applies,
    });
    const sense = (condition) => {
      if (Array.isArray(condition)) return { why: text(condition[0]) };
      if (condition >= 0) return { variable: condition >> 1, value: condition % 2 === 1 };
      const [of, ...rest] = told.senses[-1 - condition];
      return { every: of === 2, least: of === 3 ? rest.shift() : null, text: text(rest[0]), parts: rest.slice(1).map(sense) };
    };
    later(this, {
      ...Object.fromEntries(ITEMS.map((kind) => [kind, () => told[kind].map(item)])),
      parts: () => each(told.parts, item),
      nodes: () => seenBy(kept.nodes, told.numbers),
      facts: () => factsOf(told.facts, text),
      variables: () => new Map(this.facts.map(({ fact }, variable) => [fact, variable])),
      clauses: () => told.clauses.map(([id, kind, status, source, said, why]) => ({ id, kind, status, source: text(source), text: text(said), why: text(why) })),
      meanings: () => each(told.meanings, sense),
      ways: () => told.ways.map(([indication, phase, ends]) => ({ indication, phase, ends: ends.map(([outcome, when]) => ({ outcome, when: sense(when) })) })),
      covered: () => told.covered.map(([name, label, brands]) => ({ name, label: text(label), brands })),
      words: () => each(told.outcome_words, ([said, next]) => ({ text: text(said), next: text(next) })),
      assumedTogether: () => each(told.families, text),
      groups: () => told.groups.map((group) => ({ ...group, question: text(group.question), names: each(group.names ?? {}, text), questions: each(group.questions ?? {}, text) })),
      groupOf: () => new Map(this.groups.flatMap((group) => group.facts.map((variable) => [variable, group]))),
      readingSources: () => each(told.reading_sources, text),
      ofReadings: () => new Set(Object.values(this.choices.reading ?? {}).flatMap((tree) => Object.values(tree[""] ?? {}))),
      cone: () => new Set(told.cone),
      relations: () => each(told.relations, (relation) => (Array.isArray(relation) ? relation.reduce((tree, fact) => grow(tree, argumentsOf(text(told.facts[0][fact])), fact), {}) : relation)),
      efforts: () => Object.fromEntries(told.efforts.flatMap(([costs, alike]) => alike.map((fact) => [fact, costs]))),
      places: () => places(this),
      means: () => new Map(Object.entries(told.short.means).map(([name, others]) => [Number(name), others]).filter(([name]) => name < this.facts.length)),
      laws: () => told.laws.map(([variables, root]) => ({ variables, root })),
      lawOf: () => new Map(this.laws.flatMap((law) => law.variables.map((variable) => [variable, law]))),
      orderOf: () => this.ordered(),
      choiceOf: () => new Map([...this.singleValued()].flatMap((values) => values.map((variable) => [variable, values]))),
      numberOf: () => new Map(Object.entries(this.quantities).flatMap(([name, { cuts }]) => cuts.map(([, , variable]) => [variable, name]))),
      requests: () => new Set(Object.values(this.requested).flatMap((values) => Object.values(values))),
      failing: () => this.failingBy(),
    });
  }

  /** For each fact where it comes among what is said, not so and so. */
  ordered() {
    const found = this.facts.map(({ place }) => [[place, 0, 0], [place, 0, 0]]);
    for (const cuts of this.rising) {
      const first = Math.min(...cuts.map(([, variable]) => this.facts[variable].place));
      for (const [rank, variable] of cuts) {
        const { place } = this.facts[variable];
        found[variable] = [[first, -rank, place], [first, rank, place]];
      }
    }
    return found;
  }

  /** For each fact the criteria that it bears on and, of bases to deny, those beside the criteria. */
  failingBy() {
    const items = [...this.criteria, ...this.bases.filter(({ id }) => id !== "criteria_not_met")];
    const bearing = by(items.flatMap((item) => [...item.cone].map((variable) => ({ variable, item }))), ({ variable }) => variable);
    return new Map([...bearing].map(([variable, rows]) => [variable, rows.map(({ item }) => item)]));
  }

  /** The facts that compare the number that a fact is about, the lowest bound first; none of others. */
  cutsOf(variable) {
    const name = this.numberOf.get(variable);
    return name === undefined ? [] : this.quantities[name].cuts.map(([, , one]) => one);
  }

  *singleValued() {
    for (const values of Object.values(this.requested)) yield Object.values(values);
    const within = function* walk(tree) {
      if (tree[""]) yield Object.values(tree[""]);
      else for (const below of Object.values(tree)) yield* walk(below);
    };
    for (const tree of Object.values(this.choices)) yield* within(tree);
  }

  /** The one of `known` that a name, brand or synonym means; null if it means none of them. */
  canonical(name, known) {
    if (Object.hasOwn(known, name)) return name;
    const said = normal(name);
    if (Object.hasOwn(known, said)) return said;
    return this.meant(said).find((one) => Object.hasOwn(known, one)) ?? null;
  }

  /** The order of what is said of facts: of one number what says the least comes first. */
  inOrder([one, a], [other, b]) {
    if (a !== b) return a ? -1 : 1;
    const [first, second] = [this.orderOf[one][Number(a)], this.orderOf[other][Number(b)]];
    return first[0] - second[0] || first[1] - second[1] || first[2] - second[2];
  }

  /** All names of the last place of a relation, read or not, by their normal forms. */
  everyName(family) {
    this.everyNameOf ??= new Map();
    if (!this.everyNameOf.has(family)) {
      const { names } = this.lists[this.beyond[family].places.at(-1)];
      this.everyNameOf.set(family, new Map(names.flatMap((name) => [name, ...(this.names[name] ?? [])].map((one) => [normal(one), name]))));
    }
    return this.everyNameOf.get(family);
  }
}

/** The arguments of a fact by the names that they are. */
export const argumentsOf = (fact) => fact.slice(fact.indexOf("(") + 1, -1).split(",");

/** A tree with a fact at the place that its names lead to; it is changed. */
export function grow(tree, [name, ...rest], fact) {
  if (rest.length) grow((tree[name] ??= {}), rest, fact);
  else tree[name] = fact;
  return tree;
}

function factsOf([facts, assumed, places, yes, no, questions, members, about, read, help, proof], text) {
  return facts.map((fact, variable) => ({
    fact: text(fact), assumed: assumed[variable] < 0 ? null : assumed[variable] === 1, place: places[variable],
    yes: text(yes[variable]), no: text(no[variable]), question: text(questions[variable]), member: text(members[variable]), about: text(about[variable]),
    read: read[variable] === 1, help: text(help[variable]), proof: text(proof[variable]),
  }));
}
