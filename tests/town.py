"""A small fictional town for tests that need a whole platform at work: made once, with the commands a person types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from click.testing import CliRunner, Result
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.commands import publish
from portal.catalogue.documents import read_directory
from portal.cli import cli
from portal.db import db, open_engine, transaction
from portal.demo.staff import PASSWORD
from portal.sealing import Vault
from tests.factories import sign_in
from tests.servers import Databases

Run = Callable[..., Result]
SECRET = "tests-only-secret-of-thirty-two-characters"


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
    with Session(engine, info={"vault": Vault(SECRET)}) as session, transaction(session):
        publish(
            session,
            actor_id=None,
            actor_name="tests",
            source=source,
            note="",
            now=datetime.now(UTC),
            reading_faults=faults,
        )
    engine.dispose()
    result = runner(url)("seed", "organisation")
    assert result.exit_code == 0, result.output
    return url


def make_town(databases: Databases, kind: str = "sqlite") -> str:
    """Forty-five families, and everybody who works for them."""
    url = published(databases.lasting(kind))
    result = runner(url)("seed", "demo", "--households", 45, "--seed", 7)
    assert result.exit_code == 0, result.output
    return url


def signed_in(app: Any, username: str) -> Any:
    """A client of one of the town's logins."""
    with app.app_context():
        user_id = db.session.scalar(select(User.id).where(User.username == username))
    return sign_in(app.test_client(), user_id)


def enter(page: Any, address: str, username: str) -> None:
    """Sign in as a person does."""
    page.goto(f"{address}/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state()
