"""Papers and signatures: from the desk, from a phone, once, for the right family, and nothing shown to anybody else."""

from __future__ import annotations

import base64
import io
import json
import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from sqlalchemy import select

from portal.access.models import PhoneLink
from portal.access.rules import Actor, Grant
from portal.applications.commands import save_draft
from portal.audit.models import Event
from portal.catalogue.models import Publication, StoredRelease
from portal.db import db, transaction
from portal.files.models import StoredFile
from tests.factories import PASSWORD, make_user, post, sign_in
from tests.families import NOON, id_number

ITEMS = ["dibao", "housing_aid"]
FATHER, MOTHER = id_number("1980-01-01", 11), id_number("1982-02-02", 12)
ANSWERS = {
    "app_mode": "self",
    "applicant_name": "示例甲",
    "applicant_id_no": FATHER,
    "members": [
        {"row_id": "m1", "member_name": "示例甲", "member_id_no": FATHER, "member_birth_date": "1980-01-01"},
        {"row_id": "m2", "member_name": "示例乙", "member_id_no": MOTHER, "member_birth_date": "1982-02-02"},
        {"row_id": "m3", "member_name": "示例丙", "member_birth_date": "2015-05-05"},
    ],
    "supporters": [{"row_id": "s1", "sup_name": "示例丁", "sup_id_no": id_number("1955-05-05", 13)}],
}


def picture(colour="white"):
    made = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(made, "PNG")
    return made.getvalue()


def drawn(colour="black"):
    return "data:image/png;base64," + base64.b64encode(picture(colour)).decode()


def files(colour="white", name="病历.png"):
    return (io.BytesIO(picture(colour)), name)


@pytest.fixture
def clerk(app, shipped_release):
    """A clerk with a draft of a family of three; `clerk.draft` is its id."""
    release = shipped_release
    with app.app_context(), transaction(db.session()) as session:
        user = make_user(session, "window_clerk", region="321302", username="clerk")
        session.add(StoredRelease(id=release.id, bundle=release.bundle, first_published_at=NOON))
        session.flush()
        session.add(Publication(release_id=release.id, note="", published_by="tests", published_at=NOON))
        actor = Actor(user.id, "窗口", (Grant("window_clerk", "321302"),))
        draft = save_draft(
            session,
            actor,
            catalogue=release.catalogue,
            release_id=release.id,
            items=ITEMS,
            answers=json.loads(json.dumps(ANSWERS)),
            window_region="321302",
            now=NOON,
        )
        draft_id, user_id = draft.id, user.id
    client = sign_in(app.test_client(), user_id)
    client.draft = draft_id
    return client


def kept(app):
    with app.app_context():
        rows = db.session.scalars(select(StoredFile).where(StoredFile.removed_at.is_(None)).order_by(StoredFile.id))
        return [(row.paper, row.place, row.channel) for row in rows]


def token_of(answer, letter):
    return re.search(rf"/{letter}/([\w-]+)<", answer.text).group(1)


def test_the_page_lists_what_this_family_must_bring_with_an_example(clerk):
    page = clerk.get(f"/drafts/{clerk.draft}/papers").text
    assert page.index("居民身份证") < page.index("一表通")
    assert "还缺" in page
    assert "委托代理书" not in page  # nobody acts for this family
    assert clerk.get("/papers/example/id_card.svg").mimetype == "image/svg+xml"
    assert clerk.get("/papers/example/nothing.svg").status_code == 422


def test_a_paper_is_kept_shown_and_taken_off(app, clerk):
    answer = post(
        clerk, f"/drafts/{clerk.draft}/papers", {"paper": "diagnosis", "files": [files(), files("red", "二.png")]}
    )
    assert answer.status_code == 303
    assert kept(app) == [("diagnosis", "", "window")] * 2
    page = clerk.get(f"/drafts/{clerk.draft}/papers").text
    assert "病历.png" in page
    key = re.search(r"/files/(f[0-9a-f]{32})/small", page).group(1)
    assert clerk.get(f"/drafts/{clerk.draft}/files/{key}/small").mimetype == "image/jpeg"
    whole = clerk.get(f"/drafts/{clerk.draft}/files/{key}")
    assert whole.data == picture()
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    post(clerk, f"/drafts/{clerk.draft}/papers/remove", {"key": key})
    assert len(kept(app)) == 1


