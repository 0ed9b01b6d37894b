"""The one form of a draft: what a browser sent, as answers; answers as the page that asks for the rest.

Answered on the page is what a person must say. What the platform knows of itself, and what is handed over the desk on
paper, is not asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from portal.applications.beginning import LAST, RECORDS, opened, sealed, with_applicant
from portal.applications.models import Draft
from portal.applications.queries import clear_answers
from portal.cases.drafts import as_handed_in, faults_of
from portal.cases.prospects import known_beyond
from portal.cases.submitting import PLATFORM, filled_by_platform
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.papers import PaperNeed, papers_for
from portal.catalogue.release import Release
from portal.db import db
from portal.errors import FieldError
from portal.files import queries as file_queries
from portal.forms import (
    Form,
    Origin,
    Posted,
    compute,
    from_posted,
    hidden,
    in_form_order,
    merge,
    normalise,
    unreadable,
    warnings,
)
from portal.forms.paper import ON_PAPER
from portal.households.queries import person_by_id_number
from portal.organisation.queries import region_options
from portal.rendering.form_words import word
from portal.rendering.forms import FormView, RegionOption, form_view
from portal.rendering.hints import Eligibility
from portal.rules import Environment
from portal.values import Text
from portal.web.families import Family, family_of
from portal.web.plans import is_open
from portal.web.shell import current_actor, lang, now, text, today

SOURCES: Final[Mapping[str, Text]] = {
    RECORDS: Text("平台人员档案", "the people's records"),
    LAST: Text("上次申请", "the last application"),
}

# The buttons of the page; whichever was pressed, what was typed is stored first.
BUTTONS: Final = ("_submit", "_items", "_papers", "_signatures", "_add", "_remove", "_none", "_refresh", "_save")


@dataclass(frozen=True)
class Sheet:
    """A draft on the release it is asked on now; `moved` when that is newer than the one it was saved with."""

    draft: Draft
    release: Release
    items: tuple[str, ...]
    form: Form
    moved: bool = False
    gone: tuple[Text, ...] = ()
    new_questions: int = 0


def sheet_of(draft: Draft) -> Sheet:
    """Drafts move forward with the catalogue: items that ended are left out, new questions are asked."""
    release = catalogue_queries.current(db.session())
    catalogue = release.catalogue
    items = tuple(slug for slug in draft.items if slug in catalogue.items and is_open(catalogue.item(slug)))
    form = catalogue.form("application", items)
    if draft.release_id == release.id:
        return Sheet(draft, release, items, form)
    before = catalogue_queries.release(db.session(), draft.release_id).catalogue
    gone = tuple(before.item(slug).title for slug in draft.items if slug not in items)
    asked = before.form("application", draft.items).questions
    fresh = sum(1 for name in form.questions if name not in asked)
    return Sheet(draft, release, items, form, moved=True, gone=gone, new_questions=fresh)


@dataclass(frozen=True)
class Sent:
    """What one press of a button sent: answers to store, texts that could not be read, papers, the button."""

    posted: Posted
    answers: dict[str, Any]
    papers: tuple[str, ...]
    button: str = "_save"


def read(sheet: Sheet, pairs: Sequence[tuple[str, str]], form: Form | None = None) -> Sent:
    """A posted page as answers to keep. `form` is the one the page was drawn from, when that is not the present one."""
    drawn = form or sheet.form
    before = stored(sheet)
    posted = from_posted(drawn, pairs)
    posted = merge(drawn, before, posted)
    known = sheet.form.known | sheet.form.rows.keys()
    kept = {k: v for k, v in posted.as_typed.items() if k not in PLATFORM and k in known}
    on_paper = {q.id for q in sheet.form.scalars if q.type in ON_PAPER}
    kept |= {name: before[name] for name in on_paper if name in before}
    papers = tuple(v for k, v in pairs if k == "_paper" and v in sheet.release.catalogue.papers)
    button = next((k for k, _ in pairs if k in BUTTONS), "_save")
    return Sent(posted, with_applicant(sheet.form, normalise(sheet.form, kept)), papers, button)


def stored(sheet: Sheet) -> dict[str, Any]:
    """The draft's answers, in the clear, without what no question of the present catalogue asks any more."""
    answers = clear_answers(db.session(), sheet.draft)
    known = sheet.form.known | sheet.form.rows.keys()
    return {name: value for name, value in answers.items() if name in known and name not in PLATFORM}


def with_origins(sheet: Sheet, fresh: Mapping[str, Origin]) -> dict[str, Any]:
    """The draft's origins with those of values just filled in."""
    before = sheet.draft.provenance.get("origins") or {}
    return {**sheet.draft.provenance, "origins": {**before, **sealed(db.session(), sheet.form, fresh)}}


