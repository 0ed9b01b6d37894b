"""A composed form with its answers as a page sees it: groups, rows and fields, ready for the macros."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from markupsafe import Markup

from portal.errors import FieldError
from portal.forms import ROW_TITLES, Form, Group, Origin, Question, situation
from portal.forms import hidden as hidden_now
from portal.rendering.fields import FieldView, Page, build_field
from portal.rendering.form_words import WORDS, word
from portal.rendering.hints import Eligibility, HintView, hint_views
from portal.rendering.live import live_document
from portal.rules import Environment

TEMPLATES: Final = Path(__file__).parent / "templates"
STATIC: Final = Path(__file__).parent / "static"
Why = Literal["section", "question", "none"]
# The number of the row that new rows are made from in the browser: no household has that many.
BLANK_ROW: Final = 9999


@dataclass(frozen=True)
class RegionOption:
    """One division that can be chosen, with the name of the one above it."""

    code: str
    title: str


@dataclass(frozen=True)
class RowView:
    """One member, house or vehicle: its fields under a heading that says whose they are."""

    id: str
    number: int
    title: str
    called: str
    mark_name: str
    mark: str
    fields: tuple[FieldView, ...]
    remove_value: str
    remove_label: str


@dataclass(frozen=True)
class GroupView:
    """One section of the page. `owns_rows`: the place where rows are added and removed."""

    id: str
    section: str
    label: str
    fields: tuple[FieldView, ...] = ()
    rows: str | None = None
    row_views: tuple[RowView, ...] = ()
    blank_row: RowView | None = None
    owns_rows: bool = False
    rows_are_fixed: bool = False
    error: str | None = None
    error_count: int = 0
    open_count: int = 0
    none_rows_label: str | None = None
    none_rows_chosen: bool = False
    none_money_label: str | None = None
    add_label: str = ""
    used_by: tuple[tuple[str, str], ...] = ()
    hidden: bool = False


@dataclass(frozen=True)
class FormView:
    """The whole page of a form: what the macros need and nothing else."""

    title: str
    lang: str
    words: Mapping[str, str]
    groups: tuple[GroupView, ...]
    summary: tuple[tuple[str | None, str], ...]
    summary_title: str
    regions: Mapping[str, tuple[RegionOption, ...]] = field(default_factory=dict)
    live: str = "{}"
    hints: tuple[HintView, ...] = ()


def form_view(
    form: Form,
    answers: Mapping[str, Any],
    *,
    lang: str = "zh",
    raw: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
    warnings: Sequence[FieldError] = (),
    origins: Mapping[str, Origin] | None = None,
    hidden: Collection[str] | None = None,
    regions: Sequence[RegionOption] = (),
    item_titles: Mapping[str, str] | None = None,
    source_titles: Mapping[str, str] | None = None,
    sections: Collection[str] | None = None,
    why: Why = "section",
    read_only: Collection[str] = (),
    without: Collection[str] = (),
    beside: Mapping[str, str] | None = None,
    called: Mapping[str, str] | None = None,
    env: Environment | None = None,
    eligibility: Eligibility | None = None,
    fixed_rows: Collection[str] = (),
) -> FormView:
    """The page for these answers. `raw` are typed texts that could not be read; `sections` limits it to a part;
    `read_only` are questions that somebody else has answered for good, such as the accepting window; `without` are
    questions that are not asked on this page at all, such as what is handed over the desk. `beside` says, by pointer,
    what the family declared where a question is asked again; `called` names rows by group and mark; the rows of
    `fixed_rows` are as they were declared: none can be added or taken away.

    With `env` (the day, the standards, what is known beyond the form) the page says exactly what is hidden and needed, and
    keeps saying it while somebody types. `eligibility` adds how each chosen item stands (macro `form_hints`).
    """
    if hidden is None:
        hidden = hidden_now(form, answers, env) if env is not None else ()
    page = Page(
        form=form,
        answers=answers,
        lang=lang,
        raw=raw or {},
        errors=_by_pointer(errors, lang),
        warnings=_by_pointer(warnings, lang),
        origins=origins or {},
        hidden=frozenset(hidden),
        regions={region.code: region.title for region in regions},
        item_titles=item_titles or {},
        source_titles=source_titles or {},
        why=why == "question",
        read_only=frozenset(read_only),
        beside=beside or {},
        called=called or {},
        now=situation(form, answers, env) if env is not None else None,
        fixed_rows=frozenset(fixed_rows),
    )
    layout = form.layout.only(form.questions.keys() - set(without))
    shown = [group for group in layout.groups if sections is None or group.section in sections]
    owners: dict[str, Group] = {}
    for group in shown:
        if group.rows is not None:
            owners.setdefault(group.rows, group)
    drawn = {control.question for group in shown for control in group.controls}
    groups = tuple(_group(page, group, group.rows is not None and owners[group.rows] is group, why) for group in shown)
    return FormView(
        title=form.title.to(lang),
        lang=lang,
        words={name: text.to(lang) for name, text in WORDS.items()},
        groups=groups,
        summary=_summary(errors, groups, lang),
        summary_title=word("errors_title", lang, count=len(errors)),
        regions=_region_lists(form, regions),
        live=_as_data(live_document(form, answers, env, lang, eligibility, drawn)),
        hints=hint_views(form, answers, eligibility, lang) if eligibility is not None else (),
    )


def _as_data(document: Mapping[str, Any]) -> Markup:
    """JSON that can stand inside a script element of type application/json: no character of it can end the element."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped


