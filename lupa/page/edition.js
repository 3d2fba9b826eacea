// One edition of a policy, compiled: what a record can come to, in one pass over a few thousand nodes.
//
// A node asks for a fact and leads to one of two others, or to a value. What a record says of a fact is 1 (it
// cannot be so), 2 (it must be so) or 3 (open). As no way through the nodes asks for a fact twice, the values
// that are reached are just those of the worlds that agree with the record.

import { normal } from "./names.js";
import { leaves } from "./record.js";

export const NO = 1;
export const YES = 2;
export const NOWHERE = 4;
const FIRST = 3; // the place of the bit that stands for the first outcome

/** The data of a page, unfolded: `policies` with their `editions`, and `against` what each case is decided too. */
export function unfolded(data) {
  const text = (place) => data.texts[place];
  const names = Object.keys(data.names);
  const lists = data.lists.map((steps) => {
    const found = fromSteps(steps).map((place) => names[place]);
    found.lookup = Object.fromEntries(found.map((name) => [name, name]));
    return found;
  });
  const shared = { lists, letters: data.letters, lupa: data.lupa, ...known(data.names, data.codes, data.behind) };
  const there = data.against && { ...shared, ...known(data.against.names ?? data.names, data.against.codes ?? data.codes, data.against.behind ?? data.behind) };
  const both = data.policies.map((policy) => {
    const nodes = nodesOf(policy.nodes);
    const sections = Object.entries(policy.sections);
    const made = (told, first, knows) => {
      const found = { ...told, policy: policy.policy };
      found.editions = told.editions.map((one, place) =>
        new Edition(found, { ...one, ...Object.fromEntries(sections.map(([key, each]) => [key, each[first + place]])) }, nodes, knows, text));
      return found;
    };
    return [made(policy, 0, shared), policy.against && made(policy.against, policy.editions.length, there)];
  });
  const page = { ...shared, policies: both.map(([here]) => here) };
  if (!data.against) return page;
  const { named, edition } = data.against;
  const other = edition === null ? { ...there, policies: both.map(([, one]) => one).filter(Boolean) } : page;
  return { ...page, against: { named, edition, page: other } };
}

/** What names, brands and codes mean. */
function known(names, codes, behind) {
  const meant = new Map();
  for (const [name, others] of Object.entries(names)) {
    for (const other of others) {
      const key = normal(other);
      meant.set(key, [...(meant.get(key) ?? []), name]);
    }
  }
  return { names, meant, behind, codes: codes.map(([system, code, kind, name, meaning, relation, ground]) => ({ system, code, kind, name, meaning, relation, ground })) };
}

/** Numbers from how far each is after the one before, the first after 0. */
function fromSteps(steps) {
  let last = 0;
  return steps.map((step) => (last += step));
}

/** The nodes, from how far after the one before the variable of each stands, and how far before it its children. */
function nodesOf([after, no, yes]) {
  const child = (back, at) => (back < 0 ? back : at - back);
  return { variable: fromSteps(after), no: Int32Array.from(no, child), yes: Int32Array.from(yes, child), count: no.length };
}

/** The nodes of all editions as one of them sees these: with its own variables, which bear such numbers in the policy. */
function seenBy(nodes, numbers) {
  const own = new Map(numbers.map((number, variable) => [number, variable]));
  return { ...nodes, variable: Int32Array.from(nodes.variable, (number) => own.get(number) ?? 0) };
}

const valueOf = (node) => 1 << (-1 - node);

