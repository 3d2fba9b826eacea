// From a case to a record: which facts it states so, which not, and which it leaves open.

import { compare, exact, truth } from "./numbers.js";
import { numberOf, shown, within } from "./days.js";
import { howTaken, nameBeforeDose, nameInDoubt, namedTwice, namedWithDose, namesListed, namesWithin, slip, slips } from "./doses.js";
import { MAYBE_CODE, rowsOf, unknownSystem } from "./codes.js";
import { asName, mixesAlphabets, normal } from "./names.js";
import { filtered, isPlain } from "./plain.js";
import { StatedNumbers, takenApart } from "./stated.js";

/** Keys of a request that name what is asked for. */
export const ASKED_FOR = ["drug", "service", "code"];
export const ROUTING = ["policy", ...ASKED_FOR, "payer", "service_date"];
/** Keys of a request that say how it is handled: told, and read by no rule. */
const HANDLING = ["submitted", "received_on", "expedited"];
const AGES = ["age", "age_months"];
const STATES = { true: ["equivalent", "narrower"], false: ["equivalent", "broader"] };
const A_NAME = /^(?=.*\p{L})[^\0-\x08\x0e-\x1f\x7f]{2,300}$/su; // of what is not known here
const NOTHING = ["none", "no", "nothing", "unknown", "n/a", "na", "nil", "null", "yes", "unsure", "not_sure", "not_known", "don't_know", "pending", "tbd"]; // where there is no name
const TRUTH = { yes: true, y: true, true: true, no: false, n: false, false: false }; // in quotes, in whatever letters
const SEVERAL = /[,;&+\n]|\b(?:and|or)\b/i; // between names where a text holds several
const MANY = 500; // of more names that are not known no slip of the pen is looked for
/** What is wrong with a code of a system of which no code is known. */
const noSystem = (system) => `${shown(system)} is no code system known here`;
/** The variables of a tree of facts. */
export function* leaves(tree) {
  if (typeof tree === "number") yield tree;
  else for (const below of Object.values(tree)) yield* leaves(below);
}

/** The record of a case, with what is wrong in `problems`: also a name that may be a slip, unless `lenient`, which sets it aside. */
export function recordOf(given, edition, lenient = false) {
  const reader = new Reader(edition, lenient);
  reader.record.evidence = given.evidence ?? {};
  reader.request(given.request ?? {});
  reader.facts(given.facts ?? {});
  reader.numbers();
  for (const [fact, path] of reader.undecided) {
    const { stated, unread, paths, nameOf } = reader.record;
    const said = stated.get(fact) ?? unread.get(fact);
    if (said !== undefined) reader.problem(path, `leaves ${nameOf(fact)} open, but ${paths.get(fact)} states it ${said}; keep one`);
  }
  for (const [fact, path] of reader.closing) {
    if (!reader.open.has(fact)) {
      reader.state(fact, false, path);
      reader.record.closed.add(fact);
    }
  }
  for (const variable of edition.defaults) {
    if (!reader.open.has(variable)) reader.record.assumed.set(variable, edition.facts[variable].assumed);
  }
  return reader.record;
}

class Reader {
  constructor(edition, lenient) {
    this.edition = edition;
    this.lenient = lenient;
    this.open = new Set();
    this.undecided = new Map(); // what the case itself leaves open by its name, and where
    this.doubtful = new Set(); // what a name or code only suggests
    this.closing = new Map(); // what is not so, unless it is stated, as all of a relation is named
    this.record = {
      stated: new Map(), assumed: new Map(), closed: new Set(), paths: new Map(), given: new Map(),
      numbers: [], intervals: new Map(), unread: new Map(), leftOpen: new Set(), suggested: [], problems: [], remarks: [], lists: new Map(), aside: [], handling: {}, evidence: {},
      nameOf: (fact) => (typeof fact === "number" ? edition.facts[fact].fact : fact),
    };
    this.measuring = new StatedNumbers(edition, (path, words) => this.problem(path, words), (name, path, known) =>
      this.problem(path, `${shown(name)} is not known here; known are ${known.join(", ")}`, true));
  }

  problem(path, words, isUnknown = false, isSlip = false) {
    this.record.problems.push({ path, isUnknown, isSlip, text: path ? `${path}: ${words}` : words });
  }

