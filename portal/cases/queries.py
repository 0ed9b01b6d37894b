"""Reading cases and tasks, always through what the actor may see; the inbox sorted by its clocks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.access import Actor
from portal.access.queries import Colleague, under, where
from portal.access.queries import colleagues as at_the_desk
from portal.applications.models import Application
from portal.cases.models import Case, Determination, Task
from portal.cases.rules import ENDED, clock, days_left
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.models import Publication
from portal.db import begins
from portal.errors import NOT_FOUND, Problem, Refused
from portal.organisation.queries import calendar
from portal.values import Text

COUNT_CAP = 10_000
OPEN = ("open", "paused", "blocked")
BAD_CURSOR = Problem(
    "bad-cursor", 400, Text("翻页标记无效,请从第一页开始。", "The page marker is not valid; start from the first page.")
)
TASK_GONE = Problem(
    "task-gone", 404, Text("这项待办不存在、已办结,或不归您办理。", "This task is gone, done, or not yours.")
)


def readable(actor: Actor) -> ColumnElement[bool]:
    """Cases the actor may see: region subtree × department × item of every assignment that may read cases."""
    mine = where(
        actor.scope("case.read"),
        region=Case.region_code,
        county=Case.county_code,
        department=Case.department_code,
        item=Case.item,
    )
    return and_(mine, Case.application_id.not_in(actor.recused)) if actor.recused else mine


def visible_to(actor: Actor) -> Select[Case]:
    return select(Case).where(readable(actor))


def case(db: Session, actor: Actor, case_id: int) -> Case:
    found = db.scalar(visible_to(actor).where(Case.id == case_id).options(joinedload(Case.application)))
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def of_application(db: Session, application_id: int) -> Sequence[Case]:
    """Every case of an application, oldest first; callers show only what their actor may see."""
    return db.scalars(select(Case).where(Case.application_id == application_id).order_by(Case.id)).all()


def workable(actor: Actor) -> ColumnElement[bool]:
    """Tasks that wait for one of the actor's roles at his place, for his department and items.

    What was handed to a colleague is his alone; a file the actor stepped back from is out of his sight.
    """
    clauses: list[ColumnElement[bool]] = []
    for grant in actor.grants:
        parts = [Task.role == grant.role, under(Task.region_code, grant.region)]
        if grant.department is not None:
            parts.append(or_(Task.department_code.is_(None), Task.department_code == grant.department))
        if grant.items is not None:
            parts.append(or_(Task.item.is_(None), Task.item.in_(sorted(grant.items))))
        clauses.append(and_(*parts))
    mine = and_(or_(false(), *clauses), or_(Task.holder_id.is_(None), Task.holder_id == actor.id))
    return and_(mine, Task.application_id.not_in(actor.recused)) if actor.recused else mine


@dataclass(frozen=True)
class InboxRow:
    """One task with its clock as the inbox shows it."""

    task: Task
    clock: str
    days_left: int | None


@dataclass(frozen=True)
class Page:
    """One page of the inbox, where the next begins, and how many there are (capped, so that it stays fast)."""

    rows: tuple[InboxRow, ...]
    next_cursor: str | None
    count: int

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_CAP


def inbox(
    db: Session,
    actor: Actor,
    *,
    today: date,
    q: str = "",
    step: str = "",
    item: str = "",
    card: str = "",
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """Open tasks the actor may work on, the nearest deadline first; paused ones last."""
    conditions = [workable(actor), Task.status.in_(OPEN)]
    if q:
        conditions.append(
            or_(
                begins(Task.applicant_name, q),
                Task.application.has(Application.number == q.strip()),
            )
        )
    if step:
        conditions.append(Task.step == step)
    if item:
        conditions.append(Task.item == item)
    if card:
        conditions.append(_card(card, today))
    total = (
        db.scalar(select(func.count()).select_from(select(Task.id).where(*conditions).limit(COUNT_CAP + 1).subquery()))
        or 0
    )
    far = date(9999, 12, 31)
    due = func.coalesce(Task.due_on, far)
    keys = select(Task.id).where(*conditions)
    if after:
        keys = keys.where(_after(after, due))
    on_page = keys.order_by(due, Task.id).limit(limit + 1).subquery()  # files are read for the page's tasks only
    query = select(Task).join(on_page, on_page.c.id == Task.id).order_by(due, Task.id)
    tasks = db.scalars(query.options(joinedload(Task.application), joinedload(Task.case))).all()
    days = calendar(db)
    rows = tuple(
        InboxRow(t, clock(today, t.due_on, t.yellow_on, paused=t.status == "paused"), days_left(days, today, t.due_on))
        for t in tasks[:limit]
    )
    last = rows[-1].task if rows else None
    cursor = f"{(last.due_on or far).isoformat()}_{last.id}" if last and len(tasks) > limit else None
    return Page(rows, cursor, total)


def _after(cursor: str, due: ColumnElement[date]) -> ColumnElement[bool]:
    day, _, number = cursor.partition("_")
    try:
        since, last = date.fromisoformat(day), int(number)
    except ValueError as error:
        raise Refused(BAD_CURSOR) from error
    return or_(due > since, and_(due == since, Task.id > last))


def _card(card: str, today: date) -> ColumnElement[bool]:
    red = and_(Task.status != "paused", Task.due_on < today)
    yellow = and_(Task.status != "paused", Task.due_on >= today, Task.yellow_on <= today)
    cards = {"red": red, "yellow": yellow, "paused": Task.status == "paused"}
    return cards.get(card, ~or_(red, func.coalesce(yellow, false()), Task.status == "paused"))


def waiting_groups(db: Session, actor: Actor) -> dict[tuple[str, str | None], int]:
    """How many tasks wait at each step of each item, for the inbox's filters; counted up to the cap."""
    some = select(Task.step, Task.item).where(workable(actor), Task.status.in_(OPEN)).limit(COUNT_CAP).subquery()
    rows = db.execute(select(some.c.step, some.c.item, func.count()).group_by(some.c.step, some.c.item))
    return {(step, item): count for step, item, count in rows}


