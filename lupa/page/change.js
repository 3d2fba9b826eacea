// What would change the outcome: the cheapest ways, each to be tried, and what may not change.

import { button, h, quiet } from "./dom.js";
import { put, say } from "./edits.js";
import { searching } from "./flip.js";
import { ways } from "./ways.js";
import { families, others, plainly } from "./words.js";

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
    h("div", { class: "row" }, h("label", { for: "wanted" }, "Cheapest ways to make it"), select, button("Find them", find)),
    found);
}

/** Goes on with a search as long as it is wanted, and shows what it comes to. */
export function inTurns(search, isWanted, show) {
  const end = performance.now() + TURN;
  while (isWanted()) {
    const { done, value } = search.next();
    if (done) return show(value);
    if (performance.now() > end) return setTimeout(() => inTurns(search, isWanted, show));
  }
  return undefined;
}

function told(question, { sets, ties, up, blocked }, to, fixed, choose, find) {
  const fix = (statements) => { for (const one of statements) fixed.set(one.variable, one); find(); };
  const free = (variable) => { fixed.delete(variable); find(); };
  const words = ({ variable, value }) => question.sentence(variable, value);
  const how = ({ variable, kind }) => (question.edition.ofReadings.has(variable) ? "the plan settles" : KIND[kind]);
  const all = ways(question, sets);
  const item = (way) => {
    const picks = [...way.alternatives.map((part) => part.map((one) => [one])), ...way.sets].map((each) => pick(question, each));
    const row = (statements, text) => h("li", {},
      h("strong", {}, `${how(statements[0])}: `), `${text} `,
      button("not this", () => fix(statements), { "aria-label": `Leave this out: ${text}` }));
    const several = ([first, ...further]) => [first.map((one) => row([one], words(one))), h("li", {}, `or the same of ${others(further.map(([one]) => question.edition.facts[one.variable]))}`)];
    return h("li", {},
      h("ul", {}, families(way.statements.map((one) => said(question, one))).map((each) => row(each.map(({ one }) => one), `${each[0].text}${each.length > 1 ? ` The same goes for ${others(each.slice(1))}.` : ""}`)),
        way.alternatives.map((part, at) => row(part, way.words[at])), way.sets.map(several)),
      h("p", { class: "row" }, h("span", { class: "quiet" }, `cost ${way.cost}`), picks.map(({ element }) => element),
        button("Try it", () => choose([...way.statements, ...picks.flatMap(({ picked }) => picked())]))));
  };
  const listed = (some) => some.length > 0 && h("ol", { start: all.indexOf(some[0]) + 1 }, some.map(item));
  const [first, rest] = [all.slice(0, FEW), all.slice(FEW)];
  const isNext = ({ cost }) => cost > sets[0].cost;
  return [
    fixed.size > 0 && h("p", {}, "Left out: ", [...fixed.values()].map((statement) =>
      button(`${words(statement)} ×`, () => free(statement.variable)))),
    up && h("p", {}, "There may be more: the search was given up; ", h("code", {}, "lupa flip"), " goes on."),
    sets.length > 0 && h("p", {}, `Cheapest to make it ${plainly(to).toUpperCase()}: ${ties} ${ties === 1 ? "way" : "ways"}, none cheaper`),
    all.length < sets.length && quiet("Ways that differ in one item, or in what they speak of, stand together as one."),
    listed(first.filter((way) => !isNext(way))),
    first.some(isNext) && h("p", {}, "Next best"), listed(first.filter(isNext)),
    rest.length > 0 && h("details", {}, h("summary", {}, `${rest.length} more`), listed(rest)),
    !sets.length && !up && h("p", {}, blocked.length ? `Nothing within reach makes it ${plainly(to)}: ${blocked.map(({ text }) => text).join(" ")}` : `Nothing within reach makes it ${plainly(to)}.`),
    quiet("A later day, or another phase, route or disease in the request, is not tried here; ", h("code", {}, "lupa flip"), " does."),
  ];
}

/** A statement as what is said of facts is told. */
function said(question, one) {
  const { fact, about } = question.edition.facts[one.variable];
  return { one, fact, about, value: one.value, text: question.sentence(one.variable, one.value) };
}

/** A list of several sets of statements, of which the one that is `picked` is tried. */
function pick({ edition: { facts } }, sets) {
  const element = h("select", { "aria-label": "Which of them is tried" }, sets.map(([{ variable }, ...more], place) =>
    h("option", { value: place }, more.length ? facts[variable].about : facts[variable].member)));
  return { element, picked: () => sets[Number(element.value)] };
}
