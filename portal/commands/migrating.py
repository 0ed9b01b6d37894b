"""The database's structure: Alembic driven from the program, with every table of every package in sight."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.types import JSON, TypeEngine

from portal.db import Base, UtcDateTime, open_engine
from portal.settings import shipped

# Every package with tables. A missing one shows at once: `portal db check` would want to drop its tables.
PACKAGES = (
    "organisation", "access", "audit", "catalogue", "proposals", "households", "recognitions", "registers", "files", "applications",
    "verification", "notices", "visits", "cases", "entitlements",
)  # fmt: skip


def metadata() -> MetaData:
    for package in PACKAGES:
        import_module(f"portal.{package}.models")
    return Base.metadata  # type: ignore[no-any-return]


def compare_types(
    _context: MigrationContext, _inspected: Any, _column: Any, inspected: TypeEngine[Any], wanted: TypeEngine[Any]
) -> bool | None:
    """JSON is JSONB on PostgreSQL and reads back so; everything else is compared the usual way."""
    if isinstance(wanted, JSON) and isinstance(inspected, JSON | JSONB):
        return False
    return None


def INCLUDED(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:  # noqa: N802 - alembic's hook
    return not (kind == "table" and name == "alembic_version")


def render(kind: str, thing: Any, context: Any) -> str | Literal[False]:
    """Migrations name only SQLAlchemy's own types: they must run when our classes have moved on."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, JSON):
        context.imports.add("from sqlalchemy.dialects.postgresql import JSONB")
        return 'sa.JSON().with_variant(JSONB(), "postgresql")'
    return False


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    _make_folder(url)
    engine: Engine = open_engine(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _make_folder(url: str) -> None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)


def upgrade(url: str, revision: str = "head") -> None:
    with _connection(url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str) -> None:
    with _connection(url) as connection:
        command.downgrade(_config(connection), revision)


def revise(url: str, message: str) -> None:
    """Write a new migration from the difference between the tables and the models; to be read and tidied."""
    with _connection(url) as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


def differences(url: str) -> list[Any]:
    """What the models say that the database does not, and the other way round; empty when they agree."""
    with _connection(url) as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": compare_types, "include_object": INCLUDED, "render_as_batch": True},
        )
        return list(compare_metadata(context, metadata()))


def present_revision(url: str) -> str | None:
    with _connection(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()
