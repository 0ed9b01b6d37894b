"""Generated pages in a real browser: at a desk's and a phone's width, in both languages, without an axe finding."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe

from portal.cases.models import Case
from portal.db import open_session, transaction
from tests.factories import sign_in
from tests.platform.town import VILLAGE
from tests.servers import serving

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
# Chinese that stands on an English page because it is a name or was typed by somebody.
TYPED = re.compile(r"示例|核实无误|先行办理|^[甲乙]$")
CHINESE = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node; (node = walker.nextNode());) if (/[\\u4e00-\\u9fff]/.test(node.textContent)) found.push(node.textContent.trim());
  return found;
}"""
SMALL = """() => [...document.querySelectorAll("main .btn, main select, main .quick a, main summary, main input[type=text]")]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().width > 1 && e.getBoundingClientRect().height < 43)
  .map((e) => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def window_of(town, town_app, chromium):
    """Opens the application as somebody, at a width and in a language."""
    with serving(town_app) as address:

        @contextmanager
        def opened(who, size, language="zh"):
            client = sign_in(town_app.test_client(), town.users[who])
            with client.session_transaction() as cookie:
                cookie["locale"] = language
            context = chromium.new_context(viewport=size, locale="zh-CN", bypass_csp=True)
            context.add_cookies([{"name": "portal", "value": client.get_cookie("portal").value, "url": address}])
            context.set_default_timeout(20_000)
            window = context.new_page()
            faults = []
            window.on("pageerror", lambda fault: faults.append(str(fault)))
            window.open = lambda path: window.goto(address + path)
            yield window
            context.close()
            assert not faults

        yield opened


@pytest.fixture
def look(window_of):
    """Look at a page, or at what a few steps on it lead to, at both widths and in both languages."""

    def at(who, path, steps=None):
        for size, language in ((DESK, "zh"), (PHONE, "zh"), (DESK, "en")):
            with window_of(who, size, language) as window:
                assert window.open(path).status == 200, path
                if steps is not None:
                    steps(window)
                assert Axe().run(window).response["violations"] == [], (path, size, language)
                wide = window.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
                assert not wide, f"{path} is wider than the window"
                if size is PHONE:
                    assert window.evaluate(SMALL) == [], path
                if language == "en":
                    left = [words for words in window.evaluate(CHINESE) if not TYPED.search(words)]
                    assert left == [], path

    return at


@pytest.fixture
def families(settings, vault, town):
    """Three families whose minimum living allowance can be judged."""
    with open_session(settings.database_url, vault) as session, transaction(session):
        town.db = session
        cases = []
        for _ in range(3):
            made = town.accepted(["dibao"], village=VILLAGE, dibao_kind="household")["dibao"]
            town.finish_front(session.get_one(Case, made.id).application, ["dibao"], visit=True)
            cases.append(made.id)
    return cases


def open_all(window):
    window.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")


def test_the_overview_and_a_list_can_be_read_by_everybody(look):
    look("mz", "/items")
    look("jy", "/items/education_aid/list/?f_status=unfinished", open_all)


def test_the_approval_screen_can_be_read_by_everybody(look, families):
    look("jy", "/items/education_aid/show/2", open_all)
    look("mz", f"/items/dibao/show/{families[0]}", open_all)


def test_the_preview_and_reference_forms_can_be_read_by_everybody(look, families):
    def previewed(window):
        window.check("[data-check-all]")
        window.click("button[value=agree]")
        window.wait_for_selector("table.preview")

    def refused(window):
        window.click("main form.form .btn-primary")
        window.wait_for_selector(".field-error")

    look("mz", "/items/dibao/list/", previewed)
    look("keeper", "/reference")
    look("keeper", "/reference/posts/add", refused)
    look("keeper", "/users/add")


def test_an_officer_judges_one_case_and_then_the_others_at_once(window_of, families):
    with window_of("mz", DESK) as window:
        window.open(f"/items/dibao/show/{families[0]}")
        assert window.locator(".decision .btn-primary").count() == 1
        window.fill("#amount", "6x0")
        window.fill("#reason", "情况属实")
        window.click(".decision .btn-primary")
        window.wait_for_selector("#amount-error")
        assert window.input_value("#amount") == "6x0"
        assert window.input_value("#reason") == "情况属实"
        assert window.evaluate("document.activeElement.getAttribute('role')") == "alert"
        window.fill("#amount", "600")
        window.click(".decision .btn-primary")
        window.wait_for_selector(".alert-success")
        window.click("text=下一件待办")
        window.wait_for_selector(".decision")
        window.open("/items/dibao/list/?f_mine=mine")
        window.check("[data-check-all]")
        window.click("button[value=agree]")
        window.fill("#reason", "同意")
        window.click("main .btn-primary")
        window.wait_for_selector(".alert-success, .alert-warning")
        assert "办理了 2 件" in window.inner_text(".alert")
