"""Every page, asked for what nobody meant: never a fault, always a page in the reader's language.

The addresses come from the application itself, the real ones from a reader who follows every link: a page somebody adds
tomorrow is tried tomorrow.
"""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from portal.admin.permissions import sync_permissions
from portal.app import create_app
from portal.applications.models import Draft
from portal.db import db
from portal.reader import DOCS
from portal.settings import load
from tests.crawler import crawl, query_of
from tests.factories import csrf_of, post
from tests.town import SECRET, make_town, signed_in

READERS = (
    "clerk", "township", "head", "verifier", "village", "officer_mz", "head_mz", "supervisor", "auditor", "finance",
    "configurator", "admin",
)  # fmt: skip
# What stands for a number, for a word or a key, in an address: pairs are tried together.
PARTS = (
    ("0", "x"), ("1", "%00"), ("2147483647", "%F0%9F%98%80"), ("2147483648", "a" * 3000),
    ("9" * 40, "..%2F..%2Fetc%2Fpasswd"), ("9" * 5000, "%27%22%3E%3Cscript%3E"), ("-1", "%C3%28"), ("1.5", "%E2%80%AE"),
    ("abc", "0"), ("%00", "x%00"), ("1%20or%201=1", "-"), ("%EF%BC%91", "%EF%BC%91"),
)  # fmt: skip
# What stands for one value of a query or of a form.
VALUES = (
    "", "\0", "abc", "-1", "9" * 40, "0", "1e999", "NaN", "😀" * 30, "' or 1=1 --", "2025-02-30", "%s%n{x}${x}",
    "a" * 20_000, "\ud7ff\u202e", "{}", "[]",
)  # fmt: skip
ADDRESSES = (
    "/nothing", "/%00", "/%C3%28", "//evil.example/", "/" + "a" * 7000, "/..%2f..%2f", "/static/..%2f..%2fconfig.py",
    "/items/%00/list/",
)  # fmt: skip


@pytest.fixture(scope="session")
def strict_town(databases):
    """A town on PostgreSQL, which refuses more than SQLite: numbers too large, characters no text may hold."""
    return make_town(databases, "postgres")


@pytest.fixture
def hostile_app(databases, strict_town, tmp_path, shipped_release):
    """The application on a town with files in every state, all of it for this test to spoil."""
    copy = databases.copy_of(strict_town)
    environment = {"PORTAL_DATABASE_URL": copy, "PORTAL_SECRET_KEY": SECRET, "PORTAL_DEMO": "1"}
    limits = {
        "PORTAL_LOGIN_RATE": "1000000 per minute",
        "PORTAL_API_RATE": "1000000 per minute",
        "PORTAL_TRACK_RATE": "1000000 per minute",
    }
    app = create_app(load({**environment, **limits, "PORTAL_FILES": str(tmp_path / "files")}), shipped_release)
    app.testing = True
    with app.app_context():
        session = db.session()
        sync_permissions(session, app.extensions["appbuilder"].baseviews)
        session.commit()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def names_read(app):
    """For each endpoint, the names its module reads from a query and from a form, as its source says."""
    read = {
        "args": re.compile(r"request\.args\.(?:get|getlist)\(\s*f?\"([^\"{]+)\""),
        "form": re.compile(r"(?:request\.form|form)\.(?:get|getlist)\(\s*f?\"([^\"{]+)\""),
    }
    found = {}
    for endpoint, view in app.view_functions.items():
        inner = getattr(view, "__wrapped__", view)
        code = getattr(inner, "__code__", None)
        text = Path(code.co_filename).read_text(encoding="utf-8") if code is not None else ""
        found[endpoint] = {kind: sorted(set(pattern.findall(text))) for kind, pattern in read.items()}
    return found


class Judge:
    """Collects what should not happen, so that one run tells everything."""

    def __init__(self, app, lang="zh"):
        self.lang, self.faults, self.asked = lang, [], 0
        self.app = app

    def ask(self, client, method, address, **sending):
        self.asked += 1
        try:
            answer = client.open(address, method=method, **sending)
        except Exception as error:  # noqa: BLE001 - whatever escapes is the finding
            self.faults.append(
                f"{method} {address[:150]} {str(sending)[:150]}: {type(error).__name__}: {str(error)[:200]}"
            )
            with self.app.app_context():
                db.session.remove()
            return None
        self.judge(method, address, answer, sending)
        answer.close()
        return answer

    def judge(self, method, address, answer, sending):
        told = f"{method} {address[:150]} {str(sending)[:150]}: {answer.status_code} {answer.mimetype}"
        if answer.status_code >= 500:
            self.faults.append(told)
        elif answer.status_code >= 400 and address.startswith("/api/") and address != DOCS:
            if answer.mimetype != "application/problem+json":
                self.faults.append(told)
        elif answer.status_code >= 400 and answer.mimetype == "text/html":
            wanted = 'lang="zh-CN"' if self.lang == "zh" else 'lang="en"'
            if f"<html {wanted}" not in answer.text or "<h1" not in answer.text:
                self.faults.append(f"{told} {answer.text[:200]}")
        elif answer.status_code >= 400 and answer.mimetype not in {"application/json", "application/problem+json"}:
            self.faults.append(f"{told} {answer.text[:200]}")


def filled(rule, number="1", word="x"):
    """The address of a rule with every part filled."""
    address = re.sub(r"<any\(([a-z_]+)[^)]*\):\w+>", r"\1", rule.rule)
    address = re.sub(r"<int[^:>]*:\w+>", lambda _: number, address)
    return re.sub(r"<[^>]+>", lambda _: word, address)


