"""The first sheet of an XLSX workbook, cell by cell, as a stream.

Files come from strangers: no tree is built, nothing is expanded that was not measured first, document types and
external parts are refused. openpyxl writes our workbooks; reading a row of a million empty cells with it takes gigabytes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import IO, Any, Final
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from portal.errors import Problem, Refused
from portal.values import Text

LARGEST_PART: Final = 200 * 1024 * 1024
LARGEST_TEXTS: Final = 64 * 1024 * 1024
STEEPEST: Final = 200  # real sheets shrink to a tenth; a part that shrinks two-hundredfold was made to explode
HARMLESS: Final = 8 * 1024 * 1024
MOST_PARTS: Final = 2_000
MOST_COLUMNS: Final = 500
LONGEST_TEXT: Final = 32_767
CHUNK: Final = 64 * 1024
# Numbers above this lost their last digits when Excel stored them: ids and bank accounts typed as numbers.
EXACT: Final = 10**15
_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's dates carry no zone
_DATE_FORMATS: Final = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))

BAD_WORKBOOK = Problem(
    "bad-workbook",
    422,
    Text(
        "这个 Excel 文件无法读取:{why}请用 Excel 打开后另存为 .xlsx 再试。",
        "This workbook cannot be read: {why} Open it in Excel, save it as .xlsx and try again.",
    ),
)
DAMAGED = Text("文件已损坏。", "it is damaged.")
TOO_LARGE_INSIDE = Text("解压后过大。", "it is too large once unpacked.")
NO_SHEET = Text("里面没有工作表。", "it holds no sheet.")
TOO_WIDE = Text(f"列数超过 {MOST_COLUMNS}。", f"it has more than {MOST_COLUMNS} columns.")


@dataclass(frozen=True)
class Odd:
    """A cell whose value is not what the eye sees: a formula without a result, an error, a number cut short."""

    kind: str
    text: str


Row = tuple[int, dict[int, Any]]


def sheet_rows(file: IO[bytes]) -> Iterator[Row]:
    """(row number, {column from 0: value}) of the first sheet; blank rows are left out."""
    try:
        with ZipFile(file) as archive:
            parts = _measured(archive)
            names = {part.filename.lstrip("/"): part for part in parts}
            place = _first_sheet(archive, names)
            texts = _shared_texts(archive, names)
            dated, shift = _date_styles(archive, names)
            yield from _Sheet(texts, dated, shift).rows(archive, names[place])
    except (BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise Refused(BAD_WORKBOOK, why=DAMAGED) from error
    except RuntimeError as error:  # zipfile's word for a password
        raise Refused(BAD_WORKBOOK, why=Text("文件有密码。", "it has a password.")) from error


def _measured(archive: ZipFile) -> list[ZipInfo]:
    """The parts, none of them larger than a real workbook's: zipfile never reads more than a part declares."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise Refused(BAD_WORKBOOK, why=TOO_LARGE_INSIDE)
    for part in parts:
        steep = part.file_size > HARMLESS and part.file_size > STEEPEST * max(1, part.compress_size)
        if part.file_size > LARGEST_PART or steep:
            raise Refused(BAD_WORKBOOK, why=TOO_LARGE_INSIDE)
    return parts


Start = Callable[[str, dict[str, str]], None]


def _forbidden(*_: object) -> None:
    raise Refused(BAD_WORKBOOK, why=DAMAGED)


def _parse(
    archive: ZipFile, part: ZipInfo, start: Start, end: Callable[[str], None], text: Any = None
) -> Iterator[None]:
    """Feed one part to handlers, a chunk at a time; names come without their namespace."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(" ")[2], attributes)
    parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
    parser.StartDoctypeDeclHandler = _forbidden
    if text is not None:
        parser.CharacterDataHandler = text
    parser.buffer_text = True
    with archive.open(part) as source:
        while chunk := source.read(CHUNK):
            parser.Parse(chunk, False)
            yield
    parser.Parse(b"", True)
    yield


def _all(
    archive: ZipFile, part: ZipInfo, start: Start, end: Callable[[str], None] = lambda _: None, text: Any = None
) -> None:
    for _ in _parse(archive, part, start, end, text):
        pass


def _first_sheet(archive: ZipFile, names: dict[str, ZipInfo]) -> str:
    """Where the first visible sheet lies."""
    book, links = names.get("xl/workbook.xml"), names.get("xl/_rels/workbook.xml.rels")
    if book is None or links is None:
        raise Refused(BAD_WORKBOOK, why=NO_SHEET)
    sheets: list[str] = []
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            sheets.extend(value for key, value in attributes.items() if key.endswith(" id"))

    def link(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _all(archive, book, sheet)
    _all(archive, links, link)
    for sheet_id in sheets:
        target = targets.get(sheet_id, "")
        place = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if place in names and "worksheets/" in place:
            return place
    raise Refused(BAD_WORKBOOK, why=NO_SHEET)


def _shared_texts(archive: ZipFile, names: dict[str, ZipInfo]) -> list[str]:
    """The workbook's table of texts; pronunciation guides inside them are not part of the text."""
    part = names.get("xl/sharedStrings.xml")
    if part is None:
        return []
    if part.file_size > LARGEST_TEXTS:
        raise Refused(BAD_WORKBOOK, why=TOO_LARGE_INSIDE)
    texts: list[str] = []
    pieces: list[str] = []
    inside: list[str] = []

    def start(name: str, _attributes: dict[str, str]) -> None:
        inside.append(name)
        if name == "si":
            pieces.clear()

    def end(name: str) -> None:
        inside.pop()
        if name == "si":
            texts.append("".join(pieces)[:LONGEST_TEXT])

    def text(data: str) -> None:
        if inside and inside[-1] == "t" and "rPh" not in inside:
            pieces.append(data)

    _all(archive, part, start, end, text)
    return texts


