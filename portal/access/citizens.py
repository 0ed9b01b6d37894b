"""Citizens who sign in with their phone and a one-time code: making a code, checking it, ending a session.

Whether a phone is known makes no difference to anything that is said: the row of a new one is made by its first
right code. Who asks is answered the same in every other case.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access.models import Citizen, CitizenProof, LoginCode
from portal.access.rules import Actor
from portal.db import vault_of

CODE_LASTS: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
# A number that is given up is handed to somebody else after about three months.
PHONE_LASTS: Final = timedelta(days=90)


def make_code(db: Session, phone: str, *, now: datetime) -> str:
    """A new code for a phone, known or not; an earlier one stops working."""
    index, code = vault_of(db).index(phone), f"{secrets.randbelow(1_000_000):06d}"
    known = db.get(LoginCode, index, with_for_update=True)
    if known is None:
        known = LoginCode(phone_index=index)
        db.add(known)
    known.code_hash, known.expires_at, known.tries = _hashed(db, index, code), now + CODE_LASTS, 0
    return code


def sign_in(db: Session, phone: str, code: str, *, now: datetime) -> Citizen | None:
    """Whoever holds the phone, or None: wrong, used, too late and too often look the same. Every try is counted."""
    index = vault_of(db).index(phone)
    known = db.get(LoginCode, index, with_for_update=True)
    if known is None or known.expires_at <= now or known.tries >= MOST_TRIES:
        return None
    known.tries += 1
    if not hmac.compare_digest(known.code_hash, _hashed(db, index, code)):
        return None
    db.delete(known)
    citizen = _holder(db, phone, index, now)
    citizen.last_seen_at = now
    _record(db, citizen, "citizen.signed-in", now)
    return citizen


def _holder(db: Session, phone: str, index: str, now: datetime) -> Citizen:
    """The row of the person who holds a phone today; one that was silent for too long belonged to somebody else."""
    found = db.scalar(select(Citizen).where(Citizen.phone_index == index).with_for_update())
    if found is not None and found.last_seen_at > now - PHONE_LASTS:
        return found
    if found is not None:
        found.phone_index = None
        found.generation += 1
        db.execute(delete(CitizenProof).where(CitizenProof.citizen_id == found.id))
        db.flush()  # the index must be free before the next holder takes it
    fresh = Citizen(
        phone=vault_of(db).seal(phone),
        phone_index=index,
        generation=1,
        failed_proofs=0,
        first_seen_at=now,
        last_seen_at=now,
    )
    db.add(fresh)
    db.flush()  # the cookie and the trail need its id
    return fresh


def sign_out(db: Session, citizen_id: int, *, now: datetime) -> None:
    """Every cookie given out so far dies."""
    citizen = db.get_one(Citizen, citizen_id, with_for_update=True)
    citizen.generation += 1
    _record(db, citizen, "citizen.signed-out", now)


def citizen_actor(db: Session, citizen_id: int, generation: int, *, lang: str = "zh") -> Actor | None:
    """The actor behind a citizen's cookie, if the cookie is of its present generation."""
    citizen = db.get(Citizen, citizen_id)
    if citizen is None or citizen.generation != generation or citizen.phone_index is None:
        return None
    phone = vault_of(db).open(citizen.phone)
    return Actor(None, shown(phone), (), lang, citizen=citizen.id, phone=phone)


def shown(phone: str) -> str:
    """A phone as others see it: enough to know one's own."""
    return f"{phone[:3]}****{phone[-4:]}"


def _hashed(db: Session, index: str, code: str) -> str:
    return vault_of(db).index(f"login-code:{index}:{code}")


def _record(db: Session, citizen: Citizen, action: str, now: datetime) -> None:
    phone = vault_of(db).open(citizen.phone)
    audit.record(db, actor_id=None, actor_name=shown(phone), action=action, stream=f"citizen:{citizen.id}", at=now)
