"""The question bank: found by words, by section, by use; a new question warned of a twin; nothing still used is lost."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from portal.catalogue.sentences import sentence, words_of
from portal.errors import NOT_FOUND, Problem, Refused
from portal.reader import needs, t, text
from portal.studio.bench import Bench, bench, page, save
from portal.studio.choices import fixed
from portal.studio.evidence import names_in
from portal.studio.fields import Field, Option, draw, take
from portal.values import Text

pages = Blueprint("studio_questions", __name__, url_prefix="/studio/<int:proposal_id>/questions")
CONFIGURATOR = "catalogue.publish"
ALIKE: Final = 0.75
STILL_USED = Problem(
    "question-used",
    409,
    Text("还有 {count} 处在用这个问题,不能删除。", "The question is still used in {count} places."),
)
TYPES: Final = fixed(
    ("text", "一行文字", "a line of text"), ("textarea", "多行文字", "several lines"), ("integer", "整数", "whole number"),
    ("decimal", "小数", "number"), ("money", "金额(元)", "money"), ("date", "日期", "date"), ("boolean", "是/否", "yes or no"),
    ("choice", "单选", "one choice"), ("choices", "多选", "several choices"), ("id_number", "身份证号", "id number"),
    ("phone", "电话", "phone"), ("region", "行政区划", "division"), ("file", "文件", "file"), ("photo", "照片", "photo"),
    ("signature", "签名", "signature"), ("bank_account", "银行账号", "bank account"),
)  # fmt: skip
FORMS: Final = fixed(("application", "申请表", "application"), ("home_visit", "入户调查", "home visit"))
SENSITIVITY: Final = fixed(
    ("none", "一般", "none"), ("personal", "个人信息", "personal"), ("sensitive", "敏感信息", "sensitive")
)


def _codes(source: Any) -> list[Option]:
    return [
        Option(str(d.get("id")), Text(d.get("title", {}).get("zh", ""), d.get("title", {}).get("en", "")))
        for _, d in source.of_kind("codes")
    ]


FIELDS: Final = (
    Field("title", Text("问题", "Question"), "bilingual", required=True),
    Field("type", Text("怎样回答", "How it is answered"), "choice", TYPES, required=True),
    Field("codes", Text("选项表", "Code list"), "choice", _codes, help=Text("单选、多选才填。", "For choices only.")),
    Field("help", Text("填写说明", "Help"), "bilingual"),
    Field("forms", Text("在哪里问", "Where it is asked"), "many", FORMS),
    Field("required", Text("必须回答", "Must be answered"), "flag"),
    Field("sensitivity", Text("敏感程度", "Sensitivity"), "choice", SENSITIVITY, required=True),
)


@dataclass(frozen=True)
class Entry:
    """One question of the bank with where it stands and who needs it."""

    question: Mapping[str, Any]
    path: str
    section: Text
    used_by: tuple[Text, ...]
    read_by: tuple[str, ...]


def entries(here: Bench) -> Iterator[Entry]:
    """Every question; `read_by` names the rules that read it."""
    needed: dict[str, list[Text]] = {}
    read: dict[str, list[str]] = {}
    for _, item in here.source.of_kind("items"):
        title = Text(item["title"].get("zh", ""), item["title"].get("en", ""))
        for name in {*item.get("questions", ()), *item.get("survey", ())}:
            needed.setdefault(name, []).append(title)
        for rule in item.get("rules", ()):
            for name in set(names_in(rule.get("when"))):
                read.setdefault(name, []).append(f"{item['slug']} {rule['id']}")
    for path, document in here.source.of_kind("questions"):
        head = document.get("title", {})
        for question in document.get("questions", ()):
            name = str(question.get("id"))
            yield Entry(
                question,
                path,
                Text(head.get("zh", ""), head.get("en", "")),
                tuple(needed.get(name, ())),
                tuple(read.get(name, ())),
            )


def twins(here: Bench, title: str, besides: str = "") -> list[Entry]:
    """Questions that ask nearly the same."""
    found = [
        (SequenceMatcher(None, title, str(e.question.get("title", {}).get("zh", ""))).ratio(), e)
        for e in entries(here)
        if e.question.get("id") != besides
    ]
    near = sorted((pair for pair in found if pair[0] >= ALIKE), key=lambda pair: -pair[0])
    return [entry for _, entry in near[:5]]


@pages.get("")
@needs(CONFIGURATOR)
def index(proposal_id: int) -> tuple[str, int]:
    """Search by words, section and use."""
    here = bench(proposal_id)
    wanted, section, use = (request.args.get(name, "").strip() for name in ("q", "section", "use"))
    everything = list(entries(here))
    shown = [
        e
        for e in everything
        if (not wanted or wanted.lower() in f"{e.question.get('id')} {e.question.get('title')}".lower())
        and (not section or e.path.endswith(f"/{section}.json"))
        and (not use or (use == "unused") == (not e.used_by))
    ]
    sections = [
        (path.rsplit("/", 1)[-1].removesuffix(".json"), d["title"]) for path, d in here.source.of_kind("questions")
    ]
    return page(
        "questions.html",
        bench=here,
        shown=shown[:200],
        count=len(shown),
        total=len(everything),
        sections=sections,
        q=wanted,
        section=section,
        use=use,
        types={o.value: o.label for o in TYPES(here.source)},
    )


def _entry(here: Bench, name: str) -> Entry:
    found = next((e for e in entries(here) if e.question.get("id") == name), None)
    if found is None:
        raise Refused(NOT_FOUND)
    return found


@pages.get("/<name>")
@needs(CONFIGURATOR)
def show(proposal_id: int, name: str) -> tuple[str, int]:
    """One question: edit it, see who needs it and which rules read it; `new` begins one."""
    here = bench(proposal_id)
    if name == "new":
        return _page(here, name, {"sensitivity": "personal", "forms": ["application"]}, None)
    entry = _entry(here, name)
    return _page(here, name, entry.question, entry)


def _page(
    here: Bench, name: str, question: Mapping[str, Any], entry: Entry | None, errors: dict[str, str] | None = None,
    near: list[Entry] | None = None,
) -> tuple[str, int]:  # fmt: skip
    sections = [(path, d["title"]) for path, d in here.source.of_kind("questions")]
    required = question.get("required")
    told = sentence(required, words_of(here.source)) if isinstance(required, dict) else None
    return page(
        "question.html",
        status=422 if errors or near else 200,
        bench=here,
        name=name,
        question=question,
        entry=entry,
        fields=draw(FIELDS, question, here.source, errors),
        errors=errors or {},
        sections=sections,
        section=request.form.get("_path", entry.path if entry else ""),
        typed_id=request.form.get("id", "" if name == "new" else name),
        near=near or [],
        told=told,
    )


@pages.post("/<name>")
@needs(CONFIGURATOR)
def keep(proposal_id: int, name: str) -> Response | tuple[str, int]:
    """Keep a question; a new one that nearly repeats another asks once more."""
    here, form = bench(proposal_id), request.form
    entry = None if name == "new" else _entry(here, name)
    before = dict(entry.question) if entry else {}
    made, faults = take(FIELDS, form, before)
    errors = {fault.question: text(fault.message) for fault in faults}
    if isinstance(before.get("required"), dict):
        made["required"] = before["required"]  # a condition is kept; the box only says always or never
    for optional in ("help", "codes"):
        if not made.get(optional) or made[optional] == {"zh": "", "en": ""}:
            made.pop(optional, None)
    path = entry.path if entry else form.get("_path", "")
    made["id"] = name if entry else form.get("id", "").strip()
    known = {str(e.question.get("id")) for e in entries(here)}
    if entry is None and (not made["id"] or made["id"] in known):
        errors["id"] = t("请起一个没有用过的标识。", "Give a name nobody uses yet.")
    document = copy.deepcopy(here.document(path))
    if document is None:
        errors["_path"] = t("请选择所在部分。", "Choose a section.")
    near = twins(here, made.get("title", {}).get("zh", ""), made["id"]) if entry is None and "_sure" not in form else []
    if errors or near:
        return _page(here, name, made, entry, errors, near)
    others = document["questions"]
    at = next((n for n, one in enumerate(others) if one.get("id") == name), len(others))
    document["questions"] = [*others[:at], made, *others[at + (entry is not None) :]]
    words = Text(f"问题:{made['title']['zh']}", f"Question: {made['title']['en']}")
    return save(proposal_id, path, document, words, back=f"/studio/{proposal_id}/questions/{made['id']}")


@pages.post("/<name>/remove")
@needs(CONFIGURATOR)
def remove(proposal_id: int, name: str) -> Response | tuple[str, int]:
    """Take a question out; refused while an item asks it or a rule reads it."""
    here = bench(proposal_id)
    entry = _entry(here, name)
    uses = len(entry.used_by) + len(entry.read_by)
    if uses:
        raise Refused(STILL_USED, count=uses)
    document = copy.deepcopy(here.document(entry.path))
    document["questions"] = [one for one in document["questions"] if one.get("id") != name]
    words = Text(f"删除问题 {name}", f"Question {name} removed")
    also = _out_of_layouts(here, name)
    return save(proposal_id, entry.path, document, words, back=f"/studio/{proposal_id}/questions", also=also)


def _out_of_layouts(here: Bench, name: str) -> dict[str, Any]:
    """The forms without the controls of a question that is gone."""
    found = {}
    for kind in ("application", "home_visit"):
        path = f"form_schemas/{kind}.json"
        document = here.document(path)
        if document is not None and any(part.endswith(f"/{name}") for part in names_in(document["layout"])):
            found[path] = {**document, "layout": _without(document["layout"], name)}
    return found


def _without(node: Any, name: str) -> Any:
    if isinstance(node, dict):
        return {key: _without(value, name) for key, value in node.items()}
    if isinstance(node, list):
        return [
            _without(v, name)
            for v in node
            if not (isinstance(v, dict) and str(v.get("scope", "")).endswith(f"/{name}"))
        ]
    return node
