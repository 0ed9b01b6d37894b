"""Releases in the database, for the commands that name one: publish a catalogue, read a published one."""

from __future__ import annotations

import getpass

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.commands import publish
from portal.catalogue.documents import Source
from portal.catalogue.queries import current_id, resolve
from portal.catalogue.release import Release
from portal.commands.session import reading, writing
from portal.errors import Finding
from portal.organisation.queries import moment
from portal.settings import current


def published_catalogue(release_id: str) -> Catalogue:
    """The catalogue of a published release, by the beginning of its id."""
    with reading() as db:
        return resolve(db, release_id).catalogue


def published_source(release_id: str) -> Source:
    """The documents of a published release."""
    with reading() as db:
        return resolve(db, release_id).source


def is_in_force(source: Source) -> bool:
    """Whether exactly these documents are what is published now."""
    with reading() as db:
        return current_id(db) == source.digest


def publish_source(source: Source, reading_faults: tuple[Finding, ...], note: str) -> Release:
    """Publish as the operator of this machine: an audited act, outside the two-person rule of the studio."""
    from portal.app import prepare

    with writing() as db:
        release = publish(
            db,
            actor_id=None,
            actor_name=f"operator:{getpass.getuser()}",
            source=source,
            note=note,
            now=moment(db),
            reading_faults=reading_faults,
        )
        prepare(db, release, current())
        return release
