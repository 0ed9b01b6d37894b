"""Files made to do harm, or simply broken: refused with a sentence, quickly, and nothing is kept."""

import io
import resource
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Refused
from portal.registers.sheets import open_sheet
from tests.registers.conftest import account, as_excel_writes, with_part, xlsx_file

SHEET = "xl/worksheets/sheet1.xml"
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEADER = ["户号", "身份证号"]


def good():
    return xlsx_file([HEADER, ["W1", account(1)["id_no"]]])


def sheet_of(rows):
    return f"<worksheet {NS}><sheetData>{rows}</sheetData></worksheet>".encode()


def refused(water, file):
    """Reading is lazy: every line is asked for."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(Refused) as caught:
        for _ in open_sheet(file, water).lines:
            pass
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024
    assert time.monotonic() - began < 20
    assert caught.value.problem.status == 422
    return caught.value.text.zh


def test_a_sound_workbook_is_read(water):
    (line,) = open_sheet(good(), water).lines
    assert line.number == 2
    assert line.cells["account_no"] == "W1"


def test_a_part_that_explodes_when_unpacked(water):
    bomb = with_part(good(), SHEET, sheet_of(" " * (40 * 1024 * 1024)))
    assert len(bomb.getvalue()) < 200_000
    assert "解压后过大" in refused(water, bomb)


def test_a_part_that_lies_about_its_size(water):
    raw = bytearray(good().getvalue())
    at = raw.rfind(SHEET.encode()) - 46  # its line in the table of contents
    raw[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert "无法读取" in refused(water, io.BytesIO(bytes(raw)))


def test_thousands_of_parts(water):
    file = good()
    with zipfile.ZipFile(file, "a") as archive:
        for n in range(2_100):
            archive.writestr(f"x{n}", b"")
    assert "解压后过大" in refused(water, file)


def test_entities_that_multiply(water):
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boom"}">' for n in range(10))
    doc = f'<?xml version="1.0"?><!DOCTYPE x [{levels}]><worksheet {NS}><sheetData><row r="1"><c t="inlineStr"><is><t>&e9;</t></is></c></row></sheetData></worksheet>'
    assert "无法读取" in refused(water, with_part(good(), SHEET, doc.encode()))
    outside = f'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><worksheet {NS}>&f;</worksheet>'
    assert "无法读取" in refused(water, with_part(good(), SHEET, outside.encode()))


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1">' + "<c/>" * 1_000_000 + "</row>",
        '<row r="1"><c r="ZZZZ1"><v>1</v></c></row>',
        '<row r="1">' + '<c t="inlineStr"><is><t>x</t></is></c>' * 600 + "</row>",
    ],
)
def test_a_million_columns(water, row):
    assert "列数超过" in refused(water, with_part(good(), SHEET, sheet_of(row)))


def test_a_row_far_below_does_not_make_the_rows_between(water):
    rows = '<row r="1"><c t="inlineStr"><is><t>户号</t></is></c><c t="inlineStr"><is><t>身份证号</t></is></c></row>'
    far = '<row r="99999999"><c r="A99999999"><v>1</v></c></row>'
    (line,) = open_sheet(with_part(good(), SHEET, sheet_of(rows + far)), water).lines
    assert line.number == 99_999_999


def test_more_rows_than_anybody_keeps(water):
    content = "户号,身份证号\n" + "1,1\n" * 200_100
    assert "超过 200,000 行" in refused(water, io.BytesIO(content.encode()))


ROWS = '<row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row r="2"><c t="s"><v>2</v></c><c t="s"><v>3</v></c></row>'


def texts(*values):
    return [f"<t>{value}</t>" for value in values]


def test_a_cell_of_a_megabyte_is_cut(water):
    file = as_excel_writes(ROWS, texts("户号", "身份证号", "长" * 1_000_000, "9"))
    (line,) = open_sheet(file, water).lines
    assert len(line.cells["account_no"]) == 32_767


def test_texts_that_are_not_there(water):
    (line,) = open_sheet(as_excel_writes(ROWS, texts("户号", "身份证号")), water).lines
    assert [fault.code for fault in line.faults] == ["error", "error"]


JUNK = {
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "a PDF": b"%PDF-1.7\n" + bytes(range(256)) * 4,
    "an empty zip": b"PK\x03\x04",
    "a zip that is no workbook": None,
    "NUL characters": "户号,身份证号\nW1\0,1\n".encode(),
    "half a character": "户号,身份证号\n".encode() + b"\xff\xfe\xff\xff\x80",
    "nothing": b"",
    "nothing but blanks": b" \r\n \r\n",
    "a page": b"<!doctype html><html><script>alert(1)</script></html>",
}


@pytest.mark.parametrize("content", JUNK.values(), ids=JUNK)
def test_what_is_no_sheet_is_refused_with_a_sentence(water, content):
    if content is None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("word/document.xml", "<x/>")
        content = buffer.getvalue()
    assert refused(water, io.BytesIO(content))


def test_a_file_that_is_too_large_is_not_even_read(water):
    assert "超过 32 MB" in refused(water, io.BytesIO(b"x" * (33 * 1024 * 1024)))


def test_a_workbook_with_a_password_or_a_broken_end(water):
    whole = good().getvalue()
    raw = bytearray(whole)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + offset] |= 1
            at = raw.find(mark, at + 1)
    assert "密码" in refused(water, io.BytesIO(bytes(raw)))
    assert "无法读取" in refused(water, io.BytesIO(whole[: len(whole) // 2]))


WHOLE = {"ours": good().getvalue(), "excel's": as_excel_writes(ROWS, texts("户号", "身份证号", "W1", "9")).getvalue()}


@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE)
@given(damage=st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=8))
def test_damage_anywhere_in_a_workbook_is_refused_or_read_and_never_a_fault(water, whole, damage):
    content = bytearray(whole)
    for place, byte in damage:
        content[4 + int(place * (len(content) - 4))] = byte
    _read(water, bytes(content))


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read_and_never_a_fault(water, content):
    _read(water, content)


@given(st.text(max_size=200))
def test_any_text_below_a_header_is_read(water, text):
    for _ in open_sheet(
        io.BytesIO(("户号,身份证号\n" + text.replace("\0", "")).encode("utf-8", "replace")), water
    ).lines:
        pass


@given(st.text(alphabet='<>/"=crvtfissheetData0123456789A ', max_size=300))
def test_any_xml_in_a_sheet_is_refused_or_read(water, inside):
    _read(water, with_part(good(), SHEET, sheet_of(inside)).getvalue())


def _read(water, content):
    with suppress(Refused):
        for _ in open_sheet(io.BytesIO(content), water).lines:
            pass
