"""Reference data: kept by administrators only, audited, refused in words, and nobody locks himself out."""

from __future__ import annotations

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from portal.access.models import Assignment, Delegation, SessionStamp
from portal.audit.models import Event
from portal.db import db, open_session, transaction
from portal.organisation.models import Holiday, Region
from tests.factories import PASSWORD, post
from tests.platform.town import COUNTY, TOWNSHIP

TABLES = ("regions", "departments", "offices", "holidays", "delegations", "posts")
NEW = "a first pass phrase of ours"


def actions(app, action):
    with app.app_context():
        return [event.data for event in db.session.scalars(select(Event).where(Event.action == action))]


def rows(app, kind, **values):
    with app.app_context():
        return db.session.scalars(select(kind).filter_by(**values)).all()


def test_every_table_opens_for_an_administrator_and_for_nobody_else(as_):
    keeper = as_("keeper")
    assert "/reference/regions/" in keeper.get("/reference").text
    for table in TABLES:
        assert keeper.get(f"/reference/{table}/list/").status_code == 200, table
        assert keeper.get(f"/reference/{table}/add").status_code == 200, table
        assert as_("mz").get(f"/reference/{table}/list/").status_code == 403, table
        assert as_("supervisor").get(f"/reference/{table}/add").status_code == 403, table
    assert keeper.get("/users/").status_code == 200
    assert as_("mz").get("/users/").status_code == 403
    assert as_("mz").get("/reference").status_code == 403


def test_the_forms_are_complete_in_english(as_):
    import re

    keeper = as_("keeper")
    post(keeper, "/lang", {"lang": "en"})
    for address in ("/users/add", "/reference/posts/add", "/reference/regions/add", "/reference/holidays/list/"):
        page = keeper.get(address).text
        body = page[page.index("<main") : page.index("</main>")]
        left = re.findall(r"[一-鿿]{2,}", re.sub(r"<option.*?</option>|<datalist.*?</datalist>|<td>.*?</td>", "", body))
        assert left == [], address


def test_a_region_knows_its_place_by_its_code(as_, town_app):
    form = {"code": "321311999", "name": "新设镇", "name_en": "New town", "valid_from": "2025-01-01"}
    assert post(as_("keeper"), "/reference/regions/add", form).status_code == 303
    made = rows(town_app, Region, code="321311999")[0]
    assert (made.level, made.parent_code) == ("township", COUNTY)
    assert actions(town_app, "region.added")[0]["changes"]["name"] == [None, "新设镇"]


