// A case from a file: as JSON, alone or as `lupa read --json` gives it.

import { CaseError } from "./case.js";
import { isPlain } from "./plain.js";

const LARGEST = 64 * 1024; // bytes; what a case can be
const READ = "lupa read makes a case of a chart";

/** The case that a file holds; throws a `CaseError` for what is none. */
export async function caseOf(file) {
  const wrong = (words) => new CaseError([`${file.name}: ${words}`]);
  if (file.size > LARGEST) throw wrong(`larger than a case can be; ${READ}`);
  const bytes = await file.arrayBuffer();
  let text;
  let given;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw wrong("is no text in UTF-8; save it as UTF-8");
  }
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw wrong(`is no JSON (${error.message}); lupa decide reads YAML, this page does not`);
  }
  if (isPlain(given) && Object.hasOwn(given, "resourceType")) throw wrong(`holds no case; ${READ}`);
  return isPlain(given) && isPlain(given.case) && !Object.hasOwn(given, "request") ? given.case : given;
}
