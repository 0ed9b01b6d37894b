"""Reading what a program sends: strict JSON of a bounded size. What JSON tools disagree about is refused, not guessed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from flask import request

from portal.catalogue.canonical import escape, loads
from portal.errors import FieldError, Problem, Refused
from portal.values import Text

MAX_BYTES: Final = 1_000_000
TOLD: Final = 50  # faults told at once; somebody who sends garbage need not read it all

NOT_JSON: Final = Problem(
    "not-json",
    400,
    Text("请求内容不是规范的 JSON({count} 处)。", "The content is not strict JSON ({count} faults)."),
)
NOT_JSON_TYPE: Final = Problem(
    "not-json-type",
    415,
    Text("请以 application/json 发送内容。", "Send the content as application/json."),
)
_NUL: Final = Text("文字含有空字符。", "The text holds a NUL character.")


def read() -> Any:
    """The request's JSON document. Refused with every fault that can be named at once."""
    if not request.is_json:
        raise Refused(NOT_JSON_TYPE)
    document, faults = loads(request.get_data(), "")
    errors = [FieldError(fault.pointer, "", "json", fault.message) for fault in faults]
    if not faults:
        errors = [FieldError(pointer, "", "json", _NUL) for pointer in _with_nul(document)]
    if errors:
        raise Refused(NOT_JSON, tuple(errors[:TOLD]), count=len(errors))
    return document


def fingerprint(document: Any) -> str:
    """What makes two requests the same one: the method, the address with its query, and the content as a value."""
    plain = json.dumps(document, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{request.method} {request.full_path}\n{plain}".encode()).hexdigest()


def _with_nul(document: Any) -> Iterator[str]:
    """Where a NUL stands, which no database stores as text."""
    waiting: list[tuple[Any, str]] = [(document, "")]
    while waiting:
        value, pointer = waiting.pop()
        if isinstance(value, dict):
            if any("\0" in key for key in value):
                yield pointer
            waiting.extend((child, f"{pointer}/{escape(key)}") for key, child in value.items())
        elif isinstance(value, list):
            waiting.extend((child, f"{pointer}/{at}") for at, child in enumerate(value))
        elif isinstance(value, str) and "\0" in value:
            yield pointer
