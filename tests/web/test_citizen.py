"""The citizen's own channel from the phone to the result: apply alone, follow, answer, withdraw."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.applications.models import Application
from portal.cases.models import Task
from portal.db import db
from portal.files.models import StoredFile
from tests.citizen import Citizen
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
