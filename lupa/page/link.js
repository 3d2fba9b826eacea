// A case as a link: it is kept in the fragment of an address, which no browser sends.

/** The fragment that holds a case. */
export function fragmentOf(given) {
  const bytes = new TextEncoder().encode(JSON.stringify(given));
  const text = btoa([...bytes].map((byte) => String.fromCharCode(byte)).join(""));
  return `#case=${text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** The case that is `linked` by a fragment, or the `problems` with one; neither where it is not about a case. */
export function caseIn(fragment) {
  if (!fragment.startsWith("#case=")) return {};
  try {
    const bytes = Uint8Array.from(atob(fragment.slice(6).replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
    return { linked: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return { problems: ["The link holds no case that can be read."] };
  }
}
