// From a record to a decision that a person can check: the same object as `lupa decide --json` prints.

import { askedTogether, byPlan } from "./asked.js";
import { assumptions } from "./assumptions.js";
import { authorized } from "./authorized.js";
import { missing } from "./missing.js";
import { needs } from "./needs.js";
import { compare } from "./numbers.js";
import { NO, YES } from "./worlds.js";

/** The decision on a question; `head` is what routing knows of the case. */
export function decision(question, head) {
  return new Writer(question).decision(head);
}

const RANK = { unmet: 0, open: 1, met: 2 };
const failingFirst = (criteria) => criteria.sort((one, other) => RANK[one.status] - RANK[other.status]);

class Writer {
  constructor(question) {
    this.question = question;
    this.edition = question.edition;
    this.pathways = new Set();
    for (const [place, [, , root]] of this.edition.pathways.entries()) if (question.possible(root)) this.pathways.add(place);
  }

  decision(head) {
    const { question, edition } = this;
    const outcome = question.outcomes.length === 1 ? question.outcomes[0] : "pend";
    const denials = this.denials();
    const referrals = this.certain(edition.referrals);
    let limits = question.outcomes.includes("modify") ? this.certain(edition.limits) : [];
    let bases = [];
    let superseded = [];
    if (outcome === "deny") bases = denials.length ? denials : this.possible(edition.bases, outcome);
    else if (outcome === "refer") {
      bases = referrals.length ? referrals : this.possible(edition.referrals, outcome);
      superseded = denials;
    } else if (outcome === "modify") limits = limits.length ? limits : this.possible(edition.limits, outcome);
    const missing_ = this.missing();
    return {
      case: head.case,
      policy: edition.policy,
      edition: edition.name,
      edition_by: head.by,
      caveats: head.caveats,
      handling: question.record.handling,
      outcome,
      possible: question.outcomes,
      text: edition.words[outcome].text,
      next: (missing_.every(byPlan) && missing_[0]?.help) || edition.words[outcome].next,
      bases,
      criteria: this.criteria(),
      limits,
      ...(outcome === "approve" || outcome === "modify" ? authorized(question) : { authorized: {}, authorized_text: "" }),
      scope: this.certain(edition.scope),
      superseded,
      advisories: this.certain(edition.advisories),
      missing: missing_,
      depends_on: this.otherReadings(),
      assumptions: assumptions(this.question),
      notes: this.certain(edition.notes),
      unread: this.unread(),
      suggestions: this.suggestions(),
      remarks: this.remarks(missing_),
      aside: question.record.aside,
    };
  }

  /** Where the `clauses` of an item stand, or all; of those that are there for one fact each, the ones of its reason. */
  locators(item, clauses = null, reason = null) {
    const found = new Set();
    const so = new Set([...(reason ?? [])].filter(([, value]) => value).map(([variable]) => variable));
    const isNamed = ([, , ...facts]) => facts.some((one) => so.has(one));
    const some = item.sources.some(isNamed);
    for (const source of item.sources) {
      const [pathway, clause, ...facts] = source;
      const isTold = !some || !facts.length || isNamed(source);
      if (isTold && (pathway < 0 || this.pathways.has(pathway)) && (!clauses || clauses.has(clause))) found.add(clause);
    }
    return [...found].map((clause) => this.edition.clauses[clause].source);
  }

  source(...about) {
    return this.locators(...about).join("; ");
  }

  item(item, reason, certain = true) {
    const told = { id: item.id, text: item.yes, source: this.source(item, null, reason), because: this.question.causes(reason), certain };
    return { ...told, needs: [], more_needs: false };
  }

  certain(items) {
    return items.flatMap((item) => {
      const reason = this.question.reason(item.root, NO);
      return reason ? [this.item(item, reason)] : [];
    });
  }

  /** The bases to deny that hold in every world, each with what it would take to be none. */
  denials() {
    const { edition, question } = this;
    const found = new Map(edition.bases.map((item) => [item.id, item]));
    return this.certain(edition.bases).map((told) =>
      told.id === "criteria_not_met" ? told : { ...told, ...needs(question, found.get(told.id), NO) });
  }

  /** Each choice for one reading, the others as they are, that leaves other outcomes possible. */
  otherReadings() {
    const { edition, question } = this;
    const found = [];
    for (const [reading, tree] of Object.entries(edition.choices.reading ?? {})) {
      const values = Object.entries(tree[""] ?? {});
      if (values.every(([, variable]) => question.said[variable] === 3)) continue; // it is left open
      for (const [choice, variable] of values) {
        if (question.said[variable] !== 2) {
          const possible = question.readSo(values.map(([, other]) => other), variable);
          if (possible.length && possible.join() !== question.outcomes.join()) {
            found.push({ reading, choice, text: edition.facts[variable].yes, possible, source: edition.readingSources[reading] });
          }
        }
      }
    }
    return found;
  }

  possible(items, outcome) {
    const { edition, question } = this;
    const others = edition.everyOutcome & ~edition.valueOfOutcome(outcome);
    const reason = question.reason(edition.outcome, others);
    return items.filter((item) => question.possible(item.root)).map((item) => this.item(item, reason, false));
  }

  // ---- criteria -------------------------------------------------------------------------------------

  criteria() {
    const { question } = this;
    return failingFirst(
      this.edition.criteria
        .filter(({ applies }) => question.possible(applies))
        .map((item) => this.withNeeds(item, this.criterion(item, !(question.reached(item.applies) & NO)))),
    );
  }

