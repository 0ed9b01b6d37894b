"""In a real browser: the small form's rules, keys and rows, under the policy the application sends."""

import json
import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from portal.forms import from_posted, validate
from portal.rendering.forms import STATIC, RegionOption, form_view
from portal.web.guard import POLICY
from tests.rendering.twin import WRITTEN, case_of, expected

REGIONS = [
    RegionOption("321311106201", "宿豫区大兴镇青墩村"),
    RegionOption("321311106202", "宿豫区大兴镇高墩村"),
    RegionOption("321302105001", "宿城区龙河镇龙河居"),
]

IN_CHROMIUM = f"""async (cases) => {{
  const {{ Ratio, Unknown, environment, evaluate }} = await import("./rules.js");
  {WRITTEN}
  return cases.map((c) => written(evaluate(c.rule, environment(c), c.row ?? null)) ?? null);
}}"""


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}

    def log_message(self, *_args):
        """Say nothing."""

    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


@pytest.fixture
def site(tmp_path):
    """A directory behind a socket, with the form's own files in it."""
    for path in STATIC.iterdir():
        shutil.copy(path, tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def opened(browser_page, site, form, html, env):
    """Opens the small form with these answers."""
    directory, address = site

    def go(answers=None, **more):
        view = form_view(form, answers or {}, env=env, regions=REGIONS, **more)
        body = html(view).replace("<form", "<form data-portal-form", 1)
        head = '<meta charset="utf-8"><title>x</title><link rel="icon" href="data:,"><link rel="stylesheet" href="forms.css">'
        script = '<script type="module" src="forms.js"></script>'
        page = f'<!doctype html><html lang="zh-CN"><head>{head}</head><body>{body}{script}</body></html>'
        (directory / "index.html").write_text(page, encoding="utf-8")
        browser_page.goto(address)
        browser_page.wait_for_selector("form[data-ready]")
        return browser_page

    return go


def value(page, identifier):
    return page.eval_on_selector(f"#{identifier}", "(e) => e.value")


def focused(page):
    return page.evaluate("document.activeElement.id")


def posted(page, form):
    """What the page would send now, as the server reads it."""
    pairs = page.evaluate("[...new FormData(document.querySelector('form'))].filter(([, v]) => typeof v === 'string')")
    return from_posted(form, [tuple(pair) for pair in pairs])


def test_conditions_show_and_hide_at_once(opened):
    page = opened()
    agent = page.locator("[data-question=app_agent_name]")
    assert agent.is_hidden()
    page.select_option("#q-app_mode", "agent")
    assert agent.is_visible()
    page.select_option("#q-app_mode", "self")
    assert agent.is_hidden()
    reason = page.locator('[data-pointer="/members/0/member_not_counted_reason"]')
    page.check("#q-members-0-member_lives_together-1")
    assert reason.is_visible()
    assert reason.locator(".q-required").is_visible()
    page.check("#q-members-0-member_lives_together-0")
    assert reason.is_hidden()


def test_sums_follow_what_is_typed(opened):
    page = opened()
    page.check("#q-members-0-member_lives_together-0")
    assert value(page, "q-hh_size") == "1"
    page.focus("#q-members-0-member_name")
    page.keyboard.press("Alt+n")
    page.check("#q-members-1-member_lives_together-0")
    assert value(page, "q-hh_size") == "2"


def test_a_fault_is_told_on_leaving_the_field_in_the_servers_words(opened, form, env):
    page = opened()
    page.fill("#q-applicant_id_no", "11010519491231002 x")
    page.keyboard.press("Enter")
    assert value(page, "q-applicant_id_no") == "11010519491231002X"
    assert not page.locator("[data-question=applicant_id_no] .q-error").count()
    page.fill("#q-applicant_id_no", "110105194912310021")
    page.keyboard.press("Tab")
    told = page.locator("#q-applicant_id_no-error").inner_text().removeprefix("错误:").strip()
    (error,) = [e for e in validate(form, posted(page, form).answers, env) if e.pointer == "/applicant_id_no"]
    assert told == error.message.zh
    assert page.get_attribute("#q-applicant_id_no", "aria-invalid") == "true"
    assert "q-applicant_id_no-error" in page.get_attribute("#q-applicant_id_no", "aria-describedby")
    page.fill("#q-applicant_id_no", "11010519491231002X")
    assert not page.locator("#q-applicant_id_no-error").count()
    assert page.get_attribute("#q-applicant_id_no", "aria-invalid") is None


def test_a_blank_field_is_not_scolded_for_being_passed(opened):
    page = opened()
    page.focus("#q-applicant_name")
    page.keyboard.press("Tab")
    assert not page.locator("#q-applicant_name-error").count()
    page.fill("#q-applicant_name", "某某")
    page.fill("#q-applicant_name", "")
    page.keyboard.press("Tab")
    assert "请填写“申请人姓名”" in page.locator("#q-applicant_name-error").inner_text()


def test_enter_goes_to_the_next_field_and_sends_nothing(opened):
    page = opened()
    page.focus("#q-applicant_name")
    page.keyboard.press("Enter")
    assert focused(page) == "q-applicant_id_type"
    page.keyboard.press("Shift+Enter")
    assert focused(page) == "q-applicant_name"
    assert page.url.endswith("index.html")


def test_a_code_picks_its_entry_and_a_digit_answers_yes_or_no(opened):
    page = opened()
    page.focus("#q-members-0-member_sex")
    page.keyboard.type("2")
    assert value(page, "q-members-0-member_sex") == "2"
    page.focus("#q-app_urgent-0")
    page.keyboard.press("0")
    assert page.is_checked("#q-app_urgent-1")
    page.keyboard.press("y")
    assert page.is_checked("#q-app_urgent-0")


def test_dates_and_amounts_are_rewritten_as_people_read_them(opened, form):
    page = opened()
    page.fill("#q-members-0-member_birth_date", "20010308")
    page.fill("#q-inc_wage_local", "１２３４５.6")
    page.keyboard.press("Tab")
    assert value(page, "q-members-0-member_birth_date") == "2001-03-08"
    assert value(page, "q-inc_wage_local") == "12,345.60"
    page.fill("#q-pay_account_no", "6222021234567890128")
    page.keyboard.press("Tab")
    assert value(page, "q-pay_account_no") == "6222 0212 3456 7890 128"
    answers = posted(page, form).answers
    assert answers["inc_wage_local"] == 1_234_560
    assert answers["pay_account_no"] == "6222021234567890128"


def test_an_account_that_fails_its_check_warns_and_stops_nobody(opened):
    page = opened()
    page.fill("#q-pay_account_no", "6222021234567890127")
    page.keyboard.press("Tab")
    assert "校验不通过" in page.locator("#q-pay_account_no-warning").inner_text()
    assert not page.locator("#q-pay_account_no-error").count()


def test_an_id_number_tells_birthday_and_sex_and_gives_way_to_what_was_typed(opened):
    page = opened()
    page.fill("#q-members-0-member_id_no", "11010519491231002X")
    page.keyboard.press("Tab")
    assert value(page, "q-members-0-member_birth_date") == "1949-12-31"
    assert value(page, "q-members-0-member_sex") == "2"
    assert page.locator("#q-members-0-member_sex-told").is_visible()
    page.fill("#q-members-0-member_birth_date", "1950-01-01")
    page.keyboard.press("Tab")
    assert "不一致" in page.locator("#q-members-0-member_birth_date-warning").inner_text()
    page.focus("#q-members-0-member_id_no")
    page.keyboard.press("Tab")
    assert value(page, "q-members-0-member_birth_date") == "1950-01-01"


def test_the_applicant_is_the_first_member_until_somebody_says_otherwise(opened):
    page = opened()
    page.fill("#q-applicant_name", "测试甲")
    page.fill("#q-applicant_id_no", "11010519491231002X")
    page.keyboard.press("Tab")
    assert value(page, "q-members-0-member_name") == "测试甲"
    assert value(page, "q-members-0-member_id_no") == "11010519491231002X"
    assert value(page, "q-members-0-member_birth_date") == "1949-12-31"
    page.fill("#q-applicant_name", "测试·甲")
    page.keyboard.press("Tab")
    assert value(page, "q-members-0-member_name") == "测试·甲"
    page.fill("#q-members-0-member_name", "另一人")
    page.fill("#q-applicant_name", "测试乙")
    page.keyboard.press("Tab")
    assert value(page, "q-members-0-member_name") == "另一人"


def test_the_interpreter_passes_the_golden_tables(browser_page, site):
    """The same vectors as in Python and in QuickJS, in Chromium itself."""
    directory, address = site
    (directory / "index.html").write_text(
        "<!doctype html><title>x</title><link rel=icon href=data:,>", encoding="utf-8"
    )
    browser_page.goto(address)
    golden = json.loads((Path(__file__).parents[1] / "rules" / "golden.json").read_text(encoding="utf-8"))
    vectors = [vector for table in golden["tables"].values() for vector in table]
    found = browser_page.evaluate(IN_CHROMIUM, [case_of(vector) for vector in vectors])
    assert [(v["name"], f) for v, f in zip(vectors, found, strict=True)] == [(v["name"], expected(v)) for v in vectors]


def test_a_new_row_is_one_key_away_and_can_be_taken_back(opened, form):
    page = opened()
    page.focus("#q-members-0-member_name")
    page.keyboard.type("测试甲")
    page.keyboard.press("Alt+n")
    assert focused(page) == "q-members-1-member_name"
    page.keyboard.type("测试·乙𠮷")
    page.keyboard.press("Enter")
    assert "测试·乙𠮷" in page.locator("[data-row='1'] legend").first.inner_text()
    rows = posted(page, form).answers["members"]
    assert [(row["row_id"], row["member_name"]) for row in rows] == [("m1", "测试甲"), ("m2", "测试·乙𠮷")]
    people = page.eval_on_selector_all("#q-med_patient option", "(all) => all.map((one) => one.textContent)")
    assert people[1:] == ["1 测试甲", "2 测试·乙𠮷"]
    page.click("button[name=_remove][value=members-1]")
    assert len(posted(page, form).answers["members"]) == 1
    page.click("#form-said button")
    assert [row["row_id"] for row in posted(page, form).answers["members"]] == ["m1", "m2"]
    assert page.url.endswith("index.html")


def test_a_removed_members_mark_is_never_used_again(opened, form):
    page = opened({"members": [{"row_id": "m1"}, {"row_id": "m2"}], "med_patient": "m2"})
    page.click("button[name=_remove][value=members-1]")
    page.focus("#q-members-0-member_name")
    page.keyboard.press("Alt+n")
    assert [row["row_id"] for row in posted(page, form).answers["members"]] == ["m1", "m3"]


def test_a_first_house_replaces_there_being_none(opened, form):
    page = opened({"houses": []})
    assert posted(page, form).answers["houses"] == []
    page.click("button[name=_add][value=houses]")
    assert len(posted(page, form).answers["houses"]) == 1
    assert page.locator("[name=houses-none]").is_hidden()
    page.click("button[name=_remove][value=houses-0]")
    assert page.locator("[name=houses-none]").is_visible()
    assert "houses" not in posted(page, form).answers


def test_none_of_these_is_one_key(opened, form):
    page = opened()
    page.fill("#q-inc_wage_local", "500")
    page.keyboard.press("Alt+0")
    answers = posted(page, form).answers
    assert answers["inc_wage_local"] == 50_000
    assert answers["inc_wage_odd"] == 0


def test_an_input_method_at_work_is_left_alone(opened):
    page = opened()
    page.focus("#q-applicant_name")
    page.evaluate(
        """() => {
          const field = document.querySelector("#q-applicant_name");
          const press = (options) => field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, ...options }));
          press({ isComposing: true });
          press({ keyCode: 229 });
        }"""
    )
    assert focused(page) == "q-applicant_name"


def test_a_division_is_found_by_parts_of_its_name_or_code(opened, form):
    page = opened()
    field = page.locator("#q-hh_hukou_region[role=combobox]")
    field.focus()
    page.keyboard.type("大兴 墩")
    options = page.locator("[role=option]")
    assert options.all_inner_texts() == ["321311106201 宿豫区大兴镇青墩村", "321311106202 宿豫区大兴镇高墩村"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    page.keyboard.press("Enter")
    assert field.get_attribute("aria-expanded") == "false"
    assert posted(page, form).answers["hh_hukou_region"] == "321311106202"
    field.fill("321302")
    assert options.count() == 1
    page.keyboard.press("Escape")
    assert page.locator("[role=listbox]").is_hidden()


def test_the_summary_has_the_focus_and_loses_what_is_corrected(opened, form, env):
    answers = {"applicant_name": "某某", "applicant_phone": "123"}
    errors = [e for e in validate(form, answers, env) if e.pointer in {"/applicant_phone", "/app_mode"}]
    page = opened(answers, errors=errors)
    assert focused(page) == "error-summary"
    assert page.locator("#error-summary li").count() == 2
    assert page.locator(".form-nav [data-count=wrong]:visible").count() == 2
    page.fill("#q-applicant_phone", "13800138000")
    assert page.locator("#error-summary li").count() == 1
    assert "有 1 处" in page.locator("#error-summary h2").inner_text()
    page.select_option("#q-app_mode", "self")
    assert page.locator("#error-summary").is_hidden()


def test_the_list_of_sections_says_where_one_is_and_what_is_open(opened):
    page = opened()
    base = page.locator('.form-nav a[href="#s-base"]')
    before = int(base.locator("[data-count=open]").inner_text().split()[0])
    page.fill("#q-applicant_name", "某某")
    base.locator("[data-count=open]", has_text=f"{before - 1} 项").wait_for()
    page.evaluate("document.querySelector('#s-income').scrollIntoView({ behavior: 'instant' })")
    page.wait_for_selector('.form-nav a[href="#s-income"][aria-current=true]')
