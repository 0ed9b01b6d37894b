"""The channel as an installable page: its manifest, its worker, and the page that is shown without a network."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, current_app, jsonify, url_for

from portal.web.citizen.foundation import page
from portal.web.shell import t

installed = Blueprint("me_installed", __name__, url_prefix="/me")

ICONS: Final = (("icon-192.png", "192x192"), ("icon-512.png", "512x512"))


@installed.get("/manifest.webmanifest")
def manifest() -> Response:
    """What a phone needs to put the page among its apps."""
    response = jsonify(
        {
            "name": t("帮扶救助一件事", "Social assistance, one form"),
            "short_name": t("帮扶救助", "Assistance"),
            "start_url": "/me",
            "scope": "/me",
            "display": "standalone",
            "background_color": "#f2f4f7",
            "theme_color": "#12355b",
            "icons": [
                {"src": url_for("static", filename=name), "sizes": sizes, "type": "image/png"} for name, sizes in ICONS
            ],
        }
    )
    response.mimetype = "application/manifest+json"
    return response


@installed.get("/worker.js")
def worker() -> Response:
    """The service worker; it may look after `/me` itself as well, not only what lies below it."""
    response = current_app.send_static_file("me-worker.js")
    response.headers["Service-Worker-Allowed"] = "/me"
    response.headers["Cache-Control"] = "no-cache"
    return response


@installed.get("/offline")
def offline() -> tuple[str, int]:
    """Kept on the phone and shown when there is no network; it holds nothing of anybody."""
    return page("portal/me/offline.html")
