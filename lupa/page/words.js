// Decisions in the words of `lupa decide`.

import { by } from "./groups.js";

export const PERSON = "lupa proposes this determination under the text of the policy. A person decides.";
export const FEW = 6; // so many facts of one kind are said in sentences; more are listed by name
const NAME_AND_VALUE = ["reading", "requested", "at_least", "more_than"];
const CUTS = ["at_least", "more_than"];

export const plainly = (outcome) => outcome.replaceAll("_", " ");

/** Outcomes as they are read: `approve, deny or out of scope`. */
export function inWords(outcomes, joint = "or") {
  const words = outcomes.map(plainly);
  const last = words.pop();
  return words.length ? `${words.join(", ")} ${joint} ${last}` : last;
}

/** The outcome in capitals; of a pend also what it is between. */
export function verdict(decision) {
  return decision.outcome === "pend" ? `PEND (${inWords(decision.possible)})` : plainly(decision.outcome).toUpperCase();
}

/** What a fact is about: `voclosporin` of `taking(voclosporin)`, `a=b` of `reading(a,b)`. */
export function argument(fact) {
  const [name, ...rest] = fact.split("(");
  const inner = rest.join("(").slice(0, -1);
  if (NAME_AND_VALUE.includes(name)) return inner.replace(/,(?=[^,]*$)/, "=");
  const [first, ...others] = inner.split(",");
  return others.length ? `${first} (${others.join(", ")})` : first || fact;
}

/** The arguments that stand between brackets, each whole. */
function apart(inner) {
  const found = [""];
  let depth = 0;
  for (const character of inner) {
    depth += (character === "(") - (character === ")");
    if (character === "," && !depth) found.push("");
    else found[found.length - 1] += character;
  }
  return found;
}

/** What a fact says, and of what: `tried(.,intolerance)` of `methotrexate`, `taking(.)` of `prednisone`. */
export function saidOf(fact) {
  const [name, ...rest] = fact.split("(");
  const inner = rest.join("(").slice(0, -1);
  const number = numberIn(fact);
  if (number) {
    const [kind, of] = saidOf(number);
    return [fact.replace(number, kind), of];
  }
  const words = apart(inner);
  const at = NAME_AND_VALUE.includes(name) ? words.length - 1 : 0;
  const of = words[at];
  return [of ? `${name}(${words.map((word, place) => (place === at ? "." : word)).join(",")})` : fact, of];
}

/** Names, of many the first. */
export function listed(names) {
  const more = names.length > 4 * FEW ? ` and ${names.length - 2 * FEW} more` : "";
  return names.slice(0, more ? 2 * FEW : names.length).join(", ") + more;
}

/** Of what else the same is said, of many the first. */
export const others = (facts) => listed(facts.map(({ about }) => about));

/** What is said by which one sentence, and of what kind the record of it is. */
function same({ fact, text, origin, says }) {
  const inside = text.lastIndexOf(" (");
  return [saidOf(fact)[0], origin, says, inside < 0 ? "" : text.slice(inside)].join(" ");
}

/** Facts in groups; of a name and value of which there are many those together that say the same of several. */
export function families(causes, few = FEW) {
  const groups = by(causes, ({ fact, value }) => `${fact.split("(")[0]} ${value}`);
  return [...groups.values()].flatMap((group) => [...by(group, (cause) => (group.length > few ? same(cause) : cause.fact)).values()]);
}

/** One group of facts as a sentence, and the names of what else it holds. */
function sentence([{ text, fact, origin }, ...further]) {
  const usual = fact.startsWith("reading(") ? "the usual reading" : "assumed";
  const first = origin === "assumed" ? `${text.slice(0, -1)} (${usual}).` : text; // what nobody states does not look like a statement
  return further.length ? `${first} The same goes for ${others(further)}.` : first;
}

const UNLISTED = " (not on the list, which is said to be complete)";

