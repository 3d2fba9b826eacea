// A patient for whom one fact decides an item: stated is little, and nothing of it can be left out.

import { questions } from "./case.js";
import { stating } from "./change.js";
import { NO, YES } from "./worlds.js";

const TRIED = 60; // so many patients are looked at, those of whom the least is stated first
const STEPS = 20000;

/**
 * A case in which an item is so, or not, while a fact is as it is wanted, and is the other where the fact is
 * the other way round; null where none was found. Without any one of its statements that is not certain.
 */
export function decisive(page, edition, root, { variable, value }) {
  const usual = edition.facts.map(({ assumed }) => assumed);
  const base = { request: { policy: `${edition.policy}@${edition.name}` } };
  const withIt = (statements, so) => otherwise(edition, variable, so).map((decided) => stating(base, edition, edition.places, [...statements, ...decided]));
  const decides = (statements) => {
    const [now, then] = [value, !value].map((so) => withIt(statements, so).map((given) => [given, valueIn(page, edition, given, root)]));
    const found = now.find(([, is]) => is === YES || is === NO);
    return found && then.some(([, is]) => is === YES + NO - found[1]) ? found[0] : null;
  };
  let left = TRIED;
  for (const statements of apart(edition, root, variable, usual)) {
    if ((left -= 1) < 0) return null;
    if (decides(statements)) {
      let kept = statements;
      for (const statement of statements) {
        const fewer = kept.filter((one) => one !== statement);
        if (decides(fewer)) kept = fewer;
      }
      return decides(kept);
    }
  }
  return null;
}

/** The ways to state that a fact is so or not: a choice is not so where another value is. */
function otherwise(edition, variable, value) {
  const values = edition.choiceOf.get(variable);
  if (!values || value) return [[{ variable, value }]];
  return values.filter((one) => one !== variable).map((one) => [{ variable: one, value: true }]);
}

/** What an item is in a case, as a bit; both where it is open, 0 where the case contradicts itself. */
function valueIn(page, edition, given, root) {
  try {
    return questions(page, given, [edition])[0].reached(root) & (YES | NO);
  } catch {
    return 0;
  }
}

/** The statements under which the two sides of a fact lead to different values, those with the fewest first. */
function* apart(edition, root, variable, usual) {
  const { nodes } = edition;
  const step = (at, fact, so) => (at >= 0 && nodes.variable[at] === fact ? (so ? nodes.yes[at] : nodes.no[at]) : at);
  const waiting = [[{ pair: [root, root], statements: [] }]]; // by how many statements there are
  let steps = STEPS;
  for (let few = 0; few < waiting.length; few += 1) {
    for (const { pair, statements } of waiting[few] ?? []) {
      if ((steps -= 1) < 0) return;
      const [yes, no] = pair;
      if (yes < 0 && no < 0) {
        if (Math.min(yes, no) === -2 && Math.max(yes, no) === -1) yield statements;
      } else if (yes !== no || edition.support(yes).has(variable)) {
        const fact = topmost(edition, yes, no);
        for (const so of fact === variable ? [null] : [false, true]) {
          const next = { pair: [step(yes, fact, so ?? true), step(no, fact, so ?? false)], statements };
          if (so !== null && so !== usual[fact] && (so || !edition.choiceOf.has(fact))) next.statements = [...statements, { variable: fact, value: so }];
          const place = next.statements.length;
          (waiting[place] ??= []).push(next);
        }
      }
    }
  }
}

/** The fact that is asked for first of two nodes: the order of facts is the same on every way. */
function topmost(edition, one, other) {
  const { variable } = edition.nodes;
  if (one < 0) return variable[other];
  if (other < 0 || !edition.support(other).has(variable[one])) return variable[one];
  return variable[other];
}
