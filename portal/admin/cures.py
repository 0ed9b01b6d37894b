"""Flask-AppBuilder's views made safe: what generated views inherit from.

Each cure answers a measured fault of FAB 5.3: actions that ignore the row filters, filters shared between requests,
unbounded or unreadable paging, forms that lose what was typed, redirects out of a session's history.
"""

from __future__ import annotations

import copy
from urllib.parse import urlencode

from flask import abort, flash, g, has_request_context, redirect, request
from flask_appbuilder import ModelView, expose
from flask_appbuilder.exceptions import FABException
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.urltools import get_filter_args
from flask_appbuilder.widgets import ListWidget, RenderTemplateWidget
from flask_babel.speaklater import LazyString
from sqlalchemy.exc import DataError

from portal.admin.datamodel import COUNTED, AuditedInterface, ScopedInterface
from portal.db import db
from portal.errors import FORBIDDEN, Refused
from portal.reader import own_address, t, text

__all__ = ["AuditedInterface", "SafeModelView", "ScopedInterface", "WritableModelView", "said"]

MAX_PAGE_SIZE = 100


def said(message):
    """A bilingual text as a label that FAB keeps and that speaks the language of each reader."""
    return LazyString(lambda: text(message))


class PerRequestFilters:
    """FAB changes `view._filters` during a request; shared between threads, one reader would see another's list."""

    def __set_name__(self, _owner, name):
        self.slot = f"_template{name}"

    def __set__(self, view, value):
        view.__dict__[self.slot] = value

    def __get__(self, view, _owner=None):
        if view is None:
            return self
        template = view.__dict__.get(self.slot)
        if template is None or not has_request_context():
            return template
        kept = g.setdefault("filters_of_views", {})
        if id(view) not in kept:
            mine = copy.copy(template)
            mine.clear_filters()
            kept[id(view)] = mine
        return kept[id(view)]


def number_of(name, highest):
    """A paging argument as a number, or a clear refusal."""
    given = request.args.get(name)
    if given is None or given == "":
        return None
    if not (given.isascii() and given.isdigit()) or int(given) > highest:
        abort(400)
    return int(given)


class ConditionsWidget(RenderTemplateWidget):
    """The search form as a plain GET form, and the conditions in force as chips that can be taken off."""

    template = "appbuilder/general/widgets/search.html"

    def __call__(self, **kwargs):
        filters, form = self.template_args["filters"], self.template_args["form"]
        comparisons = filters.get_search_filters()
        columns = [column for column in self.template_args["include_cols"] if column in comparisons and column in form]
        active = [
            {
                "label": form[applied.column_name].label.text if applied.column_name in form else applied.column_name,
                "comparison": applied.name,
                "value": _chosen(form, applied.column_name, value),
                "without": _without(applied.column_name),
            }
            for applied, value in filters.get_filters_values()
        ]
        return super().__call__(
            **kwargs,
            include_cols=columns,
            comparisons=comparisons,
            active=active,
            values={column: request.args.get(f"f_{column}", "") for column in columns},
            chosen={column: request.args.get(f"o_{column}", type=int) for column in columns},
        )


def _chosen(form, column, value):
    """What was looked for, in the words of the list it was chosen from."""
    titles = {}
    if column in form and getattr(form[column], "choices", None):
        titles = {str(choice[0]): choice[1] for choice in form[column].iter_choices()}
    values = [value] if isinstance(value, str) else value
    return ", ".join(str(titles.get(str(one), one)) for one in values)


def _without(column):
    """This page without the conditions on one column."""
    kept = [
        (k, v)
        for k, v in request.args.items(multi=True)
        if k not in {f"f_{column}", f"o_{column}"} and not k.endswith(f"_{column}")
    ]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


class CountedListWidget(ListWidget):
    """A list that knows how far its count goes."""

    def __call__(self, **kwargs):
        return super().__call__(**{"counted": COUNTED, **kwargs})


