"""Starting an item for somebody who did not ask: the platform opens the case from what it knows, and tells the family.

Nothing is opened twice: whoever has the item, open or in force, is passed over, and one start per person and period
is kept by a key no second run can use again. Whom the rules refuse is never opened at all: nobody asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.applications.models import Application
from portal.applications.queries import clear_answers
from portal.cases.assessment import with_own_statuses
from portal.cases.candidates import Aside, Candidate
from portal.cases.known_family import answers_for
from portal.cases.models import Case
from portal.cases.occasions import BIRTHDAY, RECOGNITIONS, Occasion, day_of_age
from portal.cases.rules import ENDED, PRICE_INDEX
from portal.cases.unasked import key_of, remind, store, tell, waiting_for_birthday, wake
from portal.catalogue.release import Release
from portal.db import refusal_for, vault_of
from portal.errors import INVALID, Refused
from portal.forms import facts_of
from portal.forms.identity import resident_id_fault
from portal.households.models import Person
from portal.organisation.queries import CITY_TIME
from portal.recognitions import queries as recognition_queries
from portal.recognitions.models import Award
from portal.rules import Judgement, judge
from portal.sealing import mask
from portal.values import Text

OUTCOMES: dict[str, Text] = {
    "opened": Text("已启动", "Started"),
    "reminded": Text("已提醒", "Reminded"),
    "passed_over": Text("跳过", "Passed over"),
    "refused": Text("不符合", "Refused"),
}
# Without these outcomes of the rules nothing is opened.
REFUSALS = frozenset({"not_eligible", "refer"})
NO_REGION = Text("不知道户籍地。", "The place of registration is not known.")
NO_NUMBER = Text("身份证号缺失或校验不通过。", "The id number is missing or fails its check.")
HAS_IT = Text("已有在办或在享的该事项。", "Has the item open or in force already.")
STARTED_BEFORE = Text("本期已经启动过。", "Was started in this period already.")
REMINDED_BEFORE = Text("已提醒,生日当天自动办理。", "Was reminded; it starts by itself on the birthday.")


@dataclass(frozen=True)
class Line:
    """What a batch did about one person, or about so many of whom the same is to be said."""

    name: str
    outcome: str
    number: str = ""
    id_masked: str = ""
    reason: Text | None = None
    count: int = 1

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "id": self.id_masked,
            "outcome": self.outcome,
            "number": self.number,
            "reason": self.reason.to_json() if self.reason else None,
            "count": self.count,
        }


class _PassedOver(Exception):  # noqa: N818 - no fault: there is nothing to start for this person
    """Why somebody is passed over, and the application that stands in the way."""

    def __init__(self, reason: Text, number: str = "") -> None:
        self.reason, self.number = reason, number
        super().__init__(reason.en)


def start(
    db: Session, actor: Actor, release: Release, why: Occasion, found: Candidate | Aside, *, now: datetime
) -> Line:
    """Start the item for one candidate, or say why not. What is refused half-way leaves nothing behind."""
    if isinstance(found, Aside):
        return Line(found.name, "passed_over", reason=found.reason, count=found.count)
    try:
        with db.begin_nested():
            _refuse_unknown(found)
            reminded = waiting_for_birthday(db, why, found)
            if reminded is not None:
                return _woken(db, why, found, reminded, now)
            return _opened(db, actor, release, why, found, now)
    except _PassedOver as passed:
        return _line(found, "passed_over", number=passed.number, reason=passed.reason)
    except Refused as refusal:
        return _line(found, "refused", reason=refusal.fields[0].message if refusal.fields else refusal.text)
    except IntegrityError as error:  # another run started the same person at this moment
        return _line(found, "passed_over", reason=refusal_for(error).text)


def _line(found: Candidate, outcome: str, *, number: str = "", reason: Text | None = None) -> Line:
    return Line(found.name, outcome, number, mask(found.id_number), reason)


def _refuse_unknown(found: Candidate) -> None:
    if not found.region_code:
        raise _PassedOver(NO_REGION)
    if resident_id_fault(found.id_number) is not None:
        raise _PassedOver(NO_NUMBER)


def _woken(db: Session, why: Occasion, found: Candidate, reminded: Application, now: datetime) -> Line:
    """Somebody was reminded before: on the birthday it goes on, until then nothing is done twice."""
    day = day_of_age(why, found.born)
    if day is not None and day > now.astimezone(CITY_TIME).date():
        raise _PassedOver(REMINDED_BEFORE, reminded.number)
    return _line(found, "opened", number=wake(db, reminded, now).number)


def _opened(db: Session, actor: Actor, release: Release, why: Occasion, found: Candidate, now: datetime) -> Line:
    """Open what the rules do not refuse: at once, or on the birthday somebody is reminded of now."""
    today = now.astimezone(CITY_TIME).date()
    day = day_of_age(why, found.born) or today
    answers = _answers(db, release, why, found, now)
    key = key_of(db, why, found, answers)
    before = db.scalar(select(Application.number).where(Application.idempotency_key == key))
    if before is not None:
        raise _PassedOver(STARTED_BEFORE, before)
    judged = _judged(db, release, why, found, answers, max(day, today))
    if judged.outcome in REFUSALS:
        return _line(found, "refused", reason=_why_not(judged))
    application = store(db, actor, release, why, found, answers, key, now)
    if day > today:
        remind(db, application, why, found, day, now)
        return _line(found, "reminded", number=application.number)
    tell(db, application, why, now)
    return _line(found, "opened", number=wake(db, application, now).number)


def _answers(db: Session, release: Release, why: Occasion, found: Candidate, now: datetime) -> dict[str, Any]:
    """The answers it begins with, without those people of the household who have the item already."""
    today = now.astimezone(CITY_TIME).date()
    served = frozenset() if why.kind == PRICE_INDEX else _served(db, why, found, today)
    personal = why.item.unit == "person"
    if found.id_number in served and not (personal and why.kind == RECOGNITIONS):
        raise _PassedOver(HAS_IT)
    answers, faults = answers_for(
        db, release.catalogue, why.item, found, alone=why.kind == BIRTHDAY, own=_own(why, found, now), today=today
    )
    if faults:
        raise Refused(INVALID, tuple(faults), count=len(faults))
    if personal and "members" in answers:
        answers["members"] = [row for row in answers["members"] if row.get("member_id_no") not in served]
        if not answers["members"]:
            raise _PassedOver(HAS_IT)
    return answers


def _own(why: Occasion, found: Candidate, now: datetime) -> dict[str, Any]:
    """The questions the platform answers about an application nobody made."""
    return {
        "app_channel": "proactive",
        "app_mode": "ex_officio",
        "app_date": now.astimezone(CITY_TIME).isoformat(timespec="seconds"),
        "app_accept_region": found.region_code[:9],
        "app_cross_kind": "local",
        "app_items": [why.item.slug],
    }


# --- who has it already -------------------------------------------------------------------------------------------


def _served(db: Session, why: Occasion, found: Candidate, today: date) -> frozenset[str]:
    """The id numbers of the household that have the item, open or in force; the candidate's when the household has."""
    if found.household_id is None:
        return frozenset()
    personal = why.item.unit == "person"
    numbers: set[str] = set()
    awards = [a for a in recognition_queries.in_force_awards(db, found.household_id, today) if a.item == why.item.slug]
    if awards and (not personal or any(award.person_id is None for award in awards)):
        numbers.add(found.id_number)
    numbers |= _numbers_of(db, awards)
    for application in _asked_for(db, why.item.slug, found.household_id):
        rows = clear_answers(db, application).get("members") or []
        named = {str(row.get("member_id_no") or "") for row in rows if isinstance(row, Mapping)}
        numbers |= named if personal else {found.id_number}
    return frozenset(numbers)