  /** Tells how what stands at a place was read. */
  remark(place, text) {
    this.record.remarks.push({ place, text });
  }

  /**
   * Records a statement; null leaves the fact open, even where it would be assumed. Of what is not so because a
   * complete list does not name it, nothing is told.
   */
  state(fact, value, path, isNamed = true) {
    this.open.add(fact);
    const meant = this.edition.means.get(fact) ?? [];
    for (const one of value === false ? [] : meant) {
      this.open.add(one);
      this.doubtful.add(one);
    }
    if (value === null) {
      if (typeof fact === "string") this.record.leftOpen.add(fact);
      return;
    }
    const stated = typeof fact === "number" ? this.record.stated : this.record.unread;
    if (stated.has(fact) && stated.get(fact) !== value) {
      this.problem(path, `states ${this.record.nameOf(fact)} ${value}, but ${this.record.paths.get(fact)} the opposite; keep one`);
    }
    stated.set(fact, value);
    if (!this.record.paths.has(fact)) this.record.paths.set(fact, path);
    if (isNamed && meant.length > 1) {
      const { yes, no } = this.edition.facts[fact];
      const words = value ? `${yes} That is one or more of these; which of them` : `${no} Which of these is meant`;
      this.remark(path, `${words} stays open.`);
    }
  }

  /** Leaves open what the case itself does by its name, and so may not state in another place. */
  undecide(fact, path) {
    this.undecided.set(fact, path);
    this.state(fact, null, path);
  }

  // ---- the parts of a case ------------------------------------------------------------------------

  request(request) {
    const { requested } = this.edition;
    const numbers = this.measures("request");
    for (const [key, value] of Object.entries(request)) {
      const path = `request.${key}`;
      if (ROUTING.includes(key)) {
        if (key === "service_date" && value !== null) {
          const on = this.measuring.on(value, path);
          this.measuring.serviceDate = on && numberOf(on);
          this.measuring.serviceText = on;
        }
        // the name of all that is covered says of no part of it which
        if (ASKED_FOR.includes(key) && value !== null && !this.edition.whole.includes(normal(String(value)))) {
          for (const kind of this.edition.said_by_item) this.choice(requested[kind], String(value), path);
        }
      } else if (HANDLING.includes(key)) {
        let said = null;
        if (value !== null) said = key === "expedited" ? this.truth(value, path) : this.measuring.on(value, path);
        if (said !== null) this.record.handling[key] = said;
      } else if (Object.hasOwn(requested, key)) this.choice(requested[key], value, path);
      else if (Object.hasOwn(numbers, key)) this.measure(numbers[key], value, path, [key]);
      else this.unknown(key, path, { ...requested, ...numbers });
    }
  }

  measures(section) {
    const { measures, quantities } = this.edition;
    const first = (tree) => (typeof tree === "string" ? tree : first(Object.values(tree)[0]));
    return filtered(measures, ([, tree]) => quantities[first(tree)].section === section);
  }

  facts(facts) {
    const { flags, relations, choices, days } = this.edition;
    const numbers = this.measures("facts");
    const ages = AGES.some((name) => Object.hasOwn(numbers, name));
    for (const [key, value] of Object.entries(facts)) {
      const path = `facts.${key}`;
      if (key === "birth_date" && ages) continue;
      if (Object.hasOwn(flags, key)) this.state(flags[key], this.truth(value, path), path);
      else if (Object.hasOwn(relations, key)) this.relation(relations[key], value, path, [key]);
      else if (Object.hasOwn(choices, key)) this.groups(choices[key], value, path, [key]);
      else if (Object.hasOwn(numbers, key)) this.measure(numbers[key], value, path, [key]);
      else if (Object.hasOwn(days, key)) this.measure(days[key], value, path, [key], (...said) => this.measuring.day(...said));
      else if (!this.paired(key, value, path) && !this.unread(key, value, path)) this.unknown(key, path, { ...flags, ...relations, ...choices, ...numbers });
    }
    if (ages && (facts.birth_date ?? null) !== null) this.measuring.birthDate(facts.birth_date, "facts.birth_date");
  }

