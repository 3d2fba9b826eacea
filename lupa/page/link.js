// A case as a link: it is kept in the fragment of an address, which no browser sends.

/** The fragment that holds a case. */
export function fragmentOf(given) {
  const bytes = new TextEncoder().encode(JSON.stringify(given));
  const text = btoa([...bytes].map((byte) => String.fromCharCode(byte)).join(""));
  return `#case=${text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** The case that a fragment holds; null where it is not about one. Throws for what cannot be read. */
export function caseIn(fragment) {
  const found = /^#case=([A-Za-z0-9_-]+)$/.exec(fragment);
  if (!found) return null;
  const bytes = Uint8Array.from(atob(found[1].replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}
