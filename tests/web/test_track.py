"""A citizen's look-up: plain words for the right person, one sentence for everybody else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.applications.models import Application
from portal.cases.commands import act
from portal.cases.models import Task
from portal.cases.tracking import masked_name
from portal.db import db, transaction
from tests.factories import TOWNSHIP, csrf_of
from tests.window import HEAD


def ask(client, number, id_number):
    token = csrf_of(client.get("/track").get_data(as_text=True))
    return client.post("/track", data={"csrf_token": token, "number": number, "id_number": id_number})


def test_the_applicant_reads_how_it_stands(window, app):
    number = window.submitted()
    citizen = app.test_client()
    page = ask(citizen, number, HEAD).get_data(as_text=True)
    for words in ("已推送,待乡镇受理", "1 个工作日内受理", "最低生活保障", "教育救助", "L***"):
        assert words in page
    for secret in ("Liu", HEAD, HEAD[-6:], "13900001234", "Example Road"):
        assert secret not in page


@pytest.mark.parametrize("spell", [str.lower, lambda t: f" {t[:6]} {t[6:]}", lambda t: t.translate({88: 0xFF38})])
def test_numbers_may_be_typed_as_people_type_them(window, app, spell):
    number = window.submitted()
    assert ask(app.test_client(), f" {number} ", spell(HEAD)).status_code == 200


def test_whatever_is_wrong_the_answer_is_the_same(window, app):
    number = window.submitted()
    pages = []
    for wrong in ((number, "110101194912310021"), ("321311999999999999", HEAD), ("", ""), (number, ""), ("\0", "'")):
        answer = ask(app.test_client(), *wrong)
        assert answer.status_code == 404
        pages.append(re.search(r'role="alert"[^>]*>([^<]+)<', answer.get_data(as_text=True)).group(1))
    assert set(pages) == {"没有找到。请核对受理编号和身份证号。"}


def test_a_missing_paper_is_told_to_its_family(window, app):
    number = window.submitted()
    officer = window.hire("township_officer", TOWNSHIP)
    with app.app_context():
        from portal.access.queries import actor_for
        from portal.reader import now

        with app.test_request_context():
            moment = now()
        actor = actor_for(db.session(), officer, "Officer Example", today=moment.date())
        with transaction(db.session()) as session:
            task = session.scalar(select(Task))
            act(session, actor, task.id, "supplement", {}, reason="请补交租赁合同", now=moment)
        assert db.session.scalar(select(Application.status)) == "supplement"
    assert "请补交租赁合同" in ask(app.test_client(), number, HEAD).get_data(as_text=True)


def test_the_number_comes_with_the_code_and_the_id_never_does(app, window):
    page = app.test_client().get("/track?number=321311260101000001").get_data(as_text=True)
    assert 'value="321311260101000001"' in page
    assert not re.search(r'name="id_number"[^>]*value="[^"]', page)


def test_guessing_is_slowed_down(window, app):
    citizen = app.test_client()
    token = csrf_of(citizen.get("/track").get_data(as_text=True))
    data = {"csrf_token": token, "number": "1", "id_number": "1"}
    statuses = [citizen.post("/track", data=data).status_code for _ in range(12)]
    assert statuses[:10] == [404] * 10
    assert statuses[10:] == [429, 429]
    assert citizen.get("/track").status_code == 200


@pytest.mark.parametrize(("name", "shown"), [("刘示例", "刘**"), ("甲", "甲"), ("Liu Example", "L***"), ("", "")])
def test_a_name_is_masked_to_its_first_character(name, shown):
    assert masked_name(name) == shown
