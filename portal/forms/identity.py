"""Numbers that check themselves: citizen id numbers (GB 11643), bank accounts (Luhn), and dates that exist."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_RESIDENT: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")
_OLD: Final = re.compile(r"[1-9][0-9]{14}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_YEAR: Final = 1880
LAST_YEAR: Final = 2120


def parse_date(text: str) -> date | None:
    """The day an ISO date names, or None when there is no such day or no plausible year."""
    if not _DATE.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def parse_moment(text: str) -> datetime | None:
    """The moment an ISO date-time names, or None."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and FIRST_YEAR <= moment.year <= LAST_YEAR else None


def check_character(first_seventeen: str) -> str:
    return _CHECK[sum(w * int(digit) for w, digit in zip(_WEIGHTS, first_seventeen, strict=True)) % 11]


def resident_id_fault(number: str) -> str | None:
    """What is wrong with a citizen number: a code for the sentence, or None.

    The six-digit prefix is not checked: divisions change, and the number keeps the one of the day of birth.
    """
    if _OLD.fullmatch(number):
        return "id_old"
    if len(number) != 18:
        return "id_length"
    if not _RESIDENT.fullmatch(number):
        return "id_characters"
    if born_on(number) is None:
        return "id_date"
    return None if check_character(number[:17]) == number[17] else "id_checksum"


def born_on(number: str) -> date | None:
    """The date of birth inside an eighteen-digit citizen number."""
    return parse_date(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")


def sex_of(number: str) -> str:
    """GB/T 2261.1: the seventeenth digit is odd for men (1), even for women (2)."""
    return "1" if int(number[16]) % 2 else "2"


def from_fifteen(number: str) -> str:
    """A first-generation number in its eighteen-digit form; anything else unchanged.

    The rule is fixed (GB 11643-1999): the century 19 is put in and the check character appended.
    """
    if not _OLD.fullmatch(number):
        return number
    body = f"{number[:6]}19{number[6:]}"
    return body + check_character(body) if born_on(body) is not None else number


def passes_luhn(account: str) -> bool:
    doubled = (int(digit) * 2 if at % 2 else int(digit) for at, digit in enumerate(reversed(account)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def masked(number: str) -> str:
    """Enough of a number to recognise it: four characters at each end of a long one, two of a short one."""
    shown = 4 if len(number) >= 15 else 2 if len(number) >= 8 else 0
    return f"{number[:shown]}{'*' * (len(number) - 2 * shown)}{number[len(number) - shown :]}"


# A disability certificate number begins with its holder's citizen number.
_CITIZEN_NUMBER_FIRST: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")


def holds_citizen_number(text: str) -> bool:
    """Whether a text begins with somebody's citizen number, whatever question it answers."""
    return _CITIZEN_NUMBER_FIRST.match(text) is not None
