"""Files that wait between a look and a decision: sealed, one person's, gone after a day at the latest."""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from portal.db import db, vault_of
from portal.errors import Problem, Refused
from portal.reader import current_actor
from portal.values import Text

GONE = Problem(
    "file-gone", 410, Text("上传的文件已失效,请重新选择。", "The uploaded file has expired; please choose it again.")
)
KEPT_SECONDS = 24 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True)
class Waiting:
    """A file as it was brought: its name and its bytes."""

    name: str
    content: bytes


def folder() -> Path:
    place: Path = current_app.config["PORTAL"].files / "waiting"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def keep(purpose: str, waiting: Waiting) -> str:
    """Put a file aside; the token gives it back to the same person for the same purpose."""
    _sweep()
    token = secrets.token_urlsafe(24)
    head = json.dumps({"who": current_actor().id, "purpose": purpose, "name": waiting.name}).encode()
    sealed = vault_of(db.session()).seal_bytes(head + b"\n" + waiting.content)
    (folder() / token).write_bytes(sealed)
    return token


def fetch(purpose: str, token: str) -> Waiting:
    """A file put aside before. Refused when it is gone, or another person's."""
    place = folder() / token if _TOKEN.fullmatch(token) else None
    if place is None or not place.is_file():
        raise Refused(GONE)
    head, _, content = vault_of(db.session()).open_bytes(place.read_bytes()).partition(b"\n")
    said = json.loads(head)
    if (said["who"], said["purpose"]) != (current_actor().id, purpose):
        raise Refused(GONE)
    return Waiting(said["name"], content)


def drop(token: str) -> None:
    if _TOKEN.fullmatch(token):
        (folder() / token).unlink(missing_ok=True)


def _sweep() -> None:
    """Forget what nobody came back for."""
    long_ago = time.time() - KEPT_SECONDS
    for file in folder().iterdir():
        if file.stat().st_mtime < long_ago:
            file.unlink(missing_ok=True)
