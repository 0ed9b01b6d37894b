"""`portal check`: recomputes what is stored twice, verifies the trail's chains, checks the published catalogue."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.audit import Event
from portal.audit.queries import broken_links
from portal.cases.checking import differences as case_differences
from portal.catalogue.checks import check as catalogue_faults
from portal.catalogue.documents import from_bundle
from portal.catalogue.models import StoredRelease
from portal.catalogue.queries import current_id
from portal.commands.session import reading
from portal.commands.terminal import language
from portal.entitlements.checking import differences as entitlement_differences
from portal.values import Text

PARTS = ("cases", "audit", "catalogue")
TITLES = {
    "cases": Text("办件与留痕一致", "Cases agree with their states and the trail"),
    "audit": Text("留痕的链", "The chains of the trail"),
    "catalogue": Text("已发布的目录", "The published catalogue"),
}


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it should be."""

    part: str
    where: str
    what: str
    stored: str = ""
    expected: str = ""


@click.command()
@click.argument("part", required=False, type=click.Choice(PARTS))
@click.option("--json", "as_json", is_flag=True, help="供程序读取 / for programs")
def check(part: str | None, as_json: bool) -> None:
    """核对存储与留痕是否一致,链是否完整,目录是否有效。

    Check that stored columns follow from states and trail, that no link of the trail was touched, and that the
    published catalogue is sound. Without a part all three. Exit code 1 when anything differs.
    """
    found: dict[str, list[Fault]] = {}
    for name in (part,) if part else PARTS:
        with reading() as db:
            found[name] = list(CHECKS[name](db, not as_json))
        if not as_json:
            _tell(name, found[name])
    if as_json:
        click.echo(json.dumps({k: [asdict(f) for f in v] for k, v in found.items()}, ensure_ascii=False, indent=2))
    if any(found.values()):
        raise SystemExit(1)


def _tell(name: str, faults: list[Fault]) -> None:
    lang = language()
    good, bad = Text("正常", "in order"), Text(f"有 {len(faults)} 处问题", f"{len(faults)} faults")
    click.echo(f"{TITLES[name].to(lang)}: {(bad if faults else good).to(lang)}")
    for fault in faults:
        change = f" {fault.stored} ≠ {fault.expected}" if fault.stored or fault.expected else ""
        click.echo(f"  {fault.where}  {fault.what}{change}")


def _cases(db: Session, visible: bool) -> Iterator[Fault]:
    whole = db.scalar(select(func.count()).select_from(Application)) or 0
    with _bar(whole, "cases", visible) as bar:
        for one in case_differences(db, bar.update):
            yield Fault("cases", one.number, one.column, one.stored, one.expected)
    for one in entitlement_differences(db):
        yield Fault("cases", one.number, one.column, one.stored, one.expected)


def _audit(db: Session, visible: bool) -> Iterator[Fault]:
    whole = db.scalar(select(func.count()).select_from(Event)) or 0
    with _bar(whole, "audit", visible) as bar:
        for stream, sequence, fault in broken_links(db, seen=lambda _event: bar.update(1)):
            yield Fault("audit", f"{stream}#{sequence}", fault)


def _catalogue(db: Session, visible: bool) -> Iterator[Fault]:
    """Every stored release is still what its name says; the one in force passes every check."""
    del visible  # a few releases take no time
    in_force = current_id(db)
    for release_id, bundle in db.execute(select(StoredRelease.id, StoredRelease.bundle)):
        source, faults = from_bundle(bundle)
        if source.digest != release_id:
            yield Fault("catalogue", release_id[:12], "was changed", source.digest[:12], release_id[:12])
        if release_id == in_force:
            for finding in (*faults, *catalogue_faults(source)):
                yield Fault("catalogue", f"{finding.file}#{finding.pointer}", finding.message.to(language()))


CHECKS: dict[str, Callable[[Session, bool], Iterator[Fault]]] = {
    "cases": _cases,
    "audit": _audit,
    "catalogue": _catalogue,
}


def _bar(length: int, name: str, visible: bool) -> Any:
    """How far a long check is, beside its findings; nothing when a program reads."""
    label = TITLES[name].to(language())
    bar: Any = click.progressbar(length=length, label=label, hidden=not visible, file=sys.stderr)
    return bar
