"""Cases with promoted columns and covering indexes, their searchable fields, tasks and determinations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from portal.applications.models import Application
from portal.cases.rules import NO_DEADLINE, rank
from portal.db import CONSTRAINT_PROBLEMS, Base, JsonDocument, UtcDateTime, name_type
from portal.errors import Problem
from portal.values import Text as Sentence

ITEM_TWICE = Problem("item-twice", 409, Sentence("同一申请中已有该事项。", "The application already holds this item."))
CONSTRAINT_PROBLEMS["uq_cases_application_item"] = ITEM_TWICE


class Case(Base):
    """One item asked for. Changes only through commands; lists read the promoted columns and `listing`."""

    __tablename__ = "cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(name_type(40), unique=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    release_id: Mapped[str] = mapped_column(String(64), ForeignKey("releases.id"))
    item: Mapped[str] = mapped_column(String(60))
    department_code: Mapped[str] = mapped_column(String(10))
    region_code: Mapped[str] = mapped_column(String(12))
    county_code: Mapped[str] = mapped_column(String(6), default="", server_default="")
    applicant_name: Mapped[str] = mapped_column(name_type(120))
    applicant_masked: Mapped[str] = mapped_column(String(30), default="")
    status: Mapped[str] = mapped_column(String(20), default="open")
    step: Mapped[str] = mapped_column(String(40), default="")
    proposed_outcome: Mapped[str] = mapped_column(String(20), default="")
    prepared_outcome: Mapped[str] = mapped_column(String(20), default="")
    outcome: Mapped[str] = mapped_column(String(20), default="")
    amount_fen: Mapped[int | None]
    persons: Mapped[list[Any]] = mapped_column(JsonDocument, default=list)
    reason: Mapped[str] = mapped_column(Text, default="")
    recognition: Mapped[str] = mapped_column(String(10), default="none")
    opened_on: Mapped[date]
    due_on: Mapped[date | None]
    yellow_on: Mapped[date | None]
    promised_on: Mapped[date | None]
    confirmed_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    rank: Mapped[int] = mapped_column(default=NO_DEADLINE, server_default=str(NO_DEADLINE))
    state: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    listing: Mapped[dict[str, Any]] = mapped_column(JsonDocument, default=dict)
    revision: Mapped[int] = mapped_column(default=1)
    application: Mapped[Application] = relationship()
    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        UniqueConstraint("application_id", "item", name="uq_cases_application_item"),
        # Lists walk these in order; the columns behind the id are there so that a scope is decided without the row.
        Index("ix_cases_item_rank", "item", "rank", "id", "department_code", "region_code"),
        Index("ix_cases_item_county", "item", "county_code", "rank", "id", "department_code", "region_code"),
        Index("ix_cases_item_region", "item", "county_code", "region_code", "id"),
        Index("ix_cases_item_status", "item", "status", "county_code", "rank", "id"),
        Index("ix_cases_department", "department_code", "region_code", "id"),
        Index("ix_cases_region", "region_code", "id"),
        Index("ix_cases_due", "status", "due_on"),
        Index("ix_cases_name", "applicant_name"),
        Index(
            "ix_cases_open",
            *("department_code", "county_code", "region_code", "item", "due_on", "yellow_on"),
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
    )
    # status: open prepared waiting confirmed refused referred not_together withdrawn
    # county_code and rank follow from region_code, due_on and closed_on: an index can walk a county's list in its order
    # recognition (what `needs` waits for): none pending met failed

    @validates("region_code")
    def _county(self, _key: str, region: str) -> str:
        self.county_code = region[:6]
        return region

    @validates("due_on", "closed_on")
    def _place_in_lists(self, key: str, day: date | None) -> date | None:
        dates = {"due_on": self.due_on, "closed_on": self.closed_on, key: day}
        self.rank = rank(dates["due_on"], dates["closed_on"])
        return day

    def __str__(self) -> str:
        return self.number


class CaseSearch(Base):
    """One searchable answer of a case: the fields an item declares in its view, one row for each value.

    Texts are compared by code point on every database, so that a beginning is a range of the index.
    """

    __tablename__ = "case_search"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(name_type(200), primary_key=True)
    __table_args__ = (Index("ix_case_search_value", "question", "value", "case_id"),)


class Task(Base):
    """One piece of work waiting for a role at a place: a step of an application's front or of a case."""

    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    item: Mapped[str | None] = mapped_column(String(60))
    step: Mapped[str] = mapped_column(String(40))
    form: Mapped[str] = mapped_column(String(30), default="")
    role: Mapped[str] = mapped_column(String(40))
    region_code: Mapped[str] = mapped_column(String(12))
    department_code: Mapped[str | None] = mapped_column(String(10))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    applicant_name: Mapped[str] = mapped_column(name_type(120))
    status: Mapped[str] = mapped_column(String(10), default="open")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None]
    yellow_on: Mapped[date | None]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(100), default="")
    action: Mapped[str] = mapped_column(String(40), default="")
    application: Mapped[Application] = relationship()
    case: Mapped[Case | None] = relationship()
    __table_args__ = (
        Index("ix_tasks_inbox", "status", "role", "region_code", "due_on", "id"),
        Index("ix_tasks_department", "status", "department_code", "region_code", "due_on", "id"),
    )
    # status: open paused blocked done cancelled
    # holder: the one person a task was handed to; nobody means everybody at the desk


class Determination(Base):
    """A reasoned decision on a case, with everything needed to replay it: release, parameters' date, facts seen."""

    __tablename__ = "determinations"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str] = mapped_column(String(20))
    amount_fen: Mapped[int | None]
    proposed_outcome: Mapped[str] = mapped_column(String(20), default="")
    proposed_fen: Mapped[int | None]
    persons: Mapped[list[Any]] = mapped_column(JsonDocument, default=list)
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(String(100))
    decided_by_id: Mapped[int | None]
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_on: Mapped[date]
    release_id: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]] = mapped_column(JsonDocument)
    statuses: Mapped[dict[str, Any]] = mapped_column(JsonDocument, default=dict)
    reasons: Mapped[list[Any]] = mapped_column(JsonDocument, default=list)
    superseded: Mapped[bool] = mapped_column(default=False)
    # kind: prepared confirmed
