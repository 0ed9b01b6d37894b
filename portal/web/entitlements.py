"""The rights in force: who receives what, how much, from when, when it is reviewed, and the decision behind it."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, request

from portal.access import Actor
from portal.cases.letters import PERIODS
from portal.cases.models import Case
from portal.cases.queries import determinations
from portal.cases.rules import OUTCOMES
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.db import db
from portal.entitlements import queries
from portal.entitlements.rules import STATUSES
from portal.organisation.queries import region_options
from portal.web.paging import before_of
from portal.web.shell import current_actor, needs, page, today

entitlements = Blueprint("entitlements", __name__)

ROWS = 50
SOON = timedelta(days=30)


@entitlements.get("/entitlements")
@needs("entitlement.read")
def overview() -> tuple[str, int]:
    """What families receive, newest first."""
    session, actor, args = db.session(), current_actor(), request.args
    catalogue = catalogue_queries.current(session).catalogue
    asked = {name: args.get(name, "").strip()[:60] for name in ("q", "item", "status", "place", "review")}
    found = queries.recent(
        session,
        actor,
        q=asked["q"],
        item=asked["item"],
        status=asked["status"] if asked["status"] in STATUSES else "",
        place=asked["place"],
        review_by=today() + SOON if asked["review"] == "soon" else None,
        before=before_of(args),
        limit=ROWS + 1,
    )
    return page(
        "portal/oversight/entitlements.html",
        rows=found[:ROWS],
        asked=asked,
        more=found[ROWS - 1].id if len(found) > ROWS else None,
        is_first=before_of(args) is None,
        items=catalogue.items,
        own_items=_within_reach(actor, catalogue),
        statuses=STATUSES,
        periods=PERIODS,
        places=_places(actor),
    )


@entitlements.get("/entitlements/<number>")
@needs("entitlement.read")
def show(number: str) -> tuple[str, int]:
    """One right with its people, and the decision it rests on."""
    session, actor = db.session(), current_actor()
    found = queries.by_number(session, actor, number)
    catalogue = catalogue_queries.release(session, found.release_id).catalogue
    case = session.get_one(Case, found.case_id)
    return page(
        "portal/oversight/entitlement.html",
        entitlement=found,
        item=catalogue.item(found.item),
        department=catalogue.departments[found.department_code],
        decisions=[one for one in determinations(session, case.id) if not one.superseded],
        case=case,
        application=case.application if actor.may("application.read") else None,
        outcomes=OUTCOMES,
        statuses=STATUSES,
        periods=PERIODS,
    )


def _within_reach(actor: Actor, catalogue: Catalogue) -> list[Item]:
    """The items the actor's grants cover: nobody is offered a filter that can only come out empty."""
    grants = actor.scope("entitlement.read").grants
    return [
        item
        for item in catalogue.items.values()
        if any(g.department in {None, item.department} and (g.items is None or item.slug in g.items) for g in grants)
    ]


def _places(actor: Actor) -> list[tuple[str, object]]:
    scope = actor.scope("entitlement.read")
    return [(code, title) for code, title in region_options(db.session()) if len(code) < 12 and scope.covers(code)]
