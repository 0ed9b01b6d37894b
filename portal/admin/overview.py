"""The reader's departments with their items: how many cases are open, late, and waiting for the reader."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask_appbuilder import BaseView, expose
from sqlalchemy import select

from portal.cases.queries import OpenCases, open_by_item, waiting_by_item
from portal.db import db
from portal.organisation.models import Department
from portal.reader import ItemPlace, current_actor, item_places, needs, today
from portal.values import Text

NONE = OpenCases(0, 0, 0)


@dataclass(frozen=True)
class Line:
    """One item of the overview."""

    place: ItemPlace
    cases: OpenCases
    waiting: int


class ItemsOverview(BaseView):
    """`/items`: everything a department's officer works on, one click away."""

    route_base = "/items"
    default_view = "overview"

    @expose("")
    @needs("case.read")
    def overview(self):
        """One line per item the reader may open, by department; items that end only while their cases run."""
        session, actor, places = db.session(), current_actor(), item_places()
        counts, capped = open_by_item(session, actor, today())
        waiting = waiting_by_item(session, actor)
        lines = [
            Line(place, counts.get(place.slug, NONE), waiting.get(place.slug, 0))
            for place in places
            if not place.ending or place.slug in counts
        ]
        codes = list(dict.fromkeys(line.place.department for line in lines))
        rows = session.scalars(select(Department).where(Department.code.in_(codes)))
        titles = {row.code: Text(row.name, row.name_en or row.name) for row in rows}
        groups = [(titles.get(c, Text(c, c)), [line for line in lines if line.place.department == c]) for c in codes]
        return render_template("portal/items/overview.html", groups=groups, capped=capped)
