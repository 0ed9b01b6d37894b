"""What the platform knows of a family before anybody is asked: people's records, the last answers, a letter in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.applications.queries import clear_answers
from portal.cases.candidates import Candidate
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.errors import FieldError
from portal.forms import Form, compute, normalise, prune, validate
from portal.households import queries as household_queries
from portal.households.models import Household

# What belongs to the moment of asking and to nobody's circumstances: it is never carried into another application.
OF_THE_MOMENT: Final = ("app_", "file_", "declare_", "privacy_", "applicant_sign", "auth_")
LETTER: Final = ("auth_signed", "auth_scope", "auth_valid_until", "auth_letter_version", "auth_letter_no")
BY_MEMBER: Final = ("auth_method", "auth_member_sign")
# Nobody filled this form: what is blank is no fault, what stands there must be right.
BLANK: Final = frozenset(
    {"required", "choose", "upload", "sign", "not_computed", "rows_required", "member_required", "min_items"}
)
IDENTITY: Final = frozenset({"member_name", "member_id_no", "member_birth_date", "members"})
LOOKED_BACK: Final = 10


def answers_for(
    db: Session,
    catalogue: Catalogue,
    item: Item,
    candidate: Candidate,
    *,
    alone: bool,
    own: Mapping[str, Any],
    today: date,
) -> tuple[dict[str, Any], list[FieldError]]:
    """The answers an application that starts by itself begins with, and what of them cannot be right.

    The list's own answers go first, then what the family said last, then what people's records hold. `alone` leaves
    the others of the household out: the item is about this person.
    """
    form = catalogue.form("application", [item.slug])
    known = _known(db, form, candidate, today)
    rows = [row for row in known.get("members", ()) if not alone or row.get("member_id_no") == candidate.id_number]
    known["members"] = [{**row, **_own_row(candidate, row)} for row in rows] or [_new_row(candidate)]
    if alone and known.get("pay_account_name") not in (None, candidate.name):
        known = {name: value for name, value in known.items() if not name.startswith("pay_")}
    said = {
        "applicant_name": candidate.name,
        "applicant_id_type": "111",
        "applicant_id_no": candidate.id_number,
        "applicant_phone": candidate.phone,
        "hh_hukou_region": candidate.region_code,
    }
    answers = {**known, **{name: value for name, value in said.items() if value}, **candidate.facts, **own}
    answers = {name: value for name, value in answers.items() if name in form.questions or name in form.rows}
    environment = catalogue.environment({"app_items": [item.slug]}, today)
    clean = prune(form, compute(form, normalise(form, answers), environment), environment)
    faults = [fault for fault in validate(form, clean, environment) if fault.code not in BLANK]
    given = {*said, *IDENTITY, *candidate.facts, *candidate.row, *own}
    for fault in faults:
        if fault.question not in given:
            _take_out(clean, fault.pointer)  # what was said years ago may be no code any more: it is unknown now
    return clean, [fault for fault in faults if fault.question in given]


def _known(db: Session, form: Form, candidate: Candidate, today: date) -> dict[str, Any]:
    """The household's records under what it answered last, as far as the item asks it."""
    household = db.get(Household, candidate.household_id) if candidate.household_id is not None else None
    if household is None:
        return {}
    known = dict(household_queries.known_answers(db, household))
    before = _past_answers(db, household.id)
    last = before[0] if before else {}
    scalars = {
        name: value
        for name, value in last.items()
        if name in form.questions and not form.questions[name].in_rows and not name.startswith(OF_THE_MOMENT)
    }
    letter = next((answers for answers in before if _in_force(answers, today)), {})
    asked = {question.id for question in form.rows.get("members", ())}
    rows = []
    for row in known.get("members", ()):
        number = row.get("member_id_no")
        earlier = _row_of(last, number)
        kept = {k: v for k, v in earlier.items() if k in asked and not k.startswith(OF_THE_MOMENT)}
        signed = {k: v for k, v in _row_of(letter, number).items() if k in BY_MEMBER}
        rows.append({**kept, **{k: v for k, v in row.items() if k in asked}, **signed})
    return {**known, **scalars, **{k: letter[k] for k in LETTER if k in letter}, "members": rows}


def _take_out(answers: dict[str, Any], pointer: str) -> None:
    *path, name = pointer.strip("/").split("/")
    target: Any = answers
    for part in path:
        target = target[int(part)] if isinstance(target, list) else target[part]
    target.pop(name, None)


def _past_answers(db: Session, household_id: int) -> list[dict[str, Any]]:
    query = (
        select(Application)
        .where(Application.household_id == household_id, Application.status.not_in(("refused", "withdrawn")))
        .order_by(Application.id.desc())
        .limit(LOOKED_BACK)
    )
    return [clear_answers(db, application) for application in db.scalars(query)]


def _in_force(answers: Mapping[str, Any], today: date) -> bool:
    """Whether these answers hold a letter of authorisation that is signed and still valid."""
    return answers.get("auth_signed") is True and str(answers.get("auth_valid_until") or "") >= today.isoformat()


def _row_of(answers: Mapping[str, Any], number: Any) -> Mapping[str, Any]:
    rows = answers.get("members") or ()
    return next((row for row in rows if isinstance(row, Mapping) and number and row.get("member_id_no") == number), {})


def _own_row(candidate: Candidate, row: Mapping[str, Any]) -> Mapping[str, Any]:
    return candidate.row if row.get("member_id_no") == candidate.id_number else {}


def _new_row(candidate: Candidate) -> dict[str, Any]:
    row = {
        "member_name": candidate.name,
        "member_id_type": "111",
        "member_id_no": candidate.id_number,
        "member_birth_date": candidate.born.isoformat() if candidate.born else None,
        "member_relation": "01",
        "member_is_beneficiary": True,
        **candidate.row,
    }
    return {name: value for name, value in row.items() if value}
