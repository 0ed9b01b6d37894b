"""The first page after signing in, and the choice of language."""

from __future__ import annotations

from flask import Blueprint, request, session
from flask_babel import refresh
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.reader import LANGUAGES, own_address
from portal.web.navigation import menu_for
from portal.web.shell import current_actor, needs, page

home = Blueprint("home", __name__)


@home.get("/")
@needs()
def start() -> tuple[str, int]:
    """Everything this person may open, the place their work begins first."""
    return page("portal/home.html", places=menu_for(current_actor()))


@home.post("/lang")
def choose_language() -> Response:
    """Remember the reader's language for this session and go back to where they were."""
    wanted = request.form.get("lang", "zh")
    session["locale"] = wanted if wanted in LANGUAGES else "zh"
    refresh()
    return redirect(own_address(request.form.get("next", "/")), code=303)
