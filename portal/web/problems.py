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
from portal.errors import BY_STATUS, FieldError, Problem, Refused, of_status
from portal.reader import is_api, problem_json
from portal.values import Text

log = logging.getLogger("portal.web")

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
    response = answer(of_status(error.code))
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _busy(error: OperationalError) -> Response:
    """The database did not answer in time: say so, keep the details in the log."""
    db.session.rollback()
    log.error("database: %s", error.orig)
    g.pop("actor", None)
    return _plain(BY_STATUS[503])


def _unstorable(_error: DataError) -> Response:
    """A value no column can hold (a number of fifty digits, a NUL character): the request, not the program, is wrong."""
    db.session.rollback()
    return answer(BY_STATUS[400])


def _fault(error: Exception) -> Response:
    number = uuid.uuid4().hex[:8]
    log.error("fault %s", number, exc_info=getattr(error, "original_exception", None) or error)
    return _plain(BY_STATUS[500], id=number)


def _plain(problem: Problem, **params: Any) -> Response:
    """A page that needs neither the database nor a signed-in reader, because one of them may be what failed."""
    if is_api():
        return answer(problem, **params)
    text = problem.sentence(params)
    return Response(render_template("portal/fault.html", message=text), problem.status, mimetype="text/html")
