"""The API as a program meets it: a published catalogue, a city with its staff, and a client with a token for each.

Every answer a test sees is held against the description: a status or a shape that is not described fails the test.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask_jwt_extended import create_access_token
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from portal.api.openapi import problems_of
from portal.api.routes import ROUTES
from portal.api.shapes import faults
from portal.catalogue.commands import publish
from portal.db import open_engine
from portal.organisation.commands import load_calendar, load_departments, load_regions
from portal.sealing import Vault
from tests.conftest import SECRET
from tests.factories import make_user
from tests.families import NOON, complete

ITEMS = ["dibao", "education_aid", "housing_aid"]
PLACES = {
    "clerk": ("window_clerk", "321302", None),
    "stranger": ("window_clerk", "321322", None),
    "township": ("township_officer", "321311106", None),
    "neighbour": ("township_officer", "321302105", None),
    "head": ("township_head", "321311106", None),
    "verifier": ("county_verifier", "321311", None),
    "officer": ("department_officer", "321311", "MZ"),
    "configurator": ("configurator", "3213", None),
}
BY_NAME = {f"api.{route.name}": route for route in ROUTES}


class Program:
    """A program that holds somebody's token."""

    def __init__(self, client: Any, token: str) -> None:
        self.client, self.token = client, token

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            named.setdefault("Authorization", f"Bearer {self.token}")
        raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        kind = {"content_type": named.pop("Content-Type", "application/json")} if raw is not None else {}
        answer = self.client.open(f"/api/v1{path}", method=method, data=raw, headers=named, **kind)
        self.hold_against_description(method, path, answer)
        return answer

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("PUT", path, body, **headers)

    def hold_against_description(self, method: str, path: str, answer: Any) -> None:
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json", answer.text
            assert faults(answer.json, "Problem") == []
            assert all(max(part["zh"]) >= "一" for part in (answer.json, *answer.json.get("errors", ())))
        adapter = self.client.application.url_map.bind("localhost")
        try:
            endpoint, _ = adapter.match(f"/api/v1{path.partition('?')[0]}", method=method)
        except HTTPException:
            return
        route = BY_NAME.get(endpoint)
        if route is None:
            return
        described = {*route.answers, *(p.status for p in problems_of(route)), *([304] if route.cached else [])}
        assert answer.status_code in described, (route.name, answer.status_code, answer.text)
        if answer.status_code in route.answers:
            assert faults(answer.json, route.answers[answer.status_code][0]) == []


def _populate(url: str, release: Any) -> dict[str, int]:
    """Places, staff and a catalogue in force."""
    engine = open_engine(url)
    with Session(engine, info={"vault": Vault(SECRET)}) as session:
        source = release.source
        load_regions(session, source.one("regions")["regions"])
        load_departments(session, source.one("departments")["departments"])
        load_calendar(session, source.documents["workflows/calendars/cn.json"])
        publish(session, actor_id=None, actor_name="tests", source=source, note="", now=NOON)
        people = {
            name: make_user(session, role, region=region, department=department, username=name).id
            for name, (role, region, department) in PLACES.items()
        }
        session.commit()
    engine.dispose()
    return people


@pytest.fixture(scope="session")
def cities(databases: Any, shipped_release: Any) -> Callable[[str], tuple[str, dict[str, int]]]:
    """A populated database of each kind, made once and copied for each test."""
    known: dict[str, tuple[str, dict[str, int]]] = {}

    def copy(kind: str) -> tuple[str, dict[str, int]]:
        if kind not in known:
            url = databases.lasting(kind)
            known[kind] = (url, _populate(url, shipped_release))
        template, people = known[kind]
        return databases.copy_of(template), people

    return copy


@pytest.fixture
def populated(request: pytest.FixtureRequest, cities: Any) -> tuple[str, dict[str, int]]:
    return cities(getattr(request, "param", "sqlite"))


@pytest.fixture
def app_database(populated: tuple[str, dict[str, int]]) -> str:
    return populated[0]


@pytest.fixture
def people(populated: tuple[str, dict[str, int]]) -> dict[str, int]:
    return populated[1]


@pytest.fixture
def program(app: Any, people: dict[str, int]) -> Callable[[str], Program]:
    """A program for a member of staff by name; "" is one without a token."""
    known: dict[str, Program] = {}

    def of(name: str = "") -> Program:
        if name not in known:
            with app.app_context():
                token = create_access_token(identity=str(people[name]), fresh=True) if name else ""
            known[name] = Program(app.test_client(), token)
        return known[name]

    return of


@pytest.fixture(scope="session")
def family(shipped_release: Any) -> dict[str, Any]:
    """Complete answers of one fictional family for three items."""
    found = next(
        e for e in shipped_release.catalogue.examples if e.item == "dibao" and e.expect["outcome"] == "eligible"
    )
    facts = {k: v for k, v in json.loads(json.dumps(dict(found.facts))).items() if not k.startswith("s_")}
    return complete(shipped_release, ITEMS, facts)


@pytest.fixture
def sent(program: Any, family: Any) -> str:
    """The number of an application that was sent."""
    answer = program("clerk").post("/applications", {"items": ITEMS, "answers": family}, Idempotency_Key="first")
    assert answer.status_code == 201, answer.json
    return str(answer.json["number"])
