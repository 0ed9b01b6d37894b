"""Rows of department registers: one JSON document each, with the key, the person and the searchable values beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, JsonDocument, UtcDateTime


class RegisterRow(Base):
    """One entry of one register, validated by the register's own JSON Schema; identifiers inside `data` are sealed."""

    __tablename__ = "register_rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    register: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(120))
    department_code: Mapped[str] = mapped_column(String(10))
    region_code: Mapped[str] = mapped_column(String(12), default="")
    person_index: Mapped[str] = mapped_column(String(32), default="", index=True)
    search: Mapped[str] = mapped_column(String(400), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(100), default="")
    __table_args__ = (
        UniqueConstraint("register", "key", name="uq_register_rows_register_key"),
        Index("ix_register_rows_scope", "register", "region_code", "id"),
    )
