"""The audit trail within an actor's reach: searching it and looking at one chain.

What belongs to no place (accounts, releases, the demo's clock) is read by those who may audit the whole city.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from portal.access.queries import under, where
from portal.access.rules import Actor
from portal.audit import Event
from portal.audit.queries import broken_links
from portal.errors import NOT_FOUND, Refused
from portal.organisation.queries import CITY_TIME
from portal.values import Period

CITY_LENGTH = 4


@dataclass(frozen=True)
class Wanted:
    """What to look for. An empty field does not restrict; a stream nobody knows finds nothing."""

    stream: str | None = None
    person: str = ""
    action: str = ""
    place: str = ""
    period: Period | None = None


@dataclass(frozen=True)
class ChainState:
    """One stream's chain: how many links, and every one that does not hold."""

    links: int
    broken: tuple[tuple[int, str], ...]


def readable(actor: Actor) -> ColumnElement[bool]:
    scope = actor.scope("audit.read")
    clauses = [where(scope, region=Event.region_code)]
    if any(len(grant.region) == CITY_LENGTH for grant in scope.grants):
        clauses.append(Event.region_code == "")
    return or_(*clauses)


def search(db: Session, actor: Actor, wanted: Wanted, *, before: int | None = None, limit: int = 50) -> Sequence[Event]:
    """Newest first; `before` continues from an event's id."""
    query = _matching(db, actor, wanted)
    if before is not None:
        query = query.where(Event.id < before)
    return db.scalars(query.order_by(Event.id.desc()).limit(limit)).all()


def _matching(db: Session, actor: Actor, wanted: Wanted) -> Select[Event]:
    query = select(Event).where(readable(actor))
    if wanted.stream is not None:
        query = query.where(Event.stream == wanted.stream)
    if wanted.person:
        query = query.where(_by(db, wanted.person))
    if wanted.action:
        query = query.where(Event.action == wanted.action)
    if wanted.place:
        query = query.where(under(Event.region_code, wanted.place))
    if wanted.period is not None:
        query = query.where(Event.at >= _midnight(wanted.period, 0))
        if wanted.period.last is not None:
            query = query.where(Event.at < _midnight(wanted.period, 1))
    return query


def _by(db: Session, person: str) -> ColumnElement[bool]:
    """Events of the people of that login or name; of the operator or the system by the name they act under."""
    named = or_(User.username == person, User.first_name.startswith(person, autoescape=True))
    ids = db.scalars(select(User.id).where(named).limit(200)).all()
    return or_(Event.actor_id.in_(ids) if ids else false(), Event.actor_name == person)


def _midnight(period: Period, after: int) -> datetime:
    day = period.last if after and period.last else period.first
    return datetime.combine(day, time(), CITY_TIME) + timedelta(days=after)


def chain_state(db: Session, actor: Actor, stream: str) -> ChainState:
    """Whether a stream's chain holds. A stream the actor may read nothing of is not found."""
    if db.scalar(select(Event.id).where(readable(actor), Event.stream == stream).limit(1)) is None:
        raise Refused(NOT_FOUND)
    links = db.scalars(select(Event.sequence).where(Event.stream == stream)).all()
    return ChainState(len(links), tuple((sequence, fault) for _, sequence, fault in broken_links(db, stream)))
