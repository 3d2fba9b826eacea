// A decision as a letter to the prescriber or the member, by the templates that `lupa letter` uses.

import { asked, bySide, membersAsked } from "./asked.js";
import { withUnit, written } from "./authorized.js";
import { apart, askedFor } from "./case.js";
import { day } from "./days.js";
import { by } from "./groups.js";
import { normal } from "./names.js";
import { compare, exact } from "./numbers.js";
import { each } from "./plain.js";
import { ASKED_FOR } from "./record.js";
import { filled, markup } from "./template.js";
import { alikeSets, capital, factors, FEW, families, furtherCauses, handled, listed, PERSON, told } from "./words.js";

const FILES = { text: "letter.txt", html: "letter.html" };
const WIDE = 80;

/** Why the letters of a policy are not written here; null where they are. */
export const notWritten = ({ about }) => (typeof about.letters === "string" ? about.letters : null);

/**
 * The letter on a decision, in the form `text` or `html`: its `text`, that in `long` lines, and what it `asks` for,
 * which `fields` give by name. Throws where a template names what there is not.
 */
export function letter(decision, question, written, { to, form, fields }) {
  const { edition } = question;
  const { given } = apart({ meant: edition.meant, codes: edition.codes, behind: edition.behind, policies: [edition.about] }, written);
  const { letters } = edition.about;
  const files = each(letters, (place) => edition.letters[place]);
  const names = new Set();
  const field = (name) => {
    names.add(name);
    const mark = `[${name.replaceAll("_", " ")}: to be filled in]`;
    return fields[name] || (form === "html" ? markup("<mark>", mark, "</mark>") : mark);
  };
  const has = (name) => { names.add(name); return Boolean(fields[name]); };
  const long = filled(files, FILES[form], { ...content(decision, question, given), to, field, has }, form === "html");
  return { text: form === "text" ? wrapped(long) : long, long, asks: [...names] };
}

/** What a template may speak of. */
function content(decision, question, given) {
  const { edition } = question;
  const names = askedFor(edition, given.request);
  const named = edition.covered.filter(({ name }) => names.has(name));
  const unmet = decision.criteria.filter(({ status }) => status === "unmet");
  const reasons = [
    ...decision.scope,
    ...decision.bases.filter(({ id }) => id !== "criteria_not_met" || !unmet.length),
    ...(decision.outcome === "deny" ? unmet : []),
    ...decision.limits,
  ];
  const asks = new Map(edition.criteria.map(({ id, yes }) => [id, yes]));
  const against = new Map([...edition.bases, ...edition.scope, ...edition.limits].map((item) => [item.id, item]));
  const [questions, howRead] = bySide(decision.missing).map(asked);
  const needed = reasons.flatMap(({ needs }) => needs.flat()).filter(({ against }) => !against.length);
  const proofs = [...needed, ...questions.flatMap((one) => one.asked)].map(({ fact }) => factOf(edition, fact).proof);
  return {
    outcome: decision.outcome,
    drugs: (named.length ? named : edition.covered).map((one) => covered(one, given.request, edition.about.document)),
    asked: [...requested(question, given.request), ...handled(decision)],
    authorized: decision.authorized_text,
    term: term(decision, edition, given.request),
    reasons: reasons.map((reason) => ({
      text: reason.text,
      source: reason.source,
      asks: unmet.includes(reason) ? asks.get(reason.id) : "",
      ...because(reason),
      parts: parts(reason),
      ...needs(reason),
    })),
    missing: missing(questions, asks, against),
    how_read: howRead.map(({ question: words, asked: [one] }) => ({ question: words, source: one.source })),
    send: [...new Set(proofs.filter(Boolean))],
    document: edition.about.document,
    edition: decision.edition,
    caveats: decision.caveats,
    readings: decision.outcome === "approve" ? readings(edition, given) : [],
    person: PERSON,
  };
}

