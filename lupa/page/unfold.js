// What a page holds, unfolded: policies with their editions, names and codes.

import { Edition } from "./edition.js";
import { by } from "./groups.js";
import { later } from "./later.js";
import { normal } from "./names.js";
import { fromSteps, inFull, nodesOf, textsOf } from "./packed.js";

/** The data of a page, unfolded: `policies` with their `editions`, and `against` what each case is decided too. */
export function unfolded(data) {
  const text = textsOf(data.texts);
  const every = data.names[0];
  const lists = data.lists.map((steps) => listed(() => fromSteps(steps).map((place) => every[place])));
  const shared = { lists, letters: data.letters, lupa: data.lupa, ...known(data.names, data.codes, data.behind, data.no_more) };
  const there = data.against && { ...shared, ...known(data.against.names ?? data.names, data.against.codes ?? data.codes, data.against.behind ?? data.behind, data.against.no_more ?? data.no_more) };
  const both = data.policies.map((policy) => {
    const kept = later({}, { nodes: () => nodesOf(policy.nodes) });
    const sections = Object.entries(policy.sections);
    const made = (told, first, knows) => {
      const found = { ...told, policy: policy.policy };
      found.editions = told.editions.map((one, place) =>
        new Edition(found, later({ ...one }, Object.fromEntries(sections.map(([key, each]) => [key, () => inFull(each[first + place])]))), kept, knows, text));
      return found;
    };
    return [made(policy, 0, shared), policy.against && made(policy.against, policy.editions.length, there)];
  });
  const page = { ...shared, policies: both.map(([here]) => here) };
  if (!data.against) return page;
  const { named, edition } = data.against;
  const other = edition === null ? { ...there, policies: both.map(([, one]) => one).filter(Boolean) } : page;
  return { ...page, against: { named, edition, page: other } };
}

/** A list of names, and the same to look one up in. */
function listed(names) {
  const list = later({}, { names, lookup: () => Object.fromEntries(list.names.map((name) => [name, name])) });
  return list;
}

/** Rows whose columns are lines of a text each. */
function lines(columns) {
  const [first = [], ...rest] = columns.map((column) => column.split("\n"));
  return first.map((one, at) => [one, ...rest.map((column) => column[at])]);
}

/** What names, brands and codes mean: `meant(name)` is every name that one means, by its normal form. */
function known([called, others], codes, behind, no_more) {
  const names = Object.fromEntries(called.map((name, at) => [name, others[at].split("\n").filter(Boolean)]));
  const kept = later({}, { rows: () => by(Object.entries(names).flatMap(([name, others]) => others.map((other) => ({ name, said: normal(other) }))), ({ said }) => said) });
  return {
    names, behind, no_more, meant: (said) => (kept.rows.get(said) ?? []).map(({ name }) => name),
    codes: lines(codes).flatMap(([each, system, meaning, relation, ground]) => {
      const [kind, ...names] = meaning.split(/[(,)]/), name = names.at(-2) ?? kind;
      return each.split("\t").map((code) => ({ system, code, kind, name, meaning, relation, ground }));
    }),
  };
}

