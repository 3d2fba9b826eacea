// How long ago something was, as a person types it.

import { day } from "./days.js";
import { fresh, h } from "./dom.js";
import { at, numberFrom, numberText, put } from "./edits.js";

const A_DAY = 86_400_000;
const WRONG = "Write a day, such as 2025-01-10, or how many days before it was.";
const NO_DATE = "Say first on which day it begins, or how many days before it was.";
const AFTER = "That is after the day on which it begins.";

/** The keys that lead to a name in a tree of names; null where it has none. */
function wayTo(tree, name) {
  for (const [key, below] of Object.entries(tree)) {
    const way = below === name ? [] : typeof below === "object" ? wayTo(below, name) : null;
    if (way) return [key, ...way];
  }
  return null;
}

/** The control for how long before the service date something was: its day, or a number of days. */
export function ago(context, name, words) {
  const { quantities, days: dated } = context.edition;
  const { section, where, unit } = quantities[name];
  const way = wayTo(dated, name); // of what is no number but a day a case has that
  const isDay = way !== null;
  const [days, of] = [[section, ...where], [section, ...(way ?? quantities[name.slice("days_since(".length, -1)]?.where ?? [])]];
  const id = fresh("ago");
  const told = h("p", { class: "error", id: `${id}-told`, role: "alert" });
  const tell = (wrong) => {
    told.textContent = wrong;
    input.setAttribute("aria-invalid", String(wrong !== ""));
  };
  const changed = (text) => {
    const given = put(isDay ? put(context.given, of, undefined) : context.given, days, undefined);
    const on = day(text, "", () => null);
    if (!text) return given;
    if (isDay && text.toLowerCase() === "never") return put(given, of, "never");
    if (on === null) {
      const number = numberFrom(text);
      return number === null ? WRONG : put(given, days, number);
    }
    const today = day(at(given, ["request", "service_date"]), "", () => null);
    if (today === null) return NO_DATE;
    if (on > today) return AFTER;
    return isDay ? put(given, of, on) : put(given, days, (Date.parse(today) - Date.parse(on)) / A_DAY);
  };
  const input = h("input", {
    id, type: "text", size: 12, "aria-describedby": `${id}-hint ${id}-told`,
    on: {
      change: () => {
        const found = changed(input.value.trim());
        tell(typeof found === "string" ? found : "");
        if (typeof found !== "string") context.change(found);
      },
    },
  });
  const hint = isDay ? `${unit}, the day, or never` : `${unit}, or the day`;
  return {
    element: h("div", { class: "field", "data-number": name }, h("label", { for: id }, words), h("div", { class: "row" }, input, h("span", { class: "quiet", id: `${id}-hint` }, hint)), told),
    update() {
      if (document.activeElement === input && input.getAttribute("aria-invalid") === "true") return;
      const [said, on] = [at(context.given, days), at(context.given, isDay ? of : [...of, "on"])];
      const text = said === undefined ? on ?? "" : numberText(said);
      input.value = text ?? JSON.stringify(said);
      input.readOnly = text === null || (!isDay && said === undefined && on !== undefined);
      tell("");
    },
  };
}
