// What a case says of numbers: in which unit, on which day, in how many measurements, and what follows.

import {
  anything, both, compare, exact, fraction, hull, inParts, interval, isEmpty, isWhole, floor, made,
  plus, roundedInward, scaled, times, truth,
} from "./numbers.js";
import { day, isPlainDay, numberOf, shown } from "./days.js";
import { filtered, isPlain } from "./plain.js";

const ENDS = ["at_least", "more_than", "at_most", "less_than"];
const WRITTEN = /^([+-]?(?:0|[1-9]\d{0,11})(?:\.\d{1,12})?) ?(.*)$/s;
const UNITS = new Map(Object.entries({
  years: ["y", "yr", "yrs", "year", "yo", "y/o", "y.o.", "yearsold", "year-old"], months: ["mo", "mos", "month"],
  weeks: ["wk", "wks", "week"], days: ["d", "day"], capsules: ["cap", "caps", "capsule"],
}).flatMap(([unit, written]) => written.map((one) => [one, unit])));
// A unit is one however it is written: blanks, capitals, a raised number, a part.
const plainUnit = (unit) => unit.normalize("NFKC").replace(/\s+/g, "").toLowerCase().replace(/^-(?=.)/, "");
const isUnit = (...both) => both.every((unit) => typeof unit === "string") && new Set(both.map(plainUnit).map((unit) => UNITS.get(unit) ?? unit)).size === 1;
const SIGNS = { ">=": "at_least", "≥": "at_least", ">": "more_than", "<=": "at_most", "≤": "at_most", "<": "less_than" };
const BOUND = /^(>=|<=|[<>≥≤]) ?(.*)$/s; // as a laboratory reports one
const orMore = (text) => text.trim().replace(/^([\d.]+) ?\+(?!\d)/, ">=$1"); // 18+
const TWO = /^(\d{1,4}) ?\/ ?(\d{1,4})(?: ?(\D.*))?$/s;

/** What is said of two numbers that are written as one, 150/90; null where that is no pair. */
export function takenApart(value, unit) {
  if (value === null) return [null, null];
  if (isPlain(value)) {
    const pair = (value.value ?? null) === null ? null : takenApart(value.value, unit);
    return pair && pair.map((one) => ({ ...value, value: one }));
  }
  const found = typeof value === "string" ? TWO.exec(value.trim()) : null;
  if (!found || !isUnit(found[3] || unit, unit)) return null;
  return [Number(found[1]), Number(found[2])];
}

const rangeWords = (ends) =>
  Object.entries(ends).map(([key, end]) => `${key.replaceAll("_", " ")} ${end}`).join(" and ");

/** Reads the numbers of one case under one edition; `tell` takes note of what is wrong. */
export class StatedNumbers {
  constructor(edition, tell, unknown) {
    this.edition = edition;
    this.tell = tell;
    this.unknown = unknown;
    this.intervals = new Map();
    this.shown = new Map();
    this.places = new Map();
    this.made = new Map();
    this.measured = new Map();
    this.remarks = [];
    this.serviceDate = null;
    this.serviceText = "";
  }

  read(name, quantity, value, path) {
    const fine = this.countedInParts(name, value);
    if (fine) {
      this.read(fine, this.edition.quantities[fine], value, path);
      return;
    }
    if (!this.intervals.has(name)) this.intervals.set(name, null);
    if (value === null || value === undefined) return;
    if (!quantity.dated) {
      const one = this.one(quantity, value, path);
      this.take(name, one ? [one] : [], path);
      return;
    }
    const found = this.several(quantity, value, path);
    if (!found) return;
    this.measured.set(name, found);
    const newest = newestOf(found);
    this.take(name, newest, path);
    const dayed = newest.find((one) => one.days !== null);
    if (dayed) this.ago(`days_since(${name})`, dayed.days, newest[0].words.split(" ").at(-1), path);
    else if (found.all && !found.each.length) this.ago(`days_since(${name})`, null, "none on record", path);
  }

