"""Acting on tasks: the one way a front or a case moves on, alone, in bulk, or because time has passed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import workflow
from portal.access import Actor
from portal.access.rules import SYSTEM
from portal.applications import queries as application_queries
from portal.applications.models import Application
from portal.cases import queries
from portal.cases.closing import refresh, settle
from portal.cases.contexts import case_context, front_context
from portal.cases.flow import File, carry_out, open_file
from portal.cases.handing import HANDING
from portal.cases.letters import TITLES
from portal.cases.models import Case, Task
from portal.cases.rules import ENDED
from portal.cases.working import CHANGES_FACTS, FORMS, Work, judge_again, settle_all
from portal.errors import FORBIDDEN, Problem, Refused
from portal.notices import commands as notice_commands
from portal.organisation.queries import CITY_TIME
from portal.values import Text
from portal.workflow import Event, Offer, Roles, State, Workflow
from portal.workflow.engine import BLOCKED, NOT_OPEN, REASON_MISSING

NOT_WITHDRAWABLE = Problem(
    "not-withdrawable", 409, Text("已经确认,不能撤回。", "It has been confirmed and cannot be withdrawn.")
)
TASK_CHANGED = Problem(
    "task-changed",
    412,
    Text("这项待办已有变化,请重新查看后再办理。", "Something has happened on this task; look again before acting."),
)
LETTERS = {
    "supplement": ("supplement", Text("请一次性补齐下列材料:{reason}", "Please supply, once: {reason}")),
    "reject": ("not_accepted", Text("不予受理的理由:{reason}", "Not accepted because: {reason}")),
    "refused_authorisation": (
        "not_accepted",
        Text("因未签署授权而终止:{reason}", "Ended because the letter was not signed: {reason}"),
    ),
    "lost_contact": (
        "not_accepted",
        Text("因无法取得联系而终止:{reason}", "Ended because nobody could be reached: {reason}"),
    ),
}


def _flow_of(file: File, case: Case | None) -> tuple[Workflow, State, dict[str, Any]]:
    if case is None:
        return file.catalogue.workflows["front"], State.from_json(file.application.front_state), front_context(file)
    flow = file.catalogue.workflows[file.catalogue.item(case.item).workflow]
    return flow, State.from_json(case.state), case_context(file, case)


def _roles(actor: Actor, task: Task, flow: Workflow) -> Roles:
    """The actor as the engine knows him: he sits at this task's desk, so he holds the role its step names."""
    step = flow.steps.get(task.step)
    held = {task.role} | ({step.assign.role} if step is not None and step.assign is not None else set())
    return Roles(str(actor.id), frozenset(held))


def revision(task: Task) -> str:
    """A mark that changes whenever the task, its case or its application's front has moved on."""
    case, application = task.case, task.application
    seen = [
        task.id,
        task.status,
        task.step,
        task.due_on.isoformat() if task.due_on else None,
        application.status,
        application.front_state,
        application.signals,
        [case.revision, case.state] if case is not None else None,
    ]
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:24]


def offers(db: Session, actor: Actor, task: Task, now: datetime) -> tuple[Offer, ...]:
    """What the actor can do on a task now: the buttons. Blocked ones say why."""
    file = open_file(db, actor, task.application_id, now, lock=False)
    case = next((c for c in file.cases if c.id == task.case_id), None)
    flow, state, context = _flow_of(file, case)
    roles = _roles(actor, task, flow)
    return tuple(offer for offer in workflow.open_to(flow, state, context, roles) if offer.step == task.step)


def act(
    db: Session,
    actor: Actor,
    task_id: int,
    action: str,
    payload: Mapping[str, Any] | None = None,
    *,
    reason: str = "",
    to: str | None = None,
    expected: str | None = None,
    now: datetime,
) -> Task:
    """Do one action on a task. Refused when it is gone, not yours, not open now, or its entries are not complete.

    `expected`, when given, is the revision the actor looked at: refused when something happened since.
    """
    task = queries.task(db, actor, task_id)
    file = open_file(db, actor, task.application_id, now)
    db.refresh(task)
    if task.status not in {"open", "paused", "blocked"}:
        raise Refused(queries.TASK_GONE)
    if expected is not None and expected != revision(task):
        raise Refused(TASK_CHANGED)
    case = next((c for c in file.cases if c.id == task.case_id), None)
    flow, state, context = _flow_of(file, case)
    roles = _roles(actor, task, flow)
    _refuse_unless_open(workflow.open_to(flow, state, context, roles), task.step, action, reason)
    if action in HANDING:
        HANDING[action](file, task, to, reason)
    elif task.form in FORMS:
        FORMS[task.form](Work(file, task, case, action, reason, payload or {}))
    db.flush()  # the context is read again with what was just recorded
    _, _, context = _flow_of(file, case)
    event = Event(task.step, action, roles.actor_id, roles.roles, reason, to)
    carry_out(file, case, workflow.advance(flow, state, event, context, now))
    if action in HANDING:
        return task
    _write_letter(file, action, reason, payload or {})
    if task.form in CHANGES_FACTS:
        judge_again(file)
    file.record("task.done", case, step=task.step, choice=action, reason=reason[:500], task=task.id)
    settle(file)
    return task


