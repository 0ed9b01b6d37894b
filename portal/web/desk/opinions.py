"""The township's opinion: agree or disagree on every item, with what the rules say beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.cases.assessment import Assessment, assess
from portal.cases.models import Case
from portal.cases.queries import of_application
from portal.cases.rules import OUTCOMES
from portal.catalogue.model import Item
from portal.catalogue.wording import in_words
from portal.errors import FieldError
from portal.values import Text
from portal.web.desk.foundation import Desk, Entry, StepPage, too_long, typed_reason


@dataclass(frozen=True)
class ItemView:
    """One item with the result of its rules: a help, never a decision."""

    item: Item
    outcome: Text
    outcome_code: str
    amount_fen: int | None
    against: tuple[tuple[Text, Text | None], ...]
    holds: int
    proposed: bool


def item_view(desk: Desk, case: Case) -> ItemView:
    """What the rules say of an item today."""
    assessment: Assessment = assess(desk.db, case, today=desk.today, catalogue=desk.catalogue)
    judged = assessment.judgement
    return ItemView(
        item=desk.catalogue.item(case.item),
        outcome=OUTCOMES[assessment.outcome],
        outcome_code=assessment.outcome,
        amount_fen=judged.amount_fen if judged.amount_fen is not None else judged.proposed_fen,
        against=tuple((in_words(desk.catalogue, one), one.clause) for one in judged.reasons if one.holds is not True),
        holds=sum(reason.holds is True for reason in judged.reasons),
        proposed=judged.amount_fen is None,
    )


def _show(desk: Desk) -> Mapping[str, Any]:
    cases = of_application(desk.db, desk.application.id)
    everything = "_agree_all" in desk.typed
    return {
        "views": [item_view(desk, case) for case in cases if case.item in desk.application.items],
        "chosen": {
            slug: "agree" if everything else desk.typed.get(f"_agree_{slug}", "") for slug in desk.application.items
        },
    }


def _read(desk: Desk) -> Entry:
    """No choice is made for anybody: an item that was not answered stays so, and the command says it."""
    items: dict[str, Any] = {}
    faults: list[FieldError] = []
    for slug in desk.application.items:
        note = desk.typed.get(f"_note_{slug}", "").strip()
        faults += too_long(f"/items/{slug}/note", note)
        chosen = desk.typed.get(f"_agree_{slug}")
        items[slug] = {"agree": {"agree": True, "disagree": False}.get(chosen or ""), "note": note}
    reason = typed_reason(desk)
    return Entry({"items": items}, reason, (*faults, *too_long("/reason", reason)))


OPINION = StepPage("opinion", _show, _read, wide=True)
