"""What every generated view promises: the reader's rows and no others, by list, screen, action and API alike."""

from __future__ import annotations

import pytest
from flask import flash, redirect
from flask_appbuilder import action
from sqlalchemy import event, func, select

from portal.access.queries import where
from portal.admin.cures import (
    AuditedInterface,
    SafeModelView,
    ScopedInterface,
    WritableModelView,
    said,
)
from portal.admin.datamodel import UnscopedModel
from portal.admin.permissions import sync_permissions
from portal.admin.rest import SafeModelRestApi
from portal.audit.models import Event
from portal.db import db
from portal.households.models import Household, Person
from portal.organisation.models import Office, Region
from portal.values import Text
from tests.factories import COUNTY, OTHER_COUNTY, csrf_of, make_user, post, sign_in

closed: list[int] = []


def own_region(actor):
    return where(actor.scope("board.read"), region=Office.region_code)


class Offices(SafeModelView):
    """A read-only list within the reader's region."""

    datamodel = ScopedInterface(Office, own_region)
    route_base = "/test/offices"
    class_permission_name = "item:offices"
    granted_to = ("supervisor",)
    list_title = said(Text("窗口", "Offices"))
    list_columns = ["name", "region_code", "is_window"]
    search_columns = ["name", "region_code", "is_window"]
    show_columns = ["name", "region_code"]
    label_columns = {"name": said(Text("名称", "Name")), "region_code": said(Text("区划", "Region"))}
    base_order = ("id", "asc")

    @action("close", "关闭", "确定关闭?")
    def close(self, rows):
        for row in rows if isinstance(rows, list) else [rows]:
            closed.append(row.id)
        flash("done", "success")
        return redirect("/")


class OfficeApi(SafeModelRestApi):
    """The same rows for programs."""

    datamodel = ScopedInterface(Office, own_region)
    resource_name = "test_offices"
    class_permission_name = "item:offices"
    granted_to = ("supervisor",)
    list_columns = ["id", "name", "region_code"]


class Regions(WritableModelView):
    """Reference data an administrator keeps."""

    datamodel = AuditedInterface(Region)
    route_base = "/test/regions"
    class_permission_name = "reference:regions"
    granted_to = ("administrator",)
    list_columns = ["code", "name"]
    add_columns = edit_columns = ["code", "name", "name_en", "level", "valid_from"]


@pytest.fixture
def app(app):
    closed.clear()
    with app.app_context():
        views = [app.appbuilder.add_view_no_menu(view) for view in (Offices, Regions)] + [
            app.appbuilder.add_api(OfficeApi)
        ]
        session = db.session()
        make_user(session, "supervisor", region=COUNTY, username="ours")
        make_user(session, "supervisor", region=OTHER_COUNTY, username="theirs")
        make_user(session, "administrator", region="3213", username="keeper")
        for number in range(60):
            session.add(Office(name=f"窗口{number:02}", region_code=COUNTY if number % 2 else OTHER_COUNTY))
        sync_permissions(session, views)
        session.commit()
    return app


def user_id(app, name):
    from flask_appbuilder.security.sqla.models import User

    with app.app_context():
        return db.session.scalar(select(User.id).where(User.username == name))


@pytest.fixture
def ours(app):
    return sign_in(app.test_client(), user_id(app, "ours"))


@pytest.fixture
def keeper(app):
    return sign_in(app.test_client(), user_id(app, "keeper"))


def test_a_list_shows_the_readers_rows_only(ours):
    page = ours.get("/test/offices/list/").text
    assert "窗口01" in page
    assert "窗口02" not in page
    assert "共 30 条" in page


def test_the_list_speaks_the_readers_language(ours):
    post(ours, "/lang", {"lang": "en"})
    page = ours.get("/test/offices/list/").text
    assert "<h1>Offices</h1>" in page
    assert "30 rows" in page
    assert not [word for word in ("共", "查询", "上一页", "下一页", "等于", "开头") if word in page]


def test_nobody_without_the_permission_gets_in(app, keeper):
    assert keeper.get("/test/offices/list/").status_code == 403
    assert app.test_client().get("/test/offices/list/").status_code == 302
    assert sign_in(app.test_client(), user_id(app, "ours")).get("/test/regions/list/").status_code == 403


