"""What every test may ask for: real databases, a real Redis, a real browser, the application and a signed-in client.

Nothing is imitated: PostgreSQL, Redis and Chromium run on 127.0.0.1 and are stopped at the end. Nothing else is reached.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.db import open_engine
from portal.sealing import Vault
from portal.settings import Settings, load
from tests.servers import Databases, Postgres, Redis, serving
from tests.town import SECRET, make_town

hypothesis_settings.register_profile(
    "portal", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
hypothesis_settings.load_profile("portal")


@pytest.fixture(scope="session", autouse=True)
def no_world() -> Iterator[None]:
    """A test that reaches beyond this machine fails."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    socket.socket.connect = only_here  # type: ignore[method-assign,assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL server of this test process."""
    with Postgres.started() as server:
        yield server


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Makes fresh databases with every table in place, cheaply: copies of one that was migrated once."""
    with Databases(tmp_path_factory.mktemp("databases"), lambda: request.getfixturevalue("postgres")) as maker:
        yield maker


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A fresh, migrated, empty database of each kind we support."""
    with databases.fresh(request.param) as url:
        yield url


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault(SECRET)


@pytest.fixture(scope="session")
def shared_engines(databases: Databases) -> Iterator[Callable[[str], Engine]]:
    """One database per kind, for tests whose work is rolled back."""
    known: dict[str, Engine] = {}

    def engine(kind: str) -> Engine:
        if kind not in known:
            known[kind] = open_engine(databases.lasting(kind))
        return known[kind]

    yield engine
    for opened in known.values():
        opened.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def session(request: pytest.FixtureRequest, shared_engines: Callable[[str], Engine], vault: Vault) -> Iterator[Session]:
    """A session on each database; whatever the test commits is rolled back after it."""
    with shared_engines(request.param).connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", info={"vault": vault}) as opened:
            yield opened
        outer.rollback()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with Redis.started(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def app_database(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """The application's database: SQLite, or what `@pytest.mark.parametrize("app_database", […], indirect=True)` says."""
    with databases.fresh(getattr(request, "param", "sqlite")) as url:
        yield url


@pytest.fixture
def settings(app_database: str, tmp_path: Path) -> Settings:
    return load(
        {
            "PORTAL_DATABASE_URL": app_database,
            "PORTAL_SECRET_KEY": SECRET,
            "PORTAL_DEMO": "1",
            "PORTAL_FILES": str(tmp_path / "files"),
        }
    )


@pytest.fixture
def release(request: pytest.FixtureRequest) -> Any:
    """The release the application is built for: none, or what `@pytest.mark.parametrize("release", …)` says."""
    return getattr(request, "param", None)


@pytest.fixture
def app(settings: Settings, release: Any) -> Iterator[Any]:
    """The application on a fresh database, with the limits on login as they are in production."""
    from portal.app import create_app
    from portal.db import db

    made = create_app(settings, release)
    made.testing = True
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Any) -> Any:
    return app.test_client()


@pytest.fixture
def live(app: Any) -> Iterator[str]:
    """The application behind a real socket; gives its address."""
    with serving(app) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium: Any) -> Iterator[Any]:
    """A fresh browser window, 1366 px wide; an error in the page's scripts fails the test."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.set_default_timeout(10_000)
    window = context.new_page()
    faults: list[str] = []
    window.on("pageerror", lambda fault: faults.append(str(fault)))
    window.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    yield window
    context.close()
    assert not faults, faults


@pytest.fixture(scope="session")
def shipped_release() -> Any:
    """The catalogue that travels with the program, checked and built once."""
    from portal.catalogue.documents import read_directory
    from portal.catalogue.release import build

    source, faults = read_directory(None)
    return build(source, faults)


@pytest.fixture(scope="session")
def town_url(databases: Databases) -> str:
    """A database with a small fictional town in every state; to be read, or copied by whoever changes it."""
    return make_town(databases)


@pytest.fixture
def town_copy(town_url: str, tmp_path: Path) -> str:
    """The town on a file of its own."""
    place = tmp_path / "town.db"
    shutil.copy(town_url.removeprefix("sqlite:///"), place)
    return f"sqlite:///{place}"


@pytest.fixture
def town(town_url: str, vault: Vault) -> Iterator[Session]:
    """A session on the town; what a test changes is rolled back."""
    engine = open_engine(town_url)
    with Session(engine, info={"vault": vault}) as opened:
        yield opened
        opened.rollback()
    engine.dispose()


@pytest.fixture
def town_app(town_copy: str, tmp_path: Path, shipped_release: Any) -> Iterator[Any]:
    """The application on a town of its own, with the release its files were made under."""
    from portal.app import create_app
    from portal.db import db

    environment = {"PORTAL_DATABASE_URL": town_copy, "PORTAL_SECRET_KEY": SECRET, "PORTAL_DEMO": "1"}
    made = create_app(load({**environment, "PORTAL_FILES": str(tmp_path / "files")}), shipped_release)
    made.testing = True
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()
