// The whole form by keyboard. Nothing happens while an input method composes.
const FIELDS = "input:not([type=hidden]):not([readonly]):not([disabled]), select, textarea, button[name=_none]";
const YES = ["1", "y", "Y", "是"], NO = ["0", "2", "n", "N", "否"];

export function keys(page) {
  page.form.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    const { target, key } = event;
    if (event.altKey && !event.ctrlKey) {
      const act = SHORTCUTS[event.code];
      if (act && act(page, target)) event.preventDefault();
    } else if (key === "Enter" && !event.ctrlKey && target.matches("input:not([type=submit]):not([type=file]), select")) {
      event.preventDefault();
      step(page.form, target, event.shiftKey ? -1 : 1);
    } else if (target.type === "radio" && !event.ctrlKey && !event.metaKey) {
      const wanted = YES.includes(key) ? "true" : NO.includes(key) ? "false" : null;
      const radio = wanted && page.fields.get(target.name)?.find((one) => one.value === wanted);
      if (radio) { event.preventDefault(); radio.focus(); radio.click(); }
    } else if (target.type === "checkbox" && (key === "ArrowDown" || key === "ArrowUp")) {
      const boxes = page.form.querySelectorAll(`input[type=checkbox][name="${CSS.escape(target.name)}"]`);
      const next = boxes[[...boxes].indexOf(target) + (key === "ArrowDown" ? 1 : -1)];
      if (next) { event.preventDefault(); next.focus(); }
    }
  });
}

const SHORTCUTS = {
  KeyN: (page, from) => { const group = from.closest("[data-rows]")?.dataset.rows; if (group) page.withRows((rows) => rows.add(group)); return Boolean(group); },
  KeyS: (page) => { if (page.autosave) page.autosave.now(); else page.form.querySelector("[name=_save], [data-save]")?.click(); return true; },
  Digit0: (page, from) => { const section = from.closest("[data-section]"); if (!section?.querySelector("[name=_none]")) return false; page.zero(section); beyond(page.form, section); return true; },
};

// The next field that shows; a group of choices is one stop, entered at what is chosen, else at its first choice.
function step(form, from, by) {
  const fields = [...form.querySelectorAll(FIELDS)], seen = new Map();
  const choice = (one) => one.type === "radio" || one.type === "checkbox";
  for (const one of fields) if (choice(one) && (!seen.has(one.name) || (one.type === "radio" && one.checked))) seen.set(one.name, one);
  for (let at = fields.indexOf(from) + by; at >= 0 && at < fields.length; at += by) {
    const one = fields[at];
    if (!one.checkVisibility() || (choice(one) && (one.name === from.name || seen.get(one.name) !== one))) continue;
    go(one);
    return;
  }
}

// The first field after a section that is done.
export function beyond(form, section) {
  const next = [...form.querySelectorAll(FIELDS)].find((one) => one.checkVisibility() && section.compareDocumentPosition(one) === Node.DOCUMENT_POSITION_FOLLOWING);
  if (next) go(next);
}

function go(field) {
  field.focus();
  if (field.select && !["radio", "checkbox"].includes(field.type)) field.select();
}
