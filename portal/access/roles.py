"""The roles Flask-AppBuilder knows: our posts by name, and one per department whose items a person may open.

They only decide which generated pages open at all; which rows stand on them is the scope's business.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.models import Assignment
from portal.access.rules import ROLES, in_force

EVERY_DEPARTMENT = "dept:ALL"


def department_role(code: str | None) -> str:
    return EVERY_DEPARTMENT if code is None else f"dept:{code}"


def role_names(assignments: Iterable[Assignment], today: date) -> set[str]:
    """The names an account holds through its assignments in force."""
    names: set[str] = set()
    for assignment in assignments:
        post = ROLES.get(assignment.role)
        if post is None or not in_force(assignment.first_day, assignment.last_day, today):
            continue
        names.add(assignment.role)
        if "case.read" in post.functions:
            names.add(department_role(assignment.department_code))
    return names


def named(db: Session, names: Iterable[str]) -> dict[str, Role]:
    """The roles of these names, made where they do not exist yet."""
    wanted = set(names)
    found = {role.name: role for role in db.scalars(select(Role).where(Role.name.in_(wanted)))}
    for name in sorted(wanted - set(found)):
        found[name] = Role(name=name)
        db.add(found[name])
    return found


def sync_user_roles(db: Session, user: User, *, today: date) -> None:
    """Give an account exactly the roles its assignments of today stand for."""
    db.flush()  # an assignment made a moment ago counts
    assignments = db.scalars(select(Assignment).where(Assignment.user_id == user.id))
    names = role_names(assignments, today)
    if {role.name for role in user.roles} != names:
        user.roles = list(named(db, names).values())
