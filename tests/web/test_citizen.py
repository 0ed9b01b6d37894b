"""The citizen's own channel from the phone to the result: apply alone, follow, answer, withdraw."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from portal.access.queries import actor_for
from portal.applications.models import Application, Draft
from portal.audit import Event
from portal.cases.commands import act
from portal.cases.models import Task
from portal.db import db, transaction
from portal.files.models import StoredFile
from portal.jobs.handlers import tell_by_message
from portal.notices.senders import LETTER_THERE
from portal.reader import now
from tests.citizen import PHONE, Citizen, picture
from tests.factories import TOWNSHIP
from tests.window import VILLAGE


@pytest.fixture
def citizen(window, app):
    return Citizen(app.test_client())


def answers_of(window):
    answers = window.answers(app_contact_pref="sms")
    answers.pop("app_accept_region", None)
    return answers


def sent(citizen, window):
    """One application sent from the phone; its number."""
    draft = citizen.begin(window.items)
    citizen.fill(draft, window.form, answers_of(window))
    citizen.hand_in(draft)
    answer = citizen.post(f"{draft}/check")
    assert answer.status_code == 303, re.findall(r"<li><a href=.*?</li>", answer.get_data(as_text=True))
    return answer.headers["Location"].split("?")[0].rpartition("/")[2]


@pytest.mark.parametrize("app_database", ["sqlite", "postgres"], indirect=True)
def test_from_the_phone_to_the_home_township(window, app, citizen):
    """Nobody at a window: signed in by code, filled page by page, signed on the screen, sent; the township has it."""
    number = sent(citizen.enter(), window)
    with app.app_context():
        taken = db.session.scalar(select(Application).where(Application.number == number))
        assert (taken.channel, taken.window_region, taken.region_code) == ("online", TOWNSHIP, VILLAGE)
        assert (taken.clerk_id, taken.clerk_name) == (None, "139****1234")
        assert taken.answers["app_channel"] == "app"
        assert taken.answers["app_accept_region"] == TOWNSHIP
        assert set(taken.papers) == {"id_card", "auth_letter", "unified_form"}
        task = db.session.scalar(select(Task).where(Task.application_id == taken.id))
        assert (task.role, task.region_code) == ("township_officer", TOWNSHIP)
        owners = set(db.session.scalars(select(StoredFile.owner)))
        assert owners == {f"application:{taken.id}"}
    page = citizen.page(f"/me/applications/{number}")
    assert "最低生活保障" in page
    assert "收件回执" in page
    assert number in citizen.page("/me")
    assert citizen.client.get(f"/me/applications/{number}/receipt.pdf").data.startswith(b"%PDF")
    letter = re.search(rf"/me/applications/{number}/letters/\d+", page)[0]
    assert "您的申请已收件" in citizen.page(letter)
    assert citizen.client.get(f"{letter}.pdf").data.startswith(b"%PDF")


def test_what_was_said_last_time_stands_in_the_next_form(window, app, citizen):
    sent(citizen.enter(), window)
    draft = citizen.begin(window.items)
    page = citizen.page(f"{draft}/base")
    assert "1 Example Road" in page
    assert "来自上次申请" in page


def test_typed_values_outlive_an_error_and_leaving(window, citizen):
    draft = citizen.enter().begin(window.items)
    wrong = {"_next": "1", "applicant_phone": "12", "applicant_name": "示例甲"}
    section = re.search(rf'href="{draft}/(\w+)"', citizen.page(draft))[1]
    answer = citizen.post(f"{draft}/{section}", wrong)
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.get_data(as_text=True)
    assert citizen.post(f"{draft}/{section}", {"_save": "1", "app_reason_text": "住院"}).status_code == 303
    again = Citizen(citizen.app.test_client()).enter()
    assert draft in again.page("/me")
    assert "住院" in again.page(f"{draft}/{section}")


def test_an_unfinished_form_is_not_sent_and_says_where_to_go(window, app, citizen):
    draft = citizen.enter().begin(window.items)
    answer = citizen.post(f"{draft}/check")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for place in ("base?checked=1", "papers", "signatures"):
        assert f'href="{draft}/{place}"' in page
    with app.app_context():
        assert db.session.scalar(select(Application.id)) is None
    assert citizen.post(f"{draft}/discard").status_code == 303
    assert citizen.client.get(draft).status_code == 404


def test_a_supplement_is_answered_from_home_and_the_window_confirms(window, app, citizen):
    number = sent(citizen.enter(), window)
    act_on(
        window,
        app,
        number,
        "township_officer",
        "supplement",
        reason="请补交病历",
        payload={"missing": ["medical_record"]},
    )
    page = citizen.page(f"/me/applications/{number}")
    assert "请补交" in page
    address = f"/me/applications/{number}"
    assert citizen.post(f"{address}/papers", photograph("red")).status_code == 303
    answer = citizen.post(f"{address}/papers", photograph("blue"), headers={"Accept": "application/json"})
    assert [one["paper"] for one in answer.get_json()] == ["file_other"]  # what the script on the page asks for
    assert citizen.post(f"{address}/supplied").status_code == 303
    with app.app_context():
        told = db.session.scalar(select(Event).where(Event.action == "application.supplied"))
        assert (told.data["files"], told.actor_name) == (2, "139****1234")
        assert db.session.scalar(select(Application.status)) == "supplement"  # the window looks at it first
    act_on(window, app, number, "window_clerk", "supplied")
    with app.app_context():
        assert db.session.scalar(select(Application.status)) == "submitted"
    assert citizen.post(f"{address}/supplied").status_code == 409
    assert citizen.post(f"{address}/papers", {"paper": "file_other"}).status_code == 404


def photograph(colour):
    return {"paper": "file_other", "place": "", "files": (io.BytesIO(picture(colour)), f"{colour}.png")}


def act_on(window, app, number, role, action, *, reason="", payload=None):
    """Somebody at the home township works on the file's open task."""
    officer = window.hire(role, TOWNSHIP)
    with app.test_request_context():
        moment = now()
        actor = actor_for(db.session(), officer, "Officer Example", today=moment.date())
        with transaction(db.session()) as session:
            task = session.scalar(select(Task).where(Task.status == "open", Task.role == role))
            act(session, actor, task.id, action, payload or {}, reason=reason, now=moment)


