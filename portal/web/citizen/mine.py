"""What a citizen has under way: every application with every item's state, its letters, what is asked of him, withdrawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, current_app, jsonify, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy import select
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from portal.access.models import CitizenProof
from portal.applications import queries
from portal.applications.models import Application
from portal.applications.proving import prove
from portal.cases.commands import supplied, withdraw
from portal.cases.supplying import CITIZEN as CHANNEL
from portal.cases.tracking import Tracking, tracking_of
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.db import db, transaction
from portal.errors import NOT_FOUND, Refused
from portal.files import queries as file_queries
from portal.files.models import StoredFile
from portal.files.rules import ACCEPT
from portal.notices import queries as notice_queries
from portal.notices.models import Notice
from portal.values import Text
from portal.web.citizen.foundation import current_citizen, needs_citizen, page
from portal.web.citizen.handing import KEPT
from portal.web.papers import PaperLine, keep_posted
from portal.web.printing import letters
from portal.web.printing.routes import as_pdf, promised_days
from portal.web.shell import lang, now, say, text

mine = Blueprint("me", __name__, url_prefix="/me")
proof = Blueprint("me_proof", __name__, url_prefix="/me")

SHOWN: Final = 20
OTHER: Final = "file_other"  # the form's own place for a paper nobody named
PROVED = Text("已核对,以前的申请都在下面。", "Thank you: your earlier applications are below.")
NOT_PROVED = Text(
    "没有核对上:后四位不对,或没有用这个手机号办过。连续 5 次不对,一天后再试。",
    "Nothing found: the characters are not right, or nothing was applied for with this phone. After 5 tries, wait a day.",
)
SUPPLIED = Text("已告知窗口。窗口核对后会继续办理。", "The window has been told, and goes on after looking at them.")
WITHDRAWN = Text("已按您的意愿撤回。", "Withdrawn as you wished.")
ANNOUNCED = Text("申请人在网上撤回", "Withdrawn online by the applicant")


@dataclass(frozen=True)
class Under:
    """One application in the list: how it stands, and whether something is asked of him."""

    application: Application
    tracking: Tracking


@mine.get("")
@needs_citizen
def overview() -> tuple[str, int]:
    """Everything begun and everything sent."""
    session, actor = db.session(), current_citizen()
    rows = session.scalars(queries.visible_to(actor).order_by(Application.id.desc()).limit(SHOWN)).all()
    proved = session.scalar(select(CitizenProof.person_id).where(CitizenProof.citizen_id == actor.citizen).limit(1))
    catalogue = catalogue_queries.current(session).catalogue
    return page(
        "portal/me/overview.html",
        drafts=queries.drafts(session, actor),
        titles={slug: item.title for slug, item in catalogue.items.items()},
        rows=[Under(row, tracking_of(session, row)) for row in rows],
        proved=proved is not None,
        wrong=None,
    )


@proof.record_once
def limit(state: BlueprintSetupState) -> None:
    """Ends of id numbers cannot be tried one after another."""
    limiter: Any = state.app.extensions["appbuilder"].sm.limiter
    limiter.limit(lambda: current_app.config["PORTAL"].track_rate, methods=["POST"])(proof)


@proof.post("/prove")
@needs_citizen
def show_earlier() -> AnyResponse:
    """Open earlier applications for whoever knows the end of their applicant's number."""
    actor, moment = current_citizen(), now()
    with transaction(db.session()) as session:
        right = prove(session, actor, request.form.get("digits", "")[:8], now=moment)
    say(PROVED if right else NOT_PROVED, "success" if right else "danger")
    return redirect("/me", code=303)


def _own(number: str) -> tuple[Application, Catalogue]:
    application = queries.by_number(db.session(), current_citizen(), number)
    return application, catalogue_queries.release(db.session(), application.release_id).catalogue


@mine.get("/applications/<number>")
@needs_citizen
def application(number: str) -> tuple[str, int]:
    """One application: its items, the next step, its letters, and what can be done."""
    found, catalogue = _own(number)
    notices = notice_queries.of_application(db.session(), found.id)
    return page(
        "portal/me/application.html",
        application=found,
        tracking=tracking_of(db.session(), found),
        notices=list(reversed(notices)),
        lines=_asked(found, catalogue, notices) if found.status == "supplement" else [],
        accept=ACCEPT,
        sent=request.args.get("sent") == "1",
        open=found.closed_on is None,
    )


