"""Publishing a proposal: brought up to date, handed to a second person, published now or on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.commands import publish as publish_source
from portal.catalogue.documents import Source
from portal.catalogue.merging import merge, same
from portal.catalogue.release import Release
from portal.errors import Refused
from portal.organisation.queries import CITY_TIME
from portal.proposals import queries
from portal.proposals.editing import of_status, opened, record, touch
from portal.proposals.models import Proposal, ProposalEdit
from portal.proposals.rules import (
    BEHIND,
    CONTRADICTS,
    NOT_OPEN,
    NOTHING_CHANGED,
    PAST_DAY,
    SECOND_PERSON,
    STATUSES,
)


def bring_up_to_date(
    db: Session, actor: Actor, proposal_id: int, *, token: int, choices: Mapping[str, str], now: datetime
) -> Proposal:
    """Move the proposal onto the current release. `choices`: "file#pointer" -> "ours" or "theirs" per contradiction."""
    proposal = opened(db, actor, proposal_id, token)
    base, current = queries.base_of(db, proposal), catalogue_queries.current(db)
    moved: dict[str, Any] = {}
    left = 0
    for path, ours in proposal.documents.items():
        chosen = {key.partition("#")[2]: side for key, side in choices.items() if key.partition("#")[0] == path}
        merged = merge(path, base.documents.get(path), ours, current.source.documents.get(path), chosen)
        left += len(merged.contradictions)
        if not same(merged.document, current.source.documents.get(path)):
            moved[path] = merged.document
    if left:
        raise Refused(CONTRADICTS, count=left)
    # The steps before this one speak of another release: they can be read, not undone.
    db.execute(delete(ProposalEdit).where(ProposalEdit.proposal_id == proposal.id))
    proposal.documents, proposal.base_release = moved, current.id
    touch(actor, proposal, now)
    record(db, actor, proposal, "proposal.moved", now, release=current.id)
    return proposal


def submit(db: Session, actor: Actor, proposal_id: int, *, token: int, note: str, now: datetime) -> Proposal:
    """Hand it to a second person."""
    proposal = opened(db, actor, proposal_id, token)
    if not proposal.documents:
        raise Refused(NOTHING_CHANGED)
    proposal.status, proposal.note = "submitted", note.strip()[:500]
    proposal.submitted_by_id, proposal.submitted_by = actor.id, actor.name
    touch(actor, proposal, now)
    record(db, actor, proposal, "proposal.submitted", now, note=proposal.note)
    return proposal


def reopen(db: Session, actor: Actor, proposal_id: int, *, reason: str, now: datetime) -> Proposal:
    """Back to editing: the second person asks for more, or the first takes it back."""
    proposal = of_status(db, actor, proposal_id, "submitted", "scheduled")
    proposal.status, proposal.publish_on, proposal.approved_by = "open", None, ""
    touch(actor, proposal, now)
    record(db, actor, proposal, "proposal.reopened", now, reason=reason[:500])
    return proposal


def discard(db: Session, actor: Actor, proposal_id: int, *, now: datetime) -> Proposal:
    """Give it up; what was written stays readable."""
    proposal = of_status(db, actor, proposal_id, "open", "submitted", "scheduled")
    proposal.status = "discarded"
    record(db, actor, proposal, "proposal.discarded", now)
    return proposal


def approve(
    db: Session, actor: Actor, proposal_id: int, *, now: datetime, publish_on: date | None = None
) -> Release | None:
    """The second person's act: publish now (the release), or on a day (None). Every check runs again.

    Refused for who submitted or edited it (`second-person`), when something else was published meanwhile
    (`proposal-behind`), and with every fault of the catalogue (`FaultyCatalogue`).
    """
    proposal = of_status(db, actor, proposal_id, "submitted")
    if actor.id in {proposal.submitted_by_id, proposal.made_by_id} or actor.name in _editors(db, proposal.id):
        raise Refused(SECOND_PERSON)
    if publish_on is not None:
        if publish_on <= now.astimezone(CITY_TIME).date():
            raise Refused(PAST_DAY)
        proposal.status, proposal.publish_on, proposal.approved_by = "scheduled", publish_on, actor.name
        record(db, actor, proposal, "proposal.scheduled", now, day=publish_on.isoformat())
        return None
    proposal.approved_by = actor.name
    return _publish(db, actor, proposal, now)


def _editors(db: Session, proposal_id: int) -> set[str]:
    return set(db.scalars(select(ProposalEdit.made_by).where(ProposalEdit.proposal_id == proposal_id)))


def due(db: Session, today: date) -> list[int]:
    """Approved proposals whose day has come, oldest first."""
    query = select(Proposal.id).where(Proposal.status == "scheduled", Proposal.publish_on <= today)
    return list(db.scalars(query.order_by(Proposal.publish_on, Proposal.id)))


def publish_due(db: Session, actor: Actor, proposal_id: int, *, now: datetime) -> Release:
    """Publish an approved proposal on its day; what was published meanwhile is joined when nothing contradicts."""
    proposal = db.get_one(Proposal, proposal_id, with_for_update=True)
    if proposal.status != "scheduled":
        raise Refused(NOT_OPEN, status=STATUSES[proposal.status])
    if queries.is_behind(db, proposal):
        left = queries.contradictions(db, proposal)
        if left:
            raise Refused(CONTRADICTS, count=len(left))
        base, current = queries.base_of(db, proposal), catalogue_queries.current(db)
        proposal.documents = {
            path: merge(path, base.documents.get(path), ours, current.source.documents.get(path)).document
            for path, ours in proposal.documents.items()
        }
        proposal.base_release = current.id
    return _publish(db, actor, proposal, now)


def _publish(db: Session, actor: Actor, proposal: Proposal, now: datetime) -> Release:
    if queries.is_behind(db, proposal):
        raise Refused(BEHIND)
    source: Source = queries.source_of(db, proposal)
    release = publish_source(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        source=source,
        note=f"{proposal.title} {proposal.note}".strip(),
        now=now,
    )
    proposal.status, proposal.published_release = "published", release.id
    record(db, actor, proposal, "proposal.published", now, release=release.id)
    return release
