"""Proposals and their edits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CONSTRAINT_PROBLEMS, Base, JsonDocument, UtcDateTime
from portal.errors import Problem
from portal.values import Text as Sentence

EDITED_AT_ONCE = Problem(
    "proposal-changed",
    409,
    Sentence(
        "这个方案刚被改动,请看过现在的样子再改。", "This proposal was changed a moment ago; look at it and edit again."
    ),
)
CONSTRAINT_PROBLEMS["uq_proposal_edits_number"] = EDITED_AT_ONCE


class Proposal(Base):
    """A set of changed documents on top of one release. `department_code` None means the shared core."""

    __tablename__ = "proposals"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    department_code: Mapped[str | None] = mapped_column(String(10))
    base_release: Mapped[str] = mapped_column(String(64), ForeignKey("releases.id"))
    status: Mapped[str] = mapped_column(String(12), default="open")
    documents: Mapped[dict[str, Any]] = mapped_column(JsonDocument, default=dict)
    token: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(Text, default="")
    made_by_id: Mapped[int | None]
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(100), default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[int | None]
    submitted_by: Mapped[str] = mapped_column(String(100), default="")
    approved_by: Mapped[str] = mapped_column(String(100), default="")
    publish_on: Mapped[date | None]
    published_release: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (Index("ix_proposals_status", "status", "id"),)
    # status: open submitted scheduled published discarded
    # documents: path -> document as proposed, or null where it is taken away


class ProposalEdit(Base):
    """One step of editing one document; undone steps stay until a new one replaces them."""

    __tablename__ = "proposal_edits"
    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id", ondelete="CASCADE"))
    number: Mapped[int]
    path: Mapped[str] = mapped_column(String(200))
    before: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    after: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    words: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    undone: Mapped[bool] = mapped_column(default=False)
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("proposal_id", "number", name="uq_proposal_edits_number"),)
    # before, after: {"changed": bool, "document": …}: whether the proposal held the document, and as what
