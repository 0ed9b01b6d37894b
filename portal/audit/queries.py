"""Reading and verifying the trail."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.commands import digest
from portal.audit.models import Event


def trail(db: Session, stream: str) -> list[Event]:
    return list(db.scalars(select(Event).where(Event.stream == stream).order_by(Event.sequence)))


def broken_links(db: Session) -> Iterator[tuple[str, int, str]]:
    """(stream, sequence, what is wrong) for every event that was changed, removed or inserted after the fact."""
    stream, expected, previous = "", 1, ""
    for event in db.scalars(select(Event).order_by(Event.stream, Event.sequence).execution_options(yield_per=1000)):
        if event.stream != stream:
            stream, expected, previous = event.stream, 1, ""
        if event.sequence != expected:
            yield stream, event.sequence, f"expected sequence {expected}"
        elif event.previous_hash != previous:
            yield stream, event.sequence, "does not continue the chain"
        elif digest(event) != event.hash:
            yield stream, event.sequence, "was changed"
        expected, previous = event.sequence + 1, event.hash
