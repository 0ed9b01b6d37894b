"""Who is at the other end of a request: their language, their assignments, the moment they act.

Below every edge and above the domain: pages, generated views and the API all ask here, once per request, and hand the
answers down as values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Response as FlaskResponse
from flask import current_app, g, has_request_context, redirect, request, session, url_for
from flask_jwt_extended import current_user as token_user
from flask_jwt_extended import verify_jwt_in_request
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.access import Actor
from portal.access.models import SessionStamp
from portal.access.queries import actor_for
from portal.db import db
from portal.errors import FORBIDDEN, FieldError, Problem, Refused
from portal.organisation.queries import CITY_TIME, moment
from portal.values import Lang, Text

ITEM_PLACES = "portal_item_places"  # app.extensions key: the places generated for the items of the release
P = ParamSpec("P")
R = TypeVar("R")

LANGUAGES: dict[Lang, str] = {"zh": "中文", "en": "English"}
NOBODY = Actor(None, "")
DOCS = "/api/v1/docs"  # the one page for people among the addresses for programs
LOGIN_NEEDED = Problem("login-needed", 401, Text("请先登录。", "Please sign in first."))


def lang() -> Lang:
    """The reader's language: chosen on a page, asked for by an API client, Chinese otherwise."""
    if not has_request_context():
        return "zh"
    if is_api():
        return "en" if request.accept_languages.best_match(["zh", "en"], "zh") == "en" else "zh"
    return "en" if session.get("locale") == "en" else "zh"


def t(zh: str, en: str) -> str:
    return en if lang() == "en" else zh


def text(value: Text | Mapping[str, str] | str | None) -> str:
    """A bilingual text in the reader's language; plain strings pass."""
    if value is None or isinstance(value, str):
        return value or ""
    return value.to(lang()) if isinstance(value, Text) else value.get(lang()) or value.get("zh", "")


def is_api() -> bool:
    return request.path.startswith("/api/") and request.path != DOCS


def bears_token() -> bool:
    return request.headers.get("Authorization", "").lower().startswith("bearer ")


def now() -> datetime:
    """The present moment in UTC, the demo's days included; one moment per request."""
    if "moment" not in g:
        g.moment = moment(db.session()) if current_app.config["PORTAL"].demo else datetime.now(UTC)
    found: datetime = g.moment
    return found


def today() -> date:
    return now().astimezone(CITY_TIME).date()


def current_actor() -> Actor:
    """The signed-in member of staff with today's assignments; nobody (who may nothing) when not signed in."""
    if "actor" not in g:
        user = _user()
        g.actor = actor_for(db.session(), user.id, user.get_full_name(), today=today(), lang=lang()) if user else NOBODY
    found: Actor = g.actor
    return found


def _user() -> Any:
    """The account behind the request. A token, when one is shown, is what counts; a cookie beside it is ignored."""
    if bears_token():
        verify_jwt_in_request()
        return token_user
    return current_user if current_user.is_authenticated else None


def session_stamp(user_id: int) -> tuple[int, bool]:
    """An account's session generation and whether its password must be changed first; read once per request."""
    known: dict[int, tuple[int, bool]] = g.setdefault("session_stamps", {})
    if user_id not in known:
        query = select(SessionStamp.generation, SessionStamp.must_change).where(SessionStamp.user_id == user_id)
        found = db.session.execute(query).first()
        known[user_id] = (found.generation, found.must_change) if found is not None else (1, False)
    return known[user_id]


def forget_actor() -> None:
    """After signing in or out, or after an assignment changed, within the same request."""
    g.pop("actor", None)


def signed_in() -> bool:
    return current_actor().id is not None


@dataclass(frozen=True)
class ItemPlace:
    """Where the generated list of one item is found. `ending`: the item is gone or retired, its cases still run."""

    slug: str
    title: Text
    department: str
    href: str
    ending: bool = False


def item_places() -> tuple[ItemPlace, ...]:
    """The generated lists this reader may open, in the catalogue's order."""
    known: tuple[ItemPlace, ...] = current_app.extensions.get(ITEM_PLACES, ())
    scope = current_actor().scope("case.read")
    return tuple(place for place in known if scope.reaches(place.department, place.slug))


def problem_json(problem: Problem, fields: tuple[FieldError, ...] = (), **params: Any) -> FlaskResponse:
    """A refusal for programs: RFC 9457, with the sentence in both languages and the fields it is about."""
    message = problem.sentence(params)
    body: dict[str, Any] = {
        "type": f"urn:portal:{problem.code}",
        "title": message.to(lang()),
        "status": problem.status,
        "instance": request.path,
        "zh": message.zh,
        "en": message.en,
    }
    if fields:
        body["errors"] = [
            {"pointer": f.pointer, "question": f.question, "code": f.code, **f.message.to_json()} for f in fields
        ]
    response = FlaskResponse(json.dumps(body, ensure_ascii=False), problem.status, mimetype="application/problem+json")
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def own_address(wanted: str | None, otherwise: str = "/") -> str:
    """An address inside this site, for going back to; anything else, however disguised, gives `otherwise`."""
    plain = wanted is not None and wanted.startswith("/") and wanted[1:2] not in {"/", "\\"}
    return wanted if wanted is not None and plain and wanted.isprintable() and "\\" not in wanted else otherwise


def to_login() -> Response:
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("AuthView.login", next=here))


def needs(*functions: str) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """A page for people who hold one of these functions; without any, for everybody who is signed in."""

    def decorate(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            actor = current_actor()
            if actor.id is None:
                if is_api():
                    raise Refused(LOGIN_NEEDED)
                return to_login()
            if functions and not any(actor.may(function) for function in functions):
                raise Refused(FORBIDDEN)
            return view(*args, **kwargs)

        return guarded

    return decorate
