"""What a register's rows must be: its columns read from the JSON Schema, typed cells made values, faults in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from portal.catalogue.model import RegisterType
from portal.errors import FieldError
from portal.forms import Bank, identity, normalising, patterns
from portal.forms.sentences import fault
from portal.values import Text

SEALED_TYPES: Final = frozenset({"id_number", "bank_account"})
YES: Final = frozenset({"true", "yes", "y", "1", "是", "有", "对"})
NO: Final = frozenset({"false", "no", "n", "0", "否", "无", "不"})
YES_NO: Final[Mapping[str, Text]] = {"true": Text("是", "Yes"), "false": Text("否", "No")}
LONGEST_CELL: Final = 2_000
LONGEST_KEY: Final = 100
# Line ends and other characters no line of text may hold, and half characters no database stores.
_UNFIT: Final = re.compile(f"{patterns.CONTROL}|[\ud800-\udfff]")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,15}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,9})?")


@dataclass(frozen=True)
class Column:
    """One column of a register: what it is called, what kind of value it holds, and whether that is an identifier."""

    name: str
    title: Text
    kind: str
    codes: Mapping[str, Text]
    required: bool
    sealed: bool
    longest: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every heading an import may use for it."""
        return (self.name, self.title.zh, self.title.en)


@dataclass(frozen=True, eq=False)
class Shape:
    """A register ready for use: its columns, the one that names the person, the one that names the place."""

    register: RegisterType
    columns: Mapping[str, Column]
    person: str | None
    region: str | None

    @property
    def slug(self) -> str:
        return self.register.slug

    @property
    def key(self) -> Column:
        return self.columns[self.register.key]

    @cached_property
    def validator(self) -> Draft202012Validator:
        return Draft202012Validator(self.register.schema)

    @cached_property
    def sealed(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns.values() if column.sealed)

    @cached_property
    def headings(self) -> Mapping[str, str]:
        """What a heading of an import means: field names and titles in both languages, spelt loosely."""
        return {loose(name): column.name for column in self.columns.values() for name in column.names}


def shape_of(register: RegisterType, bank: Bank) -> Shape:
    """A register's columns: kinds from its schema, titles of codes from there or from the question a column fills."""
    asked = {column: bank.questions.get(question) for question, column in register.fill.items()}
    matched = {column: bank.questions.get(question) for question, column in register.match.items()}
    required = set(register.schema.get("required", ())) | {register.key}
    columns = {}
    for name, schema in register.schema["properties"].items():
        questions = [q for q in (asked.get(name), matched.get(name)) if q is not None]
        kind = _kind(schema)
        is_identifier = kind in SEALED_TYPES or any(question.type in SEALED_TYPES for question in questions)
        code_list = next((bank.code_lists[q.codes] for q in questions if q.codes and q.codes in bank.code_lists), None)
        titles = {code: Text.of(title) for code, title in schema.get("x-titles", {}).items()}
        known = titles or (dict(code_list.values) if code_list is not None else {})
        columns[name] = Column(
            name=name,
            title=Text(schema.get("title", name), schema.get("x-title-en", name)),
            kind=kind,
            codes={str(code): known.get(str(code), Text(str(code), str(code))) for code in schema.get("enum", ())},
            required=name in required,
            sealed=is_identifier or schema.get("x-sealed") is True,
            longest=schema.get("maxLength"),
        )
    person = next((column for question, column in register.match.items() if question.endswith("_id_no")), None)
    region = next((name for name, column in columns.items() if column.kind == "region"), None)
    return Shape(register, columns, person, region)


def _kind(schema: Mapping[str, Any]) -> str:
    named = schema.get("x-type")
    if named in {"id_number", "bank_account", "region", "phone"}:
        return str(named)
    if "enum" in schema:
        return "choice"
    if schema.get("format") == "date":
        return "date"
    kind = schema.get("type", "string")
    return kind if kind in {"boolean", "integer", "number"} else "text"


def loose(heading: str) -> str:
    """A heading as people spell it: case, width, blanks, stars and brackets of remarks do not matter."""
    bare = normalising.half_width(heading).lower()
    return re.sub(r"[\s*_:]|\(.*\)$", "", bare)


# --- cells --------------------------------------------------------------------------------------------------------


def read_cell(column: Column, given: Any) -> Any:
    """What somebody typed as the value the schema expects; None when blank. What cannot be read stays for `faults`."""
    if given is None or isinstance(given, bool):
        return given
    if isinstance(given, int | float):
        return _from_number(column, given)
    text = str(given)
    if len(text) > LONGEST_CELL:
        return text
    clean = normalising.plain_text(text)
    if not clean:
        return None
    return _READ.get(column.kind, _as_text)(column, clean)


def _from_number(column: Column, number: float) -> Any:
    if column.kind in {"integer", "number"}:
        return int(number) if float(number).is_integer() else number
    whole = f"{int(number)}" if float(number).is_integer() else repr(number)
    return read_cell(column, whole)


def _as_text(_column: Column, text: str) -> Any:
    return text


def _choice(column: Column, text: str) -> Any:
    """A code, its title in either language, or both as a list shows them ("2 女")."""
    if text in column.codes:
        return text
    wanted = loose(text)
    for code, title in column.codes.items():
        if wanted in {loose(title.zh), loose(title.en), loose(f"{code}{title.zh}"), loose(f"{code}{title.en}")}:
            return code
    return text


