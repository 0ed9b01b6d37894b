// The form while somebody fills it: what shows, what is needed, totals, faults in the server's words, keys, rows.
// All of it is comfort: without it the same form is filled and sent, and the server decides.
import { Live, fill } from "./live.js";
import { beyond, keys } from "./keys.js";
import { tidy } from "./widgets.js";

class Page {
  constructor(form) {
    this.form = form;
    this.words = {};
    this.fields = new Map(); // name -> its inputs
    this.boxes = new Map(); // name -> the element around label, notes and inputs
    this.sections = [...form.querySelectorAll("[data-section]")];
    this.touched = new Set(); // names somebody has answered since the page came
    const data = JSON.parse(form.querySelector("#form-live")?.textContent ?? "{}");
    this.live = data.questions ? new Live(data, ({ id }, code) => this.codes.get(id)?.has(code) ?? true) : null;
    this.words = data.words ?? {};
    this.codes = new Map(); // question -> the codes of its closed list
    this.find(form);
    const computed = this.live?.start([...this.fields.keys()].map((name) => [name, this.texts(name)]).filter(([, texts]) => texts.length));
    for (const [group, rows] of this.live?.rows ?? []) for (const [number, { mark }] of rows) this.marked(group, number, mark);
    this.listen();
    if (this.live) {
      const { hidden, needed } = this.live;
      this.apply(new Map([...this.boxes.keys()].map((name) => [name, { hidden: hidden.get(name), needed: needed.get(name) }])));
      this.apply(new Map(computed.map((name) => [name, { value: this.live.cell(name).value }])));
      if (data.hints) this.hintsFrom(data.hints);
    }
    keys(this);
    spy();
    if (form.querySelector("[list], [data-combobox]")) import("./divisions.js").then(({ divisions }) => { this.divisions = divisions; divisions(form); });
    (globalThis.requestIdleCallback ?? setTimeout)(() => this.withRows(() => {}));
    if (form.dataset.autosave) import("./autosave.js").then(({ Autosave }) => { this.autosave = new Autosave(this); });
  }

  // Rows are added and removed by a module that is fetched while nobody waits for it.
  async withRows(act) {
    if (!this.live) return;
    this.rows ??= new (await import("./rows.js")).Rows(this);
    act(this.rows);
  }

  marked(group, number, mark) {
    for (const field of this.fields.get(`${group}-${number}-row_id`) ?? []) field.value = mark;
  }

  // Remember inputs and boxes of the form, or of a row that was added.
  find(root) {
    for (const box of root.querySelectorAll(".q")) {
      const name = box.dataset.pointer.slice(1).replaceAll("/", "-");
      this.boxes.set(name, box);
    }
    for (const element of root.querySelectorAll("input[name], select[name], textarea[name]")) {
      const { name } = element, list = element.tagName === "SELECT" ? [...element.options].filter((one) => !("unknown" in one.dataset)) : [element];
      if (element.type !== "hidden" && ["choice", "choices"].includes(element.dataset.type)) {
        const id = name.split("-").at(-1), codes = this.codes.get(id) ?? new Set();
        this.codes.set(id, list.reduce((known, one) => known.add(one.value), codes));
      }
      if (name.startsWith("_") || name === "csrf_token" || element.type === "file") continue;
      const known = this.fields.get(name) ?? [];
      if (!known.includes(element)) this.fields.set(name, [...known, element]);
    }
  }

  forget(root) {
    for (const [name, elements] of this.fields) if (elements.some((element) => root.contains(element))) this.fields.delete(name);
    for (const [name, box] of this.boxes) if (root.contains(box)) this.boxes.delete(name);
  }

  texts(name) {
    return (this.fields.get(name) ?? []).filter((e) => !["radio", "checkbox"].includes(e.type) || e.checked).map((e) => e.value);
  }

  listen() {
    const { form } = this;
    form.addEventListener("input", (event) => { if (!event.isComposing) this.changed(event.target); });
    form.addEventListener("change", (event) => this.changed(event.target, true));
    form.addEventListener("compositionend", (event) => this.changed(event.target));
    form.addEventListener("focusout", (event) => this.left(event));
    form.addEventListener("click", (event) => this.pressed(event));
    form.addEventListener("submit", () => { this.leaving = true; });
    form.addEventListener("portal:saved", () => this.clean());
    addEventListener("beforeunload", (event) => { if (this.dirty && !this.leaving && !this.autosave?.isSafe) event.preventDefault(); });
  }

