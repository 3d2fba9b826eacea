// What a page holds, unpacked: bytes, texts, numbers and nodes.

import { normal } from "./names.js";
import { each } from "./plain.js";

const SIGNS = 93; // all that can be seen, from "!" on, but "<"

/** The bytes of a text; see `in_signs` of `lupa.page.packed`. */
export function bytesOf(text) {
  const value = (at) => text.charCodeAt(at) - (text[at] > "<" ? 34 : 33);
  const bytes = [];
  let [held, bits] = [0, 0];
  for (let at = 0; at < text.length; at += 2) {
    const isPair = at + 1 < text.length;
    held |= (value(at) + (isPair ? SIGNS * value(at + 1) : 0)) << bits;
    bits += isPair ? 13 : 6;
    for (; bits >= 8; bits -= 8) {
      bytes.push(held & 255);
      held >>= 8;
    }
  }
  return new Uint8Array(bytes);
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
