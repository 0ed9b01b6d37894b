"""The page of the one form, as large as it gets: `python -m tests.bench.form_page`.

Every item of the city at once with a household of eight. The server's time is measured in this process; the browser is
Chromium with its processor slowed down four times, as a phone's is.
"""

from __future__ import annotations

import gzip
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jinja2
from playwright.sync_api import Page, sync_playwright

from portal.catalogue.documents import read_directory
from portal.catalogue.release import build
from portal.forms import compose, compute, from_posted, hidden, normalise, prune
from portal.rendering.forms import STATIC, TEMPLATES, RegionOption, form_view
from portal.rendering.hints import Eligibility
from portal.web.guard import POLICY
from tests.rendering.typed import typed

DAY, MEMBERS, SLOWER = date(2022, 6, 1), 8, 4
CORE = ("forms.js", "live.js", "answers.js", "rules.js", "keys.js", "widgets.js")
WHEN_USED = ("rows.js", "hints.js", "divisions.js", "autosave.js")
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>x</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="portal/bootstrap.min.css"><link rel="stylesheet" href="portal/portal.css">
<link rel="stylesheet" href="forms.css"><script type="module" src="forms.js"></script></head><body class="staff"><main>
{% from "portal/forms/form.html" import error_summary, section_nav, form_body, form_hints %}
{{ error_summary(view) }}<form method="post" data-portal-form><div class="form-frame">{{ section_nav(view) }}
<div class="form-main">{{ form_body(view) }}</div>{{ form_hints(view) }}</div></form></main></body></html>"""
# From the event of a key to the page having changed, layout included.
KEY = """([selector, text, watched]) => {
  const field = document.querySelector(selector), seen = document.querySelector(watched);
  const start = performance.now();
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  void seen.offsetHeight;
  return performance.now() - start;
}"""
PAINTED = """() => ({
  first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
  ready: Number(document.querySelector("form").dataset.readyAt),
})"""
KEYS = {
    "a question showing": ("#q-app_mode", ("agent", "self"), "[data-question=app_agent_name]"),
    "a sum": ("#q-supporters-0-sup_monthly_fee", ("500", "5000"), "[data-question=inc_trans_support]"),
    "income per head": ("#q-inc_wage_local", ("12000", "1200000"), "[data-question=dibao_kind]"),
    "a row's own condition": (
        "#q-members-7-member_marital",
        ("10", "20"),
        "[data-pointer='/members/7/member_spouse_name']",
    ),
}


class Compressed(SimpleHTTPRequestHandler):
    """Files as a server in front of the application sends them."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        body = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served(directory: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressed, directory=str(directory)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()
    thread.join()
    server.server_close()


def say(what: str, figure: str, budget: str = "", kept: bool | None = None) -> None:
    verdict = "" if kept is None else "kept" if kept else "NOT KEPT"
    sys.stdout.write(f"{what:48} {figure:40} {budget:8} {verdict}".rstrip() + "\n")
    sys.stdout.flush()


def took(rounds: int, work: Callable[[], Any]) -> list[float]:
    """Milliseconds of the processor in every round, the first left out; what else runs on the machine does not count."""
    work()
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        spent.append((time.process_time() - start) * 1000)
    return sorted(spent)


def told(spent: list[float]) -> str:
    return f"{spent[0]:.1f} / {statistics.median(spent):.1f} / {spent[-1]:.1f} ms (min / median / max)"


def largest() -> tuple[Any, Any, dict[str, Any], Any]:
    """Every item's questions in one form, and a household of eight that answered them."""
    source, faults = read_directory(None)
    catalogue = build(source, faults).catalogue
    items = list(catalogue.items)
    form = catalogue.form("application", items)
    env = catalogue.environment({"app_items": items}, DAY)
    pairs = [pair for pair in typed(form, random.Random(1), whole=True) if not pair[0].startswith("members-")]
    sample = dict(typed(form, random.Random(2), whole=True, apart=True))
    for at in range(MEMBERS):
        pairs.append((f"members-{at}-row_id", f"m{at + 1}"))
        for question in form.rows["members"]:
            pairs += [(f"members-{at}-{question.id}", text) for text in sample.get(f"members-0-{question.id}", ())]
    answers = compute(form, normalise(form, from_posted(form, pairs).answers), env)
    return catalogue, form, prune(form, answers, env), env


def measure(rounds: int = 15) -> None:
    catalogue, form, answers, env = largest()
    items = tuple(form.item_needs)
    eligibility = Eligibility.of(catalogue, items, env)
    regions = [RegionOption(region.code, region.title.zh) for region in catalogue.regions]
    jinja = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    template = jinja.from_string(PAGE)

    def page(beside: Eligibility | None) -> str:
        view = form_view(form, answers, env=env, hidden=hidden(form, answers, env), eligibility=beside, regions=regions)
        return template.render(view=view)

    fields = len(form.scalars) + sum(len(answers.get(g) or ()) * len(q) for g, q in form.rows.items())
    say(
        "other work on this machine while measuring",
        f"{os.getloadavg()[0]:.1f} busy processes on {os.cpu_count()} cores",
    )
    say("the form", f"{len(form.questions)} questions, {MEMBERS} members, {fields} fields, {len(items)} items")
    needs = {slug: catalogue.items[slug].questions for slug in items}
    say("compose (kept per release and choice of items)", told(took(rounds, lambda: compose(catalogue.bank, needs))))
    drawing = took(rounds, lambda: page(None))
    say("render, rules and words included", told(drawing), "150 ms", statistics.median(drawing) < 150)
    say("render with hints for every item", told(took(rounds, lambda: page(eligibility))))
    html = page(eligibility).encode()
    say("page weight", f"{len(html) / 1024:.0f} KB, {len(gzip.compress(html, 6)) / 1024:.0f} KB gzipped")
    for what, names in (("our scripts, the core", CORE), ("our scripts, when used", WHEN_USED)):
        size = sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)
        say(what, f"{size / 1024:.1f} KB gzipped", *(("20 KB", size < 20 * 1024) if names is CORE else ()))
    with TemporaryDirectory() as folder:
        lay_out(Path(folder), html)
        with served(Path(folder)) as address, sync_playwright() as play:
            browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
            for slower in (1, SLOWER):
                in_browser(browser.new_page(viewport={"width": 1366, "height": 768}), address, slower)
            browser.close()


def lay_out(place: Path, html: bytes) -> None:
    web = STATIC.parents[1] / "web" / "static"
    (place / "index.html").write_bytes(html)
    (place / "portal").mkdir()
    for path in STATIC.iterdir():
        (place / path.name).write_bytes(path.read_bytes())
    for path in (web / "portal.css", web / "vendor" / "bootstrap" / "bootstrap.min.css"):
        (place / "portal" / path.name).write_bytes(path.read_bytes())


def in_browser(page: Page, address: str, slower: int) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.goto(address)
    page.wait_for_selector("form[data-ready]", timeout=60_000)
    page.wait_for_timeout(1500)
    seen = page.evaluate(PAINTED)
    about = f"at {slower}x slowdown" if slower > 1 else "at full speed"
    say(f"first painted {about}", f"{seen['first']:.0f} ms", *(("1000 ms", seen["first"] < 1000) if slower > 1 else ()))
    say(f"keys and rules ready {about}", f"{seen['ready']:.0f} ms")
    for what, (selector, texts, watched) in KEYS.items():
        spent = sorted(page.evaluate(KEY, [selector, texts[n % 2], watched]) for n in range(12))
        say(f"key to {what} {about}", told(spent), "50 ms", statistics.median(spent) < 50)


if __name__ == "__main__":
    measure()
