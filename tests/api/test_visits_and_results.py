"""What phones and connectors send: kept once under the sender's identifier, compared, never overwritten."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.applications.models import Application
from portal.db import db
from portal.forms import compute, normalise, prune, validate
from portal.verification.models import Check, Conflict
from tests.api.conftest import ITEMS
from tests.families import NOON, fill


@pytest.fixture
def survey(shipped_release, family):
    """Complete answers of a visit to the family."""
    form = shipped_release.catalogue.form("home-visit", ITEMS)
    env = shipped_release.catalogue.environment({**family, "app_items": ITEMS}, NOON.date())
    members = [{"member_lives_together": True} for _ in family["members"]]
    answers = {"members": members, "visitor1_name": "甲", "visitor2_name": "乙", "visit_no_conflict": True}
    answers["visit_date"] = "2025-03-01"
    for _ in range(12):
        clean = prune(form, compute(form, normalise(form, answers), env), env)
        if not fill(form, answers, validate(form, clean, env)):
            break
    return answers


def test_a_record_is_kept_under_the_devices_identifier(program, sent, survey):
    address, township = f"/visits/{uuid4()}", program("township")
    draft = township.put(address, {"application": sent, "answers": {"visitor1_name": "甲"}})
    assert (draft.status_code, draft.json["complete"], draft.json["revision"]) == (201, False, 1)
    whole = {"application": sent, "answers": survey, "complete": True}
    done = township.put(address, whole)
    assert (done.status_code, done.json["complete"]) == (200, True), done.json
    again = township.put(address, whole)
    assert (again.status_code, again.json) == (200, done.json)
    changed = township.put(address, {**whole, "answers": {**survey, "visitor2_name": "丙"}})
    assert (changed.status_code, changed.json["type"]) == (409, "urn:portal:visit-kept")
    assert township.get(address).json == done.json


def test_a_complete_record_must_be_valid(program, sent):
    sending = {"application": sent, "answers": {"visitor1_name": "甲", "visitor2_name": "甲"}, "complete": True}
    answer = program("township").put(f"/visits/{uuid4()}", sending)
    assert answer.status_code == 422
    assert "/answers/visitor2_name" in {e["pointer"] for e in answer.json["errors"]}


def test_a_visit_is_its_townships_own(program, sent, survey):
    address = f"/visits/{uuid4()}"
    body = {"application": sent, "answers": survey}
    assert program("neighbour").put(address, body).status_code == 404
    assert program("clerk").put(address, body).status_code == 403
    assert program("township").put(address, body).status_code == 201
    assert program("neighbour").get(address).status_code == 404
    assert program("head").get(address).status_code == 200
    assert program("township").get(f"/visits/{uuid4()}").status_code == 404
    assert program("township").put("/visits/not-a-uuid", body).status_code == 422
    assert program("township").get("/visits/not-a-uuid").status_code == 404


def test_an_identifier_in_a_record_comes_back_masked(program, sent, family):
    address = f"/visits/{uuid4()}"
    number = family["applicant_id_no"]
    program("township").put(address, {"application": sent, "answers": {"visitor1_name": number}})
    assert number not in program("head").get(address).text


def test_what_a_phone_recorded_is_compared_when_the_step_is_done(app, program, sent, survey):
    """The device sends the record; the officer then only says that the visit is done."""
    township = program("township")

    def do(step, action, name="township", **payload):
        found = next(line for line in program(name).get("/tasks").json["items"] if line["step"] == step)
        answer = program(name).post(f"/tasks/{found['id']}/actions/{action}", {"payload": payload})
        assert answer.status_code == 200, answer.json

    do("accept", "accept")
    do("authorise", "authorised", "clerk", signed=True)
    survey["members"][-1]["member_lives_together"] = False
    kept = township.put(f"/visits/{uuid4()}", {"application": sent, "answers": survey, "complete": True})
    assert kept.status_code == 201, kept.json
    do("visit", "done")
    with app.app_context():
        seen = db.session.scalars(select(Conflict).where(Conflict.rule == "visit")).all()
        assert ("member_lives_together", False) in {(c.question, c.seen) for c in seen}


@pytest.fixture
def check(app, program, sent):
    """One comparison; an answer may always be replaced by a later one."""
    township, clerk = program("township"), program("clerk")
    accept = township.get("/tasks").json["items"][0]["id"]
    township.post(f"/tasks/{accept}/actions/accept", {})
    authorise = clerk.get("/tasks").json["items"][0]["id"]
    signed = clerk.post(f"/tasks/{authorise}/actions/authorised", {"payload": {"signed": True}})
    assert signed.status_code == 200, signed.json
    with app.app_context():
        return db.session.scalar(
            select(Check.id)
            .join(Application, Application.id == Check.application_id)
            .where(Application.number == sent, Check.person == "members/0", Check.code == "C06")
        )


def test_a_connector_hands_in_an_answer(app, program, check):
    address, verifier = f"/verifications/{check}/results", program("verifier")
    wrong = verifier.post(address, {"state": "returned", "returned": {"stranger": 1}})
    assert wrong.status_code == 422
    assert {e["pointer"] for e in wrong.json["errors"]} == {"/returned/stranger"}
    done = verifier.post(address, {"state": "no_record"}, Idempotency_Key="c")
    assert (done.status_code, done.json["state"]) == (200, "no_record")
    assert verifier.post(address, {"state": "no_record"}, Idempotency_Key="c").json == done.json
    back = verifier.post(address, {"state": "sent"})
    assert (back.status_code, back.json["type"]) == (409, "urn:portal:check-state")


def test_a_connector_answers_for_its_own_place_only(program, check):
    assert program("neighbour").post(f"/verifications/{check}/results", {"state": "no_record"}).status_code == 404
    assert program("clerk").post(f"/verifications/{check}/results", {"state": "no_record"}).status_code == 403
    assert program("verifier").post("/verifications/999999999/results", {"state": "no_record"}).status_code == 404