  /** The number of which a text says the parts: an age of `4 months` is one in months. */
  countedInParts(name, value) {
    const [, , named = ""] = (typeof value === "string" && WRITTEN.exec(orMore(value).replace(/^[<>≤≥]=? ?/, ""))) || [];
    const { quantities, scales } = this.edition;
    const is = (one) => isUnit(quantities[one].unit, named);
    return named.trim() && Object.keys(scales).find((fine) => scales[fine][0] === name && is(fine) && !is(name));
  }

  take(name, found, path) {
    const known = found.filter((one) => one.interval);
    if (known.length && known.length === found.length) {
      this.state(name, hull(known.map((one) => one.interval)), found.map((one) => one.words).join(" and "), path);
    }
  }

  state(name, stated, words, path) {
    const before = this.intervals.get(name);
    const found = before ? both(before, stated) : stated;
    if (before && isEmpty(found)) {
      this.tell(path, `says ${words}, but ${this.place(name)} says ${this.shown.get(name)}; keep one`);
      return;
    }
    this.intervals.set(name, found);
    this.shown.set(name, words);
    this.places.set(name, path);
  }

  /** What is said of a day: itself, that it never was, or nothing. */
  day(name, value, path) {
    if (!this.intervals.has(name)) this.intervals.set(name, null);
    if (isPlain(value) && Object.keys(value).join() === "on") [value, path] = [value.on, `${path}.on`];
    if (value === "never") this.ago(name, null, "never", path);
    else if (value !== null) {
      const days = this.daysAgo(value, path);
      if (days !== null) this.ago(name, days, String(value), path);
    }
  }

  ago(name, days, words, path) {
    const most = this.edition.quantities[name]?.most ?? days ?? 0; // of one that no rule reads any will do
    const ago = exact(days ?? most);
    if (compare(ago, exact(most)) > 0) {
      this.tell(path, `is ${days} days ago, which cannot be; check the year`);
      return;
    }
    this.state(name, interval(ago, ago), words, path);
  }

  /** The day that is stated, as year-month-day; null, with a problem, where it cannot be read. */
  on(value, path) {
    const found = day(value, path, this.tell);
    if (found !== null && !isPlainDay(value)) this.readAs(path, value, found);
    return found;
  }

  daysAgo(value, path) {
    const iso = this.on(value, path);
    if (iso === null) return null;
    const on = numberOf(iso);
    if (this.serviceDate === null) {
      this.tell(path, "needs request.service_date, from which days are counted");
      return null;
    }
    if (on > this.serviceDate) {
      this.tell(path, `${iso} is after request.service_date, ${this.serviceText}; check both`);
      return null;
    }
    return this.serviceDate - on;
  }

  several(quantity, value, path) {
    const all = isPlain(value) && Object.hasOwn(value, "only");
    if (all && Object.keys(value).length > 1) {
      this.tell(path, "`only` stands alone, as in {only: [95]}");
      return null;
    }
    if (all) [value, path] = [value.only, `${path}.only`];
    if (!Array.isArray(value)) {
      const one = this.one(quantity, value, path);
      return one && { each: [one], all };
    }
    const each = [];
    for (const [place, said] of value.entries()) {
      const one = this.one(quantity, said, `${path}[${place}]`);
      if (!one) return null;
      if (one.days === null && value.length > 1) {
        this.tell(`${path}[${place}]`, "of several measurements each has its day; add `on`");
        return null;
      }
      each.push(one);
    }
    return { each, all };
  }

