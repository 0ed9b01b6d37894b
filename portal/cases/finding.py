"""What a case is found and listed by: the answers its item declares for its list and its search.

What is stored and what is looked for are made here, so that both agree. Identifiers are stored as the vault's blind
index only: they are found by the whole number and can be read by nobody. Lists hold them masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, select

from portal.cases.models import Case, CaseSearch
from portal.db import begins
from portal.forms import Question, masked, normalise_value
from portal.forms.identity import holds_citizen_number
from portal.sealing import Vault
from portal.values import parse_yuan

LONGEST: Final = 200
# Answers people look for by their beginning; everything else is found by the whole answer.
BY_BEGINNING: Final = frozenset({"text", "textarea", "phone", "date", "datetime", "region"})


def listing(questions: Iterable[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers a list shows, by question; a question of rows gives the list of its values."""
    found = ((question, _values(answers, question.id)) for question in questions)
    return {question.id: _hidden(question, value) for question, value in found if value not in (None, [])}


def search_texts(vault: Vault, question: Question, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """The texts a case is found by for one question, one for each row that answers it."""
    value = _values(answers, question.id)
    texts = (_comparable(vault, question, one) for one in (value if isinstance(value, list) else [value]))
    return tuple(dict.fromkeys(text for text in texts if text))


def having(vault: Vault, question: Question, typed: str) -> ColumnElement[bool]:
    """The cases that answered a question so: by beginning for words, by the whole answer for codes and numbers."""
    text = _comparable(vault, question, _read(question, typed))
    same_question = CaseSearch.question == question.id
    if question.type in BY_BEGINNING and not question.codes:
        hit = begins(CaseSearch.value, text)
    else:
        hit = CaseSearch.value == text
    return select(CaseSearch.case_id).where(CaseSearch.case_id == Case.id, same_question, hit).exists()


def _read(question: Question, typed: str) -> Any:
    """Typed words as the answer they would have become; money is typed in yuan."""
    if question.type == "money":
        try:
            return parse_yuan(typed)
        except ValueError:
            return typed
    return normalise_value(question, typed)


def _values(answers: Mapping[str, Any], question: str) -> Any:
    if question in answers:
        return answers[question]
    rows = (row for group in answers.values() if isinstance(group, list) for row in group if isinstance(row, dict))
    return [row[question] for row in rows if row.get(question) is not None]


def _hidden(question: Question, value: Any) -> Any:
    if isinstance(value, list):
        return [_hidden(question, one) for one in value]
    opens = isinstance(value, str) and (question.is_sensitive_number or holds_citizen_number(value))
    return masked(value) if opens else value


def _comparable(vault: Vault, question: Question, value: Any) -> str:
    """An answer as it is stored for searching; an empty text for what nobody searches."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(map(str, value))[:LONGEST]
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    if text and (question.is_sensitive_number or holds_citizen_number(text)):
        return vault.index(text)
    return text.lower()[:LONGEST]
