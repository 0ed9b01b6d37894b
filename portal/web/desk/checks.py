"""The comparisons: what every register said about every person, collecting answers, typing one in by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.catalogue.model import Comparison, Returned
from portal.db import vault_of
from portal.errors import INVALID, NOT_FOUND, FieldError, Refused
from portal.forms import masked
from portal.forms.identity import holds_citizen_number, parse_date
from portal.forms.normalising import iso_date
from portal.rendering.form_words import word
from portal.values import Text, parse_yuan, yuan
from portal.verification import commands, queries
from portal.verification.commands import SEALED_FIELDS
from portal.verification.models import Check
from portal.verification.queries import TO_SETTLE
from portal.verification.rules import ANSWERED, NEXT, STATES, WAITING
from portal.web.desk.foundation import Desk, Press, StepPage, reason_only

COLLECTED = Text("收到 {count} 项新的比对结果。", "{count} new answers came in.")
NOTHING_NEW = Text("暂时没有新的比对结果。", "No new answers for now.")
RECORDED = Text("{check}的结果已登记。", "The answer of {check} is recorded.")
LONGEST_VALUE = 200


@dataclass(frozen=True)
class CheckLine:
    """One comparison about one person, in words."""

    id: int
    code: str
    title: Text
    agency: Text
    state: str
    state_title: Text
    letter_no: str
    due_on: date | None
    late: bool
    answered_at: Any
    values: tuple[tuple[Text, str], ...]
    inputs: tuple[Returned, ...]
    choices: tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class PersonLines:
    """Everything asked about one person."""

    name: str
    lines: tuple[CheckLine, ...]

    @property
    def waiting(self) -> int:
        return sum(line.state not in ANSWERED for line in self.lines)

    @property
    def unsigned(self) -> bool:
        """Nothing was sent, because this person signed no letter."""
        return all(line.state == "not_sent" for line in self.lines)

    @property
    def open(self) -> bool:
        """Whether there is something to do about this person."""
        return any(line.state in WAITING for line in self.lines)


def _show(desk: Desk) -> Mapping[str, Any]:
    report = queries.summary(desk.db, desk.application.id)
    people = [PersonLines(one.name, tuple(_line(desk, check) for check in one.checks)) for one in report.people]
    return {
        "report": report,
        "people": people,
        "can_collect": any(check.state in WAITING for one in report.people for check in one.checks),
        "to_settle": TO_SETTLE,
        "nothing_to_explain": report.complete,
    }


def _line(desk: Desk, check: Check) -> CheckLine:
    comparison = desk.catalogue.comparisons[check.code]
    choices = tuple(
        (state, STATES[state]) for state in ("returned", "no_record", "error") if state in NEXT[check.state]
    )
    return CheckLine(
        id=check.id,
        code=check.code,
        title=comparison.title,
        agency=comparison.agency,
        state=check.state,
        state_title=STATES[check.state],
        letter_no=check.letter_no,
        due_on=check.due_on,
        late=check.due_on is not None and check.due_on < desk.today and check.state in WAITING,
        answered_at=check.returned_at,
        values=_values(desk, comparison, check),
        inputs=comparison.returns,
        choices=choices,
    )


def _values(desk: Desk, comparison: Comparison, check: Check) -> tuple[tuple[Text, str], ...]:
    """What came back, field by field, numbers of people and accounts masked."""
    returned = vault_of(desk.db).open_in(check.returned or {})
    return tuple(
        (one.title, _said(one, returned[one.id], desk.lang))
        for one in comparison.returns
        if returned.get(one.id) is not None
    )


def _said(field: Returned, value: Any, lang: str) -> str:
    if isinstance(value, bool):
        return word("yes" if value else "no", lang)
    if field.type == "money" and isinstance(value, int):
        return f"{yuan(value)} {word('yuan', lang)}"
    text = str(value)
    return masked(text) if field.id in SEALED_FIELDS or holds_citizen_number(text) else text


# --- buttons -----------------------------------------------------------------------------------------------------


def _collect(desk: Desk, _value: str) -> Text:
    came = commands.collect_answers(desk.db, desk.actor, desk.application, desk.catalogue, now=desk.now)
    return Text(COLLECTED.zh.format(count=came), COLLECTED.en.format(count=came)) if came else NOTHING_NEW


def _record(desk: Desk, value: str) -> Text:
    """Write down one answer by hand; only a comparison of this very file can be named."""
    mine = {str(check.id): check for check in queries.checks(desk.db, desk.application.id)}
    check = mine.get(value)
    if check is None:
        raise Refused(NOT_FOUND)
    comparison = desk.catalogue.comparisons[check.code]
    state = desk.typed.get(f"_k{check.id}", "")
    fields, faults = _typed_fields(desk, check, comparison) if state == "returned" else ({}, [])
    if not state:
        faults.append(_fault(check, "", Text("请选择结果。", "Choose what came back.")))
    if faults:
        raise Refused(INVALID, tuple(faults), count=len(faults))
    commands.record_result(desk.db, desk.actor, check.id, state, fields, now=desk.now)
    return Text(RECORDED.zh.format(check=comparison.title.zh), RECORDED.en.format(check=comparison.title.en))


def _typed_fields(desk: Desk, check: Check, comparison: Comparison) -> tuple[dict[str, Any], list[FieldError]]:
    fields: dict[str, Any] = {}
    faults: list[FieldError] = []
    for one in comparison.returns:
        text = desk.typed.get(f"_c{check.id}_{one.id}", "").strip()
        if not text:
            continue
        try:
            fields[one.id] = READERS.get(one.type, _text)(text)
        except ValueError:
            faults.append(_fault(check, one.id, UNREADABLE.get(one.type, UNREADABLE["text"])))
    return fields, faults


def _fault(check: Check, name: str, message: Text) -> FieldError:
    pointer = f"/checks/{check.id}/{name}" if name else f"/checks/{check.id}"
    return FieldError(pointer, name, "unreadable", message)


def _text(text: str) -> str:
    if len(text) > LONGEST_VALUE:
        raise ValueError(text[:20])
    return text


def _number(text: str) -> int | float:
    number = float(text.replace(",", ""))
    if not abs(number) < 1e12:
        raise ValueError(text)
    return int(number) if number.is_integer() else number


def _day(text: str) -> str:
    day = iso_date(text)
    if parse_date(day) is None:
        raise ValueError(text)
    return day


def _yes_no(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text == "true"


READERS: dict[str, Callable[[str], Any]] = {
    "text": _text,
    "integer": _number,
    "decimal": _number,
    "money": lambda text: int(parse_yuan(text)),
    "date": _day,
    "boolean": _yes_no,
}
UNREADABLE: dict[str, Text] = {
    "text": Text("最多 200 个字。", "At most 200 characters."),
    "integer": Text("请填数字。", "Write a number."),
    "decimal": Text("请填数字。", "Write a number."),
    "money": Text("请按元填写,最多两位小数。", "Write yuan with at most two decimals."),
    "date": Text("请填日期,如 20250308。", "Write a date such as 20250308."),
    "boolean": Text("请选择是或否。", "Choose yes or no."),
}
BUTTONS: dict[str, Press] = {"_collect": _collect, "_record": _record}
WHY_GO_ON = Text("未全部回复而先行办理的理由", "Why to go on without every answer")
VERIFY = StepPage("verify", _show, reason_only, wide=True, asks=WHY_GO_ON, buttons=BUTTONS)
