// What is decided, in the order in which a reviewer reads it; every fact in it can be changed where it stands.

import { button, fill, folded, h, quiet } from "./dom.js";
import { trilean } from "./form.js";
import { asked, askedAbout, bySide, membersAsked, servedBy } from "./asked.js";
import {
  counted, furtherCauses, handled, inWords, needed, isMarked, MARKED, partsShown, PERSON, plainly, told,
} from "./words.js";

const MARKS = { met: "✓", unmet: "✗", open: "?" };
const FEW = 6; // so many facts are answered one by one
const STATUS = { met: "met", unmet: "not met", open: "open" };

/**
 * The page of a decision. `actions` has `flip(fact)` and `say(fact, value)`; `again(words, make)` is the element that
 * was made for the same words, or one that is made now: what stays so is not made anew.
 */
export function result(decision, question, actions, again) {
  const { edition } = question;
  const context = { decision, edition, question, actions, again };
  const d = decision;
  const by = (status) => d.criteria.filter((one) => one.status === status);
  const inScope = d.outcome !== "out_of_scope";
  const part = (title, told, make) => again(JSON.stringify([title, told]), make);
  const unmet = by("unmet").length > 0;
  const listed = (title, found, name) => section(context, title, found.map((item) => ({ ...item, isSaidBelow: item.id === "criteria_not_met" && unmet })), (one) => item(context, one), name);
  const met = (title, status) => inScope && section(context, title, by(status), (one) => criterion(context, one), status);
  const noted = (title, rows) => section(context, title, rows, (words) => h("li", {}, words));
  const questions = (title, found) => section(context, title, asked(found), (one) => missing(context, one), "missing");
  const [record, plan] = bySide(d.missing);
  const [first] = asked([...record, ...plan]);
  const { outcome, possible, text, caveats, handling, edition_by: chosenBy } = d;
  return [
    part("verdict", [outcome, possible, text, d.next, caveats, handling, chosenBy], () => banner(d)),
    first && inScope && part("next", first, () => next(context, first)),
    listed("Why", [...d.scope, ...d.bases], "why"),
    listed("More is asked for than can be authorized", d.limits, "limit"),
    d.authorized_text && h("p", { class: "part" }, `Can be authorized: ${d.authorized_text}.`),
    met("Not met", "unmet"),
    section(context, "Under another reading of the text", d.depends_on, (other) => reading(context, other), "readings"),
    ...(inScope ? [questions("Missing, the most decisive first", record), questions("For the plan to settle: how the text is read", plan)] : []),
    listed("Advisories (they change no outcome)", d.advisories, "advisory"),
    met("Open", "open"),
    listed("Would be denied for, but for the override", d.superseded, "superseded"),
    met("Met", "met"),
    listed("Notes", d.notes, "note"),
    noted("Suggested, and not stated", d.suggestions.map((one) => `${one.code} (${one.ground.replace(/\.$/, "")}): ${one.question}`)),
    noted("Not known here, and set aside as it is written", d.aside.map(({ place, name, value }) =>
      `${place}: ${name}${value === null ? " (not known whether)" : value ? "" : " (said not to be so)"}`)),
    noted("How the case was read", d.remarks.map(({ place, text: words }) => `${place}: ${words}`)),
    d.assumptions.length > 0 && part("assumed", d.assumptions, () => h("section", { class: "part" }, h("h3", {}, "Assumed, as the case is silent"),
      h("p", {}, [...new Set(d.assumptions.map(({ text: words, together }) => together || words))].join(" ")))),
    d.unread.length > 0 && h("p", { class: "part" }, `Stated, but not asked about by this policy: ${d.unread.join(", ")}.`),
  ];
}

