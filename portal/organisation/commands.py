"""Filling the reference tables from the catalogue's documents, and moving the demo's clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.organisation.models import DemoClock, Department, Holiday, Office, Region

LEVELS = ("city", "county", "township", "village")


def load_regions(db: Session, documents: Iterable[Mapping[str, Any]]) -> int:
    """Insert or update regions from `regions.json`, parents first. Nothing is deleted: cases keep the code of their day."""
    ordered = sorted(documents, key=lambda d: LEVELS.index(d["level"]))
    for document in ordered:
        region = db.get(Region, document["code"]) or Region(code=document["code"])
        region.name, region.name_en = document["title"]["zh"], document["title"]["en"]
        region.level, region.parent_code = document["level"], document.get("parent")
        region.valid_from = _day(document.get("valid_from"))
        region.valid_to = _day(document.get("valid_to"))
        region.successor_code = document.get("successor")
        db.add(region)
    db.flush()  # offices and assignments refer to regions
    return len(ordered)


def load_departments(db: Session, documents: Iterable[Mapping[str, Any]]) -> int:
    count = 0
    for document in documents:
        department = db.get(Department, document["code"]) or Department(code=document["code"])
        department.name, department.name_en = document["title"]["zh"], document["title"]["en"]
        department.kind = document.get("kind", "government")
        db.add(department)
        count += 1
    db.flush()  # offices refer to departments
    return count


def load_calendar(db: Session, document: Mapping[str, Any]) -> int:
    """Holidays and make-up workdays from `workflows/calendars/cn.json`; days an administrator changed are replaced."""
    count = 0
    for year in document["years"].values():
        for kind, is_workday in (("holidays", False), ("workdays", True)):
            for text in year.get(kind, ()):
                db.merge(
                    Holiday(
                        day=date.fromisoformat(text),
                        is_workday=is_workday,
                        name="",
                        is_provisional=bool(year.get("provisional")),
                    )
                )
                count += 1
    return count


def open_window(db: Session, region: Region) -> Office:
    """The general service window of a region; made once."""
    found = db.query(Office).filter_by(region_code=region.code, department_code=None).first()
    if found is None:
        found = Office(
            name=f"{region.name}便民服务窗口",
            name_en=f"{region.name_en} service window",
            region_code=region.code,
            is_window=True,
        )
        db.add(found)
    return found


def advance_demo(db: Session, days: int) -> int:
    """Move the demo's clock forward; returns how many days it now runs ahead."""
    clock = db.get(DemoClock, 1) or DemoClock(id=1, days_ahead=0)
    clock.days_ahead += days
    db.add(clock)
    return clock.days_ahead


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
