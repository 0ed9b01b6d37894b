// Fields in their usual spelling once they are left: what was typed, as people write it down.
import { read, residentFault, toldBy, yuan } from "./answers.js";
import { note } from "./forms.js";

const plainYuan = (value) => yuan(value).replace(/\.00$/, "");
const SPELL = {
  money: plainYuan,
  bank_account: (value) => value.replace(/(.{4})(?=.)/g, "$1 "),
  datetime: (value) => value.replace(/\+08:00$/, "").replace(/:00$/, "").replace("T", " "),
  date: String, id_number: String, phone: String, integer: String, decimal: String, text: String,
};

// Rewrite the text of a field that could be read; an id number fills in the birthday and the sex of its row.
export function tidy(page, element) {
  const place = page.live?.place(element.name), spell = SPELL[element.dataset.type];
  if (!place || !spell || element.readOnly || element.tagName === "SELECT") return;
  const { value } = read(place.question, [element.value]);
  if (value === undefined) return;
  const text = spell(value);
  if (text !== element.value) element.value = text;
  if (element.dataset.type === "id_number" && residentFault(value) === null) told(page, place, value);
}
tidy.yuan = plainYuan;

// What an id number says fills blanks, and follows a corrected number; what somebody typed otherwise stays.
function told(page, { question, number }, id) {
  const stem = question.id.replace(/_id_no$/, ""), says = toldBy(id);
  for (const [part, text] of Object.entries(says)) {
    const target = page.live.byId.get(`${stem}_${part}`);
    const name = target && page.live.name(target, number);
    const [field] = page.fields.get(name) ?? [];
    if (!field || (page.texts(name).some(Boolean) && field.told !== page.texts(name)[0])) continue;
    page.set(name, text);
    field.told = text;
    note(page.boxes.get(name), name, "told", page.words.from_id);
  }
}