function banner(d) {
  const outcome = plainly(d.outcome).toUpperCase();
  const newest = d.edition_by === "newest" ? " (the newest: no service_date)" : "";
  return h("div", { class: `verdict ${d.outcome}` },
    h("p", { class: "outcome" }, h("strong", {}, outcome), d.outcome === "pend" ? ` between ${inWords(d.possible, "and")}` : ""),
    h("p", {}, d.text),
    quiet(`${d.policy}, edition ${d.edition}${newest}`),
    d.caveats.map((caveat) => h("p", { class: "caveat" }, `Caveat: ${caveat}`)),
    handled(d).map((words) => h("p", {}, words)),
    h("p", {}, `Next: ${d.next}`),
    h("p", { class: "person" }, PERSON));
}

/** What the case states, for paper: on a screen the form shows it. */
export function onPaper(decision, question, { request }) {
  const { record, edition } = question;
  const facts = [...record.stated].filter(([variable]) => !record.closed.has(variable) && edition.facts[variable].read);
  return [h("h3", {}, "The case"), decision.case && h("p", {}, decision.case), request.service_date && h("p", {}, `It begins on ${request.service_date}.`), h("p", {}, question.causes(facts).map(({ text }) => `${text} `))];
}

/** A part with a list of rows, each `make` of what is told of it; those that are told as before stay. */
function section({ again }, title, rows, make, name = "") {
  if (!rows.length) return null;
  const list = again(`list of ${title}`, () => h("ul"));
  const kept = new Map(rows.map((row) => [JSON.stringify([title, row]), row]));
  const made = (row) => {
    const found = make(row);
    found.classList.add("new");
    return found;
  };
  fill(list, [...kept].map(([words, row]) => again(words, () => made(row))));
  return again(title, () => h("section", { class: `part ${name}` }, h("h3", { tabindex: -1 }, title), list));
}

// ---- facts ----------------------------------------------------------------------------------------

/** The facts of a reason as sentences, unless its one fact is what the item says itself. */
function because(context, item, marked) {
  const causes = furtherCauses(item);
  return causes.length > 0 && h("p", { class: "because" }, "because ", facts(context, causes, marked));
}

/** What an item says; where that is its reason too, what the record says of it. */
const said = (context, item, marked) => (furtherCauses(item) === item.because ? item.text : facts(context, item.because, marked));

/** Facts as sentences; each of a single fact is a button that has it otherwise. */
const facts = ({ actions }, causes, marked) => told(causes, marked).map(({ group, words }) => {
  const [cause] = group;
  if (group.length > 1) return h("span", {}, `${words} `);
  const hint = `What if it were otherwise? ${cause.fact} is ${cause.value ? "yes" : "no"}, ${cause.origin === "only" ? "not on the list" : cause.origin}.`;
  return [button(words, () => actions.flip(cause), { class: `fact ${cause.origin}`, title: hint }), " "];
});

function needs(item) {
  const sentences = needed(item);
  return sentences.length ? h("p", { class: "needs" }, `needs ${sentences.join(" ")}`) : null;
}

/** A reading of the text under which the outcome would be another, to be tried. */
function reading(context, other) {
  const words = inWords(other.possible);
  return h("li", {}, h("p", {}, `${words[0].toUpperCase()}${words.slice(1)}, if the text is read so: ${other.text} `,
    button("Decide so", () => context.actions.read(other), { "aria-label": `Decide so: ${other.text}` })),
  quiet(`reading ${other.reading}=${other.choice}`), sources(context, other.source));
}

/** The clauses of an item, each with its text in the document. */
function sources({ edition }, source) {
  if (!source) return null;
  return h("div", { class: "sources" }, source.split("; ").map((place) => {
    const clauses = edition.clauses.filter((clause) => clause.source === place);
    if (!clauses.length) return quiet(place);
    return h("details", {}, h("summary", {}, place), clauses.map((clause) => h("blockquote", {}, clause.text)));
  }));
}

function item(context, one) {
  return h("li", { "data-item": one.id },
    h("p", {}, h("code", {}, one.id), `: ${one.certain ? "" : "(it or another of these) "}`, said(context, one)),
    one.isSaidBelow ? null : [because(context, one), needs(one)],
    sources(context, one.source));
}

