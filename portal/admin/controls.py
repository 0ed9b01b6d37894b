"""How a field of a generated form is drawn: plain HTML controls, without the inline styles and scripts of FAB's widgets."""

from __future__ import annotations

from datetime import date, datetime

from markupsafe import Markup, escape
from wtforms import widgets

from portal.organisation.queries import CITY_TIME
from portal.reader import t, text
from portal.values import Text

PLAIN = {
    "BooleanField": widgets.CheckboxInput(),
    "DateField": widgets.DateInput(),
    "DateTimeField": widgets.DateTimeLocalInput(),
    "DecimalField": widgets.NumberInput(step="any"),
    "FloatField": widgets.NumberInput(step="any"),
    "IntegerField": widgets.NumberInput(),
    "PasswordField": widgets.PasswordInput(),
    "TextAreaField": widgets.TextArea(),
}
CHOICES = {"SelectField", "SelectMultipleField", "QuerySelectField", "QuerySelectMultipleField", "EnumField"}
NOTHING = {"", "__None", "None"}


def control(field, *, searching=False):
    """The control of one field, labelled by its id, tied to its error."""
    name = _kind(field)
    attributes = {"id": field.id}
    if field.errors:
        attributes |= {"aria-invalid": "true", "aria-describedby": f"{field.id}-error"}
    if name in CHOICES:
        return _select(field, attributes, searching)
    if name == "BooleanField" and searching:
        return _yes_no(field, attributes)
    style = "form-check-input" if name == "BooleanField" else "form-control"
    widget = PLAIN.get(name, widgets.TextInput())
    suggestions = field.suggestions() if hasattr(field, "suggestions") else []
    if suggestions:
        attributes |= {"list": f"{field.id}-list", "autocomplete": "off"}
    drawn = widget(field, **attributes, class_=style + (" is-invalid" if field.errors else ""))
    return drawn + _suggested(field.id, suggestions) if suggestions else drawn


def _kind(field):
    """The kind a field is drawn as: its own, or that of the field it refines."""
    names = [kind.__name__ for kind in type(field).__mro__]
    return next((name for name in names if name in PLAIN or name in CHOICES), names[0])


def _suggested(identifier, suggestions):
    """Values one may choose instead of typing, each with its name."""
    options = [Markup('<option value="{} {}"></option>').format(value, name) for value, name in suggestions]
    return Markup('<datalist id="{}-list">{}</datalist>').format(identifier, Markup("").join(options))


def _select(field, attributes, searching):
    several = "Multiple" in type(field).__name__ and not searching
    choices = [(str(choice[0]), choice[1], bool(choice[2])) for choice in field.iter_choices()]
    chosen = any(selected for _, _, selected in choices)
    options = []
    if not several and not any(value in NOTHING for value, _, _ in choices):
        # Nothing is chosen beforehand: a choice nobody made is not an answer.
        options.append(_option("", "", selected=searching or not chosen))
    options += [_option(value, label, selected=selected and not searching) for value, label, selected in choices]
    return Markup('<select class="form-select{}" {}{}>{}</select>').format(
        " is-invalid" if field.errors else "",
        widgets.html_params(name=field.name, **attributes),
        Markup(" multiple" if several else ""),
        Markup("").join(options),
    )


def _yes_no(field, attributes):
    options = [
        _option("", "", selected=True),
        _option("y", t("是", "yes"), selected=False),
        _option("n", t("否", "no"), selected=False),
    ]
    return Markup('<select class="form-select" {}>{}</select>').format(
        widgets.html_params(name=field.name, **attributes), Markup("").join(options)
    )


def _option(value, label, *, selected):
    return Markup('<option value="{}"{}>{}</option>').format(
        value, Markup(" selected" if selected else ""), escape(str(label))
    )


def search_control(field, column, value):
    """The control of a search field: named for the search, holding what was searched for, never required."""
    field.name = field.id = f"f_{column}"
    kind = _kind(field)
    if kind in CHOICES or kind == "BooleanField":
        drawn = str(control(field, searching=True))
        wanted = str(Markup('value="{}"').format(value or ""))
        return Markup(drawn.replace('value="" selected', 'value=""').replace(wanted, f"{wanted} selected"))
    shape = "date" if kind == "DateField" else "search"
    return Markup('<input class="form-control" id="f_{0}" name="f_{0}" type="{1}" value="{2}">').format(
        column, shape, value or ""
    )


def cell(value):
    """A value in a list or on a screen, as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return t("是", "yes") if value else t("否", "no")
    if isinstance(value, datetime):
        return value.astimezone(CITY_TIME).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Text) or (isinstance(value, dict) and "zh" in value):
        return text(value)
    if isinstance(value, list | tuple):
        return t("、", ", ").join(str(cell(entry)) for entry in value)
    return value
