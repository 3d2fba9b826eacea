// Numbers and nodes as a page holds them, unpacked.

/** Numbers from how far each is after the one before, the first after 0. */
export function fromSteps(steps) {
  let last = 0;
  return steps.map((step) => (last += step));
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
