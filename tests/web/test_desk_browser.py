"""The desk in a real browser: every page at a desk's and at a phone's width, in both languages, without an axe finding."""

import re
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe

from portal.db import db
from portal.verification.queries import open_conflicts
from tests.desk import DeskTown
from tests.servers import serving
from tests.web.test_desk import finish_verification

DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
# Chinese that is not a name or a reason somebody typed: on an English page there is none.
TYPED = re.compile(r"示例|请一并带来|核实无误|邻居称|请核实|未授权人员")
CHINESE = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node; (node = walker.nextNode());) if (/[\\u4e00-\\u9fff]/.test(node.textContent)) found.push(node.textContent.trim());
  return found;
}"""
SMALL = """() => [...document.querySelectorAll("main a.btn, main button, main select, main summary, main input[type=text]")]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().width > 1 && e.getBoundingClientRect().height < 43)
  .map((e) => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def town(app, shipped_release):
    return DeskTown(app, shipped_release)


@pytest.fixture
def browsers(town, chromium):
    """Opens a page of somebody's, at a width and in a language."""
    with serving(town.app) as address:

        @contextmanager
        def opened(who, size, language="zh"):
            client = town.client(who)
            with client.session_transaction() as cookie:
                cookie["locale"] = language
            context = chromium.new_context(viewport=size, locale="zh-CN", bypass_csp=True)
            context.add_cookies([{"name": "portal", "value": client.get_cookie("portal").value, "url": address}])
            context.set_default_timeout(15_000)
            window = context.new_page()
            faults = []
            window.on("pageerror", lambda fault: faults.append(str(fault)))
            window.goto_path = lambda path: window.goto(address + path)
            yield window
            context.close()
            assert not faults

        yield opened


@pytest.fixture
def look(browsers):
    """Look at a page at both widths and in both languages."""

    def at(who, path):
        for size, language in ((DESKTOP, "zh"), (PHONE, "zh"), (DESKTOP, "en")):
            with browsers(who, size, language) as window:
                assert window.goto_path(path).status == 200, path
                # Sections far away are laid out when they come near; axe needs all of them where they will stand.
                window.add_style_tag(content="* { content-visibility: visible !important; }")
                if language == "zh":
                    found = Axe().run(window).response["violations"]
                    assert not found, (path, size, [node["html"] for one in found for node in one["nodes"]])
                wide = window.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
                assert not wide, f"{path} is wider than the window"
                if size is PHONE:
                    assert window.evaluate(SMALL) == [], path
                if language == "en":
                    assert [words for words in window.evaluate(CHINESE) if not TYPED.search(words)] == []

    return at


def test_every_page_of_a_files_way_can_be_read_by_everybody(town, look):
    file = town.submit()
    look("officer", "/inbox")
    look("officer", f"/tasks/{town.task('accept')}")
    town.act("officer", "accept", "supplement", missing=["diagnosis"], reason="原件请一并带来")
    look("clerk", f"/tasks/{town.task('supplement')}")
    town.act("clerk", "supplement", "supplied", papers=["diagnosis"])
    town.act("officer", "accept", "accept")
    look("clerk", f"/tasks/{town.task('authorise')}")
    town.act("clerk", "authorise", "authorised", signers=["letter"])
    look("verifier", f"/tasks/{town.task('verify')}")
    look("officer", f"/tasks/{town.task('visit')}")
    survey = town.survey(file, inc_wage_odd=99_900)
    town.send("officer", f"/tasks/{town.task('visit')}", {"_action": "done", "_uuid": "", **survey})
    finish_verification(town, file)
    look("officer", f"/tasks/{town.task('settle')}")
    with town.app.app_context():
        left = [conflict.id for conflict in open_conflicts(db.session, file)]
    settled = {f"b{i}": "seen" for i in left} | {f"r{i}": "核实无误" for i in left}
    town.act("officer", "settle", "settled", **settled)
    look("head", f"/tasks/{town.task('opinion')}")
    town.act(
        "head", "opinion", "give", **{f"agree_{slug}": "agree" for slug in ("dibao", "education_aid", "housing_aid")}
    )
    town.command("decide", "eligible", {"amount_fen": 50_000}, item="dibao", reason="同意示例")
    look("officer", f"/tasks/{town.task('publicity')}")
    town.act("officer", "publicity", "objection", reason="邻居称其有车")
    look("officer", f"/tasks/{town.task('investigate')}")
    town.command("decide", "ask_fact", item="education_aid", reason="请核实是否在读")
    look("officer", f"/tasks/{town.task('answer_fact')}")


def test_help_and_papers_can_be_read_by_everybody(town, look):
    town.submit(["temporary_aid"], app_urgent=True)
    town.act("officer", "accept", "accept")
    look("head", f"/tasks/{town.task('help')}")
    town.act("head", "help", "help", amount="500")
    look("clerk", f"/tasks/{town.task('papers')}")


def test_faults_take_the_focus_and_lead_to_their_field_by_keyboard(town, browsers):
    town.submit()
    with browsers("officer", DESKTOP) as window:
        window.goto_path(f"/tasks/{town.task('accept')}")
        window.fill("[name=_reason]", "长" * 501)
        window.click("button[value=reject]")
        window.wait_for_function("document.activeElement.id === 'error-summary'")
        assert Axe().run(window).response["violations"] == []
        window.click("#error-summary a")
        assert window.evaluate("document.activeElement.name") == "_reason"
        window.fill("[name=_reason]", "户籍不在本市")
        window.focus("button[value=reject]")
        window.keyboard.press("Enter")
        window.wait_for_url(re.compile("/inbox"))
        assert "不予受理" in window.inner_text("[role=status]")


def test_many_are_previewed_and_done_in_the_browser(town, browsers):
    town.submit()
    town.submit()
    for size in (DESKTOP, PHONE):
        with browsers("officer", size) as window:
            window.goto_path("/inbox")
            for box in window.locator("input[name=rowid]").all():
                box.check()
            window.click("main form[action='/inbox/preview'] button")
            assert Axe().run(window).response["violations"] == []
            assert "申请过相同事项" in window.inner_text("main")
            if size is PHONE:
                for box in window.locator("input[name=rowid]").all():
                    box.check()
                window.fill("[name=reason]", "逐件看过")
                window.click("text=办理所勾选的")
                assert Axe().run(window).response["violations"] == []
                assert "已办理 2 件" in window.inner_text("main")


def test_the_survey_is_filled_on_a_phone_and_saved(town, browsers):
    town.submit()
    town.act("officer", "accept", "accept")
    town.act("clerk", "authorise", "authorised", signers=["letter"])
    with browsers("officer", PHONE) as window:
        window.context.grant_permissions(["geolocation"])
        window.context.set_geolocation({"latitude": 33.96, "longitude": 118.25})
        window.goto_path(f"/tasks/{town.task('visit')}")
        window.click("text=取当前位置")
        window.wait_for_function("document.getElementById('q-visit_geo').value !== ''")
        assert window.input_value("#q-visit_geo") == "33.960000,118.250000"
        window.fill("#q-visitor2_name", "示例乙")
        window.check("#q-visit_no_conflict-0")
        window.click("text=保存,稍后继续")
        window.wait_for_selector("text=上次保存")
        assert window.input_value("#q-visitor2_name") == "示例乙"
        assert window.is_checked("#q-visit_no_conflict-0")
        assert window.input_value("#q-visit_geo").startswith("33.96,118.25")
