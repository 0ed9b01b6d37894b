// The form being filled: what shows, what is needed, what is computed, what is wrong. Names and texts in, changes out.
// The twin of portal/forms conditions, prefilling and validating.
import { check, idFault, passesLuhn, read, residentFault, toldBy } from "./answers.js";
import { Ratio, Unknown, environment, evaluate, namesIn } from "./rules.js";

const CHAINS = 4;
const ROW_NAME = /^([a-z][a-z_]*)-([0-9]{1,4})-([a-z][a-z0-9_]*)$/;

// Names and row groups a rule reads, derived values followed down.
function reads(document, derived, found = new Set()) {
  const groups = (part) => {
    if (Array.isArray(part)) part.forEach(groups);
    else if (part && typeof part === "object") for (const [op, args] of Object.entries(part)) {
      if (["any", "all", "count", "sum"].includes(op)) found.add(args[0]);
      groups(args);
    }
  };
  groups(document);
  for (const name of namesIn(document)) {
    if (found.has(name)) continue;
    found.add(name);
    if (Object.hasOwn(derived, name)) reads(derived[name], derived, found);
  }
  return found;
}

// An exact result of a rule as an answer: 分 and counts whole, rounded half up once; other numbers short decimals.
function stored(question, value) {
  if (typeof value === "number") value = Ratio.of(value);
  if (!(value instanceof Ratio)) return value;
  const { n, d } = value, floor = (a, b) => a / b - (a % b && (a < 0n) !== (b < 0n) ? 1n : 0n);
  if (question.type === "money") return Number(floor(2n * n + d, 2n * d));
  if (question.type === "integer" || d === 1n) return Number(n / d);
  return Math.round(Number(n) / Number(d) * 1e6) / 1e6;
}

export class Live {
  // `known(question, code)` says whether a closed list has a code: the page's own options know.
  constructor(document, known) {
    this.document = document;
    this.known = known;
    this.questions = Object.entries(document.questions).map(([id, rest]) => ({ id, group: null, ...rest }));
    this.byId = new Map(this.questions.map((question) => [question.id, question]));
    this.asked = new Set([...this.byId.keys(), ...Object.keys(document.groups)]);
    this.scalars = new Map();
    this.rows = new Map(); // group -> row number -> {mark, cells}
    this.none = new Set(); // groups answered with "there is none"
    this.readers = new Map(); // name -> questions that show or are needed because of it
    for (const question of this.questions) {
      if (question.compute !== undefined) question.reads = [...reads(question.compute, document.derived)];
      for (const name of reads([question.shown, question.required], document.derived)) {
        this.readers.set(name, (this.readers.get(name) ?? new Set()).add(question));
      }
    }
    this.env = environment({ ...document, statuses: {}, facts: {} });
    this.hidden = new Map(); // cell name -> is it hidden
    this.needed = new Map();
  }

  // --- answers -------------------------------------------------------------------------------------------------

  place(name) {
    const parts = ROW_NAME.exec(name);
    const question = this.byId.get(parts ? parts[3] : name);
    if (!question || (question.group ?? undefined) !== parts?.[1]) return null;
    return { question, number: parts ? Number(parts[2]) : null };
  }

  name(question, number) { return question.group ? `${question.group}-${number}-${question.id}` : question.id; }

  cells(question, number) { return question.group ? this.rows.get(question.group)?.get(number)?.cells : this.scalars; }

  cell(name) {
    const place = this.place(name);
    return place && this.cells(place.question, place.number)?.get(place.question.id);
  }

  row(group, number) {
    if (!this.rows.has(group)) this.rows.set(group, new Map());
    const rows = this.rows.get(group);
    if (!rows.has(number)) {
      rows.set(number, { mark: "", cells: new Map() });
      this.rows.set(group, new Map([...rows].sort(([a], [b]) => a - b)));
    }
    return this.rows.get(group).get(number);
  }

  // All answers of the page at once: [name, [texts]] pairs, as the form would send them. The names that were computed.
  start(entries) {
    for (const [name, texts] of entries) {
      const mark = /^([a-z][a-z_]*)-([0-9]{1,4})-row_id$/.exec(name), none = /^([a-z][a-z_]*)-none$/.exec(name);
      if (mark && Object.hasOwn(this.document.groups, mark[1])) this.row(mark[1], Number(mark[2])).mark = texts[0].trim();
      else if (none) this.none.add(none[1]);
      else this.put(name, texts);
    }
    for (const group of this.rows.keys()) this.mark(group);
    this.refresh();
    const names = this.computed();
    for (const question of this.questions) this.judge(question);
    return names;
  }

