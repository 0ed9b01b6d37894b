"""What a citizen sees with a number and an id: every item's state in plain words, with dates and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.applications.rules import STATUSES as APPLICATION_STATUSES
from portal.cases.models import Case
from portal.cases.queries import of_application
from portal.cases.rules import STATUSES
from portal.catalogue import queries as catalogue_queries
from portal.db import vault_of
from portal.errors import Problem, Refused
from portal.forms.normalising import id_number as normal_id
from portal.households.models import Person
from portal.values import Text

NOT_TRACKED = Problem(
    "not-tracked",
    404,
    Text("没有找到。请核对受理编号和身份证号。", "Nothing found. Check the number and the id number."),
)
NEXT: dict[str, Text] = {
    "open": Text("部门正在研判,无需您再跑动。", "The department is judging it; you need not come again."),
    "prepared": Text("已研判,等待确认。", "Judged; waiting to be confirmed."),
    "waiting": Text("等待身份认定结果后确认。", "Waits for the recognition it depends on."),
    "confirmed": Text("已确认,待遇按告知书发放。", "Confirmed; the benefit is paid as the notice says."),
    "refused": Text("未予确认,理由见告知书;可申请复议。", "Refused; the notice says why and how to appeal."),
    "referred": Text("已转介其他部门,将与您联系。", "Referred to another body, which will contact you."),
    "not_together": Text(
        "与另一事项不可同享,已按规定保留一项。", "Cannot be received together with another item; one was kept."
    ),
    "withdrawn": Text("已按您的意愿撤回。", "Withdrawn as you wished."),
}


@dataclass(frozen=True)
class TrackedItem:
    """One item's state for its applicant."""

    title: Text
    status: Text
    next_step: Text
    promised_on: date | None
    closed_on: date | None
    amount_fen: int | None


@dataclass(frozen=True)
class Tracking:
    """An application's state for its applicant; no names, no addresses."""

    number: str
    status: Text
    submitted_on: date
    items: tuple[TrackedItem, ...]


def track(db: Session, number: str, id_number: str) -> Tracking:
    """The state of an application. A wrong number and a wrong id look the same: nothing found."""
    index = vault_of(db).index(normal_id(id_number))
    application = db.scalar(
        select(Application)
        .join(Person, Person.id == Application.applicant_id)
        .where(Application.number == number.strip(), Person.id_index == index)
    )
    if application is None:
        raise Refused(NOT_TRACKED)
    catalogue = catalogue_queries.release(db, application.release_id).catalogue

    def item(case: Case) -> TrackedItem:
        return TrackedItem(
            catalogue.item(case.item).title,
            STATUSES[case.status],
            NEXT[case.status],
            case.promised_on,
            case.closed_on,
            case.amount_fen if case.status == "confirmed" else None,
        )

    cases = of_application(db, application.id)
    return Tracking(
        application.number,
        APPLICATION_STATUSES[application.status],
        application.submitted_at.date(),
        tuple(item(case) for case in cases),
    )
