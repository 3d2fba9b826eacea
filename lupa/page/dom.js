// The document: elements made of plain text, never of markup.

/** An element with its properties and children; `on` has listeners, `data`, `aria` and the rest are attributes. */
export function h(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (key === "value" || key === "checked") made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** A button that does something when it is pressed. */
export const button = (words, press, properties = {}) => h("button", { type: "button", ...properties, on: { click: press } }, words);

/** A paragraph that stands back. */
export const quiet = (...words) => h("p", { class: "quiet" }, words);

/** Makes these the children of an element; one that stays where it is is not touched. */
export function fill(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  for (const [place, child] of children.entries()) if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
}

/** Has an element say these words; one that says them is not touched. */
export function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** Leaves one who answers by keyboard at the part of a page that they were in, even if all of it is new. */
export function keepFocus(whole, show) {
  const was = whole.contains(document.activeElement) && document.activeElement !== whole ? document.activeElement : null;
  const part = was?.closest("section.next, section.part")?.className;
  show();
  if (!was || document.activeElement === was) return;
  const same = [...whole.querySelectorAll("section")].find((one) => one.className === part);
  (same?.querySelector("h3[tabindex]") ?? whole).focus({ preventScroll: true });
}

/** Undoes and redoes at the keys for that, except where a text is typed. */
export function onUndoKeys(undo, redo) {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.target.matches("input[type=text]")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) redo();
    else undo();
  });
}

/** What is folded away, made when it is first opened. */
export function folded(properties, summary, make) {
  const made = h("details", properties, h("summary", {}, summary));
  made.addEventListener("toggle", () => made.append(...[make()].flat(Infinity)), { once: true });
  return made;
}

let count = 0;
/** An id that nothing else has. */
export const fresh = (name) => `${name}-${(count += 1)}`;

/** Offers a text as a file. */
export function save(name, text, type = "application/json") {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
