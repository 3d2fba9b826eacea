// The form: the questions of an edition as a person is asked them, each a control that shows what the case says.

import { ago } from "./ago.js";
import { day } from "./days.js";
import { button, fill, fresh, h, quiet, write } from "./dom.js";
import { at, complete, namesIn, numberFrom, numberText, put, say } from "./edits.js";
import { capital } from "./words.js";

const FEW = 12; // so many members are asked one by one; of more a list is typed
const OPEN = ["reading", "override", "stops", "starts"]; // asked for last, as a default stands for them

/**
 * The form for an edition. `change(case, words)` is called with every change; what comes back has the
 * `element`, `update(case, question)`, which shows what a case says, and `keep(case)`, which only has it changed from now on.
 */
export function form(edition, change) {
  const context = { edition, change, given: {}, question: null, places: edition.places };
  const controls = [];
  const made = (group) => {
    const control = controlOf(context, group);
    controls.push(control);
    return control.element;
  };
  const isLast = (group) => OPEN.includes(group.id.split("(")[0]) || edition.facts[group.facts[0]].assumed !== null;
  const isAsked = (group) => context.places.get(group.facts[0])?.path[0] === "request";
  const isRead = (group) => group.facts.some((variable) => edition.facts[variable].read);
  const read = edition.groups.filter(isRead);
  const asked = read.filter(isAsked);
  const patient = read.filter((group) => !isAsked(group) && !isLast(group));
  const last = read.filter((group) => !isAsked(group) && isLast(group));
  const idle = edition.groups.filter((group) => !isRead(group));
  const date = serviceDate(context);
  controls.push(date);
  const element = h("form", { "aria-label": "The questions", autocomplete: "off", on: { submit: (event) => event.preventDefault() } },
    h("section", { "aria-labelledby": "asked-for" }, h("h2", { id: "asked-for" }, "What is asked for"), h("div", { class: "fields" }, asked.map(made), date.element)),
    h("section", { "aria-labelledby": "known" }, h("h2", { id: "known" }, "What is known of the patient"), h("div", { class: "fields" }, patient.map(made))),
    h("details", { class: "more" }, h("summary", {}, "Plans, what stands above the policy, and how its text is read"),
      quiet("What is not stated here is assumed as shown."), h("div", { class: "fields" }, last.map(made))),
    idle.length > 0 && h("details", { class: "more idle" }, h("summary", {}, "What this policy does not ask about"), h("div", { class: "fields" }, idle.map(made))),
  );
  return {
    element,
    keep(given) {
      context.given = given;
    },
    update(given, question) {
      Object.assign(context, { given, question });
      for (const control of controls) control.update();
    },
  };
}

function controlOf(context, group) {
  if (group.kind === "choice") return choice(context, group);
  if (group.kind === "number") return numbers(context, group);
  if (group.kind === "yes_no") return single(context, group);
  return group.facts.length > FEW ? list(context, group) : members(context, group);
}

/** How a value of a choice is read: `lupus nephritis`. */
const label = (value) => value.replaceAll("_", " ").replaceAll('"', "");

function choice(context, group) {
  const { edition, change } = context;
  const { path } = context.places.get(group.facts[0]);
  const usual = group.facts.find((variable) => edition.facts[variable].assumed);
  const id = fresh("choice");
  const isReading = path[1] === "reading";
  const words = (variable) => (isReading ? edition.facts[variable].yes : edition.facts[variable].member || label(context.places.get(variable).value));
  const none = usual === undefined ? "not stated" : `as usual: ${words(usual)}`;
  const select = h("select", { id, on: { change: () => change(put(context.given, path, select.value === "?" ? null : select.value || undefined)) } },
    h("option", { value: "" }, none),
    group.facts.map((variable) => h("option", { value: context.places.get(variable).value }, words(variable))),
    usual === undefined ? null : h("option", { value: "?" }, "left open"));
  return {
    element: h("div", { class: "field", "data-group": group.id }, h("label", { for: id }, group.question), select),
    update() {
      const said = at(context.given, path);
      const stated = group.facts.find((variable) => context.question?.record.stated.get(variable));
      select.value = said === null && usual !== undefined ? "?" : stated === undefined ? "" : context.places.get(stated).value;
    },
  };
}

function serviceDate(context) {
  const id = fresh("date");
  const path = ["request", "service_date"];
  const input = h("input", { id, type: "date", on: { change: () => context.change(put(context.given, path, input.value || undefined)) } });
  return {
    element: h("div", { class: "field", "data-group": "service_date" }, h("label", { for: id }, "On which day does it begin? (It chooses the edition.)"), input),
    update() {
      if (document.activeElement !== input) input.value = day(at(context.given, path), "", () => null) ?? "";
    },
  };
}

