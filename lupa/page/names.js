// Names as people write them.

/** What is given for a name; a whole number is one as it is written, where that is known: stage 3. */
export function asName(given, known) {
  return Number.isInteger(given) && Object.hasOwn(known, String(given)) ? String(given) : given;
}

/** Whether a word of a name has letters of two alphabets, which may look alike; a micro sign is none. */
export const mixesAlphabets = (name) => /(?=\p{L}*\p{sc=Latn})\p{L}*(?!\p{sc=Latn})[\p{Ll}\p{Lo}]/u.test(normal(name).replaceAll("μ", ""));

/** A name without case, accents, marks about it and the difference between blank, hyphen and underscore. */
export function normal(name) {
  const plain = name.replaceAll("’", "'").replace(/[“”]/g, '"').replace(/[®™]/g, "")
    .normalize("NFKD").replace(/(?![\u202d\u202e])[\p{M}\p{Cf}]/gu, "").toLowerCase().trim();
  return (plain.replace(/^[ "'.,;]+|[ "'.,;]+$/g, "") || plain).replace(/[\s_\-\u2010-\u2015]+/g, "_");
}
