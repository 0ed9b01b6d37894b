"""`portal …`: the command line. Each group of commands is a module, imported only when it is used."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from portal.errors import Refused
from portal.values import Text


@dataclass(frozen=True)
class LazyGroup:
    """A command or group in its own module, so that checking a catalogue needs neither Flask nor a database."""

    name: str
    module: str
    attribute: str
    help: Text


# One line per group; a new group is a module in portal/commands and a line here.
GROUPS = (
    LazyGroup(
        "catalogue",
        "portal.commands.catalogue",
        "catalogue",
        Text("检查、整理、导出、比较事项目录", "Check, format, export and compare catalogues"),
    ),
    LazyGroup(
        "form",
        "portal.commands.form",
        "form",
        Text("按所选事项组成一张表", "Compose the one form for chosen items"),
    ),
    LazyGroup(
        "db",
        "portal.commands.db",
        "database",
        Text("建立、升级、核对数据库结构", "Create, upgrade and verify the database's tables"),
    ),
    LazyGroup(
        "user", "portal.commands.user", "user", Text("建立用户、分配岗位", "Create users and assign their posts")
    ),
    LazyGroup(
        "register",
        "portal.commands.register",
        "register",
        Text("列出、导入部门台账", "List and import the departments' registers"),
    ),
    LazyGroup(
        "cases",
        "portal.commands.cases",
        "cases",
        Text("名单、到龄、价格指数启动事项", "Start items from a list, at a birthday, by a price index"),
    ),
    LazyGroup("seed", "portal.commands.seed", "seed", Text("装入组织数据", "Load places and staff")),
    LazyGroup(
        "demo",
        "portal.commands.demo",
        "demo",
        Text("演示:快进时钟、列出账号", "Demo: move the clock, list the logins"),
    ),
    LazyGroup(
        "check",
        "portal.commands.check",
        "check",
        Text("核对办件、留痕、目录", "Check cases, the trail and the catalogue"),
    ),
    LazyGroup("run", "portal.commands.run", "run", Text("启动网站", "Serve the website")),
    LazyGroup("worker", "portal.commands.run", "worker", Text("运行后台任务", "Run background work")),
    LazyGroup("settings", "portal.commands.run", "settings", Text("查看设置项", "Show the settings")),
    LazyGroup(
        "rules",
        "portal.commands.rules",
        "rules",
        Text("按规则判断一个家庭", "Judge a household by the rules"),
    ),
)


class Portal(click.Group):
    """The root command: knows every group by name and turns a refusal into two sentences and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*(group.name for group in GROUPS), *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for group in GROUPS:
            if group.name == cmd_name:
                command = getattr(import_module(group.module), group.attribute)
                return command if isinstance(command, click.Command) else None
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of groups without importing any of them."""
        del ctx  # the list is the same everywhere
        rows = [(group.name, f"{group.help.zh} / {group.help.en}") for group in GROUPS]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            click.echo(refusal.text.zh, err=True)
            click.echo(refusal.text.en, err=True)
            for fault in refusal.fields:
                click.echo(f"  {fault.pointer}: {fault.message.zh} / {fault.message.en}", err=True)
            ctx.exit(1)


@click.group(cls=Portal, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="portal", message="%(version)s")
def cli() -> None:
    """帮扶救助一件事:一张表、一次入户、部门并行。

    One form, one home visit, departments in parallel. The commands `catalogue`, `form` and `rules` work from the files
    alone; PORTAL_CATALOGUE names another catalogue than the packaged one, PORTAL_LANG (zh or en) the language.
    """


def main() -> None:
    """The entry point of the `portal` script."""
    sys.exit(cli(prog_name="portal"))


if __name__ == "__main__":
    main()
