// A patient for whom one fact decides an item or an outcome: stated is little, and nothing of it can be left out.

import { CaseError, questions } from "./case.js";
import { stating } from "./change.js";
import { NO, valueOf, YES } from "./worlds.js";

const TRIED = 60; // so many patients are looked at, those of whom the least is stated first

/**
 * A case in which a function has one of the `wanted` values while a fact is as a condition wants it, and one of the
 * `others` where the fact is the other way round; null where none was found. Without any one of its statements that
 * is not certain. What is `known` of the request, by variables, is so in each case.
 */
export function decisive(page, edition, { root, wanted = YES, others = NO, known = new Map() }, { variable, value }) {
  const usual = edition.facts.map(({ assumed }, fact) => known.get(fact) ?? assumed);
  const ways = (so) => otherwise(edition, known, variable, so);
  const isOnly = (found, values) => (found & (wanted | others)) !== 0 && (found & (wanted | others) & ~values) === 0;
  const decided = (statements, valuesOf) => {
    const now = ways(value).find((one) => isOnly(valuesOf([...statements, one]), wanted));
    return now && ways(!value).some((one) => isOnly(valuesOf([...statements, one]), others)) ? [...statements, now] : null;
  };
  const nearly = (stated) => edition.reached(root, said(edition, usual, stated));
  const isKnown = [...known].filter(([, so]) => so).map(([fact]) => ({ variable: fact, value: true }));
  const request = { request: { policy: `${edition.policy}@${edition.name}` } };
  const caseOf = (stated) => stating(request, edition, edition.places, [...isKnown, ...stated]);
  let left = TRIED;
  for (const statements of apart(edition, { root, wanted, others, known, usual }, { variable, value })) {
    if ((left -= 1) < 0) return null;
    if (!decided(statements, nearly)) continue;
    let kept = statements;
    for (const statement of statements) {
      const fewer = kept.filter((one) => one !== statement);
      if (decided(fewer, nearly)) kept = fewer;
    }
    const found = decided(kept, (stated) => valuesIn(page, edition, caseOf(stated), root));
    if (found) return caseOf(found);
  }
  return null;
}

/** What is said of each fact where these are stated, and the rest is as usual. */
function said(edition, usual, stated) {
  const found = edition.silence();
  for (const [fact, so] of usual.entries()) if (so !== null) found[fact] = so ? 2 : 1;
  for (const { variable, value } of stated) {
    if (value) for (const other of edition.choiceOf.get(variable) ?? []) found[other] = 1;
    found[variable] = value ? 2 : 1;
  }
  return found;
}

/** The ways to state that a fact is so or not: a choice is not so where another value is. */
function otherwise(edition, known, variable, value) {
  const values = edition.choiceOf.get(variable);
  if (!values || value) return [{ variable, value }];
  return values.filter((one) => one !== variable && known.get(one) !== false).map((one) => ({ variable: one, value: true }));
}

/** The values of a function in a case, as bits; 0 where the case contradicts itself. */
function valuesIn(page, edition, given, root) {
  try {
    return questions(page, given, [edition])[0].reached(root);
  } catch (error) {
    if (!(error instanceof CaseError)) throw error;
    return 0;
  }
}

/** The statements with which a fact leads to a wanted value and its opposite to another, those with the fewest first. */
function* apart(edition, { root, wanted, others, known, usual }, { variable, value }) {
  const { nodes } = edition;
  const step = (at, fact, so) => (at >= 0 && nodes.variable[at] === fact ? (so ? nodes.yes[at] : nodes.no[at]) : at);
  const waiting = [[{ pair: [root, root], statements: [] }]]; // by how many statements there are
  const rivals = new Set((edition.choiceOf.get(variable) ?? []).filter((one) => one !== variable)); // none is so where the fact is
  const been = new Set(); // at pairs, from which all that follows is the same
  for (let few = 0; few < waiting.length; few += 1) {
    for (const { pair, statements } of waiting[few] ?? []) {
      const [yes, no] = pair;
      if (yes < 0 && no < 0) {
        const [now, then] = value ? pair : [no, yes];
        if (valueOf(now) & wanted && valueOf(then) & others) yield statements;
      } else if (!been.has(`${pair}`) && (yes !== no || edition.support(yes).has(variable))) {
        been.add(`${pair}`);
        const fact = topmost(edition, yes, no);
        const isSettled = known.has(fact) || edition.ofReadings.has(fact);
        const ways = fact === variable ? [null] : isSettled ? [usual[fact] ?? false] : [false, true];
        for (const so of ways) {
          const next = { pair: [step(yes, fact, (so ?? true) && !rivals.has(fact)), step(no, fact, so ?? false)], statements };
          if (!rivals.has(fact) && so !== null && so !== usual[fact] && (so || !edition.choiceOf.has(fact))) next.statements = [...statements, { variable: fact, value: so }];
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
