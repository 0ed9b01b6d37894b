"""What a paper looks like: a drawn example for each kind, so that nobody brings the wrong one.

Drawn, not photographed: no real person's paper is shown. A kind without a shape of its own is a sheet with its title.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from markupsafe import escape

from portal.values import Text

WIDTH: Final = 220
INK, LINE, GROUND, SEAL = "#12355b", "#b8c2cf", "#ffffff", "#b3261e"
EXAMPLE: Final = Text("示例", "Example")


def _text(x: int, y: int, size: int, words: str, anchor: str = "start", colour: str = INK) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'


def _lines(x: int, y: int, widths: tuple[int, ...], step: int = 14) -> str:
    return "".join(
        f'<rect x="{x}" y="{y + n * step}" width="{width}" height="4" rx="2" fill="{LINE}"/>'
        for n, width in enumerate(widths)
    )


def _seal(x: int, y: int) -> str:
    return (
        f'<circle cx="{x}" cy="{y}" r="20" fill="none" stroke="{SEAL}" stroke-width="2"/>'
        f'<path d="M{x} {y - 8}l2.4 5.6 6 .5-4.6 4 1.4 6-5.2-3.2-5.2 3.2 1.4-6-4.6-4 6-.5z" fill="{SEAL}"/>'
    )


def _card(title: str) -> tuple[int, str]:
    face = (
        f'<rect x="150" y="40" width="48" height="60" fill="#e8f0fa" stroke="{LINE}"/>'
        f'<circle cx="174" cy="62" r="11" fill="{LINE}"/><path d="M156 98c2-18 34-18 36 0z" fill="{LINE}"/>'
    )
    return 140, _text(16, 30, 12, title) + _lines(16, 46, (90, 60, 110, 100)) + face + _lines(16, 116, (180,))


def _sheet(title: str) -> tuple[int, str]:
    return 280, (
        _text(WIDTH // 2, 40, 12, title, "middle")
        + _lines(20, 62, (180, 180, 150, 180, 170, 90, 180, 130))
        + _text(124, 232, 10, "________")
        + _seal(170, 226)
    )


def _bill(title: str) -> tuple[int, str]:
    table = "".join(
        f'<path d="M20 {y}H200" stroke="{LINE}"/><rect x="26" y="{y + 6}" width="70" height="4" fill="{LINE}"/>'
        f'<rect x="160" y="{y + 6}" width="34" height="4" fill="{LINE}"/>'
        for y in range(70, 170, 18)
    )
    return 220, _text(WIDTH // 2, 36, 12, title, "middle") + _lines(20, 50, (90,)) + table + _seal(170, 184)


def _photos(title: str) -> tuple[int, str]:
    frames = "".join(
        f'<rect x="{x}" y="{y}" width="84" height="62" fill="#e8f0fa" stroke="{LINE}"/>'
        f'<path d="M{x + 8} {y + 54}l20-26 14 16 12-10 20 20z" fill="{LINE}"/>'
        for x, y in ((20, 52), (116, 52), (20, 124), (116, 124))
    )
    return 206, _text(WIDTH // 2, 34, 12, title, "middle") + frames


# Kinds that do not look like a sealed sheet of paper.
SHAPES: Final[Mapping[str, Callable[[str], tuple[int, str]]]] = {
    **dict.fromkeys(
        ("id_card", "social_card", "guardian_id", "residence_permit", "skill_cert", "veteran_paper"), _card
    ),
    **dict.fromkeys(("medical_bill", "tuition_bill", "training_bill", "funeral_bill"), _bill),
    **dict.fromkeys(("build_photos", "damage_appraisal"), _photos),
}


def example(paper: str, title: str, lang: str) -> str:
    """The drawing as an SVG document, its title and the word "example" written into it."""
    short = title.split("(", maxsplit=1)[0][:16] if lang == "zh" else title.split("(", maxsplit=1)[0][:30]
    height, inside = SHAPES.get(paper, _sheet)(short)
    mark = EXAMPLE.to(lang)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" font-family="sans-serif"><title>{escape(title)}</title>'
        f'<rect x="1" y="1" width="{WIDTH - 2}" height="{height - 2}" rx="6" fill="{GROUND}" stroke="{LINE}"/>'
        f"{inside}"
        f'<text x="{WIDTH - 12}" y="{height - 12}" font-size="22" text-anchor="end" fill="{LINE}">{mark}</text></svg>'
    )
