"""Registers of the shipped catalogue, their keepers, and files as other programs write them."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest
from openpyxl import Workbook

from portal.access.rules import Actor, Grant
from portal.registers.queries import shape
from tests.families import id_number

NOON = datetime(2025, 3, 10, 4, 0, tzinfo=UTC)
COUNTY, OTHER_COUNTY = "321311", "321302"


def keeper(department, region=COUNTY, role="department_officer", number=None):
    return Actor(number, "台账员", (Grant(role, region, department),))


def account(number=1, **more):
    """A row of the water register, valid unless a test says otherwise."""
    return {
        "account_no": f"W{number:06d}",
        "name": f"示例户主{number}",
        "id_no": id_number("1950-01-01", number % 1000),
        "address": f"示例路{number}号",
        "shared_meter": False,
        "state": "open",
        **more,
    }


def csv_file(text, encoding="utf-8"):
    return io.BytesIO(text.encode(encoding))


def xlsx_file(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    buffer.seek(0)
    return buffer


def as_excel_writes(rows, texts, *, styles="", book=""):
    """A workbook as Excel itself writes it: texts in a table of their own, cells pointing into it."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    links = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook {main} {links}>{book}<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/sharedStrings.xml": f"<sst {main}>{''.join(f'<si>{text}</si>' for text in texts)}</sst>",
        "xl/styles.xml": f"<styleSheet {main}>{styles}</styleSheet>",
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    buffer.seek(0)
    return buffer


def with_part(file, name, content):
    """A workbook with one of its parts replaced: how hostile ones are made."""
    changed = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, content if part.filename == name else old.read(part.filename))
    changed.seek(0)
    return changed


@pytest.fixture(scope="session")
def catalogue(shipped_release):
    return shipped_release.catalogue


@pytest.fixture(scope="session")
def water(catalogue):
    return shape(catalogue, "utility_accounts")


@pytest.fixture(scope="session")
def elders(catalogue):
    return shape(catalogue, "elderly_roster")


@pytest.fixture(scope="session")
def cards(catalogue):
    return shape(catalogue, "disability_cards")


@pytest.fixture(scope="session")
def students(catalogue):
    return shape(catalogue, "student_roster")