  /** Reads two numbers that are written as one, the larger first; false where a key means no such pair. */
  paired(key, value, path) {
    const name = this.edition.canonical(key, this.edition.pairs);
    if (name === null) return false;
    const parts = this.edition.pairs[name].map((part) => [part, this.edition.quantities[part]]);
    const both = takenApart(value, parts[0][1].unit);
    if (!both) this.problem(path, `two numbers are expected, such as 150/90, not ${shown(value)}`);
    else parts.forEach(([part, quantity], place) => this.measuring.read(part, quantity, both[place], path));
    return true;
  }

  /** Has a pair looked at whose first number, which is the larger, is not. */
  checkPairs() {
    const { intervals, shown: words } = this.measuring;
    for (const pair of Object.values(this.edition.pairs)) {
      const [high, low] = pair.map((part) => intervals.get(part));
      if (high && low && compare(high.high, low.low) <= 0) {
        const told = pair.map((part) => `${this.edition.quantities[part].label} as ${words.get(part)}`).join(" and ");
        this.remark(this.measuring.place(pair[0]), `The case gives ${told}: are they the wrong way round?`);
      }
    }
  }

  /** Reads what is said of facts, or numbers, that no rule reads; false where there are none such. */
  unread(name, value, path) {
    const { beyond } = this.edition;
    if (!Object.hasOwn(beyond, name) || !beyond[name].places.length) return false;
    if (beyond[name].day) this.measure({}, value, path, [name], (...said) => this.measuring.day(...said));
    else if (beyond[name].number) this.measure({}, value, path, [name]);
    else if (beyond[name].single) this.groups({}, value, path, [name]);
    else this.relation({}, value, path, [name]);
    return true;
  }

  // ---- names ----------------------------------------------------------------------------------------

  unknown(name, path, known) {
    const names = Object.keys(known);
    const known_ = names.length <= 12 ? `; known are ${names.join(", ")}` : "";
    this.problem(path, `${shown(name)} is not known here${known_}`, true);
  }

  beyondName([family, ...before], given) {
    const places = this.edition.beyond[family]?.places ?? [];
    const names = this.edition.lists[places[before.length]];
    return names ? this.edition.canonical(given, names.lookup) : null;
  }

  arity(family) {
    return this.edition.beyond[family]?.places.length ?? 0;
  }

  coded(given, known, path, about = null) {
    const rows = rowsOf(this.edition, given);
    const unknown = rows.length ? null : unknownSystem(this.edition, given);
    if (unknown) {
      this.problem(path, noSystem(unknown));
      return [];
    }
    if (!rows.length) return null;
    const found = rows.filter((row) => Object.hasOwn(known, row.name) || (about && this.beyondName(about, row.name) === row.name));
    const stating = [...new Set(found.filter((row) => STATES.true.includes(row.relation)).map((row) => row.name))];
    if (!found.length) {
      const meanings = [...new Set(rows.map((row) => row.meaning))].join(" and ");
      this.problem(path, `the code ${shown(given)} means ${meanings}, which does not belong here`, true);
    } else if (stating.length > 1) {
      this.problem(path, `the code ${shown(given)} means ${stating.sort().join(" and ")}; name one of them`);
      return [];
    }
    if (!given.trim().toLowerCase().endsWith(rows[0].code.toLowerCase())) {
      this.remark(path, `${shown(given)} was read as the code ${rows[0].code}.`);
    }
    return found;
  }

  knownName(said, known, path) {
    const name = asName(said, known);
    if (typeof name !== "string") {
      this.problem(path, `a name is expected, not ${shown(name)}`);
      return null;
    }
    const found = this.edition.canonical(name, known);
    if (found !== null) return found;
    const coded = this.coded(name, known, path);
    if (coded !== null) return coded.find((row) => STATES.true.includes(row.relation))?.name ?? null;
    const twice = this.meantTwice(name, (given) => this.edition.canonical(given, known), (meant) => Object.hasOwn(known, meant));
    if (twice === null) this.unknown(name, path, known);
    return twice;
  }

