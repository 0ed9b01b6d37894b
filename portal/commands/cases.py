"""`portal cases`: starting items from a list, at a birthday, or because a price index moved."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterable
from datetime import datetime, time

import click
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.cases.occasions import BIRTHDAY
from portal.cases.rules import PRICE_INDEX
from portal.cases.starting import OUTCOMES
from portal.catalogue.queries import current
from portal.commands.session import reading
from portal.commands.terminal import language, refuse, say
from portal.jobs.runner import deliver_pending
from portal.jobs.starts import Report, run_batch, run_nightly
from portal.organisation.queries import CITY_TIME, moment
from portal.values import Text

SHOWN = 20
ONE_SOURCE = Text(
    "请只给出一个启动来源:--from、--birthday 或 --price-index --month。",
    "Give exactly one source: --from, --birthday, or --price-index with --month.",
)


@click.group()
def cases() -> None:
    """名单、到龄、价格指数启动事项 / Start items from a list, at a birthday, by a price index."""


def _moment(db: Session, on: datetime | None) -> datetime:
    return moment(db) if on is None else datetime.combine(on.date(), time(12), CITY_TIME)


def operator() -> Actor:
    return Actor(None, f"operator:{getpass.getuser()}")


@cases.command()
@click.argument("item")
@click.option(
    "--from", "source", metavar="SOURCE", help="register:<台账> 或 recognitions / a register, or recognitions"
)
@click.option("--birthday", is_flag=True, help="到龄 / people who reach the age")
@click.option("--price-index", is_flag=True, help="价格联动 / the price index moved")
@click.option("--month", help="启动月份 / the month it moved, such as 2025-03")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="视为这一天 / as of this day")
@click.option("--dry-run", is_flag=True, help="只试算 / only tell what would happen")
@click.option("--json", "as_json", is_flag=True, help="供程序读取 / for programs")
def start(
    item: str,
    source: str | None,
    birthday: bool,
    price_index: bool,
    month: str | None,
    on: datetime | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """为名单上的人启动事项 / Start an item for everybody a list, a birthday or a price index concerns.

    May be run again: nobody is started twice. The report names whom it opened, passed over and refused, with reasons.
    """
    named = [source, BIRTHDAY if birthday else None, f"{PRICE_INDEX}:{month or ''}" if price_index else None]
    given = [one for one in named if one]
    if len(given) != 1 or (month and not price_index):
        refuse(ONE_SOURCE)
    with reading() as db:
        now = _moment(db, on)
        report = run_batch(db, operator(), item, given[0], now=now, dry_run=dry_run, tell=_progress)
        _deliver(db, now)
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        _print([report])


@cases.command()
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="视为这一天 / as of this day")
@click.option("--json", "as_json", is_flag=True, help="供程序读取 / for programs")
def nightly(on: datetime | None, as_json: bool) -> None:
    """运行每晚的名单和到龄启动 / Everything the worker starts at night: birthdays and lists."""
    with reading() as db:
        now = _moment(db, on)
        current(db)
        reports = run_nightly(db, operator(), now=now)
        _deliver(db, now)
    if as_json:
        click.echo(json.dumps([report.to_json() for report in reports], ensure_ascii=False, indent=2))
    else:
        _print(reports)


def _deliver(db: Session, now: datetime) -> None:
    """What follows from a confirmation follows at once: rights are opened, not left to the worker."""
    db.rollback()
    while deliver_pending(db, now=now):
        pass


def _progress(people: int) -> None:
    if people % 1_000 == 0:
        say(Text(f"… {people} 人", f"… {people} people"), err=True)


def _print(reports: Iterable[Report]) -> None:
    lang = language()
    for report in reports:
        trial = Text("(试算)", " (only tried)").to(lang) if report.dry_run else ""
        counts = ", ".join(f"{title.to(lang)} {report.counts[outcome]}" for outcome, title in OUTCOMES.items())
        click.echo(f"{report.item} ← {report.source}{trial}: {counts}")
        for (outcome, reason), count in report.reasons.most_common():
            click.echo(f"  {OUTCOMES[outcome].to(lang)} {count}: {reason.to(lang)}")
        lines = [line for line in report.lines if line.outcome in {"opened", "reminded"}]
        for line in lines[:SHOWN]:
            click.echo(f"  {line.number or '-':22} {line.name} {line.id_masked}")
        if len(lines) > SHOWN:
            say(Text(f"  … 其余 {len(lines) - SHOWN} 件", f"  … and {len(lines) - SHOWN} more"))
