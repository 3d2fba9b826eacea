// Plain data, as JSON has it.

/** Whether a value is a mapping. */
export const isPlain = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
