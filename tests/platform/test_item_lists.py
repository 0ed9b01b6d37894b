"""An item's generated list and REST resource: own columns in both languages, search, order, the price in statements."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import event

from portal.db import db
from portal.households.models import Person
from tests.factories import post
from tests.platform.town import TOWNSHIP

LIST = "/items/education_aid/list/"


def test_an_officer_sees_his_items_in_his_county(as_):
    page = as_("jy").get(LIST).text
    assert "共 1 条" in page
    assert "宿豫区大兴镇" in page
    assert "<h1>教育救助</h1>" in page
    assert "成员就学阶段" in page
    assert "宿城区" in as_("other_jy").get(LIST).text


def test_nobody_opens_another_departments_items(as_):
    assert as_("jy").get("/items/dibao/list/").status_code == 403
    assert as_("clerk").get(LIST).status_code == 403
    assert as_("clerk").get("/items").status_code == 403
    assert as_("mz").get("/items/dibao/list/").status_code == 200
    assert as_("head").get("/items/temporary_aid/list/").status_code == 200


def test_the_list_is_complete_in_english(as_):
    reader = as_("jy")
    post(reader, "/lang", {"lang": "en"})
    page = reader.get(f"{LIST}?f_status=unfinished").text
    assert "Education aid" in page
    assert "Member: School stage" in page or "Member:" in page
    assert "Status is Unfinished" in page
    body = page[page.index("<main") : page.index("</main>")]
    words = [word for word in ("申请人", "时限", "建议", "查询", "状态", "共", "条件") if word in body]
    assert words == []


def test_the_menu_names_the_few_items_of_an_officer(as_):
    home = as_("jy").get("/").text
    assert '<a href="/items/education_aid/list/">教育救助</a>' in home
    assert "/items/dibao/list/" not in as_("mz").get("/").text  # thirteen items stand on the overview instead
    assert "/items/dibao/list/" in as_("mz").get("/items").text


def test_the_overview_counts_what_is_open_late_and_waiting(as_):
    page = as_("supervisor").get("/items").text
    assert page.count("f_status=unfinished") == 3
    assert "/items/veteran_aid/list/" in page
    assert "f_mine=mine" in as_("zj").get("/items").text
    assert "f_mine=mine" not in page


SEARCHES = {
    "": 1,
    "f_applicant=示例": 1,
    "f_applicant=无此": 0,
    "f_place=大兴": 1,
    "f_place=321311106": 1,
    "f_place=321302": 0,
    "f_place=无此地": 0,
    "f_status=unfinished": 1,
    "f_status=finished": 0,
    "f_status=open": 1,
    "f_card=red": 1,
    "f_card=green": 0,
    "f_mine=mine": 1,
    "f_proposed=likely": 0,
    "f_opened_from=2022-06-01": 1,
    "f_opened_from=2022-06-02": 0,
    "f_opened_until=nonsense": 0,
    "f_q_member_name=示例成员1": 1,
    "f_q_member_name=成员": 0,
    "f_q_member_school_stage=0": 1,
    "f_q_applicant_id_no=321311": 0,
    "f_number=3213112206": 1,
    "_oc_item_education_aid=clock&_od_item_education_aid=desc": 1,
    "page_item_education_aid=4": 0,
}


@pytest.mark.parametrize("app_database", ["sqlite", "postgres"], indirect=True)
def test_what_a_search_finds(as_):
    reader = as_("jy")
    found = {}
    for query in SEARCHES:
        answer = reader.get(f"{LIST}?{query}")
        assert answer.status_code == 200, query
        found[query] = answer.text.count("/items/education_aid/show/")
    assert found == SEARCHES


def test_a_person_is_found_by_the_whole_number_and_shown_by_none(as_, town_app, vault):
    with town_app.app_context():
        number = vault.open(db.session.get(Person, 1).id_number)
    reader = as_("jy")
    page = reader.get(f"{LIST}?f_q_applicant_id_no={number.lower()}").text
    assert page.count("/items/education_aid/show/") == 1
    assert number not in reader.get(LIST).text
    assert number not in reader.get("/api/v1/items/education_aid/").text


def test_only_indexed_columns_are_sorted(as_):
    reader = as_("jy")
    for column in ("applicant_name", "q_member_name", "reason", "amount"):
        assert reader.get(f"{LIST}?_oc_item_education_aid={column}&_od_item_education_aid=asc").status_code == 400


def test_a_list_page_costs_few_statements(as_, town_app):
    reader = as_("jy")
    reader.get(LIST)
    with town_app.app_context():
        engine = db.engine
    statements = []

    def seen(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", seen)
    reader.get(LIST)
    event.remove(engine, "before_cursor_execute", seen)
    assert len(statements) <= 12, "\n".join(statements)


def test_the_resource_gives_the_same_rows_as_codes(as_):
    answer = as_("jy").get("/api/v1/items/education_aid/").get_json()
    assert answer["count"] == 1
    row = answer["result"][0]
    assert (row["status"], row["clock"], row["region_code"][:9]) == ("open", "red", TOWNSHIP)
    assert row["q_member_school_stage"] == ["0", "0"]
    one = as_("jy").get(f"/api/v1/items/education_aid/{row['id']}").get_json()
    assert one["result"] == row
    assert as_("other_jy").get(f"/api/v1/items/education_aid/{row['id']}").status_code == 404
    assert as_("jy").get("/api/v1/items/dibao/").status_code == 403


def test_the_resource_takes_filters_columns_and_refuses_strange_ones(as_):
    reader = as_("jy")

    def rows(**query):
        return reader.get("/api/v1/items/education_aid/", query_string={"q": json.dumps(query)})

    assert rows(filters=[{"col": "status", "opr": "is", "value": "open"}]).get_json()["count"] == 1
    assert (
        rows(filters=[{"col": "q_member_name", "opr": "answered_beginning", "value": "示例"}]).get_json()["count"] == 1
    )
    assert rows(filters=[{"col": "place", "opr": "within", "value": 321302}]).get_json()["count"] == 0
    assert set(rows(columns=["id", "q_member_name"]).get_json()["result"][0]) == {"id", "q_member_name"}
    for strange in (
        {"filters": [{"col": "status", "opr": "eq", "value": "open"}]},
        {"filters": [{"col": "reason", "opr": "is", "value": "x"}]},
        {"order_column": "reason", "order_direction": "asc"},
        {"page": -1},
    ):
        assert rows(**strange).status_code == 400, strange
