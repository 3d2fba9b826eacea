// The questions for what is missing, as a person is asked them.

import { by } from "./groups.js";
import { argument, FEW, listed, numberIn } from "./words.js";

const SEVERAL = 3; // so many members that are missing are asked for at once

/** Of missing facts where one question asks for several: that question, what each is called in it, and its class. */
export function askedTogether({ groupOf, numberOf, scales, facts }, missing) {
  const found = new Map();
  for (const [group, here] of by(missing, (variable) => groupOf.get(variable))) {
    const { question, kind: of, numbers, names, classes } = group;
    const name = (variable) => numbers.find((one) => one === numberOf.get(variable)) ?? scales[numberOf.get(variable)]?.[0];
    const counted = new Set(here.map((variable) => (numbers.length ? name(variable) : variable)));
    if (of === "choice" || counted.size < SEVERAL) continue;
    for (const variable of here) {
      const kind = Object.entries(classes).find(([, each]) => each.includes(variable))?.[0] ?? "";
      const member = numbers.length ? names[name(variable)] : facts[variable].member;
      found.set(variable, { together: question, member: under(kind, member), kind });
    }
  }
  return found;
}

/** What a member is called beneath its class: `rizatriptan` where it is `rizatriptan: not tolerated`. */
export const under = (kind, member) => (member.endsWith(kind) ? member.slice(0, member.length - kind.length) : member).replace(/[: ]+$/, "") || member;

/** Facts by the classes that they are told by, of several the one that most of these are of; without one, by none. */
export function classesOf({ classes, kinds }, facts) {
  const alone = new Map(Object.entries(classes).flatMap(([name, each]) => each.map((one) => [one, [name]])));
  const named = new Map(facts.map((one) => [one, kinds[one] ?? alone.get(one) ?? [""]]));
  const size = by([...named.values()].flat(), (name) => name);
  const most = (names) => names.reduce((one, other) => (size.get(other).length > size.get(one).length ? other : one));
  return by(facts, (one) => most(named.get(one)));
}

/** Whether something missing is a reading of the text, which is for the plan to settle. */
export const byPlan = ({ settled_by: by }) => by === "plan";

/** What a record can settle, and how the text is read. */
export const bySide = (missing) => [missing.filter((one) => !byPlan(one)), missing.filter(byPlan)];

/** What to ask, each question once; what a person is asked for at once is one question. */
export const asked = (missing) => [...by(missing, ({ together, question }) => together || question)].map(([question, each]) => ({ question, asked: each }));

/** What a question for several asks for, by classes: `not tolerated: methotrexate, cyclosporine`. */
export function membersAsked(missing) {
  const kinds = by(missing.filter(({ together }) => together), ({ kind }) => kind);
  return [...kinds].map(([kind, each]) => `${kind ? `${kind}: ` : ""}${listed([...new Set(each.map(({ member }) => member))])}`);
}

/** What a question is about: a fact, a number, several by their names; what members are of. */
export function askedAbout(missing) {
  const facts = [...new Set(missing.map(({ fact }) => numberIn(fact) || fact))];
  if (facts.length === 1) return facts[0];
  if (missing[0].together) return [...new Set(facts.map((fact) => fact.split("(")[0]))].join(", ");
  return listed([...new Set(facts.map(argument))]);
}

/** What a question is asked for, unless that is nearly everything. */
export function servedBy(missing) {
  const served = [...new Set(missing.flatMap((one) => one.bears_on))];
  if (!served.length) return "";
  return served.length <= FEW ? `for ${served.join(", ")}` : "for most of what is open";
}
