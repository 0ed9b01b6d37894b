"""From the release: one list, its forms, files and REST resource for every register, and the keeper's overview."""

from __future__ import annotations

from flask import current_app, render_template
from flask_appbuilder import BaseView, expose

from portal.access.roles import EVERY_DEPARTMENT, department_role
from portal.admin.cures import said
from portal.admin.register_api import KEYS, RegisterApi
from portal.admin.register_forms import form_class
from portal.admin.register_interface import LISTED, RegisterInterface, search_form
from portal.admin.register_views import RegisterView
from portal.catalogue.release import Release
from portal.db import db
from portal.reader import current_actor, needs
from portal.registers import queries
from portal.registers.rules import Shape

BASE = "/registers"
CATALOGUE = "portal_registers"  # app.extensions key: the catalogue the registers were made from


def register_registers(builder, release: Release) -> None:
    """Add what the release's registers need to an application that is being built."""
    current_app.extensions[CATALOGUE] = release.catalogue
    for slug in release.catalogue.registers:
        interface = RegisterInterface(queries.shape(release.catalogue, slug))
        builder.add_view_no_menu(view_class(interface))
        builder.add_api(api_class(interface))
    builder.add_view_no_menu(RegistersOverview)


def granted_to(shape: Shape) -> tuple[str, ...]:
    """The department's people, and those of all departments; the view itself asks who keeps the register."""
    return (department_role(shape.register.department), EVERY_DEPARTMENT)


def view_class(interface: RegisterInterface) -> type[RegisterView]:
    """The pages of a register."""
    shape = interface.shape
    title = said(shape.register.title)
    labels = {name: said(column.title) for name, column in shape.columns.items()} | {"updated_at": said(LISTED)}
    return type(
        f"register_{shape.slug}",
        (RegisterView,),
        {
            "__doc__": shape.register.title.en,
            "shape": shape,
            "datamodel": interface,
            "route_base": f"{BASE}/{shape.slug}",
            "class_permission_name": f"register:{shape.slug}",
            "granted_to": granted_to(shape),
            "list_title": title,
            "show_title": title,
            "list_columns": [*shape.register.list, "updated_at"],
            "label_columns": labels,
            "order_columns": ["updated_at"],
            "search_columns": interface.get_columns_list(),
            "search_form": search_form(shape, interface.coded),
            "add_form": form_class(shape, editing=False),
            "edit_form": form_class(shape, editing=True),
            "add_columns": list(shape.columns),
            "edit_columns": list(shape.columns),
        },
    )


def api_class(interface: RegisterInterface) -> type[RegisterApi]:
    """The REST resource of a register."""
    shape = interface.shape
    columns = [*KEYS, *shape.columns]
    return type(
        f"register_{shape.slug}_api",
        (RegisterApi,),
        {
            "__doc__": shape.register.title.en,
            "datamodel": interface,
            "resource_name": f"registers/{shape.slug}",
            "class_permission_name": f"register:{shape.slug}",
            "granted_to": granted_to(shape),
            "openapi_spec_tag": shape.register.title.en,
            "list_columns": columns,
            "show_columns": columns,
            "search_columns": interface.get_columns_list(),
            "label_columns": {name: said(column.title) for name, column in shape.columns.items()},
            "list_title": said(shape.register.title),
            "show_title": said(shape.register.title),
        },
    )


class RegistersOverview(BaseView):
    """`/registers`: the registers the reader keeps."""

    route_base = BASE
    default_view = "overview"

    @expose("")
    @needs("register.write")
    def overview(self):
        """One line per register, with how many rows it has and which items it starts."""
        session, actor, catalogue = db.session(), current_actor(), current_app.extensions[CATALOGUE]
        lines = [
            (one, queries.count(session, actor, one.slug), catalogue.chosen(one.register.starts))
            for one in queries.kept_by(catalogue, actor)
        ]
        return render_template("portal/registers/overview.html", lines=lines, cap=queries.COUNT_CAP, base=BASE)
