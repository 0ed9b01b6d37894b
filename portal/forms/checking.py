"""Check one answer against its question: a small function per type, each naming the fault precisely."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from portal.forms import identity, limits, patterns
from portal.forms.bank import Form
from portal.forms.questions import Question
from portal.forms.schemas import RESIDENT_ID_TYPES, bounds
from portal.forms.sentences import LEVELS
from portal.values import yuan

Fault = tuple[str, dict[str, Any]]
Check = Callable[[Question, Any, Form], Iterator[Fault]]

_CONTROL: Final = re.compile(patterns.CONTROL)
_CONTROL_IN_LINES: Final = re.compile(patterns.CONTROL_IN_LINES)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def fits(pattern: str, text: str) -> bool:
    """The whole text fits: a line end after it does not pass, as it would with a bare `$`."""
    return _compiled(pattern).fullmatch(text) is not None


def check(question: Question, value: Any, form: Form) -> Iterator[Fault]:
    """Every fault of one answer, as codes with what their sentences need."""
    return _CHECKS[question.type](question, value, form)


def check_id_number(value: Any, document_type: Any) -> Iterator[Fault]:
    """A citizen number must check; the numbers of other documents only look like a number."""
    if not isinstance(value, str) or not _is_clean(value, 30):
        yield "id_document", {}
    elif document_type is None or document_type in RESIDENT_ID_TYPES:
        fault = identity.resident_id_fault(value)
        if fault is not None:
            yield fault, {"actual": len(value)}
    elif not fits(patterns.ANY_ID, value):
        yield "id_document", {}


def _is_clean(value: str, longest: int) -> bool:
    return len(value) <= longest and not _CONTROL.search(value) and not _SURROGATE.search(value)


def _text(question: Question, value: Any, _form: Form) -> Iterator[Fault]:
    lines = question.type == "textarea"
    longest = question.constraints.max_length or (limits.TEXTAREA if lines else limits.TEXT)
    if not isinstance(value, str):
        yield "text_type", {}
    elif not value:
        yield "required", {}
    elif len(value) > longest:
        yield "too_long", {"limit": longest, "actual": len(value)}
    elif (_CONTROL_IN_LINES if lines else _CONTROL).search(value) or _SURROGATE.search(value):
        yield "control", {}
    elif question.constraints.pattern is not None and not lines and not fits(question.constraints.pattern, value):
        yield "pattern", {}


def is_number(value: Any) -> bool:
    """A JSON number: no boolean, no NaN, no infinity."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _number(question: Question, value: Any, _form: Form) -> Iterator[Fault]:
    money, whole = question.type == "money", question.type != "decimal"
    if not is_number(value):
        yield "money_type" if money else "not_a_number", {}
        return
    if whole and value != int(value):
        yield "money_type" if money else "not_whole", {}
        return
    lowest, highest = bounds(question, limits.SUM if money else limits.COUNT)
    if value < lowest:
        yield "min", {"limit": _shown(lowest, money)}
    elif value > highest:
        yield "max", {"limit": _shown(highest, money)}


def _shown(limit: float, money: bool) -> str:
    return f"{yuan(int(limit))} 元" if money else f"{limit:g}"


def _date(_question: Question, value: Any, _form: Form) -> Iterator[Fault]:
    if not isinstance(value, str) or not fits(patterns.DATE, value):
        yield "not_a_date", {}
    elif identity.parse_date(value) is None:
        yield "no_such_day", {"value": value}


def _datetime(_question: Question, value: Any, _form: Form) -> Iterator[Fault]:
    if not isinstance(value, str) or not fits(patterns.DATETIME, value):
        yield "not_a_moment", {}
    elif identity.parse_moment(value) is None:
        yield "no_such_day", {"value": value}


def _boolean(_question: Question, value: Any, _form: Form) -> Iterator[Fault]:
    if not isinstance(value, bool):
        yield "yes_no", {}


def _choice(question: Question, value: Any, form: Form) -> Iterator[Fault]:
    if not isinstance(value, str) or value not in form.code_lists[str(question.codes)].values:
        yield "code", {"value": str(value)[:20] if isinstance(value, str | int | float) else "…"}


def _choices(question: Question, value: Any, form: Form) -> Iterator[Fault]:
    least = question.constraints.min_items or 0
    if not isinstance(value, list):
        yield "type", {}
    elif len(value) < least:
        yield "min_items", {"limit": least}
    elif len(value) > 200:
        yield "max_items", {"limit": 200}
    else:
        faults = [fault for one in value for fault in _choice(question, one, form)]
        yield from faults[:1]
        if not faults and len(set(value)) < len(value):
            yield "repeated", {}


def _phone(_question: Question, value: Any, _form: Form) -> Iterator[Fault]:
    if not isinstance(value, str) or not fits(patterns.PHONE, value):
        yield "phone", {}


def _region(question: Question, value: Any, _form: Form) -> Iterator[Fault]:
    level = question.constraints.level
    if not isinstance(value, str) or not fits(patterns.REGION, value):
        yield "region", {}
    elif level is not None and not fits(patterns.REGION_LEVELS[level], value):
        yield "region_level", {"level": LEVELS[level]}


def _file(_question: Question, value: Any, _form: Form) -> Iterator[Fault]:
    if not isinstance(value, str) or not fits(patterns.FILE, value):
        yield "file", {}


def _files(question: Question, value: Any, form: Form) -> Iterator[Fault]:
    least = max(1, question.constraints.min_items or 1)
    if not isinstance(value, list):
        yield "file", {}
    elif len(value) < least:
        yield "min_items", {"limit": least}
    elif len(value) > limits.FILES:
        yield "max_items", {"limit": limits.FILES}
    else:
        faults = [fault for one in value for fault in _file(question, one, form)]
        yield from faults[:1]
        if not faults and len(set(value)) < len(value):
            yield "repeated", {}


def _geo(_question: Question, value: Any, _form: Form) -> Iterator[Fault]:
    ranges = {"lat": (-90, 90), "lng": (-180, 180), "accuracy": (0, 1_000_000)}
    if (
        not isinstance(value, Mapping)
        or not {"lat", "lng"} <= set(value) <= set(ranges)
        or not all(is_number(v) and ranges[k][0] <= v <= ranges[k][1] for k, v in value.items())
    ):
        yield "position", {}


def _account(_question: Question, value: Any, _form: Form) -> Iterator[Fault]:
    if not isinstance(value, str) or not fits(patterns.ACCOUNT, value):
        yield "account", {}


def _reference(_question: Question, value: Any, _form: Form) -> Iterator[Fault]:
    if not isinstance(value, str) or not fits(patterns.ROW_ID, value):
        yield "no_such_member", {}


_CHECKS: Final[Mapping[str, Check]] = {
    "text": _text,
    "textarea": _text,
    "integer": _number,
    "decimal": _number,
    "money": _number,
    "date": _date,
    "datetime": _datetime,
    "boolean": _boolean,
    "choice": _choice,
    "choices": _choices,
    "id_number": lambda _question, value, _form: check_id_number(value, None),
    "phone": _phone,
    "region": _region,
    "photo": _files,
    "file": _files,
    "signature": _file,
    "geo": _geo,
    "bank_account": _account,
    "member_reference": _reference,
}
