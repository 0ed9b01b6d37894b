"""Which facts look beyond one household's answers, and how their names are read."""

from __future__ import annotations

from datetime import date

AIDED = "x_aided_same_reason_"
BENEFIT = "x_has_benefit_"
FILE = "x_has_file_"
# Within how many months help for the same reason counts as the same (items.yaml: aided_same_reason(item, 12)).
SAME_REASON_MONTHS = 12


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last day of the month when it has no such day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))
