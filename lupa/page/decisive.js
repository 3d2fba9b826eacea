// The smallest patient for whom one fact decides an item or an outcome: as few facts are stated as can be.
//
// A patient is two records: with what is stated the fact is as a condition wants it, or the other way round. Where one
// of these leaves a world with another value than it should, whatever more is stated must contradict the part of that
// world which does the harm. Sets of statements are tried by how many they are and what they lack at least, that
// is by harms that no one statement contradicts two of; so the first that lacks nothing is as small as any.

import { orFault, questions } from "./case.js";
import { stating } from "./change.js";
import { NO, NOWHERE, YES } from "./worlds.js";

const MOST = 400; // so many sets are tried
const SPAN = 2 ** 20; // more than there are functions
const NOT_YET = -1 - 2 ** 5; // below all values
const BROKEN = -1 - Math.log2(NOWHERE); // where a law is broken a function has no value

/**
 * A case, as `given`, in which a function has one of the `wanted` values while a fact is as a condition wants it, and one
 * of the `others` where the fact is the other way round; null where none was found. No case that states fewer facts is
 * such if it `isSmallest`; else the search was given up. What is `known` of the request, by variables, is so in each case.
 * It yields whenever some statements were tried, so that a page can do other things meanwhile, and returns what it finds.
 */
export function* decisive(page, edition, item, condition) {
  const { root, known = new Map() } = item;
  const isKnown = [...known].filter(([, so]) => so).map(([variable]) => ({ variable, value: true }));
  const request = { request: { policy: `${edition.policy}@${edition.name}` } };
  const caseOf = (stated) => stating(request, edition, edition.places, [...isKnown, ...stated]);
  for (const found of new Search(edition, item, condition, isKnown).found()) {
    if (!found) {
      yield;
      continue;
    }
    const { stated, sides, isSmallest } = found;
    const isSo = ({ way, wanted, against }) => {
      const values = valuesIn(page, edition, caseOf([...stated, way]), root);
      return (values & wanted) !== 0 && (values & against) === 0;
    };
    if (sides.every(isSo)) return { given: caseOf([...stated, sides[0].way]), isSmallest };
  }
  return null;
}

/** The values of a function in a case, as bits; 0 where the case contradicts itself. */
function valuesIn(page, edition, given, root) {
  try {
    return questions(page, given, [edition])[0].reached(root);
  } catch (error) {
    orFault(error);
    return 0;
  }
}

const isSame = (one, other) => one.variable === other.variable && one.value === other.value;

class Search {
  constructor(edition, { root, wanted = YES, others = NO, known = new Map() }, { variable, value }, isKnown) {
    Object.assign(this, { edition, root, named: new Map(), open: edition.silence(), usual: edition.silence() });
    const { facts, lawOf, choiceOf, ofReadings } = edition;
    for (const [one, { assumed }] of facts.entries()) if (assumed !== null) this.usual[one] = assumed ? 2 : 1;
    for (const before of ["open", "usual"]) this[before] = this.said(isKnown, before === "usual");
    const tied = [...edition.support(root), variable].flatMap((one) => lawOf.get(one)?.variables ?? [one]);
    this.cone = [...new Set(tied)].sort((one, other) => facts[one].place - facts[other].place);
    this.fixed = new Set([...(choiceOf.get(variable) ?? [variable]), ...known.keys(), ...ofReadings]);
    const ways = (so) => this.otherwise(variable, so, known);
    this.pairs = ways(value).flatMap((now) => ways(!value).map((then) => [
      { way: now, wanted, against: others }, { way: then, wanted: others, against: wanted },
    ]));
  }

  /** The ways to state that a fact is so or not: a choice is not so where another value is. */
  otherwise(variable, value, known) {
    const values = this.edition.choiceOf.get(variable);
    if (!values || value) return [{ variable, value }];
    return values.filter((one) => one !== variable && known.get(one) !== false).map((one) => ({ variable: one, value: true }));
  }

  /**
   * Sets of statements that lack nothing, the smallest first; where there is too much to try, one of which none can be
   * spared. After each that is tried nothing.
   */
  *found() {
    const waiting = [this.pairs.map((sides) => ({ stated: [], sides, known: [] }))]; // by how many statements there are at least
    const seen = new Set();
    for (let few = 0; few < waiting.length; few += 1) {
      if (this.enough?.stated.length <= few) yield { ...this.enough, isSmallest: true };
      for (let next = waiting[few]?.pop(); next && seen.size < MOST; next = waiting[few].pop()) {
        const { stated, sides, known } = next;
        if (!next.lacks) {
          const key = `${stated.length} ${sides.map(({ way }) => this.comesTo([...stated, way]))}`;
          if (seen.has(key)) continue;
          seen.add(key);
          next.lacks = this.lacking(stated, sides, known);
          yield null;
        }
        const { lacks } = next;
        const least = stated.length + lacks.length;
        const needed = lacks.filter(({ ways }) => ways.length === 1).map(({ ways }) => ways[0]);
        const [one, ...others] = lacks.filter(({ ways }) => ways.length > 1).sort((a, b) => b.ties - a.ties || a.ways.length - b.ways.length);
        const add = (more, left) => waiting[few].push({ stated: [...stated, ...more], sides, known: left });
        if (!lacks.length) yield { ...next, isSmallest: true };
        else if (!lacks.every(({ ways }) => ways.length)) continue;
        else if (least > few) (waiting[least] ??= []).push(next);
        else if (needed.length) add(needed, one ? [one, ...others] : []);
        else for (const way of [...one.ways].reverse()) add([way], others);
      }
    }
    if (this.enough) yield { ...this.enough, isSmallest: false };
  }

