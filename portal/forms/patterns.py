"""Patterns that mean the same in Python, in a browser and in other validators: explicit ranges, both ends anchored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

RESIDENT_ID: Final = "^[1-9][0-9]{16}[0-9X]$"
ANY_ID: Final = "^[0-9A-Z()-]{4,30}$"
PHONE: Final = "^(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?|[1-9][0-9]{6,7})$"
ACCOUNT: Final = "^[0-9]{8,30}$"
DATE: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
DATETIME: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$"
FILE: Final = "^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$"
ROW_ID: Final = "^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$"
REGION: Final = "^[0-9]{4}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$"
REGION_LEVELS: Final[Mapping[str, str]] = {
    "city": "^[0-9]{4}(00)?$",
    "county": "^[0-9]{6}$",
    "township": "^[0-9]{9}$",
    "village": "^[0-9]{12}$",
}
# Characters no line of text may hold. Written as "must not contain", because a bare `$` lets a line end pass in Python.
CONTROL: Final = "[\\u0000-\\u001f\\u007f\\u2028\\u2029]"
CONTROL_IN_LINES: Final = "[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]"


def portability_fault(pattern: str) -> str | None:
    """Why a pattern of the catalogue would not mean the same everywhere, or None."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return "write ^ at the start and $ at the end"
    escaped = set(re.findall(r"\\(.)", pattern))
    if any(character.isalnum() for character in escaped - {"u"}) or re.search(r"\(\?(?!:)", pattern):
        return "write explicit ranges such as [0-9]; no \\d, \\w, \\s, \\p and no look-around"
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return None
