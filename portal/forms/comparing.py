"""Two versions of the same answers: where they differ, and one made of both as a person chooses.

Rows are the same when their mark is, wherever they stand. A row only one side has is one difference, not twenty.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.forms.bank import Form
from portal.forms.questions import Question

MARK: Final = "row_id"


@dataclass(frozen=True)
class Difference:
    """One place where two people left different answers; `None` stands for blank, for a whole row that is not there.

    `place` names it without positions: `applicant_name`, `members/m2/member_name`, `members/m2` for the row itself.
    """

    place: str
    group: str | None
    mark: str | None
    question: Question | None
    mine: Any
    theirs: Any


def differences(form: Form, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Every difference in the order of the form; computed answers follow from the others and are left out."""
    found: list[Difference] = []
    for question in form.scalars:
        found.extend(_between(question, None, None, mine, theirs))
    for group, questions in form.rows.items():
        left, right = _by_mark(mine.get(group)), _by_mark(theirs.get(group))
        for mark in dict.fromkeys((*left, *right)):
            one, other = left.get(mark), right.get(mark)
            if one is None or other is None:
                found.append(Difference(f"{group}/{mark}", group, mark, None, one, other))
                continue
            for question in questions:
                found.extend(_between(question, group, mark, one, other))
        if not left and not right and mine.get(group) != theirs.get(group):
            found.append(Difference(group, group, None, None, mine.get(group), theirs.get(group)))
    return tuple(found)


def choose(
    form: Form, mine: Mapping[str, Any], theirs: Mapping[str, Any], theirs_at: Collection[str]
) -> dict[str, Any]:
    """My answers, with theirs at the places named."""
    chosen = dict(mine)
    for difference in differences(form, mine, theirs):
        if difference.place not in theirs_at:
            continue
        group, mark, question = difference.group, difference.mark, difference.question
        if group is None and question is not None:
            _put(chosen, question.id, difference.theirs)
        elif group is not None and mark is None:
            _put(chosen, group, difference.theirs)
        elif group is not None:
            rows = [dict(row) for row in _rows(chosen.get(group))]
            if question is not None:
                for row in rows:
                    if row.get(MARK) == mark:
                        _put(row, question.id, difference.theirs)
            elif difference.theirs is None:
                rows = [row for row in rows if row.get(MARK) != mark]
            else:
                rows.append(dict(difference.theirs))
            chosen[group] = rows
    return chosen


def _between(
    question: Question, group: str | None, mark: str | None, mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> list[Difference]:
    one, other = mine.get(question.id), theirs.get(question.id)
    if question.compute is not None or (one == other and isinstance(one, bool) is isinstance(other, bool)):
        return []
    place = question.id if group is None else f"{group}/{mark}/{question.id}"
    return [Difference(place, group, mark, question, one, other)]


def _rows(rows: Any) -> list[Mapping[str, Any]]:
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _by_mark(rows: Any) -> dict[str, Mapping[str, Any]]:
    return {str(row.get(MARK) or f"#{at}"): row for at, row in enumerate(_rows(rows))}


def _put(answers: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        answers.pop(name, None)
    else:
        answers[name] = value
