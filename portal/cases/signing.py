"""Who must sign the letter of authorisation, who has, and writing down a signature given on paper at a window.

Every adult member and every supporter signs for himself; minors are covered by their guardian (procedure §3.5). A case
may go on with those who signed: the others are simply not asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.applications.models import Application
from portal.applications.queries import clear_answers
from portal.cases.flow import File
from portal.catalogue.catalogue import Catalogue
from portal.forms import born_on
from portal.verification.rules import people_of

ADULT = 18
ON_PAPER = "paper"
BY_GUARDIAN = "guardian"


@dataclass(frozen=True)
class Signer:
    """One person the comparisons may be about, and whether the signature is there."""

    row: str
    name: str
    kind: str
    minor: bool
    signed: bool


def signers(
    application: Application, catalogue: Catalogue, answers: Mapping[str, Any], today: date
) -> tuple[Signer, ...]:
    """Everybody named with an id number, the applicant first. A minor counts as signed with the household's letter."""
    questions = catalogue.form("application", application.items).questions
    people = people_of(answers, each_signs="auth_method" in questions or "auth_member_sign" in questions)
    found = [Signer(one.person, one.name, one.kind, _is_minor(one.id_number, today), one.signed) for one in people]
    return tuple(sorted(found, key=lambda signer: signer.kind != "applicant"))


def sign(file: File, rows: Collection[str], *, whole: bool) -> None:
    """Write down who signed on paper. `whole`: the household's letter itself, which the applicant signs.

    A signature that is there already stays as it was given; a row nobody is asked about changes nothing.
    """
    application = file.application
    asked = {
        one.row: one for one in signers(application, file.catalogue, clear_answers(file.db, application), file.today)
    }
    given = {row for row in rows if row in asked and not asked[row].signed}
    before, answers = application.answers, dict(application.answers)
    if whole:
        answers["auth_signed"] = True
    for group, mark in (("members", _member_signed), ("supporters", _supporter_signed)):
        if group in answers:
            answers[group] = [
                mark(row, asked[place]) if (place := f"{group}/{at}") in given else row
                for at, row in enumerate(answers[group])
            ]
    if answers != before:
        application.answers = answers
        file.record("authorisation.recorded", people=len(given))


def _member_signed(row: dict[str, Any], signer: Signer) -> dict[str, Any]:
    way = BY_GUARDIAN if signer.minor else ON_PAPER
    return row if row.get("auth_method") or row.get("auth_member_sign") else {**row, "auth_method": way}


def _supporter_signed(row: dict[str, Any], _signer: Signer) -> dict[str, Any]:
    return {**row, "sup_auth_signed": True}


def _is_minor(id_number: str, today: date) -> bool:
    born = born_on(id_number)
    return born is not None and (today.year - born.year - ((today.month, today.day) < (born.month, born.day))) < ADULT
