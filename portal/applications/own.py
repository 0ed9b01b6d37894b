"""A citizen's own draft: begun with his phone, with what he said the last time, and with nothing from anybody's records.

Typing somebody's id number must never show what the platform knows of that person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.applications import commands, queries
from portal.applications.beginning import Beginning, of_application, sealed
from portal.applications.models import Application, Draft
from portal.catalogue.release import Release
from portal.forms import normalise


def begin_own(
    db: Session, actor: Actor, release: Release, *, items: Sequence[str], said: Mapping[str, Any], now: datetime
) -> Draft:
    """A new draft of the citizen's own. `said` is what he answered a moment ago, before he signed in."""
    form = release.catalogue.form("application", items)
    last = db.scalar(queries.visible_to(actor).order_by(Application.id.desc()).limit(1))
    first = of_application(db, form, last) if last is not None else Beginning()
    fresh = {name: value for name, value in said.items() if name in form.questions or name in form.rows}
    rows = {name for name in form.rows if name in first.answers}  # known people are not replaced by bare ages
    answers = {**first.answers, **{name: value for name, value in fresh.items() if name not in rows}}
    answers.setdefault("applicant_phone", actor.phone)
    draft = commands.save_draft(
        db,
        actor,
        catalogue=release.catalogue,
        release_id=release.id,
        items=items,
        answers=normalise(form, answers),
        window_region="",
        provenance={"origins": sealed(db, form, first.origins)},
        now=now,
    )
    audit.record(
        db,
        actor_id=None,
        actor_name=actor.name,
        action="draft.begun",
        stream=f"draft:{draft.key}",
        at=now,
        items=list(items),
        records_read=last is not None,
    )
    return draft
