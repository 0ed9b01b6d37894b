"""The form of a register's row, made from its columns. What is right is the schema's business: the command says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_appbuilder.forms import DynamicForm
from sqlalchemy import select
from wtforms import HiddenField, SelectField, StringField

from portal.access.queries import where
from portal.admin.cures import said
from portal.admin.reference_forms import SUGGESTED
from portal.admin.register_interface import choices_of
from portal.db import db
from portal.errors import FieldError
from portal.organisation.models import Region
from portal.reader import current_actor, t, text
from portal.registers import queries
from portal.registers.rules import Column, Shape
from portal.sealing import mask
from portal.values import Text

HINTS: dict[str, Text] = {
    "date": Text("如 2025-03-08 或 20250308", "such as 2025-03-08 or 20250308"),
    "id_number": Text("18 位", "18 characters"),
    "region": Text("村居代码 12 位,可输入名称选择", "12-digit village code; type a name to choose"),
}
SEEN = "seen"


class Marked:
    """A field that must be filled is marked so; whether it is, the schema says."""

    field_flags = {"required": True}

    def __call__(self, form, field):
        """Nothing is judged here."""


class WordField(StringField):
    """A line of text, with suggestions when there are some to make."""

    def __init__(self, *args, suggestions=None, **kwargs):
        super().__init__(*args, **kwargs)
        if suggestions is not None:
            self.suggestions = suggestions


def form_class(shape: Shape, *, editing: bool) -> type[DynamicForm]:
    """One field per column, in the order of the schema, and what the row was when the form was opened."""
    fields = {name: _field(column, editing=editing) for name, column in shape.columns.items()}
    kind = "edit" if editing else "add"
    return type(f"{kind}_{shape.slug}", (DynamicForm,), {**fields, SEEN: HiddenField()})


def _field(column: Column, *, editing: bool):
    """An identifier left blank while editing stays as it is, so it need not be filled then."""
    label = said(column.title)
    marks = [Marked()] if column.required and not (editing and column.sealed) else []
    if column.kind in {"choice", "boolean"}:
        return SelectField(label, marks, choices=choices_of(column), validate_choice=False)
    hint = HINTS.get(column.kind)
    suggestions = own_villages if column.kind == "region" else None
    return WordField(label, marks, description=said(hint) if hint else "", suggestions=suggestions, filters=[_stripped])


def own_villages():
    """The villages of the keeper's places, by code and name."""
    scope = current_actor().scope(queries.WRITES)
    query = select(Region).where(Region.level == "village", Region.valid_to.is_(None), where(scope, region=Region.code))
    rows = db.session.scalars(query.order_by(Region.code).limit(SUGGESTED))
    return [(row.code, t(row.name, row.name_en or row.name)) for row in rows]


def _stripped(value):
    return value.strip() if isinstance(value, str) else value


def filled(form: Any, shape: Shape, data: Mapping[str, Any]) -> None:
    """Put a row into its form; identifiers are not shown."""
    for name, column in shape.columns.items():
        value = data.get(name)
        if value is not None and not column.sealed:
            form[name].data = str(value).lower() if isinstance(value, bool) else str(value)


def tell_sealed(form: Any, shape: Shape, data: Mapping[str, Any]) -> None:
    """Say beside each identifier what it is now, masked, and that a blank keeps it."""
    for name in shape.sealed:
        if data.get(name):
            now = mask(str(data[name]))
            form[name].description = t(f"现为 {now},留空则不变。", f"Now {now}; leave blank to keep it.")


def typed(form: Any, shape: Shape, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the form holds; an identifier left blank is the one that was there."""
    row = {name: form[name].data for name in shape.columns}
    for name in shape.sealed:
        if not row.get(name) and before and before.get(name):
            row[name] = before[name]
    return row


def say_faults(form: Any, faults: tuple[FieldError, ...], otherwise: Text) -> None:
    """Each fault beside its field, in the reader's words; what belongs to no field above the form."""
    for fault in faults:
        if fault.question in form:
            form[fault.question].errors = [text(fault.message)]
        else:
            form.form_errors.append(text(fault.message))
    if not faults:
        form.form_errors.append(text(otherwise))
