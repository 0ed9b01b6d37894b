"""Leave out what does not count: answers to questions that are hidden now or belong to items nobody chose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.forms.bank import Form
from portal.forms.conditions import Situation, situation
from portal.forms.questions import Question
from portal.rules import Environment

# Hiding one question can hide another that depends on it; layouts are far shallower than this.
_ROUNDS = 8


def prune(form: Form, answers: Mapping[str, Any], env: Environment | None = None) -> dict[str, Any]:
    """The answers that count. Names that no question of the bank has stay, so that `validate` refuses them by name."""
    kept = _chosen(form, answers)
    for _ in range(_ROUNDS):
        now = situation(form, kept, env)
        smaller = _shown(now)
        if smaller == kept:
            break
        kept = smaller
    return kept


def hidden(form: Form, answers: Mapping[str, Any], env: Environment | None = None) -> frozenset[str]:
    """JSON pointers of the questions that do not show for these answers."""
    now = situation(form, answers, env)
    found = {f"/{q.id}" for q in form.scalars if not now.is_shown(q)}
    for name, questions in form.rows.items():
        if now.rows_wait(name):
            found.add(f"/{name}")
        for at, row in enumerate(_rows(answers, name)):
            found |= {f"/{name}/{at}/{q.id}" for q in questions if not now.is_shown(q, row)}
    return frozenset(found)


def facts_of(form: Form, answers: Mapping[str, Any], env: Environment | None = None) -> dict[str, Any]:
    """The answers as facts for the rules: a question that certainly does not apply is null ("asked, there is none").

    A blank answer stays missing, so a rule that needs it says "undetermined" instead of guessing.
    """
    facts = prune(form, answers, env)
    now = situation(form, facts, env)
    result = facts | {q.id: None for q in form.scalars if q.id not in facts and now.is_ruled_out(q)}
    for name, questions in form.rows.items():
        if name in facts and isinstance(facts[name], list):
            result[name] = [
                {**row, **{q.id: None for q in questions if q.id not in row and now.is_ruled_out(q, row)}}
                for row in _rows(facts, name)
            ]
    return result


def _rows(answers: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = answers.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _chosen(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Without the answers to questions of the bank that this form does not ask."""
    here = {q.id for q in form.scalars} | form.rows.keys()
    kept: dict[str, Any] = {name: value for name, value in answers.items() if name in here or name not in form.known}
    for name, questions in form.rows.items():
        if isinstance(kept.get(name), list):
            asked = {q.id for q in questions} | {"row_id"}
            kept[name] = [_chosen_of_row(form, asked, row) for row in kept[name]]
    return kept


def _chosen_of_row(form: Form, asked: set[str], row: Any) -> Any:
    if not isinstance(row, Mapping):
        return row
    return {name: value for name, value in row.items() if name in asked or name not in form.known}


def _shown(now: Situation) -> dict[str, Any]:
    form, answers = now.form, now.answers
    kept = {name: value for name, value in answers.items() if _stays(now, form.questions.get(name), None)}
    for name in form.rows:
        if isinstance(kept.get(name), list):
            kept[name] = [
                {key: value for key, value in row.items() if _stays(now, form.questions.get(key), row)}
                if isinstance(row, Mapping)
                else row
                for row in kept[name]
            ]
    return kept


def _stays(now: Situation, question: Question | None, row: Mapping[str, Any] | None) -> bool:
    return question is None or now.is_shown(question, row)