def test_a_row_outside_the_scope_does_not_exist(ours):
    assert ours.get("/test/offices/show/2").status_code == 200
    for key in ("1", "999999", "abc", "9" * 40, "1 or 1=1"):
        assert ours.get(f"/test/offices/show/{key}").status_code == 404


def test_actions_reach_only_rows_within_the_scope(ours):
    assert post(ours, "/test/offices/action/close/2").status_code == 302
    assert closed == [2]
    assert post(ours, "/test/offices/action/close/1").status_code == 404
    assert post(ours, "/test/offices/action_post", {"action": "close", "rowid": ["2", "1"]}).status_code == 404
    assert post(ours, "/test/offices/action_post", {"action": "close", "rowid": ["2", "4"]}).status_code == 302
    assert closed == [2, 2, 4]


def test_actions_need_the_permission_the_method_and_the_token(app, ours, keeper):
    assert ours.get("/test/offices/action/close/2").status_code == 405
    assert ours.post("/test/offices/action/close/2").status_code == 400
    assert post(keeper, "/test/offices/action/close/2").status_code == 403
    assert post(ours, "/test/offices/action/nonsense/2").status_code == 404
    assert post(ours, "/test/offices/action_post", {"action": "close"}).status_code == 303
    assert closed == []


NONSENSE = {
    "page_Offices=abc": 400,
    "page_Offices=-1": 400,
    "psize_Offices=x": 400,
    "page_Offices=99999999999999999999": 400,
    "_oc_Offices=password&_od_Offices=asc": 400,
    "_oc_Offices=name&_od_Offices=sideways": 400,
    "_flt_7_is_window=x": 400,
    "_flt_0_nothing=x": 200,
    "o_name=99&f_name=x": 400,
    "f_name=%00": 200,
    "f_name=%F0%A0%AE%B7": 200,
    "page_Offices=9999": 200,
    "psize_Offices=1000": 200,
    "_oc_Offices=name&_od_Offices=desc": 200,
}


@pytest.mark.parametrize("app_database", ["sqlite", "postgres"], indirect=True)
def test_nonsense_in_an_address_is_refused_clearly(ours):
    assert {query: ours.get(f"/test/offices/list/?{query}").status_code for query in NONSENSE} == NONSENSE


def test_a_search_narrows_and_shows_its_conditions(ours):
    page = ours.get("/test/offices/list/?f_name=窗口0&o_name=0").text
    assert "共 5 条" in page
    assert "名称 开头为 窗口0" in page
    assert 'value="窗口0"' in page
    assert "共 30 条" in ours.get("/test/offices/list/?f_is_window=y").text


def test_a_page_holds_at_most_a_hundred_rows(app, ours):
    assert ours.get("/test/offices/list/?psize_Offices=1000").text.count('name="rowid"') == 30
    assert ours.get("/test/offices/list/").text.count('name="rowid"') == 25


def test_a_list_page_costs_at_most_twelve_statements(app, ours):
    ours.get("/test/offices/list/")
    with app.app_context():
        engine = db.engine
    statements = []

    def seen(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", seen)
    assert ours.get("/test/offices/list/").status_code == 200
    event.remove(engine, "before_cursor_execute", seen)
    read = [statement for statement in statements if statement.lstrip().upper().startswith("SELECT")]
    assert len(read) <= 12, read


def test_readers_at_the_same_time_do_not_see_each_others_filters(app):
    from concurrent.futures import ThreadPoolExecutor

    def ask(name):
        client = sign_in(app.test_client(), user_id(app, name))
        wanted = "窗口01" if name == "ours" else "窗口02"
        return all("共 1 条" in client.get(f"/test/offices/list/?f_name={wanted}").text for _ in range(15))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, ["ours", "theirs"] * 4))


def test_the_api_shows_the_same_rows(ours):
    listed = ours.get("/api/v1/test_offices/").json
    assert listed["count"] == 30
    assert {row["region_code"] for row in listed["result"]} == {COUNTY}
    assert ours.get("/api/v1/test_offices/2").status_code == 200
    missing = ours.get("/api/v1/test_offices/1")
    assert missing.status_code == 404
    assert missing.mimetype == "application/problem+json"
    assert missing.json["type"] == "urn:portal:not-found"


