"""Every generated view shows exactly the rows the plain predicate says: by list, count, search, screen, bulk and API.

An old and a new release are live at once: the new one lacks an item that still has open cases, and has one more.
"""

from __future__ import annotations

import copy
import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from portal.access.queries import actor_for, where
from portal.access.rules import ROLES, Grant, Scope
from portal.admin.item_views import ItemView
from portal.applications.models import Application
from portal.cases.models import Case
from portal.catalogue.documents import Source
from portal.catalogue.release import build
from portal.db import db, open_session, transaction
from portal.households.models import Household, Person
from tests.factories import make_user, post, sign_in
from tests.families import NOON
from tests.platform.conftest import close, serve
from tests.platform.town import CITY, COUNTY, OTHER_COUNTY, TOWNSHIP, VILLAGE, Town, put_in_force

GONE, ADDED = "hope_grant", "winter_heating"
ITEMS = ("dibao", "temporary_aid", "education_aid", "housing_aid", "power_cut", "orphan", GONE)
PLACES = (VILLAGE, "321311106202", "321311104201", "321302105201", "321302001001")
# Posts at the four levels, of several departments, with and without a limit to items.
READERS = {
    "city supervisor": ("supervisor", CITY, None, None),
    "city power": ("department_officer", CITY, "GD", None),
    "county civil affairs": ("department_officer", COUNTY, "MZ", None),
    "county civil affairs, dibao only": ("department_officer", COUNTY, "MZ", ["dibao"]),
    "county education": ("department_head", COUNTY, "JY", None),
    "other county education": ("department_officer", OTHER_COUNTY, "JY", None),
    "county youth league": ("department_officer", COUNTY, "TW", None),
    "township head": ("township_head", TOWNSHIP, None, None),
    "village officer": ("township_officer", VILLAGE, None, None),
    "window clerk": ("window_clerk", TOWNSHIP, None, None),
}


def changed(source):
    """The catalogue without one item, and with one more that is decided by another department."""
    documents = {path: copy.deepcopy(document) for path, document in source.documents.items()}
    del documents[f"form_schemas/items/{GONE}.json"]
    documents.pop(f"form_schemas/examples/{GONE}.json", None)
    for document in documents.values():
        _forget(document, GONE)
    added = copy.deepcopy(documents["form_schemas/items/charity_aid.json"])
    added |= {"slug": ADDED, "code": "SQ39", "title": {"zh": "冬季取暖补助", "en": "Winter heating aid"}}
    added |= {"co_apply": [], "excludes": []}
    documents[f"form_schemas/items/{ADDED}.json"] = added
    return Source(documents)


def _forget(node, slug):
    """Nothing may refer to an item that is gone."""
    if isinstance(node, dict):
        for value in node.values():
            _forget(value, slug)
        values = node.get("values")
        if isinstance(values, list):
            node["values"] = [v for v in values if not (isinstance(v, dict) and v.get("code") == slug)]
    elif isinstance(node, list):
        node[:] = [value for value in node if value != slug]
        for value in node:
            _forget(value, slug)


def make_case(session, release, item, region, number, household, person):
    """One case at a place, as a list reads it."""
    application = Application(
        number=f"A{number:05}",
        release_id=release.id,
        household_id=household.id,
        applicant_id=person.id,
        applicant_name=f"家{number % 7}户主",
        items=[item.slug],
        answers={"applicant_name": f"家{number % 7}户主", "hh_hukou_region": region, "members": []},
        papers=[],
        window_region=region[:9],
        region_code=region,
        status="accepted",
        front_state={},
        submitted_at=NOON,
        accepted_on=date(2022, 6, 1),
    )
    session.add(application)
    session.flush()
    session.add(
        Case(
            number=f"A{number:05}-01",
            application_id=application.id,
            household_id=household.id,
            release_id=release.id,
            item=item.slug,
            department_code=item.department,
            region_code=region,
            applicant_name=application.applicant_name,
            opened_on=date(2022, 6, 1),
            due_on=date(2022, 6, 1 + number % 20),
            persons=[],
            state={},
            listing={},
        )
    )


@pytest.fixture(scope="module")
def new_release(shipped_release):
    return build(changed(shipped_release.source))


@pytest.fixture
def world(settings, vault, shipped_release, new_release):
    """Both releases live, six dozen cases in two counties, one account per reader."""
    with open_session(settings.database_url, vault) as session, transaction(session):
        Town(session, shipped_release)
        household, person = Household(region_code=VILLAGE), Person(name="户主")
        session.add_all([household, person])
        session.flush()
        number = 0
        for release in (shipped_release, new_release):
            put_in_force(session, release)
            slugs = [slug for slug in (*ITEMS, ADDED) if slug in release.catalogue.items]
            for slug in slugs:
                for region in PLACES:
                    number += 1
                    make_case(session, release, release.catalogue.item(slug), region, number, household, person)
        users = {
            name: make_user(session, role, region=region, department=department, items=items).id
            for name, (role, region, department, items) in READERS.items()
        }
    app = serve(settings, vault, new_release)
    app.users = users
    yield app
    close(app)


def plainly(app, name):
    """The cases a reader may see by item, by the predicate in plain Python."""
    with app.app_context():
        actor = actor_for(db.session(), app.users[name], name, today=date(2025, 1, 1))
        scope = actor.scope("case.read")
        rows = db.session.scalars(select(Case)).all()
        allowed = {c.id for c in rows if scope.covers(c.region_code, c.department_code, c.item)}
        found = {}
        for case in rows:
            found.setdefault(case.item, {})[case.id] = (case.id in allowed, case.applicant_name)
        return actor, found


