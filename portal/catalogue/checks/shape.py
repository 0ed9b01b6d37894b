"""Does every document have the form its meta-schema describes? Faults in the reader's words, never the validator's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource

from portal.catalogue.canonical import pointer_of
from portal.catalogue.checks.index import Place, did_you_mean
from portal.catalogue.documents import Source
from portal.catalogue.kinds import KINDS, Kind, kind_of, meta_schemas
from portal.errors import Finding
from portal.values import Text

TYPE_WORDS = {
    "object": ("对象", "an object"),
    "array": ("列表", "a list"),
    "string": ("文字", "a text"),
    "integer": ("整数", "a whole number"),
    "number": ("数", "a number"),
    "boolean": ("真或假", "true or false"),
    "null": ("空", "null"),
}


def check_shape(source: Source) -> Iterator[Finding]:
    """Every document against its kind, every required document present, every file named after what it holds."""
    for kind in KINDS:
        if kind.required and not any(True for _ in source.of_kind(kind.name)):
            yield Finding(
                kind.pattern, "", Text("缺少这个文件。", "This file is missing: a catalogue cannot do without it.")
            )
    for path in sorted(source.documents):
        kind_here = kind_of(path)
        if kind_here is not None:
            yield from _errors(path, source.documents[path], kind_here)
            yield from _misnamed(path, source.documents[path], kind_here)


@cache
def _registry() -> Registry[Any]:
    resources = [
        (schema["$id"], Resource.from_contents(schema)) for schema in meta_schemas().values() if "$id" in schema
    ]
    return Registry().with_resources(resources)


@cache
def validator(kind: str) -> Draft202012Validator | None:
    schema = meta_schemas().get(f"{kind}.schema.json")
    return (
        None
        if schema is None
        else Draft202012Validator(schema, registry=_registry(), format_checker=Draft202012Validator.FORMAT_CHECKER)
    )


def _errors(path: str, document: Any, kind: Kind) -> Iterator[Finding]:
    compiled = validator(kind.name)
    for error in compiled.iter_errors(document) if compiled is not None else ():
        plain = _innermost(error)
        if not _is_about_text(plain):
            yield from _told(Place(path, pointer_of(list(plain.absolute_path))), Broken.of(plain))


@dataclass(frozen=True)
class Broken:
    """One keyword of a meta-schema that a document breaks: the keyword's value, what stands there, and the schema."""

    keyword: str
    wanted: Any
    instance: Any
    schema: Any
    message: str

    @classmethod
    def of(cls, error: ValidationError) -> Broken:
        return cls(str(error.validator), error.validator_value, error.instance, error.schema, error.message)


def _innermost(error: ValidationError) -> ValidationError:
    """For a choice of forms, the fault of the form that was probably meant."""
    while error.validator in {"anyOf", "oneOf"} and error.context:
        inner = best_match(error.context)
        if inner is None or inner is error:
            break
        error = inner
    return error


def _is_about_text(error: ValidationError) -> bool:
    """Missing translations have their own check, with its own words."""
    last = error.absolute_path[-1] if error.absolute_path else ""
    if last in {"zh", "en"}:
        return True
    held = set(error.instance) if isinstance(error.instance, dict) else set()
    return error.validator == "required" and bool(held) and held <= {"zh", "en"}


def _told(place: Place, error: Broken) -> Iterator[Finding]:
    tell = TELLERS.get(error.keyword)
    if tell is not None:
        yield from tell(place, error)
    else:
        yield place.finding("不符合这类文档的格式。", f"This does not have the form of its kind ({error.keyword}).")


def _missing(place: Place, error: Broken) -> Iterator[Finding]:
    for name in error.wanted:
        if name not in error.instance and f"'{name}'" in error.message:
            unknown = [key for key in error.instance if key not in error.schema.get("properties", {})]
            yield place.finding(f"缺少“{name}”。", f"{name!r} is missing.", did_you_mean_key(name, unknown))