const factOf = (edition, fact) => edition.facts[edition.variables.get(fact)];

/** The facts of a reason as sentences; of one that has parts how many of them it needs. */
const because = ({ of, least, ...reason }) => (of
  ? { because: [], of: least === 1 ? "any" : of, least: least ?? 0 }
  : { because: told(furtherCauses(reason)).map(({ words }) => words), of: "", least: 0 });

/** The parts that are not met, each with why, and those of parts beneath them. */
const parts = (whole) => (whole.parts ?? []).filter(({ status }) => status === "unmet").map((part) => ({
  text: part.text, source: part.source === whole.source ? "" : part.source, ...because(part), parts: parts(part),
}));

/** A question with the names of all that it asks for, where these are several. */
function wholly(question, facts) {
  const named = membersAsked(facts).join("; ");
  return named ? `${question} ${capital(named)}.` : question;
}

/** What must be known to be so: criteria, and that nothing speaks against it; of what is alike the first. */
function whyAsked(facts, asks, against) {
  const served = [...new Set(facts.flatMap((one) => one.bears_on))];
  const alike = by(served.filter((id) => against.has(id)), (id) => id.split("(")[0]);
  const found = [...alike.values()].flatMap(([first, ...others]) => [
    against.get(first).no, ...(others.length ? [`The same goes for ${listed(others.map((id) => against.get(id).label))}.`] : []),
  ]);
  return [...new Set([...served.filter((id) => asks.has(id)).map((id) => asks.get(id)), ...found])];
}

/** The questions, those together that are asked for the same; why, and where the policy says so. */
function missing(questions, asks, against) {
  const found = new Map();
  for (const { question, asked: facts } of questions) {
    const why = whyAsked(facts, asks, against);
    const source = [...new Set(facts.flatMap((one) => one.source.split("; ")).filter(Boolean))].join("; ");
    const key = JSON.stringify([why, source]);
    const told = found.get(key) ?? { questions: new Set(), help: new Set(), why, source };
    told.questions.add(wholly(question, facts));
    for (const { help } of facts) if (help) told.help.add(help);
    found.set(key, told);
  }
  return [...found.values()].map((told) => ({ ...told, questions: [...told.questions], help: [...told.help].join(" ") }));
}

/** What is covered by its ingredient, and beside it the brand that was asked for, or that of the document, or its only one. */
function covered({ label, brands }, request, document) {
  const named = brands.filter((brand) => normal(brand) === normal(String(request.drug ?? "")));
  const there = brands.filter((brand) => document.split(/\s+/).includes(brand));
  const [brand] = [named, there, brands.length === 1 ? brands : []].find((found) => found.length) ?? [];
  return brand ? `${brand} (${label})` : label;
}

/** From which day to which it can be authorized; the days are left out where the request has none. */
function term({ authorized }, { terms }, request) {
  const name = Object.keys(authorized).find((one) => terms.includes(one));
  if (name === undefined || !Number.isInteger(authorized[name])) return null;
  if ((request.service_date ?? null) === null) return { start: "", end: "" };
  const start = day(request.service_date, "", () => null);
  return { start, end: lastDay(start, authorized[name]) };
}

/** The last of so many calendar months; where a month has no such day, the next one begins on its first. */
function lastDay(start, months) {
  const [year, month, on] = start.split("-").map(Number);
  const at = (date) => new Date(Date.UTC(year, month - 1 + months, date));
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return (on <= last ? at(on - 1) : at(last)).toISOString().slice(0, 10);
}

/** How the case itself says that the text is read, where that is not as usual. */
function readings(edition, given) {
  const said = given.facts?.reading ?? {};
  return Object.entries(edition.choices.reading ?? {}).flatMap(([name, tree]) =>
    Object.entries(tree[""] ?? {}).filter(([choice]) => said[name] === choice).map(([, variable]) => edition.facts[variable].yes));
}

