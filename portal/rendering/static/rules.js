// The twin of portal/rules: three-valued, exact, strict about types. Both must pass the same vectors.
// Null is "asked, there is none"; a missing name gives Unknown.

export class Unknown {
  constructor(missing = []) { this.missing = missing; }
}
const UNKNOWN = new Unknown();

// An exact rational number.
export class Ratio {
  constructor(n, d) { this.n = n; this.d = d; }
  static of(value) {
    if (typeof value === "bigint") return new Ratio(value, 1n);
    if (Number.isSafeInteger(value)) return new Ratio(BigInt(value), 1n);
    const [, sign, whole, point = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
    const shift = Number(power) - point.length;
    const digits = BigInt(sign + whole + point);
    return shift < 0 ? reduced(digits, 10n ** BigInt(-shift)) : new Ratio(digits * 10n ** BigInt(shift), 1n);
  }
}

function reduced(n, d) {
  if (d < 0n) { n = -n; d = -d; }
  if (d === 1n) return new Ratio(n, d);
  let a = n < 0n ? -n : n, b = d;
  while (b) [a, b] = [b, a % b];
  return new Ratio(n / a, d / a);
}

const number = (value) => typeof value === "number" ? Ratio.of(value) : value;
const compared = (a, b) => { const left = a.n * b.d, right = b.n * a.d; return left < right ? -1 : left > right ? 1 : 0; };
const STEPS = {
  "+": (a, b) => a.d === b.d ? reduced(a.n + b.n, a.d) : reduced(a.n * b.d + b.n * a.d, a.d * b.d),
  "-": (a, b) => a.d === b.d ? reduced(a.n - b.n, a.d) : reduced(a.n * b.d - b.n * a.d, a.d * b.d),
  "*": (a, b) => reduced(a.n * b.n, a.d * b.d),
  "/": (a, b) => b.n === 0n ? UNKNOWN : reduced(a.n * b.d, a.d * b.n),
  min: (a, b) => compared(b, a) < 0 ? b : a,
  max: (a, b) => compared(b, a) > 0 ? b : a,
};

// Equal of the same kind: a boolean is no number, and null equals nothing.
function equal(left, right) {
  left = number(left); right = number(right);
  if (left instanceof Ratio && right instanceof Ratio) return left.n === right.n && left.d === right.d;
  if (Array.isArray(left) && Array.isArray(right)) return left.length === right.length && left.every((one, at) => equal(one, right[at]));
  return (typeof left === "string" || typeof left === "boolean") && left === right;
}

// Texts in the order of their code points, as Python orders them: surrogates come after everything else.
const rank = (unit) => unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
function ordered(left, right) {
  for (let at = 0; at < left.length && at < right.length; at++) {
    const gap = rank(left.charCodeAt(at)) - rank(right.charCodeAt(at));
    if (gap) return gap;
  }
  return left.length - right.length;
}

const order = (test) => (left, right) => {
  if (left === null || right === null) return false;
  if (left instanceof Ratio && right instanceof Ratio) return test(compared(left, right));
  if (typeof left === "string" && typeof right === "string") return test(ordered(left, right));
  return UNKNOWN;
};

const within = (value, known) =>
  value === null || known === null ? false : Array.isArray(known) ? known.some((one) => equal(value, one)) : UNKNOWN;

const COMPARE = {
  "==": equal,
  "!=": (left, right) => !equal(left, right),
  "<": order((gap) => gap < 0),
  "<=": order((gap) => gap <= 0),
  ">": order((gap) => gap > 0),
  ">=": order((gap) => gap >= 0),
  in: within,
  contains: (known, value) => within(value, known),
  under: (code, prefix) =>
    code === null || prefix === null ? false : typeof code === "string" && typeof prefix === "string" ? code.startsWith(prefix) : UNKNOWN,
};

// Fold numbers from the left; null makes null, anything else that is no number makes it unknown.
function folded(op, values) {
  if (op === "-" && values.length === 1) values = [Ratio.of(0), ...values];
  if (values.some((one) => one !== null && !(one instanceof Ratio))) return UNKNOWN;
  if (values.includes(null)) return null;
  let total = values[0];
  for (let at = 1; at < values.length; at++) {
    total = STEPS[op](total, values[at]);
    if (total instanceof Unknown) return total;
  }
  return total;
}

// The day a text names as [year, month, day], or null.
export function day(text) {
  const parts = typeof text === "string" && /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!parts) return null;
  const [year, month, date] = parts.slice(1).map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 ? 28 + leap : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year > 0 && month > 0 && month < 13 && date > 0 && date <= last ? [year, month, date] : null;
}

