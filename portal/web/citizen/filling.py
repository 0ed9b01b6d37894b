"""A citizen's draft: the list of what is to be done, one section per page, the look over all answers, sending it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.applications import queries
from portal.applications.commands import discard_draft
from portal.applications.models import Draft
from portal.cases.commands import submit_draft
from portal.db import db, transaction
from portal.errors import NOT_FOUND, Refused
from portal.files import queries as file_queries
from portal.forms import Form
from portal.organisation.queries import region_titles
from portal.rendering.facts import FactsView, columns_of, facts_view
from portal.values import Text
from portal.web.citizen.foundation import current_citizen, needs_citizen, page
from portal.web.citizen.sheets import (
    Part,
    Sent,
    drawn,
    faults_in,
    hidden_from_citizens,
    keep,
    own_faults,
    owner_of,
    parts,
    read,
    section_of,
)
from portal.web.draft_form import Sheet, sheet_of, stored
from portal.web.shell import lang, now, say, text
from portal.web.signatures import people_of

filling = Blueprint("me_filling", __name__, url_prefix="/me/drafts")

SAVED = Text("已保存,可以随时回来继续填。", "Saved. You can come back and go on at any time.")
DISCARDED = Text("已删除。", "Thrown away.")


def own_draft(draft_id: int) -> Draft:
    """The citizen's own draft, not sent yet; what was sent is read where applications are."""
    draft = queries.draft(db.session(), current_citizen(), draft_id)
    if draft.submitted_number is not None:
        raise Refused(NOT_FOUND)
    return draft


@filling.get("/<int:draft_id>")
@needs_citizen
def tasks(draft_id: int) -> tuple[str, int] | Response:
    """What is done and what is still to do."""
    draft = queries.draft(db.session(), current_citizen(), draft_id)
    if draft.submitted_number is not None:
        return redirect(f"/me/applications/{draft.submitted_number}", code=303)
    sheet = sheet_of(draft)
    found = parts(sheet, stored(sheet))
    files = file_queries.of_owner(db.session(), f"draft:{draft.id}")
    people = people_of(db.session(), draft)
    return page(
        "portal/me/tasks.html",
        sheet=sheet,
        parts=found,
        first=next((part for part in found if not part.done), None),
        papers=sum(1 for kept in files if kept.paper != "signature"),
        has_id_card=any(kept.paper == "id_card" for kept in files),
        unsigned=[who for who in people if not who.done],
    )


@filling.get("/<int:draft_id>/<section>")
@needs_citizen
def section(draft_id: int, section: str) -> tuple[str, int]:
    """One section as it was left."""
    sheet = sheet_of(own_draft(draft_id))
    errors = faults_in(sheet, section) if request.args.get("checked") == "1" else []
    return _section(sheet, section, stored(sheet), errors)


def _section(
    sheet: Sheet, section: str, answers: Mapping[str, Any], errors: Any = (), status: int = 200
) -> tuple[str, int]:
    found = parts(sheet, answers)
    at = next((n for n, part in enumerate(found) if part.section == section), None)
    if at is None:
        raise Refused(NOT_FOUND)
    view = drawn(sheet, answers, section=section, errors=errors)
    return page(
        "portal/me/section.html", status=status, sheet=sheet, view=view, part=found[at], at=at + 1, count=len(found)
    )


@filling.post("/<int:draft_id>/<section>")
@needs_citizen
def save_section(draft_id: int, section: str) -> tuple[str, int] | Response:
    """Whatever button it was, what was typed is stored first; “next” stays when something on this page is wrong."""
    sheet = sheet_of(own_draft(draft_id))
    if section not in {group.section for group in sheet.form.layout.groups}:
        raise Refused(NOT_FOUND)
    sent = read(sheet, section, list(request.form.items(multi=True)))
    through = section if sent.button == "_next" else None
    with transaction(db.session()):
        draft = keep(sheet, sent.answers, seen=through)
    sheet = sheet_of(draft)
    if through is not None:
        errors = faults_in(sheet, section)
        if errors:
            return _section(sheet, section, stored(sheet), errors, status=422)
        return redirect(_after(draft_id, section, parts(sheet, stored(sheet))), code=303)
    if sent.button == "_save":
        say(SAVED)
        return redirect(f"/me/drafts/{draft_id}", code=303)
    return redirect(f"/me/drafts/{draft_id}/{section}#{_anchor(sheet.form, section, sent)}", code=303)


