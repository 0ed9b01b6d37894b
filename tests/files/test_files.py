"""Uploads are told by content, kept once, and stand where the form asks for them."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from portal.access.rules import Actor
from portal.applications.evidence import with_files
from portal.errors import Refused
from portal.files import commands, queries, rules
from portal.files.models import StoredFile
from portal.files.store import Store
from tests.factories import NOON

CLERK = Actor(None, "窗口")


def picture(kind="JPEG", size=(40, 30), **rest):
    made = io.BytesIO()
    Image.new("RGB", size, "white").save(made, kind, **rest)
    return made.getvalue()


def document(pages=2, password=None):
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    if password:
        writer.encrypt(password)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def bomb():
    """A PNG of a few kilobytes that says it is 30,000 by 30,000 points."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def kept(session, store, content=None, **rest):
    given = {"name": "a.jpg", "owner": "draft:1", "paper": "diagnosis", "now": NOON, **rest}
    made = commands.keep(session, CLERK, store, picture() if content is None else content, **given)
    session.flush()
    return made


@pytest.mark.parametrize(
    ("content", "media_type", "pages"),
    [
        (picture("JPEG"), "image/jpeg", 1),
        (picture("PNG"), "image/png", 1),
        (picture("WEBP"), "image/webp", 1),
        (document(3), "application/pdf", 3),
    ],
)
def test_the_content_says_what_a_file_is(content, media_type, pages):
    assert rules.inspect(content, "holiday.exe") == rules.Inspected(media_type, pages)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"MZ\x90\0 this is a program", "file-kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "file-kind"),
        (b"GIF89a" + b"\0" * 40, "file-kind"),
        (picture()[:200], "file-kind"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 500, "file-kind"),
        (b"%PDF-1.7 nothing follows", "file-kind"),
        (document(password="secret"), "file-kind"),
        (bomb(), "file-too-large"),
        (b"\0" * (rules.LARGEST + 1), "file-too-large"),
    ],
    ids=["empty", "program", "svg", "gif", "cut", "disguised", "no pdf", "locked pdf", "bomb", "large"],
)
def test_what_is_not_a_photo_or_a_pdf_is_refused_in_words(content, code):
    with pytest.raises(Refused) as refused:
        rules.inspect(content, "纸.jpg")
    assert refused.value.problem.code == code
    assert "纸.jpg" in refused.value.text.zh


def test_a_thumbnail_is_small_upright_and_tells_nothing_of_the_camera():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "CAMERA OF A PERSON"
    small = rules.thumbnail(picture(size=(800, 400), exif=exif))
    with Image.open(io.BytesIO(small)) as opened:
        assert opened.size == (120, 240)
        assert not dict(opened.getexif())


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\病历.pdf", "病历.pdf"),
        ("", "file"),
        ("a\0b\n.jpg", "ab.jpg"),
        ("...", "file"),
    ],
)
def test_a_name_leads_nowhere(given, plain):
    assert rules.plain_name(given) == plain


def test_the_same_content_for_the_same_paper_is_one_row(session, store):
    first = kept(session, store)
    assert kept(session, store, name="again.jpg").id == first.id
    other = kept(session, store, paper="lease")
    assert other.id != first.id
    assert other.sha256 == first.sha256
    assert len(list(store.folder.rglob("*"))) == 2


def test_removing_and_using_again(session, store):
    first = kept(session, store, owner="application:7", household_id=3)
    (offered,) = queries.earlier(session, 3, ["diagnosis"], now=NOON)
    again = commands.use_again(session, CLERK, offered, "draft:9", now=NOON)
    session.flush()
    assert store.read(again.sha256) == store.read(first.sha256)
    commands.remove(session, CLERK, again.key, "draft:9", now=NOON)
    session.flush()
    assert queries.of_owner(session, "draft:9") == []
    with pytest.raises(Refused):
        commands.remove(session, CLERK, first.key, "draft:9", now=NOON)
    assert queries.earlier(session, 4, ["diagnosis"], now=NOON) == ()


def test_files_follow_the_draft_into_the_application(session, store):
    kept(session, store)
    commands.hand_on(session, "draft:1", "application:5", 3)
    (row,) = queries.of_owner(session, "application:5")
    assert row.household_id == 3


def test_a_store_gives_nothing_outside_its_folder(store):
    for digest in ("../secret", "", "A" * 64, "0" * 64):
        with pytest.raises(Refused):
            store.read(digest)


def test_too_many_files_are_refused(session, store, monkeypatch):
    monkeypatch.setattr(commands, "MOST_OF_ONE_OWNER", 2)
    for number in range(2):
        kept(session, store, picture(size=(10 + number, 10)))
    with pytest.raises(Refused) as refused:
        kept(session, store, picture(size=(50, 50)))
    assert refused.value.problem.code == "too-many-files"


def test_files_stand_where_the_form_asks_for_them(shipped_release):
    form = shipped_release.catalogue.form("application", ["dibao"])

    def row(paper, place, key, name=""):
        return StoredFile(paper=paper, place=place, key=key, name=name)

    def index(number):
        return f"{number:0>16}"

    answers = {"members": [{"row_id": "m1", "member_name": "甲"}, {"row_id": "m2"}]}
    filled = with_files(
        form,
        answers,
        [
            row("file_id_card", "members:m2", "f1"),
            row("file_id_card", "members:m2", "f2"),
            row("file_id_card", "members:gone", "f3"),
            row("signature", "members:m1", "f4", "signature-000000000000000甲.png"),
            row("signature", "members:m2", "f7", "signature-000000000000000甲.png"),
            row("signature", "", "f5", "signature-0000000000000000.png"),
            row("diagnosis", "", "f6"),
        ],
        index,
    )
    assert filled["members"][1] == {"row_id": "m2", "file_id_card": ["f1", "f2"]}
    assert filled["members"][0] == {
        "row_id": "m1", "member_name": "甲", "auth_member_sign": "f4", "auth_method": "esign",
    }  # fmt: skip
    assert filled["applicant_sign"] == "f5"
    assert answers == {"members": [{"row_id": "m1", "member_name": "甲"}, {"row_id": "m2"}]}


def test_the_documents_of_these_tests_are_documents():
    assert len(PdfReader(io.BytesIO(document(2))).pages) == 2
