// What differs between the decisions here and there on each case of standard input, by the data of a page.

import { readFileSync } from "node:fs";

import { decidedThere, differing } from "../../lupa/page/against.js";
import { decided, questions } from "../../lupa/page/case.js";
import { unfolded } from "../../lupa/page/unfold.js";

const page = unfolded(JSON.parse(readFileSync(process.argv[2], "utf8")));
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const given = JSON.parse(line);
  const [question] = questions(page, given);
  const { decision, error } = decidedThere(page, given, question.edition.policy);
  console.log(JSON.stringify(error ? { error } : { there: decision, rows: differing(decided(question, given), decision) }));
}
