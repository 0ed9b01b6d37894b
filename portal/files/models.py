"""Stored files. The content lies in the store under its hash; the same content is kept once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime


class StoredFile(Base):
    """One file as evidence: its kind of paper, the row of the form it belongs to, and where it came from."""

    __tablename__ = "files"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    owner: Mapped[str] = mapped_column(String(40))
    household_id: Mapped[int | None] = mapped_column(index=True)
    paper: Mapped[str] = mapped_column(String(60), default="")
    place: Mapped[str] = mapped_column(String(80), default="")
    channel: Mapped[str] = mapped_column(String(20), default="window")
    brought_by: Mapped[str] = mapped_column(String(100), default="")
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_files_owner", "owner", "id"),)
    # paper: a kind of paper of the catalogue, or the question it answers; place: the row, such as "members/0"
    # channel: window phone citizen visit