  /** Keeps the fewest statements that were found to lack nothing, without what can be spared. */
  keep(stated, sides) {
    let kept = stated;
    for (const one of stated) {
      const rest = kept.filter((other) => other !== one);
      if (!sides.some((side) => this.harm(rest, [], side))) kept = rest;
    }
    if (!(this.enough?.stated.length <= kept.length)) this.enough = { stated: kept, sides };
  }

  /** Harms that no one statement contradicts two of, those known and more: of each the `ways` to contradict it, and one `pick` of these. */
  lacking(stated, sides, known) {
    const found = known.map((one) => ({ ...one, ties: 0 }));
    const picked = known.map(({ pick }) => pick);
    const left = new Map(); // the ways that leave what is wanted
    const isLeft = (way) => {
      const key = `${way.variable} ${way.value}`;
      if (!left.has(key)) left.set(key, this.canBe([...stated, way], sides, false));
      return left.get(key);
    };
    for (;;) {
      const harms = sides.map((side) => this.harm(stated, picked, side)).filter(Boolean);
      if (!harms.length) {
        if (!(this.enough?.stated.length <= stated.length + picked.length)) this.keep([...stated, ...picked], sides);
        break;
      }
      const [{ ways, isHere }] = harms.map((one) => ({ ...one, ways: one.ways.filter(isLeft) })).sort((one, other) => one.ways.length - other.ways.length);
      const bound = found.filter((one) => one.ways.some((way) => ways.some((other) => isSame(way, other))));
      for (const one of bound) one.ties += 1;
      const further = ways.filter(({ variable }) => !picked.some((one) => one.variable === variable));
      const pick = further.find((way) => this.canBe([...stated, ...picked, way], sides)) ?? further[0];
      if (!bound.length && isHere) found.push({ ways, pick: pick ?? ways[0], ties: 0 });
      if (!pick) break;
      picked.push(pick);
    }
    return found;
  }

  /** Whether each side can have a value that is wanted of it, where these are stated and the rest is as usual or open. */
  canBe(stated, sides, isUsual = true) {
    return sides.every(({ way, wanted }) => this.edition.reaches(this.root, this.said([...stated, way], isUsual), wanted));
  }

  /**
   * What is wrong with a side where these are stated and others picked besides: the `ways` to contradict it, and whether it
   * is wrong without what is picked; null for nothing.
   */
  harm(stated, picked, { way, wanted, against }) {
    const { edition, root, cone } = this;
    const settled = (all) => new Set([...this.fixed, ...all.flatMap(({ variable }) => edition.choiceOf.get(variable) ?? [variable])]);
    const [before, after] = [settled(stated), settled([...stated, ...picked])];
    const [here, said] = [this.said([...stated, way]), this.said([...stated, ...picked, way])];
    const broken = edition.laws.find(({ variables, root: law }) => variables.some((one) => said[one] !== 3) && !edition.reaches(law, said, YES));
    const isWorld = !broken && edition.reaches(root, said, against);
    if (!broken && !isWorld && edition.reaches(root, said, wanted)) return null;
    const world = isWorld ? edition.world(root, against, said, cone) : said; // or what is assumed prevents it
    const part = edition.silence();
    for (const variable of cone) part[variable] = world[variable];
    const kept = edition.spared(broken ? broken.root : root, part, broken ? YES : wanted, [...cone].sort((one, other) => after.has(one) - after.has(other)));
    const tied = [...new Set(kept.flatMap((variable) => edition.lawOf.get(variable)?.variables ?? [variable]))];
    const ways = tied.filter((variable) => !before.has(variable) && world[variable] !== 3).map((variable) => ({ variable, value: world[variable] === 1 }));
    return {
      ways: ways.filter(({ variable, value }) => value || !edition.choiceOf.has(variable)),
      isHere: tied.every((variable) => (isWorld ? here[variable] & world[variable] : here[variable] === world[variable])),
    };
  }

  /** What is left of the function where these are stated, by a number: the same for all sets that leave the same of it. */
  comesTo(stated) {
    const { variable, no, yes, count } = this.edition.nodes;
    const said = this.said(stated, false);
    const made = new Int32Array(count).fill(NOT_YET);
    const walk = (at) => {
      if (at < 0) return at;
      if (made[at] !== NOT_YET) return made[at];
      const can = said[variable[at]];
      const [low, high] = [can & 1 ? walk(no[at]) : BROKEN, can & 2 ? walk(yes[at]) : BROKEN];
      if (low === BROKEN || low === high) return (made[at] = high);
      if (high === BROKEN) return (made[at] = low);
      const key = ((variable[at] + 1) * SPAN + low - NOT_YET) * SPAN + high - NOT_YET;
      if (!this.named.has(key)) this.named.set(key, this.named.size);
      return (made[at] = this.named.get(key));
    };
    return walk(this.root);
  }

  /** What is said of each fact where these are stated beside what is known, and the rest is as usual or open. */
  said(stated, isUsual = true) {
    const { edition } = this;
    const said = (isUsual ? this.usual : this.open).slice();
    for (const { variable } of isUsual ? stated : []) for (const cut of edition.cutsOf(variable)) said[cut] = 3;
    for (const { variable, value } of stated) {
      if (value) for (const other of edition.choiceOf.get(variable) ?? []) said[other] = 1;
      said[variable] = value ? 2 : 1;
    }
    return said;
  }
}
