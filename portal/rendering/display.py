"""An answer as a person reads it: yuan instead of 分, titles instead of codes, masked id numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from portal.forms import Bank, Form, Question, masked
from portal.forms.identity import holds_citizen_number
from portal.rendering.form_words import word
from portal.values import yuan


def input_text(question: Question, value: Any) -> str:  # noqa: PLR0911 - one exit per kind of value
    """The text that stands in the input for an answer: what a person would have typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if question.type == "money" and isinstance(value, int):
        return yuan(value).replace(",", "").removesuffix(".00")
    if question.type == "geo" and isinstance(value, Mapping):
        return f"{value.get('lat', '')},{value.get('lng', '')}"
    if question.type == "datetime" and isinstance(value, str):
        return value.removesuffix("+08:00").removesuffix(":00").replace("T", " ")
    if isinstance(value, float):
        return f"{Decimal(str(value)):f}"  # never 1e-06: the reader of a posted page takes plain digits only
    return value if isinstance(value, str) else str(value)


def display_text(
    form: Form | Bank,
    question: Question,
    value: Any,
    lang: str,
    *,
    unmask: bool = False,
    members: Sequence[Mapping[str, Any]] = (),
    regions: Mapping[str, str] | None = None,
) -> str:
    """An answer for reading; an id number or account shows its ends only, unless `unmask` (a logged act) is given."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return word("yes" if value else "no", lang)
    if isinstance(value, list):
        return _many(form, question, value, lang)
    if isinstance(value, str):
        return _text(form, question, value, lang, unmask=unmask, members=members, regions=regions or {})
    if question.type == "money" and isinstance(value, int):
        unit = question.unit.to(lang) if question.unit is not None else word("yuan", lang)
        return f"{yuan(value)} {unit}"
    text = input_text(question, value)
    return f"{text} {question.unit.to(lang)}" if question.unit is not None else text


def _text(
    form: Form | Bank,
    question: Question,
    value: str,
    lang: str,
    *,
    unmask: bool,
    members: Sequence[Mapping[str, Any]],
    regions: Mapping[str, str],
) -> str:
    if not unmask and (question.is_sensitive_number or holds_citizen_number(value)):
        return masked(value)
    match question.type:
        case "signature":
            return word("signed", lang)
        case "choice":
            return _code_title(form, question, value, lang)
        case "member_reference":
            return _member_name(value, members)
        case "region":
            return regions.get(value, value)
    return input_text(question, value)


def _many(form: Form | Bank, question: Question, values: Sequence[Any], lang: str) -> str:
    if question.type in {"photo", "file"}:
        return word("files", lang, count=len(values))
    joiner = ", " if lang == "en" else "、"
    return joiner.join(_code_title(form, question, str(value), lang) for value in values)


def _code_title(form: Form | Bank, question: Question, code: str, lang: str) -> str:
    titles = form.code_lists[question.codes].values if question.codes is not None else {}
    return titles[code].to(lang) if code in titles else code


def _member_name(mark: str, members: Sequence[Mapping[str, Any]]) -> str:
    row = next((member for member in members if member.get("row_id") == mark), None)
    name = row.get("member_name") if row is not None else None
    return name if isinstance(name, str) else mark
