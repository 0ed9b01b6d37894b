"""The rule language as tables of examples with their results, reasoned by hand: each file is one part of the language."""

from tests.rules.tables import amounts, comparing, dates, logic, names, numbers, rows
from tests.rules.tables.vectors import Unknown, Vector, result_json, unknown

TABLES = {
    "names": names.VECTORS,
    "logic": logic.VECTORS,
    "comparing": comparing.VECTORS,
    "numbers": numbers.VECTORS,
    "dates": dates.VECTORS,
    "rows": rows.VECTORS,
    "amounts": amounts.VECTORS,
}

__all__ = ["TABLES", "Unknown", "Vector", "result_json", "unknown"]
