"""Complete answers for fictional families: given facts, everything else the form requires is filled plausibly."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from portal.cases.commands import checked
from portal.forms.identity import check_character

NOON = datetime(2022, 6, 1, 4, 0, tzinfo=UTC)
HUKOU = "321311106201"


def id_number(birth: str, serial: int = 11, region: str = "321311") -> str:
    """A citizen number with a valid checksum; the serial's parity is the sex (odd: male)."""
    stem = f"{region}{birth.replace('-', '')}{serial:03d}"
    return stem + check_character(stem)


def _value(form: Any, question: Any) -> Any:
    if question.id in {
        "auth_signed",
        "declare_true",
        "privacy_notice_ack",
        "privacy_sensitive_consent",
        "declare_report_change",
    }:
        return True
    if question.codes:
        code = next(iter(form.code_lists[question.codes].values))
        return [code] if question.type == "choices" else code
    return {
        "text": "示例",
        "textarea": "示例说明",
        "integer": 1,
        "decimal": 10,
        "money": 0,
        "date": "2022-05-01",
        "datetime": "2022-05-01T09:00:00+08:00",
        "boolean": False,
        "phone": "13900000000",
        "region": HUKOU,
        "bank_account": "6222021234567890128",
        "id_number": id_number("1980-01-01", 21),
        "choices": [],
        "member_reference": "m1",
    }.get(question.type)


def fill(form: Any, answers: dict[str, Any], faults: Any) -> bool:
    """Answer what is missing; False when nothing more could be filled."""
    changed = False
    for fault in faults:
        question = form.questions.get(fault.question)
        parts = fault.pointer.strip("/").split("/")
        if fault.code not in {"required", "choose", "rows_required"}:
            continue
        if question is None:
            if parts[0] not in answers:
                answers[parts[0]] = []
                changed = True
            continue
        target: Any = answers
        for part in parts[:-1]:
            target = target[int(part)] if isinstance(target, list) else target.setdefault(part, [])
        value = _value(form, question)
        if value is not None and isinstance(target, dict) and parts[-1] not in target:
            target[parts[-1]] = value
            changed = True
    return changed


def complete(
    release: Any, items: list[str], facts: dict[str, Any], now: datetime = NOON, window: str = "321302"
) -> dict[str, Any]:
    """Facts made into answers a window could submit."""
    form = release.catalogue.form("application", items)
    answers = copy.deepcopy({k: v for k, v in facts.items() if k in form.questions or isinstance(v, list)})
    rows = {group: list(form.rows.get(group, ())) for group in ("members", "houses", "supporters", "vehicles")}
    for group, known in rows.items():
        names = {getattr(q, "id", q) for q in known}
        if group in answers:
            answers[group] = [{k: v for k, v in row.items() if k in names and v is not None} for row in answers[group]]
    answers = {
        k: v
        for k, v in answers.items()
        if v is not None and (not isinstance(v, list) or k in form.rows or k in form.questions)
    }
    for position, member in enumerate(answers.get("members", [])):
        birth = member.get("member_birth_date", "1980-01-01")
        member.setdefault("member_name", f"示例成员{position}")
        member.setdefault("member_id_no", id_number(birth, 10 + 2 * position + (member.get("member_sex") == "1")))
        member.setdefault("auth_method", "paper")
    if answers.get("members"):
        answers.setdefault("applicant_name", answers["members"][0]["member_name"])
        answers.setdefault("applicant_id_no", answers["members"][0]["member_id_no"])
    answers.setdefault("hh_hukou_region", HUKOU)
    for _ in range(12):
        _, faults = checked(release, items, answers, window_region=window, channel="window", now=now)
        if not faults or not fill(form, answers, faults):
            break
    return answers
