// The page: a case is its whole state; every change decides it anew.

import { againstTable, changesView } from "./against.js";
import { decided, orFault, questions } from "./case.js";
import { changing, inTurns, stating } from "./change.js";
import { othersTable, otherwise } from "./compare.js";
import { decisive } from "./decisive.js";
import { documentView } from "./document.js";
import { button, fill, h, keepFocus, onUndoKeys, save, write } from "./dom.js";
import { put, say } from "./edits.js";
import { caseOf } from "./file.js";
import { Forms } from "./forms.js";
import { caseIn, fragmentOf } from "./link.js";
import { pathwaysView } from "./pathways.js";
import { onPaper, result } from "./result.js";
import { digest, plainJson } from "./saving.js";
import { verdict } from "./words.js";
import { blank, writing } from "./writing.js";

const LATER = 30; // milliseconds after the verdict

const element = (id) => document.getElementById(id);

/** Starts the page with its unfolded data and, perhaps, the case that it was made with. */
export function start(page, first = null) {
  new App(page, first);
}

class App {
  constructor(page, first) {
    this.page = page;
    this.before = [];
    this.after = [];
    this.empty = { request: { policy: page.policies[0].policy } };
    this.forms = new Forms(element("form"), (given) => this.change(given));
    this.letter = blank();
    this.shown = 0;
    this.made = new Map(); // what is shown of the decision, by its words
    this.paper = h("section", { class: "part case" }); // what the case states, on paper
    this.rest = h("div", { class: "rest" }); // what follows the decision, as it was until it is made anew
    this.policies();
    this.buttons();
    this.given = null;
    const { linked = first ?? this.empty, problems = [] } = caseIn(location.hash);
    this.open(linked);
    if (problems.length) this.told(problems);
    window.addEventListener("hashchange", () => {
      const { linked: now, problems: wrong } = caseIn(location.hash);
      if (now !== undefined) this.begin(now);
      else if (wrong) this.told(wrong);
    });
  }

  // ---- the case -------------------------------------------------------------------------------------

  /** Takes a whole case; says what is wrong with one that cannot be decided, and keeps what there was. */
  open(given) {
    try {
      const asked = questions(this.page, given);
      if (this.given) this.before.push(this.given);
      this.after = [];
      this.given = given;
      this.render(asked);
      this.told([]);
    } catch (error) {
      orFault(error);
      if (!this.given) this.open(this.empty);
      this.told(error.problems);
    }
  }

  /** Takes another case, and shows it from its verdict on. */
  begin(given) {
    this.shown = 0;
    this.open(given);
    element("result").scrollTop = 0;
  }

  change(given, words = "") {
    const was = this.decision;
    const before = this.given;
    this.open(given);
    if (this.given === before) this.controls(); // these go back to what is so
    else this.announce(words, was);
  }

  step(from, to) {
    if (!from.length) return;
    const was = this.decision;
    to.push(this.given);
    this.given = from.pop();
    this.told([]);
    this.render(questions(this.page, this.given));
    this.announce("", was);
  }

  announce(words, was) {
    const now = verdict(this.decision);
    const then = was && verdict(was);
    element("said").textContent = `${words ? `${words} ` : ""}${then && then !== now ? `${then} → ${now}` : now}`;
  }

  told(problems) {
    const told = () => [h("strong", {}, "This cannot be decided."), h("ul", {}, problems.map((one) => h("li", {}, one))), button("Close", () => this.told([]))];
    element("problems").replaceChildren(...(problems.length ? told() : []));
  }

  // ---- what is shown --------------------------------------------------------------------------------

