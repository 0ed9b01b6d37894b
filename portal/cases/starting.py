"""Items that start by themselves: from a department's list, at a birthday, or because a price index moved.

Nobody fills a form: the platform opens the case from what it already knows and tells the family (免申即享).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import workflow
from portal.access import Actor
from portal.applications import commands as application_commands
from portal.applications.models import Application
from portal.cases.closing import settle
from portal.cases.contexts import front_context
from portal.cases.flow import File, carry_out
from portal.cases.models import Case
from portal.cases.rules import ENDED
from portal.catalogue.model import Item
from portal.catalogue.release import Release
from portal.errors import Problem, Refused
from portal.households import commands as household_commands
from portal.households import queries as household_queries
from portal.organisation.queries import CITY_TIME, calendar
from portal.values import Text
from portal.workflow import Event, State
from portal.workflow.engine import SYSTEM

NOT_AUTOMATIC = Problem("not-automatic", 422, Text("“{item}”不能由系统自动启动。", "{item} does not start by itself."))
AUTOMATIC_STARTS = frozenset({"list", "birthday", "price_index", "reminder"})


@dataclass(frozen=True)
class Started:
    """What a batch did: cases opened, and people passed over with the reason."""

    opened: tuple[int, ...]
    passed_over: tuple[tuple[str, Text], ...]


def open_automatic(
    db: Session,
    actor: Actor,
    release: Release,
    item_slug: str,
    people: Iterable[Mapping[str, Any]],
    *,
    source: str,
    now: datetime,
) -> Started:
    """Open one case for each person of a list.

    A person is a mapping with `name`, `id_number` and, when known, `region_code`, `address`, `phone`, `birth_date`,
    `sex` and `facts` (answers the list itself knows). Somebody who has the item open or in force is passed over.
    """
    item = release.catalogue.item(item_slug)
    if not AUTOMATIC_STARTS & set(item.starts):
        raise Refused(NOT_AUTOMATIC, item=item.title)
    opened: list[int] = []
    passed: list[tuple[str, Text]] = []
    for person in people:
        name = str(person.get("name") or "")
        answers = _answers(db, person)
        if not answers.get("hh_hukou_region"):
            passed.append((name, Text("不知道户籍地。", "The place of registration is not known.")))
            continue
        application = _start_one(db, actor, release, item, answers, source, now)
        if application is None:
            passed.append((name, Text("已有在办或在享事项。", "Has the item open or in force already.")))
        else:
            opened.append(application.id)
    return Started(tuple(opened), tuple(passed))


def _answers(db: Session, person: Mapping[str, Any]) -> dict[str, Any]:
    """What is known about a person's family: the last application's answers, or the list's own few."""
    hit = household_queries.person_by_id_number(db, str(person.get("id_number") or ""))
    household = household_queries.household_of(db, hit.id) if hit is not None else None
    known: dict[str, Any] = dict(household_queries.known_answers(db, household)) if household is not None else {}
    if not known:
        row = {
            "member_name": person.get("name"),
            "member_id_no": person.get("id_number"),
            "member_birth_date": person.get("birth_date"),
            "member_sex": person.get("sex"),
            "member_relation": "01",
            "member_lives_together": True,
        }
        known = {"members": [{k: v for k, v in row.items() if v}]}
    own = {
        "applicant_name": person.get("name"),
        "applicant_id_no": person.get("id_number"),
        "applicant_phone": person.get("phone"),
        "hh_hukou_region": person.get("region_code"),
        "hh_hukou_address": person.get("address"),
    }
    return {**known, **{k: v for k, v in own.items() if v}, **dict(person.get("facts") or {})}


def _start_one(
    db: Session, actor: Actor, release: Release, item: Item, answers: Mapping[str, Any], source: str, now: datetime
) -> Application | None:
    today = now.astimezone(CITY_TIME).date()
    region = str(answers["hh_hukou_region"])
    household, people = household_commands.register_people(db, release.catalogue, answers, region, today=today)
    standing = select(Case.id).where(
        Case.household_id == household.id, Case.item == item.slug, Case.status.not_in(ENDED - {"confirmed"})
    )
    if item.unit == "person":
        standing = standing.where(Case.applicant_name == people["applicant"].name)
    if item.benefit.period != "once" and db.scalar(standing.limit(1)) is not None:
        return None
    if item.benefit.period == "once" and db.scalar(standing.where(Case.opened_on >= today.replace(day=1)).limit(1)):
        return None
    application = application_commands.store(
        db,
        actor,
        release.catalogue,
        release_id=release.id,
        household=household,
        applicant=people["applicant"],
        items=[item.slug],
        answers=answers,
        provenance={"started_by": source},
        papers=[],
        channel="proactive",
        window_region=region[:9],
        idempotency_key=None,
        now=now,
    )
    file = File(db, actor, application, release.catalogue, [], now, calendar(db))
    front = release.catalogue.workflows["front"]
    carry_out(file, None, workflow.start(front, front_context(file), now))
    _accept_by_list(file)
    settle(file)
    return application


def _accept_by_list(file: File) -> None:
    """Nobody waits at a desk: the list is the acceptance."""
    front = file.catalogue.workflows["front"]
    roles = frozenset({"township_officer"})
    event = Event("accept", "accept", SYSTEM, roles)
    state = State.from_json(file.application.front_state)
    carry_out(file, None, workflow.advance(front, state, event, front_context(file), file.now))
