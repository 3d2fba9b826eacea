// The letter on a decision: to whom, what no case holds, how it reads, and saved as text or for print.

import { button, fresh, h, save } from "./dom.js";
import { letter, notWritten } from "./letter.js";

const READERS = { provider: "the prescriber", member: "the member" };
const FILES = [["text", "letter.txt", "text/plain", "Save it as text"], ["html", "letter.html", "text/html", "Save it for print"]];

/** What is chosen and typed of letters, which a change of the case leaves as it is. */
export const blank = () => ({ isOpen: false, to: "provider", fields: {} });

/** The part of the page that writes it, as far as `state` says that it is open. */
export function writing(decision, question, given, state) {
  const why = notWritten(question.edition);
  const desk = why ? null : new Desk((form) => letter(decision, question, given, { ...state, form }), state);
  const toggled = (event) => {
    state.isOpen = event.target.open;
    if (state.isOpen) desk?.update();
  };
  return h("section", { class: "part letter" },
    h("details", { open: state.isOpen, on: { toggle: toggled } }, h("summary", {}, "Write a letter"),
      desk ? desk.parts : h("p", {}, `No letter is written here: ${why}.`)));
}

class Desk {
  constructor(written, state) {
    this.written = written;
    this.state = state;
    this.inputs = new Map();
    this.text = h("div", { class: "text", tabindex: 0, role: "region", "aria-label": "The letter" });
    this.fields = h("div", { class: "numbers" });
    this.buttons = FILES.map(([form, file, type, words]) =>
      button(words, () => save(file, `${written(form).text}\n`, type), { id: `save-letter-${form}` }));
    const reader = h("select", { id: "reader", on: { change: () => { state.to = reader.value; this.update(); } } },
      Object.entries(READERS).map(([value, words]) => h("option", { value }, words)));
    reader.value = state.to;
    this.parts = [
      h("div", { class: "row" }, h("label", { for: "reader" }, "To"), reader, this.buttons), this.text,
      h("details", {}, h("summary", {}, "Fill in what no case holds"), this.fields),
    ];
  }

  /** Shows the letter as it is now, and an input for each field that it has. */
  update() {
    let found = null;
    try {
      found = this.written("text");
      this.text.textContent = found.long;
    } catch (error) {
      this.text.textContent = `The letter cannot be written: ${error.message}; mend its template.`;
    }
    for (const one of this.buttons) one.disabled = !found;
    const asks = found?.asks ?? [];
    for (const name of asks) if (!this.inputs.has(name)) this.inputs.set(name, this.input(name));
    const shown = asks.map((name) => this.inputs.get(name));
    if (shown.some((one, place) => one !== this.fields.children[place])) this.fields.replaceChildren(...shown);
  }

  input(name) {
    const id = fresh("field");
    const { fields } = this.state;
    const box = h("input", { id, type: "text", value: fields[name] ?? "", on: { input: () => { fields[name] = box.value; this.update(); } } });
    return h("div", { class: "field" }, h("label", { for: id }, name.replaceAll("_", " ")), box);
  }
}
