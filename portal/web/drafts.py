"""Drafts: the one form, saved as typed, handed from colleague to colleague, submitted once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request, url_for
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from portal.applications import queries
from portal.applications.beginning import from_registers, note_registers
from portal.applications.commands import DRAFT_CHANGED, DRAFT_SUBMITTED, discard_draft, save_draft
from portal.applications.models import Draft
from portal.cases.commands import submit_draft
from portal.catalogue import queries as catalogue_queries
from portal.db import db, transaction
from portal.errors import Refused
from portal.forms import Form, choose
from portal.values import Text
from portal.web.draft_conflict import conflict_view, differing, hidden_pairs, places_of_theirs
from portal.web.draft_form import Sent, Sheet, draw, faults, read, sheet_of, stored, with_origins
from portal.web.shell import current_actor, day, needs, now, page, say, text

drafts = Blueprint("drafts", __name__)

# Buttons that lead to another page of the same draft, once what was typed is stored.
PLACES: Final = {"_papers": "papers.show", "_signatures": "signatures.show"}
FORM: Final = "portal/drafts/form.html"

SAVED = Text("已保存。", "Saved.")
DISCARDED = Text("草稿已删除。", "The draft was thrown away.")
STALE = Text(
    "填写期间事项目录已更新。已填内容都在下面,请核对后再保存或提交。",
    "The catalogue was updated while this was being filled. Everything typed is below; look through it, then save or submit.",
)


@drafts.get("/drafts")
@needs("application.create")
def overview() -> tuple[str, int]:
    """Everything begun and not sent at this clerk's windows: anybody there can go on with it."""
    rows = queries.drafts(db.session(), current_actor())
    catalogue = catalogue_queries.current(db.session()).catalogue
    titles = {slug: item.title for slug, item in catalogue.items.items()}
    return page("portal/drafts/list.html", rows=rows, titles=titles)


@drafts.get("/drafts/<int:draft_id>")
@needs("application.create")
def fill(draft_id: int) -> tuple[str, int] | AnyResponse:
    """The form as it was left."""
    draft = queries.draft(db.session(), current_actor(), draft_id)
    if draft.submitted_number is not None:
        return _to_receipt(draft.submitted_number)
    sheet = sheet_of(draft)
    return _page(sheet, stored(sheet), draft.papers, checked=request.args.get("checked") == "1")


@drafts.post("/drafts/<int:draft_id>")
@needs("application.create")
def send(draft_id: int) -> tuple[str, int] | AnyResponse:
    """Every button of the form: what was typed is stored first, then the button does its work."""
    actor = current_actor()
    draft = queries.draft(db.session(), actor, draft_id)
    if draft.submitted_number is not None:
        return _to_receipt(draft.submitted_number)
    sheet, pairs = sheet_of(draft), list(request.form.items(multi=True))
    if request.form.get("_release") != sheet.release.id:
        return _stale(sheet, pairs)
    sent = read(sheet, pairs)
    resolve = request.form.get("_resolve")
    if resolve is not None:
        theirs = stored(sheet)
        answers = choose(
            sheet.form, sent.answers, theirs, places_of_theirs(sheet, sent.answers, theirs, pairs, resolve)
        )
        sent = Sent(sent.posted, answers, tuple({*sent.papers, *draft.papers}), "_save")
    try:
        return _store(sheet, sent, _revision())
    except Refused as refusal:
        if refusal.problem is DRAFT_SUBMITTED:
            return _to_receipt(refusal.params["number"])
        if refusal.problem is not DRAFT_CHANGED:
            raise
    return _conflict(draft_id, pairs)


def _revision() -> int:
    typed = request.form.get("_revision", "")
    return int(typed) if typed.isdigit() and len(typed) < 10 else -1


def _store(sheet: Sheet, sent: Sent, revision: int) -> tuple[str, int] | AnyResponse:
    """Keep what was typed, and submit it when that was the button and nothing stands against it, in one transaction."""
    actor, moment, draft_id = current_actor(), now(), sheet.draft.id
    with transaction(db.session()) as session:
        known = from_registers(session, sheet.release.catalogue, sheet.form, sent.answers, stored(sheet))
        draft = save_draft(
            session,
            actor,
            catalogue=sheet.release.catalogue,
            release_id=sheet.release.id,
            items=sheet.items,
            answers=known.answers,
            provenance=with_origins(sheet, known.origins),
            window_region=sheet.draft.window_region,
            now=moment,
            draft_id=draft_id,
            expected_revision=revision,
            papers=sent.papers,
        )
        note_registers(session, actor, draft, known, now=moment)
        refusal = _submitted(session, draft, moment) if sent.button == "_submit" else None
        number = draft.submitted_number
    if number is not None:
        return _to_receipt(number)
    if refusal is not None:
        errors = faults(sheet)
        found = draw(sheet, known.answers, sent.papers, errors=errors)
        told = None if errors else text(refusal.text)
        return page(FORM, status=refusal.problem.status, sheet=sheet, found=found, checked=True, told=told)
    if sent.button in PLACES:
        return redirect(url_for(PLACES[sent.button], draft_id=draft_id), code=303)
    if sent.button == "_items":
        return redirect(url_for("apply.items", draft=draft_id, items=sheet.items), code=303)
    if _wants_json():
        return jsonify({"revision": draft.revision, "saved": day(draft.updated_at)})
    if sent.button == "_save":
        say(SAVED)
    checked = "?checked=1" if request.form.get("_checked") == "1" else ""
    return redirect(f"/drafts/{draft_id}{checked}#{_anchor(sheet, sent)}", code=303)


