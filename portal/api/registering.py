"""Hanging the API into one application: its addresses, its description, and what every request under /api passes."""

from __future__ import annotations

import json
from typing import Final

from flask import Flask, current_app, render_template, request
from flask_limiter.util import get_remote_address
from limits import parse
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from portal.access.rules import FUNCTIONS
from portal.api import body, openapi, wiring
from portal.api.routes import ROUTES, TAGS
from portal.catalogue.release import Release
from portal.errors import of_status
from portal.reader import DOCS, current_actor, is_api, lang, problem_json, signed_in
from portal.values import Lang

DESCRIBED: Final = "portal_openapi"  # app.extensions key: the description of this application, by language


def register(app: Flask, release: Release | None) -> None:
    """Everything under /api/v1 that is written; the generated resources hang themselves in."""
    made = wiring.blueprint(ROUTES)
    made.add_url_rule(f"{wiring.BASE}/openapi.json", "openapi", _openapi, methods=["GET"])
    made.add_url_rule(DOCS, "docs", _docs, methods=["GET"])
    app.register_blueprint(made)
    app.before_request(_pass)
    app.after_request(_always_a_problem)
    app.extensions[DESCRIBED] = {"release": release.id if release else None}


def _pass() -> None:
    """What holds for everything under /api, generated resources and signing in included."""
    if not is_api():
        return
    wiring.refuse_unacceptable()
    _limit_rate()
    request.max_content_length = body.MAX_BYTES
    if request.path.startswith(f"{wiring.BASE}/security/") and request.method == "POST" and request.content_length:
        body.read()  # read strictly here, because Flask-AppBuilder reads it leniently


def _always_a_problem(response: Response) -> Response:
    """What a library refuses in words of its own is told in ours."""
    if not is_api() or response.status_code < 400 or response.mimetype == "application/problem+json":
        return response
    return problem_json(of_status(response.status_code), status=response.status_code, id="-")


def _limit_rate() -> None:
    """So many requests for each account, wherever it sends from; for each address while nobody is signed in."""
    if not current_app.config["RATELIMIT_ENABLED"]:
        return
    counters = current_app.extensions["appbuilder"].sm.limiter.limiter
    rate = parse(current_app.config["PORTAL"].api_rate)
    sender = f"account:{current_actor().id}" if signed_in() else f"address:{get_remote_address()}"
    if not counters.hit(rate, "api", sender):
        raise TooManyRequests(retry_after=rate.get_expiry())


def _openapi() -> Response:
    """The description, made once for each language of this application."""
    known = current_app.extensions[DESCRIBED]
    reader: Lang = lang()
    if reader not in known:
        made = openapi.document(reader, known["release"])
        known[reader] = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    response = Response(known[reader], mimetype="application/json")
    response.headers["Vary"] = "Accept-Language"
    return response


def _docs() -> str:
    return render_template("portal/api.html", routes=ROUTES, tags=TAGS, functions=FUNCTIONS, base=wiring.BASE)
