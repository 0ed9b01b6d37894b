"""The home visit: the merged survey of all chosen items, begun, kept as a draft, or completed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from flask import current_app, request
from werkzeug.datastructures import MultiDict

from portal.errors import INVALID, Refused
from portal.files import commands as file_commands
from portal.files.store import Store
from portal.forms import Form, Posted, Question, compute, errors_of, from_posted, hidden, normalise
from portal.organisation.queries import CITY_TIME, region_options, region_title
from portal.rendering.display import display_text
from portal.rendering.forms import RegionOption, form_view
from portal.values import Text
from portal.verification.rules import rows_of, same_row
from portal.visits import commands, queries
from portal.visits.models import Visit
from portal.web.desk.foundation import Desk, Entry, StepPage, too_long, typed_reason

SAVED = Text("入户调查已保存,可稍后继续。", "The survey is saved; you can go on later.")
# At least two neighbours or village cadres who know the family (procedure §3.8, found: S02).
NEIGHBOURS = 2
FILLED_BY_PLATFORM = frozenset({"visit_no", "visit_kind", "v_valid_until"})
ROWS_AS_DECLARED = ("members", "supporters", "houses", "vehicles")


def survey_form(desk: Desk) -> Form:
    return desk.catalogue.form("home-visit", desk.application.items)


def draft(desk: Desk) -> Visit | None:
    """The visit begun and not completed; a complete one is not written over."""
    begun = [visit for visit in queries.of_application(desk.db, desk.application.id) if not visit.complete]
    return begun[-1] if begun else None


def _posted(desk: Desk) -> Posted:
    return from_posted(survey_form(desk), desk.typed.items(multi=True))


def _fresh(desk: Desk) -> dict[str, Any]:
    """A blank survey with what is known before the visit: whose rows there are, the day, the investigator."""
    form = survey_form(desk)
    rows = {
        group: [{"row_id": _mark(group, row, at)} for at, row in enumerate(rows_of(desk.answers, group))]
        for group in ROWS_AS_DECLARED
        if group in form.rows
    }
    begun: dict[str, Any] = {name: found for name, found in rows.items() if found}
    if "neighbours" in form.rows:
        begun["neighbours"] = [{"row_id": f"n{at + 1}"} for at in range(NEIGHBOURS)]
    place = region_title(desk.db, desk.application.region_code[:9]).zh
    known = {
        "visit_date": desk.today.isoformat(),
        "visit_start": desk.now.astimezone(CITY_TIME).isoformat(timespec="minutes"),
        "visitor1_name": desk.actor.name,
        "visitor1_org": place,
        "visitor2_org": place,
    }
    return begun | {name: value for name, value in known.items() if name in form.questions}


def _mark(group: str, row: Mapping[str, Any], at: int) -> str:
    """The mark the row has in the application; the mark a page would give it when a program sent none."""
    return str(row.get("row_id") or f"{group[0]}{at + 1}")


def _show(desk: Desk) -> Mapping[str, Any]:
    form, visit = survey_form(desk), draft(desk)
    posted = _posted(desk) if desk.typed else None
    if posted is not None:
        answers = posted.answers
    else:
        answers = queries.clear_answers(desk.db, visit) if visit is not None else _fresh(desk)
    shown = compute(form, normalise(form, answers), desk.environment)
    uuid = desk.typed.get("_uuid") or (visit.uuid if visit is not None else str(uuid4()))
    view = form_view(
        form,
        shown,
        lang=desk.lang,
        raw=posted.raw if posted is not None else {},
        errors=[fault for fault in desk.faults if fault.pointer != "/reason"],
        hidden=hidden(form, shown, desk.environment),
        regions=[RegionOption(code, title.to(desk.lang)) for code, title in region_options(desk.db)]
        if any(question.type == "region" for question in form.questions.values())
        else (),
        item_titles=desk.item_titles(),
        why="none",
        beside=_declared(desk, form, shown),
        called=_names(desk),
        env=desk.environment,
        fixed_rows=("members", "supporters"),
        without=[question.id for question in form.questions.values() if not _is_asked(question)],
    )
    return {"view": view, "uuid": uuid, "draft": visit, "revision": _revision_shown(desk, visit)}


def _revision_shown(desk: Desk, visit: Visit | None) -> int:
    """The revision the reader has looked at: once he is told of a newer one, that one."""
    told = any(fault.code == commands.VISIT_CHANGED.code for fault in desk.faults)
    seen = _revision(desk)
    return seen if seen is not None and not told else visit.revision if visit is not None else 0


def _revision(desk: Desk) -> int | None:
    text = desk.typed.get("_revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _is_asked(question: Question) -> bool:
    """What the platform fills in itself is not asked; signatures are given on the printed record."""
    return question.id not in FILLED_BY_PLATFORM and question.type != "signature"


def _names(desk: Desk) -> dict[str, str]:
    """Whose row it is, by the row's mark: the survey itself does not ask for names again."""
    names = {"members": "member_name", "supporters": "sup_name", "houses": "house_address", "vehicles": "veh_plate"}
    return {
        f"{group}/{_mark(group, row, at)}": str(row.get(name) or "")
        for group, name in names.items()
        for at, row in enumerate(rows_of(desk.answers, group))
    }


