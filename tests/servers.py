"""The real servers tests run against: PostgreSQL, Redis, and the application behind a socket."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Self

import psycopg

from portal.commands import migrating


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; then it runs as the user its package made."""
    return {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server with its own data, gone when the tests end. Nothing outlives them, so durability is off."""

    port: int

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://portal@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(f"host=127.0.0.1 port={self.port} user=portal dbname=postgres", autocommit=True) as link:
            link.execute(statement.encode())

    @classmethod
    @contextmanager
    def started(cls, *, durable: bool = False) -> Iterator[Self]:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        assert programs, "PostgreSQL is not installed; run .ci/system"
        data = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(data, owner.pw_uid, owner.pw_gid)
        port = free_port()
        initdb = [
            programs[-1] / "initdb",
            "-D",
            data,
            "-U",
            "portal",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
        subprocess.run(initdb, check=True, capture_output=True, cwd="/", **_unprivileged())
        options = ["-c", "max_connections=200"]
        if durable:  # measured as it would run: what was committed survives
            options += ["-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB"]
        else:
            options += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        command = [programs[-1] / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", data, *options]
        with (data / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **_unprivileged())
        server = cls(port)
        try:
            _wait_until(lambda: _answers(port) and _accepts(server))
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # fast: a pool that still holds a connection does not keep it up
            process.wait(30)
            shutil.rmtree(data, ignore_errors=True)


def _accepts(server: Postgres) -> bool:
    try:
        server.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_until(ready: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "a server did not start in time"
        time.sleep(0.05)


@dataclass
class Databases:
    """Fresh databases by copying one that the migrations made."""

    folder: Path
    postgres: Callable[[], Postgres]
    _numbers: Any = field(default_factory=lambda: count(1))
    _templates: set[str] = field(default_factory=set)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _template(self, kind: str) -> None:
        if kind in self._templates:
            return
        if kind == "postgres":
            self.postgres().execute("create database template_portal")
            migrating.upgrade(self.postgres().url("template_portal"))
        else:
            migrating.upgrade(f"sqlite:///{self.folder}/template.db")
        self._templates.add(kind)

    def lasting(self, kind: str) -> str:
        """A database that stays until the tests end."""
        self._template(kind)
        name = f"portal_{next(self._numbers)}"
        if kind == "postgres":
            self.postgres().execute(f"create database {name} template template_portal")
            return self.postgres().url(name)
        shutil.copy(self.folder / "template.db", self.folder / f"{name}.db")
        return f"sqlite:///{self.folder}/{name}.db"

    def copy_of(self, url: str) -> str:
        """Another database with the same content; nobody may be connected to the first meanwhile."""
        name = f"portal_{next(self._numbers)}"
        if url.startswith("sqlite"):
            shutil.copy(url.removeprefix("sqlite:///"), self.folder / f"{name}.db")
            return f"sqlite:///{self.folder}/{name}.db"
        self.postgres().execute(f"create database {name} template {url.rpartition('/')[2]}")
        return self.postgres().url(name)

    @contextmanager
    def fresh(self, kind: str) -> Iterator[str]:
        """A database for one test."""
        url = self.lasting(kind)
        yield url
        if kind == "postgres":
            self.postgres().execute(f"drop database {url.rsplit('/', 1)[1]} with (force)")
        else:
            for leftover in self.folder.glob(f"{Path(url).name}*"):
                leftover.unlink()


@dataclass(frozen=True)
class Redis:
    """A Redis server without persistence."""

    port: int

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @classmethod
    @contextmanager
    def started(cls, folder: Path) -> Iterator[Self]:
        port = free_port()
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_until(lambda: _answers(port))
            yield cls(port)
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """A WSGI application behind a socket, many requests at once."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log_request(self, *_: Any, **__: Any) -> None:
            """The test's own output is enough."""

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
