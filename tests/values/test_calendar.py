"""The working calendar counts by arithmetic what it would count day by day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.values import WorkingCalendar

DAYS = st.dates(date(2021, 1, 1), date(2022, 12, 31))
CALENDARS = st.builds(WorkingCalendar.of, st.sets(DAYS, max_size=12), st.sets(DAYS, max_size=12))


@given(CALENDARS, DAYS, DAYS)
def test_days_between_are_the_working_days_counted_one_by_one(calendar, start, end):
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    assert calendar.between(start, end) == sum(1 for day in days if calendar.is_working(day))


@given(CALENDARS, DAYS, st.integers(0, 40))
def test_so_many_days_on_there_are_so_many_days_between(calendar, start, count):
    end = calendar.add(start, count)
    assert calendar.between(start, end) == count
    assert count == 0 or calendar.is_working(end)


def test_a_make_up_workday_on_a_holiday_is_a_workday():
    day = date(2022, 10, 8)
    calendar = WorkingCalendar.of({day}, {day})
    assert calendar.is_working(day)
    assert calendar.between(date(2022, 10, 7), day) == 1