  put(name, texts) {
    const place = this.place(name);
    if (!place) return;
    const { question, number } = place;
    const cells = question.group ? this.row(question.group, number).cells : this.scalars;
    const cell = read(question, texts);
    if ("value" in cell && this.fault(question, cell, cells) === null) cell.sound = true;
    cells.set(question.id, cell);
  }

  // Give every row a mark that stays with it; marks of removed rows are not used again.
  mark(group) {
    const rows = [...(this.rows.get(group)?.values() ?? [])];
    const numbers = rows.map((row) => Number(/^[a-z]([0-9]+)$/.exec(row.mark)?.[1] ?? 0));
    let last = Math.max(0, ...numbers, this.lastMark?.[group] ?? 0);
    for (const row of rows) if (!row.mark) row.mark = `${group[0]}${++last}`;
    this.lastMark = { ...this.lastMark, [group]: last };
  }

  // The facts the rules see: sound answers over what the server gave.
  refresh() {
    this.own = {};
    for (const [id, cell] of this.scalars) if (cell.sound) this.own[id] = cell.value;
    for (const group of Object.keys(this.document.groups)) {
      const rows = [...(this.rows.get(group)?.values() ?? [])];
      if (rows.length || this.none.has(group)) this.own[group] = rows.map((row) => this.rowFacts(group, row));
    }
    this.env = this.over(this.own);
  }

  over(own) { return { ...this.env, facts: { ...this.document.given, ...own }, cache: new Map() }; }

  ownQuestions(group) { return this.questions.filter((question) => question.group === group); }

  rowFacts(group, row) {
    row.facts = row.mark ? { ...this.document.given[group]?.find((one) => one.row_id === row.mark), row_id: row.mark } : {};
    for (const [id, cell] of row.cells) if (cell.sound) row.facts[id] = cell.value;
    return row.facts;
  }

  // One answer changed: what is different now, as {name: {hidden, needed, value}}.
  change(name, texts) {
    this.put(name, texts);
    const place = this.place(name);
    if (!place) return new Map();
    this.refresh();
    return this.follow([place.question.id, ...(place.question.group ? [place.question.group] : [])]);
  }

  // Rows came or went, or somebody said that there are none.
  changeRows(group) {
    this.mark(group);
    this.refresh();
    const own = this.ownQuestions(group);
    return this.follow([group, ...own.map((question) => question.id)], own);
  }

  follow(names, also = []) {
    const changes = new Map();
    const changed = new Set(names);
    for (const name of this.computed(changed)) changes.set(name, { value: this.cell(name)?.value });
    const touched = new Set(also);
    for (const name of changed) for (const question of this.readers.get(name) ?? []) touched.add(question);
    for (const question of touched) {
      for (const name of this.judge(question)) {
        changes.set(name, { ...changes.get(name), hidden: this.hidden.get(name), needed: this.needed.get(name) });
      }
    }
    return changes;
  }

  // --- rules ---------------------------------------------------------------------------------------------------

  numbers(question) { return question.group ? [...(this.rows.get(question.group)?.keys() ?? [])] : [null]; }

  factsOf(question, number) { return question.group ? this.rows.get(question.group).get(number).facts : null; }

  // true, false, "blank" while an answer of this form is missing, or "beyond" when the form cannot tell.
  decide(rule, row, env = this.env) {
    if (rule === undefined || typeof rule === "boolean") return rule ?? true;
    const value = evaluate(rule, env, row);
    if (!(value instanceof Unknown)) return value === true;
    return value.missing.length && value.missing.every((name) => this.asked.has(name)) ? "blank" : "beyond";
  }

  isShown(question, row, env) { return [true, "beyond"].includes(this.decide(question.shown, row, env)); }

  isNeeded(question, row) {
    return question.required !== undefined && this.decide(question.required, row) === true && this.decide(question.shown, row) === true;
  }

  // Work out anew what shows and what is needed; the names for which it is different now.
  judge(question) {
    const changed = [];
    for (const number of this.numbers(question)) {
      const name = this.name(question, number), row = this.factsOf(question, number);
      const hidden = !this.isShown(question, row), needed = this.isNeeded(question, row);
      if (this.hidden.get(name) !== hidden || this.needed.get(name) !== needed) changed.push(name);
      this.hidden.set(name, hidden);
      this.needed.set(name, needed);
    }
    return changed;
  }

