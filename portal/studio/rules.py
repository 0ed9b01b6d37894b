"""The rules of an item: read as sentences, built from pieces, or written as documents; and the rule of its amount."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from portal.catalogue.canonical import loads
from portal.catalogue.sentences import Words, sentence, words_of
from portal.errors import NOT_FOUND, Refused
from portal.reader import needs, text
from portal.studio import choices
from portal.studio.bench import Bench, bench, page, save
from portal.studio.fields import Option
from portal.studio.items import path_of
from portal.studio.pieces import (
    BLANK_ROWS,
    OPERATOR_WORDS,
    QUANTIFIERS,
    Kinds,
    Piece,
    kinds_of,
    pieces_of,
    posted,
    rule_of,
)
from portal.values import Text

pages = Blueprint("studio_rules", __name__, url_prefix="/studio/<int:proposal_id>/items/<slug>/rules")
CONFIGURATOR = "catalogue.publish"

FAILING: Final[Mapping[str, Text]] = {
    "reject": Text("不符合即不予确认", "not met: not eligible"),
    "manual": Text("不符合时由人判定", "not met: a person decides"),
    "return": Text("不符合时退回补充", "not met: something must be supplied"),
    "refer": Text("不符合时转介", "not met: refer elsewhere"),
    "route": Text("只决定办理途径", "only decides the way it is handled"),
    "note": Text("只作提示", "a note only"),
}
NOT_JSON = Text("不是有效的规则文档:{why}", "This is no valid document: {why}")
ID_MISSING = Text("请填规则编号,如 R1。", "Give the rule a name such as R1.")
ID_TAKEN = Text("这个编号已有。", "This name is taken.")
TITLE_MISSING = Text("请写明规则的中文说明。", "Say in Chinese what the rule asks.")


@dataclass(frozen=True)
class Editing:
    """One rule on its page: as it stands, or as it was typed, with what is wrong."""

    rule: Mapping[str, Any]
    joiner: str
    pieces: list[Piece]
    written: str
    in_pieces: bool
    errors: Mapping[str, str] = field(default_factory=dict)


def names_of(here: Bench, words: Words, kinds: Kinds, item: Mapping[str, Any]) -> list[Option]:
    """What a rule may speak of: first what the item asks, then derived values, recognitions, everything else."""
    asked = {*item.get("questions", ()), *item.get("survey", ())}
    derived = {str(e.get("id")) for e in here.source.one("derived").get("derived", ())}
    heads: tuple[tuple[Text, Callable[[str], bool]], ...] = (
        (Text("本事项已问", "Asked by this item"), lambda n: n in asked),
        (Text("推算值", "Derived values"), lambda n: n in derived),
        (Text("身份认定", "Recognitions"), lambda n: kinds.of[n] == "status"),
        (Text("其他问题(选用后须在事项中勾选)", "Other questions (tick them in the item too)"), lambda _: True),
    )
    found: list[Option] = []
    seen: set[str] = set()
    for head, belongs in heads:
        for name in kinds.of:
            if name not in seen and belongs(name):
                seen.add(name)
                found.append(Option(name, words.title(name), head))
    return found


def _item(here: Bench, slug: str) -> dict[str, Any]:
    document = here.document(path_of(slug))
    if document is None:
        raise Refused(NOT_FOUND)
    made: dict[str, Any] = document
    return made


@pages.get("")
@needs(CONFIGURATOR)
def index(proposal_id: int, slug: str) -> tuple[str, int]:
    """Every rule of the item as a sentence, and the amount."""
    here = bench(proposal_id)
    item, words = _item(here, slug), words_of(here.source)
    rules = [(rule, sentence(rule.get("when"), words)) for rule in item.get("rules", ())]
    amount = item.get("benefit", {}).get("amount")
    return page(
        "rules.html",
        bench=here,
        item=item,
        slug=slug,
        rules=rules,
        failing=FAILING,
        amount=amount,
        amount_words=sentence(amount, words) if amount is not None else None,
        amount_written=json.dumps(amount, ensure_ascii=False, indent=2) if amount is not None else "",
        standards=choices.listed("parameters", "parameters")(here.source),
    )


@pages.get("/<rule_id>")
@needs(CONFIGURATOR)
def show(proposal_id: int, slug: str, rule_id: str) -> tuple[str, int]:
    """One rule, in pieces when it has that shape; `new` begins one."""
    here = bench(proposal_id)
    item = _item(here, slug)
    rule = _rule(item, rule_id)
    words = words_of(here.source)
    kinds = kinds_of(here.source, words)
    when = rule.get("when", True)
    built = pieces_of(when, kinds)
    joiner, pieces = built if built is not None else ("and", ())
    if rule_id == "new":
        joiner, pieces, built = "and", (), ("and", ())
    written = json.dumps(when, ensure_ascii=False, indent=2)
    return _page(here, slug, rule_id, Editing(rule, joiner, list(pieces), written, built is not None))


def _rule(item: Mapping[str, Any], rule_id: str) -> Mapping[str, Any]:
    if rule_id == "new":
        numbers = {str(rule.get("id")) for rule in item.get("rules", ())}
        fresh = next(f"R{n}" for n in range(1, 1000) if f"R{n}" not in numbers)
        return {"id": fresh, "title": {"zh": "", "en": ""}, "scope": "application", "on_fail": "reject", "clause": None}
    found = next((rule for rule in item.get("rules", ()) if rule.get("id") == rule_id), None)
    if found is None:
        raise Refused(NOT_FOUND)
    made: Mapping[str, Any] = found
    return made


def _page(here: Bench, slug: str, rule_id: str, editing: Editing, status: int = 200) -> tuple[str, int]:
    item = _item(here, slug)
    words = words_of(here.source)
    kinds = kinds_of(here.source, words)
    rows = [*editing.pieces, *(Piece() for _ in range(BLANK_ROWS if editing.pieces else BLANK_ROWS + 1))]
    return page(
        "rule.html",
        status=status,
        bench=here,
        item=item,
        slug=slug,
        rule_id=rule_id,
        editing=editing,
        rows=rows,
        names=names_of(here, words, kinds, item),
        operators=OPERATOR_WORDS,
        quantifiers=QUANTIFIERS,
        standards=choices.listed("parameters", "parameters")(here.source),
        codes={name: list(titles.items()) for name, titles in kinds.codes.items()},
        scopes=choices.SCOPES(here.source),
        failing=FAILING,
        told=sentence(editing.rule.get("when", True), words) if rule_id != "new" else None,
    )


@pages.post("/<rule_id>")
@needs(CONFIGURATOR)
def save_rule(proposal_id: int, slug: str, rule_id: str) -> Response | tuple[str, int]:
    """Keep one rule; what it asks but the item does not ask yet is added to the item's questions."""
    here = bench(proposal_id)
    item = _item(here, slug)
    before = _rule(item, rule_id)
    words = words_of(here.source)
    kinds = kinds_of(here.source, words)
    rule, editing = _typed(item, before, kinds, rule_id)
    if editing.errors:
        return _page(here, slug, rule_id, editing, 422)
    made = copy.deepcopy(item)
    others = [one for one in made.get("rules", ()) if one.get("id") != before.get("id") or rule_id == "new"]
    at = next((n for n, one in enumerate(made.get("rules", ())) if one.get("id") == rule_id), len(others))
    made["rules"] = [*others[:at], rule, *others[at:]]
    _ask_what_is_read(made, rule["when"], here)
    title = made["title"]
    return save(
        proposal_id,
        path_of(slug),
        made,
        Text(f"{title['zh']}:规则 {rule['id']}", f"{title['en']}: rule {rule['id']}"),
        back=f"/studio/{proposal_id}/items/{slug}/rules",
    )


