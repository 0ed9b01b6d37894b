"""The board of clocks: whose clocks, against which promise, for which days, and nobody else's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import func, select

from portal.access.rules import Actor, Grant
from portal.cases.board import board, own_place, quantile
from portal.cases.measures import DEFINITIONS
from portal.cases.models import Case
from portal.cases.rules import ENDED
from portal.errors import Refused
from portal.organisation.queries import CITY_TIME, moment
from portal.values import Period
from tests.servers import serving
from tests.town import enter, signed_in

CITY, COUNTY, OTHER = "3213", "321311", "321322"


def supervisor(place=CITY):
    return Actor(1, "监督", (Grant("supervisor", place),))


def the_day(session):
    return moment(session).astimezone(CITY_TIME).date()


def test_places_add_up_to_the_whole(town):
    whole = board(town, supervisor(), the_day(town))
    open_now = town.scalar(select(func.count()).where(Case.status.not_in(ENDED)))
    assert whole.total.cards.open == open_now == sum(line.cards.open for line in whole.places)
    assert whole.total.reached.closed == sum(line.reached.closed for line in whole.items) > 0
    assert sum(whole.endings.values()) >= whole.total.reached.closed


def test_the_median_never_hides_the_longest(town):
    reached = board(town, supervisor(), the_day(town)).total.reached
    assert reached.median <= reached.ninetieth <= reached.longest
    assert 0 <= reached.share <= 100


def test_the_links_lead_down_and_every_level_agrees(town):
    today = the_day(town)
    for county in board(town, supervisor(), today).places:
        below = board(town, supervisor(), today, place=county.key)
        assert below.total.cards == county.cards
        assert {len(line.key) for line in below.places} <= {9}


def test_days_can_be_chosen(town):
    nothing = board(town, supervisor(), the_day(town), period=Period(date(2001, 1, 1), date(2001, 2, 1)))
    assert nothing.total.reached.closed == 0
    assert nothing.intake.accepted == 0
    assert nothing.total.cards.open > 0  # what is open now does not depend on the days


def test_a_supervisor_of_one_county_sees_no_other(town):
    assert own_place(supervisor(COUNTY)) == COUNTY
    mine = board(town, supervisor(COUNTY), the_day(town))
    assert all(line.key.startswith(COUNTY) for line in mine.places)
    for place in (OTHER, CITY, "9999"):
        with pytest.raises(Refused) as refused:
            board(town, supervisor(COUNTY), the_day(town), place=place)
        assert refused.value.problem.status == 404


def test_pauses_are_no_days_of_work(town):
    """A decided case whose application was asked for a supplement took as many days less as it stood still."""
    from portal.cases.board import _pauses
    from portal.organisation.queries import calendar

    assert all(days >= 0 for days in _pauses(town, Case.status.in_(ENDED), calendar(town)).values())


def test_quantiles_are_interpolated():
    assert quantile([1, 2, 3, 4], 0.5) == 2.5
    assert quantile([], 0.9) == 0.0
    assert quantile([7], 0.9) == 7


def test_the_page_says_what_each_figure_means(town_app):
    page = signed_in(town_app, "supervisor").get("/board").get_data(as_text=True)
    for definition in DEFINITIONS.values():
        assert definition.zh in page
    assert "105" in page
    assert "39 (37.1%)" in page


@pytest.mark.parametrize(
    ("username", "address", "status"),
    [
        ("supervisor", "/board?place=321311", 200),
        ("supervisor", "/board?place=321311106&period=365", 200),
        ("supervisor", "/board?item=nothing&period=soon", 200),
        ("supervisor_suyu", "/board", 200),
        ("supervisor_suyu", "/board?place=321322", 404),
        ("supervisor_suyu", "/board?place=3213", 404),
        ("auditor", "/board", 200),
        ("clerk", "/board", 403),
        ("officer_jy", "/board", 403),
    ],
)
def test_who_may_look_at_which_board(town_app, username, address, status):
    assert signed_in(town_app, username).get(address).status_code == status


def test_typed_dates_that_do_not_exist_are_answered_and_kept(town_app):
    page = signed_in(town_app, "supervisor").get("/board?from=2025-02-30&to=2025-03-01").get_data(as_text=True)
    assert 'value="2025-02-30"' in page
    assert "日期须写成" in page


def test_a_stranger_signs_in_first(town_app):
    answer = town_app.test_client().get("/board")
    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]


@pytest.mark.parametrize("width", [1366, 390])
def test_the_board_is_accessible(town_app, browser_page, width):
    with serving(town_app) as address:
        enter(browser_page, address, "supervisor")
        browser_page.set_viewport_size({"width": width, "height": 800})
        for place in ("", "?place=321311106", f"?from={date.today() - timedelta(days=9)}&to=nonsense"):  # noqa: DTZ011
            browser_page.goto(f"{address}/board{place}")
            assert not Axe().run(browser_page).response["violations"]
            assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
