"""What was entered on the decision form, read once: an action with its reason, amount and persons, or what is wrong."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.admin.approval_work import Work
from portal.errors import FieldError
from portal.values import Text, parse_yuan

BAD_AMOUNT = Text("金额应为元,如 620 或 620.50。", "The amount is in yuan, such as 620 or 620.50.")
NOBODY = Text("请至少勾选一人。", "Tick at least one person.")


@dataclass(frozen=True)
class Entered:
    """One press of a button. `typed` is everything as it was typed, so that nothing is lost when it is refused."""

    task_id: int
    action: str
    reason: str
    to: str | None
    payload: dict[str, Any] = field(default_factory=dict)
    faults: tuple[FieldError, ...] = ()
    typed: MultiDict[str, str] = field(default_factory=MultiDict)


def read(form: MultiDict[str, str], work: Work | None, rows: Collection[int]) -> Entered:
    """The form's fields as values; amounts are typed in yuan and become 分 here."""
    action = form.get("action", "")
    number = form.get("task", "")
    task_id = int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0
    payload: dict[str, Any] = {}
    faults: list[FieldError] = []
    if action == "eligible" and work is not None:
        if work.asks_persons:
            payload, faults = _persons(form, rows)
        elif work.asks_amount and form.get("amount", "").strip():
            amount, fault = _amount(form.get("amount", ""), "amount")
            payload = {"amount_fen": amount}
            faults = [fault] if fault else []
    return Entered(
        task_id,
        action,
        form.get("reason", "").strip(),
        form.get(f"to_{action}") or None,
        payload,
        tuple(faults),
        form,
    )


def _persons(form: MultiDict[str, str], known: Collection[int]) -> tuple[dict[str, Any], list[FieldError]]:
    ticked = form.getlist("person")
    rows = [row for row in sorted(known) if str(row) in ticked]
    persons, faults, total = [], [], 0
    for row in rows:
        amount, fault = _amount(form.get(f"amount_{row}", ""), f"amount_{row}")
        total += amount or 0
        persons.append({"row": row, "outcome": "eligible", "amount_fen": amount})
        faults += [fault] if fault else []
    if not rows:
        faults.append(FieldError("/person", "person", "required", NOBODY))
    return {"persons": persons, "amount_fen": total}, faults


def _amount(typed: str, name: str) -> tuple[int | None, FieldError | None]:
    try:
        amount = parse_yuan(typed)
    except ValueError:
        return None, FieldError(f"/{name}", name, "amount", BAD_AMOUNT)
    return (amount, None) if amount >= 0 else (None, FieldError(f"/{name}", name, "amount", BAD_AMOUNT))
