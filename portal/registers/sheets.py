"""Files of rows: CSV and XLSX read into lines under the register's columns, and written without traps for Excel."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, Final

from portal.errors import FieldError, Problem, Refused
from portal.registers.rules import Column, Shape, loose, shown
from portal.registers.workbooks import MOST_COLUMNS, Odd, day_of_serial, sheet_rows
from portal.values import Text

LARGEST_FILE: Final = 32 * 1024 * 1024
MOST_ROWS: Final = 200_000
HEADER_WITHIN: Final = 20  # titles and merged headings may stand above the header
LONGEST_FIELD: Final = 100_000

NOT_A_SHEET = Problem("not-a-sheet", 422, Text("{why}", "{why}"))
TOO_LARGE = Text("文件超过 32 MB,请分成几份。", "The file is larger than 32 MB; split it.")
EMPTY = Text("文件是空的。", "The file is empty.")
OLD_EXCEL = Text(
    "这是旧版 Excel(.xls)或有密码的文件,请另存为 .xlsx。",
    "This is an old Excel file (.xls) or one with a password; save it as .xlsx.",
)
BINARY = Text("这不是 CSV 或 XLSX 表格。", "This is neither a CSV nor an XLSX sheet.")
ENCODING = Text(
    "无法识别文件的编码,请用 UTF-8 或 GB18030 保存。", "The encoding is unknown; save it as UTF-8 or GB18030."
)
BROKEN_CSV = Text("第 {line} 行无法按 CSV 读取。", "Line {line} cannot be read as CSV.")
TOO_MANY = Text(f"超过 {MOST_ROWS:,} 行,请分成几份。", f"More than {MOST_ROWS:,} rows; split the file.")
NO_HEADER = Text(
    "没有找到表头。表头应是这些列名:{names}。", "No header was found. It should hold these names: {names}."
)
HEADER_TWICE = Text("表头里“{name}”出现了两次。", "The header holds {name!r} twice.")
HEADER_LACKS = Text("表头缺少必填列:{names}。", "The header lacks these required columns: {names}.")

ODD: Final[Mapping[str, Text]] = {
    "formula": Text(
        "“{title}”是没有结果的公式,请粘贴为数值。", "“{title}” is a formula without a result; paste it as a value."
    ),
    "error": Text("“{title}”是 Excel 的错误值 {value}。", "“{title}” is an Excel error, {value}."),
    "cut_short": Text(
        "“{title}”被 Excel 当作数字,末几位已丢失;请把该列设为文本后重新录入。",
        "Excel stored “{title}” as a number and its last digits are lost; format the column as text and enter it again.",
    ),
    "became_date": Text(
        "“{title}”被 Excel 变成了日期;请把该列设为文本后重新录入。",
        "Excel turned “{title}” into a date; format the column as text and enter it again.",
    ),
    "too_many_cells": Text(
        "这一行比表头多出 {value} 格,可能有未加引号的逗号。",
        "This line has {value} cells more than the header; a comma may lack its quotes.",
    ),
}


@dataclass(frozen=True)
class Line:
    """One line of a file under the register's columns, with what is wrong with its cells as cells."""

    number: int
    cells: Mapping[str, Any]
    faults: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A file ready to be read: which headings nobody knows, and its lines as a stream."""

    lines: Iterator[Line]
    ignored: tuple[str, ...]


Rows = Iterator[tuple[int, dict[int, Any]]]


def open_sheet(file: IO[bytes], one: Shape) -> Sheet:
    """A CSV or XLSX file, told apart by its content and not by its name. Refused when it is neither."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > LARGEST_FILE:
        raise _refused(TOO_LARGE)
    if size == 0:
        raise _refused(EMPTY)
    start = file.read(8)
    file.seek(0)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused(OLD_EXCEL)
    is_workbook = start.startswith(b"PK\x03\x04")
    rows = sheet_rows(file) if is_workbook else _csv_rows(file.read())
    return _under_header(_counted(rows), one, is_workbook)


def _refused(why: Text, **params: Any) -> Refused:
    zh = {k: v.zh if isinstance(v, Text) else v for k, v in params.items()}
    en = {k: v.en if isinstance(v, Text) else v for k, v in params.items()}
    return Refused(NOT_A_SHEET, why=Text(why.zh.format(**zh), why.en.format(**en)))


def _counted(rows: Rows) -> Rows:
    for n, row in enumerate(rows):
        if n > MOST_ROWS + HEADER_WITHIN:
            raise _refused(TOO_MANY)
        yield row


# --- CSV ----------------------------------------------------------------------------------------------------------

BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _decoded(content: bytes) -> str:
    named = next((encoding for bom, encoding in BOMS if content.startswith(bom)), None)
    if named is None and b"\0" in content:
        raise _refused(BINARY)
    for encoding in (named,) if named else ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise _refused(BINARY)
        return text
    raise _refused(ENCODING)


def _csv_rows(content: bytes) -> Rows:
    text = _decoded(content)
    first = text[:4_000].partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    started = 0
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise _refused(BROKEN_CSV, line=started + 1) from error
        if row is None:
            return
        started, number = reader.line_num, started + 1
        if len(row) > MOST_COLUMNS:
            raise _refused(BROKEN_CSV, line=number)
        cells = {n: _plain(cell) for n, cell in enumerate(row) if cell.strip()}
        if cells:
            yield number, cells


