"""Papers of a draft: what this family must bring, what is on file, uploads from the desk or from a phone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from portal.access import Actor, links
from portal.applications import queries as application_queries
from portal.applications.models import Application, Draft
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.papers import papers_for
from portal.db import db, transaction, vault_of
from portal.errors import FieldError, Problem, Refused
from portal.files import commands as file_commands
from portal.files import queries as file_queries
from portal.files.models import StoredFile
from portal.files.rules import ACCEPT
from portal.files.store import Store
from portal.forms import Form, facts_of
from portal.households import queries as household_queries
from portal.rendering.examples import example
from portal.rendering.qr import qr
from portal.values import Text
from portal.web.shell import current_actor, lang, needs, now, page, say, t, today

papers = Blueprint("papers", __name__)

NO_SUCH_PAPER = Problem("no-such-paper", 422, Text("请选择材料种类。", "Choose the kind of paper."))
NOTHING_SENT = Problem("nothing-sent", 422, Text("请选择要上传的文件。", "Choose the files to upload."))


@dataclass(frozen=True)
class PaperLine:
    """One kind of paper, or one question of the form that a file answers, with what is on file for it."""

    paper: str
    place: str
    title: str
    whose: str
    certain: bool
    on_file: tuple[StoredFile, ...]
    again: tuple[StoredFile, ...]
    handed_in: bool
    has_example: bool

    @property
    def wanted(self) -> bool:
        """Needed for certain, or there already: what a clerk must see without unfolding anything."""
        return self.certain or bool(self.on_file or self.again) or self.handed_in


def store() -> Store:
    """Where this deployment keeps contents."""
    return Store(current_app.config["PORTAL"].files)


def open_draft(session: Session, draft_id: int) -> tuple[Draft, Catalogue, Form, dict[str, Any]]:
    """A draft the actor may fill, its catalogue, its form and its answers in clear."""
    draft = application_queries.draft(session, current_actor(), draft_id)
    catalogue = catalogue_queries.release(session, draft.release_id).catalogue
    return (
        draft,
        catalogue,
        catalogue.form("application", draft.items),
        application_queries.clear_answers(session, draft),
    )


def lines_of(
    session: Session,
    draft: Draft,
    catalogue: Catalogue,
    form: Form,
    answers: Mapping[str, Any],
    *,
    offer_earlier: bool = True,
) -> list[PaperLine]:
    """What this family must bring, the three first, then what the form asks to photograph, row by row.

    Papers of former applications are offered at a window only: there somebody has looked at the person.
    """
    env = catalogue.environment(facts_of(form, answers, catalogue.environment({}, today())), today())
    needs_ = papers_for(catalogue, draft.items, env)
    on_file = file_queries.of_owner(session, f"draft:{draft.id}")
    kinds = [need.paper.id for need in needs_]
    household = _household(session, draft) if offer_earlier else None
    earlier = file_queries.earlier(session, household, kinds, now=now())
    found = [
        PaperLine(
            need.paper.id,
            "",
            need.paper.title.to(lang()),
            "",
            need.certain,
            tuple(kept for kept in on_file if kept.paper == need.paper.id),
            _not_yet(earlier, on_file, need.paper.id),
            need.paper.id in draft.papers,
            True,
        )
        for need in needs_
    ]
    return found + list(_asked_photos(form, answers, on_file))


def _not_yet(earlier: Iterable[StoredFile], on_file: Sequence[StoredFile], paper: str) -> tuple[StoredFile, ...]:
    here = {kept.sha256 for kept in on_file}
    return tuple(kept for kept in earlier if kept.paper == paper and kept.sha256 not in here)


def _asked_photos(form: Form, answers: Mapping[str, Any], on_file: Sequence[StoredFile]) -> Iterable[PaperLine]:
    for question in form.questions.values():
        if question.type not in {"file", "photo"} or question.id == "file_auth_letter":
            continue
        rows = answers.get(question.group) if question.in_rows else [None]
        for row in rows if isinstance(rows, list) else ():
            mark = str(row.get("row_id") or "") if isinstance(row, Mapping) else ""
            if question.in_rows and not mark:
                continue
            place = f"{question.group}:{mark}" if question.in_rows else ""
            yield PaperLine(
                question.id,
                place,
                question.title.to(lang()),
                str(row.get("member_name") or "") if isinstance(row, Mapping) else "",
                False,
                tuple(kept for kept in on_file if kept.paper == question.id and kept.place == place),
                (),
                False,
                False,
            )


def _household(session: Session, draft: Draft) -> int | None:
    """The household of the applicant, if the platform knows one."""
    number = str(vault_of(session).open_in(draft.answers).get("applicant_id_no") or "")
    person = household_queries.person_by_id_number(session, number) if number else None
    household = household_queries.household_of(session, person.id) if person is not None else None
    return household.id if household is not None else None


@papers.get("/drafts/<int:draft_id>/papers")
@needs("application.create")
def show(draft_id: int) -> tuple[str, int]:
    """The page: one line for each paper."""
    draft, catalogue, form, answers = open_draft(db.session(), draft_id)
    lines = lines_of(db.session(), draft, catalogue, form, answers)
    return page("portal/papers/desk.html", draft=draft, lines=lines, accept=ACCEPT)


@papers.get("/drafts/<int:draft_id>/papers.json")
@needs("application.create")
def state(draft_id: int) -> Response:
    """How many files stand for each line: the page at the desk asks while a phone is taking pictures."""
    draft = application_queries.draft(db.session(), current_actor(), draft_id)
    kept = file_queries.of_owner(db.session(), f"draft:{draft.id}")
    return jsonify([{"key": k.key, "paper": k.paper, "place": k.place, "name": k.name} for k in kept])


@papers.post("/drafts/<int:draft_id>/papers")
@needs("application.create")
def upload(draft_id: int) -> AnyResponse:
    """Keep what was chosen for one line. Scripts get JSON, everybody else comes back to the page."""
    with transaction(db.session()) as session:
        draft, catalogue, form, _ = open_draft(session, draft_id)
        kept = keep_posted(session, f"draft:{draft.id}", catalogue, form, channel="window")
        answer = [{"key": k.key, "paper": k.paper, "place": k.place, "name": k.name} for k in kept]
    if request.accept_mimetypes.best == "application/json":
        return jsonify(answer)
    say(Text(f"已保存 {len(answer)} 个文件。", f"{len(answer)} files kept."))
    return redirect(f"/drafts/{draft_id}/papers", code=303)


def keep_posted(
    session: Session, owner: str, catalogue: Catalogue, form: Form, *, channel: str, by: Actor | None = None
) -> list[StoredFile]:
    """Keep the posted files under the posted kind of paper. Refused when the kind is unknown or nothing was sent."""
    paper, place = request.form.get("paper", ""), request.form.get("place", "")[:80]
    known = paper in catalogue.papers or (paper in form.questions and form.questions[paper].type in {"file", "photo"})
    sent = [file for file in request.files.getlist("files") if file.filename]
    if not known:
        raise Refused(NO_SUCH_PAPER)
    if not sent:
        raise Refused(NOTHING_SENT, (FieldError("/files", "files", "required", NOTHING_SENT.message),))
    actor, moment = by or current_actor(), now()
    return [
        file_commands.keep(
            session,
            actor,
            store(),
            file.read(),
            name=file.filename or "",
            owner=owner,
            paper=paper,
            place=place,
            channel=channel,
            now=moment,
        )
        for file in sent
    ]


@papers.post("/drafts/<int:draft_id>/papers/<any(remove, again):what>")
@needs("application.create")
def change(draft_id: int, what: str) -> AnyResponse:
    """Take a file off, or let one from a former application serve again."""
    actor, moment, key = current_actor(), now(), request.form.get("key", "")
    with transaction(db.session()) as session:
        draft, catalogue, _, _ = open_draft(session, draft_id)
        owner = f"draft:{draft.id}"
        if what == "remove":
            file_commands.remove(session, actor, key, owner, now=moment)
        else:
            offered = file_queries.earlier(session, _household(session, draft), tuple(catalogue.papers), now=moment)
            found = next((kept for kept in offered if kept.key == key), None)
            if found is None:
                raise Refused(NO_SUCH_PAPER)
            file_commands.use_again(session, actor, found, owner, now=moment)
    return redirect(f"/drafts/{draft_id}/papers", code=303)


@papers.post("/drafts/<int:draft_id>/papers/phone")
@needs("application.create")
def to_phone(draft_id: int) -> tuple[str, int]:
    """A QR code with a link that lets one phone photograph papers for this draft, for half an hour."""
    actor, moment = current_actor(), now()
    with transaction(db.session()) as session:
        draft = application_queries.draft(session, actor, draft_id)
        token = links.make(session, actor, "papers", f"draft:{draft.id}", region_code=draft.window_region, now=moment)
    address = f"{request.host_url}p/{token}"
    return page("portal/papers/to_phone.html", draft_id=draft_id, address=address, code=qr(address))


# --- pictures ------------------------------------------------------------------------------------------------------


@papers.get("/drafts/<int:draft_id>/files/<key>")
@papers.get("/drafts/<int:draft_id>/files/<key>/<any(small):size>")
@needs("application.create")
def draft_file(draft_id: int, key: str, size: str = "") -> Response:
    """A file of a draft, or its thumbnail."""
    draft = application_queries.draft(db.session(), current_actor(), draft_id)
    return picture(file_queries.get(db.session(), key, f"draft:{draft.id}"), small=bool(size))


@papers.get("/applications/<number>/files/<key>")
@papers.get("/applications/<number>/files/<key>/<any(small):size>")
@needs("application.read", "application.create")
def application_file(number: str, key: str, size: str = "") -> Response:
    """A file of an application, or its thumbnail."""
    application = application_queries.by_number(db.session(), current_actor(), number)
    return picture(file_queries.get(db.session(), key, f"application:{application.id}"), small=bool(size))


def picture(kept: StoredFile, *, small: bool) -> Response:
    """The content, never run by a browser: pictures are shown, a PDF is downloaded."""
    if small:
        made = file_queries.small(store(), kept)
        if made is not None:
            return Response(made, mimetype="image/jpeg")
        return Response(example("", t("PDF 文件", "PDF document"), lang()), mimetype="image/svg+xml")
    response = Response(store().read(kept.sha256), mimetype=kept.media_type)
    shown = "inline" if kept.media_type.startswith("image/") else "attachment"
    ending = kept.media_type.rpartition("/")[2]
    response.headers["Content-Disposition"] = f'{shown}; filename="{kept.key}.{ending}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@papers.get("/papers/example/<paper>.svg")
def sample(paper: str) -> Response:
    """A drawn example of a kind of paper; open to everybody."""
    catalogue = catalogue_queries.current(db.session()).catalogue
    known = catalogue.papers.get(paper)
    if known is None:
        raise Refused(NO_SUCH_PAPER)
    response = Response(example(paper, known.title.to(lang()), lang()), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def files_of(application: Application) -> Sequence[StoredFile]:
    """Everything on file for an application the caller has read through its actor."""
    return file_queries.of_owner(db.session(), f"application:{application.id}")
