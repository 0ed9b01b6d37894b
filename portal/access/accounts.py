"""Accounts and posts in an administrator's hands. Every change is written down, and nobody locks himself out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from portal import audit
from portal.access import Actor
from portal.access.commands import WEAK_PASSWORD, assign, create_user, stamp_of
from portal.access.models import Assignment
from portal.access.passwords import weakness
from portal.access.queries import actor_for
from portal.access.roles import sync_user_roles
from portal.access.rules import ROLES
from portal.errors import INVALID, FieldError, Problem, Refused
from portal.organisation.models import Department, Region
from portal.organisation.queries import CITY_TIME
from portal.values import Text

LOCKED_OUT: Final = Problem(
    "locked-out",
    409,
    Text(
        "这样改您自己就不能再管理用户了,请由另一位管理员办理。",
        "That would end your own right to manage users; another administrator must do it.",
    ),
)
NEEDED: Final = Text("请填写。", "This is needed.")
NO_REGION: Final = Text("没有这个行政区划。", "There is no such region.")
NO_DEPARTMENT: Final = Text("没有这个部门。", "There is no such department.")
NO_ROLE: Final = Text("请选择岗位。", "Choose a post.")
ENDS_BEFORE: Final = Text("终止日期早于起始日期。", "The last day is before the first.")
DEPARTMENT_NEEDED: Final = Text("部门岗位须指定部门。", "A department's post needs its department.")
# Posts that are nothing without a department: without one they would decide everybody's items.
OF_A_DEPARTMENT: Final = frozenset({"department_officer", "department_head"})
KEEPING: Final = "user.manage"


@dataclass(frozen=True)
class Post:
    """What an assignment says: a role at a place, for a department and items, from when to when."""

    role: str
    region_code: str
    first_day: date | None
    last_day: date | None = None
    department_code: str | None = None
    items: tuple[str, ...] | None = None


def add_user(db: Session, actor: Actor, *, username: str, name: str, password: str, now: datetime) -> User:
    """A new account whose first password must be changed by its owner."""
    user = create_user(
        db, username=username, name=name, password=password, actor_id=actor.id, actor_name=actor.name, now=now
    )
    stamp_of(db, user.id).must_change = True
    return user


def change_user(db: Session, actor: Actor, user: User, *, name: str, active: bool, now: datetime) -> None:
    """A new name, or an account closed and opened again; a closed one loses every session at once."""
    before = {"name": user.first_name, "active": bool(user.active)}
    if not active and user.id == actor.id:
        raise Refused(LOCKED_OUT)
    user.first_name, user.active = name, active
    if before["active"] and not active:
        stamp_of(db, user.id).generation += 1
    _record(db, actor, user, "user.changed", now, before=before, after={"name": name, "active": active})


def reset_password(db: Session, actor: Actor, user: User, password: str, *, now: datetime) -> None:
    """A password somebody else chose: it opens only the page where its owner chooses another."""
    why = weakness(password, user.username)
    if why is not None:
        raise Refused(WEAK_PASSWORD, (FieldError("/password", "password", "weak", why),), why=why)
    user.password = generate_password_hash(password)
    stamp = stamp_of(db, user.id)
    stamp.generation += 1
    stamp.must_change, stamp.failed_logins, stamp.locked_until = True, 0, None
    _record(db, actor, user, "user.password-reset", now)


def add_post(db: Session, actor: Actor, user: User, post: Post, *, now: datetime) -> Assignment:
    """Give an account a post. Refused with every fault beside its field."""
    _refuse_faulty(db, post)
    return assign(
        db,
        user,
        role=post.role,
        region_code=post.region_code,
        department_code=post.department_code,
        items=post.items,
        first_day=post.first_day or _today(now),
        last_day=post.last_day,
        actor_id=actor.id,
        actor_name=actor.name,
        now=now,
    )


def change_post(db: Session, actor: Actor, assignment: Assignment, post: Post, *, now: datetime) -> None:
    """Change a post. Refused when it is faulty, or when it would end the actor's own right to do this."""
    _refuse_faulty(db, post)
    before = _said(assignment)
    assignment.role, assignment.region_code = post.role, post.region_code
    assignment.department_code = post.department_code
    assignment.items = sorted(post.items) if post.items is not None else None
    assignment.first_day, assignment.last_day = post.first_day or assignment.first_day, post.last_day
    _follow(db, actor, assignment.user_id, now)
    user = db.get_one(User, assignment.user_id)
    _record(db, actor, user, "user.post-changed", now, before=before, after=_said(assignment))


def remove_post(db: Session, actor: Actor, assignment: Assignment, *, now: datetime) -> None:
    """Take a post away; what it was stays in the trail."""
    before, user_id = _said(assignment), assignment.user_id
    db.delete(assignment)
    _follow(db, actor, user_id, now)
    _record(db, actor, db.get_one(User, user_id), "user.post-removed", now, before=before)


def _follow(db: Session, actor: Actor, user_id: int, now: datetime) -> None:
    """The roles of the account follow its posts, unless that locks the actor out."""
    sync_user_roles(db, db.get_one(User, user_id), today=_today(now))
    if user_id == actor.id and not actor_for(db, user_id, actor.name, today=_today(now)).may(KEEPING):
        raise Refused(LOCKED_OUT)


def _refuse_faulty(db: Session, post: Post) -> None:
    faults = list(_faults(db, post))
    if faults:
        raise Refused(INVALID, tuple(faults), count=len(faults))


def _faults(db: Session, post: Post) -> Iterable[FieldError]:
    role, region = ROLES.get(post.role), db.get(Region, post.region_code)
    if role is None:
        yield FieldError("/role", "role", "unknown", NO_ROLE)
    if region is None:
        yield FieldError("/region_code", "region_code", "unknown", NO_REGION)
    elif role is not None and region.level not in role.levels:
        yield FieldError("/region_code", "region_code", "level", _wrong_level(role.levels))
    if post.department_code is not None and db.get(Department, post.department_code) is None:
        yield FieldError("/department_code", "department_code", "unknown", NO_DEPARTMENT)
    if post.department_code is None and post.role in OF_A_DEPARTMENT:
        yield FieldError("/department_code", "department_code", "required", DEPARTMENT_NEEDED)
    if post.last_day is not None and post.first_day is not None and post.last_day < post.first_day:
        yield FieldError("/last_day", "last_day", "order", ENDS_BEFORE)


LEVELS: Final[dict[str, Text]] = {
    "city": Text("市", "city"),
    "county": Text("县区", "county"),
    "township": Text("乡镇", "township"),
    "village": Text("村居", "village"),
}


def _wrong_level(levels: Iterable[str]) -> Text:
    known = [LEVELS[level] for level in levels if level in LEVELS]
    return Text(
        f"该岗位设在:{'、'.join(level.zh for level in known)}。",
        f"This post exists at: {', '.join(level.en for level in known)}.",
    )


def _said(assignment: Assignment) -> dict[str, Any]:
    return {
        "role": assignment.role,
        "region": assignment.region_code,
        "department": assignment.department_code,
        "items": assignment.items,
        "first_day": assignment.first_day.isoformat(),
        "last_day": assignment.last_day.isoformat() if assignment.last_day else None,
    }


def _today(now: datetime) -> date:
    return now.astimezone(CITY_TIME).date()


def _record(db: Session, actor: Actor, user: User, action: str, now: datetime, **data: Any) -> None:
    audit.record(db, actor_id=actor.id, actor_name=actor.name, action=action, stream=f"user:{user.id}", at=now, **data)
