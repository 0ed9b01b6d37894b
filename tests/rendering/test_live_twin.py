"""The form decides the same in the browser as on the server: what shows, what is needed, sums, sentences, hints.

Whole pages with right, wrong, odd and missing texts go through both; then single answers change, and both must follow.
"""

import json
import os
import random
from datetime import date

import pytest
import quickjs

from portal.forms import compute, errors_of, from_posted, hidden, limits, normalise, situation, warnings
from portal.forms.posting import Posted
from portal.rendering.display import input_text
from portal.rendering.hints import Eligibility, hint_views
from portal.rendering.live import live_document
from tests.rendering.twin import source
from tests.rendering.typed import typed

PAGES = int(os.environ.get("PORTAL_FORM_PAGES", "10"))
BUNDLES = (
    ("dibao", "medical_aid", "education_aid"),
    ("temporary_aid", "danger_house", "power_cut"),
    ("orphan", "disability_living", "elder_bonus", "employment_aid"),
)
DAY = date(2022, 6, 1)
BROWSER = """
globalThis.page = (text) => {
  const { document, codes, entries } = JSON.parse(text);
  live = new Live(document, ({ id }, code) => codes[id]?.includes(code) ?? true);
  live.start(entries);
  return tell(live);
};
globalThis.change = (name, texts) => { live.change(name, JSON.parse(texts)); return tell(live); };
const tell = (live) => {
  const names = live.questions.flatMap((question) => live.numbers(question).map((number) => live.name(question, number)));
  const some = (value) => Object.fromEntries(names.map((name) => [name, value(name)]).filter(([, one]) => one));
  return JSON.stringify({
    hidden: names.filter((name) => live.hidden.get(name)), needed: names.filter((name) => live.needed.get(name)),
    values: Object.fromEntries(names.filter((name) => live.cell(name) && "value" in live.cell(name)).map((name) => [name, live.cell(name).value])),
    errors: some((name) => live.error(name)), warnings: some((name) => live.warning(name)),
    waits: Object.keys(live.document.groups).filter((group) => live.groupWaits(group)),
    hints: standings(live.document.hints, factsOf(live)),
  });
};
"""


@pytest.fixture(scope="module")
def browser():
    context = quickjs.Context()
    own = "const { Live } = modules.live, { factsOf, standings } = modules.hints; let live;"
    context.eval(f"(() => {{ {source('rules', 'answers', 'live', 'hints')}\n{own}\n{BROWSER} }})()")
    return context


def name_of(pointer):
    return pointer.removeprefix("/").replace("/", "-")


class Server:
    """The same page as the server sees it."""

    def __init__(self, form, env, eligibility, pairs, lang):
        posted = from_posted(form, pairs)
        self.answers = compute(form, normalise(form, posted.answers), env)
        self.form, self.env, self.raw, self.lang = form, env, posted.raw, lang
        now = situation(form, self.answers, env)
        rows = {group: self.answers.get(group) or [] for group in form.rows}
        cells = [(q, None, q.id, self.answers) for q in form.scalars]
        cells += [
            (q, row, f"{group}-{at}-{q.id}", row)
            for group, questions in form.rows.items()
            for at, row in enumerate(rows[group])
            for q in questions
        ]
        errors = {}
        for error in errors_of(form, Posted(self.answers, posted.raw, posted.errors), env):
            errors.setdefault(name_of(error.pointer), error.message.to(lang))
        shown = {name_of(p) for p in hidden(form, self.answers, env)}
        names = [name for _, _, name, _ in cells]
        self.told = {
            "hidden": sorted(name for name in names if name in shown),
            "needed": sorted(name for q, row, name, _ in cells if now.is_needed(q, row)),
            "values": {name: where[q.id] for q, _, name, where in cells if q.id in where},
            "errors": {name: errors[name] for name in names if name in errors},
            "warnings": {name_of(w.pointer): w.message.to(lang) for w in warnings(form, self.answers)},
            "waits": sorted(group for group in form.rows if now.rows_wait(group)),
            "hints": [
                {
                    "item": hint.item,
                    "standing": hint.standing,
                    "label": hint.label,
                    "amount": hint.amount,
                    "lines": [{**vars(line)} for line in hint.lines],
                }
                for hint in hint_views(form, self.answers, eligibility, lang)
            ],
        }

    def entries(self):
        """What stands in the inputs of the page: names with their texts, in groups as a browser sends them."""
        found = [(q, q.id, self.answers) for q in self.form.scalars]
        entries = []
        for group, questions in self.form.rows.items():
            if self.answers.get(group) == []:
                entries.append((f"{group}-none", ["1"]))
            for at, row in enumerate(self.answers.get(group) or []):
                entries.append((f"{group}-{at}-row_id", [row["row_id"]]))
                found += [(q, f"{group}-{at}-{q.id}", row) for q in questions]
        for question, name, where in found:
            if name in self.raw:
                entries.append((name, [self.raw[name]]))
            elif question.id in where:
                value = where[question.id]
                entries.append((name, value if isinstance(value, list) else [input_text(question, value)]))
        return entries


