"""Serving: the application is replaced behind its WSGI callable when a release is published, while requests run.

A thread looks once a second which publication is in force, builds and warms the application of the new release, and
swaps it in. Requests that began on the old one finish there; its connections are closed after the last.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wsgi import ClosingIterator

from portal.app import create_app
from portal.catalogue.models import Publication
from portal.catalogue.queries import release as release_by_id
from portal.catalogue.release import Release
from portal.db import db, open_engine
from portal.settings import Settings

log = logging.getLogger("portal.serving")

StartResponse = Callable[..., Any]
Environ = dict[str, Any]


@dataclass
class Running:
    """One built application, the publication it was built for, and how many requests are inside."""

    app: Flask
    publication: int | None
    inside: int = 0
    retired: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self) -> bool:
        """Count a request in, unless the application was retired meanwhile."""
        with self.lock:
            if not self.retired:
                self.inside += 1
            return not self.retired

    def leave(self) -> None:
        with self.lock:
            self.inside -= 1
            last = self.retired and self.inside == 0
        if last:
            self.close()

    def retire(self) -> None:
        with self.lock:
            self.retired = True
            empty = self.inside == 0
        if empty:
            self.close()

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()


class Swapping:
    """A WSGI application that is always the application of the publication in force."""

    def __init__(self, settings: Settings, build: Callable[[Settings, Release | None], Flask] = create_app) -> None:
        self.settings = settings
        self.build = build
        self.engine = open_engine(settings.database_url)
        self.building = threading.Lock()
        self.stopped = threading.Event()
        self.failed: int | None = None
        latest = self._latest()
        self.current = self._built(latest)

    def watch(self, every: float = 1.0) -> threading.Thread:
        """Look for new publications in the background until stopped."""

        def look() -> None:
            while not self.stopped.wait(every):
                self.look()

        thread = threading.Thread(target=look, name="publications", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        self.stopped.set()
        self.current.retire()
        self.engine.dispose()

    def look(self) -> bool:
        """Build and swap when another publication is in force. True when the application was replaced."""
        with self.building:
            latest = self._latest()
            if latest in {self.current.publication, self.failed}:
                return False
            try:
                made = self._built(latest)
            except Exception:  # the release in force must go on serving, whatever the new one does to the build
                self.failed = latest
                log.exception("the application for publication %s cannot be built; the one before stays", latest)
                return False
            before, self.current = self.current, made
        before.retire()
        log.info("publication %s is served", latest)
        return True

    def _latest(self) -> int | None:
        with self.engine.connect() as connection:
            return connection.scalar(select(Publication.id).order_by(Publication.id.desc()).limit(1))

    def _built(self, publication: int | None) -> Running:
        release = None
        if publication is not None:
            with Session(self.engine) as session:
                release = release_by_id(session, session.get_one(Publication, publication).release_id)
        app = self.build(self.settings, release)
        app.test_client().get(
            "/login/"
        )  # the first page of a new application is the slowest: it is ours, not a clerk's
        return Running(app, publication)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self._answer(environ, start_response)
        told: list[tuple[Any, ...]] = []
        body = self._answer(environ, _listener(told))
        if told and str(told[0][0]).startswith("404") and self.look():
            # The page may belong to a release published a moment ago: ask the application that knows it.
            _close(body)
            return self._answer(environ, start_response)
        start_response(*told[-1])
        return body

    def _answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        running = self.current
        while not running.enter():
            running = self.current
        try:
            body = running.app(environ, start_response)
        except BaseException:
            running.leave()
            raise
        return ClosingIterator(body, running.leave)


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()


def serve(settings: Settings, bind: str, workers: int, threads: int) -> None:
    """Run gunicorn in this process until it is told to stop."""
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            chosen = {
                "bind": bind,
                "workers": workers,
                "threads": threads,
                "worker_class": "gthread",
                "graceful_timeout": 30,
                "keepalive": 5,
                "limit_request_line": 8190,
                "proc_name": "portal",
                "control_socket_disable": True,
            }
            for name, value in chosen.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Swapping:
            """After the fork: every worker has its own connections and its own watch."""
            swapping = Swapping(settings)
            swapping.watch()
            return swapping

    Server().run()


def _listener(told: list[tuple[Any, ...]]) -> StartResponse:
    """A start_response that only remembers what it was told."""

    def listen(*answer: Any) -> Any:
        told.append(answer)
        return lambda _data: None

    return listen
