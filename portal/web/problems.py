"""Refusals and errors as a person or a program reads them: a page in their language, or problem+json under /api."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from flask import Flask, g, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from portal.db import db
from portal.errors import FieldError, Problem, Refused
from portal.reader import is_api, problem_json
from portal.values import Text

log = logging.getLogger("portal.web")

STATUSES: dict[int, Problem] = {
    400: Problem("bad-request", 400, Text("请求无法理解。", "The request cannot be understood.")),
    401: Problem("login-needed", 401, Text("请先登录。", "Please sign in first.")),
    403: Problem("forbidden", 403, Text("您没有办理这项操作的权限。", "You may not do this.")),
    404: Problem("not-found", 404, Text("找不到,或您无权查看。", "Not found, or not yours to see.")),
    405: Problem(
        "method-not-allowed", 405, Text("这个地址不接受这种请求。", "This address does not take this kind of request.")
    ),
    409: Problem(
        "conflict",
        409,
        Text("数据已被他人更新,请刷新后重试。", "Somebody else changed this meanwhile; reload and try again."),
    ),
    406: Problem("not-acceptable", 406, Text("这里不提供所要求的格式。", "This is not given in the form asked for.")),
    413: Problem("too-large", 413, Text("提交的内容太大。", "What was sent is too large.")),
    414: Problem("too-long", 414, Text("地址太长。", "The address is too long.")),
    415: Problem("media-type", 415, Text("不接受这种内容类型。", "This type of content is not taken.")),
    429: Problem("too-many", 429, Text("操作过于频繁,请稍候再试。", "Too many attempts; please wait a little.")),
    500: Problem(
        "fault", 500, Text("系统出错,已记录。编号 {id}。", "Something went wrong and was recorded. Number {id}.")
    ),
    503: Problem(
        "unavailable", 503, Text("暂时无法办理,请稍候再试。", "Not possible at the moment; please try again shortly.")
    ),
}
OTHERWISE = Text("请求无法办理({status})。", "The request cannot be carried out ({status}).")
FORM_EXPIRED = Problem(
    "form-expired",
    400,
    Text(
        "页面已过期,请返回上一页刷新后再提交,已填内容仍在。",
        "The page has expired: go back, reload and send again; what you typed is still there.",
    ),
)


def init_app(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, lambda _error: answer(FORM_EXPIRED))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(500, _fault)


def answer(problem: Problem, fields: tuple[FieldError, ...] = (), **params: Any) -> Response:
    """The problem in the form the client reads, with the status it stands for."""
    if is_api():
        return problem_json(problem, fields, **params)
    message = problem.sentence(params)
    return Response(
        render_template("portal/problem.html", problem=problem, message=message, fields=fields),
        problem.status,
        mimetype="text/html",
    )


def _refused(refusal: Refused) -> Response:
    db.session.rollback()
    return answer(refusal.problem, refusal.fields, **refusal.params)


def _http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    response = answer(STATUSES.get(error.code, Problem("http", error.code, OTHERWISE)), status=error.code)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _busy(error: OperationalError) -> Response:
    """The database did not answer in time: say so, keep the details in the log."""
    db.session.rollback()
    log.error("database: %s", error.orig)
    g.pop("actor", None)
    return _plain(STATUSES[503])


def _unstorable(_error: DataError) -> Response:
    """A value no column can hold (a number of fifty digits, a NUL character): the request, not the program, is wrong."""
    db.session.rollback()
    return answer(STATUSES[400])


def _fault(error: Exception) -> Response:
    number = uuid.uuid4().hex[:8]
    log.error("fault %s", number, exc_info=getattr(error, "original_exception", None) or error)
    return _plain(STATUSES[500], id=number)


def _plain(problem: Problem, **params: Any) -> Response:
    """A page that needs neither the database nor a signed-in reader, because one of them may be what failed."""
    if is_api():
        return answer(problem, **params)
    text = problem.sentence(params)
    return Response(render_template("portal/fault.html", message=text), problem.status, mimetype="text/html")
