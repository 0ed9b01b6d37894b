"""What was published when, by whom and why; rolling back; bundles out and in."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from portal.catalogue import queries as catalogue_queries
from portal.catalogue.commands import publish
from portal.catalogue.documents import Source, from_bundle
from portal.catalogue.models import Publication
from portal.catalogue.release import diff
from portal.db import db, transaction
from portal.errors import Problem, Refused
from portal.proposals import commands
from portal.reader import current_actor, needs, now, t
from portal.studio import PREPARE
from portal.studio.bench import bench, page
from portal.values import Text

pages = Blueprint("studio_publications", __name__, url_prefix="/studio/publications")
CONFIGURATOR = "catalogue.publish"
LARGEST_BUNDLE = 64 * 1024 * 1024

BAD_BUNDLE = Problem(
    "bad-bundle", 422, Text("这不是目录包,或已损坏:{why}", "This is no catalogue bundle, or it is damaged: {why}")
)
LYING_BUNDLE = Problem(
    "lying-bundle",
    422,
    Text("包的内容与它的名字(散列)不符,未导入。", "The bundle is not what its name (hash) says; it was not imported."),
)


@pages.get("")
@needs(CONFIGURATOR)
def index() -> tuple[str, int]:
    """The history of publications, the newest first."""
    rows = db.session.scalars(select(Publication).order_by(Publication.id.desc()).limit(100)).all()
    return page("publications.html", publications=rows, current=catalogue_queries.current_id(db.session()))


@pages.get("/<int:publication_id>")
@needs(CONFIGURATOR)
def show(publication_id: int) -> tuple[str, int]:
    """What one publication changed against the one before it."""
    session = db.session()
    after = session.get(Publication, publication_id)
    if after is None:
        return page("publication.html", status=404, publication=None, changes=(), before=None)
    before = session.scalar(
        select(Publication).where(Publication.id < after.id).order_by(Publication.id.desc()).limit(1)
    )
    old = catalogue_queries.release(session, before.release_id).source if before else Source({})
    changes = diff(old, catalogue_queries.release(session, after.release_id).source) if before else ()
    return page("publication.html", publication=after, before=before, changes=changes)


@pages.post("/<int:publication_id>/again")
@needs(CONFIGURATOR)
def again(publication_id: int) -> AnyResponse:
    """Publish an older release again: the rollback, in one step, with a reason."""
    actor, moment = current_actor(), now()
    with transaction(db.session()) as session:
        chosen = session.get_one(Publication, publication_id)
        release = catalogue_queries.release(session, chosen.release_id)
        made = publish(
            session,
            actor_id=actor.id,
            actor_name=actor.name,
            source=release.source,
            note=t("回退:", "Rolled back: ") + request.form.get("reason", "").strip()[:400],
            now=moment,
        )
        current_app.extensions[PREPARE](session, made)
    flash(t("已回退,几秒内各处生效。", "Rolled back; in force within seconds."), "success")
    return redirect("/studio/publications", code=303)


@pages.get("/export/<release_id>.json")
@needs(CONFIGURATOR)
def export(release_id: str) -> Response:
    """A release as one bundle, named by its hash: what another system imports."""
    release = catalogue_queries.resolve(db.session(), release_id)
    return _bundle(release.source)


@pages.get("/export/proposal/<int:proposal_id>.json")
@needs(CONFIGURATOR)
def export_proposal(proposal_id: int) -> Response:
    """The catalogue as a proposal would have it, as a bundle."""
    return _bundle(bench(proposal_id).source)


def _bundle(source: Source) -> Response:
    response = Response(source.canonical, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{source.digest}.json"'
    return response


@pages.post("/import")
@needs(CONFIGURATOR)
def import_() -> AnyResponse | tuple[str, int]:
    """A bundle becomes a proposal with what is new or different; first shown, then taken as chosen."""
    sent = request.files.get("bundle")
    content, name = request.form.get("content", "").encode(), request.form.get("name", "")
    if sent is not None:
        content, name = sent.read(LARGEST_BUNDLE + 1), sent.filename or ""
        sent.close()
    source = _read(content, name)
    current = catalogue_queries.current(db.session()).source
    rows = _compared(current, source)
    chosen = request.form.getlist("take")
    if not chosen:
        return page("import.html", rows=rows, content=content.decode(), name=name, digest=source.digest)
    actor, moment = current_actor(), now()
    with transaction(db.session()) as session:
        proposal = commands.start(
            session,
            actor,
            title=t("导入 ", "Import ") + (name or source.digest[:12]),
            now=moment,
            documents={path: source.documents[path] for path in chosen if path in source.documents},
        )
        place = f"/studio/{proposal.id}"
    return redirect(place, code=303)


def _read(content: bytes, name: str) -> Source:
    if not content or len(content) > LARGEST_BUNDLE:
        raise Refused(BAD_BUNDLE, why=t("空文件或过大", "empty or too large"))
    try:
        written = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(BAD_BUNDLE, why="UTF-8") from error
    source, faults = from_bundle(written, name or "bundle")
    if faults or not source.documents or not all(isinstance(d, dict) for d in source.documents.values()):
        raise Refused(BAD_BUNDLE, why=faults[0].message if faults else "JSON")
    stem = name.rpartition("/")[2].removesuffix(".json")
    if len(stem) == 64 and stem != source.digest:
        raise Refused(LYING_BUNDLE)
    return source


def _compared(current: Source, other: Source) -> list[tuple[str, str]]:
    """(path, same | changed | new) for every document of the bundle."""
    rows = []
    for path in sorted(other.documents):
        here = current.documents.get(path)
        state = "new" if here is None else "same" if current.text(path) == other.text(path) else "changed"
        rows.append((path, state))
    return rows
