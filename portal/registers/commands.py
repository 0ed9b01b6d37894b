"""Keeping a register: a row entered, changed or deleted, a whole file taken in; each with its line in the trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.db import CONFLICT, CONSTRAINT_PROBLEMS
from portal.errors import INVALID, FieldError, Problem, Refused
from portal.registers import queries
from portal.registers.importing import Imported, examine, fault_lines, take_in
from portal.registers.keeping import outside, recorded, region_for, stored
from portal.registers.models import RegisterRow
from portal.registers.rules import Shape, faults, read_row
from portal.values import Text

__all__ = ["Imported", "delete", "examine", "export", "fault_lines", "reveal", "save", "take_in"]

KEY_TAKEN = Problem(
    "register-key-taken", 409, Text("已有一条“{title}”相同的记录。", "There is a row with the same “{title}” already.")
)
KEY_TAKEN_MEANWHILE = Problem(
    "register-key-exists", 409, Text("已有一条主键相同的记录。", "There is a row with the same key already.")
)
CONSTRAINT_PROBLEMS["uq_register_rows_register_key"] = KEY_TAKEN_MEANWHILE


def save(
    db: Session,
    actor: Actor,
    one: Shape,
    given: Mapping[str, Any],
    *,
    now: datetime,
    row_id: int | None = None,
    seen: str | None = None,
) -> RegisterRow:
    """Enter a row, or change the one named. Refused with every faulty column at once; nothing is stored then.

    `seen` is the moment of the row as whoever changes it read it: somebody else's change meanwhile is not overwritten.
    """
    old = queries.get(db, actor, one.slug, row_id) if row_id is not None else None
    if old is not None and seen is not None and seen != old.updated_at.isoformat():
        raise Refused(CONFLICT)
    row = read_row(one, given)
    found = faults(one, row)
    region = region_for(one, actor, row, old)
    if region is None:
        found.append(outside(one))
    if found:
        raise Refused(INVALID, tuple(found), count=len(found))
    key = queries.key_of(db, one, str(row[one.register.key]))
    other = db.scalar(select(RegisterRow.id).where(RegisterRow.register == one.slug, RegisterRow.key == key))
    if other is not None and (old is None or other != old.id):
        taken = FieldError(f"/{one.key.name}", one.key.name, "taken", KEY_TAKEN.sentence({"title": one.key.title}))
        raise Refused(KEY_TAKEN, (taken,), title=one.key.title)
    before = queries.clear(db, old) if old is not None else {}
    values = stored(db, actor, one, row, str(region), now)
    target = old or RegisterRow(**values)
    if old is None:
        db.add(target)
    for name, value in values.items():
        setattr(target, name, value)
    db.flush()  # the trail names the row by its id
    changed = sorted(name for name in {*before, *row} if before.get(name) != row.get(name))
    recorded(db, actor, one, "changed" if old else "added", now, row=target, columns=changed)
    return target


def delete(db: Session, actor: Actor, one: Shape, row_id: int, *, now: datetime) -> None:
    """Take a row off the register. What it filled or started before stays as it was."""
    row = queries.get(db, actor, one.slug, row_id)
    recorded(db, actor, one, "deleted", now, row=row)
    db.delete(row)


def reveal(db: Session, actor: Actor, one: Shape, row_id: int, purpose: str, *, now: datetime) -> dict[str, Any]:
    """A row with its identifiers in clear: a read that is written down with its purpose."""
    row = queries.get(db, actor, one.slug, row_id)
    _refuse_without_purpose(purpose)
    recorded(db, actor, one, "revealed", now, row=row, purpose=purpose.strip()[:200])
    return queries.clear(db, row)


PURPOSE_MISSING = Problem(
    "purpose-missing", 422, Text("请写明查看或导出完整号码的用途。", "Say what the full numbers are needed for.")
)


def _refuse_without_purpose(purpose: str) -> None:
    if not purpose.strip():
        fault = FieldError("/purpose", "purpose", "required", PURPOSE_MISSING.message)
        raise Refused(PURPOSE_MISSING, (fault,))


def export(
    db: Session, actor: Actor, one: Shape, *, in_clear: bool, purpose: str, now: datetime
) -> Iterator[dict[str, Any]]:
    """The rows the actor may see, for a file; full numbers only with a purpose. The export is in the trail first."""
    if in_clear:
        _refuse_without_purpose(purpose)
    recorded(db, actor, one, "exported", now, in_clear=in_clear, purpose=purpose.strip()[:200])
    read = queries.clear if in_clear else queries.masked
    return (read(db, row) for row in queries.every(db, actor, one.slug))
