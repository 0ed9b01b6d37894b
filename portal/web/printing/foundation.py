"""What every official document bears: title, number, issuer, day."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.values import Text

ISSUER = Text("宿迁市帮扶救助“一件事”平台", "Suqian social assistance platform")
NAME = Text("帮扶救助“一件事”", "Social assistance in one application")


def foundation(title: Text, number: str, day: date, lang: str, issuer: str = "") -> dict[str, Any]:
    """The words of the frame, for every template."""
    return {
        "title": title.to(lang),
        "lang": lang,
        "number": number,
        "issuer": issuer or ISSUER.to(lang),
        "foot": f"{NAME.to(lang)}  {number}".strip(),
        "date": [day.year, day.month, day.day],
        "day": f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else f"{day.day} {day:%B %Y}",
    }
