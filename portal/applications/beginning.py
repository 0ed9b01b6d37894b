"""The first answers of a new form: what the people's records and their last application know, with where it came from.

An amount of the last application is no answer of today (the twelve months moved on), and nobody's signature, consent or
request is repeated for him: those are asked anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.applications import commands, queries
from portal.applications.models import Application, Draft
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.release import Release
from portal.db import vault_of
from portal.forms import Form, Origin, normalise
from portal.forms.applicant import SELF, said_twice
from portal.forms.paper import ON_PAPER
from portal.households import queries as household_queries
from portal.households.models import Household, Person
from portal.organisation.queries import CITY_TIME
from portal.registers.filling import filled, id_numbers_in
from portal.registers.queries import known_for

# Sections about this request alone, and about what its people sign for it.
ANEW: Final = frozenset({"app", "auth", "auth_members"})
RECORDS, LAST = "records", "last_application"


@dataclass(frozen=True)
class Beginning:
    """Answers to start from, and the origin of each by its place (see `portal.forms.comparing`)."""

    answers: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)


def begin(
    db: Session,
    actor: Actor,
    release: Release,
    *,
    items: Sequence[str],
    window_region: str,
    person: Person | None = None,
    typed: Mapping[str, Any] | None = None,
    told: Mapping[str, Any] | None = None,
    now: datetime,
) -> Draft:
    """A new draft: for a known person with what is known (`told`: by the platform's own records of cases and benefits),
    for a new one with what was typed to look for him.

    Reading a family's records is an act of its own and leaves its trace.
    """
    form = release.catalogue.form("application", items)
    first = of_person(db, actor, form, person) if person is not None else Beginning()
    _take(form, first, told or {}, RECORDS, None)
    answers = normalise(form, {**(typed or {}), **first.answers})
    known = from_registers(db, release.catalogue, form, answers)
    draft = commands.save_draft(
        db,
        actor,
        catalogue=release.catalogue,
        release_id=release.id,
        items=items,
        answers=known.answers,
        window_region=window_region,
        provenance={"origins": sealed(db, form, {**first.origins, **known.origins})},
        now=now,
    )
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action="draft.begun",
        stream=f"draft:{draft.key}",
        subject=f"person:{person.id}" if person is not None else "",
        region_code=window_region,
        at=now,
        items=list(items),
        records_read=person is not None,
        registers=sorted({origin.source for origin in known.origins.values()}),
    )
    return draft


def from_registers(
    db: Session,
    catalogue: Catalogue,
    form: Form,
    answers: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> Beginning:
    """The answers with what the departments' registers know of people the form names for the first time.

    Only then: a value somebody took out again must not come back with every save.
    """
    fresh = id_numbers_in(form, answers) - id_numbers_in(form, before or {})
    known = known_for(db, catalogue, fresh)
    if not known:
        return Beginning(dict(answers))
    answered, pointers = filled(form, known, answers)
    return Beginning(answered, {_place(answered, pointer): origin for pointer, origin in pointers.items()})


def note_registers(db: Session, actor: Actor, draft: Draft, known: Beginning, *, now: datetime) -> None:
    """Reading registers for somebody named while the form was being filled leaves its trace as well."""
    if not known.origins:
        return
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action="draft.filled",
        stream=f"draft:{draft.key}",
        region_code=draft.window_region,
        at=now,
        registers=sorted({origin.source for origin in known.origins.values()}),
    )


def _place(answers: Mapping[str, Any], pointer: str) -> str:
    """Where a value stands, by the mark of its row instead of its number."""
    group, _, rest = pointer.strip("/").partition("/")
    if not rest:
        return group
    number, _, question = rest.partition("/")
    return f"{group}/{answers[group][int(number)].get('row_id')}/{question}"


def of_person(db: Session, actor: Actor, form: Form, person: Person) -> Beginning:
    """What is known about a person and the household he lives in."""
    found = Beginning()
    household = household_queries.household_of(db, person.id)
    own = {
        "applicant_name": person.name,
        "applicant_id_type": person.id_type,
        "applicant_id_no": vault_of(db).open(person.id_number) if person.id_number else "",
        "applicant_phone": person.phone,
    }
    known = dict(household_queries.known_answers(db, household)) if household is not None else {}
    earlier, when = _earlier(db, actor, form, household)
    rows = {name: earlier.pop(name) for name in form.rows if name in earlier}
    _take(form, found, earlier, LAST, when)
    _take(form, found, {**{k: v for k, v in known.items() if k not in form.rows}, **own}, RECORDS, None)
    _take_rows(form, found, rows, LAST, when)
    _take_members(form, found, known.get("members", ()))
    return found


def _earlier(db: Session, actor: Actor, form: Form, household: Household | None) -> tuple[dict[str, Any], str | None]:
    """What the household said the last time, as far as this clerk may read it and it still says something today."""
    last = queries.last_of_household(db, actor, household.id) if household is not None else None
    return _said(db, form, last) if last is not None else ({}, None)


def of_application(db: Session, form: Form, application: Application) -> Beginning:
    """What an application said that still says something today, and nothing from anybody's records."""
    found = Beginning()
    earlier, when = _said(db, form, application)
    rows = {name: earlier.pop(name) for name in form.rows if name in earlier}
    _take(form, found, earlier, LAST, when)
    _take_rows(form, found, rows, LAST, when)
    return found


def _said(db: Session, form: Form, last: Application) -> tuple[dict[str, Any], str | None]:
    answers = queries.clear_answers(db, last)
    kept = _carried(form, (question.id for question in form.scalars), answers)
    for name, questions in form.rows.items():
        rows = [row for row in answers.get(name) or () if isinstance(row, Mapping)]
        ids = [question.id for question in questions]
        if rows or answers.get(name) == []:
            kept[name] = [{"row_id": row.get("row_id"), **_carried(form, ids, row)} for row in rows]
    return kept, last.submitted_at.astimezone(CITY_TIME).date().isoformat()


def _carried(form: Form, ids: Iterable[str], answers: Mapping[str, Any]) -> dict[str, Any]:
    kept = {}
    for name in ids:
        question = form.questions[name]
        anew = question.section in ANEW or question.type in {*ON_PAPER, "money"} or question.compute is not None
        if name in answers and not anew:
            kept[name] = answers[name]
    return kept


def _take(form: Form, found: Beginning, answers: Mapping[str, Any], source: str, when: str | None) -> None:
    for name, value in answers.items():
        if name in form.questions and value not in (None, ""):
            found.answers[name] = value
            found.origins[name] = Origin(source, value, when)


def _take_rows(
    form: Form, found: Beginning, groups: Mapping[str, list[dict[str, Any]]], source: str, when: str | None
) -> None:
    for name, rows in groups.items():
        found.answers[name] = marked(name, rows)
        for row in found.answers[name]:
            for question, value in row.items():
                if question in form.questions:
                    found.origins[f"{name}/{row['row_id']}/{question}"] = Origin(source, value, when)


def _take_members(form: Form, found: Beginning, known: Sequence[Mapping[str, Any]]) -> None:
    """Who lives there is what the records say now: who left or died is no longer listed, who came is added."""
    if not known or "members" not in form.rows:
        return
    earlier = {row.get("member_id_no") or row.get("member_name"): row for row in found.answers.get("members", ())}
    rows = []
    for person in known:
        row = {name: value for name, value in person.items() if name in form.questions}
        rows.append({**earlier.get(person.get("member_id_no") or person.get("member_name"), {}), **row})
    found.answers["members"] = marked("members", rows)
    for row in found.answers["members"]:
        for name in known[0]:
            if name in row and name in form.questions:
                found.origins[f"members/{row['row_id']}/{name}"] = Origin(RECORDS, row[name], None)


def with_applicant(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The applicant is the first member of the household: what he said of himself is not typed a second time."""
    rows = answers.get("members") or [{}]
    if "members" not in form.rows or not isinstance(rows, list) or not isinstance(rows[0], Mapping):
        return dict(answers)
    first = dict(rows[0])
    if first.get("member_name") or first.get("member_id_no") or not answers.get("applicant_id_no"):
        return dict(answers)
    own = {name: answers.get(said) for name, said in said_twice(form).items()} | {"member_relation": SELF}
    first |= {name: value for name, value in own.items() if value and name in form.questions and name not in first}
    return {**answers, "members": marked("members", [first, *rows[1:]])}


def marked(group: str, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows with a mark each: the one they had, a fresh one otherwise."""
    used = {row.get("row_id") for row in rows}
    fresh = (f"{group[0]}{n}" for n in range(1, 1000))
    free = (mark for mark in fresh if mark not in used)
    return [{**row, "row_id": row.get("row_id") or next(free)} for row in rows]


def sealed(db: Session, form: Form, origins: Mapping[str, Origin]) -> dict[str, Any]:
    """Origins as the draft stores them; id numbers and accounts sealed like the answers themselves."""
    vault = vault_of(db)
    stored = {}
    for place, origin in origins.items():
        document = origin.to_json()
        if form.questions[place.rpartition("/")[2]].is_sensitive_number and isinstance(origin.value, str):
            document["value"] = vault.seal(origin.value)
        stored[place] = document
    return stored


def opened(db: Session, provenance: Mapping[str, Any]) -> dict[str, Origin]:
    """The origins of a draft by place."""
    stored = vault_of(db).open_in(provenance.get("origins") or {})
    return {place: Origin(one["source"], one["value"], one.get("when")) for place, one in stored.items()}
