"""The actor behind a login, and scopes as SQL predicates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from portal.access.models import Assignment, Recusal
from portal.access.rules import Actor, Grant, Scope, in_force


def actor_for(db: Session, user_id: int, name: str, *, today: date, lang: str = "zh") -> Actor:
    """The actor with every assignment in force today."""
    rows = db.scalars(select(Assignment).where(Assignment.user_id == user_id))
    recused = db.scalars(select(Recusal.application_id).where(Recusal.user_id == user_id))
    grants = tuple(
        Grant(a.role, a.region_code, a.department_code, None if a.items is None else frozenset(a.items))
        for a in rows
        if in_force(a.first_day, a.last_day, today)
    )
    return Actor(user_id, name.strip(), grants, lang, frozenset(recused))


@dataclass(frozen=True)
class Colleague:
    """Somebody who sits at the same desk."""

    id: int
    name: str


def colleagues(
    db: Session,
    actor: Actor,
    application_id: int,
    *,
    role: str,
    region: str,
    department: str | None,
    item: str | None,
    today: date,
) -> tuple[Colleague, ...]:
    """Who else holds this role for a piece of work at this place, and did not step back from its file."""
    prefixes = [region[:n] for n in range(len(region) + 1)]
    stepped_back = select(Recusal.user_id).where(Recusal.application_id == application_id)
    rows = db.execute(
        select(Assignment, User)
        .join(User, User.id == Assignment.user_id)
        .where(Assignment.role == role, Assignment.region_code.in_(prefixes), User.active, User.id.not_in(stepped_back))
        .order_by(User.first_name, User.id)
    )
    found: dict[int, Colleague] = {}
    for assignment, user in rows:
        items = None if assignment.items is None else frozenset(assignment.items)
        grant = Grant(assignment.role, assignment.region_code, assignment.department_code, items)
        holds = in_force(assignment.first_day, assignment.last_day, today) and grant.covers(region, department, item)
        if holds and user.id != actor.id:
            found[user.id] = Colleague(user.id, user.get_full_name().strip())
    return tuple(found.values())


def under(column: Any, region: str) -> ColumnElement[bool]:
    """Rows in the region's subtree, as a range the index can serve (codes are digits, ':' follows '9')."""
    return and_(column >= region, column < region + ":")


COUNTY = 6  # digits of a county's code


def where(
    scope: Scope, *, region: Any, county: Any = None, department: Any = None, item: Any = None
) -> ColumnElement[bool]:
    """The scope as a predicate over the table's own columns. An empty scope sees nothing.

    A table that keeps the county in a column of its own names it: equality lets an index be walked in its order.
    """
    clauses: list[ColumnElement[bool]] = []
    for grant in scope.grants:
        parts: list[ColumnElement[bool]] = []
        if county is not None and len(grant.region) >= COUNTY:
            parts.append(county == grant.region[:COUNTY])
        if county is None or len(grant.region) != COUNTY:
            parts.append(under(region, grant.region))
        if grant.department is not None and department is not None:
            parts.append(department == grant.department)
        if grant.items is not None and item is not None:
            parts.append(item.in_(sorted(grant.items)) if grant.items else false())
        clauses.append(and_(true(), *parts))
    return or_(false(), *clauses)