def _asked(application: Application, catalogue: Catalogue, notices: Sequence[Notice]) -> list[PaperLine]:
    """What the latest notice asks for, with what was sent since."""
    letter = next((one for one in reversed(notices) if one.kind == "supplement"), None)
    if letter is None:
        return []
    since = [
        kept
        for kept in file_queries.of_owner(db.session(), f"application:{application.id}")
        if kept.channel == CHANNEL and kept.uploaded_at >= letter.written_at
    ]
    missing = [name for name in letter.body.get("missing") or () if name in catalogue.papers]
    named = [_line(name, text(catalogue.papers[name].title), since) for name in missing]
    other = catalogue.bank.questions.get(OTHER)
    return [*named, _line(OTHER, text(other.title), since)] if other is not None else named


def _line(paper: str, title: str, since: Sequence[StoredFile]) -> PaperLine:
    there = tuple(kept for kept in since if kept.paper == paper)
    return PaperLine(paper, "", title, "", paper != OTHER, there, (), handed_in=False, has_example=paper != OTHER)


@mine.post("/applications/<number>/papers")
@needs_citizen
def hand_in(number: str) -> AnyResponse:
    """Papers the township asked for, photographed at home."""
    found, catalogue = _own(number)
    if found.status != "supplement":
        raise Refused(NOT_FOUND)
    owner, items = f"application:{found.id}", list(found.items)
    with transaction(db.session()) as session:
        form = catalogue.form("application", items)
        kept = keep_posted(session, owner, catalogue, form, channel=CHANNEL, by=current_citizen())
        answer = [{"key": k.key, "paper": k.paper, "place": k.place, "name": k.name} for k in kept]
    if request.accept_mimetypes.best == "application/json":
        return jsonify(answer)
    count = len(answer)
    say(Text(KEPT.zh.format(count=count), KEPT.en.format(count=count)))
    return redirect(f"/me/applications/{number}#supply", code=303)


@mine.post("/applications/<number>/supplied")
@needs_citizen
def all_handed_in(number: str) -> AnyResponse:
    """Tell the window that everything is there; it looks at the papers and goes on."""
    actor, moment, found = current_citizen(), now(), _own(number)[0].id
    with transaction(db.session()) as session:
        supplied(session, actor, found, now=moment)
    say(SUPPLIED)
    return redirect(f"/me/applications/{number}", code=303)


@mine.post("/applications/<number>/withdraw")
@needs_citizen
def take_back(number: str) -> AnyResponse:
    """End everything that is not confirmed yet."""
    actor, moment, found = current_citizen(), now(), _own(number)[0].id
    reason = request.form.get("reason", "").strip()[:500] or text(ANNOUNCED)
    with transaction(db.session()) as session:
        withdraw(session, actor, found, reason, now=moment)
    say(WITHDRAWN)
    return redirect(f"/me/applications/{number}", code=303)


@mine.get("/applications/<number>/letters/<int:notice_id>")
@needs_citizen
def letter(number: str, notice_id: int) -> tuple[str, int]:
    """One letter as it was written."""
    found, notice = _letter(number, notice_id)
    return page("portal/me/letter.html", application=found, notice=notice)


@mine.get("/applications/<number>/letters/<int:notice_id>.pdf")
@needs_citizen
def letter_pdf(number: str, notice_id: int) -> Response:
    """The letter to keep."""
    found, notice = _letter(number, notice_id)
    return as_pdf("letter", letters.letter(db.session(), found, notice, lang()), notice.number)


def _letter(number: str, notice_id: int) -> tuple[Application, Notice]:
    found, notice = _own(number)[0], notice_queries.get(db.session(), current_citizen(), notice_id)
    if notice.application_id != found.id:
        raise Refused(NOT_FOUND)
    return found, notice


@mine.get("/applications/<number>/receipt.pdf")
@needs_citizen
def receipt(number: str) -> Response:
    """The receipt to keep."""
    found, catalogue = _own(number)
    address = f"{request.host_url}track?number={found.number}"
    document = letters.receipt(
        db.session(), found, catalogue, lang(), address=address, promised=promised_days(found, catalogue)
    )
    return as_pdf("letter", document, f"receipt-{found.number}")
