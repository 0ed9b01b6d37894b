"""The one form, section by section: what a section's page sent, what is still open in each, the page of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.applications.beginning import opened, with_applicant
from portal.applications.commands import save_draft
from portal.applications.models import Draft
from portal.cases.submitting import ONLINE, PLATFORM, filled_by_platform
from portal.db import db
from portal.errors import FieldError
from portal.forms import Form, Posted, compute, from_posted, merge, normalise, warnings
from portal.forms.paper import ON_PAPER
from portal.organisation.queries import region_options
from portal.rendering.forms import FormView, RegionOption, form_view
from portal.web.citizen.foundation import current_citizen
from portal.web.draft_form import Sheet, by_pointer, faults, source_titles, stored
from portal.web.shell import lang, now, text, today

BUTTONS: Final = ("_next", "_save", "_add", "_remove", "_none", "_refresh")
SEEN: Final = "seen"  # in a draft's provenance: the sections its citizen has gone through


@dataclass(frozen=True)
class Part:
    """One section in the list of what is to be done. `done`: looked through, and nothing needed is missing."""

    section: str
    label: str
    open: int
    done: bool


@dataclass(frozen=True)
class Sent:
    """What one press of a button on a section's page sent."""

    posted: Posted
    answers: dict[str, Any]
    button: str

    @property
    def value(self) -> str:
        return next((value for name, value in self.posted.pressed if name == self.button), "")


def hidden_from_citizens(form: Form) -> list[str]:
    """What the platform knows of itself, and what is photographed or signed on pages of its own."""
    return [q.id for q in form.questions.values() if q.id in PLATFORM or q.type in ON_PAPER]


def read(sheet: Sheet, section: str, pairs: Sequence[tuple[str, str]]) -> Sent:
    """A posted section put over everything answered before."""
    before = stored(sheet)
    posted = merge(sheet.form, before, from_posted(sheet.form, pairs), [section])
    known = sheet.form.known | sheet.form.rows.keys()
    kept = {name: value for name, value in posted.as_typed.items() if name not in PLATFORM and name in known}
    on_paper = {question.id for question in sheet.form.scalars if question.type in ON_PAPER}
    kept |= {name: before[name] for name in on_paper if name in before}
    button = next((name for name, _ in posted.pressed if name in BUTTONS), "_save")
    return Sent(posted, with_applicant(sheet.form, normalise(sheet.form, kept)), button)


def keep(sheet: Sheet, answers: Mapping[str, Any], *, seen: str | None = None) -> Draft:
    """Save the draft in the transaction of the caller; a section that was gone through is remembered."""
    provenance = dict(sheet.draft.provenance)
    if seen is not None:
        provenance[SEEN] = list(dict.fromkeys([*provenance.get(SEEN, ()), seen]))
    return save_draft(
        db.session(),
        current_citizen(),
        catalogue=sheet.release.catalogue,
        release_id=sheet.release.id,
        items=sheet.items,
        answers=answers,
        window_region="",
        provenance=provenance,
        now=now(),
        draft_id=sheet.draft.id,
    )


def drawn(
    sheet: Sheet, answers: Mapping[str, Any], *, section: str | None = None, errors: Sequence[FieldError] = ()
) -> FormView:
    """The page of one section, or of all to count what is open."""
    form, catalogue = sheet.form, sheet.release.catalogue
    window = str(answers.get("hh_hukou_region") or "")[:9]
    own = filled_by_platform(form, answers, sheet.items, window, ONLINE, now())
    env = catalogue.environment({"app_items": list(sheet.items)}, today())
    known = compute(form, {**answers, **own}, env)
    elsewhere = {name for name in form.rows if section is not None and owner_of(form, name) != section}
    places = any(q.type == "region" and q.section == section for q in form.questions.values())
    regions = region_options(db.session()) if places else ()
    return form_view(
        form,
        known,
        lang=lang(),
        errors=errors,
        warnings=warnings(form, known) if section is not None else (),
        origins=by_pointer(opened(db.session(), sheet.draft.provenance), known) if section is not None else None,
        regions=[RegionOption(code, text(title)) for code, title in regions],
        item_titles={slug: text(catalogue.item(slug).title) for slug in sheet.items},
        source_titles=source_titles(sheet),
        sections=None if section is None else [section],
        without=hidden_from_citizens(form),
        env=env,
        fixed_rows=elsewhere,
    )


def owner_of(form: Form, group: str) -> str:
    """The section where rows of a group are added and removed."""
    return form.rows[group][0].section


def parts(sheet: Sheet, answers: Mapping[str, Any]) -> list[Part]:
    """Every section that asks this family something, in the order of the form."""
    seen = set(sheet.draft.provenance.get(SEEN, ()))
    found: dict[str, Part] = {}
    for group in drawn(sheet, answers).groups:
        shown = group.fields or group.row_views or group.owns_rows
        if group.hidden or not shown:
            continue
        before = found.get(group.section)
        still = group.open_count + (before.open if before is not None else 0)
        label = before.label if before is not None else group.label
        found[group.section] = Part(group.section, label, still, still == 0 and group.section in seen)
    return list(found.values())


def own_faults(sheet: Sheet) -> list[FieldError]:
    """What keeps the stored draft from being sent, without what the platform answers itself."""
    return [fault for fault in faults(sheet) if fault.question not in PLATFORM]


def faults_in(sheet: Sheet, section: str) -> list[FieldError]:
    """The faults that can be put right on one section's page; what is worked out may wait for a later page."""
    computed = {question.id for question in sheet.form.questions.values() if question.compute is not None}
    found = [fault for fault in own_faults(sheet) if section_of(sheet.form, fault) == section]
    return [fault for fault in found if fault.question not in computed]


def section_of(form: Form, fault: FieldError) -> str | None:
    """The page a fault is put right on; None for papers and signatures."""
    if fault.question in form.rows:
        return owner_of(form, fault.question)
    question = form.questions.get(fault.question)
    return question.section if question is not None else None
