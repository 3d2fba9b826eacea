// A case, as plain data: which policies and editions it is about, and what these say of it.

import { rowsOf } from "./codes.js";
import { decision } from "./decide.js";
import { day, shown } from "./days.js";
import { namedTwice, saysHow } from "./doses.js";
import { normal } from "./names.js";
import { isPlain } from "./plain.js";
import { Question } from "./question.js";
import { recordOf } from "./record.js";
import { widened } from "./widened.js";

const KEYS = ["case", "request", "facts", "expect", "evidence"];
const DEEPEST = 100; // levels; a case that can be read has fewer than ten
const LONG = 100; // what has more characters is no name with something behind it
const FRESH = 2; // years after which a newer edition than the last on file is to be expected

/** What is wrong with a case: `problems`, each with the path to it. */
export class CaseError extends Error {
  constructor(problems) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** Lets pass what is wrong with a case, and nothing else. */
export function orFault(error) { if (!(error instanceof CaseError)) throw error; }

const wrong = (path, words) => new CaseError([`${path}: ${words}`]);

/** Whether what is nested is so at most so deep. */
function isWithin(value, depth) {
  if (value === null || typeof value !== "object") return true;
  return depth > 0 && Object.values(value).every((one) => isWithin(one, depth - 1));
}

/** What is wrong with a line of a chart, of which each part is a text. */
const oddParts = (line) =>
  Object.entries(line).filter(([, value]) => typeof (value ?? "") !== "string").map(([key, value]) => `${key}: a text is expected, not ${shown(value)}`);

/** A case is a mapping with a request; throws for anything else. */
export function checkShape(given) {
  if (!isWithin(given, DEEPEST)) throw new CaseError(["nested too deeply for a case"]);
  if (!isPlain(given)) throw new CaseError([`a case is a mapping with request and facts, not ${shown(given)}`]);
  const problems = Object.keys(given).filter((key) => !KEYS.includes(key)).map((key) => `${key}: is no part of a case; its parts are ${KEYS.join(", ")}`);
  if ((given.case ?? null) !== null && typeof given.case !== "string") problems.push(`case: a name is expected, not ${shown(given.case)}`);
  for (const part of KEYS.slice(1)) {
    if ((given[part] ?? null) !== null && !isPlain(given[part])) problems.push(`${part}: a mapping is expected, not ${shown(given[part])}`);
  }
  for (const [fact, lines] of problems.length ? [] : Object.entries(given.evidence ?? {})) {
    if (!Array.isArray(lines) || !lines.every(isPlain)) problems.push(`evidence.${fact}: a list of lines of a chart is expected`);
    else lines.forEach((line, place) => problems.push(...oddParts(line).map((words) => `evidence.${fact}[${place}]: ${words}`)));
  }
  if (!problems.length && !Object.keys(given.request ?? {}).length) problems.push("request: missing; it says which policy or drug it is about");
  if (problems.length) throw new CaseError(problems);
}

/** The editions that a request is about: one of each policy that it asks; and what to tell of one that has none. */
export function routed(page, request) {
  const text = (key) => {
    if (key === "code" && Number.isInteger(request[key])) return String(request[key]); // all digits, in a file perhaps a number
    if (typeof request[key] !== "string") throw wrong(`request.${key}`, `a name is expected, not ${shown(request[key])}`);
    return request[key];
  };
  const has = (key) => (request[key] ?? null) !== null;
  let on = null;
  if (has("service_date")) on = day(request.service_date, "request.service_date", (path, words) => { throw wrong(path, words); });
  let chosen = null;
  if (has("policy")) {
    const [named, edition = null] = text("policy").split(/@(.*)/s);
    const policy = page.policies.find((one) => one.policy === named);
    if (!policy) throw wrong("request.policy", `this page holds no policy called ${shown(named)}; it holds ${page.policies.map((one) => one.policy).join(", ")}`);
    chosen = [[policy, edition]];
  }
  const asked = ["drug", "service"].filter(has).map((kind) => [kind, text(kind)]);
  if (has("code")) {
    const row = coded(page, text("code"));
    if (!row) throw wrong("request.code", `the code ${shown(request.code)} asks for nothing that is known here; name the drug or the service`);
    asked.push(["code", row.name]);
  }
  for (const [key, name] of asked) {
    const covering = coveredBy(page, name);
    const found = chosen ? chosen.filter(([policy]) => covering.includes(policy)) : covering.map((policy) => [policy, null]);
    if (!found.length) throw wrong(`request.${key}`, chosen?.length ? `${chosen[0][0].policy} does not cover ${shown(request[key])}` : `no policy on this page covers ${shown(request[key])}`);
    chosen = found;
  }
  if (has("payer") && chosen) {
    const names = (payer) => [payer, payer.replace(/\s*\([^)]*\)/g, ""), ...[...payer.matchAll(/\(([^)]*)\)/g)].map((match) => match[1])].map(normal);
    const found = chosen.filter(([policy]) => names(policy.payer).includes(normal(text("payer"))));
    if (!found.length) throw wrong("request.payer", `${shown(request.payer)} is the payer of no such policy`);
    chosen = found;
  }
  if (!chosen) throw wrong("request", "say which `policy`, or which `drug`, `service` or `code`, it is about");
  const without = [];
  const found = chosen.flatMap(([policy, edition]) => {
    try {
      return [chosenEdition(policy, edition, on)];
    } catch (error) { // of several the others answer, and that this one does not is told
      orFault(error);
      without.push([policy.policy, error.problems[0]]);
      return [];
    }
  });
  if (!found.length) throw new CaseError(without.map(([, problem]) => problem));
  const place = "request.service_date";
  return [found, without.map(([name, problem]) => ({ place, text: `${name} gives no answer${problem.slice(place.length)}.` }))];
}

