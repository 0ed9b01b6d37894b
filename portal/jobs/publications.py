"""Approved proposals are published on their day. Building the application of a release is handed in: jobs know no app."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from portal.access.rules import SYSTEM
from portal.catalogue.release import Release
from portal.db import transaction
from portal.errors import Refused
from portal.organisation.queries import CITY_TIME, moment
from portal.proposals.commands import due, publish_due

log = logging.getLogger("portal.jobs")

Prepare = Callable[[Session, Release], object]
Sessions = Callable[[], AbstractContextManager[Session]]


def publish_due_proposals(sessions: Sessions, prepare: Prepare) -> list[str]:
    """Publish what is due, each in its own transaction; what cannot be published is logged and tried again."""
    published = []
    with sessions() as db:
        now = moment(db)
        waiting = due(db, now.astimezone(CITY_TIME).date())
        for proposal_id in waiting:
            try:
                with transaction(db):
                    release = publish_due(db, SYSTEM, proposal_id, now=now)
                    prepare(db, release)
            except Refused as refusal:
                log.warning("proposal %s cannot be published: %s", proposal_id, refusal.text.en)
            else:
                published.append(release.id)
    return published
