"""Applications: sent once however often, refused with every fault at once, seen only by whom they concern."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import event, func, select

from portal.access.models import SentRequest
from portal.applications.models import Application
from portal.db import db
from tests.api.conftest import ITEMS


def body(family, **changes):
    return {"items": ITEMS, "answers": copy.deepcopy(family), **changes}


def count(app):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Application))


def test_an_application_is_taken_with_number_and_promises(program, family):
    answer = program("clerk").post("/applications", body(family), Idempotency_Key="a")
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/applications/{answer.json['number']}"
    assert {line["item"] for line in answer.json["promised"]} == set(ITEMS)
    assert all(line["by"] > "2025" for line in answer.json["promised"])


def test_the_same_request_sent_again_is_answered_the_same(app, program, family):
    first = program("clerk").post("/applications", body(family), Idempotency_Key="a")
    again = program("clerk").post("/applications", body(family), Idempotency_Key="a")
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert count(app) == 1


def test_a_key_belongs_to_one_content_and_one_sender(app, program, family):
    clerk = program("clerk")
    assert clerk.post("/applications", body(family), Idempotency_Key="a").status_code == 201
    other = clerk.post("/applications", body(family, items=["dibao"]), Idempotency_Key="a")
    assert (other.status_code, other.json["type"]) == (409, "urn:portal:key-reused")
    assert program("stranger").post("/applications", body(family), Idempotency_Key="a").status_code == 201
    assert count(app) == 2


def test_what_was_refused_may_be_corrected_under_the_same_key(program, family):
    clerk = program("clerk")
    spoilt = body(family)
    del spoilt["answers"]["applicant_name"]
    assert clerk.post("/applications", spoilt, Idempotency_Key="a").status_code == 422
    assert clerk.post("/applications", body(family), Idempotency_Key="a").status_code == 201


def test_a_key_is_needed(program, family):
    answer = program("clerk").post("/applications", body(family))
    assert answer.status_code == 400
    assert answer.json["errors"][0]["pointer"] == "/header/Idempotency-Key"


@pytest.mark.parametrize("populated", ["sqlite", "postgres"], indirect=True)
def test_two_at_the_same_instant_make_one_application(app, program, family):
    clerk, barrier = program("clerk"), Barrier(6)
    program("clerk").get("/catalogue")  # nothing is slow for the first only

    def send(_):
        barrier.wait()
        return clerk.client.application.test_client().post(
            "/api/v1/applications",
            json=body(family),
            headers={"Authorization": f"Bearer {clerk.token}", "Idempotency-Key": "one"},
        )

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(send, range(6)))
    assert {a.status_code for a in answers} == {201}, [a.text for a in answers]
    assert len({a.json["number"] for a in answers}) == 1
    assert sum("Idempotent-Replayed" in a.headers for a in answers) == 5
    assert count(app) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SentRequest)) == 1


def test_every_faulty_answer_is_told_at_once(app, program, family):
    spoilt = body(family)
    spoilt["answers"] |= {"applicant_id_no": "321311199013010000", "stranger": 1}
    spoilt["answers"]["members"][0]["member_birth_date"] = "2023-02-30"
    answer = program("clerk").post("/applications", spoilt, Idempotency_Key="a")
    assert answer.status_code == 422
    assert {"/answers/applicant_id_no", "/answers/stranger", "/answers/members/0/member_birth_date"} <= {
        e["pointer"] for e in answer.json["errors"]
    }
    assert count(app) == 0


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"items": []}, 422, "invalid"),
        ({"items": ["nothing"]}, 404, "unknown-item"),
        ({"items": ["price_subsidy"]}, 422, "not-by-application"),
        ({"papers": ["id_cart"]}, 422, "invalid"),
        ({"window_region": "321311"}, 422, "invalid"),
        ({"window_region": "321302999"}, 422, "invalid"),
        ({"release": "0" * 64}, 409, "stale-release"),
        ({"answers": []}, 422, "invalid"),
        ({"extra": 1}, 422, "invalid"),
    ],
)
def test_what_cannot_be_taken_is_refused(app, program, family, change, status, code):
    answer = program("clerk").post("/applications", body(family, **change), Idempotency_Key="a")
    assert answer.status_code == status
    assert code is None or answer.json["type"] == f"urn:portal:{code}"
    assert count(app) == 0


def test_only_who_takes_applications_may_send_one(program, family):
    for name, status in (("configurator", 403), ("verifier", 403), ("", 401)):
        assert program(name).post("/applications", body(family), Idempotency_Key="a").status_code == status


def test_an_application_is_followed_by_those_it_concerns(program, sent):
    found = program("township").get(f"/applications/{sent}").json
    assert found["asked_for"] == ITEMS
    assert found["letters"][0]["kind"] == "receipt"
    assert program("clerk").get(f"/applications/{sent}").status_code == 200
    for name in ("stranger", "neighbour"):
        assert program(name).get(f"/applications/{sent}").status_code == 404
        assert program(name).get("/applications").json["items"] == []
    assert program("configurator").get(f"/applications/{sent}").status_code == 403


def test_no_identifier_leaves_in_clear(program, sent, family):
    hidden = {family["applicant_id_no"], *(m["member_id_no"] for m in family["members"])}
    for name, path in (("township", f"/applications/{sent}"), ("township", "/applications"), ("township", "/tasks")):
        text = program(name).get(path).text
        assert not [number for number in hidden if number in text], path


def test_pages_go_on_where_the_last_ended(program, family):
    clerk = program("clerk")
    numbers = [
        clerk.post("/applications", body(family, items=["dibao"]), Idempotency_Key=str(n)).json["number"]
        for n in range(5)
    ]
    seen, path = [], "/applications?limit=2"
    while path:
        page = clerk.get(path)
        seen += [line["number"] for line in page.json["items"]]
        link = page.headers.get("Link", "")
        assert bool(link) == (page.json["next"] is not None)
        path = link.partition(">")[0].removeprefix("</api/v1")
    assert seen == numbers[::-1]
    assert clerk.get("/applications?status=decided").json["items"] == []
    assert [line["number"] for line in clerk.get(f"/applications?q={numbers[2]}").json["items"]] == [numbers[2]]


def test_a_cursor_is_ours_and_belongs_to_its_question(program, family):
    clerk = program("clerk")
    for n in range(3):
        clerk.post("/applications", body(family, items=["dibao"]), Idempotency_Key=str(n))
    cursor = clerk.get("/applications?limit=1").json["next"]
    assert clerk.get(f"/applications?limit=2&cursor={cursor}").status_code == 200
    for wrong in (cursor[:-1], cursor + "x", "1", "%F0%9F%98%80", "Mg.x"):
        answer = clerk.get(f"/applications?cursor={wrong}")
        assert (answer.status_code, answer.json["type"]) == (400, "urn:portal:bad-cursor")
    assert clerk.get(f"/applications?status=decided&cursor={cursor}").status_code == 400
    assert clerk.get(f"/tasks?cursor={cursor}").status_code == 400


def test_a_list_costs_the_same_for_many_rows(app, program, family):
    clerk, statements = program("clerk"), []
    with app.app_context():
        engine = db.engine

    def cost(path):
        statements.clear()
        assert program("township").get(path).status_code == 200
        return len(statements)

    clerk.post("/applications", body(family, items=["dibao"]), Idempotency_Key="0")
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: statements.append(statement))
    for path in ("/applications", "/tasks"):
        cost(path)  # the release is read once for each process
    before = {path: cost(path) for path in ("/applications", "/tasks")}
    for n in range(1, 6):
        clerk.post("/applications", body(family, items=["dibao"]), Idempotency_Key=str(n))
    assert {path: cost(path) for path in before} == before
    assert max(before.values()) <= 10
