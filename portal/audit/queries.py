"""Reading and verifying the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.commands import digest
from portal.audit.models import Event


def trail(db: Session, stream: str) -> list[Event]:
    return list(db.scalars(select(Event).where(Event.stream == stream).order_by(Event.sequence)))


def broken_links(
    db: Session, only: str | None = None, *, seen: Callable[[Event], None] | None = None
) -> Iterator[tuple[str, int, str]]:
    """(stream, sequence, what is wrong) for every event that was changed, removed or inserted after the fact.

    `only` looks at one stream; `seen` is told of every event, so that a long check can show how far it is. An event
    removed from the end of a stream leaves no gap: the tables it tells about are compared by `portal check cases`.
    """
    stream, expected, previous = "", 1, ""
    query = select(Event).order_by(Event.stream, Event.sequence).execution_options(yield_per=1000)
    for event in db.scalars(query if only is None else query.where(Event.stream == only)):
        if seen is not None:
            seen(event)
        if event.stream != stream:
            stream, expected, previous = event.stream, 1, ""
        if event.sequence != expected:
            yield stream, event.sequence, f"expected sequence {expected}"
        elif event.previous_hash != previous:
            yield stream, event.sequence, "does not continue the chain"
        elif digest(event) != event.hash:
            yield stream, event.sequence, "was changed"
        expected, previous = event.sequence + 1, event.hash
