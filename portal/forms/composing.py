"""Compose the smallest form that answers all chosen items: every question once, unchosen ones not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from portal.forms import limits, patterns
from portal.forms.bank import Bank, Form
from portal.forms.layouts import Control, Layout
from portal.forms.questions import APPLICATION, HOME_VISIT, ROW_TITLES, Condition, Question
from portal.forms.schemas import RESIDENT_ID_TYPES, Schema, code_list_schema, schema_of
from portal.forms.translating import Inexpressible, condition

Which = Literal["application", "home-visit", "home_visit"]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def compose(bank: Bank, needs: Mapping[str, tuple[str, ...]], which: Which = "application") -> Form:
    """The form for the chosen items, with the report how many questions their separate forms would have asked."""
    kind = APPLICATION if which == "application" else HOME_VISIT
    document = bank.document(kind)
    needs = {slug: tuple(_with_sources(bank, needed)) for slug, needed in needs.items()}
    wanted = _wanted(bank, kind, [*document.core, *(q for needed in needs.values() for q in needed)])
    layout = _complete(bank, document.layout.only(wanted), wanted)
    questions = {control.question: wanted[control.question] for control in layout.controls()}
    own = {slug: tuple(q for q in dict.fromkeys(needed) if q in questions) for slug, needed in needs.items()}
    sections = {q.section: bank.sections[q.section] for q in questions.values()}
    code_lists = {q.codes: bank.code_lists[q.codes] for q in questions.values() if q.codes is not None}
    core = tuple(q for q in document.core if q in questions)
    shown = {c.question: c.shown_when for c in layout.controls() if c.shown_when is not None}
    return Form(
        which=kind,
        title=document.title,
        schema=_schema(document.title.zh, document.title.en, questions, code_lists, shown),
        layout=layout,
        questions=questions,
        sections=sections,
        code_lists=code_lists,
        core=core,
        item_needs=own,
        known=frozenset(bank.questions) | frozenset(ROW_TITLES),
        report=_report(questions, core, own),
    )


def _with_sources(bank: Bank, ids: Iterable[str]) -> Iterator[str]:
    """The questions, and those a computed one is computed from: a sum nobody can type needs its addends asked."""
    todo, seen = list(ids), set[str]()
    while todo:
        name = todo.pop(0)
        if name in seen:
            continue
        seen.add(name)
        yield name
        question = bank.questions.get(name)
        if question is not None and question.compute is not None:
            todo += sorted(read for read in question.compute.rule.reads if read in bank.questions)


def _wanted(bank: Bank, kind: str, ids: Iterable[str]) -> dict[str, Question]:
    wanted = {}
    for name in dict.fromkeys(ids):
        question = bank.questions.get(name)
        if question is None:
            raise ValueError(f"no question {name!r} in the bank")
        if kind in question.forms:
            wanted[name] = question
    return wanted


def _complete(bank: Bank, layout: Layout, wanted: Mapping[str, Question]) -> Layout:
    """A question that the layout forgot is still asked: at the end of its section."""
    placed = {control.question for control in layout.controls()}
    for question in wanted.values():
        if question.id not in placed:
            rows = question.group if question.in_rows else None
            title = bank.sections[question.section].title
            layout = layout.extended(question.section, title, Control(question.id, rows))
    return layout


def _report(questions: Mapping[str, Question], core: tuple[str, ...], own: Mapping[str, tuple[str, ...]]) -> Schema:
    per_item = {slug: len({*core, *needed}) for slug, needed in own.items()}
    users: dict[str, list[str]] = {name: list(own) if name in core else [] for name in questions}
    for slug, needed in own.items():
        for name in needed:
            if slug not in users[name]:
                users[name].append(slug)
    prefilled = sum(1 for q in questions.values() if q.prefill is not None or q.compute is not None)
    return {
        "asked": len(questions),
        "separate_sum": sum(per_item.values()),
        "per_item": per_item,
        "typed": len(questions) - prefilled,
        "prefilled": prefilled,
        "shared": {name: slugs for name, slugs in users.items() if len(slugs) > 1},
    }


def _schema(
    title_zh: str,
    title_en: str,
    questions: Mapping[str, Question],
    code_lists: Mapping[str, Any],
    shown: Mapping[str, Condition],
) -> Schema:
    scalars = {q.id: q for q in questions.values() if not q.in_rows}
    rows: dict[str, dict[str, Question]] = {}
    for question in questions.values():
        if question.in_rows:
            rows.setdefault(question.group, {})[question.id] = question
    schema: Schema = {"$schema": DIALECT, "title": title_zh, "x-title-en": title_en}
    schema |= _object({q.id: schema_of(q) for q in scalars.values()}, scalars, shown)
    for name, asked in rows.items():
        schema["properties"][name] = _rows(name, asked, shown)
        if any(q.required and q.id not in shown for q in asked.values()):
            schema["required"] = [*schema.get("required", ()), name]
        across = _required_across(name, asked, scalars, shown)
        if across:
            schema["allOf"] = [*schema.get("allOf", ()), *across]
    schema["$defs"] = {f"code_{name}": code_list_schema(code_list) for name, code_list in code_lists.items()}
    return schema


def _object(properties: Schema, asked: Mapping[str, Question], shown: Mapping[str, Condition]) -> Schema:
    """An object whose strangers are refused by old and new validators alike: every property stands at this level."""
    schema: Schema = {"type": "object", "properties": properties}
    required = [q.id for q in asked.values() if q.required and q.id not in shown]
    if required:
        schema["required"] = required
    conditions = [*_required_when(asked, shown), *_identity_checks(asked)]
    if conditions:
        schema["allOf"] = conditions
    return schema | {"additionalProperties": False, "unevaluatedProperties": False}


def _rows(name: str, asked: Mapping[str, Question], shown: Mapping[str, Condition]) -> Schema:
    row_id: Schema = {
        "type": "string",
        "maxLength": 64,
        "pattern": patterns.ROW_ID,
        "not": {"pattern": patterns.CONTROL},
    }
    properties = {"row_id": row_id} | {q.id: schema_of(q) for q in asked.values()}
    schema: Schema = {
        "type": "array",
        "title": ROW_TITLES[name].zh,
        "x-title-en": ROW_TITLES[name].en,
        "maxItems": limits.ROWS,
        "items": _object(properties, asked, shown),
    }
    if name == "members" and any(q.required for q in asked.values()):
        schema["minItems"] = 1  # the applicant is a member of the household
    return schema


def needed_when(question: Question, shown: Condition | None) -> Any:
    """The document of the rule under which an answer is needed: required, and shown at all. None: never."""
    needed = question.required_when.document if question.required_when is not None else question.required
    if needed is False:
        return None
    if shown is None or shown.document == needed:
        return needed
    return shown.document if needed is True else {"and": [shown.document, needed]}


def _required_when(asked: Mapping[str, Question], shown: Mapping[str, Condition]) -> list[Schema]:
    """if/then for every conditional requirement that JSON Schema can say, one per condition."""
    by_condition: dict[str, tuple[Schema, list[str]]] = {}
    for question in asked.values():
        needed = needed_when(question, shown.get(question.id))
        if needed is None or needed is True:
            continue
        try:
            test = condition(needed, asked)
        except Inexpressible:
            continue
        by_condition.setdefault(str(test), (test, []))[1].append(question.id)
    return [{"if": test, "then": {"required": names}} for test, names in by_condition.values()]


def _required_across(
    name: str, asked: Mapping[str, Question], scalars: Mapping[str, Question], shown: Mapping[str, Condition]
) -> list[Schema]:
    """Requirements on rows that depend on an answer of the whole form."""
    outside: list[Schema] = []
    at_least_one = all(q.id in shown for q in asked.values())
    for question in asked.values():
        needed = needed_when(question, shown.get(question.id))
        if needed is None or isinstance(needed, bool):
            continue
        try:
            test = condition(needed, scalars)
        except Inexpressible:
            continue
        rows: Schema = {"items": {"required": [question.id]}}
        then: Schema = {"properties": {name: rows}}
        if at_least_one:
            # Everything about these rows waits for this answer, so the answer asks for a row.
            rows["minItems"] = 1
            then["required"] = [name]
        outside.append({"if": test, "then": then})
    return outside


def id_type_of(question: Question, asked: Mapping[str, Question]) -> str | None:
    """The question that says which document an id number stands on: `member_id_no` belongs to `member_id_type`."""
    name = question.id.removesuffix("_no") + "_type"
    return name if question.id.endswith("_no") and name in asked else None


def _identity_checks(asked: Mapping[str, Question]) -> list[Schema]:
    """A citizen number has eighteen digits; passports and other documents are left alone."""
    checks: list[Schema] = []
    for question in asked.values():
        if question.type != "id_number":
            continue
        then = {"properties": {question.id: {"pattern": patterns.RESIDENT_ID, "maxLength": 18}}}
        kind = id_type_of(question, asked)
        # Without a question for the kind of document, or while it is blank, the number is a citizen number.
        test = {"properties": {kind: {"enum": list(RESIDENT_ID_TYPES)}}}
        checks.append(then if kind is None else {"if": test, "then": then})
    return checks
