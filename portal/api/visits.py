"""Home visits for programs: a phone that was without signal sends its record when it can, as often as it must."""

from __future__ import annotations

from typing import Any

from portal.api.contract import Answer, Asked
from portal.api.shapes import placed
from portal.applications import queries as application_queries
from portal.applications.commands import sealed_names
from portal.applications.models import Application
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.queries import release as release_by_id
from portal.db import CONFLICT, db, transaction
from portal.errors import Refused
from portal.forms import masked, resident_id_fault
from portal.reader import now
from portal.visits import commands, queries
from portal.visits.models import Visit


def put(asked: Asked, uuid: str) -> Answer:
    """Keep a record under the identifier the device gave it."""
    try:
        return _kept(asked, uuid.lower())
    except Refused as refusal:
        if refusal.problem is not CONFLICT:
            raise
    return _kept(asked, uuid.lower())  # the same device was sending twice at once; now the first has arrived


def _kept(asked: Asked, uuid: str) -> Answer:
    sent = asked.body
    with transaction(db.session()) as session:
        application = application_queries.by_number(session, asked.actor, sent["application"])
        catalogue = release_by_id(session, application.release_id).catalogue
        new = not queries.known(session, uuid)
        with placed("/answers"):
            visit = commands.record(
                session,
                asked.actor,
                application,
                catalogue,
                sent["answers"],
                uuid=uuid,
                complete=sent.get("complete", False),
                now=now(),
            )
        return Answer(_told(visit, application, catalogue), 201 if new else 200)


def one(asked: Asked, uuid: str) -> Answer:
    """One record as it was kept, identifiers masked."""
    session = db.session()
    visit, application = queries.get(session, asked.actor, uuid.lower())
    return Answer(_told(visit, application, release_by_id(session, application.release_id).catalogue))


def _told(visit: Visit, application: Application, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "uuid": visit.uuid,
        "application": application.number,
        "release": visit.release_id,
        "complete": visit.complete,
        "revision": visit.revision,
        "visited_on": visit.visited_on.isoformat(),
        "recorded_by": visit.recorded_by,
        "recorded_at": visit.recorded_at.isoformat(),
        "answers": hidden(queries.clear_answers(db.session(), visit), sealed_names(catalogue)),
    }


def hidden(answers: Any, names: frozenset[str], name: str = "") -> Any:
    """The answers with every identifier showing its ends only, wherever it was written."""
    if isinstance(answers, dict):
        return {key: hidden(value, names, key) for key, value in answers.items()}
    if isinstance(answers, list):
        return [hidden(value, names, name) for value in answers]
    if isinstance(answers, str) and (name in names or (len(answers) == 18 and resident_id_fault(answers) is None)):
        return masked(answers)
    return answers