def item_views(app):
    return [view for view in app.appbuilder.baseviews if isinstance(view, ItemView)]


@pytest.mark.parametrize("name", READERS)
def test_every_view_shows_what_the_predicate_says(world, name):
    actor, cases = plainly(world, name)
    client = sign_in(world.test_client(), world.users[name])
    views = item_views(world)
    assert {view.item.slug for view in views} >= {*ITEMS, ADDED}
    opened = 0
    for view in views:
        slug = view.item.slug
        known = cases.get(slug, {})
        expected = {key for key, (allowed, _) in known.items() if allowed}
        page = client.get(f"/items/{slug}/list/?psize_item_{slug}=100")
        api = client.get(f"/api/v1/items/{slug}/?q=(page_size:100)")
        if not actor.scope("case.read").reaches(view.item.department, slug) and page.status_code == 403:
            assert expected == set()
            assert api.status_code == 403
            continue
        opened += 1
        assert page.status_code == 200
        assert {int(key) for key in re.findall(rf'href="/items/{slug}/show/([0-9]+)"', page.text)} == expected, slug
        assert f"共 {len(expected)} 条" in page.text
        assert set(api.get_json()["ids"]) == expected
        assert api.get_json()["count"] == len(expected)
        if not known:
            continue
        searched = client.get(f"/items/{slug}/list/?f_applicant=家3").text
        named = {key for key in expected if known[key][1].startswith("家3")}
        assert {int(key) for key in re.findall(rf'href="/items/{slug}/show/([0-9]+)"', searched)} == named
        for key in sorted(set(known) - expected):
            assert client.get(f"/items/{slug}/show/{key}").status_code == 404
            assert client.get(f"/api/v1/items/{slug}/{key}").status_code == 404
        for key in sorted(expected)[:2]:
            assert client.get(f"/items/{slug}/show/{key}").status_code == 200, key
            assert client.get(f"/api/v1/items/{slug}/{key}").status_code == 200
        _bulk(client, actor, slug, known, expected)
    assert opened == sum(
        actor.scope("case.read").reaches(view.item.department, view.item.slug) or _has_role(actor, view)
        for view in views
    )


def _has_role(actor, view):
    """A reader of some items of a department opens the lists of all its items, and finds the others empty."""
    return any(
        "case.read" in ROLES[grant.role].functions and grant.department in {None, view.item.department}
        for grant in actor.grants
    )


def _bulk(client, actor, slug, known, expected):
    """A bulk action takes the reader's rows together, or nothing at all."""
    may = actor.may("case.decide")
    mine = post(client, f"/items/{slug}/action_post", {"action": "agree", "rowid": sorted(expected)[:3]})
    assert mine.status_code == (303 if not expected else 200 if may else 403), slug
    foreign = sorted(set(known) - expected)
    if foreign:
        rows = [*sorted(expected)[:1], foreign[0]]
        assert post(client, f"/items/{slug}/action_post", {"action": "agree", "rowid": rows}).status_code == 404
        assert post(client, f"/items/{slug}/bulk", {"bulk": "confirm", "rowid": rows}).status_code in {403, 404}


def test_the_item_that_is_gone_keeps_its_place_until_its_last_file_ends(world, settings, vault, new_release):
    with world.app_context():
        assert f"item_{GONE}" in {view.endpoint for view in item_views(world)}
    page = sign_in(world.test_client(), world.users["county youth league"]).get("/items").text
    assert "已停办,办完为止" in page
    with open_session(settings.database_url, vault) as session, transaction(session):
        for application in session.scalars(select(Application).where(Application.release_id != new_release.id)):
            application.closed_on = date(2022, 7, 1)
    later = serve(settings, vault, new_release)
    assert f"item_{GONE}" not in {view.endpoint for view in item_views(later)}
    close(later)


# --- the predicate itself -------------------------------------------------------------------------------------------

CODES = ("3213", "321311", "321302", TOWNSHIP, "321311104", VILLAGE, "321311106202", "321302105201", "3214", "32131")
ROWS = [(r, d, i) for r in CODES for d in ("MZ", "JY", "GD") for i in ("dibao", "orphan", "power_cut")]
grants = st.builds(
    Grant,
    st.sampled_from(["department_officer", "supervisor", "township_head"]),
    st.sampled_from([*CODES, "3", "32", "9"]),
    st.sampled_from([None, "MZ", "JY", "GD", "??"]),
    st.sampled_from([None, frozenset(), frozenset({"dibao"}), frozenset({"dibao", "power_cut"}), frozenset({"none"})]),
)
table = Table(
    "access_rows",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("region", String(12)),
    Column("department", String(10)),
    Column("item", String(60)),
    prefixes=["TEMPORARY"],
)


@pytest.fixture
def rows(session):
    table.create(session.connection())
    session.execute(
        insert(table), [{"id": n, "region": r, "department": d, "item": i} for n, (r, d, i) in enumerate(ROWS)]
    )
    yield session
    table.drop(session.connection())


@hypothesis(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scope=st.builds(Scope, st.lists(grants, max_size=4).map(tuple)))
def test_the_predicate_in_sql_is_the_predicate_in_python(rows, scope):
    said = where(scope, region=table.c.region, department=table.c.department, item=table.c.item)
    found = set(rows.scalars(select(table.c.id).where(said)))
    assert found == {n for n, (region, department, item) in enumerate(ROWS) if scope.covers(region, department, item)}
