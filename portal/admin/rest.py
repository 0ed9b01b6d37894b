"""Flask-AppBuilder's REST resources made safe: read-only, within the reader's scope, refusals as problem+json."""

from __future__ import annotations

import prison
from flask import abort, request
from flask_appbuilder import ModelRestApi
from flask_appbuilder.api.convert import Model2SchemaConverter
from flask_appbuilder.exceptions import InvalidOperationFilterFABException
from marshmallow_sqlalchemy import field_for

from portal.admin.cures import MAX_PAGE_SIZE, PerRequestFilters
from portal.admin.datamodel import COUNTED
from portal.errors import FORBIDDEN, NOT_FOUND, Problem
from portal.reader import LOGIN_NEEDED, problem_json
from portal.values import Text

BAD_REQUEST = Problem("bad-request", 400, Text("请求无法理解:{why}", "The request cannot be understood: {why}"))


class FullSchemaConverter(Model2SchemaConverter):
    """FAB's schemas leave out foreign keys, even those a resource names."""

    def _meta_schema_factory(self, columns, model, class_mixin, parent_schema_name=None):
        made = super()._meta_schema_factory(columns, model, class_mixin, parent_schema_name)
        keys = (
            {name: field_for(model, name) for name in columns if self.datamodel.is_fk(name)}
            if model is self.datamodel.obj
            else {}
        )
        return type(made.__name__, (made,), keys) if keys else made


def refuse_unreadable():
    """The `q` of a resource is Rison, or JSON when it is no Rison; what makes the Rison reader stumble is neither."""
    try:
        prison.loads(request.args.get("q") or "()")
    except prison.decoder.ParserException:
        return
    except (ValueError, TypeError, IndexError, RecursionError):
        abort(400)


class SafeModelRestApi(ModelRestApi):
    """A generated REST resource: read-only, within scope, its refusals as problem+json."""

    model2schemaconverter = FullSchemaConverter

    _filters = PerRequestFilters()
    include_route_methods = frozenset({"get", "get_list", "info"})
    allow_browser_login = True
    csrf_exempt = False
    max_page_size = MAX_PAGE_SIZE

    def _init_properties(self):
        self.datamodel.check_scope()
        super()._init_properties()

    def create_blueprint(self, *args, **kwargs):
        made = super().create_blueprint(*args, **kwargs)
        made.before_request(refuse_unreadable)
        return made

    def _get_fields_info(self, *_args, **_kwargs):
        """Nothing is written here, so there are no fields to fill."""
        return {}

    def response_400(self, message=None):
        return problem_json(BAD_REQUEST, why=message or "")

    def response_401(self):
        return problem_json(LOGIN_NEEDED)

    def response_403(self):
        return problem_json(FORBIDDEN)

    def response_404(self):
        return problem_json(NOT_FOUND)

    def response_422(self, message=None):
        return problem_json(
            Problem("invalid", 422, Text("内容无效:{why}", "The content is not valid: {why}")), why=message or ""
        )

    def response_500(self, message=None):
        return problem_json(Problem("fault", 500, Text("系统出错。", "Something went wrong.")))

    def _sanitize_page_args(self, page, page_size):
        page, size = super()._sanitize_page_args(page, page_size)
        if not isinstance(page, int) or page < 0 or page * size > COUNTED:
            abort(400)
        return page, size

    def _handle_order_args(self, rison_args):
        column, direction = super()._handle_order_args(rison_args)
        if direction not in {"", "asc", "desc"}:
            abort(400)
        return column, direction

    def _handle_filters_args(self, rison_args):
        """A filter is one of the resource's own: FAB takes it from a table of the whole process, by its operator alone,
        and so one resource would be read with another's filters.
        """
        self._filters.clear_filters()
        known = self._filters.get_search_filters()
        for asked in rison_args.get("filters", []):
            column, operator = asked.get("col"), asked.get("opr")
            own = next((each for each in known.get(column, ()) if each.arg_name == operator), None)
            if own is None:
                raise InvalidOperationFilterFABException(
                    f"Filter operation: {operator} not allowed on column: {column}"
                )
            self._filters.add_filter(column, type(own), asked.get("value"))
        return self._filters.get_joined_filters(self._base_filters)
