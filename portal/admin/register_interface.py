"""What a register's generated list, screen and API read through: its rows within the keeper's scope, and no others.

Columns belong to this object, made from the release's schema, never to the table.
"""

from __future__ import annotations

from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.models.filters import BaseFilter, BaseFilterConverter
from flask_appbuilder.models.sqla import filters as fab_filters
from sqlalchemy import func, select
from wtforms import SelectField, StringField

from portal.access import Actor
from portal.admin.cures import said
from portal.admin.datamodel import COUNTED, ScopedInterface
from portal.organisation.queries import region_titles
from portal.reader import text
from portal.registers import queries
from portal.registers.models import RegisterRow
from portal.registers.rules import YES_NO, Column, Shape, shown
from portal.values import Text

FIND = "find"
FIND_TITLE = Text("查找(号码须完整)", "Find (numbers in full)")
COLUMN = "c_"  # a search field that stands for a column of the register: this and the column's name
LISTED = Text("更新时间", "Updated")


class Find(BaseFilter):
    """A full number through its blind index, anything else inside the searchable texts."""

    name = said(Text("包含", "contains"))
    arg_name = "find"

    def apply(self, query, value):
        wanted = str(value).replace("\0", "")
        return query.filter(queries.holds(self.datamodel.session, self.datamodel.shape, wanted))


class IsCode(BaseFilter):
    """One code of a column."""

    name = said(Text("是", "is"))
    arg_name = "is"

    def apply(self, query, value):
        column = self.datamodel.shape.columns[self.column_name.removeprefix(COLUMN)]
        held = RegisterRow.data[column.name]
        if column.kind == "boolean":
            return query.filter(held.as_boolean().is_(str(value) == "true"))
        return query.filter(held.as_string() == str(value).replace("\0", ""))


class RegisterFilters(BaseFilterConverter):
    """Which filters a field has: one each."""

    def convert(self, col_name):
        return [(Find if col_name == FIND else IsCode)(col_name, self.datamodel)]


class RegisterInterface(ScopedInterface):
    """The rows of one register."""

    filter_converter_class = RegisterFilters
    FilterEqual = fab_filters.FilterEqual

    def __init__(self, shape: Shape):
        self.shape = shape
        self.coded = [column for column in shape.columns.values() if column.kind in {"choice", "boolean"}]

        def own_rows(actor: Actor):
            return queries.readable(actor, shape.slug)

        super().__init__(RegisterRow, own_rows)

    def get_columns_list(self):
        """The names a filter may be put on."""
        return [FIND, *(COLUMN + column.name for column in self.coded)]

    get_search_columns_list = get_user_columns_list = get_columns_list

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
        """(capped count, rows of the page): the newest first."""
        found = filters.apply_all(self.scoped()) if filters else self.scoped()
        keys = found.with_entities(RegisterRow.id)
        count = self.session.scalar(select(func.count()).select_from(keys.limit(COUNTED + 1).subquery())) or 0
        chosen = RegisterRow.updated_at if order_column == "updated_at" else RegisterRow.id
        order = chosen.asc() if order_direction == "asc" and order_column else chosen.desc()
        size = page_size or COUNTED
        return count, found.order_by(order, RegisterRow.id.desc()).offset((page or 0) * size).limit(size).all()

    def apply_inner_select_joins(self, query, select_columns=None, aliases_mapping=None):
        """Rows are read whole: the values lie in one column."""
        return query

    def get_values(self, lst, list_columns):
        """The rows of a page as people read them: identifiers masked, codes in words."""
        rows = list(lst)
        region = self.shape.region
        codes = {str(row.data[region]) for row in rows if region in row.data} if region else set()
        places = region_titles(self.session, codes) if codes else {}
        return [self.words(row, places) for row in rows]

    def words(self, row, places):
        data = queries.masked(self.session, row)
        values = {name: text(shown(column, data.get(name))) for name, column in self.shape.columns.items()}
        region = self.shape.region
        if region and data.get(region) in places:
            values[region] = text(places[data[region]])
        return {**values, "updated_at": row.updated_at}


def search_form(shape: Shape, coded: list[Column]) -> type[DynamicForm]:
    """The form over a register's list: one field for texts and numbers, one for every coded column."""
    fields = {FIND: StringField(said(FIND_TITLE))}
    fields |= {COLUMN + column.name: SelectField(said(column.title), choices=choices_of(column)) for column in coded}
    return type(f"search_register_{shape.slug}", (DynamicForm,), fields)


def choices_of(column: Column):
    """The codes of a column in the reader's language, made when the form is; nothing is chosen beforehand."""
    titles = YES_NO if column.kind == "boolean" else column.codes

    def choices():
        return [("", ""), *((code, labelled(code, title, column)) for code, title in titles.items())]

    return choices


def labelled(code: str, title: Text, column: Column) -> str:
    """A code in front of its title, so that typing it picks it."""
    words = text(title)
    return words if column.kind == "boolean" or words == code else f"{code} {words}"
