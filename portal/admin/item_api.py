"""One REST resource per item: the same rows and columns as its list, as codes and 分 for programs."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.api.convert import BaseModel2SchemaConverter
from marshmallow import Schema, fields

from portal.admin.columns import ANSWER, ORDERS, card_of
from portal.admin.rest import SafeModelRestApi
from portal.forms import Question
from portal.reader import today
from portal.values import Text

PROMOTED: dict[str, tuple[type[fields.Field], Text]] = {
    "id": (fields.Integer, Text("内部编号,用于 /{pk}", "The key used in /{pk}")),
    "number": (fields.String, Text("编号", "The case's number")),
    "application_id": (fields.Integer, Text("所属申请", "The application it belongs to")),
    "release_id": (fields.String, Text("所依据的目录版本", "The release it is decided by")),
    "applicant_name": (fields.String, Text("申请人", "Applicant")),
    "applicant_masked": (fields.String, Text("证件号码(遮盖)", "Id number, masked")),
    "region_code": (fields.String, Text("户籍地区划代码", "Code of the place of registration")),
    "status": (fields.String, Text("状态", "Status")),
    "step": (fields.String, Text("当前环节", "The step it stands at")),
    "recognition": (fields.String, Text("前置认定:none、pending、met、failed", "The recognition it needs")),
    "proposed_outcome": (fields.String, Text("系统建议", "What the rules propose")),
    "prepared_outcome": (fields.String, Text("研判结论", "What the department decided")),
    "amount_fen": (fields.Integer, Text("金额,单位分", "Amount in 分")),
    "opened_on": (fields.Date, Text("受理日期", "Accepted on")),
    "due_on": (fields.Date, Text("当前环节期限", "Deadline of the step")),
    "yellow_on": (fields.Date, Text("黄牌日期", "Yellow card from")),
    "promised_on": (fields.Date, Text("承诺办结日期", "Promised by")),
    "confirmed_on": (fields.Date, Text("确认日期", "Confirmed on")),
    "closed_on": (fields.Date, Text("办结日期", "Closed on")),
    "revision": (fields.Integer, Text("修订号", "Revision")),
}
JSON_TYPES = {"integer": "integer", "money": "integer", "decimal": "number", "boolean": "boolean"}


def schema_of(name: str, questions: dict[str, Question]) -> Schema:
    """What one case looks like: promoted columns, the colour of its clock, and the item's own answers."""
    declared: dict[str, fields.Field] = {
        column: kind(metadata={"description": title.en}, allow_none=True) for column, (kind, title) in PROMOTED.items()
    }
    declared["clock"] = fields.Function(
        lambda case: card_of(case, today()),
        metadata={"type": "string", "description": "green, yellow, red or paused; empty when closed"},
    )
    for column, question in questions.items():
        declared[column] = Answer(question)
    return Schema.from_dict(declared, name=name)(dump_only=tuple(declared))


class Answer(fields.Field):
    """One answer as it is listed: a code, an amount in 分, a text; a list when it is asked of every row."""

    def __init__(self, question: Question):
        one: dict[str, Any] = {"type": JSON_TYPES.get(question.type, "string")}
        several = question.in_rows or question.type == "choices"
        shape = {"type": "array", "items": one} if several else one
        super().__init__(dump_only=True, allow_none=True, metadata={**shape, "description": question.title.en})

    def _serialize(self, value, attr, obj, **kwargs):
        return obj.listing.get(attr.removeprefix(ANSWER))

    def get_value(self, obj, attr, accessor=None, default=None):
        return obj.listing.get(attr.removeprefix(ANSWER))


class OwnSchema(BaseModel2SchemaConverter):
    """FAB makes schemas from tables; an item's schema comes from its document and is only narrowed."""

    def convert(self, columns, model=None, nested=True, parent_schema_name=None):
        whole = schema_of(parent_schema_name or "case", self.datamodel.columns.questions)
        return type(whole)(only=tuple(columns), dump_only=tuple(columns)) if columns else whole


class ItemApi(SafeModelRestApi):
    """The resource of one item; subclasses are made from the release."""

    model2schemaconverter = OwnSchema
    method_permission_name = dict.fromkeys(("get", "get_list", "info"), "read")
    order_columns = list(ORDERS)
    base_order = ("clock", "asc")
    page_size = 25

    def _init_model_schemas(self):
        """Nothing is written here, so there are no schemas for writing."""
        questions = self.datamodel.columns.questions
        self.list_model_schema = schema_of(self.list_model_schema_name, questions)
        self.show_model_schema = schema_of(self.show_model_schema_name, questions)
        self.add_model_schema = self.edit_model_schema = self.show_model_schema

    def add_apispec_components(self, api_spec):
        """Only what can be read is described."""
        super(SafeModelRestApi.__base__, self).add_apispec_components(api_spec)
        api_spec.components.schema(self.list_model_schema_name, schema=self.list_model_schema)
        api_spec.components.schema(self.show_model_schema_name, schema=self.show_model_schema)
