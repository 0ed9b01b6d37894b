"""`portal db`: create, upgrade and verify the database's tables."""

from __future__ import annotations

import click

from portal.catalogue.queries import current_id, release
from portal.commands import migrating
from portal.commands.session import reading, writing
from portal.commands.terminal import refuse, say
from portal.settings import current
from portal.values import Text


@click.group("db")
def database() -> None:
    """建立、升级、核对数据库结构 / Create, upgrade and verify the database's tables."""


@database.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """升级到最新结构,并同步权限 / Upgrade to the newest structure and synchronise permissions."""
    url = current().database_url
    migrating.upgrade(url, revision)
    if revision == "head":
        _synchronise_permissions()
    say(
        Text(
            f"数据库结构:{migrating.present_revision(url)}。", f"Database structure: {migrating.present_revision(url)}."
        )
    )


def _synchronise_permissions() -> None:
    """The permissions of the published release's views; nothing to do before the first publication."""
    with reading() as db:
        published = current_id(db)
    if published is None:
        return
    from portal.app import prepare

    with writing() as db:
        new = prepare(db, release(db, published), current())
    say(Text(f"新增权限 {new} 项。", f"{new} new permissions."))


@database.command()
@click.argument("revision")
@click.confirmation_option(prompt="数据会丢失,确定? / Data will be lost. Sure?")
def downgrade(revision: str) -> None:
    """退回到某个版本(base 为清空)/ Go back to a revision; `base` removes every table."""
    migrating.downgrade(current().database_url, revision)


@database.command()
def check() -> None:
    """核对表结构与程序是否一致 / Compare the tables with the program; exit 1 when they differ."""
    found = migrating.differences(current().database_url)
    for difference in found:
        click.echo(str(difference))
    if found:
        refuse(Text(f"有 {len(found)} 处不一致。", f"{len(found)} differences."), 1)
    say(Text("表结构与程序一致。", "Tables and program agree."))


@database.command()
@click.argument("message")
def revise(message: str) -> None:
    """生成新的迁移草稿 / Draft a new migration from the models, to be read and tidied."""
    migrating.revise(current().database_url, message)
