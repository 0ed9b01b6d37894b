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
    }
  });
}

const SHORTCUTS = {
  KeyN: (page, from) => { const group = from.closest("[data-rows]")?.dataset.rows; if (group) page.withRows((rows) => rows.add(group)); return Boolean(group); },
  KeyS: (page) => { if (page.autosave) page.autosave.now(); else page.form.querySelector("[name=_save], [data-save]")?.click(); return true; },
  Digit0: (page, from) => { const section = from.closest("[data-section]"); if (!section?.querySelector("[name=_none]")) return false; page.zero(section); return true; },
};

// The next field that shows; a group of choices is one stop.
function step(form, from, by) {
  const stops = [...form.querySelectorAll(FIELDS)].filter((one) => one.checkVisibility() && (one.type !== "radio" || one === from || isStop(form, one)));
  for (let at = stops.indexOf(from) + by; at >= 0 && at < stops.length; at += by) {
    if (stops[at].type === "radio" && stops[at].name === from.name) continue;
    stops[at].focus();
    if (stops[at].select && stops[at].type !== "radio") stops[at].select();
    return;
  }
}

// A group of choices is entered at what is chosen, else at its first choice.
function isStop(form, radio) {
  const group = [...form.querySelectorAll(`input[type=radio][name="${CSS.escape(radio.name)}"]`)];
  return radio === (group.find((one) => one.checked) ?? group[0]);
}