function numbers(context, group) {
  const { edition, change } = context;
  const parts = [];
  const names = group.numbers.flatMap((name) => (Object.hasOwn(edition.derived, name) ? [edition.derived[name][2], edition.derived[name][3]] : [name]));
  for (const name of new Set(names)) {
    const words = group.numbers.length === 1 && names.length === 1 ? group.question : group.questions?.[name] ?? capital(edition.quantities[name].label);
    if (name.startsWith("days_since(")) {
      parts.push(ago(context, name, words));
      continue;
    }
    const quantity = edition.quantities[name];
    const path = [quantity.section, ...quantity.where];
    const id = fresh("number");
    const told = h("p", { class: "error", id: `${id}-told`, role: "alert" });
    const input = h("input", {
      id, type: "text", inputmode: "text", size: 10, "aria-describedby": `${id}-hint ${id}-told`,
      on: {
        change: () => {
          const number = numberFrom(input.value);
          told.textContent = number === null ? "Write a number, such as 34, or a range: 18+, < 5, 18 - 40." : "";
          input.setAttribute("aria-invalid", String(number === null));
          if (number !== null) change(put(context.given, path, number));
        },
      },
    });
    parts.push({
      element: h("div", { class: "field", "data-number": name }, h("label", { for: id }, words), h("div", { class: "row" }, input, h("span", { class: "quiet", id: `${id}-hint` }, quantity.unit)), told),
      update() {
        const said = at(context.given, path);
        const text = numberText(said);
        if (document.activeElement !== input || input.getAttribute("aria-invalid") !== "true") {
          input.value = text ?? JSON.stringify(said);
          input.readOnly = text === null;
          told.textContent = "";
          input.setAttribute("aria-invalid", "false");
        }
      },
    });
  }
  return {
    element: h("div", { class: "numbers", "data-group": group.id }, parts.map((part) => part.element)),
    update: () => parts.forEach((part) => part.update()),
  };
}

/** Yes, no, or not stated: three buttons of which one is chosen; what was `chosen` in vain goes back. */
export function trilean(words, chosen, silent = "not stated") {
  const name = fresh("says");
  let shown = null;
  const show = (said) => {
    shown = said;
    for (const { as, input } of inputs) input.checked = as === said;
  };
  const choose = (as) => {
    chosen(as);
    show(shown);
  };
  const inputs = [[true, "yes"], [false, "no"], [null, silent]].map(([as, text]) => {
    const input = h("input", { type: "radio", name, on: { change: () => choose(as) } });
    return { as, input, element: h("label", {}, input, h("span", {}, text)) };
  });
  show(null);
  return { element: h("span", { class: "trilean", role: "radiogroup", "aria-label": words }, inputs.map(({ element }) => element)), show };
}

/** What a case says of a fact: so, not so, or nothing. */
const stated = (context, variable) => context.question?.record.stated.get(variable) ?? null;

function row(context, variable, words) {
  const { edition, change } = context;
  const fact = edition.facts[variable];
  const silent = fact.assumed === null ? "not stated" : `assumed: ${fact.assumed ? "yes" : "no"}`;
  const { path } = context.places.get(variable);
  const control = trilean(fact.question, (value) => change(say(context.given, edition, path, value)), silent);
  const note = h("span", { class: "quiet" });
  return {
    element: h("div", { class: "member", "data-fact": fact.fact }, h("span", { class: "name" }, words, " ", note), control.element),
    update() {
      control.show(stated(context, variable));
      write(note, context.question?.record.closed.has(variable) ? "(not on the list)" : "");
    },
  };
}

function single(context, group) {
  const [variable] = group.facts;
  const found = row(context, variable, context.edition.facts[variable].question);
  found.element.setAttribute("data-group", group.id);
  return found;
}

function members(context, group) {
  const isRead = (variable) => context.edition.facts[variable].read; // what matters stands first
  const facts = [...group.facts].sort((one, other) => isRead(other) - isRead(one));
  const rows = facts.map((variable) => row(context, variable, context.edition.facts[variable].member));
  const all = completeness(context, group);
  return {
    element: h("fieldset", { "data-group": group.id }, h("legend", {}, group.question), rows.map((one) => one.element), all?.element),
    update() {
      rows.forEach((one) => one.update());
      all?.update();
    },
  };
}

/** The box that says whether a list is complete; of relations without deeper arguments. */
function completeness(context, group) {
  const family = group.id.split("(")[0];
  const tree = context.edition.relations[family];
  const { path } = context.places.get(group.facts[0]);
  if (!tree || path.length !== 3 || context.edition.facts[group.facts[0]].assumed !== null) return null;
  const id = fresh("complete");
  const box = h("input", { id, type: "checkbox", on: { change: () => context.change(complete(context.given, ["facts", family], box.checked)) } });
  return {
    element: h("div", { class: "complete" }, box, h("label", { for: id }, "This is all: none of the others.")),
    update() {
      const said = at(context.given, ["facts", family]);
      box.checked = said !== null && typeof said === "object" && Object.hasOwn(said, "only");
    },
  };
}

