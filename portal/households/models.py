"""People and households. Id numbers are sealed; the blind index finds them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, name_type


class Person(Base):
    """A person known to the platform, once, whoever applied and whatever for."""

    __tablename__ = "persons"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(name_type(120))
    id_type: Mapped[str] = mapped_column(String(10), default="111")
    id_number: Mapped[str] = mapped_column(Text, default="")
    id_index: Mapped[str | None] = mapped_column(String(32), unique=True)
    id_masked: Mapped[str] = mapped_column(String(30), default="")
    sex: Mapped[str] = mapped_column(String(2), default="")
    birth_date: Mapped[date | None]
    phone: Mapped[str] = mapped_column(String(30), default="", index=True)
    region_code: Mapped[str] = mapped_column(String(12), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    died_on: Mapped[date | None]
    __table_args__ = (
        Index("ix_persons_name", "name", "region_code"),
        Index("ix_persons_place", "region_code", "address", "id"),
    )


class Household(Base):
    """The unit assessed: people who live together, at a place of registration."""

    __tablename__ = "households"
    id: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(String(12), index=True)
    address: Mapped[str] = mapped_column(String(300), default="")
    head_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    memberships: Mapped[list[Membership]] = relationship(back_populates="household", order_by="Membership.id")


class Membership(Base):
    """A person's belonging to a household from a day on; the relation is a GB/T 4761 code."""

    __tablename__ = "memberships"
    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    relation: Mapped[str] = mapped_column(String(4), default="")
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    household: Mapped[Household] = relationship(back_populates="memberships")
    person: Mapped[Person] = relationship()
    __table_args__ = (Index("ix_memberships_open", "household_id", "last_day"),)
