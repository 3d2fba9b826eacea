// What would have to be so, for what is not met to be met: the smallest sets of facts, whatever each would take.
//
// A set is tried; where a world of the record with it denies the conclusion, a minimal part of that world does so, and
// whatever larger set is of use contradicts it; where the record with it has no world, it takes back something that
// clashes. So each set grows by one statement for each way out, the smaller first.

import { leaves } from "./record.js";
import { NO, YES } from "./worlds.js";

const MOST = 100; // so many sets are looked for
const TRIES = 500; // so many are tried, at most; sets of one size are tried all or not at all

/** The sets with which, and the rest of the record, an item holds (`wanted` YES) or does not (NO) in every world. */
export function needs(question, item, wanted) {
  const search = new Search(question, item, wanted);
  const { sets, more } = search.sets();
  const least = sets.filter((one) => !sets.some((other) => search.saysMore(one, other))).sort(search.order);
  const told = least.slice(0, MOST).map((set) => set.map(([variable, value]) => need(question, variable, value)));
  return { needs: told, more_needs: more || least.length > MOST };
}

function need(question, variable, value) {
  const { edition, record } = question;
  const known = record.stated.has(variable) || record.assumed.has(variable);
  let said = record.stated.get(variable) ?? record.assumed.get(variable) ?? null;
  if (said === null && !question.canBe(variable, value)) said = !value; // by a law, because of what else is on record
  return {
    fact: edition.facts[variable].fact, value, text: question.sentence(variable, value), about: edition.facts[variable].about,
    says: said === null ? "silent" : said ? "yes" : "no", origin: known ? question.origin(variable, said) : null,
    against: [...against(question, variable, value)],
  };
}

/** What speaks against a fact: on record, or by what else the policy says where it is so. */
function* against(question, variable, value) {
  const { edition, record } = question;
  if (edition.choiceOf.has(variable) || edition.numberOf.has(variable)) return;
  const advised = value ? (edition.advised[variable] ?? []).map((place) => edition.advisories[place]) : [];
  for (const other of value ? edition.against[variable] ?? [] : []) if (record.stated.get(other)) yield question.sentence(other, true);
  const failing = [
    ...advised.map((item) => [item, YES, item.yes]),
    ...(edition.failing.get(variable) ?? []).filter(({ applies }) => applies === undefined || question.possible(applies))
      .map((item) => (item.applies === undefined ? [item, YES, item.yes] : [item, NO, item.no])),
  ];
  for (const [item, wanted, words] of failing) {
    const others = (YES | NO) & ~wanted;
    if (question.reached(item.root) & others && question.given(item.root, variable, value ? 2 : 1) === wanted) yield words;
  }
}

const key = (variable, value) => (value ? variable + 1 : -variable - 1);
const of = (literal) => [Math.abs(literal) - 1, literal > 0];

class Search {
  constructor(question, item, wanted) {
    const { edition } = question;
    this.edition = edition;
    this.root = item.root;
    this.wanted = wanted;
    this.denied = (YES | NO) & ~wanted;
    const place = (variable) => edition.facts[variable].place;
    this.place = place;
    this.order = (one, other) => one.length - other.length || one.reduce((found, [variable], at) => found || place(variable) - place(other[at][0]), 0);
    this.cone = [...item.cone].sort((one, other) => place(one) - place(other));
    this.laws = [...new Set(this.cone.map((variable) => edition.lawOf.get(variable)).filter(Boolean))];
    this.record = new Map(question.statements.filter(([variable]) => item.cone.has(variable)));
    const readings = new Set(leaves(edition.choices.reading ?? {}));
    this.may = new Set(this.cone.filter((variable) => !edition.requests.has(variable) && !readings.has(variable)));
  }

  sets() {
    const found = [];
    let waiting = new Map([["", []]]);
    let tried = 0;
    while (waiting.size) {
      if (tried + waiting.size > TRIES || found.length >= MOST) return { sets: this.told(found), more: true };
      const larger = new Map();
      for (const chosen of waiting.values()) {
        const has = new Set(chosen);
        if (!found.some((known) => known.every((literal) => has.has(literal)))) {
          tried += 1;
          const ways = this.waysOn(chosen);
          if (ways === null) found.push(chosen);
          for (const way of ways ?? []) {
            const next = [...chosen, way].sort((one, other) => one - other);
            larger.set(next.join(), next);
          }
        }
      }
      waiting = larger;
    }
    return { sets: this.told(found), more: false };
  }