function criterion(context, one, within) {
  const unsure = within ? "if it applies" : "on some of the possible pathways";
  const marked = within?.marked ?? isMarked(one);
  const where = one.applies ? "" : ` (${unsure})`;
  const [shown, idle] = partsShown(one);
  return h("li", { "data-item": one.id, "data-status": one.status },
    h("p", {}, h("span", { class: `mark ${one.status}`, "aria-label": STATUS[one.status], role: "img" }, MARKS[one.status]), " ", h("code", {}, one.id), ": ", one.of ? one.text : said(context, one, marked), where),
    one.of ? h("p", {}, counted(one) + (marked && !within ? MARKED : "")) : [because(context, one, marked), needs(one)],
    one.source !== within?.source && sources(context, one.source),
    shown.length > 0 && h("ul", {}, shown.map((part) => criterion(context, part, { marked, source: one.source }))),
    idle.length > 0 && quiet(`not needed: ${idle.map(({ id }) => id).join(", ")}`),
    one.of ? needs(one) : null);
}

// ---- what is missing ------------------------------------------------------------------------------

/** A question with what it asks for, and the answers to it. */
function missing(context, { question, asked: same }) {
  const { edition, actions } = context;
  const named = same.length > FEW || actions.isNumber(edition.variables.get(same[0].fact)) ? membersAsked(same) : [];
  const help = [...new Set(same.map((one) => one.help))].filter(Boolean);
  const told = [...named, ...help, about(context, same)];
  return h("li", {}, h("p", {}, question), told.map((words) => quiet(words)), answers(context, same));
}

/** What a question is about and for; of a choice the values stand on the buttons. */
function about({ edition }, same) {
  const isChoice = edition.choiceOf.has(edition.variables.get(same[0].fact));
  return [isChoice ? "" : askedAbout(same), servedBy(same)].filter(Boolean).join(", ");
}

/** The answers to a question: each value of a choice, yes and no for each of several; a number is typed. */
function answers(context, same) {
  const { edition, actions } = context;
  const variables = same.map(({ fact }) => edition.variables.get(fact));
  if (edition.choiceOf.has(variables[0])) {
    const label = (variable) => edition.facts[variable].member;
    return h("p", { class: "row" }, variables.map((variable) =>
      button(label(variable), () => actions.choose(variable))));
  }
  if (actions.isNumber(variables[0])) return h("p", {}, button("Answer it in the form", () => actions.show(variables[0])));
  const each = () => h("ul", { class: "answers" }, same.map((one) => answer(context, one, same.length > 1)));
  if (same.length <= FEW) return each();
  return [h("p", {}, button("Name them in the form", () => actions.show(variables[0]))),
    folded({}, `${same.length}, one by one`, each)];
}

/** A missing fact with the answers to it. */
function answer({ edition, actions }, one, several) {
  const variable = edition.variables.get(one.fact);
  const { member } = edition.facts[variable];
  const control = trilean(one.question, (value) => actions.say(variable, value)).element;
  return h("li", { "data-missing": one.fact }, several ? h("span", { class: "name" }, member, " ") : null, control);
}

/** The next question, at hand beside the verdict. */
function next(context, first) {
  const { edition, actions } = context;
  const variable = edition.variables.get(first.asked[0].fact);
  const group = edition.groups.find((one) => one.facts.includes(variable));
  const alone = edition.choiceOf.has(variable) || (first.asked.length === 1 && !actions.isNumber(variable));
  return h("section", { class: "next", "aria-label": "The next question" }, h("h3", { tabindex: -1 }, "Next question"),
    h("p", {}, alone ? first.question : group.question),
    alone
      ? answers(context, first.asked)
      : button("Answer it", () => actions.show(variable), { class: "primary" }));
}