def _after(draft_id: int, section: str, found: list[Part]) -> str:
    """The next section, or the list when this was the last."""
    names = [part.section for part in found]
    at = names.index(section) + 1 if section in names else len(names)
    return f"/me/drafts/{draft_id}/{names[at]}" if at < len(names) else f"/me/drafts/{draft_id}"


def _anchor(form: Form, section: str, sent: Sent) -> str:
    group = sent.value.partition("-")[0]
    rows = sent.answers.get(group)
    if sent.button == "_add" and group in form.rows and owner_of(form, group) == section and isinstance(rows, list):
        return f"s-{section}-r-{group}-{len(rows) - 1}"
    return f"s-{section}"


@filling.get("/<int:draft_id>/check")
@needs_citizen
def look_over(draft_id: int) -> tuple[str, int]:
    """Every answer with a way back to it, and what is still missing."""
    return _look_over(sheet_of(own_draft(draft_id)))


def _look_over(sheet: Sheet, told: str | None = None, status: int = 200) -> tuple[str, int]:
    missing: dict[str, list[str]] = {}
    for fault in own_faults(sheet):
        missing.setdefault(_way_to(sheet, fault), []).append(text(fault.message))
    labels = {part.section: part.label for part in parts(sheet, stored(sheet))}
    return page(
        "portal/me/look_over.html",
        status=status,
        sheet=sheet,
        facts=_answers(sheet),
        missing=[
            (href, labels.get(href.partition("?")[0].rpartition("/")[2], ""), found) for href, found in missing.items()
        ],
        told=told,
    )


def _way_to(sheet: Sheet, fault: Any) -> str:
    """The page on which a fault is put right."""
    place = f"/me/drafts/{sheet.draft.id}"
    wanted = section_of(sheet.form, fault)
    if wanted is not None:
        return f"{place}/{wanted}?checked=1"
    return f"{place}/signatures" if fault.pointer.endswith("/auth_letter") else f"{place}/papers"


def _answers(sheet: Sheet) -> FactsView:
    answers, form = stored(sheet), sheet.form
    codes = {
        value
        for question in form.questions.values()
        if question.type == "region"
        for side in (answers.get(question.group) if question.in_rows else [answers]) or ()
        if isinstance(side, Mapping) and isinstance(value := side.get(question.id), str)
    }
    titles = {code: text(title) for code, title in region_titles(db.session(), codes).items()}
    shown = set(form.questions) - set(hidden_from_citizens(form))
    return facts_view(form, columns_of(lang(), declared=answers), lang=lang(), only=shown, unmask=True, regions=titles)


@filling.post("/<int:draft_id>/check")
@needs_citizen
def send(draft_id: int) -> tuple[str, int] | Response:
    """Send it: the home township has it at once. Sent twice it is sent once."""
    actor, moment = current_citizen(), now()
    draft = queries.draft(db.session(), actor, draft_id)
    if draft.submitted_number is not None:
        return redirect(f"/me/applications/{draft.submitted_number}", code=303)
    sheet = sheet_of(draft)
    with transaction(db.session()) as session:
        keep(sheet, stored(sheet))
        refusal = _submitted(session, draft, moment)
        number = draft.submitted_number
    if refusal is not None:
        return _look_over(sheet_of(draft), told=text(refusal.text), status=422)
    return redirect(f"/me/applications/{number}?sent=1", code=303)


def _submitted(session: Session, draft: Draft, moment: Any) -> Refused | None:
    """A refusal undoes the submission and leaves the draft as it was saved."""
    try:
        with session.begin_nested():
            submit_draft(session, current_citizen(), draft.id, now=moment)
    except Refused as refusal:
        session.refresh(draft)
        return refusal
    return None


@filling.post("/<int:draft_id>/discard")
@needs_citizen
def discard(draft_id: int) -> Response:
    """Throw the draft away."""
    actor, moment = current_citizen(), now()
    with transaction(db.session()) as session:
        discard_draft(session, actor, draft_id, now=moment)
    say(DISCARDED)
    return redirect("/me", code=303)
