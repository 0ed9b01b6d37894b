"""A database session for a command: one transaction per call, with the vault of the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from portal.db import open_session, transaction
from portal.sealing import Vault
from portal.settings import Settings, current


@contextmanager
def reading(settings: Settings | None = None) -> Iterator[Session]:
    """A session that is not committed."""
    settings = settings or current()
    with open_session(settings.database_url, Vault(settings.secret_key)) as session:
        yield session


@contextmanager
def writing(settings: Settings | None = None) -> Iterator[Session]:
    """A session whose work is committed at the end, or not at all."""
    with reading(settings) as session, transaction(session):
        yield session
