"""Letters written to applicants."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, JsonDocument, UtcDateTime


class Notice(Base):
    """One letter: its kind, number and content in both languages as data; pages and PDFs render it."""

    __tablename__ = "notices"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    kind: Mapped[str] = mapped_column(String(30))
    title: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    body: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_notices_application", "application_id", "id"),)
    # kind: receipt started reminder accepted not_accepted supplement interim result
