"""Plain decisions about cases: who confirms what, when things are due, what each status is called."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from portal.values import Text, WorkingCalendar

STATUSES: dict[str, Text] = {
    "open": Text("研判中", "Being judged"),
    "prepared": Text("已研判,待确认", "Judged, waiting for confirmation"),
    "waiting": Text("等待前置认定", "Waiting for a recognition"),
    "confirmed": Text("已确认", "Confirmed"),
    "refused": Text("不予确认", "Refused"),
    "referred": Text("已转介", "Referred"),
    "not_together": Text("不可同享,已关闭", "Closed: not together with another item"),
    "withdrawn": Text("已撤回", "Withdrawn"),
}
ENDED = frozenset({"confirmed", "refused", "referred", "not_together", "withdrawn"})

OUTCOMES: dict[str, Text] = {
    "eligible": Text("符合", "Eligible"),
    "not_eligible": Text("不符合", "Not eligible"),
    "manual": Text("需人工判定", "Needs a person's judgement"),
    "refer": Text("需转介", "To be referred"),
    "return": Text("需补充", "Something must be supplied"),
    "undetermined": Text("信息不足", "Not enough is known"),
    "likely": Text("初步符合,待核实", "Likely, to be confirmed"),
}

PRICE_INDEX = "price_index"
CITY_LEVELS = frozenset({"enterprise", "city_triggered"})
TOWNSHIP_LEVELS = frozenset({"township"})


@dataclass(frozen=True)
class Desk:
    """Where a piece of work lies: the role at a place, and the department when the work is a department's."""

    role: str
    region: str
    department: str | None = None


def officer_desk(level: str, department: str, region: str) -> Desk:
    """Who judges an item: the county's department, or the city's for enterprises and city-triggered items."""
    place = region[:4] if level in CITY_LEVELS else region[:6]
    return Desk("department_officer", place, department)


def confirmer_desk(level: str, department: str, region: str, *, delegated: bool, small: bool) -> Desk:
    """Who confirms an item, by its decision level (items.yaml `decision_level`; procedure §3.14).

    A county's power may be delegated to a township; small temporary aid is the township's own.
    """
    if level in CITY_LEVELS:
        return Desk("department_head", region[:4], department)
    township = (
        level in TOWNSHIP_LEVELS
        or (level == "county_or_township" and delegated)
        or (level == "township_for_small" and small)
    )
    if township:
        return Desk("township_head", region[:9])
    return Desk("department_head", region[:6], department)


def clock(today: date, due_on: date | None, yellow_on: date | None, *, paused: bool) -> str:
    """The card of a deadline: red when passed, yellow from the warning day on (procedure §2.7)."""
    if paused:
        return "paused"
    if due_on is not None and today > due_on:
        return "red"
    if yellow_on is not None and today >= yellow_on:
        return "yellow"
    return "green"


# Where a case stands in lists, as one number an index can hold: days for open cases, then those without a deadline.
NO_DEADLINE = 4_000_000
_ENDED = 9_000_000


def rank(due_on: date | None, closed_on: date | None) -> int:
    """Open cases by their deadline, ended ones behind them, the newest end first."""
    if closed_on is not None:
        return _ENDED - closed_on.toordinal()
    return NO_DEADLINE if due_on is None else due_on.toordinal()


def days_left(calendar: WorkingCalendar, today: date, due_on: date | None) -> int | None:
    """Working days until the deadline; negative when it has passed."""
    if due_on is None:
        return None
    return calendar.between(today, due_on) if due_on >= today else -calendar.between(due_on, today)


def for_month(provenance: Mapping[str, Any]) -> date | None:
    """The month whose price index started an application, by its first day; None for every other application."""
    source, _, month = str(provenance.get("started_by") or "").partition(":")
    return date.fromisoformat(f"{month}-01") if source == PRICE_INDEX and month else None


def month_end(first: date) -> date:
    """The last day of the month that begins on this day."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def recognition(needs: Collection[str], in_force: Collection[str], pending: Collection[str]) -> str:
    """What an item's `needs` (any-of) stand at: none, met by one in force, pending on one asked for, or failed."""
    if not needs:
        return "none"
    if any(status in in_force for status in needs):
        return "met"
    return "pending" if any(status in pending for status in needs) else "failed"


def loser(order: Sequence[str], first: str, second: str) -> str:
    """Of two items that exclude each other, the one that gives way: the later in the catalogue's order."""
    rank = {slug: n for n, slug in enumerate(order)}
    return max((first, second), key=lambda slug: (rank.get(slug, len(rank)), slug))
