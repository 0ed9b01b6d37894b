"""A family as the window sees it before anything is typed: who lives there, what is under way, what it receives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.applications import queries as application_queries
from portal.applications.models import Application, Draft
from portal.applications.rules import STATUSES as PUSHED
from portal.cases import queries as case_queries
from portal.cases.letters import PERIODS
from portal.cases.models import Case
from portal.cases.rules import STATUSES
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.db import vault_of
from portal.entitlements import queries as entitlement_queries
from portal.entitlements.models import Entitlement
from portal.households import queries as household_queries
from portal.households.models import Membership, Person
from portal.households.queries import PersonHit
from portal.organisation.queries import CITY_TIME
from portal.recognitions import queries as recognition_queries
from portal.values import Text, yuan
from portal.web.handles import handle_of


@dataclass(frozen=True)
class UnderWay:
    """One application not decided yet: who asked, where and when, and how each of its items stands."""

    number: str
    who: str
    window: str
    on: date
    items: Mapping[str, tuple[Text, Text]]


@dataclass(frozen=True)
class Received:
    """One benefit in force."""

    item: str
    title: Text
    holder: str
    amount_fen: int | None
    period: Text | None
    first_day: date


@dataclass(frozen=True)
class Member:
    """One person of the household; `here` is the one who was looked for."""

    name: str
    birth_date: date | None
    here: bool


@dataclass(frozen=True)
class Family:
    """A person with the household he lives in."""

    hit: PersonHit
    handle: str
    members: tuple[Member, ...]
    under_way: tuple[UnderWay, ...]
    received: tuple[Received, ...]
    recognised: Mapping[str, Text]
    drafts: tuple[Draft, ...]

    @property
    def items_taken(self) -> frozenset[str]:
        """Items that are running or in force: asked for again they would be a duplicate."""
        return frozenset({*(slug for u in self.under_way for slug in u.items), *(r.item for r in self.received)})


def families(db: Session, actor: Actor, catalogue: Catalogue, hits: Sequence[PersonHit], today: date) -> list[Family]:
    """Everything about several hits with a fixed number of queries."""
    ids = {hit.household_id for hit in hits if hit.household_id is not None}
    members = household_queries.members_of(db, ids)
    cases = case_queries.open_of_households(db, ids)
    pushed = case_queries.pushed_of_households(db, ids)
    received = entitlement_queries.running_of_households(db, ids, today)
    recognised = recognition_queries.in_force_of(db, ids, today)
    titles = {name: status.title for name, status in catalogue.statuses.items()}
    found = []
    for hit in hits:
        home = hit.household_id or 0
        held = dict.fromkeys(r.status for r in recognised.get(home, ()) if r.person_id in {None, hit.id})
        found.append(
            Family(
                hit=hit,
                handle=handle_of(hit.id),
                members=tuple(_member(m, hit) for m in members.get(home, ())),
                under_way=(
                    *_with_cases(db, cases.get(home, ())),
                    *(_pushed(db, one) for one in pushed.get(home, ())),
                ),
                received=tuple(_received(db, one) for one in received.get(home, ())),
                recognised={name: titles[name] for name in held if name in titles},
                drafts=tuple(_drafts(db, actor, hit)),
            )
        )
    return found


def family_of(db: Session, actor: Actor, catalogue: Catalogue, person: Person, today: date) -> Family:
    return families(db, actor, catalogue, [household_queries.hit(db, person)], today)[0]


def told_by_platform(family: Family) -> dict[str, Any]:
    """What the form asks and the platform itself knows: recognitions held, what is received, what is under way.

    The codes of the recognitions are the statuses' own names. The sentences are part of the record, in its language.
    """
    received = [
        f"{r.title.zh} {yuan(r.amount_fen)}元{r.period.zh if r.period else ''},自 {r.first_day}"
        if r.amount_fen is not None
        else f"{r.title.zh},自 {r.first_day}"
        for r in family.received
    ]
    under_way = [f"{title.zh}:{status.zh}({u.number})" for u in family.under_way for title, status in u.items.values()]
    told = {
        "hh_existing_recognition": [name.removeprefix("s_") for name in family.recognised],
        "hh_aid_received_year": ";".join(received)[:200],
        "app_prior_result": ";".join(under_way)[:200],
    }
    return {name: value for name, value in told.items() if value}


def _member(membership: Membership, hit: PersonHit) -> Member:
    person = membership.person
    return Member(person.name, person.birth_date, person.id == hit.id)


def _with_cases(db: Session, cases: Sequence[Case]) -> list[UnderWay]:
    """Open cases by the application they belong to."""
    found: dict[int, list[Case]] = {}
    for case in sorted(cases, key=lambda case: case.id):
        found.setdefault(case.application_id, []).append(case)
    return [
        _under_way(
            of_one[0].application,
            {case.item: (_title(db, case.release_id, case.item), STATUSES[case.status]) for case in of_one},
        )
        for of_one in found.values()
    ]


def _pushed(db: Session, application: Application) -> UnderWay:
    """An application its township has not accepted yet: every item stands as the whole does."""
    status = PUSHED[application.status]
    return _under_way(
        application, {slug: (_title(db, application.release_id, slug), status) for slug in application.items}
    )


def _under_way(application: Application, items: Mapping[str, tuple[Text, Text]]) -> UnderWay:
    return UnderWay(
        application.number,
        application.applicant_name,
        application.window_region,
        application.submitted_at.astimezone(CITY_TIME).date(),
        items,
    )


def _received(db: Session, one: Entitlement) -> Received:
    title = _title(db, one.release_id, one.item)
    return Received(one.item, title, one.holder_name, one.amount_fen, PERIODS.get(one.period), one.first_day)


def _title(db: Session, release_id: str, item: str) -> Text:
    """An item's title on the release it was asked for: items may be retired since."""
    return catalogue_queries.release(db, release_id).catalogue.item(item).title


def _drafts(db: Session, actor: Actor, hit: PersonHit) -> Sequence[Draft]:
    person = household_queries.known_person(db, hit.id)
    if not person.id_number:
        return ()
    return application_queries.drafts_of_applicant(db, actor, vault_of(db).open(person.id_number))
