// The form that a page shows: one for each edition, of which that of another takes the place of the one before.

import { fill } from "./dom.js";
import { form } from "./form.js";

/** The forms of a page, in their `place`; `change(case, words)` is called with every change. */
export class Forms {
  constructor(place, change) {
    this.place = place;
    this.change = change;
    this.made = new Map(); // by their editions
    this.shown = null;
  }

  /** Has the form show what a case says; that of another edition, which takes long to show, once it is asked to `turn`. */
  update(given, question) {
    this.next = [given, question];
    if (!this.shown || this.shown === this.made.get(question.edition.plain)) this.show();
    else {
      this.shown.keep(given);
      this.place.setAttribute("aria-busy", "true");
    }
  }

  /** Shows the form of the edition by which the case is decided now, where another is shown. */
  turn() {
    if (this.place.hasAttribute("aria-busy")) this.show();
  }

  /** One who is in a form is then at the same question in the next. */
  show() {
    const [given, question] = this.next;
    const { plain } = question.edition;
    const group = this.place.contains(document.activeElement) ? document.activeElement.closest("[data-group]")?.dataset.group : undefined;
    if (!this.made.has(plain)) this.made.set(plain, form(plain, this.change));
    this.shown = this.made.get(plain);
    fill(this.place, [this.shown.element]);
    this.shown.update(given, question);
    this.place.removeAttribute("aria-busy");
    if (group && !this.place.contains(document.activeElement)) this.control(group)?.focus();
  }

  /** The first control that asks for a group. */
  control(group) {
    this.turn();
    const all = [...this.place.querySelectorAll("[data-group]")];
    return all.find((one) => one.dataset.group === group)?.querySelector("input, select, button");
  }
}
