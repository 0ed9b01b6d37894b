"""Choosing what to apply for, as a plan in plain words, and beginning the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request, session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.applications.own import begin_own
from portal.cases.commands import choose
from portal.catalogue import queries as catalogue_queries
from portal.db import db, transaction
from portal.organisation.queries import calendar
from portal.web import plans
from portal.web.citizen.foundation import current_citizen, needs_citizen, page
from portal.web.citizen.sign_in import CHECKED
from portal.web.shell import now, today

choosing = Blueprint("me_choosing", __name__, url_prefix="/me/apply")


@choosing.get("")
@needs_citizen
def items() -> tuple[str, int]:
    """The items to tick, and what the ticked ones mean."""
    catalogue = catalogue_queries.current(db.session()).catalogue
    chosen = [item.slug for item in catalogue.chosen(request.args.getlist("items")) if plans.is_open(item)]
    plan = plans.plan(catalogue, chosen, calendar=calendar(db.session()), today=today()) if chosen else None
    groups = plans.groups(catalogue, by="layer", chosen=chosen, today=today())
    return page("portal/me/items.html", groups=groups, plan=plan, chosen=chosen, bundles=catalogue.bundles)


@choosing.post("")
@needs_citizen
def start() -> Response:
    """Begin the form, with what was answered in the check a moment ago."""
    actor, moment = current_citizen(), now()
    release = catalogue_queries.current(db.session())
    slugs = [item.slug for item in choose(release, request.form.getlist("items"), today())]
    with transaction(db.session()) as writing:
        draft = begin_own(writing, actor, release, items=slugs, said=_said(), now=moment)
        target = f"/me/drafts/{draft.id}"
    session.pop(CHECKED, None)
    return redirect(target, code=303)


def _said() -> Mapping[str, Any]:
    """The answers of the check: the visitor's own cookie carried them here."""
    kept = session.get(CHECKED)
    return kept if isinstance(kept, dict) else {}