def test_scripts_are_answered_with_data(app, clerk):
    token = re.search(r'name="csrf_token" value="([^"]+)"', clerk.get("/password").text).group(1)
    answer = clerk.post(
        f"/drafts/{clerk.draft}/papers",
        data={"paper": "diagnosis", "files": files(), "csrf_token": token},
        headers={"Accept": "application/json"},
    )
    assert [line["paper"] for line in answer.json] == ["diagnosis"]
    assert clerk.get(f"/drafts/{clerk.draft}/papers.json").json == answer.json


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"paper": "diagnosis"}, 422),
        ({"paper": "nonsense", "files": files()}, 422),
        ({"paper": "applicant_name", "files": files()}, 422),
        ({"paper": "diagnosis", "files": (io.BytesIO(b"MZ program"), "a.jpg")}, 415),
        ({"paper": "diagnosis", "files": (io.BytesIO(b""), "a.jpg")}, 422),
    ],
    ids=["nothing", "unknown paper", "no file question", "disguised", "empty"],
)
def test_what_cannot_be_kept_is_refused_in_words(app, clerk, data, status):
    answer = post(clerk, f"/drafts/{clerk.draft}/papers", data)
    assert answer.status_code == status
    assert kept(app) == []


def test_another_window_sees_nothing(app, clerk):
    post(clerk, f"/drafts/{clerk.draft}/papers", {"paper": "diagnosis", "files": files()})
    key = clerk.get(f"/drafts/{clerk.draft}/papers.json").json[0]["key"]
    with app.app_context(), transaction(db.session()) as session:
        other = make_user(session, "window_clerk", region="321311").id
    stranger = sign_in(app.test_client(), other)
    for address in ("papers", "papers.json", f"files/{key}", f"files/{key}/small", "signatures", "sign"):
        assert stranger.get(f"/drafts/{clerk.draft}/{address}").status_code == 404
    assert post(stranger, f"/drafts/{clerk.draft}/papers/phone").status_code == 404
    assert stranger.get(f"/applications/321302250310000001/files/{key}").status_code == 404
    assert app.test_client().get(f"/drafts/{clerk.draft}/papers").status_code == 302


def test_a_phone_photographs_for_one_draft_and_sees_no_picture(app, clerk):
    token = token_of(post(clerk, f"/drafts/{clerk.draft}/papers/phone"), "p")
    phone = app.test_client()
    page = phone.get(f"/p/{token}")
    assert "居民身份证" in page.text
    assert FATHER not in page.text
    answer = post(phone, f"/p/{token}", {"paper": "id_card", "files": files()}, page=f"/p/{token}")
    assert answer.status_code == 303
    assert kept(app) == [("id_card", "", "phone")]
    assert "/files/" not in phone.get(f"/p/{token}").text
    assert phone.get("/p/" + token[:-1] + "x").status_code == 410
    token_of(post(clerk, f"/drafts/{clerk.draft}/papers/phone"), "p")
    assert phone.get(f"/p/{token}").status_code == 410  # a newer code closes the one before


def test_a_link_ends(app, clerk):
    token = token_of(post(clerk, f"/drafts/{clerk.draft}/papers/phone"), "p")
    with app.app_context(), transaction(db.session()) as session:
        link = session.scalar(select(PhoneLink))
        assert token not in link.token_hash
        link.expires_at = link.made_at - timedelta(minutes=1)
    assert app.test_client().get(f"/p/{token}").status_code == 410


def test_every_adult_and_supporter_signs_and_no_child(clerk):
    page = clerk.get(f"/drafts/{clerk.draft}/signatures").text
    assert [name for name in ("示例甲", "示例乙", "示例丙", "示例丁") if name in page] == ["示例甲", "示例乙", "示例丁"]
    assert page.count("未签") == 3
    assert FATHER not in page


def test_signing_at_the_desk_replaces_what_was_signed_before(app, clerk):
    for colour in ("black", "blue"):
        answer = post(clerk, f"/drafts/{clerk.draft}/sign?place=members:m2", {"signature": drawn(colour)})
        assert answer.status_code == 303
    assert kept(app) == [("signature", "members:m2", "window")]
    assert clerk.get(f"/drafts/{clerk.draft}/signatures").text.count("未签") == 2
    assert post(clerk, f"/drafts/{clerk.draft}/sign?place=members:m9", {"signature": drawn()}).status_code == 404
    for nothing in ("", "data:image/png;base64,", "data:image/png;base64,%%%", "data:text/html;base64,PGI+"):
        assert post(clerk, f"/drafts/{clerk.draft}/sign?place=", {"signature": nothing}).status_code == 422


def test_a_scan_of_a_signature_on_paper_serves_as_well(app, clerk):
    post(clerk, f"/drafts/{clerk.draft}/sign?place=supporters:s1", {"scan": files()})
    assert kept(app) == [("signature", "supporters:s1", "window")]


