"""The working-day calendar: what the State Council announced; other years hold the statutory days and say provisional."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

# (first, last) day off and the weekend days worked instead, from the yearly notices of the State Council's office.
ANNOUNCED: dict[int, tuple[list[tuple[str, str]], list[str]]] = {
    2020: (
        [("01-01", "01-01"), ("01-24", "02-02"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-25", "06-27"), ("10-01", "10-08")],
        ["01-19", "04-26", "05-09", "06-28", "09-27", "10-10"],
    ),
    2021: (
        [("01-01", "01-03"), ("02-11", "02-17"), ("04-03", "04-05"), ("05-01", "05-05"), ("06-12", "06-14"), ("09-19", "09-21"), ("10-01", "10-07")],
        ["02-07", "02-20", "04-25", "05-08", "09-18", "09-26", "10-09"],
    ),
    2022: (
        [("01-01", "01-03"), ("01-31", "02-06"), ("04-03", "04-05"), ("04-30", "05-04"), ("06-03", "06-05"), ("09-10", "09-12"), ("10-01", "10-07")],
        ["01-29", "01-30", "04-02", "04-24", "05-07", "10-08", "10-09"],
    ),
    2023: (
        [("01-01", "01-02"), ("01-21", "01-27"), ("04-05", "04-05"), ("04-29", "05-03"), ("06-22", "06-24"), ("09-29", "10-06")],
        ["01-28", "01-29", "04-23", "05-06", "06-25", "10-07", "10-08"],
    ),
    2024: (
        [("01-01", "01-01"), ("02-10", "02-17"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-08", "06-10"), ("09-15", "09-17"), ("10-01", "10-07")],
        ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    ),
    2025: (
        [("01-01", "01-01"), ("01-28", "02-04"), ("04-04", "04-06"), ("05-01", "05-05"), ("05-31", "06-02"), ("10-01", "10-08")],
        ["01-26", "02-08", "04-27", "09-28", "10-11"],
    ),
}  # fmt: skip
SURE = {2021, 2022, 2023, 2024, 2025}
# Remembered but not checked against the notice; and a year whose notice is not out: its statutory days alone.
UNCHECKED: dict[int, tuple[list[tuple[str, str]], list[str]]] = {
    2026: (
        [("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"), ("09-25", "09-27"), ("10-01", "10-07")],
        ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
    ),
    2027: (
        [("01-01", "01-01"), ("02-05", "02-08"), ("04-05", "04-05"), ("05-01", "05-02"), ("06-09", "06-09"), ("09-15", "09-15"), ("10-01", "10-03")],
        [],
    ),
}  # fmt: skip


def calendar() -> dict[str, Any]:
    """All years, days off that fall on weekends included."""
    years: dict[str, Any] = {}
    for year, (spans, worked) in (ANNOUNCED | UNCHECKED).items():
        years[str(year)] = {
            "provisional": year not in SURE,
            "holidays": [day for span in spans for day in _days(year, *span)],
            "workdays": [f"{year}-{day}" for day in worked],
            "prov": "known" if year in ANNOUNCED else "to be checked against the State Council's notice",
        }
    return {"years": years}


def _days(year: int, first: str, last: str) -> list[str]:
    start, end = date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}")
    return [(start + timedelta(days)).isoformat() for days in range((end - start).days + 1)]
