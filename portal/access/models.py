"""Assignments: which person holds which role, where, for which department and items, from when to when; and accounts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CONSTRAINT_PROBLEMS, Base, JsonDocument, UtcDateTime
from portal.errors import Problem
from portal.values import Text

SENT_BEFORE = Problem("sent-before", 409, Text("这个请求刚刚已收到。", "This request has arrived a moment ago."))
CONSTRAINT_PROBLEMS["uq_sent_requests_user_key"] = SENT_BEFORE


class Assignment(Base):
    """One role of one person at one place; a person may hold several. `items` None means all of the department's."""

    __tablename__ = "assignments"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    role: Mapped[str] = mapped_column(String(40))
    region_code: Mapped[str] = mapped_column(String(12), ForeignKey("regions.code"))
    department_code: Mapped[str | None] = mapped_column(String(10), ForeignKey("departments.code"))
    items: Mapped[list[Any] | None] = mapped_column(JsonDocument)
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    __table_args__ = (Index("ix_assignments_role_region", "role", "region_code"),)


class Delegation(Base):
    """A county's power to confirm an item, given to one of its townships up to an amount (procedure §3.14)."""

    __tablename__ = "delegations"
    id: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(String(60))
    region_code: Mapped[str] = mapped_column(String(12), ForeignKey("regions.code"))
    limit_fen: Mapped[int | None]
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    __table_args__ = (Index("ix_delegations_item_region", "item", "region_code"),)


class Recusal(Base):
    """A person stepped back from a file for an interest of his own: from then on it does not exist for him (procedure §7)."""

    __tablename__ = "recusals"
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), primary_key=True)
    recused_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SessionStamp(Base):
    """A person's session generation: raised at logout and password change, so that older cookies die."""

    __tablename__ = "session_stamps"
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True)
    generation: Mapped[int] = mapped_column(default=1)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    must_change: Mapped[bool] = mapped_column(default=False)
    # must_change: the password was set by somebody else; nothing opens before its owner has chosen one


class PhoneLink(Base):
    """A one-time address for a phone: whoever holds it may do one thing to one subject until it closes or expires.

    Only the hash of the token is kept: the table gives nobody a way in.
    """

    __tablename__ = "phone_links"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(40), index=True)
    place: Mapped[str] = mapped_column(String(80), default="")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    made_by: Mapped[str] = mapped_column(String(100), default="")
    region_code: Mapped[str] = mapped_column(String(12), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    # purpose: papers (photographs for a draft), sign (one person's signature)


class Citizen(Base):
    """Somebody who applies for himself, known by his phone alone: no account of staff, no role, no grant.

    A phone that was silent too long may be another person's by now: its row is retired and another one begins.
    """

    __tablename__ = "citizens"
    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str] = mapped_column(String(200))
    phone_index: Mapped[str | None] = mapped_column(String(32), unique=True)
    generation: Mapped[int] = mapped_column(default=1)
    failed_proofs: Mapped[int] = mapped_column(default=0)
    proofs_locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # phone: sealed; phone_index: the vault's blind index, empty once the row is retired


class CitizenProof(Base):
    """A citizen showed that he knows a person: the end of the id number of an applicant who gave this very phone."""

    __tablename__ = "citizen_proofs"
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LoginCode(Base):
    """The one code a phone may sign in with now. Only a keyed hash is kept; a new code replaces the one before."""

    __tablename__ = "login_codes"
    phone_index: Mapped[str] = mapped_column(String(32), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)


class SentRequest(Base):
    """What a program sent once under a key of its own, and what it was answered: sent again, it is answered the same."""

    __tablename__ = "sent_requests"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    key: Mapped[str] = mapped_column(String(80))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    headers: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    answer: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("user_id", "key", name="uq_sent_requests_user_key"),)
