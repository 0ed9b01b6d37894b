"""One question on a page: its input, what stands in it, and everything a person needs to answer it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from portal.forms import Form, Origin, Question, Situation, needed_by
from portal.rendering.display import display_text, input_text
from portal.rendering.form_words import word

# Every type of question has one widget; the macro of that name draws it.
WIDGETS: Final[Mapping[str, str]] = {
    "text": "line",
    "textarea": "textarea",
    "integer": "line",
    "decimal": "line",
    "money": "money",
    "date": "line",
    "datetime": "line",
    "boolean": "radios",
    "choice": "select",
    "choices": "checkboxes",
    "id_number": "line",
    "phone": "line",
    "region": "region",
    "photo": "files",
    "file": "files",
    "signature": "files",
    "geo": "line",
    "bank_account": "line",
    "member_reference": "select",
}
_INPUT_MODES: Final[Mapping[str, str]] = {
    "integer": "numeric",
    "decimal": "decimal",
    "money": "decimal",
    "date": "numeric",
    "phone": "tel",
    "bank_account": "numeric",
}
_HINTS: Final[Mapping[str, str]] = {
    "date": "date_hint",
    "datetime": "moment_hint",
    "geo": "position_hint",
    "region": "region_hint",
}
_SHORT_CODE: Final = re.compile(r"[0-9A-Z]{1,4}")


@dataclass(frozen=True)
class Option:
    """One entry of a closed list."""

    id: str
    code: str
    label: str
    chosen: bool
    known: bool = True


@dataclass(frozen=True)
class FieldView:
    """One question at its place on the page."""

    pointer: str
    id: str
    focus_id: str
    name: str
    question: str
    type: str
    widget: str
    label: str
    text: str
    options: tuple[Option, ...]
    described_by: str
    required: bool
    read_only: bool
    hidden: bool
    help: str | None = None
    hint: str | None = None
    error: str | None = None
    warning: str | None = None
    unit: str | None = None
    input_mode: str | None = None
    region_list: str | None = None
    files: tuple[str, ...] = ()
    many: bool = True
    accept: str | None = None
    origin: str | None = None
    origin_differs: str | None = None
    beside: str | None = None
    used_by: str | None = None
    level: str | None = None
    is_open: bool = False
    fixed: tuple[str, ...] = ()
    computed: bool = False


@dataclass(frozen=True)
class Page:
    """What all fields of a page share."""

    form: Form
    answers: Mapping[str, Any]
    lang: str
    raw: Mapping[str, str]
    errors: Mapping[str, list[str]]
    warnings: Mapping[str, list[str]]
    origins: Mapping[str, Origin]
    hidden: frozenset[str]
    regions: Mapping[str, str]
    item_titles: Mapping[str, str]
    source_titles: Mapping[str, str]
    why: bool
    read_only: frozenset[str] = frozenset()
    beside: Mapping[str, str] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    fixed_rows: frozenset[str] = frozenset()
    now: Situation | None = None

    def is_needed(self, question: Question, row: Mapping[str, Any] | None) -> bool:
        """Whether an answer is needed now; without knowing the day, whether it may become needed."""
        if self.now is None:
            return question.required or question.required_when is not None
        return self.now.is_needed(question, row)

    @property
    def members(self) -> list[Mapping[str, Any]]:
        rows = self.answers.get("members")
        return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []

    def used_by(self, question: Question) -> str:
        """Which items use the answer, in words; the common questions serve all of them."""
        slugs = needed_by(self.form, question.id)
        if question.id in self.form.core:
            return word("used_by_all", self.lang)
        joiner = ", " if self.lang == "en" else "、"
        return word("used_by", self.lang, items=joiner.join(self.item_titles.get(slug, slug) for slug in slugs))


def build_field(page: Page, question: Question, row: Mapping[str, Any] | None, at: int) -> FieldView:
    """The field of a question, on the page itself or in the row number `at`."""
    in_row = row is not None
    name = f"{question.group}-{at}-{question.id}" if in_row else question.id
    pointer = f"/{question.group}/{at}/{question.id}" if in_row else f"/{question.id}"
    lang, value = page.lang, (page.answers if row is None else row).get(question.id)
    identifier = f"q-{name}"
    read_only = question.compute is not None or question.id in page.read_only
    widget = WIDGETS[question.type]
    if read_only and widget not in {"line", "money", "textarea"}:
        widget = "fixed"
    options = _options(page, question, value, identifier)
    help_text = question.help.to(lang) if question.help is not None else None
    hint = word(_HINTS[question.type], lang) if question.type in _HINTS else None
    error = " ".join(page.errors.get(pointer, ())) or None
    warning = " ".join(page.warnings.get(pointer, ())) or None
    origin, differs = _origin(page, question, pointer, value)
    beside = page.beside.get(pointer)
    parts = {"help": help_text or hint, "error": error, "warning": warning, "origin": origin, "beside": beside}
    needed = page.is_needed(question, row)
    return FieldView(
        pointer=pointer,
        id=identifier,
        focus_id=options[0].id if widget in {"radios", "checkboxes"} and options else identifier,
        name=name,
        question=question.id,
        type=question.type,
        widget=widget,
        label=question.title.to(lang),
        text=_shown(page, question, value) if widget == "fixed" else page.raw.get(name, _text(page, question, value)),
        options=options,
        described_by=" ".join(f"{identifier}-{part}" for part, shown in parts.items() if shown),
        required=needed,
        is_open=needed and not read_only and value is None and name not in page.raw and page.now is not None,
        read_only=read_only,
        hidden=pointer in page.hidden,
        help=help_text,
        hint=hint,
        error=error,
        warning=warning,
        unit=question.unit.to(lang) if question.unit else word("yuan", lang) if question.type == "money" else None,
        input_mode=_INPUT_MODES.get(question.type),
        level=question.constraints.level if question.type == "region" else None,
        region_list=f"regions-{question.constraints.level or 'any'}" if question.type == "region" else None,
        files=_files(question, value),
        many=question.type != "signature",
        accept="image/*" if question.type in {"photo", "signature"} else None,
        origin=origin,
        origin_differs=differs,
        beside=beside,
        used_by=page.used_by(question) if page.why else None,
        computed=question.compute is not None,
        fixed=_posted_texts(question, value) if widget == "fixed" else (),
    )


def _shown(page: Page, question: Question, value: Any) -> str:
    return display_text(page.form, question, value, page.lang, members=page.members, regions=page.regions)


def _posted_texts(question: Question, value: Any) -> tuple[str, ...]:
    """What a field that cannot be changed sends back."""
    if isinstance(value, list):
        return tuple(one for one in value if isinstance(one, str))
    return () if value is None else (input_text(question, value),)


def _text(page: Page, question: Question, value: Any) -> str:
    if question.type == "region" and isinstance(value, str) and value in page.regions:
        return f"{value} {page.regions[value]}"
    return "" if isinstance(value, list) else input_text(question, value)


def _files(question: Question, value: Any) -> tuple[str, ...]:
    if WIDGETS[question.type] != "files":
        return ()
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _options(page: Page, question: Question, value: Any, identifier: str) -> tuple[Option, ...]:
    if question.type == "boolean":
        pairs = [("true", word("yes", page.lang)), ("false", word("no", page.lang))]
        chosen: list[Any] = ["true"] if value is True else ["false"] if value is False else []
    elif question.type == "member_reference":
        pairs = [
            (str(row["row_id"]), f"{at} {row.get('member_name') or ''}".strip())
            for at, row in enumerate(page.members, 1)
            if row.get("row_id")
        ]
        chosen = [value]
    elif question.codes is not None:
        titles = page.form.code_lists[question.codes].values
        pairs = [
            (code, title.to(page.lang) if question.type == "choices" else f"{_key(code, at)} {title.to(page.lang)}")
            for at, (code, title) in enumerate(titles.items(), 1)
        ]
        chosen = value if isinstance(value, list) else [value]
        if question.type == "choice" and isinstance(value, str) and value not in titles:
            wrong = Option(f"{identifier}-wrong", value, value, chosen=True, known=False)
            return (*_listed(identifier, pairs, chosen), wrong)  # it stays visible until somebody corrects it
    else:
        return ()
    return _listed(identifier, pairs, chosen)


def _listed(identifier: str, pairs: Sequence[tuple[str, str]], chosen: Sequence[Any]) -> tuple[Option, ...]:
    return tuple(Option(f"{identifier}-{at}", code, label, code in chosen) for at, (code, label) in enumerate(pairs))


def _key(code: str, at: int) -> str:
    """What a clerk types to pick an entry: the code of the standard, or its number where codes are words."""
    return code if _SHORT_CODE.fullmatch(code) else str(at)


def _origin(page: Page, question: Question, pointer: str, value: Any) -> tuple[str | None, str | None]:
    """Where the value came from; when a person changed it, what the source says instead."""
    origin = page.origins.get(pointer)
    if origin is None:
        return None, None
    source = page.source_titles.get(origin.source, origin.source)
    badge = word("source", page.lang, source=source) + (f" · {origin.when[:10]}" if origin.when else "")
    if origin.value == value or value is None:
        return badge, None
    shown = display_text(page.form, question, origin.value, page.lang, members=page.members, regions=page.regions)
    return badge, word("source_value", page.lang, source=source, value=shown)
