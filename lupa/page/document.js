// The policy in the order of its document: each clause, what encodes it, and how that stands in the case at hand.

import { button, h, quiet } from "./dom.js";

/** An edition's clauses below `above`, with the items that cite each; `ask(item, name, condition)` shows for whom one decides. */
export function documentView(edition, decision, ask, above) {
  const status = new Map(decision ? walk(decision.criteria) : []);
  const kinds = [["criteria", "criterion"], ["parts", "part"], ["bases", "basis to deny"], ["limits", "limit"], ["scope", "scope"], ["advisories", "advisory"], ["notes", "note"], ["referrals", "referral"]];
  const citing = edition.clauses.map(() => []);
  for (const [list, kind] of kinds) {
    for (const item of Object.values(edition[list])) {
      for (const clause of new Set(item.sources.map(([, place]) => place))) citing[clause].push({ kind, item });
    }
  }
  const { document: title, payer } = edition.about;
  return [
    h("h2", {}, `${title}, edition ${edition.name}`), quiet(`${payer}. Every clause of the document, and what it became; each condition is exact, as the text is usually read. A condition that is clicked opens the smallest patient for whom it decides, or says that a smaller one may be.`),
    ...above.flat(),
    h("ol", { class: "clauses" }, edition.clauses.map((clause, place) => h("li", { "data-clause": clause.id },
      quiet(`${clause.source.replace(`${title}, `, "")} · ${clause.status}`),
      h("blockquote", {}, clause.text),
      clause.why ? h("p", {}, clause.why) : null,
      shown(citing[place], status, (kind, item) => meaning(edition, kind, item, ask))))),
  ];
}

const FEW = 6;

const IS = { criterion: "is met", part: "is met", "basis to deny": "denies", limit: "is exceeded", scope: "puts the request out of scope", advisory: "is advised", note: "is noted" };

/** A condition of several, which a text may say as one. */
export function several({ every, text, least = null }, parts) {
  if (!parts.length) return every ? "always" : "never";
  const list = h("ul", {}, parts.map((each) => h("li", {}, each)));
  if (text) return h("details", {}, h("summary", {}, text), list);
  if (least) return [h("span", {}, `${least} or more of these are so:`), list];
  return [h("span", {}, every ? "all of these are so:" : "any of these is so:"), list];
}

/** A condition of an edition; `ask` is given a part of it that is clicked, a fact with its value. */
export function condition({ facts }, whole, ask) {
  const part = (one) => {
    if (one.variable === undefined) return several(one, one.parts.map(part));
    const words = facts[one.variable][one.value ? "yes" : "no"];
    return button(words, () => ask(one), { class: "fact", "aria-label": `${words} For whom does it decide?` });
  };
  return whole.why ? `not told here, ${whole.why}` : part(whole);
}

/** When an item is so. */
function meaning(edition, kind, item, ask) {
  const name = { "basis to deny": "basis", part: "criterion" }[kind] ?? kind;
  const found = edition.meanings[`${name}(${item.id})`];
  if (!found) return null;
  const isSentence = found.variable !== undefined || found.text || found.why;
  return h("div", { class: "meaning" }, `${IS[kind]} just when${isSentence ? ":" : ""} `, condition(edition, found, (one) => ask(item, item.id, one)));
}

function shown(items, status, when) {
  if (!items.length) return null;
  const line = ({ kind, item }) => h("li", {}, `${kind} `, h("code", {}, item.id), `: ${item.yes} `, status.has(item.id) && ["criterion", "part"].includes(kind) ? h("strong", { class: { "not met": "unmet" }[status.get(item.id)] ?? status.get(item.id) }, status.get(item.id)) : null, when(kind, item));
  if (items.length <= FEW) return h("ul", {}, items.map(line));
  return h("details", {}, h("summary", {}, `${items.length} items come of it`), h("ul", {}, items.map(line)));
}

function* walk(criteria) {
  for (const one of criteria) {
    yield [one.id, one.status === "unmet" ? "not met" : one.status];
    yield* walk(one.parts);
  }
}
