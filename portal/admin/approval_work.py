"""The decision form: the tasks of a case the reader may do, and for each the buttons that are open to him now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.queries import Colleague
from portal.admin.judgement_view import JudgementView
from portal.cases import queries
from portal.cases.commands import offers
from portal.cases.models import Case, Task
from portal.cases.rules import clock, days_left
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.organisation.queries import calendar
from portal.values import Text
from portal.workflow import Offer

# The steps that are decided on this screen; the others lie on the pages of the township and the window.
DECIDED_HERE = frozenset({"decide", "confirm", "refuse", "spot_check", "completion"})
HANDED_ON = frozenset({"delegate", "recuse"})


@dataclass(frozen=True)
class Work:
    """One task: what it is, until when, and what can be done with it."""

    task: Task
    title: Text
    card: str
    days_left: int | None
    offers: tuple[Offer, ...]
    primary: str
    colleagues: Sequence[Colleague]
    targets: tuple[tuple[str, Text], ...]
    asks_amount: bool
    asks_persons: bool

    @property
    def here(self) -> bool:
        return self.task.form in DECIDED_HERE

    @property
    def main(self) -> tuple[Offer, ...]:
        """What the step is there for."""
        return tuple(offer for offer in self.offers if offer.action not in HANDED_ON and not offer.targets)

    @property
    def rest(self) -> tuple[Offer, ...]:
        """What needs somebody or somewhere to send it to."""
        return tuple(offer for offer in self.offers if offer.action in HANDED_ON or offer.targets)


def work_on(
    db: Session,
    actor: Actor,
    case: Case,
    catalogue: Catalogue,
    item: Item,
    judged: JudgementView,
    *,
    now: datetime,
    today: date,
) -> tuple[Work, ...]:
    """Every task of the case that waits for the actor."""
    query = select(Task).where(
        Task.case_id == case.id, queries.workable(actor), Task.status.in_(("open", "paused", "blocked"))
    )
    steps = catalogue.workflows[item.workflow].steps
    days = calendar(db)
    found = []
    for task in db.scalars(query.order_by(Task.id)):
        offered = offers(db, actor, task, now)
        targets = next((offer.targets for offer in offered if offer.targets), ())
        decides = task.form == "decide"
        found.append(
            Work(
                task=task,
                title=steps[task.step].title if task.step in steps else Text(task.step, task.step),
                card=clock(today, task.due_on, task.yellow_on, paused=task.status == "paused"),
                days_left=days_left(days, today, task.due_on),
                offers=offered,
                primary=_primary(offered, judged),
                colleagues=queries.colleagues(db, actor, task, today) if offered else (),
                targets=tuple((name, steps[name].title) for name in targets),
                asks_amount=decides and item.benefit.period != "none",
                asks_persons=decides and item.benefit.award == "persons" and bool(judged.persons),
            )
        )
    return tuple(found)


def _primary(offered: Sequence[Offer], judged: JudgementView) -> str:
    """The one button that stands out: what the rules propose, else what the step is there for, unless it must wait."""
    open_now = [offer.action for offer in offered if offer.blocked is None and offer.action not in HANDED_ON]
    if judged.outcome == "not_eligible" and "not_eligible" in open_now:
        return "not_eligible"
    return open_now[0] if open_now else ""
