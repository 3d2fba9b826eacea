// Names as a list of drugs has them: what stands behind one says how it is taken; others are a slip of the pen.

import { normal } from "./names.js";
import { isPlain } from "./plain.js";

const NONE = "0+(?:[.,]0+)*";
const NUMBER = String.raw`(?!${NONE}(?![\d.,]))\d+(?:[.,]\d+)*`;
const UNIT = String.raw`(?:mg|mcg|ug|µg|g|ml|units?|iu|meq|mmol)(?:/(?:kg|m2|m²|ml|day|d|wk|week|dose))*`;
const FORM = String.raw`(?:(?:tab|cap)\(s\)|oral|tab(?:let)?s?|cap(?:sule)?s?|pills?|vials?|pens?|syringes?|infusions?|er|xr|sr|dr|ec)`;
const ROUTE = "(?:po|by mouth|orally|iv|intravenous(?:ly)?|sc|sq|subq|sub-q|subcut(?:aneous(?:ly)?)?|under the skin|im)";
const TIME = "(?:h|hrs?|hours?|d|days?|w|wks?|weeks?|m|mo|months?|morning|evening|night)";
const EVERY = String.raw`(?:q|every|each|per|a) ?(?:other )?(?:\d+(?:-\d+)? ?)?${TIME}`;
const OFTEN =
  "(?:daily|weekly|biweekly|monthly|nightly|once|twice|hs|am|pm|qd|qod|qhs|qam|qpm|qw|bid|tid|qid|" +
  String.raw`[btq]\.i\.d\.|q\.d\.|one|two|three|four|times|(?:as )?directed|# ?\d+|` +
  `on (?:mon|tues|wednes|thurs|fri|satur|sun)day|disp-\\d+|r-\\d+|qty|refill(?:s|\\(s\\))?|${EVERY})`;
const YEAR = String.raw`(?:19|20)\d\d`;
const SOME = `${NUMBER}(?:-${NUMBER})?`;
const HOW = String.raw`(?!${YEAR}(?:-${YEAR})?(?:[\s,;:.()]|$))${SOME}|${SOME}(?: ?${UNIT}|/d(?:ay)?)|` +
  `${UNIT}|${FORM}|${ROUTE}|${OFTEN}|=|at|in the|take|inject|total|with (?:food|meals?)`;
// What makes it doubtful whether a drug is taken now.
const DOUBT =
  "prn|(?:as|if|when) (?:needed|required)|discontinued|stopped|d/?c(?:'?d)?|held|on hold|ended|finished|completed|" +
  "taper(?:ed|ing)|last (?:dose|taken|given|infusion)|until|since|start(?:ed|s|ing)?|planned|filled?|" +
  `${NONE}(?: ?${UNIT})?|in|on|-|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|${NUMBER}(?:[/-]${NUMBER}){1,2}|` +
  String.raw`${YEAR}|x ?\d+`;
const END = String.raw`(?=[\s,;:.()]|$)[\s,;:.()]*`;
const PART = new RegExp(`(?:${HOW})${END}`, "iy");
const DOUBTFUL_PART = new RegExp(`(?:${DOUBT}|${HOW})${END}`, "iy");
const HEADING = /^\s*(?:(?:current|active|home|my) )*(?:med(?:ication|icine)?s?|drugs?|taking|diagnos[ei]s|problems?)(?: list)?:/i;
const HOW_KEYS = ["dose", "dosage", "strength", "unit", "units", "frequency", "freq", "schedule", "route", "form", "sig"];
const DOUBT_KEYS = [...HOW_KEYS, "start", "start_date", "started", "since", "end", "end_date", "stop", "stop_date", "stopped", "status", "prn", "as_needed", "indication", "note", "notes", "comment"];
const MOST_WORDS = 8; // no name has more; what a hyphen or a point parts are several
const SHORT = 6; // in a name with fewer letters a slip is no plainer than another name
const CUT = 5; // a name that ends within a word has so many letters at least

/** Whether a text says how a drug is taken, and nothing else. */
export const saysHow = (rest) => isMadeOf(rest, PART);

function isMadeOf(rest, part) {
  part.lastIndex = 0;
  while (part.lastIndex < rest.length) if (!part.test(rest)) return false;
  return true;
}

/** How a drug is taken, said in the place of yes, as `text`, and whether it is then `so`, null where that stays open; or null. */
export function howTaken(said) {
  const inParts = isPlain(said);
  const only = (names) => Object.keys(said).every((key) => names.includes(key));
  const parts = inParts ? Object.values(said).filter((part) => part !== null) : [said];
  if (!parts.every((part) => typeof part === "string" || (inParts && typeof part === "number"))) return null;
  const text = parts.map((part) => String(part).trim()).join(" ");
  if (inParts && !only(HOW_KEYS)) return text && only(DOUBT_KEYS) ? { text, so: null } : null;
  if (text && saysHow(text)) return { text, so: true };
  return text && isMadeOf(text, DOUBTFUL_PART) ? { text, so: null } : null;
}

