"""Editing a proposal. Every edit names the version it was made on, so that nobody overwrites anybody; it can be undone."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.kinds import kind_of
from portal.catalogue.merging import same
from portal.errors import FORBIDDEN, Refused
from portal.proposals import queries
from portal.proposals.models import Proposal, ProposalEdit
from portal.proposals.rules import (
    BAD_NAME,
    NAME_TAKEN,
    NOT_OPEN,
    NOTHING_TO_UNDO,
    SLUG,
    STALE,
    STATUSES,
    UNKNOWN_DOCUMENT,
    title_of,
)
from portal.values import Text


def start(
    db: Session,
    actor: Actor,
    *,
    title: str,
    now: datetime,
    department: str | None = None,
    documents: Mapping[str, Any] | None = None,
) -> Proposal:
    """A new proposal on the current release, empty or with imported documents."""
    if not actor.may("catalogue.publish"):
        raise Refused(FORBIDDEN)
    base = catalogue_queries.current(db)
    proposal = Proposal(
        title=title.strip()[:200] or "…",
        department_code=department,
        base_release=base.id,
        status="open",
        documents={},
        token=1,
        made_by_id=actor.id,
        made_by=actor.name,
        made_at=now,
        changed_by=actor.name,
        changed_at=now,
    )
    db.add(proposal)
    db.flush()  # the trail and the edits need its id
    record(db, actor, proposal, "proposal.started", now, title=proposal.title)
    for path, document in (documents or {}).items():
        _keep(db, actor, proposal, path, document, now)
    return proposal


def edit(
    db: Session,
    actor: Actor,
    proposal_id: int,
    path: str,
    document: Any,
    *,
    token: int,
    now: datetime,
    words: Text | None = None,
) -> Proposal:
    """Put a document into the proposal, or take it out of the catalogue (None).

    Refused (`proposal-stale`) when the proposal moved on since `token`.
    """
    proposal = opened(db, actor, proposal_id, token)
    if kind_of(path) is None:
        raise Refused(UNKNOWN_DOCUMENT, path=path)
    _keep(db, actor, proposal, path, document, now, words)
    return proposal


def copy_item(
    db: Session, actor: Actor, proposal_id: int, *, slug: str, like: str | None, code: str, token: int, now: datetime
) -> Proposal:
    """A new item in the proposal: like an existing one, or the least an item can be."""
    proposal = opened(db, actor, proposal_id, token)
    source = queries.source_of(db, proposal)
    path = f"form_schemas/items/{slug}.json"
    if SLUG.fullmatch(slug) is None:
        raise Refused(BAD_NAME)
    if path in source.documents:
        raise Refused(NAME_TAKEN, name=slug)
    if any(document.get("code") == code for _, document in source.of_kind("items")):
        raise Refused(NAME_TAKEN, name=code)
    model = source.documents.get(f"form_schemas/items/{like}.json") if like else None
    if like and model is None:
        raise Refused(UNKNOWN_DOCUMENT, path=like)
    document = copy.deepcopy(model) if model is not None else copy.deepcopy(LEAST)
    document.update(slug=slug, code=code)
    if model is None:
        document["questions"] = list(source.one("application").get("core", ()))
        document["department"] = proposal.department_code or next(
            entry["code"] for entry in source.one("departments")["departments"]
        )
    else:
        title = document["title"]
        document.update(grants=None, excludes=[], title={"zh": f"{title['zh']}(副本)", "en": f"{title['en']} (copy)"})
    _keep(db, actor, proposal, path, document, now, Text(f"新增事项 {slug}", f"New item {slug}"))
    return proposal


# The least an item can be: it asks the common questions, takes no decision by itself and pays nothing.
LEAST: dict[str, Any] = {
    "slug": "",
    "code": "",
    "title": {"zh": "新事项", "en": "New item"},
    "layer": "special",
    "department": "",
    "unit": "household",
    "unit_text": {"zh": "家庭", "en": "household"},
    "decision_level": "county",
    "starts": ["application"],
    "basis": [],
    "questions": [],
    "survey": [],
    "survey_use": "optional",
    "rules": [],
    "benefit": {
        "kind": "service",
        "title": {"zh": "待定", "en": "to be said"},
        "period": "once",
        "award": "household",
        "scope": "application",
        "amount": None,
    },
    "materials": {"before": ["id_card"], "after": ["id_card", "auth_letter", "unified_form"]},
    "time_limit": {"before": 20, "after": 10, "publicity_inside": True},
    "workflow": "simple_department",
    "front": ["accept"],
    "co_apply": [],
    "needs": [],
    "excludes": [],
    "grants": None,
    "comparisons": [],
    "review": None,
    "payment": {
        "method": {"zh": "待定", "en": "to be said"},
        "payer": {"zh": "待定", "en": "to be said"},
        "cycle": {"zh": "一次性", "en": "once"},
    },
    "view": {"list": ["applicant_name", "hh_hukou_region"], "search": ["applicant_name"], "fieldsets": []},
}


def _keep(
    db: Session,
    actor: Actor,
    proposal: Proposal,
    path: str,
    document: Any,
    now: datetime,
    words: Text | None = None,
) -> None:
    """One edit. A document that is again as the release has it is no change any more."""
    base = queries.base_of(db, proposal).documents.get(path)
    before = {"changed": path in proposal.documents, "document": proposal.documents.get(path)}
    unchanged = same(document, base)
    if unchanged and not before["changed"]:
        return
    after = {"changed": not unchanged, "document": None if unchanged else document}
    if same(before, after):
        return
    db.execute(delete(ProposalEdit).where(ProposalEdit.proposal_id == proposal.id, ProposalEdit.undone))
    said = words or title_of(path, document if document is not None else base)
    db.add(
        ProposalEdit(
            proposal_id=proposal.id,
            number=_next_number(db, proposal.id),
            path=path,
            before=before,
            after=after,
            words=said.to_json(),
            made_by=actor.name,
            made_at=now,
        )
    )
    _apply(proposal, path, after)
    touch(actor, proposal, now)


def _next_number(db: Session, proposal_id: int) -> int:
    db.flush()  # an edit of this same call counts
    return (db.scalar(select(func.max(ProposalEdit.number)).where(ProposalEdit.proposal_id == proposal_id)) or 0) + 1


def _apply(proposal: Proposal, path: str, state: Mapping[str, Any]) -> None:
    documents = {name: document for name, document in proposal.documents.items() if name != path}
    if state["changed"]:
        documents[path] = state["document"]
    proposal.documents = documents


def touch(actor: Actor, proposal: Proposal, now: datetime) -> None:
    proposal.token += 1
    proposal.changed_by, proposal.changed_at = actor.name, now


def undo(db: Session, actor: Actor, proposal_id: int, *, token: int, now: datetime) -> Proposal:
    """Take the last edit back."""
    return _step(db, actor, proposal_id, token, now, back=True)


def redo(db: Session, actor: Actor, proposal_id: int, *, token: int, now: datetime) -> Proposal:
    """Do again what was undone last."""
    return _step(db, actor, proposal_id, token, now, back=False)


def _step(db: Session, actor: Actor, proposal_id: int, token: int, now: datetime, *, back: bool) -> Proposal:
    proposal = opened(db, actor, proposal_id, token)
    query = select(ProposalEdit).where(ProposalEdit.proposal_id == proposal.id, ProposalEdit.undone.is_(not back))
    order = ProposalEdit.number.desc() if back else ProposalEdit.number.asc()
    step = db.scalar(query.order_by(order).limit(1))
    if step is None:
        raise Refused(NOTHING_TO_UNDO)
    step.undone = back
    _apply(proposal, step.path, step.before if back else step.after)
    touch(actor, proposal, now)
    return proposal


def opened(db: Session, actor: Actor, proposal_id: int, token: int) -> Proposal:
    proposal = of_status(db, actor, proposal_id, "open")
    if proposal.token != token:
        raise Refused(STALE, who=proposal.changed_by)
    return proposal


def of_status(db: Session, actor: Actor, proposal_id: int, *allowed: str) -> Proposal:
    proposal = queries.get(db, actor, proposal_id, for_update=True)
    if proposal.status not in allowed:
        raise Refused(NOT_OPEN, status=STATUSES[proposal.status])
    return proposal


def record(db: Session, actor: Actor, proposal: Proposal, action: str, now: datetime, **data: Any) -> None:
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        stream=f"proposal:{proposal.id}",
        at=now,
        **data,
    )
