// Ways to an outcome that differ in one member of a group, or in what they say the same of, as one; as `lupa flip` tells them.

import { classesOf, under } from "./asked.js";
import { by } from "./groups.js";
import { saidOf } from "./words.js";
import { NO, YES } from "./worlds.js";

const keyOf = (statements) => statements.map(({ place }) => place).join();
const FEWEST = (one, other) => one.cone.size - other.cone.size;

/**
 * The sets of a search as ways, each with its `cost`, the `statements` of it, of each of the `alternatives` the
 * statements of which one will do, the `words` for these, and the `sets` of which one will do.
 */
export function ways(question, found) {
  return [...by(found, ({ cost }) => cost)].flatMap(([cost, alike]) =>
    ofOthers(question.edition, merged(question.edition, alike.map(({ statements }) => statements))).map(({ parts, sets }) => {
      const alternatives = parts.filter((part) => part.length > 1);
      return { cost, statements: parts.filter((part) => part.length === 1).flat(), alternatives, words: alternatives.map((part) => wordsOf(question, part)), sets };
    }));
}

/** Sets that differ in one statement, of one kind, as one: lists of parts, of each of which one will do. */
function merged(edition, sets) {
  let found = sets.map((set) => set.map((one) => [one]));
  const often = by(found.flat(), keyOf); // what all have in common, no two of them differ in
  let own = found.map((parts) => new Map(parts.map((part) => [keyOf(part), part]).filter(([key]) => often.get(key).length < sets.length)));
  for (let isMerged = true; isMerged;) {
    isMerged = false;
    const byRest = new Map();
    const gone = new Set();
    for (const [number, mine] of own.entries()) {
      for (const [key, part] of [...mine].sort(([one], [other]) => placeOf(found[number], one) - placeOf(found[number], other))) {
        const rest = [...mine.keys()].filter((one) => one !== key);
        const [{ variable, value, kind }] = part;
        const group = edition.groupOf.get(variable);
        const like = JSON.stringify([rest.sort(), edition.groups.indexOf(group), edition.facts[variable].fact.split("(")[0], value, kind]);
        const before = byRest.get(like) ?? number;
        byRest.set(like, before);
        if (before === number) continue;
        const its = [...own[before]].filter(([one]) => !rest.includes(one));
        if (!its.length || its.length + rest.length !== own[before].size) { // it is another one by now
          byRest.set(like, number);
          continue;
        }
        const [[old, first]] = its;
        const both = [...first, ...part];
        found[before] = found[before].map((one) => (keyOf(one) === old ? both : one));
        own[before] = new Map([...rest.map((one) => [one, own[before].get(one)]), [keyOf(both), both]]);
        own[number] = new Map();
        isMerged = true;
        gone.add(number);
        break;
      }
    }
    [own, found] = [own, found].map((all) => all.filter((_, number) => !gone.has(number)));
  }
  return found;
}

const placeOf = (parts, key) => parts.findIndex((part) => keyOf(part) === key);

/** Ways that say several things of one, and the same of something else, as one: their `parts`, and `sets` of which one will do. */
function ofOthers(edition, all) {
  let found = all.map((parts) => ({ parts, sets: [] }));
  for (;;) {
    const alike = new Map();
    for (const [number, { parts, sets }] of found.entries()) {
      for (const statements of ofOne(edition, parts)) {
        const rest = parts.filter((part) => part.length > 1 || !statements.includes(part[0])).map(keyOf);
        const said = statements.map(({ variable, value, kind }) => JSON.stringify([saidOf(edition.facts[variable].fact)[0], value, kind]));
        const key = JSON.stringify([rest.sort(), [...new Set(said)].sort(), sets.map((each) => each.map(keyOf))]);
        if (!alike.has(key)) alike.set(key, new Map());
        alike.get(key).set(number, statements);
      }
    }
    const several = [...alike.values()].find((these) => these.size > 1);
    if (!several) return found;
    const [[first, its], ...others] = several;
    const { parts, sets } = found[first];
    found[first] = { parts: parts.filter((part) => part.length > 1 || !its.includes(part[0])), sets: [...sets, [...several.values()]] };
    found = found.filter((_, number) => !others.some(([other]) => other === number));
  }
}

/** Of what is stated whatever is chosen, what speaks of one thing, where that is several statements. */
function ofOne(edition, parts) {
  const alone = parts.filter((part) => part.length === 1).flat().map((one) => ({ one, of: saidOf(edition.facts[one.variable].fact)[1] }));
  return [...by(alone.filter(({ of }) => of), ({ of }) => of).values()].map((rows) => rows.map(({ one }) => one)).filter((each) => each.length > 1);
}

/** What any one of these brings about, and which they are. */
function wordsOf(question, part) {
  const { edition } = question;
  const text = ({ variable, value }) => question.sentence(variable, value).replace(/\.+$/, "");
  if (part.every(({ variable }) => edition.numberOf.has(variable))) return `${weakest(edition, part).map(text).join("; or: ")}.`;
  const variables = part.map(({ variable }) => variable);
  const member = (variable) => edition.facts[variable].member;
  const classes = classesOf(edition.groupOf.get(variables[0]), variables);
  const met = metByEach(question, part);
  if (met && !classes.has("")) return `${met} One of these will do: ${[...classes].map(([name, each]) => `${name}: ${each.map((one) => under(name, member(one))).join(", ")}`).join("; ")}.`;
  return `${met ? `${met} ` : ""}${question.sentence(part[0].variable, part[0].value).slice(0, -1)} (or, in its place: ${variables.slice(1).map(member).join(", ")}).`;
}

/** Of statements about the same number, all to one side, the one that asks for the least. */
function weakest(edition, part) {
  const rank = new Map(edition.rising.flat().map(([place, variable]) => [variable, place]));
  const found = new Map();
  for (const one of part) {
    const key = `${edition.numberOf.get(one.variable)} ${one.value}`;
    const known = found.get(key);
    if (!known || (rank.get(one.variable) < rank.get(known.variable)) === one.value) found.set(key, one);
  }
  return [...found.values()];
}

/** The sentence of the narrowest criterion, not met yet, that each of these alone would meet. */
function metByEach(question, part) {
  const { edition } = question;
  const items = [...Object.values(edition.parts), ...edition.criteria].sort(FEWEST);
  const isMet = (item) => part.every(({ variable }) => item.cone.has(variable)) && question.reached(item.root) & NO && part.every((one) => wouldHold(question, item, one));
  return items.find(isMet)?.yes ?? null;
}

/** Whether an item holds in every world of the record with a fact stated so; it has one. */
function wouldHold({ edition, said }, { root }, { variable, value }) {
  const bits = said.slice();
  for (const other of edition.choiceOf.get(variable) ?? []) bits[other] = 3;
  bits[variable] = value ? 2 : 1;
  return edition.laws.every((law) => edition.reaches(law.root, bits, YES)) && !edition.reaches(root, bits, NO);
}
