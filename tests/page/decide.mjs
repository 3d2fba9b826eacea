// Decides the cases on standard input, one a line, by the data of a page; prints what each comes to.

import { readFileSync } from "node:fs";

import { CaseError, decided, questions } from "../../lupa/page/case.js";
import { unfolded } from "../../lupa/page/unfold.js";

const page = unfolded(JSON.parse(readFileSync(process.argv[2], "utf8")));
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const given = JSON.parse(line);
  try {
    console.log(JSON.stringify(questions(page, given).map((question) => decided(question, given))));
  } catch (error) {
    if (!(error instanceof CaseError)) throw error;
    console.log(JSON.stringify({ error: error.problems }));
  }
}
