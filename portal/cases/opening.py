"""Opening cases: one per item when an application is accepted, or by a list, a birthday or a price index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal import workflow
from portal.applications.queries import clear_answers
from portal.cases import flow
from portal.cases.assessment import assess
from portal.cases.contexts import case_context
from portal.cases.finding import listing, search_texts
from portal.cases.flow import File, carry_out
from portal.cases.models import Case, CaseSearch
from portal.cases.recognising import needed_statuses, recognition_of
from portal.catalogue.model import Item
from portal.db import vault_of


def open_cases(file: File) -> None:
    """Accept the application: promise a date and open one case for each item, all at once, each on its own clock."""
    application = file.application
    application.status = "accepted"
    application.accepted_on = file.today
    answers = clear_answers(file.db, application)
    items = file.catalogue.chosen(application.items)
    for position, item in enumerate(items, start=1):
        file.cases.append(_new_case(file, item, position))
    file.db.flush()  # tasks and searchable fields refer to the cases
    for case in file.cases:
        standing = recognition_of(file.db, file.catalogue, case, file.cases, file.today)
        # Nobody asked for a recognition and none is held: nothing to wait for, the item is judged on its own rules.
        case.recognition = "none" if standing == "failed" else standing
    for case in file.cases:
        if case.recognition == "pending":
            _promise_after(file, case)
    for case in file.cases:
        propose(file, case)
        _make_searchable(file, case, answers)
        carry_out(file, case, workflow.start(_workflow(file, case), case_context(file, case), file.now))
    application.promised_on = max((case.promised_on for case in file.cases if case.promised_on), default=None)
    file.record(
        "application.accepted", promised=application.promised_on.isoformat() if application.promised_on else None
    )


flow.ON_ACCEPTED.append(open_cases)


def _promise_after(file: File, case: Case) -> None:
    """A dependant is promised no sooner than the first co-applied item that may grant what it needs."""
    needed = needed_statuses(file.catalogue, case.item)
    granting = [
        other.promised_on
        for other in file.cases
        if other is not case and file.catalogue.item(other.item).grants in needed and other.promised_on is not None
    ]
    if granting and case.promised_on is not None:
        case.promised_on = case.due_on = max(case.promised_on, min(granting))


def _workflow(file: File, case: Case) -> workflow.Workflow:
    return file.catalogue.workflows[file.catalogue.item(case.item).workflow]


def _new_case(file: File, item: Item, position: int) -> Case:
    application = file.application
    promised = file.calendar.add(file.today, int(item.time_limit.after))
    case = Case(
        number=f"{application.number}-{position:02d}",
        application_id=application.id,
        application=application,
        household_id=application.household_id,
        release_id=application.release_id,
        item=item.slug,
        department_code=item.department,
        region_code=application.region_code,
        applicant_name=application.applicant_name,
        applicant_masked=application.applicant_masked,
        opened_on=file.today,
        promised_on=promised,
        due_on=promised,
        recognition="none",
        persons=[],
        state={},
        listing={},
    )
    file.db.add(case)
    return case


def _make_searchable(file: File, case: Case, answers: Mapping[str, Any]) -> None:
    questions = file.catalogue.bank.questions
    for name in file.catalogue.item(case.item).view.search:
        for text in search_texts(vault_of(file.db), questions[name], answers):
            file.db.add(CaseSearch(case_id=case.id, question=name, value=text))


def propose(file: File, case: Case) -> None:
    """What the rules say as things stand, and the facts they say it of: shown in lists, and enough for an automatic
    item to go on.
    """
    assessment = assess(file.db, case, today=file.today, catalogue=file.catalogue)
    questions = file.catalogue.bank.questions
    case.listing = listing((questions[name] for name in file.catalogue.item(case.item).view.list), assessment.facts)
    case.proposed_outcome = assessment.outcome
    if not case.prepared_outcome:
        case.amount_fen = assessment.proposed_fen