  render(asked) {
    this.shown = Math.min(this.shown, asked.length - 1);
    const question = asked[this.shown];
    const { edition } = question;
    if (this.question?.edition !== edition) this.made.clear(); // its facts have other numbers
    this.question = question;
    this.search = null;
    this.controls();
    this.decision = decided(question, this.given);
    const actions = {
      flip: (cause) => this.flip(cause),
      say: (variable, value) => this.say(variable, value),
      show: (variable) => this.show(variable),
      choose: (variable) => this.change(stating(this.given, edition, edition.places, [{ variable, value: true }]), edition.facts[variable].yes),
      read: ({ reading, choice, text }) => this.change(put(this.given, ["facts", "reading", reading], choice), `Read so: ${text}`),
      isNumber: (variable) => this.pathOf(variable) === null,
    };
    const before = this.made;
    this.made = new Map();
    const again = (words, make) => {
      const found = before.get(words) ?? make();
      this.made.set(words, found);
      return found;
    };
    const [told, ...parts] = result(this.decision, question, actions, again);
    keepFocus(element("result"), () => fill(element("result"), [this.answering(asked), told, this.paper, ...parts, this.rest].flat(Infinity).filter(Boolean)));
    this.rest.setAttribute("aria-busy", "true");
    clearTimeout(this.later);
    this.later = setTimeout(() => this.renderRest(), LATER);
    element("undo").disabled = !this.before.length;
    element("redo").disabled = !this.after.length;
    write(element("case-name"), this.given.case ? `Case: ${this.given.case}` : "");
    write(element("bar"), `${verdict(this.decision)} · see why`);
  }

  /** Has the controls show what the case says. */
  controls() {
    this.forms.update(this.given, this.question);
    const { options } = element("policy");
    const named = this.given.request.policy;
    element("policy").value = [...options].some(({ value }) => value === named) ? named : this.question.edition.policy;
  }

  /** What can follow the verdict: the form of another edition, other readings and editions, and the policy as a document. */
  renderRest() {
    const { edition } = this.question;
    this.forms.turn();
    const way = (statements) => this.change(stating(this.given, edition, edition.places, statements), statements.map(({ variable, value }) => this.question.sentence(variable, value)).join(" "));
    this.paper.replaceChildren(...onPaper(this.decision, this.question, this.given).filter(Boolean));
    const parts = [
      againstTable(this.page, this.given, this.decision),
      changing(this.question, edition.places, way),
      othersTable(otherwise(this.page, this.given, this.question), this.given, (given, name) => this.change(given, `Read so: ${name}`)),
      writing(this.decision, this.question, this.given, this.letter),
    ];
    keepFocus(element("result"), () => this.rest.replaceChildren(...parts.filter(Boolean)));
    for (const one of [...element("result").getElementsByClassName("new")]) one.classList.remove("new");
    this.rest.removeAttribute("aria-busy");
    document.title = `${verdict(this.decision)} · ${edition.policy} · lupa`; // the browser's own parts take long to show it
    if (!element("policy-view").hidden) element("document").replaceChildren(...this.documented());
  }

  /** Where several policies answer, a button for each. */
  answering(asked) {
    if (asked.length < 2) return null;
    return h("p", { class: "row" }, asked.map(({ edition }, place) =>
      button(edition.policy, () => { this.shown = place; this.render(questions(this.page, this.given)); }, { "aria-pressed": String(place === this.shown) })));
  }

  /** Where a case states a fact with yes and no; null for numbers and choices, which the form asks for. */
  pathOf(variable) {
    const { path, value, quantity } = this.question.edition.places.get(variable);
    return value === undefined && quantity === undefined ? path : null;
  }

  say(variable, value) {
    const { edition } = this.question;
    this.change(say(this.given, edition, this.pathOf(variable), value), value === null ? "" : this.question.sentence(variable, value));
  }

  /** What if a fact were otherwise. */
  flip({ fact, value }) {
    const variable = this.question.edition.variables.get(fact);
    if (this.pathOf(variable) === null) this.show(variable);
    else this.say(variable, !value);
  }

