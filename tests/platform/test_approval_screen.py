"""The approval screen: what a case is decided by, the buttons that are open, and what happens when one is pressed."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.audit.models import Event
from portal.cases.models import Case, Determination, Task
from portal.db import db, open_session, transaction
from tests.factories import post
from tests.platform.town import COUNTY, TOGETHER, hand

EDUCATION, DIBAO = "/items/education_aid/show/2", "/items/dibao/show/1"


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main>")]))


def task_of(app, case_id, step="decide"):
    with app.app_context():
        return db.session.scalar(select(Task.id).where(Task.case_id == case_id, Task.step == step))


def row(app, kind, key):
    with app.app_context():
        found = db.session.get(kind, key)
        db.session.expunge(found)
        return found


def test_education_says_that_confirmation_waits_for_the_recognition(as_):
    page = text_of(as_("jy").get(EDUCATION).text)
    assert "确认须等待前置认定" in page
    assert "低保对象 (最低生活保障:研判中) 试算时按已具备推定" in page


def test_the_rules_stand_with_clause_and_what_is_missing(as_):
    page = text_of(as_("mz").get(DIBAO).text)
    assert "社会救助暂行办法第九条" in page
    assert "待入户或核对:高消费迹象" in page
    assert "未知 一年内无建房购房豪华装修,无高消费 → 须人工判定" in page
    assert "620.00 × 2 − 7,200.00 ÷ 12 = 640.00 元" in page
    assert "家庭年收入(计入) 7,200.00 7,200.00 元" in page


def test_only_the_facts_the_item_needs_are_shown_and_numbers_are_masked(as_, town):
    page = as_("jy").get(EDUCATION).text
    item = town.release.catalogue.item("education_aid")
    wanted = {name for fieldset in item.view.fieldsets for name in fieldset.questions}
    shown = {pointer.rsplit("/", 1)[1] for pointer in re.findall(r'data-pointer="([^"]+)"', page)}
    assert shown <= wanted
    assert "fin_deposit" not in shown
    assert not re.search(r"\b32131119800101[0-9]{4}\b|\b[0-9]{17}[0-9X]\b", re.sub(r"3213112206\d+-\d+", "", page))


def test_full_numbers_are_shown_once_for_a_purpose_that_is_kept(as_, town_app):
    reader = as_("jy")
    refused = post(reader, f"{EDUCATION}/numbers", {"purpose": "  "})
    assert refused.status_code == 422
    shown = post(reader, f"{EDUCATION}/numbers", {"purpose": "电话核对学籍"})
    assert shown.status_code == 200
    assert re.search(r"<td>[0-9]{17}[0-9X]</td>", shown.text)
    assert "no-store" in shown.headers["Cache-Control"]
    assert not re.search(r"<td>[0-9]{17}[0-9X]</td>", reader.get(EDUCATION).text)
    assert reader.get(f"{EDUCATION}/numbers").status_code == 405
    with town_app.app_context():
        events = db.session.scalars(select(Event).where(Event.action == "application.unmasked")).all()
        assert [(e.subject, e.data["purpose"]) for e in events] == [("case:2", "电话核对学籍")]


def test_one_button_stands_out_and_it_is_what_the_rules_propose(as_):
    page = as_("jy").get(EDUCATION).text
    form = page[page.index('class="panel decision"') :]
    assert form.count("btn-primary") == 1
    assert re.search(r'btn-primary" name="action" value="not_eligible"', form)
    assert 'value="eligible"' in form


def test_a_decision_with_persons_is_recorded_and_the_amount_is_their_sum(as_, town_app):
    task = task_of(town_app, 2)
    answer = post(
        as_("jy"),
        EDUCATION,
        {
            "task": task,
            "action": "eligible",
            "person": ["0", "1"],
            "amount_0": "1,000",
            "amount_1": "500.5",
            "reason": "已核实学籍",
        },
    )
    assert answer.status_code == 303
    case = row(town_app, Case, 2)
    assert (case.prepared_outcome, case.amount_fen, case.status) == ("eligible", 150050, "waiting")
    assert [person["amount_fen"] for person in case.persons] == [100000, 50050]
    with town_app.app_context():
        made = db.session.scalar(select(Determination).where(Determination.case_id == 2))
        assert (made.reason, made.proposed_outcome, made.decided_by) == ("已核实学籍", "not_eligible", "jy")
    page = text_of(as_("jy").get(EDUCATION).text)
    assert "已核实学籍" in page
    assert "没有需要您办理的环节" in page


BAD = {
    "no amount at all": ({"action": "eligible", "person": "0", "amount_0": "二百", "reason": "x"}, "金额应为元"),
    "nobody ticked": ({"action": "eligible", "amount_0": "10", "reason": "x"}, "请至少勾选一人"),
    "a stranger ticked": ({"action": "eligible", "person": "7", "amount_7": "10", "reason": "x"}, "请至少勾选一人"),
    "no reason": ({"action": "eligible", "person": "0", "amount_0": "10"}, "须写明理由"),
    "no reason for a refusal": ({"action": "not_eligible"}, "请写明理由"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused_is_said_beside_the_field_and_nothing_typed_is_lost(as_, town_app, name):
    data, sentence = BAD[name]
    task = task_of(town_app, 2)
    answer = post(as_("jy"), EDUCATION, {"task": task, "amount_1": "77.70", **data})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="77.70"' in answer.text
    assert row(town_app, Case, 2).prepared_outcome == ""


def test_strange_actions_tasks_and_cases_are_not_there(as_, town_app):
    task, other = task_of(town_app, 2), task_of(town_app, 1)
    jy = as_("jy")
    assert post(jy, EDUCATION, {"task": other, "action": "eligible"}).status_code == 404
    assert post(jy, EDUCATION, {"task": "9" * 30, "action": "eligible"}).status_code == 404
    assert post(jy, EDUCATION, {"task": "", "action": "eligible"}).status_code == 404
    assert post(jy, EDUCATION, {"task": task, "action": "confirm", "reason": "x"}).status_code == 409
    assert post(as_("other_jy"), EDUCATION, {"task": task, "action": "not_eligible", "reason": "x"}).status_code == 404
    assert post(as_("mz"), EDUCATION, {"task": task, "action": "not_eligible", "reason": "x"}).status_code == 403
    assert (
        post(as_("supervisor"), EDUCATION, {"task": task, "action": "not_eligible", "reason": "x"}).status_code == 409
    )
    assert jy.get("/items/education_aid/show/1").status_code == 404
    assert row(town_app, Case, 2).prepared_outcome == ""


def test_the_second_press_of_a_button_tells_that_it_is_done(as_, town_app):
    data = {"task": task_of(town_app, 2), "action": "not_eligible", "reason": "未在校"}
    assert post(as_("jy"), EDUCATION, data).status_code == 303
    again = post(as_("jy"), EDUCATION, data)
    assert again.status_code == 409
    assert "未在校" in again.text


def test_a_confirmation_that_must_wait_is_a_disabled_button_with_the_reason(as_, settings, vault, town):
    with open_session(settings.database_url, vault) as session, transaction(session):
        town.db = session
        application = session.get_one(Case, 2).application
        town.finish_front(application, TOGETHER)
        officer = hand("department_officer", COUNTY, "JY", number=town.users["jy"])
        town.do(application, officer, "decide", "eligible", {"amount_fen": 1000}, item="education_aid", reason="同意")
    page = as_("jy_head").get(EDUCATION).text
    assert re.search(r'value="confirm" disabled aria-describedby="blocked-confirm"', page)
    assert "前置认定尚未作出" in page
    assert "与系统建议不同" in page
    assert re.search(r'btn-primary" name="action" value="refuse"', page) or 'btn-primary" name="action"' not in page


def test_a_task_is_handed_to_a_colleague(as_, settings, vault, town, town_app):
    from tests.factories import make_user

    with open_session(settings.database_url, vault) as session, transaction(session):
        colleague = make_user(session, "department_officer", region=COUNTY, department="JY", name="同事甲").id
    page = as_("jy").get(EDUCATION).text
    assert f'<option value="{colleague}">同事甲' in page
    data = {"task": task_of(town_app, 2), "action": "delegate", "to_delegate": str(colleague)}
    assert post(as_("jy"), EDUCATION, data).status_code == 303
    assert "没有需要您办理的环节" in as_("jy").get(EDUCATION).text
    assert post(as_("jy"), EDUCATION, {**data, "to_delegate": "1"}).status_code == 409


def test_the_screen_is_complete_in_english(as_):
    reader = as_("mz")
    post(reader, "/lang", {"lang": "en"})
    page = text_of(reader.get(DIBAO).text)
    for phrase in ("What the rules propose", "How the amount is made", "Eligible: propose confirmation", "Facts"):
        assert phrase in page
    left = re.findall(r".{12}[一-鿿]+", re.sub(r"示例(成员[0-9]|说明)?|宿豫区大兴镇集东村", "", page))
    assert left == []
