// Divisions by typing a part of the code or the name: a combobox after the ARIA pattern, fed by the page's own list.
import { fill } from "./live.js";
import { made, page } from "./forms.js";

const SHOWN = 12;
let serial = 0;

export function divisions(root) {
  for (const input of root.querySelectorAll("input[list]")) if (input.closest("template") === null) new Division(input);
}

class Division {
  constructor(input) {
    this.input = input;
    this.source = input.getAttribute("list");
    input.removeAttribute("list"); // the browser's own list would stand in front of ours
    this.list = made("ul", { id: `divisions-${++serial}`, className: "divisions", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-labelledby", `${input.id}-label`);
    input.after(this.list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", this.list.id]]) input.setAttribute(name, value);
    input.addEventListener("input", (event) => { if (!event.isComposing) this.open(); });
    input.addEventListener("compositionend", () => this.open());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the focus stays in the field
      const option = event.target.closest("[role=option]");
      if (option) this.choose(option);
    });
  }

  get options() { return [...this.list.children]; }

  open() {
    const parts = this.input.value.normalize("NFKC").trim().split(/\s+/).filter(Boolean);
    const all = parts.length ? entries(this.source) : [];
    const found = all.filter((entry) => parts.every((part) => /^[0-9]+$/.test(part) ? entry.startsWith(part) || entry.includes(` ${part}`) : entry.includes(part)));
    this.list.replaceChildren(...found.slice(0, SHOWN).map((entry, at) => {
      const option = made("li", { id: `${this.list.id}-${at}`, textContent: entry });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      return option;
    }));
    const open = found.length > 0 && !(found.length === 1 && found[0] === this.input.value);
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    this.input.removeAttribute("aria-activedescendant");
    if (parts.length) this.tell(found.length ? fill(page.words.divisions, { n: found.length }) : page.words.no_division);
  }

  tell(sentence) { clearTimeout(this.waiting); this.waiting = setTimeout(() => page.say(sentence, null, false), 600); }

  close() {
    clearTimeout(this.waiting);
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const at = this.options.findIndex((option) => option.id === this.input.getAttribute("aria-activedescendant"));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) this.open();
      const count = this.options.length;
      if (count) this.mark((at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1) + count) % count);
    } else if (this.list.hidden) return;
    else if (event.key === "Escape") { event.preventDefault(); this.close(); }
    else if ((event.key === "Enter" || event.key === "Tab") && (at >= 0 || this.options.length === 1)) {
      if (event.key === "Enter") event.preventDefault();
      this.choose(this.options[Math.max(0, at)]);
    }
  }

  mark(at) {
    this.options.forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    this.options[at].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", this.options[at].id);
  }

  choose(option) {
    this.input.value = option.textContent;
    this.close();
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// "321311106201 宿豫区大兴镇青墩村", read once per list.
const known = new Map();
function entries(id) {
  if (!known.has(id)) known.set(id, [...document.getElementById(id)?.options ?? []].map((option) => option.value));
  return known.get(id);
}
