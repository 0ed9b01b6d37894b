"""What may I get? A few questions without signing in. Nothing is stored: the answers come with the page and go with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, request, session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.precheck import Look, carried, looks, short_form
from portal.db import db
from portal.errors import FieldError
from portal.forms import Form, Posted, from_posted, hidden, normalise, unreadable
from portal.rendering.forms import form_view
from portal.values import Text
from portal.web.citizen.foundation import page
from portal.web.citizen.sign_in import CHECKED
from portal.web.shell import lang, today

checking = Blueprint("me_checking", __name__, url_prefix="/me/check")

# A cookie holds four thousand characters; a family that says more answers again in the form.
MOST_CARRIED: Final = 2500
STANDINGS: Final[Mapping[str, Text]] = {
    "may": Text("可能可以领", "You may get"),
    "likely": Text("初步符合,待核实", "Likely, to be confirmed"),
    "unknown": Text("还不能判断", "Not known yet"),
    "not": Text("按现在填的不符合", "Not on these answers"),
}


def _forms() -> tuple[Catalogue, Form]:
    catalogue = catalogue_queries.current(db.session()).catalogue
    return catalogue, short_form(catalogue)


@checking.get("")
def ask() -> tuple[str, int]:
    """The questions."""
    catalogue, form = _forms()
    return _questions(catalogue, form, {})


def _questions(
    catalogue: Catalogue, form: Form, answers: Mapping[str, Any], errors: Sequence[FieldError] = ()
) -> tuple[str, int]:
    env = catalogue.environment({}, today())
    view = form_view(form, answers, lang=lang(), errors=errors, hidden=hidden(form, answers, env), why="none", env=env)
    return page("portal/me/check.html", status=422 if errors else 200, view=view)


@checking.post("")
def judge() -> tuple[str, int] | Response:
    """Every item judged by its own rules, with the sentence that decided."""
    catalogue, form = _forms()
    posted = from_posted(form, list(request.form.items(multi=True)))
    typed = normalise(form, posted.as_typed)
    errors = unreadable(form, typed)
    if errors or _adds(posted):
        return _questions(catalogue, form, typed, errors)
    answers = normalise(form, posted.answers)
    if ("_apply", "1") in posted.pressed:
        return _carry(form, answers)
    found = looks(catalogue, form, answers, today())
    groups = [(name, title, [look for look in found if look.standing == name]) for name, title in STANDINGS.items()]
    return page(
        "portal/me/looks.html",
        groups=groups,
        pairs=[(name, value) for name, value in request.form.items(multi=True) if not _is_button(name)],
        chosen=_promising(found),
    )


def _adds(posted: Posted) -> bool:
    return any(name in {"_add", "_remove", "_none", "_refresh", "_back"} for name, _ in posted.pressed)


def _is_button(name: str) -> bool:
    return name.startswith("_") or name == "csrf_token"


def _promising(found: Sequence[Look]) -> list[str]:
    return [look.item.slug for look in found if look.standing in {"may", "likely"}]


def _carry(form: Form, answers: Mapping[str, Any]) -> Response:
    """The answers travel in the visitor's own cookie until he has signed in and begun the form."""
    said = carried(form, answers)
    if len(json.dumps(said)) <= MOST_CARRIED:
        session[CHECKED] = said
    slugs = [slug for slug in request.form.getlist("_items") if slug.isidentifier()]
    target = "&".join(f"items={slug}" for slug in slugs[:40])
    return redirect(f"/me/apply?{target}" if target else "/me/apply", code=303)
