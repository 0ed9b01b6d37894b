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
LANGUAGES = (("zh", "缺少中文。", "The Chinese is missing."), ("en", "缺少英文。", "The English is missing."))


def check_texts(source: Source) -> Iterator[Finding]:
    """Texts that lack a language."""
    for place, text in every_text(source):
        for lang, zh, en in LANGUAGES:
            written = text.get(lang)
            if not isinstance(written, str) or not written.strip():
                yield (place / lang).finding(zh, en)


def check_english(source: Source) -> Iterator[Finding]:
    """English texts that were never translated."""
    for place, text in every_text(source):
        english = text.get("en")
        if isinstance(english, str) and not english.isascii() and IDEOGRAPH.search(english):
            yield (place / "en").finding(
                "英文里夹有汉字,尚未翻译。", "The English text still holds Chinese characters."
            )


def every_text(source: Source) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Every bilingual text of a catalogue with its place."""
    for path in sorted(source.documents):
        yield from _texts(Place(path), source.documents[path])


def _texts(place: Place, value: Any) -> Iterator[tuple[Place, dict[str, Any]]]:
    if isinstance(value, dict):
        if value and value.keys() <= {"zh", "en"}:
            yield place, value
            return
        for key, child in value.items():
            if isinstance(child, dict | list) and key not in NOT_TEXT:
                yield from _texts(place / key, child)
    elif isinstance(value, list):
        for position, child in enumerate(value):
            if isinstance(child, dict | list):
                yield from _texts(place / position, child)
