"""The town behind generated screens: the shipped catalogue, two families' files, one account per desk."""

from __future__ import annotations

import pytest

from portal.admin.permissions import sync_permissions
from portal.app import create_app
from portal.db import db, open_session, transaction
from tests.factories import make_user
from tests.platform.town import CITY, COUNTY, OTHER_COUNTY, OTHER_VILLAGE, TOGETHER, TOWNSHIP, Town

POSTS = {
    "jy": ("department_officer", COUNTY, "JY"),
    "jy_head": ("department_head", COUNTY, "JY"),
    "other_jy": ("department_officer", OTHER_COUNTY, "JY"),
    "mz": ("department_officer", COUNTY, "MZ"),
    "mz_head": ("department_head", COUNTY, "MZ"),
    "zj": ("department_officer", COUNTY, "ZJ"),
    "head": ("township_head", TOWNSHIP, None),
    "supervisor": ("supervisor", CITY, None),
    "clerk": ("window_clerk", TOWNSHIP, None),
    "keeper": ("administrator", CITY, None),
}


def serve(settings, vault, release):
    """The application of a release with its permissions written, as publishing does."""
    app = create_app(settings, release)
    app.testing = True
    with open_session(settings.database_url, vault) as session, transaction(session):
        sync_permissions(session, app.extensions["appbuilder"].baseviews)
    return app


def close(app):
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def town(settings, vault, shipped_release):
    """A town with one family in each of two counties; `town.users` are accounts by desk."""
    with open_session(settings.database_url, vault) as session, transaction(session):
        made = Town(session, shipped_release)
        made.ours = made.accepted(TOGETHER)["dibao"].application_id
        made.theirs = made.accepted(["education_aid"], village=OTHER_VILLAGE)["education_aid"].application_id
        made.users = {
            name: make_user(session, role, region=region, department=department, username=name, name=name).id
            for name, (role, region, department) in POSTS.items()
        }
    return made


@pytest.fixture
def town_app(settings, vault, town):
    app = serve(settings, vault, town.release)
    yield app
    close(app)


@pytest.fixture
def as_(town, town_app):
    """A client signed in at a desk: `as_("jy")`."""
    from tests.factories import sign_in

    return lambda name: sign_in(town_app.test_client(), town.users[name])
