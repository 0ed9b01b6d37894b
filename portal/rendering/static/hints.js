// How each chosen item stands, kept up to date beside the form: the twin of portal/rules judging and portal/rendering hints.
import { fill } from "./live.js";
import { yuan } from "./answers.js";
import { Ratio, Unknown, environment, evaluate, rowsOf, truth } from "./rules.js";

const ROUNDS = 8; // hiding one answer can hide another; layouts are far shallower
const OUTCOMES = ["not_eligible", "undetermined", "refer", "return", "manual", "eligible"];
const ON_FAIL = { reject: "not_eligible", refer: "refer", return: "return", manual: "manual" };
const ORDERS = ["<", "<=", ">", ">="];
const MEASURES = { var: "value", param: "value", age: "age", months_since: "months" };
const exact = (value) => typeof value === "number" ? Ratio.of(value) : value;
const minus = (a, b) => evaluate({ "-": [{ var: "a" }, { var: "b" }] }, { facts: { a, b }, derived: {}, cache: new Map() });
const size = (a) => new Ratio(a.n < 0n ? -a.n : a.n, a.d);
const half = ({ n, d }) => { const top = 2n * n + d, low = 2n * d; return Number(top / low - (top % low && top < 0n ? 1n : 0n)); };

// The first order comparison between numbers that made a rule fail, looking into and, or and derived values.
function nearMiss(document, env, row) {
  if (document === null || typeof document !== "object" || Array.isArray(document)) return null;
  const [[op, args]] = Object.entries(document);
  if (op === "and" || op === "or") {
    for (const part of args) {
      const hit = truth(evaluate(part, env, row)) === false && nearMiss(part, env, row);
      if (hit) return hit;
    }
    return null;
  }
  if (op === "between") return nearMiss({ and: [{ ">=": [args[0], args[1]] }, { "<=": [args[0], args[2]] }] }, env, row);
  if (op === "var" && Object.hasOwn(env.derived, args)) return nearMiss(env.derived[args], env, row);
  if (!ORDERS.includes(op)) return null;
  const [left, right] = args.map((part) => exact(evaluate(part, env, row)));
  if (!(left instanceof Ratio && right instanceof Ratio)) return null;
  const gap = size(minus(left, right)), turned = !varsIn(args[0]) && varsIn(args[1]); // 18 <= age: the age is too low, not 18
  return turned ? { name: nameOf(args[1]), left: right, op: ORDERS[(ORDERS.indexOf(op) + 2) % 4], right: left, gap, measure: measure(args[1]) }
    : { name: nameOf(args[0]), left, op, right, gap, measure: measure(args[0]) };
}

const varsIn = (part) => Array.isArray(part) ? part.some(varsIn)
  : part !== null && typeof part === "object" && Object.entries(part).some(([op, args]) => (op === "var" && typeof args === "string") || varsIn(args));
const measure = (part) => MEASURES[part !== null && typeof part === "object" ? Object.keys(part)[0] : ""] ?? "computed";

function nameOf(document) {
  if (document === null || typeof document !== "object" || Array.isArray(document)) return "";
  const [[op, args]] = Object.entries(document);
  if (op === "var" || op === "param") return args;
  return Array.isArray(args) ? args.reduce((found, part) => found || nameOf(part), "") : nameOf(args);
}

function judgeRow(item, env, row) {
  const reasons = item.rules.map((rule) => {
    const value = truth(evaluate(rule.rule, env, row));
    const holds = value instanceof Unknown ? null : value;
    return { ...rule, holds, missing: holds === null ? value.missing : [], miss: holds === false ? nearMiss(rule.rule, env, row) : null };
  });
  let outcome = worst(reasons);
  const amount = item.amount === null ? null : exact(evaluate(item.amount, env, row));
  const proposed = amount instanceof Ratio ? half(amount) : null;
  if (outcome === "eligible" && amount instanceof Unknown) {
    outcome = "undetermined";
    reasons.push({ amount: true, holds: null, missing: amount.missing, on_fail: "reject", clause: "" });
  }
  return { outcome, reasons, amount: outcome === "eligible" ? proposed : null, proposed };
}

const worst = (reasons) => OUTCOMES[Math.min(5, ...reasons.filter((one) => one.holds !== true)
  .map((one) => OUTCOMES.indexOf(one.holds === null ? "undetermined" : ON_FAIL[one.on_fail])))];

// The item's best row, or the application itself.
function judge(item, env, awaited) {
  if (!item.group) return judgeRow(item, env, null);
  const rows = rowsOf(env, item.group);
  if (!Array.isArray(rows) || !rows.length) {
    const open = !Array.isArray(rows);
    const reasons = item.rules.map((rule) => rule.row
      ? { ...rule, holds: open ? null : false, missing: open ? [item.group] : [], miss: null } : judgeRow({ rules: [rule], amount: null }, env, null).reasons[0]);
    return { outcome: open ? worst(reasons) : "not_eligible", reasons, amount: null };
  }
  const likely = ({ outcome, reasons }) => {
    const names = reasons.filter((one) => one.holds === null).flatMap((one) => one.missing);
    return outcome === "undetermined" && names.length > 0 && names.every((name) => awaited.has(name));
  };
  const failing = ({ reasons }) => reasons.filter((one) => one.holds !== true).length;
  const rank = (one) => [OUTCOMES.indexOf(one.outcome), Number(likely(one)), -failing(one), one.amount ?? one.proposed ?? -1];
  const better = (a, b) => { const [x, y] = [rank(a), rank(b)], at = x.findIndex((value, n) => value !== y[n]); return at >= 0 && x[at] > y[at]; };
  return rows.map((row) => judgeRow(item, env, row)).reduce((best, one) => better(one, best) ? one : best);
}

