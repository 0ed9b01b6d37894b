"""The form as it would be asked: by a clerk, by a citizen on a phone, at the visit; with the real renderer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from portal.db import db
from portal.forms import compute, from_posted, hidden, normalise
from portal.organisation.queries import region_options
from portal.reader import lang, needs, today
from portal.rendering.forms import RegionOption, form_view
from portal.studio.bench import bench, page
from portal.studio.choices import items as item_options
from portal.values import Lang

pages = Blueprint("studio_preview", __name__, url_prefix="/studio/<int:proposal_id>/preview")
CONFIGURATOR = "catalogue.publish"
READERS = ("clerk", "citizen", "visit")
SHOWN_REGIONS = 40  # a preview needs an example of places, not all of them


@pages.route("", methods=["GET", "POST"])
@needs(CONFIGURATOR)
def show(proposal_id: int) -> tuple[str, int]:
    """The composed form of the chosen items. What is typed is tried out and kept nowhere."""
    here = bench(proposal_id)
    reader = request.values.get("as", "clerk")
    reader = reader if reader in READERS else "clerk"
    words: Lang = "en" if request.values.get("lang", lang()) == "en" else "zh"
    chosen = [slug for slug in request.values.getlist("items") if slug]
    context: dict[str, Any] = {"reader": reader, "words": words, "chosen": chosen, "view": None, "report": None}
    catalogue = here.catalogue
    if catalogue is not None and chosen:
        known = [slug for slug in chosen if slug in catalogue.items]
        form = catalogue.form("home-visit" if reader == "visit" else "application", known)
        posted = from_posted(form, request.form.items(multi=True)) if request.method == "POST" else None
        env = catalogue.environment({"app_items": known}, today())
        answers = compute(form, normalise(form, posted.answers if posted else {}), env)
        section = request.values.get("section")
        context["view"] = form_view(
            form,
            answers,
            lang=words,
            raw=posted.raw if posted else {},
            errors=posted.errors if posted else (),
            hidden=hidden(form, answers, env),
            regions=[RegionOption(c, title.to(words)) for c, title in region_options(db.session())[:SHOWN_REGIONS]],
            item_titles={slug: catalogue.items[slug].title.to(words) for slug in known},
            sections=[section] if reader == "citizen" and section else None,
            why="section",
            env=env,
        )
        context["report"] = form.report
    return page("preview.html", bench=here, options=item_options(here.source), faults=here.faults, **context)