/** Groups of facts, each with its sentence; what several are not is said to be on no list once. */
export function told(causes, marked = false) {
  const rows = families(causes).map((group) => ({ group, words: sentence(group), of: group[0].text.endsWith(`${UNLISTED}.`) ? group[0].fact.split("(")[0] : "" }));
  for (let first = 0, last; first < rows.length; first = last + 1) {
    if (marked) rows[first].words = rows[first].words.replace(UNLISTED, "*");
    last = first;
    while (!marked && rows[first].of && rows[last + 1]?.of === rows[first].of) last += 1;
    const run = rows.slice(first, last + 1);
    if (run.length === 1) continue;
    for (const row of run) row.words = row.words.replace(UNLISTED, "");
    const neither = run.length === 2 && run.every(({ group }) => group.length === 1) ? "neither" : "none of these";
    rows[last].words = `${rows[last].words.slice(0, -1)} (${neither} is on the list, which is said to be complete).`;
  }
  return rows;
}

const saysItsCause = ({ text, because }) => because.length === 1 && because[0].text.replace(UNLISTED, "") === text;

/** The facts of a reason, unless its one fact is what the item says itself. */
export const furtherCauses = (item) => (saysItsCause(item) ? [] : item.because);

const MARKS = { null: "ruled out by what else is said", stated: "the record says otherwise", only: "not on the list", assumed: "assumed otherwise, as the case is silent", evidence: "the chart says otherwise" };
const but = ({ against }) => (against.length ? `; but: ${against.join(" ").replace(/\.$/, "")}` : "");
/** What is needed and, unless that is known by now, what the record says of it. */
function withMark(need, known) {
  const text = inside(need);
  if (known.has(need.text)) return text;
  known.add(need.text);
  return `${text} (${need.says === "silent" ? "not said" : MARKS[need.origin]}${but(need)})`;
}

/** What is needed as it stands within a sentence: a capital is left to a name that has one. */
function inside({ text, about }) {
  const words = text.slice(0, -1);
  if (/^(A|An|No|None|Nothing|The|There) /.test(words)) return words[0].toLowerCase() + words.slice(1);
  return about && words.startsWith(capital(about)) ? about[0] + words.slice(1) : words;
}

/** Words as they begin a sentence; eGFR stays as it is. */
export const capital = (words) => (/^.\p{Lu}/u.test(words) ? words : words.charAt(0).toUpperCase() + words.slice(1));

/** Sets of facts, those together that need the same, each of another thing. */
export const alikeSets = (sets) => [...by(sets, sameOfAnother).values()];

/** What is needed of one thing, which the same may be needed of; or just this. */
function sameOfAnother(needs) {
  const said = needs.map(({ fact }) => saidOf(fact));
  if (new Set(said.map(([, of]) => of)).size > 1) return needs.map(({ fact }) => fact).join(" ");
  return needs.map((need) => `${same(need)} ${need.value}`).sort().join(" ");
}

/** What is needed together, or the same of others. */
function together(alike, known) {
  const words = families(alike[0], 1).map(([first, ...further]) =>
    `${withMark(first, known)}${further.length ? `, and the same of ${others(further)}` : ""}`);
  const of = others(alike.slice(1).map(([first]) => first));
  return words.join(", and ") + (of ? `, or the same of ${of}` : "");
}

const key = ({ fact, value }) => `${fact} ${value}`;

/** Lists of sets such that one of each list, taken together, are just the given sets; else these as one list. */
export function factors(sets, more) {
  if (more) return [sets];
  const within = new Map();
  for (const set of sets) for (const need of set) within.set(key(need), (within.get(key(need)) ?? new Set()).add(set));
  const found = [];
  for (let rest = [...within.keys()]; rest.length;) {
    const alike = [rest.shift()];
    for (const one of alike) {
      const apart = rest.filter((other) => ![...within.get(one)].some((set) => within.get(other).has(set)));
      rest = rest.filter((other) => !apart.includes(other));
      alike.push(...apart);
    }
    const parts = sets.map((set) => set.filter((need) => alike.includes(key(need))));
    found.push([...new Map(parts.map((part) => [part.map(key).join(), part])).values()]);
  }
  if (found.reduce((count, ways) => count * ways.length, 1) !== sets.length) return [sets];
  return found.sort((one, other) => (one.length > 1) - (other.length > 1));
}