def _typed(
    item: Mapping[str, Any], before: Mapping[str, Any], kinds: Kinds, rule_id: str
) -> tuple[dict[str, Any], Editing]:
    form, errors = request.form, {}
    name = form.get("id", "").strip()
    taken = {one.get("id") for one in item.get("rules", ())} - ({before.get("id")} if rule_id != "new" else set())
    if not name:
        errors["id"] = text(ID_MISSING)
    elif name in taken:
        errors["id"] = text(ID_TAKEN)
    title = {"zh": form.get("title.zh", "").strip(), "en": form.get("title.en", "").strip()}
    if not title["zh"]:
        errors["title"] = text(TITLE_MISSING)
    joiner, pieces = posted(form)
    written = form.get("written", "")
    when: Any
    if form.get("_how") == "written":
        when, findings = loads(written, "when")
        if findings:
            errors["written"] = text(NOT_JSON).format(why=text(findings[0].message))
    else:
        when, faults = rule_of(joiner, pieces, kinds)
        errors |= {f"piece.{fault.question}": text(fault.message) for fault in faults}
    clause = {"zh": form.get("clause.zh", "").strip(), "en": form.get("clause.en", "").strip()}
    rule = {**before, "id": name, "title": title, "scope": form.get("scope", "application")}
    rule |= {"on_fail": form.get("on_fail", "reject"), "when": when, "clause": clause if clause["zh"] else None}
    if rule["clause"] is None:
        rule["basis"] = before.get("basis") or "to be confirmed"
    else:
        rule.pop("basis", None)
    return rule, Editing(rule, joiner, pieces, written, form.get("_how") != "written", errors)