// Whether one day comes after another.
const isAfter = ([a, ...later], [b, ...rest]) => a !== b ? a > b : later.length > 0 && isAfter(later, rest);

const since = (count) => (value, on) => {
  if (value === null) return null;
  const start = day(value), passed = start && count(start, on);
  return passed === null ? UNKNOWN : Ratio.of(passed);
};
const DATES = {
  // Somebody born on 29 February is a year older on 1 March of a common year; the unborn have no age.
  age: since((born, on) => isAfter(born, on) ? null : on[0] - born[0] - isAfter(born.slice(1), on.slice(1))),
  months_since: since(([y, m, d], on) => (on[0] - y) * 12 + on[1] - m - (on[2] < d)),
};

const missingOf = (values) => {
  const gone = values.filter((one) => one instanceof Unknown);
  return gone.length ? new Unknown([...new Set(gone.flatMap((one) => one.missing))]) : null;
};

// A value as a condition: null is false, only booleans are true or false, anything else is unknown.
export const truth = (value) =>
  value === null ? false : typeof value === "boolean" || value instanceof Unknown ? value : UNKNOWN;

// Every name a rule reads, whole groups of rows left out.
const NAMES = ["var", "param", "status"];
export function namesIn(document, found = new Set()) {
  if (Array.isArray(document)) for (const part of document) namesIn(part, found);
  else if (document !== null && typeof document === "object") {
    for (const [op, args] of Object.entries(document)) {
      if (NAMES.includes(op) && typeof args === "string") found.add(args);
      else namesIn(op === "match" ? [args[0], ...Object.values(args[1]), ...args.slice(2)] : args, found);
    }
  }
  return found;
}

// The facts behind names: derived values are followed down to what people can answer.
const asked = (names, env) => [...names].flatMap((name) =>
  Object.hasOwn(env.derived, name) && !Object.hasOwn(env.facts, name) ? asked(namesIn(env.derived[name]), env) : [name]);

// An unknown that nobody's silence explains (a wrong kind of value, a division by zero) names what it came from.
const named = (value, names, env) =>
  value instanceof Unknown && !value.missing.length && names.size ? new Unknown([...new Set(asked(names, env))]) : value;

// A part read as a condition.
function condition(document) {
  const part = compiled(document), names = namesIn(document);
  return (env, row) => named(truth(part(env, row)), names, env);
}

const first = (args) => Array.isArray(args) ? args[0] : args;
const isRow = (row) => row !== null && typeof row === "object" && !Array.isArray(row);

// The rows of a group: null is asked and none; what is no list of objects is not known.
export function rowsOf(env, group) {
  const rows = Object.hasOwn(env.facts, group) ? env.facts[group] : undefined;
  return rows === null ? [] : Array.isArray(rows) && rows.every(isRow) ? rows : new Unknown([group]);
}

const each = (combine, read = condition) => ([group, part]) => {
  const run = read(part), names = namesIn(part);
  return (env) => {
    const rows = rowsOf(env, group);
    return rows instanceof Unknown ? rows : named(combine(rows.map((row) => run(env, row))), names, env);
  };
};
const counted = (values) => missingOf(values) ?? Ratio.of(values.filter((one) => one === true).length);

function junction(stop) {
  return (args) => {
    const parts = args.map(condition);
    return (env, row) => {
      const open = [];
      for (const part of parts) {
        const value = part(env, row);
        if (value === stop) return stop;
        if (value instanceof Unknown) open.push(value);
      }
      return missingOf(open) ?? !stop;
    };
  };
}

