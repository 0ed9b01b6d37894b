"""Trying rules: on the sample families of an item, on the city's example, on facts typed in; every step with its value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from portal.catalogue.canonical import loads
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.facts import faults_of
from portal.catalogue.sentences import Words, sentence, words_of
from portal.catalogue.wording import in_words
from portal.errors import Finding
from portal.reader import needs, t, text, today
from portal.rules import Environment
from portal.rules.explaining import Trace, trace
from portal.studio.bench import Bench, bench, page, save
from portal.studio.choices import items as item_options
from portal.values import Text, yuan

pages = Blueprint("studio_trying", __name__, url_prefix="/studio/<int:proposal_id>/try")
CONFIGURATOR = "catalogue.publish"
OUTCOMES: dict[str, Text] = {
    "eligible": Text("符合", "eligible"),
    "not_eligible": Text("不符合", "not eligible"),
    "undetermined": Text("信息不足", "not enough is known"),
    "refer": Text("转介", "to be referred"),
    "return": Text("退回补充", "to be supplied"),
    "manual": Text("由人判定", "a person decides"),
}


def examples_of(here: Bench, slug: str) -> list[Mapping[str, Any]]:
    """The sample families kept with an item."""
    document = here.document(f"form_schemas/examples/{slug}.json") or {}
    return [one for one in document.get("examples", ()) if isinstance(one, Mapping)]


@pages.route("", methods=["GET", "POST"])
@needs(CONFIGURATOR)
def show(proposal_id: int) -> tuple[str, int]:
    """Choose an item and a family, change facts, see what the rules say and why."""
    here = bench(proposal_id)
    slug = request.values.get("item", "")
    samples = examples_of(here, slug)
    picked = request.values.get("sample", "0")
    sample = samples[int(picked)] if picked.isdigit() and int(picked) < len(samples) else None
    written = request.form.get("facts") or json.dumps((sample or {}).get("facts", {}), ensure_ascii=False, indent=1)
    on = request.values.get("on") or str((sample or {}).get("on", today().isoformat()))
    result, faults = _judged(here, slug, written, on)
    return page(
        "try.html",
        bench=here,
        options=item_options(here.source),
        slug=slug,
        samples=samples,
        picked=picked,
        written=written,
        on=on,
        faults=faults,
        blocked=here.faults,
        outcomes=OUTCOMES,
        **result,
    )


def _judged(here: Bench, slug: str, written: str, on: str) -> tuple[dict[str, Any], list[Text]]:
    catalogue = here.catalogue
    if catalogue is None or slug not in catalogue.items:
        return {"judgement": None}, []
    facts, findings = loads(written, "facts")
    faults = [finding.message for finding in findings]
    try:
        day = date.fromisoformat(on)
    except ValueError:
        faults.append(Text("没有这一天。", "There is no such day."))
        day = today()
    if not faults and isinstance(facts, dict):
        faults = [_where(finding) for finding in faults_of(facts, catalogue.fact_names, "facts")]
    if faults or not isinstance(facts, dict):
        return {"judgement": None}, faults
    judgement = catalogue.judge(facts, day, [slug])[slug]
    words = words_of(here.source)
    env = catalogue.environment(facts, day)
    rules = [
        (reason, in_words(catalogue, reason), _steps(catalogue, slug, reason.rule, env, words))
        for reason in judgement.reasons
    ]
    members = [row for row in facts.get("members") or () if isinstance(row, dict)]
    names = [str(row.get("member_name") or t(f"第{n + 1}人", f"person {n + 1}")) for n, row in enumerate(members)]
    return {"judgement": judgement, "rules": rules, "names": names}, []


def _where(finding: Finding) -> Text:
    place = finding.pointer.removeprefix("/facts")
    hint = finding.suggestion or Text("", "")
    return Text(f"{place} {finding.message.zh}{hint.zh}", f"{place} {finding.message.en} {hint.en}")


def _steps(catalogue: Catalogue, slug: str, rule: str, env: Environment, words: Words) -> list[tuple[int, Text, str]]:
    """(depth, what, value) of every step of a rule that is judged for the whole application."""
    requirement = next(one for one in catalogue.items[slug].policy.requirements if one.id == rule)
    if requirement.scope != "application":
        return []
    return _flat(requirement.rule.document, trace(requirement.rule.document, env), words, 0)


def _flat(document: Any, step: Trace, words: Words, depth: int) -> list[tuple[int, Text, str]]:
    found = [(depth, sentence(document, words), _shown(step, words))]
    if isinstance(document, dict) and step.parts:
        ((_, args),) = document.items()
        inner = [part for part in (args if isinstance(args, list) else [args]) if isinstance(part, dict)]
        for part, below in zip(inner, step.parts, strict=False):
            found += _flat(part, below, words, depth + 1)
    return found


def _shown(step: Trace, words: Words) -> str:
    value = step.value
    if isinstance(value, bool):
        return t("成立", "holds") if value else t("不成立", "does not hold")
    if value is None:
        return t("无", "none")
    if hasattr(value, "missing"):
        return t("未知", "unknown")
    if step.name in words.money and not isinstance(value, str | list):
        return f"{yuan(int(value))} {t('元', 'yuan')}"
    titles = words.codes.get(step.name or "", {})
    if isinstance(value, str) and value in titles:
        return text(titles[value])
    return f"{float(value):g}" if not isinstance(value, str | list) else str(value)


@pages.post("/keep")
@needs(CONFIGURATOR)
def keep(proposal_id: int) -> Response | tuple[str, int]:
    """Keep what was tried as a sample family of the item, with what came out: from now on every check judges it."""
    here, form = bench(proposal_id), request.form
    slug = form.get("item", "")
    facts, findings = loads(form.get("facts", ""), "facts")
    catalogue = here.catalogue
    title = {"zh": form.get("title_zh", "").strip(), "en": form.get("title_en", "").strip()}
    if catalogue is None or slug not in catalogue.items or findings or not isinstance(facts, dict) or not title["zh"]:
        return show(proposal_id)
    day = date.fromisoformat(form.get("on", today().isoformat()))
    judged = catalogue.judge(facts, day, [slug])[slug]
    expect: dict[str, Any] = {"outcome": judged.outcome}
    if judged.amount_fen is not None:
        expect["amount_fen"] = judged.amount_fen
    path = f"form_schemas/examples/{slug}.json"
    document = here.document(path) or {"item": slug, "examples": []}
    made = {
        **document,
        "examples": [
            *document["examples"],
            {"title": title, "on": day.isoformat(), "facts": facts, "expect": expect},
        ],
    }
    words = Text(f"样例家庭:{title['zh']}", f"Sample family: {title['en']}")
    return save(proposal_id, path, made, words, back=f"/studio/{proposal_id}/try?item={slug}")