  changed(element, settled = false) {
    const { name } = element;
    if (!name || name.startsWith("_") || element.type === "file") return this.soil();
    this.touched.add(name);
    this.soil();
    if (!this.live) return;
    const none = /^([a-z_]+)-none$/.exec(name);
    if (none) {
      this.live.none[element.checked ? "add" : "delete"](none[1]);
      this.apply(this.live.changeRows(none[1]));
    } else {
      this.apply(this.live.change(name, this.texts(name)));
      if (settled && /-[0-9]+-.*_name$/.test(name)) this.withRows((rows) => rows.renamed(name));
    }
    if (this.boxes.get(name)?.classList.contains("q-wrong")) this.show(name);
  }

  // Set an answer as if it had been typed.
  set(name, text) {
    const elements = this.fields.get(name) ?? [];
    for (const element of elements) {
      if (element.type === "radio") element.checked = element.value === text;
      else element.value = text;
    }
    if (elements.length) this.changed(elements[0], true);
  }

  // Leaving a field: its usual spelling, and what is wrong with it. A group of choices is left as a whole.
  left({ target, relatedTarget }) {
    const { name } = target;
    if (!name || !this.fields.has(name) || relatedTarget?.name === name) return;
    tidy(this, target);
    const blank = !this.texts(name).some((text) => text.trim());
    if (!blank || this.touched.has(name) || this.boxes.get(name)?.classList.contains("q-wrong")) this.show(name);
  }

  // What is different now.
  apply(changes) {
    for (const [name, { hidden, needed, value }] of changes) {
      const box = this.boxes.get(name);
      if (!box) continue;
      if (hidden !== undefined && box.hidden !== hidden) box.hidden = hidden;
      if (needed !== undefined) mark(box, needed);
      if (value !== undefined) this.write(name, box, value);
    }
    this.later("counts", () => this.count());
    if (this.hints) this.later("hints", this.hints);
  }

  // A computed answer in its field that cannot be typed.
  write(name, box, value) {
    const question = this.live.place(name).question, codes = this.live.document.codes?.[question.id];
    const text = (code) => codes?.[code] ?? String(code);
    const posted = box.querySelectorAll("input[type=hidden]");
    if (!this.fields.has(name) || posted.length) {
      posted.forEach((element) => element.remove());
      const visible = box.querySelector("input");
      visible.value = [value].flat().map(text).join("、");
      this.fields.set(name, [value].flat().map((one) => {
        const hidden = made("input", { type: "hidden", name, value: String(one) });
        hidden.dataset.type = question.type;
        visible.after(hidden);
        return hidden;
      }));
    } else {
      const [element] = this.fields.get(name);
      element.value = question.type === "money" ? tidy.yuan(value) : String(value);
    }
    if (box.classList.contains("q-wrong")) this.show(name);
  }

  // The fault and the warning of an answer beside it, in the server's words; in the summary only what is still true.
  show(name) {
    if (!this.live) return;
    const box = this.boxes.get(name), error = box?.hidden ? null : this.live.error(name);
    if (!box) return;
    note(box, name, "error", error, this.words.error);
    note(box, name, "warning", this.live.warning(name), this.words.warning);
    box.classList.toggle("q-wrong", Boolean(error));
    for (const element of this.fields.get(name) ?? []) {
      element.classList.toggle("is-invalid", Boolean(error));
      element.ariaInvalid = error ? "true" : null;
    }
    if (!error) this.summarise(box);
    for (const other of this.live.beside(name)) if (this.touched.has(other)) note(this.boxes.get(other), other, "warning", this.live.warning(other), this.words.warning);
    this.later("counts", () => this.count());
  }

  // A corrected answer leaves the summary.
  summarise(box) {
    const summary = document.getElementById("error-summary");
    const link = summary && [...summary.querySelectorAll("a")].find((a) => box.querySelector(`[id="${CSS.escape(a.hash.slice(1))}"]`));
    if (!link) return;
    link.closest("li").remove();
    const left = summary.querySelectorAll("li").length;
    summary.querySelector("h2").textContent = fill(this.words.errors_title, { count: left });
    summary.hidden = !left;
  }

  // Sections that do not show, and how much is open or wrong in each, beside their names.
  count() {
    for (const section of this.sections) {
      const group = section.dataset.rows, boxes = [...section.querySelectorAll(".q")];
      const hidden = group ? this.live.groupWaits(group) : boxes.every((box) => box.hidden);
      if (section.hidden !== hidden) section.hidden = hidden;
      const link = document.querySelector(`.form-nav a[href="#${section.id}"]`);
      if (!link) continue;
      link.parentElement.hidden = hidden;
      const seen = boxes.filter((box) => !box.hidden);
      const open = seen.filter((box) => this.isOpen(box)).length + Number(Boolean(section.querySelector("[name=_add]")) && this.live.groupIsOpen(group));
      tell(link, "wrong", seen.filter((box) => box.classList.contains("q-wrong")).length, this.words.wrong);
      tell(link, "open", open, this.words.open);
    }
  }

