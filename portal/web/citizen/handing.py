"""Papers by the phone's camera, and signatures: one's own on the screen, the others' through a link to send them."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from portal.access import links
from portal.applications.queries import clear_answers
from portal.cases.supplying import CITIZEN as CHANNEL
from portal.catalogue import queries as catalogue_queries
from portal.db import db, transaction
from portal.files import commands as file_commands
from portal.files import queries as file_queries
from portal.files.rules import ACCEPT
from portal.rendering.qr import qr
from portal.values import Text
from portal.web.citizen.filling import own_draft
from portal.web.citizen.foundation import current_citizen, needs_citizen, page
from portal.web.papers import keep_posted, lines_of, picture
from portal.web.shell import now, say
from portal.web.signatures import keep_signature, people_of, person, terms

handing = Blueprint("me_handing", __name__, url_prefix="/me/drafts/<int:draft_id>")

ON_SCREEN = frozenset({"unified_form", "auth_letter"})  # filled in and signed here, so there is nothing to photograph
KEPT = Text("已保存 {count} 个文件。", "{count} files kept.")
SIGNED = Text("签名已保存。", "The signature is kept.")


@handing.get("/papers")
@needs_citizen
def papers(draft_id: int) -> tuple[str, int]:
    """One line for each paper this family must bring, with a camera button."""
    session, draft = db.session(), own_draft(draft_id)
    catalogue = catalogue_queries.release(session, draft.release_id).catalogue
    form = catalogue.form("application", draft.items)
    lines = lines_of(session, draft, catalogue, form, clear_answers(session, draft), offer_earlier=False)
    return page(
        "portal/me/papers.html",
        draft=draft,
        lines=[line for line in lines if line.paper not in ON_SCREEN],
        accept=ACCEPT,
    )


@handing.post("/papers")
@needs_citizen
def upload(draft_id: int) -> AnyResponse:
    """Keep what was photographed for one line."""
    with transaction(db.session()) as session:
        draft = own_draft(draft_id)
        catalogue = catalogue_queries.release(session, draft.release_id).catalogue
        form = catalogue.form("application", draft.items)
        kept = keep_posted(session, f"draft:{draft.id}", catalogue, form, channel=CHANNEL, by=current_citizen())
        answer = [{"key": k.key, "paper": k.paper, "place": k.place, "name": k.name} for k in kept]
    if request.accept_mimetypes.best == "application/json":
        return jsonify(answer)
    say(Text(KEPT.zh.format(count=len(answer)), KEPT.en.format(count=len(answer))))
    return redirect(f"/me/drafts/{draft_id}/papers", code=303)


@handing.get("/papers.json")
@needs_citizen
def state(draft_id: int) -> Response:
    """How many files stand for each line."""
    kept = file_queries.of_owner(db.session(), f"draft:{own_draft(draft_id).id}")
    return jsonify([{"key": k.key, "paper": k.paper, "place": k.place} for k in kept])


@handing.post("/papers/remove")
@needs_citizen
def remove(draft_id: int) -> AnyResponse:
    """Take a file off."""
    actor, moment = current_citizen(), now()
    with transaction(db.session()) as session:
        draft = own_draft(draft_id)
        file_commands.remove(session, actor, request.form.get("key", ""), f"draft:{draft.id}", now=moment)
    return redirect(f"/me/drafts/{draft_id}/papers", code=303)


@handing.get("/files/<key>")
@handing.get("/files/<key>/<any(small):size>")
@needs_citizen
def file(draft_id: int, key: str, size: str = "") -> Response:
    """A picture of his own, or its thumbnail."""
    return picture(file_queries.get(db.session(), key, f"draft:{own_draft(draft_id).id}"), small=bool(size))


@handing.get("/signatures")
@needs_citizen
def signatures(draft_id: int) -> tuple[str, int]:
    """Who signs."""
    draft = own_draft(draft_id)
    return page("portal/me/signatures.html", draft=draft, people=people_of(db.session(), draft))


@handing.get("/sign")
@needs_citizen
def pad(draft_id: int) -> tuple[str, int]:
    """The pad for the applicant himself; nobody else's signature is given on his phone."""
    draft = own_draft(draft_id)
    who = person(db.session(), draft, "")
    return page("portal/me/sign.html", draft=draft, who=who, **terms(db.session(), draft))


@handing.post("/sign")
@needs_citizen
def sign(draft_id: int) -> AnyResponse:
    """Keep the applicant's own signature."""
    with transaction(db.session()) as session:
        draft = own_draft(draft_id)
        keep_signature(session, current_citizen(), draft, person(session, draft, ""), channel=CHANNEL)
    say(SIGNED)
    return redirect(f"/me/drafts/{draft_id}/signatures", code=303)


@handing.post("/signatures/link")
@needs_citizen
def to_phone(draft_id: int) -> tuple[str, int]:
    """A link for one person's own phone, good for one signature within three days."""
    actor, moment, place = current_citizen(), now(), request.form.get("place", "")[:80]
    with transaction(db.session()) as session:
        draft = own_draft(draft_id)
        name = person(session, draft, place).name
        token = links.make(session, actor, "sign", f"draft:{draft.id}", region_code="", now=moment, place=place)
    address = f"{request.host_url}s/{token}"
    return page("portal/me/sign_link.html", draft_id=draft_id, name=name, address=address, code=qr(address))
