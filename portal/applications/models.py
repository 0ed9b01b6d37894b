"""Drafts and applications. Answers are one JSON document, identifiers inside it sealed; the rest is promoted columns."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CONSTRAINT_PROBLEMS, Base, JsonDocument, UtcDateTime, name_type
from portal.errors import Problem
from portal.values import Text

SUBMITTED_TWICE = Problem(
    "submitted-twice", 409, Text("这份申请已经提交过。", "This application has been submitted already.")
)
CONSTRAINT_PROBLEMS["uq_applications_idempotency_key"] = SUBMITTED_TWICE


class Draft(Base):
    """An application being filled at a window or by a citizen himself: saved as typed, even when it is not valid yet.

    `key` makes its submission happen once, whoever presses the button how often; `papers` are those handed in so far.
    """

    __tablename__ = "drafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"), index=True)
    window_region: Mapped[str] = mapped_column(String(12), index=True)
    release_id: Mapped[str] = mapped_column(String(64), ForeignKey("releases.id"))
    items: Mapped[list[Any]] = mapped_column(JsonDocument)
    applicant_name: Mapped[str] = mapped_column(String(120), default="")
    applicant_index: Mapped[str] = mapped_column(String(32), default="", index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    provenance: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    papers: Mapped[list[Any]] = mapped_column(JsonDocument, default=list)
    revision: Mapped[int] = mapped_column(default=1)
    saved_by: Mapped[str] = mapped_column(String(100), default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_number: Mapped[str | None] = mapped_column(String(30))
    # user_id or citizen_id: who began it; a citizen's draft lies at no window (`window_region` empty) and no clerk sees it
    # Links and files name a draft by its id: the id of one that was thrown away never names another.
    __table_args__ = {"sqlite_autoincrement": True}


class Application(Base):
    """What was submitted: one form for all chosen items, one front of acceptance, verification, visit and opinion."""

    __tablename__ = "applications"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(30), unique=True)
    idempotency_key: Mapped[str | None] = mapped_column(String(80))
    release_id: Mapped[str] = mapped_column(String(64), ForeignKey("releases.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    applicant_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    applicant_name: Mapped[str] = mapped_column(name_type(120), index=True)
    applicant_masked: Mapped[str] = mapped_column(String(30), default="")
    phone: Mapped[str] = mapped_column(String(30), default="", index=True)
    items: Mapped[list[Any]] = mapped_column(JsonDocument)
    answers: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    provenance: Mapped[dict[str, Any]] = mapped_column(JsonDocument, default=dict)
    papers: Mapped[list[Any]] = mapped_column(JsonDocument, default=list)
    channel: Mapped[str] = mapped_column(String(20), default="window")
    window_region: Mapped[str] = mapped_column(String(12), index=True)
    clerk_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    clerk_name: Mapped[str] = mapped_column(String(100), default="")
    citizen_id: Mapped[int | None] = mapped_column(index=True)
    region_code: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(20), default="submitted")
    front_state: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    signals: Mapped[list[Any]] = mapped_column(JsonDocument, default=list)
    opinion: Mapped[dict[str, Any]] = mapped_column(JsonDocument, default=dict)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_on: Mapped[date | None]
    promised_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)
    __table_args__ = (
        UniqueConstraint("idempotency_key", name="uq_applications_idempotency_key"),
        Index("ix_applications_region", "region_code", "id"),
        Index("ix_applications_window", "window_region", "id"),
        Index("ix_applications_status", "status", "region_code", "id"),
        Index(
            "ix_applications_open",
            "release_id",
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
    )
    # status: submitted accepted supplement decided (all cases ended) refused withdrawn
