"""What happens next, as a table: an action in the trail and the functions that follow it.

Handlers are idempotent: a delivery that was interrupted is tried again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access.rules import SYSTEM
from portal.applications.models import Application
from portal.audit import Event
from portal.cases.models import Case
from portal.catalogue.queries import release
from portal.entitlements.commands import open_for_case
from portal.verification.commands import collect_answers

Handler = Callable[[Session, Event, datetime], None]


def open_entitlement(db: Session, event: Event, now: datetime) -> None:
    """A confirmed case gives its right at once, under the rules of the release it was decided by."""
    case = db.get_one(Case, int(event.subject.removeprefix("case:")))
    open_for_case(db, release(db, case.release_id).catalogue, case, now=now)


def collect_comparisons(db: Session, event: Event, now: datetime) -> None:
    """Registers that answer at once have answered before anybody opens the file; the others are asked again later."""
    application = db.get_one(Application, int(event.stream.removeprefix("application:")), with_for_update=True)
    collect_answers(db, SYSTEM, application, release(db, application.release_id).catalogue, now=now)


HANDLERS: dict[str, tuple[Handler, ...]] = {
    "verification.requested": (collect_comparisons,),
    "case.confirmed": (open_entitlement,),
}
