"""Applications nobody made: stored, announced, and brought past the steps at which nobody has to wait at a desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import workflow
from portal.access import Actor
from portal.access.rules import SYSTEM
from portal.applications import commands as application_commands
from portal.applications.models import Application
from portal.cases.candidates import Candidate
from portal.cases.closing import settle
from portal.cases.contexts import front_context
from portal.cases.flow import File, carry_out, open_file, open_tasks
from portal.cases.letters import TITLES
from portal.cases.occasions import BIRTHDAY, RECOGNITIONS, REGISTER, Occasion
from portal.cases.rules import PRICE_INDEX
from portal.cases.working import FORMS, Work
from portal.catalogue.release import Release
from portal.db import vault_of
from portal.households import commands as household_commands
from portal.notices import commands as notice_commands
from portal.organisation.queries import CITY_TIME, calendar
from portal.values import Text
from portal.workflow import Event, State
from portal.workflow.engine import SYSTEM as BY_SYSTEM

STARTED = Text(
    "“{item}”免申即享:您无需申请,平台根据{because}已为您启动办理。",
    "{item} without an application: the platform started it for you because of {because}.",
)
REMINDER = Text(
    "{name}将于 {day} 年满 {age} 周岁,届时“{item}”自动办理。请提前备好社会保障卡,并到就近窗口签署授权书。",
    "{name} reaches the age of {age} on {day}; {item} then starts by itself. "
    "Please have the social-security card ready and sign the letter of authorisation at any window.",
)
BECAUSE: Final[Mapping[str, Text]] = {
    REGISTER: Text("部门台账和困难家庭认定结果", "a department's register and the recognition of your family"),
    RECOGNITIONS: Text("困难家庭认定结果", "the recognition of your family"),
    BIRTHDAY: Text("年龄", "the age reached"),
    PRICE_INDEX: Text("价格联动机制", "the linkage with prices"),
}
# What the front passes by itself: the step, the action somebody would have chosen, and who that would have been.
BY_ITSELF: Final = (("accept", "accept", "township_officer"), ("authorise", "authorised", "window_clerk"))


def key_of(db: Session, why: Occasion, found: Candidate, answers: Mapping[str, Any] | None = None) -> str:
    """One start per period: of a person on a list, of a household, or of those people of a household who are meant."""
    who = found.id_number
    if why.kind in {RECOGNITIONS, PRICE_INDEX}:
        personal = why.item.unit == "person" and why.kind == RECOGNITIONS
        rows = (answers or {}).get("members", ()) if personal else ()
        who = f"{found.household_id}:{','.join(sorted(str(row.get('member_id_no')) for row in rows))}"
    return "start:" + vault_of(db).index(f"{why.item.slug}|{why.kind}|{why.period}|{who}")


def waiting_for_birthday(db: Session, why: Occasion, found: Candidate) -> Application | None:
    """The application somebody was reminded with, while it still waits for the day."""
    if why.kind != BIRTHDAY:
        return None
    key = key_of(db, why, found)
    return db.scalar(select(Application).where(Application.idempotency_key == key, Application.status == "submitted"))


def store(
    db: Session,
    actor: Actor,
    release: Release,
    why: Occasion,
    found: Candidate,
    answers: Mapping[str, Any],
    key: str,
    now: datetime,
) -> Application:
    """Write the application down, its people, and its first step at the hukou township."""
    today = now.astimezone(CITY_TIME).date()
    household, people = household_commands.register_people(
        db, release.catalogue, answers, found.region_code, today=today
    )
    application = application_commands.store(
        db,
        actor,
        release.catalogue,
        release_id=release.id,
        household=household,
        applicant=people["applicant"],
        items=[why.item.slug],
        answers=answers,
        provenance={"started_by": why.source},
        papers=[],
        channel="proactive",
        window_region=found.region_code[:9],
        idempotency_key=key,
        now=now,
    )
    file = File(db, SYSTEM, application, release.catalogue, [], now, calendar(db))
    carry_out(file, None, workflow.start(release.catalogue.workflows["front"], front_context(file), now))
    return application


def remind(db: Session, application: Application, why: Occasion, found: Candidate, day: date, now: datetime) -> None:
    """Tell the family that something begins on the birthday; the township's first step is due that day."""
    file = open_file(db, SYSTEM, application.id, now)
    for task in open_tasks(file, None, "accept"):
        task.due_on, task.yellow_on = day, day - timedelta(days=1)
    years = why.item.birthday.age if why.item.birthday else 0
    facts = {"name": found.name, "day": day.isoformat(), "age": years}
    line = Text(
        REMINDER.zh.format(item=why.item.title.zh, **facts), REMINDER.en.format(item=why.item.title.en, **facts)
    )
    _write(db, application, "reminder", line, now)
    file.record("application.reminded", item=why.item.slug, day=day.isoformat())


def tell(db: Session, application: Application, why: Occasion, now: datetime) -> None:
    """The letter that says what began without anybody asking, and why."""
    because, item = BECAUSE[why.kind], why.item.title
    line = Text(
        STARTED.zh.format(item=item.zh, because=because.zh), STARTED.en.format(item=item.en, because=because.en)
    )
    _write(db, application, "started", line, now)


def _write(db: Session, application: Application, kind: str, line: Text, now: datetime) -> None:
    notice_commands.write(db, application, kind, TITLES[kind], {"items": [], "lines": [line.to_json()]}, now=now)


def wake(db: Session, application: Application, now: datetime) -> Application:
    """Let the front pass what needs nobody: the list is the acceptance, a letter in force is the authorisation."""
    file = open_file(db, SYSTEM, application.id, now)
    front = file.catalogue.workflows["front"]
    for step, action, role in BY_ITSELF:
        state = State.from_json(application.front_state)
        signed = application.answers.get("auth_signed") is True
        if state.entry(step) is None or (step == "authorise" and not signed):
            continue
        FORMS[step](Work(file, None, None, action, ""))
        event = Event(step, action, BY_SYSTEM, frozenset({role}))
        carry_out(file, None, workflow.advance(front, state, event, front_context(file), now))
    settle(file)
    return application