def faults(sheet: Sheet) -> list[FieldError]:
    """Everything that keeps the stored draft from being submitted; a text nobody can read is named as such, once."""
    answers, papers = as_handed_in(db.session(), sheet.draft, sheet.release)
    first = {error.pointer: error for error in unreadable(sheet.form, answers)}
    found = faults_of(sheet.release, sheet.draft, answers, papers, now=now())
    rest = [fault for fault in found if fault.pointer not in first]
    papers_last = [fault for fault in rest if fault.question == "papers"]
    asked = [fault for fault in rest if fault.question != "papers"]
    return [*in_form_order(sheet.form, [*first.values(), *asked]), *papers_last]


@dataclass(frozen=True)
class DraftPage:
    """Everything the page of a draft shows."""

    view: FormView
    papers: tuple[PaperNeed, ...]
    ticked: frozenset[str]
    on_file: Mapping[str, int]
    own: Mapping[str, str]
    paper_errors: Mapping[str, str] = field(default_factory=dict)
    family: Family | None = None


def draw(
    sheet: Sheet,
    answers: Mapping[str, Any],
    papers: Sequence[str],
    *,
    errors: Sequence[FieldError] = (),
) -> DraftPage:
    """The page for these answers, with what follows from them worked out."""
    form, draft, catalogue = sheet.form, sheet.draft, sheet.release.catalogue
    own = filled_by_platform(form, answers, sheet.items, draft.window_region, "window", now())
    env = catalogue.environment({"app_items": list(sheet.items)}, today())
    known = compute(form, {**answers, **own}, env)
    regions = [RegionOption(code, text(title)) for code, title in region_options(db.session())]
    view = form_view(
        form,
        known,
        lang=lang(),
        errors=[e for e in errors if e.question != "papers"],
        warnings=warnings(form, known),
        origins=by_pointer(opened(db.session(), draft.provenance), known),
        hidden=hidden(form, known, env),
        regions=regions,
        item_titles={slug: text(catalogue.item(slug).title) for slug in sheet.items},
        source_titles=source_titles(sheet),
        without=[q.id for q in form.questions.values() if q.id in PLATFORM or q.type in ON_PAPER],
        env=env,
        eligibility=Eligibility.of(
            catalogue, sheet.items, known_beyond(db.session(), catalogue, sheet.items, known, today())
        ),
    )
    on_file = Counter(one.paper for one in file_queries.of_owner(db.session(), f"draft:{draft.id}"))
    needs = papers_for(catalogue, sheet.items, _environment(sheet, known))
    missing = {e.pointer.rpartition("/")[2]: text(e.message) for e in errors if e.question == "papers"}
    return DraftPage(
        view=_with_papers(view, missing, len(errors)),
        papers=needs,
        ticked=frozenset(papers) | on_file.keys(),
        on_file=on_file,
        own={name: str(value) for name, value in own.items() if isinstance(value, str)},
        paper_errors=missing,
        family=_known_family(sheet, known),
    )


def _known_family(sheet: Sheet, known: Mapping[str, Any]) -> Family | None:
    """The family the typed number belongs to: what it has under way is told at the first identifier."""
    number = known.get("applicant_id_no")
    person = person_by_id_number(db.session(), number) if isinstance(number, str) and number else None
    return family_of(db.session(), current_actor(), sheet.release.catalogue, person, today()) if person else None


def source_titles(sheet: Sheet) -> dict[str, str]:
    """What each source of values is called: the platform's own, and every register by its title."""
    registers = sheet.release.catalogue.registers
    return {name: text(title) for name, title in SOURCES.items()} | {r.slug: text(r.title) for r in registers.values()}


def _environment(sheet: Sheet, known: Mapping[str, Any]) -> Environment:
    return sheet.release.catalogue.environment(known, today())


def _with_papers(view: FormView, missing: Mapping[str, str], count: int) -> FormView:
    """The summary of a page counts the papers as well, and leads to their boxes."""
    if not missing:
        return view
    lines = tuple((f"paper-{name}", message) for name, message in missing.items())
    return replace(view, summary=(*view.summary, *lines), summary_title=word("errors_title", view.lang, count=count))


def by_pointer(origins: Mapping[str, Origin], answers: Mapping[str, Any]) -> dict[str, Origin]:
    """Origins by the place on the page: rows are found again by their mark, wherever they stand now."""
    positions = {
        f"{name}/{row.get('row_id')}": f"/{name}/{at}"
        for name, rows in answers.items()
        if isinstance(rows, list)
        for at, row in enumerate(rows)
        if isinstance(row, Mapping)
    }
    found = {}
    for place, origin in origins.items():
        row, _, question = place.rpartition("/")
        if not row:
            found[f"/{question}"] = origin
        elif row in positions:
            found[f"{positions[row]}/{question}"] = origin
    return found
