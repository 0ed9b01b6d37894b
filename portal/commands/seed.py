"""`portal seed`: the places, departments and calendar of the catalogue, and one fictional login per role and place."""

from __future__ import annotations

import click
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from portal.access.commands import assign, create_user
from portal.access.rules import ROLES
from portal.catalogue.queries import current
from portal.commands.session import writing
from portal.organisation.commands import load_calendar, load_departments, load_regions, open_window
from portal.organisation.models import Region
from portal.organisation.queries import CITY_TIME, moment

PASSWORD = "demo town pass phrase"  # noqa: S105 - printed on purpose; the demo holds fictional people only
OPERATOR = "portal seed"
TOWNSHIP, COUNTY, OTHER_COUNTY, CITY = "321311106", "321311", "321302", "3213"
POSTS: tuple[tuple[str, str, str], ...] = (
    ("clerk", "window_clerk", OTHER_COUNTY),
    ("township", "township_officer", TOWNSHIP),
    ("head", "township_head", TOWNSHIP),
    ("verifier", "county_verifier", COUNTY),
    ("supervisor", "supervisor", CITY),
    ("auditor", "auditor", CITY),
    ("configurator", "configurator", CITY),
    ("admin", "administrator", CITY),
)


@click.group()
def seed() -> None:
    """装入组织数据 / Load places and staff."""


@seed.command()
def organisation() -> None:
    """装入区划、部门、节假日和演示账号 / Load regions, departments, holidays and the demo's logins.

    May be run again: what is there already is brought up to date, accounts are left as they are.
    """
    with writing() as db:
        source = current(db).source
        now = moment(db)
        today = now.astimezone(CITY_TIME).date()
        load_regions(db, source.one("regions")["regions"])
        load_departments(db, source.one("departments")["departments"])
        load_calendar(db, source.documents["workflows/calendars/cn.json"])
        for code in (TOWNSHIP, COUNTY, OTHER_COUNTY, CITY):
            open_window(db, db.get_one(Region, code))
        departments = [entry["code"] for entry in source.one("departments")["departments"]]
        posts = [(name, role, place, None) for name, role, place in POSTS]
        for code in departments:
            posts.append((f"officer_{code.lower()}", "department_officer", COUNTY, code))
            posts.append((f"head_{code.lower()}", "department_head", COUNTY, code))
        for username, role, place, department in posts:
            if db.scalar(select(User).where(User.username == username)) is None:
                title = ROLES[role].title.zh
                made = create_user(
                    db, username=username, name=f"示例{title}", password=PASSWORD, actor_name=OPERATOR, now=now
                )
                assign(
                    db,
                    made,
                    role=role,
                    region_code=place,
                    department_code=department,
                    actor_name=OPERATOR,
                    now=now,
                    first_day=today,
                )
            click.echo(f"{username:16} {ROLES[role].title.zh:　<8} {place:10} {department or ''}")
    click.echo(f"密码 / password: {PASSWORD}")
