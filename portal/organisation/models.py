"""Tables of the organisation. Region codes are nested prefixes: city 3213, county 321311, township 321311106, village."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class Region(Base):
    """A division of the city at one of four levels; the code of a child begins with its parent's code."""

    __tablename__ = "regions"
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(150), default="")
    level: Mapped[str] = mapped_column(String(10))
    parent_code: Mapped[str | None] = mapped_column(String(12), ForeignKey("regions.code"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor_code: Mapped[str | None] = mapped_column(String(12))
    __table_args__ = (Index("ix_regions_parent_code", "parent_code", "code"),)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Department(Base):
    """One of the departments and enterprises that decide items (21 in the domain pack)."""

    __tablename__ = "departments"
    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(150), default="")
    kind: Mapped[str] = mapped_column(String(40), default="government")

    def __str__(self) -> str:
        return self.name


class Office(Base):
    """A window or an office: a department (or a general window) at a place."""

    __tablename__ = "offices"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(150))
    name_en: Mapped[str] = mapped_column(String(150), default="")
    region_code: Mapped[str] = mapped_column(String(12), ForeignKey("regions.code"), index=True)
    department_code: Mapped[str | None] = mapped_column(String(10), ForeignKey("departments.code"))
    is_window: Mapped[bool] = mapped_column(default=True)
    phone: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(200), default="")

    def __str__(self) -> str:
        return self.name


class Holiday(Base):
    """A day that differs from the plain week: a holiday, or a weekend day worked to make up for one."""

    __tablename__ = "holidays"
    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(50), default="")
    is_provisional: Mapped[bool] = mapped_column(default=False)

    def __str__(self) -> str:
        return self.day.isoformat()


class DemoClock(Base):
    """How many days the demo's clock runs ahead of the real one; one row, absent outside demos."""

    __tablename__ = "demo_clock"
    id: Mapped[int] = mapped_column(primary_key=True)
    days_ahead: Mapped[int] = mapped_column(default=0)
