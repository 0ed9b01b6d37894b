"""Tasks: found by their desk, described with what may be done, done once, and never done on what has changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest


@pytest.fixture
def task(program, sent):
    return program("township").get("/tasks").json["items"][0]["id"]


def test_the_inbox_shows_the_desks_own_work(program, sent):
    page = program("township").get("/tasks").json
    assert [(line["application"], line["step"]) for line in page["items"]] == [(sent, "accept")]
    assert page["count"] == 1
    assert program("township").get("/tasks?step=visit").json["items"] == []
    assert program("township").get("/tasks?clock=red").json["items"] == []
    for name in ("neighbour", "stranger", "officer", "configurator"):
        assert program(name).get("/tasks").json["items"] == []


def test_a_task_offers_what_it_takes(program, task):
    found = program("township").get(f"/tasks/{task}")
    offers = {offer["action"]: offer for offer in found.json["offers"]}
    assert {"accept", "supplement", "reject"} <= set(offers)
    assert offers["reject"]["reason_required"] is True
    assert found.headers["ETag"] == f'"{found.json["revision"]}"'


def test_another_places_task_does_not_exist(program, task):
    for name in ("neighbour", "stranger", "officer"):
        assert program(name).get(f"/tasks/{task}").status_code == 404
        assert program(name).post(f"/tasks/{task}/actions/accept", {}).status_code == 404
    for nonsense in ("0", "999999999", "9" * 5000, "-1", "abc", "1.0", "%00"):
        assert program("township").get(f"/tasks/{nonsense}").status_code == 404


def test_an_action_moves_the_application_on(program, task, sent):
    done = program("township").post(f"/tasks/{task}/actions/accept", {})
    assert (done.status_code, done.json["task_status"], done.json["application_status"]) == (200, "done", "accepted")
    following = program("township").get(f"/applications/{sent}").json
    assert {line["status"] for line in following["items"]} == {"open"}
    assert program("township").post(f"/tasks/{task}/actions/accept", {}).status_code == 404


def test_an_action_sent_again_under_its_key_is_done_once(program, task):
    first = program("township").post(f"/tasks/{task}/actions/accept", {}, Idempotency_Key="k")
    again = program("township").post(f"/tasks/{task}/actions/accept", {}, Idempotency_Key="k")
    assert (again.status_code, again.json) == (200, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = program("township").post(f"/tasks/{task}/actions/reject", {"reason": "x"}, Idempotency_Key="k")
    assert other.json["type"] == "urn:portal:key-reused"


def test_nothing_is_done_on_what_has_changed(program, task):
    seen = program("township").get(f"/tasks/{task}").headers["ETag"]
    wrong = program("township").post(f"/tasks/{task}/actions/accept", {}, If_Match='"another"')
    assert (wrong.status_code, wrong.json["type"]) == (412, "urn:portal:task-changed")
    paused = program("township").post(f"/tasks/{task}/actions/supplement", {"reason": "缺户口簿"}, If_Match=seen)
    assert paused.status_code == 200
    late = program("township").post(f"/tasks/{task}/actions/accept", {}, If_Match=seen)
    assert late.status_code in {404, 409, 412}


def test_what_is_not_offered_is_refused_in_words(program, task):
    township = program("township")
    assert township.post(f"/tasks/{task}/actions/confirm", {}).status_code == 409
    assert township.post(f"/tasks/{task}/actions/no_such_action", {}).status_code == 409
    without_reason = township.post(f"/tasks/{task}/actions/reject", {})
    assert (without_reason.status_code, without_reason.json["type"]) == (422, "urn:portal:reason-missing")


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {"settlements": [{}]},
        {"settlements": [{"conflict": "1", "basis": "declared", "reason": "x"}]},
        {"settlements": {"0": 1}},
        {"items": {"dibao": {"agree": "yes"}}},
        {"items": [1]},
        {"amount_fen": 1.5},
        {"amount_fen": -1},
        {"amount_fen": 10**15},
        {"answers": [1]},
        {"signed": "true"},
        {"papers": "id_card"},
        {"stranger": 1},
    ],
)
def test_a_payload_of_the_wrong_shape_never_reaches_a_command(program, task, payload):
    answer = program("township").post(f"/tasks/{task}/actions/accept", {"payload": payload})
    assert (answer.status_code, answer.json["type"]) == (422, "urn:portal:invalid")
    assert answer.json["errors"][0]["pointer"].startswith("/payload")


@pytest.mark.parametrize("populated", ["sqlite", "postgres"], indirect=True)
def test_of_two_at_the_same_instant_one_acts(program, task):
    township, barrier = program("township"), Barrier(4)

    def send(action):
        barrier.wait()
        return township.client.application.test_client().post(
            f"/api/v1/tasks/{task}/actions/{action}",
            json={"reason": "理由"},
            headers={"Authorization": f"Bearer {township.token}"},
        )

    with ThreadPoolExecutor(4) as threads:
        statuses = sorted(a.status_code for a in threads.map(send, ["accept", "reject", "accept", "reject"]))
    assert statuses == [200, 404, 404, 404]
