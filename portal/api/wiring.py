"""From a line of the table to an address that answers: what is common to all routes happens here, once.

Who may, what comes back, which parameters, which content: checked before a handler runs, by what the table says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, request
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from portal.api import body, shapes
from portal.api.contract import Answer, Asked, Parameter, Route
from portal.catalogue.catalogue import meant
from portal.errors import BY_STATUS, FORBIDDEN, FieldError, Problem, Refused
from portal.reader import LOGIN_NEEDED, current_actor
from portal.values import Text

BASE = "/api/v1"
BAD_PARAMETERS = Problem(
    "bad-parameters", 400, Text("请求参数有 {count} 处不对。", "{count} parameters of the request are not right.")
)
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")
KINDS = {"id": "int", "uuid": "string", "number": "string", "slug": "string", "action": "string"}


def blueprint(routes: Iterable[Route]) -> Blueprint:
    """A fresh blueprint for one application; nothing of it outlives the application."""
    made = Blueprint("api", __name__)
    for route in routes:
        made.add_url_rule(
            BASE + rule_of(route.path), route.name, _view(route), methods=[route.method], strict_slashes=True
        )
    return made


def rule_of(path: str) -> str:
    """/tasks/{id} as Flask writes it."""
    return re.sub(r"{(\w+)}", lambda found: f"<{KINDS[found[1]]}:{found[1]}>", path)


def refuse_unacceptable() -> None:
    """A client that takes no JSON at all would not understand any answer."""
    wanted = request.accept_mimetypes
    if wanted and wanted.best_match(("application/json", "application/problem+json")) is None:
        raise Refused(BY_STATUS[406])


def _view(route: Route) -> Callable[..., Response]:
    def view(**path: Any) -> Response:
        actor = current_actor()
        if route.functions is not None:
            if actor.id is None:
                raise Refused(LOGIN_NEEDED)
            if route.functions and not any(actor.may(function) for function in route.functions):
                raise Refused(FORBIDDEN)
        query, headers = _parameters(route)
        document, mark = None, ""
        if route.body is not None:
            document = body.read()
            mark = body.fingerprint(document)
            shapes.check(document, route.body)
        return _response(route, route.handler(Asked(actor, query, headers, document, mark), **path))

    return view


def _response(route: Route, answer: Answer) -> Response:
    response = Response(
        json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")), answer.status, mimetype="application/json"
    )
    response.headers.update(answer.headers)
    if route.cached and "ETag" in answer.headers:
        response.headers["Cache-Control"] = "private, no-cache"  # keep it, but ask each time
        response.headers["Vary"] = "Authorization, Cookie"
        response.make_conditional(request)
    return response


def _parameters(route: Route) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters the route knows, read by their schemas; all that is wrong with them is told at once."""
    queries = {p.name: p for p in route.parameters if p.place == "query"}
    faults: list[FieldError] = []
    for name in request.args:
        if name not in queries:
            hint = meant(name[:80], queries)
            message = Text(f"没有这个参数。{hint.zh}", f"There is no such parameter. {hint.en}".rstrip())
            faults.append(FieldError(f"/query/{name[:60]}", name[:60], "unknown", message))
        elif len(request.args.getlist(name)) > 1:
            twice = Text("同一参数出现了两次。", "The same parameter stands twice.")
            faults.append(FieldError(f"/query/{name}", name, "repeated", twice))
    query = _read(queries.values(), request.args, faults)
    headers = _read([p for p in route.parameters if p.place == "header"], request.headers, faults)
    if faults:
        raise Refused(BAD_PARAMETERS, tuple(faults[: shapes.TOLD]), count=len(faults))
    return query, headers


def _read(
    parameters: Iterable[Parameter], given: Mapping[str, str] | Headers, faults: list[FieldError]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for parameter in parameters:
        name, text = parameter.name, given.get(parameter.name)
        pointer = f"/{parameter.place}/{name}"
        if text is None:
            if parameter.required:
                missing = Text(f"缺少参数“{name}”。", f"The parameter {name!r} is missing.")
                faults.append(FieldError(pointer, name, "required", missing))
            continue
        value = _typed(text, parameter)
        wrong = shapes.one_value(value, parameter.schema)
        if wrong is None and isinstance(value, str) and "\0" in value:
            wrong = shapes.OTHERWISE
        if wrong is not None:
            faults.append(FieldError(pointer, name, "value", wrong))
        values[name] = value
    return values


def _typed(text: str, parameter: Parameter) -> Any:
    kind = parameter.schema.get("type")
    if kind == "integer" and WHOLE_NUMBER.fullmatch(text):
        return int(text)
    if kind == "array":
        return [part.strip() for part in text.split(",") if part.strip()]
    return text
