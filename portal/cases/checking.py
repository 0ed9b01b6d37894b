"""Are the stored columns what the states and the trail say? Recomputed case by case; differences are reported, not mended.

Status and deadlines are stored so that lists are fast; this is what keeps them honest (and finds a hand in the tables).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.applications.models import Application
from portal.audit import Event
from portal.cases.models import Case, Task
from portal.cases.promoted import promoted
from portal.cases.rules import ENDED
from portal.catalogue import queries as catalogue_queries
from portal.organisation.queries import CITY_TIME
from portal.workflow import State

CHUNK = 300
TOLD = frozenset({*(f"case.{status}" for status in ENDED), "application.submitted", "application.accepted"})


@dataclass(frozen=True)
class Difference:
    """One column that is not what it should be: whose, which, what is stored and what follows from the rest."""

    number: str
    column: str
    stored: str
    expected: str


def differences(db: Session, seen: Callable[[int], None] | None = None) -> Iterator[Difference]:
    """Every difference of every application and its cases; `seen` is told how many applications were looked at."""
    last = 0
    while True:
        query = select(Application).where(Application.id > last).order_by(Application.id).limit(CHUNK)
        applications = db.scalars(query).all()
        if not applications:
            return
        last = applications[-1].id
        ids = [application.id for application in applications]
        cases = _by_application(
            db.scalars(
                select(Case)
                .where(Case.application_id.in_(ids))
                .order_by(Case.id)
                .options(joinedload(Case.application, innerjoin=True))
            ).all()
        )
        told, open_steps = _told(db, ids), _open_steps(db, ids)
        for application in applications:
            own = cases.get(application.id, [])
            trail = told.get(f"application:{application.id}", [])
            yield from _application(application, own, trail)
            for case in own:
                yield from _case(db, case, trail, open_steps.get((application.id, case.id), set()))
        if seen is not None:
            seen(len(applications))
        db.expire_all()  # a million files must not stay in memory


def _by_application(cases: Sequence[Case]) -> dict[int, list[Case]]:
    found: dict[int, list[Case]] = defaultdict(list)
    for case in cases:
        found[case.application_id].append(case)
    return found


def _told(db: Session, ids: Sequence[int]) -> Mapping[str, list[Event]]:
    """What the trail says about these applications: taken, accepted, and how each case ended."""
    streams = [f"application:{application_id}" for application_id in ids]
    query = select(Event).where(Event.stream.in_(streams), Event.action.in_(TOLD)).order_by(Event.id)
    found: dict[str, list[Event]] = defaultdict(list)
    for event in db.scalars(query):
        found[event.stream].append(event)
    return found


def _open_steps(db: Session, ids: Sequence[int]) -> Mapping[tuple[int, int | None], set[str]]:
    query = select(Task.application_id, Task.case_id, Task.step).where(
        Task.application_id.in_(ids), Task.status.in_(("open", "paused", "blocked"))
    )
    found: dict[tuple[int, int | None], set[str]] = defaultdict(set)
    for application_id, case_id, step in db.execute(query):
        found[application_id, case_id].add(step)
    return found


def _application(application: Application, cases: Sequence[Case], trail: Sequence[Event]) -> Iterator[Difference]:
    state = State.from_json(application.front_state)
    number = application.number
    yield from _compare(number, status=(application.status, _status_of(application, cases, state)))
    sent = next((event for event in trail if event.action == "application.submitted"), None)
    taken = next((event for event in trail if event.action == "application.accepted"), None)
    yield from _compare(
        number,
        number=(number, sent.data.get("number") if sent else None),
        items=(sorted(application.items), sorted(sent.data.get("items", ())) if sent else None),
        accepted_on=(application.accepted_on, _day(taken)),
    )


def _status_of(application: Application, cases: Sequence[Case], state: State) -> str:
    if state.outcome == "withdrawn":
        return "withdrawn"
    if state.outcome and state.outcome != "completed":
        return "refused"
    over = bool(state.outcome) or not application.front_state
    if over and cases and all(case.status in ENDED for case in cases):
        return "decided"
    if state.paused_on is not None:
        return "supplement"
    return "accepted" if application.accepted_on else "submitted"


def _case(db: Session, case: Case, trail: Sequence[Event], open_now: set[str]) -> Iterator[Difference]:
    catalogue = catalogue_queries.release(db, case.release_id).catalogue
    item = catalogue.item(case.item)
    flow = catalogue.workflows[item.workflow]
    state = State.from_json(case.state)
    due = promoted(
        flow,
        state,
        recognition=case.recognition,
        prepared=bool(case.prepared_outcome),
        promised_on=case.promised_on,
    )
    ends = [event for event in trail if event.subject == f"case:{case.id}"]
    end = ends[-1] if ends else None
    worked = {o.step for o in state.open if flow.steps[o.step].assign is not None}
    application = case.application
    yield from _compare(
        case.number,
        step=(case.step, due.step),
        status=(case.status, due.status),
        due_on=(case.due_on, due.due_on),
        yellow_on=(case.yellow_on, due.yellow_on),
        tasks=(sorted(open_now), sorted(worked)),
        department=(case.department_code, item.department),
        region=(case.region_code, application.region_code),
        applicant=(case.applicant_name, application.applicant_name),
        release=(case.release_id, application.release_id),
        ended=(case.status if case.status in ENDED else None, end.action.removeprefix("case.") if end else None),
        closed_on=(case.closed_on, _day(end)),
        confirmed_on=(case.confirmed_on, _day(end) if case.status == "confirmed" else None),
    )
    if end is not None and case.status == "confirmed":
        yield from _compare(case.number, amount_fen=(case.amount_fen, end.data.get("amount_fen")))


def _day(event: Event | None) -> date | None:
    return event.at.astimezone(CITY_TIME).date() if event is not None else None


def _compare(whose: str, /, **pairs: tuple[Any, Any]) -> Iterator[Difference]:
    for column, (stored, expected) in pairs.items():
        if stored != expected:
            yield Difference(whose, column, str(stored), str(expected))
