// A template, as plain data, filled in as Jinja does it: statements and values are lists that begin with what they are.

/** A text that is markup already, and stays as it is. */
class Markup {
  constructor(text) {
    this.text = text;
  }
}

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", "\"": "&#34;" };
const escaped = (value) => (value instanceof Markup ? value.text : plain(value).replace(/[&<>'"]/g, (one) => ESCAPES[one]));
const plain = (value) => (value instanceof Markup ? value.text : value === null ? "None" : value === true ? "True" : value === false ? "False" : String(value));

/** A text as markup, with the values in it escaped. */
export const markup = (before, value, after) => new Markup(`${before}${escaped(value)}${after}`);

const isSo = (value) => (Array.isArray(value) ? value.length > 0 : value instanceof Markup ? value.text !== "" : Boolean(value));
const isIn = (value, whole) => (typeof whole === "string" ? whole.includes(plain(value)) : Array.isArray(whole) ? whole.includes(value) : Object.hasOwn(whole, value));

function part(value, key) {
  if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) throw new Error(`a letter has no ${key}`);
  return value[key];
}

/** The text of one of the `files`, each by its name, filled in with what `content` names; `isMarkup` escapes it. */
export function filled(files, name, content, isMarkup) {
  const template = new Template(files, isMarkup);
  const scope = { ...content };
  return plain(template.body(files[name], scope));
}

class Template {
  constructor(files, isMarkup) {
    this.files = files;
    this.isMarkup = isMarkup;
  }

  /** What statements come to; what they define is put into the scope. */
  body(statements, scope) {
    const text = statements.map((one) => (typeof one === "string" ? one : this.statement(one, scope))).join("");
    return this.isMarkup ? new Markup(text) : text;
  }

  statement([kind, ...rest], scope) {
    const run = (statements, inner) => plain(this.body(statements, inner));
    if (kind === "if") {
      const [ways, other] = rest;
      const [, then] = ways.find(([test]) => isSo(this.value(test, scope))) ?? [null, other];
      return run(then, scope);
    }
    if (kind === "for") {
      const [target, of, statements] = rest;
      return this.value(of, scope).map((one, index, all) => run(statements, { ...scope, [target]: one, loop: { index: index + 1, index0: index, first: !index, last: index === all.length - 1, length: all.length } })).join("");
    }
    if (kind === "macro") {
      const [name, parameters, statements] = rest;
      scope[name] = (...values) => this.body(statements, { ...scope, ...Object.fromEntries(parameters.map((one, place) => [one, values[place]])) });
      return "";
    }
    if (kind === "import" || kind === "from") {
      const [file, names] = rest;
      const module = { ...scope };
      this.body(this.files[file], module);
      if (kind === "import") scope[names] = module;
      else for (const [name, as] of names) scope[as] = part(module, name);
      return "";
    }
    const value = this.value([kind, ...rest], scope);
    return this.isMarkup ? escaped(value) : plain(value);
  }

  value([kind, ...parts], scope) {
    const value = (place) => this.value(parts[place], scope);
    const values = (from = 0) => parts.slice(from).map((one) => this.value(one, scope));
    switch (kind) {
      case "const": return parts[0];
      case "name": return part(scope, parts[0]);
      case "getitem": return part(value(0), value(1));
      case "call": return value(0)(...values(1));
      case "condexpr": return value(isSo(value(0)) ? 1 : 2);
      case "and": { const one = value(0); return isSo(one) ? value(1) : one; }
      case "or": { const one = value(0); return isSo(one) ? one : value(1); }
      case "not": return !isSo(value(0));
      case "eq": return value(0) === value(1);
      case "ne": return value(0) !== value(1);
      case "gt": return value(0) > value(1);
      case "gteq": return value(0) >= value(1);
      case "lt": return value(0) < value(1);
      case "lteq": return value(0) <= value(1);
      case "in": return isIn(value(0), value(1));
      case "notin": return !isIn(value(0), value(1));
      case "list":
      case "tuple": return values();
      case "dict": return Object.fromEntries(parts.map((pair) => pair.map((one) => this.value(one, scope))));
      case "length": return value(0).length;
      case "concat": return this.joined(values(), "");
      case "join": return this.joined(value(0), parts.length > 1 ? value(1) : "");
      default: throw new Error(`a template has no ${kind}`);
    }
  }

  /** Texts as one; where one of them is markup, all are. */
  joined(values, between) {
    if (![between, ...values].some((one) => one instanceof Markup)) return values.map(plain).join(plain(between));
    return new Markup(values.map(escaped).join(escaped(between)));
  }
}