def _asked_for(db: Session, item: str, household_id: int) -> list[Application]:
    """The household's applications in which the item is still open, accepted already or not."""
    query = select(Application).where(
        Application.household_id == household_id, Application.status.in_(("submitted", "supplement", "accepted"))
    )
    ended = set(
        db.scalars(
            select(Case.application_id).where(
                Case.household_id == household_id, Case.item == item, Case.status.in_(ENDED)
            )
        )
    )
    return [one for one in db.scalars(query) if item in one.items and one.id not in ended]


def _numbers_of(db: Session, awards: Sequence[Award]) -> set[str]:
    ids = [award.person_id for award in awards if award.person_id is not None]
    people = db.scalars(select(Person).where(Person.id.in_(ids))) if ids else ()
    return {vault_of(db).open(person.id_number) for person in people if person.id_number}


# --- what the rules say before anything is opened -------------------------------------------------------------------


def _judged(
    db: Session, release: Release, why: Occasion, found: Candidate, answers: Mapping[str, Any], on: date
) -> Judgement:
    catalogue, household = release.catalogue, found.household_id
    form = catalogue.form("application", [why.item.slug])
    facts = facts_of(form, dict(answers), catalogue.environment({}, on))
    moved = why.kind == PRICE_INDEX
    facts |= recognition_queries.beyond_facts(db, catalogue, household or 0, on, price_index_moved=moved)
    held = recognition_queries.statuses(db, household, on) if household is not None else {}
    facts = with_own_statuses(db, household, facts, on) if household is not None else facts
    return judge(why.item.policy, catalogue.environment(facts, on, held), awaited=catalogue.seen_or_returned)


def _why_not(judged: Judgement) -> Text:
    failed = next(
        (r for r in judged.reasons if r.holds is False and r.on_fail in {"reject", "refer"}), judged.reasons[0]
    )
    return Text(failed.zh, failed.en)
