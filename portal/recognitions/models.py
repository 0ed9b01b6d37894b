"""Recognitions in force and the ledger of awards, by household and person."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class Recognition(Base):
    """A status such as s_dibao held by a household, or by one person when the status is personal."""

    __tablename__ = "recognitions"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(60))
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    source: Mapped[str] = mapped_column(String(80), default="")
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    __table_args__ = (Index("ix_recognitions_household", "household_id", "status"),)


class Award(Base):
    """What a household or a person was granted, by item: the memory behind exclusions and 'aided for the same reason'."""

    __tablename__ = "awards"
    id: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(String(60))
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    reason: Mapped[str] = mapped_column(String(60), default="")
    amount_fen: Mapped[int | None]
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    __table_args__ = (Index("ix_awards_household", "household_id", "item"),)