def _date_styles(archive: ZipFile, names: dict[str, ZipInfo]) -> tuple[frozenset[int], int]:
    """Which cell styles show numbers as dates, and by how many days the workbook's calendar is shifted (1904)."""
    custom: dict[int, str] = {}
    formats: list[int] = []
    inside: list[str] = []
    shift = [0]

    def style(name: str, attributes: dict[str, str]) -> None:
        inside.append(name)
        if name == "numFmt":
            custom[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
        elif name == "xf" and "cellXfs" in inside:
            formats.append(int(attributes.get("numFmtId", 0)))

    def book(name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
            shift[0] = 1462

    def done(_name: str) -> None:
        inside.pop()

    if "xl/styles.xml" in names:
        _all(archive, names["xl/styles.xml"], style, done)
    _all(archive, names["xl/workbook.xml"], book)
    dated = {n for n, code in enumerate(formats) if code in _DATE_FORMATS or _shows_a_day(custom.get(code, ""))}
    return frozenset(dated), shift[0]


def _shows_a_day(code: str) -> bool:
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code).lower()
    return "y" in bare or ("m" in bare and "d" in bare)


@dataclass
class _Sheet:
    """The rows of one sheet while it is read."""

    texts: list[str]
    dated: frozenset[int]
    shift: int
    done: list[Row] = field(default_factory=list)
    row: dict[int, Any] = field(default_factory=dict)
    number: int = 0
    column: int = -1
    kind: str = "n"
    style: int = 0
    formula: bool = False
    holds: str = ""
    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def rows(self, archive: ZipFile, part: ZipInfo) -> Iterator[Row]:
        for _ in _parse(archive, part, self.start, self.end, self.text):
            yield from self.done
            self.done = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            given = attributes.get("r", "")
            self.number = int(given) if given.isdigit() and len(given) < 9 else self.number + 1
            self.row, self.column = {}, -1
        elif name == "c":
            self.column = _column_of(attributes.get("r", ""), self.column + 1)
            if self.column >= MOST_COLUMNS:
                raise Refused(BAD_WORKBOOK, why=TOO_WIDE)
            self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s", 0))
            self.formula, self.pieces, self.length = False, [], 0
        elif name == "f":
            self.formula = True
        self.holds = name if name in {"v", "t"} else ""

    def text(self, data: str) -> None:
        if self.holds and self.length <= LONGEST_TEXT:
            self.pieces.append(data)
            self.length += len(data)

    def end(self, name: str) -> None:
        self.holds = ""
        if name == "c":
            value = self.value("".join(self.pieces)[:LONGEST_TEXT])
            if value is not None and value != "":
                self.row[self.column] = value
        elif name == "row" and self.row:
            self.done.append((self.number, self.row))

    def value(self, raw: str) -> Any:
        if raw == "":
            return Odd("formula", "=") if self.formula else None
        if self.kind == "s":
            at = int(raw)
            return self.texts[at] if 0 <= at < len(self.texts) else Odd("error", raw)
        if self.kind == "b":
            return raw == "1"
        if self.kind == "e":
            return Odd("error", raw)
        if self.kind == "d":
            return datetime.fromisoformat(raw).date()
        return raw if self.kind != "n" else self.numeric(raw)

    def numeric(self, raw: str) -> Any:
        number = float(raw)
        if self.style in self.dated:
            return _day(number + self.shift) or Odd("error", raw)
        if abs(number) >= EXACT:
            return Odd("cut_short", f"{int(number)}" if abs(number) < 10**30 else raw[:30])
        return int(number) if number.is_integer() else number


def _day(serial: float) -> date | None:
    """The day of a sheet's number; None when no calendar has it."""
    return (_DAY_ZERO + timedelta(days=serial)).date() if 1 <= serial < 2_958_466 else None


def day_of_serial(serial: float) -> date | None:
    """A day typed as the bare number behind it, between 1920 and 2100: anything else is no day."""
    return _day(serial) if 7_306 <= serial <= 73_051 else None


def _column_of(reference: str, otherwise: int) -> int:
    letters = re.match(r"[A-Z]{1,4}", reference)
    if letters is None:
        return otherwise
    index = 0
    for letter in letters[0]:
        index = index * 26 + ord(letter) - 64
    return index - 1