/** What a mapping on a list names, and how that is taken: `{name: prednisone, dose: 10 mg}`, `{prednisone: 10 mg}`; or null. */
export function namedWithDose(said) {
  const [names, rest] = [[], []];
  for (const entry of Object.entries(said)) (["name", "drug", "medication"].includes(entry[0]) ? names : rest).push(entry);
  if (typeof names[0]?.[1] === "string" && names.length === 1 && rest.every(([key]) => DOUBT_KEYS.includes(key))) return [names[0][1], rest.length ? Object.fromEntries(rest) : true];
  return names.length + rest.length === 1 ? [...names, ...rest][0] : null;
}

/** What may be the name of a drug where all that stands behind it says how it is taken, the longest first. */
export const nameBeforeDose = (text) => namesBefore(text, PART);

/** The same where what stands behind it also leaves open whether it is taken now: stopped, as needed. */
export const nameInDoubt = (text) => namesBefore(text, DOUBTFUL_PART);

/** The two names where one stands in brackets behind the other, `Plaquenil (hydroxychloroquine)`; null for no such. */
export function namedTwice(text) {
  const found = /^([^()[\]]+?) ?[([]([^()[\]]+)[)\]]$/.exec(text.trim());
  return found && [found[1], found[2].trim()];
}

function namesBefore(text, part) {
  const found = [...text.matchAll(/(?<=[\s,;(])\S/g)].map(({ index }) => index).reverse();
  return found.filter((place) => isMadeOf(text.slice(place), part))
    .map((place) => text.slice(0, place).replace(/[ ,;:(]+$/, "")).filter(Boolean);
}

/** The parts of a list that is written as one text, with commas between or on lines; see `names_listed` of `lupa.record.doses`. */
export function namesListed(text) {
  const found = [];
  for (const line of text.split("\n")) {
    for (const part of line.replace(HEADING, "").split(/;|(?<!\d),|,(?!\d)/)) {
      const piece = part.trim().replace(/^(?:[-*•·]\s+|\d+[.)]\s+(?=\D))/, "").trim();
      if (found.length && piece && isMadeOf(piece, DOUBTFUL_PART) && !/^\d+$/.test(piece)) found.push(`${found.pop()} ${piece}`);
      else if (piece) found.push(piece);
    }
  }
  return found.length ? found : [text];
}

/** What is `meant` by the names in a text, the longest at each place: by a few words that stand together. */
export function namesWithin(text, meant) {
  const words = [...text.matchAll(/[\p{L}\p{N}]+/gu)];
  const found = [];
  let last = -1;
  for (let begin = 0; begin < words.length; begin += 1) {
    for (let end = Math.min(words.length, begin + MOST_WORDS) - 1; end > Math.max(last, begin - 1); end -= 1) {
      const names = meant(text.slice(words[begin].index, words[end].index + words[end][0].length));
      if (names.length) {
        found.push(...names);
        last = end;
      }
    }
  }
  return found;
}

/** The one name that this is but for a slip of the pen; null for none, or several. */
export function slip(given, names) {
  const meant = slips(given, names);
  return meant.length === 1 ? meant[0] : null;
}

/** All names that this is but for a slip of the pen, not of its first letter, or else begins within a word; `names` by their normal forms. */
export function slips(given, names) {
  const said = normal([...given].slice(0, 80).join("")).replace(/^_+|_+$/g, "");
  if (said.length < CUT) return [];
  const so = (is) => {
    const found = new Set();
    for (const [known, name] of names) if (known[0] === said[0] && is(known)) found.add(name);
    return [...found];
  };
  const found = said.length < SHORT ? [] : so((known) => isSlip(said, known));
  return found.length ? found : so((known) => known.startsWith(said) && known.length > said.length && known[said.length] !== "_");
}

function isSlip(said, known) {
  const shorter = Math.min(said.length, known.length);
  if (Math.max(said.length, known.length) - shorter > 1) return false;
  let begin = 0;
  while (begin < shorter && said[begin] === known[begin]) begin += 1;
  const [one, other] = [said.slice(begin), known.slice(begin)];
  return one.slice(1) === other.slice(1) || one.slice(1) === other || one === other.slice(1) ||
    (one.slice(0, 2) === [...other.slice(0, 2)].reverse().join("") && one.slice(2) === other.slice(2));
}
