"""From when an entitlement runs and when it is reviewed."""

from __future__ import annotations

from datetime import date

from portal.catalogue.model import Review
from portal.values import Text

STATUSES: dict[str, Text] = {
    "active": Text("在享", "In force"),
    "ceased": Text("已终止", "Ended"),
}
RUNNING = frozenset({"month", "quarter", "term", "year"})


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the month's last day when it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(number, day.day))
        except ValueError:
            continue
    raise ValueError(day)


def first_day(period: str, confirmed_on: date) -> date:
    """Monthly benefits run from the month after confirmation (found: S25); one-off ones from the day itself."""
    return add_months(confirmed_on.replace(day=1), 1) if period == "month" else confirmed_on


def next_review(review: Review | None, start: date, *, has_worker: bool, has_income: bool) -> date | None:
    """The first review. By class: A nobody can work, B fixed, C somebody works for changing pay (found: S28)."""
    if review is None:
        return None
    if review.months is not None:
        return add_months(start, review.months) if review.months else None
    group = "C" if has_worker and has_income else "B" if has_worker else "A"
    months = review.by_class.get(group) or min(review.by_class.values())
    return add_months(start, months)
