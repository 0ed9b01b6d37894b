"""When a question shows and when it needs an answer, decided by its rules over the answers given so far.

A question with a condition shows when the condition holds. While the answers it depends on are still blank it stays
hidden; but when the condition depends on something this form does not ask, and which nobody supplied, the question
shows, because nobody at this desk could ever make it appear. A question is required only when that is certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, Final

from portal.forms.bank import Form
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


@dataclass(frozen=True)
class Situation:
    """A form with the answers so far, ready to ask what shows and what is needed."""

    form: Form
    answers: Answers
    environment: Environment
    has_environment: bool

    def decide(self, condition: Condition, row: Answers | None) -> Truth:
        if not self.has_environment and _NEED_ENVIRONMENT & operators(condition.document):
            return Truth.BEYOND
        value = condition.rule.evaluate(self.environment, row)
        if isinstance(value, Undetermined):
            asked = self.form.questions.keys() | self.form.rows.keys()
            return Truth.BLANK if value.missing and value.missing <= asked else Truth.BEYOND
        return Truth.TRUE if value is True else Truth.FALSE

    def is_shown(self, question: Question, row: Answers | None = None) -> bool:
        condition = self.form.shown_when.get(question.id)
        return condition is None or self.decide(condition, row) in {Truth.TRUE, Truth.BEYOND}

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
    if env is None:
        bare = Environment(facts=answers, on=date(1970, 1, 1), params={}, statuses={}, derived={})
        return Situation(form, answers, bare, has_environment=False)
    return Situation(form, answers, replace(env, facts={**env.facts, **answers}), has_environment=True)


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