  told(found) {
    return found.map((set) => set.map(of).sort(([one], [other]) => this.place(one) - this.place(other)));
  }

  /** The statements of which each larger set of use has one; null where this one suffices. */
  waysOn(chosen) {
    const { edition } = this;
    const has = new Set(chosen);
    const said = this.said(chosen);
    const bits = edition.silence();
    for (const [variable, value] of said) bits[variable] = value ? 2 : 1;
    const broken = this.laws.find(({ root }) => !edition.reaches(root, bits, YES));
    if (broken) return this.free(chosen, this.clash(broken, bits, said).flatMap((literal) => [...this.takingBack(literal)]));
    if (!edition.reaches(this.root, bits, this.denied)) return null;
    const world = edition.world(this.root, this.denied, bits, this.cone);
    const isFixed = (variable) => said.has(variable) && (has.has(key(variable, said.get(variable))) || !this.may.has(variable));
    const tried = world.slice();
    const harm = edition.spared(this.root, tried, this.wanted, [...this.cone].reverse().filter((one) => !isFixed(one)));
    const tied = new Set(harm.flatMap((variable) => edition.lawOf.get(variable)?.variables ?? [variable]));
    return this.free(chosen, this.cone.filter((variable) => tied.has(variable)).map((variable) => key(variable, world[variable] === 1)));
  }

  clash({ variables, root }, bits, said) {
    const kept = [];
    for (const variable of variables) {
      if (bits[variable] !== 3) {
        const before = bits[variable];
        bits[variable] = 3;
        if (this.edition.reaches(root, bits, YES)) {
          bits[variable] = before;
          kept.push(key(variable, said.get(variable)));
        }
      }
    }
    return kept;
  }

  /** Those that may be stated, and are not about what is stated already. */
  free(chosen, ways) {
    const about = new Set(chosen.map(Math.abs));
    return [...new Set(ways)].filter((way) => {
      const [variable] = of(way);
      return this.may.has(variable) && !about.has(Math.abs(way)) && (way > 0 || !this.edition.choiceOf.has(variable));
    });
  }

  /** What the record says of each fact once these are stated. */
  said(chosen) {
    const gone = new Set(chosen.flatMap((literal) => this.rivals(literal)));
    const said = new Map([...this.record].filter(([variable, value]) => !gone.has(key(variable, value))));
    for (const literal of chosen) said.set(...of(literal));
    return said;
  }

  /** The statements in whose presence the record does not say this. */
  *takingBack(literal) {
    const [variable, value] = of(literal);
    if (this.record.get(variable) !== value) return;
    yield -literal;
    for (const other of this.siblings(variable)) {
      for (const way of [key(other, true), key(other, false)]) if (this.rivals(way).includes(literal)) yield way;
    }
  }

  siblings(variable) {
    return this.edition.choiceOf.get(variable) ?? this.edition.cutsOf(variable);
  }

  /** What cannot be said beside a statement of the same thing or number. */
  rivals(literal) {
    const [variable, value] = of(literal);
    const siblings = this.siblings(variable);
    if (this.edition.choiceOf.has(variable)) return siblings.map((one) => key(one, true)).filter((one) => one !== literal);
    const place = siblings.indexOf(variable);
    if (place < 0) return [];
    return value ? siblings.slice(0, place).map((low) => key(low, false)) : siblings.slice(place + 1).map((high) => key(high, true));
  }

  saysMore(one, other) {
    return one !== other && this.implies(one, other) && !this.implies(other, one);
  }

  implies(one, other) {
    const { edition } = this;
    const said = edition.silence();
    for (const [variable, value] of one) said[variable] = value ? 2 : 1;
    return other.every(([variable, value]) => {
      if (said[variable] !== 3) return (said[variable] === 2) === value;
      const law = edition.lawOf.get(variable);
      if (!law) return false;
      said[variable] = value ? 1 : 2;
      const can = edition.reaches(law.root, said, YES);
      said[variable] = 3;
      return !can;
    });
  }
}
