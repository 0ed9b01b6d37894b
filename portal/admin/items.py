"""From the release: one list, one approval screen, one REST resource and their permissions for every item.

`register_generated` is called while the application of a release is built. Items that are gone from the release keep
their places while files of an older release are still open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app

from portal.access.roles import EVERY_DEPARTMENT, department_role
from portal.admin.columns import ORDERS
from portal.admin.cures import said
from portal.admin.item_api import PROMOTED as API_COLUMNS
from portal.admin.item_api import ItemApi
from portal.admin.item_interface import LOOKED_AHEAD, ItemInterface
from portal.admin.item_views import ItemView
from portal.admin.overview import ItemsOverview
from portal.admin.searching import FIELDS, search_form
from portal.cases.queries import releases_in_use
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.model import Item
from portal.catalogue.release import Release
from portal.db import db
from portal.reader import ITEM_PLACES, ItemPlace, today

BASE = "/items"


@dataclass(frozen=True)
class Served:
    """An item with the release its list is made from; `gone` when the present release no longer has it."""

    item: Item
    release: Release
    gone: bool = False

    @property
    def href(self) -> str:
        return f"{BASE}/{self.item.slug}/list/"


def register_generated(builder, release: Release) -> None:
    """Add what the release's items need to an application that is being built."""
    served = list(items_served(release))
    for one in served:
        interface = ItemInterface(one.item, one.release.catalogue, ahead=LOOKED_AHEAD)
        builder.add_view_no_menu(view_class(one, interface))
        builder.add_api(api_class(one, ItemInterface(one.item, one.release.catalogue)))
    on = today()
    current_app.extensions[ITEM_PLACES] = tuple(
        ItemPlace(
            one.item.slug,
            one.item.title,
            one.item.department,
            one.href,
            ending=one.gone or (one.item.retired_on is not None and one.item.retired_on <= on),
        )
        for one in served
    )
    builder.add_view_no_menu(ItemsOverview)


def items_served(release: Release) -> Iterator[Served]:
    """Every item of the release, and what open files of older releases still need."""
    known = set(release.catalogue.items)
    yield from (Served(item, release) for item in release.catalogue.items.values())
    for release_id in releases_in_use(db.session()):
        if release_id == release.id:
            continue
        older = catalogue_queries.release(db.session(), release_id)
        gone = [item for slug, item in older.catalogue.items.items() if slug not in known]
        known.update(item.slug for item in gone)
        yield from (Served(item, older, gone=True) for item in gone)


def granted_to(item: Item) -> tuple[str, ...]:
    """Whoever reads cases of the department, and whoever reads those of every department."""
    return (department_role(item.department), EVERY_DEPARTMENT)


def view_class(one: Served, interface: ItemInterface) -> type[ItemView]:
    """The list and approval screen of an item."""
    item = one.item
    labels = {name: said(title) for name, title in (*FIELDS.items(), *interface.columns.titles.items())}
    return type(
        f"item_{item.slug}",
        (ItemView,),
        {
            "__doc__": item.title.en,
            "item": item,
            "catalogue": one.release.catalogue,
            "datamodel": interface,
            "route_base": f"{BASE}/{item.slug}",
            "class_permission_name": f"item:{item.slug}",
            "granted_to": granted_to(item),
            "list_title": said(item.title),
            "show_title": said(item.title),
            "list_columns": list(interface.columns.titles),
            "label_columns": labels,
            "order_columns": list(ORDERS),
            "search_columns": interface.get_columns_list(),
            "search_form": search_form(item.slug, interface.searched, one.release.catalogue),
        },
    )


def api_class(one: Served, interface: ItemInterface) -> type[ItemApi]:
    """The REST resource of an item."""
    item = one.item
    own = list(interface.columns.questions)
    columns = [*API_COLUMNS, "clock", *own]
    titles = dict(interface.columns.titles) | {name: title for name, (_, title) in API_COLUMNS.items()}
    return type(
        f"item_{item.slug}_api",
        (ItemApi,),
        {
            "__doc__": item.title.en,
            "datamodel": interface,
            "resource_name": f"items/{item.slug}",
            "class_permission_name": f"item:{item.slug}",
            "granted_to": granted_to(item),
            "openapi_spec_tag": item.title.en,
            "list_columns": columns,
            "show_columns": columns,
            "search_columns": interface.get_columns_list(),
            "label_columns": {name: said(titles[name]) for name in columns},
            "list_title": said(item.title),
            "show_title": said(item.title),
        },
    )
