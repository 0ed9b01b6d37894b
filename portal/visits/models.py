"""Recorded home visits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, JsonDocument, UtcDateTime


class Visit(Base):
    """One visit's survey: what the investigators saw, identified by a UUID the device may have made offline."""

    __tablename__ = "visits"
    uuid: Mapped[str] = mapped_column(String(36), primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    release_id: Mapped[str] = mapped_column(String(64), ForeignKey("releases.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    visited_on: Mapped[date]
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)
    complete: Mapped[bool] = mapped_column(default=False)