  one(quantity, given, path) {
    const value = typeof given === "string" ? this.inWords(quantity, given, path) : given;
    if (!isPlain(value)) {
      const number = this.number(quantity, value, path);
      return number && { interval: interval(number, number), days: null, words: String(value) };
    }
    const keys = [...ENDS, "value", "unit", ...(quantity.dated ? ["on"] : [])];
    for (const key of Object.keys(value)) {
      if (!keys.includes(key)) {
        if (key === "on") this.tell(`${path}.on`, "no day is kept of this number; leave `on` out");
        else this.unknown(key, `${path}.${key}`, keys);
        return null;
      }
    }
    const { unit = quantity.unit } = value;
    const meant = Object.keys(quantity.units).find((one) => isUnit(one, unit));
    const factor = isUnit(unit, quantity.unit) ? fraction(1n) : meant !== undefined && exact(quantity.units[meant]);
    if (!factor) {
      const known = [quantity.unit, ...Object.keys(quantity.units)].filter(Boolean).join(", ") || "none";
      this.tell(`${path}.unit`, `${shown(unit)} is no unit of this number; known are ${known}`);
      return null;
    }
    const on = value.on ?? null;
    const days = on === null ? null : this.daysAgo(on, `${path}.on`);
    if (days === null && on !== null) return null;
    const ends = filtered(value, ([key]) => ENDS.includes(key));
    const ranged = Object.keys(ends).length > 0;
    const hasValue = Object.hasOwn(value, "value");
    const words = () => (ranged ? rangeWords(ends) : value.value) +
      (unit === quantity.unit ? "" : ` ${unit}`) + (days === null ? "" : ` on ${on}`);
    if (ranged && hasValue) {
      this.tell(path, "says a `value` and a range; keep one");
      return null;
    }
    if (hasValue && value.value !== null) {
      const number = this.number(quantity, value.value, `${path}.value`, factor, unit);
      return number && { interval: interval(number, number), days, words: words() };
    }
    if (!hasValue && (ranged || days === null)) {
      const found = this.range(quantity, ends, path, factor, unit);
      return found && { interval: found, days, words: words() };
    }
    return { interval: null, days, words: words() };
  }

  /** A text that a sign makes a bound, `>60`, or that names another unit, as the mapping that says so. */
  inWords(quantity, text, path) {
    const [, sign, rest] = BOUND.exec(orMore(text)) ?? [];
    const [, number, named = ""] = (sign && WRITTEN.exec(rest.trim())) || [];
    const unit = number && [quantity.unit, ...Object.keys(quantity.units)].find((one) => !named.trim() || isUnit(one, named));
    if (unit === undefined || !number) return this.inItsUnit(quantity, text, path);
    const end = SIGNS[sign];
    const words = `${end.replace("_", " ")} ${number.replace(/^\+/, "")} ${unit}`.trimEnd();
    this.readAs(path, text, words);
    return { [end]: Number(number), unit };
  }

  readAs(place, written, found) {
    this.remarks.push({ place, text: `${shown(written)} was read as ${found}.` });
  }

  /** A text that names another of the units, `201 lb`, as the mapping that says so; others as they are. */
  inItsUnit({ unit: own, units }, text, path) {
    const [, number, named = ""] = WRITTEN.exec(text.trim()) ?? [];
    const is = (unit) => isUnit(unit, named);
    const unit = named && !is(own) ? Object.keys(units).find(is) : null;
    if (!unit) return text;
    const found = `${number.replace(/^\+/, "")} ${unit}`;
    if (text !== found) this.readAs(path, text, found);
    return { value: Number(number), unit };
  }

  number(quantity, given, path, factor = fraction(1n), unit = quantity.unit) {
    let value = given;
    if (typeof given === "string") {
      const found = WRITTEN.exec(given.trim());
      if (found && (!found[2].trim() || isUnit(found[2], unit))) {
        value = Number(found[1]);
        const number = found[1].replace(/^\+/, "");
        this.readAs(path, given, `${number} ${unit}`.trimEnd());
      }
    }
    if (typeof value !== "number" || !Number.isFinite(value)) {
      this.tell(path, `a number${quantity.unit ? ` of ${quantity.unit}` : ""} is expected, not ${shown(value)}`);
      return null;
    }
    const found = times(exact(value), factor);
    if (compare(found, exact(quantity.least)) < 0 || compare(found, exact(quantity.most)) > 0) {
      const span = `${quantity.least} to ${quantity.most} ${quantity.unit}`.trimEnd();
      this.tell(path, `${shown(value)} cannot be; from ${span} is expected`);
      return null;
    }
    if (quantity.whole && !isWhole(found)) {
      this.tell(path, `${shown(value)} is not whole${quantity.unit && `; ${quantity.unit} are counted`}`);
      return null;
    }
    return found;
  }