def test_the_api_is_read_only_and_refuses_strangers(app, ours):
    assert ours.post("/api/v1/test_offices/", json={"name": "x"}).status_code in {400, 405}
    answer = app.test_client().get("/api/v1/test_offices/")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


def test_the_api_takes_a_token(app):
    from tests.factories import PASSWORD

    client = app.test_client()
    answer = client.post("/api/v1/security/login", json={"username": "ours", "password": PASSWORD, "provider": "db"})
    token = {"Authorization": f"Bearer {answer.json['access_token']}"}
    assert client.get("/api/v1/test_offices/", headers=token).json["count"] == 30
    assert client.get("/api/v1/test_offices/", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_a_table_nobody_has_scoped_cannot_be_shown(app):
    with pytest.raises(UnscopedModel):
        type("People", (SafeModelView,), {"datamodel": ScopedInterface(Person)})()
    with app.test_request_context("/"), pytest.raises(UnscopedModel):
        ScopedInterface(Person).query()


def test_a_picker_reads_through_the_scope_of_the_other_table(app):
    picker = ScopedInterface(Household, own_region).get_related_interface("memberships")
    with app.test_request_context("/"), pytest.raises(UnscopedModel):
        picker.query()


def test_adding_reference_data_leaves_a_line_in_the_trail(app, keeper):
    new = {"code": "321399", "name": "新区", "level": "county", "name_en": "New", "valid_from": "2025-01-01"}
    assert post(keeper, "/test/regions/add", new).status_code == 303
    with app.app_context():
        line = db.session.scalar(select(Event).where(Event.action == "region.added"))
        assert line.subject == "region:321399"
        assert line.data["changes"]["name"] == [None, "新区"]
        assert db.session.get(Region, "321399").name == "新区"


def test_changing_reference_data_says_what_was_there_before(app, keeper):
    form = {"code": COUNTY, "name": "东新区", "name_en": "East", "level": "county"}
    assert post(keeper, f"/test/regions/edit/{COUNTY}", form).status_code == 303
    with app.app_context():
        line = db.session.scalar(select(Event).where(Event.action == "region.changed"))
        assert line.data["changes"]["name"] == ["东区", "东新区"]


def test_what_is_refused_is_not_saved_and_nothing_typed_is_lost(app, keeper):
    answer = post(keeper, "/test/regions/add", {"code": COUNTY, "name": "重复的名字", "level": "county"})
    assert answer.status_code == 422
    assert "重复的名字" in answer.text
    answer = post(keeper, "/test/regions/add", {"code": "321398", "name": "", "level": "county", "name_en": "Typed"})
    assert answer.status_code == 422
    assert 'value="Typed"' in answer.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Event).where(Event.action == "region.added")) == 0


def test_a_row_others_depend_on_is_not_deleted(app, keeper):
    answer = post(keeper, f"/test/regions/delete/{COUNTY}")
    assert answer.status_code == 409
    with app.app_context():
        assert db.session.get(Region, COUNTY) is not None
    assert keeper.get(f"/test/regions/delete/{COUNTY}").status_code == 405


def test_a_confirmation_is_asked_in_the_browser_before_a_bulk_action(app, live, browser_page):
    from tests.factories import PASSWORD

    browser_page.goto(f"{live}/login/?next=/test/offices/list/")
    browser_page.fill("#username", "ours")
    browser_page.fill("#password", PASSWORD)
    browser_page.click("main button")
    browser_page.check("[data-check-all]")
    browser_page.click("button[name=action]")
    assert closed == []
    browser_page.click("dialog .btn-primary")
    browser_page.wait_for_url(f"{live}/")
    assert len(closed) == 25


def test_the_permissions_of_a_view_are_written_once(app):
    with app.app_context():
        views = [view for view in app.appbuilder.baseviews if getattr(view, "granted_to", ())]
        sync_permissions(db.session(), views)
        db.session.flush()
        assert sync_permissions(db.session(), views) == 0


def test_no_form_of_a_generated_page_lacks_the_token(ours):
    page = ours.get("/test/offices/list/").text
    assert page.count('method="post"') == page.count('name="csrf_token"')
    assert csrf_of(page)
