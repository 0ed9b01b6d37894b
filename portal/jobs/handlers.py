"""What happens next, as a table: an action in the trail and the functions that follow it.

Handlers are idempotent: a delivery that was interrupted is tried again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.audit import Event
from portal.cases.models import Case
from portal.catalogue.queries import release
from portal.entitlements.commands import open_for_case

Handler = Callable[[Session, Event, datetime], None]


def open_entitlement(db: Session, event: Event, now: datetime) -> None:
    """A confirmed case gives its right at once, under the rules of the release it was decided by."""
    case = db.get_one(Case, int(event.subject.removeprefix("case:")))
    open_for_case(db, release(db, case.release_id).catalogue, case, now=now)


HANDLERS: dict[str, tuple[Handler, ...]] = {
    "case.confirmed": (open_entitlement,),
}
