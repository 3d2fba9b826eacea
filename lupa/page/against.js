// The same case by what a page is made against: an edition, a folder or a revision of the rules.

import { decided, orFault, questions } from "./case.js";
import { several } from "./document.js";
import { h, quiet } from "./dom.js";
import { put } from "./edits.js";
import { plainly, verdict } from "./words.js";

const KINDS = { bases: "basis", scope: "scope", limits: "limit", advisories: "advisory" };

/** What a policy comes to there: its decision, or what is wrong with the case there. */
export function decidedThere({ against }, given, policy) {
  const asked = put(given, ["request", "policy"], against.edition ?? given.request.policy ?? policy);
  try {
    const found = questions(against.page, asked).find(({ edition }) => edition.policy === policy);
    return found ? { decision: decided(found, asked) } : { error: [`${policy} is not decided there`] };
  } catch (error) {
    orFault(error);
    return { error: error.problems };
  }
}

/** What differs between two decisions: each row what it is, its id, and what that comes to here and there. */
export function differing(here, there) {
  const said = (decision) => new Map([["outcome", ["outcome", "", verdict(decision)]], ...[...criteria(decision.criteria), ...items(decision)].map((row) => [`${row[0]} ${row[1]}`, row])]);
  const [one, other] = [said(here), said(there)];
  const rows = [...new Set([...one.keys(), ...other.keys()])].map((key) => {
    const [kind, id] = one.get(key) ?? other.get(key);
    return [kind, id, one.get(key)?.[2] ?? "", other.get(key)?.[2] ?? ""];
  });
  return rows.filter(([, , now, then]) => now !== then);
}

function* criteria(found) {
  for (const one of found) {
    yield ["criterion", one.id, { unmet: "not met" }[one.status] ?? one.status];
    yield* criteria(one.parts);
  }
}

function* items(decision) {
  for (const [list, kind] of Object.entries(KINDS)) {
    for (const item of decision[list]) yield [kind, item.id, item.certain === false ? "perhaps" : "so"];
  }
}

/** The part of the page that has both side by side; null on a page that was made against nothing. */
export function againstTable(page, given, decision) {
  if (!page.against) return null;
  const { named } = page.against;
  const { decision: there, error } = decidedThere(page, given, decision.policy);
  const part = (...children) => h("section", { class: "part against" }, h("h3", {}, `Against ${named}`), children);
  if (error) return part(h("p", {}, "The case cannot be decided there:"), h("ul", {}, error.map((one) => h("li", {}, one))));
  const rows = differing(decision, there);
  const edition = `edition ${there.edition}`;
  if (!rows.length) return part(h("p", {}, `${verdict(there)} there too (${edition}), and no criterion, basis or limit differs.`));
  return part(h("table", {}, h("caption", {}, rows[0][0] === "outcome" ? "The outcome is another" : `${verdict(there)} there too; what differs`),
    h("thead", {}, h("tr", {}, ["What", "Here", `There, ${edition}`].map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, rows.map(([kind, id, now, then]) => h("tr", { class: "differs" }, h("th", { scope: "row" }, kind, " ", id && h("code", {}, id)), h("td", {}, now || "not asked, or not so"), h("td", {}, then || "not asked, or not so"))))));
}

/** What a policy makes otherwise of any patient than what the page is made against, counted in worlds. */
export function changesView({ against }, { changes }) {
  return changes.map(({ here, there, worlds, differ, counted, moves, criteria: shifts }) => {
    const told = (what, [count, ways, when]) => h("li", {}, h("p", {}, h("strong", {}, what), `: ${count} worlds`,
      ways.length > 0 && ` (${ways.map(([indication, phase, each]) => `${indication}, ${phase}: ${each}`).join("; ")})`),
    h("div", {}, when === null ? "There are too many conditions to tell just when." : ["just when ", condition(when)]));
    return h("section", { class: "part changes" }, h("h3", {}, `Edition ${here} -> ${against.edition ?? `${against.named}, edition ${there}`}`),
      h("p", {}, moves.length + shifts.length ? `${differ} of ${worlds} worlds come to another outcome.` : "Nobody comes to another outcome, or to another criterion unmet."),
      h("ul", {},
        moves.map(([before, after, ...region]) => told(`${plainly(before)} -> ${plainly(after)}`, region)),
        shifts.map(([criterion, isUnmet, ...region]) => told(`${criterion} ${isUnmet ? "now unmet" : "no longer unmet"}`, region))),
      quiet(counted));
  });
}

function condition(when) {
  if (typeof when === "string") return when;
  const [of, text, ...parts] = when;
  return several({ every: of === 2, text }, parts.map(condition));
}
