"""What nobody should send: refused as a problem in both languages, with the right status, and nothing changed."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.api.body import MAX_BYTES
from portal.api.routes import ROUTES
from portal.forms import ROW_GROUPS

WRITING = [route for route in ROUTES if route.body is not None]
NOT_JSON = {
    "nothing": b"",
    "blank": b"   ",
    "word": b"hello",
    "cut short": b'{"items": ["dibao"',
    "two documents": b"{} {}",
    "duplicate key": b'{"items": ["dibao"], "items": ["housing_aid"]}',
    "duplicate key inside": b'{"facts": {"a": 1, "a": 2}}',
    "NaN": b'{"facts": {"inc_other": NaN}}',
    "Infinity": b'{"facts": {"inc_other": -Infinity}}',
    "too large a number": b'{"facts": {"inc_other": 1e999}}',
    "too many digits": b'{"facts": {"inc_other": ' + b"9" * 5000 + b"}}",
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    "half a character": b'{"facts": {"a": "\\ud83d"}}',
    "half a character as a key": b'{"\\udc00": 1}',
    "half a character as a key twice": b'{"\\udc00": 1, "\\udc00": 1}',
    "NUL": b'{"facts": {"hh_live_address": "a\\u0000b"}}',
    "NUL in a key": b'{"a\\u0000": 1}',
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "comments": b'{"a": 1 /* x */}',
    "single quotes": b"{'a': 1}",
    "trailing comma": b'{"a": [1,]}',
}


def address(route):
    return (
        route.path.replace("{id}", "1")
        .replace("{action}", "accept")
        .replace("{uuid}", "6f1ed002-ab5a-4f2e-9d4a-1d6a2b3c4d5e")
    )


@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_not_strict_json_is_refused(program, name):
    township = program("township")
    for route in WRITING:
        answer = township.send(route.method, address(route), NOT_JSON[name], Idempotency_Key="k")
        assert answer.status_code == 400, (route.name, answer.text)
        assert answer.json["type"] in {"urn:portal:not-json", "urn:portal:bad-request"}


def test_content_must_be_json_by_name(program):
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
    ):
        answer = program("clerk").send("POST", "/plan", b'{"items": ["dibao"]}', Content_Type=kind)
        assert (answer.status_code, answer.json["type"]) == (415, "urn:portal:not-json-type")
    for kind in ("application/json; charset=utf-8", "application/merge-patch+json"):
        assert program("clerk").send("POST", "/plan", b'{"items": ["dibao"]}', Content_Type=kind).status_code == 200


def test_too_much_content_is_refused(program):
    answer = program("clerk").post("/eligibility", b'{"facts": {"x": "' + b"a" * MAX_BYTES + b'"}}')
    assert answer.status_code == 413


def test_only_json_is_given(program):
    for accept in ("text/html", "application/xml", "image/*"):
        assert program("clerk").get("/catalogue", Accept=accept).status_code == 406
    for accept in ("*/*", "application/*", "application/json", "text/html, */*;q=0.1"):
        assert program("clerk").get("/catalogue", Accept=accept).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/", 404),
        ("POST", "/catalogue", 405),
        ("DELETE", "/applications", 405),
        ("PATCH", "/tasks/1", 405),
        ("GET", "/plan", 405),
        ("GET", "/applications/%00", 404),
        ("GET", "/applications/" + "9" * 300, 404),
        ("GET", "/applications/..%2f..%2fetc", 404),
        ("GET", "/catalogue/items/%F0%9F%98%80", 404),
        ("GET", "/visits/%00", 404),
        ("GET", "/visits/" + "a" * 5000, 404),
        ("GET", "/applications?status=nothing", 400),
        ("GET", "/applications?limit=0", 400),
        ("GET", "/applications?limit=101", 400),
        ("GET", "/applications?limit=1e1", 400),
        ("GET", "/applications?limit=" + "9" * 4000, 400),
        ("GET", "/applications?limit=1&limit=2", 400),
        ("GET", "/applications?q=%00", 400),
        ("GET", "/applications?q=" + "x" * 61, 400),
        ("GET", "/applications?q=%25%5C_", 200),
        ("GET", "/tasks?clok=red", 400),
        ("GET", "/tasks?clock=blue", 400),
        ("GET", "/tasks?item=%F0%A0%AE%B7", 200),
        ("GET", "/tasks?step=%C3%28", 200),
    ],
)
def test_addresses_nobody_meant(program, method, path, status):
    answer = program("township").send(method, path)
    assert answer.status_code == status, answer.text


def test_a_problem_says_what_was_meant(program):
    answer = program("township").get("/tasks?clok=red")
    assert "clock" in answer.json["errors"][0]["zh"]
    answer = program("clerk").post("/plan", {"itms": ["dibao"]})
    told = {e["pointer"]: e["en"] for e in answer.json["errors"]}
    assert "items" in told["/itms"]
    assert "missing" in told["/items"]


def test_a_problem_speaks_the_language_asked_for_and_carries_both(program):
    for lang in ("zh", "en"):
        answer = program("clerk").get("/nothing", Accept_Language=lang)
        assert answer.json["title"] == answer.json[lang]


@pytest.mark.parametrize("token", ["x", "a.b.c", "", "Bearer", "é", "x" * 6000])
def test_a_token_that_is_none(app, program, token):
    broken = program("")
    answer = broken.send("GET", "/catalogue", Authorization=f"Bearer {token}")
    assert (answer.status_code, answer.json["type"]) == (401, "urn:portal:login-needed")


def test_signing_in_refuses_like_everything_else(app, program):
    nobody = program("")
    wrong = nobody.post("/security/login", {"username": "clerk", "password": "no", "provider": "db"})
    assert wrong.status_code == 401
    for body in (b"{", b"[]", b"{}", b'{"username": "a", "username": "b"}', b"[" * 90_000):
        assert nobody.post("/security/login", body).status_code == 400
    assert nobody.send("POST", "/security/login", b"a=1", Content_Type="text/plain").status_code == 415
    assert nobody.post("/security/refresh", {}).status_code == 401


def test_a_cookie_alone_changes_nothing(app, people, program):
    """A session cookie is sent by any site's form; only the token of our pages lets it change something."""
    from tests.factories import csrf_of, sign_in

    client = sign_in(app.test_client(), people["clerk"])
    assert client.get("/api/v1/catalogue").status_code == 200
    refused = client.post("/api/v1/plan", json={"items": ["dibao"]})
    assert (refused.status_code, refused.json["type"]) == (400, "urn:portal:form-expired")
    token = csrf_of(client.get("/password").text)
    assert client.post("/api/v1/plan", json={"items": ["dibao"]}, headers={"X-CSRFToken": token}).status_code == 200


