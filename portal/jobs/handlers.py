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
from portal.cases.commands import refresh_household
from portal.cases.flow import locked
from portal.cases.models import Case
from portal.catalogue.queries import release
from portal.entitlements.commands import cease_excluded, open_for_case
from portal.notices.models import Notice
from portal.notices.senders import LETTER_THERE, Message, sender_of, wants_message
from portal.verification.commands import collect_answers

Handler = Callable[[Session, Event, datetime], None]


def case_of(db: Session, event: Event) -> Case:
    """The case an event is about, its file locked: what follows is written to the same trail as what people do there."""
    case = db.get_one(Case, int(event.subject.removeprefix("case:")))
    locked(db, case.application_id)
    return case


def open_entitlement(db: Session, event: Event, now: datetime) -> None:
    """A confirmed case gives its right at once, under the rules of the release it was decided by."""
    case = case_of(db, event)
    open_for_case(db, release(db, case.release_id).catalogue, case, now=now)


def end_what_is_excluded(db: Session, event: Event, now: datetime) -> None:
    """What the household drew and may not draw beside the newly confirmed item ends."""
    case = case_of(db, event)
    cease_excluded(db, release(db, case.release_id).catalogue, case, now=now)


def tell_the_household(db: Session, event: Event, now: datetime) -> None:
    """A recognition that came or failed changes what the household's other applications wait for."""
    case = db.get_one(Case, int(event.subject.removeprefix("case:")))
    refresh_household(db, case.household_id, besides=case.application_id, now=now)


def collect_comparisons(db: Session, event: Event, now: datetime) -> None:
    """Registers that answer at once have answered before anybody opens the file; the others are asked again later."""
    application = locked(db, int(event.stream.removeprefix("application:")))
    collect_answers(db, SYSTEM, application, release(db, application.release_id).catalogue, now=now)


def tell_by_message(db: Session, event: Event, now: datetime) -> None:
    """One message per letter, without a word of what it says; a letter that was told of is not told of again."""
    notice = db.get_one(Notice, int(event.stream.removeprefix("notice:")), with_for_update=True)
    application = db.get_one(Application, notice.application_id)
    if notice.delivered_at is None and "sender" in db.info and wants_message(application):
        sender_of(db)(Message(application.phone, LETTER_THERE.zh))
        notice.delivered_at = now


HANDLERS: dict[str, tuple[Handler, ...]] = {
    "verification.requested": (collect_comparisons,),
    "notice.written": (tell_by_message,),
    "case.confirmed": (open_entitlement, end_what_is_excluded, tell_the_household),
    "case.refused": (tell_the_household,),
    "case.referred": (tell_the_household,),
    "case.not_together": (tell_the_household,),
    "case.withdrawn": (tell_the_household,),
}
