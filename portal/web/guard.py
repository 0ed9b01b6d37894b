"""What every request passes and every answer carries: the CSRF check and the security headers."""

from __future__ import annotations

from flask import Flask, current_app, flash, request, session
from werkzeug.routing import IntegerConverter, ValidationError
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.errors import Problem, Refused
from portal.reader import bears_token, current_actor, is_api, session_stamp, text
from portal.values import Text

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
OPEN_WITH_FIRST_PASSWORD = frozenset(
    {"account.password", "account.save_password", "AuthView.login", "AuthView.logout", "home.choose_language"}
)
FIRST_PASSWORD = Problem(
    "first-password",
    403,
    Text("请先修改初始密码。", "Please choose a password of your own first."),
)
HIGHEST = 2_147_483_647  # no row has a higher number: the columns hold no more
TOKEN = "/api/v1/security/login"  # noqa: S105 - an address; it reads no cookie and sets none


def check_csrf() -> None:
    """Every changing request needs the token, unless no cookie signs it: then no other site can abuse a cookie."""
    if is_api() and (bears_token() or "_user_id" not in session or request.path == TOKEN):
        return
    current_app.extensions["csrf"].protect()


def first_password() -> Response | None:
    """Whoever was given a password by somebody else chooses his own before anything else opens."""
    if request.endpoint in OPEN_WITH_FIRST_PASSWORD or (request.endpoint or "").endswith("static"):
        return None
    user_id = current_actor().id if bears_token() or "_user_id" in session else None
    if user_id is None or not session_stamp(user_id)[1]:
        return None
    if is_api():
        raise Refused(FIRST_PASSWORD)
    flash(text(FIRST_PASSWORD.message), "warning")
    return redirect("/password", code=303)


def add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["PORTAL"].https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint not in {"static", "appbuilder.static", "rendering.static"}:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


class RowNumber(IntegerConverter):
    """A number in an address that a row can have; one of five thousand digits is no page, not a fault."""

    def to_python(self, value: str) -> int:
        if len(value) > len(str(HIGHEST)) or int(value) > HIGHEST:
            raise ValidationError
        return int(super().to_python(value))


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
    app.before_request(check_csrf)
    app.before_request(first_password)
    app.after_request(add_headers)
