"""The inbox: sorted by its clocks, filtered by chips, page after page; and clean files done many at a time."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, select

from portal.cases.models import Task
from portal.db import db
from tests.desk import DeskTown


@pytest.fixture
def town(app, shipped_release):
    return DeskTown(app, shipped_release)


def add_tasks(town, count, **values):
    """Many tasks on the township's desk, each with a day of its own, on one application."""
    with town.app.app_context():
        first = db.session.scalars(select(Task)).first()
        for number in range(count):
            db.session.add(
                Task(
                    application_id=first.application_id,
                    step="publicity" if values else "accept",
                    form="publicity" if values else "accept",
                    role="township_officer",
                    region_code="321311106",
                    applicant_name=f"示例{number:03d}",
                    opened_at=datetime(2022, 6, 1, tzinfo=UTC),
                    due_on=date(2022, 6, 1 + number % 28),
                    **values,
                )
            )
        db.session.commit()


def names(page):
    import re

    return re.findall(r'<td class="col-name"><a href="[^"]+">([^<]+)</a>', page)


def test_an_empty_inbox_says_what_will_come(town):
    assert "没有待办" in town.see("officer", "/inbox")
    assert "没有符合筛选条件的待办" in town.see("officer", "/inbox?q=无此人")


@pytest.mark.parametrize("app_database", ["sqlite", "postgres"], indirect=True)
def test_every_task_is_met_once_page_after_page(town):
    town.submit()
    add_tasks(town, 120)
    found, address = [], "/inbox"
    for _ in range(5):
        page = town.see("officer", address)
        found += names(page)
        if 'rel="next"' not in page:
            break
        address = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert len(found) == len(set(found)) == 121
    assert "121 件" in page


def test_chips_filter_and_say_how_many(town):
    town.submit()
    add_tasks(town, 3, item="dibao")
    page = town.see("officer", "/inbox")
    assert 'href="/inbox?step=accept"' in page
    assert names(town.see("officer", "/inbox?q=示例00")) == ["示例000", "示例001", "示例002"]
    assert names(town.see("officer", "/inbox?item=dibao&q=示例00")) == ["示例000", "示例001", "示例002"]
    assert names(town.see("officer", "/inbox?step=visit")) == []
    assert 'aria-current="true"' in town.see("officer", "/inbox?card=red")


@pytest.mark.parametrize(
    "query", ["step=x", "card=x", "item=%00", "q=" + "长" * 300, "q=%25", "after=2022-06-01_1&step=accept"]
)
def test_strange_filters_show_a_page(town, query):
    town.submit()
    assert town.client("officer").get(f"/inbox?{query}").status_code == 200


@pytest.mark.parametrize("after", ["x", "2022-06-01", "2022-13-01_1", "_", "2022-06-01_x"])
def test_a_forged_page_marker_is_refused(town, after):
    assert town.client("officer").get("/inbox", query_string={"after": after}).status_code == 400


def test_the_menu_counts_what_waits_with_one_cheap_query(town):
    town.submit()
    assert '<span class="count">1</span>' in town.see("officer", "/")
    add_tasks(town, 130)
    asked: list[str] = []
    with town.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    page = town.see("officer", "/")
    assert '<span class="count">99+</span>' in page
    assert len([sql for sql in asked if "FROM tasks" in sql]) == 1
    assert 'class="count"' not in town.see("supervisor", "/")


def test_tasks_of_departments_lead_to_their_items_screen(town):
    town.submit()
    town.act("officer", "accept", "accept")
    page = town.see("department", "/inbox")
    assert 'href="/items/dibao/show/1"' in page
    answer = town.client("department").get(f"/tasks/{town.task('decide', 'dibao')}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/items/dibao/show/1")


def test_who_has_no_desk_has_no_inbox(town):
    assert town.client("supervisor").get("/inbox").status_code == 403
    assert town.app.test_client().get("/inbox").status_code == 302


# --- many at a time ----------------------------------------------------------------------------------------------


def test_clean_files_are_ticked_and_doubtful_ones_are_not(town):
    town.submit()
    clean, doubtful = town.task("accept"), None
    with town.app.app_context():
        application = db.session.get_one(Task, clean).application
        application.papers = sorted(town.release.catalogue.papers)
        db.session.commit()
    town.submit()
    with town.app.app_context():
        doubtful = db.session.scalars(select(Task.id).where(Task.form == "accept", Task.id != clean)).one()
    page = town.send("officer", "/inbox/preview", {"rowid": [clean, doubtful]}, status=200)
    assert "缺材料" in page
    assert "申请过相同事项" in page
    assert page.count("checked") == 0  # the same family applied twice: neither is clean


def test_many_are_done_each_by_itself_with_a_result_per_row(town):
    town.submit()
    first = town.task("accept")
    town.submit()
    with town.app.app_context():
        second = db.session.scalars(select(Task.id).where(Task.form == "accept", Task.id != first)).one()
    page = town.send(
        "officer",
        "/inbox/many",
        {"rowid": [first, second, 999], "shown": [first, second, 999], "reason": "批量受理"},
        status=200,
    )
    assert page.count("已办理</span>") == 2
    assert page.count("未办理</span>") == 1
    assert "已办理 2 件,未办理 1 件" in page
    with town.app.app_context():
        assert {t.status for t in db.session.scalars(select(Task).where(Task.form == "accept"))} == {"done"}
    again = town.send("officer", "/inbox/many", {"rowid": [first], "shown": [first]}, status=200)
    assert "已办理 0 件,未办理 1 件" in again


def test_ids_of_another_place_are_nobodys_in_bulk(town):
    town.submit()
    task = town.task("accept")
    page = town.send("elsewhere", "/inbox/preview", {"rowid": [task]}, status=200)
    assert "示例成员" not in page
    page = town.send("elsewhere", "/inbox/many", {"rowid": [task], "shown": [task]}, status=200)
    assert "示例成员" not in page
    assert "已办理 0 件" in page
    with town.app.app_context():
        assert db.session.get_one(Task, task).status == "open"


@pytest.mark.parametrize("ids", [["x"], ["-1"], ["9" * 40], ["1 OR 1=1"], ["１"], [""], ["0x1"]])
def test_what_is_no_id_is_nobodys_task(town, ids):
    town.submit()
    assert "请先勾选" in town.send("officer", "/inbox/preview", {"rowid": ids})
    town.send("officer", "/inbox/many", {"rowid": ids, "shown": ids}, status=422)


def test_steps_that_need_entries_are_not_done_in_bulk(town):
    file = town.submit()
    town.act("officer", "accept", "accept")
    town.act("clerk", "authorise", "authorised", signers=["letter"])
    visit = town.task("visit")
    page = town.send("officer", "/inbox/preview", {"rowid": [visit]}, status=200)
    assert "须逐件办理" in page
    page = town.send("officer", "/inbox/many", {"rowid": [visit], "shown": [visit]}, status=200)
    assert "已办理 0 件" in page
    assert town.open_forms().count("visit") == 1
    assert file


def test_a_reason_that_is_too_long_for_the_trail_is_said_before_anything_is_done(town):
    town.submit()
    task = town.task("accept")
    page = town.send("officer", "/inbox/many", {"rowid": [task], "shown": [task], "reason": "长" * 501}, status=422)
    assert "最多 500 个字" in page
    assert "长" * 501 in page
    assert town.open_forms() == ["accept"]