  range(quantity, ends, path, factor, unit) {
    if (!Object.keys(ends).length) {
      this.tell(path, `a range names one of ${ENDS.join(", ")}`);
      return null;
    }
    let found = anything(quantity);
    for (const [key, end] of Object.entries(ends)) {
      const bound = this.number(quantity, end, `${path}.${key}`, factor, unit);
      if (!bound) return null;
      const low = key === "at_least" || key === "more_than";
      const open = key === "more_than" || key === "less_than";
      found = both(found, low ? { ...anything(quantity), low: bound, lowOpen: open } : { ...anything(quantity), high: bound, highOpen: open });
    }
    if (quantity.whole) found = roundedInward(found);
    if (isEmpty(found)) {
      this.tell(path, `no number${quantity.unit && ` of ${quantity.unit}`} is ${rangeWords(ends)}`);
      return null;
    }
    return found;
  }

  place(name) {
    if (this.made.has(name)) return this.place(this.made.get(name));
    const { section, where } = this.edition.quantities[name];
    return this.places.get(name) ?? [section, ...where].join(".");
  }

  // ---- what follows -------------------------------------------------------------------------------

  birthDate(given, path) {
    const value = this.on(given, path);
    if (value === null) return;
    const born = numberOf(value);
    if (this.serviceDate === null) {
      this.tell(path, "needs request.service_date to give an age; or state facts.age");
      return;
    }
    if (born > this.serviceDate) {
      this.tell(path, `${value} is after request.service_date, ${this.serviceText}; check both`);
      return;
    }
    const [year, month, date] = value.split("-").map(Number);
    const [thatYear, thatMonth, thatDate] = this.serviceText.split("-").map(Number);
    const months = 12 * (thatYear - year) + thatMonth - month - (thatDate < date ? 1 : 0);
    for (const [name, number, what] of [["age", Math.floor(months / 12), "age"], ["age_months", months, "age in months"]]) {
      if (this.edition.quantities[name] && !this.born(name, number, what, value, path)) return;
    }
  }

  born(name, number, what, birth, path) {
    const quantity = this.edition.quantities[name];
    const said = `gives an ${what} of ${number} on ${this.serviceText}`;
    if (number < quantity.least || number > quantity.most) {
      this.tell(path, `${said}, which cannot be`);
      return false;
    }
    const stated = this.intervals.get(name);
    const years = interval(exact(number), exact(number + 1), false, true);
    const found = stated ? both(years, stated) : years;
    if (isEmpty(found)) {
      this.tell(path, `${said}, but facts.${name} says otherwise; keep one`);
      this.intervals.set("age", null).set("age_months", null);
      return false;
    }
    this.intervals.set(name, found);
    if (compare(found.low, found.high)) this.shown.set(name, `born ${birth}, so ${number} on ${this.serviceText}`);
    return true;
  }

  /** The quantities that the case gives; how long ago one was measured is said with it. */
  get stated() {
    return [...this.intervals]
      .filter(([name, known]) => known && ![...this.measured.keys()].some((of) => name === `days_since(${of})`))
      .map(([name]) => name).sort();
  }

  settle() {
    for (const [fine, [coarse, parts]] of Object.entries(this.edition.scales)) this.oneScale(fine, coarse, parts);
    for (const [name, derived] of Object.entries(this.edition.derived)) {
      const needed = derived[0] === "rate" ? [derived[2]] : [derived[2], derived[3]];
      if (needed.some((part) => this.intervals.has(part))) this.derive(name, derived);
    }
  }