def _yes_no(_column: Column, text: str) -> Any:
    word = normalising.half_width(text).lower()
    return True if word in YES else False if word in NO else text


def _integer(_column: Column, text: str) -> Any:
    bare = normalising.half_width(text).replace(",", "")
    return int(bare) if _WHOLE.fullmatch(bare) else text


def _decimal(_column: Column, text: str) -> Any:
    bare = normalising.half_width(text).replace(",", "")
    if not _NUMBER.fullmatch(bare):
        return text
    return float(bare) if "." in bare else int(bare)


_READ: Final[Mapping[str, Callable[[Column, str], Any]]] = {
    "choice": _choice,
    "boolean": _yes_no,
    "integer": _integer,
    "number": _decimal,
    "date": lambda _column, text: normalising.iso_date(text),
    "region": lambda _column, text: normalising.region_code(text),
    "phone": lambda _column, text: normalising.phone(text),
    "id_number": lambda _column, text: normalising.id_number(text),
    "bank_account": lambda _column, text: normalising.digits(text),
}


def read_row(shape: Shape, given: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it would be stored: known columns in their order, blanks left out; strangers stay to be refused."""
    row = {}
    for name, column in shape.columns.items():
        value = read_cell(column, given.get(name))
        if value is not None:
            row[name] = value
    strangers = {name: value for name, value in given.items() if name not in shape.columns and value is not None}
    return row | strangers


def shown(column: Column, value: Any) -> Text:
    """A stored value as people read it: codes with their titles, yes and no in words."""
    if value is None:
        return Text("", "")
    if isinstance(value, bool):
        return YES_NO["true" if value else "false"]
    title = column.codes.get(str(value))
    if title is None or title.zh == str(value):
        return Text(str(value), str(value))
    return title


# --- faults -------------------------------------------------------------------------------------------------------


def faults(shape: Shape, row: Mapping[str, Any]) -> list[FieldError]:
    """Everything wrong with a row, in the order of the columns, one sentence per column."""
    found: dict[str, FieldError] = {}
    for name, column in shape.columns.items():
        code, params = _beyond_schema(shape, column, row.get(name))
        if code:
            found[name] = fault(f"/{name}", name, column.title, code, **params)
    for error in shape.validator.iter_errors(dict(row)):
        for one in _told(shape, row, error):
            found.setdefault(one.question, one)
    rank = {name: n for n, name in enumerate(shape.columns)}
    return sorted(found.values(), key=lambda one: rank.get(one.question, len(rank)))


def _beyond_schema(shape: Shape, column: Column, value: Any) -> tuple[str, dict[str, Any]]:
    """What a JSON Schema cannot know: id numbers that check, days that exist, characters a line cannot hold."""
    if not isinstance(value, str):
        return "", {}
    limit = LONGEST_KEY if column.name == shape.register.key else LONGEST_CELL
    if len(value) > limit:
        return "too_long", {"limit": column.longest or limit, "actual": len(value)}
    if _UNFIT.search(value):
        return "control", {}
    if column.kind == "id_number":
        return identity.resident_id_fault(value) or "", {"actual": len(value)}
    if column.kind == "date" and identity.parse_date(value) is None:
        return "no_such_day" if re.fullmatch(patterns.DATE, value) else "not_a_date", {"value": value}
    return "", {}


def _told(shape: Shape, row: Mapping[str, Any], error: ValidationError) -> Iterator[FieldError]:
    if error.validator == "required":
        for name in shape.register.schema["required"]:
            if name in row:
                continue
            title = shape.columns[name].title if name in shape.columns else Text(name, name)
            yield fault(f"/{name}", name, title, "required")
        return
    if not error.absolute_path:
        strangers = [name for name in row if name not in shape.columns]
        for name in strangers[:20]:
            yield fault(f"/{name[:40]}", name[:40], Text(name[:40], name[:40]), "unknown")
        if not strangers:
            title = shape.register.title
            yield fault("", "", title, "type")
        return
    name = str(error.absolute_path[0])
    column = shape.columns[name]
    code, params = _code_of(column, error)
    yield fault(f"/{name}", name, column.title, code, **params)


def _code_of(column: Column, error: ValidationError) -> tuple[str, dict[str, Any]]:
    """The sentence for one broken keyword."""
    value, wanted = error.instance, error.validator_value
    said = value[:20] if isinstance(value, str) else str(value)[:20]
    codes: dict[str, tuple[str, dict[str, Any]]] = {
        "type": (_TYPE_CODES.get(str(wanted), "type"), {}),
        "enum": ("code", {"value": said}),
        "pattern": ("pattern", {}),
        "maxLength": ("too_long", {"limit": wanted, "actual": len(value) if isinstance(value, str) else 0}),
        "minLength": ("required", {}),
        "minimum": ("min", {"limit": wanted}),
        "maximum": ("max", {"limit": wanted}),
    }
    if column.kind == "choice" and error.validator == "type":
        return "code", {"value": said}
    return codes.get(str(error.validator), ("type", {}))


_TYPE_CODES: Final[Mapping[str, str]] = {
    "string": "text_type",
    "integer": "not_whole",
    "number": "not_a_number",
    "boolean": "yes_no",
}
