"""Clean files done many at a time: what would be done to each, and what speaks for looking at one singly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.cases import commands, queries
from portal.errors import Refused
from portal.values import Text
from portal.verification import queries as verification_queries
from portal.web.desk.foundation import Desk
from portal.web.desk.intake import asked_before, missing_papers
from portal.web.desk.steps import BULK

NOT_IN_BULK = Text("这个环节须逐件办理。", "This step is done one file at a time.")
NOT_NOW = Text("现在不能办理,请逐件查看。", "Not possible now; look at it singly.")


@dataclass(frozen=True)
class Candidate:
    """One ticked task: the action that would be done, why it cannot be, and what deserves a look before."""

    id: int
    name: str
    number: str
    step: Text
    action: str | None
    action_title: Text | None
    obstacle: Text | None
    doubts: tuple[Text, ...]
    refusal: Refused | None = None

    @property
    def clean(self) -> bool:
        return self.action is not None and not self.doubts


def candidates(db: Session, actor: Actor, task_ids: Sequence[int], now: datetime) -> list[Candidate]:
    """The ticked tasks in their order; what is gone or not the actor's says so and nothing more."""
    return [_candidate(db, actor, task_id, now) for task_id in task_ids]


def _candidate(db: Session, actor: Actor, task_id: int, now: datetime) -> Candidate:
    try:
        task = queries.task(db, actor, task_id)
    except Refused as refusal:
        return Candidate(task_id, "", "", Text("", ""), None, None, refusal.text, (), refusal)
    desk = Desk(db, actor, task, queries.catalogue_of(db, task), now, actor.lang)
    wanted = BULK.get(task.form)
    offer = next((o for o in commands.offers(db, actor, task, now) if o.action == wanted), None)
    obstacle = NOT_IN_BULK if wanted is None else offer.blocked or None if offer is not None else NOT_NOW
    can = offer is not None and offer.blocked is None and not offer.reason_required
    return Candidate(
        task.id,
        task.applicant_name,
        task.application.number,
        desk.step.title,
        offer.action if can and offer is not None else None,
        offer.title if offer is not None else None,
        None if can else obstacle or NOT_NOW,
        tuple(doubt for look in DOUBTS.get(task.form, ()) if (doubt := look(desk)) is not None),
    )


def _papers_missing(desk: Desk) -> Text | None:
    missing = missing_papers(desk)
    if not missing:
        return None
    zh, en = "、".join(title.zh for title in missing), ", ".join(title.en for title in missing)
    return Text(f"缺材料:{zh}", f"Papers missing: {en}")


def _asked_before(desk: Desk) -> Text | None:
    if not asked_before(desk):
        return None
    return Text("同一申请人申请过相同事项", "The applicant has asked for the same before")


def _insider(desk: Desk) -> Text | None:
    insider = desk.application.answers.get("hh_insider_relative") is True
    return Text("近亲属备案", "A registered relative of staff") if insider else None


def _unanswered(desk: Desk) -> Text | None:
    left = len(verification_queries.unanswered(desk.db, desk.application.id))
    return Text(f"还有 {left} 项未回复", f"{left} comparisons unanswered") if left else None


Doubt = Callable[[Desk], Text | None]
DOUBTS: dict[str, tuple[Doubt, ...]] = {
    "accept": (_papers_missing, _asked_before, _insider),
    "verify": (_unanswered,),
}