def few(app, method):
    """The rules, of the generated items only the first two."""
    kept = []
    for rule in app.url_map.iter_rules():
        found = re.match(r"(?:/api/v1)?/items/([a-z_]+)/", rule.rule)
        known = found is None or found[1] in {"dibao", "education_aid"}
        if known and method in rule.methods and not rule.endpoint.endswith("static"):
            kept.append(rule)
    return kept


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_address_of_any_page_is_a_fault(hostile_app, lang):
    judge = Judge(hostile_app, lang)
    readers = ("township", "officer_mz", "admin", "configurator") if lang == "zh" else ("township",)
    clients = [hostile_app.test_client(), *(signed_in(hostile_app, name) for name in readers)]
    for client in clients:
        with client.session_transaction() as cookie:
            cookie["locale"] = lang
        for rule in few(hostile_app, "GET"):
            for number, word in PARTS if "<" in rule.rule else PARTS[:1]:
                judge.ask(client, "GET", filled(rule, number, word))
        for address in ADDRESSES:
            judge.ask(client, "GET", address)
    assert judge.faults == []
    assert judge.asked > 500


def test_no_page_takes_a_method_it_does_not_know(hostile_app):
    judge = Judge(hostile_app)
    client = signed_in(hostile_app, "admin")
    token = csrf_of(client.get("/password").text)
    for rule in few(hostile_app, "GET") + few(hostile_app, "POST"):
        for method in {"PUT", "DELETE", "PATCH", "POST", "GET"} - rule.methods:
            if rule.endpoint == "AuthView.logout":
                continue
            judge.ask(client, method, filled(rule), headers={"X-CSRFToken": token})
    assert judge.faults == []


def test_no_form_is_taken_without_its_token(hostile_app):
    judge = Judge(hostile_app)
    client = signed_in(hostile_app, "admin")
    for rule in few(hostile_app, "POST"):
        answer = judge.ask(client, "POST", filled(rule), data={"x": "y"})
        if answer is not None and rule.endpoint != "SecurityApi.login":
            assert answer.status_code in {400, 404, 406, 415}, (rule.rule, answer.status_code)
    assert judge.faults == []


@pytest.fixture
def reached(hostile_app):
    """What each reader can reach, with a draft, a proposal and several steps of work among it."""
    with hostile_app.app_context():
        session = db.session()
        draft, owner = session.execute(select(Draft.id, User.username).join(User, User.id == Draft.user_id)).first()
    configurator = signed_in(hostile_app, "configurator")
    post(configurator, "/studio", {"title": "试改", "reason": "试"}, page="/password")
    found = {}
    for reader in dict.fromkeys((*READERS, owner)):
        client = signed_in(hostile_app, reader)
        mine = (f"/drafts/{draft}", f"/drafts/{draft}/papers", f"/drafts/{draft}/signatures") if reader == owner else ()
        found[reader] = crawl(client, "/track", "/apply/items?person=1", *mine, more={"tasks.show": 8})
    return found


def test_no_query_of_a_page_somebody_reaches_is_a_fault(hostile_app, reached):
    """Each page is tried by the first reader who gets there."""
    judge, names, tried = Judge(hostile_app), names_read(hostile_app), set()
    for reader, found in reached.items():
        client = signed_in(hostile_app, reader)
        for endpoint, addresses in found.addresses.items():
            if endpoint not in tried and is_tried(endpoint):
                tried.add(endpoint)
                known = {*names.get(endpoint, {}).get("args", ()), *query_of(addresses[-1]), *of_a_view(endpoint)}
                try_queries(judge, client, addresses[-1], sorted(known))
    assert judge.faults == []
    assert len(tried) > 40


def is_tried(endpoint):
    """Of the generated items one: the others are made by the same code."""
    return not endpoint.startswith("item_") or endpoint.startswith("item_dibao")


def of_a_view(endpoint):
    """The names Flask-AppBuilder reads, and those every page may."""
    view = endpoint.partition(".")[0]
    return {"page", "q", "next", f"page_{view}", f"psize_{view}", f"_oc_{view}", f"_od_{view}", "_flt_0_id", "o_id"}


def try_queries(judge, client, address, names):
    path = urlsplit(address).path
    for value in VALUES:
        if len(value) < 3000:
            judge.ask(client, "GET", f"{path}?{urlencode(dict.fromkeys(names, value))}")
    for name in names:
        judge.ask(client, "GET", f"{path}?{urlencode({**query_of(address), name: 'abc'})}")
    judge.ask(client, "GET", f"{path}?{'&'.join(f'{quote(name)}=%C3%28' for name in names)}")


def test_nothing_that_can_be_sent_is_a_fault(hostile_app, reached):
    """Every make of form somebody reaches: sent empty, strange everywhere, and strange in one field after the other."""
    judge, names, tried = Judge(hostile_app), names_read(hostile_app), set()
    for reader, found in reached.items():
        for make, form in found.forms.items():
            method, endpoint, _ = make
            if method == "post" and make not in tried and is_tried(endpoint) and endpoint != "home.choose_language":
                tried.add(make)
                try_sending(judge, hostile_app, reader, form, names.get(endpoint, {}).get("form", ()))
    assert judge.faults == []
    assert len(tried) > 40


def try_sending(judge, app, reader, form, read):
    given = {name: value for name, value in form.fields if name != "csrf_token"}
    fields = sorted({*given, *read} - {"csrf_token"})
    for sending in (
        {},
        *(dict.fromkeys(fields, value) for value in VALUES),
        *({**given, name: value} for name, value in product(fields[:10], ("abc", "9" * 30, "\0"))),
    ):
        client = signed_in(app, reader)  # what was sent before may have ended the session
        token = csrf_of(client.get("/password").text)
        judge.ask(client, "POST", form.action, data={**sending, "csrf_token": token})
