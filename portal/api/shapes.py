"""Whether a document has the shape its published schema says, and if not, everything that is wrong, in two languages.

The schema a request is checked by is the one the OpenAPI document shows, so what is described is what is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from portal.api.schemas import SCHEMAS
from portal.catalogue.canonical import escape, pointer_of
from portal.catalogue.catalogue import meant
from portal.errors import INVALID, FieldError, Refused
from portal.values import Text

TOLD: Final = 50

TYPES: Final = {
    "object": Text("对象", "an object"),
    "array": Text("列表", "a list"),
    "string": Text("文字", "a text"),
    "integer": Text("整数", "a whole number"),
    "number": Text("数", "a number"),
    "boolean": Text("true 或 false", "true or false"),
    "null": Text("null", "null"),
}


def _kinds(wanted: Any) -> Text:
    kinds = [TYPES[kind] for kind in ([wanted] if isinstance(wanted, str) else wanted)]
    return Text("或".join(kind.zh for kind in kinds), " or ".join(kind.en for kind in kinds))


def _type(error: ValidationError) -> Text:
    kinds = _kinds(error.validator_value)
    return Text(f"应为{kinds.zh}。", f"Should be {kinds.en}.")


def _enum(error: ValidationError) -> Text:
    wanted: Any = error.validator_value
    known = [str(value) for value in wanted]
    hint = meant(str(error.instance)[:80], known)
    listed = "、".join(known[:20])
    zh = f"不在可选值之内:{listed}。{hint.zh}"
    return Text(zh, f"Not one of {', '.join(known[:20])}. {hint.en}".rstrip())


def _limit(zh: str, en: str) -> Callable[[ValidationError], Text]:
    return lambda error: Text(zh.format(error.validator_value), en.format(error.validator_value))


SENTENCES: Final[dict[str, Callable[[ValidationError], Text]]] = {
    "type": _type,
    "enum": _enum,
    "minLength": _limit("至少 {} 个字。", "At least {} characters."),
    "maxLength": _limit("最多 {} 个字。", "At most {} characters."),
    "pattern": _limit("写法应符合 {}。", "Should be written as {}."),
    "format": _limit("应为 {} 格式。", "Should be of the format {}."),
    "minItems": _limit("至少 {} 项。", "At least {} entries."),
    "maxItems": _limit("最多 {} 项。", "At most {} entries."),
    "uniqueItems": _limit("同一项出现了两次。", "The same entry stands twice."),
    "minimum": _limit("不能小于 {}。", "Not less than {}."),
    "maximum": _limit("不能大于 {}。", "Not more than {}."),
    "maxProperties": _limit("最多 {} 个属性。", "At most {} properties."),
}
OTHERWISE: Final = Text("不符合要求。", "Not as required.")


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator of one published schema; schemas are constants of the program."""
    document = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    return Draft202012Validator(document, format_checker=FormatChecker(["date", "uuid"]))


def check(document: Any, name: str) -> None:
    """Refuse a document that is not of this shape, with every place where it is not."""
    errors = faults(document, name)
    if errors:
        raise Refused(INVALID, tuple(errors), count=len(errors))


def faults(document: Any, name: str) -> list[FieldError]:
    """Every fault once, in the order of the document, the first few only."""
    found: dict[tuple[str, str], FieldError] = {}
    for error in validator(name).iter_errors(document):
        for one in _told(error):
            found.setdefault((one.pointer, one.code), one)
        if len(found) >= TOLD:
            break
    return list(found.values())


def one_value(value: Any, schema: Any) -> Text | None:
    """What is wrong with one value by a schema of its own, or nothing."""
    error = next(iter(Draft202012Validator(schema).iter_errors(value)), None)
    return None if error is None else _sentence(error)


def _sentence(error: ValidationError) -> Text:
    told = SENTENCES.get(str(error.validator))
    return OTHERWISE if told is None else told(error)


@contextmanager
def placed(pointer: str) -> Iterator[None]:
    """Faults told by their place inside a part of what was sent are told by their place in the whole."""
    try:
        yield
    except Refused as refusal:
        if not refusal.fields:
            raise
        fields = tuple(replace(fault, pointer=pointer + fault.pointer) for fault in refusal.fields)
        raise Refused(refusal.problem, fields, **refusal.params) from refusal


def _told(error: ValidationError) -> Iterator[FieldError]:
    wanted: Any = error.validator_value
    about: Any = error.schema
    sent: Any = error.instance
    place = pointer_of(list(error.absolute_path))
    name = str(error.absolute_path[-1]) if error.absolute_path else ""
    if error.validator == "required":
        for missing in wanted:
            if missing not in sent:
                yield FieldError(
                    f"{place}/{escape(missing)}",
                    missing,
                    "required",
                    Text(f"缺少“{missing}”。", f"{missing!r} is missing."),
                )
    elif error.validator in {"additionalProperties", "unevaluatedProperties"}:
        known = about.get("properties", {})
        for stranger in list(sent):
            if stranger not in known:
                yield _stranger(place, stranger, list(known))
    else:
        yield FieldError(place, name, str(error.validator), _sentence(error))


def _stranger(place: str, name: str, known: list[str]) -> FieldError:
    shown = name[:60]
    hint = meant(name[:200], known)
    return FieldError(
        f"{place}/{escape(shown)}",
        shown,
        "unknown",
        Text(f"没有“{shown}”这一项。{hint.zh}", f"There is no {shown!r}. {hint.en}".rstrip()),
    )
