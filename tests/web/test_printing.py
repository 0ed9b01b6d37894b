"""The official documents are opened and read: the words of both languages, rare characters, whose numbers, who may."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.access.rules import Actor, Grant
from portal.audit.models import Event
from portal.cases import commands
from portal.catalogue.models import Publication, StoredRelease
from portal.db import db, transaction
from portal.notices.models import Notice
from portal.organisation.commands import load_calendar, load_departments, load_regions
from portal.rendering.pdf import missing_characters, pdf
from tests.factories import make_user, post, sign_in
from tests.families import NOON, complete

ITEMS = ["dibao", "education_aid", "housing_aid"]
NAME = "𠮷木·示例"


def read(document: bytes, tmp_path: Path) -> str:
    """The text of a PDF without the breaks between its lines."""
    path = tmp_path / "document.pdf"
    path.write_bytes(document)
    text = subprocess.run(["/usr/bin/pdftotext", "-raw", path, "-"], capture_output=True, check=True).stdout.decode()
    return text.replace("\n", "")


@pytest.fixture
def application(app, shipped_release):
    """An application a window took, for a family whose name no common font holds; gives its number."""
    release = shipped_release
    facts = next(e for e in release.catalogue.examples if e.item == "dibao" and e.expect["outcome"] == "eligible").facts
    facts = {k: v for k, v in json.loads(json.dumps(dict(facts))).items() if not k.startswith("s_")}
    facts["members"][0]["member_name"] = NAME
    with app.app_context(), transaction(db.session()) as session:
        session.add(StoredRelease(id=release.id, bundle=release.bundle, first_published_at=NOON))
        session.flush()
        session.add(Publication(release_id=release.id, note="", published_by="tests", published_at=NOON))
        load_regions(session, release.source.one("regions")["regions"])
        load_departments(session, release.source.one("departments")["departments"])
        load_calendar(session, release.source.documents["workflows/calendars/cn.json"])
        clerk = Actor(None, "窗口", (Grant("window_clerk", "321302"),))
        made = commands.submit(
            session,
            clerk,
            release,
            items=ITEMS,
            answers=complete(release, ITEMS, facts),
            window_region="321302",
            now=NOON,
        )
        return made.number


def clerk_of(app, region, role="window_clerk"):
    with app.app_context(), transaction(db.session()) as session:
        user_id = make_user(session, role, region=region).id
    return sign_in(app.test_client(), user_id)


def test_the_receipt_names_items_days_and_the_way_to_follow(app, application, tmp_path):
    answer = clerk_of(app, "321302").get(f"/print/receipt/{application}.pdf")
    assert answer.mimetype == "application/pdf"
    words = read(answer.data, tmp_path)
    for expected in (application, NAME, "最低生活保障", "住房", "宿豫区大兴镇", "承诺办结", "扫码"):
        assert expected in words


def test_a_letter_says_what_was_written(app, application, tmp_path):
    with app.app_context():
        notice = db.session.scalar(select(Notice).where(Notice.kind == "receipt"))
        number, sentence = notice.number, notice.body["lines"][0]["zh"]
        notice_id = notice.id
    words = read(clerk_of(app, "321302").get(f"/print/letter/{notice_id}.pdf").data, tmp_path)
    assert number in words
    assert sentence in words


@pytest.mark.parametrize("kind", ["form", "authorisation"])
def test_what_the_family_signs_bears_its_numbers_and_printing_it_is_recorded(app, application, tmp_path, kind):
    answer = post(clerk_of(app, "321302"), f"/print/{kind}/{application}.pdf")
    words = read(answer.data, tmp_path)
    with app.app_context():
        from portal.applications.models import Application
        from portal.applications.queries import clear_answers

        row = db.session.scalar(select(Application))
        members = clear_answers(db.session(), row)["members"]
        events = db.session.scalars(select(Event).where(Event.action == "application.printed")).all()
    assert members[0]["member_id_no"] in words
    assert NAME in words
    assert [event.data["document"] for event in events] == [kind]


def test_no_number_stands_in_full_on_what_is_handed_around(app, application, tmp_path):
    with app.app_context():
        from portal.applications.models import Application
        from portal.applications.queries import clear_answers

        number = clear_answers(db.session(), db.session.scalar(select(Application)))["applicant_id_no"]
    assert number not in read(clerk_of(app, "321302").get(f"/print/receipt/{application}.pdf").data, tmp_path)


def test_another_place_prints_nothing(app, application):
    stranger = clerk_of(app, "321322")
    assert stranger.get(f"/print/receipt/{application}.pdf").status_code == 404
    assert post(stranger, f"/print/form/{application}.pdf").status_code == 404
    assert app.test_client().get(f"/print/receipt/{application}.pdf").status_code == 302


def test_the_guide_of_every_item_can_be_printed_by_anybody(app, application, shipped_release, tmp_path):
    reader = app.test_client()
    for slug, item in shipped_release.catalogue.items.items():
        words = read(reader.get(f"/print/guide.pdf?items={slug}").data, tmp_path)
        assert item.title.zh in words
    together = read(reader.get(f"/print/guide.pdf?items={','.join(ITEMS)}").data, tmp_path)
    assert "教育" in together
    for nonsense, status in (("", 422), ("nothing", 404), ("dibao," * 60, 422)):
        assert reader.get("/print/guide.pdf", query_string={"items": nonsense}).status_code == status


def test_english_documents_hold_no_chinese_words_of_ours(app, application, tmp_path):
    clerk = clerk_of(app, "321302")
    post(clerk, "/lang", {"lang": "en"})
    words = read(clerk.get("/print/guide.pdf?items=dibao").data, tmp_path)
    assert not [char for char in words if "\u4e00" <= char <= "\u9fff"]
    words = read(clerk.get(f"/print/receipt/{application}.pdf").data, tmp_path)
    assert "Receipt" in words
    assert "承诺" not in words


def test_a_character_no_font_has_stands_as_its_code_and_is_told(caplog, tmp_path):
    assert missing_characters(NAME) == frozenset()
    assert missing_characters("示例\U0003134a") == {"\U0003134a"}
    frame = {
        "title": "测试\U0003134a",
        "lang": "zh",
        "number": "",
        "issuer": "",
        "foot": "",
        "date": [2025, 1, 1],
        "day": "",
    }
    words = read(pdf("guide", {**frame, "lines": [], "items": [], "notes": []}), tmp_path)
    assert "测试〔U+3134A〕" in words
    assert "U+3134A" in caplog.text


def test_letters_may_hold_anything(app):
    hostile = "#panic() $x$ *a* `b` <c> \\ \" 'd' //e /*f*/ @g [h] {i}"
    frame = {
        "title": hostile,
        "lang": "zh",
        "number": "",
        "issuer": hostile,
        "foot": hostile,
        "date": [2025, 1, 1],
        "day": "",
    }
    assert pdf("guide", {**frame, "lines": [hostile], "items": [], "notes": [hostile]}).startswith(b"%PDF")
