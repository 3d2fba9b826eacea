// Days as cases write them.

const ISO = /^(\d{4})-(\d{2})-(\d{2})$/;
const YEAR_FIRST = /^(\d{4})([/.-])(\d{1,2})\2(\d{1,2})$/;
const YEAR_LAST = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})$/;
const MONTH_FIRST = /^([A-Za-z]{3,9})\.?[ -](\d{1,2})(?:st|nd|rd|th)?,?[ -](\d{4})$/;
const DAY_FIRST = /^(\d{1,2})(?:st|nd|rd|th)?[ -]?([A-Za-z]{3,9})\.?,?[ -]?(\d{4})$/;
const DIGITS = /^(\d{4})(\d\d)(\d\d)$/;
const TIMED = /^(.*\d)(?:T|,? +)((?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?)(?: ?[ap]m)?(Z|[+-]00:?00)?(?:[+-]\d\d:?\d\d)?$/i;
const MONTHS = [
  "january", "february", "march", "april", "may", "june", "july",
  "august", "september", "october", "november", "december",
];

/** A value as it stands in a message: on one line, not too long; a text is quoted. */
export function shown(value) {
  const text = typeof value === "string" ? value : value === Infinity || value === -Infinity ? "a number beyond any" : JSON.stringify(value) ?? String(value);
  const cut = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  return typeof value === "string" ? `'${cut}'` : cut;
}

/** The path to a key of what stands at one; that one itself for a key that is no plain name. */
export const within = (path, key) => (/^[\p{L}\p{N}_][\p{L}\p{N}_ '()/-]{0,59}$/u.test(key) ? `${path}.${key}` : path);

const month = (name) => {
  const said = name.toLowerCase() === "sept" ? "sep" : name.toLowerCase();
  return MONTHS.findIndex((full) => full === said || full.slice(0, 3) === said) + 1;
};

/** The day of these numbers as a text; nothing where there is no such day. */
function* dated(year, number, on) {
  const text = `${year}-${String(number).padStart(2, "0")}-${String(on).padStart(2, "0")}`;
  const made = new Date(`${text}T00:00:00Z`);
  if (Number(year) > 0 && !Number.isNaN(made.getTime()) && made.toISOString().slice(0, 10) === text) yield text;
}

/** The days that a text can mean: of two numbers before a year either may be the month; none of a time of Greenwich. */
function* meant(text) {
  let found;
  if ((found = TIMED.exec(text))) {
    if (!found[3] || !/[1-9]/.test(found[2])) yield* meant(found[1]); // elsewhere it is another day
  } else if ((found = YEAR_FIRST.exec(text) ?? DIGITS.exec(text))) yield* dated(found[1], ...found.slice(-2));
  else if ((found = YEAR_LAST.exec(text))) {
    yield* dated(found[4], found[1], found[3]);
    yield* dated(found[4], found[3], found[1]);
  } else if ((found = MONTH_FIRST.exec(text))) yield* dated(found[3], month(found[1]), found[2]);
  else if ((found = DAY_FIRST.exec(text))) yield* dated(found[3], month(found[2]), found[1]);
}

/** The number of a day. */
export const numberOf = (iso) => new Date(`${iso}T00:00:00Z`).getTime() / 86400000;

/** A day that means but one, as year-month-day; null, with a problem told, for what does not. */
export function day(value, path, tell) {
  const said = ["string", "number"].includes(typeof value) ? String(value).trim().replace(/[\u2010-\u2015]/g, "-") : "";
  const found = [...new Set(meant(said))].sort();
  if (found.length === 1) return found[0];
  if (found.length) {
    const words = found.map((iso) => {
      const [, number, on] = iso.split("-").map(Number);
      const name = MONTHS[number - 1];
      return `${iso} (${on} ${name[0].toUpperCase()}${name.slice(1)})`;
    });
    tell(path, `${shown(value)} can mean ${words.join(" or ")}; write the one that is meant, year-month-day`);
  } else if ([YEAR_FIRST, YEAR_LAST, MONTH_FIRST, DAY_FIRST, DIGITS].some((form) => form.test(said.replace(TIMED, "$1")))) {
    tell(path, `there is no such day as ${shown(value)}`);
  } else tell(path, `a date is written year-month-day, such as 2025-03-01, not ${shown(value)}`);
  return null;
}

/** Whether a date is written as it is shown, year-month-day. */
export const isPlainDay = (value) => ISO.test(value);
