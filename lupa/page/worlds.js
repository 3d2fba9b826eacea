// What a record can come to: the worlds that agree with it, by way of a few thousand nodes.
//
// A node asks for a fact and leads to one of two others, or to a value. What a record says of a fact is 1 (it
// cannot be so), 2 (it must be so) or 3 (open). As no way through the nodes asks for a fact twice, the values
// that are reached are just those of the worlds that agree with the record.

export const NO = 1;
export const YES = 2;
export const NOWHERE = 4;
const FIRST = 3; // the place of the bit that stands for the first outcome

/** The bit of the value that a node below 0 stands for. */
export const valueOf = (node) => 1 << (-1 - node);

/** What searches the worlds of an edition, which has its `nodes`, `facts`, `laws` and `outcomes`. */
export class Worlds {
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

  /** Whether one of the wanted values is reached from a node. */
  reaches(root, said, wanted) {
    const { variable, no, yes, stamps } = this.nodes;
    const stamp = (this.nodes.stamp += 1);
    const waiting = [root];
    while (waiting.length) {
      const at = waiting.pop();
      if (at < 0) {
        if (valueOf(at) & wanted) return true;
      } else if (stamps[at] !== stamp) {
        stamps[at] = stamp;
        const can = said[variable[at]];
        if (can & 1) waiting.push(no[at]);
        if (can & 2) waiting.push(yes[at]);
      }
    }
    return false;
  }

  /** The values that are reached from a node, as bits; no more than these `can` be. */
  reached(root, said, can = -1) {
    const { variable, no, yes, stamps } = this.nodes;
    const stamp = (this.nodes.stamp += 1);
    const waiting = [root];
    let found = 0;
    while (waiting.length && found !== can) {
      const at = waiting.pop();
      if (at < 0) found |= valueOf(at);
      else if (stamps[at] !== stamp) {
        stamps[at] = stamp;
        const is = said[variable[at]];
        if (is & 1) waiting.push(no[at]);
        if (is & 2) waiting.push(yes[at]);
      }
    }
    return found;
  }

  /** A way from a node to one of the wanted values, as what is so on it of each fact that it asks for; null if there is none. */
  way(root, said, wanted) {
    const { variable, no, yes, stamps } = this.nodes;
    const stamp = (this.nodes.stamp += 1);
    const walk = (at) => {
      if (at < 0) return valueOf(at) & wanted ? new Map() : null;
      if (stamps[at] === stamp) return null;
      stamps[at] = stamp;
      const fact = variable[at];
      for (const so of [false, true]) {
        const found = said[fact] & (so ? 2 : 1) ? walk(so ? yes[at] : no[at]) : null;
        if (found) return found.set(fact, so);
      }
      return null;
    };
    return walk(root);
  }

  /** A world of a record in which a node, which can have them there, has one of the wanted values, as bits. */
  world(root, wanted, said, cone) {
    const world = said.slice();
    let way = this.way(root, world, wanted); // what it does not ask for can be either
    for (const variable of cone) {
      if (world[variable] === 3) {
        const law = this.lawOf.get(variable);
        world[variable] = 1;
        if (way?.get(variable)) way = this.way(root, world, wanted) ?? way;
        if (way?.get(variable) || (law && !this.reaches(law.root, world, YES))) world[variable] = 2;
        if (world[variable] === 2 && way?.get(variable) === false) way = this.way(root, world, wanted);
      }
    }
    return world;
  }

  /**
   * Lets go of what is said of the candidates, of one after the other, as long as none of the values `against` is
   * reached from a node; what has to stay. `said`, under which none is, is changed.
   */
  spared(root, said, against, candidates) {
    const { variable, no, yes, stamps } = this.nodes;
    const stamp = (this.nodes.stamp += 1);
    const asking = new Map(); // the nodes that are reached, by the fact that they ask for
    const follow = (waiting) => {
      const trail = [];
      while (waiting.length) {
        const at = waiting.pop();
        if (at >= 0 && stamps[at] !== stamp) {
          stamps[at] = stamp;
          trail.push(at);
          const can = said[variable[at]];
          if (can & 1) waiting.push(no[at]);
          if (can & 2) waiting.push(yes[at]);
        } else if (at < 0 && valueOf(at) & against) {
          for (const one of trail) stamps[one] = 0;
          return false;
        }
      }
      for (const at of trail) {
        const all = asking.get(variable[at]);
        if (all) all.push(at);
        else asking.set(variable[at], [at]);
      }
      return true;
    };
    follow([root]);
    const kept = [];
    for (const candidate of candidates) {
      const before = said[candidate];
      const others = before === 2 ? no : yes;
      said[candidate] = 3;
      if (!follow((asking.get(candidate) ?? []).map((at) => others[at]))) {
        said[candidate] = before;
        kept.push(candidate);
      }
    }
    return kept;
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
}
