"""Reference data an administrator keeps: one declaration per table, and the page that leads to them."""

from __future__ import annotations

from flask import render_template
from flask_appbuilder import BaseView, expose
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select
from wtforms import StringField

from portal.access.accounts import LEVELS
from portal.access.models import Assignment, Delegation
from portal.access.rules import ROLES
from portal.admin.cures import AuditedInterface, WritableModelView, said
from portal.admin.datamodel import SCOPES, everybody
from portal.admin.reference_forms import (
    DelegationForm,
    DepartmentEditForm,
    DepartmentForm,
    HolidayEditForm,
    HolidayForm,
    OfficeForm,
    RegionEditForm,
    RegionForm,
    items,
    label,
    level_of,
)
from portal.applications.models import Application
from portal.cases.models import Case
from portal.db import db
from portal.errors import Problem, Refused
from portal.organisation.models import Department, Holiday, Office, Region
from portal.organisation.queries import LEVEL_LENGTHS, region_titles
from portal.reader import current_actor, needs, t, text
from portal.values import Text, yuan

WRITE = "reference.write"
STILL_USED = Problem("still-used", 409, Text("还在使用,不能删除:{where}。", "Still in use and not deleted: {where}."))
SCOPES[Delegation] = everybody
# What refers to a row, with or without a foreign key: the place in words and the column that holds its code.
USED_BY = {
    Region: (
        (Text("下级区划", "regions below it"), Region.parent_code),
        (Text("窗口和办公室", "offices"), Office.region_code),
        (Text("岗位", "posts"), Assignment.region_code),
        (Text("委托", "delegations"), Delegation.region_code),
        (Text("案件", "cases"), Case.region_code),
        (Text("申请", "applications"), Application.region_code),
        (Text("申请的受理窗口", "windows of applications"), Application.window_region),
    ),
    Department: (
        (Text("窗口和办公室", "offices"), Office.department_code),
        (Text("岗位", "posts"), Assignment.department_code),
        (Text("案件", "cases"), Case.department_code),
    ),
}


def holders(function: str) -> tuple[str, ...]:
    """The posts that carry a function: who a view is granted to."""
    return tuple(role.id for role in ROLES.values() if function in role.functions)


class ReferenceView(WritableModelView):
    """A table of reference data: list, search, add, change, delete."""

    granted_to = holders(WRITE)
    page_size = 50
    list_template = "portal/reference/list.html"

    @expose("/")
    @expose("/list/")
    @has_access
    def list(self):
        return super().list()

    def pre_delete(self, item):
        """What is still used stays, and the sentence says by what."""
        used = [title for title, column in USED_BY.get(type(item), ()) if _exists(column, item.code)]
        if used:
            where = Text("、".join(title.zh for title in used), ", ".join(title.en for title in used))
            raise Refused(STILL_USED, where=where)


def _exists(column, code):
    return db.session.scalar(select(func.count()).select_from(select(column).where(column == code).limit(1).subquery()))


def _labels(**titles):
    return {name: said(Text(*title)) for name, title in titles.items()}


def searching(form_of, /, **titles):
    """A search form of plain text fields, for columns that refer to other tables too."""
    return type(
        f"search_{form_of}", (DynamicForm,), {column: StringField(label(*title)) for column, title in titles.items()}
    )


REGION_CODE, DEPARTMENT_CODE = ("区划代码", "Region (code)"), ("部门代码", "Department (code)")


def titles(zh, en):
    """The titles of a table's list and of its two forms."""
    return said(Text(zh, en)), said(Text(f"新增{zh}", f"{en}: add")), said(Text(f"修改{zh}", f"{en}: change"))


class PlacedInterface(AuditedInterface):
    """Rows at places: the names of the places are read once for a page."""

    def get_values(self, lst, list_columns):
        titles = region_titles(db.session(), {row.region_code for row in lst}) if lst else {}
        for values in super().get_values(lst, list_columns):
            values["region_code"] = text(titles.get(values["region_code"])) or values["region_code"]
            yield values


class RegionsTable(ReferenceView):
    """The city, its counties, townships and villages."""

    datamodel = AuditedInterface(Region)
    route_base = "/reference/regions"
    class_permission_name = "reference:regions"
    list_title, add_title, edit_title = titles("行政区划", "Regions")
    add_form, edit_form = RegionForm, RegionEditForm
    add_columns = ["code", "name", "name_en", "valid_from", "valid_to", "successor_code"]
    edit_columns = add_columns[1:]
    list_columns = ["code", "name", "name_en", "level", "valid_from", "valid_to"]
    search_columns = ["code", "name", "name_en"]
    order_columns = ["code"]
    base_order = ("code", "asc")
    formatters_columns = {"level": lambda level: text(LEVELS.get(level))}
    label_columns = _labels(
        code=("代码", "Code"),
        name=("名称", "Name"),
        name_en=("英文名称", "Name in English"),
        level=("级别", "Level"),
        valid_from=("设立日期", "Exists from"),
        valid_to=("撤销日期", "Exists until"),
    )

    def pre_add(self, item):
        lengths = [n for n in LEVEL_LENGTHS if n < len(item.code)]
        item.level, item.parent_code = level_of(item.code), item.code[: max(lengths)] if lengths else None


