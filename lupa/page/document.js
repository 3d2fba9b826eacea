// The policy in the order of its document: each clause, what encodes it, and how that stands in the case at hand.

import { h } from "./dom.js";

/** The clauses of an edition, with the items that cite each. */
export function documentView(edition, decision) {
  const status = new Map(decision ? walk(decision.criteria) : []);
  const kinds = [["criteria", "criterion"], ["bases", "basis to deny"], ["limits", "limit"], ["scope", "scope"], ["advisories", "advisory"], ["notes", "note"], ["referrals", "referral"]];
  const citing = edition.clauses.map(() => []);
  for (const [list, kind] of kinds) {
    for (const item of [...edition[list], ...(list === "criteria" ? Object.values(edition.parts) : [])]) {
      for (const clause of new Set(item.sources.map(([, place]) => place))) citing[clause].push({ kind, item });
    }
  }
  const { document: title, payer } = edition.about;
  return [
    h("h2", {}, `${title}, edition ${edition.name}`), h("p", { class: "quiet" }, `${payer}. Every clause of the document, and what it became.`),
    h("ol", { class: "clauses" }, edition.clauses.map((clause, place) => h("li", { "data-clause": clause.id },
      h("p", { class: "quiet" }, `${clause.source.replace(`${title}, `, "")} · ${clause.status}`),
      h("blockquote", {}, clause.text),
      clause.why ? h("p", {}, clause.why) : null,
      shown(citing[place], status)))),
  ];
}

const FEW = 6;

function shown(items, status) {
  if (!items.length) return null;
  const line = ({ kind, item }) => h("li", {}, `${kind} `, h("code", {}, item.id), `: ${item.yes} `, status.has(item.id) && kind === "criterion" ? h("strong", { class: status.get(item.id) }, status.get(item.id)) : null);
  if (items.length <= FEW) return h("ul", {}, items.map(line));
  return h("details", {}, h("summary", {}, `${items.length} items come of it`), h("ul", {}, items.map(line)));
}

function* walk(criteria) {
  for (const one of criteria) {
    yield [one.id, one.status === "unmet" ? "not met" : one.status];
    yield* walk(one.parts);
  }
}
