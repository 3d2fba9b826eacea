// What is saved: the same bytes as lupa writes.

/** A case as a file. */
export const plainJson = (given) => `${JSON.stringify(given, null, 2)}\n`;

/** From what a decision was made: the digest of the rules, of what the case asks and states, and the version. */
export async function digest(given, edition) {
  const text = sorted({ facts: given.facts ?? {}, request: given.request ?? {} });
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { kb: edition.fingerprint, case: `sha256 ${digits}`, lupa: edition.lupa };
}

/** Plain data as Python writes it: keys in order, blanks after commas and colons, nothing but ASCII. */
export function sorted(value) {
  if (Array.isArray(value)) return `[${value.map(sorted).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value).sort().map((key) => `${sorted(key)}: ${sorted(value[key])}`).join(", ")}}`;
  }
  if (typeof value === "number" && !Number.isInteger(value)) return `"${value}"`; // read as an exact decimal
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
