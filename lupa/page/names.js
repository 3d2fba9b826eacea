// Names as people write them.

/** What is given for a name; a whole number is one as it is written, where that is known: stage 3. */
export function asName(given, known) {
  return Number.isInteger(given) && Object.hasOwn(known, String(given)) ? String(given) : given;
}

/** A name without case, accents, marks about it and the difference between blank, hyphen and underscore. */
export function normal(name) {
  const plain = name.replaceAll("’", "'").replace(/[“”]/g, '"').replace(/[®™\xad\u200b-\u200d\u2060\ufeff]/g, "")
    .normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
  return (plain.replace(/^[ "'.,;]+|[ "'.,;]+$/g, "") || plain).replace(/[\s_\-\u2010-\u2015]+/g, "_");
}
