"""A citizen follows an application: with its number and the applicant's id number, nothing else, on any phone."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, current_app, request
from flask.blueprints import BlueprintSetupState

from portal.cases.tracking import track as find
from portal.db import db
from portal.errors import Refused
from portal.web.shell import page, text

track = Blueprint("track", __name__)


@track.record_once
def limit(state: BlueprintSetupState) -> None:
    """So many look-ups per address and minute: numbers cannot be guessed one after another."""
    limiter: Any = state.app.extensions["appbuilder"].sm.limiter
    rate = partial(lambda: current_app.config["PORTAL"].track_rate)
    limiter.limit(rate, methods=["POST"])(track)


@track.get("/track")
def look_up() -> tuple[str, int]:
    """The two boxes; the QR code of a receipt fills in the number."""
    return page("portal/track/track.html", number=request.args.get("number", "")[:30], found=None, wrong=None)


@track.post("/track")
def show() -> tuple[str, int]:
    """How it stands, in plain words. Whatever was wrong, the answer is the same sentence."""
    number, id_number = request.form.get("number", "")[:40], request.form.get("id_number", "")[:40]
    try:
        found = find(db.session(), number, id_number)
    except Refused as refusal:
        return page(
            "portal/track/track.html",
            status=refusal.problem.status,
            number=number,
            found=None,
            wrong=text(refusal.text),
        )
    return page("portal/track/track.html", number=number, found=found, wrong=None)
