"""The question bank and the workflows in the studio: found, added once, never lost while used, explored as they change."""

from __future__ import annotations

import pytest

from portal.db import db
from portal.proposals import queries
from portal.proposals.models import Proposal
from tests.factories import post
from tests.studio.test_proposal_pages import begun, people, token_of  # noqa: F401 - people is a fixture

QUESTION = {
    "id": "heat_fuel_cost", "_path": "form_schemas/questions/utility.json", "title.zh": "上年取暖支出",
    "title.en": "Heating cost last year", "type": "money", "forms": ["application"], "required": "true",
    "sensitivity": "none", "help.zh": "", "help.en": "", "codes": "",
}  # fmt: skip


@pytest.fixture
def ann(people):  # noqa: F811
    client = people[0]
    client.home = f"/studio/{begun(client)}"
    return client


def stamped(client, **typed):
    return {**typed, "_token": token_of(client, client.home)}


def document(app, client, path):
    with app.app_context():
        proposal = db.session.get(Proposal, int(client.home.split("/")[2]))
        return queries.document(db.session(), proposal, path)


def test_questions_are_found_by_words_section_and_use(ann):
    place = f"{ann.home}/questions"
    assert "member_school_stage" in ann.get(f"{place}?q=就学阶段").text
    assert "member_school_stage" not in ann.get(f"{place}?q=取暖").text
    assert "util_power_no" in ann.get(f"{place}?section=utility").text
    assert "util_power_no" not in ann.get(f"{place}?section=utility&use=unused").text


def test_a_new_question_is_added_and_asked_where_it_was_put(app, ann):
    place = f"{ann.home}/questions/new"
    assert post(ann, place, stamped(ann, **QUESTION)).status_code == 303
    made = document(app, ann, QUESTION["_path"])["questions"][-1]
    assert made == {
        "id": "heat_fuel_cost", "title": {"zh": "上年取暖支出", "en": "Heating cost last year"}, "type": "money",
        "forms": ["application"], "required": True, "sensitivity": "none",
    }  # fmt: skip
    assert post(ann, place, stamped(ann, **QUESTION, _sure="1")).status_code == 422


def test_a_near_twin_is_shown_before_it_is_added(app, ann):
    place = f"{ann.home}/questions/new"
    twin = QUESTION | {"id": "school_stage", "title.zh": "就学的阶段"}
    answer = post(ann, place, stamped(ann, **twin))
    assert answer.status_code == 422
    assert "member_school_stage" in answer.text
    assert post(ann, place, stamped(ann, **twin, _sure="1")).status_code == 303


def test_a_question_in_use_stays_and_an_unused_one_may_go(app, ann):
    assert post(ann, f"{ann.home}/questions/member_school_stage/remove", stamped(ann)).status_code == 409
    post(ann, f"{ann.home}/questions/new", stamped(ann, **QUESTION))
    assert post(ann, f"{ann.home}/questions/heat_fuel_cost/remove", stamped(ann)).status_code == 303
    names = [one["id"] for one in document(app, ann, QUESTION["_path"])["questions"]]
    assert "heat_fuel_cost" not in names


def test_a_workflow_is_copied_changed_and_explored(app, ann):
    place = f"{ann.home}/workflows"
    assert "simple_department" in ann.get(place).text
    assert post(ann, place, stamped(ann, name="two_departments", like="simple_department")).status_code == 303
    page = ann.get(f"{place}/two_departments").text
    assert "每个能到达的状态都能办结" in page
    typed = {"title.zh": "两部门研判", "title.en": "Two departments judge", "assign.role": "department_officer"}
    typed |= {"assign.org": "department", "limit.days": "3", "limit.share": "", "wait.calendar_days": ""}
    assert post(ann, f"{place}/two_departments/steps/decide", stamped(ann, **typed)).status_code == 303
    step = document(app, ann, "workflows/two_departments.json")["steps"]["decide"]
    assert step["title"]["zh"] == "两部门研判"
    assert step["limit"]["days"] == 3
    assert post(ann, f"{place}/two_departments/steps/nowhere", stamped(ann, **typed)).status_code == 404
    for name, status in (("Bad", 422), ("front", 409), ("simple_department", 409)):
        assert post(ann, place, stamped(ann, name=name, like="simple_department")).status_code == status


def test_an_unchanged_step_stays_byte_for_byte(app, ann):
    place = f"{ann.home}/workflows/basic_living"
    before = document(app, ann, "workflows/basic_living.json")
    step = before["steps"]["publicity"]
    typed = {"title.zh": step["title"]["zh"], "title.en": step["title"]["en"], "assign.role": step["assign"]["role"]}
    typed |= {"assign.org": step["assign"]["org"], "limit.days": "", "limit.share": "", "wait.calendar_days": "7"}
    assert post(ann, f"{place}/steps/publicity", stamped(ann, **typed)).status_code == 303
    assert document(app, ann, "workflows/basic_living.json") == before
