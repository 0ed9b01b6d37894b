// Saving while somebody types: to the draft's address, and on this device while that does not work. Nothing is lost.
import { read } from "./answers.js";
import { made } from "./forms.js";
import { fill } from "./live.js";

const WAIT = 1500, RETRY = 15000, KEEP_DAYS = 7;
const PREFIX = "portal-draft:"; // shell.js forgets these when somebody signs out
const time = (moment) => new Date(moment).toLocaleString(document.documentElement.lang, { hour12: false });

export class Autosave {
  constructor(page) {
    this.page = page;
    this.form = page.form;
    this.address = this.form.dataset.autosave;
    this.key = `${PREFIX}${this.form.dataset.user}:${this.address}`;
    this.line = document.querySelector("[data-saved]") ?? this.makeLine();
    this.isSafe = true;
    for (const sign of document.querySelectorAll("[data-unsaved]")) sign.remove();
    this.forgetOthers();
    this.restore();
    this.form.addEventListener("portal:changed", () => this.wait());
    this.form.addEventListener("submit", () => { clearTimeout(this.timer); this.stopped = true; this.keep(sessionStorage); });
    addEventListener("online", () => this.page.dirty && this.now());
    addEventListener("pagehide", () => this.away());
    document.addEventListener("visibilitychange", () => document.hidden && this.away());
    // Whoever signs out leaves nothing here; the browser asks when something is not saved yet.
    for (const out of document.querySelectorAll('form[action^="/logout"]')) out.addEventListener("submit", () => { this.stopped = true; this.isSafe = false; });
    if (page.dirty) this.wait();
  }

  makeLine() {
    const line = made("p", { className: "form-saved" });
    line.setAttribute("role", "status");
    this.form.prepend(line);
    return line;
  }

  say(word, values = {}) {
    const text = fill(this.page.words[word], values);
    if (this.line.textContent !== text) this.line.textContent = text;
    this.line.dataset.state = word;
  }

