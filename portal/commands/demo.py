"""`portal demo`: moving the demo's clock, and who may sign in to try what."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

import click
from sqlalchemy import select

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.queries import current
from portal.commands.seed import print_logins
from portal.commands.session import reading
from portal.commands.terminal import language, refuse, say
from portal.demo.citizen import phone_to_try
from portal.demo.clock import Advanced, Turned, days_until
from portal.demo.clock import advance as let_pass
from portal.demo.staff import first_posts, further_posts
from portal.organisation.models import Region
from portal.settings import current as settings
from portal.values import Text

SHOWN = 12  # tasks listed by name; the rest are counted


@click.group()
def demo() -> None:
    """演示:快进时钟、列出账号 / Demo: move the clock, list the logins."""
    if not settings().demo:
        refuse(Text("仅限演示模式(PORTAL_DEMO=1)。", "Only in demo mode (PORTAL_DEMO=1)."))


@demo.command()
@click.argument("days", type=int, required=False)
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="快进到这一天 / up to this day")
@click.option("--json", "as_json", is_flag=True, help="供程序读取 / for programs")
def advance(days: int | None, until: datetime | None, as_json: bool) -> None:
    """快进若干天,等待期满的自动推进 / Let days pass: waits end, clocks turn.

    Give DAYS or --to, not both.
    """
    if (days is None) == (until is None):
        refuse(Text("请给出天数,或用 --to 给出日期(二选一)。", "Give a number of days, or a date with --to."))
    with reading() as db:
        wanted = days_until(db, until.date()) if until is not None else days or 0
        catalogue = current(db).catalogue
        passed = let_pass(db, wanted)
    if as_json:
        click.echo(json.dumps(asdict(passed), ensure_ascii=False, default=str, indent=2))
        return
    lang = language()
    _tell(passed)
    for title, tasks in ((YELLOW, passed.yellow), (RED, passed.red)):
        if tasks:
            say(Text(f"{title.zh} {len(tasks)} 项", f"{title.en}: {len(tasks)}"))
        for task in tasks[:SHOWN]:
            item = catalogue.items.get(task.item or "")
            words = (task.number, _step(catalogue, task, lang), item.title.to(lang) if item else "", task.due_on or "")
            click.echo("  " + "  ".join(str(word) for word in words if word))
        if len(tasks) > SHOWN:
            say(Text(f"  ……另有 {len(tasks) - SHOWN} 项", f"  … and {len(tasks) - SHOWN} more"))


YELLOW, RED = Text("转为黄牌", "Turned yellow"), Text("转为红牌", "Turned red")


def _tell(passed: Advanced) -> None:
    say(
        Text(
            f"时钟由 {passed.first} 走到 {passed.last}。等待期满 {len(passed.waits_ended)} 件,"
            f"推进申请 {passed.moved} 件,后续处理 {passed.delivered} 项。",
            f"The clock went from {passed.first} to {passed.last}. {len(passed.waits_ended)} waits ended, "
            f"{passed.moved} applications moved on, {passed.delivered} followed.",
        )
    )


def _step(catalogue: Catalogue, task: Turned, lang: str) -> str:
    item = catalogue.items.get(task.item or "")
    flow = catalogue.workflows["front" if item is None else item.workflow]
    step = flow.steps.get(task.step)
    return step.title.to(lang) if step is not None else task.step


@demo.command()
@click.option("--all", "everybody", is_flag=True, help="全部地方的账号 / every place")
def logins(everybody: bool) -> None:
    """列出演示账号 / List the demo's logins: role, place, name, what to try first."""
    with reading() as db:
        catalogue = current(db).catalogue
        posts = first_posts(catalogue)
        if everybody:
            posts += further_posts(catalogue, list(db.scalars(select(Region).order_by(Region.code))))
        print_logins(db, posts)
        phone = phone_to_try(db)
    if phone is not None:
        say(
            Text(
                f"市民手机页 /me:手机号 {phone.number},验证码显示在页面上,身份证后四位 {phone.digits}",
                f"A citizen's phone, /me: number {phone.number}, the code is shown on the page, id number ends {phone.digits}",
            )
        )
