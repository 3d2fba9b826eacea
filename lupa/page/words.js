// Decisions in the words of `lupa decide`.

export const PERSON = "lupa proposes this determination under the text of the policy. A person decides.";
const FEW = 6; // so many facts of one kind are said in sentences; more are listed by name
const NAME_AND_VALUE = ["reading", "requested", "at_least", "more_than"];
const CUTS = ["at_least", "more_than"];

export const plainly = (outcome) => outcome.replaceAll("_", " ");

/** Outcomes as they are read: `approve, deny or out of scope`. */
export function inWords(outcomes, joint = "or") {
  const words = outcomes.map(plainly);
  const last = words.pop();
  return words.length ? `${words.join(", ")} ${joint} ${last}` : last;
}

/** The outcome in capitals; of a pend also what it is between. */
export function verdict(decision) {
  return decision.outcome === "pend" ? `PEND (${inWords(decision.possible)})` : plainly(decision.outcome).toUpperCase();
}

/** What a fact is about: `voclosporin` of `taking(voclosporin)`, `a=b` of `reading(a,b)`. */
export function argument(fact) {
  const [name, ...rest] = fact.split("(");
  const inner = rest.join("(").slice(0, -1);
  if (NAME_AND_VALUE.includes(name)) return inner.replace(",", "=");
  const [first, ...others] = inner.split(",");
  return others.length ? `${first} (${others.join(", ")})` : first || fact;
}

/** The facts of a reason in groups: each alone, or those of one kind and value together where they are many. */
export function families(causes, few = FEW) {
  const groups = new Map();
  for (const cause of causes) {
    const key = `${cause.fact.split("(")[0]} ${cause.value}`;
    groups.set(key, [...(groups.get(key) ?? []), cause]);
  }
  return [...groups.values()].flatMap((group) => (group.length > few ? [group] : group.map((cause) => [cause])));
}

/** One group of facts as a sentence. */
export function sentence(group) {
  if (group.length === 1) {
    const [{ text, fact, origin }] = group;
    if (origin !== "assumed") return text; // what nobody states does not look like a statement
    return `${text.slice(0, -1)} (${fact.startsWith("reading(") ? "the usual reading" : "assumed"}).`;
  }
  const name = group[0].fact.split("(")[0];
  return `${name}: ${group[0].value ? "yes" : "no"} for each of ${group.map(({ fact }) => argument(fact)).join(", ")}.`;
}

const MARKS = { null: "ruled out by what else is said", stated: "the record says otherwise", only: "not on the list, which is said to be complete", assumed: "assumed otherwise, as the case is silent", evidence: "the chart says otherwise" };
const but = ({ against }) => (against.length ? `; but: ${against.join(" ").replace(/\.$/, "")}` : "");
const withMark = (need) => `${need.text.slice(0, -1)} (${need.says === "silent" ? "not said" : MARKS[need.origin]}${but(need)}).`;

/** What would have to be so, as sentences; nothing if no more is to be said than the reason does. */
export function needed({ needs, more_needs: more, because }) {
  const key = ({ fact, value }) => `${fact} ${value}`;
  const opposite = new Set(needs.flat().map(({ fact, value }) => key({ fact, value: !value })));
  const isOpposite = opposite.size === 1 && because.length === 1 && opposite.has(key(because[0]));
  if (!needs.length || isOpposite) return [];
  const common = needs[0].filter((need) => needs.every((set) => set.some((one) => key(one) === key(need))));
  const shared = new Set(common.map(key));
  const found = common.map(withMark);
  if (needs.length === 1) return found;
  const rest = needs.map((set) => set.filter((need) => !shared.has(key(need))));
  const alone = rest.filter((set) => set.length === 1).map(([need]) => need);
  let barred = alone.filter(({ against }) => against.length);
  if (barred.length === rest.length) barred = []; // then there is nothing else to say
  const words = families(alone.filter((need) => !barred.includes(need)), 1).map((group) => {
    if (group.length === 1) return withMark(group[0]).slice(0, -1);
    const names = group.map(({ fact }) => argument(fact));
    const others = names.length > FEW ? ` and ${names.length - FEW} more` : "";
    return `${group[0].value ? "" : "not "}${group[0].fact.split("(")[0]}: one of ${names.slice(0, FEW).join(", ")}${others}`;
  });
  const several = rest.filter((set) => set.length > 1);
  words.push(...several.slice(0, FEW).map((set) => set.map((need) => withMark(need).slice(0, -1)).join(", and ")));
  if (several.length > FEW || more) words.push("and there are other ways");
  const reasons = new Map();
  for (const { against, fact } of barred) reasons.set(against.join(" "), [...(reasons.get(against.join(" ")) ?? []), argument(fact)]);
  return [...found, `${words.join("; or ")}.`, ...[...reasons].map(([why, names]) => `Not ${names.join(", ")}: ${why}`)];
}

/** What a criterion needs of its parts, and how many are met. */
export function counted({ of, least, found }) {
  const needed = { all: "All of these are needed", any: "One of these is needed" }[of] ?? `${least} of these are needed`;
  return `${needed}; ${found}.`;
}

/** What to ask, each question once; many of one kind become one question. */
export function asked(missing) {
  const found = [];
  const told = new Set();
  const kind = ({ fact }) => fact.split("(")[0];
  for (const item of missing) {
    let same = missing.filter((one) => one.question === item.question);
    const alike = missing.filter((one) => kind(one) === kind(item));
    let { question } = item;
    if (alike.length > FEW && same.length === 1) {
      same = alike;
      question = `${alike[0].question} And likewise each of the others:`;
    }
    if (!told.has(question)) found.push({ question, asked: same });
    told.add(question);
  }
  return found;
}
