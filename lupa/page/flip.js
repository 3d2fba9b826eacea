// The cheapest statements after which an outcome is certain, as `lupa flip` finds them.
//
// Sets of statements are tried, the cheapest first. Where the record with one leaves a world with another outcome,
// whatever holds that set and makes the outcome certain must contradict the part of that world which does the harm:
// it is tried with each statement that does (a hitting-set tree, Reiter 1987). What holds a set that was found is
// not looked at: in what is found, nothing can be spared. Another day, or another request, is not tried here.
//
// Of some choices it is known beforehand that each set has one of them. The smallest are made first, and what the rest
// costs at least counts with a set: else, of many choices, every mixture of the dear and the cheap would be tried.

import { by } from "./groups.js";
import { YES } from "./worlds.js";

const KINDS = ["find_out", "ask_for_less", "change"];
const MOST_TRIED = 4000;

/** What counts once: statements of one number cost no more together. */
const effortOf = ({ effort, cost }) => `${effort} ${cost}`;

/** The `sets` of statements with what they cost, how many are `ties`; or what is `blocked`, or given `up`. */
export function flips(question, to, most = 5, fixed = new Set()) {
  const steps = searching(question, to, most, fixed);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same step by step: yields the cheapest statements as soon as there are some, before that null; returns all. */
export function searching(question, to, most = 5, fixed = new Set()) {
  return new Search(question, to, fixed).cheapest(most);
}

class Search {
  constructor(question, to, fixed) {
    this.question = question;
    this.edition = question.edition;
    this.fixed = fixed;
    this.wanted = this.edition.valueOfOutcome(to);
    this.others = this.edition.everyOutcome & ~this.wanted;
    const { facts, choiceOf } = this.edition;
    this.cone = [...this.edition.cone].sort((one, other) => facts[one].place - facts[other].place);
    const support = this.edition.support(this.edition.outcome);
    this.bearing = this.cone.filter((variable) => support.has(variable));
    this.subject = (variable) => (choiceOf.has(variable) ? choiceOf.get(variable)[0] : variable);
    this.statedSubjects = new Set([...question.record.stated.keys()].map(this.subject));
    this.assumedSubjects = new Set([...question.record.assumed.keys()].map(this.subject));
    this.reach = [...this.withinReach()].map((statement, place) => ({ ...statement, place }));
    this.bySaying = []; // by what says that a fact is not so, and so
    for (const statement of this.reach) this.bySaying[2 * statement.variable + Number(statement.value)] = statement;
    this.bySubject = by(this.reach, ({ subject }) => subject);
    this.record = new Map(question.statements.filter(([variable]) => this.edition.cone.has(variable)));
    this.laws = this.edition.laws.filter(({ variables }) => variables.some((one) => this.edition.cone.has(one)));
  }

  /** The statements that can come about and say something else than the record. */
  *withinReach() {
    const { edition, question } = this;
    for (const variable of this.cone) {
      const said = question.record.stated.get(variable) ?? question.record.assumed.get(variable);
      for (const value of edition.choiceOf.has(variable) ? [true] : [true, false]) {
        const against = value && this.isSpokenAgainst(variable);
        if (said !== value && !this.fixed.has(variable) && !against) {
          const found = this.kind(variable, value);
          if (found) {
            const subject = this.subject(variable);
            yield { variable, value, subject, effort: edition.cutsOf(variable)[0] ?? subject, ...found };
          }
        }
      }
    }
  }

  /** Whether what is on record, or an advisory that would hold with it, speaks against bringing a fact about. */
  isSpokenAgainst(variable) {
    const { edition, question } = this;
    const holds = (place) => question.given(edition.advisories[place].root, variable, 2) === YES;
    return (edition.against[variable] ?? []).some((other) => question.record.stated.get(other)) || (edition.advised[variable] ?? []).some(holds);
  }

  /** Whether the record denies all that a fact begins with, and has nothing with which it goes on. */
  isToBegin(variable) {
    const said = (other) => this.question.record.stated.get(other);
    const [begins, goesOn] = this.edition.begun[variable] ?? [];
    return begins?.every((other) => said(other) === false) && !goesOn.some(said);
  }

  /** How a statement can come about and what that costs; null where it cannot. */
  kind(variable, value) {
    const { efforts, means, usual } = this.edition;
    if (value && means.has(variable)) return null; // one of what it means comes about, or is found out
    const subject = this.subject(variable);
    const isAssumed = this.assumedSubjects.has(subject);
    let kinds = isAssumed ? KINDS : KINDS.slice(0, 1);
    if (this.statedSubjects.has(subject)) kinds = KINDS.slice(1);
    else if (value && this.isToBegin(variable)) kinds = KINDS.slice(2);
    for (const kind of kinds) {
      const own = efforts[variable]?.[2 * KINDS.indexOf(kind) + (value ? 0 : 1)] ?? null;
      const cost = own ?? (isAssumed ? null : usual[kind] ?? null);
      if (cost !== null) return { kind, cost };
    }
    return null;
  }

  // ---- proposals ------------------------------------------------------------------------------------

  *cheapest(most) {
    const waiting = [this.finer({ cost: 0, chosen: [], choices: [] })];
    const seen = new Set([""]);
    const found = [];
    let [ties, tried] = [0, 0];
    const order = (one, other) => one.cost - other.cost || one.chosen.length - other.chosen.length;
    while (waiting.length && tried < MOST_TRIED) {
      let best = 0;
      for (let at = 1; at < waiting.length; at += 1) if (order(waiting[at], waiting[best]) < 0) best = at;
      const [next] = waiting.splice(best, 1);
      const isNewLevel = found.length && next.cost > found.at(-1).cost;
      if (isNewLevel) {
        ties ||= found.length;
        if (found.length >= most) break;
      }
      const has = new Set(next.chosen);
      if (!found.some(({ chosen }) => chosen.every((place) => has.has(place)))) {
        tried += 1;
        const ways = this.ways(next, waiting);
        if (ways === null) found.push(next);
        for (const way of ways ?? []) {
          const chosen = [...next.chosen, way.place].sort((one, other) => one - other);
          const key = chosen.join();
          if (!seen.has(key)) {
            seen.add(key);
            waiting.push({ ...next, cost: this.least(chosen, next.choices), chosen });
          }
        }
      }
      yield found.length ? this.told(found[0]).statements : null;
    }
    const up = tried >= MOST_TRIED;
    const byPlaces = (one, other) => {
      const at = one.chosen.findIndex((place, here) => place !== other.chosen[here]);
      return at < 0 ? 0 : one.chosen[at] - other.chosen[at];
    };
    found.sort((one, other) => order(one, other) || byPlaces(one, other));
    ties ||= found.length;
    const sets = found.slice(0, Math.max(most, ties)).map((one) => this.told(one));
    return { sets, ties, up, blocked: sets.length || up ? [] : this.blocked() };
  }

  told({ cost, chosen }) {
    return { cost, statements: chosen.map((place) => this.reach[place]) };
  }

  /** What statements cost together, and what must be stated besides costs at least: the same effort counts once. */
  least(chosen, choices) {
    const efforts = new Map(chosen.map((place) => [effortOf(this.reach[place]), this.reach[place].cost]));
    for (const { ways } of choices) {
      if (!ways.some((way) => efforts.has(effortOf(way)))) {
        const cheapest = ways.reduce((one, other) => (other.cost < one.cost ? other : one));
        for (const way of ways) efforts.set(effortOf(way), 0); // another choice that shares one may come with it
        efforts.set(effortOf(cheapest), cheapest.cost);
      }
    }
    return [...efforts.values()].reduce((sum, cost) => sum + cost, 0);
  }

  /** Choices of each of which every set has one that has these statements too. */
  choices(chosen) {
    const found = [];
    const picked = [...chosen];
    for (;;) {
      const objection = this.objection(picked);
      if (!objection?.ways.length) break;
      const changed = new Set(picked.slice(chosen.length).map(({ subject }) => subject));
      if (objection.tied && ![...objection.tied].some((variable) => changed.has(this.subject(variable)))) found.push(objection);
      const cheapest = [...objection.ways].sort((one, other) => one.cost - other.cost);
      picked.push(cheapest.find((way) => this.canBe([...picked, way])) ?? cheapest[0]);
    }
    return found;
  }

  /** What is said of each fact where these are stated beside the record. */
  said(chosen) {
    const changed = new Set(chosen.map(({ subject }) => subject));
    const said = this.edition.silence();
    for (const [variable, value] of this.record) if (!changed.has(this.subject(variable))) said[variable] = value ? 2 : 1;
    for (const { variable, value } of chosen) said[variable] = value ? 2 : 1;
    return said;
  }

  /** Whether the outcome that is wanted can still be, where these are stated. */
  canBe(chosen) {
    return this.edition.reaches(this.edition.outcome, this.said(chosen), this.wanted);
  }

  /** A set with all the choices that its statements leave, those of fewest first. */
  finer(next) {
    const found = this.choices(next.chosen.map((place) => this.reach[place]));
    const choices = [...next.choices, ...found].sort((one, other) => one.ways.length - other.ways.length);
    return { ...next, choices, cost: this.least(next.chosen, choices) };
  }

  /** The statements of which each larger set has one; none of a set that is to wait, null where it is enough. */
  ways(next, waiting) {
    const chosen = next.chosen.map((place) => this.reach[place]);
    const has = new Set(chosen);
    const open = next.choices.find(({ ways }) => !ways.some((way) => has.has(way)));
    if (open?.ways.length > 2 && !next.isFine) { // before so many ways, what each of them needs
      waiting.push({ ...this.finer(next), isFine: true });
      return [];
    }
    if (!open) return this.objection(chosen)?.ways ?? null;
    const changed = new Set(chosen.map(({ subject }) => subject));
    return open.ways.filter(({ subject }) => !changed.has(subject));
  }

  /** The `ways` of which one must be stated besides, and what is `tied` to these, if that is known; null if the outcome is certain. */
  objection(chosen) {
    const { edition } = this;
    const changed = new Set(chosen.map(({ subject }) => subject));
    const said = this.said(chosen);
    const free = (statement) => statement && !changed.has(statement.subject);
    const broken = this.laws.find(({ root }) => !edition.reaches(root, said, YES));
    if (broken) {
      const clash = this.clash(broken, said);
      return { ways: clash.flatMap((variable) => this.bySubject.get(this.subject(variable)) ?? []).filter(free), tied: null };
    }
    const world = this.world(said);
    if (!world) return null;
    const harm = this.harm(world, said, free);
    const tied = new Set(harm.flatMap((variable) => edition.lawOf.get(variable)?.variables ?? [variable]));
    return { ways: [...tied].map((variable) => this.otherwise(variable, world)).filter(free), tied };
  }

  /** The statement that a fact is not as it is in a world, if that is within reach. */
  otherwise(variable, world) {
    return this.bySaying[2 * variable + Number(world[variable] === 1)];
  }

  /** Facts on record, not stated here, that break a law with what is stated; a minimal set of them. */
  clash({ variables, root }, said) {
    const tried = said.slice();
    const kept = [];
    for (const variable of variables) {
      if (tried[variable] !== 3) {
        tried[variable] = 3;
        if (this.edition.reaches(root, tried, YES)) {
          tried[variable] = said[variable];
          kept.push(variable);
        }
      }
    }
    return kept;
  }

  /** A world of a record with another outcome than the one that is wanted, as bits; null if there is none. */
  world(said) {
    const { edition } = this;
    if (!edition.reaches(edition.outcome, said, this.others)) return null;
    return edition.world(edition.outcome, this.others, said, this.cone);
  }

  /** A minimal part of a world with which the outcome is not what is wanted; what is dear to contradict is kept. */
  harm(world, said, free) {
    const { edition } = this;
    const tried = edition.silence();
    for (const variable of this.cone) tried[variable] = world[variable];
    const cost = (statement) => (free(statement) ? statement.cost : Number.MAX_SAFE_INTEGER);
    const rest = this.bearing.map((variable) => [cost(this.otherwise(variable, world)), variable]).sort(([one], [other]) => one - other);
    return edition.spared(edition.outcome, tried, this.wanted, rest.map(([, variable]) => variable));
  }

  /** The facts on record that prevent it, whatever else is stated; none where more than these do. */
  blocked() {
    const stays = [...this.record].filter(([variable]) => !this.bySubject.has(this.subject(variable)));
    const said = this.edition.silence();
    for (const [variable, value] of stays) said[variable] = value ? 2 : 1;
    if (this.edition.reaches(this.edition.outcome, said, this.wanted)) return [];
    const inOrder = this.question.statements.filter(([variable]) => stays.some(([one]) => one === variable));
    const kept = this.edition.spared(this.edition.outcome, said, this.wanted, inOrder.map(([variable]) => variable).reverse());
    return this.question.causes(kept.map((variable) => [variable, this.record.get(variable)]));
  }
}
