"""`portal user`: accounts of staff and their posts."""

from __future__ import annotations

import click
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from portal.access.commands import assign, create_user
from portal.access.rules import ROLES
from portal.commands.session import writing
from portal.commands.terminal import refuse, say
from portal.organisation.models import Department, Region
from portal.organisation.queries import CITY_TIME, moment
from portal.values import Text

OPERATOR = "portal user"


@click.group()
def user() -> None:
    """建立用户、分配岗位 / Create users and assign their posts."""


@user.command()
@click.argument("username")
@click.option("--name", required=True, help="姓名 / the person's name")
@click.option("--role", required=True, type=click.Choice(sorted(ROLES)), help="岗位 / post")
@click.option("--region", required=True, help="行政区划代码 / region code")
@click.option("--department", help="部门代码 / department code")
@click.option("--items", help="仅限这些事项,逗号分隔 / only these items, separated by commas")
@click.option("--password", help="密码;不给则提示输入 / password; asked for when absent", envvar="PORTAL_NEW_PASSWORD")
def create(
    username: str, name: str, role: str, region: str, department: str | None, items: str | None, password: str | None
) -> None:
    """新建用户并分配岗位;用户已存在时只加岗位。

    Create a user with a post; a user who exists only gets the further post.
    """
    with writing() as db:
        if db.get(Region, region) is None:
            refuse(
                Text(
                    f"没有行政区划 {region};请先运行 portal seed organisation。",
                    f"There is no region {region}; run portal seed organisation first.",
                )
            )
        if department is not None and db.get(Department, department) is None:
            refuse(Text(f"没有部门 {department}。", f"There is no department {department}."))
        now = moment(db)
        found = db.scalar(select(User).where(User.username == username))
        if found is None:
            secret = password or click.prompt("密码 / Password", hide_input=True, confirmation_prompt=True)
            found = create_user(db, username=username, name=name, password=secret, actor_name=OPERATOR, now=now)
        chosen = None if items is None else [slug.strip() for slug in items.split(",") if slug.strip()]
        assign(
            db,
            found,
            role=role,
            region_code=region,
            department_code=department,
            items=chosen,
            actor_name=OPERATOR,
            now=now,
            first_day=now.astimezone(CITY_TIME).date(),
        )
    say(Text(f"{username}:{ROLES[role].title.zh},{region}。", f"{username}: {ROLES[role].title.en}, {region}."))