def did_you_mean_key(name: str, unknown: list[str]) -> Text | None:
    """A key that is missing may be there under a misspelt name."""
    misspelt = did_you_mean(name, unknown)
    return misspelt and Text("可能写成了别的名字:" + misspelt.zh, "It may be misspelt. " + misspelt.en)


def _stranger(place: Place, error: Broken) -> Iterator[Finding]:
    known = error.schema.get("properties", {})
    for key in error.instance:
        if key not in known:
            yield (place / key).finding(
                f"这里不能有“{key}”。", f"{key!r} has no meaning here.", did_you_mean(key, known)
            )


def _not_one_of(place: Place, error: Broken) -> Iterator[Finding]:
    allowed = [str(value) for value in error.wanted]
    listed = "、".join(allowed)
    yield place.finding(
        f"“{error.instance}”不在允许的取值内({listed})。",
        f"{error.instance!r} is not one of {', '.join(allowed)}.",
        did_you_mean(str(error.instance), allowed),
    )


def _wrong_type(place: Place, error: Broken) -> Iterator[Finding]:
    wanted = error.wanted if isinstance(error.wanted, list) else [error.wanted]
    zh = "或".join(TYPE_WORDS[name][0] for name in wanted)
    en = " or ".join(TYPE_WORDS[name][1] for name in wanted)
    yield place.finding(f"这里应为{zh}。", f"This should be {en}.")


def _bad_name(place: Place, error: Broken) -> Iterator[Finding]:
    yield place.finding(
        f"“{error.instance}”的写法不对,应符合 {error.wanted}。",
        f"{error.instance!r} is not written as {error.wanted} demands.",
    )


def _simple(zh: str, en: str) -> Callable[[Place, Broken], Iterator[Finding]]:
    def tell(place: Place, error: Broken) -> Iterator[Finding]:
        limit = error.wanted
        yield place.finding(zh.format(limit=limit), en.format(limit=limit))

    return tell


TELLERS: dict[str, Callable[[Place, Broken], Iterator[Finding]]] = {
    "required": _missing,
    "additionalProperties": _stranger,
    "enum": _not_one_of,
    "const": _not_one_of,
    "type": _wrong_type,
    "pattern": _bad_name,
    "format": _simple("不是有效的日期,应如 2022-06-01。", "This is not a date such as 2022-06-01."),
    "minLength": _simple("不能为空。", "This must not be empty."),
    "maxLength": _simple("不能超过 {limit} 个字符。", "Not longer than {limit} characters."),
    "minItems": _simple("至少要有 {limit} 条。", "At least {limit} entries are needed."),
    "maxItems": _simple("不能超过 {limit} 条。", "Not more than {limit} entries."),
    "uniqueItems": _simple("列表里有重复的条目。", "An entry stands twice in this list."),
    "minimum": _simple("不能小于 {limit}。", "Not less than {limit}."),
    "maximum": _simple("不能大于 {limit}。", "Not more than {limit}."),
    "minProperties": _simple("至少要有 {limit} 项。", "At least {limit} entries are needed."),
    "maxProperties": _simple("不能超过 {limit} 项。", "Not more than {limit} entries."),
    "exclusiveMinimum": _simple("必须大于 {limit}。", "Must be more than {limit}."),
}
NAMED_BY = {
    "questions": "section",
    "codes": "id",
    "items": "slug",
    "registers": "slug",
    "examples": "item",
    "workflow": "workflow",
}


def _misnamed(path: str, document: Any, kind: Kind) -> Iterator[Finding]:
    key = NAMED_BY.get(kind.name)
    match = kind.matches(path)
    if key is None or match is None or not isinstance(document, dict):
        return
    name = document.get(key)
    if isinstance(name, str) and name != match.group(1):
        yield (Place(path) / key).finding(
            f"文件名是“{match.group(1)}”,里面写的却是“{name}”。",
            f"The file is named {match.group(1)!r} but says {name!r}.",
        )
