"""The OpenAPI 3.1 document: our table of routes, and the resources generated from the release, as one description.

The table is the source: nothing about a written route is typed here. Generated resources describe themselves through
Flask-AppBuilder; what they say in the words of OpenAPI 3.0 is put into those of 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
from portal.api.wiring import BAD_PARAMETERS, BASE
from portal.errors import BY_STATUS, FORBIDDEN, Problem, of_status
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
SECURITY: Final = {
    "jwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "jwt_refresh": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
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
            "securitySchemes": SECURITY,
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
    yield from (LOGIN_NEEDED, FORBIDDEN, BAD_PARAMETERS, BY_STATUS[406], BY_STATUS[429], BY_STATUS[503])
    if route.body is not None:
        yield from (*OF_EVERY_BODY, BY_STATUS[413])
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
    places = {f"{BASE}/{view.resource_name}": view for view in views}
    for path, operations in made.get("paths", {}).items():
        base = max((place for place in places if path.startswith(place)), key=len, default="")
        for method, operation in operations.items():
            _complete(path, method, operation, lang)
            if base:
                _name(operation, places[base], path.removeprefix(base), lang)
    made.get("components", {}).pop("responses", None)  # every refusal is a Problem
    return made


def _complete(path: str, method: str, operation: Document, lang: Lang) -> None:
    """What FAB leaves out or says otherwise: a name, who may, and refusals as we really send them."""
    operation["operationId"] = f"{method}_{path.removeprefix(BASE).strip('/')}".translate(NAMES)
    operation["security"] = SIGNING_IN.get(path.removeprefix(BASE), [{"jwt": []}, {"session": []}])
    answers = operation.setdefault("responses", {})
    for status in {*(s for s in answers if s.startswith(("4", "5"))), "403", "406", "429"}:
        told = of_status(int(status))
        content = {"application/problem+json": {"schema": ref("Problem")}}
        answers[status] = {"description": f"`{told.code}`: {told.message.to(lang)}", "content": content}


def _name(operation: Document, view: Any, rest: str, lang: Lang) -> None:
    """The title of the resource, in the reader's language, and what this address of it gives."""
    title = getattr(view, "list_title", None) or FIXED.get(view.resource_name)
    if title:
        operation["tags"] = [title.to(lang) if isinstance(title, Text) else str(title)]
    if rest in GENERATED:
        summary, about = GENERATED[rest]
        operation["summary"], operation["description"] = summary.to(lang), about.to(lang)


NAMES: Final = str.maketrans({"/": "_", "{": None, "}": None, "-": "_"})
FIXED: Final = {"security": Text("登录", "Signing in"), "menu": Text("菜单", "The menu")}
GENERATED: Final[dict[str, tuple[Text, Text]]] = {
    "/": (
        Text("列表", "The list"),
        Text(
            "q 用 Rison 或 JSON 书写(须 URI 编码):page、page_size(最多 100)、order_column、order_direction、filters、columns。",
            "q is written in Rison or JSON, URI-encoded: page, page_size (100 at most), order_column, order_direction, "
            "filters, columns.",
        ),
    ),
    "/{pk}": (Text("一条", "One row"), Text("q 可限定 columns。", "q may narrow the columns.")),
    "/_info": (
        Text("有哪些字段、怎样查询", "Which fields there are, and how to ask for them"),
        Text("列出可用的条件和字段名称。", "Lists the filters that may be used and the titles of the fields."),
    ),
    "/login": (
        Text("取得令牌", "Get a token"),
        Text(
            "用户名、密码换取 30 分钟有效的令牌;provider 填 db;refresh 为 true 时另给续期令牌。",
            "User name and password for a token of thirty minutes; provider is db; with refresh true a refresh token "
            "comes with it.",
        ),
    ),
    "/refresh": (
        Text("续期令牌", "Renew a token"),
        Text("把续期令牌放入 Authorization。", "Send the refresh token as Authorization."),
    ),
}
SIGNING_IN: Final[dict[str, list[Document]]] = {"/security/login": [], "/security/refresh": [{"jwt_refresh": []}]}


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