  /** The criterion, with what it would take to meet it if it is not met. */
  withNeeds(item, criterion) {
    return criterion.status === "unmet" ? { ...criterion, ...needs(this.question, item, YES) } : criterion;
  }

  criterion(item, applies, clauses = null) {
    const { question, edition } = this;
    const tree = edition.trees[item.id] ?? null;
    const parts = tree ? this.partsOf(tree) : [];
    let status = "open";
    let reason = question.reason(item.root, NO);
    if (reason) status = "met";
    else if ((reason = question.reason(item.root, YES))) status = "unmet";
    return {
      id: item.id,
      status,
      applies,
      text: status === "unmet" ? item.no : item.yes,
      source: this.source(item, clauses),
      because: question.causes(reason),
      of: tree?.of ?? null,
      least: tree?.least ?? null,
      found: tree ? this.foundOf(tree, parts) : "",
      parts,
      needs: [],
      more_needs: false,
    };
  }

  partsOf(tree) {
    const { question, edition } = this;
    return failingFirst(
      tree.parts
        .filter(([, there]) => question.possible(there))
        .map(([id, there, clauses]) => {
          const by = new Set(clauses.filter(([, root]) => question.possible(root)).map(([clause]) => clause));
          return this.criterion(edition.parts[id], !(question.reached(there) & NO), by);
        }),
    );
  }

  /** How many parts are met, of those that are needed, and which: `1 of 2 found: methotrexate`. */
  foundOf(tree, parts) {
    const idle = tree.of === "all" ? "met" : "unmet";
    const asked = parts.filter((part) => part.applies || part.status !== idle);
    if (!asked.length) return "no part applies";
    const label = (part) => this.edition.parts[part.id].label;
    const met = asked.filter((part) => part.applies && part.status === "met").map(label);
    const unsure = asked.filter((part) => !part.applies || part.status === "open").map(label);
    const needed = tree.least ?? (tree.of === "all" ? asked.length : 1);
    let words = `${met.length} of ${needed} found`;
    if (met.length > needed) words = `${met.length} found, ${needed} needed`;
    else if (needed === 1 && tree.of !== "all") words = met.length ? "found" : `none of ${asked.length} found`;
    if (met.length) words += `: ${met.join(", ")}`;
    if (unsure.length) words += `; open: ${unsure.join(", ")}`;
    return words;
  }

  // ---- what is silent, assumed or beside the point --------------------------------------------------

  missing() {
    const { edition, question } = this;
    if (question.outcomes.length < 2) return [];
    const unsettled = [
      ...edition.criteria.filter(({ applies }) => question.possible(applies)),
      ...edition.bases.filter(({ id }) => id !== "criteria_not_met"),
      ...edition.scope, ...edition.limits,
    ].filter((item) => question.isOpen(item)).map((item) => ({ id: item.id, cone: item.cone, locators: this.locators(item) }));
    const first = (variable) => question.contradictsItself(variable); // it goes first
    const found = missing(question).sort((one, other) => first(other) - first(one));
    const together = askedTogether(edition, found.filter((variable) => !question.linesOf(variable).length));
    return found.map((variable) => {
      const made = edition.derived[edition.numberOf.get(variable)] ?? [];
      const known = [2, 3].find((at) => { // of two numbers; two places on stands how to ask for the other
        const of = question.record.intervals.get(made[at]);
        return of && !compare(of.low, of.high);
      });
      const served = unsettled.filter(({ cone }) => cone.has(variable));
      const { fact, yes, question: asked, help } = edition.facts[variable];
      const sources = new Set(served.flatMap(({ locators }) => locators));
      const lines = question.linesOf(variable);
      const hint = lines[0] ? ` (See ${lines.join("; ")}.)` : "";
      return { fact, text: yes, question: `${made[known + 2] ?? asked}${hint}`, help, bears_on: served.map(({ id }) => id), source: [...sources].join("; "), settled_by: edition.ofReadings.has(variable) ? "plan" : "record", ...(together.get(variable) ?? { together: "", member: "", kind: "" }) };
    });
  }

  unread() {
    const { edition } = this;
    const { stated, unread, given, numbers } = this.question.record;
    const names = [
      ...[...stated].filter(([variable, so]) => so && !given.has(variable) && !edition.facts[variable].read)
        .map(([variable]) => edition.facts[variable].fact),
      ...[...unread].filter(([, so]) => so).map(([fact]) => fact),
      ...numbers.filter((name) => !edition.quantities[name]?.read),
    ];
    return names.sort();
  }

  /** What was read otherwise than it is written, and which lists might settle what is open. */
  remarks(asked) {
    const { remarks, lists } = this.question.record;
    const { edition } = this;
    const families = new Set(asked.map(({ fact }) => fact.split("(")[0]));
    const closing = Object.entries(edition.closed_by).filter(([, facts]) => asked.some(({ fact }) => facts.includes(edition.variables.get(fact))));
    for (const [family] of closing) families.add(family);
    const places = [...families].filter((family) => lists.has(family)).map((family) => lists.get(family));
    if (!places.length) return remarks;
    const text = "A list says that what it names is so, and nothing of the rest; one that is complete is written {only: [...]}.";
    return [...remarks, { place: places.join(", "), text }];
  }

  suggestions() {
    const { edition, question } = this;
    return question.record.suggested.filter(({ fact }) => question.isSilent(fact)).map(({ fact, code, value }) => ({
      code: `${code.system} ${code.code}`, ground: code.ground, fact: edition.facts[fact].fact,
      text: question.sentence(fact, value), question: edition.facts[fact].question,
    }));
  }
}
