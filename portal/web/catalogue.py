"""The catalogue as people read it: every item with its rules in words, who uses a question, what the promises are worth.

Shows the release in force; what was published before, when, by whom and what it changed stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, request

from portal.catalogue import queries
from portal.catalogue.catalogue import UNKNOWN_ITEM, Catalogue
from portal.catalogue.model import Item
from portal.catalogue.planning import exclusions_between, plan
from portal.catalogue.release import Change, diff
from portal.catalogue.savings import savings
from portal.db import db
from portal.errors import NOT_FOUND, Refused
from portal.forms import Question
from portal.rendering.formulas import Reader
from portal.values import Text
from portal.web.catalogue_words import (
    LAYERS,
    LEVELS,
    ON_FAIL,
    SCOPES,
    STARTS,
    standard,
)
from portal.web.shell import current_actor, lang, needs, page, today
from portal.workflow import Workflow

catalogue = Blueprint("catalogue", __name__)
catalogue.add_app_template_filter(lambda value, unit: standard(value, unit, lang()), "standard")

FOUND = 200  # questions listed at once
CHANGES = 500  # lines of a difference shown; the command line shows all


def _current() -> Catalogue:
    return queries.current(db.session()).catalogue


@catalogue.get("/catalogue")
@needs("catalogue.read", "application.create")
def overview() -> tuple[str, int]:
    """Every item by department, and what the reform promises over all of them."""
    now = _current()
    typed = request.args.get("q", "").strip()[:60]
    groups = [(one, _fitting(now.items_of(one.code), typed)) for one in now.departments.values()]
    return page(
        "portal/oversight/catalogue.html",
        groups=[(one, items) for one, items in groups if items],
        count=len(now.items),
        q=typed,
        measures=savings(now),
        layers=LAYERS,
        publication=queries.publication(db.session()),
        may_see_releases=current_actor().may("catalogue.read"),
    )


def _fitting(items: Sequence[Item], typed: str) -> list[Item]:
    wanted = typed.lower()
    return [i for i in items if wanted in f"{i.title.zh} {i.title.en} {i.slug} {i.code}".lower()]


@catalogue.get("/catalogue/items/<slug>")
@needs("catalogue.read", "application.create")
def item(slug: str) -> tuple[str, int]:
    """One item with everything that decides about it."""
    now = _current()
    found = now.items.get(slug)
    if found is None:
        raise Refused(UNKNOWN_ITEM, slug=slug, hint=Text("", ""))
    flow = now.workflows[found.workflow]
    return page(
        "portal/oversight/item.html",
        item=found,
        catalogue=now,
        reader=Reader(now, lang()),
        steps=_steps(flow),
        front=_steps(now.workflows["front"], found.front),
        standards=_standards(now, found, today()),
        own=[now.bank.questions[q] for q in now.form("application", [slug]).questions],
        exclusions=[one for one in exclusions_between(now, now.items) if slug in {one.kept, one.closed}],
        granting={need: now.granting(need) for need in found.needs},
        papers_gone=[p for p in found.materials_before if p not in found.materials_after],
        words={"on_fail": ON_FAIL, "levels": LEVELS, "starts": STARTS, "scopes": SCOPES, "layers": LAYERS},
    )


def _steps(flow: Workflow, only: Sequence[str] | None = None) -> list[tuple[Text, str | None, str]]:
    """The steps somebody works on, in the document's order: title, role, how long in words of the document."""
    return [
        (step.title, step.assign.role if step.assign else None, name)
        for name, step in flow.steps.items()
        if (step.assign is not None or step.wait_days is not None) and (only is None or name in only)
    ]


