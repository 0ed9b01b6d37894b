"""Carrying out what the workflow engine decided: tasks on desks, signals from the front to its cases, ends.

The engine is pure and knows neither tables nor desks; here its effects become rows. An application is locked before its
cases, so departments that act at the same instant wait for one another instead of losing each other's work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit, workflow
from portal.access import Actor
from portal.access.models import Recusal
from portal.access.rules import SYSTEM
from portal.applications.models import Application
from portal.cases.contexts import case_context
from portal.cases.desks import desk_for
from portal.cases.models import Case, Task
from portal.cases.promoted import promoted
from portal.cases.rules import ENDED
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.households.models import Household
from portal.organisation.queries import CITY_TIME, calendar
from portal.values import WorkingCalendar
from portal.workflow import (
    Automatic,
    Call,
    CloseTask,
    Delegate,
    Emit,
    End,
    HoldTask,
    OpenTask,
    Pause,
    Recuse,
    Rejudge,
    Result,
    Resume,
    ResumeTask,
    State,
)


@dataclass
class File:
    """One application with its cases while a command works on it: locked, on its own release, at one moment."""

    db: Session
    actor: Actor
    application: Application
    catalogue: Catalogue
    cases: list[Case]
    now: datetime
    calendar: WorkingCalendar
    ended: list[Case] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.now.astimezone(CITY_TIME).date()

    def record(self, action: str, case: Case | None = None, **data: Any) -> None:
        """One audit event about this application or one of its cases."""
        audit.record(
            self.db,
            actor_id=self.actor.id,
            actor_name=self.actor.name,
            action=action,
            stream=f"application:{self.application.id}",
            subject=f"case:{case.id}" if case else f"application:{self.application.id}",
            region_code=self.application.region_code,
            at=self.now,
            **data,
        )


def locked(db: Session, application_id: int) -> Application:
    """The application, read afresh and locked until the transaction ends, its household before it.

    What one household may receive is decided across its applications, so the household is locked, and always first:
    whoever needs several files takes them in the same order and nobody waits in a circle. Rows that merely refer to
    either (a task, an entitlement) may be written meanwhile.
    """
    whose = select(Household.id).join(Application, Application.household_id == Household.id)
    db.execute(whose.where(Application.id == application_id).with_for_update(of=Household, key_share=True))
    query = select(Application).where(Application.id == application_id).with_for_update(key_share=True)
    return db.execute(query.execution_options(populate_existing=True)).scalar_one()


def open_file(db: Session, actor: Actor, application_id: int, now: datetime, *, lock: bool = True) -> File:
    """Lock the application and read it afresh with its cases; without the lock, only to look."""
    application = locked(db, application_id) if lock else db.get_one(Application, application_id)
    cases = db.scalars(
        select(Case)
        .where(Case.application_id == application_id)
        .order_by(Case.id)
        .execution_options(populate_existing=lock)
    ).all()
    catalogue = catalogue_queries.release(db, application.release_id).catalogue
    return File(db, actor, application, catalogue, list(cases), now, calendar(db))


# --- effects ----------------------------------------------------------------------------------------------------


def carry_out(file: File, case: Case | None, result: Result) -> None:
    """Store the new state and do what it asks for."""
    if case is None:
        file.application.front_state = result.state.to_json()
    else:
        case.state = result.state.to_json()
    for effect in result.effects:
        handler = EFFECTS.get(type(effect))
        if handler is not None:
            handler(file, case, effect)
    if case is not None:
        promote(file, case, result.state)


def _open_task(file: File, case: Case | None, effect: OpenTask) -> None:
    desk = desk_for(file, case, effect.role, effect.org)
    file.db.add(
        Task(
            application_id=file.application.id,
            case_id=case.id if case else None,
            item=case.item if case else None,
            step=effect.step,
            form=effect.form,
            role=desk.role,
            region_code=desk.region,
            department_code=desk.department,
            applicant_name=file.application.applicant_name,
            opened_at=file.now,
            due_on=effect.due_on,
            yellow_on=effect.yellow_on,
        )
    )


def open_tasks(file: File, case: Case | None, step: str | None = None) -> Sequence[Task]:
    """The tasks of one flow that are not done, optionally of one step."""
    file.db.flush()  # a task opened a moment ago must be found
    query = select(Task).where(
        Task.application_id == file.application.id,
        Task.case_id == (case.id if case else None),
        Task.status.in_(("open", "paused", "blocked")),
    )
    return file.db.scalars(query if step is None else query.where(Task.step == step)).all()


def _close_task(file: File, case: Case | None, effect: CloseTask) -> None:
    for task in open_tasks(file, case, effect.step):
        task.status = "cancelled" if effect.action == "cancelled" else "done"
        task.action, task.closed_at, task.closed_by = effect.action, file.now, file.actor.name


def _hold_task(file: File, case: Case | None, effect: HoldTask) -> None:
    for task in open_tasks(file, case, effect.step):
        task.status = "blocked"


def _resume_task(file: File, case: Case | None, effect: ResumeTask) -> None:
    for task in open_tasks(file, case, effect.step):
        task.status, task.due_on, task.yellow_on = "open", effect.due_on, effect.yellow_on


def _pause(file: File, case: Case | None, _effect: Pause) -> None:
    for task in open_tasks(file, case):
        if not file.catalogue.step(task.item, task.step).pauses:  # what the others wait for goes on
            task.status = "paused"
    if case is None:
        file.application.status = "supplement"
        signal_cases(file, "front_paused")


def _resume(file: File, case: Case | None, effect: Resume) -> None:
    dates = {step: (due, yellow) for step, due, yellow in effect.due}
    for task in open_tasks(file, case):
        if task.status == "paused":
            task.status = "open"
            task.due_on, task.yellow_on = dates.get(task.step, (task.due_on, task.yellow_on))
    if case is not None:
        # The step's own deadline is promoted from the state; the promise moves by as many days as the clock stood still.
        case.promised_on = case.promised_on and file.calendar.add(case.promised_on, effect.paused_days)
        return
    if file.application.status == "supplement":
        file.application.status = "accepted" if file.application.accepted_on else "submitted"
    if file.application.promised_on:
        file.application.promised_on = file.calendar.add(file.application.promised_on, effect.paused_days)
    signal_cases(file, "front_resumed")


def _emit(file: File, case: Case | None, effect: Emit) -> None:
    if case is not None:
        return
    file.application.signals = [*file.application.signals, effect.signal]
    if effect.signal == "accepted":
        ON_ACCEPTED[0](file)
    signal_cases(file, effect.signal)


def _end(file: File, case: Case | None, effect: End) -> None:
    if case is None:
        if effect.outcome != "completed":
            file.application.status = "withdrawn" if effect.outcome == "withdrawn" else "refused"
            file.application.closed_on = file.today
            file.record(f"application.{file.application.status}", outcome=effect.outcome)
        return
    case.status = effect.outcome if effect.outcome in ENDED else "refused"
    case.closed_on = file.today
    case.due_on = case.yellow_on = None
    if case.status == "confirmed":
        case.confirmed_on = file.today
    file.ended.append(case)


def _call(file: File, case: Case | None, effect: Call) -> None:
    """Work outside the procedure is done by whoever listens to the event."""
    file.record(f"called.{effect.name}", case, item=case.item if case else None)


def _automatic(file: File, case: Case | None, effect: Automatic) -> None:
    """What the person at that step would have recorded, recorded by the system."""
    if case is not None:
        ON_AUTOMATIC[0](replace(file, actor=SYSTEM), case, effect)


def _rejudge(file: File, case: Case | None, _effect: Rejudge) -> None:
    if case is not None:
        case.prepared_outcome = case.outcome = ""
        case.status = "open"
        file.record("case.rejudged", case, item=case.item)


def _delegate(file: File, case: Case | None, effect: Delegate) -> None:
    for task in open_tasks(file, case, effect.step):
        task.holder_id = int(effect.actor_id)


def _recuse(file: File, case: Case | None, effect: Recuse) -> None:
    """The desk has the task again; the file is out of this person's sight, now and at every later step."""
    for task in open_tasks(file, case, effect.step):
        task.holder_id = None
    file.db.merge(Recusal(user_id=int(effect.actor_id), application_id=file.application.id, recused_at=file.now))


