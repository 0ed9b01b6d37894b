"""The days a page is about: a named stretch up to today, or two dates somebody typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from portal.values import Period, Text

STRETCHES: dict[str, tuple[Text, int | None]] = {
    "30": (Text("近 30 天", "Last 30 days"), 30),
    "90": (Text("近 90 天", "Last 90 days"), 90),
    "365": (Text("近一年", "Last year"), 365),
    "all": (Text("全部", "Everything"), None),
}
USUAL = "90"
FAULT = Text("日期须写成 2025-03-08,且起始不晚于截止。", "Dates are written 2025-03-08, the first not after the last.")


@dataclass(frozen=True)
class Chosen:
    """What was chosen, as it was typed, and the days it stands for."""

    name: str
    first: str
    last: str
    period: Period
    fault: Text | None = None


def chosen_period(given: Mapping[str, str], today: date) -> Chosen:
    """The period of a request. Typed dates win over a named stretch; a faulty one falls back to it and says so."""
    name = given.get("period", USUAL)
    name = name if name in STRETCHES else USUAL
    days = STRETCHES[name][1]
    stretch = Period(today - timedelta(days=days) if days else date(2000, 1, 1), today)
    first, last = given.get("from", "").strip(), given.get("to", "").strip()
    if not first and not last:
        return Chosen(name, "", "", stretch)
    try:
        period = Period(
            date.fromisoformat(first) if first else date(2000, 1, 1), date.fromisoformat(last or today.isoformat())
        )
    except ValueError:
        return Chosen(name, first, last, stretch, FAULT)
    if period.last is not None and period.first > period.last:
        return Chosen(name, first, last, stretch, FAULT)
    return Chosen(name, first, last, period)
