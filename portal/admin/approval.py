"""The approval screen of one case: everything its item needs to be decided by, and nothing more.

A case is shown by its own release: its questions, rules and workflow are those it was opened under.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.admin.approval_work import Work, work_on
from portal.admin.judgement_view import JudgementView, judgement_view
from portal.cases import progress, queries
from portal.cases.assessment import Assessment, assess
from portal.cases.history import HistoryLine, history
from portal.cases.models import Case, Determination, Task
from portal.cases.recognising import excluded_by, needed_statuses
from portal.cases.rules import ENDED, STATUSES, days_left
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue, reads_of
from portal.catalogue.model import Item
from portal.entitlements.models import Entitlement
from portal.entitlements.queries import of_case
from portal.organisation.queries import calendar, region_titles
from portal.recognitions import queries as recognition_queries
from portal.rendering.facts import FactsView, columns_of, fieldset_view
from portal.values import Text
from portal.verification import queries as verification_queries
from portal.verification.rules import without_row_ids

KEY_FACTS = Text("规则用到的事实", "Facts the rules read")
ALWAYS_SHOWN = frozenset({"declared", "decided"})
PAPER_STATES: dict[str, Text] = {
    "given": Text("已收", "Received"),
    "fetched": Text("平台获取,无须提交", "Fetched by the platform"),
    "not_asked": Text("本件不需要", "Not needed here"),
    "open": Text("未收", "Not received"),
}
RECOGNITIONS: dict[str, Text] = {
    "none": Text("不需要前置认定", "Needs no recognition"),
    "met": Text("前置认定已具备", "The recognition is there"),
    "pending": Text("确认须等待前置认定", "Confirmation waits for the recognition"),
    "failed": Text("前置认定未通过,按本事项自身规则重新研判", "The recognition failed: judged again on its own rules"),
}


@dataclass(frozen=True)
class Facts:
    """One group of facts side by side; `open` when somebody should look into it."""

    title: Text
    view: FactsView
    open: bool


@dataclass(frozen=True)
class Paper:
    """One kind of paper and whether it is there."""

    title: Text
    state: str

    @property
    def state_title(self) -> Text:
        return PAPER_STATES[self.state]


@dataclass(frozen=True)
class Need:
    """One recognition that would do: held, or granted by which item and where that one stands."""

    title: Text
    held: bool
    assumed: bool
    item: Text | None
    standing: Text | None


@dataclass(frozen=True)
class Recognition:
    """What the item waits for before it may be confirmed."""

    state: str
    needs: tuple[Need, ...]

    @property
    def title(self) -> Text:
        return RECOGNITIONS[self.state]

    @property
    def asked(self) -> tuple[Need, ...]:
        """The recognitions this family has or has asked for; the others of a long list say nothing."""
        return tuple(need for need in self.needs if need.held or need.assumed or need.standing is not None)


@dataclass(frozen=True)
class Exclusion:
    """Another item of the household that may not be received together with this one."""

    title: Text
    standing: Text
    kept: Text


@dataclass(frozen=True)
class Approval:
    """Everything on the screen."""

    case: Case
    item: Item
    catalogue: Catalogue
    place: Text
    standing: Text
    days_left: int | None
    judgement: JudgementView
    on: date
    facts: tuple[Facts, ...]
    papers: tuple[Paper, ...]
    opinion: Mapping[str, Any] | None
    recognition: Recognition
    exclusions: tuple[Exclusion, ...]
    determinations: Sequence[Determination]
    entitlement: Entitlement | None
    plans: tuple[progress.Plan, ...]
    history: tuple[HistoryLine, ...]
    work: tuple[Work, ...]
    unmasked: bool
    older_release: bool
    next_case: int | None


def approval(
    db: Session, actor: Actor, case_id: int, *, now: datetime, today: date, lang: str, unmasked: bool = False
) -> Approval:
    """The screen of a case the actor may see; Refused when there is none."""
    case = queries.case(db, actor, case_id)
    catalogue = catalogue_queries.release(db, case.release_id).catalogue
    item = catalogue.item(case.item)
    assessment = assess(db, case, today=today, catalogue=catalogue)
    judged = judgement_view(catalogue, item, assessment)
    own = frozenset({case.id})
    return Approval(
        case=case,
        item=item,
        catalogue=catalogue,
        place=region_titles(db, {case.region_code})[case.region_code],
        standing=STATUSES[case.status],
        days_left=days_left(calendar(db), today, case.due_on),
        judgement=judged,
        on=today,
        facts=tuple(_facts(db, case, catalogue, item, lang, unmasked=unmasked)),
        papers=tuple(_papers(case, catalogue, item, assessment)),
        opinion=case.application.opinion.get(case.item),
        recognition=_recognition(db, case, catalogue, assessment, today),
        exclusions=tuple(_exclusions(db, case, catalogue)),
        determinations=queries.determinations(db, case.id),
        entitlement=of_case(db, case.id),
        plans=progress.plans(db, case.application_id, now, only=own),
        history=tuple(reversed(history(db, case.application_id, catalogue, only=own))),
        work=work_on(db, actor, case, catalogue, item, judged, now=now, today=today),
        unmasked=unmasked,
        older_release=catalogue_queries.current_id(db) != case.release_id,
        next_case=next_case(db, actor, case),
    )


def next_case(db: Session, actor: Actor, case: Case) -> int | None:
    """Another case of the same item that waits for the actor, the nearest deadline first."""
    query = (
        select(Task.case_id)
        .where(
            queries.workable(actor),
            Task.status == "open",
            Task.item == case.item,
            Task.case_id.is_not(None),
            Task.case_id != case.id,
        )
        .order_by(Task.due_on.asc().nulls_last(), Task.id)
    )
    return db.scalar(query.limit(1))


# --- facts ----------------------------------------------------------------------------------------------------------


def _facts(db: Session, case: Case, catalogue: Catalogue, item: Item, lang: str, *, unmasked: bool) -> list[Facts]:
    """The facts the item's document asks for, each with the four values; first those its rules read."""
    values = verification_queries.four_values(db, case.application, catalogue)
    origins = columns_of(
        lang,
        declared=without_row_ids(values.declared),
        returned=without_row_ids(values.returned),
        seen=without_row_ids(values.seen),
        decided=without_row_ids(values.decided),
    )
    columns = [column for column in origins if column.id in ALWAYS_SHOWN or _says_something(column.answers)]
    listed = [name for fieldset in item.view.fieldsets for name in fieldset.questions]
    read = read_by_rules(catalogue, item)
    sides = [column.answers for column in columns]
    key = tuple(name for name in listed if name in read and not _is_nothing(catalogue, name, sides))
    groups = [(KEY_FACTS, key)]
    groups += [(fieldset.title, fieldset.questions) for fieldset in item.view.fieldsets]
    regions = _region_names(db, catalogue, listed, sides, lang)
    shown = []
    for position, (title, questions) in enumerate(groups):
        if not questions:
            continue
        view = fieldset_view(catalogue.bank, title, questions, columns, lang=lang, unmask=unmasked, regions=regions)
        if view.groups:
            shown.append(Facts(title, view, open=position == 0))
    return shown


