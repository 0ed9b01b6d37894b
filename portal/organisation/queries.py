"""Reading the organisation: regions by code, offices, the working calendar, and the demo's clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.organisation.models import DemoClock, Holiday, Region
from portal.values import WorkingCalendar

CITY_TIME = ZoneInfo("Asia/Shanghai")


def calendar(db: Session) -> WorkingCalendar:
    """The working calendar as the holidays table has it now."""
    days = list(db.scalars(select(Holiday)))
    return WorkingCalendar.of(
        (d.day for d in days if not d.is_workday),
        (d.day for d in days if d.is_workday),
        {d.day.year for d in days if not d.is_provisional},
    )


def demo_days_ahead(db: Session) -> int:
    clock = db.get(DemoClock, 1)
    return clock.days_ahead if clock else 0


def moment(db: Session, real: datetime | None = None) -> datetime:
    """The present moment in UTC as the platform sees it: the real clock plus the demo's days."""
    return (real or datetime.now(UTC)) + timedelta(days=demo_days_ahead(db))


def region_name(db: Session, code: str) -> str:
    """Names from the county down, as people say them: 宿豫区大兴镇青墩村."""
    chain = [code[:n] for n in (6, 9, 12) if len(code) >= n]
    names = dict(db.execute(select(Region.code, Region.name).where(Region.code.in_(chain))).all())
    return "".join(names.get(part, "") for part in chain) or code


def children(db: Session, parent: str | None) -> Sequence[Region]:
    return db.scalars(
        select(Region).where(Region.parent_code == parent, Region.valid_to.is_(None)).order_by(Region.code)
    ).all()
