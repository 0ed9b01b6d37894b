"""What the citizen takes home and what is written to him: the receipt with its QR code, and the letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, url_for

from portal.applications import queries
from portal.applications.models import Application
from portal.cases.queries import of_application
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.catalogue.papers import papers_for
from portal.db import db
from portal.errors import NOT_FOUND, Refused
from portal.notices import queries as notice_queries
from portal.organisation.queries import calendar
from portal.rendering.qr import qr
from portal.values import Text
from portal.web.shell import current_actor, needs, page, today

receipts = Blueprint("receipts", __name__)


@dataclass(frozen=True)
class Promise:
    """One item with the day it is promised by; `is_fixed` once the township has accepted it."""

    item: Item
    department: Text
    days: int
    day: date
    is_fixed: bool


@receipts.get("/applications/<number>/receipt")
@needs("application.read", "application.create")
def receipt(number: str) -> tuple[str, int]:
    """The receipt to print and sign."""
    application = queries.by_number(db.session(), current_actor(), number)
    catalogue = catalogue_queries.release(db.session(), application.release_id).catalogue
    address = url_for("track.look_up", number=application.number, _external=True)
    needed = papers_for(
        catalogue, application.items, catalogue.environment(dict(application.answers), application.submitted_at.date())
    )
    return page(
        "portal/applications/receipt.html",
        application=application,
        promises=promises(application, catalogue),
        papers=[catalogue.papers[name].title for name in application.papers if name in catalogue.papers],
        missing=[need.paper.title for need in needed if need.certain and need.paper.id not in application.papers],
        address=address,
        code=qr(address),
    )


def promises(application: Application, catalogue: Catalogue) -> list[Promise]:
    """By when each item is promised; before acceptance, by when if the township accepts today."""
    days, start = calendar(db.session()), application.accepted_on or today()
    fixed = {case.item: case.promised_on for case in of_application(db.session(), application.id)}
    return [
        Promise(
            item,
            catalogue.departments[item.department].title,
            int(item.time_limit.after),
            fixed.get(item.slug) or days.add(start, int(item.time_limit.after)),
            item.slug in fixed,
        )
        for item in catalogue.chosen(application.items)
    ]


@receipts.get("/applications/<number>/letters/<int:notice_id>")
@needs("application.read", "application.create")
def letter(number: str, notice_id: int) -> tuple[str, int]:
    """One letter as it was written."""
    application = queries.by_number(db.session(), current_actor(), number)
    notice = notice_queries.get(db.session(), current_actor(), notice_id)
    if notice.application_id != application.id:
        raise Refused(NOT_FOUND)
    return page("portal/applications/letter.html", application=application, notice=notice)