BAD = {
    "code of five digits": ("regions", {"code": "32131", "name": "x"}, "4、6、9或12位"),
    "nothing above it": ("regions", {"code": "999999", "name": "x"}, "上级区划 9999 不存在"),
    "twice": ("regions", {"code": COUNTY, "name": "x"}, "已经有这一条"),
    "no name": ("departments", {"code": "ZZ", "name": " ", "kind": "government"}, "请填写"),
    "a kind nobody knows": ("departments", {"code": "ZZ", "name": "x", "kind": "guild"}, "请从列表中选择"),
    "no such place": ("offices", {"name": "x", "region_code": "1"}, "没有这个行政区划"),
    "no day": ("holidays", {"day": "2025-02-30"}, "日期无效"),
    "too long": ("holidays", {"day": "2031-01-01", "name": "长" * 60}, "最多 50 个字符"),
    "no item": ("delegations", {"item": "x", "region_code": TOWNSHIP, "first_day": "2025-01-01"}, "请从列表中选择"),
    "lent to a county": ("delegations", {"item": "dibao", "region_code": COUNTY}, "只能委托给乡镇"),
    "no amount": ("delegations", {"item": "dibao", "region_code": TOWNSHIP, "limit_fen": "many"}, "金额应为元"),
    "ends first": (
        "delegations",
        {"item": "dibao", "region_code": TOWNSHIP, "first_day": "2025-02-01", "last_day": "2025-01-01"},
        "终止日期早于起始日期",
    ),
    "post at a wrong level": (
        "posts",
        {"username": "jy", "role": "township_head", "region_code": COUNTY, "first_day": "2025-01-01"},
        "该岗位设在:乡镇",
    ),
    "post without its department": (
        "posts",
        {"username": "jy", "role": "department_officer", "region_code": COUNTY, "first_day": "2025-01-01"},
        "须指定部门",
    ),
    "post of nobody": (
        "posts",
        {"username": "nobody", "role": "supervisor", "region_code": COUNTY, "first_day": "2025-01-01"},
        "没有这个用户",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(as_, name):
    table, form, sentence = BAD[name]
    answer = post(as_("keeper"), f"/reference/{table}/add", form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'class="field-error"' in answer.text


def test_what_is_still_used_is_not_deleted(as_, town_app):
    keeper = as_("keeper")
    answer = post(keeper, f"/reference/regions/delete/{TOWNSHIP}")
    assert answer.status_code == 409
    assert "还在使用,不能删除" in answer.text
    assert post(keeper, "/reference/departments/delete/MZ").status_code == 409
    assert rows(town_app, Region, code=TOWNSHIP)
    day = rows(town_app, Holiday)[0].day.isoformat()
    assert post(keeper, f"/reference/holidays/delete/{day}").status_code == 303
    assert rows(town_app, Holiday, day=__import__("datetime").date.fromisoformat(day)) == []


def test_a_delegation_keeps_its_limit_in_fen(as_, town_app):
    form = {
        "item": "dibao",
        "region_code": f"{TOWNSHIP} 宿豫区大兴镇",
        "limit_fen": "2,000.5",
        "first_day": "2025-01-01",
    }
    assert post(as_("keeper"), "/reference/delegations/add", form).status_code == 303
    made = rows(town_app, Delegation)[0]
    assert (made.region_code, made.limit_fen) == (TOWNSHIP, 200050)
    page = as_("keeper").get(f"/reference/delegations/edit/{made.id}").text
    assert 'value="2000.50"' in page


def new_user(keeper, **more):
    form = {"username": "xinren", "name": "新人", "password": NEW, **more}
    return post(keeper, "/users/add", form)


def test_a_new_account_chooses_its_own_password_before_anything_opens(as_, town_app):
    assert new_user(as_("keeper")).status_code == 303
    form = {
        "username": "xinren",
        "role": "department_officer",
        "region_code": COUNTY,
        "department_code": "JY",
        "first_day": "2020-01-01",
    }
    assert post(as_("keeper"), "/reference/posts/add", form).status_code == 303
    fresh = town_app.test_client()
    page = fresh.get("/login/").text
    from tests.factories import csrf_of

    signed = fresh.post("/login/", data={"csrf_token": csrf_of(page), "username": "xinren", "password": NEW})
    assert signed.status_code in {302, 303}
    for address in ("/", "/items", "/items/education_aid/list/"):
        assert fresh.get(address).location == "/password", address
    assert fresh.get("/api/v1/items/education_aid/").status_code == 403
    changed = post(fresh, "/password", {"old": NEW, "new": "another phrase of mine", "again": "another phrase of mine"})
    assert changed.status_code == 303
    assert fresh.get("/items/education_aid/list/").status_code == 200


def test_weak_and_taken_are_refused_beside_the_form(as_):
    keeper = as_("keeper")
    assert "密码" in new_user(keeper, password="short").text
    assert new_user(keeper).status_code == 303
    again = new_user(keeper)
    assert again.status_code in {409, 422}
    assert "已被使用" in again.text
    assert 'value="新人"' in again.text


def test_posts_are_changed_and_the_roles_follow(as_, town_app, town):
    keeper = as_("keeper")
    number = rows(town_app, Assignment, user_id=town.users["jy"])[0].id
    form = {"role": "department_officer", "region_code": COUNTY, "department_code": "ZJ", "first_day": "2020-01-01"}
    assert post(keeper, f"/reference/posts/edit/{number}", form).status_code == 303
    assert as_("jy").get("/items/education_aid/list/").status_code == 403
    assert as_("jy").get("/items/housing_aid/list/").status_code == 200
    change = actions(town_app, "user.post-changed")[0]
    assert (change["before"]["department"], change["after"]["department"]) == ("JY", "ZJ")
    assert post(keeper, f"/reference/posts/delete/{number}").status_code == 303
    assert as_("jy").get("/items/housing_aid/list/").status_code == 403
    assert actions(town_app, "user.post-removed")


def test_nobody_locks_himself_out(as_, town_app, town):
    keeper, own = as_("keeper"), town.users["keeper"]
    number = rows(town_app, Assignment, user_id=own)[0].id
    assert post(keeper, f"/reference/posts/delete/{number}").status_code == 409
    ended = {"role": "administrator", "region_code": "3213", "first_day": "2020-01-01", "last_day": "2020-01-02"}
    answer = post(keeper, f"/reference/posts/edit/{number}", ended)
    assert answer.status_code == 422
    assert "由另一位管理员办理" in answer.text
    closed = post(keeper, f"/users/edit/{own}", {"name": "keeper"})
    assert closed.status_code == 422
    assert post(keeper, f"/users/delete/{own}").status_code == 404
    assert keeper.get("/users/").status_code == 200


def test_a_closed_account_is_out_at_once(as_, town_app, town):
    jy = as_("jy")
    assert jy.get("/items").status_code == 200
    assert post(as_("keeper"), f"/users/edit/{town.users['jy']}", {"name": "某人"}).status_code == 303
    assert jy.get("/items").status_code in {302, 303, 401}
    with town_app.app_context():
        assert not db.session.get(User, town.users["jy"]).active


def test_a_reset_password_ends_every_session(as_, town_app, town, settings, vault):
    jy = as_("jy")
    form = {"name": "jy", "active": "y", "password": NEW}
    assert post(as_("keeper"), f"/users/edit/{town.users['jy']}", form).status_code == 303
    assert jy.get("/items").status_code in {302, 303}
    with open_session(settings.database_url, vault) as session, transaction(session):
        assert session.get_one(SessionStamp, town.users["jy"]).must_change
    assert actions(town_app, "user.password-reset") == [{}]
    assert PASSWORD not in str(actions(town_app, "user.password-reset"))


def test_users_and_posts_are_found(as_):
    keeper = as_("keeper")
    page = keeper.get("/users/list/?f_username=jy").text
    assert "部门研判岗(宿豫区 JY)" in page
    assert "mz_head" not in page
    page = keeper.get("/reference/posts/list/?f_username=jy").text
    assert page.count("<tr>") == 2
