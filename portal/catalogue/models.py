"""Published releases: immutable bundles of the whole catalogue, and which one is current."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime


class StoredRelease(Base):
    """One version of the whole catalogue, named by the hash of its canonical bundle."""

    __tablename__ = "releases"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    bundle: Mapped[str] = mapped_column(Text)
    first_published_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Publication(Base):
    """One act of publishing. The latest is current; rolling back is publishing an older release again."""

    __tablename__ = "publications"
    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[str] = mapped_column(String(64), ForeignKey("releases.id"))
    note: Mapped[str] = mapped_column(String(500))
    published_by: Mapped[str] = mapped_column(String(100))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