  wait() {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), this.blocked ? RETRY : WAIT);
    if (!this.blocked && !this.busy) this.say("unsaved");
  }

  // The page is left or put away: nobody will wait for an answer.
  away() {
    if (this.stopped || !this.page.dirty) return;
    this.keep(localStorage);
    if (!this.blocked) this.now();
  }

  get revision() { return this.form.elements.namedItem("_revision"); }

  pairs() {
    return [...new FormData(this.form)].filter(([, value]) => typeof value === "string");
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
      let answer = await this.send();
      // An old token: the sign-in ended, or somebody signed in again in another tab.
      if (answer.status === 400) answer = await this.renew() ? await this.send() : null;
      if (answer) await this.answered(answer);
      else this.failed("signed_out");
    } catch {
      this.failed("offline");
    } finally {
      this.busy = false;
      if (this.again) { this.again = false; this.now(); }
    }
  }

  send() {
    const body = new URLSearchParams(this.pairs()), keepalive = document.hidden && String(body).length < 60000;
    return fetch(this.address, { method: "POST", body, keepalive, redirect: "manual", headers: { Accept: "application/json" } });
  }

  async answered(answer) {
    if (answer.type === "opaqueredirect" || answer.status === 401) return this.failed("signed_out");
    const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.status === 409) return this.failed(told.message ? "refused" : "conflict", { reason: told.message }, false);
    if (!answer.ok) return this.failed("refused", { reason: told.title ?? answer.status });
    if (this.revision) this.revision.value = told.revision;
    this.blocked = false;
    this.isSafe = true;
    localStorage.removeItem(this.key);
    if (!this.page.dirty) this.form.dispatchEvent(new CustomEvent("portal:saved"));
    this.say("saved", { time: told.saved_at ? time(told.saved_at) : told.saved });
  }

  // Keep it here and try again, unless somebody has to look first.
  failed(word, values = {}, again = true) {
    this.page.dirty = true;
    this.blocked = true;
    this.isSafe = this.keep(localStorage);
    this.say(word, { time: time(Date.now()), ...values });
    if (again) this.timer = setTimeout(() => this.now(), RETRY);
    else this.stopped = true;
  }

  // After signing in again the page's token is an old one. The page of somebody else is none of ours.
  async renew() {
    const answer = await fetch(location.href, { redirect: "manual" });
    if (!answer.ok) return false;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = fresh.querySelector("[name=csrf_token]")?.value;
    if (!token || fresh.querySelector("form[data-portal-form]")?.dataset.user !== this.form.dataset.user) return false;
    for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
    return true;
  }

  keep(store) {
    const pairs = this.pairs().filter(([name]) => name !== "csrf_token" && name !== "_revision");
    try {
      store.setItem(this.key, JSON.stringify({ at: Date.now(), revision: this.revision?.value, pairs }));
      return true;
    } catch { return false; } // full or forbidden: the browser then asks before the page is left
  }

  // What could not be saved before: put back when the draft is still the same, offered when it is not.
  restore() {
    const text = sessionStorage.getItem(this.key) ?? localStorage.getItem(this.key);
    sessionStorage.removeItem(this.key);
    localStorage.removeItem(this.key);
    if (!text) return;
    const kept = JSON.parse(text), values = new Map();
    for (const [name, value] of kept.pairs) values.set(name, [...values.get(name) ?? [], value]);
    if (!this.differs(values)) return;
    const same = kept.revision === this.revision?.value;
    if (same) this.fillIn(values);
    else localStorage.setItem(this.key, text);
    const choices = same ? [] : [[this.page.words.restore, () => this.fillIn(values)]];
    this.offer(fill(this.page.words[same ? "restored" : "restore_older"], { time: time(kept.at) }), choices);
  }

  // Whether these texts say anything else than the page does; how an answer is spelt makes no difference.
  differs(values) {
    const { page } = this, meaning = (name, texts) => {
      const place = page.live?.place(name);
      return JSON.stringify(place ? read(place.question, texts) : texts);
    };
    const names = new Set([...values.keys(), ...page.fields.keys()].filter((name) => !name.startsWith("_")));
    return [...names].some((name) => meaning(name, values.get(name) ?? []) !== meaning(name, page.texts(name)));
  }

  offer(sentence, buttons) {
    const box = made("div", { className: "alert alert-warning form-restored", textContent: sentence });
    box.setAttribute("role", "status");
    const discard = () => { localStorage.removeItem(this.key); this.stopped = true; this.page.clean(); location.reload(); };
    for (const [label, act] of [...buttons, [this.page.words.discard, discard]]) {
      const button = made("button", { type: "button", className: "btn btn-sm btn-outline-dark", textContent: label });
      button.addEventListener("click", () => { box.remove(); act(); });
      box.append(" ", button);
    }
    this.form.before(box);
  }

  async fillIn(values) {
    const { page } = this;
    await page.withRows((rows) => {
      for (const name of values.keys()) {
        const [, group, number] = /^([a-z][a-z_]*)-([0-9]{1,4})-row_id$/.exec(name) ?? [];
        if (group && !page.fields.has(name)) rows.add(group, false, Number(number));
      }
    });
    for (const [name, elements] of [...page.fields]) {
      const texts = values.get(name) ?? [];
      for (const element of elements) {
        if (["radio", "checkbox"].includes(element.type)) element.checked = texts.includes(element.value);
        else if (texts.length) [element.value] = texts;
      }
      page.changed(elements[0], true);
    }
  }

  // Copies of other people who used this device, and old ones.
  forgetOthers() {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(PREFIX)) continue;
      const { at } = JSON.parse(localStorage.getItem(key));
      if (!key.startsWith(`${PREFIX}${this.form.dataset.user}:`) || Date.now() - at > KEEP_DAYS * 864e5) localStorage.removeItem(key);
    }
  }
}
