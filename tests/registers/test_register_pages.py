"""The pages of a register: made from the release, for its keeper and nobody else, a file in and a file out."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from sqlalchemy import func, select

from portal.audit.models import Event
from portal.catalogue.release import build
from portal.db import db, open_session, transaction
from portal.registers.models import RegisterRow
from portal.serving import Swapping
from tests.factories import PASSWORD, make_user, post, sign_in
from tests.platform.conftest import close, serve
from tests.platform.test_serving import publish
from tests.registers.conftest import account, csv_file, xlsx_file
from tests.registers.test_importing import HEADER, WRONG, text_of

BASE = "/registers/utility_accounts"
API = "/api/v1/registers/utility_accounts/"
POSTS = {
    "sw": ("department_officer", "321311", "SW"),
    "other_sw": ("department_officer", "321302", "SW"),
    "city_sw": ("department_officer", "3213", "SW"),
    "sw_head": ("department_head", "321311", "SW"),
    "gd": ("department_officer", "321311", "GD"),
    "mz": ("department_officer", "321311", "MZ"),
    "auditor": ("auditor", "3213", None),
    "clerk": ("window_clerk", "321311", None),
}


@pytest.fixture
def users(settings, vault, shipped_release):
    publish(settings, vault, shipped_release)
    with open_session(settings.database_url, vault) as session, transaction(session):
        return {
            name: make_user(session, role, region=region, department=department, username=name, name=name).id
            for name, (role, region, department) in POSTS.items()
        }


@pytest.fixture
def app(settings, vault, shipped_release, users):
    made = serve(settings, vault, shipped_release)
    yield made
    close(made)


@pytest.fixture
def as_(app, users):
    return lambda name: sign_in(app.test_client(), users[name])


def add(client, row=None, base=BASE):
    given = {name: {True: "true", False: "false"}.get(value, value) for name, value in (row or account(1)).items()}
    return post(client, f"{base}/add", given)


def rows(app):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(RegisterRow))


def actions(app):
    with app.app_context():
        return list(db.session.scalars(select(Event.action).where(Event.stream.like("register:%")).order_by(Event.id)))


def upload(client, file, name="water.csv"):
    return post(client, f"{BASE}/import", {"file": (file, name)}, content_type="multipart/form-data")


def token_of(page):
    return re.search(r'name="token" value="([^"]+)"', page)[1]


# --- who ------------------------------------------------------------------------------------------------------------

PAGES = ["/", "/list/", "/add", "/import", "/export", "/template.xlsx"]


def test_its_keeper_opens_every_page(as_):
    keeper = as_("sw")
    assert "供水户号台账" in keeper.get("/registers").text
    assert 'href="/registers"' in keeper.get("/").text
    for page in PAGES:
        assert keeper.get(BASE + page).status_code == 200, page


@pytest.mark.parametrize("name", ["gd", "mz", "auditor", "clerk", "sw_head"])
def test_nobody_else_opens_any(as_, name):
    add(as_("sw"))
    stranger = as_(name)
    overview = stranger.get("/registers")
    assert overview.status_code == 403 or "utility_accounts" not in overview.text
    for page in (*PAGES, "/show/1", "/edit/1"):
        assert stranger.get(BASE + page).status_code in {403, 404}, page
    for address in ("/add", "/edit/1", "/delete/1", "/show/1/numbers", "/import", "/import/confirm", "/export"):
        assert post(stranger, BASE + address, {"purpose": "x", "format": "csv"}).status_code in {403, 404}, address
    answer = stranger.get(API)
    assert answer.status_code == 403 or answer.json["count"] == 0
    assert stranger.get(f"{API}1").status_code in {403, 404}


def test_another_county_sees_no_row_and_touches_none(app, as_):
    add(as_("sw"))
    other = as_("other_sw")
    assert "共 0 条" in other.get(f"{BASE}/list/").text
    assert other.get(API).json["count"] == 0
    for address in ("/show/1", "/edit/1"):
        assert other.get(BASE + address).status_code == 404
    assert post(other, f"{BASE}/delete/1").status_code == 404
    assert account(1)["account_no"] not in post(other, f"{BASE}/export", {"format": "csv"}).text
    assert "共 1 条" in as_("city_sw").get(f"{BASE}/list/").text
    assert rows(app) == 1


# --- rows -----------------------------------------------------------------------------------------------------------


def test_a_row_is_added_shown_masked_changed_and_deleted(app, as_):
    keeper = as_("sw")
    made = add(keeper)
    assert (made.status_code, made.location) == (303, f"{BASE}/show/1")
    page = keeper.get(f"{BASE}/show/1").text
    assert account(1)["id_no"] not in page
    assert "321311**********" in page
    form = keeper.get(f"{BASE}/edit/1").text
    assert account(1)["id_no"] not in form
    assert "留空则不变" in form
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', form)[1]
    changed = {"account_no": "W000001", "name": "新户主", "id_no": "", "state": "closed", "seen": seen}
    assert post(keeper, f"{BASE}/edit/1", changed).status_code == 303
    page = keeper.get(f"{BASE}/show/1").text
    assert "新户主" in page
    assert "已销户" in page
    assert "321311**********" in page
    stale = post(keeper, f"{BASE}/edit/1", {**changed, "name": "又一个"})
    assert stale.status_code == 422
    assert "已被他人更新" in stale.text
    assert 'value="又一个"' in stale.text
    assert post(keeper, f"{BASE}/delete/1").status_code == 303
    assert rows(app) == 0
    assert actions(app) == ["register.added", "register.changed", "register.deleted"]


def test_what_is_refused_is_said_beside_the_field_and_nothing_typed_is_lost(app, as_):
    answer = add(as_("sw"), account(1, id_no="321311195001010019", account_no="", name="示例"))
    assert answer.status_code == 422
    assert "校验不通过" in answer.text
    assert 'value="示例"' in answer.text
    assert 'value="321311195001010019"' in answer.text
    assert 'href="#account_no"' in answer.text
    assert rows(app) == 0


def test_full_numbers_cost_a_purpose_and_leave_a_line(app, as_):
    keeper = as_("sw")
    add(keeper)
    without = post(keeper, f"{BASE}/show/1/numbers", {"purpose": " "})
    assert without.status_code == 422
    assert account(1)["id_no"] not in without.text
    shown = post(keeper, f"{BASE}/show/1/numbers", {"purpose": "核对"})
    assert account(1)["id_no"] in shown.text
    assert actions(app)[-1] == "register.revealed"


@pytest.mark.parametrize("app_database", ["sqlite", "postgres"], indirect=True)
def test_searching_by_number_name_and_code(as_):
    keeper = as_("sw")
    for n in (1, 2, 3):
        add(keeper, account(n, state="closed" if n == 3 else "open", shared_meter=n == 2))
    for query, count in (
        (f"f_find={account(2)['id_no']}", 1),
        ("f_find=W000003", 1),
        ("f_find=示例户主", 3),
        ("f_find=nobody", 0),
        ("f_c_state=closed", 1),
        ("f_c_shared_meter=true", 1),
        ("f_c_shared_meter=false&f_c_state=open", 1),
        ("f_find=%00", 3),
    ):
        page = keeper.get(f"{BASE}/list/?{query}").text
        assert f"共 {count} 条" in page, query


def test_the_pages_are_complete_in_english(as_):
    keeper = as_("sw")
    add(keeper)
    post(keeper, "/lang", {"lang": "en"})
    pages = [keeper.get(BASE + page).text for page in ("/list/", "/show/1", "/edit/1", "/add", "/import", "/export")]
    pages += [keeper.get("/registers").text, upload(keeper, csv_file(WRONG)).text]
    for page in pages:
        body = re.sub(r"<td.*?</td>|<dd>.*?</dd>|<option.*?</option>", "", page, flags=re.DOTALL)
        body = body[body.index("<main") : body.index("</main>")]
        body = re.sub(r'value="[^"]*"', "", body)
        assert re.findall(r"[一-鿿]{2,}", body) == []


# --- files ----------------------------------------------------------------------------------------------------------


def test_a_file_is_looked_at_then_taken_in(app, as_):
    keeper = as_("sw")
    page = upload(keeper, csv_file(text_of(account(1), account(2))), "三月.csv")
    assert page.status_code == 200
    assert "三月.csv" in page.text
    assert rows(app) == 0
    done = post(keeper, f"{BASE}/import/confirm", {"token": token_of(page.text)})
    assert done.status_code == 303
    assert "新增 2 行" in keeper.get(f"{BASE}/list/").text
    assert rows(app) == 2
    again = post(keeper, f"{BASE}/import/confirm", {"token": token_of(page.text)})
    assert again.status_code == 410


def test_faulty_rows_are_listed_and_only_the_good_are_kept_when_asked(app, as_):
    keeper = as_("sw")
    page = upload(keeper, csv_file(WRONG))
    assert "校验不通过" in page.text
    assert "只导入正确的 1 行" in page.text
    token = token_of(page.text)
    listed = post(keeper, f"{BASE}/import/faults", {"token": token})
    lines = list(csv.reader(io.StringIO(listed.get_data().decode("utf-8-sig"))))
    assert lines[0] == ["行号", "列", "值", "问题"]
    assert len(lines) == 6
    refused = post(keeper, f"{BASE}/import/confirm", {"token": token})
    assert refused.status_code == 422
    assert rows(app) == 0
    assert post(keeper, f"{BASE}/import/confirm", {"token": token, "keep": "good"}).status_code == 303
    assert rows(app) == 1


def test_a_waiting_file_is_its_owners_and_sealed(app, as_, settings):
    page = upload(as_("sw"), csv_file(text_of(account(1)))).text
    token = token_of(page)
    kept = list((settings.files / "waiting").iterdir())
    assert [file.name for file in kept] == [token]
    assert account(1)["id_no"].encode() not in kept[0].read_bytes()
    assert post(as_("other_sw"), f"{BASE}/import/confirm", {"token": token}).status_code == 410
    for forged in ("../../etc/passwd", "x" * 32, ""):
        assert post(as_("sw"), f"{BASE}/import/confirm", {"token": forged}).status_code == 410
    assert rows(app) == 0


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"\x89PNG\r\n\x1a\n\0\0", "water.xlsx"),
        (b"PK\x03\x04 broken", "water.xlsx"),
        (b"a,b\n1,2\n", "../../water.csv"),
    ],
)
def test_what_is_no_list_is_refused_beside_the_form(app, as_, content, name):
    answer = upload(as_("sw"), io.BytesIO(content), name)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert rows(app) == 0


def test_no_file_chosen_is_said(as_):
    assert "请选择要导入的文件" in post(as_("sw"), f"{BASE}/import", {}).text


def test_the_template_is_filled_and_taken_in_as_it_is(app, as_):
    keeper = as_("sw")
    book = load_workbook(io.BytesIO(keeper.get(f"{BASE}/template.xlsx").get_data()))
    assert [cell.value for cell in book.active[1]] == HEADER.split(",")
    assert book.active.column_dimensions["C"].number_format == "@"
    book.active.append([account(1)["account_no"], "甲", account(1)["id_no"], "", "否", "在用"])
    buffer = io.BytesIO()
    book.save(buffer)
    buffer.seek(0)
    page = upload(keeper, buffer, "water.xlsx").text
    assert post(keeper, f"{BASE}/import/confirm", {"token": token_of(page)}).status_code == 303
    assert rows(app) == 1


def test_files_go_out_masked_or_for_a_purpose(app, as_):
    keeper = as_("sw")
    for n in (1, 2):
        add(keeper, account(n))
    masked = post(keeper, f"{BASE}/export", {"format": "csv", "numbers": "masked"})
    assert masked.headers["Content-Disposition"] == "attachment; filename=utility_accounts.csv"
    assert "321311**********" in masked.get_data().decode("utf-8-sig")
    assert post(keeper, f"{BASE}/export", {"format": "csv", "numbers": "full"}).status_code == 422
    full = post(keeper, f"{BASE}/export", {"format": "xlsx", "numbers": "full", "purpose": "年度核对"})
    values = [cell.value for row in load_workbook(io.BytesIO(full.get_data())).active for cell in row]
    assert account(2)["id_no"] in values
    assert post(keeper, f"{BASE}/export", {"format": "exe"}).status_code == 422
    assert actions(app)[-2:] == ["register.exported", "register.exported"]
    page = upload(keeper, io.BytesIO(full.get_data()), "back.xlsx").text
    assert "确认导入 2 行" in page


# --- programs -------------------------------------------------------------------------------------------------------


def test_programs_read_the_same_rows_masked(as_):
    keeper = as_("sw")
    add(keeper)
    listed = keeper.get(API).json
    assert listed["count"] == 1
    row = listed["result"][0]
    assert (row["account_no"], row["state"], row["shared_meter"]) == ("W000001", "open", False)
    assert row["id_no"].startswith("321311***")
    assert keeper.get(f"{API}1").json["result"]["region_code"] == "321311"
    document = keeper.get("/api/v1/openapi.json").json
    assert "/api/v1/registers/utility_accounts/" in document["paths"]


# --- a new register -------------------------------------------------------------------------------------------------

NEW = {
    "slug": "veteran_roster",
    "title": {"zh": "优抚对象名册", "en": "Roster of veterans"},
    "department": "TY",
    "key": "no",
    "schema": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "no": {"title": "证号", "x-title-en": "Number", "type": "string", "minLength": 1, "maxLength": 20},
            "id_no": {"title": "身份证号", "x-title-en": "Id number", "type": "string", "x-type": "id_number"},
            "medals": {"title": "立功次数", "x-title-en": "Medals", "type": "integer", "minimum": 0, "maximum": 99},
        },
        "required": ["no"],
        "additionalProperties": False,
    },
    "list": ["no", "id_no", "medals"],
    "search": ["no", "id_no"],
    "prov": "assumed: demonstration",
}


def test_a_register_dropped_in_as_a_file_appears_when_published_and_needs_no_code(settings, vault, shipped_release):
    source = shipped_release.source
    path = "form_schemas/registers/veteran_roster.json"
    release = build(replace(source, documents={**source.documents, path: NEW}), ())
    publish(settings, vault, shipped_release)
    with open_session(settings.database_url, vault) as session, transaction(session):
        user = make_user(session, "department_officer", region="321311", department="TY").id
    builds = []

    def build_app(its_settings, its_release):
        builds.append(serve(its_settings, vault, its_release))
        return builds[-1]

    made = Swapping(settings, build_app)
    try:
        assert sign_in(builds[-1].test_client(), user).get("/registers/veteran_roster/list/").status_code == 404
        publish(settings, vault, release)
        assert made.look()
        keeper = sign_in(builds[-1].test_client(), user)
        assert "优抚对象名册" in keeper.get("/registers").text
        row = {"no": "V1", "id_no": account(1)["id_no"], "medals": "2"}
        assert add(keeper, row, "/registers/veteran_roster").status_code == 303
        assert "321311***" in keeper.get("/registers/veteran_roster/list/").text
        assert keeper.get("/api/v1/registers/veteran_roster/").json["result"][0]["medals"] == 2
        wrong = add(keeper, {"no": "V2", "medals": "x"}, "/registers/veteran_roster")
        assert "应是整数" in wrong.text
    finally:
        made.stop()


# --- in the browser -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1366, 390])
def test_the_pages_have_no_accessibility_finding(app, as_, live, browser_page, tmp_path, width):
    """The whole way in a real browser: a file with faults, a good one, a row, its form, the export."""
    browser_page.set_viewport_size({"width": width, "height": 800})
    good, bad = tmp_path / "water.csv", tmp_path / "bad.xlsx"
    good.write_text(text_of(account(1), account(2)), "utf-8")
    bad.write_bytes(xlsx_file([HEADER.split(","), ["W1", "甲", "1", "", "也许", ""]]).getvalue())
    browser_page.goto(f"{live}/login/?next=/registers")
    browser_page.fill("#username", "sw")
    browser_page.fill("#password", PASSWORD)
    browser_page.click("main button")
    audit(browser_page)
    browser_page.goto(f"{live}{BASE}/import")
    audit(browser_page)
    browser_page.set_input_files("#file", bad)
    browser_page.click("main button.btn-primary")
    assert "有误" in browser_page.inner_text("main")
    audit(browser_page)
    browser_page.goto(f"{live}{BASE}/import")
    browser_page.set_input_files("#file", good)
    browser_page.click("main button.btn-primary")
    browser_page.click("main .bar button.btn-primary")
    audit(browser_page)
    browser_page.click("table.dense tbody td a")
    audit(browser_page)
    browser_page.click("main a.btn-primary")
    browser_page.fill("#name", "键盘录入")
    browser_page.press("#name", "Enter")
    browser_page.wait_for_url(re.compile("/show/"))
    assert "键盘录入" in browser_page.inner_text("main")
    browser_page.goto(f"{live}{BASE}/export")
    browser_page.check("#numbers-full")
    browser_page.click("main button.btn-primary")
    audit(browser_page)
    assert rows(app) == 2


def audit(page):
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    overflow = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not overflow
