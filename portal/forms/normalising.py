"""Bring answers into one spelling before they are checked: what people type differs, what is stored does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Final

from portal.forms import identity, limits
from portal.forms.bank import Form
from portal.forms.questions import Question

_INVISIBLE: Final = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_PLAIN: Final = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5}
_CAPITALS: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LOOSE_DATE: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_TIGHT_DATE: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_TIME: Final = re.compile(r"([0-9]{1,2}):?([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?")


def normalise(form: Form, answers: Any) -> Any:
    """The same answers in their stored spelling; blanks and nulls leave, wrong shapes stay for `validate` to name."""
    if not isinstance(answers, Mapping):
        return answers
    clean = _object(form, answers)
    for name in form.rows:
        rows = answers.get(name)
        if isinstance(rows, list) and len(rows) <= limits.ROWS:
            clean[name] = [_object(form, row) if isinstance(row, Mapping) else row for row in rows]
    return clean


def normalise_value(question: Question, value: Any) -> Any:
    """One answer in its stored spelling; None when it is blank."""
    if value in (None, "", []):
        return None
    return _BY_TYPE.get(question.type, _as_is)(value)


def _object(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for name, value in answers.items():
        question = form.questions.get(name)
        kept = value if question is None else normalise_value(question, value)
        if kept is not None:
            clean[name] = kept
    return clean


def _as_is(value: Any) -> Any:
    return value


def half_width(text: str) -> str:
    """Full-width digits, letters and signs as an input method writes them, to plain ones; no blanks around."""
    return _composed(text).translate(_PLAIN).strip()


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text.translate(_INVISIBLE))


def plain_text(text: str) -> str:
    """One line of text: composed characters, no invisible ones, no blanks around, line ends turned into blanks."""
    return " ".join(lines_of_text(text).split("\n"))


def lines_of_text(text: str) -> str:
    return _composed(text).replace("\r\n", "\n").replace("\r", "\n").strip()


def id_number(text: str) -> str:
    return identity.from_fifteen(re.sub(r"\s", "", half_width(text)).translate(_CAPITALS))


def phone(text: str) -> str:
    bare = re.sub(r"[\s()]", "", half_width(text).replace("—", "-").replace("–", "-"))
    bare = re.sub(r"^(\+86|0086)-?", "", bare)
    return bare.replace("-", "") if re.fullmatch(r"1[0-9-]{10,13}", bare) else bare


def digits(text: str) -> str:
    return re.sub(r"[\s-]", "", half_width(text))


def region_code(text: str) -> str:
    """The code in front of a chosen suggestion: "321311106201 仓集镇…" is 321311106201."""
    bare = half_width(text)
    match = re.fullmatch(r"([0-9]{4,12})\s.*", bare, re.DOTALL)
    return match[1] if match is not None else bare


def iso_date(text: str) -> str:
    """20250308, 2025/3/8, 2025.3.8 and 2025年3月8日 as 2025-03-08; anything else as it was."""
    bare = half_width(text)
    match = _LOOSE_DATE.fullmatch(bare) or _TIGHT_DATE.fullmatch(bare)
    if match is None:
        return bare
    year, month, day = match.groups()
    return f"{year}-{int(month):02d}-{int(day):02d}"


def iso_moment(text: str) -> str:
    """A day and a time as RFC 3339; a time without a zone is Beijing time, the only one in use."""
    parts = re.split(r"[T\s]+", half_width(text), maxsplit=1)
    time = _TIME.fullmatch(parts[1]) if len(parts) == 2 else None
    if time is None:
        return half_width(text)
    hour, minute, second, zone = time.groups()
    return f"{iso_date(parts[0])}T{int(hour):02d}:{minute}:{second or '00'}{zone or '+08:00'}"


def _if_text(change: Callable[[str], str]) -> Callable[[Any], Any]:
    def apply(value: Any) -> Any:
        if not isinstance(value, str) or len(value) > limits.LONGEST:
            return value
        return change(value) or None

    return apply


def _whole(value: Any) -> Any:
    """1.0 is the whole number 1; a number that is not whole stays for `validate`."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _each(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: [change(one) for one in value] if isinstance(value, list) and len(value) <= 200 else value


def _file_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


_BY_TYPE: Final[Mapping[str, Callable[[Any], Any]]] = {
    "text": _if_text(plain_text),
    "textarea": _if_text(lines_of_text),
    "integer": _whole,
    "money": _whole,
    "date": _if_text(iso_date),
    "datetime": _if_text(iso_moment),
    "choice": _if_text(plain_text),
    "choices": _each(_if_text(plain_text)),
    "id_number": _if_text(id_number),
    "phone": _if_text(phone),
    "region": _if_text(region_code),
    "photo": _file_list,
    "file": _file_list,
    "bank_account": _if_text(digits),
}