def _ask_what_is_read(item: dict[str, Any], when: Any, here: Bench) -> None:
    """A rule without its facts can never decide: the questions it reads are asked by the item from now on."""
    forms = {
        str(q.get("id")): q.get("forms", ())
        for _, document in here.source.of_kind("questions")
        for q in document.get("questions", ())
        if isinstance(q, Mapping)
    }
    derived = {str(e.get("id")): e.get("value") for e in here.source.one("derived").get("derived", ())}
    for name in sorted(_reads(when, derived, set())):
        asked = forms.get(name)
        if asked is None:
            continue
        place = "questions" if "application" in asked else "survey"
        if name not in item.get("questions", ()) and name not in item.get("survey", ()):
            item.setdefault(place, []).append(name)


def _reads(rule: Any, derived: Mapping[str, Any], seen: set[str]) -> set[str]:
    found: set[str] = set()
    if isinstance(rule, dict):
        for op, args in rule.items():
            if op == "var" and isinstance(args, str):
                found.add(args)
                if args in derived and args not in seen:
                    found |= _reads(derived[args], derived, seen | {args})
            else:
                found |= _reads(args, derived, seen)
    elif isinstance(rule, list):
        for part in rule:
            found |= _reads(part, derived, seen)
    return found


@pages.post("/<rule_id>/remove")
@needs(CONFIGURATOR)
def remove(proposal_id: int, slug: str, rule_id: str) -> Response | tuple[str, int]:
    """Take a rule out."""
    here = bench(proposal_id)
    item = copy.deepcopy(_item(here, slug))
    _rule(item, rule_id)
    item["rules"] = [rule for rule in item.get("rules", ()) if rule.get("id") != rule_id]
    words = Text(f"{item['title']['zh']}:删除规则 {rule_id}", f"{item['title']['en']}: rule {rule_id} removed")
    return save(proposal_id, path_of(slug), item, words, back=f"/studio/{proposal_id}/items/{slug}/rules")


@pages.post("/amount")
@needs(CONFIGURATOR)
def save_amount(proposal_id: int, slug: str) -> Response | tuple[str, int]:
    """The rule of the amount: one standard, a standard for each person, or a document."""
    here, form = bench(proposal_id), request.form
    item = copy.deepcopy(_item(here, slug))
    how, standard = form.get("how", ""), form.get("standard", "")
    amount: Any = None
    if how == "standard" and standard:
        amount = {"param": standard}
    elif how == "written":
        amount, findings = loads(form.get("written", ""), "amount")
        if findings:
            flash_words = text(NOT_JSON).format(why=text(findings[0].message))
            return page("json_fault.html", status=422, bench=here, message=flash_words, written=form.get("written", ""))
    item.setdefault("benefit", {})["amount"] = amount
    if amount is None:
        item["benefit"].pop("amount")
    else:
        _ask_what_is_read(item, amount, here)
    words = Text(f"{item['title']['zh']}:金额", f"{item['title']['en']}: the amount")
    return save(proposal_id, path_of(slug), item, words, back=f"/studio/{proposal_id}/items/{slug}/rules")
