"""Many cases at once: first a page that says what will happen to each, then the deed and its result for each.

What the preview offers is what the command accepts. Whatever changed between the two pages is not done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.cases import queries
from portal.cases.assessment import Assessment, assess
from portal.cases.closing import refuse_if_excluded
from portal.cases.commands import act_on_many, offers
from portal.cases.flow import open_file
from portal.cases.models import Case, Task
from portal.cases.rules import OUTCOMES
from portal.catalogue import queries as catalogue_queries
from portal.errors import Problem, Refused
from portal.organisation.queries import CITY_TIME
from portal.values import Text, yuan
from portal.verification.queries import open_conflicts

NO_TASK = Text("现在没有这个环节的待办,或不归您办理。", "No task of this step waits for you here now.")
NOT_PROPOSED = Text("系统建议为“{outcome}”,请逐件研判。", "The rules propose: {outcome}. Judge this one by itself.")
CHANGED = Problem(
    "changed-meanwhile",
    409,
    Text("预览之后情况已变化,未办理,请重新查看。", "It changed after the preview and was left alone; look again."),
)


@dataclass(frozen=True)
class Bulk:
    """One kind of work that can be done on many cases."""

    name: str
    form: str
    action: str
    function: str
    title: Text


BULKS: dict[str, Bulk] = {
    "agree": Bulk(
        "agree", "decide", "eligible", "case.decide", Text("按系统建议认定符合", "Agree: eligible as proposed")
    ),
    "confirm": Bulk("confirm", "confirm", "confirm", "case.confirm", Text("批量确认", "Confirm")),
}


@dataclass(frozen=True)
class Row:
    """One case of the preview: what will happen, what a person should see before, and why it cannot be done now."""

    case: Case
    task_id: int | None
    happens: Text
    differences: tuple[Text, ...]
    problem: Text | None
    seen: str
    reason: str = ""

    @property
    def ready(self) -> bool:
        return self.problem is None


@dataclass(frozen=True)
class Result:
    """What became of one case."""

    case: Case
    done: bool
    told: Text


def preview(db: Session, actor: Actor, cases: Iterable[Case], bulk: Bulk, now: datetime) -> tuple[Row, ...]:
    """Every chosen case: those that stand out first, those that cannot be done last."""
    rows = [_row(db, actor, case, bulk, now) for case in cases]
    return tuple(sorted(rows, key=lambda row: (not row.ready, not row.differences, row.case.id)))


def carry_out(
    db: Session,
    actor: Actor,
    cases: Sequence[Case],
    bulk: Bulk,
    *,
    seen: dict[int, str],
    reasons: dict[int, str],
    reason: str,
    now: datetime,
) -> tuple[Result, ...]:
    """Do what was previewed, each case by itself; one that is refused does not undo the others."""
    rows = {case.id: _row(db, actor, case, bulk, now) for case in cases}
    ready = {row.task_id: row for row in rows.values() if row.task_id is not None and _as_seen(row, seen)}
    payloads = {number: {"reason": reasons.get(row.case.id) or reason} for number, row in ready.items()}
    told = dict(act_on_many(db, actor, list(ready), bulk.action, payloads, reason=reason, now=now))
    return tuple(_result(row, told.get(row.task_id or 0), seen) for row in rows.values())


def _as_seen(row: Row, seen: dict[int, str]) -> bool:
    return row.ready and seen.get(row.case.id) == row.seen


def _result(row: Row, told: Task | Refused | None, seen: dict[int, str]) -> Result:
    if isinstance(told, Refused):
        return Result(row.case, done=False, told=told.text)
    if told is not None:
        return Result(row.case, done=True, told=row.happens)
    changed = row.ready and not _as_seen(row, seen)
    return Result(row.case, done=False, told=CHANGED.message if changed else row.problem or CHANGED.message)


def _row(db: Session, actor: Actor, case: Case, bulk: Bulk, now: datetime) -> Row:
    today = now.astimezone(CITY_TIME).date()
    catalogue = catalogue_queries.release(db, case.release_id).catalogue
    assessment = assess(db, case, today=today, catalogue=catalogue)
    amount = assessment.proposed_fen if bulk.name == "agree" else case.amount_fen
    pays = catalogue.item(case.item).benefit.period != "none"
    money = Text(f",{yuan(amount)} 元", f", {yuan(amount)} yuan") if amount is not None and pays else Text("", "")
    verb = Text("认定符合", "Judged eligible") if bulk.name == "agree" else Text("确认", "Confirmed")
    task = _task(db, actor, case, bulk)
    return Row(
        case=case,
        task_id=task.id if task is not None else None,
        happens=Text(verb.zh + money.zh, verb.en + money.en),
        differences=tuple(_differences(db, case, assessment, bulk)),
        problem=NO_TASK if task is None else _problem(db, actor, case, task, assessment, bulk, now),
        reason=case.reason if bulk.name == "confirm" else "",
        seen=f"{case.revision}:{amount}:{assessment.outcome}",
    )


def _task(db: Session, actor: Actor, case: Case, bulk: Bulk) -> Task | None:
    query = select(Task).where(
        Task.case_id == case.id, queries.workable(actor), Task.status == "open", Task.form == bulk.form
    )
    return db.scalar(query.order_by(Task.id).limit(1))


def _problem(
    db: Session, actor: Actor, case: Case, task: Task, assessment: Assessment, bulk: Bulk, now: datetime
) -> Text | None:
    """Why the deed would be refused, or should not be done among many."""
    offer = next((one for one in offers(db, actor, task, now) if one.action == bulk.action), None)
    if offer is None:
        return NO_TASK
    if offer.blocked is not None:
        return offer.blocked
    if bulk.name == "agree":
        if assessment.outcome == "eligible":
            return None
        outcome = OUTCOMES[assessment.outcome]
        return Text(NOT_PROPOSED.zh.format(outcome=outcome.zh), NOT_PROPOSED.en.format(outcome=outcome.en))
    try:
        refuse_if_excluded(open_file(db, actor, case.application_id, now, lock=False), case)
    except Refused as refusal:
        return refusal.text
    return None


def _differences(db: Session, case: Case, assessment: Assessment, bulk: Bulk) -> Iterable[Text]:
    """What a person who signs for many must not overlook."""
    judged = case.prepared_outcome
    if bulk.name == "confirm" and judged and judged != assessment.outcome:
        mine, theirs = OUTCOMES[judged], OUTCOMES[assessment.outcome]
        yield Text(
            f"研判为“{mine.zh}”,系统建议“{theirs.zh}”", f"Judged {mine.en.lower()}, proposed {theirs.en.lower()}"
        )
    proposed = assessment.proposed_fen
    if bulk.name == "confirm" and None not in (proposed, case.amount_fen) and proposed != case.amount_fen:
        yield Text(
            f"金额与建议 {yuan(proposed or 0)} 元不同", f"The amount differs from the proposed {yuan(proposed or 0)}"
        )
    if assessment.assumed:
        yield Text("前置认定按已具备推定", "The recognition it needs is only assumed")
    conflicts = len(open_conflicts(db, case.application_id))
    if conflicts:
        yield Text(f"有 {conflicts} 处不一致未核实", f"{conflicts} conflicts are not settled")
    if case.application.answers.get("hh_insider_relative") is True:
        yield Text("申请人有近亲属为经办人员或村干部", "A near relative is an official or village cadre")