  oneScale(fine, coarse, parts) {
    const small = this.intervals.get(fine) ?? null;
    const large = this.intervals.get(coarse) ?? null;
    if (!small && !large) return;
    const { quantities } = this.edition;
    let found = anything(quantities[fine]);
    found = { ...found, high: plus(found.high, fraction(1n)), highOpen: true };
    if (large) {
      const whole = isWhole(large.low) ? large : { ...large, low: floor(large.low), lowOpen: false };
      found = both(found, scaled(inParts(whole), exact(parts)));
    }
    if (small) found = both(found, inParts(small));
    if (isEmpty(found)) {
      const other = `${this.place(coarse)} as ${this.shown.get(coarse)}`;
      this.tell(this.place(fine), `is stated as ${this.shown.get(fine)}, but ${other}; keep one`);
      return;
    }
    if (small) this.intervals.set(fine, both(small, found));
    else {
      const words = this.shown.get(coarse);
      this.intervals.set(fine, found);
      this.made.set(fine, coarse);
      this.shown.set(fine, words.includes(",") ? words : `${words} ${quantities[coarse].unit}`);
    }
    if (!large) {
      this.made.set(coarse, fine);
      this.shown.set(coarse, `${this.shown.get(fine)} ${quantities[fine].unit}`);
    }
    const open = large && quantities[coarse].cuts.some(([kind, bound]) => truth(large, kind, exact(bound)) === null);
    if (!large || (small && open)) this.intervals.set(coarse, scaled(found, fraction(1n, BigInt(parts))));
  }

  derive(name, derived) {
    const { quantities } = this.edition;
    const parts = [derived[2], derived[3]];
    const [first, second] = parts.map((part) => this.intervals.get(part) ?? anything(quantities[part]));
    const found = made(derived, first, second, anything(quantities[name]));
    const stated = this.intervals.get(name);
    const both_ = stated ? both(found, stated) : found;
    const shown = parts.map((part) => this.shown.get(part)).filter(Boolean);
    const ofDays = parts.every((part) => part.startsWith("days_since(")); // from the day that is longer ago, if so
    const words = ofDays ? shown.reverse().join(" to ") : shown.join(derived[0] === "rate" ? " for " : ", then ");
    if (isEmpty(both_)) {
      const from = `${parts.map((part) => this.place(part)).join(" and ")} (${words}) say otherwise`;
      this.tell(this.place(name), `is stated as ${this.shown.get(name)}, but ${from}; keep one`);
      return;
    }
    if (!this.intervals.has(name)) this.made.set(name, parts.find((part) => this.intervals.has(part)));
    this.intervals.set(name, both_);
    this.shown.set(name, [this.shown.get(name), words].filter(Boolean).join("; "));
  }

  /** What the measurements say of facts about them: variable, truth, place, words. */
  *measurements() {
    for (const [variable, quantity, kind, bound, reached, days, many] of this.edition.asked) {
      const found = this.measured.get(quantity);
      if (!found) continue;
      const isOne = (one) => {
        const is = one.interval ? truth(one.interval, kind, exact(bound)) : null;
        if (is === !reached || (one.days !== null && one.days > days)) return false;
        return is === null || one.days === null ? null : true;
      };
      const each = found.each.map(isOne);
      const yes = each.filter((is) => is === true).length;
      const no = each.filter((is) => is === false).length;
      const so = yes >= many ? true : found.all && each.length - no < many ? false : null;
      if (so === null) continue;
      const which = found.each.filter((_, at) => (so ? each[at] : many === 1 || each[at] !== false));
      const none = found.each.length ? "none of those on record" : "none on record";
      yield [variable, so, this.place(quantity), which.map((one) => one.words).join(", ") || none];
    }
  }
}

/** The last measurement, or those of the last day. */
function newestOf({ each }) {
  const days = each.filter((one) => one.days !== null).map((one) => one.days);
  return each.filter((one) => !days.length || one.days === Math.min(...days));
}
