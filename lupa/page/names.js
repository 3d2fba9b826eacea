// Names as people write them.

/** A name without case, accents and the difference between blank, hyphen and underscore. */
export function normal(name) {
  const plain = name.replaceAll("’", "'").replace(/[®™]/g, "").normalize("NFKD").replace(/\p{M}/gu, "");
  return plain.toLowerCase().trim().replace(/[ _\-\u2010-\u2015]+/g, "_");
}
