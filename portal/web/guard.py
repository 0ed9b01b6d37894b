"""What every request passes and every answer carries: the CSRF check and the security headers."""

from __future__ import annotations

from flask import Flask, current_app, request, session
from werkzeug.routing import IntegerConverter, ValidationError
from werkzeug.wrappers import Response

from portal.reader import bears_token, is_api

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
TOKEN = "/api/v1/security/login"  # noqa: S105 - an address; it reads no cookie and sets none


def check_csrf() -> None:
    """Every changing request needs the token, unless no cookie signs it: then no other site can abuse a cookie."""
    if is_api() and (bears_token() or "_user_id" not in session or request.path == TOKEN):
        return
    current_app.extensions["csrf"].protect()


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
        if len(value) > 9:
            raise ValidationError
        return int(super().to_python(value))


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
    app.before_request(check_csrf)
    app.after_request(add_headers)
