"""When things happen in the town: in office hours of working days, mostly in time, sometimes late."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from portal.organisation.queries import CITY_TIME
from portal.values import WorkingCalendar

OPENS, CLOSES = 9, 17


def at(day: date, hour: float) -> datetime:
    """A moment of a day in the city's time."""
    minutes = round(hour * 60)
    return datetime(day.year, day.month, day.day, tzinfo=CITY_TIME) + timedelta(minutes=minutes)


def in_office(calendar: WorkingCalendar, moment: datetime, dice: Random) -> datetime:
    """The moment itself when the office is open, else some time in the next open morning."""
    local = moment.astimezone(CITY_TIME)
    hour = local.hour + local.minute / 60
    if calendar.is_working(local.date()) and hour < CLOSES:
        return max(local, at(local.date(), OPENS + dice.random()))
    return at(calendar.add(local.date(), 1), OPENS + 3 * dice.random())


def after_days(calendar: WorkingCalendar, moment: datetime, days: int, dice: Random) -> datetime:
    """So many working days later, at some hour; today a little later when there are none to wait."""
    if days <= 0:
        return in_office(calendar, moment + timedelta(minutes=dice.randrange(20, 90)), dice)
    day = calendar.add(moment.astimezone(CITY_TIME).date(), days)
    return at(day, OPENS + (CLOSES - OPENS) * dice.random())
