"""From a saved draft to an application: submitted once, whoever presses the button and how often."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.applications import queries as application_queries
from portal.applications.evidence import with_files
from portal.applications.models import Application, Draft
from portal.cases.submitting import submit
from portal.catalogue import queries as catalogue_queries
from portal.db import vault_of
from portal.errors import Problem, Refused
from portal.files import queries as file_queries
from portal.files.commands import hand_on
from portal.values import Text

OLD_RELEASE = Problem(
    "draft-behind",
    409,
    Text(
        "事项目录已更新,请核对新表单后再提交。",
        "The catalogue has been updated; look through the new form before submitting.",
    ),
)


def submit_draft(db: Session, actor: Actor, draft_id: int, *, now: datetime) -> Application:
    """Submit what a draft holds, on the release it was filled with, which must still be the current one.

    A draft that was submitted gives the application it became.
    """
    draft = application_queries.draft(db, actor, draft_id, for_update=True)
    if draft.submitted_number is not None:
        return application_queries.by_number(db, actor, draft.submitted_number)
    if draft.release_id != catalogue_queries.current_id(db):
        raise Refused(OLD_RELEASE)
    release = catalogue_queries.release(db, draft.release_id)
    files = file_queries.of_owner(db, f"draft:{draft.id}")
    form = release.catalogue.form("application", draft.items)
    application = submit(
        db,
        actor,
        release,
        items=draft.items,
        answers=with_files(form, application_queries.clear_answers(db, draft), files, vault_of(db).index),
        papers=sorted({*draft.papers, *(kept.paper for kept in files if kept.paper in release.catalogue.papers)}),
        channel="window",
        window_region=draft.window_region,
        idempotency_key=f"draft:{draft.key}",
        provenance=draft.provenance,
        now=now,
    )
    hand_on(db, f"draft:{draft.id}", f"application:{application.id}", application.household_id)
    _close(draft, application)
    return application


def _close(draft: Draft, application: Application) -> None:
    """The draft stays as the trace of what was typed where; its answers live on in the application alone."""
    draft.submitted_number = application.number
    draft.answers = {}
