"""Has every confirmed case its right, once, with the amount it was decided with?"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases.checking import Difference
from portal.cases.models import Case
from portal.entitlements.models import Entitlement


def differences(db: Session) -> Iterator[Difference]:
    """Confirmed cases without a right, rights without a confirmed case, and amounts that are not the decided ones."""
    query = (
        select(Case.number, Case.status, Case.amount_fen, Entitlement)
        .join(Entitlement, Entitlement.case_id == Case.id, isouter=True)
        .where((Case.status == "confirmed") | Entitlement.id.is_not(None))
        .order_by(Case.id)
    )
    for number, status, amount, right in db.execute(query.execution_options(yield_per=1000)):
        yield from _one(number, status, amount, right)


def _one(number: str, status: str, amount: int | None, right: Entitlement | None) -> Iterator[Difference]:
    if right is None:
        yield Difference(number, "entitlement", "None", "active")
    elif status != "confirmed":
        yield Difference(number, "entitlement", right.status, "None")
    elif amount != right.amount_fen:
        yield Difference(number, "entitlement.amount_fen", str(right.amount_fen), str(amount))
