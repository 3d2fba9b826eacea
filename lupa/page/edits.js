// Changes of a case: what it says of one fact, as a person answers a question. A case is never changed in place.

import { rowsOf } from "./codes.js";
import { nameBeforeDose, namedWithDose, namesListed, slip } from "./doses.js";
import { filtered, isPlain } from "./plain.js";

/** Where in a case each fact of an edition is stated: its keys, and the value that it stands for in a choice. */
export function places(edition) {
  const found = new Map();
  for (const [kind, values] of Object.entries(edition.requested)) {
    for (const [value, variable] of Object.entries(values)) found.set(variable, { path: ["request", kind], value });
  }
  const walk = (tree, path) => {
    if (typeof tree === "number") found.set(tree, { path });
    else if (tree[""]) for (const [value, variable] of Object.entries(tree[""])) found.set(variable, { path, value });
    else for (const [key, below] of Object.entries(tree)) walk(below, [...path, key]);
  };
  for (const part of [edition.flags, edition.relations, edition.choices]) walk(part, ["facts"]);
  for (const [name, { section, where, cuts }] of Object.entries(edition.quantities)) {
    for (const [, , variable] of cuts) found.set(variable, { path: [section, ...where], quantity: name });
  }
  return found;
}

/** What a case says at a path; undefined for nothing. */
export function at(given, path) {
  return path.reduce((part, key) => (isPlain(part) && Object.hasOwn(part, key) ? part[key] : undefined), given);
}

/** The case with a value at a path; undefined takes it out. */
export function put(given, [key, ...rest], value) {
  const part = isPlain(given) ? { ...given } : {};
  const found = rest.length ? put(Object.hasOwn(part, key) ? part[key] : {}, rest, value) : value;
  if (found === undefined || (rest.length && isPlain(found) && !Object.keys(found).length)) delete part[key];
  else part[key] = found;
  return part;
}

/** The case in which a fact is so (true), not so (false), not stated (null), or not named (undefined). */
export function say(given, edition, path, value) {
  const [section, family, ...way] = path;
  if (!way.length) return put(given, path, value ?? undefined);
  const part = saying(at(given, [section, family]), edition, way, value);
  return put(given, [section, family], Object.keys(part).length ? part : undefined);
}

/** What is said of a relation, but of one member as it is said. */
function saying(said, edition, [name, ...rest], value) {
  const part = asMapping(said);
  const meant = (key) => means(edition, key, name);
  const complete = Object.hasOwn(part, "only");
  const before = Object.keys(part).filter((key) => key !== "only" && meant(key));
  const below = before.map((key) => part[key]).at(-1);
  const only = listed(part.only);
  for (const key of before) delete part[key];
  if (rest.length) {
    const inner = below ?? (isPlain(only) ? Object.entries(only).find(([key]) => meant(key))?.[1] : undefined);
    if (isPlain(only)) part.only = filtered(only, ([key]) => !meant(key));
    const made = saying(inner, edition, rest, value);
    if (isPlain(part.only) && inner !== undefined && below === undefined) part.only[name] = made;
    else if (Object.keys(made).length) part[name] = made;
    return part;
  }
  if (!complete) {
    if (value !== null && value !== undefined) part[name] = value;
    return part;
  }
  const isNamed = before.length || (Array.isArray(only) ? only.map((one) => entry(one)[0]) : Object.keys(only)).some(meant);
  if (Array.isArray(only)) part.only = only.filter((one) => !meant(entry(one)[0]));
  else part.only = filtered(only, ([key]) => !meant(key));
  if (value === null) part[name] = null;
  else if (value === false && (!isNamed || edition.means.size)) part[name] = false; // another name may mean it
  else if (value) part.only = Array.isArray(part.only) ? [...part.only, name] : { ...part.only, [name]: true };
  return part;
}

/** Whether a key of a case speaks of this name: by itself, as a brand or synonym, or as a code. */
function means(edition, key, name) {
  if (edition.canonical(key, { [name]: 0 }) !== null) return true;
  return rowsOf(edition, key).some((row) => row.name === name);
}

function asMapping(said) {
  const found = listed(said);
  if (Array.isArray(found)) return Object.fromEntries(found.map(entry));
  return isPlain(found) ? { ...found } : {};
}

/** What a list names; a name in the place of one is a list of it. */
const listed = (said) => (typeof said === "string" ? namesListed(said) : said);
/** What stands on a list, and what is said of it: it is so, or how it is taken. */
const entry = (said) => (isPlain(said) ? namedWithDose(said) : null) ?? [said, true];

/** The case in which a list of what is so is said to be complete, or not to be. */
export function complete(given, path, is) {
  const part = asMapping(at(given, path));
  if (is) {
    const named = Object.keys(part).filter((key) => part[key] === true || part[key] === "yes");
    const left = Object.entries(part).filter(([key, value]) => !named.includes(key) && value !== false && value !== "no");
    return put(given, path, { only: named, ...Object.fromEntries(left) });
  }
  const { only, ...rest } = part;
  const found = { ...asMapping(only), ...filtered(rest, ([, value]) => value !== null) };
  return put(given, path, Object.keys(found).length ? found : undefined);
}

/** A number as a person writes it: 34, 18+, < 5, 18-40; undefined for nothing, null for what is none. */
export function numberFrom(text) {
  const said = text.trim().toLowerCase().replaceAll("≥", ">=").replaceAll("≤", "<=").replace(/^(?:at least)/, ">=").replace(/^(?:at most)/, "<=").replace(/^(?:more than)/, ">").replace(/^(?:less than)/, "<");
  if (!said) return undefined;
  const number = String.raw`(\d+(?:\.\d+)?)`;
  const match = (form) => new RegExp(`^${form}$`).exec(said);
  let found = match(number);
  if (found) return Number(found[1]);
  found = match(`${number}\\s*(?:\\+|or more)`) ?? match(`>=\\s*${number}`);
  if (found) return { at_least: Number(found[1]) };
  found = match(`${number}\\s*or less`) ?? match(`<=\\s*${number}`);
  if (found) return { at_most: Number(found[1]) };
  found = match(`>\\s*${number}`);
  if (found) return { more_than: Number(found[1]) };
  found = match(`<\\s*${number}`);
  if (found) return { less_than: Number(found[1]) };
  found = match(`${number}\\s*(?:-|–|to)\\s*${number}`);
  return found ? { at_least: Number(found[1]), at_most: Number(found[2]) } : null;
}

/** A number that a case states, as a person writes it; null for what has no such form. */
export function numberText(said) {
  if (said === undefined || said === null) return "";
  if (typeof said === "number" || typeof said === "string") return String(said);
  if (!isPlain(said)) return null;
  const keys = Object.keys(said).sort().join();
  if (keys === "at_least,at_most") return `${said.at_least} - ${said.at_most}`;
  const signs = { at_least: ">= ", at_most: "<= ", more_than: "> ", less_than: "< ", value: "" };
  return Object.hasOwn(signs, keys) ? `${signs[keys]}${said[keys]}` : null;
}

/** The names in a text that is typed or pasted, each with the known name that it means, or null. */
export function namesIn(text, edition, family) {
  const tree = edition.relations[family];
  const names = edition.beyond[family].places.at(-1);
  const known = { ...edition.lists[names].lookup, ...tree };
  return (text.trim() ? namesListed(text) : []).map((name) => {
    const found = [name, ...nameBeforeDose(name)].map((one) => edition.canonical(one, known)).find((one) => one !== null) ?? null;
    const near = found === null ? slip(name, edition.everyName(family)) : null;
    return { name, found, near };
  });
}
