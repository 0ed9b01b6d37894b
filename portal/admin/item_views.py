"""The generated list of an item and the screen on which its cases are decided."""

from __future__ import annotations

from flask_appbuilder import expose
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.decorators import has_access

from portal.admin.columns import NUMBERS
from portal.admin.cures import SafeModelView
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item


class ItemView(SafeModelView):
    """One item's list and approval screen; subclasses are made from the release."""

    item: Item
    catalogue: Catalogue
    granted_to: tuple[str, ...] = ()
    add_form = edit_form = DynamicForm  # nothing is added or edited here; FAB would make forms from the table
    add_columns = edit_columns = show_columns = ["id"]
    list_template = "portal/items/list.html"
    page_size = 25

    @expose("/")
    @expose("/list/")
    @has_access
    def list(self):
        return super().list()

    def _get_list_widget(self, filters, *args, **kwargs):
        return super()._get_list_widget(filters, *args, number_columns=NUMBERS, **kwargs)