def waiting(db: Session, actor: Actor, cap: int) -> int:
    """How many tasks the actor could work on now, counted up to a cap: for the menu, on every page."""
    some = select(Task.id).where(workable(actor), Task.status == "open").limit(cap + 1)
    return db.scalar(select(func.count()).select_from(some.subquery())) or 0


def task(db: Session, actor: Actor, task_id: int) -> Task:
    """One open task the actor may work on; gone, done and not yours look the same."""
    found = db.scalar(
        select(Task)
        .where(Task.id == task_id, workable(actor), Task.status.in_(OPEN))
        .options(joinedload(Task.application), joinedload(Task.case))
    )
    if found is None:
        raise Refused(TASK_GONE)
    return found


def catalogue_of(db: Session, task: Task) -> Catalogue:
    """The catalogue a task's file was begun under."""
    return catalogue_queries.release(db, task.application.release_id).catalogue


def closed_task(db: Session, actor: Actor, task_id: int) -> Task | None:
    """A task of the actor's desk that somebody has done already: for telling him who was first."""
    query = select(Task).where(Task.id == task_id, workable(actor), Task.status.in_(("done", "cancelled")))
    return db.scalar(query.options(joinedload(Task.application)))


def colleagues(db: Session, actor: Actor, task: Task, today: date) -> Sequence[Colleague]:
    """Who else at this desk could do the task."""
    return at_the_desk(
        db,
        actor,
        task.application_id,
        role=task.role,
        region=task.region_code,
        department=task.department_code,
        item=task.item,
        today=today,
    )


def tasks_of(db: Session, application_id: int) -> Sequence[Task]:
    """Every task an application ever had, in order: its history of work."""
    return db.scalars(select(Task).where(Task.application_id == application_id).order_by(Task.id)).all()