  isOpen(box) {
    const name = box.dataset.pointer.slice(1).replaceAll("/", "-"), cell = this.live.cell(name);
    return this.live.needed.get(name) && this.live.place(name).question.compute === undefined && !(cell && ("value" in cell || cell.code));
  }

  hintsFrom(data) {
    const panel = document.querySelector("[data-hints]");
    if (panel) import("./hints.js").then(({ draw, factsOf, standings }) => {
      this.hints = () => draw(panel, standings(data, factsOf(this.live)), data.words);
    });
  }

  pressed(event) {
    const button = event.target.closest("button");
    if (!button || !this.live) return;
    const act = {
      _add: () => this.withRows((rows) => rows.add(button.value)),
      _remove: () => this.withRows((rows) => rows.remove(button.value)),
      _none: () => { this.zero(button.closest("[data-section]")); beyond(this.form, button.closest("[data-section]")); },
    }[button.name];
    if (act) { event.preventDefault(); act(); }
  }

  // "None of these": zero for every blank amount of the section.
  zero(section) {
    const names = this.live.document.none[section.dataset.section] ?? [];
    for (const name of names) if (this.fields.has(name) && !this.texts(name).some((text) => text.trim())) this.set(name, "0");
    this.say(this.words.zeroed);
  }

  // A sentence for everybody, screen readers included.
  say(sentence, extra = null, seen = true) {
    let line = document.getElementById("form-said");
    if (!line) {
      line = made("p", { id: "form-said", className: "form-said", role: "status" });
      document.body.append(line);
    }
    line.classList.toggle("visually-hidden", !seen);
    line.replaceChildren(sentence, ...(extra ? [" ", extra] : []));
    clearTimeout(this.silence);
    this.silence = setTimeout(() => line.replaceChildren(), extra ? 15000 : 5000);
  }

  soil() {
    this.dirty = true;
    this.form.dataset.dirty = "true";
    for (const sign of document.querySelectorAll("[data-unsaved]")) sign.hidden = false;
    this.form.dispatchEvent(new CustomEvent("portal:changed"));
  }

  clean() {
    this.dirty = false;
    delete this.form.dataset.dirty;
    for (const sign of document.querySelectorAll("[data-unsaved]")) sign.hidden = true;
  }

  later(what, work) {
    this.waiting ??= {};
    clearTimeout(this.waiting[what]);
    this.waiting[what] = setTimeout(work, 60);
  }
}

export const made = (tag, properties) => Object.assign(document.createElement(tag), properties);

function mark(box, needed) {
  const sign = box.querySelector(".q-required");
  if (sign) sign.hidden = !needed;
  for (const element of box.querySelectorAll(".form-control:not([readonly]), .form-select")) {
    element.ariaRequired = needed || null;
  }
}

// A note of one kind beside a field: made, changed or taken away; the field says that it belongs to it.
export function note(box, name, kind, sentence, lead = "") {
  const id = `q-${name}-${kind}`;
  let line = document.getElementById(id);
  if (!sentence) line?.remove();
  else {
    if (!line) {
      line = made("div", { id, className: `q-${kind}` });
      box.querySelector("label, legend").after(line);
    }
    line.replaceChildren(made("span", { className: kind === "error" ? "visually-hidden" : "", textContent: lead }), sentence);
  }
  for (const element of box.querySelectorAll("fieldset, .form-control, .form-select")) {
    const ids = new Set((element.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
    ids[sentence ? "add" : "delete"](id);
    if (ids.size) element.setAttribute("aria-describedby", [...ids].join(" ")); else element.removeAttribute("aria-describedby");
  }
}

function tell(link, what, number, words) {
  const sign = link.querySelector(`[data-count=${what}]`);
  if (!sign) return;
  sign.hidden = !number;
  sign.textContent = fill(words, { n: number });
}

// The section one is in, marked in the list of sections.
function spy() {
  const links = new Map([...document.querySelectorAll(".form-nav a")].map((a) => [a.hash.slice(1), a]));
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      const here = links.get(entry.target.id), list = here.closest(".form-nav");
      for (const link of links.values()) link.ariaCurrent = link === here ? "true" : null;
      list.scrollTop = here.offsetTop - list.clientHeight / 2;
    }
  }, { rootMargin: "-20% 0px -70% 0px" });
  for (const id of links.keys()) { const section = document.getElementById(id); if (section) watch.observe(section); }
}

const form = document.querySelector("form[data-portal-form]");
export const page = form && new Page(form);
document.getElementById("error-summary")?.focus();
if (form) Object.assign(form.dataset, { ready: "true", readyAt: performance.now() });
