"""The few questions that tell most: a short check of what a household may get, before anybody asks for everything.

The questions are found in the catalogue, by how many items' rules they decide. Sums are asked once as a whole: what
stands for a section of amounts is one of its own questions. Nothing here is an application, and nothing is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.catalogue.papers import PaperNeed, papers_for
from portal.catalogue.wording import in_words
from portal.forms import Form, Question, compute
from portal.rules import Judgement, Reason
from portal.rules.judging import ON_FAIL
from portal.values import Text

MOST: Final = 14
ASKED_TYPES: Final = frozenset({"boolean", "choice", "choices", "date", "integer", "money"})
# What a person does when he applies, not what his household is like.
NOT_A_CIRCUMSTANCE: Final = frozenset({"app", "auth", "auth_members", "appfile", "appfile_members", "pay"})
URGENT: Final = "app_urgent"
# Everybody who applies does this, and everybody who checks is told that the city's own people are meant.
ASSUMED: Final[Mapping[str, Any]] = {
    "auth_signed": True,
    "declare_true": True,
    "hh_hukou_region": "321300000000",
    "supporters": [],
}
OF_MEMBERS: Final[Mapping[str, Any]] = {"member_lives_together": True}
AS_A_WHOLE: Final = Text("全家合计,大约", "all together, about")


def short_form(catalogue: Catalogue, most: int = MOST) -> Form:
    """The form of the questions that tell most, in the order in which the whole form asks them."""
    whole = _whole(catalogue)
    names = [name for name, _ in _ranked(catalogue, whole)[:most]]
    chosen = {question.id: question for question in whole.questions.values() if question.id in names}
    asked = {name: _as_a_whole(whole, question) for name, question in chosen.items()}
    return replace(whole, layout=whole.layout.only(names), questions=asked, core=(), item_needs={})


def _whole(catalogue: Catalogue) -> Form:
    return catalogue.form("application", catalogue.items)


def _ranked(catalogue: Catalogue, whole: Form) -> list[tuple[str, int]]:
    """Candidates with the number of items they decide, the weightiest first; of a section of amounts only one."""
    weights: Counter[str] = Counter()
    for item in catalogue.items.values():
        weights.update(_decides(catalogue, item))
    found: dict[str, tuple[str, int]] = {}
    for question in whole.questions.values():
        weight = weights[question.id]
        if not weight or not _is_askable(question):
            continue
        name = _stands_for(whole, question, weights)
        key = name if question.in_rows else question.section
        if key not in found or weight > found[key][1]:
            found[key] = (name, weight)
    return sorted(found.values(), key=lambda one: (-one[1], whole.order[one[0]]))


def _is_askable(question: Question) -> bool:
    plain = question.type in ASKED_TYPES and question.compute is None and question.group in {"application", "members"}
    return plain and (question.section not in NOT_A_CIRCUMSTANCE or question.id == URGENT)


def _stands_for(whole: Form, question: Question, weights: Mapping[str, int]) -> str:
    """The question that is asked instead: in a section of amounts the one for everything else, if it counts as much."""
    section = whole.sections[question.section]
    if question.type != "money" or question.in_rows or question.id not in section.none_questions:
        return question.id
    others = [name for name in section.none_questions if name.endswith("_other") and name in whole.questions]
    return others[-1] if others and weights[others[-1]] >= weights[question.id] else question.id


def _as_a_whole(whole: Form, question: Question) -> Question:
    section = whole.sections[question.section]
    if question.type == "money" and question.id.endswith("_other") and question.id in section.none_questions:
        title = Text(f"{section.title.zh}({AS_A_WHOLE.zh})", f"{section.title.en} ({AS_A_WHOLE.en})")
        return replace(question, title=title, required=False, help=None)
    return replace(question, required=False)


def _decides(catalogue: Catalogue, item: Item) -> set[str]:
    """Every question an item's rules come down to."""
    rules = [rule.rule for rule in item.policy.requirements if rule.on_fail in ON_FAIL]
    return _leaves(catalogue, [name for rule in rules for name in rule.reads])


