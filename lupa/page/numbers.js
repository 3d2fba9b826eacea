// Numbers as a case states them, exactly: fractions, and the intervals that a number can lie in.

const magnitude = (n) => (n < 0n ? -n : n);
const divisor = (a, b) => (b ? divisor(b, a % b) : a);

/** The fraction n / d in its lowest terms; d is above 0. */
export const fraction = (n, d = 1n) => {
  const by = divisor(magnitude(n), d) || 1n;
  return { n: n / by, d: d / by };
};

/** A finite number, or a text such as "5/2" or "27.5", exactly. */
export function exact(value) {
  const [, sign, whole, part = "", power = "0", under = "1"] =
    /^([-+]?)(\d+)(?:\.(\d+))?(?:e([-+]?\d+))?(?:\/(\d+))?$/i.exec(String(value));
  const shift = Number(power) - part.length;
  const digits = BigInt(whole + part) * (sign === "-" ? -1n : 1n) * 10n ** BigInt(Math.max(shift, 0));
  return fraction(digits, BigInt(under) * 10n ** BigInt(Math.max(-shift, 0)));
}

export const compare = (a, b) => {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};
export const plus = (a, b) => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
export const minus = (a, b) => plus(a, fraction(-b.n, b.d));
export const times = (a, b) => fraction(a.n * b.n, a.d * b.d);
export const over = (a, b) => times(a, b.n < 0n ? fraction(-b.d, -b.n) : fraction(b.d, b.n));
export const isWhole = (a) => a.d === 1n;
export const floor = (a) => fraction(a.n / a.d - (a.n % a.d < 0n ? 1n : 0n));
export const ceiling = (a) => { const below = floor(fraction(-a.n, a.d)); return fraction(-below.n); };
const ONE = fraction(1n);
const ZERO = fraction(0n);

// ---- intervals ----------------------------------------------------------------------------------

export const interval = (low, high, lowOpen = false, highOpen = false) => ({ low, high, lowOpen, highOpen });
export const anything = (quantity) => interval(exact(quantity.least), exact(quantity.most));

/** Whether every number of the interval has reached the cut point; null where they differ. */
export function truth({ low, high, lowOpen, highOpen }, kind, bound) {
  const below = compare(low, bound);
  const above = compare(high, bound);
  if (kind === "at_least") return below >= 0 ? true : above < 0 || (above === 0 && highOpen) ? false : null;
  return below > 0 || (below === 0 && lowOpen) ? true : above <= 0 ? false : null;
}

export function isEmpty({ low, high, lowOpen, highOpen }) {
  const order = compare(low, high);
  return order > 0 || (order === 0 && (lowOpen || highOpen));
}

export function both(a, b) {
  const low = compare(a.low, b.low);
  const high = compare(a.high, b.high);
  return interval(
    low > 0 ? a.low : b.low, high < 0 ? a.high : b.high,
    low > 0 ? a.lowOpen : low < 0 ? b.lowOpen : a.lowOpen || b.lowOpen,
    high < 0 ? a.highOpen : high > 0 ? b.highOpen : a.highOpen || b.highOpen,
  );
}

/** The least interval that holds all of these. */
export function hull(each) {
  return each.reduce((a, b) => {
    const low = compare(a.low, b.low);
    const high = compare(a.high, b.high);
    return interval(
      low < 0 ? a.low : b.low, high > 0 ? a.high : b.high,
      low < 0 ? a.lowOpen : low > 0 ? b.lowOpen : a.lowOpen && b.lowOpen,
      high > 0 ? a.highOpen : high < 0 ? b.highOpen : a.highOpen && b.highOpen,
    );
  });
}

export function roundedInward({ low, high, lowOpen, highOpen }) {
  let from = ceiling(low);
  let to = floor(high);
  if (lowOpen && compare(from, low) === 0) from = plus(from, ONE);
  if (highOpen && compare(to, high) === 0) to = minus(to, ONE);
  return interval(from, to);
}

export const scaled = (a, by) => ({ ...a, low: times(a.low, by), high: times(a.high, by) });
const shifted = (a, by) => ({ ...a, low: plus(a.low, by), high: plus(a.high, by) });

/** What a number can be whose last part may have begun: who is 17 years old is not yet 18. */
export const inParts = (a) =>
  interval(a.low, a.highOpen && isWhole(a.high) ? a.high : plus(floor(a.high), ONE), a.lowOpen, true);

/** All that one of the first divided by one of the second can be; null for anything, no `high` for no end. */
function quotient(first, second) {
  const negative = first.low.n < 0n;
  if (second.high.n <= 0n || (second.low.n <= 0n && negative)) return null;
  let low = over(first.low, second.high);
  let lowOpen = first.lowOpen || second.highOpen;
  if (second.low.n <= 0n) return interval(low, null, lowOpen, false);
  let high = over(first.high, second.low);
  let highOpen = first.highOpen || second.lowOpen;
  if (negative) [low, lowOpen] = [over(first.low, second.low), first.lowOpen || second.lowOpen];
  if (first.high.n < 0n) [high, highOpen] = [over(first.high, second.high), first.highOpen || second.highOpen];
  return interval(low, high, lowOpen, highOpen);
}

/** All numbers that a quantity which follows from two others can be. */
export function made([kind, many], first, second, limit) {
  if (kind === "difference") {
    return interval(
      minus(second.low, first.high), minus(second.high, first.low),
      second.lowOpen || first.highOpen, second.highOpen || first.lowOpen,
    );
  }
  const rate = kind === "rate";
  const share = rate ? quotient(first, second) : quotient(second, first);
  if (!share) return limit;
  const by = exact(rate ? many : 100);
  const more = exact(rate ? 0 : -100);
  const open = !share.high;
  const found = shifted(scaled(open ? { ...share, high: ZERO } : share, by), more);
  return open ? { ...found, high: limit.high } : found;
}
