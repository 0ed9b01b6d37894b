"""A small town, made once: the same commands a person types, on a database of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from portal.catalogue.commands import publish
from portal.catalogue.documents import read_directory
from portal.cli import cli
from portal.db import open_engine, transaction
from portal.sealing import Vault
from tests.conftest import SECRET
from tests.servers import Databases

Run = Callable[..., Result]


def runner(url: str) -> Run:
    """`portal …` on a database, in demo mode, in English."""
    environment = {
        "PORTAL_DEMO": "1",
        "PORTAL_DATABASE_URL": url,
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_LANG": "en",
    }
    return lambda *args: CliRunner().invoke(cli, [str(arg) for arg in args], env=environment)


def published(url: str) -> str:
    """A database with the shipped catalogue in force and the organisation loaded."""
    engine = open_engine(url)
    source, faults = read_directory(None)
    with Session(engine, info={"vault": Vault(SECRET)}) as db, transaction(db):
        publish(
            db, actor_id=None, actor_name="tests", source=source, note="", now=datetime.now(UTC), reading_faults=faults
        )
    engine.dispose()
    result = runner(url)("seed", "organisation")
    assert result.exit_code == 0, result.output
    return url


@pytest.fixture(scope="session")
def town_url(databases: Databases) -> str:
    """Forty-five families."""
    url = published(databases.lasting("sqlite"))
    result = runner(url)("seed", "demo", "--households", 45, "--seed", 7)
    assert result.exit_code == 0, result.output
    return url


@pytest.fixture(scope="session")
def run(town_url: str) -> Run:
    return runner(town_url)


@pytest.fixture
def town(town_url: str) -> Any:
    """A session on the town; what a test changes is rolled back."""
    engine = open_engine(town_url)
    with Session(engine, info={"vault": Vault(SECRET)}) as session:
        yield session
        session.rollback()
    engine.dispose()
