// What a page holds, unpacked: bytes, texts, numbers and nodes.

import { normal } from "./names.js";
import { each } from "./plain.js";

const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;.=>?@^_`{|}~";

/** The bytes of a text that has five signs for every four. */
export function bytesOf(text) {
  const value = new Uint8Array(128);
  for (let at = 0; at < SIGNS.length; at += 1) value[SIGNS.charCodeAt(at)] = at;
  const whole = text.padEnd(5 * Math.ceil(text.length / 5), SIGNS.at(-1));
  const words = new DataView(new ArrayBuffer((4 * whole.length) / 5));
  for (let at = 0; at < whole.length; at += 5) {
    let word = 0;
    for (let next = at; next < at + 5; next += 1) word = SIGNS.length * word + value[whole.charCodeAt(next)];
    words.setUint32((4 * at) / 5, word);
  }
  return new Uint8Array(words.buffer, 0, Math.floor((4 * text.length) / 5));
}

/** Numbers from how far each is after the one before, the first after 0. */
export function fromSteps(steps) {
  let last = 0;
  return steps.map((step) => (last += step));
}

const SHORT = 3; // lists of no more numbers are written as they are

/** Data in full whose longer lists of whole numbers are in steps. */
export function inFull(value) {
  if (value === null || typeof value !== "object") return value;
  if (!Array.isArray(value)) return each(value, inFull);
  return value.length > SHORT && value.every(Number.isInteger) ? fromSteps(value) : value.map(inFull);
}

/** Gives each text by its place: what it shares with others, and the name that it is about; see `Texts`. */
export function textsOf({ shared, numbers, names }) {
  const [of, about] = [fromSteps(numbers), fromSteps(names)];
  const text = (place) => {
    const found = shared[of[place]];
    if (about[place] < 0) return found;
    const name = text(about[place]);
    return found.replace("\0", () => name).replace("\x01", () => name[0].toUpperCase() + name.slice(1)).replace("\x02", () => normal(name));
  };
  return text;
}

/** The nodes, from how far after the one before the variable of each stands, and how far before it its children. */
export function nodesOf([after, no, yes]) {
  const child = (back, at) => (back < 0 ? back : at - back);
  return { variable: fromSteps(after), no: Int32Array.from(no, child), yes: Int32Array.from(yes, child), count: no.length };
}

/** The nodes of all editions as one of them sees these: with its own variables, which bear such numbers in the policy. */
export function seenBy(nodes, numbers) {
  const own = new Map(numbers.map((number, variable) => [number, variable]));
  return { ...nodes, variable: Int32Array.from(nodes.variable, (number) => own.get(number) ?? 0), stamps: new Int32Array(nodes.count), stamp: 0 };
}
