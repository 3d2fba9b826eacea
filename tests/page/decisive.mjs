// For every condition of what a policy says: the patient that a page shows, and the same with the fact otherwise.

import { readFileSync } from "node:fs";

import { decisive } from "../../lupa/page/decisive.js";
import { unfolded } from "../../lupa/page/unfold.js";

const page = unfolded(JSON.parse(readFileSync(process.argv[2], "utf8")));
const conditions = (one) => (one.variable !== undefined ? [one] : (one.parts ?? []).flatMap(conditions));
for (const { editions } of page.policies) {
  const edition = editions.at(-1);
  for (const [kind, items] of [["criterion", edition.criteria], ["criterion", Object.values(edition.parts)], ["limit", edition.limits], ["basis", edition.bases], ["scope", edition.scope]]) {
    for (const item of items) {
      const told = edition.meanings[`${kind}(${item.id})`];
      const all = told ? conditions(told) : [];
      for (const condition of kind === "basis" ? all.slice(0, 2) : all) {
        const found = decisive(page, edition, item.root, condition);
        console.log(JSON.stringify({ policy: edition.policy, kind, item: item.id, fact: edition.facts[condition.variable].fact, value: condition.value, found }));
      }
    }
  }
}