def _by_pointer(errors: Sequence[FieldError], lang: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for error in errors:
        found.setdefault(error.pointer, []).append(error.message.to(lang))
    return found


def _group(page: Page, group: Group, owns_rows: bool, why: Why) -> GroupView:
    form, lang = page.form, page.lang
    questions = [form.questions[control.question] for control in group.controls]
    used_by = _used_by(page, questions) if why == "section" else ()
    if group.rows is None:
        fields = tuple(build_field(page, question, None, 0) for question in questions)
        section = form.sections.get(group.section)
        has_none = section is not None and any(q.id in section.none_questions for q in questions)
        none = (section.none_title if section is not None else None) if has_none else None
        return GroupView(
            id=f"s-{group.section}",
            section=group.section,
            label=group.label.to(lang),
            fields=fields,
            error_count=_count(fields),
            open_count=_open(fields),
            hidden=all(one.hidden for one in fields),
            none_money_label=(none or WORDS["none_money"]).to(lang) if has_none else None,
            used_by=used_by,
        )
    rows = _row_views(page, group.rows, questions)
    title = ROW_TITLES[group.rows].to(lang)
    own_error = "; ".join(page.errors.get(f"/{group.rows}", ())) if owns_rows else ""
    return GroupView(
        id=f"s-{group.section}",
        section=group.section,
        label=group.label.to(lang),
        rows=group.rows,
        row_views=rows,
        owns_rows=owns_rows,
        rows_are_fixed=group.rows in page.fixed_rows,
        error=own_error or None,
        error_count=sum(_count(row.fields) for row in rows) + bool(own_error),
        open_count=sum(_open(row.fields) for row in rows) + (owns_rows and _group_is_open(page, group.rows)),
        blank_row=_row_view(page, group.rows, questions, BLANK_ROW, {}),
        none_rows_label=word("none_rows", lang, title=title) if group.rows != "members" else None,
        hidden=f"/{group.rows}" in page.hidden,
        none_rows_chosen=page.answers.get(group.rows) == [],
        add_label=word("add", lang, title=title),
        used_by=used_by,
    )


def _group_is_open(page: Page, name: str) -> bool:
    """Nobody has said yet who or what there is, and somebody must."""
    if page.now is None or name in page.answers or name == "members":  # the applicant's own row stands open already
        return False
    return name in page.form.needed_rows or page.now.rows_needed(name)


def _row_views(page: Page, name: str, questions: Sequence[Question]) -> tuple[RowView, ...]:
    """The rows so far; a household without members shows one blank row, because the applicant is always one."""
    known = page.answers.get(name)
    rows = [row for row in known if isinstance(row, Mapping)] if isinstance(known, list) else []
    if not rows and name == "members":
        rows = [{}]
    return tuple(_row_view(page, name, questions, at, row) for at, row in enumerate(rows))


def _row_view(page: Page, name: str, questions: Sequence[Question], at: int, row: Mapping[str, Any]) -> RowView:
    title = ROW_TITLES[name].to(page.lang)
    names = [question.id for question in page.form.rows[name] if question.id.endswith("_name")]
    called = (row.get(names[0]) if names else None) or page.called.get(f"{name}/{row.get('row_id')}") or None
    heading = word("row", page.lang, title=title, n=at + 1)
    return RowView(
        id=f"r-{name}-{at}",
        number=at + 1,
        title=f"{heading} {called}" if isinstance(called, str) else heading,
        called=called if isinstance(called, str) else "",
        mark_name=f"{name}-{at}-row_id",
        mark=str(row.get("row_id", "")),
        fields=tuple(build_field(page, question, row, at) for question in questions),
        remove_value=f"{name}-{at}",
        remove_label=word("remove", page.lang, title=title, n=at + 1),
    )


def _used_by(page: Page, questions: Sequence[Question]) -> tuple[tuple[str, str], ...]:
    return tuple((question.title.to(page.lang), page.used_by(question)) for question in questions)


def _count(fields: Sequence[FieldView]) -> int:
    return sum(1 for one in fields if one.error is not None)


def _open(fields: Sequence[FieldView]) -> int:
    return sum(1 for one in fields if one.is_open)


def _summary(
    errors: Sequence[FieldError], groups: Sequence[GroupView], lang: str
) -> tuple[tuple[str | None, str], ...]:
    """Each fault once, linked to the field that shows it and naming the row; what stands nowhere here has no link."""
    targets = {one.pointer: (one.focus_id, "") for group in groups for one in group.fields}
    for group in groups:
        for row in group.row_views:
            targets |= {one.pointer: (one.focus_id, f"{row.title}: ") for one in row.fields}
        if group.owns_rows:
            targets[f"/{group.rows}"] = (group.id, "")
    lines: list[tuple[str | None, str]] = []
    for error in errors:
        target, whose = targets.get(error.pointer, (None, ""))
        lines.append((target, whose + error.message.to(lang)))
    return tuple(lines)


def _region_lists(form: Form, regions: Sequence[RegionOption]) -> dict[str, tuple[RegionOption, ...]]:
    """One list of suggestions per level that a question asks for."""
    lengths = {"city": 4, "county": 6, "township": 9, "village": 12}
    levels = {q.constraints.level or "any" for q in form.questions.values() if q.type == "region"}
    return {
        level: tuple(r for r in regions if level == "any" or len(r.code) == lengths[level]) for level in sorted(levels)
    }
