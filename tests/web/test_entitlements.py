"""Entitlements: found by name and number, read only within reach, with the people and the decision behind each."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select

from portal.access.rules import Actor, Grant
from portal.db import db
from portal.entitlements import queries
from portal.entitlements.models import Entitlement
from portal.errors import Refused
from tests.servers import serving
from tests.town import enter, signed_in

COUNTY, OTHER = "321311", "321322"


def officer(role="finance_officer", place=COUNTY, department=None):
    return Actor(1, "资金", (Grant(role, place, department),))


def one_at(session, place):
    return session.scalar(select(Entitlement).where(Entitlement.region_code.startswith(place)).limit(1))


def test_a_county_reads_its_own_alone(town):
    mine = queries.recent(town, officer(), limit=1000)
    assert mine
    assert all(one.region_code.startswith(COUNTY) for one in mine)
    elsewhere = one_at(town, OTHER)
    assert elsewhere is not None
    with pytest.raises(Refused):
        queries.by_number(town, officer(), elsewhere.number)


def test_a_department_reads_its_own_items_alone(town):
    mine = queries.recent(town, officer("department_officer", "3213", "JY"), limit=1000)
    assert mine
    assert {one.department_code for one in mine} == {"JY"}


@pytest.mark.parametrize("part", ["holder", "number", "case"])
def test_found_by_the_beginning_of_name_or_number(town, part):
    wanted = one_at(town, COUNTY)
    typed = {"holder": wanted.holder_name[:2], "number": wanted.number, "case": wanted.number[1:-3]}[part]
    assert wanted.id in {one.id for one in queries.recent(town, officer(), q=typed, limit=1000)}


def test_pages_go_on_where_the_last_ended(town):
    whole = [one.id for one in queries.recent(town, officer(), limit=1000)]
    first = [one.id for one in queries.recent(town, officer(), limit=2)]
    assert first + [one.id for one in queries.recent(town, officer(), before=first[-1], limit=1000)] == whole


def test_a_wildcard_is_no_wildcard(town):
    assert queries.recent(town, officer(), q="%") == []


def test_the_page_shows_the_decision_behind_a_right(town_app):
    with town_app.app_context():
        number = one_at(db.session, COUNTY).number
    page = signed_in(town_app, "finance").get(f"/entitlements/{number}").get_data(as_text=True)
    assert "所依据的决定" in page
    assert "确认" in page
    assert "/applications/" not in page  # the finance officer reads rights, not files


@pytest.mark.parametrize(
    ("username", "place", "status"),
    [("finance", COUNTY, 200), ("finance", OTHER, 404), ("auditor", OTHER, 200), ("clerk", COUNTY, 403)],
)
def test_who_may_open_which_right(town_app, username, place, status):
    with town_app.app_context():
        number = one_at(db.session, place).number
    assert signed_in(town_app, username).get(f"/entitlements/{number}").status_code == status


def test_a_number_nobody_has_is_not_found(town_app):
    client = signed_in(town_app, "finance")
    assert client.get("/entitlements/E0").status_code == 404
    assert "没有符合条件的待遇" in client.get("/entitlements?q=nobody").get_data(as_text=True)


@pytest.mark.parametrize("width", [1366, 390])
def test_the_pages_are_accessible(town_app, browser_page, width):
    with town_app.app_context():
        number = one_at(db.session, COUNTY).number
    with serving(town_app) as address:
        enter(browser_page, address, "finance")
        browser_page.set_viewport_size({"width": width, "height": 800})
        for place in ("", f"/{number}", "?q=nobody"):
            browser_page.goto(f"{address}/entitlements{place}")
            assert not Axe().run(browser_page).response["violations"]
            assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
