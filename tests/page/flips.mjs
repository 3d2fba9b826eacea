// Finds the cheapest changes of the cases on standard input, one a line, by the data of a page.

import { readFileSync } from "node:fs";

import { questions } from "../../lupa/page/case.js";
import { unfolded } from "../../lupa/page/unfold.js";
import { flips } from "../../lupa/page/flip.js";
import { ways } from "../../lupa/page/ways.js";

const page = unfolded(JSON.parse(readFileSync(process.argv[2], "utf8")));
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const { given, to } = JSON.parse(line);
  const [question] = questions(page, given);
  const { sets, ties, up, blocked } = flips(question, to);
  const fact = ({ variable }) => question.edition.facts[variable].fact;
  const told = (one) => [fact(one), one.value, one.kind, one.cost];
  const way = ({ cost, statements, alternatives, words, sets: several }) =>
    [cost, statements.map(fact), alternatives.map((part) => part.map(fact)), words, several.map((each) => each.map((set) => set.map(fact)))];
  console.log(JSON.stringify([
    sets.map(({ cost, statements }) => [cost, statements.map(told)]), ties, blocked.map((one) => one.fact),
    ways(question, sets).map(way), up ?? false,
  ]));
}
