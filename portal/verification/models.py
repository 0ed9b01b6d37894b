"""Comparisons asked and answered, and the conflicts they raised."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, JsonDocument, UtcDateTime


class Check(Base):
    """One comparison for one person of an application: its letter, its state and its dated answer."""

    __tablename__ = "checks"
    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    code: Mapped[str] = mapped_column(String(6))
    person: Mapped[str] = mapped_column(String(40))
    person_name: Mapped[str] = mapped_column(String(120))
    letter_no: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(12), default="not_sent")
    requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None]
    returned: Mapped[dict[str, Any] | None] = mapped_column(JsonDocument)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("application_id", "code", "person", name="uq_checks_application_code_person"),)
    # state: not_sent sent no_record returned error timeout expired; person: "members/0", "supporters/1"


class Conflict(Base):
    """One fact whose values differ: declared, returned and seen side by side, and what an officer decided and why."""

    __tablename__ = "conflicts"
    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    rule: Mapped[str] = mapped_column(String(20))
    question: Mapped[str] = mapped_column(String(80))
    row: Mapped[str] = mapped_column(String(40), default="")
    severity: Mapped[str] = mapped_column(String(10))
    message: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    declared: Mapped[Any] = mapped_column(JsonDocument, nullable=True)
    returned: Mapped[Any] = mapped_column(JsonDocument, nullable=True)
    seen: Mapped[Any] = mapped_column(JsonDocument, nullable=True)
    decided: Mapped[Any] = mapped_column(JsonDocument, nullable=True)
    basis: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    settled_by: Mapped[str] = mapped_column(String(100), default="")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint(
            "application_id", "rule", "question", "row", name="uq_conflicts_application_rule_question_row"
        ),
        Index("ix_conflicts_open", "application_id", "settled_at"),
    )
    # basis of the decided value: declared returned seen other
