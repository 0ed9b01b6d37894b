"""Read a posted page: names and typed texts become answers, and nothing that was typed is ever lost.

Names: `inc_wage_local`; rows `members-0-member_name`, their mark `members-0-row_id`; several choices repeat the name;
`houses-none` says that there are none. Buttons: `_add=houses`, `_remove=houses-1`, `_none=income`; other names with
an underscore in front are the page's own and left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from portal.errors import FieldError
from portal.forms import limits
from portal.forms.bank import Form
from portal.forms.normalising import half_width, normalise_value
from portal.forms.questions import Question
from portal.forms.sentences import fault
from portal.forms.validating import validate
from portal.rules import Environment
from portal.values import parse_yuan

_ROW_NAME: Final = re.compile(r"([a-z][a-z_]*)-([0-9]{1,4})-([a-z][a-z0-9_]*)")
_ROW: Final = re.compile(r"([a-z][a-z_]*)-([0-9]{1,4})")
_YES_NO: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class Posted:
    """What a page sent: the answers that could be read, the texts that could not, and the button that was pressed."""

    answers: dict[str, Any]
    raw: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    pressed: tuple[tuple[str, str], ...] = ()

    @property
    def as_typed(self) -> dict[str, Any]:
        """The answers with every text that could not be read standing in its place: a draft keeps these too."""
        kept = {
            name: [dict(row) if isinstance(row, Mapping) else row for row in value]
            if isinstance(value, list)
            else value
            for name, value in self.answers.items()
        }
        for name, text in self.raw.items():
            match = _ROW_NAME.fullmatch(name)
            if match is None:
                kept[name] = text
            elif isinstance(kept.get(match[1]), list) and int(match[2]) < len(kept[match[1]]):
                kept[match[1]][int(match[2])][match[3]] = text
        return kept


def from_posted(form: Form, pairs: Iterable[tuple[str, str]]) -> Posted:
    """Answers from the names and values of a posted form; amounts typed in yuan become 分, exactly."""
    values: dict[str, list[str]] = {}
    pressed: list[tuple[str, str]] = []
    for at, (name, value) in enumerate(pairs):
        if at >= limits.FIELDS:
            break
        if name.startswith("_"):
            pressed.append((name, value))
        else:
            values.setdefault(name, []).append(value)
    reader = _Reader(form)
    answers = reader.object(form.scalars, "", "", values)
    for group in form.rows:
        rows = reader.rows(group, values, _removed(pressed, group), ("_add", group) in pressed)
        if rows is not None:
            answers[group] = rows
    for name, section in pressed:
        if name == "_none":
            answers = none_of_these(form, answers, section, reader.raw)
    return Posted(answers, reader.raw, tuple(reader.errors), tuple(pressed))


def none_of_these(
    form: Form, answers: Mapping[str, Any], section: str, raw: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Answer “none of these”: zero for every blank amount of the section; what somebody typed stays."""
    filled = dict(answers)
    known = form.sections.get(section)
    for name in known.none_questions if known is not None else ():
        question = form.questions.get(name)
        if question is not None and not question.in_rows and name not in filled and name not in (raw or {}):
            filled[name] = 0
    return filled


def errors_of(form: Form, posted: Posted, env: Environment | None = None) -> list[FieldError]:
    """Faults of a posted page: unreadable texts first-hand, everything else from `validate`, one per place."""
    unreadable = {error.pointer: error for error in posted.errors}
    rest = [error for error in validate(form, posted.answers, env) if error.pointer not in unreadable]
    return in_form_order(form, [*unreadable.values(), *rest])


def in_form_order(form: Form, errors: Iterable[FieldError]) -> list[FieldError]:
    """Faults in the order in which the page asks, rows by their number."""
    groups = {q.group: at for at, q in reversed(list(enumerate(form.questions.values())))}

    def place(error: FieldError) -> tuple[int, int, int]:
        parts = error.pointer.split("/")
        asked = form.order.get(error.question, -1)
        if len(parts) > 2 and parts[2].isdigit():
            return groups.get(parts[1], -1), int(parts[2]), asked
        return (groups.get(error.question, -1), 0, 0) if error.question in form.rows else (asked, 0, 0)

    return sorted(errors, key=place)


def unreadable(form: Form, answers: Mapping[str, Any]) -> list[FieldError]:
    """The texts a draft keeps because nobody could read them (see `Posted.as_typed`), named like on the day they were
    typed.
    """
    found = [error for question in form.scalars for error in _unread(question, answers, "")]
    for group, questions in form.rows.items():
        rows = answers.get(group)
        for at, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, Mapping):
                found += [error for question in questions for error in _unread(question, row, f"/{group}/{at}")]
    return found


def _unread(question: Question, answers: Mapping[str, Any], pointer: str) -> list[FieldError]:
    value, reader = answers.get(question.id), _READERS.get(question.type)
    if reader is None or not isinstance(value, str):
        return []
    try:
        reader(question, [value])
    except _Unreadable as error:
        return [fault(f"{pointer}/{question.id}", question.id, question.title, error.code)]
    return []


def _removed(pressed: list[tuple[str, str]], group: str) -> frozenset[int]:
    rows = (_ROW.fullmatch(value) for name, value in pressed if name == "_remove")
    return frozenset(int(match[2]) for match in rows if match is not None and match[1] == group)


