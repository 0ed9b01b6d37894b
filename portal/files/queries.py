"""Reading files by their owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.errors import NOT_FOUND, Refused
from portal.files.models import StoredFile
from portal.files.rules import thumbnail
from portal.files.store import Store

# A paper serves again for a year; what changes faster (income, spending) is asked anew by the catalogue's own rules.
SERVES_AGAIN = timedelta(days=365)


def of_owner(db: Session, owner: str) -> Sequence[StoredFile]:
    """Everything on file for a draft or an application, in the order it came."""
    query = select(StoredFile).where(StoredFile.owner == owner, StoredFile.removed_at.is_(None))
    return db.scalars(query.order_by(StoredFile.id)).all()


def get(db: Session, key: str, owner: str) -> StoredFile:
    """One file of an owner the caller may read."""
    found = db.scalar(
        select(StoredFile).where(StoredFile.key == key, StoredFile.owner == owner, StoredFile.removed_at.is_(None))
    )
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def earlier(db: Session, household_id: int | None, papers: Sequence[str], *, now: datetime) -> Sequence[StoredFile]:
    """Papers of the household from former applications that may serve again, the newest of each kind first."""
    if household_id is None or not papers:
        return ()
    query = (
        select(StoredFile)
        .where(
            StoredFile.household_id == household_id,
            StoredFile.paper.in_(papers),
            StoredFile.owner.startswith("application:"),
            StoredFile.removed_at.is_(None),
            StoredFile.uploaded_at > now - SERVES_AGAIN,
        )
        .order_by(StoredFile.id.desc())
    )
    newest: dict[tuple[str, str], StoredFile] = {}
    for row in db.scalars(query):
        newest.setdefault((row.paper, row.sha256), row)
    return tuple(newest.values())


def small(store: Store, stored: StoredFile) -> bytes | None:
    """The thumbnail of a picture, made on first use; None for what has none."""
    if not stored.media_type.startswith("image/"):
        return None
    place = store.small(stored.sha256)
    if not place.exists():
        store.put_small(stored.sha256, thumbnail(store.read(stored.sha256)))
    return place.read_bytes()
