"""One REST resource per register: its rows within the keeper's scope, identifiers masked, codes as they are stored."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.api.convert import BaseModel2SchemaConverter
from marshmallow import Schema, fields

from portal.admin.rest import SafeModelRestApi
from portal.db import db
from portal.registers import queries
from portal.registers.rules import Column, Shape

KEYS: dict[str, fields.Field] = {
    "id": fields.Integer(metadata={"description": "The key used in /{pk}"}),
    "region_code": fields.String(metadata={"description": "Code of the place that keeps the row"}),
    "updated_at": fields.AwareDateTime(metadata={"description": "When it was changed last"}),
}
JSON_TYPES = {"boolean": "boolean", "integer": "integer", "number": "number"}


class Value(fields.Field):
    """One value of a row; an identifier is masked."""

    def __init__(self, column: Column):
        metadata: dict[str, Any] = {"type": JSON_TYPES.get(column.kind, "string"), "description": column.title.en}
        if column.sealed:
            metadata["description"] += " (masked)"
        if column.codes:
            metadata["enum"] = list(column.codes)
        super().__init__(dump_only=True, allow_none=True, metadata=metadata)

    def get_value(self, obj, attr, accessor=None, default=None):
        return queries.masked(db.session(), obj).get(attr)

    def _serialize(self, value, attr, obj, **kwargs):
        return value


def schema_of(name: str, shape: Shape) -> Schema:
    declared = {**KEYS, **{column.name: Value(column) for column in shape.columns.values()}}
    return Schema.from_dict(declared, name=name)(dump_only=tuple(declared))


class OwnSchema(BaseModel2SchemaConverter):
    """FAB makes schemas from tables; a register's comes from its document and is only narrowed."""

    def convert(self, columns, model=None, nested=True, parent_schema_name=None):
        whole = schema_of(parent_schema_name or "row", self.datamodel.shape)
        return type(whole)(only=tuple(columns), dump_only=tuple(columns)) if columns else whole


class RegisterApi(SafeModelRestApi):
    """The resource of one register; subclasses are made from the release."""

    model2schemaconverter = OwnSchema
    order_columns = ["id"]
    base_order = ("id", "desc")
    page_size = 25

    def _init_model_schemas(self):
        """Nothing is written here, so there are no schemas for writing."""
        shape = self.datamodel.shape
        self.list_model_schema = schema_of(self.list_model_schema_name, shape)
        self.show_model_schema = schema_of(self.show_model_schema_name, shape)
        self.add_model_schema = self.edit_model_schema = self.show_model_schema

    def add_apispec_components(self, api_spec):
        """Only what can be read is described."""
        super(SafeModelRestApi.__base__, self).add_apispec_components(api_spec)
        api_spec.components.schema(self.list_model_schema_name, schema=self.list_model_schema)
        api_spec.components.schema(self.show_model_schema_name, schema=self.show_model_schema)
