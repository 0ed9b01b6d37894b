"""Tasks for programs: the inbox, what may be done on a task, and doing it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from portal.api.contract import Answer, Asked
from portal.api.once import once
from portal.api.paging import PAGE, cursor, links, position
from portal.api.shapes import placed
from portal.cases import commands, queries
from portal.cases.models import Task
from portal.cases.rules import clock, days_left
from portal.catalogue.queries import release as release_by_id
from portal.db import db
from portal.organisation.queries import calendar
from portal.reader import now, today
from portal.values import WorkingCalendar

PATH = "/api/v1/tasks"


def listing(asked: Asked) -> Answer:
    """The sender's open tasks, the nearest deadline first, paused ones last."""
    session, query = db.session(), asked.query
    page = queries.inbox(
        session,
        asked.actor,
        today=today(),
        q=query.get("q", ""),
        step=query.get("step", ""),
        item=query.get("item", ""),
        card=query.get("clock", ""),
        after=position(asked, PATH),
        limit=query.get("limit", PAGE),
    )
    following = cursor(asked, PATH, page.next_cursor)
    lines = [_line(session, row.task, row.clock, row.days_left) for row in page.rows]
    counted = min(page.count, queries.COUNT_CAP)
    body = {"items": lines, "next": following, "count": counted, "count_is_capped": page.is_capped}
    return Answer(body, headers=links(PATH, asked, following))


def one(asked: Asked, id: int) -> Answer:  # noqa: A002 - the name in the address
    """One task with everything that may be done on it now, and the revision to send back with it."""
    session = db.session()
    task = queries.task(session, asked.actor, id)
    revision = commands.revision(task)
    offers = [
        {
            "action": offer.action,
            "title": offer.title.to_json(),
            "reason_required": offer.reason_required,
            "blocked": offer.blocked.to_json() if offer.blocked else None,
            "targets": list(offer.targets),
        }
        for offer in commands.offers(session, asked.actor, task, now())
    ]
    body = {"task": _told(session, task, calendar(session)), "revision": revision, "offers": offers}
    return Answer(body, headers={"ETag": f'"{revision}"'})


def act(asked: Asked, id: int, action: str) -> Answer:  # noqa: A002 - the name in the address
    """Do one action; with If-Match only when nothing happened since the sender looked."""
    return once(asked, lambda session: _done(session, asked, id, action))


def _done(session: Session, asked: Asked, task_id: int, action: str) -> Answer:
    expected = asked.headers.get("If-Match")
    with placed("/payload"):
        task = commands.act(
            session,
            asked.actor,
            task_id,
            action,
            asked.body.get("payload"),
            reason=asked.body.get("reason", ""),
            to=asked.body.get("to"),
            expected=None if expected in {None, "*"} else expected.removeprefix("W/").strip('"'),
            now=now(),
        )
    session.flush()  # the task is closed, the next ones are open
    application, case = task.application, task.case
    return Answer(
        {
            "task": task.id,
            "action": action,
            "task_status": task.status,
            "application": application.number,
            "application_status": application.status,
            "case": case.number if case else None,
            "case_status": case.status if case else None,
        }
    )


def _told(session: Session, task: Task, days: WorkingCalendar) -> dict[str, Any]:
    card = clock(today(), task.due_on, task.yellow_on, paused=task.status == "paused")
    return _line(session, task, card, days_left(days, today(), task.due_on))


def _line(session: Session, task: Task, card: str, left: int | None) -> dict[str, Any]:
    catalogue = release_by_id(session, task.application.release_id).catalogue
    flow = catalogue.workflows[catalogue.item(task.item).workflow if task.item else "front"]
    return {
        "id": task.id,
        "application": task.application.number,
        "case": task.case.number if task.case else None,
        "item": task.item,
        "step": task.step,
        "step_text": flow.steps[task.step].title.to_json(),
        "form": task.form,
        "role": task.role,
        "region": task.region_code,
        "department": task.department_code,
        "applicant": task.applicant_name,
        "status": task.status,
        "opened_at": task.opened_at.isoformat(),
        "due_on": task.due_on and task.due_on.isoformat(),
        "clock": card,
        "days_left": left,
    }
