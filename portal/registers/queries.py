"""Reading registers: a department's rows within the actor's reach, and what all registers know about a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.queries import where
from portal.catalogue.catalogue import Catalogue
from portal.db import vault_of
from portal.errors import NOT_FOUND, Problem, Refused
from portal.forms import Origin
from portal.forms.normalising import id_number as normal_id
from portal.organisation.queries import CITY_TIME
from portal.registers.filling import Known
from portal.registers.models import RegisterRow
from portal.registers.rules import Shape, loose, shape_of
from portal.sealing import PREFIX, mask
from portal.values import Text, nearest

COUNT_CAP = 10_000
WRITES = "register.write"
NO_REGISTER = Problem(
    "no-such-register", 404, Text("没有台账“{slug}”。{hint}", "There is no register {slug!r}. {hint}")
)


@lru_cache(maxsize=64)
def _shapes(catalogue: Catalogue) -> dict[str, Shape]:
    return {slug: shape_of(register, catalogue.bank) for slug, register in catalogue.registers.items()}


def shape(catalogue: Catalogue, slug: str) -> Shape:
    """A register of the release, ready for use. Refused when there is none of that name."""
    found = _shapes(catalogue).get(slug)
    if found is None:
        hit = nearest(slug, catalogue.registers)
        hint = Text(f"是否应为“{hit}”?", f"Did you mean {hit!r}?") if hit else Text("", "")
        raise Refused(NO_REGISTER, slug=slug, hint=hint)
    return found


def kept_by(catalogue: Catalogue, actor: Actor) -> tuple[Shape, ...]:
    """The registers the actor keeps: those of the departments he writes for."""
    return tuple(one for one in _shapes(catalogue).values() if keeps(actor, one))


def keeps(actor: Actor, one: Shape) -> bool:
    """Whether the actor writes for the department of a register."""
    return any(grant.department in (None, one.register.department) for grant in actor.scope(WRITES).grants)


def of_actor(actor: Actor, one: Shape) -> Shape:
    """A register the actor keeps. Another department's looks like none at all."""
    if not keeps(actor, one):
        raise Refused(NOT_FOUND)
    return one


def readable(actor: Actor, slug: str) -> ColumnElement[bool]:
    """The rows of one register the actor may see: his department's, in his region."""
    scope = where(actor.scope(WRITES), region=RegisterRow.region_code, department=RegisterRow.department_code)
    return and_(RegisterRow.register == slug, scope)


def visible_to(actor: Actor, slug: str) -> Select[RegisterRow]:
    return select(RegisterRow).where(readable(actor, slug))


def get(db: Session, actor: Actor, slug: str, row_id: int) -> RegisterRow:
    found = db.scalar(visible_to(actor, slug).where(RegisterRow.id == row_id))
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def count(db: Session, actor: Actor, slug: str) -> int:
    """How many rows there are, counting no further than the cap."""
    keys = select(RegisterRow.id).where(readable(actor, slug)).limit(COUNT_CAP + 1).subquery()
    return db.scalar(select(func.count()).select_from(keys)) or 0


def holds(db: Session, one: Shape, text: str) -> ColumnElement[bool]:
    """Rows that match what was typed: a full identifier through its blind index, anything else inside the texts."""
    vault = vault_of(db)
    wanted = text.strip()
    number = normal_id(wanted)
    matches = [
        RegisterRow.search.contains(loose(wanted), autoescape=True),
        RegisterRow.key == key_of(db, one, wanted),
        RegisterRow.person_index == vault.index(number),
        RegisterRow.search.contains(vault.index(wanted), autoescape=True),
    ]
    return or_(*matches)


def search(
    db: Session, actor: Actor, one: Shape, text: str = "", *, after: int = 0, limit: int = 50
) -> Sequence[RegisterRow]:
    """Rows in the order they were entered; `after` continues behind an id."""
    query = visible_to(actor, one.slug).where(RegisterRow.id > after)
    if text.strip():
        query = query.where(holds(db, one, text))
    return db.scalars(query.order_by(RegisterRow.id).limit(limit)).all()


def every(db: Session, actor: Actor, slug: str) -> Iterator[RegisterRow]:
    """All rows the actor may see, a thousand at a time, never all in memory."""
    after = 0
    while rows := db.scalars(
        visible_to(actor, slug).where(RegisterRow.id > after).order_by(RegisterRow.id).limit(1_000)
    ).all():
        yield from rows
        after = rows[-1].id
        for row in rows:
            db.expunge(row)


def key_of(db: Session, one: Shape, value: str) -> str:
    """How a row's key is stored: as it is, or as its blind index when the key is an identifier."""
    return vault_of(db).index(value) if one.key.sealed else value


def clear(db: Session, row: RegisterRow) -> dict[str, Any]:
    """A row with its identifiers opened; never for a page that has no reason to show them."""
    opened: dict[str, Any] = vault_of(db).open_in(row.data)
    return opened


def masked(db: Session, row: RegisterRow) -> dict[str, Any]:
    """A row as lists show it: identifiers masked."""
    vault = vault_of(db)
    return {
        name: mask(vault.open(value)) if isinstance(value, str) and value.startswith(PREFIX) else value
        for name, value in row.data.items()
    }


# --- what registers know of a person ------------------------------------------------------------------------------


def known_for(db: Session, catalogue: Catalogue, id_numbers: Iterable[str]) -> Known:
    """Answers the departments' registers hold about these people, newest row first when several say something.

    Any register, any place: the person at the desk may be registered in another county. Callers show what their form
    asks and nothing else; `forms` decides which questions these are.
    """
    vault = vault_of(db)
    numbers = {vault.index(clean): clean for number in id_numbers if (clean := normal_id(str(number or "")))}
    filling = [one for one in _shapes(catalogue).values() if one.person and one.register.fill]
    if not numbers or not filling:
        return Known()
    rows = db.scalars(
        select(RegisterRow)
        .where(RegisterRow.person_index.in_(sorted(numbers)), RegisterRow.register.in_([one.slug for one in filling]))
        .order_by(RegisterRow.updated_at.desc(), RegisterRow.id.desc())
    ).all()
    answers: dict[str, dict[str, Any]] = {}
    origins: dict[str, dict[str, Origin]] = {}
    for row in rows:
        number = numbers[row.person_index]
        for question, value in answers_of(db, _shapes(catalogue)[row.register], row).items():
            if question not in answers.setdefault(number, {}):
                answers[number][question] = value
                when = row.updated_at.astimezone(CITY_TIME).date().isoformat()
                origins.setdefault(number, {})[question] = Origin(row.register, value, when)
    return Known(answers, origins)


def answers_of(db: Session, one: Shape, row: RegisterRow) -> dict[str, Any]:
    """One row as answers to the questions its register fills."""
    if any(row.data.get(column) in values for column, values in one.register.starts_unless.items()):
        return {}  # a closed account is nobody's account
    data = clear(db, row)
    return {question: data[column] for question, column in one.register.fill.items() if column in data}