def _standards(now: Catalogue, found: Item, day: date) -> list[tuple[str, Text, str, object]]:
    """The dated standards an item's rules and amount read, as they are today."""
    rules = [requirement.rule for requirement in found.policy.requirements]
    if found.policy.benefit.amount is not None:
        rules.append(found.policy.benefit.amount)
    names = {name for rule in rules for name in rule.params}
    names |= {p for rule in rules for read in rule.reads if read in now.derived for p in now.derived[read].rule.params}
    values = now.parameters_on(day)
    return [
        (name, parameter.title, parameter.unit, values.get(name))
        for name, parameter in now.parameters.items()
        if name in names
    ]


@catalogue.get("/catalogue/questions")
@needs("catalogue.read", "application.create")
def questions() -> tuple[str, int]:
    """The question bank: find one by its words or its id."""
    now = _current()
    typed = request.args.get("q", "").strip()[:60]
    found = [q for q in now.bank.questions.values() if _asks(q, typed)]
    return page(
        "portal/oversight/questions.html",
        rows=[(q, now.needed_by(q.id)) for q in found[:FOUND]],
        count=len(found),
        whole=len(now.bank.questions),
        sections=now.bank.sections,
        q=typed,
    )


def _asks(question: Question, typed: str) -> bool:
    return typed.lower() in f"{question.id} {question.title.zh} {question.title.en}".lower()


@catalogue.get("/catalogue/questions/<name>")
@needs("catalogue.read", "application.create")
def question(name: str) -> tuple[str, int]:
    """One question: who asks it, which rules read it, where its answer may come from."""
    now = _current()
    found = now.bank.questions.get(name)
    if found is None:
        raise Refused(NOT_FOUND)
    readers = [
        (one, [r for r in one.policy.requirements if name in _reads(now, r.rule.reads)]) for one in now.items.values()
    ]
    return page(
        "portal/oversight/question.html",
        question=found,
        section=now.bank.sections[found.section],
        core=name in now.bank.document(found.forms[0]).core,
        asked_by=[now.items[slug] for slug in now.needed_by(name)],
        read_by=[(one, rules) for one, rules in readers if rules],
        codes=now.bank.code_lists[found.codes] if found.codes else None,
        reader=Reader(now, lang()),
        registers=[r for r in now.registers.values() if name in r.fill],
        comparison=now.comparisons.get(found.prefill.source or "") if found.prefill else None,
    )


def _reads(now: Catalogue, names: frozenset[str]) -> set[str]:
    """Every name a rule reads, through the values it derives."""
    found, todo = set[str](), list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += list(now.derived[name].rule.reads) if name in now.derived else []
    return found


@catalogue.get("/catalogue/promise")
@needs("catalogue.read", "application.create")
def promise() -> tuple[str, int]:
    """What any choice of items costs a family both ways, with what exactly is counted."""
    now = _current()
    chosen = [slug for slug in request.args.getlist("items") if slug in now.items]
    bundle = next((one for one in now.bundles if one.id == request.args.get("bundle")), None)
    if bundle is not None and not chosen:
        chosen = [slug for slug in bundle.items if slug in now.items]
    return page(
        "portal/oversight/promise.html",
        catalogue=now,
        chosen=chosen,
        measures=savings(now, chosen) if chosen else savings(now),
        plan=plan(now, chosen) if chosen else None,
    )


@catalogue.get("/catalogue/releases")
@needs("catalogue.read")
def releases() -> tuple[str, int]:
    """Every act of publishing: when, by whom, why."""
    return page("portal/oversight/releases.html", publications=queries.publications(db.session()))


@catalogue.get("/catalogue/releases/<int:publication_id>")
@needs("catalogue.read")
def release(publication_id: int) -> tuple[str, int]:
    """What one publication changed against the one before it."""
    session = db.session()
    found, before = queries.publication_and_before(session, publication_id)
    changes: Sequence[Change] = ()
    if before is not None and before.release_id != found.release_id:
        changes = diff(
            queries.release(session, before.release_id).source, queries.release(session, found.release_id).source
        )
    return page(
        "portal/oversight/release.html",
        found=found,
        before=before,
        changes=changes[:CHANGES],
        count=len(changes),
    )