def _plain(cell: str) -> str:
    """A CSV cell without what spreadsheets put around it to keep it a text: ="0123", '=1, a leading tab."""
    wrapped = re.fullmatch(r'="([^"]*)"', cell.strip())
    if wrapped is not None:
        return wrapped[1]
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _TRIGGERS else cell


# --- lines under the header ---------------------------------------------------------------------------------------


def _under_header(rows: Rows, one: Shape, is_workbook: bool) -> Sheet:
    """The header is the first row that names the key's column; what stands above it is not data."""
    for _, cells in (pair for _, pair in zip(range(HEADER_WITHIN), rows, strict=False)):
        known = {n: one.headings.get(loose(str(cell))) for n, cell in cells.items()}
        if one.register.key in known.values():
            return _sheet(rows, one, cells, known, is_workbook)
    raise _refused(NO_HEADER, names=_names(one.columns.values()))


def _names(columns: Iterable[Column]) -> Text:
    listed = list(columns)
    return Text("、".join(c.title.zh for c in listed), ", ".join(c.title.en for c in listed))


def _sheet(
    rows: Rows, one: Shape, cells: Mapping[int, Any], known: Mapping[int, str | None], is_workbook: bool
) -> Sheet:
    names = [name for name in known.values() if name is not None]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise _refused(HEADER_TWICE, name=one.columns[twice].title)
    missing = [column for column in one.columns.values() if column.required and column.name not in names]
    if missing:
        raise _refused(HEADER_LACKS, names=_names(missing))
    ignored = tuple(str(cells[n])[:40] for n, name in known.items() if name is None)
    width = max(known) + 1
    places = {n: one.columns[name] for n, name in known.items() if name is not None}
    lines = (_line(number, row, places, None if is_workbook else width, one) for number, row in rows)
    return Sheet(lines, ignored)


def _line(number: int, row: Mapping[int, Any], places: Mapping[int, Column], width: int | None, one: Shape) -> Line:
    found: list[FieldError] = []
    cells: dict[str, Any] = {}
    for n, column in places.items():
        value, odd = _cell(column, row.get(n))
        if value is not None:
            cells[column.name] = value
        if odd is not None:
            found.append(_odd(column, odd, str(value)))
    beyond = max(row, default=0) + 1 - width if width is not None else 0
    if beyond > 0:
        found.append(_odd(one.key, "too_many_cells", str(beyond)))
    return Line(number, cells, tuple(found))


def _cell(column: Column, value: Any) -> tuple[Any, str | None]:
    """A cell's value as text or number, and what is odd about it as a cell."""
    if isinstance(value, Odd):
        return value.text, value.kind
    if isinstance(value, datetime | date):
        return value.isoformat()[:10], None if column.kind == "date" else "became_date"
    if column.kind == "date" and isinstance(value, int | float) and not isinstance(value, bool):
        day = day_of_serial(value)
        return (day.isoformat(), None) if day else (str(value), None)
    return value, None


def _odd(column: Column, kind: str, value: str) -> FieldError:
    sentence, shown_value = ODD[kind], value[:20]
    text = Text(
        sentence.zh.format(title=column.title.zh, value=shown_value),
        sentence.en.format(title=column.title.en, value=shown_value),
    )
    return FieldError(f"/{column.name}", column.name, kind, text)


# --- writing ------------------------------------------------------------------------------------------------------

# A cell that begins with one of these is run as a formula when a spreadsheet opens the file.
_TRIGGERS: Final = frozenset("=+-@\t\r")


def safe(text: str) -> str:
    """A text a spreadsheet shows and never runs."""
    return f"'{text}" if text[:1] in _TRIGGERS and text[:1] else text


def _written(column: Column, value: Any, lang: str) -> Any:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return shown(column, value).to(lang)


def csv_lines(one: Shape, rows: Iterable[Mapping[str, Any]], lang: str) -> Iterator[bytes]:
    """A CSV file Excel opens in any language: UTF-8 with its mark, one line at a time."""
    yield from csv_bytes(_lines(list(one.columns.values()), rows, lang))


def csv_bytes(lines: Iterable[list[Any]]) -> Iterator[bytes]:
    yield codecs.BOM_UTF8
    for values in lines:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\r\n").writerow(
            [safe(value) if isinstance(value, str) else value for value in values]
        )
        yield buffer.getvalue().encode()


def _lines(columns: list[Column], rows: Iterable[Mapping[str, Any]], lang: str) -> Iterator[list[Any]]:
    yield [column.title.to(lang) for column in columns]
    for row in rows:
        yield [_written(column, row.get(column.name), lang) for column in columns]


def write_workbook(one: Shape, rows: Iterable[Mapping[str, Any]], lang: str, target: IO[bytes]) -> None:
    """An XLSX file whose texts are texts, long numbers and formulas included; written row by row.

    Its columns are formatted as text, so that a number typed into them later keeps its digits.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(one.register.title.to(lang)[:31])
    for n, column in enumerate(one.columns.values(), 1):
        place = sheet.column_dimensions[get_column_letter(n)]
        place.width, place.number_format = 22, "General" if column.kind in {"integer", "number"} else "@"
    for values in _lines(list(one.columns.values()), rows, lang):
        cells = []
        for value in values:
            cell = WriteOnlyCell(sheet, value=value)
            if isinstance(value, str):
                cell.data_type, cell.number_format = "s", "@"
            cells.append(cell)
        sheet.append(cells)
    book.save(target)