  /** The one name that both of two mean, one of which, or its code, stands in brackets behind the other; or null. */
  meantTwice(given, nameOf, isKnown) {
    const [one, other] = (namedTwice(given) ?? []).map((name) => this.namesMeant(name, nameOf, isKnown));
    const same = one ? [...one].filter((name) => other.has(name)) : [];
    return same.length === 1 ? same[0] : null;
  }

  /** The name that is meant, or those that a code states. */
  namesMeant(given, nameOf, isKnown = () => true) {
    const found = nameOf(given);
    const rows = found === null ? rowsOf(this.edition, given).filter((row) => STATES.true.includes(row.relation)) : [];
    return new Set(found === null ? rows.map(({ name }) => name).filter(isKnown) : [found]);
  }

  argument(given, tree, path, about) {
    if (typeof given === "string" && this.edition.canonical(given, tree) === null) {
      const found = this.beyondName(about, given);
      if (found !== null) return found;
    }
    return this.knownName(given, tree, path);
  }

  truth(value, path) {
    if (value === null || typeof value === "boolean") return value;
    const said = typeof value === "string" ? value.replace(/^[ .]+|[ .]+$/g, "").toLowerCase() : "";
    if (Object.hasOwn(TRUTH, said)) return TRUTH[said];
    this.problem(path, `yes, no or null is expected, not ${shown(value)}`);
    return null;
  }

  choice(values, value, path) {
    if (value === null) {
      for (const fact of Object.values(values)) this.state(fact, null, path);
      return;
    }
    const name = this.knownName(value, values, path);
    if (name === null) return;
    for (const fact of Object.values(values)) this.open.add(fact);
    this.state(values[name], true, path);
  }

  // ---- relations ------------------------------------------------------------------------------------

  relation(tree, value, path, about) {
    if (value === null) for (const fact of leaves(tree)) this.undecide(fact, path);
    else if (isPlain(value)) {
      if (Object.hasOwn(value, "only")) this.complete(tree, value, path, about);
      this.members(tree, value, path, about);
    } else if (Array.isArray(value)) this.listed(tree, value, path, about);
    else if (typeof value === "string" && about.length === this.arity(about[0])) this.alone(tree, value, path, about);
    else this.problem(path, `a list of what is so, or a mapping, is expected, not ${shown(value)}`);
  }

  /** A text in the place of a list is read as the list of the names between its commas. */
  alone(tree, given, path, about) {
    const isNamed = (text) => [text, ...nameBeforeDose(text)].some((name) => this.namesMeant(name, this.naming(tree, about)).size);
    const names = namesListed(given);
    const several = names.find((name) => SEVERAL.test(name) && !isNamed(name));
    if (several !== undefined) {
      this.problem(path, `${shown(several)} may be several names; write each for itself, [ONE, OTHER]`);
      return;
    }
    const tried = new Reader(this.edition, false);
    if (names.length > 1) for (const name of names) tried.onList(name, tree, path, about);
    const other = tried.open.size && tried.record.aside.find(({ name }) => !(namedTwice(name) ?? [name]).every((one) => this.edition.no_more.includes(normal(one)) || rowsOf(this.edition, one).length));
    if (other) { // it may say something of the others
      const text = `${shown(other.name)} is not known here, and may say something of the names beside it`;
      if (!this.lenient) this.problem(path, `${text}; write each for itself, [ONE, OTHER]`, true, true);
      else {
        this.remark(path, `${text}, which stay open.`);
        this.setAside(given, tree, true, path, about);
      }
      return;
    }
    const many = names.length === 1 ? "this one name" : `these ${names.length} names`;
    this.remark(path, `${shown(given)} was read as a list of ${many}.`);
    this.takeNoteOfList(path, about);
    for (const name of names) this.onList(name, tree, path, about);
  }

  members(tree, value, path, about) {
    for (const [key, said] of Object.entries(value)) {
      const where = within(path, key);
      for (const { name, below, code, isAside } of key === "only" ? [] : this.meant(key, tree, where, about)) {
        if (isAside) this.setAside(name, tree, this.isSo(said, where, about), where, about);
        else if (isPlain(below)) this.relation(below, said, where, [...about, name]);
        else this.member(below, this.isSo(said, where, about), where, code);
      }
    }
  }

  /** Keeps where a list stands that is not said to be complete; the first of a relation. */
  takeNoteOfList(path, about) {
    if (!path.split(".").includes("only") && !this.record.lists.has(about[0])) this.record.lists.set(about[0], path);
  }

