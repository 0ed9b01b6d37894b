"""The forms of an application's front: what an officer records when he works on a step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.applications.models import Application
from portal.catalogue.catalogue import Catalogue
from portal.errors import FieldError, Problem, Refused
from portal.values import Text
from portal.verification import commands as verification_commands
from portal.verification import queries as verification_queries
from portal.visits import commands as visit_commands
from portal.visits import queries as visit_queries

CONFLICTS_OPEN = Problem(
    "conflicts-open", 409, Text("还有 {count} 处不一致没有处理。", "{count} conflicts are not settled yet.")
)
OPINION_MISSING = Problem(
    "opinion-missing", 422, Text("请对每个事项填写审核意见。", "Give an opinion on every item.")
)
NO_VISIT = Problem("no-visit", 409, Text("还没有完整的入户调查记录。", "There is no complete record of a home visit yet."))
PAPERS_MISSING = Problem(
    "papers-missing",
    422,
    Text("一证一书一表不齐:{missing}。可一次性告知补正。", "Papers are missing: {missing}. Send the one-time notice instead."),
)


def record_visit(db: Session, actor: Actor, application: Application, catalogue: Catalogue, payload: Mapping[str, Any], now: datetime) -> None:
    """Store the survey and compare what was seen with what was declared."""
    answers = payload.get("answers")
    if answers is None:
        if visit_queries.latest(db, application.id) is None:
            raise Refused(NO_VISIT)
        return
    visit_commands.record(
        db,
        actor,
        application,
        catalogue,
        answers,
        uuid=str(payload.get("uuid") or ""),
        complete=bool(payload.get("complete", True)),
        now=now,
    )
    verification_commands.compare_visit(db, application, catalogue, answers)


def settle_conflicts(db: Session, actor: Actor, application: Application, payload: Mapping[str, Any], now: datetime) -> None:
    """Settle the named conflicts; refused while any that needs a person is left open."""
    for settlement in payload.get("settlements", ()):
        verification_commands.settle(
            db,
            actor,
            int(settlement["conflict"]),
            str(settlement["basis"]),
            settlement.get("value"),
            str(settlement.get("reason", "")),
            now=now,
        )
    db.flush()  # the count below must see what was just settled
    left = verification_queries.open_conflicts(db, application.id)
    if left:
        raise Refused(CONFLICTS_OPEN, count=len(left))


def record_opinion(application: Application, actor: Actor, payload: Mapping[str, Any], now: datetime) -> None:
    """Keep the township's opinion per item: agreed or not, with a note; a refusal needs one."""
    given = payload.get("items") or {}
    faults = []
    for slug in application.items:
        entry = given.get(slug)
        if not isinstance(entry, Mapping) or not isinstance(entry.get("agree"), bool):
            faults.append(FieldError(f"/items/{slug}/agree", slug, "required", Text("请选择同意或不同意。", "Choose agree or disagree.")))
        elif not entry["agree"] and not str(entry.get("note") or "").strip():
            faults.append(FieldError(f"/items/{slug}/note", slug, "required", Text("不同意须写明理由。", "Say why you disagree.")))
    if faults:
        raise Refused(OPINION_MISSING, tuple(faults))
    application.opinion = {
        slug: {"agree": given[slug]["agree"], "note": str(given[slug].get("note") or "")[:500], "by": actor.name, "at": now.isoformat()}
        for slug in application.items
    }
