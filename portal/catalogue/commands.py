"""Publishing: storing a checked release and making it the current one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal import audit
from portal.catalogue.documents import Source
from portal.catalogue.models import Publication, StoredRelease
from portal.catalogue.queries import publication
from portal.catalogue.release import Release, build
from portal.errors import Finding


def publish(
    db: Session,
    *,
    actor_id: int | None,
    actor_name: str,
    source: Source,
    note: str,
    now: datetime,
    reading_faults: tuple[Finding, ...] = (),
) -> Release:
    """Check the documents, store the release once and publish it. Refused (`FaultyCatalogue`) with every finding.

    Publishing a release that was published before makes it current again: that is the rollback.
    """
    release = build(source, reading_faults)
    if db.get(StoredRelease, release.id) is None:
        db.add(StoredRelease(id=release.id, bundle=release.bundle, first_published_at=now))
        db.flush()  # the publication refers to it
    before = publication(db)
    db.add(Publication(release_id=release.id, note=note[:500], published_by=actor_name, published_at=now))
    audit.record(
        db,
        actor_id=actor_id,
        actor_name=actor_name,
        action="catalogue.published",
        stream="catalogue",
        subject=f"release:{release.id}",
        at=now,
        note=note[:500],
        before=before.release_id if before else None,
    )
    return release
