// Comfort on top of a form that works without it: Enter, Alt+N, what shows, where you are, what is unsaved.
const form = document.querySelector("form[data-portal-form]");
if (form) start(form);

function start(form) {
  form.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // an input method is still at work
    if (event.key === "Enter" && event.target.matches("input:not([type=submit]):not([type=file]),select")) {
      event.preventDefault();
      next(form, event.target);
    } else if (event.altKey && event.code === "KeyN") {
      const group = event.target.closest("[data-rows]");
      const add = group && document.querySelector(`button[name=_add][value=${group.dataset.rows}]`);
      if (add) { event.preventDefault(); leaving = true; form.requestSubmit(add); }
    }
  });
  const changed = () => { dirty = true; form.dataset.dirty = "true"; notice(form, true); show(form); };
  form.addEventListener("change", changed);
  form.addEventListener("compositionend", changed);
  form.addEventListener("input", (event) => { if (!event.isComposing) { dirty = true; notice(form, true); } });
  form.addEventListener("submit", () => { leaving = true; });
  form.addEventListener("portal:saved", () => { dirty = false; delete form.dataset.dirty; notice(form, false); });
  addEventListener("beforeunload", (event) => { if (dirty && !leaving) event.preventDefault(); });
  document.getElementById("error-summary")?.focus();
  spy();
}

let dirty = false;
let leaving = false;

function notice(form, unsaved) {
  for (const mark of document.querySelectorAll("[data-unsaved]")) mark.hidden = !unsaved;
}

function next(form, from) {
  const stops = [...form.elements].filter((e) =>
    e.matches("input:not([type=hidden]):not([readonly]),select,textarea") && e.offsetParent !== null && !e.disabled);
  const at = stops.indexOf(from);
  const to = stops.slice(at + 1).find((e) => e.type !== "radio" || e.name !== from.name);
  if (!to) return;
  to.focus();
  if (to.select) to.select();
}

// Questions whose condition is plain (no ages, no sums) appear and go at once; the server decides about the others.
function show(form) {
  for (const box of form.querySelectorAll("[data-rule]")) {
    const row = /^\/([a-z_]+)\/([0-9]+)\//.exec(box.dataset.pointer);
    try {
      const holds = value(JSON.parse(box.dataset.rule), (name) => {
        const inRow = row ? answer(form, `${row[1]}-${row[2]}-${name}`) : undefined;
        return inRow === undefined ? answer(form, name) : inRow;
      });
      box.hidden = holds !== true;
      const link = box.id && document.querySelector(`.form-nav a[href="#${box.id}"]`);
      if (link) link.parentElement.hidden = box.hidden;
    } catch (error) {
      if (error !== BEYOND) throw error;
    }
  }
}

const BEYOND = new Error("decided by the server");

function answer(form, name) {
  const found = name && form.elements.namedItem(name);
  if (!found) return undefined;
  const all = found instanceof RadioNodeList ? [...found] : [found];
  const kind = all[0].dataset.type;
  if (kind === "choices") return all.filter((e) => e.checked || e.type === "hidden").map((e) => e.value);
  const text = (found instanceof RadioNodeList ? found.value : found.type === "radio" && !found.checked ? "" : found.value).trim();
  if (text === "") return null;
  if (kind === "boolean") return text === "true";
  if (kind === "money") return Math.round(Number(text.replace(/[,,元]/g, "")) * 100);
  if (kind === "integer" || kind === "decimal") return Number(text);
  if (kind === "choice" || kind === "text") return text;
  throw BEYOND;
}

// true, false, or null while an answer is missing.
function value(rule, read) {
  if (rule === null || typeof rule !== "object") return rule;
  const [op, args] = Object.entries(rule)[0];
  if (op === "var") {
    const known = read(args);
    if (known === undefined) throw BEYOND;
    return known;
  }
  if (op === "not") { const v = value(args, read); return v === null ? null : !v; }
  if (op === "present") return value(args, read) === null ? null : true;
  if (op === "and" || op === "or") {
    const parts = args.map((part) => value(part, read));
    const stop = op === "or";
    return parts.includes(stop) ? stop : parts.includes(null) ? null : !stop;
  }
  if (!["==", "!=", "<", "<=", ">", ">=", "in", "contains"].includes(op)) throw BEYOND;
  const a = value(args[0], read), b = Array.isArray(args[1]) ? args[1] : value(args[1], read);
  if (a === null || b === null) return null;
  switch (op) {
    case "==": return a === b;
    case "!=": return a !== b;
    case "<": return a < b;
    case "<=": return a <= b;
    case ">": return a > b;
    case ">=": return a >= b;
    case "in": return b.includes(a);
    default: return a.includes(b);
  }
}

function spy() {
  const links = new Map([...document.querySelectorAll(".form-nav a")].map((a) => [a.hash.slice(1), a]));
  if (!links.size) return;
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      const link = links.get(entry.target.id);
      link?.setAttribute("aria-current", "true");
      link?.scrollIntoView({ block: "nearest" });
    }
  }, { rootMargin: "-20% 0px -70% 0px" });
  for (const id of links.keys()) { const section = document.getElementById(id); if (section) watch.observe(section); }
}