// The form's answers as facts: hidden ones left out, those ruled out null ("asked, there is none").
export function factsOf(live) {
  const groups = Object.keys(live.document.groups);
  const eachRow = (facts, change) => Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, groups.includes(name) ? value.map((row) => change(row, row, name)) : value]));
  let own = live.own, env = live.env;
  for (let round = 0, removed = true; removed && round < ROUNDS; round++) {
    removed = false;
    const stays = (name, row) => {
      const question = live.byId.get(name), shown = question?.shown === undefined || live.isShown(question, row, env);
      removed ||= !shown;
      return shown;
    };
    const kept = (entries, row) => Object.fromEntries(Object.entries(entries).filter(([name]) => stays(name, row)));
    own = eachRow(kept(own, null), kept);
    env = live.over(own);
  }
  const ruledOut = (entries, row, group) => ({ ...Object.fromEntries(live.ownQuestions(group).filter((question) =>
    question.shown !== undefined && !Object.hasOwn(entries, question.id) && live.decide(question.shown, row, env) === false)
    .map((question) => [question.id, null])), ...entries });
  return { ...live.document.given, ...eachRow(ruledOut(own, null, null), ruledOut) };
}

// The hints as data: [{item, standing, label, amount, lines: [{kind, title, detail, clause}]}].
export function standings(document, facts) {
  const env = environment({ ...document, facts });
  const awaited = new Set(document.awaited), money = new Set(document.money), { words } = document;
  const [n, d = "1"] = document.close.split("/").map(BigInt), close = new Ratio(n, BigInt(d));
  const title = (name) => document.titles[name] ?? name;
  const shown = (value, isMoney) => {
    const text = yuan(half(isMoney ? value : new Ratio(value.n * 100n, value.d)));
    return isMoney ? text : text.replaceAll(",", "").replace(/0+$/, "").replace(/\.$/, "");
  };
  const isClose = ({ miss }) => miss && size(miss.right).n * close.n * miss.gap.d >= miss.gap.n * miss.right.d * close.d;
  const standing = ({ outcome, reasons }) => {
    if (outcome === "eligible") return "met";
    if (outcome !== "not_eligible") return "open";
    const failed = reasons.filter((one) => one.holds === false && one.on_fail === "reject");
    return failed.length && failed.every(isClose) ? "near" : "not_met";
  };
  const missing = (names) => {
    const asked = [...names].filter((name) => !awaited.has(name)).sort();
    if (!asked.length) return names.length ? words.awaited : "";
    const first = asked.slice(0, document.named).map(title).join(words.joiner);
    return fill(words.missing, { names: asked.length > document.named ? fill(words.more, { names: first, count: asked.length }) : first });
  };
  const failed = ({ name, left, op, right, gap, measure: by }) => {
    const isMoney = money.has(name) && (by === "value" || by === "computed");
    const subject = fill(document.measures[by], { title: title(name), left: shown(left, isMoney) });
    return fill(gap.n ? words.near_miss : words.on_the_line, { subject, word: document.orders[op], right: shown(right, isMoney), gap: shown(gap, isMoney) });
  };
  return document.items.map((item) => {
    const judged = judge(item, env, awaited), how = standing(judged);
    return {
      item: item.item, standing: how, label: document.standings[how],
      amount: judged.amount === null ? "" : fill(words.amount, { amount: yuan(judged.amount) }),
      lines: judged.reasons.filter((one) => one.holds !== true).map((one) => ({
        kind: one.holds === false ? "failed" : "open", title: one.amount ? words.amount_open : one.title,
        detail: one.holds === false ? one.miss ? failed(one.miss) : "" : missing(one.missing), clause: one.clause })),
    };
  });
}

// Draw them where the server drew them.
export function draw(panel, found, words) {
  for (const hint of found) {
    const section = panel.querySelector(`[data-item="${hint.item}"]`);
    const text = JSON.stringify(hint);
    if (!section || section.drawn === text) continue;
    section.drawn = text;
    section.className = `hint hint-${hint.standing}`;
    section.querySelector(".hint-badge").textContent = hint.label;
    const amount = section.querySelector(".hint-amount");
    amount.textContent = hint.amount;
    amount.hidden = !hint.amount;
    for (const kind of ["failed", "open"]) {
      const lines = hint.lines.filter((line) => line.kind === kind);
      section.querySelector(`ul.hint-${kind}`).replaceChildren(...lines.map(entry));
      if (kind === "open") {
        const details = section.querySelector("details");
        details.hidden = !lines.length;
        details.querySelector("summary").textContent = fill(words.open_rules, { count: lines.length });
      }
    }
  }
}

function entry(line) {
  const item = document.createElement("li");
  for (const [tag, name, text] of [["span", "", line.title], ["span", "hint-detail", line.detail], ["cite", "", line.clause]]) {
    if (!text) continue;
    const part = Object.assign(document.createElement(tag), { className: name, textContent: text });
    item.append(...(item.childNodes.length ? [" "] : []), part);
  }
  return item;
}
