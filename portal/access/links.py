"""One-time links for phones: made at a desk, shown as a QR code, good for one purpose, one subject, a short while."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import audit
from portal.access.models import PhoneLink
from portal.access.rules import Actor
from portal.errors import Problem, Refused
from portal.values import Text

Purpose = Literal["papers", "sign"]
LASTS: Final[dict[Purpose, timedelta]] = {"papers": timedelta(minutes=30), "sign": timedelta(days=3)}
MOST_FAILURES: Final = 5

LINK_GONE = Problem(
    "link-gone",
    410,
    Text("这个链接已失效,请向窗口要一个新的。", "This link no longer works; ask the window for a new one."),
)


def make(
    db: Session,
    actor: Actor,
    purpose: Purpose,
    subject: str,
    *,
    region_code: str,
    now: datetime,
    place: str = "",
) -> str:
    """A new link's token. An earlier one for the same thing closes: what was photographed from a screen must die."""
    db.execute(
        update(PhoneLink)
        .where(
            PhoneLink.purpose == purpose,
            PhoneLink.subject == subject,
            PhoneLink.place == place,
            PhoneLink.closed_at.is_(None),
        )
        .values(closed_at=now)
    )
    token = secrets.token_urlsafe(24)
    link = PhoneLink(
        token_hash=_hashed(token),
        purpose=purpose,
        subject=subject,
        place=place,
        made_by_id=actor.id,
        made_by=actor.name,
        region_code=region_code,
        made_at=now,
        expires_at=now + LASTS[purpose],
    )
    db.add(link)
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action="link.made",
        stream=subject,
        region_code=region_code,
        at=now,
        purpose=purpose,
        place=place,
    )
    return token


def find(db: Session, token: str, purpose: Purpose, *, now: datetime, for_update: bool = False) -> PhoneLink:
    """The open link of a token. Used, expired, tampered with and unknown look the same."""
    query = select(PhoneLink).where(PhoneLink.token_hash == _hashed(token), PhoneLink.purpose == purpose)
    link = db.scalar(query.with_for_update() if for_update else query)
    if link is None or link.closed_at is not None or link.expires_at <= now or link.failures >= MOST_FAILURES:
        raise Refused(LINK_GONE)
    return link


def close(link: PhoneLink, *, now: datetime) -> None:
    link.closed_at = now


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
