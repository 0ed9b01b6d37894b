"""Questions that can be asked everywhere alike: patterns all languages agree on, money in 分, nothing pre-selected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from portal.catalogue.canonical import pointer_of
from portal.catalogue.checks.index import KIND_WORDS, Index, Place, did_you_mean
from portal.catalogue.documents import Source
from portal.errors import Finding

CHOICES = frozenset({"choice", "choices"})
FLAT = frozenset({"string", "integer", "number", "boolean"})
# What a pattern must not hold, with the reason.
FORBIDDEN = (
    (r"\\d", "\\d", "请写 [0-9]", "write [0-9]"),
    (r"\\w", "\\w", "请写明字符范围", "write the range of characters"),
    (r"\\s", "\\s", "请写明空白字符", "name the blank characters"),
    (r"\\b", "\\b", "各语言的词界不同", "word boundaries differ between languages"),
    (r"\\[pP]\{", "\\p{…}", "各语言支持不同", "not every language knows it"),
    (r"\\[AZzG]", "\\A \\Z", "只有部分语言支持", "only some languages know it"),
    (r"\[一-龥\]|\\u4e00-\\u9f[0-9a-f]{2}|一-龥", "[一-龥]", "会排除生僻字", "it refuses rare characters in names"),
    (r"\(\?<?[=!]|\(\?P", "(?…)", "各语言支持不同", "look-around and named groups differ"),
)
INNER_END = re.compile(r"(?<!\\)\$(?!$)")


def check_questions(source: Source, index: Index) -> Iterator[Finding]:
    for path, section in source.of_kind("questions"):
        for position, question in enumerate(section["questions"]):
            yield from _question(Place(path) / "questions" / position, question, index)
        none_of = section.get("none_of_these")
        if none_of:
            yield from _none_of_these(Place(path) / "none_of_these" / "questions", section, none_of["questions"])
    for path, register in source.of_kind("registers"):
        yield from _schema(Place(path) / "schema", register["schema"])


def _question(place: Place, question: Mapping[str, Any], index: Index) -> Iterator[Finding]:
    codes = question.get("codes")
    if question["type"] in CHOICES and codes is None:
        yield (place / "codes").finding("选择题缺少代码表。", "A choice needs its code list.")
    if question["type"] not in CHOICES and codes is not None:
        yield (place / "codes").finding("只有选择题才有代码表。", "Only choices have a code list.")
    if codes is not None and codes not in index.known("codes"):
        zh, en = KIND_WORDS["codes"]
        yield (place / "codes").finding(
            f"没有{zh}“{codes}”。", f"There is no {en} {codes!r}.", did_you_mean(codes, index.known("codes"))
        )
    for key in ("default", "const"):
        if key in question:
            yield (place / key).finding("不允许预先选定答案。", "No answer may be selected beforehand.")
    limits = question.get("constraints", {})
    pattern = limits.get("pattern")
    if pattern is not None:
        yield from pattern_faults(place / "constraints" / "pattern", pattern)
    low, high = limits.get("min"), limits.get("max")
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        yield (place / "constraints" / "max").finding(
            "最大值小于最小值。", "The largest value is less than the smallest."
        )
    if question["type"] == "money" and any(isinstance(limit, float) for limit in (low, high)):
        yield (place / "constraints").finding(
            "金额以分为单位,限额须为整数。", "Money is in 分: its limits are whole numbers."
        )


def _none_of_these(place: Place, section: Mapping[str, Any], names: list[str]) -> Iterator[Finding]:
    own = {question["id"]: question for question in section["questions"]}
    for position, name in enumerate(names):
        if name not in own:
            yield (place / position).finding(
                f"“{name}”不在本栏目里。", f"{name!r} is not in this section.", did_you_mean(name, own)
            )
        elif own[name]["type"] not in {"money", "integer", "decimal", "boolean"}:
            yield (place / position).finding(
                f"“{name}”不是金额或数量,不能一键写零。",
                f"{name!r} is no amount or count; zero cannot be written there.",
            )


def pattern_faults(place: Place, pattern: str) -> Iterator[Finding]:
    """Why a pattern would mean different things in Python and in a browser, or exclude people."""
    for expression, written, zh, en in FORBIDDEN:
        if re.search(expression, pattern):
            yield place.finding(f"正则表达式里不能用 {written}:{zh}。", f"A pattern must not use {written}: {en}.")
    # The engine refuses line ends apart from the pattern, so that one `$` at the very end means the same everywhere.
    if INNER_END.search(pattern) or not (pattern.startswith("^") and pattern.endswith("$")):
        yield place.finding(
            "正则表达式须以 ^ 开头、以 $ 结尾,中间不能有 $。",
            "A pattern starts with ^, ends with $, and has no $ between.",
        )
    try:
        re.compile(pattern)
    except re.error as error:
        yield place.finding(f"正则表达式不成立:{error}。", f"This is not a pattern: {error}.")


def _schema(place: Place, schema: Mapping[str, Any]) -> Iterator[Finding]:
    """A register's own schema is a JSON Schema, with a title in both languages for every column."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        where = Place(place.file, place.pointer + pointer_of(list(error.absolute_path)))
        yield where.finding("不是有效的 JSON Schema。", f"This is not a JSON Schema: {error.message}")
        return
    for name, column in schema["properties"].items():
        for key, zh, en in (("title", "中文名", "Chinese title"), ("x-title-en", "英文名", "English title")):
            if not column.get(key):
                yield (place / "properties" / name / key).finding(f"字段缺少{zh}。", f"The field lacks its {en}.")
        if column.get("type", "string" if "enum" in column else "") not in FLAT:
            yield (place / "properties" / name / "type").finding(
                "台账的字段只能是文字、数或真假。", "A register's field is a text, a number, or true or false."
            )
    yield from patterns_in(place, schema)


def patterns_in(place: Place, schema: Any) -> Iterator[Finding]:
    """The same for a free schema such as a register's; and no fractions of 分."""
    if isinstance(schema, list):
        for position, child in enumerate(schema):
            yield from patterns_in(place / position, child)
    if not isinstance(schema, dict):
        return
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        yield from pattern_faults(place / "pattern", pattern)
    step = schema.get("multipleOf")
    if isinstance(step, float) and step != int(step):
        yield (place / "multipleOf").finding(
            "不能用小数步长(19.99 会被拒绝);金额以分为整数。",
            "No fractional step (19.99 would fail); money is whole 分.",
        )
    if "default" in schema and not isinstance(schema["default"], dict):
        yield (place / "default").finding("不允许预先选定答案。", "No answer may be selected beforehand.")
    for key, child in schema.items():
        if isinstance(child, dict | list):
            yield from patterns_in(place / key, child)
