// Writes the letters on the cases of standard input, one a line with whom it is to, its form and fields, by the data of a page.

import { readFileSync } from "node:fs";

import { CaseError, decided, questions } from "../../lupa/page/case.js";
import { unfolded } from "../../lupa/page/unfold.js";
import { letter } from "../../lupa/page/letter.js";

const page = unfolded(JSON.parse(readFileSync(process.argv[2], "utf8")));
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const { given, ...how } = JSON.parse(line);
  try {
    console.log(JSON.stringify(questions(page, given).map((question) => letter(decided(question, given), question, given, how).text)));
  } catch (error) {
    if (!(error instanceof CaseError)) throw error;
    console.log(JSON.stringify(null));
  }
}
