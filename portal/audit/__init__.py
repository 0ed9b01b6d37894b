"""Audit: append-only, hash-chained events, written by the command that acts, in its transaction.

The event table is also the outbox: `portal.jobs` runs the handlers of each event and records each delivery. Does not
know what the subjects are; a stream is a name such as "application:12".
"""

from portal.audit.commands import record
from portal.audit.models import Delivery, Event

__all__ = ["Delivery", "Event", "record"]
