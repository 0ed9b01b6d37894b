"""What a page needs to decide beside the person who types: the form's rules, checks, sentences and words, as one document.

It travels in the page as data, never as program. Rules are reduced to what the form's own answers can change, so what only
the server knows stays there; the words are the server's own, so an error reads the same wherever it is found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from portal.forms import ROW_TITLES, Form, Question, situation
from portal.forms.applicant import SELF, said_twice
from portal.forms.composing import id_type_of
from portal.forms.conditions import Situation, Truth, operators
from portal.forms.questions import Condition
from portal.forms.sentences import LEVELS, SENTENCES, WARNINGS
from portal.forms.validating import REQUIRED_CODES
from portal.rendering.form_words import LIVE_WORDS, WORDS
from portal.rendering.hints import Eligibility, hints_document
from portal.rules import Environment, Reducer
from portal.rules.reading import names_in

# What only the server finds: the shape of what arrives, not what somebody typed.
_NOT_TYPED: Final = frozenset(
    {
        "unknown",
        "type",
        "text_type",
        "money_type",
        "not_rows",
        "not_a_row",
        "row_id",
        "not_answers",
        "too_deep",
        "too_large",
    }
)
# These look at the day or the standards: without an environment nothing can be said in the browser either.
_NEED_ENVIRONMENT: Final = frozenset({"age", "months_since", "on_or_after", "param", "status"})


def live_document(
    form: Form,
    answers: Mapping[str, Any],
    env: Environment | None,
    lang: str,
    eligibility: Eligibility | None = None,
    drawn: Collection[str] | None = None,
) -> dict[str, Any]:
    """The document for `forms.js`. Without `env`, conditions about ages and standards stay with the server.

    `drawn` are the questions on this page; answers to the others travel along where a rule reads them.
    """
    now = situation(form, answers, env)
    reducer = Reducer(now.environment if env is None else env, form.questions.keys(), form.rows.keys())
    questions = {
        name: known | _rules(now, form.questions[name], reducer) for name, known in _questions(form, lang).items()
    }
    hints = hints_document(form, eligibility, lang) if eligibility is not None else None
    elsewhere = form.questions.keys() - (form.questions.keys() if drawn is None else set(drawn))
    read = _names_read(questions.values(), reducer, hints)
    return {
        "on": env.on.isoformat() if env is not None else None,
        "questions": questions,
        "groups": {name: _group(form, name, lang) for name in form.rows},
        "given": _given(now, env, elsewhere & read),
        "derived": reducer.derived,
        "params": reducer.params,
        "hints": hints,
        "none": {
            section.id: list(section.none_questions) for section in form.sections.values() if section.none_questions
        },
        "codes": _computed_codes(form, lang),
        "applicant": {"same": dict(said_twice(form)), "relation": SELF},
        **_words(lang),
    }


def _names_read(questions: Iterable[Mapping[str, Any]], reducer: Reducer, hints: Any) -> frozenset[str]:
    rules = [question.get(what) for question in questions for what in ("shown", "required", "compute")]
    judged = [(item["amount"], *(rule["rule"] for rule in item["rules"])) for item in (hints or {}).get("items", ())]
    derived = (*reducer.derived.values(), *(hints or {}).get("derived", {}).values())
    documents = (*rules, *(part for item in judged for part in item), *derived)
    return frozenset(name for document in documents for name in names_in(document).reads)


def _given(now: Situation, env: Environment | None, elsewhere: Collection[str]) -> dict[str, Any]:
    """Answers that rules read and this page does not ask: the platform's own, and those of other pages."""
    facts = now.environment.facts
    given = {name: facts[name] for name in now.form.questions if name in elsewhere and name in facts}
    given |= {name: env.facts[name] for name in now.form.questions if env is not None and name in env.facts}
    for group, questions in now.form.rows.items():
        names = [question.id for question in questions if question.id in elsewhere]
        rows = facts.get(group)
        if names and isinstance(rows, list):
            given[group] = [{name: row[name] for name in ("row_id", *names) if name in row} for row in rows]
    return given


def _rules(now: Situation, question: Question, reducer: Reducer) -> dict[str, Any]:
    """When a question shows, when it needs an answer, what computes it; what is settled already is said outright."""
    rules: dict[str, Any] = {}
    shown = now.form.shown_when.get(question.id)
    if shown is not None:
        rule = _open(now, shown, reducer)
        if rule is not None:
            rules["shown"] = rule
        elif now.decide(shown, None) is Truth.FALSE:
            rules["shown"] = False
        needed_at_all = rule is not None or now.decide(shown, None) is Truth.TRUE
    else:
        needed_at_all = True
    if question.required and needed_at_all:
        rules["required"] = True
    elif question.required_when is not None and needed_at_all:
        rule = _open(now, question.required_when, reducer)
        if rule is not None:
            rules["required"] = rule
        elif now.decide(question.required_when, None) is Truth.TRUE:
            rules["required"] = True
    if question.compute is not None and now.has_environment:
        rules["compute"] = reducer.reduce(question.compute.document)
    return rules


def _open(now: Situation, condition: Condition, reducer: Reducer) -> Any:
    """The rest of a condition that answers can still change; None when it is settled."""
    if not now.has_environment and _NEED_ENVIRONMENT & operators(condition.document):
        return None
    return reducer.reduce(condition.document) if reducer.depends(condition.document) else None


def _group(form: Form, name: str, lang: str) -> dict[str, Any]:
    required = any(question.required for question in form.rows[name]) if name == "members" else name in form.needed_rows
    return {"title": ROW_TITLES[name].to(lang), "needed": required}


@lru_cache(maxsize=128)
def _questions(form: Form, lang: str) -> Mapping[str, dict[str, Any]]:
    """What does not depend on answers: once per form and language."""
    return {question.id: _question(form, question, lang) for question in form.questions.values()}


def _question(form: Form, question: Question, lang: str) -> dict[str, Any]:
    wanted = question.constraints
    known: dict[str, Any] = {
        "type": question.type,
        "title": question.title.to(lang),
        "group": question.group if question.in_rows else None,
        "min": wanted.min,
        "max": wanted.max,
        "max_length": wanted.max_length,
        "min_items": wanted.min_items,
        "pattern": wanted.pattern,
        "level": wanted.level,
        "unique": wanted.unique_in_group or None,
        "differs": wanted.differs_from,
        "carry": question.carried or None,
        "id_type": id_type_of(question, form.questions) if question.type == "id_number" else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def _computed_codes(form: Form, lang: str) -> dict[str, dict[str, str]]:
    """How computed answers from a closed list read: the field that shows them has no list."""
    computed = [question for question in form.questions.values() if question.compute is not None]
    truths = {"true": WORDS["yes"].to(lang), "false": WORDS["no"].to(lang)}
    lists = {q.id: form.code_lists[q.codes].values for q in computed if q.codes is not None}
    return {q.id: truths for q in computed if q.type == "boolean"} | {
        name: {code: title.to(lang) for code, title in values.items()} for name, values in lists.items()
    }


@lru_cache(maxsize=8)
def _words(lang: str) -> Mapping[str, Any]:
    return {
        "sentences": {code: text.to(lang) for code, text in SENTENCES.items() if code not in _NOT_TYPED},
        "warnings": sorted(WARNINGS),
        "blank": dict(REQUIRED_CODES),
        "levels": {level: text.to(lang) for level, text in LEVELS.items()},
        "words": {name: text.to(lang) for name, text in LIVE_WORDS.items()},
    }
