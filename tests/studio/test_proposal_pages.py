"""From an idea to a published item in the browser's own way: start, look, submit, a second person publishes, roll back."""

from __future__ import annotations

import io
import json
import re

import pytest
from sqlalchemy import func, select

from portal.catalogue import queries as catalogue_queries
from portal.catalogue.models import Publication, StoredRelease
from portal.db import db, transaction
from portal.proposals.models import Proposal
from tests.factories import make_user, post, sign_in
from tests.families import NOON


@pytest.fixture
def people(app, shipped_release):
    """Two configurators and a clerk, signed in, on the shipped catalogue."""
    release = shipped_release
    with app.app_context(), transaction(db.session()) as session:
        ids = [
            make_user(session, role, region="3213", username=name, name=name).id
            for role, name in (("configurator", "ann"), ("configurator", "ben"), ("window_clerk", "clerk"))
        ]
        session.add(StoredRelease(id=release.id, bundle=release.bundle, first_published_at=NOON))
        session.flush()
        session.add(Publication(release_id=release.id, note="第一版", published_by="tests", published_at=NOON))
    return [sign_in(app.test_client(), number) for number in ids]


def token_of(client, address):
    return re.search(r'name="_token" value="(\d+)"', client.get(address).text).group(1)


def begun(client):
    answer = post(client, "/studio", {"title": "冬季取暖", "slug": "heating_aid", "like": "education_aid"})
    assert answer.status_code == 303
    return int(re.search(r"/studio/(\d+)/", answer.location).group(1))


def imported(client, content, name):
    """Send a bundle as a file; the client's own copy of what it sent is closed, which it forgets with large ones."""
    answer = post(client, "/studio/publications/import", {"bundle": (io.BytesIO(content), name)})
    answer.request.input_stream.close()
    return answer


def submitted(client):
    number = begun(client)
    place = f"/studio/{number}"
    post(client, f"{place}/submit", {"_token": token_of(client, place), "note": "天冷"})
    return number


def test_only_configurators_find_the_studio(people):
    *_, clerk = people
    assert clerk.get("/studio").status_code == 403
    assert clerk.get("/studio/1").status_code == 403
    assert post(clerk, "/studio", {"title": "x"}).status_code == 403


def test_an_item_is_begun_seen_undone_and_done_again(people):
    ann = people[0]
    place = f"/studio/{begun(ann)}"
    page = ann.get(place).text
    assert "form_schemas/items/heating_aid.json" in page
    post(ann, f"{place}/undo", {"_token": token_of(ann, place)})
    assert "form_schemas/items/heating_aid.json" not in ann.get(place).text
    post(ann, f"{place}/redo", {"_token": token_of(ann, place)})
    assert "form_schemas/items/heating_aid.json" in ann.get(place).text


def test_a_second_person_publishes_and_it_can_be_rolled_back(app, people, shipped_release):
    ann, ben, _ = people
    place = f"/studio/{submitted(ann)}"
    assert post(ann, f"{place}/approve").status_code == 303
    with app.app_context():
        assert catalogue_queries.current_id(db.session()) == shipped_release.id
    assert post(ben, f"{place}/approve").status_code == 303
    with app.app_context():
        assert "heating_aid" in catalogue_queries.current(db.session()).catalogue.items
        first = db.session.scalar(select(func.min(Publication.id)))
    page = ben.get("/studio/publications").text
    assert "冬季取暖" in page
    assert "heating_aid" in ben.get(f"/studio/publications/{first + 1}").text
    post(ben, f"/studio/publications/{first}/again", {"reason": "弄错了"})
    with app.app_context():
        assert catalogue_queries.current_id(db.session()) == shipped_release.id


def test_an_old_page_changes_nothing_and_shows_the_difference(app, people):
    ann, ben, _ = people
    number = begun(ann)
    place, path = f"/studio/{number}", "form_schemas/items/heating_aid.json"
    old = token_of(ann, place)
    with app.app_context():
        document = db.session.get(Proposal, number).documents[path]
    theirs = json.dumps(document | {"layer": "basic_living"})
    post(ben, f"{place}/document", {"_token": old, "path": path, "document": theirs})
    answer = post(ann, f"{place}/document", {"_token": old, "path": path, "document": json.dumps(document)})
    assert answer.status_code == 409
    assert "basic_living" in answer.text
    with app.app_context():
        assert db.session.get(Proposal, number).documents[path]["layer"] == "basic_living"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"document": "{", "path": "form_schemas/items/dibao.json"}, 422),
        ({"document": "[]", "path": "form_schemas/items/dibao.json"}, 422),
        ({"document": '{"a": 1, "a": 2}', "path": "form_schemas/items/dibao.json"}, 422),
        ({"document": "{}", "path": "../../config.py"}, 422),
        ({"document": "{}", "path": "form_schemas/items/dibao.json", "_token": "x"}, 400),
    ],
)
def test_what_is_no_document_is_refused(people, data, status):
    ann = people[0]
    place = f"/studio/{begun(ann)}"
    answer = post(ann, f"{place}/document", {"_token": token_of(ann, place), **data})
    assert answer.status_code == status


def test_a_bundle_goes_out_and_comes_back_byte_for_byte(people, shipped_release):
    ann = people[0]
    out = ann.get(f"/studio/publications/export/{shipped_release.id}.json")
    assert out.data.decode() == shipped_release.bundle
    name = f"{shipped_release.id}.json"
    same = imported(ann, out.data, name)
    assert "完全相同" in same.text
    number = begun(ann)
    changed = ann.get(f"/studio/publications/export/proposal/{number}.json").data
    page = imported(ann, changed, "other.json").text
    assert "form_schemas/items/heating_aid.json" in page
    taken = post(
        ann,
        "/studio/publications/import",
        {"content": changed.decode(), "name": "other.json", "take": ["form_schemas/items/heating_aid.json"]},
    )
    assert taken.status_code == 303
    assert (
        ann.get(taken.location.replace("/studio/", "/studio/publications/export/proposal/") + ".json").data == changed
    )


def test_a_bundle_that_lies_about_its_hash_is_refused(people, shipped_release):
    ann = people[0]
    assert imported(ann, shipped_release.bundle.encode(), "0" * 64 + ".json").status_code == 422
    for nonsense in (b"", b"{", b"[]", b'{"form_schemas/items/x.json": 3}', b"\xff\xfe"):
        assert imported(ann, nonsense, "x.json").status_code == 422
