"""The OpenAPI 3.1 document: our table of routes, and the resources generated from the release, as one description.

The table is the source: nothing about a written route is typed here. Generated resources describe themselves through
Flask-AppBuilder; what they say in the words of OpenAPI 3.0 is put into those of 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import current_app
from flask_appbuilder.api import BaseApi
from flask_appbuilder.api.manager import resolver

from portal.access.rules import FUNCTIONS
from portal.api.contract import Parameter, Route
from portal.api.routes import OF_EVERY_BODY, PATH, ROUTES, TAGS
from portal.api.schemas import SCHEMAS, ref
from portal.api.wiring import BAD_PARAMETERS, BASE, NOT_ACCEPTABLE
from portal.errors import FORBIDDEN, Problem
from portal.reader import LOGIN_NEEDED
from portal.values import Lang, Text

Document = dict[str, Any]

TITLE: Final = Text("帮扶救助一件事 接口", "Social assistance: the API")
ABOUT: Final = Text(
    "程序与手机应用使用的接口。先用账号在 /api/v1/security/login 取得令牌,再放入 Authorization: Bearer。"
    "所有拒绝都是 problem+json(RFC 9457),中英文各一句,并指明出错的位置。"
    "列表用 next 给出的标记翻页。新建请求带 Idempotency-Key,重发不会重复办理。金额一律以分为单位。",
    "For programs and the phone app. Get a token at /api/v1/security/login and send it as Authorization: Bearer. "
    "Every refusal is problem+json (RFC 9457) with a sentence in Chinese and English and the place it is about. "
    "Lists go on with the marker `next`. A request that creates carries an Idempotency-Key: sent again it is done once. "
    "Money is a whole number of fen.",
)
NEEDS: Final = Text("需要权限:", "Needs: ")
EVERYBODY: Final = Text("登录后可用。", "For everybody who is signed in.")
TOO_MANY: Final = Problem(
    "too-many", 429, Text("操作过于频繁,请稍候再试。", "Too many requests; please wait a little.")
)
TOO_LARGE: Final = Problem("too-large", 413, Text("提交的内容太大。", "What was sent is too large."))
UNAVAILABLE: Final = Problem(
    "unavailable", 503, Text("暂时无法办理,请稍候再试。", "Not possible at the moment; please try again shortly.")
)
SECURITY: Final = {
    "jwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "session": {"type": "apiKey", "in": "cookie", "name": "portal"},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
}


def document(lang: Lang, release_id: str | None) -> Document:
    """The whole description in one language, for the application at hand."""
    made = _generated(lang)
    paths: Document = {}
    for route in ROUTES:
        paths.setdefault(BASE + route.path, {})[route.method.lower()] = _operation(route, lang)
    components = made.get("components", {})
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE.to(lang), "version": "1", "description": ABOUT.to(lang), "x-release": release_id},
        "servers": [{"url": "/"}],
        "tags": [{"name": title.to(lang)} for title in TAGS.values()],
        "security": [{"jwt": []}, {"session": []}],
        "paths": paths | made.get("paths", {}),
        "components": {
            **components,
            "schemas": {**components.get("schemas", {}), **SCHEMAS},
            "securitySchemes": {**components.get("securitySchemes", {}), **SECURITY},
        },
    }


# --- our routes -----------------------------------------------------------------------------------------------------


def _operation(route: Route, lang: Lang) -> Document:
    named = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    about = EVERYBODY.to(lang)
    if route.functions:
        about = NEEDS.to(lang) + ", ".join(f"{f} ({FUNCTIONS[f].to(lang)})" for f in route.functions)
    described: Document = {
        "operationId": route.name,
        "tags": [TAGS[route.tag].to(lang)],
        "summary": route.title.to(lang),
        "description": about,
        "parameters": [_in_path(name, lang) for name in named] + [_parameter(p, lang) for p in route.parameters],
        "responses": _responses(route, lang),
    }
    if route.body is not None:
        content: Document = {"schema": ref(route.body)}
        if route.example is not None:
            content["example"] = route.example
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    if route.method != "GET":
        described["security"] = [{"jwt": []}, {"session": [], "csrf": []}]
    return described


def _in_path(name: str, lang: Lang) -> Document:
    title, schema = PATH[name]
    return {"name": name, "in": "path", "required": True, "description": title.to(lang), "schema": schema}


def _parameter(parameter: Parameter, lang: Lang) -> Document:
    described: Document = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": parameter.title.to(lang),
        "schema": parameter.schema,
    }
    if parameter.schema.get("type") == "array":
        described |= {"style": "form", "explode": False}
    return described


def problems_of(route: Route) -> Iterator[Problem]:
    """Everything a route may refuse with: its own problems, and those its shape brings along."""
    yield from (LOGIN_NEEDED, BAD_PARAMETERS, NOT_ACCEPTABLE, TOO_MANY, UNAVAILABLE)
    if route.functions:
        yield FORBIDDEN
    if route.body is not None:
        yield from (*OF_EVERY_BODY, TOO_LARGE)
    yield from route.problems


def _responses(route: Route, lang: Lang) -> Document:
    responses: Document = {}
    for status, (schema, title) in route.answers.items():
        content = {"application/json": {"schema": ref(schema)}}
        responses[str(status)] = {"description": title.to(lang), "content": content}
    if route.cached:
        responses["304"] = {"description": Text("未改变", "Not changed").to(lang)}
    for status, problems in sorted(_by_status(problems_of(route)).items()):
        first = problems[0]
        example = {
            "type": f"urn:portal:{first.code}",
            "title": first.message.to(lang),
            "status": status,
        } | first.message.to_json()
        told = "\n".join(f"- `{p.code}`: {p.message.to(lang)}" for p in {p.code: p for p in problems}.values())
        responses[str(status)] = {
            "description": told,
            "content": {"application/problem+json": {"schema": ref("Problem"), "example": example}},
        }
    return responses


def _by_status(problems: Iterable[Problem]) -> dict[int, list[Problem]]:
    found: dict[int, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.status, []).append(problem)
    return found


# --- generated resources ----------------------------------------------------------------------------------------------


def _generated(lang: Lang) -> Document:
    """What Flask-AppBuilder says about the resources of this application, in the words of OpenAPI 3.1."""
    spec = APISpec("", "1", "3.1.0", plugins=[MarshmallowPlugin(schema_name_resolver=resolver)])
    views = [view for view in current_app.extensions["appbuilder"].baseviews if isinstance(view, BaseApi)]
    for view in views:
        if view.version == "v1":
            view.add_api_spec(spec)
    made: Document = _in_31(spec.to_dict())
    titles = {view.resource_name: str(view.list_title) for view in views if getattr(view, "list_title", None)}
    for path, operations in made.get("paths", {}).items():
        for method, operation in operations.items():
            _complete(path, method, operation, titles, lang)
    return made


def _complete(path: str, method: str, operation: Document, titles: Mapping[str, str], lang: Lang) -> None:
    """What FAB's texts leave out: a name, a title in the reader's language, and refusals as we really send them."""
    resource = path.removeprefix(f"{BASE}/").partition("/")[0]
    operation["operationId"] = f"{method}_{path.removeprefix(BASE).strip('/')}".translate(NAMES)
    title = titles.get(resource)
    kind = GENERATED.get(path.removeprefix(f"{BASE}/{resource}"))
    if title and kind:
        operation["summary"] = f"{title}:{kind.to(lang)}" if lang == "zh" else f"{title}: {kind.en}"
    for status, answer in operation.get("responses", {}).items():
        if status.startswith(("4", "5")):
            about = answer.get("description") or PLAIN.get(status, status)
            answer.clear()
            answer |= {"description": about, "content": {"application/problem+json": {"schema": ref("Problem")}}}


NAMES: Final = str.maketrans({"/": "_", "{": None, "}": None, "-": "_"})
GENERATED: Final = {
    "/": Text("列表", "the list"),
    "/{pk}": Text("一条", "one row"),
    "/_info": Text("可查的字段", "what can be asked"),
}
PLAIN: Final = {
    "400": "Bad request", "401": "Sign in first", "403": "Not allowed", "404": "Not found",
    "422": "Not valid", "500": "A fault",
}  # fmt: skip


def _in_31(value: Any) -> Any:
    """`nullable: true` is a word of OpenAPI 3.0: in 3.1 null is a type."""
    if isinstance(value, list):
        return [_in_31(one) for one in value]
    if not isinstance(value, dict):
        return value
    plain = {key: _in_31(one) for key, one in value.items() if key != "nullable"}
    if value.get("nullable") is True and isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
    return plain
