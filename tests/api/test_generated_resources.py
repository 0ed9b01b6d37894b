"""The resource of an item for programs: what no reader of Rison or JSON understands is refused, not stumbled over."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from portal.admin.permissions import sync_permissions
from portal.db import db


@pytest.fixture
def release(shipped_release):
    return shipped_release


@pytest.fixture
def officer(app, program):
    with app.app_context():
        session = db.session()
        sync_permissions(session, app.extensions["appbuilder"].baseviews)
        session.commit()
    return program("officer")


QUERIES = [
    "(", "-1e", "1e-", "!", "!x", "(a:", "('", "'", "()x", "(!():1)", "-", "1.e", "!(" * 5000, "(a:" * 3000,
    '{"page": "x"}', '{"page": -1}', '{"page": 1e400}', "(page:99999999999999999999)", "(page_size:0)",
    "(page_size:100000)", "(order_column:password)", "(order_column:id,order_direction:sideways)",
    "(filters:!((col:nothing,opr:eq,value:x)))", "(filters:!((col:number,opr:drop,value:x)))", "(columns:!(password))",
    "(filters:!((col:number,opr:begins,value:!n)))", "(filters:!((col:number,opr:begins,value:(a:b))))",
    "(filters:!((col:place,opr:within,value:%00)))", "(keys:!(x))", "[]", "null", "1", '"a"', "\0", "😀",
]  # fmt: skip


def test_a_question_nobody_understands(officer):
    for query in QUERIES:
        for place in ("", "1", "_info"):
            answer = officer.get(f"/items/dibao/{place}?q={quote(query)}")
            assert answer.status_code in {200, 400, 404}, (place, query, answer.text)


def test_what_there_is_to_ask_is_told(officer):
    told = officer.get("/items/dibao/_info")
    assert told.status_code == 200
    assert told.json["filters"]


def test_keys_that_no_row_can_have(officer):
    for key in ("0", "9" * 40, "abc", "-1", "%00", "1%20or%201=1"):
        assert officer.get(f"/items/dibao/{key}").status_code == 404


def test_another_department_reads_nothing(program, officer):
    assert officer.get("/items/dibao/").status_code == 200
    assert officer.get("/items/education_aid/").status_code == 403
    assert program("").get("/items/dibao/").status_code == 401