  listed(tree, values, path, about) {
    this.takeNoteOfList(path, about);
    for (const [place, given] of values.entries()) {
      const where = `${path}[${place}]`;
      const both = isPlain(given) ? namedWithDose(given) : null;
      if (both) {
        this.remark(where, `${shown(both[0])} was read from a mapping that names it.`);
        this.members(tree, Object.fromEntries([both]), where, about);
      } else this.onList(given, tree, where, about);
    }
  }

  /** What stands on a list is so. */
  onList(given, tree, where, about) {
    for (const { name, below, code, isAside } of this.meant(given, tree, where, about)) {
      if (isAside) this.setAside(name, tree, true, where, about);
      else if (isPlain(below)) this.problem(where, `says of ${name} no more; write {${name}: ...}`);
      else this.member(below, true, where, code);
    }
  }

  /** Whether a member is so; of a drug how it is taken says that too. */
  isSo(said, path, about) {
    const found = this.edition.said_with_dose.includes(about[0]) ? howTaken(said) : null;
    if (!found) return this.truth(said, path);
    const words = found.so ? "says how it is taken, and so that it is; how is not read" : "leaves open whether it is so now";
    this.remark(path, `${shown(found.text)} ${words}.`);
    return found.so;
  }

  member(fact, value, path, code) {
    if (code && value !== null && !STATES[value].includes(code.relation)) {
      if (typeof fact === "number") this.record.suggested.push({ fact, code, value });
      else this.remark(path, `${shown(code.code)} may mean ${code.name}, of which the policy does not ask.`);
      this.open.add(fact);
      this.doubtful.add(fact);
    } else if (value === null && (code?.relation ?? "equivalent") === "equivalent") this.undecide(fact, path);
    else this.state(fact, value, path);
  }

  /** What a name means at this place, or each row of a code: a variable, or the name of a fact not read. */
  meant(given, tree, path, about) {
    if (typeof given !== "string") {
      const name = asName(given, tree);
      const quoted = typeof name === "string" ? `; write ${shown(name)}, in quotes` : "";
      this.problem(path, `a name is expected, not ${shown(given)}${quoted}`);
      return [];
    }
    const known = this.byName(given, tree, about);
    if (known) return [known];
    const names = A_NAME.test(given) ? nameBeforeDose(given) : [];
    for (const name of names) {
      const before = this.byName(name, tree, about);
      if (before) {
        const text = `${shown(given)} was read as ${before.name}; what stands behind the name is not read.`;
        this.remark(path, text);
        return [before];
      }
    }
    const isOpen = this.edition.open_families.includes(about[0]) && about.length === this.arity(about[0]);
    const system = isOpen && !rowsOf(this.edition, given).length && !(names.length && this.edition.said_with_dose.includes(about[0]) && !/(?:[:|]\s*|\s\d{4})\d+$/.test(given))
      ? unknownSystem(this.edition, given) : null;
    if (system) return this.anyOf(given, tree, path, noSystem(system));
    const coded = this.coded(given, tree, path, about);
    if (coded) {
      const isUnnamed = this.edition.closed_by[about[0]] && !coded.some((row) => STATES.true.includes(row.relation)); // it may be
      const found = coded.map((code) => ({ ...this.byName(code.name, tree, about), code }));
      return isUnnamed ? [...found, { name: given, below: "", code: null, isAside: true }] : found;
    }
    if (isOpen) {
      const inDoubt = (A_NAME.test(given) ? nameInDoubt(given) : []).find((name) => this.byName(name, tree, about));
      if (inDoubt === undefined) return this.beyond(given, tree, path, about, names);
      const text = `${shown(given)} names ${this.byName(inDoubt, tree, about).name}, and leaves open whether it is so now.`;
      this.remark(path, text);
      this.leaveOpen(inDoubt, tree, path, about);
      return [];
    }
    this.unknown(given, path, tree);
    return [];
  }

