// Plain data, as JSON has it.

/** Whether a value is a mapping. */
export const isPlain = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** A mapping with something made of each of its values. */
export const each = (mapping, make) => Object.fromEntries(Object.entries(mapping).map(([key, value]) => [key, make(value)]));

/** Those of the entries of a mapping, each a key and a value, that are wanted. */
export const filtered = (mapping, isWanted) => Object.fromEntries(Object.entries(mapping).filter(isWanted));
