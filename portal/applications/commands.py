"""Saving drafts and storing what was submitted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.applications import queries
from portal.applications.models import Application, Draft
from portal.applications.rules import number
from portal.catalogue.catalogue import Catalogue
from portal.db import vault_of
from portal.errors import FORBIDDEN, Problem, Refused
from portal.files import commands as file_commands
from portal.files import queries as file_queries
from portal.households.models import Household, Person
from portal.organisation.queries import CITY_TIME
from portal.sealing import mask
from portal.values import Text

DRAFT_CHANGED = Problem(
    "draft-changed",
    409,
    Text("这份草稿已被改动,请对照后再保存。", "This draft was changed elsewhere; compare before saving."),
)

DRAFT_SUBMITTED = Problem(
    "draft-submitted",
    409,
    Text("这份草稿已提交,受理编号 {number}。", "This draft was submitted already; the number is {number}."),
)

PURPOSE_MISSING = Problem(
    "purpose-missing",
    422,
    Text("请写明查看完整证件号的用途。", "Say what the full numbers are needed for."),
)


def sealed_names(catalogue: Catalogue) -> frozenset[str]:
    """The questions whose answers are never stored in clear: id numbers and bank accounts."""
    questions = catalogue.bank.questions.values()
    return frozenset(q.id for q in questions if q.type in {"id_number", "bank_account"})


def save_draft(
    db: Session,
    actor: Actor,
    *,
    catalogue: Catalogue,
    release_id: str,
    items: Sequence[str],
    answers: Mapping[str, Any],
    window_region: str,
    now: datetime,
    draft_id: int | None = None,
    expected_revision: int | None = None,
    provenance: Mapping[str, Any] | None = None,
    papers: Sequence[str] | None = None,
) -> Draft:
    """Keep what was typed so far, valid or not. Refused when somebody else saved a newer revision meanwhile."""
    if not actor.may_apply:
        raise Refused(FORBIDDEN)
    vault = vault_of(db)
    if draft_id is None:
        draft = Draft(
            key=uuid.uuid4().hex,
            user_id=actor.id,
            citizen_id=actor.citizen,
            window_region=window_region,
            provenance={},
            papers=[],
            revision=0,
        )
        db.add(draft)
    else:
        draft = queries.draft(db, actor, draft_id, for_update=True)
        if draft.submitted_number is not None:
            raise Refused(DRAFT_SUBMITTED, number=draft.submitted_number)
        if expected_revision is not None and draft.revision != expected_revision:
            raise Refused(DRAFT_CHANGED)
    id_number = str(answers.get("applicant_id_no") or "")
    draft.release_id = release_id
    draft.items = list(items)
    draft.answers = vault.seal_in(dict(answers), sealed_names(catalogue))
    draft.provenance = dict(provenance or draft.provenance or {})
    draft.applicant_name = str(answers.get("applicant_name") or "")[:120]
    draft.applicant_index = vault.index(id_number) if id_number else ""
    if papers is not None:
        draft.papers = list(dict.fromkeys(papers))
    draft.saved_by = actor.name[:100]
    draft.revision = (draft.revision or 0) + 1
    draft.updated_at = now
    db.flush()  # the page redirects to the draft by its id
    return draft


def discard_draft(db: Session, actor: Actor, draft_id: int, *, now: datetime) -> None:
    """Throw a draft away. What was submitted from one stays, and so does the draft that made it."""
    draft = queries.draft(db, actor, draft_id, for_update=True)
    if draft.submitted_number is not None:
        raise Refused(DRAFT_SUBMITTED, number=draft.submitted_number)
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action="draft.discarded",
        stream=f"draft:{draft.key}",
        region_code=draft.window_region,
        at=now,
        items=list(draft.items),
    )
    for kept in file_queries.of_owner(db, f"draft:{draft.id}"):
        file_commands.remove(db, actor, kept.key, kept.owner, now=now)
    db.delete(draft)


def unmask(db: Session, actor: Actor, application_id: int, purpose: str, *, now: datetime) -> dict[str, Any]:
    """The answers with every number in clear, for a purpose that is kept: who looked, at what, when and why."""
    application = queries.get(db, actor, application_id)
    if not purpose.strip():
        raise Refused(PURPOSE_MISSING)
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action="application.unmasked",
        stream=f"application:{application.id}",
        region_code=application.region_code,
        at=now,
        purpose=purpose.strip()[:200],
    )
    return queries.clear_answers(db, application)


def store(
    db: Session,
    actor: Actor,
    catalogue: Catalogue,
    *,
    release_id: str,
    household: Household,
    applicant: Person,
    items: Sequence[str],
    answers: Mapping[str, Any],
    provenance: Mapping[str, Any],
    papers: Sequence[str],
    channel: str,
    window_region: str,
    idempotency_key: str | None,
    now: datetime,
) -> Application:
    """Write the application row. Validation, people and workflow are `portal.cases.commands.submit`'s business."""
    clear = dict(answers)
    region = str(clear.get("hh_hukou_region") or window_region)
    application = Application(
        number=uuid.uuid4().hex[:30],  # replaced below, once the serial is known
        idempotency_key=idempotency_key,
        release_id=release_id,
        household_id=household.id,
        applicant_id=applicant.id,
        applicant_name=applicant.name,
        applicant_masked=mask(str(clear.get("applicant_id_no") or "")),
        phone=str(clear.get("applicant_phone") or "")[:30],
        items=list(items),
        answers=vault_of(db).seal_in(clear, sealed_names(catalogue)),
        provenance=dict(provenance),
        papers=list(papers),
        channel=channel,
        window_region=window_region,
        clerk_id=actor.id,
        clerk_name=actor.name,
        citizen_id=actor.citizen,
        region_code=region,
        front_state={},
        signals=[],
        opinion={},
        submitted_at=now,
    )
    db.add(application)
    db.flush()  # the serial is needed for the number
    application.number = number(region, now.astimezone(CITY_TIME).date(), application.id)
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action="application.submitted",
        stream=f"application:{application.id}",
        region_code=region,
        at=now,
        number=application.number,
        items=list(items),
        window=window_region,
        channel=channel,
        release=release_id,
    )
    return application
