"""Signing in and out: who gets in, who is locked out, and when a cookie dies."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access.models import SessionStamp
from portal.audit.models import Event
from portal.db import db
from tests.factories import PASSWORD, csrf_of, make_user, post, sign_in


@pytest.fixture
def clerk(app):
    with app.app_context():
        user = make_user(db.session(), username="wangfang")
        db.session.commit()
        return user.id


def try_to_sign_in(client, password, username="wangfang", address="/login/"):
    token = csrf_of(client.get("/login/").text)
    return client.post(address, data={"csrf_token": token, "username": username, "password": password})


def test_the_right_password_opens_the_home_page(client, clerk):
    answer = try_to_sign_in(client, PASSWORD)
    assert answer.status_code == 303
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("username", "password"), [("wangfang", "wrong"), ("nobody", PASSWORD), ("", PASSWORD), ("wangfang", "")]
)
def test_every_refusal_says_the_same(client, clerk, username, password):
    answer = try_to_sign_in(client, password, username)
    assert answer.status_code in {200, 401}
    assert client.get("/").status_code == 302
    if username and password:
        assert "用户名或密码不对" in answer.text


def test_without_the_token_nobody_gets_in(client, clerk):
    assert client.post("/login/", data={"username": "wangfang", "password": PASSWORD}).status_code == 400


def test_five_wrong_passwords_lock_the_account(app, client, clerk):
    for _ in range(5):
        try_to_sign_in(client, "wrong")
    assert try_to_sign_in(client, PASSWORD).status_code == 401
    with app.app_context():
        assert db.session.get(SessionStamp, clerk).locked_until is not None
        assert db.session.scalar(select(Event.id).where(Event.action == "user.locked"))


def test_many_attempts_from_one_address_are_slowed_down(client, clerk):
    answers = [try_to_sign_in(client, "wrong", f"guess{n}").status_code for n in range(25)]
    assert 429 in answers


def test_signing_out_kills_every_cookie_of_the_account(app, clerk):
    here, elsewhere = (sign_in(app.test_client(), clerk) for _ in range(2))
    assert elsewhere.get("/").status_code == 200
    assert post(here, "/logout/").status_code == 303
    assert here.get("/").status_code == 302
    assert elsewhere.get("/").status_code == 302


def test_a_get_never_signs_out(app, clerk):
    client = sign_in(app.test_client(), clerk)
    assert client.get("/logout/").status_code == 405
    assert client.get("/").status_code == 200


def test_a_new_password_ends_other_sessions_but_not_this_one(app, clerk):
    here, elsewhere = (sign_in(app.test_client(), clerk) for _ in range(2))
    new = "another honest phrase"
    assert post(here, "/password", {"old": PASSWORD, "new": new, "again": new}).status_code == 303
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert try_to_sign_in(app.test_client(), PASSWORD).status_code == 401
    assert try_to_sign_in(app.test_client(), new).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("not it", "a long enough phrase", "a long enough phrase", "现用密码不对"),
        (PASSWORD, "a long enough phrase", "something else now", "两次输入的新密码不一样"),
        (PASSWORD, "short", "short", "密码至少"),
        (PASSWORD, "wangfang-2025", "wangfang-2025", "密码不能包含用户名"),
        (PASSWORD, "Password2025", "Password2025", "密码太常见"),
        (PASSWORD, "aaaaaaaaaaaa", "aaaaaaaaaaaa", "不同的字符太少"),
    ],
)
def test_a_password_that_breaks_a_rule_is_refused_beside_its_field(app, clerk, old, new, again, said):
    client = sign_in(app.test_client(), clerk)
    answer = post(client, "/password", {"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert said in answer.text


def test_an_account_that_was_closed_is_out_at_once(app, clerk):
    client = sign_in(app.test_client(), clerk)
    with app.app_context():
        from flask_appbuilder.security.sqla.models import User

        db.session.get(User, clerk).active = False
        db.session.commit()
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)"],
)
def test_signing_in_leads_only_to_this_site(client, clerk, elsewhere):
    answer = try_to_sign_in(client, PASSWORD, address=f"/login/?next={elsewhere}")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/apply"  # where a clerk begins, whatever the address asked for


def test_a_token_dies_with_a_new_generation(app, clerk):
    client = app.test_client()
    answer = client.post(
        "/api/v1/security/login", json={"username": "wangfang", "password": PASSWORD, "provider": "db"}
    )
    token = {"Authorization": f"Bearer {answer.json['access_token']}"}
    assert client.get("/api/v1/menu/", headers=token).status_code == 403
    post(sign_in(app.test_client(), clerk), "/logout/")
    assert client.get("/api/v1/menu/", headers=token).status_code == 401


def test_the_language_is_chosen_with_a_post_and_kept_after_signing_in(client, clerk):
    token = csrf_of(client.get("/login/").text)
    client.post("/lang", data={"csrf_token": token, "lang": "en", "next": "/login/"})
    assert "Staff sign-in" in client.get("/login/").text
    try_to_sign_in(client, PASSWORD)
    assert "Home" in client.get("/").text
