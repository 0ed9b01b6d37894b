"""What a phone does for a desk, through a one-time link and nothing else: photographs of papers."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.access import links
from portal.applications.models import Draft
from portal.catalogue import queries as catalogue_queries
from portal.db import db, transaction, vault_of
from portal.errors import Refused
from portal.files import queries as file_queries
from portal.files.rules import ACCEPT
from portal.web.papers import keep_posted, lines_of
from portal.web.shell import now, page

phone = Blueprint("phone", __name__, url_prefix="/p")


def _draft(session: Session, token: str) -> Draft:
    """The draft a link is for. A draft that was submitted or discarded meanwhile takes no more papers."""
    link = links.find(session, token, "papers", now=now())
    draft = session.get(Draft, int(link.subject.removeprefix("draft:")))
    if draft is None or draft.submitted_number is not None:
        raise Refused(links.LINK_GONE)
    return draft


@phone.get("/<token>")
def papers(token: str) -> tuple[str, int]:
    """The kinds of paper with a camera button each; how many are there, but none of the pictures."""
    session = db.session()
    draft = _draft(session, token)
    catalogue = catalogue_queries.release(session, draft.release_id).catalogue
    form = catalogue.form("application", draft.items)
    lines = lines_of(session, draft, catalogue, form, vault_of(session).open_in(draft.answers), offer_earlier=False)
    return page("portal/papers/phone.html", token=token, lines=lines, accept=ACCEPT)


@phone.post("/<token>")
def photograph(token: str) -> Response:
    """Keep the photographs of one kind of paper."""
    with transaction(db.session()) as session:
        draft = _draft(session, token)
        catalogue = catalogue_queries.release(session, draft.release_id).catalogue
        form = catalogue.form("application", draft.items)
        kept = keep_posted(session, f"draft:{draft.id}", catalogue, form, channel="phone")
        answer = [{"key": k.key, "paper": k.paper, "place": k.place, "name": k.name} for k in kept]
    if request.accept_mimetypes.best == "application/json":
        return jsonify(answer)
    return redirect(f"/p/{token}", code=303)


@phone.get("/<token>/state.json")
def state(token: str) -> Response:
    """How many files stand for each line."""
    draft = _draft(db.session(), token)
    kept = file_queries.of_owner(db.session(), f"draft:{draft.id}")
    return jsonify([{"key": k.key, "paper": k.paper, "place": k.place} for k in kept])