  /** What a name means that is known, whether a rule reads it or none does; null for no such. */
  byName(given, tree, about) {
    const name = this.edition.canonical(given, tree);
    if (name !== null) return { name, below: tree[name], code: null };
    const other = this.beyondName(about, given);
    if (other === null) {
      const twice = this.meantTwice(given, this.naming(tree, about));
      return twice === null ? null : this.byName(twice, tree, about);
    }
    const [family, ...before] = about;
    const last = about.length === this.arity(family);
    return { name: other, below: last ? `${family}(${[...before, other].join(",")})` : {}, code: null };
  }

  /** The name at a place that a name means; null for none. */
  naming(tree, about) {
    return (given) => this.byName(given, tree, about)?.name ?? null;
  }

  /** What cannot be read may be any name, so that none is denied by it. */
  anyOf(given, tree, path, words) {
    if (!this.lenient) {
      this.problem(path, words, true, true);
      return [];
    }
    this.remark(path, `${words}; what it means stays open.`);
    for (const fact of leaves(tree)) {
      this.state(fact, null, path);
      this.doubtful.add(fact);
    }
    return [{ name: given, below: "", code: null, isAside: true }];
  }

  /** What a text means that is not known, where such may stand: it is set aside, if it is no slip of the pen. */
  beyond(given, tree, path, about, names) {
    if (!A_NAME.test(given)) {
      this.unknown(given, path, tree);
      return [];
    }
    const name = names.at(-1) ?? given;
    const isMarked = this.byName(name.replace(/^[^\p{L}\p{N}_-]+|[^\p{L}\p{N}]+$/gu, ""), tree, about);
    const near = isMarked || this.record.aside.length >= MANY ? null : slip(name, this.edition.everyName(about[0]));
    if (near !== null && this.lenient) {
      this.remark(path, `${shown(given)} may be ${near}, which stays open.`);
      this.leaveOpen(near, tree, path, about);
      return [{ name: given, below: "", code: null, isAside: true }];
    }
    if (near !== null) this.problem(path, `${shown(given)} is not known here; did you mean ${near}? If not, do not put a similar name in its place`, true, true);
    else if (NOTHING.includes(normal(given))) this.problem(path, `${shown(given)} is no name; where there is none, say that the list is complete`);
    else if (normal(given) === "only") this.problem(path, `${shown(given)} is no name; a complete list is ${about.join(".")}: {only: [...]}`);
    else if (mixesAlphabets(given)) return this.anyOf(given, tree, path, `${shown(given)} has letters of two alphabets in a word`);
    else {
      const other = this.edition.open_families.find((one) => one !== about[0] && this.byName(name, this.edition.relations[one] ?? {}, [one]));
      if (other) return this.anyOf(given, tree, path, `${shown(given)} is a name under \`${other}\`, not under \`${about[0]}\``);
      return [{ name: given, below: "", code: null, isAside: true }];
    }
    return [];
  }

  /** Keeps what is not known as it is written; what is known and named in it stays open. */
  setAside(given, tree, value, path, about) {
    this.record.aside.push({ family: about[0], name: given, value, place: path });
    for (const name of namesWithin(given, (text) => this.mayMean(text, tree, about))) this.leaveOpen(name, tree, path, about);
  }

  /** The names that a text means at a place, itself or as a code, or as a slip of the pen. */
  mayMean(text, tree, about) {
    const rows = (code) => rowsOf(this.edition, code).map(({ name }) => name);
    const own = rows(text);
    if (own.length || this.byName(text, tree, about)) return [text, ...own];
    const plain = text.toLowerCase().replaceAll(".", "");
    for (let end = /^[a-z]/.test(plain) && MAYBE_CODE.test(plain) ? plain.length - 1 : 0; end > 2; end -= 1) {
      const above = rows(plain.slice(0, end)); // of a category, which a code begins with
      if (above.length) return above;
    }
    const isWord = /^[\p{L}\p{N}]+$/u.test(text) && this.record.aside.length < MANY;
    return isWord ? slips(text, this.edition.everyName(about[0])) : [];
  }

  /** Leaves open what a name means that stands in what is set aside, if it means something. */
  leaveOpen(name, tree, path, about) {
    const found = this.byName(name, tree, about);
    if (found && !isPlain(found.below)) {
      this.state(found.below, null, path);
      this.doubtful.add(found.below);
    }
  }

