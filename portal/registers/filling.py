"""Putting what registers know into a form: nothing typed is replaced, and every value keeps where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.forms import Form, Origin, Question, normalise_value


@dataclass(frozen=True)
class Known:
    """What the registers say about people: answers by question for each id number, and where each came from."""

    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    origins: Mapping[str, Mapping[str, Origin]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.answers)


def id_numbers_in(form: Form, answers: Mapping[str, Any]) -> set[str]:
    """Every id number the answers name: whom to ask the registers about."""
    questions = [question for question in form.questions.values() if question.type == "id_number"]
    rows = [answers, *(row for group in form.rows for row in answers.get(group) or () if isinstance(row, Mapping))]
    found = {row.get(question.id) for row in rows for question in questions}
    return {number for number in found if isinstance(number, str) and number}


def filled(form: Form, known: Known, answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Origin]]:
    """Answers with every blank filled that a register knows, and the origin of each by JSON pointer.

    What the applicant's own rows say fills the scalars; rows are met by their id number. The origin of a value
    somebody typed differently is given all the same, so that a page can show the difference.
    """
    result = dict(answers)
    origins: dict[str, Origin] = {}
    _fill(form.scalars, known, str(answers.get("applicant_id_no") or ""), result, "", origins)
    for group, questions in form.rows.items():
        rows = answers.get(group)
        if not isinstance(rows, list):
            continue
        keys = [question.id for question in questions if question.type == "id_number"]
        result[group] = []
        for at, row in enumerate(rows):
            if not isinstance(row, Mapping):
                result[group].append(row)
                continue
            copy = dict(row)
            number = next((str(row[key]) for key in keys if row.get(key)), "")
            _fill(questions, known, number, copy, f"/{group}/{at}", origins)
            result[group].append(copy)
    return result, origins


def _fill(
    questions: tuple[Question, ...],
    known: Known,
    number: str,
    answers: dict[str, Any],
    base: str,
    origins: dict[str, Origin],
) -> None:
    said = known.answers.get(number, {})
    for question in questions:
        value = normalise_value(question, said.get(question.id))
        if value is None:
            continue
        origin = known.origins[number][question.id]
        origins[f"{base}/{question.id}"] = Origin(origin.source, value, origin.when)
        answers.setdefault(question.id, value)
