"""What a stranger tries at the citizen's channel: guessing codes, other people's files, forged and fixed sessions."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access.citizens import sign_in
from portal.access.models import Citizen as CitizenRow
from portal.access.models import LoginCode
from portal.applications.models import Application, Draft
from portal.db import db, transaction
from portal.files.models import StoredFile
from portal.notices.models import Notice
from portal.reader import now
from tests.citizen import PHONE, Citizen
from tests.factories import csrf_of
from tests.window import HEAD

STRANGER = "13800000001"


@pytest.fixture
def citizen(window, app):
    return Citizen(app.test_client())


@pytest.fixture
def stranger(window, app):
    return Citizen(app.test_client())


def plain(answer):
    """A page without what differs each time: tokens and the demonstration's code."""
    return re.sub(r'value="[^"]{40,}"|\d{6}', "", answer.get_data(as_text=True))


def test_known_and_unknown_phones_are_answered_alike(window, app, citizen):
    citizen.enter()
    others = [Citizen(app.test_client()) for _ in range(2)]
    sent = [one.post("/me/login", {"phone": phone}) for one, phone in zip(others, (PHONE, STRANGER), strict=True)]
    assert {(answer.status_code, answer.headers["Location"]) for answer in sent} == {(303, "/me/code")}
    wrong = [one.post("/me/code", {"code": "xxxxxx"}) for one in others]
    assert {answer.status_code for answer in wrong} == {401}
    assert plain(wrong[0]).replace("139****1234", "") == plain(wrong[1]).replace("138****0001", "")


def test_a_code_works_once_and_not_for_long(window, app, citizen, stranger):
    code = citizen.code()
    with app.test_request_context(), transaction(db.session()) as session:
        assert sign_in(session, STRANGER, code, now=now()) is None  # another phone's code
        assert sign_in(session, PHONE, code, now=now() + timedelta(minutes=11)) is None
        assert sign_in(session, PHONE, code, now=now()) is not None
        assert sign_in(session, PHONE, code, now=now()) is None
    with app.app_context():
        assert db.session.scalar(select(LoginCode.code_hash)) is None


def test_codes_are_kept_as_keyed_hashes(window, app, citizen):
    code = citizen.code()
    with app.app_context():
        kept = db.session.scalar(select(LoginCode))
        assert code not in kept.code_hash
        assert PHONE not in kept.phone_index


def test_five_wrong_tries_end_a_code(window, app, citizen):
    citizen.post("/me/login", {"phone": PHONE})
    code = re.search(r"验证码是 (\d{6})", citizen.page("/me/code"))[1]
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert citizen.post("/me/code", {"code": wrong}).status_code == 401
    assert citizen.post("/me/code", {"code": code}).status_code == 401
    assert citizen.client.get("/me").status_code == 303


def test_a_phone_is_not_flooded_with_codes_from_many_addresses(window, app):
    for at in range(6):
        one = Citizen(app.test_client())
        one.client.environ_base["REMOTE_ADDR"] = f"10.0.0.{at + 1}"
        status = one.post("/me/login", {"phone": PHONE if at % 2 else f"+86 {PHONE}"}).status_code
        assert status == (303 if at < 5 else 429)


def test_one_address_does_not_ask_for_many_phones(window, app, stranger):
    statuses = [stranger.post("/me/login", {"phone": f"1380000{at:04d}"}).status_code for at in range(22)]
    assert statuses[:20] == [303] * 20
    assert statuses[20:] == [429] * 2


def test_nothing_changes_without_the_token(window, app, citizen):
    citizen.enter()
    for address in ("/me/login", "/me/code", "/me/logout", "/me/apply", "/me/prove", "/me/check", "/me/drafts/1/base"):
        assert citizen.client.post(address, data={}).status_code == 400, address


def test_signing_in_starts_a_fresh_session_and_signing_out_ends_all(window, app, citizen):
    with citizen.client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    before = csrf_of(citizen.page("/me/login"))
    citizen.enter()
    with citizen.client.session_transaction() as cookie:
        assert "planted" not in cookie
        copied = dict(cookie)
    assert citizen.client.post("/me/logout", data={"csrf_token": before}).status_code == 400
    assert citizen.page("/me")
    citizen.post("/me/logout")
    replayed = app.test_client()
    with replayed.session_transaction() as cookie:
        cookie.update(copied)
    assert replayed.get("/me").status_code == 303


@pytest.mark.parametrize("entry", [[999, 1], ["1", 1], [True], "1", {"id": 1}, [1, None]])
def test_a_strange_cookie_entry_is_nobody(window, app, stranger, entry):
    with stranger.client.session_transaction() as cookie:
        cookie["citizen"] = entry
    assert stranger.client.get("/me").status_code == 303


def test_the_staff_pages_know_no_citizen(window, app, citizen):
    citizen.enter()
    for address in ("/", "/apply", "/drafts", "/drafts/1", "/inbox", "/applications", "/board", "/print/letter/1.pdf"):
        answer = citizen.client.get(address)
        assert answer.status_code == 302, address
        assert "/login/" in answer.headers["Location"]
    assert citizen.client.get("/api/v1/applications").status_code == 401


