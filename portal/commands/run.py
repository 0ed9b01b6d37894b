"""`portal run`, `portal worker`, `portal settings`: serving, background work, what can be set."""

from __future__ import annotations

import atexit
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import click
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from portal.commands.migrating import present_revision
from portal.commands.session import reading
from portal.commands.terminal import refuse, say
from portal.settings import SETTINGS, Settings, SettingsError, current, markdown
from portal.values import Text


def usable_settings() -> Settings:
    """The settings, or every fault of them and the end."""
    try:
        found = current()
        _ = found.secret_key
    except SettingsError as error:
        zh, en = ("\n".join(getattr(fault, lang) for fault in error.faults) for lang in ("zh", "en"))
        refuse(Text(zh, en))
    return found


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="地址与端口 / address and port")
@click.option("--workers", type=click.IntRange(1, 64), help="进程数 / processes (SQLite: 1, PostgreSQL: 2)")
@click.option(
    "--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="每个进程的线程数 / threads of each"
)
@click.option(
    "--worker/--no-worker",
    "with_worker",
    default=None,
    help="同时运行后台任务 / background work beside it (SQLite: yes)",
)
def run(bind: str, workers: int | None, threads: int, with_worker: bool | None) -> None:
    """启动网站 / Serve the website; a newly published catalogue is taken over without a restart."""
    settings = usable_settings()
    if present_revision(settings.database_url) is None:
        refuse(
            Text(
                "数据库还没有建立,请先运行 portal db upgrade。",
                "There is no database yet; run portal db upgrade first.",
            )
        )
    embedded = make_url(settings.database_url).get_backend_name() == "sqlite"
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    if embedded if with_worker is None else with_worker:
        _beside(("worker",))
    from portal.serving import serve

    say(Text(f"网址:http://{bind}/", f"Open http://{bind}/"))
    serve(settings, bind, workers or (1 if embedded else 2), threads)


def _beside(arguments: tuple[str, ...]) -> None:
    """Another `portal` process that ends with this one."""
    program = "from portal.cli import main; main()"
    process = subprocess.Popen([sys.executable, "-c", program, *arguments])  # noqa: S603 - our own program
    atexit.register(process.terminate)


@click.command()
@click.option("--once", is_flag=True, help="只运行一次 / one turn, then stop")
def worker(once: bool) -> None:
    """运行后台任务 / Deliver what is waiting and let waits end, every minute."""
    settings = usable_settings()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    from portal.jobs.schedule import minute, queue, scheduled

    @contextmanager
    def sessions() -> Iterator[Session]:
        with reading(settings) as db:
            db.info["sender"] = settings.sender
            yield db

    moved, delivered = minute(sessions, everything=True)
    say(Text(f"推进 {moved} 件,处理 {delivered} 项。", f"{moved} moved on, {delivered} delivered."))
    if not once:
        from portal.app import prepare

        huey = scheduled(
            queue(settings.redis_url, settings.files.parent), sessions, partial(prepare, settings=settings)
        )
        huey.create_consumer(workers=1, periodic=True, check_worker_health=True).run()


@click.command()
@click.option("--markdown", "as_markdown", is_flag=True, help="docs/settings.md")
def settings(as_markdown: bool) -> None:
    """列出设置项 / List the settings and what they are for."""
    if as_markdown:
        click.echo(markdown(), nl=False)
        return
    for setting in SETTINGS:
        default = f" [{setting.default}]" if setting.default else ""
        click.echo(f"{setting.name}{default}")
        click.echo(f"    {setting.help.zh} / {setting.help.en}")
