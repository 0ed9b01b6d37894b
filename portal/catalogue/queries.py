"""Which release is current, and any release by its id; parsed once per process, because a release never changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.models import Publication, StoredRelease
from portal.catalogue.release import Release, load
from portal.errors import Problem, Refused
from portal.values import Text

NOT_PUBLISHED = Problem(
    "nothing-published",
    503,
    Text(
        "还没有发布事项目录。请运行 portal catalogue publish。",
        "No catalogue is published yet. Run portal catalogue publish.",
    ),
)
NO_RELEASE = Problem("no-such-release", 404, Text("没有编号为 {id} 的版本。", "There is no release {id}."))

_KEPT = 12
_releases: OrderedDict[str, Release] = OrderedDict()
_lock = Lock()


def publication(db: Session) -> Publication | None:
    """The act of publishing that is in force, or None before the first."""
    return db.scalar(select(Publication).order_by(Publication.id.desc()).limit(1))


def publications(db: Session, limit: int = 200) -> Sequence[Publication]:
    """Every act of publishing, the newest first."""
    return db.scalars(select(Publication).order_by(Publication.id.desc()).limit(limit)).all()


def publication_and_before(db: Session, publication_id: int) -> tuple[Publication, Publication | None]:
    """One act of publishing and the one it followed."""
    found = db.get(Publication, publication_id)
    if found is None:
        raise Refused(NO_RELEASE, id=publication_id)
    before = select(Publication).where(Publication.id < publication_id).order_by(Publication.id.desc()).limit(1)
    return found, db.scalar(before)


def current_id(db: Session) -> str | None:
    return db.scalar(select(Publication.release_id).order_by(Publication.id.desc()).limit(1))


def current(db: Session) -> Release:
    """The release in force. Refused when nothing was ever published."""
    release_id = current_id(db)
    if release_id is None:
        raise Refused(NOT_PUBLISHED)
    return release(db, release_id)


def release(db: Session, release_id: str) -> Release:
    """A stored release by its id, from memory when this process read it before."""
    with _lock:
        if release_id in _releases:
            _releases.move_to_end(release_id)
            return _releases[release_id]
    bundle = db.scalar(select(StoredRelease.bundle).where(StoredRelease.id == release_id))
    if bundle is None:
        raise Refused(NO_RELEASE, id=release_id)
    found = load(bundle)
    with _lock:
        _releases[release_id] = found
        while len(_releases) > _KEPT:
            _releases.popitem(last=False)
    return found


def resolve(db: Session, prefix: str) -> Release:
    """A release by the beginning of its id, as people copy it. Refused when it is not one and only one."""
    ids = db.scalars(
        select(StoredRelease.id).where(StoredRelease.id.startswith(prefix, autoescape=True)).limit(2)
    ).all()
    if len(ids) != 1:
        raise Refused(NO_RELEASE, id=prefix)
    return release(db, ids[0])


def published_ids_in_use(db: Session) -> set[str]:
    """Every release that was ever published; running cases are pinned to one of these."""
    return set(db.scalars(select(StoredRelease.id)))
