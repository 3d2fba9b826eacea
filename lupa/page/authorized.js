// What can be authorized, in numbers: what was asked for, as far as the limits that bind allow.

import { compare, exact, floor, fraction, isWhole, over, roundedInward, times } from "./numbers.js";

/** The most of each limited quantity that can be authorized, and the same in words. */
export function authorized(question) {
  const found = within(most(question), question);
  return {
    authorized: Object.fromEntries([...found].map(([name, number]) => [name, plain(number)])),
    authorized_text: words(found, question.edition),
  };
}

const least = (one, other) => (compare(one, other) > 0 ? other : one);

/** The lowest limit on each quantity that may bind. */
function most(question) {
  const found = new Map();
  for (const [quantity, bound, root] of question.edition.bounds) {
    const limit = exact(bound);
    if (question.possible(root)) found.set(quantity, least(limit, found.get(quantity) ?? limit));
  }
  return found;
}

/** No more of each than is asked for; where a rate is limited and it is known over how much, what it is made from. */
function within(limits, { edition, record }) {
  const found = new Map();
  const capped = (name, limit) => {
    const { whole } = edition.quantities[name];
    const asked = record.intervals.get(name);
    const number = asked ? least(limit, (whole ? roundedInward(asked) : asked).high) : limit;
    found.set(name, whole ? floor(number) : number);
  };
  for (const [name, limit] of limits) {
    const [kind, many, first, second] = edition.derived[name] ?? [];
    const amount = kind === "rate" ? record.intervals.get(second) : undefined;
    if (amount && compare(amount.low, amount.high) === 0) {
      capped(first, over(times(limit, amount.low), exact(many)));
      found.set(second, amount.low);
    } else capped(name, limit);
  }
  return found;
}

/**
 * The numbers with their units, and with what they are where the unit does not say it; of a rate one for so many of the
 * other: `600 capsules for 100 days`.
 */
function words(found, { quantities, derived, terms }) {
  const isSaid = (name, { label }, [unit]) => terms.includes(name) || unit === name || (unit && label.includes(unit));
  const named = (name, quantity) => (isSaid(name, quantity, quantity.unit.split(" ")) ? "" : ` (${quantity.label})`);
  const said = new Map([...found].map(([name, number]) =>
    [name, withUnit(written(number), quantities[name]) + named(name, quantities[name])]));
  for (const [kind, , first, second] of Object.values(derived)) {
    if (kind === "rate" && said.has(first) && said.has(second)) {
      said.set(first, `${said.get(first)} for ${withUnit(written(found.get(second)), quantities[second])}`);
      said.delete(second);
    }
  }
  return [...said.values()].join("; ");
}

/** A number with its decimals; a fraction that has none with a stroke. */
export function written(number) {
  if (isWhole(number)) return String(number.n);
  for (let places = 1, power = 10n; places < 40; places += 1, power *= 10n) {
    const shifted = times(number, fraction(power));
    if (isWhole(shifted)) {
      const digits = String(shifted.n).padStart(places + 1, "0"); // what can be authorized is not below 0
      return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
    }
  }
  return `${number.n}/${number.d}`;
}

/** A number with its unit, 1 month and 2 months. */
export function withUnit(number, { unit, one }) {
  return `${number} ${number === "1" ? one : unit}`.trimEnd();
}

/** The number as JSON can say it. */
const plain = ({ n, d }) => Number(n) / Number(d);
