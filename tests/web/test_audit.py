"""The audit trail: found by what people know, read only within reach, proved link by link, copied with a mark."""

from __future__ import annotations

import csv
import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import func, select, update

from portal.access.rules import Actor, Grant
from portal.access.trail import Wanted, chain_state, search
from portal.applications.models import Application
from portal.audit.models import Event
from portal.db import db, transaction
from portal.errors import Refused
from portal.values import Period
from portal.web.audit_export import safe
from portal.web.trail_words import ACTIONS, title_of
from tests.factories import post
from tests.servers import serving
from tests.town import enter, signed_in

CITY, COUNTY, OTHER = "3213", "321311", "321322"


def auditor(place=CITY):
    return Actor(1, "审计", (Grant("auditor", place),))


def an_application(session, place=COUNTY):
    return session.scalar(select(Application).where(Application.region_code.startswith(place)).limit(1))


def test_every_action_of_the_town_has_a_title(town):
    for action in town.scalars(select(Event.action).distinct()):
        assert title_of(action).zh != action, action


def test_titles_are_said_in_two_languages():
    assert all(title.zh and title.en and title.zh != title.en for title in ACTIONS.values())


def test_an_auditor_of_one_county_reads_no_other(town):
    mine = search(town, auditor(COUNTY), Wanted(), limit=10_000)
    assert mine
    assert {event.region_code[:6] for event in mine} == {COUNTY}
    elsewhere = an_application(town, OTHER)
    assert search(town, auditor(COUNTY), Wanted(stream=f"application:{elsewhere.id}")) == []
    with pytest.raises(Refused):
        chain_state(town, auditor(COUNTY), f"application:{elsewhere.id}")


def test_only_the_citys_auditor_reads_what_belongs_to_no_place(town):
    published = Wanted(action="catalogue.published")
    assert search(town, auditor(), published)
    assert search(town, auditor(COUNTY), published) == []


def test_nobody_without_the_function_finds_anything(town):
    assert search(town, Actor(1, "窗口", (Grant("window_clerk", CITY),)), Wanted()) == []


def test_pages_follow_one_another_without_gap_or_doubling(town):
    whole = [event.id for event in search(town, auditor(), Wanted(), limit=100_000)]
    assert whole == sorted(whole, reverse=True)
    found, before = [], None
    while page := search(town, auditor(), Wanted(), before=before, limit=400):
        found += [event.id for event in page]
        before = page[-1].id
    assert found == whole


def test_days_include_both_ends(town):
    newest = search(town, auditor(), Wanted(action="task.done"), limit=1)[0]
    from portal.organisation.queries import CITY_TIME

    day = newest.at.astimezone(CITY_TIME).date()
    assert newest in search(town, auditor(), Wanted(action="task.done", period=Period(day, day)), limit=10_000)


def test_a_person_is_found_by_name_and_by_login(town):
    busy = town.execute(
        select(Event.actor_name, func.count()).where(Event.actor_id.is_not(None)).group_by(Event.actor_name).limit(1)
    ).first()
    assert search(town, auditor(), Wanted(person=busy.actor_name))
    assert all(event.actor_id for event in search(town, auditor(), Wanted(person="township")))


def test_a_chain_that_was_touched_says_where(town):
    stream = f"application:{an_application(town).id}"
    assert chain_state(town, auditor(), stream).broken == ()
    town.execute(update(Event).where(Event.stream == stream, Event.sequence == 1).values(actor_name="别人"))
    assert chain_state(town, auditor(), stream).broken == ((1, "was changed"),)


@pytest.mark.parametrize("given", ["", "-01", "E"])
def test_the_page_finds_a_file_by_every_number_it_has(town_app, given):
    with town_app.app_context():
        number = an_application(db.session).number
    typed = f"E{number}-01" if given == "E" else f"{number}{given}"
    page = signed_in(town_app, "auditor").get(f"/audit?number={typed}").get_data(as_text=True)
    assert "递交申请" in page
    assert "首尾相接" in page


@pytest.mark.parametrize(
    ("username", "status"), [("auditor", 200), ("supervisor", 403), ("clerk", 403), ("admin", 403)]
)
def test_who_may_read_the_trail(town_app, username, status):
    assert signed_in(town_app, username).get("/audit").status_code == status


@pytest.mark.parametrize(
    "query", ["before=x", "number=%00", "from=2025-99-99", "place=%25", "before=99999999999999999999"]
)
def test_strange_questions_are_answered(town_app, query):
    assert signed_in(town_app, "auditor").get(f"/audit?{query}").status_code in {200, 400}


def test_a_copy_says_in_every_line_who_took_it_and_is_in_the_trail(town_app):
    client = signed_in(town_app, "auditor")
    answer = post(client, "/audit/export", {"action": "case.confirmed", "purpose": "年度检查"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    first, _head, *lines = csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
    assert "年度检查" in first[0]
    assert lines
    assert all(line[-1] == first[0] for line in lines)
    with town_app.app_context():
        taken = db.session.scalars(select(Event).where(Event.action == "audit.exported")).all()
        assert [event.data["count"] for event in taken] == [len(lines)]
        assert taken[0].data["where"] == {"action": "case.confirmed"}


def test_a_copy_needs_a_purpose_and_keeps_the_search(town_app):
    client = signed_in(town_app, "auditor")
    answer = post(client, "/audit/export", {"person": "township", "purpose": "  "})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "请写明导出的用途" in page
    assert re.search(r'name="person"[^>]*value="township"', page)
    with town_app.app_context():
        assert db.session.scalar(select(func.count()).where(Event.action == "audit.exported")) == 0


def test_a_copy_cannot_be_taken_by_a_link(town_app):
    assert signed_in(town_app, "auditor").get("/audit/export").status_code == 405


def test_cells_that_look_like_formulas_are_text():
    assert safe("=1+1") == "'=1+1"
    assert safe("@x") == "'@x"
    assert safe("一般") == "一般"


def test_a_broken_chain_is_shown_in_words(town_app):
    with town_app.app_context():
        application = an_application(db.session)
        number, stream = application.number, f"application:{application.id}"
        with transaction(db.session()) as session:
            session.execute(update(Event).where(Event.stream == stream, Event.sequence == 1).values(data={}))
    page = signed_in(town_app, "auditor").get(f"/audit?number={number}").get_data(as_text=True)
    assert "有 1 处断裂" in page


@pytest.mark.parametrize("width", [1366, 390])
def test_the_trail_is_accessible(town_app, browser_page, width):
    with town_app.app_context():
        number = an_application(db.session).number
    with serving(town_app) as address:
        enter(browser_page, address, "auditor")
        browser_page.set_viewport_size({"width": width, "height": 800})
        for query in ("", f"?number={number}", "?number=nothing", "?from=soon"):
            browser_page.goto(f"{address}/audit{query}")
            assert not Axe().run(browser_page).response["violations"]
            assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
