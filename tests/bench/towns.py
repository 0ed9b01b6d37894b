"""Databases to measure on: migrated, published, staffed, with real families' files and then a city's worth of copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.app import prepare
from portal.catalogue.commands import publish
from portal.catalogue.documents import read_directory
from portal.catalogue.release import Release
from portal.commands import migrating
from portal.db import open_engine, transaction
from portal.demo.seeding import Seeding
from portal.demo.staff import employ, first_posts, further_posts
from portal.organisation.commands import load_calendar, load_departments, load_regions
from portal.organisation.models import Region
from portal.sealing import Vault
from portal.settings import Settings, load
from tests.bench.crowd import Crowd, Size
from tests.bench.measuring import analyse

SECRET = "bench-only-secret-of-thirty-two-characters"
FAMILIES = 60  # real ones, through the real commands; everything else is copied from them


@dataclass(frozen=True)
class Place:
    """A database that is ready, with the release it serves."""

    kind: str
    url: str
    release: Release
    engine: Engine
    settings: Settings

    @contextmanager
    def session(self) -> Iterator[Session]:
        with Session(self.engine, info={"vault": Vault(SECRET)}) as opened:
            yield opened


def settings_for(url: str) -> Settings:
    return load(
        {
            "PORTAL_DATABASE_URL": url,
            "PORTAL_SECRET_KEY": SECRET,
            "PORTAL_DEMO": "1",
            "PORTAL_FILES": "/tmp/portal-bench-files",
        }
    )


@contextmanager
def place(kind: str, url: str, *, families: int = FAMILIES) -> Iterator[Place]:
    """A migrated database with the published catalogue, its regions and staff, and a few real files."""
    migrating.upgrade(url)
    engine, now = open_engine(url), datetime.now(UTC)
    source, _ = read_directory()
    with Session(engine, info={"vault": Vault(SECRET)}) as session:
        with transaction(session):
            release = publish(session, actor_id=None, actor_name="bench", source=source, note="bench", now=now)
            load_regions(session, source.one("regions")["regions"])
            load_departments(session, source.one("departments")["departments"])
            load_calendar(session, source.documents["workflows/calendars/cn.json"])
            employ(session, first_posts(release.catalogue), now=now)
            regions = list(session.scalars(select(Region).order_by(Region.code)))
            employ(session, list(further_posts(release.catalogue, regions)), now=now)
        with transaction(session):
            prepare(session, release, settings_for(url))
        if families:
            Seeding(session, release, households=families, seed=1, now=now).run(lambda _moment: None)
    try:
        yield Place(kind, url, release, engine, settings_for(url))
    finally:
        engine.dispose()


def crowded(ready: Place, size: Size, say: Callable[[str], None]) -> Place:
    """The same place with a city's worth of people, files and work."""
    with ready.session() as session:
        Crowd(session, ready.release, size, say).fill()
    analyse(ready.engine)
    return ready
