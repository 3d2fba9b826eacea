// What a request on each pathway can come to and just when, and for each outcome a patient of whom the least is stated.

import { questions } from "./case.js";
import { stating } from "./change.js";
import { condition } from "./document.js";
import { button, folded, h, quiet } from "./dom.js";
import { searching } from "./flip.js";
import { plainly } from "./words.js";

/** The pathways of an edition, each with its outcomes; `open(given, words)` takes the case of a patient, `ask(item, name, condition)` finds one. */
export function pathwaysView(page, edition, open, ask) {
  return h("section", { class: "part pathways" }, h("h3", {}, "What a request can come to"),
    quiet("An outcome that is clicked opens a patient who comes to it, of whom the least is stated; the rest is as usually assumed."),
    h("ul", {}, edition.ways.map((way) => h("li", {}, way.indication === null ? h("p", {}, "Any other request") : pathway(page, edition, way, open), justWhen(edition, way, ask)))));
}

function pathway(page, edition, { indication, phase }, open) {
  const asked = { indication, phase };
  const given = { request: { policy: `${edition.policy}@${edition.name}`, ...asked } };
  const words = Object.entries(asked).map(([kind, value]) => edition.facts[edition.requested[kind][value]].yes).join(" ");
  const [question] = questions(page, given, [edition]);
  const criteria = edition.criteria.filter(({ applies }) => question.possible(applies)).map(({ id }) => id);
  const example = (outcome) =>
    button(plainly(outcome), () => open(patient(question, given, outcome), `${words} It is ${plainly(outcome)}:`), { "aria-label": `A patient for whom it is ${plainly(outcome)}: ${words}` });
  return [h("p", {}, words), quiet(`Criteria: ${criteria.join(", ")}`), h("p", { class: "row" }, "As usually assumed it can be", question.outcomes.map(example))];
}

/** When a request on a pathway comes to each outcome that it ever does. */
function justWhen(edition, way, ask) {
  const isEver = ({ when }) => when.every !== false || when.parts.length > 0;
  return way.ends.filter(isEver).map(({ outcome, when }) => folded({ class: "meaning" }, `${plainly(outcome)} just when`, () =>
    condition(edition, when, (one) => ask(endOf(edition, way, outcome), plainly(outcome), one))));
}

/** That a request on a pathway comes to an outcome, as `decisive` asks it; one on none is for no indication that has any. */
export function endOf(edition, { indication, phase }, outcome) {
  const { requested, pathways } = edition;
  const chosen = (kind, value) => Object.entries(requested[kind]).map(([name, variable]) => [variable, name === value]);
  const known = indication === null
    ? pathways.map(([other]) => [requested.indication[other], false])
    : [...chosen("indication", indication), ...chosen("phase", phase)];
  const wanted = edition.valueOfOutcome(outcome);
  return { root: edition.outcome, wanted, others: edition.everyOutcome & ~wanted, known: new Map(known) };
}

/** The case with the cheapest statements after which an outcome is certain; null where none was found. */
function patient(question, given, outcome) {
  const { edition } = question;
  for (const statements of searching(question, outcome)) {
    if (statements) return stating(given, edition, edition.places, statements);
  }
  return null;
}