/** What would have to be so, as sentences; nothing if no more is to be said than the reason does. */
export function needed({ needs, more_needs: more, because }) {
  const opposite = new Set(needs.flat().map(({ fact, value }) => key({ fact, value: !value })));
  const isOpposite = opposite.size === 1 && because.length === 1 && opposite.has(key(because[0]));
  if (!needs.length || isOpposite) return [];
  const known = new Set();
  return factors(needs, more).flatMap((sets) => oneOf(sets, known, more));
}

/** Sentences that tell of sets of which one will do; of facts, where there is but one. */
function oneOf(sets, known, more) {
  if (sets.length === 1 && !more) return sets[0].map((need) => `${capital(withMark(need, known))}.`);
  const alone = sets.filter((set) => set.length === 1).map(([need]) => need);
  let barred = alone.filter(({ against }) => against.length);
  if (barred.length === sets.length) barred = []; // then there is nothing else to say
  const words = families(alone.filter((need) => !barred.includes(need)), 1).map((group) => {
    const [first, ...further] = group;
    if (!further.length) return withMark(first, known);
    const beyond = group.length > FEW ? ` and ${group.length - FEW} more` : "";
    return `${withMark(first, known)}, or the same of ${others(further.slice(0, FEW - 1))}${beyond}`;
  });
  const several = alikeSets(sets.filter((one) => one.length > 1));
  words.push(...several.slice(0, FEW).map((each) => together(each, known)));
  const beyond = several.length > FEW || more ? "; and there are other ways" : "";
  return [`${capital(words.join("; or "))}${beyond}.`, ...[...by(barred, ({ against }) => against.join(" "))].map(([why, each]) => `Not ${others(each)}: ${why}`)];
}

/** What the request says of itself: when it was sent and came in, and whether it is urgent. */
export function handled({ handling }) {
  const days = [["submitted", "Submitted on"], ["received_on", "Received on"]];
  const found = days.filter(([name]) => Object.hasOwn(handling, name)).map(([name, words]) => `${words} ${handling[name]}.`);
  if (Object.hasOwn(handling, "expedited")) found.push(`An expedited review is ${handling.expedited ? "" : "not "}asked for.`);
  return found;
}

/** The number that a fact compares with a bound, if it does. */
export function numberIn(fact) {
  const [name, ...rest] = fact.split("(");
  const inner = rest.join("(");
  return CUTS.includes(name) ? inner.slice(0, inner.lastIndexOf(",")) : "";
}

/** The parts that a reader has to see, and those that a criterion which is met does without. */
export function partsShown({ status, of, parts }) {
  if (status !== "met" || of === "all") return [parts, []];
  return [parts.filter((part) => part.status === "met"), parts.filter((part) => part.status !== "met")];
}

/** Of several parts that are not met, those of which a reason is that something is on no list are told by a mark. */
export function isMarked({ parts }) {
  const failing = (all) => all.filter(({ status }) => status !== "met").flatMap((part) => (part.parts.length ? failing(part.parts) : [part]));
  return failing(parts).filter(({ because }) => because.some(({ text }) => text.includes(UNLISTED))).length > 1;
}

export const MARKED = ` What is marked * is${UNLISTED.replace("(", "").replace(")", ".")}`;

/** What a criterion needs of its parts, and how many are met. */
export function counted({ of, least, found }) {
  const needed = { all: "All of these are needed", any: "One of these is needed" }[least === 1 ? "any" : of] ?? `${least} of these are needed`;
  return `${needed}; ${found}.`;
}
