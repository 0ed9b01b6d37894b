"""The window's pages in a real browser and in English: no finding of axe, nothing wider than a phone, one language."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.factories import PASSWORD, csrf_of, post
from tests.servers import serving
from tests.window import CHINESE, HEAD, Window, hidden_values

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 768}


def own_words(page):
    """The words of a page, without the switch to the other language."""
    text = re.sub(r'<button class="quiet" name="lang".*?</button>', "", page, flags=re.DOTALL)
    text = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text) + " ".join(re.findall(r'="([^"]*)"', text)))


def conflict_of(window, client, draft):
    """Two tabs that differ."""
    old = client.get(draft).get_data(as_text=True)
    window.press(client, draft, "_save", {"applicant_name": "First Tab", "members": [{"row_id": "m1"}]})
    return window.send(client, draft, "_save", {"applicant_name": "Second Tab"}, page=old)


def test_english_pages_speak_english(window, app):
    client = window.sit(lang="en")
    number = window.submitted(client)
    handle = re.search(r"person=([^&\"]+)", client.get(f"/apply?q={HEAD}").get_data(as_text=True)).group(1)
    draft = window.begin(client)
    pages = {
        address: client.get(address).get_data(as_text=True)
        for address in (
            "/apply",
            "/apply?q=Nobody",
            f"/apply?q={HEAD}",
            f"/apply?q={HEAD[:-1]}0",
            f"/apply/items?person={handle}",
            f"/apply/items?person={handle}&items=dibao&items=near_dibao&items=education_aid&by=department",
            draft,
            f"{draft}?checked=1",
            "/drafts",
            "/applications",
            "/applications?status=refused",
            f"/applications/{number}",
            f"/applications/{number}/receipt",
            f"/applications/{number}/letters/1",
            "/track",
        )
    }
    pages["conflict"] = conflict_of(window, client, draft).get_data(as_text=True)
    pages["unmasked"] = post(client, f"/applications/{number}/unmask", {"purpose": "a test"}).get_data(as_text=True)
    token = csrf_of(pages["/track"])
    data = {"csrf_token": token, "number": number, "id_number": HEAD}
    pages["tracked"] = client.post("/track", data=data).get_data(as_text=True)
    for name, page in pages.items():
        found = CHINESE.search(own_words(page))
        assert found is None, (name, own_words(page)[max(0, found.start() - 80) : found.start() + 40])


@pytest.fixture
def live_window(app, shipped_release):
    window = Window(app, shipped_release)
    with serving(app) as address:
        yield window, address


@contextmanager
def browsing(chromium, address, window, viewport, lang="zh-CN"):
    """A browser window in which the clerk has signed in through the page."""
    from flask_appbuilder.security.sqla.models import User

    from portal.db import db

    with window.app.app_context():
        name = db.session.get(User, window.clerk).username
    context = chromium.new_context(viewport=viewport, locale=lang, bypass_csp=True)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{address}/login/")
    page.fill("#username", name)
    page.fill("#password", PASSWORD)
    page.click("form.panel button")
    page.wait_for_load_state()
    yield page
    context.close()


def inspect(page, name):
    # Sections far away are laid out when they come near; axe needs all of them where they will stand.
    page.evaluate(
        "document.querySelectorAll('.form-section').forEach((s) => { s.style.contentVisibility = 'visible'; })"
    )
    found = Axe().run(page).response["violations"]
    assert not found, (name, [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found])
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, (name, wide)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_in_a_browser(live_window, chromium, viewport):
    window, address = live_window
    client = window.sit()
    number = window.submitted(client)
    with browsing(chromium, address, window, viewport) as page:

        def look(place, name=None):
            if place:
                page.goto(address + place)
            page.wait_for_load_state()
            inspect(page, name or place)

        look("/apply")
        look(f"/apply?q={HEAD}")
        page.click("text=为此人办理")
        look(None, "items of a family")
        page.check("#i-medical_aid")
        page.click("text=看方案")
        look(None, "plan")
        page.click("text=开始填表")
        look(None, "filled form")
        draft = page.url
        page.click("text=提交申请")
        look(None, "form with errors")
        assert page.evaluate("document.activeElement.id") == "error-summary"
        page.goto(draft)
        page.fill("#q-applicant_phone", "1")
        page.click("text=保存草稿")
        page.wait_for_load_state()
        look("/drafts")
        look("/applications")
        look(f"/applications/{number}")
        page.click("summary:has-text('申报内容')")
        look(None, "declared answers")
        look(f"/applications/{number}/receipt")
        look(f"/applications/{number}/letters/1")
        look("/track")
        page.fill("#number", number)
        page.fill("#id_number", "1")
        page.click("text=查询 >> nth=-1")
        look(None, "wrong look-up")
        page.fill("#number", number)
        page.fill("#id_number", HEAD)
        page.press("#id_number", "Enter")
        look(None, "tracked")


def test_a_conflict_in_a_browser(live_window, chromium):
    window, address = live_window
    draft = window.begin(window.sit())
    with browsing(chromium, address, window, DESK) as page:
        page.goto(address + draft)
        window.press(window.sit(), draft, "_save", {"applicant_name": "First Tab"})
        page.fill("#q-applicant_name", "Second Tab")
        page.click("text=保存草稿")
        page.wait_for_selector("text=草稿已被改动")
        inspect(page, "conflict")
        page.check("input[value=theirs]")
        page.click("text=按以上选择保存")
        page.wait_for_load_state()
        assert page.input_value("#q-applicant_name") == "First Tab"


def test_the_whole_form_without_scripts(live_window, chromium):
    """Rows, saving and submitting with a browser that runs no script at all."""
    window, address = live_window
    client = window.sit()
    draft = window.begin(client)
    answers = window.answers()
    window.press(client, draft, "_save", answers)
    with browsing(chromium, address, window, DESK) as signed_in:
        cookies = signed_in.context.cookies()
        context = chromium.new_context(java_script_enabled=False, viewport=DESK)
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(address + draft)
        page.click("button[name=_add][value=members]")
        assert page.url.endswith("#s-member-r-members-1")
        page.click("button[name=_remove][value=members-1]")
        page.wait_for_load_state()
        for paper in ("id_card", "auth_letter", "unified_form"):
            page.check(f"#paper-{paper}")
        page.click("button[name=_submit]")
        page.wait_for_load_state()
        assert page.url.endswith("/receipt")
        context.close()


def test_the_token_is_asked_for_everywhere(window):
    client = window.sit()
    draft = window.begin(client)
    own = [pair for pair in hidden_values(client.get(draft).get_data(as_text=True)) if pair[0] != "csrf_token"]
    for address in (draft, f"{draft}/discard", "/apply/items", "/track"):
        assert client.post(address, data=dict(own)).status_code == 400