  /** What `only` neither names nor implies is not so, but for what stands beside it. */
  complete(tree, value, path, about) {
    const { only } = value;
    if (Object.hasOwn(only ?? {}, "only")) {
      this.problem(`${path}.only.only`, "'only' is said twice; keep one");
      return;
    }
    if (only === null || (typeof only !== "object" && typeof only !== "string")) {
      this.problem(`${path}.only`, `all that is so is expected, as a list, not ${shown(only)}`);
      return;
    }
    const aside = new Reader(this.edition, this.lenient);
    aside.relation(tree, only, `${path}.only`, about);
    aside.members(tree, value, path, about);
    this.relation(tree, only, `${path}.only`, about);
    const every = [...leaves(tree)];
    const named = every.filter((fact) => aside.record.stated.get(fact));
    const rest = every.filter((fact) => !aside.open.has(fact));
    const implied = this.edition.implied(named, rest);
    for (const fact of aside.doubtful) { // it may be so, and with it what follows
      if (every.includes(fact) && !named.includes(fact)) for (const one of this.edition.implied([...named, fact], rest)) implied.add(one);
    }
    for (const fact of rest) {
      if (!implied.has(fact)) {
        this.state(fact, false, path, false);
        this.record.closed.add(fact);
      }
    }
    if (aside.record.aside.every(({ value: so }) => so === false)) {
      for (const fact of this.edition.closed_by[about[0]] ?? []) this.closing.set(fact, path);
    }
  }

  groups(tree, value, path, about) {
    if (tree[""]) return this.choice(tree[""], value, path);
    if (!Object.keys(tree).length && about.length === this.arity(about[0])) {
      const name = value === null ? null : this.argument(value, {}, path, about);
      const [family, ...before] = about;
      if (name !== null) this.state(`${family}(${[...before, name].join(",")})`, true, path);
    } else if (value === null) for (const fact of leaves(tree)) this.open.add(fact);
    else if (!isPlain(value)) this.problem(path, `a mapping is expected, not ${shown(value)}`);
    else {
      for (const [key, chosen] of Object.entries(value)) {
        const found = this.argument(key, tree, within(path, key), about);
        if (found !== null) this.groups(tree[found] ?? {}, chosen, within(path, key), [...about, found]);
      }
    }
    return undefined;
  }

  // ---- numbers --------------------------------------------------------------------------------------

  measure(tree, value, path, about, read) {
    const [family, ...before] = about;
    const names = (below) => (typeof below === "string" ? [below] : Object.values(below).flatMap(names));
    if (typeof tree === "string") {
      if (read) read(tree, value, path);
      else this.measuring.read(tree, this.edition.quantities[tree], value, path);
    } else if (!Object.keys(tree).length && before.length === this.arity(family)) {
      const quantity = { section: "facts", where: about, cuts: [], whole: false, ...this.edition.beyond[family].number };
      const name = `${family}(${before.join(",")})`;
      if (read) read(name, value, path);
      else this.measuring.read(name, quantity, value, path);
    } else if (value === null) for (const name of names(tree)) this.measuring.intervals.set(name, null);
    else if (isPlain(value)) {
      for (const [key, number] of Object.entries(value)) {
        const found = this.argument(key, tree, within(path, key), about);
        if (found !== null) this.measure(tree[found] ?? {}, number, within(path, key), [...about, found], read);
      }
    } else this.problem(path, `a mapping of names to numbers is expected, not ${shown(value)}`);
  }

  /** States the cut points of every number that the case gives, and what its measurements say. */
  numbers() {
    const said = this.measuring;
    this.record.remarks.push(...said.remarks);
    this.record.numbers = said.stated;
    said.settle();
    this.checkPairs();
    for (const [name, within] of said.intervals) {
      if (within) this.record.intervals.set(name, within);
      for (const [kind, bound, fact] of this.edition.quantities[name]?.cuts ?? []) {
        this.state(fact, within && truth(within, kind, exact(bound)), said.place(name));
        if (said.shown.has(name)) this.record.given.set(fact, said.shown.get(name));
      }
    }
    for (const [fact, so, place, words] of said.measurements()) {
      this.state(fact, so, place);
      this.record.given.set(fact, words);
    }
  }
}
