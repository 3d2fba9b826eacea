// The same case under other readings of the text and other editions, side by side.

import { questions } from "./case.js";
import { button, h } from "./dom.js";
import { put } from "./edits.js";
import { inWords, plainly } from "./words.js";

function outcomes(page, given, edition) {
  try {
    return questions(page, given, [edition])[0].outcomes;
  } catch {
    return null; // it cannot be read so: a name that the other edition lacks
  }
}

const told = (found) => (found === null ? "cannot be read" : found.length > 1 ? `pend (${inWords(found)})` : plainly(found[0]));

/** The outcomes under each other reading and edition, with which they differ from those now. */
export function otherwise(page, given, question) {
  const { edition, record, outcomes: now } = question;
  const same = (found) => found !== null && found.join() === now.join();
  const rows = [];
  for (const other of edition.about.editions) {
    if (other !== edition) rows.push({ kind: "edition", name: other.name, set: (base) => put(base, ["request", "policy"], `${edition.policy}@${other.name}`), found: outcomes(page, given, other) });
  }
  for (const [name, tree] of Object.entries(edition.choices.reading ?? {})) {
    for (const [choice, variable] of Object.entries(tree[""] ?? {})) {
      const isNow = record.stated.get(variable) ?? record.assumed.get(variable) ?? false;
      if (!isNow) {
        rows.push({ kind: "reading", name: edition.facts[variable].yes, set: (base) => put(base, ["facts", "reading", name], choice), found: question.readSo(Object.values(tree[""]), variable) });
      }
    }
  }
  return rows.map((row) => ({ ...row, differs: !same(row.found) }));
}

/** A table of these; `choose` is given the case that is read so. */
export function othersTable(rows, given, choose) {
  if (!rows.length) return null;
  const differing = rows.filter((row) => row.differs);
  const line = (row) => h("tr", { class: row.differs ? "differs" : "" },
    h("th", { scope: "row" }, row.kind === "edition" ? `Edition ${row.name}` : row.name),
    h("td", {}, told(row.found)),
    h("td", {}, button("Decide so", () => choose(row.set(given), row.name), { "aria-label": `Decide so: ${row.name}` })));
  const table = (found, caption) => h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, ["Read so", "Outcome", "Try"].map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, found.map(line)));
  const rest = rows.filter((row) => !row.differs);
  return h("section", { class: "part others" }, h("h3", {}, "Other readings and editions"),
    differing.length ? table(differing, "The outcome is another") : h("p", {}, "Under every other reading and edition the outcome is the same."),
    rest.length > 0 && differing.length > 0 && h("details", {}, h("summary", {}, `${rest.length} more give the same outcome`), table(rest, "The outcome is the same")));
}
