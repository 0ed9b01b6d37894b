"""What a citizen sees with a number and an id: every item's state in plain words, with dates and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.applications.rules import STATUSES as APPLICATION_STATUSES
from portal.cases.letters import PERIODS
from portal.cases.models import Case
from portal.cases.queries import of_application
from portal.cases.rules import ENDED, STATUSES
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.db import vault_of
from portal.errors import Problem, Refused
from portal.forms.normalising import half_width
from portal.forms.normalising import id_number as normal_id
from portal.households.models import Person
from portal.notices.queries import of_application as notices_of
from portal.organisation.queries import CITY_TIME
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


# Before the township accepts, and when a file as a whole waits or ends, every item says the same.
NEXT_OF_FILE: dict[str, Text] = {
    "submitted": Text(
        "户籍地乡镇将在 1 个工作日内受理,会主动联系您。",
        "Your home township accepts it within 1 working day and will contact you.",
    ),
    "accepted": Text(
        "正在核对信息、上门走访,请保持电话畅通。",
        "Facts are being compared and your home visited; stay reachable by phone.",
    ),
    "supplement": Text("请补齐下面列出的材料,交到任一窗口。", "Please bring what is listed below to any window."),
    "decided": Text("全部事项已有结果。", "Every item has its result."),
    "refused": Text("没有受理,理由见告知书。", "It was not accepted; the notice says why."),
    "withdrawn": Text("已按您的意愿撤回。", "Withdrawn as you wished."),
}


@dataclass(frozen=True)
class TrackedItem:
    """One item's state for its applicant; `tone` is good, bad or open, for the eye."""

    title: Text
    status: Text
    next_step: Text
    promised_on: date | None
    closed_on: date | None
    amount_fen: int | None
    period: Text | None
    tone: str


@dataclass(frozen=True)
class Tracking:
    """An application's state for its applicant; his name masked, no address, nobody else's name."""

    number: str
    applicant: str
    status: Text
    next_step: Text
    submitted_on: date
    accepted_on: date | None
    promised_on: date | None
    closed_on: date | None
    to_supply: tuple[Text, ...]
    items: tuple[TrackedItem, ...]


def track(db: Session, number: str, id_number: str) -> Tracking:
    """The state of an application. A wrong number and a wrong id look the same: nothing found."""
    index = vault_of(db).index(normal_id(id_number))
    application = db.scalar(
        select(Application)
        .join(Person, Person.id == Application.applicant_id)
        .where(Application.number == half_width(number)[:30], Person.id_index == index)
    )
    if application is None:
        raise Refused(NOT_TRACKED)
    return tracking_of(db, application)


def tracking_of(db: Session, application: Application) -> Tracking:
    """The state of an application the caller may show."""
    catalogue = catalogue_queries.release(db, application.release_id).catalogue
    cases = {case.item: case for case in of_application(db, application.id)}
    return Tracking(
        application.number,
        masked_name(application.applicant_name),
        APPLICATION_STATUSES[application.status],
        NEXT_OF_FILE[application.status],
        application.submitted_at.astimezone(CITY_TIME).date(),
        application.accepted_on,
        application.promised_on,
        application.closed_on,
        _to_supply(db, application),
        tuple(_item(catalogue, slug, cases.get(slug), application) for slug in application.items),
    )


def _item(catalogue: Catalogue, slug: str, case: Case | None, application: Application) -> TrackedItem:
    item = catalogue.item(slug)
    if case is None:
        status, step = APPLICATION_STATUSES[application.status], NEXT_OF_FILE[application.status]
        tone = "bad" if application.status in {"refused", "withdrawn"} else "open"
        return TrackedItem(item.title, status, step, None, application.closed_on, None, None, tone)
    given = case.status == "confirmed"
    return TrackedItem(
        item.title,
        STATUSES[case.status],
        NEXT[case.status],
        case.promised_on,
        case.closed_on,
        case.amount_fen if given else None,
        PERIODS.get(item.benefit.period) if given else None,
        "good" if given else "bad" if case.status in ENDED else "open",
    )


def _to_supply(db: Session, application: Application) -> tuple[Text, ...]:
    """What the latest one-time notice asks for, while it is waited for."""
    if application.status != "supplement":
        return ()
    letters = [letter for letter in notices_of(db, application.id) if letter.kind == "supplement"]
    return tuple(Text.of(line) for line in letters[-1].body.get("lines", ())) if letters else ()


def masked_name(name: str) -> str:
    """Enough for the person himself to know it is his: the first character, the rest hidden."""
    return name[:1] + "*" * min(3, max(0, len(name) - 1))