def _leaves(catalogue: Catalogue, names: Iterable[str]) -> set[str]:
    """The names behind names: a derived value stands for everything it is worked out from."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        if name in catalogue.derived:
            todo += catalogue.derived[name].rule.reads
    return found - catalogue.derived.keys()


def facts(catalogue: Catalogue, form: Form, answers: Mapping[str, Any], on: date) -> dict[str, Any]:
    """What was answered as the rules read it: a sum that was given as a whole leaves nothing open in its section."""
    whole, given = _whole(catalogue), dict(answers)
    for name in form.questions:
        section = whole.sections[form.questions[name].section]
        if name in answers and name in section.none_questions:
            given |= {other: 0 for other in section.none_questions if other not in answers}
    if given.get("members"):
        given["members"] = [{**row, **OF_MEMBERS} for row in given["members"]]
    return compute(whole, {**given, **ASSUMED}, catalogue.environment({}, on))


@dataclass(frozen=True)
class Look:
    """How one item looks on these answers: may, likely, not or unknown; the rule that decided, and what to bring."""

    item: Item
    standing: str
    reason: Text | None
    papers: tuple[PaperNeed, ...]


def looks(catalogue: Catalogue, form: Form, answers: Mapping[str, Any], on: date) -> list[Look]:
    """Every item a citizen can ask for, judged on these few answers; what was not asked here is still to come."""
    known = facts(catalogue, form, answers, on)
    judged = catalogue.judge(known, on)
    said = _said(form, answers)
    environment = catalogue.environment(known, on)
    found = []
    for item in catalogue.items.values():
        if {"application", "discovery"} & set(item.starts) and not (item.retired_on and item.retired_on <= on):
            standing = _standing(catalogue, item, judged[item.slug], said)
            told = _told(catalogue, item, judged[item.slug], standing)
            papers = tuple(need for need in papers_for(catalogue, [item.slug], environment) if need.certain)
            found.append(Look(item, standing, in_words(catalogue, told) if told is not None else None, papers))
    return found


def _said(form: Form, answers: Mapping[str, Any]) -> frozenset[str]:
    """The questions that were answered, in a row or not."""
    rows = [row for name in form.rows for row in answers.get(name) or ()]
    return frozenset(name for side in (answers, *rows) for name in side if name in form.questions)


def _standing(catalogue: Catalogue, item: Item, judgement: Judgement, said: frozenset[str]) -> str:
    """Likely: every rule that can exclude is met, and something that was answered speaks for the item.

    What is left then, for a person to judge or for the visit and the comparisons to find, is to be confirmed. That
    nothing speaks against an item is not enough.
    """
    if judgement.outcome in {"not_eligible", "eligible"}:
        return "not" if judgement.outcome == "not_eligible" else "may"
    excluding = [reason for reason in judgement.reasons if reason.on_fail == "reject"]
    met = {reason.rule for reason in excluding if reason.holds is True}
    speaks = any(rule.id in met and _leaves(catalogue, rule.rule.reads) & said for rule in item.policy.requirements)
    return "likely" if speaks and len(met) == len(excluding) else "unknown"


def _told(catalogue: Catalogue, item: Item, judgement: Judgement, standing: str) -> Reason | None:
    """The rule that decided: the first that fails for what is out, one that is met for what fits, else what is open.

    What is assumed of everybody is no reason.
    """
    wanted = {"not": (False,), "may": (True,), "likely": (None, False), "unknown": (None, False)}[standing]
    told = {rule.id for rule in item.policy.requirements if not _leaves(catalogue, rule.rule.reads) <= ASSUMED.keys()}
    ruling = [reason for reason in judgement.reasons if reason.on_fail in ON_FAIL and reason.rule in told]
    return next((reason for reason in ruling if reason.holds in wanted), None)


def carried(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What an application begins with: circumstances. Sums that were given as a whole are asked one by one there."""
    sums = {name for section in form.sections.values() for name in section.none_questions}
    return {name: value for name, value in answers.items() if name not in sums and name != URGENT}
