"""`portal catalogue`: check a catalogue, write it in canonical form, export it, compare two."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import click

from portal.catalogue.checks import check as look
from portal.catalogue.documents import Source, write_directory
from portal.catalogue.release import FaultyCatalogue
from portal.catalogue.release import diff as differences
from portal.commands.terminal import (
    catalogue_option,
    finding_json,
    language,
    print_findings,
    read_source,
    refuse,
    say,
    usable_source,
)
from portal.errors import faults
from portal.values import Text

DIRECTORY = click.argument("directory", required=False, type=click.Path(path_type=Path), envvar="PORTAL_CATALOGUE")


@click.group()
def catalogue() -> None:
    """检查、整理、导出、比较事项目录 / Check, format, export and compare catalogues."""


@catalogue.command()
@DIRECTORY
@click.option("--json", "as_json", is_flag=True, help="JSON to stdout, for machines.")
def check(directory: Path | None, as_json: bool) -> None:
    """一次报告目录的全部问题,有问题时退出码为 1。

    Report every fault of a catalogue at once: file, JSON pointer, what is wrong, what was probably meant.
    DIRECTORY holds form_schemas/ and workflows/; without it the packaged catalogue is checked. Exit code 1 with faults.
    """
    started = time.perf_counter()
    source, reading_faults = read_source(directory)
    findings = (*reading_faults, *look(source))
    faulty = len(faults(findings))
    if as_json:
        document = {
            "release": None if faulty else source.digest,
            "documents": len(source.documents),
            "findings": [finding_json(finding) for finding in findings],
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        print_findings(findings, err=False)
        took = time.perf_counter() - started
        if faulty:
            say(Text(f"共 {faulty} 处问题。", f"{faulty} {'fault' if faulty == 1 else 'faults'}."), err=True)
        else:
            say(
                Text(
                    f"目录无误:{len(source.documents)} 个文件,版本 {source.digest[:12]},用时 {took:.1f} 秒。",
                    f"No faults: {len(source.documents)} files, release {source.digest[:12]}, {took:.1f} s.",
                )
            )
    raise SystemExit(1 if faulty else 0)


@catalogue.command("format")
@DIRECTORY
@click.option("--check", "only_check", is_flag=True, help="只检查 / only report; exit 1 when a file would change.")
def format_(directory: Path | None, only_check: bool) -> None:
    """按统一格式重写每个文件 / Write every document of a catalogue in its one canonical form."""
    from portal.catalogue.kinds import packaged_root

    source = usable_source(directory)
    changed = write_directory(source, directory or packaged_root(), dry_run=only_check)
    for path in changed:
        click.echo(path)
    say(Text(f"{len(changed)} 个文件有变化。", f"{len(changed)} files changed."), err=True)
    raise SystemExit(1 if only_check and changed else 0)


@catalogue.command()
@click.argument("target", type=click.Path(path_type=Path, file_okay=False))
@catalogue_option
def export(target: Path, directory: Path | None) -> None:
    """把目录写成文件 / Write the catalogue's documents to TARGET; importing them again gives the same release."""
    source = usable_source(directory)
    changed = write_directory(source, target)
    say(
        Text(
            f"已写出 {len(source.documents)} 个文件({len(changed)} 个有变化),版本 {source.digest[:12]}。",
            f"{len(source.documents)} files written ({len(changed)} changed), release {source.digest[:12]}.",
        )
    )


@catalogue.command()
@DIRECTORY
@click.option("--note", required=True, help="为什么发布 / why it is published; kept with the release.")
@click.option("--if-changed", is_flag=True, help="与现行版本相同则不发布 / nothing to do when it is in force already.")
def publish(directory: Path | None, note: str, if_changed: bool) -> None:
    """发布目录:运行中的服务随即换上新版本,无须重启。

    Check a catalogue, store it as a release and make it current; running servers swap it in. Publishing an older
    release again is the rollback. The act is audited. Exit code 1 with the faults when there are any.
    """
    from portal.commands.published import is_in_force, publish_source

    source, faults = read_source(directory)
    if if_changed and not faults and is_in_force(source):
        say(Text(f"版本 {source.digest[:12]} 已在使用。", f"Release {source.digest[:12]} is in force already."))
        return
    try:
        release = publish_source(source, faults, note)
    except FaultyCatalogue as refusal:
        print_findings(refusal.findings)
        raise
    say(Text(f"已发布版本 {release.id[:12]}。", f"Published release {release.id[:12]}."))


@catalogue.command()
@click.argument("before")
@click.argument("after")
@click.option("--json", "as_json", is_flag=True, help="JSON to stdout, for machines.")
def diff(before: str, after: str, as_json: bool) -> None:
    """比较两个目录或版本。

    Show what changes from one catalogue to another. Each is a directory, a file holding a stored bundle, or the
    beginning of a published release's id (which needs the database).
    """
    changes = differences(_source_named(before), _source_named(after))
    if as_json:
        listed = [
            {"file": c.file, "pointer": c.pointer, "kind": c.kind, "before": c.before, "after": c.after}
            for c in changes
        ]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    for change in changes:
        click.echo(change.sentence.to(language()))
    say(Text(f"共 {len(changes)} 处变化。", f"{len(changes)} changes."), err=True)


def _source_named(name: str) -> Source:
    """A place in the file system when there is one, else a published release."""
    if Path(name).exists():
        return usable_source(Path(name))
    if re.fullmatch("[0-9a-f]{6,64}", name) is None:
        refuse(Text(f"没有目录或版本“{name}”。", f"There is no directory or release {name!r}."))
    from portal.commands.published import published_source

    return published_source(name)
