"""Applications as the windows see them: the list, and one file with everything that was said, done and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import Blueprint, current_app, request
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.applications import queries
from portal.applications.commands import unmask
from portal.applications.models import Application
from portal.applications.rules import STATUSES
from portal.cases.commands import withdraw
from portal.cases.history import history
from portal.cases.letters import PERIODS
from portal.cases.models import Case
from portal.cases.progress import plans
from portal.cases.queries import of_application
from portal.cases.rules import ENDED, clock, days_left
from portal.cases.rules import STATUSES as CASE_STATUSES
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.db import db, transaction
from portal.errors import NOT_FOUND, Problem, Refused
from portal.files import queries as file_queries
from portal.forms import Form
from portal.notices import queries as notice_queries
from portal.organisation.queries import CITY_TIME, calendar, region_titles
from portal.rendering.facts import FactsView, columns_of, facts_view
from portal.values import Text, WorkingCalendar
from portal.web.shell import current_actor, know_regions, lang, needs, now, page, say, text, today

applications = Blueprint("applications", __name__)

WITHDRAWN: Final = Text("已按申请人意愿撤回。", "Withdrawn as the applicant wishes.")
CLOSED: Final = frozenset({"decided", "refused", "withdrawn"})


@dataclass(frozen=True)
class Row:
    """One application in the list with its clock."""

    application: Application
    items: tuple[Text, ...]
    submitted_on: date
    card: str
    days: int | None


@dataclass(frozen=True)
class ItemLine:
    """One item of an application and how it stands; before acceptance there is no case yet."""

    title: Text
    department: Text
    status: Text
    promised: date | None
    card: str
    days: int | None
    amount_fen: int | None
    period: Text | None
    reason: str
    number: str


@applications.get("/applications")
@needs("application.read")
def overview() -> tuple[str, int]:
    """What was taken here or belongs here, the newest first."""
    args, size = request.args, current_app.config["PORTAL"].page_size
    status = args.get("status", "") if args.get("status") in STATUSES else ""
    before = int(args["before"]) if args.get("before", "").isdigit() and len(args["before"]) < 12 else None
    q = args.get("q", "")[:60]
    found = queries.recent(db.session(), current_actor(), q=q, status=status, before=before, limit=size + 1)
    days = calendar(db.session())
    know_regions(code for one in found for code in (one.window_region, one.region_code))
    return page(
        "portal/applications/list.html",
        rows=[_row(db.session(), one, days) for one in found[:size]],
        q=q,
        chosen=status,
        statuses=STATUSES,
        after=found[size - 1].id if len(found) > size else None,
        is_first=before is None,
    )


def _row(session: Session, application: Application, days: WorkingCalendar) -> Row:
    catalogue = catalogue_queries.release(session, application.release_id).catalogue
    open_until = None if application.status in CLOSED else application.promised_on
    card = clock(today(), open_until, None, paused=application.status == "supplement")
    titles = tuple(catalogue.item(slug).title for slug in application.items)
    submitted_on = application.submitted_at.astimezone(CITY_TIME).date()
    return Row(application, titles, submitted_on, card, days_left(days, today(), open_until))


@applications.get("/applications/<number>")
@needs("application.read", "application.create")
def show(number: str) -> tuple[str, int]:
    """The file."""
    return _file(queries.by_number(db.session(), current_actor(), number))


@applications.post("/applications/<number>/unmask")
@needs("application.read")
def show_numbers(number: str) -> tuple[str, int]:
    """The same file with the numbers in full, for a purpose that is kept."""
    actor, moment, purpose = current_actor(), now(), request.form.get("purpose", "")
    application = queries.by_number(db.session(), actor, number)
    try:
        with transaction(db.session()) as session:
            answers = unmask(session, actor, application.id, purpose, now=moment)
    except Refused as refusal:
        return _file(_again(refusal, number), refused=refusal, status=refusal.problem.status)
    return _file(queries.by_number(db.session(), actor, number), answers=answers)


@applications.post("/applications/<number>/withdraw")
@needs("application.create")
def take_back(number: str) -> tuple[str, int] | Response:
    """End what is not confirmed yet, as the applicant wishes."""
    actor, moment, reason = current_actor(), now(), request.form.get("reason", "")[:500]
    application_id = queries.by_number(db.session(), actor, number).id
    try:
        with transaction(db.session()) as session:
            withdraw(session, actor, application_id, reason, now=moment)
    except Refused as refusal:
        return _file(_again(refusal, number), refused=refusal, reason=reason, status=refusal.problem.status)
    say(WITHDRAWN)
    return redirect(f"/applications/{number}", code=303)


def _again(refusal: Refused, number: str) -> Application:
    """The file once more after a refusal, unless the refusal is that there is none."""
    if refusal.problem.status == NOT_FOUND.status:
        raise refusal
    return queries.by_number(db.session(), current_actor(), number)


def _file(
    application: Application,
    *,
    answers: Mapping[str, Any] | None = None,
    refused: Refused | None = None,
    reason: str = "",
    status: int = 200,
) -> tuple[str, int]:
    session, actor = db.session(), current_actor()
    catalogue = catalogue_queries.release(session, application.release_id).catalogue
    form = catalogue.form("application", application.items)
    problem: Problem | None = refused.problem if refused is not None else None
    return page(
        "portal/applications/file.html",
        status=status,
        application=application,
        status_title=STATUSES[application.status],
        lines=_lines(session, application, catalogue),
        plans=plans(session, application.id, now()),
        history=tuple(reversed(history(session, application.id, catalogue))),
        letters=notice_queries.of_application(session, application.id),
        papers=[catalogue.papers[name].title for name in application.papers if name in catalogue.papers],
        files=file_queries.of_owner(session, f"application:{application.id}"),
        facts=_facts(session, application, form, answers),
        unmasked=answers is not None,
        can_withdraw=actor.may("application.create") and application.status not in CLOSED,
        refused=problem.code if problem is not None else "",
        refusal=refused.text if refused is not None else None,
        reason=reason,
    )


def _lines(session: Session, application: Application, catalogue: Catalogue) -> list[ItemLine]:
    cases = {case.item: case for case in of_application(session, application.id)}
    days = calendar(session)
    return [
        _line(catalogue, slug, cases.get(slug), application, days_left(days, today(), _due(cases.get(slug))))
        for slug in application.items
    ]


def _due(case: Case | None) -> date | None:
    return None if case is None or case.status in ENDED else case.promised_on


def _line(catalogue: Catalogue, slug: str, case: Case | None, application: Application, days: int | None) -> ItemLine:
    item = catalogue.item(slug)
    return ItemLine(
        title=item.title,
        department=catalogue.departments[item.department].title,
        status=CASE_STATUSES[case.status] if case is not None else STATUSES[application.status],
        promised=case.promised_on if case is not None else None,
        card=clock(today(), _due(case), None, paused=application.status == "supplement"),
        days=days,
        amount_fen=case.amount_fen if case is not None and case.status == "confirmed" else None,
        period=PERIODS.get(item.benefit.period),
        reason=case.reason if case is not None else "",
        number=case.number if case is not None else "",
    )


def _facts(session: Session, application: Application, form: Form, answers: Mapping[str, Any] | None) -> FactsView:
    declared = answers if answers is not None else queries.clear_answers(session, application)
    places = {
        value
        for question in form.questions.values()
        if question.type == "region"
        for value in _values(declared, question.id, question.group)
    }
    titles = {code: text(title) for code, title in region_titles(session, places).items()}
    return facts_view(
        form, columns_of(lang(), declared=declared), lang=lang(), unmask=answers is not None, regions=titles
    )


def _values(answers: Mapping[str, Any], question: str, group: str) -> list[str]:
    """The texts a question was answered with, in rows or not."""
    rows = answers.get(group)
    sides = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else [answers]
    return [value for side in sides if isinstance(value := side.get(question), str)]