const BUILD = {
  var: (name) => (env, row) => valueOf(name, env, row),
  param: (name) => (env) => Object.hasOwn(env.params, name) ? env.params[name] : new Unknown([name]),
  status: (name) => (env, row) => {
    const known = [row ?? {}, env.statuses, env.facts].find((names) => Object.hasOwn(names, name));
    return known ? known[name] ?? false : new Unknown([name]);
  },
  and: junction(false),
  or: junction(true),
  not: (args) => {
    const part = condition(first(args));
    return (env, row) => { const value = part(env, row); return value instanceof Unknown ? value : !value; };
  },
  if: (args) => {
    const last = args.length - 1;
    const parts = args.map((part, at) => at < last && at % 2 === 0 ? condition(part) : compiled(part));
    return (env, row) => {
      for (let at = 0; at < last; at += 2) {
        const holds = parts[at](env, row);
        if (holds instanceof Unknown) return holds;
        if (holds) return parts[at + 1](env, row);
      }
      return parts[last](env, row);
    };
  },
  match: ([subject, table, otherwise]) => {
    const run = compiled(subject), names = namesIn(subject), cases = new Map(Object.entries(table).map(([key, part]) => [key, compiled(part)]));
    const rest = otherwise === undefined ? null : compiled(otherwise);
    return (env, row) => {
      const value = run(env, row);
      if (value instanceof Unknown) return value;
      const hit = typeof value === "string" ? cases.get(value) : undefined;
      return hit ? hit(env, row) : rest ? rest(env, row) : named(UNKNOWN, names, env);
    };
  },
  present: (args) => {
    const part = compiled(first(args));
    return (env, row) => {
      const value = part(env, row);
      return value instanceof Unknown ? value : value !== null && value !== "" && !(Array.isArray(value) && !value.length);
    };
  },
  count_true: (args) => {
    const parts = args.map(condition);
    return (env, row) => counted(parts.map((part) => part(env, row)));
  },
  between: ([value, low, high]) => compiled({ and: [{ ">=": [value, low] }, { "<=": [value, high] }] }),
  on_or_after: (args) => {
    const [y, m, d] = day(first(args)) ?? [9999, 12, 31];
    return ({ on }) => on[0] !== y ? on[0] > y : on[1] !== m ? on[1] > m : on[2] >= d;
  },
  any: each((values) => values.includes(true) || (missingOf(values) ?? false)),
  all: each((values) => !values.includes(false) && (missingOf(values) ?? true)),
  count: each(counted),
  sum: each((values) => missingOf(values) ?? folded("+", [Ratio.of(0), ...values.map(number)]), (part) => compiled(part)),
};

function applied(op, args) {
  const parts = (Array.isArray(args) ? args : [args]).map(compiled), names = namesIn(args);
  const divisor = op === "/" ? namesIn(args[1]) : names;
  return (env, row) => {
    const values = parts.map((part) => number(part(env, row)));
    const gone = missingOf(values);
    if (gone) return gone;
    const result = Object.hasOwn(COMPARE, op) ? COMPARE[op](values[0], values[1])
      : Object.hasOwn(STEPS, op) ? folded(op, values) : DATES[op](values[0], env.on);
    return named(result, values.every((one) => one instanceof Ratio) ? divisor : names, env);
  };
}

const known = new WeakMap();

// A function of (environment, row) for one rule document that the server has checked.
export function compiled(document) {
  if (document === null || typeof document !== "object") { const value = number(document); return () => value; }
  let run = known.get(document);
  if (!run) {
    if (Array.isArray(document)) { const literal = document.map(number); run = () => literal; }
    else { const [[op, args]] = Object.entries(document); run = Object.hasOwn(BUILD, op) ? BUILD[op](args) : applied(op, args); }
    known.set(document, run);
  }
  return run;
}

// A fact by name: the innermost row first, then the application; derived values in the caller's row, worked out once.
function valueOf(name, env, row) {
  if (row && Object.hasOwn(row, name)) return row[name];
  if (Object.hasOwn(env.facts, name)) return env.facts[name];
  if (!Object.hasOwn(env.derived, name)) return new Unknown([name]);
  if (!env.cache.has(name)) env.cache.set(name, new Map());
  const values = env.cache.get(name);
  if (!values.has(row)) values.set(row, compiled(env.derived[name])(env, row));
  return values.get(row);
}

// What a rule may look at. `on` is an ISO date, params are numbers or texts like "1/3", derived maps names to rules.
export function environment({ facts = {}, on, params = {}, statuses = {}, derived = {} }) {
  const exact = ([name, value]) => {
    const [n, d] = typeof value === "string" ? value.split("/") : [value];
    return [name, d ? reduced(BigInt(n), BigInt(d)) : typeof n === "string" ? Ratio.of(BigInt(n)) : Ratio.of(n)];
  };
  return { facts, on: day(on), params: Object.fromEntries(Object.entries(params).map(exact)), statuses, derived, cache: new Map() };
}

// The value: true, false, a Ratio or number, a text, a list, null, or Unknown with the missing names.
export const evaluate = (document, env, row = null) => compiled(document)(env, row);
