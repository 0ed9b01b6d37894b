"""Keeping, removing and handing on files."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.errors import NOT_FOUND, Refused
from portal.files.models import StoredFile
from portal.files.rules import MOST_OF_ONE_OWNER, TOO_MANY, inspect, plain_name
from portal.files.store import Store


def keep(
    db: Session,
    actor: Actor,
    store: Store,
    content: bytes,
    *,
    name: str,
    owner: str,
    paper: str,
    now: datetime,
    place: str = "",
    channel: str = "window",
    household_id: int | None = None,
) -> StoredFile:
    """Check and keep one file. The same content brought twice for the same paper is one row.

    Refused when it is empty, too large, not what it claims to be, or one too many.
    """
    shown = plain_name(name)
    found = inspect(content, shown)
    digest = store.put(content)
    mine = select(StoredFile).where(StoredFile.owner == owner, StoredFile.removed_at.is_(None))
    same = db.scalar(
        mine.where(StoredFile.sha256 == digest, StoredFile.paper == paper, StoredFile.place == place).limit(1)
    )
    if same is not None:
        return same
    if (db.scalar(select(func.count()).select_from(mine.subquery())) or 0) >= MOST_OF_ONE_OWNER:
        raise Refused(TOO_MANY)
    kept = StoredFile(
        key=f"f{uuid.uuid4().hex}",
        sha256=digest,
        size=len(content),
        media_type=found.media_type,
        name=shown,
        owner=owner,
        household_id=household_id,
        paper=paper,
        place=place,
        channel=channel,
        brought_by=actor.name,
        uploaded_at=now,
    )
    db.add(kept)
    _record(db, actor, kept, "file.kept", now)
    return kept


def remove(db: Session, actor: Actor, key: str, owner: str, *, now: datetime) -> StoredFile:
    """Take a file off its owner; the content stays, because another row may rest on it and the trail names it."""
    found = db.scalar(
        select(StoredFile).where(StoredFile.key == key, StoredFile.owner == owner, StoredFile.removed_at.is_(None))
    )
    if found is None:
        raise Refused(NOT_FOUND)
    found.removed_at = now
    _record(db, actor, found, "file.removed", now)
    return found


def use_again(db: Session, actor: Actor, earlier: StoredFile, owner: str, *, now: datetime) -> StoredFile:
    """A paper already on file serves again: a new row on the same content, which says where it came from."""
    again = StoredFile(
        key=f"f{uuid.uuid4().hex}",
        sha256=earlier.sha256,
        size=earlier.size,
        media_type=earlier.media_type,
        name=earlier.name,
        owner=owner,
        household_id=earlier.household_id,
        paper=earlier.paper,
        place=earlier.place,
        channel=earlier.channel,
        brought_by=actor.name,
        uploaded_at=now,
    )
    db.add(again)
    _record(db, actor, again, "file.used-again", now, earlier=earlier.owner)
    return again


def hand_on(db: Session, before: str, after: str, household_id: int | None) -> None:
    """A draft's files become its application's when it is submitted."""
    db.execute(
        update(StoredFile).where(StoredFile.owner == before).values(owner=after, household_id=household_id),
        execution_options={"synchronize_session": False},
    )


def _record(db: Session, actor: Actor, kept: StoredFile, action: str, now: datetime, **more: str) -> None:
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        stream=kept.owner,
        subject=f"file:{kept.key}",
        at=now,
        paper=kept.paper,
        place=kept.place,
        sha256=kept.sha256,
        channel=kept.channel,
        **more,
    )
