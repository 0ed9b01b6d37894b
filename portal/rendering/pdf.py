"""Official documents as PDF: a Typst template and the words that go into it.

The fonts travel with a package of their own, so that a machine without Chinese fonts prints Chinese; the system's fonts
come after them for rarer characters. A character no font knows is logged and stands as its code, 〔U+3134A〕: a name must
not lose a character silently.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import pylopdf_fonts_zh_cn
import typst
from fontTools.ttLib import TTCollection, TTFont

log = logging.getLogger("portal.rendering")

TEMPLATES: Final = Path(__file__).parent / "typst"
SHIPPED_FONTS: Final = Path(pylopdf_fonts_zh_cn.__file__).parent
SYSTEM_FONTS: Final = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
# The families base.typ asks for, by the beginning of their files' names.
FAMILIES: Final = ("NotoSerifSC", "NotoSansSC", "NotoSerifCJK", "NotoSansCJK", "BabelStoneHan")

Template = Literal["letter", "form", "authorisation", "guide"]


@cache
def _fonts() -> typst.Fonts:
    """Every font, looked for once per process: it takes longer than a page."""
    return typst.Fonts(include_system_fonts=True, font_paths=[str(SHIPPED_FONTS)])


def pdf(template: Template, data: Mapping[str, Any]) -> bytes:
    """The document as PDF/A-2b, the form in which it is archived."""
    words = json.dumps(data, ensure_ascii=False)
    lost = missing_characters(words)
    if lost:
        log.warning("no font has a glyph for %s", " ".join(map(_code, sorted(lost))))
        words = words.translate({ord(char): f"〔{_code(char)}〕" for char in lost})
    made = typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        sys_inputs={"data": words},
        pdf_standards="a-2b",
    )
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


def _code(char: str) -> str:
    return f"U+{ord(char):04X}"


def missing_characters(text: str) -> frozenset[str]:
    """The characters of a text that none of our fonts can draw."""
    return frozenset(char for char in set(text) if ord(char) > 0x7F and ord(char) not in _known())


@cache
def _known() -> frozenset[int]:
    """Every code point some font of ours has a glyph for."""
    return frozenset(code for font in _font_files() for code in _code_points(font))


def _font_files() -> Iterator[Path]:
    for folder in (SHIPPED_FONTS, *SYSTEM_FONTS):
        for path in sorted(folder.rglob("*.[ot]t[fc]")) if folder.is_dir() else ():
            if path.name.startswith(FAMILIES) and "Bold" not in path.name:
                yield path


def _code_points(path: Path) -> frozenset[int]:
    if path.suffix == ".ttc":
        with TTCollection(path) as collection:
            return frozenset(collection.fonts[0].getBestCmap())
    with TTFont(path) as font:
        return frozenset(font.getBestCmap())
