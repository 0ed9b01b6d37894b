"""Entitlements in force."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, JsonDocument


class Entitlement(Base):
    """What a confirmed case gives: to whom, how much (分 per period), from when, and when it is reviewed next."""

    __tablename__ = "entitlements"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    item: Mapped[str] = mapped_column(String(60))
    department_code: Mapped[str] = mapped_column(String(10))
    region_code: Mapped[str] = mapped_column(String(12))
    holder_name: Mapped[str] = mapped_column(String(120))
    persons: Mapped[list[Any]] = mapped_column(JsonDocument)
    kind: Mapped[str] = mapped_column(String(30))
    amount_fen: Mapped[int | None]
    period: Mapped[str] = mapped_column(String(10))
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    next_review_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(12), default="active")
    release_id: Mapped[str] = mapped_column(String(64))
    __table_args__ = (Index("ix_entitlements_item_region", "item", "region_code", "id"),)
