"""The supervisor's board: clocks by item and place, and what was really reached against what was promised."""

from __future__ import annotations

from flask import Blueprint, request

from portal.cases import board as boards
from portal.cases.measures import DEFINITIONS
from portal.cases.rules import STATUSES
from portal.catalogue.queries import current
from portal.catalogue.savings import savings
from portal.db import db
from portal.organisation.queries import ancestors
from portal.web.periods import STRETCHES, chosen_period
from portal.web.shell import current_actor, needs, page, today

board = Blueprint("board", __name__)

PROMISED = ("days_mean", "paper_kinds")


@board.get("/board")
@needs("board.read")
def show() -> tuple[str, int]:
    """The board of a place: the whole of one's own reach, or what the links led down to."""
    session, actor = db.session(), current_actor()
    catalogue = current(session).catalogue
    item = request.args.get("item", "")
    chosen = chosen_period(request.args, today())
    found = boards.board(
        session,
        actor,
        today(),
        place=request.args.get("place", ""),
        item=item if item in catalogue.items else "",
        period=chosen.period,
    )
    reach = actor.scope("board.read")
    return page(
        "portal/oversight/board.html",
        board=found,
        items=catalogue.items,
        item=item if item in catalogue.items else "",
        chosen=chosen,
        stretches=STRETCHES,
        definitions=DEFINITIONS,
        statuses=STATUSES,
        above=[code for code in ancestors(found.place) if reach.covers(code)],
        promised=[measure for measure in savings(catalogue) if measure.name in PROMISED],
        longest=max((line.reached.longest for line in (*found.items, *found.places)), default=0),
        most=max((line.cards.open for line in (*found.items, *found.places)), default=0),
    )
