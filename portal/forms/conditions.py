"""When a question shows and when it needs an answer, decided by its rules over the answers given so far.

A question with a condition shows when the condition holds. While the answers it depends on are still blank it stays
hidden; but when the condition depends on something this form does not ask, and which nobody supplied, the question
shows, because nobody at this desk could ever make it appear. A question is required only when that is certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, Final

from portal.forms import limits
from portal.forms.bank import Form
from portal.forms.checking import check
from portal.forms.questions import Condition, Question
from portal.rules import Environment, Undetermined

Answers = Mapping[str, Any]
# These look at the evaluation date or the standards in force: undecidable when no environment is given.
_NEED_ENVIRONMENT: Final = frozenset({"age", "months_since", "on_or_after", "param", "status"})


class Truth(Enum):
    """Three values, the third split by who could supply what is missing."""

    TRUE = "true"
    FALSE = "false"
    BLANK = "blank"  # a question of this form is not answered yet
    BEYOND = "beyond"  # the form cannot tell


@dataclass(frozen=True, repr=False)
class Situation:
    """A form with the answers so far, ready to ask what shows and what is needed.

    The rules see only answers that are right in themselves: a date that is no date counts as blank for them.
    """

    form: Form
    answers: Answers
    environment: Environment
    has_environment: bool
    # The sound part of each row, found once; the row itself is kept so that its identity stays taken.
    rows: dict[int, tuple[Answers, Answers]] = field(default_factory=dict)

    def evaluate(self, condition: Condition, row: Answers | None) -> Any:
        return condition.rule.evaluate(self.environment, None if row is None else self._sound_row(row))

    def _sound_row(self, row: Answers) -> Answers:
        if id(row) not in self.rows:
            self.rows[id(row)] = (row, _sound(self.form, row))
        return self.rows[id(row)][1]

    def decide(self, condition: Condition, row: Answers | None) -> Truth:
        if not self.has_environment and _NEED_ENVIRONMENT & operators(condition.document):
            return Truth.BEYOND
        value = self.evaluate(condition, row)
        if isinstance(value, Undetermined):
            asked = self.form.questions.keys() | self.form.rows.keys()
            return Truth.BLANK if value.missing and value.missing <= asked else Truth.BEYOND
        return Truth.TRUE if value is True else Truth.FALSE

    def is_shown(self, question: Question, row: Answers | None = None) -> bool:
        condition = self.form.shown_when.get(question.id)
        return condition is None or self.decide(condition, row) in {Truth.TRUE, Truth.BEYOND}

    def rows_wait(self, group: str) -> bool:
        """A group whose every question waits for an answer of the form itself, and that answer is not there (yet)."""
        questions = self.form.rows[group]
        waits = all(question.id in self.form.shown_when for question in questions)
        return waits and not any(self.is_shown(question, {}) for question in questions)

    def rows_needed(self, group: str) -> bool:
        """A group whose every question waits for an answer of the form itself, which now asks for at least one row."""
        questions = self.form.rows[group]
        waits = all(question.id in self.form.shown_when for question in questions)
        return waits and any(self.is_needed(question, {}) for question in questions)

    def is_ruled_out(self, question: Question, row: Answers | None = None) -> bool:
        """The condition certainly fails: the question does not apply to this person."""
        condition = self.form.shown_when.get(question.id)
        return condition is not None and self.decide(condition, row) is Truth.FALSE

    def is_needed(self, question: Question, row: Answers | None = None) -> bool:
        needed = question.required
        if not needed and question.required_when is not None:
            needed = self.decide(question.required_when, row) is Truth.TRUE
        condition = self.form.shown_when.get(question.id)
        return needed and (condition is None or self.decide(condition, row) is Truth.TRUE)


def situation(form: Form, answers: Answers, env: Environment | None = None) -> Situation:
    """Put the answers over the facts already known; rules about ages need `env`, which carries the date."""
    facts: dict[str, Any] = _sound(form, answers)
    for name in form.rows:
        rows = answers.get(name)
        if isinstance(rows, list) and len(rows) <= limits.ROWS:
            facts[name] = [_sound(form, row) for row in rows if isinstance(row, Mapping)]
    if env is None:
        bare = Environment(facts=facts, on=date(1970, 1, 1), params={}, statuses={}, derived={})
        return Situation(form, answers, bare, has_environment=False)
    # Built anew rather than replaced: an environment remembers derived values, and these facts are others.
    known = Environment({**env.facts, **facts}, env.on, env.params, env.statuses, env.derived)
    return Situation(form, answers, known, has_environment=True)


def _sound(form: Form, answers: Answers) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in answers.items():
        question = form.questions.get(name)
        if question is None:
            if name == "row_id" and isinstance(value, str):
                kept[name] = value
        elif question.type == "id_number":
            if isinstance(value, str):
                kept[name] = value
        elif next(check(question, value, form), None) is None:
            kept[name] = value
    return kept


def operators(document: Any) -> frozenset[str]:
    """The operators a rule uses anywhere inside."""
    found: set[str] = set()
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            found.update(part)
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return frozenset(found)
