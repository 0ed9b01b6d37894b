"""The description is a valid OpenAPI document, says what the program does, and is made of one table."""

from __future__ import annotations

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from portal.access.rules import FUNCTIONS
from portal.api.routes import PATH, ROUTES, TAGS
from portal.api.schemas import SCHEMAS
from portal.api.wiring import rule_of


@pytest.fixture
def release(shipped_release):
    """With it the application has a resource for each item."""
    return shipped_release


@pytest.fixture
def described(program):
    return program().get("/openapi.json").json


def test_the_document_is_openapi_31(described):
    assert described["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(described).iter_errors()] == []


def test_every_route_and_every_item_is_described(app, described, shipped_release):
    served = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.endpoint.startswith("api.") and rule.endpoint not in {"api.openapi", "api.docs"}
    }
    assert served == {(f"/api/v1{rule_of(route.path)}", route.method) for route in ROUTES}
    for route in ROUTES:
        assert route.method.lower() in described["paths"][f"/api/v1{route.path}"]
    for slug in shipped_release.catalogue.items:
        assert f"/api/v1/items/{slug}/" in described["paths"]
    assert "/api/v1/security/login" in described["paths"]


def test_the_table_names_what_exists():
    assert len({route.name for route in ROUTES}) == len(ROUTES)
    for route in ROUTES:
        assert route.tag in TAGS
        assert set(route.functions or ()) <= set(FUNCTIONS)
        assert {name for name, _ in route.answers.values()} | ({route.body} - {None}) <= set(SCHEMAS)
        assert all(part[1:-1] in PATH for part in route.path.split("/") if part.startswith("{"))


def test_a_description_speaks_one_language(program):
    chinese, english = (program().get("/openapi.json", Accept_Language=lang).json for lang in ("zh", "en"))
    names = {"zh": chinese, "en": english}
    told = {
        lang: [
            text
            for operations in document["paths"].values()
            for operation in operations.values()
            for text in (operation.get("summary", ""), *operation["tags"])
        ]
        for lang, document in names.items()
    }
    assert not [text for text in told["en"] if any("一" <= c <= "鿿" for c in text)]
    assert not [text for text in told["zh"] if text and not any("一" <= c <= "鿿" for c in text)]


def test_operations_have_names_of_their_own(described):
    names = [
        operation["operationId"] for operations in described["paths"].values() for operation in operations.values()
    ]
    assert len(set(names)) == len(names)


def test_the_document_is_of_the_application_it_describes(described, shipped_release):
    assert described["info"]["x-release"] == shipped_release.id
