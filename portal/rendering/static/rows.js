// Rows of the form without a page load: a new one made from the blank row, a removed one that can be put back.
import { fill } from "./live.js";
import { made, note } from "./forms.js";

export class Rows {
  constructor(page) { this.page = page; }

  sections(group) { return this.page.sections.filter((section) => section.dataset.rows === group); }

  // One more row in every section of the group; it begins with what carries over from the row above.
  add(group, isAsked = true, at = null) {
    const { page } = this, { live } = page, sections = this.sections(group);
    if (!sections.length) return;
    const numbers = [...(live.rows.get(group)?.keys() ?? [])], above = Math.max(-1, ...numbers), number = at ?? above + 1;
    live.row(group, number);
    live.none.delete(group);
    live.mark(group);
    for (const section of sections) {
      const blank = section.querySelector("[data-blank-row]"), row = blank.content.firstElementChild.cloneNode(true);
      renumber(row, 9999, number);
      blank.before(row);
      page.find(row);
    }
    page.marked(group, number, live.row(group, number).mark);
    page.apply(live.changeRows(group));
    for (const question of live.questions) if (isAsked && question.group === group && question.carry && above >= 0) this.carry(group, question.id, above, number);
    this.retitle(group);
    if (!isAsked) return;
    const row = sections[0].querySelector(`[data-row="${number}"]`);
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    page.soil();
    page.say(fill(page.words.added, { title: row.querySelector("legend").textContent }));
  }

  carry(group, id, above, number) {
    const { page } = this, from = `${group}-${above}-${id}`, to = `${group}-${number}-${id}`;
    const [text] = page.texts(from);
    if (!text || !page.fields.has(to)) return;
    page.set(to, text);
    note(page.boxes.get(to), to, "carried", page.words.carried);
  }

  // "members-2" goes; the rows keep their numbers, the server counts anew.
  remove(value) {
    const { page } = this, [, group, text] = /^([a-z_]+)-([0-9]+)$/.exec(value) ?? [], number = Number(text);
    const gone = this.sections(group).map((section) => section.querySelector(`:scope [data-row="${number}"]`)).filter(Boolean);
    if (!gone.length) return;
    const title = gone[0].querySelector("legend").textContent, places = gone.map((row) => [row, row.nextElementSibling]);
    const cells = page.live.rows.get(group).get(number);
    gone.forEach((row) => { page.forget(row); row.remove(); });
    page.live.rows.get(group).delete(number);
    this.settle(group);
    const undo = made("button", { type: "button", className: "btn btn-sm btn-light", textContent: page.words.undo });
    undo.addEventListener("click", () => {
      places.forEach(([row, next]) => { next.before(row); page.find(row); });
      page.live.row(group, number).mark = cells.mark;
      page.live.row(group, number).cells = cells.cells;
      this.settle(group);
      gone[0].querySelector("input:not([type=hidden]), select")?.focus();
      page.say("");
    });
    page.say(fill(page.words.removed, { title }), undo);
    this.sections(group)[0].querySelector("[name=_add]")?.focus();
  }

  settle(group) {
    this.page.apply(this.page.live.changeRows(group));
    this.retitle(group);
    this.page.soil();
  }

  // Headings count what is there and say whose row it is; people who can be chosen are the people there are.
  retitle(group) {
    const { page } = this, { live, words } = page, title = live.document.groups[group].title;
    const numbers = [...live.rows.get(group).keys()];
    const called = live.questions.find((question) => question.group === group && question.id.endsWith("_name"))?.id;
    numbers.forEach((number, at) => {
      const field = `${group}-${number}-${called}`, values = { title, n: at + 1 };
      for (const section of this.sections(group)) {
        const row = section.querySelector(`[data-row="${number}"]`);
        const name = page.fields.has(field) ? page.texts(field)[0]?.trim() ?? "" : row.dataset.called ?? "";
        row.querySelector("legend").textContent = `${fill(words.row, values)} ${name}`.trim();
        const remove = row.querySelector("[name=_remove]");
        if (remove) remove.textContent = fill(words.remove, values);
      }
    });
    for (const section of this.sections(group)) {
      section.querySelector("[data-no-rows]").hidden = numbers.length > 0;
      const none = section.querySelector("[data-none-rows]");
      if (none) { none.hidden = numbers.length > 0; if (none.hidden) none.querySelector("input").checked = false; }
    }
    if (group === "members") this.people(numbers, called);
  }

  people(numbers, called) {
    const { page } = this, { live } = page;
    const people = numbers.map((number, at) => [live.rows.get("members").get(number).mark, `${at + 1} ${page.texts(`members-${number}-${called}`)[0]?.trim() ?? ""}`.trim()]);
    for (const select of page.form.querySelectorAll("select[data-type=member_reference]")) {
      const chosen = select.value;
      select.replaceChildren(select.options[0], ...people.map(([mark, text]) => new Option(text, mark, false, mark === chosen)));
    }
  }

  renamed(name) {
    const parts = /^([a-z_]+)-[0-9]+-[a-z_]+_name$/.exec(name);
    if (parts && this.page.live.document.groups[parts[1]]) this.retitle(parts[1]);
  }
}

// The blank row stands as number 9999; its names and ids become those of the new one.
function renumber(row, from, to) {
  const old = new RegExp(`(^|[-/ ])${from}(?=$|[-/])`, "g");
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of ["id", "name", "for", "aria-describedby", "aria-labelledby", "data-pointer", "value", "data-row"]) {
      const text = element.getAttribute(attribute);
      if (text?.includes(from)) element.setAttribute(attribute, text.replaceAll(old, `$1${to}`));
    }
  }
}
