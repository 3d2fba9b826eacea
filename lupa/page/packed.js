// Numbers and nodes as a page holds them, unpacked.

/** Numbers from how far each is after the one before, the first after 0. */
export function fromSteps(steps) {
  let last = 0;
  return steps.map((step) => (last += step));
}

const SHORT = 3; // lists of no more numbers are written as they are

/** Data in full whose longer lists of whole numbers are in steps. */
export function inFull(value) {
  if (value === null || typeof value !== "object") return value;
  if (!Array.isArray(value)) return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, inFull(below)]));
  return value.length > SHORT && value.every(Number.isInteger) ? fromSteps(value) : value.map(inFull);
}

/** Gives each text by its place: what it shares with others, and the name that it is about; see `Texts`. */
export function textsOf({ shared, numbers, names }) {
  const [of, about] = [fromSteps(numbers), fromSteps(names)];
  const text = (place) => {
    const found = shared[of[place]];
    if (about[place] < 0) return found;
    const name = text(about[place]);
    return found.replace("\0", () => name).replace("\x01", () => name[0].toUpperCase() + name.slice(1));
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
