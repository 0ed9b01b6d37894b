// One answer: what was typed as a value in its stored spelling, and what is wrong with it.
// The twin of portal/forms posting, normalising, identity and checking.
import { day } from "./rules.js";

const SUM = 1e13, COUNT = 1e9, TEXT = 200, LINES = 2000, LONGEST = 10000;
const PHONE = /^(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?|[1-9][0-9]{6,7})$/;
const FILE = /^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$/;
const REGION = /^[0-9]{4}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$/;
const LEVELS = { city: /^[0-9]{4}(00)?$/, county: /^[0-9]{6}$/, township: /^[0-9]{9}$/, village: /^[0-9]{12}$/ };
const CONTROL = /[\u0000-\u001f\u007f\u2028\u2029]/, CONTROL_IN_LINES = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const RESIDENT = /^[1-9][0-9]{16}[0-9X]$/, OLD = /^[1-9][0-9]{14}$/;
const RESIDENT_TYPES = ["111", "112"];
const SPACE = /[\s\x1c-\x1f\x85]/g;
const EDGE = /^[\s\x1c-\x1f\x85]+|[\s\x1c-\x1f\x85]+$/g;

const trim = (text) => text.replace(EDGE, "");
const composed = (text) => text.replace(/[\u200b-\u200d\u2060\ufeff]/g, "").normalize("NFC");
const halfWidth = (text) => trim(composed(text)
  .replace(/[\uff01-\uff5e]/g, (full) => String.fromCharCode(full.charCodeAt(0) - 0xfee0))
  .replace(/\u3000/g, " ").replace(/\uffe5/g, "\u00a5"));
const linesOf = (text) => trim(composed(text).replace(/\r\n?/g, "\n"));
const plain = (text) => linesOf(text).replace(/\n/g, " ");
const two = (text) => text.padStart(2, "0");
export const length = (text) => [...text].length;

function isoDate(text) {
  const bare = halfWidth(text);
  const parts = /^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?$/.exec(bare) ?? /^([0-9]{4})([0-9]{2})([0-9]{2})$/.exec(bare);
  return parts ? `${parts[1]}-${two(parts[2])}-${two(parts[3])}` : bare;
}