def test_withdrawing(window, app, citizen):
    number = sent(citizen.enter(), window)
    assert citizen.post(f"/me/applications/{number}/withdraw").status_code == 303
    assert "已按您的意愿撤回" in citizen.page(f"/me/applications/{number}")
    assert citizen.post(f"/me/applications/{number}/withdraw").status_code == 409


def test_a_message_says_that_a_letter_is_there_and_nothing_else(window, app, citizen, caplog):
    number = sent(citizen.enter(), window)
    said = [line for line in caplog.messages if "告知书" in line]
    assert said == [f"{PHONE}: {LETTER_THERE.zh}"]
    assert number not in said[0]
    with app.app_context():
        event = db.session.scalar(select(Event).where(Event.action == "notice.written"))
        with transaction(db.session()) as session:
            tell_by_message(session, event, datetime.now(UTC))
    assert len([line for line in caplog.messages if "告知书" in line]) == 1


def test_who_wants_a_letter_by_post_gets_no_message(window, app, citizen, caplog):
    window.submitted(app_contact_pref=["post"])
    assert not [line for line in caplog.messages if "告知书" in line]


def test_the_check_needs_no_sign_in_and_keeps_nothing(window, app, citizen):
    page = citizen.page("/me/check")
    assert 10 <= len(set(re.findall(r'data-question="([^"]+)"', page))) <= 14
    answers = {
        "members-0-row_id": "m1",
        "members-0-member_birth_date": "19400101",
        "members-0-member_sex": "1",
        "inc_other": "6000",
    }
    result = citizen.post("/me/check", answers).get_data(as_text=True)
    assert "80周岁以上老人尊老金" in result or "尊老金" in result
    answer = citizen.post("/me/check", {**answers, "_apply": "1", "_items": ["dibao", "elder_bonus"]})
    assert answer.status_code == 303
    with app.app_context():
        assert db.session.scalar(select(Draft.id)) is None
    target = answer.headers["Location"]
    citizen.page(target, 303)
    citizen.enter()
    draft = citizen.begin(["dibao"])
    assert "1940" in citizen.page(f"{draft}/member")
    with app.app_context():
        kept = db.session.scalar(select(Draft))
        assert "inc_other" not in kept.answers  # a guess at everything is no answer to one question


def test_a_phone_can_keep_the_page_among_its_apps(app, window):
    client = app.test_client()
    manifest = client.get("/me/manifest.webmanifest").get_json()
    assert (manifest["start_url"], manifest["scope"]) == ("/me", "/me")
    for icon in manifest["icons"]:
        with client.get(icon["src"]) as answer:
            assert answer.status_code == 200
    with client.get("/me/worker.js") as worker:
        assert worker.headers["Service-Worker-Allowed"] == "/me"
    assert "没有网络" in client.get("/me/offline").get_data(as_text=True)
