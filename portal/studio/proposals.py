"""The list of proposals, and one proposal: what it changes, its steps, handing it on, publishing it."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, current_app, flash, redirect, request
from werkzeug.wrappers import Response

from portal.catalogue import queries as catalogue_queries
from portal.catalogue.canonical import loads
from portal.catalogue.documents import Source
from portal.catalogue.release import FaultyCatalogue
from portal.db import db, transaction
from portal.errors import Problem, Refused
from portal.proposals import commands, queries
from portal.proposals.rules import STATUSES, title_of
from portal.reader import current_actor, needs, now, t, text
from portal.studio import PREPARE
from portal.studio.bench import bench, page, save, token
from portal.values import Text

pages = Blueprint("studio_proposals", __name__, url_prefix="/studio")
CONFIGURATOR = "catalogue.publish"
NOT_JSON = Problem("not-json", 422, Text("内容不是有效的 JSON:{why}", "This is not valid JSON: {why}"))


@pages.get("")
@needs(CONFIGURATOR)
def index() -> tuple[str, int]:
    """Every proposal, open ones first, and a way to start one."""
    session = db.session()
    release = catalogue_queries.current(session)
    return page(
        "index.html",
        proposals=queries.recent(session, current_actor()),
        statuses=STATUSES,
        items=list(release.catalogue.items.values()),
        departments=list(release.catalogue.departments.values()),
        current=release.id,
    )


@pages.post("")
@needs(CONFIGURATOR)
def start() -> Response:
    """A new proposal, empty, or with a new item in it from the beginning."""
    actor, moment, form = current_actor(), now(), request.form
    with transaction(db.session()) as session:
        proposal = commands.start(
            session,
            actor,
            title=form.get("title", "") or form.get("name_zh", ""),
            department=form.get("department") or None,
            now=moment,
        )
        slug = form.get("slug", "").strip()
        if slug:
            commands.copy_item(
                session,
                actor,
                proposal.id,
                slug=slug,
                code=form.get("code", "").strip() or next_code(queries.base_of(session, proposal)),
                like=form.get("like") or None,
                token=proposal.token,
                now=moment,
            )
        place = f"/studio/{proposal.id}/items/{slug}" if slug else f"/studio/{proposal.id}"
    return redirect(place, code=303)


def next_code(source: Source) -> str:
    """The first code no item has: SQ39 after SQ38."""
    taken = {document.get("code") for _, document in source.of_kind("items")}
    return next(f"SQ{n:02d}" for n in range(1, 1000) if f"SQ{n:02d}" not in taken)


@pages.get("/<int:proposal_id>")
@needs(CONFIGURATOR)
def show(proposal_id: int) -> tuple[str, int]:
    """One proposal: its documents in words, its steps, whether it is behind."""
    session, here = db.session(), bench(proposal_id)
    changed = [
        (path, title_of(path, here.document(path) or here.base.documents.get(path)), here.document(path) is None)
        for path in sorted(here.proposal.documents)
    ]
    return page(
        "proposal.html",
        bench=here,
        changed=changed,
        steps=list(reversed(queries.edits(session, proposal_id))),
        changes=queries.changes(session, here.proposal),
        behind=queries.is_behind(session, here.proposal),
        contradictions=queries.contradictions(session, here.proposal) if here.editable else (),
        others={path: queries.editing(session, path, proposal_id) for path in here.proposal.documents},
        statuses=STATUSES,
    )


@pages.post("/<int:proposal_id>/<any(undo, redo, submit, reopen, discard, update):what>")
@needs(CONFIGURATOR)
def act(proposal_id: int, what: str) -> Response:
    """One of the small acts on a proposal."""
    actor, moment, form = current_actor(), now(), request.form
    with transaction(db.session()) as session:
        match what:
            case "undo":
                commands.undo(session, actor, proposal_id, token=token(), now=moment)
            case "redo":
                commands.redo(session, actor, proposal_id, token=token(), now=moment)
            case "submit":
                commands.submit(session, actor, proposal_id, token=token(), note=form.get("note", ""), now=moment)
            case "reopen":
                commands.reopen(session, actor, proposal_id, reason=form.get("reason", ""), now=moment)
            case "discard":
                commands.discard(session, actor, proposal_id, now=moment)
            case _:
                choices = {
                    name.removeprefix("choose:"): side for name, side in form.items() if name.startswith("choose:")
                }
                commands.bring_up_to_date(session, actor, proposal_id, token=token(), choices=choices, now=moment)
    back = form.get("back", "")
    inside = back.startswith(f"/studio/{proposal_id}")
    return redirect(back if inside and what in {"undo", "redo"} else f"/studio/{proposal_id}", code=303)


@pages.post("/<int:proposal_id>/approve")
@needs(CONFIGURATOR)
def approve(proposal_id: int) -> Response | tuple[str, int]:
    """The second person publishes, now or on a day; what is wrong is listed and nothing happens."""
    actor, moment = current_actor(), now()
    try:
        day = date.fromisoformat(request.form["publish_on"]) if request.form.get("publish_on") else None
    except ValueError:
        flash(t("没有这一天。", "There is no such day."), "danger")
        return redirect(f"/studio/{proposal_id}", code=303)
    try:
        with transaction(db.session()) as session:
            release = commands.approve(session, actor, proposal_id, now=moment, publish_on=day)
            if release is not None:
                current_app.extensions[PREPARE](session, release)
    except FaultyCatalogue as faulty:
        return page("faulty.html", status=422, bench=bench(proposal_id), findings=faulty.findings)
    except Refused as refusal:
        flash(text(refusal.text), "danger")
        return redirect(f"/studio/{proposal_id}", code=303)
    said = (
        Text("已批准,到期自动发布。", "Approved; it is published on its day.")
        if release is None
        else Text(
            f"已发布版本 {release.id[:12]},几秒内各处生效。", f"Published {release.id[:12]}; in force within seconds."
        )
    )
    flash(text(said), "success")
    return redirect(f"/studio/{proposal_id}", code=303)


@pages.post("/<int:proposal_id>/document")
@needs(CONFIGURATOR)
def put(proposal_id: int) -> Response | tuple[str, int]:
    """A whole document as JSON: what remains of an edit that met another one, or what an expert typed."""
    path = request.form.get("path", "")
    document, findings = loads(request.form.get("document", ""), path)
    if findings or not isinstance(document, dict | None):
        raise Refused(NOT_JSON, why=findings[0].message if findings else path)
    return save(proposal_id, path, document, title_of(path, document or {}), back=f"/studio/{proposal_id}")
