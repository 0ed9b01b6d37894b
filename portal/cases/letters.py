"""What the letters to an applicant say: the receipt, interim news, and the one combined notice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.cases.models import Case
from portal.cases.rules import ENDED, OUTCOMES, STATUSES
from portal.catalogue.catalogue import Catalogue
from portal.values import Text

TITLES: dict[str, Text] = {
    "receipt": Text("收件回执", "Receipt"),
    "accepted": Text("受理通知书", "Notice of acceptance"),
    "not_accepted": Text("不予受理告知书", "Notice of non-acceptance"),
    "supplement": Text("一次性补正告知书", "One-time notice of what is missing"),
    "started": Text("免申即享告知", "Notice of a benefit without application"),
    "reminder": Text("到龄提醒", "Reminder before a birthday"),
    "interim": Text("办理进展告知", "Interim notice"),
    "result": Text("帮扶救助综合告知书", "Combined notice of results"),
}

# Ways to complain: reconsideration within 60 days, court within 6 months (procedure §3.14; marked known there).
APPEAL = Text(
    "如有异议,可自收到本告知之日起60日内申请行政复议,或6个月内提起行政诉讼。",
    "If you disagree you may ask for administrative reconsideration within 60 days, or go to court within 6 months.",
)
PERIODS: dict[str, Text] = {
    "once": Text("一次性", "once"),
    "month": Text("每月", "a month"),
    "quarter": Text("每季度", "a quarter"),
    "term": Text("每学期", "a term"),
    "year": Text("每年", "a year"),
}


def item_line(catalogue: Catalogue, case: Case) -> dict[str, Any]:
    """One item of a letter: title, outcome, amount, reason, and how to appeal when it was refused."""
    item = catalogue.item(case.item)
    status = STATUSES[case.status]
    return {
        "item": case.item,
        "title": item.title.to_json(),
        "case": case.number,
        "status": case.status,
        "outcome": (OUTCOMES[case.outcome] if case.outcome and case.status == "open" else status).to_json(),
        "amount_fen": case.amount_fen if case.status == "confirmed" else None,
        "period": PERIODS[item.benefit.period].to_json() if item.benefit.period in PERIODS else None,
        "from": case.confirmed_on.isoformat() if case.confirmed_on else None,
        "promised": case.promised_on.isoformat() if case.promised_on else None,
        "reason": case.reason,
        "appeal": APPEAL.to_json() if case.status in {"refused", "not_together"} else None,
    }


def body(catalogue: Catalogue, cases: Iterable[Case], lines: Iterable[Text] = ()) -> dict[str, Any]:
    """A letter's content as data; pages and PDFs render it in either language."""
    return {"items": [item_line(catalogue, case) for case in cases], "lines": [line.to_json() for line in lines]}


def all_ended(cases: Iterable[Case]) -> bool:
    return all(case.status in ENDED for case in cases)
