"""The citizen's channel in a real phone-sized browser: the way through it, accessible in every state and both languages."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.citizen import PHONE, Citizen
from tests.servers import serving
from tests.web.test_citizen import act_on, answers_of, sent


@pytest.fixture
def phone(chromium):
    """A phone of 390 px; an error in the page's scripts or its policy fails the test."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, locale="zh-CN")
    context.set_default_timeout(15_000)
    window = context.new_page()
    faults: list[str] = []
    window.on("pageerror", lambda fault: faults.append(str(fault)))
    window.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    yield window
    context.close()
    assert not faults, faults


def looked_at(page, name, findings):
    """Axe on a page; nothing wider than the phone; what a thumb must hit is 44 px high."""
    # Sections far away are laid out when they come near; axe needs all of them where they will stand.
    page.evaluate(
        "document.querySelectorAll('.form-section').forEach((s) => { s.style.contentVisibility = 'visible'; })"
    )
    found = Axe().run(page)
    if found.violations_count:
        findings.append((name, found.generate_report()[:1500]))
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > 390:
        findings.append((name, f"{width} px wide"))
    small = page.evaluate(
        """[...document.querySelectorAll("main button, main a.btn, main input:not([type=hidden]), main select")]
           .filter((one) => one.offsetParent && !one.closest(".visually-hidden")
             && !one.classList.contains("visually-hidden") && !["radio", "checkbox"].includes(one.type))
           .filter((one) => one.getBoundingClientRect().height < 43.5).map((one) => one.outerHTML.slice(0, 90))"""
    )
    if small:
        findings.append((name, f"small targets: {small[:3]}"))
    type_ = page.evaluate("parseFloat(getComputedStyle(document.querySelector('main')).fontSize)")
    if type_ < 16:
        findings.append((name, f"{type_} px text"))


def enter(page, address):
    page.goto(f"{address}/me/login")
    page.fill("#phone", PHONE)
    page.press("#phone", "Enter")
    code = re.search(r"\d{6}", page.inner_text(".alert"))[0]
    page.fill("#code", code)
    page.press("#code", "Enter")
    page.wait_for_url("**/me")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_is_accessible_on_a_phone(window, app, phone, lang):
    findings: list[tuple[str, str]] = []
    citizen = Citizen(app.test_client())
    number = sent(citizen.enter(), window)
    act_on(window, app, number, "township_officer", "supplement", reason="请补交病历")
    with serving(app) as address:
        for place in ("/me/login", "/me/check", "/me/offline"):
            phone.goto(address + place)
            if lang == "en" and place == "/me/login":
                phone.click("button[lang=en]")
            looked_at(phone, place, findings)
        phone.goto(f"{address}/me/login")
        phone.fill("#phone", "12")
        phone.press("#phone", "Enter")
        looked_at(phone, "login, wrong", findings)
        enter(phone, address)
        looked_at(phone, "overview", findings)
        letter = re.search(rf"/me/applications/{number}/letters/\d+", citizen.page(f"/me/applications/{number}"))[0]
        for place in (f"/me/applications/{number}", letter, "/me/apply", "/me/apply?items=dibao&items=education_aid"):
            phone.goto(address + place)
            looked_at(phone, place, findings)
        phone.click("form[action='/me/apply'] button.btn-primary >> nth=0")
        draft = re.search(r"/me/drafts/\d+", phone.url)[0]
        looked_at(phone, "tasks", findings)
        sections = re.findall(rf'href="{draft}/([a-z_]+)"', phone.content())
        for section in dict.fromkeys(sections):
            phone.goto(f"{address}{draft}/{section}")
            looked_at(phone, section, findings)
        phone.goto(f"{address}{draft}/app")
        phone.click("button[name=_next]")
        looked_at(phone, "a section, wrong", findings)
        phone.goto(f"{address}{draft}/sign")
        looked_at(phone, "sign", findings)
    assert not findings, "\n".join(f"{name}: {report}" for name, report in findings)


def test_a_journey_by_thumb(window, app, phone):
    """Check, sign in, choose, fill by the pages' own buttons, sign on the pad, send, read the receipt."""
    with serving(app) as address:
        phone.goto(f"{address}/me/check")
        phone.fill("[name=members-0-member_birth_date]", "19400101")
        phone.click("text=看结果")
        assert "尊老金" in phone.inner_text("main")
        enter(phone, address)
        phone.goto(f"{address}/me/apply?items=dibao&items=education_aid")
        phone.click("text=开始填表")
        draft = re.search(r"/me/drafts/\d+", phone.url)[0]
        helper = Citizen(app.test_client())
        helper.client.set_cookie("portal", next(c["value"] for c in phone.context.cookies() if c["name"] == "portal"))
        helper.fill(draft, window.form, answers_of(window))
        phone.goto(f"{address}{draft}/sign")
        box = phone.locator("canvas").bounding_box()
        phone.mouse.move(box["x"] + 40, box["y"] + 60)
        phone.mouse.down()
        phone.mouse.move(box["x"] + 160, box["y"] + 140, steps=8)
        phone.mouse.up()
        phone.click("text=确认签名")
        assert "已签" in phone.inner_text("main")
        helper.hand_in(draft)
        phone.goto(f"{address}{draft}/check")
        phone.click("text=提交申请")
        phone.wait_for_url("**/me/applications/**")
        assert "已提交,受理编号" in phone.inner_text("main")


def test_without_a_network_a_page_says_so_and_shows_nobody(window, app, phone):
    with serving(app) as address:
        enter(phone, address)
        phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
        phone.wait_for_function("caches.match('/me/offline').then(Boolean)")
        phone.reload()
        phone.context.set_offline(True)
        phone.goto(f"{address}/me")
        assert "现在没有网络" in phone.inner_text("main")
        kept = phone.evaluate(
            "caches.open('me-1').then((c) => c.keys()).then((k) => k.map((r) => new URL(r.url).pathname))"
        )
        assert [place for place in kept if not place.startswith("/static/")] == ["/me/offline"]
        assert "139" not in phone.content()
