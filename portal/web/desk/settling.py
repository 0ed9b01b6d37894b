"""Settling conflicts: every contradiction with what each side says, and a person's choice with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.cases.commands import settle_some
from portal.errors import FieldError
from portal.forms import Form, Question, from_posted
from portal.rendering.display import display_text
from portal.rendering.form_words import word
from portal.values import Text
from portal.verification.models import Conflict
from portal.verification.queries import TO_SETTLE, conflicts
from portal.verification.rules import BASES, rows_of
from portal.web.desk.foundation import Desk, Entry, StepPage, too_long, typed_reason

KEPT = Text("已保存 {count} 处核定结果。", "{count} settlements are saved.")
NOTHING_TYPED = Text("还没有填写核定结果。", "Nothing is settled yet.")
SEVERITIES: dict[str, Text] = {
    "block": Text("须核实", "Must be settled"),
    "review": Text("请核对", "To be checked"),
    "alert": Text("提醒", "Alert"),
    "info": Text("供参考", "For information"),
}


@dataclass(frozen=True)
class ConflictView:
    """One contradiction in words, with what was typed about it."""

    id: int
    title: Text
    severity: str
    severity_title: Text
    message: Mapping[str, Any]
    whose: str
    declared: str
    returned: str
    seen: str
    choices: tuple[tuple[str, Text], ...]
    needs_typing: bool
    options: tuple[tuple[str, str], ...]
    unit: str
    basis: str
    value: str
    reason: str
    settled_by: str
    settled_at: Any
    decided: str
    recorded_basis: Text | None
    recorded_reason: str


def _show(desk: Desk) -> Mapping[str, Any]:
    views = [_view(desk, conflict) for conflict in conflicts(desk.db, desk.application.id)]
    waiting = [view for view in views if view.settled_at is None and view.severity in TO_SETTLE]
    return {
        "open": waiting,
        "settled": [view for view in views if view.settled_at is not None],
        "other": [view for view in views if view.settled_at is None and view.severity not in TO_SETTLE],
    }


def _view(desk: Desk, conflict: Conflict) -> ConflictView:
    form = desk.catalogue.form("application", desk.application.items)
    question = _question(desk, conflict)
    sides = {"declared": conflict.declared, "returned": conflict.returned, "seen": conflict.seen}
    choices = [
        (basis, title) for basis, title in BASES.items() if basis in {"declared", "other"} or sides[basis] is not None
    ]
    typed = desk.typed
    return ConflictView(
        id=conflict.id,
        title=question.title if question is not None else Text.of(conflict.message["source"]),
        severity=conflict.severity,
        severity_title=SEVERITIES[conflict.severity],
        message=conflict.message,
        whose=_whose(desk, conflict),
        declared=_said(desk, form, question, conflict.declared),
        returned=_said(desk, form, question, conflict.returned),
        seen=_said(desk, form, question, conflict.seen),
        choices=tuple(choices),
        needs_typing=isinstance(conflict.returned, dict),
        options=_options(form, question, desk.lang),
        unit=word("yuan", desk.lang) if question is not None and question.type == "money" else "",
        basis=typed.get(f"_b{conflict.id}", ""),
        value=typed.get(f"_v{conflict.id}", ""),
        reason=typed.get(f"_r{conflict.id}", ""),
        settled_by=conflict.settled_by,
        settled_at=conflict.settled_at,
        decided=_said(desk, form, question, conflict.decided),
        recorded_basis=BASES.get(conflict.basis),
        recorded_reason=conflict.reason,
    )


def _question(desk: Desk, conflict: Conflict) -> Question | None:
    return desk.catalogue.bank.questions.get(conflict.question)


def _whose(desk: Desk, conflict: Conflict) -> str:
    """The person a conflict is about: the one the row names, or the one who was asked about."""
    group, _, position = conflict.row.partition("/")
    rows = rows_of(desk.answers, group)
    if position.isdigit() and int(position) < len(rows):
        row = rows[int(position)]
        named = row.get("member_name") or row.get("sup_name") or row.get("house_address")
        if named:
            return str(named)
    return str(conflict.message.get("person") or "")


def _said(desk: Desk, form: Form, question: Question | None, value: Any) -> str:
    """One side in words; a comparison that returned several fields says them by name."""
    if value is None:
        return ""
    if isinstance(value, dict) and not {"lat", "lng"} <= value.keys():
        return "; ".join(f"{_field_title(desk, name)} {_plain(one, desk.lang)}" for name, one in value.items())
    if question is not None:
        return (
            display_text(form, question, value, desk.lang)
            if question.id in form.questions
            else _plain(value, desk.lang)
        )
    return _plain(value, desk.lang)


def _field_title(desk: Desk, name: str) -> str:
    for comparison in desk.catalogue.comparisons.values():
        for one in comparison.returns:
            if one.id == name:
                return one.title.to(desk.lang)
    return name


def _plain(value: Any, lang: str) -> str:
    if isinstance(value, bool):
        return word("yes" if value else "no", lang)
    return str(value)


def _options(form: Form, question: Question | None, lang: str) -> tuple[tuple[str, str], ...]:
    """The answers a closed question can have; nothing for one that is typed."""
    if question is None or question.id not in form.questions:
        return ()
    if question.type == "boolean":
        return (("true", word("yes", lang)), ("false", word("no", lang)))
    if question.type in {"choice", "choices"} and question.codes is not None:
        return tuple((code, title.to(lang)) for code, title in form.code_lists[question.codes].values.items())
    return ()


# --- reading -----------------------------------------------------------------------------------------------------


def _read(desk: Desk) -> Entry:
    """Every conflict something was typed about. Ids that do not belong to this file are never read."""
    entries, faults = [], []
    for conflict in conflicts(desk.db, desk.application.id):
        basis = desk.typed.get(f"_b{conflict.id}", "")
        text = desk.typed.get(f"_v{conflict.id}", "").strip()
        reason = desk.typed.get(f"_r{conflict.id}", "").strip()
        if not basis and not text and not reason:
            continue
        value, unreadable = _typed_value(desk, conflict, text)
        faults += [*unreadable, *too_long(f"/settlements/{conflict.id}/reason", reason)]
        entries.append({"conflict": conflict.id, "basis": basis, "value": value, "reason": reason})
    reason = typed_reason(desk)
    return Entry({"settlements": entries}, reason, (*faults, *too_long("/reason", reason)))


def _typed_value(desk: Desk, conflict: Conflict, text: str) -> tuple[Any, list[FieldError]]:
    """A typed value as the question understands it."""
    form = desk.catalogue.form("application", desk.application.items)
    question = _question(desk, conflict)
    if not text:
        return None, []
    if question is None or question.id not in form.questions:
        return text, []
    name = f"{question.group}-0-{question.id}" if question.in_rows else question.id
    posted = from_posted(form, [(name, text)])
    if posted.errors:
        fault = posted.errors[0]
        return None, [FieldError(f"/settlements/{conflict.id}/value", question.id, fault.code, fault.message)]
    rows = posted.answers.get(question.group) if question.in_rows else None
    return (rows[0] if rows else posted.answers).get(question.id), []


def _save(desk: Desk, _value: str) -> Text:
    """Keep what is settled so far; the step stays open for the rest."""
    entry = _read(desk)
    entries = entry.payload["settlements"]
    if not entries:
        return NOTHING_TYPED
    settle_some(desk.db, desk.actor, desk.task.id, entries, now=desk.now)
    return Text(KEPT.zh.format(count=len(entries)), KEPT.en.format(count=len(entries)))


SETTLE = StepPage("settle", _show, _read, wide=True, buttons={"_save": _save})
