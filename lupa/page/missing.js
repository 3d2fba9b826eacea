// Which silent facts can still change the verdict, the most decisive first.
//
// A fact matters where two worlds of the record have different outcomes, one reached from the other by changing
// that fact and no more than the laws of the domain then demand.

const NOWHERE_NODE = -3;
const MOST = 2 ** 26; // nodes that are made, with the values that stand below 0
const LEAST = 16; // above every value that stands below 0

/** The outcome of a record as a function of what is open, each part once. */
class Left {
  constructor(edition, said) {
    this.edition = edition;
    this.said = said;
    this.known = new Map();
    this.parts = []; // the nodes by what they ask for, and their children
    this.nodes = [];
    this.root = this.of(edition.outcome);
    this.size = this.nodes.length; // those of the outcome, before others are made of it
    this.rank = new Map(this.order().map((variable, place) => [variable, place]));
  }

  node(variable, no, yes) {
    if (no === yes) return no;
    const key = (no + LEAST) * MOST + yes + LEAST;
    const known = (this.parts[variable] ??= new Map());
    let found = known.get(key);
    if (found === undefined) {
      found = this.nodes.length;
      known.set(key, found);
      this.nodes.push([variable, no, yes]);
    }
    return found;
  }

  of(at) {
    if (at < 0) return at;
    if (!this.known.has(at)) {
      const { variable, no, yes } = this.edition.nodes;
      const can = this.said[variable[at]];
      const low = can & 1 ? this.of(no[at]) : null;
      const high = can & 2 ? this.of(yes[at]) : null;
      this.known.set(at, low === null ? high : high === null ? low : this.node(variable[at], low, high));
    }
    return this.known.get(at);
  }

  /** The function once these facts have these values, the `last` of which is asked for at this rank. */
  with(values, last, at = this.root, known = new Map()) {
    if (at < 0) return at;
    const [variable, no, yes] = this.nodes[at];
    if (this.rank.get(variable) > last) return at;
    const before = known.get(at);
    if (before !== undefined) return before;
    const so = values.get(variable);
    const found = so === undefined
      ? this.node(variable, this.with(values, last, no, known), this.with(values, last, yes, known))
      : this.with(values, last, so ? yes : no, known);
    known.set(at, found);
    return found;
  }

  /** For each fact that is asked for the values that are reached where it is not so, and where it is; as bits. */
  sides() {
    const end = this.rank.size;
    const found = Array.from({ length: end }, () => [0, 0]);
    const over = new Map(); // what is reached by ways past facts, by where such a way ends and where it begins
    const values = []; // of each node; those below it stand before it
    for (const [variable, ...children] of this.nodes.slice(0, this.size)) {
      const here = this.rank.get(variable);
      let all = 0;
      for (const so of [0, 1]) {
        const child = children[so];
        const reached = child < 0 ? 1 << (-1 - child) : values[child];
        const next = child < 0 ? end : this.rank.get(this.nodes[child][0]);
        found[here][so] |= reached;
        if (next > here + 1) {
          if (!over.has(next)) over.set(next, new Int32Array(next));
          over.get(next)[here] |= reached;
        }
        all |= reached;
      }
      values.push(all);
    }
    for (const ways of over.values()) {
      let past = 0;
      for (const [at, reached] of ways.entries()) {
        if (past) for (const so of [0, 1]) found[at][so] |= past;
        past |= reached;
      }
    }
    return new Map([...this.rank].map(([variable, place]) => [variable, found[place]]));
  }

  /** The facts in the order in which they are asked for, which is the same on every way. */
  order() {
    const next = new Map();
    for (const [variable, ...children] of this.nodes.slice(0, this.size)) {
      const below = next.get(variable) ?? new Set();
      for (const child of children) if (child >= 0) below.add(this.nodes[child][0]);
      next.set(variable, below);
    }
    const found = [];
    const seen = new Set();
    const visit = (variable) => {
      if (seen.has(variable)) return;
      seen.add(variable);
      for (const other of next.get(variable)) visit(other);
      found.push(variable);
    };
    for (const variable of next.keys()) visit(variable);
    return found.reverse();
  }
}

/** Every way in which the open facts of a law can be so and keep it: each as a map. */
function* lawful(edition, law, said, values = new Map(), place = 0, at = law.root) {
  if (at === -1 || at === NOWHERE_NODE) return;
  if (place === law.variables.length) {
    yield new Map(values);
    return;
  }
  const variable = law.variables[place];
  const { nodes } = edition;
  const here = at >= 0 && nodes.variable[at] === variable;
  for (const so of [false, true]) {
    if (said[variable] & (so ? 2 : 1)) {
      if (said[variable] === 3) values.set(variable, so);
      yield* lawful(edition, law, said, values, place + 1, here ? (so ? nodes.yes[at] : nodes.no[at]) : at);
    }
  }
  values.delete(variable);
}

/** The silent facts that matter. */
export function missing(question) {
  const { edition } = question;
  const silent = [...edition.cone].filter((variable) => question.isSilent(variable));
  const left = new Left(edition, question.said);
  const open = new Set(silent);
  const matter = new Set();
  const tied = new Set();
  for (const variable of silent) {
    const law = edition.lawOf.get(variable);
    const together = law ? law.variables.filter((one) => open.has(one)) : [variable];
    if (together.length < 2) {
      if (left.rank.has(variable)) matter.add(variable);
    } else tied.add(law);
  }
  for (const law of tied) {
    const last = Math.max(...law.variables.map((variable) => left.rank.get(variable) ?? -1));
    const ways = [...lawful(edition, law, question.said)].map((values) => ({ values, left: left.with(values, last) }));
    for (const fact of law.variables) if (open.has(fact) && changes(fact, ways)) matter.add(fact);
  }
  const count = (values) => edition.outcomesIn(values).length;
  const [sides, all] = [left.sides(), question.reached(edition.outcome)];
  const weight = new Map([...matter].map((fact) => {
    const possible = (sides.get(fact) ?? [all, all]).map(count).filter(Boolean);
    return [fact, [-possible.filter((one) => one === 1).length, possible.reduce((a, b) => a + b, 0)]];
  }));
  return [...matter].sort((one, other) => {
    const [a, b] = [weight.get(one), weight.get(other)];
    return a[0] - b[0] || a[1] - b[1] || edition.facts[one].place - edition.facts[other].place;
  });
}

/** Whether another outcome is reached by changing a fact, and of those tied to it no more than must be. */
function changes(fact, ways) {
  for (const here of ways) {
    const others = ways.filter(({ values }) => values.get(fact) !== here.values.get(fact));
    if (others.every(({ left }) => left === here.left)) continue;
    const apart = others.map(({ values }) => [...values].filter(([one, so]) => here.values.get(one) !== so).map(([one]) => one));
    for (const [place, there] of others.entries()) {
      if (there.left !== here.left) {
        const changed = new Set(apart[place]);
        const nearer = apart.some((less) => less.length < changed.size && less.every((one) => changed.has(one)));
        if (!nearer) return true;
      }
    }
  }
  return false;
}
