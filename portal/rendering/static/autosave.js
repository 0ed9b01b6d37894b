// Saving while somebody types: to the draft's address, and on this device while that does not work. Nothing is lost.
import { fill } from "./live.js";

const WAIT = 1500, RETRY = 15000, KEEP_DAYS = 7;
const PREFIX = "portal-draft:";
const clock = (moment) => new Date(moment).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export class Autosave {
  constructor(page) {
    this.page = page;
    this.form = page.form;
    this.address = page.form.dataset.autosave;
    this.key = `${PREFIX}${page.form.dataset.user ?? ""}:${this.address}`;
    this.line = document.querySelector("[data-saved]") ?? this.makeLine();
    this.isSafe = true;
    this.forgetOthers();
    this.restore();
    this.form.addEventListener("portal:changed", () => this.wait());
    this.form.addEventListener("submit", () => { clearTimeout(this.timer); this.stopped = true; this.keep(); });
    addEventListener("online", () => this.page.dirty && this.now());
    addEventListener("pagehide", () => { if (this.page.dirty && !this.stopped) this.keep(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.page.dirty && !this.stopped) { this.keep(); this.now(); } });
    for (const out of document.querySelectorAll('form[action^="/logout"]')) out.addEventListener("submit", forgetAll);
  }

  makeLine() {
    const line = Object.assign(document.createElement("p"), { className: "form-saved" });
    line.setAttribute("role", "status");
    this.form.prepend(line);
    return line;
  }

  say(word, values = {}) { this.line.textContent = fill(this.page.words[word], values); this.line.dataset.state = word; }

  wait() {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), this.blocked ? RETRY : WAIT);
    if (!this.blocked && !this.busy) this.say("unsaved");
  }

  get revision() { return this.form.elements.namedItem("_revision"); }

  pairs() {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) if (typeof value === "string") data.append(name, value);
    return data;
  }

  // Send what stands here now; one request at a time, and what changed meanwhile goes with the next.
  async now() {
    clearTimeout(this.timer);
    if (this.stopped) return;
    if (this.busy) { this.again = true; return; }
    this.busy = true;
    this.page.dirty = false;
    this.say("saving");
    try {
      const answer = await fetch(this.address, {
        method: "POST", body: this.pairs(), redirect: "manual", credentials: "same-origin", headers: { Accept: "application/json" },
      });
      await this.answered(answer);
    } catch {
      this.failed("offline");
    } finally {
      this.busy = false;
      if (this.again) { this.again = false; this.now(); }
    }
  }

  async answered(answer) {
    if (answer.type === "opaqueredirect" || answer.status === 401) return this.failed("signed_out");
    if (answer.status === 409) { this.conflict = true; return this.failed("conflict", {}, false); }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) return this.failed("refused", { reason: told.title ?? answer.status });
    if (this.revision && told.revision !== undefined) this.revision.value = told.revision;
    this.blocked = false;
    this.isSafe = true;
    localStorage.removeItem(this.key);
    if (!this.page.dirty) this.form.dispatchEvent(new CustomEvent("portal:saved"));
    this.say("saved", { time: clock(told.saved_at) });
  }

  // Keep it here and try again, unless somebody has to look first.
  failed(word, values = {}, again = true) {
    this.page.dirty = true;
    this.blocked = true;
    this.isSafe = this.keep();
    this.say(word, { time: clock(Date.now()), ...values });
    if (again) this.timer = setTimeout(() => this.now(), RETRY);
    else this.stopped = true;
  }

  keep() {
    const pairs = [...this.pairs()].filter(([name]) => name !== "csrf_token" && name !== "_revision");
    try {
      localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), revision: this.revision?.value ?? null, pairs }));
      return true;
    } catch { return false; } // full or forbidden: the browser then asks before the page is left
  }

  // What an earlier visit could not save: put back when the draft is still the same, offered when it is not.
  restore() {
    const kept = JSON.parse(localStorage.getItem(this.key) ?? "null");
    if (!kept) return;
    const same = kept.revision === (this.revision?.value ?? null), time = new Date(kept.at).toLocaleString(document.documentElement.lang);
    if (same) this.fillIn(kept.pairs);
    this.offer(fill(this.page.words[same ? "restored" : "restore_older"], { time }), same ? [] : [
      [this.page.words.restore, () => this.fillIn(kept.pairs)],
    ]);
  }

  offer(sentence, buttons) {
    const box = Object.assign(document.createElement("div"), { className: "alert alert-warning form-restored", textContent: sentence });
    box.setAttribute("role", "status");
    const choices = [...buttons, [this.page.words.discard, () => { localStorage.removeItem(this.key); this.stopped = true; this.page.dirty = false; location.reload(); }]];
    for (const [label, act] of choices) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-outline-secondary", textContent: label });
      button.addEventListener("click", () => { box.remove(); act(); });
      box.append(" ", button);
    }
    this.form.before(box);
  }

  fillIn(pairs) {
    const { page } = this, values = new Map();
    for (const [name, value] of pairs) values.set(name, [...values.get(name) ?? [], value]);
    for (const name of values.keys()) {
      const parts = /^([a-z][a-z_]*)-([0-9]{1,4})-row_id$/.exec(name);
      if (parts) while (!page.fields.has(name) && page.rows.add(parts[1]));
    }
    for (const [name, elements] of page.fields) {
      const texts = values.get(name) ?? [];
      elements.forEach((element) => {
        if (["radio", "checkbox"].includes(element.type)) element.checked = texts.includes(element.value);
        else if (texts.length) [element.value] = texts;
      });
      if (elements.length) page.changed(elements[0], true);
    }
  }

  // Copies of other people who used this device, and old ones.
  forgetOthers() {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(PREFIX)) continue;
      const mine = key.startsWith(`${PREFIX}${this.form.dataset.user ?? ""}:`), { at = 0 } = JSON.parse(localStorage.getItem(key) ?? "{}");
      if (!mine || Date.now() - at > KEEP_DAYS * 864e5) localStorage.removeItem(key);
    }
  }
}

export function forgetAll() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}