function isoMoment(text) {
  const bare = halfWidth(text), cut = /^([^T\s\x1c-\x1f\x85]*)[T\s\x1c-\x1f\x85]+(.*)$/s.exec(bare);
  const time = cut && /^([0-9]{1,2}):?([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?$/.exec(cut[2]);
  return time ? `${isoDate(cut[1])}T${two(time[1])}:${time[2]}:${time[3] ?? "00"}${time[4] ?? "+08:00"}` : bare;
}

function checkCharacter(body) {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return "10X98765432"[weights.reduce((sum, weight, at) => sum + weight * Number(body[at]), 0) % 11];
}
const plausible = (text) => { const found = day(text); return found && found[0] >= 1880 && found[0] <= 2120 ? found : null; };
const birthText = (number) => `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;

function idNumber(text) {
  const bare = halfWidth(text).replace(SPACE, "").replace(/[a-z]/g, (letter) => letter.toUpperCase());
  if (!OLD.test(bare)) return bare;
  const body = `${bare.slice(0, 6)}19${bare.slice(6)}`;
  return plausible(birthText(body)) ? body + checkCharacter(body) : bare;
}

// What is wrong with a citizen number: the code of a sentence, or null.
export function residentFault(number) {
  if (OLD.test(number)) return "id_old";
  if (length(number) !== 18) return "id_length";
  if (!RESIDENT.test(number)) return "id_characters";
  if (!plausible(birthText(number))) return "id_date";
  return checkCharacter(number) === number[17] ? null : "id_checksum";
}

// Date of birth and sex inside a citizen number that checks.
export const toldBy = (number) => ({ birth_date: birthText(number), sex: Number(number[16]) % 2 ? "1" : "2" });

export function passesLuhn(account) {
  const sum = [...account].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

function phone(text) {
  const bare = halfWidth(text).replace(/[—–]/g, "-").replace(/[\s()\x1c-\x1f\x85]/g, "").replace(/^(\+86|0086)-?/, "");
  return /^1[0-9-]{10,13}$/.test(bare) ? bare.replace(/-/g, "") : bare;
}

const digits = (text) => halfWidth(text).replace(/[\s\x1c-\x1f\x85-]/g, "");
const region = (text) => { const bare = halfWidth(text); return /^([0-9]{4,12})[\s\x1c-\x1f\x85]/.exec(bare)?.[1] ?? bare; };

// Yuan as typed to 分, exactly; null when it is no amount with at most two places.
function fen(text) {
  if (!/^-?[0-9][0-9,]{0,30}(\.[0-9]{1,2})?$/.test(text)) return null;
  const [whole, point = ""] = text.replace(/,/g, "").split(".");
  const value = BigInt(whole + point.padEnd(2, "0"));
  return value > 10n ** 15n || value < -(10n ** 15n) ? null : Number(value);
}

const one = (change) => (texts) => { const text = trim(texts.at(-1)); return text && text.length <= LONGEST ? change(text) : text; };
const fault = (code) => ({ code });

// Typed texts to a value; "" is blank, an object with a code is what cannot be read at all.
const READ = {
  text: one(plain), textarea: one(linesOf), date: one(isoDate), datetime: one(isoMoment), choice: one(plain), id_number: one(idNumber),
  phone: one(phone), region: one(region), bank_account: one(digits), signature: one((text) => text), member_reference: one((text) => text),
  boolean: (texts) => { const text = trim(texts.at(-1)); return text === "true" ? true : text === "false" ? false : text && fault("yes_no"); },
  money: (texts) => {
    const text = trim(halfWidth(texts.at(-1)).replace(/^¥/, "").replace(/元$/, ""));
    return text === "" ? "" : fen(text) ?? fault("not_an_amount");
  },
  integer: (texts) => {
    const text = halfWidth(texts.at(-1)).replace(/,/g, "");
    return text === "" ? "" : /^-?[0-9]{1,15}$/.test(text) ? Number(text) : fault("not_whole");
  },
  decimal: (texts) => {
    const text = halfWidth(texts.at(-1)).replace(/,/g, "");
    return text === "" ? "" : /^-?[0-9]{1,12}(\.[0-9]{1,6})?$/.test(text) ? Number(text) : fault("not_a_number");
  },
  geo: (texts) => {
    const text = halfWidth(texts.at(-1));
    const parts = /^(-?[0-9]{1,3}(?:\.[0-9]{1,8})?)[\s\x1c-\x1f\x85]*[,;\s\x1c-\x1f\x85][\s\x1c-\x1f\x85]*(-?[0-9]{1,3}(?:\.[0-9]{1,8})?)$/.exec(text);
    return text === "" ? "" : parts ? { lat: Number(parts[1]), lng: Number(parts[2]) } : fault("position");
  },
  many: (texts) => [...new Set(texts)].map(trim).filter(Boolean),
};
for (const type of ["photo", "file"]) READ[type] = READ.many;
READ.choices = (texts) => READ.many(texts).map(plain).slice(0, 500);

export const yuan = (value) => {
  const text = String(Math.abs(value)).padStart(3, "0");
  return `${value < 0 ? "-" : ""}${text.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",")}.${text.slice(-2)}`;
};

function numeric(question, value) {
  const money = question.type === "money", bound = money ? SUM : COUNT;
  const low = question.min ?? -bound, high = question.max ?? bound, said = (limit) => money ? `${yuan(limit)} 元` : general(limit);
  return value < low ? ["min", { limit: said(low) }] : value > high ? ["max", { limit: said(high) }] : null;
}
// A limit as Python writes it with :g, six digits and then powers of ten.
const general = (limit) => Math.abs(limit) < 1e6 ? String(Number(limit.toPrecision(6)))
  : limit.toPrecision(6).replace(/\.?0*e/, "e").replace(/e\+(\d)$/, "e+0$1");

function text(question, value) {
  const lines = question.type === "textarea", longest = question.max_length || (lines ? LINES : TEXT);
  if (length(value) > longest) return ["too_long", { limit: longest, actual: length(value) }];
  if ((lines ? CONTROL_IN_LINES : CONTROL).test(value) || !value.isWellFormed()) return ["control", {}];
  return question.pattern && !lines && !expression(question.pattern).test(value) ? ["pattern", {}] : null;
}
// Some escapes that mean the same everywhere are not allowed beside "u".
function expression(pattern) {
  try { return new RegExp(pattern, "u"); } catch { return new RegExp(pattern); }
}

const files = (question, value) =>
  value.length < Math.max(1, question.min_items ?? 1) ? ["min_items", { limit: Math.max(1, question.min_items ?? 1) }]
    : value.length > 20 ? ["max_items", { limit: 20 }] : value.every((one) => FILE.test(one)) ? null : ["file", {}];
const unless = (pattern, code) => (_question, value) => pattern.test(value) ? null : [code, {}];

// The first fault of a value as [code, parameters], or null. `known` tells which codes a closed list has.
const CHECK = {
  boolean: () => null, text, textarea: text, integer: numeric, decimal: numeric, money: numeric,
  date: (_q, value) => !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value) ? ["not_a_date", {}] : plausible(value) ? null : ["no_such_day", { value }],
  datetime: (_q, value) => {
    const parts = /^([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(Z|[+-]([0-9]{2}):([0-9]{2}))$/.exec(value);
    if (!parts) return ["not_a_moment", {}];
    const [hour, minute, second, away = "0", past = "0"] = [2, 3, 4, 6, 7].map((at) => parts[at]);
    return plausible(parts[1]) && hour < 24 && minute < 60 && second < 60 && away < 24 && past < 60 ? null : ["no_such_day", { value }];
  },
  choice: (_q, value, known) => known(value) ? null : ["code", { value: [...value].slice(0, 20).join("") }],
  choices: (question, value, known) => {
    if (value.length < (question.min_items ?? 0)) return ["min_items", { limit: question.min_items }];
    if (value.length > 200) return ["max_items", { limit: 200 }];
    const strange = value.find((code) => !known(code));
    return strange !== undefined ? CHECK.choice(question, strange, known) : new Set(value).size < value.length ? ["repeated", {}] : null;
  },
  phone: unless(PHONE, "phone"),
  region: (question, value) =>
    !REGION.test(value) ? ["region", {}] : question.level && !LEVELS[question.level].test(value) ? ["region_level", { level: question.level }] : null,
  photo: files, file: files,
  signature: unless(FILE, "file"),
  geo: (_q, { lat, lng }) => Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? null : ["position", {}],
  bank_account: unless(/^[0-9]{8,30}$/, "account"),
  member_reference: unless(/^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/, "no_such_member"),
};

export function idFault(value, documentType) {
  if (length(value) > 30 || CONTROL.test(value)) return ["id_document", {}];
  if (documentType === undefined || RESIDENT_TYPES.includes(documentType)) {
    const code = residentFault(value);
    return code && [code, { actual: length(value) }];
  }
  return /^[0-9A-Z()-]{4,30}$/.test(value) ? null : ["id_document", {}];
}

// What was typed for a question: {value} as stored, {} when blank, or {code, params} when it cannot be read.
export function read(question, texts) {
  if (!texts.length) return {};
  const value = READ[question.type](texts);
  if (value === "" || (Array.isArray(value) && !value.length)) return {};
  return value !== null && typeof value === "object" && "code" in value ? { code: value.code, params: {} } : { value };
}

// The first fault of an answer in itself; an id number is checked against its document elsewhere.
export const check = (question, value, known) => question.type === "id_number" ? null : CHECK[question.type](question, value, known);
