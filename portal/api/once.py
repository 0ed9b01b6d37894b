"""Doing a thing once: a request sent again with its Idempotency-Key gets the answer it got before.

The key is written first, in the transaction that does the work. A second request with the same key waits at that row
until the first has ended: then it finds the answer, or, when the first was refused, does the work itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.access.models import SENT_BEFORE, SentRequest
from portal.api.contract import Answer, Asked
from portal.db import db, transaction
from portal.errors import Problem, Refused
from portal.reader import now
from portal.values import Text

KEPT = timedelta(days=7)
KEY_REUSED = Problem(
    "key-reused",
    409,
    Text("这个 Idempotency-Key 已用于另一份内容。", "This Idempotency-Key was used for a request with other content."),
)


def once(asked: Asked, work: Callable[[Session], Answer]) -> Answer:
    """Do the work in a transaction of its own, or give the answer it had when it was done before."""
    key = asked.headers.get("Idempotency-Key")
    if key is None:
        with transaction(db.session()) as session:
            return work(session)
    try:
        return _first_time(asked, key, work)
    except Refused as refusal:
        if refusal.problem is not SENT_BEFORE:
            raise
    return _first_time(asked, key, work)  # the other request has ended while we waited: its answer is there now


def _first_time(asked: Asked, key: str, work: Callable[[Session], Answer]) -> Answer:
    moment = now()
    with transaction(db.session()) as session:
        known = session.scalar(select(SentRequest).where(SentRequest.user_id == asked.actor.id, SentRequest.key == key))
        if known is not None:
            if known.fingerprint != asked.fingerprint:
                raise Refused(KEY_REUSED)
            return Answer(known.answer, known.status, {**known.headers, "Idempotent-Replayed": "true"})
        session.execute(
            delete(SentRequest).where(SentRequest.user_id == asked.actor.id, SentRequest.sent_at < moment - KEPT)
        )
        sent = SentRequest(
            user_id=asked.actor.id,
            key=key,
            fingerprint=asked.fingerprint,
            status=0,
            headers={},
            answer={},
            sent_at=moment,
        )
        session.add(sent)
        session.flush()  # whoever sends the same key at this instant waits here
        answer = work(session)
        sent.status, sent.headers, sent.answer = answer.status, dict(answer.headers), answer.body
        return answer
