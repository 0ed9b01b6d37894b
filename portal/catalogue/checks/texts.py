"""Every text a person reads exists in Chinese and English, and the English one is English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from portal.catalogue.checks.index import Place
from portal.catalogue.documents import Source
from portal.errors import Finding

# Ideographs in all planes; the marks around them (、。) are not proof of a missing translation.
IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Data of families and free schemas of registers are not texts of ours.
NOT_TEXT = frozenset({"facts", "schema", "prov"})


def check_texts(source: Source) -> Iterator[Finding]:
    for path in sorted(source.documents):
        yield from _texts(Place(path), source.documents[path])


def _texts(place: Place, value: Any) -> Iterator[Finding]:
    if isinstance(value, dict):
        if value and value.keys() <= {"zh", "en"}:
            yield from _text(place, value)
            return
        for key, child in value.items():
            if isinstance(child, dict | list) and key not in NOT_TEXT:
                yield from _texts(place / key, child)
    elif isinstance(value, list):
        for position, child in enumerate(value):
            if isinstance(child, dict | list):
                yield from _texts(place / position, child)


def _text(place: Place, text: dict[str, Any]) -> Iterator[Finding]:
    for lang, zh, en in (
        ("zh", "缺少中文。", "The Chinese is missing."),
        ("en", "缺少英文。", "The English is missing."),
    ):
        written = text.get(lang)
        if not isinstance(written, str) or not written.strip():
            yield (place / lang).finding(zh, en)
    english = text.get("en")
    if isinstance(english, str) and not english.isascii() and IDEOGRAPH.search(english):
        yield (place / "en").finding("英文里夹有汉字,尚未翻译。", "The English text still holds Chinese characters.")
