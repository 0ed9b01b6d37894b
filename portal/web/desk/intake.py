"""At the beginning: accepting, asking once for what is missing, supplying it, signing the letter of authorisation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.cases.prospects import prospects
from portal.cases.queries import duplicates, pushed_of_households
from portal.cases.rules import OUTCOMES
from portal.cases.signing import Signer, signers
from portal.catalogue.papers import papers_for
from portal.households.models import Household
from portal.notices.queries import of_application
from portal.organisation.queries import CITY_TIME
from portal.rendering.display import display_text
from portal.values import Text
from portal.verification.queries import decided_facts
from portal.web.desk.foundation import Desk, Entry, StepPage, too_long, typed_reason


@dataclass(frozen=True)
class PaperLine:
    """One kind of paper: in hand, or still to come; `certain` when this family must bring it."""

    id: str
    title: Text
    in_hand: bool
    certain: bool
    asked: bool = False


@dataclass(frozen=True)
class PersonLine:
    """One member of the household in a line."""

    name: str
    relation: str
    born: str
    number: str


def _papers(desk: Desk, asked: Iterable[str] = ()) -> tuple[PaperLine, ...]:
    """The papers of this family, those it must bring and those it was asked for first."""
    have, wanted = set(desk.application.papers), set(asked)
    needs = papers_for(desk.catalogue, desk.application.items, desk.environment)
    lines = [PaperLine(n.paper.id, n.paper.title, n.paper.id in have, n.certain, n.paper.id in wanted) for n in needs]
    known = {line.id for line in lines}
    more = [desk.catalogue.papers[name] for name in sorted(wanted - known) if name in desk.catalogue.papers]
    lines += [PaperLine(paper.id, paper.title, paper.id in have, certain=True, asked=True) for paper in more]
    return tuple(sorted(lines, key=lambda line: (not line.asked, not line.certain)))


@dataclass(frozen=True)
class Earlier:
    """The same items asked for before, here or elsewhere: number, what, when."""

    number: str
    items: tuple[Text, ...]
    on: date


def asked_before(desk: Desk) -> list[Earlier]:
    """Other cases of the applicant, and files of the household that lie unopened on a desk, for the same items."""
    application, known = desk.application, desk.catalogue.items
    cases = [
        c
        for c in duplicates(desk.db, application.applicant_id, application.items)
        if c.application_id != application.id
    ]
    found = [Earlier(c.number, (known[c.item].title,), c.opened_on) for c in cases if c.item in known]
    pushed = pushed_of_households(desk.db, [application.household_id]).get(application.household_id, [])
    for other in pushed:
        both = tuple(known[slug].title for slug in application.items if slug in other.items)
        if other.id != application.id and both:
            found.append(Earlier(other.number, both, other.submitted_at.astimezone(CITY_TIME).date()))
    return found


def missing_papers(desk: Desk) -> list[Text]:
    """What this family must bring and has not brought."""
    return [line.title for line in _papers(desk) if line.certain and not line.in_hand]


def _people(desk: Desk) -> tuple[PersonLine, ...]:
    form = desk.catalogue.form("application", desk.application.items)

    def said(row: Mapping[str, Any], name: str) -> str:
        question = form.questions.get(name)
        return display_text(form, question, row.get(name), desk.lang) if question is not None else ""

    rows = [row for row in desk.answers.get("members") or [] if isinstance(row, Mapping)]
    names = ("member_name", "member_relation", "member_birth_date", "member_id_no")
    return tuple(PersonLine(*(said(row, name) for name in names)) for row in rows)


def _show_accept(desk: Desk) -> Mapping[str, Any]:
    application = desk.application
    items = desk.catalogue.chosen(application.items)
    facts = decided_facts(desk.db, application, desk.catalogue)
    household = desk.db.get_one(Household, application.household_id)
    looks = prospects(desk.db, desk.catalogue, household, facts, desk.today, asked=application.items)
    return {
        "asked_for": [
            (item, desk.catalogue.departments[item.department].title, looks.get(item.slug)) for item in items
        ],
        "outcomes": OUTCOMES,
        "people": _people(desk),
        "papers": _papers(desk),
        "others": asked_before(desk),
        "urgent": application.answers.get("app_urgent") is True,
        "insider": application.answers.get("hh_insider_relative") is True,
        "elsewhere": not application.region_code.startswith(application.window_region),
    }


def _read_accept(desk: Desk) -> Entry:
    """A request for papers names them: the ticked ones stand in the trail, the letter and the window's list."""
    missing = [name for name in desk.typed.getlist("_missing") if name in desk.catalogue.papers]
    note = typed_reason(desk)
    reason = note
    if desk.typed.get("_action") == "supplement" and missing:
        titles = "、".join(desk.catalogue.papers[name].title.zh for name in missing)
        reason = ";".join(filter(None, (titles, note)))
    return Entry({**_given_papers(desk), "missing": missing, "note": note}, reason, too_long("/reason", reason))


def _given_papers(desk: Desk) -> dict[str, Any]:
    return {"papers": [name for name in desk.typed.getlist("_papers") if name in desk.catalogue.papers]}


def _show_supplement(desk: Desk) -> Mapping[str, Any]:
    letters = [letter for letter in of_application(desk.db, desk.application.id) if letter.kind == "supplement"]
    body = letters[-1].body if letters else {}
    return {
        "letter": letters[-1] if letters else None,
        "lines": body.get("lines", []),
        "papers": _papers(desk, body.get("missing", ())),
    }


def _show_papers(desk: Desk) -> Mapping[str, Any]:
    return {"letter": None, "lines": [], "papers": _papers(desk)}


def _read_papers(desk: Desk) -> Entry:
    reason = typed_reason(desk)
    return Entry(_given_papers(desk), reason, too_long("/reason", reason))


def _signers(desk: Desk) -> tuple[Signer, ...]:
    return signers(desk.application, desk.catalogue, desk.answers, desk.today)


def _show_authorise(desk: Desk) -> Mapping[str, Any]:
    return {
        "signers": _signers(desk),
        "whole": desk.answers.get("auth_signed") is True,
        "letter_no": str(desk.answers.get("auth_letter_no") or ""),
    }


def _read_authorise(desk: Desk) -> Entry:
    """The letter itself counts as signed when its first signer, the applicant, has signed."""
    ticked = set(desk.typed.getlist("_signers"))
    people = [one.row for one in _signers(desk) if one.row in ticked]
    whole = desk.answers.get("auth_signed") is True or "letter" in ticked
    reason = typed_reason(desk)
    return Entry({"signers": people, "signed": whole}, reason, too_long("/reason", reason))


ACCEPT = StepPage("accept", _show_accept, _read_accept)
SUPPLEMENT = StepPage("supplement", _show_supplement, _read_papers)
PAPERS = StepPage("supplement", _show_papers, _read_papers)
AUTHORISE = StepPage("authorise", _show_authorise, _read_authorise)
