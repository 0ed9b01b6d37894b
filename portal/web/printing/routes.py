"""The official documents as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from portal import audit
from portal.applications import queries as application_queries
from portal.applications.models import Application
from portal.cases.queries import of_application
from portal.cases.submitting import NOTHING_CHOSEN
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.db import db, transaction
from portal.errors import Refused
from portal.notices import queries as notice_queries
from portal.organisation.queries import calendar
from portal.rendering.pdf import Template, pdf
from portal.values import Text
from portal.web.printing import guides, letters, signed
from portal.web.shell import current_actor, lang, needs, now, today

printing = Blueprint("printing", __name__, url_prefix="/print")

# What the family itself signs bears its numbers in full: printing it is a recorded act.
SIGNED = {"form": signed.application_form, "authorisation": signed.authorisation}
PURPOSE = Text("打印供当事人签名", "printed for the family to sign")


def as_pdf(template: Template, data: Mapping[str, Any], name: str) -> Response:
    response = Response(pdf(template, data), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _file(number: str) -> tuple[Application, Catalogue]:
    application = application_queries.by_number(db.session(), current_actor(), number)
    return application, catalogue_queries.release(db.session(), application.release_id).catalogue


@printing.get("/letter/<int:notice_id>.pdf")
@needs("application.read", "application.create")
def letter(notice_id: int) -> Response:
    """One letter, as it was written."""
    notice = notice_queries.get(db.session(), current_actor(), notice_id)
    application = application_queries.get(db.session(), current_actor(), notice.application_id)
    return as_pdf("letter", letters.letter(db.session(), application, notice, lang()), notice.number)


@printing.get("/receipt/<number>.pdf")
@needs("application.read", "application.create")
def receipt(number: str) -> Response:
    """The receipt, with the days promised: of the cases once they are open, reckoned from today before."""
    application, catalogue = _file(number)
    address = f"{request.host_url}track?number={application.number}"
    document = letters.receipt(
        db.session(), application, catalogue, lang(), address=address, promised=promised_days(application, catalogue)
    )
    return as_pdf("letter", document, f"receipt-{application.number}")


def promised_days(application: Application, catalogue: Catalogue) -> dict[str, date]:
    cases = {case.item: case.promised_on for case in of_application(db.session(), application.id)}
    days = calendar(db.session())
    start = application.accepted_on or today()
    return {
        item.slug: cases.get(item.slug) or days.add(start, int(item.time_limit.after))
        for item in catalogue.chosen(application.items)
    }


@printing.post("/<any(form, authorisation):kind>/<number>.pdf")
@needs("application.create", "front.act")
def to_sign(kind: str, number: str) -> Response:
    """The form or the letter of authorisation with the family's numbers in full, for them to sign; recorded."""
    actor, moment = current_actor(), now()
    application, catalogue = _file(number)
    document = SIGNED[kind](db.session(), application, catalogue, lang())
    with transaction(db.session()) as session:
        audit.record(
            session,
            actor_id=actor.id,
            actor_name=actor.name,
            action="application.printed",
            stream=f"application:{application.id}",
            region_code=application.region_code,
            at=moment,
            document=kind,
            purpose=PURPOSE.to_json(),
        )
    template: Template = "form" if kind == "form" else "authorisation"
    return as_pdf(template, document, f"{kind}-{number}")


@printing.get("/guide.pdf")
def guide() -> Response:
    """The service guide of the items named; open to everybody, because it holds nothing but the catalogue."""
    catalogue = catalogue_queries.current(db.session()).catalogue
    slugs = [slug for slug in request.args.get("items", "").split(",") if slug]
    if not slugs or len(slugs) > len(catalogue.items):
        raise Refused(NOTHING_CHOSEN)
    return as_pdf("guide", guides.guide(catalogue, slugs, lang(), today()), "guide")
