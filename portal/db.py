"""The database: one metadata for our tables and Flask-AppBuilder's, column types, sessions and the one commit.

SQLite is the embedded default (WAL, explicit BEGIN so that savepoints work), PostgreSQL the one for production.
Edges open a `transaction()`; nothing below them commits.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import flask_appbuilder.security.sqla.models  # noqa: F401 - registers FAB's tables on the shared metadata
from flask_appbuilder import Model
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, ColumnElement, Date, DateTime, Dialect, Engine, String, and_, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

from portal.errors import Problem, Refused
from portal.sealing import Vault
from portal.values import Text


class Base(DeclarativeBase):
    """Our tables, on the metadata Flask-AppBuilder uses, so that Alembic sees one schema."""

    metadata = Model.metadata
    type_annotation_map = {
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
        list[Any]: JSON().with_variant(JSONB(), "postgresql"),
        date: Date(),
    }


class UtcDateTime(TypeDecorator[datetime]):
    """Moments are stored in UTC and come back aware, on SQLite too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


LAST_CHARACTER = "\U0010ffff"


def name_type(length: int) -> Any:
    """Names are compared by code point on every database, so that a beginning is a range an index serves."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def begins(column: Any, text: str) -> ColumnElement[bool]:
    """Texts that begin so, as a range of the index: LIKE is served by none on SQLite, and by few on PostgreSQL."""
    return and_(column >= text, column < text + LAST_CHARACTER)


JsonDocument = JSON().with_variant(JSONB(), "postgresql")

db = SQLAlchemy(metadata=Model.metadata)

CONFLICT = Problem(
    "conflict",
    409,
    Text("数据已被他人更新,请刷新后重试。", "Somebody else changed this meanwhile; reload and try again."),
)

# What PostgreSQL says to the one of two transactions it had to stop: deadlock, serialization failure.
LOST_RACES = frozenset({"40P01", "40001"})
# Unique constraint name -> what it means to a person. Packages add theirs beside their models.
CONSTRAINT_PROBLEMS: dict[str, Problem] = {}


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # we begin transactions ourselves, so that savepoints work
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=15000", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def normal_url(url: str) -> str:
    """PostgreSQL addresses without a driver use psycopg 3."""
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def open_engine(url: str) -> Engine:
    return create_engine(normal_url(url), pool_pre_ping=True)


def refusal_for(error: IntegrityError) -> Refused:
    """The database's last word in ours: the constraint's sentence, or a plain conflict."""
    text = str(error.orig)
    for name, problem in CONSTRAINT_PROBLEMS.items():
        if name in text:
            return Refused(problem)
    return Refused(CONFLICT)


@contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """One request, one job or one command line call: commit at the end, roll back on any exception.

    SQLite has one writer: the transaction asks for the lock at its start and waits its turn, because a reader that
    turns writer half-way is refused without waiting. What was only read before is read again.
    """
    if session.get_bind().dialect.name == "sqlite" and not (session.new or session.dirty or session.deleted):
        session.rollback()
        session.connection(execution_options={"writes": True})
    try:
        yield session
        session.commit()
    except IntegrityError as error:
        session.rollback()
        raise refusal_for(error) from error
    except StaleDataError as error:  # a row was changed by somebody else between reading and writing it
        session.rollback()
        raise Refused(CONFLICT) from error
    except OperationalError as error:
        session.rollback()
        if getattr(error.orig, "sqlstate", "") in LOST_RACES:
            raise Refused(CONFLICT) from error
        raise
    except BaseException:
        session.rollback()
        raise


def vault_of(session: Session) -> Vault:
    """The vault the edge put on this session (a scoped session shares its registry's `info`)."""
    vault = session.info["vault"]
    if not isinstance(vault, Vault):
        raise TypeError("the session carries no vault")
    return vault


@contextmanager
def open_session(url: str, vault: Vault) -> Iterator[Session]:
    """A session outside the web: for the command line and for jobs. The caller wraps work in `transaction`."""
    engine = open_engine(url)
    try:
        with Session(engine, info={"vault": vault}) as session:
            yield session
    finally:
        engine.dispose()