class Edition {
  constructor(policy, data, nodes, shared, text) {
    Object.assign(this, data, shared);
    this.policy = policy.policy;
    this.about = policy;
    this.nodes = seenBy(nodes, fromSteps(data.numbers));
    this.stamps = new Int32Array(nodes.count);
    this.stamp = 0;
    const [facts, assumed, places, yes, no, questions, members, about, read, help, proof] = data.facts.map(fromSteps);
    this.facts = facts.map((fact, variable) => ({
      fact: text(fact), assumed: assumed[variable] < 0 ? null : assumed[variable] === 1, place: places[variable],
      yes: text(yes[variable]), no: text(no[variable]), question: text(questions[variable]), member: text(members[variable]), about: text(about[variable]),
      read: read[variable] === 1, help: text(help[variable]), proof: text(proof[variable]),
    }));
    this.variables = new Map(this.facts.map(({ fact }, variable) => [fact, variable]));
    const item = ([id, root, yes, no, sources, cone, label, applies]) => ({
      id, root, yes: text(yes), no: text(no), sources, cone: new Set(cone), label: text(label), applies,
    });
    for (const kind of ["criteria", "bases", "referrals", "limits", "scope", "advisories", "notes"]) {
      this[kind] = data[kind].map(item);
    }
    this.parts = Object.fromEntries(Object.entries(data.parts).map(([id, part]) => [id, item(part)]));
    this.clauses = data.clauses.map(([id, kind, status, source, said, why]) => ({
      id, kind, status, source: text(source), text: text(said), why: text(why),
    }));
    const sense = ([of, ...rest]) => (of === 0 ? { variable: rest[0], value: rest[1] === 1 } : { every: of === 2, text: text(rest[0]), parts: rest.slice(1).map(sense) });
    this.meanings = new Map(Object.entries(data.meanings).map(([item, told]) => [item, typeof told === "number" ? { why: text(told) } : sense(told)]));
    this.covered = data.covered.map(([label, brands]) => ({ label: text(label), brands }));
    this.words = Object.fromEntries(Object.entries(data.outcome_words).map(([name, [said, next]]) => [name, { text: text(said), next: text(next) }]));
    this.assumedTogether = Object.fromEntries(Object.entries(data.families).map(([name, said]) => [name, text(said)]));
    this.groups = data.groups.map((group) => ({ ...group, question: text(group.question) }));
    this.readingSources = Object.fromEntries(Object.entries(data.reading_sources).map(([name, source]) => [name, text(source)]));
    this.cone = new Set(fromSteps(data.cone));
    this.laws = data.laws.map(([variables, root]) => ({ variables, root }));
    this.lawOf = new Map(this.laws.flatMap((law) => law.variables.map((variable) => [variable, law])));
    this.orderOf = this.facts.map(({ place }) => [[place, 0, 0], [place, 0, 0]]);
    for (const cuts of data.rising) {
      const first = Math.min(...cuts.map(([, variable]) => this.facts[variable].place));
      for (const [rank, variable] of cuts) {
        const { place } = this.facts[variable];
        this.orderOf[variable] = [[first, -rank, place], [first, rank, place]];
      }
    }
    this.choiceOf = new Map();
    for (const values of this.singleValued()) for (const variable of values) this.choiceOf.set(variable, values);
    this.isCut = new Set(Object.values(this.quantities).flatMap(({ cuts }) => cuts.map(([, , variable]) => variable)));
    this.supports = new Map();
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
    return (this.meant.get(said) ?? []).find((one) => Object.hasOwn(known, one)) ?? null;
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
      const names = this.lists[this.beyond[family].places.at(-1)];
      this.everyNameOf.set(family, new Map(names.flatMap((name) => [name, ...(this.names[name] ?? [])].map((one) => [normal(one), name]))));
    }
    return this.everyNameOf.get(family);
  }

  // ---- worlds ---------------------------------------------------------------------------------------

  /** What is said of each fact before anything is: nothing. */
  silence() {
    return new Uint8Array(this.facts.length).fill(3);
  }

  /** The values of every node, as bits. */
  values(said) {
    const { variable, no, yes, count } = this.nodes;
    const found = new Int32Array(count);
    for (let at = 0; at < count; at += 1) {
      const can = said[variable[at]];
      let seen = 0;
      if (can & 1) seen = no[at] < 0 ? valueOf(no[at]) : found[no[at]];
      if (can & 2) seen |= yes[at] < 0 ? valueOf(yes[at]) : found[yes[at]];
      found[at] = seen;
    }
    return found;
  }

  /** A world of a record in which a node, which can have them there, has one of the wanted values, as bits. */
  world(root, wanted, said, cone) {
    const world = said.slice();
    const support = this.support(root);
    for (const variable of cone) {
      if (world[variable] === 3) {
        const law = this.lawOf.get(variable);
        world[variable] = 1;
        if ((support.has(variable) && !this.reaches(root, world, wanted)) || (law && !this.reaches(law.root, world, YES))) world[variable] = 2;
      }
    }
    return world;
  }

  /** Whether one of the wanted values is reached from a node. */
  reaches(root, said, wanted) {
    const { variable, no, yes } = this.nodes;
    this.stamp += 1;
    const waiting = [root];
    while (waiting.length) {
      const at = waiting.pop();
      if (at < 0) {
        if (valueOf(at) & wanted) return true;
      } else if (this.stamps[at] !== this.stamp) {
        this.stamps[at] = this.stamp;
        const can = said[variable[at]];
        if (can & 1) waiting.push(no[at]);
        if (can & 2) waiting.push(yes[at]);
      }
    }
    return false;
  }

  /** The values that are reached from a node, as bits. */
  reached(root, said) {
    const { variable, no, yes } = this.nodes;
    this.stamp += 1;
    const waiting = [root];
    let found = 0;
    while (waiting.length) {
      const at = waiting.pop();
      if (at < 0) found |= valueOf(at);
      else if (this.stamps[at] !== this.stamp) {
        this.stamps[at] = this.stamp;
        const can = said[variable[at]];
        if (can & 1) waiting.push(no[at]);
        if (can & 2) waiting.push(yes[at]);
      }
    }
    return found;
  }

  /** The variables that a node depends on. */
  support(root) {
    if (!this.supports.has(root)) {
      const found = new Set();
      const seen = new Set([root]);
      for (const at of seen) {
        if (at >= 0) {
          found.add(this.nodes.variable[at]);
          seen.add(this.nodes.no[at]).add(this.nodes.yes[at]);
        }
      }
      this.supports.set(root, found);
    }
    return this.supports.get(root);
  }

  /** Those of the rest that are so in every world where the named are; none if these clash. */
  implied(named, rest) {
    const said = this.silence();
    for (const variable of named) said[variable] = 2;
    const found = new Set();
    for (const { variables, root } of this.laws) {
      if (variables.some((variable) => said[variable] === 2)) {
        if (!this.reaches(root, said, YES)) return new Set();
      }
    }
    for (const variable of rest) {
      const law = this.lawOf.get(variable);
      if (law && said[variable] === 3) {
        said[variable] = 1;
        if (!this.reaches(law.root, said, YES)) found.add(variable);
        said[variable] = 3;
      }
    }
    return found;
  }

  outcomesIn(values) {
    return this.outcomes.filter((_, place) => values & (1 << (FIRST + place))).sort();
  }

  valueOfOutcome(name) {
    return 1 << (FIRST + this.outcomes.indexOf(name));
  }

  get everyOutcome() {
    return ((1 << this.outcomes.length) - 1) << FIRST;
  }

  factsOf(tree) {
    return [...leaves(tree)];
  }
}
