"""A new application: find the person, choose the items as a plan, begin the one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.access import Actor
from portal.applications import queries as application_queries
from portal.applications.beginning import begin
from portal.applications.commands import save_draft
from portal.cases.commands import choose
from portal.cases.prospects import Prospect, known_facts, prospects
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.release import Release
from portal.db import db, transaction
from portal.errors import NOT_FOUND, Refused
from portal.forms import resident_id_fault
from portal.forms.normalising import id_number as normal_id
from portal.forms.normalising import phone as normal_phone
from portal.forms.normalising import plain_text
from portal.forms.sentences import SENTENCES
from portal.households import queries as household_queries
from portal.households.models import Person
from portal.organisation.queries import calendar
from portal.recognitions import queries as recognition_queries
from portal.values import Text
from portal.web import plans
from portal.web.families import families, family_of, told_by_platform
from portal.web.handles import person_of
from portal.web.shell import current_actor, needs, now, page, today

apply = Blueprint("apply", __name__)

ID_TITLE = Text("证件号", "Id number")


def windows_of(actor: Actor) -> list[str]:
    """The places this clerk takes applications for: usually one."""
    return list(dict.fromkeys(grant.region for grant in actor.scope("application.create").grants))


def window_in(values: MultiDict[str, str], actor: Actor) -> str:
    """The window chosen on the page, if it is one of the clerk's own; else his first."""
    own = windows_of(actor)
    wanted = values.get("window", "")
    return wanted if wanted in own else own[0]


@apply.get("/apply")
@needs("application.create")
def find() -> tuple[str, int]:
    """One box for a number, a name, a phone or part of an address."""
    actor, text = current_actor(), request.args.get("q", "")[:100]
    catalogue = catalogue_queries.current(db.session()).catalogue
    hits = household_queries.find(db.session(), actor, text)
    return page(
        "portal/apply/find.html",
        q=text,
        found=families(db.session(), actor, catalogue, hits, today()),
        exact=len(hits) == 1 and resident_id_fault(normal_id(text)) is None,
        fault=_fault_of_number(text) if not hits else None,
        windows=windows_of(actor),
        window=window_in(request.args, actor),
    )


def _fault_of_number(text: str) -> Text | None:
    """Why what looks like a citizen number is none: a slip of the finger must not look like a new person."""
    number = normal_id(text)
    if len(number) < 15 or not number[:-1].isdigit():
        return None
    fault = resident_id_fault(number)
    if fault is None:
        return None
    sentence = SENTENCES[fault]
    return Text(
        sentence.zh.format(title=ID_TITLE.zh, actual=len(number)),
        sentence.en.format(title=ID_TITLE.en, actual=len(number)),
    )


@apply.get("/apply/items")
@needs("application.create")
def items() -> tuple[str, int]:
    """The items to tick, and what the ticked ones mean."""
    actor, args = current_actor(), request.args
    catalogue = catalogue_queries.current(db.session()).catalogue
    draft = application_queries.draft(db.session(), actor, _number(args["draft"])) if args.get("draft") else None
    person = person_of(args["person"]) if args.get("person") and draft is None else None
    chosen = [item.slug for item in catalogue.chosen(args.getlist("items")) if plans.is_open(item)]
    family = family_of(db.session(), actor, catalogue, person, today()) if person is not None else None
    household = household_queries.household_of(db.session(), person.id) if person is not None else None
    facts: Mapping[str, Any] = {}
    looks: Mapping[str, Prospect] | None = None
    recognised: set[str] = set()
    if household is not None:
        facts = known_facts(db.session(), actor, household)
        looks = prospects(db.session(), catalogue, household, facts, today())
        recognised = set(recognition_queries.statuses(db.session(), household.id, today()))
    taken = family.items_taken if family is not None else frozenset()
    by = "department" if args.get("by") == "department" else "layer"
    return page(
        "portal/apply/items.html",
        draft=draft,
        person=args.get("person", "") if person is not None else "",
        new=args.get("new", "")[:100] if person is None and draft is None else "",
        window=window_in(args, actor),
        family=family,
        by=by,
        chosen=chosen,
        groups=plans.groups(catalogue, by=by, chosen=chosen, taken=taken, prospects=looks, today=today()),
        bundles=[b for b in catalogue.bundles if all(plans.is_open(catalogue.item(slug)) for slug in b.items)],
        plan=_plan(catalogue, chosen, facts, recognised, taken, looks or {}) if chosen else None,
        catalogue=catalogue,
        today=today(),
    )


def _plan(
    catalogue: Catalogue,
    chosen: Sequence[str],
    facts: Mapping[str, Any],
    recognised: set[str],
    taken: frozenset[str],
    looks: Mapping[str, Prospect],
) -> plans.Plan:
    return plans.plan(
        catalogue,
        chosen,
        calendar=calendar(db.session()),
        today=today(),
        facts=facts,
        recognised=recognised,
        held=taken,
        hopeful=[slug for slug, prospect in looks.items() if prospect.is_good],
    )


@apply.post("/apply/items")
@needs("application.create")
def start() -> Response:
    """Begin the form for the chosen items."""
    actor, moment = current_actor(), now()
    release = catalogue_queries.current(db.session())
    slugs = [item.slug for item in choose(release, request.form.getlist("items"), today())]
    if request.form.get("draft"):
        return _change_items(_number(request.form["draft"]), release, slugs)
    handle, window = request.form.get("person", ""), window_in(request.form, actor)
    with transaction(db.session()) as session:
        person: Person | None = person_of(handle) if handle else None
        draft = begin(
            session,
            actor,
            release,
            items=slugs,
            window_region=window,
            person=person,
            typed=_typed(request.form.get("new", "")[:100]),
            told=told_by_platform(family_of(session, actor, release.catalogue, person, today())) if person else None,
            now=moment,
        )
        target = f"/drafts/{draft.id}"
    return redirect(target, code=303)


def _change_items(draft_id: int, release: Release, slugs: Sequence[str]) -> Response:
    """Other items for a form that was begun: every answer stays, only what is asked changes."""
    actor, moment = current_actor(), now()
    with transaction(db.session()) as session:
        draft = application_queries.draft(session, actor, draft_id, for_update=True)
        save_draft(
            session,
            actor,
            catalogue=release.catalogue,
            release_id=release.id,
            items=slugs,
            answers=application_queries.clear_answers(session, draft),
            window_region=draft.window_region,
            now=moment,
            draft_id=draft_id,
        )
    return redirect(f"/drafts/{draft_id}", code=303)


def _number(text: str) -> int:
    """A draft's id from an address; nonsense finds nothing."""
    if not text.isdigit() or len(text) > 9:
        raise Refused(NOT_FOUND)
    return int(text)


def _typed(text: str) -> dict[str, str]:
    """What was typed to look for somebody nobody found is the first answer about him."""
    number, phone, name = normal_id(text), normal_phone(text), plain_text(text)
    if not name:
        return {}
    if len(number) == 18 and number[:-1].isdigit():
        return {"applicant_id_no": number, "applicant_id_type": "111"}
    if phone.isdigit() and len(phone) >= 7:
        return {"applicant_phone": phone}
    return {} if any(letter.isdigit() for letter in name) else {"applicant_name": name}
