"""The one form in a real browser, on the application itself: saved by itself, and nothing lost whatever happens."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from portal.applications.models import Draft
from portal.applications.queries import clear_answers
from portal.db import db
from tests.factories import PASSWORD
from tests.families import id_number
from tests.rendering.typist import Typist
from tests.window import Window, posted


@pytest.fixture
def window(app, shipped_release):
    return Window(app, shipped_release)


@pytest.fixture
def desk(window, live, browser_page):
    """A signed-in browser on a fresh draft."""
    return Desk(window, live, browser_page)


class Desk:
    def __init__(self, window, live, page):
        self.window, self.live, self.page = window, live, page
        client = window.sit()
        self.address = window.begin(client)
        self.username = self.in_app(lambda: self.user().username)
        self.sign_in(page)
        self.open()

    def in_app(self, ask):
        with self.window.app.app_context():
            return ask()

    def user(self):
        from flask_appbuilder.security.sqla.models import User

        return db.session.get(User, self.window.clerk)

    def sign_in(self, page):
        page.goto(f"{self.live}/login/")
        page.fill("#username", self.username)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "/login" not in address)

    def open(self, page=None):
        page = page or self.page
        page.goto(self.live + self.address)
        page.wait_for_selector("form[data-ready]")
        return page

    def saved(self):
        """The answers as the server has them."""

        def ask():
            draft = db.session.get(Draft, int(self.address.rstrip("/").split("/")[-1].split("?")[0]))
            return clear_answers(db.session(), draft)

        return self.in_app(ask)

    def state(self, wanted, page=None):
        (page or self.page).wait_for_selector(f"[data-saved][data-state={wanted}]", timeout=10_000)


def test_what_is_typed_is_saved_by_itself(desk):
    page = desk.page
    page.fill("#q-applicant_name", "示例·甲𠮷")
    desk.state("saved")
    assert desk.saved()["applicant_name"] == "示例·甲𠮷"
    page.fill("#q-applicant_phone", "13900001234")
    desk.state("unsaved")
    desk.state("saved")
    assert desk.saved()["applicant_phone"] == "13900001234"
    assert page.evaluate("localStorage.length") == 0


def test_a_row_added_by_key_is_saved_with_its_mark(desk):
    page = desk.page
    page.fill("#q-members-0-member_name", "示例甲")
    page.keyboard.press("Alt+n")
    page.keyboard.type("示例乙")
    page.keyboard.press("Alt+s")
    desk.state("saved")
    assert [(row["row_id"], row["member_name"]) for row in desk.saved()["members"]] == [
        ("m1", "示例甲"),
        ("m2", "示例乙"),
    ]


def test_without_network_it_is_kept_here_and_sent_later(desk):
    page = desk.page
    page.context.set_offline(True)
    page.fill("#q-applicant_name", "没有网络")
    desk.state("offline")
    assert page.evaluate("localStorage.length") == 1
    page.context.set_offline(False)
    desk.state("saved")
    assert desk.saved()["applicant_name"] == "没有网络"
    assert page.evaluate("localStorage.length") == 0


def test_a_tab_closed_without_network_comes_back_as_it_was(desk):
    page = desk.page
    page.context.set_offline(True)
    page.fill("#q-applicant_name", "关掉之前")
    page.focus("#q-members-0-member_name")
    page.keyboard.press("Alt+n")
    page.keyboard.type("新成员")
    desk.state("offline")
    other = page.context.new_page()
    page.close()
    other.context.set_offline(False)
    desk.page = desk.open(other)
    assert "已恢复" in other.locator(".form-restored").inner_text()
    assert other.eval_on_selector("#q-applicant_name", "(e) => e.value") == "关掉之前"
    assert other.eval_on_selector("#q-members-1-member_name", "(e) => e.value") == "新成员"
    desk.state("saved")
    assert desk.saved()["applicant_name"] == "关掉之前"
    assert [row.get("member_name") for row in desk.saved()["members"]] == ["关掉之前", "新成员"]


def test_an_expired_login_loses_nothing(desk):
    page = desk.page
    page.context.clear_cookies()
    page.fill("#q-applicant_name", "登录过期")
    desk.state("signed_out")
    other = page.context.new_page()
    desk.sign_in(other)
    other.close()
    page.keyboard.press("Alt+s")
    desk.state("saved")
    assert desk.saved()["applicant_name"] == "登录过期"


def test_two_tabs_on_one_draft_lose_nothing(desk):
    first = desk.page
    second = desk.open(first.context.new_page())
    first.fill("#q-applicant_name", "第一个")
    desk.state("saved", first)
    second.fill("#q-applicant_name", "第二个")
    second.wait_for_selector("[data-saved][data-state=refused], [data-saved][data-state=conflict]")
    assert desk.saved()["applicant_name"] == "第一个"
    assert second.eval_on_selector("#q-applicant_name", "(e) => e.value") == "第二个"
    second.click("button[name=_save]")
    text = second.locator("main").inner_text()
    assert "第一个" in text
    assert "第二个" in text


def test_signing_out_leaves_nothing_on_the_device(desk):
    page = desk.page
    page.context.set_offline(True)
    page.fill("#q-applicant_name", "不留下")
    desk.state("offline")
    page.context.set_offline(False)
    page.on("dialog", lambda question: question.accept())  # what is not saved yet: the browser asks
    page.click('form[action^="/logout"] button')
    page.wait_for_url(lambda address: "/drafts" not in address)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_hints_follow_what_is_typed_and_are_the_servers(desk):
    page = desk.page
    page.fill("#q-fin_deposit", "9,000,000")
    for name in ("fin_securities", "fin_fund", "fin_insurance", "fin_claims", "fin_other"):
        page.fill(f"#q-{name}", "0")
    page.check("#q-members-0-member_lives_together-0")
    line = page.locator("[data-item=dibao] .hint-failed li", has_text="人均金融资产")
    line.wait_for()
    told = page.locator("[data-item=dibao]").inner_text()
    page.keyboard.press("Alt+s")
    desk.state("saved")
    desk.open()
    assert page.locator("[data-item=dibao]").inner_text() == told


SIZES = [(1366, 768), (683, 384), (390, 844)]


@pytest.mark.parametrize("size", SIZES, ids=["desk", "zoomed to 200 %", "phone"])
def test_the_page_is_accessible_empty_filled_and_wrong(desk, size):
    page = desk.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    desk.open()
    sound(page, size)
    page.fill("#q-applicant_id_no", "321311198001010011")
    page.keyboard.press("Tab")
    page.focus("#q-members-0-member_name")
    page.keyboard.press("Alt+n")
    page.fill("#q-hh_hukou_region", "青墩")
    page.locator("[role=option]").first.wait_for()
    sound(page, size)
    page.keyboard.press("Enter")
    page.click("button[name=_submit]")
    page.wait_for_selector("#error-summary")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    sound(page, size)


def sound(page, size):
    # Sections far away are laid out when they come near; axe needs all of them where they will stand.
    page.evaluate(
        "document.querySelectorAll('.form-section').forEach((s) => { s.style.contentVisibility = 'visible'; })"
    )
    found = Axe().run(page).response["violations"]
    assert not found, json.dumps(
        [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found], ensure_ascii=False
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


FAMILY = [
    ("示例·父", "1980-01-01", 11, "01"),
    ("示例·母", "1982-02-02", 22, "10"),
    ("示例·子", "2012-03-03", 33, "20"),
    ("示例·女", "2015-04-04", 44, "30"),
]


def family(window):
    """A family of four whose children go to school and whose mother is ill."""
    relations = list(window.form.code_lists["relation"].values)
    members = [
        {
            "row_id": f"m{n}",
            "member_name": name,
            "member_id_type": "111",
            "member_id_no": id_number(born, serial),
            "member_birth_date": born,
            "member_sex": "1" if serial % 2 else "2",
            "member_relation": next(code for code in relations if code.startswith(relation[0])),
            "member_lives_together": True,
        }
        for n, (name, born, serial, relation) in enumerate(FAMILY, 1)
    ]
    answers = window.answers(applicant_id_type="111", applicant_id_no=members[0]["member_id_no"], members=members)
    for row, (name, *_) in zip(answers["members"], FAMILY, strict=True):
        row["member_name"] = name
    return answers | {"applicant_name": FAMILY[0][0]}


def test_a_family_of_four_with_three_items_by_keyboard_alone(window, live, browser_page):
    window.items[:] = ["dibao", "education_aid", "medical_aid"]
    desk = Desk(window, live, browser_page)
    page, answers = desk.page, family(window)
    wanted = {}
    for name, text in posted(window.form, answers):
        wanted.setdefault(name, []).append(text)
    typist = Typist(page, wanted, frozenset({"id_card", "auth_letter", "unified_form"}))
    while not page.evaluate("Boolean(document.activeElement.closest('.q'))"):
        page.keyboard.press("Tab")
    typist.fill()
    assert page.locator("[data-row='3'] legend").first.text_content().endswith("示例·女")
    assert not page.locator(".q-error:visible").all_inner_texts()
    while page.evaluate("document.activeElement.name") != "_submit":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt")
    assert typist.keys < 1500
