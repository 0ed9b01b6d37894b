"""The audit trail. Each stream (one application, one release line, one reference table) is a hash chain of its own,

so that departments acting at once on different files never wait for one another.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, JsonDocument, UtcDateTime


class Event(Base):
    """Something a person or a job did: who, when, what, to which subject; never changed, never deleted."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(String(80))
    sequence: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_name: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80))
    region_code: Mapped[str] = mapped_column(String(12), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (
        UniqueConstraint("stream", "sequence", name="uq_events_stream_sequence"),
        Index("ix_events_action_id", "action", "id"),
        Index("ix_events_region_id", "region_code", "id"),
    )


class Delivery(Base):
    """One handler's work on one event: done, or failed with the last error and the number of tries."""

    __tablename__ = "deliveries"
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    handler: Mapped[str] = mapped_column(String(80), primary_key=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
