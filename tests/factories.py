"""Valid things out of nothing: the least a test must say to get a region, a member of staff, a signed-in client."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from portal.access.commands import assign, create_user
from portal.access.models import SessionStamp
from portal.organisation.models import Department, Region

NOON = datetime(2025, 3, 10, 4, 0, tzinfo=UTC)
PASSWORD = "an honest long pass phrase"
_HASH = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1000")
_numbers = count(1)

CITY, COUNTY, OTHER_COUNTY, TOWNSHIP, OTHER_TOWNSHIP, VILLAGE = (
    "3213",
    "321311",
    "321302",
    "321311106",
    "321302105",
    "321311106207",
)
_REGIONS = (
    (CITY, "本市", "City", "city", None),
    (COUNTY, "东区", "East county", "county", CITY),
    (OTHER_COUNTY, "西区", "West county", "county", CITY),
    (TOWNSHIP, "大河镇", "Dahe township", "township", COUNTY),
    (OTHER_TOWNSHIP, "小山镇", "Xiaoshan township", "township", OTHER_COUNTY),
    (VILLAGE, "柳树村", "Liushu village", "village", TOWNSHIP),
)


def make_regions(db: Session) -> None:
    """One branch of each level and a second county to look across to."""
    for code, name, name_en, level, parent in _REGIONS:
        if db.get(Region, code) is None:
            db.add(Region(code=code, name=name, name_en=name_en, level=level, parent_code=parent))
            db.flush()


def make_department(db: Session, code: str = "MZ") -> Department:
    found = db.get(Department, code)
    if found is None:
        found = Department(code=code, name=f"{code}局", name_en=f"{code} bureau")
        db.add(found)
        db.flush()
    return found


def make_user(
    db: Session,
    role: str = "window_clerk",
    *,
    region: str = TOWNSHIP,
    department: str | None = None,
    items: list[str] | None = None,
    username: str | None = None,
    name: str = "工作人员",
) -> Any:
    """A member of staff with one post; the password is PASSWORD."""
    make_regions(db)
    if department is not None:
        make_department(db, department)
    user = create_user(
        db,
        username=username or f"{role}{next(_numbers)}",
        name=name,
        password=PASSWORD,
        hashed=_HASH,
        actor_name="tests",
        now=NOON,
    )
    assign(
        db,
        user,
        role=role,
        region_code=region,
        department_code=department,
        items=items,
        actor_name="tests",
        now=NOON,
        first_day=date(2020, 1, 1),
    )
    return user


def sign_in(client: Any, user_id: int) -> Any:
    """A client whose cookie is that of a person who has signed in, without the slow hash."""
    from portal.db import db

    with client.application.app_context():
        stamp = db.session.get(SessionStamp, user_id)
        generation = stamp.generation if stamp else 1
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"], cookie["generation"] = str(user_id), True, generation
    return client


def csrf_of(page: str) -> str:
    """The token a form on a page carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "the page carries no token"
    return found.group(1)


def post(client: Any, address: str, data: dict[str, Any] | None = None, *, page: str = "/password", **rest: Any) -> Any:
    """Send a form as a browser does: with the token of a page seen before."""
    token = csrf_of(client.get(page).get_data(as_text=True))
    return client.post(address, data={"csrf_token": token, **(data or {})}, **rest)
