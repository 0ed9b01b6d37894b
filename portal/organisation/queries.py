"""Reading the organisation: regions by code, offices, the working calendar, and the demo's clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.organisation.models import DemoClock, Holiday, Region
from portal.values import Text, WorkingCalendar

CITY_TIME = ZoneInfo("Asia/Shanghai")


def calendar(db: Session) -> WorkingCalendar:
    """The working calendar as the holidays table has it now."""
    days = db.execute(select(Holiday.day, Holiday.is_workday, Holiday.is_provisional)).all()
    return WorkingCalendar.of(
        (day for day, is_workday, _ in days if not is_workday),
        (day for day, is_workday, _ in days if is_workday),
        {day.year for day, _, is_provisional in days if not is_provisional},
    )


def demo_days_ahead(db: Session) -> int:
    clock = db.get(DemoClock, 1)
    return clock.days_ahead if clock else 0


def moment(db: Session, real: datetime | None = None) -> datetime:
    """The present moment in UTC as the platform sees it: the real clock plus the demo's days."""
    return (real or datetime.now(UTC)) + timedelta(days=demo_days_ahead(db))


LEVEL_LENGTHS = (4, 6, 9, 12)


def region_title(db: Session, code: str) -> Text:
    """Names from the county down, as people say them: 宿豫区大兴镇青墩村; in English from the village up."""
    return region_titles(db, (code,))[code]


def region_titles(db: Session, codes: Collection[str]) -> dict[str, Text]:
    """The full names of several regions with one query; a code nobody knows stands for itself."""
    wanted = {code[:n] for code in codes for n in LEVEL_LENGTHS if len(code) >= n}
    rows = db.execute(select(Region.code, Region.name, Region.name_en).where(Region.code.in_(wanted)))
    names = {code: (name, name_en or name) for code, name, name_en in rows}
    return {code: _full_title(code, names) for code in codes}


def region_options(db: Session) -> list[tuple[str, Text]]:
    """Every division that exists today with its full name: the list a form suggests from."""
    rows = db.execute(
        select(Region.code, Region.name, Region.name_en).where(Region.valid_to.is_(None)).order_by(Region.code)
    ).all()
    names = {code: (name, name_en or name) for code, name, name_en in rows}
    return [(code, _full_title(code, names)) for code in names]


def ancestors(code: str) -> list[str]:
    """The codes of the divisions a place lies in, widest first."""
    return [code[:length] for length in LEVEL_LENGTHS if length < len(code)]


def _full_title(code: str, names: Mapping[str, tuple[str, str]]) -> Text:
    levels = LEVEL_LENGTHS[1:] if len(code) > LEVEL_LENGTHS[0] else LEVEL_LENGTHS
    chain = [names[code[:n]] for n in levels if len(code) >= n and code[:n] in names]
    if not chain:
        return Text(code, code)
    return Text("".join(zh for zh, _ in chain), ", ".join(en for _, en in reversed(chain)))


def children(db: Session, parent: str | None) -> Sequence[Region]:
    return db.scalars(
        select(Region).where(Region.parent_code == parent, Region.valid_to.is_(None)).order_by(Region.code)
    ).all()