def test_clerks_see_no_citizens_draft_and_citizens_no_clerks(window, app, citizen):
    draft = citizen.enter().begin(window.items)
    number = draft.rpartition("/")[2]
    clerk = window.sit()
    assert clerk.get(f"/drafts/{number}").status_code == 404
    assert f"/drafts/{number}" not in clerk.get("/drafts").get_data(as_text=True)
    assert clerk.get("/me").status_code == 303
    theirs = window.begin(clerk).rpartition("/")[2]
    assert citizen.client.get(f"/me/drafts/{theirs}").status_code == 404


def test_another_citizens_draft_does_not_exist(window, app, citizen, stranger):
    draft = citizen.enter().begin(window.items)
    stranger.enter(STRANGER)
    pages = ("", "/base", "/check", "/papers", "/papers.json", "/signatures", "/sign", "/files/f1")
    assert {stranger.client.get(draft + page).status_code for page in pages} == {404}
    for action in ("/base", "/check", "/papers", "/papers/remove", "/sign", "/signatures/link", "/discard"):
        assert stranger.post(draft + action, {"_save": "1", "paper": "id_card", "key": "f1"}).status_code == 404, action
    with app.app_context():
        assert db.session.scalar(select(Draft.id)) is not None
        assert db.session.scalar(select(StoredFile.id)) is None


def test_another_citizens_application_and_letters_do_not_exist(window, app, stranger):
    number = window.submitted()
    with app.app_context():
        letter = db.session.scalar(select(Notice.id))
    stranger.enter(STRANGER)
    place = f"/me/applications/{number}"
    for page in ("", f"/letters/{letter}", f"/letters/{letter}.pdf", "/receipt.pdf"):
        assert stranger.client.get(place + page).status_code == 404, page
    for action in ("/papers", "/supplied", "/withdraw"):
        assert stranger.post(place + action, {"reason": "x"}).status_code == 404, action
    assert number not in stranger.page("/me")


@pytest.mark.parametrize("app_database", ["sqlite", "postgres"], indirect=True)
def test_earlier_applications_need_the_phone_and_the_end_of_the_number(window, app, citizen, stranger):
    number = window.submitted()  # at a window, with this phone
    citizen.enter()
    assert number not in citizen.page("/me")
    assert citizen.client.get(f"/me/applications/{number}").status_code == 404
    citizen.post("/me/prove", {"digits": "0000"})
    assert number not in citizen.page("/me")
    stranger.enter(STRANGER).post("/me/prove", {"digits": HEAD[-4:]})
    assert number not in stranger.page("/me")
    citizen.post("/me/prove", {"digits": HEAD[-4:].lower()})
    assert number in citizen.page("/me")
    assert "Example Road" in citizen.page(f"{citizen.begin(window.items)}/base")


def test_ends_of_numbers_are_not_guessed(window, app, citizen):
    number = window.submitted()
    citizen.enter()
    for at in range(5):
        citizen.post("/me/prove", {"digits": f"000{at}"})
    citizen.post("/me/prove", {"digits": HEAD[-4:]})
    assert number not in citizen.page("/me")


def test_a_typed_id_number_tells_nothing_of_its_owner(window, app, stranger):
    window.submitted()
    draft = stranger.enter(STRANGER).begin(window.items)
    section = re.search(rf'href="{draft}/(\w+)"', stranger.page(draft))[1]
    stranger.post(f"{draft}/base", {"_save": "1", "applicant_id_no": HEAD})
    stranger.post(f"{draft}/{section}", {"_save": "1", "applicant_id_no": HEAD})
    for page in ("", "/base", "/member", "/check", "/papers"):
        shown = stranger.page(draft + page)
        assert "Liu Example" not in shown
        assert "Example Road" not in shown


def test_a_number_given_up_for_months_opens_nothing(window, app, citizen):
    draft = citizen.enter().begin(window.items)
    with app.app_context(), transaction(db.session()) as session:
        row = session.scalar(select(CitizenRow))
        row.last_seen_at -= timedelta(days=91)
    later = Citizen(app.test_client()).enter()
    assert later.client.get(draft).status_code == 404
    assert citizen.client.get("/me").status_code == 303  # the former holder's cookie died with the row
    with app.app_context():
        assert db.session.scalar(select(Application.id)) is None


@pytest.mark.parametrize("wanted", ["//evil.example/", "https://evil.example", "/\\evil.example"])
def test_signing_in_leads_nowhere_else(window, app, citizen, wanted):
    citizen.client.get("/me/login", query_string={"next": wanted})
    citizen.post("/me/login", {"phone": PHONE})
    code = re.search(r"验证码是 (\d{6})", citizen.page("/me/code"))[1]
    assert citizen.post("/me/code", {"code": code}).headers["Location"] == "/me"
