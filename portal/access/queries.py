"""The actor behind a login, and scopes as SQL predicates."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from portal.access.models import Assignment
from portal.access.rules import Actor, Grant, Scope, in_force


def actor_for(db: Session, user_id: int, name: str, *, today: date, lang: str = "zh") -> Actor:
    """The actor with every assignment in force today."""
    rows = db.scalars(select(Assignment).where(Assignment.user_id == user_id))
    grants = tuple(
        Grant(a.role, a.region_code, a.department_code, None if a.items is None else frozenset(a.items))
        for a in rows
        if in_force(a.first_day, a.last_day, today)
    )
    return Actor(user_id, name, grants, lang)


def under(column: Any, region: str) -> ColumnElement[bool]:
    """Rows in the region's subtree, as a range the index can serve (codes are digits, ':' follows '9')."""
    return and_(column >= region, column < region + ":")


def where(scope: Scope, *, region: Any, department: Any = None, item: Any = None) -> ColumnElement[bool]:
    """The scope as a predicate over the table's own columns. An empty scope sees nothing."""
    clauses: list[ColumnElement[bool]] = []
    for grant in scope.grants:
        parts: list[ColumnElement[bool]] = [under(region, grant.region)]
        if grant.department is not None and department is not None:
            parts.append(department == grant.department)
        if grant.items is not None and item is not None:
            parts.append(item.in_(sorted(grant.items)) if grant.items else false())
        clauses.append(and_(true(), *parts))
    return or_(false(), *clauses)
