"""What generated views read through: rows within the reader's scope, and writes that are audited.

The scope is part of every query the interface makes (list, count, show, get, actions, pickers, the API), so that no view
can forget it. A model without a line in `SCOPES` cannot be shown at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from flask_appbuilder.models.filters import Filters
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import ColumnElement, func, inspect, select, true
from sqlalchemy.exc import DataError

from portal import audit
from portal.access import Actor
from portal.db import Base, db, transaction
from portal.organisation.models import Department, Holiday, Office, Region
from portal.reader import current_actor, now

ScopeRule = Callable[[Actor], ColumnElement[bool]]

COUNTED = 10_000  # lists count this far and then say "10000+": counting a million rows costs half a second


def everybody(_actor: Actor) -> ColumnElement[bool]:
    """Reference data: no row is secret from a member of staff."""
    return true()


# Who sees which rows of which table, for interfaces that are not given a rule of their own (pickers among them).
SCOPES: dict[type[Base], ScopeRule] = {
    Region: everybody,
    Department: everybody,
    Office: everybody,
    Holiday: everybody,
}


class UnscopedModel(TypeError):
    """A view was made for a table nobody has said who may read."""


class ScopedInterface(SQLAInterface):
    """FAB's interface to a table, with the reader's scope inside each query and the count capped."""

    def __init__(self, obj, scope: ScopeRule | None = None, session=None):
        self.scope = scope or SCOPES.get(obj)  # FAB makes interfaces just to look at columns: they need none
        super().__init__(obj, session)

    def check_scope(self) -> ScopeRule:
        """Who may read; nobody reads a table for which this was never said."""
        if self.scope is None:
            raise UnscopedModel(f"no scope for {self.obj.__name__}: add a line to SCOPES or hand one in")
        return self.scope

    @property
    def session(self):
        return self._session or db.session()

    def scoped(self):
        """The rows this reader may see: the beginning of every query."""
        return self.session.query(self.obj).filter(self.check_scope()(current_actor()))

    def get_related_interface(self, col_name):
        """A picker reads through an interface of its own; the related table's scope holds there."""
        return ScopedInterface(self.get_related_model(col_name))

    def get_related_obj(self, col_name, value):
        related = self.get_related_interface(col_name)
        return related.get(value)

    def query(
        self,
        filters=None,
        order_column="",
        order_direction="",
        page=None,
        page_size=None,
        select_columns=None,
        outer_default_load=False,
    ):
        """(capped count, rows of the page)."""
        rows = self.scoped()
        count = self.query_count(rows, filters, select_columns)
        rows = self.apply_all(
            rows, filters, order_column, order_direction, page, page_size, select_columns, outer_default_load
        ).all()
        return count, [self._entity(row) for row in rows]

    def query_count(self, query, filters=None, select_columns=None):
        """How many rows there are, counting no further than COUNTED + 1."""
        found = self._apply_inner_all(query, filters, select_columns=select_columns, aliases_mapping={})
        keys = found.with_entities(*self.obj.__mapper__.primary_key).order_by(None).limit(COUNTED + 1).subquery()
        return self.session.scalar(select(func.count()).select_from(keys)) or 0

    def get(self, id, filters=None, select_columns=None, outer_default_load=False):  # noqa: A002 - FAB's signature
        """One row by its key, if this reader may see it; None otherwise."""
        wanted = filters.copy() if filters else Filters(self.filter_converter_class, self)
        names = self.get_pk_name()
        pairs = zip(names, id, strict=True) if self.is_pk_composite() else ((names, id),)
        for name, value in pairs:
            column = self.list_columns[name]
            try:
                typed = column.type.python_type(value) if not isinstance(value, date | datetime) else value
            except (TypeError, ValueError):
                typed = _moment(column.type.python_type, value)
            if typed is None:
                return None
            wanted.add_filter(name, self.FilterEqual, typed)
        found = self.apply_all(
            self.scoped(), wanted, select_columns=select_columns, outer_default_load=outer_default_load
        )
        try:
            row = found.one_or_none()
        except (DataError, OverflowError):  # a number no column of this kind can hold names no row
            self.session.rollback()
            return None
        return None if row is None else self._entity(row)

    def _entity(self, row):
        return getattr(row, self.obj.__name__) if hasattr(row, self.obj.__name__) else row


def _moment(kind, value):
    """A key that is a day arrives as text in an address."""
    try:
        return kind.fromisoformat(value) if kind in {date, datetime} else None
    except (TypeError, ValueError):
        return None


class AuditedInterface(ScopedInterface):
    """Reference data that may be written: each change and its audit row are committed together, or not at all."""

    def __init__(self, obj, scope: ScopeRule | None = None, session=None):
        super().__init__(obj, scope, session)
        self.noun = obj.__tablename__.rstrip("s")

    @contextmanager
    def writing(self, item, verb: str) -> Iterator[None]:
        """Everything inside is one transaction with its line in the trail. Refused stays refused: nothing is saved."""
        actor, moment = current_actor(), now()
        with self.session.no_autoflush, transaction(self.session):
            yield
            changes = _changes(item)
            self.session.flush()  # the row's key is known only now, and the database has had its say
            audit.record(
                self.session,
                actor_id=actor.id,
                actor_name=actor.name,
                action=f"{self.noun}.{verb}",
                stream=f"reference:{self.obj.__tablename__}",
                subject=f"{self.noun}:{self.get_pk_value(item)}",
                at=moment,
                changes=changes,
            )

    def add(self, item, commit=True):
        with self.writing(item, "added"):
            self.session.add(item)

    def edit(self, item, commit=True):
        with self.writing(item, "changed"):
            self.session.merge(item)

    def delete(self, item, commit=True):
        with self.writing(item, "deleted"):
            self.session.delete(item)


def _changes(item):
    """What changed on a row, as {column: [before, after]}, in words JSON knows."""
    state = inspect(item)
    changed = {}
    for column in state.mapper.column_attrs:
        history = state.attrs[column.key].history
        if history.has_changes():
            before, after = (part[0] if part else None for part in (history.deleted, history.added))
            changed[column.key] = [_plain(before), _plain(after)]
    return changed


def _plain(value):
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
