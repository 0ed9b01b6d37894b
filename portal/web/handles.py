"""Handles of people: an address may name a person only to the clerk who found him.

A complete number finds anybody in the city, anything less only people at home. A bare id in an address would let a
clerk walk through everybody; a handle is signed for one member of staff and one day.
"""

from __future__ import annotations

from typing import Final

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal.db import db
from portal.errors import NOT_FOUND, Refused
from portal.households.models import Person
from portal.households.queries import known_person
from portal.reader import current_actor

SECONDS: Final = 24 * 3600


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["PORTAL"].secret_key, salt=f"found-by:{current_actor().id}")


def handle_of(person_id: int) -> str:
    return _signer().dumps(person_id)


def person_of(handle: str) -> Person:
    """The person behind a handle; one that was forged, borrowed or is too old finds nobody."""
    try:
        person_id = _signer().loads(handle, max_age=SECONDS)
    except BadSignature as error:
        raise Refused(NOT_FOUND) from error
    return known_person(db.session(), int(person_id))
