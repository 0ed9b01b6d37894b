"""A citizen says that what was asked for is there. It moves nothing: the window looks at the papers and goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.applications import queries as application_queries
from portal.cases.flow import open_file
from portal.errors import Problem, Refused
from portal.files import queries as file_queries
from portal.notices.queries import of_application
from portal.values import Text

CITIZEN: Final = "citizen"  # how files come that are photographed at home
NOTHING_ASKED: Final = Problem("nothing-asked", 409, Text("现在没有要补交的材料。", "Nothing is being asked for now."))


def supplied(db: Session, actor: Actor, application_id: int, *, now: datetime) -> None:
    """Written into the file's history for the window that waits. Refused when nothing is waited for."""
    application_queries.get(db, actor, application_id)
    file = open_file(db, actor, application_id, now)
    if file.application.status != "supplement":
        raise Refused(NOTHING_ASKED)
    asked = [letter.written_at for letter in of_application(db, application_id) if letter.kind == "supplement"]
    kept = file_queries.of_owner(db, f"application:{application_id}")
    fresh = [one for one in kept if one.channel == CITIZEN and (not asked or one.uploaded_at >= asked[-1])]
    file.record("application.supplied", files=len(fresh))