/** What a code asks for; undefined where it asks for nothing. */
function coded(page, given) {
  return rowsOf(page, given).find((one) => ["drug", "service"].includes(one.kind) && ["equivalent", "narrower"].includes(one.relation));
}

/** The names that are meant by what a request asks for. */
export function askedFor(page, request) {
  const given = ["drug", "service", "code"].map((key) => request[key]).filter((one) => typeof one === "string" || Number.isInteger(one)).map(String);
  return new Set(given.flatMap((one) => [normal(one), ...page.meant(normal(one)), ...[coded(page, one)].filter(Boolean).map(({ name }) => name)]));
}

/** The policies that cover what is called so, or what a code in its place asks for. */
function coveredBy(page, name) {
  const said = normal(name);
  const names = new Set([said, ...page.meant(said)]);
  const found = page.policies.filter((policy) => [...policy.covers.drug, ...policy.covers.service].some((one) => names.has(one)));
  const row = found.length ? undefined : coded(page, name);
  return row ? page.policies.filter((policy) => policy.covers[row.kind].includes(row.name)) : found;
}

/** A case with what stands behind the name of what is asked for in its own place, what to tell, and what is wrong. */
export function apart(page, given) {
  const request = { ...given.request };
  const found = { given: { ...given, request }, remarks: [], problems: [] };
  for (const key of ["drug", "service"]) {
    const text = request[key];
    if (typeof text !== "string" || text.length > LONG || coveredBy(page, text).length) continue;
    const twice = covered(page, text);
    const split = twice !== null ? [] : [...text.trim().matchAll(/\s+/g)].reverse().map(({ 0: blank, index }) => {
      const [name, tail] = [text.trim().slice(0, index), text.trim().slice(index + blank.length)].map((part, place) => part.replace(place ? /[ ,;()]+$/ : /[ ,;(]+$/, ""));
      return [name, tail.replace(/^[ ,;()]+/, "")];
    });
    const parts = twice !== null ? { name: twice, value: null, rest: "" } : split.map(([name, tail]) => behind(page, name, tail)).find(Boolean);
    if (!parts) continue;
    const { name, kind, value, rest, meant } = parts;
    request[key] = name;
    const told = `${shown(text)} was read as ${name}${value ? `, with the ${kind} ${value}` : ""}`;
    const unread = rest ? `; what ${value ? "else " : ""}stands behind the name is not read` : "";
    found.remarks.push({ place: `request.${key}`, text: `${told}${unread}.` });
    if (!value) continue;
    request[kind] ??= value;
    if (meant(request[kind]) !== value) found.problems.push(`request.${key}: ${shown(text)} says that the ${kind} is ${value}, but request.${kind} is ${shown(request[kind])}; keep one`);
  }
  return found;
}

/** A text that a policy covers, or the first of two names of which it covers both alike; null for no such. */
function covered(page, text) {
  if (coveredBy(page, text).length) return text;
  const both = namedTwice(text);
  if (!both) return null;
  const [one, other] = both.map((name) => JSON.stringify([coveredBy(page, name).map(({ policy }) => policy), meantBy(page, name)]));
  return one === other && coveredBy(page, both[0]).length ? both[0] : null;
}

/** What names and codes mean, of what policies cover. */
function meantBy(page, name) {
  const every = new Set(page.policies.flatMap(({ covers }) => [...covers.drug, ...covers.service]));
  return [...askedFor(page, { drug: name })].filter((one) => every.has(one)).sort();
}

/** What stands behind a name: a part of the request, how a drug is taken, or both; null where it is neither. */
function behind(page, text, tail) {
  const name = covered(page, text);
  const edition = name === null ? null : coveredBy(page, name)[0].editions[0];
  if (!edition) return null;
  const words = tail.split(/\s+/);
  for (const kind of page.behind) {
    const meant = (said) => edition.canonical(String(said), edition.requested[kind]);
    for (let count = words.length; count > 0; count -= 1) {
      for (let begin = 0; begin + count <= words.length; begin += 1) {
        const strip = (part) => part.join(" ").replace(/^[ ,;()]+|[ ,;()]+$/g, "");
        const value = meant(strip(words.slice(begin, begin + count)));
        const rest = strip([...words.slice(0, begin), ...words.slice(begin + count)]);
        if (value && saysHow(rest)) return { name, kind, value, rest, meant };
      }
    }
  }
  return saysHow(tail) ? { name, value: null, rest: tail } : null;
}

function chosenEdition(policy, named, on) {
  const { editions } = policy;
  if (named !== null) {
    const found = editions.find((one) => one.name === named);
    if (!found) throw wrong("request.policy", `${policy.policy} has no edition ${shown(named)}; its editions are ${editions.map((one) => one.name).join(", ")}`);
    return found;
  }
  if (on === null) return editions.at(-1);
  const begun = editions.filter((one) => (one.first ?? one.known_from ?? "0000-00-00") <= on);
  if (!begun.length) {
    const { name, first, known_from: known } = editions[0];
    const rest = first ? `when the first edition of ${policy.policy} on file, ${name}, began` : `from when the first edition of ${policy.policy} on file, ${name}, is known; what was in force earlier is not on file`;
    throw wrong("request.service_date", `${on} is before ${first ?? known}, ${rest}`);
  }
  return begun.at(-1);
}

/** What is not sure of an edition: when it began or, for a service date, whether that is its day; see `About.caveats`. */
function caveats(edition, on, named) {
  const { editions } = edition.about;
  const { name, first, known_from: known } = edition;
  const found = [];
  if (!first && !known) found.push(`The first day of edition ${name} is not on record, so it may not have been in force.`);
  if (!on) return found;
  if (named) {
    if (first && on < first) found.push(`Edition ${name} is not in force on the service date ${on}: it began on ${first}.`);
    if (known && on < known) found.push(`The service date ${on} is before ${known}, from when edition ${name} is known, so it may not have been in force then.`);
    const later = editions.slice(editions.findIndex((one) => one.name === name) + 1).filter((one) => one.first && one.first <= on).at(-1);
    if (later) found.push(`Edition ${name} is not the one in force on the service date ${on}: since ${later.first} that is edition ${later.name}.`);
  } else if (name === editions.at(-1).name && first) {
    const [year, rest] = [Number(first.slice(0, 4)) + FRESH, first.slice(4)];
    const leap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
    const last = `${String(year).padStart(4, "0")}${rest === "-02-29" && !leap ? "-02-28" : rest}`;
    if (on > last) found.push(`The service date ${on} is more than ${FRESH} years after ${first}, when the newest edition on file began, so there may be a newer one.`);
  }
  return found;
}

/** What is wrong with a case, each with whether it may be a slip; what it states by names that another policy knows is kept. */
function leftWrong(page, given, asked, read) {
  const isUnknown = (record) => record.problems.some((problem) => problem.isUnknown);
  const policies = new Set(asked.map(({ policy }) => policy));
  const others = read.some(isUnknown) ? page.policies.filter(({ policy }) => !policies.has(policy)) : [];
  const beside = others.map(({ editions }) => recordOf(given, editions.at(-1)));
  const places = (record) => new Set(record.problems.flatMap(({ path }) => parents(path)));
  const here = read.map((record) => [record, new Set(record.problems.filter((one) => one.isUnknown).map(({ path }) => path))]);
  const knowing = [...here, ...beside.map((record) => [record, places(record)])];
  const wrong = new Map();
  for (const record of read) {
    for (const { path, text, isUnknown: unknown, isSlip } of record.problems) {
      const found = unknown ? knowing.filter(([other, unread]) => other !== record && !unread.has(path) && reads(other, path)) : [];
      for (const [other] of found) keep(record, other, path);
      if (!found.length) wrong.set(text, isSlip);
    }
  }
  return wrong;
}

/** Whether another policy has read what stands at a path, and not stopped above it. */
const reads = (record, path) => !parents(path).some((above) => record.problems.some((problem) => problem.path === above));

/** A path, and what it is a part of. */
function parents(path) {
  const found = [path];
  for (let end = path.length; (end = Math.max(path.lastIndexOf(".", end - 1), path.lastIndexOf("[", end - 1))) > 0;) found.push(path.slice(0, end));
  return found;
}

/** Keeps as unread what another policy reads at a place of the case. */
function keep(record, other, place) {
  const isThere = (path) => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
  for (const [fact, value] of [...other.stated, ...other.unread]) {
    if (isThere(other.paths.get(fact)) && !other.given.has(fact)) record.unread.set(other.nameOf(fact), value);
  }
  for (const name of other.numbers) {
    if (!record.numbers.includes(name) && place.endsWith(`.${name.split("(")[0]}`)) record.numbers.push(name);
  }
}

/** The case as a question to each edition that it is about; throws with all that is wrong with it. */
export function questions(page, written, editions = null) {
  checkShape(written);
  const { given, remarks, problems: clashing } = apart(page, written);
  const [first, without] = editions ? [editions, []] : routed(page, given.request);
  const before = first.map((edition) => recordOf(given, edition));
  const asked = first.map((edition, place) => widened(edition, before[place]));
  const read = asked.map((edition, place) => (edition === first[place] ? before[place] : recordOf(given, edition)));
  const problems = new Map([...clashing.map((one) => [one, false]), ...leftWrong(page, given, asked, read)]);
  const may = problems.size > 0 && [...problems.values()].every(Boolean); // be a slip of the pen, which settles nothing
  if (problems.size && !may) throw new CaseError([...problems.keys()]);
  const again = may ? asked.map((edition) => recordOf(given, edition, true)) : read;
  const left = may ? leftWrong(page, given, asked, again) : problems;
  if (left.size) throw new CaseError([...left.keys()]);
  return asked.map((edition, place) => {
    const record = again[place];
    record.remarks.unshift(...remarks, ...without);
    const question = new Question(edition, record);
    if (question.clash) throw new CaseError(["the record contradicts itself; these cannot all be so:", ...question.clash]);
    if (may && question.outcomes.length > 1) throw new CaseError([...problems.keys()]);
    return question;
  });
}

/** What a question's policy decides, as `lupa decide --json` tells it. */
export function decided(question, given) {
  const { request } = given;
  const on = (request.service_date ?? null) === null ? null : day(request.service_date, "", () => null);
  const named = String(request.policy ?? "").includes("@");
  const by = named ? "name" : on === null ? "newest" : "service_date";
  return decision(question, { case: given.case ?? "", by, caveats: caveats(question.edition, on, named) });
}