def test_a_signature_is_of_one_person_and_dies_with_another_number(app, clerk):
    post(clerk, f"/drafts/{clerk.draft}/sign?place=members:m2", {"signature": drawn()})
    with app.app_context(), transaction(db.session()) as session:
        from portal.applications.models import Draft
        from portal.applications.queries import clear_answers
        from portal.db import vault_of

        row = session.get_one(Draft, clerk.draft)
        answers = clear_answers(session, row)
        answers["members"][1]["member_id_no"] = id_number("1983-03-03", 14)
        row.answers = vault_of(session).seal_in(answers, frozenset({"member_id_no", "applicant_id_no", "sup_id_no"}))
    assert clerk.get(f"/drafts/{clerk.draft}/signatures").text.count("未签") == 3


def test_signing_on_ones_own_phone_once(app, clerk):
    shown = post(clerk, f"/drafts/{clerk.draft}/signatures/phone", {"place": "members:m2"})
    token = token_of(shown, "s")
    phone = app.test_client()
    page = phone.get(f"/s/{token}").text
    assert "示例乙" in page
    assert MOTHER[-4:] not in page  # it is what the signer proves to know
    assert "示例甲" not in page
    wrong = post(phone, f"/s/{token}", {"digits": "0000", "signature": drawn()}, page=f"/s/{token}")
    assert wrong.status_code == 422
    assert kept(app) == []
    right = post(phone, f"/s/{token}", {"digits": MOTHER[-4:].lower(), "signature": drawn()}, page=f"/s/{token}")
    assert right.status_code == 200
    assert kept(app) == [("signature", "members:m2", "phone")]
    assert phone.get(f"/s/{token}").status_code == 410
    with app.app_context():
        events = db.session.scalars(select(Event).where(Event.action == "file.kept")).all()
        assert [event.actor_name for event in events] == ["示例乙"]


def test_guessing_digits_closes_the_link(app, clerk):
    token = token_of(post(clerk, f"/drafts/{clerk.draft}/signatures/phone", {"place": ""}), "s")
    phone = app.test_client()
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', phone.get(f"/s/{token}").text).group(1)
    codes = [
        phone.post(f"/s/{token}", data={"csrf_token": csrf, "digits": f"{n:04}", "signature": drawn()}).status_code
        for n in range(7)
    ]
    assert codes == [422] * 5 + [410] * 2


def test_in_a_real_browser(app, clerk, live, chromium):
    """The whole way: photograph, see the count change, sign with a pointer; no finding of axe on any of the pages."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN", bypass_csp=True)
    window = context.new_page()
    faults = []
    window.on("pageerror", lambda fault: faults.append(str(fault)))

    def look(address):
        window.goto(live + address)
        for width in (1366, 390):
            window.set_viewport_size({"width": width, "height": 800})
            found = Axe().run(window).response["violations"]
            assert not found, (address, width, [(v["id"], v["nodes"][0]["html"]) for v in found])
            assert window.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    window.goto(f"{live}/login/")
    window.fill("#username", "clerk")
    window.fill("#password", PASSWORD)
    window.press("#password", "Enter")
    window.wait_for_load_state()
    look(f"/drafts/{clerk.draft}/papers")
    line = window.locator("[data-line='id_card|']")
    line.locator("input[type=file]").set_input_files({"name": "病历.png", "mimeType": "image/png", "buffer": picture()})
    line.locator(".paper-said", has_text="已保存").wait_for()
    line.locator(".paper-state", has_text="已有 1").wait_for()
    line.locator("input[type=file]").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"MZ"})
    line.locator(".paper-said.wrong", has_text="x.png").wait_for()
    look(f"/drafts/{clerk.draft}/papers")

    look(f"/drafts/{clerk.draft}/signatures")
    look(f"/drafts/{clerk.draft}/sign?place=members:m2")
    box = window.locator("canvas").bounding_box()
    window.mouse.move(box["x"] + 30, box["y"] + 30)
    window.mouse.down()
    window.mouse.move(box["x"] + 120, box["y"] + 90, steps=8)
    window.mouse.up()
    window.click("text=确认签名")
    window.wait_for_url("**/signatures")
    assert window.locator("text=已签").count() == 1

    token = token_of(post(clerk, f"/drafts/{clerk.draft}/papers/phone"), "p")
    look(f"/p/{token}")
    token = token_of(post(clerk, f"/drafts/{clerk.draft}/signatures/phone", {"place": ""}), "s")
    look(f"/s/{token}")
    context.close()
    assert not faults
