// For conditions of what a policy says, and of what its pathways come to: the patient that a page shows.

import { readFileSync } from "node:fs";

import { decisive } from "../../lupa/page/decisive.js";
import { endOf } from "../../lupa/page/pathways.js";
import { unfolded } from "../../lupa/page/unfold.js";

const page = unfolded(JSON.parse(readFileSync(process.argv[2], "utf8")));
const ended = (search) => {
  for (;;) {
    const { done, value } = search.next();
    if (done) return value;
  }
};
const conditions = (one) => (one.variable !== undefined ? [one] : (one.parts ?? []).flatMap(conditions));
for (const { editions } of page.policies) {
  const edition = editions.at(-1);
  const tell = (kind, item, condition, of) => {
    const { given = null, isSmallest = false } = ended(decisive(page, edition, of, condition)) ?? {};
    console.log(JSON.stringify({ policy: edition.policy, kind, item, fact: edition.facts[condition.variable].fact, value: condition.value, found: given, isSmallest }));
  };
  for (const [kind, items] of [["criterion", edition.criteria], ["criterion", Object.values(edition.parts)], ["limit", edition.limits], ["basis", edition.bases], ["scope", edition.scope]]) {
    for (const item of items) {
      const told = edition.meanings[`${kind}(${item.id})`];
      const all = told ? conditions(told) : [];
      for (const condition of kind === "basis" ? all.slice(0, 2) : all) tell(kind, item.id, condition, item);
    }
  }
  for (const way of edition.ways) {
    for (const { outcome, when } of way.ends) {
      const all = conditions(when);
      for (const at of new Set([0, all.length >> 1])) if (all[at]) tell("pathway", [way.indication, way.phase, outcome], all[at], endOf(edition, way, outcome));
    }
  }
}
