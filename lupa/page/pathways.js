// What a request on each pathway can come to, and for each outcome a patient of whom the least is stated.

import { questions } from "./case.js";
import { stating } from "./change.js";
import { h } from "./dom.js";
import { searching } from "./flip.js";
import { plainly } from "./words.js";

/** The pathways of an edition, each with its outcomes; `open(given, words)` takes the case of a patient. */
export function pathwaysView(page, edition, places, open) {
  const item = ([indication, phase]) => {
    const given = { request: { policy: `${edition.policy}@${edition.name}`, indication, phase } };
    const words = Object.entries({ indication, phase }).map(([kind, value]) => edition.facts[edition.requested[kind][value]].yes).join(" ");
    const [question] = questions(page, given, [edition]);
    const asked = edition.criteria.filter(({ applies }) => question.possible(applies)).map(({ id }) => id);
    const button = (outcome) => h("button", {
      type: "button", "aria-label": `A patient for whom it is ${plainly(outcome)}: ${words}`,
      on: { click: () => open(patient(question, given, places, outcome), `${words} It is ${plainly(outcome)}:`) },
    }, plainly(outcome));
    return h("li", {}, h("p", {}, words), h("p", { class: "quiet" }, `Criteria: ${asked.join(", ")}`), h("p", { class: "row" }, "It can be", question.outcomes.map(button)));
  };
  return h("section", { class: "part pathways" }, h("h3", {}, "What a request can come to"),
    h("p", { class: "quiet" }, "An outcome that is clicked opens a patient who comes to it, of whom the least is stated; the rest is as usually assumed."),
    h("ul", {}, edition.pathways.map(item)));
}

/** The case with the cheapest statements after which an outcome is certain; null where none was found. */
function patient(question, given, places, outcome) {
  for (const statements of searching(question, outcome)) {
    if (statements) return stating(given, question.edition, places, statements);
  }
  return null;
}
