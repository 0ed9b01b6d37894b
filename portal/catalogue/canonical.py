"""One way to write a document and one strict way to read it, so that export and import are byte-stable.

Writing keeps the key order of the document's kind (its meta-schema), indents by two and keeps whatever fits on a line
on one line, so that a rule or a bilingual text reads as one thing. Reading refuses what JSON tools disagree about:
duplicate keys, NaN, numbers beyond reason, depth beyond reason.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.errors import Finding
from portal.values import Text

WIDTH = 120
MAX_DEPTH = 64
MAX_BYTES = 4_000_000
MAX_DIGITS = 18


@dataclass(frozen=True)
class KeyOrder:
    """In which order the keys of a document stand: its own keys, and the order inside each of them."""

    keys: tuple[str, ...] = ()
    inside: Mapping[str, KeyOrder] = field(default_factory=dict)
    elements: KeyOrder | None = None


AS_WRITTEN = KeyOrder()


def ordered(value: Any, order: KeyOrder = AS_WRITTEN) -> Any:
    """The same value with known keys first, in the order of their kind; other keys follow as they were written."""
    if isinstance(value, Mapping):
        keys = [key for key in order.keys if key in value]
        keys += [key for key in value if key not in order.keys]
        return {key: ordered(value[key], order.inside.get(key, AS_WRITTEN)) for key in keys}
    if isinstance(value, list | tuple):
        inner = order.elements or AS_WRITTEN
        return [ordered(element, inner) for element in value]
    return value


def dumps(document: Any, order: KeyOrder = AS_WRITTEN) -> str:
    """The canonical text of a document, ending in a newline."""
    return _write(ordered(document, order), 0, 0) + "\n"


def compact(document: Any) -> str:
    """The same value without any spaces, for hashing and storing."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _flat(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _write(value: Any, indent: int, used: int) -> str:
    """`used` is what already stands on the line: the key in front of the value."""
    if not isinstance(value, dict | list) or not value:
        return _flat(value)
    if not _surely_long(value):
        line = _flat(value)
        if indent + used + len(line) <= WIDTH and indent > 0:
            return line
    inner = indent + 2
    pad = " " * inner
    if isinstance(value, dict):
        heads = [(_flat(str(key)) + ": ", element) for key, element in value.items()]
        lines = [pad + head + _write(element, inner, len(head) + 1) for head, element in heads]
        return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"
    lines = [pad + _write(element, inner, 1) for element in value]
    return "[\n" + ",\n".join(lines) + "\n" + " " * indent + "]"


def _surely_long(value: Any) -> bool:
    """Cheaply true for containers that cannot fit on a line, so that nothing is written out twice at every level."""
    budget = WIDTH
    pending = [value]
    while pending and budget > 0:
        top = pending.pop()
        if isinstance(top, dict):
            budget -= 2 + sum(len(str(key)) + 6 for key in top)
            pending.extend(top.values())
        elif isinstance(top, list):
            budget -= 2 + 2 * len(top)
            pending.extend(top)
        else:
            budget -= len(top) if isinstance(top, str) else 1
    return budget < 0


class _Pairs(dict[str, Any]):
    """An object that remembers which keys it was given twice."""

    repeated: tuple[str, ...] = ()


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    seen: set[str] = set()
    marked = _Pairs(plain)
    marked.repeated = tuple(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return marked


def _number(digits: str) -> int | float:
    return int(digits) if len(digits.lstrip("-")) <= MAX_DIGITS else math.inf


def loads(text: str | bytes, file: str) -> tuple[Any, tuple[Finding, ...]]:
    """The document and everything wrong with its JSON; the document is None when it cannot be used at all."""
    if len(text) > MAX_BYTES:
        return None, (_finding(file, "", f"文件超过 {MAX_BYTES // 1_000_000} MB。", "The file is too large."),)
    try:
        plain = text.decode("utf-8") if isinstance(text, bytes) else text
        document = json.loads(plain.removeprefix("\ufeff"), object_pairs_hook=_pairs, parse_int=_number)
    except UnicodeDecodeError as error:
        return None, (_finding(file, "", f"第 {error.start} 字节不是 UTF-8。", f"Byte {error.start} is not UTF-8."),)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        zh = f"第 {error.lineno} 行第 {error.colno} 列不是有效的 JSON({error.msg})。"
        return None, (_finding(file, "", zh, f"Not valid JSON at {where}: {error.msg}."),)
    except RecursionError:
        return None, (_too_deep(file, ""),)
    faults = tuple(_faults(document, file))
    return (None if faults else document), faults


def _faults(document: Any, file: str) -> Iterator[Finding]:
    pending: list[tuple[Any, str, int]] = [(document, "", 0)]
    while pending:
        value, pointer, depth = pending.pop()
        if depth > MAX_DEPTH:
            yield _too_deep(file, pointer)
            continue
        if isinstance(value, _Pairs):
            for key in value.repeated:
                name = key.encode("utf-8", "replace").decode()  # half a character cannot be told to anybody
                yield _finding(
                    file, f"{pointer}/{escape(name)}", f"键“{name}”出现了两次。", f"Key {name!r} stands twice."
                )
        if isinstance(value, dict):
            if not all(_is_whole(key) for key in value):
                yield _surrogate(file, pointer)
                continue
            pending.extend((child, f"{pointer}/{escape(key)}", depth + 1) for key, child in value.items())
        elif isinstance(value, list):
            pending.extend((child, f"{pointer}/{index}", depth + 1) for index, child in enumerate(value))
        elif isinstance(value, float) and not math.isfinite(value):
            yield _finding(file, pointer, "数值不是有限的数。", "This is not a finite number within 18 digits.")
        elif isinstance(value, str) and not _is_whole(value):
            yield _surrogate(file, pointer)


def _is_whole(text: str) -> bool:
    """Whether a text holds no half of a surrogate pair."""
    return text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)


def escape(key: str) -> str:
    """A key as one token of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def pointer_of(path: Sequence[str | int]) -> str:
    return "".join(f"/{escape(str(part))}" for part in path)


def _too_deep(file: str, pointer: str) -> Finding:
    return _finding(file, pointer, f"嵌套超过 {MAX_DEPTH} 层。", f"Nested deeper than {MAX_DEPTH} levels.")


def _surrogate(file: str, pointer: str) -> Finding:
    return _finding(file, pointer, "文字含有不成对的代理码。", "The text holds an unpaired surrogate.")


def _finding(file: str, pointer: str, zh: str, en: str) -> Finding:
    return Finding(file, pointer, Text(zh, en))