/** What a case names of a relation that no rule asks about, or that is not known here, each to be taken out. */
function beside({ question, given, edition, change }, family) {
  const { unread, aside, stated } = question.record;
  const several = [...stated].filter(([variable]) => variable >= edition.facts.length).map(([variable]) => question.edition.facts[variable])
    .filter(({ fact }) => fact.startsWith(`${family}(`)).map(({ fact, member }) => [fact.slice(family.length + 1, -1), "which of these stays open", member]);
  const known = [...unread.keys()].filter((fact) => fact.startsWith(`${family}(`)).map((fact) => [fact.slice(family.length + 1, -1), "not asked about by this policy"]);
  const unknown = aside.filter((one) => one.family === family).map(({ name }) => [name, "not known here, and set aside"]);
  return [...several, ...known, ...unknown].map(([name, words, shown = name]) => h("li", {}, h("span", { class: "name" }, `${shown} `, h("span", { class: "quiet" }, words)),
    button("take out", () => change(say(given, edition, ["facts", family, name], undefined)), { "aria-label": `Take out ${name}` })));
}

function list(context, group) {
  const { edition, change } = context;
  const family = group.id.split("(")[0];
  const tree = Object.fromEntries(group.facts.map((variable) => [context.places.get(variable).path.at(-1), variable]));
  const flat = edition.relations[family] && context.places.get(group.facts[0]).path.length === 3;
  const id = fresh("list");
  const chips = h("ul", { class: "chips" });
  const told = h("p", { class: "error", role: "alert" });
  const options = h("datalist", { id: `${id}-names` });
  const offer = () => options.append(...Object.entries(tree).flatMap(([name, variable]) =>
    [edition.facts[variable].member, ...(edition.names[name] ?? [])].map((one) => h("option", { value: one }))));
  const isOpen = edition.open_families.includes(family);
  const add = () => {
    const names = namesIn(input.value, edition, family);
    if (!names.length) return;
    const taken = names.filter((one) => one.found !== null || (isOpen && one.near === null));
    const left = names.filter((one) => !taken.includes(one));
    const next = taken.reduce((given, { name, found }) => say(given, edition, ["facts", family, found ?? name], true), context.given);
    input.value = left.map(({ name }) => name).join(", ");
    told.textContent = left.map((one) => `${one.name}: ${one.near ? `did you mean ${one.near}?` : "not known here."}`).join(" ");
    if (next !== context.given) change(next);
  };
  const input = h("input", {
    id, type: "text", list: `${id}-names`, "aria-describedby": `${id}-hint`,
    on: {
      change: add,
      keydown: (event) => { if (event.key === "Enter") { event.preventDefault(); add(); } },
      paste: (event) => {
        event.preventDefault();
        input.value = event.clipboardData.getData("text").replace(/\r?\n/g, ", ");
        add();
      },
    },
  });
  input.addEventListener("focus", offer, { once: true });
  const all = flat ? completeness(context, group) : null;
  const rows = new Map(); // of what is stated
  const row = (variable) => {
    if (!rows.has(variable)) rows.set(variable, chip(context, variable));
    return rows.get(variable);
  };
  return {
    element: h("fieldset", { "data-group": group.id }, h("legend", {}, group.question),
      h("div", { class: "row" }, h("label", { for: id, class: "quiet" }, "Name"), input, button("Add", add)),
      h("p", { class: "quiet", id: `${id}-hint` }, "By name or brand; several with commas, or a pasted list."), options, told, chips, all?.element),
    update() {
      const shown = group.facts.filter((variable) => stated(context, variable) !== null && !context.question.record.closed.has(variable));
      const besides = family in context.edition.relations ? beside(context, family) : [];
      for (const variable of shown) row(variable).show(stated(context, variable));
      const wanted = [...besides, ...shown.map((variable) => row(variable).element)];
      const was = document.activeElement;
      fill(chips, wanted);
      if (was !== document.activeElement) (was.isConnected ? was : input).focus();
      all?.update();
    },
  };
}

/** What a case states of a fact of a list, to be changed where it stands. */
function chip(context, variable) {
  const { edition, change } = context;
  const { member, fact, question } = edition.facts[variable];
  const { path } = context.places.get(variable);
  const control = trilean(question, (value) => change(say(context.given, edition, path, value)));
  return { element: h("li", { "data-fact": fact }, h("span", { class: "name" }, member), control.element), show: control.show };
}