class SafeModelView(ModelView):
    """A generated list and screen: read-only, within scope, capped; actions run on rows the reader may see, by POST."""

    _filters = PerRequestFilters()
    include_route_methods = frozenset({"list", "show", "action", "action_post"})
    search_widget = ConditionsWidget
    list_widget = CountedListWidget

    def _init_properties(self):
        self.datamodel.check_scope()
        super()._init_properties()

    def update_redirect(self):
        """FAB keeps the last pages in the cookie with each GET; we go back by addresses of our own."""

    def get_redirect(self):
        return own_address(request.args.get("next"), self.get_default_url())

    # --- list ---------------------------------------------------------------------------------------------------

    @expose("/list/")
    @has_access
    def list(self):
        try:
            widgets = self._list()
        except (DataError, OverflowError, FABException):
            db.session.rollback()
            abort(400)
        return self.render_template(self.list_template, title=self.list_title, widgets=widgets)

    def _list(self, **kwargs):
        name = type(self).__name__
        column, direction = request.args.get(f"_oc_{name}", ""), request.args.get(f"_od_{name}", "asc")
        if column and (column not in self.order_columns or direction not in {"asc", "desc"}):
            abort(400)
        size = number_of(f"psize_{name}", 1000) or self.page_size
        page = number_of(f"page_{name}", COUNTED) or 0
        self._take_filters()
        widgets = self._get_list_widget(
            filters=self._filters,
            order_column=column,
            order_direction=direction,
            page=page,
            page_size=size,
            **kwargs,
        )
        return self._get_search_widget(form=self.search_form.refresh(), widgets=widgets)

    def _get_list_widget(
        self,
        filters,
        actions=None,
        order_column="",
        order_direction="",
        page=None,
        page_size=None,
        widgets=None,
        **kwargs,
    ):
        if order_column and order_column not in self.order_columns:
            abort(400)
        size = max(1, min(page_size or self.page_size, MAX_PAGE_SIZE))
        page = min(max(0, page or 0), COUNTED // size)  # deeper pages cost seconds: the search narrows instead
        kwargs["counted"] = self.counted_to(page * size)
        return super()._get_list_widget(filters, actions, order_column, order_direction, page, size, widgets, **kwargs)

    def counted_to(self, before):
        """How far the rows are counted when so many stand before the page."""
        return COUNTED

    def _take_filters(self):
        """The search form's fields: `f_<column>` the value, `o_<column>` which comparison; FAB's own names work too."""
        known = self._filters.get_search_filters()
        for argument in request.args:
            if argument.startswith("_flt_"):
                index, _, column = argument.removeprefix("_flt_").partition("_")
                if column in known and not (index.isdigit() and int(index) < len(known[column])):
                    abort(400)
        get_filter_args(self._filters)
        for column, comparisons in known.items():
            values = [value.strip() for value in request.args.getlist(f"f_{column}") if value.strip()]
            chosen = number_of(f"o_{column}", len(comparisons) - 1) or 0
            if values and not any("\0" in value for value in values):
                self._filters.add_filter(column, type(comparisons[chosen]), values if len(values) > 1 else values[0])

    # --- one row ------------------------------------------------------------------------------------------------

    def _show(self, pk):
        item = self.datamodel.get(pk, self._base_filters)
        if item is None:
            abort(404)
        return self._get_show_widget(pk, item)

    # --- actions ------------------------------------------------------------------------------------------------

    def _run(self, name, keys, *, single):
        """An action on rows: the permission, then every row through the scope; one strange row refuses all."""
        action = self.actions.get(name)
        if action is None or not (action.single if single else action.multiple):
            abort(404)
        if not self.appbuilder.sm.has_access(self.get_action_permission_name(name), self.class_permission_name):
            raise Refused(FORBIDDEN)
        rows = self._rows(keys)
        if not rows:
            flash(t("请先勾选要办理的行。", "Tick the rows first."), "warning")
            return redirect(self.get_redirect(), code=303)
        return action.func(rows[0] if single else rows)

    def _rows(self, keys):
        """The rows of these keys, each through the scope; one strange key refuses all."""
        if len(keys) > MAX_PAGE_SIZE:
            abort(400)
        unique = dict.fromkeys(keys)
        rows = [self.datamodel.get(self._deserialize_pk_if_composite(key), self._base_filters) for key in unique]
        if any(row is None for row in rows):
            abort(404)
        return rows

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name, pk):
        return self._run(name, [pk], single=True)

    @expose("/action_post", methods=["POST"])
    def action_post(self):
        return self._run(request.form.get("action", ""), request.form.getlist("rowid"), single=False)


class WritableModelView(SafeModelView):
    """Reference data an administrator keeps. What is refused says why beside the form, and nothing typed is lost."""

    include_route_methods = frozenset({"list", "show", "add", "edit", "delete"})

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        form = self.add_form.refresh()
        if request.method == "POST" and form.validate():
            item = self.datamodel.obj()
            if self._saved(form, lambda: self._fill(form, item, created=True)):
                flash(self.add_row_message, "success")
                return redirect(self.get_redirect(), code=303)
        widgets = self._get_add_widget(form=form)
        page = self.render_template(self.add_template, title=self.add_title, widgets=widgets)
        return page, 422 if form.errors else 200

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        pk = self._deserialize_pk_if_composite(pk)
        item = self.datamodel.get(pk, self._base_filters)
        if item is None:
            abort(404)
        form = self._edit_form(item)
        if request.method == "POST":
            form._id = self.datamodel.get_pk_value(item)  # noqa: SLF001 - how FAB's uniqueness check knows the row itself
            if form.validate() and self._saved(form, lambda: self._fill(form, item, created=False)):
                flash(self.edit_row_message, "success")
                return redirect(self.get_redirect(), code=303)
        widgets = self._get_edit_widget(form=form)
        page = self.render_template(self.edit_template, title=self.edit_title, widgets=widgets, related_views=[])
        return page, 422 if form.errors else 200

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk):
        item = self.datamodel.get(self._deserialize_pk_if_composite(pk), self._base_filters)
        if item is None:
            abort(404)
        self.pre_delete(item)
        self._delete(item)
        flash(self.delete_row_message, "success")
        return redirect(self.get_redirect(), code=303)

    def _edit_form(self, item):
        return self.edit_form.refresh(obj=item)

    def _delete(self, item):
        self.datamodel.delete(item)

    def _fill(self, form, item, *, created):
        self.process_form(form, created)
        form.populate_obj(item)
        (self.pre_add if created else self.pre_update)(item)
        (self.datamodel.add if created else self.datamodel.edit)(item)

    def _saved(self, form, save):
        """Whether the row is in the database; when it was refused, the session is clean and the form says why."""
        try:
            with db.session.no_autoflush:
                save()
        except Refused as refusal:
            db.session.rollback()
            _say_in(form, refusal)
            return False
        except DataError:
            db.session.rollback()
            form.form_errors.append(t("有一个值数据库无法保存。", "One of the values cannot be stored."))
            return False
        return True


def _say_in(form, refusal):
    """A refusal beside the fields it is about, and above the form where it is about none of them."""
    elsewhere = [fault for fault in refusal.fields if fault.question not in form]
    for fault in refusal.fields:
        if fault.question in form:
            form[fault.question].errors = [*form[fault.question].errors, text(fault.message)]
    if elsewhere or not refusal.fields:
        form.form_errors.append(text(refusal.text))
