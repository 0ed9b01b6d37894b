"""Signatures under the letter of authorisation: on a pad at the desk, on the signer's own phone, or on scanned paper."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.access import Actor, links
from portal.access.models import PhoneLink
from portal.applications import queries as application_queries
from portal.applications.evidence import IDENTIFIES, SIGNATURE, signature_name
from portal.applications.models import Draft
from portal.applications.signing import Signer, signers
from portal.catalogue import queries as catalogue_queries
from portal.db import db, transaction, vault_of
from portal.errors import NOT_FOUND, FieldError, Problem, Refused
from portal.files import commands as file_commands
from portal.files import queries as file_queries
from portal.rendering.qr import qr
from portal.values import Text
from portal.web.papers import store
from portal.web.printing.signed import AUTHORISING
from portal.web.shell import current_actor, lang, needs, now, page, say, today

signatures = Blueprint("signatures", __name__)

PNG = "data:image/png;base64,"
NO_SIGNATURE = Problem("no-signature", 422, Text("请先签名。", "Please sign first."))
WRONG_DIGITS = Problem(
    "wrong-digits",
    422,
    Text("身份证号后四位不对,请核对后再签。", "The last four characters of the id number are not right."),
)


def people_of(session: Session, draft: Draft) -> tuple[Signer, ...]:
    """Everybody who signs for a draft."""
    answers = vault_of(session).open_in(draft.answers)
    return signers(answers, file_queries.of_owner(session, f"draft:{draft.id}"), today(), vault_of(session).index)


def person(session: Session, draft: Draft, place: str) -> Signer:
    """One of them, by where the signature stands."""
    found = next((one for one in people_of(session, draft) if one.place == place), None)
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def terms(session: Session, draft: Draft) -> dict[str, Any]:
    """What is signed: for which items, in which words."""
    catalogue = catalogue_queries.release(session, draft.release_id).catalogue
    items = [item.title.to(lang()) for item in catalogue.chosen(draft.items)]
    return {"items": items, "words": [line.to(lang()) for line in AUTHORISING]}


@signatures.get("/drafts/<int:draft_id>/signatures")
@needs("application.create")
def show(draft_id: int) -> tuple[str, int]:
    """Who signs, and how each of them can."""
    draft = application_queries.draft(db.session(), current_actor(), draft_id)
    return page("portal/papers/signatures.html", draft=draft, people=people_of(db.session(), draft))


@signatures.get("/drafts/<int:draft_id>/sign")
@needs("application.create")
def pad(draft_id: int) -> tuple[str, int]:
    """The pad at the desk for one person, named by `place`."""
    session = db.session()
    draft = application_queries.draft(session, current_actor(), draft_id)
    who = person(session, draft, request.args.get("place", ""))
    return page("portal/papers/sign.html", who=who, back=f"/drafts/{draft_id}/signatures", **terms(session, draft))


@signatures.post("/drafts/<int:draft_id>/sign")
@needs("application.create")
def sign(draft_id: int) -> Response:
    """Keep a signature drawn on the pad, or a scan of one on paper."""
    actor, place = current_actor(), request.args.get("place", "")
    with transaction(db.session()) as session:
        draft = application_queries.draft(session, actor, draft_id)
        keep_signature(session, actor, draft, person(session, draft, place), channel="window")
    say(Text("签名已保存。", "The signature is kept."))
    return redirect(f"/drafts/{draft_id}/signatures", code=303)


def keep_signature(session: Session, actor: Actor, draft: Draft, who: Signer, *, channel: str) -> None:
    moment, drawn, scan = now(), request.form.get("signature", ""), request.files.get("scan")
    if drawn.startswith(PNG):
        content = _decoded(drawn)
    elif scan is not None and scan.filename:
        content = scan.read()
    else:
        raise Refused(NO_SIGNATURE, (FieldError("/signature", "signature", "required", NO_SIGNATURE.message),))
    owner, group = f"draft:{draft.id}", who.place.partition(":")[0]
    name = signature_name(
        dict(zip(IDENTIFIES[group], (who.id_number, who.name), strict=True)), group, vault_of(session).index
    )
    if who.signed is not None:
        file_commands.remove(session, actor, who.signed.key, owner, now=moment)
        session.flush()  # the same strokes drawn again are a new signature, not the one just taken off
    file_commands.keep(
        session,
        actor,
        store(),
        content,
        name=name,
        owner=owner,
        paper=SIGNATURE,
        place=who.place,
        channel=channel,
        now=moment,
    )


def _decoded(drawn: str) -> bytes:
    try:
        return base64.b64decode(drawn.removeprefix(PNG), validate=True)
    except binascii.Error as error:
        raise Refused(NO_SIGNATURE) from error


@signatures.post("/drafts/<int:draft_id>/signatures/phone")
@needs("application.create")
def to_phone(draft_id: int) -> tuple[str, int]:
    """A link for one person's own phone, good for one signature within three days."""
    actor, moment, place = current_actor(), now(), request.form.get("place", "")
    with transaction(db.session()) as session:
        draft = application_queries.draft(session, actor, draft_id)
        who = person(session, draft, place)
        token = links.make(
            session, actor, "sign", f"draft:{draft.id}", region_code=draft.window_region, now=moment, place=place
        )
        name = who.name
    address = f"{request.host_url}s/{token}"
    return page("portal/papers/sign_by_phone.html", draft_id=draft_id, name=name, address=address, code=qr(address))


# --- the signer's own phone ------------------------------------------------------------------------------------------


def _subject(session: Session, token: str, *, for_update: bool = False) -> tuple[PhoneLink, Draft, Signer]:
    link = links.find(session, token, "sign", now=now(), for_update=for_update)
    draft = session.get(Draft, int(link.subject.removeprefix("draft:")))
    if draft is None or draft.submitted_number is not None:
        raise Refused(links.LINK_GONE)
    return link, draft, person(session, draft, link.place)


@signatures.get("/s/<token>")
def phone_page(token: str) -> tuple[str, int]:
    """What is signed and where; the signer proves who it is with the end of the id number."""
    session = db.session()
    _, draft, who = _subject(session, token)
    return page("portal/papers/sign_on_phone.html", who=who, **terms(session, draft))


@signatures.post("/s/<token>")
def sign_on_phone(token: str) -> tuple[str, int]:
    """Keep the signature and close the link. Five wrong tries close it as well."""
    digits = request.form.get("digits", "").strip().upper()
    with transaction(db.session()) as session:
        link, draft, who = _subject(session, token, for_update=True)
        right = bool(who.id_number) and digits == who.id_number[-4:]
        if right:
            keep_signature(session, Actor(None, who.name), draft, who, channel="phone")
            links.close(link, now=now())
        else:
            link.failures += 1
    if not right:
        raise Refused(WRONG_DIGITS, (FieldError("/digits", "digits", "wrong", WRONG_DIGITS.message),))
    return page("portal/papers/signed.html", name=who.name)
