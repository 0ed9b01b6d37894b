"""How a valid row is stored and whose it is: the region it belongs to, identifiers sealed, its line in the trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.db import vault_of
from portal.errors import FieldError
from portal.forms.normalising import id_number as normal_id
from portal.registers import queries
from portal.registers.models import RegisterRow
from portal.registers.rules import Shape, loose
from portal.values import Text

OUTSIDE = Text(
    "“{title}”不在您负责的区划内,或台账主键已被其他区划使用。",
    "“{title}” is outside the region you keep, or another region uses this key.",
)


def region_for(one: Shape, actor: Actor, row: Mapping[str, Any], old: RegisterRow | None = None) -> str | None:
    """Where a row belongs: the place it names, else where its keeper sits; None when that is not the keeper's."""
    scope = actor.scope(queries.WRITES)
    department = one.register.department
    homes = [grant.region for grant in scope.grants if grant.department in (None, department)]
    named = row.get(one.region) if one.region else None
    region = str(named) if named else old.region_code if old is not None else homes[0] if homes else ""
    return region if scope.covers(region, department) else None


def outside(one: Shape) -> FieldError:
    column = one.columns[one.region] if one.region else one.key
    text = Text(OUTSIDE.zh.format(title=column.title.zh), OUTSIDE.en.format(title=column.title.en))
    return FieldError(f"/{column.name}", column.name, "outside", text)


def stored(db: Session, actor: Actor, one: Shape, row: Mapping[str, Any], region: str, now: datetime) -> dict[str, Any]:
    """The columns of a valid row: identifiers sealed, the person and the searchable texts as they are found by."""
    vault = vault_of(db)
    number = str(row.get(one.person) or "") if one.person else ""
    texts = [
        vault.index(str(row[name])) if name in one.sealed else loose(str(row[name]))
        for name in one.register.search
        if name in row
    ]
    return {
        "register": one.slug,
        "key": queries.key_of(db, one, str(row[one.register.key])),
        "department_code": one.register.department,
        "region_code": region,
        "person_index": vault.index(normal_id(number)) if number else "",
        "search": " ".join(texts)[:400],
        "data": vault.seal_in(dict(row), one.sealed),
        "updated_at": now,
        "updated_by": actor.name[:100],
    }


def recorded(
    db: Session, actor: Actor, one: Shape, verb: str, now: datetime, row: RegisterRow | None = None, **data: Any
) -> None:
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action=f"register.{verb}",
        stream=f"register:{one.slug}",
        subject=f"register-row:{row.id}" if row is not None else f"register:{one.slug}",
        region_code=row.region_code if row is not None else "",
        at=now,
        register=one.slug,
        **data,
    )