  /** Brings the reader to the control that asks for a fact. */
  show(variable) {
    this.view("decide");
    const { edition } = this.question;
    const group = edition.groups.find((one) => one.facts.includes(variable));
    const control = this.forms.control(group.id);
    control?.closest("details")?.setAttribute("open", "");
    control?.closest("[data-group]").scrollIntoView({ block: "center" });
    control?.focus();
  }

  documented() {
    const edition = this.question.edition.plain;
    const ask = (item, name, condition) => {
      const search = (this.search = decisive(this.page, edition, item, condition)); // another one, or another case, ends it
      element("said").textContent = "Searching …";
      inTurns(search, () => this.search === search, (found) => this.patient(found?.given, `For ${name} it decides that: ${edition.facts[condition.variable][condition.value ? "yes" : "no"]}${found?.isSmallest === false ? " Fewer facts may do: the search was given up." : ""}`));
    };
    return documentView(edition, this.decision, ask, [
      pathwaysView(this.page, edition, (given, words) => this.patient(given, words), ask), changesView(this.page, edition.about),
    ]);
  }

  /** Takes a patient who shows something; says so where none was found. */
  patient(found, words) {
    if (found) {
      this.view("decide");
      this.change(found, words);
      element("result").focus();
    } else element("said").textContent = `No patient was found. ${words}`;
  }

  view(name) {
    for (const one of ["decide", "policy"]) {
      element(`${one}-view`).hidden = one !== name;
      element(`show-${one}`).setAttribute("aria-pressed", String(one === name));
    }
    if (name === "policy") element("document").replaceChildren(...this.documented());
  }

  // ---- the tools ------------------------------------------------------------------------------------

  policies() {
    element("policy").append(...this.page.policies.flatMap(({ policy, document: title, editions }) =>
      [[policy, "the edition in force"], ...editions.map(({ name }) => [`${policy}@${name}`, `edition ${name}`])].map(([value, words]) => h("option", { value }, `${title}, ${words}`))));
    element("policy").addEventListener("change", (event) => {
      const { drug, service, code, payer, ...request } = this.given.request;
      this.shown = 0;
      this.change({ ...this.given, request: { ...request, policy: event.target.value } });
    });
  }

  buttons() {
    const on = (id, act) => element(id).addEventListener("click", act);
    on("undo", () => this.step(this.before, this.after));
    on("redo", () => this.step(this.after, this.before));
    on("new", () => this.begin({ request: { policy: this.question.edition.policy } }));
    on("open", () => element("file").click());
    on("save-case", () => save("case.json", plainJson(this.given)));
    on("save-decision", async () => save("decision.json", `${JSON.stringify({ ...this.decision, fingerprint: await digest(this.given, this.question.edition) })}\n`));
    on("link", () => this.link());
    on("print", () => window.print());
    on("bar", (event) => {
      event.preventDefault(); // the fragment stays the case's
      element("result").scrollIntoView();
      element("result").focus({ preventScroll: true });
    });
    on("show-decide", () => this.view("decide"));
    on("show-policy", () => this.view("policy"));
    element("file").addEventListener("change", (event) => { this.read(event.target.files[0]); event.target.value = ""; });
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => { event.preventDefault(); this.read(event.dataTransfer.files[0]); });
    onUndoKeys(() => this.step(this.before, this.after), () => this.step(this.after, this.before));
  }

  async read(file) {
    if (!file) return;
    const was = this.decision;
    try {
      const given = await caseOf(file);
      this.begin(given);
      if (this.given === given) this.announce(`${file.name}:`, was);
    } catch (error) {
      orFault(error);
      this.told(error.problems);
    }
  }

  /** Puts the case into the address of the page, and says so. */
  link() {
    history.replaceState(null, "", fragmentOf(this.given));
    const told = (words) => { element("said").textContent = words; };
    const kept = "The address of this page now holds the case, which is never sent.";
    if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(() => told(`Copied. ${kept}`), () => told(kept));
    else told(kept);
  }
}