/** What was asked for, as sentences: what is requested, how much and from when. */
function requested({ edition, record }, request) {
  const found = [];
  const told = ASKED_FOR.some((key) => (request[key] ?? null) !== null) ? edition.said_by_item : [];
  for (const [kind, values] of Object.entries(edition.requested)) {
    if (told.includes(kind)) continue;
    for (const variable of Object.values(values)) if (record.stated.get(variable) === true) found.push(edition.facts[variable].yes);
  }
  for (const [name, quantity] of Object.entries(edition.quantities)) {
    if (quantity.section === "request" && record.numbers.includes(name)) {
      found.push(`${capital(quantity.label)}: ${withUnit(amount(record.intervals.get(name), quantity), quantity)}.`);
    }
  }
  if ((request.service_date ?? null) !== null) found.push(`From ${day(request.service_date, "", () => null)}.`);
  return found;
}

/** A number, or a range as a person reads it. */
function amount({ low, high, lowOpen, highOpen }, { least, most }) {
  if (compare(low, high) === 0) return written(low);
  const ends = [];
  if (compare(low, exact(least)) > 0 || lowOpen) ends.push(`${lowOpen ? "more than" : "at least"} ${written(low)}`);
  if (compare(high, exact(most)) < 0 || highOpen) ends.push(`${highOpen ? "less than" : "at most"} ${written(high)}`);
  return ends.join(" and ") || `at least ${least}`;
}

/** What is needed, each in one of several ways, each of facts that are all needed; and what is barred otherwise. */
function needs(reason) {
  const told = ([first, ...others]) => ({ text: first.text, name: first.about, others: others.map(({ about }) => about) });
  const free = reason.needs.filter((way) => !way.some(({ against }) => against.length));
  const ways = (sets) => [
    ...families(sets.filter((way) => way.length === 1).flat(), 0).map((group) => [told(group)]),
    ...alikeSets(sets.filter((way) => way.length > 1)).map(([way, ...others]) =>
      [...way.slice(0, -1).map((need) => told([need])), told([way.at(-1), ...others.map((other) => other.at(-1))])]),
  ];
  const barred = reason.needs.filter((way) => way.length === 1 && way[0].against.length).flat();
  const found = factors(free, reason.more_needs).filter((sets) => sets.length).map(ways);
  const many = reason.more_needs || found.some((each) => each.length > FEW);
  const byParts = many && Boolean(reason.of);
  return {
    needed: byParts ? [] : found.map((each) => each.slice(0, FEW)),
    by_parts: byParts,
    more: many && !byParts,
    barred: [...by(barred, ({ against }) => JSON.stringify(against)).values()].map((group) => ({ ...told(group), against: group[0].against })),
  };
}

// ---- lines ----------------------------------------------------------------------------------------

const columns = (text) => [...text].length;
/** A text with blanks for its tabs. */
const untabbed = (text) => text.split("\t").reduce((done, part) => `${done}${" ".repeat(8 - (columns(done) % 8))}${part}`);

/** Lines of no more than 80 columns; what is indented stays so. */
function wrapped(text) {
  return text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/).flatMap((line) => {
    const hang = columns(line) - columns(line.trimStart().replace(/^- /, ""));
    return broken(untabbed(line), " ".repeat(hang));
  }).join("\n").replace(/\n$/, "");
}

/** A line in parts, of which all but the first are indented. */
function broken(line, indent) {
  const lines = [];
  let now = "";
  for (const part of line.match(/ +|[^ ]+/g) ?? []) {
    if (now && columns(now) + columns(part) > WIDE) {
      if (now.trimEnd()) lines.push(now.trimEnd());
      now = "";
    }
    if (!now && lines.length) now = part.startsWith(" ") ? "" : `${indent}${part}`;
    else now += part;
  }
  if (now.trimEnd()) lines.push(now.trimEnd());
  return lines.length ? lines : [""];
}