def _submitted(session: Session, draft: Draft, moment: datetime) -> Refused | None:
    """Submit what was just stored; a refusal undoes the submission and leaves the draft saved."""
    try:
        with session.begin_nested():
            submit_draft(session, current_actor(), draft.id, now=moment)
    except Refused as refusal:
        session.refresh(draft)
        return refusal
    return None


def _anchor(sheet: Sheet, sent: Sent) -> str:
    """Where the clerk goes on: the new row, or the section whose button was pressed."""
    name, value = next(((n, v) for n, v in sent.posted.pressed if n == sent.button), (sent.button, ""))
    group = value.partition("-")[0] if name in {"_add", "_remove"} else ""
    section = next((g.section for g in sheet.form.layout.groups if group and g.rows == group), None)
    if name == "_none" and value in sheet.form.sections:
        return f"s-{value}"
    if section is None:
        return "main"
    rows = sent.answers.get(group)
    if name == "_add" and isinstance(rows, list) and rows:
        return f"s-{section}-r-{group}-{len(rows) - 1}"
    return f"s-{section}"


def _page(sheet: Sheet, answers: dict[str, Any], papers: Sequence[str], *, checked: bool = False) -> tuple[str, int]:
    errors = faults(sheet) if checked and not sheet.moved else []
    found = draw(sheet, answers, papers, errors=errors)
    return page(FORM, sheet=sheet, found=found, checked=checked)


def _stale(sheet: Sheet, pairs: Sequence[tuple[str, str]]) -> tuple[str, int] | Response:
    """A page drawn from an older release: the present form with everything that was typed, not stored yet."""
    if _wants_json():
        response = jsonify({"stale": True, "message": text(STALE)})
        response.status_code = 409
        return response
    drawn = _form_of(request.form.get("_release", ""), sheet)
    sent = read(sheet, pairs, drawn)
    found = draw(sheet, sent.answers, sent.papers)
    return page(FORM, status=409, sheet=sheet, found=found, checked=False, told=text(STALE), revision=_revision())


def _form_of(release_id: str, sheet: Sheet) -> Form:
    """The form a posted page was drawn from; a release nobody knows counts as the draft's own."""
    session = db.session()
    known = release_id if release_id in catalogue_queries.published_ids_in_use(session) else sheet.draft.release_id
    return catalogue_queries.release(session, known).catalogue.form("application", sheet.draft.items)


def _conflict(draft_id: int, pairs: Sequence[tuple[str, str]]) -> tuple[str, int] | AnyResponse:
    """Somebody saved the draft meanwhile: store when nothing differs, else show both and let the clerk choose."""
    draft = queries.draft(db.session(), current_actor(), draft_id)
    if draft.submitted_number is not None:
        return _to_receipt(draft.submitted_number)
    sheet = sheet_of(draft)
    sent, theirs = read(sheet, pairs), stored(sheet)
    found = differing(sheet, sent.answers, theirs)
    if not found:
        return _store(sheet, sent, draft.revision)
    if _wants_json():
        response = jsonify({"conflict": True, "message": text(DRAFT_CHANGED.message)})
        response.status_code = 409
        return response
    return page(
        "portal/drafts/conflict.html",
        status=409,
        sheet=sheet,
        rows=conflict_view(sheet, found, sent.answers, theirs),
        pairs=hidden_pairs(pairs),
    )


@drafts.post("/drafts/<int:draft_id>/discard")
@needs("application.create")
def discard(draft_id: int) -> AnyResponse:
    """Throw a draft away."""
    actor, moment = current_actor(), now()
    with transaction(db.session()) as session:
        discard_draft(session, actor, draft_id, now=moment)
    say(DISCARDED)
    return redirect("/drafts", code=303)


def _wants_json() -> bool:
    """The script that saves by itself asks for JSON; a browser asks for a page."""
    return request.accept_mimetypes.best == "application/json"


def _to_receipt(number: str) -> AnyResponse:
    return redirect(f"/applications/{number}/receipt", code=303)
