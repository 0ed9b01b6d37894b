"""Fields of a document as a form: a literal table of kinds, each with how it is read from what was posted.

A field names its place in the document by a pointer without the leading slash ("time_limit/after"). Nothing here knows
which document it edits: `items`, `standards` and `workflows` hand in their own tables of fields.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from portal.catalogue.documents import Source
from portal.errors import FieldError
from portal.values import Text, parse_yuan, yuan

Options = Callable[[Source], Sequence["Option"]]
GONE: Final = object()


@dataclass(frozen=True)
class Option:
    """One thing that can be chosen; `group` heads it in long lists."""

    value: str
    label: Text
    group: Text | None = None


@dataclass(frozen=True)
class Field:
    """One place of a document on a form."""

    pointer: str
    label: Text
    kind: str
    options: Options | None = None
    help: Text | None = None
    required: bool = False

    @property
    def name(self) -> str:
        return self.pointer.replace("/", ".")


@dataclass(frozen=True)
class Drawn:
    """A field with what stands in it, ready for its macro."""

    field: Field
    value: Any
    options: Sequence[Option]
    error: str = ""


@dataclass(frozen=True)
class Section:
    """A titled group of fields that is saved at once."""

    id: str
    title: Text
    fields: tuple[Field, ...]
    help: Text | None = None


def at(document: Any, pointer: str) -> Any:
    """The value at a place, or None."""
    for key in pointer.split("/"):
        document = document.get(key) if isinstance(document, Mapping) else None
    return document


def put(document: dict[str, Any], pointer: str, value: Any) -> None:
    """Write a value at a place; GONE takes it away."""
    *path, last = pointer.split("/")
    for key in path:
        if not isinstance(document.get(key), dict):
            document[key] = {}
        document = document[key]
    if value is GONE:
        document.pop(last, None)
    else:
        document[last] = value


def draw(
    fields: Iterable[Field], document: Any, source: Source, errors: Mapping[str, str] | None = None
) -> list[Drawn]:
    """The fields with their present values."""
    return [
        Drawn(
            field,
            KINDS[field.kind].show(at(document, field.pointer)),
            field.options(source) if field.options else (),
            (errors or {}).get(field.name, ""),
        )
        for field in fields
    ]


def take(
    fields: Iterable[Field], form: MultiDict[str, str], document: Mapping[str, Any]
) -> tuple[dict[str, Any], list[FieldError]]:
    """A copy of the document with what was posted, and what could not be read."""
    made, errors = copy.deepcopy(dict(document)), []
    for field in fields:
        try:
            value = KINDS[field.kind].read(form, field.name)
        except ValueError:
            errors.append(FieldError(f"/{field.pointer}", field.name, "unreadable", KINDS[field.kind].fault))
            continue
        if field.required and (value is GONE or value is None or (field.kind == "bilingual" and not value["zh"])):
            errors.append(FieldError(f"/{field.pointer}", field.name, "required", REQUIRED))
            continue
        put(made, field.pointer, value)
    return made, errors


REQUIRED = Text("必填。", "Required.")


@dataclass(frozen=True)
class Kind:
    """How a kind of field is shown and read. `read` raises ValueError when the text means nothing."""

    show: Callable[[Any], Any]
    read: Callable[[MultiDict[str, str], str], Any]
    fault: Text


def _bilingual(form: MultiDict[str, str], name: str) -> dict[str, str]:
    return {lang: form.get(f"{name}.{lang}", "").strip() for lang in ("zh", "en")}


def _number(form: MultiDict[str, str], name: str) -> Any:
    typed = form.get(name, "").strip()
    if not typed:
        return GONE
    number = float(typed)
    if number != number or abs(number) > 1e12:  # noqa: PLR0124 - not a number is not equal to itself
        raise ValueError(typed)
    return int(number) if number.is_integer() else number


def _whole(form: MultiDict[str, str], name: str) -> Any:
    typed = form.get(name, "").strip()
    return int(typed) if typed else GONE


def _money(form: MultiDict[str, str], name: str) -> Any:
    typed = form.get(name, "").strip()
    return int(parse_yuan(typed)) if typed else GONE


def _day(form: MultiDict[str, str], name: str) -> Any:
    typed = form.get(name, "").strip()
    return date.fromisoformat(typed).isoformat() if typed else GONE


def _line(form: MultiDict[str, str], name: str) -> Any:
    return form.get(name, "").strip() or GONE


def _choice(form: MultiDict[str, str], name: str) -> Any:
    return form.get(name, "").strip() or None


def _many(form: MultiDict[str, str], name: str) -> list[str]:
    """Ticked boxes, kept in the order they had; `<name>.order` carries it."""
    ticked = list(dict.fromkeys(form.getlist(name)))
    order = {value: at for at, value in enumerate(form.get(f"{name}.order", "").split())}
    return sorted(ticked, key=lambda value: order.get(value, len(order)))


def _flag(form: MultiDict[str, str], name: str) -> bool:
    return form.get(name) == "true"


def _as_is(value: Any) -> Any:
    return value


KINDS: Final[Mapping[str, Kind]] = {
    "bilingual": Kind(lambda v: v if isinstance(v, Mapping) else {"zh": v or "", "en": ""}, _bilingual, REQUIRED),
    "line": Kind(lambda v: "" if v is None else str(v), _line, REQUIRED),
    "number": Kind(lambda v: "" if v is None else f"{v:g}", _number, Text("请填数字。", "A number is expected.")),
    "whole": Kind(lambda v: "" if v is None else str(v), _whole, Text("请填整数。", "A whole number is expected.")),
    "money": Kind(
        lambda v: "" if v is None else yuan(int(v)).replace(",", ""),
        _money,
        Text("请填金额(元)。", "An amount in yuan is expected."),
    ),
    "day": Kind(lambda v: v or "", _day, Text("没有这一天。", "There is no such day.")),
    "choice": Kind(lambda v: "" if v is None else str(v), _choice, REQUIRED),
    "many": Kind(lambda v: v if isinstance(v, list) else [], _many, REQUIRED),
    "flag": Kind(_as_is, _flag, REQUIRED),
}
