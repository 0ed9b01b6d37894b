"""The township's smaller steps: publicity, objections, a department's question, works, and help before papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.cases.history import HistoryLine, history
from portal.cases.letters import PERIODS
from portal.cases.models import Case
from portal.cases.signing import signers
from portal.errors import FieldError
from portal.organisation.queries import CITY_TIME, region_title
from portal.values import Text, parse_yuan
from portal.verification.rules import rows_of
from portal.web.desk.foundation import Desk, Entry, StepPage, reason_only, too_long, typed_reason
from portal.web.desk.opinions import item_view

NOT_AN_AMOUNT = Text("请按元填写,最多两位小数。", "Write yuan with at most two decimals.")


@dataclass(frozen=True)
class Posting:
    """What hangs on the village board: name, village, people, kind and amount, and nothing else (procedure §3.11).

    Never the number, the address, an illness or a disability, nor the name of a child.
    """

    name: str
    village: Text
    people: int
    item: Text
    amount_fen: int | None
    period: Text | None
    first_day: date
    last_day: date | None


def posting(desk: Desk, case: Case) -> Posting:
    item = desk.catalogue.item(case.item)
    members = rows_of(desk.answers, "members")
    awarded = [one for one in case.persons if isinstance(one, dict) and one.get("outcome") in {None, "eligible"}]
    applicant = next((one for one in signers(desk.application, desk.catalogue, desk.answers, desk.today)), None)
    is_child = applicant is not None and applicant.kind == "applicant" and applicant.minor
    return Posting(
        name=f"{case.applicant_name[:1]}某" if is_child else case.applicant_name,
        village=region_title(desk.db, desk.application.region_code),
        people=max(1, len(awarded)) if item.unit == "person" else max(1, len(members)),
        item=item.title,
        amount_fen=case.amount_fen,
        period=PERIODS.get(item.benefit.period),
        first_day=desk.task.opened_at.astimezone(CITY_TIME).date(),
        last_day=desk.task.due_on,
    )


def _last(desk: Desk, *choices: str) -> HistoryLine | None:
    """The last time one of these actions was taken on this case: what is to be answered now."""
    only = [desk.case.id] if desk.case is not None else []
    lines = history(desk.db, desk.application.id, desk.catalogue, only=only)
    found = [line for line in lines if line.choice in choices and line.item is not None]
    return found[-1] if found else None


def _show_publicity(desk: Desk) -> Mapping[str, Any]:
    return {"posting": posting(desk, desk.case) if desk.case is not None else None}


def _show_investigate(desk: Desk) -> Mapping[str, Any]:
    return {"objection": _last(desk, "objection"), **_show_publicity(desk)}


def _show_question(desk: Desk) -> Mapping[str, Any]:
    return {"question": _last(desk, "ask_fact"), "view": item_view(desk, desk.case) if desk.case is not None else None}


def _show_works(desk: Desk) -> Mapping[str, Any]:
    return {"failed": _last(desk, "failed"), "view": item_view(desk, desk.case) if desk.case is not None else None}


def _show_help(desk: Desk) -> Mapping[str, Any]:
    return {
        "ceiling": int(desk.catalogue.parameters_on(desk.today).get("p_dibao", 0)),
        "amount": desk.typed.get("_amount", ""),
        "why": desk.application.answers.get("app_reason_text") or "",
    }


def _read_help(desk: Desk) -> Entry:
    """The amount is typed in yuan; only helping at once needs one."""
    reason = typed_reason(desk)
    faults = too_long("/reason", reason)
    if desk.typed.get("_action") != "help":
        return Entry({}, reason, faults)
    try:
        amount = int(parse_yuan(desk.typed.get("_amount", "")))
    except ValueError:
        return Entry({}, reason, (FieldError("/amount_fen", "amount_fen", "not_an_amount", NOT_AN_AMOUNT), *faults))
    return Entry({"amount_fen": amount}, reason, faults)


PUBLICITY = StepPage("publicity", _show_publicity, reason_only)
INVESTIGATE = StepPage("investigate", _show_investigate, reason_only)
ANSWER_FACT = StepPage(
    "answer_fact", _show_question, reason_only, asks=Text("核实结果(必填)", "What was found out (required)")
)
WORKS = StepPage("works", _show_works, reason_only)
HELP = StepPage("help", _show_help, _read_help)
