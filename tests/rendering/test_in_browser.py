"""In a real browser: what the small script adds. Skipped where no Chromium is installed."""

import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from portal.forms import hidden
from portal.rendering.forms import STATIC, form_view

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args):
        """Say nothing."""


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, form, html, env, tmp_path):
    body = html(form_view(form, {}, hidden=hidden(form, {}, env))).replace("<form", "<form data-portal-form", 1)
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'self\'">'
    script = '<script type="module" src="forms.js"></script>'
    head = f'<meta charset="utf-8"><title>x</title><link rel="icon" href="data:,">{policy}'
    (tmp_path / "index.html").write_text(
        f"<!doctype html><html><head>{head}</head><body>{body}{script}", encoding="utf-8"
    )
    shutil.copy(STATIC / "forms.js", tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    view = browser.new_page()
    faults = []
    view.on("pageerror", lambda error: faults.append(str(error)))
    view.set_default_timeout(5_000)
    view.goto(f"http://127.0.0.1:{server.server_port}/index.html")
    yield view
    assert faults == []
    view.close()
    server.shutdown()
    server.server_close()


def test_plain_conditions_show_and_hide_at_once(page):
    agent = page.locator("[data-question=app_agent_name]")
    assert agent.is_hidden()
    page.select_option("#q-app_mode", "agent")
    assert agent.is_visible()
    page.select_option("#q-app_mode", "self")
    assert agent.is_hidden()
    reason = page.locator('[data-pointer="/members/0/member_not_counted_reason"]')
    page.check("#q-members-0-member_lives_together-1")
    assert reason.is_visible()
    page.check("#q-members-0-member_lives_together-0")
    assert reason.is_hidden()


def test_enter_goes_to_the_next_field_and_sends_nothing(page):
    page.focus("#q-applicant_name")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "q-applicant_id_type"
    assert page.url.endswith("index.html")


def test_a_new_row_is_one_key_away(page):
    page.evaluate(
        """() => document.querySelector("form").addEventListener("submit", (event) => {
             event.preventDefault();
             window.pressed = event.submitter.name + "=" + event.submitter.value;
           })"""
    )
    page.focus("#q-members-0-member_name")
    page.keyboard.press("Alt+n")
    assert page.evaluate("window.pressed") == "_add=members"
