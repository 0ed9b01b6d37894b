"""A release is published while people work: the new application takes over, no request is lost, nobody is signed out."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections import Counter

import pytest
from flask import current_app

from portal.app import create_app
from portal.catalogue.models import Publication, StoredRelease
from portal.db import open_session, transaction
from portal.serving import Swapping
from tests.factories import NOON, make_user, sign_in
from tests.servers import serving


def publish(settings, vault, release):
    with open_session(settings.database_url, vault) as session, transaction(session):
        if session.get(StoredRelease, release.id) is None:
            session.add(StoredRelease(id=release.id, bundle=release.bundle, first_published_at=NOON))
            session.flush()
        publication = Publication(release_id=release.id, note="", published_by="tests", published_at=NOON)
        session.add(publication)
        session.flush()
        return publication.id


def numbered():
    """Applications that say which build they are, and take a moment to answer; the second build has a new page."""
    builds = []

    def build(settings, release):
        app = create_app(settings, release)
        builds.append(app)
        number = len(builds)

        def which():
            time.sleep(0.02)
            return f"build {number}"

        app.add_url_rule("/which", "which", which)
        if number > 1:
            app.add_url_rule("/new-item", "new-item", lambda: "here")
        return app

    return build, builds


@pytest.fixture
def swapping(settings, vault, shipped_release):
    publish(settings, vault, shipped_release)
    build, builds = numbered()
    made = Swapping(settings, build)
    made.builds = builds
    yield made
    made.stop()


def hammer(address, stop, seen):
    while not stop.is_set():
        with urllib.request.urlopen(f"{address}/which", timeout=10) as answer:
            seen.append((answer.status, answer.read().decode()))


def test_no_request_is_lost_while_the_application_is_replaced(swapping, settings, vault, shipped_release):
    stop, seen = threading.Event(), []
    with serving(swapping) as address:
        clients = [threading.Thread(target=hammer, args=(address, stop, seen)) for _ in range(6)]
        for client in clients:
            client.start()
        for _ in range(2):
            publish(settings, vault, shipped_release)
            assert swapping.look()
        time.sleep(0.2)
        stop.set()
        for client in clients:
            client.join(20)
    answers = Counter(body for _, body in seen)
    assert {status for status, _ in seen} == {200}
    assert set(answers) >= {"build 1", "build 3"}
    assert sum(answers.values()) > 50


def test_the_background_watch_notices_a_publication(swapping, settings, vault, shipped_release):
    watch = swapping.watch(every=0.05)
    newest = publish(settings, vault, shipped_release)
    deadline = time.monotonic() + 20
    while swapping.current.publication != newest:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    swapping.stopped.set()
    watch.join(20)
    assert not watch.is_alive()


def test_a_page_of_a_release_published_this_moment_is_found(swapping, settings, vault, shipped_release):
    with serving(swapping) as address:
        with pytest.raises(urllib.error.HTTPError, match="404") as missing:
            urllib.request.urlopen(f"{address}/new-item", timeout=10)
        missing.value.close()
        publish(settings, vault, shipped_release)
        with urllib.request.urlopen(f"{address}/new-item", timeout=10) as answer:
            assert answer.read() == b"here"


def test_a_request_inside_finishes_on_the_application_it_began_on(swapping, settings, vault, shipped_release):
    old = swapping.current
    assert old.enter()
    publish(settings, vault, shipped_release)
    assert swapping.look()
    assert old.retired
    assert not old.enter()
    assert old.inside == 1
    with old.app.test_client() as client:
        assert client.get("/which").text == "build 1"
    old.leave()
    assert old.inside == 0


def test_signed_in_people_stay_signed_in(swapping, settings, vault, shipped_release):
    with open_session(settings.database_url, vault) as session, transaction(session):
        clerk = make_user(session).id
    cookie = sign_in(swapping.current.app.test_client(), clerk).get_cookie("portal").value
    publish(settings, vault, shipped_release)
    assert swapping.look()
    after = swapping.current.app.test_client()
    after.set_cookie("portal", cookie)
    assert after.get("/").status_code == 200


def test_a_release_whose_pages_cannot_be_built_leaves_the_one_before(settings, vault, shipped_release, caplog):
    publish(settings, vault, shipped_release)
    attempts = []

    def fragile(chosen, release):
        attempts.append(release)
        if len(attempts) == 2:
            raise RuntimeError("a page that cannot be built")
        return create_app(chosen, release)

    swapping = Swapping(settings, fragile)
    publish(settings, vault, shipped_release)
    assert not swapping.look()
    assert swapping.current.app.test_client().get("/login/").status_code == 200
    assert not swapping.look()
    assert len(attempts) == 2
    publish(settings, vault, shipped_release)
    assert swapping.look()
    swapping.stop()


def test_nothing_published_yet_is_served_too(settings):
    swapping = Swapping(settings)
    assert swapping.current.publication is None
    assert swapping.current.app.test_client().get("/login/").status_code == 200
    swapping.stop()


def test_the_application_knows_its_release(swapping, shipped_release):
    with swapping.current.app.app_context():
        assert current_app.extensions["portal_release"].id == shipped_release.id
