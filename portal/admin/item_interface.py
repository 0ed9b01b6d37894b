"""What an item's generated list, screen and API read through: its own cases within the reader's scope, and no others."""

from __future__ import annotations

from flask_appbuilder.models.sqla import filters as fab_filters
from sqlalchemy import func, select

from portal.access import Actor
from portal.admin.columns import ORDERS, Columns, Sheet
from portal.admin.datamodel import COUNTED, ScopedInterface
from portal.admin.searching import FIELDS, ItemFilters, searched_questions
from portal.cases.models import Case
from portal.cases.queries import readable
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item

# How many rows of cases a list counts ahead of its page: counting thousands would read thousands, for a number nobody uses.
LOOKED_AHEAD = 200


class ItemInterface(ScopedInterface):
    """The cases of one item. Columns and search fields that hold answers belong to this object, never to the table."""

    filter_converter_class = ItemFilters
    FilterEqual = fab_filters.FilterEqual

    def __init__(self, item: Item, catalogue: Catalogue, *, ahead: int = 0):
        self.item, self.catalogue, self.ahead = item, catalogue, ahead
        self.columns = Columns.of(item, catalogue)
        self.searched = searched_questions(item, catalogue)

        def own_cases(actor: Actor):
            return (Case.item == item.slug) & readable(actor)

        super().__init__(Case, own_cases)

    def get_columns_list(self):
        """The names a filter may be put on; the table's other columns are nobody's business here."""
        return [*FIELDS, *self.searched]

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
        """(capped count, rows of the page): the keys of the page are found in the index, only their rows are read."""
        found = filters.apply_all(self.scoped()) if filters else self.scoped()
        keys = found.with_entities(Case.id)
        before, order = (page or 0) * (page_size or 0), _order(order_column, order_direction)
        wanted = keys.order_by(*order).offset(before).limit(page_size or COUNTED).subquery()
        rows = self.session.query(Case).join(wanted, wanted.c.id == Case.id).order_by(*order).all()
        return self._count(keys, before, len(rows), page_size), rows

    def _count(self, keys, before, on_page, page_size):
        """How many there are, as far ahead as the list looks; a page that is not full is the last one."""
        if page_size and 0 < on_page < page_size:
            return before + on_page
        far = before + self.ahead if self.ahead else COUNTED
        return self.session.scalar(select(func.count()).select_from(keys.limit(far + 1).subquery())) or 0

    def apply_inner_select_joins(self, query, select_columns=None, aliases_mapping=None):
        """Rows are read whole: a page holds few, and the answers lie in one column anyway."""
        return query

    def get_values(self, lst, list_columns):
        """The rows of a page as people read them."""
        sheet = Sheet.of(lst, self.columns, self.catalogue)
        return [sheet.cells(case) for case in lst]


def _order(column: str, direction: str):
    """The nearest deadline first, closed cases last, unless the reader chose another order."""
    chosen = ORDERS.get(column or "clock", Case.rank)
    if direction == "desc":
        return chosen.desc(), Case.id.desc()
    return chosen.asc(), Case.id.asc()
