"""Validate the answers of a form: every fault at once, at its place, in the clerk's words, whatever arrives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from portal.errors import FieldError
from portal.forms import identity, limits, patterns
from portal.forms.bank import Form
from portal.forms.checking import check, check_id_number, fits
from portal.forms.composing import id_type_of
from portal.forms.conditions import Situation, situation
from portal.forms.questions import ROW_TITLES, Question
from portal.forms.sentences import ROW_N, fault
from portal.rules import Environment
from portal.values import Text

_FORM = Text("表单", "The form")
REQUIRED_CODES = {
    "choice": "choose", "choices": "choose", "boolean": "choose", "region": "choose", "member_reference": "choose",
    "photo": "upload", "file": "upload", "signature": "sign",
}  # fmt: skip


def validate(form: Form, answers: Any, env: Environment | None = None) -> list[FieldError]:
    """All faults in the order of the form; empty when the answers can be accepted.

    `env` carries the date and what is known beyond the form; without it, requirements that depend on ages stay open.
    """
    code = _structural_fault(answers)
    if code is not None:
        return [fault("", "", _FORM, code)]
    return list(islice(_faults(situation(form, answers, env)), limits.ERRORS))


def warnings(form: Form, answers: Mapping[str, Any]) -> list[FieldError]:
    """What looks wrong but does not stop anybody: the clerk looks again and goes on."""
    if _structural_fault(answers) is not None:
        return []
    found = list(_object_warnings(form, form.scalars, answers, ""))
    for name, questions in form.rows.items():
        for pointer, row in _row_objects(answers, name):
            found.extend(_object_warnings(form, questions, row, pointer))
    return found[: limits.ERRORS]


def missing_for(form: Form, answers: Mapping[str, Any], item: str, env: Environment | None = None) -> list[FieldError]:
    """What one item still waits for: the needed answers that are blank."""
    needed = {*form.core, *form.item_needs.get(item, ())}
    blank = {"required", "choose", "upload", "sign", "not_computed", "rows_required", "member_required"}
    asked_groups = {form.questions[q].group for q in needed if q in form.questions}
    return [
        error
        for error in validate(form, answers, env)
        if error.code in blank and (error.question in needed or error.question in asked_groups)
    ]


def _structural_fault(answers: Any) -> str | None:
    """Whether what arrived has the size and shape of answers at all; looks at a bounded number of nodes."""
    if not isinstance(answers, Mapping):
        return "not_answers"
    waiting: list[tuple[Any, int]] = [(answers, 0)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, Mapping | list):
            seen += len(node)
            if depth >= limits.DEPTH:
                return "too_deep"
            if seen > limits.NODES:
                return "too_large"
            if isinstance(node, Mapping) and not all(isinstance(key, str) and len(key) <= 200 for key in node):
                return "not_answers"
            waiting.extend((child, depth + 1) for child in (node.values() if isinstance(node, Mapping) else node))
        elif isinstance(node, str) and len(node) > limits.LONGEST:
            return "too_large"
    return None


def _faults(now: Situation) -> Iterator[FieldError]:
    form, answers = now.form, now.answers
    yield from _strangers(answers, {q.id for q in form.scalars} | set(form.rows), "")
    done: set[str] = set()
    for question in form.questions.values():
        if not question.in_rows:
            yield from _one(now, question, answers, "", None)
        elif question.group not in done:
            done.add(question.group)
            yield from _group(now, question.group)


def _group(now: Situation, name: str) -> Iterator[FieldError]:
    form, title = now.form, ROW_TITLES[name]
    if name not in now.answers:
        if name in form.needed_rows or now.rows_needed(name):
            yield fault(f"/{name}", name, title, "member_required" if name == "members" else "rows_required")
        return
    rows = now.answers[name]
    if not isinstance(rows, list):
        yield fault(f"/{name}", name, title, "not_rows")
    elif len(rows) > limits.ROWS:
        yield fault(f"/{name}", name, title, "too_many_rows", limit=limits.ROWS)
    elif not rows and name == "members" and any(question.required for question in form.rows[name]):
        yield fault(f"/{name}", name, title, "member_required")
    elif not rows and now.rows_needed(name):
        yield fault(f"/{name}", name, title, "rows_required")
    else:
        yield from _row_faults(now, name, rows)
        yield from _duplicates(form, name, rows)


def _row_faults(now: Situation, name: str, rows: list[Any]) -> Iterator[FieldError]:
    questions = now.form.rows[name]
    allowed = {question.id for question in questions} | {"row_id"}
    marks: set[str] = set()
    for at, row in enumerate(rows):
        pointer = f"/{name}/{at}"
        if not isinstance(row, Mapping):
            yield fault(pointer, name, ROW_TITLES[name], "not_a_row")
            continue
        yield from _strangers(row, allowed, pointer)
        if "row_id" in row:
            mark = row["row_id"]
            if not isinstance(mark, str) or not fits(patterns.ROW_ID, mark) or mark in marks:
                yield fault(f"{pointer}/row_id", name, ROW_TITLES[name], "row_id")
            else:
                marks.add(mark)
        for question in questions:
            yield from _one(now, question, row, pointer, row)


def _strangers(answers: Mapping[str, Any], allowed: set[str], pointer: str) -> Iterator[FieldError]:
    for name in answers:
        if name not in allowed:
            escaped = name.replace("~", "~0").replace("/", "~1")
            shown = name[:40].encode("utf-8", "replace").decode()
            yield fault(f"{pointer}/{escaped}", name, Text(shown, shown), "unknown")


def _one(
    now: Situation, question: Question, answers: Mapping[str, Any], base: str, row: Mapping[str, Any] | None
) -> Iterator[FieldError]:
    """The faults of one answer: blank though needed, wrong in itself, or at odds with another answer."""
    pointer = f"{base}/{question.id}"
    if question.id not in answers:
        if now.is_needed(question, row):
            code = "not_computed" if question.compute else REQUIRED_CODES.get(question.type, "required")
            yield fault(pointer, question.id, question.title, code)
        return
    value = answers[question.id]
    if question.type == "id_number":
        kind = id_type_of(question, now.form.questions)
        found = list(check_id_number(value, answers.get(kind) if kind is not None else None))
    else:
        found = list(check(question, value, now.form))
    for code, params in found:
        yield fault(pointer, question.id, question.title, code, **params)
    if found:
        return
    other = question.constraints.differs_from
    if other is not None and answers.get(other) == value:
        known = now.form.questions.get(other)
        yield fault(pointer, question.id, question.title, "same_as", other=known.title if known else Text(other, other))
    if question.type == "member_reference" and not _is_member(now, value):
        yield fault(pointer, question.id, question.title, "no_such_member")


def _is_member(now: Situation, mark: str) -> bool:
    members = now.answers.get("members", now.environment.facts.get("members"))
    if not isinstance(members, list | tuple):
        return True  # the members are not part of what we see; whoever joins the two checks it
    return any(isinstance(member, Mapping) and member.get("row_id") == mark for member in members)


def _duplicates(form: Form, name: str, rows: list[Any]) -> Iterator[FieldError]:
    for question in form.rows[name]:
        if not question.constraints.unique_in_group:
            continue
        first: dict[str, int] = {}
        for at, row in enumerate(rows):
            value = row.get(question.id) if isinstance(row, Mapping) else None
            if not isinstance(value, str) or not value:
                continue
            if value in first:
                title, n = ROW_TITLES[name], first[value] + 1
                other = Text(ROW_N.zh.format(n=n, title=title.zh), ROW_N.en.format(n=n, title=title.en))
                yield fault(f"/{name}/{at}/{question.id}", question.id, question.title, "duplicate", other=other)
            first.setdefault(value, at)


def _row_objects(answers: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    rows = answers.get(name)
    for at, row in enumerate(rows[: limits.ROWS] if isinstance(rows, list) else ()):
        if isinstance(row, Mapping):
            yield f"/{name}/{at}", row


def _object_warnings(
    form: Form, questions: tuple[Question, ...], answers: Mapping[str, Any], base: str
) -> Iterator[FieldError]:
    for question in questions:
        value = answers.get(question.id)
        if question.type == "bank_account" and isinstance(value, str) and fits(patterns.ACCOUNT, value):
            if not identity.passes_luhn(value):
                yield fault(f"{base}/{question.id}", question.id, question.title, "account_luhn")
        elif question.type == "id_number" and isinstance(value, str) and identity.resident_id_fault(value) is None:
            yield from _against_id(form, question, answers, base, value)


def _against_id(
    form: Form, question: Question, answers: Mapping[str, Any], base: str, number: str
) -> Iterator[FieldError]:
    stem = question.id.removesuffix("_id_no")
    birth, sex = form.questions.get(f"{stem}_birth_date"), form.questions.get(f"{stem}_sex")
    born = str(identity.born_on(number))
    if birth is not None and answers.get(birth.id, born) != born:
        yield fault(f"{base}/{birth.id}", birth.id, birth.title, "birth_differs", value=born)
    if sex is not None and answers.get(sex.id, identity.sex_of(number)) != identity.sex_of(number):
        yield fault(f"{base}/{sex.id}", sex.id, sex.title, "sex_differs")
