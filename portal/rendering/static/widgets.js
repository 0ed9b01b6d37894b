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
  if (place.question.id.startsWith("applicant_")) himself(page);
}
tidy.yuan = plainYuan;

// What follows from another answer fills a blank, and follows when that is corrected; what somebody typed otherwise stays.
function follow(page, name, text, word) {
  const [field] = page.fields.get(name) ?? [];
  const [now = ""] = field ? page.texts(name) : [];
  if (!field || now === text || (now && field.told !== now)) return;
  page.set(name, text);
  field.told = text;
  note(page.boxes.get(name), name, "told", page.words[word]);
}

// Date of birth and sex inside an id number.
function told(page, { question, number }, id) {
  for (const [part, text] of Object.entries(toldBy(id))) {
    const target = page.live.byId.get(`${question.id.replace(/_id_no$/, "")}_${part}`);
    if (target) follow(page, page.live.name(target, number), text, "from_id");
  }
}

// The first member is the applicant, unless somebody else was typed there.
function himself(page) {
  const { same, relation } = page.live.document.applicant, [first] = page.live.rows.get("members")?.keys() ?? [];
  const typed = (id) => page.fields.get(`members-${first}-${id}`)?.some((field) => field.value && field.told !== field.value);
  if (first === undefined || typed("member_name") || typed("member_id_no")) return;
  for (const [member, own] of Object.entries(same)) {
    const name = `members-${first}-${member}`, [text] = page.texts(own);
    if (!text) continue;
    follow(page, name, text, "from_applicant");
    follow(page, `members-${first}-member_relation`, relation, "from_applicant");
    const number = read(page.live.byId.get(member), [text]).value;
    if (member === "member_id_no" && residentFault(number) === null) told(page, page.live.place(name), number);
  }
}
