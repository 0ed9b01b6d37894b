"""Who the citizen at the other end is, and the page around everything he sees."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from flask import g, request, session, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.access import Actor
from portal.access.citizens import citizen_actor
from portal.db import db
from portal.errors import NOT_FOUND, Refused
from portal.web.shell import lang
from portal.web.shell import page as shell_page

P = ParamSpec("P")
R = TypeVar("R")

COOKIE: Final = "citizen"  # [id, generation], beside and apart from what signs staff in


def the_citizen() -> Actor | None:
    """The citizen who has signed in, read once per request."""
    if "citizen" not in g:
        kept = session.get(COOKIE)
        g.citizen = None
        if isinstance(kept, list) and len(kept) == 2 and all(isinstance(one, int) for one in kept):
            g.citizen = citizen_actor(db.session(), int(kept[0]), int(kept[1]), lang=lang())
    found: Actor | None = g.citizen
    return found


def current_citizen() -> Actor:
    """The citizen of a page that only a signed-in one reaches."""
    found = the_citizen()
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def needs_citizen(view: Callable[P, R]) -> Callable[P, R | Response]:
    """A page for whoever has signed in as a citizen; everybody else is asked to."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if the_citizen() is None:
            here = request.full_path.rstrip("?") if request.method == "GET" else "/me"
            return redirect(url_for("me_login.ask", next=here), code=303)
        return view(*args, **kwargs)

    return guarded


def page(template: str, *, status: int = 200, **context: Any) -> tuple[str, int]:
    """A page of the channel."""
    return shell_page(template, status=status, citizen=the_citizen(), **context)