class DepartmentsTable(ReferenceView):
    """The bodies that decide items."""

    datamodel = AuditedInterface(Department)
    route_base = "/reference/departments"
    class_permission_name = "reference:departments"
    list_title, add_title, edit_title = titles("部门", "Departments")
    add_form, edit_form = DepartmentForm, DepartmentEditForm
    add_columns, edit_columns = ["code", "name", "name_en", "kind"], ["name", "name_en", "kind"]
    list_columns = ["code", "name", "name_en"]
    search_columns = ["code", "name"]
    order_columns = ["code", "name"]
    base_order = ("code", "asc")
    label_columns = _labels(code=("代码", "Code"), name=("名称", "Name"), name_en=("英文名称", "Name in English"))


class OfficesTable(ReferenceView):
    """Windows and offices."""

    datamodel = PlacedInterface(Office)
    route_base = "/reference/offices"
    class_permission_name = "reference:offices"
    list_title, add_title, edit_title = titles("窗口和办公室", "Windows and offices")
    add_form = edit_form = OfficeForm
    add_columns = edit_columns = [
        *("name", "name_en", "region_code", "department_code", "is_window", "phone", "address"),
    ]
    list_columns = ["name", "region_code", "department_code", "is_window", "phone"]
    search_columns = ["name", "region_code", "department_code"]
    search_form = searching("offices", name=("名称", "Name"), region_code=REGION_CODE, department_code=DEPARTMENT_CODE)
    order_columns = ["name", "region_code"]
    base_order = ("region_code", "asc")
    label_columns = _labels(
        name=("名称", "Name"),
        region_code=("区划", "Region"),
        department_code=("部门", "Department"),
        is_window=("对外窗口", "Open to the public"),
        phone=("电话", "Telephone"),
    )


class HolidaysTable(ReferenceView):
    """The days that differ from the plain week; deadlines are counted by them."""

    datamodel = AuditedInterface(Holiday)
    route_base = "/reference/holidays"
    class_permission_name = "reference:holidays"
    list_title, add_title, edit_title = titles("节假日", "Holidays")
    add_form, edit_form = HolidayForm, HolidayEditForm
    add_columns = ["day", "is_workday", "name", "is_provisional"]
    edit_columns = add_columns[1:]
    list_columns = ["day", "is_workday", "name", "is_provisional"]
    search_columns = ["day", "is_workday"]
    order_columns = ["day"]
    base_order = ("day", "desc")
    label_columns = _labels(
        day=("日期", "Day"),
        is_workday=("调休上班", "Worked"),
        name=("名称", "Name"),
        is_provisional=("暂定", "Provisional"),
    )


class DelegationsTable(ReferenceView):
    """Powers to confirm, lent by counties to townships."""

    datamodel = PlacedInterface(Delegation)
    route_base = "/reference/delegations"
    class_permission_name = "reference:delegations"
    list_title, add_title, edit_title = titles("确认权委托", "Delegations")
    add_form = edit_form = DelegationForm
    add_columns = edit_columns = ["item", "region_code", "limit_fen", "first_day", "last_day"]
    list_columns = ["item", "region_code", "limit_fen", "first_day", "last_day"]
    search_columns = ["item", "region_code"]
    search_form = searching("delegations", item=("事项代号", "Item"), region_code=REGION_CODE)
    order_columns = ["item", "region_code", "first_day"]
    base_order = ("item", "asc")
    formatters_columns = {
        "limit_fen": lambda fen: t("不限", "no limit") if fen is None else yuan(fen),
        "item": lambda slug: dict(items()).get(slug, slug),
    }
    label_columns = _labels(
        item=("事项", "Item"),
        region_code=("乡镇", "Township"),
        limit_fen=("金额上限(元)", "Up to (yuan)"),
        first_day=("起始日期", "First day"),
        last_day=("终止日期", "Last day"),
    )


TABLES = (RegionsTable, DepartmentsTable, OfficesTable, HolidaysTable, DelegationsTable)


class ReferenceHome(BaseView):
    """`/reference`: the tables an administrator keeps."""

    route_base = "/reference"
    default_view = "tables"

    @expose("")
    @needs(WRITE, "user.manage")
    def tables(self):
        """One line per table, with how many rows it has."""
        session, actor = db.session(), current_actor()
        lines = [
            (
                view.list_title,
                f"{view.route_base}/",
                session.scalar(select(func.count()).select_from(view.datamodel.obj)),
            )
            for view in TABLES
            if actor.may(WRITE)
        ]
        return render_template("portal/reference/home.html", lines=lines, users=actor.may("user.manage"))


def register_reference(builder) -> None:
    """Add the reference tables, the accounts and their posts to an application that is being built."""
    from portal.admin.staff import PostsTable, UsersTable

    for view in (*TABLES, UsersTable, PostsTable):
        builder.add_view_no_menu(view)
    builder.add_view_no_menu(ReferenceHome)