def bundles(catalogue):
    for n, slugs in enumerate(BUNDLES):
        form = catalogue.form("application", slugs)
        statuses = {"s_dibao": True, "s_tekun": False} if n else {}
        env = catalogue.environment({"app_items": list(slugs), "x_has_file_id_card": True}, DAY, statuses)
        held = {"s_bianyuan": True, "s_orphan": False}
        yield (
            form,
            env,
            Eligibility.of(catalogue, slugs, catalogue.environment({"x_any_check_conflict": True}, DAY, held)),
        )


def same(there, here, about):
    for part in ("hidden", "needed", "waits"):
        assert sorted(there[part]) == here[part], (part, about)
    if len(here["errors"]) >= limits.ERRORS:  # the server stops naming them, the page does not
        there["errors"] = {name: there["errors"][name] for name in here["errors"]}
    for part in ("values", "errors", "warnings"):
        assert there[part] == here[part], (part, about)
    for ours, theirs in zip(here["hints"], there["hints"], strict=True):
        assert theirs == ours, about


def test_the_page_and_the_server_say_the_same(browser, shipped_release):
    dice = random.Random(20220601)
    for form, env, eligibility in bundles(shipped_release.catalogue):
        codes = {q.id: list(form.code_lists[q.codes].values) for q in form.questions.values() if q.codes}
        for n in range(PAGES):
            lang = "en" if n % 4 == 3 else "zh"
            pairs = typed(form, dice)
            server = Server(form, env, eligibility, pairs, lang)
            document = live_document(form, server.answers, env, lang, eligibility)
            sent = {"document": document, "codes": codes, "entries": server.entries()}
            there = json.loads(browser.get("page")(json.dumps(sent)))
            same(there, server.told, (n, server.entries()))
            for _ in range(3):
                entries = server.entries()
                if not entries:
                    break
                name, texts = change_of(form, dice, entries)
                changed = [(k, t) for k, ts in entries if k != name for t in ts] + [(name, t) for t in texts]
                server = Server(form, env, eligibility, changed, lang)
                there = json.loads(browser.get("change")(name, json.dumps(texts)))
                same(there, server.told, (n, name, texts, entries))


def change_of(form, dice, entries):
    """One more answer typed somewhere; not an id number, which fills in a birthday on the way."""
    while True:
        name, texts = dice.choice(typed(form, dice, whole=True, apart=True))
        question = form.questions.get(name.split("-")[-1])
        rows = {k.rsplit("-", 1)[0] for k, _ in entries if k.endswith("-row_id")}
        if question is None or question.compute is not None or question.type == "id_number":
            continue
        if question.in_rows and name.rsplit("-", 1)[0] not in rows:
            continue
        return name, texts
