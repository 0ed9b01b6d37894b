"""Taking in a whole file: every faulty line named, nothing kept unless all of it is right or only the good is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.errors import FORBIDDEN, FieldError, Problem, Refused
from portal.registers import queries
from portal.registers.keeping import outside, recorded, region_for, stored
from portal.registers.models import RegisterRow
from portal.registers.rules import Shape, faults, read_row
from portal.registers.sheets import Line, Sheet, csv_bytes
from portal.sealing import mask
from portal.values import Text

BATCH = 500

ROWS_WRONG = Problem(
    "register-rows-wrong",
    422,
    Text(
        "文件中有 {count} 处错误,未导入任何一行。改正后重新导入,或选择“只导入正确的行”。",
        "The file holds {count} faults; nothing was imported. Correct it, or choose to keep the good rows only.",
    ),
)
TWICE = Text("“{title}”与第 {line} 行重复。", "“{title}” is the same as on line {line}.")


@dataclass(frozen=True)
class RowFault:
    """One fault of a file: its line, the column, what stands there (identifiers masked), and the sentence."""

    line: int
    column: Text
    value: str
    message: Text

    def to_json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "column": self.column.to_json(),
            "value": self.value,
            "message": self.message.to_json(),
        }


@dataclass(frozen=True)
class Imported:
    """What taking in a file came to, or would come to."""

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    faulty: int = 0
    faults: tuple[RowFault, ...] = ()
    fault_count: int = 0
    ignored: tuple[str, ...] = ()

    @property
    def good(self) -> int:
        return self.read - self.faulty

    def to_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "faulty": self.faulty,
            "fault_count": self.fault_count,
            "faults": [fault.to_json() for fault in self.faults],
            "ignored": list(self.ignored),
        }


def silent(_rows: int) -> None:
    """Nobody watches the progress."""


def take_in(
    db: Session,
    actor: Actor,
    one: Shape,
    sheet: Sheet,
    *,
    keep_good: bool = False,
    now: datetime,
    name: str = "",
    most_faults: int = 1_000,
    tell: Callable[[int], None] = silent,
) -> Imported:
    """Enter every row of a file, by its key: new rows are added, known ones replaced.

    Refused (`ROWS_WRONG`) when any row is wrong, unless only the good ones are wanted; the edge rolls back. The file is
    read row by row: a hundred thousand rows need no more memory than five hundred, apart from their keys.
    """
    result = examine(db, actor, one, sheet, most_faults=most_faults, write=True, now=now, tell=tell)
    if result.fault_count and not keep_good:
        raise Refused(ROWS_WRONG, fields_of(result), count=result.fault_count)
    recorded(
        db,
        actor,
        one,
        "imported",
        now,
        file=name[:100],
        read=result.read,
        added=result.added,
        changed=result.changed,
        faulty=result.faulty,
    )
    return result


def fields_of(result: Imported) -> tuple[FieldError, ...]:
    """The faults of a file as every refusal carries them: the line and the column as the pointer."""
    return tuple(FieldError(f"/{one.line}/{one.column.en}", one.column.zh, "row", one.message) for one in result.faults)


HEADINGS = (Text("行号", "Line"), Text("列", "Column"), Text("值", "Value"), Text("问题", "What is wrong"))


def fault_lines(result: Imported, lang: str) -> Iterator[bytes]:
    """The faults of a file as a CSV file of their own, to work through."""
    rows = [[one.line, one.column.to(lang), one.value, one.message.to(lang)] for one in result.faults]
    return csv_bytes([[heading.to(lang) for heading in HEADINGS], *rows])


def examine(
    db: Session,
    actor: Actor,
    one: Shape,
    sheet: Sheet,
    *,
    now: datetime,
    most_faults: int = 1_000,
    write: bool = False,
    tell: Callable[[int], None] = silent,
) -> Imported:
    """What taking in a file would come to: every fault, and how many rows are new, changed or as they were."""
    if not queries.keeps(actor, one):
        raise Refused(FORBIDDEN)
    reader = _Reader(one, actor, most_faults)
    totals = Imported(ignored=sheet.ignored)
    batch: list[tuple[Line, dict[str, Any], str]] = []
    for line in sheet.lines:
        totals = replace(totals, read=totals.read + 1)
        checked = reader.check(db, line)
        if checked is not None:
            batch.append(checked)
        if len(batch) >= BATCH:
            totals = _enter(db, actor, one, batch, totals, reader, now, write=write)
            batch = []
        tell(totals.read)
    totals = _enter(db, actor, one, batch, totals, reader, now, write=write)
    return replace(totals, faulty=len(reader.wrong), faults=tuple(reader.faults), fault_count=reader.count)


class _Reader:
    """Checks line after line and remembers what must be remembered: the keys seen, and the first faults."""

    def __init__(self, one: Shape, actor: Actor, most: int) -> None:
        self.one, self.actor, self.most = one, actor, most
        self.seen: dict[str, int] = {}
        self.faults: list[RowFault] = []
        self.wrong: set[int] = set()
        self.count = 0

    def check(self, db: Session, line: Line) -> tuple[Line, dict[str, Any], str] | None:
        row = read_row(self.one, line.cells)
        found = [*line.faults, *faults(self.one, row)]
        told = {one.question for one in line.faults}
        found = [one for n, one in enumerate(found) if n < len(line.faults) or one.question not in told]
        region = region_for(self.one, self.actor, row)
        if region is None:
            found.append(outside(self.one))
        key = row.get(self.one.register.key)
        if isinstance(key, str | int):
            first = self.seen.setdefault(queries.key_of(db, self.one, str(key)), line.number)
            if first != line.number:
                title = self.one.key.title
                text = Text(TWICE.zh.format(title=title.zh, line=first), TWICE.en.format(title=title.en, line=first))
                found.append(FieldError(f"/{self.one.key.name}", self.one.key.name, "duplicate", text))
        for one in found:
            self.add(line, one)
        return None if found else (line, row, str(region))

    def add(self, line: Line, fault: FieldError) -> None:
        self.wrong.add(line.number)
        self.count += 1
        if len(self.faults) < self.most:
            column = self.one.columns.get(fault.question)
            given = line.cells.get(fault.question)
            said = "" if given is None else str(given)
            if column is not None and column.sealed:
                said = mask(said, 4, 2)
            title = column.title if column else Text(fault.question, fault.question)
            self.faults.append(RowFault(line.number, title, said[:40], fault.message))


def _enter(
    db: Session,
    actor: Actor,
    one: Shape,
    batch: Sequence[tuple[Line, dict[str, Any], str]],
    totals: Imported,
    reader: _Reader,
    now: datetime,
    *,
    write: bool,
) -> Imported:
    """Compare a batch with what is there by key, and store it when asked to."""
    if not batch:
        return totals
    keys = {queries.key_of(db, one, str(row[one.register.key])): n for n, (_, row, _) in enumerate(batch)}
    known = {
        row.key: row
        for row in db.scalars(
            select(RegisterRow).where(RegisterRow.register == one.slug, RegisterRow.key.in_(sorted(keys)))
        )
    }
    scope, department = actor.scope(queries.WRITES), one.register.department
    new, changed, same = [], [], 0
    for key, n in keys.items():
        line, row, region = batch[n]
        old = known.get(key)
        if old is not None and not scope.covers(old.region_code, department):
            reader.add(line, outside(one))
            continue
        place = old.region_code if old is not None and one.region is None else region  # a row stays where it is
        if old is None:
            new.append(stored(db, actor, one, row, place, now) if write else {})
        elif queries.clear(db, old) == row and old.region_code == place:
            same += 1
        else:
            changed.append({"id": old.id, **stored(db, actor, one, row, place, now)} if write else {})
    for old in known.values():
        db.expunge(old)
    if write and new:
        db.execute(insert(RegisterRow), new)
    if write and changed:
        db.execute(update(RegisterRow), changed)
    return replace(
        totals,
        added=totals.added + len(new),
        changed=totals.changed + len(changed),
        unchanged=totals.unchanged + same,
    )