  // Computed answers: rows first, then the application until nothing changes. The names that changed.
  computed(changed = null) {
    const names = [];
    const work = (inRows) => {
      let again = false;
      for (const question of this.questions) {
        if (question.compute === undefined || Boolean(question.group) !== inRows) continue;
        if (changed && !question.reads.some((name) => changed.has(name))) continue;
        for (const number of this.numbers(question)) {
          const value = evaluate(question.compute, this.env, this.factsOf(question, number));
          if (value === null || value instanceof Unknown) continue;
          const answer = stored(question, value), cells = this.cells(question, number), before = cells.get(question.id);
          if (before?.value === answer) continue;
          const cell = { value: answer };
          cell.sound = this.fault(question, cell, cells) === null;
          cells.set(question.id, cell);
          names.push(this.name(question, number));
          changed?.add(question.id);
          if (question.group) changed?.add(question.group);
          again = true;
        }
      }
      if (again) this.refresh();
      return again;
    };
    work(true);
    for (let round = 0; round < CHAINS && work(false);) round++;
    return names;
  }

  // Whether a whole group waits for an answer of the form and does not show yet, or needs a row now.
  groupWaits(group) {
    const own = this.ownQuestions(group);
    return own.every((question) => question.shown !== undefined) && !own.some((question) => this.isShown(question, {}));
  }

  groupIsOpen(group) {
    if (this.env.facts[group] !== undefined) return false;
    const own = this.ownQuestions(group);
    const asks = own.every((question) => question.shown !== undefined) && own.some((question) => this.isNeeded(question, {}));
    return this.document.groups[group].needed || asks;
  }

  // --- faults --------------------------------------------------------------------------------------------------

  // The first fault of an answer in itself, as [code, parameters], or null.
  fault(question, cell, cells) {
    if (cell.code) return [cell.code, cell.params];
    if (question.type === "id_number") return idFault(cell.value, question.id_type && cells.get(question.id_type)?.value);
    return check(question, cell.value, (code) => this.known(question, code));
  }

  // What the server would say of the answer with this name, or null.
  error(name) {
    const place = this.place(name);
    if (!place) return null;
    const { question, number } = place, cells = this.cells(question, number), cell = cells?.get(question.id) ?? {};
    if (!("value" in cell) && !cell.code) {
      const code = question.compute !== undefined ? "not_computed" : this.document.blank[question.type] ?? "required";
      return this.needed.get(name) ? this.sentence(question, code, {}) : null;
    }
    const found = this.fault(question, cell, cells);
    if (found) return this.sentence(question, ...found);
    const other = question.differs && cells.get(question.differs);
    if (other && other.value === cell.value) {
      return this.sentence(question, "same_as", { other: this.byId.get(question.differs)?.title ?? question.differs });
    }
    if (question.type === "member_reference" && this.env.facts.members?.every((row) => row.row_id !== cell.value)) {
      return this.sentence(question, "no_such_member", {});
    }
    return question.unique ? this.duplicate(question, number, cell.value) : null;
  }

  duplicate(question, number, value) {
    const rows = [...this.rows.get(question.group)];
    const first = rows.findIndex(([, row]) => row.cells.get(question.id)?.value === value);
    if (rows[first][0] === number) return null;
    const title = this.document.groups[question.group].title;
    return this.sentence(question, "duplicate", { other: fill(this.document.words.nth, { n: first + 1, title }) });
  }

  // What looks wrong but stops nobody.
  warning(name) {
    const place = this.place(name), cell = this.cell(name);
    if (!cell || !("value" in cell)) return null;
    const { question, number } = place;
    if (question.type === "bank_account") return !cell.sound || passesLuhn(cell.value) ? null : this.sentence(question, "account_luhn", {});
    const cells = this.cells(question, number), told = /^(.*)_(birth_date|sex)$/.exec(question.id);
    const id = told && cells.get(`${told[1]}_id_no`)?.value;
    if (!id || residentFault(id)) return null;
    const says = toldBy(id)[told[2]];
    return says === cell.value ? null : this.sentence(question, told[2] === "sex" ? "sex_differs" : "birth_differs", { value: says });
  }

  // The other answers that an id number may contradict.
  beside(name) {
    const place = this.place(name), stem = place?.question.type === "id_number" && place.question.id.replace(/_id_no$/, "");
    const others = stem ? [`${stem}_birth_date`, `${stem}_sex`].filter((id) => this.byId.has(id)) : [];
    return others.map((id) => this.name(this.byId.get(id), place.number));
  }

  sentence(question, code, params) {
    const level = params.level && { level: this.document.levels[params.level] };
    return fill(this.document.sentences[code], { title: question.title, ...params, ...level });
  }
}

export const fill = (template, values) => template.replace(/\{([a-z_]+)\}/g, (_all, name) => values[name] ?? "");
