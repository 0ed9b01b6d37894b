"""`portal seed`: the places, departments and calendar of the catalogue, fictional staff, and a fictional town."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.queries import current
from portal.commands.session import reading, writing
from portal.commands.terminal import language, refuse, say
from portal.demo.registers import fill_registers, start_by_themselves
from portal.demo.seeding import DAYS, Made, Seeding, already
from portal.demo.staff import PASSWORD, Post, delegate, employ, first_posts, further_posts, table
from portal.organisation.commands import load_calendar, load_departments, load_regions, open_window
from portal.organisation.models import Department, Region
from portal.organisation.queries import moment
from portal.settings import current as settings
from portal.values import Text

# A larger town would open tens of thousands of cases one by one; `portal cases nightly` does it when wanted.
STARTED_UP_TO = 2_000


@click.group()
def seed() -> None:
    """装入组织数据与示例数据 / Load places, staff and a fictional town."""


@seed.command()
@click.option("--quiet", is_flag=True, help="不列出账号 / without the table of logins")
def organisation(quiet: bool) -> None:
    """装入区划、部门、节假日和演示账号 / Load regions, departments, holidays and the demo's logins.

    May be run again: what is there already is brought up to date, accounts are left as they are.
    """
    with writing() as db:
        release = current(db)
        load_regions(db, release.source.one("regions")["regions"])
        load_departments(db, release.source.one("departments")["departments"])
        load_calendar(db, release.source.documents["workflows/calendars/cn.json"])
        posts = first_posts(release.catalogue)
        for code in sorted({post.region for post in posts}):
            open_window(db, db.get_one(Region, code))
        employ(db, posts, now=moment(db))
        if not quiet:
            print_logins(db, posts)


def print_logins(db: Session, posts: list[Post]) -> None:
    """The table of who signs in how, and what to try first."""
    lang = language()
    regions = {r.code: r.name if lang == "zh" else r.name_en or r.name for r in db.scalars(select(Region))}
    departments = {d.code: d.name if lang == "zh" else d.name_en or d.name for d in db.scalars(select(Department))}
    for line in table(posts, regions, departments, lang):
        click.echo(line)
    say(Text(f"密码:{PASSWORD}", f"Password: {PASSWORD}"))


@seed.command()
@click.option("--households", type=click.IntRange(1, 1_000_000), default=300, show_default=True, help="户数 / families")
@click.option("--seed", "number", type=int, default=1, show_default=True, help="随机种子 / seed of the town")
def demo(households: int, number: int) -> None:
    """生成一座虚构的城:家庭、申请、各阶段的办件 / Make a fictional town with files in every state.

    Everything goes through the real commands at moments of the last sixty days. Run once; again it adds nothing.
    """
    if not settings().demo:
        refuse(Text("仅限演示模式(PORTAL_DEMO=1)。", "Only in demo mode (PORTAL_DEMO=1)."))
    with reading() as db:
        before = already(db)
        if before is not None:
            say(
                Text(
                    f"示例数据已有 {before} 户,没有新增。",
                    f"The town is there with {before} families; nothing was added.",
                )
            )
            return
    with writing() as db:
        release = current(db)
        now = moment(db)
        employ(db, further_posts(release.catalogue, list(db.scalars(select(Region).order_by(Region.code)))), now=now)
        delegate(db, now=now)
    started = time.monotonic()
    with reading() as db:
        made = _with_progress(Seeding(db, current(db), households=households, seed=number, now=now))
        kept = fill_registers(db, current(db).catalogue, now=now)
        by_itself = start_by_themselves(db, now=now) if households <= STARTED_UP_TO else 0
    rows = sum(kept.values())
    spent = time.monotonic() - started
    say(
        Text(
            f"{made.families} 户:申请 {made.applications} 件,草稿 {made.drafts} 份,{made.steps} 步,"
            f"{spent:.0f} 秒({made.families / spent:.1f} 户/秒)。",
            f"{made.families} families: {made.applications} applications, {made.drafts} drafts, {made.steps} steps in "
            f"{spent:.0f} s ({made.families / spent:.1f} families a second).",
        )
    )
    say(
        Text(
            f"部门台账 {rows} 行,由系统自动启动 {by_itself} 件。",
            f"{rows} rows in the departments' registers; {by_itself} applications started by themselves.",
        )
    )


def _with_progress(seeding: Seeding) -> Made:
    first = seeding.now - timedelta(days=DAYS)
    minutes = DAYS * 24 * 60
    with click.progressbar(length=minutes, label="示例数据 / the town", item_show_func=lambda x: x) as bar:

        def progress(at: datetime) -> None:
            done = int((at - first).total_seconds() // 60)
            bar.update(max(0, done - bar.pos), at.strftime("%m-%d"))

        return seeding.run(progress)