def settle_some(
    db: Session, actor: Actor, task_id: int, settlements: Sequence[Mapping[str, Any]], *, now: datetime
) -> None:
    """Keep what is settled so far; the step stays open for the rest."""
    task = queries.task(db, actor, task_id)
    if task.form != "settle":
        raise Refused(NOT_OPEN)
    settle_all(open_file(db, actor, task.application_id, now), settlements)


def _refuse_unless_open(open_now: Sequence[Offer], step: str, action: str, reason: str) -> None:
    """The same refusals the engine gives, before anything is recorded."""
    offer = next((o for o in open_now if o.step == step and o.action == action), None)
    if offer is None:
        raise Refused(NOT_OPEN)
    if offer.blocked is not None:
        raise Refused(BLOCKED, why=offer.blocked)
    if offer.reason_required and not reason.strip():
        raise Refused(REASON_MISSING)


def _write_letter(file: File, action: str, reason: str, payload: Mapping[str, Any]) -> None:
    """The letter some actions send. One that asks for papers remembers which, so that the window can tick them off."""
    if action not in LETTERS:
        return
    kind, text = LETTERS[action]
    why, body = Text(reason, reason), {}
    missing = payload.get("missing")
    if kind == "supplement" and isinstance(missing, list):
        papers = [paper for name, paper in file.catalogue.papers.items() if name in missing]
        note = str(payload.get("note") or "")[:500] if papers else reason
        zh, en = "、".join(p.title.zh for p in papers), ", ".join(p.title.en for p in papers)
        why = Text(";".join(filter(None, (zh, note))), "; ".join(filter(None, (en, note))))
        body = {"missing": [paper.id for paper in papers]}
    line = Text(text.zh.format(reason=why.zh), text.en.format(reason=why.en))
    notice_commands.write(
        file.db, file.application, kind, TITLES[kind], {"items": [], "lines": [line.to_json()], **body}, now=file.now
    )


def act_on_many(
    db: Session,
    actor: Actor,
    task_ids: Sequence[int],
    action: str,
    payloads: Mapping[int, Mapping[str, Any]] | None = None,
    *,
    reason: str = "",
    now: datetime,
) -> list[tuple[int, Task | Refused]]:
    """The same action on several tasks, each by itself: one that is refused does not undo the others.

    The files are taken in the order of their numbers, so that two people with the same boxes ticked do not block one
    another; the results come as asked.
    """
    wanted = list(dict.fromkeys(task_ids))
    files = dict(db.execute(select(Task.id, Task.application_id).where(Task.id.in_(wanted))).all())
    results: dict[int, Task | Refused] = {}
    for task_id in sorted(wanted, key=lambda number: (files.get(number, 0), number)):
        payload = (payloads or {}).get(task_id, {})
        try:
            with db.begin_nested():
                done = act(db, actor, task_id, action, payload, reason=str(payload.get("reason") or reason), now=now)
            results[task_id] = done
        except Refused as refusal:
            results[task_id] = refusal
    return [(task_id, results[task_id]) for task_id in wanted]


def tick(db: Session, *, now: datetime, limit: int = 5_000) -> int:
    """Let waits elapse whose day has come (publicity). Returns how many applications moved on."""
    today = now.astimezone(CITY_TIME).date()
    waiting = db.scalars(
        select(Task.application_id)
        .where(Task.status == "open", Task.form == "publicity", Task.due_on < today)
        .distinct()
        .order_by(Task.application_id)
        .limit(limit)
    ).all()
    for application_id in waiting:
        file = open_file(db, SYSTEM, application_id, now)
        for case in file.cases:
            if case.status not in ENDED:
                flow, state, context = _flow_of(file, case)
                result = workflow.tick(flow, state, context, now)
                if result.effects:
                    carry_out(file, case, result)
                    file.record("case.wait_elapsed", case, item=case.item)
        settle(file)
    return len(waiting)


def withdraw(db: Session, actor: Actor, application_id: int, reason: str, *, now: datetime) -> Application:
    """End everything of an application that is not confirmed yet, as its applicant wishes."""
    application_queries.get(db, actor, application_id)
    if not actor.may_apply:
        raise Refused(FORBIDDEN)
    if not reason.strip():
        raise Refused(REASON_MISSING)
    file = open_file(db, actor, application_id, now)
    roles = frozenset({"window_clerk"})
    ended = 0
    for case in (None, *file.cases):
        if case is not None and case.status in ENDED:
            continue
        flow, state, context = _flow_of(file, case)
        who = Roles(str(actor.id), roles)
        if any(o.action == "withdraw" for o in workflow.open_to(flow, state, context, who)):
            event = Event("", "withdraw", who.actor_id, roles, reason)
            carry_out(file, case, workflow.advance(flow, state, event, context, now))
            ended += 1
    if not ended:
        raise Refused(NOT_WITHDRAWABLE)
    file.record("application.withdrawn", reason=reason[:500])
    settle(file)
    return file.application


def refresh_household(db: Session, household_id: int, *, besides: int | None = None, now: datetime) -> int:
    """Tell a household's other open applications about a recognition that came or failed elsewhere."""
    query = select(Case.application_id).where(Case.household_id == household_id, Case.status.not_in(ENDED)).distinct()
    ids = [number for number in db.scalars(query.order_by(Case.application_id)) if number != besides]
    for application_id in ids:
        refresh(open_file(db, SYSTEM, application_id, now))
    return len(ids)


__all__ = ["act", "act_on_many", "offers", "refresh_household", "revision", "settle_some", "tick", "withdraw"]