class _Reader:
    """Collects the texts that could not be read while it reads the rest."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.raw: dict[str, str] = {}
        self.errors: list[FieldError] = []

    def object(
        self,
        questions: Iterable[Question],
        prefix: str,
        pointer: str,
        values: Mapping[str, list[str]],
        source: str = "",
    ) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        for question in questions:
            texts = values.get(f"{source or prefix}{question.id}")
            if texts is None:
                continue
            try:
                value = _READERS.get(question.type, _one)(question, texts)
            except _Unreadable as unreadable:
                self.raw[f"{prefix}{question.id}"] = unreadable.text
                self.errors.append(fault(f"{pointer}/{question.id}", question.id, question.title, unreadable.code))
                continue
            if value is not None:
                answers[question.id] = value
        return answers

    def rows(
        self, group: str, values: Mapping[str, list[str]], removed: frozenset[int], add: bool
    ) -> list[dict[str, Any]] | None:
        """The rows of a group, numbered anew without gaps; None when the page did not show the group."""
        matches = (_ROW_NAME.fullmatch(name) for name in values)
        present = sorted({int(match[2]) for match in matches if match is not None and match[1] == group})
        rows: list[dict[str, Any]] = []
        for number in present[: limits.ROWS + 1]:
            if number not in removed:
                at = len(rows)
                row = self.object(
                    self.form.rows[group], f"{group}-{at}-", f"/{group}/{at}", values, f"{group}-{number}-"
                )
                mark = (values.get(f"{group}-{number}-row_id") or [""])[0].strip()
                rows.append({"row_id": mark, **row} if mark else row)
        if add and len(rows) < limits.ROWS:
            rows.append({})
        _mark(group, rows)
        if rows:
            return rows
        return [] if f"{group}-none" in values else None


def _mark(group: str, rows: list[dict[str, Any]]) -> None:
    """Give every row a mark that stays with it, so that references and earlier values find it again."""
    letter = group[0]
    used = {row.get("row_id") for row in rows}
    number = 0
    for row in rows:
        if "row_id" not in row:
            number += 1
            while f"{letter}{number}" in used:
                number += 1
            row["row_id"] = f"{letter}{number}"
            used.add(row["row_id"])


class _Unreadable(Exception):  # noqa: N818 - a typed text, not a fault of the program
    def __init__(self, text: str, code: str) -> None:
        self.text = text
        self.code = code
        super().__init__(code)


def _one(question: Question, texts: list[str]) -> Any:
    return normalise_value(question, texts[-1].strip())


def _many(question: Question, texts: list[str]) -> Any:
    chosen = [text.strip() for text in dict.fromkeys(texts) if text.strip()]
    return normalise_value(question, chosen)


def _yes_no(_question: Question, texts: list[str]) -> Any:
    text = texts[-1].strip()
    if text and text not in _YES_NO:
        raise _Unreadable(text, "yes_no")
    return _YES_NO.get(text)


def _money(_question: Question, texts: list[str]) -> Any:
    text = half_width(texts[-1]).removeprefix("¥").removesuffix("元").strip()
    if not text:
        return None
    # Only plain digits: "1e3" or "0x10" are slips of the finger, not amounts.
    if not re.fullmatch(r"-?[0-9][0-9,]{0,30}(\.[0-9]{1,2})?", text):
        raise _Unreadable(texts[-1], "not_an_amount")
    try:
        return int(parse_yuan(text))
    except ValueError:
        raise _Unreadable(texts[-1], "not_an_amount") from None


def _integer(_question: Question, texts: list[str]) -> Any:
    text = half_width(texts[-1]).replace(",", "")
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise _Unreadable(texts[-1], "not_whole")
    return int(text)


def _decimal(_question: Question, texts: list[str]) -> Any:
    text = half_width(texts[-1]).replace(",", "")
    if not text:
        return None
    try:
        number = Decimal(text) if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", text) else None
    except InvalidOperation:
        number = None
    if number is None:
        raise _Unreadable(texts[-1], "not_a_number")
    return int(number) if number == number.to_integral_value() else float(number)


def _position(_question: Question, texts: list[str]) -> Any:
    text = half_width(texts[-1])
    if not text:
        return None
    match = re.fullmatch(r"(-?[0-9]{1,3}(?:\.[0-9]{1,8})?)\s*[,;\s]\s*(-?[0-9]{1,3}(?:\.[0-9]{1,8})?)", text)
    if match is None:
        raise _Unreadable(texts[-1], "position")
    return {"lat": float(match[1]), "lng": float(match[2])}


_READERS: Final = {
    "integer": _integer,
    "decimal": _decimal,
    "money": _money,
    "boolean": _yes_no,
    "choices": _many,
    "photo": _many,
    "file": _many,
    "geo": _position,
}


def merge(form: Form, before: Mapping[str, Any], posted: Posted, sections: Iterable[str] | None = None) -> Posted:
    """Answers of a page that shows only some sections, put over what was answered before.

    A question that the page showed and that came back blank is blank now; everything else stays. Rows are joined by
    their mark; only the page that owns a row group (its first section) can add or remove rows.
    """
    shown = set(form.sections if sections is None else sections)
    on_page = {q.id for q in form.questions.values() if q.section in shown}
    merged = {name: value for name, value in before.items() if name not in on_page}
    merged |= {name: value for name, value in posted.answers.items() if name not in form.rows}
    for group, questions in form.rows.items():
        asked = {q.id for q in questions} & on_page
        if not asked:
            continue
        earlier = [row for row in before.get(group, ()) if isinstance(row, Mapping)]
        fresh = posted.answers.get(group)
        owns = questions[0].section in shown
        if fresh is None:
            if owns:
                merged.pop(group, None)
            continue
        kept = {row.get("row_id"): {k: v for k, v in row.items() if k not in asked} for row in earlier}
        rows = [{**kept.get(row.get("row_id"), {}), **row} for row in fresh]
        if not owns:
            answered = {row.get("row_id"): row for row in rows}
            rows = [answered.get(row.get("row_id"), dict(row)) for row in earlier]
        merged[group] = rows
    return Posted(merged, posted.raw, posted.errors, posted.pressed)