def _declared(desk: Desk, form: Form, shown: Mapping[str, Any]) -> dict[str, str]:
    """What the family declared, beside every question that is asked a second time."""
    found: dict[str, str] = {}
    asked = desk.catalogue.form("application", desk.application.items)

    def note(pointer: str, name: str, answers: Mapping[str, Any]) -> None:
        question = asked.questions.get(name)
        text = display_text(asked, question, answers.get(name), desk.lang) if question is not None else ""
        if text:
            found[pointer] = text

    for question in form.scalars:
        note(f"/{question.id}", question.id, desk.answers)
    for group, questions in form.rows.items():
        declared: list[Mapping[str, Any]] = [
            {**row, "row_id": _mark(group, row, at)} for at, row in enumerate(rows_of(desk.answers, group))
        ]
        for at, row in enumerate(rows_of(shown, group)):
            theirs = same_row(row, at, declared)
            for question in questions if theirs is not None else ():
                note(f"/{group}/{at}/{question.id}", question.id, theirs or {})
    return found


def _read(desk: Desk) -> Entry:
    reason = typed_reason(desk)
    if desk.typed.get("_action") != "done":
        return Entry({}, reason, too_long("/reason", reason))
    posted = _posted(desk)
    faults = errors_of(survey_form(desk), posted, desk.environment) if posted.errors else []
    return Entry(
        {
            "answers": posted.answers,
            "uuid": desk.typed.get("_uuid", ""),
            "revision": _revision(desk),
        },
        reason,
        tuple(faults),
    )


def _save(desk: Desk, _value: str) -> Text:
    """Keep the draft, valid or not; only what could not be read at all has to be put right first."""
    posted = _posted(desk)
    if posted.errors:
        raise Refused(INVALID, tuple(posted.errors), count=len(posted.errors))
    commands.record(
        desk.db,
        desk.actor,
        desk.application,
        desk.catalogue,
        posted.answers,
        uuid=desk.typed.get("_uuid", ""),
        complete=False,
        now=desk.now,
        expected=_revision(desk),
    )
    return SAVED


def receive(desk: Desk) -> Desk:
    """Photographs that came with the page are kept at once: whatever else is wrong, nobody takes them again."""
    form, typed = survey_form(desk), MultiDict(desk.typed.items(multi=True))
    for name, uploads in request.files.lists():
        question = form.questions.get(name)
        if question is None or question.in_rows or question.type not in {"photo", "file"}:
            continue
        for upload in uploads:
            if upload.filename:
                typed.add(name, _keep(desk, name, upload.filename, upload.read()))
    return replace(desk, typed=typed)


def _keep(desk: Desk, question: str, name: str, content: bytes) -> str:
    store = Store(current_app.config["PORTAL"].files)
    kept = file_commands.keep(
        desk.db,
        desk.actor,
        store,
        content,
        name=name,
        owner=f"application:{desk.application.id}",
        paper=question,
        now=desk.now,
        channel="visit",
        household_id=desk.application.household_id,
    )
    return kept.key


VISIT = StepPage("visit", _show, _read, wide=True, own_summary=True, buttons={"_save": _save}, receive=receive)
