// What would change the outcome: the cheapest ways, each to be tried, and what may not change.

import { h } from "./dom.js";
import { put, say } from "./edits.js";
import { searching } from "./flip.js";
import { plainly } from "./words.js";

const FEW = 5; // so many ways are shown at once
const TURN = 30; // milliseconds after which a search lets the page do other things
const KIND = { find_out: "find out", ask_for_less: "ask for less", change: "change" };

/** The case with these statements, each where a case states it. */
export function stating(given, edition, places, statements) {
  let next = given;
  const ranges = new Map();
  for (const { variable, value } of statements) {
    const { path, value: choice, quantity } = places.get(variable);
    if (choice !== undefined) next = put(next, path, choice);
    else if (quantity === undefined) next = say(next, edition, path, value);
    else {
      const [kind, bound] = edition.quantities[quantity].cuts.find(([, , one]) => one === variable);
      const end = { at_least: ["less_than", "at_least"], more_than: ["at_most", "more_than"] }[kind][Number(value)];
      const key = path.join("/");
      ranges.set(key, { path, range: { ...ranges.get(key)?.range, [end]: Number(bound) } });
    }
  }
  for (const { path, range } of ranges.values()) next = put(next, path, range);
  return next;
}

/** The part of the page that finds them, when asked to; `choose(statements)` tries some. */
export function changing(question, places, choose) {
  const { edition, outcomes } = question;
  const wanted = edition.outcomes.filter((name) => outcomes.length > 1 || name !== outcomes[0]);
  const first = wanted.includes("approve") ? "approve" : wanted[0];
  const select = h("select", { id: "wanted" }, wanted.map((name) => h("option", { value: name }, plainly(name))));
  select.value = first;
  const fixed = new Map();
  const found = h("div", { role: "status" });
  let now = null;
  const find = () => {
    const to = select.value;
    const search = searching(question, to, FEW, new Set(fixed.keys()));
    now = search;
    found.replaceChildren(h("p", {}, "Searching …"));
    inTurns(search, () => now === search && found.isConnected, (done) =>
      found.replaceChildren(...told(question, done, to, fixed, choose, find).flat(Infinity).filter(Boolean)));
  };
  return h("section", { class: "part change", "aria-labelledby": "change" }, h("h3", { id: "change" }, "What would change it"),
    h("div", { class: "row" }, h("label", { for: "wanted" }, "Cheapest ways to make it"), select, h("button", { type: "button", on: { click: find } }, "Find them")),
    found);
}

/** Goes on with a search as long as it is wanted, and shows what it comes to. */
function inTurns(search, isWanted, show) {
  const end = performance.now() + TURN;
  while (isWanted()) {
    const { done, value } = search.next();
    if (done) return show(value);
    if (performance.now() > end) return setTimeout(() => inTurns(search, isWanted, show));
  }
  return undefined;
}

function told(question, { sets, ties, up, blocked }, to, fixed, choose, find) {
  const fix = (statement) => { fixed.set(statement.variable, statement); find(); };
  const free = (variable) => { fixed.delete(variable); find(); };
  const words = ({ variable, value }) => question.sentence(variable, value);
  const how = ({ variable, kind }) => (question.edition.ofReadings.has(variable) ? "the plan settles" : KIND[kind]);
  const item = ({ cost, statements }) => h("li", {},
    h("ul", {}, statements.map((statement) => h("li", {},
      h("strong", {}, `${how(statement)}: `), `${words(statement)} `,
      h("button", { type: "button", "aria-label": `Leave this out: ${words(statement)}`, on: { click: () => fix(statement) } }, "not this")))),
    h("p", { class: "row" }, h("span", { class: "quiet" }, `cost ${cost}`), h("button", { type: "button", on: { click: () => choose(statements) } }, "Try it")));
  const rest = sets.slice(FEW);
  return [
    fixed.size > 0 && h("p", {}, "Left out: ", [...fixed.values()].map((statement) =>
      h("button", { type: "button", on: { click: () => free(statement.variable) } }, `${words(statement)} ×`))),
    up && h("p", {}, "There may be more: the search was given up; ", h("code", {}, "lupa flip"), " goes on."),
    sets.length > 0 && h("p", {}, `Cheapest to make it ${plainly(to).toUpperCase()}: ${ties} ${ties === 1 ? "way" : "ways"}, none cheaper${sets.length > ties ? "; then the next best" : ""}.`),
    sets.length > 0 && h("ol", {}, sets.slice(0, FEW).map(item)),
    rest.length > 0 && h("details", {}, h("summary", {}, `${rest.length} more`), h("ol", { start: FEW + 1 }, rest.map(item))),
    !sets.length && !up && h("p", {}, blocked.length ? `Nothing within reach makes it ${plainly(to)}: ${blocked.map(({ text }) => text).join(" ")}` : `Nothing within reach makes it ${plainly(to)}.`),
    h("p", { class: "quiet" }, "A later day, or another phase, route or disease in the request, is not tried here; ", h("code", {}, "lupa flip"), " does."),
  ];
}