def test_so_many_requests_and_no_more(app, program):
    app.config["PORTAL"] = replace(app.config["PORTAL"], api_rate="5 per minute")
    statuses = [program("clerk").get("/tasks").status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    assert program("township").get("/tasks").status_code == 200
    assert int(program("clerk").get("/tasks").headers["Retry-After"]) > 0


def test_a_database_that_does_not_answer_is_said_so(app, program, tmp_path):
    from sqlalchemy import event
    from sqlalchemy.exc import OperationalError

    from portal.db import db

    with app.app_context():
        engine = db.engine
    program("clerk").get("/tasks")

    def fail(*_):
        raise OperationalError("select", {}, RuntimeError("gone"))

    event.listen(engine, "before_cursor_execute", fail)
    answer = program("clerk").get("/tasks")
    event.remove(engine, "before_cursor_execute", fail)
    assert (answer.status_code, answer.json["type"]) == (503, "urn:portal:unavailable")


# --- random documents -------------------------------------------------------------------------------------------------

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["2025-02-30", "0001-01-01", "9999-12-31", "2025-03-08", "01", "members/0", "dibao"])
)


@pytest.fixture
def patient(app, program):
    """A program that may ask as often as it likes: chance needs many tries."""
    app.config["PORTAL"] = replace(app.config["PORTAL"], api_rate="1000000 per minute")
    return program("clerk")


@pytest.fixture(scope="module")
def names(shipped_release):
    known = shipped_release.catalogue.fact_names
    return sorted({*known.types, *known.statuses, *known.read_by_rules, "members", "houses", "vehicles", "supporters"})


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_facts_are_judged_or_refused(patient, names, data):
    values = st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(names), inner, max_size=5),
        max_leaves=12,
    )
    facts = data.draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=8), values, max_size=8))
    on = data.draw(st.none() | st.dates().map(str) | st.text(max_size=10))
    body = {"facts": facts} | ({} if on is None else {"on": on})
    answer = patient.post("/eligibility", json.dumps(body).encode())
    assert answer.status_code in {200, 400, 422}, answer.text


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
WELL_TYPED = {
    "money": st.integers(-1, 10**12),
    "integer": st.integers(-1, 50),
    "decimal": st.integers(0, 100) | st.floats(0, 100),
    "boolean": st.booleans(),
    "date": st.dates().map(str),
    "datetime": st.datetimes().map(lambda moment: moment.isoformat()),
    "choices": st.lists(TEXTS, max_size=3),
}


def well_formed(known):
    """Facts in which every value is of its question's kind, rows where rows belong."""

    def entry(name):
        return st.tuples(st.just(name), st.none() | WELL_TYPED.get(known.types[name], TEXTS))

    def of(names):
        return st.lists(st.sampled_from(names).flatmap(entry), max_size=15).map(dict)

    rows = {
        group: sorted(name for name, home in known.groups.items() if home == group)
        for group in ("members", "supporters", "houses", "vehicles")
    }
    single = sorted(name for name in known.types if known.groups.get(name) not in ROW_GROUPS)
    groups = st.fixed_dictionaries({}, optional={g: st.lists(of(names), max_size=2) for g, names in rows.items()})
    return st.tuples(of(single), groups).map(lambda parts: parts[0] | parts[1])


def test_facts_of_the_right_kinds_are_judged(patient, shipped_release):
    @settings(max_examples=100, deadline=None)
    @given(facts=well_formed(shipped_release.catalogue.fact_names), on=st.dates().map(str))
    def judged(facts, on):
        answer = patient.post("/eligibility", json.dumps({"facts": facts, "on": on}).encode())
        assert answer.status_code in {200, 422}, answer.text

    judged()


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_any_answers_are_taken_or_refused(patient, family, data):
    """One answer of a good application is spoilt: it is refused in words or it did not matter."""
    spoilt = json.loads(json.dumps(family))
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(spoilt)))
        value = st.recursive(
            SCALARS,
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
            max_leaves=5,
        )
        spoilt[name] = data.draw(value)
    body = {"items": ["dibao"], "answers": spoilt}
    answer = patient.post("/applications", json.dumps(body).encode(), Idempotency_Key=uuid4().hex)
    assert answer.status_code in {201, 400, 422}, answer.text
