// What is made when it is first asked for: a page opens with what it shows.

/** Gives an object properties, each of which `makes` has a function for. */
export function later(object, makes) {
  for (const [name, make] of Object.entries(makes)) {
    const keep = (value) => Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
    Object.defineProperty(object, name, { enumerable: true, configurable: true, get: () => keep(make())[name] });
  }
  return object;
}
