"""Fill in what registers and earlier answers know, and what follows from other answers; people can always change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from portal.forms import identity
from portal.forms.bank import Form
from portal.forms.conditions import Situation, situation
from portal.forms.normalising import normalise_value
from portal.forms.questions import Question
from portal.rules import Environment, Undetermined
from portal.values import round_fen

_WHOLE: Final = frozenset({"integer"})
# A computed answer may rest on another computed one (a head count, a sum of support); chains are short.
_ROUNDS: Final = 4


@dataclass(frozen=True)
class Origin:
    """Where a filled-in value came from, what it was and when it was fetched."""

    source: str
    value: Any
    when: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"source": self.source, "value": self.value, "when": self.when}


def prefill(
    form: Form,
    sources: Mapping[str, Mapping[str, Any]],
    answers: Mapping[str, Any] | None = None,
    when: str | None = None,
) -> tuple[dict[str, Any], dict[str, Origin]]:
    """Answers with every blank filled that a source knows, and the origin of each by JSON pointer.

    `sources` maps a source ("C01", a register's slug, an agency, "system") to its values by the question's `field`
    or id; values of rows stand in lists under the group's name and are joined by `row_id`, else by id number. What
    somebody typed is never replaced; the origin is recorded all the same, so that a page can show the difference.
    """
    filled = dict(answers or {})
    origins: dict[str, Origin] = {}
    for question in form.scalars:
        _fill(question, sources, filled, "", origins, when=when)
    for group, questions in form.rows.items():
        rows = _joined(group, questions, sources, filled.get(group))
        for at, (row, found) in enumerate(rows):
            for question in questions:
                _fill(question, found, row, f"/{group}/{at}", origins, when=when)
        if rows:
            filled[group] = [row for row, _ in rows]
    return filled, origins


def compute(form: Form, answers: Mapping[str, Any], env: Environment | None = None) -> dict[str, Any]:
    """Write every computed answer that can be computed now; date of birth and sex come from the citizen number.

    Computed questions with a rule always get the rule's value. What an id number says only fills blanks, because
    documents of other kinds do not say it and a person may have to.
    """
    filled = dict(answers)
    _from_identity(form, form.scalars, filled)
    for group, questions in form.rows.items():
        if isinstance(filled.get(group), list):
            filled[group] = [dict(row) if isinstance(row, Mapping) else row for row in filled[group]]
            for row in filled[group]:
                if isinstance(row, dict):
                    _from_identity(form, questions, row)
    now = situation(form, filled, env)
    for group, questions in form.rows.items():
        if isinstance(filled.get(group), list):
            filled[group] = [
                {**row, **_computed(now, questions, row)} if isinstance(row, dict) else row for row in filled[group]
            ]
    for _ in range(_ROUNDS):
        more = filled | _computed(situation(form, filled, env), form.scalars, None)
        if more == filled:
            break
        filled = more
    return filled


def _fill(
    question: Question,
    sources: Mapping[str, Mapping[str, Any]],
    answers: dict[str, Any],
    base: str,
    origins: dict[str, Origin],
    *,
    when: str | None,
) -> None:
    if question.prefill is None:
        return
    source = question.prefill.source or question.prefill.kind
    known = sources.get(source, {})
    value = normalise_value(question, known.get(question.prefill.field or question.id, known.get(question.id)))
    if value is None:
        return
    origins[f"{base}/{question.id}"] = Origin(source, value, when or known.get("_when"))
    answers.setdefault(question.id, value)


def _joined(
    group: str, questions: tuple[Question, ...], sources: Mapping[str, Mapping[str, Any]], rows: Any
) -> list[tuple[dict[str, Any], dict[str, Mapping[str, Any]]]]:
    """Each row with what every source says about it; sources bring rows of their own only where there are none yet."""
    keys = ["row_id", *(question.id for question in questions if question.type == "id_number")]
    joined: list[tuple[dict[str, Any], dict[str, Mapping[str, Any]]]] = []
    if isinstance(rows, list):
        joined = [(dict(row), {}) for row in rows if isinstance(row, Mapping)]
    may_add = not joined
    for source, known in sources.items():
        for found in known.get(group, ()):
            target = next((pair for pair in joined if _same(pair[0], found, keys)), None)
            if target is None and may_add:
                target = ({key: found[key] for key in keys if found.get(key)}, {})
                joined.append(target)
            if target is not None:
                target[1][source] = found
    return joined


def _same(row: Mapping[str, Any], found: Mapping[str, Any], keys: Iterable[str]) -> bool:
    return any(row.get(key) is not None and row.get(key) == found.get(key) for key in keys)


def _from_identity(form: Form, questions: tuple[Question, ...], answers: dict[str, Any]) -> None:
    for question in questions:
        number = answers.get(question.id)
        if question.type != "id_number" or not isinstance(number, str) or identity.resident_id_fault(number):
            continue
        stem = question.id.removesuffix("_id_no")
        says = {f"{stem}_birth_date": str(identity.born_on(number)), f"{stem}_sex": identity.sex_of(number)}
        for name, value in says.items():
            if name in form.questions:
                answers.setdefault(name, value)


def _computed(now: Situation, questions: tuple[Question, ...], row: Mapping[str, Any] | None) -> dict[str, Any]:
    values = {}
    for question in questions:
        if question.compute is None:
            continue
        value = now.evaluate(question.compute, row)
        if value is not None and not isinstance(value, Undetermined):
            values[question.id] = _stored(question, value)
    return values


def _stored(question: Question, value: Any) -> Any:
    """An exact result of a rule as JSON: 分 and counts are whole, other numbers short decimals."""
    if isinstance(value, bool) or not isinstance(value, Fraction | int | float):
        return value
    exact = Fraction(value)
    if question.type == "money":
        return int(round_fen(exact))
    if question.type in _WHOLE or exact.denominator == 1:
        return int(exact)
    return round(float(exact), 6)
