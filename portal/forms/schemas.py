"""The JSON Schema of one question: what any conforming validator can check about its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from portal.forms import limits, patterns
from portal.forms.questions import CodeList, Question

Schema = dict[str, Any]

# Documents whose number is the eighteen-digit citizen number: the resident card and its temporary form.
RESIDENT_ID_TYPES: Final = ("111", "112")
_SINGLE_LINE: Final = {"not": {"pattern": patterns.CONTROL}}


def schema_of(question: Question) -> Schema:
    """The schema of one answer, annotated with titles and with what our own renderer needs to know."""
    schema = _BY_TYPE[question.type](question)
    schema["title"] = question.title.zh
    schema["x-title-en"] = question.title.en
    schema["x-type"] = question.type
    if question.help is not None:
        schema["description"] = question.help.zh
        schema["x-help-en"] = question.help.en
    if question.unit is not None:
        schema["x-unit"] = question.unit.to_json()
    if question.prefill is not None:
        schema["x-prefill"] = {"kind": question.prefill.kind, "source": question.prefill.source}
    if question.sensitivity != "none":
        schema["x-sensitivity"] = question.sensitivity
    if question.compute is not None:
        schema["readOnly"] = True
    return schema


def code_list_schema(code_list: CodeList) -> Schema:
    return {
        "title": code_list.title.zh,
        "x-title-en": code_list.title.en,
        "enum": list(code_list.values),
        "x-titles": {code: title.to_json() for code, title in code_list.values.items()},
    }


def _text(question: Question) -> Schema:
    wanted = question.constraints
    schema: Schema = {"type": "string", "minLength": 1, "maxLength": wanted.max_length or limits.TEXT}
    if wanted.pattern is not None:
        schema["pattern"] = wanted.pattern
    return schema | _SINGLE_LINE


def _textarea(question: Question) -> Schema:
    longest = question.constraints.max_length or limits.TEXTAREA
    return {"type": "string", "minLength": 1, "maxLength": longest, "not": {"pattern": patterns.CONTROL_IN_LINES}}


def _patterned(pattern: str, longest: int, **more: Any) -> Schema:
    return {"type": "string", "maxLength": longest, "pattern": pattern, **more, **_SINGLE_LINE}


def _number(question: Question, kind: str, bound: int) -> Schema:
    lowest, highest = bounds(question, bound)
    return {"type": kind, "minimum": lowest, "maximum": highest}


def bounds(question: Question, bound: int) -> tuple[int | float, int | float]:
    wanted = question.constraints
    return (-bound if wanted.min is None else wanted.min, bound if wanted.max is None else wanted.max)


def _choices(question: Question) -> Schema:
    least = question.constraints.min_items
    schema: Schema = {"type": "array", "items": _choice(question), "uniqueItems": True, "maxItems": 200}
    return schema if least is None else schema | {"minItems": least}


def _choice(question: Question) -> Schema:
    return {"$ref": f"#/$defs/code_{question.codes}"}


def _files(question: Question) -> Schema:
    least = max(1, question.constraints.min_items or 1)
    return {
        "type": "array",
        "items": _patterned(patterns.FILE, 128),
        "minItems": least,
        "maxItems": limits.FILES,
        "uniqueItems": True,
    }


def _geo(_question: Question) -> Schema:
    return {
        "type": "object",
        "properties": {
            "lat": {"type": "number", "minimum": -90, "maximum": 90},
            "lng": {"type": "number", "minimum": -180, "maximum": 180},
            "accuracy": {"type": "number", "minimum": 0, "maximum": 1_000_000},
        },
        "required": ["lat", "lng"],
        "additionalProperties": False,
    }


def _region(question: Question) -> Schema:
    level = question.constraints.level
    return _patterned(patterns.REGION if level is None else patterns.REGION_LEVELS[level], 12)


_BY_TYPE: Final[Mapping[str, Callable[[Question], Schema]]] = {
    "text": _text,
    "textarea": _textarea,
    "integer": lambda question: _number(question, "integer", limits.COUNT),
    "decimal": lambda question: _number(question, "number", limits.COUNT),
    "money": lambda question: _number(question, "integer", limits.SUM) | {"x-unit-of-data": "fen"},
    "date": lambda _: _patterned(patterns.DATE, 10, format="date"),
    "datetime": lambda _: _patterned(patterns.DATETIME, 25, format="date-time"),
    "boolean": lambda _: {"type": "boolean"},
    "choice": _choice,
    "choices": _choices,
    "id_number": lambda _: _patterned(patterns.ANY_ID, 30),
    "phone": lambda _: _patterned(patterns.PHONE, 20),
    "region": _region,
    "photo": _files,
    "file": _files,
    "signature": lambda _: _patterned(patterns.FILE, 128),
    "geo": _geo,
    "bank_account": lambda _: _patterned(patterns.ACCOUNT, 30),
    "member_reference": lambda _: _patterned(patterns.ROW_ID, 64),
}
