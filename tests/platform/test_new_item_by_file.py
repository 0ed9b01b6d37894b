"""A catalogue dropped in as files and published while people work: its places appear, and running cases stay on theirs."""

from __future__ import annotations

import copy
import re

import pytest
from werkzeug.test import Client

from portal.app import prepare
from portal.catalogue.commands import publish
from portal.catalogue.documents import Source
from portal.db import open_session, transaction
from portal.serving import Swapping
from tests.factories import make_user, sign_in
from tests.families import NOON
from tests.platform.town import COUNTY, TOGETHER, VILLAGE, Town

NEW = "winter_heating"
ITEM = "form_schemas/items/education_aid.json"


def changed(source):
    """A label changed, a question added, an item retired, an item added: what a configurator drops in as files."""
    documents = {path: copy.deepcopy(document) for path, document in source.documents.items()}
    for question in documents["form_schemas/questions/m_edu.json"]["questions"]:
        if question["id"] == "member_school_name":
            question["title"] = {"zh": "就读学校全称", "en": "Full name of the school"}
    section = documents["form_schemas/questions/sp_edu.json"]
    asked = copy.deepcopy(next(q for q in section["questions"] if q["type"] == "boolean"))
    asked |= {"id": "edu_meals", "title": {"zh": "是否在校就餐", "en": "Eats at school"}, "required": False}
    section["questions"].append(asked)
    _place(documents["form_schemas/application.json"], "edu_bank_by_school", "edu_meals")
    item = documents[ITEM]
    item["questions"].append("edu_meals")
    item["view"]["list"].append("edu_meals")
    for fieldset in item["view"]["fieldsets"]:
        if "edu_bank_by_school" in fieldset["questions"]:
            fieldset["questions"].append("edu_meals")
    documents["form_schemas/items/hope_grant.json"]["retired_on"] = "2022-01-01"
    added = copy.deepcopy(documents["form_schemas/items/charity_aid.json"])
    added |= {"slug": NEW, "code": "SQ39", "title": {"zh": "冬季取暖补助", "en": "Winter heating aid"}}
    added |= {"department": "JY", "co_apply": [], "excludes": [], "needs": []}
    documents[f"form_schemas/items/{NEW}.json"] = added
    codes = documents["form_schemas/codes/items.json"]["values"]
    codes.append({"code": NEW, "title": added["title"]})
    return Source(documents)


def _place(node, beside, question):
    """Put a question into the layout right after another one."""
    if isinstance(node, list):
        for at, value in enumerate(node):
            if isinstance(value, dict) and str(value.get("scope", "")).endswith(f"/{beside}"):
                node.insert(at + 1, {"type": "Control", "scope": value["scope"].replace(beside, question)})
                return
        for value in node:
            _place(value, beside, question)
    elif isinstance(node, dict):
        for value in node.values():
            _place(value, beside, question)


@pytest.fixture
def served(settings, vault, shipped_release):
    """A running server on the shipped catalogue with one family's open file, an officer and a stranger signed in."""
    with open_session(settings.database_url, vault) as session, transaction(session):
        town = Town(session, shipped_release)
        prepare(session, shipped_release, settings)
        town.accepted(TOGETHER)
        town.accepted(["hope_grant"], village=VILLAGE)
        officer = make_user(session, "department_officer", region=COUNTY, department="JY").id
        stranger = make_user(session, "department_officer", region=COUNTY, department="ZJ").id
    swapping = Swapping(settings)
    clients = []
    for user in (officer, stranger):
        cookie = sign_in(swapping.current.app.test_client(), user).get_cookie("portal").value
        client = Client(swapping)
        client.set_cookie("portal", cookie)
        clients.append(client)
    yield town, swapping, *clients
    swapping.stop()


def publish_now(settings, vault, source):
    with open_session(settings.database_url, vault) as session, transaction(session):
        release = publish(session, actor_id=None, actor_name="tests", source=source, note="", now=NOON)
        prepare(session, release, settings)
    return release


def facts(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_new_item_appears_in_the_running_server_and_nobody_is_signed_out(served, settings, vault):
    town, _swapping, officer, stranger = served
    assert officer.get(f"/items/{NEW}/list/").status_code == 404
    release = publish_now(settings, vault, changed(town.release.source))
    # No restart and nobody told the server: the first request for the new address finds it.
    assert officer.get(f"/items/{NEW}/list/").status_code == 200
    assert f'<a href="/items/{NEW}/list/">冬季取暖补助</a>' in officer.get("/").text
    assert "冬季取暖补助" in officer.get("/items").text
    assert officer.get(f"/api/v1/items/{NEW}/").json["count"] == 0
    assert stranger.get(f"/items/{NEW}/list/").status_code == 403
    assert stranger.get(f"/api/v1/items/{NEW}/").status_code == 403
    with open_session(settings.database_url, vault) as session, transaction(session):
        town.db, town.release = session, release
        case = town.accepted([NEW], village=VILLAGE)[NEW].id
    page = officer.get(f"/items/{NEW}/show/{case}")
    assert page.status_code == 200
    assert "部门认定研判" in page.text
    assert officer.get(f"/api/v1/items/{NEW}/").json["count"] == 1
    assert officer.get("/items").status_code == 200


def test_cases_of_both_releases_are_shown_by_their_own(served, settings, vault):
    town, _swapping, officer, _stranger = served
    release = publish_now(settings, vault, changed(town.release.source))
    assert officer.get(f"/items/{NEW}/list/").status_code == 200
    with open_session(settings.database_url, vault) as session, transaction(session):
        town.db, town.release = session, release
        members = [{**member, "edu_meals": True} for member in town.facts()["members"]]
        new = town.accepted(["education_aid"], village=VILLAGE, members=members)["education_aid"].id
    listed = officer.get("/items/education_aid/list/").text
    assert "是否在校就餐" in listed
    assert {int(key) for key in re.findall(r"/items/education_aid/show/([0-9]+)", listed)} >= {2, new}
    old_page, new_page = (facts(officer.get(f"/items/education_aid/show/{key}").text) for key in (2, new))
    assert "本件按受理时的目录版本办理" in old_page
    assert "本件按受理时的目录版本办理" not in new_page
    assert "是否在校就餐" in new_page
    assert "是否在校就餐" not in old_page


def test_a_retired_item_keeps_its_place_while_its_cases_run(served, settings, vault):
    town, swapping, officer, _stranger = served
    publish_now(settings, vault, changed(town.release.source))
    assert swapping.look()
    with open_session(settings.database_url, vault) as session:
        league = make_user(session, "department_officer", region=COUNTY, department="TW").id
        session.commit()
    client = Client(swapping)
    client.set_cookie("portal", sign_in(swapping.current.app.test_client(), league).get_cookie("portal").value)
    assert "已停办" in client.get("/items").text
    assert client.get("/items/hope_grant/list/").text.count("/items/hope_grant/show/") == 1
    assert officer.get("/items").status_code == 200
