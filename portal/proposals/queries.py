"""Reading proposals: their documents on top of the release they rest on, their edits, what has moved underneath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.documents import Source
from portal.catalogue.merging import Contradiction, merge, same
from portal.catalogue.release import Change, diff
from portal.errors import FORBIDDEN, Refused
from portal.proposals.models import Proposal, ProposalEdit
from portal.proposals.rules import NO_PROPOSAL


def get(db: Session, actor: Actor, proposal_id: int, *, for_update: bool = False) -> Proposal:
    """One proposal; every configurator sees every proposal, so that nobody works past anybody."""
    if not actor.may("catalogue.publish"):
        raise Refused(FORBIDDEN)
    query = select(Proposal).where(Proposal.id == proposal_id)
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.scalar(query)
    if found is None:
        raise Refused(NO_PROPOSAL)
    return found


def recent(db: Session, actor: Actor, limit: int = 100) -> Sequence[Proposal]:
    """Open ones first, then the newest."""
    if not actor.may("catalogue.publish"):
        raise Refused(FORBIDDEN)
    alive = Proposal.status.in_(("open", "submitted", "scheduled"))
    return db.scalars(select(Proposal).order_by(alive.desc(), Proposal.id.desc()).limit(limit)).all()


def base_of(db: Session, proposal: Proposal) -> Source:
    """The documents the proposal rests on."""
    return catalogue_queries.release(db, proposal.base_release).source


def source_of(db: Session, proposal: Proposal) -> Source:
    """The whole catalogue as it would be."""
    return base_of(db, proposal).replace(proposal.documents)


def document(db: Session, proposal: Proposal, path: str) -> Any:
    """One document as proposed, or as it is; None when there is none."""
    if path in proposal.documents:
        return proposal.documents[path]
    return base_of(db, proposal).documents.get(path)


def changes(db: Session, proposal: Proposal) -> tuple[Change, ...]:
    """Everything the proposal changes against the release it rests on."""
    return diff(base_of(db, proposal), source_of(db, proposal))


def edits(db: Session, proposal_id: int) -> Sequence[ProposalEdit]:
    """Every step, oldest first, undone ones included."""
    query = select(ProposalEdit).where(ProposalEdit.proposal_id == proposal_id)
    return db.scalars(query.order_by(ProposalEdit.number)).all()


def is_behind(db: Session, proposal: Proposal) -> bool:
    """Whether something was published since the proposal began."""
    return catalogue_queries.current_id(db) != proposal.base_release


def contradictions(db: Session, proposal: Proposal) -> tuple[Contradiction, ...]:
    """Where the proposal and what was published meanwhile changed the same thing differently."""
    base, current = base_of(db, proposal), catalogue_queries.current(db).source
    found: list[Contradiction] = []
    for path, ours in sorted(proposal.documents.items()):
        before, theirs = base.documents.get(path), current.documents.get(path)
        if not same(before, theirs):
            found.extend(merge(path, before, ours, theirs).contradictions)
    return tuple(found)


def editing(db: Session, path: str, besides: int) -> Sequence[Proposal]:
    """Other open proposals that change the same document: shown beside it, never blocked."""
    rows = db.scalars(select(Proposal).where(Proposal.status.in_(("open", "submitted")), Proposal.id != besides))
    return [proposal for proposal in rows if path in proposal.documents]
