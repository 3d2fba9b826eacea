// What is assumed, as a case is silent, as far as a verdict may hang on it.

import { by } from "./groups.js";
import { YES } from "./worlds.js";

const FEW = 3; // more assumptions about one family have words together
const MANY = 12; // more than so many are one assumption

/** What the record assumes and the verdict may hang on: facts with their words, those of a family together. */
export function assumptions(question) {
  const { edition } = question;
  const found = [];
  const inFamilies = [];
  const told = ([variable, value], all = "") => ({ fact: edition.facts[variable].fact, value, text: question.sentence(variable, value), together: all });
  const left = spared(question);
  for (const [variable, value] of question.record.assumed) {
    if (!edition.cone.has(variable) || left.has(variable)) continue;
    const family = edition.facts[variable].fact.split("(")[0];
    if (Object.hasOwn(edition.assumedTogether, family)) {
      inFamilies.push({ family, statement: [variable, value] });
    } else found.push(told([variable, value]));
  }
  for (const [family, rows] of by(inFamilies, (one) => one.family)) {
    const facts = rows.map(({ statement }) => statement);
    if (!bear(question, facts)) continue;
    const free = facts.filter(([variable, value]) => couldBeOtherwise(question, variable, value));
    const words = edition.assumedTogether[family];
    if (free.length > MANY) found.push({ fact: family, value: free[0][1], text: words, together: "" });
    else found.push(...free.map((each) => told(each, free.length > FEW ? words : "")));
  }
  return found;
}

/** Of what is assumed of one number at several cut points all but what says it for the verdict. */
function spared(question) {
  const { edition } = question;
  const { assumed } = question.record;
  const others = edition.everyOutcome & ~question.outcomes.reduce((bits, name) => bits | edition.valueOfOutcome(name), 0);
  const found = new Set();
  for (const cuts of edition.rising) {
    const falling = cuts.map(([, variable]) => variable).reverse().filter((variable) => assumed.get(variable) === false);
    if (falling.length > 1) {
      const said = question.said.slice();
      for (const variable of falling) said[variable] = 3;
      const isEnough = (variable) => {
        if (variable !== null) said[variable] = 1;
        const enough = !edition.reaches(edition.outcome, said, others);
        if (variable !== null) said[variable] = 3;
        return enough;
      };
      const needed = [null, ...falling].find(isEnough);
      const kept = needed === undefined ? falling.at(-1) : needed;
      for (const variable of falling) if (variable !== kept) found.add(variable);
    }
  }
  return found;
}

/** Whether the verdict could be another if these were not assumed. */
function bear(question, facts) {
  const { edition } = question;
  if (question.outcomes.length > 1) return true;
  const said = question.said.slice();
  for (const [variable] of facts) said[variable] = 3;
  return edition.reaches(edition.outcome, said, edition.everyOutcome & ~edition.valueOfOutcome(question.outcomes[0]));
}

function couldBeOtherwise(question, variable, value) {
  const { edition } = question;
  const law = edition.lawOf.get(variable);
  if (!law) return true;
  const said = edition.silence();
  for (const one of law.variables) if (question.record.stated.has(one)) said[one] = question.record.stated.get(one) ? 2 : 1;
  said[variable] = value ? 1 : 2;
  return edition.reaches(law.root, said, YES);
}
