// Codes as people write them: with and without their points, behind the name of a system or by themselves.

export const MAYBE_CODE = /^(?=.*\d)[a-z\d](?:\.?[a-z\d]){1,9}$/; // whose points may be left out

/** The system that a name means, or the only one that begins so (ICD-10); else the name itself. */
function systemOf(page, said) {
  const plain = said.toLowerCase().replaceAll("-", "");
  const meant = [...new Set(page.codes.map((row) => row.system))].filter((one) => one.startsWith(plain));
  return meant.includes(plain) ? plain : meant.length === 1 ? meant[0] : said;
}

/** The system that is named before a code, of which there is no row; null for none. */
export function unknownSystem(page, given) {
  const [, named = ""] = /^([A-Za-z][\w-]*(?: [A-Za-z]{2})?)(?: ?[:|]\s*| (?=\d{5}|\d{3}\.\d))\S*\d\S*(?:\s*\|[^]*|\s*\([^()]*\))?$/.exec(given.trim()) ?? [];
  return named && page.codes.length && !page.codes.some((row) => row.system === systemOf(page, named)) ? named : null;
}

/** The rows for a code among those that are known here; none for no code. */
export function rowsOf(page, given) {
  const [, named = null, rest] = /^(?:([A-Za-z][\w-]*)(?:[:|]\s*|(?<=[\w-]{3})\s+(?=\S*\d\S*$)))?(.+)$/.exec(given.trim()) ?? [null, null, ""];
  const system = named === null ? null : systemOf(page, named);
  const code = rest.toLowerCase();
  const here = (of) => page.codes.filter((row) => of(row.code.toLowerCase()) && (system === null || row.system === system));
  const plain = (text) => text.replaceAll(".", "");
  const found = here((one) => one === code);
  if (!found.length && /^\D+[^\Ws]s$/.test(code)) return rowsOf(page, given.trim().slice(0, -1)); // a term in the plural
  if (found.length || !MAYBE_CODE.test(code) || page.codes.some((row) => row.code.toLowerCase() === code)) return found;
  return here((one) => plain(one) === plain(code));
}
