"""Where a page of a list goes on."""

from __future__ import annotations

from collections.abc import Mapping


def before_of(given: Mapping[str, str]) -> int | None:
    """The row the next page comes after, from `?before=`; None begins with the newest, whatever else was typed."""
    typed = given.get("before", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 15 else None