def determinations(db: Session, case_id: int) -> Sequence[Determination]:
    return db.scalars(select(Determination).where(Determination.case_id == case_id).order_by(Determination.id)).all()


def open_of_households(db: Session, household_ids: Collection[int]) -> dict[int, list[Case]]:
    """What several households have under way: who asked, where and when, so that nothing is asked for twice."""
    query = select(Case).where(Case.household_id.in_(household_ids), Case.status.not_in(ENDED))
    found: dict[int, list[Case]] = {}
    for case in db.scalars(query.order_by(Case.id.desc()).limit(200).options(joinedload(Case.application))):
        found.setdefault(case.household_id, []).append(case)
    return found


def pushed_of_households(db: Session, household_ids: Collection[int]) -> dict[int, list[Application]]:
    """Applications of several households that wait for their township and have no cases yet."""
    query = select(Application).where(
        Application.household_id.in_(household_ids), Application.status.in_(("submitted", "supplement"))
    )
    found: dict[int, list[Application]] = {}
    for application in db.scalars(query.where(~_has_cases()).order_by(Application.id.desc()).limit(200)):
        found.setdefault(application.household_id, []).append(application)
    return found


def _has_cases() -> ColumnElement[bool]:
    return select(Case.id).where(Case.application_id == Application.id).exists()


def duplicates(db: Session, person_id: int, items: Sequence[str]) -> Sequence[Case]:
    """Open or confirmed cases of the same person for the same items: shown before the form is filled."""
    query = (
        select(Case)
        .join(Application, Application.id == Case.application_id)
        .where(
            Application.applicant_id == person_id, Case.item.in_(items), Case.status.not_in(("refused", "withdrawn"))
        )
    )
    return db.scalars(query.order_by(Case.id.desc()).limit(50)).all()


@dataclass(frozen=True)
class OpenCases:
    """How many cases of an item are open, and how many of them show a card."""

    open: int
    yellow: int
    red: int


def open_by_item(db: Session, actor: Actor, today: date, cap: int = COUNT_CAP) -> tuple[dict[str, OpenCases], bool]:
    """The open cases the actor may see by item, and whether there are more than could be counted."""
    rows = (
        select(Case.item, Case.due_on, Case.yellow_on)
        .where(readable(actor), Case.closed_on.is_(None))
        .limit(cap + 1)
        .subquery()
    )
    red = func.coalesce(rows.c.due_on < today, false())
    yellow = and_(~red, func.coalesce(rows.c.yellow_on <= today, false()))
    counts = select(rows.c.item, func.count(), func.count().filter(yellow), func.count().filter(red))
    found = {item: OpenCases(n, y, r) for item, n, y, r in db.execute(counts.group_by(rows.c.item))}
    return found, sum(count.open for count in found.values()) > cap


def waiting_by_item(db: Session, actor: Actor) -> dict[str, int]:
    """How many tasks of each item wait for the actor himself."""
    query = select(Task.item, func.count()).where(
        workable(actor), Task.item.is_not(None), Task.status.in_(("open", "paused", "blocked"))
    )
    return {str(item): count for item, count in db.execute(query.group_by(Task.item))}


def waiting_for(actor: Actor) -> ColumnElement[bool]:
    """Cases on which a task waits for the actor himself."""
    own = select(Task.case_id).where(Task.case_id == Case.id, workable(actor), Task.status == "open")
    return own.exists()


def releases_in_use(db: Session) -> list[str]:
    """The releases that open applications are pinned to, the newest first."""
    used = db.scalars(select(Application.release_id).where(Application.closed_on.is_(None)).distinct()).all()
    query = select(Publication.release_id, func.max(Publication.id)).where(Publication.release_id.in_(used))
    newest = dict(db.execute(query.group_by(Publication.release_id)).all())
    return sorted(used, key=lambda release_id: newest.get(release_id, 0), reverse=True)
