"""The audit trail: searching it, proving one chain, and taking a copy that says who took it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit as trail
from portal.access import Actor
from portal.access.trail import Wanted, chain_state, search
from portal.applications.models import Application
from portal.applications.queries import visible_to
from portal.audit import Event
from portal.catalogue.queries import current
from portal.db import db, transaction
from portal.organisation.queries import region_options
from portal.values import Text
from portal.web.audit_export import LIMIT, table
from portal.web.paging import before_of
from portal.web.periods import STRETCHES, Chosen, chosen_period
from portal.web.shell import current_actor, lang, needs, now, page, today
from portal.web.trail_words import ACTIONS, words_of

audit = Blueprint("audit", __name__)

ROWS = 50
PURPOSE_MISSING = Text("请写明导出的用途。", "Say what the copy is for.")


@dataclass(frozen=True)
class Asked:
    """A search as it was typed, and what it stands for."""

    number: str
    person: str
    action: str
    place: str
    chosen: Chosen
    wanted: Wanted


@audit.get("/audit")
@needs("audit.read")
def show() -> tuple[str, int]:
    """One page of the trail, newest first; for one file also the state of its chain."""
    return _page(_asked(request.args))


def _page(asked: Asked, *, status: int = 200, fault: Text | None = None) -> tuple[str, int]:
    session, actor = db.session(), current_actor()
    events = search(session, actor, asked.wanted, before=before_of(request.args), limit=ROWS + 1)
    catalogue = current(session).catalogue
    stream = asked.wanted.stream
    return page(
        "portal/oversight/audit.html",
        status=status,
        asked=asked,
        rows=[(event, words_of(event, catalogue)) for event in events[:ROWS]],
        numbers=_numbers(session, events[:ROWS]),
        more=events[ROWS - 1].id if len(events) > ROWS else None,
        chain=chain_state(session, actor, stream) if stream and events else None,
        actions=sorted(((name, title.to(lang())) for name, title in ACTIONS.items()), key=lambda one: one[1]),
        places=[option for option in region_options(session) if len(option[0]) < 12],
        stretches=STRETCHES,
        fault=fault,
        limit=LIMIT,
    )


@audit.post("/audit/export")
@needs("audit.read")
def export() -> Response | tuple[str, int]:
    """A copy as a table for a spreadsheet, marked with who took it, when and why; taking it is itself in the trail."""
    session, actor, moment = db.session(), current_actor(), now()
    asked = _asked(request.form)
    purpose = request.form.get("purpose", "").strip()[:200]
    if not purpose:
        return _page(asked, status=422, fault=PURPOSE_MISSING)
    with transaction(session):
        events = search(session, actor, asked.wanted, limit=LIMIT)
        copy = table(events, _numbers(session, events), current(session).catalogue, actor, purpose, moment, lang())
        trail.record(
            session,
            actor_id=actor.id,
            actor_name=actor.name,
            action="audit.exported",
            stream=f"user:{actor.id}",
            region_code=min((grant.region for grant in actor.scope("audit.read").grants), key=len),
            at=moment,
            count=len(events),
            purpose=purpose,
            where={name: value for name, value in _typed(asked).items() if value},
        )
    name = f"audit-{moment:%Y%m%d-%H%M%S}-{actor.id}.csv"
    return Response(
        copy, mimetype="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _asked(given: Mapping[str, str]) -> Asked:
    number, person, action, place = (given.get(name, "").strip() for name in ("number", "person", "action", "place"))
    chosen = chosen_period({"period": "all", **given}, today())
    return Asked(
        number,
        person,
        action,
        place,
        chosen,
        Wanted(
            _stream_of(db.session(), current_actor(), number) if number else None,
            person,
            action,
            place,
            None if chosen.name == "all" and not chosen.first and not chosen.last else chosen.period,
        ),
    )


def _typed(asked: Asked) -> dict[str, str]:
    chosen = asked.chosen
    return {
        "number": asked.number,
        "person": asked.person,
        "action": asked.action,
        "place": asked.place,
        "period": "" if chosen.name == "all" else chosen.name,
        "from": chosen.first,
        "to": chosen.last,
    }


def _stream_of(session: Session, actor: Actor, number: str) -> str:
    """The stream a number belongs to: an application's, a case's or an entitlement's; or the name of a stream itself."""
    if ":" in number or number in {"catalogue", "demo"}:
        return number
    plain = number.removeprefix("E")
    for candidate in (plain, plain.rpartition("-")[0]):
        found = session.scalar(visible_to(actor).where(Application.number == candidate)) if candidate else None
        if found is not None:
            return f"application:{found.id}"
    return "-"


def _numbers(session: Session, events: Sequence[Event]) -> dict[str, str]:
    """The numbers of the applications these events are about, by stream."""
    ids = {int(key) for kind, _, key in (e.stream.partition(":") for e in events) if kind == "application"}
    rows = session.execute(select(Application.id, Application.number).where(Application.id.in_(ids))) if ids else ()
    return {f"application:{key}": number for key, number in rows}
