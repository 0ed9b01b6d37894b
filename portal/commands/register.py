"""`portal register`: the departments' registers from the command line: which there are, and taking in a file."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import click

from portal.access import Actor, Grant
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.queries import current
from portal.commands.session import reading, writing
from portal.commands.terminal import language, refuse, say
from portal.organisation.models import Region
from portal.organisation.queries import moment
from portal.registers import commands, queries
from portal.registers.rules import Shape
from portal.registers.sheets import open_sheet
from portal.values import Text


def operator(catalogue: Catalogue, one: Shape, place: str | None = None) -> Actor:
    """Whoever runs this machine keeps every place's rows of a register, or one place's; the trail says who it was."""
    cities = [region.code for region in catalogue.regions if region.level == "city"]
    places = [place] if place else cities or [""]
    grants = tuple(Grant("department_officer", code, one.register.department) for code in places)
    return Actor(None, f"operator:{getpass.getuser()}", grants)


@click.group()
def register() -> None:
    """部门台账:列出、导入 / The departments' registers: list them, import a file."""


@register.command("list")
@click.option("--json", "as_json", is_flag=True, help="供程序读取 / for programs")
def list_registers(as_json: bool) -> None:
    """列出台账和行数 / List the registers and how many rows each holds."""
    with reading() as db:
        catalogue = current(db).catalogue
        found = []
        for slug in catalogue.registers:
            one = queries.shape(catalogue, slug)
            found.append((one, queries.count(db, operator(catalogue, one), slug)))
    if as_json:
        lines = [
            {
                "slug": one.slug,
                "title": one.register.title.to_json(),
                "department": one.register.department,
                "columns": list(one.columns),
                "rows": rows,
            }
            for one, rows in found
        ]
        click.echo(json.dumps(lines, ensure_ascii=False, indent=2))
        return
    for one, rows in found:
        shown = f"{queries.COUNT_CAP}+" if rows > queries.COUNT_CAP else str(rows)
        click.echo(f"{one.slug:20} {one.register.department:4} {shown:>8}  {one.register.title.to(language())}")


@register.command("import")
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--region", "place", help="归哪个区划管理,默认全市 / whose rows these are; the city's by default")
@click.option("--keep-good", is_flag=True, help="只导入正确的行 / keep the good rows when others are wrong")
@click.option("--check", "only_check", is_flag=True, help="只检查 / only look, keep nothing")
@click.option("--json", "as_json", is_flag=True, help="供程序读取 / for programs")
def import_file(slug: str, file: Path, place: str | None, keep_good: bool, only_check: bool, as_json: bool) -> None:
    """导入 CSV 或 XLSX / Take in a CSV or XLSX file, its header being field names or titles.

    Every faulty row is listed with its line, column, value and sentence. Nothing is kept when a row is wrong, unless
    --keep-good says so; exit code 1 then all the same.
    """
    with reading() as db:
        catalogue = current(db).catalogue
        one = queries.shape(catalogue, slug)
        if place is not None and db.get(Region, place) is None:
            refuse(Text(f"没有行政区划 {place}。", f"There is no region {place}."))
        actor = operator(catalogue, one, place)
        with file.open("rb") as content:
            looked = commands.examine(
                db, actor, one, open_sheet(content, one), now=moment(db), most_faults=10**6, tell=_progress
            )
    kept = not only_check and (keep_good or not looked.fault_count)
    if kept:
        with writing() as db, file.open("rb") as content:
            looked = commands.take_in(
                db, actor, one, open_sheet(content, one), keep_good=keep_good, now=moment(db), name=file.name,
                most_faults=10**6, tell=_progress,
            )  # fmt: skip
    if as_json:
        click.echo(json.dumps({"kept": kept, **looked.to_json()}, ensure_ascii=False, indent=2))
    else:
        _print(looked, kept)
    if looked.fault_count:
        raise SystemExit(1)


def _progress(rows: int) -> None:
    """Long work shows that it goes on."""
    if rows % 10_000 == 0 and rows:
        say(Text(f"… {rows} 行", f"… {rows} rows"), err=True)


def _print(result: commands.Imported, kept: bool) -> None:
    lang = language()
    for fault in result.faults:
        place = f"第 {fault.line} 行" if lang == "zh" else f"line {fault.line}"
        click.echo(f"{place} · {fault.column.to(lang)} · {fault.value}\n    {fault.message.to(lang)}", err=True)
    if result.ignored:
        names = ", ".join(result.ignored)
        say(Text(f"未使用的列:{names}", f"Columns not used: {names}"), err=True)
    counts = Text(
        f"读取 {result.read} 行:新增 {result.added},变更 {result.changed},不变 {result.unchanged},"
        f"有误 {result.faulty}(共 {result.fault_count} 处)。",
        f"{result.read} rows read: {result.added} new, {result.changed} changed, {result.unchanged} as they were, "
        f"{result.faulty} wrong ({result.fault_count} faults).",
    )
    say(counts)
    if not kept:
        say(Text("未导入。", "Nothing was imported."), err=bool(result.fault_count))
