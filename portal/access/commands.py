"""Accounts of staff: creating them, giving assignments, counting failed logins, ending sessions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from portal import audit
from portal.access.models import Assignment, SessionStamp
from portal.access.passwords import weakness
from portal.access.roles import sync_user_roles
from portal.access.rules import ROLES
from portal.errors import Problem, Refused
from portal.organisation.queries import CITY_TIME
from portal.values import Text, nearest

WEAK_PASSWORD = Problem("weak-password", 422, Text("{why}", "{why}"))
NO_SUCH_ROLE = Problem("no-such-role", 422, Text("没有岗位 {role}。{hint}", "There is no role {role}. {hint}"))
NAME_TAKEN = Problem("name-taken", 409, Text("用户名 {name} 已被使用。", "The user name {name} is taken."))


def create_user(
    db: Session,
    *,
    username: str,
    name: str,
    password: str,
    actor_name: str,
    now: datetime,
    actor_id: int | None = None,
    hashed: str | None = None,
) -> User:
    """A new account without any assignment. `hashed` spares seeding one slow hash per account of the same password."""
    why = weakness(password, username)
    if why is not None:
        raise Refused(WEAK_PASSWORD, why=why)
    if db.scalar(select(User.id).where(User.username == username)) is not None:
        raise Refused(NAME_TAKEN, name=username)
    user = User(
        username=username,
        first_name=name,
        last_name="",
        email=f"{username}@staff.invalid",
        active=True,
        password=hashed or generate_password_hash(password),
        login_count=0,
        fail_login_count=0,
    )
    db.add(user)
    db.flush()  # the stamp and the trail need the account's id
    db.add(SessionStamp(user_id=user.id, generation=1, failed_logins=0))
    audit.record(
        db,
        actor_id=actor_id,
        actor_name=actor_name,
        action="user.created",
        stream=f"user:{user.id}",
        at=now,
        username=username,
    )
    return user


def assign(
    db: Session,
    user: User,
    *,
    role: str,
    region_code: str,
    actor_name: str,
    now: datetime,
    first_day: date,
    department_code: str | None = None,
    items: Iterable[str] | None = None,
    last_day: date | None = None,
    actor_id: int | None = None,
) -> Assignment:
    """Give an account a role at a place. Refused when there is no such role."""
    if role not in ROLES:
        hit = nearest(role, ROLES)
        hint = Text(f"是否应为 {hit}?", f"Did you mean {hit}?") if hit else Text("", "")
        raise Refused(NO_SUCH_ROLE, role=role, hint=hint)
    assignment = Assignment(
        user_id=user.id,
        role=role,
        region_code=region_code,
        department_code=department_code,
        items=sorted(items) if items is not None else None,
        first_day=first_day,
        last_day=last_day,
    )
    db.add(assignment)
    sync_user_roles(db, user, today=first_day)
    audit.record(
        db,
        actor_id=actor_id,
        actor_name=actor_name,
        action="user.assigned",
        stream=f"user:{user.id}",
        region_code=region_code,
        at=now,
        role=role,
        department=department_code,
    )
    return assignment


def stamp_of(db: Session, user_id: int) -> SessionStamp:
    """The account's session generation and failed logins; made on first use."""
    stamp = db.get(SessionStamp, user_id)
    if stamp is None:
        stamp = SessionStamp(user_id=user_id, generation=1, failed_logins=0)
        db.add(stamp)
        db.flush()  # an account made elsewhere gets its stamp with the defaults in place
    return stamp


def is_locked(db: Session, user_id: int, *, now: datetime) -> bool:
    stamp = db.get(SessionStamp, user_id)
    return stamp is not None and stamp.locked_until is not None and now < stamp.locked_until


def note_login(db: Session, user: User, *, now: datetime) -> int:
    """A right password: forget earlier failures; returns the generation the new session belongs to."""
    stamp = stamp_of(db, user.id)
    sync_user_roles(db, user, today=now.astimezone(CITY_TIME).date())
    stamp.failed_logins, stamp.locked_until = 0, None
    user.login_count = (user.login_count or 0) + 1
    user.last_login = now.replace(tzinfo=None)
    audit.record(
        db, actor_id=user.id, actor_name=user.get_full_name(), action="user.logged-in", stream=f"user:{user.id}", at=now
    )
    return stamp.generation


def note_failure(db: Session, user: User, *, failures: int, minutes: int, now: datetime) -> bool:
    """A wrong password: after so many in a row the account is locked for a while. True when this one locked it."""
    stamp = stamp_of(db, user.id)
    stamp.failed_logins += 1
    user.fail_login_count = (user.fail_login_count or 0) + 1
    locks = stamp.failed_logins >= failures
    if locks:
        stamp.locked_until = now + timedelta(minutes=minutes)
        stamp.failed_logins = 0
        audit.record(db, actor_id=None, actor_name="", action="user.locked", stream=f"user:{user.id}", at=now)
    return locks


def end_sessions(db: Session, user: User, *, action: str, now: datetime) -> int:
    """Every cookie and token given out so far dies; returns the new generation."""
    stamp = stamp_of(db, user.id)
    stamp.generation += 1
    audit.record(db, actor_id=user.id, actor_name=user.get_full_name(), action=action, stream=f"user:{user.id}", at=now)
    return stamp.generation


def change_password(db: Session, user: User, password: str, *, now: datetime) -> int:
    """A new password that keeps the rules; returns the generation of the session that may go on."""
    why = weakness(password, user.username)
    if why is not None:
        raise Refused(WEAK_PASSWORD, why=why)
    user.password = generate_password_hash(password)
    stamp_of(db, user.id).must_change = False
    return end_sessions(db, user, action="user.password-changed", now=now)