def _says_something(answers: Mapping[str, Any]) -> bool:
    """Whether an origin has any value yet: before the visit nothing was seen, and an empty column tells nobody."""
    values = [v for value in answers.values() for v in (value if isinstance(value, list) else [value])]
    return any(any(v.values()) if isinstance(v, Mapping) else v is not None for v in values)


def _is_nothing(catalogue: Catalogue, name: str, sides: Sequence[Mapping[str, Any]]) -> bool:
    """A sum of money that everybody agrees is zero: it stands in its own group, and not among what matters."""
    return catalogue.bank.questions[name].type == "money" and all(side.get(name) in {0, None} for side in sides)


def read_by_rules(catalogue: Catalogue, item: Item) -> frozenset[str]:
    """The questions an item's rules and amount rest on, through derived values too."""
    found: set[str] = set()
    todo = list(reads_of(item.policy))
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        if name in catalogue.derived:
            todo.extend(catalogue.derived[name].rule.reads)
    return frozenset(found)


def _region_names(
    db: Session, catalogue: Catalogue, names: Sequence[str], columns: Sequence[Mapping[str, Any]], lang: str
) -> dict[str, str]:
    """The names of every place that stands among the facts, with one query."""
    asked = {name for name in names if catalogue.bank.questions[name].type == "region"}
    codes: set[str] = set()
    for answers in columns:
        rows = [answers, *(row for value in answers.values() if isinstance(value, list) for row in value)]
        for row in rows:
            if isinstance(row, Mapping):
                codes |= {str(row[name]) for name in asked if isinstance(row.get(name), str)}
    return {code: title.to(lang) for code, title in region_titles(db, codes).items()} if codes else {}


# --- papers, recognition, exclusions --------------------------------------------------------------------------------


def _papers(case: Case, catalogue: Catalogue, item: Item, assessment: Assessment) -> list[Paper]:
    given = set(case.application.papers)
    papers = []
    for name in item.materials_after:
        paper = catalogue.papers[name]
        if name in given:
            state = "given"
        elif paper.when is not None and paper.when.evaluate(assessment.environment) is False:
            state = "not_asked"
        else:
            state = "open" if paper.who == "citizen" else "fetched"
        papers.append(Paper(paper.title, state))
    order = list(PAPER_STATES)
    return sorted(papers, key=lambda paper: ("open", *order).index(paper.state))


def _recognition(db: Session, case: Case, catalogue: Catalogue, assessment: Assessment, today: date) -> Recognition:
    held = recognition_queries.statuses(db, case.household_id, today)
    household = _household_cases(db, case)
    needs = []
    for status in sorted(needed_statuses(catalogue, case.item)):
        granting = catalogue.granting(status)
        asked = next((other for other in household if other.item == granting and other.status not in ENDED), None)
        named = catalogue.statuses.get(status)
        needs.append(
            Need(
                named.title if named is not None else Text(status, status),
                bool(held.get(status)),
                status in assessment.assumed,
                catalogue.items[granting].title if granting is not None and granting in catalogue.items else None,
                STATUSES[asked.status] if asked is not None else None,
            )
        )
    return Recognition(case.recognition, tuple(needs))


def _household_cases(db: Session, case: Case) -> Sequence[Case]:
    """Other cases of the household: their item and status only are shown, whoever decides them."""
    query = select(Case).where(Case.household_id == case.household_id, Case.id != case.id)
    return db.scalars(query.order_by(Case.id)).all()


def _exclusions(db: Session, case: Case, catalogue: Catalogue) -> list[Exclusion]:
    found = []
    for other in _household_cases(db, case):
        if other.status in ENDED - {"confirmed"} or not excluded_by(catalogue, case, other):
            continue
        kept = catalogue.exclusions.kept(case.item, other.item)
        found.append(Exclusion(catalogue.item(other.item).title, STATUSES[other.status], catalogue.item(kept).title))
    return found