EFFECTS: dict[type, Callable[[File, Case | None, Any], None]] = {
    OpenTask: _open_task,
    CloseTask: _close_task,
    HoldTask: _hold_task,
    ResumeTask: _resume_task,
    Pause: _pause,
    Resume: _resume,
    Emit: _emit,
    End: _end,
    Automatic: _automatic,
    Call: _call,
    Rejudge: _rejudge,
    Delegate: _delegate,
    Recuse: _recuse,
}
# What a step done by the system records; filled by `working`, whose table of forms it uses.
ON_AUTOMATIC: list[Callable[[File, Case, Automatic], None]] = []
# What acceptance does to a file (opens its cases); filled by `commands`, which builds on this module.
ON_ACCEPTED: list[Callable[[File], None]] = []


def signal_cases(file: File, name: str, cases: Iterable[Case] | None = None) -> None:
    """Tell open cases that something happened in the front or to a recognition."""
    for case in list(file.cases if cases is None else cases):
        if case.status in ENDED:
            continue
        flow = file.catalogue.workflows[file.catalogue.item(case.item).workflow]
        state = State.from_json(case.state)
        carry_out(file, case, workflow.signal(flow, state, name, case_context(file, case), file.now))


def promote(file: File, case: Case, state: State) -> None:
    """Keep the columns lists read in step with the state: the current step, the nearest deadline, the status."""
    flow = file.catalogue.workflows[file.catalogue.item(case.item).workflow]
    now = promoted(
        flow,
        state,
        recognition=case.recognition,
        prepared=bool(case.prepared_outcome),
        promised_on=case.promised_on,
    )
    case.step, case.status, case.due_on, case.yellow_on = now.step, now.status, now.due_on, now.yellow_on
